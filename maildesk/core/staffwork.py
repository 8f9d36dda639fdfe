# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What shall happen with the mail of a proved colleague: an answer leaves or is held, orders are carried out, or the colleague is asked.

Nothing is altered silently, and nothing that was meant for the desk reaches a citizen: where a word is not understood, all of it waits.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from maildesk.core.answer import Answer, above_the_closing, answer_of
from maildesk.core.case import CaseEvent, Direction, KnownCase, Role
from maildesk.core.casefile import CaseFile, CaseState, CaseWork, HeldAnswer, IncomingMail
from maildesk.core.casework import Carried, carry_out
from maildesk.core.classify import Verdict
from maildesk.core.decision import Arrival, Decision, Folder, Outcome
from maildesk.core.identify import KnownLetter
from maildesk.core.keyed import is_order_token
from maildesk.core.letters import ANSWER, COPY, HELD_ANSWER, RELAY, Letter
from maildesk.core.message import Address, Message
from maildesk.core.orders import WRITER, Order, OrderName, Reading, Vocabulary, read_orders
from maildesk.core.outbound import Finding, FindingKind, findings, quotes
from maildesk.core.policy import Policy, Staff
from maildesk.core.staffletters import Post, answer_letter, confirmed_letter, copies, held_letter, help_letter, mistake_letter

ANSWERED_TEMPLATES = frozenset({RELAY, COPY, HELD_ANSWER})  # letters that show a citizen's mail, or an answer to one
NO_ANSWER = "Sie haben auf eine Meldung der Stelle geantwortet, nicht auf die Nachricht der Person."
ANSWERED_AT_ONCE = "Inzwischen hat schon jemand aus dem Team geantwortet."
UNVERIFIED_ADDRESS = (
    "Die Adresse, von der diese Nachricht kam, ist im Vorgang neu und nicht bestätigt. Gehört sie dazu: #bestaetigen, dann #senden."
)
QUOTED_ELSEWHERE = "In der Antwort stehen Worte aus einer Nachricht dieses Vorgangs."
NO_ADDRESS = "Zu diesem Vorgang gibt es keine E-Mail-Adresse."


@dataclass(frozen=True, slots=True)
class StaffMail:
    """A proved colleague's mail that belongs to a case. `letter` is ours that it answers, or None where it came by a link."""

    message: Message
    verdict: Verdict
    writer: Staff
    file: CaseFile
    letter: KnownLetter | None
    policy: Policy
    arrival: Arrival
    now: datetime
    matched: str
    proof: str
    known: dict[str, KnownCase] = field(default_factory=dict)

    @property
    def post(self) -> Post:
        return Post(self.policy, self.file, self.now)

    @property
    def about(self) -> IncomingMail | None:
        """The citizen's mail that the colleague answers: the one that was handed on, else the last one."""
        return self.file.mail(self.letter.about if self.letter else "")


@dataclass(frozen=True, slots=True)
class _Result:
    """What comes together for the decision."""

    state: CaseState | None = None
    taken_back: int | None = None
    letters: tuple[Letter, ...] = ()
    released: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    merges: tuple[str, ...] = ()
    into: str = ""
    confirmed: Address | None = None
    events: tuple[CaseEvent, ...] = ()
    done: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def decide_staff_mail(mail: StaffMail) -> Decision:
    """Orders first, then the answer. A mistake anywhere holds all of it."""
    reading = _read(mail)
    if reading.mistakes:
        answer = answer_of(mail.message, mail.writer, mail.policy.desk)
        return _decision(
            mail, _Result(letters=(mistake_letter(mail.post, mail.writer, mail.message, reading, answer.text),), events=(_MISTAKEN,))
        )
    result = _ordered(mail, reading)
    if not reading.token:
        result = _answered(mail, reading, result)
    return _decision(mail, _with_confirmation(mail, result))


_MISTAKEN = CaseEvent("asked-back", "an order was not understood; nothing was done", "staff")


def _read(mail: StaffMail) -> Reading:
    """Words in the subject of an answer may be the citizen's, which the relayed mail repeats: they count only with a token."""
    policy = mail.policy
    vocabulary = Vocabulary(policy.categories, policy.staff, policy.desk.prefix)
    today = policy.calendar.local(mail.now).date()
    typed = above_the_closing(mail.message, mail.writer, policy.desk)
    reading = read_orders(mail.message.subject, typed, vocabulary, today)
    foreign = reading.inherited or (reading.token != "" and not _is_genuine(mail, reading))
    return read_orders("", typed, vocabulary, today) if foreign else reading


