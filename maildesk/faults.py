# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A switch for tests, off by default: the process dies at a step of its work that can be counted, as in a power failure.

MAILDESK_STOP_AT=17 kills it with SIGKILL at its 17th step. MAILDESK_STOP_AT=count:FILE lets it live and writes the steps to FILE, a name
a line. Only the environment of a command can switch it on: no mail and no configuration.

A step is before and after whatever changes something that outlives the process: a statement of the database, a commit, a command that
changes the mailbox, octets on the way to the SMTP server and its answers, a file.
"""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Callable
from pathlib import Path

VARIABLE = "MAILDESK_STOP_AT"
COUNT = "count:"

_step: Callable[[str], None] | None = None


def set_up(wanted: str) -> bool:
    """Switches it on, for the rest of the process, or off; `wanted` is the value of the variable. Whether it is on.

    Raises ValueError for what is no number.
    """
    global _step  # noqa: PLW0603  # one switch for the whole process: that is what it is
    if wanted.startswith(COUNT):
        _step = _counting(Path(wanted.removeprefix(COUNT)))
    elif wanted:
        _step = _stopping(int(wanted))
    else:
        _step = None
    return _step is not None


def is_on() -> bool:
    """Whether steps are counted at all."""
    return _step is not None


def at(step: str) -> None:
    """Here is a step. The name holds nothing of a mail."""
    if _step is not None:
        _step(step)


def _stopping(number: int) -> Callable[[str], None]:
    steps = itertools.count(1)  # next() on it is one step for the interpreter: threads count without a lock

    def stop(_step: str) -> None:
        if next(steps) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return stop


def _counting(file: Path) -> Callable[[str], None]:
    def note(step: str) -> None:
        with file.open("a", encoding="utf-8") as names:
            names.write(f"{step}\n")

    return note
