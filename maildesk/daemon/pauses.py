# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""How long to wait before the next try, when the one before failed."""

from __future__ import annotations


class Pauses:
    """Doubles from `first` to `longest`, in seconds; `reset` after a success.

    >>> pauses = Pauses(longest=10)
    >>> [pauses.next_seconds() for _ in range(6)]
    [1, 2, 4, 8, 10, 10]
    >>> pauses.reset()
    >>> pauses.next_seconds()
    1
    """

    def __init__(self, first: int = 1, longest: int = 300) -> None:
        self._first = first
        self._longest = longest
        self._next = first

    def next_seconds(self) -> int:
        seconds = self._next
        self._next = min(2 * seconds, self._longest)
        return seconds

    def reset(self) -> None:
        self._next = self._first
