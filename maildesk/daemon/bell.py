# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What wakes the main thread."""

from __future__ import annotations

import os
import select
import signal
from contextlib import suppress

LOOK_SECONDS = 1.0


class Bell:
    """Wakes the main thread, when a signal comes as well as from another thread.

    A pipe and no threading.Event, for two reasons. A handler runs in the main thread between any two steps, perhaps while that holds the
    lock inside the Event. And the kernel may hand a signal to any thread: then nothing ends the main thread's waiting, and the handler,
    which only the main thread runs, would never run; so the interpreter itself rings here for each signal (signal.set_wakeup_fd).
    """

    def __init__(self) -> None:
        self._heard, self._rung = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def ring(self) -> None:
        with suppress(BlockingIOError):  # full: it has been rung often enough
            os.write(self._rung, b"!")

    def hear_signals(self) -> None:
        signal.set_wakeup_fd(self._rung, warn_on_full_buffer=False)

    def wait(self) -> None:
        """Returns when it rings, and at the latest after a while: the thread that waits looks for itself."""
        if select.select([self._heard], [], [], LOOK_SECONDS)[0]:
            os.read(self._heard, 4096)

    def close(self) -> None:
        signal.set_wakeup_fd(-1)
        os.close(self._heard)
        os.close(self._rung)
