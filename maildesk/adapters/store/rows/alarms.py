# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The active alarms: since when, and when somebody was last notified."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from maildesk.adapters.store.tables import alarms

DETAIL_CHARS_MAX = 500


class Alarms:
    """Works in the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def standing(self) -> Mapping[str, datetime]:
        """Since when each of the alarms is active, by its name (`Alarm.name`); the oldest first."""
        return {row.name: row.since for row in self._connection.execute(select(alarms.c.name, alarms.c.since).order_by(alarms.c.since))}

    def raise_alarm(self, name: str, detail: str, now: datetime, again_after: timedelta) -> bool:
        row = self._connection.execute(select(alarms.c.told_at).where(alarms.c.name == name)).first()
        if row is None:
            self._connection.execute(insert(alarms).values(name=name, detail=detail[:DETAIL_CHARS_MAX], since=now, told_at=now))
            return True
        due: bool = row.told_at + again_after <= now
        values = {"detail": detail[:DETAIL_CHARS_MAX], **({"told_at": now} if due else {})}
        self._connection.execute(update(alarms).where(alarms.c.name == name).values(**values))
        return due

    def clear_alarm(self, name: str) -> datetime | None:
        since: datetime | None = self._connection.execute(select(alarms.c.since).where(alarms.c.name == name)).scalar()
        self._connection.execute(delete(alarms).where(alarms.c.name == name))
        return since

    def note_told(self, name: str, since: datetime, told_at: datetime, *, over: bool) -> None:
        """A letter shows that the alarm was reported at `told_at`, or reported as over. What is active since then is another one."""
        self._connection.execute(delete(alarms).where(alarms.c.name == name, alarms.c.told_at <= told_at))
        stands = self._connection.execute(select(alarms.c.name).where(alarms.c.name == name)).first()
        if not over and not stands:
            self._connection.execute(insert(alarms).values(name=name, detail="", since=since, told_at=told_at))
