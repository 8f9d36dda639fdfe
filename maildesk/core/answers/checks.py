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

from maildesk.core.answers.quotes import is_written_into, quotes
from maildesk.core.answers.signature import ends_like_a_signature
from maildesk.core.answers.text import Answer, order_lines
from maildesk.core.case.case import case_numbers_in
from maildesk.core.mail.message import Message, address_key
from maildesk.core.office.policy import Policy
from maildesk.core.text.absence import I_AM_AWAY, YOUR_MAIL_WAITS
from maildesk.core.text.identifiers import IDENTIFIERS, found_in, phones_in


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
    NO_ANSWER = "no-answer"


@dataclass(frozen=True, slots=True)
class Finding:
    """`detail` is a German sentence for the colleague; it does not repeat what was found, or only masked."""

    kind: FindingKind
    detail: str


# Words that are orders wherever they stand behind "#"; what the desk knows besides, whoever reads the orders hands in.
ORDERS = frozenset({
    "erledigt", "abschluss", "gesehen", "notiz", "intern", "note", "berechtigt", "unberechtigt", "teilberechtigt", "abgeholfen", "offen",
    "nichtabgeholfen", "teilabgeholfen", "kritik", "lob", "anregung", "anfrage", "hinweis", "frist", "wartet", "stellungnahme", "an",
    "rückfrage", "rueckfrage", "rückgängig", "rueckgaengig", "vertretung", "hilfe", "dringend", "weiter", "übernehmen", "uebernehmen",
})  # fmt: skip


def findings(
    answer: Answer,
    message: Message,
    original: str,
    case_number: str,
    correspondent: str,
    policy: Policy,
    automatic: bool,
    orders: frozenset[str] | None = None,
) -> tuple[Finding, ...]:
    """Why the answer must not leave as it is; empty where nothing speaks against it.

    `original` is what the citizen wrote in the case, `correspondent` the citizen's address; `automatic`: a machine wrote the mail.
    `orders` are the words that may stand behind "#"; None where the orders of the first lines and the subject were read elsewhere.
    """
    names = "\n".join(attachment.filename for attachment in answer.attachments)
    whole = f"{answer.text}\n{names}"
    found = (
        _absence(answer, automatic),
        _mistyped(answer, message, orders),
        _without_text(answer, message),
        _quoted(answer, message, original),
        *(_identifier(kind, whole) for kind in (FindingKind.CUSTOMER_NUMBER, FindingKind.IBAN)),
        _foreign_recipients(message, correspondent, policy),
        _private(answer, message, original, correspondent, policy),
        _other_mail(message, case_number, policy),
        _other_case(whole, case_number, policy),
    )
    return tuple(finding for finding in found if finding)


# --- nothing to send ----------------------------------------------------------------------------------------------------------------

_BY_NAME = re.compile(r"\b(?:sehr geehrte[rs]?|liebe[rs]?|guten tag,?|hallo) (?:frau|herr|familie)\b", re.IGNORECASE)


def _absence(answer: Answer, automatic: bool) -> Finding | None:
    text = " ".join(answer.text[:3000].lower().split())
    away = re.search(I_AM_AWAY, text) and re.search(YOUR_MAIL_WAITS, text) and not _BY_NAME.search(text)
    if automatic or away:
        return Finding(FindingKind.ABSENCE, "Das ist eine automatische Antwort, etwa eine Abwesenheitsnotiz.")
    return None


def _without_text(answer: Answer, message: Message) -> Finding | None:
    if re.search(r"\w", answer.text):
        return None
    if order_lines(message.reply) or _ORDER.search(message.subject):
        return Finding(FindingKind.ONLY_ORDERS, "Die Mail enthält nur Befehle und keinen Text für die Person.")
    return Finding(FindingKind.EMPTY, "Über der zitierten Nachricht steht kein Text, der hinausgehen könnte.")


_NOTES = frozenset({"notiz", "intern", "note", "vermerk"})
_ORDER = re.compile(r"(?<![\w#&/])#(?P<space>\s?)(?P<word>[^\W\d_][\w-]*)")


def _mistyped(answer: Answer, message: Message, orders: frozenset[str] | None) -> Finding | None:
    """An order outside of the first lines; with `orders` also one that nobody knows, or with a space behind the sign."""
    misplaced = any(re.match(r"\s*#\s?[^\W\d_]", line) or _knows(line, orders or ORDERS) for line in answer.text.split("\n"))
    if not (misplaced or (orders is not None and _is_misspelt(message, orders))):
        return None
    return Finding(
        FindingKind.MISTYPED,
        "Ein Wort mit # ist keine bekannte Anweisung, oder es steht nicht in den ersten Zeilen; so ginge es womöglich mit hinaus.",
    )


def _is_misspelt(message: Message, orders: frozenset[str]) -> bool:
    """What stands behind the first word of a note is text, and not looked at."""
    first = order_lines(message.reply)
    is_note = any(_word(line) in _NOTES for line in first)
    typed = [match for line in first[: 1 if is_note else None] for match in _ORDER.finditer(line)][: 1 if is_note else None]
    unknown = any(match["word"].casefold() not in orders for match in (*typed, *_ORDER.finditer(message.subject)))
    return unknown or any(match["space"] for match in typed)


def _word(line: str) -> str:
    match = _ORDER.search(line)
    return match["word"].casefold() if match else ""


def _knows(line: str, orders: frozenset[str]) -> bool:
    return any(match["word"].casefold() in orders for match in _ORDER.finditer(line) if not match["space"])


# --- words of the citizen -----------------------------------------------------------------------------------------------------------

