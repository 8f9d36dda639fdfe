# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The road of a message, step by step: fetch, parse, ask, look up, decide, record, file.

First the inbox; then what lies in the other folders of the mailbox and is not known, which is never moved.

Nothing in the mailbox changes before the commit. A crash after the commit leaves recorded mails in the inbox: the next pass knows
them by the ledger and only files them.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from maildesk.core.decision.decision import Decision, Outcome
from maildesk.core.health import COUNT, QUARANTINE
from maildesk.core.letters.alarms import EACH_TIME, Alarm
from maildesk.core.mail.folders import OtherFolder, Place, differs
from maildesk.core.office.policy import Policy
from maildesk.errors import MailboxRefused, MailboxUnreachable, MailsWithheld
from maildesk.jobs import restoring
from maildesk.jobs.alarm import clear, tell, tell_within
from maildesk.jobs.counts import PassReport
from maildesk.jobs.handling import Handled, handle, parse_all
from maildesk.jobs.other_folders import LookAround
from maildesk.jobs.poison import Suspects
from maildesk.jobs.ports import Clock, IntakeStore, Mailbox, Parse, Transaction
from maildesk.octets import FolderState, RawMessage

log = logging.getLogger(__name__)

Told = Callable[[RawMessage, Decision | None], None]
NOT_FINISHED = "the pass did not finish"


@dataclass(frozen=True, slots=True)
class Intake:
    """All that a pass works with."""

    mailbox: Mailbox
    store: IntakeStore
    parse: Parse
    policy: Policy
    clock: Clock
    restored_from: datetime | None = None  # the backup that was put back, while the mailbox has not been seen whole since


@dataclass(frozen=True, slots=True)
class Watching:
    """What a pass asks and tells between two batches: whether to stop, and how many mails of how many have been handled."""

    should_stop: Callable[[], bool] = lambda: False
    progress: Callable[[int, int], None] = lambda _done, _total: None


class _Rehearsed(Exception):  # no error: it takes a rehearsal back
    """Rolls the transaction of a dry run back."""


def run_once(intake: Intake, watching: Watching = Watching()) -> PassReport:  # frozen
    """One pass over the mailbox. Raises the errors of the ports; what was committed before stays recorded and is filed next time."""
    started_at = intake.clock()
    restoring.begin(intake.store, started_at)
    intake = replace(intake, restored_from=restoring.restored_from(intake.store))
    restored = intake.restored_from is not None
    around = LookAround(intake.mailbox, intake.store, intake.policy, intake.clock, with_quarantine=restored)
    report, before = PassReport(), PassReport()
    problem, whole = NOT_FINISHED, False
    try:
        if restored:
            _take_in_what_came_before(intake, around, before, watching)
            if before.left:
                return before
        state = intake.mailbox.look()
        report.seen = len(state.uids)
        todo = _file_recorded(intake, state, report)
        _take_in(intake, state, todo, report, watching)
        problem = _account(intake, state, report) or _unlisted(state)
        whole = not (problem or report.left or report.retrying)
    finally:
        _note(intake, report, problem, started_at)
    unseen = NOT_FINISHED
    if not report.left:
        unseen = _pass_elsewhere(intake, around, report, watching, started_at, problem, whole=whole)
    report.add(before)
    if restored and around.has_seen_all and not unseen and not report.backlog:
        restoring.end(intake.store, intake.clock())
    if report.comes_out_even:
        clear(intake.store, intake.policy, COUNT, intake.clock())
    return report


def _note(intake: Intake, report: PassReport, problem: str, started_at: datetime, *, whole: bool = False) -> None:
    intake.store.note_pass(report.counts(), report.backlog, problem, started_at, intake.clock(), whole=whole)


def _unlisted(state: FolderState) -> str:
    return f"the mail server does not list {state.unlisted} mails of the inbox" if state.unlisted else ""


def _take_in_what_came_before(intake: Intake, around: LookAround, report: PassReport, watching: Watching) -> None:
    """After a restore. First which letters left since the backup, and which numbers they told; then what was taken in since, from where it
    lies; the inbox last: a mail there may answer one of those.
    """
    for news in restoring.own_letters(intake.mailbox, intake.store, intake.policy, intake.clock):
        part = PassReport(seen=len(news.state.uids))
        _take_in(intake, news.state, list(news.state.uids), part, watching, news.folder)
        report.add(part)
    if not report.left:
        _take_in_elsewhere(intake, around, report, watching)


