# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Calls, letters and visits as colleagues write them down in their mail programs, and citizens' mails that they hand on.

Each NAME.eml has a NAME.toml: the entry, or in `asked` what is suggested where the colleague is asked back; what is not named is empty.
"""

from __future__ import annotations

import re
import tomllib
from datetime import UTC
from functools import cache
from typing import Any

import pytest

from maildesk.core.entries.entry import Entry, NoEntry, read_entry
from maildesk.core.mail.message import Message
from maildesk.core.office.calendar import WorkCalendar
from maildesk.core.office.policy import Desk, Policy, Staff
from tests.rig.builders import a_mail, parsed
from tests.rig.letters import in_words
from tests.rig.ordering import CATEGORIES, TODAY, told
from tests.rig.places import CORPUS

FOLDER = CORPUS / "entries"
NAMES = sorted(path.stem for path in FOLDER.glob("*.eml"))
WEBER = Staff("Anna Weber", "anna.weber@office.example.net", "weber")
DESK = Desk("Kundendialog", "kundendialog@desk.example", internal_domains=("office.example.net",))
POLICY = Policy(DESK, WorkCalendar(UTC), b"k" * 32, staff=(WEBER,), categories=CATEGORIES)


@cache
def expected(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def mail(name: str) -> Message:
    return parsed((FOLDER / f"{name}.eml").read_bytes())


def read(message: Message) -> Entry | NoEntry:
    return read_entry(message, WEBER, POLICY, TODAY)


def typed(text: str, subject: str = "") -> Entry | NoEntry:
    return read(parsed(a_mail(text, sender=WEBER.address, subject=subject)))


ENTRIES = [name for name in NAMES if "channel" in expected(name)]
TEXTS = ("channel", "name", "address", "telephone", "text", "subject", "note")


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_is_read_as_it_is_meant(name: str) -> None:
    entry = read(mail(name))

    assert isinstance(entry, Entry)
    wanted = {field: expected(name).get(field, "") for field in TEXTS}
    assert {field: str(getattr(entry, field)) for field in TEXTS} == wanted
    assert [told((order,)) for order in entry.orders] == expected(name).get("orders", [])
    assert entry.forwarded is expected(name).get("forwarded", False)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ENTRIES])
def test_what_is_not_clear_is_asked_back_with_all_that_was_typed(name: str) -> None:
    read_as = read(mail(name))

    assert isinstance(read_as, NoEntry)
    assert read_as.help is expected(name).get("help", False)
    assert [" oder ".join(map(in_words, mistake.suggestions)) for mistake in read_as.mistakes] == expected(name).get("asked", [])
    assert read_as.help or read_as.text == expected(name).get("typed", "")


@pytest.mark.parametrize("name", ENTRIES)
def test_no_word_of_the_colleague_is_lost_and_none_of_the_signature_is_kept(name: str) -> None:
    entry = read(mail(name))
    assert isinstance(entry, Entry)
    whole = " ".join((entry.name, entry.address, entry.telephone, entry.text, entry.subject, entry.note))

    said = mail(name).text if entry.forwarded else mail(name).reply
    behind = re.split(r"^(?:Mit freundlichen Grüßen|Viele Grüße|LG|-- |Von meinem iPhone gesendet|Anna Weber)$", said, flags=re.MULTILINE)[
        0
    ]
    known = f"{whole} Herrn {' '.join(f'{order.name} {order.key}' for order in entry.orders)} {FIELDS}".casefold()
    assert [word for word in re.findall(r"[^\W\d_]{3,}", behind) if word.casefold() not in known] == []
    assert [piece for piece in ("0000-123", "Graben 15", "anna.weber", "Zimmer 2.14", "iPhone") if piece in whole] == []


FIELDS = (
    "Telefon Brief Besuch persönlich Vorsprache Kanal Name Mail E-Mail Tel Art Thema Anliegen lob kritik umgang miete von"
    " anna weber office example net Betreff Gesendet Datum An Montag November Weitergeleitete Nachricht Anfang der weitergeleiteten MEZ um"
)


def test_every_mail_has_its_expectation() -> None:
    assert {path.stem for path in FOLDER.glob("*.eml")} == {path.stem for path in FOLDER.glob("*.toml")}
    assert all(expected(name)["about"] and expected(name)["client"] for name in NAMES)
    assert len(NAMES) >= 25


# --- words that are no entry, and persons who are none


@pytest.mark.parametrize(
    "text", ["Telefon defekt", "Post ist da, bitte abholen", "Brief an Herrn Muster ging heute hinaus", "Besuch mich mal"]
)
def test_a_sentence_that_only_begins_with_the_word_is_no_entry(text: str) -> None:
    assert isinstance(typed(f"{text}\n"), NoEntry)


@pytest.mark.parametrize(
    "line", ["Falscher Bescheid", "Bitte Rückruf", "Keine Antwort", "Kosten Unterkunft", "Neue Wohnung", "heizung kaputt"]
)
def test_nobody_is_called_by_a_matter(line: str) -> None:
    entry = typed(f"Telefon\n{line}\nseit drei Wochen\n")

    assert isinstance(entry, Entry)
    assert entry.name == ""
    assert line in entry.text


@pytest.mark.parametrize("address", ["kundendialog@desk.example", WEBER.address])
def test_a_colleague_is_not_the_person_outside(address: str) -> None:
    read_as = typed(f"Telefon\nMail: {address}\nDie Heizung ist kalt.\n\nViele Grüße\nAnna Weber")

    assert isinstance(read_as, NoEntry)
    assert "gehört zum Team" in in_words(read_as.mistakes[0].problem)


@pytest.mark.parametrize("order", ["#senden", "#zusammenlegen KD-2026-00001", "#rueckgaengig", "#erldigt"])
def test_an_order_that_a_new_case_cannot_be_given_is_asked_back(order: str) -> None:
    read_as = typed(f"Telefon\n{order}\nDie Heizung ist kalt.\n")

    assert isinstance(read_as, NoEntry)
    assert len(read_as.mistakes) == 1


def test_a_mail_of_the_desk_that_is_handed_on_is_no_citizens() -> None:
    relayed = "Von: Eva Muster über Kundendialog <kundendialog@desk.example>\nGesendet: Montag\nAn: Weber, Anna\nBetreff: Frage\n\nText\n"

    assert isinstance(typed(relayed, "WG: Frage"), NoEntry)
