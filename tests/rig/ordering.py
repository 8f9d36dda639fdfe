# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A desk whose colleagues write orders, and what was read of them on one line each."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from maildesk.core.office.policy import Staff
from maildesk.core.orders.reader import Order, Reading, Vocabulary, read_orders
from maildesk.settings.categories import CATEGORIES_FILE, load_categories
from maildesk.settings.shipped import shipped

CATEGORIES = load_categories(shipped("config"), Path(CATEGORIES_FILE))
STAFF = (
    Staff("A. Weber", "weber@example.com", "weber", lead=True),
    Staff("Ümit Özdemir", "oezdemir@example.com", "oezdemir"),
    Staff("Anna-Lena Kurz", "kurz@example.com", "alk"),
)
VOCABULARY = Vocabulary(CATEGORIES, STAFF, "KD")
TODAY = date(2026, 11, 22)  # a Sunday


def read(text: str, subject: str = "") -> Reading:
    return read_orders(subject, text, VOCABULARY, TODAY)


def told(orders: tuple[Order, ...]) -> str:
    """`kind kritik; due 2026-12-04 "Gutachten fehlt"`"""
    return "; ".join(
        " ".join(
            part
            for part in (order.name, order.key, order.day and order.day.isoformat(), order.address, f'"{order.text}"')
            if part and part != '""'
        )
        for order in orders
    )
