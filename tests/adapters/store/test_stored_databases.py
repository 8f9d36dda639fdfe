# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A database of every earlier schema opens, and shows what the code of its time showed of it (tests/stored): cases, urgencies, waiting
states, alarms, letters. What staff said counts as before when a further mail comes, and the letters that wait leave as they are.
"""

from __future__ import annotations

import json
import lzma
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from maildesk.adapters.compose import Composer
from maildesk.adapters.parse import parse
from maildesk.adapters.store import CaseFilter, Store, migration
from maildesk.core import desk
from maildesk.core.agenda.agenda import Agenda
from maildesk.core.agenda.digest import digest_letters
from maildesk.core.case.case import KnownCase
from maildesk.core.decision.decision import Outcome
from maildesk.core.decision.questions import Arrival
from maildesk.core.health import Surroundings
from maildesk.core.letters.automatic import as_of_now
from maildesk.core.letters.letter import Due
from maildesk.core.office.calendar import WorkCalendar
from maildesk.core.office.policy import Desk, Policy, Staff
from maildesk.jobs import watch
from maildesk.jobs.intake import handle
from maildesk.octets import Octets, RawMessage
from tests.rig.builders import a_mail, a_message
from tests.rig.intake import BERLIN
from tests.rig.letters import SHIPPED
from tests.rig.ordering import CATEGORIES
from tests.rig.places import TESTS
from tests.rig.reports import Lost, postfix

SCHEMAS = ("0001", "0002", "0003", "0004", "0005", "0006")
HAVE_ORDERS, HAVE_STATEMENTS, WAIT_FOR_FILING = SCHEMAS[2:], SCHEMAS[3:], SCHEMAS[4:]
with_orders, with_statements = (
    pytest.mark.parametrize("old", schemas, indirect=True, scope="module") for schemas in (HAVE_ORDERS, HAVE_STATEMENTS)
)
WEBER, LEADS = "weber@haus.example", "leitung@haus.example"
POLICY = Policy(
    desk=Desk("Kundendialog Musterstadt", "desk@example.com", internal_domains=("haus.example",)),
    calendar=WorkCalendar(BERLIN),
    secret=b"k" * 32,
    staff=(
        Staff("Anna Weber", WEBER, "weber"),
        Staff("Jörg Moser", "moser@haus.example", "moser", "assigned"),
        Staff("Ina Kurz", "kurz@haus.example", "kurz", "digest"),
    ),
    alert_addresses=(LEADS,),
    categories=CATEGORIES,
)
COMPOSER = Composer(POLICY.desk, (SHIPPED,))
CASE_KEYS = {"number", "status", "channel", "kind", "kind_confirmed", "urgency", "flags", "due_at", "closed_at", "assignee", "message_ids"}
URGENT = "Guten Tag,\nmorgen wird mir der Strom abgestellt.\n"
LETTERS = (
    "SELECT letter.id, letter_id, message_id, state, attempts, next_attempt_at, recipient, template, cases.number"
    " FROM letter LEFT JOIN cases ON cases.id = letter.case_id ORDER BY letter.id"
)


@dataclass(frozen=True)
class OldLetter:
    row: int
    letter_id: str
    message_id: str
    state: str
    attempts: int
    next_attempt_at: str
    recipient: str
    template: str
    number: str | None


@dataclass(frozen=True)
class Old:
    """A stored database that the present code has opened. `shown`: what the code of its time showed of it, and `letters` and `alarms`
    what stood in it before it was opened.
    """

    schema: str
    file: Path
    store: Store
    shown: dict[str, Any]
    letters: tuple[OldLetter, ...]
    alarms: tuple[datetime, ...]

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat(self.shown["now"])

    @property
    def numbers(self) -> list[str]:
        return [case["number"] for case in self.shown["cases"]]

    def address(self, number: str) -> str:
        return str(self.shown["show"][number]["correspondent"]["address"])

    def letter(self, template: str, number: str, recipient: str) -> OldLetter:
        found = (each for each in self.letters if (each.template, each.number, each.recipient) == (template, number, recipient))
        return next(found)


def opened(schema: str, folder: Path) -> Old:
    file = folder / "maildesk.db"
    file.write_bytes(lzma.decompress((TESTS / "stored" / f"schema-{schema}.db.xz").read_bytes()))
    shown = json.loads(lzma.decompress((TESTS / "stored" / f"schema-{schema}.json.xz").read_bytes()))
    assert rows(file, "SELECT version_num FROM alembic_version") == [(schema,)]
    letters = letters_in(file)
    alarms = tuple(datetime.fromisoformat(f"{since}+00:00") for (since,) in rows(file, "SELECT since FROM alarm ORDER BY since"))
    return Old(schema, file, Store.open(file, "KD", BERLIN), shown, letters, alarms)


def letters_in(file: Path) -> tuple[OldLetter, ...]:
    return tuple(OldLetter(*row) for row in rows(file, LETTERS))


def rows(file: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(file)) as database:
        return database.execute(query).fetchall()


@pytest.fixture(scope="module", params=SCHEMAS)
def old(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Old]:
    """For tests that only read it."""
    found = opened(request.param, tmp_path_factory.mktemp(f"schema-{request.param}"))
    with found.store:
        yield found


@pytest.fixture
def working(old: Old) -> Iterator[Old]:
    """For tests in which the desk goes on working; afterwards the file is as it was. A store of its own would cost each of them more."""
    old.store.close()
    before = old.file.read_bytes()
    yield old
    old.store.close()
    old.file.write_bytes(before)


def common(one: Any, other: Any) -> Any:
    """Of `one` what `other` has as well: later versions say more of a thing."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: common(one[key], other[key]) for key in one if key in other}
    if isinstance(one, list) and isinstance(other, list):
        return [common(*pair) for pair in zip(one, other, strict=True)]
    return one


