# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The JSON objects of docs/objects.md, held to what the commands print."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from maildesk.core.case.case import Channel, Direction, Role, Status
from maildesk.core.decision.decision import Outcome
from maildesk.core.letters.letter import Letter, LetterState
from maildesk.core.mail.classify import Automatic
from maildesk.octets import Octets, RawMessage
from maildesk.settings.settings import load_settings
from tests.rig import command
from tests.test_docs import OBJECTS_PAGE, section, write_desk

PERSON = b"From: Eva Muster <eva@example.net>\r\nTo: kundendialog@example.org\r\nSubject: Frage\r\nMessage-ID: <a1@example.net>\r\n"
SHEET = b'Content-Type: text/csv\r\nContent-Disposition: attachment; filename="a.csv"\r\n\r\na,b\r\n'
MAIL = PERSON + (
    b"Reply-To: eva@example.com\r\nIn-Reply-To: <b2@example.org>\r\nReferences: <b2@example.org>\r\n"
    b"Date: Mon, 23 Nov 2026 09:15:00 +0100\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    b"--x\r\nContent-Type: text/plain\r\n\r\nGuten Tag\r\n--x\r\n" + SHEET + b"--x--\r\n"
)
ROBOT = PERSON.replace(b"a1@", b"a2@") + b"Auto-Submitted: auto-replied\r\n\r\nIch bin nicht da.\r\n"
NOW = datetime(2026, 11, 23, 8, 15, tzinfo=UTC)


def shape(value: Any) -> Any:
    """What a program relies on: the keys, and below them the keys of what is inside; a list is told by its first entry."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return [shape(inner) for inner in value[:1] if isinstance(inner, dict)] if isinstance(value, list) else None


def documented(heading: str) -> Any:
    block = re.search(r"^```json\n(.*?)^```", section(OBJECTS_PAGE, heading), re.MULTILINE | re.DOTALL)
    assert block is not None
    return json.loads(block[1])


def maildesk(desk: Path, *arguments: str, code: int = 0) -> Any:
    """What a command prints with --json, read; JSON Lines as their first line."""
    said = command.maildesk(*arguments, "--json", "--config", desk)
    assert said.code == code, said.err
    return said.json


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """The configuration of a desk that nothing has happened to."""
    return write_desk(tmp_path)


@pytest.fixture
def busy_desk(desk: Path) -> Path:
    """A desk with a case, a robot's mail set aside, a letter in the outbox, a mail in quarantine and a pass behind it."""
    from maildesk import building
    from maildesk.core.letters.letter import letter_id_for

    for name, octets in (("mail", MAIL), ("robot", ROBOT)):
        desk.with_name(f"{name}.eml").write_bytes(octets)
    maildesk(desk, "import", str(desk.with_name("mail.eml")), str(desk.with_name("robot.eml")))
    letter = Letter(letter_id_for("x", "acknowledgement", "eva@example.net"), "acknowledgement", "eva@example.net", "l1@example.org")
    with building.store(load_settings(desk)) as store:
        with store.transaction() as transaction:
            transaction.queue(replace(letter, created_at=NOW), 1, NOW)
            transaction.quarantine(RawMessage("INBOX", 1, 1, NOW, Octets.of(b"x")), "unexpected ValueError", NOW)
        counts = documented("Other objects")["status"]["last_pass"]["counts"]
        store.note_pass(counts, 0, "", NOW, NOW)
    return desk


def test_the_message_of_inspect_is_the_documented_one(tmp_path: Path) -> None:
    (tmp_path / "mail.eml").write_bytes(MAIL)
    found = maildesk(tmp_path / "none.toml", "inspect", str(tmp_path / "mail.eml"))
    assert list(found) == list(documented("message"))
    for name in ("from", "attachments"):
        assert shape(found[name]) == shape(documented("message")[name])
    assert list(found["reply_to"][0]) == list(found["to"][0]) == ["name", "address"]


