# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The whole of a case, as a decision on a colleague's mail needs it, and the way back of what was decided."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from maildesk.adapters.store.rows.letter_states import COUNTS_AS_GIVEN, IS_HELD, IS_UNTRIED
from maildesk.adapters.store.tables import (
    cases,
    concerns,
    consultations,
    contacts,
    instructions,
    letters,
    messages,
    participants,
    raws,
)
from maildesk.core.case.case import Direction, Role, Status
from maildesk.core.case.file import (
    CaseFile,
    CaseState,
    Concern,
    Consultation,
    GivenAnswer,
    HeldAnswer,
    IncomingMail,
    Instruction,
    Question,
    Undo,
)
from maildesk.core.letters.letter import ANSWER
from maildesk.core.mail.message import Address, Attachment, address_key

MAILS_MAX = 50
WORDS_CHARS_MAX = 50_000


class CaseFiles:
    """Reads and changes cases in the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, numbers: Collection[str]) -> dict[str, CaseFile]:
        """The files of the cases with these numbers."""
        rows = self._connection.execute(select(cases).where(cases.c.number.in_(numbers))).all() if numbers else ()
        return {row.number: self._file(row) for row in rows}

    def _file(self, row: Any) -> CaseFile:
        parts = self.parts_of(row.id)
        return CaseFile(
            number=row.number,
            subject=row.subject,
            state=self._state(row),
            incoming=self._incoming(parts),
            answers=self._answers(parts),
            held=self._own_answers(parts, IS_HELD),
            waiting=self._own_answers(parts, IS_UNTRIED),
            last_instruction=self._last_instruction(row.id),
            consultations=self._consultations(parts),
            statements=self._statements(parts),
            channel=row.channel,
            opened_at=row.opened_at,
        )

    def parts_of(self, case_id: int) -> tuple[int, ...]:
        """The case and those that became part of it, however often."""
        found, new = [case_id], [case_id]
        while new:
            new = list(self._connection.execute(select(cases.c.id).where(cases.c.merged_into_id.in_(new))).scalars())
            found += [each for each in new if each not in found]
        return tuple(found)

    def _state(self, row: Any) -> CaseState:
        query = select(concerns).where(concerns.c.case_id == row.id).order_by(concerns.c.position)
        return CaseState(
            status=Status(row.status),
            kind=row.kind or "",
            kind_confirmed=row.kind_confirmed,
            concerns=tuple(Concern(each.topic, each.assessment, each.outcome, each.measure) for each in self._connection.execute(query)),
            person_group=row.person_group,
            urgency=row.urgency,
            flags=tuple(row.flags),
            assignee=row.assignee or "",
            title=row.title,
            due_on=row.due_on,
            topics=tuple(row.topics),
        )

    def _incoming(self, parts: tuple[int, ...]) -> tuple[IncomingMail, ...]:
        query = (
            select(messages, contacts.c.addr_spec, contacts.c.display_name, raws.c.digest, participants.c.verified)
            .join(raws, raws.c.id == messages.c.raw_id)
            .join(contacts, contacts.c.id == messages.c.contact_id, isouter=True)
            .join(
                participants,
                (participants.c.case_id == messages.c.case_id) & (participants.c.contact_id == messages.c.contact_id),
                isouter=True,
            )
            .where(messages.c.case_id.in_(parts), messages.c.direction == Direction.IN, messages.c.role == Role.CITIZEN)
            .where(messages.c.automatic.is_(None) | messages.c.automatic.in_(("list", "bulk")))
            .order_by(messages.c.received_at.desc(), messages.c.id.desc())
            .limit(MAILS_MAX)
        )
        return tuple(_incoming_mail(row) for row in reversed(self._connection.execute(query).all()))

    def _answers(self, parts: tuple[int, ...]) -> tuple[GivenAnswer, ...]:
        of_letters = (letters.c.created_at, letters.c.author, letters.c.recipient_key, letters.c.context)
        ours = select(*of_letters).where(letters.c.case_id.in_(parts), letters.c.template == ANSWER, COUNTS_AS_GIVEN)
        of_mails = (messages.c.received_at, messages.c.parsed, messages.c.reply, messages.c.text)
        sent_by_staff = (messages.c.direction == Direction.OUT, messages.c.role == Role.STAFF)
        by_hand = select(*of_mails).where(messages.c.case_id.in_(parts), *sent_by_staff)
        found = [GivenAnswer(row.created_at, row.author, row.recipient_key, row.context["text"]) for row in self._connection.execute(ours)]
        found += [
            GivenAnswer(row.received_at, row.parsed["from"]["address"], text=(row.reply or row.text)[:WORDS_CHARS_MAX])
            for row in self._connection.execute(by_hand)
        ]
        return tuple(sorted(found, key=lambda answer: answer.at))

    def _own_answers(self, parts: tuple[int, ...], which: ColumnElement[bool]) -> tuple[HeldAnswer, ...]:
        answers = (letters.c.case_id.in_(parts), letters.c.template == ANSWER, which)
        columns = (letters.c.letter_id, letters.c.author, letters.c.context, letters.c.about, letters.c.created_at)
        found = self._connection.execute(select(*columns).where(*answers).order_by(letters.c.id))
        return tuple(HeldAnswer(row.letter_id, row.author, row.context["text"], row.about, row.created_at) for row in found)

    def _last_instruction(self, case_id: int) -> Instruction | None:
        query = select(instructions).where(instructions.c.case_id == case_id, instructions.c.undone_at.is_(None))
        row = self._connection.execute(query.order_by(instructions.c.id.desc())).first()
        return Instruction(row.id, Undo.from_json(row.before, row.more), row.at) if row else None

    def _consultations(self, parts: tuple[int, ...]) -> tuple[Consultation, ...]:
        query = select(consultations).where(consultations.c.case_id.in_(parts)).order_by(consultations.c.id)
        return tuple(
            Consultation(row.id, Question(row.letter_id, row.asked, row.asked_by, row.due_on), row.answered_at is None)
            for row in self._connection.execute(query)
        )

    def _statements(self, parts: tuple[int, ...]) -> tuple[str, ...]:
        said = (messages.c.case_id.in_(parts), messages.c.role == Role.CONSULTED)
        query = select(messages.c.reply, messages.c.text).where(*said).order_by(messages.c.id.desc()).limit(MAILS_MAX)
        return tuple((row.reply or row.text)[:WORDS_CHARS_MAX] for row in self._connection.execute(query))

    # --- the way back ---

    def change(self, case_id: int, state: CaseState, now: datetime) -> None:
        """Puts the state into the case. A case that is closed now keeps the time of it."""
        row = self._connection.execute(select(cases.c.status, cases.c.closed_at, cases.c.opened_at).where(cases.c.id == case_id)).one()
        closed_at = (row.closed_at or max(row.opened_at, now)) if state.status is Status.CLOSED else None
        self._connection.execute(
            update(cases)
            .where(cases.c.id == case_id)
            .values(
                status=state.status,
                kind=state.kind or None,
                kind_confirmed=state.kind_confirmed,
                topics=[concern.topic for concern in state.concerns if concern.topic] or list(state.topics),
                urgency=state.urgency,
                flags=list(state.flags),
                person_group=state.person_group,
                assignee=state.assignee or None,
                title=state.title,
                due_on=state.due_on,
                closed_at=closed_at,
            )
        )
        self._connection.execute(delete(concerns).where(concerns.c.case_id == case_id))
        rows = [
            {"case_id": case_id, "position": position, "topic": each.topic, "assessment": each.assessment, "outcome": each.outcome,
             "measure": each.measure}
            for position, each in enumerate(state.concerns)
        ]  # fmt: skip
        if rows:
            self._connection.execute(insert(concerns), rows)

    def note_instruction(self, case_id: int, undo: Undo, now: datetime) -> None:
        before = undo.before.as_json() if undo.before else {}
        self._connection.execute(insert(instructions).values(case_id=case_id, at=now, before=before, more=undo.more_as_json()))

    def take_back(self, row: int, now: datetime) -> None:
        self._connection.execute(update(instructions).where(instructions.c.id == row).values(undone_at=now))

    def ask(self, case_id: int, question: Question, now: datetime) -> None:
        values = {"letter_id": question.letter_id, "asked": question.asked, "asked_by": question.asked_by, "due_on": question.due_on}
        self._connection.execute(insert(consultations).values(case_id=case_id, asked_at=now, **values))

    def note_answered(self, rows: Collection[int], now: datetime) -> None:
        waiting = (consultations.c.id.in_(rows), consultations.c.answered_at.is_(None))
        self._connection.execute(update(consultations).where(*waiting).values(answered_at=now))

    def withdraw(self, letter_ids: Collection[str], now: datetime) -> None:
        """The questions of these letters wait no longer. The letters have left, or are about to."""
        waiting = (consultations.c.letter_id.in_(letter_ids), consultations.c.answered_at.is_(None))
        self._connection.execute(update(consultations).where(*waiting).values(answered_at=now))

    def set_apart(self, merged: Collection[tuple[str, Status]]) -> None:
        """Cases that were made part of another are cases of their own again."""
        for number, status in merged:
            values: dict[str, Any] = {"merged_into_id": None, "status": status}
            if status is not Status.CLOSED:
                values["closed_at"] = None
            self._connection.execute(update(cases).where(cases.c.number == number).values(**values))


def _wanted(parsed: dict[str, Any]) -> tuple[Address, ...]:
    """Reply-To without those to whom the mail went, as a list is."""
    recipients = {address_key(each["address"]) for name in ("to", "cc") for each in parsed.get(name) or ()}
    named = (Address(each["name"], each["address"]) for each in parsed.get("reply_to") or ())
    return tuple(each for each in named if each.key and each.key not in recipients)


def _incoming_mail(row: Any) -> IncomingMail:
    entered = row.parsed.get("entered", False)  # its ids are a colleague's, and an answer must not name them
    return IncomingMail(
        digest=row.digest,
        message_id="" if entered else row.message_id,
        references=() if entered else tuple(row.parsed.get("references") or row.parsed.get("in_reply_to") or ()),
        subject=row.subject,
        writer=Address(row.display_name or "", row.addr_spec or ""),
        received_at=row.received_at,
        verified=bool(row.verified),
        words=(row.reply or row.text)[:WORDS_CHARS_MAX],
        attachments=tuple(
            Attachment(each["filename"], each["content_type"], each["size"], each["sha256"], each["inline"])
            for each in row.parsed.get("attachments") or ()
        ),
        reply_to=_wanted(row.parsed),
    )
