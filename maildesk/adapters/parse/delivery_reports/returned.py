# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The mail that came back with a report: which one it was and to whom it went, wherever it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message as MimePart

from maildesk.adapters.parse import limits
from maildesk.adapters.parse.delivery_reports.bounce_forms import ADDRESS
from maildesk.adapters.parse.mime import addresses, ids
from maildesk.adapters.parse.mime.head import Head, split_head
from maildesk.adapters.parse.mime.params import raw_field
from maildesk.adapters.parse.mime.tree import Leaf, Role, Tree
from maildesk.core.letters.keyed_ids import parse_keyed_id

MAIL_TYPES = frozenset({"message/rfc822", "message/global"})
HEAD_TYPES = frozenset({"text/rfc822-headers", "message/rfc822-headers", "message/global-headers", "text/rfc822"})
_RECIPIENT_FIELDS = ("to", "cc", "x-original-to")
_ID_LINE = re.compile(
    r"^[ \t>]*(?:x-)?(?:original-)?message-?id:[ \t]*(?:\n[ \t]+)?(<[^<>\s]{3,250}>|[^<>\s]{3,250}@\S{1,250})", re.MULTILINE | re.IGNORECASE
)
_FOR = re.compile(rf"\bfor <?{ADDRESS}")
_ANY_ID = re.compile(r"<([^<>\s@]{1,100}@[^<>\s@]{1,100})>")


@dataclass(frozen=True, slots=True)
class Returned:
    """What is known of the returned mail. `recipients` as its To and Cc name them, else as its Received fields do."""

    found: bool = False
    message_id: str = ""
    recipients: tuple[str, ...] = ()


def inner_mail(leaf: Leaf) -> MimePart | None:
    """The mail in a message/rfc822 part, as the library parsed it."""
    children = leaf.part.get_payload()
    inner = children[0] if isinstance(children, list) and children else None
    return inner if isinstance(inner, MimePart) else None


def returned_mail(tree: Tree, quoted: str, text: str) -> Returned:
    """The first of: an attached mail, an attached head, the end of the report's own text (`quoted`); ids also from all of `text`."""
    attached = [_of_leaf(leaf) for leaf in tree.leaves if leaf.media_type in MAIL_TYPES | HEAD_TYPES or _is_head(leaf)]
    known = next((one for one in attached if one.message_id or one.recipients), None)
    found = known or _of_text(quoted)
    return Returned(found.found or bool(attached), found.message_id or _id_in(text), found.recipients)


def _is_head(leaf: Leaf) -> bool:
    """Whether an attached text is the head of a mail that goes by another name."""
    if leaf.role is not Role.ATTACHMENT or leaf.media_type not in {"text/plain", "application/octet-stream"}:
        return False
    start = leaf.content[: limits.FIELD_BYTES_MAX].lower()
    return re.match(rb"\s*[a-z][a-z-]{0,60}:", start) is not None and b"\nmessage-id:" in start


def _of_leaf(leaf: Leaf) -> Returned:
    """By the library's parser, and where it lost the head in a field that is not folded rightly, by our own."""
    own = _of_head(split_head(leaf.content[: limits.FIELD_BYTES_MAX]))
    inner = inner_mail(leaf) if leaf.media_type in MAIL_TYPES else None
    if inner is None or own.message_id:
        return own
    recipients = [found.addr_spec for name in _RECIPIENT_FIELDS for found in addresses.read(raw_field(inner, name))]
    return Returned(True, ids.first(raw_field(inner, "message-id")), own.recipients or tuple(dict.fromkeys(recipients)))


def _of_text(quoted: str) -> Returned:
    """The head of a mail in plain text, behind a dividing line or without one."""
    begin = re.search(r"^[A-Za-z][A-Za-z0-9-]{1,60}:", quoted, re.MULTILINE)
    if begin is None:
        return Returned()
    return _of_head(split_head(quoted[begin.start() :].encode("utf-8", "replace")))


def _of_head(head: Head) -> Returned:
    recipients = [found.addr_spec for name in _RECIPIENT_FIELDS for raw in head.raws(name) for found in addresses.read(raw)]
    if not recipients:
        traces = (raw.decode("utf-8", "replace") for raw in head.raws("received", "x-received"))
        recipients = [match["address"] for trace in traces for match in _FOR.finditer(trace)]
    found = ids.read(head.raws("message-id"))
    return Returned(bool(head.fields), next(iter(found), ""), tuple(dict.fromkeys(recipients))[: limits.RECIPIENTS_MAX])


def _id_in(text: str) -> str:
    """An id that the text names as one; else one that is built as those of our own letters are, wherever it is."""
    line = _ID_LINE.search(text)
    if line:
        return ids.first(line[1].encode("utf-8", "replace"))
    return next((match[1] for match in _ANY_ID.finditer(text) if parse_keyed_id(match[1])), "")
