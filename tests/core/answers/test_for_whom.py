# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""No word for the office goes to a citizen: of each kind what must not leave, and beside it what only looks so and leaves as it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from maildesk.core.letters.letter import MISTAKE
from tests.rig.answering import HOUSE, POLICY, Asked, answered

LETTER = "Sehr geehrte Frau Musterfrau,\n\nder Bescheid ist unterwegs.\n\nMit freundlichen Grüßen\nAnna Weber"
SIGNED = f"{LETTER}\n\n-- \nAnna Weber\nTel. 06252 15-4402"


def greeted(text: str) -> str:
    return f"Sehr geehrte Frau Musterfrau,\n\n{text}\n\nMit freundlichen Grüßen\nAnna Weber"


# --- orders below the closing ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("below", ["\n\n#intern", "\n#notiz", "\n\n\n# intern", "\n\n#vermerk"])
@pytest.mark.parametrize("letter", [LETTER, SIGNED])
def test_a_note_below_the_closing_makes_the_mail_internal(letter: str, below: str) -> None:
    assert answered(letter + below).outcome == "internal"


@pytest.mark.parametrize(
    "below",
    [
        "\n\n#notiz die Tochter rief auch an",
        "\n\n#rueckfrage brandt@neue-wege.example",
        "\n\n#interm",
        "\n#kritik war das deiner?",
        "\n\nAnna #intern",
    ],
)
@pytest.mark.parametrize("letter", [LETTER, SIGNED])
def test_an_order_there_that_may_mean_the_text_as_well_is_asked_back(letter: str, below: str) -> None:
    assert answered(letter + below).outcome == "asked"


@pytest.mark.parametrize(
    ("below", "order"), [("#lob", "kind lob"), ("#an yilmaz", "assign yilmaz"), ("#frist 4.12. Gutachten", "due 2026-12-04")]
)
@pytest.mark.parametrize("letter", [LETTER, SIGNED, f"{LETTER}\n\nGesendet von Outlook für iOS"])
def test_any_other_order_there_is_obeyed_and_the_letter_leaves(letter: str, below: str, order: str) -> None:
    fate = answered(f"{letter}\n\n{below}")

    assert (fate.outcome, fate.orders, fate.words) == ("sent", (order,), LETTER)


@pytest.mark.parametrize(
    "text",
    [
        "kommen Sie bitte in Raum #214.",
        "bringen Sie (#1) den Ausweis und (#2) den Vertrag mit.",
        "der Kurs heißt „B1 #abends“.",
        "drücken Sie die Raute, also das Zeichen #.",
        "siehe https://www.example.org/seite#erledigt",
    ],
)
def test_a_number_sign_that_is_no_order_leaves(text: str) -> None:
    assert answered(greeted(text)).words == greeted(text)


# --- orders behind the subject --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "outcome"),
    [
        ("AW: [KD-2026-00011] Ihr Anliegen #intern", "internal"),
        ("Re: [KD-2026-00011] Ihr Anliegen #notiz", "internal"),
        ("AW: [KD-2026-00011] Ihr Anliegen #lob #weber", "asked"),
        ("AW: [KD-2026-00011] Ihr Anliegen #interm", "asked"),
        ("#intern AW: [KD-2026-00011] Ihr Anliegen", "internal"),
        ("AW: [KD-2026-00011] Ihr Anliegen #kritik", "sent"),
    ],
)
def test_an_order_behind_the_subject_of_a_reply_is_obeyed_or_asked_back(subject: str, outcome: str) -> None:
    assert answered(LETTER, subject=subject).outcome == outcome


def test_it_is_obeyed():
    assert answered(LETTER, subject="AW: [KD-2026-00011] Ihr Anliegen #kritik").orders == ("kind kritik",)


@pytest.mark.parametrize("title", ["Lob", "Antrag schon erledigt?", "Notizblock vergessen", "intern?", "Notiz zu meinem Antrag", "Kritik"])
def test_words_of_our_own_subject_are_no_orders(title: str) -> None:
    fate = answered(LETTER, Asked(title=title))

    assert (fate.outcome, fate.orders) == ("sent", ())


