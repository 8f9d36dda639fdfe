# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Working days, service hours and due dates, in the desk's own time zone."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

WEEKDAYS = {"mo": 0, "di": 1, "mi": 2, "do": 3, "fr": 4, "sa": 5, "so": 6, "tu": 1, "we": 2, "th": 3, "su": 6}
_SPAN = re.compile(
    r"(?P<first>[A-Za-z]{2})\.?(?:\s*[-–]\s*(?P<last>[A-Za-z]{2})\.?)?\s+(?P<start>\d{1,2}:\d{2})\s*[-–]\s*(?P<end>\d{1,2}:\d{2})(?:\s*Uhr)?"
)


@dataclass(frozen=True, slots=True)
class ServiceSpan:
    """On `weekday` (Monday is 0) somebody is there from `start` until before `end`."""

    weekday: int
    start: time
    end: time


def parse_service_hours(text: str) -> tuple[ServiceSpan, ...]:
    """Reads "Mo-Do 08:00-16:00, Fr 08:00-12:00". Raises ValueError with the piece that is not understood.

    >>> [(span.weekday, span.end.hour) for span in parse_service_hours("Mo-Di 08:00-16:00, Fr 08:00-12:00")]
    [(0, 16), (1, 16), (4, 12)]
    """
    spans: list[ServiceSpan] = []
    for piece in (part.strip() for part in re.split(r"[,;]", text) if part.strip()):
        match = _SPAN.fullmatch(piece)
        if match is None:
            raise ValueError(f"{piece!r} is not understood")
        first, last = match["first"].lower(), (match["last"] or match["first"]).lower()
        if first not in WEEKDAYS or last not in WEEKDAYS:
            raise ValueError(f"{piece!r} names no weekday (Mo Di Mi Do Fr Sa So)")
        try:
            start, end = (time.fromisoformat(match[name].zfill(5)) for name in ("start", "end"))
        except ValueError as error:
            raise ValueError(f"{piece!r} has no time of day between 00:00 and 23:59") from error
        days = WEEKDAYS[last] - WEEKDAYS[first]
        if end <= start or days < 0:
            raise ValueError(f"{piece!r} ends before it begins")
        spans += [ServiceSpan(day, start, end) for day in range(WEEKDAYS[first], WEEKDAYS[last] + 1)]
    return tuple(spans)


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """When the desk works. `holidays` may be any container of dates; weekends are never working days.

    `closed_on` has further days off as MM-DD (every year) or YYYY-MM-DD.
    """

    zone: tzinfo
    holidays: Container[date] = frozenset()
    closed_on: frozenset[str] = frozenset()
    service: tuple[ServiceSpan, ...] = field(default=())

    def is_working_day(self, day: date) -> bool:
        closed = f"{day:%m-%d}" in self.closed_on or day.isoformat() in self.closed_on
        return day.weekday() < 5 and day not in self.holidays and not closed

    def next_working_day(self, day: date) -> date:
        """`day` itself if the desk works on it, else the first day after it on which it does (§ 26 Abs. 3 SGB X)."""
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`; the day itself does not count (§ 187 Abs. 1 BGB)."""
        for _ in range(count):
            day = self.next_working_day(day + timedelta(days=1))
        return day

    def working_days_before(self, day: date, count: int) -> date:
        """The `count`-th working day before `day`; the day itself does not count."""
        for _ in range(count):
            day -= timedelta(days=1)
            while not self.is_working_day(day):
                day -= timedelta(days=1)
        return day

    def answer_due(self, received: datetime, calendar_days: int) -> date:
        """The day by which an answer is promised: calendar days, rolled forward to a working day."""
        return self.next_working_day(self.local(received).date() + timedelta(days=calendar_days))

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)

    def is_service_time(self, moment: datetime) -> bool:
        """Whether somebody is there to read. Without service hours the whole working day counts."""
        here = self.local(moment)
        if not self.is_working_day(here.date()):
            return False
        return not self.service or any(span.weekday == here.weekday() and span.start <= here.time() < span.end for span in self.service)

    def next_service_day(self, moment: datetime) -> date:
        """The day on which the desk is next there for a mail that arrived at `moment`, perhaps the same day."""
        here = self.local(moment)
        day = here.date()
        for _ in range(366):
            spans = [span for span in self.service if span.weekday == day.weekday()]
            open_today = self.is_working_day(day) and (bool(spans) or not self.service)
            still_ahead = day > here.date() or not spans or any(here.time() < span.end for span in spans)
            if open_today and still_ahead:
                return day
            day += timedelta(days=1)
        return day
