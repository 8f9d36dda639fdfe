# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Machines known by their words: notices without a header, and what copiers and fax gateways send.

What a template says is distinguished from what a person adds: a mail counts as a notice only if nothing else is in it.
"""

from __future__ import annotations

import re

from maildesk.core.mail.hand_written import hand_written
from maildesk.core.mail.message import Message, split_subject
from maildesk.core.mail.system_marks import takes_no_answer
from maildesk.core.text import notices
from maildesk.core.text.absence import ABSENCE_BEGINS, ABSENCE_NOTICE, TEXT_CHARS_READ

# What copiers and fax gateways are called, and how they name what somebody put on the glass.
SCANNER_LOCAL_PARTS = (
    r"(?:scan(?:ner)?|scan[-_.]?(?:to|2)[-_.]?e?-?mail|kopierer|copier|mfp|multifunktion\w{0,20}|drucker|printer|fax|e?fax2?mail)"
    r"[-_.\d]{0,20}(?:eg|[ou]g|dg|kg)?|(?:taskalfa|ecosys|bizhub|workcentre|aficio|imagerunner|ir-?adv)[-_.\w]{0,24}"
)
SCAN_SUBJECT = (
    r"scan(?:ned)?[ -]?(?:to|2)[ -]?(?:e-?)?mail\b"
    r"|(?:message from|nachricht von) \W?(?:km|bizhub|rnp|kmbt|mfp|ricoh|sharp|mx)[-_ ]?\w{0,30}"
    r"|scan(?:ned image| data| file)? from (?:mx|a xerox|km|hp|kyocera|canon|ricoh|bizhub|workcentre)|attached image$"
    r"|(?:tele)?fax2mail"
)
FAX_SUBJECT = r"(?:neues |new )?(?:tele)?fax(?:nachricht|eingang| message)? (?:von|from) \+?[\d(]"  # and the number
COUNTED_SUBJECT = r"doc\d{11,26}"  # Kyocera counts its documents, and signs with the number of its network card
NETWORK_CARD = r"\[[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}\]"
DOCUMENT_TYPES = frozenset({"application/pdf", "application/octet-stream", "image/tiff", "image/tif", "image/jpeg", "image/png"})

# How subjects begin that programs give to receipts, and where acknowledgements have the number of the other ticket system.
RECEIPT_SUBJECT = (
    r"(?:gelesen|ungelesen gelöscht|nicht gelesen|gelöscht|geöffnet|read|not read|deleted|opened|displayed"
    r"|empfangsbestätigung|lesebestätigung|(?:return|read) receipt|nachrichtenstatus|message status|прочитан[оеа]?|не прочитано|okundu"
    r"|przeczytano|lu|leído|letto|gelezen)\b(?! \w+ (?:und|aber|ama|and|but)\b)"
)
TICKET_SUBJECT = r"\[[^\]\n]{0,30}\d{2,}\]|\([a-z]{2,10}-\d+\)|\b[a-z]{2,10}-\d+\b(?!-)|#\s?\d+|\bticket\b|\d{6,}"
REACTED = r"\breact|reagi|реаг|tepki|réagi|reaccion|zareagowa"
INVITATION_ANSWERED = (
    r"angenommen|akzeptiert|zugesagt|abgelehnt|abgesagt|vorläufig|mit vorbehalt|vielleicht|accept|declin|tentativ"
    r"|прийня|прийма|відхил|приня|отклон"
    r"|kabul|redd|accepté|refusé|zaakcept|odrzuc"
)
SHORT_SUBJECT, LINE_CHARS_MAX, REACTION_WORDS_MAX = 8, 160, 7


def _subject_begins(message: Message, pattern: str) -> bool:
    return re.match(pattern, message.subject.strip(), re.IGNORECASE) is not None


def is_absence_notice(message: Message) -> str:
    """The subject is that of a program which answers for somebody who is away."""
    return "subject is that of an absence" if _subject_begins(message, ABSENCE_NOTICE) else ""


def starts_like_an_absence(message: Message) -> str:
    """The subject begins like one: a hint that needs a mark beside it."""
    return "subject begins like an absence" if _subject_begins(message, ABSENCE_BEGINS) else ""


def says_it_is_away(message: Message) -> str:
    """A notice of absence and nothing else: that the writer is away, and what becomes of the mail or that a program wrote it."""
    says = notices.said(message.reply, notices.ABSENCE, signed=message.originator.display_name)
    itself = notices.SELF in says and bool(says & {notices.AWAY, notices.WAITS, notices.BACK})
    away = itself or {notices.AWAY, notices.WAITS} <= says
    if not away or "?" in message.reply:
        return ""
    if notices.SELF not in says and (notices.OF_MYSELF.search(message.reply.lower()) or hand_written(message)):
        return ""
    return "nothing but the sentences of an absence"


def acknowledges(message: Message) -> str:
    """The acknowledgement of another ticket system and nothing else: received, under a number of theirs."""
    says = _of_acknowledgement(message)
    numbered = notices.NUMBERED in says and bool(re.search(TICKET_SUBJECT, message.subject, re.IGNORECASE))
    whole = bool({notices.RECEIVED, notices.HANDLED} & says) and (numbered or notices.SELF in says)
    return "nothing but the sentences of an acknowledgement" if whole else ""


def says_received(message: Message) -> str:
    """The same without a number: enough where a header says that a program wrote it."""
    says = _of_acknowledgement(message)
    received = notices.RECEIVED in says or {notices.NUMBERED, notices.HANDLED} <= says
    return "nothing but the sentences of an acknowledgement" if received else ""


def _of_acknowledgement(message: Message) -> frozenset[str]:
    asks = "?" in message.reply
    return frozenset() if asks else notices.said(message.reply, notices.TICKET, signed=message.originator.display_name)


def is_receipt(message: Message) -> str:
    """A receipt in plain text and nothing else: it names the mail that was read, and never speaks in the first person."""
    _, subject = split_subject(message.subject)
    match = re.match(RECEIPT_SUBJECT, subject, re.IGNORECASE)
    text = " ".join(message.text[:TEXT_CHARS_READ].split()).lower()
    if match is None or "?" in text or notices.FIRST_PERSON.search(text):
        return ""
    names = subject[match.end() :].strip(" :-–()").lower()
    says = notices.said(message.text, notices.RECEIPT, signed=message.originator.display_name)
    at_a_time = notices.FIELD in says and re.search(r"\d{1,2}:\d{2}", text)
    points = (len(names) > SHORT_SUBJECT and names in text) or message.originator.key in text or at_a_time
    return "nothing but the sentences of a receipt" if points and notices.READ in says else ""


def is_reaction(message: Message) -> str:
    """An emoji by which somebody reacts, and nothing else: its part says so; what is around it names the writer."""
    if not message.reaction:
        return ""
    words = [line for line in _lines(message.reply) if re.search(r"\w", line)]
    others = [line for line in words if not (_names_writer(message, line) or re.search(r"\bgmail\b", line, re.IGNORECASE))]
    return "a part is a reaction, with no words beside it" if not others and len(words) <= 1 else ""


def tells_a_reaction(message: Message) -> str:
    """Outlook's sentence for it, which no part marks: one line that begins with the writer's name."""
    line, *others = [line for line in _lines(message.reply) if re.search(r"[^\W_]", line)] or [""]
    line = re.sub(r"^\W*\[[^\]\n]{2,30}\]\s*", "", line)
    words = len(line.split()) - len(message.originator.display_name.split())
    told = _names_writer(message, line) and re.search(REACTED, line, re.IGNORECASE) and words <= REACTION_WORDS_MAX
    told = told and all(notices.RECEIPT[notices.FIELD].search(other.lower()) for other in others)  # the head of the mail that it is about
    return "nothing but the sentence of a reaction" if told else ""


def answers_an_invitation(message: Message) -> str:
    """The answer to an invitation without words of its own: programs repeat the event and say who accepts it."""
    lines = [line for line in _lines(message.reply) if re.search(r"\w", line)]
    if any(not _tells_the_answer(message, line) for line in _before_the_event(message, lines)):
        return ""
    return f"text/calendar METHOD={message.calendar_method}, without words"


def _before_the_event(message: Message, lines: list[str]) -> list[str]:
    """What is above the event, as a program of the calendar's repeats it in what it sends itself."""
    event = message.subject.lower()
    repeated = (index for index, line in enumerate(lines) if len(line) >= 3 and line.lower() in event)
    return lines[: next(repeated, None)] if message.has("auto-submitted") else lines


