# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What a decision on a colleague's mail is based on: the state of the case, who wrote in it, what was answered, what is held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from maildesk.core.case.case import NewCase, Status
from maildesk.core.mail.message import Address, Attachment, Message


@dataclass(frozen=True, slots=True)
class Concern:
    """One matter of a case, in keys of the categories; what is not known yet is empty."""

    topic: str = ""
    assessment: str = ""
    outcome: str = ""
    measure: str = ""


@dataclass(frozen=True, slots=True)
class CaseState:
    """All of a case that orders can change. An undo puts a whole earlier state back."""

    status: Status
    kind: str = ""
    kind_confirmed: bool = False
    concerns: tuple[Concern, ...] = ()
    person_group: str = ""
    urgency: str = "normal"
    flags: tuple[str, ...] = ()
    assignee: str = ""
    title: str = ""
    due_on: date | None = None
    topics: tuple[str, ...] = ()  # as the case shows them: proposed ones, until a concern has its own

    def as_json(self) -> dict[str, Any]:
        """For the database; `from_json` reads it."""
        return {**asdict(self), "due_on": self.due_on.isoformat() if self.due_on else None}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> CaseState:
        return cls(
            **{
                **value,
                "status": Status(value["status"]),
                "concerns": tuple(Concern(**each) for each in value["concerns"]),
                "flags": tuple(value["flags"]),
                "due_on": date.fromisoformat(value["due_on"]) if value["due_on"] else None,
                "topics": tuple(value.get("topics", ())),
            }
        )


@dataclass(frozen=True, slots=True)
class IncomingMail:
    """A citizen's mail of the case, by its digest. `verified`: its writer takes part in the case."""

    digest: str
    message_id: str
    references: tuple[str, ...]
    subject: str
    writer: Address
    received_at: datetime
    verified: bool
    words: str  # the writer's own
    attachments: tuple[Attachment, ...] = ()
    reply_to: tuple[Address, ...] = ()  # who is named there, and is no recipient of the mail, as a list is

    def as_message(self) -> Message:
        """As far as it is needed to hand the mail on once more."""
        return Message(
            digest=self.digest,
            size_bytes=0,
            message_id=self.message_id,
            references=self.references,
            originator=self.writer,
            subject=self.subject,
            text=self.words,
            reply=self.words,
            attachments=self.attachments,
        )


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer that went, or is to go, to the correspondent. `author` is the key of a colleague; of an answer that did not go through the
    desk the address that it came from. `to` is an address key; empty where the mail itself went to the person. `text` is as it was written.
    """

    at: datetime
    author: str
    to: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class HeldAnswer:
    """An answer that waits for a word of its author, or for its time; written `at`."""

    letter_id: str
    author: str
    text: str
    about: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Undo:
    """What taking orders back means: the state before (None: it stays), cases to be apart again with their states before, a case that
    was split off and comes back, letters whose questions to colleagues are no longer open."""

    before: CaseState | None = None
    merged: tuple[tuple[str, Status], ...] = ()
    split: str = ""
    consulted: tuple[str, ...] = ()

    def more_as_json(self) -> dict[str, Any]:
        """All but the state, for the database."""
        return {
            "merged": [[number, status.value] for number, status in self.merged],
            "split": self.split,
            "consulted": list(self.consulted),
        }

    @classmethod
    def from_json(cls, before: Mapping[str, Any], more: Mapping[str, Any]) -> Undo:
        """Reads what `CaseState.as_json` (or an empty object) and `more_as_json` wrote."""
        return cls(
            CaseState.from_json(before) if before else None,
            tuple((number, Status(status)) for number, status in more.get("merged", ())),
            more.get("split", ""),
            tuple(more.get("consulted", ())),
        )


@dataclass(frozen=True, slots=True)
class Instruction:
    """Orders that can be taken back, by their number, and when they were carried out."""

    row: int
    undo: Undo
    at: datetime


@dataclass(frozen=True, slots=True)
class Question:
    """A colleague in the office is asked for a statement. `letter_id` is ours that asks, empty where staff forwarded the mail by hand;
    `asked_by` the key of the colleague who wants to know."""

    letter_id: str
    asked: str
    asked_by: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Consultation:
    """A question of the case with its number in the database, and whether it waits for its answer."""

    row: int
    question: Question
    is_open: bool


@dataclass(frozen=True, slots=True)
class SplitOff:
    """A mail of the case, by its digest, that becomes a case of its own."""

    new_case: NewCase
    digest: str


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The incoming messages are in the order of their arrival, the held answers and the answers too."""

    number: str
    subject: str
    state: CaseState
    incoming: tuple[IncomingMail, ...] = ()
    answers: tuple[GivenAnswer, ...] = ()
    held: tuple[HeldAnswer, ...] = ()
    waiting: tuple[HeldAnswer, ...] = ()  # on their way, and not tried yet: colleagues can hold them back
    last_instruction: Instruction | None = None
    consultations: tuple[Consultation, ...] = ()
    statements: tuple[str, ...] = ()  # the words of colleagues who were asked
    channel: str = "email"
    opened_at: datetime | None = None

    def mail(self, digest: str) -> IncomingMail | None:
        """The incoming mail with this digest, else the last one."""
        return next((mail for mail in self.incoming if mail.digest == digest), self.incoming[-1] if self.incoming else None)


@dataclass(frozen=True, slots=True)
class CaseWork:
    """What a colleague's mail does to a case.

    `state` is the one that it gets (None: unchanged), `undo` what to keep so that it can be taken back. `taken_back` is the number
    of the orders that are undone, with `undoing` what that means; `released` and `dropped` are held letters, `held_back` become such, and
    `withdrawn` are deleted before they leave; `confirmed_writer` takes part from now on; `questions` are put to
    colleagues, `answered` are numbers of questions that have their answer.
    """

    state: CaseState | None = None
    undo: Undo | None = None
    taken_back: int | None = None
    undoing: Undo | None = None
    released: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    held_back: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    confirmed_writer: Address | None = None
    questions: tuple[Question, ...] = ()
    answered: tuple[int, ...] = ()
    split: SplitOff | None = None
