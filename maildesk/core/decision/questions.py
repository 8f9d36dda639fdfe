# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What the desk asks about a message, and what it is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from maildesk.core.case.file import CaseFile
from maildesk.core.letters.refusal import RecentLetters
from maildesk.core.mail.folders import Place
from maildesk.core.mail.message import Message
from maildesk.core.threading.evidence import ThreadFacts

CLOCK_WRONG_BY = timedelta(days=30)


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


def sent_at(message: Message, received_at: datetime) -> datetime:
    """The writer's Date orders that writer's mails among each other, and nothing else. One that cannot be true does not count."""
    if message.date is None or abs(message.date - received_at) > CLOCK_WRONG_BY:
        return received_at
    return message.date
