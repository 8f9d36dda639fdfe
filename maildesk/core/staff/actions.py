# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What the orders of a colleague do besides changing the state of the case: letters leave or are dropped, cases become one or are parted,
colleagues are asked, mail is shown again. Each step takes the result so far and gives it back with its own part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from maildesk.core.case.case import CaseEvent, Channel, NewCase, Status, age
from maildesk.core.case.file import CaseState, HeldAnswer, IncomingMail, SplitOff
from maildesk.core.case.opening import case_of
from maildesk.core.letters.letter import Letter
from maildesk.core.letters.relay import Incoming, relay_letter
from maildesk.core.office.policy import Staff
from maildesk.core.orders.reader import WRITER, Order, OrderName
from maildesk.core.staff.consultation import consultation_letter, may_be_asked, question, statement_due
from maildesk.core.staff.letters import copies, held_back_letter
from maildesk.core.staff.mail import Result, StaffMail
from maildesk.core.text.anonymity import ANONYMOUS
from maildesk.core.text.said import Said, say


def undone(mail: StaffMail, result: Result) -> Result:
    """The last orders of the case are taken back."""
    last = mail.file.last_instruction
    if last is None:
        return replace(result, refused=(say("cannot.undo"),))
    undo = last.undo
    event = CaseEvent("undone", "the last orders were taken back", "staff")
    back = ((undo.split, Status.OPEN),) if undo.split else ()
    return replace(
        result,
        state=undo.before,
        taken_back=last.row,
        undoing=undo,
        merged=back,
        into=mail.file.number if back else "",
        done=(say("did.undo"),),
        events=(event,),
    )


def _refused(result: Result, why: Said) -> Result:
    return replace(result, refused=(*result.refused, why))


def _did(result: Result, line: Said, event: CaseEvent, *letters: Letter) -> Result:
    return replace(result, done=(*result.done, line), events=(*result.events, event), letters=(*result.letters, *letters))


# --- answers that are held ---


def _held_of(mail: StaffMail) -> HeldAnswer | None:
    """The held answer that the colleague means: the own last one."""
    return next((held for held in reversed(mail.file.held) if held.author == mail.writer.key), None)


NONE_HELD = say("cannot.none_held")


def _send(mail: StaffMail, _order: Order, result: Result) -> Result:
    held = _held_of(mail)
    if held is None:
        return _refused(result, NONE_HELD)
    if mail.keeps_inside(held.text):
        return _refused(result, say("cannot.send_kept_inside"))
    event = CaseEvent("released", "the held answer leaves as it is", "staff")
    sent = copies(mail.post, mail.writer, held.text, held.letter_id)
    return replace(_did(result, say("did.answer_sent"), event, *sent), released=(held.letter_id,))


def _drop(mail: StaffMail, order: Order, result: Result) -> Result:
    held = _held_of(mail)
    if held is None:
        return _refused(result, NONE_HELD)
    done = say("did.shorten" if order.name is OrderName.SHORTEN else "did.drop")
    event = CaseEvent("dropped", "the held answer does not leave", "staff")
    return replace(_did(result, done, event), dropped=(held.letter_id,))


def _hold_back(mail: StaffMail, _order: Order, result: Result) -> Result:
    """The own last answer that waits in the outbox, and the copies of it for the others."""
    waiting = next((each for each in reversed(mail.file.waiting) if each.author == mail.writer.key), None)
    if waiting is None:
        return _refused(result, say("cannot.hold_back"))
    event = CaseEvent("held-back", "the answer does not leave yet, by its author", "staff")
    others = copies(mail.post, mail.writer, waiting.text, waiting.letter_id)
    notice = held_back_letter(mail.post, mail.writer, mail.message.digest, waiting)
    result = replace(result, letters=(*result.letters, notice), events=(*result.events, event))
    return replace(result, held_back=(waiting.letter_id,), withdrawn=tuple(each.letter_id for each in others))


# --- cases become one, or are parted ---


def _merge(mail: StaffMail, order: Order, result: Result) -> Result:
    other, here = mail.known.get(order.key), mail.file
    if other is None or other.merged_into or order.key == here.number:
        return _refused(result, say("cannot.merge", number=order.key))
    older = age(other.opened_at, other.number) < age(here.opened_at, here.number)
    target, part, status = (other.number, here.number, here.state.status) if older else (here.number, other.number, other.status)
    if older and result.state:
        result = _refused(replace(result, state=None, done=()), say("cannot.do_the_rest", number=target))
    event = CaseEvent("merged", f"{part} became part of this case, by staff", "staff")
    return replace(_did(result, say("did.merge", part=part, whole=target), event), into=target, merged=((part, status),))


