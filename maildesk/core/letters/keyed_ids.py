# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The ids of our letters, keyed so that only who got a letter can name it.

Each is bound to case, letter and recipient by 160 bits of HMAC-SHA256 (RFC 2104), 128 in an address. A new secret revokes them
all; how long one proves anything is a matter of the policy.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product

from maildesk.core.mail.message import Message
from maildesk.core.office.policy import Desk

MAC_BYTES = 20  # 160 bits; at least 128 keep a guess hopeless
CONVERSATION = "conversation"  # in place of a letter's id: is in the References of all our letters of a case to one recipient
_KEYED = re.compile(r"(?P<case>[A-Z0-9][A-Z0-9-]*)\.(?P<letter>[a-z2-7]{10,26})\.(?P<mac>[a-z2-7]{32})@")
_TOKEN = re.compile(r"(?P<letter>[a-z2-7]{16})(?P<mac>[a-z2-7]{26})")
_TOKEN_MAC_BYTES = 16


def base32(octets: bytes) -> str:
    """Small letters and the digits 2 to 7, without padding: what survives every server that changes the case of an address."""
    return base64.b32encode(octets).decode("ascii").rstrip("=").lower()


def _mac(secret: bytes, case: str, letter_id: str, recipient: str, size_bytes: int = MAC_BYTES) -> str:
    text = "\0".join((case, letter_id, recipient.strip().lower()))
    return base32(hmac.new(secret, text.encode(), hashlib.sha256).digest()[:size_bytes])


def keyed_message_id(secret: bytes, case: str, letter_id: str, recipient: str, domain: str) -> str:
    """`<KD-2026-00042.LETTER.MAC@domain>` without the brackets: only who got the letter can name it.

    `case` may be a case number or, for letters that belong to none, a word in capitals such as ALARM.
    """
    return f"{case}.{letter_id}.{_mac(secret, case, letter_id, recipient)}@{domain}"


def conversation_id(secret: bytes, case: str, recipient: str, domain: str) -> str:
    """An id that no letter carries and all letters of a case to `recipient` refer to.

    A server that rewrites Message-IDs leaves the References alone, and every answer repeats them.
    """
    return keyed_message_id(secret, case, CONVERSATION, recipient, domain)


@dataclass(frozen=True, slots=True)
class KeyedId:
    """A Message-ID in the form of ours; whether it is genuine, `is_genuine` says."""

    message_id: str
    case_number: str
    letter_id: str
    mac: str

    def is_genuine(self, secret: bytes, recipient: str) -> bool:
        """Whether we made it for `recipient`; compared in constant time."""
        return hmac.compare_digest(self.mac, _mac(secret, self.case_number, self.letter_id, recipient))


def parse_keyed_id(message_id: str) -> KeyedId | None:
    match = _KEYED.match(message_id)
    return match and KeyedId(message_id, match["case"], match["letter"], match["mac"])


def reply_address(secret: bytes, desk: Desk, case: str, letter_id: str, recipient: str) -> str:
    """The desk's address with a keyed token behind a plus (RFC 5233), for the Reply-To of a letter; empty where it is not configured.

    It survives servers that rewrite or drop Message-ID, In-Reply-To and References altogether.
    """
    local, _, domain = desk.address.rpartition("@")
    address = f"{local}+{letter_id}{_mac(secret, case, letter_id, recipient, _TOKEN_MAC_BYTES)}@{domain}"
    fits = len(address.rpartition("@")[0]) <= 64  # RFC 5321 section 4.5.3.1.1
    return address if desk.plus_addressing and fits and _TOKEN.fullmatch(address.rpartition("@")[0].rpartition("+")[2]) else ""


@dataclass(frozen=True, slots=True)
class ReplyToken:
    """The token behind the plus of an address that a mail went to."""

    letter_id: str
    mac: str

    def is_genuine(self, secret: bytes, case: str, recipient: str) -> bool:
        """Whether we made it for a letter of `case` to `recipient`; compared in constant time."""
        return hmac.compare_digest(self.mac, _mac(secret, case, self.letter_id, recipient, _TOKEN_MAC_BYTES))


