# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""One case from the first mail to its reopening, over real IMAP and SMTP; every mail that leaves is read byte for byte.

A citizen writes, the mail is handed on, a colleague elsewhere is asked, an answer is written in Outlook, the citizen asks again, is
answered from the shared mailbox, the case is closed with its assessment, and the citizen opens it again.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.header import decode_header, make_header
from pathlib import Path

import pytest

from maildesk.core.letters.keyed_ids import parse_keyed_id
from tests.rig.builders import a_mail, a_multipart, a_part
from tests.rig.colleagues import EVA, MOSER, STAFF, WEBER, case, click, polled, shown, text_of, to
from tests.rig.days import case_number
from tests.rig.desk import ADDRESS, TestDesk, a_desk
from tests.rig.dovecot import Dovecot
from tests.rig.letters import content
from tests.rig.post_office import Accepted, PostOffice

BERG = "berg@leistung.haus.example"
NUMBER = case_number(1)
QUESTION = """Guten Tag,

meine Heizkosten liegen seit sechs Wochen bei Ihnen, und niemand hat sich gemeldet.
Meine Kundennummer ist 999B000456.

Eva Muster
"""
NOTE = "NOTIZ: hat schon dreimal angerufen"
STATEMENT = "STELLUNGNAHME: die Akte lag in der falschen Abteilung."
ANSWER = """Sehr geehrte Frau Muster,

das tut uns leid. Der Bescheid geht am Montag an Sie hinaus.

Mit freundlichen Grüßen
A. Weber"""
SIGNATURE = "Anna Weber\nSachbearbeiterin, Zimmer 2.14\nTel.: 06252 99-123\nE-Mail: weber@haus.example\nwww.haus.example"
PDF = b"%PDF-1.4 Merkblatt"

# What no mail to the citizen may hold, in whatever part or header, encoded or not.
NEVER_OUTSIDE = (
    "weber@", "moser", "berg", "haus.example", "2.14", "06252 99", "sachbearbeiterin", "notiz", "stellungnahme", "dreimal",
    "x-mailer", "outlook", "thread-index", "received:", "999b000456", "sechs wochen", "kritik", "berechtigt", "erledigt",
    "stellungnahme bis", "antworten sie einfach", "merkblatt_weber",
)  # fmt: skip
SENT_BY_US = {
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "MIME-Version", "Content-Type",
    "Content-Transfer-Encoding", "Content-Language", "Auto-Submitted", "X-Auto-Response-Suppress",
}  # fmt: skip
TOKEN = re.compile(r"~[a-z2-7]{26}")
ORDER = re.compile(r"#(?![0-9a-f]{6}\b)[a-zäöüß]")  # and no colour of the HTML form


@dataclass
class Case:
    """The desk, and what of each person's post has been read already."""

    desk: TestDesk
    read: dict[str, int] = field(default_factory=dict)

    def new(self, recipient: str) -> list[Accepted]:
        letters = to(self.desk, recipient)
        before = self.read.get(recipient, 0)
        self.read[recipient] = len(letters)
        return letters[before:]

    def one(self, recipient: str) -> Accepted:
        (letter,) = self.new(recipient)
        return letter


@pytest.fixture
def of_eva(dovecot: Dovecot, user: str, tmp_path: Path) -> Iterator[Case]:
    with PostOffice(dovecot, {ADDRESS: user}) as post:
        yield Case(a_desk(tmp_path / "desk", dovecot, post, user, more=STAFF, desk_more='internal_domains = ["haus.example"]'))


def whole(letter: Accepted) -> str:
    """The octets, and everything in them decoded: headers, bodies, names and contents of attachments; small letters."""
    said = [letter.octets.decode("utf-8", "replace")]
    for part in letter.mail.walk():
        said += [f"{name}: {make_header(decode_header(str(value)))}" for name, value in part.items()]
        said.append(str(part.get_filename()))
        payload = part.get_payload(decode=True)
        said.append(payload.decode("utf-8", "replace") if isinstance(payload, bytes) else "")
    return "\n".join(said).lower()


def keyed_ids(letter: Accepted) -> list[str]:
    return [each for each in re.findall(r"<([^<>\s]+)>", letter.octets.decode("utf-8", "replace")) if parse_keyed_id(each)]


