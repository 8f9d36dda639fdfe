# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Who is a person: every row is a real mail that goes through the real parser."""

from __future__ import annotations

import pytest

from maildesk.adapters.parse import parse
from maildesk.core.mail.classify import Automatic, Verdict, classify
from maildesk.octets import Octets
from tests.rig.builders import a_mail, a_multipart, a_part

PERSON = None


def judged(octets: bytes) -> Verdict:
    return classify(parse(Octets.of(octets)))


def with_field(name: str, value: str, **more: str) -> bytes:
    return a_mail(**more).replace(b"MIME-Version:", f"{name}: {value}\r\nMIME-Version:".encode(), 1)


def a_report(kind: str, report: str, **more: str) -> bytes:
    return a_multipart(a_part("Report\n"), a_part(report, f"message/{kind}"), kind="report", parameters=f"; report-type={kind}", **more)


FAILED = "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; eva@example.org\nAction: failed\nStatus: 5.1.1\n"

# 28 mails, 10 by people and 18 by machines, on which the best helpdesk measured erred nine times.
TWENTY_EIGHT: dict[str, tuple[bytes, Automatic | None]] = {
    "a person": (a_mail(), PERSON),
    "a person, Auto-Submitted: no": (with_field("Auto-Submitted", "no"), PERSON),
    "a person, Precedence: normal": (with_field("Precedence", "normal"), PERSON),
    "a person, Precedence: first-class": (with_field("Precedence", "first-class"), PERSON),
    "a person behind a gateway that adds X-Auto-Response-Suppress: All": (with_field("X-Auto-Response-Suppress", "All"), PERSON),
    "a person, redirected, Return-Path <>": (with_field("Return-Path", "<>"), PERSON),
    "a person who writes about an autoreply": (a_mail(subject="Autoreply Ihrer Behoerde war falsch"), PERSON),
    "absence, auto-replied": (with_field("Auto-Submitted", "auto-replied"), Automatic.AUTO_REPLY),
    "absence, Auto-Replied (vacation)": (with_field("Auto-Submitted", "Auto-Replied (vacation)"), Automatic.AUTO_REPLY),
    "absence, auto-generated and suppress all": (
        with_field("Auto-Submitted", "auto-generated\r\nX-Auto-Response-Suppress: All"),
        Automatic.AUTO_REPLY,
    ),
    "auto-notified with parameter": (with_field("Auto-Submitted", "auto-notified; owner-email=x"), Automatic.AUTO_REPLY),
    "Precedence: bulk": (with_field("Precedence", "bulk"), Automatic.BULK),
    "Precedence: list": (with_field("Precedence", "list"), Automatic.LIST),
    "Precedence: auto_reply": (with_field("Precedence", "auto_reply"), Automatic.AUTO_REPLY),
    "X-Autoreply: yes": (with_field("X-Autoreply", "yes"), Automatic.AUTO_REPLY),
    "X-Autorespond": (with_field("X-Autorespond", "x"), Automatic.AUTO_REPLY),
    "a person whose program asks for no automatic answer": (with_field("X-Auto-Response-Suppress", "OOF, AutoReply"), PERSON),
    "X-Loop: yes": (with_field("X-Loop", "yes"), Automatic.BULK),
    "List-Id": (with_field("List-Id", "<news.example.net>"), Automatic.LIST),
    "List-Unsubscribe": (with_field("List-Unsubscribe", "<mailto:off@example.net>"), Automatic.LIST),
    "delivery report": (a_report("delivery-status", FAILED), Automatic.BOUNCE),
    "mailer-daemon without other mark": (a_mail(sender="MAILER-DAEMON@example.net"), Automatic.BOUNCE),
    "postmaster without other mark": (a_mail(sender="postmaster@example.net"), Automatic.BULK),
    "read receipt": (
        a_report("disposition-notification", "Disposition: manual-action/MDN-sent-manually; displayed\n"),
        Automatic.RECEIPT,
    ),
    "a person under the subject of a notice": (a_mail(subject="Automatische Antwort: Ihre Nachricht"), PERSON),
    "a person about a notice": (a_mail(subject="Abwesenheitsnotiz: Termin"), PERSON),
    "calendar answer": (
        a_multipart(a_part(""), a_part("BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR\n", "text/calendar; method=REPLY")),
        Automatic.CALENDAR,
    ),
    "noreply": (a_mail(sender="noreply@example.net"), Automatic.BULK),
}


