# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A colleague's notice of absence, which no header marks, answers nobody; a colleague who writes of an absence answers."""

from __future__ import annotations

import pytest

from tests.rig.answering import answered


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Abwesenheitsnotiz: [KD-2026-00011] Ihr Anliegen", "Ich bin bis 9.12. im Urlaub."),
        ("Abwesenheit: [KD-2026-00011] Ihr Anliegen", "Frau Brandt vertritt mich."),
        ("Automatische Antwort: [KD-2026-00011] Ihr Anliegen", "Guten Tag Frau Musterfrau,\nich bin wieder am Montag da."),
        ("Automatic reply: [KD-2026-00011] Ihr Anliegen", "Dear Ms Musterfrau, I am back on Monday."),
        ("", "Ich bin bis 9.12. nicht im Haus. Ihre Nachricht wird nicht weitergeleitet."),
        ("", "Guten Tag,\n\nich bin derzeit im Urlaub und ab dem 9.12. wieder erreichbar."),
        ("", "I am out of the office until December 9."),
    ],
)
def test_a_notice_is_held(subject: str, text: str) -> None:
    assert answered(text, subject=subject).reasons[:1] == ("held.automatic",)


@pytest.mark.parametrize(
    "text",
    [
        "Sehr geehrte Frau Musterfrau,\n\nich bin bis 9.12. nicht im Haus, danach rufe ich Sie an.",
        "Hallo Frau Musterfrau, wir sind am Montag nicht erreichbar, kommen Sie am Dienstag.",
        "Guten Tag,\n\nIhre Beraterin ist bis 9.12. im Urlaub, die Vertretung hilft Ihnen.",
        "Dear Ms Musterfrau,\n\nI am out of the office until Friday, please come on Monday.",
        "Liebe Familie Musterfrau,\n\nich bin ab heute im Urlaub; Frau Brandt hilft Ihnen gern.",
    ],
)
def test_a_person_who_writes_of_an_absence_answers(text: str) -> None:
    assert answered(text).outcome == "sent"


@pytest.mark.parametrize(
    "words",
    [
        "vielen Dank für Ihre Nachricht. Ab dem 4. Januar bin ich wieder im Büro und beantworte sie dann.",
        "ich bin bis einschließlich Freitag auf Fortbildung. Ihre Mail wird nicht weitergeleitet.",
        "ich befinde mich derzeit in Elternzeit, Ihre Nachricht wird von Herrn Krüger bearbeitet.",
        "seit dem 1. November bin ich im Mutterschutz. Wenden Sie sich bitte an Frau Brandt.",
        "ich arbeite nicht mehr in dieser Abteilung. Ihre Nachricht wurde nicht gelesen.",
        "unsere Dienststelle bleibt zwischen den Jahren geschlossen. Ihre Anfrage bearbeiten wir ab dem 4. Januar.",
        "diese Adresse wird nicht mehr abgerufen. Bitte schreiben Sie an die zentrale Adresse.",
        "ich bin krank und lese meine Mails zurzeit nicht. Bitte wenden Sie sich an die Zentrale.",
    ],
)
def test_what_may_be_a_notice_and_names_nobody_is_held(words: str) -> None:
    assert answered(f"Guten Tag,\n\n{words}\n\nFreundliche Grüße\nAnna Weber").reasons[:1] in {
        ("held.like_an_absence",),
        ("held.automatic",),
    }


@pytest.mark.parametrize(
    "words",
    [
        "wir haben Ihre Krankmeldung erhalten.",
        "wir haben die Akte geschlossen, weil Sie jetzt arbeiten.",
        "bringen Sie bitte den Nachweis über Ihre Elternzeit mit.",
        "Ihre Fortbildung ist bewilligt, wir überweisen das Geld.",
        "wir haben Ihre Mails nicht erhalten. Bitte senden Sie sie noch einmal.",
        "Ihre Anfrage wurde noch nicht bearbeitet, das holen wir nach.",
        "das Jugendamt ist mittwochs geschlossen. Gehen Sie am besten am Donnerstag hin.",
        "Herr Krüger ist wieder da und ruft Sie morgen an.",
    ],
)
def test_what_only_has_such_words_leaves(words: str) -> None:
    assert answered(f"Guten Tag,\n\n{words}\n\nFreundliche Grüße\nAnna Weber").outcome == "sent"


def test_who_writes_orders_is_no_program():
    assert answered("#antwort\n\nHeute ist unser Amt geschlossen, morgen sind wir wieder für Sie da.").outcome == "sent"
