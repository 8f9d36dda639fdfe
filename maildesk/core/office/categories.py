# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The lists by which a desk sorts its concerns: stable keys for figures, German labels for people, and how people name them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from maildesk.core.text.spelling import PREFIX_LETTERS, fold, nearest

LISTS: Final = ("kind", "topic", "assessment", "outcome", "measure", "person_group", "channel", "urgency")
CHANNEL_KEYS: Final = ("email", "phone", "post", "visit")
URGENCY_KEYS: Final = ("normal", "frist", "dringend", "sofort")
Assessed = Literal["no", "optional", "yes"]


@dataclass(frozen=True, slots=True)
class Category:
    """One entry of a list. `key` never changes its meaning; a retired one is not active, and old cases still show its label.

    `assessed` says whether a concern of this kind is judged (justified or not); `answer_calendar_days` is 0 for the desk's own promise;
    `aspect` divides the topics for reports. `words` are further names by which people call it in an order.
    """

    key: str
    label: str
    definition: str = ""
    words: tuple[str, ...] = ()
    active: bool = True
    assessed: Assessed = "no"
    answer_calendar_days: int = 0
    aspect: str = ""

    @property
    def plain_names(self) -> frozenset[str]:
        """Folded: the key, the label, and the sides of a slash in the label ("Kritik / Beschwerde")."""
        return frozenset(fold(name) for name in (self.key, self.label, *self.label.split("/")))

    @property
    def names(self) -> frozenset[str]:
        """Folded: all by which it is called."""
        return self.plain_names | {fold(word) for word in self.words}


CategoryList = Mapping[str, Category]


def in_order(categories: Iterable[Category]) -> CategoryList:
    """A list: key -> category, in the order in which people are shown it."""
    return {category.key: category for category in categories}


@dataclass(frozen=True, slots=True)
class Categories:
    """All lists of a desk. Each maps key -> category in order; look-ups find active entries only."""

    kind: CategoryList = field(default_factory=dict)
    topic: CategoryList = field(default_factory=dict)
    assessment: CategoryList = field(default_factory=dict)
    outcome: CategoryList = field(default_factory=dict)
    measure: CategoryList = field(default_factory=dict)
    person_group: CategoryList = field(default_factory=dict)
    channel: CategoryList = field(default_factory=dict)
    urgency: CategoryList = field(default_factory=dict)

    def __hash__(self) -> int:
        """Of the keys alone: cheap, and the same for equal lists."""
        return hash(tuple(tuple(self.of(name)) for name in LISTS))

    def of(self, list_name: str) -> CategoryList:
        """The list of this name. Raises KeyError for a name that is not in `LISTS`."""
        if list_name not in LISTS:
            raise KeyError(list_name)
        found: CategoryList = getattr(self, list_name)
        return found

    def active(self, list_name: str) -> tuple[Category, ...]:
        return tuple(category for category in self.of(list_name).values() if category.active)

    def label(self, list_name: str, key: str) -> str:
        """What people are shown for a key, retired ones too; the key itself if the list does not have it."""
        category = self.of(list_name).get(key)
        return category.label if category else key

    def named(self, list_name: str, word: str) -> Category | None:
        """The entry that is called so, or whose name alone begins so (four letters or more); None if none or several are."""
        wanted = fold(word)
        whole = [category for category in self.active(list_name) if wanted in category.names]
        found = whole or (self._beginning_with(list_name, wanted) if len(wanted) >= PREFIX_LETTERS else [])
        return found[0] if len(found) == 1 else None

    def _beginning_with(self, list_name: str, wanted: str) -> list[Category]:
        return [each for each in self.active(list_name) if any(name.startswith(wanted) for name in each.names)]

    def everywhere(self, list_names: Iterable[str] = LISTS) -> Iterator[tuple[str, Category]]:
        """All active entries with the name of their list."""
        for list_name in list_names:
            yield from ((list_name, category) for category in self.active(list_name))

    def nearest(self, word: str, list_names: Iterable[str] = LISTS) -> tuple[tuple[str, Category], ...]:
        """What a misspelt word may mean: list and entry, the best first, at most three."""
        entries = tuple(self.everywhere(list_names))
        close = nearest(fold(word), {name for _, category in entries for name in category.names})
        found = {(each, category.key): (each, category) for name in close for each, category in entries if name in category.names}
        return tuple(found.values())[:3]
