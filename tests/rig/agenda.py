# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A desk with cases in all states and a clock of its own, for what is written by the clock: digest and reminders."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from maildesk.adapters.compose import Composer, Wording
from maildesk.adapters.store import Store
from maildesk.core.letters.envelope import case_letter
from maildesk.core.letters.letter import CONSULTATION, Due, Letter
from maildesk.core.office.policy import Policy, Staff
from maildesk.jobs import planning
from tests.rig.letters import SHIPPED
from tests.rig.office import BERLIN, POLICY, Office, an_office
from tests.rig.ordering import CATEGORIES

STAFF = (
    Staff("Anna Weber", "weber@haus.example", "weber"),
    Staff("Jörg Moser", "moser@haus.example", "moser", receives="assigned"),
    Staff("Ina Kurz", "kurz@haus.example", "kurz", receives="digest"),
    Staff("Udo Lang", "lang@haus.example", "lang", receives="none", lead=True),
)
WITH_STAFF = replace(POLICY, staff=STAFF, categories=CATEGORIES)
BERTA = "berta@haus.example"
MORNING = datetime(2026, 11, 23, 7, 30, tzinfo=BERLIN)  # a Monday


def number(case: int) -> str:
    return f"KD-2026-{case:05d}"


@dataclass
class AgendaDesk:
    """`write` looks whether a digest or a reminder is due, as the daemon does each minute; `letters` are those that were written."""

    office: Office
    policy: Policy = WITH_STAFF

    def at(self, day: date, hour: int, minute: int = 0) -> None:
        self.office.clock.now = datetime(day.year, day.month, day.day, hour, minute, tzinfo=BERLIN)

    def cases(self, count: int) -> None:
        for case in range(1, count + 1):
            self.office.take_in(case, subject="GEHEIM")
        self.sql("DELETE FROM letter")

    def sql(self, statement: str, *values: Any) -> None:
        with closing(sqlite3.connect(self.office.file, isolation_level=None)) as database:
            database.execute(statement, values)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.office.file, isolation_level=None)) as database:
            return database.execute(query).fetchall()

    def put(self, case: int, **columns: Any) -> None:
        """The columns of a case, as some order would have left them."""
        named = ", ".join(f"{column} = ?" for column in columns)
        self.sql(f"UPDATE cases SET {named} WHERE number = ?", *columns.values(), number(case))

    def ask(self, case: int, due_on: date, *, by_letter: bool = True) -> None:
        """A colleague in the office is asked for a statement now, by a letter of ours or by a mail that was forwarded by hand."""
        now = self.office.clock()
        letter = case_letter(self.policy, CONSULTATION, f"{case} {now}", number(case), BERTA, {"frage": "Was ist geschehen?"}, now)
        if by_letter:
            with self.office.store.planning() as planning:
                planning.queue(letter, now)
        self.sql(
            "INSERT INTO consultation (case_id, letter_id, asked, asked_by, asked_at, due_on) "
            "SELECT id, ?, ?, 'moser', ?, ? FROM cases WHERE number = ?",
            letter.letter_id if by_letter else "", BERTA, stored(now), due_on.isoformat(), number(case),
        )  # fmt: skip

    def write(self) -> int:
        return sum(write(self.office.store, self.policy, self.office.clock()) for write in planning.JOBS)

    def letters(self, template: str = "digest") -> list[Letter]:
        waiting = self.office.store.due_letters(Due(self.office.clock() + timedelta(days=9000)), 1000)
        return [queued.letter for queued in waiting if queued.letter.template == template]

    def words(self, letter: Letter) -> Wording:
        return Composer(self.policy.desk, (SHIPPED,)).words(letter)

    def restart(self) -> None:
        self.office.store.close()
        self.office.store = Store.open(self.office.file, "KD", BERLIN)


def stored(moment: datetime) -> str:
    """As the database writes it: in UTC, without a zone."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"


@contextmanager
def an_agenda_desk(folder: Path) -> Iterator[AgendaDesk]:
    with an_office(folder) as office:
        office.clock.now = MORNING - timedelta(days=4)
        yield AgendaDesk(office)
        office.store.close()
