# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The page with all orders says what the program understands, and nothing else. A failing test writes nothing: UPDATE_CARD=1 does."""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path

from maildesk import categories_file
from maildesk.core.order_words import ORDER_WORDS
from maildesk.core.orders import Vocabulary, read_orders, reference_card
from maildesk.core.policy import Staff
from maildesk.shipped import shipped

DOCS = Path(__file__).parent.parent / "docs"
PAGE, GUIDE = DOCS / "befehle.md", DOCS / "kolleginnen.md"
CATEGORIES = categories_file.load(shipped("config"), Path(categories_file.FILE_NAME))
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

| Befehl | was er tut | auch |
|---|---|---|
"""


def card() -> str:
    also = {row.spelling: ", ".join(row.words[1:]) for row in ORDER_WORDS}
    lines = [
        f"| `{line.example}` | {line.meaning} | {also.get(line.example.split(' ')[0], '') if not line.meaning.count(': ') else ''} |"
        for line in reference_card(CATEGORIES, STAFF)
    ]
    return HEAD + "\n".join(lines) + "\n"


def test_the_page_with_all_orders_is_up_to_date() -> None:
    if os.environ.get("UPDATE_CARD"):
        PAGE.write_text(card(), encoding="utf-8")

    assert PAGE.read_text(encoding="utf-8") == card(), "write it anew: UPDATE_CARD=1 python -m pytest tests/test_card.py"


def test_every_order_in_the_guide_is_understood() -> None:
    told = re.findall(r"`(#[^`]+)`", GUIDE.read_text(encoding="utf-8"))
    blocks = re.findall(r"```\n(#.*?)\n\n", GUIDE.read_text(encoding="utf-8"), re.DOTALL)

    assert len(told) > 20
    for order in (*told, *blocks):
        reading = read_orders("", order, Vocabulary(CATEGORIES, STAFF), date(2026, 11, 23))
        assert (bool(reading.orders), reading.mistakes, reading.rest) == (True, (), ""), order
