# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A small IMAP server that is honest by itself, and lies, stalls or hangs up where its script says so.

    with ScriptedImap({1: b"Subject: one\\r\\n\\r\\n"}, {rb"UID MOVE .*": b"{tag} NO [OVERQUOTA] full\\r\\n"}) as server:
        ...  # server.port; server.lines holds every command line that came in

The script maps regular expressions, matched against whole command lines without their tag, to answers. An answer is octets
({tag} stands for the tag), a list of steps, or a function of the command line that gives either.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from imaplib import Time2Internaldate
from typing import Any

from maildesk.settings.servers import ImapSettings

HOST = "127.0.0.1"
CAPABILITIES = b"IMAP4rev1 MOVE UIDPLUS IDLE"


class Do(Enum):
    CLOSE = "close"
    START_TLS = "start-tls"


@dataclass(frozen=True)
class Trickle:
    """One octet after the other, with a pause before each, again and again."""

    octets: bytes
    pause_seconds: float


Step = bytes | float | Do | Trickle
Answer = bytes | Sequence[Step] | Callable[[bytes], "bytes | Sequence[Step]"]


def in_turn(*answers: bytes | Sequence[Step]) -> Answer:
    """The first answer for the first time, and so on; the last one for ever."""
    left = list(answers)
    return lambda _line: left.pop(0) if len(left) > 1 else left[0]


def fetch_line(uid: int, body: bytes, *, announced: int | None = None, item: bytes = b"BODY[]") -> bytes:
    """The answer to a FETCH of a body; `announced` is the length of its literal where that has to be a lie."""
    return b"* 1 FETCH (UID %d %b {%d}\r\n%b)\r\n" % (uid, item, len(body) if announced is None else announced, body)


