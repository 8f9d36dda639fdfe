# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What a mail server says in plain words, and what people say about it: each a whole mail through the real parser."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maildesk.adapters.parse.delivery_reports import bounce_forms
from maildesk.adapters.parse.delivery_reports import plain_words as freetext_report
from maildesk.core.mail.classify import Automatic, classify
from maildesk.core.mail.message import DeliveryReport, Message
from tests.rig.bounces import DELAYS, FAILURES, LETTER, RETURNED
from tests.rig.builders import a_mail, a_multipart, a_part, parsed

DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.example.net>"
POSTMASTER = "postmaster@example.net"


def report(message: Message) -> DeliveryReport:
    assert message.delivery_report is not None
    return message.delivery_report


def a_bounce(text: str, *, sender: str | None = DAEMON, subject: str = "Undelivered Mail", **fields: str) -> Message:
    return parsed(a_mail(text, sender=sender, subject=subject, **fields))


@pytest.mark.parametrize("software", FAILURES)
def test_the_words_of_each_server_name_the_recipient_and_the_letter_that_failed(software: str) -> None:
    message = a_bounce(FAILURES[software] + RETURNED)

    assert classify(message).automatic is Automatic.BOUNCE
    assert report(message).failed_recipients == ("eva@example.org",)
    assert report(message).original_message_id == LETTER


@pytest.mark.parametrize("software", FAILURES)
@pytest.mark.parametrize(
    "marks",
    [
        {"sender": POSTMASTER},
        {"sender": "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@example.net>"},
        {"sender": "mail@example.net", "return_path": "<>"},
        {"sender": "mail@example.net", "auto_submitted": "auto-replied"},
        {"sender": "no-reply@example.net"},
        {"sender": "<>"},
    ],
    ids=str,
)
def test_any_mark_of_the_mail_system_is_enough_beside_the_words(software: str, marks: dict[str, str]) -> None:
    assert classify(a_bounce(FAILURES[software] + RETURNED, **marks)).automatic is Automatic.BOUNCE


@pytest.mark.parametrize("software", FAILURES)
def test_the_words_without_a_mark_are_a_persons(software: str) -> None:
    message = a_bounce(FAILURES[software] + RETURNED, sender="Kai Beispiel <kai@example.net>", subject="Das bekam ich zurück")

    assert classify(message).automatic is None
    assert message.delivery_report is None


@pytest.mark.parametrize("software", FAILURES)
@pytest.mark.parametrize("subject", ["WG: Undelivered Mail", "AW: Unzustellbar: Ihr Anliegen", "Fwd: failure notice"])
def test_a_person_who_forwards_a_bounce_through_a_redirect_stays_a_person(software: str, subject: str) -> None:
    text = f"Guten Tag,\nwas bedeutet das?\n\n{FAILURES[software]}{RETURNED}"
    message = a_bounce(text, sender="Kai Beispiel <kai@example.net>", subject=subject, return_path="<>")

    assert not classify(message).is_machine
    assert message.delivery_report is None


@pytest.mark.parametrize("software", DELAYS)
def test_a_delay_is_no_failure_and_names_nobody_as_failed(software: str) -> None:
    message = a_bounce(f"{DELAYS[software]}\n{RETURNED}", subject="Delayed Mail")

    assert classify(message).automatic is Automatic.DELAY
    assert report(message).failed_recipients == ()
    assert report(message).original_message_id == LETTER


DEAD = [
    "qmail", "Postfix without parts", "Exim", "T-Online", "a German server with a list", "Sendmail", "OpenSMTPD", "DragonFly Mail Agent",
    "Courier", "Gmail, old", "Exchange", "Sun Messaging Server", "Amazon WorkMail",
]  # fmt: skip


@pytest.mark.parametrize("software", DEAD)
def test_words_that_say_that_there_is_no_such_address_are_read_as_its_status(software: str) -> None:
    said = report(a_bounce(FAILURES[software] + RETURNED))

    assert (said.reason or said.status) == "5.1.1"


@pytest.mark.parametrize("software", ["GMX auf Deutsch", "a German server in one sentence", "IIS SMTP auf Deutsch"])
def test_words_that_give_another_reason_or_none_are_not(software: str) -> None:
    said = report(a_bounce(FAILURES[software] + RETURNED))

    assert (said.reason, said.status) == ("", "")


def test_what_the_server_said_counts_where_the_field_names_the_class_only() -> None:
    fields = "Final-Recipient: rfc822; eva@example.org\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 5.2.2 mailbox full\n"
    message = parsed(a_multipart(a_part("x\n"), a_part(fields, "message/delivery-status"), sender=DAEMON, subject="Report"))

    assert report(message).status == "5.2.2"


