# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A colleague's mail that belongs to a case, and what comes together of it for the decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from maildesk.core.case.case import CaseEvent, KnownCase, Status
from maildesk.core.case.file import CaseFile, CaseState, IncomingMail, Question, SplitOff, Undo
from maildesk.core.decision.matter import Matter
from maildesk.core.decision.questions import Arrival
from maildesk.core.letters.kept_inside import Inside
from maildesk.core.letters.letter import KnownLetter, Letter
from maildesk.core.letters.order_links import UsedLink
from maildesk.core.letters.to_staff import Post
from maildesk.core.mail.classify import Verdict
from maildesk.core.mail.message import Address, Message
from maildesk.core.office.policy import Policy, Staff
from maildesk.core.text.said import Said
from maildesk.core.threading.evidence import named_ids


@dataclass(frozen=True, slots=True)
class StaffMail:
    """A proved colleague's mail that belongs to a case. `letter` is ours that it answers, or None where it came by a link."""

    message: Message
    verdict: Verdict
    writer: Staff
    file: CaseFile
    letter: KnownLetter | None
    policy: Policy
    arrival: Arrival
    now: datetime
    matched: str
    proof: str
    known: Mapping[str, KnownCase] = field(default_factory=dict)
    next_number: str = ""  # of a case that is split off
    link: UsedLink | None = None  # what alone proves who wrote the mail; its order is all that is obeyed

    @property
    def post(self) -> Post:
        return Post(self.policy, self.file, self.now)

    @property
    def about(self) -> IncomingMail | None:
        """The citizen's mail that the colleague answers: the one that was relayed, else the last one."""
        return self.file.mail(self.letter.about if self.letter else "")

    def keeps_inside(self, text: str) -> bool:
        """Whether the text may not leave, also not by an order: it holds a token, a keyed id or an order link of ours."""
        return Inside(self.policy, self.file.number, self.now).is_in(text)

    @property
    def went_to_the_person(self) -> bool:
        """Whether the colleague wrote to the person directly, with the desk as one recipient of several."""
        about, case, policy = self.about, self.known.get(self.file.number), self.policy
        people = {each.key for each in (about.writer, *about.reply_to)} if about else set()
        people |= case.participants if case else set()
        theirs = (each for each in (*self.message.to, *self.message.cc) if each.key and each.key in people)
        return any(not policy.desk.owns(each.addr_spec) and policy.staff_by_address(each.addr_spec) is None for each in theirs)


def answered_letter(matter: Matter) -> KnownLetter | None:
    """The letter of ours that the mail answers: the nearest."""
    letters = matter.known.facts.letters
    return next((letters[named] for named in named_ids(matter.message) if named in letters), None)


def staff_mail(matter: Matter) -> StaffMail | None:
    """The mail as a proved colleague's that belongs to a case, or None where it is not."""
    writer, match = matter.writer, matter.thread.match
    if writer.staff is None or not writer.proved or match is None or match.case_number not in matter.known.files:
        return None
    return StaffMail(
        message=matter.message,
        verdict=matter.verdict,
        writer=writer.staff,
        file=matter.known.files[match.case_number],
        letter=answered_letter(matter),
        policy=matter.policy,
        arrival=matter.arrival,
        now=matter.now,
        matched=match.evidence,
        proof=writer.evidence,
        known=dict(matter.known.facts.cases),
        next_number=matter.known.next_case_number,
        link=writer.link,
    )


@dataclass(frozen=True, slots=True)
class Result:
    """What comes together for the decision. `merged` are cases that become part of `into`, with their states until now."""

    state: CaseState | None = None
    taken_back: int | None = None
    undoing: Undo | None = None
    letters: tuple[Letter, ...] = ()
    released: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    held_back: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    merged: tuple[tuple[str, Status], ...] = ()
    into: str = ""
    split: SplitOff | None = None
    questions: tuple[Question, ...] = ()
    answered: tuple[int, ...] = ()
    confirmed: Address | None = None
    events: tuple[CaseEvent, ...] = ()
    given: bool = False  # the mail itself went to the person, and answers
    done: tuple[Said, ...] = ()
    refused: tuple[Said, ...] = ()
    missing: tuple[str, ...] = ()
    waits: bool = False  # the answer leaves later, and can be held back until then

    @property
    def can_be_undone(self) -> bool:
        return self.taken_back is None and bool(self.state or self.merged or self.split or self.questions)

    def undo(self, before: CaseState) -> Undo | None:
        """What to keep, so that it can be taken back."""
        if not self.can_be_undone:
            return None
        asked = tuple(question.letter_id for question in self.questions if question.letter_id)
        number = self.split.new_case.number if self.split else ""
        return Undo(before if self.state else None, self.merged, number, asked)
