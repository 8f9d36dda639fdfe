# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What is to happen with the mail of a proved colleague: an answer leaves or is held, orders are carried out, or the colleague is asked.

Nothing is altered silently, and nothing that was meant for the desk reaches a citizen: where a word is not understood, all of it waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from maildesk.core.answers.below_the_name import cut_below_the_name
from maildesk.core.answers.checks import Draft, Finding, FindingKind, findings
from maildesk.core.answers.meant_for import for_the_house, is_addressed, is_note_by_subject
from maildesk.core.answers.quotes import quotes
from maildesk.core.answers.text import Answer, above_the_closing, answer_of, from_the_closing_on, without_heads
from maildesk.core.answers.unfinished import unfinished
from maildesk.core.case.case import CaseEvent, Direction, Role, Status
from maildesk.core.case.file import CaseFile, CaseWork, IncomingMail
from maildesk.core.decision.decision import Decision, Folder, Outcome
from maildesk.core.decision.parts import Worked
from maildesk.core.letters.alarms import settled_alarms
from maildesk.core.letters.letter import ANSWER, COPY, HELD_ANSWER, MISTAKE, RELAY
from maildesk.core.letters.order_links import UsedLink, used_link
from maildesk.core.mail.message import Address, can_be_written_to, is_forward
from maildesk.core.orders.case_changes import Carried, carry_out
from maildesk.core.orders.reader import WRITER, Mistake, OrderName, Reading, Vocabulary, has_own_hash, read_orders
from maildesk.core.orders.words import row_of
from maildesk.core.staff.actions import STEPS, asked_event, consulting, is_confirmed, own_waiting, stopped, undone
from maildesk.core.staff.consultation import may_be_asked, question, statement_due
from maildesk.core.staff.letters import answer_letter, confirmed_letter, copies, held_letter, help_letter, mistake_letter
from maildesk.core.staff.mail import Result, StaffMail
from maildesk.core.text.anonymity import ANONYMOUS
from maildesk.core.text.said import Said, say
from maildesk.core.threading.sent_through import is_elsewhere

SETTLING = frozenset({OrderName.SEEN, OrderName.NOT_URGENT, OrderName.CLOSE})
ANSWERED_TEMPLATES = frozenset({RELAY, COPY, HELD_ANSWER, MISTAKE})  # letters that show a citizen's mail, or an answer to one
WITHOUT_ORDERS_IN_SUBJECT = frozenset({RELAY, COPY})  # their subject has no "#": one in the subject of a reply is the colleague's


def decide_staff_mail(mail: StaffMail) -> Decision:
    """Orders first, then the answer. A mistake anywhere holds all of it."""
    reading = _read(mail)
    forward = is_forward(mail.message)
    if reading.mistakes:
        answer = answer_of(mail.message, mail.writer, mail.policy.desk)
        result = Result(letters=(mistake_letter(mail.post, mail.writer, mail.message, reading, answer.text),), events=(_MISTAKEN,))
        result = _stopping(mail, result, say("held.stopped_by_mistake"))
        return _decision(mail, _given(mail, reading, result) if mail.went_to_the_person and not forward else result)
    result = _ordered(mail, reading)
    if forward:
        result = _forwarded(mail, result)
    elif not reading.token or _answers_person(reading):
        result = (_given if mail.went_to_the_person else _answered)(mail, reading, result)
    return _decision(mail, _with_confirmation(mail, result))


_MISTAKEN = CaseEvent("asked-back", "an order was not understood; nothing was done", "staff")


def _stopping(mail: StaffMail, result: Result, why: Said) -> Result:
    """A mail that is not understood may say "stop": own answers that wait are held."""
    return stopped(mail, result, own_waiting(mail, result), why)


