# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The structured MIME fields: a value and its parameters (RFC 2045 section 5.1, RFC 2183, RFC 2231), read as kindly as can be.

Own code because the library returns raw 8-bit file names with letters missing, and leaves encoded words in them.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message as MimePart

from maildesk.adapters.parse import limits
from maildesk.adapters.parse.mime import charset, words

PARAMETERS_MAX = 200
_SECTION = re.compile(r"(?P<name>[^*]+)(?:\*(?P<number>\d{1,4}))?(?P<extended>\*)?")


@dataclass(frozen=True, slots=True)
class Structured:
    """`value` in lower case without parameters; `parameters` decoded, names in lower case, the first of each name."""

    value: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        return self.parameters.get(name, "")


def raw_field(part: MimePart, name: str) -> bytes:
    """The octets of the first field of this name (`name` in lower case); the compat32 parser keeps them as surrogates."""
    for key, value in part.raw_items():
        if key.lower() == name:
            return str(value).encode("utf-8", "surrogateescape")[: limits.FIELD_BYTES_MAX]
    return b""


def structured(raw: bytes) -> Structured:
    """Reads a value such as `text/plain; charset="utf-8"`."""
    pieces = list(_split(words.unfolded(raw).replace("\x00", "")))
    # Some programs forget the semicolon behind the value.
    value, _, unseparated = re.sub(r"\s*/\s*", "/", pieces[0], count=1).replace("\t", " ").partition(" ")
    return Structured(value.strip(" ,\"'").lower(), _parameters([unseparated.strip(), *pieces[1 : PARAMETERS_MAX + 1]]))


def _split(text: str) -> Iterator[str]:
    """The pieces between semicolons that are neither in quotes nor in a comment's place."""
    start = position = 0
    quoted = False
    while position < len(text):
        character = text[position]
        if quoted and character == "\\":
            position += 1
        elif character == '"':
            quoted = not quoted
        elif character == ";" and not quoted:
            yield text[start:position].strip()
            start = position + 1
        position += 1
    yield text[start:].strip()


def _unquoted(text: str) -> str:
    """The text of a quoted string. A backslash before anything but a quote or a backslash is one: C:\\Temp was not escaped."""
    text = text.strip()
    if not text.startswith('"'):
        return text.strip("'") if text.startswith("'") and text.endswith("'") else text
    inner = text[1:].rstrip()
    inner = inner.removesuffix('"')
    return re.sub(r'\\(["\\])', r"\1", inner)


def _parameters(pieces: list[str]) -> dict[str, str]:
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[bool, str]]] = {}
    for piece in pieces:
        name, equals, value = piece.partition("=")
        match = _SECTION.fullmatch(name.strip().lower())
        if not equals or match is None:
            continue
        if match["number"] is None and match["extended"] is None:
            plain.setdefault(match["name"], words.decode_words(_unquoted(value)))
        else:
            number = int(match["number"] or 0)
            sections.setdefault(match["name"], {}).setdefault(number, (match["extended"] is not None, _unquoted(value)))
    # RFC 2231 says more than the plain form, which is beside it for old programs.
    return plain | {name: _joined(numbered) for name, numbered in sections.items()}


def _joined(numbered: Mapping[int, tuple[bool, str]]) -> str:
    """The sections of a long parameter in the order of their numbers; the first of them names the charset (RFC 2231 section 4.1)."""
    declared = ""
    octets: list[bytes] = []
    for position, number in enumerate(sorted(numbered)):
        extended, value = numbered[number]
        if extended and position == 0 and value.count("'") >= 2:
            declared, _, value = value.split("'", 2)
        octets.append(urllib.parse.unquote_to_bytes(value) if extended else value.encode("utf-8", "replace"))
    text = charset.decode(b"".join(octets), declared)
    return words.decode_words(text)
