# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The days on which the tests must pass are the ones that they are named after."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.rig.days import BERLIN, DRAWN_DAYS, drawn, special


@pytest.mark.parametrize("today", [date(2026, 12, 1), date(2026, 12, 31), date(2027, 3, 28), date(2028, 2, 29), date(2096, 3, 1)], ids=str)
def test_the_special_days_are_still_to_come_and_what_their_names_say(today: date) -> None:
    days = special(today)

    assert all(moment.date() > today for moment in days.values())
    assert (days["next month"].month - today.month) % 12 == 1
    assert f"{days['the last day of the year'] + timedelta(days=1):%m-%d}" == "01-01"
    assert f"{days['29 February']:%m-%d}" == "02-29"
    assert abs(days["in five years"].date() - today - timedelta(days=5 * 365.25)) <= timedelta(days=2)
    for name, hours in (("summer time begins", 2), ("summer time ends", 1)):
        assert [(days[name] + timedelta(minutes=minutes)).astimezone(BERLIN).utcoffset() for minutes in (0, 6)] == [
            timedelta(hours=3 - hours), timedelta(hours=hours)
        ]  # fmt: skip


def test_another_commit_draws_another_day_and_the_same_one_the_same() -> None:
    today = date(2026, 12, 1)
    days = [drawn(today, commit) for commit in ("one", "one", "two")]

    assert days[0] == days[1] != days[2]
    assert all(today < moment.date() <= today + timedelta(days=DRAWN_DAYS) for moment in days)
