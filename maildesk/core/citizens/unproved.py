# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A mail has a colleague's address in From and proves nothing: it has no effect, and the colleague is notified at the registered address.

Anybody can write such a mail. So the notice holds no word of it, and each colleague gets a few a day at most. What its links do, only who
reads that mailbox can do.
"""

from __future__ import annotations

from dataclasses import replace

from maildesk.core.case.case import case_numbers_in
from maildesk.core.decision.matter import Matter
from maildesk.core.letters.envelope import case_letter
from maildesk.core.letters.letter import UNPROVED, UNPROVED_A_DAY, Letter
from maildesk.core.letters.order_links import rows_of_links
from maildesk.core.letters.relay import ANSWER, CLOSE, SHOW
from maildesk.core.text.said import Context, Said, say
from maildesk.core.threading.evidence import named_ids


def unproved_notices(matter: Matter, number: str) -> tuple[Letter, ...]:
    """To the colleague whose address is in From, if that is not proved. `number` is the case in which the mail is kept."""
    staff, sent = matter.writer.staff, matter.known.recent.unproved
    if staff is None or matter.writer.proved or matter.is_past or matter.thread.repeated or sent >= UNPROVED_A_DAY:
        return ()
    policy, meant, direct = matter.policy, _meant(matter), _went_outside(matter)
    context: Context = {
        "eingang": policy.calendar.local(matter.arrival.received_at),
        "grund": _why(matter),
        "gemeint": meant,
        "direkt": direct,
        "letzte": sent + 1 == UNPROVED_A_DAY,
        "links": rows_of_links(policy, meant, (SHOW, CLOSE) if direct else (ANSWER, SHOW), staff.address, matter.now) if meant else (),
    }
    letter = case_letter(policy, UNPROVED, matter.message.digest, number, staff.address, context, matter.now)
    return (replace(letter, about=matter.message.digest),)


def _meant(matter: Matter) -> str:
    """The number of the case that the mail joins or that its subject names; empty if there is none."""
    cases, match = matter.known.facts.cases, matter.thread.match
    named = (match.case_number,) if match else case_numbers_in(matter.message.subject, matter.policy.desk.prefix)
    found = next((cases[number] for number in named if number in cases), None)
    return (found.merged_into or found.number) if found else ""


def _went_outside(matter: Matter) -> bool:
    """Whether the mail names recipients besides the desk and the office: perhaps the person."""
    policy = matter.policy
    others = (each.addr_spec for each in (*matter.message.to, *matter.message.cc) if not policy.desk.owns(each.addr_spec))
    return any(not policy.is_inside(other) and policy.staff_by_address(other) is None for other in others)


def _why(matter: Matter) -> Said:
    writer, letters = matter.writer, matter.known.facts.letters
    if writer.forged or writer.doubtful:
        return say("unproved.forged" if writer.forged else "unproved.doubtful")
    named = [letters[each] for each in named_ids(matter.message) if each in letters]
    if not named:
        return say("unproved.no_answer")
    own = writer.staff is not None and any(writer.staff.owns(letter.recipient) for letter in named)
    return say("unproved.too_old", days=matter.policy.letters.proof_days) if own else say("unproved.to_another")
