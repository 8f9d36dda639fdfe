# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The words and files of a colleague's mail that are meant for the citizen; the forms of whole mails are in tests/corpus/staff."""

from __future__ import annotations

import pytest

from maildesk.core.answers.text import answer_of, is_never_sent, order_lines
from maildesk.core.mail.message import Attachment
from maildesk.core.office.policy import Desk, Staff
from tests.rig.builders import a_message

STAFF = Staff("Anna Weber", "anna.weber@office.example.net", "weber")
DESK = Desk("Kundendialog", "kundendialog@desk.example", phone="06252 0000-0", internal_domains=("office.example.net",))
LETTER = "Guten Tag Frau Muster,\n\nder Bescheid ist unterwegs.\n\nMit freundlichen Grüßen\nA. Weber"


def text_of(reply: str, text: str = "", staff: Staff = STAFF) -> str:
    return answer_of(a_message(text=text or reply, reply=reply, originator=staff.address), staff, DESK).text


def a_file(filename: str = "Merkblatt.pdf", media_type: str = "application/pdf", inline: bool = False, anchor: str = "") -> Attachment:
    return Attachment(filename, media_type, 1000, "0" * 64, inline, anchor)


def files_of(*attachments: Attachment, text: str = LETTER, whole: str = "") -> list[str]:
    message = a_message(text=whole or text, reply=text, originator=STAFF.address, attachments=attachments)
    return [attachment.filename for attachment in answer_of(message, STAFF, DESK).attachments]


# --- the own block ---


def test_a_typed_closing_and_name_stay():
    assert text_of(LETTER) == LETTER


@pytest.mark.parametrize(
    "name",
    ["A. Weber", "Anna Weber", "Weber", "i. A. Weber", "Im Auftrag\nA. Weber", "Im Auftrag\n\nAnna Weber", "gez. Weber", "Anna", "K. Adam",
     "aw",
     "Ihr Kundendialog", "Kundendialog", "Ihre\nAnna Weber"],
)  # fmt: skip
def test_below_the_name_everything_goes(name: str):
    letter = f"Guten Tag,\n\nja.\n\nViele Grüße\n{name}"

    assert text_of(f"{letter}\n\nAnna Weber\nSachbearbeiterin\nTel. 06252 0000-123") == letter


@pytest.mark.parametrize(
    "line", ["Sachbearbeiterin", "Landkreis Musterland", "Tel. 06252 0000-123", "Zimmer 2.14", "anna.weber@office.example.net"]
)
def test_a_line_that_is_no_name_goes_also_directly_below_the_closing(line: str):
    assert text_of(f"Guten Tag,\n\nja.\n\nViele Grüße\n{line}\nZimmer 2.14") == "Guten Tag,\n\nja.\n\nViele Grüße"


@pytest.mark.parametrize(
    "closing",
    ["Mit freundlichen Grüßen", "Mit freundlichem Gruß,", "Mit besten Grüßen", "Viele liebe Grüße", "Freundliche Grüße aus Musterstadt",
     "MfG", "Mit freundlichen Gruessen", "Beste Grüße!", "Kind regards", "Hochachtungsvoll",
     "Herzliche Grüße und ein schönes Wochenende", "VG Anna Weber"],
)  # fmt: skip
def test_a_closing_is_known_in_its_forms(closing: str):
    letter = f"Guten Tag,\n\nja.\n\n{closing}"

    assert text_of(f"{letter}\n\n\nLandkreis Musterland\nTel. 06252 0000-123") == letter


def test_a_sentence_that_speaks_of_greetings_is_no_closing():
    letter = "Guten Tag,\n\nviele Grüße an Ihre Mutter.\n\nWir sehen uns am Montag.\n\nA. Weber"

    assert text_of(letter) == letter


@pytest.mark.parametrize(
    "kept", ["P.S.: Am 24. ist zu.", "PS Am 24. ist zu.", "Anlage: Merkblatt", "Anlagen\n- Merkblatt\n- Vordruck", "Nachtrag: ja"]
)
def test_postscript_and_list_of_enclosures_stay_wherever_they_stand_below(kept: str):
    assert text_of(f"{LETTER}\n\nSachbearbeiterin\nZimmer 2.14\n\n{kept}") == f"{LETTER}\n\n{kept}"


def test_a_sentence_between_name_and_block_stays_and_one_below_the_block_goes():
    more = "Bitte bringen Sie zum Termin auch den Ausweis mit."

    assert text_of(f"{LETTER}\n\n{more}\n\nLandkreis Musterland\nZimmer 2.14") == f"{LETTER}\n\n{more}"
    assert text_of(f"{LETTER}\n\nLandkreis Musterland\nZimmer 2.14\n\n{more}") == LETTER


