# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What the mail server has against the desk itself: when it begins, when it is over, and which letter was the odd one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from maildesk.core.letters.own_trouble import ALONE_MAX, PASSING, OwnTrouble
from tests.rig.builders import MONDAY

LATER = MONDAY + timedelta(hours=1)
RELAY = OwnTrouble().refused_again("554 5.7.1", MONDAY, 7)


def test_it_lasts_since_the_first_refusal_and_every_try_counts() -> None:
    again = RELAY.refused_again("554 5.7.1", LATER, 8)

    assert (again.since, again.tries, again.refused) == (MONDAY, 2, {7, 8})


@pytest.mark.parametrize(("row", "to_citizen", "over"), [(9, True, True), (7, False, True), (9, False, False)])
def test_it_is_over_when_a_letter_leaves_that_goes_outside_or_was_refused_before(row: int, to_citizen: bool, over: bool) -> None:
    assert (RELAY.after_sent(row, to_citizen=to_citizen).since is None) is over


def test_a_log_in_that_was_refused_is_over_with_any_letter() -> None:
    assert OwnTrouble().refused_again("535", MONDAY).after_sent(9, to_citizen=False) == OwnTrouble()


def test_a_letter_that_was_refused_while_others_left_is_alone() -> None:
    assert RELAY.after_sent(9, to_citizen=True).alone == {7}
    assert RELAY.after_sent(7, to_citizen=True).alone == frozenset()


def test_no_more_letters_are_remembered_than_can_be_looked_after() -> None:
    many = OwnTrouble(since=MONDAY, refused=frozenset(range(ALONE_MAX + 3)))

    assert many.after_sent(10_000, to_citizen=True).alone == frozenset(range(3, ALONE_MAX + 3))


def test_where_nothing_is_wrong_a_letter_that_leaves_changes_nothing() -> None:
    assert OwnTrouble(alone=frozenset({3})).after_sent(4, to_citizen=True) == OwnTrouble(alone=frozenset({3}))


def test_somebody_is_notified_at_once_of_a_refusal_for_good_and_after_a_while_of_one_that_may_pass() -> None:
    passing = OwnTrouble().refused_again("454 4.7.1", MONDAY, 7)

    assert RELAY.is_told(MONDAY)
    assert not passing.is_told(MONDAY + PASSING / 2)
    assert passing.is_told(MONDAY + PASSING)
    assert not OwnTrouble().is_told(LATER)


@pytest.mark.parametrize("trouble", [OwnTrouble(), RELAY, RELAY.after_sent(9, to_citizen=True)])
def test_it_survives_being_stored(trouble: OwnTrouble) -> None:
    assert OwnTrouble.of_fact(trouble.as_fact()) == trouble


def test_where_nothing_was_stored_nothing_is_wrong() -> None:
    assert OwnTrouble.of_fact({}) == OwnTrouble()
