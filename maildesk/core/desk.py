# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The one place that decides. `questions` says what must be known, `decide` what shall happen; both are pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from maildesk.core.case import CaseEvent, Channel, Direction, KnownCase, NewCase, Role, Status, case_numbers_in
from maildesk.core.classify import Automatic, Verdict, classify
from maildesk.core.identify import Writer, identify
from maildesk.core.letters import (
    REFERENCES_MAX,
    Letter,
    RecentLetters,
    Refusal,
    keyed_message_id,
    letter_context,
    letter_id_for,
    parse_keyed_id,
    refusal_for,
)
from maildesk.core.message import Message
from maildesk.core.policy import Policy
from maildesk.core.thread import ThreadFacts, ThreadMatch, find_case, named_ids


class Outcome(StrEnum):
    """What became of a mail. Each one ends in exactly one of these; the counts of a pass are theirs."""

    NEW_CASE = "new_case"
    FOLLOW_UP = "follow_up"
    STAFF = "staff"
    REPORT = "report"
    SET_ASIDE = "set_aside"
    ALREADY_KNOWN = "already_known"
    QUARANTINED = "quarantined"


class Folder(StrEnum):
    """Where a handled mail goes. The configuration names the folders on the server."""

    ARCHIVE = "archive"
    SENT = "sent"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Arrival:
    """How the mail came: `received_at` is the server's date (R1: never the Date field), aware; an imported mail gets no letters."""

    received_at: datetime
    imported: bool = False


@dataclass(frozen=True, slots=True)
class Questions:
    """What the store is asked about a message."""

    digest: str
    content_digest: str
    message_id: str
    named_ids: tuple[str, ...]
    case_numbers: tuple[str, ...]
    originator: str


@dataclass(frozen=True, slots=True)
class OwnLetter:
    """A letter of ours whose Message-ID a message bears."""

    letter_id: str
    case_number: str


@dataclass(frozen=True, slots=True)
class Known:
    """The answers. `seen` says how the very same mail was taken in before, or is empty."""

    next_case_number: str
    seen: str = ""
    own_letter: OwnLetter | None = None
    facts: ThreadFacts = field(default_factory=ThreadFacts)
    recent: RecentLetters = RecentLetters()


@dataclass(frozen=True, slots=True)
class Decision:
    """What shall happen with one message, and why. `case_number` is empty for a mail that is set aside or already known."""

    outcome: Outcome
    folder: Folder
    verdict: Verdict
    case_number: str = ""
    new_case: NewCase | None = None
    status: Status | None = None
    direction: Direction = Direction.IN
    role: Role = Role.CITIZEN
    joins: bool = False  # the writer becomes a participant of the case
    events: tuple[CaseEvent, ...] = ()
    letters: tuple[Letter, ...] = ()
    refusal: Refusal | None = None
    confirms_letter: str = ""
    evidence: tuple[str, ...] = ()


def questions(message: Message, policy: Policy) -> Questions:
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
    )


def decide(message: Message, known: Known, policy: Policy, arrival: Arrival, now: datetime) -> Decision:
    """What shall happen with a message. The branches stand here; each helper builds one kind of decision."""
    verdict = classify(message)
    if known.seen:
        return Decision(Outcome.ALREADY_KNOWN, Folder.ARCHIVE, verdict, evidence=(f"already known: {known.seen}",))
    if known.own_letter and policy.desk.owns(message.originator.addr_spec):
        return _proof_copy(known.own_letter)
    match = find_case(message, policy, known.facts)
    writer = identify(message, policy, known.facts.letter_recipients)
    if verdict.is_machine:
        return _report(verdict, match) if match else _set_aside(verdict)
    if match:
        return _follow_up(message, verdict, writer, match, known, policy, arrival, now)
    return _open_case(message, verdict, writer, known, policy, arrival, now)


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


def _report(verdict: Verdict, match: ThreadMatch) -> Decision:
    """Machine mail that belongs to a case joins it and answers nobody."""
    event = CaseEvent(str(verdict.automatic), f"machine mail joined: {verdict.evidence[0]}")
    return Decision(
        Outcome.REPORT,
        Folder.ARCHIVE,
        verdict,
        case_number=match.case_number,
        events=(event,),
        refusal=Refusal.AUTOMATIC,
        evidence=(*verdict.evidence, match.evidence, _no_letter(Refusal.AUTOMATIC)),
    )


def _set_aside(verdict: Verdict) -> Decision:
    evidence = (*verdict.evidence, "set aside: machine mail that belongs to no case", _no_letter(Refusal.AUTOMATIC))
    return Decision(Outcome.SET_ASIDE, Folder.ARCHIVE, verdict, refusal=Refusal.AUTOMATIC, evidence=evidence)


