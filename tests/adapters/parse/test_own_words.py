# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The writer's own words: the forms that German mail programs give to quoted mail, and the sentences that only look like them."""

from __future__ import annotations

import pytest

from maildesk.adapters.parse.text.own_words import own_words

OWN = "Guten Tag,\n\nvielen Dank, der Termin passt mir.\n\nMit freundlichen Grüßen\nEva Muster"
QUOTED = "> Guten Tag Frau Muster,\n>\n> passt Ihnen Montag?\n>\n> Ihr Kundendialog"
UNMARKED = "Guten Tag Frau Muster,\n\npasst Ihnen Montag?\n\nIhr Kundendialog"

# What is put between the own words and the quoted mail, by the program that puts it there; the mail itself is marked with ">".
INTRODUCTIONS = {
    "Thunderbird": "Am 23.11.2026 um 09:15 schrieb Kundendialog:",
    "Thunderbird, one o'clock": "Am 03.11.26 um 1:05 schrieb Kundendialog Neue Wege:",
    "Gmail": "Am Mo., 23. Nov. 2026 um 09:15 Uhr schrieb Kundendialog <desk@example.com>:",
    "Gmail, folded in the address": "Am Mo., 23. Nov. 2026 um 09:15 Uhr schrieb Kundendialog Neue Wege <\ndesk@example.com>:",
    "Gmail, folded before the end": 'Am 23.11.2026 09:15 schrieb "Kundendialog Neue Wege" <desk@example.com\n>:',
    "Gmail on a telephone": "Kundendialog <desk@example.com> schrieb am Mo., 23. Nov. 2026, 09:15:",
    "Gmail on a telephone, folded": "Kundendialog <desk@example.com> schrieb am Mo., 23. Nov. 2026\num 09:15 Uhr:",
    "folded over four lines": "Am Montag, 23. November 2026\num 09:15 Uhr schrieb\nKundendialog Neue Wege\n<desk@example.com>:",
    "K-9": "Am 23. November 2026 09:15:00 MEZ schrieb Kundendialog <desk@example.com>:",
    "Tutanota": "23.11.2026, 09:15 von desk@example.com:",
    "Proton": "Am Montag, 23. November 2026 um 09:15, Kundendialog <desk@example.com> schrieb:",
    "The Bat": "Am Montag, 23. November 2026 um 09:15 schrieben Sie:",
    "Notes": "Kundendialog <desk@example.com> schrieb am 23.11.2026 09:15:12:",
    "GMX": 'Am 23.11.26, 09:15 schrieb "Kundendialog" <desk@example.com>:',
    "a list of news": "On Mon, 2026-11-23 at 09:15 +0100, Kundendialog wrote:",
    "Outlook in plain text": "Von: Kundendialog\nGesendet: Montag, 23. November 2026 09:15\nAn: Eva Muster\nBetreff: AW: Ihr Anliegen",
}

