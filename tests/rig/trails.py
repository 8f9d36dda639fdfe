# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A desk, its cases and letters, and the traces of a mail, for tests of the core: a test names only what matters to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from maildesk.core.case.case import KnownCase, Status
from maildesk.core.decision.decision import Decision
from maildesk.core.decision.questions import Arrival, Known, sent_at
from maildesk.core.desk import decide
from maildesk.core.letters.keyed_ids import conversation_id, keyed_message_id
from maildesk.core.letters.letter import KnownLetter
from maildesk.core.mail.message import Address, Message
from maildesk.core.office.calendar import WorkCalendar, parse_service_hours
from maildesk.core.office.policy import Desk, Policy, Staff
from maildesk.core.threading.evidence import ThreadFacts, Trail
from maildesk.core.threading.writer import identify
from tests.rig.builders import EVA, MONDAY, a_message

NOW = MONDAY + timedelta(minutes=1)
SECRET = b"k" * 32
WEBER = Staff("A. Weber", "weber@example.com", "weber")
KLEIN = Staff("B. Klein", "klein@example.com", "klein", receives="none")
ADAM = Address("Adam Beispiel", "adam@example.net")
STRANGER = Address("", "stranger@example.net")
POLICY = Policy(
    desk=Desk(
        "Kundendialog",
        "desk@example.com",
        aliases=("dialog@example.com",),
        internal_domains=("neue-wege.org",),
        authserv_id="mx.example.com",
        plus_addressing=True,
    ),
    calendar=WorkCalendar(ZoneInfo("Europe/Berlin"), service=parse_service_hours("Mo-Fr 08:00-16:00")),
    secret=SECRET,
    staff=(WEBER, KLEIN),
)
OPENED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LETTER_ID = "abcdefghijklmnop"
GERMAN_BOUNCE = "Unzustellbar: Ihre Nachricht"

DMARC_PASS = ("authentication-results", "mx.example.com; dmarc=pass header.from={domain}")
DMARC_FAIL = ("authentication-results", "mx.example.com; dmarc=fail header.from={domain}")


def says(verdict: tuple[str, str], domain: str) -> tuple[str, str]:
    """A field of the desk's mail server on a mail from `domain`."""
    return verdict[0], verdict[1].format(domain=domain)


def a_case(number: str = "KD-2026-00042", of: Address = EVA, **fields: Any) -> KnownCase:
    """An open case of one person, opened three days ago."""
    values: dict[str, Any] = {
        "status": Status.OPEN,
        "correspondent": of.key,
        "participants": frozenset({of.key}),
        "due_on": date(2026, 12, 4),
        "opened_at": OPENED,
        **fields,
    }
    return KnownCase(number, **values)


CASE = a_case()
ADAMS = a_case("KD-2026-00007", ADAM, opened_at=OPENED - timedelta(days=1))


def keyed(case: KnownCase = CASE, to: str = EVA.addr_spec, letter_id: str = LETTER_ID, secret: bytes = SECRET) -> str:
    """The Message-ID of a letter of ours."""
    return keyed_message_id(secret, case.number, letter_id, to, "example.com")


def conversation(case: KnownCase = CASE, to: str = EVA.addr_spec) -> str:
    return conversation_id(SECRET, case.number, to, "example.com")


def a_letter(case: KnownCase = CASE, to: str = EVA.addr_spec, letter_id: str = LETTER_ID, **fields: Any) -> dict[str, KnownLetter]:
    """A letter of ours as the store knows it, by its Message-ID."""
    values: dict[str, Any] = {"template": "acknowledgement", "created_at": MONDAY - timedelta(hours=1), **fields}
    return {keyed(case, to, letter_id): KnownLetter(letter_id, case.number, to, **values)}


def facts(*cases: KnownCase, **fields: Any) -> ThreadFacts:
    return ThreadFacts(cases={case.number: case for case in cases}, **fields)


def a_trail(
    message: Message, known: ThreadFacts, policy: Policy = POLICY, *, machine: bool = False, received_at: datetime = MONDAY
) -> Trail:
    """The message with its writer identified."""
    writer = identify(message, policy, known.letters, received_at)
    return Trail(message, writer, policy, known, sent_at(message, received_at), received_at, machine)


def decided(
    message: Message, known: ThreadFacts, policy: Policy = POLICY, *, received_at: datetime = MONDAY, imported: bool = False, **asked: Any
) -> Decision:
    """What the desk decides, a minute after the mail came."""
    answers = Known("KD-2026-00099", facts=known, **asked)
    return decide(message, answers, policy, Arrival(received_at, imported), received_at + timedelta(minutes=1))


def without_plus_addressing() -> Policy:
    return replace(POLICY, desk=replace(POLICY.desk, plus_addressing=False))


def forged(**fields: Any) -> Message:
    """A message of which the desk's mail server says that its From is a lie."""
    message = a_message(**fields)
    return replace(message, fields=(*message.fields, says(DMARC_FAIL, message.originator.domain)))
