# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""maildesk as it is seen: every octet that a command prints, on terminals or into pipes."""

from __future__ import annotations

import os
import pty
import subprocess
import termios
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.rig import zygote
from tests.rig.command import COMMAND, SECONDS_MAX, Said, environment, forks

CHUNK_OCTETS = 65536
OUTPUT_FLAGS = 1  # of tcgetattr(3)
AT_START = frozenset({"LC_ALL", "PYTHONIOENCODING", "PYTHONUTF8"})  # a fork comes too late for them


def printed(*words: str | Path | bytes, terminal: bool = False, **more: str) -> Said:
    """Runs a command; octets that are no UTF-8 are surrogates in what it said, and no line end is changed into another."""
    ends = [_a_terminal() if terminal else os.pipe() for _ in range(2)]
    said: list[bytearray] = [bytearray(), bytearray()]
    readers = [threading.Thread(target=_read, args=(end[0], buffer)) for end, buffer in zip(ends, said, strict=True)]
    environ = environment(**{"TERM": "xterm-256color", **more})
    process = _started(words, ends[0][1], ends[1][1], environ, truly=not AT_START.isdisjoint(more))
    for reader, (_, written_to) in zip(readers, ends, strict=True):
        os.close(written_to)
        reader.start()
    try:
        code = process.wait(SECONDS_MAX)
    finally:
        process.kill()
        for reader in readers:
            reader.join()
    return Said(code, *(bytes(buffer).decode("utf-8", "surrogateescape") for buffer in said))


def _started(words: tuple[str | Path | bytes, ...], out: int, err: int, environ: dict[str, str], *, truly: bool) -> Any:
    if truly:
        return subprocess.Popen([*COMMAND, *words], stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environ)
    with Path(os.devnull).open("rb") as nothing:
        return forks().start(zygote.COMMAND, [os.fsdecode(word) for word in words], environ, (nothing.fileno(), out, err))


def _a_terminal() -> tuple[int, int]:
    """Its two ends. It prints as it is asked to: a terminal's driver would make CR LF of each line feed."""
    outer, inner = pty.openpty()
    modes = termios.tcgetattr(inner)
    modes[OUTPUT_FLAGS] &= ~termios.OPOST
    termios.tcsetattr(inner, termios.TCSANOW, modes)
    return outer, inner


def _read(end: int, buffer: bytearray) -> None:
    with suppress(OSError):  # EIO: nobody holds the other end of the terminal any more
        while octets := os.read(end, CHUNK_OCTETS):
            buffer += octets
    os.close(end)
