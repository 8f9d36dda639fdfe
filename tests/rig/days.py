# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What depends on the day on which the tests run: the numbers of cases, and the clock of the servers, where it is not the real one."""

from __future__ import annotations

import os
from datetime import datetime
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
CLOCK = "LD_PRELOAD LD_LIBRARY_PATH DATEFUDGE"  # the variables of datefudge(1)


def case_number(case: int) -> str:
    """That of the desk's first, second, ... case of this year."""
    return f"KD-{datetime.now(BERLIN).year}-{case:05d}"


def clock() -> dict[str, str]:
    """For a process that gets no environment of ours but shall have our clock."""
    return {name: os.environ[name] for name in CLOCK.split() if name in os.environ}
