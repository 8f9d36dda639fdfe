# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What shows that a message belongs to a case: one function for each kind of evidence, in a fixed order, the strongest first.

A wrong join shows one citizen's misery to another, a missed one loses an answer. So what anyone can type (a number, a subject) joins
only a writer who takes part in the case; a Message-ID joins anybody who knows it; and nothing is joined through a mail that we
never had, but for messages of one and the same writer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain

from maildesk.core.case.case import KnownCase, Status, case_numbers_in
from maildesk.core.letters.keyed_ids import CONVERSATION, KeyedId, parse_keyed_id, reply_tokens
from maildesk.core.letters.letter import KnownLetter
from maildesk.core.letters.refusal import is_addressed
from maildesk.core.mail.fingerprint import base_subject, ids_in_text, is_contained
from maildesk.core.mail.message import Message, is_forward, is_reply_subject
from maildesk.core.office.policy import Policy
from maildesk.core.threading.writer import Writer

NAMED_IDS_MAX = 200
SAME_SUBJECT_WITHIN = timedelta(days=14)
REPEATED_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ThreadMatch:
    """The case and what proved it. `by_id`: the evidence, a Message-ID or the very same words, makes the messages one conversation."""

    case_number: str
    matched_by: str
    evidence: str
    by_id: bool = False


@dataclass(frozen=True, slots=True)
class SameSubject:
    """A message of a case in which the writer takes part, with the same base subject.

    `is_reply` by its prefix. `repeats`: the same writer, and the same text and attachments. `names_parent`: its headers say what it
    answers. `to`: the addresses in To.
    """

    case_number: str
    is_reply: bool
    sent_at: datetime
    repeats: bool = False
    names_parent: bool = False
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SameId:
    """A message of a case under the same Message-ID, of the same writer."""

    case_number: str
    sent_at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Naming:
    """A message of a case that named this one's Message-ID before it came; address keys of its To and Cc, and of its writer."""

    case_number: str
    recipients: frozenset[str] = frozenset()
    writer: str = ""


@dataclass(frozen=True, slots=True)
class OtherCase:
    """An open case of the same writer: its first mail."""

    number: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class ThreadFacts:
    """What the store knows of what a message names. Message-IDs are without brackets; cases are named by their numbers.

    `letters` and `cases_by_message_id` are by Message-ID, `letters_by_id` by letter id. `named_by`: cases with a message that names this
    one's Message-ID. `named_by_writer`: where the same writer answered, or forwarded, an id before. `same_id`: a message of the same
    writer under the same Message-ID. `thread_index`: cases that hold the beginning of the same conversation of Exchange. `returned`:
    letters lately sent to the recipients that a report names. `others`: open cases of the same writer.
    """

    cases: Mapping[str, KnownCase] = field(default_factory=dict)
    cases_by_message_id: Mapping[str, str] = field(default_factory=dict)
    letters: Mapping[str, KnownLetter] = field(default_factory=dict)
    letters_by_id: Mapping[str, KnownLetter] = field(default_factory=dict)
    named_by: tuple[Naming, ...] = ()
    named_by_writer: Mapping[str, str] = field(default_factory=dict)
    same_id: SameId | None = None
    thread_index: tuple[str, ...] = ()
    same_subject: tuple[SameSubject, ...] = ()
    returned: tuple[KnownLetter, ...] = ()
    others: tuple[OtherCase, ...] = ()


@dataclass(frozen=True, slots=True)
class Trail:
    """A message on its way to its case: all that the evidence is drawn from. `sent_at` is the writer's Date, else the arrival."""

    message: Message
    writer: Writer
    policy: Policy
    facts: ThreadFacts
    sent_at: datetime
    received_at: datetime
    machine: bool = False

    def takes_part(self, number: str) -> bool:
        case = self.facts.cases.get(number)
        return case is not None and not self.writer.typed and case.takes_part(self.writer.identity)


def named_ids(message: Message) -> tuple[str, ...]:
    """Every Message-ID that the mail names as its parent, the nearest first, each once, bounded."""
    report = message.delivery_report
    original = (report.original_message_id,) if report and report.original_message_id else ()
    ids = (*original, *message.in_reply_to, *reversed(message.references))
    return tuple(dict.fromkeys(identifier for identifier in ids if identifier))[:NAMED_IDS_MAX]


def answered_ids(in_reply_to: Sequence[str], references: Sequence[str]) -> tuple[str, ...]:
    """What a mail answers itself, and not only what that answered before."""
    return tuple(in_reply_to) or tuple(references[-1:])


Evidence = Callable[[Trail], Iterator[ThreadMatch]]


def by_same_id(trail: Trail) -> Iterator[ThreadMatch]:
    """The mail was taken in before, and only looks different because it came by another way: a footer, a mark in the subject.

    Message-ID, Date and writer are the same, and one text holds the other: programs that give every mail one Message-ID exist too.
    """
    same = trail.facts.same_id
    if same and trail.writer.identity and same.sent_at == trail.sent_at and is_contained(same.text, trail.message.text):
        number = same.case_number
        yield ThreadMatch(number, "repeated", f"repeated: the same mail in another form belongs to {number}", by_id=True)


