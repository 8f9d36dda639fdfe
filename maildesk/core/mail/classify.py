# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What kind of mail it is: a person's, or which machine's (RFC 3834, 3464, 8098, 5546, 2369).

The rules are in one table that is read from the top; the first that holds decides. Each says how far it carries: a header of a machine
always; words alone only where the mail answers us, for people write such words too; a circular is set aside only where it belongs to no
case. A second, short table has the weak marks: things that machines do but that happen to people's mail too (X-Auto-Response-Suppress,
by which Exchange and programs of offices ask that nobody answers by a machine; a redirect that empties the envelope sender). One weak
mark proves nothing; two make the mail a machine's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, StrEnum

from maildesk.core.mail.automatic_words import (
    acknowledges,
    answers_an_invitation,
    is_reaction,
    is_receipt,
    is_scan,
    says_it_is_away,
    says_received,
    starts_like_an_absence,
    tells_a_reaction,
)
from maildesk.core.mail.hand_written import hand_written, is_form
from maildesk.core.mail.message import Message, is_reply_subject
from maildesk.core.mail.system_marks import is_persons, named_mark, subject_action, takes_no_answer


class Automatic(StrEnum):
    """The kinds of machine mail, as the contract names them."""

    OWN = "own"
    BOUNCE = "bounce"
    DELAY = "delay"
    RECEIPT = "receipt"
    AUTO_REPLY = "auto-reply"
    CALENDAR = "calendar"
    LIST = "list"
    BULK = "bulk"


# These may come from a person: they become a case, only without an acknowledgement.
MAY_BE_A_PERSON = frozenset({Automatic.LIST, Automatic.BULK})


class Carries(Enum):
    """How far a rule carries."""

    ALWAYS = "always"
    IF_IT_ANSWERS = "only where the mail belongs to a case"  # it has words, and no header
    IF_A_STRANGERS = "only where the mail belongs to no case"  # a circular


@dataclass(frozen=True, slots=True)
class Verdict:
    """`automatic` is None for a person's mail. A person's post may yet come from a device, which is `from_device`.

    The first line of `evidence` says why, for the colleagues too: no address is in it, and no word of the mail.
    """

    automatic: Automatic | None
    evidence: tuple[str, ...] = ()
    from_device: bool = False
    carries: Carries = Carries.ALWAYS
    sounds_like: Automatic | None = None  # a person's mail, as it answers nothing of ours or is a colleague's, has a notice's words alone
    by_hand: bool = False  # a colleague says that it is a person's, although a rule took it for a machine's: no program answers it

    @property
    def acknowledge(self) -> bool:
        """Whether an automatic answer would be right."""
        return self.automatic is None and not self.from_device and not self.by_hand

    @property
    def is_machine(self) -> bool:
        """Whether no person can be behind the mail, so that it must not open a case."""
        return self.carries is Carries.ALWAYS and self.automatic is not None and self.automatic not in MAY_BE_A_PERSON

    def where(self, *, in_a_case: bool) -> Verdict:
        """The verdict once it is known whether the mail belongs to a case: whose only mark is its words, and answers nothing of ours, is a
        person's."""
        if self.carries is Carries.IF_IT_ANSWERS and not in_a_case:
            return Verdict(None, ("person: it answers nothing of ours", *self.evidence), sounds_like=self.automatic)
        return replace(self, carries=Carries.ALWAYS) if self.carries is Carries.IF_IT_ANSWERS else self

    def of_a_person(self) -> Verdict:
        """The verdict once a colleague says that it is a person's. The marks of a machine stay a reason to send no automatic letter."""
        return Verdict(None, ("person: a colleague says so", *self.evidence), by_hand=not self.acknowledge)

    def sets_aside(self, *, in_a_case: bool) -> bool:
        """Whether a mail that belongs to no case is set aside, and one that does is filed without being relayed."""
        return self.is_machine or (self.carries is Carries.IF_A_STRANGERS and not in_a_case)


Test = Callable[[Message], str]  # the evidence if the rule holds, else an empty string


@dataclass(frozen=True, slots=True)
class Rule:
    """`holds` returns the evidence, or an empty string if the rule does not hold."""

    automatic: Automatic
    holds: Test
    carries: Carries = Carries.ALWAYS


# --- the tests, each answering one question ---------------------------------------------------------------------------------------


COMMENT_DEPTH_MAX = 5


