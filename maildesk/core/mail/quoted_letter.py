# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The quotation of a letter of ours in the mail that answers it, found by the words of the letter and not by how it is marked.

Programs quote above or below the answer, wrap lines again, leave out what links point to, mark with ">" or not at all. The words stay, and
in their order. Both texts are taken as words; a run of them that both have is quoted, and so is a short line between such runs whose words
the letter has at that place. A line with any other word in it is its writer's. Cut is only what no writer can have typed: marked lines, or
those that a program has introduced. Words between quoted lines answer the paragraph above them, which stays with them.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

RUN_WORDS_MIN = 6
SKIPPED_WORDS_MAX = 40  # of the letter between two quoted lines: what a link points to
WORDS_MAX = 20_000
_WORD = re.compile(r"[^\W_]+")
_MARKS = re.compile(r"[ \t>]*")
_GAP_LINES_MAX = 3
_ATTRIBUTION_LINES_MAX = 5
_ATTRIBUTION_BEGINS = re.compile(r"\W*(?:am|on|le|el|il|op|dnia|den|em)\b|\W*\d", re.IGNORECASE)
_TIME_OR_ADDRESS = re.compile(r"\d{1,2}[:.]\d{2}|\S@\S")
_FIELD = re.compile(r"\W*[^\W\d_][\w -]{1,20}\*?\s?\*?:")
_FIELDS_MIN = 2
_FIELDS_MAX = 8
_SEPARATOR = re.compile(r"[\s>*]*[-_=–—]{2,}(?:.{0,60}[-_=–—]{2,})?\s*")


def without_letter(text: str, letter: str, names: Collection[str]) -> str:
    """The text without the quotation of `letter` (its subject and its text); unchanged where it has none, or nothing else.

    `names`: those of the desk and its address, as programs write them above what they quote.
    """
    lines = text.split("\n")
    quoted = _quoted_lines(lines, letter)
    if not quoted:
        return text
    first, last = min(quoted), max(quoted)
    begin = _introduction(lines, first, names)
    if begin == first and not all(map(_is_marked, (lines[first], lines[last]))):
        return text
    own = [number for number, line in enumerate(lines) if _WORD.search(line) and number not in quoted and not begin <= number < first]
    between = [number for number in own if first < number < last]
    if not own or (between and not _is_marked(lines[first])):  # without marks nothing would show that something is quoted
        return text
    answered = lines[_paragraph_above(lines, between[0]) : between[-1] + 1] if between else []
    parts = (_without_empty_end(lines[:begin]), answered, _without_empty_end(lines[:last:-1])[::-1])
    return "\n\n".join("\n".join(part) for part in parts if part)


def _paragraph_above(lines: Sequence[str], number: int) -> int:
    """Where the paragraph begins that is above this line."""
    while not _WORD.search(lines[number - 1]):
        number -= 1
    while number > 0 and _WORD.search(lines[number - 1]):
        number -= 1
    return number


def _without_empty_end(lines: Sequence[str]) -> list[str]:
    end = len(lines)
    while end > 0 and not lines[end - 1].strip(" \t>"):
        end -= 1
    return list(lines[:end])


def _is_marked(line: str) -> bool:
    return line[:4].lstrip().startswith(">")


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFC", text).casefold())


# --- what is quoted ---


@dataclass(frozen=True, slots=True)
class _Line:
    """A line with words, by its number."""

    number: int
    marked: bool
    words: list[str]


def _quoted_lines(lines: Sequence[str], letter: str) -> frozenset[int]:
    ours = _words(letter)[:WORDS_MAX]
    said = [_Line(number, _is_marked(line), words) for number, line in enumerate(lines) if (words := _words(line))]
    places = _places_by_line(ours, said)
    quoted = [line for line, found in zip(said, places, strict=True) if -1 not in found]
    marked = [line.number for line in quoted if line.marked]
    return frozenset(line.number for line in quoted if not marked or marked[0] <= line.number <= marked[-1])


def _places_by_line(ours: Sequence[str], said: Sequence[_Line]) -> list[list[int]]:
    """Of each line, where its words are in the letter, or -1; short lines only beside runs."""
    in_runs = _places(ours, [(word, line.marked) for line in said for word in line.words][:WORDS_MAX])
    places, start = [], 0
    for line in said:
        places.append(in_runs[start : start + len(line.words)] or [-1])
        start += len(line.words)
    if any(-1 not in found for found in places):
        _find_short_lines(ours, said, places, range(len(said)))
        _find_short_lines(ours, said, places, reversed(range(len(said))))
    return places


