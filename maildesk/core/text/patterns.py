# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A text in one plain spelling, and patterns of words in it: what `core.triage.propose.propose` reads.

A pattern begins at a word and is tried only at words that begin as it does, so that some hundred patterns cost little. In a pattern `~` is
a gap of up to 40 characters inside a sentence, `~~` of up to 80, `§` the end of a clause; letters are small, repeats bounded: the time
stays linear in the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

BEGINNING = 5  # letters by which the words are found at which a pattern is tried
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ı": "i", "ł": "l", "’": "'", "ʼ": "'", "`": "'", "´": "'"})
_ENUMERATED = re.compile(r"[-*•–]\s|\d{1,2}[.)]\s")
_GAP, _LONG_GAP = r"[^.!?\n]{0,40}\b", r"[^.!?\n]{0,80}\b"  # what follows begins at a word
_CLAUSE_END = r"(?=\s*(?:[.,;:!?)\n]|$|(?:und|oder|wenn|weil|falls|sobald|aber)\b))"


def _letters(text: str) -> str:
    """Letters without marks, and nothing that cannot be seen: two spellings of a word are one."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text).translate(_LETTERS))
    return "".join(sign for sign in apart if sign.isascii() or unicodedata.category(sign) not in {"Mn", "Cf"})


def plain(text: str) -> str:
    """Small letters; a paragraph, and each point of a list, on one line; without the stop of "1.".

    >>> plain("Grüße,\\nam 1. Mai\\n\\n- zweitens")
    'gruesse, am 1 mai\\n- zweitens'
    """
    blocks: list[list[str]] = [[]]
    for line in _letters(text.lower()).splitlines():
        if not line.strip() or _ENUMERATED.match(line.lstrip()):
            blocks.append([])
        blocks[-1] += line.split()
    return re.sub(r"(?<=\d)\.", "", "\n".join(" ".join(block) for block in blocks if block))


@dataclass(frozen=True)
class Words:
    """A plain text in which patterns are looked for."""

    text: str

    @cached_property
    def _starts(self) -> dict[str, list[int]]:
        """Where words begin, by their first letters, one to `BEGINNING` of them; all of them under the empty string."""
        starts: dict[str, list[int]] = {"": []}
        for match in re.finditer(r"\w+", self.text):
            for length in range(min(BEGINNING, match.end() - match.start()) + 1):
                starts.setdefault(match[0][:length], []).append(match.start())
        return starts

    def say(self, pattern: str) -> bool:
        """Whether the pattern is found."""
        compiled = _compiled(pattern)
        return any(compiled.match(self.text, at) for beginning in _beginnings(pattern) for at in self._starts.get(beginning, ()))

    def without(self, pattern: str) -> Words:
        """The text with all that the pattern finds taken out."""
        return Words(re.sub(rf"(?<!\w)(?:{_compiled(pattern).pattern})", "", self.text))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    whole = _letters(pattern).replace(" ~", r"\b~").replace("~~", _LONG_GAP).replace("~", _GAP).replace("§", _CLAUSE_END)
    return re.compile(whole, re.MULTILINE)


# --- how a pattern may begin ---


@cache
def _beginnings(pattern: str) -> frozenset[str]:
    """The first letters of the words at which the pattern may match; the empty string if that may be any word.

    >>> sorted(_beginnings("(?<!zu )(?:mehr )?geld|leere?"))
    ['geld', 'leer', 'mehr']
    """
    found = frozenset(beginning for branch in _branches(_letters(pattern)) for beginning in _begins(branch))
    return frozenset({""}) if "" in found else found


def _begins(branch: str) -> Iterator[str]:
    while branch:
        if branch.startswith("^"):
            branch = branch[1:]
            continue
        if branch.startswith("("):
            end = _closing(branch)
            inner, branch = branch[1:end], branch[end + 1 :]
            if not inner.startswith("?:"):
                continue  # it looks around, and takes nothing
            yield from (beginning for part in _branches(inner[2:]) for beginning in _begins(part))
            optional = re.match(r"\?|\{0,\d+\}", branch)
            if not optional:
                return
            branch = branch[optional.end() :]
            continue
        letters = re.match(r"[^\W_]*", branch)
        word = letters[0] if letters else ""
        after = branch[len(word) :]
        if word and after.startswith(("?", "*", "{")):
            if len(word) == 1:
                yield word
                branch = after[1:]
                continue
            word = word[:-1]
        yield word[:BEGINNING]
        return
    yield ""


def _branches(pattern: str) -> Iterator[str]:
    """The alternatives of a pattern: its parts between the bars that are in no bracket."""
    depth = start = 0
    for at, sign in enumerate(pattern):
        depth += (sign in "([") - (sign in ")]")
        if sign == "|" and not depth:
            yield pattern[start:at]
            start = at + 1
    yield pattern[start:]


def _closing(pattern: str) -> int:
    """Where the bracket closes with which the pattern begins."""
    depth = 0
    for at, sign in enumerate(pattern):
        depth += (sign == "(") - (sign == ")")
        if not depth:
            return at
    return len(pattern)
