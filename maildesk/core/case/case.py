# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A case: its number, its states, what happened to it, and what is known of it when a message arrives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from maildesk.core.mail.message import Address


class Status(StrEnum):
    """Where a case stands. The contract names these values."""

    NEW = "new"
    OPEN = "open"
    CONSULTING = "consulting"
    WAITING = "waiting"
    ANSWERED = "answered"
    CLOSED = "closed"


class Channel(StrEnum):
    """How a concern reached the desk."""

    EMAIL = "email"
    PHONE = "phone"
    POST = "post"
    VISIT = "visit"


class Direction(StrEnum):
    """`IN` from outside, `OUT` what we sent, `NOTE` inside the house."""

    IN = "in"
    OUT = "out"
    NOTE = "note"


class Role(StrEnum):
    """Who speaks in a message of a case."""

    CITIZEN = "citizen"
    STAFF = "staff"
    CONSULTED = "consulted"
    DESK = "desk"


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case to be made. The store gives it the number that `Known.next_case_number` named."""

    number: str
    channel: Channel
    correspondent: Address
    subject: str
    language: str
    opened_at: datetime
    due_on: date
    opened_by_reply: bool = False
    flags: tuple[str, ...] = ()
    kind: str = ""  # proposed, as are topics and urgency
    topics: tuple[str, ...] = ()
    urgency: str = "normal"


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One line of a case's history. `what` is a word for programs, `detail` a sentence for people without personal data.

    `data` is what programs read of it later, as JSON: of an "order" its name, and the key and the day that it names. Nobody reads `detail`.
    """

    what: str
    detail: str
    who: str = "maildesk"
    data: Mapping[str, Any] = field(default_factory=dict)


class Happened(StrEnum):
    """What a message of a case was, for its history in short."""

    MAIL = "mail"  # of the citizen
    LETTER = "letter"  # of the desk
    ANSWER = "answer"  # of a colleague, to the citizen
    NOTE = "note"  # of a colleague, inside the house
    STATEMENT = "statement"  # of a colleague who was asked
    MESSAGE = "message"  # anything else


class LinkKind(StrEnum):
    """How one case stands to an older one."""

    CONTINUES = "continues"  # a reply to a case that was closed long ago
    MENTIONS = "mentions"  # names its number, and the writer takes no part in it
    CARRIES = "carries"  # a forwarded mail that belongs to it
    SAME_CONCERN = "same-concern"  # perhaps the same concern of the same person: a proposal, staff decide
    SPLIT = "split"  # a mail of that case that staff made a case of its own


@dataclass(frozen=True, slots=True)
class CaseLink:
    """A link from the case that a message belongs to, to the case `number`."""

    kind: LinkKind
    number: str


@dataclass(frozen=True, slots=True)
class KnownCase:
    """What the store knows of a case that a message may belong to. `participants` are address keys of verified ones.

    `opened_by_reply`: its first mail answers one that was not known then. `merged_into` is a case number or empty, `continued_by` are
    those of newer cases, the newest first; all of them are known as well.
    """

    number: str
    status: Status
    correspondent: str
    participants: frozenset[str]
    due_on: date | None = None
    followup_note_sent_on: date | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    opened_by_reply: bool = False
    merged_into: str = ""
    continued_by: tuple[str, ...] = ()
    split_from: frozenset[str] = frozenset()  # cases that staff parted it from: they never become one by themselves
    subject: str = ""
    title: str = ""
    kind: str = ""
    kind_confirmed: bool = False
    urgency: str = "normal"
    flags: tuple[str, ...] = ()
    urgency_by_staff: bool = False  # a colleague has said how urgent it is
    assignee: str = ""
    history: tuple[tuple[datetime, Happened], ...] = ()  # its last messages, the oldest first

    def takes_part(self, address_key: str) -> bool:
        """Whether the writer with this address key (empty: nobody) may add to the case by its number."""
        return bool(address_key) and address_key in self.participants


_NUMBER_PARTS = r"(\d{4})-(\d{1,7})"


def case_number(prefix: str, year: int, sequence: int) -> str:
    """
    >>> case_number("KD", 2026, 42)
    'KD-2026-00042'
    """
    return f"{prefix}-{year:04d}-{sequence:05d}"


def case_numbers_in(text: str, prefix: str) -> tuple[str, ...]:
    """The case numbers in a line of text, in the form in which we write them, each once.

    >>> case_numbers_in("AW: Vorgang kd-2026-42 und KD-2026-00042", "KD")
    ('KD-2026-00042',)
    """
    found = re.findall(rf"(?<![A-Za-z0-9]){re.escape(prefix)}-{_NUMBER_PARTS}(?!\d)", text, re.IGNORECASE)
    return tuple(dict.fromkeys(case_number(prefix, int(year), int(sequence)) for year, sequence in found))


def entry_word(prefix: str) -> str:
    """What stands in place of a case number where a colleague enters a new case by a link.

    >>> entry_word("KD")
    'KD-NEU'
    """
    return f"{prefix}-NEU"


def names_entry(text: str, prefix: str) -> bool:
    """Whether a line of text names the word of a new case.

    >>> names_entry("[KD-NEU] #telefon", "KD"), names_entry("KD-Neubau", "KD")
    (True, False)
    """
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(entry_word(prefix))}(?![\w-])", text, re.IGNORECASE) is not None
