# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""By what two mails are compared besides their Message-IDs: conversation, subject, text."""

from __future__ import annotations

import base64
import time
from dataclasses import replace

import pytest

from maildesk.core.mail.fingerprint import (
    IDS_IN_TEXT_MAX,
    base_subject,
    ids_in_text,
    is_alike,
    is_contained,
    text_digest,
    thread_index_root,
    words_of,
)
from maildesk.core.mail.message import Attachment, is_forward, is_reply_subject
from tests.rig.builders import a_message

ROOT = bytes(range(22))
ROOT_HEX = ROOT.hex()


def index_of(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


@pytest.mark.parametrize(
    ("value", "root"),
    [
        (index_of(ROOT), ROOT_HEX),
        (index_of(ROOT).rstrip("="), ROOT_HEX),
        (f" {index_of(ROOT)} ", ROOT_HEX),
        (index_of(ROOT + b"12345"), ROOT_HEX),
        (index_of(ROOT + b"1234567890"), ROOT_HEX),
        (index_of(b"x" + ROOT), (b"x" + ROOT[:21]).hex()),
        (index_of(ROOT[:21]), ""),
        ("", ""),
        ("not base64 at all, and longer than thirty", ""),
        (index_of(ROOT)[:-1] + "!", ""),
        ("A" * 29, ""),
        ("A" * 33, ""),
    ],
)
def test_every_answer_of_exchange_has_the_root_of_its_conversation(value: str, root: str) -> None:
    assert thread_index_root(a_message(fields=(("thread-index", value),))) == root


@pytest.mark.parametrize(
    ("subject", "base"),
    [
        ("Kritik am Ton", "kritik am ton"),
        ("AW: Re: AW:  Kritik   am Ton ", "kritik am ton"),
        ("Re[2]: AW(3): KRITIK am Ton", "kritik am ton"),
        ("Fwd: WG: Kritik am Ton", "kritik am ton"),
        ("Antwort : Kritik am Ton", "kritik am ton"),
        ("RE：Kritik am Ton", "kritik am ton"),
        ("STRASSE", base_subject("Straße")),
        ("AW:", ""),
        ("AW: Re: WG:", ""),
        ("", ""),
        ("Recht: eine Frage", "recht: eine frage"),
        ("Awe: x", "awe: x"),
        ("[EXTERN] AW: x", "[extern] aw: x"),
    ],
)
def test_subjects_are_compared_without_prefixes_spaces_and_case(subject: str, base: str) -> None:
    assert base_subject(subject) == base


FORWARDS = ("WG", "Wg", "Fwd", "FW", "TR", "RV", "Doorst", "VB", "Enc", "I", "PD", "Weiterleitung", "Пересл", "إعادة توجيه")
REPLIES = ("AW", "Re", "Antw", "Antwort", "SV", "VS", "Odp", "RES", "RIF", "YNT", "Отв", "رد")


@pytest.mark.parametrize("word", FORWARDS)
def test_what_programs_put_before_a_forwarded_mail_makes_no_reply(word: str) -> None:
    for subject in (f"{word}: Termin", f"{word}: AW: Termin", f"{word} : Termin", f"{word}[2]: Termin"):
        assert is_forward(a_message(subject=subject)), subject
        assert not is_reply_subject(subject), subject


@pytest.mark.parametrize("word", REPLIES)
def test_the_outermost_prefix_says_that_a_mail_is_a_reply(word: str) -> None:
    for subject in (f"{word}: Termin", f"{word}: WG: Termin"):
        assert not is_forward(a_message(subject=subject)), subject
        assert is_reply_subject(subject), subject


@pytest.mark.parametrize(("subject", "forward"), [("Termin", True), ("AW: Termin", False), ("Fwd: Termin", True)])
def test_thunderbird_marks_a_forwarded_mail_that_has_lost_its_prefix(subject: str, forward: bool) -> None:
    marked = a_message(subject=subject, fields=(("x-forwarded-message-id", "<x@example.org>"),))
    assert is_forward(marked) is forward


PHOTO, FORM = Attachment("foto.jpg", "image/jpeg", 10, "a" * 64), Attachment("antrag.pdf", "application/pdf", 10, "b" * 64)
TEXT = "Guten Tag, bitte prüfen Sie meinen Bescheid."


@pytest.mark.parametrize(
    ("text", "attachments", "same"),
    [
        (TEXT, (PHOTO, FORM), True),
        ("Guten  Tag,\r\nbitte prüfen\u00a0Sie meinen Bescheid", (FORM, PHOTO), True),
        ("GUTEN TAG, bitte prüfen Sie meinen Bescheid!", (PHOTO, FORM), True),
        (TEXT, (replace(PHOTO, filename="x.jpg"), FORM), True),
        (TEXT, (PHOTO,), False),
        (TEXT, (), False),
        (TEXT, (PHOTO, FORM, FORM), False),
        (TEXT, (replace(PHOTO, digest="c" * 64), FORM), False),
        (TEXT.replace("meinen", "unseren"), (PHOTO, FORM), False),
        (TEXT.replace("prüfen", "pruefen"), (PHOTO, FORM), False),
    ],
)
def test_two_mails_say_the_same_if_their_letters_and_attachments_are_the_same(
    text: str, attachments: tuple[Attachment, ...], same: bool
) -> None:
    first = text_digest(a_message(text=TEXT, attachments=(PHOTO, FORM)))

    assert (text_digest(a_message(text=text, attachments=attachments)) == first) is same


@pytest.mark.parametrize(
    ("one", "other", "contained"),
    [
        (TEXT, TEXT, True),
        (TEXT, f"{TEXT}\n-- \nDiese Mail wurde geprüft.", True),
        (f"[EXTERN] Vorsicht!\n\n{TEXT}", TEXT, True),
        (TEXT, TEXT.replace(" ", "\n> "), True),
        ("", "", True),
        ("", TEXT, False),
        ("...", TEXT, False),
        (TEXT, TEXT.replace("Bescheid", "Antrag"), False),
        (f"{TEXT} Danke", f"Danke {TEXT}", False),
    ],
)
def test_a_text_holds_another_if_only_something_before_or_behind_was_added(one: str, other: str, contained: bool) -> None:
    assert is_contained(one, other) is contained
    assert is_contained(other, one) is contained


def test_ids_in_the_text_stand_in_brackets_each_once_and_not_without_end() -> None:
    text = "In message <a@example.org>, <b c@example.org> and c@example.org and <a@example.org> and <d@x@y> and <\ne@example.org>"
    many = " ".join(f"<{n}@example.org>" for n in range(100))

    assert ids_in_text(a_message(text=text)) == ("a@example.org",)
    assert len(ids_in_text(a_message(text=many))) == IDS_IN_TEXT_MAX


HEATING = "Der Bescheid über meine Heizkosten ist falsch berechnet worden, die Miete für Oktober fehlt"


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        ("Noch einmal: Heizkosten falsch berechnet, Bescheid ohne Miete Oktober", True),
        (HEATING.upper(), True),
        (f"{HEATING}. Außerdem möchte ich wissen, wann endlich jemand zurückruft.", True),
        ("Ein Lob für den freundlichen Empfang und die schnelle Hilfe", False),
        ("Der Bescheid über meine Heizkosten ist falsch", False),
        ("Sehr geehrte Damen und Herren, bitte antworten Sie wegen meiner Miete. Vielen Dank, freundliche Grüße", False),
        ("", False),
    ],
)
def test_two_texts_are_alike_if_half_of_the_shorter_ones_words_stand_in_the_other(other: str, alike: bool) -> None:
    assert is_alike(HEATING, other) is alike
    assert is_alike(other, HEATING) is alike


@pytest.mark.parametrize(
    ("shared", "of", "alike"), [(4, 4, False), (5, 5, True), (5, 10, True), (5, 11, False), (6, 12, True), (0, 0, False)]
)
def test_five_words_and_half_of_them_are_the_least(shared: int, of: int, alike: bool) -> None:
    both, mine, yours = ([f"{kind}{letter}" for letter in "abcdefghijkl"] for kind in ("gleich", "meins", "deins"))

    assert is_alike(" ".join(both[:shared] + mine[: of - shared]), " ".join(both[:shared] + yours)) is alike


def test_the_words_that_every_letter_has_carry_no_concern() -> None:
    assert words_of("Sehr geehrte Damen und Herren, bitte, vielen Dank und freundliche Grüße, GRÜSSE, Jobcenter 2026 12345") == frozenset()


def test_long_texts_are_compared_in_little_time() -> None:
    long = "<" + "a" * 400_000 + " Heizkosten " * 40_000
    began = time.process_time()

    message = a_message(text=long)
    is_alike(long, long)
    is_contained(long, long[1:])
    ids_in_text(message)
    text_digest(message)

    assert time.process_time() - began < 5
