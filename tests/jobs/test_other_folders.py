# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Colleagues move and read mail before the pass comes, and folders come and go. On a real Dovecot."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from maildesk.adapters.mailbox import ImapMailbox
from maildesk.adapters.store import Store
from maildesk.building import now
from maildesk.core.decision.decision import Outcome
from maildesk.core.mail.folders import Mark, OtherFolder, Place, turn
from maildesk.core.office.policy import LetterLimits
from maildesk.errors import MailboxRefused, MailboxUnreachable, StoreUnusable, Unparseable
from maildesk.jobs.intake import Intake, Watching
from maildesk.jobs.other_folders import FACT
from maildesk.jobs.rehearsing import rehearse
from maildesk.octets import FolderState, RawMessage
from tests.rig.builders import a_mail
from tests.rig.dovecot import Dovecot
from tests.rig.office import BERLIN, parsed
from tests.rig.shared import DESK, POLICY, Shared, a_shared_mailbox, an_answer, our_letter, outcomes

UMLAUTS = "Eva & Co/Prüfung Straße"


@pytest.fixture
def shared(dovecot: Dovecot, user: str, mailbox: ImapMailbox, tmp_path: Path) -> Iterator[Shared]:
    with a_shared_mailbox(dovecot, user, mailbox, tmp_path) as shared:
        yield shared


