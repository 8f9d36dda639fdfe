# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The one place that decides. `questions` says what must be known, `decide` what is to happen; both are pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from maildesk.core.citizens.follow_up import follow_up
from maildesk.core.citizens.new_case import open_case
from maildesk.core.decision.decision import Decision
from maildesk.core.decision.matter import Matter
from maildesk.core.decision.questions import Arrival, Known, Questions, questions_on, sent_at
from maildesk.core.entries.aside import asked_for, decide_on_aside
from maildesk.core.entries.decide import decide_entry, entered_key, enters
from maildesk.core.entries.scans import decide_scan, is_scan_of_house
from maildesk.core.mail.classify import classify
from maildesk.core.mail.message import Message
from maildesk.core.mail.quoted_letter import without_letter
from maildesk.core.office.policy import Policy
from maildesk.core.own_mail.danger import in_danger, with_danger
from maildesk.core.own_mail.delivery_reports import decide_machine_mail
from maildesk.core.own_mail.own_letters import already_known, decide_own_letter, own_letter_id
from maildesk.core.own_mail.sent_by_colleagues import is_sent_by_us, sent_by_us
from maildesk.core.staff.consultation import decide_statement, stated_in
from maildesk.core.staff.decide import decide_staff_mail
from maildesk.core.staff.link_of_others import decide_link_of_others, link_of_others
from maildesk.core.staff.mail import staff_mail
from maildesk.core.staff.unknown_address import decide_unknown_address, from_unknown_address
from maildesk.core.threading.evidence import Trail
from maildesk.core.threading.sent_through import as_written
from maildesk.core.threading.thread import find_thread
from maildesk.core.threading.writer import identify


def as_received(message: Message, policy: Policy, arrival: Arrival) -> Message:
    """The mail as everything that follows sees it: as its writer's, also where a form or a list sent it for somebody."""
    return as_written(message, policy, arrival.place)


def questions(message: Message, policy: Policy, arrival: Arrival, now: datetime) -> Questions:
    """What must be looked up before the message can be decided on."""
    return replace(
        questions_on(message, policy, arrival, now),
        own_letter_id=own_letter_id(message, policy),
        sent_by_us=is_sent_by_us(message, policy, arrival),
        entered=entered_key(message, policy, arrival),
        aside=asked_for(message, policy),
    )


def as_answer(message: Message, letter: str, policy: Policy) -> Message:
    """The mail without what it quotes of our letter that it answers: `letter` is its subject and its text, empty if there is none."""
    if not letter:
        return message
    return replace(message, reply=without_letter(message.reply, letter, (policy.desk.name, policy.desk.address)))


def decide(message: Message, known: Known, policy: Policy, arrival: Arrival, now: datetime) -> Decision:
    """What is to happen with a message."""
    decision = _decided(message, known, policy, arrival, now)
    return replace(decision, doubtful=True) if arrival.doubtful else decision


def _decided(message: Message, known: Known, policy: Policy, arrival: Arrival, now: datetime) -> Decision:
    """The branches, by who wrote: we ourselves, a machine, a device of the office, a colleague of the desk or of the office, a citizen."""
    verdict = classify(message, policy.is_inside)
    verdict = verdict.of_a_person() if arrival.by_hand else verdict
    if own_letter := decide_own_letter(message, known, policy):
        return own_letter
    if known.seen:
        return already_known(known.seen, verdict)
    if is_sent_by_us(message, policy, arrival):
        return sent_by_us(message, verdict, known, policy, arrival)
    writer = identify(message, policy, known.facts.letters, now)
    trail = Trail(message, writer, policy, known.facts, sent_at(message, arrival.received_at), arrival.received_at, verdict.is_machine)
    thread = find_thread(trail)
    # A colleague's words are never taken for a notice by themselves: what sounds like one is held, and they are asked.
    verdict = verdict.where(in_a_case=thread.match is not None and not writer.proved)
    matter = Matter(message, verdict, writer, thread, known, policy, arrival, now)
    if arrival.by_hand:
        return follow_up(matter, match) if (match := thread.match) else open_case(matter)
    if verdict.sets_aside(in_a_case=thread.match is not None):
        return _of_a_machine(matter)
    if (link := link_of_others(matter)) and in_danger(matter) is None:
        return decide_link_of_others(matter, link)
    if is_scan_of_house(matter):
        return decide_scan(matter)
    if colleague := enters(matter):
        return decide_on_aside(matter, colleague) if asked_for(message, policy) else decide_entry(matter, colleague)
    if stated := stated_in(matter):
        return decide_statement(stated)
    if of_staff := staff_mail(matter):
        return decide_staff_mail(of_staff)
    if unknown := from_unknown_address(matter):
        return decide_unknown_address(unknown)
    return follow_up(matter, match) if (match := matter.thread.match) else open_case(matter)


def _of_a_machine(matter: Matter) -> Decision:
    """Nobody reads it, so it is looked through for danger first."""
    alarming, match = in_danger(matter), matter.thread.match
    if alarming is None:
        return decide_machine_mail(matter)
    return with_danger(decide_machine_mail(matter), follow_up(alarming, match)) if match else open_case(alarming)
