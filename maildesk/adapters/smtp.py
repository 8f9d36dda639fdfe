# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Sends letters over SMTP (RFC 5321, 3207, 4954), one step at a time.

smtplib's own `sendmail` does several steps in one call and counts trouble at QUIT as a failure; here the final dot is a step of its
own, so that "not sent", "sent" and "cut off in between" are told apart, and nothing after the 250 changes the result.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from maildesk.config import SmtpSettings, is_loopback
from maildesk.core.message import wire_address
from maildesk.delivery import Delivery, Outgoing, Result
from maildesk.errors import SenderUnreachable

AFTER_DOT_SECONDS = 600.0  # RFC 5321 section 4.5.3.2.6: the server may think for ten minutes about a mail that it has got
TEXT_LETTERS_MAX = 200
_ADDRESS = re.compile(r"\S*@\S*")
_LINE_END = re.compile(rb"\r\n|\r|\n")
_FOREIGN = (smtplib.SMTPException, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class Probe:
    """What a server offers; `null_sender_ok` says whether it takes letters with an empty envelope sender (RFC 3834 section 3.3)."""

    null_sender_ok: bool
    extensions: tuple[str, ...]


class SmtpSender:
    """One server on one connection, made when first needed and kept between letters. For one thread at a time, but for `abort`."""

    def __init__(
        self,
        settings: SmtpSettings,
        password: str,
        helo_name: str,
        *,
        tls_context: ssl.SSLContext | None = None,
        socket_seconds: float = 60.0,
        after_dot_seconds: float = AFTER_DOT_SECONDS,
    ) -> None:
        if settings.security == "none" and not is_loopback(settings.host):
            raise SenderUnreachable('smtp.security = "none" is allowed for this machine only: use "tls" or "starttls"')
        self._settings = settings
        self._password = password
        self._helo_name = helo_name
        self._context = tls_context
        self._seconds = socket_seconds
        self._after_dot_seconds = after_dot_seconds
        self._server: smtplib.SMTP | None = None

    def send(self, outgoing: Outgoing, before_dot: Callable[[], None]) -> Delivery:
        """One letter. `before_dot` is called when everything but the final dot has been sent; if it raises, no dot follows.

        Raises SenderUnreachable before MAIL FROM; from there on everything is told by the Delivery.
        """
        server = self._ready()
        try:
            return self._transaction(server, outgoing, before_dot)
        except _FOREIGN as error:
            self.close()
            return Delivery(Result.DEFERRED, text=f"the connection was lost before the final dot ({_reason(error)})")
        except BaseException:
            self._drop()  # half a mail is on the wire: without its dot it is nothing
            raise

    def probe(self, own_address: str) -> Probe:
        """Goes as far as RCPT for the desk's own address and takes it back. Raises SenderUnreachable."""
        server = self._ready()
        try:
            refused = server.mail("")[0] >= 500
            if not refused:
                code, text = server.rcpt(own_address)
                server.rset()
                if code >= 500:
                    raise SenderUnreachable(f"the SMTP server refuses the desk's own address as a recipient: {code} {_shown(text)}")
        except _FOREIGN as error:
            self.close()
            raise SenderUnreachable(f"the SMTP server ended the conversation ({_reason(error)})") from error
        return Probe(not refused, tuple(sorted(server.esmtp_features)))

    def close(self) -> None:
        """Takes leave; never raises."""
        server, self._server = self._server, None
        if server is not None:
            with suppress(Exception):
                if server.sock is not None:
                    server.sock.settimeout(2.0)
                server.quit()
            with suppress(Exception):
                server.close()

    def abort(self) -> None:
        """Cuts the line from another thread, so that whatever this one waits for ends at once. Never raises."""
        server = self._server
        if server is not None and server.sock is not None:
            with suppress(OSError):
                server.sock.shutdown(socket.SHUT_RDWR)

    def _drop(self) -> None:
        self.abort()
        self.close()

    # --- connecting ---

    def _ready(self) -> smtplib.SMTP:
        """A connection on which the server answers; a kept one that has died meanwhile is replaced."""
        if self._server is not None:
            try:
                if self._server.rset()[0] == 250:
                    return self._server
            except _FOREIGN:
                pass
            self.close()
        try:
            self._server = self._connect()
        except SenderUnreachable:
            raise
        except _FOREIGN as error:
            raise SenderUnreachable(f"the SMTP server cannot be reached ({_reason(error)})") from error
        return self._server

    def _connect(self) -> smtplib.SMTP:
        server = self._open()
        if server.sock is not None:
            # The final dot goes out by itself: without this it waits for the server's delayed acknowledgement of the mail, 40 ms.
            server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            server.ehlo()
            if self._settings.security == "starttls":
                self._start_tls(server)
            if self._settings.user:
                self._log_in(server)
        except BaseException:
            with suppress(Exception):
                server.close()
            raise
        return server

    def _open(self) -> smtplib.SMTP:
        settings = self._settings
        if settings.security == "tls":
            return smtplib.SMTP_SSL(
                settings.host, settings.port, local_hostname=self._helo_name, timeout=self._seconds, context=self._tls()
            )
        return smtplib.SMTP(settings.host, settings.port, local_hostname=self._helo_name, timeout=self._seconds)

    def _tls(self) -> ssl.SSLContext:
        return self._context or ssl.create_default_context()

    def _start_tls(self, server: smtplib.SMTP) -> None:
        if not server.has_extn("starttls"):
            raise SenderUnreachable("the SMTP server does not offer STARTTLS: no password was sent; see smtp.security")
        code, text = server.starttls(context=self._tls())
        if code != 220:
            raise SenderUnreachable(f"the SMTP server does not begin TLS: {code} {_shown(text)}")
        server.ehlo()

    def _log_in(self, server: smtplib.SMTP) -> None:
        try:
            server.login(self._settings.user, self._password)
        except smtplib.SMTPAuthenticationError as error:
            raise SenderUnreachable(
                f"the SMTP server refuses user or password ({error.smtp_code}): see smtp.user and its password"
            ) from error
        except smtplib.SMTPNotSupportedError as error:
            raise SenderUnreachable("the SMTP server offers no log-in that is known here: see smtp.user and smtp.security") from error

    # --- one letter ---

    def _transaction(self, server: smtplib.SMTP, outgoing: Outgoing, before_dot: Callable[[], None]) -> Delivery:
        octets = _wire(outgoing.octets)
        options = [f"SIZE={len(octets)}"] if server.has_extn("size") else []
        sender = outgoing.envelope_sender and wire_address(outgoing.envelope_sender)
        code, text = server.mail(sender, options)
        if code != 250:
            refused = not outgoing.envelope_sender and 500 <= code < 600
            return self._refused(code, text, null_sender_refused=refused)
        code, text = server.rcpt(wire_address(outgoing.recipient))
        if code not in {250, 251}:
            return self._refused(code, text)
        copy_accepted = bool(outgoing.proof_copy_to) and server.rcpt(wire_address(outgoing.proof_copy_to))[0] in {250, 251}
        code, text = server.docmd("DATA")
        if code != 354:
            return self._refused(code, text)
        server.send(octets)
        before_dot()
        return self._dot(server, copy_accepted=copy_accepted)

    def _dot(self, server: smtplib.SMTP, *, copy_accepted: bool) -> Delivery:
        """From the first octet of the final dot until its answer nobody can know whether the server has taken the letter."""
        try:
            if server.sock is not None:
                server.sock.settimeout(self._after_dot_seconds)
            server.send(b".\r\n")
            code, answer = server.getreply()
            if server.sock is not None:
                server.sock.settimeout(self._seconds)
        except _FOREIGN as error:
            self.close()
            return Delivery(
                Result.IN_DOUBT, text=f"the connection was lost after the final dot ({_reason(error)})", copy_accepted=copy_accepted
            )
        if 200 <= code < 300:
            return Delivery(Result.ACCEPTED, code, _shown(answer), copy_accepted=copy_accepted)
        if not 400 <= code < 600:
            self.close()
            return Delivery(Result.IN_DOUBT, code, "an answer to the final dot that means nothing", copy_accepted=copy_accepted)
        return self._refused(code, answer)

    def _refused(self, code: int, text: bytes, *, null_sender_refused: bool = False) -> Delivery:
        """5xx: never again; all else: later. An empty sender that is refused is no fault of the letter."""
        server = self._server
        if code == 421 or code < 400:
            self.close()
        elif server is not None:
            with suppress(*_FOREIGN):
                server.rset()
        never = 500 <= code < 600 and not null_sender_refused
        return Delivery(Result.REFUSED if never else Result.DEFERRED, code, _shown(text), null_sender_refused=null_sender_refused)


def _wire(octets: bytes) -> bytes:
    """CRLF line ends, dots doubled (RFC 5321 section 4.5.2), ending with a line end: nothing inside can look like the end of the mail."""
    normal = _LINE_END.sub(b"\r\n", octets)
    stuffed = re.sub(rb"(?m)^\.", b"..", normal)
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


def _shown(text: bytes | str) -> str:
    """What the server said, on one line, without anybody's address."""
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    plain = "".join(letter if letter.isprintable() else " " for letter in said)
    return _ADDRESS.sub("<address>", " ".join(plain.split()))[:TEXT_LETTERS_MAX]


def _reason(error: BaseException) -> str:
    """Why, without what the server or the letter said."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or error.__class__.__name__}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_shown(error.smtp_error)}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return {"SMTPServerDisconnected": "the server closed the connection", "TimeoutError": "no answer in time"}.get(
        error.__class__.__name__, error.__class__.__name__
    )