class ScriptedImap:
    """Give `cut_after` to end every connection behind that many octets of the server's."""

    def __init__(
        self,
        mails: Mapping[int, bytes] | None = None,
        script: Mapping[bytes, Answer] | None = None,
        *,
        capabilities: bytes = CAPABILITIES,
        greeting: Sequence[Step] = (b"* OK ready\r\n",),
        uid_validity: int = 7,
        tls: ssl.SSLContext | None = None,
        starts_with_tls: bool = False,
        cut_after: int | None = None,
    ) -> None:
        self.mails = dict(mails or {})
        self.script = dict(script or {})
        self.capabilities = capabilities
        self.greeting = greeting
        self.uid_validity = uid_validity
        self.tls = tls
        self.starts_with_tls = starts_with_tls
        self.cut_after = cut_after
        self.lines: list[bytes] = []
        self.sent_octets = 0
        self.moved = 0
        self.connections = 0
        self._arrived = Time2Internaldate(datetime.now(UTC)).encode()  # in quotes; all messages have just come: old ones get no letter
        self._over = threading.Event()
        self._listener = socket.create_server((HOST, 0))
        self.port = int(self._listener.getsockname()[1])
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []

    def __enter__(self) -> ScriptedImap:
        self._spawn(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for connection in (self._listener, *self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        for thread in self._threads:
            thread.join(10)

    def settings(self, **changes: Any) -> ImapSettings:
        return ImapSettings(**{"host": HOST, "port": self.port, "security": "none", "user": "desk", **changes})

    def seen(self, pattern: bytes) -> list[bytes]:
        """The command lines that came in and hold this."""
        return [line for line in self.lines if re.search(pattern, line)]

    def _spawn(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            self._spawn(self._converse, connection)

    def _converse(self, connection: socket.socket) -> None:
        with suppress(OSError, _CutError):
            try:
                talk = _Talk(self, connection)
                if self.starts_with_tls:
                    talk.start_tls()
                talk.run()
            finally:
                with suppress(OSError):
                    connection.close()

    def answer(self, command: bytes) -> bytes | Sequence[Step]:
        for pattern, answer in self.script.items():
            if re.fullmatch(pattern, command, re.DOTALL):
                return answer(command) if callable(answer) else answer
        return b"".join(self._honest(command)) + b"{tag} OK done\r\n"

    def _honest(self, command: bytes) -> Iterable[bytes]:
        name = re.match(rb"(UID )?\S+", command)
        match name and name.group():
            case b"CAPABILITY":
                yield b"* CAPABILITY %b\r\n" % self.capabilities
            case b"SELECT":
                yield b"* %d EXISTS\r\n* OK [UIDVALIDITY %d] x\r\n" % (len(self.mails), self.uid_validity)
                yield b"* OK [UIDNEXT %d] x\r\n" % (max(self.mails, default=0) + 1)
            case b"LIST":
                yield b'* LIST (\\Noselect) "/" ""\r\n' if command.endswith(b'""') else b'* LIST () "/" %b\r\n' % command.split()[-1]
            case b"UID SEARCH":
                yield b"* SEARCH %b\r\n" % b" ".join(b"%d" % uid for uid in self._named(command))
            case b"UID FETCH":
                for uid in self._named(command):
                    yield self._fetched(uid, command)
            case b"UID MOVE":
                for uid in self._named(command):
                    del self.mails[uid]
                    yield b"* OK [COPYUID %d %d %d] x\r\n" % (self.uid_validity, uid, self.moved + 1)
                    self.moved += 1
            case b"STATUS":
                yield b"* STATUS %b (UIDVALIDITY %d UIDNEXT %d)\r\n" % (command.split()[1], self.uid_validity, self.moved + 1)
            case b"LOGOUT":
                yield b"* BYE\r\n"

    def _named(self, command: bytes) -> list[int]:
        """The messages that exist of those whose UIDs the command names; all where it names none."""
        numbers = re.search(rb"\b\d+(,\d+)*\b", command)
        if command.endswith(b"DELETED"):
            return []
        asked = {int(number) for number in numbers.group().split(b",")} if numbers else set(self.mails)
        return sorted(asked & set(self.mails))

    def _fetched(self, uid: int, command: bytes) -> bytes:
        body = self.mails[uid]
        if b"RFC822.SIZE" in command:
            return b"* 1 FETCH (UID %d RFC822.SIZE %d INTERNALDATE %b)\r\n" % (uid, len(body), self._arrived)
        if part := re.search(rb"<(\d+)\.(\d+)>", command):
            origin, length = int(part.group(1)), int(part.group(2))
            return fetch_line(uid, body[origin : origin + length], item=b"BODY[]<%d>" % origin)
        return fetch_line(uid, body)


class _CutError(Exception):
    """The connection has said as much as it may."""


class _Talk:
    def __init__(self, server: ScriptedImap, connection: socket.socket) -> None:
        self.server = server
        self.connection = connection
        self.left = server.cut_after
        self.tag = b""

    def run(self) -> None:
        self._perform(self.server.greeting)
        for line in self._lines():
            self.server.lines.append(line)
            tag, space, command = line.partition(b" ")
            if space:
                self.tag = tag
            answer = self.server.answer(command if space else line)
            self._perform([answer] if isinstance(answer, bytes) else answer)

    def start_tls(self) -> None:
        assert self.server.tls is not None
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.server._open.append(self.connection)

    def _lines(self) -> Iterator[bytes]:
        waiting = b""
        while True:
            line, end, rest = waiting.partition(b"\r\n")
            if end:
                waiting = rest
                yield line
            elif more := self.connection.recv(65536):
                waiting += more
            else:
                return

    def _perform(self, steps: Sequence[Step]) -> None:
        for step in steps:
            match step:
                case bytes():
                    self._send(step.replace(b"{tag}", self.tag))
                case Trickle():
                    while True:
                        for number in step.octets:
                            self._pause(step.pause_seconds)
                            self._send(bytes([number]))
                case Do.CLOSE:
                    raise _CutError
                case Do.START_TLS:
                    self.start_tls()
                case _:
                    self._pause(step)

    def _send(self, octets: bytes) -> None:
        allowed = octets if self.left is None else octets[: self.left]
        self.connection.sendall(allowed)
        self.server.sent_octets += len(allowed)
        if self.left is not None:
            self.left -= len(allowed)
            if self.left == 0:
                raise _CutError

    def _pause(self, seconds: float) -> None:
        if self.server._over.wait(seconds):
            raise _CutError
