# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Orders of colleagues: what is understood, what is text, and that nothing gets lost between the two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildesk.core.office.categories import Categories
from maildesk.core.orders.card import CardLine, reference_card
from maildesk.core.orders.reader import WRITER, OrderName, Reading, Vocabulary, read_orders
from tests.rig.letters import in_words
from tests.rig.ordering import CATEGORIES, TODAY, VOCABULARY, read, told

# A text of nothing but orders -> what is read of it.
ORDERS = {
    # categories, in all the ways in which people type them
    "#kritik": "kind kritik",
    "#Kritik": "kind kritik",
    "#KRITIK.": "kind kritik",
    "#kritik #berechtigt #abgeholfen": "kind kritik; assessment berechtigt; outcome abgeholfen",
    "#kritik, #berechtigt, #abgeholfen.": "kind kritik; assessment berechtigt; outcome abgeholfen",
    "#kritik#berechtigt#abgeholfen": "kind kritik; assessment berechtigt; outcome abgeholfen",
    "#kritik; #berechtigt / #abgeholfen": "kind kritik; assessment berechtigt; outcome abgeholfen",
    "#kritik\n#berechtigt\n\n#abgeholfen\n": "kind kritik; assessment berechtigt; outcome abgeholfen",
    "#kritik berechtigt abgeholfen": "kind kritik; assessment berechtigt; outcome abgeholfen",
    "#kritik - berechtigt und abgeholfen!": "kind kritik; assessment berechtigt; outcome abgeholfen",
    "#beschwerde": "kind kritik",
    "#Kritik / Beschwerde": "kind kritik",
    "#lob": "kind lob",
    "#danke": "kind lob",
    "#idee": "kind anregung",
    "#verbesserungsvorschlag": "kind anregung",
    "#Anfrage": "kind anfrage",
    "#nicht zuständig": "kind sonstiges",
    "#art kritik": "kind kritik",
    "#art: Kritik": "kind kritik",
    "#Art = Lob": "kind lob",
    "#art sonstiges": "kind sonstiges",
    "#thema sonstiges": "topic sonstiges",
    "#Thema: Bearbeitungsdauer": "topic bearbeitungsdauer",
    "#Thema:Bearbeitungsdauer": "topic bearbeitungsdauer",
    "#thema bearbeitung": "topic bearbeitungsdauer",
    "#thema kdu": "topic kosten_unterkunft",
    "#kosten_unterkunft": "topic kosten_unterkunft",
    "#kosten unterkunft": "topic kosten_unterkunft",
    "#kosten-unterkunft": "topic kosten_unterkunft",
    "#Kosten der Unterkunft, Heizung, Strom, Umzug": "topic kosten_unterkunft",
    "#bildung und teilhabe": "topic bildung_teilhabe",
    "#zustaendigkeit": "topic zustaendigkeit",
    "#Zuständigkeit": "topic zustaendigkeit",
    "#zustandigkeit": "topic zustaendigkeit",
    "#zusta\u0308ndigkeit": "topic zustaendigkeit",  # decomposed, as from a Mac
    "#rückforderung": "topic rueckforderung",
    "#thema Maßnahme": "topic massnahme",
    "#thema MASSNAHME": "topic massnahme",
    "#thema gebäude": "topic gebaeude",
    "#bearbeitungsd": "topic bearbeitungsdauer",
    "#unfreundlich": "topic umgang",
    "#berechtigt": "assessment berechtigt",
    "#berecht": "assessment berechtigt",
    "#nicht berechtigt": "assessment unberechtigt",
    "#unberechtigt": "assessment unberechtigt",
    "#teilweise": "assessment teilweise",
    "#teilweise berechtigt": "assessment teilweise",
    "#teilweise abgeholfen": "outcome teilweise_abgeholfen",
    "#teilweise #abgeholfen": "assessment teilweise; outcome abgeholfen",
    "#Bewertung: teilweise #Ergebnis: abgeholfen": "assessment teilweise; outcome abgeholfen",
    "#nicht feststellbar": "assessment nicht_feststellbar",
    "#ohne Bewertung": "assessment entfaellt",
    "#erläutert": "outcome erlaeutert",
    "#erlaeutert": "outcome erlaeutert",
    "#keine Abhilfe": "outcome keine_abhilfe",
    "#zurückgezogen": "outcome zurueckgezogen",
    "#ergebnis erklärt": "outcome erlaeutert",
    "#keine": "measure keine",
    "#maßnahme Gespräch": "measure gespraech",
    "#massnahme gespraech": "measure gespraech",
    "#schulung": "measure schulung",
    "#maßnahme träger": "measure extern",
    "#leistungsberechtigte": "person_group leistungsberechtigte",
    "#Angehörige": "person_group angehoerige",
    "#personengruppe Träger": "person_group traeger",
    "#person Betreuerin": "person_group betreuung_vertretung",
    "#dringend": "urgency dringend",
    "#sofort": "urgency sofort",
    "#normal": "urgency normal",
    "#dringlichkeit frist": "urgency frist",
    "#Frist beachten": "urgency frist",
    "#umgang #anliegen #kdu #teilweise": "topic umgang; concern; topic kosten_unterkunft; assessment teilweise",
    "#weiteres Anliegen umgang": "concern; topic umgang",
    # what becomes of the case
    "#erledigt": "close",
    "#Erledigt!": "close",
    "#abschluss": "close",
    "#Abschluß": "close",
    "#abschliessen": "close",
    "#schliessen": "close",
    "#schließen": "close",
    "#geschlossen": "close",
    "#fertig": "close",
    "#erledigt #berechtigt": "close; assessment berechtigt",
    "#erledigt: berechtigt, abgeholfen": "close; assessment berechtigt; outcome abgeholfen",
    "#wieder öffnen": "reopen",
    "#wiederöffnen": "reopen",
    "#Wieder-öffnen": "reopen",
    "#wieder oeffnen": "reopen",
    "#teilen": "split",
    "#rückgängig": "undo",
    "#rueckgaengig": "undo",
    "#RÜCKGÄNGIG": "undo",
    "#gesehen": "seen",
    "#nicht dringend": "not-urgent",
    "#nichtdringend": "not-urgent",
    "#Entwarnung!": "not-urgent",
    "#bestätigen": "confirm",
    "#bestaetigt": "confirm",
    "#senden": "send",
    "#nicht senden": "drop",
    "#verwerfen": "drop",
    "#kürzen": "shorten",
    "#kuerzen": "shorten",
    "#hilfe": "help",
    "#Hilfe?": "help",
    "#warten": "wait",
    "#warten bis Freitag": "wait 2026-11-27",
    "#warten auf Unterlagen": 'wait "auf Unterlagen"',
    "#warten auf Rückruf bis 4.12.": 'wait 2026-12-04 "auf Rückruf"',
    "#warten #kritik": "wait; kind kritik",
    "#warten kritik": "wait; kind kritik",
    # colleagues, cases, addresses
    "#ich": f"assign {WRITER}",
    "#übernehme ich": f"assign {WRITER}",
    "#an mich": f"assign {WRITER}",
    "#zuweisen weber": "assign weber",
    "#zuweisen: Weber": "assign weber",
    "#an weber": "assign weber",
    "#an Frau Weber": "assign weber",
    "#an A. Weber": "assign weber",
    "#an oezdemir.": "assign oezdemir",
    "#an Özdemir": "assign oezdemir",
    "#zuweisen Ümit Özdemir": "assign oezdemir",
    "#an Anna-Lena Kurz": "assign alk",
    "#an alk #erledigt": "assign alk; close",
    "#zusammenlegen KD-2026-17": "merge KD-2026-00017",
    "#zusammenlegen mit kd-2026-00017": "merge KD-2026-00017",
    "#zusammenlegen [KD-2026-17]": "merge KD-2026-00017",
    "#zusammenlegen KD–2026–17": "merge KD-2026-00017",
    "#gehört zu KD-2026-17.": "merge KD-2026-00017",
    "#gehoert zu 2026-17": "merge KD-2026-00017",
    "#rückfrage name@haus.example": "consult name@haus.example",
    "#rückfrage name@haus.example Was war da?": 'consult name@haus.example "Was war da?"',
    "#Rückfrage: <name@haus.example>, was war da?": 'consult name@haus.example "was war da?"',
    "#rückfrage Frau Maier <maier@haus.example> Bitte prüfen": 'consult maier@haus.example "Bitte prüfen"',
    "#rückfrage name@haus.example<mailto:name@haus.example> Text": 'consult name@haus.example "Text"',
    "#rückfrage [name@haus.example](mailto:name@haus.example) Text": 'consult name@haus.example "Text"',
    "#rückfrage name@haus.example\n\nLiebe Frau Maier,\n\nwas war da?": 'consult name@haus.example "Liebe Frau Maier,\n\nwas war da?"',
    "#rückfrage name@haus.example Hallo,\n\nwas war da?": 'consult name@haus.example "Hallo,\nwas war da?"',
    "#rückfrage name@haus.example\n#frist 4.12. Stellungnahme\n\nWas?": 'consult name@haus.example "Was?"; due 2026-12-04 "Stellungnahme"',
    # days: today is Sunday, 22 November 2026
    "#frist 04.12.2026 Gutachten fehlt": 'due 2026-12-04 "Gutachten fehlt"',
    "#frist 4.12. Gutachten fehlt": 'due 2026-12-04 "Gutachten fehlt"',
    "#frist 4.12 Gutachten fehlt": 'due 2026-12-04 "Gutachten fehlt"',
    "#frist 4. 12. Gutachten fehlt": 'due 2026-12-04 "Gutachten fehlt"',
    "#frist 4.12.26 Gutachten fehlt": 'due 2026-12-04 "Gutachten fehlt"',
    "#frist 4. Dezember Gutachten fehlt": 'due 2026-12-04 "Gutachten fehlt"',
    "#frist 4. Dez. 2026: Gutachten fehlt": 'due 2026-12-04 "Gutachten fehlt"',
    "#frist 1. März Gutachten fehlt": 'due 2027-03-01 "Gutachten fehlt"',
    "#frist 2026-12-04 Gutachten fehlt": 'due 2026-12-04 "Gutachten fehlt"',
    "#frist 2026–12–04 Gutachten fehlt": 'due 2026-12-04 "Gutachten fehlt"',
    "#frist Freitag, 4.12., Gutachten fehlt": 'due 2026-12-04 "Gutachten fehlt"',
    "#Frist: bis zum 4.12. – Gutachten fehlt": 'due 2026-12-04 "Gutachten fehlt"',
    "#frist 4.12. 14 Uhr Gutachten fehlt": 'due 2026-12-04 "Gutachten fehlt"',
    "#frist Gutachten fehlt bis 4.12.": 'due 2026-12-04 "Gutachten fehlt"',
    "#frist 3.1. Gutachten fehlt": 'due 2027-01-03 "Gutachten fehlt"',
    "#frist 22.11. Gutachten fehlt": 'due 2026-11-22 "Gutachten fehlt"',
    "#frist 21.11. Gutachten fehlt": 'due 2027-11-21 "Gutachten fehlt"',
    "#frist 29.2. Gutachten fehlt": 'due 2028-02-29 "Gutachten fehlt"',
    "#frist heute Rückruf": 'due 2026-11-22 "Rückruf"',
    "#frist morgen Rückruf": 'due 2026-11-23 "Rückruf"',
    "#frist übermorgen Rückruf": 'due 2026-11-24 "Rückruf"',
    "#frist uebermorgen früh Rückruf": 'due 2026-11-24 "Rückruf"',
    "#frist Freitag Rückruf": 'due 2026-11-27 "Rückruf"',
    "#frist bis Freitag Rückruf": 'due 2026-11-27 "Rückruf"',
    "#frist Sonntag Rückruf": 'due 2026-11-29 "Rückruf"',
    "#frist nächsten Montag Rückruf": 'due 2026-11-23 "Rückruf"',
    "#frist naechsten Montag Rückruf": 'due 2026-11-23 "Rückruf"',
    "#frist nächste Woche Mittwoch Rückruf": 'due 2026-11-25 "Rückruf"',
    "#frist in 3 Tagen Rückruf": 'due 2026-11-25 "Rückruf"',
    "#frist in drei Tagen Rückruf": 'due 2026-11-25 "Rückruf"',
    "#frist in einer Woche Rückruf": 'due 2026-11-29 "Rückruf"',
    "#frist in 2 Wochen Rückruf": 'due 2026-12-06 "Rückruf"',
    "#frist +14 Rückruf": 'due 2026-12-06 "Rückruf"',
    "#frist + 14 Tage Rückruf": 'due 2026-12-06 "Rückruf"',
    "#wiedervorlage Freitag Rechnung #4711 prüfen": 'due 2026-11-27 "Rechnung #4711 prüfen"',
    # texts of the house
    "#notiz Frau M. ruft an": 'note "Frau M. ruft an"',
    "#Notiz: C# und #kritik gehören zusammen": 'note "C# und #kritik gehören zusammen"',
    "#erledigt #notiz Am Telefon geklärt": 'close; note "Am Telefon geklärt"',
    "#notiz\n\nErste Zeile\n\nZweite Zeile\n": 'note "Erste Zeile\n\nZweite Zeile"',
    "#notiz Eine lange Notiz, die ein\nMailprogramm umbrochen hat": 'note "Eine lange Notiz, die ein\nMailprogramm umbrochen hat"',
    "#notiz Anruf\n#erledigt": 'note "Anruf"; close',
    "#notiz Anruf\n\n#erledigt": 'note "Anruf"; close',
    "#notiz Es ist\nalles\nerledigt\n#kritik": 'note "Es ist\nalles\nerledigt"; kind kritik',
    "#titel Heizung in der Unterkunft": 'title "Heizung in der Unterkunft"',
    "#titel Rechnung #4711 falsch #kritik": 'title "Rechnung #4711 falsch"; kind kritik',
    "#titel: Heizung kaputt, #kritik": 'title "Heizung kaputt"; kind kritik',
    # what mail programs make of it
    "＃kritik": "kind kritik",
    "# kritik": "kind kritik",
    "#\u00a0kritik #\u00a0berechtigt": "kind kritik; assessment berechtigt",
    "\u200b#kritik\u200b": "kind kritik",
    "\ufeff#kritik": "kind kritik",
    "##kritik": "kind kritik",
    "  #kritik": "kind kritik",
    "*#kritik*": "kind kritik",
    "- #kritik\n- #berechtigt": "kind kritik; assessment berechtigt",
    "• #kritik": "kind kritik",
    "1. #kritik\n2. #berechtigt": "kind kritik; assessment berechtigt",
    "„#kritik“": "kind kritik",
    "– #kritik": "kind kritik",
    "#kritik<https://example.com/hashtag/kritik>": "kind kritik",
    "#kritik <https://example.com/hashtag/kritik> #berechtigt": "kind kritik; assessment berechtigt",
    "[#kritik](https://example.com/hashtag/kritik)": "kind kritik",
    # by hand, without #
    "erledigt": "close",
    "Erledigt!": "close",
    "Kritik": "kind kritik",
    "Lob.": "kind lob",
    "Kritik, berechtigt, abgeholfen": "kind kritik; assessment berechtigt; outcome abgeholfen",
    "Kritik berechtigt und abgeholfen.": "kind kritik; assessment berechtigt; outcome abgeholfen",
    "Kritik\nberechtigt\nabgeholfen": "kind kritik; assessment berechtigt; outcome abgeholfen",
    "Kritik, Thema Umgang, nicht berechtigt": "kind kritik; topic umgang; assessment unberechtigt",
    "Nicht dringend.": "not-urgent",
    "wieder öffnen": "reopen",
    "Gesehen.": "seen",
    "hilfe": "help",
    "Hilfe?": "help",
    "\n\n  Hilfe!  \n": "help",
    "Termin": "topic termin",
}  # fmt: skip


