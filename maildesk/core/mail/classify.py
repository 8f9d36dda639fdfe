# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What kind of mail it is: a person's, or which machine's (RFC 3834, 3464, 8098, 5546, 2369).

The rules stand in one table that is read from the top; the first that holds decides. A second, short table has the weak
marks: things that machines do but that happen to people's mail too (a gateway that adds X-Auto-Response-Suppress: All, a redirect
that empties the envelope sender). One weak mark proves nothing; two make the mail a machine's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from maildesk.core.mail.automatic_words import is_absence_notice, is_scan, says_it_is_away, starts_like_an_absence
from maildesk.core.mail.message import Message
from maildesk.core.mail.system_marks import named_mark, subject_action, takes_no_answer


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


# A person may stand behind these: they become a case, only without an acknowledgement.
MAY_BE_A_PERSON = frozenset({Automatic.LIST, Automatic.BULK})


@dataclass(frozen=True, slots=True)
class Verdict:
    """`automatic` is None for a person's mail. A person's post may yet come from a device, which is `from_device`."""

    automatic: Automatic | None
    evidence: tuple[str, ...] = ()
    from_device: bool = False

    @property
    def acknowledge(self) -> bool:
        """Whether an automatic answer would be right."""
        return self.automatic is None and not self.from_device

    @property
    def is_machine(self) -> bool:
        """Whether no person can be behind the mail, so that it must not open a case."""
        return self.automatic is not None and self.automatic not in MAY_BE_A_PERSON


Test = Callable[[Message], str]  # the evidence if the rule holds, else an empty string


@dataclass(frozen=True, slots=True)
class Rule:
    """`holds` returns the evidence, or an empty string if the rule does not hold."""

    automatic: Automatic | None
    holds: Test


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
    for _ in range(COMMENT_DEPTH_MAX):  # comments may stand in comments (RFC 5322 section 3.2.2)
        bare = re.sub(r"\([^()]*\)", " ", bare)
    first, *others = (piece.strip().lower() for piece in re.split(r"[,;]", bare))
    if "=" in first:
        first = re.split(r"[\s=]", first)[0]  # a parameter without its semicolon does not make the word another
    return tuple(piece for piece in (first, *others) if piece and "=" not in piece)


def _named(name: str, value: str) -> str:
    return f"{name}: {value[:60]}"


def has_word(name: str, *wanted: str) -> Test:
    """One of the words stands in the header field, whatever its case, comments, parameters and company."""

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
        return f"From is {what}" if regex.fullmatch(message.originator.local_part or message.originator.key) else ""

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


def _auto_submitted_unknown(message: Message) -> str:
    """Auto-Submitted with a word that is neither "no" nor one we know: RFC 3834 section 5 says treat it as automatic."""
    for value in message.values("auto-submitted"):
        for word in _words(value):
            if word != "no":
                return _named("Auto-Submitted", word if re.fullmatch(r"[a-z-]{1,30}", word) else "a word of its own")
    return ""


def _null_return_path(message: Message) -> str:
    return "Return-Path is empty" if any(re.fullmatch(r"<\s*>", value.strip()) for value in message.values("return-path")) else ""


MACHINE_LOCAL_PARTS = (
    r"(?:mailer-?daemon|postmaster|mail-?daemon|listserv|majordomo|mailman|owner-.*|.*-(?:request|owner|bounces?)(?:\+.*)?)"
)


def _failure_subject(message: Message) -> str:
    return "subject is that of a bounce" if subject_action(message.subject) == "failed" else ""


def _complaint(message: Message) -> str:
    """Hotmail tells what its users call spam in no report (RFC 5965) but in a mail of its own kind."""
    says = message.originator.local_part == "staff" and re.match(r"complaint about message from [\d.a-f:]{3,40}$", message.subject.strip())
    return "From and subject are those of a complaint" if says else ""


