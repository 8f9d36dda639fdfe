# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Which of two cases is the older one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from maildesk.core.case.case import age
from tests.rig.builders import MONDAY


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ((MONDAY, "KD-2026-00002"), (MONDAY + timedelta(seconds=1), "KD-2026-00001")),
        ((MONDAY, "KD-2026-00001"), (MONDAY, "KD-2026-00002")),
        ((MONDAY, "KD-2026-99999"), (MONDAY, "KD-2026-100000")),
    ],
    ids=["by the second", "of one second, by number", "of one second, by number past 99,999"],
)
def test_the_older_of_two_cases_comes_first(older: tuple, newer: tuple) -> None:  # type: ignore[type-arg]
    assert age(*older) < age(*newer)
    assert sorted([newer, older], key=lambda each: age(*each)) == [older, newer]
