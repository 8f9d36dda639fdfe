# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The writer's own words: the text without the quoted mail at its end, where it is beyond doubt what is quoted.

Libraries for this cut genuine sentences ("Am Montag schrieb ich Ihnen einen Brief:"), so the rule is strict: a line that says
who wrote, with nothing behind it but lines marked as quoted. Everything else stays. One pass from the end, so its time is linear.
"""

from __future__ import annotations

import re

ATTRIBUTION_LINES_MAX = 4
_ATTRIBUTION_CHARS_MAX = 600
_WROTE = re.compile(
    r"\b(?:schrieb(?:en)?|geschrieben|wrote|writes|a écrit|escribió|ha scritto|escreveu|schreef|skrev|napisał(?:\(a\))?|napsal(?:\(a\))?"
    r"|a scris|írta|yazdı|şunları yazdı|пише|писал(?:\(а\))?|написал(?:\(а\))?|написав|пишет|كتب)\b",
    re.IGNORECASE,
)
_RULE = re.compile(
    r"[-_*\s]{2,40}(?:Ursprüngliche (?:Nachricht|Mail)|Originalnachricht|Original[- ]Nachricht|Original Message|Message d'origine"
    r"|Mensaje original|Messaggio originale|Weitergeleitete Nachricht|Forwarded message|Antwort auf)[-_*\s]{0,40}",
    re.IGNORECASE,
)
_HEADER_LINE = re.compile(
    r"\s{0,4}\*?(?:von|from|de|da|od|от|gesendet|sent|datum|date|an|to|cc|kopie|betreff|subject)\*?\s?:\*?\s.{1,300}", re.IGNORECASE
)
_HAS_TIME_OR_ADDRESS = re.compile(r"\d{1,2}[:.h]\d{2}|\d{4}|@")


def own_words(text: str) -> str:
    """The text up to the quoted tail; all of it where there is none, or where nothing but a quote would be left."""
    lines = text.split("\n")
    tail = _start_of_quoted_tail(lines)
    if tail is None:
        return text
    cut = _start_of_introduction(lines, tail)
    if cut is None:
        return text
    own = "\n".join(lines[:cut]).rstrip()
    return own or text


def _start_of_quoted_tail(lines: list[str]) -> int | None:
    """The first of the lines up to the end that are all marked as quoted or empty."""
    first = None
    for number in range(len(lines) - 1, -1, -1):
        if lines[number].startswith(">"):
            first = number
        elif lines[number].strip():
            break
    return first


def _start_of_introduction(lines: list[str], tail: int) -> int | None:
    """Where the line or lines begin that introduce the quote, directly above it: an attribution, or a block of header lines."""
    end = tail
    while end > 0 and not lines[end - 1].strip():
        end -= 1
    return _start_of_attribution(lines, end) if end else None


def _start_of_attribution(lines: list[str], end: int) -> int | None:
    """`Am 3. Mai 2026 um 10:15 schrieb Eva <eva@example.org>:`, also broken over lines, or a rule or header lines."""
    block = end
    while block > 0 and end - block < 8 and (_HEADER_LINE.fullmatch(lines[block - 1][:400]) or _RULE.fullmatch(lines[block - 1][:120])):
        block -= 1
    if end - block >= 2 or (end > block and _RULE.fullmatch(lines[block][:120])):
        return block
    for start in range(end - 1, max(-1, end - 1 - ATTRIBUTION_LINES_MAX), -1):
        if not lines[start].strip():
            return None
        joined = " ".join(lines[start:end])
        if len(joined) > _ATTRIBUTION_CHARS_MAX:
            return None
        if _is_attribution(joined.strip()) and (start == 0 or not lines[start - 1].strip() or _opens(lines[start])):
            return start
    return None


def _is_attribution(line: str) -> bool:
    return line.endswith(":") and bool(_WROTE.search(line)) and bool(_HAS_TIME_OR_ADDRESS.search(line))


def _opens(line: str) -> bool:
    """Whether the line begins as attributions do, so that it need not stand behind an empty one."""
    return bool(re.match(r"\s*(?:Am|On|Le|El|Il|Den|Op|W dniu|Dne|On)\s+\S", line))