@pytest.mark.parametrize("title", ["#lob", "Mein Anliegen ＃intern", "Hallo ﹟intern"])
def test_a_citizens_order_never_comes_into_our_own_subject(title: str) -> None:
    from maildesk.core.letters.relay import title_of

    assert answered(LETTER, subject=f"AW: [KD-2026-00011] {title_of('', title)}").orders == ()


# --- lines for a colleague ------------------------------------------------------------------------------------------------------

FOR_COLLEAGUES = [
    "{}\n\nPS für Tanja: der Betrag stimmt nicht",
    "{}\n\nP.S. @Emine: ruf sie mal an",
    "{}\n\nTanja, bitte in die Akte",
    "{}\n\nEmine, fyi – she will call again.",
    "{}\n\nJonas, bu kadın çok sinirli, beni arar mısın?",
    "{}\n\n-- \nAnna Weber\n\nTanja, die Miete ist viel zu hoch, oder?",
    "{}\n\nkönnt ihr mal drüberschauen?",
    "{}\n\nFrau Musterfrau ist wohl krank, bitte nachsichtig sein.",
    "Jonas, das ist die Dame, die gestern da war.\n\n{}",
    "{}\n\nHerr Dr. Hoffmann, bitte gegenzeichnen.",
]
IN_THE_MIDDLE = [
    "der Zuschuss (Emine, stimmt das?) wird überwiesen.",
    "der Zuschuss wird überwiesen. Die Kundin hat sich übrigens beschwert.",
    "der Zuschuss wird überwiesen.\n\nFür die Kollegen: bitte nicht allein empfangen.",
    "der Zuschuss wird überwiesen, passt das so, Tanja?",
    "der Zuschuss wird überwiesen. Kannst du das prüfen?",
    "der Zuschuss wird überwiesen. Das habe ich euch schon gesagt.",
    "der Zuschuss wird überwiesen.\n\nFrau Brandt, ich bitte um Ihre Zustimmung.",
]


@pytest.mark.parametrize("text", [*(text.format(LETTER) for text in FOR_COLLEAGUES), *map(greeted, IN_THE_MIDDLE)])
def test_a_line_for_a_colleague_is_held_wherever_it_is(text: str) -> None:
    assert answered(text).outcome == "held"


@pytest.mark.parametrize(
    "text",
    [
        "Ihre Ansprechpartnerin ist Frau Yilmaz, Zimmer 209.",
        "Herr Dr. Hoffmann hat dem zugestimmt.",
        "meine Kollegin (Frau Brandt) ist ab Montag für Sie da.",
        "Frau Brandt, unsere Fachfrau für Mieten, ruft Sie an.",
        "die Schule sagt den Kindern: Wir helfen euch gern.",
        "das Programm „Ihr schafft das!“ ist kostenlos.",
        "ihr Bescheid ist heute rausgegangen, wir melden uns bei ihnen.",
        "wir geben Ihr Lob gern an die Kolleginnen weiter!",
        "ob der Kunde im Laden Pfand zahlt, wissen wir nicht.",
        "ich lege es bei, und morgen schaue ich das durch.",
        "Frau Musterfrau, bitte rufen Sie uns an.",
        "wir nehmen Ihr Schreiben zu den Akten.",
    ],
)
def test_what_only_speaks_of_colleagues_leaves(text: str) -> None:
    assert answered(greeted(text)).words == greeted(text)


@pytest.mark.parametrize(
    "below",
    [
        "PS: Sie können auch den Briefkasten nehmen.",
        "In short: your application was approved.",
        "Belgelerinizi bugün aldık, kararınız hazırlanıyor.",
    ],
)
def test_what_is_below_the_name_for_the_person_leaves(below: str) -> None:
    fate = answered(f"{LETTER}\n\n{below}")

    assert fate.outcome == "sent"


