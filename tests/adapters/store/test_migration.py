# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A database of the first schema, with what a desk of last year had in it, is brought up to date: nothing lost, the new rules in force."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config

from maildesk.adapters.store import Store, migration
from maildesk.adapters.store.engine import open_engine, writing
from maildesk.core.decision.decision import Outcome
from maildesk.core.letters.alarms import FIELD, alarm_title
from maildesk.core.letters.letter import Due
from maildesk.errors import StoreUnusable
from tests.rig.builders import MONDAY
from tests.rig.intake import BERLIN, Intake, answer_to, mail_of
from tests.rig.letters import in_words
from tests.rig.trails import keyed

AT = MONDAY.strftime("%Y-%m-%d %H:%M:%S.%f")
Row = dict[str, Any]

CONTACTS: list[Row] = [
    {"id": 1, "address_key": "eva@example.org", "addr_spec": "Eva@example.org", "display_name": "Eva Muster"},
    {"id": 2, "address_key": "", "addr_spec": "", "display_name": ""},
]
CASES: list[Row] = [
    {
        "id": number, "number": f"KD-2026-0000{number}", "year": 2026, "sequence": number, "status": status, "channel": "email",
        "kind": None, "kind_confirmed": 0, "topics": "[]", "urgency": "normal", "flags": "[]", "language": "de", "contact_id": number,
        "subject": "Heizkosten", "opened_at": AT, "due_on": "2026-12-07", "acknowledged_at": AT, "answered_at": None,
        "closed_at": AT if status == "closed" else None, "assignee": None,
    }
    for number, status in ((1, "open"), (2, "closed"))
]  # fmt: skip


def a_message(row: int, case: int | None, **fields: Any) -> Row:
    parsed = {"in_reply_to": [], "references": [], "to": [], "cc": [], **fields.pop("parsed", {})}
    return {
        "id": row, "raw_id": row, "case_id": case, "contact_id": 1, "outcome": "new_case" if case else "set_aside", "direction": "in",
        "role": "citizen", "automatic": None, "acknowledge": 1, "message_id": f"old-{row}@example.org", "content_digest": "c" * 64,
        "subject": "AW: Heizkosten", "received_at": AT, "text": "Guten Tag", "reply": "Guten Tag", "parsed": json.dumps(parsed),
        "evidence": '["person"]', **fields,
    }  # fmt: skip


def a_letter(row: int, state: str, **fields: Any) -> Row:
    sent = state == "sent"
    return {
        "id": row, "letter_id": f"{'abcdefg'[row]}bcdefghijklmnop", "case_id": 1, "sent_message_id": 3 if sent else None,
        "template": "acknowledgement", "subject": "", "language": "de", "recipient": "Eva@example.org", "recipient_key": "eva@example.org",
        "recipient_domain": "example.org", "message_id": keyed(letter_id=f"{'abcdefg'[row]}bcdefghijklmnop"), "in_reply_to": "",
        "referred": '["old-1@example.org"]', "context": '{"nr": "KD-2026-00001"}', "automatic": 1, "state": state, "attempts": 1,
        "created_at": AT, "next_attempt_at": AT, "doubt_since": None, "sent_at": AT if sent else None, "copy_expected": 0,
        "proven_at": None, "error": "", **fields,
    }  # fmt: skip


def an_event(row: int, what: str, detail: str, _data: dict[str, str]) -> Row:
    return {"id": row, "case_id": 1, "at": AT, "who": "staff", "what": what, "detail": detail}


# What was written as a sentence, and what is read of it now.
EVENTS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("opened", "by e-mail", {}),
    ("order", "Dringlichkeit: Sofort – Gefahr", {"order": "urgency"}),
    ("order", "nicht dringend", {"order": "not-urgent"}),
    ("order", "wartet auf die Person", {"order": "wait"}),
    ("order", "wartet auf die Person bis 04.12.2026", {"order": "wait"}),
    ("order", "Kurztitel: nicht dringend", {}),
    ("undone", "the last orders were taken back", {}),
    ("letter-failed", "nicht dringend", {}),
)
ALARMS = {
    "Zählung": "count_uneven",
    "Brief an das Team nicht zugestellt": "staff_letter_returned",
    "SOFORT LESEN – KD-2026-00042 – Hinweis auf Gefahr für Menschen": "danger KD-2026-00042",
    "HEUTE LESEN – KD-2026-00042 – Hinweis auf eine Datenpanne": "data_breach KD-2026-00042",
    "a name of nobody's": "a name of nobody's",
}
STATES = ("queued", "sending", "dot", "sent", "failed", "held")
ROWS: dict[str, list[Row]] = {
    "contact": CONTACTS,
    "cases": CASES,
    "number_series": [{"year": 2026, "last": 2}],
    "participant": [{"case_id": 1, "contact_id": 1, "verified": 1}, {"case_id": 2, "contact_id": 1, "verified": 0}],
    "raw": [{"id": row, "digest": f"{row:064d}", "size_bytes": 3} for row in range(1, 7)],
    "raw_chunk": [{"raw_id": row, "position": 0, "octets": b"abc"} for row in range(1, 7)],
    "message": [
        a_message(1, 1, parsed={"in_reply_to": ["root@example.org"], "references": ["root@example.org", "far@example.org"]}),
        a_message(2, 2, parsed={"references": ["Ümlaut\"'@example.org", "far@example.org"]}),
        a_message(3, 1, outcome=None, direction="out", role="desk", contact_id=None),
        a_message(4, None, automatic="auto-reply", parsed={"in_reply_to": ["root@example.org"]}),
        a_message(5, 1, outcome="follow_up", contact_id=2, message_id=""),
    ],
    "event": [an_event(row, *happened) for row, happened in enumerate(EVENTS)],
    "letter": [a_letter(row, state) for row, state in enumerate(STATES)],
    "ledger": [
        {
            "id": 1, "folder": "INBOX", "uid_validity": 7, "uid": 1, "digest": f"{1:064d}", "message_id": "old-1@example.org",
            "size_bytes": 3, "outcome": "new_case", "filed_to": "archive", "at": AT,
        }
    ],
    "quarantine": [
        {"id": 1, "raw_id": 6, "folder": "INBOX", "received_at": AT, "quarantined_at": AT, "error": "the parser died", "released_at": None}
    ],
    "failure": [{"digest": "f" * 64, "tries": 2, "error": "the parser died", "last_at": AT}],
    "fact": [{"name": "null_sender", "value": '{"refused": true}', "at": AT}],
    "alarm": [{"name": name, "detail": "x", "since": AT, "told_at": AT} for name in ALARMS],
}  # fmt: skip


