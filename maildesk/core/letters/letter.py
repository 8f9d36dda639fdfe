# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Letters: what goes to whom, under which Message-ID, and why none goes.

Automatic letters follow RFC 3834. They hold nothing that came from the mail they answer: an acknowledgement that repeats
what a stranger wrote is a relay for abuse, and one that repeats a citizen's words shows them on the lock screen of a family phone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from maildesk.core.letters.keyed_ids import base32
from maildesk.core.letters.server_reply import is_dead_address
from maildesk.core.text.said import Context


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
    """A mail that we want to send. `context` holds what the template may say, as data; in an automatic letter nothing of it is typed by a
    stranger. Its SENDER is in From in place of the desk's name.

    `about` is the digest of the message that the letter relays or answers;
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
    enclosures: tuple[Enclosure, ...] = ()
    about: str = ""
    author: str = ""
    held: bool = False  # waits for a word of its author, and is not sent before
    not_before: datetime | None = None  # its first try; None: at once
    context: Context = field(default_factory=dict)
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


SENDER = "absender"  # of a letter's context: the name in From
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
CONSULTATION = "consultation"  # asks a colleague in the office for a statement
REMINDER = "reminder"  # of that question
STATEMENT = "statement"  # hands the statement on to staff
OVERDUE = "overdue"  # notifies staff that the statement has not come
DIGEST = "digest"
UNPLACED = "unplaced"  # asks a colleague where a mail belongs
UNPROVED = "unproved"  # notifies a colleague that a mail with their address in From had no effect
UNPROVED_A_DAY = 3  # such notices to one colleague: a forger must not flood a mailbox
ASKING = frozenset({CONSULTATION, REMINDER})  # who answers one of these, states something, and answers no citizen
TO_STAFF = frozenset({
    ALARM, RETURNED, RELAY, COPY, HELD_ANSWER, CONFIRMED, MISTAKE, HELP, STATEMENT, OVERDUE, DIGEST, UNPLACED, UNPROVED,
})  # fmt: skip
INSIDE_THE_HOUSE = TO_STAFF | ASKING  # templates of letters that no citizen gets
LATE_AFTER = timedelta(days=1)  # so long after it was written a letter says that it is late


def letter_id_for(cause: str, template: str, recipient: str) -> str:
    """The same cause makes the same letter: a repeat after a crash is recognised, not sent twice."""
    return base32(hashlib.sha256("\0".join((cause, template, recipient.lower())).encode()).digest()[:10])


@dataclass(frozen=True, slots=True)
class KnownLetter:
    """A letter of ours that a message names. `report` is the last that mail servers said of it: "", "delayed" or "failed".

    `about` is the digest of the message that it relayed or answered.
    """

    letter_id: str
    case_number: str
    recipient: str
    template: str
    created_at: datetime
    report: str = ""
    about: str = ""


GRAVITY = {"": 0, "delayed": 1, "failed": 2}  # of what mail servers report of a letter


@dataclass(frozen=True, slots=True)
class LetterReport:
    """What a mail server said of a letter of ours: `action` is "failed" or "delayed", `status` as in RFC 3463 or empty.

    `proved`: the report names the keyed Message-ID, so that it comes from a server that had the letter. `elsewhere`: the address that it
    names as failed is another one, to which somebody forwards.
    """

    letter_id: str
    action: str
    status: str
    proved: bool
    elsewhere: bool = False

    @property
    def shows_dead_address(self) -> bool:
        """Whether the recipient's address does not exist. A full mailbox and a refusal as spam pass; the next letter may arrive."""
        return self.action == "failed" and self.proved and not self.elsewhere and is_dead_address(self.status)


DEAD_ADDRESS_OF = "dead_address_of"  # in the data of a case's event: the id of the letter that showed it
