# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Delivery reports as Postfix, Exchange, Gmail and others build them, about a letter that really went out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.rig.bounces import FAILURES
from tests.rig.builders import a_mail, a_multipart, a_part


@dataclass(frozen=True)
class Lost:
    """The letter that a report is about: its octets as the server had them, its Message-ID without brackets, and who did not get it."""

    octets: bytes
    message_id: str
    recipient: str
    number: int = 1


def status_part(lost: Lost, action: str = "failed", status: str = "5.1.1", diagnostic: str = "") -> bytes:
    said = diagnostic or f"550 {status} <{lost.recipient}>: Recipient address rejected: User unknown"
    fields = f"Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; {lost.recipient}\nAction: {action}\nStatus: {status}\n"
    return a_part(f"{fields}Diagnostic-Code: smtp; {said}\n", "message/delivery-status")


def report(lost: Lost, *parts: bytes, sender: str, subject: str, **fields: str) -> bytes:
    named = {"message_id": f"dsn{lost.number}.{subject[:4].strip()}@mx.example.net", "return_path": "<>", **fields}
    return a_multipart(
        *parts, kind="report", parameters="; report-type=delivery-status", sender=sender, to="desk@example.com", subject=subject, **named
    )


def head_of(octets: bytes) -> bytes:
    return octets.partition(b"\r\n\r\n")[0] + b"\r\n"


def postfix(lost: Lost) -> bytes:
    words = a_part(FAILURES["Postfix without parts"].replace("eva@example.org", lost.recipient))
    whole = a_part(lost.octets, "message/rfc822")
    daemon = "MAILER-DAEMON@mx.example.net (Mail Delivery System)"
    subject = "Undelivered Mail Returned to Sender"
    return report(lost, words, status_part(lost), whole, sender=daemon, subject=subject, auto_submitted="auto-replied")


def exchange(lost: Lost) -> bytes:
    words = a_part(FAILURES["Exchange auf Deutsch"].replace("eva@example.org", lost.recipient))
    head = a_part(head_of(lost.octets), "text/rfc822-headers")
    who = "postmaster@example.net"
    return report(
        lost, words, status_part(lost, diagnostic="550 5.1.1 RESOLVER.ADR.RecipNotFound; not found"), head,
        sender=who, subject="Unzustellbar: Ihre Nachricht", in_reply_to=f"<{lost.message_id}>", x_ms_exchange_message_is_ndr="",
    )  # fmt: skip


def gmail(lost: Lost) -> bytes:
    words = a_part(FAILURES["Gmail auf Deutsch"].replace("eva@example.org", lost.recipient))
    named = {"in_reply_to": f"<{lost.message_id}>", "references": f"<{lost.message_id}>", "x_failed_recipients": lost.recipient}
    daemon = "Mail Delivery Subsystem <mailer-daemon@googlemail.example>"
    return report(
        lost, words, status_part(lost), a_part(lost.octets, "message/rfc822"),
        sender=daemon, subject="Delivery Status Notification (Failure)", auto_submitted="auto-replied", **named,
    )  # fmt: skip


def original_envelope(lost: Lost) -> bytes:
    """RFC 6522 lets a report come without the mail; some servers name it by a field of their own."""
    named = a_part(f"Original-Message-ID: <{lost.message_id}>\nMessage-ID: <{lost.message_id}>\n", "text/rfc822-headers")
    words = a_part("Zustellung nicht möglich.\n")
    return report(lost, words, status_part(lost, status="5.2.2"), named, sender="mailer-daemon@example.net", subject="Unzustellbar")


def words_only(lost: Lost) -> bytes:
    """A text that speaks of the failure and repeats our letter."""
    words = FAILURES["GMX auf Deutsch"].replace("eva@example.org", lost.recipient) + "\n" + lost.octets.decode("ascii")
    return a_mail(
        words.replace("\r\n", "\n"), sender="GMX Mailer Daemon <mailer-daemon@gmx.example>", to="desk@example.com",
        subject="Mail delivery failed: returning message to sender", message_id=f"dsn{lost.number}.words@gmx.example",
    )  # fmt: skip


def recipient_only(lost: Lost) -> bytes:
    """It names who did not get it, and no mail."""
    words = a_part("Your message could not be delivered.\n")
    return report(lost, words, status_part(lost), sender="mailer-daemon@example.net", subject="Undeliverable mail")


def delay(lost: Lost) -> bytes:
    words = a_part("# THIS IS A WARNING ONLY. YOU DO NOT NEED TO RESEND YOUR MESSAGE. #\n")
    status = status_part(lost, "delayed", "4.4.1", "connect to mx.example.org[192.0.2.7]:25: Connection timed out")
    head = a_part(head_of(lost.octets), "text/rfc822-headers")
    return report(lost, words, status, head, sender="MAILER-DAEMON@mx.example.net", subject="Delayed Mail (still being retried)")


PROVED: dict[str, Callable[[Lost], bytes]] = {
    "Postfix": postfix,
    "Exchange": exchange,
    "Gmail": gmail,
    "a server that sends no mail back": original_envelope,
    "GMX, in words": words_only,
}