def of_the_first_schema(file: Path) -> None:
    """Only revision 0001 is run, as alembic runs it, and the rows are inserted."""
    engine = open_engine(file)
    config = Config()
    config.set_main_option("script_location", str(Path(migration.__file__).parent / "migrations"))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for table, rows in ROWS.items():
            for row in rows:
                columns, places = ", ".join(row), ", ".join("?" for _ in row)
                connection.exec_driver_sql(f"INSERT INTO {table} ({columns}) VALUES ({places})", tuple(row.values()))
        connection.exec_driver_sql("INSERT INTO message_search (rowid, words) VALUES (1, 'Heizkosten Guten Tag')")
    engine.dispose()


@pytest.fixture
def old(tmp_path: Path) -> Path:
    file = tmp_path / "maildesk.db"
    of_the_first_schema(file)
    return file


@pytest.fixture
def intake(old: Path) -> Iterator[Intake]:
    """The same database, opened by the maildesk of today."""
    with Store.open(old, "KD", BERLIN, check=True) as store:
        yield Intake(store, old, uid=100)


def test_every_row_and_every_value_is_kept(intake: Intake) -> None:
    assert intake.store.schema() == migration.HEAD
    for table, rows in ROWS.items():
        if table == "alarm":
            continue  # its names are others now
        kept = {row[: len(rows[0])] for row in intake.sql(f"SELECT {', '.join(rows[0])} FROM {table}")}
        assert {tuple(row.values()) for row in rows} <= kept, table
        extra = 1 if table == "fact" else 0  # that the database can be written was learned while it was opened
        assert len(kept) == len(rows) + extra, table


def test_the_database_is_whole(intake: Intake) -> None:
    assert intake.sql("PRAGMA integrity_check") == [("ok",)]
    assert intake.sql("PRAGMA foreign_key_check") == []
    assert intake.sql("SELECT count(*) FROM sqlite_master WHERE name LIKE '%alembic_tmp%'") == [(0,)]


def test_the_schema_is_that_of_a_new_database(intake: Intake, tmp_path: Path) -> None:
    def schema(file: Path) -> dict[str, list[str]]:
        """The words of each statement; in which order a table names its constraints does not matter."""
        connection = sqlite3.connect(file)
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        connection.close()
        return {name: sorted(re.findall(r"\w+", sql)) for name, sql in found}

    new = tmp_path / "new" / "maildesk.db"
    Store.open(new, "KD", BERLIN).close()

    assert schema(intake.file) == schema(new)


def test_what_the_messages_named_is_known_now(intake: Intake) -> None:
    assert set(intake.sql("SELECT message_row, identifier FROM message_reference")) == {
        (1, "root@example.org"),
        (1, "far@example.org"),
        (2, "Ümlaut\"'@example.org"),
        (2, "far@example.org"),
        (4, "root@example.org"),
    }


def test_what_orders_did_is_read_from_their_data_now(intake: Intake) -> None:
    assert [json.loads(row[0]) for row in intake.sql("SELECT data FROM event ORDER BY id")] == [data for _what, _detail, data in EVENTS]


def test_alarms_are_known_by_their_ids_now(intake: Intake) -> None:
    assert set(intake.store.standing_alarms()) == set(ALARMS.values())


@pytest.mark.parametrize("title", [title for title in ALARMS if "nobody" not in title])
def test_alarms_are_called_as_before(title: str) -> None:
    assert in_words(alarm_title(ALARMS[title])) == title