_DELIVERED = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
_ADDRESS = re.compile(r"[^\s<>,;:\"()]+@[^\s<>,;:\"()]+")  # some servers write brackets, or several addresses


def reply_tokens(message: Message, desk: Desk) -> tuple[ReplyToken, ...]:
    """The tokens of the desk's plus addresses among the recipients, each once; none where plus addressing is not configured."""
    if not desk.plus_addressing:
        return ()
    addresses = [address.addr_spec for address in (*message.to, *message.cc) if desk.owns(address.addr_spec)]
    delivered = (part for name in _DELIVERED for value in message.values(name) for part in _ADDRESS.findall(value))
    addresses += [address for address in delivered if desk.owns(address)]
    return tuple(dict.fromkeys(_tokens(addresses)))


def _tokens(addresses: Iterable[str]) -> Iterable[ReplyToken]:
    for address in addresses:
        match = _TOKEN.fullmatch(address.strip().lower().rpartition("@")[0].partition("+")[2])
        if match:
            yield ReplyToken(match["letter"], match["mac"])


def order_token(secret: bytes, case: str, address: str, at: datetime, order: str) -> str:
    """What a link in a mail to a colleague carries: proves that its user got a mail of this case, with this order, at this address.

    26 small letters and digits: HMAC over case, address, day (UTC; so that it can expire) and order, and at the end a seal over that, by
    which we know a token of ours without knowing whose it is. Who guesses must guess all 130 bits.
    """
    return _sealed(secret, _order_mac(secret, case, _mark(_day(at), order), address)[:_TOKEN_HEAD_CHARS])


def is_order_token(secret: bytes, token: str, case: str, address: str, now: datetime, days: int, order: str) -> bool:
    """Whether we gave the token to this address for this order in this case today or on one of so many days before; compared in constant
    time. Those of version 0.1.0 name no order."""
    given = tuple(now - timedelta(days=ago) for ago in range(days + 1))
    ours = [order_token(secret, case, address, at, order) for at in given] if is_own_token(secret, token) else []
    ours += tokens_of_0_1_0(secret, (case,), (address,), now, days)
    return any(hmac.compare_digest(token.lower(), each) for each in ours)


def is_own_token(secret: bytes, token: str) -> bool:
    """Whether we made this token of an order, for whomever; compared in constant time."""
    token = token.lower()
    return len(token) == TOKEN_CHARS and hmac.compare_digest(token, _sealed(secret, token[:_TOKEN_HEAD_CHARS]))


def tokens_of_0_1_0(secret: bytes, cases: Iterable[str], addresses: Iterable[str], now: datetime, days: int) -> frozenset[str]:
    """The tokens of version 0.1.0, which name a month and have no seal, that prove anything now for these cases and addresses."""
    given = (_day(now) - timedelta(days=ago) for ago in range(days + 1))
    marks = [_mark_of_0_1_0(day) for day in given if day.day == 1]
    return frozenset(_order_mac(secret, *each) for each in product(tuple(cases), marks, tuple(addresses)))


TOKEN_CHARS = 26
_TOKEN_HEAD_CHARS = 18


def _sealed(secret: bytes, head: str) -> str:
    return head + base32(hmac.new(secret, f"seal of {head}".encode(), hashlib.sha256).digest()[:5])


def _mark(day: date, order: str) -> str:
    return f"order of {day} {' '.join(order.split()).casefold()}"


def _mark_of_0_1_0(day: date) -> str:
    """It names the month alone: it counts as given on its first day."""
    return f"order {day.year * 12 + day.month}"


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()


def _order_mac(secret: bytes, case: str, mark: str, address: str) -> str:
    return _mac(secret, case, mark, address, _TOKEN_MAC_BYTES)
