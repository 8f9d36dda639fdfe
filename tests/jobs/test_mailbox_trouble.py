# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A mailbox that changes, refuses and is not what it was, in the middle of a pass: no mail is lost, none is taken in twice."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from maildesk.adapters.mailbox import ImapMailbox
from maildesk.building import now
from maildesk.core.decision import Outcome
from maildesk.core.health import Surroundings
from maildesk.core.letters import Due
from maildesk.core.shared import Filed
from maildesk.errors import MailboxRefused
from maildesk.jobs import watch
from maildesk.octets import FolderState
from tests.builders import a_mail
from tests.rig.dovecot import Dovecot
from tests.rig.imap_liar import Liar, Lie
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
        assert [alarm for alarm in alarms if alarm] == ["Kein Durchgang"], "told when it has lasted, and once"
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
            rights = dovecot.folder / "mail" / user / "dovecot-acl"
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
