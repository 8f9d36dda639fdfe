# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The hands: each job has `run_once`. What they are handed is described here as small ports.

Errors: a port raises the classes of `maildesk.errors` and nothing else; the class says whether to retry, hold or stop.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Protocol

from maildesk.core.decision.decision import Decision
from maildesk.core.decision.questions import Known, Questions
from maildesk.core.letters.delivery import Delivery, Outgoing
from maildesk.core.letters.letter import Due, Letter, QueuedLetter
from maildesk.core.mail.folders import Filed, Head, Mark, OtherFolder
from maildesk.core.mail.message import Message
from maildesk.octets import FolderState, RawMessage

Clock = Callable[[], datetime]
Parse = Callable[[RawMessage], Message]


class Mailbox(Protocol):
    """The mail server. Nothing in it changes but by `prepare` and `file`."""

    def deadline(self, seconds: float) -> AbstractContextManager[None]:
        """Everything inside has so many seconds in all."""

    def prepare(self) -> None:
        """Makes the folders of the configuration that are missing."""

    def look(self) -> FolderState:
        """Selects the inbox again and lists it."""

    def fetch(self, state: FolderState, uids: Collection[int]) -> Iterator[tuple[RawMessage, ...]]:
        """The messages with these UIDs, in batches bounded by number and bytes. A mail that has gone meanwhile is left out.

        Raises MailsWithheld in the end if some do not come whole; MailboxUnreachable.asked_for are those asked for when the line broke."""

    def file(self, state: FolderState, uids: Collection[int], folder: str) -> Filed:
        """Moves messages from the inbox; reports those UIDs that are seen to have left it, and those that somebody else took."""

    def folders(self) -> Sequence[OtherFolder]:
        """The folders beside the inbox in which mail may be, in the order in which they are to be looked at."""

    def folders_with_quarantine(self) -> Sequence[OtherFolder]:
        """The same, and the folder of what could not be handled."""

    def mark(self, folder: str) -> Mark:
        """How far that folder goes now."""

    def look_into(self, folder: str, after: Mark | None, arrived_since: datetime) -> FolderState:
        """What came to that folder behind `after`; where that says nothing, what arrived since that day, and perhaps some more."""

    def heads(self, state: FolderState, uids: Collection[int]) -> Sequence[Head]:
        """What shows whether these messages are known. Those that have gone are left out."""


class Transaction(Protocol):
    """One write transaction: what was looked up cannot change before what was decided is recorded."""

    def message(self) -> AbstractContextManager[None]:
        """A savepoint: if handling one message raises, its rows are gone and the others stay."""

    def look_up(self, asked: Questions, now: datetime) -> Known: ...

    def record(self, raw: RawMessage, message: Message, decision: Decision, now: datetime, *, waits: bool = False) -> None:
        """`waits`: no letter that the mail causes leaves before it is reported as filed (IntakeStore.note_filed)."""

    def note_failure(self, raw: RawMessage, error: str, now: datetime) -> int:
        """Counts one more failed try; returns how many there were."""

    def quarantine(self, raw: RawMessage, error: str, now: datetime) -> None:
        """Keeps the octets and the error, with a line in the ledger."""

    def mail_aside(self, digest: str) -> RawMessage | None:
        """The mail with this digest, if it is set aside. The caller closes the octets."""

    def take_from_aside(self, digest: str) -> None:
        """The mail no longer counts as set aside."""

    def release(self, quarantine_id: int, now: datetime) -> None:
        """The mail no longer counts as quarantined."""

    def queue(self, letter: Letter, case_id: int | None, now: datetime) -> None:
        """Puts a letter into the outbox."""

    def raise_alarm(self, name: str, detail: str, now: datetime, again_after: timedelta) -> bool:
        """Whether somebody is to be notified: the alarm is new, or the last notification is longer ago than `again_after`."""

    def clear_alarm(self, name: str) -> datetime | None:
        """Since when the alarm was active, or None if it was not. It is active no more."""


