# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A whole mail: the library's reading and our own put together into one Message.

mail-parser builds the tree and reads addresses and the date. Around it are guards, each where it is needed: it is shown only
the fields it is asked about (its time for a subject of many encoded words grows without bound), and where it raises, the same octets
go to the parser of the standard library that it uses itself.
"""

from __future__ import annotations

import email
import logging
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import Message as MimePart
from typing import Any

from maildesk.adapters.parse import attachments, limits
from maildesk.adapters.parse.delivery_reports import report
from maildesk.adapters.parse.mime import addresses, author, boundary, dates, ids, words
from maildesk.adapters.parse.mime.head import Field, Head, content_digest, split_head
from maildesk.adapters.parse.mime.params import raw_field, structured
from maildesk.adapters.parse.mime.tree import Leaf, Tree, media_type_of, tree_of
from maildesk.adapters.parse.text import calendar_words
from maildesk.adapters.parse.text import own_words as quote
from maildesk.adapters.parse.text.beside import beside
from maildesk.adapters.parse.text.body import body_text
from maildesk.core.mail.classify import CALENDAR_ANSWERS, classify
from maildesk.core.mail.message import Address, FromField, Message, address_key

# The library logs what it stumbles over, and that is text of the mail.
logging.getLogger("mailparser").setLevel(logging.CRITICAL + 1)
logging.getLogger("mailparser").propagate = False

# What the library is shown of the head; the rest it would only decode in vain.
_FOR_THE_LIBRARY = frozenset({"from", "to", "cc", "reply-to", "date", "mime-version"})
_WELL_FORMED_DATE = re.compile(
    r"(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} [+-]\d{4}(?: \([A-Za-z0-9+: -]{1,40}\))?"
)
_REACTIONS = frozenset({"text/vnd.google.email-reaction+json"})
_METHOD = re.compile(rb"^METHOD(?:;[^:\r\n]{0,200})?:[ \t]*([A-Za-z-]{1,40})", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """The tree of parts, and what mail-parser made of the date and of those address fields that it has no doubt about."""

    root: MimePart
    pairs: dict[str, list[object]] = field(default_factory=dict)
    date: datetime | None = None
    defects: tuple[str, ...] = ()


def message_of(data: bytes, digest: str, size_bytes: int) -> Message:
    """Parses octets whose line ends are LF or CR LF. May raise: RecursionError, and whatever the libraries invent."""
    head = split_head(data)
    reading = reading_of(data, head)
    tree = tree_of(reading.root)
    text = _with_calendar(body_text(tree, _outside_the_parts(reading.root)), tree)
    content_type = structured(raw_field(reading.root, "content-type"))
    message = Message(
        digest=digest,
        size_bytes=size_bytes,
        content_digest=content_digest(data, head),
        **header_values(head, reading),
        text=text,
        reply=quote.own_words(text),
        attachments=attachments.attachments_of(tree),
        media_type=words.one_line(media_type_of(reading.root, content_type), 100),
        report_type=report.report_type_of(reading.root, content_type.get("report-type"), tree),
        calendar_method=_calendar_method(tree),
        reaction=any(leaf.media_type in _REACTIONS or leaf.disposition.value == "reaction" for leaf in tree.leaves),
        defects=_bounded((*head.defects, *reading.defects, *tree.defects)),
    )
    message = replace(message, delivery_report=report.delivery_report_of(message, tree))
    return replace(message, beside=beside(tree)) if classify(message).automatic else message


def header_values(head: Head, reading: Reading | None = None) -> dict[str, Any]:
    """The values of Message that come from the head alone, by the names of its attributes."""
    originator, from_field = _author(head, reading)
    return {
        "message_id": next(iter(ids.read(head.raws("message-id"))), ""),
        "in_reply_to": ids.read(head.raws("in-reply-to"))[: limits.REFERENCES_MAX],
        "references": ids.references(head.raws("references")),
        "originator": originator,
        "from_field": from_field,
        "reply_to": _addresses(head, reading, "reply-to"),
        "to": _addresses(head, reading, "to"),
        "cc": _addresses(head, reading, "cc"),
        "subject": _subject(head),
        "date": _date(head, reading),
        "fields": tuple((field.name, _value(field)) for field in head.fields),
    }


def _value(field: Field) -> str:
    return words.proof_value(field.raw) if field.name == "authentication-results" else words.field_value(field.raw)


def reading_of(data: bytes, head: Head) -> Reading:
    """What the library reads, where it needs it with another boundary than the one in the mail."""
    data, head = boundary.without_space_at_end(data, head)
    mended = boundary.mended_content_type(data, head)
    reading = _read(_for_the_library(data, head, mended))
    return replace(reading, defects=(boundary.OTHER_BOUNDARY, *reading.defects)) if mended else reading


def _for_the_library(data: bytes, head: Head, mended: bytes) -> bytes:
    """The octets with only those fields that the library is asked about; `mended` is a Content-Type to put before the one in the mail."""
    shown = [field for field in head.fields if field.name in _FOR_THE_LIBRARY or field.name.startswith("content-")]
    if mended:
        shown.insert(0, Field("content-type", mended))
    lines = [field.name.encode() + b":" + _refolded(field.raw) + b"\r\n" for field in shown]
    return b"".join((*lines, b"\r\n", data[head.body_start :]))


def _refolded(raw: bytes) -> bytes:
    """The value on one line: a carriage return inside would begin a new field for the library."""
    return re.sub(rb"[\r\n]+[ \t]?", b" ", raw)


def _read(data: bytes) -> Reading:
    import mailparser

    try:
        mail = mailparser.parse_from_bytes(data)
        doubtful = {str(defect.get("header")) for defect in mail.address_header_defects}
        named = {"from": mail.from_, "to": mail.to, "cc": mail.cc, "reply-to": mail.reply_to}
        return Reading(mail.message, {name: list(pairs) for name, pairs in named.items() if name not in doubtful}, mail.date)
    except Exception:
        # Known: AttributeError where a multipart is never closed, MailParserRecursionError; the tree can be had all the same.
        return Reading(email.message_from_bytes(data), defects=("mail-parser gave up on the mail; the standard library read it",))


def charset_hint(head: Head) -> str:
    """The charset that the mail declares for its body: programs that put raw octets into the head use the same for both."""
    return structured(next(iter(head.raws("content-type")), b"")).get("charset").lower()[:60]


def _addresses(head: Head, reading: Reading | None, name: str) -> tuple[Address, ...]:
    """The recipients in all fields of this name."""
    raws, hint = head.raws(name), charset_hint(head)
    if name == "from":
        raws = tuple(map(author.shown, raws))
    if len(raws) == 1 and reading is not None and hint != "utf-7":
        found = addresses.from_library(reading.pairs.get(name, ()), raws[0])
        if found:
            return found[: limits.RECIPIENTS_MAX]
    each = {address.key: address for raw in raws for address in addresses.read(raw, hint)}
    return tuple(each.values())[: limits.RECIPIENTS_MAX]


def _author(head: Head, reading: Reading | None) -> tuple[Address, FromField]:
    """Whom From names for sure, else who is shown as the writer."""
    sure = author.author(head.raws("from"))
    found = _originator(head, reading if sure.spec else None)
    if not sure.spec or found.addr_spec == sure.spec:
        return found, sure.field
    return addresses.named(found.display_name if found.key == address_key(sure.spec) else sure.phrase, sure.spec), sure.field


def _originator(head: Head, reading: Reading | None) -> Address:
    """The writer: the first address in From, else Sender, else Reply-To, else Return-Path; at last a bare word like MAILER-DAEMON."""
    for name in ("from", "sender", "reply-to", "return-path"):
        found = _addresses(head, reading, name)
        if found:
            return found[0]
    names = (words.decoded(raw, limits.NAME_CHARS_MAX, charset_hint(head)) for raw in head.raws("from"))
    local = next((word for raw in head.raws("from") if (word := addresses.local_word(raw))), "")
    return Address(next((name.partition("<")[0].strip(' "') for name in names if name), ""), local)


def _subject(head: Head) -> str:
    """The first subject that says anything; mail-parser returns a list where there are two."""
    subjects = (words.decoded(raw, limits.SUBJECT_CHARS_MAX, charset_hint(head)) for raw in head.raws("subject"))
    return next((subject for subject in subjects if subject), "")


def _date(head: Head, reading: Reading | None) -> datetime | None:
    """mail-parser's reading where the date is well formed; it takes other ones for something else, or for the time of today."""
    for raw in head.raws("date"):
        text = words.field_value(raw)
        if reading is not None and reading.date is not None and _WELL_FORMED_DATE.fullmatch(text):
            date = reading.date if reading.date.tzinfo else reading.date.replace(tzinfo=UTC)
            return dates.plausible(date)
        found = dates.read(words.decode_words(text))
        if found is not None:
            return found
    return None


def _outside_the_parts(root: MimePart) -> str:
    """What is before the first and behind the last part: meant for programs that know no parts, shown if there is nothing else."""
    return "\n".join(text for text in (root.preamble, root.epilogue) if isinstance(text, str) and text.strip())


def _calendar_method(tree: Tree) -> str:
    for leaf in tree.leaves:
        if leaf.media_type == "text/calendar":
            return leaf.content_type.get("method").strip().upper()[:40] or _method_line(leaf)
    return ""


def _method_line(leaf: Leaf) -> str:
    match = _METHOD.search(leaf.content[: limits.FIELD_BYTES_MAX])
    return match[1].decode("ascii").upper() if match else ""


def _with_calendar(text: str, tree: Tree) -> str:
    """The text with what is in the calendar alone: a comment on an answer, and an invitation that has no other words."""
    added = calendar_words.comments(tree)
    if not text and not added and _calendar_method(tree) not in CALENDAR_ANSWERS:
        added = calendar_words.descriptions(tree)
    return "\n\n".join(filter(None, (text, added))) if " ".join(added.split()) not in " ".join(text.split()) else text


def _bounded(defects: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(defects))[: limits.DEFECTS_MAX]
