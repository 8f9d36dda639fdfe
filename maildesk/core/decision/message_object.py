# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The JSON objects that scripts rely on (docs/objects.md): made in one place, so that every command writes the same keys."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from maildesk.core.mail.classify import Automatic
from maildesk.core.mail.message import Address, Attachment, Message
from maildesk.core.triage.propose import Proposal

JsonObject = dict[str, Any]


def address_object(address: Address) -> JsonObject:
    return {"name": address.display_name, "address": address.addr_spec}


def attachment_object(attachment: Attachment) -> JsonObject:
    return {
        "filename": attachment.filename,
        "content_type": attachment.media_type,
        "size": attachment.size_bytes,
        "sha256": attachment.digest,
        "inline": attachment.inline,
    }


def message_object(
    message: Message, automatic: Automatic | None, *, acknowledge: bool, evidence: Iterable[str], proposal: Proposal | None = None
) -> JsonObject:
    """The contract's message object. `kind`, `topics`, `urgency` and `flags` are proposals (`core.triage.propose.propose`)."""
    proposed = proposal or Proposal()
    report = message.delivery_report
    return {
        "message_id": message.message_id,
        "in_reply_to": list(message.in_reply_to),
        "references": list(message.references),
        "from": address_object(message.originator),
        "reply_to": [address_object(address) for address in message.reply_to],
        "to": [address_object(address) for address in message.to],
        "cc": [address_object(address) for address in message.cc],
        "subject": message.subject,
        "date": message.date.isoformat() if message.date else None,
        "text": message.text,
        "reply": message.reply,
        "attachments": [attachment_object(attachment) for attachment in message.attachments],
        "automatic": automatic.value if automatic else None,
        "failed_recipients": list(report.failed_recipients) if report else [],
        "acknowledge": acknowledge,
        "language": message.language or None,
        "kind": proposed.kind or None,
        "topics": list(proposed.topics),
        "urgency": proposed.urgency,
        "flags": list(proposed.flags),
        "evidence": list(evidence),
        "defects": list(message.defects),
    }
