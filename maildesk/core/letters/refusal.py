# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Why no automatic letter goes out (RFC 3834)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from maildesk.core.case.case import KnownCase
from maildesk.core.mail.classify import Verdict
from maildesk.core.mail.message import Message, can_be_written_to
from maildesk.core.office.policy import Desk, Policy


class Refusal(StrEnum):
    """Why no automatic letter goes out. The value is a sentence that follows "no letter: "."""

    SWITCHED_OFF = "acknowledgements are switched off in the configuration"
    AUTOMATIC = "the mail is automatic"
    NO_ADDRESS = "the mail names no address that can be written to"
    OWN_ADDRESS = "the mail comes from the desk's own address"
    STAFF = "the mail comes from a staff address"
    NOT_ADDRESSED = "the desk is not among the recipients of the mail (RFC 3834, section 2)"
    NOTED_TODAY = "the case had its note of a follow-up today"
    TOO_OLD = "the mail arrived too long ago"
    IMPORTED = "imported mail gets no letter"
    SENDER_LIMIT = "the limit of automatic letters to this address in one day is reached"
    DOMAIN_LIMIT = "the limit of automatic letters to this domain in one hour is reached"
    DESK_LIMIT = "the limit of automatic letters of the desk in one hour is reached"
    UNVERIFIED = "the writer is not known in the case"
    FORGED = "the mail server says that the sender is forged (RFC 8601)"
    DOUBTFUL = "it is in doubt whose address From names (RFC 5322, section 3.4)"
    REPEATED = "the mail repeats one that was taken in"
    THROUGH = "the mail came through a form or a list that the configuration does not name"
    RETURNED = "the address does not exist: a letter to it came back"


LIMITS = frozenset({Refusal.SENDER_LIMIT, Refusal.DOMAIN_LIMIT, Refusal.DESK_LIMIT})


@dataclass(frozen=True, slots=True)
class RecentLetters:
    """How many automatic letters left lately: to this address in a day, to its domain and from the desk in an hour.

    `returned`: a letter to this address came back, as it does not exist, and its mail server proved that it was ours; and the mail that is
    decided on answers no later letter to it.
    """

    to_sender: int = 0
    to_domain: int = 0
    of_desk: int = 0
    returned: bool = False
    unproved: int = 0  # notices in a day to the colleague whose address the mail has in From that a mail was not proved to be theirs


@dataclass(frozen=True, slots=True)
class Occasion:
    """When a mail came and is decided on, both aware, and what left lately; an imported mail gets no letters.

    `forged`, `repeated` and `doubtful` are what the desk found out about the mail.
    """

    received_at: datetime
    now: datetime
    recent: RecentLetters = field(default_factory=RecentLetters)
    imported: bool = False
    forged: bool = False
    repeated: bool = False
    doubtful: bool = False


def refusal_for(message: Message, verdict: Verdict, policy: Policy, known: KnownCase | None, occasion: Occasion) -> Refusal | None:
    """Why the mail gets no automatic letter, or None if it is to have one. The first reason in this order counts."""
    desk, limits, sender = policy.desk, policy.letters, message.originator
    recent, age = occasion.recent, occasion.now - occasion.received_at
    here = policy.calendar.local(occasion.now).date()
    reasons = (
        (Refusal.IMPORTED, occasion.imported),
        (Refusal.SWITCHED_OFF, not limits.acknowledge),
        (Refusal.NO_ADDRESS, not can_be_written_to(sender.addr_spec)),
        (Refusal.OWN_ADDRESS, desk.owns(sender.addr_spec)),
        (Refusal.STAFF, policy.staff_by_address(sender.addr_spec) is not None),
        (Refusal.FORGED, occasion.forged),
        (Refusal.DOUBTFUL, occasion.doubtful),
        (Refusal.AUTOMATIC, not verdict.acknowledge),
        (Refusal.THROUGH, message.through is not None and not message.through.named),
        (Refusal.NOT_ADDRESSED, not is_addressed(message, desk)),
        (Refusal.REPEATED, occasion.repeated),
        (Refusal.RETURNED, recent.returned),
        (Refusal.TOO_OLD, age > timedelta(days=limits.not_older_than_days)),
        (Refusal.UNVERIFIED, known is not None and sender.key not in known.participants),
        (Refusal.NOTED_TODAY, known is not None and known.followup_note_sent_on == here),
        (Refusal.SENDER_LIMIT, recent.to_sender >= limits.per_sender_per_day),
        (Refusal.DOMAIN_LIMIT, recent.to_domain >= limits.per_domain_per_hour and sender.domain not in limits.shared_domains),
        (Refusal.DESK_LIMIT, recent.of_desk >= limits.per_desk_per_hour),
    )
    return next((reason for reason, holds in reasons if holds), None)


_RECIPIENT_FIELDS = (
    "to",
    "cc",
    "bcc",
    "resent-to",
    "resent-cc",
    "resent-bcc",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
)


def is_addressed(message: Message, desk: Desk) -> bool:
    """Whether the desk is named as a recipient, also by the server that delivered or forwarded the mail (RFC 3834, section 2)."""
    if any(desk.owns(address.addr_spec) for address in (*message.to, *message.cc)):
        return True
    found = (
        part
        for name in _RECIPIENT_FIELDS
        for value in message.values(name)
        for part in re.findall(r"[^\s<>,;:\"()]+@[^\s<>,;:\"()]+", value)
    )
    return any(desk.owns(part) for part in found)
