# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Two SMTP servers: a real one (aiosmtpd) that keeps what it takes, and one that lies, stalls or hangs up where its script says so.

with SmtpSink() as server: ...                                    # server.letters holds what it took
with ScriptedSmtp(rcpt=b"450 later", dot=CUT) as server: ...      # server.commands, server.mails hold what came in
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from maildesk.settings.servers import SmtpSettings
from tests.rig.dovecot import HOST, free_port

USER, PASSWORD = "desk", "Straße 7 und \u20ac"


@dataclass(frozen=True)
class Taken:
    """One mail as a server took it; `over_tls` says how, `user` who had logged in."""

    envelope_sender: str
    recipients: tuple[str, ...]
    octets: bytes
    options: tuple[str, ...] = ()
    over_tls: bool = False
    user: str = ""


@dataclass
class SmtpSink:
    """An honest server. `security` is none, starttls or tls; with `auth` it takes mail only after the log-in USER, PASSWORD."""

    security: str = "none"
    tls_context: ssl.SSLContext | None = None
    auth: bool = False
    refused: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    letters: list[Taken] = field(default_factory=list)
    log_ins: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._controller = Controller(
            self,
            hostname=HOST,
            port=self.port,
            ssl_context=self.tls_context if self.security == "tls" else None,
            tls_context=self.tls_context if self.security == "starttls" else None,
            require_starttls=self.security == "starttls",
            authenticator=self._authenticate if self.auth else None,
            auth_required=self.auth and self.security == "starttls",
            auth_require_tls=self.security == "starttls",  # aiosmtpd does not count TLS from the first octet on as TLS
        )

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        if not self._controller.loop.is_closed():
            self._controller.stop()

    def settings(self, **changed: Any) -> SmtpSettings:
        user = USER if self.auth else ""
        return SmtpSettings(**{"host": HOST, "port": self.port, "security": self.security, "user": user, **changed})

    def _authenticate(self, _server: Any, session: Session, _envelope: Envelope, _mechanism: str, data: LoginPassword) -> AuthResult:
        right = (data.login.decode(), data.password.decode()) == (USER, PASSWORD)
        self.log_ins.append(right)
        session.user = data.login.decode()  # type: ignore[attr-defined]
        return AuthResult(success=right, handled=False)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: list[str]) -> str:  # noqa: N802
        if address in self.refused:
            return f"550 5.1.1 <{address}>: no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.original_content, bytes)
        over_tls = session.ssl is not None or self.security == "tls"
        user = getattr(session, "user", "")
        sender, recipients = (envelope.mail_from or "").strip("<>"), tuple(envelope.rcpt_tos)
        self.letters.append(Taken(sender, recipients, envelope.original_content, tuple(envelope.mail_options), over_tls, user))
        return "250 2.0.0 taken"


class Do(Enum):
    CUT = "cut"
    SILENCE = "silence"


CUT, SILENCE = Do.CUT, Do.SILENCE


@dataclass(frozen=True)
class Trickle:
    """One octet after the other, with a pause before each."""

    octets: bytes
    pause_seconds: float


Answer = bytes | Do | Trickle | Sequence["bytes | Do | Trickle"]

_HONEST: dict[str, Answer] = {
    "banner": b"220 scripted.example ESMTP",
    "ehlo": b"250-scripted.example\r\n250-SIZE 1000000\r\n250-8BITMIME\r\n250 AUTH PLAIN",
    "auth": b"235 2.7.0 welcome",
    "starttls": b"502 5.5.1 not here",
    "mail": b"250 2.1.0 sender ok",
    "rcpt": b"250 2.1.5 recipient ok",
    "copy": b"250 2.1.5 recipient ok",
    "data": b"354 go ahead",
    "dot": b"250 2.0.0 queued",
    "rset": b"250 2.0.0 reset",
    "quit": b"221 2.0.0 bye",
}