def test_the_line_is_shown():
    (held,) = answered(f"{LETTER}\n\nPS für Tanja: der Betrag stimmt nicht").decision.notices

    assert held.context["gruende"][0].values == {"line": "PS für Tanja: der Betrag stimmt nicht"}  # type: ignore[index,union-attr]


# --- notes, drafts, placeholders, other persons ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Intern\n\n" + LETTER,
        "Vermerk\n" + LETTER,
        "Entwurf, bitte noch nicht senden\n\n" + LETTER,
        "Nur zur Info für euch:\n\n" + LETTER,
        "Hashtag intern die Frau war schon zweimal da",
        f"{LETTER}\n\nHashtag erledigt",
        f"{LETTER}\n\nlob erledigt",
        greeted("Sie bekommen XXX Euro."),
        greeted("wir laden Sie am [DATUM] ein."),
        greeted("wir laden Sie am [Datum einfügen] ein."),
        greeted("der Betrag ist ab dem ____ monatlich ??? Euro."),
        "Sehr geehrte/r Frau/Herr XXX,\n\nja.",
        "Sehr geehrte Frau xy,\n\nIhr Antrag ist bewilligt.",
        "Sehr geehrter Herr NN,\n\nIhr Antrag ist bewilligt.",
        "Guten Tag Frau ...,\n\nIhr Antrag ist bewilligt.",
        greeted("Ihr Termin ist am xx.12. um 9 Uhr."),
        greeted("der Bescheid kommt am ??. Dezember."),
        greeted("der Bescheid kommt am __.__.2026."),
        greeted("Sie erhalten --- Euro für den Monat."),
        greeted("der Betrag ist falsch, hier noch Paragraf ergänzen."),
        greeted("Ihr Antrag vom (Datum fehlt noch) ist bewilligt."),
        greeted("die Bescheinigung betrifft Karl Kessler, geb. 14.03.1971."),
        greeted("die Wohnung besichtigt Klara Hemmerich, Nibelungenstraße 41, 64625 Bensheim."),
    ],
)
def test_what_is_a_note_or_not_finished_is_held(text: str) -> None:
    assert answered(text).outcome == "held"


@pytest.mark.parametrize(
    "subject", ["Notiz zu Musterfrau", "Vermerk [KD-2026-00011]", "intern: Musterfrau", "Gesprächsnotiz KD-2026-00011"]
)
def test_what_a_colleague_calls_a_note_is_held(subject: str) -> None:
    assert "held.note_by_subject" in answered(LETTER, subject=subject).reasons


@pytest.mark.parametrize(
    "text",
    [
        "das klären wir noch intern.",
        "den Entwurf Ihres Vertrags habe ich erhalten, bitte unterschreiben Sie ihn noch nicht.",
        "es gibt die Jacke auch in XXL, siehe SGB XII.",
        "fragen Sie nach Halle 3 [Tor links].",
        "haben Sie Fragen??? Dann rufen Sie an ...",
        "bitte gehen Sie zum Jugendamt, Graben 15, 64646 Heppenheim.",
        "Ihr Termin ist am 14.03.2027 in der Darmstädter Straße 5.",
        "hier noch der Hinweis: Sie können auch anrufen.",
        "bitte fügen Sie eine Begründung ein, falls Sie widersprechen.",
        "für Elif, geboren am 05.06.2015, übernehmen wir die Fahrt.",
        "der Vermerk auf dem Brief war falsch.",
        "Hinweis: bitte bringen Sie den Ausweis mit.",
    ],
)
def test_what_only_looks_unfinished_leaves(text: str) -> None:
    case = Asked(words="Guten Tag, meine Tochter Elif, geboren am 05.06.2015, braucht Geld für die Klassenfahrt. Erika Musterfrau")

    assert answered(greeted(text), case).words == greeted(text)


def to(greeting: str) -> str:
    return f"{greeting},\n\nIhr Antrag ist bewilligt.\n\nFreundliche Grüße\nAnna Weber"


