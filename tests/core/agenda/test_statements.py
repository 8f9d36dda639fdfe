# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Statements that do not come: when who was asked is reminded, when the desk is told, and what the letters say and do not say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import unquote

import pytest

from maildesk.core.agenda.agenda import AskingLetter, OpenQuestion
from maildesk.core.agenda.statements import is_time, overdue_letters, remind_on, reminder, shall_remind, shall_tell
from maildesk.core.case.case import Status
from maildesk.core.letters.keyed_ids import conversation_id, parse_keyed_id
from maildesk.core.letters.letter import ASKING, INSIDE_THE_HOUSE, OVERDUE, REFERENCES_MAX, REMINDER
from maildesk.core.office.policy import Policy, Staff
from maildesk.core.orders.reader import OrderName, read_orders
from tests.rig.letters import CALENDAR, DESK
from tests.rig.ordering import TODAY as SOME_DAY
from tests.rig.ordering import VOCABULARY

WEBER = Staff("Anna Weber", "weber@haus.example", "weber")
MOSER = Staff("Jörg Moser", "moser@haus.example", "moser", receives="assigned")
POLICY = Policy(DESK, CALENDAR, b"k" * 32, staff=(WEBER, MOSER, Staff("Ina Kurz", "kurz@haus.example", "kurz", receives="digest")))
BERTA = "berta@haus.example"
ASKED_AT = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)  # a Monday
DUE = date(2026, 11, 23)  # the Monday after
QUESTION = OpenQuestion(
    row=1, number="KD-2026-00042", case_number="KD-2026-00042", status=Status.CONSULTING, title="Heizung", asked=BERTA, asked_by="moser",
    asked_at=ASKED_AT, due_on=DUE, letter=AskingLetter("frage@desk.example", ("gespraech@desk.example",), "Was ist hier geschehen?"),
)  # fmt: skip


def morning(day: date, hour: int = 8) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=CALENDAR.zone)


def days_on(what: object, question: OpenQuestion = QUESTION) -> list[str]:
    """The working days of November and December on which it is so."""
    days = (date(2026, 11, 16) + timedelta(days=number) for number in range(30))
    return [f"{day:%d.%m.}" for day in days if is_time(POLICY, morning(day)) and what(POLICY, question, morning(day))]  # type: ignore[operator]


def test_who_was_asked_is_reminded_on_the_working_day_before_or_on_the_day_itself() -> None:
    assert days_on(shall_remind) == ["20.11.", "23.11."]
    assert days_on(shall_remind, replace(QUESTION, reminded=True)) == []


def test_the_desk_is_told_on_the_first_working_day_after() -> None:
    assert days_on(shall_tell)[0] == "24.11."
    assert days_on(shall_tell, replace(QUESTION, due_on=date(2026, 11, 20)))[0] == "23.11."
    assert days_on(shall_tell, replace(QUESTION, told=True)) == []


def test_a_question_of_today_is_not_reminded_of_today() -> None:
    short = replace(QUESTION, due_on=date(2026, 11, 17))

    assert days_on(shall_remind, short) == ["17.11."]


@pytest.mark.parametrize("what", [shall_remind, shall_tell])
def test_in_a_closed_case_nobody_is_reminded_or_told(what: object) -> None:
    assert days_on(what, replace(QUESTION, status=Status.CLOSED)) == []
    assert days_on(what, replace(QUESTION, status=Status.ANSWERED)) != []


def test_holidays_are_no_days_for_reminders() -> None:
    calendar = replace(CALENDAR, holidays=frozenset({date(2026, 11, 20)}))

    assert remind_on(CALENDAR, DUE) == date(2026, 11, 20)
    assert remind_on(calendar, DUE) == date(2026, 11, 19)
    assert not is_time(replace(POLICY, calendar=calendar), morning(date(2026, 11, 20)))


def test_letters_are_written_from_the_hour_of_the_digest_on() -> None:
    assert [hour for hour in range(24) if is_time(POLICY, morning(DUE, hour))] == list(range(8, 24))


# --- the reminder


