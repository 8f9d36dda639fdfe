# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The outbox with a real database, real templates and a real connection: every letter goes out once, or a person can see why not."""

from __future__ import annotations

import email
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from maildesk.core.decision.decision import Outcome
from maildesk.core.letters.order_links import order_url
from maildesk.core.mail.message import Message
from maildesk.errors import Unparseable
from maildesk.jobs import outbox
from maildesk.jobs.counts import OutboxReport
from maildesk.jobs.outbox import GIVE_UP_AFTER
from maildesk.octets import RawMessage
from maildesk.settings.servers import SmtpSettings
from tests.rig.builders import MONDAY
from tests.rig.dovecot import HOST, free_port
from tests.rig.letters import SHIPPED
from tests.rig.office import POLICY, Office, an_office
from tests.rig.smtp_letters import sender_for
from tests.rig.smtp_server import CUT, ScriptedSmtp, SmtpSink


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with an_office(tmp_path) as office:
        yield office


def minutes(report: OutboxReport, office: Office) -> float:
    """How long the first letter waits until it is tried again."""
    assert report.deferred
    return (datetime.fromisoformat(office.waiting[0]["next_attempt_at"]) - office.clock()) / timedelta(minutes=1)


# --- all is well


def test_an_accepted_letter_is_kept_in_its_case_as_it_was_sent_and_its_copy_proves_it(office: Office) -> None:
    office.take_in()
    with SmtpSink() as server:
        report = office.send(server)

    assert report == OutboxReport(sent=1)
    (taken,) = server.letters
    assert (taken.envelope_sender, taken.recipients) == ("", ("c1@example.org", "desk@example.com"))
    case = office.case()
    assert (office.letter["state"], office.letter["proven_at"]) == ("sent", None)
    assert case["acknowledged_at"] == office.clock().isoformat()
    assert [each["direction"] for each in case["messages"]] == ["in", "out"]
    assert office.store.octets_by_digest(case["messages"][1]["sha256"]).all() == taken.octets  # type: ignore[union-attr]
    assert office.letter["subject"] == "Ihre Nachricht – Vorgang KD-2026-00001"

    assert office.copy_arrives(taken.octets) is Outcome.ALREADY_KNOWN
    assert office.letter["proven_at"] is not None
    assert len(office.case()["messages"]) == 2


def test_a_letter_that_was_sent_is_not_sent_again_however_often_the_outbox_runs(office: Office) -> None:
    office.take_in(1)
    office.take_in(2)
    with SmtpSink() as server:
        reports = []
        for _ in range(3):
            reports.append(office.send(server))
            office.pass_is_over()
            office.clock.forward(days=1)

    assert [report.sent for report in reports] == [2, 0, 0]
    assert sorted(letter.recipients[0] for letter in server.letters) == ["c1@example.org", "c2@example.org"]


def test_a_hundred_letters_go_out_in_one_run_over_one_connection(office: Office) -> None:
    for number in range(100):
        office.take_in(number)
    with ScriptedSmtp() as server:
        assert office.send(server).sent == 100

    assert len({email.message_from_bytes(mail)["Message-ID"] for mail in server.mails}) == len(server.mails) == 100
    assert [verb.lower() for verb in server.verbs].count("ehlo") == 1


def test_a_run_that_is_told_to_stop_leaves_the_rest_for_the_next(office: Office) -> None:
    for number in range(3):
        office.take_in(number)
    with SmtpSink() as server, sender_for(server.settings()) as sender:
        report = outbox.run_once(office.post(sender), should_stop=lambda: len(server.letters) == 1)

        assert (report.sent, len(office.waiting)) == (1, 2)
        assert outbox.run_once(office.post(sender)).sent == 2


def test_a_copy_that_the_server_did_not_take_is_not_waited_for(office: Office) -> None:
    for number in (1, 2):
        office.take_in(number)
    with SmtpSink(refused=("desk@example.com",)) as server:
        assert office.send(server).sent == 2
    assert office.store.views.counts(office.clock())["unproven"] == 0

    office.take_in(3)
    with SmtpSink() as server:
        assert office.send(server).sent == 1
    assert office.store.views.counts(office.clock())["unproven"] == 1


