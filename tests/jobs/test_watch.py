# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The mail path watches itself: each trouble is caused, told once by mail and in `status`, and told once that it is over."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from maildesk.core.health import ANOTHER_DESK, BACKUP_WITHIN, COPIES_MIN, LATE_MIN, QUARANTINE, Surroundings, problems
from maildesk.core.letters.alarms import Alarm
from maildesk.errors import StoreUnusable
from maildesk.jobs import alarm, upkeep, watch
from maildesk.octets import Octets, RawMessage
from tests.rig.letters import SHIPPED, content
from tests.rig.office import POLICY, Office, an_office
from tests.rig.smtp_server import CUT, ScriptedSmtp, SmtpSink

LEAD = "lead@haus.example"
ALARMED = replace(POLICY, alert_addresses=(LEAD,))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with an_office(tmp_path) as office:
        yield office


def looks(office: Office, around: Surroundings = Surroundings()) -> tuple[str, ...]:  # noqa: B008  # frozen
    """What the watch finds, looking twice: whoever was told is not told again."""
    watch.run_once(office.store, ALARMED, around, office.clock())
    found, told = watch.run_once(office.store, ALARMED, around, office.clock())
    assert not told
    shown = problems(watch.condition(office.store, around, office.clock()), office.clock())
    assert shown == tuple(trouble.text for trouble in found)
    return shown


def alarms(office: Office) -> list[str]:
    """What letters of alarms there are, by their names."""
    with closing(sqlite3.connect(office.file)) as database:
        query = "SELECT json_extract(context, '$.\"X-Maildesk-Alarm\"') FROM letter WHERE template = 'alarm' AND recipient = ? ORDER BY id"
        return [row[0] for row in database.execute(query, (LEAD,))]


def a_good_pass(office: Office) -> None:
    office.pass_is_over()


def test_a_desk_that_is_well_alarms_nobody(office: Office) -> None:
    a_good_pass(office)
    office.take_in()
    with SmtpSink() as sink:
        office.send(sink)

    assert looks(office) == ()
    assert alarms(office) == []


def test_a_mailbox_that_cannot_be_looked_through_is_told_once_and_that_it_is_over(office: Office) -> None:
    a_good_pass(office)
    office.clock.forward(minutes=14)
    assert looks(office) == ()

    office.clock.forward(minutes=2)
    office.store.note_pass({}, 0, "the pass did not finish", office.clock(), office.clock())
    assert looks(office) == ("the last pass: the pass did not finish", "the last good pass is 16 minutes ago")
    assert alarms(office) == ["no_pass"]

    a_good_pass(office)
    assert looks(office) == ()
    assert alarms(office) == ["no_pass", "no_pass; over"]


def test_a_desk_whose_first_pass_never_comes_to_an_end_is_told_too(office: Office) -> None:
    assert looks(office) == ("no pass over the mailbox has come to an end yet",)
    office.clock.forward(minutes=16)

    assert "has succeeded for 16 minutes" in looks(office)[1]
    assert alarms(office) == ["no_pass"]


def test_while_a_trouble_stands_it_is_told_again_after_the_configured_pause(office: Office) -> None:
    a_good_pass(office)
    with SmtpSink() as sink:
        for _ in range(4):
            office.clock.forward(minutes=16)
            looks(office)
            office.send(sink)

    assert alarms(office) == ["no_pass", "no_pass"], "after 16 and 48 minutes, not after 32"


def test_alarms_do_not_pile_up_while_none_of_them_leaves(office: Office) -> None:
    a_good_pass(office)
    for _ in range(100):
        office.clock.forward(minutes=20)
        looks(office)

    assert alarms(office) == ["no_pass", "letters_late"]


def test_letters_that_wait_too_long_are_told_once_the_server_is_away_and_cleared_when_they_left(office: Office) -> None:
    office.take_in()
    with ScriptedSmtp(banner=b"421 not now") as server:
        assert office.send(server).unreachable
    office.clock.forward(minutes=59)
    a_good_pass(office)
    assert looks(office) == ()

    office.clock.forward(minutes=2)
    a_good_pass(office)
    assert looks(office) == ("1 letters have been waiting for over an hour, the oldest for 1 hours: see maildesk outbox",)
    assert alarms(office) == ["letters_late"]

    with SmtpSink() as sink:
        assert office.send(sink).sent == 2
    assert looks(office) == ()
    assert alarms(office) == ["letters_late", "letters_late; over"]


