# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Statements that do not come: who was asked is reminded once, and when the day has passed the desk is notified once. Pure.

A reminder repeats nothing of the case but its number and the question (R16).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from maildesk.core.agenda.agenda import OpenQuestion
from maildesk.core.case.case import Status
from maildesk.core.letters.envelope import case_letter
from maildesk.core.letters.letter import OVERDUE, REFERENCES_MAX, REMINDER, Letter
from maildesk.core.letters.order_links import link_to, rows_of_links
from maildesk.core.letters.relay import title_of
from maildesk.core.mail.message import address_key
from maildesk.core.office.calendar import WorkCalendar
from maildesk.core.office.policy import Policy
from maildesk.core.orders.words import OrderName
from maildesk.core.text.said import Context, say

LINKS = (link_to(OrderName.SHOW), link_to(OrderName.DUE, "in 7 Tagen Stellungnahme", say("link.in_seven_days")))


def is_time(policy: Policy, now: datetime) -> bool:
    """On working days, from the hour of the digest on."""
    here = policy.calendar.local(now)
    return here.time() >= policy.digest.at and policy.calendar.is_working_day(here.date())


def remind_on(calendar: WorkCalendar, due_on: date) -> date:
    """The last working day before the one on which the statement is due."""
    day = due_on - timedelta(days=1)
    while not calendar.is_working_day(day):
        day -= timedelta(days=1)
    return day


def shall_remind(policy: Policy, question: OpenQuestion, now: datetime) -> bool:
    """Not on the day on which the question was put, and not after the day has passed: then the desk decides what to do."""
    today, asked_on = (policy.calendar.local(moment).date() for moment in (now, question.asked_at))
    waits = question.status is not Status.CLOSED and not question.reminded
    return waits and asked_on < today and remind_on(policy.calendar, question.due_on) <= today <= question.due_on


def shall_tell(policy: Policy, question: OpenQuestion, now: datetime) -> bool:
    today = policy.calendar.local(now).date()
    return question.status is not Status.CLOSED and not question.told and question.due_on < today


def reminder(policy: Policy, question: OpenQuestion, now: datetime) -> Letter:
    """To who was asked, in the thread of the letter that asks. The answer to it is a statement as well."""
    asked = question.letter
    context: Context = {
        "frist": question.due_on,
        "gefragt_am": _asked_on(policy, question),
        "frage": asked.question if asked else "",
    }
    letter = case_letter(policy, REMINDER, _cause(question), question.number, question.asked, context, now)
    if asked is None:
        return letter
    named = dict.fromkeys((*letter.references, *asked.references[-(REFERENCES_MAX - 2) :], asked.message_id))
    return replace(letter, in_reply_to=asked.message_id, references=tuple(named))


def overdue_letters(policy: Policy, question: OpenQuestion, now: datetime) -> tuple[Letter, ...]:
    """To those who are notified of what happens to a case, and to the colleague who wants to know."""
    number = question.case_number
    context: Context = {
        "titel": title_of(question.title, "") if question.title else say("title.no_title"),
        "frist": question.due_on,
        "gefragt_am": _asked_on(policy, question),
        "wer": question.asked,
    }
    return tuple(
        case_letter(
            policy, OVERDUE, _cause(question), number, reader, {**context, "links": rows_of_links(policy, number, LINKS, reader, now)}, now
        )
        for reader in _told(policy, question)
    )


def _told(policy: Policy, question: OpenQuestion) -> tuple[str, ...]:
    asker = tuple(person.address for person in policy.staff if person.key == question.asked_by)
    return tuple({address_key(address): address for address in (*policy.informed, *asker)}.values())


def _cause(question: OpenQuestion) -> str:
    """What makes the letters of one question one and the same after a restart; the time, as numbers of rows may come again."""
    return f"question {question.row} of {question.number}, {question.asked_at.isoformat()}"


def _asked_on(policy: Policy, question: OpenQuestion) -> date:
    return policy.calendar.local(question.asked_at).date()
