# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""An SMTP server that lies, stalls and hangs up at every step: the result is never the opposite of what happened."""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from maildesk.adapters.smtp import SmtpSender
from maildesk.core.letters.delivery import Result
from maildesk.errors import SenderUnreachable
from maildesk.settings.servers import SmtpSettings
from tests.rig.dovecot import HOST, free_port
from tests.rig.smtp_letters import LETTER, MAIL, nothing, sender_for, sent
from tests.rig.smtp_server import CUT, SILENCE, CuttingProxy, ScriptedSmtp, Trickle, wait_for

# --- every step goes wrong ---

LATER, NEVER, DOUBT, OURS = Result.DEFERRED, Result.REFUSED, Result.IN_DOUBT, Result.DESK_REFUSED
BEFORE_MAIL = ["banner", "ehlo", "auth"]


@pytest.mark.parametrize("answer", [b"451 4.3.0 later", b"554 5.0.0 never", b"nonsense", CUT, [b"250-more", CUT], SILENCE])
@pytest.mark.parametrize("stage", BEFORE_MAIL)
def test_trouble_before_mail_from_says_that_the_server_cannot_be_reached(stage: str, answer: Any) -> None:
    with (
        ScriptedSmtp(**{stage: answer}) as server,
        sender_for(server.settings(user="desk"), socket_seconds=0.3) as sender,
        pytest.raises(SenderUnreachable) as raised,
    ):
        sender.send(LETTER, nothing)

    assert "@" not in str(raised.value)
    assert server.mails == []
    assert "mail" not in [verb.lower() for verb in server.verbs]


@pytest.mark.parametrize("answer", [b"454 4.7.0 not now", b"554 5.0.0 never", b"nonsense", CUT, SILENCE, [b"220 go ahead", CUT]])
def test_trouble_at_the_begin_of_encryption_says_that_the_server_cannot_be_reached_and_sends_no_password(answer: Any) -> None:
    with (
        ScriptedSmtp(ehlo=b"250-scripted.example\r\n250-AUTH PLAIN\r\n250 STARTTLS", starttls=answer) as server,
        sender_for(server.settings(security="starttls", user="desk"), socket_seconds=0.3) as sender,
        pytest.raises(SenderUnreachable),
    ):
        sender.send(LETTER, nothing)

    assert [verb.upper() for verb in server.verbs] == ["EHLO", "STARTTLS"]


REPLIES = [
    ("mail", b"451 4.3.0 later", LATER), ("mail", b"550 5.7.1 never", OURS), ("mail", b"421 4.3.2 closing", LATER),
    ("rcpt", b"450 4.2.1 later", LATER), ("rcpt", b"550 5.1.1 never", NEVER), ("rcpt", b"421 4.3.2 closing", LATER),
    ("rcpt", b"551 5.1.6 gone", NEVER), ("rcpt", b"452 4.2.2 full", LATER), ("rcpt", b"552 5.2.2 full", NEVER),
    ("copy", b"421 4.3.2 closing", LATER),
    ("data", b"451 4.3.0 later", LATER), ("data", b"554 5.5.1 never", NEVER), ("data", b"250 what?", LATER),
    ("dot", b"451 4.3.0 later", LATER), ("dot", b"554 5.6.0 never", NEVER), ("dot", b"421 4.3.2 closing", LATER),
    ("dot", b"452 4.3.1 full", LATER), ("dot", b"552 5.3.4 too big", NEVER), ("dot", b"354 go on?", DOUBT), ("dot", b"hello", DOUBT),
    ("mail", b"530 5.7.0 log in first", OURS), ("rcpt", b"530 5.7.0 log in first", OURS), ("dot", b"535 5.7.8 expired", OURS),
    ("rcpt", b"554 5.7.1 <eva.muster@example.org>: Relay access denied", OURS), ("rcpt", b"454 4.7.1 Relay access denied", OURS),
    ("data", b"550 5.7.1 only 10 messages per day", OURS), ("dot", b"550 5.7.60 SMTP; no permission to send as this sender", OURS),
    ("rcpt", b"554 5.7.1 <eva.muster@example.org>: Recipient address rejected: user unknown", NEVER),
    ("dot", b"550 5.7.1 message rejected as spam", NEVER), ("rcpt", b"450 4.7.1 Greylisted", LATER),
]  # fmt: skip


