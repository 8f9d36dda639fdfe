# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The one place that decides. `questions` says what must be known, `decide` what shall happen; both are pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from maildesk.core.case import CaseEvent, Channel, Direction, KnownCase, NewCase, Role, Status, case_numbers_in
from maildesk.core.classify import Automatic, Verdict, classify
from maildesk.core.decision import Arrival, Decision, Folder, Known, Outcome, OwnLetter, Questions
from maildesk.core.identify import Writer, identify
from maildesk.core.letters import (
    ACKNOWLEDGEMENT,
    FOLLOW_UP_NOTE,
    REFERENCES_MAX,
    Letter,
    Occasion,
    Refusal,
    keyed_message_id,
    letter_context,
    letter_id_for,
    parse_keyed_id,
    refusal_for,
)
from maildesk.core.message import Address, Message
from maildesk.core.policy import Policy
from maildesk.core.thread import ThreadMatch, find_case, named_ids

FIRST_YEAR = 1990  # no mailbox that could be imported is older


def questions(message: Message, policy: Policy, arrival: Arrival, now: datetime) -> Questions:
    """What must be looked up before the message can be decided on."""
    named = named_ids(message)
    keyed = tuple(key.case_number for identifier in named if (key := parse_keyed_id(identifier)))
    return Questions(
        digest=message.digest,
        content_digest=message.content_digest,
        message_id=message.message_id,
        named_ids=named,
        case_numbers=tuple(dict.fromkeys((*keyed, *case_numbers_in(message.subject, policy.desk.prefix)))),
        originator=message.originator.key,
        year=_year(policy, arrival, now),
    )


def _year(policy: Policy, arrival: Arrival, now: datetime) -> int:
    """A case is numbered by the year in which the mail arrived; a date that cannot be true does not make a year of its own."""
    arrived, current = (policy.calendar.local(moment).year for moment in (arrival.received_at, now))
    return arrived if FIRST_YEAR <= arrived <= current else current


def decide(message: Message, known: Known, policy: Policy, arrival: Arrival, now: datetime) -> Decision:
    """What shall happen with a message. The branches stand here; each helper builds one kind of decision."""
    verdict = classify(message)
    if known.own_letter and policy.desk.owns(message.originator.addr_spec):
        return _proof_copy(known.own_letter)
    if _is_lost_letter(message, policy):
        return _lost_letter()
    if known.seen:
        return Decision(Outcome.ALREADY_KNOWN, Folder.ARCHIVE, verdict, evidence=(f"already known: {known.seen}",))
    match = find_case(message, policy, known.facts)
    if verdict.is_machine:
        return _report(verdict, match) if match else _set_aside(verdict)
    writer = identify(message, policy, known.facts.letter_recipients)
    matter = _Matter(message, verdict, writer, known, policy, arrival, now)
    return _follow_up(matter, match) if match else _open_case(matter)


@dataclass(frozen=True, slots=True)
class _Matter:
    """All that the decision on a person's mail stands on."""

    message: Message
    verdict: Verdict
    writer: Writer
    known: Known
    policy: Policy
    arrival: Arrival
    now: datetime

    def refusal(self, case: KnownCase | None) -> Refusal | None:
        occasion = Occasion(self.arrival.received_at, self.now, self.known.recent, self.arrival.imported)
        return refusal_for(self.message, self.verdict, self.policy, case, occasion)

    def due_on(self, case: KnownCase | None) -> date | None:
        """The day that a letter may promise; one that has passed is promised to nobody."""
        if case:
            passed = case.due_on is not None and case.due_on < self.policy.calendar.local(self.now).date()
            return None if passed else case.due_on
        return self.policy.calendar.answer_due(self.arrival.received_at, self.policy.deadlines.answer_calendar_days)

    def letter(self, template: str, number: str, case: KnownCase | None) -> Letter:
        desk, recipient, due = self.policy.desk, self.message.originator.addr_spec, self.due_on(case)
        letter_id = letter_id_for(self.message.digest, template, recipient)
        return Letter(
            letter_id=letter_id,
            template=template,
            recipient=recipient,
            message_id=keyed_message_id(self.policy.secret, number, letter_id, recipient, desk.domain),
            case_number=number,
            in_reply_to=self.message.message_id,
            references=_references(self.message),
            language=desk.languages[0],
            context=letter_context(desk, self.policy.calendar, number, self.arrival.received_at, f"{due:%d.%m.%Y}" if due else ""),
            created_at=self.now,
        )

    def evidence(self, where: str, letters: tuple[Letter, ...], refusal: Refusal | None) -> tuple[str, ...]:
        about_letter = _no_letter(refusal) if refusal else f"letter: {', '.join(letter.template for letter in letters)}"
        return (*self.verdict.evidence, self.writer.evidence, where, about_letter)


def _proof_copy(letter: OwnLetter) -> Decision:
    """Our own letter has come back to our own mailbox: it left, and the copy shows staff what was sent."""
    evidence = f"{Automatic.OWN}: the proof copy of our letter {letter.letter_id}"
    return Decision(
        Outcome.ALREADY_KNOWN,
        Folder.SENT,
        Verdict(Automatic.OWN, (evidence,)),
        case_number=letter.case_number,
        direction=Direction.OUT,
        role=Role.DESK,
        confirms_letter=letter.letter_id,
        evidence=(evidence,),
    )


