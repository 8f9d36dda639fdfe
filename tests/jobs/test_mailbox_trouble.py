# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A mailbox that changes, refuses and is not what it was, in the middle of a pass: no mail is lost, none is taken in twice."""

from __future__ import annotations

import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from maildesk.adapters.mailbox import ImapMailbox
from maildesk.building import now
from maildesk.core.decision.decision import Outcome
from maildesk.core.health import Surroundings
from maildesk.core.letters.letter import Due
from maildesk.core.mail.folders import Filed
from maildesk.errors import MailboxRefused, MailboxUnreachable
from maildesk.jobs import watch
from maildesk.octets import FolderState
from tests.rig.builders import a_mail
from tests.rig.dovecot import Dovecot
from tests.rig.imap_liar import Liar, Lie
from tests.rig.office import Clock
from tests.rig.shared import DESK, Shared, a_shared_mailbox, outcomes

MOVE = rb"UID MOVE .*"
FOREVER = 10**6


@contextmanager
def at(dovecot: Dovecot, user: str, folder: Path, mailbox_type: type[ImapMailbox] = ImapMailbox, **changes: object) -> Iterator[Shared]:
    """A desk on a mailbox with other settings."""
    with mailbox_type(dovecot.settings(user, **changes), dovecot.password, folder) as mailbox:
        mailbox.prepare()
        with a_shared_mailbox(dovecot, user, mailbox, folder) as shared:
            yield shared


# --- moves that move nothing

REFUSALS = {
    "NO": b"{tag} NO x\r\n",
    "TRYCREATE": b"{tag} NO [TRYCREATE] x\r\n",
    "OVERQUOTA": b"{tag} NO [OVERQUOTA] x\r\n",
    "BAD": b"{tag} BAD x\r\n",
    "OK without effect": b"{tag} OK done\r\n",
}


@pytest.mark.parametrize("answer", REFUSALS.values(), ids=REFUSALS.keys())
def test_a_mail_that_cannot_be_moved_stays_one_case_is_told_once_and_leaves_when_it_can(
    dovecot: Dovecot, user: str, tmp_path: Path, answer: bytes
) -> None:
    with Liar(dovecot.imap_port) as liar, at(dovecot, user, tmp_path, port=liar.port) as shared:
        told_at = now()
        shared.a_pass()
        shared.arrives()
        liar.lies = [Lie(MOVE, answer, times=FOREVER)]

        reports = [shared.a_pass(clock=lambda: told_at) for _ in range(3)]
        alarms = [_alarms(shared, told_at + timedelta(minutes=minutes)) for minutes in (1, 20, 21, 25)]

        assert [report.outcomes[Outcome.NEW_CASE] for report in reports] == [1, 0, 0]
        assert [report.unfiled for report in reports] == [1, 1, 1]
        assert "could not be moved" in shared.store.fact("last_pass")["problem"]
        assert [alarm for alarm in alarms if alarm] == ["no_pass"], "told when it has lasted, and once"
        later = told_at + timedelta(minutes=26)
        letters = [queued.letter.recipient for queued in shared.store.due_letters(Due(later), 100)]
        assert letters == ["c1@example.org", "weber@example.com"], "one acknowledgement, and the alarm"

        liar.lies = []
        assert shared.a_pass(clock=lambda: later).unfiled == 0
        _alarms(shared, later)
        assert not shared.store.standing_alarms(), "and it is over"
        assert (shared.count("INBOX"), shared.count("Archive"), len(shared.cases())) == (0, 1, 1)


def _alarms(shared: Shared, moment: datetime) -> str:
    """The alarm for which letters were written now."""
    before = set(shared.store.standing_alarms())
    watch.run_once(shared.store, shared.policy, Surroundings(), moment)
    return "".join(set(shared.store.standing_alarms()) - before)


def test_a_full_mailbox_without_move_keeps_the_mail_until_there_is_room(tmp_path: Path) -> None:
    quota = "mail_plugins = quota\nplugin {\n  quota = count:User quota\n  quota_rule = *:bytes=6000\n  quota_vsizes = yes\n}\n"
    with tempfile.TemporaryDirectory(prefix="md-") as folder:
        dovecot = Dovecot.start(Path(folder), without=("MOVE",), more=quota)
        user = dovecot.new_user()
        with at(dovecot, user, tmp_path) as shared:
            shared.arrives()
            shared.client.create_folder("Trash")
            shared.saves(a_mail("x" * 70 + "\n" + "y" * 5000), "Trash")

            full = [shared.a_pass() for _ in range(3)]
            shared.client.select_folder("Trash")
            shared.client.delete_messages(shared.client.search())
            shared.client.expunge()
            roomy = shared.a_pass()

            assert [report.outcomes[Outcome.NEW_CASE] for report in full] == [1, 0, 0]
            assert [report.unfiled for report in full] == [1, 1, 1]
            assert roomy.unfiled == 0
            assert (shared.count("INBOX"), shared.count("Archive"), len(shared.cases())) == (0, 1, 1)
        dovecot.stop()


