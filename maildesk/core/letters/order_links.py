# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Links by which a colleague gives an order with one click: `mailto:` with the order in the subject, and nothing else (RFC 6068).

A link of the web that changes something would be followed by every scanner that looks at messages before people do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from maildesk.core.case.case import case_numbers_in, entry_word, names_entry
from maildesk.core.letters.keyed_ids import TOKEN_CHARS, is_order_token, is_own_token, order_token
from maildesk.core.office.policy import Policy
from maildesk.core.orders.words import OrderName, row_of
from maildesk.core.text.said import Row, Value, say

LINK_CHARS_MAX = 200


@dataclass(frozen=True, slots=True)
class OrderLink:
    """`label` is what the colleague reads, `order` what the subject says, in plain ASCII: "#erledigt".

    `group` is the heading below which a letter may show it, and `short` what then is enough to read.
    """

    label: Value
    order: str
    group: Value = None
    short: Value = None


def link_to(name: OrderName, value: str = "", label: Value = None) -> OrderLink:
    """The link of an order, with the label of the table if there is no other.

    >>> link_to(OrderName.NOT_URGENT).order, link_to(OrderName.KIND, "lob", "Art: Lob").order
    ('#nicht-dringend', '#art lob')
    """
    row = row_of(name)
    return OrderLink(label or say(row.link), f"{row.on_link} {value}".rstrip())


ENTRY_LINKS = (
    OrderLink(say("link.enter_call"), "#telefon"),
    OrderLink(say("link.enter_letter"), "#brief"),
    OrderLink(say("link.enter_visit"), "#besuch"),
)


ASIDE_ORDER = "#vorgang"
ASIDE_DIGITS = 12  # of the digest of a mail: enough for one desk, and the link stays short
_NAMED_ASIDE = re.compile(rf"(?<!\S){ASIDE_ORDER} ([0-9a-f]{{{ASIDE_DIGITS}}})(?![\w-])", re.IGNORECASE | re.ASCII)


def aside_url(policy: Policy, digest: str, colleague: str, now: datetime) -> str:
    """The `mailto:` by which the colleague with this address makes a case of a mail that was set aside."""
    return order_url(policy, entry_word(policy.desk.prefix), f"{ASIDE_ORDER} {digest[:ASIDE_DIGITS]}", colleague, now)


def named_aside(subject: str, prefix: str) -> str:
    """The first digits of the digest of the mail of which such a link makes a case; empty if the subject is none of these.

    >>> named_aside("[KD-NEU] #vorgang 0123456789ab ~token", "KD"), named_aside("#vorgang 0123456789ab", "KD")
    ('0123456789ab', '')
    """
    found = _NAMED_ASIDE.search(subject) if names_entry(subject, prefix) else None
    return found[1].lower() if found else ""


def percent_encoded(text: str) -> str:
    """As RFC 3986 section 2.1 has it; only letters, digits and a few marks stay as they are.

    >>> percent_encoded("[KD-2026-00042] #gesehen")
    '%5BKD-2026-00042%5D%20%23gesehen'
    """
    return quote(text, safe="@+")


def order_url(policy: Policy, number: str, order: str, colleague: str, now: datetime) -> str:
    """The `mailto:` of one order of a case for one colleague. Raises ValueError if it would not be plain ASCII under 200 characters."""
    token = order_token(policy.secret, number, colleague, now, order)
    url = f"mailto:{percent_encoded(policy.desk.address)}?subject={percent_encoded(f'[{number}] {order} ~{token}')}"
    if len(url) >= LINK_CHARS_MAX or not url.isascii() or not order.isascii():
        raise ValueError("the link is too long or not plain ASCII: some mail programs would cut it")
    return url


@dataclass(frozen=True, slots=True)
class UsedLink:
    """What the subject of a mail has of the link by which it was written: the case number or the word for a new case, order and token."""

    number: str
    order: str
    token: str

    def is_ours(self, policy: Policy) -> bool:
        """Whether the link was in a letter of ours, to whomever."""
        return is_own_token(policy.secret, self.token)

    def was_given_to(self, addresses: Iterable[str], policy: Policy, now: datetime) -> bool:
        """Whether it was in a letter to one of these addresses, with this very order, and is young enough to prove anything."""
        days = policy.letters.proof_days
        return any(is_order_token(policy.secret, self.token, self.number, each, now, days, self.order) for each in addresses)


_USED = re.compile(rf"(?P<order>#[^~#]{{1,{LINK_CHARS_MAX}}}?)\s+~(?P<token>[a-z2-7]{{{TOKEN_CHARS}}})(?!\S)", re.IGNORECASE | re.ASCII)


def used_link(subject: str, prefix: str) -> UsedLink | None:
    """The link of a subject, or None where it has none.

    >>> used_link("[KD-2026-00042] #art lob ~abcdefghijklmnopqrstuvwxyz", "KD")
    UsedLink(number='KD-2026-00042', order='#art lob', token='abcdefghijklmnopqrstuvwxyz')
    """
    found = _USED.search(subject)
    numbers = case_numbers_in(subject, prefix) or ((entry_word(prefix),) if names_entry(subject, prefix) else ())
    return UsedLink(numbers[0], found["order"], found["token"].lower()) if found and numbers else None


def rows_of_links(policy: Policy, number: str, links: Iterable[OrderLink], colleague: str, now: datetime) -> tuple[Row, ...]:
    """What the templates get: a row a link, in the order of its columns label, URL, heading and short label."""
    return tuple(
        {"name": link.label, "ziel": order_url(policy, number, link.order, colleague, now), "gruppe": link.group, "kurz": link.short}
        for link in links
    )


def entry_links(policy: Policy, colleague: str, now: datetime) -> tuple[Row, ...]:
    """Rows for templates: links by which the colleague with this address enters a telephone call, a letter or a visit as a new case."""
    return rows_of_links(policy, entry_word(policy.desk.prefix), ENTRY_LINKS, colleague, now)
