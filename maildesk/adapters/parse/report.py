# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Delivery reports (RFC 3464): what a mail server says about a mail of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.message import Message as MimePart

from maildesk.adapters.parse import addresses, charset, ids, limits, words
from maildesk.adapters.parse.params import raw_field
from maildesk.adapters.parse.tree import Leaf, Tree
from maildesk.core.message import DeliveryReport

STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
ORIGINAL_TYPES = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers"})
_REPORTS = {
    "message/delivery-status": "delivery-status",
    "message/global-delivery-status": "delivery-status",
    "message/disposition-notification": "disposition-notification",
    "message/feedback-report": "feedback-report",
}
# One report may speak of several recipients: the action that asks most of us counts.
_PRECEDENCE = ("failed", "delayed", "delivered", "relayed", "expanded")
_ACTIONS_OF_CLASS = {"5": "failed", "4": "delayed", "2": "delivered"}
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_STATUS_BYTES_MAX = 256 * 1024

Block = Mapping[str, str]


def report_type_of(root: MimePart, declared: str, tree: Tree) -> str:
    """The report-type of a multipart/report (RFC 6522); where it is not declared, what its parts say."""
    if root.get_content_type() != "multipart/report":
        return ""
    found = next((_REPORTS[leaf.media_type] for leaf in tree.leaves if leaf.media_type in _REPORTS), "")
    return words.one_line(declared, 60).lower() or found


def delivery_report_of(tree: Tree) -> DeliveryReport | None:
    """The report in the first message/delivery-status part that says anything; one inside an attached mail does not count."""
    for leaf in tree.leaves:
        if leaf.media_type in STATUS_TYPES:
            report = _report(_blocks(leaf.content), _original_message_id(tree))
            if report:
                return report
    return None


def _blocks(data: bytes) -> list[Block]:
    """The groups of fields, names in lower case: one about the message, then one for each recipient (RFC 3464 section 2.1)."""
    blocks: list[dict[str, str]] = [{}]
    name = ""
    for line in charset.decode(data[:_STATUS_BYTES_MAX]).splitlines():
        if not line.strip():
            if blocks[-1]:
                blocks.append({})
            continue
        if line[0] in " \t" and name:
            blocks[-1][name] = f"{blocks[-1].get(name, '')} {line.strip()}"[: limits.VALUE_CHARS_MAX]
            continue
        key, colon, value = line.partition(":")
        name = key.strip().lower() if colon else ""
        if name:
            blocks[-1].setdefault(name, value.strip()[: limits.VALUE_CHARS_MAX])
    return [block for block in blocks if block]


def _action(block: Block) -> str:
    """The word of the Action field; without it what the class of the status says; a bare mark of failure counts too."""
    word = re.split(r"[\s(;]", block.get("action", "").lower(), maxsplit=1)[0].strip('".')
    word = {"failure": "failed", "expired": "failed", "delay": "delayed"}.get(word, word)
    if word in _PRECEDENCE:
        return word
    status = _status(block)
    return _ACTIONS_OF_CLASS.get(status[:1], "")


def _status(block: Block) -> str:
    for name in ("status", "diagnostic-code"):
        match = _STATUS.search(block.get(name, ""))
        if match:
            return match[1]
    return ""


def _recipient(block: Block) -> str:
    """The recipient that failed: the one that was written to, else the one the server ended at; comments and types left out."""
    for name in ("final-recipient", "original-recipient", "x-actual-recipient"):
        kind, semicolon, value = block.get(name, "").partition(";")
        found = addresses.read((value if semicolon else kind).encode())
        if found:
            return found[0].addr_spec
    return ""


def _report(blocks: list[Block], original_message_id: str) -> DeliveryReport | None:
    spoken = [(action, block) for block in blocks if (action := _action(block))]
    if not spoken:
        return None
    action = min((action for action, _ in spoken), key=_PRECEDENCE.index)
    decisive = [block for spoken_action, block in spoken if spoken_action == action]
    status = next((status for block in decisive if (status := _status(block))), "")
    recipients = dict.fromkeys(_recipient(block) for block in decisive) if action == "failed" else {}
    failed = tuple(recipient for recipient in recipients if recipient)[: limits.FAILED_RECIPIENTS_MAX]
    return DeliveryReport(action, status, failed, original_message_id)


def _original_message_id(tree: Tree) -> str:
    for leaf in tree.leaves:
        if leaf.media_type in ORIGINAL_TYPES:
            found = ids.first(_message_id_field(leaf))
            if found:
                return found
    return ""


def _message_id_field(leaf: Leaf) -> bytes:
    children = leaf.part.get_payload()
    inner = children[0] if isinstance(children, list) and children else None
    raw = raw_field(inner, "message-id") if isinstance(inner, MimePart) else b""
    if raw:
        return raw
    match = re.search(
        rb"(?:^|\n)message-id:([^\n]{0,1000}(?:\n[ \t][^\n]{0,1000})?)", leaf.content[: limits.FIELD_BYTES_MAX], re.IGNORECASE
    )
    return match[1] if match else b""
