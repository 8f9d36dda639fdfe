# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What a pass counts: every mail in exactly one of the outcomes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from maildesk.core.decision.decision import Decision, Folder, Outcome
from maildesk.core.letters.alarms import Alarm
from maildesk.octets import RawMessage


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of one mail. Without an outcome it failed and is tried again, without a decision it failed."""

    raw: RawMessage
    outcome: Outcome | None
    folder: Folder | None
    decision: Decision | None = None

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """What somebody must be notified of."""
        return self.decision.alarms if self.decision else ()


@dataclass(slots=True)
class PassReport:
    """What one pass of the intake did with the messages that it saw.

    Each one has an outcome, or is `retrying` (it failed and is tried again), `vanished` (gone before we could fetch it) or `left`
    for the next pass, because this one was asked to stop. `unfiled` ones are recorded but could not be moved.
    """

    seen: int = 0
    outcomes: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    retrying: int = 0
    withheld: int = 0  # of the retrying ones: the mail server does not hand them out
    vanished: int = 0
    left: int = 0
    unfiled: int = 0
    unrecorded: int = 0  # have an outcome, but no line in the ledger: must never happen

    def count(self, handled: Iterable[Handled]) -> None:
        for each in handled:
            if each.outcome is None:
                self.retrying += 1
            else:
                self.outcomes[each.outcome] += 1

    def count_withheld(self, number: int) -> None:
        self.withheld += number
        self.retrying += number

    def add(self, other: PassReport) -> None:
        """Counts what was done with other messages of the same pass."""
        self.seen += other.seen
        for outcome, number in other.outcomes.items():
            self.outcomes[outcome] += number
        self.retrying += other.retrying
        self.withheld += other.withheld
        self.vanished += other.vanished
        self.left += other.left
        self.unfiled += other.unfiled
        self.unrecorded += other.unrecorded

    def and_then(self, later: PassReport) -> PassReport:
        """Both passes as one; what the first one left is what the later one saw."""
        return PassReport(
            seen=self.seen - self.left + later.seen,
            outcomes={outcome: self.outcomes[outcome] + later.outcomes[outcome] for outcome in Outcome},
            retrying=self.retrying + later.retrying,
            withheld=self.withheld + later.withheld,
            vanished=self.vanished + later.vanished,
            left=later.left,
            unfiled=later.unfiled,
            unrecorded=self.unrecorded + later.unrecorded,
        )

    @property
    def fetched(self) -> int:
        return self.seen - self.retrying - self.vanished - self.left

    @property
    def comes_out_even(self) -> bool:
        """Every mail that was seen has ended in exactly one place, and the ledger knows it."""
        return self.fetched == sum(self.outcomes.values()) and self.unrecorded == 0

    def counts(self, first: str = "fetched") -> dict[str, int]:
        """The counts as the contract names them; `first` is "fetched" or, for an import, "read"."""
        named = {
            "new_cases": Outcome.NEW_CASE,
            "follow_ups": Outcome.FOLLOW_UP,
            "staff": Outcome.STAFF,
            "reports": Outcome.REPORT,
            "set_aside": Outcome.SET_ASIDE,
            "already_known": Outcome.ALREADY_KNOWN,
            "quarantined": Outcome.QUARANTINED,
        }
        return {first: self.fetched, **{name: self.outcomes[outcome] for name, outcome in named.items()}}

    @property
    def backlog(self) -> int:
        """Messages that are still to be taken in, or to be moved."""
        return self.retrying + self.left + self.unfiled


@dataclass(frozen=True, slots=True)
class OutboxReport:
    """What one run of the outbox did: letters by what became of them."""

    sent: int = 0
    deferred: int = 0
    failed: int = 0
    in_doubt: int = 0
    unreachable: str = ""  # why the SMTP server could not be reached, if so
    desk_refused: str = ""  # what it has against the desk itself, if it refuses its letters for that

    def and_then(self, later: OutboxReport) -> OutboxReport:
        """Both runs as one."""
        added = {name: getattr(self, name) + getattr(later, name) for name in ("sent", "deferred", "failed", "in_doubt")}
        return OutboxReport(**added, unreachable=later.unreachable, desk_refused=later.desk_refused or self.desk_refused)
