# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The mail server refuses what the desk sends, for whatever recipient: since when, what it says, and which letters were refused.

A server's words may say so of one letter that is odd. So each try takes another letter; as soon as one leaves, those that were refused are
letters like any other, with pauses of their own, and hold up nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

OWN_TROUBLE = "own_trouble"  # the fact
PASSING = timedelta(minutes=10)  # so long a temporary refusal may last before somebody is notified
ALONE_MAX = 500


@dataclass(frozen=True, slots=True)
class OwnTrouble:
    """`since` is None where there is none. `code` is what the server said, as "554 5.7.1" or "535"; `tries` how often since then.

    `refused`: the rows of the letters that it refused; `alone`: of those that it refused while others left.
    """

    since: datetime | None = None
    code: str = ""
    tries: int = 0
    refused: frozenset[int] = frozenset()
    alone: frozenset[int] = frozenset()

    def refused_again(self, code: str, now: datetime, row: int | None = None) -> Self:
        """The server refuses a letter, or the desk as such (`row` None)."""
        rows = self.refused | ({row} if row is not None else set())
        return self.__class__(self.since or now, code, self.tries + 1, rows, self.alone)

    def after_sent(self, row: int, *, to_citizen: bool) -> Self:
        """A letter has left. One to a colleague may leave where the server takes what stays in the house, and proves nothing."""
        if self.since is None or not (to_citizen or row in self.refused or not self.refused):
            return self
        alone = (self.alone | self.refused) - {row}
        return self.__class__(alone=frozenset(sorted(alone)[-ALONE_MAX:]))

    def is_told(self, now: datetime) -> bool:
        """Whether somebody is to be notified."""
        return self.since is not None and (not self.code.startswith("4") or now - self.since >= PASSING)

    def as_fact(self) -> dict[str, Any]:
        return {
            "since": self.since.isoformat() if self.since else None,
            "code": self.code,
            "tries": self.tries,
            "refused": sorted(self.refused),
            "alone": sorted(self.alone),
        }

    @classmethod
    def of_fact(cls, fact: Mapping[str, Any]) -> Self:
        """From what `as_fact` wrote; from nothing, that there is none."""
        since = fact.get("since")
        return cls(
            datetime.fromisoformat(since) if since else None,
            fact.get("code", ""),
            fact.get("tries", 0),
            frozenset(fact.get("refused", ())),
            frozenset(fact.get("alone", ())),
        )
