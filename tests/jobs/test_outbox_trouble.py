# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Days without a server, letters that cannot be written, servers that take no big letters: nothing is lost, and somebody is told."""

from __future__ import annotations

import email
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from maildesk.adapters.compose import Composer
from maildesk.core.health import Surroundings
from maildesk.core.letters.automatic import as_of_now
from maildesk.core.letters.letter import Letter
from maildesk.core.office.calendar import WorkCalendar
from maildesk.core.text.said import day_with_weekday
from maildesk.jobs import watch
from maildesk.jobs.counts import OutboxReport
from maildesk.settings.servers import SmtpSettings
from tests.rig.builders import MONDAY
from tests.rig.dovecot import HOST, free_port
from tests.rig.letters import CALENDAR, OUT_OF_HOURS, SHIPPED, a_letter
from tests.rig.office import BERLIN, POLICY, Office, an_office
from tests.rig.smtp_server import ScriptedSmtp, SmtpSink, Taken

LATE = "erreicht Sie leider verspätet"
BROKEN = "Betreff: x\n\n{% if nr == 'KD-2026-00002' %}{{ fehlt }}{% endif %}\n"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with an_office(tmp_path) as office:
        yield office


def nobody() -> SmtpSettings:
    return SmtpSettings(host=HOST, port=free_port(), security="none")


def mail_of(letter: Taken) -> Message:
    return email.message_from_bytes(letter.octets)


def text_of(letter: Taken) -> str:
    (text,) = [part for part in mail_of(letter).walk() if part.get_content_type() == "text/plain"]
    octets = text.get_payload(decode=True)
    assert isinstance(octets, bytes)
    return octets.decode()


# --- the server is away for days


def test_when_the_server_was_away_for_three_days_each_gets_one_letter_and_a_late_one_says_so(office: Office) -> None:
    for day in range(4):
        office.take_in(day)
        for _ in range(8 if day < 3 else 0):
            assert office.send(nobody()).sent == 0
            office.clock.forward(hours=3)
    assert len(office.waiting) == 4, "meanwhile mail was taken in as ever"

    office.clock.forward(minutes=11)
    with SmtpSink() as server:
        assert office.send(server) == OutboxReport(sent=4)
        office.clock.forward(days=1)
        assert office.send(server) == OutboxReport()

    assert sorted(letter.recipients[0] for letter in server.letters) == [f"c{day}@example.org" for day in range(4)]
    late = {letter.recipients[0]: " ".join(text_of(letter).split()) for letter in server.letters}
    assert [LATE in late[f"c{day}@example.org"] for day in range(4)] == [True, True, True, False]
    assert "am 23.11.2026 um 09:16 Uhr" in late["c0@example.org"], "the arrival is that of the mail"
    sent = [parsedate_to_datetime(mail_of(letter)["Date"]) for letter in server.letters]
    assert all(office.clock() - timedelta(days=1, minutes=11) <= each for each in sent), "no letter is dated days back"
    assert office.events()[-1] == ("letter-sent", "acknowledgement: the mail server took it, 72 hours late")
    assert office.events("KD-2026-00004")[-1] == ("letter-sent", "acknowledgement: the mail server took it")


def test_a_late_letter_promises_nothing_that_has_passed() -> None:
    written = a_letter(at=OUT_OF_HOURS, due=date(2026, 12, 4))  # on a Friday evening
    monday, due = day_with_weekday(date(2026, 11, 23)), date(2026, 12, 4)
    assert written.context["naechster_arbeitstag"] == monday

    in_time = as_of_now(written, CALENDAR, OUT_OF_HOURS + timedelta(hours=24))
    assert in_time == written
    on_monday = as_of_now(written, CALENDAR, OUT_OF_HOURS + timedelta(days=3)).context
    assert (on_monday["verspaetet"], on_monday["naechster_arbeitstag"], on_monday["frist"]) == (True, monday, due)
    on_tuesday = as_of_now(written, CALENDAR, OUT_OF_HOURS + timedelta(days=4)).context
    assert (on_tuesday["naechster_arbeitstag"], on_tuesday["frist"]) == (None, due)
    at_christmas = as_of_now(written, CALENDAR, OUT_OF_HOURS + timedelta(days=33)).context
    assert (at_christmas["frist"], at_christmas["eingang_datum"]) == (None, date(2026, 11, 20))


