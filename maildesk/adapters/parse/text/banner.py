# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What mail gateways and mail programs write above or below a person's words: "This email originated from outside the organization".

A banner is a run of sentences at one end of the text. Each is a label ("CAUTION:"), an instruction ("Do not click links"), or says that
the sender is external or new; without one of the last kind there is no banner. What a person says of themselves is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from maildesk.adapters.parse.text import banner_words as table
from maildesk.adapters.parse.text import signature

LINES_MAX = 12
_SENTENCE_CHARS_MAX = 400
_WRAPPED_CHARS_MIN = 56  # a shorter line was not wrapped: it ends what it says
_RULE = re.compile(r"[\s_=*~─–—-]{3,300}")
_DECORATION = re.compile(r"[\s|*_>\[\]()⚠️❗️❌🛑⛔!-]{1,60}")
_ENDS = re.compile(r"[.!?:…][\"“”»)\]*]{0,3}$|[>\]]\s*$")
_INSIDE_END = re.compile(r"(?<=[.!?:])\s+(?=[^\Wa-zäöüа-я])")
_LABEL = re.compile(rf"(?:{table.LABELS})(?: (?:{table.LABELLED}))?", re.IGNORECASE)
_SENDER = re.compile(rf"(?:(?:{table.LABELS})\W+)?(?:{table.SENDER})", re.IGNORECASE)
_INSTRUCTION = re.compile(table.INSTRUCTIONS, re.IGNORECASE)
_GREETING = re.compile(rf"\W*(?:{table.GREETINGS})\b", re.IGNORECASE)


def end_of_banner(lines: Sequence[str]) -> int:
    """How many of the first lines are a banner, rules and empty lines around it included; 0 if there is none."""
    end, says_so = 0, False
    for start, stop in _groups(lines):
        kinds = _kinds(lines[start:stop])
        if not kinds:
            break
        end, says_so = stop, says_so or "sender" in kinds
    if not says_so:
        return 0
    while end < len(lines) and (not lines[end].strip() or _RULE.fullmatch(lines[end])):
        end += 1
    return end


def start_of_last_banner(lines: Sequence[str], end: int) -> int:
    """Where the banner begins with which the lines before `end` close; `end` if there is none."""
    first = end
    while first > 0 and end - first < LINES_MAX and lines[first - 1].strip():
        first -= 1
    return next((start for start in range(first, end) if end_of_banner(lines[start:end]) == end - start), end)


def _groups(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The bounds of what seems to be whole sentences: lines until one that is not wrapped."""
    start: int | None = None
    for number, line in enumerate(lines[:LINES_MAX]):
        if not line.strip() or _RULE.fullmatch(line):
            continue
        start = number if start is None else start
        if _is_whole(lines, number):
            yield start, number + 1
            start = None


def _is_whole(lines: Sequence[str], number: int) -> bool:
    line, below = lines[number].rstrip(), lines[number + 1].strip() if number + 1 < len(lines) else ""
    if not below or _RULE.fullmatch(below) or _GREETING.match(below):
        return True
    return not below[0].islower() and (bool(_ENDS.search(line)) or len(line) < _WRAPPED_CHARS_MIN)


def _kinds(lines: Sequence[str]) -> set[str]:
    """What the sentences in these lines are; empty if one of them is no banner's."""
    text = " ".join(" ".join(lines).split())
    if len(text) > 3 * _SENTENCE_CHARS_MAX or signature.speaks_for_a_person(text) or re.search('["„“”«»]', text):
        return set()
    kinds = [_kind(sentence) for sentence in _INSIDE_END.split(text)]
    return set() if "" in kinds else set(kinds)


def _kind(sentence: str) -> str:
    leading = _DECORATION.match(sentence)
    bare = sentence[leading.end() if leading else 0 :].rstrip(" .!:|*]_-")
    if len(bare) > _SENTENCE_CHARS_MAX:
        return ""
    if _SENDER.match(bare):
        return "sender"
    if not bare or _LABEL.fullmatch(bare):
        return "label"
    return "instruction" if _INSTRUCTION.search(bare) else ""