@pytest.mark.parametrize(("stage", "answer", "result"), REPLIES)
def test_a_reply_defers_or_refuses_the_letter_by_its_first_digit_or_is_about_the_desk(stage: str, answer: bytes, result: Result) -> None:
    with ScriptedSmtp(**{stage: answer}) as server:
        delivery = sent(server, replace(LETTER, envelope_sender="desk@example.com"))

    assert delivery.result is result
    assert delivery.code == (int(answer[:3]) if answer[:3].isdigit() else 0)
    assert len(server.mails) == (stage == "dot")


@pytest.mark.parametrize("answer", [CUT, SILENCE, b"nonsense", [b"250-more", CUT]])
@pytest.mark.parametrize("stage", ["mail", "rcpt", "copy", "data", "dot"])
def test_a_connection_lost_before_the_dot_defers_and_after_it_leaves_the_letter_in_doubt(stage: str, answer: Any) -> None:
    with ScriptedSmtp(**{stage: answer}) as server:
        delivery = sent(server, socket_seconds=0.3, after_dot_seconds=0.3)

    assert delivery.result is (DOUBT if stage == "dot" else LATER)
    assert delivery.code == 0
    assert "lost" in delivery.text


@pytest.mark.parametrize("early", [[b"354 go ahead", CUT], b"354 go ahead\r\n421 4.3.2 closing", [b"354 go ahead", b"421 4.3.2 closing"]])
def test_a_server_that_hangs_up_or_speaks_before_the_dot_leaves_no_doubt(early: Any) -> None:
    marked: list[str] = []
    with ScriptedSmtp(data=early) as server:
        delivery = sent(server, replace(LETTER, octets=MAIL * 20_000), lambda: marked.append("dot"))

    assert delivery.result is LATER
    assert (marked, server.mails) == ([], [])


@pytest.mark.parametrize("after", [{"quit": b"500 what?"}, {"quit": CUT}, {"rset": b"502 no"}, {"rset": CUT}, {"quit": SILENCE}])
def test_nothing_after_the_250_changes_the_result(after: dict[str, Any]) -> None:
    with ScriptedSmtp(**after) as server, sender_for(server.settings(), socket_seconds=0.3) as sender:
        assert sender.send(LETTER, nothing).result is Result.ACCEPTED
        assert sender.send(LETTER, nothing).result is Result.ACCEPTED

    assert len(server.mails) == 2


@pytest.mark.parametrize("stage", ["rcpt", "data", "dot"])
def test_after_a_refused_letter_the_next_one_goes_out(stage: str) -> None:
    def only_the_first(number: int) -> bytes:
        return b"550 5.0.0 never" if number == 1 else {"rcpt": b"250 ok", "data": b"354 go", "dot": b"250 ok"}[stage]

    with ScriptedSmtp(**{stage: only_the_first}) as server, sender_for(server.settings()) as sender:
        assert [sender.send(LETTER, nothing).result for _ in range(2)] == [NEVER, Result.ACCEPTED]


def test_a_server_that_closes_after_ten_letters_loses_none() -> None:
    def ten_at_most(number: int) -> bytes:
        return b"421 4.7.0 too many" if number % 11 == 0 else b"250 ok"

    with ScriptedSmtp(mail=ten_at_most) as server, sender_for(server.settings()) as sender:
        results = [sender.send(LETTER, nothing).result for _ in range(22)]

    assert [index for index, result in enumerate(results) if result is LATER] == [10, 21]
    assert len(server.mails) == 20


def sent_with_a_cut(**cut: int) -> tuple[Result | None, int, int]:
    """The result (None: unreachable), how many mails the server got, and how many octets passed on the way that is cut."""
    result: Result | None = None
    with ScriptedSmtp() as server, CuttingProxy(server.port, **cut) as proxy, suppress(SenderUnreachable):
        result = sent(server, settings=server.settings(port=proxy.port)).result
    return result, len(server.mails), proxy.passed[next(iter(cut))]  # only now that all is over everything is counted


@pytest.mark.parametrize("way", ["up", "down"])
def test_wherever_the_connection_is_cut_the_result_is_never_the_opposite_of_what_happened(way: str) -> None:
    found: dict[Result | None, set[int]] = {}
    whole = sent_with_a_cut(**{way: 10_000})[2]
    for octets in range(whole):
        result, mails, _ = sent_with_a_cut(**{way: octets})
        found.setdefault(result, set()).add(mails)

    assert whole > 150
    assert found.pop(None) == {0}
    assert found.pop(LATER) == {0}
    assert found.pop(Result.ACCEPTED) == {1}
    assert found.pop(DOUBT) <= {0, 1}
    assert found == {}