def _is_genuine(mail: StaffMail, reading: Reading) -> bool:
    """Whether the token of the subject was given to this colleague for the case that the subject names, which is the case of the mail."""
    policy, number = mail.policy, mail.file.number
    named = mail.known.get(reading.case_number)
    is_here = named is not None and number in {named.number, named.merged_into}
    days = policy.letters.proof_days
    return is_here and is_order_token(policy.secret, reading.token, reading.case_number, mail.message.originator.key, mail.now, days)


# --- orders ------------------------------------------------------------------------------------------------------------------------


def _ordered(mail: StaffMail, reading: Reading) -> _Result:
    names = {order.name for order in reading.orders}
    result = _Result()
    if OrderName.HELP in names:
        result = replace(result, letters=(help_letter(mail.post, mail.writer, mail.message),))
    if OrderName.UNDO in names:
        return _undone(mail, result)
    orders = tuple(replace(order, key=mail.writer.key) if order.key == WRITER else order for order in reading.orders)
    carried = carry_out(mail.file.state, orders, mail.policy.categories)
    result = _carried(mail, result, carried)
    for order in reading.orders:
        step = _STEPS.get(order.name)
        result = step(mail, order, result) if step else result
    return result


def _carried(mail: StaffMail, result: _Result, carried: Carried) -> _Result:
    changed = carried.state if carried.state != mail.file.state else None
    events = tuple(CaseEvent("order", line, "staff") for line in carried.done)
    return replace(result, state=changed, done=carried.done, refused=carried.refused, missing=carried.missing, events=events)


def _undone(mail: StaffMail, result: _Result) -> _Result:
    last = mail.file.last_instruction
    if last is None:
        return replace(result, refused=("es gibt nichts, was zurückzunehmen wäre",))
    event = CaseEvent("undone", "the last orders were taken back", "staff")
    return replace(result, state=last.before, taken_back=last.row, done=("letzte Anweisung zurückgenommen",), events=(event,))


def _held_of(mail: StaffMail) -> HeldAnswer | None:
    """The held answer that the colleague means: the own last one."""
    return next((held for held in reversed(mail.file.held) if held.author == mail.writer.key), None)


def _send(mail: StaffMail, _order: Order, result: _Result) -> _Result:
    held = _held_of(mail)
    if held is None:
        return replace(result, refused=(*result.refused, "es wird keine Antwort von Ihnen angehalten"))
    event = CaseEvent("released", "the held answer leaves as it is", "staff")
    sent = copies(mail.post, mail.writer, held.text, held.letter_id)
    return replace(
        result,
        released=(held.letter_id,),
        letters=(*result.letters, *sent),
        done=(*result.done, "Antwort gesendet"),
        events=(*result.events, event),
    )


def _drop(mail: StaffMail, order: Order, result: _Result) -> _Result:
    held = _held_of(mail)
    if held is None:
        return replace(result, refused=(*result.refused, "es wird keine Antwort von Ihnen angehalten"))
    shorten = order.name is OrderName.SHORTEN
    done = "Antwort verworfen; antworten Sie mit dem gekürzten Text auf die Nachricht" if shorten else "Antwort verworfen"
    event = CaseEvent("dropped", "the held answer does not leave", "staff")
    return replace(result, dropped=(held.letter_id,), done=(*result.done, done), events=(*result.events, event))


def _merge(mail: StaffMail, order: Order, result: _Result) -> _Result:
    other = mail.known.get(order.key)
    if other is None or other.merged_into or order.key == mail.file.number:
        return replace(result, refused=(*result.refused, f"{order.key} gibt es nicht, oder er gehört schon dazu"))
    older = other.opened_at is not None and mail.file.opened_at is not None and other.opened_at < mail.file.opened_at
    target, part = (other.number, mail.file.number) if older else (mail.file.number, other.number)
    event = CaseEvent("merged", f"{part} became part of this case, by staff", "staff")
    return replace(
        result, into=target, merges=(part,), done=(*result.done, f"{part} gehört jetzt zu {target}"), events=(*result.events, event)
    )


def _confirm(mail: StaffMail, _order: Order, result: _Result) -> _Result:
    unverified = next((each for each in reversed(mail.file.incoming) if not each.verified), None)
    about = mail.about if mail.about and not mail.about.verified else unverified
    if about is None:
        return replace(result, refused=(*result.refused, "alle Adressen in diesem Vorgang sind schon bestätigt"))
    event = CaseEvent("confirmed", "staff say that the new address belongs to the case", "staff")
    return replace(result, confirmed=about.writer, done=(*result.done, "Adresse bestätigt"), events=(*result.events, event))