def _read(mail: StaffMail) -> Reading:
    """Words in the subject of an answer may be the citizen's, which the relayed mail repeats: they count with a token, or with a "#" that
    our letter did not have."""
    policy, message = mail.policy, mail.message
    vocabulary = Vocabulary(policy.categories, policy.staff, policy.desk.prefix)
    today = policy.calendar.local(mail.now).date()
    typed = above_the_closing(message, mail.writer, policy.desk)
    below = "\n".join(from_the_closing_on(message, mail.writer, policy.desk))
    reading = read_orders(message.subject, typed, vocabulary, today, below)
    if is_forward(message) and not any(line.lstrip().startswith("#") for line in (*typed.splitlines(), *below.splitlines())):
        return Reading()  # "Stellungnahme bitte" is said to the colleague who gets it
    own = mail.letter is not None and mail.letter.template in WITHOUT_ORDERS_IN_SUBJECT and has_own_hash(message.subject, mail.file.subject)
    foreign = (reading.inherited and not own) or (reading.token != "" and not _is_genuine(mail, reading))
    reading = read_orders("", typed, vocabulary, today, below) if foreign else reading
    return _of_link_alone(reading, mail.link, vocabulary, today) if mail.link else reading


def _is_genuine(mail: StaffMail, reading: Reading) -> bool:
    """Whether the link of the subject was given to this colleague for the case that the subject names, which is the case of the mail."""
    policy, number, link = mail.policy, mail.file.number, used_link(mail.message.subject, mail.policy.desk.prefix)
    named = mail.known.get(reading.case_number)
    is_here = named is not None and number in {named.number, named.merged_into}
    return is_here and link is not None and link.was_given_to(mail.writer.addresses, policy, mail.now)


def _of_link_alone(reading: Reading, link: UsedLink, vocabulary: Vocabulary, today: date) -> Reading:
    """Where nothing but the link proves who wrote, its own order is all that may be obeyed: with any other nothing is done at all."""
    proved = read_orders(link.order, "", vocabulary, today).orders
    more = [order for order in reading.orders if order not in proved]
    mistakes = tuple(Mistake(row_of(order.name).spelling, say("mistake.more_than_link")) for order in more)
    return replace(reading, mistakes=(*reading.mistakes, *mistakes))


# --- orders ------------------------------------------------------------------------------------------------------------------------


def _ordered(mail: StaffMail, reading: Reading) -> Result:
    names = {order.name for order in reading.orders}
    result = Result()
    if OrderName.HELP in names:
        result = replace(result, letters=(help_letter(mail.post, mail.writer, mail.message),))
    if OrderName.UNDO in names:
        return undone(mail, result)
    orders = tuple(replace(order, key=mail.writer.key) if order.key == WRITER else order for order in reading.orders)
    carried = carry_out(mail.file.state, orders, mail.policy.categories)
    result = _carried(mail, result, carried)
    for order in sorted(reading.orders, key=lambda each: each.name is not OrderName.CONFIRM):
        step = STEPS.get(order.name)
        result = step(mail, order, result) if step else result
    return result


def _carried(mail: StaffMail, result: Result, carried: Carried) -> Result:
    changed = carried.state if carried.state != mail.file.state else None
    return replace(result, state=changed, done=carried.done, refused=carried.refused, missing=carried.missing, events=carried.events)


# --- forwarded ---


def _forwarded(mail: StaffMail, result: Result) -> Result:
    """A forwarded mail of the case answers nobody: it asks a colleague, brings the statement of one, or is a note."""
    policy, message = mail.policy, mail.message
    others = [each.addr_spec for each in (*message.to, *message.cc) if not policy.desk.owns(each.addr_spec)]
    asked = [each for each in others if may_be_asked(policy, each) and policy.staff_by_address(each) is None]
    outside = [each for each in others if not may_be_asked(policy, each)]
    if outside:
        result = replace(result, refused=(*result.refused, say("cannot.take_back_mail")))
    if asked:
        due = statement_due(policy, mail.now)
        questions = tuple(question(None, each, mail.writer, due) for each in dict.fromkeys(asked))
        return replace(
            result,
            questions=(*result.questions, *questions),
            state=consulting(mail, result) if mail.file.state.status is not Status.CLOSED else result.state,
            done=(*result.done, say("did.consult_forwarded", due=due)),
            events=(*result.events, asked_event(due)),
        )
    rows = tuple(each.row for each in mail.file.consultations if each.is_open and each.question.asked.lower() in message.text.lower())
    if rows:
        event = CaseEvent("statement", "a colleague who was asked has answered; forwarded by staff", "staff")
        return replace(result, answered=rows, done=(*result.done, say("did.statement")), events=(*result.events, event))
    return replace(result, done=(*result.done, say("did.note_forwarded")))


