# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A server that refuses what the desk sends: no letter is lost, those to notify are notified once, and all leave when it is fixed."""

from __future__ import annotations

import email
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from maildesk.core.health import Surroundings
from maildesk.jobs import watch
from maildesk.jobs.counts import OutboxReport
from tests.rig.office import POLICY, Office, an_office
from tests.rig.smtp_server import CUT, ScriptedSmtp, SmtpSink

LEAD = "lead@example.com"
RELAY = b"554 5.7.1 <c1@example.org>: Relay access denied"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with an_office(tmp_path) as office:
        for number in (1, 2, 3):
            office.take_in(number)
        office.pass_is_over()
        yield office


def looks(office: Office) -> tuple[list[str], bool]:
    found, told = watch.run_once(
        office.store, replace(POLICY, alert_addresses=(LEAD,)), Surroundings(smtp_server="smtp.haus.example"), office.clock()
    )
    return [trouble.text for trouble in found], told


def recipients(server: SmtpSink) -> list[str]:
    return sorted(letter.recipients[0] for letter in server.letters)


REFUSALS: list[dict[str, Any]] = [
    {"rcpt": RELAY},
    {"rcpt": b"454 4.7.1 <c1@example.org>: Relay access denied"},
    {"dot": b"550 5.7.60 SMTP; Client does not have permissions to send as this sender"},
    {"dot": b"554 5.2.252 SendAsDenied; desk not allowed to send as"},
    {"mail": b"530 5.7.0 Authentication required"},
    {"mail": b"550 5.7.57 Client was not authenticated to send anonymous mail"},
    {"rcpt": b"553 5.7.1 <desk@example.com>: Sender address rejected: not owned by user desk"},
]


@pytest.mark.parametrize("script", REFUSALS)
def test_all_letters_wait_none_is_in_doubt_or_given_up_and_all_leave_when_it_is_fixed(office: Office, script: dict[str, Any]) -> None:
    with ScriptedSmtp(**script) as server:
        for days in (0, 1, 7):
            office.clock.forward(days=days)
            report = office.send(server, server="smtp.haus.example")
            assert (report.sent, report.failed, report.in_doubt, report.deferred) == (0, 0, 0, 3)
            assert "smtp.haus.example refuses what the desk sends" in report.desk_refused
            assert office.send(server) == OutboxReport(), "not at once"

    assert {each["state"] for each in office.waiting} == {"queued"}
    assert all(each["error"].startswith("smtp.haus.example refuses what the desk sends: ") for each in office.waiting)
    office.clock.forward(minutes=10)
    with SmtpSink() as sink:
        assert office.send(sink) == OutboxReport(sent=3)
    assert recipients(sink) == ["c1@example.org", "c2@example.org", "c3@example.org"]
    assert office.store.fact("own_trouble")["since"] is None


@pytest.mark.parametrize("script", [{"rcpt": RELAY}, {"auth": b"535 5.7.8 wrong"}])
def test_one_alarm_is_raised_and_one_all_clear(office: Office, script: dict[str, Any]) -> None:
    with ScriptedSmtp(**script) as server:
        settings = server.settings(user="desk" if "auth" in script else "")
        told = []
        for _ in range(6):
            office.send(settings)
            office.pass_is_over()
            told.append(looks(office)[1])
            office.clock.forward(minutes=25)
    office.pass_is_over()
    troubles, _ = looks(office)

    assert told == [True, *[False] * 5]
    code = script.get("rcpt", script.get("auth"))[:9].decode()
    assert (
        troubles[0] == f"smtp.haus.example has refused what the desk sends for 150 minutes ({code}), all letters wait: see maildesk outbox"
    )
    office.clock.forward(minutes=10)
    with SmtpSink() as sink:
        office.send(sink)
        office.pass_is_over()
        assert looks(office) == ([], True)
        office.send(sink)
    subjects = [
        str(email.header.make_header(email.header.decode_header(email.message_from_bytes(letter.octets)["Subject"])))
        for letter in sink.letters
        if letter.recipients[0] == LEAD
    ]
    assert [("lehnt unsere Briefe ab" in subject, "Entwarnung" in subject) for subject in subjects] == [(True, False), (True, True)]


def test_what_is_refused_for_a_moment_raises_no_alarm_at_once(office: Office) -> None:
    with ScriptedSmtp(rcpt=b"454 4.7.1 Relay access denied") as server:
        office.send(server)
        assert looks(office)[1] is False
        office.clock.forward(minutes=10)
        office.pass_is_over()
        office.send(server)
        assert looks(office)[1] is True


def by_recipient(refuse: Callable[[str], bool], code: str = RELAY.decode()) -> type[SmtpSink]:
    class Choosy(SmtpSink):
        async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]) -> str:  # noqa: N802
            if refuse(address):
                return code
            envelope.rcpt_tos.append(address)
            return "250 OK"

    return Choosy