_ANSWERED_INSIDE = re.compile(
    r"\b(?:siehe|s\.|steht|stehen|antworte[n]?|antwort(?:en)?)\b.{0,40}"
    r"\b(?:unten|im text|in rot|rot|blau|grün|farbig|zwischen den zeilen|im zitat)\b",
    re.IGNORECASE,
)


def _quoted(answer: Answer, message: Message, original: str) -> Finding | None:
    if quotes(answer.text, original):
        return Finding(FindingKind.QUOTED, "Die Antwort wiederholt Worte aus der Nachricht der Person.")
    if _ANSWERED_INSIDE.search(answer.text) or is_written_into(message.text, original):
        return Finding(FindingKind.QUOTED, "In der zitierten Nachricht stehen Worte von Ihnen; sie geht nicht mit hinaus.")
    if re.search(r"^>", answer.text, re.MULTILINE):
        return Finding(FindingKind.QUOTED, "Die Antwort enthält Zeilen, die als Zitat gekennzeichnet sind.")
    return None


# --- numbers, addresses, other cases ------------------------------------------------------------------------------------------------

_DETAILS = {
    FindingKind.CUSTOMER_NUMBER: "Die Antwort enthält eine Kundennummer oder BG-Nummer ({}).",
    FindingKind.IBAN: "Die Antwort enthält eine Bankverbindung ({}).",
}


def _identifier(kind: FindingKind, text: str) -> Finding | None:
    found = [masked for identifier in IDENTIFIERS if identifier.kind == kind for _, _, masked in found_in(text, identifier)]
    return Finding(kind, _DETAILS[kind].format(", ".join(dict.fromkeys(found)))) if found else None


def _foreign_recipients(message: Message, correspondent: str, policy: Policy) -> Finding | None:
    allowed = address_key(correspondent)
    foreign = [each for each in (*message.to, *message.cc) if each.key != allowed and not _is_ours(each.addr_spec, policy)]
    if not foreign:
        return None
    return Finding(FindingKind.FOREIGN_CC, f"Die Mail ging auch an fremde Adressen (Anzahl: {len(foreign)}).")


def _is_ours(address: str, policy: Policy) -> bool:
    return policy.desk.owns(address) or policy.staff_by_address(address) is not None or policy.is_colleague(address)


_ADDRESS = re.compile(r"[^\s<>()\[\]@,;:\"']{1,64}@[\w.-]{1,250}\w")
_TOKEN = re.compile(r"~(?=[a-z0-9]*\d)(?=[a-z0-9]*[a-z])[a-z0-9]{10,}", re.IGNORECASE)
_KEYED = re.compile(r"[A-Z0-9][A-Z0-9-]{0,40}\.[a-z2-7]{10,26}\.[a-z2-7]{32}|\+[a-z2-7]{42}@", re.IGNORECASE)
_RELAY_HEAD = re.compile(r"^[ \t>*|]*(?:Eingang|Vorschlag)\s?\*?:", re.MULTILINE)


def _private(answer: Answer, message: Message, original: str, correspondent: str, policy: Policy) -> Finding | None:
    text = f"{answer.text}\n" + "\n".join(attachment.filename for attachment in answer.attachments)
    own = policy.desk
    for address in _ADDRESS.findall(text):
        desks = own.owns(address) and "+" not in address
        if not desks and address_key(address) != address_key(correspondent) and _is_ours(address, policy):
            return Finding(FindingKind.PRIVATE, "Die Antwort enthält eine Adresse des Hauses, die nicht die der Stelle ist.")
    if _TOKEN.search(text) or _KEYED.search(text):
        return Finding(FindingKind.PRIVATE, "Die Antwort enthält einen Link oder ein Kennzeichen, mit dem nur das Haus arbeitet.")
    if _RELAY_HEAD.search(text) and re.search(r"^[ \t>*|]*Vorgang\s?\*?:", text, re.MULTILINE):
        return Finding(FindingKind.PRIVATE, "Die Antwort enthält Angaben aus dem Kopf der Nachricht, die nur für das Haus sind.")
    known = {*phones_in(original), *phones_in(own.phone), *phones_in(own.post)}
    if (set(phones_in(text)) - known) & _phones_of_signature(answer, message):
        return Finding(FindingKind.PRIVATE, "Die Antwort enthält eine Telefonnummer aus Ihrer eigenen Signatur.")
    if ends_like_a_signature(answer.text):
        return Finding(FindingKind.PRIVATE, "Am Ende der Antwort steht etwas, das wie eine Signatur aussieht.")
    return None


def _phones_of_signature(answer: Answer, message: Message) -> set[str]:
    kept = {line.strip() for line in answer.text.split("\n")}
    return {phone for line in message.text.split("\n") if line.strip() not in kept for phone in phones_in(line)}


_OTHER_MAIL = ("message/", "text/calendar", "application/ics")


def _other_mail(message: Message, case_number: str, policy: Policy) -> Finding | None:
    """An invitation, or an attached mail that is not the relayed one: it names addresses, so it stays here, and that must be said."""
    for each in message.attachments:
        mail = each.media_type.startswith(_OTHER_MAIL) or each.filename.lower().endswith((".eml", ".msg", ".ics"))
        if mail and case_number not in case_numbers_in(each.filename, policy.desk.prefix):
            return Finding(
                FindingKind.PRIVATE, "Eine angehängte Mail oder Einladung geht nicht mit hinaus, denn sie nennt Adressen des Hauses."
            )
    return None


def _other_case(text: str, case_number: str, policy: Policy) -> Finding | None:
    others = [number for number in case_numbers_in(text, policy.desk.prefix) if number != case_number]
    return Finding(FindingKind.OTHER_CASE, "Die Antwort nennt die Nummer eines anderen Vorgangs.") if others else None


# --- masks --------------------------------------------------------------------------------------------------------------------------
