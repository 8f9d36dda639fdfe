# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The history of the cases: lines that are only ever added."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, insert

from maildesk.adapters.store.tables import events
from maildesk.core.case.case import CaseEvent


def add_events(connection: Connection, case_id: int, happened: Iterable[CaseEvent], now: datetime) -> None:
    rows = [{"case_id": case_id, "at": now, "who": event.who, "what": event.what, "detail": event.detail} for event in happened]
    if rows:
        connection.execute(insert(events), rows)
