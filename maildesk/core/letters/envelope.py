# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The envelope of every letter: its id, the keyed ids by which its answer is known, the thread, the language. Made nowhere else."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from maildesk.core.letters.keyed_ids import conversation_id, keyed_message_id, reply_address
from maildesk.core.letters.letter import Letter, letter_id_for
from maildesk.core.office.policy import Policy
from maildesk.core.text.said import Context


def case_letter(policy: Policy, template: str, cause: str, number: str, recipient: str, context: Context, now: datetime) -> Letter:
    """A letter of the case `number`: the answer to it proves who wrote it. Its References begin with the id of the conversation, where
    every program that shortens the list leaves it.

    The same `cause`, a text, makes the same letter. What is special to a kind of letter its writer adds with `dataclasses.replace`.
    """
    desk = policy.desk
    letter = desk_letter(policy, number, template, cause, recipient, {"nr": number, **context}, now)
    return replace(
        letter,
        case_number=number,
        references=(conversation_id(policy.secret, number, recipient, desk.domain),),
        reply_to=reply_address(policy.secret, desk, number, letter.letter_id, recipient),
    )


def desk_letter(policy: Policy, word: str, template: str, cause: str, recipient: str, context: Context, now: datetime) -> Letter:
    """A letter of no case; `word`, in capitals, is in its keyed id where other letters have a case number."""
    letter_id = letter_id_for(cause, template, recipient)
    return Letter(
        letter_id=letter_id,
        template=template,
        recipient=recipient,
        message_id=keyed_message_id(policy.secret, word, letter_id, recipient, policy.desk.domain),
        language=policy.desk.languages[0],
        automatic=False,
        context={"stelle": policy.desk.name, **context},
        created_at=now,
    )
