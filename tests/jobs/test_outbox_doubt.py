# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A letter that was cut off or interrupted: it goes out again where that is safe, and else waits for its copy or for a person."""

from __future__ import annotations

import email
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from maildesk.core.letters.letter import Due
from maildesk.errors import MaildeskError
from maildesk.jobs.counts import OutboxReport
from maildesk.jobs.outbox import DOUBT_WAIT
from tests.rig.office import Office, an_office
from tests.rig.smtp_server import CUT, SILENCE, Answer, ScriptedSmtp, SmtpSink


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with an_office(tmp_path) as office:
        yield office


def first_then(first: Answer, later: Answer) -> Callable[[int], Answer]:
    """An answer for the first mail, and one for all that follow."""
    return lambda number: first if number == 1 else later


# --- in doubt


@pytest.mark.parametrize("answer", [CUT, SILENCE])
def test_a_letter_in_doubt_is_settled_by_its_copy_and_never_sent_again(office: Office, answer: Any) -> None:
    office.take_in()
    with ScriptedSmtp(dot=answer) as server:
        assert office.send(server) == OutboxReport(in_doubt=1)
    assert office.letter["state"] == "in-doubt"
    assert "after the final dot" in office.letter["error"]

    office.copy_arrives(server.mails[0])
    office.clock.forward(days=1)
    office.pass_is_over()
    with SmtpSink() as sink:
        assert office.send(sink) == OutboxReport()

    assert (office.letter["state"], office.letter["error"]) == ("sent", None)
    assert office.case()["acknowledged_at"] is not None
    assert [each["direction"] for each in office.case()["messages"]] == ["in", "out"]


def test_a_letter_in_doubt_is_sent_again_only_when_a_whole_pass_long_enough_after_found_no_copy(office: Office) -> None:
    office.take_in()
    with ScriptedSmtp(dot=first_then(CUT, b"250 queued")) as server:
        doubt_began = office.clock()
        assert office.send(server).in_doubt == 1

        assert office.send(server) == OutboxReport(), "no pass at all"
        office.clock.forward(hours=1)
        office.pass_is_over(began=doubt_began + DOUBT_WAIT - timedelta(seconds=1))
        assert office.send(server) == OutboxReport(), "the last good pass began too early"
        office.store.note_pass({}, 1, "cut off", office.clock(), office.clock())
        assert office.send(server) == OutboxReport(), "the last pass was none"
        office.store.note_pass({}, 7, "", office.clock(), office.clock(), whole=False)
        assert office.send(server) == OutboxReport(), "among the mails that it left there may be the copy"
        office.pass_is_over(began=doubt_began + DOUBT_WAIT)
        assert office.send(server) == OutboxReport(sent=1)

    first, second = (email.message_from_bytes(mail) for mail in server.mails)
    assert first["Message-ID"] == second["Message-ID"]
    assert server.mails[0] == server.mails[1], "the same letter to the octet"


def test_a_letter_that_is_in_doubt_for_the_second_time_waits_for_a_person(office: Office) -> None:
    office.take_in()
    with ScriptedSmtp(dot=CUT) as server:
        for _ in range(10):
            office.send(server)
            office.clock.forward(minutes=30)
            office.pass_is_over()

        assert len(server.mails) == 2, "else somebody whose copies are lost on the way gets one each half an hour"
        assert (office.letter["state"], office.letter["error"]) == ("in-doubt", "in doubt again, and no copy came back")
        assert office.store.signs(office.clock()).undecided == 1

    with SmtpSink() as sink:
        assert office.store.retry_letter(office.letter["id"], office.clock())
        assert office.send(sink).sent == 1
    office.take_in(2)
    with ScriptedSmtp(dot=first_then(CUT, b"250 queued")) as server:
        office.send(server)
        office.clock.forward(minutes=30)
        office.pass_is_over()
        assert office.send(server).sent == 1, "each letter has one of its own"


def test_the_copy_of_a_letter_that_waits_for_a_person_ends_its_doubt(office: Office) -> None:
    office.take_in()
    with ScriptedSmtp(dot=CUT) as server:
        for _ in range(3):
            office.send(server)
            office.clock.forward(minutes=30)
            office.pass_is_over()
        office.copy_arrives(server.mails[1])

    assert office.letter["state"] == "sent"
    assert office.store.signs(office.clock()).undecided == 0


def test_without_proof_copies_a_letter_in_doubt_waits_for_a_person(office: Office) -> None:
    office.take_in()
    with ScriptedSmtp(dot=CUT) as server:
        office.send(server, proof_copy=False)
        office.clock.forward(days=1)
        office.pass_is_over()
        assert office.send(server, proof_copy=False) == OutboxReport()
        assert office.send(server) == OutboxReport(), "also when copies are switched on afterwards"

    assert office.letter["state"] == "in-doubt"
    with SmtpSink() as sink:
        assert office.store.retry_letter(office.letter["id"], office.clock())
        assert office.send(sink).sent == 1


