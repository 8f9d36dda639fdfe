# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What is found in the templates of an office before a letter needs them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from maildesk.adapters.compose import Flaw, bounded
from maildesk.core.text.said import say
from maildesk.errors import TemplateError
from tests.rig.letters import DESK, SHIPPED, a_composer, a_letter
from tests.rig.places import CORPUS

ACKNOWLEDGEMENT = (SHIPPED / "acknowledgement.de.txt").read_text(encoding="utf-8")


def flaws_of_acknowledgement(folder: Path, text: str, name: str = "acknowledgement.de.txt") -> tuple[Flaw, ...]:
    (folder / name).write_text(text, encoding="utf-8")
    return a_composer(folder).flaws_of(a_letter())


def test_the_shipped_templates_have_no_flaw() -> None:
    assert a_composer().flaws_of(a_letter()) == ()
    assert a_composer().flaws() == ()


def test_a_subject_without_the_number_of_the_case_is_found(tmp_path: Path) -> None:
    flaws = flaws_of_acknowledgement(tmp_path, ACKNOWLEDGEMENT.replace("{{ nr }}", "", 1))

    place = tmp_path / "acknowledgement.de.txt"
    assert flaws == (Flaw(f"{place}: the subject does not name the case: write {{{{ nr }}}} into the first line"),)


def test_a_text_without_the_number_is_worth_a_note_where_the_subject_has_it(tmp_path: Path) -> None:
    subject, text = ACKNOWLEDGEMENT.split("Guten Tag", 1)
    (flaw,) = flaws_of_acknowledgement(tmp_path, f"{subject}Guten Tag{text.replace('{{ nr }}', 'dieser')}")

    assert not flaw.serious
    assert "{{ nr }}" in flaw.text


@pytest.mark.parametrize(
    "endless",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% set c = b %}{% endfor %}{% endfor %}",
        "{% for a in range(99999) %}{{ (range(99999) | map('string') | list)[:0] }}{% endfor %}",
        "{% include 'acknowledgement.de.txt' %}{% include 'acknowledgement.de.txt' %}",
        "{% macro again() %}{{ again() }}{{ again() }}{% endmacro %}{{ again() }}",
        "{{ 10 ** 10 ** 10 ** 10 }}",
    ],
    ids=["loop in a loop", "filters in a loop", "includes itself", "calls itself", "powers"],
)
def test_what_would_never_end_ends_and_is_named(endless: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "SECONDS_MAX", 0.5)
    (flaw,) = flaws_of_acknowledgement(tmp_path, f"{ACKNOWLEDGEMENT}\n{endless}\n")

    assert flaw.serious
    assert flaw.text.startswith(str(tmp_path / "acknowledgement.de.txt"))
    assert "does not come to an end" in flaw.text or "may not do" in flaw.text


def test_an_endless_sentence_ends_as_well(tmp_path: Path) -> None:
    words = "[letter]\nnot_enclosed = '{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}{{ name }}'\n"
    (tmp_path / "said.de.toml").write_text(words, encoding="utf-8")

    with pytest.raises(TemplateError, match=r"letter\.not_enclosed: does not come to an end"):
        a_composer(tmp_path).in_words(say("letter.not_enclosed", name="x"))


def test_a_long_letter_is_no_endless_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "STEPS_MAX", 1000)
    loop = "{% for zeile in range(900) %}{{ loop.index if loop.last }}{% endfor %}"
    (tmp_path / "acknowledgement.de.txt").write_text(f"{ACKNOWLEDGEMENT}\n{loop}\n", encoding="utf-8")
    composer = a_composer(tmp_path)

    assert all("900" in composer.words(a_letter()).text for _ in range(3))


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("acknowledgment.de.txt", "acknowledgement.de.txt"),
        ("acknowledgement.txt", "acknowledgement.de.txt"),
        ("Relay.de.html", "relay.de.html"),
        ("_vorgnag.de.txt", "_vorgang.de.txt"),
        ("said.toml", "said.de.toml"),
        ("digest.de.htm", "digest.de.html"),
    ],
)
def test_a_misspelt_file_is_named_with_the_right_name(name: str, meant: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("", encoding="utf-8")

    assert a_composer(tmp_path).flaws() == (
        Flaw(f"{tmp_path / name}: there is no template of this name, it has no effect: did you mean {meant}?"),
    )


@pytest.mark.parametrize("name", ["acknowledgement.de.txt", "relay.en.html", "_schluss.uk.txt", "said.de.toml"])
def test_the_name_of_a_template_in_a_language_of_the_desk_is_right(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("", encoding="utf-8")

    assert a_composer(tmp_path, desk=replace(DESK, languages=("de", "en", "uk"))).flaws() == ()


def test_what_editors_leave_behind_and_pieces_that_are_included_are_no_flaw(tmp_path: Path) -> None:
    for name in ("acknowledgement.de.txt~", "relay.de.txt.bak", ".relay.de.txt.swp", "README.md"):
        (tmp_path / name).write_text("", encoding="utf-8")
    (tmp_path / "_wappen.de.txt").write_text("Stadt Musterstadt", encoding="utf-8")
    (tmp_path / "acknowledgement.de.txt").write_text(f"{ACKNOWLEDGEMENT}\n{{% include '_wappen.de.txt' %}}\n", encoding="utf-8")

    assert a_composer(tmp_path).flaws() == ()
    (tmp_path / "acknowledgement.de.txt").unlink()
    (flaw,) = a_composer(tmp_path).flaws()
    assert (flaw.serious, "_wappen.de.txt" in flaw.text) == (False, True)


def test_templates_of_0_1_0_are_known_files() -> None:
    assert a_composer(CORPUS / "templates-0.1.0").flaws() == ()
