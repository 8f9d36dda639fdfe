# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Reading messages in a child process that may die: bounded in time and memory, and the next mail is not affected."""

from __future__ import annotations

import io
import os
import pickle
import re
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import maildesk
from maildesk.adapters.parse import limits
from maildesk.adapters.parse.child.frames import BARE, EXTRACT, LENGTH, REQUEST, WHOLE, unpacked
from maildesk.adapters.parse.cut import readable
from maildesk.adapters.parse.extract import asks_the_parser, chosen
from maildesk.core.mail.message import Message
from maildesk.errors import ParserUnavailable, Unparseable
from maildesk.octets import Octets, RawMessage

_PIPE_CHUNK_BYTES = 64 * 1024
_ANSWER_BYTES_MAX = 64 * limits.MEBIBYTE
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "TMPDIR", "TZ", "LANG", "LC_ALL")
_EXPECTED_CLASSES = frozenset(
    {
        *(("maildesk.core.mail.message", name) for name in ("Message", "Address", "Attachment", "DeliveryReport", "FromField")),
        *(("datetime", name) for name in ("datetime", "timezone", "timedelta")),
    }
)


class _ChildGoneError(Exception):
    """The child died, hung, or talked nonsense."""


class _TooLateError(_ChildGoneError):
    """The child did not answer in time."""


class _MessageUnpickler(pickle.Unpickler):
    """Builds Messages and nothing else: the child has read a stranger's mail, so its answer is not trusted with more."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _EXPECTED_CLASSES:
            raise pickle.UnpicklingError("the answer of the parser holds something that is no message")
        return super().find_class(module, name)


class _Child:
    """One process of `maildesk.adapters.parse.child.worker`, ready for requests."""

    def __init__(self, seconds_max: float, memory_bytes_max: int) -> None:
        command = [sys.executable, "-P", "-m", "maildesk.adapters.parse.child.worker", str(memory_bytes_max), str(seconds_max)]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # a traceback may quote the mail
                env=_environment(),
                start_new_session=True,  # Ctrl-C is for the parent, which ends the child in order
                bufsize=0,
            )
        except OSError as error:
            raise ParserUnavailable(f"the parser cannot be started ({error.strerror})") from error
        try:
            self._receive(time.monotonic() + limits.START_SECONDS_MAX)
        except _ChildGoneError as error:
            self.kill()
            raise ParserUnavailable("the parser cannot be started: it ended, or was not ready in time") from error
        except BaseException:
            self.kill()
            raise

    def ask(self, seconds_max: float, *frames: bytes) -> bytes:
        """Raises _ChildGoneError; the child is of no more use then."""
        deadline = time.monotonic() + seconds_max
        for frame in frames:
            self._send(frame, deadline)
        return self._receive(deadline)

    def _send(self, data: bytes, deadline: float) -> None:
        stream = _stream(self._process.stdin)
        view = memoryview(data)
        os.set_blocking(stream.fileno(), False)
        while view:
            _wait_for(stream, selectors.EVENT_WRITE, deadline)
            try:
                view = view[os.write(stream.fileno(), view[:_PIPE_CHUNK_BYTES]) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise _ChildGoneError from error

    def _receive(self, deadline: float) -> bytes:
        (length,) = LENGTH.unpack(self._read(LENGTH.size, deadline))
        if length > _ANSWER_BYTES_MAX:
            raise _ChildGoneError
        return self._read(length, deadline)

    def _read(self, length: int, deadline: float) -> bytes:
        stream = _stream(self._process.stdout)
        pieces = bytearray()
        while len(pieces) < length:
            _wait_for(stream, selectors.EVENT_READ, deadline)
            try:
                piece = os.read(stream.fileno(), min(_PIPE_CHUNK_BYTES, length - len(pieces)))
            except OSError as error:
                raise _ChildGoneError from error
            if not piece:
                raise _ChildGoneError
            pieces += piece
        return bytes(pieces)

    def kill(self) -> None:
        """Ends the process in any case, and takes its exit status, so that no zombie is left."""
        self._process.kill()
        self._process.wait()
        _stream(self._process.stdin).close()
        _stream(self._process.stdout).close()


def _message_in(answer: bytes) -> Message:
    """Raises _ChildGoneError for anything that is no Message."""
    try:
        message = _MessageUnpickler(io.BytesIO(answer)).load()
    except Exception as error:
        raise _ChildGoneError from error
    if not isinstance(message, Message):
        raise _ChildGoneError
    return message


def _contents_in(answer: bytes) -> list[bytes]:
    try:
        return list(unpacked(answer))
    except ValueError as error:
        raise _ChildGoneError from error


def _environment() -> dict[str, str]:
    """Only what Python needs: passwords that are in our own environment are none of the parser's business."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return passed_on | {"PYTHONPATH": str(Path(maildesk.__file__).parents[1]), "PYTHONDONTWRITEBYTECODE": "1"}


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise _ChildGoneError
    return stream


