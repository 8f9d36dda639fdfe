# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The child of ParserProcess: reads mails from standard input, writes Messages to standard output, and may die of any of them.

Run as `python -m maildesk.adapters.parse.worker MEMORY_BYTES SECONDS`; the frames are described in `frames`.
"""

from __future__ import annotations

import pickle
import resource
import signal
import sys
from typing import BinaryIO

from maildesk.adapters.parse.frames import LENGTH, REQUEST
from maildesk.adapters.parse.parser import parse_bare, parse_data
from maildesk.core.message import Message

BARE_REASON = "only the head was read: the parser ran out of time or memory, or died"
_GRACE_SECONDS = 5  # the parent kills earlier; this is for a child whose parent is gone


def _answer(out: BinaryIO, message: Message | None) -> None:
    payload = b"" if message is None else pickle.dumps(message, protocol=5)
    out.write(LENGTH.pack(len(payload)) + payload)
    out.flush()


def _handle(request: bytes, source: BinaryIO) -> Message:
    bare, size_bytes, digest, length = REQUEST.unpack(request)
    data = source.read(length)
    if bare:
        return parse_bare(data, digest.decode("ascii"), size_bytes, BARE_REASON)
    return parse_data(data, digest.decode("ascii"), size_bytes)


def _confine(memory_bytes_max: int) -> None:
    """No more memory than allowed, and no core file, which would hold the mail."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes_max, memory_bytes_max))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _warm_up() -> None:
    """Imports what parsing needs before the first mail, whose time is measured."""
    import email.parser

    import inscriptis
    import mailparser

    del email, inscriptis, mailparser


def main() -> None:
    memory_bytes_max, seconds_max = int(sys.argv[1]), float(sys.argv[2])
    source, out = sys.stdin.buffer, sys.stdout.buffer
    _warm_up()
    _confine(memory_bytes_max)
    _answer(out, None)
    while len(request := source.read(REQUEST.size)) == REQUEST.size:
        signal.setitimer(signal.ITIMER_REAL, seconds_max + _GRACE_SECONDS)
        message = _handle(request, source)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _answer(out, message)


if __name__ == "__main__":
    main()