def test_one_recipient_who_is_hard_to_reach_is_no_trouble_of_the_mail_path(office: Office) -> None:
    office.take_in(1)
    with ScriptedSmtp(rcpt=b"450 greylisted") as server:
        office.send(server)
    office.clock.forward(minutes=10)
    office.take_in(2)
    with closing(sqlite3.connect(office.file, isolation_level=None)) as database:
        database.execute(
            "UPDATE letter SET next_attempt_at = datetime(next_attempt_at, '+200 minutes') || '.000000' WHERE recipient LIKE 'c1@%'"
        )
        with SmtpSink() as sink:
            assert office.send(sink).sent == 1
        office.clock.forward(hours=3)
        a_good_pass(office)
        assert looks(office) == ()

        for number in range(3, 3 + LATE_MIN):
            office.take_in(number)
        database.execute("UPDATE letter SET next_attempt_at = '2030-01-01 00:00:00.000000' WHERE state = 'queued'")
    office.clock.forward(hours=2)
    a_good_pass(office)
    assert "6 letters have been waiting" in looks(office)[0]


def test_copies_that_stay_away_are_told_and_cleared_by_the_next_that_comes(office: Office) -> None:
    with SmtpSink() as sink:
        for number in range(COPIES_MIN):
            office.take_in(number)
        office.send(sink)
        office.clock.forward(minutes=29)
        a_good_pass(office)
        assert looks(office) == ()

        office.clock.forward(minutes=2)
        a_good_pass(office)
        assert "copies of 3 letters have not come back" in looks(office)[0]
        assert alarms(office) == ["copies_missing"]

        office.copy_arrives(sink.letters[0].octets)
    assert looks(office) == ()
    assert alarms(office) == ["copies_missing", "copies_missing; over"]


def test_copies_are_missed_only_once_the_mailbox_was_looked_through(office: Office) -> None:
    a_good_pass(office)
    with SmtpSink() as sink:
        for number in range(COPIES_MIN):
            office.take_in(number)
        office.send(sink)
    office.clock.forward(minutes=40)

    assert not any("copies" in text for text in looks(office))


def test_without_proof_copies_none_are_missed(office: Office) -> None:
    with SmtpSink() as sink:
        for number in range(COPIES_MIN):
            office.take_in(number)
        office.send(sink, proof_copy=False)
    office.clock.forward(minutes=60)
    a_good_pass(office)

    assert looks(office) == ()


def test_a_mail_in_quarantine_is_red_until_it_is_taken_out_and_then_the_all_clear_comes(office: Office) -> None:
    a_good_pass(office)
    now = office.clock()
    with office.store.transaction() as transaction:
        transaction.quarantine(RawMessage("INBOX", 7, 1, now, Octets.of(b"poison")), "died", now)
        alarm.tell_within(transaction, ALARMED, Alarm(QUARANTINE, {"count": 1}), now)

    assert looks(office) == ("1 mails are in quarantine: see maildesk quarantine",)
    assert alarms(office) == ["quarantine"], "the pass told it, the watch does not tell it again"

    with office.store.transaction() as transaction:
        transaction.release(1, now)
    assert looks(office) == ()
    assert alarms(office) == ["quarantine", "quarantine; over"]


def test_letters_that_are_refused_are_told_but_not_about_the_alarms_themselves(office: Office) -> None:
    a_good_pass(office)
    office.take_in()
    with ScriptedSmtp(rcpt=b"550 no such user") as server:
        office.send(server)
        assert looks(office) == ("1 letters failed in the last week: see maildesk outbox",)
        assert alarms(office) == ["letters_refused"]
        assert office.send(server).failed == 1, "the alarm itself"
        for _ in range(3):
            office.clock.forward(hours=25)
            a_good_pass(office)
            found = looks(office)
            office.send(server)

    assert "alarms, so that nobody is told by mail" in found[1]
    office.clock.forward(days=8)
    a_good_pass(office)
    assert looks(office) == ()


def test_a_letter_that_only_a_person_can_decide_on_is_told(office: Office) -> None:
    a_good_pass(office)
    office.take_in()
    with ScriptedSmtp(dot=CUT) as server:
        office.send(server, proof_copy=False)

    assert looks(office) == ("1 letters are in doubt: see maildesk outbox",)
    assert alarms(office) == ["letters_in_doubt"]

    office.store.retry_letter(office.letter["id"], office.clock())
    with SmtpSink() as sink:
        office.send(sink, proof_copy=False)
    assert looks(office) == ()
    assert alarms(office) == ["letters_in_doubt", "letters_in_doubt; over"]


def test_an_acknowledgement_that_has_not_left_in_its_working_days_is_told_until_somebody_answers_or_closes(office: Office) -> None:
    office.take_in()
    with ScriptedSmtp(rcpt=b"550 5.1.1 no such user") as server:
        office.send(server)
    assert office.letter["state"] == "failed"

    in_time, late = (Surroundings(acknowledged_before=office.clock() + timedelta(minutes=minutes)) for minutes in (-1, 1))
    a_good_pass(office)
    assert not any("acknowledged" in problem for problem in looks(office, in_time))
    assert "1 cases have not been acknowledged within [deadlines] acknowledge_working_days: see maildesk outbox" in looks(office, late)
    assert "unacknowledged" in alarms(office)

    with closing(sqlite3.connect(office.file)) as database, database:
        database.execute("UPDATE cases SET status = 'closed', closed_at = opened_at")
    assert not any("acknowledged" in problem for problem in looks(office, late))
    assert alarms(office)[-1] == "unacknowledged; over"