@pytest.mark.parametrize(
    "greeting",
    ["Sehr geehrte Frau Meier", "Hallo Frau Demir", "Liebe Familie Schulz", "Dear Mr Okafor", "Guten Tag Frau Weber", "Sayın Bay Yıldız"],
)
def test_a_greeting_to_somebody_who_is_not_in_the_case_is_held(greeting: str) -> None:
    assert answered(to(greeting)).outcome == "held"


@pytest.mark.parametrize(
    ("greeting", "asked"),
    [
        ("Sehr geehrte Frau Groß", Asked("Ina Gross", "ina@example.org")),
        ("Sehr geehrter Herr Müller", Asked("", "h.mueller@example.org")),
        ("Sehr geehrte Frau Özdemir", Asked("Elif Ozdemir", "elif@example.org")),
        ("Sehr geehrter Herr Shevchenko", Asked("Олександр Шевченко", "shev@example.org")),
        ("Guten Tag Frau Lehmann", Asked("Rosa Petersen", "rosa@example.org", "Mein Name war Lehmann, jetzt Petersen.")),
        ("Guten Tag Herr Rechtsanwalt Dr. Kern", Asked("Kanzlei", "post@kanzlei-kern.example")),
        ("Sehr geehrte Frau Müller-Lüdenscheid", Asked("Ute Müller", "ute@example.org")),
        ("Sehr geehrte Frau von der Heide", Asked("Anke von der Heide", "anke@example.org")),
        ("Sehr geehrte Frau Kessler", Asked("Kesler, Maria", "m.k@example.org")),
        ("Liebe Frau Nguyễn", Asked("Nguyen Thi Lan", "lan@example.org")),
        ("Sehr geehrte Damen und Herren", Asked()),
    ],
)
def test_a_name_of_the_case_is_known_in_any_spelling(greeting: str, asked: Asked) -> None:
    assert answered(to(greeting), asked).outcome == "sent"


# --- the colleague's own telephone and room -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "left"),
    [
        ("Freundliche Grüße A. Weber, Durchwahl 4471, Zi. 214", "Freundliche Grüße A. Weber"),
        ("A. Weber | Kundendialog | 06252 15-4471", "A. Weber"),
        ("Gruß Weber, Tel. 06252 15-4471", "Gruß Weber"),
        ("LG\nAnna Weber\nTel: -4472 (vormittags)", "LG\nAnna Weber"),
        ("Best regards\nAnna Weber\n📞 +49 6252 15-4409\nRoom 2.31", "Best regards\nAnna Weber"),
    ],
)
def test_own_ways_to_be_reached_are_cut(end: str, left: str) -> None:
    text = "Sehr geehrte Frau Musterfrau,\n\nIhr Antrag ist da.\n\n"

    assert answered(text + end).words == text + left


@pytest.mark.parametrize(
    "text",
    [
        "das Gespräch ist am 20. Oktober in Zimmer 214.",
        "die Nummer der Familienkasse ist 0800 4 555530.",
        "aus dem Ausland erreichen Sie uns unter +49 6252 156700.",
        "das Formular ist die Nr. 4472-15.",
        "die Wohnung hat die Raumnummer 2.31.",
    ],
)
def test_numbers_that_are_for_the_person_leave(text: str) -> None:
    assert answered(greeted(text)).words == greeted(text)


def test_the_number_of_the_desk_stays_below_the_name():
    letter = f"{LETTER}\nPS: Einen Termin gibt es auch unter 06252-156700."

    assert "06252-156700" in answered(letter).words


