# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What templates make of text that people typed: paragraphs, lists, links, and never a tag of the writer's."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildesk.adapters.compose import filters
from maildesk.adapters.compose.filters import absaetze, spalten, zeile, zeilen
from tests.rig.letters import Page


def tags(text: str, *, verweise: bool = False) -> list[str]:
    return [tag for tag, _ in Page(absaetze(text, verweise)).tags]


def links(text: str) -> list[str]:
    return [attributes["href"] for tag, attributes in Page(absaetze(text, verweise=True)).tags if tag == "a"]


def test_an_empty_line_ends_a_paragraph_and_a_line_end_stays_one() -> None:
    assert absaetze("Guten Tag,\r\nja\n\n \nEnde\n") == "<p>Guten Tag,<br>\nja</p>\n<p>Ende</p>\n"
    assert absaetze("") == absaetze(" \n\n") == ""


def test_a_list_begins_without_an_empty_line_and_ends_with_other_text() -> None:
    assert absaetze("Bitte:\n- eins\n  weiter\n* zwei\n• drei\nDanke") == (
        "<p>Bitte:</p>\n<ul>\n<li>eins<br>\nweiter</li>\n<li>zwei</li>\n<li>drei</li>\n</ul>\n<p>Danke</p>\n"
    )


def test_numbers_make_a_list_only_from_one_upwards() -> None:
    assert absaetze("1. a\n2. b\n3) c") == "<ol>\n<li>a</li>\n<li>b</li>\n<li>c</li>\n</ol>\n"
    assert absaetze("Termin am\n20. November\n21. Dezember") == "<p>Termin am<br>\n20. November<br>\n21. Dezember</p>\n"
    assert absaetze("1. a\n3. c") == "<ol>\n<li>a</li>\n</ol>\n<p>3. c</p>\n"
    assert absaetze("1. a\n- b") == "<ol>\n<li>a</li>\n</ol>\n<ul>\n<li>b</li>\n</ul>\n"


def test_what_only_looks_like_a_list_is_text() -> None:
    for text in ("-5 Grad", "-- ", "- ", "1.5 Stunden", "2026. Jahr", "1.", "*"):
        assert set(tags(text)) <= {"p"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Siehe https://desk.example/zeiten.", ["https://desk.example/zeiten"]),
        ("(https://desk.example/a_(b))", ["https://desk.example/a_(b)"]),
        ("HTTP://DESK.example/?a=1&b=2!", ["HTTP://DESK.example/?a=1&b=2"]),
        ("mailto:desk@desk.example?subject=Hallo%20Sie, bitte", ["mailto:desk@desk.example?subject=Hallo%20Sie"]),
        ("https://bürger.example/straße", ["https://bürger.example/straße"]),
        ("a https://a.example b https://b.example", ["https://a.example", "https://b.example"]),
        ('https://a.example"onmouseover="x', ["https://a.example"]),
        ("https://a.example<script>", ["https://a.example"]),
        ("https://a.example'x", ["https://a.example'x"]),
        ("javascript:alert(1) data:text/html,x vbscript:x file:///etc/passwd ftp://x tel:110 www.x.example", []),
        ("xhttps://a.example", []),
        ("https:// http:///. mailto: https://...", []),
    ],
)
def test_only_addresses_of_the_web_and_of_mail_become_links_and_show_where_they_lead(text: str, found: list[str]) -> None:
    assert links(text) == found
    assert Page(absaetze(text, verweise=True)).shown.split() == text.split()
    assert "a" not in tags(text), "not unless it is asked for"


@given(
    st.text(max_size=300)
    | st.lists(st.sampled_from(["<b>", "- ", "1. ", "\n", "&lt;", '"', "'", "https://", "mailto:", "x", " ", "]", "("])).map("".join)
)
def test_no_tag_but_ours_comes_out_and_every_letter_does(text: str) -> None:
    for verweise in (False, True):
        page = Page(absaetze(text, verweise))
        assert {tag for tag, _ in page.tags} <= {"p", "br", "ul", "ol", "li", *(("a",) if verweise else ())}
        assert all(set(attributes) <= ({"href", "style"} if tag == "a" else set()) for tag, attributes in page.tags)
        assert all(attributes["href"].lower().startswith(("http://", "https://", "mailto:")) for tag, attributes in page.tags if tag == "a")
        assert [sign for sign in "".join(page.shown.split()) if sign.isalpha()] == [
            sign for sign in "".join(text.replace("\r", "\n").split()) if sign.isalpha() and not "\ud800" <= sign <= "\udfff"
        ]


def test_a_line_is_one_line_and_bounded() -> None:
    assert zeile(" a\r\nb\tc\0\u202ed\u2028e ") == "a b cd e"
    assert zeile("x" * 500, 120) == "x" * 119 + "…"
    assert zeile("") == ""


def test_lines_and_columns_are_as_many_as_a_template_asks_for() -> None:
    assert zeilen("a\n\n \nb\tc\n") == ["a", "b\tc"]
    assert spalten("a\tb\tc") == ["a", "b"]
    assert spalten(" a ", 3) == ["a", "", ""]


def test_the_examples_in_the_docstrings_are_true() -> None:
    assert doctest.testmod(filters).failed == 0
