# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Colleagues work in the desk's own mailbox: mail that is elsewhere than in the inbox, and what they sent from there.

Who can put a mail into our Sent folder works for the desk. So what is there under our own address is a colleague's mail, without any
other proof. In other folders it is one only if no server delivered it to us: a forged mail that a colleague moved there carries the marks
of its delivery.
"""

from __future__ import annotations

from collections.abc import Iterator

from maildesk.core.case.case import CaseEvent, Direction, KnownCase, Role, Status, case_numbers_in
from maildesk.core.decision.decision import Decision, Folder, Outcome
from maildesk.core.decision.parts import FromOurMailbox
from maildesk.core.decision.questions import Arrival, Known, sent_at
from maildesk.core.mail.authentication import authentication
from maildesk.core.mail.classify import Verdict, classify
from maildesk.core.mail.folders import Place
from maildesk.core.mail.message import Message, is_forward
from maildesk.core.office.policy import Policy
from maildesk.core.threading.evidence import ThreadMatch, Trail, by_keyed_id, by_message_id
from maildesk.core.threading.writer import Writer

# What servers write at the final delivery (RFC 5321 section 4.4, RFC 8601), and no mail program into what it sends.
DELIVERED = ("return-path", "delivered-to", "x-original-to", "envelope-to", "authentication-results")


def is_sent_by_us(message: Message, policy: Policy, arrival: Arrival) -> bool:
    """Whether a colleague sent the mail from the desk's mailbox. Robots that answer in our name are none."""
    address = message.originator.addr_spec
    match arrival.place:
        case Place.INBOX:
            return False
        case Place.SENT:
            ours = policy.desk.owns(address) or policy.staff_by_address(address) is not None
        case Place.ELSEWHERE:
            ours = policy.desk.owns(address) and not any(message.has(name) for name in DELIVERED)
    return ours and not classify(message, policy.is_inside).is_machine and not authentication(message, policy.desk.authserv_id).fails


def sent_by_us(message: Message, verdict: Verdict, known: Known, policy: Policy, arrival: Arrival) -> Decision:
    """A colleague's own mail: it joins the case that it names, and answers it if it went to somebody who takes part in it."""
    staff = policy.staff_by_address(message.originator.addr_spec)
    writer = Writer(Role.STAFF, staff, True, "writer: staff, as the mail was sent from the desk's own mailbox")
    folder = Folder.SENT if arrival.place is Place.SENT else Folder.ARCHIVE
    match = _case_named(Trail(message, writer, policy, known.facts, sent_at(message, arrival.received_at), arrival.received_at))
    if match is None:
        evidence = (writer.evidence, "set aside: a mail of the desk that belongs to no case")
        return Decision(Outcome.SET_ASIDE, folder, verdict, direction=Direction.OUT, role=Role.STAFF, evidence=evidence)
    case = known.facts.cases[match.case_number]
    answers = _answers(message, case, policy)
    stops = answers and case.status not in {Status.ANSWERED, Status.CLOSED}
    event = CaseEvent("answered", f"from the shared mailbox; {match.evidence}") if answers else CaseEvent("sent", NO_ANSWER)
    return Decision(
        Outcome.STAFF,
        folder,
        verdict,
        case_number=case.number,
        direction=Direction.OUT if answers else Direction.NOTE,
        role=Role.STAFF,
        events=(event,),
        evidence=(writer.evidence, match.evidence, "answered: the clock stops" if answers else NO_ANSWER),
        part=FromOurMailbox(Status.ANSWERED if stops else None, arrival.received_at if answers else None),
    )


NO_ANSWER = "from the shared mailbox, to nobody who takes part in the case: no answer to it"


def _case_named(trail: Trail) -> ThreadMatch | None:
    """The case by a Message-ID, by our keyed ids, or by its number in the subject."""
    for evidence in (by_message_id, by_keyed_id, _by_number):
        for match in evidence(trail):
            number = _whole(trail, match.case_number)
            if number in trail.facts.cases:
                return ThreadMatch(number, match.matched_by, match.evidence, match.by_id)
    return None


def _by_number(trail: Trail) -> Iterator[ThreadMatch]:
    """The number proves enough here: a stranger could not have put it into our Sent folder. The case of a recipient goes before."""
    recipients = _recipients(trail.message)
    numbers = [number for number in case_numbers_in(trail.message.subject, trail.policy.desk.prefix) if number in trail.facts.cases]
    for number in sorted(numbers, key=lambda number: not recipients & _people(trail.facts.cases[number])):
        yield ThreadMatch(number, "case-number", f"follow-up: the subject names {number}")


def _whole(trail: Trail, number: str) -> str:
    """The case that a case has become part of, however often; or itself."""
    seen: set[str] = set()
    while number not in seen and (case := trail.facts.cases.get(number)) and case.merged_into:
        seen.add(number)
        number = case.merged_into
    return number


def _answers(message: Message, case: KnownCase, policy: Policy) -> bool:
    """Whether it went to somebody who takes part in the case, or, as a reply, to somebody outside: people name other addresses for answers.

    A forwarded mail, or a question to a colleague, stops no clock.
    """
    recipients = _recipients(message)
    if recipients & _people(case):
        return True
    inside = (policy.desk.owns, policy.is_colleague, lambda address: policy.staff_by_address(address) is not None)
    outside = [address for address in recipients if not any(is_inside(address) for is_inside in inside)]
    return bool(outside) and not is_forward(message)


def _recipients(message: Message) -> frozenset[str]:
    return frozenset(address.key for address in (*message.to, *message.cc) if address.key)


def _people(case: KnownCase) -> frozenset[str]:
    """Who takes part in the case, by address keys."""
    return case.participants | ({case.correspondent} if case.correspondent else set())
