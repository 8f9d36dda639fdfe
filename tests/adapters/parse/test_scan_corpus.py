# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What copiers and fax gateways send: post of somebody whom they do not name. The device itself is nobody."""

from __future__ import annotations

from datetime import UTC

import pytest

from maildesk.core.case.case import Channel
from maildesk.core.decision.decision import Decision, Outcome
from maildesk.core.decision.parts import Entered, Opened
from maildesk.core.decision.questions import Arrival, Known
from maildesk.core.desk import decide
from maildesk.core.letters.letter import RELAY
from maildesk.core.mail.classify import classify
from maildesk.core.mail.message import Address
from maildesk.core.office.calendar import WorkCalendar
from maildesk.core.office.policy import Desk, Policy, Staff
from tests.rig.builders import MONDAY, a_multipart, a_part, parsed
from tests.rig.places import CORPUS

SCANS = CORPUS / "scans"
NAMES = sorted(path.stem for path in SCANS.glob("*.eml"))
WEBER = Staff("Anna Weber", "anna.weber@office.example.net", "weber")
POLICY = Policy(
    Desk("Kundendialog", "kundendialog@desk.example", internal_domains=("office.example.net",)),
    WorkCalendar(UTC),
    b"k" * 32,
    staff=(WEBER,),
)


def decided(octets: bytes) -> Decision:
    return decide(parsed(octets), Known("KD-2026-00001"), POLICY, Arrival(MONDAY), MONDAY)


@pytest.mark.parametrize("name", NAMES)
def test_a_scan_is_a_letter_of_somebody_unknown_and_goes_to_staff_with_its_document(name: str) -> None:
    octets = (SCANS / f"{name}.eml").read_bytes()
    decision = decided(octets)

    assert classify(parsed(octets)).automatic is None
    assert decision.outcome is Outcome.NEW_CASE
    assert isinstance(decision.part, Entered)
    assert (decision.part.new_case.channel, decision.part.new_case.correspondent) == (Channel.POST, Address("", ""))
    assert decision.part.kept.originator == Address("", "")
    assert decision.letters == ()
    assert [(letter.template, letter.recipient, len(letter.enclosures)) for letter in decision.notices] == [(RELAY, WEBER.address, 1)]


def test_the_devices_of_four_makers_and_a_fax_gateway_are_known() -> None:
    assert len(NAMES) == 5


def test_what_a_person_outside_scanned_stays_that_persons_mail() -> None:
    document = a_part("%PDF-1.4", 'application/pdf; name="doc.pdf"', content_disposition='attachment; filename="doc.pdf"')
    decision = decided(a_multipart(a_part(""), document, to="kundendialog@desk.example", subject="Scanned image from MX-2640N"))

    assert isinstance(decision.part, Opened)
    assert (decision.part.new_case.channel, decision.part.new_case.correspondent.addr_spec) == (Channel.EMAIL, "eva@example.org")


def test_a_scan_under_an_unproved_staff_address_is_told_as_such() -> None:
    document = a_part("%PDF-1.4", 'application/pdf; name="doc.pdf"', content_disposition='attachment; filename="doc.pdf"')
    octets = a_multipart(a_part(""), document, sender=WEBER.address, to="kundendialog@desk.example", subject="Attached Image")
    decision = decided(octets)

    assert decision.part.unverified
    assert [alarm.name for alarm in decision.alarms] == ["unproved_staff"]
