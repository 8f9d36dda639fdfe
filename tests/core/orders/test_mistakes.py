# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Orders that are not understood: never text for the citizen, never silently ignored, and the right spelling is told."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cache

import pytest

from maildesk.core.orders.words import ORDER_WORDS, OrderWord, Takes
from maildesk.core.text.spelling import distance, fold
from tests.rig.letters import in_words
from tests.rig.ordering import CATEGORIES, read, told

# A line -> a word of the problem, and the suggestions (None: whatever they are).
MISTAKES: dict[str, tuple[str, tuple[str, ...] | None]] = {
    # misspelt
    "#kritk": ("kein Befehl", ("#kritik",)),
    "#abschlus": ("kein Befehl", ("#abschluss",)),
    "#erldigt": ("kein Befehl", ("#erledigt",)),
    "#Erldigt!": ("kein Befehl", ("#erledigt",)),
    "#beschwrde": ("kein Befehl", ("#beschwerde", "#beschwerden")),
    "#rükgängig": ("kein Befehl", ("#rückgängig",)),
    "#nicht dringent": ("kein Befehl", None),
    "#berechtgt #abgehollfen": ("kein Befehl", None),
    "#kritik #berechtgt": ("kein Befehl", None),
    "#kritik berechtgt": ("kein Befehl", None),
    "#teilweisse abgeholfen": ("kein Befehl", None),
    "#themaBearbeitungsdauer": ("kein Befehl", ("#thema Bearbeitungsdauer",)),
    "#anweber": ("kein Befehl", None),
    "Erldigt": ("kein Befehl", ("#erledigt",)),
    "Kritk, berechtigt": ("kein Befehl", ("#kritik",)),
    "kritik, berechtgt, abgeholfen": ("kein Befehl", None),
    # near nothing: better ask than leak
    "#mitmachen ist unser Motto": ("kein Befehl", ()),
    "#foo": ("#hilfe", ()),
    "#Sehr geehrte Frau Muster": ("kein Befehl", None),
    "### Überschrift": ("kein Befehl", None),
    # half understood is not understood
    "#erledigt danke": ("Hinter", None),
    "#erledigt Sehr geehrte Frau Muster": ("Hinter", None),
    "#nicht erledigt": ("kein Befehl", None),
    "#senden nicht": ("Hinter", None),
    "#kritik nehmen wir ernst": ("Hinter", None),
    "#hilfe ich brauche Geld": ("Hinter", None),
    "#abschluss ~abc": ("Hinter", None),
    # ambiguous
    "#sonstiges": ("#art sonstiges oder #thema sonstiges?", ("#art sonstiges", "#thema sonstiges")),
    "#träger": ("mehreres", ("#maßnahme extern", "#personengruppe traeger")),
    "#kritik sonstiges": ("mehreres", None),
    "#abge": ("kein Befehl", ("#abgeschlossen", "#abgeholfen", "#abgegeben")),
    "#leist": ("mehreres", None),
    "Sonstiges, erledigt": ("mehreres", None),
    # something is missing or unknown
    "#art": ("Was soll hinter #art stehen?", None),
    "#thema": ("Was soll hinter #thema stehen?", None),
    "#massnahme": ("Was soll hinter #maßnahme stehen?", None),
    "#art quatsch": ("gibt es unter #art nicht", ()),
    "#thema bearbeitungsdaer": ("gibt es unter #thema nicht", ("#thema bearbeitungsdauer",)),
    "#thema kritik": ("gibt es unter #thema nicht", None),
    "#thema leistungs": ("nicht eindeutig", None),
    "#an": ("weber, oezdemir, alk", None),
    "#an Meier": ("weber, oezdemir, alk", None),
    "#an webr": ("weber, oezdemir, alk", None),
    "#zuweisen weber Bitte heute noch": ("weber", None),
    "#zusammenlegen": ("Vorgangsnummer", ("#zusammenlegen KD-2026-00017",)),
    "#zusammenlegen XX-2026-17": ("Vorgangsnummer", None),
    "#zusammenlegen KD-2026-17 und KD-2026-18": ("Vorgangsnummer", None),
    "#gehört zu dem anderen": ("Vorgangsnummer", None),
    "#rückfrage": ("Mailadresse", None),
    "#rückfrage Frau Maier": ("Mailadresse", None),
    "#rückfrage maier@localhost Was war?": ("Mailadresse", None),
    "#titel": ("fehlt der Text", None),
    "#titel ...": ("fehlt der Text", None),
    "#notiz": ("Was soll in der Notiz stehen?", None),
    "#erledigt #notiz": ("Was soll in der Notiz stehen?", None),
    # days
    "#frist": ("fehlt der Tag", ("#frist morgen Grund",)),
    "#frist Gutachten fehlt": ("fehlt der Tag", ("#frist morgen Gutachten fehlt",)),
    "#frist so bald wie möglich": ("fehlt der Tag", None),
    "#frist 4.12.": ("Grund", ("#frist 04.12.2026 Grund",)),
    "#frist morgen früh": ("Grund", ("#frist 23.11.2026 Grund",)),
    "#frist bis Freitag!": ("Grund", ("#frist 27.11.2026 Grund",)),
    "#frist 04.12.2025 Gutachten": ("04.12.2025 liegt in der Vergangenheit", ("#frist 04.12.2026 Gutachten",)),
    "#frist 21.11.2026 Gutachten": ("Vergangenheit", ("#frist 21.11.2027 Gutachten",)),
    "#frist 4.12.2062 Gutachten": ("sehr weit", None),
    "#frist 31.2. Gutachten": ("gibt es nicht", None),
    "#frist 2026-13-01 Gutachten": ("gibt es nicht", None),
    "#frist 99.99.9999 Gutachten": ("gibt es nicht", None),
    "#frist +9999 Gutachten": ("sehr weit", None),
    "#warten bis 04.12.2025": ("Vergangenheit", None),
}


