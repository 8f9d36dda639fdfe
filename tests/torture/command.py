# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""`maildesk` as a process of the torture: the real command, on a clock that can be ahead, with a parser that need not be started anew.

A parser costs more time than all the rest of a pass. Here it is forked from the process that asks for it, with everything imported; it
is still a process of its own, behind the same pipes and limits. It dies of a mail that bears POISON, as of a fault in a library.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any, BinaryIO, NoReturn

import time_machine

from maildesk.adapters.parse.child import frames, worker

POISON = b"X-Torture: the parser dies of this"
CURED = "TORTURE_CURED"  # with this variable it does not, as after an upgrade
GREEDY = b"X-Torture: the parser takes all memory for this"
ENDLESS = b"X-Torture: the parser never ends with this"


class ForkedParser:
    """As much of subprocess.Popen as the parser's parent uses."""

    def __init__(self, command: list[str], **_more: Any) -> None:
        below_in, above_in = os.pipe()
        above_out, below_out = os.pipe()
        self._code: int | None = None
        self.pid = os.fork()
        if not self.pid:
            _be_the_parser(command, below_in, below_out)
        os.close(below_in)
        os.close(below_out)
        self.stdin = os.fdopen(above_in, "wb", buffering=0)
        self.stdout = os.fdopen(above_out, "rb", buffering=0)

    def kill(self) -> None:
        if self._code is None:
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        if self._code is None:
            self._code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self._code


def _be_the_parser(command: list[str], source: int, out: int) -> NoReturn:
    try:
        os.dup2(source, 0)
        os.dup2(out, 1)
        os.closerange(3, 1024)  # also the lock and the database of the parent: they end with it
        sys.stdin, sys.stdout, sys.argv = os.fdopen(0), os.fdopen(1, "w"), command[3:]
        handle = worker._handle

        def dying(request: bytes, source: BinaryIO) -> bytes:
            _kind, _size, _digest, listed, length = frames.REQUEST.unpack(request)
            data = source.read(listed + length)
            if POISON in data and CURED not in os.environ:
                os.kill(os.getpid(), signal.SIGSEGV)
            if GREEDY in data:
                bytearray(64 << 30)
            while ENDLESS in data:
                time.sleep(1)
            return handle(request, BytesIO(data))

        worker._handle = dying
        worker.main()
    finally:
        os._exit(0)


def main() -> None:
    """Runs one command, by its words, with a clock that is ahead by so many seconds. Ends like the command, with SystemExit."""
    ahead_seconds = float(sys.argv[1])
    subprocess.Popen = ForkedParser  # type: ignore[misc, assignment]  # nothing but the parser is started by maildesk
    from maildesk.cli import main as maildesk

    sys.argv = ["maildesk", *sys.argv[2:]]
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=ahead_seconds), tick=True):
        maildesk()


if __name__ == "__main__":
    main()
