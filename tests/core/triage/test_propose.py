# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What the words of a mail propose: kind, urgency and flags; and, as often, what they must not propose."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from maildesk.core.office.categories import Categories, Category
from maildesk.core.triage.propose import CHARS_READ, FLAG_SENTENCES, Proposal, graver, propose
from maildesk.core.triage.words import FLAGS, KINDS, TOPICS, URGENT
from maildesk.settings.categories import CATEGORIES_FILE, load_categories
from tests.rig.builders import a_message

TODAY = date(2026, 11, 23)


def proposed(text: str, subject: str = "Meine Nachricht", **fields: object) -> Proposal:
    return propose(a_message(text=text, subject=subject, **fields), today=TODAY)


# Each flag: what shows it, and what only looks so.
SHOWN = {
    "selbstgefaehrdung": (
        "Wenn Sie das lesen, habe ich mir das Leben genommen.",
        "Ich habe alle Tabletten gesammelt und nehme sie heute Nacht.",
        "Der Strick hängt schon im Stadel.",
        "Ich bringe mich heute Abend um.",
        "Wenn das so weitergeht, bringe ich mich um.",
        "Ich bring mich einfach um, dann habt ihr Ruhe.",
        "Ich weiss nicht mehr weiter, ich moechte einfach nur sterben.",
        "Am liebsten würde ich mich umbringen.",
        "Ich denke jeden Tag daran, mir das Leben zu nehmen.",
        "Ich will nicht mehr leben.",
        "Ich will so\nnicht mehr\nleben.",
        "Manchmal habe ich Selbstmordgedanken.",
        "Meine Tochter ist suizidal, und niemand ruft zurück.",
        "Es wäre besser, wenn ich mich vor den Zug werfe.",
        "Ohne mich wären alle besser dran: Ich sehe keinen Ausweg mehr.",
        "I can't go on, I want to die.",
        "Я більше не можу, не хочу жити.",
        "Я не могу больше, хочу умереть.",
        "Artık yaşamak istemiyorum.",
        "لا أريد أن أعيش بعد الآن",
        "دیگر نمی‌خواهم زنده بمانم، خودم را می‌کشم",
        "Nu mai vreau să trăiesc.",
        "Не искам да живея така, искам да умра.",
        "Nie chcę już żyć.",
    ),
    "bedrohung": (
        "Am Montag zünden wir das Jobcenter Neue Wege an.",
        "Mein Ex hat gedroht, unsere Tochter umzubringen.",
        "Ich bringe Sie um.",
        "Wenn er mir noch einmal schreibt, bringe ich den Sachbearbeiter um!",
        "Ich komme morgen mit einem Messer vorbei.",
        "Dann werden Sie sehen, was passiert.",
        "Das werden Sie noch bereuen.",
        "Ich weiß genau, wo Sie wohnen.",
        "Ich zünde euch das ganze Amt an.",
        "Man sollte euch alle erschießen.",
        "Ich kann für nichts mehr garantieren.",
        "Mein Exmann hat gedroht, mich umzubringen.",
        "Mein Mann schlägt mich jeden Abend.",
        "I will kill you all.",
        "Вы еще пожалеете, я знаю, где вы живете.",
        "Hepinizi öldüreceğim.",
        "Zabiję was wszystkich.",
    ),
    "kindeswohl": (
        "Bei H. im 3. Stock wird das kleine Kind geschlagen.",
        "Bei den Nachbarn wird das Kind geschlagen, man hört es schreien.",
        "Der neue Freund schlägt ihre Kinder.",
        "Die Frau vernachlässigt ihre Kinder völlig.",
        "Meine Enkelin ist bei ihm in Gefahr, mein Sohn wurde von ihm misshandelt.",
        "Das ist eine Kindeswohlgefährdung.",
        "He beats his daughter every day.",
    ),
    "mittellos": (
        "Wir haben nichts mehr zu essen.",
        "Ich habe seit Freitag kein Geld mehr für Essen.",
        "Der Kühlschrank ist leer, und mein Konto auch.",
        "Ich habe keinen einzigen Cent mehr.",
        "Ich kann keine Windeln und keine Milch mehr kaufen.",
        "Meine Kinder haben Hunger.",
        "We have no money for food.",
        "У мене немає грошей на їжу.",
        "У меня нет денег на еду.",
    ),
    "wohnungsverlust": (
        "Mein Vermieter hat die Wohnung fristlos gekündigt.",
        "Wir verlieren unsere Wohnung.",
        "Nächste Woche ist der Räumungstermin.",
        "Seit gestern bin ich obdachlos.",
        "Ich schlafe seit drei Nächten im Auto.",
        "We are being evicted next week.",
    ),
    "stromsperre": (
        "Uns wurde heute der Strom abgestellt.",
        "Die Stadtwerke drohen mit einer Stromsperre.",
        "Wir sitzen seit gestern im Dunkeln.",
        "Am Montag drehen sie uns das Gas ab.",
    ),
    "datenpanne": (
        "In meinem Umschlag lag der Bescheid einer fremden Person.",
        "Ich habe Unterlagen von einer anderen Frau bekommen.",
        "Dieser Brief war nicht für mich bestimmt.",
        "Sie haben meine Daten an meinen Vermieter weitergegeben.",
    ),
    "widerspruch": ("Hiermit lege ich Widerspruch ein.", "Ich erhebe Widerspruch gegen den Bescheid."),
    "antrag": ("Hiermit beantrage ich eine Erstausstattung.", "Ich stelle hiermit einen Antrag auf ein Darlehen."),
    "frist_genannt": (
        "Ich brauche die Antwort bis zum 2. Dezember.",
        "Der Termin ist am 26.11. um 9 Uhr.",
        "Die Frist läuft bald ab, die Frist endet nächste Woche.",
        "Bitte melden Sie sich bis Freitag.",
        "Ich erwarte Ihre Antwort innerhalb von zwei Wochen.",
    ),
    "dienstaufsichtsbeschwerde": ("Ich reiche eine Dienstaufsichtsbeschwerde ein.",),
    "betroffenenrecht_auskunft": ("Welche Daten haben Sie über mich gespeichert?", "Auskunft nach Art. 15 DSGVO, bitte."),
    "betroffenenrecht_loeschung": ("Bitte löschen Sie alle Daten über mich.", "Bitte löschen Sie meine persönlichen Daten."),
    "anonym": ("Ich möchte anonym bleiben.",),
    "rueckrufwunsch": ("Ich bitte um einen Rückruf.", "Bitte rufen Sie mich morgen zurück."),
    "kein_telefon": ("Ich bin gehörlos.", "Ich kann nicht telefonieren."),
    "einfache_sprache": ("Bitte schreiben Sie in einfacher Sprache.",),
    "dritte_person": ("Ich schreibe für meine Mutter.", "Ich bin die gesetzliche Betreuerin."),
    "ohne_vollmacht": ("Eine Vollmacht habe ich noch nicht, also ohne Vollmacht.",),
    "kennung_im_text": ("Meine Kundennummer ist 999B000456.",),
}
NOT_SHOWN = {
    "selbstgefaehrdung": (
        "Mein Bruder hat sich das Leben genommen.",
        "Meine Tabletten bezahlt die Kasse nicht.",
        "Wenn alle Stricke reißen, ziehe ich um.",
        "Der Papierkram bringt mich noch um.",
        "Das Warten wird mich noch umbringen.",
        "Ich könnte mich umbringen vor Lachen.",
        "Mein Bruder hat sich umgebracht, seitdem bin ich krank.",
        "Von dem Geld kann ich nicht leben.",
        "In dieser Wohnung will ich nicht mehr leben.",
        "Das ist doch politischer Selbstmord.",
        "Ich kann nicht mehr warten.",
        "Mir wird das Leben schwer gemacht.",
        "Ich bringe mich um meinen Schlaf mit diesen Formularen.",
        "Ich sehe keinen Ausweg mehr als eine Klage.",
        "I don't want to die waiting in your line.",
    ),
    "bedrohung": (
        "Am Freitag zünden wir die Kerzen an.",
        "Er hat gedroht, unsere Leistungen zu kürzen.",
        "Ich bringe ihn um vor Lachen.",
        "Ich bringe die Unterlagen um 10 Uhr vorbei.",
        "Ich bringe sie um die Mittagszeit.",
        "Ich habe die letzte Warnung von den Stadtwerken bekommen.",
        "Wir werden sehen, was passiert.",
        "Sie werden es nicht bereuen, meinen Mann einzustellen.",
        "Ich weiß nicht, wo sie wohnen soll.",
        "Könnte man den Termin umlegen? Ich kann die Nebenkosten nicht umlegen.",
        "Ich muss hier nur die Zeit totschlagen.",
        "Er schlägt mich für die Stelle vor.",
        "Er schlägt vor, dass ich einen Kurs mache.",
        "Das schlägt mir auf den Magen.",
        "Die Bombe ist geplatzt: Der Antrag ist abgelehnt.",
        "Als Koch arbeite ich mit dem Messer.",
        "Sie werden von meinem Anwalt hören.",
        "Ihr System läuft Amok.",
    ),
    "kindeswohl": (
        "Für das Lager wird das kleine Zelt aufgeschlagen, mein Kind freut sich.",
        "Mein Sohn hat sich in der Schule gut geschlagen.",
        "Meine Tochter schlägt einen anderen Termin vor.",
        "Ich brauche Hilfe bei der Anmeldung meines Kindes im Hort.",
        "Unsere Kinder werden von der Politik vernachlässigt.",
        "Die Lehrerin schlägt unsere Tochter für den Preis vor.",
    ),
    "mittellos": (
        "Für das Mittagessen in der Schule brauche ich einen Antrag.",
        "Warum gibt es kein Geld mehr für die Weiterbildung?",
        "Ich habe keinen Euro zu viel bekommen.",
        "Essen und Trinken sind im Wartebereich verboten.",
    ),
    "wohnungsverlust": (
        "Mein Arbeitgeber hat mir fristlos gekündigt.",
        "Ich habe meinem Vermieter gekündigt, weil ich umziehe.",
        "Ich arbeite ehrenamtlich in der Obdachlosenhilfe.",
        "Ich suche eine größere Wohnung.",
        "Vor dem Haus auf der Straße ist kein Parkplatz.",
    ),
    "stromsperre": (
        "Die Heizung im Wartebereich ist abgeschaltet.",
        "Die Nebenkosten sind ohne Heizung berechnet.",
        "Wie beantrage ich den Strom für die Wohnung?",
    ),
    "datenpanne": (
        "Eine andere Person hat mir gesagt, dass die Unterlagen fehlen.",
        "Ich brauche einen Bescheid von einer anderen Behörde.",
        "Ich habe Ihnen alle Daten geschickt.",
    ),
    "widerspruch": ("Das steht im Widerspruch zu Ihrem Brief.", "Wo ist die Widerspruchsstelle?"),
    "antrag": ("Mein Antrag liegt seit Wochen.", "Wo finde ich den Antrag?"),
    "frist_genannt": (
        "Die Dame am Telefon war am 3.11. unfreundlich.",
        "Am 28. September habe ich alles abgegeben.",
        "Bis heute habe ich nichts gehört.",
        "Sie haben von Montag bis Freitag geöffnet.",
        "Mein Bescheid gilt bis zum 31.7.2027.",
        "Guten Morgen, ich war am 5.11. da.",
        "Am 31.2. war es.",
    ),
    "dienstaufsichtsbeschwerde": ("Ich will mich nicht beschweren.",),
    "betroffenenrecht_auskunft": ("Ich bitte um Auskunft zu den Öffnungszeiten.",),
    "betroffenenrecht_loeschung": ("Bitte löschen Sie das Licht im Flur.",),
    "anonym": ("Das Formular war anonym.",),
    "rueckrufwunsch": ("Der Rückruf kam prompt.",),
    "kein_telefon": ("Ich telefoniere gern.",),
    "einfache_sprache": ("Ihre Sprache war nicht einfach zu verstehen.",),
    "dritte_person": ("Meine Mutter hat mich begleitet.",),
    "ohne_vollmacht": ("Die Vollmacht liegt bei.",),
    "kennung_im_text": ("Ich wohne in 64646 Heppenheim, Zimmer 214.",),
}


