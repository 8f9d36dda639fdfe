# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""One pass over the mailbox: first the inbox; then what is in the other folders and is not known, which is never moved."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime

from maildesk.core.decision.decision import Outcome
from maildesk.core.health import UNEVEN
from maildesk.core.mail.folders import differs
from maildesk.errors import MaildeskError
from maildesk.jobs import restoring
from maildesk.jobs.alarm import clear
from maildesk.jobs.counts import PassReport
from maildesk.jobs.intake import Intake, Mails, Watching, account, file, take_in
from maildesk.jobs.other_folders import NOT_FINISHED, LookAround, take_in_elsewhere
from maildesk.octets import FolderState

log = logging.getLogger(__name__)


def run_once(
    intake: Intake,
    watching: Watching = Watching(),  # noqa: B008  # frozen
    prepare: Callable[[], None] = lambda: None,
) -> PassReport:
    """One pass over the mailbox. Raises the errors of the ports; what was committed before stays recorded and is filed next time.

    `prepare` is called first: what it raises ends the pass, with its reason, like any other error.
    """
    started_at = intake.clock()
    restoring.begin(intake.store, started_at)
    intake = replace(intake, restored_from=restoring.restored_from(intake.store))
    restored = intake.restored_from is not None
    around = LookAround(intake, with_quarantine=restored)
    one, before = _Pass(intake, watching, around, started_at), PassReport()
    problem, whole = NOT_FINISHED, False
    try:
        prepare()
        if restored:
            restoring.take_in_what_came_before(intake, around, before, watching)
            if before.left:
                return before
        problem, whole = one.over_the_inbox()
    except MaildeskError as error:
        problem = str(error)
        raise
    finally:
        one.note(problem)
    unseen = NOT_FINISHED if one.report.left else one.elsewhere(problem, whole=whole)
    one.report.add(before)
    if restored and around.has_seen_all and not unseen and not one.report.backlog:
        restoring.end(intake.store, intake.clock())
    if one.report.comes_out_even:
        clear(intake.store, intake.policy, UNEVEN, intake.clock())
    return one.report


@dataclass(frozen=True, slots=True)
class _Pass:
    """What one pass works with, and what it counts."""

    intake: Intake
    watching: Watching
    around: LookAround
    started_at: datetime
    report: PassReport = field(default_factory=PassReport)

    def note(self, problem: str, *, whole: bool = False) -> None:
        store, report = self.intake.store, self.report
        store.note_pass(report.counts(), report.backlog, problem, self.started_at, self.intake.clock(), whole=whole)

    def over_the_inbox(self) -> tuple[str, bool]:
        """The problem there, if any, and whether nothing was left."""
        intake, report = self.intake, self.report
        state = intake.mailbox.look()
        report.seen = len(state.uids)
        todo = _file_recorded(intake, state, report)
        take_in(intake, Mails(state, todo), report, self.watching)
        problem = account(intake, state, report) or _unlisted(state)
        return problem, not (problem or report.left or report.retrying)

    def elsewhere(self, problem: str, *, whole: bool) -> str:
        """What came to the other folders; the problem there, if any.

        `whole`: the pass over the inbox left nothing. What it left, or failed, may be the copy of a letter that is in doubt, and so may be
        what a rule of the server put into another folder: only now a pass proves that no copy is there. A problem of one folder is no
        problem of the inbox.
        """
        inbox, found, has_seen_all = self._figures(problem), NOT_FINISHED, False
        try:
            found = take_in_elsewhere(self.intake, self.around, self.report, self.watching)
            has_seen_all = found != NOT_FINISHED
        except MaildeskError as error:
            found = str(error)
            raise
        finally:
            if whole and has_seen_all:
                self.note("", whole=True)
                inbox = self._figures("")
            if self._figures(problem or found) != inbox:
                self.note(problem or found)
        return found

    def _figures(self, problem: str) -> tuple[dict[str, int], int, str]:
        return self.report.counts(), self.report.backlog, problem


def _unlisted(state: FolderState) -> str:
    return f"the mail server does not list {state.unlisted} mails of the inbox" if state.unlisted else ""


# --- what an earlier pass recorded ---


def _file_recorded(intake: Intake, state: FolderState, report: PassReport) -> list[int]:
    """Files what an earlier pass recorded but could not move. Returns what is still to be taken in."""
    recorded = dict(intake.store.recorded(state.name, state.uid_validity, state.uids))
    for uid in _of_other_mails(intake, state, recorded):
        del recorded[uid]
    report.outcomes[Outcome.ALREADY_KNOWN] += len(recorded)
    file(intake, state, recorded.items(), report)
    return [uid for uid in state.uids if uid not in recorded]


def _of_other_mails(intake: Intake, state: FolderState, recorded: Collection[int]) -> Collection[int]:
    """Those recorded UIDs that name other messages now. A mail server that was put back from its backup may give out UIDs again and keep
    the UIDVALIDITY (against RFC 3501 section 2.3.1.1); what would be filed as known is a mail that nobody has seen.
    """
    if not recorded:
        return ()
    kept = intake.store.recorded_mails(state.name, state.uid_validity, recorded)
    others = [head.uid for head in intake.mailbox.heads(state, recorded) if head.uid in kept and differs(head, *kept[head.uid])]
    if others:
        log.error("%d UIDs of the inbox name other mails than before: the mail server gave them out anew", len(others))
        intake.store.forget_places(state.name, state.uid_validity, others)
    return others
