# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Cases that come by another way than a citizen's own mail: entered by a colleague, forwarded, laid on the glass of a copier.

The case belongs to the person outside. Who entered it, and the device, take no part: nothing that is meant for the person goes to them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from maildesk.core.answers.text import answer_of
from maildesk.core.case.case import CaseEvent, Channel, NewCase, Role, Status, entry_word, names_entry
from maildesk.core.case.file import CaseFile, CaseState, CaseWork
from maildesk.core.case.opening import case_of
from maildesk.core.decision.decision import Decision, Folder, Outcome
from maildesk.core.decision.matter import Matter
from maildesk.core.decision.of_no_case import may_be_answered, note_of_no_case
from maildesk.core.decision.parts import Entered
from maildesk.core.decision.questions import Arrival, Known
from maildesk.core.entries.entry import Entry, NoEntry, read_entry
from maildesk.core.entries.words import CHANNEL_LABELS, CHANNEL_NAMES
from maildesk.core.letters.envelope import desk_letter
from maildesk.core.letters.letter import ACKNOWLEDGEMENT, HELP, UNPLACED, Letter
from maildesk.core.letters.order_links import entry_links, link_to
from maildesk.core.letters.refusal import Refusal
from maildesk.core.letters.relay import Incoming, relay_letters
from maildesk.core.letters.to_staff import DONE, Post, mistake_row
from maildesk.core.mail.classify import Verdict
from maildesk.core.mail.message import Address, Message, is_forward
from maildesk.core.office.policy import Policy, Staff
from maildesk.core.orders.card import card_of
from maildesk.core.orders.case_changes import Carried, carry_out
from maildesk.core.orders.words import WRITER, OrderName
from maildesk.core.text.anonymity import ANONYMOUS, wants_to_stay_unknown
from maildesk.core.text.said import Context, Value, say
from maildesk.core.threading.thread import Thread
from maildesk.core.threading.writer import Writer

ENTRY = "ENTRY"  # in place of a case number in the keyed id of a letter that asks where a mail belongs
BY = {Channel.EMAIL: "a mail that staff forwarded", Channel.PHONE: "by telephone", Channel.POST: "by letter", Channel.VISIT: "by a visit"}
KINDS = "kind"
SHOW = link_to(OrderName.SHOW, label=say("link.show_entry"))


def enters(matter: Matter) -> Staff | None:
    """The colleague whose mail is read as an entry: proved, and of no case, or written by the link for entries."""
    writer = matter.writer
    if writer.staff is None or not writer.proved:
        return None
    prefix = matter.policy.desk.prefix
    by_link = names_entry(matter.message.subject, prefix) and (writer.link is None or writer.link.number == entry_word(prefix))
    return writer.staff if by_link or matter.thread.match is None else None


def entered_key(message: Message, policy: Policy, arrival: Arrival) -> str:
    """The address key of the person whom a colleague's mail would enter; empty if there is none. Whose letters are counted by it."""
    staff = policy.staff_by_address(message.originator.addr_spec)
    read = read_entry(message, staff, policy, policy.calendar.local(arrival.received_at).date()) if staff else None
    return Address("", read.address).key if isinstance(read, Entry) else ""


def decide_entry(matter: Matter, staff: Staff) -> Decision:
    """A colleague's mail of no case: an entry, or else a question what it is."""
    read = read_entry(matter.message, staff, matter.policy, matter.policy.calendar.local(matter.arrival.received_at).date())
    if isinstance(read, NoEntry):
        return asked_back(matter, staff, read)
    return _entered(matter, read, staff, Outcome.STAFF)


def decide_added(entry: Entry, message: Message, known: Known, policy: Policy, arrival: Arrival) -> Decision:
    """An entry by the command `add`; `message` is the note of it, `arrival` is now."""
    verdict, writer = (
        Verdict(None, ("person: entered by the command add",)),
        Writer(Role.STAFF, None, True, "writer: staff, on this machine"),
    )
    matter = Matter(message, verdict, writer, Thread(), known, policy, arrival, arrival.received_at)
    return _entered(matter, entry, None, Outcome.NEW_CASE)


# --- the case ---


def _entered(matter: Matter, entry: Entry, staff: Staff | None, outcome: Outcome) -> Decision:
    number, policy = matter.known.next_case_number, matter.policy
    kept = _kept(matter, entry, staff)
    new_case = entered_case(matter, entry.channel, kept, entry.text)
    before = CaseState(Status.NEW, flags=new_case.flags, due_on=new_case.due_on)
    own = tuple(replace(each, key=staff.key if staff else "") if each.key == WRITER else each for each in entry.orders)
    carried = carry_out(before, own, policy.categories)
    refusal = _refusal(matter, kept)
    letters = () if refusal else (_unthreaded(matter, kept).letter(ACKNOWLEDGEMENT, number, None),)
    notices = (
        ()
        if matter.arrival.imported
        else (*_relayed(matter, kept, new_case, entry, staff), *_confirmed(matter, entry, staff, carried, kept, sent=bool(letters)))
    )
    events = [CaseEvent("opened", f"{BY[entry.channel]}, entered by staff, answer due on {new_case.due_on:%d.%m.%Y}", "staff")]
    events += carried.events
    return Decision(
        outcome,
        Folder.ARCHIVE,
        matter.verdict,
        case_number=number,
        role=Role.CITIZEN,
        events=tuple(events),
        letters=letters,
        notices=notices,
        alarms=matter.alarms(number, refusal),
        refusal=refusal,
        evidence=matter.evidence(f"new case {number}: {BY[entry.channel]}, entered by staff", letters, refusal),
        part=Entered(new_case, kept, matter.thread.links, CaseWork(state=carried.state) if carried.state != before else None),
    )


