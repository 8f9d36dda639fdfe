# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A mail world inside the process: SMTP and IMAP on loopback, a few accounts, everything in memory.

What comes in by SMTP is in the INBOX of its recipient when the 250 is said. Nothing ever leaves: an address that has no
account here is refused. Both servers run in one asyncio loop in one thread, so that a delivery is a plain call.
"""

from __future__ import annotations

import asyncio
import dataclasses
import hmac
import logging
import threading
import uuid
from argparse import Namespace
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime
from types import TracebackType
from typing import Any, Self, cast

from maildesk.errors import Stop

try:
    from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
    from proxyprotocol.sock import SocketInfo
    from pymap.backend.dict import Config, Identity, Login
    from pymap.backend.dict.filter import FilterSet
    from pymap.backend.dict.mailbox import MailboxData, MailboxSet
    from pymap.concurrent import Event, Subsystem
    from pymap.exceptions import InvalidAuth
    from pymap.imap import IMAPServer
    from pymap.interfaces.login import IdentityInterface
    from pymap.parsing.message import AppendMessage
    from pymap.selected import SelectedMailbox
    from pymap.user import UserMetadata
    from pysasl.creds.server import ServerCredentials
    from pysasl.hashing import BuiltinHash
except ImportError as error:
    raise Stop("the mail server of the demo is not installed: pip install 'maildesk[demo]'") from error

OnDelivery = Callable[[str, bytes], None]

HOST_NAME = "localhost"
MESSAGE_BYTES_MAX = 50 * 1024 * 1024
START_TIMEOUT_SECONDS = 20
STOP_TIMEOUT_SECONDS = 10

log = logging.getLogger(__name__)


class PostOffice:
    """Use as a context manager, or call `start` and `stop`. A post office that has stopped is not started again.

    `accounts` maps addresses to passwords; upper and lower case are the same in an address. A port 0 stands for any free one;
    `imap_port` and `smtp_port` are the real ones after the start. SMTP takes mail with and without log-in.
    """

    def __init__(self, accounts: Mapping[str, str], host: str = "127.0.0.1", imap_port: int = 0, smtp_port: int = 0) -> None:
        self.imap_port = imap_port
        self.smtp_port = smtp_port
        self._host = host
        self._accounts = {address.lower(): password for address, password in accounts.items()}
        self._subscribers: list[OnDelivery] = []
        self._started: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name="post-office", daemon=True)

    def on_delivery(self, callback: OnDelivery) -> None:
        """Has `callback(recipient, octets)` called after each delivery, in the post office's thread: it must return soon."""
        self._subscribers.append(callback)

    def start(self) -> None:
        """Returns when both servers listen. Raises Stop if a port cannot be had."""
        self._thread.start()
        try:
            self._started.result(START_TIMEOUT_SECONDS)
        except OSError as error:
            self._thread.join(STOP_TIMEOUT_SECONDS)
            raise Stop(f"the post office of the demo cannot listen on {self._host}: {error.strerror}: choose other ports") from error

    def stop(self) -> None:
        """Hangs up on every client, and returns when the thread has ended. May be called twice."""
        if self._thread.is_alive():
            with suppress(RuntimeError):  # it ended meanwhile
                self._loop.call_soon_threadsafe(self._leaving.set)
            self._thread.join(STOP_TIMEOUT_SECONDS)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            if self._started.done():
                raise
            self._started.set_exception(error)

    async def _serve(self) -> None:
        self._loop, self._leaving = asyncio.get_running_loop(), asyncio.Event()
        mailboxes = _Mailboxes()
        await mailboxes.open_accounts(self._accounts)
        counter = _Counter(self._accounts, mailboxes, self._tell)
        async with (
            await asyncio.start_server(mailboxes.connected, self._host, self.imap_port) as imap,
            await self._loop.create_server(counter.connected, self._host, self.smtp_port) as smtp,
        ):
            self.imap_port, self.smtp_port = (server.sockets[0].getsockname()[1] for server in (imap, smtp))
            self._started.set_result(None)
            await self._leaving.wait()
            smtp.close()
            imap.close()
            await _hang_up()

    def _tell(self, recipient: str, octets: bytes) -> None:
        for callback in self._subscribers:
            try:
                callback(recipient, octets)
            except Exception:
                log.exception("a subscriber of the post office failed")  # the mail has been delivered all the same


class _ImapConfig(Config):
    @property
    def greeting(self) -> bytes:
        """Without the name of this host, which would be asked of a name server at each connection."""
        return b"maildesk demo ready"


class _CaseBlindLogin(Login):
    """An address logs in in whatever case it is written, as it gets its mail."""

    async def authenticate(self, credentials: ServerCredentials) -> Identity:
        user = self.users_dict.get(credentials.authcid.lower())
        if user is None or not credentials.verify(dataclasses.replace(user, name=credentials.authcid)):
            raise InvalidAuth()
        return Identity(user.name, self, None, frozenset())

    async def authorize(self, authenticated: IdentityInterface, authzid: str) -> Identity:
        return await super().authorize(authenticated, authzid.lower())


