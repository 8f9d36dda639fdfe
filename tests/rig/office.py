# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A desk without a mailbox: its database, its templates, its clock, and its outbox on the way to a server of the rig."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from maildesk.adapters.compose import Composer
from maildesk.adapters.parse import parse
from maildesk.adapters.store import Store
from maildesk.core.decision.decision import Outcome
from maildesk.core.mail.message import Message
from maildesk.core.office.calendar import WorkCalendar
from maildesk.core.office.policy import Desk, Policy
from maildesk.jobs import outbox
from maildesk.jobs.counts import OutboxReport
from maildesk.jobs.intake import handle
from maildesk.jobs.outbox import Post
from maildesk.octets import Octets, RawMessage
from maildesk.settings.servers import SmtpSettings
from tests.rig.builders import MONDAY, a_mail
from tests.rig.letters import SHIPPED
from tests.rig.smtp_letters import sender_for
from tests.rig.smtp_server import ScriptedSmtp, SmtpSink
from tests.rig.stores import with_tables

BERLIN = ZoneInfo("Europe/Berlin")
POLICY = Policy(Desk("Kundendialog", "desk@example.com"), WorkCalendar(BERLIN), b"k" * 32)


@dataclass
class Clock:
    now: datetime = MONDAY + timedelta(minutes=1)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Office:
    """A desk with its database, its templates and its clock. `send` runs the outbox once, against this server or these settings."""

    store: Store
    file: Path
    templates: Path
    clock: Clock

    def take_in(self, number: int = 1, **fields: str) -> None:
        """A citizen's mail arrives; its acknowledgement waits in the outbox."""
        octets = a_mail(message_id=f"m{number}@example.org", sender=f"c{number}@example.org", **fields)
        self._handle(octets, number)

    def copy_arrives(self, octets: bytes) -> Outcome | None:
        """The proof copy comes into the desk's own mailbox, as the server took it."""
        return self._handle(b"Received: from desk by post-office; now\r\n" + octets, 1000)

    def _handle(self, octets: bytes, uid: int) -> Outcome | None:
        raw = RawMessage("INBOX", 7, uid, self.clock(), Octets.of(octets))
        with self.store.transaction() as transaction:
            return handle(transaction, raw, parse(raw.octets), POLICY, self.clock()).outcome

    def pass_is_over(self, began: datetime | None = None) -> None:
        """The intake has seen the whole mailbox."""
        self.store.note_pass({}, 0, "", began or self.clock(), self.clock())

    def post(self, sender: Any, **changed: Any) -> Post:
        composer = Composer(POLICY.desk, (self.templates, SHIPPED))
        return replace(Post(self.store, sender, composer, parsed, POLICY, self.clock), **changed)

    def send(self, to: ScriptedSmtp | SmtpSink | SmtpSettings, **changed: Any) -> OutboxReport:
        settings = to if isinstance(to, SmtpSettings) else to.settings()
        patience = 0.5 if isinstance(to, ScriptedSmtp) else 60.0  # a scripted one may be silent on purpose
        with sender_for(settings, socket_seconds=patience, after_dot_seconds=patience) as sender:
            return outbox.run_once(self.post(sender, **changed))

    @contextmanager
    def refusing(self, state: str) -> Iterator[None]:
        """Meanwhile the database refuses to note that a letter is in this state, as on a full disk."""
        with closing(sqlite3.connect(self.file, isolation_level=None)) as database:
            database.execute(
                f"CREATE TRIGGER full BEFORE UPDATE ON letter WHEN NEW.state = '{state}' BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )
            yield
            database.execute("DROP TRIGGER full")

    @property
    def waiting(self) -> list[dict[str, Any]]:
        return self.store.views.outbox()

    @property
    def letter(self) -> dict[str, Any]:
        """The letter of the first case."""
        return self.case()["letters"][0]

    def case(self, number: str = "KD-2026-00001") -> dict[str, Any]:
        case = self.store.views.case(number)
        assert case is not None
        return case

    def events(self, number: str = "KD-2026-00001") -> list[tuple[str, str]]:
        return [(event["what"], event["detail"]) for event in self.case(number)["events"]]


def parsed(raw: RawMessage) -> Message:
    return parse(raw.octets)


@contextmanager
def an_office(folder: Path) -> Iterator[Office]:
    (folder / "templates").mkdir()
    file = folder / "maildesk.db"
    with Store.open(with_tables(file), "KD", BERLIN) as store:
        yield Office(store, file, folder / "templates", Clock())
