# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A mail of somebody in the office that belongs to no case: set aside as a note, and perhaps its writer is answered."""

from __future__ import annotations

from maildesk.core.case.case import Direction, Role
from maildesk.core.decision.decision import Decision, Folder, Outcome
from maildesk.core.decision.matter import Matter
from maildesk.core.letters.letter import Letter


def note_of_no_case(matter: Matter, why: str, *notices: Letter) -> Decision:
    return Decision(
        Outcome.SET_ASIDE,
        Folder.ARCHIVE,
        matter.verdict,
        direction=Direction.NOTE,
        role=Role.STAFF,
        notices=notices,
        evidence=(*matter.verdict.evidence, matter.writer.evidence, f"set aside: {why}"),
    )


def may_be_answered(matter: Matter) -> bool:
    """Whether its writer may be answered: not for old mail, and not without end, should a program answer."""
    return not matter.arrival.imported and matter.known.recent.to_sender < matter.policy.letters.per_sender_per_day
