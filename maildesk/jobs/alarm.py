# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Alarms: a letter to those whom the configuration names, once, and again after a while as long as the trouble lasts.

That an alarm was reported and its letters are one commit: who dies in between has notified nobody, and says so.
"""

from __future__ import annotations

import logging
from datetime import datetime

from maildesk.core.letters.alarms import Alarm, alarm_letter, all_clear
from maildesk.core.office.policy import Policy
from maildesk.jobs.ports import IntakeStore, Transaction

log = logging.getLogger(__name__)


def tell(store: IntakeStore, policy: Policy, alarm: Alarm, now: datetime) -> bool:
    """Raises an alarm; whether letters were written."""
    with store.transaction() as transaction:
        return tell_within(transaction, policy, alarm, now)


def tell_within(transaction: Transaction, policy: Policy, alarm: Alarm, now: datetime) -> bool:
    """The same, together with what else the transaction records: an alarm that a mail raises is not lost, and not reported twice."""
    pause = policy.alarm_again_after if alarm.again_after is None else alarm.again_after
    if not transaction.raise_alarm(alarm.name, alarm.detail, now, pause):
        return False
    for address in policy.alarmed:
        transaction.queue(alarm_letter(policy, alarm, address, now), None, now)
    log.warning("alarm %s: told %d addresses", alarm.name, len(policy.alarmed))
    return True


def clear(store: IntakeStore, policy: Policy, name: str, now: datetime) -> bool:
    """The trouble is over: those who were notified of it are notified of that, once; whether letters were written."""
    if name not in store.standing_alarms():
        return False
    with store.transaction() as transaction:
        since = transaction.clear_alarm(name)
        for address in policy.alarmed if since else ():
            transaction.queue(all_clear(policy, name, since or now, address, now), None, now)
    log.warning("alarm %s is over", name)
    return True