class ScriptedSmtp:
    """`script` gives the answer at a stage: banner, ehlo, starttls, auth, mail, rcpt, copy (a further RCPT), data, dot, rset, quit.

    An answer is octets without the line end, CUT, SILENCE or a list of these, one after the other; a function of the number of the
    mail (from 1) gives another each time. `stages` are those that were reached. `mails` holds every mail whose final dot came,
    `unfinished` what came of the one under way.
    """

    def __init__(self, **script: Answer | Callable[[int], Answer]) -> None:
        assert script.keys() <= _HONEST.keys()
        self._script = {**_HONEST, **script}
        self._listener = socket.create_server((HOST, 0))
        self._stopping = threading.Event()
        self._connections: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.port = int(self._listener.getsockname()[1])
        self.commands: list[str] = []
        self.stages: list[str] = []
        self.mails: list[bytes] = []
        self.unfinished = b""
        self.begun = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stopping.set()
        for connection in (*self._connections, self._listener):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._listener.close()

    def settings(self, **changed: Any) -> SmtpSettings:
        return SmtpSettings(**{"host": HOST, "port": self.port, "security": "none", **changed})

    @property
    def verbs(self) -> list[str]:
        return [command.partition(" ")[0] for command in self.commands]

    def _serve(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connections.append(connection)
            with connection, suppress(OSError, EOFError):
                self._talk(connection, connection.makefile("rb"))

    def _talk(self, connection: socket.socket, lines: Any) -> None:
        with lines:
            self._answer(connection, "banner")
            recipients = 0
            while line := lines.readline():
                verb = line[:4].strip().upper().decode()
                self.commands.append(line.decode().strip())
                recipients = recipients + 1 if verb == "RCPT" else 0
                self.begun += verb == "MAIL"
                self._answer(connection, "copy" if recipients > 1 else {"HELO": "ehlo", "STAR": "starttls"}.get(verb, verb.lower()))
                if verb == "DATA" and self._says_go_ahead():
                    self._take(lines)
                    self._answer(connection, "dot")

    def _says_go_ahead(self) -> bool:
        answer = self._script["data"]
        return str(answer(self.begun) if callable(answer) else answer).strip("[b'\"").startswith("354")

    def _take(self, lines: Any) -> None:
        """Reads one mail as RFC 5321 section 4.1.1.4 says: only CRLF.CRLF ends it."""
        self.unfinished = b"\r\n"
        while not self.unfinished.endswith(b"\r\n.\r\n"):
            line = lines.readline()
            if not line:
                raise EOFError
            self.unfinished += line
        mail = self.unfinished.removeprefix(b"\r\n").removesuffix(b".\r\n")
        self.mails.append(b"\r\n".join(line.removeprefix(b".") for line in mail.split(b"\r\n")))
        self.unfinished = b""

    def _answer(self, connection: socket.socket, stage: str) -> None:
        self.stages.append(stage)
        answer = self._script.get(stage, b"500 5.5.1 unknown")
        if callable(answer):
            answer = answer(self.begun)
        for step in [answer] if isinstance(answer, bytes | Do | Trickle) else answer:
            if step is CUT:
                raise EOFError
            if step is SILENCE:
                self._stopping.wait(30)
            elif isinstance(step, Trickle):
                self._trickle(connection, step)
            else:
                assert isinstance(step, bytes)
                connection.sendall(step + b"\r\n")

    def _trickle(self, connection: socket.socket, step: Trickle) -> None:
        for octet in step.octets:
            if self._stopping.wait(step.pause_seconds):
                return
            connection.sendall(bytes([octet]))


class CuttingProxy:
    """Passes one connection on and ends it behind so many octets from the client (`up`) or from the server (`down`)."""

    def __init__(self, port: int, *, up: int | None = None, down: int | None = None) -> None:
        self._target = (HOST, port)
        self._limits = {"up": up, "down": down}
        self._listener = socket.create_server((HOST, 0))
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        self.port = int(self._listener.getsockname()[1])
        self.passed = {"up": 0, "down": 0}

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_exc: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            client, _ = self._listener.accept()
            server = socket.create_connection(self._target)
            other = threading.Thread(target=self._pump, args=(server, client, "down"), daemon=True)
            other.start()
            self._pump(client, server, "up")
            other.join(5)
            client.close()
            server.close()

    def _pump(self, source: socket.socket, target: socket.socket, way: str) -> None:
        with suppress(OSError):
            while data := source.recv(4096):
                limit = self._limits[way]
                room = len(data) if limit is None else max(0, limit - self.passed[way])
                target.sendall(data[:room])
                self.passed[way] += len(data[:room])
                if room < len(data):
                    break
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


def wait_for(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Waits until a server in another thread has got so far."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.005)
