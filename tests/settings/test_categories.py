# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The lists of a desk: the shipped ones, a desk's own, every mistake in them, and how an entry is found by what people call it."""

from __future__ import annotations

from pathlib import Path

import pytest

from maildesk import building
from maildesk.core.case.case import Channel
from maildesk.core.office.categories import CHANNEL_KEYS, LISTS, Categories, Category, in_order
from maildesk.errors import ConfigError
from maildesk.settings.categories import load_categories
from maildesk.settings.settings import load_settings
from maildesk.settings.shipped import shipped
from tests.settings.test_settings import SMALLEST, written

SHIPPED = shipped("config") / "categories.toml"
CATEGORIES = load_categories(shipped("config"), Path("categories.toml"))


def own(folder: Path, old: str = "", new: str = "") -> Path:
    """A desk's own file: the shipped one with a change."""
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    (folder / "categories.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    return written(folder, SMALLEST)


# --- the shipped lists ---


def test_the_shipped_lists_are_whole() -> None:
    sizes = {name: len(CATEGORIES.of(name)) for name in LISTS}
    assert sizes == {
        "kind": 6, "topic": 22, "assessment": 5, "outcome": 11, "measure": 9, "person_group": 13, "channel": 4, "urgency": 4,
    }  # fmt: skip
    assert all(category.key == key for name in LISTS for key, category in CATEGORIES.of(name).items())
    assert all(category.definition for category in CATEGORIES.active("assessment"))
    assert {category.aspect for category in CATEGORIES.active("topic")} == {"sache", "verhalten"}


def test_the_kinds_say_whether_they_are_assessed_and_how_long_an_answer_takes() -> None:
    assert {key: (kind.assessed, kind.answer_calendar_days) for key, kind in CATEGORIES.kind.items()} == {
        "kritik": ("yes", 14), "hinweis": ("optional", 14), "anregung": ("no", 21), "lob": ("no", 21), "anfrage": ("no", 14),
        "sonstiges": ("no", 14),
    }  # fmt: skip


def test_the_channels_are_those_of_a_case() -> None:
    assert tuple(CATEGORIES.channel) == CHANNEL_KEYS == tuple(Channel)


def test_a_name_of_the_shipped_lists_leads_to_its_entry() -> None:
    for list_name, category in CATEGORIES.everywhere():
        for name in (category.key, category.label, *category.words):
            assert CATEGORIES.named(list_name, name) == category, name


# --- a desk's own ---


def test_without_a_file_the_shipped_lists_count(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, SMALLEST))
    assert settings.categories == CATEGORIES
    assert building.policy(settings).categories == CATEGORIES


def test_the_file_beside_the_configuration_counts(tmp_path: Path) -> None:
    settings = load_settings(own(tmp_path, 'label = "Lob"', 'label = "Dank und Lob"'))
    assert building.policy(settings).categories.label("kind", "lob") == "Dank und Lob"


def test_a_file_of_another_name_counts_if_it_is_named_and_must_be_there(tmp_path: Path) -> None:
    named = SMALLEST.replace("[imap]", 'categories = "lists/own.toml"\n[imap]')
    with pytest.raises(ConfigError, match=r"own\.toml: there is no such file\. Name one"):
        load_settings(written(tmp_path, named))

    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "own.toml").write_bytes(SHIPPED.read_bytes())
    assert load_settings(written(tmp_path, named)).categories == CATEGORIES


def test_a_retired_entry_keeps_its_label_and_is_found_no_more(tmp_path: Path) -> None:
    settings = load_settings(own(tmp_path, 'digital = { label = "Online', 'digital = { active = false, label = "Online'))
    topics = settings.categories
    assert topics.label("topic", "digital").startswith("Online")
    assert topics.named("topic", "digital") is None
    assert "digital" not in {category.key for category in topics.active("topic")}


