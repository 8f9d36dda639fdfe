# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Machines known by their words alone: answers of absence without a header, and what copiers and fax gateways send."""

from __future__ import annotations

import re

from maildesk.core.message import Message, split_subject

TEXT_CHARS_READ = 3000

# What mail programs themselves put before the subject of the mail that they answer, with a colon, or as the whole subject. Nobody who
# tells us of an absence of their own writes so; a person who answers such a mail writes "AW:" before it.
ABSENCE_NOTICE = (
    r"(?:automatische antwort|automatisch antwoord|automatisches antwortschreiben|abwesenheitsnotiz|abwesenheitsassistent|automatic reply"
    r"|automated (?:reply|response)|auto(?:matic)?[- ]?response|auto[- ]?reply|autoresponder"
    r"|out of (?:the )?office(?: auto[- ]?reply| reply)"
    r"|réponse automatique|respuesta automática|risposta automatica|resposta automática|odpowied[zź] automatyczna|răspuns automat"
    r"|otomatik yanıt|автоответ|автоматический ответ|автоматична відповідь)\s*(?::|$)"
)
# The same words and others of the kind, where another mark stands beside them.
ABSENCE_BEGINS = (
    r"(?:automatische antwort|automatisch antwoord|abwesenheit|automatic reply|auto(?:matic)?[- ]?response"
    r"|auto[- ]?reply|out of (?:the )?office"
    r"|réponse automatique|respuesta automática|risposta automatica|odpowied[zź] automatyczna|răspuns automat|otomatik yanıt|автоответ"
    r"|автоматический ответ|автоматична відповідь)"
)

# An absence without any header: the subject names it, and the text says both that the writer is away and what becomes of the mail.
ABSENCE_NAMED = (
    r"out of (?:the )?office|away from (?:my|the) (?:desk|office)|on (?:vacation|holiday|leave)"
    r"|automatic(?:ally)? (?:generated )?(?:reply|response)"
    r"|auto[- ]?reply|abwesen(?:d|heit)|nicht im (?:büro|hause?)|außer haus|im urlaub|urlaubs?(?:meldung|notiz"
    r"|abwesenheit)|automatische antwort"
)
I_AM_AWAY = (
    r"\b(?:i am|i'm|i will be|i'll be|we are|our office is) (?:\w+ )?(?:\w+ )?(?:out of|away|on (?:vacation|holiday|leave)|not in)\b"
    r"|\b(?:ich bin|bin ich|wir sind|sind wir) (?:\S{1,40} ){0,12}?(?:nicht (?:im (?:büro|haus|dienst)"
    r"|erreichbar|da)|abwesend|im urlaub|außer haus)"
)
YOUR_MAIL_WAITS = (
    r"\b(?:reply|respond|answer|read|get back|attend)\b.{0,60}?\b(?:on|upon|after|when) (?:my|i) (?:return|get|am)\b"
    r"|(?:if|for|in) .{0,40}urgent|immediate assistance|thank you for your (?:e-?mail|message|mail)"
    r"|in dringenden (?:fällen|angelegenheiten)|(?:vielen dank|danke) für ihre (?:e-?mail|mail|nachricht|anfrage)"
    r"|(?:e-?mails?|nachrichten?) (?:wird|werden) (?:\S{1,40} ){0,4}?(?:nicht|automatisch|nach meiner)|nach meiner rückkehr"
)

# What copiers and fax gateways are called, and how they name what somebody put on the glass.
SCANNER_LOCAL_PARTS = (
    r"(?:scan(?:ner)?|scan[-_.]?(?:to|2)[-_.]?e?-?mail|kopierer|copier|mfp|multifunktion\w{0,20}|drucker|printer|fax|e?fax2?mail)"
    r"[-_.\d]{0,20}|(?:taskalfa|ecosys|bizhub|workcentre|aficio|imagerunner|ir-?adv)[-_.\w]{0,24}"
)
SCAN_SUBJECT = (
    r"scan(?:ned)?[ -]?(?:to|2)[ -]?(?:e-?)?mail\b|message from \W?(?:km|bizhub|rnp|kmbt|mfp|ricoh|sharp|mx)[-_ ]?\w{0,30}"
    r"|scan(?:ned image| data| file)? from (?:mx|a xerox|km|hp|kyocera|canon|ricoh|bizhub|workcentre)|attached image$"
    r"|(?:tele)?fax2mail|(?:neues |new )?(?:tele)?fax(?:nachricht|eingang| message)? (?:von|from) \+?[\d(]"
)
COUNTED_SUBJECT = r"doc\d{11,26}"  # Kyocera counts its documents, and signs with the number of its network card
NETWORK_CARD = r"\[[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}\]"
DOCUMENT_TYPES = frozenset({"application/pdf", "application/octet-stream", "image/tiff", "image/tif", "image/jpeg", "image/png"})


def _subject_begins(message: Message, pattern: str) -> bool:
    return re.match(pattern, message.subject.strip(), re.IGNORECASE) is not None


def is_absence_notice(message: Message) -> str:
    """The subject is that of a program which answers for somebody who is away."""
    return "subject is that of an absence" if _subject_begins(message, ABSENCE_NOTICE) else ""


def starts_like_an_absence(message: Message) -> str:
    """The subject begins like one: a hint that needs a mark beside it."""
    return "subject begins like an absence" if _subject_begins(message, ABSENCE_BEGINS) else ""


def says_it_is_away(message: Message) -> str:
    """Words of absence in the subject and in the text, by the writer: nobody else's, so no reply, no forwarded mail, no quotation."""
    prefixes, subject = split_subject(message.subject)
    if prefixes or not re.search(ABSENCE_NAMED, subject, re.IGNORECASE):
        return ""
    text = " ".join(message.reply[:TEXT_CHARS_READ].split()).lower()
    away = re.search(I_AM_AWAY, text) and re.search(YOUR_MAIL_WAITS, text)
    return "subject and text are those of an absence" if away else ""


def is_scan(message: Message) -> str:
    """A document that a copier or a fax gateway sent."""
    if not any(attachment.media_type in DOCUMENT_TYPES for attachment in message.attachments):
        return ""
    if re.fullmatch(SCANNER_LOCAL_PARTS, message.originator.local_part):
        return "From is a scanner or a fax, with a document"
    if re.fullmatch(COUNTED_SUBJECT, message.subject.strip(), re.IGNORECASE) and re.search(NETWORK_CARD, message.text[:TEXT_CHARS_READ]):
        return "subject and text are those of a scanner, with a document"
    return "subject is that of a scanner or a fax, with a document" if _subject_begins(message, SCAN_SUBJECT) else ""