def same(now: Any, before: Any) -> bool:
    assert common(now, before) == common(before, now)
    return True


def plain(value: Any) -> Any:
    """As JSON has it."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, datetime | date) else value


def test_every_earlier_schema_has_a_stored_database() -> None:
    assert set(migration.KNOWN[:-1]) <= set(SCHEMAS)


# --- what is shown ---


def test_each_case_shows_what_it_showed(old: Old) -> None:
    now = old.store.views.cases(CaseFilter())

    assert [case["number"] for case in now] == old.numbers
    assert all(case.keys() >= CASE_KEYS for case in now)
    assert same(now, old.shown["cases"])


def test_messages_letters_and_history_of_each_case_are_the_same(old: Old) -> None:
    for number in old.numbers:
        now, before = old.store.views.case(number), old.shown["show"][number]
        assert now is not None
        assert {"messages", "letters", "events"} <= now.keys()
        assert same(now, before), number
        assert {"at", "who", "what", "detail"} <= {key for event in now["events"] for key in event}


def test_outbox_and_mails_set_aside_and_in_quarantine_are_the_same(old: Old) -> None:
    views = old.store.views

    assert same(views.outbox(), old.shown["outbox"])
    assert same(views.aside(), old.shown["aside"])
    assert same(views.quarantine(), old.shown["quarantine"])
    assert len(views.aside()) == 1
    assert [letter["id"] for letter in views.outbox()] == [letter.row for letter in old.letters if letter.state != "sent"]


def test_status_counts_the_same(old: Old) -> None:
    counts, before = old.store.views.counts(old.now), old.shown["status"]

    assert {"outbox", "quarantine", "retrying", "cases", "set_aside"} <= counts.keys()
    assert same(counts, before)
    assert same(old.store.fact("last_pass"), before["last_pass"])


def test_octets_are_the_same(old: Old) -> None:
    for mail in old.shown["quarantine"]:
        raw = old.store.quarantined_mail(mail["id"])
        assert raw.octets.digest == mail["sha256"]
        raw.octets.close()


def test_words_in_old_mails_are_found(old: Old) -> None:
    found = old.store.views.cases(CaseFilter(words="schornsteinfeger"))

    assert [case["number"] for case in found] == ["KD-2026-00011" if old.schema in HAVE_ORDERS else "KD-2026-00012"]


@with_orders
def test_a_part_of_a_merged_case_leads_to_the_whole(old: Old) -> None:
    assert known(old)["KD-2026-00012"].merged_into == "KD-2026-00011"


# --- what is known when a person writes again ---


def known(old: Old) -> dict[str, KnownCase]:
    """What is known of each case when a mail comes that names it."""
    message = a_message(subject=" ".join(old.numbers), message_id="weiter@example.org")
    with old.store.transaction() as transaction:
        facts = transaction.look_up(desk.questions(message, POLICY, Arrival(old.now), old.now), old.now).facts
    return {number: facts.cases[number] for number in old.numbers}


def test_a_case_is_known_as_it_was(old: Old) -> None:
    now = {number: plain(case) for number, case in known(old).items()}

    assert all({"status", "urgency", "urgency_by_staff", "participants", "flags"} <= case.keys() for case in now.values())
    assert same(now, old.shown["known"])


def test_it_is_known_of_which_cases_staff_said_how_urgent_they_are(old: Old) -> None:
    assert [number for number, case in known(old).items() if case.urgency_by_staff] == old.shown["urgency_by_staff"]


def test_what_staff_said_of_the_urgency_holds_against_a_further_mail(working: Old) -> None:
    said = working.shown["urgency_by_staff"]
    unsaid = ["KD-2026-00015", "KD-2026-00021"]  # staff took it back, or never spoke of it

    take(working, *(further(working, number) for number in (*said, *unsaid)))

    now = {case["number"]: case["urgency"] for case in working.store.views.cases(CaseFilter())}
    before = {case["number"]: case["urgency"] for case in working.shown["cases"]}
    assert {number: now[number] for number in said} == {number: before[number] for number in said}
    assert {number: now[number] for number in unsaid} == dict.fromkeys(unsaid, "dringend")


@with_orders
def test_orders_of_that_time_can_be_taken_back(working: Old) -> None:
    """The last ones first: that the case waits, then how urgent it is."""
    number = "KD-2026-00019"
    assert number in waiting_since(working)
    assert known(working)[number].urgency_by_staff

    relayed = working.letter("relay", number, WEBER)
    take(working, *(answer(relayed, "#rückgängig", message_id=f"zurueck-{step}@haus.example") for step in ("1", "2")))

    now = known(working)[number]
    assert (now.status, now.urgency_by_staff) == ("new", False)
    assert number not in waiting_since(working)


def further(old: Old, number: str, text: str = URGENT) -> bytes:
    """A further mail of the person."""
    return a_mail(text, sender=old.address(number), subject=f"AW: [{number}]", message_id=f"weiter-{number}@example.org", date=None)


def answer(letter: OldLetter, text: str, message_id: str = "antwort@haus.example") -> bytes:
    """Weber answers a letter of that time."""
    subject, parent = f"AW: [{letter.number}]", f"<{letter.message_id}>"
    return a_mail(f"{text}\n", sender=WEBER, subject=subject, message_id=message_id, date=None, in_reply_to=parent)


def take(old: Old, *mails: bytes) -> list[Outcome | None]:
    """An hour later these mails come."""
    now = old.now + timedelta(hours=1)
    raws = [RawMessage("INBOX", 7, 1000 + uid, now, Octets.of(octets)) for uid, octets in enumerate(mails)]
    with old.store.transaction() as transaction:
        return [handle(transaction, raw, parse(raw.octets), POLICY, now).outcome for raw in raws]


# --- what there is to do ---


def the_agenda(old: Old) -> Agenda:
    with old.store.planning() as planning:
        return planning.agenda()


def waiting_since(old: Old) -> dict[str, str]:
    return {case.number: case.waiting_since.isoformat() for case in the_agenda(old).cases if case.waiting_since}


def test_cases_wait_since_staff_said_so(old: Old) -> None:
    assert waiting_since(old) == old.shown["waiting_since"]


def test_who_writes_again_does_not_end_the_waiting(working: Old) -> None:
    text = "Guten Tag,\nich suche die Bescheinigung noch.\n"

    take(working, *(further(working, number, text) for number in working.shown["waiting_since"]))

    assert waiting_since(working) == working.shown["waiting_since"]


@with_statements
def test_agenda_and_open_questions_are_the_same(old: Old) -> None:
    agenda = the_agenda(old)

    assert same({case.number: plain(case) for case in agenda.cases}, old.shown["agenda"])
    assert [case.number for case in agenda.cases] == list(old.shown["agenda"])
    assert list(agenda.held) == old.shown["held"]
    assert same([plain(each) for each in old.store.open_questions()], old.shown["questions"])


@with_statements
def test_the_digest_lists_the_same(old: Old) -> None:
    now = datetime.fromisoformat(old.shown["digest"]["now"])

    assert listed(the_digest(old, now)) == listed(old.shown["digest"]["text"])


def test_the_digest_lists_every_case_that_is_to_be_worked_on(old: Old) -> None:
    now = old.now + timedelta(days=1)
    found = listed(the_digest(old, now))
    done = {case["number"] for case in old.shown["cases"] if case["status"] in {"answered", "closed"}}

    assert sorted(line.number for line in found if not line.held) == sorted(set(old.numbers) - done)
    assert [line.number for line in found if line.held] == (["KD-2026-00017"] if old.schema in HAVE_ORDERS else [])
    days = {number: (now.date() - datetime.fromisoformat(at).date()).days for number, at in old.shown["waiting_since"].items()}
    assert {line.number: line.waits for line in found if line.waits} == {number: f"seit {each} Tagen" for number, each in days.items()}


@dataclass(frozen=True)
class Line:
    """A case in the digest. `waits`: since when; `days`: what is said of days on which something is due."""

    number: str
    urgent: bool = False
    waits: str = ""
    days: tuple[str, ...] = ()
    held: bool = False


def listed(text: str) -> list[Line]:
    main, _, held = text.partition("Angehaltene Antworten")
    lines = [_line(entry) for entry in re.split(r"^- (?=KD-)", main, flags=re.MULTILINE)[1:]]
    return lines + [Line(number, held=True) for number in re.findall(r"^- (KD-\S+)", held, re.MULTILINE)]


def _line(entry: str) -> Line:
    words = " ".join(entry.split())
    waits = re.search(r"wartet (seit (?:\d+ Tagen|gestern|heute))", words)
    days = re.findall(r"(?:Frist|Stellungnahme bis) \d\d\.\d\d\.\d{4}(?: \(überfällig\))?", words)
    return Line(words.split()[0], "Sofort" in words, waits[1] if waits else "", tuple(days))


def the_digest(old: Old, now: datetime) -> str:
    letter = digest_letters(POLICY, the_agenda(old), now)[0]
    return COMPOSER.words(letter).text


# --- alarms ---


def test_alarms_stand_since_when_they_stood(old: Old) -> None:
    assert sorted(old.store.standing_alarms().values()) == sorted(old.alarms)
    shown = old.shown["status"].get("alarms")
    assert shown is None or sorted(datetime.fromisoformat(each["since"]) for each in shown) == sorted(old.alarms)


def test_an_alarm_that_stands_is_not_raised_again_and_ends_with_its_cause(working: Old) -> None:
    """That of the quarantine stands since the mail went there."""
    now, (mail, *_) = working.now + timedelta(minutes=1), working.shown["quarantine"]
    since, letters = datetime.fromisoformat(mail["quarantined_at"]), alarm_letters(working)
    assert since in working.alarms

    watch.run_once(working.store, POLICY, Surroundings(), now)

    standing = working.store.standing_alarms().values()
    assert since in standing
    now_standing, before = Counter(standing), Counter(working.alarms)
    changed = (now_standing - before) + (before - now_standing)
    assert alarm_letters(working) == letters + changed.total(), "those that stood are told of already"

    with working.store.transaction() as transaction:
        for each in working.shown["quarantine"]:
            transaction.release(each["id"], now)
    letters = alarm_letters(working)
    watch.run_once(working.store, POLICY, Surroundings(), now)

    assert sorted(working.store.standing_alarms().values()) == sorted(at for at in standing if at != since)
    assert alarm_letters(working) == letters + 1, "whoever was told is told that it is over"


def alarm_letters(old: Old) -> int:
    return sum(letter.template == "alarm" and letter.recipient == LEADS for letter in letters_in(old.file))


# --- letters ---


def test_no_letter_changes_its_state_or_its_id(old: Old) -> None:
    states = {letter.state for letter in old.letters}

    assert letters_in(old.file) == old.letters
    assert states == {"queued", "sending", "dot", "sent", "failed", *(["held"] if old.schema in HAVE_ORDERS else [])}


def test_letters_that_wait_can_be_written_and_keep_their_ids(working: Old) -> None:
    """Also the one whose sending was cut off before its end; one whose mail is not filed waits further."""
    waits_for_filing = {"KD-2026-00032"} if working.schema in WAIT_FOR_FILING else set()
    leave = [each for each in working.letters if each.state in {"queued", "sending"} and each.number not in waits_for_filing]
    assert {each.state for each in leave} == {"queued", "sending"}

    working.store.requeue_interrupted(working.now)

    assert sorted(written(working)) == sorted(each.message_id for each in leave)
    stay = {each.letter_id: each.state for each in working.letters if each not in leave}
    assert {each.letter_id: each.state for each in letters_in(working.file) if each.letter_id in stay} == stay


@with_orders
def test_an_answer_that_was_held_leaves_when_staff_say_so(working: Old) -> None:
    (held,) = (each for each in working.letters if each.state == "held")
    assert held.number == "KD-2026-00017"

    take(working, answer(working.letter("held", held.number, WEBER), "#senden"))

    assert "999B000456" in str(written(working)[held.message_id])


def written(old: Old) -> dict[str, Message]:
    """The letters that are due an hour later, as they leave, by their Message-ID."""
    later = old.now + timedelta(hours=1)
    leaving = (as_of_now(each.letter, POLICY.calendar, later) for each in old.store.due_letters(Due(later), 100))
    mails = [message_from_bytes(COMPOSER(letter), policy=policy.default) for letter in leaving]
    return {mail["Message-ID"].strip("<>"): mail for mail in mails}


def test_a_letter_of_that_time_may_come_back(working: Old) -> None:
    number = "KD-2026-00001"
    letter = working.letter("acknowledgement", number, working.address(number))
    octets = a_mail(sender="desk@example.com", to=letter.recipient, message_id=letter.message_id)

    assert take(working, postfix(Lost(octets, letter.message_id, letter.recipient))) == [Outcome.REPORT]

    case = working.store.views.case(number)
    assert case is not None
    assert [each["report"] for each in case["letters"] if each["id"] == letter.row] == ["failed"]