def test_a_letter_that_an_earlier_version_left_in_the_outbox_can_be_written() -> None:
    old = a_letter(at=MONDAY)
    old = replace(old, context={name: value for name, value in old.context.items() if name != "verspaetet"})
    for days in (0, 5):
        now = MONDAY + timedelta(days=days)
        text = Composer(POLICY.desk, (SHIPPED,)).words(as_of_now(old, WorkCalendar(BERLIN), now)).text
        assert (LATE in text) == bool(days)


# --- a letter that cannot be written


def looks(office: Office) -> tuple[list[str], bool]:
    found, told = watch.run_once(office.store, replace(POLICY, alert_addresses=("lead@haus.example",)), Surroundings(), office.clock())
    return [trouble.text for trouble in found], told


def test_staff_are_told_once_of_a_letter_that_cannot_be_written_and_once_that_it_can(office: Office) -> None:
    office.pass_is_over()
    (office.templates / "acknowledgement.de.txt").write_text(BROKEN)
    for number in (1, 2, 3):
        office.take_in(number)
    with SmtpSink() as server:
        assert office.send(server) == OutboxReport(sent=2, deferred=1)
        assert looks(office) == (["1 letters cannot be written: see maildesk outbox, and maildesk check for the templates"], True)
        for _ in range(3):
            assert looks(office)[1] is False
            office.clock.forward(minutes=10)
            office.pass_is_over()
            office.send(server)

        (office.templates / "acknowledgement.de.txt").unlink()
        office.clock.forward(minutes=10)
        office.pass_is_over()
        assert office.send(server).sent == 1
        assert looks(office) == ([], True)
        assert office.send(server).sent == 1

    to_lead = [str(email.header.make_header(email.header.decode_header(mail_of(each)["Subject"]))) for each in server.letters]
    assert [subject.partition("Brief")[2] for subject in to_lead if "Brief" in subject] == [" nicht geschrieben"] * 2
    to_citizens = sorted(each.recipients[0] for each in server.letters if each.recipients[0].endswith("@example.org"))
    assert to_citizens == ["c1@example.org", "c2@example.org", "c3@example.org"]


def test_no_alarm_is_written_because_an_alarm_cannot_be_written(office: Office) -> None:
    office.pass_is_over()
    (office.templates / "alarm.de.txt").write_text("no subject")
    (office.templates / "acknowledgement.de.txt").write_text(BROKEN)
    office.take_in(1)
    office.take_in(2)
    with SmtpSink() as server:
        office.send(server)
        assert looks(office)[1]
        for _ in range(50):
            office.clock.forward(hours=2)
            office.pass_is_over()
            office.send(server)
            looks(office)

    assert len([each for each in office.waiting if each["template"] == "alarm"]) == 1


def test_a_mistake_of_ours_in_one_letter_does_not_hold_up_the_ones_behind_it(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    composer = Composer(POLICY.desk, (SHIPPED,))

    def mistaken(letter: Letter, contents: Mapping[str, bytes]) -> bytes:
        if letter.case_number == "KD-2026-00001":
            raise RecursionError(f"GEHEIM {letter.recipient}")
        return composer(letter, contents)

    for number in (1, 2, 3):
        office.take_in(number)
    with SmtpSink() as server:
        assert office.send(server, compose=mistaken) == OutboxReport(sent=2, deferred=1)
        office.clock.forward(minutes=10)
        assert office.send(server) == OutboxReport(sent=1)

    assert "unexpected RecursionError in" in caplog.text
    assert "GEHEIM" not in caplog.text
    assert "@" not in caplog.text


# --- a server that works slowly


def test_the_answer_to_a_dot_that_comes_very_late_is_waited_for_and_the_letter_is_not_sent_again(office: Office) -> None:
    office.take_in()

    class Thoughtful(ScriptedSmtp):
        def _answer(self, connection: object, stage: str) -> None:
            if stage == "dot":
                office.clock.forward(minutes=9)
                office.pass_is_over()
            super()._answer(connection, stage)  # type: ignore[arg-type]

    with Thoughtful(quit=b"500 what?") as server:
        assert office.send(server) == OutboxReport(sent=1)
        for _ in range(3):
            office.clock.forward(hours=1)
            office.pass_is_over()
            assert office.send(server) == OutboxReport()

    assert len(server.mails) == 1