# The same where the mail that follows is not marked.
BLOCKS = {
    "Outlook": (
        "Von: Kundendialog <desk@example.com> \nGesendet: Montag, 23. November 2026 09:15\n"
        "An: Eva Muster <eva@example.org>\nBetreff: AW: Ihr Anliegen"
    ),
    "Outlook, people of one house": (
        "Von: Kundendialog\nGesendet: Montag, 23. November 2026 09:15\nAn: Muster, Eva\nCc: Adam, Karl\nBetreff: AW: Ihr Anliegen"
    ),
    "Outlook, classic": (
        "-----Ursprüngliche Nachricht-----\nVon: Kundendialog [mailto:desk@example.com]\nGesendet: Montag, 23. November 2026 09:15\n"
        "An: Eva Muster\nBetreff: AW: Ihr Anliegen"
    ),
    "Outlook on the web": (
        "________________________________\nVon: Kundendialog <desk@example.com>\nGesendet: Montag, 23. November 2026 09:15\n"
        "An: Eva Muster <eva@example.org>\nBetreff: AW: Ihr Anliegen"
    ),
    "Outlook on a telephone": (
        "Holen Sie sich Outlook für iOS<https://aka.ms/example>\n________________________________\nVon: Kundendialog <desk@example.com>\n"
        "Gesendet: Monday, November 23, 2026 9:15:00 AM\nAn: Eva Muster <eva@example.org>\nBetreff: Ihr Anliegen"
    ),
    "Outlook, in bold": (
        "*Von:* Kundendialog <desk@example.com>\n*Gesendet:* Montag, 23. November 2026 09:15\n*An:* Eva Muster\n*Betreff:* Ihr Anliegen"
    ),
    "Outlook, many recipients": (
        "Von: Kundendialog <desk@example.com>\nGesendet: Montag, 23. November 2026 09:15\nAn: Eva Muster <eva@example.org>;\n"
        "    Karl Adam <karl@example.org>;\n    Ulla Muster <ulla@example.org>\nBetreff: Ihr Anliegen"
    ),
    "Outlook, folded after the name": (
        "Von: Kundendialog Neue Wege \n<desk@example.com> \nGesendet: Montag, 23. November 2026 09:15\n"
        "An: Eva Muster\nBetreff: Ihr Anliegen"
    ),
    "GMX and web.de": (
        "Gesendet: Montag, 23. November 2026 um 09:15 Uhr\nVon: Kundendialog <desk@example.com>\nAn: eva@example.org\nBetreff: Ihr Anliegen"
    ),
    "Telekom": (
        "-----Original-Nachricht-----\nBetreff: Ihr Anliegen\nDatum: 2026-11-23T09:15:00+0100\n"
        'Von: "Kundendialog" <desk@example.com>\nAn: "eva@example.org" <eva@example.org>'
    ),
    "Samsung": (
        "-------- Ursprüngliche Nachricht --------\nVon: Kundendialog <desk@example.com>\nDatum: 23.11.26 09:15 (GMT+01:00)\n"
        "An: eva@example.org\nBetreff: Ihr Anliegen"
    ),
    "Thunderbird, forwarded": (
        "-------- Weitergeleitete Nachricht --------\nBetreff: \tIhr Anliegen\nDatum: \tMon, 23 Nov 2026 09:15:00 +0100\n"
        "Von: \tKundendialog <desk@example.com>\nAn: \teva@example.org"
    ),
    "Apple, forwarded": (
        "Anfang der weitergeleiteten Nachricht:\n\nVon: Kundendialog <desk@example.com>\nBetreff: Ihr Anliegen\n"
        "Datum: 23. November 2026 um 09:15:00 MEZ\nAn: Eva Muster <eva@example.org>"
    ),
    "Gmail, forwarded": (
        "---------- Forwarded message ---------\nVon: Kundendialog <desk@example.com>\nDate: Mo., 23. Nov. 2026 um 09:15 Uhr\n"
        "Subject: Ihr Anliegen\nTo: Eva Muster <eva@example.org>"
    ),
    "Notes": (
        "Von:\tKundendialog <desk@example.com>\nAn:\tEva Muster <eva@example.org>\nKopie:\t\n"
        "Datum:\t23.11.2026 09:15\nBetreff:\tIhr Anliegen"
    ),
    "header lines with empty ones between": (
        "Von: Kundendialog <desk@example.com>\n\nGesendet: Montag, 23. November 2026 09:15\n\nAn: Eva Muster\n\nBetreff: Ihr Anliegen"
    ),
    "only the separator": "-----Ursprüngliche Nachricht-----",
    "only the separator, with stars": "*-------- Originalnachricht --------*",
    "Gmail": "Am Mo., 23. Nov. 2026 um 09:15 Uhr schrieb Kundendialog <desk@example.com>:",
    "Gmail, folded": "Am Mo., 23. Nov. 2026 um 09:15 Uhr schrieb Kundendialog Neue Wege <\ndesk@example.com>:",
    "a telephone, without its last quote": 'Am 23.11.2026 09:15 schrieb "Kundendialog <desk@example.com>:',
    "date, name and address": "Mo., 23. Nov. 2026, 09:15 Kundendialog <desk@example.com>:",
    "two in one line": "Am 23.11.2026 um 09:15 schrieb Kundendialog <desk@example.com<mailto:desk@example.com>>:",
}

