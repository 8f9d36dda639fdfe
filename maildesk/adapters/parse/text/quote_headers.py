# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What mail programs write above a quoted mail: attributions, header blocks, "-----Ursprüngliche Nachricht-----".

A person writes "Am 3. Mai schrieb mir Frau Weber:", "Von: Köln", "An: Bonn" as well, so nothing here is decided by one word. An
attribution has a date, a time or an address, and ends as attributions end. Whether it needs lines marked with ">" behind it depends on
whether a person could have typed it: with the day, the time of day and an address in brackets nobody does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

from maildesk.adapters.parse.text import quote_words as table
from maildesk.adapters.parse.text.quote_words import Role

LINE_CHARS_MAX = 400  # of a line that can be anything but a person's own
ATTRIBUTION_LINES_MAX = 4
_ATTRIBUTION_CHARS_MAX = 500
_BLOCK_LINES_MAX = 24
_FOLDED_CHARS_MAX = 100  # of a line that a mail program broke
_CONTINUED_LINES_MAX = 3  # of one field: long lists of recipients


class Strength(Enum):
    """How much an attribution proves: CERTAIN needs nothing behind it, LIKELY needs lines marked as quoted."""

    LIKELY = 1
    CERTAIN = 2


_OPENS = re.compile(rf"(?:(?:{table.INTRODUCES})(?!\w)|(?:{table.WEEKDAYS})(?![\w-])|\d|[在于於])", re.IGNORECASE)
_OPENS_BY_WORD = re.compile(rf"(?:(?:{table.INTRODUCES})(?!\w)|(?:{table.WEEKDAYS})(?![\w-]))", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_BY_US = re.compile(rf"(?<![\w.@-])(?:{table.ONE_OF_US})(?![\w.@-])")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)\d{1,2}[./-]\d{1,2}[./-]\d\d(?!\d)")
_CLOCK = re.compile(r"(?<![\d.:/-])\d{1,2}\s?[:.hH]\s?\d\d(?!\d|\.\d|[./-]\d)|(?<![\d.])\d{1,2}:\d\d|\d{1,2}[時时点點시]")
_ADDRESS = re.compile(r"[^\s<>()\[\]@]@[\w-]+(?:\.[\w-]+)*")
_BRACKETED = re.compile(r"[<\[]\s?(?:mailto:)?[^\s<>()\[\]@]{1,120}@[^\s<>()\[\]@]{1,120}")
_IN_ROUND_BRACKETS = re.compile(r"\(\s?[^\s<>()\[\]@]{1,120}@[^\s<>()\[\]@]{1,120}\s?\)")
_WROTE_BY_HAND = re.compile(r"\b(?:schrieb|wrote)", re.IGNORECASE)
_ISO_FORM = re.compile(r"20\d\d-\d\d-\d\d \d{1,2}:\d\d GMT[+-]\d\d:\d\d \S[^.!?:]{0,80}")
_ZOHO_FORM = re.compile(r"-{3,5}\s?\S.{10,300}\s(?:wrote|schrieb|escribió|écrit)\s?-{3,5}", re.IGNORECASE)
_BROKEN_OFF = re.compile(r"\s{0,3}>\s?(\w{0,15})\s?:\s{0,3}")
_WORD = re.compile(r"\w+")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACES = re.compile(r"\s+")

_RULE = re.compile(r"\s{0,4}[*_]?[_\-=–—─]{5,200}[*_]?\s{0,4}")
_DASHED = re.compile(r"[\s>*]{0,8}[-_=–—]{2,80}\s{0,4}\*?([^-_=–—].{3,60}?)\*?\s{0,4}[-_=–—]{2,80}[\s*:]{0,8}")
_SEPARATORS = table.ORIGINAL_MESSAGE
_BEGIN_FORWARDED = table.BEGIN_FORWARDED
_BY_A_SERVER = re.compile(r"Original Message processed by|Ursprüngliche Nachricht bearbeitet von", re.IGNORECASE)


def is_broken_off(line: str) -> bool:
    """`>:` or `> wrote:`, the end of an attribution that was folded within its address."""
    match = _BROKEN_OFF.fullmatch(line)
    return match is not None and (not match[1] or match[1].lower() in table.WROTE)


def is_rule(line: str) -> bool:
    return bool(_RULE.fullmatch(line[:LINE_CHARS_MAX]))


