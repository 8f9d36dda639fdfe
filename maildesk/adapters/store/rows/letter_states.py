# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The outbox: every step of a letter is durable before the next one is taken."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, insert, or_, select, update

from maildesk.adapters.store.engine import reading, writing
from maildesk.adapters.store.rows.record import IntakeTransaction
from maildesk.adapters.store.tables import cases, facts, letters
from maildesk.core.case.case import Direction, Role
from maildesk.core.decision.decision import Decision, Folder, Outcome
from maildesk.core.letters.letter import Due, Enclosure, Letter, LetterState, QueuedLetter
from maildesk.core.mail.classify import Automatic, Verdict
from maildesk.core.mail.message import Message
from maildesk.core.text.said import from_json
from maildesk.octets import RawMessage

SENT_AGAIN = "sent_again"


class OutboxRows:
    """The rows of the outbox, as a part of the store. Each method is one transaction of its own."""

    _engine: Engine

    def _transaction(self, connection: Connection) -> IntakeTransaction:
        raise NotImplementedError

    def due_letters(self, due: Due, count_max: int) -> tuple[QueuedLetter, ...]:
        query = (
            select(letters, cases.c.number)
            .join(cases, cases.c.id == letters.c.case_id, isouter=True)
            .where(_is_due(due))
            .order_by(letters.c.next_attempt_at, letters.c.id)
            .limit(count_max)
        )
        with reading(self._engine) as connection:
            return tuple(_queued(row) for row in connection.execute(query))

    def mark_sending(self, row: int, subject: str, now: datetime) -> bool:
        tried = {"subject": subject, "attempts": letters.c.attempts + 1, "next_attempt_at": now, "waits_for": "", "doubt_since": None}
        return self._step(row, LetterState.QUEUED, state=LetterState.SENDING, **tried)

    def mark_dot(self, row: int, now: datetime) -> bool:
        return self._step(row, LetterState.SENDING, state=LetterState.DOT, doubt_since=now)

    def mark_sent(self, row: int, raw: RawMessage, message: Message, now: datetime, *, copy_expected: bool) -> None:
        sent = letters.c.id == row
        own = Decision(
            Outcome.ALREADY_KNOWN,
            Folder.SENT,
            Verdict(Automatic.OWN),
            direction=Direction.OUT,
            role=Role.DESK,
            evidence=("our own letter",),
        )
        with writing(self._engine) as connection:
            values = {"state": LetterState.SENT, "sent_at": now, "doubt_since": None, "copy_expected": copy_expected, "error": ""}
            connection.execute(update(letters).where(sent).values(**values))
            self._transaction(connection).record_sent(row, raw, message, own, now)

    def mark_deferred(self, row: int, error: str, next_attempt_at: datetime) -> None:
        queued = {"state": LetterState.QUEUED, "error": error[:500], "next_attempt_at": next_attempt_at, "doubt_since": None}
        with writing(self._engine) as connection:
            connection.execute(update(letters).where(letters.c.id == row, letters.c.state != LetterState.SENT).values(**queued))

    def defer_due(self, due: Due, error: str, next_attempt_at: datetime) -> int:
        later = {"error": error[:500], "next_attempt_at": next_attempt_at}
        with writing(self._engine) as connection:
            return int(connection.execute(update(letters).where(_is_due(due)).values(**later)).rowcount)

    def mark_failed(self, row: int, error: str, now: datetime) -> None:
        values = {"state": LetterState.FAILED, "error": error[:500], "next_attempt_at": now, "doubt_since": None}
        with writing(self._engine) as connection:
            connection.execute(update(letters).where(letters.c.id == row).values(**values))
            self._transaction(connection).record_failed(row, error, now)

    def mark_in_doubt(self, row: int, error: str, *, copy_expected: bool) -> None:
        values = {"error": error[:500], **({} if copy_expected else {"doubt_since": None})}
        in_doubt = (letters.c.id == row, letters.c.state == LetterState.DOT)  # the copy may have come while we waited for the answer
        with writing(self._engine) as connection:
            connection.execute(update(letters).where(*in_doubt).values(**values))

    def _step(self, row: int, before: LetterState, **values: Any) -> bool:
        """One step of a sending; False if the letter no longer is where we left it."""
        with writing(self._engine) as connection:
            done = connection.execute(update(letters).where(letters.c.id == row, letters.c.state == before).values(**values))
            return bool(done.rowcount)

    def requeue_interrupted(self, now: datetime) -> int:
        with writing(self._engine) as connection:
            interrupted = letters.c.state == LetterState.SENDING
            done = connection.execute(update(letters).where(interrupted).values(state=LetterState.QUEUED, next_attempt_at=now))
            return int(done.rowcount)

    def settle_doubts(self, in_doubt_before: datetime, now: datetime) -> int:
        """A letter in doubt whose copy did not come back was probably not taken: again, under the same Message-ID, but only once.

        If that ends in doubt as well, perhaps each one arrives and the copies get lost: then it waits for a person.
        """
        in_doubt = (letters.c.state == LetterState.DOT, letters.c.doubt_since <= in_doubt_before)
        again = {"state": LetterState.QUEUED, "next_attempt_at": now, "doubt_since": None, "error": "in doubt, and no copy came back"}
        with writing(self._engine) as connection:
            found = connection.execute(select(letters.c.id).where(*in_doubt)).scalars().all()
            if not found:
                return 0
            before = _sent_again(connection)
            first, second = [row for row in found if row not in before], [row for row in found if row in before]
            connection.execute(update(letters).where(letters.c.id.in_(first)).values(**again))
            undecided = {"doubt_since": None, "error": "in doubt again, and no copy came back"}
            connection.execute(update(letters).where(letters.c.id.in_(second)).values(**undecided))
            _note_sent_again(connection, {*before, *first}, now)
            return len(first)

    def retry_letter(self, row: int, now: datetime) -> bool:
        """A person says: send it again, whatever came back. False if there is no such letter that waits, failed or is in doubt."""
        again = {"state": LetterState.QUEUED, "next_attempt_at": now, "doubt_since": None, "error": "", "sent_at": None, "waits_for": ""}
        again |= {"report": "", "report_proved": False, "reported_at": None}
        waiting = letters.c.state.in_((LetterState.QUEUED, LetterState.FAILED, LetterState.DOT, LetterState.HELD))
        with writing(self._engine) as connection:
            return bool(connection.execute(update(letters).where(letters.c.id == row, waiting).values(**again)).rowcount)


