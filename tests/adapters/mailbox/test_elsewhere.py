# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The folders beside the inbox: which ones are looked at on servers of all kinds, and what is asked of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from maildesk.adapters.mailbox import ImapMailbox
from maildesk.core.mail.folders import Head, Mark, OtherFolder, Place
from maildesk.errors import MailboxRefused, MailboxUnreachable
from maildesk.octets import FolderState
from tests.rig.dovecot import Dovecot
from tests.rig.imap_script import CAPABILITIES, Answer, Do, ScriptedImap

MAIL = b"Message-ID: <one@example.org>\r\nSubject: one\r\n\r\nhello\r\n"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
OK = b"{tag} OK done\r\n"


def mailbox_on(server: ScriptedImap) -> ImapMailbox:
    return ImapMailbox(server.settings(), "x", None, socket_seconds=1)


def listing(*lines: str) -> Answer:
    return "".join(f"* LIST {line}\r\n" for line in lines).encode() + OK


def folders_of(*lines: str, capabilities: bytes = CAPABILITIES, extended: bool = False, **settings: str) -> tuple[OtherFolder, ...]:
    script: dict[bytes, Answer] = {rb'LIST "" "\*"' + (rb" RETURN \(SPECIAL-USE\)" if extended else b""): listing(*lines)}
    script[b'LIST "" "?"?'] = b'* LIST (\\Noselect) "/" ""\r\n' + OK
    with ScriptedImap({}, script, capabilities=capabilities) as server:
        changed = server.settings().model_copy(update=settings)
        with ImapMailbox(changed, "x", None, socket_seconds=2) as mailbox:
            return mailbox.folders()


def names(folders: tuple[OtherFolder, ...]) -> list[str]:
    return [folder.name for folder in folders]


def test_folders_are_looked_at_in_an_order_in_which_answers_come_last() -> None:
    found = folders_of('() "/" INBOX', '() "/" Zuletzt', '() "/" Sent', '() "/" Archive', '() "/" Quarantine', '() "/" "Gesendete Objekte"')

    assert found == (
        OtherFolder("Archive", Place.ELSEWHERE, is_for_filed=True),
        OtherFolder("Zuletzt", Place.ELSEWHERE),
        OtherFolder("Sent", Place.SENT),
        OtherFolder("Gesendete Objekte", Place.SENT),
    )


@pytest.mark.parametrize(
    "line",
    [
        '(\\Noselect) "/" Eltern',
        '(\\NonExistent) "/" Weg',
        '(\\HasNoChildren \\Trash) "/" "Ganz anders"',
        '(\\JUNK) "/" X',
        '(\\Drafts) "/" X',
        '(\\Flagged) "/" "[Gmail]/Markiert"',
        '() "/" TRASH',
        '() "." INBOX.Trash',
        '() "." "INBOX.Trash.Alt"',
        '() "/" Papierkorb',
        '() "/" "Gel&APY-schte Elemente"',
        '() "/" "Entw&APw-rfe"',
        '() "/" Junk-E-Mail',
        '() "/" Postausgang',
        '() "/" Quarantine',
        '() "/" inbox',
        '() "/" "&kaputt&&&-"',
    ],
)
def test_a_folder_that_holds_no_mail_to_the_desk_is_left_out(line: str) -> None:
    assert names(folders_of('() "/" Archive', line)) == ["Archive"]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('() "/" "Eva &- Co/Pr&APw-fung"', "Eva & Co/Prüfung"),
        ('() "/" "Spam-Beschwerden"', "Spam-Beschwerden"),
        ('() "/" 2026', "2026"),
        ("() NIL Flach", "Flach"),
        ('(\\All) "/" "[Gmail]/Alle Nachrichten"', "[Gmail]/Alle Nachrichten"),
        ('(\\Archive) "/" Ablage', "Ablage"),
        ('() "/" {6}\r\nA "b" ', 'A "b" '),
    ],
)
def test_a_folder_is_named_as_people_see_it(line: str, name: str) -> None:
    assert folders_of(line) == (OtherFolder(name, Place.ELSEWHERE),)


def test_what_the_configuration_names_is_looked_at_whatever_it_is_called() -> None:
    found = folders_of('(\\Trash) "/" Papierkorb', '(\\Drafts) "/" Postausgang', archive="Papierkorb", sent="Postausgang")

    assert found == (OtherFolder("Papierkorb", Place.ELSEWHERE, is_for_filed=True), OtherFolder("Postausgang", Place.SENT))


