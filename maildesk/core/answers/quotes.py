# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Whether a text quotes another one, or is written into it."""

from __future__ import annotations

import re
from collections.abc import Sequence

QUOTED_WORDS_MIN = 8
QUOTED_LETTERS_MIN = 40
_LETTERS_IN_WORDS_MIN = 6
_INSERTED_WORDS_MIN = 3
_ORIGINAL_WORDS_MIN = 10  # of less nobody can say where it begins and ends
_WORDS_MAX = 20_000
_WORD = re.compile(r"\w+")
_PHRASES = re.compile(
    r"sehr geehrte(?:r|n)? (?:damen und herren|frau|herr)|guten (?:tag|morgen|abend)|mit (?:freundlichen|besten|vielen) grüssen"
    r"|(?:viele|beste|freundliche|herzliche|liebe) grüsse|(?:vielen|herzlichen|besten) dank(?: (?:im voraus|für (?:ihre|die) \w+))?"
    r"|(?:ich|wir) (?:danke|bedanke|bedanken|danken)(?: mich| uns)?(?: ihnen)?(?: (?:sehr|herzlich))?(?: für ihre \w+)?"
    r"|(?:ich |wir |und )*wünschen? (?:ihnen )?(?:(?:noch |weiterhin )?eine?n? )?(?:schöne[nrs]? |gute[nrs]? )?(?:tag|woche|zeit|abend)"
    r"|wochenende|schöne feiertage|für (?:rück)?fragen stehen? (?:ich|wir) (?:ihnen )?(?:gerne?|jederzeit)?(?: zur verfügung)?"
    r"|bei (?:rück)?fragen|(?:ich|wir) bitten? um (?:ihr )?verständnis|bleiben sie gesund"
)
_BREAK = " \n "


def _tokens(text: str) -> list[str]:
    """The words in small letters; an empty one is where a phrase was, so that no run goes on across it."""
    flat = " ".join(_WORD.findall(text[:400_000].casefold()))
    parted = _PHRASES.sub(_BREAK, flat)
    return [word for piece in parted.split("\n") for word in (*piece.split(), "")][:_WORDS_MAX]


def quotes(text: str, original: str) -> bool:
    """Whether the text has a run of the original's words, as the module says."""
    return not _runs(_tokens(text)).isdisjoint(_runs(_tokens(original)))


def _runs(words: Sequence[str]) -> frozenset[tuple[str, ...]]:
    """From each word on the shortest run that counts as a quotation; so two texts with one in common share one of these."""
    return frozenset(run for start in range(len(words)) if (run := _run(words[start : start + QUOTED_WORDS_MIN])))


def _run(words: Sequence[str]) -> tuple[str, ...]:
    letters = 0
    for count, word in enumerate(words, 1):
        letters += sum(sign.isalpha() for sign in word)
        if not word:
            break
        if count == QUOTED_WORDS_MIN or (letters >= QUOTED_LETTERS_MIN and count >= _LETTERS_IN_WORDS_MIN):
            return tuple(words[:count])
    return ()


def is_written_into(text: str, original: str) -> bool:
    """Whether words are between the words of the original that are not the original's: typed inside of the quoted mail."""
    own = [word for word in _WORD.findall(original.casefold()) if word]
    said = _WORD.findall(text[:400_000].casefold())[:_WORDS_MAX]
    if len(own) < _ORIGINAL_WORDS_MIN:
        return False
    triples = {tuple(own[at : at + 3]) for at in range(len(own) - 2)}
    known = [False] * len(said)
    for at in range(len(said) - 2):
        if tuple(said[at : at + 3]) in triples:
            known[at : at + 3] = [True] * 3
    first, last = _ends(said, own)
    return _longest_gap(known[first:last]) >= _INSERTED_WORDS_MIN


def _ends(said: list[str], own: list[str]) -> tuple[int, int]:
    """Where the last quotation of the original begins and ends in the text; nothing where it is not there from end to end."""
    begin, end = tuple(own[:3]), tuple(own[-3:])
    starts = [at for at in range(len(said) - 2) if tuple(said[at : at + 3]) == begin]
    stops = [at + 3 for at in range(len(said) - 2) if tuple(said[at : at + 3]) == end]
    first = next((at for at in reversed(starts) if stops and at < stops[-1]), None)
    return (0, 0) if first is None else (first, stops[-1])


def _longest_gap(known: list[bool]) -> int:
    longest = gap = 0
    for each in known:
        gap = 0 if each else gap + 1
        longest = max(longest, gap)
    return longest
