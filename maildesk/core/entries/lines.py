# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The lines of an entry, one by one: fields, orders, persons, and what is left is text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from maildesk.core.case.case import Channel
from maildesk.core.entries import words
from maildesk.core.mail.message import can_be_written_to, split_subject
from maildesk.core.orders.lexicon import Vocabulary, lexicon
from maildesk.core.orders.line import Piece, begins_as_order, clean, names_only, read_hash_line
from maildesk.core.orders.words import Mistake, Order, OrderName
from maildesk.core.text.said import say
from maildesk.core.text.spelling import fold

LINES_MAX = 400  # that are looked at; what is below is text
HEAD_LINES = 8  # of the text, in which name and telephone may be without labels
LINE_CHARS_MAX = 300
SHORT_LINE_CHARS = 120
WORDS_OF_PROSE = 4
WORDS_OF_LABEL = 2  # behind "Thema:"; more are a sentence of its own


@dataclass(frozen=True, slots=True)
class Found:
    """What a mail enters. `text` is what is left: all words that are no field."""

    channels: tuple[Channel, ...]
    names: tuple[str, ...]
    addresses: tuple[str, ...]
    telephones: tuple[str, ...]
    orders: tuple[Order, ...]
    mistakes: tuple[Mistake, ...]
    subject: str
    text: str


def found_in(subject: str, lines: Sequence[str], vocabulary: Vocabulary, today: date) -> Found:
    """What a mail with this subject (empty: it says nothing) and these typed lines enters."""
    reader = _Reader(vocabulary, today)
    reader.read_subject(subject)
    reader.read_lines(lines)
    return reader.found.whole()


class _Collected:
    """What comes together, line by line."""

    def __init__(self) -> None:
        self.channels: list[Channel] = []
        self.names: list[str] = []
        self.addresses: list[str] = []
        self.telephones: list[str] = []
        self.orders: list[Order] = []
        self.mistakes: list[Mistake] = []
        self.subject = ""
        self.lines: list[str] = []

    def whole(self) -> Found:
        text = re.sub(r"\n{3,}", "\n\n", "\n".join(self.lines)).strip("\n")
        people = (tuple(self.names), tuple(self.addresses), tuple(self.telephones))
        return Found(tuple(self.channels), *people, tuple(self.orders), tuple(self.mistakes), self.subject, text)