def _words(value: str) -> tuple[str, ...]:
    """The words of a structured value: comments and parameters dropped, split at commas and semicolons, lower case.

    >>> _words('Auto-Replied (vacation); owner-email="x"')
    ('auto-replied',)
    >>> _words("DR, RN, OOF")
    ('dr', 'rn', 'oof')
    >>> _words("no (by hand (really))")
    ('no',)
    """
    bare = value
    for _ in range(COMMENT_DEPTH_MAX):  # comments may be in comments (RFC 5322 section 3.2.2)
        bare = re.sub(r"\([^()]*\)", " ", bare)
    first, *others = (piece.strip().lower() for piece in re.split(r"[,;]", bare))
    if "=" in first:
        first = re.split(r"[\s=]", first)[0]  # a parameter without its semicolon does not make the word another
    return tuple(piece for piece in (first, *others) if piece and "=" not in piece)


def _named(name: str, value: str) -> str:
    return f"{name}: {value[:60]}"


def has_word(name: str, *wanted: str) -> Test:
    """One of the words is in the header field, whatever its case, comments, parameters and company."""

    def holds(message: Message) -> str:
        for value in message.values(name):
            for word in _words(value):
                if word in wanted:
                    return _named(name, word)
        return ""

    return holds


def has_field(*names: str) -> Test:
    """One of the header fields is there, with any value that is not a plain no."""

    def holds(message: Message) -> str:
        for name in names:
            if any(value.strip() and value.strip().lower() not in {"no", "none", "false"} for value in message.values(name)):
                return f"{name} is present"
        return ""

    return holds


def sent_by(what: str, pattern: str) -> Test:
    """The local part of From (or Sender, where From is empty) matches; the address itself never goes into the evidence."""
    regex = re.compile(pattern)

    def holds(message: Message) -> str:
        return f"From is {what}" if regex.fullmatch(message.sent_from.local_part or message.sent_from.key) else ""

    return holds


def has_report(*actions: str) -> Test:
    def holds(message: Message) -> str:
        report = message.delivery_report
        return f"delivery report: {report.action} (by {report.form})" if report and report.action in actions else ""

    return holds


def report_is(*kinds: str) -> Test:
    def holds(message: Message) -> str:
        return f"report-type={message.report_type}" if message.report_type in kinds else ""

    return holds


def calendar_is(*methods: str) -> Test:
    def holds(message: Message) -> str:
        return f"text/calendar METHOD={message.calendar_method}" if message.calendar_method in methods else ""

    return holds


def both(first: Test, second: Test) -> Test:
    def holds(message: Message) -> str:
        one, two = first(message), second(message)
        return f"{one}, {two}" if one and two else ""

    return holds


def either(*tests: Test) -> Test:
    def holds(message: Message) -> str:
        return next((evidence for test in tests if (evidence := test(message))), "")

    return holds


def unless(exception: Callable[[Message], object], test: Test) -> Test:
    def holds(message: Message) -> str:
        return "" if exception(message) else test(message)

    return holds


def _auto_submitted_unknown(message: Message) -> str:
    """Auto-Submitted with a word that is neither "no" nor one we know: RFC 3834 section 5 says treat it as automatic."""
    for value in message.values("auto-submitted"):
        for word in _words(value):
            if word != "no":
                return _named("Auto-Submitted", word if re.fullmatch(r"[a-z-]{1,30}", word) else "a word of its own")
    return ""


def _null_return_path(message: Message) -> str:
    return "Return-Path is empty" if any(re.fullmatch(r"<\s*>", value.strip()) for value in message.values("return-path")) else ""


def _answers_from_nobody(message: Message) -> str:
    """It answers a mail, with an empty envelope sender: so programs answer (RFC 3834 section 3.3)."""
    answers = bool(message.in_reply_to or message.references)
    return _null_return_path(message) if answers else ""


MACHINE_LOCAL_PARTS = (
    r"(?:mailer-?daemon|postmaster|mail-?daemon|listserv|majordomo|mailman|owner-.*|.*-(?:request|owner|bounces?)(?:\+.*)?)"
)


def _failure_subject(message: Message) -> str:
    return "subject is that of a bounce" if subject_action(message.subject) == "failed" else ""


def _complaint(message: Message) -> str:
    """Hotmail names what its users call spam in no report (RFC 5965) but in a mail of its own kind."""
    says = message.sent_from.local_part == "staff" and re.match(r"complaint about message from [\d.a-f:]{3,40}$", message.subject.strip())
    return "From and subject are those of a complaint" if says else ""


LIST_FIELDS = ("List-Id", "List-Unsubscribe", "List-Post", "List-Owner", "List-Subscribe", "List-Help", "List-Archive")
CALENDAR_ANSWERS = frozenset({"REPLY", "COUNTER", "REFRESH"})

