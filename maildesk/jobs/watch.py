# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The mail path watches itself, each minute and after each `poll`: those to be notified of a trouble are notified once, and once that it is
over.

What `status` shows is the same. An alarm by mail is worth nothing where no mail leaves: then the log and `status` say so.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from maildesk.core.health import ANOTHER_DESK, QUARANTINE, WATCHED, Condition, Signs, Surroundings, Trouble, troubles
from maildesk.core.letters.alarms import Alarm
from maildesk.core.letters.own_trouble import OWN_TROUBLE, OwnTrouble
from maildesk.core.office.policy import Policy
from maildesk.jobs.alarm import clear, tell
from maildesk.jobs.ports import IntakeStore
from maildesk.jobs.upkeep import BACKUP

log = logging.getLogger(__name__)

FACT = "watch"
CERTIFICATES = "certificate_ends"
NEVER_AGAIN = timedelta(days=36500)


class WatchStore(IntakeStore, Protocol):
    """The database, as the watch needs it."""

    def health_counts(self, now: datetime) -> Mapping[str, Any]:
        """`outbox`: letters by state; `failed_lately` and `quarantine`: how many."""

    def signs(self, now: datetime) -> Signs:
        """How the letters fare."""

    def waiting_alarms(self) -> int:
        """How many letters of alarms have not left yet."""


def condition(store: WatchStore, surroundings: Surroundings, now: datetime) -> Condition:
    counts, since = store.health_counts(now), store.fact(FACT).get("since")
    another = store.fact(ANOTHER_DESK).get("seen_at")
    return Condition(
        last_pass=store.fact("last_pass"),
        last_good_pass=store.last_good_pass(),
        letters=counts["outbox"],
        failed_lately=counts["failed_lately"],
        quarantined=counts["quarantine"],
        signs=store.signs(now),
        surroundings=surroundings,
        backup=store.fact(BACKUP),
        watched_since=datetime.fromisoformat(since) if since else None,
        certificates={server: datetime.fromisoformat(ends) for server, ends in store.fact(CERTIFICATES).items()},
        own_trouble=OwnTrouble.of_fact(store.fact(OWN_TROUBLE)),
        another_desk=datetime.fromisoformat(another) if another else None,
    )


def note_certificates(store: WatchStore, imap: datetime | None, smtp: datetime | None, now: datetime) -> None:
    """When they end, as the servers showed them; one that was not seen this time is remembered."""
    known = store.fact(CERTIFICATES)
    seen = {**known, **{server: ends.isoformat() for server, ends in (("IMAP", imap), ("SMTP", smtp)) if ends}}
    if seen != known:
        store.learn(CERTIFICATES, seen, now)


def run_once(store: WatchStore, policy: Policy, surroundings: Surroundings, now: datetime) -> tuple[tuple[Trouble, ...], bool]:
    """What is wrong, and whether letters were written."""
    if not store.fact(FACT):
        store.learn(FACT, {"since": now.isoformat()}, now)
    found = troubles(condition(store, surroundings, now), now)
    stands = {trouble.alarm.name for trouble in found if trouble.alarm}
    if store.health_counts(now)["quarantine"]:
        stands.add(QUARANTINE)
    told = [_tell(store, policy, trouble.text, trouble.alarm, now) for trouble in found if trouble.alarm]
    over = [clear(store, policy, name, now) for name in WATCHED if name not in stands]
    return found, any((*told, *over))


def _tell(store: WatchStore, policy: Policy, text: str, alarm: Alarm, now: datetime) -> bool:
    """Where the last letters of alarms still wait, more of the same would only pile up."""
    piles_up = alarm.name in store.standing_alarms() and store.waiting_alarms()
    told = tell(store, policy, replace(alarm, again_after=NEVER_AGAIN) if piles_up else alarm, now)
    if told:
        log.error("%s", text)
    return told