# --- servers with manners of their own ---


@pytest.mark.parametrize(
    "script",
    [
        {"banner": [b"220-scripted.example"] * 99 + [b"220 ESMTP"]},
        {"banner": b"220 " + b"x" * 8000},
        {"mail": b"250-2.1.0 sender\r\n250 ok", "rcpt": b"250-\r\n250-2.1.5\r\n250 ok", "data": b"354-type\r\n354 now"},
        {"dot": b"250-2.0.0 queued\r\n250-as\r\n250 4711"},
        {"ehlo": b"250 scripted.example"},
    ],
)
def test_a_server_that_says_much_or_little_is_understood(script: dict[str, Any]) -> None:
    with ScriptedSmtp(**script) as server:
        assert sent(server).result is Result.ACCEPTED

    assert server.mails == [MAIL]


@pytest.mark.parametrize("banner", [[b"220-more"] * 1000, b"220 " + b"x" * 1_000_000, Trickle(b"220 " + b"x" * 500, 0.02)])
def test_a_banner_without_end_is_not_waited_for(banner: Any) -> None:
    with ScriptedSmtp(banner=banner) as server, sender_for(server.settings(), socket_seconds=0.4) as sender:
        begin = time.monotonic()
        with pytest.raises(SenderUnreachable):
            sender.send(LETTER, nothing)

    assert time.monotonic() - begin < 9, "the server would go on for ten"
    assert server.commands == []


def test_a_server_that_knows_only_helo_gets_its_letters() -> None:
    class Old(ScriptedSmtp):
        def _answer(self, connection: Any, stage: str) -> None:
            is_ehlo = stage == "ehlo" and self.commands[-1].upper().startswith("EHLO")
            super()._answer(connection, "unknown" if is_ehlo else stage)

    with Old(ehlo=b"250 scripted.example") as server:
        assert sent(server).result is Result.ACCEPTED

    assert [verb.upper() for verb in server.verbs] == ["EHLO", "HELO", "MAIL", "RCPT", "RCPT", "DATA", "QUIT"]
    assert "SIZE" not in server.commands[2]


def test_nothing_is_said_before_the_server_has_answered_what_was_said() -> None:
    class Strict(ScriptedSmtp):
        ahead: ClassVar[list[str]] = []

        def _answer(self, connection: Any, stage: str) -> None:
            if select.select([connection], [], [], 0.05)[0]:
                self.ahead.append(stage)
            super()._answer(connection, stage)

    with Strict() as server:
        assert sent(server, settings=server.settings(user="desk")).result is Result.ACCEPTED

    assert server.ahead == []
    assert {"banner", "ehlo", "auth", "mail", "rcpt", "copy", "data", "dot"} <= set(server.stages)


# --- too big ---


@pytest.mark.parametrize(
    "script",
    [
        {"mail": b"552 5.3.4 Message size exceeds fixed limit"},
        {"mail": b"552 too large"},
        {"rcpt": b"552 5.2.3 message length exceeds what this recipient takes"},
        {"dot": b"552 5.3.4 Error: message file too big"},
        {"dot": b"554 5.3.4 too big"},
    ],
)
def test_a_letter_that_is_too_big_is_told_from_one_that_is_refused(script: dict[str, Any]) -> None:
    with ScriptedSmtp(**script) as server:
        delivery = sent(server)

    assert (delivery.result, delivery.too_big) == (NEVER, True)


@pytest.mark.parametrize(
    "script",
    [
        {"rcpt": b"552 5.2.2 mailbox full"}, {"rcpt": b"552 full"}, {"dot": b"552 5.2.2 mailbox full"}, {"mail": b"452 4.3.1 later"},
        {"dot": b"452 4.3.4 later"}, {"rcpt": b"550 5.1.1 unknown"}, {"dot": b"554 5.7.1 spam"},
    ],
)  # fmt: skip
def test_other_refusals_say_nothing_of_the_size(script: dict[str, Any]) -> None:
    with ScriptedSmtp(**script) as server:
        assert not sent(server, replace(LETTER, envelope_sender="desk@example.com")).too_big


