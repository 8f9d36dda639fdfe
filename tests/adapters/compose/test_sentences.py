# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The sentences of said.de.toml: each one that the code says has its words and none is left over; a house may change them one by one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildesk.adapters.compose import Flaw
from maildesk.adapters.compose.sentences import _sentences_of
from maildesk.core import health
from maildesk.core.text.said import Said, Value, from_json, say, to_json
from maildesk.errors import TemplateError
from tests.rig.letters import SHIPPED, a_composer, a_letter
from tests.rig.places import CORPUS, ROOT

FILES = sorted(SHIPPED.glob("said.*.toml"))
KEY = re.compile(r"[a-z_]+(?:\.[a-z_]+)+")
SOURCES = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "maildesk").rglob("*.py"))]
HINT = "hint.new_address_check"


def keys_of(file: Path) -> set[str]:
    return {sentence.key for sentence in _sentences_of(file)}


def constants() -> Iterator[str]:
    """Every text in the code that has the form of a key: those of a table too, from which a key is taken."""
    for source in SOURCES:
        for node in ast.walk(source):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and KEY.fullmatch(node.value):
                yield node.value


def calls_of(name: str) -> Iterator[ast.expr]:
    """The first arguments of all calls of a function."""
    for source in SOURCES:
        for node in ast.walk(source):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                yield node.args[0]


def said_keys() -> Iterator[str]:
    """What stands in a call of `say` itself, so that a key under a heading that does not exist is found as well."""
    for argument in calls_of("say"):
        if not isinstance(argument, ast.JoinedStr):  # the three parts of an alarm: below
            yield from (each.value for each in ast.walk(argument) if isinstance(each, ast.Constant) and isinstance(each.value, str))


def alarm_keys() -> Iterator[str]:
    for argument in calls_of("Alarm"):
        assert isinstance(argument, ast.Constant | ast.Name), "an alarm is called by its id"
        alarm = argument.value if isinstance(argument, ast.Constant) else getattr(health, argument.id)
        yield from (f"alarm.{alarm}.{part}" for part in ("title", "detail", "advice"))


def words_of(sentence: Said, *folders: Path) -> str:
    text = a_composer(*folders).words(a_letter("relay", context={**RELAY, "hinweise": (sentence,)})).text
    return " ".join(re.findall(r"^Hinweis: ([^\n]*(?:\n[^\n]+)*)", text, re.MULTILINE)).replace("\n", " ")


RELAY: dict[str, Value] = {
    **dict.fromkeys(("titel", "von", "adresse", "eingang", "art", "dringlichkeit", "verlauf", "anlagen", "zurueckgehalten", "links"), ""),
    "text": "Guten Tag",
}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_each_sentence_that_the_code_says_has_its_words_and_none_is_left_over(file: Path) -> None:
    written = keys_of(file)
    headings = {key.partition(".")[0] for key in written}
    used = {key for key in constants() if key.partition(".")[0] in headings} | {*said_keys(), *alarm_keys()}

    assert used - written == set(), "has no words"
    assert written - used == set(), "is said by nobody"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_languages_have_the_same_sentences(file: Path) -> None:
    assert keys_of(file) == keys_of(SHIPPED / "said.de.toml")


def test_a_house_changes_a_sentence_and_keeps_the_others(tmp_path: Path) -> None:
    (tmp_path / "said.de.toml").write_text(f'[hint]\n{HINT.partition(".")[2]} = "Neu hier!"\n', encoding="utf-8")

    assert words_of(say(HINT), tmp_path) == "Neu hier!"
    assert words_of(say("hint.forged_no_letter"), tmp_path).startswith("Der Mailserver hält")


def test_the_values_of_a_sentence_are_sentences_days_times_and_lists(tmp_path: Path) -> None:
    words = (
        "{{ why }} {{ due }} {{ at }} {{ at | datum('%H:%M') }} {{ size | groesse }} {{ of | join(', ') }} {{ 'ja' if sure }}{{ nothing }}"
    )
    (tmp_path / "said.de.toml").write_text(f'[hint]\nall = "{words}"\n', encoding="utf-8")
    at = datetime(2026, 12, 1, 9, 5, tzinfo=ZoneInfo("Europe/Berlin"))
    said = say("hint.all", why=say(HINT), due=date(2026, 12, 4), at=at, size=2_500_000, of=("a", "b"), sure=True, nothing=None)

    wanted = "Bitte prüfen, ob die Person dazugehört. 04.12.2026 01.12.2026, 09:05 Uhr 09:05 2,4 MB a, b ja"
    assert words_of(said, tmp_path).endswith(wanted)
    stored = from_json(to_json(said))
    assert isinstance(stored, Said)
    assert words_of(stored, tmp_path).endswith(wanted)


