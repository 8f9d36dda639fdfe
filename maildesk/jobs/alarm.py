# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Alarms: a letter to those whom the configuration names, once, and again after a while as long as the trouble stands."""

from __future__ import annotations

import logging
from datetime import datetime

from maildesk.core.letters import Alarm
from maildesk.core.policy import Policy
from maildesk.core.writing import alarm_letter
from maildesk.jobs import IntakeStore

log = logging.getLogger(__name__)


def tell(store: IntakeStore, policy: Policy, alarm: Alarm, now: datetime) -> bool:
    """Raises an alarm; whether letters were written."""
    pause = policy.alarm_again_after if alarm.again_after is None else alarm.again_after
    if not store.raise_alarm(alarm.name, alarm.detail, now, pause):
        return False
    with store.transaction() as transaction:
        for address in policy.alarmed:
            transaction.queue(alarm_letter(policy, alarm, address, now), None, now)
    log.warning("alarm %s: told %d addresses", alarm.name, len(policy.alarmed))
    return True


def clear(store: IntakeStore, name: str) -> None:
    if store.clear_alarm(name):
        log.warning("alarm %s is over", name)
