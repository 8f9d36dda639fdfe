# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The world of the demo: a folder that passes, the post office, and the real daemon as a process of its own.

What is true in it is read from two sides: from the database, as the commands read it, and from what the post office has put
into the mailboxes.
"""

from __future__ import annotations

import email
import email.policy
import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from maildesk import building
from maildesk.adapters.mailbox import ImapMailbox
from maildesk.adapters.store import CaseFilter, Store
from maildesk.core.decision.message_object import JsonObject
from maildesk.core.office.calendar import WorkCalendar
from maildesk.demo.citizens import ACCOUNTS, COLLEAGUES, DESK, PASSWORD, Account
from maildesk.demo.post_office import PostOffice
from maildesk.demo.stage import Stage
from maildesk.errors import Stop
from maildesk.settings.settings import FILE_NAME, Settings, load_settings

HOST = "127.0.0.1"
IMAP_PORT, SMTP_PORT = 10143, 10025  # an account that was set up once in a mail program keeps working
START_SECONDS, STOP_SECONDS = 30.0, 12.0
FROM_OUTSIDE = ("MAILDESK_", "NOTIFY_SOCKET", "WATCHDOG_", "JOURNAL_STREAM", "CREDENTIALS_DIRECTORY")

CONFIGURATION = """\
# The configuration of the demo's desk. It goes away with the demo.

[desk]
name = "{desk.name}"
address = "{desk.address}"
phone = "01234 56789"
post = "Kundendialog, Rathausplatz 1, 12345 Musterstadt"

[imap]
host = "{host}"
port = {imap_port}
security = "none"
user = "{desk.address}"
password_file = "password"
poll_seconds = 5

[smtp]
host = "{host}"
port = {smtp_port}
security = "none"
user = "{desk.address}"
password_file = "password"

[digest]
enabled = false
{staff}"""

STAFF = """
[[staff]]
name = "{person.name}"
address = "{person.address}"
key = "{key}"
lead = {lead}
"""


@dataclass(frozen=True)
class Delivered:
    """A mail as it is in a mailbox; `at` is on the monotonic clock, in seconds."""

    recipient: str
    octets: bytes
    at: float

    @cached_property
    def mail(self) -> EmailMessage:
        return email.message_from_bytes(self.octets, policy=email.policy.default)

    def names(self, message_id: str) -> bool:
        """Whether the mail is an answer to the one with this Message-ID."""
        return bool(message_id) and message_id in str(self.mail["In-Reply-To"] or "")

    def is_mail(self, message_id: str) -> bool:
        return bool(message_id) and message_id in str(self.mail["Message-ID"] or "")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail that maildesk took in: the message as `maildesk show` has it, and its case, or None if it was set aside."""

    message: JsonObject
    case: JsonObject | None

    @property
    def opened_the_case(self) -> bool:
        incoming = [each["id"] for each in self.case["messages"] if each["direction"] != "out"] if self.case else []
        return bool(incoming) and min(incoming) == self.message["id"]