_STEPS = {
    OrderName.SEND: _send,
    OrderName.DROP: _drop,
    OrderName.SHORTEN: _drop,
    OrderName.MERGE: _merge,
    OrderName.CONFIRM: _confirm,
}


# --- the answer --------------------------------------------------------------------------------------------------------------------


def _answered(mail: StaffMail, reading: Reading, result: _Result) -> _Result:
    answer = answer_of(mail.message, mail.writer, mail.policy.desk, reading.lines)
    if not answer.text and not answer.attachments and (reading.orders or result.letters):
        return result
    if any(order.name is OrderName.NOTE for order in reading.orders):
        return result
    found = _found(mail, answer, confirmed=result.confirmed is not None)
    about = mail.about
    letter = answer_letter(mail.post, mail.writer, mail.message, answer, about, held=bool(found)) if about and about.writer.key else None
    if found or letter is None:
        notice = held_letter(mail.post, mail.writer, mail.message, answer, found)
        event = CaseEvent("held", f"an answer waits: {', '.join(sorted({finding.kind for finding in found}))}", "staff")
        kept = (letter,) if letter and answer.text else ()
        return replace(result, letters=(*result.letters, *kept, notice), events=(*result.events, event))
    event = CaseEvent("answer", "a colleague's answer goes to the correspondent", "staff")
    others = copies(mail.post, mail.writer, answer.text, letter.letter_id)
    return replace(
        result, letters=(*result.letters, letter, *others), done=(*result.done, "Antwort gesendet"), events=(*result.events, event)
    )


def _found(mail: StaffMail, answer: Answer, *, confirmed: bool) -> tuple[Finding, ...]:
    """What speaks against sending the answer as it is."""
    about = mail.about
    original, correspondent = (about.words, about.writer.addr_spec) if about else ("", "")
    found = findings(answer, mail.message, original, mail.file.number, correspondent, mail.policy, mail.verdict.is_machine)
    others = "\n".join(each.words for each in mail.file.incoming if each is not about)
    more = (
        (FindingKind.QUOTED, QUOTED_ELSEWHERE, quotes(answer.text, others)),
        (FindingKind.NO_ADDRESS, NO_ADDRESS, about is None or not about.writer.key),
        (FindingKind.UNVERIFIED, UNVERIFIED_ADDRESS, about is not None and not about.verified and not confirmed),
        (FindingKind.NO_ANSWER, NO_ANSWER, mail.letter is None or mail.letter.template not in ANSWERED_TEMPLATES),
        (FindingKind.ANSWERED, ANSWERED_AT_ONCE, about is not None and _overtaken(mail, about)),
    )
    known = {finding.kind for finding in found}
    return (*found, *(Finding(kind, detail) for kind, detail, holds in more if holds and kind not in known))


def _overtaken(mail: StaffMail, about: IncomingMail) -> bool:
    """Whether somebody else answered this very mail, or a later one, since it was handed on."""
    since = mail.letter.created_at if mail.letter else about.received_at
    return any(given.author != mail.writer.key and given.at > since - timedelta(seconds=1) for given in mail.file.answers)


# --- what comes of it --------------------------------------------------------------------------------------------------------------


def _with_confirmation(mail: StaffMail, result: _Result) -> _Result:
    if not (result.done or result.refused or result.missing):
        return result
    undo = result.state is not None and result.taken_back is None
    letter = confirmed_letter(mail.post, mail.writer, mail.message, result.done, result.refused, result.missing, undo=undo)
    return replace(result, letters=(*result.letters, letter))


def _decision(mail: StaffMail, result: _Result) -> Decision:
    file = mail.file
    evidence = (*mail.verdict.evidence, mail.proof, mail.matched, *(f"order: {line}" for line in result.done))
    written = () if mail.arrival.imported else result.letters
    return Decision(
        Outcome.STAFF,
        Folder.ARCHIVE,
        mail.verdict,
        case_number=result.into or file.number,
        direction=Direction.NOTE,
        role=Role.STAFF,
        events=result.events or (CaseEvent("staff", "a mail of a colleague", "staff"),),
        merges=result.merges,
        letters=tuple(letter for letter in written if letter.template == ANSWER),
        notices=tuple(letter for letter in written if letter.template != ANSWER),
        work=CaseWork(
            state=result.state,
            before=file.state if result.state is not None and result.taken_back is None else None,
            taken_back=result.taken_back,
            released=result.released,
            dropped=result.dropped,
            confirmed_writer=result.confirmed,
        ),
        evidence=evidence,
    )