def check_outside(desk: TestDesk, letter: Accepted) -> None:
    """A mail to the citizen: our own fields, our own words, and no id that was made for anybody else."""
    secret = (desk.folder / "message-id.key").read_bytes()
    said = whole(letter)
    assert [word for word in NEVER_OUTSIDE if word in said] == []
    assert ORDER.search(said) is None
    assert TOKEN.search(said) is None
    assert set(letter.mail.keys()) <= SENT_BY_US, set(letter.mail.keys()) - SENT_BY_US
    assert str(make_header(decode_header(letter.mail["From"]))) == f'"Kundendialog Musterstadt" <{ADDRESS}>'
    assert letter.recipients == (EVA, ADDRESS)
    assert keyed_ids(letter)
    for each in keyed_ids(letter):
        keyed = parse_keyed_id(each)
        assert keyed is not None
        assert keyed.is_genuine(secret, EVA), "an id of somebody else's letter"


def check_inside(desk: TestDesk, letter: Accepted, reader: str) -> None:
    """A mail to a colleague: no address of the citizen to answer by mistake, no id or link that was made for anybody else."""
    secret = (desk.folder / "message-id.key").read_bytes()
    others = {WEBER, MOSER, BERG, EVA} - {reader}
    for name in ("From", "To", "Cc", "Reply-To", "Sender", "Return-Path"):
        assert not any(other in str(letter.mail[name]) for other in others), name
    assert all(keyed.is_genuine(secret, reader) for each in keyed_ids(letter) if (keyed := parse_keyed_id(each)))
    links = set(TOKEN.findall(whole(letter)))
    assert links.isdisjoint(desk_tokens(desk, others)), "a link that was made for another colleague"


def desk_tokens(desk: TestDesk, readers: set[str]) -> set[str]:
    return {token for reader in readers for letter in to(desk, reader) for token in TOKEN.findall(whole(letter))}


def in_outlook(relayed: Accepted, words: str, *attachments: bytes, number: int) -> bytes:
    """As Outlook answers: text and HTML of Word, the private signature, the whole mail below a block of its header."""
    head = f"Von: Eva Muster über Kundendialog <{ADDRESS}>\nGesendet: Montag, 23. November 2026 09:20\nAn: Weber, Anna <{WEBER}>\n"
    quoted = f"{head}Betreff: {shown(relayed)}\n\n{text_of(relayed)}"
    plain = f"{words}\n\n{SIGNATURE}\n\n{quoted}"
    lines = "".join(f"<p class=MsoNormal>{line or '&nbsp;'}<o:p></o:p></p>\n" for line in f"{words}\n\n{SIGNATURE}".split("\n"))
    quoted_html = content(relayed.mail, "text/html")
    marked = head.replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>")
    block = f'<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p class=MsoNormal>{marked}Betreff: {shown(relayed)}</p></div>'
    html = f"<html><body lang=DE><div class=WordSection1>{lines}{block}{quoted_html}</div></body></html>"
    inner = "\n".join(
        [
            "--innen", "Content-Type: text/plain; charset=utf-8", "", plain, "--innen", "Content-Type: text/html; charset=utf-8", "", html,
            "--innen--", "",
        ]
    )  # fmt: skip
    return a_multipart(
        a_part(inner, 'multipart/alternative; boundary="innen"'),
        *attachments,
        sender=f"Weber, Anna <{WEBER}>",
        to=ADDRESS,
        subject=f"AW: {shown(relayed)}",
        message_id=f"outlook-{number}@haus.example",
        in_reply_to=relayed.mail["Message-ID"],
        references=f"{relayed.mail['References']} {relayed.mail['Message-ID']}",
        x_mailer="Microsoft Outlook 16.0",
        thread_index="Adx7J0nA3bVqK2hHTcGq0b1dWmX5yQABcZqA",
    )


def a_pdf(name: str) -> bytes:
    body = base64.b64encode(PDF).decode() + "\n"
    return a_part(
        body, f'application/pdf; name="{name}"', content_disposition=f'attachment; filename="{name}"', content_transfer_encoding="base64"
    )


