# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Waiting, and leaving when somebody says so: Ctrl-C, a closed terminal, a SIGTERM."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self, TypeVar

STEP_SECONDS = 0.05

Found = TypeVar("Found")


class Leaving(Exception):  # no error: the end that was asked for
    """Somebody wants the play to end."""


class Stage:
    """While it is in force, a signal to end is only noted: the next wait raises Leaving, so nothing is ever cut off half done.

    Used in the main thread. The waits go in small steps, because a signal handler may set a plain variable and little else.
    """

    SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self) -> None:
        self._leaving = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._note) for number in self.SIGNALS}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, _signal: int, _frame: FrameType | None) -> None:
        self._leaving = True

    def pause(self, seconds: float) -> None:
        """Raises Leaving as soon as the play is to end."""
        until = time.monotonic() + seconds
        while not self._leaving and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, STEP_SECONDS))
        if self._leaving:
            raise Leaving

    def until(self, look: Callable[[], Found], seconds: float) -> Found:
        """What `look` says as soon as it says something true, else what it says when the time is over."""
        deadline = time.monotonic() + seconds
        while not (found := look()) and time.monotonic() < deadline:
            self.pause(STEP_SECONDS)
        return found
