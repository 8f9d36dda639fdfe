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

from maildesk.core.message import Message


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
    """`automatic` is None for a person's mail; `acknowledge` says whether an automatic answer would be right."""

    automatic: Automatic | None
    evidence: tuple[str, ...] = ()

    @property
    def acknowledge(self) -> bool:
        return self.automatic is None

    @property
    def is_machine(self) -> bool:
        """Whether no person can be behind the mail, so that it must not open a case."""
        return self.automatic is not None and self.automatic not in MAY_BE_A_PERSON


Test = Callable[[Message], str]  # the evidence if the rule holds, else an empty string


@dataclass(frozen=True, slots=True)
class Rule:
    """`holds` returns the evidence, or an empty string if the rule does not hold."""

    automatic: Automatic
    holds: Test


# --- the tests, each answering one question ---------------------------------------------------------------------------------------


def _words(value: str) -> tuple[str, ...]:
    """The words of a structured value: comments and parameters dropped, split at commas and semicolons, lower case.

    >>> _words('Auto-Replied (vacation); owner-email="x"')
    ('auto-replied',)
    >>> _words("DR, RN, OOF")
    ('dr', 'rn', 'oof')
    """
    bare = re.sub(r"\([^()]*\)", " ", value)
    pieces = (piece.strip().lower() for piece in re.split(r"[,;]", bare))
    return tuple(piece for piece in pieces if piece and "=" not in piece)


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


def subject_says(what: str, pattern: str) -> Test:
    regex = re.compile(pattern, re.IGNORECASE)

    def holds(message: Message) -> str:
        return f"subject is {what}" if regex.match(message.subject.strip()) else ""

    return holds


def has_report(*actions: str) -> Test:
    def holds(message: Message) -> str:
        report = message.delivery_report
        return f"delivery report: {report.action}" if report and report.action in actions else ""

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
                return _named("Auto-Submitted", word)
    return ""


def _null_return_path(message: Message) -> str:
    return "Return-Path is empty" if any(re.fullmatch(r"<\s*>", value.strip()) for value in message.values("return-path")) else ""


# Answers of absence, as the programs put them before or for the subject: they end the prefix with a colon or are the whole subject.
OUT_OF_OFFICE = (
    r"(?:(?:re|aw)\s*:\s*)?(?:automatische antwort|automatisch antwoord|abwesenheitsnotiz|abwesenheitsmeldung|abwesenheitsassistent"
    r"|abwesenheits(?:benachrichtigung|info(?:rmation)?)|automatic reply|auto(?:matic)?[- ]?response|autoreply|auto[- ]reply"
    r"|out of (?:the )?office(?: autoreply| reply| auto[- ]reply)?|réponse automatique|respuesta automática|risposta automatica"
    r"|odpowied[zź] automatyczna|răspuns automat|otomatik yanıt|автоответ|автоматический ответ|автоматична відповідь)"
)
MACHINE_LOCAL_PARTS = r"(?:mailer-?daemon|postmaster|mail-?daemon|listserv|majordomo|mailman|owner-.*|.*-(?:request|owner|bounces?))"
NO_REPLY_LOCAL_PARTS = (
    r"(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|nicht[-_.]?antworten|keine[-_.]?antwort|noreply[-_.].*|.*[-_.]no[-_.]?reply)"
)
BOUNCE_SUBJECT = (
    r"(?:undeliver(?:able|ed)|mail delivery (?:failed|failure|system|subsystem)|delivery (?:status notification|failure|has failed)"
    r"|returned mail|failure notice|unzustellbar|nicht zustellbar|mail konnte nicht|nachricht konnte nicht|zustellung fehlgeschlagen)"
)

from_the_mail_system = sent_by("the mail system", r"(?:mailer-?daemon|postmaster|mail-?daemon)")

RULES: tuple[Rule, ...] = (
    # Reports of the mail system about a mail of ours come first: they carry Auto-Submitted and an empty envelope sender as well.
    Rule(Automatic.DELAY, has_report("delayed")),
    Rule(Automatic.BOUNCE, has_report("failed")),
    Rule(Automatic.RECEIPT, has_report("delivered", "relayed", "expanded")),
    Rule(Automatic.RECEIPT, report_is("disposition-notification")),
    Rule(Automatic.BOUNCE, report_is("delivery-status")),
    Rule(Automatic.BULK, report_is("feedback-report")),
    Rule(Automatic.BOUNCE, both(from_the_mail_system, subject_says("that of a bounce", BOUNCE_SUBJECT))),
    Rule(Automatic.CALENDAR, calendar_is("REPLY", "COUNTER", "REFRESH")),
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
    Rule(Automatic.AUTO_REPLY, both(_auto_submitted_unknown, subject_says("that of an absence", OUT_OF_OFFICE))),
    Rule(Automatic.AUTO_REPLY, both(has_word("X-Auto-Response-Suppress", "all"), _auto_submitted_unknown)),
    Rule(Automatic.AUTO_REPLY, subject_says("that of an absence", OUT_OF_OFFICE + r"\s*(?::|$)")),
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
    Rule(
        Automatic.BULK,
        has_field("X-Loop", "X-RT-Loop-Prevention", "X-Roundup-Loop", "X-FC-MachineGenerated", "X-Autogenerated"),
    ),
    Rule(Automatic.BULK, has_field("X-AMAZON-MAIL-RELAY-TYPE", "Feedback-ID", "X-Maildesk-Loop")),
    Rule(Automatic.BULK, sent_by("the mail system or a list program", MACHINE_LOCAL_PARTS)),
    Rule(Automatic.BULK, sent_by("an address that takes no answer", NO_REPLY_LOCAL_PARTS)),
)

WEAK_MARKS: tuple[Test, ...] = (
    has_word("X-Auto-Response-Suppress", "all"),
    _null_return_path,
    subject_says("that of a bounce", BOUNCE_SUBJECT),
    has_field("X-Auto-Response-Suppress-Reason", "X-MS-Exchange-Generated-Message-Source", "X-MS-Exchange-Inbox-Rules-Loop"),
)


def classify(message: Message) -> Verdict:
    """What the mail says of itself. Whether it is one of our own letters is known only to the desk (`core.desk`)."""
    for rule in RULES:
        evidence = rule.holds(message)
        if evidence:
            return Verdict(rule.automatic, (f"{rule.automatic}: {evidence}",))
    weak = tuple(evidence for test in WEAK_MARKS if (evidence := test(message)))
    if len(weak) >= 2:
        return Verdict(Automatic.BULK, (f"{Automatic.BULK}: {' and '.join(weak)}",))
    return Verdict(None, ("person: no mark of a machine", *(f"a weak mark alone: {mark}" for mark in weak)))
