# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Somebody in the office uses a link that was not for them: most often one of a relayed mail that was forwarded, or one that is too old.

Nothing is carried out and no case is opened; who wrote is answered why, and gets back what they typed.
"""

from __future__ import annotations

from dataclasses import replace

from maildesk.core.decision.decision import Decision
from maildesk.core.decision.matter import Matter
from maildesk.core.decision.of_no_case import may_be_answered, note_of_no_case
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
    """Set aside, and its writer answered."""
    what = "a link that was not given to its user"
    if not may_be_answered(matter):
        return note_of_no_case(matter, f"{what}; its writer was not answered")
    return note_of_no_case(matter, f"{what}; its writer was answered", _letter(matter, link))


def _letter(matter: Matter, link: UsedLink) -> Letter:
    message = matter.message
    rows = (mistake_row(Mistake(link.order, say("mistake.link_of_others"))),)
    context: Context = {"nr": "", "titel": "", "zeilen": rows, "rest": message.reply.strip(), "links": ()}
    letter = desk_letter(matter.policy, LINK, MISTAKE, message.digest, message.originator.addr_spec, context, matter.now)
    references = (message.message_id,) if message.message_id else ()
    return replace(letter, automatic=True, in_reply_to=message.message_id, references=references)