@pytest.mark.parametrize("text", ORDERS)
def test_a_text_of_orders_is_read(text: str) -> None:
    reading = read(text)
    assert (told(reading.orders), reading.mistakes, reading.rest) == (ORDERS[text], (), "")


# What is plain text, whole.
PLAIN = (
    "Sehr geehrte Frau Muster,\n\nvielen Dank.",
    "#4711 ist Ihre Nummer",
    "# 4711 ist Ihre Nummer",
    "#1",
    "#",
    "###",
    "Ihre Rechnung #4711 ist bezahlt.",
    "Wir sind #1.",
    "C# und F#",
    "Kritik nehmen wir ernst.",
    "Erledigt haben wir das am Montag.",
    "Lob und Kritik sind willkommen.",
    "Danke!",
    "Vielen Dank.",
    "Guten Tag,",
    "Liebe Grüße",
    "Hilfe\nbekommen Sie hier.",
    "Termin\n\nIhr Termin ist am Montag.",
    "Unterlagen:\nBitte senden Sie sie uns.",
    "> #kritik",
    "Text\n\nSiehe #foo im Anhang",
    "Guten Tag\n#mitmachen ist unser Motto",
    "Wir haben > #kritik",
    "Ja",
    "",
)


@pytest.mark.parametrize("text", PLAIN)
def test_plain_text_is_left_as_it_is(text: str) -> None:
    assert read(text) == Reading(rest=text)


