# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What the desk asks, is told and decides, as values. Who decides is `core.desk`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from maildesk.core.case import CaseEvent, Direction, NewCase, Role, Status
from maildesk.core.classify import Verdict
from maildesk.core.letters import Letter, RecentLetters, Refusal
from maildesk.core.thread import ThreadFacts


class Outcome(StrEnum):
    """What became of a mail. Each one ends in exactly one of these; the counts of a pass are theirs."""

    NEW_CASE = "new_case"
    FOLLOW_UP = "follow_up"
    STAFF = "staff"
    REPORT = "report"
    SET_ASIDE = "set_aside"
    ALREADY_KNOWN = "already_known"
    QUARANTINED = "quarantined"


class Folder(StrEnum):
    """Where a handled mail goes. The configuration names the folders on the server."""

    ARCHIVE = "archive"
    SENT = "sent"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Arrival:
    """How the mail came: `received_at` is the server's date (R1: never the Date field), aware; an imported mail gets no letters."""

    received_at: datetime
    imported: bool = False


@dataclass(frozen=True, slots=True)
class Questions:
    """What the store is asked about a message."""

    digest: str
    content_digest: str
    message_id: str
    named_ids: tuple[str, ...]
    case_numbers: tuple[str, ...]
    originator: str
    year: int  # of the number that a new case would get


@dataclass(frozen=True, slots=True)
class OwnLetter:
    """A letter of ours whose Message-ID a message bears."""

    letter_id: str
    case_number: str


@dataclass(frozen=True, slots=True)
class Known:
    """The answers. `seen` says how the very same mail was taken in before, or is empty."""

    next_case_number: str
    seen: str = ""
    own_letter: OwnLetter | None = None
    facts: ThreadFacts = field(default_factory=ThreadFacts)
    recent: RecentLetters = field(default_factory=RecentLetters)


@dataclass(frozen=True, slots=True)
class Decision:
    """What shall happen with one message, and why. `case_number` is empty for a mail that is set aside or already known."""

    outcome: Outcome
    folder: Folder
    verdict: Verdict
    case_number: str = ""
    new_case: NewCase | None = None
    status: Status | None = None
    direction: Direction = Direction.IN
    role: Role = Role.CITIZEN
    events: tuple[CaseEvent, ...] = ()
    letters: tuple[Letter, ...] = ()
    refusal: Refusal | None = None
    confirms_letter: str = ""
    evidence: tuple[str, ...] = ()
