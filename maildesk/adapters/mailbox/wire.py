# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What imapclient and imaplib leave open: a socket that can be cut at any moment, and a server that may not talk us to death."""

from __future__ import annotations

import imaplib
import socket
import ssl
from collections.abc import Callable
from typing import Any

import imapclient

from maildesk.settings.servers import ImapSettings

# Far more than we ever ask for. imaplib keeps whatever a server says, and makes room for a literal before it comes.
LITERAL_BYTES_MAX = 64 * 1024 * 1024
ANSWER_BYTES_MAX = 128 * 1024 * 1024
LINE_COST_BYTES = 200  # of memory, beside the octets of a line


class Wire(imaplib.IMAP4):
    """The socket below imaplib, handed over as soon as it is connected: what hangs in a handshake can be cut as well.

    A server that says more to one command than fits into memory is cut off.
    """

    def __init__(
        self, host: str, port: int, seconds: float, context: ssl.SSLContext | None, opened: Callable[[socket.socket], None]
    ) -> None:
        self._context = context
        self._opened = opened
        self._heard_bytes = 0
        super().__init__(host, port, timeout=seconds)

    def send(self, data: Any) -> None:
        self._heard_bytes = 0
        super().send(data)

    def read(self, size: int) -> bytes:
        if size > LITERAL_BYTES_MAX:
            raise self.abort("a literal beyond all measure")
        return self._heard(super().read(size))

    def readline(self) -> bytes:
        return self._heard(super().readline())

    def _heard(self, octets: bytes) -> bytes:
        self._heard_bytes += len(octets) + LINE_COST_BYTES
        if self._heard_bytes > ANSWER_BYTES_MAX:
            raise self.abort("an answer beyond all measure")
        return octets

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        connected = socket.create_connection((self.host, self.port), timeout)
        try:
            # Without it Nagle and delayed acknowledgements cost 40 ms a command on some servers.
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._opened(connected)
            return self._context.wrap_socket(connected, server_hostname=self.host) if self._context else connected
        except BaseException:
            connected.close()
            raise


class Client(imapclient.IMAPClient):  # type: ignore[misc]  # imapclient has no types
    """imapclient on that wire, silent in the log."""

    def __init__(
        self, settings: ImapSettings, context: ssl.SSLContext | None, seconds: float, opened: Callable[[socket.socket], None]
    ) -> None:
        self._opened = opened
        timeout = imapclient.SocketTimeout(connect=seconds, read=seconds)
        host = settings.host.strip("[]")
        super().__init__(host, settings.port, ssl=settings.security == "tls", ssl_context=context, timeout=timeout)
        # imapclient sets 5: every mail would be formatted twice for a log line, and be in the log at level DEBUG.
        self._imap.debug = 0

    def _poll_socket(self, sock: socket.socket, timeout: float | None = None) -> Any:
        """What came in one packet with the answer before it is in the buffer, where polling the socket never sees it."""
        return [True] if has_buffered(self._imap) else super()._poll_socket(sock, timeout)

    def _create_IMAP4(self) -> imaplib.IMAP4:  # noqa: N802  # imapclient calls it so
        return Wire(self.host, self.port, self._timeout.connect, self.ssl_context if self.ssl else None, self._opened)


def has_buffered(wire: Any) -> bool:
    """Whether an answer is in the reader's buffer already. Only for a socket that does not block."""
    reader = getattr(wire, "_file", None) or wire.file  # the one or the other, by the version of Python
    try:
        return bool(reader.peek(1))
    except OSError:
        return False  # TLS says "want read" for nothing there; a dead line shows itself when it is read