@pytest.mark.parametrize(("flag", "text"), [(flag, text) for flag, texts in SHOWN.items() for text in texts])
def test_a_flag_is_proposed_where_plain_words_show_it(flag: str, text: str) -> None:
    found = proposed(text)
    assert flag in found.flags
    assert any(f"flag: {flag}" in line for line in found.evidence)
    assert found.is_danger == (URGENT.get(flag) == "sofort"), "and no false alarm either"
    assert graver(URGENT.get(flag, "normal"), found.urgency) == found.urgency


@pytest.mark.parametrize(("flag", "text"), [(flag, text) for flag, texts in NOT_SHOWN.items() for text in texts])
def test_what_only_looks_like_a_flag_is_none(flag: str, text: str) -> None:
    found = proposed(text)
    assert flag not in found.flags
    assert found.urgency != "sofort"
    assert not found.is_danger


def test_every_flag_that_may_be_urgent_has_rows_on_both_sides() -> None:
    assert URGENT.keys() <= SHOWN.keys() & NOT_SHOWN.keys()
    assert set(URGENT) <= FLAG_SENTENCES.keys()


KINDS_SHOWN = (
    ("kritik", "Seit sieben Wochen warte ich auf meinen Bescheid, und niemand meldet sich."),
    ("kritik", "Ich möchte mich über die Mitarbeiterin am Empfang beschweren."),
    ("kritik", "Die Dame war sehr unfreundlich und hat einfach aufgelegt."),
    ("kritik", "Bis heute habe ich keine Antwort bekommen. Wann kommt endlich der Bescheid?"),
    ("kritik", "Meine Unterlagen sind verloren gegangen, schon wieder. So geht das nicht!"),
    ("kritik", "I want to make a complaint."),
    ("lob", "Ich möchte die Kollegin in Zimmer 12 ausdrücklich loben."),
    ("lob", "Die Beratung war toll, Frau M. war sehr geduldig. Weiter so!"),
    ("lob", "Ich bedanke mich für die freundliche Hilfe."),
    ("anregung", "Mein Vorschlag: ein Schild am Eingang."),
    ("anregung", "Man könnte im Wartebereich Wasser anbieten, das würde allen helfen."),
    ("anregung", "Es wäre schön, wenn es eine Spielecke gäbe."),
    ("hinweis", "Nur ein Hinweis: Auf Ihrer Internetseite ist eine alte Adresse."),
    ("hinweis", "Der Aufzug im Haus B ist defekt."),
    ("anfrage", "Wann ist die Sprechstunde?"),
    ("anfrage", "Können Sie mir bitte sagen, welche Unterlagen ich brauche?"),
    ("anfrage", "Ich hätte gern einen Termin und habe noch eine Frage."),
    ("anfrage", "Gibt es bei Ihnen auch eine Beratung am Abend?"),
    ("", "Guten Tag, anbei die Unterlagen. Mit freundlichen Grüßen"),
    ("", "Vielen Dank im Voraus und herzliche Grüße"),
    ("", "Herzlichen Dank und freundliche Grüße"),
    ("", "Ich will mich nicht beschweren. Anbei die Miete."),
    ("", "Wegen meiner Rückenbeschwerden war ich beim Arzt."),
    ("", ""),
    ("", "asdf"),
)


