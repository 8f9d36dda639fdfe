# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The connection to an SMTP server: made, secured, logged in, and bounded in what it may answer and how long."""

from __future__ import annotations

import base64
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from maildesk import faults
from maildesk.adapters.reach import unreached
from maildesk.adapters.smtp.words import reason, shown
from maildesk.core.letters.server_reply import code_and_status
from maildesk.errors import SenderUnreachable
from maildesk.settings.servers import SmtpSettings

FOREIGN = (smtplib.SMTPException, OSError, ValueError)
_REPLY_LINES_MAX = 100
_REPLY_LINE_OCTETS_MAX = 8192
_REPLY_LINE = re.compile(rb"[2-5]\d\d(?:[- ].*)?\r?\n", re.DOTALL)


class Server(smtplib.SMTP):
    """Replies with a limit of lines, of octets a line, and of time for the whole: smtplib's time-out begins again at every octet."""

    has_greeted = False

    def send(self, s: Any) -> None:
        """Every command and every letter goes through here."""
        faults.at("before: to the SMTP server")
        super().send(s)
        faults.at("after: to the SMTP server")

    def getreply(self) -> tuple[int, bytes]:
        """The code and the text, its lines joined by LF. Raises SMTPServerDisconnected, also for what is no reply at all."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("no connection")
        if self.file is None:
            self.file = self.sock.makefile("rb")
        try:
            with _deadline(self.sock, self.timeout):
                lines = self._reply_lines()
        except (OSError, ValueError) as error:
            self.close()
            raise smtplib.SMTPServerDisconnected("no reply") from error
        faults.at("an answer of the SMTP server")
        return int(lines[-1][:3]), b"\n".join(line[4:].strip() for line in lines)

    def _reply_lines(self) -> list[bytes]:
        lines: list[bytes] = []
        while len(lines) < _REPLY_LINES_MAX:
            line = self.file.readline(_REPLY_LINE_OCTETS_MAX) if self.file else b""
            if not _REPLY_LINE.fullmatch(line):
                raise ValueError("this is no reply")
            lines.append(line)
            if line[3:4] != b"-":
                return lines
        raise ValueError("the reply has too many lines")


@contextmanager
def _deadline(sock: socket.socket, seconds: float) -> Iterator[None]:
    sock.settimeout(seconds)
    timer = threading.Timer(seconds, shut_down, (sock,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def shut_down(sock: socket.socket | None) -> None:
    """Ends the connection below TLS, so that who waits for it in another thread is woken."""
    with suppress(OSError):
        if sock is not None:
            socket.socket.shutdown(sock, socket.SHUT_RDWR)


def connect(
    settings: SmtpSettings,
    password: str,
    helo_name: str,
    seconds: float,
    context: ssl.SSLContext | None,
    opened: Callable[[socket.socket], None],
) -> Server:
    """A connection that is ready for MAIL FROM. `opened` gets its socket before the first octet. Raises SenderUnreachable."""
    server = Server(local_hostname=helo_name, timeout=seconds)
    line: socket.socket | None = None
    try:
        server.sock = line = _line(settings, seconds)
        opened(line)
        _make_ready(server, settings, password, context)
    except FOREIGN as error:
        server.close()
        said = reason(error) if server.has_greeted else unreached(error, settings, "smtp", connected=line is not None)
        raise SenderUnreachable(f"the SMTP server cannot be reached: {said}") from error
    except BaseException:
        server.close()
        raise
    return server


def _line(settings: SmtpSettings, seconds: float) -> socket.socket:
    line = socket.create_connection((settings.host.strip("[]"), settings.port), seconds)
    # The final dot goes out by itself: without this it waits for the server's delayed acknowledgement of the mail, 40 ms.
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return line


def _make_ready(server: Server, settings: SmtpSettings, password: str, context: ssl.SSLContext | None) -> None:
    if settings.security == "tls":
        _secure(server, settings, context)
    code, text = server.getreply()
    if code != 220:
        raise SenderUnreachable(f"the SMTP server does not serve us now: {code} {shown(text)}", _if_for_good(code, text))
    server.has_greeted = True
    server.ehlo_or_helo_if_needed()
    if settings.security == "starttls":
        _start_tls(server, settings, context)
    if settings.user:
        _log_in(server, settings.user, password)


def _start_tls(server: Server, settings: SmtpSettings, context: ssl.SSLContext | None) -> None:
    if not server.has_extn("starttls"):
        raise SenderUnreachable("the SMTP server does not offer STARTTLS: no password was sent; see smtp.security")
    code, text = server.docmd("STARTTLS")
    if code != 220:
        raise SenderUnreachable(f"the SMTP server does not begin TLS: {code} {shown(text)}")
    _secure(server, settings, context)
    server.ehlo_resp = server.helo_resp = None  # what was said in the clear counts no more (RFC 3207 section 4.2)
    server.ehlo_or_helo_if_needed()


def _secure(server: Server, settings: SmtpSettings, context: ssl.SSLContext | None) -> None:
    if server.sock is None:
        raise smtplib.SMTPServerDisconnected("no connection")
    server.sock = (context or ssl.create_default_context()).wrap_socket(server.sock, server_hostname=settings.host.strip("[]"))
    server.file = None  # also what the server sent ahead


def _log_in(server: Server, user: str, password: str) -> None:
    """One try with one mechanism, in UTF-8 (RFC 4616): smtplib tries a wrong password once for each, and knows ASCII only."""
    offered = server.esmtp_features.get("auth", "").upper().split()
    if "PLAIN" in offered:
        code, text = server.docmd("AUTH", f"PLAIN {_base64(chr(0).join(('', user, password)))}")
    elif "LOGIN" in offered:
        code, text = server.docmd("AUTH", "LOGIN")
        for answer in (user, password):
            code, text = server.docmd(_base64(answer)) if code == 334 else (code, text)
    else:
        raise SenderUnreachable("the SMTP server offers no log-in that is known here: see smtp.user and smtp.security")
    if code != 235:
        what = "refuses user or password" if code >= 500 else "cannot check user and password now"
        raise SenderUnreachable(f"the SMTP server {what} ({code}): see smtp.user and its password", _if_for_good(code, text))


def _if_for_good(code: int, text: bytes) -> str:
    return code_and_status(code, text.decode("utf-8", "replace")) if code >= 500 else ""


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8")).decode("ascii")
