# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What the desk says, as data: which sentence, and the values in it. The words are in `templates/said.<language>.toml`, by key.

The core holds no sentence: it returns `say("hint.noticed", what=("Datenpanne",))`. Nothing reads a sentence back to decide something.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeAlias

# What a letter, an alarm or an event may hold. A time is aware, and one on the desk's own clock (`WorkCalendar.local`), as it is shown so.
# A mapping is a row: its names are those of its columns, in their order.
Value: TypeAlias = "str | int | bool | date | Said | Sequence[Value] | Mapping[str, Value] | None"
Row: TypeAlias = Mapping[str, Value]
Context: TypeAlias = Mapping[str, Value]

SAY, DATE, TIME = "say", "date", "time"  # how JSON marks a sentence, a day and a time; no column of a row has such a name


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence or a phrase: its key in `said.<language>.toml`, and the values that its words need."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict, hash=False)


def say(key: str, /, **values: Value) -> Said:
    """
    >>> say("order.due", on=date(2026, 12, 1))
    Said(key='order.due', values={'on': datetime.date(2026, 12, 1)})
    """
    return Said(key, values)


def to_json(value: Value) -> Any:
    """For a column of the database or a line of JSON. Raises ValueError for a column of a row whose name marks something else.

    >>> to_json({"since": date(2026, 12, 1), "why": say("hint.forged")})
    {'since': {'date': '2026-12-01'}, 'why': {'say': 'hint.forged'}}
    """
    if isinstance(value, Said):
        if SAY in value.values:
            raise ValueError(f"{value.key}: no value of a sentence is called {SAY!r}")
        return {SAY: value.key, **{name: to_json(inner) for name, inner in value.values.items()}}
    if isinstance(value, datetime):
        return {TIME: value.isoformat()}
    if isinstance(value, date):
        return {DATE: value.isoformat()}
    if isinstance(value, Mapping):
        if {SAY, DATE, TIME} & value.keys():
            raise ValueError(f"no column of a row is called {SAY!r}, {DATE!r} or {TIME!r}")
        return {name: to_json(inner) for name, inner in value.items()}
    if isinstance(value, str | int | None):
        return value
    return [to_json(inner) for inner in value]


def from_json(value: Any) -> Value:
    """What `to_json` was given; lists become tuples. Plain text stays as it is: so letters were stored before there were keys.

    >>> from_json({"say": "order.due", "on": {"date": "2026-12-01"}}) == say("order.due", on=date(2026, 12, 1))
    True
    """
    if isinstance(value, Mapping):
        inner = {name: from_json(each) for name, each in value.items() if name != SAY}
        if SAY in value:
            return Said(value[SAY], inner)
        if value.keys() == {DATE}:
            return date.fromisoformat(value[DATE])
        return datetime.fromisoformat(value[TIME]) if value.keys() == {TIME} else inner
    return tuple(map(from_json, value)) if isinstance(value, list) else value


WEEKDAYS = (
    "weekday.monday", "weekday.tuesday", "weekday.wednesday", "weekday.thursday", "weekday.friday", "weekday.saturday", "weekday.sunday",
)  # fmt: skip
SHORT_WEEKDAYS = (
    "weekday.mon", "weekday.tue", "weekday.wed", "weekday.thu", "weekday.fri", "weekday.sat", "weekday.sun",
)  # fmt: skip


def day_with_weekday(day: date, *, short: bool = False) -> Said:
    """ "Montag, 23.11.2026", or short "Mo, 23.11.2026"."""
    return say("weekday.and_day", weekday=say((SHORT_WEEKDAYS if short else WEEKDAYS)[day.weekday()]), day=day)
