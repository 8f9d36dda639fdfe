# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The folders of the configuration on servers that name them in their own way."""

from __future__ import annotations

import doctest
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from maildesk.adapters.mailbox import FolderCount, ImapMailbox, Survey, folders
from maildesk.adapters.mailbox.folders import Naming
from maildesk.core.mail.folders import Place
from maildesk.errors import MailboxRefused
from tests.rig.dovecot import Dovecot
from tests.rig.imap_script import ScriptedImap

MAIL = b"Subject: one\r\n\r\nhello\r\n"


def test_the_examples_of_the_module_are_true() -> None:
    assert doctest.testmod(folders).failed == 0


@pytest.fixture(scope="module", params=["", "INBOX."], ids=["plain", "below-INBOX"])
def dotted(request: pytest.FixtureRequest) -> Iterator[tuple[Dovecot, str]]:
    """A Dovecot that parts levels by dots, and the prefix of its folders."""
    with tempfile.TemporaryDirectory(prefix="md-") as folder:
        server = Dovecot.start(Path(folder), separator=".", prefix=request.param)
        yield server, request.param
        server.stop()


def test_folders_are_named_as_the_server_does(dotted: tuple[Dovecot, str]) -> None:
    dovecot, prefix = dotted
    user = dovecot.new_user()
    settings = dovecot.settings(user, archive="Desk/Erledigt/Geprüft", quarantine="Desk/Quarantine")
    with ImapMailbox(settings, dovecot.password, None) as mailbox:
        mailbox.prepare()
        dovecot.deliver(user, MAIL)
        state = mailbox.look()
        assert mailbox.file(state, state.uids, "archive").gone == set(state.uids)

        client = dovecot.client(user)
        names = {name for _, _, name in client.list_folders()}
        subscribed = {name for _, _, name in client.list_sub_folders()}
        client.shutdown()

    wanted = {f"{prefix}Desk.Erledigt.Geprüft", f"{prefix}Desk.Quarantine", f"{prefix}Sent"}
    assert wanted <= names
    assert wanted <= subscribed


SPECIAL = """
namespace inbox {
  mailbox "Gesendete Elemente" {
    special_use = \\Sent
    auto = create
  }
  mailbox Archiv {
    special_use = \\Archive
    auto = create
  }
}
"""


def test_a_folder_is_found_by_its_special_use_before_one_is_made() -> None:
    with tempfile.TemporaryDirectory(prefix="md-") as folder:
        dovecot = Dovecot.start(Path(folder), more=SPECIAL)
        user = dovecot.new_user()
        dovecot.deliver(user, MAIL)
        with ImapMailbox(dovecot.settings(user), dovecot.password, None) as mailbox:
            mailbox.prepare()
            state = mailbox.look()
            assert mailbox.file(state, state.uids, "archive").gone == set(state.uids)
            surveyed = {each.role: (each.name, each.messages) for each in mailbox.survey().folders}
            places = {each.name: each.place for each in mailbox.folders()}
        with ImapMailbox(dovecot.settings(user, sent="Kundendialog/Sent"), dovecot.password, None) as named:
            named.prepare()
        client = dovecot.client(user)
        made = {name for _, _, name in client.list_folders()}
        client.shutdown()
        dovecot.stop()

    assert surveyed == {
        "inbox": ("INBOX", 0), "archive": ("Archiv", 1), "quarantine": ("Quarantine", 0), "sent": ("Gesendete Elemente", 0),
    }  # fmt: skip
    assert places == {"Archiv": Place.ELSEWHERE, "Gesendete Elemente": Place.SENT}
    assert {"Archive", "Sent"}.isdisjoint(made)
    assert "Kundendialog/Sent" in made, "a name that somebody chose is made"


def test_preparing_twice_changes_nothing(dovecot: Dovecot, user: str, mailbox: ImapMailbox) -> None:
    mailbox.prepare()

    client = dovecot.client(user)
    assert sorted(name for _, _, name in client.list_folders()) == ["Archive", "INBOX", "Quarantine", "Sent"]
    client.shutdown()


