# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The one place that decides. `questions` says what must be known, `decide` what shall happen; both are pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from maildesk.core.case.case import CaseEvent, CaseLink, Direction, KnownCase, LinkKind, NewCase, Role, Status, case_numbers_in
from maildesk.core.case.opening import case_of
from maildesk.core.decision.decision import Decision, Folder, Outcome
from maildesk.core.decision.matter import Matter
from maildesk.core.decision.questions import Arrival, Known, Questions, sent_at
from maildesk.core.entries.decide import decide_entry, entered_key, enters
from maildesk.core.entries.scans import decide_scan, is_scan_of_house
from maildesk.core.letters.keyed_ids import parse_keyed_id, reply_tokens
from maildesk.core.letters.letter import ACKNOWLEDGEMENT, ASKING, FOLLOW_UP_NOTE, RELAY, KnownLetter, Letter, letter_id_for
from maildesk.core.letters.relay import Incoming, relay_letters
from maildesk.core.mail.classify import classify
from maildesk.core.mail.fingerprint import base_subject, ids_in_text, is_alike, text_digest, thread_index_root
from maildesk.core.mail.message import Message, address_key, is_forward
from maildesk.core.office.policy import Policy, Staff
from maildesk.core.own_mail.delivery_reports import join_report, set_aside
from maildesk.core.own_mail.own_letters import _is_proof_copy, _lost_letter, _own_letter_id, _proof_copy
from maildesk.core.own_mail.sent_by_colleagues import is_sent_by_us, sent_by_us
from maildesk.core.staff.consultation import Stated, asked_of, decide_statement
from maildesk.core.staff.decide import decide_staff_mail
from maildesk.core.staff.mail import StaffMail
from maildesk.core.text.anonymity import ANONYMOUS, wants_to_stay_unknown
from maildesk.core.threading.evidence import OtherCase, ThreadMatch, Trail, case_numbers, named_ids
from maildesk.core.threading.thread import Thread, find_thread
from maildesk.core.threading.writer import Writer, identify
from maildesk.core.triage.propose import Proposal, graver, noticed

ORDERED_NUMBERS_MAX = 20
FIRST_YEAR = 1990  # no mailbox that could be imported is older


def questions(message: Message, policy: Policy, arrival: Arrival, now: datetime) -> Questions:
    """What must be looked up before the message can be decided on."""
    headers = named_ids(message)
    keyed = tuple(key.case_number for identifier in headers if (key := parse_keyed_id(identifier)))
    report = message.delivery_report
    return Questions(
        digest=message.digest,
        content_digest=message.content_digest,
        message_id=message.message_id,
        named_ids=tuple(dict.fromkeys((*headers, *ids_in_text(message)))),
        case_numbers=tuple(dict.fromkeys((*keyed, *case_numbers(message, policy.desk.prefix), *_ordered_numbers(message, policy)))),
        originator=message.originator.key,
        year=_year(policy, arrival, now),
        sent_at=sent_at(message, arrival.received_at),
        letter_ids=tuple(token.letter_id for token in reply_tokens(message, policy.desk)),
        thread_index=thread_index_root(message),
        base_subject=base_subject(message.subject),
        text_digest=text_digest(message),
        failed_recipients=tuple(address_key(address) for address in report.failed_recipients) if report else (),
        of_house=policy.staff_by_address(message.originator.addr_spec) is not None or policy.is_colleague(message.originator.addr_spec),
        entered=entered_key(message, policy, arrival),
        sent_by_us=is_sent_by_us(message, policy, arrival),
        own_letter_id=_own_letter_id(message, policy),
        caused=_caused(message, policy),
    )


def _caused(message: Message, policy: Policy) -> tuple[str, ...]:
    """The ids of the letters by which a restored desk tells what number a mail was given: to its writer, or to a colleague."""
    writer = message.originator.addr_spec
    letters = [(template, writer) for template in (ACKNOWLEDGEMENT, FOLLOW_UP_NOTE)]
    letters += [(RELAY, person.address) for person in policy.staff]
    return tuple(letter_id_for(message.digest, template, recipient) for template, recipient in letters)


