# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The contents of attachments, by the digests that the Message of the same octets has for them.

What the parser never saw, because a stub was in its place, comes from the octets themselves. Left out are: what is too big, what
a mail of which the head alone was read may have had, and an attached mail whose own attachments were cut out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator

from maildesk.adapters.parse import limits
from maildesk.adapters.parse.cut import Readable, readable
from maildesk.octets import Octets


def extract(octets: Octets, digests: Collection[str]) -> dict[str, bytes]:
    """Contents by digest, read in this process; may be fewer than were asked for. ParserProcess.extract does the same in a child."""
    mail = readable(octets, digests)
    return chosen(mail, contents_of(mail.data, digests) if asks_the_parser(mail, digests) else (), digests)


def asks_the_parser(mail: Readable, digests: Collection[str]) -> bool:
    """Whether anything that is wanted may be among the small parts."""
    return mail.is_whole and not set(digests) <= mail.wanted.keys()


def contents_of(data: bytes, digests: Collection[str]) -> list[bytes]:
    """The contents of those attachments in these octets, each once, in the order of the mail; none where the libraries fail."""
    from maildesk.adapters.parse import whole
    from maildesk.adapters.parse.mime import head
    from maildesk.adapters.parse.mime.tree import Role, tree_of

    data = head.with_line_feeds(data)
    try:
        tree = tree_of(whole.reading_of(data, head.split_head(data)).root)
        wanted = {hashlib.sha256(leaf.content).hexdigest(): leaf for leaf in tree.with_role(Role.ATTACHMENT)}
        return list(_within_limits(leaf.content for digest, leaf in wanted.items() if digest in digests))
    except Exception:  # as in parser.parse_data: it is in the mail, and its Message names no attachments then
        return []


def chosen(mail: Readable, contents: Iterable[bytes], digests: Collection[str]) -> dict[str, bytes]:
    """What was kept aside, and of `contents` what was asked for: nothing is believed but what has the digest."""
    found = dict(mail.wanted)
    room = limits.ENCLOSURES_BYTES_MAX - sum(map(len, found.values()))
    for content in contents:
        digest = hashlib.sha256(content).hexdigest()
        if digest in digests and digest not in found and len(content) <= room and not mail.holds_stub(content):
            found[digest] = content
            room -= len(content)
    return found


def _within_limits(contents: Iterator[bytes]) -> Iterator[bytes]:
    room = limits.ENCLOSURES_BYTES_MAX
    for content in contents:
        if len(content) <= min(room, limits.ENCLOSURE_BYTES_MAX):
            room -= len(content)
            yield content