def _answers_person(reading: Reading) -> bool:
    return any(order.name is OrderName.ANSWER for order in reading.orders)


# --- the answer --------------------------------------------------------------------------------------------------------------------


def _answered(mail: StaffMail, reading: Reading, result: Result) -> Result:
    if reading.inside:
        return result
    answer = answer_of(mail.message, mail.writer, mail.policy.desk, reading.lines, inside=False)
    if not answer.text and not answer.attachments and (reading.orders or result.letters) and not _answers_person(reading):
        return result
    found = _found(mail, answer, reading, result.confirmed)
    unclear = tuple(finding.detail for finding in found if finding.kind is not FindingKind.REPEATED)
    held_back = _stopping(mail, result, say("held.stopped", why=unclear)) if unclear else result
    if held_back is not result:
        return held_back  # without the new text: of two held answers, a link would send the wrong one
    answer = without_heads(answer) if found else answer
    about = mail.about if mail.about and _can_be_answered(mail, mail.about.writer) else None
    letter = answer_letter(mail.post, mail.writer, mail.message, answer, about, held=bool(found)) if about else None
    if found or letter is None:
        notice = held_letter(mail.post, mail.writer, mail.message, answer, found)
        event = CaseEvent("held", f"an answer waits: {', '.join(sorted({finding.kind for finding in found}))}", "staff")
        kept = (letter,) if letter and answer.text else ()
        return replace(result, letters=(*result.letters, *kept, notice), events=(*result.events, event))
    event = CaseEvent("answer", "a colleague's answer goes to the correspondent", "staff")
    sent = (letter, *copies(mail.post, mail.writer, answer.text, letter.letter_id))
    grace = mail.policy.letters.answer_grace
    done = say("did.answer_waits", until=mail.policy.calendar.local(mail.now + grace)) if grace else say("did.answer_sent")
    sent = tuple(replace(each, not_before=mail.now + grace) for each in sent) if grace else sent
    return replace(result, letters=(*result.letters, *sent), done=(*result.done, done), events=(*result.events, event), waits=bool(grace))


def _can_be_answered(mail: StaffMail, writer: Address) -> bool:
    """Whether a letter may go there: a mail under the desk's own address was not written by a person whom it could answer."""
    return can_be_written_to(writer.addr_spec) and not mail.policy.desk.owns(writer.addr_spec)


def _given(mail: StaffMail, reading: Reading, result: Result) -> Result:
    """The colleague wrote to the person directly: that is the answer, and nothing is sent. It cannot be taken back or held any more."""
    answer = answer_of(mail.message, mail.writer, mail.policy.desk, reading.lines)
    if any(order.name is OrderName.NOTE for order in reading.orders):
        return replace(result, refused=(*result.refused, say("cannot.take_back_mail")))
    if mail.verdict.automatic or not (answer.text or answer.attachments):
        return result
    event = CaseEvent("answered", "a colleague wrote to the person directly, with a copy to the desk", "staff")
    others = copies(mail.post, mail.writer, answer.text, mail.message.digest)
    state = result.state and replace(result.state, status=_after_answer(result.state.status))
    return replace(
        result,
        state=state,
        given=True,
        letters=(*result.letters, *others),
        done=(*result.done, say("did.answered_directly")),
        events=(*result.events, event),
    )


def _after_answer(status: Status) -> Status:
    return status if status is Status.CLOSED else Status.ANSWERED