def _ordered_numbers(message: Message, policy: Policy) -> tuple[str, ...]:
    """Cases that a colleague's orders may name."""
    staff = policy.staff_by_address(message.originator.addr_spec)
    return case_numbers_in(message.reply, policy.desk.prefix)[:ORDERED_NUMBERS_MAX] if staff else ()


def _year(policy: Policy, arrival: Arrival, now: datetime) -> int:
    """A case is numbered by the year in which the mail arrived; a date that cannot be true does not make a year of its own."""
    arrived, current = (policy.calendar.local(moment).year for moment in (arrival.received_at, now))
    return arrived if FIRST_YEAR <= arrived <= current else current


def decide(message: Message, known: Known, policy: Policy, arrival: Arrival, now: datetime) -> Decision:
    """What shall happen with a message."""
    decision = _decided(message, known, policy, arrival, now)
    return replace(decision, doubtful=True) if arrival.doubtful else decision


def _decided(message: Message, known: Known, policy: Policy, arrival: Arrival, now: datetime) -> Decision:
    """The branches stand here; each helper builds one kind of decision."""
    verdict = classify(message)
    if known.own_letter and _is_proof_copy(message, known.own_letter, policy):
        return _proof_copy(known.own_letter)
    if not known.seen and (lost := _own_letter_id(message, policy)):
        return _lost_letter(lost)
    if known.seen:
        return Decision(Outcome.ALREADY_KNOWN, Folder.ARCHIVE, verdict, evidence=(f"already known: {known.seen}",))
    if is_sent_by_us(message, policy, arrival):
        return sent_by_us(message, verdict, known, policy, arrival)
    writer = identify(message, policy, known.facts.letters, now)
    trail = Trail(message, writer, policy, known.facts, sent_at(message, arrival.received_at), arrival.received_at, verdict.is_machine)
    thread = find_thread(trail)
    matter = Matter(message, verdict, writer, thread, known, policy, arrival, now)
    if verdict.is_machine:
        return join_report(matter, thread.match) if thread.match else set_aside(verdict)
    if is_scan_of_house(matter):
        return decide_scan(matter)
    if colleague := enters(matter):
        return decide_entry(matter, colleague)
    if thread.match and (stated := _stated(matter, thread.match)):
        return decide_statement(stated)
    if writer.staff and writer.proved and thread.match and thread.match.case_number in known.files:
        return decide_staff_mail(_staff_mail(matter, writer.staff, thread.match))
    return _follow_up(matter, thread.match) if thread.match else _open_case(matter)


def _stated(matter: Matter, match: ThreadMatch) -> Stated | None:
    """A mail of a colleague who was asked: proved by the letter that asks, or, where staff forwarded by hand, by naming a mail of the case.

    More is not needed: a statement does nothing but to be shown to the colleagues of the desk.
    """
    writer, message, file = matter.writer, matter.message, matter.known.files.get(match.case_number)
    if file is None or writer.forged:
        return None
    letter, asked = _answered_letter(matter), asked_of(file, message.originator.addr_spec)
    by_letter = writer.proved and letter is not None and letter.template in ASKING
    by_hand = writer.role is Role.CITIZEN and match.by_id and bool(asked) and matter.policy.is_colleague(message.originator.addr_spec)
    if not (by_letter or by_hand or writer.role is Role.CONSULTED):
        return None
    proof = writer.evidence if writer.proved else "writer: a consulted colleague, not proved"
    return Stated(message, matter.verdict, file, matter.policy, matter.arrival, matter.now, asked, (proof, match.evidence))


def _answered_letter(matter: Matter) -> KnownLetter | None:
    """The letter of ours that the mail answers: the nearest."""
    letters = matter.known.facts.letters
    return next((letters[named] for named in named_ids(matter.message) if named in letters), None)


def _staff_mail(matter: Matter, staff: Staff, match: ThreadMatch) -> StaffMail:
    facts, message = matter.known.facts, matter.message
    letter = _answered_letter(matter)
    file = matter.known.files[match.case_number]
    return StaffMail(
        message=message,
        verdict=matter.verdict,
        writer=staff,
        file=file,
        letter=letter,
        policy=matter.policy,
        arrival=matter.arrival,
        now=matter.now,
        matched=match.evidence,
        proof=matter.writer.evidence,
        known=dict(facts.cases),
        next_number=matter.known.next_case_number,
    )


