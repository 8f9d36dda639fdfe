# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What a decision on a colleague's mail stands on: the state of the case, who wrote in it, what was answered, what is held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from maildesk.core.case import Status
from maildesk.core.message import Address


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


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer that went, or is to go, to the correspondent. `author` is the key of a colleague, empty for the shared mailbox."""

    at: datetime
    author: str


@dataclass(frozen=True, slots=True)
class HeldAnswer:
    """An answer that waits for a word of its author."""

    letter_id: str
    author: str
    text: str
    about: str


@dataclass(frozen=True, slots=True)
class Instruction:
    """Orders that can be taken back: their number, and the state before."""

    row: int
    before: CaseState


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The incoming mails stand in the order of their arrival, the held answers and the answers too."""

    number: str
    subject: str
    state: CaseState
    incoming: tuple[IncomingMail, ...] = ()
    answers: tuple[GivenAnswer, ...] = ()
    held: tuple[HeldAnswer, ...] = ()
    last_instruction: Instruction | None = None
    channel: str = "email"
    opened_at: datetime | None = None
    history: tuple[tuple[datetime, str], ...] = field(default=())

    def mail(self, digest: str) -> IncomingMail | None:
        """The incoming mail with this digest, else the last one."""
        return next((mail for mail in self.incoming if mail.digest == digest), self.incoming[-1] if self.incoming else None)


@dataclass(frozen=True, slots=True)
class CaseWork:
    """What a colleague's mail does to a case: the state that it shall have (None: unchanged) and the one to keep for an undo.

    `taken_back` is the number of the orders that are undone; `released` and `dropped` are held letters; `confirmed_writer` takes part from
    now on.
    """

    state: CaseState | None = None
    before: CaseState | None = None
    taken_back: int | None = None
    released: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    confirmed_writer: Address | None = None
