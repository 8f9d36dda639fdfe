# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A sample of broken backups and of restores; all of them: `make torture`."""

from __future__ import annotations

from tests.torture import backups
from tests.torture.oracle import RESTART_SECONDS_MAX
from tests.torture.share import Share
from tests.torture.world import Site

SEED = 6


def test_what_bears_the_name_of_a_backup_is_whole_wherever_it_was_killed(site: Site) -> None:
    tally = backups.killed(site, Share(SEED), most=2)

    assert not tally.failed, tally.examples
    assert tally.broken == tally.runs == 2


def test_after_a_restore_at_any_point_nothing_is_lost_and_nothing_is_twice(site: Site) -> None:
    tally = backups.restored(site, Share(SEED), most=2)

    assert not tally.failed, tally.examples
    assert tally.runs == 2
    assert tally.slowest_restart < RESTART_SECONDS_MAX


def test_a_backup_of_a_daemon_at_work_can_be_put_back(site: Site) -> None:
    tally = backups.during(site, Share(SEED), most=1)

    assert not tally.failed, tally.examples
    assert tally.broken == 1