def _follow_up(
    message: Message, verdict: Verdict, writer: Writer, match: ThreadMatch, known: Known, policy: Policy, arrival: Arrival, now: datetime
) -> Decision:
    case = known.facts.cases[match.case_number]
    refusal = _refusal(message, verdict, policy, case, known.recent, arrival, now)
    letters = () if refusal else (_letter("follow-up", case.number, message, policy, arrival, now, case),)
    unknown_writer = message.originator.key not in case.participants and writer.role is Role.CITIZEN
    reopened = case.status in {Status.CLOSED, Status.ANSWERED} and writer.role is Role.CITIZEN
    events = [CaseEvent("follow-up", match.evidence)]
    if unknown_writer:
        events.append(CaseEvent("unverified", "the writer has not written in this case before: nothing is sent to the new address"))
    if reopened:
        events.append(CaseEvent("reopened", f"from {case.status}"))
    return Decision(
        Outcome.STAFF if writer.role is Role.STAFF else Outcome.FOLLOW_UP,
        Folder.ARCHIVE,
        verdict,
        case_number=case.number,
        status=Status.OPEN if reopened else None,
        direction=Direction.NOTE if writer.role is Role.STAFF else Direction.IN,
        role=writer.role,
        events=tuple(events),
        letters=letters,
        refusal=refusal,
        evidence=(*verdict.evidence, writer.evidence, match.evidence, _about_letter(letters, refusal)),
    )


def _open_case(message: Message, verdict: Verdict, writer: Writer, known: Known, policy: Policy, arrival: Arrival, now: datetime) -> Decision:
    number = known.next_case_number
    refusal = _refusal(message, verdict, policy, None, known.recent, arrival, now)
    letters = () if refusal else (_letter("acknowledgement", number, message, policy, arrival, now, None),)
    new_case = NewCase(
        number=number,
        channel=Channel.EMAIL,
        correspondent=message.originator,
        subject=message.subject,
        language=message.language or policy.desk.languages[0],
        opened_at=arrival.received_at,
        due_on=policy.calendar.answer_due(arrival.received_at, policy.deadlines.answer_calendar_days),
    )
    mentioned = [other for other in case_numbers_in(message.subject, policy.desk.prefix) if other in known.facts.cases]
    events = [CaseEvent("opened", f"by e-mail, answer due on {new_case.due_on:%d.%m.%Y}")]
    events += [CaseEvent("mentions", f"the subject mentions {other}, whose writer is somebody else") for other in mentioned]
    if writer.role is Role.STAFF:
        events.append(CaseEvent("unproved", "the mail bears a staff address in From that is not proved"))
    opened = f"new case {number}: no message, letter or number known here"
    return Decision(
        Outcome.STAFF if writer.role is Role.STAFF else Outcome.NEW_CASE,
        Folder.ARCHIVE,
        verdict,
        case_number=number,
        new_case=new_case,
        role=Role.CITIZEN,
        joins=True,
        events=tuple(events),
        letters=letters,
        refusal=refusal,
        evidence=(*verdict.evidence, writer.evidence, opened, _about_letter(letters, refusal)),
    )


def _refusal(
    message: Message, verdict: Verdict, policy: Policy, case: KnownCase | None, recent: RecentLetters, arrival: Arrival, now: datetime
) -> Refusal | None:
    if arrival.imported:
        return Refusal.IMPORTED
    return refusal_for(message, verdict, policy, case, recent, now, arrival.received_at)


def _letter(template: str, number: str, message: Message, policy: Policy, arrival: Arrival, now: datetime, case: KnownCase | None) -> Letter:
    desk, recipient = policy.desk, message.originator.addr_spec
    due = case.due_on if case else policy.calendar.answer_due(arrival.received_at, policy.deadlines.answer_calendar_days)
    letter_id = letter_id_for(message.digest, template, recipient)
    return Letter(
        letter_id=letter_id,
        template=template,
        recipient=recipient,
        message_id=keyed_message_id(policy.secret, number, letter_id, recipient, desk.domain),
        case_number=number,
        in_reply_to=message.message_id,
        references=_references(message),
        language=desk.languages[0],
        context=letter_context(desk, policy.calendar, number, arrival.received_at, f"{due:%d.%m.%Y}" if due else ""),
        created_at=now,
    )


def _references(message: Message) -> tuple[str, ...]:
    """The References of an answer (RFC 5322 section 3.6.4), bounded: the first and the last ids say where the thread is."""
    chain = message.references or message.in_reply_to[:1]
    whole = (*chain, message.message_id) if message.message_id else chain
    return whole if len(whole) <= REFERENCES_MAX else (whole[0], *whole[-(REFERENCES_MAX - 1) :])


def _no_letter(refusal: Refusal) -> str:
    return f"no letter: {refusal}"


def _about_letter(letters: tuple[Letter, ...], refusal: Refusal | None) -> str:
    return _no_letter(refusal) if refusal else f"letter: {', '.join(letter.template for letter in letters)}"
