# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What a decision holds besides what every decision says: a part for each branch of the desk, as narrow as the branch.

`status`: what the case is set to (None: no change). `merges` are cases that become part of the one that the mail belongs to. `unverified`:
the writer has no part in the case until staff say so. `proposal` is what the mail's own words say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from maildesk.core.case.case import CaseLink, NewCase, Status
from maildesk.core.case.file import CaseWork
from maildesk.core.letters.letter import LetterReport
from maildesk.core.mail.message import Message
from maildesk.core.triage.propose import Proposal

# --- our own mail ---


@dataclass(frozen=True, slots=True)
class ProofCopy:
    """The mail is the copy of a letter of ours: it has left."""

    letter_id: str


@dataclass(frozen=True, slots=True)
class LostLetter:
    """The mail is a letter of ours that the database does not know."""

    letter_id: str


@dataclass(frozen=True, slots=True)
class FromOurMailbox:
    """A colleague sent the mail from the desk's own mailbox. `answered_at`: when it answered the case; the first answer counts."""

    status: Status | None = None
    answered_at: datetime | None = None


# --- citizens ---


@dataclass(frozen=True, slots=True)
class Opened:
    """A citizen's mail opens a case."""

    new_case: NewCase
    links: tuple[CaseLink, ...] = ()
    merges: tuple[str, ...] = ()
    unverified: bool = False
    proposal: Proposal = field(default_factory=Proposal)


@dataclass(frozen=True, slots=True)
class FollowedUp:
    """A mail joins a known case. `urgency` and `flags` are what the case has from now on (None: no change)."""

    status: Status | None = None
    merges: tuple[str, ...] = ()
    links: tuple[CaseLink, ...] = ()
    unverified: bool = False
    proposal: Proposal = field(default_factory=Proposal)
    urgency: str | None = None
    flags: tuple[str, ...] | None = None


# --- staff ---


@dataclass(frozen=True, slots=True)
class Worked:
    """A colleague's mail on a case: its orders, its answer, or a statement. `answered_at`: when it answered the person by itself; `settles`
    are names of alarms that are over by it."""

    work: CaseWork
    status: Status | None = None
    answered_at: datetime | None = None
    merges: tuple[str, ...] = ()
    settles: tuple[str, ...] = ()


# --- entries ---


@dataclass(frozen=True, slots=True)
class Entered:
    """A case that came by another way than the person's own mail. `kept`: the message as the person's; `work`: what its orders do."""

    new_case: NewCase
    kept: Message
    links: tuple[CaseLink, ...] = ()
    work: CaseWork | None = None


@dataclass(frozen=True, slots=True)
class FromAside:
    """A colleague makes a case of the mail with this digest, which was set aside."""

    digest: str


# --- machines ---


@dataclass(frozen=True, slots=True)
class ReportInDanger:
    """Machine mail in whose words danger is seen. `raised`: what it makes of the case, as a mail of a person would."""

    report: LetterReport | None
    raised: FollowedUp


Part = ProofCopy | LostLetter | FromOurMailbox | LetterReport | ReportInDanger | Opened | FollowedUp | Worked | Entered | FromAside


def letter_report_of(part: Part | None) -> LetterReport | None:
    """What a mail server says of a letter of ours, if the mail says so."""
    return part.report if isinstance(part, ReportInDanger) else part if isinstance(part, LetterReport) else None


def followed_up(part: Part | None) -> FollowedUp:
    """What the mail makes of the known case that it joins."""
    return part.raised if isinstance(part, ReportInDanger) else part if isinstance(part, FollowedUp) else FollowedUp()


def is_unverified(part: Part | None) -> bool:
    """Whether the writer has no part in the case until staff say so."""
    return isinstance(part, Opened | FollowedUp) and part.unverified
