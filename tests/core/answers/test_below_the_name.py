# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What is below a colleague's name: a signature is cut without a word, any other line is shown and asked about."""

from __future__ import annotations

import pytest

from tests.rig.answering import answered

LETTER = "Sehr geehrte Frau Musterfrau,\n\nder Bescheid ging gestern an Sie ab.\n\nMit freundlichen Grüßen\nAnna Weber"


@pytest.mark.parametrize(
    "below",
    [
        "geht erst raus wenn Lukas ok gibt",
        "Rücksprache mit Brandt steht noch aus",
        "vorerst liegen lassen",
        "Kopie an Teamleitung",
        "(Betrag nochmal nachrechnen)",
        "(Dr. Hoffmann zur Mitzeichnung)",
        "ACHTUNG nur Entwurf",
        "// Jonas, WV in 2 Wochen",
        "Versand Dienstag früh",
        "wait until Monday before this goes out",
        "Die Rufnummer lautet 0800 123456.",
        "Widerspruch läuft bis 3.12., bitte Frist notieren.",
        "Kundin hat zwei Hunde, nicht allein hinfahren\n\n-- \nAnna Weber\nTel. 06252 15-4402",
        "Jobcenter Neue Wege\nZimmer 12\nTel. 06252 15-4402\n\nHaken in Allegro fehlt noch",
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_line_that_is_no_signature_is_held(gap: str, below: str) -> None:
    assert answered(f"{LETTER}{gap}{below}").outcome == "held"


def test_the_line_that_would_be_missing_is_shown():
    (held,) = answered(f"{LETTER}\n\nerst am Montag senden").decision.notices

    assert held.context["gruende"][0].values == {"line": "erst am Montag senden"}  # type: ignore[index,union-attr]


@pytest.mark.parametrize(
    "below",
    [
        "Kundendialog\nNeue Wege Kreis Bergstraße",
        "Jobcenter Neue Wege\nEigenbetrieb des Kreises Bergstraße\nWalther-Rathenau-Straße 4\n64646 Heppenheim",
        "Sachbearbeiterin Leistungsgewährung\nTeam 312\nZimmer 2.14, 2. OG\nTelefon 06252 15-4402\nanna.weber@neue-wege.example",
        "Besuchszeiten: Mo, Di, Do 8:00 - 12:00 Uhr und nach Vereinbarung",
        "Diese Nachricht kann vertrauliche Informationen enthalten. Sind Sie nicht der Empfänger, informieren Sie bitte den Absender.",
        "Bitte denken Sie an die Umwelt, bevor Sie diese E-Mail ausdrucken.",
        "Bankverbindung: Sparkasse Musterstadt\nUSt-IdNr. DE123456789\nVertretungsberechtigt: Landrat",
        "Gesendet von meinem Mobiltelefon",
        "Referat 5 – Markt und Integration\nArbeitstage: Montag bis Donnerstag",
        "-- \nAnna Weber\nGemeinsam neue Wege gehen!",
    ],
)
def test_a_signature_is_cut_without_a_word(below: str) -> None:
    fate = answered(f"{LETTER}\n\n{below}")

    assert (fate.outcome, fate.words) == ("sent", LETTER)