def test_without_proof_copies_a_letter_goes_to_the_citizen_alone(office: Office) -> None:
    office.take_in()
    with SmtpSink() as server:
        office.send(server, proof_copy=False)

    assert server.letters[0].recipients == ("c1@example.org",)


# --- not now, and never


def test_a_letter_that_is_not_taken_now_is_tried_again_after_growing_pauses(office: Office) -> None:
    office.take_in()
    pauses = []
    with ScriptedSmtp(rcpt=b"450 4.2.1 <c1@example.org> try later") as server:
        for _ in range(11):
            pauses.append(minutes(office.send(server), office))
            assert office.send(server) == OutboxReport(), "it is not due yet"
            office.clock.forward(minutes=pauses[-1])

    assert pauses == [1, 2, 5, 10, 20, 40, 60, 120, 240, 240, 240]
    assert (office.letter["state"], office.letter["attempts"]) == ("queued", 11)
    assert office.letter["error"] == "450 RCPT TO: 4.2.1 <address> try later"
    with SmtpSink() as server:
        assert office.send(server).sent == 1
    assert office.letter["error"] is None


def test_a_letter_that_is_not_taken_for_five_days_is_given_up_and_its_case_says_so(office: Office) -> None:
    office.take_in()
    with ScriptedSmtp(dot=b"451 4.3.0 later") as server:
        office.send(server)
        office.clock.forward(days=GIVE_UP_AFTER.days, minutes=2)
        report = office.send(server)

    assert report == OutboxReport(failed=1)
    assert office.letter["state"] == "failed"
    assert office.events()[-1] == ("letter-failed", "acknowledgement: given up after 5 days: 451 the final dot: 4.3.0 later")


def test_a_refused_letter_is_shown_with_the_servers_words_in_its_case_and_tried_no_more(office: Office) -> None:
    office.take_in()
    with ScriptedSmtp(rcpt=b"550 5.1.1 <c1@example.org>: no such user") as server:
        assert office.send(server) == OutboxReport(failed=1)
        office.clock.forward(days=30)
        assert office.send(server) == OutboxReport()

    assert (office.letter["state"], office.case()["acknowledged_at"]) == ("failed", None)
    assert office.events()[-1] == ("letter-failed", "acknowledgement: 550 RCPT TO: 5.1.1 <address> no such user")
    assert office.store.views.counts(office.clock())["outbox"]["failed"] == 1


def test_one_refused_letter_does_not_hold_up_the_others(office: Office) -> None:
    for number in range(3):
        office.take_in(number)
    with SmtpSink(refused=("c1@example.org",)) as server:
        assert office.send(server) == OutboxReport(sent=2, failed=1)


def test_a_letter_that_cannot_be_written_waits_and_the_others_go_out(office: Office) -> None:
    (office.templates / "acknowledgement.de.txt").write_text("Betreff: x\n\n{% if nr == 'KD-2026-00002' %}{{ fehlt }}{% endif %}\n")
    for number in (1, 2, 3):
        office.take_in(number)
    with SmtpSink() as server:
        assert office.send(server) == OutboxReport(sent=2, deferred=1)
        (broken,) = office.waiting
        assert (broken["case"], broken["state"], broken["attempts"]) == ("KD-2026-00002", "queued", 0)
        assert "acknowledgement.de.txt: line 3: the variable fehlt" in broken["error"]

        (office.templates / "acknowledgement.de.txt").unlink()
        assert office.send(server) == OutboxReport(), "not at once"
        office.clock.forward(minutes=10)
        assert office.send(server) == OutboxReport(sent=1)

    assert len(server.letters) == 3


def test_a_letter_that_the_parser_dies_of_waits_without_a_word_to_the_server(office: Office) -> None:
    def give_up(_raw: RawMessage) -> Message:
        raise Unparseable("out of memory")

    office.take_in()
    with ScriptedSmtp() as server:
        assert office.send(server, parse=give_up) == OutboxReport(deferred=1)

    assert server.commands == []
    assert office.waiting[0]["error"] == "cannot be written: out of memory"


# --- the server is away