@pytest.mark.parametrize(("kind", "text"), KINDS_SHOWN)
def test_a_kind_is_proposed_where_it_is_clear_and_none_where_it_is_not(kind: str, text: str) -> None:
    assert proposed(text).kind == kind


URGENCIES = (
    ("dringend", "Meine Miete ist zum 1. fällig."),
    ("dringend", "Ich kann die Miete nicht mehr zahlen."),
    ("dringend", "Ich kann meine Medikamente nicht mehr bezahlen."),
    ("dringend", "Ich bin nicht mehr krankenversichert."),
    ("sofort", "Ich habe kein Geld mehr für Essen, ich will nicht mehr leben."),
    ("normal", "Ich nehme im Moment keine Medikamente."),
    ("normal", "Wie hoch darf die Miete sein?"),
    ("normal", "Wann fährt der Bus?"),
)


@pytest.mark.parametrize(("urgency", "text"), URGENCIES)
def test_the_gravest_urgency_is_proposed(urgency: str, text: str) -> None:
    assert proposed(text).urgency == urgency


def test_quoted_mail_says_nothing_of_the_writer() -> None:
    found = proposed("Danke.\n\n> Ich bringe mich um.", reply="Danke.")
    assert found.urgency == "normal"
    assert found.flags == ()


def test_the_subject_counts_too() -> None:
    assert "widerspruch" in proposed("Siehe Anlage.", subject="Widerspruch gegen den Bescheid vom 2.11.").flags
    assert "sozialdaten_im_betreff" in proposed("Siehe oben.", subject="Kdnr. 999B000456").flags