# --- folders that are not what they were


def replaced(shared: Shared, *mails: int) -> None:
    """The inbox goes and comes again: other mails under the same UIDs."""
    shared.client.delete_folder("Desk")
    shared.client.create_folder("Desk")
    put(shared, *mails)


def put(shared: Shared, *numbers: int) -> None:
    for number in numbers:
        fields = {"sender": f"c{number}@example.org", "message_id": f"m{number}@example.org", "to": DESK}
        shared.saves(a_mail(f"Anliegen {number}\n", **fields), "Desk")


class Between(ImapMailbox):
    """Something happens after the mails were fetched and recorded, before they are filed."""

    happens: Callable[[], None] = staticmethod(lambda: None)

    def file(self, state: FolderState, uids: object, folder: str) -> Filed:
        happens, self.happens = self.happens, lambda: None
        happens()
        return super().file(state, uids, folder)  # type: ignore[arg-type]


@pytest.fixture
def desk(dovecot: Dovecot, user: str, tmp_path: Path) -> Iterator[Shared]:
    with dovecot.client(user) as client:
        client.create_folder("Desk")
    with at(dovecot, user, tmp_path, Between, inbox="Desk") as shared:
        yield shared


def test_other_mails_under_the_same_uids_are_taken_in_and_known_ones_are_known(desk: Shared) -> None:
    put(desk, 1, 2)
    first = desk.a_pass()
    replaced(desk, 3, 2)

    second = desk.a_pass()

    assert outcomes(first) == {Outcome.NEW_CASE: 2}
    assert outcomes(second) == {Outcome.NEW_CASE: 1, Outcome.ALREADY_KNOWN: 1}
    assert (desk.count("Desk"), desk.count("Archive"), len(desk.cases())) == (0, 4, 3)


def test_what_lies_under_a_uid_that_was_used_anew_during_the_pass_is_not_moved_unread(desk: Shared) -> None:
    assert isinstance(desk.mailbox, Between)
    put(desk, 1)

    def happens() -> None:
        replaced(desk, 2)
        desk.mailbox.close()

    desk.mailbox.happens = happens

    during = desk.a_pass()
    unread = desk.count("Desk")
    afterwards = desk.a_pass()

    assert outcomes(during) == {Outcome.NEW_CASE: 1}
    assert (during.unfiled, unread) == (1, 1)
    assert outcomes(afterwards) == {Outcome.NEW_CASE: 1}
    assert (desk.count("Desk"), len(desk.cases()), sorted(desk.letters())) == (0, 2, ["c1@example.org", "c2@example.org"])


@pytest.mark.parametrize("away", ["deleted", "renamed"])
@pytest.mark.parametrize("line", ["kept", "new"])
def test_an_inbox_that_is_away_is_refused_in_words_and_goes_on_when_it_is_back(desk: Shared, away: str, line: str) -> None:
    put(desk, 1)
    desk.a_pass()
    if away == "deleted":
        desk.client.delete_folder("Desk")
    else:
        desk.client.rename_folder("Desk", "Old")
    for _ in range(2):
        if line == "new":
            desk.mailbox.close()
        with pytest.raises(MailboxRefused, match="refuses to open the inbox"):
            desk.a_pass()
        assert desk.store.fact("last_pass")["problem"]

    if away == "deleted":
        desk.client.create_folder("Desk")
    else:
        desk.client.rename_folder("Old", "Desk")
    put(desk, 2)

    assert outcomes(desk.a_pass()) == {Outcome.NEW_CASE: 1}
    assert (desk.count("Desk"), len(desk.cases())) == (0, 2)


# --- rights


