# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The values of a letter as its template gets them: sentences are text; days, times and lists show as text, and are more than that.

A template of an office may be older than the lists: where it prints one, it gets lines, and tabs between columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from maildesk.core.text.said import Said, Value

DAY = "%d.%m.%Y"
DAY_AND_TIME = "%d.%m.%Y, %H:%M Uhr"


class Moment(str):
    """A day or a time: as text in the form that letters use, in `value` as it is."""

    value: date | datetime

    def __new__(cls, value: date | datetime) -> Moment:
        moment = super().__new__(cls, value.strftime(DAY_AND_TIME if isinstance(value, datetime) else DAY))
        moment.value = value
        return moment


class Row(dict[str, Any]):
    """Columns by name; as text with tabs between them."""

    def __str__(self) -> str:
        return "\t".join(map(str, self.values()))


class Rows(list[Any]):
    """Text, numbers or rows; as text one a line."""

    def __str__(self) -> str:
        return "\n".join(map(str, self))


def shown(value: Value, sentence: Callable[[Said], str]) -> Any:
    """A value for a template. `sentence` gives the words; nothing (None) shows as nothing."""
    if isinstance(value, Said):
        return sentence(value)
    if isinstance(value, date):
        return Moment(value)
    if isinstance(value, Mapping):
        return Row({name: shown(inner, sentence) for name, inner in value.items()})
    if isinstance(value, str | int):
        return value
    return "" if value is None else Rows(shown(inner, sentence) for inner in value)
