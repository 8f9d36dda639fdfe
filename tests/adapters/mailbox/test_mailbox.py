# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The mailbox on a real Dovecot: what is fetched and filed, while others work in the same mailbox."""

from __future__ import annotations

import hashlib
import random
import tempfile
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from imapclient import IMAPClient

from maildesk.adapters.mailbox import ImapMailbox
from maildesk.core.mail.folders import Filed
from maildesk.errors import StoreUnusable
from maildesk.octets import FolderState, RawMessage
from tests.rig.dovecot import Dovecot

MAIL = b"From: a@example.org\r\nSubject: one\r\n\r\nGr\xfc\xdfe\r\n.\r\nFrom me\r\n"
MEGABYTE = 1024 * 1024
Take = Callable[[ImapMailbox, FolderState], list[RawMessage]]


@pytest.fixture
def colleague(dovecot: Dovecot, user: str) -> Iterator[IMAPClient]:
    """Somebody else with a mail client in the same mailbox."""
    client = dovecot.client(user)
    client.select_folder("INBOX")
    yield client
    client.shutdown()


def mail(number: int, size_bytes: int = 200) -> bytes:
    head = b"From: a@example.org\r\nSubject: mail %d\r\n\r\n" % number
    return head + (b"x" * 70 + b"\r\n") * ((size_bytes - len(head)) // 72) + b"end\r\n"


def close(batch: Iterable[RawMessage]) -> None:
    for raw in batch:
        raw.octets.close()


def test_a_mail_comes_as_the_very_octets_that_were_put_in(mailbox: ImapMailbox, colleague: IMAPClient, take: Take) -> None:
    arrived = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
    colleague.append("INBOX", MAIL, msg_time=arrived)

    state = mailbox.look()
    (raw,) = take(mailbox, state)

    assert raw.octets.all() == MAIL
    assert (raw.folder, raw.uid_validity, raw.uid, raw.internal_date) == ("INBOX", state.uid_validity, state.uids[0], arrived)


def test_fetching_leaves_the_mail_unseen(mailbox: ImapMailbox, colleague: IMAPClient, take: Take) -> None:
    colleague.append("INBOX", MAIL)

    state = mailbox.look()
    take(mailbox, state)

    assert b"\\Seen" not in colleague.get_flags(state.uids)[state.uids[0]]


def test_a_mail_that_a_colleague_has_read_already_is_listed_and_fetched(mailbox: ImapMailbox, colleague: IMAPClient, take: Take) -> None:
    colleague.append("INBOX", MAIL, flags=["\\Seen", "\\Flagged"])

    assert len(take(mailbox, mailbox.look())) == 1


def test_a_mail_delivered_by_lmtp_is_there_at_the_next_look(mailbox: ImapMailbox, dovecot: Dovecot, user: str, take: Take) -> None:
    assert mailbox.look().uids == ()

    dovecot.deliver(user, MAIL)

    (raw,) = take(mailbox, mailbox.look())
    assert raw.octets.all().endswith(MAIL)
    assert abs(raw.internal_date - datetime.now(UTC)) < timedelta(minutes=1)


def test_batches_are_bounded_by_number_and_octets(mailbox: ImapMailbox, colleague: IMAPClient) -> None:
    for number in range(55):
        colleague.append("INBOX", mail(number))
    for number in range(3):
        colleague.append("INBOX", mail(number, 3 * MEGABYTE))
    colleague.append("INBOX", mail(9, 5 * MEGABYTE))
    colleague.append("INBOX", mail(10))

    state = mailbox.look()
    batches = []
    for batch in mailbox.fetch(state, state.uids):
        batches.append([raw.octets.size_bytes for raw in batch])
        close(batch)

    assert [len(batch) for batch in batches] == [50, 7, 1, 1, 1]
    assert all(sum(batch) <= 8 * MEGABYTE for batch in batches)


def test_a_mail_of_30_megabytes_comes_in_parts_and_never_stands_in_memory(
    mailbox: ImapMailbox, colleague: IMAPClient, tmp_path: Path, take: Take
) -> None:
    big = mail(1) + random.Random(7).randbytes(22 * MEGABYTE).hex().encode()[: 30 * MEGABYTE]
    colleague.append("INBOX", big)
    digest = hashlib.sha256(big).hexdigest()
    del big
    state = mailbox.look()

    tracemalloc.start()
    (raw,) = take(mailbox, state)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert raw.octets.digest == digest
    assert peak_bytes < 12 * MEGABYTE
    assert list(tmp_path.iterdir()) == []  # the file has no name


def test_a_mail_that_has_gone_meanwhile_is_left_out(mailbox: ImapMailbox, colleague: IMAPClient, take: Take) -> None:
    for number in range(3):
        colleague.append("INBOX", mail(number))
    state = mailbox.look()
    colleague.delete_messages(state.uids[1:2])
    colleague.uid_expunge(state.uids[1:2])

    assert [raw.uid for raw in take(mailbox, state)] == [state.uids[0], state.uids[2]]
    assert mailbox.file(state, state.uids, "archive").gone == set(state.uids)  # all three are seen to have left
    assert mailbox.look().uids == ()


def test_a_mail_that_goes_between_two_batches_is_left_out(mailbox: ImapMailbox, colleague: IMAPClient) -> None:
    for number in range(60):
        colleague.append("INBOX", mail(number))
    state = mailbox.look()
    batches = mailbox.fetch(state, state.uids)
    close(next(batches))
    colleague.delete_messages(state.uids[-1:])
    colleague.uid_expunge(state.uids[-1:])

    (batch,) = batches
    close(batch)
    assert [raw.uid for raw in batch] == list(state.uids[50:59])


def test_mails_are_filed_between_two_batches(mailbox: ImapMailbox, colleague: IMAPClient) -> None:
    for number in range(60):
        colleague.append("INBOX", mail(number))

    state = mailbox.look()
    seen = []
    for batch in mailbox.fetch(state, state.uids):
        uids = [raw.uid for raw in batch if raw.uid is not None]
        close(batch)
        seen += uids
        assert mailbox.file(state, uids, "archive").gone == set(uids)

    assert tuple(seen) == state.uids
    assert mailbox.look().uids == ()
    assert colleague.folder_status("Archive")[b"MESSAGES"] == 60


@pytest.mark.parametrize(("role", "name"), [("archive", "Archive"), ("sent", "Sent"), ("quarantine", "Quarantine")])
def test_a_mail_is_filed_to_the_folder_of_its_role(mailbox: ImapMailbox, colleague: IMAPClient, role: str, name: str) -> None:
    colleague.append("INBOX", MAIL)
    colleague.append("INBOX", mail(2))

    state = mailbox.look()
    left = mailbox.file(state, state.uids[:1], role).gone

    assert left == {state.uids[0]}
    assert mailbox.look().uids == state.uids[1:]
    colleague.select_folder(name, readonly=True)
    assert [answer[b"BODY[]"] for answer in colleague.fetch(colleague.search(), ["BODY.PEEK[]"]).values()] == [MAIL]


def test_a_folder_that_was_deleted_is_made_again(mailbox: ImapMailbox, colleague: IMAPClient) -> None:
    colleague.append("INBOX", MAIL)
    colleague.delete_folder("Archive")

    state = mailbox.look()

    assert mailbox.file(state, state.uids, "archive").gone == set(state.uids)
    assert colleague.folder_status("Archive")[b"MESSAGES"] == 1


@pytest.fixture(scope="module", params=[("MOVE",), ("MOVE", "UIDPLUS")], ids=lambda names: "without-" + "-".join(names))
def poorer_dovecot(request: pytest.FixtureRequest) -> Iterator[Dovecot]:
    with tempfile.TemporaryDirectory(prefix="md-") as folder:
        server = Dovecot.start(Path(folder), without=request.param)
        yield server
        server.stop()


# --- somebody else in the same mailbox ---


def named(number: int) -> bytes:
    return b"Message-ID: <m%d@example.org>\r\n" % number + mail(number)


def test_a_mail_that_somebody_else_has_moved_is_gone_and_not_ours(mailbox: ImapMailbox, colleague: IMAPClient) -> None:
    for number in range(3):
        colleague.append("INBOX", named(number))
    state = mailbox.look()
    colleague.move(state.uids[1:2], "Archive")

    filed = mailbox.file(state, state.uids, "archive")

    assert filed == Filed(frozenset(state.uids), contested=frozenset(state.uids[1:2]))
    assert colleague.folder_status("Archive")[b"MESSAGES"] == 3


def test_of_two_who_take_a_mail_at_the_same_moment_it_is_theirs_whose_copy_came_first(mailbox: ImapMailbox, colleague: IMAPClient) -> None:
    for number in range(3):
        colleague.append("INBOX", named(number))
    state = mailbox.look()
    colleague.copy(state.uids[:1], "Archive")  # what a server leaves behind that carries two MOVEs out at once

    filed = mailbox.file(state, state.uids[:2], "archive")
    colleague.copy(state.uids[2:], "Archive")
    later = mailbox.file(state, state.uids[2:], "archive")

    assert filed == Filed(frozenset(state.uids[:2]), contested=frozenset(state.uids[:1]))
    assert later.contested == frozenset(state.uids[2:])


def test_other_mail_that_came_to_the_archive_meanwhile_is_no_matter(mailbox: ImapMailbox, colleague: IMAPClient) -> None:
    for number in range(2):
        colleague.append("INBOX", named(number))
    state = mailbox.look()
    colleague.append("Archive", named(7))

    assert mailbox.file(state, state.uids, "archive") == Filed(frozenset(state.uids))
    assert mailbox.look().uids == ()


def test_whoever_moves_in_two_sessions_at_once_takes_each_mail_once(dovecot: Dovecot, user: str, colleague: IMAPClient) -> None:
    def desk() -> ImapMailbox:
        return ImapMailbox(dovecot.settings(user), dovecot.password, None)

    with desk() as one, desk() as other:
        one.prepare()
        for number in range(60):
            colleague.append("INBOX", named(number))
            state = one.look()
            assert other.look() == state
            with ThreadPoolExecutor(2) as pool:
                moves = [pool.submit(each.file, state, state.uids, "archive") for each in (one, other)]
                filed = [move.result() for move in moves]
            assert sum(len(each.gone - each.contested) for each in filed) == 1


def test_without_move_a_mail_is_copied_and_expunged(poorer_dovecot: Dovecot) -> None:
    user = poorer_dovecot.new_user()
    colleague = poorer_dovecot.client(user)
    with ImapMailbox(poorer_dovecot.settings(user), poorer_dovecot.password, None) as mailbox:
        mailbox.prepare()
        for number in range(3):
            colleague.append("INBOX", mail(number))
        state = mailbox.look()

        assert mailbox.file(state, state.uids[:2], "archive").gone == set(state.uids[:2])
        assert mailbox.look().uids == state.uids[2:]

    assert colleague.folder_status("Archive")[b"MESSAGES"] == 2
    colleague.shutdown()


def test_a_mail_that_a_colleague_flagged_as_deleted_is_never_expunged_with_ours(poorer_dovecot: Dovecot) -> None:
    user = poorer_dovecot.new_user()
    colleague = poorer_dovecot.client(user)
    with ImapMailbox(poorer_dovecot.settings(user), poorer_dovecot.password, None) as mailbox:
        mailbox.prepare()
        colleague.append("INBOX", mail(1))
        colleague.append("INBOX", mail(2), flags=["\\Deleted"])
        state = mailbox.look()
        by_uid = "UIDPLUS" in mailbox.survey().capabilities

        left = mailbox.file(state, state.uids[:1], "archive").gone

        assert left == (set(state.uids[:1]) if by_uid else set())
        assert state.uids[1] in mailbox.look().uids
    assert colleague.folder_status("Archive")[b"MESSAGES"] == len(left)  # nothing is copied that cannot leave
    colleague.shutdown()


def test_after_a_change_of_uidvalidity_the_old_uids_fetch_and_file_nothing(dovecot: Dovecot, user: str, take: Take) -> None:
    colleague = dovecot.client(user)
    colleague.create_folder("Desk")
    with ImapMailbox(dovecot.settings(user, inbox="Desk"), dovecot.password, None) as mailbox:
        mailbox.prepare()
        colleague.append("Desk", mail(1))
        state = mailbox.look()

        colleague.delete_folder("Desk")
        colleague.create_folder("Desk")
        colleague.append("Desk", mail(2))
        afterwards = mailbox.look()

        assert afterwards.uids == state.uids
        assert afterwards.uid_validity != state.uid_validity
        assert take(mailbox, state) == []
        assert mailbox.file(state, state.uids, "archive").gone == frozenset()
        assert mailbox.look() == afterwards
        assert mailbox.arrival_ages(state, datetime.now(UTC)) == (0, 0)
    colleague.shutdown()


def test_arrivals_are_counted_before_and_after_a_moment(mailbox: ImapMailbox, colleague: IMAPClient) -> None:
    border = datetime(2026, 11, 20, 12, tzinfo=UTC)
    for hours in (-48, -1, 0, 1):
        colleague.append("INBOX", MAIL, msg_time=border + timedelta(hours=hours))

    assert mailbox.arrival_ages(mailbox.look(), border) == (2, 2)


def test_a_small_mail_stays_in_memory_and_needs_no_spool_folder(dovecot: Dovecot, user: str, colleague: IMAPClient, take: Take) -> None:
    colleague.append("INBOX", MAIL)
    with ImapMailbox(dovecot.settings(user), dovecot.password, Path("/nonexistent")) as mailbox:
        (raw,) = take(mailbox, mailbox.look())

    assert raw.octets.digest == hashlib.sha256(MAIL).hexdigest()


def test_a_big_mail_without_room_for_it_is_a_matter_of_the_store(dovecot: Dovecot, user: str, colleague: IMAPClient) -> None:
    colleague.append("INBOX", mail(1, 5 * MEGABYTE))
    with ImapMailbox(dovecot.settings(user), dovecot.password, Path("/nonexistent")) as mailbox:
        state = mailbox.look()
        with pytest.raises(StoreUnusable, match="cannot be written"):
            list(mailbox.fetch(state, state.uids))
