# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What staff see of a citizen's mail: the relayed mail with its hints, and the events in the history of the case."""

from __future__ import annotations

from collections.abc import Iterable

from maildesk.core.case.case import CaseEvent, CaseLink, KnownCase, LinkKind, NewCase, Role
from maildesk.core.decision.decision import Outcome
from maildesk.core.decision.matter import Matter
from maildesk.core.letters.letter import Letter
from maildesk.core.letters.relay import Incoming, relay_letters
from maildesk.core.mail.message import can_be_written_to
from maildesk.core.text.anonymity import ANONYMOUS
from maildesk.core.text.said import Said, say
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
        *((say("hint.noticed", what=noticed(proposal)),) if noticed(proposal) else ()),
    )
    incoming = Incoming(case.number, matter.message, arrival.received_at, case, hints, proposal)
    letters = relay_letters(incoming, matter.policy, matter.now)
    return tuple(letter for letter in letters if letter.letter_id in matter.known.left) if matter.is_past else letters


def _on_writer(matter: Matter, *, unverified: bool) -> tuple[Said, ...]:
    """What staff must know before they believe or answer the writer."""
    writer, address = matter.writer, matter.message.originator.addr_spec
    to_check = unverified and not (writer.forged or writer.doubtful)
    hints = (
        ("hint.new_address_check", to_check and bool(writer.identity)),
        ("hint.forwarded_check", to_check and not writer.identity),
        ("hint.forged_no_letter", writer.forged),
        ("hint.doubtful_no_letter", writer.doubtful),
        ("hint.no_address", not address),
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
