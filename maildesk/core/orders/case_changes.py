# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What the orders of a colleague make of a case. Pure: the state before and the orders give the state after, and what is said of each.

Up to three concerns a case (each with topic, assessment, outcome and measure); closing asks that each has what the report counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from maildesk.core.case.case import CaseEvent, Status
from maildesk.core.case.file import CaseState, Concern
from maildesk.core.office.categories import Categories
from maildesk.core.orders.words import Order, OrderName, row_of
from maildesk.core.text.anonymity import ANONYMOUS
from maildesk.core.text.said import Said, say

CONCERNS_MAX = 3
TITLE_CHARS_MAX = 60


@dataclass(frozen=True, slots=True)
class Carried:
    """The state after the orders, what was done, also as events, and what could not be done and why."""

    state: CaseState
    done: tuple[Said, ...] = ()
    events: tuple[CaseEvent, ...] = ()
    refused: tuple[Said, ...] = ()
    missing: tuple[str, ...] = ()  # lists of categories in which a value is asked for before the case can be closed


@dataclass(frozen=True, slots=True)
class _Work:
    """A state on its way through the orders; `at` is the concern that the next words belong to."""

    state: CaseState
    categories: Categories
    at: int = 0
    done: tuple[Said, ...] = ()
    refused: tuple[Said, ...] = ()

    def did(self, line: Said, **changes: object) -> _Work:
        return replace(self, state=replace(self.state, **changes), done=(*self.done, line))  # type: ignore[arg-type]

    def cannot(self, line: Said) -> _Work:
        return replace(self, refused=(*self.refused, line))

    def of_concern(self, line: Said, **changes: str) -> _Work:
        concerns = list(self.state.concerns or (Concern(),))
        at = min(self.at, len(concerns) - 1)
        concerns[at] = replace(concerns[at], **changes)
        return self.did(say("did.for_concern", what=line, number=at + 1) if len(concerns) > 1 else line, concerns=tuple(concerns))

    def value(self, order: Order) -> Said:
        """ "Art: Lob"."""
        return say("list.value", of=say(row_of(order.name).meaning), label=self.categories.label(order.name.value, order.key))


def carry_out(state: CaseState, orders: tuple[Order, ...], categories: Categories) -> Carried:
    """Applies the orders that change the state, in their order; closing comes last, whatever its place."""
    work, events = _Work(state, categories, at=max(0, len(state.concerns) - 1)), list[CaseEvent]()
    for order in sorted(orders, key=lambda each: each.name is OrderName.CLOSE):
        step, before = STEPS.get(order.name), len(work.done)
        work = step(work, order) if step else work
        events += [CaseEvent("order", line, "staff", _data(order)) for line in work.done[before:]]
    missing = missing_to_close(work.state, categories) if any(order.name is OrderName.CLOSE for order in orders) else ()
    return Carried(work.state, work.done, tuple(events), work.refused, missing)


def _data(order: Order) -> dict[str, str]:
    """The order as the data of an event; what it does not name is left out."""
    named = {"order": order.name.value, "key": order.key, "day": order.day.isoformat() if order.day else ""}
    return {name: value for name, value in named.items() if value}


def missing_to_close(state: CaseState, categories: Categories) -> tuple[str, ...]:
    """The lists in which a closed case must have a value: kind, and for each concern topic, outcome and, of criticism, assessment.

    A kind that was only proposed is none (R13).
    """
    concerns = state.concerns or (Concern(),)
    kind = categories.kind.get(state.kind) if state.kind_confirmed else None
    assessed = kind is not None and kind.assessed == "yes"
    wanted = (
        ("kind", not (state.kind and state.kind_confirmed)),
        ("topic", any(not concern.topic for concern in concerns)),
        ("assessment", assessed and any(not concern.assessment for concern in concerns)),
        ("outcome", any(not concern.outcome for concern in concerns)),
    )
    return tuple(name for name, is_missing in wanted if is_missing)


def _kind(work: _Work, order: Order) -> _Work:
    return work.did(work.value(order), kind=order.key, kind_confirmed=True)


def _value_of_case(work: _Work, order: Order) -> _Work:
    return work.did(work.value(order), **{order.name.value: order.key})


def _value_of_concern(work: _Work, order: Order) -> _Work:
    return work.of_concern(work.value(order), **{order.name.value: order.key})


def _concern(work: _Work, order: Order) -> _Work:  # noqa: ARG001
    if len(work.state.concerns) >= CONCERNS_MAX:
        return work.cannot(say("cannot.more_concerns", most=CONCERNS_MAX))
    concerns = (*(work.state.concerns or (Concern(),)), Concern())
    return replace(work.did(say("did.concern", number=len(concerns)), concerns=concerns), at=len(concerns) - 1)


def _seen(work: _Work, order: Order) -> _Work:  # noqa: ARG001
    return work.did(say("did.seen"))


def _not_urgent(work: _Work, order: Order) -> _Work:  # noqa: ARG001
    return work.did(say("did.not_urgent"), urgency="normal")


def _note(work: _Work, order: Order) -> _Work:  # noqa: ARG001
    return work.did(say("did.note"))


def _assign(work: _Work, order: Order) -> _Work:
    return work.did(say("did.assign", to=order.key), assignee=order.key)


def _due(work: _Work, order: Order) -> _Work:
    return work.did(say("did.due", on=order.day, why=order.text), due_on=order.day)


def _wait(work: _Work, order: Order) -> _Work:
    return work.did(say("did.wait", until=order.day), status=Status.WAITING)


def _close(work: _Work, order: Order) -> _Work:  # noqa: ARG001
    if work.state.status is Status.CLOSED:
        return work.cannot(say("cannot.close_twice"))
    missing = missing_to_close(work.state, work.categories)
    return work if missing else work.did(say("did.close"), status=Status.CLOSED)


def _reopen(work: _Work, order: Order) -> _Work:  # noqa: ARG001
    if work.state.status is not Status.CLOSED:
        return work.cannot(say("cannot.reopen"))
    return work.did(say("did.reopen"), status=Status.OPEN)


def _title(work: _Work, order: Order) -> _Work:
    title = " ".join(order.text.split())[:TITLE_CHARS_MAX]
    return work.did(say("did.title", title=title), title=title)


def _anonymous(work: _Work, order: Order) -> _Work:  # noqa: ARG001
    flags = tuple(dict.fromkeys((*work.state.flags, ANONYMOUS)))
    return work.did(say("did.anonymous"), flags=flags)


STEPS: dict[OrderName, Callable[[_Work, Order], _Work]] = {
    OrderName.KIND: _kind,
    OrderName.TOPIC: _value_of_concern,
    OrderName.CONCERN: _concern,
    OrderName.ASSESSMENT: _value_of_concern,
    OrderName.OUTCOME: _value_of_concern,
    OrderName.MEASURE: _value_of_concern,
    OrderName.PERSON_GROUP: _value_of_case,
    OrderName.URGENCY: _value_of_case,
    OrderName.SEEN: _seen,
    OrderName.NOT_URGENT: _not_urgent,
    OrderName.NOTE: _note,
    OrderName.ASSIGN: _assign,
    OrderName.DUE: _due,
    OrderName.WAIT: _wait,
    OrderName.CLOSE: _close,
    OrderName.REOPEN: _reopen,
    OrderName.TITLE: _title,
    OrderName.ANONYMOUS: _anonymous,
}
