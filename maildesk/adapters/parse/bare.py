# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A mail of which only the head is read, by simple code without any library: too big, too deep, or deadly for the parser."""

from __future__ import annotations

import re

from maildesk.adapters.parse import limits
from maildesk.adapters.parse.mime import charset, content
from maildesk.adapters.parse.mime.head import Head, content_digest, split_head
from maildesk.adapters.parse.mime.params import structured
from maildesk.adapters.parse.text import body
from maildesk.adapters.parse.whole import header_values
from maildesk.core.mail.message import Message

_PLAIN_PART = re.compile(rb"\ncontent-type:[ \t]*text/plain", re.IGNORECASE)
_END_OF_FIELDS = re.compile(rb"\r?\n\r?\n")


def message_of(data: bytes, digest: str, size_bytes: int, reason: str) -> Message:
    """The values of the head, and as much plain text as can be had from the first octets; `reason` becomes a defect."""
    head = split_head(data)
    content_type = structured(next(iter(head.raws("content-type")), b""))
    text = body.clean(_text(data, head))
    return Message(
        digest=digest,
        size_bytes=size_bytes,
        content_digest=content_digest(data, head),
        **header_values(head),
        text=text,
        reply=text,
        media_type=content_type.value[:100] or "text/plain",
        defects=(*head.defects, reason),
    )


def _text(data: bytes, head: Head) -> str:
    """The first plain part, found by its header field; without one everything behind the head as it is."""
    start = head.body_start
    window = data[start : start + limits.HEAD_BYTES_MAX]
    fields: dict[str, bytes] = {field.name: field.raw for field in reversed(head.fields)}
    part = _PLAIN_PART.search(window)
    if part:
        inner = split_head(window[part.start() + 1 :])
        fields = {field.name: field.raw for field in inner.fields}
        window = window[part.start() + 1 + inner.body_start :]
        window = _up_to_boundary(window)
    content_type = structured(fields.get("content-type", b""))
    encoding = fields.get("content-transfer-encoding", b"").strip().lower().decode("ascii", "replace")
    return charset.decode(content.transfer_decoded(window, encoding), content_type.get("charset"))


def _up_to_boundary(window: bytes) -> bytes:
    """The octets before the next line that looks like a boundary with fields behind it, or like the last one."""
    for match in re.finditer(rb"\r?\n--(?!\s)[^\r\n]{1,100}(?:--\s*\Z|--\r?\n|\r?\n(?=content-|\r?\n))", window, re.IGNORECASE):
        return window[: match.start()]
    return window
