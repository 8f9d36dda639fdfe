# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The one place that decides. `questions` says what must be known, `decide` what shall happen; both are pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from maildesk.core.case.case import Role, case_numbers_in
from maildesk.core.citizens.follow_up import follow_up
from maildesk.core.citizens.new_case import open_case
from maildesk.core.decision.decision import Decision, Folder, Outcome
from maildesk.core.decision.matter import Matter
from maildesk.core.decision.questions import Arrival, Known, Questions, sent_at
from maildesk.core.entries.decide import decide_entry, entered_key, enters
from maildesk.core.entries.scans import decide_scan, is_scan_of_house
from maildesk.core.letters.keyed_ids import parse_keyed_id, reply_tokens
from maildesk.core.letters.letter import ACKNOWLEDGEMENT, ASKING, FOLLOW_UP_NOTE, RELAY, KnownLetter, letter_id_for
from maildesk.core.mail.classify import classify
from maildesk.core.mail.fingerprint import base_subject, ids_in_text, text_digest, thread_index_root
from maildesk.core.mail.message import Message, address_key
from maildesk.core.office.policy import Policy, Staff
from maildesk.core.own_mail.danger import in_danger, with_danger
from maildesk.core.own_mail.delivery_reports import join_report, set_aside
from maildesk.core.own_mail.own_letters import is_proof_copy, lost_letter, own_letter_id, proof_copy
from maildesk.core.own_mail.sent_by_colleagues import is_sent_by_us, sent_by_us
from maildesk.core.staff.consultation import Stated, asked_of, decide_statement
from maildesk.core.staff.decide import decide_staff_mail
from maildesk.core.staff.mail import StaffMail
from maildesk.core.threading.evidence import ThreadMatch, Trail, case_numbers, named_ids
from maildesk.core.threading.thread import find_thread
from maildesk.core.threading.writer import identify

ORDERED_NUMBERS_MAX = 20
FIRST_YEAR = 1990  # no mailbox that could be imported is older


def questions(message: Message, policy: Policy, arrival: Arrival, now: datetime) -> Questions:
    """What must be looked up before the message can be decided on."""
    headers = named_ids(message)
    keyed = tuple(key.case_number for identifier in headers if (key := parse_keyed_id(identifier)))
    report = message.delivery_report
    return Questions(
        digest=message.digest,
        content_digest=message.content_digest,
        message_id=message.message_id,
        named_ids=tuple(dict.fromkeys((*headers, *ids_in_text(message)))),
        case_numbers=tuple(dict.fromkeys((*keyed, *case_numbers(message, policy.desk.prefix), *_ordered_numbers(message, policy)))),
        originator=message.originator.key,
        year=_year(policy, arrival, now),
        sent_at=sent_at(message, arrival.received_at),
        letter_ids=tuple(token.letter_id for token in reply_tokens(message, policy.desk)),
        thread_index=thread_index_root(message),
        base_subject=base_subject(message.subject),
        text_digest=text_digest(message),
        failed_recipients=tuple(address_key(address) for address in report.failed_recipients) if report else (),
        of_house=policy.staff_by_address(message.originator.addr_spec) is not None or policy.is_colleague(message.originator.addr_spec),
        entered=entered_key(message, policy, arrival),
        sent_by_us=is_sent_by_us(message, policy, arrival),
        own_letter_id=own_letter_id(message, policy),
        caused=_caused(message, policy),
    )


def _caused(message: Message, policy: Policy) -> tuple[str, ...]:
    """The ids of the letters by which a restored desk tells what number a mail was given: to its writer, or to a colleague."""
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


def decide(message: Message, known: Known, policy: Policy, arrival: Arrival, now: datetime) -> Decision:
    """What shall happen with a message."""
    decision = _decided(message, known, policy, arrival, now)
    return replace(decision, doubtful=True) if arrival.doubtful else decision


