# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Dates that are not written as RFC 5322 section 3.3 asks: German names, ISO 8601, two-digit years, no zone, asctime."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_CHARS_MAX = 200
_YEARS = range(1970, 2101)  # outside of them it is no date but nonsense
_MONTHS = {
    name: number
    for number, names in enumerate(
        (*("jan jän jae", "feb", "mar mär mrz mae", "apr", "may mai", "jun", "jul", "aug", "sep", "oct okt", "nov", "dec dez"),),
        start=1,
    )
    for name in names.split()
}
# Hours from UTC of the zones that mail programs write by name (RFC 5322 section 4.3, and the European ones).
_ZONES = {
    **dict.fromkeys(("z", "ut", "utc", "gmt", "wet"), 0),
    **dict.fromkeys(("cet", "mez", "met", "bst", "west"), 1),
    **dict.fromkeys(("cest", "mesz", "mest", "eet"), 2),
    **dict.fromkeys(("eest", "msk"), 3),
    **{"edt": -4, "est": -5, "cdt": -5, "cst": -6, "mdt": -6, "mst": -7, "pdt": -7, "pst": -8},
}
_CLOCK = r"(?P<hour>\d{1,2})[:.](?P<minute>\d{1,2})(?:[:.](?P<second>\d{1,2})(?:[.,]\d{1,9})?)?(?:\s?(?P<half>[ap])\.?m\b\.?)?(?:\s?Uhr)?"
_ZONE = r"(?:\s*\(?(?:GMT|UTC)?(?P<zone>[+-]\s?\d{2}:?\d{2}|[A-Za-z]{1,5})\b)?"
_BETWEEN = r"[\s,T-]*(?:um\s|at\s)?\s*"
_NAME = r"(?P<name>[^\W\d_]{3,9})\.?"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?P<year>\d{{4}})-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})(?:{_BETWEEN}{_CLOCK}{_ZONE})?",
        rf"\b(?P<year>\d{{4}})(?P<month>\d{{2}})(?P<day>\d{{2}})T(?P<hour>\d{{2}})(?P<minute>\d{{2}})(?P<second>\d{{2}})(?P<half>){_ZONE}",
        rf"\b(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.\s?(?P<year>\d{{4}}|\d{{2}})\b(?:{_BETWEEN}{_CLOCK}{_ZONE})?",
        rf"\b(?P<day>\d{{1,2}})\.?[\s-]*{_NAME}[\s,-]*(?P<year>\d{{4}}|\d{{2,3}})\b(?:{_BETWEEN}{_CLOCK}{_ZONE})?",
        rf"\b{_NAME}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})\b(?:{_BETWEEN}{_CLOCK}{_ZONE})?",
        rf"\b{_NAME}\s+(?P<day>\d{{1,2}})\s+{_CLOCK}{_ZONE}\s+(?P<year>\d{{4}})\b",
    )
)


def read(text: str) -> datetime | None:
    """The time as an aware datetime; without a zone, or with one nobody knows, in UTC; None where there is none.

    >>> read("Mo, 23 März 2026 09:15:00 MEZ").isoformat(), read("2026-11-23T09:15:00Z").isoformat()
    ('2026-03-23T09:15:00+01:00', '2026-11-23T09:15:00+00:00')
    >>> read("23.11.26, 09:15 Uhr").isoformat(), read("gestern")
    ('2026-11-23T09:15:00+00:00', None)
    """
    text = text[:_CHARS_MAX]
    for form in _FORMS:
        for match in form.finditer(text):
            found = _datetime(match.groupdict())
            if found is not None:
                return found
    return None


def _datetime(pieces: dict[str, str | None]) -> datetime | None:
    name = (pieces.get("name") or "").lower()
    month = _MONTHS.get(name[:3], 0) if name else int(pieces["month"] or 0)
    hour = int(pieces["hour"] or 0)
    if pieces["half"]:
        hour = hour % 12 + (12 if pieces["half"].lower() == "p" else 0)
    try:
        day, minute, second = int(pieces["day"] or 0), int(pieces["minute"] or 0), min(59, int(pieces["second"] or 0))
        return plausible(datetime(_year(pieces["year"] or ""), month, day, hour, minute, second, tzinfo=_zone(pieces["zone"] or "")))
    except ValueError:
        return None


def plausible(date: datetime) -> datetime | None:
    return date if date.year in _YEARS else None


def _year(digits: str) -> int:
    """The year; two digits as RFC 5322 section 4.3 has it, three from programs that add 1900 wrongly."""
    year = int(digits)
    if len(digits) == 4:
        return year
    return year + (2000 if year < 50 else 1900)


def _zone(text: str) -> timezone:
    """Of `+0100`, `+01:00` or a name."""
    digits = re.sub(r"\D", "", text)
    if not digits:
        return timezone(timedelta(hours=_ZONES.get(text.lower(), 0)))
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if offset >= timedelta(hours=24):
        return UTC
    return timezone(-offset if text.startswith("-") else offset)
