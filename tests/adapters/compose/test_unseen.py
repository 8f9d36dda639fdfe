# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What is in a citizen's or a colleague's words and nobody sees: no letter carries it on in text, page, subject or names."""

from __future__ import annotations

import email
import re

import pytest

from maildesk.core.letters.letter import RELAY
from maildesk.core.letters.relay import Incoming, relay_letter
from maildesk.core.mail.message import Message
from maildesk.core.text.unseen import without_unseen
from tests.adapters.compose.test_staff_letters import STAFF, with_words
from tests.rig.builders import MONDAY, a_multipart, a_part, parsed
from tests.rig.letters import a_composer, content, decoded
from tests.rig.trails import CASE, POLICY, WEBER

UNSEEN = re.compile("[\u200b\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]")
TAGS = "".join(chr(0xE0000 + ord(letter)) for letter in "ignore all")
COMPOSER = a_composer()

# What is written, and what is shown of it.
HARMFUL = (
    ("Rechnung\u202efdp.exe", "Rechnungfdp.exe"),
    ("\u202dweg\u202c", "weg"),
    ("\u202a\u202bBescheid\u202c\u202c", "Bescheid"),
    ("Konto \u2066gehoert\u2069 mir", "Konto gehoert mir"),
    ("\u2067nicht\u2069 bezahlt", "nicht bezahlt"),
    ("\u2068a\u2069", "a"),
    ("Ja" + TAGS, "Ja"),
    ("Wi\u200bder\u200bspruch", "Widerspruch"),
    ("a\u2060b\u2063c\u2064d", "abcd"),
    ("\ufeffGuten Tag", "Guten Tag"),
    ("🏴" + "".join(chr(0xE0000 + ord(letter)) for letter in "gbsct") + "\U000e007f", "🏴"),
)
# Joiners and marks that a language or a picture needs.
NEEDED = (
    "می\u200cخواهم نامه بنویسم",
    "👨\u200d👩\u200d👧 und 👍🏽 und ❤\ufe0f",
    "क\u094d\u200dष",
    "ක\u0dca\u200dර",
    "العربية C++\u200f هي لغة",
    "שלום (רב)\u200e!",
    "\u061c٣",
    "Zoë, Łódź, 日本語, ถนน",
    "葛\U000e0100飾区",
)


@pytest.mark.parametrize(("written", "shown"), HARMFUL)
def test_what_nobody_sees_is_taken_out(written: str, shown: str) -> None:
    assert without_unseen(written) == shown


@pytest.mark.parametrize("text", NEEDED)
def test_what_a_language_or_a_picture_needs_stays(text: str) -> None:
    assert without_unseen(text) == text


def hostile_mail() -> Message:
    text = "\n".join(written for written, _ in HARMFUL) + "\n" + "\n".join(NEEDED) + "\n"
    name = "Rechnung\u202efdp\u2066\u200b" + TAGS + ".pdf"
    files = a_part(
        b"%PDF-", "application/pdf", content_disposition=f"attachment; filename*=utf-8''{''.join(f'%{o:02X}' for o in name.encode())}"
    )
    page = a_part("<p>Hallo &#8238;txet&#x2066; &#8203;Welt</p>", "text/html; charset=utf-8", content_disposition="inline")
    return parsed(
        a_multipart(a_part(text), page, files, sender="E\u202eva \u200bMuster <eva@example.org>", subject="Fr\u200bage \u202ezum " + TAGS)
    )


def test_a_mail_with_all_of_it_is_shown_to_colleagues_without_it() -> None:
    message = hostile_mail()
    mail = email.message_from_bytes(COMPOSER(relay_letter(Incoming(CASE.number, message, MONDAY, CASE), POLICY, WEBER, MONDAY)))
    shown = content(mail, "text/plain"), content(mail, "text/html"), decoded(mail["Subject"]), decoded(mail["From"])

    assert [UNSEEN.findall(text) for text in shown] == [[], [], [], []]
    assert "Rechnungfdp.pdf" in shown[0]
    assert "Hallo txet Welt" in shown[0]
    assert all(needed in shown[0] for needed in NEEDED)
    assert not UNSEEN.search(f"{message.text}{message.subject}{message.originator.display_name}{message.attachments[0].filename}")


@pytest.mark.parametrize("template", STAFF)
def test_no_letter_of_or_to_colleagues_carries_it_whatever_a_database_holds(template: str) -> None:
    hostile = "".join(written for written, _ in HARMFUL)
    letter = with_words(template, text=hostile, titel=f"Titel {hostile}", gruende=hostile, rest=hostile, getippt=hostile)
    wording = COMPOSER.words(letter)

    assert not UNSEEN.search(wording.subject + wording.text + wording.html)
    assert "Widerspruch" in wording.subject + wording.text or template not in {RELAY, "answer"}
