# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A sample of the kills at every step; all of them: `make torture`."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.rig.command import maildesk
from tests.rig.samples import long
from tests.torture import statements
from tests.torture.migrations import killed_migrations
from tests.torture.oracle import RESTART_SECONDS_MAX, Tally
from tests.torture.share import Share
from tests.torture.statements import SCENES, Scene, made, step_names
from tests.torture.world import Copies, Site

SEED = 6


def test_killed_at_any_step_it_loses_nothing_and_does_nothing_twice(site: Site) -> None:
    tally = statements.kills(site, Share(SEED), SCENES, most=3)

    assert not tally.failed, tally.examples
    assert tally.broken == tally.runs == 3
    assert tally.slowest_restart < RESTART_SECONDS_MAX


@long
def test_killed_again_in_the_pass_after_a_kill_it_loses_nothing_and_does_nothing_twice(site: Site) -> None:
    tally = statements.pairs(site, Share(SEED), most=3)

    assert not tally.failed, tally.examples
    assert tally.broken > 0


def test_a_daemon_killed_at_any_step_loses_nothing_and_does_nothing_twice(site: Site) -> None:
    tally = statements.daemons(site, Share(SEED), most=1)

    assert not tally.failed, tally.examples
    assert tally.broken > 0


@long
def test_a_retry_of_what_is_in_quarantine_killed_at_any_step_makes_one_case_and_one_letter(site: Site) -> None:
    tally = statements.retries(site, Share(SEED), most=2)

    assert not tally.failed, tally.examples
    assert tally.broken == tally.runs == 2


def test_killed_while_migrating_the_schema_is_the_old_one_or_the_new_one(site: Site) -> None:
    tally = killed_migrations(site, Share(SEED), most=5)

    assert not tally.failed, tally.examples
    assert tally.broken == tally.runs == 5


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_on_either_side_of_the_commit_the_mails_are_recorded_or_not_and_none_has_moved(site: Site, when: str) -> None:
    scene = SCENES[0]
    names = step_names(site, scene)
    commit = next(
        number for number, name in enumerate(names, 1) if number > names.index("before: INSERT INTO ledger") and name == f"{when}: COMMIT"
    )

    with made(site, scene) as world:
        ran = world.poll(stop_at=commit)

        assert ran.killed
        assert world.inbox() == len(world.mails), "nothing in the mailbox has changed yet"
        assert len(world.rows("SELECT * FROM ledger")) == (0 if when == "before" else len(world.mails))


def test_the_switch_warns_loudly_and_is_off_without_its_variable(site: Site) -> None:
    with made(site, Scene("quiet", 1)) as world:
        steps = world.desk.folder / "steps"
        on, off = world.poll(stop_at=f"count:{steps}"), world.poll()

    assert "MAILDESK_STOP_AT is set" in on.err
    assert off.err == ""


def test_the_switch_works_in_the_command_itself(site: Site) -> None:
    with made(site, SCENES[0]) as world:
        said = maildesk("poll", "--config", world.desk.config, MAILDESK_STOP_AT="5")

        assert said.code == -9
        with closing(sqlite3.connect(world.database)) as database:
            assert database.execute("SELECT count(*) FROM ledger").fetchone() == (0,)


def test_a_switch_with_nonsense_is_told_and_nothing_is_done(site: Site) -> None:
    with made(site, SCENES[0]) as world:
        ran = world.poll(stop_at="soon")

        assert (ran.code, ran.err.strip()) == (78, "MAILDESK_STOP_AT: a number of steps, or count:FILE; it is for tests only")
        assert world.rows("SELECT * FROM ledger") == []


def test_killed_right_after_a_mail_was_quarantined_the_alarm_still_goes_out_and_once(site: Site) -> None:
    scene = SCENES[-1]
    names = step_names(site, scene)
    commit = names.index("after: COMMIT", names.index("before: INSERT INTO quarantine")) + 1

    tally = statements.killed_at(site, scene, [commit], Tally("quarantine"))

    assert not tally.failed, tally.examples
    assert tally.broken == 1


@pytest.mark.parametrize(
    ("copies", "window"),
    [(Copies.EARLY, 0), (Copies.NEVER, 1), *(pytest.param(*each, marks=long) for each in ((Copies.LATE, 0), (Copies.TOO_LATE, 1)))],
)
def test_killed_between_the_answer_to_the_dot_and_its_note_a_letter_leaves_twice_only_if_no_copy_comes_in_time(
    site: Site, copies: Copies, window: int
) -> None:
    scene = Scene("window", 20, copies, citizens=1)
    names = step_names(site, scene)
    sent = ("before: to the SMTP server", "after: to the SMTP server", "an answer of the SMTP server")
    dot = ("after: COMMIT", *sent, "before: UPDATE letter SET")
    answered = next(number for number in range(len(names)) if names[number : number + 5] == dot) + 4

    tally = statements.killed_at(site, scene, [answered], Tally("window"))

    assert not tally.failed, tally.examples
    assert (tally.broken, tally.window) == (1, window)
