# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""categories.toml -> Categories: the lists of one desk, or the shipped ones where it has no file of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, ValidationError, field_validator

from maildesk.core.office.categories import CHANNEL_KEYS, LISTS, URGENCY_KEYS, Assessed, Categories, Category, in_order
from maildesk.errors import ConfigError
from maildesk.settings.shipped import shipped
from maildesk.settings.toml import Section, matching, problems, read_toml

CATEGORIES_FILE: Final = "categories.toml"
Text = Annotated[str, matching(r"[^\x00-\x1f\x7f]*", "one line without control characters")]
Name = Annotated[
    str,
    Field(min_length=1, max_length=100),
    matching(r"[^\x00-\x1f\x7f#]*\w[^\x00-\x1f\x7f#]*", "one line with a letter or digit, without #"),
]


class _Entry(Section):
    label: Name
    definition: Text = ""
    words: tuple[Name, ...] = ()
    active: bool = True

    def category(self, key: str) -> Category:
        return Category(key=key, **self.model_dump())


class _Kind(_Entry):
    assessed: Assessed = "no"
    answer_calendar_days: Annotated[int, Field(ge=0, le=366)] = 0


class _Topic(_Entry):
    aspect: Text = ""


Key = Annotated[str, matching(r"[a-z][a-z0-9_]{0,40}", "a small letter, then at most 40 small letters, digits and _")]
Entries = Annotated[dict[Key, _Entry], Field(min_length=1)]


class CategoriesFile(Section):
    """The tables of the file. All of them must be there: figures and orders count on each."""

    kind: Annotated[dict[Key, _Kind], Field(min_length=1)]
    topic: Annotated[dict[Key, _Topic], Field(min_length=1)]
    assessment: Entries
    outcome: Entries
    measure: Entries
    person_group: Entries
    channel: Entries
    urgency: Entries

    @field_validator("channel")
    @classmethod
    def _known_channels(cls, value: dict[str, _Entry]) -> dict[str, _Entry]:
        return _exactly(CHANNEL_KEYS, value)

    @field_validator("urgency")
    @classmethod
    def _known_urgencies(cls, value: dict[str, _Entry]) -> dict[str, _Entry]:
        return _exactly(URGENCY_KEYS, value)

    def categories(self) -> Categories:
        return Categories(**{each: in_order(entry.category(key) for key, entry in getattr(self, each).items()) for each in LISTS})


def _exactly(keys: tuple[str, ...], value: dict[str, _Entry]) -> dict[str, _Entry]:
    """What the program itself works with: labels may change, keys may neither come nor go."""
    retired = [key for key, entry in value.items() if not entry.active]
    if set(value) != set(keys) or retired:
        raise ValueError(f"must have exactly the keys {', '.join(keys)}, all active: change the labels only")
    return value


def load_categories(folder: Path, name: Path) -> Categories:
    """The lists of the file `name` (relative to `folder`). A missing file of the default name means the shipped ones.

    Raises ConfigError with every problem that the file has.
    """
    path = folder / name
    if name == Path(CATEGORIES_FILE) and not path.exists():
        path = shipped("config") / CATEGORIES_FILE
    data = read_toml(path, "Name one in categories under [desk], or take that key out for the shipped lists")
    try:
        found = CategoriesFile.model_validate(data).categories()
    except ValidationError as error:
        raise ConfigError(*problems(path, error, CategoriesFile)) from None
    if doubles := tuple(_called_the_same(path, found)):
        raise ConfigError(*doubles)
    return found


def _called_the_same(path: Path, categories: Categories) -> Iterable[str]:
    """Two active entries of one list with one name: an order could mean either."""
    for list_name in LISTS:
        owner: dict[str, str] = {}
        for category in categories.active(list_name):
            taken = {name: owner[name] for name in category.names & owner.keys()}
            yield from _shared(path, list_name, category, taken)
            owner |= dict.fromkeys(category.names, category.key)


def _shared(path: Path, list_name: str, category: Category, taken: Mapping[str, str]) -> Iterable[str]:
    for name, other in sorted(taken.items()):
        yield f"{path}: {list_name}.{category.key}: is called {name!r} as {list_name}.{other} is: change the label or the words of one"
