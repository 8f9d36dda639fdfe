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
from maildesk.core.text.said import Said


class Status(StrEnum):
    """The state of a case. The contract names these values."""

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
    """`IN` from outside, `OUT` what we sent, `NOTE` inside the office."""

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
    """One line of a case's history. `what` is a word for programs, `detail` a sentence for people without personal data, in English or
    by its key.

    `data` is what programs read of it later, as JSON: of an "order" its name, and the key and the day that it names. No program reads
    `detail`.
    """

    what: str
    detail: str | Said
    who: str = "maildesk"
    data: Mapping[str, Any] = field(default_factory=dict)


class Happened(StrEnum):
    """What a message of a case was, for its history in short: by the key of its words in said.<language>.toml."""

    MAIL = "happened.mail"  # of the citizen
    LETTER = "happened.letter"  # of the desk
    ANSWER = "happened.answer"  # of a colleague, to the citizen
    NOTE = "happened.note"  # of a colleague, inside the office
    STATEMENT = "happened.statement"  # of a colleague who was asked
    MESSAGE = "happened.message"  # anything else


class LinkKind(StrEnum):
    """How one case is related to an older one."""

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
    answered: bool = False  # at least once
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


def age(opened_at: datetime | None, number: str) -> tuple[bool, datetime | None, int, str]:
    """Sorts cases, the oldest first. A mail server dates what it receives in whole seconds: of one second, the lower number is older."""
    return opened_at is not None, opened_at, len(number), number


# What programs and people make of the hyphens in a number: other dashes, blanks, a fold behind it; and what nobody sees.
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−﹣－", "-"))
_BLANK = re.compile(r"[^\S\n]")
_SOFT_HYPHEN_AS_HYPHEN = re.compile("(?<=[^\\W_])\u00ad(?=\\d)")  # between digits nothing is hyphenated
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_WRITTEN = r"-(?P<year>[0-9]{4})-(?P<sequence>[0-9]{5}|[1-9][0-9]{0,6})"
_LOOSE = r"(?: {0,2}-(?: {0,2}|\n[> ]{0,6})| {1,2})"
_LOOSELY = rf"{_LOOSE}(?P<loose_year>20[0-9]{{2}}){_LOOSE}(?P<loose_sequence>[0-9]{{5}}|[1-9][0-9]{{5,6}})"


def case_number(prefix: str, year: int, sequence: int) -> str:
    """
    >>> case_number("KD", 2026, 42)
    'KD-2026-00042'
    """
    return f"{prefix}-{year:04d}-{sequence:05d}"


def case_numbers_in(text: str, prefix: str) -> tuple[str, ...]:
    """The case numbers in a text, in the form in which we write them, each once; also where their hyphens became something else.

    >>> case_numbers_in("AW: Vorgang kd-2026-42 und KD–2026–00042, KD 2026 00043", "KD")
    ('KD-2026-00042', 'KD-2026-00043')
    >>> case_numbers_in("KD-2026-0001 ist abgeschnitten, KD-2026-11-30 ein Tag, KD 2026 11 ein Satz", "KD")
    ()
    """
    if prefix.casefold() not in text.casefold():
        return ()
    pattern = rf"(?<![^\W_]){re.escape(prefix)}(?:{_WRITTEN}|{_LOOSELY})(?![-./]?\d)"
    found = re.finditer(pattern, _as_written(text), re.IGNORECASE)
    numbers = ((match["year"] or match["loose_year"], match["sequence"] or match["loose_sequence"]) for match in found)
    return tuple(dict.fromkeys(case_number(prefix, int(year), int(sequence)) for year, sequence in numbers))


def _as_written(text: str) -> str:
    """The text with plain hyphens and blanks, and nothing invisible."""
    text = _INVISIBLE.sub("", _SOFT_HYPHEN_AS_HYPHEN.sub("-", text))
    return _BLANK.sub(" ", text.translate(_DASHES))


def entry_word(prefix: str) -> str:
    """What is in place of a case number where a colleague enters a new case by a link.

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
