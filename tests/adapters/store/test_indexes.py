# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What the database is asked for one mail or letter is found by an index: it takes as long with a hundred thousand cases as with one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from tests.rig.builders import a_mail
from tests.rig.intake import Intake, an_intake, answer_to, mail_of

GROWING = {
    "cases", "contact", "participant", "raw", "raw_chunk", "message", "message_reference", "event", "letter", "ledger", "concern",
}  # fmt: skip
Asked = dict[str, Any]


@pytest.fixture
def intake(tmp_path: Path) -> Iterator[Intake]:
    with an_intake(tmp_path) as intake:
        yield intake


@contextmanager
def statements_of(intake: Intake) -> Iterator[Asked]:
    """Each statement that the store makes meanwhile, with one example of its values."""
    asked: Asked = {}

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        asked[statement] = values

    engine = intake.store._engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def scanned(intake: Intake, asked: Asked) -> list[str]:
    """The statements that go through all rows of a table that grows with the mails."""
    found = []
    with sqlite3.connect(intake.file) as database:
        for statement, values in asked.items():
            if statement.split()[0] in {"SELECT", "UPDATE", "DELETE"}:
                plan = [row[3].split() for row in database.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
                if any(words[0] == "SCAN" and words[1] in GROWING for words in plan):
                    found.append(statement)
    return found


def test_a_mail_is_taken_in_without_going_through_all_that_came_before(intake: Intake) -> None:
    with statements_of(intake) as asked:
        intake.take(mail_of("eva@example.org", "first"))
        intake.take(mail_of("eva@example.org", "second", **answer_to("first")))
        intake.take(mail_of("adam@example.org", "third", subject="zu KD-2026-00001"))
        intake.take(a_mail("Ich bin nicht da.\n", sender="eva@example.org", message_id="ooo@example.org", subject="Re: Anliegen first"))
        intake.take(mail_of("eva@example.org", "second", **answer_to("first")), imported=True)

    assert len(asked) > 30
    assert scanned(intake, asked) == []


def test_a_mail_under_the_subject_that_all_have_is_compared_with_those_of_its_writer_alone(intake: Intake) -> None:
    with statements_of(intake) as asked:
        intake.take(mail_of("eva@example.org", "first", subject="Anliegen"))
    (statement,) = (each for each in asked if "participant" in each and "base_subject" in each and each.startswith("SELECT"))
    with sqlite3.connect(intake.file) as database:
        plan = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {statement}", asked[statement])]

    assert {line for line in plan if line.startswith(("SEARCH message ", "SEARCH participant "))} == {
        "SEARCH message USING INDEX ix_message_case_id (case_id=?)",
        "SEARCH participant USING INDEX ix_participant_contact_id (contact_id=?)",
    }


def test_a_letter_leaves_without_going_through_all_that_left_before(intake: Intake) -> None:
    intake.take(mail_of("eva@example.org", "first"))
    with statements_of(intake) as asked:
        assert intake.send_letters()

    assert len(asked) > 5
    assert scanned(intake, asked) == []


def test_a_statement_that_goes_through_all_rows_is_found(intake: Intake) -> None:
    assert scanned(intake, {"SELECT * FROM letter WHERE error = ?": ("",), "SELECT * FROM letter WHERE id = ?": (1,)}) == [
        "SELECT * FROM letter WHERE error = ?"
    ]
