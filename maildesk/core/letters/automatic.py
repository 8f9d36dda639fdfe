# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The letters that the desk writes by itself: answers to a mail, notices and alarms to staff, and what their templates may say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from maildesk.core.letters.keyed_ids import conversation_id, keyed_message_id, reply_address
from maildesk.core.letters.letter import LATE_AFTER, REFERENCES_MAX, Letter, letter_id_for
from maildesk.core.mail.message import Message
from maildesk.core.office.calendar import WorkCalendar
from maildesk.core.office.policy import Desk, Policy


def answer_letter(policy: Policy, template: str, number: str, message: Message, context: dict[str, str], now: datetime) -> Letter:
    """An automatic letter of the case `number` to the writer of a mail, in that mail's thread."""
    desk, recipient = policy.desk, message.originator.addr_spec
    letter_id = letter_id_for(message.digest, template, recipient)
    conversation = conversation_id(policy.secret, number, recipient, desk.domain)
    return Letter(
        letter_id=letter_id,
        template=template,
        recipient=recipient,
        message_id=keyed_message_id(policy.secret, number, letter_id, recipient, desk.domain),
        case_number=number,
        in_reply_to=message.message_id,
        references=_references(conversation, message),
        reply_to=reply_address(policy.secret, desk, number, letter_id, recipient),
        language=desk.languages[0],
        context=context,
        created_at=now,
    )


def _references(conversation: str, message: Message) -> tuple[str, ...]:
    """The References of an answer (RFC 5322 section 3.6.4), bounded: the first and the last ids say where the thread is.

    The id of the conversation stands first, where every program that shortens the list leaves it.
    """
    named = message.references or message.in_reply_to[:1]
    whole = (*named, message.message_id) if message.message_id else named
    rest = tuple(identifier for identifier in whole if identifier != conversation)
    return (conversation, *rest) if len(rest) < REFERENCES_MAX else (conversation, rest[0], *rest[-(REFERENCES_MAX - 2) :])


LATE = "verspaetet"
GERMAN_WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")


def letter_context(desk: Desk, calendar: WorkCalendar, number: str, received_at: datetime, due: str) -> dict[str, str]:
    """What the templates may say, under the German names that docs/templates.md explains. An empty string means: say nothing of it."""
    here = calendar.local(received_at)
    outside = not calendar.is_service_time(received_at)
    back = calendar.next_service_day(received_at)
    return {
        "nr": number,
        "eingang_datum": f"{here:%d.%m.%Y}",
        "eingang_zeit": f"{here:%H:%M}",
        "frist": due,
        "telefon": desk.phone,
        "sprechzeiten": desk.service_hours,
        "postanschrift": desk.post,
        "stelle": desk.name,
        "datenschutz_url": desk.privacy_url,
        "naechster_arbeitstag": f"{GERMAN_WEEKDAYS[back.weekday()]}, {back:%d.%m.%Y}" if outside else "",
        LATE: "",
    }


def as_of_now(letter: Letter, calendar: WorkCalendar, now: datetime) -> Letter:
    """The letter as it can go out now. Where it has waited for long, its date is that of today, and an automatic one says that it is
    late and promises nothing that has passed meanwhile.
    """
    if letter.created_at is None or now - letter.created_at <= LATE_AFTER:
        return replace(letter, context={LATE: "", **letter.context})
    if not letter.automatic:
        return replace(letter, created_at=now)
    kept = {name: value for name, value in letter.context.items() if not _has_passed(name, str(value), calendar.local(now).date())}
    passed = dict.fromkeys(letter.context, "")
    return replace(letter, created_at=now, context={**passed, **kept, LATE: "ja"})


def _has_passed(name: str, value: str, today: date) -> bool:
    """Whether a date that the letter promises is over: the time limit, or the day on which somebody is there again."""
    if name not in {"frist", "naechster_arbeitstag"} or not value:
        return False
    day, month, year = map(int, value.rpartition(" ")[2].split("."))
    return date(year, month, day) < today