def test_a_case_from_its_first_mail_to_its_reopening_byte_for_byte(of_eva: Case) -> None:
    desk = of_eva.desk
    citizen_writes(of_eva)
    relayed = handed_on(of_eva)
    statement_is_asked_for_and_given(of_eva, relayed)
    answered_in_outlook(of_eva, relayed)
    asked_again_and_answered_from_the_shared_mailbox(of_eva)
    closed_with_an_assessment(of_eva, relayed)
    opened_again(of_eva)

    for reader in (WEBER, MOSER, BERG):
        for letter in to(desk, reader):
            check_inside(desk, letter, reader)
    for letter in to(desk, EVA):
        check_outside(desk, letter)
    assert {recipient for letter in desk.post.accepted for recipient in letter.recipients} == {EVA, WEBER, MOSER, BERG, ADDRESS}
    assert desk.status()["healthy"] is True
    assert desk.maildesk("outbox", "--json").json == []
    directions = [(each["direction"], each["role"]) for each in case(desk)["messages"]]  # type: ignore[attr-defined]
    assert directions == [
        ("in", "citizen"), ("out", "desk"),                       # the question and its acknowledgement
        ("note", "staff"), ("note", "consulted"),                 # a colleague asks, and is answered
        ("note", "staff"),                                        # an order and a note
        ("note", "staff"), ("out", "desk"),                       # the answer as it was written, and as it left
        ("in", "citizen"), ("out", "desk"), ("out", "staff"),     # asked again, noted, and answered from the shared mailbox
        ("note", "staff"),                                        # closed
        ("in", "citizen"), ("note", "staff"),                     # and open again: one note a day is enough; seen
    ]  # fmt: skip


def citizen_writes(of_eva: Case) -> None:
    desk = of_eva.desk
    desk.write(
        a_multipart(
            a_part(QUESTION), a_pdf("Abrechnung.pdf"), a_pdf("Rechnung.exe"), sender=f"Eva Muster <{EVA}>", to=ADDRESS,
            subject="Heizkosten, Kdnr. 999B000456", message_id="frage@example.org",
        )
    )  # fmt: skip
    polled(desk)
    letter = of_eva.one(EVA)
    assert shown(letter) == f"Ihre Nachricht – Vorgang {NUMBER}"
    assert letter.envelope_sender == ""
    assert letter.mail["Auto-Submitted"] == "auto-replied"
    assert letter.mail["In-Reply-To"] == "<frage@example.org>"


def handed_on(of_eva: Case) -> Accepted:
    relayed, other = of_eva.one(WEBER), of_eva.one(MOSER)
    assert shown(relayed) == shown(other)
    assert shown(relayed).startswith(f"[{NUMBER}] Heizkosten, Kdnr. ")
    assert "999B000456" not in str(shown(relayed))
    assert "seit sechs Wochen" in text_of(relayed)
    names = [part.get_filename() for part in relayed.mail.walk() if part.get_filename()]
    assert names == ["Abrechnung.pdf"]
    assert "Rechnung.exe" in text_of(relayed), "held back, and named"
    (enclosed,) = (part for part in relayed.mail.walk() if part.get_filename())
    assert enclosed.get_payload(decode=True) == PDF
    return relayed


def statement_is_asked_for_and_given(of_eva: Case, relayed: Accepted) -> None:
    desk = of_eva.desk
    desk.write(in_outlook(relayed, f"#rueckfrage {BERG} Wo lag die Akte?\n\nDanke!", number=1))
    polled(desk)
    asked = of_eva.one(BERG)
    assert "Wo lag die Akte?\nDanke!" in text_of(asked)
    for kept_back in (EVA, "999b000456", "abrechnung.pdf", "06252"):
        assert kept_back not in whole(asked)
    assert case(desk)["status"] == "consulting"
    assert "Rückfrage gestellt" in text_of(of_eva.one(WEBER))
    desk.write(
        a_mail(
            f"{STATEMENT}\n\nK. Berg\n", sender=f"Karin Berg <{BERG}>", to=f"{ADDRESS}, {WEBER}", subject=f"AW: {shown(asked)}",
            message_id="berg@haus.example", in_reply_to=asked.mail["Message-ID"],
        )
    )  # fmt: skip
    polled(desk)
    for reader in (WEBER, MOSER):
        assert STATEMENT in text_of(of_eva.one(reader))
    assert case(desk)["status"] == "open"
    assert of_eva.new(EVA) == []


