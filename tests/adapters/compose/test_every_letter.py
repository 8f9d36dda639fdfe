# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Letters byte for byte: each one that the desk writes, in each of its shapes, is the one in tests/corpus/letters.

Where a letter shall say something else, its file is written anew: `python -m tests.adapters.compose.test_every_letter`; what changed shows
in the difference of the files.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from maildesk.core.letters.letter import Letter
from tests.rig.every_letter import as_file, every_letter
from tests.rig.letters import SHIPPED
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
    assert as_file(letters[name]).decode() == (FOLDER / f"{name}.txt").read_bytes().decode()


@pytest.mark.parametrize("name", NAMES)
def test_with_the_templates_that_a_house_copied_from_0_1_0_a_letter_is_the_same_too(name: str, letters: dict[str, Letter]) -> None:
    assert as_file(letters[name], OF_0_1_0).decode() == (FOLDER / f"{name}.txt").read_bytes().decode()


def write_files() -> None:
    for file in FOLDER.glob("*.txt"):
        file.unlink()
    with tempfile.TemporaryDirectory() as folder:
        for name, letter in every_letter(Path(folder)).items():
            (FOLDER / f"{name}.txt").write_bytes(as_file(letter))


if __name__ == "__main__":
    write_files()
