# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The folders of the mailbox: where a mail was found, how far a folder was read, which one is next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Place(StrEnum):
    """Where a mail was when we found it: colleagues read, move and answer mail in the same mailbox."""

    INBOX = "inbox"
    SENT = "sent"
    ELSEWHERE = "elsewhere"


FOLDERS_MAX = 200  # that one pass looks at


@dataclass(frozen=True, slots=True)
class OtherFolder:
    """A folder of the mailbox beside the inbox, by the server's name for it. `is_for_filed`: we move messages of the inbox there."""

    name: str
    place: Place
    is_for_filed: bool = False


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of messages that were to leave the inbox, by their UIDs there: those that are gone, and those of them that somebody else
    took, or took at the same moment. A colleague may have done that, or a second desk that serves the same mailbox.
    """

    gone: frozenset[int]
    contested: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a folder has been looked at: everything below `uid_next` has been (RFC 3501 section 2.3.1.1)."""

    uid_validity: int
    uid_next: int


@dataclass(frozen=True, slots=True)
class Head:
    """What is asked of a mail before it is fetched. `message_id` without brackets, empty if there is none; `internal_date` is aware."""

    uid: int
    message_id: str
    size_bytes: int
    internal_date: datetime
    is_draft: bool = False


def differs(head: Head, message_id: str, size_bytes: int) -> bool:
    """Whether a head is surely not that of a mail with this Message-ID and size; either may be unknown: empty, or 0.

    >>> now = datetime(2026, 11, 23)
    >>> [differs(Head(7, *seen, now), "a@b.example", 900) for seen in (("a@b.example", 900), ("c@b.example", 900), ("", 900), ("", 0))]
    [False, True, False, False]
    """
    other_id = bool(head.message_id and message_id) and head.message_id != message_id
    return other_id or (head.size_bytes > 0 and head.size_bytes != size_bytes)


def turn(folders: Sequence[OtherFolder], after: str, count_max: int = FOLDERS_MAX) -> tuple[OtherFolder, ...]:
    """Those of the folders that are looked at now: all, or, of too many, the next ones behind `after`, round and round.

    >>> folders = [OtherFolder(name, Place.ELSEWHERE) for name in "abc"]
    >>> [folder.name for folder in turn(folders, "b", 2)]
    ['c', 'a']
    """
    if len(folders) <= count_max:
        return tuple(folders)
    start = next((number for number, folder in enumerate(folders, 1) if folder.name == after), 0)
    return (*folders[start:], *folders[:start])[:count_max]
