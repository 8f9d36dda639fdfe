# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A mail that was set aside is taken in again, by hand: as if no rule had taken it for a machine's."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime

from maildesk.core import desk
from maildesk.core.decision.decision import Decision
from maildesk.core.decision.questions import Arrival
from maildesk.core.entries.aside import with_confirmation
from maildesk.core.mail.message import Message
from maildesk.core.office.policy import Policy
from maildesk.jobs.alarm import tell_within
from maildesk.jobs.ports import Parse, Transaction


def make_case(
    transaction: Transaction,
    parse: Parse,
    digest: str,
    policy: Policy,
    now: datetime,
    *,
    order: Message | None = None,
    doubtful: bool = False,
) -> Decision | None:
    """What was decided, or None if the mail is not set aside. `order` is the mail of the colleague who wants it.

    Raises Unparseable and what the transaction raises; then the mail stays set aside.
    """
    raw = transaction.mail_aside(digest)
    if raw is None:
        return None
    with closing(raw.octets):
        message = parse(raw)
        arrival = Arrival(raw.internal_date, doubtful=doubtful, by_hand=True)
        with transaction.message():
            transaction.take_from_aside(digest)
            asked = desk.questions(message, policy, arrival, now)
            decision = desk.decide(message, transaction.look_up(asked, now), policy, arrival, now)
            if order:
                decision = with_confirmation(decision, message, policy, order, now)
            transaction.record(raw, message, decision, now)
        for alarm in decision.alarms:
            tell_within(transaction, policy, alarm, now)
    return decision
