# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A citizen's mail that opens a case."""

from __future__ import annotations

from dataclasses import replace

from maildesk.core.case.case import CaseEvent, CaseLink, Channel, LinkKind, NewCase, Role, case_numbers_in
from maildesk.core.case.opening import case_of
from maildesk.core.citizens.notices import OUTCOMES, anonymous_events, doubts, link_events, merged_events, relayed, urgency_events
from maildesk.core.citizens.unproved import unproved_notices
from maildesk.core.decision.decision import Decision, Folder, Outcome
from maildesk.core.decision.matter import Matter
from maildesk.core.decision.parts import Opened
from maildesk.core.letters.letter import ACKNOWLEDGEMENT
from maildesk.core.mail.fingerprint import base_subject, is_alike
from maildesk.core.mail.message import Message, is_forward
from maildesk.core.text.anonymity import ANONYMOUS, wants_to_stay_unknown
from maildesk.core.threading.evidence import OtherCase, named_ids
from maildesk.core.triage.propose import Proposal


def open_case(matter: Matter) -> Decision:
    """A mail of a person that belongs to no case opens one; so does a mail that carries a staff address but proves nothing."""
    number, writer, message = matter.known.next_case_number, matter.writer, matter.message
    refusal = matter.refusal(None)
    letters = () if refusal else (matter.letter(ACKNOWLEDGEMENT, number, None),)
    proposal = matter.proposal()
    new_case, links = _new_case(matter, proposal), _links(matter)
    return Decision(
        OUTCOMES.get(writer.role, Outcome.NEW_CASE),
        Folder.ARCHIVE,
        matter.verdict,
        case_number=number,
        role=Role.CITIZEN,
        events=_events(matter, new_case, links),
        letters=letters,
        notices=(*relayed(matter, new_case, proposal), *unproved_notices(matter, number)),
        alarms=matter.alarms(number, refusal, proposal),
        refusal=refusal,
        evidence=matter.evidence(f"new case {number}: no message, letter or number known here", letters, refusal, proposal),
        part=Opened(
            new_case,
            links=links,
            merges=matter.thread.merges,
            unverified=writer.forged or writer.doubtful or (writer.role is Role.STAFF and not writer.proved) or _is_only_named(message),
            proposal=proposal,
        ),
    )


def _is_only_named(message: Message) -> bool:
    """Whether the writer is known by nothing but the Reply-To of a sender that the configuration does not name."""
    return message.through is not None and not message.through.named and bool(message.originator.key)


def _new_case(matter: Matter, proposal: Proposal) -> NewCase:
    message, number = matter.message, matter.known.next_case_number
    unknown = wants_to_stay_unknown(message.reply or message.text)
    return replace(
        case_of(number, Channel.EMAIL, message.originator, message.subject, matter.arrival.received_at, matter.policy),
        opened_by_reply=bool(named_ids(message)) and not is_forward(message),
        flags=tuple(dict.fromkeys((*((ANONYMOUS,) if unknown else ()), *proposal.flags))),
        kind=proposal.kind,
        topics=proposal.topics,
        urgency=proposal.urgency,
    )


def _events(matter: Matter, new_case: NewCase, links: tuple[CaseLink, ...]) -> tuple[CaseEvent, ...]:
    events = [CaseEvent("opened", f"by e-mail, answer due on {new_case.due_on:%d.%m.%Y}")]
    events += link_events(links) + merged_events(matter.thread) + doubts(matter.writer)
    events += urgency_events(new_case.urgency, "normal") + anonymous_events(new_case.flags, ())
    return tuple(events)


def _links(matter: Matter) -> tuple[CaseLink, ...]:
    """How a new case is related to known ones: shown to staff, and nothing more."""
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
