# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Letters: what goes to whom, under which Message-ID, and why none goes.

Automatic letters follow RFC 3834. They hold nothing that came from the mail they answer: an acknowledgement that repeats
what a stranger wrote is a relay for abuse, and one that repeats a citizen's words shows them on the lock screen of a family phone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from maildesk.core.case.case import KnownCase
from maildesk.core.keyed import base32
from maildesk.core.mail.classify import Verdict
from maildesk.core.mail.message import Message, wire_address
from maildesk.core.office.policy import Desk, Policy


class LetterState(StrEnum):
    """A letter's way: queued → sending (durable before MAIL FROM) → dot (durable before the final dot) → sent (at the 250).

    A letter found in `dot` at a start is in doubt: the contract shows it as "in-doubt".
    """

    QUEUED = "queued"
    SENDING = "sending"
    DOT = "dot"
    SENT = "sent"
    FAILED = "failed"
    HELD = "held"


class Refusal(StrEnum):
    """Why no automatic letter goes out. The value is a sentence that follows "no letter: "."""

    SWITCHED_OFF = "acknowledgements are switched off in the configuration"
    AUTOMATIC = "the mail is automatic"
    NO_ADDRESS = "the mail names no address to write to"
    OWN_ADDRESS = "the mail comes from the desk's own address"
    STAFF = "the mail comes from a staff address"
    NOT_ADDRESSED = "the desk is not among the recipients of the mail (RFC 3834, section 2)"
    NOTED_TODAY = "the case had its note of a follow-up today"
    TOO_OLD = "the mail arrived too long ago"
    IMPORTED = "imported mail gets no letter"
    SENDER_LIMIT = "the limit of automatic letters to this address in one day is reached"
    DOMAIN_LIMIT = "the limit of automatic letters to this domain in one hour is reached"
    DESK_LIMIT = "the limit of automatic letters of the desk in one hour is reached"
    UNVERIFIED = "the writer is not known in the case"
    FORGED = "the mail server says that the sender is forged (RFC 8601)"
    REPEATED = "the mail repeats one that was taken in"
    RETURNED = "a letter to this address came back"


LIMITS = frozenset({Refusal.SENDER_LIMIT, Refusal.DOMAIN_LIMIT, Refusal.DESK_LIMIT})


