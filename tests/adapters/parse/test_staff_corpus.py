# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Mails of colleagues as their programs write them: the citizen gets the words that are meant, and nothing else leaves.

Each NAME.eml has a NAME.toml: `text` is what the citizen must get, `attachments` the names of the files that go along, `findings` why
the mail is held, empty if it leaves; `mistakes` the lines whose orders are not understood, so that all of it waits. Without `text` only the
hold counts.
"""

from __future__ import annotations

import html
import re
import tomllib
from collections.abc import Callable
from datetime import UTC
from functools import cache
from typing import Any

import pytest

from maildesk.core.answers.checks import Draft, Finding, findings
from maildesk.core.answers.meant_for import for_the_house
from maildesk.core.answers.text import Answer, above_the_closing, answer_of
from maildesk.core.case.file import IncomingMail
from maildesk.core.mail.classify import classify
from maildesk.core.mail.message import Address, Message
from maildesk.core.office.calendar import WorkCalendar, parse_service_hours
from maildesk.core.office.policy import Desk, Policy, Staff
from maildesk.core.orders.reader import read_orders
from maildesk.core.orders.words import OrderName
from tests.rig.builders import MONDAY, a_mail, parsed
from tests.rig.letters import in_words
from tests.rig.ordering import VOCABULARY
from tests.rig.places import CORPUS

STAFF_MAILS = CORPUS / "staff"
NAMES = sorted(path.stem for path in STAFF_MAILS.glob("*.eml"))

CASE, CITIZEN = "KD-2026-00042", "eva.muster@example.org"
ORIGINAL = """Guten Tag,

meine Heizkostenabrechnung für das Jahr 2025 liegt seit sechs Wochen bei Ihnen, und bis heute hat sich niemand gemeldet. \
Die Nachzahlung von 312,40 Euro muss ich bis zum 10. Dezember überweisen, sonst droht mir der Vermieter mit einer Mahnung.

Meine Kundennummer ist 999B000456. Sie erreichen mich unter 0151 0000-4711.

