# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Text from octets: the declared character set, else UTF-8, else a script that its octets prove (`guess`), else cp1252."""

from __future__ import annotations

import codecs
import functools
import re
from collections.abc import Iterator

from maildesk.adapters.parse.mime import guess

# Only sets of characters: Python also knows "charsets" that compress, rotate or escape, and a mail may name them.
_ALLOWED = re.compile(
    r"utf[-_]?(?:7|8|16|32)(?:[-_](?:sig|le|be))?|iso8859[-_]\d+|cp\d+|koi8[-_][rtu]|kz1048|mac[-_][a-z0-9]+|big5(?:hkscs)?"
    r"|gb18030|euc_\w+|shift_?jis\w*|iso2022_\w+|johab|hz|ptcp154|hp[-_]roman8"
)
# Names that Python does not know.
_NAMES = {
    **dict.fromkeys(("ansi", "x-ansi", "iso-ir-100"), "cp1252"),
    **dict.fromkeys(("cn-gb", "x-gbk", "gb_2312", "gb_2312-80"), "gb18030"),
    **dict.fromkeys(("cn-big5", "x-x-big5"), "big5"),
    **dict.fromkeys(("ks_c_5601", "ksc5601", "ksc_5601"), "cp949"),
    **dict.fromkeys(("x-sjis", "windows-31j"), "cp932"),
    **dict.fromkeys(("ucs-2", "iso-10646-ucs-2"), "utf-16-be"),
    **dict.fromkeys(("x-mac-roman", "macintosh", "mac"), "mac-roman"),
    **dict.fromkeys(("x-mac-ce", "macce"), "mac-latin2"),
    "x-mac-cyrillic": "mac-cyrillic",
    "tis620": "cp874",
    "koi8-ru": "koi8-u",
}
# The beginning of a name that somebody spelt in another way or wrote something behind; what the group holds makes the name of a codec.
_SPELLINGS = (
    (re.compile(r"(?:x-)?(?:windows|win|cp|ibm|dos|ms)[-_]?(\d{3,5})"), "cp{}"),
    (re.compile(r"(?:x-)?(?:iso[-_]?)?8859[-_](\d{1,2})"), "iso8859-{}"),
    (re.compile(r"(?:x-)?(?:unicode-\d-\d-)?utf[-_]?(7|8|16|32)(?!\d)"), "utf-{}"),
    (re.compile(r"(?:x-)?(?:iso-)?latin-?(\d{1,2})"), "latin{}"),
    (re.compile(r"_?(iso-2022-[a-z]{2})"), "{}"),
    (re.compile(r"x-(.+)"), "{}"),
)
# What those mean who name it: mostly the superset that Windows uses (WHATWG Encoding Standard).
_MEANT = {
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "cp936": "gb18030",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "iso2022_jp": "iso2022_jp_ext",
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_JAPANESE = re.compile(rb"\x1b\$[@B]")
_REPLACED_SHARE_MAX = 0.05


def _cp1252_octet(error: UnicodeError) -> tuple[str, int]:
    """For one octet that is not UTF-8: what it means in cp1252 (the five that mean nothing there: as in ISO 8859-1)."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    octet = error.object[error.start : error.start + 1]
    try:
        return octet.decode("cp1252"), error.start + 1
    except UnicodeDecodeError:
        return octet.decode("latin-1"), error.start + 1


OCTET_BY_OCTET = "maildesk-cp1252"
codecs.register_error(OCTET_BY_OCTET, _cp1252_octet)


@functools.lru_cache(maxsize=500)
def codec_for(declared: str) -> str:
    """The name of the Python codec for a declared charset; empty where none is declared, or only ASCII, or it names none.

    >>> codec_for("ISO-8859-1"), codec_for('"utf8"'), codec_for("us-ascii"), codec_for("rot13"), codec_for("x-unknown")
    ('cp1252', 'utf-8', '', '', '')
    >>> codec_for("win-1250"), codec_for("x-cp1251"), codec_for("8859_2"), codec_for("utf-8http-equiv")
    ('cp1250', 'cp1251', 'iso8859-2', 'utf-8')
    """
    name = declared.strip(" \t\"'").partition("*")[0].lower()[:60]  # a star begins the language (RFC 2231 section 5)
    for candidate in (_NAMES.get(name, name), *_respelt(name)):
        try:
            found = codecs.lookup(candidate).name
        except (LookupError, ValueError, ImportError):
            continue
        if found == "ascii":
            return ""
        found = _MEANT.get(found, found)
        if _ALLOWED.fullmatch(found):
            return found
    return ""


def _respelt(name: str) -> Iterator[str]:
    for spelling, codec in _SPELLINGS:
        match = spelling.match(name)
        if match:
            yield codec.format(match[1])


def _by_mark(data: bytes) -> str:
    """The text, if a byte order mark says what it is and speaks the truth; else an empty string."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(codec).removeprefix("\ufeff")
            except UnicodeError:
                return ""
    return ""


def _nearly(data: bytes, codec: str) -> str:
    """The text with replacement characters, if they are few beside the letters that are not ASCII; else an empty string."""
    text = data.decode(codec, "replace")
    foreign = len(text) - len(text.encode("ascii", "ignore"))
    return text if text.count("\ufffd") <= max(1, _REPLACED_SHARE_MAX * foreign) else ""


def _by_declaration(data: bytes, codec: str) -> str:
    """The text, if the octets do not contradict the declared charset; else an empty string."""
    if codec == "cp1252":
        return data.decode(codec, OCTET_BY_OCTET)
    if codec == "utf-16" and data[::2].count(0) > data[1::2].count(0):  # without a mark, and with the high octets first
        codec = "utf-16-be"
    try:
        return data.decode(codec)
    except UnicodeError:
        pass
    if codec == "utf-8":
        return ""  # read octet by octet, further down
    try:
        return _nearly(data, codec)
    except UnicodeError:
        return ""


def _undeclared(data: bytes) -> str:
    """UTF-8, or what is proved to be something else; else each octet that is not UTF-8 is read as cp1252.

    So a text in cp1252 comes out whole, and a mixed one too.
    """
    if _JAPANESE.search(data):
        try:
            return data.decode("iso2022_jp_ext")
        except UnicodeError:
            pass
    try:
        return data.decode("utf-8")
    except UnicodeError:
        return guess.text_of(data) or data.decode("utf-8", OCTET_BY_OCTET)


def _scalars(text: str) -> str:
    """Without lone surrogates, which some codecs make and no output takes."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if not text.isascii() else text


def decode(data: bytes, declared: str = "") -> str:
    """The text of `data`; never raises, and never drops an octet that may be a letter.

    >>> decode("Größe – 5 €".encode("cp1252"), "iso-8859-1")
    'Größe – 5 €'
    >>> decode("Größe".encode("cp1252"), "utf-8"), decode("Größe".encode(), "x-unknown")
    ('Größe', 'Größe')
    """
    codec = codec_for(declared)
    text = _by_mark(data) or (_by_declaration(data, codec) if codec else "")
    return _scalars(text or _undeclared(data))
