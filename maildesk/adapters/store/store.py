# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The database: cases and messages, the intake ledger, the outbox. One transaction for one batch of mail."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from maildesk.adapters.store.backup import RESTORED
from maildesk.adapters.store.engine import check_health, open_engine, reading, translated, writing
from maildesk.adapters.store.lock import only_one
from maildesk.adapters.store.migration import migrate, needs_migration, schema_version
from maildesk.adapters.store.rows import octets as octet_rows
from maildesk.adapters.store.rows.agenda import Planning, open_questions
from maildesk.adapters.store.rows.facts import began, of_pass
from maildesk.adapters.store.rows.parts import Parts
from maildesk.adapters.store.rows.record import IntakeTransaction
from maildesk.adapters.store.rows.signs import read_signs
from maildesk.adapters.store.rows.views import CaseFilter, Views
from maildesk.core.agenda.agenda import OpenQuestion
from maildesk.core.decision.message_object import JsonObject
from maildesk.core.health import Signs
from maildesk.core.letters.letter import ALARM, Due, QueuedLetter
from maildesk.core.mail.message import Message
from maildesk.octets import Octets, RawMessage

__all__ = ["CaseFilter", "Store", "only_one"]


class Store:
    """The open database, for all ports of `jobs.ports`, which say what each method promises. Every method is one transaction of its own;
    `transaction` and `planning` are one for all that is done in them.
    """

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

    @contextmanager
    def _reading(self) -> Iterator[Parts]:
        with reading(self._engine) as connection:
            yield Parts(connection, self._prefix, self._zone)

    @contextmanager
    def _writing(self) -> Iterator[Parts]:
        with writing(self._engine) as connection:
            yield Parts(connection, self._prefix, self._zone)

    # --- the intake ---

    @contextmanager
    def transaction(self) -> Iterator[IntakeTransaction]:
        with self._writing() as parts:
            yield IntakeTransaction(parts, self._prefix)

    def recorded(self, folder: str, uid_validity: int, uids: Collection[int]) -> Mapping[int, str]:
        with self._reading() as parts:
            return parts.ledger.recorded(folder, uid_validity, uids)

    def recorded_mails(self, folder: str, uid_validity: int, uids: Collection[int]) -> Mapping[int, tuple[str, int]]:
        with self._reading() as parts:
            return parts.ledger.recorded_mails(folder, uid_validity, uids)

    def forget_places(self, folder: str, uid_validity: int, uids: Collection[int] | None = None) -> None:
        with self._writing() as parts:
            parts.ledger.forget_places(folder, uid_validity, uids)

    def known_mails(self, heads: Collection[tuple[str, int]]) -> frozenset[tuple[str, int]]:
        with self._reading() as parts:
            return parts.ledger.known_mails(heads)

    def known_digests(self, digests: Collection[str]) -> frozenset[str]:
        with self._reading() as parts:
            return parts.ledger.known_digests(digests)

    def note_filed(self, folder: str, uid_validity: int, filed: Collection[int], contested: Collection[int], now: datetime) -> None:
        with self._reading() as parts:
            if not parts.letters.any_waits_for_filing():
                return
        with self._writing() as parts:
            parts.letters.note_filed(folder, uid_validity, filed, contested, now)

    def note_pass(
        self, counts: Mapping[str, int], backlog: int, problem: str, started_at: datetime, now: datetime, *, whole: bool = True
    ) -> None:
        for name, value in of_pass(dict(counts), backlog, problem, started_at, now, whole=whole).items():
            self.learn(name, value, now)

    def last_good_pass(self) -> datetime | None:
        return began(self.fact("last_good_pass"))

    def last_whole_pass(self) -> datetime | None:
        return began(self.fact("last_whole_pass"))

    def begin_restore(self, now: datetime) -> int | None:
        """What a copy of a database must do at its first start, once; how many letters are in doubt now, or None if it is none."""
        fact = self.fact(RESTORED)
        if not fact or fact.get("begun_at"):
            return None
        with self._writing() as parts:
            parts.facts.learn(RESTORED, {**fact, "begun_at": now.isoformat()}, now)
            return parts.letters.doubt_what_waits(now)

    # --- the outbox ---

    def due_letters(self, due: Due, count_max: int) -> tuple[QueuedLetter, ...]:
        with self._reading() as parts:
            return parts.letters.due(due, count_max)

    def mark_sending(self, row: int, subject: str, now: datetime) -> bool:
        with self._writing() as parts:
            return parts.letters.mark_sending(row, subject, now)

    def mark_dot(self, row: int, now: datetime) -> bool:
        with self._writing() as parts:
            return parts.letters.mark_dot(row, now)

    def mark_sent(self, row: int, raw: RawMessage, message: Message, now: datetime, *, copy_expected: bool) -> None:
        with self._writing() as parts:
            parts.letters.mark_sent(row, raw, message, now, copy_expected=copy_expected)

    def mark_deferred(self, row: int, error: str, next_attempt_at: datetime, *, unwritten: bool = False) -> None:
        with self._writing() as parts:
            parts.letters.mark_deferred(row, error, next_attempt_at, unwritten=unwritten)

    def defer_due(self, due: Due, error: str, next_attempt_at: datetime) -> int:
        with self._writing() as parts:
            return parts.letters.defer_due(due, error, next_attempt_at)

    def hurry(self, now: datetime) -> int:
        with self._writing() as parts:
            return parts.letters.hurry(now)

    def mark_failed(self, row: int, error: str, now: datetime) -> None:
        with self._writing() as parts:
            parts.letters.mark_failed(row, error, now)

    def mark_in_doubt(self, row: int, error: str, *, copy_expected: bool) -> None:
        with self._writing() as parts:
            parts.letters.mark_in_doubt(row, error, copy_expected=copy_expected)

    def settle_doubts(self, in_doubt_before: datetime, now: datetime) -> int:
        with self._writing() as parts:
            return parts.letters.settle_doubts(in_doubt_before, now)

    def retry_unwritten(self, now: datetime) -> int:
        with self._writing() as parts:
            return parts.letters.retry_unwritten(now)

    def requeue_interrupted(self, now: datetime) -> int:
        with self._writing() as parts:
            return parts.letters.requeue_interrupted(now)

    def retry_letter(self, row: int, now: datetime) -> bool:
        """A person says: send it again, whatever came back. False if there is no such letter that waits, failed or is in doubt."""
        with self._writing() as parts:
            return parts.letters.retry(row, now)

    def retry_all_letters(self, now: datetime) -> int:
        """The same for all that wait, and all that failed lately without a report that they came back; how many."""
        with self._writing() as parts:
            return parts.letters.retry_all(now)

    # --- digest and reminders ---

    @contextmanager
    def planning(self) -> Iterator[Planning]:
        with self._writing() as parts:
            yield parts.planning

    def open_questions(self) -> tuple[OpenQuestion, ...]:
        with reading(self._engine) as connection:
            return open_questions(connection)

    # --- facts, alarms, signs ---

    def fact(self, name: str) -> JsonObject:
        with self._reading() as parts:
            return parts.facts.get(name)

    def learn(self, name: str, value: dict[str, Any], now: datetime) -> None:
        with self._writing() as parts:
            parts.facts.learn(name, value, now)

    def standing_alarms(self) -> Mapping[str, datetime]:
        with self._reading() as parts:
            return parts.alarms.standing()

    def waiting_alarms(self) -> int:
        """How many letters of alarms have not left yet."""
        with self._reading() as parts:
            return parts.letters.waiting(ALARM)

    def health_counts(self, now: datetime) -> JsonObject:
        """The counts of `status`."""
        return self.views.counts(now)

    def signs(self, now: datetime) -> Signs:
        """How the letters fare."""
        last_whole_pass = self.last_whole_pass()
        with reading(self._engine) as connection:
            return read_signs(connection, last_whole_pass, now)

    # --- octets of single messages ---

    def quarantined_mail(self, quarantine_id: int, spool: Path | None = None) -> RawMessage:
        """A mail in quarantine, as it came. The caller closes the octets."""
        with self._reading() as parts:
            return parts.quarantine.mail(quarantine_id, spool)

    def octets_by_digest(self, digest: str, spool: Path | None = None) -> Octets | None:
        """The octets of a stored mail by their sha256; None if there is none. The caller closes them."""
        with reading(self._engine) as connection:
            return octet_rows.by_digest(connection, digest, spool)

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