def _found(mail: StaffMail, answer: Answer, reading: Reading, confirmed: Address | None) -> tuple[Finding, ...]:
    """What speaks against sending the answer as it is: its words, then the case, at last that nothing shows whom it is for."""
    explicit = _answers_person(reading)
    found = _found_in_words(mail, answer)
    known = {finding.kind for finding in found}
    found += tuple(each for each in _found_in_case(mail, answer, confirmed, explicit=explicit) if each.kind not in known)
    noted = any(order.name is OrderName.NOTE for order in reading.orders)  # what is below a note may be more of it
    asks = (mail.policy.letters.answers == "addressed" or noted) and not explicit
    if found or not asks or is_addressed(answer.text, mail.policy.staff, mail.writer, mail.file.incoming):
        return found
    return (Finding(FindingKind.NOT_ADDRESSED, say("held.not_addressed")),)


def _found_in_words(mail: StaffMail, answer: Answer) -> tuple[Finding, ...]:
    about, desk, verdict = mail.about, mail.policy.desk, mail.verdict
    original, correspondent = (about.words, about.writer.addr_spec) if about else ("", "")
    draft = Draft(
        answer, mail.message, original, mail.file.number, correspondent, mail.policy, verdict.is_machine, verdict.sounds_like is not None
    )
    kept = (Finding(FindingKind.KEPT_INSIDE, say("held.kept_inside")),) if mail.keeps_inside(draft.whole) else ()
    below = from_the_closing_on(mail.message, mail.writer, desk)
    inside = for_the_house(answer, mail.writer, mail.policy.staff, mail.file.incoming, below)
    inside = inside or cut_below_the_name(answer, below, mail.writer, desk)
    return (*kept, *findings(draft), *((inside,) if inside else ()), *unfinished(answer.text, mail.file, mail.policy))


def _found_in_case(mail: StaffMail, answer: Answer, confirmed: Address | None, *, explicit: bool) -> Iterator[Finding]:
    about, letter = mail.about, mail.letter
    others = "\n".join((*(each.words for each in mail.file.incoming if each is not about), *mail.file.statements))
    if quotes(answer.text, others):
        yield Finding(FindingKind.QUOTED, say("held.quoted_elsewhere"))
    if about is None or not about.writer.key:
        yield Finding(FindingKind.NO_ADDRESS, say("held.no_address"))
    else:
        yield from _found_in_address(mail, about, confirmed)
    if _elsewhere(mail):
        yield Finding(FindingKind.REPLY_TO, _wanted_elsewhere(mail))
    if not explicit and (letter is None or letter.template not in ANSWERED_TEMPLATES):
        yield Finding(FindingKind.NO_ANSWER, say("held.no_answer"))
    if is_note_by_subject(mail.message.subject, mail.file, mail.policy):
        yield Finding(FindingKind.FOR_THE_HOUSE, say("held.note_by_subject"))
    if about and _overtaken(mail, about):
        yield Finding(FindingKind.ANSWERED, say("held.answered"))
    if about and _repeats(mail, about, answer):
        yield Finding(FindingKind.REPEATED, say("held.repeated"))


def _found_in_address(mail: StaffMail, about: IncomingMail, confirmed: Address | None) -> Iterator[Finding]:
    address = about.writer.addr_spec
    if mail.policy.desk.owns(address):
        yield Finding(FindingKind.NO_ADDRESS, say("held.own_address"))
    if not can_be_written_to(address):
        yield Finding(FindingKind.NO_ADDRESS, say("held.cannot_be_written_to"))
    if not is_confirmed(about, confirmed):
        yield Finding(FindingKind.UNVERIFIED, _unverified(mail))


def _unverified(mail: StaffMail) -> Said:
    """With the address to which the answer would go, but for who wants to stay unknown."""
    if mail.about is None or ANONYMOUS in mail.file.state.flags:
        return say("held.unverified")
    return say("held.unverified_at", to=mail.about.writer.addr_spec)


def _elsewhere(mail: StaffMail) -> tuple[Address, ...]:
    """Whom the person's mail names for the answer, if that is perhaps somebody else."""
    about, policy, known = mail.about, mail.policy, mail.known.get(mail.file.number)
    if about is None or not about.writer.key or about.writer.key in {each.key for each in about.reply_to}:
        return ()
    others = (each for each in about.reply_to if known is None or each.key not in known.participants)
    outside = (each for each in others if not policy.desk.owns(each.addr_spec) and policy.staff_by_address(each.addr_spec) is None)
    return tuple(each for each in outside if is_elsewhere(about.writer, each, policy))


