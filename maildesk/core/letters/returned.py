# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Staff are notified that a letter of a case did not arrive."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from maildesk.core.letters.envelope import case_letter
from maildesk.core.letters.letter import RETURNED, KnownLetter, Letter, LetterReport
from maildesk.core.office.policy import Policy
from maildesk.core.text.said import Context, say

REPORTED = {"failed": "returned.failed", "delayed": "returned.delayed"}


def returned_letters(policy: Policy, cause: str, letter: KnownLetter, report: LetterReport, now: datetime) -> tuple[Letter, ...]:
    """Staff are notified that a letter of a case did not arrive. `cause` is the digest of the mail that says so."""
    final = report.action == "failed"
    context: Context = {
        "was": say(REPORTED[report.action]),
        "grund": report.status,
        "vom": say("moment.without_word", at=policy.calendar.local(letter.created_at)),
        "adresse": letter.recipient,
        "endgueltig": final,
        "gesperrt": report.shows_dead_address,
    }
    letters = (case_letter(policy, RETURNED, cause, letter.case_number, recipient, context, now) for recipient in policy.informed)
    return tuple(replace(each, reply_to="") for each in letters)  # answered by nobody