@pytest.mark.parametrize("case", TWENTY_EIGHT)
def test_each_of_the_28_mails_is_judged_rightly(case: str) -> None:
    octets, expected = TWENTY_EIGHT[case]

    verdict = judged(octets)

    assert verdict.automatic == expected
    assert verdict.acknowledge == (expected is None)
    assert verdict.evidence


# What the vacation programs and helpdesks look at, all of them together: none of these mails may be answered.
SILENT_FIELDS = [
    # Pigeonhole
    *[(name, "<x@example.net>") for name in ("List-Owner", "List-Subscribe", "List-Post", "List-Help", "List-Archive")],
    ("Auto-Submitted", "auto-generated"),
    ("Auto-Submitted", "AUTO-REPLIED"),
    ("Auto-Submitted", 'auto-replied; owner-email="x@example.net"'),
    ("Auto-Submitted", "(comment) auto-replied"),
    ("Auto-Submitted", "auto-something-new"),
    ("Precedence", "junk"),
    ("Precedence", "BULK"),
    ("Precedence", "bulk, list"),
    # Zammad, RT, Roundup, FreeScout, osTicket
    ("X-Loop", "true"),
    ("X-Loop", "desk@example.net"),
    ("X-FC-MachineGenerated", "true"),
    ("X-RT-Loop-Prevention", "rt.example.net"),
    ("X-Roundup-Loop", "hello"),
    ("X-Autoresponder", "1"),
    ("X-Precedence", "bulk"),
    ("X-Precedence", "auto_reply"),
    ("Delivered-To", "autoresponder"),
    ("X-Autoresponse", "yes"),
    ("X-AutoReply-From", "x@example.net"),
    ("X-Mail-Autoreply", "yes"),
    ("X-Autogenerated", "Reply"),
    ("X-AMAZON-MAIL-RELAY-TYPE", "notification"),
    ("X-BeenThere", "list@example.net"),
    ("Mailing-List", "list x@example.net"),
    ("X-Spam-Flag", "YES"),
]


@pytest.mark.parametrize(("name", "value"), SILENT_FIELDS)
def test_every_mark_that_other_systems_know_is_silent(name: str, value: str) -> None:
    assert not judged(with_field(name, value)).acknowledge


@pytest.mark.parametrize(("name", "value"), [field for field in SILENT_FIELDS if field[0] != "Auto-Submitted"])
def test_marks_are_recognised_in_upper_case_folded_and_repeated(name: str, value: str) -> None:
    folded = with_field(name.upper(), f"\r\n {value}")
    repeated = with_field(name, f"normal\r\n{name}: {value}")

    assert not judged(folded).acknowledge
    assert not judged(repeated).acknowledge


@pytest.mark.parametrize(
    "address",
    [
        "MAILER-DAEMON@example.net", "listserv@example.net", "majordomo@example.net", "news-request@example.net", "owner-news@example.net",
        "news-owner@example.net", "news-bounces@example.net", "postmaster@example.net", "no-reply@example.net", "do.not.reply@example.net",
        "nicht-antworten@example.net", "noreply-orders@example.net", "shop-noreply@example.net",
    ],
)  # fmt: skip
def test_mail_from_an_address_of_a_machine_is_not_answered(address: str) -> None:
    assert not judged(a_mail(sender=address)).acknowledge


# The near misses: people's mail that looks a little like a machine's. Each must be answered.
PEOPLE = {
    "Auto-Submitted: no with a comment": with_field("Auto-Submitted", "no (written by hand)"),
    "Auto-Submitted: NO": with_field("Auto-Submitted", "NO"),
    "Precedence: urgent": with_field("Precedence", "urgent"),
    "Precedence: special-delivery": with_field("Precedence", "special-delivery"),
    "X-Auto-Response-Suppress: DR, RN, NRN": with_field("X-Auto-Response-Suppress", "DR, RN, NRN"),
    "X-Auto-Response-Suppress: OOF": with_field("X-Auto-Response-Suppress", "OOF"),
    "X-Auto-Response-Suppress: All, OOF": with_field("X-Auto-Response-Suppress", "All, OOF"),
    "X-Auto-Response-Suppress: None": with_field("X-Auto-Response-Suppress", "None"),
    "X-Autoreply: no": with_field("X-Autoreply", "no"),
    "empty List-Id": with_field("List-Id", ""),
    "a name with daemon": a_mail(sender="Daemon Hill <daemon.hill@example.net>"),
    "an address that begins like noreply": a_mail(sender="norep.lyons@example.net"),
    "an owner": a_mail(sender="owner@example.net"),
    "Ms Bounce": a_mail(sender="Berta Bounce <bounce.berta@example.net>"),
    "a request": a_mail(sender="requests@example.net"),
    "automatic answer as a topic": a_mail(subject="Ihre automatische Antwort war sehr unhöflich"),
    "automatic answer quoted": a_mail(subject='"Automatische Antwort": was soll das?'),
    "absence as a topic": a_mail(subject="Abwesenheitsnotizen Ihrer Mitarbeiter"),
    "out of office as a topic": a_mail(subject="Mr Smith is out of the office again"),
    "a delivery that failed, by a person": a_mail(subject="Unzustellbar: mein Brief an Sie kam zurück"),
    "an invitation by a person": a_multipart(
        a_part("Kommen Sie?\n"), a_part("BEGIN:VCALENDAR\nMETHOD:REQUEST\nEND:VCALENDAR\n", "text/calendar; method=REQUEST")
    ),
    "an ordinary Return-Path": with_field("Return-Path", "<eva@example.org>"),
    "a signed mail with an odd header": with_field("X-Loopback", "yes"),
}


