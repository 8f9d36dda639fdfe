# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A process with all of maildesk imported, that forks a child for each command: a pass in a tenth of the time. It has one thread only.

Reads requests from standard input and writes answers to standard output, one JSON object a line.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen  # by its name: a command puts another in its place in the module
from typing import Any, NoReturn

from tests.rig.command import ROOT, environment

SECONDS_MAX = 90.0
PR_SET_PTRACER, PR_SET_PTRACER_ANY = 0x59616D61, 2**64 - 1  # prctl(2)
WARM = (
    "maildesk.cli.mail", "maildesk.cli.lists", "maildesk.daemon.daemon", "maildesk.adapters.store", "maildesk.adapters.mailbox",
    "maildesk.adapters.smtp", "maildesk.adapters.compose", "maildesk.settings.settings", "maildesk.settings.categories", "mailparser",
    "inscriptis", "email.parser", "holidays", "alembic.command", "alembic.config",
)  # fmt: skip


@dataclass(frozen=True)
class Ran:
    """How a command ended: `code` as of subprocess, negative for a signal; `seconds` by the wall clock."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL


class Zygote:
    """The parent's end. `run` waits for the command; for one thread at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.zygote"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
            env=environment(PYTHONWARNINGS="error::RuntimeWarning"),
        )  # fmt: skip

    def run(
        self,
        folder: Path,
        *words: str,
        ahead_seconds: float = 0.0,
        seconds_max: float = SECONDS_MAX,
        warm_up: bool = False,
        variables: Mapping[str, str] | None = None,
        under: Sequence[str] = (),
        file_bytes_max: int = 0,
    ) -> Ran:
        """One command. What it prints goes through files in `folder`. `warm_up`: in the zygote itself, so that every later child has
        what is worked out once in a process.

        `under`: strace with its options; it is attached before the command begins. `file_bytes_max`: no file can grow beyond it."""
        out, err = folder / "out", folder / "err"
        request = {
            "words": words,
            "ahead": ahead_seconds,
            "variables": dict(variables or {}),
            "out": str(out),
            "err": str(err),
            "warm_up": warm_up,
            "under": list(under),
            "file_bytes_max": file_bytes_max,
        }
        request["max"] = seconds_max
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return Ran(answer["code"], out.read_text(errors="replace"), err.read_text(errors="replace"), answer["seconds"])

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


def serve() -> None:
    answers = os.dup(1)  # what commands print goes elsewhere
    for name in WARM:
        importlib.import_module(name)
    _read_some_mails()
    gc.collect()
    gc.freeze()  # else each child's collector touches, and so copies, every page
    for line in sys.stdin:
        request = json.loads(line)
        began = time.monotonic()
        code = _warm_up(request) if request["warm_up"] else _forked(request)
        os.write(answers, json.dumps({"code": code, "seconds": time.monotonic() - began}).encode() + b"\n")


def _read_some_mails() -> None:
    from maildesk.adapters.parse import parse
    from maildesk.octets import Octets
    from tests.torture.mails import mails

    for mail in mails(0):
        parse(Octets.of(mail.octets))


def _warm_up(request: dict[str, Any]) -> int:
    _print_to(request)
    return _command(request)


def _forked(request: dict[str, Any]) -> int:
    gate, key = os.pipe()
    child = os.fork()
    if not child:
        os.close(key)
        _obey(request, gate)
    os.close(gate)
    tracer = _tracer(request["under"], child)
    os.close(key)
    code = _wait(child, request["max"])
    if tracer:
        tracer.communicate()
    return code


def _let_anyone_trace_me() -> None:
    """Where only ancestors may trace a process (Yama), it must say so itself."""
    ctypes.CDLL(None).prctl(PR_SET_PTRACER, ctypes.c_ulong(PR_SET_PTRACER_ANY), 0, 0, 0)


def _tracer(words: list[str], child: int) -> Popen[str] | None:
    if not words:
        return None
    tracer = Popen([*words, "-p", str(child)], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert tracer.stderr
    said = tracer.stderr.readline()
    assert "attached" in said, said
    return tracer


def _wait(child: int, seconds_max: float) -> int:
    """The child's exit code; it is killed with SIGABRT when its time is up."""

    def too_long(_signal: int, _frame: object) -> None:
        os.kill(child, signal.SIGABRT)

    signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_REAL, seconds_max)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    signal.setitimer(signal.ITIMER_REAL, 0)
    return code


def _obey(request: dict[str, Any], gate: int) -> NoReturn:
    """Waits at the gate until whoever looks on is there."""
    code = 70
    try:
        os.setsid()
        _print_to(request)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        if request["file_bytes_max"]:
            resource.setrlimit(resource.RLIMIT_FSIZE, (request["file_bytes_max"], request["file_bytes_max"]))
        os.environ.update(request["variables"])
        _let_anyone_trace_me()
        select.select([gate], [], [])  # and no read: the first one that the tracer sees is to be one of the command
        os.close(gate)
        code = _command(request)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _print_to(request: dict[str, Any]) -> None:
    for number, name in ((1, "out"), (2, "err")):
        handle = os.open(request[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(handle, number)
        os.close(handle)


def _command(request: dict[str, Any]) -> int:
    from tests.torture import command

    try:
        command.main(request["words"], request["ahead"])
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


if __name__ == "__main__":
    serve()