# Orders, and below them the text for the citizen.
ORDERS_AND_TEXT = {
    "#kritik\n\nSehr geehrte Frau Muster,\n\n\nDanke.\n": ("kind kritik", "Sehr geehrte Frau Muster,\n\n\nDanke."),
    "#erledigt #abgeholfen\nSehr geehrte Frau Muster": ("close; outcome abgeholfen", "Sehr geehrte Frau Muster"),
    "Erledigt.\n\nSehr geehrte Frau Muster": ("close", "Sehr geehrte Frau Muster"),
    "\n\n#kritik\n\n#lob\n\n#4711 ist bezahlt": ("kind kritik; kind lob", "#4711 ist bezahlt"),
    "#notiz intern\n\nSehr geehrte Frau Muster": ('note "intern"', "Sehr geehrte Frau Muster"),
    "#notiz intern\n#erledigt\nSehr geehrte Frau Muster": ('note "intern"; close', "Sehr geehrte Frau Muster"),
    "#titel Heizung\nSehr geehrte Frau Muster": ('title "Heizung"', "Sehr geehrte Frau Muster"),
    "#frist 4.12. Das Gutachten des medizinischen Dienstes ist noch immer nicht\nda\n\nHallo":
        ('due 2026-12-04 "Das Gutachten des medizinischen Dienstes ist noch immer nicht\nda"', "Hallo"),
    "#kritik\n  Eingerückt\n\tbleibt": ("kind kritik", "  Eingerückt\n\tbleibt"),
}  # fmt: skip


