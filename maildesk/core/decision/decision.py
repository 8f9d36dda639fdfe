# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What the desk asks, is told and decides, as values. Who decides is `core.desk`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from maildesk.core.case.case import CaseEvent, CaseLink, Direction, NewCase, Role, Status
from maildesk.core.case.file import CaseWork
from maildesk.core.letters.alarms import Alarm
from maildesk.core.letters.letter import Letter, LetterReport
from maildesk.core.letters.refusal import Refusal
from maildesk.core.mail.classify import Verdict
from maildesk.core.mail.message import Message
from maildesk.core.triage.propose import Proposal


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
    DONE = "done"  # orders that were carried out, where the configuration wants them told apart by a folder


@dataclass(frozen=True, slots=True)
class Decision:
    """What shall happen with one message, and why. `case_number` is empty for a mail that is set aside or already known.

    `answered_at`: when the mail answered the case; the first answer counts. `merges` are cases that become part of this one. `unverified`:
    the writer has no part in the case until staff say so. `letters` go to the writer, or are a colleague's answer; `notices` go to staff.
    `work` is what a colleague's orders do to the case. `proposal` is what the mail's own words say, `urgency` and `flags` what they make of
    a known case (None: no change). `kept`: the message as it is kept, where the mail speaks for a person outside.
    `lost_letter`: the id of a letter of ours that the database does not
    know. `doubtful`: the letters may have left before a restore.
    """

    outcome: Outcome
    folder: Folder
    verdict: Verdict
    case_number: str = ""
    new_case: NewCase | None = None
    status: Status | None = None
    answered_at: datetime | None = None
    direction: Direction = Direction.IN
    role: Role = Role.CITIZEN
    events: tuple[CaseEvent, ...] = ()
    merges: tuple[str, ...] = ()
    links: tuple[CaseLink, ...] = ()
    unverified: bool = False
    letters: tuple[Letter, ...] = ()
    notices: tuple[Letter, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    letter_report: LetterReport | None = None
    work: CaseWork | None = None
    proposal: Proposal = field(default_factory=Proposal)
    urgency: str | None = None
    flags: tuple[str, ...] | None = None
    kept: Message | None = None
    refusal: Refusal | None = None
    confirms_letter: str = ""
    lost_letter: str = ""
    doubtful: bool = False
    evidence: tuple[str, ...] = ()