def test_an_acknowledgement_that_has_left_is_no_trouble_however_old_it_is(office: Office) -> None:
    office.take_in()
    with SmtpSink() as sink:
        office.send(sink)
    a_good_pass(office)

    assert looks(office, Surroundings(acknowledged_before=office.clock() + timedelta(days=9))) == ()


def test_a_disk_that_is_nearly_full_is_told_before_it_is(office: Office) -> None:
    a_good_pass(office)
    nearly_full = Surroundings(free_bytes=100 * 1024**2)

    assert looks(office, nearly_full) == ("only 100 MB are free beside the database: make room",)
    assert looks(office) == ()
    assert alarms(office) == ["disk_space", "disk_space; over"]


def test_room_for_the_next_backup_counts_too(office: Office) -> None:
    a_good_pass(office)
    around = Surroundings(free_bytes=1024**3, database_bytes=1024**3)

    assert looks(office, around) == ()
    assert "make room" in looks(office, replace(around, backups_wanted=True))[0]


class Full:
    """A disk without room for a backup."""

    def make(self, _now: datetime, _should_stop: object) -> int:
        raise StoreUnusable("the backup cannot be written: the disk is full")


def test_a_backup_that_fails_or_stays_away_is_told(office: Office) -> None:
    a_good_pass(office)
    wanted = Surroundings(backups_wanted=True)
    assert looks(office, wanted) == (), "the first night has not come yet"

    with pytest.raises(StoreUnusable):
        upkeep.back_up(office.store, Full(), office.clock)
    assert looks(office, wanted) == ("the last backup failed: the backup cannot be written: the disk is full",)
    upkeep.note_backup(office.store, 1, office.clock())
    assert looks(office, wanted) == ()

    office.clock.forward(seconds=BACKUP_WITHIN.total_seconds() + 60)
    a_good_pass(office)
    with SmtpSink() as sink:
        office.send(sink)
    assert "older than two days" in looks(office, wanted)[0]
    assert looks(office) == (), "where none are wanted, none are missed"
    assert alarms(office) == ["backup_failed", "backup_failed; over"] * 2


def test_a_certificate_near_its_end_is_told(office: Office) -> None:
    a_good_pass(office)
    ends = [office.clock() + timedelta(days=days) for days in (80, 13, 90)]

    watch.note_certificates(office.store, ends[0], ends[1], office.clock())
    assert looks(office) == ("the certificate of the SMTP server ends in 13 days: whoever runs it must renew it",)
    watch.note_certificates(office.store, None, None, office.clock())
    assert len(looks(office)) == 1, "a server that was not seen this time has not renewed it"
    watch.note_certificates(office.store, None, ends[2], office.clock())
    assert looks(office) == ()
    assert alarms(office) == ["certificate_ends", "certificate_ends; over"]


def test_a_second_desk_is_told_and_forgotten_after_a_day(office: Office) -> None:
    a_good_pass(office)
    office.store.learn(ANOTHER_DESK, {"seen_at": office.clock().isoformat()}, office.clock())

    assert looks(office) == ("a second maildesk with our key serves this mailbox, it sends letters that are not ours: stop one of them",)
    with SmtpSink() as sink:
        office.send(sink)
    office.clock.forward(hours=25)
    a_good_pass(office)

    assert looks(office) == ()
    assert alarms(office) == ["another_desk", "another_desk; over"]


def test_the_log_tells_too_and_neither_names_a_person(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    office.take_in()
    a_good_pass(office)
    office.clock.forward(hours=2)

    with caplog.at_level(logging.INFO):
        looks(office)
    with SmtpSink() as sink:
        office.send(sink)
        letters = [each.octets for each in sink.letters if LEAD.encode() in each.octets]

    assert [record.levelname for record in caplog.records].count("ERROR") == 2
    assert "the last good pass is 120 minutes ago" in caplog.text
    assert "@" not in caplog.text
    assert len(letters) == 2
    assert not any(b"example.org" in octets for octets in letters)


def test_an_alarm_and_its_all_clear_read_as_a_person_would_write_them(office: Office) -> None:
    from email import message_from_bytes

    a_good_pass(office)
    office.clock.forward(minutes=20)
    looks(office)
    a_good_pass(office)
    looks(office)
    with SmtpSink() as sink:
        office.send(sink)
        texts = [content(message_from_bytes(each.octets), "text/plain") for each in sink.letters]

    assert SHIPPED.exists()
    assert "Seit 20 Minuten konnte das Postfach nicht" in texts[0]
    assert "Was jetzt zu tun ist" in texts[0]
    assert "besteht nicht mehr" in " ".join(texts[1].split())
    assert "Was jetzt zu tun ist" not in texts[1]