@pytest.mark.parametrize("line", MISTAKES)
def test_a_line_that_is_not_understood_is_a_mistake_and_nothing_else(line: str) -> None:
    word, suggestions = MISTAKES[line]
    for text in (line, f"\n{line}\n\n"):
        reading = read(text)
        assert (reading.orders, reading.rest, reading.lines) == ((), "", ())
        (mistake,) = reading.mistakes
        assert mistake.line == line
        assert word in in_words(mistake.problem)
        assert suggestions is None or tuple(map(in_words, mistake.suggestions)) == suggestions
        assert len(mistake.suggestions) <= 3


@pytest.mark.parametrize("line", [line for line, (_, suggestions) in MISTAKES.items() if suggestions])
def test_what_is_suggested_is_understood(line: str) -> None:
    for suggestion in MISTAKES[line][1] or ():
        assert read(suggestion).mistakes == ()
        assert read(suggestion).orders


def test_a_mistake_leaves_the_other_lines_alone() -> None:
    reading = read("#kritik\n#berechtgt\n#abgeholfen\n\nSehr geehrte Frau Muster")

    assert told(reading.orders) == "kind kritik; outcome abgeholfen"
    assert [mistake.line for mistake in reading.mistakes] == ["#berechtgt"]
    assert reading.rest == "Sehr geehrte Frau Muster"


@pytest.mark.parametrize("line", ["#erledigt", "#erldigt", "  #notiz intern", "#Kritik #berechtigt", "*#frist 4.12. x*"])
def test_an_order_below_the_text_is_asked_about_and_does_not_leave_the_house(line: str) -> None:
    answer = read(f"Sehr geehrte Frau Muster\n{line}\nMit freundlichen Grüßen")
    note = read(f"#notiz\nFrau M. rief an\n{line}")

    assert (answer.orders, answer.rest) == ((), "Sehr geehrte Frau Muster\nMit freundlichen Grüßen")
    assert told(note.orders) == 'note "Frau M. rief an"'
    assert [mistake.line for mistake in (*answer.mistakes, *note.mistakes)] == [line, line]


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("[KD-2026-00042] #abschlus ~abcdefgh", "#abschlus"),
        ("AW: [KD-2026-00042] #abschlus", "#abschlus"),
        ("[KD-2026-00042] #metoo", "#metoo"),
        ("[KD-2026-00042] Ihre Meldung #erldigt", "Ihre Meldung #erldigt"),
        ("[KD-2026-00042] #erledigt ~kurz", "#erledigt ~kurz"),
    ],
)
def test_a_mistake_in_the_subject_is_told_too(subject: str, shown: str) -> None:
    reading = read("", subject)
    assert reading.orders == ()
    assert [mistake.line for mistake in reading.mistakes] == [shown]


def test_a_long_line_is_shown_shortened() -> None:
    (mistake,) = read(f"#kritk {'x' * 1000}").mistakes
    shown = str(mistake.line)
    assert len(shown) < 130
    assert shown.endswith("…")
    assert len(in_words(mistake.problem)) < 200


