# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Messages that cannot be had or handled: they cost themselves, and keep none behind them waiting.

One that fails is tried again, and after the last try put into quarantine with its octets.

One of the messages during whose fetching the line breaks may break it. A line that breaks once is nothing special: the next pass asks for
the same messages in the same order. Those that were asked for when it broke twice are suspects: they come last, and each alone, so that all
but the bad one are taken in. What breaks the line also alone rests: ten minutes, and each time twice as long, at most a day. It stays in
the inbox, is counted, and `status` reports it.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from maildesk.core.decision.decision import Folder, Outcome
from maildesk.errors import MailboxUnreachable, MailsWithheld
from maildesk.jobs.counts import Handled
from maildesk.jobs.ports import Clock, IntakeStore, Mailbox, Transaction
from maildesk.octets import FolderState, RawMessage

log = logging.getLogger(__name__)

TRIES_MAX = 3
FACT = "suspects"
SUSPECT_BREAKS = 2
RESTING_BREAKS = 3
FIRST_REST = timedelta(minutes=10)
LONGEST_REST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Turns:
    """UIDs in the order in which they are fetched: `together` first, then each of `alone` by itself; `resting` ones not now."""

    together: Sequence[int]
    alone: Sequence[int]
    resting: Collection[int]


class Suspects:
    """The suspects of one folder. What is remembered of them lasts while they are to be taken in. `withheld`: how many did not come."""

    def __init__(self, store: IntakeStore, clock: Clock, state: FolderState) -> None:
        self._store = store
        self._clock = clock
        self._state = state
        self.withheld = 0
        known = store.fact(FACT)
        of_folder = known.get(state.name, {})
        self._all: dict[str, Any] = known
        self._broke: dict[int, tuple[int, datetime]] = {}
        if of_folder.get("uid_validity") == state.uid_validity:
            self._broke = {int(uid): (times, datetime.fromisoformat(at)) for uid, (times, at) in of_folder["broke"].items()}

    def fetch(self, mailbox: Mailbox, uids: Sequence[int]) -> Iterator[tuple[RawMessage, ...]]:
        """The messages in batches; one that the server does not hand out, or over which the line breaks, delays none of the others."""
        turns = self.turns(uids)
        self.withheld = len(turns.resting)
        for asked in (turns.together, *((uid,) for uid in turns.alone)):
            try:
                yield from mailbox.fetch(self._state, asked) if asked else ()
            except MailsWithheld as error:
                self.withheld += error.number
            except MailboxUnreachable as error:
                self.broke(error.asked_for)
                raise

    def turns(self, uids: Sequence[int]) -> Turns:
        wanted = frozenset(uids) if self._broke else frozenset()
        self._broke = {uid: broke for uid, broke in self._broke.items() if uid in wanted}
        now = self._clock()
        resting = {uid for uid in self._broke if self._rests(uid, now)}
        alone = sorted((uid for uid, (times, _) in self._broke.items() if times >= SUSPECT_BREAKS and uid not in resting), key=self._times)
        apart = resting.union(alone)
        return Turns([uid for uid in uids if uid not in apart] if apart else uids, alone, resting)

    def broke(self, uids: Collection[int]) -> None:
        """The line broke, or the time was over, while these messages were asked for."""
        now = self._clock()
        self._broke |= {uid: (self._times(uid) + 1, now) for uid in uids}
        broke = {str(uid): [times, at.isoformat()] for uid, (times, at) in sorted(self._broke.items())}
        others = {name: told for name, told in self._all.items() if name != self._state.name}
        mine = {self._state.name: {"uid_validity": self._state.uid_validity, "broke": broke}} if broke else {}
        if others | mine != self._all:
            self._store.learn(FACT, others | mine, now)

    def _times(self, uid: int) -> int:
        return self._broke[uid][0] if uid in self._broke else 0

    def _rests(self, uid: int, now: datetime) -> bool:
        times, at = self._broke[uid]
        rest = min(FIRST_REST * 2 ** min(times - RESTING_BREAKS, 10), LONGEST_REST) if times >= RESTING_BREAKS else timedelta(0)
        return timedelta(0) <= now - at < rest


def failed(transaction: Transaction, raw: RawMessage, error: str, now: datetime) -> Handled:
    """Counts a failed try of a mail; the last one puts it into quarantine."""
    tries = transaction.note_failure(raw, error, now)
    log.error("mail uid=%s could not be handled, try %d of %d: %s", raw.uid, tries, TRIES_MAX, error)
    if tries < TRIES_MAX:
        return Handled(raw, None, None)
    transaction.quarantine(raw, error, now)
    return Handled(raw, Outcome.QUARANTINED, Folder.QUARANTINE)
