# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Our own letters that come back: the proof copy of a letter, and letters that a restored database does not know."""

from __future__ import annotations

from maildesk.core.case.case import Direction, Role
from maildesk.core.decision.decision import Decision, Folder, Outcome
from maildesk.core.decision.parts import LostLetter, ProofCopy
from maildesk.core.decision.questions import Known, OwnLetter
from maildesk.core.letters.keyed_ids import parse_keyed_id
from maildesk.core.mail.classify import Automatic, Verdict
from maildesk.core.mail.message import Message, address_key
from maildesk.core.office.policy import Policy


def decide_own_letter(message: Message, known: Known, policy: Policy) -> Decision | None:
    """A letter of ours that has come back, or None where the mail is none."""
    if known.own_letter and _is_proof_copy(message, known.own_letter, policy):
        return _proof_copy(known.own_letter)
    lost = "" if known.seen else own_letter_id(message, policy)
    return _lost_letter(lost) if lost else None


def own_letter_id(message: Message, policy: Policy) -> str:
    """The id of the letter of ours that the mail is, by its key; or empty."""
    keyed = parse_keyed_id(message.message_id)
    if keyed is None or not policy.desk.owns(message.originator.addr_spec):
        return ""
    genuine = any(keyed.is_genuine(policy.secret, recipient.addr_spec) for recipient in message.to)
    return keyed.letter_id if genuine else ""


def _is_proof_copy(message: Message, letter: OwnLetter, policy: Policy) -> bool:
    """From us, and to whom the letter went: who only knows its Message-ID cannot make a mail vanish, nor settle a doubt."""
    to_the_same = any(recipient.key == address_key(letter.recipient) for recipient in message.to)
    return to_the_same and policy.desk.owns(message.originator.addr_spec)


def _proof_copy(letter: OwnLetter) -> Decision:
    """Our own letter has come back to our own mailbox: it left, and the copy shows staff what was sent."""
    evidence = f"{Automatic.OWN}: the proof copy of our letter {letter.letter_id}"
    return Decision(
        Outcome.ALREADY_KNOWN,
        Folder.SENT,
        Verdict(Automatic.OWN, (evidence,)),
        case_number=letter.case_number,
        direction=Direction.OUT,
        role=Role.DESK,
        evidence=(evidence,),
        part=ProofCopy(letter.letter_id),
    )


def _lost_letter(letter_id: str) -> Decision:
    """The database does not know it: it was sent after the backup that was restored."""
    evidence = (f"{Automatic.OWN}: a letter of ours that this database does not know, from before a restore",)
    verdict = Verdict(Automatic.OWN, evidence)
    return Decision(Outcome.SET_ASIDE, Folder.SENT, verdict, role=Role.DESK, evidence=evidence, part=LostLetter(letter_id))


def already_known(seen: str, verdict: Verdict) -> Decision:
    """The very same mail was taken in before; `seen` says how."""
    return Decision(Outcome.ALREADY_KNOWN, Folder.ARCHIVE, verdict, evidence=(f"already known: {seen}",))
