# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The header of a letter, line by line (RFC 5322, RFC 2047, RFC 3834).

The standard library would turn long ids of References into encoded words, and lets NUL through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.header import Header
from email.utils import format_datetime

from maildesk.adapters.compose.names import sender_name
from maildesk.core.letters.alarms import FIELD as ALARM_FIELD
from maildesk.core.letters.letter import INSIDE_THE_HOUSE, Letter
from maildesk.core.mail.message import wire_address
from maildesk.core.office.policy import Desk
from maildesk.errors import TemplateError

NO_HEADER = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

_LINE_OCTETS_MAX = 998  # RFC 5322 section 2.1.1
_ID_OCTETS_MAX = 900
_MESSAGE_ID = re.compile(r"[\x21-\x3b\x3d\x3f-\x7e]+")


def fields(letter: Letter, desk: Desk, sender: str, subject: str, language: str) -> Iterator[str]:
    """`sender` is the name in From, empty for that of the desk.

    All fields but those that describe the content. Raises TemplateError for what cannot be written, without repeating it."""
    if letter.created_at is None or letter.created_at.tzinfo is None:
        raise TemplateError("the letter has no date with a time zone")
    if not _is_id(letter.message_id):
        raise TemplateError("the letter has no Message-ID")
    yield from _folded("From", _phrase(sender_name(sender) or desk.name), f"<{_mailbox(desk.address, 'desk')}>")
    yield from _folded("To", _mailbox(letter.recipient, "recipient"))
    if letter.reply_to:
        yield from _folded("Reply-To", f"<{_mailbox(letter.reply_to, 'desk')}>")
    yield from _subject(subject)
    yield from _folded("Date", format_datetime(letter.created_at))
    yield from _folded("Message-ID", f"<{letter.message_id}>")
    yield from _thread(letter)
    yield "MIME-Version: 1.0"
    # What stays in the office is automatic too (RFC 3834 section 5), though no limit counts it.
    if letter.automatic or letter.template in INSIDE_THE_HOUSE:
        yield f"Auto-Submitted: {'auto-replied' if letter.in_reply_to else 'auto-generated'}"
        yield "X-Auto-Response-Suppress: All"
    if alarm := letter.context.get(ALARM_FIELD):
        yield from _folded(ALARM_FIELD, str(alarm))
    yield f"Content-Language: {language}"


def _mailbox(address: str, whose: str) -> str:
    try:
        return wire_address(address)
    except ValueError as error:
        raise TemplateError(f"the address of the {whose}: {error}") from error


def _phrase(name: str) -> str:
    """A display name: a quoted string (RFC 5322 section 3.2.4) or, with letters outside ASCII, encoded words (RFC 2047)."""
    if NO_HEADER.search(name):
        raise TemplateError("the name of the desk has control characters")
    if not name.isascii() or "=?" in name:
        return Header(name, "utf-8", header_name="From").encode(linesep="\r\n")
    escaped = re.sub(r'(["\\])', r"\\\1", name)
    return f'"{escaped}"'


def _subject(subject: str) -> Iterator[str]:
    if subject.isascii() and "=?" not in subject:  # what looks like an encoded word would be read as one
        yield from _folded("Subject", *subject.split())
    else:
        yield from f"Subject: {Header(subject, 'utf-8', header_name='Subject').encode(linesep=chr(13) + chr(10))}".split("\r\n")


def _folded(name: str, *words: str) -> Iterator[str]:
    """A header field, folded between words so that lines stay within 78 octets where a word allows it."""
    line = f"{name}:"
    for word in words:
        if len(line) + 1 + len(word) > 78 and line != f"{name}:":
            yield from line.split("\r\n")
            line = ""
        line += f" {word}"
    yield from line.split("\r\n")


def _is_id(message_id: str) -> bool:
    return len(message_id) <= _ID_OCTETS_MAX and bool(_MESSAGE_ID.fullmatch(message_id))


def _thread(letter: Letter) -> Iterator[str]:
    """In-Reply-To and References. These ids come from strangers: one that is no id is left out, and the letter still goes."""
    if _is_id(letter.in_reply_to):
        yield from _folded("In-Reply-To", f"<{letter.in_reply_to}>")
    references = [f"<{reference}>" for reference in letter.references if _is_id(reference)]
    if references:
        yield from _folded("References", *references)


def refuse_long_lines(lines: list[str]) -> None:
    """The last look at the header: whatever its values were, no line is one that a mail must not have."""
    for line in lines:
        if len(line) > _LINE_OCTETS_MAX or not line.isascii() or NO_HEADER.search(line):
            raise TemplateError(
                f"the header field {line.partition(':')[0][:20].strip()!r} cannot be written: too long, or with control characters"
            )