@pytest.mark.parametrize(
    ("subject", "mark"),
    [("Kein Durchgang", "no_pass"), ("Entwarnung: Kein Durchgang", "no_pass; over"), ("Entwarnung: Regen", ""), (None, "")],
)
def test_a_letter_of_an_alarm_says_which_one_it_is(old: Path, subject: str | None, mark: str) -> None:
    context = json.dumps({"betreff": subject} if subject else {})
    with closing(sqlite3.connect(old)) as database, database:
        database.execute("UPDATE letter SET template = 'alarm', context = ? WHERE letter_id = 'abcdefghijklmnop'", (context,))

    with Store.open(old, "KD", BERLIN) as store:
        assert [queued.letter.context.get(FIELD, "") for queued in store.due_letters(Due(MONDAY), 10)] == [mark]


def test_a_letter_that_could_not_be_written_is_known_as_such(old: Path) -> None:
    with closing(sqlite3.connect(old)) as database, database:
        database.execute("UPDATE letter SET error = 'cannot be written: alarm.de.txt, line 3'")

    with Store.open(old, "KD", BERLIN) as store:
        assert store.signs(MONDAY).unwritten == 1, "of the letters in all states, the one that waits"


def test_new_columns_have_values_that_say_nothing_false(intake: Intake) -> None:
    assert set(intake.sql("SELECT opened_by_reply, merged_into_id FROM cases")) == {(0, None)}
    assert set(intake.sql("SELECT report, report_proved, reported_at, reply_to FROM letter")) == {("", 0, None, "")}
    assert intake.sql("SELECT count(*) FROM message WHERE sent_at <> received_at") == [(0,)]


@pytest.mark.parametrize(
    "untrue",
    [
        "UPDATE letter SET state = 'sent', sent_at = NULL",
        "UPDATE letter SET state = 'gone'",
        "UPDATE letter SET report = 'lost'",
        "UPDATE letter SET report = NULL",
        "UPDATE letter SET message_id = 'twice@example.com'",
        "UPDATE letter SET letter_id = 'twice'",
        "UPDATE letter SET case_id = 99",
        "UPDATE letter SET sent_message_id = 99",
        "DELETE FROM cases WHERE id = 1",
        "UPDATE cases SET merged_into_id = 99",
        "UPDATE cases SET status = 'lost'",
        "UPDATE cases SET opened_by_reply = NULL",
        "UPDATE message SET case_id = NULL WHERE id = 1",
        "UPDATE message SET outcome = 'gone'",
        "UPDATE message SET base_subject = NULL",
        "INSERT INTO case_link (case_id, other_id, kind) VALUES (1, 2, 'marries')",
        "INSERT INTO case_link (case_id, other_id, kind) VALUES (1, 99, 'carries')",
        "INSERT INTO message_reference (message_row, identifier) VALUES (1, 'root@example.org')",
        "INSERT INTO message_reference (message_row, identifier) VALUES (99, 'x@example.org')",
    ],
)
def test_the_database_refuses_what_cannot_be_true_also_after_the_change(intake: Intake, untrue: str) -> None:
    connection = sqlite3.connect(intake.file)
    connection.execute("PRAGMA foreign_keys = ON")
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(untrue)
    connection.close()


def test_a_letter_that_was_sent_may_now_have_failed(intake: Intake) -> None:
    intake.sql("UPDATE letter SET state = 'failed', report = 'failed', report_proved = 1 WHERE state = 'sent'")

    assert intake.sql("SELECT count(*) FROM letter WHERE state = 'failed' AND sent_at IS NOT NULL") == [(1,)]


@pytest.mark.parametrize(
    "fields",
    [
        answer_to("old-1"),
        answer_to(keyed(letter_id="dbcdefghijklmnop")),
        {"subject": "zu KD-2026-00001"},
        {"message_id": "root@example.org"},
    ],
    ids=["Message-ID", "keyed id", "number", "late parent"],
)
def test_mails_find_their_old_cases(intake: Intake, fields: dict[str, Any]) -> None:
    intake.later(days=1)

    decision = intake.take(mail_of("Eva@example.org", "new", **fields))

    assert (decision.outcome, decision.case_number) == (Outcome.FOLLOW_UP, "KD-2026-00001")


def test_a_new_case_gets_the_next_number_and_old_letters_go_out(intake: Intake) -> None:
    assert intake.take(mail_of("adam@example.net", "new")).case_number == "KD-2026-00003"
    assert intake.store.due_letters(Due(MONDAY), 10)[0].letter.letter_id == "abcdefghijklmnop"
    assert [letter["state"] for letter in intake.case("KD-2026-00001")["letters"]][2] == "in-doubt"


def test_a_change_that_breaks_off_leaves_the_old_database_as_it_was(old: Path) -> None:
    connection = sqlite3.connect(old)
    connection.execute("CREATE TABLE message_reference (in_the_way INTEGER)")
    connection.commit()
    before = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()

    with pytest.raises(StoreUnusable):
        Store.open(old, "KD", BERLIN)

    assert connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall() == before
    assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
    assert connection.execute("SELECT count(*) FROM letter").fetchall() == [(len(STATES),)]
    connection.close()
