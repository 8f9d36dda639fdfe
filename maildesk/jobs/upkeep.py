# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Housekeeping, once a night: the database is tidied and backed up. Everything here may be left out or done twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from maildesk.errors import MaildeskError
from maildesk.jobs.ports import Clock

BACKUP = "backup"  # the fact: when the last good one was made, how big it is, and what was wrong with the last try


class TidyStore(Protocol):
    """The database, as the housekeeping needs it."""

    def tidy(self) -> None:
        """Gives the planner its statistics and writes the write-ahead log back."""

    def fact(self, name: str) -> dict[str, Any]:
        """What was learned under this name, or an empty dict."""

    def learn(self, name: str, value: dict[str, Any], now: datetime) -> None: ...


class Backups(Protocol):
    """Where backups are made."""

    def make(self, now: datetime, should_stop: Callable[[], bool]) -> int:
        """Makes one, and removes those that are too many; its size in octets."""


def run_once(store: TidyStore, backups: Backups | None, clock: Clock, *, should_stop: Callable[[], bool] = lambda: False) -> None:
    """Raises the error of a backup that failed, after noting it for `status`."""
    store.tidy()
    if backups:
        back_up(store, backups, clock, should_stop=should_stop)


def back_up(store: TidyStore, backups: Backups, clock: Clock, *, should_stop: Callable[[], bool] = lambda: False) -> None:
    """Makes a backup and notes how it went. One that was asked to stop is no failure."""
    try:
        size = backups.make(clock(), should_stop)
    except MaildeskError as error:
        if not should_stop():
            store.learn(BACKUP, {**store.fact(BACKUP), "problem": str(error)}, clock())
        raise
    note_backup(store, size, clock())


def note_backup(store: TidyStore, size_bytes: int, now: datetime) -> None:
    store.learn(BACKUP, {"at": now.isoformat(), "size": size_bytes, "problem": ""}, now)