class World:
    """What can be done and seen in a world that `open_world` has built."""

    def __init__(self, settings: Settings, office: PostOffice, store: Store, daemon: subprocess.Popen[bytes], log: Path) -> None:
        self.settings = settings
        self.imap_port, self.smtp_port = office.imap_port, office.smtp_port
        self._store = store
        self._daemon = daemon
        self._log = log
        self._delivered: list[Delivered] = []
        office.on_delivery(lambda recipient, octets: self._delivered.append(Delivered(recipient, octets, time.monotonic())))

    @cached_property
    def calendar(self) -> WorkCalendar:
        return building.calendar(self.settings)

    def hand_in(self, writer: Account, mail: EmailMessage) -> None:
        """A citizen's mail program sends a mail to the desk."""
        with smtplib.SMTP(HOST, self.smtp_port, local_hostname="localhost", timeout=10) as smtp:
            smtp.login(writer.address, PASSWORD)
            smtp.send_message(mail, writer.address, [DESK.address])

    # --- what is in the mailboxes ---

    def inbox(self, address: str) -> list[Delivered]:
        """Everything that was ever put into the INBOX of an account."""
        return [each for each in self._delivered if each.recipient == address.lower()]

    def answers_to(self, arrival: Arrival) -> list[Delivered]:
        """The letters that the writer of a mail got in answer to it; a mail without a Message-ID is known by its case alone."""
        inbox, message_id = self.inbox(arrival.message["from"]["address"]), arrival.message["message_id"]
        if message_id or arrival.case is None:
            return [each for each in inbox if each.names(message_id)]
        return [each for each in inbox if arrival.case["number"] in str(each.mail["Subject"])]

    def letters_after(self, arrival: Arrival) -> list[Delivered]:
        """What was put into the mailboxes of all others after a mail, and is about its case."""
        mine = [each.at for each in self.inbox(DESK.address) if each.is_mail(arrival.message["message_id"])]
        number = arrival.case["number"] if arrival.case else ""
        others = (each for each in self._delivered if each.recipient != DESK.address)
        return [each for each in others if mine and number and each.at >= mine[0] and number in str(each.mail["Subject"])]

    def trouble_with_letters(self, arrival: Arrival) -> str:
        """Why a letter of the case could not be delivered so far, or an empty string."""
        self.check_daemon()
        case = self._store.views.case(arrival.case["number"]) if arrival.case else None
        return next((letter["error"] for letter in case["letters"] if letter["error"]), "") if case else ""

    def seconds_until(self, letter: Delivered, message_id: str) -> float | None:
        """From the arrival of a mail at the desk until the letter was in its writer's mailbox."""
        arrived = next((each.at for each in self.inbox(DESK.address) if each.is_mail(message_id)), None)
        return letter.at - arrived if arrived is not None else None

    def folders(self) -> dict[str, int]:
        """How many messages are in the folders of the desk's mailbox now, as a mail program sees it: role -> number."""
        with ImapMailbox(self.settings.imap, PASSWORD, None) as mailbox, mailbox.deadline(20.0):
            return {folder.role: folder.messages or 0 for folder in mailbox.survey().folders}

    # --- what is in the database ---

    def cases(self) -> list[JsonObject]:
        """All cases with their messages, letters and events."""
        self.check_daemon()
        numbers = [case["number"] for case in self._store.views.cases(CaseFilter())]
        return [case for number in numbers if (case := self._store.views.case(number))]

    def arrivals(self) -> list[Arrival]:
        """Every mail that was taken in, in the order in which that happened; maildesk's own letters left out."""
        in_cases = [Arrival(message, case) for case in self.cases() for message in case["messages"] if message["direction"] != "out"]
        aside = [Arrival(message, None) for message in self._store.views.aside()]
        return sorted((*in_cases, *aside), key=lambda arrival: int(arrival.message["id"]))

    def arrival(self, message_id: str) -> Arrival | None:
        return next((each for each in self.arrivals() if each.message["message_id"] == message_id), None)

    def counts(self) -> JsonObject:
        return self._store.views.counts(building.now())

    def is_at_rest(self) -> bool:
        """Whether every letter has left and its copy has come back, and no mail is tried again."""
        counts = self.counts()
        return not any((counts["unproven"], counts["retrying"], *(counts["outbox"][state] for state in ("queued", "sending", "in-doubt"))))

    def pulse(self) -> tuple[object, ...]:
        """Changes whenever something may have happened; cheap enough to be asked all day."""
        self.check_daemon()
        return len(self._delivered), self.counts(), self._store.fact("last_pass")

    def has_begun(self) -> bool:
        """Whether the daemon has looked into the mailbox."""
        self.check_daemon()
        return bool(self._store.fact("last_good_pass"))

    def check_daemon(self) -> None:
        """Raises Stop, with what it said last, if the daemon is gone."""
        if self._daemon.poll() is not None:
            last = self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-3:]
            raise Stop("\n".join(("the daemon has ended by itself. It said last:", *last)))


@contextmanager
def open_world(stage: Stage) -> Iterator[World]:
    """Builds the world, and leaves nothing of it: no process, no folder, no open port. Raises Stop if it cannot be built."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="maildesk-demo-", ignore_cleanup_errors=True)))
        office = _open_post_office()
        stack.callback(office.stop)
        settings = _write_configuration(folder, office)
        store = stack.enter_context(building.store(settings))  # makes the database, so that the daemon finds it ready
        log = folder / "maildesk.log"
        world = World(settings, office, store, stack.enter_context(_running_daemon(settings, log)), log)
        if not stage.until(world.has_begun, START_SECONDS):
            raise Stop(f"the daemon has not looked into the mailbox for {START_SECONDS:.0f} s")
        yield world


def _open_post_office() -> PostOffice:
    """On the usual ports; where one is taken, on any free one."""
    accounts = {account.address: PASSWORD for account in ACCOUNTS}
    office = PostOffice(accounts, HOST, imap_port=_if_free(IMAP_PORT), smtp_port=_if_free(SMTP_PORT))
    try:
        office.start()
    except Stop:  # somebody was quicker
        office = PostOffice(accounts, HOST)
        office.start()
    return office


def _if_free(port: int) -> int:
    """The port, or 0 if another program has it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return 0
    return port


def _write_configuration(folder: Path, office: PostOffice) -> Settings:
    staff = (
        STAFF.format(person=person, key=person.address.partition("@")[0], lead="true" if person is COLLEAGUES[0] else "false")
        for person in COLLEAGUES
    )
    text = CONFIGURATION.format(desk=DESK, host=HOST, imap_port=office.imap_port, smtp_port=office.smtp_port, staff="".join(staff))
    for name, content in ((FILE_NAME, text), ("password", PASSWORD)):
        path = folder / name
        path.touch(mode=0o600)
        path.write_text(content, encoding="utf-8")
    return load_settings(folder / FILE_NAME)


@contextmanager
def _running_daemon(settings: Settings, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`maildesk run`, as systemd would run it, but in a session of its own: Ctrl-C is for the demo, which then ends it in order."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(FROM_OUTSIDE)}
    command = [sys.executable, "-m", "maildesk", "run", "--config", str(settings.file)]
    with log.open("wb") as output:
        daemon = subprocess.Popen(  # noqa: S603  # our own program
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, start_new_session=True
        )
    try:
        yield daemon
    finally:
        daemon.terminate()
        try:
            daemon.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(daemon.pid, signal.SIGKILL)
            daemon.wait()