def test_a_server_that_is_away_ends_the_run_and_no_letter_is_tried_on_its_own(office: Office) -> None:
    for number in range(60):
        office.take_in(number)

    report = office.send(SmtpSettings(host=HOST, port=free_port(), security="none"))

    assert (report.sent, report.deferred) == (0, 60)
    assert "nobody listens at" in report.unreachable
    assert {each["state"] for each in office.waiting} == {"queued"}
    assert len({each["next_attempt_at"] for each in office.waiting}) == 1
    assert sum(each["attempts"] for each in office.waiting) == 1


def test_the_pauses_before_a_server_is_tried_again_stay_short(office: Office) -> None:
    office.take_in()
    pauses = []
    for _ in range(6):
        report = office.send(SmtpSettings(host=HOST, port=free_port(), security="none"))
        pauses.append(minutes(report, office))
        office.clock.forward(minutes=pauses[-1])

    assert pauses == [1, 2, 5, 10, 10, 10]


def test_a_log_in_is_tried_no_more_than_five_times_in_ten_minutes_and_goes_on_soon_after_it_works(office: Office) -> None:
    for number in range(3):
        office.take_in(number)
    with ScriptedSmtp(auth=b"535 5.7.8 wrong") as server:
        settings = server.settings(user="desk")
        for _ in range(60):
            assert "refuses user or password" in (office.send(settings).unreachable or "refuses user or password")
            office.clock.forward(seconds=10)
        tries = [verb.lower() for verb in server.verbs].count("auth")
        office.clock.forward(days=7)
        office.send(settings)

    assert 2 <= tries <= 5
    office.clock.forward(minutes=10)
    with SmtpSink() as sink:
        assert office.send(sink).sent == 3, "a server that was away for a week costs no letter"


def test_a_server_that_goes_away_in_the_middle_has_what_it_took_once(office: Office) -> None:
    for number in range(5):
        office.take_in(number)
    with ScriptedSmtp(mail=lambda number: b"250 ok" if number <= 2 else [b"421 4.3.2 closing", CUT]) as server:
        office.send(server)
    with ScriptedSmtp() as again:
        office.clock.forward(hours=1)
        office.send(again)

    recipients = [email.message_from_bytes(mail)["To"] for mail in (*server.mails, *again.mails)]
    assert sorted(recipients) == [f"c{number}@example.org" for number in range(5)]


# --- the empty envelope sender


def test_a_server_that_refuses_the_empty_envelope_sender_is_asked_once_in_all(office: Office) -> None:
    for number in range(3):
        office.take_in(number)
    senders: list[str] = []

    class Strict(SmtpSink):
        async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
            senders.append(address)
            envelope.mail_from = address
            envelope.mail_options.extend(options)
            return "250 ok" if address != "<>" else "550 5.7.1 sender address required"

    with Strict() as server:
        assert office.send(server) == OutboxReport(sent=3)
        office.take_in(9)
        assert office.send(server) == OutboxReport(sent=1)

    assert senders == ["<>", *["desk@example.com"] * 4]
    assert office.store.fact("null_sender") == {"refused": True}


# --- what is told


def test_the_log_and_the_history_hold_no_address_and_no_word_of_a_letter(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    office.take_in(1, subject="GEHEIM")
    said = b"550 5.1.1 <c1@example.org>: c1 is unknown; Subject: Ihre Nachricht"
    with ScriptedSmtp(rcpt=said) as server:
        office.send(server)

    events = " ".join(detail for _, detail in office.events())
    for told in (caplog.text, events):
        assert "@" not in told
        assert "GEHEIM" not in told
    assert "c1" not in caplog.text


# --- what only the office may have


LINK = order_url(POLICY, "KD-2026-00001", "#erledigt", "weber@example.com", MONDAY)


@pytest.mark.parametrize(
    ("words", "leaves"), [(LINK, False), (f"{LINK[:60]}\n{LINK[60:]}", False), ("KD-2026-00011, desk@example.com", True)]
)
def test_no_letter_with_a_link_of_the_office_leaves_whatever_put_it_there(office: Office, words: str, leaves: bool) -> None:
    shipped = (SHIPPED / "acknowledgement.de.txt").read_text(encoding="utf-8")
    (office.templates / "acknowledgement.de.txt").write_text(f"{shipped}\n{words}\n", encoding="utf-8")
    office.take_in()
    with SmtpSink() as server:
        office.send(server)

    assert bool(server.letters) is leaves
    assert office.letter["state"] == ("sent" if leaves else "failed")
