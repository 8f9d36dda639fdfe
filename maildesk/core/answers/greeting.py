# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Whether an answer greets the person on top: the evidence that it is meant for somebody outside.

A greeting that is formal counts by itself ("Guten Tag,"), one that colleagues use among each other only with a title or the person's
name ("Hallo Frau Muster"), or where the text says "Sie". What greets nobody, and reports of somebody, is none ("Guten Tag, Herr Muster
hat angerufen"). A line with a reference may be above it, as in a business letter.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import Enum
from itertools import takewhile

from maildesk.core.answers import greeting_words as table
from maildesk.core.answers.signature import folded

_LINE_CHARS_MAX = 300
_REFERENCE_WORDS_MAX = 14
_NAME_LETTERS_MIN = 3
_FLAGS = re.IGNORECASE
_OPENING = re.compile(rf"\W*(?:(?P<formal>{table.FORMAL})|(?P<casual>{table.CASUAL}))(?!\w)", _FLAGS)
_FILLED = re.compile(rf"[\s,]*(?:(?:{table.BETWEEN})(?!\w)[\s,]*)+", _FLAGS)
_TITLE = re.compile(rf"[\s,]*(?:{table.TITLES})(?!\w)", _FLAGS)
_TITLE_BEHIND = re.compile(rf"[\s,]*(?:{table.TITLES_BEHIND})(?!\w)", _FLAGS)
_WHOLE = re.compile(rf"[\s,]*(?:{table.WITHOUT_A_NAME})(?!\w)", _FLAGS)
_TITLES = re.compile(rf"(?:[\s,]*(?:{table.BETWEEN}|{table.TITLES})(?!\w)\.?)+", _FLAGS)
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+")
_REFERENCE = re.compile(rf"\W*(?:{table.REFERENCES})", _FLAGS)
_NAME_AND_VERB = re.compile(rf",\s*(?:{table.TITLES})\.?\s+(?:[^\W\d_][\w'’.-]*\s+){{1,4}}?(?:{table.VERBS})\b", _FLAGS)
_READER = re.compile(rf"(?<![\w-])(?:{table.READER})(?![\w-])", _FLAGS)
_READER_INSIDE = re.compile(rf"(?<=[\w,;)“\"’%€–-])[ \t]*(?:\s|\n)[„\"(]?(?:{table.TO_THE_READER})(?!\w)")
_READER_FIRST = re.compile(rf"\b{table.TO_THE_READER_FIRST}")
_READER_AFTER_GREETING = re.compile(r"\A[^.!?:\n]*[,،]\s+(?:Ihr(?:e[mnrs]?)?)(?!\w)")
_SIE = re.compile(r"\b(?:Sie|Ihnen|Ihr(?:e[mnrs]?)?)\b")


class Greeting(Enum):
    """How the text begins. `NAMED`: the person is named, or has a title."""

    NONE = "none"
    PLAIN = "plain"
    NAMED = "named"


def greeting_of(text: str, citizens: Collection[str] = (), colleagues: Collection[str] = ()) -> Greeting:
    """`citizens` and `colleagues` are words of names, folded. A name of both is the citizen's with a title, else a colleague's.

    >>> [greeting_of(text).value for text in ("Hallo Frau Muster,", "Guten Tag,", "Hallo zusammen,", "Guten Tag, Herr Muster hat")]
    ['named', 'plain', 'none', 'none']
    """
    line, theirs, ours = _greeting_line(text), set(citizens), set(colleagues)
    opening = _OPENING.match(line)
    if opening is None or _NAME_AND_VERB.match(line, opening.end()):
        return Greeting.NONE
    filled = _FILLED.match(line, opening.end())
    rest = line[filled.end() if filled else opening.end() :]
    if _WHOLE.match(rest):
        return Greeting.PLAIN
    title, called = _TITLE.match(rest), _called(rest)
    if set(called[:2]) & table.TO_THE_OFFICE or _is_ours(set(called), theirs, ours, titled=title is not None):
        return Greeting.NONE
    if title or _TITLE_BEHIND.match(rest) or _forms(theirs) & set(called):
        return Greeting.NAMED
    if opening["formal"]:
        return Greeting.PLAIN
    return Greeting.PLAIN if not called and _SIE.search(text, text.find(line) + len(line) - len(rest)) else Greeting.NONE


def speaks_to_the_reader(text: str) -> bool:
    """Whether something behind the greeting is said to the reader, and not only of somebody.

    >>> texts = ("wir antworten Ihnen.", "Ihr Antrag ist da.", "sie ruft an. Ihr Mann auch.")
    >>> [speaks_to_the_reader(f"Guten Tag,\\n\\n{text}") for text in texts]
    [True, True, False]
    """
    line = _greeting_line(text)
    behind = text[text.find(line) :]
    greeting = _OPENING.match(behind)
    rest = behind[greeting.end() :] if greeting else behind
    return any(pattern.search(rest) for pattern in (_READER, _READER_INSIDE, _READER_FIRST, _READER_AFTER_GREETING))


def greeted_names(text: str) -> tuple[str, ...]:
    """The words of the name behind a title in the greeting, as typed; those in Latin letters.

    >>> greeted_names("Sehr geehrte Frau Dr. von Muster-Beispiel,"), greeted_names("Guten Tag Frau Muster danke")
    (('Muster', 'Beispiel'), ('Muster',))
    """
    line = _greeting_line(text)
    opening = _OPENING.match(line)
    if opening is None:
        return ()
    filled, titles = _FILLED.match(line, opening.end()), _TITLES.match(line, opening.end())
    if _WHOLE.match(line, (filled or opening).end()) or titles is None or not _TITLE.search(titles[0]):
        return ()
    piece = re.split(r"[,;:!?–]", line[titles.end() :].lstrip(" ,."), maxsplit=1)[0].strip()
    words = re.findall(r"[^\W\d_]+", " ".join(takewhile(_is_of_a_name, piece.split())))
    return tuple(word for word in words if len(word) > 1 and word[0].isupper() and _LATIN.fullmatch(word))


def _is_of_a_name(word: str) -> bool:
    return word[0].isupper() or word in table.BEFORE_SURNAMES


def _is_ours(called: set[str], theirs: set[str], ours: set[str], *, titled: bool) -> bool:
    return bool(called & (ours - theirs)) if titled else bool(called & ours) and not called & (theirs - ours)


def _forms(names: Collection[str]) -> set[str]:
    """Also of a family: "Liebe Schusters"."""
    return {form for name in names if len(name) >= _NAME_LETTERS_MIN for form in (name, f"{name}s")}


def _greeting_line(text: str) -> str:
    """The first line that has words, or the next one if that is a reference."""
    lines = [line.strip()[:_LINE_CHARS_MAX] for line in text.split("\n") if re.search(r"\w", line)][:3]
    while len(lines) > 1 and _is_reference(lines[0]):
        lines = lines[1:]
    return lines[0] if lines else ""


def _is_reference(line: str) -> bool:
    return bool(_REFERENCE.match(line)) and len(line.split()) <= _REFERENCE_WORDS_MAX and not re.search(r"[.!?]\s*$", line)


def _called(rest: str) -> list[str]:
    """The words in small letters behind the greeting's own, up to the first mark, of those that may be names or stand for one."""
    piece = re.split(r"[,;:!?–]|\s-\s|(?<=\w{5})\.", rest.lstrip(" ,"), maxsplit=1)[0]
    words = re.findall(r"[^\W\d_]+", piece)[:5]
    return [folded(word) for word in words]
