# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""How the commands show things: tables for people, JSON for programs, messages for whoever watches.

What came in a mail is shown as plain text: control characters, which a terminal would obey, are taken out on the way.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from typing import Any

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def data(value: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def json_line(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def line(text: str = "") -> None:
    """A line for people on standard output."""
    sys.stdout.write(plain(text) + "\n")


def message(text: str) -> None:
    """A line about the work on standard error."""
    sys.stderr.write(plain(text) + "\n")


def plain(text: str) -> str:
    """Without the characters that a terminal obeys.

    >>> plain("a\\x1b[31mb")
    'a[31mb'
    """
    return _CONTROL.sub("", text.replace("\t", " "))


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table as wide as its cells, without a frame: it can be read, searched and cut. The last column is never padded."""
    shown = [tuple(" ".join(plain(cell).split()) for cell in row) for row in rows]
    widths = [max(map(_width, column)) for column in zip(headings, *shown, strict=True)]
    for row in (tuple(headings), *shown):
        cells = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
        sys.stdout.write("  ".join(cells).rstrip() + "\n")


def _width(text: str) -> int:
    """How many columns a terminal gives a text: wide characters count two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def moment(iso: str | None, zone: tzinfo) -> str:
    """A time as people of the desk read it."""
    return f"{datetime.fromisoformat(iso).astimezone(zone):%d.%m.%Y %H:%M}" if iso else ""


def day(iso: str | None) -> str:
    return f"{datetime.fromisoformat(iso):%d.%m.%Y}" if iso else ""
