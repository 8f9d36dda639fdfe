# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What a colleague wrote below the name and what does not leave: a signature may be cut without a word, anything else is asked about.

A signature is made of names of things: telephone, address, function, office, hours, footers. A line with verbs, or without any word of
a signature, is none ("noch nicht raus, warte auf Hoffmann"), unless lines of a signature are right above and below it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from maildesk.core.answers import signature_words as table
from maildesk.core.answers.checks import Finding, FindingKind
from maildesk.core.answers.signature import CONTACT, RULE, is_closing_line, mentions, words_of_name
from maildesk.core.answers.text import Answer
from maildesk.core.office.policy import Desk, Staff
from maildesk.core.text.identifiers import phones_in
from maildesk.core.text.said import say

_LINE_CHARS_READ, _LINE_CHARS_SHOWN = 1000, 200
_ROOT = re.compile(table.ROOTS, re.IGNORECASE)
_WORD = re.compile(rf"(?<!\w)(?:{table.WORDS})(?!\w)", re.IGNORECASE)
_LABEL = re.compile(rf"(?<!\w)(?:{table.LABELS})(?!\w)\.?\s*:?\s*[\w.+(-]*\d", re.IGNORECASE)
_LABEL_WORD = re.compile(table.LABELS, re.IGNORECASE)
_HOURS = re.compile(rf"\b(?:{table.HOURS})", re.IGNORECASE)
_ADDRESS = re.compile(table.ADDRESS, re.IGNORECASE)
_ADJECTIVE = re.compile(table.ADJECTIVE)
_OFFICE = re.compile(table.OFFICE_NOUNS, re.IGNORECASE)
_LEGAL = re.compile(table.LEGAL, re.IGNORECASE)
_OF_MAIL = re.compile(table.OF_MAIL, re.IGNORECASE)
_PROGRAM = re.compile(rf"\W*{table.PROGRAMS}", re.IGNORECASE)
_REACHED = re.compile(table.REACHED, re.IGNORECASE)
_SHOWN_THINGS = re.compile(
    r"\[(?:cid|image|bild)[^\]\n]{0,200}\]|<[^<>\s]{1,2000}>|[^\s<>@]{1,64}@[\w.-]{1,250}|(?:https?://|www\.)\S+|\b[\w-]+\.(?:de|com|org|net|example)\b",
    re.IGNORECASE,
)
_PARTS = frozenset({"the", "example", "org", "net", "com", "de"})


def cut_below_the_name(answer: Answer, below: Sequence[str], writer: Staff, desk: Desk) -> Finding | None:
    """The first of the lines `below` (from the closing on) that does not leave, and is not recognised as part of a signature."""
    if not answer.text:
        return None
    kept = [line.strip() for line in answer.text.split("\n") if line.strip()]
    mark = next((number for number, line in enumerate(below) if line == "-- "), len(below))
    for paragraph in _paragraphs([_not_kept(line[:_LINE_CHARS_READ], kept) for line in below[:mark]]):
        strange = _strange_line(paragraph, writer, desk)
        if strange:
            return Finding(FindingKind.FOR_THE_HOUSE, say("held.below_the_name", line=_shown(strange)))
    return None


def _not_kept(line: str, kept: Sequence[str]) -> str:
    """What of the line does not leave; orders and quoted lines are read elsewhere."""
    text = line.strip()
    if text.startswith(("#", ">", "|")):
        return ""
    begins = max((each for each in kept if text.startswith(each)), key=len, default="")
    words = re.sub(r"\W", "", text)
    return "" if any(re.sub(r"\W", "", each) == words for each in kept) else text.removeprefix(begins).strip()


def _paragraphs(lines: Sequence[str]) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for line in lines:
        if line:
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return [paragraph for paragraph in found if paragraph]


def _strange_line(paragraph: Sequence[str], writer: Staff, desk: Desk) -> str:
    whole = " ".join(paragraph)
    if _LEGAL.search(whole) and _OF_MAIL.search(whole):
        return ""
    known = [_is_of_a_signature(line, writer, desk) for line in paragraph]
    for number, line in enumerate(paragraph):
        inside = any(known[:number]) and any(known[number + 1 :]) and _is_of_names(line)
        if not (known[number] or inside):
            return line
    return ""


def _is_of_a_signature(line: str, writer: Staff, desk: Desk) -> bool:
    if not re.search(r"\w", line) or RULE.fullmatch(line) or is_closing_line(line, writer) or _PROGRAM.match(line):
        return True
    if _REACHED.search(line) and (_HOURS.search(line) or phones_in(line) or re.search(r"\d", line)):
        return True
    return _is_of_names(line) and (mentions(line, writer) or _has_a_sign(line) or _is_of(line, writer.name, _office(desk)))


def _office(desk: Desk) -> str:
    return f"{desk.name} {desk.post} {' '.join(desk.internal_domains)} {desk.domain}"


def _has_a_sign(line: str) -> bool:
    patterns = (CONTACT, _ROOT, _WORD, _LABEL, _HOURS, _ADDRESS, _SHOWN_THINGS)
    return any(pattern.search(line) for pattern in patterns) or bool(phones_in(line))


def _is_of(line: str, *names: str) -> bool:
    """Whether all words of the line are of these names."""
    said = words_of_name(line)
    return bool(said) and said <= (words_of_name(" ".join(names)) - _PARTS) | table.SMALL


def _is_of_names(line: str) -> bool:
    """Whether the line has nothing but names of things: no verb, and no noun of the work on a letter."""
    if _OFFICE.search(line):
        return False
    words = re.findall(r"[^\W\d_][\w-]*", _SHOWN_THINGS.sub(" ", line))
    small = (word for word in words if word[0].islower())
    return all(_is_small_word_of_a_signature(word) for word in small)


def _is_small_word_of_a_signature(word: str) -> bool:
    known = word in table.SMALL or _ADJECTIVE.fullmatch(word) or _LABEL_WORD.fullmatch(word) or _WORD.fullmatch(word)
    return bool(known or _ROOT.search(word))


def _shown(line: str) -> str:
    line = " ".join(line.split())
    return line if len(line) <= _LINE_CHARS_SHOWN else f"{line[:_LINE_CHARS_SHOWN]}…"