def test_behind_the_mark_of_a_signature_everything_goes_however_long():
    assert text_of("Ja, das passt.\n\n-- \nAnna\n" + "Eine lange Zeile voller Worte, die niemand bestellt hat.\n" * 40) == "Ja, das passt."


def test_two_dashes_between_two_thoughts_are_no_mark():
    letter = "Zu Frage 1: ja.\n--\nZu Frage 2: das klären wir noch."

    assert text_of(letter) == letter


@pytest.mark.parametrize("name", ["Anna Weber", "Weber, Anna", "Dr. Anna Weber", "ANNA WEBER", "Frau Anna Weber"])
def test_without_closing_the_block_begins_with_the_name(name: str):
    assert text_of(f"Ja, das passt so.\n\n{name}\nSachbearbeiterin\nTel. 06252 0000-123") == "Ja, das passt so."


def test_a_name_typed_without_closing_and_without_anything_below_stays():
    assert text_of("Ja, das passt so.\n\nAnna Weber") == "Ja, das passt so.\n\nAnna Weber"


def test_an_address_that_the_citizen_shall_have_stays():
    letter = "Wenden Sie sich an:\n\nWohngeldstelle\nMarkt 1, 12345 Musterstadt\nTel. 06252 0000-700"

    assert text_of(letter) == letter
    assert text_of(f"{letter}\n\nAnna Weber\nZimmer 2.14\nTel. 06252 0000-123") == letter


# --- the relayed mail where the parser left it ---


RELAYED = (
    "Vorgang: KD-2026-00042\nEingang: 20.11.2026, 09:15 Uhr\n\nAntworten Sie einfach auf diese Nachricht.\n\nGuten Tag, wann kommt Geld?"
)


@pytest.mark.parametrize(
    "above",
    ["", "Von: Eva Muster über Kundendialog <kundendialog@desk.example>\nGesendet: heute\n\n", "-----Ursprüngliche Nachricht-----\n",
     "Am 20.11.2026 um 09:16 schrieb Eva Muster über Kundendialog <kundendialog@desk.example>:\n\n",
     "Am 20.11.2026 um 09:16 schrieb\nEva Muster über Kundendialog <kundendialog@desk.example>:\n\n"],
)  # fmt: skip
def test_a_mail_without_a_word_of_its_own_has_none(above: str):
    assert text_of(above + RELAYED) == ""
    assert text_of(above + "\n".join(f"> {line}" for line in RELAYED.split("\n"))) == ""


def test_an_answer_between_quoted_lines_stays_as_it_is_for_the_check_to_hold_it():
    quoted = "> Antworten Sie einfach auf diese Nachricht.\n> Wann kommt Geld?\nAm Montag."

    assert text_of(quoted) == quoted


@pytest.mark.parametrize(
    "line",
    ["Vorgang: KD-2026-00042", "Schreiben Sie an kundendialog@desk.example:", "An: kundendialog@desk.example", "Eingang: 20.11.2026",
     "Mein Kollege schrieb Ihnen dazu schon:"],
)  # fmt: skip
def test_what_a_colleague_may_type_is_not_taken_for_the_relayed_mail(line: str):
    letter = f"Guten Tag,\n\n{line}\n\nDas ist der Stand.\n\nViele Grüße\nA. Weber"

    assert text_of(letter) == letter


# --- orders ---


@pytest.mark.parametrize(
    "orders", ["#erledigt", "#erledigt #berechtigt", "\n#erledigt\n\n#lob\n", "  #Erledigt", "# erledigt", "#frist 12.12.2026"]
)
def test_orders_in_the_first_lines_do_not_leave(orders: str):
    assert text_of(f"{orders}\n\n{LETTER}") == LETTER


@pytest.mark.parametrize(
    "order", ["#notiz", "#Notiz: Anruf", "#erledigt #intern", "#erledigt\n#notiz", "#vermerk", "#Stellungnahme x@example.org"]
)
def test_a_note_is_internal_as_a_whole(order: str):
    assert text_of(f"{order}\n{LETTER}") == ""
    assert files_of(a_file(), text=f"{order}\n{LETTER}") == []


def test_a_figure_behind_the_sign_is_no_order():
    assert order_lines("#1 Ihr Antrag\nist da") == ()
    assert order_lines("\n#erledigt #lob\n\n #an weber\nText\n#spät") == ("#erledigt #lob", "#an weber")


# --- form ---


