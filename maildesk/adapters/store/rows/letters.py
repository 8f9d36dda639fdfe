# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A letter as a row of the outbox, and such a row as a letter. What becomes of it is in `letter_states`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from maildesk.core.letters.letter import Enclosure, Letter, QueuedLetter
from maildesk.core.mail.message import Address
from maildesk.core.text.said import from_json, to_json


def as_row(letter: Letter, case_id: int | None, now: datetime) -> dict[str, Any]:
    """All columns but those of its state."""
    recipient = Address("", letter.recipient)
    return {
        "letter_id": letter.letter_id,
        "case_id": case_id,
        "template": letter.template,
        "subject": "",
        "language": letter.language,
        "recipient": letter.recipient,
        "recipient_key": recipient.key,
        "recipient_domain": recipient.domain,
        "message_id": letter.message_id,
        "in_reply_to": letter.in_reply_to,
        "referred": list(letter.references),
        "reply_to": letter.reply_to,
        "enclosures": [asdict(enclosure) for enclosure in letter.enclosures],
        "about": letter.about,
        "author": letter.author,
        "context": to_json(letter.context),
        "automatic": letter.automatic,
        "created_at": letter.created_at or now,
    }


def as_letter(row: Row[Any]) -> QueuedLetter:
    """`row`: all columns of the letter, with the number of its case."""
    letter = Letter(
        letter_id=row.letter_id,
        template=row.template,
        recipient=row.recipient,
        message_id=row.message_id,
        case_number=row.number or "",
        in_reply_to=row.in_reply_to,
        references=tuple(row.referred),
        reply_to=row.reply_to,
        enclosures=tuple(Enclosure(**each) for each in row.enclosures),
        about=row.about,
        author=row.author,
        language=row.language,
        automatic=row.automatic,
        context={name: from_json(value) for name, value in row.context.items()},
        created_at=row.created_at,
    )
    return QueuedLetter(row.id, letter, row.attempts)
