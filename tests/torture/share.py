# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What a kind of breaking is handed: how much of it to do, from which seed, and until when.

A module of the torture has one function `run(site: Site, share: Share)` that returns a Tally, or several, a line of the table each. It
does the points of its kind in an order of chance, leaves out those of other shares, and ends when it has done all or when the time is up:

    def run(site, share):
        tally = Tally("statements")
        for point in share.of(points):
            with site.world(...) as world: ...
            tally = tally.with_run(findings(world, world.settle()), label=...)
        return tally
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Share:
    """The `number`th (from 0) of `count` equal parts of a kind; `until` is on the monotonic clock."""

    seed: int = 1
    number: int = 0
    count: int = 1
    until: float = field(default_factory=lambda: time.monotonic() + 3600)

    @property
    def time_is_up(self) -> bool:
        return time.monotonic() >= self.until

    def of(self, points: Sequence[T]) -> Iterator[T]:
        """The points of this share, in an order that all shares agree on, until the time is up."""
        order = list(points)
        random.Random(self.seed).shuffle(order)
        yield from self.by_turns(order)

    def by_turns(self, points: Sequence[T]) -> Iterator[T]:
        """As `of`, in the order that they have."""
        for point in points[self.number :: self.count]:
            if self.time_is_up:
                return
            yield point

    def part(self, number: int, count: int) -> Share:
        """The `number`th of `count` equal slices of the time that is left: for a kind that does several things one after the other."""
        left = max(0.0, self.until - time.monotonic())
        return Share(self.seed + number, self.number, self.count, time.monotonic() + left / (count - number))
