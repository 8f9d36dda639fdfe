# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""One line of orders -> the orders, or what is wrong with it. Pure look-up in the table of order words and the desk's categories."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from maildesk.core.case.case import case_numbers_in
from maildesk.core.office.policy import Staff
from maildesk.core.orders.lexicon import Lexicon, Meaning
from maildesk.core.orders.words import WRITER, Order, OrderName, OrderWord, Takes
from maildesk.core.text.days import read_day
from maildesk.core.text.said import Said, Value, say
from maildesk.core.text.spelling import fold, nearest

WORDS_IN_A_NAME = 6
ORDERS_IN_A_LINE = 30
SUGGESTIONS = 3
CHARS_OF_NAMES = 500
# What may be before the first # of a line: numbers and marks of a list, bold marks, quotes, brackets. A > does not: that is quoted mail.
_DECORATION = r"(?:\s{0,9}\d{1,2}[.)])?[\s*_\-–—•·\"'„“”‚‘’«»()\[\]]{0,20}"
_BEGINS = re.compile(rf"{_DECORATION}#[#\s]{{0,10}}(?=[^\W\d_])")
_NEXT = re.compile(r"#(?=[^\W\d_])|(?<![^\s,;.|/+&)\]*_])#\s{0,3}(?=[^\W\d_])")
_WITHIN = re.compile(r"(?<![\w#&/])#([^\W\d_][\w-]*)")
_TOKEN = re.compile(r"[^\s:=,;/+&|()<>\[\]{}\"„“”«»#]+")
_NO_NAMES = re.compile(r"[#<>@|~]")
_CONNECTORS = frozenset({"und", "u", "sowie"})
_LINK = re.compile(
    r"(#[\w-]{1,60}\]?|[^\s<>@\[\]]{1,80}@[^\s<>@\[\]]{1,100}\]?)\s?[<\[(](?:https?://|mailto:)[^\s<>\])]{0,2000}[>\])]", re.IGNORECASE
)
_ADDRESS = re.compile(r"[^<>@]{0,80}<\s?(?P<bracketed>[^\s<>@]+@[^\s<>@,;:]+)\s?>|[\[(]?(?P<plain>[^\s<>@,;:\[\]()]+@[^\s<>@,;:\[\]()]+)")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_TITLES = frozenset({"frau", "herr", "herrn", "kollege", "kollegen", "kollegin"})


def clean(line: str) -> str:
    """A line as it was meant: no invisible letters, any space a space, any # a #, and without the link that a client hung on a word."""
    letters = "".join(letter for letter in unicodedata.normalize("NFC", line) if unicodedata.category(letter) != "Cf")
    spaced = re.sub(r"\s", " ", letters.translate({0xFF03: "#", 0xFE5F: "#"}))
    return _LINK.sub(r"\1", spaced) if ":" in spaced else spaced


def plain_dashes(text: str) -> str:
    """The same text, letter for letter, with "-" for each dash that a program made of it."""
    return text.translate(_DASHES)


def begins_as_order(cleaned: str) -> bool:
    """Whether a line begins with # and a letter. "#4711 ist Ihre Nummer" does not."""
    return _BEGINS.match(cleaned) is not None


@dataclass(frozen=True, slots=True)
class Piece:
    """What was read from a line or a part of one: orders, or else a problem."""

    orders: tuple[Order, ...] = ()
    problem: Said | None = None
    suggestions: tuple[Value, ...] = ()


# --- a line that begins with # ---


def read_hash_line(cleaned: str, words: Lexicon, today: date) -> Piece:
    """The orders of a line that `begins_as_order`; if one of them is wrong, none of them and what is wrong."""
    begin = _BEGINS.match(cleaned)
    position = begin.end() if begin else 0
    pieces: list[Piece] = []
    while position < len(cleaned):
        following = _NEXT.search(cleaned, position)
        end = following.start() if following else len(cleaned)
        piece = _segment(cleaned[position:end], words, today)
        if piece.orders and piece.orders[-1].name is OrderName.NOTE:
            piece = _segment(cleaned[position:], words, today)
            following = None
        pieces.append(piece)
        if len(pieces) > ORDERS_IN_A_LINE:
            return Piece(problem=say("mistake.too_many_orders"))
        position = following.end() if following else len(cleaned)
    return _together(pieces)


