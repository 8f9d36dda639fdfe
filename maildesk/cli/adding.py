# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The command add: what somebody said by telephone, in a letter or at the counter."""

from __future__ import annotations

import sys
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from maildesk import building, printing
from maildesk.adapters.parse import parse
from maildesk.core.case.case import Channel
from maildesk.core.entries.entry import Entry
from maildesk.core.mail.message import Message, can_be_written_to
from maildesk.core.office.policy import Policy
from maildesk.core.orders.words import Order, OrderName
from maildesk.errors import InputError, WrongUseError
from maildesk.jobs import entering as adding
from maildesk.jobs.entering import Adding
from maildesk.octets import RawMessage

if TYPE_CHECKING:
    from maildesk.settings.settings import Settings

TEXT_BYTES_MAX = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options as they were typed; empty where one was left out. `text` is None where it comes from standard input."""

    channel: str
    kind: str = ""
    topic: str = ""
    name: str = ""
    address: str = ""
    text: str | None = None


def run(settings: Settings, wanted: Wanted, *, as_json: bool) -> int:
    policy = building.policy(settings)
    entry = entry_of(wanted, policy)
    with building.store(settings) as store:
        number = adding.run_once(Adding(store, _parsed, policy, building.now), entry, uuid.uuid4().hex)
        case = store.views.case(number) if as_json else None
    if as_json:
        printing.data({key: value for key, value in (case or {}).items() if key not in {"messages", "letters", "events", "links"}})
    else:
        printing.line(number)
    return 0


def _parsed(raw: RawMessage) -> Message:
    """In this process: the octets are our own."""
    return parse(raw.octets)


def entry_of(wanted: Wanted, policy: Policy) -> Entry:
    """Raises WrongUseError for what an option cannot be, naming what is allowed, and InputError for a text that is empty."""
    channels = [channel for channel in Channel if channel is not Channel.EMAIL]
    if wanted.channel not in channels:
        raise WrongUseError(f"--channel {wanted.channel}: is one of {', '.join(channels)}")
    orders = (*_order(policy, OrderName.KIND, wanted.kind), *_order(policy, OrderName.TOPIC, wanted.topic))
    name, address = " ".join(wanted.name.split()), wanted.address.strip()
    if address and not can_be_written_to(address):
        raise WrongUseError("--address: is one plain address such as name@example.org")
    if address and (policy.desk.owns(address) or policy.staff_by_address(address)):
        raise WrongUseError("--address: is an address of the desk or of its staff, and not of the person outside")
    text = _text(wanted.text)
    if not text:
        raise InputError("there is no text: give --text, or write it to standard input")
    return Entry(Channel(wanted.channel), name=name, address=address, text=text, orders=orders)


def _order(policy: Policy, name: OrderName, word: str) -> tuple[Order, ...]:
    if not word:
        return ()
    category = policy.categories.named(name.value, word)
    if category is None:
        keys = ", ".join(each.key for each in policy.categories.active(name.value))
        raise WrongUseError(f"--{name.value} {word}: is one of {keys}")
    return (Order(name, category.key),)


def _text(given: str | None) -> str:
    if given is not None:
        return given.strip()
    octets = sys.stdin.buffer.read(TEXT_BYTES_MAX + 1)
    if len(octets) > TEXT_BYTES_MAX:
        raise InputError("the text is longer than 1 MiB")
    return octets.decode("utf-8", "replace").replace("\r\n", "\n").strip()