@pytest.mark.parametrize("text", ORDERS_AND_TEXT)
def test_the_text_below_the_orders_is_the_answer(text: str) -> None:
    reading = read(text)
    assert (told(reading.orders), reading.rest) == ORDERS_AND_TEXT[text]
    assert reading.mistakes == ()


# Subject -> orders, token, case number.
SUBJECTS = {
    "[KD-2026-00042] #abschluss #berechtigt #abgeholfen ~k7f3m9q2":
        ("close; assessment berechtigt; outcome abgeholfen", "k7f3m9q2", "KD-2026-00042"),
    "[KD-2026-42] #erledigt": ("close", "", "KD-2026-00042"),
    "AW: [KD-2026-00042] #erledigt ~abcdefgh": ("close", "abcdefgh", "KD-2026-00042"),
    "[KD-2026-00042] Re: AW: #erledigt ~ABCDEFGH": ("close", "abcdefgh", "KD-2026-00042"),
    "[EXTERN] WG: [KD-2026-00042] #erledigt ~abcdefgh": ("close", "abcdefgh", "KD-2026-00042"),
    "kd–2026–42: #erledigt": ("close", "", "KD-2026-00042"),
    "#zusammenlegen KD-2026-17": ("merge KD-2026-00017", "", ""),
    "[KD-2026-00042] #zusammenlegen KD-2026-17": ("merge KD-2026-00017", "", "KD-2026-00042"),
    "[KD-2026-00042] #frist +14 Gutachten fehlt ~abcdefgh": ('due 2026-12-06 "Gutachten fehlt"', "abcdefgh", "KD-2026-00042"),
    "[KD-2026-00042] erledigt": ("close", "", "KD-2026-00042"),
    "Erledigt!": ("close", "", ""),
    "Hilfe": ("help", "", ""),
    "AW: [KD-2026-00042] erledigt": ("close", "", "KD-2026-00042"),
    "[KD-2026-00042] Ihre Meldung #erledigt": ("close", "", "KD-2026-00042"),
    "[KD-2026-00042] Ihre Meldung": ("", "", "KD-2026-00042"),
    "Rechnung #4711": ("", "", ""),
    "Frage zu #metoo": ("", "", ""),
    "AW: #metoo": ("", "", ""),
    "C# lernen": ("", "", ""),
    "": ("", "", ""),
}  # fmt: skip


