# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The road of a message, step by step: fetch, parse, ask, look up, decide, record, file.

Nothing in the mailbox changes before the commit. A crash after the commit leaves recorded messages in the inbox: the next pass
(`jobs.polling`) knows them by the ledger and only files them.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from maildesk.core import desk
from maildesk.core.decision.decision import Outcome
from maildesk.core.decision.parts import FromAside
from maildesk.core.decision.questions import Arrival
from maildesk.core.health import QUARANTINE, UNEVEN
from maildesk.core.letters.alarms import EACH_TIME, Alarm
from maildesk.core.letters.automatic import as_of_now
from maildesk.core.letters.letter import Letter
from maildesk.core.mail.folders import OtherFolder, Place
from maildesk.core.mail.message import Message
from maildesk.core.office.policy import Policy
from maildesk.errors import Hold, MaildeskError, place_of
from maildesk.jobs import aside
from maildesk.jobs.alarm import tell, tell_within
from maildesk.jobs.counts import Handled, PassReport
from maildesk.jobs.poison import Suspects, failed
from maildesk.jobs.ports import Clock, IntakeStore, Mailbox, Parse, Transaction, Words
from maildesk.octets import FolderState, RawMessage

log = logging.getLogger(__name__)


def unwritten(_letter: Letter) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Intake:
    """All that a pass works with."""

    mailbox: Mailbox
    store: IntakeStore
    parse: Parse
    policy: Policy
    clock: Clock
    restored_from: datetime | None = None  # the backup that was put back, while the mailbox has not been seen whole since
    words: Words = unwritten  # of our letters, that are quoted in the messages that come


@dataclass(frozen=True, slots=True)
class Watching:
    """What a pass asks and reports between two batches: whether to stop, and how many messages of how many have been handled."""

    should_stop: Callable[[], bool] = lambda: False
    progress: Callable[[int, int], None] = lambda _done, _total: None


@dataclass(frozen=True, slots=True)
class Mails:
    """Messages of a folder that are to be taken in, by their UIDs. `other`: the folder, where it is not the inbox."""

    state: FolderState
    uids: Sequence[int]
    other: OtherFolder | None = None

    @property
    def place(self) -> Place:
        return self.other.place if self.other else Place.INBOX


@dataclass(frozen=True, slots=True)
class Coming:
    """How messages come. `doubtful`: perhaps they were taken in before a restore. `waits`: what they cause leaves when they are filed."""

    imported: bool = False
    place: Place = Place.INBOX
    doubtful: bool = False
    waits: bool = False


# --- the road ---


def take_in(intake: Intake, mails: Mails, report: PassReport, watching: Watching) -> None:
    """All seven steps, a batch of messages at a time. Counts into `report`, which begins with these messages."""
    suspects, fetched = Suspects(intake.store, intake.clock, mails.state), 0
    for batch in suspects.fetch(intake.mailbox, mails.uids):  # 1
        fetched += len(batch)
        parsed = parse_all(batch, intake.parse)  # 2
        handled = _handle_all(intake, parsed, mails)  # 3 to 6
        report.count(handled)
        for raw in batch:
            raw.octets.close()
        if mails.place is Place.INBOX:
            file(intake, mails.state, _filed_to(handled), report)  # 7
            watching.progress(fetched, len(mails.uids))
        if watching.should_stop() and fetched < len(mails.uids):
            report.left = len(mails.uids) - fetched
            return
    report.count_withheld(suspects.withheld)
    report.vanished = len(mails.uids) - fetched - report.withheld


def _handle_all(intake: Intake, parsed: Iterable[tuple[RawMessage, Message | Hold]], mails: Mails) -> list[Handled]:
    """One look-up and one commit for the batch, a savepoint for each mail."""
    now, told_before = intake.clock(), intake.restored_from if mails.place is not Place.INBOX else None
    # What we know nothing of is where messages are filed: a second desk may have answered it, and the copies show it.
    waits = mails.other is None or mails.other.is_for_filed
    coming = Coming(place=mails.place, doubtful=told_before is not None, waits=waits)
    with intake.store.transaction() as transaction:
        handled = [_handled(intake, transaction, raw, message, now, coming) for raw, message in parsed]
        for alarm in _alarms(handled):
            # What was taken in before a restore was reported then: again only if no copy shows that.
            again = replace(alarm, again_after=now - told_before) if told_before else alarm
            tell_within(transaction, intake.policy, again, now)
    return handled


def _handled(intake: Intake, transaction: Transaction, raw: RawMessage, parsed: Message | Hold, now: datetime, coming: Coming) -> Handled:
    handled = handle(transaction, raw, parsed, intake.policy, now, coming, intake.words)
    part = handled.decision.part if handled.decision else None
    if isinstance(part, FromAside) and isinstance(parsed, Message):
        try:
            aside.make_case(transaction, intake.parse, part.digest, intake.policy, now, order=parsed, doubtful=coming.doubtful)
        except Hold as error:
            log.error("of a mail that was set aside no case can be made: %s", error)
    return handled


