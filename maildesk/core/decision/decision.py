# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What the desk decides, as a value. Who decides is `core.desk`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from maildesk.core.case.case import CaseEvent, Direction, Role
from maildesk.core.decision.parts import Part
from maildesk.core.letters.alarms import Alarm
from maildesk.core.letters.letter import Letter
from maildesk.core.letters.refusal import Refusal
from maildesk.core.mail.classify import Verdict


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
    DONE = "done"  # orders that were carried out, where the configuration wants them distinguished by a folder


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to happen with one message, and why. `case_number` is empty for a mail that is set aside or already known.

    `letters` go to the writer, or are a colleague's answer; `notices` go to staff; `refusal` is why the writer gets no letter. `doubtful`:
    the letters may have left before a restore. `part` is what only one branch of the desk decides, None where it decides nothing more.
    """

    outcome: Outcome
    folder: Folder
    verdict: Verdict
    case_number: str = ""
    direction: Direction = Direction.IN
    role: Role = Role.CITIZEN
    events: tuple[CaseEvent, ...] = ()
    letters: tuple[Letter, ...] = ()
    notices: tuple[Letter, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    refusal: Refusal | None = None
    evidence: tuple[str, ...] = ()
    doubtful: bool = False
    part: Part | None = None
