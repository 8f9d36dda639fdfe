# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The hands: each job has `run_once`. What they are handed is described here as small ports.

Errors: a port raises the classes of `maildesk.errors` and nothing else; the class says whether to retry, hold or stop.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from maildesk.core.desk import Decision, Known, Outcome, Questions
from maildesk.core.letters import Letter
from maildesk.core.message import Message
from maildesk.delivery import Delivery, Outgoing
from maildesk.octets import RawMessage

Clock = Callable[[], datetime]
Parse = Callable[[RawMessage], Message]


@dataclass(frozen=True, slots=True)
class FolderState:
    """A folder as the server has it now: its UIDVALIDITY, and all UIDs in it in ascending order."""

    name: str
    uid_validity: int
    uids: tuple[int, ...]


class Mailbox(Protocol):
    """The mail server. Nothing in it changes but by `file`."""

    def look(self) -> FolderState:
        """Selects the inbox anew and lists it."""

    def fetch(self, state: FolderState, uids: Collection[int]) -> Iterator[tuple[RawMessage, ...]]:
        """The mails with these UIDs, in batches bounded by number and bytes. A mail that has gone meanwhile is left out."""

    def file(self, state: FolderState, uids: Collection[int], folder: str) -> frozenset[int]:
        """Moves mails from the inbox; returns those UIDs that are seen to have left it."""


class Transaction(Protocol):
    """One write transaction: what was looked up cannot change before what was decided is recorded."""

    def message(self) -> AbstractContextManager[None]:
        """A savepoint: if handling one message raises, its rows are gone and the others stay."""

    def look_up(self, asked: Questions, now: datetime) -> Known: ...

    def record(self, raw: RawMessage, message: Message, decision: Decision, now: datetime) -> None: ...

    def note_failure(self, raw: RawMessage, error: str, now: datetime) -> int:
        """Counts one more failed try; returns how many there were."""

    def quarantine(self, raw: RawMessage, error: str, now: datetime) -> None:
        """Keeps the octets and the error, with a line in the ledger."""


class IntakeStore(Protocol):
    def recorded(self, folder: str, uid_validity: int, uids: Collection[int]) -> Mapping[int, str]:
        """Which of these mails stand in the ledger already, and the folder they were to be filed to."""

    def transaction(self) -> AbstractContextManager[Transaction]: ...


@dataclass(frozen=True, slots=True)
class QueuedLetter:
    """A letter of the outbox with its row number and its past."""

    row: int
    letter: Letter
    attempts: int


class OutboxStore(Protocol):
    def due_letters(self, now: datetime, count_max: int) -> tuple[QueuedLetter, ...]: ...

    def mark_sending(self, row: int, now: datetime) -> None:
        """Durable before MAIL FROM."""

    def mark_dot(self, row: int, now: datetime) -> None:
        """Durable before the final dot: from here on only a proof copy can tell."""

    def mark_sent(self, row: int, now: datetime, *, copy_expected: bool) -> None: ...

    def mark_deferred(self, row: int, error: str, next_attempt_at: datetime) -> None: ...

    def mark_failed(self, row: int, error: str, now: datetime) -> None: ...

    def mark_in_doubt(self, row: int, error: str) -> None: ...

    def settle_doubts(self, now: datetime) -> int:
        """Letters in doubt whose proof copy stayed away long enough go back to the queue under the same Message-ID; how many."""

    def requeue_interrupted(self, now: datetime) -> int:
        """At a start: what was `sending` never reached the dot and is queued again; how many."""


class Sender(Protocol):
    def send(self, outgoing: Outgoing, before_dot: Callable[[], None]) -> Delivery:
        """Raises SenderUnreachable only before MAIL FROM; from there on everything is told by the Delivery."""


Compose = Callable[[Letter], bytes]


@dataclass(slots=True)
class PassReport:
    """What one pass of the intake did. `fetched` must come out as the sum of the outcomes."""

    fetched: int = 0
    outcomes: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    retrying: int = 0
    unfiled: int = 0

    @property
    def comes_out_even(self) -> bool:
        return self.fetched == sum(self.outcomes.values())