class _Inbox(MailboxData):
    """Reports at the beginning of an IDLE what came since the last command. pymap itself waits for the next news, and a mail that
    came in between would be noticed with the one after it.
    """

    async def update_selected(self, selected: SelectedMailbox, *, wait_on: Event | None = None) -> SelectedMailbox:
        behind = selected.mod_sequence is not None and selected.mod_sequence < self._mod_sequences.highest
        return await super().update_selected(selected, wait_on=None if behind else wait_on)


class _Folders(MailboxSet):
    def __init__(self) -> None:
        super().__init__()
        self._inbox = _Inbox(self._content_cache, self._thread_cache)


class _Mailboxes:
    """The accounts and their folders, and the IMAP server in front of them."""

    def __init__(self) -> None:
        arguments = Namespace(passlib_cfg=None, proxy_protocol=None)
        self._config = _ImapConfig(
            arguments,
            host=None, port=0, tls_enabled=False,
            demo_data=False, demo_user="", demo_password="",
            hash_context=BuiltinHash(rounds=1),  # made-up passwords need no strength, and a log-in no 100 ms
            cpu_subsystem=Subsystem.for_asyncio(),  # no pool of threads that would outlive us
        )  # fmt: skip
        self._config.apply_context()
        self._login = _CaseBlindLogin(self._config)
        self._server = IMAPServer(self._login, self._config)

    async def open_accounts(self, accounts: Mapping[str, str]) -> None:
        for address, password in accounts.items():
            digest = self._config.hash_context.hash(self._config.password_prep(password))
            await self._identity(address).set(UserMetadata(self._config, address, password=digest))
            self._config.set_cache[address] = (_Folders(), FilterSet())

    async def deliver(self, recipient: str, octets: bytes) -> None:
        async with self._identity(recipient).new_session() as session:
            await session.append_messages("INBOX", [AppendMessage(octets, datetime.now(UTC))])

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        whole = cast(asyncio.StreamWriter, _WholeResponses(writer))
        await self._server(reader, whole, SocketInfo.get(writer, None, unique_id=uuid.uuid4().bytes))

    def _identity(self, address: str) -> Identity:
        return Identity(address, self._login, None, frozenset())


class _WholeResponses:
    """Sends a response in one piece. pymap writes it in several, and IMAPClient, when it idles, takes a line that has not
    come whole for a lost connection ("unterminated line").
    """

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._pending: list[bytes] = []

    def write(self, data: bytes) -> None:
        self._pending.append(data)

    async def drain(self) -> None:
        self._send()
        await self._writer.drain()

    def close(self) -> None:
        self._send()
        self._writer.close()

    def _send(self) -> None:
        if self._pending:
            self._writer.write(b"".join(self._pending))
            self._pending.clear()


class _Counter:
    """Where mail is handed in: the SMTP server. The names of the `handle_` methods are aiosmtpd's."""

    def __init__(self, accounts: Mapping[str, str], mailboxes: _Mailboxes, delivered: OnDelivery) -> None:
        self._accounts = accounts
        self._mailboxes = mailboxes
        self._delivered = delivered
        logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd writes addresses there, and a warning at each log-in

    def connected(self) -> SMTP:
        return SMTP(
            self, hostname=HOST_NAME, ident="maildesk demo", data_size_limit=MESSAGE_BYTES_MAX, enable_SMTPUTF8=True,
            authenticator=self._authenticate, auth_require_tls=False, loop=asyncio.get_running_loop(),
        )  # fmt: skip

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.lower() not in self._accounts:
            return "550 5.1.1 No such mailbox: this post office sends nothing outside"
        if address.lower() not in envelope.rcpt_tos:
            envelope.rcpt_tos.append(address.lower())
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        for recipient in envelope.rcpt_tos:
            octets = _trace(session, envelope, recipient) + _octets(envelope.content)
            await self._mailboxes.deliver(recipient, octets)
            self._delivered(recipient, octets)
        return "250 2.0.0 Delivered"

    def _authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, login: Any) -> AuthResult:
        if not isinstance(login, LoginPassword):
            return AuthResult(success=False, handled=False)
        expected = self._accounts.get(login.login.decode("utf-8", "replace").lower())
        matches = expected is not None and hmac.compare_digest(expected.encode(), login.password)
        return AuthResult(success=matches, handled=False)


def _octets(content: bytes | str | None) -> bytes:
    return content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content or b""


def _trace(session: Session, envelope: Envelope, recipient: str) -> bytes:
    """What a mail server puts on top at the final delivery (RFC 5321 section 4.4)."""
    protocol = ("ESMTPA" if session.authenticated else "ESMTP") if session.extended_smtp else "SMTP"
    now = format_datetime(datetime.now().astimezone())
    lines = (
        f"Return-Path: <{(envelope.mail_from or '').strip('<>')}>",
        f"Delivered-To: {recipient}",
        f"Received: from {session.host_name} ([{session.peer[0] if session.peer else ''}])",
        f"\tby {HOST_NAME} (maildesk demo) with {protocol} id {uuid.uuid4().hex[:12]}",
        f"\tfor <{recipient}>; {now}",
    )
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "surrogateescape")


async def _hang_up() -> None:
    """Ends what still serves a client; a few more rounds of the loop let the connections close."""
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
    for _ in range(3):
        await asyncio.sleep(0)