@contextmanager
def commands(shared: Shared, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names of the commands that we give to the server meanwhile."""
    client = shared.mailbox._connection.ask("look", lambda client: client)
    given: list[str] = []
    honest = client._imap._command

    def note(name: str, *words: Any) -> Any:
        given.append(f"{name} {words[0]}" if name == "UID" else name)
        return honest(name, *words)

    with monkeypatch.context() as patch:
        patch.setattr(client._imap, "_command", note)
        yield given


# --- citizens' mail that staff touched


@pytest.mark.parametrize("folder", ["Archive", UMLAUTS, "Archive/2026", "Sent", "Gelesen (spam?)"])
@pytest.mark.parametrize("first_pass", [True, False], ids=["first pass", "later pass"])
def test_a_mail_that_was_moved_before_the_pass_becomes_a_case_with_its_letter(shared: Shared, folder: str, first_pass: bool) -> None:
    if not first_pass:
        shared.a_pass()
    shared.arrives()
    shared.client.select_folder("INBOX")
    shared.client.add_flags(shared.client.search(), [rb"\Seen", rb"\Flagged"])
    shared.move(folder)

    report = shared.a_pass()

    assert outcomes(report) == {Outcome.NEW_CASE: 1}
    # In the archive a second desk may have put it: the letter waits for what the copies tell.
    assert shared.letters() == ([] if folder == "Archive" else ["c1@example.org"])
    assert shared.letters(copies_known=True) == ["c1@example.org"]
    assert shared.count(folder) == 1
    shared.client.select_folder(folder, readonly=True)
    assert set(*shared.client.get_flags(shared.client.search()).values()) >= {rb"\Seen", rb"\Flagged"}
    assert shared.a_pass().seen == 0


@pytest.mark.parametrize("folder", ["Trash", "Junk", "Papierkorb", "Gelöschte Elemente", "Papierkorb/Alt", "Quarantine", "Spamverdacht"])
def test_a_mail_that_was_thrown_away_is_left_alone(shared: Shared, folder: str) -> None:
    shared.a_pass()
    shared.arrives()
    shared.move(folder)

    assert shared.a_pass().seen == 0
    assert shared.cases() == []


def test_reading_takes_no_flag_and_sets_none(shared: Shared) -> None:
    shared.arrives()
    shared.move("Archive")

    shared.a_pass()

    shared.client.select_folder("Archive", readonly=True)
    (flags,) = shared.client.get_flags(shared.client.search()).values()
    assert rb"\Seen" not in flags


def test_a_mail_that_we_filed_and_a_colleague_moved_on_is_not_taken_twice(shared: Shared) -> None:
    shared.arrives()
    shared.a_pass()
    shared.move("Erledigt", "Archive")

    assert shared.a_pass().seen == 0
    shared.move("INBOX", "Erledigt")
    assert outcomes(shared.a_pass()) == {Outcome.ALREADY_KNOWN: 1}
    assert len(shared.cases()) == 1
    assert shared.count("Archive") == 1


def test_a_double_that_we_filed_beside_its_original_is_not_fetched_again(shared: Shared) -> None:
    shared.arrives()
    shared.arrives(x_came="by a list")

    assert outcomes(shared.a_pass()) == {Outcome.NEW_CASE: 1, Outcome.ALREADY_KNOWN: 1}, "and in the archive both are known"


def test_a_mail_without_message_id_is_known_by_its_octets(shared: Shared) -> None:
    shared.dovecot.deliver(shared.user, a_mail("Ohne.\n", sender="c1@example.org", message_id=None))
    shared.a_pass()

    first, second = shared.a_pass(), shared.a_pass()

    assert [len(shared.cases()), first.outcomes[Outcome.NEW_CASE], second.seen] == [1, 0, 0]


def test_another_mail_under_a_known_message_id_is_taken_in(shared: Shared) -> None:
    shared.arrives()
    shared.a_pass()
    shared.dovecot.deliver(
        shared.user, a_mail("Etwas ganz anderes.\n", sender="c2@example.org", message_id="m1@example.org", subject="Zwei", to=DESK)
    )
    shared.move("Erledigt")

    assert outcomes(shared.a_pass()) == {Outcome.NEW_CASE: 1}


def test_a_mail_that_cannot_be_parsed_is_tried_again_and_quarantined_where_it_lies(shared: Shared) -> None:
    def read(raw: RawMessage) -> Any:
        if b"Anliegen 1" in raw.octets.all():
            raise Unparseable("the parser died")
        return parsed(raw)

    shared.arrives(1)
    shared.arrives(2)
    shared.move("Erledigt")

    reports = [shared.a_pass(parse=read) for _ in range(4)]

    assert [report.retrying for report in reports] == [1, 1, 0, 0]
    assert [report.outcomes[Outcome.NEW_CASE] for report in reports] == [1, 0, 0, 0]
    assert [report.outcomes[Outcome.QUARANTINED] for report in reports] == [0, 0, 1, 0]
    assert shared.count("Erledigt") == 2


# --- what is remembered


def test_a_pass_without_news_costs_one_command_a_folder(shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("A", "B", "C"):
        shared.client.create_folder(name)
    shared.arrives()
    shared.a_pass()
    shared.a_pass()

    with commands(shared, monkeypatch) as given:
        shared.a_pass()

    assert given == ["SELECT", "LIST", *["STATUS"] * 5]


def test_the_first_look_at_an_old_mailbox_fetches_none_of_its_old_mails(shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    old = datetime.now(BERLIN) - timedelta(days=30)
    for number in range(2000):
        shared.saves(a_mail("Alt.\n", message_id=f"old{number}@example.org"), "Archive", msg_time=old)

    with commands(shared, monkeypatch) as given:
        report = shared.a_pass()

    assert shared.count("Archive") == 2000
    assert report.seen == 0
    assert "UID FETCH" not in given
    assert shared.store.fact(FACT)["marks"]["Archive"][1] == 2001


def test_a_pass_that_leaves_mails_for_the_next_one_has_not_seen_the_whole_inbox(shared: Shared) -> None:
    for number in range(60):
        shared.arrives(number)

    report = shared.a_pass(watching=Watching(should_stop=lambda: True))
    assert report.left > 0
    assert shared.store.last_good_pass() is not None
    assert shared.store.last_whole_pass() is None, "what it left may be the copy of a letter in doubt"
    shared.a_pass()
    assert shared.store.last_whole_pass() is not None


def test_the_first_look_takes_in_what_arrived_lately(shared: Shared) -> None:
    for number, days in ((1, 8), (2, 6)):
        moment = datetime.now(BERLIN) - timedelta(days=days)
        shared.saves(a_mail(message_id=f"m{number}@example.org", sender=f"c{number}@example.org", to=DESK), "Archive", msg_time=moment)

    shared.a_pass()

    assert shared.letters(copies_known=True) == ["c2@example.org"]
    assert len(shared.cases()) == 1


def test_with_no_days_for_letters_nothing_old_is_taken_in_from_other_folders(shared: Shared) -> None:
    shared.policy = replace(POLICY, letters=LetterLimits(not_older_than_days=0))
    shared.saves(a_mail(), "Archive", msg_time=datetime.now(BERLIN) - timedelta(minutes=1))

    assert shared.a_pass().seen == 0


def test_what_was_moved_to_a_new_folder_while_we_were_away_is_not_too_old(shared: Shared) -> None:
    shared.store.note_pass({}, 0, "", now() - timedelta(days=30), now())
    shared.saves(a_mail(), "Archive", msg_time=datetime.now(BERLIN) - timedelta(days=20))

    assert outcomes(shared.a_pass()) == {Outcome.NEW_CASE: 1}
    assert shared.letters() == []


def test_a_changed_uid_validity_of_sent_takes_nothing_in_twice(shared: Shared) -> None:
    shared.arrives()
    shared.a_pass()
    shared.saves(an_answer())
    shared.a_pass()
    shared.client.select_folder("Sent")
    (octets,) = (each[b"BODY[]"] for each in shared.client.fetch(shared.client.search(), ["BODY.PEEK[]"]).values())
    before = shared.store.fact(FACT)["marks"]["Sent"][0]
    shared.client.close_folder()
    shared.client.delete_folder("Sent")
    shared.client.create_folder("Sent")
    shared.saves(octets)

    report = shared.a_pass()

    assert shared.store.fact(FACT)["marks"]["Sent"][0] != before
    assert report.seen == 0
    assert shared.events() == ["opened", "answered"]


class Crash(Store):
    """Dies when it shall remember how far a folder was looked at."""

    dies = False

    def learn(self, name: str, value: dict[str, Any], now: datetime) -> None:
        if name == FACT and self.dies:
            raise StoreUnusable("power cut")
        super().learn(name, value, now)


def test_a_crash_between_the_commit_and_the_mark_takes_nothing_in_twice(shared: Shared, tmp_path: Path) -> None:
    with Crash.open(tmp_path / "crash.db", "KD", BERLIN) as store:
        assert isinstance(store, Crash)
        shared.store = store
        shared.a_pass()
        shared.arrives()
        shared.move("Archive")
        shared.saves(an_answer())
        store.dies = True
        with pytest.raises(StoreUnusable):
            shared.a_pass()
        store.dies = False

        report = shared.a_pass()

        assert outcomes(report) == {Outcome.STAFF: 1}
        assert len(shared.cases()) == 1
        assert shared.letters(copies_known=True) == ["c1@example.org"]
        assert shared.events() == ["opened", "answered"]


def test_a_pass_that_is_told_to_stop_goes_on_where_it_was(shared: Shared) -> None:
    for number in range(60):
        shared.arrives(number)
    shared.move("Erledigt")
    asked = iter([True])

    stopped = shared.a_pass(watching=Watching(should_stop=lambda: next(asked, False)))
    rest = shared.a_pass()

    assert (stopped.fetched, stopped.left) == (50, 10)
    assert outcomes(rest) == {Outcome.NEW_CASE: 10}
    assert stopped.and_then(rest).comes_out_even
    assert stopped.and_then(rest).fetched == 60


def test_after_a_restore_what_came_since_the_backup_is_taken_in_from_where_it_lies_and_nobody_is_answered_twice(
    shared: Shared, tmp_path: Path
) -> None:
    shared.arrives(1)
    shared.a_pass()
    letter = our_letter(shared)
    backup = tmp_path / "backup.db"
    with closing(sqlite3.connect(tmp_path / "maildesk.db")) as database:
        database.execute("VACUUM INTO ?", (str(backup),))
    shared.dovecot.deliver(shared.user, letter)  # the letter has left since
    shared.arrives(2)
    shared.arrives(3, in_reply_to="<m2@example.org>")
    shared.a_pass()
    shared.saves(an_answer())
    shared.a_pass()

    with Store.open(backup, "KD", BERLIN) as shared.store:
        shared.policy = replace(POLICY, letters=LetterLimits(not_older_than_days=0))
        report = shared.a_pass()

        assert outcomes(report) == {Outcome.NEW_CASE: 1, Outcome.FOLLOW_UP: 1, Outcome.ALREADY_KNOWN: 1, Outcome.STAFF: 1}
        assert [case["status"] for case in shared.cases()] == ["answered", "new"]
        assert shared.letters() == []
        assert shared.case()["letters"][0]["state"] == "sent"
        assert shared.a_pass().seen == 0


# --- folders that come and go


class Meddled(ImapMailbox):
    """Something happens to the folders between the list and the look."""

    meddle: Callable[[], None] = staticmethod(lambda: None)

    def folders(self) -> tuple[OtherFolder, ...]:
        found = super().folders()
        self.meddle()
        return found


@pytest.mark.parametrize("rename", [True, False], ids=["renamed", "deleted"])
def test_a_folder_that_goes_while_we_look_holds_up_no_other(
    shared: Shared, rename: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shared.client.create_folder("Frau Müller")
    shared.arrives()
    shared.move("Zuletzt")
    with Meddled(shared.dovecot.settings(shared.user), shared.dovecot.password, tmp_path) as mailbox:
        shared.mailbox = mailbox
        mailbox.meddle = (
            (lambda: shared.client.rename_folder("Frau Müller", "X")) if rename else (lambda: shared.client.delete_folder("Frau Müller"))
        )

        report = shared.a_pass()

    assert outcomes(report) == {Outcome.NEW_CASE: 1}
    assert "cannot be looked into" in caplog.text
    assert "Müller" not in caplog.text


def test_a_renamed_folder_is_looked_at_anew_and_its_mails_are_known(shared: Shared) -> None:
    shared.arrives()
    shared.move("Erledigt")
    shared.a_pass()
    shared.client.select_folder("INBOX")
    shared.client.rename_folder("Erledigt", "Erledigt 2026")

    assert shared.a_pass().seen == 0
    assert "Erledigt" not in shared.store.fact(FACT)["marks"]


class Locked(ImapMailbox):
    """Between the list and the look nobody may read one folder any more."""

    path = Path()

    def folders(self) -> tuple[OtherFolder, ...]:
        self.path.chmod(0o700)
        found = super().folders()
        self.path.chmod(0)
        return found


def test_a_folder_that_cannot_be_read_is_no_trouble_for_the_others(shared: Shared, tmp_path: Path) -> None:
    shared.client.create_folder("Gesperrt")
    shared.arrives()
    shared.move("Zuletzt")
    with Locked(shared.dovecot.settings(shared.user), shared.dovecot.password, tmp_path) as mailbox:
        mailbox.path = shared.dovecot.folder / "mail" / shared.user / "mailboxes" / "Gesperrt"
        shared.mailbox = mailbox
        reports = [shared.a_pass(), shared.a_pass()]
        mailbox.path.chmod(0o700)

    assert [outcomes(report) for report in reports] == [{Outcome.NEW_CASE: 1}, {}]
    assert shared.store.last_good_pass() is not None


class Forbidden(ImapMailbox):
    """One folder may be listed and not read."""

    def mark(self, folder: str) -> Mark:
        if folder == "Archive":
            raise MailboxRefused("the mail server refuses to tell how far a folder goes (NOPERM)")
        return super().mark(folder)


def test_a_folder_without_the_right_to_read_it_is_told_once(shared: Shared, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    shared.arrives()
    shared.move("Zuletzt")
    with Forbidden(shared.dovecot.settings(shared.user), shared.dovecot.password, tmp_path) as mailbox:
        shared.mailbox = mailbox
        reports = [shared.a_pass(), shared.a_pass()]

    assert [outcomes(report) for report in reports] == [{Outcome.NEW_CASE: 1}, {}]
    assert caplog.text.count("cannot be looked into") == 1
    assert shared.store.fact("last_pass")["problem"] == ""


class Poisoned(ImapMailbox):
    """One folder has a mail that the server does not hand out."""

    def fetch(self, state: FolderState, uids: Collection[int]) -> Iterator[tuple[RawMessage, ...]]:
        if state.name == "Gift":
            raise MailboxUnreachable("the mail server did not hand out 1 of the mails whole")
        return super().fetch(state, uids)


def test_a_mail_that_does_not_come_is_a_problem_and_holds_up_no_other_folder(shared: Shared, tmp_path: Path) -> None:
    shared.arrives(1)
    shared.move("Gift")
    shared.arrives(2)
    shared.move("Zuletzt")
    with Poisoned(shared.dovecot.settings(shared.user), shared.dovecot.password, tmp_path) as mailbox:
        healthy, shared.mailbox = shared.mailbox, mailbox
        reports = [shared.a_pass(), shared.a_pass()]
        assert "could not be fetched" in shared.store.fact("last_pass")["problem"]
        assert shared.store.last_good_pass() is not None, "that is about the inbox, where the copies of our letters come"
        shared.mailbox = healthy

    assert [outcomes(report) for report in reports] == [{Outcome.NEW_CASE: 1}, {}]
    assert outcomes(shared.a_pass()) == {Outcome.NEW_CASE: 1}
    assert shared.store.fact("last_pass")["problem"] == ""


class Lost(ImapMailbox):
    """The line is lost once the inbox has been looked at."""

    def mark(self, folder: str) -> Mark:
        raise MailboxUnreachable("the connection was lost")


def test_a_line_that_is_lost_for_good_ends_the_pass_and_the_inbox_has_been_noted(shared: Shared, tmp_path: Path) -> None:
    shared.client.create_folder("Erledigt")
    shared.arrives()
    with Lost(shared.dovecot.settings(shared.user), shared.dovecot.password, tmp_path) as mailbox:
        shared.mailbox = mailbox
        with pytest.raises(MailboxUnreachable):
            shared.a_pass()

    assert len(shared.cases()) == 1
    assert shared.store.fact("last_pass")["problem"] == "the connection was lost"
    assert shared.store.fact("last_pass")["counts"]["new_cases"] == 1
    assert shared.store.last_good_pass() is not None


def test_a_rehearsal_tells_of_the_other_folders_and_remembers_nothing(shared: Shared) -> None:
    shared.arrives()
    shared.move("Archive")
    shared.saves(an_answer())
    told: list[tuple[str, Outcome | None]] = []

    work = Intake(shared.mailbox, shared.store, parsed, POLICY, now)
    report = rehearse(work, lambda raw, decision: told.append((raw.folder, decision and decision.outcome)))

    assert told == [("Archive", Outcome.NEW_CASE), ("Sent", Outcome.STAFF)]
    assert report.comes_out_even
    assert shared.store.fact(FACT) == {}
    assert outcomes(shared.a_pass()) == {Outcome.NEW_CASE: 1, Outcome.STAFF: 1}


def test_of_too_many_folders_each_has_its_turn() -> None:
    folders = [OtherFolder(f"F{number}", Place.ELSEWHERE) for number in range(5)]
    seen, after = [], ""
    for _ in range(5):
        now_ = turn(folders, after, 2)
        after = now_[-1].name
        seen += [folder.name for folder in now_]

    assert sorted(seen) == sorted([f"F{number}" for number in range(5)] * 2)
    assert turn(folders, "gone", 2) == tuple(folders[:2])
    assert turn(folders[:2], "F0", 2) == tuple(folders[:2])


def test_an_empty_folder_is_marked_as_well(shared: Shared) -> None:
    shared.a_pass()

    assert Mark(*shared.store.fact(FACT)["marks"]["Sent"]).uid_next == 1
