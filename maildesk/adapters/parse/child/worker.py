# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The child of ParserProcess: reads messages from standard input, writes Messages or contents of attachments to standard output, and may
die of any of them.

Run as `python -m maildesk.adapters.parse.child.worker MEMORY_BYTES SECONDS`; the frames are described in `frames`.
"""

from __future__ import annotations

import pickle
import resource
import signal
import sys
from typing import BinaryIO

from maildesk.adapters.parse.child.frames import BARE, DIGEST_CHARS, EXTRACT, LENGTH, REQUEST, packed
from maildesk.adapters.parse.extract import contents_of
from maildesk.adapters.parse.parser import parse_bare, parse_data

BARE_REASON = "only the head was read: the parser ran out of time or memory, or died"
_GRACE_SECONDS = 5  # the parent kills earlier; this is for a child whose parent is gone


def _answer(out: BinaryIO, payload: bytes) -> None:
    out.write(LENGTH.pack(len(payload)))
    out.write(payload)
    out.flush()


def _handle(request: bytes, source: BinaryIO) -> bytes:
    kind, size_bytes, digest, digests_length, length = REQUEST.unpack(request)
    digests, data = source.read(digests_length).decode("ascii"), source.read(length)
    if kind == EXTRACT:
        return packed(contents_of(data, _each_digest(digests)))
    if kind == BARE:
        message = parse_bare(data, digest.decode("ascii"), size_bytes, BARE_REASON)
    else:
        message = parse_data(data, digest.decode("ascii"), size_bytes)
    return pickle.dumps(message, protocol=5)


def _each_digest(digests: str) -> frozenset[str]:
    return frozenset(digests[start : start + DIGEST_CHARS] for start in range(0, len(digests), DIGEST_CHARS))


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
    # systemd asks every process of the service to end. Ours ends with its parent, who first finishes what it has begun.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _warm_up()
    _confine(memory_bytes_max)
    _answer(out, b"")
    while len(request := source.read(REQUEST.size)) == REQUEST.size:
        signal.setitimer(signal.ITIMER_REAL, seconds_max + _GRACE_SECONDS)
        payload = _handle(request, source)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _answer(out, payload)


if __name__ == "__main__":
    main()
