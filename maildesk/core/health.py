# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Whether the desk is well: the problems that a person should look at, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

SILENCE_MIN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Condition:
    """What the store tells of the state of the desk. `last_pass` is as `note_pass` wrote it, empty if there was none."""

    last_pass: Mapping[str, Any]
    last_good_pass: datetime | None
    letters: Mapping[str, int]
    failed_lately: int
    quarantined: int
    poll_seconds: int


def problems(condition: Condition, now: datetime) -> tuple[str, ...]:
    """What is wrong, the gravest first; empty if all is well."""
    return tuple(
        text
        for text, holds in (
            ("no pass over the mailbox has come to an end yet", not condition.last_pass),
            (f"the last pass: {condition.last_pass.get('problem')}", bool(condition.last_pass.get("problem"))),
            (_silence(condition, now), bool(_silence(condition, now))),
            (f"{condition.quarantined} mails are in quarantine: see maildesk quarantine", condition.quarantined > 0),
            (f"{condition.failed_lately} letters failed in the last week: see maildesk outbox", condition.failed_lately > 0),
            (f"{condition.letters.get('in-doubt', 0)} letters are in doubt: see maildesk outbox", condition.letters.get("in-doubt", 0) > 0),
        )
        if holds
    )


def _silence(condition: Condition, now: datetime) -> str:
    if condition.last_good_pass is None:
        return ""
    silent = now - condition.last_good_pass
    longest = max(SILENCE_MIN, timedelta(seconds=5 * condition.poll_seconds))
    return f"the last good pass is {int(silent.total_seconds() // 60)} minutes ago" if silent > longest else ""
