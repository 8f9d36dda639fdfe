# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A mail with all that is known of it and of its writer: what the decisions of `core.desk` are based on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from maildesk.core.case.case import KnownCase, Role
from maildesk.core.decision.questions import Arrival, Known
from maildesk.core.letters.alarms import Alarm, breach_alarm, danger_alarm, limit_alarm, unproved_staff_alarm
from maildesk.core.letters.automatic import answer_letter, letter_context
from maildesk.core.letters.letter import ACKNOWLEDGEMENT, FOLLOW_UP_NOTE, Letter, letter_id_for
from maildesk.core.letters.refusal import LIMITS, Occasion, Refusal, refusal_for
from maildesk.core.mail.classify import Verdict
from maildesk.core.mail.message import Message
from maildesk.core.office.policy import Policy
from maildesk.core.threading.thread import Thread
from maildesk.core.threading.writer import Writer
from maildesk.core.triage.propose import DATA_BREACH, Proposal, propose


@dataclass(frozen=True, slots=True)
class Matter:
    """All that the decision on a mail is based on."""

    message: Message
    verdict: Verdict
    writer: Writer
    thread: Thread
    known: Known
    policy: Policy
    arrival: Arrival
    now: datetime

    def refusal(self, case: KnownCase | None) -> Refusal | None:
        """Why there is no letter. One that left before a restore is none that could be refused."""
        template = FOLLOW_UP_NOTE if case else ACKNOWLEDGEMENT
        if letter_id_for(self.message.digest, template, self.message.originator.addr_spec) in self.known.left:
            return None
        occasion = Occasion(
            self.arrival.received_at,
            self.now,
            self.known.recent,
            imported=self.arrival.imported,
            forged=self.writer.forged,
            repeated=self.thread.repeated,
            doubtful=self.writer.doubtful,
        )
        return refusal_for(self.message, self.verdict, self.policy, case, occasion)

    def due_on(self, case: KnownCase | None) -> date | None:
        """The day that a letter may promise: none on which nobody is there any more, and none that an answer has kept already."""
        if case:
            over = case.due_on is not None and case.due_on < self.policy.calendar.next_service_day(self.now)
            return None if over or case.answered else case.due_on
        return self.policy.calendar.answer_due(self.arrival.received_at, self.policy.deadlines.answer_calendar_days)

    def letter(self, template: str, number: str, case: KnownCase | None) -> Letter:
        context = letter_context(self.policy.desk, self.policy.calendar, number, self.arrival.received_at, self.due_on(case))
        return answer_letter(self.policy, template, number, self.message, context, self.now)

    def evidence(
        self, where: str, letters: tuple[Letter, ...], refusal: Refusal | None, proposal: Proposal | None = None
    ) -> tuple[str, ...]:
        about_letter = no_letter(refusal) if refusal else f"letter: {', '.join(letter.template for letter in letters)}"
        return (*self.verdict.evidence, self.writer.evidence, where, about_letter, *(proposal.evidence if proposal else ()))

    @property
    def is_past(self) -> bool:
        """Whether colleagues are not notified of the mail: it is imported, or arrived too long ago."""
        too_old = self.now - self.arrival.received_at > timedelta(days=self.policy.letters.not_older_than_days)
        return self.arrival.imported or too_old

    def proposal(self) -> Proposal:
        """What the words of a citizen say of kind and urgency. A mail that came before says nothing new."""
        if self.writer.role is not Role.CITIZEN or self.thread.repeated:
            return Proposal()
        return propose(self.message, self.policy.categories, self.policy.calendar.local(self.arrival.received_at).date())

    def alarms(self, number: str, refusal: Refusal | None, proposal: Proposal | None = None) -> tuple[Alarm, ...]:
        """What somebody must be notified of at once. Imported mail is history."""
        unproved = self.writer.role is Role.STAFF and not self.writer.proved
        said = proposal if proposal and not self.is_past else Proposal()
        found = (
            danger_alarm(number) if said.is_danger else None,
            breach_alarm(number) if DATA_BREACH in said.flags else None,
            unproved_staff_alarm(number) if unproved else None,
            limit_alarm(number) if refusal in LIMITS else None,
        )
        return () if self.arrival.imported else tuple(alarm for alarm in found if alarm)


def no_letter(refusal: Refusal) -> str:
    """For the evidence."""
    return f"no letter: {refusal}"