def test_special_uses_are_asked_for_where_the_server_tells_them_only_then() -> None:
    lines = ('(\\Trash) "/" Wech', '(\\Sent) "/" Raus')

    assert folders_of(*lines, capabilities=CAPABILITIES + b" SPECIAL-USE LIST-EXTENDED", extended=True) == (
        OtherFolder("Raus", Place.SENT),
    )


def test_folders_of_other_users_are_not_the_desks() -> None:
    namespace = b'* NAMESPACE (("" "/")) (("Other Users/" "/")) (("Shared/" "/"))\r\n' + OK
    lines = listing('() "/" Mine', '() "/" "Other Users/x/INBOX"', '() "/" Shared/all')
    script: dict[bytes, Answer] = {b"NAMESPACE": namespace, rb'LIST "" "\*".*': lines}
    with ScriptedImap({}, script, capabilities=CAPABILITIES + b" NAMESPACE") as server, mailbox_on(server) as mailbox:
        assert names(mailbox.folders()) == ["Mine"]


def test_where_the_desk_is_a_part_of_another_mailbox_only_that_part_is_looked_at() -> None:
    found = folders_of('() "/" INBOX', '() "/" Privat', '() "/" Desk', '() "/" Desk/2026', '() "/" Archive', '() "/" Desktop', inbox="Desk")

    assert names(found) == ["Archive", "Desk/2026"]


def test_on_a_real_server_every_folder_is_found_and_opened(dovecot: Dovecot, user: str, mailbox: ImapMailbox) -> None:
    client = dovecot.client(user)
    wanted = ["Archive/2026", "Eva & Co", "Straße/Größe", 'Mit "Zeichen" \\ %*', "日本語"]
    for name in (*wanted, "Trash", "Entwürfe"):
        client.create_folder(name)
        client.append(name, MAIL)
    client.shutdown()

    found = names(mailbox.folders())
    states = [mailbox.look_into(name, None, LONG_AGO) for name in wanted]

    assert sorted(found) == sorted(["Archive", "Sent", *wanted])
    assert [len(state.uids) for state in states] == [1] * len(wanted)
    assert [mailbox.mark(state.name) for state in states] == [Mark(state.uid_validity, 2) for state in states]
    (head,) = mailbox.heads(states[1], states[1].uids)
    assert (head.message_id, head.size_bytes, head.is_draft) == ("one@example.org", len(MAIL), False)
    (batch,) = mailbox.fetch(states[1], states[1].uids)
    assert (batch[0].folder, batch[0].octets.all()) == ("Eva & Co", MAIL)


def test_only_what_came_behind_the_mark_is_listed(dovecot: Dovecot, user: str, mailbox: ImapMailbox) -> None:
    client = dovecot.client(user)
    for days in (40, 20, 0):
        client.append("Archive", MAIL, msg_time=datetime.now(UTC) - timedelta(days=days))
    client.shutdown()
    validity = mailbox.mark("Archive").uid_validity

    assert mailbox.look_into("Archive", Mark(validity, 2), LONG_AGO).uids == (2, 3)
    assert mailbox.look_into("Archive", Mark(validity, 4), LONG_AGO).uids == (), "the star names the last mail, which is known"
    assert mailbox.look_into("Archive", Mark(validity + 1, 4), datetime.now(UTC) - timedelta(days=30)).uids == (2, 3)
    assert mailbox.look_into("Archive", None, LONG_AGO).uids == (1, 2, 3)


def test_the_inbox_is_selected_again_for_what_happens_in_it(dovecot: Dovecot, user: str, mailbox: ImapMailbox) -> None:
    client = dovecot.client(user)
    client.append("INBOX", MAIL)
    client.append("Archive", MAIL)
    client.shutdown()
    inbox = mailbox.look()
    elsewhere = mailbox.look_into("Archive", None, LONG_AGO)

    assert mailbox.file(inbox, inbox.uids, "archive").gone == set(inbox.uids)
    assert len(list(mailbox.fetch(elsewhere, elsewhere.uids))) == 1


def head_of(answer: bytes) -> tuple[Head, ...]:
    with (
        ScriptedImap({1: MAIL}, {rb"UID FETCH .*HEADER.FIELDS.*": answer + OK}) as server,
        mailbox_on(server) as mailbox,
    ):
        return mailbox.heads(FolderState("INBOX", 7, (1,)), (1,))


