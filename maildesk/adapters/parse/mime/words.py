# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Text of header fields: raw octets, folding, encoded words in every mangled form (RFC 2047), and what must not be shown.

Own code because mail-parser and the standard library leave mangled words undecoded, lose raw octets that are not UTF-8, and
take time that grows with the square of the number of words. Order matters: first decode, then clean, or an encoded word brings
line ends back in.
"""

from __future__ import annotations

import binascii
import re
import unicodedata
from dataclasses import dataclass

from maildesk.adapters.parse import limits
from maildesk.adapters.parse.mime import charset
from maildesk.core.text import unseen

_FOLD = re.compile(r"[\r\n]+[ \t]?")
_WORD_START = re.compile(r"=\?([A-Za-z0-9_.:()+*-]{1,60})\?([bBqQ])\?")
_Q_OCTET = re.compile(rb"=([0-9A-Fa-f]{2})")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
# Controls, marks that change the direction of text (they can make a name read backwards), and lone surrogates.
_UNSAFE = re.compile(f"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\ud800-\udfff{unseen.SIGNS}]")
_LINE_ENDS = re.compile("[\t-\r\x1c-\x1e\x85\u2028\u2029]+")
_ENCODED_TWICE_MAX = 3


@dataclass(frozen=True, slots=True)
class _Word:
    charset: str
    encoding: str
    payload: str


def one_line(text: str, chars_max: int) -> str:
    """The text on one line, safe to show: white space runs as one space, no controls, no marks of direction, NFC.

    >>> one_line("A\\r\\nBcc: x\\x00\\u202e  end", 100)
    'A Bcc: x end'
    """
    text = _UNSAFE.sub("", _LINE_ENDS.sub(" ", text[: 8 * chars_max]))
    return unicodedata.normalize("NFC", " ".join(text.split()))[:chars_max].rstrip()


def unfolded(raw: bytes, hint: str = "") -> str:
    """The value of a field as it was meant before it was folded (RFC 5322 section 2.2.3).

    Raw octets over 127 are read as UTF-8; else by `hint`, which is the charset that the body declares; else as cp1252.
    """
    return _FOLD.sub(" ", _raw_text(raw, hint)).strip()


def _raw_text(raw: bytes, hint: str) -> str:
    codec = charset.codec_for(hint)
    if raw.isascii():
        return charset.decode(raw, hint if codec == "utf-7" else "")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return charset.decode(raw, hint if codec not in {"utf-7", "utf-8"} else "")


def field_value(raw: bytes) -> str:
    """The value for the rules that look at it: on one line, encoded words left as they are, bounded."""
    return one_line(unfolded(raw), limits.VALUE_CHARS_MAX)


def proof_value(raw: bytes) -> str:
    """The value of a field that proves something: nothing decoded, normalised or left out; what is not printable ASCII becomes "?".

    A letter that turns into a semicolon or a quotation mark on the way would let a sender write results of his own.
    """
    text = raw.decode("latin-1").replace("\r", "").replace("\n", "").replace("\t", " ").strip()
    return re.sub(r"[^ -~]", "?", text)[: limits.VALUE_CHARS_MAX]


def decoded(raw: bytes, chars_max: int, hint: str = "") -> str:
    """The value for people: encoded words decoded, on one line."""
    return one_line(decode_words(unfolded(raw, hint)), chars_max)


def decode_words(text: str) -> str:
    """Replaces the encoded words in the text. What they hold may again be encoded words: some programs encode twice.

    >>> decode_words("=?utf-8?q?Gr=C3?= =?utf-8?q?=BC=C3=9Fe?= aus =?x-none?B?S8O2bG4?=")
    'Grüße aus Köln'
    """
    for _ in range(_ENCODED_TWICE_MAX):
        if "=?" not in text:
            break
        before, text = text, "".join(_pieces(text))
        if text == before:
            break
    return text


def _pieces(text: str) -> list[str]:
    """The text between encoded words, and the texts of the words; white space between two words is not part of the text."""
    out: list[str] = []
    waiting: list[_Word] = []
    position = 0
    while True:
        found = _next_word(text, position)
        between = text[position : found[0]] if found else text[position:]
        if between.strip() or not found:
            out.append(_text_of(waiting))
            out.append(between if not waiting or between.strip() else "")
            waiting = []
        elif not waiting:
            out.append(between)
        if not found:
            return out
        waiting.append(found[1])
        position = found[2]


def _next_word(text: str, position: int) -> tuple[int, _Word, int] | None:
    """The next encoded word: where it starts, itself, and where the text goes on."""
    match = _WORD_START.search(text, position)
    if match is None:
        return None
    start, end = match.end(), text.find("?=", match.end())
    after = end + 2
    following = _WORD_START.search(text, start, end if end >= 0 else len(text))
    if following:  # the end is that of a later word: this one was cut off
        end = after = following.start()
    elif end < 0:
        end = after = len(text)
    return match.start(), _Word(match[1].lower(), match[2].lower(), text[start:end]), after


def _text_of(words: list[_Word]) -> str:
    """The text of adjacent words. Those of one charset are joined before they are decoded: a letter may be split between them."""
    texts: list[str] = []
    group: list[_Word] = []
    for word in words:
        if group and word.charset != group[0].charset:
            texts.append(_text_of_group(group))
            group = []
        group.append(word)
    if group:
        texts.append(_text_of_group(group))
    return "".join(texts)


def _text_of_group(group: list[_Word]) -> str:
    octets: list[bytes] = []
    base64 = ""
    for word in group:
        if word.encoding == "b":
            base64 += word.payload
            if len(_NOT_BASE64.sub(b"", base64.encode())) % 4 and "=" not in base64:
                continue  # cut in the middle of a group of four: the next word goes on with it
        octets.append(_from_base64(base64))
        base64 = ""
        if word.encoding == "q":
            octets.append(_from_q(word))
    octets.append(_from_base64(base64))
    data = b"".join(octets)
    return charset.decode(data, group[0].charset)


def _from_base64(text: str) -> bytes:
    data = _NOT_BASE64.sub(b"", text.encode())
    if len(data) % 4 == 1:
        data = data[:-1]
    return binascii.a2b_base64(data + b"=" * (-len(data) % 4))


def _from_q(word: _Word) -> bytes:
    """RFC 2047 section 4.2; raw letters inside, which are not allowed, are put into the charset of the word."""
    try:
        data = word.payload.encode("ascii")
    except UnicodeError:
        data = _encoded(word.payload, charset.codec_for(word.charset))
    return _Q_OCTET.sub(lambda match: bytes((int(match[1], 16),)), data.replace(b"_", b" "))


def _encoded(text: str, codec: str) -> bytes:
    try:
        return text.encode(codec or "utf-8")
    except UnicodeError:
        return text.encode("utf-8", "replace")
