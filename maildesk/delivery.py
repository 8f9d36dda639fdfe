# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A letter on the wire and what became of it: what the sender is handed, and what it hands back."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A letter ready for the wire.

    `envelope_sender` is empty for automatic letters (RFC 3834 section 3.3). `proof_copy_to` is a second recipient of the same
    SMTP transaction, our own mailbox, or empty; if the server refuses that one the letter still goes out.
    `octets` are a whole mail with CRLF line ends.
    """

    message_id: str
    envelope_sender: str
    recipient: str
    proof_copy_to: str
    octets: bytes


class Result(StrEnum):
    """ACCEPTED: the 250 after the dot was read. DEFERRED: try later. REFUSED: never again. IN_DOUBT: cut off after the dot."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REFUSED = "refused"
    IN_DOUBT = "in-doubt"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the SMTP server said to one letter. `code` is 0 where it said nothing; `text` holds no address of anybody."""

    result: Result
    code: int = 0
    text: str = ""
    copy_accepted: bool = False
    null_sender_refused: bool = False


_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_DOMAIN = re.compile(r"(?=.{1,253}$)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*")


def wire_address(address: str) -> str:
    """An address as SMTP commands and header fields hold it: ASCII, the domain in punycode.

    Raises ValueError, without the address, for everything else than one plain address: quoted local parts, address
    literals, control characters, a local part that would need SMTPUTF8 (RFC 6531).

    >>> wire_address("info@bürger.example"), wire_address("info@straße.example")
    ('info@xn--brger-kva.example', 'info@xn--strae-oqa.example')
    """
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        raise ValueError("the address has letters outside ASCII before the @: that needs SMTPUTF8, which maildesk does not speak")
    try:
        domain = ".".join(_label(label) for label in domain.split("."))
    except UnicodeError as error:
        raise ValueError("the domain of the address cannot be written in punycode") from error
    if not _LOCAL_PART.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise ValueError("this is not one plain address such as name@example.org")
    return f"{local}@{domain}"


def _label(label: str) -> str:
    if label.isascii():
        return label
    if ("ß" in label or "ς" in label) and label.replace("-", "").isalpha():
        # The codec is IDNA 2003 and makes "ss" of "ß": another domain, of somebody else. IDNA 2008 keeps it (RFC 5894, 7.2).
        return "xn--" + unicodedata.normalize("NFC", label).lower().encode("punycode").decode("ascii")
    return label.encode("idna").decode("ascii")
