# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Takes in messages that do not come from the mailbox: from files, or out of quarantine. By the same rules, with the same counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from maildesk.core.decision.decision import Outcome
from maildesk.core.office.policy import Policy
from maildesk.errors import Hold
from maildesk.jobs.counts import PassReport
from maildesk.jobs.intake import Coming, handle, parse_all
from maildesk.jobs.ports import Clock, ImportStore, Parse
from maildesk.octets import RawMessage

BATCH_COUNT = 50
BATCH_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Import:
    """All that an import works with."""

    store: ImportStore
    parse: Parse
    policy: Policy
    clock: Clock


def run_once(work: Import, mails: Iterable[RawMessage], *, done: Callable[[int], None] = lambda _bytes: None) -> PassReport:
    """Takes in what `mails` yields; no letter goes to anyone. `done` is given the bytes of each batch after its commit.

    Can be repeated and resumed: octets that were taken in before are counted as already known and change nothing.
    """
    report = PassReport()
    for batch in _batches(mails):
        report.seen += len(batch)
        known = work.store.known_digests({raw.octets.digest for raw in batch})
        report.outcomes[Outcome.ALREADY_KNOWN] += sum(raw.octets.digest in known for raw in batch)
        _take_in(work, [raw for raw in batch if raw.octets.digest not in known], report)
        size = sum(raw.octets.size_bytes for raw in batch)
        for raw in batch:
            raw.octets.close()
        done(size)
    return report


def _take_in(work: Import, batch: list[RawMessage], report: PassReport) -> None:
    parsed = parse_all(batch, work.parse)
    now = work.clock()
    with work.store.transaction() as transaction:
        for raw, message in parsed:
            outcome: Outcome | None = None
            while outcome is None:  # ends: after the last try the mail is quarantined
                outcome = handle(transaction, raw, message, work.policy, now, Coming(imported=True)).outcome
            report.outcomes[outcome] += 1


def _batches(mails: Iterable[RawMessage]) -> Iterator[list[RawMessage]]:
    """Bounded by number and by bytes."""
    batch: list[RawMessage] = []
    size = 0
    for raw in mails:
        batch.append(raw)
        size += raw.octets.size_bytes
        if len(batch) >= BATCH_COUNT or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def retry_quarantined(work: Import, quarantine_ids: Iterable[int]) -> tuple[int, int]:
    """Takes messages in quarantine in again, as if they came now; how many were, and how many stay."""
    taken = stay = 0
    for quarantine_id in quarantine_ids:
        raw = work.store.quarantined_mail(quarantine_id)
        try:
            _retry(work, quarantine_id, raw)
            taken += 1
        except Hold:
            stay += 1
        finally:
            raw.octets.close()
    return taken, stay


def _retry(work: Import, quarantine_id: int, raw: RawMessage) -> None:
    """Released and recorded in one transaction, or neither."""
    message = work.parse(raw)
    now = work.clock()
    with work.store.transaction() as transaction:
        transaction.release(quarantine_id, now)
        if handle(transaction, raw, message, work.policy, now).decision is None:
            raise Hold("the mail could still not be handled")
