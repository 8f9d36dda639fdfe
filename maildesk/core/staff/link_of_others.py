# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Somebody in the office uses a link that was not for them: most often one of a relayed mail that was forwarded, or one that is too old.

Nothing is carried out and no case is opened; who wrote is answered why, and gets back what they typed.
"""

from __future__ import annotations

from dataclasses import replace

from maildesk.core.case.case import Direction, Role
from maildesk.core.decision.decision import Decision, Folder, Outcome
from maildesk.core.decision.matter import Matter
from maildesk.core.letters.envelope import desk_letter
from maildesk.core.letters.letter import MISTAKE, Letter
from maildesk.core.letters.order_links import UsedLink, used_link
from maildesk.core.letters.to_staff import mistake_row
from maildesk.core.orders.words import Mistake
from maildesk.core.text.said import Context, say

LINK = "LINK"  # in place of a case number in the keyed id of a letter that answers such a mail


def link_of_others(matter: Matter) -> UsedLink | None:
    """The link of ours by which somebody in the office wrote, to whom it was not given; None where the mail is no such mail.

    One whose writer is in doubt is none: that is for people.
    """
    message, writer, policy = matter.message, matter.writer, matter.policy
    link, address = used_link(message.subject, policy.desk.prefix), message.originator.addr_spec
    if link is None or writer.forged or writer.doubtful or not link.is_ours(policy):
        return None
    inside = writer.staff is not None or (policy.is_inside(address) and not policy.desk.owns(address))
    addresses = writer.staff.addresses if writer.staff else (address,)
    if not inside or link.was_given_to(addresses, policy, matter.now):
        return None
    return link


def decide_link_of_others(matter: Matter, link: UsedLink) -> Decision:
    """Set aside, and its writer answered; but not without end, should a program answer."""
    enough = matter.known.recent.to_sender >= matter.policy.letters.per_sender_per_day
    letters = () if matter.arrival.imported or enough else (_letter(matter, link),)
    answered = "its writer was answered" if letters else "its writer was not answered"
    return Decision(
        Outcome.SET_ASIDE,
        Folder.ARCHIVE,
        matter.verdict,
        direction=Direction.NOTE,
        role=Role.STAFF,
        notices=letters,
        evidence=(*matter.verdict.evidence, matter.writer.evidence, f"set aside: a link that was not given to its user; {answered}"),
    )


def _letter(matter: Matter, link: UsedLink) -> Letter:
    message = matter.message
    rows = (mistake_row(Mistake(link.order, say("mistake.link_of_others"))),)
    context: Context = {"nr": "", "titel": "", "zeilen": rows, "rest": message.reply.strip(), "links": ()}
    letter = desk_letter(matter.policy, LINK, MISTAKE, message.digest, message.originator.addr_spec, context, matter.now)
    references = (message.message_id,) if message.message_id else ()
    return replace(letter, automatic=True, in_reply_to=message.message_id, references=references)