MISTAKES = {
    "unknown key": ("label = \"Lob\"", "lable = \"Lob\"", "kind.lob.lable = 'Lob': unknown key: did you mean 'label'?"),
    "no label": ("label = \"Lob\"", "label = \"\"", "kind.lob.label = ''"),
    "no letter in the label": ("label = \"Lob\"", "label = \"--\"", "kind.lob.label = '--'"),
    "missing label": ("label = \"Lob\", ", "", "kind.lob.label: is required and missing: add it"),
    "wrong type": ("answer_calendar_days = 21", "answer_calendar_days = \"21\"", "kind.anregung.answer_calendar_days = '21'"),
    "too many days": ("answer_calendar_days = 21", "answer_calendar_days = 400", "kind.anregung.answer_calendar_days = '400'"),
    "wrong choice": ("assessed = \"optional\"", "assessed = \"perhaps\"", "kind.hinweis.assessed = 'perhaps'"),
    "a key of topics": ("label = \"Lob\"", "label = \"Lob\", aspect = \"sache\"", "kind.lob.aspect = 'sache': unknown key"),
    "a capital in a key": ("lob = {", "Lob = {", "kind.Lob"),
    "an order in a word": ("\"dank\"", "\"#dank\"", "kind.lob.words.2 = '#dank'"),
    "another channel": ("post = {", "fax = {", "channel: must have exactly the keys email, phone, post, visit"),
    "a retired urgency": ("normal = { ", "normal = { active = false, ", "urgency: must have exactly the keys normal, frist, "),
    "another table": ("[kind]", "[kinds]\nx = { label = \"X\" }\n[kind]", "kinds: unknown key: did you mean 'kind'?"),
    "two with one name": ("label = \"Hinweis\"", "label = \"Idee\"", "kind.anregung: is called 'idee' as kind.hinweis is"),
    "no TOML": ("[kind]", "[kind", "is no valid TOML"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_file_key_and_remedy(tmp_path: Path, name: str) -> None:
    old, new, expected = MISTAKES[name]
    with pytest.raises(ConfigError) as caught:
        load_settings(own(tmp_path, old, new))
    assert any(problem.startswith(f"{tmp_path / 'categories.toml'}: ") and expected in problem for problem in caught.value.problems)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "categories.toml").write_text('[kind]\nlob = { label = "" }\nKritik = { label = "K" }\n', encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(written(tmp_path, SMALLEST))
    assert len(caught.value.problems) == 2 + len(LISTS) - 1


# --- look-ups ---

NAMED = {
    ("kind", "KRITIK"): "kritik", ("kind", "Beschwerde"): "kritik", ("kind", "krit"): "kritik", ("kind", "kri"): None,
    ("kind", "lob"): "lob", ("kind", "anre"): "anregung", ("kind", "an"): None, ("kind", "krtik"): None, ("kind", ""): None,
    ("kind", "umgang"): None,
    ("topic", "Zuständigkeit"): "zustaendigkeit", ("topic", "ZUSTAENDIGKEIT"): "zustaendigkeit",
    ("topic", "zustandigkeit"): "zustaendigkeit",
    ("topic", "kosten-unterkunft"): "kosten_unterkunft", ("topic", "Kosten Unterkunft"): "kosten_unterkunft",
    ("topic", "KdU"): "kosten_unterkunft", ("topic", "leistung"): "leistung", ("topic", "leistungsm"): "leistungsminderung",
    ("topic", "leis"): None,
    ("assessment", "nicht berechtigt"): "unberechtigt", ("assessment", "teilweise"): "teilweise",
    ("outcome", "teil"): "teilweise_abgeholfen", ("urgency", "Sofort – Gefahr"): "sofort",
}  # fmt: skip


@pytest.mark.parametrize(("list_name", "word"), NAMED)
def test_an_entry_is_found_by_what_people_call_it(list_name: str, word: str) -> None:
    found = CATEGORIES.named(list_name, word)
    assert (found.key if found else None) == NAMED[list_name, word]


def test_a_misspelt_word_finds_what_it_may_mean() -> None:
    assert [(name, each.key) for name, each in CATEGORIES.nearest("kritk")] == [("kind", "kritik")]
    assert [each.key for _, each in CATEGORIES.nearest("sonstges", ("kind", "topic"))] == ["sonstiges", "sonstiges"]
    assert CATEGORIES.nearest("quatsch") == ()
    assert len(CATEGORIES.nearest("leistungen")) <= 3


def test_a_list_that_does_not_exist_is_an_error_and_an_unknown_key_is_shown_as_it_is() -> None:
    with pytest.raises(KeyError):
        CATEGORIES.of("named")
    assert CATEGORIES.label("kind", "beschwerde_alt") == "beschwerde_alt"
    assert Categories().named("kind", "kritik") is None


def test_the_order_of_the_file_is_kept() -> None:
    kinds = in_order([Category("b", "B"), Category("a", "A")])
    assert [each.key for each in Categories(kind=kinds).active("kind")] == ["b", "a"]
