# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The check of a colleague's answer before it leaves for the citizen: whatever is found, the answer is held and the colleague asked.

Quoted words: both texts are taken as words, in small letters, without the phrases that every letter has (greetings, thanks, closings),
which end a run. A run that both texts have in common is a quotation from 8 words on, or from 40 letters on in at least 6 words, for
German has long ones. Figures count as words, but not as letters: else "für das Jahr 2025" would add to every run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from maildesk.core.answers.greeting import Greeting, greeting_of
from maildesk.core.answers.quotes import is_written_into, quotes
from maildesk.core.answers.signature import ends_like_a_signature
from maildesk.core.answers.text import Answer, order_lines
from maildesk.core.case.case import case_numbers_in
from maildesk.core.mail.automatic_words import is_absence_notice, starts_like_an_absence
from maildesk.core.mail.message import Message, address_key
from maildesk.core.office.policy import Policy
from maildesk.core.orders.lexicon import Lexicon, Vocabulary, lexicon
from maildesk.core.text.absence import I_AM_AWAY
from maildesk.core.text.identifiers import IDENTIFIERS, found_in, phones_in
from maildesk.core.text.said import Said, say
from maildesk.core.text.spelling import fold


class FindingKind(StrEnum):
    """Why an answer is held."""

    QUOTED = "quoted"
    CUSTOMER_NUMBER = "customer-number"
    IBAN = "iban"
    FOREIGN_CC = "foreign-cc"
    EMPTY = "empty"
    ABSENCE = "absence"
    ONLY_ORDERS = "only-orders"
    MISTYPED = "mistyped"
    FOR_THE_HOUSE = "for-the-house"
    PRIVATE = "private"
    OTHER_CASE = "other-case"
    UNVERIFIED = "unverified"
    ANSWERED = "answered"
    NO_ADDRESS = "no-address"
    REPLY_TO = "reply-to"
    NO_ANSWER = "no-answer"
    NOT_ADDRESSED = "not-addressed"
    UNFINISHED = "unfinished"
    OTHER_PERSON = "other-person"
    STRUCK = "struck"
    KEPT_INSIDE = "kept-inside"  # never leaves, also not by an order


