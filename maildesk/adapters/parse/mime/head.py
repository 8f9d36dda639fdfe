# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The header block of a mail, split into raw fields by one pass over its lines (RFC 5322 section 2.2, 4.5).

This is our own simple code because everything hangs on it: what the library sees, what is read when the library has died,
and the digest by which two copies of a mail are distinguished from two messages.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from maildesk.adapters.parse import limits

# A field name is printable ASCII without the colon; spaces before the colon are obsolete but occur (RFC 5322 section 4.5).
# Octets over 127 are let through, so that a field with a broken name does not end the header block.
_FIELD = re.compile(rb"([^\x00-\x20:\x7f]{1,200})[ \t]*:")
_ENVELOPE_LINE = re.compile(rb">?From [^\n]*\n")  # of an mbox file, before or among the fields
_BLANK_LINES = re.compile(rb"[ \t\r\n]*\n")
_EXPECTED = re.compile(rb"\n(from|to|subject|date|message-id|mime-version|content-type):[ \t]", re.IGNORECASE)
_END_OF_BLOCK = re.compile(rb"\n\r*\n")

# Fields that decide something: they are kept also behind a flood of others.
ESSENTIAL = frozenset(
    {
        *("from", "sender", "reply-to", "return-path", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references"),
        *("mime-version", "content-type", "content-transfer-encoding", "content-disposition"),
        *("auto-submitted", "precedence", "list-id", "list-unsubscribe", "x-auto-response-suppress", "authentication-results"),
    }
)


@dataclass(frozen=True, slots=True)
class Field:
    """A header field as it is: `name` in lower case, `raw` everything behind the colon, folded, without the last line end."""

    name: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The fields in their order, bounded; `body_start` is the offset of the first octet behind the header block."""

    fields: tuple[Field, ...]
    body_start: int
    defects: tuple[str, ...] = ()

    def raws(self, *names: str) -> tuple[bytes, ...]:
        """The raw values of the fields with these names, the names in the order given."""
        return tuple(field.raw for name in names for field in self.fields if field.name == name)


def with_line_feeds(data: bytes) -> bytes:
    """The same octets; where a mail has carriage returns alone for line ends (old Macintosh), line feeds in their place."""
    if b"\n" not in data[: limits.FIELD_BYTES_MAX] and data.count(b"\r", 0, limits.FIELD_BYTES_MAX) > 1:
        return data.replace(b"\r", b"\n")
    return data


def _start(data: bytes) -> int:
    """Where the fields begin: behind a byte order mark, blank lines before a field, and the envelope line of an mbox file."""
    position = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    blank = _BLANK_LINES.match(data, position, position + 2000)
    if blank and (_FIELD.match(data, blank.end()) or _ENVELOPE_LINE.match(data, blank.end())):
        position = blank.end()
    envelope = _ENVELOPE_LINE.match(data, position)
    return envelope.end() if envelope else position


def _lines(data: bytes, start: int) -> Iterator[tuple[int, int]]:
    """The bounds of each line from `start` on, the line feed with it."""
    while start < len(data):
        end = data.find(b"\n", start) + 1 or len(data)
        yield start, end
        start = end


class _Collector:
    """Takes fields until there are enough; from then on only essential ones."""

    def __init__(self) -> None:
        self.fields: list[Field] = []
        self.essential_room = limits.ESSENTIAL_FIELDS_MAX
        self.sure_until = 0  # up to here stray lines are known to belong to the header block
        self.defects: dict[str, None] = {}

    def goes_on(self, data: bytes, position: int) -> bool:
        """Whether the header block goes on behind a line that can be no field: programs forget to indent a folded line.

        It does if a field that every mail has, and that was not seen yet, follows before the next empty line.
        """
        if position < self.sure_until:
            return True
        end = _END_OF_BLOCK.search(data, position, position + limits.FIELD_BYTES_MAX)
        stop = end.start() if end else position + limits.FIELD_BYTES_MAX
        seen = {field.name for field in self.fields}
        following = (match for match in _EXPECTED.finditer(data, position, stop) if match[1].decode("ascii").lower() not in seen)
        self.sure_until = max((match.start() for match in following), default=0)
        return position < self.sure_until

    def add(self, data: bytes, start: int, end: int) -> None:
        match = _FIELD.match(data, start, end)
        if match is None:
            return
        name = match[1].decode("ascii", "replace").lower()
        if len(self.fields) >= limits.FIELDS_MAX:
            self.defects[f"only the first {limits.FIELDS_MAX} header fields are kept"] = None
            if name not in ESSENTIAL or not self.essential_room:
                return
            self.essential_room -= 1
        raw = data[match.end() : end]
        if len(raw) > limits.FIELD_BYTES_MAX:
            self.defects[f"a header field is longer than {limits.FIELD_BYTES_MAX} bytes and was shortened"] = None
            raw = _shortened(name, raw)
        self.fields.append(Field(name, raw.rstrip(b"\r\n")))


def _shortened(name: str, raw: bytes) -> bytes:
    """The beginning of a field that is too long; of References also the end, where the nearest ancestors are."""
    if name == "references":
        half = limits.FIELD_BYTES_MAX // 2
        return raw[:half] + b" > < " + raw[-half:]
    return raw[: limits.FIELD_BYTES_MAX]


def _end_of_block(data: bytes, position: int) -> int:
    """The end of a header block that is too long to be looked at line by line."""
    match = _END_OF_BLOCK.search(data, position)
    return match.end() if match else len(data)


def _is_stray(data: bytes, start: int, end: int) -> bool:
    """Whether a line is neither empty nor a field nor part of one."""
    if data[start:end].strip(b"\r\n") == b"" or data[start : start + 1] in b" \t":
        return False
    return not (_FIELD.match(data, start, end) or _ENVELOPE_LINE.match(data, start, end))


def split_head(data: bytes) -> Head:
    """Splits `data` (line ends LF or CR LF). The block ends at an empty line, or at a line that can be no field."""
    collector = _Collector()
    start = _start(data)
    field_start, body_start = start, len(data)
    for line_start, line_end in _lines(data, start):
        first = data[line_start : line_start + 1]
        if first in b" \t" and line_start > field_start:
            continue
        if line_start > field_start and _is_stray(data, line_start, line_end) and collector.goes_on(data, line_start):
            collector.defects["a folded header field is not indented"] = None
            continue
        collector.add(data, field_start, line_start)
        field_start = line_start
        if data[line_start:line_end].strip(b"\r\n") == b"":
            body_start = line_end
            break
        if line_start - start > limits.HEADER_BLOCK_BYTES_MAX:
            collector.defects[f"the header block is longer than {limits.HEADER_BLOCK_BYTES_MAX} bytes and was cut off"] = None
            body_start = _end_of_block(data, line_start - 1)
            break
        if _is_stray(data, line_start, line_end):
            collector.defects["the body begins without an empty line before it"] = None
            body_start = line_start
            break
    else:
        collector.add(data, field_start, len(data))
    return Head(tuple(collector.fields), body_start, tuple(collector.defects))


def content_digest(data: bytes, head: Head) -> str:
    """The sha256 of what stays the same on every way that a mail takes: its identification, its writer and its body.

    Trace fields (Received, Delivered-To, Return-Path, X-...) and empty lines at the end differ between two copies of one mail.
    """
    digest = hashlib.sha256()
    for name in ("message-id", "from", "date", "subject"):
        for raw in head.raws(name):
            digest.update(name.encode() + b":" + b" ".join(raw.split()) + b"\n")
    end = len(data)
    while end > head.body_start and data[end - 1] in b"\r\n":
        end -= 1
    digest.update(b"\n")
    digest.update(memoryview(data)[head.body_start : end])
    return digest.hexdigest()
