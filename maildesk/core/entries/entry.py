# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A colleague's mail that belongs to no case -> what somebody said by telephone, in a letter or at the counter, or forwarded mail.

Every word that is not surely a field stays in the text. Nothing is guessed about a person: an address counts only where it is alone
or behind its label, and a name that is not clear stays empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from maildesk.core.answers.text import typed_lines
from maildesk.core.case.case import Channel
from maildesk.core.entries import words
from maildesk.core.entries.lines import Found, found_in
from maildesk.core.mail.automatic_words import SCANNER_LOCAL_PARTS
from maildesk.core.mail.forwarded import Forwarded, forwarded_mails
from maildesk.core.mail.message import Message, can_be_written_to, is_forward, split_subject
from maildesk.core.office.policy import Policy, Staff
from maildesk.core.orders.lexicon import Vocabulary
from maildesk.core.orders.words import IN_NEW_CASE, Mistake, Order, OrderName, row_of
from maildesk.core.text.said import say

TEXT_CHARS_OF_VERB = 600


@dataclass(frozen=True, slots=True)
class Entry:
    """A concern that a colleague enters. What is not known is empty.

    `text` holds the person's concern, `note` the colleague's own words above a forwarded mail; `subject` is for colleagues.
    `forwarded`: the words are the person's own mail.
    """

    channel: Channel
    name: str = ""
    address: str = ""
    telephone: str = ""
    text: str = ""
    subject: str = ""
    note: str = ""
    orders: tuple[Order, ...] = ()
    forwarded: bool = False

    @property
    def record(self) -> str:
        """The text as it is kept: a telephone number has no other place."""
        return "\n\n".join(part for part in (f"Telefon: {self.telephone}" if self.telephone else "", self.text) if part)


@dataclass(frozen=True, slots=True)
class NoEntry:
    """A mail that says no entry, or not clearly enough: what its writer is asked, and what was typed.

    `nowhere`: nothing says that it is to enter a case. `help` is all that was wanted.
    """

    text: str
    mistakes: tuple[Mistake, ...] = ()
    nowhere: bool = False
    help: bool = False


def read_entry(message: Message, staff: Staff, policy: Policy, today: date) -> Entry | NoEntry:
    """What a proved colleague's mail enters. Never raises."""
    carried = _carried(message, policy) if is_forward(message) else None
    whole = typed_lines(carried.above if carried else message.reply, staff, policy.desk)
    lines = [line for line in whole if not _TAGLINE.fullmatch(line.strip())]
    found = found_in("" if carried else message.subject, lines, Vocabulary(policy.categories, policy.staff, policy.desk.prefix), today)
    typed = "\n".join(lines).strip()
    if not found.mistakes and any(order.name is OrderName.HELP for order in found.orders):
        return NoEntry(typed, help=True)
    entry = _handed_on(found, carried, message) if carried else _told(found, typed, message)
    if isinstance(entry, NoEntry):
        return entry
    wrong = _wrong(entry, found, policy, has_document=bool(message.attachments))
    return NoEntry(message.text.strip() if carried else typed, wrong) if wrong else entry


def _told(found: Found, typed: str, message: Message) -> Entry | NoEntry:
    """By telephone, letter or at the counter."""
    channel = found.channels[0] if found.channels else words.channel_by_verb(f"{found.subject}. {found.text}"[:TEXT_CHARS_OF_VERB])
    if channel is None:
        first = next((line.strip() for line in (*typed.split("\n"), message.subject) if line.strip()), "")
        ways = words.channels_near(first) or words.channels_near(message.subject)
        asked = (*found.mistakes, *((Mistake(first, say("mistake.of_no_case"), ways),) if ways else ()))
        return NoEntry(typed, asked, nowhere=bool(ways) or not asked)
    text = found.text
    return Entry(
        channel=channel,
        name=_first(found.names) or _name_in(text),
        address=_first(found.addresses),
        telephone=_first(found.telephones),
        text=text or found.subject,
        subject=found.subject if text else "",
        orders=found.orders,
    )


def _handed_on(found: Found, carried: Forwarded, message: Message) -> Entry:
    """The mail of a person to a colleague; a letter where a device or a channel word says so."""
    writer, note = carried.writer, found.text
    subject, orders = split_subject(carried.subject or message.subject)[1], found.orders
    if not found.channels and not re.fullmatch(SCANNER_LOCAL_PARTS, writer.local_part):
        return Entry(Channel.EMAIL, writer.display_name, writer.addr_spec, "", carried.text, subject, note, orders, forwarded=True)
    entry = Entry(found.channels[0] if found.channels else Channel.POST, text=note or carried.text, subject=subject, orders=orders)
    return replace(entry, name=_first(found.names), address=_first(found.addresses), telephone=_first(found.telephones))


def _first(values: tuple[str, ...]) -> str:
    return values[0] if values else ""


def _wrong(entry: Entry, found: Found, policy: Policy, *, has_document: bool) -> tuple[Mistake, ...]:
    """What must be asked before the case is made."""
    late = (Mistake(row_of(each.name).spelling, say("mistake.too_early")) for each in found.orders if each.name not in IN_NEW_CASE)
    mistakes = (*found.mistakes, *late, *_two_channels(found), *_wrong_address(entry, found, policy))
    if mistakes or entry.text or entry.name or has_document:
        return mistakes
    return (Mistake(words.CHANNEL_LABELS[entry.channel], say("mistake.no_concern")),)


def _two_channels(found: Found) -> tuple[Mistake, ...]:
    labels = [words.CHANNEL_LABELS[channel] for channel in dict.fromkeys(found.channels)]
    if len(labels) < 2:
        return ()
    return (Mistake(say("mistake.both", of=labels), say("mistake.which_channel"), tuple(map(words.channel_line, labels))),)


def _wrong_address(entry: Entry, found: Found, policy: Policy) -> tuple[Mistake, ...]:
    if len(set(found.addresses)) > 1:
        return (Mistake(", ".join(dict.fromkeys(found.addresses)), say("mistake.which_address")),)
    if entry.address and _is_ours(entry.address, policy):
        return (Mistake(entry.address, say("mistake.address_of_staff")),)
    if entry.address and not can_be_written_to(entry.address):
        return (Mistake(entry.address, say("mistake.no_mail_address")),)
    return ()


_TAGLINE = re.compile(
    r"von meinem .{1,40} gesendet|gesendet (?:von|mit) .{1,60}|sent from my .{1,40}|diese nachricht wurde von meinem .{1,60}", re.IGNORECASE
)


def _carried(message: Message, policy: Policy) -> Forwarded | None:
    """The outermost forwarded mail whose writer is no colleague, else the outermost of a person in the office; none of the desk itself."""
    mails = forwarded_mails(message.text)
    outside = [each for each in mails if each.writer.addr_spec and not _is_ours(each.writer.addr_spec, policy)]
    return next((each for each in outside if not policy.is_colleague(each.writer.addr_spec)), next(iter(outside), None))


def _is_ours(address: str, policy: Policy) -> bool:
    return policy.desk.owns(address) or policy.staff_by_address(address) is not None


def _name_in(text: str) -> str:
    """The one person with whom the text begins, and who called, came or wrote: "Frau Muster rief an". Two persons: nobody."""
    first = text.strip().split("\n")[0]
    person = words.person_at(first)
    others = re.findall(r"\b(?:Frau|Herrn?|Familie)\s+[^\W\d_]", first)
    return person[0] if person and len(others) == 1 and words.CONTACT_VERBS.match(person[1]) else ""
