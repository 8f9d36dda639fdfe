# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Messages leave the inbox for another folder. OK is no proof of that: what counts is which UIDs are seen to have gone.

And that a mail has gone is no proof that we took it. The server's COPYUID says so (RFC 4315 section 3, RFC 6851 section 4.3). Even that two
desks may read about one and the same mail, as a server may carry out two MOVEs at once; then the folder holds it twice, and it is theirs
whose copy came first: UIDs only ascend (RFC 3501 section 2.3.1.1).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from maildesk.adapters.mailbox.connection import Connection
from maildesk.adapters.mailbox.elsewhere import heads, mark, still_there
from maildesk.adapters.mailbox.folders import Folders
from maildesk.adapters.mailbox.listing import chunks, flagged_deleted, present, uids_from
from maildesk.core.mail.folders import Filed, Head, Mark
from maildesk.errors import MailboxRefused, MailboxUnreachable

MOVE_MAILS_MAX = 200
WHAT = "move mails"
_COPYUID = re.compile(rb"(\d{1,10}) ([\d:,]{1,4000}) ([\d:,]{1,4000})")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Places:
    """Where messages went, by their UIDs in the inbox, as COPYUID says; empty if it does not."""

    uid_validity: int = 0
    by_uid: Mapping[int, int] = field(default_factory=dict)


class Filing:
    """Moves messages of the selected inbox, and remembers how far it has seen the folders that it moves them to."""

    def __init__(self, connection: Connection, folders: Folders) -> None:
        self._connection = connection
        self._folders = folders
        self._ends: dict[str, Mark] = {}  # of folders: everything from there on came after the inbox was listed
        self._tells = False  # whether this server reports where a mail went

    def note_ends(self) -> None:
        """To be called before the inbox is listed."""
        for folder in {self._folders.name(role) for role in ("archive", "done")} - self._ends.keys():
            self._ends[folder] = Mark(0, 0)
            with suppress(MailboxRefused, MailboxUnreachable):  # it may be missing or damaged: no reason to look at no mail at all
                self._ends[folder] = mark(self._connection, folder)

    def file(self, still_selected: Callable[[], bool], uids: Collection[int], role: str) -> Filed:
        """Moves the messages to the folder of that role."""
        gone: set[int] = set()
        contested: set[int] = set()
        for chunk in chunks(sorted(set(uids)), MOVE_MAILS_MAX):
            if not still_selected():
                break
            # Where it is not known that the server reports it, a look before shows at least whether there is anything to move.
            there = frozenset(chunk) if self._tells else present(self._connection, chunk)
            asked = frozenset(chunk)
            places = self._try(chunk, role)
            while isinstance(places, MailboxRefused) and (lost := asked - still_there(self._connection, asked)):
                # Some servers move none if one has gone (RFC 5530 EXPUNGEISSUED): somebody else was quicker, with that one only.
                contested |= lost
                gone |= lost
                asked = there = asked - lost
                places = self._try(sorted(asked), role) if asked else _Places()
            if isinstance(places, MailboxRefused):
                log.warning("%d mails could not be filed to imap.%s: %s", len(asked), role, places)
                continue
            left = asked - present(self._connection, asked)
            gone |= left
            contested |= (left - there) | self._contested(left, places, self._folders.name(role))
        return Filed(frozenset(gone), frozenset(contested))

    def _try(self, uids: Sequence[int], role: str) -> _Places | MailboxRefused:
        """Once, and once more if the folder was missing (RFC 3501 section 7.1, TRYCREATE; not every server says so)."""
        try:
            return self._transfer(uids, self._folders.name(role))
        except MailboxRefused:
            try:
                if not self._folders.ensure(role):
                    raise
                return self._transfer(uids, self._folders.name(role))
            except MailboxRefused as final:
                return final

    def _transfer(self, uids: Sequence[int], target: str) -> _Places:
        connection = self._connection
        if connection.offers("MOVE"):
            return connection.change(WHAT, lambda client: _places(client, lambda: client.move(uids, target)))  # RFC 6851
        by_uid = connection.offers("UIDPLUS")
        # Without UIDPLUS, EXPUNGE takes every mail that carries the flag, also those that a colleague flagged and may yet want back.
        if not by_uid and _foreign_deleted(connection, uids):
            return _Places()
        places = connection.change(WHAT, lambda client: _places(client, lambda: client.copy(uids, target)))
        connection.change(WHAT, lambda client: client.delete_messages(uids, silent=True))
        if by_uid:
            connection.change(WHAT, lambda client: client.uid_expunge(uids))  # RFC 4315
        elif not _foreign_deleted(connection, uids):
            connection.change(WHAT, lambda client: client.expunge())
        return places

    # --- whether we took it, or somebody else ---

    def _contested(self, left: Collection[int], places: _Places, target: str) -> set[int]:
        self._tells = self._tells or bool(places.by_uid)
        unseen = {uid for uid in left if uid not in places.by_uid} if self._tells else set()
        return unseen | (self._came_second(places, target) if places.by_uid else set())

    def _came_second(self, places: _Places, target: str) -> set[int]:
        """Those whose like is before them in the folder, and came there since the inbox was listed."""
        last = max(places.by_uid.values())
        before, self._ends[target] = self._ends.get(target), Mark(places.uid_validity, last + 1)
        if before is None or before.uid_validity != places.uid_validity:
            return set()
        ours = {place: uid for uid, place in places.by_uid.items()}
        if last + 1 - before.uid_next <= len(ours):
            return set()  # nobody else put anything there
        found = self._heads(target, before.uid_next, last)
        first: dict[Any, int] = {}
        for head in found:
            first.setdefault(_look(head), head.uid)
        return {ours[head.uid] for head in found if head.uid in ours and first[_look(head)] not in ours}

    def _heads(self, target: str, first: int, last: int) -> tuple[Head, ...]:
        try:
            answer = self._connection.select(target, readonly=True)
            found = uids_from(self._connection, first, int(answer.get(b"EXISTS", 0)))
            return heads(self._connection, [uid for uid in found if uid <= last])
        except MailboxRefused as refusal:
            log.warning("the folder that mails are filed to cannot be looked into: %s", refusal)
            return ()


def _places(client: Any, moved: Callable[[], object]) -> _Places:
    """`moved` is carried out. COPYUID may come on its own before the tagged answer, or more than once."""
    told = client._imap.untagged_responses
    told.pop("COPYUID", None)
    moved()
    by_uid: dict[int, int] = {}
    uid_validity = 0
    for line in told.get("COPYUID", ()):
        match = _COPYUID.fullmatch(line or b"")
        if match:
            uid_validity = int(match[1])
            by_uid |= dict(zip(_numbers(match[2]), _numbers(match[3]), strict=False))
    return _Places(uid_validity, by_uid)


def _numbers(uid_set: bytes) -> Iterator[int]:
    """
    >>> list(_numbers(b"4:6,9")), list(_numbers(b"6:4"))
    ([4, 5, 6, 9], [4, 5, 6])
    """
    for part in uid_set.split(b","):
        ends = sorted(int(end) for end in part.split(b":"))
        yield from range(ends[0], min(ends[-1], ends[0] + MOVE_MAILS_MAX) + 1)


def _look(head: Head) -> tuple[str, int, datetime]:
    return head.message_id, head.size_bytes, head.internal_date


def _foreign_deleted(connection: Connection, uids: Sequence[int]) -> bool:
    foreign = len(flagged_deleted(connection) - set(uids))
    if foreign:
        log.warning("%d mails in the inbox are flagged as deleted: nothing can be filed until they are expunged or restored", foreign)
    return foreign > 0