def test_a_folder_that_only_holds_others_is_made_into_one_for_mails(dovecot: Dovecot, user: str) -> None:
    client = dovecot.client(user)
    client.create_folder("Archive/2026")
    with ImapMailbox(dovecot.settings(user), dovecot.password, None) as mailbox:
        mailbox.prepare()
        dovecot.deliver(user, MAIL)
        state = mailbox.look()
        assert mailbox.file(state, state.uids, "archive").gone == set(state.uids)
    client.shutdown()


def test_the_survey_counts_folders_and_names_what_is_missing(dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, MAIL)
    with ImapMailbox(dovecot.settings(user, sent="Desk/Sent"), dovecot.password, None) as mailbox:
        before = mailbox.survey()
        mailbox.prepare()
        after = mailbox.survey()

    assert before == Survey(
        (
            FolderCount("inbox", "INBOX", 1),
            FolderCount("archive", "Archive", None),
            FolderCount("quarantine", "Quarantine", None),
            FolderCount("sent", "Desk/Sent", None),
        ),
        ("MOVE", "UIDPLUS", "IDLE"),
    )
    assert [folder.messages for folder in after.folders] == [1, 0, 0, 0]


def test_a_folder_that_cannot_be_made_is_refused_by_its_key() -> None:
    script = {b'LIST "" ".*Archive"': b"{tag} OK done\r\n", b"CREATE .*": b"{tag} NO [NOPERM] not for mrs. miller\r\n"}
    with ScriptedImap({}, script) as server, ImapMailbox(server.settings(), "x", None) as mailbox, pytest.raises(MailboxRefused) as caught:
        mailbox.prepare()

    assert str(caught.value) == "the mail server refuses to make the folder imap.archive (NOPERM)"


def test_a_folder_that_cannot_be_subscribed_is_used_all_the_same(caplog: pytest.LogCaptureFixture) -> None:
    script = {b'LIST "" ".*Archive"': b"{tag} OK done\r\n", b"SUBSCRIBE .*": b"{tag} NO x\r\n"}
    with ScriptedImap({}, script) as server, ImapMailbox(server.settings(), "x", None) as mailbox:
        mailbox.prepare()

    assert "subscribe to the folder imap.archive" in caplog.text


def test_a_server_that_does_not_mind_the_case_has_the_folder() -> None:
    script = {b'LIST "" ".*Archive"': b'* LIST () "/" "ARCHIVE"\r\n{tag} OK done\r\n'}
    with ScriptedImap({}, script) as server, ImapMailbox(server.settings(), "x", None) as mailbox:
        mailbox.prepare()

        assert server.seen(rb"CREATE") == []


def test_a_folder_name_of_two_lines_never_becomes_two_commands() -> None:
    with ScriptedImap({}) as server:
        settings = server.settings().model_copy(update={"archive": 'A"\r\nX DELETE INBOX'})
        with ImapMailbox(settings, "x", None) as mailbox, pytest.raises(MailboxRefused, match=r"imap\.archive has control characters"):
            mailbox.prepare()
        assert server.seen(rb"DELETE") == []


@pytest.mark.parametrize(
    ("naming", "configured", "name"),
    [
        (Naming("/"), "Archive", "Archive"),
        (Naming("/"), "Desk/Archive", "Desk/Archive"),
        (Naming("."), "Desk/Archive", "Desk.Archive"),
        (Naming("."), "Desk.Archive", "Desk.Archive"),
        (Naming(".", "INBOX."), "INBOX.Archive", "INBOX.Archive"),
        (Naming(".", "INBOX.", ("user.",)), "user/other/Archive", "user.other.Archive"),
        (Naming(""), "Desk/Archive", "Desk/Archive"),
        (Naming("/"), "Inboxen", "Inboxen"),
    ],
)
def test_a_name_of_the_configuration_becomes_the_one_of_the_server(naming: Naming, configured: str, name: str) -> None:
    assert naming.on_server(configured) == name
