# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What a report of the mail system says in plain words: what became of the mail, and who did not get it.

Pure text in, words out; the tables are in `bounce_forms`. Only a mail that carries a mark of the mail system is read here, so that a
person who quotes a bounce is not taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from maildesk.adapters.parse import limits
from maildesk.adapters.parse.delivery_reports.bounce_forms import (
    ADDRESS,
    ADVICE,
    DELAYS,
    DELIVERIES,
    ENDS_A_WORD,
    FAILURES,
    LED_ON,
    LINE_BEGINS,
    ORIGINAL_BEGINS,
    OTHERS,
    REFUSALS,
    Form,
)

TEXT_CHARS_MAX = 200_000  # of the whole text
SAID_CHARS_MAX = 30_000  # of what the server itself says, which is before the returned mail
_PHRASES_MAX = 50  # of one form, in one text
_LETTERS_MIN = 12  # a divider above the first words divides nothing
_ANYWHERE = re.compile(ADDRESS)
_DAEMONS = re.compile(r"(?:mail(?:er)?-?daemon|double-bounce|microsoftexchange\w{32}|imceaex-.*)@.*|postmaster@.*", re.IGNORECASE)
_ADDRESS_ALONE = re.compile(r'(?:"[^"]+"|[^\s"<>]+)@[^\s@"<>]*\.[^\s@"<>]*')
_ENCAPSULATED = re.compile(r"imcea(?:smtp|rfc822|mailto)-(.+)@[^@]+", re.IGNORECASE)
_X400 = re.compile(r"(?:.*[^\w])?(?:smtp|rfc-?822)=(.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Report:
    """`said` is the server's own part of the text, `quoted` the returned mail, if it is in the text."""

    said: str
    quoted: str

    @property
    def lowered(self) -> str:
        """`said` in lower case, letter by letter in the same places."""
        lowered = self.said.lower()
        return lowered if len(lowered) == len(self.said) else self.said


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the words say: `action` as in RFC 3464, empty where no phrase is known; `software` for the evidence."""

    action: str = ""
    software: str = ""
    recipients: tuple[str, ...] = ()


def split(text: str) -> Report:
    """Divides the text of a report where the returned mail begins."""
    text = text[:TEXT_CHARS_MAX].replace("İ", "I")
    for match in ORIGINAL_BEGINS.finditer(text):
        said = text[: match.start()]
        if len(said) > SAID_CHARS_MAX or sum(map(str.isalpha, said[:1000])) >= _LETTERS_MIN:
            return Report(said[:SAID_CHARS_MAX], text[match.start() :])
    return Report(text[:SAID_CHARS_MAX], "")


def spoken(report: Report) -> Spoken:
    """The action that the phrases name, and the recipients of the first phrase that has any.

    A delay outweighs a failure: it says "could not be delivered" too. A delivery counts only where nothing failed.
    """
    lowered = report.lowered
    delay = _first(DELAYS, lowered)
    if delay:
        return Spoken("delayed", delay.software)
    failure = _first(FAILURES, lowered)
    if failure is None:
        delivery = _first(DELIVERIES, lowered)
        return Spoken(delivery.action, delivery.software) if delivery else Spoken()
    return Spoken("failed", failure.software, _named_recipients(report, lowered))


def refused(report: Report) -> tuple[str, ...]:
    """The recipients whose server refused the mail and says so by a disposition notification."""
    return plain_addresses(address for form in REFUSALS for address in _in_phrase(form, report.said, report.lowered))


def _first(forms: Iterable[Form], lowered: str) -> Form | None:
    return next((form for form in forms if form.regex.search(lowered)), None)


def _named_recipients(report: Report, lowered: str) -> tuple[str, ...]:
    said = _without_others(report.said)
    for form in FAILURES:
        found = _in_phrase(form, report.said, lowered) if form.names_the_recipient else _below(form, said, lowered)
        recipients = plain_addresses(found)
        if recipients:
            return recipients
    return ()


def _in_phrase(form: Form, said: str, lowered: str) -> Iterator[str]:
    for count, match in enumerate(form.regex.finditer(lowered)):
        if count >= _PHRASES_MAX:
            return
        if match["address"]:
            yield said[match.start("address") : match.end("address")]


def _below(form: Form, said: str, lowered: str) -> Iterator[str]:
    match = form.regex.search(lowered)
    if match:
        yield from _line_beginnings(said[match.end() :])


def _line_beginnings(text: str, *, alone: bool = False) -> Iterator[str]:
    """The addresses at the beginnings of lines; `alone`: with nothing behind them but what ends a word."""
    for count, match in enumerate(LINE_BEGINS.finditer(text)):
        if count >= limits.FAILED_RECIPIENTS_MAX:
            return
        if alone and not ENDS_A_WORD.match(text, match.end()):
            continue
        if not ADVICE.search(text, match.start(), match.start("address")):
            yield match["address"]


def _without_others(said: str) -> str:
    """The text without the lines that name the writer, and without what a server led on; each character keeps its place."""
    return LED_ON.sub(_blanks, OTHERS.sub(_blanks, said))


def _blanks(match: re.Match[str]) -> str:
    return " " * len(match[0])


def loose_recipients(report: Report, returned: tuple[str, ...], own: frozenset[str]) -> tuple[str, ...]:
    """Recipients in a text without a known phrase: those that the returned mail went to, else what looks like one, from sure to unsure."""
    said = _without_others(report.said)
    anywhere = plain_addresses(_elsewhere(said))
    gone_to = {address.lower() for address in returned}
    tries: tuple[Callable[[], Iterable[str]], ...] = (
        lambda: (address for address in anywhere if address.lower() in gone_to),
        lambda: plain_addresses(_line_beginnings(said, alone=True)),
        lambda: anywhere if len(anywhere) == 1 else (),
    )
    for found in tries:
        recipients = tuple(address for address in found() if address.lower() not in own and not _DAEMONS.fullmatch(address))
        if recipients:
            return recipients
    return ()


def _elsewhere(said: str) -> Iterator[str]:
    for count, match in enumerate(_ANYWHERE.finditer(said)):
        if count >= limits.RECIPIENTS_MAX:
            return
        line_start = said.rfind("\n", 0, match.start()) + 1
        if not ADVICE.search(said, max(line_start, match.start() - 200), match.end()):
            yield match["address"]


def plain_addresses(found: Iterable[str]) -> tuple[str, ...]:
    """Each address once, in order, bounded: without what gateways wrap around it, and none of a mail daemon.

    >>> plain_addresses(["eva@example.org.", "Eva@example.org", "SMTP=kai@example.net", "IMCEASMTP-ida+40example+2Ecom@example.net"])
    ('eva@example.org', 'kai@example.net', 'ida@example.com')
    """
    plain: dict[str, str] = {}
    for address in found:
        unwrapped = _unwrapped(address)
        if _is_address(unwrapped) and not re.match(r"mail(?:er)?-?daemon@|imceaex-", unwrapped, re.IGNORECASE):
            plain.setdefault(unwrapped.lower(), unwrapped)
        if len(plain) >= limits.FAILED_RECIPIENTS_MAX:
            break
    return tuple(plain.values())


def _is_address(text: str) -> bool:
    """Whether it is one address and nothing else: not a sentence with an address in it, nor controls that somebody has wrapped up."""
    return len(text) <= limits.ADDR_SPEC_CHARS_MAX and text.isprintable() and _ADDRESS_ALONE.fullmatch(text) is not None


def _unwrapped(address: str) -> str:
    if re.match(r'"[^"]+"@', address):
        return address
    address = address.strip(" \t<>\"'`*|,;:").rstrip(".")
    capsule = _ENCAPSULATED.fullmatch(address)  # of Exchange: every sign but letters and digits as +XX
    if capsule:
        return re.sub(r"\+([0-9A-Fa-f]{2})", lambda code: chr(int(code[1], 16)), capsule[1])
    x400 = _X400.fullmatch(address)
    return x400[1] if x400 else address
