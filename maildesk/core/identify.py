# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Who wrote a message, and whether that is proved. The From line alone proves nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from maildesk.core.case import Role
from maildesk.core.letters import parse_keyed_id
from maildesk.core.message import Message
from maildesk.core.policy import Policy, Staff


@dataclass(frozen=True, slots=True)
class Writer:
    """`role` is what the writer says; `proved` that a staff member answered a letter which went to that very person."""

    role: Role
    staff: Staff | None = None
    proved: bool = False
    evidence: str = ""


def identify(message: Message, policy: Policy, letter_recipients: Mapping[str, str]) -> Writer:
    """`letter_recipients` maps the Message-IDs of our letters that the mail names to whom they went."""
    staff = policy.staff_by_address(message.originator.addr_spec)
    if staff is None:
        return Writer(Role.CITIZEN, evidence="writer: from outside")
    for named in (*message.in_reply_to, *message.references):
        keyed = parse_keyed_id(named)
        if keyed and letter_recipients.get(named, "").lower() == staff.address.lower() and keyed.is_genuine(policy.secret, staff.address):
            return Writer(Role.STAFF, staff, True, "writer: staff, proved by the keyed id of a letter to this person")
    return Writer(Role.STAFF, staff, False, "writer: a staff address in From, not proved")