def _tells_the_answer(message: Message, line: str) -> bool:
    """Who accepts it, in a program's words; what a calendar sends itself names nobody, but has no note behind a colon either."""
    if message.has("auto-submitted") and not re.search(r"[:?\"]", line) and not notices.FIRST_PERSON.search(line.lower()):
        return bool(re.search(rf"{INVITATION_ANSWERED}|^gesendet von|^sent (?:by|from)", line, re.IGNORECASE))
    return _names_writer(message, line) and bool(re.search(INVITATION_ANSWERED, line, re.IGNORECASE)) and len(line) <= LINE_CHARS_MAX


def _lines(text: str) -> list[str]:
    """The lines above the signature."""
    lines = [" ".join(line.split()) for line in text[:TEXT_CHARS_READ].splitlines() if line.strip()]
    return lines[: lines.index("--")] if "--" in lines else lines


def _names_writer(message: Message, line: str) -> bool:
    """Whether the line begins with the writer's name or address, as templates do."""
    name = " ".join(message.originator.display_name.split()).lower()
    turned = " ".join(reversed([part.strip() for part in name.split(",")]))
    beginnings = [each for each in (name, turned, message.originator.key) if each]
    return any(line.lower().lstrip("'\"„").startswith(each) for each in beginnings)


def is_scan(message: Message, *, inside: bool) -> str:
    """A document that a copier or a fax gateway sent. `inside`: the address is of our own office, or there is none.

    Somebody outside may be called like a device. Of what comes from there a fax gateway is one that says so twice, by address and subject.
    """
    if not any(attachment.media_type in DOCUMENT_TYPES for attachment in message.attachments):
        return ""
    device = re.fullmatch(SCANNER_LOCAL_PARTS, message.originator.local_part)
    if _subject_begins(message, FAX_SUBJECT) and (inside or device or takes_no_answer(message)):
        return "subject is that of a fax, with a document"
    if not inside and not takes_no_answer(message):
        return ""
    if device:
        return "From is a scanner or a fax, with a document"
    if re.fullmatch(COUNTED_SUBJECT, message.subject.strip(), re.IGNORECASE) and re.search(NETWORK_CARD, message.text[:TEXT_CHARS_READ]):
        return "subject and text are those of a scanner, with a document"
    return "subject is that of a scanner, with a document" if _subject_begins(message, SCAN_SUBJECT) else ""
