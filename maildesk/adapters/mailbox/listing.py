# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Which UIDs are in the selected folder. Only numbers ever get into these commands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import TypeVar

from maildesk.adapters.mailbox.connection import Connection
from maildesk.errors import MailboxUnreachable

# imaplib takes no line longer than 1,000,000 octets, and a UID may have ten digits (RFC 3501 section 9, nz-number). Far fewer at a
# time, as the parts of a line take much memory before they are numbers.
SEARCH_MESSAGES_MAX = 5_000
WHAT = "list a folder"

T = TypeVar("T")


def all_uids(connection: Connection, messages: int) -> tuple[int, ...]:
    """Every UID in ascending order; `messages` is how many the server said there are (EXISTS).

    From the end on: where messages go meanwhile, those behind them get smaller numbers (RFC 3501 section 7.4.1), and none is passed over.
    """
    if messages <= SEARCH_MESSAGES_MAX:
        return tuple(ascending(_search(connection, "ALL")))
    found: list[int] = []
    for last in range(messages, 0, -SEARCH_MESSAGES_MAX):
        found += _search(connection, f"{max(last - SEARCH_MESSAGES_MAX, 0) + 1}:{last}")
    return tuple(ascending(found))


def present(connection: Connection, uids: Iterable[int]) -> frozenset[int]:
    """Those of the UIDs that are in the folder now."""
    asked = frozenset(uids)
    if not asked:
        return asked
    return asked & frozenset(_search(connection, "UID", uid_set(asked)))


def uids_from(connection: Connection, first: int, messages: int) -> tuple[int, ...]:
    """The UIDs from `first` on, in a folder that holds so many messages (EXISTS).

    The star stands for the last mail, whatever its UID (RFC 3501 section 6.4.8): where there are messages, none is no answer.
    """
    found = _search(connection, "UID", f"{first}:*")
    if messages and not found:
        raise MailboxUnreachable("the mail server does not list the mails of a folder that has some")
    return tuple(sorted(uid for uid in found if uid >= first))


def uids_since(connection: Connection, day: date) -> tuple[int, ...]:
    """The UIDs of what arrived on that day or later, by INTERNALDATE in whatever zone the server counts days (section 6.4.4)."""
    return tuple(sorted(connection.ask(WHAT, lambda client: [int(uid) for uid in client.search(["SINCE", day])])))


def flagged_deleted(connection: Connection) -> frozenset[int]:
    return frozenset(_search(connection, "DELETED"))


def ascending(uids: Iterable[int]) -> Iterator[int]:
    """Each UID once. Of a hundred thousand of them a set would take megabytes."""
    return (uid for uid, _same in groupby(sorted(uids)))


def uid_set(uids: Iterable[int]) -> str:
    return ",".join(str(uid) for uid in sorted(uids))


def chunks(items: Sequence[T], count_max: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), count_max):
        yield items[start : start + count_max]


def _search(connection: Connection, *criteria: str) -> list[int]:
    return connection.ask(WHAT, lambda client: [int(uid) for uid in client.search(list(criteria))])