def test_a_letter_that_alone_is_refused_in_such_words_holds_up_the_others_for_a_minute_only(office: Office) -> None:
    with by_recipient(lambda address: address == "c1@example.org")() as server:
        assert office.send(server).sent == 0
        office.clock.forward(minutes=1)
        assert office.send(server) == OutboxReport(sent=2, deferred=1)
        assert looks(office) == ([], False)
        for number in range(4, 8):
            office.take_in(number)
            office.clock.forward(hours=5)
            assert office.send(server).desk_refused == ""
            assert f"c{number}@example.org" in recipients(server)
            looks(office)
            assert "desk_refused" not in office.store.standing_alarms()
        office.clock.forward(days=5)
        assert office.send(server).failed == 1

    assert office.events()[-1][1].startswith("acknowledgement: given up after 5 days: 554 RCPT TO: 5.7.1 <address> Relay access denied")


def test_where_the_house_itself_is_reached_its_alarm_arrives_and_the_trouble_goes_on(office: Office) -> None:
    with by_recipient(lambda address: not address.endswith("@example.com"))() as server:
        office.send(server)
        assert looks(office)[1]
        report = office.send(server)
        assert report.sent == 1
        assert recipients(server) == [LEAD]
        office.clock.forward(minutes=5)
        office.send(server)
        office.pass_is_over()
        texts, told = looks(office)

    assert ("has refused what the desk sends" in texts[0], told) == (True, False)
    assert len(office.waiting) == 3


def test_all_that_wait_leave_with_the_first_letter_that_the_server_takes_again(office: Office) -> None:
    with ScriptedSmtp(rcpt=RELAY) as server:
        for _ in range(5):
            office.send(server)
            office.clock.forward(minutes=10)
        office.send(server)
    office.take_in(4)
    with SmtpSink() as sink:
        assert office.send(sink) == OutboxReport(sent=4)


# --- a person says: send them all again


def test_all_that_wait_or_failed_lately_are_sent_again_by_one_command(office: Office) -> None:
    with by_recipient(lambda address: address == "c1@example.org", "550 5.7.1 no")() as server:
        assert office.send(server) == OutboxReport(sent=2, failed=1)
    office.take_in(4)
    with ScriptedSmtp(rcpt=b"450 4.2.1 later") as server:
        assert office.send(server) == OutboxReport(deferred=1)
    with SmtpSink() as sink:
        assert office.send(sink) == OutboxReport()
        assert office.store.retry_all_letters(office.clock()) == 2
        assert office.send(sink) == OutboxReport(sent=2)
        assert office.store.retry_all_letters(office.clock()) == 0

    assert recipients(sink) == ["c1@example.org", "c4@example.org"]


def test_what_is_in_doubt_or_failed_long_ago_is_not_sent_again_with_all_others(office: Office) -> None:
    with by_recipient(lambda address: address == "c1@example.org", "550 5.7.1 no")() as server:
        office.send(server)
    office.clock.forward(days=8)
    office.take_in(4)
    with ScriptedSmtp(dot=CUT) as server:
        assert office.send(server).in_doubt == 1

    assert office.store.retry_all_letters(office.clock()) == 0
    assert sorted(each["state"] for each in office.waiting) == ["failed", "in-doubt"]


# --- the empty envelope sender, refused only after the dot


def wants_a_sender(answer: bytes) -> Callable[[int], bytes]:
    return lambda number: answer if number == 1 else b"250 2.0.0 queued"


@pytest.mark.parametrize(
    "answer",
    [
        b"550 5.7.60 SMTP; Client does not have permissions to send as this sender",
        b"550 5.7.1 Client does not have permissions to send as this sender",
        b"554 5.2.252 SendAsDenied; desk not allowed to send as <>",
        b"550 5.1.7 null sender not accepted here",
    ],
)
def test_a_letter_whose_empty_sender_is_refused_after_the_dot_leaves_at_once_from_the_desks_own_address(
    office: Office, answer: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with ScriptedSmtp(dot=wants_a_sender(answer)) as server:
        assert office.send(server) == OutboxReport(sent=3)

    senders = [command.split()[1] for command in server.commands if command.startswith("MAIL")]
    assert senders == ["FROM:<>", *["FROM:<desk@example.com>"] * 3]
    assert office.store.fact("null_sender") == {"refused": True}
    assert {office.case(f"KD-2026-0000{number}")["letters"][0]["state"] for number in (1, 2, 3)} == {"sent"}
    assert "its copy came" not in caplog.text


def test_a_server_that_refuses_every_sender_does_not_teach_that_the_empty_one_is_wrong(office: Office) -> None:
    with ScriptedSmtp(mail=b"550 5.7.1 Access denied") as server:
        office.send(server)
    office.clock.forward(minutes=10)
    with SmtpSink() as sink:
        office.send(sink)

    assert {letter.envelope_sender for letter in sink.letters} == {""}


def test_the_second_try_after_the_dot_may_be_cut_off_and_is_then_in_doubt_as_any_other(office: Office) -> None:
    with ScriptedSmtp(dot=lambda number: b"550 5.7.60 no" if number == 1 else CUT) as server:
        report = office.send(server)

    assert (report.sent, report.in_doubt) == (0, 3)