def answered_in_outlook(of_eva: Case, relayed: Accepted) -> None:
    desk = of_eva.desk
    desk.write(in_outlook(relayed, f"#kritik #thema bearbeitungsdauer\n#notiz {NOTE}\n\n", number=2))
    polled(desk)
    assert of_eva.new(EVA) == []
    assert "Kritik" in text_of(of_eva.one(WEBER))
    desk.write(in_outlook(relayed, ANSWER, a_pdf("Merkblatt_Weber.pdf"), number=3))
    polled(desk)
    letter = of_eva.one(EVA)
    assert shown(letter) == f"Antwort auf Ihre Nachricht – Vorgang {NUMBER}"
    assert text_of(letter).replace("\r\n", "\n") == EXPECTED_ANSWER
    assert letter.mail["In-Reply-To"] == "<frage@example.org>"
    assert letter.envelope_sender == ADDRESS
    (enclosed,) = (part for part in letter.mail.walk() if part.get_filename())
    assert (enclosed.get_filename(), enclosed.get_payload(decode=True)) == ("Anlage-1.pdf", PDF)
    assert case(desk)["status"] == "answered"
    assert "Der Bescheid geht am Montag" in text_of(of_eva.one(MOSER))
    of_eva.new(WEBER)


EXPECTED_ANSWER = f"""{ANSWER}

Kundendialog Musterstadt
Vorgang {NUMBER}
Telefon: 0611 123456 (Mo-Do 08:00-16:00, Fr 08:00-12:00)
Post: Kundendialog, Postfach 1, 65000 Musterstadt
"""


def asked_again_and_answered_from_the_shared_mailbox(of_eva: Case) -> None:
    desk, answer = of_eva.desk, to(of_eva.desk, EVA)[-1]
    first_answer_at = case(desk)["answered_at"]
    desk.write(
        a_mail(
            f"Danke! Und wann genau?\n\n> {ANSWER.splitlines()[2]}\n", sender=f"Eva Muster <{EVA}>", to=ADDRESS,
            subject=f"Re: {shown(answer)}", message_id="frage2@example.org", in_reply_to=answer.mail["Message-ID"],
            references=f"{answer.mail['References']} {answer.mail['Message-ID']}",
        )
    )  # fmt: skip
    polled(desk)
    assert case(desk)["status"] == "open"
    assert "Danke! Und wann genau?" in text_of(of_eva.one(WEBER))
    of_eva.new(MOSER)
    assert shown(of_eva.one(EVA)) == f"Ihre Ergänzung ist angekommen – Vorgang {NUMBER}"
    by_hand = a_mail(
        "Am 30.11.\n", sender=f"Kundendialog <{ADDRESS}>", to=EVA, subject=f"AW: {shown(answer)}", message_id="hand@example.com",
        in_reply_to="<frage2@example.org>", references="<frage2@example.org>",
    )  # fmt: skip
    with desk.dovecot.client(desk.user) as client:
        client.append("Sent", by_hand)
    polled(desk)
    assert case(desk)["status"] == "answered"
    assert case(desk)["answered_at"] == first_answer_at, "the first answer counts"
    assert of_eva.new(EVA) == [], "it has left already, by the colleague's own hand"


def closed_with_an_assessment(of_eva: Case, relayed: Accepted) -> None:
    desk = of_eva.desk
    of_eva.new(WEBER)
    desk.write(in_outlook(relayed, "#berechtigt #abgeholfen #erledigt", number=4))
    polled(desk)
    confirmed = of_eva.one(WEBER)
    assert "abgeschlossen" in text_of(confirmed)
    closed = case(desk)
    assert (closed["status"], closed["kind"], closed["topics"]) == ("closed", "kritik", ["bearbeitungsdauer"])
    assert closed["closed_at"] is not None
    assert of_eva.new(EVA) == []


def opened_again(of_eva: Case) -> None:
    desk = of_eva.desk
    desk.write(
        a_mail(
            "Der Bescheid ist falsch.\n", sender=f"Eva Muster <{EVA}>", to=ADDRESS, subject="Re: Antwort", message_id="frage3@example.org",
            in_reply_to="<hand@example.com>",
        )
    )  # fmt: skip
    polled(desk)
    again = case(desk)
    assert (again["status"], again["closed_at"]) == ("open", None)
    assert "Der Bescheid ist falsch." in text_of(of_eva.one(WEBER))
    assert of_eva.new(EVA) == [], "one note a day"
    click(desk, to(desk, WEBER)[-1], "#gesehen")
    assert "gesehen" in text_of(of_eva.one(WEBER))
