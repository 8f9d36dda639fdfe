# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Housekeeping, once a night: the database is tidied. Everything here may be left out or done twice."""

from __future__ import annotations

from typing import Protocol


class TidyStore(Protocol):
    """The database, as the housekeeping needs it."""

    def tidy(self) -> None:
        """Gives the planner its statistics and writes the write-ahead log back."""


def run_once(store: TidyStore) -> None:
    store.tidy()
