# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Letters and faxes that arrive from a copier or a fax gateway of the office."""

from __future__ import annotations

import re
from dataclasses import replace

from maildesk.core.case.case import CaseEvent, Channel, Role
from maildesk.core.decision.decision import Decision, Folder, Outcome
from maildesk.core.decision.matter import Matter, no_letter
from maildesk.core.decision.parts import Entered
from maildesk.core.entries.decide import NO_ANSWER_BY_MAIL, entered_case, to_colleagues
from maildesk.core.letters.refusal import Refusal
from maildesk.core.mail.automatic_words import SCANNER_LOCAL_PARTS
from maildesk.core.mail.message import Address
from maildesk.core.mail.system_marks import takes_no_answer
from maildesk.core.text.said import say

NOBODY = Address("", "")


def is_scan_of_house(matter: Matter) -> bool:
    """A document from a device whose address is nobody's. What carries an unproved staff address is reported as such, and is no scan."""
    message, policy = matter.message, matter.policy
    address, local_part = message.originator.addr_spec, message.originator.local_part
    if not matter.verdict.from_device or (matter.writer.role is Role.STAFF and not matter.writer.proved):
        return False
    devices = re.fullmatch(SCANNER_LOCAL_PARTS, local_part) or takes_no_answer(message)
    return bool(devices) or not address or policy.is_colleague(address) or policy.desk.owns(address) or matter.writer.staff is not None


def decide_scan(matter: Matter) -> Decision:
    """Each document is a case of its own: neither device nor subject says whose it is."""
    number = matter.known.next_case_number
    kept = replace(matter.message, originator=NOBODY, reply_to=())
    new_case = entered_case(matter, Channel.POST, kept, kept.text)
    hints = (say("hint.by_device"), NO_ANSWER_BY_MAIL, *((say("hint.forged"),) if matter.writer.forged else ()))
    return Decision(
        Outcome.NEW_CASE,
        Folder.ARCHIVE,
        matter.verdict,
        case_number=number,
        role=Role.CITIZEN,
        events=(CaseEvent("opened", f"by letter, from a device, answer due on {new_case.due_on:%d.%m.%Y}"),),
        notices=to_colleagues(matter, kept, new_case, hints, None),
        refusal=Refusal.AUTOMATIC,
        evidence=(
            *matter.verdict.evidence,
            matter.writer.evidence,
            f"new case {number}: a letter from a device",
            no_letter(Refusal.AUTOMATIC),
        ),
        part=Entered(new_case, kept),
    )