@dataclass(frozen=True, slots=True)
class Finding:
    """`detail` is said to the colleague; it does not repeat what was found, or only masked."""

    kind: FindingKind
    detail: Said


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer before it leaves, and what it is checked against.

    `original` is what the citizen wrote in the case, `correspondent` the citizen's address; `automatic`: a machine wrote the mail, and
    `like_a_notice`: by its words alone one may have. The orders of its first lines and of its subject were read elsewhere.
    """

    answer: Answer
    message: Message
    original: str
    case_number: str
    correspondent: str
    policy: Policy
    automatic: bool
    like_a_notice: bool = False

    @property
    def whole(self) -> str:
        """The words that would leave, and the names of the files."""
        return "\n".join((self.answer.text, *(attachment.filename for attachment in self.answer.attachments)))


def findings(draft: Draft) -> tuple[Finding, ...]:
    """Why the answer must not leave as it is; empty where nothing speaks against it."""
    found = (
        _absence(draft),
        _mistyped(draft),
        _without_text(draft.answer, draft.message),
        _quoted(draft),
        *(_identifier(kind, draft.whole) for kind in (FindingKind.CUSTOMER_NUMBER, FindingKind.IBAN)),
        _foreign_recipients(draft),
        _private(draft),
        _other_mail(draft),
        _other_case(draft),
        _struck(draft),
    )
    return tuple(finding for finding in found if finding)


# --- nothing to send ----------------------------------------------------------------------------------------------------------------


def _absence(draft: Draft) -> Finding | None:
    """A notice is for nobody by name. A person who writes of an absence greets the reader."""
    text = " ".join(draft.answer.text[:3000].lower().split())
    titled = is_absence_notice(draft.message) or starts_like_an_absence(draft.message)
    away = (draft.like_a_notice or re.search(I_AM_AWAY, text)) and greeting_of(draft.answer.text) is not Greeting.NAMED
    if draft.automatic or titled or away:
        return Finding(FindingKind.ABSENCE, say("held.automatic"))
    return None


def _without_text(answer: Answer, message: Message) -> Finding | None:
    if re.search(r"\w", answer.text):
        return None
    if order_lines(message.reply) or _ORDER.search(message.subject):
        return Finding(FindingKind.ONLY_ORDERS, say("held.only_orders"))
    return Finding(FindingKind.EMPTY, say("held.no_text"))


_ORDER = re.compile(r"(?<![\w#&/])#(?P<space>\s?)(?P<word>[^\W\d_][\w-]*)")


def _mistyped(draft: Draft) -> Finding | None:
    """An order outside of the first lines."""
    policy = draft.policy
    words = lexicon(Vocabulary(policy.categories, policy.staff, policy.desk.prefix))
    lines = draft.answer.text.split("\n")
    if not any(re.match(r"\s*#\s?[^\W\d_]", line) or _has_order(line, words) for line in lines):
        return None
    return Finding(FindingKind.MISTYPED, say("held.unknown_order"))


def _has_order(line: str, words: Lexicon) -> bool:
    return any(words.exact(fold(match["word"])) for match in _ORDER.finditer(line) if not match["space"])


# --- words of the citizen -----------------------------------------------------------------------------------------------------------

_ANSWERED_INSIDE = re.compile(
    r"\b(?:siehe|s\.|steht|stehen|antworte[n]?|antwort(?:en)?)\b.{0,40}"
    r"\b(?:unten|im text|in rot|rot|blau|grün|farbig|zwischen den zeilen|im zitat)\b",
    re.IGNORECASE,
)


def _quoted(draft: Draft) -> Finding | None:
    answer, original = draft.answer, draft.original
    if quotes(answer.text, original):
        return Finding(FindingKind.QUOTED, say("held.quoted"))
    if _ANSWERED_INSIDE.search(answer.text) or is_written_into(draft.message.text, original):
        return Finding(FindingKind.QUOTED, say("held.written_into_quote"))
    if re.search(r"^>", answer.text, re.MULTILINE):
        return Finding(FindingKind.QUOTED, say("held.quote_marks"))
    return None


# --- numbers, addresses, other cases ------------------------------------------------------------------------------------------------

_DETAILS = {
    FindingKind.CUSTOMER_NUMBER: "held.customer_number",
    FindingKind.IBAN: "held.iban",
}


def _identifier(kind: FindingKind, text: str) -> Finding | None:
    found = [masked for identifier in IDENTIFIERS if identifier.kind == kind for _, _, masked in found_in(text, identifier)]
    return Finding(kind, say(_DETAILS[kind], of=tuple(dict.fromkeys(found)))) if found else None


def _foreign_recipients(draft: Draft) -> Finding | None:
    allowed, recipients = address_key(draft.correspondent), (*draft.message.to, *draft.message.cc)
    foreign = [each for each in recipients if each.key != allowed and not _is_ours(each.addr_spec, draft.policy)]
    if not foreign:
        return None
    return Finding(FindingKind.FOREIGN_CC, say("held.foreign_addresses", count=len(foreign)))


def _is_ours(address: str, policy: Policy) -> bool:
    return policy.desk.owns(address) or policy.staff_by_address(address) is not None or policy.is_colleague(address)


_ADDRESS = re.compile(r"[^\s<>()\[\]@,;:\"']{1,64}@[\w.-]{1,250}\w")
_TOKEN = re.compile(r"~(?=[a-z0-9]*\d)(?=[a-z0-9]*[a-z])[a-z0-9]{10,}", re.IGNORECASE)
_KEYED = re.compile(r"[A-Z0-9][A-Z0-9-]{0,40}\.[a-z2-7]{10,26}\.[a-z2-7]{32}|\+[a-z2-7]{42}@", re.IGNORECASE)
_RELAY_HEAD = re.compile(r"^[ \t>*|]*(?:Eingang|Vorschlag)\s?\*?:", re.MULTILINE)


def _private(draft: Draft) -> Finding | None:
    text, own = draft.whole, draft.policy.desk
    for address in _ADDRESS.findall(text):
        desks = own.owns(address) and "+" not in address
        if not desks and address_key(address) != address_key(draft.correspondent) and _is_ours(address, draft.policy):
            return Finding(FindingKind.PRIVATE, say("held.address_of_house"))
    if _TOKEN.search(text) or _KEYED.search(text):
        return Finding(FindingKind.PRIVATE, say("held.link_of_house"))
    if _RELAY_HEAD.search(text) and re.search(r"^[ \t>*|]*Vorgang\s?\*?:", text, re.MULTILINE):
        return Finding(FindingKind.PRIVATE, say("held.head_of_relayed"))
    known = {*phones_in(draft.original), *phones_in(own.phone), *phones_in(own.post)}
    if (set(phones_in(text)) - known) & _phones_of_signature(draft.answer, draft.message):
        return Finding(FindingKind.PRIVATE, say("held.own_telephone"))
    if ends_like_a_signature(draft.answer.text):
        return Finding(FindingKind.PRIVATE, say("held.signature"))
    return None


def _phones_of_signature(answer: Answer, message: Message) -> set[str]:
    kept = {line.strip() for line in answer.text.split("\n")}
    return {phone for line in message.text.split("\n") if line.strip() not in kept for phone in phones_in(line)}


_OTHER_MAIL = ("message/", "text/calendar", "application/ics")


def _other_mail(draft: Draft) -> Finding | None:
    """An invitation, or an attached mail that is not the relayed one: it names addresses, so it stays here, and that must be said."""
    for each in draft.message.attachments:
        mail = each.media_type.startswith(_OTHER_MAIL) or each.filename.lower().endswith((".eml", ".msg", ".ics"))
        if mail and draft.case_number not in case_numbers_in(each.filename, draft.policy.desk.prefix):
            return Finding(FindingKind.PRIVATE, say("held.attached_mail"))
    return None


def _other_case(draft: Draft) -> Finding | None:
    others = [number for number in case_numbers_in(draft.whole, draft.policy.desk.prefix) if number != draft.case_number]
    return Finding(FindingKind.OTHER_CASE, say("held.other_case")) if others else None


# --- words that were taken back -----------------------------------------------------------------------------------------------------

_STRUCK = re.compile(r"~~([^~\n]{1,200})~~|((?:\w\u0336){2,})")


def _struck(draft: Draft) -> Finding | None:
    text = " ".join(draft.answer.text.split())
    in_plain = (" ".join((match[1] or match[2].replace("\u0336", "")).split()) for match in _STRUCK.finditer(draft.answer.text))
    words = tuple(dict.fromkeys((*in_plain, *(word for word in draft.message.struck if word in text))))
    return Finding(FindingKind.STRUCK, say("held.struck", words=words[:_STRUCK_SHOWN_MAX])) if words else None


_STRUCK_SHOWN_MAX = 10
