# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The ladder for one mail: whole, else its head alone, else nothing but its digest. Never raises for any content."""

from __future__ import annotations

from maildesk.adapters.parse.cut import readable
from maildesk.core.mail.message import Message
from maildesk.octets import Octets


def parse(octets: Octets) -> Message:
    """Parses a mail in this process, which may take long and much memory for a hostile one: see ParserProcess."""
    mail = readable(octets)
    try:
        return mail.completed(parse_data(mail.data, octets.digest, octets.size_bytes))
    except MemoryError:
        pass  # the frames that took it must be gone before the next step
    return mail.completed(parse_bare(mail.data, octets.digest, octets.size_bytes, "only the head was read: the parser ran out of memory"))


def parse_data(data: bytes, digest: str, size_bytes: int) -> Message:
    """`data` are the octets, or what is read of them; `digest` and `size_bytes` those of the whole mail.

    Raises MemoryError: what was built by then still takes the memory that the next step needs, so that it is left to a new process.
    """
    from maildesk.adapters.parse import whole
    from maildesk.adapters.parse.mime import head

    data = head.with_line_feeds(data)
    try:
        return whole.message_of(data, digest, size_bytes)
    except MemoryError:
        raise
    except Exception as error:
        # Whatever it was, it is in the mail, not in us: RecursionError of nested parts, surprises of libraries.
        return parse_bare(data, digest, size_bytes, f"only the head was read: the parser raised {type(error).__name__}")


def parse_bare(data: bytes, digest: str, size_bytes: int, reason: str) -> Message:
    """The head and some plain text, without the libraries. Raises MemoryError."""
    from maildesk.adapters.parse import bare
    from maildesk.adapters.parse.mime import head

    try:
        return bare.message_of(head.with_line_feeds(data), digest, size_bytes, reason)
    except MemoryError:
        raise
    except Exception as error:
        return Message(digest=digest, size_bytes=size_bytes, defects=(reason, f"unreadable: {type(error).__name__}"))
