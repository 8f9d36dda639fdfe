# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""All names that may be in an order of a desk, and what they stand for: the table of order words and the desk's categories."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from maildesk.core.office.categories import Categories, Category
from maildesk.core.office.policy import Staff
from maildesk.core.orders.words import CATEGORY_WORDS, ORDER_WORDS, OrderWord
from maildesk.core.text.spelling import NEAREST, PREFIX_LETTERS, distance, fold, letters, nearest

LETTERS_TO_BE_MISSPELT = 5


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the reader must know of the desk."""

    categories: Categories
    staff: tuple[Staff, ...] = ()
    prefix: str = "KD"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name stands for: an order word, or a category of one list. `word` is the name as people write it.

    `plain`: also without # (a key or a label, and not a further word such as "danke").
    """

    row: OrderWord
    word: str
    category: Category | None = None
    plain: bool = True

    @property
    def long(self) -> str:
        return f"{self.row.spelling} {self.category.key}" if self.category else self.row.spelling


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All folded names of a desk -> what they stand for. An order word goes before a category of the same name."""

    vocabulary: Vocabulary
    names: Mapping[str, tuple[Meaning, ...]] = field(repr=False)

    def exact(self, folded: str, count: int = 1) -> tuple[Meaning, ...]:
        """What a name of `count` words stands for. #maßnahme träger is not the Maßnahmeträger."""
        found = self.names.get(folded, ())
        if count > 1:
            found = tuple(each for each in found if len(re.findall(r"[^\W_]+", each.word)) >= count)
        return tuple(each for each in found if each.category is None) or found

    def spelling(self, meaning: Meaning) -> str:
        """The shortest right way to write it: #kritik, but #thema sonstiges."""
        category = meaning.category
        if category is None:
            return meaning.row.spelling
        alone = self.exact(fold(category.key))
        return f"#{category.key}" if len(alone) == 1 and alone[0].category == category else meaning.long

    def meant(self, meaning: Meaning) -> str:
        """The right spelling of the very word: #erledigt for a misspelt "erledigt", and not #abschluss."""
        if meaning.category is None or (len(self.exact(fold(meaning.word))) == 1 and not re.search(r"[/,()]", meaning.word)):
            return f"#{meaning.word.strip().lower()}"
        return self.spelling(meaning)

    def nearest(self, folded: str, most: int | None = None) -> tuple[str, ...]:
        """How those names are rightly spelt that a word may have meant."""
        close = nearest(folded, self.names, most)
        return tuple(dict.fromkeys(self.meant(each) for name in close for each in self.exact(name)))[:NEAREST]

    def is_plain(self, folded: str) -> bool:
        return any(each.plain for each in self.exact(folded))

    def nearest_plain(self, word: str) -> tuple[str, ...]:
        """What a word without # may have meant: one slip, in a word that is no name itself and long enough to be none by chance."""
        folded, typed = fold(word), letters(word)
        if len(typed) < LETTERS_TO_BE_MISSPELT or folded in self.names:
            return ()
        plain = [(name, each) for name, meanings in self.names.items() for each in meanings if each.plain]
        # A slip may look like an umlaut ("eroedigt"): then only the letters as typed are near.
        close = [each for name, each in plain if distance(folded, name, 1) < 2 or distance(typed, letters(each.word), 1) < 2]
        return tuple(dict.fromkeys(self.meant(each) for each in close))[:NEAREST]

    def entries(self, row: OrderWord) -> tuple[tuple[Meaning, str], ...]:
        """The entries of the row's list, each with its label."""
        return tuple((Meaning(row, each.key, each), each.label) for each in self.vocabulary.categories.active(row.name.value))

    def beginning_with(self, folded: str) -> tuple[Meaning, ...]:
        """What a name may stand for that was not written to its end; of four letters or more."""
        if len(folded) < PREFIX_LETTERS:
            return ()
        found = [each for name, meanings in self.names.items() if name.startswith(folded) for each in meanings]
        if found:  # "warteb" is the beginning of one word, and "warten" with a slip
            found += [each for name in nearest(folded, self.names, 1) for each in self.names[name]]
        return tuple({(each.row.name, each.category.key if each.category else ""): each for each in found}.values())


@lru_cache(maxsize=4)  # a desk has one, until its configuration is read again
def lexicon(vocabulary: Vocabulary) -> Lexicon:
    """The words of the table and of the desk's categories."""
    names: dict[str, tuple[Meaning, ...]] = {fold(word): (Meaning(row, word),) for row in ORDER_WORDS for word in row.words}
    for row in CATEGORY_WORDS:
        for category in vocabulary.categories.active(row.name.value):
            written = {fold(word): word for word in (*category.words, *category.label.split("/"), category.label, category.key)}
            plain = category.plain_names
            for name, word in written.items():
                names[name] = (*names.get(name, ()), Meaning(row, word, category, name in plain))
    return Lexicon(vocabulary, names)
