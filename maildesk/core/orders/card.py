# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The reference card in the order of a colleague's work: by what somebody wants to do, and not by the words of the orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from maildesk.core.office.policy import Policy
from maildesk.core.orders.reader import CardLine, OrderName, reference_card

_N = OrderName

GROUPS: Final = (
    ("Einordnen", (_N.KIND, _N.TOPIC, _N.ASSESSMENT, _N.OUTCOME, _N.MEASURE, _N.CONCERN, _N.PERSON_GROUP, _N.URGENCY, _N.SEEN,
                   _N.NOT_URGENT, _N.TITLE, _N.ANONYMOUS, _N.MERGE, _N.SPLIT)),
    ("Antworten", (_N.SHOW, _N.SEND, _N.SHORTEN, _N.DROP, _N.CONFIRM)),
    ("Fristen", (_N.DUE, _N.WAIT)),
    ("Zusammenarbeit", (_N.NOTE, _N.CONSULT, _N.ASSIGN)),
    ("Abschließen", (_N.CLOSE, _N.REOPEN, _N.UNDO, _N.HELP)),
)  # fmt: skip


def grouped(card: Sequence[CardLine]) -> tuple[tuple[str, tuple[CardLine, ...]], ...]:
    """The lines of a card under their headings; within one, the orders stand as `GROUPS` has them."""
    return tuple((heading, tuple(line for name in names for line in card if line.name is name)) for heading, names in GROUPS)


def card_of(policy: Policy) -> str:
    """For the template: one line an order, with tabs between the order, what it does, and the heading above it."""
    card = reference_card(policy.categories, policy.staff, policy.desk.prefix)
    return "\n".join(f"{line.example}\t{line.meaning}\t{heading}" for heading, lines in grouped(card) for line in lines)
