# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What depends on the day on which the tests run, and the days on which they must pass: no test names a day that is still to come."""

from __future__ import annotations

import os
import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
CLOCK = "LD_PRELOAD LD_LIBRARY_PATH DATEFUDGE"  # the variables of datefudge(1)
DRAWN_DAYS = 5 * 365
CHANGE_OF_CLOCK = time(0, 54, tzinfo=UTC)  # six minutes before it: some tests run before, some after


def case_number(case: int) -> str:
    """That of the desk's first, second, ... case of this year."""
    return f"KD-{datetime.now(BERLIN).year}-{case:05d}"


def clock() -> dict[str, str]:
    """For a process that gets no environment of ours but has to have our clock."""
    return {name: os.environ[name] for name in CLOCK.split() if name in os.environ}


def special(today: date) -> dict[str, datetime]:
    """The days after this one on which something may be different, by what they are."""
    ahead = [today + timedelta(days=number) for number in range(1, 9 * 365)]
    changes = [day for day in ahead if _offset(day) != _offset(day - timedelta(days=1))]
    return {
        "next month": _morning(next(day for day in ahead if day.month != today.month and day.day > 7)),
        "the last day of the year": _morning(next(day for day in ahead if (day.month, day.day) == (12, 31))),
        "29 February": _morning(next(day for day in ahead if (day.month, day.day) == (2, 29))),
        **{"summer time begins" if day.month < 7 else "summer time ends": datetime.combine(day, CHANGE_OF_CLOCK) for day in changes[:2]},
        "in five years": _morning(ahead[5 * 365]),
    }


def drawn(today: date, commit: str) -> datetime:
    """A moment by day, within five years."""
    chance = random.Random(f"{today} {commit}")
    return _morning(today + timedelta(days=chance.randint(1, DRAWN_DAYS))) + timedelta(minutes=chance.randrange(600))


def _offset(day: date) -> timedelta | None:
    return datetime.combine(day, time(12), BERLIN).utcoffset()


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(8), UTC)