def handle(
    transaction: Transaction,
    raw: RawMessage,
    parsed: Message | Hold,
    policy: Policy,
    now: datetime,
    coming: Coming = Coming(),  # frozen
    words: Words = unwritten,
) -> Handled:
    """Decides on one mail and records it, in a savepoint of its own. A mail that fails is counted, then quarantined."""
    arrival = Arrival(raw.internal_date, coming.imported, coming.place, coming.doubtful)
    try:
        if isinstance(parsed, Hold):
            raise parsed
        with transaction.message():
            message = desk.as_received(parsed, policy, arrival)
            asked = desk.questions(message, policy, arrival, now)  # 3
            known = transaction.look_up(asked, now)  # 4
            message = desk.as_answer(message, _words_of(known.answered, policy, words), policy)
            decision = desk.decide(message, known, policy, arrival, now)  # 5
            transaction.record(raw, message, decision, now, waits=coming.waits)  # 6
        return Handled(raw, decision.outcome, decision.folder, decision)
    except Hold as error:
        return failed(transaction, raw, str(error), now)
    except MaildeskError:
        raise
    except Exception as error:
        # A mistake of ours must cost one mail, not the ones behind it. The text of a foreign error may hold personal data.
        return failed(transaction, raw, f"unexpected {error.__class__.__name__}{place_of(error)}", now)


def _words_of(letter: Letter | None, policy: Policy, words: Words) -> str:
    """The words of a letter as it left; empty where there is none, or the templates of today cannot write it."""
    if letter is None:
        return ""
    try:
        return words(as_of_now(letter, policy.calendar, letter.created_at) if letter.created_at else letter)
    except Hold as error:
        log.warning("what a mail quotes of our letter %s cannot be known: %s", letter.letter_id, error)
        return ""


def file(intake: Intake, state: FolderState, filed_to: Iterable[tuple[int, str]], report: PassReport) -> None:
    """Moves messages of the inbox that are recorded; what nobody else has taken is ours, and its letters may leave."""
    by_folder: dict[str, list[int]] = defaultdict(list)
    for uid, folder in filed_to:
        by_folder[folder].append(uid)
    for folder, uids in by_folder.items():
        filed = intake.mailbox.file(state, uids, folder)
        report.unfiled += len(uids) - len(filed.gone)
        # What cannot be moved at all is taken by nobody: its letters need not wait. Where somebody else takes messages, it is tried again.
        ours = filed.gone - filed.contested if filed.contested else frozenset(uids)
        intake.store.note_filed(state.name, state.uid_validity, ours, filed.contested, intake.clock())
        if filed.contested:
            log.warning("%d mails of the inbox were taken by somebody else at the same moment: their letters wait", len(filed.contested))


# --- what the steps need ---


def parse_all(raws: Iterable[RawMessage], parse: Parse) -> list[tuple[RawMessage, Message | Hold]]:
    """Parses before the transaction begins, so that a slow mail does not hold the database."""
    return [(raw, _parsed(raw, parse)) for raw in raws]


def _parsed(raw: RawMessage, parse: Parse) -> Message | Hold:
    try:
        return parse(raw)
    except Hold as error:
        return error


def _filed_to(handled: Iterable[Handled]) -> Iterator[tuple[int, str]]:
    yield from ((each.raw.uid, str(each.folder)) for each in handled if each.folder and each.raw.uid is not None)


def _alarms(handled: Collection[Handled]) -> Iterator[Alarm]:
    """What the messages of a batch raise, each alarm once."""
    yield from {alarm.name: alarm for each in handled for alarm in each.alarms}.values()
    number = sum(each.outcome is Outcome.QUARANTINED for each in handled)
    if number:
        yield Alarm(QUARANTINE, {"count": number}, EACH_TIME)


def account(intake: Intake, state: FolderState, report: PassReport) -> str:
    """The count must come out even. Returns the problem in one sentence, or an empty string."""
    store, policy, now = intake.store, intake.policy, intake.clock()
    handled = sum(report.outcomes.values())
    in_ledger = len(store.recorded(state.name, state.uid_validity, state.uids))
    report.unrecorded = handled - in_ledger
    if not report.comes_out_even:
        problem = f"the count does not come out even: {report.seen} mails seen, {handled} handled, {in_ledger} recorded"
        log.error(problem)
        tell(store, policy, Alarm(UNEVEN, {"seen": report.seen, "handled": handled, "recorded": in_ledger}), now)
        return problem
    if report.withheld:
        return f"the mail server does not hand out {report.withheld} of the mails"
    return f"{report.unfiled} recorded mails could not be moved out of the inbox" if report.unfiled else ""
