# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Alarms that were told after a backup: a restored desk learns of them by the header of their letters, whatever these say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from maildesk.core.letters.alarms import Alarm, alarm_letter, all_clear, danger_alarm
from maildesk.core.letters.letter import Letter
from maildesk.jobs import alarm
from tests.rig.builders import MONDAY
from tests.rig.intake import Intake, an_intake
from tests.rig.letters import a_composer
from tests.rig.trails import POLICY, WEBER

ALARM = Alarm("disk_space", {"megabytes": 3})
DANGER = danger_alarm("KD-2026-00042")
REWORDED = "Betreff: [maildesk] Störung\n\n{{ meldung }}\n"


@pytest.fixture
def restored(tmp_path: Path) -> Iterator[Intake]:
    """A desk that knows nothing of the letters that it sent."""
    with an_intake(tmp_path) as intake:
        yield intake


def written(letter: Letter, templates: Path) -> bytes:
    """As it came back to the own mailbox, written by a template that an admin has changed."""
    (templates / "alarm.de.txt").write_text(REWORDED, encoding="utf-8")
    return a_composer(templates, desk=POLICY.desk)(letter)


def its_letter(what: Alarm, templates: Path) -> bytes:
    return written(alarm_letter(POLICY, what, WEBER.address, MONDAY), templates)


@pytest.mark.parametrize("what", [ALARM, DANGER], ids=["of the desk", "of a case"])
def test_an_alarm_whose_letter_is_there_is_known_to_stand(restored: Intake, tmp_path: Path, what: Alarm) -> None:
    restored.take(its_letter(what, tmp_path))

    assert restored.store.standing_alarms() == {what.name: MONDAY}


def test_an_alarm_that_was_told_after_the_backup_is_cleared_when_it_is_over(restored: Intake, tmp_path: Path) -> None:
    restored.take(its_letter(ALARM, tmp_path))

    assert not alarm.tell(restored.store, POLICY, ALARM, MONDAY + timedelta(minutes=5)), "it was told just now"
    assert alarm.clear(restored.store, POLICY, "disk_space", MONDAY + timedelta(minutes=6))
    assert restored.store.standing_alarms() == {}


def test_the_letter_that_an_alarm_is_over_ends_it(restored: Intake, tmp_path: Path) -> None:
    restored.take(its_letter(ALARM, tmp_path))
    restored.later(minutes=10)
    restored.take(written(all_clear(POLICY, ALARM.name, MONDAY, WEBER.address, restored.now), tmp_path))

    assert restored.store.standing_alarms() == {}


def test_a_letter_that_says_nothing_of_an_alarm_raises_none(restored: Intake, tmp_path: Path) -> None:
    """As one that an older maildesk wrote."""
    octets = its_letter(ALARM, tmp_path).replace(b"X-Maildesk-Alarm: disk_space\r\n", b"")
    restored.take(octets)

    assert restored.sql("SELECT outcome, role FROM message") == [("set_aside", "desk")]
    assert restored.store.standing_alarms() == {}
