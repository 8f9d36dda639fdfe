# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A multipart that names no boundary, or one that never occurs: the boundary that is there (RFC 2046 section 5.1.1).

Gateways rewrite boundaries in one place and forget the other; without this the mail would be one long text of parts and base64.
"""

from __future__ import annotations

import re

from maildesk.adapters.parse import limits
from maildesk.adapters.parse.head import Head
from maildesk.adapters.parse.params import structured

OTHER_BOUNDARY = "the boundary of a multipart never occurs; the one that does was taken"
_DELIMITER = re.compile(rb"(?:\A|\n)--([^\s\"][^\r\n\"]{0,199}?)[ \t]*\r?\n(?=content-[a-z-]{1,40}:)", re.IGNORECASE)


def mended_content_type(data: bytes, head: Head) -> bytes:
    """A Content-Type value with the boundary that occurs in the body; empty where the one that is named is right, or none is found."""
    raw = next(iter(head.raws("content-type")), b"")
    content_type = structured(raw)
    if not content_type.value.startswith("multipart/"):
        return b""
    named = content_type.get("boundary").rstrip().encode("utf-8", "replace")
    if named and data.find(b"--" + named, head.body_start) >= 0:
        return b""
    found = _DELIMITER.search(data, head.body_start, head.body_start + limits.HEAD_BYTES_MAX)
    if found is None:
        return b""
    rest = re.sub(r";\s*boundary\s*=\s*(?:\"[^\"]*\"?|[^;\s]*)", "", raw.decode("utf-8", "surrogateescape"), flags=re.IGNORECASE)
    return rest.encode("utf-8", "surrogateescape").rstrip(b"; \r\n\t") + b'; boundary="' + found[1] + b'"'