def test_a_mailbox_that_may_only_be_read_is_refused_before_anything_is_taken_in_and_goes_on_later(tmp_path: Path) -> None:
    acl = "mail_plugins = acl\nplugin {\n  acl = vfile\n}\n"
    with tempfile.TemporaryDirectory(prefix="md-") as folder:
        dovecot = Dovecot.start(Path(folder), more=acl)
        user = dovecot.new_user()
        with at(dovecot, user, tmp_path) as shared:
            shared.arrives(1)
            shared.a_pass()
            shared.arrives(2)
            rights = dovecot.folder / "mail" / user / "mailboxes" / "INBOX" / "dbox-Mails" / "dovecot-acl"
            rights.write_text("owner lr\n")
            shared.mailbox.close()  # Dovecot looks at rights again only where somebody logs in

            for _ in range(2):
                with pytest.raises(MailboxRefused, match="only read"):
                    shared.a_pass()
            refused = len(shared.cases())
            rights.unlink()

            assert refused == 1
            assert outcomes(shared.a_pass()) == {Outcome.NEW_CASE: 1}
            assert (shared.count("INBOX"), len(shared.cases()), len(shared.letters())) == (0, 2, 2)
        dovecot.stop()


# --- servers that offer less


@pytest.mark.parametrize("without", [("MOVE",), ("MOVE", "UIDPLUS"), ("MOVE", "UIDPLUS", "IDLE")], ids="-".join)
def test_a_server_that_offers_less_comes_to_the_same_end(tmp_path: Path, without: tuple[str, ...]) -> None:
    with tempfile.TemporaryDirectory(prefix="md-") as folder:
        dovecot = Dovecot.start(Path(folder), without=without)
        user = dovecot.new_user()
        with at(dovecot, user, tmp_path) as shared:
            shared.arrives(1)
            shared.arrives(2)
            shared.arrives(1)

            first, second = shared.a_pass(), shared.a_pass()

            assert not set(without) & set(shared.mailbox.survey().capabilities)
            assert outcomes(first) == {Outcome.NEW_CASE: 2, Outcome.ALREADY_KNOWN: 1}
            assert second.seen == 0
            assert (shared.count("INBOX"), shared.count("Archive"), len(shared.letters())) == (0, 3, 2)
        dovecot.stop()


# --- one mail that the server does not hand out

FETCH_1 = rb"UID FETCH (?:1|1[,:].*) \(BODY\.PEEK\[\]\)"
LISTED = re.compile(rb"\* SEARCH[ 0-9]*")


def test_a_mail_over_which_the_line_breaks_each_time_keeps_none_of_the_others_waiting(dovecot: Dovecot, user: str, tmp_path: Path) -> None:
    clock = Clock(now())
    with Liar(dovecot.imap_port) as liar, at(dovecot, user, tmp_path, port=liar.port) as shared:
        shared.a_pass(clock=clock)
        for number in (1, 2, 3):
            shared.arrives(number)
        liar.lies = [Lie(FETCH_1, b"* BYE Internal error\r\n", times=FOREVER, hang_up=True)]
        for _ in range(3):
            with pytest.raises(MailboxUnreachable):
                shared.a_pass(clock=clock)
            clock.forward(minutes=1)
        shared.arrives(4)
        resting, told = shared.a_pass(clock=clock), liar.told
        clock.forward(minutes=10)
        with pytest.raises(MailboxUnreachable):
            shared.a_pass(clock=clock)
        taken_in, problem = sorted(case["correspondent"]["address"] for case in shared.cases()), shared.store.fact("last_pass")["problem"]
        clock.forward(minutes=10)
        between = shared.a_pass(clock=clock)
        clock.forward(minutes=10)
        liar.lies = []
        shared.a_pass(clock=clock)

        assert taken_in == ["c2@example.org", "c3@example.org", "c4@example.org"]
        assert (resting.withheld, resting.backlog, between.withheld) == (1, 1, 1)
        assert liar.told == told + 1, "it is asked for after ten minutes, and then after twenty"
        assert problem
        assert (len(shared.cases()), shared.count("INBOX")) == (4, 0), "and when it comes at last, it is a case"


def test_a_line_that_breaks_once_changes_nothing_in_the_order_of_the_mails(dovecot: Dovecot, user: str, tmp_path: Path) -> None:
    with Liar(dovecot.imap_port) as liar, at(dovecot, user, tmp_path, port=liar.port) as shared:
        shared.a_pass()
        for number in (1, 2, 3):
            shared.arrives(number)
        liar.lies = [Lie(rb"UID FETCH .* \(BODY\.PEEK\[\]\)", b"* BYE\r\n", hang_up=True)]
        with pytest.raises(MailboxUnreachable):
            shared.a_pass()
        shared.arrives(4)
        shared.a_pass()

        by_number = sorted((case["number"], case["correspondent"]["address"]) for case in shared.cases())
        assert [address for _, address in by_number] == [f"c{number}@example.org" for number in (1, 2, 3, 4)]


