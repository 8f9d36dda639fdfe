# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What a pass would do, with nothing done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from maildesk.core.decision.decision import Decision, Outcome
from maildesk.jobs.counts import PassReport
from maildesk.jobs.intake import Coming, Intake, Mails, handle, parse_all
from maildesk.jobs.other_folders import LookAround
from maildesk.jobs.ports import Transaction
from maildesk.octets import RawMessage

Told = Callable[[RawMessage, Decision | None], None]


class _TakenBack(Exception):  # no error
    """Rolls the transaction of a rehearsal back."""


def rehearse(intake: Intake, told: Told) -> PassReport:
    """Shows mail by mail. Everything is decided on the real database, in one transaction that is taken back."""
    around = LookAround(intake, rehearsal=True)
    state = intake.mailbox.look()
    recorded = intake.store.recorded(state.name, state.uid_validity, state.uids)
    report = PassReport(seen=len(recorded))
    report.outcomes[Outcome.ALREADY_KNOWN] += len(recorded)
    inbox = Mails(state, [uid for uid in state.uids if uid not in recorded])
    try:
        with intake.store.transaction() as transaction:
            rehearsal = _Rehearsal(intake, transaction, told)
            report.add(rehearsal.of(inbox))
            for news in around.news():
                report.add(rehearsal.of(news.mails))
            raise _TakenBack
    except _TakenBack:
        return report


@dataclass(frozen=True, slots=True)
class _Rehearsal:
    intake: Intake
    transaction: Transaction
    told: Told

    def of(self, mails: Mails) -> PassReport:
        intake, part, fetched = self.intake, PassReport(seen=len(mails.uids)), 0
        for batch in intake.mailbox.fetch(mails.state, mails.uids) if mails.uids else ():
            fetched += len(batch)
            for raw, message in parse_all(batch, intake.parse):
                handled = handle(self.transaction, raw, message, intake.policy, intake.clock(), Coming(place=mails.place), intake.words)
                part.count([handled])
                self.told(raw, handled.decision)
                raw.octets.close()
        part.vanished = len(mails.uids) - fetched
        return part
