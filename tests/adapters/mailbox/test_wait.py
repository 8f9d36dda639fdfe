# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Waiting for mail: woken by what comes, by nothing else, and never in a spin on a dead line."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from maildesk.adapters.mailbox import ImapMailbox
from maildesk.errors import MailboxUnreachable
from tests.rig.dovecot import Dovecot
from tests.rig.imap_script import Answer, Do, ScriptedImap, Step

MAIL = b"Subject: one\r\n\r\nhello\r\n"
NEVER = threading.Event()
DONE = b"{tag} OK done\r\n"
Later = Callable[..., None]


@pytest.fixture
def watcher(dovecot: Dovecot, user: str) -> Iterator[ImapMailbox]:
    with ImapMailbox(dovecot.settings(user), dovecot.password, None) as mailbox:
        assert not mailbox.wait(0.05, NEVER)
        yield mailbox


@pytest.fixture
def later() -> Iterator[Later]:
    timers: list[threading.Timer] = []

    def call(seconds: float, function: Callable[..., object], *arguments: object) -> None:
        timers.append(threading.Timer(seconds, function, arguments))
        timers[-1].start()

    yield call
    for timer in timers:
        timer.join()


def test_a_delivery_wakes_the_watcher(watcher: ImapMailbox, dovecot: Dovecot, user: str, later: Later) -> None:
    delivered: list[float] = []

    def deliver() -> None:
        dovecot.deliver(user, MAIL)
        delivered.append(time.monotonic())

    later(0.3, deliver)

    assert watcher.wait(100, NEVER)
    assert time.monotonic() - delivered[0] < 50


def test_a_mail_that_came_between_two_waits_wakes_at_once(watcher: ImapMailbox, dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, MAIL)

    assert watcher.wait(10, NEVER)
    assert not watcher.wait(0.2, NEVER)


def test_a_mail_that_came_while_the_line_was_down_wakes_at_once(watcher: ImapMailbox, dovecot: Dovecot, user: str) -> None:
    watcher.close()
    dovecot.deliver(user, MAIL)

    assert watcher.wait(10, NEVER)
    watcher.close()
    assert not watcher.wait(0.2, NEVER)


def test_mails_that_are_filed_or_flagged_wake_nobody(mailbox: ImapMailbox, dovecot: Dovecot, user: str, later: Later) -> None:
    for _ in range(3):
        dovecot.deliver(user, MAIL)
    state = mailbox.look()
    colleague = dovecot.client(user)
    colleague.select_folder("INBOX")
    with ImapMailbox(dovecot.settings(user), dovecot.password, None) as watcher:
        watcher.wait(0.05, NEVER)
        later(0.1, colleague.add_flags, state.uids, ["\\Seen"])
        later(0.2, mailbox.file, state, state.uids[:2], "archive")

        assert not watcher.wait(1.2, NEVER)

        dovecot.deliver(user, MAIL)  # now there are fewer than at the beginning, and yet one is new
        assert watcher.wait(5, NEVER)
    colleague.shutdown()


def test_a_stop_ends_the_waiting(watcher: ImapMailbox, later: Later) -> None:
    stop = threading.Event()
    later(0.2, stop.set)
    started = time.monotonic()

    assert not watcher.wait(60, stop)
    assert time.monotonic() - started < 30


def test_a_stop_waits_for_no_dead_server(later: Later, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maildesk.adapters.mailbox.connection.LEAVE_SECONDS", 0.2)
    stop = threading.Event()
    script: dict[bytes, Answer] = {b"IDLE": b"+ idling\r\n", b"DONE": [30.0]}
    with ScriptedImap({}, script) as server, ImapMailbox(server.settings(), "x", None) as watcher:
        later(0.2, stop.set)
        started = time.monotonic()

        assert not watcher.wait(60, stop)
        assert time.monotonic() - started < 25


def test_a_kicked_watcher_is_told_at_once(watcher: ImapMailbox, dovecot: Dovecot, user: str, later: Later) -> None:
    later(0.3, dovecot.doveadm, "kick", user)
    started = time.monotonic()

    with pytest.raises(MailboxUnreachable):
        watcher.wait(100, NEVER)

    assert time.monotonic() - started < 50
    assert not watcher.wait(0.2, NEVER)  # a new line


BREAKS: dict[str, Sequence[Step]] = {
    "BYE": [b"+ idling\r\n", 0.1, b"* BYE too long idle\r\n", Do.CLOSE],
    "BYE and silence": [b"+ idling\r\n", 0.1, b"* BYE too long idle\r\n", 30.0],
    "cut": [b"+ idling\r\n", 0.1, Do.CLOSE],
    "BYE before": [b"* BYE no\r\n", Do.CLOSE],
    "refused": [b"{tag} NO x\r\n"],
    "something else before": [b"* 3 EXISTS\r\n+ idling\r\n"],
    "half a line": [b"+ idling\r\n", 0.1, b"* 3 EXI", 30.0],
}


@pytest.mark.parametrize("steps", BREAKS.values(), ids=BREAKS.keys())
def test_a_line_that_breaks_while_idling_is_unreachable_and_no_spin(steps: Sequence[Step]) -> None:
    with ScriptedImap({}, {b"IDLE": steps}) as server, ImapMailbox(server.settings(), "x", None, socket_seconds=20) as watcher:
        started, cpu = time.monotonic(), time.thread_time()
        with pytest.raises(MailboxUnreachable):
            watcher.wait(30, NEVER)

        assert time.monotonic() - started < 15
        assert time.thread_time() - cpu < 0.2


def test_chatter_of_the_server_wakes_nobody() -> None:
    chatter: Sequence[Step] = [
        b"+ idling\r\n",
        0.1,
        b"* OK still here\r\n",
        0.1,
        b"* 0 RECENT\r\n* 2 FETCH (FLAGS (\\Seen))\r\n* 1 EXISTS\r\n",
    ]
    script: dict[bytes, Answer] = {b"IDLE": chatter, b"DONE": DONE}
    with ScriptedImap({1: MAIL}, script) as server, ImapMailbox(server.settings(), "x", None) as watcher:
        assert not watcher.wait(0.8, NEVER)


def test_idle_is_renewed_before_it_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maildesk.adapters.mailbox.watching.RENEW_SECONDS", 0.2)
    with ScriptedImap({}, {b"IDLE": b"+ idling\r\n", b"DONE": DONE}) as server, ImapMailbox(server.settings(), "x", None) as watcher:
        assert not watcher.wait(0.7, NEVER)

        assert len(server.seen(rb"^DONE$")) >= 3


def test_without_idle_the_time_passes_until_a_stop(later: Later) -> None:
    with ScriptedImap({}, capabilities=b"IMAP4rev1") as server, ImapMailbox(server.settings(), "x", None) as watcher:
        stop = threading.Event()
        started = time.monotonic()
        assert not watcher.wait(0.2, stop)
        assert time.monotonic() - started >= 0.2

        later(0.1, stop.set)
        assert not watcher.wait(60, stop)
        assert time.monotonic() - started < 30
        assert server.seen(rb"IDLE") == []


def test_news_that_comes_in_one_packet_with_the_continuation_is_heard_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maildesk.adapters.mailbox.watching.SLICE_SECONDS", 30.0)
    script: dict[bytes, Answer] = {b"IDLE": b"+ idling\r\n* 1 EXISTS\r\n", b"DONE": DONE}
    with ScriptedImap({}, script) as server, ImapMailbox(server.settings(), "x", None) as watcher:
        started = time.monotonic()

        assert watcher.wait(60, NEVER)
        assert time.monotonic() - started < 20, "not only when the slice of waiting is over"