TRIMMINGS = {
    "signature": "-- \nEva Muster\nMusterweg 5, 12345 Musterstadt\nTel. 0123 456789",
    "signature, the space lost": "--\nEva Muster\nSachgebiet 5\neva@example.org",
    "signature with a motto": "-- \nDer Weg ist das Ziel.",
    "iPhone": "Von meinem iPhone gesendet",
    "iPad": "Gesendet von meinem iPad",
    "GMX": "Gesendet mit der GMX Mail App",
    "web.de": "Diese Nachricht wurde von meinem Android Mobiltelefon mit WEB.DE Mail gesendet.",
    "Telekom": "Gesendet mit der Telekom Mail App",
    "Samsung": "Von meinem/meiner Galaxy gesendet",
    "Samsung, once more": "Von meinem Samsung Galaxy Smartphone gesendet.",
    "Outlook": "Gesendet von Outlook für Android<https://aka.ms/example>",
    "Outlook, advertised": "Holen Sie sich Outlook für iOS",
    "Outlook, a link": "Outlook für Android<https://aka.ms/example> beziehen",
    "Windows": "Gesendet von Mail<https://go.example.com/fwlink> für Windows 10",
    "with an excuse": "Von meinem Handy gesendet, bitte entschuldigen Sie Tippfehler",
    "English": "Sent from my iPhone",
    "French": "Envoyé de mon iPhone",
    "two of them": "Von meinem iPhone gesendet\n\nVirenfrei. www.avast.com",
    "scanner": "Diese E-Mail wurde von Avast-Antivirussoftware auf Viren geprüft.\nwww.avast.com",
    "legal": (
        "Diese E-Mail enthält vertrauliche und rechtlich geschützte Informationen. Wenn Sie nicht der richtige Adressat sind oder diese\n"
        "E-Mail irrtümlich erhalten haben, informieren Sie bitte sofort den Absender und vernichten Sie diese Mail. Das unerlaubte\n"
        "Kopieren sowie die unbefugte Weitergabe dieser Mail ist nicht gestattet."
    ),
    "legal, two paragraphs": (
        "Diese Nachricht ist vertraulich und nur für den Adressaten bestimmt.\n\n"
        "Sollten Sie sie irrtümlich erhalten haben, benachrichtigen Sie den Absender und löschen Sie die Nachricht."
    ),
    "list": "_______________________________________________\nliste mailing list\nliste@lists.example.org\nhttps://lists.example.org/listinfo/liste",
    "rows of signs": "---\n\n=====\n***",
}


@pytest.mark.parametrize("introduction", INTRODUCTIONS.values(), ids=INTRODUCTIONS)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_marked_quote_at_the_end_goes(introduction: str, gap: str):
    assert own_words(f"{OWN}\n\n{introduction}{gap}{QUOTED}") == OWN


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_a_mail_that_is_not_marked_goes_behind_what_only_programs_write(block: str):
    assert own_words(f"{OWN}\n\n{block}\n\n{UNMARKED}") == OWN


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_a_mail_that_is_only_forwarded_stays_whole(block: str):
    text = f"{block}\n\n{UNMARKED}"

    assert own_words(text) == text


@pytest.mark.parametrize("marked", ["> {}\n>\n{}", ">{}\n>\n{}", "> {}\n{}"])
def test_apple_puts_the_attribution_inside_of_the_quote(marked: str):
    attribution = "Am 23.11.2026 um 09:15 schrieb Kundendialog <desk@example.com>:"

    assert own_words(f"{OWN}\n\n" + marked.format(attribution, QUOTED)) == OWN


@pytest.mark.parametrize("trimming", TRIMMINGS.values(), ids=TRIMMINGS)
def test_what_programs_and_lawyers_put_below_goes(trimming: str):
    assert own_words(f"{OWN}\n\n{trimming}") == OWN


@pytest.mark.parametrize("trimming", TRIMMINGS.values(), ids=TRIMMINGS)
def test_it_goes_above_a_quote_as_well(trimming: str):
    assert own_words(f"{OWN}\n\n{trimming}\n\n{INTRODUCTIONS['Gmail']}\n\n{QUOTED}") == OWN


