# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Colleagues elsewhere in the office are asked for a statement. What they write stays inside, whatever they write it to.

A question says only what is needed (R16): the words of the person without customer numbers and bank accounts, and never an address; of
somebody who wants to stay unknown not the name either. The colleague who asks may write more into the question.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from maildesk.core.case.case import CaseEvent, Direction, Role, Status
from maildesk.core.case.file import CaseFile, CaseWork, Consultation, Question
from maildesk.core.decision.decision import Decision, Folder, Outcome
from maildesk.core.decision.matter import Matter
from maildesk.core.decision.parts import Worked
from maildesk.core.decision.questions import Arrival
from maildesk.core.letters.letter import ASKING, CONSULTATION, STATEMENT, Letter
from maildesk.core.letters.order_links import link_to
from maildesk.core.letters.relay import enclosures_of, title_of
from maildesk.core.letters.to_staff import Post
from maildesk.core.mail.classify import Verdict
from maildesk.core.mail.message import Message, address_key
from maildesk.core.office.policy import Policy, Staff
from maildesk.core.orders.words import OrderName
from maildesk.core.staff.mail import answered_letter
from maildesk.core.text.anonymity import ANONYMOUS
from maildesk.core.text.identifiers import masked
from maildesk.core.text.said import Context, Value, say

TEXT_CHARS_MAX = 20_000
SHOW = link_to(OrderName.SHOW)


def statement_due(policy: Policy, now: datetime) -> date:
    """The last day for a statement: working days of the desk."""
    return policy.calendar.add_working_days(policy.calendar.local(now).date(), policy.deadlines.statement_working_days)


def may_be_asked(policy: Policy, address: str) -> bool:
    """Whether the address is of the office, and not the desk's own."""
    inside = policy.is_colleague(address) or policy.staff_by_address(address) is not None
    return inside and not policy.desk.owns(address)


def consultation_letter(post: Post, cause: str, asked: str, question: str, asker: Staff, due: date) -> Letter:
    """Asks a colleague. `cause` is the digest of the mail that orders it."""
    file = post.file
    about = file.incoming[-1] if file.incoming else None
    unknown = ANONYMOUS in file.state.flags
    context: Context = {
        "titel": title_of(file.state.title, "") if file.state.title else "",
        "frage": question,
        "frist": due,
        "fragt": asker.name,
        "von": about.writer.display_name if about and not unknown else "",
        "text": masked(about.words)[:TEXT_CHARS_MAX] if about else "",
        "anlagen": len(about.attachments) if about else 0,
    }
    return post.letter(CONSULTATION, cause, asked, context)


@dataclass(frozen=True, slots=True)
class Stated:
    """A colleague's statement: the mail, the case, and the questions that it answers."""

    message: Message
    verdict: Verdict
    file: CaseFile
    policy: Policy
    arrival: Arrival
    now: datetime
    questions: tuple[Consultation, ...]
    evidence: tuple[str, ...]
    who: Value = None  # what the writer is called; None: as in the header


def stated_in(matter: Matter) -> Stated | None:
    """A mail of a colleague who was asked: proved by the letter that asks, or, where staff forwarded by hand, by naming a mail of the case.

    More is not needed: a statement does nothing but to be shown to the colleagues of the desk. None where the mail is none.
    """
    writer, message, match = matter.writer, matter.message, matter.thread.match
    file = matter.known.files.get(match.case_number) if match else None
    if match is None or file is None or writer.forged or writer.doubtful:
        return None
    letter, asked = answered_letter(matter), _asked_of(file, message.originator.addr_spec)
    by_letter = writer.proved and letter is not None and letter.template in ASKING
    by_hand = writer.role is Role.CITIZEN and match.by_id and bool(asked) and matter.policy.is_colleague(message.originator.addr_spec)
    if not (by_letter or by_hand or writer.role is Role.CONSULTED):
        return None
    proof = writer.evidence if writer.proved else "writer: a consulted colleague, not proved"
    return Stated(message, matter.verdict, file, matter.policy, matter.arrival, matter.now, asked, (proof, match.evidence))


def _asked_of(file: CaseFile, address: str) -> tuple[Consultation, ...]:
    """What the colleague with this address was asked in this case, the answered questions too."""
    key = address_key(address)
    return tuple(each for each in file.consultations if address_key(each.question.asked) == key)


def decide_statement(stated: Stated) -> Decision:
    """Kept in the case as an internal note, and relayed to the colleagues of the desk. Nothing goes outside."""
    file, message = stated.file, stated.message
    answered = tuple(each.row for each in stated.questions if each.is_open)
    waiting = [each for each in file.consultations if each.is_open and each.row not in answered]
    back = file.state.status is Status.CONSULTING and not waiting
    late = file.state.status is Status.CLOSED
    event = CaseEvent("statement", "a colleague who was asked has answered" + (", after the case was closed" if late else ""), "consulted")
    return Decision(
        Outcome.STAFF,
        Folder.ARCHIVE,
        stated.verdict,
        case_number=file.number,
        direction=Direction.NOTE,
        role=Role.CONSULTED,
        events=(event,),
        notices=() if stated.arrival.imported else statement_letters(stated),
        evidence=(*stated.evidence, f"statement: stays in the house ({message.originator.domain or 'no domain'})"),
        part=Worked(CaseWork(answered=answered), status=Status.OPEN if back else None),
    )


def statement_letters(stated: Stated) -> tuple[Letter, ...]:
    """To the colleagues who get new mail, who has the case, and who asked; not to the one who wrote it."""
    policy, file, message = stated.policy, stated.file, stated.message
    post = Post(policy, file, stated.now)
    named = {each.question.asked_by for each in stated.questions} | {file.state.assignee}
    readers = [person for person in policy.staff if person.receives == "all" or person.key in named]
    enclosures, held_back = enclosures_of(message)
    context: Context = {
        "titel": post.title,
        "wer": stated.who or message.originator.display_name or say("writer.in_house"),
        "wann": policy.calendar.local(stated.arrival.received_at),
        "text": message.reply or message.text,
        "anlagen": tuple(each.filename for each in enclosures),
        "zurueckgehalten": held_back,
    }
    return tuple(
        post.letter(
            STATEMENT,
            message.digest,
            reader.address,
            {**context, "links": post.links((SHOW,), reader.address)},
            enclosures=enclosures,
            about=message.digest,
        )
        for reader in readers
        if address_key(reader.address) != message.originator.key
    )


def question(letter: Letter | None, asked: str, asker: Staff, due: date) -> Question:
    return Question(letter.letter_id if letter else "", asked, asker.key, due)
