# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What there is to do at the desk, as values: open cases, answers on hold, questions to colleagues that wait for a statement.

Nothing here says which colleague of the desk has a case, or is late: what is not asked for cannot be counted by person (R20).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from maildesk.core.case.case import Status


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case that is not closed and has not become part of another.

    `title` is the short one by staff, or empty. `statement_due_on` is the first day on which a statement is due that has not come;
    `waiting_since` when staff said that the desk waits for the person.
    """

    number: str
    status: Status
    opened_at: datetime
    kind: str = ""
    kind_confirmed: bool = False
    title: str = ""
    urgency: str = "normal"
    due_on: date | None = None
    statement_due_on: date | None = None
    waiting_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class AsideMail:
    """A mail that was set aside, so that nobody has seen it. `kind` says what the rules took it for, as `Automatic` has it."""

    digest: str
    kind: str
    writer: str
    address: str
    subject: str


@dataclass(frozen=True, slots=True)
class Agenda:
    """The open cases in any order; the numbers of the cases in which an answer is on hold, each once; what was set aside since the last
    digest, the oldest first."""

    cases: tuple[OpenCase, ...] = ()
    held: tuple[str, ...] = ()
    aside: tuple[AsideMail, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.cases and not self.held and not self.aside


@dataclass(frozen=True, slots=True)
class AskingLetter:
    """Our letter that asks for a statement: its Message-ID and References, and the question that is in it."""

    message_id: str
    references: tuple[str, ...]
    question: str


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question to a colleague in the office that has no answer yet; `row` is its number in the database.

    `number` is the case in which it was asked, `case_number` the one that this has become part of, else the same; `status` and `title` are
    of the latter. `asked_by` is the key of the colleague who wants to know. `letter` is None where staff forwarded the mail by hand.
    """

    row: int
    number: str
    case_number: str
    status: Status
    title: str
    asked: str
    asked_by: str
    asked_at: datetime
    due_on: date
    reminded: bool = False
    told: bool = False
    letter: AskingLetter | None = None
