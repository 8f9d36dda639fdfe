# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A citizen's mail that belongs to a known case."""

from __future__ import annotations

from dataclasses import replace

from maildesk.core.case.case import CaseEvent, Direction, KnownCase, Role, Status
from maildesk.core.citizens.notices import OUTCOMES, anonymous_events, doubts, link_events, merged_events, relayed, urgency_events
from maildesk.core.citizens.unproved import unproved_notices
from maildesk.core.decision.decision import Decision, Folder, Outcome
from maildesk.core.decision.matter import Matter
from maildesk.core.decision.parts import FollowedUp
from maildesk.core.letters.letter import FOLLOW_UP_NOTE
from maildesk.core.threading.evidence import ThreadMatch
from maildesk.core.triage.propose import Proposal, graver


def follow_up(matter: Matter, match: ThreadMatch) -> Decision:
    case, writer, thread = matter.known.facts.cases[match.case_number], matter.writer, matter.thread
    refusal = matter.refusal(case)
    letters = () if refusal else (matter.letter(FOLLOW_UP_NOTE, case.number, case),)
    unverified = writer.role is Role.CITIZEN and not case.takes_part(writer.identity)
    proposal = matter.proposal()
    raised = _raised(case, proposal, unverified=unverified)
    theirs = writer.role is Role.CITIZEN and not unverified
    reopened = case.status in {Status.CLOSED, Status.ANSWERED} and theirs and not thread.repeated
    part = FollowedUp(
        status=Status.OPEN if reopened else None,
        merges=thread.merges,
        links=thread.links,
        unverified=unverified,
        proposal=proposal,
        urgency=raised.urgency if raised.urgency != case.urgency else None,
        flags=raised.flags if raised.flags != case.flags else None,
    )
    return Decision(
        OUTCOMES.get(writer.role, Outcome.FOLLOW_UP),
        Folder.ARCHIVE,
        matter.verdict,
        case_number=case.number,
        direction=Direction.IN if writer.role is Role.CITIZEN else Direction.NOTE,
        role=writer.role,
        events=(CaseEvent("repeated" if thread.repeated else "follow-up", match.evidence), *_more_events(matter, case, raised, part)),
        letters=letters,
        notices=(*relayed(matter, raised, proposal, unverified=unverified), *unproved_notices(matter, case.number)),
        alarms=matter.alarms(case.number, refusal, proposal),
        refusal=refusal,
        evidence=matter.evidence(match.evidence, letters, refusal, proposal),
        part=part,
    )


def _more_events(matter: Matter, case: KnownCase, raised: KnownCase, part: FollowedUp) -> list[CaseEvent]:
    """What comes of it for the case, which was `case` and is `raised` now."""
    return [
        *merged_events(matter.thread),
        *link_events(part.links),
        *((CaseEvent("unverified", UNVERIFIED_WRITER),) if part.unverified else ()),
        *doubts(matter.writer),
        *((CaseEvent("reopened", f"from {case.status}"),) if part.status else ()),
        *urgency_events(raised.urgency, case.urgency),
        *anonymous_events(raised.flags, case.flags),
    ]


def _raised(case: KnownCase, proposal: Proposal, *, unverified: bool) -> KnownCase:
    """The case with what a further mail adds: more urgent, never less. What staff said of the urgency stays, but new danger is new.

    Who is not known in the case adds nothing but that.
    """
    counts = proposal.is_danger or not (case.urgency_by_staff or unverified)
    urgency = graver(case.urgency, proposal.urgency) if counts else case.urgency
    flags = case.flags if unverified else tuple(dict.fromkeys((*case.flags, *proposal.flags)))
    return replace(case, urgency=urgency, flags=flags)


UNVERIFIED_WRITER = "the writer has not written in this case before: nothing is sent to the new address"
