# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A sample of the lines to the mailbox that break behind any octet; all of them: `make torture`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.rig import samples
from tests.rig.proxy import Proxy
from tests.rig.samples import long, sampled
from tests.torture.imap_cuts import POORER, Rig, poorer
from tests.torture.imap_lies import SCENES, lies
from tests.torture.oracle import RESTART_SECONDS_MAX
from tests.torture.share import Share
from tests.torture.world import Site

SEED = 5


@pytest.fixture(scope="module")
def rig(site: Site) -> Iterator[Rig]:
    with Proxy(site.dovecot.imap_port) as proxy:
        yield Rig(site, proxy)


def test_a_line_that_is_cut_behind_any_octet_loses_nothing_and_makes_nothing_twice(rig: Rig) -> None:
    tally = rig.cuts(Share(SEED), most=5)

    assert not tally.failed, tally.examples
    assert tally.broken == tally.runs == 5
    assert tally.slowest_restart < RESTART_SECONDS_MAX


def test_a_line_that_is_cut_again_in_the_next_pass_loses_nothing_and_makes_nothing_twice(rig: Rig) -> None:
    tally = rig.twice(Share(SEED), most=4)

    assert not tally.failed, tally.examples
    assert tally.broken > 0


def test_a_line_that_is_cut_while_a_mail_comes_in_parts_gives_no_other_octets(rig: Rig) -> None:
    tally = rig.in_parts(Share(SEED), most=3)

    assert not tally.failed, tally.examples
    assert tally.broken == tally.runs == 3


def test_a_line_that_falls_silent_or_trickles_loses_nothing_and_makes_nothing_twice(rig: Rig) -> None:
    tally = rig.silences(Share(SEED), most=4)

    assert not tally.failed, tally.examples
    assert tally.broken == tally.runs == 4


@long
def test_a_line_that_is_cut_where_there_is_no_move_makes_no_second_case() -> None:
    tally = poorer(Share(SEED), POORER[1:], most=4)

    assert not tally.failed, tally.examples
    assert tally.broken == tally.runs == 4


@sampled
def test_a_server_that_lies_loses_no_mail_and_makes_none_twice(site: Site) -> None:
    octets_of_others = [
        scene for scene in SCENES if scene.name.startswith(("a body", "a literal")) and scene.name.endswith("0 honest before")
    ][: samples.of(100, 4)]
    others = [scene for scene in SCENES if scene not in octets_of_others]
    tally = lies(site, Share(SEED), octets_of_others).and_also(lies(site, Share(SEED), others, most=2))

    assert not tally.failed, tally.examples
    assert tally.broken == tally.runs == len(octets_of_others) + 2
