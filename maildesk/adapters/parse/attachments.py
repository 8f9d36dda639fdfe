# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The parts that are not the body, with names that are safe to show and to store.

mail-parser returns `../../etc/cron.d/x` as it is, loses raw octets in names, and does not list calendar parts,
delivery reports and attached messages at all.
"""

from __future__ import annotations

import hashlib
import re
from email.message import Message as MimePart

from maildesk.adapters.parse import limits
from maildesk.adapters.parse.mime import charset, words
from maildesk.adapters.parse.mime.params import raw_field
from maildesk.adapters.parse.mime.tree import Leaf, Role, Tree
from maildesk.adapters.parse.text import html
from maildesk.core.mail.message import Attachment

# Endings for parts without a name; of others the subtype serves.
_ENDINGS = {
    "text/plain": "txt",
    "text/calendar": "ics",
    "text/vcard": "vcf",
    "text/x-vcard": "vcf",
    "text/directory": "vcf",
    "image/jpeg": "jpg",
    "image/svg+xml": "svg",
    "image/tiff": "tif",
    "audio/mpeg": "mp3",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.ms-excel": "xls",
    "application/octet-stream": "bin",
}
# What the parts of the mail's own machinery are called; everything else is numbered: text-1.html, image-2.png.
_NAMES = {
    "text/calendar": "calendar.ics",
    "text/rfc822-headers": "headers.txt",
    "message/delivery-status": "delivery-status.txt",
    "message/global-delivery-status": "delivery-status.txt",
    "message/disposition-notification": "disposition-notification.txt",
    "message/feedback-report": "feedback-report.txt",
    "application/pgp-signature": "signature.asc",
    "application/pgp-encrypted": "encrypted.asc",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s",
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
    "application/ms-tnef": "winmail.dat",
    "application/vnd.ms-tnef": "winmail.dat",
}
MAIL_TYPES = frozenset({"message/rfc822", "message/global", "message/partial"})
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)", re.IGNORECASE)
_CID = re.compile(r"cid:([^\s\"'<>)]{1,250})", re.IGNORECASE)
_CID_REFERENCES_MAX = 1000


def safe_filename(name: str) -> str:
    """The name without a path and without anything that a file system or a screen takes for more than a name; may be empty.

    >>> safe_filename("../../etc/passwd"), safe_filename("C:\\\\Temp\\\\Brief.pdf"), safe_filename("..")
    ('passwd', 'Brief.pdf', '')
    >>> safe_filename("CON.txt"), safe_filename("Rechnung\\u202efdp.exe")
    ('_CON.txt', 'Rechnungfdp.exe')
    """
    line = words.one_line(name, 4 * limits.FILENAME_CHARS_MAX)
    pieces = [piece.strip(" .") for piece in re.split(r"[/\\]", line)]
    base = next((piece for piece in reversed(pieces) if piece), "")
    base = re.sub(r"[<>:\"|?*]", "-", base).strip(" .-") or base.strip(" .")
    return shortened(f"_{base}" if _RESERVED.match(base) else base)


def shortened(name: str, chars_max: int = limits.FILENAME_CHARS_MAX) -> str:
    """At most `chars_max` characters; the ending, by which people and programs recognise what it is, stays."""
    if len(name) <= chars_max:
        return name
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending) > 10:
        return name[:chars_max].rstrip()
    return stem[: chars_max - len(ending) - 1].rstrip() + dot + ending


def _declared_name(leaf: Leaf) -> str:
    for name in (
        leaf.disposition.get("filename"),
        leaf.disposition.get("name"),
        leaf.content_type.get("name"),
        leaf.content_type.get("filename"),
    ):
        safe = safe_filename(name)
        if safe:
            return safe
    return ""


def _ending(media_type: str) -> str:
    subtype = media_type.partition("/")[2]
    ending = _ENDINGS.get(media_type) or re.sub(r"^x-|\+.*$|[^a-z0-9]", "", subtype)
    return ending if 0 < len(ending) <= 10 else "bin"


def _made_name(leaf: Leaf, number: int) -> str:
    if leaf.media_type in MAIL_TYPES:
        subject = safe_filename(_subject_of_mail(leaf)[: limits.FILENAME_CHARS_MAX - 4])
        return f"{subject or 'message'}.eml"
    main_type = re.sub(r"[^a-z]", "", leaf.media_type.partition("/")[0])[:20] or "part"
    return _NAMES.get(leaf.media_type) or f"{main_type}-{number}.{_ending(leaf.media_type)}"


def _subject_of_mail(leaf: Leaf) -> str:
    """The subject of an attached mail; a slash in it is no path."""
    children = leaf.part.get_payload()
    inner = children[0] if isinstance(children, list) and children else None
    raw = raw_field(inner, "subject") if isinstance(inner, MimePart) else b""
    if not raw:
        match = re.search(rb"(?:^|\n)subject:([^\n]{0,2000})", leaf.content[: limits.FIELD_BYTES_MAX], re.IGNORECASE)
        raw = match[1] if match else b""
    return re.sub(r"[/\\]", "-", words.decoded(raw, limits.FILENAME_CHARS_MAX))


class _Names:
    """Makes each name different from those before it, also for file systems that do not distinguish upper from lower case."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.next_number: dict[str, int] = {}

    def distinct(self, name: str) -> str:
        stem, dot, ending = name.rpartition(".")
        if not stem:
            stem, dot, ending = name, "", ""
        candidate, number = name, self.next_number.get(name.lower(), 2)
        while candidate.lower() in self.seen:
            mark = f" ({number})"
            candidate = stem[: limits.FILENAME_CHARS_MAX - len(mark) - len(dot + ending)] + mark + dot + ending
            number += 1
        self.next_number[name.lower()] = number
        self.seen.add(candidate.lower())
        return candidate