def test_a_run_that_died_after_the_dot_leaves_its_letter_to_a_person_where_there_are_no_proof_copies(office: Office) -> None:
    office.take_in()
    row = office.store.due_letters(Due(office.clock()), 1)[0].row
    office.store.mark_sending(row, "Ihre Nachricht", office.clock())
    office.store.mark_dot(row, office.clock())
    office.clock.forward(days=1)
    office.pass_is_over()

    with ScriptedSmtp() as server:
        assert office.send(server, proof_copy=False) == OutboxReport()
        assert office.letter["state"] == "in-doubt"
        assert office.send(server) == OutboxReport(sent=1), "with copies it would have been seen"


def test_a_letter_in_doubt_whose_copy_was_refused_waits_for_a_person(office: Office) -> None:
    office.take_in()
    with ScriptedSmtp(copy=b"550 5.1.1 no such user", dot=CUT) as server:
        assert office.send(server).in_doubt == 1
        office.clock.forward(days=1)
        office.pass_is_over()
        assert office.send(server) == OutboxReport()

    assert len(server.mails) == 1
    assert office.letter["state"] == "in-doubt"


def test_a_copy_that_comes_while_the_answer_is_awaited_ends_the_doubt_before_it_begins(office: Office) -> None:
    office.take_in()

    class Waiting(ScriptedSmtp):
        def _answer(self, connection: Any, stage: str) -> None:
            if stage == "dot":
                office.copy_arrives(self.mails[-1])
            super()._answer(connection, stage)

    with Waiting(dot=CUT) as server:
        assert office.send(server).in_doubt == 1

    assert (office.letter["state"], office.letter["error"]) == ("sent", None)


def test_a_pass_of_a_time_when_the_clock_was_ahead_proves_nothing(office: Office) -> None:
    office.take_in()
    with ScriptedSmtp(dot=first_then(CUT, b"250 queued")) as server:
        assert office.send(server).in_doubt == 1
        office.pass_is_over(began=office.clock() + timedelta(days=1))
        assert office.send(server) == OutboxReport()

    assert office.letter["state"] == "in-doubt"


def test_a_letter_whose_copy_comes_just_before_it_would_leave_again_does_not(office: Office) -> None:
    office.take_in()

    class Coming(ScriptedSmtp):
        def _answer(self, connection: Any, stage: str) -> None:
            if stage == "mail" and self.mails:
                office.copy_arrives(self.mails[0])
            super()._answer(connection, stage)

    with Coming(dot=first_then(CUT, b"250 queued")) as server:
        assert office.send(server).in_doubt == 1
        office.clock.forward(hours=1)
        office.pass_is_over()
        assert office.send(server) == OutboxReport()

    assert len(server.mails) == 1
    assert office.letter["state"] == "sent"


# --- interrupted


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
def test_a_second_sender_on_the_same_database_makes_nobody_get_two_letters(office: Office, stage: str) -> None:
    office.take_in()
    office.take_in(2)

    class Slow(ScriptedSmtp):
        second: OutboxReport | None = None

        def _answer(self, connection: Any, at: str) -> None:
            if at == stage and self.second is None:
                self.second = OutboxReport()
                self.second = office.send(sink)
            super()._answer(connection, at)

    with SmtpSink() as sink, Slow() as server:
        first = office.send(server)

    assert server.second == OutboxReport(sent=2)
    assert (first.sent, server.mails) == (0, [])


def test_a_letter_whose_run_ended_before_the_dot_goes_out_with_the_next(office: Office) -> None:
    office.take_in()
    row = office.store.due_letters(Due(office.clock()), 1)[0].row
    office.store.mark_sending(row, "Ihre Nachricht", office.clock())

    with SmtpSink() as server:
        assert office.send(server) == OutboxReport(sent=1)


def test_no_dot_follows_when_the_database_cannot_note_it_and_the_letter_goes_out_later(office: Office) -> None:
    office.take_in()
    with ScriptedSmtp() as server:
        with office.refusing("dot"), pytest.raises(MaildeskError):
            office.send(server)
        assert server.mails == []
        assert office.letter["state"] == "sending"

        assert office.send(server) == OutboxReport(sent=1)

    assert len(server.mails) == 1


def test_a_letter_that_was_taken_but_not_noted_is_in_doubt_and_its_copy_settles_it(office: Office) -> None:
    office.take_in()
    with ScriptedSmtp() as server:
        with office.refusing("sent"), pytest.raises(MaildeskError):
            office.send(server)
        assert office.letter["state"] == "in-doubt"
        assert office.send(server) == OutboxReport()

    office.copy_arrives(server.mails[0])
    assert office.letter["state"] == "sent"
    assert len(server.mails) == 1