@pytest.mark.parametrize("case", PEOPLE)
def test_a_persons_mail_that_looks_a_little_like_a_machines_is_answered(case: str) -> None:
    assert judged(PEOPLE[case]).automatic is None


def test_two_weak_marks_together_make_a_machine() -> None:
    octets = with_field("X-Auto-Response-Suppress", "All\r\nReturn-Path: <>")

    verdict = judged(octets)

    assert verdict.automatic is Automatic.BULK
    assert not verdict.is_machine, "a person may still stand behind it, so it becomes a case"


@pytest.mark.parametrize(
    ("action", "status", "expected"),
    [
        ("failed", "5.1.1", Automatic.BOUNCE),
        ("delayed", "4.4.7", Automatic.DELAY),
        ("delivered", "2.0.0", Automatic.RECEIPT),
        ("relayed", "2.1.5", Automatic.RECEIPT),
    ],
)
def test_a_delivery_report_is_what_its_action_says(action: str, status: str, expected: Automatic) -> None:
    report = FAILED.replace("failed", action).replace("5.1.1", status)

    assert judged(a_report("delivery-status", report)).automatic is expected


AWAY = "Sehr geehrte Damen und Herren,\nich bin vom 1. bis 14. August nicht im Büro. Ihre E-Mail wird nicht weitergeleitet.\n"
ABSENCES = {
    "German": a_mail(AWAY, subject="Abwesenheit"),
    "English, Notes": a_mail(
        "I will be out of the office starting  02/08/2026 and will not return until\n06/08/2026.\n\n"
        "I will reply to messages on my return.\n",
        subject="Kai Beispiel/Example/DE is out of the office.",
    ),
    "under any subject": a_mail(AWAY, subject="Termin am Montag"),
}


@pytest.mark.parametrize("case", ABSENCES)
def test_an_absence_without_any_header_is_known_by_its_sentences_where_it_answers_us(case: str) -> None:
    verdict = judged(ABSENCES[case])

    assert verdict.automatic is Automatic.AUTO_REPLY
    assert not verdict.is_machine, "words alone prove nothing yet"
    assert verdict.where(in_a_case=True).is_machine
    assert verdict.where(in_a_case=False).automatic is None


NO_ABSENCES = {
    "a citizen tells of an absence": a_mail(
        "Guten Tag,\nich bin vom 1. bis 14. August im Urlaub und nicht erreichbar. Bitte verlegen Sie meinen Termin.\n",
        subject="Abwesenheitsmeldung vom 1.8. bis 14.8.",
    ),
    "the subject alone": a_mail("Guten Tag,\ngilt mein Termin noch?\n", subject="Frau Weber ist nicht im Büro"),
    "the subject alone, in English": a_mail("When will he be back?\n", subject="Kai Beispiel is out of the office"),
    "nothing on what becomes of the mail": a_mail(
        "Guten Tag,\nvielen Dank für Ihre Nachricht. Zurzeit bin ich bis zum 14.8. im Urlaub.\nIn dringenden Fällen hilft Frau Weber.\n",
        subject="Ich bin im Urlaub",
    ),
    "the same, in English": a_mail(
        "Thank you for your email. I am currently out of the office.\n", subject="Out of the office until Monday"
    ),
    "an answer to an absence": a_mail("Danke, dann melde ich mich später.\n", subject="AW: Automatische Antwort: Ihre Nachricht"),
    "an answer that quotes an absence": a_mail(
        "Dann bitte Frau Weber.\n\nAm 23.11.2026 um 09:15 schrieb Kai:\n" + "".join(f"> {line}\n" for line in AWAY.splitlines()),
        subject="Re: Abwesenheit",
    ),
}