@pytest.mark.parametrize(
    ("line", "tidy"),
    [
        ("  *   Punkt", "- Punkt"),
        ("·        Punkt", "- Punkt"),
        ("• Punkt", "- Punkt"),
        ("   - Punkt", "- Punkt"),
        ("- Punkt", "- Punkt"),
        ("      + Punkt", "- Punkt"),
        (" 1. Punkt", "1. Punkt"),
        ("1.    Punkt", "1. Punkt"),
        ("12)  Punkt", "12) Punkt"),
        ("20. November", "20. November"),
        ("*wichtig* ist", "*wichtig* ist"),
        ("hier <https://example.org/a>", "hier (https://example.org/a)"),
        ("hier<https://example.org/a>.", "hier (https://example.org/a)."),
        ("www.example.org<http://www.example.org/>", "www.example.org"),
        ("https://example.org <https://example.org>", "https://example.org"),
        ("wohngeld@example.org<mailto:wohngeld@example.org>", "wohngeld@example.org"),
        ("[cid:image001.png@01DC]Text", "Text"),
        ("[image: Logo]", ""),
        ("5 < 7 und 7 > 5", "5 < 7 und 7 > 5"),
    ],
)
def test_the_form_that_leaves(line: str, tidy: str):
    assert text_of(f"Text.\n{line}\nEnde.") == f"Text.\n{tidy}\nEnde."


def test_gaps_become_one_empty_line():
    assert text_of("\n\nEins.\n\n\n\n \nZwei.\u00a0\n\n") == "Eins.\n\nZwei."


# --- files ---


def test_a_file_goes_along():
    assert files_of(a_file()) == ["Merkblatt.pdf"]


@pytest.mark.parametrize(
    ("filename", "media_type"),
    [
        ("smime.p7s", "application/pkcs7-signature"),
        ("unterschrift.bin", "application/x-pkcs7-signature"),
        ("winmail.dat", "application/octet-stream"),
        ("anna.vcf", "text/plain"),
        ("Termin.ics", "text/calendar"),
        ("mail.eml", "application/octet-stream"),
        ("Frage.eml", "message/rfc822"),
        ("key.asc", "application/pgp-keys"),
    ],
)
def test_what_names_its_writer_never_goes_along(filename: str, media_type: str):
    assert is_never_sent(a_file(filename, media_type))
    assert files_of(a_file(filename, media_type)) == []


def test_a_picture_goes_along_where_it_stands_above_the_closing():
    shown = a_file("a.png", "image/png", True, "^gutentagfraumusterderbescheidistunterwegs")
    below = a_file("b.png", "image/png", True, "istunterwegsmitfreundlichengrüßenaweber")
    in_signature = a_file("c.png", "image/png", True, "istunterwegs$")
    in_quote = a_file("d.png", "image/png", True, "istunterwegs>")
    nowhere = a_file("e.png", "image/png", True)

    assert files_of(shown, below, in_signature, in_quote, nowhere) == ["a.png"]


def test_a_picture_of_the_plain_form_goes_by_its_mark():
    text = LETTER.replace("unterwegs.", "unterwegs.\n[cid:image001.png@01DC]")
    whole = f"{text}\n\nZimmer 2.14\n[cid:image002.png@01DC]"

    assert files_of(a_file("image001.png", "image/png"), a_file("image002.png", "image/png"), text=text, whole=whole) == ["image001.png"]


@pytest.mark.parametrize(
    ("filename", "sent"),
    [
        ("Bescheid_Weber.pdf", "Anlage-1.pdf"),
        ("anna.weber-scan", "Anlage-1"),
        ("WEBER Anna 3.docx", "Anlage-1.docx"),
        ("Webergasse.pdf", "Webergasse.pdf"),
        ("Bescheid.pdf", "Bescheid.pdf"),
    ],
)
def test_a_file_that_is_named_after_the_colleague_gets_another_name(filename: str, sent: str):
    assert files_of(a_file(filename)) == [sent]


def test_lines_that_were_read_as_orders_elsewhere_do_not_leave_either():
    message = a_message(text=f"erledigt\n\n{LETTER}\n\nFrist: Montag", originator=STAFF.address)

    assert answer_of(message, STAFF, DESK, ("erledigt", "Frist: Montag")).text == LETTER


def test_a_name_with_initials_begins_a_block_and_a_smile_ends_a_closing():
    assert text_of("Ja, das passt so.\n\nA. Weber\nZimmer 2.14\nTel. 06252 0000-123") == "Ja, das passt so."
    assert text_of("Ja.\n\nLiebe Grüße 😊\nAnna\n\nZimmer 2.14") == "Ja.\n\nLiebe Grüße 😊\nAnna"