# --- the empty envelope sender ---


@pytest.mark.parametrize(
    "script",
    [
        {"mail": b"550 5.7.1 sender address required"},
        {"mail": b"501 5.1.7 bad sender"},
        {"rcpt": b"553 5.7.1 <>: Sender address rejected: not owned by user desk"},
        {"dot": b"550 5.7.60 SMTP; client does not have permissions to send as this sender"},
    ],
)
def test_a_server_that_wants_an_envelope_sender_is_told_from_one_that_refuses_the_letter(script: dict[str, Any]) -> None:
    with ScriptedSmtp(**script) as server, sender_for(server.settings()) as sender:
        without, with_own = (sender.send(replace(LETTER, envelope_sender=own), nothing) for own in ("", "desk@example.com"))

    assert (without.result, without.null_sender_refused) == (LATER, True)
    assert (with_own.result, with_own.null_sender_refused) == (OURS, False)


@pytest.mark.parametrize(
    "script", [{"rcpt": b"550 5.1.1 no such user"}, {"mail": b"552 5.3.4 too big"}, {"mail": b"451 later"}, {"mail": b"530 log in"}]
)
def test_other_refusals_say_nothing_of_the_empty_envelope_sender(script: dict[str, Any]) -> None:
    with ScriptedSmtp(**script) as server:
        assert not sent(server).null_sender_refused


# --- time ---


def test_the_answer_to_the_dot_may_take_longer_than_any_other() -> None:
    with ScriptedSmtp(dot=[Trickle(b"2", 0.5), b"50 queued"]) as server:
        assert sent(server, socket_seconds=0.2, after_dot_seconds=5.0).result is Result.ACCEPTED


@pytest.mark.parametrize("answer", [Trickle(b"250 " + b"x" * 500, 0.02), [b"250-more"] * 1000, b"250 " + b"x" * 100_000])
def test_a_reply_that_never_ends_is_ended(answer: Any) -> None:
    with ScriptedSmtp(rcpt=answer) as server:
        begin = time.monotonic()
        assert sent(server, socket_seconds=0.4).result is LATER

    assert time.monotonic() - begin < 9, "the server would go on for ten"


def test_a_server_that_is_not_there_is_unreachable() -> None:
    settings = SmtpSettings(host=HOST, port=free_port(), security="none")
    with sender_for(settings) as sender, pytest.raises(SenderUnreachable, match="nobody listens at"):
        sender.send(LETTER, nothing)


@pytest.mark.parametrize("stage", ["banner", "ehlo", "auth", "mail", "rcpt", "copy", "data", "dot"])
def test_another_thread_can_end_a_wait_at_any_step(stage: str) -> None:
    with ScriptedSmtp(**{stage: SILENCE}) as server, sender_for(server.settings(user="desk"), socket_seconds=20.0) as sender:
        ended = end_of_wait(sender, lambda: stage in server.stages)

    assert ended == {"data": LATER, "dot": DOUBT}.get(stage, SenderUnreachable if stage in BEFORE_MAIL else LATER)


def test_another_thread_can_end_a_handshake() -> None:
    with ScriptedSmtp(banner=[SILENCE, CUT]) as server, sender_for(server.settings(security="tls"), socket_seconds=20.0) as sender:
        assert end_of_wait(sender, lambda: "banner" in server.stages) is SenderUnreachable


def end_of_wait(sender: SmtpSender, waits: Callable[[], bool]) -> Result | type[SenderUnreachable]:
    """What a sending that waits comes to when another thread aborts it."""
    found: list[Result | type[SenderUnreachable]] = []

    def send() -> None:
        try:
            found.append(sender.send(LETTER, nothing).result)
        except SenderUnreachable:
            found.append(SenderUnreachable)

    waiting = threading.Thread(target=send)
    waiting.start()
    wait_for(waits)
    time.sleep(0.05)
    sender.abort()
    waiting.join(5)
    return found[0]


def test_to_abort_what_is_not_open_does_nothing() -> None:
    with ScriptedSmtp() as server, sender_for(server.settings()) as sender:
        sender.abort()
        assert sender.send(LETTER, nothing).result is Result.ACCEPTED
        sender.close()
        sender.abort()
        assert sender.send(LETTER, nothing).result is Result.ACCEPTED