HOSTILE = {
    "lines": "\n".join(f"#fooo{number} bar" for number in range(20_000)),
    "below the text": "Guten Tag\n" + "\n".join(f"#fooo{number} bar" for number in range(20_000)),
    "orders": "#kritik " * 20_000,
    "wrong words": " ".join(f"#foo{number}" for number in range(20_000)),
    "one word": "#" + "a" * 200_000,
    "hashes": "#" * 200_000 + "a",
    "spaces": "#frist " + " " * 200_000 + "4.12.",
    "connectors": "#kritik " + "und " * 50_000,
    "addresses": "#rückfrage " + "a@" * 100_000,
    "days": "#frist " + "bis " * 50_000,
    "notes": "#notiz x\ny\n" * 2_000,
    "blank": "\n" * 100_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_text_without_end_is_read_in_bounded_time(name: str) -> None:
    begin = time.process_time()
    read(HOSTILE[name], HOSTILE[name])
    assert time.process_time() - begin < 10  # some take 0.3 seconds; quadratic ones take minutes


def test_a_note_is_never_cut() -> None:
    text = "Wort " * 20_000
    assert read(f"#notiz {text}").orders[0].text == text.strip()


# --- slips of the hand ---

KEYBOARD = ("qwertzuiopü", "asdfghjklöä", "yxcvbnm")


def neighbours(letter: str) -> set[str]:
    """The keys beside it, and above and below, on a German keyboard."""
    for number, row in enumerate(KEYBOARD):
        if (column := row.find(letter)) >= 0:
            near = [
                row[max(column - 1, 0) : column + 2],
                *(KEYBOARD[other][column : column + 2] for other in (number - 1, number + 1) if 0 <= other < 3),
            ]
            return set("".join(near)) - {letter}
    return set()


def slips(word: str) -> Iterator[str]:
    """One letter left out, doubled, swapped with the next, or taken for the key beside it."""
    for at, letter in enumerate(word):
        yield word[:at] + word[at + 1 :]
        yield word[: at + 1] + word[at:]
        yield word[:at] + word[at + 1 : at + 2] + letter + word[at + 2 :]
        yield from (word[:at] + near + word[at + 1 :] for near in sorted(neighbours(letter)))


VALUES = {
    Takes.COLLEAGUE: " weber", Takes.CASE: " KD-2026-17", Takes.NOTE: " abc", Takes.LINE: " abc", Takes.DAY_AND_REASON: " morgen abc",
    Takes.ADDRESS_AND_QUESTION: " a@b.example c",
}  # fmt: skip


def value(row: OrderWord) -> str:
    return VALUES.get(row.takes, f" {CATEGORIES.active(row.name.value)[0].key}" if row.takes is Takes.CATEGORY else "")


@cache
def read_line(line: str) -> tuple[str, int, str]:
    reading = read(line)
    return told(reading.orders), len(reading.mistakes), reading.rest


@pytest.mark.parametrize("row", ORDER_WORDS, ids=lambda row: row.spelling)
def test_a_slip_in_an_order_word_makes_the_same_order_or_a_mistake_never_text_and_never_another(row: OrderWord) -> None:
    for word in (word for word in row.words if len(word) >= 5):
        meant, mistakes, _ = read_line(f"#{word}{value(row)}")
        assert (bool(meant), mistakes) == (True, 0)
        for slip in slips(word):
            if not slip.startswith(" ") and fold(slip) != fold(word):
                assert read_line(f"#{slip}{value(row)}") in {(meant, 0, ""), ("", 1, "")}, slip


CATEGORY_LISTS = ("kind", "topic", "assessment", "outcome", "measure", "person_group", "urgency")


@pytest.mark.parametrize("list_name", CATEGORY_LISTS)
def test_a_slip_in_a_category_makes_the_same_or_a_mistake_never_text_and_never_another(list_name: str) -> None:
    for category in CATEGORIES.active(list_name):
        meant, _, _ = read_line(f"#{category.key}")
        for slip in slips(category.key) if len(category.key) >= 5 else ():
            orders, mistakes, rest = read_line(f"#{slip}")
            assert rest == ""
            assert orders in {meant, ""} or (not meant and orders == f"{list_name} {category.key}"), slip
            assert bool(orders) != bool(mistakes), slip


def test_a_slip_without_hash_does_not_reach_the_citizen_either() -> None:
    for word in ("erledigt", "kritik", "abschluss", "berechtigt", "abgeholfen"):
        meant, _, _ = read_line(word)
        for slip in slips(word):
            assert read_line(slip) in {(meant, 0, ""), ("", 1, "")}, slip


@pytest.mark.parametrize(
    ("one", "other", "far"),
    [
        ("", "", 0),
        ("a", "", 1),
        ("ab", "ba", 1),
        ("abc", "abd", 1),
        ("abc", "abcc", 1),
        ("abcd", "badc", 2),
        ("kritik", "lob", 4),
        ("a" * 9, "a", 4),
    ],
)
def test_the_distance_of_two_words_is_counted_in_slips(one: str, other: str, far: int) -> None:
    assert distance(one, other, 3) == far == distance(other, one, 3)