@pytest.mark.parametrize("trimming", TRIMMINGS.values(), ids=TRIMMINGS)
def test_it_goes_below_a_quote_as_well(trimming: str):
    assert own_words(f"{OWN}\n\n{INTRODUCTIONS['Gmail']}\n\n{QUOTED}\n\n{trimming}") == OWN


def test_the_closing_and_the_name_stay():
    text = "Bitte rufen Sie mich an.\n\nMit freundlichen Grüßen\n\nDr. Eva Muster\nMusterweg 5\n12345 Musterstadt\nTel. 0123 456789"

    assert own_words(text) == text


def test_answers_between_the_lines_keep_what_they_answer():
    answers = "Guten Tag,\n\nAm 23.11.2026 um 09:15 schrieb Desk:\n> Wann?\nMontag.\n> Wo?\nZu Hause."

    assert own_words(f"{answers}\n> Danke im Voraus\n>\n> Ihr Desk\n\n-- \nEva Muster") == answers


def test_a_whole_mail_above_the_answer_goes():
    assert own_words(f"{INTRODUCTIONS['Thunderbird']}\n{QUOTED}\n> Musterweg 5\n\nJa, Montag passt.") == "Ja, Montag passt."


def test_a_question_picked_out_of_a_mail_stays_above_its_answer():
    text = f"{INTRODUCTIONS['Thunderbird']}\n> passt Ihnen Montag?\n\nJa, Montag passt."

    assert own_words(text) == text


def test_own_words_on_both_sides_of_a_quote_stay_with_it():
    text = f"Hier meine Antwort.\n\n{INTRODUCTIONS['Thunderbird']}\n{QUOTED}\n\nUnd noch etwas: Dienstag geht nicht."

    assert own_words(text) == text


def test_a_quote_without_a_word_of_whose_it_is_goes_if_only_a_program_makes_such_lines():
    assert own_words(f"{OWN}\n\n{QUOTED}") == OWN


# --- what must stay ---

