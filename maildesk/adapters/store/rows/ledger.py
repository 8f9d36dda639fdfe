# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The ledger: one line for every mail that was taken in. The memory of the mailbox."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from maildesk.adapters.store.tables import ledger, messages, raws
from maildesk.core.decision.decision import Folder, Outcome
from maildesk.octets import RawMessage

UIDS_MAX = 500  # in one statement


class Ledger:
    """Works in the transaction of `connection`. The port of `jobs.ports.IntakeStore` says what each method promises."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, raw: RawMessage, message_id: str, outcome: Outcome, folder: Folder, now: datetime) -> None:
        self._connection.execute(
            insert(ledger).values(
                folder=raw.folder, uid_validity=raw.uid_validity, uid=raw.uid, digest=raw.octets.digest, message_id=message_id,
                size_bytes=raw.octets.size_bytes, outcome=outcome, filed_to=folder, at=now,
            )
        )  # fmt: skip

    def recorded(self, folder: str, uid_validity: int, uids: Collection[int]) -> Mapping[int, str]:
        query = select(ledger.c.uid, ledger.c.filed_to).where(ledger.c.folder == folder, ledger.c.uid_validity == uid_validity)
        found: dict[int, str] = {}
        for some in pieces(uids):  # a hundred thousand at once would take megabytes
            wanted = frozenset(some)
            rows = self._connection.execute(query.where(ledger.c.uid.between(some[0], some[-1])))
            found |= {row.uid: row.filed_to for row in rows if row.uid in wanted}
        return found

    def recorded_mails(self, folder: str, uid_validity: int, uids: Collection[int]) -> Mapping[int, tuple[str, int]]:
        query = select(ledger.c.uid, ledger.c.message_id, ledger.c.size_bytes)
        query = query.where(ledger.c.folder == folder, ledger.c.uid_validity == uid_validity)
        rows = [row for some in pieces(uids) for row in self._connection.execute(query.where(ledger.c.uid.in_(some)))]
        return {row.uid: (row.message_id, row.size_bytes) for row in rows}

    def forget_places(self, folder: str, uid_validity: int, uids: Collection[int] | None = None) -> None:
        change = update(ledger).where(ledger.c.folder == folder, ledger.c.uid_validity == uid_validity).values(uid=None)
        for some in (None,) if uids is None else pieces(uids):
            self._connection.execute(change if some is None else change.where(ledger.c.uid.in_(some)))

    def known_mails(self, heads: Collection[tuple[str, int]]) -> frozenset[tuple[str, int]]:
        ids = frozenset(message_id for message_id, _size in heads if message_id)
        kept = select(messages.c.message_id, raws.c.size_bytes).join(raws, raws.c.id == messages.c.raw_id)
        copies = select(ledger.c.message_id, ledger.c.size_bytes)  # of what was known already, and so not kept once more
        found = {(row[0], row[1]) for row in self._connection.execute(kept.where(messages.c.message_id.in_(ids)))}
        missing = {message_id for message_id, size in heads if message_id and (message_id, size) not in found}
        if missing:
            found |= {(row[0], row[1]) for row in self._connection.execute(copies.where(ledger.c.message_id.in_(missing)))}
        return frozenset(heads) & found

    def known_digests(self, digests: Collection[str]) -> frozenset[str]:
        query = select(ledger.c.digest).where(ledger.c.digest.in_(digests))
        return frozenset(self._connection.execute(query).scalars())


def pieces(uids: Collection[int]) -> Iterator[list[int]]:
    """The UIDs in their order, so many at a time as one statement may name."""
    ordered = sorted(uids)
    for start in range(0, len(ordered), UIDS_MAX):
        yield ordered[start : start + UIDS_MAX]
