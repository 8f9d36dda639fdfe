# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The writer's own words: the text without quoted mail, header blocks, signatures, mobile taglines and legal footers.

What comes out is always one run of lines of the text, from the first to the last line of the writer's own. The rules, in their order:

1. Behind a separator ("-----Ursprüngliche Nachricht-----"), a header block ("Von: ... Gesendet: ... An: ...") or an attribution that
   no person types (day, time of day and address in brackets), everything is quoted mail; not where the line above ends with a colon,
   for then the writer speaks of what follows. Where nothing own is above, the mail was forwarded: the text stays whole.
2. The end loses signatures, taglines and footers (`signature`).
3. Lines marked with ">" behind the last own line go, if an attribution or header lines introduce them or any quote above, or if they
   look like a whole mail. Answers between quoted lines keep what they answer.
4. A whole quoted mail in front of one answer goes, if it is introduced.
5. Where nothing would be left, the text is the reply. Where there is doubt, it stays.

Before all that the banner of a gateway goes, at the beginning and at the end (`banner`): of a mail that is nothing else, nothing is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from maildesk.adapters.parse.text import banner, quote_headers, signature
from maildesk.adapters.parse.text.quote_headers import Strength

LINES_MAX = 10_000  # of a text that is looked at: nobody writes so many
_ROUNDS_MAX = 4  # what was cut may bring another signature to the end
_WHOLE_MAIL_LINES_MIN = 4
_ANY_MARK = re.compile(r"\s{0,3}(?:\w{0,4}>|[|:]\s)")
_GAP_LINES_MAX = 3  # empty lines between an attribution and what it introduces


@dataclass(frozen=True, slots=True)
class _Run:
    """Lines `start` to `end` that are marked as quoted, empty ones between them included; `introduction` is where their cause begins."""

    start: int
    end: int
    introduction: int | None


def own_words(text: str) -> str:
    """The part of the text that its writer wrote for this mail; all of it where that is in doubt, or where nothing would be left.

    >>> own_words("Danke!\\n\\nAm 23.11.2026 um 09:15 schrieb Desk:\\n> Guten Tag")
    'Danke!'
    """
    if text.count("\n") >= LINES_MAX:
        return text
    words = _without_banners(text)
    for _ in range(_ROUNDS_MAX):
        shorter = _once(words)
        if shorter == words:
            break
        words = shorter
    return words


def _without_banners(text: str) -> str:
    lines = text.split("\n")
    start = banner.end_of_banner(lines)
    end = len(lines)
    while end > start and not lines[end - 1].strip():
        end -= 1
    last = banner.start_of_last_banner(lines, end)
    if start == 0 and last == end:
        return text
    return "\n".join(lines[start : max(start, last)]).rstrip()


def _once(text: str) -> str:
    lines = text.split("\n")
    boundary = _start_of_unmarked_mail(lines)
    end = signature.end_of_own_words(lines, len(lines) if boundary is None else boundary)
    start = 0
    if boundary is None or _marked(lines[:end]):
        start, end = _within_quotes(lines, end)
        end = signature.end_of_own_words(lines, end)
    if not _has_own_words(lines[start:end]) or (start == 0 and not "".join(lines[end:]).strip()):
        return text
    return "\n".join(lines[start:end]).rstrip()


def _has_own_words(lines: Sequence[str]) -> bool:
    return any(line.strip() and not signature.is_delimiter(line) for line in lines)


def _marked(lines: Sequence[str]) -> bool:
    return any(_is_quoted(line) for line in lines)


def _is_quoted(line: str) -> bool:
    """Whether the line is marked; the ">" that was broken off an address, with which an attribution ends, is no mark."""
    return line[:4].lstrip().startswith(">") and not (len(line) < 80 and quote_headers.is_broken_off(line))


# --- quoted mail without marks: from here to the end ---


def _start_of_unmarked_mail(lines: Sequence[str]) -> int | None:
    """Where the mail begins behind which nothing is the writer's own, with the rule above it."""
    number = 0
    while number < len(lines):
        found, number = _boundary_at(lines, number)
        if found is not None:
            while found > 0 and (not lines[found - 1].strip() or quote_headers.is_rule(lines[found - 1])):
                found -= 1
            return found
    return None


def _boundary_at(lines: Sequence[str], number: int) -> tuple[int | None, int]:
    """Where quoted mail begins that this line gives away, or None; and the next line to ask."""
    line = lines[number]
    if not line or line[0] == ">":
        return None, number + 1
    if quote_headers.is_separator(lines, number):
        return number, number + 1
    if quote_headers.role_of(line) is not None:
        end, enough = quote_headers.header_block(lines, number)
        below_a_rule = not enough and _is_below_a_rule(lines, number) and quote_headers.fields_behind(lines, number - 1) >= 3
        found = number if (enough or below_a_rule) and not _is_spoken_of(lines, number) else None
        return found, max(end, number + 1)
    attribution = quote_headers.attribution_ending_at(lines, number)
    if attribution and attribution[1] is Strength.CERTAIN and not _introduces_marked_lines(lines, number):
        return (None if _is_spoken_of(lines, attribution[0]) else attribution[0]), number + 1
    return None, number + 1