def _kept(matter: Matter, entry: Entry, staff: Staff | None) -> Message:
    """The mail as the person's: name and address, the words without what the colleague's program put around them."""
    message = matter.message
    told = staff is not None and not entry.forwarded
    attachments = (
        answer_of(message, staff, matter.policy.desk).attachments if staff and told and not is_forward(message) else message.attachments
    )
    return replace(
        message,
        originator=Address(entry.name, entry.address),
        reply_to=(),
        cc=(),
        in_reply_to=() if told else message.in_reply_to,
        references=() if told else message.references,
        subject=entry.subject or CHANNEL_LABELS[entry.channel],
        text=f"{entry.note}\n\n{entry.record}" if entry.note else entry.record,
        reply=entry.record,
        attachments=attachments,
    )


def entered_case(matter: Matter, channel: Channel, kept: Message, words: str) -> NewCase:
    number, received_at = matter.known.next_case_number, matter.arrival.received_at
    case = case_of(number, channel, kept.originator, kept.subject, received_at, matter.policy)
    return replace(case, flags=(ANONYMOUS,) if wants_to_stay_unknown(words) else ())


def _unthreaded(matter: Matter, kept: Message) -> Matter:
    """What the letter to the person is based on: nothing of the colleague's mail, whose ids point to the office."""
    to = (Address("", matter.policy.desk.address),)
    return replace(matter, message=replace(kept, message_id="", in_reply_to=(), references=(), to=to))


def _refusal(matter: Matter, kept: Message) -> Refusal | None:
    inside = bool(kept.originator.key) and matter.policy.is_colleague(kept.originator.addr_spec)
    return Refusal.STAFF if inside else _unthreaded(matter, kept).refusal(None)


# --- letters in the office ---


def _relayed(matter: Matter, kept: Message, case: NewCase, entry: Entry, staff: Staff | None) -> tuple[Letter, ...]:
    """To the other colleagues, as any new mail."""
    by = staff.name if staff else None
    hints = (
        say("hint.forwarded", by=by) if entry.forwarded else say("hint.entered", what=say(CHANNEL_NAMES[entry.channel]), by=by),
        *((say("hint.note", note=" ".join(entry.note.split())),) if entry.note else ()),
        *(() if kept.originator.key else (NO_ANSWER_BY_MAIL,)),
    )
    return to_colleagues(matter, replace(kept, text=kept.reply), case, hints, staff)


NO_ANSWER_BY_MAIL = say("hint.no_address")


def to_colleagues(matter: Matter, kept: Message, case: NewCase, hints: tuple[Value, ...], staff: Staff | None) -> tuple[Letter, ...]:
    too_old = matter.now - matter.arrival.received_at > timedelta(days=matter.policy.letters.not_older_than_days)
    if matter.arrival.imported or too_old:
        return ()
    letters = relay_letters(Incoming(case.number, kept, matter.arrival.received_at, case, hints), matter.policy, matter.now)
    return tuple(letter for letter in letters if staff is None or letter.recipient != staff.address)


def _confirmed(matter: Matter, entry: Entry, staff: Staff | None, carried: Carried, kept: Message, *, sent: bool) -> tuple[Letter, ...]:
    """The number, and what the orders did, in one line; links for what comes next."""
    if staff is None:
        return ()
    state = carried.state
    post = Post(matter.policy, CaseFile(matter.known.next_case_number, kept.subject, state), matter.now)
    what = say("channel.forwarded" if entry.forwarded else CHANNEL_NAMES[entry.channel])
    letter = "did.enter_with_letter" if sent else "did.enter_without_letter" if kept.originator.key else "did.enter_without_address"
    did = (say(letter, what=what), *carried.done)
    asked = carried.missing or (() if state.kind else (KINDS,))
    values = (link for name in asked for link in post.values_of(name))
    done = () if state.status is Status.CLOSED else (DONE,)
    links = (SHOW, *values, *done)
    return (post.confirmation(matter.message.digest, staff.address, did, carried.refused, carried.missing, links),)


# --- what is no entry ---


def asked_back(matter: Matter, staff: Staff, read: NoEntry) -> Decision:
    """Kept, and its writer asked."""
    what = (
        "asks for the orders"
        if read.help
        else "an entry that is not clear"
        if read.mistakes
        else "a colleague's mail that belongs to no case"
    )
    if not may_be_answered(matter):
        return note_of_no_case(matter, f"{what}; its writer was not asked again")
    return note_of_no_case(
        matter, f"{what}; its writer was answered", _help(matter, staff) if read.help else _question(matter, staff, read)
    )


def _question(matter: Matter, staff: Staff, read: NoEntry) -> Letter:
    rows = tuple(map(mistake_row, read.mistakes))
    links = entry_links(matter.policy, staff.address, matter.now)
    return _to_writer(matter, staff, UNPLACED, {"zeilen": rows, "wohin": read.nowhere, "text": read.text, "links": links})


def _help(matter: Matter, staff: Staff) -> Letter:
    return _to_writer(matter, staff, HELP, {"karte": card_of(matter.policy)})


def _to_writer(matter: Matter, staff: Staff, template: str, context: Context) -> Letter:
    """A letter of no case. It counts against the limit of automatic letters: that ends a talk between two programs."""
    message = matter.message
    letter = desk_letter(matter.policy, ENTRY, template, message.digest, staff.address, {"nr": "", **context}, matter.now)
    references = (message.message_id,) if message.message_id else ()
    return replace(letter, automatic=True, in_reply_to=message.message_id, references=references)
