# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The orders of colleagues in a mail: #words in the subject and in the first lines, distinguished from the text that is meant as an answer.

Nothing that may have been meant as an order is ever left in the text: what is not understood is a `Mistake`, and its line goes nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from maildesk.core.case.case import case_numbers_in
from maildesk.core.mail.message import split_subject
from maildesk.core.orders.lexicon import Lexicon, Vocabulary, lexicon
from maildesk.core.orders.line import (
    Piece,
    begins_as_order,
    clean,
    first_name,
    misspelt_names,
    names_only,
    names_within,
    plain_dashes,
    read_hash_line,
)
from maildesk.core.orders.words import WRITER, Mistake, Order, OrderName, row_of
from maildesk.core.text.said import say

__all__ = [
    "WRITER", "Mistake", "Order", "OrderName", "Reading", "Vocabulary", "has_own_hash", "read_orders",
]  # fmt: skip

LINE_CHARS_SHOWN = 120
LINE_CHARS_BROKEN = 60  # mail programs break lines at 72 to 78 letters, before the word that is too long
SUBJECT_CHARS_READ = 2000
MISTAKES_MAX = 40
_GIVEN_UP = Piece(problem=say("mistake.given_up"))
_TOKEN = re.compile(r"(?<!\S)~([a-z0-9]{8,32})(?!\S)", re.IGNORECASE | re.ASCII)
_TAG = re.compile(r"\s*(?:\[[^\][]{0,60}\]|\*{3}[^*]{1,40}\*{3})\s*")
_HASH_WORD = re.compile(r"(?<!\S)#+\s{0,3}(?=[^\W\d_])")
_HASH_NAME = re.compile(r"#+\s{0,3}([^\W\d_][\w-]*)")
_ALONE = frozenset({OrderName.HELP, OrderName.ANSWER})  # without # only if the mail says nothing else
# Without # a line is read as orders if one of these is in it, or if the mail says nothing else: "Termin" may head a text.
_WEIGHTY = frozenset(OrderName) - {
    OrderName.TOPIC,
    OrderName.MEASURE,
    OrderName.PERSON_GROUP,
    OrderName.URGENCY,
    OrderName.HELP,
    OrderName.ANSWER,
}
_WITH_TEXT = frozenset({OrderName.TITLE, OrderName.DUE, OrderName.WAIT})
_NEAR_BELOW_TEXT = 200
_NOTE_WITH_TEXT = say("card.with_example", order=row_of(OrderName.NOTE).spelling, example=say("example.note_text"))