Mit freundlichen Grüßen
Eva Muster
Musterweg 5, 12345 Musterstadt"""
STAFF = Staff("Anna Weber", "anna.weber@office.example.net", "weber")
DESK = Desk(
    "Kundendialog", "kundendialog@desk.example", phone="06252 0000-0", internal_domains=("office.example.net",), plus_addressing=True
)
CALENDAR = WorkCalendar(UTC, service=parse_service_hours("Mo-Fr 08:00-16:00"))
POLICY = Policy(DESK, CALENDAR, b"secret", staff=(STAFF, Staff("Karl Adam", "karl.adam@office.example.net", "adam")))

EVA = IncomingMail("0" * 64, "frage@example.org", (), "Heizkosten", Address("Eva Muster", CITIZEN), MONDAY, True, ORIGINAL)

# What must reach nobody outside: the house, its people, its telephones, its links, and the citizen's own words.
HOUSE = (
    "office.example.net", "anna.weber", "0000-123", "0000 123", "0170 0000-555", "Zimmer 2.14", "Graben 15", "Sachbearbeiterin",
    "Landkreis", "Karl Adam", "~k7f3m9q2abcd", "mailto:", "cid:", "abcdefghij", "seit sechs Wochen", "droht mir", "999B000456",
    "Musterweg 5",
)  # fmt: skip
PRIVATE = (
    *HOUSE, "irrtümlich", "received this e-mail in error", "Folgen Sie uns",
    "Vorgang:", "Vorschlag:", "Antworten Sie einfach", "KD-2026", "Gesendet", "gesendet", "schrieb", "Ursprüngliche",
    "Outlook", "#", "<", ">",
)  # fmt: skip


@cache
def mail(name: str) -> Message:
    return parsed((STAFF_MAILS / f"{name}.eml").read_bytes())


@cache
def expected(name: str) -> dict[str, Any]:
    return tomllib.loads((STAFF_MAILS / f"{name}.toml").read_text(encoding="utf-8"))


def answer(name: str) -> Answer:
    return answer_of(mail(name), STAFF, DESK)


def found(name: str) -> tuple[Finding, ...]:
    automatic = classify(mail(name)).is_machine
    return found_in(answer(name), mail(name), automatic=automatic)


def found_in(answer: Answer, message: Message, *, automatic: bool) -> tuple[Finding, ...]:
    inside = for_the_house(answer, STAFF, POLICY.staff, (EVA,))
    return (*findings(Draft(answer, message, ORIGINAL, CASE, CITIZEN, POLICY, automatic)), *((inside,) if inside else ()))


def mistaken_lines(name: str) -> list[str]:
    """As the desk reads the orders: what is above the closing."""
    reading = read_orders("", above_the_closing(mail(name), STAFF, DESK), VOCABULARY, MONDAY.date())
    return [mistake.line for mistake in reading.mistakes]


LEAVE = [name for name in NAMES if not expected(name)["findings"] and "mistakes" not in expected(name)]
HELD = [name for name in NAMES if expected(name)["findings"]]


@pytest.mark.parametrize("name", [name for name in NAMES if "text" in expected(name)])
def test_the_citizen_gets_exactly_the_words_that_are_meant(name: str):
    assert answer(name).text == expected(name)["text"]


@pytest.mark.parametrize("name", NAMES)
def test_only_the_files_that_are_meant_go_along(name: str):
    assert [attachment.filename for attachment in answer(name).attachments] == expected(name)["attachments"]


@pytest.mark.parametrize("name", LEAVE)
def test_nothing_speaks_against_an_answer_that_is_as_it_should_be(name: str):
    assert found(name) == ()


@pytest.mark.parametrize("name", HELD)
def test_what_must_not_leave_is_held_for_the_right_reason(name: str):
    assert [str(finding.kind) for finding in found(name)] == expected(name)["findings"]


@pytest.mark.parametrize("name", NAMES)
def test_an_order_that_is_not_understood_is_found(name: str):
    assert mistaken_lines(name) == expected(name).get("mistakes", [])


@pytest.mark.parametrize("name", LEAVE)
def test_nothing_of_the_house_and_nothing_of_the_citizen_leaves(name: str):
    out = "\n".join((answer(name).text, *(attachment.filename for attachment in answer(name).attachments)))

    typed = expected(name)["text"] + "".join(expected(name)["attachments"])  # a colleague may type the number of the case
    assert [piece for piece in PRIVATE if piece in out and piece not in typed] == []
    assert not any(piece in typed for piece in HOUSE)
    assert "Weber" not in "".join(attachment.filename for attachment in answer(name).attachments)


@pytest.mark.parametrize("name", HELD)
def test_what_the_colleague_is_told_does_not_repeat_what_was_found(name: str):
    details = "\n".join(in_words(finding.detail) for finding in found(name))

    assert [piece for piece in (*PRIVATE, "0001234", "12345600", "KD-2026-00017") if piece in details and piece not in "<>#"] == []


def test_every_mail_has_its_expectation_and_quotes_what_the_desk_relayed():
    assert {path.stem for path in STAFF_MAILS.glob("*.eml")} == {path.stem for path in STAFF_MAILS.glob("*.toml")}
    assert all(expected(name)["about"] and expected(name)["client"] for name in NAMES)
    quoting = [name for name in NAMES if "liegt seit sechs Wochen" in " ".join(mail(name).text.replace(">", "").split())]
    assert len(quoting) >= len(NAMES) - 10
    assert len(NAMES) >= 80


# --- every answer with every signature above every kind of quoted mail --------------------------------------------------------------

HEAD = """Vorgang: KD-2026-00042
Eingang: 20.11.2026, 09:15 Uhr
Frist: 04.12.2026
Vorschlag: Anfrage, Leistungen

Antworten Sie einfach auf diese Nachricht.

Erledigt: <mailto:kundendialog@desk.example?subject=%5BKD-2026-00042%5D%20%23erledigt%20~k7f3m9q2abcd>

----------------------------------------

