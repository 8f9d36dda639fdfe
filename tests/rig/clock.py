# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""`python -m tests.rig.clock SECONDS WORDS...`: maildesk, whose clock is set by so many seconds whenever it gets SIGUSR1."""

from __future__ import annotations

import signal
import sys
from datetime import UTC, datetime

import time_machine


def main() -> None:
    from maildesk.cli import main as maildesk

    seconds = float(sys.argv[1])
    sys.argv = ["maildesk", *sys.argv[2:]]
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        signal.signal(signal.SIGUSR1, lambda _signal, _frame: clock.shift(seconds))
        maildesk()


if __name__ == "__main__":
    main()
