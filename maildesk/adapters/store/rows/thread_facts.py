# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What the database knows of the traces that a message carries: named ids, subjects, letters, other cases of its writer."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Exists, Row, Select, String, exists, literal_column, select

from maildesk.adapters.store.tables import cases, contacts, letters, message_references, messages, participants
from maildesk.core.case.case import Direction, KnownCase, Status
from maildesk.core.decision.questions import Questions
from maildesk.core.letters.letter import KnownLetter
from maildesk.core.mail.message import address_key, is_reply_subject
from maildesk.core.threading.evidence import SAME_SUBJECT_WITHIN, Naming, OtherCase, SameId, SameSubject, ThreadFacts, answered_ids

FEW = 20  # rows of a kind that are looked at: enough for every thread that people make
OTHERS_MAX = 5
OF_WRITER_MAX = 200  # cases of one person
TEXT_CHARS_MAX = 20_000
RETURNS_WITHIN = timedelta(days=7)
KnownCases = Callable[[Collection[str]], dict[str, KnownCase]]


class Trails:
    """Looks up in the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, asked: Questions, now: datetime, known_cases: KnownCases) -> ThreadFacts:
        """All that `core.threading.evidence` asks for. `known_cases` describes the cases that turn up."""
        by_id = self._cases_by_message_id((asked.message_id, *asked.named_ids))
        known, by_letter_id = self._letters(asked.named_ids), self._letters_by_id(asked.letter_ids)
        named_by, by_writer = self._naming(asked.message_id), self._named_by_writer(asked)
        same_id, same_subject = self._same_id(asked), self._same_subject(asked)
        conversation, returned = self._conversation(asked.thread_index), self._returned(asked.failed_recipients, now)
        found = known_cases({
            *asked.case_numbers,
            *by_id.values(),
            *(naming.case_number for naming in named_by),
            *by_writer.values(),
            *((same_id.case_number,) if same_id else ()),
            *(same.case_number for same in same_subject),
            *conversation,
            *(letter.case_number for letter in (*known.values(), *by_letter_id.values(), *returned) if letter.case_number),
        })  # fmt: skip
        return ThreadFacts(
            cases=found,
            cases_by_message_id=by_id,
            letters=known,
            letters_by_id=by_letter_id,
            named_by=named_by,
            named_by_writer=by_writer,
            same_id=same_id,
            thread_index=conversation,
            same_subject=same_subject,
            returned=returned,
            others=self._others(asked.originator),
        )

    def _cases_by_message_id(self, named: Collection[str]) -> dict[str, str]:
        """The case of each named message; if a Message-ID is in two, the one that had it first."""
        wanted = [identifier for identifier in named if identifier]
        if not wanted:
            return {}
        theirs = (
            select(messages.c.message_id, cases.c.number)
            .join(cases, cases.c.id == messages.c.case_id)
            .where(messages.c.message_id.in_(wanted))
            .order_by(messages.c.id.desc())
        )
        ours = (
            select(letters.c.message_id, cases.c.number)
            .join(cases, cases.c.id == letters.c.case_id)
            .where(letters.c.message_id.in_(wanted))
        )
        found = [*self._connection.execute(theirs), *self._connection.execute(ours)]
        return {row.message_id: row.number for row in found}

    def _letters(self, named: Collection[str]) -> dict[str, KnownLetter]:
        if not named:
            return {}
        found = self._connection.execute(_LETTERS.where(letters.c.message_id.in_(named)))
        return {row.message_id: _letter(row) for row in found}

    def _letters_by_id(self, letter_ids: Collection[str]) -> dict[str, KnownLetter]:
        if not letter_ids:
            return {}
        found = self._connection.execute(_LETTERS.where(letters.c.letter_id.in_(letter_ids)))
        return {row.letter_id: _letter(row) for row in found}

    def _naming(self, message_id: str) -> tuple[Naming, ...]:
        """Messages of cases that named this Message-ID, in the order in which they came."""
        if not message_id:
            return ()
        query = (
            select(cases.c.number, messages.c.parsed, contacts.c.address_key)
            .join(messages, messages.c.case_id == cases.c.id)
            .join(contacts, contacts.c.id == messages.c.contact_id, isouter=True)
            .join(message_references, message_references.c.message_row == messages.c.id)
            .where(message_references.c.identifier == message_id, messages.c.direction != Direction.OUT)
            .order_by(messages.c.id)
            .limit(FEW)
        )
        return tuple(Naming(row.number, _recipients(row.parsed), row.address_key or "") for row in self._connection.execute(query))

    def _named_by_writer(self, asked: Questions) -> dict[str, str]:
        """Where the same writer answered one of these ids before; the first time counts."""
        if not asked.named_ids or not asked.originator:
            return {}
        query = (
            select(
                message_references.c.identifier,
                cases.c.number,
                messages.c.parsed["in_reply_to"].label("in_reply_to"),
                messages.c.parsed["references"].label("referred"),
            )
            .join(messages, messages.c.id == message_references.c.message_row)
            .join(cases, cases.c.id == messages.c.case_id)
            .join(contacts, contacts.c.id == messages.c.contact_id)
            .where(message_references.c.identifier.in_(asked.named_ids), contacts.c.address_key == asked.originator)
            .order_by(messages.c.id.desc())
        )
        found = self._connection.execute(query)
        return {row.identifier: row.number for row in found if row.identifier in answered_ids(row.in_reply_to, row.referred)}

    def _same_id(self, asked: Questions) -> SameId | None:
        if not asked.message_id or not asked.originator:
            return None
        query = (
            select(cases.c.number, messages.c.sent_at, messages.c.text)
            .join(cases, cases.c.id == messages.c.case_id)
            .join(contacts, contacts.c.id == messages.c.contact_id)
            .where(messages.c.message_id == asked.message_id, contacts.c.address_key == asked.originator)
            .where(messages.c.sent_at == asked.sent_at)
        )
        row = self._connection.execute(query.order_by(messages.c.id)).first()
        return SameId(row.number, row.sent_at, row.text[:TEXT_CHARS_MAX]) if row else None

    def _same_subject(self, asked: Questions) -> tuple[SameSubject, ...]:
        """Messages under the same base subject, sent about the same time, in the newest cases in which the writer takes part."""
        if not asked.originator:
            return ()
        return tuple(
            SameSubject(
                row.number,
                is_reply_subject(row.subject),
                row.sent_at,
                row.address_key == asked.originator and row.text_digest == asked.text_digest,
                row.names_parent,
                tuple(address["address"] for address in row.to or ()),
            )
            for row in self._connection.execute(_under_the_same_subject(asked))
        )

    def _conversation(self, thread_index: str) -> tuple[str, ...]:
        """Cases that hold the beginning of this conversation of Exchange; all who answer one circular go on in one conversation."""
        if not thread_index:
            return ()
        query = select(cases.c.number, messages.c.subject).join(messages, messages.c.case_id == cases.c.id)
        begins = (messages.c.thread_index == thread_index, ~_names_parent())
        found = self._connection.execute(query.where(*begins).order_by(messages.c.id).limit(FEW))
        return tuple(dict.fromkeys(row.number for row in found if not is_reply_subject(row.subject)))

    def _returned(self, recipients: Collection[str], now: datetime) -> tuple[KnownLetter, ...]:
        """Letters of cases that went lately to these recipients, the newest first."""
        if not recipients:
            return ()
        lately = (letters.c.recipient_key.in_(recipients), letters.c.created_at > now - RETURNS_WITHIN, letters.c.case_id.is_not(None))
        found = self._connection.execute(_LETTERS.where(*lately, letters.c.sent_at.is_not(None)).order_by(letters.c.id.desc()).limit(FEW))
        return tuple(_letter(row) for row in found)

    def _others(self, originator: str) -> tuple[OtherCase, ...]:
        """The newest open cases of the same person, each with its first mail."""
        if not originator:
            return ()
        opening = (
            select(messages.c.reply)
            .where(messages.c.case_id == cases.c.id, messages.c.direction == Direction.IN)
            .order_by(messages.c.id)
            .limit(1)
            .scalar_subquery()
        )
        query = (
            select(cases.c.number, cases.c.subject, opening.label("reply"))
            .join(contacts, contacts.c.id == cases.c.contact_id)
            .where(contacts.c.address_key == originator, cases.c.status != Status.CLOSED)
            .order_by(cases.c.id.desc())
            .limit(OTHERS_MAX)
        )
        return tuple(OtherCase(row.number, row.subject, (row.reply or "")[:TEXT_CHARS_MAX]) for row in self._connection.execute(query))


def _names_parent() -> Exists:
    return exists().where(message_references.c.message_row == messages.c.id)


_LETTERS = select(letters, cases.c.number).join(cases, cases.c.id == letters.c.case_id, isouter=True)


def _letter(row: Row[tuple[object, ...]]) -> KnownLetter:
    return KnownLetter(row.letter_id, row.number or "", row.recipient, row.template, row.created_at, row.report, row.about)


def _recipients(parsed: dict[str, Any]) -> frozenset[str]:
    """The address keys of To and Cc of a message that is kept."""
    return frozenset(address_key(entry["address"]) for name in ("to", "cc") for entry in parsed.get(name, ()))


def _under_the_same_subject(asked: Questions) -> Select[Any]:
    writer = select(contacts.c.id).where(contacts.c.address_key == asked.originator).scalar_subquery()
    takes_part = (
        select(participants.c.case_id)
        .where(participants.c.contact_id == writer, participants.c.verified)
        .order_by(literal_column("participant.rowid").desc())
        .limit(OF_WRITER_MAX)
    )
    # The plus keeps SQLite from beginning with the subject: in a flood all have the same one.
    same_subject = literal_column("+message.base_subject", String) == asked.base_subject
    return (
        select(
            cases.c.number,
            messages.c.subject,
            messages.c.sent_at,
            messages.c.text_digest,
            contacts.c.address_key,
            _names_parent().label("names_parent"),
            messages.c.parsed["to"].label("to"),
        )
        .join(cases, cases.c.id == messages.c.case_id)
        .join(contacts, contacts.c.id == messages.c.contact_id, isouter=True)
        .where(messages.c.case_id.in_(takes_part), same_subject)
        .where(messages.c.sent_at.between(asked.sent_at - SAME_SUBJECT_WITHIN, asked.sent_at + SAME_SUBJECT_WITHIN))
        .order_by(messages.c.id.desc())
        .limit(FEW)
    )