def _places(ours: Sequence[str], said: Sequence[tuple[str, bool]]) -> list[int]:
    """Where each word that was said is in the letter, or -1. Only where lines are marked the letter may begin a second time."""
    runs: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for at in range(len(ours) - RUN_WORDS_MIN + 1):
        runs[tuple(ours[at : at + RUN_WORDS_MIN])].append(at)
    words = [word for word, _ in said]
    places, cursor, number = [-1] * len(said), 0, 0
    while number < len(said):
        if number and places[number - 1] >= 0 and cursor < len(ours) and ours[cursor] == words[number]:
            places[number] = cursor
            cursor, number = cursor + 1, number + 1
            continue
        found = runs.get(tuple(words[number : number + RUN_WORDS_MIN]), ())
        ahead = bisect_left(found, cursor)
        if ahead == len(found) and not (found and said[number][1]):
            number += 1
            continue
        at = found[ahead if ahead < len(found) else 0]
        places[number : number + RUN_WORDS_MIN] = range(at, at + RUN_WORDS_MIN)
        cursor, number = at + RUN_WORDS_MIN, number + RUN_WORDS_MIN
    return places


def _find_short_lines(ours: Sequence[str], said: Sequence[_Line], places: list[list[int]], numbers: Iterable[int]) -> None:
    """Completes `places`."""
    for number in numbers:
        words, length = said[number].words, len(said[number].words)
        if -1 not in places[number]:
            continue
        before = places[number - 1][-1] if number else -1
        behind = places[number + 1][0] if number + 1 < len(said) else -1
        start, end = _between(before, behind, marked=said[number].marked)
        found = next((at for at in range(start, end - length + 1) if ours[at : at + length] == words), None)
        if found is not None:
            places[number] = list(range(found, found + length))


def _between(before: int, behind: int, *, marked: bool) -> tuple[int, int]:
    """The part of the letter in which a line can be that is below and above these places: both are needed where nothing marks it."""
    if 0 <= before < behind <= before + SKIPPED_WORDS_MAX:
        return before + 1, behind
    if marked and before >= 0:
        return before + 1, before + 1 + SKIPPED_WORDS_MAX
    if marked and behind >= 0:
        return max(0, behind - SKIPPED_WORDS_MAX), behind
    return 0, 0


# --- what introduces it ---


def _introduction(lines: Sequence[str], first: int, names: Collection[str]) -> int:
    """Where the lines begin by which a program says what it quotes: an attribution, or fields of the header; `first` if there are none."""
    end = first
    while end > max(0, first - _GAP_LINES_MAX) and not _plain(lines[end - 1]):
        end -= 1
    start = end
    while start > max(0, end - _FIELDS_MAX) and _plain(lines[start - 1]):
        start -= 1
    begin = _attribution([_plain(line) for line in lines[start:end]], names)
    fields = _fields([_plain(line) for line in lines[start:end]], names)
    found = max(begin, fields)
    if not found:
        return first
    begin = end - found
    above = next((number for number in range(begin - 1, max(-1, begin - 3), -1) if _plain(lines[number])), None)
    return above if above is not None and _SEPARATOR.fullmatch(lines[above]) else begin


def _plain(line: str) -> str:
    return unicodedata.normalize("NFC", line[:500])[_MARKS.match(line).end() :].strip()  # type: ignore[union-attr]


def _attribution(block: Sequence[str], names: Collection[str]) -> int:
    """How many of the last lines of the block are "Am 01.12.26 um 13:23 schrieb Kundendialog:"; the name, and a time or an address."""
    if not block or not block[-1].endswith(":"):
        return 0
    fitting = []
    for count in range(1, min(len(block), _ATTRIBUTION_LINES_MAX) + 1):
        said = " ".join(block[-count:])
        if _names_one(said, names) and _TIME_OR_ADDRESS.search(said):
            fitting.append(count)
    return next((count for count in fitting if _ATTRIBUTION_BEGINS.match(block[-count])), 0)


def _fields(block: Sequence[str], names: Collection[str]) -> int:
    """How many of the last lines of the block are fields of a header, one of them with the name or the address."""
    count = 0
    while count < len(block) and _FIELD.match(block[-count - 1]):
        count += 1
    return count if count >= _FIELDS_MIN and _names_one(" ".join(block[-count:]), names) else 0


def _names_one(said: str, names: Collection[str]) -> bool:
    flat = " ".join(said.split()).casefold()
    return any(name.casefold() in flat for name in names if name)
