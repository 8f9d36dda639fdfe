# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The database: cases and messages, the intake ledger, the outbox. One transaction for one batch of mail."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from maildesk.adapters.store.backup import RESTORED
from maildesk.adapters.store.engine import check_health, open_engine, reading, translated, writing
from maildesk.adapters.store.lock import only_one
from maildesk.adapters.store.migration import migrate, needs_migration, schema_version
from maildesk.adapters.store.rows import octets as octet_rows
from maildesk.adapters.store.rows.agenda import AgendaRows
from maildesk.adapters.store.rows.letter_states import OutboxRows
from maildesk.adapters.store.rows.record import IntakeTransaction
from maildesk.adapters.store.rows.restored import doubt_what_waits
from maildesk.adapters.store.rows.signs import read_signs
from maildesk.adapters.store.rows.views import CaseFilter, Views
from maildesk.adapters.store.tables import alarms, facts, ledger, letters, messages, quarantined, raws
from maildesk.core.decision.message_object import JsonObject
from maildesk.core.health import Signs
from maildesk.core.letters.letter import ALARM, CONTESTED, CONTESTED_LONGER, LetterState
from maildesk.octets import Octets, RawMessage

__all__ = ["CaseFilter", "Store", "only_one"]

UIDS_MAX = 500  # in one statement