class IntakeStore(Protocol):
    """The database, as a pass over the mailbox needs it."""

    def recorded(self, folder: str, uid_validity: int, uids: Collection[int]) -> Mapping[int, str]:
        """Which of these messages are in the ledger already, and the folder they were to be filed to."""

    def recorded_mails(self, folder: str, uid_validity: int, uids: Collection[int]) -> Mapping[int, tuple[str, int]]:
        """Message-ID and size in octets of these messages, as far as they are in the ledger."""

    def forget_places(self, folder: str, uid_validity: int, uids: Collection[int] | None = None) -> None:
        """These UIDs of the folder, or all of them, name other messages from now on. What they named stays known by its octets."""

    def note_filed(self, folder: str, uid_validity: int, filed: Collection[int], contested: Collection[int], now: datetime) -> None:
        """Letters that waited for these messages to be filed may leave. Those of contested ones only if nobody else has written them."""

    def known_mails(self, heads: Collection[tuple[str, int]]) -> frozenset[tuple[str, int]]:
        """Which of these pairs of Message-ID and size in octets are those of messages that were taken in, or known already, anywhere."""

    def transaction(self) -> AbstractContextManager[Transaction]: ...

    def note_pass(
        self, counts: Mapping[str, int], backlog: int, problem: str, started_at: datetime, now: datetime, *, whole: bool = True
    ) -> None:
        """The outcome of a pass, for `status`. `problem` is empty for one that came out even, `whole` true for one that saw all
        of the mailbox and left no mail."""

    def last_good_pass(self) -> datetime | None:
        """When the last pass began that came to its end without a problem; it may have left messages for the next one."""

    def last_whole_pass(self) -> datetime | None:
        """When the last pass began that took in all of the inbox."""

    def begin_restore(self, now: datetime) -> int | None:
        """If the database is a copy at its first start: puts the letters that wait in doubt, and says how many."""

    def fact(self, name: str) -> dict[str, Any]:
        """What was learned under this name, or an empty dict."""

    def learn(self, name: str, value: dict[str, Any], now: datetime) -> None: ...

    def standing_alarms(self) -> Mapping[str, datetime]:
        """Since when each of the alarms is active, by its name (`Alarm.name`)."""


class ImportStore(Protocol):
    """The database, as an import and a retry of quarantined mail need it."""

    def known_digests(self, digests: Collection[str]) -> frozenset[str]:
        """Which of these octets were taken in before, or are in quarantine."""

    def quarantined_mail(self, quarantine_id: int) -> RawMessage:
        """A mail in quarantine, as it came."""

    def transaction(self) -> AbstractContextManager[Transaction]: ...


class OutboxStore(Protocol):
    """The database, as the outbox needs it. Each method is durable when it returns."""

    def due_letters(self, due: Due, count_max: int) -> tuple[QueuedLetter, ...]: ...

    def mark_sending(self, row: int, subject: str, now: datetime) -> bool:
        """Durable before MAIL FROM. From now on the subject is known. False if it waits no more: its copy came, or others send it."""

    def mark_dot(self, row: int, now: datetime) -> bool:
        """Durable before the final dot: from here on only a proof copy can show it. False if it is no longer ours to send: no dot then."""

    def mark_sent(self, row: int, raw: RawMessage, message: Message, now: datetime, *, copy_expected: bool) -> None:
        """At the 250. The letter is kept, as it was sent, among the messages of its case."""

    def mark_deferred(self, row: int, error: str, next_attempt_at: datetime, *, unwritten: bool = False) -> None:
        """It waits until then, unless it has left meanwhile. `unwritten`: no mail could be made of it."""

    def defer_due(self, due: Due, error: str, next_attempt_at: datetime) -> int:
        """All letters that are due wait until then; how many."""

    def hurry(self, now: datetime) -> int:
        """All letters that wait for a later try are due now; how many."""

    def mark_failed(self, row: int, error: str, now: datetime) -> None:
        """Never again by itself; the history of its case says so."""

    def mark_in_doubt(self, row: int, error: str, *, copy_expected: bool) -> None:
        """Only a letter whose copy was taken along is settled by the copy, or by its absence; any other waits for a person."""

    def settle_doubts(self, in_doubt_before: datetime, now: datetime) -> int:
        """Letters in doubt since before that moment go back to the queue under the same Message-ID, each one once; how many.

        One that is in doubt for the second time waits for a person."""

    def requeue_interrupted(self, now: datetime) -> int:
        """What was `sending` never reached the dot and is queued again; what reached the dot is in doubt from now on; how many."""

    def begin_restore(self, now: datetime) -> int | None:
        """If the database is a copy at its first start: puts the letters that wait in doubt, and says how many."""

    def last_whole_pass(self) -> datetime | None:
        """When the last pass of the intake began that took in all of the inbox: proof copies that were there then are known."""

    def fact(self, name: str) -> dict[str, Any]:
        """What was learned under this name, or an empty dict."""

    def learn(self, name: str, value: dict[str, Any], now: datetime) -> None: ...


class Sender(Protocol):
    """The server that takes our letters."""

    def send(self, outgoing: Outgoing, before_dot: Callable[[], None]) -> Delivery:
        """Raises SenderUnreachable only before MAIL FROM; from there on everything is reported by the Delivery."""


Compose = Callable[[Letter, Mapping[str, bytes]], bytes]  # with the contents of its enclosures, by their digests
Words = Callable[[Letter], str]  # the subject of a letter and its text, a line each
Enclose = Callable[[Letter], Mapping[str, bytes]]  # those contents; what cannot be had is left out