def _is_due(due: Due) -> ColumnElement[bool]:
    time_has_come = or_(letters.c.next_attempt_at <= due.now, letters.c.next_attempt_at > due.never_later)
    may_leave = or_(letters.c.waits_for == "", letters.c.doubt_since.is_(None))
    if due.proved_before:
        may_leave = or_(may_leave, letters.c.doubt_since <= due.proved_before)
    return and_(letters.c.state == LetterState.QUEUED, time_has_come, may_leave)


def _sent_again(connection: Connection) -> set[int]:
    """The letters that left twice perhaps, and have not come to an end."""
    noted = connection.execute(select(facts.c.value).where(facts.c.name == SENT_AGAIN)).scalar() or {}
    on_their_way = letters.c.state.in_((LetterState.QUEUED, LetterState.SENDING, LetterState.DOT))
    return set(connection.execute(select(letters.c.id).where(letters.c.id.in_(noted.get("rows", ())), on_their_way)).scalars())


def _note_sent_again(connection: Connection, rows: Collection[int], now: datetime) -> None:
    value = {"rows": sorted(rows)}
    if not connection.execute(update(facts).where(facts.c.name == SENT_AGAIN).values(value=value, at=now)).rowcount:
        connection.execute(insert(facts).values(name=SENT_AGAIN, value=value, at=now))


def _queued(row: Row[Any]) -> QueuedLetter:
    letter = Letter(
        letter_id=row.letter_id,
        template=row.template,
        recipient=row.recipient,
        message_id=row.message_id,
        case_number=row.number or "",
        in_reply_to=row.in_reply_to,
        references=tuple(row.referred),
        reply_to=row.reply_to,
        enclosures=tuple(Enclosure(**each) for each in row.enclosures),
        about=row.about,
        author=row.author,
        language=row.language,
        automatic=row.automatic,
        context={"absender": row.sender_name, **{name: from_json(value) for name, value in row.context.items()}},
        created_at=row.created_at,
    )
    return QueuedLetter(row.id, letter, row.attempts)