def _pass_elsewhere(
    intake: Intake, around: LookAround, report: PassReport, watching: Watching, started_at: datetime, problem: str, *, whole: bool
) -> str:
    """What came to the other folders; the problem there, if any.

    `whole`: the pass over the inbox left nothing. What it left, or failed, may be the copy of a letter that is in doubt, and so may be
    what a rule of the server put into another folder: only now a pass proves that no copy is there. A problem of one folder is no
    problem of the inbox.
    """
    inbox, found = (report.counts(), report.backlog, problem), NOT_FINISHED
    try:
        found = _take_in_elsewhere(intake, around, report, watching)
    finally:
        proves = whole and found != NOT_FINISHED
        if proves:
            _note(intake, report, "", started_at, whole=True)
            inbox = (report.counts(), report.backlog, "")
        if (report.counts(), report.backlog, problem or found) != inbox:
            _note(intake, report, problem or found, started_at)
    return found


def _take_in_elsewhere(intake: Intake, around: LookAround, report: PassReport, watching: Watching) -> str:
    """Folder by folder. Returns the last problem in one sentence, or an empty string: one folder does not hold up the others."""
    problem = ""
    for news in around.news():
        part = PassReport(seen=len(news.state.uids))
        try:
            _take_in(intake, news.state, list(news.state.uids), part, watching, news.folder)
        except (MailboxUnreachable, MailboxRefused) as error:
            log.warning("a folder of the mailbox: %s", error)
            problem = f"mails in another folder than the inbox could not be fetched: {error}"
            part.seen = sum(part.outcomes.values()) + part.retrying
        problem = _account(intake, news.state, part) or problem
        recorded = intake.store.recorded(news.state.name, news.state.uid_validity, news.state.uids)
        around.done(news, [uid for uid in news.state.uids if uid not in recorded])
        report.add(part)
        if watching.should_stop():
            break
    return problem or around.problem


def _file_recorded(intake: Intake, state: FolderState, report: PassReport) -> list[int]:
    """Files what an earlier pass recorded but could not move. Returns what is still to be taken in."""
    recorded = dict(intake.store.recorded(state.name, state.uid_validity, state.uids))
    for uid in _of_other_mails(intake, state, recorded):
        del recorded[uid]
    report.outcomes[Outcome.ALREADY_KNOWN] += len(recorded)
    _file(intake, state, recorded.items(), report)
    return [uid for uid in state.uids if uid not in recorded]


def _of_other_mails(intake: Intake, state: FolderState, recorded: Collection[int]) -> Collection[int]:
    """Those recorded UIDs that name other mails now. A mail server that was put back from its backup may give out UIDs anew and keep the
    UIDVALIDITY (against RFC 3501 section 2.3.1.1); what would be filed as known is a mail that nobody has seen.
    """
    if not recorded:
        return ()
    kept = intake.store.recorded_mails(state.name, state.uid_validity, recorded)
    others = [head.uid for head in intake.mailbox.heads(state, recorded) if head.uid in kept and differs(head, *kept[head.uid])]
    if others:
        log.error("%d UIDs of the inbox name other mails than before: the mail server gave them out anew", len(others))
        intake.store.forget_places(state.name, state.uid_validity, others)
    return others


def _take_in(
    intake: Intake, state: FolderState, todo: list[int], report: PassReport, watching: Watching, other: OtherFolder | None = None
) -> None:
    """`other`: the folder, where it is not the inbox."""
    place = other.place if other else Place.INBOX
    fetched = 0
    for batch in _fetched(intake, state, todo, report):
        fetched += len(batch)
        # What we know nothing of lies where mails are filed: a second desk may have answered it, and the copies tell.
        handled = _record(intake, batch, place, waits=other is None or other.is_for_filed)
        _count(handled, report)
        for raw in batch:
            raw.octets.close()
        if place is Place.INBOX:
            _file(intake, state, [(each.raw.uid, str(each.folder)) for each in handled if each.folder and each.raw.uid is not None], report)
            watching.progress(fetched, len(todo))
        if watching.should_stop() and fetched < len(todo):
            report.left = len(todo) - fetched
            return
    report.vanished = len(todo) - fetched - report.withheld


