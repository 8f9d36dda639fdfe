# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A process with all of maildesk imported, that forks a child for each command: a pass in a tenth of the time. It has one thread only.

Each request is a connection of its own: what to run, with the descriptors to run it on; the answers are the child's id and, at its end,
its exit code. The parser of a forked command is forked here too: it has no thread and no file of the command.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen  # by its name: a command puts another in its place in the module
from typing import IO, Any, NoReturn, Self

from tests.rig import warm
from tests.rig.places import ROOT

SECONDS_MAX = 90.0
REQUEST_BYTES_MAX = 1 << 17  # the environment and the words of a command
DESCRIPTORS = 3
PR_SET_PTRACER, PR_SET_PTRACER_ANY = 0x59616D61, 2**64 - 1  # prctl(2)
COMMAND, TORTURED, PARSER = "maildesk.cli", "tests.torture.command", "maildesk.adapters.parse.child.worker"  # each has a function main
WARM = (
    "maildesk.cli.mail", "maildesk.cli.lists", "maildesk.daemon.daemon", "maildesk.adapters.store", "maildesk.adapters.mailbox",
    "maildesk.adapters.smtp", "maildesk.adapters.compose", "maildesk.settings.settings", PARSER, "mailparser",
    "inscriptis", "email.parser", "holidays", "alembic.command", "alembic.config", "time_machine",
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


class Forked:
    """A running child, with as much of subprocess.Popen as is used of it. `said`: the files that it prints to, for `communicate`."""

    def __init__(self, answers: socket.socket, said: Sequence[IO[bytes]] = ()) -> None:
        self._answers = answers
        self._said = said
        self._printed: tuple[str, ...] = ()
        self.pid = int(answers.recv(32))
        self.returncode: int | None = None
        self.stdin: IO[bytes] | None = None
        self.stdout: IO[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if exc[0]:
            self.kill()
        self.communicate()

    def poll(self) -> int | None:
        return self._taken(0)

    def wait(self, timeout: float | None = None) -> int:
        code = self._taken(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("maildesk", timeout or 0)
        return code

    def _taken(self, seconds: float | None) -> int | None:
        if self.returncode is None and select.select([self._answers], [], [], seconds)[0]:
            self.returncode = int(self._answers.recv(32))
            self._answers.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def has_said(self, words: str) -> bool:
        """Whether these words are among its messages so far."""
        messages = self._said[1].fileno()
        return words.encode() in os.pread(messages, os.fstat(messages).st_size, 0)

    def communicate(self, timeout: float | None = None) -> tuple[str, ...]:
        """What it has printed, when it has ended. Octets that are no UTF-8 are surrogates, and no line end is changed into another."""
        self.wait(timeout)
        if not self._printed:
            self._printed = tuple(_read_whole(file) for file in self._said)
        return self._printed


def _read_whole(file: IO[bytes]) -> str:
    with file:
        file.seek(0)
        return file.read().decode("utf-8", "surrogateescape")


class Zygote:
    """The parent's end. Threads may share it."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="mz-"))
        self.path = str(self._folder / "requests")
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(self.path)
            listener.listen(64)
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.rig.zygote", str(listener.fileno()), self.path], pass_fds=[listener.fileno()],
                stdin=subprocess.PIPE, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error::RuntimeWarning"},
            )  # fmt: skip

    def start(self, module: str, words: Sequence[str], environment: Mapping[str, str], on: Sequence[int] = (), **more: Any) -> Forked:
        """A child that runs the module's `main`, on the descriptors 0, 1 and 2 that `on` gives; else what it prints is kept for
        `communicate`. `more`: cwd, and what `run` describes."""
        said = [] if on else [tempfile.TemporaryFile() for _ in range(2)]  # noqa: SIM115  # they end with the Forked
        with Path(os.devnull).open("rb") as nothing:
            descriptors = on or [nothing.fileno(), *(file.fileno() for file in said)]
            request = {"module": module, "words": words, "environment": dict(environment), **more}
            return Forked(_asked(self.path, request, descriptors), said)

    def run(
        self,
        *words: str,
        ahead_seconds: float = 0.0,
        seconds_max: float = SECONDS_MAX,
        warm_up: bool = False,
        environment: Mapping[str, str],
        under: Sequence[str] = (),
        file_bytes_max: int = 0,
    ) -> Ran:
        """One command of the torture, to its end; when its time is up it is ended with SIGABRT. `warm_up`: in the zygote itself, so that
        every later child has what is worked out once in a process.

        `under`: strace with its options; it is attached before the command begins. `file_bytes_max`: no file can grow beyond it."""
        began = time.monotonic()
        child = self.start(
            TORTURED, (str(ahead_seconds), *words), environment, warm_up=warm_up, under=list(under), file_bytes_max=file_bytes_max
        )
        try:
            child.wait(seconds_max)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGABRT)
        out, err = child.communicate()
        assert child.returncode is not None
        return Ran(child.returncode, out, err, time.monotonic() - began)

    def close(self) -> None:
        """Its children end with it."""
        self._process.communicate()
        shutil.rmtree(self._folder, ignore_errors=True)


def _asked(path: str, request: Mapping[str, Any], descriptors: Sequence[int]) -> socket.socket:
    answers = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    answers.connect(path)
    socket.send_fds(answers, [json.dumps(request).encode()], list(descriptors))
    return answers


# --- the zygote ---


@dataclass(frozen=True)
class _Child:
    """`ended` becomes readable at its end."""

    pid: int
    ended: int
    answers: socket.socket
    tracer: Popen[str] | None

    def bury(self) -> None:
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.ended)
        if self.tracer:
            self.tracer.communicate()
        with suppress(OSError):  # nobody waits for it
            self.answers.send(str(code).encode())
        self.answers.close()


def serve(listener: socket.socket, path: str) -> None:
    """Until standard input ends, which it does with the parent."""
    import typer.main

    from maildesk.cli.app import app

    for name in WARM:
        importlib.import_module(name)
    warm.keep()
    typer.main.get_command(app)
    _read_some_mails()
    _freeze()
    parent = os.dup(0)  # a warm-up takes the place of 0
    children: dict[int, _Child] = {}
    while True:
        ready, _, _ = select.select([parent, listener, *children], [], [])
        if parent in ready:
            break
        for ended in children.keys() & set(ready):
            children.pop(ended).bury()
        if listener in ready:
            child = _answered(listener.accept()[0], path)
            if child:
                children[child.ended] = child
    for child in children.values():
        os.kill(child.pid, signal.SIGKILL)


def _freeze() -> None:
    """Else each child's collector touches, and so copies, every page."""
    gc.collect()
    gc.freeze()


def _read_some_mails() -> None:
    from maildesk.adapters.parse import parse
    from maildesk.octets import Octets
    from tests.torture.mails import mails

    for mail in mails(0):
        parse(Octets.of(mail.octets))


def _answered(answers: socket.socket, path: str) -> _Child | None:
    data, descriptors, _, _ = socket.recv_fds(answers, REQUEST_BYTES_MAX, DESCRIPTORS)
    request = json.loads(data)
    if request.get("warm_up"):
        _print_to(descriptors)
        answers.send(b"0")
        answers.send(str(_command(request)).encode())
        _freeze()
        return None
    gate, key = os.pipe()
    child = os.fork()
    if not child:
        os.close(key)
        _obey(request, descriptors, gate, path)
    for descriptor in (gate, *descriptors):
        os.close(descriptor)
    tracer = _tracer(request.get("under"), child)
    os.close(key)
    answers.send(str(child).encode())
    return _Child(child, os.pidfd_open(child), answers, tracer)


def _let_anyone_trace_me() -> None:
    """Where only ancestors may trace a process (Yama), it must say so itself."""
    ctypes.CDLL(None).prctl(PR_SET_PTRACER, ctypes.c_ulong(PR_SET_PTRACER_ANY), 0, 0, 0)


def _tracer(words: list[str] | None, child: int) -> Popen[str] | None:
    if not words:
        return None
    tracer = Popen([*words, "-p", str(child)], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert tracer.stderr
    said = tracer.stderr.readline()
    assert "attached" in said, said
    return tracer


def _obey(request: dict[str, Any], descriptors: list[int], gate: int, path: str) -> NoReturn:
    """Waits at the gate until the observer is there."""
    code = 70
    try:
        os.setsid()
        _print_to(descriptors)
        if request.get("file_bytes_max"):
            resource.setrlimit(resource.RLIMIT_FSIZE, (request["file_bytes_max"], request["file_bytes_max"]))
        os.environ.clear()
        os.environ.update(request["environment"])
        time.tzset()
        tempfile.tempdir = None
        os.chdir(request.get("cwd") or ROOT)
        _let_anyone_trace_me()
        select.select([gate], [], [])  # and no read: the first one that the tracer sees is to be one of the command
        os.closerange(DESCRIPTORS, 1024)
        if request["module"] != TORTURED:
            subprocess.Popen = _parser_from(path)  # type: ignore[misc, assignment]  # nothing but the parser is started by maildesk
        code = _command(request)
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)


def _print_to(descriptors: Sequence[int]) -> None:
    """The streams are as Python opens them at its start where the locale is one of UTF-8."""
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", 1 if os.isatty(1) else -1, encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)


def _command(request: dict[str, Any]) -> int:
    sys.argv = ["maildesk", *request["words"]]
    try:
        importlib.import_module(request["module"]).main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _parser_from(path: str) -> Any:
    """What starts the parser in a forked command: another request to the zygote."""

    def start(command: list[str], *, env: dict[str, str], **_more: Any) -> Forked:
        module, *words = command[command.index("-m") + 1 :]
        below_in, above_in = os.pipe()
        above_out, below_out = os.pipe()
        nothing = os.open(os.devnull, os.O_WRONLY)
        request = {"module": module, "words": words, "environment": env}
        parser = Forked(_asked(path, request, (below_in, below_out, nothing)))
        for descriptor in (below_in, below_out, nothing):
            os.close(descriptor)
        parser.stdin, parser.stdout = os.fdopen(above_in, "wb", buffering=0), os.fdopen(above_out, "rb", buffering=0)
        return parser

    return start


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])), sys.argv[2])
