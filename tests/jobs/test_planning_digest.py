# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The digest with a real database and a clock that can be set: written once a day, whatever happens, and true to the cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from maildesk.core.decision.decision import Outcome
from maildesk.core.letters.letter import Due
from maildesk.core.office.policy import DigestPlan
from maildesk.errors import MaildeskError
from tests.rig.agenda import MORNING, STAFF, AgendaDesk, an_agenda_desk, number
from tests.rig.letters import in_words
from tests.rig.smtp_server import SmtpSink

MONDAY = MORNING.date()
READERS = [person.address for person in STAFF[:3]]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[AgendaDesk]:
    with an_agenda_desk(tmp_path) as desk:
        yield desk


def days_of_digests(desk: AgendaDesk) -> list[str]:
    return [in_words(letter.context["datum"]) for letter in desk.letters() if letter.recipient == READERS[0]]


# --- once


def test_a_digest_is_written_once_for_each_reader_at_the_hour_and_not_before(desk: AgendaDesk) -> None:
    desk.cases(2)
    written = []
    for minute in range(28, 33):
        desk.at(MONDAY, 7, minute)
        written.append(desk.write())

    assert written == [0, 0, 3, 0, 0]
    assert [letter.recipient for letter in desk.letters()] == READERS


def test_a_week_brings_five_and_christmas_none(desk: AgendaDesk) -> None:
    calendar = replace(desk.policy.calendar, holidays=frozenset({date(2026, 12, 25)}), closed_on=frozenset({"12-24"}))
    desk.policy = replace(desk.policy, calendar=calendar)
    for hour in range(24 * 7):
        desk.at(date(2026, 12, 21) + timedelta(days=hour // 24), hour % 24, 45)
        desk.write()

    assert days_of_digests(desk) == ["Mo, 21.12.2026", "Di, 22.12.2026", "Mi, 23.12.2026"]


def test_a_restart_brings_no_second_one(desk: AgendaDesk) -> None:
    desk.at(MONDAY, 7, 30)
    assert desk.write() == 3
    desk.restart()
    desk.at(MONDAY, 9)

    assert desk.write() == 0


def test_after_days_without_service_there_is_one_that_of_today(desk: AgendaDesk) -> None:
    desk.at(MONDAY, 7, 30)
    desk.write()
    desk.at(MONDAY + timedelta(days=3), 11, 12)
    desk.write()
    desk.write()

    assert days_of_digests(desk) == ["Mo, 23.11.2026", "Do, 26.11.2026"]


def test_it_is_not_written_late_in_the_afternoon(desk: AgendaDesk) -> None:
    desk.at(MONDAY, 16)
    assert desk.write() == 0
    desk.at(MONDAY + timedelta(days=1), 7, 30)
    assert desk.write() == 3


@pytest.mark.parametrize("refused", ["letter", "fact"])
def test_a_crash_leaves_all_of_it_or_nothing_and_the_next_minute_mends_it(desk: AgendaDesk, refused: str) -> None:
    when = "NEW.recipient LIKE 'kurz%'" if refused == "letter" else "NEW.name = 'digest'"
    desk.sql(f"CREATE TRIGGER full BEFORE INSERT ON {refused} WHEN {when} BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    desk.at(MONDAY, 7, 30)
    with pytest.raises(MaildeskError):
        desk.write()
    assert desk.letters() == []

    desk.sql("DROP TRIGGER full")
    desk.at(MONDAY, 7, 31)
    assert desk.write() == 3


def test_a_clock_that_jumps_brings_no_day_twice_and_keeps_no_day_away(desk: AgendaDesk) -> None:
    for day in (0, 365, 0, 1, 0, 1, 2):
        desk.at(MONDAY + timedelta(days=day), 7, 45)
        desk.write()
        desk.sql("UPDATE letter SET state = 'sent', sent_at = created_at")

    sent = desk.rows(f"SELECT json_extract(context, '$.datum.day.date') FROM letter WHERE recipient = '{READERS[0]}' ORDER BY id")
    assert [day for (day,) in sent] == ["2026-11-23", "2027-11-23", "2026-11-24", "2026-11-25"]


def test_a_digest_of_a_day_that_is_not_yet_does_not_wait_for_that_day(desk: AgendaDesk) -> None:
    for day in (365, 0):
        desk.at(MONDAY + timedelta(days=day), 7, 45)
        desk.write()

    assert days_of_digests(desk) == ["Mo, 23.11.2026"]


def test_a_digest_that_could_not_leave_is_not_sent_beside_that_of_today(desk: AgendaDesk) -> None:
    desk.at(MONDAY, 7, 30)
    desk.write()
    desk.office.store.defer_due(Due(desk.office.clock()), "the server is away", MORNING + timedelta(days=1, minutes=10))
    desk.at(MONDAY + timedelta(days=1), 7, 30)

    assert desk.write() == 3
    assert days_of_digests(desk) == ["Di, 24.11.2026"]


def test_a_digest_that_may_be_on_its_way_just_now_is_let_go(desk: AgendaDesk) -> None:
    desk.at(MONDAY, 7, 30)
    desk.write()
    desk.at(MONDAY + timedelta(days=1), 7, 30)
    desk.write()

    assert days_of_digests(desk) == ["Mo, 23.11.2026", "Di, 24.11.2026"]


def test_the_change_of_the_hour_moves_nothing(desk: AgendaDesk) -> None:
    for day in (date(2027, 3, 26), date(2027, 3, 29), date(2027, 10, 29), date(2027, 11, 1)):
        desk.at(day, 7, 29)
        assert desk.write() == 0
        desk.at(day, 7, 30)
        assert desk.write() == 3


def test_a_house_without_staff_or_without_digest_gets_none(desk: AgendaDesk) -> None:
    desk.at(MONDAY, 7, 30)
    for changed in ({"staff": ()}, {"staff": STAFF[3:]}, {"digest": DigestPlan(enabled=False)}):
        assert AgendaDesk(desk.office, replace(desk.policy, **changed)).write() == 0  # type: ignore[arg-type]


def test_with_nothing_to_do_it_is_one_line_or_no_mail(desk: AgendaDesk) -> None:
    desk.at(MONDAY, 7, 30)
    desk.write()
    words = desk.words(desk.letters()[0])
    assert words.subject == "Kundendialog – Tagesübersicht Mo, 23.11.2026: nichts zu tun"
    assert words.text.startswith("Heute ist nichts zu tun.\n\nNeuen Vorgang eintragen:")

    desk.policy = replace(desk.policy, digest=DigestPlan(when_empty="none"))
    desk.at(MONDAY + timedelta(days=1), 7, 30)
    assert desk.write() == 0


# --- true to the cases


def lines(desk: AgendaDesk, section: str) -> list[list[str]]:
    """The columns of each line but for the links; `-1` is the newest digest of the first reader."""
    context = next(letter.context for letter in reversed(desk.letters()) if letter.recipient == READERS[0])
    return [list(in_words(row).values())[:5] for row in context[section]]


def test_each_case_stands_where_its_state_says(desk: AgendaDesk) -> None:
    desk.cases(9)
    desk.put(1, due_on="2026-11-20", kind="kritik", kind_confirmed=True, title="Heizung", assignee="moser")
    desk.put(2, due_on="2026-11-23")
    desk.put(3, status="consulting")
    desk.put(5, status="open", kind="lob")
    desk.put(6, status="answered")
    desk.put(7, status="closed")
    desk.put(8, status="open", merged_into_id=4)
    desk.put(9, status="waiting")
    insert = "INSERT INTO event (case_id, at, who, what, detail, data) VALUES (9, ?, 'staff', 'order', '', ?)"
    desk.sql(insert, "2026-11-21 09:00:00.000000", '{"order": "wait", "day": "2026-12-04"}')
    desk.sql(insert, "2026-11-22 09:00:00.000000", '{"order": "note"}')
    desk.ask(3, date(2026, 11, 20))
    desk.at(MONDAY, 7, 30)
    desk.write()

    later = "Frist 03.12.2026"
    assert lines(desk, "ueberfaellig") == [[number(1), "Heizung", "Kritik / Beschwerde", "seit 4 Tagen", "Frist 20.11.2026"]]
    assert lines(desk, "heute") == [[number(2), "ohne Kurztitel", "ohne Art", "seit 4 Tagen", "Frist 23.11.2026"]]
    assert [line[4] for line in lines(desk, "stellungnahme")] == [f"{later}, Stellungnahme bis 20.11.2026 (überfällig)"]
    assert [line[0] for line in lines(desk, "neu")] == [number(4)]
    assert [line[:3] for line in lines(desk, "offen")] == [[number(5), "ohne Kurztitel", "Vorschlag: Lob"]]
    assert [line[3] for line in lines(desk, "wartet")] == ["seit 4 Tagen, wartet seit 2 Tagen"]
    words = desk.words(desk.letters()[0])
    assert words.subject == "Kundendialog – Tagesübersicht Mo, 23.11.2026: 1 überfällig, 1 heute fällig, 1 neu"
    assert "Beantwortet und noch nicht abgeschlossen: 1\n" in words.text
    for secret in ("GEHEIM", "moser", "example.org", number(7), number(8)):
        assert secret not in words.text + words.html


def test_a_question_of_a_case_that_became_part_of_another_keeps_that_one_in_sight(desk: AgendaDesk) -> None:
    desk.cases(3)
    desk.ask(3, date(2026, 11, 25))
    desk.ask(2, date(2026, 11, 24))
    desk.put(3, status="closed", merged_into_id=2)
    desk.put(2, status="closed", merged_into_id=1)
    desk.at(MONDAY, 7, 30)
    desk.write()

    assert [(line[0], line[4]) for line in lines(desk, "stellungnahme")] == [(number(1), "Frist 03.12.2026, Stellungnahme bis 24.11.2026")]
    assert lines(desk, "neu") == []


def test_a_statement_that_has_come_is_waited_for_no_longer(desk: AgendaDesk) -> None:
    desk.cases(1)
    desk.ask(1, date(2026, 11, 25))
    desk.sql("UPDATE consultation SET answered_at = asked_at")
    desk.at(MONDAY, 7, 30)
    desk.write()

    assert [line[4] for line in lines(desk, "neu")] == ["Frist 03.12.2026"]


def test_an_answer_on_hold_is_not_forgotten_even_of_a_closed_case(desk: AgendaDesk) -> None:
    desk.cases(4)
    for case in (3, 3, 1):
        desk.ask(case, date(2026, 11, 25))
        desk.office.clock.forward(minutes=1)
    desk.sql("UPDATE letter SET template = 'answer', state = 'held'")
    desk.ask(4, date(2026, 11, 25))
    desk.sql("UPDATE letter SET template = 'answer', state = 'failed' WHERE state = 'queued'")
    desk.sql("DELETE FROM consultation")
    desk.put(3, status="closed", merged_into_id=2)
    desk.put(1, status="closed")
    desk.at(MONDAY, 7, 30)
    desk.write()

    context = desk.letters()[0].context
    assert [row["nr"] for row in context["angehalten"]] == [number(2), number(1)]
    assert in_words(context["kurz"]) == "2 neu"


# --- on its way


def test_it_leaves_like_any_letter_inside_the_house_and_its_copy_makes_no_case(desk: AgendaDesk) -> None:
    desk.cases(1)
    desk.at(MONDAY, 7, 30)
    desk.write()
    with SmtpSink() as server:
        assert desk.office.send(server, policy=desk.policy).sent == 3

    assert [taken.recipients for taken in server.letters] == [(reader, desk.policy.desk.address) for reader in READERS]
    assert all(b"\r\nMessage-ID: <DIGEST." in taken.octets for taken in server.letters)
    assert all(b"\r\nAuto-Submitted: auto-generated\r\n" in taken.octets for taken in server.letters)
    assert desk.office.copy_arrives(server.letters[0].octets) is Outcome.ALREADY_KNOWN
    assert desk.rows("SELECT count(*) FROM letter WHERE proven_at IS NOT NULL") == [(1,)]
    assert desk.rows("SELECT count(*) FROM cases") == [(1,)]
    assert desk.rows("SELECT count(*) FROM message WHERE direction = 'out'") == [(0,)], "it is not kept once more for each reader"
