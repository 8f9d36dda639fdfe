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
from maildesk.core.mail.message import Address
from maildesk.core.office.policy import Staff
from maildesk.core.orders.reader import WRITER, Order, OrderName
from maildesk.core.staff.consultation import consultation_letter, may_be_asked, question, statement_due
from maildesk.core.staff.letters import copies, copy_ids, held_back_letter
from maildesk.core.staff.mail import Result, StaffMail
from maildesk.core.text.anonymity import ANONYMOUS
from maildesk.core.text.said import Said, say


def undone(mail: StaffMail, result: Result) -> Result:
    """The last that was done is taken back: an own answer that waits does not leave, the last orders of the case are undone. Orders from
    before that answer stay."""
    last, waiting = mail.file.last_instruction, own_waiting(mail, result)
    result = stopped(mail, result, waiting, HELD_BACK)
    if waiting and (last is None or last.at < waiting[0].at):
        return result
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
        events=(*result.events, event),
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
    if not is_confirmed(mail.file.mail(held.about), result.confirmed):
        return _refused(result, say("cannot.send_unconfirmed"))
    if mail.keeps_inside(held.text):
        return _refused(result, say("cannot.send_kept_inside"))
    event = CaseEvent("released", "the held answer leaves as it is", "staff")
    sent = copies(mail.post, mail.writer, held.text, held.letter_id)
    return replace(_did(result, say("did.answer_sent"), event, *sent), released=(held.letter_id,))


def _drop(mail: StaffMail, order: Order, result: Result) -> Result:
    """A held answer does not leave; where none is held, one that waits for its time. What else waits is held, as it may be meant too."""
    held, waiting = _held_of(mail), own_waiting(mail, result)
    if held is None and not waiting:
        return _refused(result, NONE_HELD)
    done = say("did.shorten" if order.name is OrderName.SHORTEN else "did.drop")
    result = _did(result, done, CaseEvent("dropped", "the held answer does not leave", "staff"))
    if held:
        result = replace(result, dropped=(held.letter_id,))
    else:
        *waiting_too, last = waiting
        waiting = tuple(waiting_too)
        result = replace(result, withdrawn=(*result.withdrawn, last.letter_id, *copy_ids(mail.policy, last.letter_id)))
    return stopped(mail, result, waiting, HELD_BACK)


# --- answers that wait for their time ---

HELD_BACK = say("held.held_back")


def _waiting(mail: StaffMail, result: Result) -> tuple[HeldAnswer, ...]:
    """Those that this mail has not stopped yet."""
    return tuple(each for each in mail.file.waiting if each.letter_id not in (*result.held_back, *result.withdrawn))


def own_waiting(mail: StaffMail, result: Result) -> tuple[HeldAnswer, ...]:
    return tuple(each for each in _waiting(mail, result) if each.author == mail.writer.key)


def stopped(mail: StaffMail, result: Result, waiting: tuple[HeldAnswer, ...], why: Said) -> Result:
    """The answers are held, and the copies of them for the others go with them; who wrote an answer decides what becomes of it."""
    for each in waiting:
        author = next((person for person in mail.policy.staff if person.key == each.author), mail.writer)
        notice = held_back_letter(mail.post, author, f"{mail.message.digest} {each.letter_id}", each, why)
        event = CaseEvent("held-back", f"the answer does not leave yet: {why.key}", "staff")
        result = replace(
            result,
            letters=(*result.letters, notice),
            events=(*result.events, event),
            held_back=(*result.held_back, each.letter_id),
            withdrawn=(*result.withdrawn, *copy_ids(mail.policy, each.letter_id)),
        )
    return result


def _hold_back(mail: StaffMail, _order: Order, result: Result) -> Result:
    """The own answers that wait; of who has none, those of the others, whom the same mail may have alarmed."""
    if own := own_waiting(mail, result):
        return stopped(mail, result, own, HELD_BACK)
    others = _waiting(mail, result)
    if not others:
        return _refused(result, say("cannot.hold_back"))
    result = stopped(mail, result, others, say("held.held_back_by", who=mail.writer.name))
    authors = {each.author for each in others}
    names = tuple(person.name for person in mail.policy.staff if person.key in authors)
    return replace(result, done=(*result.done, say("did.hold_back", of=names)))


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


def is_confirmed(about: IncomingMail | None, confirmed: Address | None) -> bool:
    """Whether the address of a mail's writer belongs to the case; `confirmed` is one that staff confirm by the very mail that asks."""
    return about is None or about.verified or (confirmed is not None and confirmed.key == about.writer.key)


def _to_confirm(mail: StaffMail) -> IncomingMail | None:
    """Whose address the colleague confirms: of the mail that is answered, else of the own held answer, else the last new one."""
    held = _held_of(mail)
    named = mail.letter.about if mail.letter else ""
    first = mail.file.mail(named or (held.about if held else ""))
    return next((each for each in (first, *reversed(mail.file.incoming)) if each and not each.verified), None)


def _confirm(mail: StaffMail, _order: Order, result: Result) -> Result:
    about = _to_confirm(mail)
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
