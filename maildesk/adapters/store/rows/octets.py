# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The octets of messages, in rows of at most 1 MiB."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, insert, select

from maildesk.adapters.store.engine import new_id
from maildesk.adapters.store.tables import raw_chunks, raws
from maildesk.octets import Octets


def store(connection: Connection, octets: Octets) -> int:
    """The row of these octets; they are stored once, no matter who refers to them. One piece at a time is in memory."""
    found = connection.execute(select(raws.c.id).where(raws.c.digest == octets.digest)).scalar()
    if found is not None:
        return int(found)
    raw_id = new_id(connection.execute(insert(raws).values(digest=octets.digest, size_bytes=octets.size_bytes)))
    for position, piece in enumerate(octets.chunks()):
        connection.execute(insert(raw_chunks).values(raw_id=raw_id, position=position, octets=piece))
    return raw_id


def load(connection: Connection, raw_id: int, spool: Path | None = None) -> Octets:
    """The octets of a row, in a file of `spool` if they are many. The caller closes them."""
    octets = Octets(spool)
    query = select(raw_chunks.c.position).where(raw_chunks.c.raw_id == raw_id).order_by(raw_chunks.c.position)
    for position in connection.execute(query).scalars().all():
        piece = select(raw_chunks.c.octets).where(raw_chunks.c.raw_id == raw_id, raw_chunks.c.position == position)
        octets.write(connection.execute(piece).scalar_one())
    return octets


def by_digest(connection: Connection, digest: str, spool: Path | None = None) -> Octets | None:
    """The octets with this sha256; None if there are none. The caller closes them."""
    raw_id = connection.execute(select(raws.c.id).where(raws.c.digest == digest)).scalar()
    return load(connection, raw_id, spool) if raw_id is not None else None
