# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Steps 2 to 6 of the road for a batch of mails, wherever they come from: parse, ask, look up, decide, record."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from maildesk.core import desk
from maildesk.core.decision.decision import Decision, Folder, Outcome
from maildesk.core.decision.questions import Arrival
from maildesk.core.letters.alarms import Alarm
from maildesk.core.mail.folders import Place
from maildesk.core.mail.message import Message
from maildesk.core.office.policy import Policy
from maildesk.errors import Hold, MaildeskError, place_of
from maildesk.jobs.ports import Parse, Transaction
from maildesk.octets import RawMessage

log = logging.getLogger(__name__)

TRIES_MAX = 3
Told = Callable[[RawMessage, Decision], None]


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of one mail. Without an outcome it failed and is tried again. `alarms`: what somebody must be told."""

    raw: RawMessage
    outcome: Outcome | None
    folder: Folder | None
    alarms: tuple[Alarm, ...] = ()


def parse_all(raws: Iterable[RawMessage], parse: Parse) -> list[tuple[RawMessage, Message | Hold]]:
    """Parses before the transaction begins, so that a slow mail does not hold the database."""
    return [(raw, _parsed(raw, parse)) for raw in raws]


def _parsed(raw: RawMessage, parse: Parse) -> Message | Hold:
    try:
        return parse(raw)
    except Hold as error:
        return error


def handle(
    transaction: Transaction,
    raw: RawMessage,
    parsed: Message | Hold,
    policy: Policy,
    now: datetime,
    *,
    imported: bool = False,
    place: Place = Place.INBOX,
    doubtful: bool = False,
    waits: bool = False,
) -> tuple[Handled, Decision | None]:
    """Decides on one mail and records it, in a savepoint of its own. A mail that fails is counted, then quarantined.

    `waits`: what it causes leaves only when it has been filed.
    """
    try:
        if isinstance(parsed, Hold):
            raise parsed
        arrival = Arrival(raw.internal_date, imported, place, doubtful)
        with transaction.message():
            known = transaction.look_up(desk.questions(parsed, policy, arrival, now), now)
            decision = desk.decide(parsed, known, policy, arrival, now)
            transaction.record(raw, parsed, decision, now, waits=waits)
        return Handled(raw, decision.outcome, decision.folder, decision.alarms), decision
    except Hold as error:
        return _failed(transaction, raw, str(error), now), None
    except MaildeskError:
        raise
    except Exception as error:
        # A mistake of ours must cost one mail, not the ones behind it. The text of a foreign error may hold personal data.
        return _failed(transaction, raw, f"unexpected {error.__class__.__name__}{place_of(error)}", now), None


def _failed(transaction: Transaction, raw: RawMessage, error: str, now: datetime) -> Handled:
    tries = transaction.note_failure(raw, error, now)
    log.error("mail uid=%s could not be handled, try %d of %d: %s", raw.uid, tries, TRIES_MAX, error)
    if tries < TRIES_MAX:
        return Handled(raw, None, None)
    transaction.quarantine(raw, error, now)
    return Handled(raw, Outcome.QUARANTINED, Folder.QUARANTINE)
