# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The road of a message, step by step: fetch, parse, ask, look up, decide, record, file.

Nothing in the mailbox changes before the commit. A crash after the commit leaves recorded mails in the inbox: the next pass knows
them by the ledger and only files them.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from maildesk.core.decision import Decision, Outcome
from maildesk.core.letters import Alarm
from maildesk.core.policy import Policy
from maildesk.jobs import Clock, IntakeStore, Mailbox, Parse, PassReport
from maildesk.jobs.alarm import clear, tell
from maildesk.jobs.handling import Handled, handle, parse_all
from maildesk.octets import FolderState, RawMessage

log = logging.getLogger(__name__)

Told = Callable[[RawMessage, Decision | None], None]
LOOK_AT_THE_JOURNAL = "Bitte das Protokoll ansehen: journalctl -u maildesk"
LOOK_AT_THE_QUARANTINE = "Ansehen: maildesk quarantine. Nach der Ursache erneut versuchen: maildesk quarantine --retry"


@dataclass(frozen=True, slots=True)
class Intake:
    """All that a pass works with."""

    mailbox: Mailbox
    store: IntakeStore
    parse: Parse
    policy: Policy
    clock: Clock


@dataclass(frozen=True, slots=True)
class Watching:
    """What a pass asks and tells between two batches: whether to stop, and how many mails of how many have been handled."""

    should_stop: Callable[[], bool] = lambda: False
    progress: Callable[[int, int], None] = lambda _done, _total: None


class _Rehearsed(Exception):  # no error: it takes a rehearsal back
    """Rolls the transaction of a dry run back."""


def run_once(intake: Intake, watching: Watching = Watching()) -> PassReport:  # frozen
    """One pass over the inbox. Raises the errors of the ports; what was committed before stays recorded and is filed next time."""
    started_at = intake.clock()
    report = PassReport()
    problem = "the pass did not finish"
    try:
        state = intake.mailbox.look()
        report.seen = len(state.uids)
        todo = _file_recorded(intake, state, report)
        _take_in(intake, state, todo, report, watching)
        problem = _account(intake, state, report)
    finally:
        intake.store.note_pass(report.counts(), report.backlog, problem, started_at, intake.clock())
    return report


def _file_recorded(intake: Intake, state: FolderState, report: PassReport) -> list[int]:
    """Files what an earlier pass recorded but could not move. Returns what is still to be taken in."""
    recorded = intake.store.recorded(state.name, state.uid_validity, state.uids)
    report.outcomes[Outcome.ALREADY_KNOWN] += len(recorded)
    _file(intake, state, recorded.items(), report)
    return [uid for uid in state.uids if uid not in recorded]


def _take_in(intake: Intake, state: FolderState, todo: list[int], report: PassReport, watching: Watching) -> None:
    fetched = 0
    for batch in intake.mailbox.fetch(state, todo) if todo else ():
        fetched += len(batch)
        handled = _record(intake, batch)
        _count(handled, report)
        for raw in batch:
            raw.octets.close()
        _file(intake, state, [(each.raw.uid, str(each.folder)) for each in handled if each.folder and each.raw.uid is not None], report)
        watching.progress(fetched, len(todo))
        if watching.should_stop() and fetched < len(todo):
            report.left = len(todo) - fetched
            return
    report.vanished = len(todo) - fetched


def _record(intake: Intake, batch: tuple[RawMessage, ...]) -> list[Handled]:
    """One look-up and one commit for the batch, a savepoint for each mail."""
    parsed = parse_all(batch, intake.parse)
    now = intake.clock()
    with intake.store.transaction() as transaction:
        handled = [handle(transaction, raw, message, intake.policy, now)[0] for raw, message in parsed]
    for alarm in {alarm.name: alarm for each in handled for alarm in each.alarms}.values():
        tell(intake.store, intake.policy, alarm, now)
    return handled


def _count(handled: Iterable[Handled], report: PassReport) -> None:
    for each in handled:
        if each.outcome is None:
            report.retrying += 1
        else:
            report.outcomes[each.outcome] += 1


def _file(intake: Intake, state: FolderState, filed_to: Iterable[tuple[int, str]], report: PassReport) -> None:
    by_folder: dict[str, list[int]] = defaultdict(list)
    for uid, folder in filed_to:
        by_folder[folder].append(uid)
    for folder, uids in by_folder.items():
        report.unfiled += len(uids) - len(intake.mailbox.file(state, uids, folder))


def _account(intake: Intake, state: FolderState, report: PassReport) -> str:
    """The count must come out even. Returns the problem in one sentence, or an empty string."""
    store, policy, now = intake.store, intake.policy, intake.clock()
    handled = sum(report.outcomes.values())
    in_ledger = len(store.recorded(state.name, state.uid_validity, state.uids))
    report.unrecorded = handled - in_ledger
    if not report.comes_out_even:
        problem = f"the count does not come out even: {report.seen} mails seen, {handled} handled, {in_ledger} recorded"
        log.error(problem)
        detail = f"Die Zählung geht nicht auf: {report.seen} gesehen, {handled} verarbeitet, {in_ledger} verzeichnet."
        tell(store, policy, Alarm("Zählung", detail, LOOK_AT_THE_JOURNAL), now)
        return problem
    clear(store, "Zählung")
    _tell_of_quarantine(intake, report.outcomes[Outcome.QUARANTINED], now)
    return f"{report.unfiled} recorded mails could not be moved out of the inbox" if report.unfiled else ""


def _tell_of_quarantine(intake: Intake, number: int, now: datetime) -> None:
    if number:
        detail = f"{number} Nachricht(en) konnten nicht verarbeitet werden und liegen in der Quarantäne. Sie sind vollständig erhalten."
        tell(intake.store, intake.policy, Alarm("Quarantäne", detail, LOOK_AT_THE_QUARANTINE, timedelta(0)), now)


def rehearse(intake: Intake, told: Told) -> PassReport:
    """What a pass would do, told mail by mail. Everything is decided on the real database, in one transaction that is taken back."""
    state = intake.mailbox.look()
    recorded = intake.store.recorded(state.name, state.uid_validity, state.uids)
    report = PassReport(seen=len(state.uids))
    report.outcomes[Outcome.ALREADY_KNOWN] += len(recorded)
    todo = [uid for uid in state.uids if uid not in recorded]
    fetched = 0
    try:
        with intake.store.transaction() as transaction:
            for batch in intake.mailbox.fetch(state, todo) if todo else ():
                fetched += len(batch)
                for raw, message in parse_all(batch, intake.parse):
                    handled, decision = handle(transaction, raw, message, intake.policy, intake.clock())
                    _count([handled], report)
                    told(raw, decision)
                    raw.octets.close()
            raise _Rehearsed
    except _Rehearsed:
        report.vanished = len(todo) - fetched
    return report