def _is_lost_letter(message: Message, policy: Policy) -> bool:
    """A letter of ours, by its key, that the database does not know: it was sent after the backup that was restored."""
    keyed = parse_keyed_id(message.message_id)
    if keyed is None or not policy.desk.owns(message.originator.addr_spec):
        return False
    return any(keyed.is_genuine(policy.secret, recipient.addr_spec) for recipient in message.to)


def _lost_letter() -> Decision:
    evidence = (f"{Automatic.OWN}: a letter of ours that this database does not know, from before a restore",)
    return Decision(Outcome.SET_ASIDE, Folder.SENT, Verdict(Automatic.OWN, evidence), role=Role.DESK, evidence=evidence)


def _report(verdict: Verdict, match: ThreadMatch) -> Decision:
    """Machine mail that belongs to a case joins it and answers nobody."""
    return Decision(
        Outcome.REPORT,
        Folder.ARCHIVE,
        verdict,
        case_number=match.case_number,
        events=(CaseEvent(str(verdict.automatic), f"machine mail joined: {verdict.evidence[0]}"),),
        refusal=Refusal.AUTOMATIC,
        evidence=(*verdict.evidence, match.evidence, _no_letter(Refusal.AUTOMATIC)),
    )


def _set_aside(verdict: Verdict) -> Decision:
    evidence = (*verdict.evidence, "set aside: machine mail that belongs to no case", _no_letter(Refusal.AUTOMATIC))
    return Decision(Outcome.SET_ASIDE, Folder.ARCHIVE, verdict, refusal=Refusal.AUTOMATIC, evidence=evidence)


def _follow_up(matter: _Matter, match: ThreadMatch) -> Decision:
    case, role = matter.known.facts.cases[match.case_number], matter.writer.role
    refusal = matter.refusal(case)
    letters = () if refusal else (matter.letter(FOLLOW_UP_NOTE, case.number, case),)
    reopened = case.status in {Status.CLOSED, Status.ANSWERED} and role is Role.CITIZEN
    events = [CaseEvent("follow-up", match.evidence)]
    if role is Role.CITIZEN and matter.message.originator.key not in case.participants:
        events.append(CaseEvent("unverified", "the writer has not written in this case before: nothing is sent to the new address"))
    if reopened:
        events.append(CaseEvent("reopened", f"from {case.status}"))
    return Decision(
        Outcome.STAFF if role is Role.STAFF else Outcome.FOLLOW_UP,
        Folder.ARCHIVE,
        matter.verdict,
        case_number=case.number,
        status=Status.OPEN if reopened else None,
        direction=Direction.NOTE if role is Role.STAFF else Direction.IN,
        role=role,
        events=tuple(events),
        letters=letters,
        refusal=refusal,
        evidence=matter.evidence(match.evidence, letters, refusal),
    )


def _open_case(matter: _Matter) -> Decision:
    """A mail of a person that belongs to no case opens one; so does a mail that bears a staff address but proves nothing."""
    message, policy, number = matter.message, matter.policy, matter.known.next_case_number
    refusal = matter.refusal(None)
    letters = () if refusal else (matter.letter(ACKNOWLEDGEMENT, number, None),)
    claims_staff = matter.writer.role is Role.STAFF
    new_case = case_of(number, message.originator, message.subject, matter.arrival.received_at, policy)
    mentioned = (other for other in case_numbers_in(message.subject, policy.desk.prefix) if other in matter.known.facts.cases)
    events = [CaseEvent("opened", f"by e-mail, answer due on {new_case.due_on:%d.%m.%Y}")]
    events += [CaseEvent("mentions", f"the subject mentions {other}, in which the writer takes no part") for other in mentioned]
    if claims_staff:
        events.append(CaseEvent("unproved", "the mail bears a staff address in From that is not proved"))
    return Decision(
        Outcome.STAFF if claims_staff else Outcome.NEW_CASE,
        Folder.ARCHIVE,
        matter.verdict,
        case_number=number,
        new_case=new_case,
        events=tuple(events),
        letters=letters,
        refusal=refusal,
        evidence=matter.evidence(f"new case {number}: no message, letter or number known here", letters, refusal),
    )


def case_of(number: str, correspondent: Address, subject: str, received_at: datetime, policy: Policy) -> NewCase:
    """A case for a mail that arrived at `received_at`; its answer is due by the desk's promise."""
    return NewCase(
        number=number,
        channel=Channel.EMAIL,
        correspondent=correspondent,
        subject=subject,
        language=policy.desk.languages[0],
        opened_at=received_at,
        due_on=policy.calendar.answer_due(received_at, policy.deadlines.answer_calendar_days),
    )


def _references(message: Message) -> tuple[str, ...]:
    """The References of an answer (RFC 5322 section 3.6.4), bounded: the first and the last ids say where the thread is."""
    chain = message.references or message.in_reply_to[:1]
    whole = (*chain, message.message_id) if message.message_id else chain
    return whole if len(whole) <= REFERENCES_MAX else (whole[0], *whole[-(REFERENCES_MAX - 1) :])


def _no_letter(refusal: Refusal) -> str:
    return f"no letter: {refusal}"
