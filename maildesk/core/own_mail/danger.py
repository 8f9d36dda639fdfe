# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Danger in a machine's mail, which nobody is shown otherwise: a notice of absence may be a farewell, a bounce may carry a threat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from maildesk.core.case.case import CaseEvent, Role
from maildesk.core.decision.decision import Decision
from maildesk.core.decision.matter import Matter
from maildesk.core.decision.parts import FollowedUp, ReportInDanger, followed_up, letter_report_of
from maildesk.core.letters.letter import INSIDE_THE_HOUSE
from maildesk.core.mail.message import Message
from maildesk.core.threading.evidence import named_ids
from maildesk.core.triage.propose import CHARS_READ, tells_of_danger

CHARS_MAX = 200_000
OVERLAP_CHARS = 500  # of two pieces, so that no sentence is cut in both


def in_danger(matter: Matter) -> Matter | None:
    """The mail with all that it says as its writer's own words, if they indicate danger; else None.

    What comes back of a letter inside the office (an alarm, a mail that was relayed) was our own word, and raised its alarm when it came:
    raised again it would go to the same full mailbox, and come back for ever.
    """
    if _returns_our_word(matter):
        return None
    message = matter.message
    piece = next((piece for piece in _pieces(message) if tells_of_danger(f"{message.subject}\n\n{piece}")), None)
    if piece is None:
        return None
    whole = "\n\n".join(filter(None, (message.text, message.beside)))
    return replace(matter, message=replace(message, text=whole, reply=piece), writer=replace(matter.writer, role=Role.CITIZEN))


def with_danger(report: Decision, shown: Decision) -> Decision:
    """A report that mentions danger: filed like any other, but alarmed and relayed like a person's mail, which would be `shown`."""
    followed = followed_up(shown.part)
    raised = FollowedUp(proposal=followed.proposal, urgency=followed.urgency, flags=followed.flags)
    return replace(
        report,
        events=(*report.events, CaseEvent("danger", "words of danger stand in the machine mail: it is handed on")),
        notices=(*report.notices, *shown.notices),
        alarms=(*report.alarms, *shown.alarms),
        part=ReportInDanger(letter_report_of(report.part), raised),
        evidence=(*report.evidence, *raised.proposal.evidence),
    )


def _returns_our_word(matter: Matter) -> bool:
    letters = matter.known.facts.letters
    return any(letters[named].template in INSIDE_THE_HOUSE for named in named_ids(matter.message) if named in letters)


def _pieces(message: Message) -> Iterator[str]:
    """The writer's own words first, then everything, in pieces that are read whole."""
    for text in (message.reply[:CHARS_READ], message.text[:CHARS_MAX], message.beside):
        for start in range(0, max(len(text), 1), CHARS_READ - OVERLAP_CHARS):
            yield text[start : start + CHARS_READ]
