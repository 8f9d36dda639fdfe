# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Somebody answers our letter to a colleague from an address that we do not know: most often that colleague, from an alias or from home.

Such a mail is no citizen's: it is not relayed, orders and answers in it have no effect, and the colleague who got the letter is asked.
Who takes part in the case is a citizen, whatever the mail answers; and who answers a letter to a citizen is one, whatever the name.
"""

from __future__ import annotations

from dataclasses import dataclass

from maildesk.core.answers.text import answer_of
from maildesk.core.case.case import CaseEvent, Direction, KnownCase, Role
from maildesk.core.case.file import CaseFile, CaseState, CaseWork
from maildesk.core.decision.decision import Decision, Folder, Outcome
from maildesk.core.decision.matter import Matter
from maildesk.core.decision.parts import Worked
from maildesk.core.letters.envelope import desk_letter
from maildesk.core.letters.keyed_ids import parse_keyed_id, reply_tokens
from maildesk.core.letters.letter import HELD_ANSWER, INSIDE_THE_HOUSE, UNPLACED, KnownLetter, Letter
from maildesk.core.letters.to_staff import Post
from maildesk.core.office.policy import Staff
from maildesk.core.staff.consultation import Stated, statement_letters
from maildesk.core.text.said import Context, Row, say
from maildesk.core.threading.evidence import answered_ids

UNKNOWN = "UNKNOWN"  # in place of a case number in the keyed id of a letter that asks whose address it is


@dataclass(frozen=True, slots=True)
class FromUnknownAddress:
    """The mail, the letter of ours that it answers, and the case of that letter as it is now; a digest or an alarm has none."""

    matter: Matter
    letter: KnownLetter
    case: KnownCase | None


def from_unknown_address(matter: Matter) -> FromUnknownAddress | None:
    """The mail as an answer from an unknown address to a letter that stays in the office, or None where it is none."""
    letter, match = _letter_inside(matter), matter.thread.match
    if letter is None or matter.writer.role is not Role.CITIZEN:
        return None
    case = matter.known.facts.cases.get(match.case_number if match else letter.case_number)
    asked = matter.policy.staff_by_address(letter.recipient) is not None
    known = case.takes_part(matter.writer.identity) if case else not asked
    return None if known else FromUnknownAddress(matter, letter, case)


def _letter_inside(matter: Matter) -> KnownLetter | None:
    """The letter to a colleague that the mail itself answers. What only its References name, an earlier mail of the talk answered."""
    message, facts, secret = matter.message, matter.known.facts, matter.policy.secret
    for named in answered_ids(message.in_reply_to, message.references):
        keyed, letter = parse_keyed_id(named), facts.letters.get(named)
        if keyed and letter and letter.template in INSIDE_THE_HOUSE and keyed.is_genuine(secret, letter.recipient):
            return letter
    for token in reply_tokens(message, matter.policy.desk):
        letter = facts.letters_by_id.get(token.letter_id)
        if letter and letter.template in INSIDE_THE_HOUSE and token.is_genuine(secret, letter.case_number, letter.recipient):
            return letter
    return None


def decide_unknown_address(mail: FromUnknownAddress) -> Decision:
    """Kept in the case as a note without effect; danger in it raises the alarm all the same. Of no case it is set aside."""
    matter, number = mail.matter, mail.case.number if mail.case else ""
    event = CaseEvent("asked-back", "an answer to our letter to a colleague, from an address that is no colleague's: without effect")
    return Decision(
        Outcome.STAFF if number else Outcome.SET_ASIDE,
        Folder.ARCHIVE,
        matter.verdict,
        case_number=number,
        direction=Direction.NOTE,
        role=Role.STAFF,
        events=(event,) if number else (),
        notices=() if matter.arrival.imported else _questions(mail),
        alarms=matter.alarms(number, None, matter.proposal()) if number else (),
        evidence=(*matter.verdict.evidence, matter.writer.evidence, _asked_back(mail.letter)),
        part=Worked(CaseWork()) if number else None,
    )


def _asked_back(letter: KnownLetter) -> str:
    return f"asked back: it answers our letter {letter.letter_id} to a colleague"


def _questions(mail: FromUnknownAddress) -> tuple[Letter, ...]:
    """To the colleague who got the letter, at the address that we know. Where a colleague elsewhere in the office got it, it asked for a
    statement: the desk is shown what came, and from where."""
    matter, case = mail.matter, mail.case
    colleague = matter.policy.staff_by_address(mail.letter.recipient)
    if case is None:
        return (_question_of_no_case(matter, colleague),) if colleague else ()
    file = CaseFile(case.number, case.subject, CaseState(case.status, title=case.title, assignee=case.assignee))
    if colleague:
        return (_question(matter, file, colleague),)
    writer = matter.message.originator
    who = say("writer.unknown_address", name=writer.display_name, address=writer.addr_spec)
    return statement_letters(Stated(matter.message, matter.verdict, file, matter.policy, matter.arrival, matter.now, (), (), who))


def _question_of_no_case(matter: Matter, colleague: Staff) -> Letter:
    message = matter.message
    row: Row = {
        "getippt": message.originator.addr_spec,
        "problem": say("mistake.unknown_address"),
        "vorschlag": None,
    }
    text = answer_of(message, colleague, matter.policy.desk).text
    context: Context = {"nr": "", "zeilen": (row,), "wohin": True, "text": text, "links": ()}
    return desk_letter(matter.policy, UNKNOWN, UNPLACED, message.digest, colleague.address, context, matter.now)


def _question(matter: Matter, file: CaseFile, colleague: Staff) -> Letter:
    message, post = matter.message, Post(matter.policy, file, matter.now)
    context: Context = {
        "titel": post.title,
        "gruende": (say("held.unknown_address", address=message.originator.addr_spec),),
        "text": answer_of(message, colleague, matter.policy.desk).text,
        "links": (),
    }
    return post.letter(HELD_ANSWER, message.digest, colleague.address, context)