# --- what is shown of an answer inside of the quoted mail -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "head",
    [
        "Von: Erika Musterfrau <erika@example.org>\nGesendet: Montag, 23. November 2026 09:20\nAn: Weber, Anna\nBetreff: Anliegen",
        "Am 23.11.26 um 09:15 schrieb Erika Musterfrau <erika@example.org>:",
        "Am 23.11.26 um 09:15 schrieb Erika Musterfrau\n<erika@example.org>:",
        "On Nov 23, 2026, at 9:15 AM, Erika Musterfrau <erika@example.org> wrote:",
        "> Vorgang: KD-2026-00011 · Kundendialog\n> Betreff: Anliegen\n> Von: Erika Musterfrau <erika@example.org>",
    ],
)
def test_the_draft_has_no_head_of_the_quoted_mail(head: str) -> None:
    asked = Asked(words="Guten Tag, wird meine Miete übernommen? Und wann bekomme ich den Bescheid?")
    fate = answered(
        f"{head}\n> Wird meine Miete übernommen?\nJa, ab November.\n> Und wann bekomme ich den Bescheid?\nBald.", asked, quoted=False
    )

    assert fate.outcome == "held"
    assert "Ja, ab November." in fate.words
    assert not any(word in fate.words for word in ("erika@example.org", "Gesendet:", "schrieb", "wrote", "Vorgang:"))


# --- words struck through -------------------------------------------------------------------------------------------------------


def page(inner: str) -> str:
    return f"<html><head><style>.alt {{ text-decoration: line-through }}</style></head><body><p>Guten Tag,</p><p>{inner}</p></body></html>"


@pytest.mark.parametrize(
    "inner",
    [
        "Sie bekommen <s>keine</s> 120 Euro.",
        "Sie bekommen <strike>keine</strike> 120 Euro.",
        "Sie bekommen <del>keine</del> <ins>doch</ins> 120 Euro.",
        'Sie bekommen <span style="text-decoration: line-through">keine</span> 120 Euro.',
        'Sie bekommen <FONT STYLE="COLOR: RED; TEXT-DECORATION: underline line-through"><b>keine</b></FONT> 120 Euro.',
        'Sie bekommen <span class="x alt">keine</span> 120 Euro.',
    ],
)
def test_words_struck_through_are_held(inner: str) -> None:
    assert answered("Guten Tag,\n\nSie bekommen keine 120 Euro.", html=page(inner)).reasons == ("held.struck",)


def test_also_in_plain_text():
    assert answered("Guten Tag,\n\nSie bekommen ~~keine~~ 120 Euro.").reasons == ("held.struck",)


@pytest.mark.parametrize(
    "inner",
    [
        "Sie bekommen <u>120 Euro</u>.",
        "Sie bekommen <b>120 Euro</b>.",
        "Sie bekommen <ins>120 Euro</ins>.",
        "Sie bekommen 120 Euro.<s>&nbsp;</s>",
        'Sie bekommen <span style="text-decoration: underline">120 Euro</span>.',
        "Sie bekommen 120 Euro.<blockquote><s>alt</s></blockquote>",
    ],
)
def test_other_marks_strike_nothing(inner: str) -> None:
    assert answered("Guten Tag,\n\nSie bekommen 120 Euro.", html=page(inner)).outcome == "sent"


def test_one_tilde_strikes_nothing():
    assert answered("Guten Tag,\n\nSie bekommen ~120 Euro in ~6 Wochen.").outcome == "sent"


# --- banners --------------------------------------------------------------------------------------------------------------------

BANNERS = [
    "Sie erhalten nicht häufig E-Mails von weber@neue-wege.example. Erfahren Sie, warum dies wichtig ist <https://aka.ms/LearnAboutSenderIdentification>",
    "CAUTION: This email originated from outside of the organization. Do not click links unless you recognize the sender.",
    "[EXTERN] Diese E-Mail kommt von außerhalb der Organisation.",
    "[Hinweis der IT: externe Nachricht, Absender nicht geprüft.]",
    "⚠️ Externe E-Mail – bitte Vorsicht bei Links!",
]


@pytest.mark.parametrize("banner", BANNERS)
def test_a_banner_does_not_leave_and_hides_no_order(banner: str) -> None:
    assert answered(f"{banner}\n\n{LETTER}").words == LETTER
    assert answered(f"{banner}\n\n#notiz Pflegegrad 2").outcome == "internal"


@pytest.mark.parametrize("banner", BANNERS)
def test_a_banner_greets_nobody(banner: str) -> None:
    assert answered(f"{banner}\n\nwer rechnet das?").outcome == "held"


