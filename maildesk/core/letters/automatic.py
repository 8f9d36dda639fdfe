# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The letters that the desk writes by itself: answers to a mail, notices and alarms to staff, and what their templates may say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from maildesk.core.letters.envelope import case_letter
from maildesk.core.letters.letter import LATE_AFTER, REFERENCES_MAX, Letter
from maildesk.core.mail.message import Message
from maildesk.core.office.calendar import WorkCalendar
from maildesk.core.office.policy import Desk, Policy
from maildesk.core.text.said import Context, Said, Value, day_with_weekday


def answer_letter(policy: Policy, template: str, number: str, message: Message, context: Context, now: datetime) -> Letter:
    """An automatic letter of the case `number` to the writer of a mail, in that mail's thread."""
    letter = case_letter(policy, template, message.digest, number, message.originator.addr_spec, context, now)
    references = _references(letter.references[0], message)
    return replace(letter, automatic=True, in_reply_to=message.message_id, references=references)


def _references(conversation: str, message: Message) -> tuple[str, ...]:
    """The References of an answer (RFC 5322 section 3.6.4), bounded: the first and the last ids say where the thread is.

    The id of the conversation is first, where every program that shortens the list leaves it.
    """
    named = message.references or message.in_reply_to[:1]
    whole = (*named, message.message_id) if message.message_id else named
    rest = tuple(identifier for identifier in whole if identifier != conversation)
    return (conversation, *rest) if len(rest) < REFERENCES_MAX else (conversation, rest[0], *rest[-(REFERENCES_MAX - 2) :])


LATE = "verspaetet"
PROMISES = ("frist", "naechster_arbeitstag")  # days that a letter names


def letter_context(desk: Desk, calendar: WorkCalendar, number: str, received_at: datetime, due: date | None) -> Context:
    """What the templates may say, under the German names that docs/templates.md explains. What is None or empty is not mentioned."""
    here = calendar.local(received_at)
    outside = not calendar.is_service_time(received_at)
    return {
        "nr": number,
        "eingang_datum": here.date(),
        "eingang_zeit": f"{here:%H:%M}",
        "frist": due,
        "naechster_arbeitstag": day_with_weekday(calendar.next_service_day(received_at)) if outside else None,
        LATE: False,
        **desk_details(desk),
    }


def desk_details(desk: Desk) -> Context:
    """The desk as letters to citizens name it."""
    return {
        "stelle": desk.name,
        "telefon": desk.phone,
        "sprechzeiten": desk.service_hours,
        "postanschrift": desk.post,
        "datenschutz_url": desk.privacy_url,
    }


def as_of_now(letter: Letter, calendar: WorkCalendar, now: datetime) -> Letter:
    """The letter as it can go out now. Where it has waited for long, its date is that of today, and an automatic one says that it is
    late and promises nothing that has passed meanwhile.
    """
    if letter.created_at is None or now - letter.created_at <= LATE_AFTER:
        return replace(letter, context={LATE: False, **letter.context})
    if not letter.automatic:
        return replace(letter, created_at=now)
    today = calendar.local(now).date()
    broken = {name: None for name in PROMISES if name in letter.context and not _still_ahead(letter.context[name], today)}
    return replace(letter, created_at=now, context={**letter.context, **broken, LATE: True})


def _still_ahead(promise: Value, today: date) -> bool:
    """Whether a day that the letter promises is not over. In letters stored by maildesk 0.1 the days are text: none of these is promised
    any more, rather than read a text of ours."""
    day = promise.values.get("day") if isinstance(promise, Said) else promise
    return isinstance(day, date) and day >= today