@pytest.mark.parametrize(
    "text",
    [
        "Your message was successfully delivered to the destination(s)\nlisted below.\n\n<eva@example.org>: delivery"
        " via mx.example.org: 250 ok\n",
        "Your message has been delivered to the following recipients:\n\neva@example.org\n",
        "Ihre Nachricht wurde erfolgreich zugestellt.\n\neva@example.org\n",
    ],
)
def test_a_delivery_is_a_receipt(text: str) -> None:
    message = a_bounce(text, subject="Successful Mail Delivery Report")

    assert classify(message).automatic is Automatic.RECEIPT
    assert report(message).failed_recipients == ()


def test_the_fields_count_in_a_part_of_any_type_and_in_base64() -> None:
    fields = "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; eva@example.org\nAction: failed\nStatus: 5.1.1\n"
    encoded = base64.encodebytes(fields.encode()).decode()
    for part in (
        a_part(fields, "text/plain"),
        a_part(fields, 'application/octet-stream; name="details.txt"'),
        a_part(encoded, "text/plain", content_transfer_encoding="base64"),
        a_part(encoded, "message/delivery-status", content_transfer_encoding="base64"),
    ):
        message = parsed(a_multipart(a_part("Hello\n"), part, sender=DAEMON, subject="Report"))

        assert report(message).failed_recipients == ("eva@example.org",)
        assert report(message).status == "5.1.1"


@pytest.mark.parametrize(
    ("fields", "failed"),
    [
        ("Final-Recipient: rfc822; eva@example.org\nAction: failed\n", ("eva@example.org",)),
        ("Final-Recipient: RFC822;<eva@example.org> (Eva)\nAction: Failed (permanent)\n", ("eva@example.org",)),
        ("Final-Recipient: X-LOCAL; eva@example.org\nAction: expired\n", ("eva@example.org",)),
        ("Original-Recipient: rfc822; eva@example.org\nFinal-Recipient: rfc822; e.m@mail\nAction: failed\n", ("eva@example.org",)),
        ("Final-Recipient: rfc822; IMCEASMTP-eva+40example+2Eorg@example.net\nAction: failed\n", ("eva@example.org",)),
        (
            "Final-Recipient: rfc822; eva@example.org\nAction: failed\nFinal-Recipient: rfc822; kai@example.org\nAction: failed\n",
            ("eva@example.org", "kai@example.org"),
        ),
        (
            "Final-Recipient: rfc822; eva@example.org\nAction: failed\n\nFinal-Recipient: rfc822; EVA@EXAMPLE.ORG\nAction: failed\n",
            ("eva@example.org",),
        ),
        ("Final-Recipient: rfc822; eva@example.org\nStatus: 4.4.7\n", ("eva@example.org",)),
        ("Final-Recipient: rfc822; eva@example.org\nDiagnostic-Code: smtp; 550 no such user\n", ("eva@example.org",)),
    ],
)  # fmt: skip
def test_the_fields_are_read_as_servers_write_them(fields: str, failed: tuple[str, ...]) -> None:
    status = a_part(f"Reporting-MTA: dns; mx.example.net\n\n{fields}", "message/delivery-status")
    message = parsed(a_multipart(a_part("Hello\n"), status, kind="report", parameters="; report-type=delivery-status", sender=DAEMON))

    assert report(message).action == "failed"
    assert report(message).failed_recipients == failed


def test_a_header_field_names_the_recipients_where_nothing_else_does() -> None:
    message = a_bounce("It did not work.\n", x_failed_recipients="eva@example.org, kai@example.org")

    assert report(message).failed_recipients == ("eva@example.org", "kai@example.org")


def test_at_last_those_are_named_whom_the_returned_mail_went_to() -> None:
    message = parsed(a_multipart(a_part("Sorry.\n"), a_part(RETURNED, "message/rfc822"), sender=DAEMON, subject="Returned mail"))

    assert report(message).failed_recipients == ("eva@example.org",)
    assert report(message).original_message_id == LETTER


def test_neither_the_desk_nor_a_helper_nor_an_id_is_taken_for_a_recipient() -> None:
    text = (
        "Your message could not be delivered.\n\nFrom: desk@example.com\nMessage-ID: <x1@mail.example.com>\nPlease"
        " contact help@example.net for"
        " assistance.\nThe address eva@example.org does not exist.\n"
    )
    assert report(a_bounce(text)).failed_recipients == ("eva@example.org",)


def test_a_report_in_a_report_is_read() -> None:
    status = a_part(
        "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; eva@example.org\nAction: failed\n", "message/delivery-status"
    )
    inner = a_multipart(a_part("x\n"), status, kind="report", boundary="innen", parameters="; report-type=delivery-status", sender=DAEMON)
    message = parsed(a_multipart(a_part("Filtered.\n"), a_part(inner, "message/rfc822"), sender=POSTMASTER, subject="Returned mail"))

    assert report(message).failed_recipients == ("eva@example.org",)