# What a person's mail carries too, where a program of the office sends it: only where nobody talks to anybody it is a circular.
_AUTO_REPLY_FIELD = has_field(
    "X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Autoresponse", "X-Mail-Autoreply", "X-Autoreply-From", "X-FD-Auto-Reply"
)
_LOOP_FIELD = has_field(
    "X-Loop", "X-OTRS-Loop", "X-RT-Loop-Prevention", "X-Roundup-Loop", "X-FC-MachineGenerated", "X-Autogenerated", "X-Maildesk-Loop"
)
_BULK_WORD = either(has_word("Precedence", "bulk", "junk"), has_word("X-Precedence", "bulk", "junk", "list"))
_LIST_PROGRAM = sent_by("a list program", r"(?:listserv|majordomo|mailman|owner-.*|.*-(?:request|owner|bounces?)(?:\+.*)?)")


def _is_conversation(message: Message) -> bool:
    """Somebody talks to somebody: an answer, a discussion list, a mail written in a mail program, what a person typed into a form."""
    discussed = any(
        value.strip().strip("<>").upper() not in {"", "NO"}
        for name in ("list-post", "mailing-list", "x-mailing-list", "x-beenthere", "list-subscribe")
        for value in message.values(name)
    )
    answers = bool(message.in_reply_to or message.references) or is_reply_subject(message.subject)
    return answers or discussed or bool(hand_written(message)) or is_form(message)


def _one_click(message: Message) -> str:
    """A way out with one click (RFC 8058), which only programs for circulars offer."""
    return "List-Unsubscribe-Post is present" if message.has("list-unsubscribe") and message.has("list-unsubscribe-post") else ""


# The standard form of the daily reports about a domain (RFC 7489 section 7.2.1.1, RFC 8460 section 5.3).
_REPORT_SUBJECT = re.compile(r"\s*report[- ]domain: ?\S+ .{0,40}submitter: ?\S+ .{0,40}report-id: ?\S+", re.IGNORECASE)


def _domain_report(message: Message) -> str:
    attached = any("!" in attachment.filename or attachment.media_type == "application/tlsrpt+gzip" for attachment in message.attachments)
    return "subject and attachment are those of a report about a domain" if attached and _REPORT_SUBJECT.match(message.subject) else ""


RULES: tuple[Rule, ...] = (
    # Reports of the mail system about a mail of ours come first: they carry Auto-Submitted and an empty envelope sender as well.
    Rule(Automatic.DELAY, has_report("delayed")),
    Rule(Automatic.BOUNCE, has_report("failed")),
    Rule(Automatic.RECEIPT, has_report("delivered", "relayed", "expanded")),
    Rule(Automatic.RECEIPT, report_is("disposition-notification")),
    Rule(Automatic.BOUNCE, report_is("delivery-status")),
    Rule(Automatic.BULK, report_is("feedback-report")),
    Rule(Automatic.BULK, _complaint),
    Rule(Automatic.BULK, _domain_report, Carries.IF_A_STRANGERS),
    Rule(Automatic.BOUNCE, both(named_mark, _failure_subject)),
    # A part that is a reaction or an answer to an invitation: a machine's only where nobody added a word.
    Rule(Automatic.RECEIPT, is_reaction),
    Rule(Automatic.CALENDAR, both(calendar_is(*CALENDAR_ANSWERS), answers_an_invitation)),
    # Answers of absence and the like: somebody's machine answers a mail.
    Rule(Automatic.AUTO_REPLY, has_word("Auto-Submitted", "auto-replied", "auto-notified")),
    Rule(Automatic.AUTO_REPLY, _AUTO_REPLY_FIELD),
    Rule(Automatic.AUTO_REPLY, has_word("Precedence", "auto_reply")),
    Rule(Automatic.AUTO_REPLY, has_word("X-Precedence", "auto_reply")),
    Rule(Automatic.AUTO_REPLY, has_word("Delivered-To", "autoresponder")),
    Rule(Automatic.AUTO_REPLY, both(_auto_submitted_unknown, starts_like_an_absence)),
    Rule(Automatic.AUTO_REPLY, unless(is_form, both(has_word("X-Auto-Response-Suppress", "all"), _auto_submitted_unknown))),
    Rule(Automatic.AUTO_REPLY, both(_answers_from_nobody, _auto_submitted_unknown)),
    Rule(Automatic.AUTO_REPLY, both(either(_auto_submitted_unknown, _LOOP_FIELD, _BULK_WORD), either(says_received, says_it_is_away))),
    # The same by words alone, without any header.
    Rule(Automatic.AUTO_REPLY, says_it_is_away, Carries.IF_IT_ANSWERS),
    Rule(Automatic.AUTO_REPLY, acknowledges, Carries.IF_IT_ANSWERS),
    Rule(Automatic.RECEIPT, is_receipt, Carries.IF_IT_ANSWERS),
    Rule(Automatic.RECEIPT, tells_a_reaction, Carries.IF_IT_ANSWERS),
    # The mail system without a report: a warning, a quota, a notice to the postmaster.
    Rule(Automatic.BOUNCE, unless(is_persons, sent_by("the mail system", r"(?:mailer-?daemon|mail-?daemon)"))),
    # Circulars, and notices that a program sends on its own.
    Rule(Automatic.BULK, unless(_is_conversation, _one_click), Carries.IF_A_STRANGERS),
    Rule(Automatic.BULK, unless(_is_conversation, both(has_field("List-Id"), _BULK_WORD)), Carries.IF_A_STRANGERS),
    Rule(Automatic.BULK, unless(_is_conversation, both(_auto_submitted_unknown, _BULK_WORD)), Carries.IF_A_STRANGERS),
    Rule(Automatic.BULK, both(_LIST_PROGRAM, either(has_field(*LIST_FIELDS), _BULK_WORD)), Carries.IF_A_STRANGERS),
    # What follows may come from a person: a case, but no acknowledgement.
    Rule(Automatic.LIST, has_field(*LIST_FIELDS)),
    Rule(Automatic.LIST, has_field("Mailing-List", "X-Mailing-List", "X-BeenThere")),
    Rule(Automatic.LIST, has_word("Precedence", "list")),
    Rule(Automatic.BULK, _BULK_WORD),
    Rule(Automatic.BULK, _auto_submitted_unknown),
    Rule(Automatic.BULK, has_word("X-Spam-Flag", "yes")),
    Rule(Automatic.BULK, _LOOP_FIELD),
    Rule(Automatic.BULK, has_field("X-AMAZON-MAIL-RELAY-TYPE", "Feedback-ID")),
    Rule(Automatic.BULK, unless(is_persons, sent_by("the mail system or a list program", MACHINE_LOCAL_PARTS))),
    Rule(Automatic.BULK, takes_no_answer),
)

