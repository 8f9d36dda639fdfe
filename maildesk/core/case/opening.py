# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The one way to open a case."""

from __future__ import annotations

from datetime import datetime

from maildesk.core.case.case import Channel, NewCase
from maildesk.core.mail.message import Address
from maildesk.core.office.policy import Policy


def case_of(number: str, channel: Channel, correspondent: Address, subject: str, received_at: datetime, policy: Policy) -> NewCase:
    """A case for a concern that arrived at `received_at`; its answer is due by the desk's promise. What more is known of it is added with
    `dataclasses.replace`."""
    return NewCase(
        number=number,
        channel=channel,
        correspondent=correspondent,
        subject=subject,
        language=policy.desk.languages[0],
        opened_at=received_at,
        due_on=policy.calendar.answer_due(received_at, policy.deadlines.answer_calendar_days),
    )
