# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What is told of a desk that is not well: in the page for admins, and in words that name nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from maildesk.core.health import COPIES_MIN, FREE_BYTES_MIN, QUARANTINE, UNEVEN, WATCHED, Condition, Signs, Surroundings, problems, troubles
from maildesk.core.letters.alarms import alarm_letter, alarm_title
from maildesk.core.letters.own_trouble import OwnTrouble
from tests.rig.letters import in_words
from tests.rig.office import POLICY
from tests.rig.places import ROOT

NOW = datetime(2026, 11, 23, 8, 15, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=9)
PAGE = (ROOT / "docs" / "operation.md").read_text(encoding="utf-8")
WELL = Condition({"problem": ""}, NOW, {}, 0, 0, surroundings=Surroundings(backups_wanted=True), backup={"at": NOW.isoformat()})
ILL = Condition(
    last_pass={"problem": "the pass did not finish"},
    last_good_pass=LONG_AGO,
    letters={"in-doubt": 1},
    failed_lately=2,
    quarantined=1,
    signs=Signs(1, LONG_AGO, None, COPIES_MIN, LONG_AGO, None, 1, 1, unacknowledged=(LONG_AGO,)),
    surroundings=Surroundings(free_bytes=1, backups_wanted=True, acknowledged_before=NOW),
    backup={"at": LONG_AGO.isoformat(), "problem": ""},
    certificates={"IMAP": NOW + timedelta(days=1)},
    another_desk=NOW,
)
REFUSED = replace(ILL, own_trouble=OwnTrouble(LONG_AGO, "554 5.7.1"))


def test_a_desk_that_is_well_has_no_problem() -> None:
    assert problems(WELL, NOW) == ()


def test_every_alarm_has_its_row_in_the_page_and_its_all_clear() -> None:
    names = {trouble.alarm.name for condition in (ILL, REFUSED) for trouble in troubles(condition, NOW) if trouble.alarm}

    assert sorted([*names, QUARANTINE]) == sorted(WATCHED)
    assert [name for name in (*WATCHED, UNEVEN) if f"| {in_words(alarm_title(name))} |" not in PAGE] == []


def test_every_alarm_says_what_to_do_in_sentences_without_an_address() -> None:
    for trouble in (*troubles(ILL, NOW), *troubles(REFUSED, NOW)):
        if trouble.alarm:
            told = in_words(alarm_letter(POLICY, trouble.alarm, "weber@haus.example", NOW).context)
            assert told["was_tun"]
            assert told["meldung"].endswith(".")
            assert "@" not in f"{told['betreff']}{told['meldung']}{told['was_tun']}{trouble.text}"


def test_letters_that_wait_because_the_server_refuses_the_desk_raise_one_alarm_and_no_second() -> None:
    def alarms(condition: Condition) -> set[str]:
        return {trouble.alarm.name for trouble in troubles(condition, NOW) if trouble.alarm}

    assert alarms(ILL) - alarms(REFUSED) == {"letters_late"}
    assert alarms(REFUSED) - alarms(ILL) == {"desk_refused"}


def test_a_service_that_does_not_run_comes_first() -> None:
    assert problems(replace(ILL, service_runs=False), NOW)[0].startswith("the service is not running")


def test_copies_that_come_again_end_the_trouble_though_some_never_came() -> None:
    missing = Signs(copies_missing=5, copies_missing_since=NOW - timedelta(hours=5), last_copy=NOW - timedelta(hours=6))

    assert len(problems(replace(WELL, signs=missing), NOW)) == 1
    assert problems(replace(WELL, signs=replace(missing, last_copy=NOW - timedelta(hours=4))), NOW) == ()


def test_there_must_be_room_for_a_backup_only_where_one_is_made() -> None:
    around = Surroundings(free_bytes=FREE_BYTES_MIN + 10, database_bytes=11, backups_wanted=True)

    assert len(problems(replace(WELL, surroundings=around), NOW)) == 1
    assert problems(replace(WELL, surroundings=replace(around, backups_wanted=False)), NOW) == ()
    assert problems(replace(WELL, surroundings=replace(around, database_bytes=10)), NOW) == ()


def test_the_pause_between_passes_says_how_long_silence_may_last() -> None:
    silent = replace(WELL, last_good_pass=NOW - timedelta(hours=2))

    assert len(problems(silent, NOW)) == 1
    assert problems(replace(silent, surroundings=Surroundings(poll_seconds=3600)), NOW) == ()