class Store(OutboxRows, AgendaRows):
    """The open database. Every method is one transaction; `transaction` is one for a whole batch."""

    def __init__(self, file: Path, prefix: str, zone: tzinfo) -> None:
        self._file = file
        self._prefix = prefix
        self._zone = zone
        self._engine = open_engine(file)
        self.views = Views(self._engine)

    @classmethod
    def open(cls, file: Path, prefix: str, zone: tzinfo, *, check: bool = False) -> Store:
        """Makes the database or brings its schema up to date. Raises StoreUnusable before anything else has happened.

        `check` reads the file for damage first; commands that go on to change a mailbox ask for it.
        """
        store = cls(file, prefix, zone)
        try:
            store._prepare(check=check)
        except BaseException:
            store.close()
            raise
        return store

    def _prepare(self, *, check: bool) -> None:
        with reading(self._engine) as connection:
            if check:
                check_health(connection, self._file)
            behind = needs_migration(schema_version(connection))
        if behind:
            with writing(self._engine) as connection:
                migrate(connection)
        if check:
            # A write that changes nothing: a full disk or a read-only file shows now, not after a mail was fetched.
            self.learn("writable", {}, datetime.now(self._zone))

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def _transaction(self, connection: Connection) -> IntakeTransaction:
        return IntakeTransaction(connection, self._prefix, self._zone)

    # --- the intake ---

    @contextmanager
    def transaction(self) -> Iterator[IntakeTransaction]:
        with writing(self._engine) as connection:
            yield self._transaction(connection)

    def recorded(self, folder: str, uid_validity: int, uids: Collection[int]) -> Mapping[int, str]:
        query = select(ledger.c.uid, ledger.c.filed_to).where(ledger.c.folder == folder, ledger.c.uid_validity == uid_validity)
        found: dict[int, str] = {}
        with reading(self._engine) as connection:
            for some in _pieces(uids):  # a hundred thousand at once would take megabytes
                wanted = frozenset(some)
                rows = connection.execute(query.where(ledger.c.uid.between(some[0], some[-1])))
                found |= {row.uid: row.filed_to for row in rows if row.uid in wanted}
        return found

    def recorded_mails(self, folder: str, uid_validity: int, uids: Collection[int]) -> Mapping[int, tuple[str, int]]:
        query = select(ledger.c.uid, ledger.c.message_id, ledger.c.size_bytes)
        query = query.where(ledger.c.folder == folder, ledger.c.uid_validity == uid_validity)
        with reading(self._engine) as connection:
            rows = [row for some in _pieces(uids) for row in connection.execute(query.where(ledger.c.uid.in_(some)))]
        return {row.uid: (row.message_id, row.size_bytes) for row in rows}

    def forget_places(self, folder: str, uid_validity: int, uids: Collection[int] | None = None) -> None:
        change = update(ledger).where(ledger.c.folder == folder, ledger.c.uid_validity == uid_validity).values(uid=None)
        with writing(self._engine) as connection:
            for some in (None,) if uids is None else _pieces(uids):
                connection.execute(change if some is None else change.where(ledger.c.uid.in_(some)))

    def note_filed(self, folder: str, uid_validity: int, filed: Collection[int], contested: Collection[int], now: datetime) -> None:
        with reading(self._engine) as connection:
            if connection.execute(select(letters.c.id).where(letters.c.waits_for != "").limit(1)).first() is None:
                return
        place = (ledger.c.folder == folder, ledger.c.uid_validity == uid_validity)
        later = {"doubt_since": now + CONTESTED_LONGER, "error": CONTESTED}
        changes: tuple[tuple[Collection[int], dict[str, Any]], ...] = ((filed, {"waits_for": "", "doubt_since": None}), (contested, later))
        with writing(self._engine) as connection:
            for uids, values in changes:
                for some in _pieces(uids):
                    digests = select(ledger.c.digest).where(*place, ledger.c.uid.in_(some))
                    waiting = (letters.c.waits_for != "", letters.c.state == LetterState.QUEUED, letters.c.waits_for.in_(digests))
                    connection.execute(update(letters).where(*waiting).values(**values))

    def known_mails(self, heads: Collection[tuple[str, int]]) -> frozenset[tuple[str, int]]:
        ids = frozenset(message_id for message_id, _size in heads if message_id)
        kept = select(messages.c.message_id, raws.c.size_bytes).join(raws, raws.c.id == messages.c.raw_id)
        copies = select(ledger.c.message_id, ledger.c.size_bytes)  # of what was known already, and so not kept once more
        with reading(self._engine) as connection:
            found = {(row[0], row[1]) for row in connection.execute(kept.where(messages.c.message_id.in_(ids)))}
            missing = {message_id for message_id, size in heads if message_id and (message_id, size) not in found}
            if missing:
                found |= {(row[0], row[1]) for row in connection.execute(copies.where(ledger.c.message_id.in_(missing)))}
        return frozenset(heads) & found

    def known_digests(self, digests: Collection[str]) -> frozenset[str]:
        query = select(ledger.c.digest).where(ledger.c.digest.in_(digests))
        with reading(self._engine) as connection:
            return frozenset(connection.execute(query).scalars())

    def note_pass(
        self, counts: Mapping[str, int], backlog: int, problem: str, started_at: datetime, now: datetime, *, whole: bool = True
    ) -> None:
        times = {"started_at": started_at.isoformat(), "finished_at": now.isoformat()}
        value = {**times, "counts": dict(counts), "backlog": backlog, "problem": problem}
        self.learn("last_pass", value, now)
        if not problem:
            self.learn("last_good_pass", value, now)
        if whole and not problem:
            self.learn("last_whole_pass", times, now)

    def last_good_pass(self) -> datetime | None:
        return self._began("last_good_pass")

    def last_whole_pass(self) -> datetime | None:
        return self._began("last_whole_pass")

    def _began(self, fact: str) -> datetime | None:
        value = self.fact(fact)
        return datetime.fromisoformat(value["started_at"]) if value else None

    def begin_restore(self, now: datetime) -> int | None:
        """What a copy of a database must do at its first start, once; how many letters are in doubt now, or None if it is none."""
        fact = self.fact(RESTORED)
        if not fact or fact.get("begun_at"):
            return None
        with writing(self._engine) as connection:
            done = update(facts).where(facts.c.name == RESTORED).values(value={**fact, "begun_at": now.isoformat()}, at=now)
            connection.execute(done)
            return doubt_what_waits(connection, now)

    # --- facts and alarms ---

    def fact(self, name: str) -> JsonObject:
        return self.views.fact(name)

    def learn(self, name: str, value: dict[str, Any], now: datetime) -> None:
        with writing(self._engine) as connection:
            done = connection.execute(update(facts).where(facts.c.name == name).values(value=value, at=now))
            if not done.rowcount:
                connection.execute(insert(facts).values(name=name, value=value, at=now))

    def standing_alarms(self) -> Mapping[str, datetime]:
        """Since when each of the alarms stands."""
        with reading(self._engine) as connection:
            return {row.name: row.since for row in connection.execute(select(alarms.c.name, alarms.c.since).order_by(alarms.c.since))}

    def waiting_alarms(self) -> int:
        """How many letters of alarms have not left yet."""
        waits = letters.c.state.in_((LetterState.QUEUED, LetterState.SENDING, LetterState.DOT))
        with reading(self._engine) as connection:
            return connection.execute(select(func.count()).where(waits, letters.c.template == ALARM)).scalar() or 0

    def health_counts(self, now: datetime) -> JsonObject:
        """The counts of `status`."""
        return self.views.counts(now)

    def signs(self, now: datetime) -> Signs:
        """How the letters fare."""
        last_whole_pass = self.last_whole_pass()
        with reading(self._engine) as connection:
            return read_signs(connection, last_whole_pass, now)

    # --- octets of single mails ---

    def quarantined_mail(self, quarantine_id: int, spool: Path | None = None) -> RawMessage:
        """A mail in quarantine, as it came. The caller closes the octets."""
        with reading(self._engine) as connection:
            row = connection.execute(select(quarantined).where(quarantined.c.id == quarantine_id)).one()
            return RawMessage(row.folder, 0, None, row.received_at, octet_rows.load(connection, row.raw_id, spool))

    def octets_of_message(self, message_row: int, spool: Path | None = None) -> Octets | None:
        with reading(self._engine) as connection:
            raw_id = connection.execute(select(messages.c.raw_id).where(messages.c.id == message_row)).scalar()
            return octet_rows.load(connection, raw_id, spool) if raw_id is not None else None

    def octets_by_digest(self, digest: str, spool: Path | None = None) -> Octets | None:
        """The octets of a stored mail by their sha256; None if there is none. The caller closes them."""
        with reading(self._engine) as connection:
            raw_id = connection.execute(select(raws.c.id).where(raws.c.digest == digest)).scalar()
            return octet_rows.load(connection, raw_id, spool) if raw_id is not None else None

    # --- health ---

    def schema(self) -> str:
        with reading(self._engine) as connection:
            return schema_version(connection)

    def inspect_health(self) -> None:
        """Reads all of the file. Raises StoreUnusable if it is damaged."""
        with reading(self._engine) as connection:
            check_health(connection, self._file, thorough=True)

    def tidy(self) -> None:
        with translated(), closing(self._engine.raw_connection()) as connection:  # outside of any transaction
            for pragma in ("optimize", "wal_checkpoint(TRUNCATE)"):
                connection.cursor().execute(f"PRAGMA {pragma}")


def _pieces(uids: Collection[int]) -> Iterator[list[int]]:
    ordered = sorted(uids)
    for start in range(0, len(ordered), UIDS_MAX):
        yield ordered[start : start + UIDS_MAX]
