# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A mailbox on a real Dovecot in which maildesk and its colleagues work, each in their own way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imapclient import IMAPClient

from maildesk.adapters.compose import Composer
from maildesk.adapters.mailbox import ImapMailbox
from maildesk.adapters.store import CaseFilter, Store
from maildesk.building import now
from maildesk.core.decision.decision import Outcome
from maildesk.core.letters.letter import Due
from maildesk.core.office.calendar import WorkCalendar
from maildesk.core.office.policy import Desk, Policy, Staff
from maildesk.jobs import polling
from maildesk.jobs.counts import PassReport
from maildesk.jobs.intake import Intake
from tests.rig.builders import a_mail
from tests.rig.days import case_number
from tests.rig.dovecot import Dovecot
from tests.rig.letters import SHIPPED
from tests.rig.office import BERLIN, parsed
from tests.rig.stores import with_tables

DESK = "desk@example.com"
POLICY = Policy(
    desk=Desk("Kundendialog", DESK, internal_domains=("example.com",)),
    calendar=WorkCalendar(BERLIN),
    secret=b"k" * 32,
    staff=(Staff("W", "weber@example.com", "weber", receives="none", lead=True),),
)
FIRST = case_number(1)


@dataclass
class Shared:
    """A mailbox in which maildesk and colleagues work. `client` is a colleague's mail program."""

    dovecot: Dovecot
    user: str
    mailbox: ImapMailbox
    store: Store
    client: IMAPClient
    database: Path
    policy: Policy = POLICY

    def arrives(self, number: int = 1, **fields: str) -> None:
        values = {"sender": f"c{number}@example.org", "message_id": f"m{number}@example.org", "to": DESK, **fields}
        self.dovecot.deliver(self.user, a_mail(f"Anliegen {number}\n", **values))  # type: ignore[arg-type]

    def move(self, target: str, source: str = "INBOX") -> None:
        if not self.client.folder_exists(target):
            self.client.create_folder(target)
        self.client.select_folder(source)
        self.client.move(self.client.search(), target)

    def saves(self, octets: bytes, folder: str = "Sent", **more: Any) -> None:
        self.client.append(folder, octets, **more)

    def a_pass(self, **changed: Any) -> PassReport:
        work = Intake(self.mailbox, self.store, changed.pop("parse", parsed), self.policy, changed.pop("clock", now))
        report = polling.run_once(work, **changed)
        assert report.comes_out_even
        return report

    def count(self, folder: str) -> int:
        return int(self.client.folder_status(folder, "MESSAGES")[b"MESSAGES"])

    def cases(self) -> list[dict[str, Any]]:
        return self.store.views.cases(CaseFilter())

    def case(self, number: str = FIRST) -> dict[str, Any]:
        case = self.store.views.case(number)
        assert case is not None
        return case

    def events(self, number: str = FIRST) -> list[str]:
        return [event["what"] for event in self.case(number)["events"]]

    def letters(self, *, copies_known: bool = False) -> list[str]:
        """Whom letters go to that may leave now, or after a pass that has shown all copies."""
        due = Due(now(), now() if copies_known else None)
        return [queued.letter.recipient for queued in self.store.due_letters(due, 100)]


@contextmanager
def a_shared_mailbox(dovecot: Dovecot, user: str, mailbox: ImapMailbox, folder: Path) -> Iterator[Shared]:
    with Store.open(with_tables(folder / "maildesk.db"), "KD", BERLIN) as store:
        client = dovecot.client(user)
        yield Shared(dovecot, user, mailbox, store, client, folder / "maildesk.db")
        client.shutdown()


def an_answer(to: str = "c1@example.org", number: int = 1, **fields: str) -> bytes:
    """What a colleague's mail program saves to Sent."""
    named = {"in_reply_to": "<m1@example.org>", "subject": "AW: Frage zum Fahrplan", **fields}
    sender = named.pop("sender", f"Kundendialog <{DESK}>")
    return a_mail("Guten Tag,\nder Bus fährt um acht.\n", sender=sender, to=to, message_id=f"answer-{number}@example.com", **named)


def outcomes(report: PassReport) -> dict[Outcome, int]:
    return {outcome: number for outcome, number in report.outcomes.items() if number}


def our_letter(shared: Shared) -> bytes:
    (queued,) = shared.store.due_letters(Due(now()), 10)
    return Composer(POLICY.desk, (SHIPPED,))(queued.letter, {})