def _is_below_a_rule(lines: Sequence[str], number: int) -> bool:
    above = _last_line_before(lines, number)
    return above is not None and quote_headers.is_rule(lines[above])


def _is_spoken_of(lines: Sequence[str], number: int) -> bool:
    """Whether the writer leads to it: "Diese Antwort habe ich bekommen:"."""
    above = _last_line_before(lines, number)
    return above is not None and lines[above].rstrip().endswith((":", "："))


def _last_line_before(lines: Sequence[str], number: int) -> int | None:
    lowest = max(-1, number - 2 - _GAP_LINES_MAX)
    return next((above for above in range(number - 1, lowest, -1) if lines[above].strip()), None)


def _introduces_marked_lines(lines: Sequence[str], number: int) -> bool:
    """Also with the writer's initials before the mark, as programs for news set it: then an answer may be below."""
    below = [line for line in lines[number + 1 : number + 10] if line.strip()]
    return any(_ANY_MARK.match(line) for line in below[:_GAP_LINES_MAX])


# --- quoted mail with marks ---


def _within_quotes(lines: Sequence[str], end: int) -> tuple[int, int]:
    """The first of the writer's own lines, and where they end, of the lines before `end`."""
    runs = list(_runs(lines, end))
    if not runs:
        return 0, end
    own = _own_numbers(lines, end, runs)
    if not own:
        return 0, end
    last = own[-1] + 1
    introduced = any(run.introduction is not None for run in runs)
    behind = [run for run in runs if run.start >= last]
    spoken_of = lines[own[-1]].rstrip().endswith((":", "："))
    if behind and (introduced or (not spoken_of and _is_a_whole_mail(lines[behind[0].start : end]))):
        end = last
    return _start_behind_a_whole_mail(lines, runs, own), end


def _runs(lines: Sequence[str], end: int) -> Iterator[_Run]:
    start, last = None, 0
    for number in range(end):
        if _is_quoted(lines[number]):
            start, last = number if start is None else start, number
        elif lines[number].strip() and start is not None:
            yield _Run(start, last + 1, _introduction(lines, start, last + 1))
            start = None
    if start is not None:
        yield _Run(start, last + 1, _introduction(lines, start, last + 1))


def _introduction(lines: Sequence[str], start: int, end: int) -> int | None:
    """Where the lines begin that say whose the quote is: above it, or at its beginning, as Apple writes them."""
    above = _last_line_before(lines, start)
    if above is not None and not _is_quoted(lines[above]):
        attribution = quote_headers.attribution_ending_at(lines, above)
        if attribution:
            return attribution[0]
        block = _header_block_ending_at(lines, above)
        if block is not None:
            return block
    inside = [line.lstrip("> ") for line in lines[start : min(end, start + 6)]]
    if any(quote_headers.attribution_ending_at(inside, number) for number in range(len(inside))):
        return start
    return start if quote_headers.role_of(inside[0]) and quote_headers.header_block(inside, 0)[1] else None


def _header_block_ending_at(lines: Sequence[str], last: int) -> int | None:
    """Where two or more header lines begin that end here: less is asked than of a block with nothing marked behind it."""
    first = last + 1
    while first > 0 and last - first < 10 and quote_headers.role_of(lines[first - 1]) is not None:
        first -= 1
    different = {quote_headers.role_of(line) for line in lines[first : last + 1]}
    return first if len(different) >= 2 else None


def _own_numbers(lines: Sequence[str], end: int, runs: Sequence[_Run]) -> list[int]:
    """The lines that are neither quoted nor part of what introduces a quote."""
    taken: set[int] = set()
    for run in runs:
        taken.update(range(run.start if run.introduction is None else run.introduction, run.end))
    return [number for number in range(end) if number not in taken and _has_own_words(lines[number : number + 1])]


def _is_a_whole_mail(lines: Sequence[str]) -> bool:
    """Whether the quoted lines can only be a program's: several, with an empty one among them, or quotes of quotes."""
    quoted = [line.strip() for line in lines if _is_quoted(line)]
    parted = any(not line.strip("> ") for line in quoted[1:-1]) or any(line.startswith((">>", "> >")) for line in quoted)
    return len(quoted) >= _WHOLE_MAIL_LINES_MIN and parted


def _start_behind_a_whole_mail(lines: Sequence[str], runs: Sequence[_Run], own: Sequence[int]) -> int:
    """The first own line, where all that is above it is one introduced quote of some length; else 0."""
    run = runs[0]
    if len(runs) > 1 or run.introduction is None or own[0] < run.end:
        return 0
    filled = sum(1 for line in lines[run.start : run.end] if line.strip("> "))
    parted = run.end < len(lines) and not lines[run.end].strip()
    return own[0] if parted and filled >= _WHOLE_MAIL_LINES_MIN and _follows_at_once(own) else 0


def _follows_at_once(own: Sequence[int]) -> bool:
    """Whether the own lines are one text: no gap that could have held something else."""
    return all(after - before <= _GAP_LINES_MAX + 1 for before, after in pairwise(own))