@pytest.mark.parametrize("subject", SUBJECTS)
def test_orders_stand_in_the_subject_too(subject: str) -> None:
    reading = read("", subject)
    assert (told(reading.orders), reading.token, reading.case_number) == SUBJECTS[subject]
    assert (reading.mistakes, reading.rest) == ((), "")


def test_orders_of_subject_and_text_come_together_in_this_order() -> None:
    assert told(read("#berechtigt\n\nHallo", "[KD-2026-00042] #kritik").orders) == "kind kritik; assessment berechtigt"


@pytest.mark.parametrize("subject", ["AW: [KD-2026-00042] Beschwerde", "WG: Lob", "Re: Hilfe", "Re: erledigt"])
def test_the_subject_of_the_mail_that_is_answered_is_no_order_beside_a_text(subject: str) -> None:
    assert read("Sehr geehrte Frau Muster", subject).orders == ()


def test_orders_behind_a_reply_prefix_are_marked_as_perhaps_not_the_colleagues_own_unless_a_link_made_them() -> None:
    assert read("", "AW: [KD-2026-00042] #erledigt").inherited
    assert not read("", "[KD-2026-00042] #erledigt").inherited
    assert not read("", "AW: [KD-2026-00042] #erledigt ~abcdefgh").inherited
    assert not read("", "AW: [KD-2026-00042] Ihre Meldung").inherited