@pytest.mark.parametrize(
    ("field", "identifier"),
    [
        (b"Message-ID: <a@b>\r\n\r\n", "a@b"),
        (b"message-id:\r\n <a@b>\r\n\r\n", "a@b"),
        (b"Message-ID: <a@b>\r\nMessage-ID: <c@d>\r\n\r\n", ""),
        (b"Message-ID: a@b\r\n\r\n", ""),
        (b"\r\n", ""),
        (b"", ""),
    ],
)
def test_a_message_id_is_read_only_where_there_is_no_doubt(field: bytes, identifier: str) -> None:
    answer = b"* 1 FETCH (UID 1 RFC822.SIZE 9 FLAGS (\\DRAFT) BODY[HEADER.FIELDS (Message-ID)] {%d}\r\n%b)\r\n" % (len(field), field)

    (head,) = head_of(answer)

    assert (head.uid, head.message_id, head.size_bytes, head.is_draft) == (1, identifier, 9, True)


def test_a_head_that_says_nothing_is_the_head_of_an_unknown_mail() -> None:
    (head,) = head_of(b"* 1 FETCH (UID 1 BODY[HEADER.FIELDS (MESSAGE-ID)] NIL)\r\n")

    assert (head.message_id, head.size_bytes, head.is_draft) == ("", 0, False)


def test_a_mail_that_has_gone_has_no_head() -> None:
    with ScriptedImap() as server, mailbox_on(server) as mailbox:
        assert mailbox.heads(FolderState("INBOX", 7, (1,)), (1,)) == ()


def test_of_a_mail_whose_head_the_server_keeps_back_nothing_is_known() -> None:
    assert [(head.uid, head.message_id) for head in head_of(b"")] == [(1, "")]


def test_a_folder_that_has_mails_and_lists_none_is_not_believed() -> None:
    script: dict[bytes, Answer] = {rb"EXAMINE .*": b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n" + OK, rb"UID SEARCH .*": OK}
    with ScriptedImap({1: MAIL}, script) as server, mailbox_on(server) as mailbox, pytest.raises(MailboxUnreachable):
        mailbox.look_into("Archive", Mark(7, 1), LONG_AGO)


def test_where_heads_are_refused_nothing_is_known_of_the_mails() -> None:
    script: dict[bytes, Answer] = {rb"UID FETCH .*HEADER.*": b"{tag} NO x\r\n"}
    with ScriptedImap({1: MAIL, 2: MAIL}, script) as server, mailbox_on(server) as mailbox:
        heads = mailbox.heads(FolderState("INBOX", 7, (1, 2)), (1, 2))

    assert [(head.uid, head.message_id) for head in heads] == [(1, ""), (2, "")]


def test_of_a_folder_that_was_made_anew_meanwhile_no_mail_is_named() -> None:
    with ScriptedImap({1: MAIL}) as server, mailbox_on(server) as mailbox:
        assert mailbox.heads(FolderState("Archive", 8, (1,)), (1,)) == ()
        assert list(mailbox.fetch(FolderState("Archive", 8, (1,)), (1,))) == []


def test_a_server_that_does_not_say_how_far_a_folder_goes() -> None:
    script: dict[bytes, Answer] = {b"STATUS .*": b"* STATUS Archive (UIDVALIDITY 7)\r\n" + OK}
    with ScriptedImap({}, script) as server, mailbox_on(server) as mailbox:
        assert mailbox.mark("Archive") == Mark(7, 0)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"{tag} NO [NONEXISTENT] Frau Mueller\r\n", MailboxRefused),
        (b"{tag} NO [NOPERM] Frau Mueller\r\n", MailboxRefused),
        (b"{tag} NO [SERVERBUG] Frau Mueller\r\n", MailboxUnreachable),
        ([b"* BYE x\r\n", Do.CLOSE], MailboxUnreachable),
        (OK, MailboxUnreachable),
    ],
)
def test_what_goes_wrong_is_one_of_our_errors_and_names_no_folder(answer: Answer, error: type[Exception]) -> None:
    with ScriptedImap({}, {b"STATUS .*": answer, b"EXAMINE .*": answer}) as server, mailbox_on(server) as mailbox:
        with pytest.raises(error) as of_mark:
            mailbox.mark("Frau Mueller")
        with pytest.raises((MailboxRefused, MailboxUnreachable)) as of_look:
            mailbox.look_into("Frau Mueller", None, LONG_AGO)

    assert "Mueller" not in f"{of_mark.value} {of_look.value}"