def _fetched(intake: Intake, state: FolderState, todo: list[int], report: PassReport) -> Iterator[tuple[RawMessage, ...]]:
    """The mails in batches; one that the server does not hand out, or over which the line breaks, keeps none of the others waiting."""
    suspects = Suspects(intake.store, intake.clock, state)
    turns = suspects.turns(todo)
    withheld = len(turns.resting)
    for uids in (turns.together, *((uid,) for uid in turns.alone)):
        try:
            yield from intake.mailbox.fetch(state, uids) if uids else ()
        except MailsWithheld as error:
            withheld += error.number
        except MailboxUnreachable as error:
            suspects.broke(error.asked_for)
            raise
    report.withheld += withheld
    report.retrying += withheld


def _record(intake: Intake, batch: tuple[RawMessage, ...], place: Place, *, waits: bool) -> list[Handled]:
    """One look-up and one commit for the batch, a savepoint for each mail."""
    parsed = parse_all(batch, intake.parse)
    now = intake.clock()
    with intake.store.transaction() as transaction:
        told_before = intake.restored_from if place is not Place.INBOX else None
        doubtful = told_before is not None
        handled = [
            handle(transaction, raw, message, intake.policy, now, place=place, doubtful=doubtful, waits=waits)[0] for raw, message in parsed
        ]
        for alarm in _alarms(handled):
            # What was taken in before a restore was told then: again only if no copy shows that.
            again = replace(alarm, again_after=now - told_before) if told_before else alarm
            tell_within(transaction, intake.policy, again, now)
    return handled


def _alarms(handled: Collection[Handled]) -> Iterable[Alarm]:
    """What the mails of a batch raise, each alarm once."""
    yield from {alarm.name: alarm for each in handled for alarm in each.alarms}.values()
    number = sum(each.outcome is Outcome.QUARANTINED for each in handled)
    if number:
        yield Alarm(QUARANTINE, {"count": number}, EACH_TIME)


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
        filed = intake.mailbox.file(state, uids, folder)
        report.unfiled += len(uids) - len(filed.gone)
        # What cannot be moved at all is taken by nobody: its letters need not wait. Where somebody else takes mails, it is tried again.
        ours = filed.gone - filed.contested if filed.contested else frozenset(uids)
        intake.store.note_filed(state.name, state.uid_validity, ours, filed.contested, intake.clock())
        if filed.contested:
            log.warning("%d mails of the inbox were taken by somebody else at the same moment: their letters wait", len(filed.contested))


def _account(intake: Intake, state: FolderState, report: PassReport) -> str:
    """The count must come out even. Returns the problem in one sentence, or an empty string."""
    store, policy, now = intake.store, intake.policy, intake.clock()
    handled = sum(report.outcomes.values())
    in_ledger = len(store.recorded(state.name, state.uid_validity, state.uids))
    report.unrecorded = handled - in_ledger
    if not report.comes_out_even:
        problem = f"the count does not come out even: {report.seen} mails seen, {handled} handled, {in_ledger} recorded"
        log.error(problem)
        tell(store, policy, Alarm(COUNT, {"seen": report.seen, "handled": handled, "recorded": in_ledger}), now)
        return problem
    if report.withheld:
        return f"the mail server does not hand out {report.withheld} of the mails"
    return f"{report.unfiled} recorded mails could not be moved out of the inbox" if report.unfiled else ""


def rehearse(intake: Intake, told: Told) -> PassReport:
    """What a pass would do, told mail by mail. Everything is decided on the real database, in one transaction that is taken back."""
    around = LookAround(intake.mailbox, intake.store, intake.policy, intake.clock, rehearsal=True)
    state = intake.mailbox.look()
    recorded = intake.store.recorded(state.name, state.uid_validity, state.uids)
    report = PassReport(seen=len(recorded))
    report.outcomes[Outcome.ALREADY_KNOWN] += len(recorded)
    todo = [uid for uid in state.uids if uid not in recorded]
    try:
        with intake.store.transaction() as transaction:
            report.add(_rehearsed(intake, transaction, state, todo, Place.INBOX, told))
            for news in around.news():
                report.add(_rehearsed(intake, transaction, news.state, news.state.uids, news.folder.place, told))
            raise _Rehearsed
    except _Rehearsed:
        return report


def _rehearsed(intake: Intake, transaction: Transaction, state: FolderState, uids: Collection[int], place: Place, told: Told) -> PassReport:
    part, fetched = PassReport(seen=len(uids)), 0
    for batch in intake.mailbox.fetch(state, uids) if uids else ():
        fetched += len(batch)
        for raw, message in parse_all(batch, intake.parse):
            handled, decision = handle(transaction, raw, message, intake.policy, intake.clock(), place=place)
            _count([handled], part)
            told(raw, decision)
            raw.octets.close()
    part.vanished = len(uids) - fetched
    return part
