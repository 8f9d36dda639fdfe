# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A pass over a real mailbox: nothing lost, nothing twice, and a count that comes out even."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from maildesk.adapters.mailbox import ImapMailbox
from maildesk.adapters.parse import ParserProcess, parse
from maildesk.adapters.store import CaseFilter, Store
from maildesk.building import now
from maildesk.core.decision.decision import Decision, Outcome
from maildesk.core.letters.letter import Due
from maildesk.core.mail.folders import Filed
from maildesk.core.mail.message import Message
from maildesk.core.office.calendar import WorkCalendar
from maildesk.core.office.policy import Desk, Policy, Staff
from maildesk.errors import MailboxUnreachable, StoreUnusable, Unparseable
from maildesk.jobs import polling
from maildesk.jobs.counts import PassReport
from maildesk.jobs.intake import Intake, Watching
from maildesk.jobs.rehearsing import rehearse
from maildesk.octets import FolderState, RawMessage
from tests.rig.builders import a_mail
from tests.rig.days import case_number
from tests.rig.dovecot import Dovecot
from tests.rig.stores import with_tables
from tests.torture.command import ENDLESS, GREEDY, POISON, ForkedParser

BERLIN = ZoneInfo("Europe/Berlin")
POLICY = Policy(
    desk=Desk("Kundendialog", "desk@example.com"),
    calendar=WorkCalendar(BERLIN),
    secret=b"k" * 32,
    staff=(Staff("W", "weber@example.com", "weber", receives="none", lead=True),),
    alarm_again_after=timedelta(hours=1),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(with_tables(tmp_path / "maildesk.db"), "KD", BERLIN) as store:
        yield store


@pytest.fixture
def deliver(dovecot: Dovecot, user: str) -> Callable[..., None]:
    def deliver_mails(*mails: bytes) -> None:
        for octets in mails:
            dovecot.deliver(user, octets)

    return deliver_mails


def a_letter_from(number: int, **fields: str) -> bytes:
    return a_mail(f"Anliegen {number}\n", message_id=f"m{number}@example.org", sender=f"c{number}@example.org", **fields)


def parsed(raw: RawMessage) -> Message:
    return parse(raw.octets)


def a_pass(mailbox: ImapMailbox, store: Store, read: Callable[[RawMessage], Message] = parsed) -> PassReport:
    return polling.run_once(Intake(mailbox, store, read, POLICY, now))


def in_folder(dovecot: Dovecot, user: str, folder: str) -> int:
    with dovecot.client(user) as client:
        return int(client.folder_status(folder, "MESSAGES")[b"MESSAGES"]) if client.folder_exists(folder) else 0


def numbers(store: Store) -> list[str]:
    return [case["number"] for case in store.views.cases(CaseFilter())]


def test_every_mail_ends_in_one_place_and_leaves_the_inbox(
    dovecot: Dovecot, user: str, mailbox: ImapMailbox, store: Store, deliver: Callable[..., None]
) -> None:
    robot = a_letter_from(2, auto_submitted="auto-replied")
    follow_up = (
        a_letter_from(1, in_reply_to="<m1@example.org>")
        .replace(b"Anliegen 1", b"Nachtrag")
        .replace(b"<m1@example.org>", b"<m3@example.org>", 1)
    )
    deliver(a_letter_from(1), robot, follow_up, a_letter_from(1))

    report = a_pass(mailbox, store)

    assert report.comes_out_even
    assert report.fetched == 4
    assert {outcome: count for outcome, count in report.outcomes.items() if count} == {
        Outcome.NEW_CASE: 1,
        Outcome.SET_ASIDE: 1,
        Outcome.FOLLOW_UP: 1,
        Outcome.ALREADY_KNOWN: 1,
    }
    assert in_folder(dovecot, user, "INBOX") == 0
    assert in_folder(dovecot, user, "Archive") == 4
    assert a_pass(mailbox, store).fetched == 0


def test_octets_are_kept_exactly_as_the_server_has_them(
    dovecot: Dovecot, user: str, mailbox: ImapMailbox, store: Store, deliver: Callable[..., None]
) -> None:
    deliver(a_letter_from(1))
    with dovecot.client(user) as client:
        client.select_folder("INBOX", readonly=True)
        on_server = next(iter(client.fetch(client.search(), ["BODY.PEEK[]"]).values()))[b"BODY[]"]

    a_pass(mailbox, store)

    case = store.views.case(case_number(1))
    assert case is not None
    kept = store.octets_by_digest(case["messages"][0]["sha256"])
    assert kept is not None
    assert kept.all() == on_server


class CutWhileFiling(ImapMailbox):
    """The line is cut after the commit, before the mail has been moved."""

    def file(self, state: FolderState, uids: Collection[int], folder: str) -> Filed:
        raise MailboxUnreachable("cut")


def test_a_crash_between_commit_and_move_makes_no_second_case(
    dovecot: Dovecot, user: str, mailbox: ImapMailbox, store: Store, deliver: Callable[..., None], tmp_path: Path
) -> None:
    deliver(a_letter_from(1))
    with CutWhileFiling(dovecot.settings(user), dovecot.password, tmp_path) as cut, pytest.raises(MailboxUnreachable):
        a_pass(cut, store)
    assert in_folder(dovecot, user, "INBOX") == 1

    report = a_pass(mailbox, store)

    assert report.outcomes[Outcome.ALREADY_KNOWN] == 1
    assert report.comes_out_even
    assert numbers(store) == [case_number(1)]
    assert len(store.due_letters(Due(now()), 10)) == 1
    assert in_folder(dovecot, user, "Archive") == 1


def test_a_mail_that_kills_its_parser_is_quarantined_at_the_third_pass_and_delays_nobody(
    dovecot: Dovecot, user: str, mailbox: ImapMailbox, store: Store, deliver: Callable[..., None]
) -> None:
    def read(raw: RawMessage) -> Message:
        if b"Anliegen 1" in raw.octets.all():
            raise Unparseable("the parser died")
        return parsed(raw)

    deliver(a_letter_from(1), a_letter_from(2))

    reports = [a_pass(mailbox, store, read) for _ in range(3)]

    assert [report.outcomes[Outcome.NEW_CASE] for report in reports] == [1, 0, 0], "the mail behind it is taken in at once"
    assert [report.retrying for report in reports] == [1, 1, 0]
    assert [report.outcomes[Outcome.QUARANTINED] for report in reports] == [0, 0, 1]
    assert all(report.comes_out_even for report in reports)
    assert [each["error"] for each in store.views.quarantine()] == ["the parser died"]
    assert in_folder(dovecot, user, "Quarantine") == 1
    assert in_folder(dovecot, user, "INBOX") == 0
    assert "alarm" in {queued.letter.template for queued in store.due_letters(Due(now()), 10)}, "a person is told"


@pytest.mark.parametrize("mark", [POISON, GREEDY, ENDLESS], ids=["a signal", "memory", "endless time"])
def test_whatever_a_parser_dies_of_the_mails_behind_are_taken_in_with_the_same_pass(
    dovecot: Dovecot,
    user: str,
    mailbox: ImapMailbox,
    store: Store,
    deliver: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    mark: bytes,
) -> None:
    monkeypatch.setattr(subprocess, "Popen", ForkedParser)
    deliver(mark + b"\r\n" + a_letter_from(1), a_letter_from(2), a_letter_from(3))

    with ParserProcess(seconds_max=0.7) as parser:
        reports = [a_pass(mailbox, store, parser.parse) for _ in range(3)]

    assert [report.outcomes[Outcome.NEW_CASE] for report in reports] == [2, 0, 0]
    assert [report.retrying for report in reports] == [1, 1, 0]
    assert [report.outcomes[Outcome.QUARANTINED] for report in reports] == [0, 0, 1]
    assert (in_folder(dovecot, user, "Quarantine"), in_folder(dovecot, user, "Archive"), in_folder(dovecot, user, "INBOX")) == (1, 2, 0)


def test_a_mistake_of_ours_costs_one_mail_and_not_the_ones_behind_it(
    mailbox: ImapMailbox, store: Store, deliver: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    from maildesk.core import desk

    honest = desk.decide

    def mistaken(message: Message, *rest: object) -> Decision:
        if message.text.startswith("Anliegen 1"):
            raise KeyError(message.text)
        return honest(message, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(desk, "decide", mistaken)
    deliver(a_letter_from(1), a_letter_from(2))

    report = a_pass(mailbox, store)

    assert (report.outcomes[Outcome.NEW_CASE], report.retrying) == (1, 1)
    assert report.comes_out_even


def test_changed_uid_validity_takes_nothing_in_twice(
    dovecot: Dovecot, user: str, mailbox: ImapMailbox, store: Store, deliver: Callable[..., None], tmp_path: Path
) -> None:
    deliver(a_letter_from(1))
    with CutWhileFiling(dovecot.settings(user), dovecot.password, tmp_path) as cut, pytest.raises(MailboxUnreachable):
        a_pass(cut, store)
    with dovecot.client(user) as client:
        client.select_folder("INBOX")
        octets = next(iter(client.fetch(client.search(), ["BODY.PEEK[]"]).values()))[b"BODY[]"]
        client.delete_messages(client.search())
        client.expunge()
        client.append("INBOX", octets)

    report = a_pass(mailbox, store)

    assert report.outcomes[Outcome.ALREADY_KNOWN] == 1
    assert numbers(store) == [case_number(1)]


def test_a_dry_run_says_what_would_happen_and_changes_nothing(
    dovecot: Dovecot, user: str, mailbox: ImapMailbox, store: Store, deliver: Callable[..., None]
) -> None:
    answer = a_mail("Nachtrag\n", message_id="m2@example.org", sender="c1@example.org", in_reply_to="<m1@example.org>")
    deliver(a_letter_from(1), answer, a_letter_from(3, precedence="bulk"))
    told: list[Decision | None] = []

    report = rehearse(Intake(mailbox, store, parsed, POLICY, now), lambda _raw, decision: told.append(decision))

    assert [decision and decision.outcome for decision in told] == [Outcome.NEW_CASE, Outcome.FOLLOW_UP, Outcome.NEW_CASE]
    assert all(decision and decision.evidence for decision in told)
    assert report.fetched == 3
    assert numbers(store) == []
    assert store.due_letters(Due(now()), 10) == ()
    assert in_folder(dovecot, user, "INBOX") == 3
    assert a_pass(mailbox, store).fetched == 3


class ForgetfulStore(Store):
    """Its ledger loses a line behind our back."""

    forgets = False

    def recorded(self, folder: str, uid_validity: int, uids: Collection[int]) -> Mapping[int, str]:
        found = dict(super().recorded(folder, uid_validity, uids))
        if found and self.forgets:
            found.popitem()
        return found


def test_a_count_that_does_not_come_out_even_is_an_alarm_and_is_told_once(
    mailbox: ImapMailbox, tmp_path: Path, deliver: Callable[..., None]
) -> None:
    with ForgetfulStore.open(tmp_path / "other.db", "KD", BERLIN) as store:
        assert isinstance(store, ForgetfulStore)
        store.forgets = True
        deliver(a_letter_from(1))
        report = a_pass(mailbox, store)
        deliver(a_letter_from(2))
        a_pass(mailbox, store)

        assert not report.comes_out_even
        assert "does not come out even" in store.fact("last_pass")["problem"]
        assert [each.letter.template for each in store.due_letters(Due(now()), 10)].count("alarm") == 1
        store.forgets = False
        deliver(a_letter_from(3))
        assert a_pass(mailbox, store).comes_out_even
        assert store.fact("last_pass")["problem"] == ""


class FullStore(Store):
    """The disk is full when it comes to writing the octets."""

    def transaction(self):  # type: ignore[no-untyped-def]
        raise StoreUnusable("the database cannot grow: the disk is full")


def test_a_full_disk_stops_the_pass_and_leaves_the_mailbox_as_it_was(
    dovecot: Dovecot, user: str, mailbox: ImapMailbox, tmp_path: Path, deliver: Callable[..., None]
) -> None:
    deliver(a_letter_from(1))

    with FullStore.open(tmp_path / "full.db", "KD", BERLIN) as store, pytest.raises(StoreUnusable):
        a_pass(mailbox, store)

    assert in_folder(dovecot, user, "INBOX") == 1


def test_a_pass_that_is_told_to_stop_leaves_the_rest_for_the_next(
    dovecot: Dovecot, user: str, mailbox: ImapMailbox, store: Store, deliver: Callable[..., None]
) -> None:
    deliver(*(a_letter_from(number) for number in range(60)))

    stopped = polling.run_once(Intake(mailbox, store, parsed, POLICY, now), Watching(should_stop=lambda: True))
    rest = a_pass(mailbox, store)

    assert stopped.comes_out_even
    assert (stopped.fetched, stopped.left) == (50, 10)
    assert rest.fetched == 10
    assert in_folder(dovecot, user, "INBOX") == 0


def test_mail_that_a_colleague_has_read_already_is_taken_in(
    dovecot: Dovecot, user: str, mailbox: ImapMailbox, store: Store, deliver: Callable[..., None]
) -> None:
    deliver(a_letter_from(1))
    with dovecot.client(user) as client:
        client.select_folder("INBOX")
        client.add_flags(client.search(), [rb"\Seen"])

    assert a_pass(mailbox, store).outcomes[Outcome.NEW_CASE] == 1


def test_mail_moved_back_to_the_inbox_makes_no_second_case(
    dovecot: Dovecot, user: str, mailbox: ImapMailbox, store: Store, deliver: Callable[..., None]
) -> None:
    deliver(a_letter_from(1))
    a_pass(mailbox, store)
    with dovecot.client(user) as client:
        client.select_folder("Archive")
        client.move(client.search(), "INBOX")

    report = a_pass(mailbox, store)

    assert report.outcomes[Outcome.ALREADY_KNOWN] == 1
    assert numbers(store) == [case_number(1)]
    assert in_folder(dovecot, user, "INBOX") == 0


def test_old_mail_in_the_mailbox_sets_off_no_letters(
    dovecot: Dovecot, user: str, mailbox: ImapMailbox, store: Store, deliver: Callable[..., None]
) -> None:
    with dovecot.client(user) as client:
        client.append("INBOX", a_letter_from(1), msg_time=datetime.now(BERLIN) - timedelta(days=30))
        client.append("INBOX", a_letter_from(2), msg_time=datetime.now(BERLIN) - timedelta(days=1))

    report = a_pass(mailbox, store)

    assert report.outcomes[Outcome.NEW_CASE] == 2
    assert [each.letter.recipient for each in store.due_letters(Due(now()), 10)] == ["c2@example.org"]
