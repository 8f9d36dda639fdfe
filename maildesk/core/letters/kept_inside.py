# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Whether a text holds what only the office may have: the token of an order link, a keyed id, a link with an order, a field of ours.

Who has one of these can write as a colleague. So no text leaves with one, in whatever form it is: broken over lines, with blanks or unseen
letters inside, percent-encoded, with HTML entities or tags, quoted-printable. A token is recognised by our key, and so no word that merely
looks like one is taken for it; everything else by its form, which nobody types.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from itertools import chain
from urllib.parse import unquote

from maildesk.core.case.case import case_numbers_in, entry_word
from maildesk.core.letters.keyed_ids import TOKEN_CHARS, is_own_token, tokens_of_0_1_0
from maildesk.core.office.policy import Policy

CHARS_MAX = 200_000  # of a text that is looked through: no letter is longer
_ROUNDS = 3  # a text that was encoded twice is decoded twice
_SOFT_BREAK = re.compile(r"=[ \t]*\r?\n")
_QUOTED_PRINTABLE = re.compile(r"=([0-9A-F]{2})")
_TAG = re.compile(r"</?[a-z][^<>]{0,200}>", re.IGNORECASE)
_NO_LETTER = re.compile(r"[^a-z2-7]+")
_BLANK = re.compile(r"[\s>|]+")
_KEYED = re.compile(r"(?<![A-Z0-9])[A-Z][A-Z0-9-]{0,40}\.[a-z2-7]{10,26}\.[a-z2-7]{32}(?=@)")
_REPLY = re.compile(r"\+[a-z2-7]{42}@")
_FIELD = re.compile(r"X-Maildesk-[a-z]+\s?:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Inside:
    """What is looked for: the office, the case to which the text belongs (empty: none), and when it would leave."""

    policy: Policy
    number: str
    now: datetime

    def is_in(self, *texts: str) -> bool:
        """Whether one of these texts holds a token, a keyed id, an order link or a field of ours."""
        readings = tuple(_readings("\n".join(text[:CHARS_MAX] for text in texts)))
        return any(map(self._has_form, readings)) or self._has_token(frozenset(chain.from_iterable(map(_windows, readings))), readings)

    def _has_form(self, text: str) -> bool:
        joined = _BLANK.sub("", text)
        return bool(_FIELD.search(text) or _KEYED.search(joined) or _REPLY.search(joined) or self._order_link.search(joined))

    @property
    def _order_link(self) -> re.Pattern[str]:
        desk = self.policy.desk
        own = "|".join(re.escape(address) for address in (desk.address, *desk.aliases))
        return re.compile(rf"mailto:(?:{own})\?(?:[^#]{{0,100}}&)?subject=(?:\[[^\][]{{0,40}}\])?#[^\W\d]", re.IGNORECASE)

    def _has_token(self, windows: frozenset[str], readings: Sequence[str]) -> bool:
        old = self._old_tokens("\n".join(readings)) if windows else frozenset()
        return not windows.isdisjoint(old) or any(is_own_token(self.policy.secret, each) for each in windows)

    def _old_tokens(self, text: str) -> frozenset[str]:
        policy = self.policy
        cases = {self.number, entry_word(policy.desk.prefix), *case_numbers_in(text, policy.desk.prefix)[:_CASES_MAX]}
        addresses = tuple(address for person in policy.staff for address in person.addresses)
        return tokens_of_0_1_0(policy.secret, cases, addresses, self.now, policy.letters.proof_days)


_CASES_MAX = 20


def _windows(text: str) -> Iterator[str]:
    """All that may be a token, whatever is between its letters."""
    letters = _NO_LETTER.sub("", text.lower())
    return (letters[at : at + TOKEN_CHARS] for at in range(len(letters) - TOKEN_CHARS + 1))


def _readings(text: str) -> Iterator[str]:
    """The text as it may be read, each once: as it is, decoded, and without tags."""
    seen: dict[str, None] = {}
    plain = _visible(text)
    for start in (plain, _QUOTED_PRINTABLE.sub(lambda match: chr(int(match[1], 16)), _SOFT_BREAK.sub("", plain))):
        decoded = start
        for _ in range(_ROUNDS):
            decoded = _visible(unquote(unescape(decoded)))
        seen |= dict.fromkeys((start, decoded, _TAG.sub("", decoded)))
    yield from seen


def _visible(text: str) -> str:
    """With plain letters, and without what nobody sees: soft hyphens, joiners, signs without width."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf")