def _content_id(leaf: Leaf) -> str:
    return words.field_value(raw_field(leaf.part, "content-id")).strip("<> ")


def _referenced(tree: Tree) -> frozenset[str]:
    """The content ids that the HTML of the mail shows as pictures (RFC 2392)."""
    found: set[str] = set()
    for leaf in tree.leaves:
        if leaf.media_type == "text/html" and leaf.role is not Role.ATTACHMENT:
            source = charset.decode(leaf.content[: limits.HTML_CHARS_MAX])
            for match in _CID.finditer(source):
                found.add(match[1])
                if len(found) >= _CID_REFERENCES_MAX:
                    return frozenset(found)
    return frozenset(found)


def _anchors(tree: Tree, referenced: frozenset[str]) -> dict[str, str]:
    """Where the pictures are that the HTML bodies show; the bodies are rendered for it only if there are any."""
    found: dict[str, str] = {}
    for leaf in tree.leaves:
        if referenced and leaf.media_type == "text/html" and leaf.role is not Role.ATTACHMENT:
            found = {**html.anchors(html.decoded(leaf.content, leaf.content_type.get("charset"))), **found}
    return found


def attachments_of(tree: Tree) -> tuple[Attachment, ...]:
    """One Attachment for every leaf that is not the body or another form of it, in the order of the mail."""
    names = _Names()
    referenced = _referenced(tree)
    anchors = _anchors(tree, referenced)
    out: list[Attachment] = []
    numbers: dict[str, int] = {}
    for leaf in tree.with_role(Role.ATTACHMENT):
        main_type = leaf.media_type.partition("/")[0]
        name = _declared_name(leaf)
        if not name:
            numbers[main_type] = numbers.get(main_type, 0) + 1
            name = _made_name(leaf, numbers[main_type])
        content_id = _content_id(leaf)
        inline = (leaf.disposition.value == "inline" and bool(content_id)) or content_id in referenced
        digest = hashlib.sha256(leaf.content).hexdigest()
        media_type = words.one_line(leaf.media_type, 100)  # where it is rubbish the library passes it on as it is
        shown = inline and bool(content_id)
        anchor = anchors.get(content_id, "") if shown else ""
        out.append(Attachment(names.distinct(name), media_type, len(leaf.content), digest, shown, anchor))
    return tuple(out)
