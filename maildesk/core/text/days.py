# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Days as colleagues write them in German ("4.12.", "übermorgen", "nächsten Montag", "in 3 Tagen"), counted from today."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from maildesk.core.text.said import Said, say

YEARS_AHEAD = 5  # what is farther ahead is a slip of the hand
_MONTHS = ("jan", "feb", "mär", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "dez")
_WEEKDAYS = ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag")
_NUMBERS = ("ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn")

_MONTH = r"(?P<month>jan|feb|m(?:ä|ae)r|apr|mai|jun|jul|aug|sep|okt|nov|dez)(?:\.|[a-zä]{0,7}\b)"
_WEEKDAY = r"(?P<weekday>montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag)"
_DAY_NAMED = r"(?:(?:mo|di|mi|do|fr|sa|so)(?:ntag|enstag|ttwoch|nnerstag|eitag|mstag|nnabend|nntag)?\.?,?\s+(?:den\s+|dem\s+)?)?"
_COUNT = r"(?P<count>\d{1,4}|ein(?:e[mnr])?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|vierzehn)"
_LEAD = r"(?:(?:bis|zum|am|den|dem|spätestens|ab|auf|erst|wieder)\s+){0,4}"
_TIME = r"(?:[\s,]+(?:um\s+)?\d{1,2}(?:[:.]\d{2})?\s*uhr\b|[\s,]+(?:früh|vormittags?|mittags?|nachmittags?|abends?|nachts?)\b){0,3}"


@dataclass(frozen=True, slots=True)
class DayRead:
    """A day at the beginning or the end of a text, and the `rest` of the text. `day` is None if there is none that can be meant.

    `written` says whether a day is there at all; `problem` is what is wrong with a day that cannot be meant.
    """

    day: date | None = None
    rest: str = ""
    written: bool = False
    problem: Said | None = None
    instead: date | None = None


def read_day(text: str, today: date) -> DayRead:
    """Reads the day at the beginning of a text, else the one that ends it ("Gutachten fehlt bis 4.12.").

    A day without a year is the next such day, a weekday the next after today. Never raises.

    >>> read_day("4.12. Gutachten fehlt", date(2026, 11, 22)).day
    datetime.date(2026, 12, 4)
    """
    for pattern, resolve in _FORMS:
        if match := pattern.match(text):
            return _judged(resolve, match, today, text[match.end() :])
    for start in [found.start() for found in re.finditer(r"(?<=\s)(?:bis|zum|am|spätestens)\s", text[:500], re.IGNORECASE)]:
        for pattern, resolve in _FORMS:
            match = pattern.match(text, start)
            if match and not text[match.end() :].strip(" .,;!"):
                return _judged(resolve, match, today, text[:start])
    return DayRead(rest=text.strip())


def _judged(resolve: Callable[[re.Match[str], date], date | None], match: re.Match[str], today: date, rest: str) -> DayRead:
    rest = rest.strip().lstrip(",;:.–—- ").strip()
    try:
        day = resolve(match, today)
    except (ValueError, OverflowError):
        day = None
    if day is None:
        return DayRead(rest=rest, written=True, problem=say("mistake.no_such_day"))
    if day < today:
        instead = None if resolve is _word else _next_such(day.month, day.day, today)
        return DayRead(rest=rest, written=True, problem=say("mistake.past_day", day=day), instead=instead)
    if day.year - today.year > YEARS_AHEAD:
        return DayRead(rest=rest, written=True, problem=say("mistake.far_day", day=day))
    return DayRead(day, rest, written=True)


def _next_such(month: int, day: int, today: date) -> date | None:
    """The next 29 February may be eight years away (1896, 1904)."""
    for year in range(today.year, today.year + 9):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    return None


def _iso(match: re.Match[str], _: date) -> date:
    return date(int(match["year"]), int(match["month"]), int(match["day"]))


def _numbers(match: re.Match[str], today: date) -> date | None:
    year, month, day = match["year"] or match["short"], int(match["month"]), int(match["day"])
    return date(int(year) if len(year) == 4 else 2000 + int(year), month, day) if year else _next_such(month, day, today)


def _month_name(match: re.Match[str], today: date) -> date | None:
    month = _MONTHS.index(match["month"].lower().replace("ae", "ä")) + 1
    day = int(match["day"])
    return date(int(match["year"]), month, day) if match["year"] else _next_such(month, day, today)


_FROM_TODAY = {"vorgestern": -2, "gestern": -1, "heute": 0, "morgen": 1}


def _word(match: re.Match[str], today: date) -> date:
    word = match["word"].lower()
    return today + timedelta(days=_FROM_TODAY.get(word, 2))


def _weekday(match: re.Match[str], today: date) -> date:
    wanted = _WEEKDAYS.index(match["weekday"].lower().replace("sonnabend", "samstag"))
    if "woche" in match[0].lower():
        next_week = 0 if "diese" in match[0].lower() else 7
        return today + timedelta(days=next_week - today.weekday() + wanted)
    return today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)


def _counted(match: re.Match[str], today: date) -> date:
    number = _number(match["count"].lower())
    unit = (match["unit"] or "tag").lower()
    return today + timedelta(days=number * (7 if unit.startswith("woche") else 1))


def _number(word: str) -> int:
    if word.isdecimal():
        return int(word)
    return 14 if word == "vierzehn" else 1 if word.startswith("ein") else _NUMBERS.index(word) + 1


def _form(pattern: str, before: str = "") -> re.Pattern[str]:
    return re.compile(rf"{_LEAD}{before}{pattern}(?!\w){_TIME}", re.IGNORECASE)


_FORMS: Final = (
    (_form(r"(?P<year>\d{4})[-‐‑–](?P<month>\d{1,2})[-‐‑–](?P<day>\d{1,2})", _DAY_NAMED), _iso),
    (
        _form(r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})(?:\.(?:\s?(?P<year>\d{4})|(?P<short>\d{2}))|\.(?!\d)|(?![\d.]))", _DAY_NAMED),
        _numbers,
    ),
    (_form(rf"(?P<day>\d{{1,2}})\.\s?{_MONTH}(?:\s(?P<year>\d{{4}}))?", _DAY_NAMED), _month_name),
    (_form(r"(?P<word>heute|morgen|(?:ü|ue?)bermorgen|(?:vor)?gestern)"), _word),
    (_form(rf"(?:(?:n(?:ä|ae)chste[nrms]?|kommende[nrms]?|diese[nrms]?)\s+)?(?:woche\s+(?:am\s+)?)?{_WEEKDAY}"), _weekday),
    (_form(rf"(?:in\s+|\+\s?){_COUNT}\s?(?P<unit>tag(?:en?)?|wochen?)"), _counted),
    (_form(r"\+\s?(?P<count>\d{1,4})(?P<unit>)"), _counted),
)