@dataclass(frozen=True, slots=True)
class Reading:
    """What a colleague's mail says. `rest` is the text for the citizen; empty if there is none.

    `token` and `case_number` are in the subject; whether they are genuine is found out elsewhere. `lines` are the lines of the text that
    were read as orders, as typed. `inherited`: the subject has orders behind a reply prefix and without a token, so that they may be words
    of the mail that is answered, and not the colleague's. `inside`: all of the text stays in the office.
    """

    orders: tuple[Order, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    rest: str = ""
    token: str = ""
    case_number: str = ""
    lines: tuple[str, ...] = ()
    inherited: bool = False
    inside: bool = False


class _Note(Enum):
    """Whether the line before ended a note on its own line (OPEN), or continued one that a mail program broke (BROKEN)."""

    CLOSED = 0
    OPEN = 1
    BROKEN = 2


@dataclass(frozen=True, slots=True)
class _Text:
    """The lines of a text, sorted."""

    orders: tuple[Order, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    lines: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()


def read_orders(subject: str, text: str, vocabulary: Vocabulary, today: date, below: str = "") -> Reading:
    """The orders of a colleague's mail. `text` is what was newly written: without quoted mail and signature. Never raises.

    In the text they are in the first lines, before the first line of plain text; blank lines do not count. A line is obeyed as a whole or
    not at all. Below a note or a question to a colleague the text is part of it, and not of the answer. `below` is what the colleague wrote
    from the closing on: there lines of orders are obeyed or asked back, and `#notiz` alone makes a note of the text above it.
    """
    words = lexicon(vocabulary)
    lines = text.splitlines()
    head = _read_subject(subject, all(not line.strip() for line in lines), words, today)
    body = _sort(lines, words, today)
    orders, inside = _with_text_below(head.orders, body)
    last = _sort_below(below.splitlines(), words, today)
    if any(map(_is_note, last.orders)) and not inside:
        orders, inside = (*orders, *(replace(each, text=_trimmed(body.rest)) if _is_note(each) else each for each in last.orders)), True
    else:
        orders = (*orders, *last.orders)
    return replace(
        head,
        orders=orders,
        mistakes=head.mistakes + body.mistakes + last.mistakes,
        rest="" if inside else _trimmed(body.rest),
        lines=(*body.lines, *(body.rest if inside else ()), *last.lines),
        inside=inside or (not body.rest and any(map(_is_note, orders))),
    )


def has_own_hash(subject: str, title: str) -> bool:
    """Whether an order may be in the subject behind a "#" that is not in the title of the case."""
    own, theirs = (set(_HASH_NAME.findall(clean(each[:SUBJECT_CHARS_READ]).casefold())) for each in (subject, title))
    return not own <= theirs


# --- the text ---


def _sort(lines: Sequence[str], words: Lexicon, today: date) -> _Text:
    """Orders, until the first line of plain text. A line right below a note is part of it: it may have been broken."""
    orders: list[Order] = []
    mistakes: list[Mistake] = []
    taken: list[str] = []
    note = _Note.CLOSED
    for index, line in enumerate(lines):
        if not line.strip():
            note = _Note.CLOSED
            continue
        piece = (
            _read_line(line, lines[index + 1 :], words, today, in_note=note is _Note.BROKEN) if len(mistakes) < MISTAKES_MAX else _GIVEN_UP
        )
        if piece is None and note is _Note.CLOSED:
            rest, stray = _without_stray_orders(lines[index:], words)
            return _Text(tuple(orders), (*mistakes, *stray), tuple(taken), rest)
        if piece is None:
            orders[-1] = replace(orders[-1], text=f"{orders[-1].text}\n{line.strip()}")
            note = _Note.BROKEN
        elif piece.problem:
            mistakes.append(Mistake(_shown(line), piece.problem, piece.suggestions))
            note = _Note.CLOSED
            continue
        elif _waits_for_text(piece):
            long = _long_note(line, piece, lines[index + 1 :], words)
            return _Text((*orders, *long.orders), (*mistakes, *long.mistakes), (*taken, *long.lines))
        else:
            orders += piece.orders
            note = _Note.OPEN if _may_be_broken(line, orders[-1]) else _Note.CLOSED
        taken.append(line)
    return _Text(tuple(orders), tuple(mistakes), tuple(taken))


def _read_line(line: str, following: Sequence[str], words: Lexicon, today: date, *, in_note: bool) -> Piece | None:
    """A line of the head; None for plain text."""
    if _looks_like_an_order(line):
        return read_hash_line(clean(line), words, today)
    if in_note or len(line) > LINE_CHARS_SHOWN:
        return None
    piece = names_only(clean(line), words)
    if piece is None:
        return misspelt_names(clean(line), words)
    alone = not any(each.strip() and not _looks_like_an_order(each) for each in following)
    names = {order.name for order in piece.orders}
    heavy = bool(piece.problem) or bool(names & _WEIGHTY)
    return piece if alone or (heavy and not names & _ALONE) else None


def _looks_like_an_order(line: str) -> bool:
    return begins_as_order(clean(line[:LINE_CHARS_SHOWN]))


def _may_be_broken(line: str, last: Order) -> bool:
    """Whether the line below may be the end of this one. A title or a reason goes on there only if the line is as long as lines get."""
    return last.name is OrderName.NOTE or (last.name in _WITH_TEXT and bool(last.text) and len(line) >= LINE_CHARS_BROKEN)


def _waits_for_text(piece: Piece) -> bool:
    return piece.orders[-1].name is OrderName.NOTE and not piece.orders[-1].text


def _long_note(line: str, piece: Piece, below: Sequence[str], words: Lexicon) -> _Text:
    """#notiz alone on its line: everything below it is the note."""
    note, stray = _without_stray_orders(below, words)
    text = _trimmed(note)
    if not text:
        return _Text(mistakes=(Mistake(_shown(line), say("mistake.empty_note"), (_NOTE_WITH_TEXT,)), *stray))
    return _Text((*piece.orders[:-1], replace(piece.orders[-1], text=text)), stray, (line, *note))


def _without_stray_orders(lines: Sequence[str], words: Lexicon) -> tuple[tuple[str, ...], tuple[Mistake, ...]]:
    """Lines below the text that look like an order are neither obeyed nor sent: who wrote them is asked."""
    rest: list[str] = []
    stray: list[Mistake] = []
    looked = 0
    for line in lines:
        like_an_order = bool(rest) and _looks_like_an_order(line)
        looked += like_an_order
        if like_an_order and (found := first_name(clean(line), words, near=looked <= _NEAR_BELOW_TEXT)):
            stray.append(Mistake(_shown(line), say("mistake.below_text"), found))
        else:
            rest.append(line)
    return tuple(rest), tuple(stray)


def _with_text_below(head: tuple[Order, ...], body: _Text) -> tuple[tuple[Order, ...], bool]:
    """All orders, and whether the text below them stays inside.

    Who asks a colleague does not answer the citizen in the same mail: the text is the question, or its end. It belongs to a note in the
    subject likewise.
    """
    below = _trimmed(body.rest)
    orders = (*head, *body.orders)
    takers = {index for index, order in enumerate(orders) if order.name is OrderName.CONSULT}
    takers |= {index for index, order in enumerate(head) if order.name is OrderName.NOTE}
    longer = (replace(order, text=f"{order.text}\n{below}".strip()) if at in takers else order for at, order in enumerate(orders))
    return tuple(longer), bool(takers)


def _is_note(order: Order) -> bool:
    return order.name is OrderName.NOTE


def _sort_below(lines: Sequence[str], words: Lexicon, today: date) -> _Text:
    """From the closing on: lines of orders. What is a text of its own there, or asks somebody, may be about the text above or not."""
    orders: list[Order] = []
    mistakes: list[Mistake] = []
    taken: list[str] = []
    for line in lines[:_NEAR_BELOW_TEXT]:
        begins = _looks_like_an_order(line)
        found = first_name(clean(line), words, near=True) if begins else names_within(clean(line[:LINE_CHARS_SHOWN]), words)
        if not found:
            continue
        piece = read_hash_line(clean(line), words, today) if begins else Piece()
        if piece.problem:
            mistakes.append(Mistake(_shown(line), piece.problem, piece.suggestions))
        elif not piece.orders or any(order.name is OrderName.CONSULT or (_is_note(order) and order.text) for order in piece.orders):
            mistakes.append(Mistake(_shown(line), say("mistake.below_text"), found))
        else:
            orders += piece.orders
            taken.append(line)
    return _Text(tuple(orders), tuple(mistakes[:MISTAKES_MAX]), tuple(taken))


def _trimmed(lines: Sequence[str]) -> str:
    filled = [index for index, line in enumerate(lines) if line.strip()]
    return "\n".join(lines[filled[0] : filled[-1] + 1]) if filled else ""


def _shown(line: str) -> str:
    """As typed, bounded."""
    return line if len(line) <= LINE_CHARS_SHOWN else f"{line[:LINE_CHARS_SHOWN]}…"


# --- the subject ---


def _read_subject(subject: str, text_is_empty: bool, words: Lexicon, today: date) -> Reading:
    cleaned = clean(subject[:SUBJECT_CHARS_READ])
    found = _TOKEN.search(cleaned)
    token = found[1].lower() if found else ""
    cleaned = _TOKEN.sub(" ", cleaned)
    prefix = words.vocabulary.prefix
    numbers = case_numbers_in(cleaned.partition("#")[0], prefix)
    replied, bare = _bare_subject(cleaned, prefix)
    inherited = replied and not token
    piece = _subject_orders(bare, inherited, text_is_empty, words, today)
    mistakes = (Mistake(_shown(bare), piece.problem, piece.suggestions),) if piece.problem else ()
    return Reading(piece.orders, mistakes, "", token, numbers[0] if numbers else "", inherited=inherited and bool(piece.orders))


def _bare_subject(cleaned: str, prefix: str) -> tuple[bool, str]:
    """Whether a reply or forward prefix is before it, and the subject without prefixes, tags in brackets and the case number."""
    number = re.compile(rf"\s*{re.escape(prefix)}-\d{{4}}-\d{{1,7}}\b[\s:,;-]*", re.IGNORECASE | re.ASCII)
    replied = False
    while True:
        prefixes, base = split_subject(cleaned)
        replied = replied or bool(prefixes)
        match = _TAG.match(base) or number.match(plain_dashes(base))
        if match is None or not match.end():
            return replied, base
        cleaned = base[match.end() :]


def _subject_orders(bare: str, inherited: bool, text_is_empty: bool, words: Lexicon, today: date) -> Piece:
    start = 0 if begins_as_order(bare) else next((each.start() for each in _HASH_WORD.finditer(bare)), None)
    if start is None:
        piece = names_only(bare, words) if text_is_empty or not inherited else None
        return piece or Piece()
    # A citizen's "#metoo", in front or somewhere within, is no order; a colleague's typing error in a subject of their own is one.
    if (inherited or start) and not first_name(bare[start:], words, near=True):
        return Piece()
    return read_hash_line(bare[start:], words, today)
