# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What came into an answer from another letter: places still to be filled in, and data of a person who is in no mail of the case."""

from __future__ import annotations

import re
from collections.abc import Iterator

from maildesk.core.answers import house_words as table
from maildesk.core.answers.checks import Finding, FindingKind
from maildesk.core.answers.signature import words_of_name
from maildesk.core.case.file import CaseFile
from maildesk.core.office.policy import Policy
from maildesk.core.text.said import say

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
    return (
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


def _numbers(day: str) -> str:
    return re.sub(r"\D", "", day)


def _shown(line: str) -> str:
    line = " ".join(line.split())
    return line if len(line) <= _LINE_CHARS_SHOWN else f"{line[:_LINE_CHARS_SHOWN]}…"
