# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The database, on a real SQLite file: nothing half done, nothing twice, and clear words when it cannot be used."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlmodel import SQLModel

from maildesk.adapters.parse import parse
from maildesk.adapters.store import CaseFilter, Store, migration, only_one
from maildesk.adapters.store.engine import open_engine, translated, writing
from maildesk.core.decision.decision import Outcome
from maildesk.core.letters.letter import CONTESTED, CONTESTED_LONGER, PAUSE_MAX, Due, LetterState
from maildesk.core.office.calendar import WorkCalendar
from maildesk.core.office.policy import Desk, Policy, Staff
from maildesk.errors import StoreBusy, StoreUnusable, Unrecordable
from maildesk.jobs.intake import Coming, handle
from maildesk.octets import CHUNK_BYTES, Octets, RawMessage
from tests.rig.builders import MONDAY, a_mail
from tests.rig.stores import with_tables

BERLIN = ZoneInfo("Europe/Berlin")
POLICY = Policy(
    Desk("Kundendialog", "desk@example.com"), WorkCalendar(BERLIN), b"k" * 32, (Staff("W", "weber@example.com", "weber", "none"),)
)
NOW = MONDAY + timedelta(minutes=1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "maildesk.db"


@pytest.fixture
def store(file: Path) -> Iterator[Store]:
    with Store.open(with_tables(file), "KD", BERLIN) as store:
        yield store


def raw_mail(octets: bytes, uid: int = 1, uid_validity: int = 7) -> RawMessage:
    return RawMessage("INBOX", uid_validity, uid, MONDAY, Octets.of(octets))


def take_in(store: Store, octets: bytes, uid: int = 1, now: datetime = NOW, uid_validity: int = 7) -> Outcome | None:
    raw = raw_mail(octets, uid, uid_validity)
    with store.transaction() as transaction:
        return handle(transaction, raw, parse(raw.octets), POLICY, now).outcome


def all_cases(store: Store) -> list[dict[str, object]]:
    return store.views.cases(CaseFilter())


def test_a_mail_and_all_that_follows_from_it_are_stored_together(store: Store) -> None:
    octets = a_mail(subject="Wartezeit")

    outcome = take_in(store, octets, uid=5)

    case = store.views.case("KD-2026-00001")
    assert outcome is Outcome.NEW_CASE
    assert case is not None
    assert case["subject"] == "Wartezeit"
    assert case["due_at"] == date(2026, 12, 7).isoformat()
    assert [event["what"] for event in case["events"]] == ["opened"]
    assert [letter["template"] for letter in case["letters"]] == ["acknowledgement"]
    assert store.recorded("INBOX", 7, [4, 5]) == {5: "archive"}
    kept = store.octets_by_digest(case["messages"][0]["sha256"])
    assert kept is not None
    assert kept.all() == octets


def test_an_error_in_the_middle_leaves_nothing_of_a_mail_and_all_of_the_others(store: Store) -> None:
    good, bad = raw_mail(a_mail(message_id="good@example.org"), 1), raw_mail(a_mail(message_id="bad@example.org"), 2)

    with store.transaction() as transaction:
        handle(transaction, good, parse(good.octets), POLICY, NOW)
        with pytest.raises(ZeroDivisionError), transaction.message():
            handle(transaction, bad, parse(bad.octets), POLICY, NOW)
            raise ZeroDivisionError

    assert len(all_cases(store)) == 1
    assert store.recorded("INBOX", 7, [1, 2]) == {1: "archive"}


def test_an_error_outside_of_a_savepoint_takes_the_whole_batch_back(store: Store) -> None:
    raw = raw_mail(a_mail())

    with pytest.raises(ZeroDivisionError), store.transaction() as transaction:
        handle(transaction, raw, parse(raw.octets), POLICY, NOW)
        raise ZeroDivisionError

    assert all_cases(store) == []


def test_the_same_octets_are_one_message_whatever_uid_they_come_under(store: Store) -> None:
    assert take_in(store, a_mail(), uid=1) is Outcome.NEW_CASE
    assert take_in(store, a_mail(), uid=1, uid_validity=8) is Outcome.ALREADY_KNOWN

    assert len(all_cases(store)) == 1


def test_a_copy_that_came_by_another_server_is_the_same_mail(store: Store) -> None:
    assert take_in(store, b"Received: from a\r\n" + a_mail(), uid=1) is Outcome.NEW_CASE
    assert take_in(store, b"Received: from b\r\nDelivered-To: desk@example.com\r\n" + a_mail(), uid=2) is Outcome.ALREADY_KNOWN


def test_two_different_mails_with_one_message_id_are_two_messages(store: Store) -> None:
    assert take_in(store, a_mail("Erste\n"), uid=1) is Outcome.NEW_CASE
    assert take_in(store, a_mail("Zweite\n"), uid=2) is Outcome.NEW_CASE


def test_a_follow_up_finds_its_case_and_is_noted_once_a_day(store: Store) -> None:
    take_in(store, a_mail(message_id="first@example.org"), uid=1)
    answers = [a_mail(f"Nachtrag {n}\n", message_id=f"n{n}@example.org", in_reply_to="<first@example.org>") for n in range(3)]

    assert take_in(store, answers[0], uid=2) is Outcome.FOLLOW_UP
    assert take_in(store, answers[1], uid=3) is Outcome.FOLLOW_UP
    assert take_in(store, answers[2], uid=4, now=NOW + timedelta(days=1)) is Outcome.FOLLOW_UP

    case = store.views.case("KD-2026-00001")
    assert case is not None
    assert [letter["template"] for letter in case["letters"]] == ["acknowledgement", "follow-up", "follow-up"]


def test_the_daily_limit_counts_letters_and_not_mails(store: Store) -> None:
    for number in range(8):
        take_in(store, a_mail(f"Anliegen {number}\n", message_id=f"m{number}@example.org", subject=f"Nr {number}"), uid=number + 1)

    assert len(all_cases(store)) == 8
    assert len(store.due_letters(Due(NOW), 100)) == 5


def test_writers_at_the_same_time_get_different_numbers(store: Store) -> None:
    def work(first: int) -> None:
        for number in range(first, first + 10):
            take_in(store, a_mail(message_id=f"m{number}@example.org", subject=f"Nr {number}"), uid=number)

    threads = [threading.Thread(target=work, args=(100 * index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(case["number"] for case in all_cases(store)) == [f"KD-2026-{number:05d}" for number in range(1, 41)]


def test_a_big_mail_is_kept_in_small_rows(store: Store, file: Path) -> None:
    octets = a_mail("x" * 78 + "\n" * 1) + b"y" * (3 * CHUNK_BYTES)

    take_in(store, octets)

    with sqlite3.connect(file) as connection:
        sizes = [row[0] for row in connection.execute("SELECT length(octets) FROM raw_chunk ORDER BY position")]
    connection.close()
    assert max(sizes) <= CHUNK_BYTES
    assert sum(sizes) == len(octets)


def test_search_finds_words_inside_compounds_and_ignores_case(store: Store) -> None:
    take_in(store, a_mail("Mein Weiterbewilligungsbescheid fehlt.\n"), uid=1)
    take_in(store, a_mail("Danke!\n", message_id="two@example.org", subject="Lob"), uid=2)

    def found(words: str) -> list[object]:
        return [case["number"] for case in store.views.cases(CaseFilter(words=words))]

    assert found("BESCHEID fehlt") == ["KD-2026-00001"]
    assert found("Eva") == ["KD-2026-00001", "KD-2026-00002"]
    assert found('bescheid" OR "danke') == []
    assert found("fe") == ["KD-2026-00001"]


def test_cases_are_listed_by_what_was_asked(store: Store) -> None:
    take_in(store, a_mail())

    def number_of(wanted: CaseFilter) -> int:
        return len(store.views.cases(wanted))

    assert number_of(CaseFilter(status="new", year=2026, channel="email")) == 1
    assert number_of(CaseFilter(status="closed")) == 0
    assert number_of(CaseFilter(overdue_on=date(2026, 12, 7))) == 0
    assert number_of(CaseFilter(overdue_on=date(2026, 12, 8))) == 1


def test_a_persons_contact_can_be_deleted_without_the_case(store: Store, file: Path) -> None:
    take_in(store, a_mail())

    engine = open_engine(file)
    with writing(engine) as connection:
        connection.execute(text("DELETE FROM contact"))
    engine.dispose()

    case = store.views.case("KD-2026-00001")
    assert case is not None
    assert case["correspondent"] == {"name": "", "address": ""}


def test_a_failing_mail_is_counted_and_quarantined_at_the_third_try(store: Store) -> None:
    raw = raw_mail(a_mail())

    for expected in (1, 2, 3):
        with store.transaction() as transaction:
            assert transaction.note_failure(raw, "the parser died", NOW) == expected
    with store.transaction() as transaction:
        transaction.quarantine(raw, "the parser died", NOW)

    assert [each["error"] for each in store.views.quarantine()] == ["the parser died"]
    assert take_in(store, a_mail(), uid=9) is Outcome.ALREADY_KNOWN, "it waits in quarantine, and is not taken in by the way"


# --- the outbox ---


def waiting(store: Store, uid: int = 1) -> None:
    """A mail whose letters wait for it to be filed."""
    raw = raw_mail(a_mail(sender=f"c{uid}@example.org", message_id=f"m{uid}@example.org"), uid)
    with store.transaction() as transaction:
        handle(transaction, raw, parse(raw.octets), POLICY, NOW, Coming(waits=True))


def due(store: Store, proved_before: datetime | None = None) -> list[str]:
    return [queued.letter.recipient for queued in store.due_letters(Due(NOW, proved_before), 10)]


def test_a_letter_waits_until_its_mail_has_been_filed(store: Store) -> None:
    waiting(store, 1)
    waiting(store, 2)
    assert due(store) == []

    store.note_filed("INBOX", 7, [2], [], NOW)
    assert due(store) == ["c2@example.org"]
    store.note_filed("INBOX", 8, [1], [], NOW)
    assert due(store) == ["c2@example.org"], "that was another inbox"


def test_whoever_was_killed_before_the_filing_was_noted_writes_when_the_copies_tell_nothing(store: Store) -> None:
    waiting(store)

    assert due(store, NOW - timedelta(seconds=1)) == []
    assert due(store, NOW) == ["c1@example.org"]


def test_a_letter_whose_mail_somebody_else_took_leaves_later_than_theirs(store: Store) -> None:
    waiting(store)
    store.note_filed("INBOX", 7, [], [1], NOW)

    assert due(store, NOW) == []
    assert due(store, NOW + CONTESTED_LONGER) == ["c1@example.org"]
    assert store.views.outbox()[0]["error"] == CONTESTED


def test_its_copy_tells_that_somebody_else_has_sent_the_letter(store: Store) -> None:
    waiting(store)
    store.note_filed("INBOX", 7, [], [1], NOW)
    (queued,) = store.due_letters(Due(NOW, NOW + CONTESTED_LONGER), 10)

    take_in(store, a_mail(sender="desk@example.com", to="c1@example.org", message_id=queued.letter.message_id), uid=2)

    assert due(store, NOW + CONTESTED_LONGER) == []
    assert [letter["state"] for letter in store.views.case("KD-2026-00001")["letters"]] == ["sent"]  # type: ignore[index]
    assert store.fact("another_desk")["seen_at"] == NOW.isoformat()


def test_a_letter_that_waits_for_a_time_that_no_honest_clock_wrote_leaves(store: Store) -> None:
    take_in(store, a_mail())
    (queued,) = store.due_letters(Due(NOW), 10)

    store.mark_deferred(queued.row, "later", NOW + PAUSE_MAX)
    assert due(store) == []
    store.mark_deferred(queued.row, "the clock was a day ahead", NOW + timedelta(days=1))
    assert len(due(store)) == 1


def test_a_letter_goes_its_way_and_its_copy_proves_it(store: Store) -> None:
    take_in(store, a_mail())
    queued = store.due_letters(Due(NOW), 10)[0]
    sent = a_mail(sender="desk@example.com", to="eva@example.org", message_id=queued.letter.message_id, subject="Ihre Nachricht")

    store.mark_sending(queued.row, "Ihre Nachricht", NOW)
    assert store.due_letters(Due(NOW), 10) == ()
    store.mark_dot(queued.row, NOW)
    store.mark_sent(queued.row, RawMessage("outbox", 0, None, NOW, Octets.of(sent)), parse(Octets.of(sent)), NOW, copy_expected=True)
    outcome = take_in(store, b"Received: from smtp\r\n" + sent, uid=2)

    case = store.views.case("KD-2026-00001")
    assert outcome is Outcome.ALREADY_KNOWN
    assert case is not None
    assert case["acknowledged_at"] is not None
    assert [message["direction"] for message in case["messages"]] == ["in", "out"]
    assert case["letters"][0]["proven_at"] is not None
    assert store.recorded("INBOX", 7, [2]) == {2: "sent"}


def test_a_letter_in_doubt_is_settled_by_its_copy_and_not_sent_again(store: Store) -> None:
    take_in(store, a_mail())
    queued = store.due_letters(Due(NOW), 10)[0]
    store.mark_sending(queued.row, "x", NOW)
    store.mark_dot(queued.row, NOW)

    take_in(store, a_mail(sender="desk@example.com", to="eva@example.org", message_id=queued.letter.message_id), uid=2)

    assert store.settle_doubts(NOW + timedelta(hours=1), NOW + timedelta(hours=1)) == 0
    case = store.views.case("KD-2026-00001")
    assert case is not None
    assert case["letters"][0]["state"] == "sent"
    assert [message["direction"] for message in case["messages"]] == ["in", "out"], "the copy is kept as what was sent"


def test_a_letter_in_doubt_without_a_copy_is_sent_again_under_the_same_message_id(store: Store) -> None:
    take_in(store, a_mail())
    queued = store.due_letters(Due(NOW), 10)[0]
    store.mark_sending(queued.row, "x", NOW)
    store.mark_dot(queued.row, NOW)

    assert store.views.outbox()[0]["state"] == "in-doubt"
    assert store.settle_doubts(NOW - timedelta(minutes=1), NOW) == 0
    assert store.settle_doubts(NOW, NOW) == 1
    assert store.due_letters(Due(NOW), 10)[0].letter.message_id == queued.letter.message_id


def test_what_was_interrupted_before_the_dot_is_queued_again(store: Store) -> None:
    take_in(store, a_mail())
    store.mark_sending(store.due_letters(Due(NOW), 10)[0].row, "x", NOW)

    assert store.requeue_interrupted(NOW) == 1
    assert len(store.due_letters(Due(NOW), 10)) == 1


def test_a_letter_that_failed_says_so_in_its_case_and_can_be_sent_again_by_hand(store: Store) -> None:
    take_in(store, a_mail())
    row = store.due_letters(Due(NOW), 10)[0].row
    store.mark_failed(row, "550 no such user", NOW)

    case = store.views.case("KD-2026-00001")
    assert case is not None
    assert case["events"][-1]["what"] == "letter-failed"
    assert store.retry_letter(row, NOW)
    assert not store.retry_letter(row + 99, NOW)
    assert len(store.due_letters(Due(NOW), 10)) == 1
    store.mark_sending(row, "Ihre Nachricht", NOW)
    assert not store.retry_letter(row, NOW), "it is on its way just now"


def test_the_database_itself_refuses_what_cannot_be_true(store: Store, file: Path) -> None:
    take_in(store, a_mail())
    engine = open_engine(file)

    for untrue in (
        "UPDATE cases SET status = 'lost'",
        "UPDATE cases SET closed_at = '2000-01-01 00:00:00'",
        "UPDATE letter SET state = 'sent'",
        "UPDATE message SET case_id = NULL",
        "UPDATE message SET outcome = 'gone'",
        "UPDATE raw_chunk SET octets = zeroblob(1048577)",
        "INSERT INTO event (case_id, at, who, what, detail) VALUES (99, '', '', '', '')",
    ):
        with pytest.raises(Unrecordable), writing(engine) as connection:
            connection.execute(text(untrue))
    engine.dispose()


# --- the file ---


def test_files_are_for_their_owner_alone_whatever_the_umask(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    before = os.umask(0)
    try:
        with Store.open(file, "KD", BERLIN) as store:
            take_in(store, a_mail())
            modes = {path.name: path.stat().st_mode & 0o777 for path in file.parent.iterdir()}
    finally:
        os.umask(before)

    assert set(modes.values()) == {0o600}, modes
    assert "maildesk.db-wal" in modes
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_the_migrated_schema_is_that_of_the_tables(store: Store, file: Path) -> None:
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
    engine.dispose()

    assert [each for each in difference if "message_search" not in str(each)] == []


def test_the_head_that_is_written_down_is_that_of_the_migrations() -> None:
    scripts = ScriptDirectory(str(Path(migration.__file__).parent / "migrations"))

    assert scripts.get_heads() == [migration.HEAD]
    assert {script.revision for script in scripts.walk_revisions()} == set(migration.KNOWN)


def test_a_database_of_a_newer_maildesk_is_left_alone(file: Path) -> None:
    Store.open(file, "KD", BERLIN).close()
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()

    with pytest.raises(StoreUnusable, match="newer maildesk"):
        Store.open(file, "KD", BERLIN)


def test_a_damaged_database_is_not_opened(file: Path) -> None:
    with Store.open(file, "KD", BERLIN) as store:
        for number in range(40):
            take_in(store, a_mail("x" * 5000, message_id=f"m{number}@example.org"), uid=number)
        store.tidy()
    data = bytearray(file.read_bytes())
    data[8192:40960] = b"\xff" * (40960 - 8192)
    file.write_bytes(data)

    with pytest.raises(StoreUnusable, match="damaged"):
        Store.open(file, "KD", BERLIN, check=True)


def test_a_file_that_is_no_database_is_told_as_such(file: Path) -> None:
    file.parent.mkdir()
    file.write_text("This is no database, whatever its name says. " * 100)

    with pytest.raises(StoreUnusable, match="no SQLite database"):
        Store.open(file, "KD", BERLIN)


def test_a_folder_that_cannot_be_made_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreUnusable, match="cannot be opened"):
        Store.open(tmp_path / "file" / "maildesk.db", "KD", BERLIN)


def test_a_second_maildesk_on_the_same_database_is_turned_away(file: Path) -> None:
    with only_one(file), pytest.raises(StoreBusy, match="another maildesk"), only_one(file):
        pass

    with only_one(file):
        pass


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (sqlite3.SQLITE_BUSY, StoreBusy),
        (sqlite3.SQLITE_LOCKED, StoreBusy),
        *[(getattr(sqlite3, name), StoreUnusable) for name in dir(sqlite3) if name.startswith("SQLITE_") and name[7:] in
          {"CORRUPT", "NOTADB", "READONLY", "CANTOPEN", "PERM", "FULL", "IOERR", "IOERR_FSYNC", "AUTH", "TOOBIG", "SCHEMA", "PROTOCOL"}],
    ],
)  # fmt: skip
def test_every_error_of_sqlite_becomes_one_of_ours(code: int, expected: type[Exception]) -> None:
    error = sqlite3.OperationalError("x")
    error.sqlite_errorcode = code

    with pytest.raises(expected), translated():
        raise error


def test_facts_are_remembered_and_replaced(store: Store) -> None:
    store.learn("null_sender", {"refused": True}, NOW)
    store.learn("null_sender", {"refused": False}, NOW)

    assert store.fact("null_sender") == {"refused": False}
    assert store.fact("unknown") == {}


def test_an_alarm_is_told_once_and_again_only_after_a_while(store: Store) -> None:
    pause = timedelta(minutes=30)

    told = []
    for minutes in (0, 10, 29, 30, 31):
        with store.transaction() as transaction:
            told.append(transaction.raise_alarm("count", "x", NOW + timedelta(minutes=minutes), pause))

    assert told == [True, False, False, True, False]
    assert store.standing_alarms() == {"count": NOW}
    with store.transaction() as transaction:
        assert transaction.clear_alarm("count") == NOW
        assert transaction.clear_alarm("count") is None
    assert store.standing_alarms() == {}


def test_machine_mail_can_be_made_a_case_by_hand(store: Store) -> None:
    mail = a_mail().replace(b"MIME-Version:", b"Auto-Submitted: auto-replied\r\nMIME-Version:")
    assert take_in(store, mail) is Outcome.SET_ASIDE
    row = store.views.aside()[0]["id"]

    with store.transaction() as transaction:
        number = transaction.case_from_aside(row, POLICY, NOW)
        again = transaction.case_from_aside(row, POLICY, NOW)

    assert number == "KD-2026-00001"
    assert again is None
    assert store.views.aside() == []
    assert [case["number"] for case in all_cases(store)] == [number]


def test_states_of_letters_are_those_that_the_database_knows(store: Store) -> None:
    assert set(store.views.counts(NOW)["outbox"]) == {"in-doubt" if state is LetterState.DOT else state.value for state in LetterState}
