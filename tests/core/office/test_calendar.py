# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Working days, service hours and due dates, with the real holidays of Hesse and both changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import holidays
import pytest

from maildesk.core.office.calendar import ServiceSpan, WorkCalendar, parse_service_hours

BERLIN = ZoneInfo("Europe/Berlin")
HOURS = "Mo-Do 08:00-16:00, Fr 08:00-12:00"
HESSE = WorkCalendar(BERLIN, holidays.country_holidays("DE", subdiv="HE"), frozenset({"12-24", "12-31"}), parse_service_hours(HOURS))


def at(text: str) -> datetime:
    """A moment on the clocks of Berlin."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


# --- due dates ---


@pytest.mark.parametrize(
    ("received", "acknowledged_by", "answered_by"),
    [
        ("2026-11-20", "2026-11-25", "2026-12-04"),  # a Friday
        ("2026-12-22", "2026-12-29", "2027-01-05"),  # Christmas Eve is closed, the 25th is a holiday
        ("2027-03-25", "2027-04-01", "2027-04-08"),  # the Thursday before Easter
        ("2027-05-25", "2027-05-31", "2027-06-08"),  # the Tuesday before Corpus Christi
    ],
)
def test_days_are_counted_over_weekends_holidays_and_days_off(received: str, acknowledged_by: str, answered_by: str) -> None:
    assert HESSE.add_working_days(date.fromisoformat(received), 3) == date.fromisoformat(acknowledged_by)
    assert HESSE.answer_due(at(f"{received}T10:00"), 14) == date.fromisoformat(answered_by)


def test_corpus_christi_is_a_holiday_in_hesse_and_a_working_day_in_hamburg() -> None:
    hamburg = WorkCalendar(BERLIN, holidays.country_holidays("DE", subdiv="HH"))
    assert not HESSE.is_working_day(date(2027, 5, 27))
    assert hamburg.is_working_day(date(2027, 5, 27))


def test_a_due_date_on_a_saturday_moves_to_monday() -> None:
    assert HESSE.answer_due(at("2026-11-21T10:00"), 14) == date(2026, 12, 7)


def test_a_mail_of_the_last_minute_belongs_to_the_day_on_the_desks_own_clock() -> None:
    just_before_midnight_in_london = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
    assert HESSE.answer_due(just_before_midnight_in_london, 14) == date(2026, 12, 4)


def test_a_day_off_may_be_of_every_year_or_of_one() -> None:
    desk = WorkCalendar(BERLIN, closed_on=frozenset({"12-24", "2027-05-28"}))
    assert not desk.is_working_day(date(2026, 12, 24))
    assert not desk.is_working_day(date(2030, 12, 24))
    assert not desk.is_working_day(date(2027, 5, 28))
    assert desk.is_working_day(date(2026, 5, 28))


def test_no_working_day_to_count_leaves_the_day_as_it_is() -> None:
    assert HESSE.add_working_days(date(2026, 11, 21), 0) == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("day", "count", "before"),
    [("2026-11-26", 3, "2026-11-23"), ("2026-11-22", 1, "2026-11-20"), ("2026-12-28", 2, "2026-12-22"), ("2027-01-04", 1, "2026-12-30")],
)
def test_working_days_are_counted_back_over_weekends_and_days_off(day: str, count: int, before: str) -> None:
    assert HESSE.working_days_before(date.fromisoformat(day), count) == date.fromisoformat(before)
    assert HESSE.next_working_day(date(2026, 11, 21)) == date(2026, 11, 23)


# --- service hours ---


@pytest.mark.parametrize(
    ("moment", "there"),
    [
        ("2026-11-23T07:59:59", False),
        ("2026-11-23T08:00", True),
        ("2026-11-23T15:59:59", True),
        ("2026-11-23T16:00", False),
        ("2026-11-20T12:30", False),  # Friday afternoon
        ("2026-11-21T10:00", False),  # Saturday
        ("2026-12-25T10:00", False),  # a holiday
        ("2026-12-24T10:00", False),  # a day off
    ],
)
def test_somebody_is_there_in_service_hours_only(moment: str, there: bool) -> None:
    assert HESSE.is_service_time(at(moment)) is there


@pytest.mark.parametrize(
    ("utc", "there"), [("2026-10-23T06:00", True), ("2026-10-26T06:30", False), ("2026-10-26T07:00", True), ("2027-03-30T06:00", True)]
)
def test_service_hours_follow_the_desks_clock_through_summer_and_winter(utc: str, there: bool) -> None:
    assert HESSE.is_service_time(datetime.fromisoformat(utc).replace(tzinfo=UTC)) is there


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-23T06:00", "2026-11-23"),  # early in the morning: the same day
        ("2026-11-23T17:00", "2026-11-24"),
        ("2026-11-20T12:30", "2026-11-23"),  # Friday afternoon
        ("2026-12-23T17:00", "2026-12-28"),  # over Christmas
        ("2026-12-31T09:00", "2027-01-04"),
    ],
)
def test_a_mail_outside_the_hours_is_read_on_the_next_day_of_service(moment: str, day: str) -> None:
    assert HESSE.next_service_day(at(moment)) == date.fromisoformat(day)


def test_a_desk_without_service_hours_is_there_on_every_working_day() -> None:
    always = WorkCalendar(BERLIN)
    assert always.is_service_time(at("2026-11-23T23:00"))
    assert not always.is_service_time(at("2026-11-22T12:00"))
    assert always.next_service_day(at("2026-11-21T12:00")) == date(2026, 11, 23)


def test_a_desk_that_opens_twice_a_day_is_away_at_noon() -> None:
    twice = WorkCalendar(BERLIN, service=parse_service_hours("Mo 08:00-12:00, Mo 14:00-16:00"))
    assert not twice.is_service_time(at("2026-11-23T13:00"))
    assert twice.next_service_day(at("2026-11-23T13:00")) == date(2026, 11, 23)
    assert twice.next_service_day(at("2026-11-23T16:00")) == date(2026, 11, 30)


def test_a_desk_that_never_opens_does_not_keep_us_searching_for_ever() -> None:
    closed = WorkCalendar(BERLIN, service=parse_service_hours("Sa 08:00-12:00"))
    assert closed.next_service_day(at("2026-11-23T10:00")) > date(2027, 11, 1)


# --- how they are written ---


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("Mo 08:00-16:00", [(0, time(8), time(16))]),
        ("mo-di 8:00-16:00", [(0, time(8), time(16)), (1, time(8), time(16))]),
        ("Mo.–Di. 08:00 – 16:00 Uhr", [(0, time(8), time(16)), (1, time(8), time(16))]),
        ("Tu 08:00-16:00; We 09:30-10:00", [(1, time(8), time(16)), (2, time(9, 30), time(10))]),
        ("", []),
        (" , ", []),
    ],
)
def test_service_hours_are_read_as_people_write_them(text: str, spans: list[tuple[int, time, time]]) -> None:
    assert parse_service_hours(text) == tuple(ServiceSpan(*span) for span in spans)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Montag 08:00-16:00", "not understood"),
        ("Mo 08-16", "not understood"),
        ("Mo-Do", "not understood"),
        ("Xx 08:00-16:00", "no weekday"),
        ("Mo 08:00-25:00", "no time of day"),
        ("Mo 16:00-08:00", "ends before it begins"),
        ("Mo 08:00-08:00", "ends before it begins"),
        ("Fr-Mo 08:00-16:00", "ends before it begins"),
        ("Mo 08:00-16:00, bald", "'bald' is not understood"),
    ],
)
def test_service_hours_that_make_no_sense_are_named(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_service_hours(text)
