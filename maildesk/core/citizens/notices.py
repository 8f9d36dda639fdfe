# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What staff see of a citizen's mail: the relayed mail with its hints, and the events in the history of the case."""

from __future__ import annotations

import re
from collections.abc import Iterable

from maildesk.core.case.case import CaseEvent, CaseLink, KnownCase, LinkKind, NewCase, Role
from maildesk.core.decision.decision import Outcome
from maildesk.core.decision.matter import Matter
from maildesk.core.letters.letter import Letter
from maildesk.core.letters.relay import Incoming, relay_letters
from maildesk.core.mail.message import can_be_written_to
from maildesk.core.text.anonymity import ANONYMOUS
from maildesk.core.text.said import Said, say
from maildesk.core.text.spelling import fold
from maildesk.core.threading.sent_through import answer_wanted_at
from maildesk.core.threading.thread import Thread
from maildesk.core.threading.writer import Writer
from maildesk.core.triage.propose import Proposal, noticed


def urgency_events(urgency: str, before: str) -> list[CaseEvent]:
    return [CaseEvent("urgency", f"proposed by the words of the mail: {urgency}")] if urgency != before else []


def anonymous_events(flags: tuple[str, ...], before: tuple[str, ...]) -> list[CaseEvent]:
    asked = ANONYMOUS in flags and ANONYMOUS not in before
    return [CaseEvent("anonymous", "the writer asks to stay unknown: neither name nor address is shown")] if asked else []


def relayed(matter: Matter, case: KnownCase | NewCase, proposal: Proposal, *, unverified: bool = False) -> tuple[Letter, ...]:
    """A citizen's mail for the colleagues; not of the past, and not twice."""
    arrival, writer = matter.arrival, matter.writer
    if arrival.imported or matter.thread.repeated or writer.role is not Role.CITIZEN:
        return ()
    hints = (
        *_on_writer(matter, unverified=unverified),
        *_reply_path(matter, unknown=ANONYMOUS in case.flags),
        *((say("hint.perhaps_a_colleague"),) if _perhaps_a_colleague(matter) else ()),
        *((say("hint.noticed", what=noticed(proposal)),) if noticed(proposal) else ()),
    )
    incoming = Incoming(case.number, matter.message, arrival.received_at, case, hints, proposal)
    letters = relay_letters(incoming, matter.policy, matter.now)
    return tuple(letter for letter in letters if letter.letter_id in matter.known.left) if matter.is_past else letters


def _reply_path(matter: Matter, *, unknown: bool) -> tuple[Said, ...]:
    """Through what the mail came, and where its writer wants the answer; of who wants to stay unknown no address."""
    message = matter.message
    if through := message.through:
        via = f"{'' if unknown else through.sender.display_name} <{through.sender.addr_spec}>".strip()
        key = "hint.through_nobody" if not message.originator.key else "hint.through_form" if through.named else "hint.through_other"
        return (say(key, via=via),)
    wanted = answer_wanted_at(message, matter.policy)
    return (say("hint.answer_wanted_at", address=wanted.addr_spec),) if wanted and not unknown else ()


def _perhaps_a_colleague(matter: Matter) -> bool:
    """An address of the office, or the whole name of a colleague: a person decides, for citizens have such names too."""
    writer, policy = matter.message.originator, matter.policy
    if policy.desk.owns(writer.addr_spec):
        return False
    name = _words(writer.display_name)
    return policy.is_inside(writer.addr_spec) or any(len(name) > 1 and name == _words(each.name) for each in policy.staff)


def _words(name: str) -> list[str]:
    return sorted(map(fold, re.findall(r"\w+", name)))


def _on_writer(matter: Matter, *, unverified: bool) -> tuple[Said, ...]:
    """What staff must know before they believe or answer the writer."""
    writer, message = matter.writer, matter.message
    address, through = message.originator.addr_spec, message.through is not None  # which has a hint of its own
    to_check = unverified and not (writer.forged or writer.doubtful or through)
    hints = (
        ("hint.new_address_check", to_check and bool(writer.identity)),
        ("hint.forwarded_check", to_check and not writer.identity),
        ("hint.forged_no_letter", writer.forged),
        ("hint.doubtful_no_letter", writer.doubtful),
        ("hint.no_address", not address and not through),
        ("hint.own_address", matter.policy.desk.owns(address)),
        ("hint.cannot_be_written_to", bool(address) and not can_be_written_to(address)),
    )
    return tuple(say(key) for key, holds in hints if holds)


OUTCOMES = {Role.STAFF: Outcome.STAFF, Role.CONSULTED: Outcome.STAFF}


def merged_events(thread: Thread) -> list[CaseEvent]:
    return [CaseEvent("merged", f"{other} is the same conversation and became part of this case") for other in thread.merges]


def doubts(writer: Writer) -> list[CaseEvent]:
    """What staff must know of a writer who is not proved to be the one in From."""
    doubts = []
    if writer.role is Role.STAFF and not writer.proved:
        doubts.append(CaseEvent("unproved", "the mail bears a staff address in From that is not proved: it has no effect"))
    if writer.forged:
        doubts.append(CaseEvent("forged", "the mail server says that the address in From is forged"))
    if writer.doubtful:
        doubts.append(CaseEvent("doubtful", "it is in doubt whose address From names: nobody takes part in the case by it"))
    return doubts


LINKED = {
    LinkKind.CONTINUES: "a reply to {}, which was closed long ago",
    LinkKind.MENTIONS: "names {}, in which the writer takes no part",
    LinkKind.CARRIES: "a forwarded mail that belongs to {}",
    LinkKind.SAME_CONCERN: "perhaps the same concern as {} of the same person: staff decide",
}


def link_events(links: Iterable[CaseLink]) -> list[CaseEvent]:
    return [CaseEvent(link.kind, LINKED[link.kind].format(link.number)) for link in links]