def test_cases_and_show_print_the_documented_objects(busy_desk: Path) -> None:
    [listed] = maildesk(busy_desk, "cases")
    assert shape(listed) == shape(documented("case"))
    shown = maildesk(busy_desk, "show", listed["number"])
    assert set(shown) - set(listed) == {"messages", "letters", "events", "links"}
    assert list(shown["events"][0]) == ["at", "who", "what", "detail"]
    assert shape(shown["letters"][0]) == shape(documented("letter"))
    inside = {"id", "direction", "role", "at", "size", "sha256", "entered"}
    assert set(shown["messages"][0]) == set(documented("message")) | inside
    assert all(f'`"{key}"`' in section(OBJECTS_PAGE, "message") for key in inside)


def test_outbox_and_aside_print_the_documented_objects(busy_desk: Path) -> None:
    assert shape(maildesk(busy_desk, "outbox")[0]) == shape(documented("letter"))
    [case] = maildesk(busy_desk, "cases")
    assert set(maildesk(busy_desk, "aside")[0]) == set(maildesk(busy_desk, "show", case["number"])["messages"][0])


def test_quarantine_and_status_print_the_documented_objects(busy_desk: Path) -> None:
    others = documented("Other objects")
    assert shape(maildesk(busy_desk, "status", code=1)) == shape({**others["status"], "alarms": []})
    assert shape(maildesk(busy_desk, "quarantine")[0]) == shape(others["quarantined mail"])
    assert shape(maildesk(busy_desk, "quarantine", "--retry")) == shape(others["quarantine --retry"])


def test_a_backup_and_an_alarm_that_stands_are_the_documented_objects(busy_desk: Path) -> None:
    from maildesk import building

    others = documented("Other objects")
    settings = load_settings(busy_desk)
    building.policy(settings)  # makes the key
    assert shape(maildesk(busy_desk, "backup")) == shape(others["backup"])
    with building.store(settings) as store, store.transaction() as transaction:
        transaction.raise_alarm("letters_late", "x", NOW, timedelta(0))
    assert shape(maildesk(busy_desk, "status", code=1)) == shape(others["status"])


def test_the_counts_of_poll_and_import_are_the_documented_ones(desk: Path) -> None:
    from maildesk.jobs.counts import PassReport

    documented_counts = list(documented("counts"))
    assert documented_counts == [*PassReport().counts(), "letters_sent", "letters_waiting", "retrying"]
    desk.with_name("mail.eml").write_bytes(MAIL)
    imported = maildesk(desk, "import", str(desk.with_name("mail.eml")))
    assert list(imported) == ["read", *documented_counts[1:-3], "files_skipped"]


def test_what_check_finds_and_what_a_rehearsal_tells_has_the_documented_keys(capsys: pytest.CaptureFixture[str]) -> None:
    from dataclasses import fields

    from maildesk.cli import mail
    from maildesk.cli.checks import Finding

    assert {field.name for field in fields(Finding)} | {"ok"} == set(documented("Other objects")["finding"])
    mail._tell_decision(RawMessage("INBOX", 1, 7, NOW, Octets.of(b"x")), None, as_json=True)
    assert list(json.loads(capsys.readouterr().out)) == list(documented("Other objects")["rehearsal"])


@pytest.mark.parametrize("kind", [Automatic, Status, Channel, Direction, Role, Outcome], ids=lambda kind: kind.__name__)
def test_every_value_that_a_key_can_have_is_named(kind: type[Status]) -> None:
    assert [value for value in kind if f"`{value}`" not in OBJECTS_PAGE] == []


def test_every_state_of_a_letter_is_explained_as_it_is_shown() -> None:
    from maildesk.adapters.store.rows import views

    shown = {views._SHOWN_STATES.get(state, state.value) for state in LetterState}
    assert {state for state in shown if f"`{state}`" not in section(OBJECTS_PAGE, "letter")} == set()