def test_the_text_of_a_mail_whose_subject_says_note_or_asks_a_colleague_stays_inside() -> None:
    note = read("Frau M. ruft an\n\nUnd noch etwas", "[KD-2026-00042] #notiz")
    question = read("Was war da?", "[KD-2026-00042] #rückfrage name@haus.example")

    assert (told(note.orders), note.rest) == ('note "Frau M. ruft an\n\nUnd noch etwas"', "")
    assert (told(question.orders), question.rest) == ('consult name@haus.example "Was war da?"', "")


# --- the reference card ---

CARD = reference_card(VOCABULARY)


@pytest.mark.parametrize("card", CARD, ids=lambda line: in_words(line.example))
def test_every_example_of_the_reference_card_is_read_as_what_it_says(card: CardLine) -> None:
    example = in_words(card.example)
    for reading in (read(example), read("", f"[KD-2026-00042] {example}")):
        assert [order.name for order in reading.orders] == [card.name]
        assert reading.mistakes == ()
        label = in_words(card.meaning).partition(": ")[2]
        if reading.orders[0].name.value in {"kind", "topic", "assessment", "outcome", "measure", "person_group", "urgency"}:
            assert CATEGORIES.label(reading.orders[0].name.value, reading.orders[0].key) == label


def test_the_reference_card_has_every_order_and_every_category() -> None:
    assert {line.name for line in CARD} == set(OrderName)
    assert len({in_words(line.example) for line in CARD}) == len(CARD)
    assert sum(line.name is OrderName.TOPIC for line in CARD) == len(CATEGORIES.active("topic"))


def test_a_desk_without_categories_and_staff_still_has_its_orders() -> None:
    bare = Vocabulary(Categories())
    assert told(read_orders("", "#erledigt", bare, TODAY).orders) == "close"
    assert OrderName.CLOSE in {line.name for line in reference_card(bare)}


# --- for any text ---

PIECES = st.one_of(
    st.sampled_from([
        "#kritik", "#kritk", "#notiz", "#notiz abc", "#frist", "#rückfrage a@b.example", "#foo", "#", "# ", "#1", "erledigt", "Hilfe",
        "Termin", "Erldigt", "Text", "Sehr geehrte", ", ", " ", "\u00a0", "\u200b", "\n", "\n\n", "\r\n", "\u2028", "~abcdefgh",
        "[KD-2026-1]", "AW: ", "(#", "*", "-", ">",
    ]),
    st.text(max_size=8),
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=14).map("".join)


@given(text=TEXTS, subject=TEXTS)
def test_every_line_is_an_order_or_a_mistake_or_text_and_text_never_begins_with_an_order(text: str, subject: str) -> None:
    assert isinstance(read(text, subject), Reading)

    reading = read(text)
    sorted_lines = [*reading.lines, *(mistake.line for mistake in reading.mistakes), *reading.rest.splitlines()]
    assert sorted(line for line in sorted_lines if line.strip()) == sorted(line for line in text.splitlines() if line.strip())
    again = read(reading.rest)
    assert (again.orders, again.mistakes, again.rest) == ((), (), reading.rest)


@given(text=TEXTS, subject=TEXTS)
def test_a_colleagues_vocabulary_does_not_matter_for_what_is_kept(text: str, subject: str) -> None:
    reading = read_orders(subject, text, Vocabulary(Categories()), TODAY)
    kept = " ".join([*reading.lines, *(mistake.line for mistake in reading.mistakes), reading.rest])
    assert set("".join(text.split())) <= set("".join(kept.split()))
    assert read_orders(subject, text, VOCABULARY, TODAY) == read(text, subject)
