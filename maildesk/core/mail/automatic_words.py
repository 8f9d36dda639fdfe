# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Machines known by their words alone: answers of absence without a header, and what copiers and fax gateways send."""

from __future__ import annotations

import re

from maildesk.core.mail.message import Message, split_subject
from maildesk.core.text.absence import ABSENCE_BEGINS, ABSENCE_NAMED, ABSENCE_NOTICE, I_AM_AWAY, TEXT_CHARS_READ, YOUR_MAIL_WAITS

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
