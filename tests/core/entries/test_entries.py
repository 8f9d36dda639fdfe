# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What becomes of a colleague's mail that belongs to no case: whose case it makes, who is written to, and who is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import pytest

from maildesk.core.case.case import Channel, KnownCase, Status
from maildesk.core.case.file import CaseFile, CaseState
from maildesk.core.decision.decision import Decision, Outcome
from maildesk.core.decision.parts import Entered, Opened
from maildesk.core.decision.questions import Arrival, Known
from maildesk.core.desk import decide, questions
from maildesk.core.letters.keyed_ids import keyed_message_id
from maildesk.core.letters.letter import ACKNOWLEDGEMENT, CONFIRMED, RELAY, UNPLACED, KnownLetter
from maildesk.core.letters.refusal import RecentLetters, Refusal
from maildesk.core.mail.message import Address, Message
from maildesk.core.office.calendar import WorkCalendar
from maildesk.core.office.policy import Desk, LetterLimits, Policy, Staff
from maildesk.core.threading.evidence import ThreadFacts
from tests.rig.builders import MONDAY, a_message
from tests.rig.ordering import CATEGORIES

WEBER, MOSER = Staff("Anna Weber", "weber@haus.example", "weber"), Staff("Jörg Moser", "moser@haus.example", "moser")
DESK = Desk("Kundendialog", "desk@example.com", internal_domains=("haus.example",), authserv_id="mx.example.com")
POLICY = Policy(DESK, WorkCalendar(UTC), b"k" * 32, staff=(WEBER, MOSER), categories=CATEGORIES)
PROVED = (("authentication-results", "mx.example.com; dmarc=pass header.from=haus.example"),)
CALL = "Telefon\nName: Eva Muster\nMail: eva@example.org\nDie Heizung ist kalt."
OLD = KnownCase("KD-2026-00017", Status.OPEN, "karl@example.org", frozenset({"karl@example.org"}))


def staff_mail(text: str, **fields: Any) -> Message:
    values = {"originator": WEBER.address, "subject": "", "message_id": "neu-1@haus.example", "fields": PROVED, **fields}
    return a_message(text=text, **values)


def decided(message: Message, known: Known = Known("KD-2026-00042"), policy: Policy = POLICY, **arrival: Any) -> Decision:  # noqa: B008
    return decide(message, known, policy, Arrival(MONDAY, **arrival), MONDAY + timedelta(minutes=1))


def test_an_entry_makes_a_case_of_the_person_and_writes_to_each_once() -> None:
    decision = decided(staff_mail(CALL))

    assert decision.outcome is Outcome.STAFF
    assert isinstance(decision.part, Entered)
    assert (decision.part.new_case.channel, decision.part.new_case.correspondent) == (
        Channel.PHONE,
        Address("Eva Muster", "eva@example.org"),
    )
    assert [(letter.template, letter.recipient) for letter in decision.letters] == [(ACKNOWLEDGEMENT, "eva@example.org")]
    assert [(letter.template, letter.recipient) for letter in decision.notices] == [
        (RELAY, MOSER.address),
        (CONFIRMED, WEBER.address),
    ]
    assert "haus.example" not in repr(decision.letters)
    assert decision.letters[0].in_reply_to == ""


def test_the_letters_of_the_person_are_counted_and_not_the_colleagues() -> None:
    asked = questions(staff_mail(CALL), POLICY, Arrival(MONDAY), MONDAY)

    assert (asked.originator, asked.entered) == (WEBER.address, "eva@example.org")
    for recent, refusal in ((RecentLetters(to_sender=5), Refusal.SENDER_LIMIT), (RecentLetters(returned=True), Refusal.RETURNED)):
        decision = decided(staff_mail(CALL), Known("KD-2026-00042", recent=recent))
        assert (decision.letters, decision.refusal) == ((), refusal)
        assert isinstance(decision.part, Entered)


def test_somebody_in_the_house_gets_no_acknowledgement() -> None:
    decision = decided(staff_mail(CALL.replace("eva@example.org", "adam@haus.example")))

    assert (decision.letters, decision.refusal) == ((), Refusal.STAFF)
    assert isinstance(decision.part, Entered)


def test_an_imported_entry_writes_to_nobody() -> None:
    decision = decided(staff_mail(CALL), imported=True)

    assert isinstance(decision.part, Entered)
    assert (*decision.letters, *decision.notices) == ()


@pytest.mark.parametrize("fields", [(), (("authentication-results", "mx.example.com; dmarc=fail header.from=haus.example"),)])
def test_who_does_not_prove_to_be_staff_enters_nothing(fields: tuple[tuple[str, str], ...]) -> None:
    decision = decided(staff_mail(CALL, fields=fields))

    assert isinstance(decision.part, Opened)
    assert decision.part.new_case.channel is Channel.EMAIL
    assert decision.part.unverified
    assert decision.letters == ()


def test_an_order_that_closes_the_case_at_once_is_carried_out() -> None:
    decision = decided(staff_mail(f"{CALL}\n#lob #thema umgang #lob_weitergegeben\n#erledigt"))

    assert decision.part.work is not None
    assert decision.part.work.state is not None
    assert (decision.part.work.state.status, decision.part.work.state.kind) == (Status.CLOSED, "lob")


def with_the_digest(text: str, subject: str) -> Decision:
    """An answer to the digest, which names a case; below it the digest is quoted."""
    named = keyed_message_id(POLICY.secret, "DIGEST", "abcdefghij", WEBER.address, DESK.domain)
    letter = KnownLetter("abcdefghij", "", WEBER.address, "digest", MONDAY)
    facts = ThreadFacts(cases={OLD.number: OLD}, letters={named: letter})
    files = {OLD.number: CaseFile(OLD.number, "Frage", CaseState(Status.OPEN))}
    message = replace(staff_mail(text, fields=(), subject=subject, in_reply_to=(named,)), text=f"{text}\n\n> [{OLD.number}] Kritik\n")
    return decided(message, Known("KD-2026-00042", facts=facts, files=files))


def test_a_case_that_only_the_quoted_digest_names_is_not_meant() -> None:
    entered = with_the_digest(CALL, "AW: Tagesübersicht")
    assert (entered.case_number, entered.outcome) == ("KD-2026-00042", Outcome.STAFF)
    assert with_the_digest("Danke!", "AW: Tagesübersicht").outcome is Outcome.SET_ASIDE
    assert with_the_digest("#kritik", f"[{OLD.number}]").case_number == OLD.number


def test_a_mail_that_says_nothing_is_asked_about_until_the_limit() -> None:
    asked = decided(staff_mail("Können wir tauschen?"))
    assert [(letter.template, letter.recipient) for letter in asked.notices] == [(UNPLACED, WEBER.address)]
    assert asked.part is None

    policy = replace(POLICY, letters=LetterLimits(per_sender_per_day=2))
    silent = decided(staff_mail("Können wir tauschen?"), Known("KD-2026-00042", recent=RecentLetters(to_sender=2)), policy)
    assert silent.notices == ()
    assert silent.outcome is Outcome.SET_ASIDE