# --- attributions ---


def attribution_ending_at(lines: Sequence[str], last: int) -> tuple[int, Strength] | None:
    """The first line of the attribution that ends with the line `last`, and what it proves; None if there is none."""
    if not _may_end_an_attribution(lines[last]):
        return None
    joined = ""
    for first in range(last, max(-1, last - ATTRIBUTION_LINES_MAX), -1):
        line = lines[first].strip()
        joined = f"{line} {joined}".strip()
        if not line or len(joined) > _ATTRIBUTION_CHARS_MAX:
            return None
        strength = _strength(joined)
        if strength:
            begins = _true_beginning(lines, first, last)
            return begins, _strength(" ".join(lines[begins : last + 1])) or strength
    return None


def _may_end_an_attribution(line: str) -> bool:
    """A cheap look at the end of the line, since every line is asked."""
    end = line[-60:].rstrip(" \t*_\u200e\u200f\u202a-\u202c")
    if not end or len(line) > LINE_CHARS_MAX:
        return False
    return end[-1] in ":：" or end.endswith(("--", ">")) or _says_wrote_last(end) or " GMT" in line[:30]


def _strength(joined: str) -> Strength | None:
    text = _SPACES.sub(" ", _INVISIBLE.sub("", joined)).strip(" *_")
    if _ISO_FORM.fullmatch(text):
        return Strength.CERTAIN
    day, clock, address = _YEAR.search(text), _CLOCK.search(text), _ADDRESS.search(text)
    if not (day or clock or address):
        return None
    wrote = _says_wrote(text)
    if not _ends_so(text, wrote=wrote) or _names_one_of_us(text):
        return None
    opens = bool(_OPENS.match(text.lstrip('-–— "')))
    if day and clock and (_is_by_a_program(text, clock.end(), wrote=wrote, opens=opens) or (address and _ZOHO_FORM.fullmatch(text))):
        return Strength.CERTAIN
    if wrote and ((opens and (day or clock)) or address):
        return Strength.LIKELY
    return Strength.LIKELY if day and clock and address and opens else None


def _is_by_a_program(text: str, behind_clock: int, *, wrote: bool, opens: bool) -> bool:
    """Whether the address is in brackets as programs set them. People set round ones, and say what happened at that time."""
    if wrote:
        return bool(_BRACKETED.search(text) or (_IN_ROUND_BRACKETS.search(text) and not _WROTE_BY_HAND.search(text)))
    bracket = _BRACKETED.search(text)
    if not opens or not bracket:
        return False
    between = text[behind_clock : bracket.start()]
    return all(not word.islower() or word.strip(".,") in table.PARTS_OF_NAMES for word in between.split())


def _says_wrote(text: str) -> bool:
    return not table.WROTE.isdisjoint(_WORD.findall(text.lower())) or any(word in text for word in table.WROTE_UNSPACED)


def _says_wrote_last(text: str) -> bool:
    """Whether the verb is one of the last two words: `wrote ----`, `napisał(a):`, `napisao je:`."""
    end = text[-40:].lower()
    return not table.WROTE.isdisjoint(_WORD.findall(end)[-2:]) or any(word in end[-10:] for word in table.WROTE_UNSPACED)


def _ends_so(text: str, *, wrote: bool) -> bool:
    return text.endswith((":", "：")) or (wrote and _says_wrote_last(text))


def _names_one_of_us(text: str) -> bool:
    """Whether a pronoun is outside of quotes, brackets and addresses: a name may be anything."""
    if not _BY_US.search(text):
        return False
    outside = re.sub(r'"[^"]*"|<[^<>]*>', " ", text)
    return bool(_BY_US.search(" ".join(word for word in outside.split() if "@" not in word)))


def _true_beginning(lines: Sequence[str], first: int, last: int) -> int:
    """The attribution may have begun above the line that was enough to know it: "On Mon, Nov 23," or a long name alone on its line."""
    if _OPENS_BY_WORD.match(lines[first].strip()):
        return first
    begins = first
    for above in range(first - 1, max(-1, last - ATTRIBUTION_LINES_MAX), -1):
        line = lines[above].strip()
        if not line or len(line) > _FOLDED_CHARS_MAX or line[-1] in ".!?:;" or _says_wrote(line):
            break
        if _OPENS.match(line) and _DIGIT.search(line):
            begins = above
            if _OPENS_BY_WORD.match(line):
                break
    alone = first == 1 or (first > 1 and not lines[first - 2].strip())
    if begins == first and alone and _is_half_a_name(lines[first - 1]) and not _OPENS.match(lines[first].strip()):
        return first - 1
    return begins


