# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A real database that takes in messages one after the other, for tests of what becomes of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from maildesk.adapters.parse import parse
from maildesk.adapters.store import CaseFilter, Store
from maildesk.core.decision.decision import Decision
from maildesk.core.letters.letter import Due, Letter
from maildesk.core.office.policy import Policy
from maildesk.jobs.intake import Coming, handle, unwritten
from maildesk.jobs.ports import Words
from maildesk.octets import Octets, RawMessage
from tests.rig.builders import MONDAY, a_mail
from tests.rig.stores import with_tables
from tests.rig.trails import POLICY

BERLIN = ZoneInfo("Europe/Berlin")


@dataclass
class Intake:
    """`now` is when the next mail arrives."""

    store: Store
    file: Path
    policy: Policy = POLICY
    now: datetime = MONDAY
    uid: int = 0
    sent: list[Letter] = field(default_factory=list)
    words: Words = unwritten

    def take(self, octets: bytes, *, imported: bool = False) -> Decision:
        self.uid += 1
        raw = RawMessage("INBOX", 7, self.uid, self.now, Octets.of(octets))
        with self.store.transaction() as transaction:
            handled = handle(transaction, raw, parse(raw.octets), self.policy, self.now, Coming(imported=imported), self.words)
        assert handled.decision is not None, "the mail could not be handled"
        assert handled.outcome is handled.decision.outcome
        return handled.decision

    def later(self, **ago: float) -> None:
        self.now += timedelta(**ago)

    def case(self, number: str) -> dict[str, Any]:
        case = self.store.views.case(number)
        assert case is not None
        return case

    def whole_cases(self) -> list[str]:
        """The numbers of the cases that have not become part of another one."""
        return [case["number"] for case in self.store.views.cases(CaseFilter()) if not case["merged_into"]]

    def send_letters(self) -> list[Letter]:
        """Every letter that waits goes out, and its server takes it; those that relay a mail to staff are not listed."""
        due = self.store.due_letters(Due(self.now), 100)
        for queued in due:
            letter = queued.letter
            copy = a_mail(
                "Guten Tag\n", sender="desk@example.com", to=letter.recipient, subject="Ihre Nachricht", message_id=letter.message_id
            )
            self.store.mark_sending(queued.row, "Ihre Nachricht", self.now)
            self.store.mark_dot(queued.row, self.now)
            raw = RawMessage("outbox", 0, None, self.now, Octets.of(copy))
            self.store.mark_sent(queued.row, raw, parse(raw.octets), self.now, copy_expected=False)
        return [queued.letter for queued in due if queued.letter.template != "relay"]

    def letters(self, number: str) -> list[tuple[str, str]]:
        """Template and state of the letters of a case."""
        return [(letter["template"], letter["state"]) for letter in self.case(number)["letters"]]

    def close(self, number: str) -> None:
        """Closes a case now, as a colleague would."""
        moment = self.now.strftime("%Y-%m-%d %H:%M:%S.%f")
        self.sql("UPDATE cases SET status = 'closed', closed_at = ? WHERE number = ?", moment, number)

    def participants(self, number: str) -> dict[str, bool]:
        query = (
            "SELECT contact.address_key, participant.verified FROM participant JOIN contact ON contact.id = participant.contact_id"
            " JOIN cases ON cases.id = participant.case_id WHERE cases.number = ?"
        )
        return {key: bool(verified) for key, verified in self.sql(query, number)}

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(self.file)
        try:
            with connection:
                return connection.execute(statement, values).fetchall()
        finally:
            connection.close()


@contextmanager
def an_intake(folder: Path) -> Iterator[Intake]:
    file = folder / "maildesk.db"
    with Store.open(with_tables(file), "KD", BERLIN) as store:
        yield Intake(store, file)


def mail_of(who: str, name: str, text: str = "", **fields: Any) -> bytes:
    """A mail of `who` under the Message-ID `name`@example.org, with a subject and a text of its own."""
    values = {"sender": who, "message_id": f"{name}@example.org", "subject": f"Anliegen {name}", **fields}
    return a_mail(text or f"Guten Tag,\nes geht um {name}.\n", **values)


def answer_to(*names: str) -> dict[str, str]:
    """The fields of an answer: the ids of the thread, the last one is the parent."""
    ids = [name if "@" in name else f"{name}@example.org" for name in names]
    return {"in_reply_to": f"<{ids[-1]}>", "references": " ".join(f"<{each}>" for each in ids)}
