# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""German words as people type them: compared without case, umlauts and hyphens, and found again when they are misspelt."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from rapidfuzz.distance import OSA

PREFIX_LETTERS = 4  # a beginning of so many letters stands for the whole word, if for one only
NEAREST = 3


def fold(text: str) -> str:
    """What two spellings of one word have in common: letters and digits, without case; ü, ue and u are one, ß and ss too.

    >>> fold("Rück-Frage"), fold("RUECKFRAGE"), fold("rückfrage")
    ('ruckfrage', 'ruckfrage', 'ruckfrage')
    """
    return letters(text).replace("ae", "a").replace("oe", "o").replace("ue", "u")


def letters(text: str) -> str:
    """Letters and digits alone, without case and marks; ue stays ue.

    >>> letters("Rück-Frage"), letters("RUECKFRAGE")
    ('ruckfrage', 'rueckfrage')
    """
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", text.casefold())))


def distance(one: str, other: str, most: int) -> int:
    """How many letters were left out, put in, replaced or swapped with the next; `most + 1` stands for all that is more.

    Optimal string alignment: no letter is touched twice.

    >>> distance("erldigt", "erledigt", 2), distance("notzi", "notiz", 2), distance("kritik", "lob", 2)
    (1, 1, 3)
    """
    return OSA.distance(one, other, score_cutoff=most)


def slips_allowed(folded: str) -> int:
    """How far a misspelling of a word of this length may be away: none from a word of two letters, three from one of ten."""
    size = len(folded)
    return 0 if size < 3 else 1 if size < 6 else 2 if size < 10 else 3


def nearest(folded: str, known: Iterable[str], most: int | None = None) -> tuple[str, ...]:
    """Those of the known folded words that somebody may have meant, the best first, at most `NEAREST`."""
    limit = slips_allowed(folded) if most is None else most
    found = sorted((far, abs(len(word) - len(folded)), word) for word in known if (far := distance(folded, word, limit)) <= limit)
    return tuple(word for _, _, word in found[:NEAREST])