def _follow_up(matter: Matter, match: ThreadMatch) -> Decision:
    case, writer, thread = matter.known.facts.cases[match.case_number], matter.writer, matter.thread
    refusal = matter.refusal(case)
    letters = () if refusal else (matter.letter(FOLLOW_UP_NOTE, case.number, case),)
    unverified = writer.role is Role.CITIZEN and not case.takes_part(writer.identity)
    proposal = matter.proposal()
    raised = _raised(case, proposal, unverified=unverified)
    reopened = case.status in {Status.CLOSED, Status.ANSWERED} and writer.role is Role.CITIZEN and not thread.repeated
    events = [CaseEvent("repeated" if thread.repeated else "follow-up", match.evidence)]
    events += _merged_events(thread)
    if unverified:
        events.append(CaseEvent("unverified", UNVERIFIED_WRITER))
    events += _doubts(writer)
    if reopened:
        events.append(CaseEvent("reopened", f"from {case.status}"))
    events += _urgency_events(raised.urgency, case.urgency) + _anonymous_events(raised.flags, case.flags)
    return Decision(
        OUTCOMES.get(writer.role, Outcome.FOLLOW_UP),
        Folder.ARCHIVE,
        matter.verdict,
        case_number=case.number,
        status=Status.OPEN if reopened else None,
        direction=Direction.IN if writer.role is Role.CITIZEN else Direction.NOTE,
        role=writer.role,
        events=tuple(events),
        merges=thread.merges,
        unverified=unverified,
        letters=letters,
        notices=_relayed(matter, raised, proposal, unverified=unverified),
        alarms=matter.alarms(case.number, refusal, proposal),
        proposal=proposal,
        urgency=raised.urgency if raised.urgency != case.urgency else None,
        flags=raised.flags if raised.flags != case.flags else None,
        refusal=refusal,
        evidence=matter.evidence(match.evidence, letters, refusal, proposal),
    )


def _raised(case: KnownCase, proposal: Proposal, *, unverified: bool) -> KnownCase:
    """The case with what a further mail adds: more urgent, never less. What staff said of the urgency stays, but new danger is new.

    Who is not known in the case adds nothing but that.
    """
    counts = proposal.is_danger or not (case.urgency_by_staff or unverified)
    urgency = graver(case.urgency, proposal.urgency) if counts else case.urgency
    flags = case.flags if unverified else tuple(dict.fromkeys((*case.flags, *proposal.flags)))
    return replace(case, urgency=urgency, flags=flags)


def _urgency_events(urgency: str, before: str) -> list[CaseEvent]:
    return [CaseEvent("urgency", f"proposed by the words of the mail: {urgency}")] if urgency != before else []


def _anonymous_events(flags: tuple[str, ...], before: tuple[str, ...]) -> list[CaseEvent]:
    asked = ANONYMOUS in flags and ANONYMOUS not in before
    return [CaseEvent("anonymous", "the writer asks to stay unknown: neither name nor address is shown")] if asked else []


def _relayed(matter: Matter, case: KnownCase | NewCase, proposal: Proposal, *, unverified: bool = False) -> tuple[Letter, ...]:
    """A citizen's mail for the colleagues; not of the past, and not twice."""
    arrival, writer = matter.arrival, matter.writer
    if arrival.imported or matter.thread.repeated or writer.role is not Role.CITIZEN:
        return ()
    noted = (NOTICED_HINT.format(noticed(proposal)),) if noticed(proposal) else ()
    hints = ((STRANGER_HINT,) if unverified else ()) + ((FORGED_HINT,) if writer.forged else ()) + noted
    incoming = Incoming(case.number, matter.message, arrival.received_at, case, hints, proposal)
    letters = relay_letters(incoming, matter.policy, matter.now)
    return tuple(letter for letter in letters if letter.letter_id in matter.known.left) if matter.is_past else letters


NOTICED_HINT = "Bitte prüfen (an den Worten erkannt): {}."
STRANGER_HINT = "Diese Adresse ist im Vorgang neu und nicht bestätigt. Bitte prüfen, ob die Person dazugehört."
FORGED_HINT = "Der Mailserver hält den Absender für gefälscht. Es ging keine Eingangsbestätigung hinaus."
OUTCOMES = {Role.STAFF: Outcome.STAFF, Role.CONSULTED: Outcome.STAFF}
UNVERIFIED_WRITER = "the writer has not written in this case before: nothing is sent to the new address"


