# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What there is to do, read for the digest and the reminders, and the letters that come of it: in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select, update

from maildesk.adapters.store.rows.cases import Cases
from maildesk.adapters.store.rows.facts import Facts
from maildesk.adapters.store.rows.history import waiting_since
from maildesk.adapters.store.rows.letter_states import IS_HELD, LetterStates
from maildesk.adapters.store.tables import cases, consultations, contacts, ledger, letters, messages, raws
from maildesk.core.agenda.agenda import Agenda, AsideMail, AskingLetter, OpenCase, OpenQuestion
from maildesk.core.case.case import Direction, Status
from maildesk.core.letters.letter import ANSWER, Letter

Whole = Callable[[int], int]  # from a case to the one that it has become part of, else to itself


class Planning:
    """Everything here happens in the one transaction of `connection`; the caller commits."""

    def __init__(self, connection: Connection, facts: Facts, cases: Cases, letters: LetterStates) -> None:
        self._connection = connection
        self._cases = cases
        self._letters = letters
        self.fact = facts.get
        self.learn = facts.learn
        self.drop_waiting = letters.drop_waiting

    def agenda(self, since: datetime | None = None) -> Agenda:
        """With what was set aside since then; None: without that."""
        whole = _whole(self._connection)
        due, waiting = _statements_due(self._connection, whole), waiting_since(self._connection)
        query = select(cases).where(cases.c.merged_into_id.is_(None), cases.c.status != Status.CLOSED).order_by(cases.c.id)
        found = tuple(_open_case(row, due.get(row.id), waiting.get(row.id)) for row in self._connection.execute(query))
        return Agenda(found, _held(self._connection, whole), _aside(self._connection, since) if since else ())

    def open_questions(self) -> tuple[OpenQuestion, ...]:
        return open_questions(self._connection)

    def queue(self, letter: Letter, now: datetime) -> bool:
        """Puts a letter into the outbox; False if it is there already."""
        return self._letters.queue_once(letter, self._cases.id_of(letter.case_number) if letter.case_number else None, now)

    def mark_reminded(self, row: int, now: datetime) -> None:
        self._connection.execute(update(consultations).where(consultations.c.id == row).values(reminded_at=now))

    def mark_told(self, row: int, now: datetime) -> None:
        self._connection.execute(update(consultations).where(consultations.c.id == row).values(told_at=now))


def _open_case(row: Any, statement_due_on: date | None, waiting_since: datetime | None) -> OpenCase:
    return OpenCase(
        number=row.number,
        status=Status(row.status),
        opened_at=row.opened_at,
        kind=row.kind or "",
        kind_confirmed=row.kind_confirmed,
        title=row.title,
        urgency=row.urgency,
        due_on=row.due_on,
        statement_due_on=statement_due_on,
        waiting_since=waiting_since,
    )


def _whole(connection: Connection) -> Whole:
    merged = select(cases.c.id, cases.c.merged_into_id).where(cases.c.merged_into_id.is_not(None))
    into: dict[int, int] = {row.id: row.merged_into_id for row in connection.execute(merged)}

    def whole(case_id: int) -> int:
        while case_id in into:
            case_id = into[case_id]
        return case_id

    return whole


def _statements_due(connection: Connection, whole: Whole) -> dict[int, date]:
    """The first day on which a statement is due, by case."""
    query = select(consultations.c.case_id, consultations.c.due_on).where(consultations.c.answered_at.is_(None))
    rows = connection.execute(query.order_by(consultations.c.due_on.desc()))
    return {whole(row.case_id): row.due_on for row in rows}


def _held(connection: Connection, whole: Whole) -> tuple[str, ...]:
    """The numbers of the cases in which an answer is on hold, the longest waiting first."""
    held = (letters.c.template == ANSWER, IS_HELD, letters.c.case_id.is_not(None))
    ids = [whole(each) for each in connection.execute(select(letters.c.case_id).where(*held).order_by(letters.c.id)).scalars()]
    numbers = {row.id: row.number for row in connection.execute(select(cases.c.id, cases.c.number).where(cases.c.id.in_(ids)))}
    return tuple(dict.fromkeys(numbers[each] for each in ids))


def _aside(connection: Connection, since: datetime) -> tuple[AsideMail, ...]:
    """Not the mail of colleagues that is no entry: they were asked."""
    query = (
        select(messages, raws.c.digest, contacts.c.display_name, contacts.c.addr_spec)
        .join(raws, raws.c.id == messages.c.raw_id)
        .join(contacts, contacts.c.id == messages.c.contact_id, isouter=True)
        .where(messages.c.case_id.is_(None), messages.c.automatic.is_not(None), messages.c.direction == Direction.IN)
        .where(select(ledger.c.id).where(ledger.c.digest == raws.c.digest, ledger.c.at > since).exists())
    )
    return tuple(
        AsideMail(row.digest, row.automatic, row.display_name or "", row.addr_spec or "", row.subject)
        for row in connection.execute(query.order_by(messages.c.id))
    )


def open_questions(connection: Connection) -> tuple[OpenQuestion, ...]:
    query = (
        select(consultations, cases.c.number, letters.c.message_id, letters.c.referred, letters.c.context)
        .join(cases, cases.c.id == consultations.c.case_id)
        .join(letters, (letters.c.letter_id == consultations.c.letter_id) & (consultations.c.letter_id != ""), isouter=True)
        .where(consultations.c.answered_at.is_(None))
        .order_by(consultations.c.id)
    )
    rows = connection.execute(query).all()
    if not rows:
        return ()
    whole = _whole(connection)
    wholes = select(cases.c.id, cases.c.number, cases.c.status, cases.c.title).where(cases.c.id.in_({whole(row.case_id) for row in rows}))
    known = {row.id: row for row in connection.execute(wholes)}
    return tuple(_question(row, known[whole(row.case_id)]) for row in rows)


def _question(row: Any, case: Any) -> OpenQuestion:
    return OpenQuestion(
        row=row.id,
        number=row.number,
        case_number=case.number,
        status=Status(case.status),
        title=case.title,
        asked=row.asked,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        due_on=row.due_on,
        reminded=row.reminded_at is not None,
        told=row.told_at is not None,
        letter=AskingLetter(row.message_id, tuple(row.referred), row.context.get("frage", "")) if row.message_id else None,
    )