@pytest.mark.parametrize(
    "text", ["ICH WILL NICHT MEHR LEBEN", "Ich bri\u00adnge mich um!", "Ich mo\u0308chte sterben.", "ich moechte\r\nsterben"]
)
def test_spelling_and_line_breaks_hide_nothing(text: str) -> None:
    assert proposed(text).is_danger


def test_what_the_desk_does_not_have_is_not_proposed() -> None:
    own = Categories(kind={"kritik": Category("kritik", "Kritik", active=False)}, urgency={"normal": Category("normal", "Normal")})
    found = propose(a_message(text="Ich will mich beschweren, ich will nicht mehr leben. Der Termin fehlt."), own, TODAY)
    assert (found.kind, found.urgency, found.topics) == ("", "normal", ())
    assert found.is_danger, "and who must know of danger is told nevertheless"


def test_all_keys_are_those_of_the_lists_that_ship(tmp_path: Path) -> None:
    shipped = load_categories(tmp_path, Path(CATEGORIES_FILE))
    assert set(KINDS) <= set(shipped.kind)
    assert set(TOPICS) <= set(shipped.topic)
    assert set(URGENT.values()) <= set(shipped.urgency)
    assert set(FLAG_SENTENCES) <= set(FLAGS) | {"anonym"}


def test_the_evidence_repeats_nothing_of_the_mail() -> None:
    text = "Ich, Eva Geheim, Kundennummer 999B000456, möchte mich beschweren und will nicht mehr leben."
    said = " ".join(proposed(text).evidence)
    assert "kritik" in said
    assert not re.search(r"Geheim|999B|leben", said)