def test_what_a_stranger_typed_is_escaped_by_the_page_and_by_no_sentence() -> None:
    letter = a_letter("relay", context={**RELAY, "hinweise": (say("hint.noticed", what=("<b>&{{ nr }}",)),)})
    wording = a_composer().words(letter)

    assert "erkannt): <b>&{{ nr }}." in " ".join(wording.text.split())
    assert "&lt;b&gt;&amp;{{ nr }}." in wording.html


TOO_EARLY = "it ends too early: a block such as {% if %} or {% for %} has no end, or {{ has no }}"
NO_FILTER = "there is no filter nein; docs/templates.md lists what there is"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("[hint]\nnoticed = 'Bitte {{ wat }}'\n", "hint.noticed: the variable wat does not exist here; the shipped sentence has what"),
        (
            "[hint]\nnoticed = 'Bitte {{ what '\n",
            f"hint.noticed: {TOO_EARLY}",
        ),
        ("[hint]\nnotced = 'Bitte'\n", "hint.notced: there is no such sentence: did you mean hint.noticed?; it has no effect"),
        (
            "[hint]\nforged_no_letter = '{{ 1 | nein }}'\n",
            f"hint.forged_no_letter: {NO_FILTER}",
        ),
    ],
)
def test_the_check_names_file_and_key_of_a_broken_sentence(words: str, complaint: str, tmp_path: Path) -> None:
    (tmp_path / "said.de.toml").write_text(words, encoding="utf-8")

    (flaw,) = a_composer(tmp_path).flaws()

    assert flaw.text == f"{tmp_path / 'said.de.toml'}: {complaint}"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{% if verspaetet == 'ja' %}", "verspaetet is no text any more, and is true or false: write {% if verspaetet %}"),
        ("{{ 'spät' if '' != verspaetet }}", "verspaetet is no text any more, and is true or false: write {% if verspaetet %}"),
        ("{% if neu_anzahl == '1' %}", "neu_anzahl is no text any more, and is a number: compare it with one"),
    ],
)
def test_the_check_names_the_line_of_a_comparison_that_held_in_0_1_0(line: str, complaint: str, tmp_path: Path) -> None:
    end = "{% endif %}" if "{%" in line else ""
    (tmp_path / "_verspaetet.de.txt").write_text(f"Guten Tag,\n{line}{end}\n{{{{ telefon == '1' or frist }}}}", encoding="utf-8")

    assert a_composer(tmp_path).flaws() == (Flaw(f"{tmp_path / '_verspaetet.de.txt'}: line 2: {complaint}"),)


def test_the_templates_of_0_1_0_have_nothing_to_be_changed() -> None:
    assert a_composer(CORPUS / "templates-0.1.0").flaws() == ()


@pytest.mark.parametrize("words", ["[hint\n", "[hint]\nnoticed = 3\n", "[hint]\nnoticed = ['a']\n"])
def test_a_file_that_cannot_be_read_is_named(words: str, tmp_path: Path) -> None:
    (tmp_path / "said.de.toml").write_text(words, encoding="utf-8")

    with pytest.raises(TemplateError, match=re.escape(str(tmp_path / "said.de.toml"))):
        words_of(say(HINT), tmp_path)
    (flaw,) = a_composer(tmp_path).flaws()
    assert flaw.text.startswith(f"{tmp_path / 'said.de.toml'}: ")


def test_a_broken_sentence_holds_its_letter_and_names_no_value_of_it(tmp_path: Path) -> None:
    (tmp_path / "said.de.toml").write_text("[hint]\nnoticed = '{{ what.secret.other }}'\n", encoding="utf-8")

    with pytest.raises(TemplateError) as told:
        words_of(say("hint.noticed", what=("GEHEIM",)), tmp_path)

    assert str(told.value).startswith(f"{tmp_path / 'said.de.toml'}: hint.noticed: ")
    assert "GEHEIM" not in str(told.value)
    assert words_of(say(HINT), tmp_path)


def test_a_sentence_without_words_names_its_key() -> None:
    with pytest.raises(TemplateError, match=r"there is no sentence 'hint\.nothing'"):
        words_of(say("hint.nothing"))


NAMES = st.text("abcxyz", min_size=1).filter(lambda name: name not in {"say", "date", "time"})
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=2))])
SCALARS = st.none() | st.booleans() | st.integers() | st.text() | st.dates() | st.datetimes(timezones=ZONES)
VALUES: st.SearchStrategy[Value] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner).map(tuple)
        | st.dictionaries(NAMES, inner)
        | st.builds(Said, st.sampled_from(["hint.a", "order.b"]), st.dictionaries(NAMES | st.just("date"), inner))
    ),
    max_leaves=8,
)


@given(VALUES)
def test_a_value_comes_back_from_json_as_it_was(value: Value) -> None:
    assert from_json(to_json(value)) == value


@pytest.mark.parametrize("value", [{"say": 1}, {"date": "2026-12-01"}, {"a": {"time": 1}}, Said("hint.a", {"say": 1})])
def test_a_row_that_could_be_read_as_something_else_is_refused(value: Value) -> None:
    with pytest.raises(ValueError, match="is called 'say'"):
        to_json(value)
