# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The history of the cases: events that are only ever added, and what is read from their data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select

from maildesk.adapters.store.tables import cases, events
from maildesk.core.case.case import CaseEvent, Status
from maildesk.core.orders.words import OrderName
from maildesk.core.text.said import Value, from_json, to_json

SAID: Final = "said"  # what an event shows, in its data


def add_events(connection: Connection, case_id: int, happened: Iterable[CaseEvent], now: datetime) -> None:
    rows = [{"case_id": case_id, "at": now, "who": event.who, "what": event.what, **_detail(event)} for event in happened]
    if rows:
        connection.execute(insert(events), rows)


def _detail(event: CaseEvent) -> dict[str, Any]:
    """A detail that is said by its key is kept beside the data of the event."""
    if isinstance(event.detail, str):
        return {"detail": event.detail, "data": dict(event.data)}
    return {"detail": "", "data": {**event.data, SAID: to_json(event.detail)}}


def detail_of(detail: str, data: Mapping[str, Any]) -> Value:
    """What an event shows, from its two columns; plain text in events of 0.1."""
    return from_json(data[SAID]) if SAID in data else detail


def _is_order(*names: OrderName) -> ColumnElement[bool]:
    return and_(events.c.what == "order", events.c.data["order"].as_string().in_(names))


def urgency_by_staff(connection: Connection, case_id: int) -> bool:
    """Whether a colleague has said how urgent the case is, and has not taken orders back since."""
    said = or_(events.c.what == "undone", _is_order(OrderName.URGENCY, OrderName.NOT_URGENT))
    last = select(events.c.what).where(events.c.case_id == case_id, said)
    return connection.execute(last.order_by(events.c.id.desc()).limit(1)).scalar() == "order"


def waiting_since(connection: Connection) -> dict[int, datetime]:
    """When staff last said of a case that it waits for the person, of those that do so now."""
    query = select(events.c.case_id, func.max(events.c.at).label("at")).join(cases, cases.c.id == events.c.case_id)
    said = query.where(_is_order(OrderName.WAIT), cases.c.status == Status.WAITING)
    return {row.case_id: row.at for row in connection.execute(said.group_by(events.c.case_id))}
