# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What the desk asks about a message, and what it is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from maildesk.core.case.case import case_numbers_in
from maildesk.core.case.file import CaseFile
from maildesk.core.letters.keyed_ids import parse_keyed_id, reply_tokens
from maildesk.core.letters.letter import ACKNOWLEDGEMENT, FOLLOW_UP_NOTE, RELAY, Letter, letter_id_for
from maildesk.core.letters.refusal import RecentLetters
from maildesk.core.mail.fingerprint import base_subject, ids_in_text, text_digest, thread_index_root
from maildesk.core.mail.folders import Place
from maildesk.core.mail.message import Message, address_key
from maildesk.core.office.policy import Policy
from maildesk.core.threading.evidence import ThreadFacts, case_numbers, named_ids

CLOCK_WRONG_BY = timedelta(days=30)
FIRST_YEAR = 1990  # no mailbox that could be imported is older
ORDERED_NUMBERS_MAX = 20


@dataclass(frozen=True, slots=True)
class Arrival:
    """How the mail came: `received_at` is the server's date (R1: never the Date field), aware; an imported mail gets no letters.

    `doubtful`: after a restore, the mail may have been taken in before, and what it causes may have left.
    """

    received_at: datetime
    imported: bool = False
    place: Place = Place.INBOX
    doubtful: bool = False
    by_hand: bool = False  # it was set aside, and a colleague says that it is a person's


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
    of_house: bool = False  # the mail carries an address of the office: the files of its cases are asked for
    entered: str = ""  # the person whom a colleague enters: whose letters are counted
    sent_by_us: bool = False  # a colleague's own mail: a copy of it that was delivered to us is another thing
    own_letter_id: str = ""  # of the letter of ours, by its key, that the mail is
    aside: str = ""  # the first digits of the digest of a mail of which a colleague makes a case
    claimed: str = ""  # the registered address of the colleague whose address is in From
    caused: tuple[str, ...] = ()  # the letters that this mail may have caused before a restore, by their ids


@dataclass(frozen=True, slots=True)
class OwnLetter:
    """A letter of ours whose Message-ID a message carries, or whose id its genuine key names."""

    letter_id: str
    case_number: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Known:
    """The answers. `seen` says how the very same mail was taken in before, or is empty.

    `answered` is the nearest of our letters that the mail names. `left` are those of the letters asked for that are known to have left
    before a restore; `next_case_number` is then the one that they name.
    """

    next_case_number: str
    seen: str = ""
    own_letter: OwnLetter | None = None
    answered: Letter | None = None
    facts: ThreadFacts = field(default_factory=ThreadFacts)
    recent: RecentLetters = field(default_factory=RecentLetters)
    files: Mapping[str, CaseFile] = field(default_factory=dict)  # of the cases that a colleague's mail may belong to
    left: frozenset[str] = frozenset()
    aside: str = ""  # the digest of the mail that was asked for, if it is set aside
    made_case: str = ""  # the number of the case of that mail, if it is in one


def sent_at(message: Message, received_at: datetime) -> datetime:
    """The writer's Date orders that writer's messages among each other, and nothing else. One that cannot be true does not count."""
    if message.date is None or abs(message.date - received_at) > CLOCK_WRONG_BY:
        return received_at
    return message.date


# --- what is asked, no matter who wrote ---


def questions_on(message: Message, policy: Policy, arrival: Arrival, now: datetime) -> Questions:
    """What is asked about every message; what only one branch of the desk asks is added there (`core.desk.questions`)."""
    headers = named_ids(message)
    keyed = tuple(key.case_number for identifier in headers if (key := parse_keyed_id(identifier)))
    writer, report = message.originator, message.delivery_report
    staff = policy.staff_by_address(writer.addr_spec)
    return Questions(
        digest=message.digest,
        content_digest=message.content_digest,
        message_id=message.message_id,
        named_ids=tuple(dict.fromkeys((*headers, *ids_in_text(message)))),
        case_numbers=tuple(dict.fromkeys((*keyed, *case_numbers(message, policy.desk.prefix), *_ordered_numbers(message, policy)))),
        originator=writer.key,
        year=_year(policy, arrival, now),
        sent_at=sent_at(message, arrival.received_at),
        letter_ids=tuple(token.letter_id for token in reply_tokens(message, policy.desk)),
        thread_index=thread_index_root(message),
        base_subject=base_subject(message.subject),
        text_digest=text_digest(message),
        failed_recipients=tuple(address_key(address) for address in report.failed_recipients) if report else (),
        of_house=staff is not None or policy.is_colleague(writer.addr_spec),
        claimed=address_key(staff.address) if staff else "",
        caused=_caused(message, policy),
    )


def _caused(message: Message, policy: Policy) -> tuple[str, ...]:
    """The ids of the letters by which a restored desk learns what number a mail was given: to its writer, or to a colleague."""
    writer = message.originator.addr_spec
    letters = [(template, writer) for template in (ACKNOWLEDGEMENT, FOLLOW_UP_NOTE)]
    letters += [(RELAY, person.address) for person in policy.staff]
    return tuple(letter_id_for(message.digest, template, recipient) for template, recipient in letters)


def _ordered_numbers(message: Message, policy: Policy) -> tuple[str, ...]:
    """Cases that a colleague's orders may name."""
    staff = policy.staff_by_address(message.originator.addr_spec)
    return case_numbers_in(message.reply, policy.desk.prefix)[:ORDERED_NUMBERS_MAX] if staff else ()


def _year(policy: Policy, arrival: Arrival, now: datetime) -> int:
    """A case is numbered by the year in which the mail arrived; a date that cannot be true does not make a year of its own."""
    arrived, current = (policy.calendar.local(moment).year for moment in (arrival.received_at, now))
    return arrived if FIRST_YEAR <= arrived <= current else current
