# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The reference card: all orders of a desk, by what somebody wants to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from maildesk.core.office.policy import Policy
from maildesk.core.orders.lexicon import Lexicon, Vocabulary, lexicon
from maildesk.core.orders.words import ORDER_WORDS, Group, OrderName, OrderWord, Takes
from maildesk.core.text.said import Row, Value, say


@dataclass(frozen=True, slots=True)
class CardLine:
    """A line of the card: an order as it may be typed, what it does, its heading, and which it is."""

    example: Value
    meaning: Value
    group: Group
    name: OrderName


def reference_card(vocabulary: Vocabulary) -> tuple[CardLine, ...]:
    """All orders of a desk, each as an example that `read_orders` understands."""
    words = lexicon(vocabulary)
    return tuple(CardLine(example, meaning, row.group, row.name) for row in ORDER_WORDS for example, meaning in _lines(row, words))


def _lines(row: OrderWord, words: Lexicon) -> Iterator[tuple[Value, Value]]:
    """Of a list a line for each of its values."""
    if row.takes is Takes.CATEGORY:
        for meaning, label in words.entries(row):
            yield words.spelling(meaning), say("list.value", of=say(row.meaning), label=label)
    elif row.takes is Takes.COLLEAGUE:
        yield from ((f"{row.spelling} {person.key}", say(row.meaning)) for person in words.vocabulary.staff[:1])
    elif row.takes is Takes.CASE:
        yield f"{row.spelling} {words.vocabulary.prefix}-2026-00017", say(row.meaning)
    else:
        yield row.with_example(), say(row.meaning)


def card_of(policy: Policy) -> tuple[Row, ...]:
    """For the template: a row for each order."""
    card = reference_card(Vocabulary(policy.categories, policy.staff, policy.desk.prefix))
    return tuple({"befehl": line.example, "bedeutung": line.meaning, "gruppe": say(line.group)} for line in card)
