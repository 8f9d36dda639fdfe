# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Reminders of statements with a real database and a clock that can be set: each letter once, and none that is no longer due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from maildesk.core.letters.letter import CONSULTATION, OVERDUE, REMINDER
from maildesk.core.office.policy import DigestPlan
from maildesk.errors import MaildeskError
from tests.rig.agenda import BERTA, AgendaDesk, an_agenda_desk, number
from tests.rig.smtp_server import SmtpSink

ASKED_ON, DUE = date(2026, 11, 19), date(2026, 11, 26)  # Thursdays
TOLD = ["weber@haus.example", "moser@haus.example"]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[AgendaDesk]:
    with an_agenda_desk(tmp_path) as desk:
        desk.policy = replace(desk.policy, digest=DigestPlan(enabled=False))
        desk.cases(2)
        desk.at(ASKED_ON, 12)
        yield desk


def days(desk: AgendaDesk, until: date = date(2026, 12, 4)) -> dict[str, list[str]]:
    """What is written on which day, if the desk is looked at five times a day."""
    found: dict[str, list[str]] = {}
    day = desk.office.clock().date()
    while day <= until:
        before = len(desk.letters(REMINDER)), len(desk.letters(OVERDUE))
        for hour in (0, 7, 8, 15, 23):
            desk.at(day, hour)
            desk.write()
        new = [*desk.letters(REMINDER)[before[0] :], *desk.letters(OVERDUE)[before[1] :]]
        if new:
            found[f"{day:%a %d.%m.}"] = [letter.recipient for letter in new]
        day += timedelta(days=1)
    return found


def test_who_was_asked_is_reminded_once_and_the_desk_is_told_once(desk: AgendaDesk) -> None:
    desk.ask(1, DUE)

    assert days(desk) == {"Wed 25.11.": [BERTA], "Fri 27.11.": TOLD}
    assert desk.rows("SELECT count(*) FROM consultation WHERE reminded_at IS NOT NULL AND told_at IS NOT NULL") == [(1,)]


def test_over_a_weekend_the_working_day_before_is_friday(desk: AgendaDesk) -> None:
    desk.ask(1, date(2026, 11, 23))

    assert days(desk) == {"Fri 20.11.": [BERTA], "Tue 24.11.": TOLD}


def test_a_restart_and_a_lost_mark_bring_no_second_letter(desk: AgendaDesk) -> None:
    desk.ask(1, DUE)
    desk.at(date(2026, 11, 25), 8)
    assert desk.write() == 1
    desk.restart()
    assert desk.write() == 0
    desk.sql("UPDATE consultation SET reminded_at = NULL")

    assert desk.write() == 0
    assert len(desk.letters(REMINDER)) == 1


def test_a_crash_leaves_letter_and_mark_or_neither(desk: AgendaDesk) -> None:
    desk.ask(1, DUE)
    desk.sql("CREATE TRIGGER full BEFORE UPDATE ON consultation BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    desk.at(date(2026, 11, 25), 8)
    with pytest.raises(MaildeskError):
        desk.write()
    assert desk.letters(REMINDER) == []

    desk.sql("DROP TRIGGER full")
    assert desk.write() == 1


@pytest.mark.parametrize("end", ["UPDATE consultation SET answered_at = asked_at", "UPDATE cases SET status = 'closed'"])
def test_what_is_answered_or_closed_is_not_reminded_of(desk: AgendaDesk, end: str) -> None:
    desk.ask(1, DUE)
    desk.sql(end)

    assert days(desk) == {}


def test_a_case_that_became_part_of_an_open_one_is_not_closed(desk: AgendaDesk) -> None:
    desk.ask(2, DUE)
    desk.put(2, status="closed", merged_into_id=1)

    assert days(desk) == {"Wed 25.11.": [BERTA], "Fri 27.11.": TOLD}
    assert {letter.case_number for letter in desk.letters(REMINDER)} == {number(2)}
    assert {letter.case_number for letter in desk.letters(OVERDUE)} == {number(1)}


def test_two_questions_are_two_reminders(desk: AgendaDesk) -> None:
    desk.ask(1, DUE)
    desk.ask(2, DUE, by_letter=False)

    assert days(desk)["Wed 25.11."] == [BERTA, BERTA]


def test_after_days_without_service_the_desk_is_told_and_nobody_is_reminded_of_a_day_that_has_passed(desk: AgendaDesk) -> None:
    desk.ask(1, DUE)
    desk.at(date(2026, 11, 30), 9)

    assert days(desk) == {"Mon 30.11.": TOLD}


def test_a_reminder_hangs_on_the_letter_that_asks_and_repeats_the_question(desk: AgendaDesk) -> None:
    desk.ask(1, DUE)
    (asking,) = desk.letters(CONSULTATION)
    desk.at(date(2026, 11, 25), 8)
    desk.write()
    (letter,) = desk.letters(REMINDER)

    assert letter.in_reply_to == asking.message_id
    assert letter.references == (*asking.references, asking.message_id)
    words = desk.words(letter)
    assert words.subject == "Erinnerung – KD-2026-00001 – Stellungnahme fällig am 26.11.2026"
    assert "| Was ist geschehen?\n" in words.text
    assert "GEHEIM" not in words.text + words.html + words.subject
    desk.sql("DELETE FROM letter WHERE template = 'consultation'")
    with SmtpSink() as server:
        desk.office.send(server, policy=desk.policy)
    assert [taken.recipients[0] for taken in server.letters] == [BERTA]


def test_where_a_mail_was_forwarded_by_hand_the_reminder_stands_alone(desk: AgendaDesk) -> None:
    desk.ask(1, DUE, by_letter=False)
    desk.at(date(2026, 11, 25), 8)
    desk.write()
    (letter,) = desk.letters(REMINDER)

    assert letter.in_reply_to == ""
    assert "Die Frage" not in desk.words(letter).text


def test_the_desk_learns_what_has_not_come(desk: AgendaDesk) -> None:
    desk.put(1, title="Heizung")
    desk.ask(1, DUE)
    desk.at(date(2026, 11, 27), 8)
    desk.write()
    words = desk.words(desk.letters(OVERDUE)[0])

    assert words.subject == "[KD-2026-00001] Stellungnahme überfällig: Heizung"
    assert words.text.startswith("Vorgang: KD-2026-00001 · Kundendialog\n")
    assert BERTA in words.text
    assert "Sie war am 26.11.2026 fällig" in words.text