def test_without_a_day_a_date_is_no_deadline() -> None:
    assert "frist_genannt" not in propose(a_message(text="Der Termin ist am 26.11. um 9 Uhr.", date=None)).flags


def test_what_stands_far_down_in_an_endless_mail_is_not_read() -> None:
    assert proposed("Ich will nicht mehr leben.\n" + "x " * CHARS_READ).is_danger
    assert not proposed("x " * CHARS_READ + "Ich will nicht mehr leben.").is_danger


NASTY = (
    "ich ",
    "bringe ich mich ",
    "ich weiß wo ",
    "kind wird ",
    "a" * 19 + " ",
    "seit ",
    "(",
    "am 1.1. ",
    "mir mir nicht ",
    "ä̈ ",
    "1. \n",
    "IBAN DE ",
)


@pytest.mark.parametrize("piece", NASTY)
def test_the_time_does_not_grow_faster_than_the_text(piece: str) -> None:
    short, whole = (a_message(text=(piece * CHARS_READ)[:length]) for length in (CHARS_READ // 4, CHARS_READ))
    proposed("warm")

    def took(message: object) -> float:
        start = time.process_time()
        propose(replace(message), today=TODAY)  # type: ignore[type-var]
        return time.process_time() - start

    assert min(took(whole) for _ in range(2)) < 12 * min(took(short) for _ in range(2)) + 0.1
    assert propose(replace(whole, text=whole.text * 50, reply=whole.text * 50), today=TODAY) == propose(whole, today=TODAY)
