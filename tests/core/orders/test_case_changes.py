# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What orders leave in the history of a case: a line for people, and data for programs."""

from __future__ import annotations

from datetime import date

import pytest

from maildesk.core.case.case import Status
from maildesk.core.case.file import CaseState
from maildesk.core.orders.case_changes import carry_out
from maildesk.core.orders.words import Order, OrderName
from tests.rig.ordering import CATEGORIES

ORDERS = {
    "an urgency": (Order(OrderName.URGENCY, key="dringend"), {"order": "urgency", "key": "dringend"}),
    "no urgency": (Order(OrderName.NOT_URGENT), {"order": "not-urgent"}),
    "waiting": (Order(OrderName.WAIT), {"order": "wait"}),
    "waiting until a day": (Order(OrderName.WAIT, day=date(2026, 12, 4)), {"order": "wait", "day": "2026-12-04"}),
    "a title, whose words nobody reads": (Order(OrderName.TITLE, text="wartet auf die Person"), {"order": "title"}),
}


@pytest.mark.parametrize(("order", "data"), ORDERS.values(), ids=ORDERS)
def test_an_order_leaves_an_event_with_its_data(order: Order, data: dict[str, str]) -> None:
    carried = carry_out(CaseState(Status.OPEN), (order,), CATEGORIES)

    assert [event.data for event in carried.events] == [data]
    assert [(event.what, event.who, event.detail) for event in carried.events] == [("order", "staff", carried.done[0])]


def test_an_order_that_cannot_be_carried_out_leaves_no_event() -> None:
    carried = carry_out(CaseState(Status.OPEN), (Order(OrderName.REOPEN),), CATEGORIES)

    assert (carried.events, len(carried.refused)) == ((), 1)