RULES: tuple[Rule, ...] = (
    # Reports of the mail system about a mail of ours come first: they carry Auto-Submitted and an empty envelope sender as well.
    Rule(Automatic.DELAY, has_report("delayed")),
    Rule(Automatic.BOUNCE, has_report("failed")),
    Rule(Automatic.RECEIPT, has_report("delivered", "relayed", "expanded")),
    Rule(Automatic.RECEIPT, report_is("disposition-notification")),
    Rule(Automatic.BOUNCE, report_is("delivery-status")),
    Rule(Automatic.BULK, report_is("feedback-report")),
    Rule(Automatic.BULK, _complaint),
    Rule(Automatic.BOUNCE, both(named_mark, _failure_subject)),
    Rule(Automatic.CALENDAR, calendar_is("REPLY", "COUNTER", "REFRESH")),
    # What somebody put on the glass of a copier is post from a person: a case, whatever marks the copier adds; the copier reads no answer.
    Rule(None, is_scan),
    # Answers of absence and the like: somebody's machine answers a mail.
    Rule(Automatic.AUTO_REPLY, has_word("Auto-Submitted", "auto-replied", "auto-notified")),
    Rule(Automatic.AUTO_REPLY, has_word("X-Auto-Response-Suppress", "oof", "autoreply")),
    Rule(
        Automatic.AUTO_REPLY,
        has_field("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Autoresponse", "X-Mail-Autoreply", "X-Autoreply-From"),
    ),
    Rule(Automatic.AUTO_REPLY, has_word("Precedence", "auto_reply")),
    Rule(Automatic.AUTO_REPLY, has_word("X-Precedence", "auto_reply")),
    Rule(Automatic.AUTO_REPLY, has_word("Delivered-To", "autoresponder")),
    Rule(Automatic.AUTO_REPLY, both(_auto_submitted_unknown, starts_like_an_absence)),
    Rule(Automatic.AUTO_REPLY, both(has_word("X-Auto-Response-Suppress", "all"), _auto_submitted_unknown)),
    Rule(Automatic.AUTO_REPLY, is_absence_notice),
    Rule(Automatic.AUTO_REPLY, says_it_is_away),
    # The mail system without a report: a warning, a quota, a notice to the postmaster.
    Rule(Automatic.BOUNCE, sent_by("the mail system", r"(?:mailer-?daemon|mail-?daemon)")),
    # A person may stand behind what follows: a case, but no acknowledgement.
    Rule(
        Automatic.LIST,
        has_field("List-Id", "List-Unsubscribe", "List-Post", "List-Owner", "List-Subscribe", "List-Help", "List-Archive"),
    ),
    Rule(Automatic.LIST, has_field("Mailing-List", "X-Mailing-List", "X-BeenThere")),
    Rule(Automatic.LIST, has_word("Precedence", "list")),
    Rule(Automatic.BULK, has_word("Precedence", "bulk", "junk")),
    Rule(Automatic.BULK, has_word("X-Precedence", "bulk", "junk", "list")),
    Rule(Automatic.BULK, _auto_submitted_unknown),
    Rule(Automatic.BULK, has_word("X-Spam-Flag", "yes")),
    Rule(
        Automatic.BULK,
        has_field("X-Loop", "X-RT-Loop-Prevention", "X-Roundup-Loop", "X-FC-MachineGenerated", "X-Autogenerated"),
    ),
    Rule(Automatic.BULK, has_field("X-AMAZON-MAIL-RELAY-TYPE", "Feedback-ID", "X-Maildesk-Loop")),
    Rule(Automatic.BULK, sent_by("the mail system or a list program", MACHINE_LOCAL_PARTS)),
    Rule(Automatic.BULK, takes_no_answer),
)

WEAK_MARKS: tuple[Test, ...] = (
    has_word("X-Auto-Response-Suppress", "all"),
    _null_return_path,
    _failure_subject,
    has_field("X-Auto-Response-Suppress-Reason", "X-MS-Exchange-Generated-Message-Source", "X-MS-Exchange-Inbox-Rules-Loop"),
)


def classify(message: Message) -> Verdict:
    """What the mail says of itself. Whether it is one of our own letters is known only to the desk (`core.desk`)."""
    for rule in RULES:
        evidence = rule.holds(message)
        if evidence:
            kind = rule.automatic or "post from a device"
            return Verdict(rule.automatic, (f"{kind}: {evidence}",), from_device=rule.automatic is None)
    weak = tuple(evidence for test in WEAK_MARKS if (evidence := test(message)))
    if len(weak) >= 2:
        return Verdict(Automatic.BULK, (f"{Automatic.BULK}: {' and '.join(weak)}",))
    return Verdict(None, ("person: no mark of a machine", *(f"a weak mark alone: {mark}" for mark in weak)))
