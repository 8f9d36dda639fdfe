# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Marks that somebody wrote a mail in a mail program: they outweigh weak marks of a machine."""

from __future__ import annotations

import re

from maildesk.core.mail.message import Message, address_key

# Fields that mail programs and webmail set on what people write in them, and no server on what it writes itself.
_FIELDS = ("user-agent", "x-ui-message-type", "thread-index", "x-toi-msgid")
_PROGRAMS = re.compile(
    r"(?:iphone|ipad|apple) mail|microsoft (?:outlook|windows live mail|office outlook)|.{0,40}outlook (?:express|for )|mozilla|thunderbird"
    r"|evolution|kmail|the bat|lotus notes|hcl notes|roundcube|horde|open-xchange mailer|claws mail|sylpheed|mutt|em client|mailmate"
    r"|airmail|k-9|fairemail|samsung|bluemail|postbox|webmail",
    re.IGNORECASE,
)


def hand_written(message: Message) -> str:
    """The mark of a mail program, for the evidence; or an empty string."""
    named = next((name for name in _FIELDS if message.has(name)), "")
    if named:
        return f"{named} is present"
    return "X-Mailer is a mail program" if _PROGRAMS.match(message.value("x-mailer").strip()) else ""


def is_from_its_mailbox(message: Message) -> bool:
    """Whether the envelope names the very address in From: the mail system's reports have an empty one (RFC 5321 section 4.5.5)."""
    senders = [address_key(value.strip().strip("<>")) for value in message.values("return-path")]
    return bool(senders) and senders[0] == message.sent_from.key and "@" in senders[0]


def is_form(message: Message) -> bool:
    """Whether answers go to another domain than the writer's: a form on a web page sends so what a person typed into it."""
    return any(address.domain != message.sent_from.domain for address in message.reply_to)