@dataclass(frozen=True, slots=True)
class Enclosure:
    """An attachment of a stored message that goes along with a letter. Both digests are sha256, hexadecimal; `filename` is safe."""

    message_digest: str
    digest: str
    filename: str
    media_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that we want to send. `context` holds what the template may say; in an automatic letter all of it our own words.

    `sender_name` stands in From in place of the desk's name. `about` is the digest of the message that the letter hands on or answers;
    `author` the key of the colleague whose words it holds.
    """

    letter_id: str
    template: str
    recipient: str
    message_id: str
    case_number: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    reply_to: str = ""
    language: str = "de"
    automatic: bool = True
    sender_name: str = ""
    enclosures: tuple[Enclosure, ...] = ()
    about: str = ""
    author: str = ""
    held: bool = False  # waits for a word of its author, and is not sent before
    context: Mapping[str, str] = field(default_factory=dict)
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class QueuedLetter:
    """A letter of the outbox with its row number and the attempts made so far."""

    row: int
    letter: Letter
    attempts: int


CONTESTED = "its mail was taken by somebody else as well: it leaves if no copy shows that it has left"
CONTESTED_LONGER = timedelta(minutes=10)  # a desk that took the mail, and was killed there, writes before us
PAUSE_MAX = timedelta(hours=4)  # between two tries of a letter


@dataclass(frozen=True, slots=True)
class Due:
    """Which of the queued letters may leave: those whose time has come, and those that wait for a later time than any pause is long, as the
    clock was set back since. One that waits for its mail to be filed may not, unless that is in doubt since before `proved_before`.
    """

    now: datetime
    proved_before: datetime | None = None

    @property
    def never_later(self) -> datetime:
        return self.now + PAUSE_MAX


@dataclass(frozen=True, slots=True)
class RecentLetters:
    """How many automatic letters left lately: to this address in a day, to its domain and from the desk in an hour.

    `returned`: a letter to this address came back, and its mail server proved that it was ours.
    """

    to_sender: int = 0
    to_domain: int = 0
    of_desk: int = 0
    returned: bool = False


@dataclass(frozen=True, slots=True)
class Occasion:
    """When a mail came and is decided on, both aware, and what left lately; an imported mail gets no letters.

    `forged` and `repeated` are what the desk found out about the mail.
    """

    received_at: datetime
    now: datetime
    recent: RecentLetters = field(default_factory=RecentLetters)
    imported: bool = False
    forged: bool = False
    repeated: bool = False


REFERENCES_MAX = 20
ACKNOWLEDGEMENT = "acknowledgement"
FOLLOW_UP_NOTE = "follow-up"
ALARM = "alarm"
RETURNED = "returned"
RELAY = "relay"
ANSWER = "answer"
COPY = "copy"
HELD_ANSWER = "held"
CONFIRMED = "confirmed"
MISTAKE = "mistake"
HELP = "help"
CONSULTATION = "consultation"  # asks a colleague in the house for a statement
REMINDER = "reminder"  # of that question
STATEMENT = "statement"  # hands the statement on to staff
OVERDUE = "overdue"  # tells staff that the statement has not come
DIGEST = "digest"
UNPLACED = "unplaced"  # asks a colleague where a mail belongs
ASKING = frozenset({CONSULTATION, REMINDER})  # who answers one of these, states something, and answers no citizen
TO_STAFF = frozenset({ALARM, RETURNED, RELAY, COPY, HELD_ANSWER, CONFIRMED, MISTAKE, HELP, STATEMENT, OVERDUE, DIGEST, UNPLACED})
INSIDE_THE_HOUSE = TO_STAFF | ASKING  # templates of letters that no citizen gets
LATE_AFTER = timedelta(days=1)  # so long after it was written a letter says that it is late
UNWRITTEN = "cannot be written: "  # how the error of a letter begins that never became a mail


def letter_id_for(cause: str, template: str, recipient: str) -> str:
    """The same cause makes the same letter: a repeat after a crash is recognised, not sent twice."""
    return base32(hashlib.sha256("\0".join((cause, template, recipient.lower())).encode()).digest()[:10])


def refusal_for(message: Message, verdict: Verdict, policy: Policy, known: KnownCase | None, occasion: Occasion) -> Refusal | None:
    """Why the mail gets no automatic letter, or None if it shall have one. The first reason in this order counts."""
    desk, limits, sender = policy.desk, policy.letters, message.originator
    recent, age = occasion.recent, occasion.now - occasion.received_at
    here = policy.calendar.local(occasion.now).date()
    reasons = (
        (Refusal.IMPORTED, occasion.imported),
        (Refusal.SWITCHED_OFF, not limits.acknowledge),
        (Refusal.NO_ADDRESS, not _can_be_written_to(sender.addr_spec)),
        (Refusal.OWN_ADDRESS, desk.owns(sender.addr_spec)),
        (Refusal.STAFF, policy.staff_by_address(sender.addr_spec) is not None),
        (Refusal.FORGED, occasion.forged),
        (Refusal.AUTOMATIC, not verdict.acknowledge),
        (Refusal.NOT_ADDRESSED, not is_addressed(message, desk)),
        (Refusal.REPEATED, occasion.repeated),
        (Refusal.RETURNED, recent.returned),
        (Refusal.TOO_OLD, age > timedelta(days=limits.not_older_than_days)),
        (Refusal.UNVERIFIED, known is not None and sender.key not in known.participants),
        (Refusal.NOTED_TODAY, known is not None and known.followup_note_sent_on == here),
        (Refusal.SENDER_LIMIT, recent.to_sender >= limits.per_sender_per_day),
        (Refusal.DOMAIN_LIMIT, recent.to_domain >= limits.per_domain_per_hour and sender.domain not in limits.shared_domains),
        (Refusal.DESK_LIMIT, recent.of_desk >= limits.per_desk_per_hour),
    )
    return next((reason for reason, holds in reasons if holds), None)


def _can_be_written_to(address: str) -> bool:
    try:
        return "@" in wire_address(address)
    except ValueError:
        return False


_RECIPIENT_FIELDS = (
    "to",
    "cc",
    "bcc",
    "resent-to",
    "resent-cc",
    "resent-bcc",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
)


def is_addressed(message: Message, desk: Desk) -> bool:
    """Whether the desk is named as a recipient, also by the server that delivered or forwarded the mail (RFC 3834, section 2)."""
    if any(desk.owns(address.addr_spec) for address in (*message.to, *message.cc)):
        return True
    found = (
        part
        for name in _RECIPIENT_FIELDS
        for value in message.values(name)
        for part in re.findall(r"[^\s<>,;:\"()]+@[^\s<>,;:\"()]+", value)
    )
    return any(desk.owns(part) for part in found)


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something is wrong: `name` tells one trouble from another, the others are German sentences without personal data.

    `again_after` is how long it stays quiet while the trouble stands; None: as long as the policy says.
    """

    name: str
    detail: str
    advice: str
    again_after: timedelta | None = None