def _together(pieces: Iterable[Piece]) -> Piece:
    pieces = tuple(pieces)
    wrong = [piece for piece in pieces if piece.problem]
    problems = tuple(dict.fromkeys(piece.problem for piece in wrong))
    if not problems:
        return Piece(tuple(order for piece in pieces for order in piece.orders))
    suggestions = tuple(dict.fromkeys(each for piece in wrong for each in piece.suggestions))
    return Piece((), problems[0] if len(problems) == 1 else say("mistake.several", of=problems), suggestions[:SUGGESTIONS])


def _segment(text: str, words: Lexicon, today: date) -> Piece:
    """What is from one # to the next: a name of one or more words, and what belongs to it."""
    meanings, end = _longest(text, words)
    if not meanings:
        return _unfinished(text, words, today)
    if len(meanings) > 1:
        return _ambiguous(meanings)
    rest = text[end:].strip()
    row, category = meanings[0].row, meanings[0].category
    if category is not None:
        return _with_more(Order(row.name, category.key), rest, f"#{text[:end].strip()}", words)
    if row.takes in {Takes.NOTHING, Takes.WRITER}:
        return _alone(row, rest.lstrip(":=,;.!–— ").strip(), f"#{text[:end].strip()}", words)
    return _READERS[row.takes](row, rest.lstrip(":=,;.!–— ").strip(), words, today)


def _longest(text: str, words: Lexicon) -> tuple[tuple[Meaning, ...], int]:
    """The longest name at the beginning, and where it ends: "nicht dringend" before "nicht"."""
    ends = [token.end() for token in _first_tokens(text)]
    for count, end in reversed(tuple(enumerate(ends, 1))):
        if found := words.exact(fold(text[:end]), count):
            return found, end
    return (), 0


def _first_tokens(text: str, count: int = WORDS_IN_A_NAME) -> list[re.Match[str]]:
    found = []
    for token in _TOKEN.finditer(text):
        found.append(token)
        if len(found) == count:
            break
    return found


def _unfinished(text: str, words: Lexicon, today: date) -> Piece:
    """No name begins the text: perhaps the beginning of one is alone there. Else it is a mistake."""
    found = words.beginning_with(fold(text)) if len(text) <= 100 else ()
    if len(found) == 1 and found[0].category is not None:
        return Piece((Order(found[0].row.name, found[0].category.key),))
    if len(found) > 1 and all(each.category for each in found):
        return _ambiguous(found)
    return _unknown(text, words, today)


def _ambiguous(meanings: Iterable[Meaning]) -> Piece:
    ways = tuple(dict.fromkeys(each.long for each in meanings))[:SUGGESTIONS]
    return Piece(problem=say("mistake.ambiguous", ways=ways), suggestions=ways)


def _unknown(text: str, words: Lexicon, today: date) -> Piece:
    tokens = _first_tokens(text)
    first = tokens[0][0][:60] if tokens else ""
    whole = (fold(text[: token.end()])[:60] for token in reversed(tokens[:3]))
    close = [each for tried in whole for each in words.nearest(tried)]
    close += _without_a_space(first, words, today)
    close += [words.meant(each) for each in words.beginning_with(fold(first))]
    problem = say("mistake.misspelt" if close else "mistake.unknown", word=f"#{first[:40]}")
    return Piece(problem=problem, suggestions=tuple(dict.fromkeys(close))[:SUGGESTIONS])


def _without_a_space(word: str, words: Lexicon, today: date) -> list[str]:
    """#themaBearbeitungsdauer"""
    cuts = [size for size in range(2, len(word) - 1) if any(each.category is None for each in words.exact(fold(word[:size])))]
    apart = [f"{word[:size].lower()} {word[size:]}" for size in cuts]
    return [f"#{each}" for each in apart if _segment(each, words, today).orders]


# --- what is behind an order word ---


def _with_more(order: Order, rest: str, spelling: str, words: Lexicon) -> Piece:
    """An order that takes nothing, and what is behind it: further names ("#kritik berechtigt, abgeholfen"), or a mistake."""
    if not fold(rest):
        return Piece((order,))
    more = names_only(rest, words)
    if more is None:
        tokens = _first_tokens(rest, 1)
        close = words.nearest(fold(tokens[0][0])) if tokens else ()
        return Piece(problem=say("mistake.no_order_behind", order=spelling), suggestions=(*close, spelling)[:SUGGESTIONS])
    return more if more.problem else Piece((order, *more.orders))


def first_name(cleaned: str, words: Lexicon, *, near: bool) -> tuple[str, ...]:
    """How the order is rightly spelt with which a line begins; with `near` also one that may have been meant. Empty if there is none."""
    begin = _BEGINS.match(cleaned)
    text = cleaned[begin.end() : begin.end() + 200] if begin else ""
    meanings, _ = _longest(text, words)
    if meanings:
        return tuple(words.meant(each) for each in meanings)[:SUGGESTIONS]
    tokens = _first_tokens(text, 1)
    return words.nearest(fold(tokens[0][0])[:60]) if near and tokens else ()


