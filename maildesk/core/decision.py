# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What the desk asks, is told and decides, as values. Who decides is `core.desk`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from maildesk.core.case.case import CaseEvent, CaseLink, Direction, NewCase, Role, Status
from maildesk.core.case.file import CaseFile, CaseWork
from maildesk.core.letters.alarms import Alarm
from maildesk.core.letters.letter import Letter, LetterReport
from maildesk.core.letters.refusal import RecentLetters, Refusal
from maildesk.core.mail.classify import Verdict
from maildesk.core.mail.folders import Place
from maildesk.core.mail.message import Message
from maildesk.core.threading.evidence import ThreadFacts
from maildesk.core.triage.propose import Proposal

CLOCK_WRONG_BY = timedelta(days=30)


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
class Arrival:
    """How the mail came: `received_at` is the server's date (R1: never the Date field), aware; an imported mail gets no letters.

    `doubtful`: after a restore, the mail may have been taken in before, and what it causes may have left.
    """

    received_at: datetime
    imported: bool = False
    place: Place = Place.INBOX
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Questions:
    """What the store is asked about a message. `named_ids` are Message-IDs, `letter_ids` those of reply tokens; addresses are keys."""

    digest: str
    content_digest: str
    message_id: str
    named_ids: tuple[str, ...]
    case_numbers: tuple[str, ...]
    originator: str
    year: int  # of the number that a new case would get
    sent_at: datetime
    letter_ids: tuple[str, ...] = ()
    thread_index: str = ""
    base_subject: str = ""
    text_digest: str = ""
    failed_recipients: tuple[str, ...] = ()
    of_house: bool = False  # the mail bears an address of the house: the files of its cases are asked for
    entered: str = ""  # the person whom a colleague enters: whose letters are counted
    sent_by_us: bool = False  # a colleague's own mail: a copy of it that was delivered to us is another thing
    own_letter_id: str = ""  # of the letter of ours, by its key, that the mail is
    caused: tuple[str, ...] = ()  # the letters that this mail may have caused before a restore, by their ids


@dataclass(frozen=True, slots=True)
class OwnLetter:
    """A letter of ours whose Message-ID a message bears, or whose id its genuine key names."""

    letter_id: str
    case_number: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Known:
    """The answers. `seen` says how the very same mail was taken in before, or is empty.

    `left` are those of the letters asked for that are known to have left before a restore; `next_case_number` is then the one that they
    name.
    """

    next_case_number: str
    seen: str = ""
    own_letter: OwnLetter | None = None
    facts: ThreadFacts = field(default_factory=ThreadFacts)
    recent: RecentLetters = field(default_factory=RecentLetters)
    files: Mapping[str, CaseFile] = field(default_factory=dict)  # of the cases that a colleague's mail may belong to
    left: frozenset[str] = frozenset()


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


def sent_at(message: Message, received_at: datetime) -> datetime:
    """The writer's Date orders that writer's mails among each other, and nothing else. One that cannot be true does not count."""
    if message.date is None or abs(message.date - received_at) > CLOCK_WRONG_BY:
        return received_at
    return message.date
