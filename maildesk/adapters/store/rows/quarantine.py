# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Messages that could not be handled: how often each was tried, and those that were put by."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select, update

from maildesk.adapters.store.rows import octets as octet_rows
from maildesk.adapters.store.tables import failures, quarantined
from maildesk.octets import RawMessage

ERROR_CHARS_MAX = 500


class Quarantine:
    """Works in the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note_failure(self, raw: RawMessage, error: str, now: datetime) -> int:
        """Counts one more failed try; returns how many there were."""
        digest = raw.octets.digest
        tries = (self._connection.execute(select(failures.c.tries).where(failures.c.digest == digest)).scalar() or 0) + 1
        self.forget_failures(raw)
        self._connection.execute(insert(failures).values(digest=digest, tries=tries, error=error[:ERROR_CHARS_MAX], last_at=now))
        return tries

    def forget_failures(self, raw: RawMessage) -> None:
        self._connection.execute(delete(failures).where(failures.c.digest == raw.octets.digest))

    def put(self, raw: RawMessage, error: str, now: datetime) -> None:
        """Keeps the octets and the error; the same octets once."""
        raw_id = octet_rows.store(self._connection, raw.octets)
        if not self._connection.execute(select(quarantined.c.id).where(quarantined.c.raw_id == raw_id)).first():
            self._connection.execute(
                insert(quarantined).values(
                    raw_id=raw_id,
                    folder=raw.folder,
                    received_at=raw.internal_date.astimezone(UTC),
                    quarantined_at=now,
                    error=error[:ERROR_CHARS_MAX],
                )
            )

    def mail(self, quarantine_id: int, spool: Path | None) -> RawMessage:
        """A mail in quarantine, as it came. The caller closes the octets."""
        row = self._connection.execute(select(quarantined).where(quarantined.c.id == quarantine_id)).one()
        return RawMessage(row.folder, 0, None, row.received_at, octet_rows.load(self._connection, row.raw_id, spool))

    def release(self, quarantine_id: int, now: datetime) -> None:
        """Before a retry in the same savepoint: the mail no longer counts as quarantined."""
        self._connection.execute(update(quarantined).where(quarantined.c.id == quarantine_id).values(released_at=now))
