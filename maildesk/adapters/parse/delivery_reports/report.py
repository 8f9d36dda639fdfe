# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Delivery reports: what a mail server says about a mail of ours (RFC 3464 and 6522, and what is sent instead).

One ladder, the surest first: the fields of a status part, whatever its type is; the same fields in plain text; the phrases that servers
write; the recipients that a header field or the returned mail names. Whether a machine speaks at all is asked
before (`core.mail.system_marks`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email.message import Message as MimePart

from maildesk.adapters.parse import limits
from maildesk.adapters.parse.delivery_reports import plain_words as freetext_report
from maildesk.adapters.parse.delivery_reports.plain_words import Report, Spoken
from maildesk.adapters.parse.delivery_reports.returned import HEAD_TYPES, MAIL_TYPES, Returned, inner_mail, returned_mail
from maildesk.adapters.parse.delivery_reports.status_fields import FAILURE, Status, says_no_more_than_class, status_of
from maildesk.adapters.parse.mime import words
from maildesk.adapters.parse.mime.tree import Tree, tree_of
from maildesk.core.letters.server_reply import Concern, Reply, Step, concern_of
from maildesk.core.mail.automatic_words import is_absence_notice
from maildesk.core.mail.message import DeliveryReport, Message
from maildesk.core.mail.system_marks import named_mark, subject_action, system_mark

STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_REPORTS = {
    "message/delivery-status": "delivery-status",
    "message/global-delivery-status": "delivery-status",
    "message/disposition-notification": "disposition-notification",
    "message/feedback-report": "feedback-report",
}
_NO_STATUS_TYPES = MAIL_TYPES | HEAD_TYPES | {"message/disposition-notification", "message/feedback-report"}
_STATUS_BYTES_MAX = 256 * 1024
NO_SUCH_ADDRESS = "5.1.1"


def report_type_of(root: MimePart, declared: str, tree: Tree) -> str:
    """The report-type of a multipart/report (RFC 6522); where it is not declared, what its parts say."""
    if root.get_content_type() != "multipart/report":
        return ""
    found = next((_REPORTS[leaf.media_type] for leaf in tree.leaves if leaf.media_type in _REPORTS), "")
    return words.one_line(declared, 60).lower() or found


def delivery_report_of(message: Message, tree: Tree) -> DeliveryReport | None:
    """The report that the mail is, or None: `message` has everything but the report."""
    if not system_mark(message) or message.report_type == "feedback-report" or is_absence_notice(message):
        return None
    report = freetext_report.split(message.text)
    if message.report_type == "disposition-notification":
        return _refusal(report, tree)
    status = _status(tree, message.text)
    inside = None if status else _report_inside(tree)
    if inside:
        status, tree = _status(inside, ""), inside
    returned = returned_mail(tree, report.quoted, message.text[: freetext_report.TEXT_CHARS_MAX] + _texts(tree))
    said = freetext_report.spoken(report)
    action, form = _decided(message, status, said, returned)
    if not action:
        return None
    failed = _failed(message, status, said, report, returned) if action == "failed" else ()
    original = (status.original_message_id if status else "") or returned.message_id
    code = status.status if status else ""
    reason = _reason(code, report.said) if action == "failed" else ""
    return DeliveryReport(action, code, failed, original, reason=reason, form=form)


def _reason(status: str, said: str) -> str:
    """Where the fields say little: the status in the words, or that of what these words mean."""
    if status and not says_no_more_than_class(status):
        return ""
    named = FAILURE.search(said)
    if named:
        return named[0]
    return NO_SUCH_ADDRESS if concern_of(Reply(Step.RCPT, 550, said)) is Concern.ADDRESS else ""


def _decided(message: Message, status: Status | None, said: Spoken, returned: Returned) -> tuple[str, str]:
    """What became of the mail, and who says so."""
    if status and (status.action or status.implied):
        return status.action or status.implied, "fields of RFC 3464"
    if said.action:
        return said.action, f"words of {said.software}"
    if message.has("x-failed-recipients"):
        return "failed", "X-Failed-Recipients"
    by_subject = subject_action(message.subject)
    if by_subject and (returned.found or status or named_mark(message)):
        return by_subject, "the subject"
    return ("failed", "the returned mail") if returned.found and named_mark(message) and _is_daemon(message) else ("", "")


def _is_daemon(message: Message) -> bool:
    return "daemon" in message.originator.key or message.media_type == "multipart/report"


def _failed(message: Message, status: Status | None, said: Spoken, report: Report, returned: Returned) -> tuple[str, ...]:
    """The recipients of the first step of the ladder that names any; at last those that the returned mail went to."""
    own = frozenset(address.key for address in (*message.to, *message.cc, message.originator))
    named = (value for field in message.values("x-failed-recipients") for value in field.replace(";", ",").split(","))
    steps: tuple[Callable[[], tuple[str, ...]], ...] = (
        lambda: status.recipients if status else (),
        lambda: freetext_report.plain_addresses(named),
        lambda: said.recipients,
        lambda: freetext_report.loose_recipients(report, returned.recipients, own),
        lambda: freetext_report.plain_addresses(returned.recipients),
    )
    found = next((recipients for step in steps if (recipients := step())), ())
    # Who gets the report wrote the mail, and a transcript names the writer too; but people also write to themselves.
    others = tuple(recipient for recipient in found if recipient.lower() not in own)
    return (others or found)[: limits.FAILED_RECIPIENTS_MAX]


def _refusal(report: Report, tree: Tree) -> DeliveryReport | None:
    """Dovecot reports a mail that it threw away by a disposition notification (RFC 8098), which else is a receipt."""
    failed = freetext_report.refused(report)
    if not failed:
        return None
    return DeliveryReport("failed", "", failed, returned_mail(tree, "", _texts(tree)).message_id, form="words of Dovecot")


def _texts(tree: Tree) -> str:
    """The parts of the report as text: where a boundary is wrong, the returned mail is in them."""
    return "\n".join(leaf.content[:_STATUS_BYTES_MAX].decode("utf-8", "replace") for leaf in tree.leaves if leaf.media_type in _REPORTS)


def _status(tree: Tree, text: str) -> Status | None:
    """The fields of the first part that has any; parts that call themselves something else count too, and at last the text itself."""
    sources = (*_status_parts(tree), text[: freetext_report.TEXT_CHARS_MAX].encode("utf-8", "replace"))
    return next((status for data in sources if (status := status_of(data))), None)


def _status_parts(tree: Tree) -> Iterator[bytes]:
    yield from (leaf.content[:_STATUS_BYTES_MAX] for leaf in tree.leaves if leaf.media_type in STATUS_TYPES)
    for leaf in tree.leaves:
        if leaf.media_type not in STATUS_TYPES | _NO_STATUS_TYPES:
            head = leaf.content[:_STATUS_BYTES_MAX]
            if b"inal-recipient:" in head.lower():
                yield head


def _report_inside(tree: Tree) -> Tree | None:
    """The parts of a report inside the report: filters wrap those that they let through."""
    mails = (inner for leaf in tree.leaves if leaf.media_type in MAIL_TYPES and (inner := inner_mail(leaf)) is not None)
    report = next((inner for inner in mails if inner.get_content_type() == "multipart/report"), None)
    return tree_of(report) if report is not None else None
