# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What came into an answer from another letter: places still to be filled in, and the name or data of a person who is
in no mail of the case."""

from __future__ import annotations

import re
from collections.abc import Iterator

from maildesk.core.answers import house_words as table
from maildesk.core.answers.checks import Finding, FindingKind
from maildesk.core.answers.greeting import greeted_names
from maildesk.core.answers.signature import words_of_name
from maildesk.core.case.file import CaseFile
from maildesk.core.office.policy import Policy
from maildesk.core.text.said import say
from maildesk.core.text.spelling import distance, fold, slips_allowed

_PLACEHOLDER = re.compile("|".join(table.PLACEHOLDERS))
_BORN = re.compile(table.BORN, re.IGNORECASE)
_LIVES = re.compile(table.LIVES)
_INSTITUTION = re.compile(table.INSTITUTIONS, re.IGNORECASE)
_LINE_CHARS_READ, _LINE_CHARS_SHOWN = 4000, 120


def unfinished(text: str, file: CaseFile, policy: Policy) -> tuple[Finding, ...]:
    """One finding for the first place of each kind."""
    lines = [line[:_LINE_CHARS_READ] for line in text.split("\n") if line.strip()]
    missing = next((line for line in lines if _PLACEHOLDER.search(line)), "")
    together = (", ".join((line, *below)) for line, *below in (lines[at : at + 2] for at in range(len(lines))))
    other = next((line for line in together if any(_data_of_others(line, file, policy))), "")
    stranger = _greets_a_stranger(text, file)
    greeting = next((line for line in lines if stranger and stranger in line), "")
    return (
        *((Finding(FindingKind.OTHER_PERSON, say("held.other_greeted", line=_shown(greeting))),) if greeting and not missing else ()),
        *((Finding(FindingKind.UNFINISHED, say("held.placeholder", line=_shown(missing))),) if missing else ()),
        *((Finding(FindingKind.OTHER_PERSON, say("held.other_person", line=_shown(other))),) if other else ()),
    )


def _data_of_others(line: str, file: CaseFile, policy: Policy) -> Iterator[bool]:
    """For each day of birth or address whether the case does not have it."""
    known = " ".join((*(each.words for each in file.incoming), *file.statements, policy.desk.post))
    digits = re.sub(r"\D", "", known)
    for match in _BORN.finditer(line):
        yield _numbers(match["day"]) not in digits
    for match in _LIVES.finditer(line):
        people = words_of_name(
            " ".join((known, *(each.writer.display_name for each in file.incoming), *(each.name for each in policy.staff)))
        )
        yield not _INSTITUTION.search(match["name"]) and not words_of_name(match["name"]) <= people


def _greets_a_stranger(text: str, file: CaseFile) -> str:
    """A word of the name that is greeted, if none of its words is anywhere in the case; a name in other letters may be the same one."""
    greeted = greeted_names(text)
    people = [person for each in file.incoming for person in (each.writer, *each.reply_to)]
    names = " ".join(each.display_name for each in people)
    if not greeted or not people or any(letter.isalpha() and letter > _LAST_LATIN for letter in names):
        return ""
    addresses = fold(" ".join(each.addr_spec for each in people))
    said = (file.subject, file.state.title, *(words for each in file.incoming for words in (each.subject, each.words)), *file.statements)
    typed = _folded_words(" ".join((names, *said)))
    called = _folded_words(names) | _folded_words(" ".join(each.addr_spec for each in people))
    known = any(
        name in typed
        or f"{name}s" in typed
        or name in addresses
        or any(distance(name, each, _slips(name)) <= _slips(name) for each in called)
        for name in (fold(each) for each in greeted)
    )
    return "" if known else greeted[0]


_LAST_LATIN = "\u024f"


def _folded_words(text: str) -> set[str]:
    return {fold(word) for word in re.findall(r"[^\W\d_]{2,}", text)}


def _slips(name: str) -> int:
    return min(slips_allowed(name), 2)


def _numbers(day: str) -> str:
    return re.sub(r"\D", "", day)


def _shown(line: str) -> str:
    line = " ".join(line.split())
    return line if len(line) <= _LINE_CHARS_SHOWN else f"{line[:_LINE_CHARS_SHOWN]}…"