def by_keyed_id(trail: Trail) -> Iterator[ThreadMatch]:
    """The mail names a letter of ours, or the conversation that all our letters of a case refer to, with a genuine key."""
    for named in named_ids(trail.message):
        keyed = parse_keyed_id(named)
        if keyed is None or keyed.case_number not in trail.facts.cases:
            continue
        number = keyed.case_number
        if _is_conversation(trail, keyed):
            yield ThreadMatch(number, "keyed-id", f"follow-up: it names the conversation of our letters of {number}", by_id=True)
        elif _is_letter(trail, keyed, named):
            number = _case_now(trail, keyed, named)
            yield ThreadMatch(number, "keyed-id", f"follow-up: it answers our letter {keyed.letter_id} of {number}", by_id=True)


def _case_now(trail: Trail, keyed: KeyedId, named: str) -> str:
    """The case of the letter: another than its id names, where staff made the mail that it relayed a case of its own."""
    known = trail.facts.letters.get(named)
    return known.case_number if known and known.case_number in trail.facts.cases else keyed.case_number


def _is_conversation(trail: Trail, keyed: KeyedId) -> bool:
    """Genuine for somebody who takes part in the case: anyone who was shown that person's mail may name it."""
    if keyed.letter_id != CONVERSATION:
        return False
    return any(keyed.is_genuine(trail.policy.secret, person) for person in sorted(trail.facts.cases[keyed.case_number].participants))


def _is_letter(trail: Trail, keyed: KeyedId, named: str) -> bool:
    """After a restore of an old backup the number of a lost case may have been given to somebody else: then only who takes part
    in the case may join it by a letter that the database does not know."""
    known = trail.facts.letters.get(named)
    if known is None and not trail.takes_part(keyed.case_number):
        return False
    return keyed.is_genuine(trail.policy.secret, known.recipient if known else trail.writer.identity)


def by_reply_address(trail: Trail) -> Iterator[ThreadMatch]:
    """The mail went to the desk's address with the keyed token of a letter."""
    for token in reply_tokens(trail.message, trail.policy.desk):
        letter = trail.facts.letters_by_id.get(token.letter_id)
        if letter and letter.case_number and token.is_genuine(trail.policy.secret, letter.case_number, letter.recipient):
            evidence = f"follow-up: it went to the address of our letter {letter.letter_id} of {letter.case_number}"
            yield ThreadMatch(letter.case_number, "reply-address", evidence)


def by_message_id(trail: Trail) -> Iterator[ThreadMatch]:
    """The mail names a message that a case holds: in its header; a report, which nobody is shown or answered by, also in its text."""
    message, known = trail.message, trail.facts.cases_by_message_id
    for named in chain(named_ids(message), ids_in_text(message) if trail.machine else ()):
        if named in known and named != message.message_id:
            where = "In-Reply-To" if named in message.in_reply_to else "References" if named in message.references else "the text"
            yield ThreadMatch(known[named], "message-id", f"follow-up: {where} names a message of {known[named]}", by_id=True)


def cases_in_text(trail: Trail) -> tuple[str, ...]:
    """The cases whose messages the text names, as in the line above a quotation. A quoted digest names many: that joins nothing."""
    known = trail.facts.cases_by_message_id
    named = (identifier for identifier in ids_in_text(trail.message) if identifier != trail.message.message_id)
    return tuple(dict.fromkeys(known[identifier] for identifier in named if identifier in known))


def by_late_parent(trail: Trail) -> Iterator[ThreadMatch]:
    """Messages of a case named this mail before it came: answers overtake what they answer. A second mail under an id is no parent."""
    if not trail.machine and trail.message.message_id not in trail.facts.cases_by_message_id:
        for number in dict.fromkeys(naming.case_number for naming in trail.facts.named_by):
            yield ThreadMatch(number, "late-parent", f"follow-up: a message of {number} answers this mail", by_id=True)


def by_same_parent(trail: Trail) -> Iterator[ThreadMatch]:
    """The same writer answered the same mail before, which we never had; or forwarded the same mail before.

    Two persons who answer the same circular stay apart; and so do their conversations for a third person who takes part in both, and
    whose References name the circular twice.
    """
    message = trail.message
    if not trail.writer.identity:
        return
    for named in answered_ids(message.in_reply_to, message.references):
        number = trail.facts.named_by_writer.get(named)
        if number and (named not in trail.facts.cases_by_message_id or is_forward(message)):
            yield ThreadMatch(number, "same-parent", f"follow-up: the same writer named the same mail in {number}", by_id=True)


def by_repetition(trail: Trail) -> Iterator[ThreadMatch]:
    """The same writer, subject, text and attachments within an hour: an impatient thumb, or two of our addresses."""
    for same in trail.facts.same_subject if _writes_to_us(trail) else ():
        if same.repeats and abs(same.sent_at - trail.sent_at) <= REPEATED_WITHIN:
            yield ThreadMatch(same.case_number, "repeated", f"repeated: the same writer sent the same words in {same.case_number}", True)