def _wanted_elsewhere(mail: StaffMail) -> Said:
    if mail.about is None or ANONYMOUS in mail.file.state.flags:
        return say("held.wanted_elsewhere")
    return say("held.wanted_at", wanted=tuple(each.addr_spec for each in _elsewhere(mail)), to=mail.about.writer.addr_spec)


def _overtaken(mail: StaffMail, about: IncomingMail) -> bool:
    """Whether somebody else answered this very mail, or a later one, since it was relayed."""
    since = mail.letter.created_at if mail.letter else about.received_at
    others = (given for given in mail.file.answers if given.author != mail.writer.key and not mail.writer.owns(given.author))
    return any(given.at > since - timedelta(seconds=1) for given in others)


REPEATED_WITHIN = timedelta(days=1)


def _repeats(mail: StaffMail, about: IncomingMail, answer: Answer) -> bool:
    """Whether these very words are on their way to the person, or went there lately: mail programs, and people, send again.

    What went to the person directly may have a signature below.
    """
    words = answer.text.split()
    lately = [each for each in mail.file.answers if mail.now - each.at < REPEATED_WITHIN]
    ours = any(each.text.split() == words for each in lately if each.to == about.writer.key)
    return bool(words) and (ours or any(each.text.split()[: len(words)] == words for each in lately if not each.to))


# --- what comes of it --------------------------------------------------------------------------------------------------------------


def _with_confirmation(mail: StaffMail, result: Result) -> Result:
    if not (result.done or result.refused or result.missing):
        return result
    if _is_quiet(mail, result):
        return result
    letter = confirmed_letter(mail.post, mail.writer, mail.message, result)
    return replace(result, letters=(*result.letters, letter))


def _is_quiet(mail: StaffMail, result: Result) -> bool:
    """Whether the folder to which the mail goes says enough."""
    return mail.policy.quiet_orders and bool(result.done) and not (result.refused or result.missing or result.waits)


def _decision(mail: StaffMail, result: Result) -> Decision:
    file = mail.file
    orders = (f"order: {' '.join(event.data.values())}" for event in result.events if event.what == "order")
    evidence = (*mail.verdict.evidence, mail.proof, mail.matched, *orders)
    written = () if mail.arrival.imported else result.letters
    return Decision(
        Outcome.STAFF,
        Folder.DONE if _is_quiet(mail, result) else Folder.ARCHIVE,
        mail.verdict,
        case_number=result.into or file.number,
        direction=Direction.OUT if result.given else Direction.NOTE,
        role=Role.STAFF,
        events=result.events or (CaseEvent("staff", "a mail of a colleague", "staff"),),
        letters=tuple(letter for letter in written if letter.template == ANSWER),
        notices=tuple(letter for letter in written if letter.template != ANSWER),
        evidence=evidence,
        part=Worked(
            _work(file, result),
            status=_after_answer(file.state.status) if result.given and file.state.status is not Status.CLOSED else None,
            merges=tuple(number for number, _ in result.merged),
            settles=_settled(mail, result),
            answered_at=mail.arrival.received_at if result.given else None,
        ),
    )


def _settled(mail: StaffMail, result: Result) -> tuple[str, ...]:
    """Who says that a mail was read, or closes its case, has seen the danger that it was alarmed for."""
    ordered = {event.data.get("order") for event in result.events}
    return () if ordered.isdisjoint(SETTLING) else settled_alarms(mail.file.number)


def _work(file: CaseFile, result: Result) -> CaseWork:
    return CaseWork(
        state=result.state,
        undo=result.undo(file.state),
        taken_back=result.taken_back,
        undoing=result.undoing,
        released=result.released,
        dropped=result.dropped,
        held_back=result.held_back,
        withdrawn=result.withdrawn,
        confirmed_writer=result.confirmed,
        questions=result.questions,
        answered=result.answered,
        split=result.split,
    )
