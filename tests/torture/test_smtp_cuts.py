# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A sample of the lines to the SMTP server that break behind any octet; all of them: `make torture`."""

from __future__ import annotations

import pytest

from tests.rig.samples import long
from tests.torture.oracle import RESTART_SECONDS_MAX
from tests.torture.share import Share
from tests.torture.smtp_cuts import Rig
from tests.torture.world import Copies, Site

SEED = 6


@pytest.fixture(scope="module")
def rig(site: Site) -> Rig:
    return Rig(site)


@pytest.mark.parametrize("copies", [Copies.EARLY, *(pytest.param(each, marks=long) for each in Copies if each != Copies.EARLY)])
def test_whenever_the_copies_come_a_line_that_is_cut_behind_any_octet_brings_each_one_letter(rig: Rig, copies: Copies) -> None:
    tally = rig.cuts(Share(SEED), copies, most=5)

    assert not tally.failed, tally.examples
    assert tally.broken == tally.runs == 5
    assert tally.window == 0 or copies in {Copies.TOO_LATE, Copies.NEVER}
    assert tally.slowest_restart < RESTART_SECONDS_MAX


@pytest.mark.parametrize("copies", [pytest.param(each, marks=long) if each is Copies.TOO_LATE else each for each in Copies])
def test_a_letter_whose_answer_is_lost_each_time_leaves_twice_at_most_and_where_its_copy_comes_in_time_once(
    rig: Rig, copies: Copies
) -> None:
    tally = rig.at_the_dot(Share(SEED), copies)

    assert not tally.failed, tally.examples
    assert tally.broken == tally.runs == 4
    assert tally.window == (4 if copies in {Copies.TOO_LATE, Copies.NEVER} else 0), "the window that nobody can close is seen"


def test_a_line_that_is_cut_again_in_the_next_run_brings_each_one_letter(rig: Rig) -> None:
    tally = rig.twice(Share(SEED), most=4)

    assert not tally.failed, tally.examples
    assert tally.broken > 0


def test_a_line_that_falls_silent_or_trickles_brings_each_one_letter(rig: Rig) -> None:
    tally = rig.silences(Share(SEED), most=4)

    assert not tally.failed, tally.examples
    assert tally.broken == tally.runs == 4
