# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The page with all orders says what the program understands, and nothing else. A failing test writes nothing: UPDATE_CARD=1 does."""

from __future__ import annotations

import os
import re
from datetime import UTC, date
from pathlib import Path

from maildesk.core.letters.order_links import link_to
from maildesk.core.office.calendar import WorkCalendar
from maildesk.core.office.policy import Desk, Policy, Staff
from maildesk.core.orders.card import CardLine, card_of, reference_card
from maildesk.core.orders.reader import Vocabulary, read_orders
from maildesk.core.orders.words import BARE_WORDS, CATEGORY_WORDS, ORDER_WORDS, Group, OrderName, Takes, row_of
from maildesk.core.text.said import say
from maildesk.core.text.spelling import fold
from maildesk.settings.categories import CATEGORIES_FILE, load_categories
from maildesk.settings.shipped import shipped
from tests.rig.letters import in_words
from tests.rig.places import ROOT

DOCS = ROOT / "docs"
PAGE, GUIDE = DOCS / "befehle.md", DOCS / "kolleginnen.md"
CATEGORIES = load_categories(shipped("config"), Path(CATEGORIES_FILE))
STAFF = (Staff("Anna Weber", "weber@haus.example", "weber"), Staff("Paul Paul", "paul@haus.example", "paul"))
HEAD = """<!--
SPDX-FileCopyrightText: 2026 The maildesk authors
SPDX-License-Identifier: EUPL-1.2
-->
# Alle Befehle

Ein Befehl steht in den ersten Zeilen einer Mail an die Stelle, unter dem Namen oder im Betreff, und beginnt mit `#`. Mehrere dürfen in
einer Zeile stehen. Groß oder klein, `ä` oder `ae` ist gleich. Was nicht zu verstehen ist, wird nicht ausgeführt und nicht verschickt; Sie
werden gefragt.
Wie man damit arbeitet, steht in [kolleginnen.md](kolleginnen.md). Die Arten, Themen, Bewertungen und so fort kommen aus
`categories.toml`; eine andere Stelle kann andere haben.
"""
TABLE = "| Befehl | was er tut | auch |\n|---|---|---|\n"


VOCABULARY = Vocabulary(CATEGORIES, STAFF)
CARD = reference_card(VOCABULARY)


def card() -> str:
    return HEAD + "".join(f"\n## {in_words(say(group))}\n\n{TABLE}{rows_of_page(group)}" for group in Group)


def rows_of_page(group: Group) -> str:
    return "".join(row_of_page(line) for line in CARD if line.group is group)


def row_of_page(line: CardLine) -> str:
    example = in_words(line.example)
    also = next((row.words[1:] for row in ORDER_WORDS if row.name is line.name and row.takes is not Takes.CATEGORY
                 and (example + " ").startswith(row.spelling + " ")), ())  # fmt: skip
    return f"| `{example}` | {in_words(line.meaning)} | {', '.join(also)} |\n"


def test_the_table_has_every_order_and_is_in_the_order_of_the_headings() -> None:
    headings = [row.group for row in ORDER_WORDS]

    assert {row.name for row in ORDER_WORDS} == set(OrderName)
    assert headings == sorted(headings, key=list(Group).index)
    assert set(headings) == set(Group)


def test_what_is_an_order_without_its_sign_is_one_with_it() -> None:
    named = {fold(word) for row in ORDER_WORDS for word in row.words}
    named |= {name for row in CATEGORY_WORDS for each in CATEGORIES.active(row.name.value) for name in each.names}

    assert BARE_WORDS - named == frozenset()


def test_the_order_of_every_link_is_read_as_that_order() -> None:
    linked = [row for row in ORDER_WORDS if row.link]

    assert len(linked) == len({row.name for row in linked})
    for row in linked:
        reading = read_orders(f"[KD-2026-00042] {link_to(row.name).order}", "", VOCABULARY, date(2026, 11, 23))
        assert [order.name for order in reading.orders] == [row.name]
        assert row_of(row.name) is row


def test_the_letter_with_all_orders_gets_each_with_its_heading() -> None:
    policy = Policy(Desk("Kundendialog", "desk@example.org"), WorkCalendar(UTC), b"k" * 32, staff=STAFF, categories=CATEGORIES)
    lines = [tuple(in_words(row).values()) for row in card_of(policy)]

    assert ("#lob", "Art: Lob", "Einordnen") in lines
    assert ("#ich", "Ich übernehme den Vorgang", "Zusammenarbeit") in lines
    assert len({heading for _, _, heading in lines}) == len(Group)


def test_the_page_with_all_orders_is_up_to_date() -> None:
    if os.environ.get("UPDATE_CARD"):
        PAGE.write_text(card(), encoding="utf-8")

    assert PAGE.read_text(encoding="utf-8") == card(), "write it anew: UPDATE_CARD=1 python -m pytest tests/core/orders/test_card.py"


def test_every_order_in_the_guide_is_understood() -> None:
    told = re.findall(r"`(#[^`]+)`", GUIDE.read_text(encoding="utf-8"))
    blocks = re.findall(r"```\n(#.*?)\n\n", GUIDE.read_text(encoding="utf-8"), re.DOTALL)

    assert len(told) > 20
    for order in (*told, *blocks):
        reading = read_orders("", order, Vocabulary(CATEGORIES, STAFF), date(2026, 11, 23))
        assert (bool(reading.orders), reading.mistakes, reading.rest) == (True, (), ""), order