class _Reader:
    """Reads into `found`. A method that takes a line returns what of it is text."""

    def __init__(self, vocabulary: Vocabulary, today: date) -> None:
        self.found = _Collected()
        self._words = lexicon(vocabulary)
        self._nouns = frozenset(name for _, category in vocabulary.categories.everywhere() for name in category.names)
        self._today = today

    # --- the subject ---

    def read_subject(self, subject: str) -> None:
        """The subject of a reply is the one of the mail that is answered, and says nothing."""
        cleaned = clean(subject[:LINE_CHARS_MAX])
        token = _TOKEN.search(cleaned)
        bare = _TAG.sub(" ", _TOKEN.sub(" ", cleaned)).strip()
        prefixes, base = split_subject(bare)
        if prefixes and not token:
            return
        rest = self._orders_at_end(self._channel_line(base, in_subject=True))
        piece = names_only(rest, self._words) if rest else None
        if piece and (_is_help(piece) or (_is_category(piece) and self.found.channels)):
            self.found.orders += piece.orders
            return
        self.found.subject = self._pieces(rest, alone=True)

    def _orders_at_end(self, text: str) -> str:
        hashed = re.search(r"(?<!\S)#(?=[^\W\d_])", text)
        if hashed is None:
            return text
        self._take(text[hashed.start() :], read_hash_line(text[hashed.start() :], self._words, self._today))
        return text[: hashed.start()].strip()

    # --- the text ---

    def read_lines(self, lines: Sequence[str]) -> None:
        seen = 0
        for line in lines[:LINES_MAX]:
            if not line.strip():
                self.found.lines.append("")
                continue
            seen += 1
            rest = self._line(line, first=seen == 1, head=seen <= HEAD_LINES)
            if rest.strip():
                self.found.lines.append(rest.rstrip())
        self.found.lines += lines[LINES_MAX:]

    def _line(self, line: str, *, first: bool, head: bool) -> str:
        """What of the line is text."""
        plain = clean(line[:LINE_CHARS_MAX])
        if len(line) > LINE_CHARS_MAX:
            return line
        if begins_as_order(plain):
            return self._hash_line(plain)
        value = words.field_in(plain)
        if value is not None and not (first and value[0] == "tel" and words.channel_in_front(plain)):
            return self._field(line, *value)
        if (right := words.misspelt_label(plain)) and head:
            self.found.mistakes.append(Mistake(plain.strip(), say("mistake.unknown_field"), (f"{right}: …",)))
            return ""
        if head and not self._prose_begun():
            return self._head_line(plain, line, first=first)
        return self._pieces(plain, alone=False, whole=True) if len(plain) < SHORT_LINE_CHARS else line

    def _prose_begun(self) -> bool:
        return any(len(each.split()) >= WORDS_OF_PROSE for each in self.found.lines)

    def _head_line(self, plain: str, line: str, *, first: bool) -> str:
        rest = self._channel_line(plain, in_subject=False) if first or _is_channel_alone(plain) else plain
        piece = names_only(rest, self._words) if rest.strip() else None
        if piece and not piece.problem and (_is_category(piece) or (_is_help(piece) and first)):
            self.found.orders += piece.orders
            return ""
        taken = self._pieces(rest, alone=first or not self.found.names)
        return line if taken == plain else taken

    def _hash_line(self, plain: str) -> str:
        rest = self._channel_line(plain.strip(), in_subject=False)
        if rest == plain.strip() or begins_as_order(rest):
            self._take(rest, read_hash_line(rest, self._words, self._today))
            return ""
        return self._pieces(self._orders_at_end(rest), alone=True) if rest else ""

    def _channel_line(self, line: str, *, in_subject: bool) -> str:
        """The line without the channel word in front."""
        found = words.channel_in_front(line)
        if found is None:
            return line
        again = self.found.channels == [found[0]] and words.person_at(_LED_BY.sub("", found[1]))
        if self.found.channels and not in_subject and not (_is_channel_alone(line) or line.lstrip().startswith("#") or again):
            return line
        self.found.channels.append(found[0])
        return found[1]

    def _field(self, line: str, name: str, value: str) -> str:
        if not value or (name == "name" and self.found.names) or (name == "subject" and self.found.subject):
            return "" if not value else line
        if name in {"kind", "topic", "urgency"}:
            return self._category(line, name, value)
        if name == "mail":
            return self._mail(line, value)
        if name == "tel":
            return self._telephone(line, value)
        if name == "channel":
            return self._channel_field(line, value)
        if name == "name":
            return self._name(value)
        if name == "subject":
            self.found.subject = value
            return ""
        return value

    def _name(self, value: str) -> str:
        """A name behind its label; what is behind a comma, such as a street, is text."""
        first, _, behind = value.partition(",")
        if fold(value) in _NO_NAMES:
            return ""
        if words.address_at(value) or words.bare_name(value):
            self.found.names += [] if words.address_at(value) else [value]
            return self._pieces(value, alone=False) if words.address_at(value) else ""
        self.found.names.append(first.strip())
        return self._pieces(behind, alone=False).strip()

    def _category(self, line: str, name: str, value: str) -> str:
        """A value that is nowhere near the list stays text: "Thema: Heizung fällt immer wieder aus"."""
        piece = read_hash_line(f"#{words.LABELS[name][0]} {value}", self._words, self._today)
        if piece.problem and name == "topic" and (not piece.suggestions or len(value.split()) > WORDS_OF_LABEL):
            return line
        self._take(line, piece)
        return ""

    def _mail(self, line: str, value: str) -> str:
        found = words.address_at(value)
        if found is None or found[2]:
            if "@" in value:
                self.found.mistakes.append(Mistake(line.strip(), say("mistake.no_mail_address")))
                return ""
            return line
        self._person(found[0], found[1])
        return ""

    def _telephone(self, line: str, value: str) -> str:
        number = words.telephone_at(value)
        if number is None or number[1] or self.found.telephones:
            return line
        self.found.telephones.append(number[0])
        return ""

    def _channel_field(self, line: str, value: str) -> str:
        channel = words.channel_named(value)
        if channel is None:
            ways = words.channels_near(value) or tuple(names[0].title() for names in words.CHANNEL_WORDS.values())
            self.found.mistakes.append(Mistake(line.strip(), say("mistake.unknown_channel"), tuple(map(words.channel_line, ways))))
        else:
            self.found.channels.append(channel)
        return ""

    def _person(self, address: str, name: str) -> None:
        self.found.addresses.append(address)
        if name and not self.found.names:
            self.found.names.append(name)

    def _pieces(self, text: str, *, alone: bool, whole: bool = False) -> str:
        """Takes name, telephone and address from the front of a line, and returns what is text. `alone`: two words may be a name.

        `whole`: all of the line must be such pieces, or none is taken.
        """
        before = (list(self.found.names), list(self.found.telephones), list(self.found.addresses))
        rest, told = text.strip(), False
        while rest:
            shorter = self._piece(rest, beside=told)
            if shorter is None:
                break
            rest, told = shorter, True
        if rest and not told and alone and not self.found.names and (name := words.bare_name(rest, self._nouns)):
            self.found.names.append(name)
            return ""
        if rest and whole:
            self.found.names, self.found.telephones, self.found.addresses = before
            return text
        return rest if told else text

    def _piece(self, rest: str, *, beside: bool) -> str | None:
        """What follows the piece with which the text begins; None if it begins with none."""
        if (found := words.address_at(rest)) and can_be_written_to(found[0]):
            self._person(found[0], found[1])
            return found[2]
        if not self.found.telephones and (number := words.telephone_at(rest)):
            self.found.telephones.append(number[0])
            return number[1]
        person = words.person_at(_LED_BY.sub("", rest), self._nouns)
        if person and not self.found.names and (not person[1] or self._ends_a_piece(rest, person)):
            self.found.names.append(person[0])
            return person[1]
        first, comma, following = rest.partition(",")
        name = words.bare_name(first, self._nouns) if comma and not self.found.names else ""
        if name and (beside or words.telephone_at(following) or words.address_at(following)):
            self.found.names.append(name)
            return following.strip()
        return None

    def _ends_a_piece(self, rest: str, person: tuple[str, str]) -> bool:
        """Whether a comma, a number or a reason follows the name, and no verb: "Frau Muster, ...", "von Frau Muster wegen Miete"."""
        behind = rest[: len(rest) - len(person[1])].rstrip(" ")[-1:] if person[1] else ""
        led = _LED_BY.match(rest) or _REASON.match(person[1])
        return behind in set(",;:|–-") or words.telephone_at(person[1]) is not None or led is not None

    def _take(self, line: str, piece: Piece) -> None:
        if piece.problem:
            self.found.mistakes.append(Mistake(line.strip(), piece.problem, piece.suggestions))
        self.found.orders += piece.orders


_TOKEN = re.compile(r"(?<!\S)~[a-z2-7]{26}(?!\S)", re.IGNORECASE | re.ASCII)
_LED_BY = re.compile(r"^(?:von|mit|durch)\s+", re.IGNORECASE)
_REASON = re.compile(r"(?:wegen|bzgl|betr|bezüglich|betreffend|zu|zum|zur|über)\b", re.IGNORECASE)
_NO_NAMES = frozenset(map(fold, ("unbekannt", "anonym", "keiner", "nicht bekannt", "ohne", "-", "?")))
_TAG = re.compile(r"^(?:\s*\[[^\][]{0,60}\])+")


def _is_channel_alone(line: str) -> bool:
    found = words.channel_in_front(line)
    return found is not None and not found[1].strip()


def _is_category(piece: Piece) -> bool:
    return any(order.name is OrderName.KIND for order in piece.orders)


def _is_help(piece: Piece) -> bool:
    return [order.name for order in piece.orders] == [OrderName.HELP]
