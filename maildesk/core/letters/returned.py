# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Staff are notified that a letter of a case did not arrive."""

from __future__ import annotations

from datetime import datetime

from maildesk.core.letters.keyed_ids import conversation_id, keyed_message_id
from maildesk.core.letters.letter import RETURNED, KnownLetter, Letter, LetterReport, letter_id_for
from maildesk.core.office.policy import Policy

REPORTED = {
    "failed": "konnte nicht zugestellt werden",
    "delayed": "ist noch nicht zugestellt; der Mailserver versucht es weiter",
}


def returned_letters(policy: Policy, cause: str, letter: KnownLetter, report: LetterReport, now: datetime) -> tuple[Letter, ...]:
    """Staff are told that a letter of a case did not arrive. `cause` is the digest of the mail that says so."""
    return tuple(_returned_letter(policy, cause, letter, report, recipient, now) for recipient in policy.informed)


def _returned_letter(policy: Policy, cause: str, letter: KnownLetter, report: LetterReport, recipient: str, now: datetime) -> Letter:
    letter_id = letter_id_for(cause, RETURNED, recipient)
    final = report.action == "failed"
    context = {
        "nr": letter.case_number,
        "was": REPORTED[report.action],
        "grund": report.status,
        "vom": f"{policy.calendar.local(letter.created_at):%d.%m.%Y, %H:%M}",
        "adresse": letter.recipient,
        "endgueltig": "ja" if final else "",
        "gesperrt": "ja" if final and report.proved else "",
        "stelle": policy.desk.name,
    }
    return Letter(
        letter_id=letter_id,
        template=RETURNED,
        recipient=recipient,
        message_id=keyed_message_id(policy.secret, letter.case_number, letter_id, recipient, policy.desk.domain),
        case_number=letter.case_number,
        references=(conversation_id(policy.secret, letter.case_number, recipient, policy.desk.domain),),
        language=policy.desk.languages[0],
        automatic=False,
        context=context,
        created_at=now,
    )