LETTERS = [
    "Am Montag schrieb ich Ihnen einen Brief:\n> so fing er an",
    "Am 3. Mai schrieb mir Frau Weber:\n> Ihr Antrag ist abgelehnt.\nDas verstehe ich nicht.",
    "Am 3.5.2026 um 10:15 Uhr schrieb mir Frau Weber:\n> Ihr Antrag ist abgelehnt.",
    "Am 3.5.2026 um 10:15 Uhr schrieb Frau Weber:\nIhr Antrag ist abgelehnt.\n\nDas verstehe ich nicht.",
    "Am 23.11.2026 schrieb Herr Adam (adam@example.com):\nKommen Sie vorbei.\n\nIch war da, und niemand machte auf.",
    "Am 12.05.2026 um 08:00 Uhr habe ich Ihnen geschrieben:\n\nDer Aufzug ist kaputt.\n\nBis heute keine Antwort.",
    "Folgende Antwort habe ich bekommen:\n\nAm 3.5.2026 um 10:15 schrieb Weber <weber@example.com>:\nAbgelehnt.\n\nDas stimmt nicht!",
    "Ich schrieb Ihnen am 3.5.2026:\n\nDer Bus kommt zu spät.\n\nUnd er kommt noch immer zu spät.",
    "Frau Weber schrieb am 3.5.2026 um 10:15:\nSie bekommen Geld.\n\nIch habe nichts bekommen.",
    "Wie meine Mutter schrieb: Ordnung muss sein.\n\nSo sehe ich das auch.",
    "Meine Fahrt:\n\nVon: Köln Hbf\nAn: Bonn Hbf\nDatum: 3. Mai 2026\n\nDer Zug fiel aus.",
    "Es geht um diese Strecke.\n\nDatum: 03.05.2026, 10:15 Uhr\nVon: Köln Hbf\nAn: Bonn Hbf\n\nDer Zug fiel aus.",
    "Sehr geehrte Damen und Herren,\n\nVon: Eva Muster\nAn: Jobcenter\nDatum: 3. Mai 2026\nBetreff: Widerspruch\n\nich widerspreche.",
    "Guten Tag,\n\nBetreff: mein Antrag\nDatum: 3. Mai 2026\n\nich warte noch.",
    "Diese Mail habe ich gesendet:\n\nVon: eva@example.org\nAn: amt@example.com\nGesendet: 3.5.2026 10:15\nBetreff: x\n\nUnd?",
    "Das will ich:\n> mehr Bänke\n> mehr Bäume\n> weniger Lärm",
    "Ich habe drei Wünsche\n> mehr Bänke\n> mehr Bäume\nDas ist alles.",
    "-> Bitte um Rückruf\n=> spätestens Montag",
    "So fährt man\n> erst nach Köln\n>> dann nach Bonn",
    "Erstens: der Lärm.\n--\nZweitens: der Gestank. Auch der ist nicht mehr auszuhalten.",
    "Der Lärm ist schlimm.\n\n--\n\nBitte antworten Sie mir bis Freitag, sonst gehe ich zum Anwalt.",
    "Der Lärm ist schlimm.\n\n--\n\nBitte antworten Sie mir bis Freitag unter\neva@example.org",
    "Das will ich:\n> mehr Bänke\n>\n> mehr Bäume\n>\n> weniger Lärm",
    "Wie kam es?\n\nFotos per Handy gesendet",
    "Was suchen Sie?\n\nOutlook für Anfänger gesucht",
    "Viele Grüße\n\nSent by Eva",
    "Love\n\nSent from my heart",
    "Erster Punkt -- das ist der wichtigste -- ist die Straße.\n\n-- zweiter Punkt\n-- dritter Punkt",
    "Eins ist klar.\n---\nSo geht es nicht weiter.\n---\nIch erwarte Ihre Antwort.",
    "Das war der Text.\n\n-- \nEva Muster\n\nP.S.: Bitte rufen Sie mich nicht am Vormittag an.",
    "Meine Daten\n__________\nEva Muster\nMusterweg 5\nTel. 0123 456789",
    "Ort und Zeit\n\n----------\nBrunnenstraße 5\n12345 Musterstadt\nTel. 0123 456789",
    "Gesendet habe ich die Unterlagen am 3. Mai von meinem Handy.",
    "Wie habe ich den Antrag abgeschickt?\n\nGesendet mit der Post am 3. Mai 2026.",
    "Sie fragen, wie der Brief kam.\n\nVon meinem Anwalt gesendet",
    "Sie fragen, wer es war.\n\nVon meinem Nachbarn geschrieben",
    "Der Bescheid ist falsch.\n\nDiese Nachricht wurde mir von Ihrem Amt gesendet, und ich verstehe sie nicht.",
    "Das Handy ist gestohlen.\n\nGesendet wurden von meinem Handy danach noch Nachrichten.",
    "Hier ist mein Text.\n\nSent from my desk, is much easier than my mobile phone.",
    "Diese E-Mail enthält vertrauliche Angaben zu meiner Krankheit. Löschen Sie sie, wenn ich darum bitte.",
    "Wenn Sie nicht der richtige Empfänger für diese E-Mail sind, leiten Sie sie bitte weiter. Sie ist vertraulich.",
    "Ich bitte um Auskunft.\n\nBitte behandeln Sie diese Nachricht vertraulich und informieren Sie mich sofort.",
    "Bitte denken Sie an die Umwelt und schicken Sie mir nicht so viel Papier.",
    "Die ursprüngliche Nachricht von Ihnen habe ich nicht mehr.\n\nBitte schicken Sie sie noch einmal.",
    "Ursprüngliche Nachricht\n\nDie habe ich verloren.\n\nBitte schicken Sie sie noch einmal.",
    "--- Wichtig ---\n\nBitte lesen!\n\n--- Ende ---\n\nDanke",
    "Von: mir\n\nFür: Sie\n\nAlles Gute!",
    "Am 23.11.2026 um 09:15:\n\nDa war die Tür zu. Um 10:15 auch.",
    "Montag, 23.11.2026, 09:15 Uhr, am Schalter:\n\nNiemand da.",
    "Termine:\n\n23.11.2026, 09:15 Uhr, Ansprechpartner weber@example.com:\nErstgespräch\n\nWelcher davon gilt?",
    "Meine Anschrift ist\nEva Muster\n--------\nMusterweg 5\n\nBitte ändern Sie das.",
    "Was soll das?!\n\n???\n\n!!!",
    "Ich zitiere:\n> Der Antrag wird geprüft.\nDas war vor drei Monaten.",
    "Frau Weber wrote:\n\nNice to meet you. Das war alles, was ich je von Ihnen bekam.",
    "Mein Angebot:\n\nVon: Montag\nBis: Freitag\nAn: jedem Tag\nDatum: ab 3.5.2026 10:15\nThema: Lärm",
    "Text\n\n________________________________\n\nNoch ein Absatz mit einer Frage?",
    "Text\n\n----------\n\nNoch ein Absatz. Er ist mir wichtig.",
    "Ich unterschreibe.\n\n______________\nUnterschrift",
    "Name: ________\n\nDatum: ________",
    "Hallo,\n--\nKönnt ihr mir helfen?",
    "Hallo\n\n--\nMein Aktenzeichen: 123/45",
    "Hallo,\nmein Anliegen: Lärm\n--\nAktenzeichen 123 BG 456",
    "* Punkt eins\n* Punkt zwei\n\n***\n\nDanke",
    "Frage 1:\n> Was kostet das?\n\nFrage 2:\n> Wie lange dauert das?",
    "am 3.5.2026 um 10:15 Uhr wrote",
    "Wir sind am 23.11.2026 um 09:15 da. Schreiben Sie an desk@example.com:\n\nDanke",
    "Am 23.11.2026 um 09:15 war ich bei Frau Weber (weber@example.com):\n\nSie sagte nein.",
    "Am 23.11.2026 um 09:15 Uhr sprach ich mit Herrn Adam <adam@example.com>:\n\nEr sagte nein.",
    "Bericht vom Termin am 23.11.2026, 09:15 Uhr, Frau Weber (weber@example.com):\n\nSie sagte nein.",
    "Di, 24.11.2026, 10:30 Uhr bei Frau Weber (weber@example.com):\n\nErstgespräch. Ich komme.",
    "24.11.2026 10:30 Anruf bei Frau Weber (weber@example.com):\nniemand da.\n25.11.2026 10:30 nochmal: niemand da.",
    "Liebe Leute,\n\n-- \n\nich habe mich vertippt und schreibe unter dem Strich weiter. Der Aufzug ist kaputt.",
    "👍",
    "",
]


