# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A colleague makes a case of a mail that was set aside: by the link under it in the digest. It then is what it would have been if no rule
had taken it for a machine's."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from maildesk.core.case.case import Status
from maildesk.core.case.file import CaseFile, CaseState
from maildesk.core.decision.decision import Decision
from maildesk.core.decision.matter import Matter
from maildesk.core.decision.of_no_case import note_of_no_case
from maildesk.core.decision.parts import FromAside
from maildesk.core.entries.decide import asked_back
from maildesk.core.entries.entry import NoEntry
from maildesk.core.letters.letter import Letter
from maildesk.core.letters.order_links import ASIDE_ORDER, link_to, named_aside
from maildesk.core.letters.to_staff import DONE, Post
from maildesk.core.mail.message import Message
from maildesk.core.office.policy import Policy, Staff
from maildesk.core.orders.words import Mistake, OrderName
from maildesk.core.text.said import Said, say


def asked_for(message: Message, policy: Policy) -> str:
    """The first digits of the digest of the mail of which a colleague makes a case; empty if the mail is no such order."""
    return named_aside(message.subject, policy.desk.prefix) if policy.staff_by_address(message.originator.addr_spec) else ""


def decide_on_aside(matter: Matter, staff: Staff) -> Decision:
    """The colleague's mail itself is of no case. What it makes of the other one is decided with that (`decide`, with `by_hand`)."""
    link = matter.writer.link
    if link and not link.order.lower().startswith(ASIDE_ORDER):
        return asked_back(matter, staff, NoEntry("", (Mistake(ASIDE_ORDER, say("mistake.more_than_link")),)))
    if matter.known.made_case and not matter.arrival.imported:
        notice = _confirmed(matter.message, staff, say("did.is_case", number=matter.known.made_case), _post(matter, matter.known.made_case))
        return note_of_no_case(matter, "the order to make a case of a mail of which a case was made before", notice)
    if not matter.known.aside or matter.arrival.imported:
        return asked_back(matter, staff, NoEntry("", (Mistake(ASIDE_ORDER, say("mistake.not_aside")),), nowhere=True))
    decision = note_of_no_case(matter, "the order to make a case of a mail that was set aside")
    return replace(decision, part=FromAside(matter.known.aside))


def _post(matter: Matter, number: str) -> Post:
    return Post(matter.policy, CaseFile(number, "", CaseState(Status.OPEN)), matter.now)


def _confirmed(order: Message, colleague: Staff, did: Said, post: Post) -> Letter:
    return post.confirmation(order.digest, colleague.address, (did,), (), (), (link_to(OrderName.SHOW), DONE))


def with_confirmation(decision: Decision, message: Message, policy: Policy, order: Message, now: datetime) -> Decision:
    """The decision on the mail `message`, with a letter to the writer of `order`, unless they get the mail itself."""
    colleague = policy.staff_by_address(order.originator.addr_spec)
    if colleague is None or any(letter.recipient == colleague.address for letter in decision.notices):
        return decision
    post = Post(policy, CaseFile(decision.case_number, message.subject, CaseState(Status.NEW)), now)
    did = say("did.make_case" if decision.letters else "did.make_case_without_letter")
    return replace(decision, notices=(*decision.notices, _confirmed(order, colleague, did, post)))
