# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The page with all orders says what the program understands, and nothing else. A failing test writes nothing: UPDATE_CARD=1 does."""

from __future__ import annotations

import os
import re
from datetime import UTC, date
from pathlib import Path

from maildesk.core.office.calendar import WorkCalendar
from maildesk.core.office.policy import Desk, Policy, Staff
from maildesk.core.orders.card import GROUPS, card_of, grouped
from maildesk.core.orders.reader import CardLine, OrderName, Vocabulary, read_orders, reference_card
from maildesk.core.orders.words import ORDER_WORDS, Takes
from maildesk.settings.categories import CATEGORIES_FILE, load_categories
from maildesk.settings.shipped import shipped
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

Ein Befehl steht in den ersten Zeilen einer Mail an die Stelle, oder im Betreff, und beginnt mit `#`. Mehrere dürfen in einer Zeile stehen.
Groß oder klein, `ä` oder `ae` ist gleich. Was nicht zu verstehen ist, wird nicht ausgeführt und nicht verschickt; Sie werden gefragt.
Wie man damit arbeitet, steht in [kolleginnen.md](kolleginnen.md). Die Arten, Themen, Bewertungen und so fort kommen aus
`categories.toml`; eine andere Stelle kann andere haben.
"""
TABLE = "| Befehl | was er tut | auch |\n|---|---|---|\n"


def card() -> str:
    parts = grouped(reference_card(CATEGORIES, STAFF))
    return HEAD + "".join(f"\n## {heading}\n\n{TABLE}{''.join(map(row_of, lines))}" for heading, lines in parts)


def row_of(line: CardLine) -> str:
    also = next((row.words[1:] for row in ORDER_WORDS if row.name is line.name and row.takes is not Takes.CATEGORY
                 and (line.example + " ").startswith(row.spelling + " ")), ())  # fmt: skip
    return f"| `{line.example}` | {line.meaning} | {', '.join(also)} |\n"


def test_every_order_stands_under_one_heading_of_the_card() -> None:
    placed = [name for _, names in GROUPS for name in names]

    assert sorted(placed) == sorted(OrderName)
    card = reference_card(CATEGORIES, STAFF)
    assert sorted(line.example for _, lines in grouped(card) for line in lines) == sorted(line.example for line in card)


def test_the_letter_with_all_orders_gets_each_with_its_heading() -> None:
    policy = Policy(Desk("Kundendialog", "desk@example.org"), WorkCalendar(UTC), b"k" * 32, staff=STAFF, categories=CATEGORIES)
    lines = [line.split("\t") for line in card_of(policy).split("\n")]

    assert {len(line) for line in lines} == {3}
    assert ["#lob", "Art: Lob", "Einordnen"] in lines
    assert ["#ich", "Ich übernehme den Vorgang", "Zusammenarbeit"] in lines
    assert len({heading for _, _, heading in lines}) == len(GROUPS)


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
