# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Who speaks: the marks by which the mail system itself is known as the writer of a mail, and what its subjects say.

The words of a bounce prove nothing alone: people quote bounces, forward them and ask about them. Only a mail that carries one of these
marks is read as a report about a letter of ours.
"""

from __future__ import annotations

import re

from maildesk.core.mail.hand_written import hand_written, is_from_its_mailbox
from maildesk.core.mail.message import Address, Message, split_subject
from maildesk.core.text.notices import is_a_letter

# Addresses of mail servers. Exchange writes its reports as MicrosoftExchange and 32 hexadecimal digits.
_LOCAL_PARTS = re.compile(
    r"(?:mail(?:er)?[-_.]?daemon|mail[-_.]delivery[-_.](?:sub)?system|post[-_.]?master|mdaemon|mailadm|double-bounce|bounce-?daemon"
    r"|microsoftexchange[0-9a-f]{32})(?:\+.*)?"
)
_NAMES = re.compile(
    r"(?:mail|message|e-?mail) (?:delivery|transport|transfer|routing) (?:sub)?(?:system|service|agent)|(?:\w+ ?)?mail system"
    r"|mail(?:er)?[- ]?daemon|system[- ]?administrator|microsoft (?:outlook|exchange)|post-?master|mail administrator|e?-?mail[- ]?server"
    r"|interscan .{0,40}|internet mail delivery|mail ?router|mail-?zustellsystem",
    re.IGNORECASE,
)
_NO_REPLY = re.compile(
    r"(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|nicht[-_.]?antworten|keine[-_.]?antwort|noreply[-_.].*|.*[-_.]no[-_.]?reply)"
)
_REPORT_TYPES = frozenset({"delivery-status", "disposition-notification", "feedback-report"})
# Header fields that only servers write into their reports.
_REPORT_FIELDS = ("x-failed-recipients", "x-ms-exchange-message-is-ndr", "x-dsncontext", "x-mlserver")


def named_mark(message: Message) -> str:
    """The mail names a mail server as its writer, or is built as a report (RFC 6522): evidence, or an empty string."""
    writer, from_value = message.sent_from, message.value("from").strip()
    if _LOCAL_PARTS.fullmatch(writer.local_part or writer.key) and not is_persons(message):
        return "From is the mail system"
    if _NAMES.fullmatch(writer.display_name) or re.fullmatch(r"[^<>@]*<\s*>|mail(?:er)?-?daemon", from_value, re.IGNORECASE):
        return "From names the mail system"
    if message.report_type in _REPORT_TYPES or message.media_type == "message/delivery-status":
        return f"report-type={message.report_type or 'delivery-status'}"
    declared = re.search(r"report-type\s*=\s*\"?delivery-status", message.value("content-type"), re.IGNORECASE)
    if declared:
        return "report-type=delivery-status"
    return next((f"{name} is present" for name in _REPORT_FIELDS if message.has(name)), "")


def is_persons(message: Message) -> bool:
    """Whether a person wrote under an address of the mail system: in a small firm the postmaster is the person who reads the mail.

    A mailbox in the envelope or the mark of a mail program says so; some servers set them too, but write no letter with a greeting.
    """
    no_report = not message.report_type and not message.value("auto-submitted")
    by_person = no_report and (is_from_its_mailbox(message) or bool(hand_written(message)))
    return by_person and (not subject_action(message.subject) or is_a_letter(message.text))


def quiet_mark(message: Message) -> str:
    """What servers do in their reports, but redirects, gateways and other programs too."""
    if any(re.fullmatch(r"<\s*>|<?mailer-?daemon\b.*", value.strip(), re.IGNORECASE) for value in message.values("return-path")):
        return "Return-Path is empty"
    if any(not re.match(r"\s*(?:\([^()]*\)\s*)?no\b", value, re.IGNORECASE) for value in message.values("auto-submitted")):
        return "Auto-Submitted is not no"
    if takes_no_answer(message):
        return "From takes no answer"
    return ""


def takes_no_answer(message: Message) -> str:
    """The address of the writer says that nobody reads it. What is said of a form that the configuration names counts for nothing."""
    named = message.through is not None and message.through.named and bool(message.originator.key)
    return "From is an address that takes no answer" if not named and is_no_reply(message.sent_from) else ""


def is_no_reply(address: Address) -> bool:
    """
    >>> is_no_reply(Address("", "noreply@example.org")), is_no_reply(Address("", "kontakt@example.org"))
    (True, False)
    """
    return _NO_REPLY.fullmatch(address.local_part) is not None


def system_mark(message: Message) -> str:
    """The mark that makes a report of the mail system possible. A quiet one counts for nothing in a reply or a forwarded mail."""
    named = named_mark(message)
    if named:
        return named
    prefixes, _ = split_subject(message.subject)
    return "" if prefixes else quiet_mark(message)


# What the subject says has become of a mail, from the top: the first that matches decides. All begin at the beginning of the subject.
SUBJECTS: tuple[tuple[str, str], ...] = (
    # A delay says so, although its first words are often those of a failure.
    (
        "delayed",
        r"delivery status notification \(.{0,20}delay|.{0,40}delivery status notification: delay|delayed mail|message delayed"
        r"|warning: (?:message .{1,80} delayed|could not send message for)|delivery (?:notification: delivery )?(?:has been )?delay"
        r"|mail delivery delay|delivery delayed|delivery incomplete|verzögerte? "
        r"|zustellung (?:der nachricht )?verzögert|(?:e-?)?mail verzögert"
        r"|nachricht verzögert|benachrichtigung (?:zum|über den) (?:über|zu)\w+status \(verz",
    ),
    (
        "delivered",
        r"success(?:ful|fully)? (?:mail )?deliver|delivery status notification \((?:success|relay)|delivered:|relayed:|expanded:"
        r"|delivery (?:report|notification) ?[:(]? ?(?:success|delivered)|zugestellt:|weitergeleitet:|erfolgreich zugestellt"
        r"|return receipt|empfangsbestätigung|zustellbestätigung",
    ),
    (
        "failed",
        r"(?:\[?postmaster\]? )?(?:e-?)?mail (?:delivery|system|failure|error)|undeliver(?:able|ed)|undelivrable|non[- ]?deliver(?:y|able)"
        r"|(?:e-?mail |message )?(?:mail )?deliver(?:y|ed)? (?:status )?(?:notification|fail|error|problem"
        r"|has failed|system|subsystem|report)"
        r"|message (?:not delivered|delivery|status - undeliverable|could not be delivered)|returned (?:e-?)?mail|returned to sender"
        r"|fail(?:ure|ed) (?:notice|delivery|mail)|failed: |mail could not be|could not (?:deliver|send)|error sending|user unknown"
        r"|permanent delivery failure|processing error|rejected(?: mail)?:|automatically rejected mail|address not found|message blocked"
        r"|there was an error sending|bounced|warning: .{1,100} - user unknown|mail error"
        r"|(?:automatisch: )?unzustellbar|nicht zustellbar|nicht zugestellt|(?:ihre? )?(?:e-?)?(?:mail|nachricht) (?:konnte nicht|nicht)"
        r"|zustellung(?:sfehler)?\b.{0,40}(?:fehl|nicht möglich|$)|zustellfehler|fehler bei der (?:nachrichten)?zustellung|unzustellbarkeit"
        r"|(?:benachrichtigung|mitteilung) .{0,12}(?:zu|über)(?:mittlungs|stell)\w*|adresse nicht gefunden"
        r"|nachricht blockiert|zurückgesandte"
        r"|mail delivery|rückläufer|non remis|échec|non recapitabile|impossibile recapitare|no se puede entregar"
        r"|niet bestelbaar|onbestelbaar"
        r"|не доставлено|ваше сообщение не доставлено|недоставленное|niedostarczona|nie można dostarczyć|teslim edilemedi",
    ),
)
_SUBJECTS = tuple((action, re.compile(pattern, re.IGNORECASE)) for action, pattern in SUBJECTS)


def subject_action(subject: str) -> str:
    """What a subject says became of a mail: failed, delayed, delivered, or nothing.

    >>> subject_action("Undelivered Mail Returned to Sender"), subject_action("Delivery Status Notification (Delay)")
    ('failed', 'delayed')
    >>> subject_action("AW: Unzustellbar: Ihr Schreiben"), subject_action("Meine Mail kam zurück")
    ('', '')
    """
    start = subject.strip()[:200]
    return next((action for action, pattern in _SUBJECTS if pattern.match(start)), "")