@pytest.mark.parametrize(
    "text",
    [
        "Sie erhalten nicht oft E-Mails von uns, deshalb erklären wir kurz, warum das wichtig ist.",
        "Vorsicht: der letzte Tag ist der 31.10.!",
        "Hinweis unserer IT: Das Portal ist am Samstag nicht erreichbar.",
        "⚠️ bitte klicken Sie nicht auf Links in fremden Mails.",
        "externe Nachrichten öffnen wir nicht.",
    ],
)
def test_a_letter_may_warn(text: str) -> None:
    assert answered(greeted(text)).words == greeted(text)


# --- the net --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Ja.",
        "Ihr Antrag wurde bewilligt.\n\nMit freundlichen Grüßen\nAnna Weber",
        "Hallo zusammen,\n\ndas ist fertig.",
        "Gude zusamme, des is fertisch.",
        "Hi team, approved from my side.",
        "Guten Morgen Jonas,\n\nbitte anrufen.",
        "Guten Tag, Frau Musterfrau hat angerufen und bittet um Rückruf.",
        "Liebe Tanja,\n\nes fehlt nichts mehr.",
        "so würde ich antworten:\n\nSehr geehrte Frau Musterfrau,\n\nja.",
        "Zur Info: die Liste fehlt noch.",
        "FYI the list is missing.",
        "@Jonas: die Liste fehlt noch.",
        "Bitte übernimm du das.",
        "Hallo,\n\nmorgen bin ich da.",
        "👍",
    ],
)
def test_what_greets_no_citizen_is_held(text: str) -> None:
    assert answered(text).outcome == "held"


@pytest.mark.parametrize(
    "greeting",
    [
        "Sehr geehrte Frau Musterfrau,", "Guten Tag,", "Guten Tag Erika Musterfrau,", "Hallo Frau Musterfrau,", "Liebe Familie Musterfrau,",
        "Liebe Frau Musterfrau, lieber Herr Musterfrau,", "Sehr geehrte Damen und Herren,", "Moin Fr. Musterfrau,",
        "Werte Frau Musterfrau,",
        "Schönen guten Tag Frau Musterfrau,", "Hallo nochmal, Frau Musterfrau,", "Grüß Gott Frau Musterfrau,", "Liebe Erika Musterfrau,",
        "Dear Ms Musterfrau,", "Hi Ms Musterfrau,", "Good morning,", "Sayın Erika Musterfrau,", "Merhaba Erika Hanım,",
        "Шановна пані Мустерфрау,",
        "Добрий день,", "Уважаемая госпожа Мустерфрау,", "Здравствуйте,", "Szanowna Pani,", "Dzień dobry,", "Stimată doamnă Musterfrau,",
        "Bună ziua,", "Bonjour Madame Musterfrau,", "Уважаема госпожо Мустерфрау,", "السيدة إريكا المحترمة،",
        "Ihr Schreiben vom 5. Oktober 2026\n\nGuten Tag,",
    ],
)  # fmt: skip
def test_a_greeting_in_the_desks_languages_is_evidence(greeting: str) -> None:
    text = f"{greeting}\n\nIhr Antrag ist da."

    assert (answered(text).outcome, answered(text).words) == ("sent", text)


@pytest.mark.parametrize("text", ["#antwort\nJa.", "#antwort\n\nIhr Antrag wurde bewilligt.", "#antwort #lob\nVielen Dank!"])
def test_the_order_says_it_without_a_greeting(text: str) -> None:
    fate = answered(text)

    assert (fate.outcome, "#" in fate.words) == ("sent", False)


def test_the_order_takes_no_other_check_away():
    assert answered("#antwort\nJonas, kannst du das?").outcome == "held"
    assert answered("#antwort\nKundennummer 999B000456").outcome == "held"