"""
RELAYED = HEAD + ORIGINAL
MARKED = "\n".join(f"> {line}".rstrip() for line in RELAYED.split("\n"))
SENT = "Gesendet: Freitag, 20. November 2026 09:16\nAn: Weber, Anna\nBetreff: [KD-2026-00042] Heizkosten"
RELAY = "Eva Muster über Kundendialog <kundendialog@desk.example>"
ANSWERS = {
    "letter": "Sehr geehrte Frau Muster,\n\nIhr Antrag ist da. Wir prüfen ihn bis Montag.\n\nMit freundlichen Grüßen\n{}",
    "on behalf": "Sehr geehrte Frau Muster,\n\nder Bescheid ist unterwegs.\n\nMit freundlichen Grüßen\nIm Auftrag\n\n{}",
    "short": "Hallo Frau Muster,\n\nja.\n\nVG\n{}",
    "question": "Guten Tag Frau Muster,\n\nwelche Rechnung meinen Sie?\n\nViele Grüße aus Musterstadt\n{}",
    "list": "Guten Tag,\n\nwir brauchen:\n\n1. die Rechnung\n2. den Vertrag\n- und ein Foto\n\nBeste Grüße\n\n{}",
    "an address": "Guten Tag,\n\nzuständig:\n\nWohngeldstelle\nMarkt 1, 12345 Musterstadt\nTel. 06252 0000-700\n\nFreundliche Grüße\n{}",
    "a deadline": "Guten Tag,\n\ndie Frist läuft bis 04.12.2026, 12:00 Uhr. Am 3.12. ist zu.\n\nHerzliche Grüße\n{}",
    "a rule inside": "Guten Tag,\n\nzu Frage 1: ja.\n\n---\n\nzu Frage 2: das klären wir noch.\n\nMfG\n{}",
}  # fmt: skip
TYPED = ("A. Weber", "Anna Weber", "i. A. Weber", "Ihr Kundendialog")
BLOCKS = {
    "none": "",
    "full": (
        "Anna Weber\nSachbearbeiterin\n\nLandkreis Musterland - Der Kreisausschuss\nGraben 15, 64646 Musterstadt\nTel.: 06252 0000-123\n"
        "Fax: 06252 0000-199\nE-Mail: anna.weber@office.example.net"
    ),
    "house first": "Landkreis Musterland\nFachbereich Soziales\n\nWeber, Anna\nZimmer 2.14\nT 06252 0000-123\nM 0170 0000-555",
    "marked": "-- \nAnna Weber\nZimmer 2.14",
    "mark without space": "--\nAnna Weber\nZimmer 2.14\nwww.office.example.net",
    "rule": "_____________________________\nAnna Weber | Zimmer 2.14 | +49 6252 0000-123 | anna.weber@office.example.net",
    "bold": "*Anna Weber*\nSachbearbeiterin\n[cid:image001.png@01DC]\n*Landkreis Musterland*\nTel. 06252 0000-123<tel:+4962520000123>",
    "own closing": "Mit freundlichen Grüßen\nim Auftrag\n\nAnna Weber\nSachbearbeiterin\nGraben 15",
    "notices": (
        "Anna Weber\nZimmer 2.14\n\nDiese E-Mail ist vertraulich. Haben Sie sie irrtümlich erhalten, löschen Sie sie bitte sofort.\n\n"
        "Folgen Sie uns: https://social.office.example.net/\n\nInformationen zum Datenschutz: https://www.office.example.net/datenschutz"
    ),
    "telephone": "Von meinem iPhone gesendet",
    "Outlook": "Holen Sie sich Outlook für Android<https://aka.ms/example>",
    "hours": "Sachbearbeiterin Anna Weber\n\nSprechzeiten: Mo-Fr 8-12 Uhr\nPostanschrift: Graben 15, 64646 Musterstadt",
}
QUOTES = {
    "none": "",
    "Outlook": f"Von: {RELAY}\n{SENT}\n\n{RELAYED}",
    "Outlook, dashes": f"-----Ursprüngliche Nachricht-----\nVon: {RELAY}\n{SENT}\n\n{RELAYED}",
    "Outlook on the web": f"________________________________\nVon: {RELAY}\n{SENT}\n\n{RELAYED}",
    "in English": f"From: {RELAY}\nSent: Friday, November 20, 2026 9:16 AM\nTo: Anna Weber\nSubject: y\n\n{RELAYED}",
    "Thunderbird": f"Am 20.11.26 um 09:16 schrieb Eva Muster über Kundendialog:\n{MARKED}",
    "Apple": f"> Am 20.11.2026 um 09:16 schrieb {RELAY}:\n>\n{MARKED}",
    "Gmail": f"Am Fr., 20. Nov. 2026 um 09:16 Uhr schrieb Eva Muster über Kundendialog <\nkundendialog@desk.example>:\n\n{MARKED}",
    "Samsung": f"-------- Ursprüngliche Nachricht --------\nVon: {RELAY}\nDatum: 20.11.26 09:16 (GMT+01:00)\nAn: x\nBetreff:\n\n{RELAYED}",
    "Notes": f'"Eva Muster über Kundendialog" <kundendialog@desk.example> schrieb am 20.11.2026 09:16:12:\n\n{MARKED}',
    "GroupWise": f">>> {RELAY} 20.11.2026 09:16 >>>\n{RELAYED}",
    "only the head": RELAYED,
    "marks alone": MARKED,
}  # fmt: skip


def composed(text: str, **fields: str) -> Message:
    sender = "Anna Weber <anna.weber@office.example.net>"
    return parsed(a_mail(text, sender=sender, to="kundendialog@desk.example", subject="AW: Heizkosten", **fields))


@pytest.mark.parametrize("quote", QUOTES.values(), ids=QUOTES)
@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_every_answer_leaves_alone_whatever_stands_below_it(block: str, quote: str):
    wrong = []
    for number, pattern in enumerate(ANSWERS.values()):
        wanted = pattern.format(TYPED[number % len(TYPED)])
        message = composed("\n\n".join(filter(None, (wanted, block, quote))))
        got = answer_of(message, STAFF, DESK)
        held = found_in(got, message, automatic=False)
        if got.text != wanted or held:
            wrong.append((got.text, held))
    assert wrong == []


# --- the same as HTML ---------------------------------------------------------------------------------------------------------------


def escaped(text: str) -> str:
    return html.escape(text, quote=False)


def as_word(text: str) -> str:
    lines = (escaped(line) or "<o:p>&nbsp;</o:p>" for line in text.split("\n"))
    return "".join(f"<p class=MsoNormal>{line}<o:p></o:p></p>" for line in lines)


def as_paragraphs(text: str) -> str:
    return "".join(f"<p>{escaped(part)}</p>".replace("\n", "<br>") for part in text.split("\n\n"))


FORMS = {
    "Word": as_word,
    "divisions": lambda text: "".join(f"<div>{escaped(line) or '<br>'}</div>" for line in text.split("\n")),
    "breaks": lambda text: "<div>" + escaped(text).replace("\n", "<br>\n") + "</div>",
    "paragraphs": as_paragraphs,
}
SHOWN = f"<div>{as_paragraphs(RELAYED)}</div>"
WROTE = f"Am 20.11.2026 um 09:16 schrieb {escaped(RELAY)}:"
HEADED = f"<b>Von:</b> {escaped(RELAY)}<br>" + re.sub(r"(\w+:) (.*)", r"<b>\1</b> \2<br>", SENT)
TABLE = "".join(f"<tr><td>{line.replace(': ', ':</td><td>', 1)}</td></tr>" for line in f"Von: {escaped(RELAY)}\n{SENT}".split("\n"))
HTML_QUOTES = {
    "Outlook": f"<div style='border:none;border-top:solid #E1E1E1 1.0pt'><p class=MsoNormal>{HEADED}</p></div>{SHOWN}",
    "Outlook on the web": f'<div id="appendonsend"></div><hr><div id="divRplyFwdMsg">{HEADED}</div>{SHOWN}',
    "Gmail": f'<div class="gmail_quote"><div class="gmail_attr">{WROTE}</div><blockquote class="gmail_quote">{SHOWN}</blockquote></div>',
    "Apple": f'<div><blockquote type="cite"><div>{WROTE}</div><br><div>{SHOWN}</div></blockquote></div>',
    "Thunderbird": f'<div class="moz-cite-prefix">{WROTE}<br></div><blockquote type="cite">{SHOWN}</blockquote>',
    "a border for a mark": f'<div style="border-left:1px solid #ccc;padding-left:1ex">{WROTE}<br>{SHOWN}</div>',
    "a table for a header": f"<table>{TABLE}</table>{SHOWN}",
}


@pytest.mark.parametrize("quote", HTML_QUOTES.values(), ids=HTML_QUOTES)
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_answer_leaves_alone_also_as_html(form: Callable[[str], str], quote: str):
    wrong = []
    for number, block in enumerate(BLOCKS.values()):
        wanted = list(ANSWERS.values())[number % len(ANSWERS)].format(TYPED[number % len(TYPED)])
        source = f"<html><body>{form(wanted)}{form(chr(10) + block)}<br>{quote}</body></html>"
        message = composed(source, content_type="text/html; charset=utf-8")
        got = answer_of(message, STAFF, DESK)
        held = found_in(got, message, automatic=False)
        if got.text != wanted or held:
            wrong.append((got.text, held))
    assert wrong == []


def test_a_banner_above_an_order_does_not_hide_it():
    reading = read_orders("", mail("banner_above_an_order").reply, VOCABULARY, MONDAY.date())

    assert [(order.name, order.key) for order in reading.orders] == [(OrderName.KIND, "kritik")]
    assert reading.mistakes == ()