def names_within(cleaned: str, words: Lexicon) -> tuple[str, ...]:
    """How the orders are rightly spelt that are somewhere in a line: a "#" with a name right behind it."""
    found = (words.exact(fold(match[1])) for match in _WITHIN.finditer(cleaned))
    return tuple(dict.fromkeys(words.meant(each) for meanings in found for each in meanings))[:SUGGESTIONS]


def misspelt_names(text: str, words: Lexicon) -> Piece | None:
    """A line without # that holds nothing but order words of which some are misspelt by one letter ("Erldigt"); None for any other."""
    if _NO_NAMES.search(text):
        return None
    tokens = [token[0] for token in _first_tokens(text, WORDS_IN_A_NAME + 1) if fold(token[0]) not in _CONNECTORS | {""}]
    wrong = [token for token in tokens if not words.is_plain(fold(token))]
    close = [words.nearest_plain(token) for token in wrong]
    if not wrong or len(tokens) > WORDS_IN_A_NAME or not all(close):
        return None
    meant = tuple(dict.fromkeys(each[0] for each in close))[:SUGGESTIONS]
    return Piece(problem=say("mistake.misspelt", word=wrong[0][:40]), suggestions=meant)


def names_only(text: str, words: Lexicon) -> Piece | None:
    """A text of nothing but order words, keys and labels of categories, without #; None for any other."""
    if len(text) > CHARS_OF_NAMES or _NO_NAMES.search(text):
        return None
    pieces: list[Piece] = []
    position = 0
    while tokens := _first_tokens(text[position:]):
        if fold(tokens[0][0]) in _CONNECTORS or not fold(tokens[0][0]):
            position += tokens[0].end()
            continue
        found = _name_at(text[position:], words)
        if found is None or len(pieces) >= ORDERS_IN_A_LINE:
            return None
        pieces.append(found[0])
        position += found[1]
    return _together(pieces) if pieces else None


def _name_at(text: str, words: Lexicon) -> tuple[Piece, int] | None:
    meanings, end = _longest(text, words)
    meanings = tuple(each for each in meanings if each.plain)
    if len(meanings) > 1:
        return _ambiguous(meanings), end
    if not meanings:
        return None
    row, category = meanings[0].row, meanings[0].category
    if category is not None:
        return Piece((Order(row.name, category.key),)), end
    if row.takes in {Takes.NOTHING, Takes.PERHAPS_DAY_AND_REASON}:
        return Piece((Order(row.name),)), end
    return _category_at(row, text, end, words) if row.takes is Takes.CATEGORY else None


def _category_at(row: OrderWord, text: str, start: int, words: Lexicon) -> tuple[Piece, int] | None:
    """The longest name of an entry of the row's list behind the row's word."""
    for token in reversed(_first_tokens(text[start:])):
        name = fold(text[start : start + token.end()])
        for category in words.vocabulary.categories.active(row.name.value):
            if name and name in category.names:
                return Piece((Order(row.name, category.key),)), start + token.end()
    return None


def _alone(row: OrderWord, rest: str, typed: str, words: Lexicon) -> Piece:
    return _with_more(Order(row.name, WRITER if row.takes is Takes.WRITER else ""), rest, typed, words)


def _category(row: OrderWord, rest: str, words: Lexicon, _: date) -> Piece:
    categories = words.vocabulary.categories
    if not fold(rest):
        ways = [f"{row.spelling} {each.key}" for each in categories.active(row.name.value)]
        others = [each.long for each in words.names.get(fold(row.words[0]), ()) if each.category]
        return Piece(problem=say("mistake.no_value", order=row.spelling), suggestions=(*others, *ways)[:SUGGESTIONS])
    whole = categories.named(row.name.value, rest)
    if whole:
        return Piece((Order(row.name, whole.key),))
    found = _category_at(row, rest, 0, words)
    if found:
        return _with_more(found[0].orders[0], rest[found[1] :], f"{row.spelling} {found[0].orders[0].key}", words)
    close = tuple(f"{row.spelling} {each.key}" for _, each in categories.nearest(rest[:60], (row.name.value,)))
    return Piece(problem=say("mistake.unknown_value", order=row.spelling), suggestions=close)