def _wait_for(stream: IO[bytes], event: int, deadline: float) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(stream, event)
        if not selector.select(max(0.0, deadline - time.monotonic())):
            raise _TooLateError


class ParserProcess:
    """Parses messages one by one in a child that is kept alive between them; safe to share between threads.

    A mail that takes longer than `seconds_max` or more memory than `memory_bytes_max`, or that two children die of, is read again
    in a new child by its head alone, and its Message says so in `defects`.
    """

    def __init__(self, seconds_max: float = limits.SECONDS_MAX, memory_bytes_max: int = limits.MEMORY_BYTES_MAX) -> None:
        self._seconds_max = seconds_max
        self._memory_bytes_max = memory_bytes_max
        self._child: _Child | None = None
        self._lock = threading.Lock()

    def parse(self, mail: RawMessage | Octets) -> Message:
        """Raises Unparseable if the child dies of the mail's head too, ParserUnavailable if no child can be started."""
        octets = mail.octets if isinstance(mail, RawMessage) else mail
        readable_mail = readable(octets)
        data = readable_mail.data
        with self._lock:
            too_late = False
            for kind in (WHOLE, WHOLE, BARE):  # twice: a child may have been killed from outside, or have lain dead
                if kind == WHOLE and too_late:
                    continue
                request = REQUEST.pack(kind, octets.size_bytes, octets.digest.encode("ascii"), 0, len(data))
                with self._replacing_a_broken_child():
                    try:
                        return readable_mail.completed(_message_in(self._ready_child().ask(self._seconds_max, request, data)))
                    except _TooLateError:
                        too_late = True
                        raise
        raise Unparseable("the parser ran out of time or memory, or died, also on the head of the mail alone")

    def extract(self, octets: Octets, digests: Collection[str]) -> dict[str, bytes]:
        """The contents of the attachments that have these digests in the Message of these octets, by digest.

        Left out are those over 12 MiB, those that do not fit into 16 MiB in all, those that are not there, and, if the child dies of the
        mail, all but the biggest, for which no parser is needed.
        """
        wanted = frozenset(digest for digest in digests if re.fullmatch(r"[0-9a-f]{64}", digest))
        mail = readable(octets, wanted)
        if not asks_the_parser(mail, wanted):
            return chosen(mail, (), wanted)
        listed = "".join(sorted(wanted)).encode("ascii")
        request = REQUEST.pack(EXTRACT, octets.size_bytes, octets.digest.encode("ascii"), len(listed), len(mail.data))
        with self._lock:
            for _ in range(2):  # the child may have died of something else
                with self._replacing_a_broken_child():
                    answer = self._ready_child().ask(self._seconds_max, request, listed, mail.data)
                    return chosen(mail, _contents_in(answer), wanted)
        return chosen(mail, (), wanted)

    @contextmanager
    def _replacing_a_broken_child(self) -> Iterator[None]:
        """A caller that gets no answer here asks again or does without."""
        try:
            yield
        except _ChildGoneError:
            self._end_child()
        except BaseException:
            self._end_child()  # interrupted between question and answer: the answer must not be taken for the next one's
            raise

    def _ready_child(self) -> _Child:
        if self._child is None:
            self._child = _Child(self._seconds_max, self._memory_bytes_max)
        return self._child

    def _end_child(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child = None

    def close(self) -> None:
        """Ends the child; a further `parse` starts a new one."""
        with self._lock:
            self._end_child()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
