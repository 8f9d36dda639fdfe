# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A multipart that names no boundary, or one that never occurs: the boundary that is there (RFC 2046 section 5.1.1).

Gateways rewrite boundaries in one place and forget the other; without this the mail would be one long text of parts and base64.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from maildesk.adapters.parse import limits
from maildesk.adapters.parse.mime.head import Head
from maildesk.adapters.parse.mime.params import structured

_SEPARATED = re.compile(rb";\s*boundary\s*(?:\*0?\*?\s*)?=", re.IGNORECASE)  # what the library understands
_SPACE_AT_END = re.compile(rb'boundary\s*=\s*"([^"\r\n]{0,20000}[^"\s])[ \t]+"', re.IGNORECASE)
OTHER_BOUNDARY = "the boundary of a multipart never occurs; the one that does was taken"
_DELIMITER = re.compile(rb"(?:\A|\n)--([^\s\"][^\r\n\"]{0,199}?)[ \t]*\r?\n(?=content-[a-z-]{1,40}:)", re.IGNORECASE)


def mended_content_type(data: bytes, head: Head) -> bytes:
    """A Content-Type value with the boundary that occurs in the body; empty where the one that is named is right, or none is found."""
    raw = next(iter(head.raws("content-type")), b"")
    content_type = structured(raw)
    if not content_type.value.startswith("multipart/"):
        return b""
    named = content_type.get("boundary").rstrip().encode("utf-8", "replace")
    occurs = bool(named) and data.find(b"--" + named, head.body_start) >= 0
    if occurs and _SEPARATED.search(raw):
        return b""
    found = None if occurs else _DELIMITER.search(data, max(0, head.body_start - 1), head.body_start + limits.HEAD_BYTES_MAX)
    if found is None and not occurs:
        return b""
    delimiter = found[1] if found else named
    rest = re.sub(r"[;\s]\s*boundary\s*=\s*(?:\"[^\"]*\"?|[^;\s]*)", "", raw.decode("utf-8", "surrogateescape"), flags=re.IGNORECASE)
    return rest.encode("utf-8", "surrogateescape").rstrip(b"; \r\n\t") + b'; boundary="' + delimiter + b'"'


def without_space_at_end(data: bytes, head: Head) -> tuple[bytes, Head]:
    """The mail with another boundary in place of one that ends in a space, which RFC 2046 forbids and the library strips.

    Then a line without that space is text. Only where the boundary is closed as it is named; else the mail as it is.
    """
    number = next((number for number, field in enumerate(head.fields) if field.name == "content-type"), -1)
    named = _SPACE_AT_END.search(head.fields[number].raw) if number >= 0 else None
    if named is None:
        return data, head
    delimiter = b"\n--" + named[0].partition(b'"')[2][:-1]
    if data.find(delimiter + b"--", head.body_start) < 0:
        return data, head
    other = hashlib.sha256(delimiter).hexdigest().encode()
    fields = list(head.fields)
    fields[number] = replace(fields[number], raw=fields[number].raw.replace(named[0], b'boundary="' + other + b'"'))
    body = re.sub(re.escape(delimiter) + rb"(?=(?:--)?[ \t]*\r?\n)", b"\n--" + other, data[head.body_start - 1 :] + b"\n")[1:]
    return data[: head.body_start] + body, replace(head, fields=tuple(fields))