def test_a_person_who_attaches_a_bounce_stays_a_person() -> None:
    status = a_part(
        "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; eva@example.org\nAction: failed\n", "message/delivery-status"
    )
    inner = a_multipart(a_part("x\n"), status, kind="report", boundary="innen", parameters="; report-type=delivery-status", sender=DAEMON)
    for part in (status, a_part(inner, "message/rfc822")):
        message = parsed(a_multipart(a_part("Was soll ich damit?\n"), part))

        assert classify(message).automatic is None
        assert message.delivery_report is None


def test_a_refusal_that_is_told_as_a_disposition_is_a_failure() -> None:
    fields = (
        "Reporting-UA: mx; Dovecot\nFinal-Recipient: rfc822; eva@example.org\nOriginal-Message-ID: <"
        + LETTER
        + ">\nDisposition: automatic-action/MDN-sent-automatically; deleted\n"
    )
    parts = (
        a_part("Your message to <eva@example.org> was automatically rejected:\nQuota exceeded\n"),
        a_part(fields, "message/disposition-notification"),
    )
    message = parsed(
        a_multipart(
            *parts,
            kind="report",
            parameters="; report-type=disposition-notification",
            sender="Mail Delivery Subsystem <postmaster@example.net>",
        )
    )

    assert report(message).failed_recipients == ("eva@example.org",)
    assert report(message).original_message_id == LETTER


def test_a_read_receipt_reports_no_delivery() -> None:
    fields = "Final-Recipient: rfc822; eva@example.org\nDisposition: manual-action/MDN-sent-manually; displayed\n"
    parts = (a_part("Your message was read.\n"), a_part(fields, "message/disposition-notification"))
    message = parsed(a_multipart(*parts, kind="report", parameters="; report-type=disposition-notification"))

    assert message.delivery_report is None
    assert classify(message).automatic is Automatic.RECEIPT


def test_a_complaint_is_bulk_and_reports_no_delivery() -> None:
    fields = "Feedback-Type: abuse\nUser-Agent: X/1\nOriginal-Rcpt-To: eva@example.org\n"
    parts = (a_part("This is an email abuse report.\n"), a_part(fields, "message/feedback-report"), a_part(RETURNED, "message/rfc822"))
    message = parsed(a_multipart(*parts, kind="report", parameters="; report-type=feedback-report", sender="staff@example.net"))

    assert message.delivery_report is None
    assert classify(message).automatic is Automatic.BULK


def test_an_answer_of_absence_from_a_machine_is_no_bounce() -> None:
    message = a_bounce(
        "Ich bin im Urlaub. Ihre Nachricht wird nicht weitergeleitet.\n",
        sender="eva@example.org",
        subject="Automatische Antwort: Ihr Anliegen",
        return_path="<>",
    )

    assert message.delivery_report is None
    assert classify(message).automatic is Automatic.AUTO_REPLY


@pytest.mark.parametrize(
    "piece",
    ["a@", "@a.", "<a@b.c>", "-" * 50 + "\n", "> ", " ", "\n", "a" * 999 + " ", "eva@example.org ", "could not be ",
     "nachricht konnte ", "[<(\"'", "c=de;a=",
     "(expanded from ", "transcript of session follows\n", "rcpt to: ", "message to ", "ich bin ", "x.", "'", "="],
)  # fmt: skip
@pytest.mark.timeout(20)
def test_a_megabyte_of_anything_takes_no_time(piece: str) -> None:
    """No clock: the search of one pattern whose time grows with the square of the text would run into the limit."""
    text = "This message was created automatically.\n" + piece * (1_000_000 // len(piece))

    assert a_bounce(text).originator.local_part == "mailer-daemon"


@given(st.text(max_size=2000))
@settings(max_examples=200)
def test_no_text_makes_the_reading_raise(text: str) -> None:
    read = freetext_report.split(text)
    said = freetext_report.spoken(read)

    assert said.action in {"", "failed", "delayed", "delivered", "relayed"}
    assert all("@" in address for address in freetext_report.loose_recipients(read, (), frozenset()))


@given(st.binary(max_size=2000))
@settings(max_examples=200)
def test_no_octets_in_a_status_part_make_the_parser_raise(octets: bytes) -> None:
    message = parsed(a_multipart(a_part("x\n"), a_part(octets, "message/delivery-status"), kind="report", sender=DAEMON))

    assert not any("only the head was read" in defect for defect in message.defects)


def test_every_form_of_the_tables_is_a_pattern_in_lower_case() -> None:
    for form in (*bounce_forms.DELAYS, *bounce_forms.DELIVERIES, *bounce_forms.FAILURES, *bounce_forms.REFUSALS):
        bare = form.phrase.replace("{address}", "").replace(r"\S", "").replace(r"\W", "").replace(r"\B", "")
        assert bare == bare.lower(), form.phrase
        assert form.regex.pattern
