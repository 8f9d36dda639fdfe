# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""One logged-in IMAP connection: opened when first needed, kept, dropped when it breaks, cut when the time is up.

The one place where exceptions of imapclient, imaplib, ssl and socket become ours. What the server says never gets into
an error text, because it may name a user or a folder; only its response code (RFC 5530) does.
"""

from __future__ import annotations

import imaplib
import logging
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, TypeVar

from imapclient.exceptions import CapabilityError, IllegalStateError, LoginError, ProtocolError

from maildesk import faults
from maildesk.adapters.mailbox.wire import Client
from maildesk.adapters.reach import unreached
from maildesk.errors import MailboxRefused, MailboxUnreachable, MaildeskError
from maildesk.settings.servers import ImapSettings, is_loopback

LEAVE_SECONDS = 2.0
# RFC 5530: the server may say yes in a while. Dovecot answers UNAVAILABLE when a user has too many connections.
PASSING_CODES = frozenset({"UNAVAILABLE", "INUSE", "SERVERBUG", "LIMIT"})
# What the libraries raise on a broken line, a refusal, and (the last five) on an answer that is no IMAP.
FOREIGN = (OSError, imaplib.IMAP4.error, ValueError, TypeError, LookupError, AttributeError, RecursionError)

T = TypeVar("T")


def response_code(error: Exception) -> str:
    """The response code of a NO or BAD, such as OVERQUOTA, or an empty string (RFC 3501 section 7.1, RFC 5530)."""
    found = re.search(r"\[([A-Z][A-Z-]{0,30})[\] ]", str(error))
    return found.group(1) if found else ""


def translated(error: Exception, what: str) -> MaildeskError:
    """Which of our errors a foreign one is. `what` completes "the mail server refuses to ..."."""
    match error:
        case ssl.SSLCertVerificationError():
            return MailboxRefused(
                f"the certificate of the mail server is not accepted ({error.verify_message}):"
                " fix the certificate, or name the server in imap.host as its certificate does"
            )
        case OSError():
            return MailboxUnreachable(f"no connection to the mail server to {what} ({_reason(error)})")
        case imaplib.IMAP4.readonly():
            return MailboxRefused("the mail server lets this user only read the inbox: give it the right to move mails out of it")
        case imaplib.IMAP4.abort():
            return MailboxUnreachable(f"the connection to the mail server was lost when it was to {what}")
        case ProtocolError() | IllegalStateError():
            return MailboxUnreachable(f"the mail server talks nonsense when it is to {what}")
        case LoginError():
            return _log_in_failure(error)
        case CapabilityError():
            return MailboxRefused(f"the mail server lacks what is needed to {what}")
        case imaplib.IMAP4.error():
            code = response_code(error)
            kind = MailboxUnreachable if code in PASSING_CODES else MailboxRefused
            return kind(f"the mail server refuses to {what}{code and f' ({code})'}")
        case _:
            return MailboxUnreachable(f"the mail server talks nonsense when it is to {what} ({type(error).__name__})")


def _reason(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "time-out"
    return "TLS failed" if isinstance(error, ssl.SSLError) else error.strerror or "it was lost"


def _log_in_failure(error: LoginError) -> MaildeskError:
    # imapclient raises LoginError for a NO and for a cut line alike; what it caught shows which one it was.
    if isinstance(error.__context__, imaplib.IMAP4.abort | OSError):
        return MailboxUnreachable("the connection to the mail server was lost at the log-in")
    code = response_code(error)
    if code in PASSING_CODES:
        return MailboxUnreachable(f"the mail server cannot log anybody in now ({code})")
    return MailboxRefused(f"the mail server refuses user or password{code and f' ({code})'}: see imap.user and imap.password_file")


class Connection:
    """`ask` for everything; it connects where that is needed. Not for two threads at once, but for `abort` and the timer of `deadline`."""

    def __init__(self, settings: ImapSettings, password: str, tls_context: ssl.SSLContext | None, socket_seconds: float) -> None:
        if settings.security == "none" and not is_loopback(settings.host):
            raise MailboxRefused('imap.security = "none" is allowed for this machine only: use "tls" or "starttls"')
        if any(ord(letter) < 32 or ord(letter) == 127 for letter in settings.user + password):
            raise MailboxRefused("imap.user or its password has control characters: they cannot be sent")
        self.certificate_ends: datetime | None = None  # of the server; None without TLS
        self._settings = settings
        self._password = password
        self._context = None if settings.security == "none" else tls_context or ssl.create_default_context()
        self._seconds = socket_seconds
        self._client: Any = None
        self._selected = ""
        self._lock = threading.Lock()
        self._cutter: socket.socket | None = None
        self._late_after: float | None = None

    @property
    def is_open(self) -> bool:
        return self._client is not None

    @property
    def is_selected(self) -> bool:
        return self.selected != ""

    @property
    def selected(self) -> str:
        """The folder that is selected, or an empty string."""
        return self._selected if self.is_open else ""

    @property
    def uid_validity(self) -> int | None:
        """That of the selected folder, by what the server said last; None where none is selected or it said nothing usable."""
        if not self.is_selected:
            return None
        told = self._client._imap.untagged_responses.get("UIDVALIDITY")
        return int(told[-1]) if told and told[-1].isdigit() else None

    def ask(self, what: str, question: Callable[[Any], T]) -> T:
        """Lets `question` talk to the client. Raises MailboxUnreachable, and the line is dropped, or MailboxRefused."""
        try:
            self._check_time()
            if self._client is None:
                self._client = self._connect()
            return question(self._client)
        except FOREIGN as error:
            ours = translated(error, what)
            if self._late_after is not None:
                ours = self._late()
            if isinstance(ours, MailboxUnreachable):
                self.drop()
            raise ours from error
        except BaseException:
            # Whatever else it was (a signal, an error of ours), an answer may be half read: the line is of no more use.
            self.drop()
            raise

    def change(self, what: str, question: Callable[[Any], T]) -> T:
        """As `ask`, for what changes the mailbox."""
        faults.at(f"before: {what}")
        answer = self.ask(what, question)
        faults.at(f"after: {what}")
        return answer

    def select(self, folder: str, *, readonly: bool = False) -> Mapping[bytes, Any]:
        """Selects the folder again; the answer as imapclient gives it. `readonly`: EXAMINE, which takes no flag from any mail."""
        self._selected = ""
        what = "open a folder" if readonly else "open the inbox"
        answer: Mapping[bytes, Any] = self.ask(what, lambda client: client.select_folder(folder, readonly=readonly))
        self._selected = folder
        return answer

    def offers(self, capability: str) -> bool:
        return capability in self.capabilities()

    def capabilities(self) -> tuple[str, ...]:
        told = self.ask("tell its capabilities", lambda client: client.capabilities())
        return tuple(name.decode("ascii", "replace") for name in told)

    @contextmanager
    def deadline(self, seconds: float) -> Iterator[None]:
        """All that is asked inside ends in time: afterwards every read fails at once, with MailboxUnreachable."""
        timer = threading.Timer(seconds, self._cut, (seconds,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()
            if self._late_after is not None:
                self.drop()
                self._late_after = None

    def abort(self) -> None:
        """Cuts the line from another thread: what is being waited for ends at once, with MailboxUnreachable. Never raises."""
        with self._lock:
            self._shut()

    def drop(self) -> None:
        """Forgets the line without a word to the server. Never raises."""
        client, self._client, self._selected = self._client, None, ""
        if client is not None:
            with suppress(Exception):
                client._imap.shutdown()
        with self._lock:
            if self._cutter is not None:
                self._cutter.close()
            self._cutter = None

    def close(self) -> None:
        """Logs out, but waits for no dead server. Never raises."""
        if self._client is not None and self._late_after is None:
            self.hurry()
            with suppress(Exception):
                self._client.logout()
        self.drop()

    def hurry(self) -> None:
        """From now on nothing on this line is waited for longer than LEAVE_SECONDS."""
        if self._client is not None:
            with suppress(OSError):
                self._client.socket().settimeout(LEAVE_SECONDS)

    def _connect(self) -> Any:
        _keep_mails_out_of_the_log()
        client = self._greeted()
        try:
            if self._settings.security == "starttls":
                self._start_tls(client)
            self._log_in(client)
            line = client.socket()
            if isinstance(line, ssl.SSLSocket):
                ends = (line.getpeercert() or {}).get("notAfter")
                self.certificate_ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(ends)), UTC) if ends else None
        except BaseException:
            with suppress(Exception):
                client._imap.shutdown()
            raise
        return client

    def _greeted(self) -> Any:
        try:
            return Client(self._settings, self._context, self._seconds, self._opened)
        except ssl.SSLCertVerificationError:
            raise
        except (OSError, imaplib.IMAP4.error) as error:
            if self._late_after is not None:
                raise self._late() from error
            # A BYE for a greeting, from a server that is full: imaplib calls it an error, not an abort.
            is_full = isinstance(error, imaplib.IMAP4.error) and not isinstance(error, imaplib.IMAP4.abort)
            place = f"{self._settings.host}:{self._settings.port}"
            said = f"{place} does not serve us now" if is_full else unreached(error, self._settings, "imap", connected=self._is_connected())
            raise MailboxUnreachable(f"no connection to the mail server: {said}") from error

    def _is_connected(self) -> bool:
        with self._lock:
            return self._cutter is not None

    def _start_tls(self, client: Any) -> None:
        try:
            client.starttls(self._context)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            raise MailboxRefused("the mail server does not offer STARTTLS: no password was sent; see imap.security") from error

    def _log_in(self, client: Any) -> None:
        user, password = self._settings.user, self._password
        # LOGIN holds ASCII only (RFC 3501 section 9); AUTHENTICATE PLAIN holds UTF-8 (RFC 4616).
        plain = not (user + password).isascii() or client.has_capability("LOGINDISABLED")
        if plain and not client.has_capability("AUTH=PLAIN"):
            raise MailboxRefused("the mail server offers no log-in that can carry this password (LOGIN disabled, or letters beyond ASCII)")
        (client.plain_login if plain else client.login)(user, password)

    def _opened(self, connected: socket.socket) -> None:
        with self._lock:
            if self._cutter is not None:
                self._cutter.close()
            self._cutter = connected.dup()
            if self._late_after is not None:
                self._shut()

    def _cut(self, seconds: float) -> None:
        with self._lock:
            self._late_after = seconds
            self._shut()

    def _shut(self) -> None:
        # On a duplicate: the connection itself ends, whatever TLS object is on the other one; no state is shared.
        if self._cutter is not None:
            with suppress(OSError):
                self._cutter.shutdown(socket.SHUT_RDWR)

    def _check_time(self) -> None:
        if self._late_after is not None:
            raise self._late()

    def _late(self) -> MailboxUnreachable:
        return MailboxUnreachable(f"the pass took longer than {self._late_after:g} s")


def _keep_mails_out_of_the_log() -> None:
    for name in ("imapclient", "imapclient.imaplib", "imapclient.imapclient"):
        logger = logging.getLogger(name)
        logger.setLevel(max(logging.INFO, logger.getEffectiveLevel()))