def _colleague(row: OrderWord, rest: str, words: Lexicon, _: date) -> Piece:
    staff = words.vocabulary.staff
    called = [word for word in re.split(r"[\s,;.]+", rest) if fold(word) and fold(word) not in _TITLES]
    wanted = fold("".join(called))
    if wanted in {"mich", "mir", "ich"}:
        return Piece((Order(row.name, WRITER),))
    keys = [person for person in staff if fold(person.key) == wanted]
    found = keys or [person for person in staff if wanted and wanted in _names_of(person)]
    if len(found) == 1:
        return Piece((Order(row.name, found[0].key),))
    close = nearest(wanted, {fold(person.key) for person in staff}) if wanted else ()
    known = sorted(staff, key=lambda person: fold(person.key) not in close)
    problem = say("mistake.no_colleague", known=[person.key for person in staff[:30]])
    return Piece(problem=problem, suggestions=tuple(f"{row.spelling} {person.key}" for person in known[:SUGGESTIONS]))


def _names_of(person: Staff) -> set[str]:
    return {fold(person.name), *(fold(part) for part in person.name.split() if len(fold(part)) > 2)}


def _case(row: OrderWord, rest: str, words: Lexicon, today: date) -> Piece:
    prefix = words.vocabulary.prefix
    plain = plain_dashes(rest).strip(" .,;:!?[]()")
    plain = re.sub(r"^(?:mit|zu|zum|und|in|vorgang|fall)\s+", "", plain, flags=re.IGNORECASE).lstrip(" [(")
    plain = plain if not re.fullmatch(r"\d{4}-\d{1,7}", plain, re.ASCII) else f"{prefix}-{plain}"
    numbers = case_numbers_in(plain, prefix)
    if len(numbers) == 1 and re.fullmatch(rf"{prefix}-\d{{4}}-\d{{1,7}}", plain, re.IGNORECASE | re.ASCII):
        return Piece((Order(row.name, numbers[0]),))
    return Piece(problem=say("mistake.no_number", order=row.spelling), suggestions=(f"{row.spelling} {prefix}-{today.year}-00017",))


def _note(row: OrderWord, rest: str, _: Lexicon, __: date) -> Piece:
    return Piece((Order(row.name, text=rest),))


def _line(row: OrderWord, rest: str, _: Lexicon, __: date) -> Piece:
    text = rest.strip(" ,;")
    if not fold(text):
        return Piece(problem=say("mistake.no_text", order=row.spelling), suggestions=(row.with_example(),))
    return Piece((Order(row.name, text=text),))


def _due(row: OrderWord, rest: str, _: Lexicon, today: date) -> Piece:
    read = read_day(rest, today)
    has_reason = len(fold(read.rest)) > 1
    if read.day is not None and has_reason:
        return Piece((Order(row.name, text=read.rest, day=read.day),))
    day = read.day or read.instead or say("example.day")
    reason = " ".join(read.rest.split()) if has_reason else say("example.reason")
    problem = say("mistake.no_reason") if read.day else read.problem or say("mistake.no_day", order=row.spelling)
    return Piece(problem=problem, suggestions=(say("example.due_on", order=row.spelling, day=day, reason=reason),))


def _wait(row: OrderWord, rest: str, words: Lexicon, today: date) -> Piece:
    read = read_day(rest, today)
    if read.problem:
        return Piece(problem=read.problem, suggestions=(row.spelling,))
    more = names_only(read.rest, words)
    if more is not None and not more.problem:
        return Piece((Order(row.name, day=read.day), *more.orders))
    return Piece((Order(row.name, text=read.rest.strip(" ,;."), day=read.day),))


def _consult(row: OrderWord, rest: str, _: Lexicon, __: date) -> Piece:
    match = _ADDRESS.match(rest)
    address = (match["bracketed"] or match["plain"]).rstrip(".!?)'\"") if match else ""
    if match is None or "." not in address.rpartition("@")[2]:
        return Piece(problem=say("mistake.no_address", order=row.spelling), suggestions=(row.with_example(),))
    return Piece((Order(row.name, text=rest[match.end() :].lstrip(" ,;:–—-.])>").strip(), address=address),))


_READERS: Final[Mapping[Takes, Callable[[OrderWord, str, Lexicon, date], Piece]]] = {
    Takes.CATEGORY: _category,
    Takes.COLLEAGUE: _colleague,
    Takes.CASE: _case,
    Takes.NOTE: _note,
    Takes.LINE: _line,
    Takes.DAY_AND_REASON: _due,
    Takes.PERHAPS_DAY_AND_REASON: _wait,
    Takes.ADDRESS_AND_QUESTION: _consult,
}