def _writes_to_us(trail: Trail) -> bool:
    """Whether a person, not known to be forged, wrote to the desk. What somebody writes to others and only reaches us says nothing of
    our cases: there a subject is shared by many."""
    return not trail.machine and bool(trail.writer.identity) and is_addressed(trail.message, trail.policy.desk)


def by_thread_index(trail: Trail) -> Iterator[ThreadMatch]:
    """Exchange's conversation began in a case in which the writer takes part."""
    for number in trail.facts.thread_index:
        if trail.takes_part(number) and not is_forward(trail.message):
            yield ThreadMatch(number, "thread-index", f"follow-up: Thread-Index is that of {number} and its writer takes part in it")


def by_case_number(trail: Trail) -> Iterator[ThreadMatch]:
    """A case number in the subject or in the quoted text, and the writer takes part in that case. The number alone proves nothing."""
    message = trail.message
    for number in case_numbers(message, trail.policy.desk.prefix):
        if trail.takes_part(number) or (trail.writer.proved and _is_meant(trail, number)):
            where = "the subject" if number in case_numbers_in(message.subject, trail.policy.desk.prefix) else "the quoted text"
            yield ThreadMatch(number, "case-number", f"follow-up: {where} names {number} and its writer takes part in it")


def _is_meant(trail: Trail, number: str) -> bool:
    """Whether a colleague's mail is about this case. A digest, and what else belongs to no case, names many in what an answer quotes."""
    message, prefix = trail.message, trail.policy.desk.prefix
    if number in case_numbers_in(message.subject, prefix):
        return True
    of_no_case = any(not trail.facts.letters[named].case_number for named in named_ids(message) if named in trail.facts.letters)
    return not of_no_case and case_numbers(message, prefix) == (number,)


def case_numbers(message: Message, prefix: str) -> tuple[str, ...]:
    """The case numbers of the subject and of what the mail quotes, each once, bounded; what its writer typed in the text may be about
    another concern."""
    written = frozenset(case_numbers_in(message.reply, prefix))
    quoted = (number for number in case_numbers_in(message.text, prefix) if number not in written)
    return tuple(dict.fromkeys((*case_numbers_in(message.subject, prefix), *quoted)))[:NAMED_IDS_MAX]


def by_subject(trail: Trail) -> Iterator[ThreadMatch]:
    """A reply by its subject to a mail of an open case in which its writer takes part; or, come late, the mail to which one replies.

    Only where no header says what is answered: a mail that names another one answers that and waits for it, no matter who wrote it. Only to
    what is no reply itself: what a reply answers may be anybody's. And only if the reply goes to the desk alone: an answer to somebody
    else's mail goes to that person, and the subject may be a common word.
    """
    message = trail.message
    if not _writes_to_us(trail) or is_forward(message) or not base_subject(message.subject) or named_ids(message):
        return
    near = [same for same in trail.facts.same_subject if abs(same.sent_at - trail.sent_at) <= SAME_SUBJECT_WITHIN]
    near = [same for same in near if (case := trail.facts.cases.get(same.case_number)) and case.status is not Status.CLOSED]
    roots = [same for same in near if not same.is_reply]
    if is_reply_subject(message.subject):
        answered = roots if _goes_to_us_alone(trail, (to.addr_spec for to in message.to)) else []
        nearest = max((root for root in answered if root.sent_at <= trail.sent_at), key=_sent, default=None)
    else:
        rooted = {root.case_number for root in roots}
        lost = [same for same in near if same.is_reply and not same.names_parent and same.case_number not in rooted]
        late = (same for same in lost if same.sent_at > trail.sent_at and _goes_to_us_alone(trail, same.to))
        nearest = min(late, key=_sent, default=None)
    if nearest:
        number = nearest.case_number
        yield ThreadMatch(number, "subject", f"follow-up: a reply by its subject, as {number}, in which its writer takes part")


def _goes_to_us_alone(trail: Trail, to: Iterable[str]) -> bool:
    return all(trail.policy.desk.owns(address) for address in to)


def _sent(same: SameSubject) -> tuple[datetime, str]:
    return same.sent_at, same.case_number


def by_failed_recipient(trail: Trail) -> Iterator[ThreadMatch]:
    """A report that names no mail, but a recipient to whom a letter of ours went in the last days."""
    if trail.machine and trail.message.delivery_report:
        for letter in trail.facts.returned:
            number = letter.case_number
            yield ThreadMatch(number, "failed-recipient", f"report: it names the recipient of our letter {letter.letter_id} of {number}")


ORDER: tuple[Evidence, ...] = (
    by_same_id,
    by_keyed_id,
    by_reply_address,
    by_message_id,
    by_late_parent,
    by_same_parent,
    by_repetition,
    by_thread_index,
    by_case_number,
    by_subject,
    by_failed_recipient,
)