def test_a_reminder_stands_in_the_thread_of_the_letter_that_asks() -> None:
    letter = reminder(POLICY, QUESTION, morning(DUE))

    assert letter.in_reply_to == "frage@desk.example"
    conversation = conversation_id(POLICY.secret, "KD-2026-00042", BERTA, DESK.domain)
    assert letter.references == (conversation, "gespraech@desk.example", "frage@desk.example")


def test_a_long_thread_keeps_the_letter_that_asks() -> None:
    long = tuple(f"{number}@desk.example" for number in range(50))
    letter = reminder(POLICY, replace(QUESTION, letter=AskingLetter("frage@desk.example", long, "")), morning(DUE))

    assert len(letter.references) <= REFERENCES_MAX
    assert letter.references[-1] == "frage@desk.example"


def test_the_answer_to_a_reminder_proves_who_was_asked() -> None:
    letter = reminder(POLICY, QUESTION, morning(DUE))
    keyed = parse_keyed_id(letter.message_id)

    assert keyed is not None
    assert (keyed.case_number, letter.recipient) == ("KD-2026-00042", BERTA)
    assert keyed.is_genuine(POLICY.secret, BERTA)
    assert letter.template == REMINDER
    assert REMINDER in ASKING & INSIDE_THE_HOUSE


def test_a_reminder_says_the_number_the_day_and_the_question_and_nothing_else_of_the_case() -> None:
    assert reminder(POLICY, QUESTION, morning(DUE)).context == {
        "nr": "KD-2026-00042",
        "stelle": "Kundendialog Musterstadt",
        "frist": DUE,
        "gefragt_am": date(2026, 11, 16),
        "frage": "Was ist hier geschehen?",
    }


def test_where_a_mail_was_forwarded_by_hand_the_reminder_stands_alone() -> None:
    letter = reminder(POLICY, replace(QUESTION, letter=None), morning(DUE))

    assert letter.in_reply_to == ""
    assert letter.references == (conversation_id(POLICY.secret, "KD-2026-00042", BERTA, DESK.domain),)
    assert letter.context["frage"] == ""


def test_the_same_question_makes_the_same_letter_and_another_one_another() -> None:
    one = reminder(POLICY, QUESTION, morning(DUE))

    assert reminder(POLICY, QUESTION, morning(DUE, 12)).letter_id == one.letter_id
    again = replace(QUESTION, asked_at=ASKED_AT + timedelta(days=30))
    assert reminder(POLICY, again, morning(DUE)).letter_id != one.letter_id


# --- the desk is told


def test_those_who_get_all_mail_and_who_asked_are_told_each_once() -> None:
    assert [letter.recipient for letter in overdue_letters(POLICY, QUESTION, morning(DUE))] == [WEBER.address, MOSER.address]
    by_weber = replace(QUESTION, asked_by="weber")
    assert [letter.recipient for letter in overdue_letters(POLICY, by_weber, morning(DUE))] == [WEBER.address]
    gone = replace(QUESTION, asked_by="nicht-mehr-da")
    assert [letter.recipient for letter in overdue_letters(POLICY, gone, morning(DUE))] == [WEBER.address]


def test_of_a_case_that_became_part_of_another_the_desk_is_told_by_the_number_it_knows() -> None:
    merged = replace(QUESTION, case_number="KD-2026-00040")

    assert {letter.case_number for letter in overdue_letters(POLICY, merged, morning(DUE))} == {"KD-2026-00040"}
    assert reminder(POLICY, merged, morning(DUE)).context["nr"] == "KD-2026-00042", "who was asked knows the other"


def test_the_desk_learns_whom_it_asked_and_gets_links_that_are_orders() -> None:
    letter = overdue_letters(POLICY, QUESTION, morning(DUE))[0]

    assert (letter.template, letter.context["wer"], letter.context["titel"]) == (OVERDUE, BERTA, "Heizung")
    urls = [row["ziel"] for row in letter.context["links"]]
    readings = [read_orders(unquote(url.partition("?subject=")[2]), "", VOCABULARY, SOME_DAY) for url in urls]
    assert [[order.name for order in reading.orders] for reading in readings] == [[OrderName.SHOW], [OrderName.DUE]]
    assert readings[1].orders[0].day == SOME_DAY + timedelta(days=7)
    assert all(len(url) < 200 and reading.token and not reading.mistakes for url, reading in zip(urls, readings, strict=True))
