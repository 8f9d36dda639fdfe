# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What was learned and must outlive a restart, by name: the last pass, how the SMTP server takes an empty sender."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from maildesk.adapters.store.tables import facts


class Facts:
    """Works in the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, name: str) -> dict[str, Any]:
        """What was learned under this name, or an empty dict."""
        value = self._connection.execute(select(facts.c.value).where(facts.c.name == name)).scalar()
        return dict(value) if value else {}

    def learn(self, name: str, value: dict[str, Any], now: datetime) -> None:
        """Puts the value in place of the one before."""
        done = self._connection.execute(update(facts).where(facts.c.name == name).values(value=value, at=now))
        if not done.rowcount:
            self._connection.execute(insert(facts).values(name=name, value=value, at=now))


def of_pass(
    counts: dict[str, int], backlog: int, problem: str, started_at: datetime, now: datetime, *, whole: bool
) -> dict[str, dict[str, Any]]:
    """The facts that a pass over the mailbox leaves, by their names."""
    times = {"started_at": started_at.isoformat(), "finished_at": now.isoformat()}
    value = {**times, "counts": counts, "backlog": backlog, "problem": problem}
    good = {"last_good_pass": value} if not problem else {}
    return {"last_pass": value, **good, **({"last_whole_pass": times} if good and whole else {})}


def began(fact: dict[str, Any]) -> datetime | None:
    """When the pass of this fact began."""
    return datetime.fromisoformat(fact["started_at"]) if fact else None