def _is_half_a_name(line: str) -> bool:
    return 0 < len(line.split()) <= 4 and len(line) <= _FOLDED_CHARS_MAX and line.rstrip()[-1].isalpha() and line.strip().istitle()


# --- header blocks ---


def role_of(line: str) -> Role | None:
    """What the line says if it is a header line: `*Von:* Eva`, `De : Eva`, `发件人：Eva`."""
    head = line[:48].replace("：", ":")
    label, colon, _ = head.partition(":")
    return table.LABELS.get(label.strip(" \t*_|>").lower()) if colon else None


def header_block(lines: Sequence[str], first: int) -> tuple[int, bool]:
    """Where the header lines that begin with line `first` end, and whether there are enough of them for a mail program's.

    Enough: three different ones with an address; or From, Sent, To and Subject with the time of day, as Outlook writes them for people
    in one office. Behind a rule or a separator use `fields_behind`, which asks for less.
    """
    end, found = _fields(lines, first)
    values = " ".join(found.values())
    by_address = len(found) >= 3 and Role.FROM in found and bool(_ADDRESS.search(values))
    clock = _CLOCK.search(found.get(Role.SENT, "")) and _YEAR.search(found.get(Role.SENT, ""))
    by_time = bool(clock) and {Role.FROM, Role.TO, Role.SUBJECT} <= found.keys()
    return end, by_address or by_time


def fields_behind(lines: Sequence[str], number: int) -> int:
    """How many different header lines follow behind line `number`, empty lines left aside."""
    first = _next_line(lines, number + 1)
    if first is None or role_of(lines[first]) is None:
        return 0
    return len(_fields(lines, first)[1])


def _fields(lines: Sequence[str], first: int) -> tuple[int, dict[Role, str]]:
    found: dict[Role, str] = {}
    number, end = first, first
    while number < min(len(lines), first + _BLOCK_LINES_MAX):
        role = role_of(lines[number])
        if role is not None:
            found[role] = found.get(role, "") + " " + lines[number][:LINE_CHARS_MAX].replace("：", ":").partition(":")[2]
            number = end = number + 1
            continue
        if number - end >= _CONTINUED_LINES_MAX or not _field_follows(lines, number):
            break
        found[next(reversed(found))] += " " + lines[number][:LINE_CHARS_MAX]
        number += 1
    return end, found


def _field_follows(lines: Sequence[str], number: int) -> bool:
    """Whether header lines go on behind this one, which is empty or goes on with the field above."""
    near = lines[number + 1 : number + 1 + _CONTINUED_LINES_MAX]
    if not lines[number].strip():
        return bool(near) and role_of(near[0]) is not None
    for line in near:
        if role_of(line) is not None:
            return True
        if not line.strip():
            return False
    return False


def _next_line(lines: Sequence[str], number: int) -> int | None:
    return next((at for at in range(number, min(len(lines), number + 6)) if lines[at].strip()), None)


# --- separators ---


def is_separator(lines: Sequence[str], number: int) -> bool:
    """`-----Ursprüngliche Nachricht-----`; without dashes only above header lines; one lonely header line behind it is a doubt."""
    line = lines[number]
    if not line or len(line) > 200 or line[0] == ">":
        return False
    if _BY_A_SERVER.match(line.strip(" *-")):
        return True
    dashed = _DASHED.fullmatch(line)
    if dashed and _phrase(dashed[1]) in _SEPARATORS:
        return _is_header_free(lines, number) or fields_behind(lines, number) >= 2
    plain = _phrase(line.strip(" *_\t"))
    return plain in _BEGIN_FORWARDED and fields_behind(lines, number) >= 2


def _is_header_free(lines: Sequence[str], number: int) -> bool:
    following = _next_line(lines, number + 1)
    return following is None or role_of(lines[following]) is None


def _phrase(text: str) -> str:
    return _SPACES.sub(" ", text.strip(" :：*_\t").replace("’", "'")).lower()