def test_a_mail_that_is_refused_for_ever_stops_neither_the_other_mails_nor_the_other_folders(
    dovecot: Dovecot, user: str, tmp_path: Path
) -> None:
    with Liar(dovecot.imap_port) as liar, at(dovecot, user, tmp_path, port=liar.port) as shared:
        shared.a_pass()
        whole = shared.store.last_whole_pass()
        for number in (1, 2, 3):
            shared.arrives(number)
        shared.client.create_folder("Team")
        for number in (8, 9):
            shared.saves(a_mail("Im Ordner\n", sender=f"c{number}@example.org", message_id=f"m{number}@example.org", to=DESK), "Team")
        liar.lies = [Lie(FETCH_1, b"{tag} NO x\r\n", times=FOREVER)]

        report = shared.a_pass()

        assert sorted(case["correspondent"]["address"][1] for case in shared.cases()) == ["2", "3", "9"], "1 of either folder is refused"
        assert (report.withheld, report.backlog) == (2, 2)
        assert "does not hand out" in shared.store.fact("last_pass")["problem"]
        assert shared.store.last_whole_pass() == whole, "what it withholds may be the copy of a letter in doubt"
        liar.lies = []
        assert outcomes(shared.a_pass()) == {Outcome.NEW_CASE: 2}


def test_a_server_that_does_not_list_all_mails_of_the_inbox_proves_nothing(dovecot: Dovecot, user: str, tmp_path: Path) -> None:
    with Liar(dovecot.imap_port) as liar, at(dovecot, user, tmp_path, port=liar.port) as shared:
        shared.a_pass()
        whole = shared.store.last_whole_pass()
        shared.arrives()
        liar.lies = [Lie(rb"UID SEARCH .*", change=lambda answer: LISTED.sub(b"* SEARCH", answer), times=FOREVER)]
        shared.a_pass()

        assert shared.store.fact("last_pass")["problem"] == "the mail server does not list 1 mails of the inbox"
        assert shared.store.last_whole_pass() == whole
        liar.lies = []
        assert outcomes(shared.a_pass()) == {Outcome.NEW_CASE: 1}
        assert shared.store.fact("last_pass")["problem"] == ""


# --- a mail server that was put back from its backup, and gives out numbers anew


def moved_on(shared: Shared, by: int) -> None:
    """The ledger knows its mails under numbers that the server will give to others."""
    with closing(sqlite3.connect(shared.database)) as database, database:
        database.execute("UPDATE ledger SET uid = uid + ? WHERE uid IS NOT NULL", (by,))


def test_a_new_mail_under_the_number_of_an_old_one_is_taken_in(dovecot: Dovecot, user: str, tmp_path: Path) -> None:
    with at(dovecot, user, tmp_path) as shared:
        for number in (1, 2):
            shared.arrives(number)
        shared.a_pass()
        moved_on(shared, 2)
        for number in (3, 4, 5):
            shared.arrives(number)

        report = shared.a_pass()

        assert outcomes(report) == {Outcome.NEW_CASE: 3}
        assert (len(shared.cases()), shared.count("INBOX"), shared.count("Archive")) == (5, 0, 5)
        assert outcomes(shared.a_pass()) == {}


def test_a_recorded_mail_that_still_lies_in_the_inbox_is_only_filed(dovecot: Dovecot, user: str, tmp_path: Path) -> None:
    with Liar(dovecot.imap_port) as liar, at(dovecot, user, tmp_path, port=liar.port) as shared:
        shared.arrives()
        liar.lies = [Lie(MOVE, b"{tag} NO x\r\n")]
        shared.a_pass()

        assert outcomes(shared.a_pass()) == {Outcome.ALREADY_KNOWN: 1}
        assert (len(shared.cases()), shared.count("INBOX"), shared.count("Archive")) == (1, 0, 1)


def test_a_folder_that_goes_less_far_than_before_is_looked_at_anew(dovecot: Dovecot, user: str, tmp_path: Path) -> None:
    with at(dovecot, user, tmp_path) as shared:
        shared.client.create_folder("Team")
        shared.saves(a_mail("Im Ordner\n", sender="c8@example.org", message_id="m8@example.org", to=DESK), "Team")
        shared.a_pass()
        folders = shared.store.fact("folders")
        folders["marks"]["Team"][1] += 40
        shared.store.learn("folders", folders, now())
        moved_on(shared, 1)
        shared.saves(a_mail("Im Ordner\n", sender="c9@example.org", message_id="m9@example.org", to=DESK), "Team")

        report = shared.a_pass()

        assert outcomes(report) == {Outcome.NEW_CASE: 1}
        assert len(shared.cases()) == 2
        assert outcomes(shared.a_pass()) == {}