@pytest.mark.parametrize("case", NO_ABSENCES)
def test_a_person_who_writes_about_an_absence_is_a_person(case: str) -> None:
    assert judged(NO_ABSENCES[case]).automatic is None


BOUNCED = "This message was created automatically by mail delivery software.\nA message that you sent could not be delivered.\n"
ABOUT_BOUNCES = {
    "quotes one": a_mail(
        "Was bedeutet das?\n\n" + "".join(f"> {line}\n" for line in BOUNCED.splitlines()), subject="Mein Brief kam zurück"
    ),
    "copies one": a_mail(f"Das bekam ich:\n\n{BOUNCED}\n<desk@example.com>: 550 unknown\n", subject="Unzustellbar: mein Brief"),
    "forwards one": a_mail(BOUNCED, subject="WG: Undelivered Mail Returned to Sender"),
    "forwards one behind a redirect": with_field("Return-Path", "<>", body=BOUNCED, subject="Fwd: Undelivered Mail"),
}


@pytest.mark.parametrize("case", ABOUT_BOUNCES)
def test_a_person_who_writes_about_a_bounce_is_no_machine(case: str) -> None:
    verdict = judged(ABOUT_BOUNCES[case])

    assert not verdict.is_machine
    assert verdict.automatic is None


def a_document(kind: str = "application/pdf") -> bytes:
    return a_part("%PDF-1.4", f'{kind}; name="doc.pdf"', content_disposition='attachment; filename="doc.pdf"')


SCANS = {
    "scanner": a_multipart(a_part(""), a_document(), sender="scanner@example.com", subject="Widerspruch"),
    "Konica Minolta": a_multipart(a_part(""), a_document(), sender="buero@example.com", subject="Message from KM_C364"),
    "scan to mail": a_multipart(a_part(""), a_document("image/tiff"), sender="buero@example.com", subject="Scan to mail"),
    "fax": a_multipart(a_part(""), a_document("image/tiff"), sender="fax2mail@example.com", subject="Fax von +49 6252 1567"),
    "scanner that suppresses answers": a_multipart(
        a_part(""),
        a_document(),
        sender="kopierer-2@example.com",
        x_auto_response_suppress="OOF, AutoReply",
        auto_submitted="auto-generated",
    ),
    "scanner with an empty sender": a_multipart(a_part(""), a_document(), sender="scan@example.com", return_path="<>"),
}


@pytest.mark.parametrize("case", SCANS)
def test_what_a_copier_or_a_fax_sends_becomes_a_case_without_an_answer(case: str) -> None:
    verdict = judged(SCANS[case])

    assert verdict.automatic is None, "it is post from a person"
    assert not verdict.acknowledge, "the copier reads no answer"
    assert not verdict.is_machine


def test_a_complaint_about_a_mail_is_bulk() -> None:
    mail = a_part(a_mail(), "message/rfc822")

    assert (
        judged(a_multipart(mail, sender="staff@example.net", subject=" complaint about message from 192.0.2.1")).automatic is Automatic.BULK
    )
    assert judged(a_multipart(mail, sender="staff@example.net", subject="Complaint about message from Ms Weber")).automatic is None


def test_a_person_who_sends_a_scan_gets_an_answer() -> None:
    octets = a_multipart(a_part("Anbei der Bescheid.\n"), a_document(), subject="Scan von meinem Bescheid")

    assert judged(octets).acknowledge


def test_evidence_of_a_word_that_nobody_knows_does_not_repeat_it() -> None:
    verdict = judged(with_field("Auto-Submitted", "eva@example.org"))

    assert verdict.automatic is Automatic.BULK
    assert "eva" not in " ".join(verdict.evidence)


def test_evidence_never_holds_the_address_of_a_person() -> None:
    for octets, _ in TWENTY_EIGHT.values():
        assert "@" not in " ".join(judged(octets).evidence)


@pytest.mark.parametrize("value", ["auto-generated x=y", "auto-x=1", "auto-replied owner=x", "Auto-Notified  a=b; c=d"])
def test_a_parameter_without_its_semicolon_does_not_make_a_machine_a_person(value: str) -> None:
    assert judged(with_field("Auto-Submitted", value)).automatic is not None


def test_a_plain_no_with_a_parameter_is_a_person() -> None:
    assert judged(with_field("Auto-Submitted", "no x=y")).automatic is None
