# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Letters byte for byte: each one that the desk writes, in each of its shapes, is the one in tests/corpus/letters.

Where a letter shall say something else, its file is written anew: `python -m tests.adapters.compose.test_every_letter`; what changed shows
in the difference of the files.
"""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from maildesk.core.letters.automatic import as_of_now
from maildesk.core.letters.letter import SENDER, Letter
from maildesk.core.text.said import from_json
from tests.rig.every_letter import as_file, every_letter
from tests.rig.letters import CALENDAR, IN_HOURS, SHIPPED
from tests.rig.places import CORPUS

FOLDER = CORPUS / "letters"
OF_0_1_0 = CORPUS / "templates-0.1.0"  # as that version shipped them
NAMES = sorted(path.stem for path in FOLDER.glob("*.txt"))


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Letter]:
    return every_letter(tmp_path_factory.mktemp("every-letter"))


def test_each_letter_has_its_file_and_each_template_is_used(letters: dict[str, Letter]) -> None:
    assert sorted(letters) == NAMES
    assert {letter.template for letter in letters.values()} == {path.name.removesuffix(".de.txt") for path in SHIPPED.glob("[a-z]*.de.txt")}


@pytest.mark.parametrize("name", NAMES)
def test_a_letter_is_the_same_byte_for_byte(name: str, letters: dict[str, Letter]) -> None:
    assert read(as_file(letters[name])) == read_file(name)


def read(octets: bytes) -> str:
    """A letter without the tokens in its links, which are others on each day, and are tested where they are made."""
    return re.sub(r"~[a-z2-7]{26}(?![a-z2-7])", "~TOKEN", octets.decode())


def read_file(name: str) -> str:
    return read((FOLDER / f"{name}.txt").read_bytes())


SINCE_0_1_0 = {"sample-digest"}  # lists what was set aside, which the templates of then do not show


@pytest.mark.parametrize("name", [name for name in NAMES if name not in SINCE_0_1_0])
def test_with_the_templates_that_a_house_copied_from_0_1_0_a_letter_is_the_same_too(name: str, letters: dict[str, Letter]) -> None:
    assert read(as_file(letters[name], OF_0_1_0)) == read_file(name)


STORED = json.loads((CORPUS / "stored" / "letters-0.1.0.json").read_text(encoding="utf-8"))  # as that version put them into its outbox
STOPPED = "returned-failed-no"  # that version stopped letters after any failure, and said so; now only where there is no such address
SAYS_MORE_NOW = (  # the link and the order by which a person is answered
    "papers-relay-weber", "papers-relay-oezdemir", "second-relay-weber", "order-28-help-weber", "entry-asked_help-help-weber",
)  # fmt: skip
SHOWS_THE_LINE_NOW = "held-4-held-weber"  # that sounds as if it were for the office
ADVISES_MORE_NOW = "alarm-unproved"  # which of the letters of the desk a colleague must answer
LINKS_UNDER_HEADINGS = ("order-2-confirmed-weber", "entry-phone_lines-confirmed-weber")
NOT_THE_SAME = {*LINKS_UNDER_HEADINGS, STOPPED, *SINCE_0_1_0, *SAYS_MORE_NOW, SHOWS_THE_LINE_NOW, ADVISES_MORE_NOW}


@pytest.mark.parametrize("name", [name for name in STORED if name not in NOT_THE_SAME])
def test_a_letter_that_0_1_0_stored_says_the_same(name: str, letters: dict[str, Letter]) -> None:
    said = read(as_file(stored(name, letters))).partition("\n\n")[2]

    assert said == read_file(name).partition("\n\n")[2]


def test_a_notice_that_0_1_0_stored_still_says_what_was_true_when_it_was_written(letters: dict[str, Letter]) -> None:
    texts = [as_file(letter).decode().partition("\n\n")[2] for letter in (stored(STOPPED, letters), letters[STOPPED])]
    sentence = "An diese Adresse gehen vorerst keine automatischen Briefe mehr.\n"

    assert texts[0].replace(sentence, "") == texts[1]


@pytest.mark.parametrize("name", SAYS_MORE_NOW)
def test_all_that_0_1_0_stored_is_said_where_more_is_said_now(name: str, letters: dict[str, Letter]) -> None:
    as_stored, now = (read(as_file(letter)).partition("\n\n")[2].split("\n") for letter in (stored(name, letters), letters[name]))

    assert len(as_stored) < len(now)
    assert set(as_stored) <= set(now)


@pytest.mark.parametrize("name", LINKS_UNDER_HEADINGS)
def test_the_links_of_a_stored_confirmation_are_all_there_though_not_under_their_headings(name: str, letters: dict[str, Letter]) -> None:
    as_stored, now = (re.findall(r"mailto:[^>\"]+", read(as_file(letter))) for letter in (stored(name, letters), letters[name]))

    assert as_stored == now


def test_a_late_letter_that_0_1_0_stored_promises_no_day_any_more(letters: dict[str, Letter]) -> None:
    letter = stored("papers-acknowledgement-eva", letters)
    letter = replace(letter, context={**letter.context, "naechster_arbeitstag": "Montag, 23.11.2026"})
    text = as_file(as_of_now(letter, CALENDAR, IN_HOURS + timedelta(days=3))).decode()

    assert "erreicht Sie leider verspätet" in text
    assert "Sie erhalten eine Antwort." in text
    assert "wieder für Sie da" not in text


def stored(name: str, letters: dict[str, Letter]) -> Letter:
    old = STORED[name]
    context = from_json(old["context"])
    assert isinstance(context, dict)
    assert all(isinstance(value, str) for value in context.values())
    return replace(letters[name], context={**context, SENDER: old["sender_name"]})


def write_files() -> None:
    for file in FOLDER.glob("*.txt"):
        file.unlink()
    with tempfile.TemporaryDirectory() as folder:
        for name, letter in every_letter(Path(folder)).items():
            (FOLDER / f"{name}.txt").write_bytes(as_file(letter))


if __name__ == "__main__":
    write_files()
