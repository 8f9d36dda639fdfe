# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A server that lies, forgets and refuses: never other octets than a mail has, never a mail filed that is still there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest

from maildesk.adapters.mailbox import ImapMailbox
from maildesk.core.mail.folders import Filed
from maildesk.errors import MailboxRefused, MailboxUnreachable
from maildesk.octets import FolderState, RawMessage
from tests.rig.imap_script import Answer, Do, ScriptedImap, Step, fetch_line, in_turn

MAIL = b"Subject: one\r\n\r\nhello\r\n"
OTHER = b"Subject: two\r\n\r\nworld\r\n"
SIZE = 5 * 1024 * 1024
BIG = b"".join(b"%07d\r\n" % number for number in range(SIZE // 9))
BODY = rb"UID FETCH .*BODY.PEEK\[\].*"
OK = b"{tag} OK done\r\n"

Take = Callable[[ImapMailbox, FolderState], list[RawMessage]]


def mailbox_on(server: ScriptedImap) -> ImapMailbox:
    return ImapMailbox(server.settings(), "secret", None, socket_seconds=0.5)


def sizes(size_bytes: int) -> Answer:
    return b"* 1 FETCH (UID 1 RFC822.SIZE %d)\r\n" % size_bytes + OK


WRONG_ANSWERS: dict[str, Answer] = {
    "literal shorter than the mail": fetch_line(1, MAIL[:-5], announced=len(MAIL)) + OK,
    "literal too short, then cut": [fetch_line(1, MAIL[:9], announced=len(MAIL)), Do.CLOSE],
    "literal that says too little": fetch_line(1, MAIL, announced=4) + OK,
    "literal that says too much": fetch_line(1, MAIL, announced=len(MAIL) + 100) + OK,
    "NIL": b"* 1 FETCH (UID 1 BODY[] NIL)\r\n" + OK,
    "empty": b'* 1 FETCH (UID 1 BODY[] "")\r\n' + OK,
    "a number": b"* 1 FETCH (UID 1 BODY[] 23)\r\n" + OK,
    "an octet less each time": in_turn(*(fetch_line(1, MAIL[:-number]) + OK for number in range(1, 9))),
    "another UID": fetch_line(2, OTHER) + OK,
    "no UID": fetch_line(1, OTHER).replace(b"UID 1 ", b"") + OK,
    "no answer": OK,
    "another item": fetch_line(1, MAIL, item=b"BODY[TEXT]") + OK,
    "NO": b"{tag} NO [SERVERBUG] x\r\n",
    "BAD": b"{tag} BAD x\r\n",
    "BYE": [b"* BYE x\r\n", Do.CLOSE],
    "no IMAP": b"220 smtp.example.org ESMTP\r\n",
    "brackets that do not end": b"* 1 FETCH (UID 1 (BODY[] x\r\n" + OK,
}


@pytest.mark.parametrize("answer", WRONG_ANSWERS.values(), ids=WRONG_ANSWERS.keys())
def test_a_wrong_answer_never_becomes_a_mail(answer: Answer, take: Take) -> None:
    with ScriptedImap({1: MAIL}, {BODY: answer}) as server, mailbox_on(server) as mailbox:
        state = mailbox.look()

        with pytest.raises(MailboxUnreachable):
            take(mailbox, state)

        assert mailbox.look() == state  # and the mailbox goes on working


def test_a_mail_that_does_not_come_whole_holds_up_no_other(take: Take, caplog: pytest.LogCaptureFixture) -> None:
    short = fetch_line(2, OTHER[:5]) + OK
    script: dict[bytes, Answer] = {
        rb"UID FETCH 1,2,3 .*BODY.PEEK\[\].*": fetch_line(1, MAIL) + fetch_line(2, OTHER[:4]) + fetch_line(3, MAIL) + OK,
        rb"UID FETCH 2 .*BODY.PEEK\[\].*": short,
    }
    with ScriptedImap({1: MAIL, 2: OTHER, 3: MAIL}, script) as server, mailbox_on(server) as mailbox:
        state = mailbox.look()
        batches = mailbox.fetch(state, state.uids)
        batch = next(batches)
        with pytest.raises(MailboxUnreachable, match="1 of the mails"):
            next(batches)

    assert [(raw.uid, raw.octets.all()) for raw in batch] == [(1, MAIL), (3, MAIL)]
    assert "mail 2 of UIDVALIDITY 7" in caplog.text
    for raw in batch:
        raw.octets.close()


@pytest.mark.parametrize("told", [len(MAIL) - 3, len(MAIL) + 3, 0])
def test_a_wrong_size_is_forgiven_if_the_same_octets_come_twice(told: int, take: Take) -> None:
    with ScriptedImap({1: MAIL}, {rb"UID FETCH .*RFC822.SIZE.*": sizes(told)}) as server, mailbox_on(server) as mailbox:
        (raw,) = take(mailbox, mailbox.look())

        assert raw.octets.all() == MAIL
        assert len(server.seen(rb"BODY.PEEK")) == 2


@pytest.mark.parametrize("told", [len(BIG), len(BIG) - 1024, len(BIG) + 1024 * 1024])
def test_a_big_mail_comes_whole_in_parts_whatever_its_size_is_said_to_be(told: int, take: Take) -> None:
    with ScriptedImap({1: BIG}, {rb"UID FETCH .*RFC822.SIZE.*": sizes(told)}) as server, mailbox_on(server) as mailbox:
        (raw,) = take(mailbox, mailbox.look())

        assert raw.octets.all() == BIG


def part_answer(change: Callable[[int, bytes], bytes]) -> Answer:
    """Parts of the big mail, each of them changed by where it starts."""

    def answer(line: bytes) -> bytes:
        origin = int(line.rpartition(b"<")[2].partition(b".")[0])
        part = BIG[origin : origin + 1024 * 1024]
        return fetch_line(1, change(origin, part), item=b"BODY[]<%d>" % origin) + OK

    return answer


def test_a_server_that_hands_out_less_at_a_time_than_asked_is_asked_on(take: Take) -> None:
    script = {BODY: part_answer(lambda _origin, part: part[:400_000])}
    with ScriptedImap({1: BIG}, script) as server, mailbox_on(server) as mailbox:
        (raw,) = take(mailbox, mailbox.look())

        assert raw.octets.all() == BIG


WRONG_PARTS: dict[str, Callable[[int, bytes], bytes]] = {
    "never ends": lambda _origin, _part: b"x" * 1024 * 1024,
    "longer than asked": lambda _origin, part: part + b"x",
    "nothing": lambda _origin, _part: b"",
}


@pytest.mark.parametrize("change", WRONG_PARTS.values(), ids=WRONG_PARTS.keys())
def test_wrong_parts_never_become_a_mail(change: Callable[[int, bytes], bytes], take: Take) -> None:
    with ScriptedImap({1: BIG}, {BODY: part_answer(change)}) as server, mailbox_on(server) as mailbox:
        state = mailbox.look()
        with pytest.raises(MailboxUnreachable, match="1 of the mails"):
            take(mailbox, state)


def test_a_part_that_says_another_origin_never_becomes_a_mail(take: Take) -> None:
    answer = fetch_line(1, BIG[: 1024 * 1024], item=b"BODY[]<0>") + OK
    with ScriptedImap({1: BIG}, {BODY: answer}) as server, mailbox_on(server) as mailbox:
        state = mailbox.look()
        with pytest.raises(MailboxUnreachable):
            take(mailbox, state)


def test_a_refused_size_holds_up_only_the_mail_it_belongs_to() -> None:
    script: dict[bytes, Answer] = {rb"UID FETCH (\d+,)*2(,\d+)* .*RFC822.SIZE.*": b"{tag} NO x\r\n"}
    with ScriptedImap({1: MAIL, 2: MAIL, 3: MAIL}, script) as server, mailbox_on(server) as mailbox:
        state = mailbox.look()
        batches = mailbox.fetch(state, state.uids)
        batch = next(batches)
        with pytest.raises(MailboxUnreachable, match="1 of the mails"):
            next(batches)

    assert [raw.uid for raw in batch] == [1, 3]
    for raw in batch:
        raw.octets.close()


def test_a_mail_without_internaldate_has_arrived_now(take: Take) -> None:
    with ScriptedImap({1: MAIL}, {rb"UID FETCH .*RFC822.SIZE.*": sizes(len(MAIL))}) as server, mailbox_on(server) as mailbox:
        (raw,) = take(mailbox, mailbox.look())

    assert abs((raw.internal_date - datetime.now(UTC)).total_seconds()) < 60


def listed_of(uids: list[int], goes: Callable[[int], None]) -> tuple[int, ...]:
    """What is seen of an inbox that the server tells by sequence numbers. `goes` is called with the number of each answer given."""
    heard: list[bytes] = []

    def search(line: bytes) -> bytes:
        first, last = map(int, line.split()[-1].split(b":"))
        found = uids[first - 1 : last]
        heard.append(line)
        goes(len(heard))
        return b"* SEARCH %b\r\n" % b" ".join(b"%d" % uid for uid in found) + OK

    select = b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n" % len(uids) + OK
    with ScriptedImap({}, {b"SELECT .*": select, rb"UID SEARCH \d+:\d+": search}) as server, mailbox_on(server) as mailbox:
        seen = mailbox.look().uids
    assert len(heard) > 2, "it was asked in parts"
    return seen


def test_an_inbox_of_more_uids_than_a_line_holds_is_listed_in_several() -> None:
    uids = list(range(1_000_000_001, 1_000_012_346))

    assert listed_of(uids, lambda _answer: None) == tuple(uids)


def test_mails_that_go_while_an_inbox_is_listed_hide_none() -> None:
    uids = list(range(1, 12_346))
    before = tuple(uids)

    def goes(_answer: int) -> None:
        del uids[:3]

    seen = listed_of(uids, goes)

    assert seen == tuple(sorted(set(seen)))
    assert set(uids) <= set(seen) <= set(before)


def look_refused(answer: bytes) -> str:
    with ScriptedImap({}, {b"SELECT .*": answer}) as server, mailbox_on(server) as mailbox, pytest.raises(MailboxRefused) as caught:
        mailbox.look()
    return str(caught.value)


def test_an_inbox_without_uidvalidity_is_refused() -> None:
    assert "UIDVALIDITY" in look_refused(b"* 0 EXISTS\r\n" + OK)


def test_a_read_only_inbox_is_refused() -> None:
    assert "only read" in look_refused(b"* 0 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n{tag} OK [READ-ONLY] done\r\n")


def test_an_inbox_that_does_not_exist_is_refused_by_its_key_and_code() -> None:
    assert look_refused(b"{tag} NO [NONEXISTENT] no Miller\r\n") == "the mail server refuses to open the inbox (NONEXISTENT)"


MOVES_THAT_MOVE_NOTHING: dict[str, Answer] = {
    "OK is no proof": OK,
    "OVERQUOTA": b"{tag} NO [OVERQUOTA] the mailbox of mrs. miller is full\r\n",
    "BAD": b"{tag} BAD x\r\n",
    "NO": b"{tag} NO x\r\n",
}


@pytest.mark.parametrize("answer", MOVES_THAT_MOVE_NOTHING.values(), ids=MOVES_THAT_MOVE_NOTHING.keys())
def test_a_mail_that_is_still_there_is_not_filed(answer: Answer, caplog: pytest.LogCaptureFixture) -> None:
    with ScriptedImap({1: MAIL}, {b"UID MOVE .*": answer}) as server, mailbox_on(server) as mailbox:
        assert mailbox.file(mailbox.look(), [1], "archive").gone == frozenset()

    assert "miller" not in caplog.text
    assert ("could not be filed to imap.archive" in caplog.text) == (answer != OK)


def test_a_move_that_is_done_in_part_counts_in_part() -> None:
    with ScriptedImap({1: MAIL, 2: MAIL}) as server, mailbox_on(server) as mailbox:
        state = mailbox.look()

        def in_part(_line: bytes) -> bytes:
            server.mails.pop(1, None)
            return b"{tag} NO x\r\n"

        server.script[b"UID MOVE .*"] = in_part
        assert mailbox.file(state, [1, 2], "archive").gone == {1}


def test_a_mail_that_went_meanwhile_holds_no_other_back(caplog: pytest.LogCaptureFixture) -> None:
    with ScriptedImap(dict.fromkeys(range(1, 6), MAIL)) as server, mailbox_on(server) as mailbox:
        state, going = mailbox.look(), [2, 4]
        listed = list(server.mails)  # a client hears of what went at its next NOOP alone (RFC 3501 section 7.4.1)

        def noop(_line: bytes) -> bytes:
            listed[:] = server.mails
            return OK

        def refused_while_one_has_gone(line: bytes) -> bytes | Sequence[Step]:
            if going:
                del server.mails[going.pop(0)]
            asked = {int(uid) for uid in line.split()[2].split(b",")}
            if asked - set(server.mails):
                return b"{tag} NO [EXPUNGEISSUED] Some of the requested messages no longer exist.\r\n"
            del server.script[b"UID MOVE .*"]
            answer = server.answer(line)
            noop(b"")
            return answer

        server.script = {
            b"UID SEARCH .*": lambda _line: b"* SEARCH %b\r\n{tag} OK done\r\n" % b" ".join(b"%d" % uid for uid in listed),
            b"NOOP": noop,
            b"UID MOVE .*": refused_while_one_has_gone,
        }
        filed = mailbox.file(state, state.uids, "archive")

    assert filed == Filed(frozenset({1, 2, 3, 4, 5}), contested=frozenset({2, 4}))
    assert server.mails == {}
    assert "could not be filed" not in caplog.text


def test_a_missing_folder_is_made_once_and_the_move_tried_again() -> None:
    script: dict[bytes, Answer] = {
        b"UID MOVE .*": in_turn(b"{tag} NO [TRYCREATE] x\r\n", b"{tag} NO [TRYCREATE] x\r\n"),
        b'LIST "" ".*Archive"': OK,
    }
    with ScriptedImap({1: MAIL}, script) as server, mailbox_on(server) as mailbox:
        assert mailbox.file(mailbox.look(), [1], "archive").gone == frozenset()

        assert len(server.seen(rb"CREATE")) == 1
        assert len(server.seen(rb"UID MOVE")) == 2


def test_the_uids_of_another_uidvalidity_are_never_moved() -> None:
    with ScriptedImap({1: MAIL}) as server, mailbox_on(server) as mailbox:
        state = mailbox.look()
        server.uid_validity += 1
        mailbox.close()

        assert mailbox.file(state, [1], "archive").gone == frozenset()
        assert list(mailbox.fetch(state, [1])) == []
        assert server.seen(rb"UID MOVE|UID FETCH") == []


def test_a_uidvalidity_that_changes_while_the_folder_is_open_is_noticed() -> None:
    script: dict[bytes, Answer] = {rb"UID FETCH .*RFC822.SIZE.*": b"* OK [UIDVALIDITY 8] new\r\n" + OK}
    with ScriptedImap({1: MAIL}, script) as server, mailbox_on(server) as mailbox:
        state = mailbox.look()
        with pytest.raises(MailboxUnreachable):
            list(mailbox.fetch(state, [1]))

        assert mailbox.file(state, [1], "archive").gone == frozenset()
        assert server.seen(rb"UID MOVE") == []


def test_without_move_and_uidplus_only_own_mails_are_expunged() -> None:
    with ScriptedImap({1: MAIL}, capabilities=b"IMAP4rev1") as server, mailbox_on(server) as mailbox:
        state = mailbox.look()

        def expunge(_line: bytes) -> bytes:
            server.mails.clear()
            return b"* 1 EXPUNGE\r\n" + OK

        server.script[b"EXPUNGE"] = expunge
        assert mailbox.file(state, [1], "archive").gone == {1}
        commands = [line.split(b" ", 1)[1] for line in server.lines]

    assert commands[-5:] == [
        b'UID COPY 1 "Archive"',
        rb"UID STORE 1 +FLAGS.SILENT (\Deleted)",
        b"UID SEARCH DELETED",
        b"EXPUNGE",
        b"UID SEARCH UID 1",
    ]


def test_no_text_of_a_mail_gets_into_the_log(take: Take, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with ScriptedImap({1: MAIL}) as server, mailbox_on(server) as mailbox:
        logging.getLogger("imapclient").setLevel(logging.DEBUG)
        take(mailbox, mailbox.look())
        mailbox.file(mailbox.look(), [1], "archive")
        assert mailbox._connection._client._imap.debug == 0

    assert "hello" not in caplog.text
    assert "secret" not in caplog.text
