# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Sends letters over SMTP (RFC 5321, 3207, 4954), one step at a time.

smtplib's own `sendmail` does several steps in one call, lets line ends through that smuggle a second mail, and counts trouble at QUIT
as a failure. Here the final dot is a step of its own, so that "not sent", "sent" and "cut off in between" are distinguished, and nothing
after the 250 changes the result.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from maildesk.adapters.smtp.server import FOREIGN, Server, connect, shut_down
from maildesk.adapters.smtp.steps import ReplyError, Transaction, hand_over, takes, wants_sender
from maildesk.adapters.smtp.words import reason, shown
from maildesk.core.letters.delivery import Delivery, Outgoing, Result
from maildesk.core.letters.server_reply import Concern, Reply, Step, concern_of
from maildesk.errors import SenderUnreachable
from maildesk.settings.servers import SmtpSettings, is_loopback

AFTER_DOT_SECONDS = 600.0  # RFC 5321 section 4.5.3.2.6: the server may think for ten minutes about a mail that it has got
END_OF_MAIL = b"\r\n.\r\n"
_QUIT_SECONDS = 2.0
_CLOSING = 421  # RFC 5321 section 3.8: may answer any command


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
        self.certificate_ends: datetime | None = None  # that of the server, as it showed it last; None without TLS
        self._server: Server | None = None
        self._cutter: socket.socket | None = None

    def send(self, outgoing: Outgoing, before_dot: Callable[[], None]) -> Delivery:
        """One letter. `before_dot` is called when everything but the final dot has been sent; if it raises, no dot follows.

        Raises SenderUnreachable before MAIL FROM; from there on everything is reported by the Delivery.
        """
        try:
            transaction = Transaction.of(outgoing)
        except ValueError as error:
            return Delivery(Result.REFUSED, text=str(error))
        server = self._ready()
        try:
            return self._transact(server, transaction, before_dot)
        except BaseException:
            self._drop()  # half a mail may be on the wire: the next command would become a line of it
            raise

    def probe(self, own_address: str) -> Probe:
        """Goes as far as RCPT for the desk's own address and takes it back. Raises SenderUnreachable."""
        server = self._ready()
        try:
            null_sender_ok = takes(server, "", own_address)
            if not null_sender_ok:
                server.rset()
                takes(server, own_address, own_address)
            server.rset()
        except ReplyError as refusal:
            self._drop()
            said = f"{refusal.reply.step}: {refusal.reply.code} {shown(refusal.reply.text)}"
            raise SenderUnreachable(f"the SMTP server refuses a letter from the desk's own address to itself at {said}") from refusal
        except FOREIGN as error:
            self._drop()
            raise SenderUnreachable(f"the SMTP server ended the conversation ({reason(error)})") from error
        return Probe(null_sender_ok, tuple(sorted(server.esmtp_features)))

    def close(self) -> None:
        """Takes leave; never raises."""
        server = self._server
        if server is not None:
            with suppress(Exception):
                server.timeout = _QUIT_SECONDS
                server.quit()
        self._drop()

    def abort(self) -> None:
        """Cuts the line from another thread, so that whatever this one waits for ends at once. Never raises."""
        shut_down(self._cutter)

    def _drop(self) -> None:
        """Ends the connection without a word."""
        server, self._server = self._server, None
        cutter, self._cutter = self._cutter, None
        with suppress(Exception):
            if server is not None:
                server.close()
        if cutter is not None:
            cutter.close()

    # --- connecting ---

    def _ready(self) -> Server:
        """A connection on which the server answers; a kept one that has died meanwhile is replaced."""
        if self._server is not None:
            with suppress(*FOREIGN):
                if self._server.rset()[0] == 250:
                    return self._server
            self._drop()
        try:
            self._server = connect(self._settings, self._password, self._helo_name, self._seconds, self._context, self._keep_cutter)
        except BaseException:
            self._drop()
            raise
        if isinstance(self._server.sock, ssl.SSLSocket):
            ends = (self._server.sock.getpeercert() or {}).get("notAfter")
            self.certificate_ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(ends)), UTC) if ends else None
        return self._server

    def _keep_cutter(self, line: socket.socket) -> None:
        """TLS takes the socket over; its double still cuts the line, also in the middle of a handshake."""
        self._cutter = line.dup()

    # --- one letter ---

    def _transact(self, server: Server, transaction: Transaction, before_dot: Callable[[], None]) -> Delivery:
        try:
            copy_accepted = hand_over(server, transaction)
        except ReplyError as refusal:
            return self._not_taken(refusal.reply, transaction)
        except FOREIGN as error:
            self._drop()
            return Delivery(Result.DEFERRED, text=f"the connection was lost before the final dot ({reason(error)})")
        before_dot()
        return self._dot(server, transaction, copy_accepted=copy_accepted)

    def _dot(self, server: Server, transaction: Transaction, *, copy_accepted: bool) -> Delivery:
        """From the first octet of the final dot until its answer nobody can know whether the server has taken the letter."""
        try:
            server.timeout = self._after_dot_seconds
            server.send(END_OF_MAIL)
            code, text = server.getreply()
            server.timeout = self._seconds
        except FOREIGN as error:
            self._drop()
            lost = f"the connection was lost after the final dot ({reason(error)})"
            return Delivery(Result.IN_DOUBT, text=lost, copy_accepted=copy_accepted)
        if 200 <= code < 300:
            return Delivery(Result.ACCEPTED, code, shown(text, transaction.recipient), copy_accepted=copy_accepted)
        if code < 400:
            self._drop()
            return Delivery(Result.IN_DOUBT, code, "an answer to the final dot that means nothing", copy_accepted=copy_accepted)
        return self._not_taken(Reply(Step.DOT, code, text.decode("utf-8", "replace")), transaction)

    def _not_taken(self, reply: Reply, transaction: Transaction) -> Delivery:
        """5xx: never again; all else: later. What is no fault of the letter waits: the desk's own trouble, and an empty sender."""
        if reply.code == _CLOSING or reply.code < 400:
            self._drop()
        said = shown(f"{reply.step}: {reply.text}", transaction.recipient)
        if not transaction.sender and wants_sender(reply):
            return Delivery(Result.DEFERRED, reply.code, said, null_sender_refused=True)
        concern = concern_of(reply)
        if reply.code >= 400 and reply.code != _CLOSING and concern in {Concern.DESK, Concern.SENDER}:
            return Delivery(Result.DESK_REFUSED, reply.code, said)
        if reply.is_permanent:
            return Delivery(Result.REFUSED, reply.code, said, too_big=concern is Concern.SIZE)
        return Delivery(Result.DEFERRED, reply.code, said)