WEAK_MARKS: tuple[Test, ...] = (
    has_word("X-Auto-Response-Suppress", "all", "oof", "autoreply"),
    _null_return_path,
    _failure_subject,
    has_field("X-Auto-Response-Suppress-Reason", "X-MS-Exchange-Generated-Message-Source", "X-MS-Exchange-Inbox-Rules-Loop"),
)

Inside = Callable[[str], bool]  # whether an address, or one of a domain, is of our own office


def classify(message: Message, inside: Inside | None = None) -> Verdict:
    """What the mail says of itself. Whether it is one of our own letters, and answers us, is known only to the desk (`core.desk`).

    Without `inside` (no configuration is read) the office is where the mail goes to.
    """
    # What somebody put on the glass of a copier is post from a person: a case, whatever marks the copier adds; the copier reads no answer.
    device = "" if message.delivery_report else is_scan(message, inside=_is_inside(message, inside))
    if device:
        return Verdict(None, (f"post from a device: {device}",), from_device=True)
    seen = _without_own_list(message, inside) if inside else message
    for rule in RULES:
        evidence = rule.holds(seen)
        if evidence:
            return Verdict(rule.automatic, (f"{rule.automatic}: {evidence}",), carries=rule.carries)
    weak = tuple(evidence for test in WEAK_MARKS if (evidence := test(seen)))
    if len(weak) >= 2:
        return Verdict(Automatic.BULK, (f"{Automatic.BULK}: {' and '.join(weak)}",))
    return Verdict(None, ("person: no mark of a machine", *(f"a weak mark alone: {mark}" for mark in weak)))


def _is_inside(message: Message, inside: Inside | None) -> bool:
    writer = message.sent_from
    if "@" not in writer.key:
        return True
    return inside(writer.addr_spec) if inside else writer.domain in {address.domain for address in (*message.to, *message.cc)}


def _without_own_list(message: Message, inside: Inside) -> Message:
    """The mail without the marks of a list of our own office, over which people write to the desk.

    Where such a list has put its own address into From, its marks stay: a letter would go to the whole list.
    """
    lists = [match[1].lower() for value in message.values("list-id") if (match := re.search(r"<?([^<>\s]+)>?\s*$", value))]
    if not lists or not all(inside(f"list@{name.partition('.')[2]}") for name in lists) or is_from_the_list(message):
        return message
    of_lists = {name.lower() for name in LIST_FIELDS} | {"x-beenthere", "mailing-list", "x-mailing-list"}
    bulk = bool(_BULK_WORD(message))
    kept = (
        each
        for each in message.fields
        if bulk or (each[0] not in of_lists and (each[0], each[1].strip().lower()) != ("precedence", "list"))
    )
    return replace(message, fields=tuple(kept))


def is_from_the_list(message: Message) -> bool:
    """Whether the address in From is that of the list, or one that the mail went to."""
    posts = " ".join((*message.values("list-post"), *(address.key for address in (*message.to, *message.cc)))).lower()
    return message.sent_from.key in re.split(r"[\s<>:,]+", posts)