def _decided(message: Message, known: Known, policy: Policy, arrival: Arrival, now: datetime) -> Decision:
    """The branches stand here; each helper builds one kind of decision."""
    verdict = classify(message, policy.is_inside)
    if known.own_letter and is_proof_copy(message, known.own_letter, policy):
        return proof_copy(known.own_letter)
    if not known.seen and (lost := own_letter_id(message, policy)):
        return lost_letter(lost)
    if known.seen:
        return Decision(Outcome.ALREADY_KNOWN, Folder.ARCHIVE, verdict, evidence=(f"already known: {known.seen}",))
    if is_sent_by_us(message, policy, arrival):
        return sent_by_us(message, verdict, known, policy, arrival)
    writer = identify(message, policy, known.facts.letters, now)
    trail = Trail(message, writer, policy, known.facts, sent_at(message, arrival.received_at), arrival.received_at, verdict.is_machine)
    thread = find_thread(trail)
    # A colleague's words are never taken for a notice by themselves: what sounds like one is held, and they are asked.
    verdict = verdict.where(in_a_case=thread.match is not None and not writer.proved)
    matter = Matter(message, verdict, writer, thread, known, policy, arrival, now)
    if verdict.sets_aside(in_a_case=thread.match is not None):
        return _of_a_machine(matter, thread.match)
    if is_scan_of_house(matter):
        return decide_scan(matter)
    if colleague := enters(matter):
        return decide_entry(matter, colleague)
    if thread.match and (stated := _stated(matter, thread.match)):
        return decide_statement(stated)
    if writer.staff and writer.proved and thread.match and thread.match.case_number in known.files:
        return decide_staff_mail(_staff_mail(matter, writer.staff, thread.match))
    return follow_up(matter, thread.match) if thread.match else open_case(matter)


def _of_a_machine(matter: Matter, match: ThreadMatch | None) -> Decision:
    """Nobody reads it, so it is looked through for danger first."""
    alarming = in_danger(matter)
    if match is None:
        return open_case(alarming) if alarming else set_aside(matter.verdict)
    report = join_report(matter, match)
    return with_danger(report, follow_up(alarming, match)) if alarming else report


def _stated(matter: Matter, match: ThreadMatch) -> Stated | None:
    """A mail of a colleague who was asked: proved by the letter that asks, or, where staff forwarded by hand, by naming a mail of the case.

    More is not needed: a statement does nothing but to be shown to the colleagues of the desk.
    """
    writer, message, file = matter.writer, matter.message, matter.known.files.get(match.case_number)
    if file is None or writer.forged:
        return None
    letter, asked = _answered_letter(matter), asked_of(file, message.originator.addr_spec)
    by_letter = writer.proved and letter is not None and letter.template in ASKING
    by_hand = writer.role is Role.CITIZEN and match.by_id and bool(asked) and matter.policy.is_colleague(message.originator.addr_spec)
    if not (by_letter or by_hand or writer.role is Role.CONSULTED):
        return None
    proof = writer.evidence if writer.proved else "writer: a consulted colleague, not proved"
    return Stated(message, matter.verdict, file, matter.policy, matter.arrival, matter.now, asked, (proof, match.evidence))


def _answered_letter(matter: Matter) -> KnownLetter | None:
    """The letter of ours that the mail answers: the nearest."""
    letters = matter.known.facts.letters
    return next((letters[named] for named in named_ids(matter.message) if named in letters), None)


def _staff_mail(matter: Matter, staff: Staff, match: ThreadMatch) -> StaffMail:
    facts, message = matter.known.facts, matter.message
    letter = _answered_letter(matter)
    file = matter.known.files[match.case_number]
    return StaffMail(
        message=message,
        verdict=matter.verdict,
        writer=staff,
        file=file,
        letter=letter,
        policy=matter.policy,
        arrival=matter.arrival,
        now=matter.now,
        matched=match.evidence,
        proof=matter.writer.evidence,
        known=dict(facts.cases),
        next_number=matter.known.next_case_number,
    )
