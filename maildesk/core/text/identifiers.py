# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Numbers by which offices and banks know a person: how they look, and how they are masked. One table, which a desk may extend."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identifier:
    """`pattern` finds candidates; `length` says how many characters of one are the number, 0 if it is none; `mask` hides it."""

    kind: str
    name: str
    pattern: re.Pattern[str]
    length: Callable[[str], int]
    mask: Callable[[str], str]


def found_in(text: str, identifier: Identifier) -> Iterator[tuple[int, int, str]]:
    """Where such numbers begin and end in the text, and each masked."""
    position = 0
    while match := identifier.pattern.search(text, position):
        length = identifier.length(match[0])
        position = match.start() + length if length else match.end()
        if length:
            yield match.start(), position, identifier.mask(match[0][:length])


def _bare(number: str) -> str:
    return re.sub(r"[\s-]", "", number).upper()


# ISO 13616: the lengths of the countries whose accounts citizens and staff name.
_IBAN_LENGTHS = {
    "AD": 24, "AL": 28, "AT": 20, "BA": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24,
    "FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MD": 24,
    "ME": 22, "MK": 19, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "RS": 22, "SE": 24, "SI": 19, "SK": 24, "TR": 26,
    "UA": 29, "XK": 20,
}  # fmt: skip
_IBAN_WORD = re.compile(r"IBAN\W{0,3}\s*", re.IGNORECASE)


def is_iban(bare: str) -> bool:
    """Whether the check digits are right (ISO 7064, MOD 97-10); `bare` in capitals and without spaces."""
    moved = bare[4:] + bare[:4]
    return moved.isascii() and moved.isalnum() and int("".join(str(int(sign, 36)) for sign in moved)) % 97 == 1


def _iban_length(candidate: str) -> int:
    """How much of the candidate is the IBAN, by the length of its country. Behind the word IBAN the check digits may be wrong."""
    word = _IBAN_WORD.match(candidate)
    start = word.end() if word else 0
    end, missing = _account_end(candidate, start)
    ends_there = end >= len(candidate) or not candidate[end].isalnum()
    if missing or end == start or not ends_there:
        return 0
    return end if word or is_iban(_bare(candidate[start:end])) else 0


def _account_end(candidate: str, start: int) -> tuple[int, int]:
    """Where the letters and digits of an IBAN of this country end, and how many are missing; `start` where no country is named so."""
    missing = _IBAN_LENGTHS.get(candidate[start : start + 2].upper(), 0)
    end = start
    while end < len(candidate) and missing:
        missing -= candidate[end].isalnum()
        end += 1
    return end, missing


def _mask_iban(number: str) -> str:
    word = _IBAN_WORD.match(number)
    bare = _bare(number[word.end() :] if word else number)
    return f"{word[0] if word else ''}{bare[:2]}** **** {bare[-4:]}"


def _whole(candidate: str) -> int:
    return len(candidate)


def _mask_customer(number: str) -> str:
    bare = _bare(number)
    return f"***{bare[3]}***{bare[-3:]}"


def _mask_household(number: str) -> str:
    return f"*****{'//' if '/' in number else 'BG'}****{_bare(number)[-3:]}"


IDENTIFIERS: tuple[Identifier, ...] = (
    # § 51a SGB II: three digits, a letter, six digits. An assumption: no public source defines the form.
    Identifier(
        "customer-number",
        "Kundennummer",
        re.compile(r"(?<![\w/-])\d{3}[ ]?[A-Za-z][ ]?\d{3}[ ]?\d{3}(?![\w/-])"),
        _whole,
        _mask_customer,
    ),
    # The number of the household: five digits, // or BG, seven digits. An assumption as well.
    Identifier(
        "customer-number",
        "BG-Nummer",
        re.compile(r"(?<![\w/-])\d{5}(?: ?// ?| ?BG ?)\d{7}(?![\w/-])", re.IGNORECASE),
        _whole,
        _mask_household,
    ),
    Identifier(
        "iban",
        "IBAN",
        re.compile(r"(?<![A-Za-z0-9])(?:IBAN\W{0,3}\s*)?[A-Za-z]{2}\d{2}(?:[\s-]?[A-Za-z0-9]){11,40}", re.IGNORECASE),
        _iban_length,
        _mask_iban,
    ),
)

# A country, check digits, and groups that hold digits; what divides them is seldom a blank alone.
_ACCOUNT = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[\s./|-]{0,4}(?:\d|[A-Za-z]{1,4}(?=[\s./|-]{0,4}\d))){8,40}", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w/.-])(?:\+|00?)[1-9][\d \u00a0()/.–-]{4,24}\d(?!\w)")
_DATE = re.compile(r"(?<!\d)\d{1,2}\. ?\d{1,2}\. ?(?:\d{4}|\d{2})?(?!\d)|\d{4}-\d\d-\d\d")
_PHONE_DIGITS_MIN = 7


def phones_in(text: str) -> tuple[str, ...]:
    """The telephone numbers in a text, digits only and without the prefix of the country, so that two spellings are one number.

    >>> phones_in("Tel. +49 (0)6252 0000-12, Fax 06252/0000-99, am 20.11.2026 um 09:15")
    ('6252000012', '6252000099')
    """
    plain_text = _DATE.sub(" , ", _without_accounts(text))
    digits = (re.sub(r"\D", "", match[0].replace("(0)", "")) for match in _PHONE.finditer(plain_text))
    plain = (re.sub(r"^(?:0049|49(?=[1-9]\d{6})|0)", "", number) for number in digits)
    return tuple(dict.fromkeys(number for number in plain if len(number) >= _PHONE_DIGITS_MIN))


def _without_accounts(text: str) -> str:
    """The text without what looks like an IBAN: also mistyped, in groups, in small letters, or with a digit too few."""
    pieces: list[str] = []
    position = 0
    while match := _ACCOUNT.search(text, position):
        length, _ = _account_end(match[0], 0)
        pieces.append(text[position : match.start()])
        position = match.start() + (length or 2)
        pieces.append(" , " if length else text[match.start() : position])
    return "".join((*pieces, text[position:]))


def masked(text: str) -> str:
    """The text with every customer number, BG number and IBAN masked, for heads and digests.

    >>> masked("Kundennummer 999B000456, Konto DE97 0000 0000 1234 5600 00")
    'Kundennummer ***B***456, Konto DE** **** 0000'
    """
    spans = sorted(_spans(text), reverse=True)
    for start, end, mask in spans:
        text = f"{text[:start]}{mask}{text[end:]}"
    return text


def _spans(text: str) -> Iterator[tuple[int, int, str]]:
    taken: list[tuple[int, int]] = []
    every: Iterable[tuple[int, int, str]] = (span for identifier in IDENTIFIERS for span in found_in(text, identifier))
    for start, end, mask in every:
        if all(end <= first or start >= last for first, last in taken):
            taken.append((start, end))
            yield start, end, mask