def _merged_events(thread: Thread) -> list[CaseEvent]:
    return [CaseEvent("merged", f"{other} is the same conversation and became part of this case") for other in thread.merges]


def _doubts(writer: Writer) -> list[CaseEvent]:
    """What staff must know of a writer who is not proved to be the one in From."""
    doubts = []
    if writer.role is Role.STAFF and not writer.proved:
        doubts.append(CaseEvent("unproved", "the mail bears a staff address in From that is not proved: it has no effect"))
    if writer.forged:
        doubts.append(CaseEvent("forged", "the mail server says that the address in From is forged"))
    return doubts


def _open_case(matter: Matter) -> Decision:
    """A mail of a person that belongs to no case opens one; so does a mail that bears a staff address but proves nothing."""
    message, policy, number, writer = matter.message, matter.policy, matter.known.next_case_number, matter.writer
    refusal = matter.refusal(None)
    letters = () if refusal else (matter.letter(ACKNOWLEDGEMENT, number, None),)
    unknown = wants_to_stay_unknown(message.reply or message.text)
    proposal = matter.proposal()
    new_case = replace(
        case_of(number, message.originator, message.subject, matter.arrival.received_at, policy),
        opened_by_reply=bool(named_ids(message)) and not is_forward(message),
        flags=tuple(dict.fromkeys((*((ANONYMOUS,) if unknown else ()), *proposal.flags))),
        kind=proposal.kind,
        topics=proposal.topics,
        urgency=proposal.urgency,
    )
    links = _links(matter)
    events = [CaseEvent("opened", f"by e-mail, answer due on {new_case.due_on:%d.%m.%Y}")]
    events += [CaseEvent(link.kind, LINKED[link.kind].format(link.number)) for link in links]
    events += _merged_events(matter.thread) + _doubts(writer)
    events += _urgency_events(new_case.urgency, "normal") + _anonymous_events(new_case.flags, ())
    return Decision(
        OUTCOMES.get(writer.role, Outcome.NEW_CASE),
        Folder.ARCHIVE,
        matter.verdict,
        case_number=number,
        new_case=new_case,
        role=Role.CITIZEN,
        events=tuple(events),
        merges=matter.thread.merges,
        links=links,
        unverified=writer.forged or (writer.role is Role.STAFF and not writer.proved),
        letters=letters,
        notices=_relayed(matter, new_case, proposal),
        alarms=matter.alarms(number, refusal, proposal),
        proposal=proposal,
        refusal=refusal,
        evidence=matter.evidence(f"new case {number}: no message, letter or number known here", letters, refusal, proposal),
    )


LINKED = {
    LinkKind.CONTINUES: "a reply to {}, which was closed long ago",
    LinkKind.MENTIONS: "names {}, in which the writer takes no part",
    LinkKind.CARRIES: "a forwarded mail that belongs to {}",
    LinkKind.SAME_CONCERN: "perhaps the same concern as the open case {} of the same person: staff decide",
}


def _links(matter: Matter) -> tuple[CaseLink, ...]:
    """How a new case stands to known ones: told to staff, and nothing more."""
    cases, message = matter.known.facts.cases, matter.message
    linked = {link.number for link in matter.thread.links}
    mentioned = (number for number in case_numbers_in(message.subject, matter.policy.desk.prefix) if number in cases)
    links = [*matter.thread.links, *(CaseLink(LinkKind.MENTIONS, number) for number in mentioned if number not in linked)]
    if matter.writer.identity:
        alike = (other for other in matter.known.facts.others if _is_same_concern(message, other))
        links += [CaseLink(LinkKind.SAME_CONCERN, other.number) for other in alike if other.number not in linked]
    return tuple(dict.fromkeys(links))


def _is_same_concern(message: Message, other: OtherCase) -> bool:
    subject = base_subject(message.subject)
    return bool(subject and subject == base_subject(other.subject)) or is_alike(
        f"{message.subject} {message.reply}", f"{other.subject} {other.text}"
    )
