# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What is said of a server's replies and of broken connections: never an address, never a line of a letter."""

from __future__ import annotations

import re
import smtplib
import ssl

TEXT_LETTERS_MAX = 200
_ADDRESS = re.compile(r'"[^"]*"@\S*|\S*@\S*')


def shown(text: bytes | str, recipient: str = "") -> str:
    """What the server said, on one line, without anybody's address; also not the part of it before the @, which is often a name."""
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in said).split())
    hidden = _ADDRESS.sub("<address>", plain)
    local = recipient.rpartition("@")[0]
    if local:
        hidden = re.sub(rf"(?<!\w){re.escape(local)}(?!\w)", "<address>", hidden, flags=re.IGNORECASE)
    return hidden[:TEXT_LETTERS_MAX]


def reason(error: BaseException) -> str:
    """Why, without what the server or the letter said."""
    if isinstance(error, smtplib.SMTPServerDisconnected) and isinstance(error.__cause__, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid ({error.verify_message}): fix it, or name the server in smtp.host as its certificate does"
    if isinstance(error, ssl.SSLError):
        return "TLS failed"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {shown(error.smtp_error)}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return {"SMTPServerDisconnected": "the server closed the connection", "TimeoutError": "no answer in time"}.get(
        error.__class__.__name__, "it broke off"
    )