def _split(mail: StaffMail, _order: Order, result: Result) -> Result:
    """The mail that the colleague answers, else the last one; the first one is what the case is about."""
    first, *later = mail.file.incoming or (None,)
    about = mail.about if mail.about in later else next(reversed(later), None)
    if first is None or about is None:
        return _refused(result, say("cannot.split"))
    new_case = _case_for(mail, about)
    incoming = Incoming(new_case.number, about.as_message(), about.received_at, new_case)
    shown = tuple(_shown(mail, incoming, person) for person in mail.policy.staff if person.receives == "all")
    event = CaseEvent("split", f"a mail of this case became {new_case.number}, by staff", "staff")
    return replace(_did(result, say("did.split", number=new_case.number), event, *shown), split=SplitOff(new_case, about.digest))


def _case_for(mail: StaffMail, about: IncomingMail) -> NewCase:
    case = case_of(mail.next_number, Channel(mail.file.channel), about.writer, about.subject, about.received_at, mail.policy)
    return replace(case, flags=tuple(flag for flag in mail.file.state.flags if flag == ANONYMOUS))


def _confirm(mail: StaffMail, _order: Order, result: Result) -> Result:
    unverified = next((each for each in reversed(mail.file.incoming) if not each.verified), None)
    about = mail.about if mail.about and not mail.about.verified else unverified
    if about is None:
        return _refused(result, say("cannot.confirm"))
    event = CaseEvent("confirmed", "staff say that the new address belongs to the case", "staff")
    return replace(_did(result, say("did.confirm"), event), confirmed=about.writer, state=_taken_up(mail, result))


def _taken_up(mail: StaffMail, result: Result) -> CaseState | None:
    """An answered or closed case is open again by the mail of somebody who belongs to it, now that this is known."""
    before, state = mail.file.state.status, result.state or mail.file.state
    is_over = state.status is before and before in {Status.ANSWERED, Status.CLOSED}
    return replace(state, status=Status.OPEN) if is_over else result.state


# --- mail is shown, colleagues are asked ---


def _show(mail: StaffMail, _order: Order, result: Result) -> Result:
    incoming = _last_mail(mail)
    if incoming is None:
        return _refused(result, say("cannot.show"))
    event = CaseEvent("shown", "the last mail was sent to a colleague again", "staff")
    return replace(result, letters=(*result.letters, _shown(mail, incoming, mail.writer)), events=(*result.events, event))


def _assign(mail: StaffMail, order: Order, result: Result) -> Result:
    """Who does not get all mail must be shown the case that is now theirs."""
    key = mail.writer.key if order.key == WRITER else order.key
    incoming = _last_mail(mail)
    shown = [_shown(mail, incoming, each) for each in mail.policy.staff if incoming and each.key == key and each.receives != "all"]
    return replace(result, letters=(*result.letters, *shown))


def _last_mail(mail: StaffMail) -> Incoming | None:
    about, case = next(reversed(mail.file.incoming), None), mail.known.get(mail.file.number)
    if about is None or case is None:
        return None
    hints = () if about.verified else (NOT_CONFIRMED,)
    return Incoming(case.number, about.as_message(), about.received_at, case, hints)


NOT_CONFIRMED = say("hint.new_address")


def _shown(mail: StaffMail, incoming: Incoming, reader: Staff) -> Letter:
    return relay_letter(incoming, mail.policy, reader, mail.now, cause=mail.message.digest)


def _consult(mail: StaffMail, order: Order, result: Result) -> Result:
    if not may_be_asked(mail.policy, order.address):
        return _refused(result, say("cannot.consult_outside"))
    if mail.writer.owns(order.address):
        return _refused(result, say("cannot.consult_yourself"))
    if (result.state or mail.file.state).status is Status.CLOSED:
        return _refused(result, say("cannot.consult_closed"))
    due = statement_due(mail.policy, mail.now)
    letter = consultation_letter(mail.post, mail.message.digest, order.address, order.text, mail.writer, due)
    if any(each.letter_id == letter.letter_id for each in result.letters):
        return result
    asked = (*result.questions, question(letter, order.address, mail.writer, due))
    result = _did(result, say("did.consult", due=due), asked_event(due), letter)
    return replace(result, questions=asked, state=consulting(mail, result))


def consulting(mail: StaffMail, result: Result) -> CaseState:
    return replace(result.state or mail.file.state, status=Status.CONSULTING)


def asked_event(due: date) -> CaseEvent:
    return CaseEvent("consulted", f"a colleague was asked for a statement, due on {due:%d.%m.%Y}", "staff")


Step = Callable[[StaffMail, Order, Result], Result]
STEPS: dict[OrderName, Step] = {
    OrderName.SEND: _send,
    OrderName.HOLD_BACK: _hold_back,
    OrderName.DROP: _drop,
    OrderName.SHORTEN: _drop,
    OrderName.MERGE: _merge,
    OrderName.SPLIT: _split,
    OrderName.CONFIRM: _confirm,
    OrderName.SHOW: _show,
    OrderName.ASSIGN: _assign,
    OrderName.CONSULT: _consult,
}
