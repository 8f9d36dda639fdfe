# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What colleagues write in reply to the citizen's mail, but mean for each other; and what only looks so."""

from __future__ import annotations

import pytest

from maildesk.core.answers.meant_for import for_the_house
from maildesk.core.answers.text import Answer
from maildesk.core.case.file import IncomingMail
from maildesk.core.mail.message import Address
from maildesk.core.office.policy import Staff
from tests.rig.builders import MONDAY

ANNA, JOERG = Staff("Anna Weber", "weber@haus.example", "weber"), Staff("Jörg Moser", "moser@haus.example", "moser")
CLOSING = "\n\nMit freundlichen Grüßen\nAnna Weber"


def mail(name: str = "Eva Muster", words: str = "Mein Antrag liegt seit Wochen.\n\nEva Muster") -> IncomingMail:
    return IncomingMail("0" * 64, "m@example.org", (), "Wartezeit", Address(name, "eva@example.org"), MONDAY, True, words)


def kind(text: str, *incoming: IncomingMail) -> str | None:
    found = for_the_house(Answer(text + CLOSING), ANNA, (ANNA, JOERG), incoming or (mail(),))
    return str(found.kind) if found else None


@pytest.mark.parametrize(
    "text",
    [
        "Hallo Jörg,\nkannst du das übernehmen? Ich bin morgen nicht da.",
        "Hallo Joerg, der Antrag liegt bei mir.",
        "Hallo, Jörg!\nSiehe Akte.",
        "@Jörg bitte übernehmen",
        "@Moser: das ist Ihr Fall",
        "- @Jörg",
        "Jörg, kannst du?",
        "Jörg bitte anrufen",
        "Hallo Herr Moser,\nbitte prüfen.",
        "Sehr geehrter Herr Moser,\n\nder Fall gehört zu Ihnen.",
        "An Herrn Moser",
        "Für Jörg:",
        "Guten Morgen Jörg",
        "Lieber Jörg Moser,\nzu Ihnen.",
        "Liebe Kollegin,\n\nbitte übernehmen Sie den Fall.",
        "Sehr geehrte Kolleginnen und Kollegen,\n\nzuständig sind Sie.",
        "Liebe Kolleg:innen,\nbitte",
        "Hallo zusammen,\nwer übernimmt das?",
        "Hallo Team, wer kennt den Fall?",
        "Den hatten wir schon. Hast du die Akte?",
        "Machst Du das?",
    ],
)
def test_what_is_said_to_a_colleague_is_held(text: str) -> None:
    assert kind(text) == "for-the-house"


@pytest.mark.parametrize(
    "text",
    [
        "Notiz: Sie war heute hier und sehr wütend.",
        "Vermerk: Antrag fehlt",
        "Gesprächsvermerk: Frau Muster hat angerufen und ist wütend.",
        "Telefonnotiz – rief um 9 Uhr an",
        "intern: bitte niemandem sagen, dass der Antrag verloren ist",
        "Nur intern: Akte fehlt.",
        "(intern) Akte fehlt.",
        "Interner Vermerk: die Akte fehlt.",
        "Nur für uns: die Akte fehlt.",
        "Wiedervorlage: 1.12.",
        "WV: 1.12.",
        "Sehr geehrte Frau Muster,\n\nIhr Antrag ist da.\n\nIntern: die Akte fehlte.",
    ],
)
def test_a_note_without_its_sign_is_held(text: str) -> None:
    assert kind(text) == "for-the-house"


@pytest.mark.parametrize(
    "text", ["zK", "z. K.", "z.Kts.", "zur Kenntnis", "FYI", "z.d.A.", "s.o.", "WV", "ok", "OK!", "Danke.", "👍", "...", "alles klar"]
)
def test_a_word_that_only_the_house_uses_is_held(text: str) -> None:
    assert kind(text) == "for-the-house"


@pytest.mark.parametrize("text", ["nicht erledigt", "Vorgang schließen", "bitte schließen", "intern", "berechtigt"])
def test_a_short_line_that_may_be_an_order_is_held_as_one(text: str) -> None:
    assert kind(text) == "mistyped"


@pytest.mark.parametrize(
    "text",
    [
        "Sehr geehrte Frau Muster,\n\nja.",
        "ja",
        "Nein.",
        "Guten Tag,\n\nok, so machen wir es.",
        "Herr Moser ruft Sie morgen an.",
        "Guten Tag, Herr Moser ist morgen für Sie da.",
        "Sehr geehrte Frau Muster, Jörg Moser meldet sich bei Ihnen.",
        "Moser & Co. liefert am Montag.",
        "An Moser GmbH ist die Rechnung gegangen.",
        "Für Moser ist das Amt in Musterstadt zuständig.",
        "Hallo Frau Muster,\nHerr Moser, unser Kollege, ruft an.",
        "Mein Kollege, bitte verstehen Sie das, ist im Urlaub.",
        "Zusammen mit Ihnen finden wir eine Lösung.",
        "Team Leistung ist zuständig.",
        "Hinweis: bitte bringen Sie den Ausweis mit.",
        "Rückfrage: welche Rechnung meinen Sie?",
        "Das ist intern nicht geklärt, wir melden uns.",
        "Der Vermerk: „unbekannt verzogen“ stand auf dem Brief.",
        "Die Frage „Bist du da?“ im Formular füllen Sie bitte nicht aus.",
        "Vielen Dank für Ihr Lob, wir geben es weiter!",
        "Danke, das haben wir eingetragen.",
        "Guten Tag Frau Muster, bitte rufen Sie uns an.",
    ],
)
def test_what_is_for_the_citizen_leaves(text: str) -> None:
    assert kind(text) is None


@pytest.mark.parametrize(
    "citizen", [mail("Karl Moser"), mail("K. M.", "Bitte helfen Sie mir.\n\nMit freundlichen Grüßen\nKarl Moser\nWeg 5")]
)
def test_a_citizen_who_has_the_name_of_a_colleague_is_greeted_by_it(citizen: IncomingMail) -> None:
    assert kind("Sehr geehrter Herr Moser,\n\nIhr Antrag ist da.", citizen) is None
    assert kind("Hallo Jörg,\n\nIhr Antrag ist da.", citizen) == "for-the-house"


def test_a_colleague_whom_the_citizen_only_names_is_a_colleague_all_the_same() -> None:
    complaint = mail(words="Herr Moser war unfreundlich.\nDas geht nicht.\nIch warte.\nSeit Wochen.\n\nMit Gruß\nEva Muster")

    assert kind("Hallo Herr Moser,\n\nbitte nehmen Sie Stellung.", complaint) == "for-the-house"


def test_a_closing_alone_is_no_word_for_the_house() -> None:
    assert kind("") is None
