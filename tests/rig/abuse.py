# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A desk that thousands of messages hit: real parser, real passes, real database, and a mailbox in memory with a clock to set."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from maildesk.adapters.compose import Composer
from maildesk.adapters.smtp import SmtpSender
from maildesk.adapters.store import Store
from maildesk.core.mail.folders import Filed, Head, Mark, OtherFolder
from maildesk.core.office.calendar import WorkCalendar
from maildesk.core.office.policy import Desk, Policy, Staff
from maildesk.jobs import outbox, polling
from maildesk.jobs.counts import OutboxReport, PassReport
from maildesk.jobs.intake import Intake
from maildesk.jobs.outbox import Post
from maildesk.octets import FolderState, Octets, RawMessage
from tests.rig.builders import a_mail
from tests.rig.letters import SHIPPED
from tests.rig.office import BERLIN, Clock, parsed
from tests.rig.stores import with_tables

DESK = "desk@example.com"
TECHNIK = "technik@example.com"
WEBER = Staff("A. Weber", "weber@example.com", "weber", lead=True)
SOMMER = Staff("B. Sommer", "sommer@example.com", "sommer", receives="none")
POLICY = Policy(
    desk=Desk("Kundendialog", DESK, aliases=("dialog@example.com",), authserv_id="mx.example.com", plus_addressing=True),
    calendar=WorkCalendar(BERLIN),
    secret=b"k" * 32,
    staff=(WEBER, SOMMER),
    alert_addresses=(TECHNIK,),
)
BATCH = 100
Rows = list[dict[str, Any]]


@dataclass
class Inbox:
    """The port of a mailbox, in memory. What is filed has left it; `filed` says where to."""

    clock: Clock
    mails: dict[int, bytes] = field(default_factory=dict)
    filed: dict[int, str] = field(default_factory=dict)
    last_uid: int = 0

    def put(self, octets: bytes) -> None:
        self.last_uid += 1
        self.mails[self.last_uid] = octets

    def deadline(self, seconds: float) -> AbstractContextManager[None]:
        return nullcontext()

    def prepare(self) -> None:
        pass

    def look(self) -> FolderState:
        return FolderState("INBOX", 7, tuple(self.mails))

    def fetch(self, state: FolderState, uids: Collection[int]) -> Iterator[tuple[RawMessage, ...]]:
        wanted = list(uids)
        for start in range(0, len(wanted), BATCH):
            yield tuple(
                RawMessage("INBOX", 7, uid, self.clock(), Octets.of(self.mails[uid]))
                for uid in wanted[start : start + BATCH]
            )  # fmt: skip

    def file(self, state: FolderState, uids: Collection[int], folder: str) -> Filed:
        for uid in uids:
            del self.mails[uid]
            self.filed[uid] = folder
        return Filed(frozenset(uids))

    def folders(self) -> tuple[OtherFolder, ...]:
        return ()

    def mark(self, folder: str) -> Mark:
        raise NotImplementedError

    def look_into(self, folder: str, after: Mark | None, arrived_since: datetime) -> FolderState:
        raise NotImplementedError

    def heads(self, state: FolderState, uids: Collection[int]) -> tuple[Head, ...]:
        raise NotImplementedError


@dataclass
class BusyDesk:
    """`arrive` is a pass over messages that came just now; `rows` is what the database holds."""

    store: Store
    file: Path
    policy: Policy
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.inbox = Inbox(self.clock)

    def arrive(self, *mails: bytes) -> PassReport:
        for octets in mails:
            self.inbox.put(octets)
        report = polling.run_once(Intake(self.inbox, self.store, parsed, self.policy, self.clock))
        assert report.comes_out_even
        assert report.backlog == 0
        return report

    def send(self, sender: SmtpSender) -> OutboxReport:
        """The letters that are due go out; no copy to ourselves, for nobody would bring it back."""
        composer = Composer(self.policy.desk, (SHIPPED,))
        return outbox.run_once(Post(self.store, sender, composer, parsed, self.policy, self.clock, proof_copy=False))

    def rows(self, query: str, *values: Any) -> Rows:
        with closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(query, values)]

    def letters(self, template: str = "%") -> Rows:
        """All, or those by this template; what relays a mail to staff only where it is asked for."""
        return self.rows(
            "SELECT * FROM letter WHERE template LIKE ? AND (template <> 'relay' OR ? = 'relay') ORDER BY id", template, template
        )

    def count(self, table: str) -> int:
        return int(self.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"])

    def of_the_first(self, cases: int) -> dict[str, Rows]:
        """All that the database holds of the first so many cases, but their messages, their history and the notices of unproved mail."""
        return {
            "cases": self.rows("SELECT * FROM cases WHERE id <= ? ORDER BY id", cases),
            "participants": self.rows("SELECT * FROM participant WHERE case_id <= ? ORDER BY case_id, contact_id", cases),
            "contacts": self.rows(
                "SELECT * FROM contact WHERE id IN (SELECT contact_id FROM cases WHERE id <= ?) ORDER BY id", cases
            ),
            "letters": self.rows("SELECT * FROM letter WHERE case_id <= ? AND template <> 'unproved' ORDER BY id", cases),
            "links": self.rows("SELECT * FROM case_link WHERE case_id <= ? ORDER BY case_id, other_id", cases),
        }  # fmt: skip

    def told(self) -> str:
        """Every line of history and every reason that is in the database: what may also be in a log."""
        history = self.rows("SELECT what || ' ' || detail AS line FROM event")
        reasons = self.rows("SELECT CAST(evidence AS TEXT) AS line FROM message")
        return "\n".join(row["line"] for row in (*history, *reasons))


@contextmanager
def a_busy_desk(folder: Path, policy: Policy = POLICY) -> Iterator[BusyDesk]:
    file = folder / "maildesk.db"
    with Store.open(with_tables(file), policy.desk.prefix, BERLIN) as store:
        yield BusyDesk(store, file, policy)


def from_person(number: int, sender: str = "", subject: str = "", **fields: str) -> bytes:
    """A citizen's mail: each number is another one, with another text."""
    writer = sender or f"Carla Klein <c{number}@example.org>"
    named = {"message_id": f"c{number}@example.org", "to": DESK, **fields}
    return a_mail(f"Guten Tag,\nmein Anliegen hat die Zahl {number}.\n", sender=writer, subject=subject or f"Anliegen {number}", **named)


def within(moments: list[Any], span: timedelta) -> int:
    """The most of these moments, in order, that are within one span of time."""
    return max((sum(start <= other < start + span for other in moments) for start in moments), default=0)
