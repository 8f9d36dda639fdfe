# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Text from octets: the declared character set, else UTF-8, else cp1252. No guessing by statistics: it errs on short German text."""

from __future__ import annotations

import codecs
import re

# Only sets of characters: Python also knows "charsets" that compress, rotate or escape, and a mail may name them.
_ALLOWED = re.compile(
    r"utf[-_]?(?:7|8|16|32)(?:[-_](?:sig|le|be))?|iso8859[-_]\d+|cp\d+|koi8[-_][rtu]|kz1048|mac[-_][a-z0-9]+|big5(?:hkscs)?"
    r"|gb18030|euc_\w+|shift_?jis\w*|iso2022_\w+|johab|hz|ptcp154|hp[-_]roman8"
)
# What mail programs write, and what they mean by it: mostly the superset that Windows uses (WHATWG Encoding Standard).
_MEANT = {
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "unicode-1-1-utf-7": "utf-7",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "x-mac-ce": "mac-latin2",
    "x-mac-cyrillic": "mac-cyrillic",
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


def codec_for(declared: str) -> str:
    """The name of the Python codec for a declared charset; empty where none is declared, or only ASCII, or it names none.

    >>> codec_for("ISO-8859-1"), codec_for('"utf8"'), codec_for("us-ascii"), codec_for("rot13"), codec_for("x-unknown")
    ('cp1252', 'utf-8', '', '', '')
    """
    name = declared.strip(" \t\"'").partition("*")[0].lower()[:60]  # a star begins the language (RFC 2231 section 5)
    try:
        found = codecs.lookup(_MEANT.get(name, name)).name
    except (LookupError, ValueError, ImportError):
        return ""
    return found if _ALLOWED.fullmatch(found) else ""


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
    """UTF-8; each octet that is none is read as cp1252, so that a text in cp1252 comes out whole, and a mixed one too."""
    if _JAPANESE.search(data):
        try:
            return data.decode("iso2022_jp_ext")
        except UnicodeError:
            pass
    return data.decode("utf-8", OCTET_BY_OCTET)


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
