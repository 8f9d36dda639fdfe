# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Runs between a client and a real IMAP server, and lies at the commands that it is given; all else passes as it is.

    with Liar(dovecot.imap_port) as liar:
        liar.lies = [Lie(rb"UID MOVE .*", answer=b"{tag} NO [OVERQUOTA] full\\r\\n")]
        ...                                          # talk to liar.port
        assert liar.told                             # how often it has lied

For clients that send no literals, and wait for an answer before the next command; IDLE is not passed on.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO

HOST = "127.0.0.1"


@dataclass
class Lie:
    """At a command that matches, without its tag; `skip` of them are answered honestly first, `times` are not, and then all are again.

    `answer` is said in place of the server, which never hears of the command; {tag} stands for the tag. `change` makes another answer of
    the server's whole one. `hang_up`: then the line ends.
    """

    command: bytes
    answer: bytes | None = None
    change: Callable[[bytes], bytes] = field(default=lambda octets: octets)
    times: int = 1
    skip: int = 0
    hang_up: bool = False

    def is_due(self, command: bytes) -> bool:
        if not self.times or not re.fullmatch(self.command, command, re.DOTALL):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return True


class Liar:
    """`lines` are the commands that came in."""

    def __init__(self, port: int, lies: Sequence[Lie] = ()) -> None:
        self._server_port = port
        self.lies = list(lies)
        self.lines: list[bytes] = []
        self.told = 0
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server((HOST, 0))
        self.port = int(self._listener.getsockname()[1])

    def __enter__(self) -> Liar:
        self._spawn(self._accept)
        return self

    def __exit__(self, *_exc: object) -> None:
        for each in (self._listener, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join(10)

    def seen(self, pattern: bytes) -> list[bytes]:
        """The command lines that came in and hold this."""
        return [line for line in self.lines if re.search(pattern, line)]

    def _spawn(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection((HOST, self._server_port))
                for each in (client, server):
                    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._open += (client, server)
                self._spawn(self._converse, client, server)

    def _converse(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError), client, server, client.makefile("rb") as asked, server.makefile("rb") as told:
            client.sendall(told.readline())  # the greeting
            for line in asked:
                self.lines.append(line.rstrip(b"\r\n"))
                tag, _, command = line.rstrip(b"\r\n").partition(b" ")
                lie = next((each for each in self.lies if each.is_due(command)), None)
                if lie is not None:
                    self.told += 1
                if lie is None or lie.answer is None:
                    server.sendall(line)
                    answer = _whole_answer(told, tag)
                    client.sendall(lie.change(answer) if lie else answer)
                else:
                    client.sendall(lie.answer.replace(b"{tag}", tag))
                if lie is not None and lie.hang_up:
                    return


def _whole_answer(told: BinaryIO, tag: bytes) -> bytes:
    """Up to the tagged line; literals are passed over (RFC 3501 section 4.3)."""
    answer = b""
    begins_line = True
    while line := told.readline():
        answer += line
        if begins_line and line.startswith(tag + b" "):
            return answer
        literal = re.search(rb"\{(\d+)\}\r\n$", line)
        if literal:
            answer += told.read(int(literal.group(1)))
        begins_line = literal is None
    raise OSError