def test_a_name_of_a_colleague_and_a_citizen_is_the_citizens_with_a_title():
    seitz = Asked("Anna Seitz", "seitz@example.org", "Guten Tag, wie geht es weiter? Anna Seitz")
    by = f"brandt@{HOUSE}"

    assert answered("Liebe Anna,\n\nes fehlt nichts.", seitz, sender=by).outcome == "held"
    assert answered("Liebe Frau Seitz,\n\nes fehlt nichts.", seitz, sender=by).outcome == "sent"
    assert answered("Liebe Anna Seitz,\n\nes fehlt nichts.", seitz, sender=by).outcome == "sent"


def test_a_desk_may_ask_for_no_greeting():
    any_answer = replace(POLICY, letters=replace(POLICY.letters, answers="any"))

    assert answered("Ihr Antrag wurde bewilligt.", policy=any_answer).outcome == "sent"
    assert answered("Hallo Jonas, übernimmst du das?", policy=any_answer).outcome == "held"
    assert answered("#notiz Sie rief an.\n\nSie war sehr wütend.", policy=any_answer).outcome == "held"


# --- notes with an answer below, corrected orders -------------------------------------------------------------------------------


def test_the_answer_below_a_note_leaves_and_the_note_does_not():
    fate = answered(f"#notiz Frau Musterfrau rief an\n\n{LETTER}")

    assert (fate.outcome, fate.orders, fate.words) == ("sent", ("note",), LETTER)


def test_a_text_below_a_note_that_greets_nobody_is_held():
    assert answered("#notiz Frau Musterfrau rief an\n\nSie war sehr wütend.").reasons == ("held.not_addressed",)


def test_below_a_note_alone_all_is_the_note():
    assert answered(f"#notiz\n\n{LETTER}").outcome == "internal"


def test_the_answer_to_what_was_not_understood_is_obeyed():
    said = "\n\n> Vorgang: KD-2026-00011\n> Ihre Nachricht enthielt etwas, das wir nicht verstanden haben.\n>\n> - #ktitik\n> Kein Befehl."
    subject = "AW: [KD-2026-00011] Nicht verstanden: bitte noch einmal"

    assert answered(f"#kritik{said}", template=MISTAKE, subject=subject, quoted=False).orders == ("kind kritik",)
    assert answered(f"#kritik\n\n{LETTER}{said}", template=MISTAKE, subject=subject, quoted=False).words == LETTER


@pytest.mark.parametrize(
    "closing", ["Best\nAnna Weber", "Kind regards\nAnna Weber", "Saygılarımla\nAnna Weber", "З повагою\nAnna Weber", "Ihre\nAnna Weber"]
)
def test_a_closing_in_any_language_stays_and_none_is_added(closing: str) -> None:
    (letter,) = answered(f"Dear Ms Musterfrau,\n\nyes.\n\n{closing}").decision.letters

    assert (letter.context["text"], letter.context["gegruesst"]) == (f"Dear Ms Musterfrau,\n\nyes.\n\n{closing}", True)


# --- an order word inside of a sentence -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Ihre Beschwerde haben wir als #Kritik aufgenommen.",
        "wir haben das unter #Lob abgelegt und danken Ihnen.",
        "Ihr Schreiben führen wir nicht als #Kritik, sondern als Frage.",
        "unter dem Hashtag #NeueWege finden Sie unsere Seite.",
    ],
)
def test_a_noun_with_a_number_sign_inside_of_a_sentence_is_a_word(text: str) -> None:
    fate = answered(greeted(text))

    assert (fate.outcome, fate.orders, fate.words) == ("sent", (), greeted(text))


@pytest.mark.parametrize(
    "text",
    [
        "der Bescheid ist raus. #erledigt",
        "der Bescheid ist raus. #Erledigt",
        "Ihr Anliegen (#kritik)",
        "der Bescheid ist raus #wv 4.12.",
        "Bitte #zuweisen krueger den Rest.",
        "der Bescheid ist da #Zuweisen Krüger",
    ],
)
def test_any_other_order_word_with_a_number_sign_is_held(text: str) -> None:
    assert answered(greeted(text)).outcome == "held"