@pytest.mark.parametrize("text", LETTERS)
def test_a_persons_own_words_stay_whole(text: str):
    assert own_words(text) == text


@pytest.mark.parametrize("text", LETTERS)
def test_they_stay_whole_within_a_letter(text: str):
    letter = f"Guten Tag,\n\nich habe eine Frage.\n\n{text}\n\nMit freundlichen Grüßen\nEva Muster"

    assert own_words(letter) == letter


@pytest.mark.parametrize("text", [text for text in LETTERS if text])
def test_they_stay_whole_above_a_quote(text: str):
    quoted = f"{text}\n\nViele Grüße\nEva Muster\n\nAm Mo., 23. Nov. 2026 um 09:15 Uhr schrieb Desk <desk@example.com>:\n\n{QUOTED}"

    assert own_words(quoted) == f"{text}\n\nViele Grüße\nEva Muster"


@pytest.mark.parametrize(
    "text",
    [
        "> nur ein Zitat",
        f"{INTRODUCTIONS['Gmail']}\n{QUOTED}",
        "Von meinem iPhone gesendet",
        "-- \nEva Muster\neva@example.org",
        "Von meinem iPhone gesendet\n\nAnfang der weitergeleiteten Nachricht:\n\nVon: a@example.org\nAn: b@example.org\nBetreff: x\n\na",
        "---",
    ],
)
def test_where_nothing_would_be_left_the_text_is_the_reply(text: str):
    assert own_words(text) == text
