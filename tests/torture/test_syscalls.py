# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A sample of the kills and errors at system calls; all of them: `make torture`."""

from __future__ import annotations

from tests.rig.zygote import Ran
from tests.torture import storage, syscalls
from tests.torture.oracle import RESTART_SECONDS_MAX
from tests.torture.share import Share
from tests.torture.statements import SCENES
from tests.torture.storage import complaint_about
from tests.torture.tracing import BIG, Call, broken_poll, calls_of, scene_made
from tests.torture.world import Site

SEED = 6
EARLY, QUARANTINE = SCENES[0], SCENES[-1]


def test_killed_at_any_system_call_it_loses_nothing_and_does_nothing_twice(site: Site) -> None:
    tally = syscalls.kills(site, Share(SEED), most=2, scenes=(EARLY, QUARANTINE))

    assert not tally.failed, tally.examples
    assert tally.broken == tally.runs == 2
    assert tally.slowest_restart < RESTART_SECONDS_MAX


def test_a_disk_that_is_full_or_broken_at_any_call_is_one_clear_line_and_the_next_pass_goes_on(site: Site) -> None:
    tallies = storage.errors(site, Share(SEED), most=2, scenes=(EARLY, BIG))

    assert not [example for tally in tallies for example in tally.examples]
    assert sum(tally.broken for tally in tallies) == 2


def test_files_that_can_grow_no_further_are_one_clear_line_and_the_next_pass_goes_on(site: Site) -> None:
    tally = storage.short_writes(site, Share(SEED), most=2)

    assert not tally.failed, tally.examples
    assert tally.broken > 0


def test_a_disk_that_is_full_while_a_mail_is_quarantined_leaves_it_in_the_inbox(site: Site) -> None:
    calls = [call for call in calls_of(site, QUARANTINE, ("pwrite64",)) if call.where == "maildesk.db-wal"]
    with scene_made(site, QUARANTINE) as world:
        poison = next(mail for mail in world.mails if mail.name == "poison")
        ran, broken = broken_poll(world, calls[0], "error=ENOSPC")

        assert broken
        assert (ran.code, complaint_about(ran)) == (75, ())
        assert world.rows("SELECT * FROM quarantine") == []
        assert world.stored()[poison.digest] == ["INBOX"]


def test_a_big_mail_that_no_disk_can_hold_stays_in_the_inbox_and_the_reason_is_told(site: Site) -> None:
    calls = [call for call in calls_of(site, BIG, ("write",)) if call.where == "the spool"]
    with scene_made(site, BIG) as world:
        big = next(mail for mail in world.mails if mail.name == "big")
        ran, _ = broken_poll(world, calls[-1], "error=ENOSPC")

        assert ran.code == 73
        assert ran.err.endswith("the folder for big mails cannot be written (No space left on device): make room there, or mend it\n")
        assert world.stored()[big.digest] == ["INBOX"]


def test_nothing_of_a_mail_is_written_outside_of_the_folder_of_the_desk(site: Site) -> None:
    written = calls_of(site, EARLY, ("pwrite64", "write", "pwritev", "ftruncate"))

    assert {call.where for call in written if call.where not in {"pipe", "what it prints"}} == {
        "maildesk.db", "maildesk.db-wal", "maildesk.db-shm", "maildesk.db-journal",
    }  # fmt: skip


def test_a_line_that_the_log_cannot_take_is_left_out_and_no_traceback_stands_in_its_place(site: Site) -> None:
    lines = [call for call in calls_of(site, EARLY, ("write",)) if call.where == "what it prints"]
    with scene_made(site, EARLY) as world:
        ran, broken = broken_poll(world, lines[0], "error=ENOSPC")

        assert (ran.code, broken) == (0, True)
        assert "Error" not in ran.err


def test_what_ends_otherwise_than_it_should_is_complained_about() -> None:
    ways = {
        "internal": Ran(70, "", "maildesk: internal error OSError in x, line 1.\n", 0.1),
        "silent": Ran(73, "", "", 0.1),
        "chatty": Ran(73, "", "Traceback (most recent call last)\nOSError: no\n", 0.1),
        "good": Ran(73, "", "maildesk: the database cannot grow: the disk is full\n", 0.1),
    }

    assert [name for name, ran in ways.items() if complaint_about(ran)] == ["internal", "silent", "chatty"]


def test_a_call_is_found_again_by_its_number(site: Site) -> None:
    dots = [call for call in calls_of(site, EARLY, ("fdatasync",)) if call.where == "maildesk.db-wal"]
    with scene_made(site, EARLY) as world:
        ran, _ = broken_poll(world, Call(EARLY, "fdatasync", dots[-1].number + 100), "signal=SIGKILL")
        assert ran.code == 0, "there is no such call"
    with scene_made(site, EARLY) as world:
        ran, broken = broken_poll(world, dots[-1], "signal=SIGKILL")
        assert (ran.killed, broken) == (True, True)
