# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Colleagues greet each other with "Guten Tag" as well: a greeting that names nobody needs a word to the reader beside it."""

from __future__ import annotations

import pytest

from tests.rig.answering import answered

DAY = "Guten Tag,\n\n{}\n\nFreundliche Grüße\nAnna Weber"
HALLO = "Hallo,\n\n{}\n\nAnna"


@pytest.mark.parametrize(
    "text",
    [
        DAY.format("sie war heute schon wieder am Empfang und hat geschrien."),
        DAY.format("ich finde, er hat recht. Der Bescheid war falsch gerechnet."),
        DAY.format("können wir das am Donnerstag in der Runde besprechen?"),
        DAY.format("nach Aktenlage kein Anspruch. Ihr Mann verdient genug."),
        DAY.format("gestern kam ein Anruf. Sie hat geweint."),
        DAY.format("Sie hat gestern angerufen."),
        HALLO.format("der Anruf kam um neun, habe ihn beruhigt."),
        HALLO.format("habt ihr den Bescheid? Ich finde ihn nicht."),
        "Guten Tag,\n\nbitte ablegen.\n\nIhr Kundendialog",
        "Good morning,\n\nshe keeps calling the front desk. I would refuse.\n\nAnna Weber",
        "Dzień dobry,\n\nona znowu dzwoniła, nie wiem co robić.\n\nAnna Weber",
        "Merhaba,\n\nbu kadın yine aradı, ne yapalım?\n\nAnna Weber",
    ],
)
def test_what_is_said_of_somebody_is_held(text: str) -> None:
    assert answered(text).outcome == "held"


@pytest.mark.parametrize(
    "text",
    [
        DAY.format("Ihr Bescheid ging gestern zur Post."),
        DAY.format("der Antrag ist bewilligt. Sie bekommen 120 Euro."),
        DAY.format("der Antrag ist da. Wir melden uns am Montag bei\nIhnen."),
        DAY.format("bitte schicken Sie uns noch den Mietvertrag."),
        HALLO.format("danke für Ihre Nachricht. Der Termin passt."),
        "Hallo Erika,\n\nkomm einfach am Montag vorbei, dann zeige ich dir das Formular.\n\nLiebe Grüße\nAnna Weber",
        "Good afternoon,\n\nyour application has been approved.\n\nKind regards\nAnna Weber",
        "Merhaba,\n\nbelgeleriniz bize ulaştı.\n\nSaygılarımla\nAnna Weber",
        "Добрий день,\n\nваш лист ми отримали.\n\nЗ повагою\nAnna Weber",
        "Dzień dobry,\n\nproszę przesłać umowę najmu.\n\nZ poważaniem\nAnna Weber",
        "Bonjour,\n\nvotre dossier est complet.\n\nCordialement\nAnna Weber",
        "السلام عليكم السيدة موسترفراو،\n\nسيتم إرسال القرار هذا الأسبوع.\n\nمع أطيب التحيات\nAnna Weber",
    ],
)
def test_what_is_said_to_the_reader_leaves(text: str) -> None:
    assert answered(text).outcome == "sent"
