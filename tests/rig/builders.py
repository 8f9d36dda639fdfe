# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Messages for tests, as octets and as parsed values: a test names only what matters to it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from maildesk.adapters.parse import parse
from maildesk.core.mail.message import Address, Message
from maildesk.octets import Octets

MONDAY = datetime(2026, 11, 23, 8, 15, tzinfo=UTC)
EVA = Address("Eva Muster", "eva@example.org")
DESK = Address("Kundendialog", "desk@example.com")


def a_mail(
    body: str | bytes = "Guten Tag,\nwann fährt der Bus?\n",
    *,
    sender: str | None = "Eva Muster <eva@example.org>",
    to: str | None = "Kundendialog <desk@example.com>",
    subject: str | None = "Frage zum Fahrplan",
    date: str | None = "Mon, 23 Nov 2026 09:15:00 +0100",
    message_id: str | None = "frage-1@example.org",
    content_type: str | None = "text/plain; charset=utf-8",
    **fields: str,
) -> bytes:
    """The octets of a mail with CR LF. None leaves a field out; further fields are given as `in_reply_to="<a@b>"`."""
    named = {
        "From": sender,
        "To": to,
        "Subject": subject,
        "Date": date,
        "Message-ID": f"<{message_id}>" if message_id else None,
        "MIME-Version": "1.0",
        "Content-Type": content_type,
        **{name.replace("_", "-").title(): value for name, value in fields.items()},
    }
    head = "".join(f"{name}: {value}\n" for name, value in named.items() if value is not None)
    octets = body.encode() if isinstance(body, str) else body
    return (head.encode() + b"\n" + octets).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def a_part(content: str | bytes = "Text\n", content_type: str = "text/plain; charset=utf-8", **fields: str) -> bytes:
    """A part of a multipart, for `a_multipart`."""
    head = f"Content-Type: {content_type}\n" + "".join(f"{name.replace('_', '-').title()}: {value}\n" for name, value in fields.items())
    return head.encode() + b"\n" + (content.encode() if isinstance(content, str) else content)


def a_multipart(*parts: bytes, kind: str = "mixed", boundary: str = "grenze", parameters: str = "", **fields: Any) -> bytes:
    """The octets of a multipart mail; `fields` as for `a_mail`."""
    delimiter = f"--{boundary}".encode()
    body = b"".join(delimiter + b"\n" + part + b"\n" for part in parts) + delimiter + b"--\n"
    return a_mail(body, content_type=f'multipart/{kind}; boundary="{boundary}"{parameters}', **fields)


def a_message(**fields: Any) -> Message:
    """A Message of a citizen's plain mail; `subject`, `text` and so on as the attributes of Message, addresses also as strings."""
    values: dict[str, Any] = {
        "message_id": "frage-1@example.org",
        "originator": EVA,
        "to": (DESK,),
        "subject": "Frage zum Fahrplan",
        "date": MONDAY,
        "text": "Guten Tag,\nwann fährt der Bus?",
        **fields,
    }
    if isinstance(values["originator"], str):
        values["originator"] = Address("", values["originator"])
    for name in ("to", "cc", "reply_to"):
        values[name] = tuple(Address("", entry) if isinstance(entry, str) else entry for entry in values.get(name, ()))
    values.setdefault("reply", values["text"])
    values["fields"] = _fields(values)
    digest = hashlib.sha256(repr(sorted(fields.items(), key=str)).encode()).hexdigest()
    return Message(**{"digest": digest, "content_digest": digest, "size_bytes": 1000, **values})


def _fields(values: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """The header fields as the parser would give them, unless the test names its own beside those."""
    given = tuple((name.lower(), value) for name, value in values.get("fields", ()))
    named = {name for name, _ in given}
    usual = (
        ("from", f"{values['originator'].display_name} <{values['originator'].addr_spec}>"),
        ("subject", values["subject"]),
        ("message-id", f"<{values['message_id']}>"),
    )
    return tuple(field for field in usual if field[0] not in named) + given


def parsed(octets: bytes) -> Message:
    """The Message of these octets, parsed in this process."""
    mail = Octets.of(octets)
    try:
        return parse(mail)
    finally:
        mail.close()
