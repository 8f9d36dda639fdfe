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
