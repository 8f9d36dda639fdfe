# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The writer's own words: what holds for every text, however long and however made, and what HTML keeps of quotes."""

from __future__ import annotations

import time
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildesk.adapters.parse.text import html
from maildesk.adapters.parse.text.own_words import LINES_MAX, own_words
from tests.rig.builders import a_mail, parsed
from tests.rig.places import CORPUS

CASES = CORPUS / "replies"
SECONDS_MAX = 1.0
MEGABYTE = 1_000_000

PIECES = [
    "Guten Tag,",
    "der Termin passt mir.",
    "Eva Muster",
    "",
    "",
    " ",
    ">",
    "> Frage?",
    ">> alte Frage?",
    "> Am 23.11.2026 um 09:15 schrieb Desk:",
    "Am 23.11.2026 um 09:15 schrieb Desk:",
    "Am 23.11.2026 um 09:15 schrieb Desk <desk@example.com>:",
    "Am Mo., 23. Nov. 2026 um 09:15 Uhr schrieb Desk <",
    "desk@example.com>:",
    "-----Ursprüngliche Nachricht-----",
    "________________________________",
    "Von: Desk <desk@example.com>",
    "Gesendet: Montag, 23. November 2026 09:15",
    "An: Eva Muster <eva@example.org>",
    "Betreff: Anliegen",
    "-- ",
    "--",
    "Tel. 0123 456789",
    "Von meinem iPhone gesendet",
    "Diese E-Mail ist vertraulich und nur für den Adressaten bestimmt.",
    "Haben Sie sie irrtümlich erhalten, löschen Sie sie und informieren Sie sofort den Absender.",
    "Meine Wünsche:",
    "***",
]
MARKS = (">", ":", "--", "__", "==", "**", "schrieb", "wrote", "gesendet", "sent", "@")

texts_of_pieces = st.lists(st.sampled_from(PIECES), max_size=25).map("\n".join)
any_text = st.text(alphabet=st.sampled_from("ab .:->_*@<1\n\tü"), max_size=200)


@given(texts_of_pieces | any_text)
def test_the_reply_is_one_run_of_the_lines_of_the_text(text: str):
    reply = own_words(text)

    lines, wanted = text.split("\n"), reply.split("\n")
    places = range(len(lines) - len(wanted) + 1)
    assert any(
        lines[place : place + len(wanted) - 1] == wanted[:-1] and lines[place + len(wanted) - 1].rstrip() == wanted[-1].rstrip()
        for place in places
    )


@given(texts_of_pieces | any_text)
def test_the_reply_of_a_reply_is_itself(text: str):
    reply = own_words(text)

    assert own_words(reply) == reply


@given(st.text(max_size=300).filter(lambda text: not any(mark in text.lower() for mark in MARKS)))
def test_a_text_without_any_mark_is_the_reply(text: str):
    assert own_words(text) == text or not text.strip()


@given(texts_of_pieces)
def test_something_is_left_of_every_text(text: str):
    assert own_words(text).strip() or not text.strip()


def heap(unit: str) -> str:
    """A megabyte of it, or as many lines as are looked at."""
    lines = unit.count("\n")
    return unit * min(MEGABYTE // len(unit), (LINES_MAX - 10) // lines if lines else MEGABYTE)


HOSTILE = {
    "quote marks": heap(">"),
    "lines of quote marks": heap(">\n"),
    "quotes and answers": heap("a\n>b\n"),
    "spaces": heap(" ") + "x",
    "lines of spaces": heap(" " * 100 + "\n") + "x",
    "empty lines": "x" + heap("\n") + "y",
    "attributions": heap("Am 1.1.2026 um 10:00 schrieb Eva:\n"),
    "attributions and quotes": "x\n" + heap("Am 1.1.2026 um 10:00 schrieb\nEva <a@example.org>:\n> a\nx\n"),
    "attributions spoken of": heap("So:\nAm 1.1.2026 um 10:00 schrieb Eva <a@example.org>:\n"),
    "header lines": heap("Von: a\nAn: b\n"),
    "header lines going on": "x\n" + heap("Von: a\nb\nc\n"),
    "colons": heap("a:\n"),
    "long lines with colons": heap("Am " + "a" * 390 + ":\n"),
    "figures": heap("1:11 " * 75 + ":\n"),
    "addresses": heap("a@a." * 95 + "b:\n"),
    "brackets": heap("1.1.26 1:11 " + "<" * 350 + ":\n"),
    "quotation marks": heap("1.1.26 1:11 ich " + '"' * 350 + ":\n"),
    "verbs": heap("1.1.26 1:11 " + "schrieb " * 40 + ":\n"),
    "dashes": heap("-"),
    "lines of dashes": heap("--\n"),
    "signatures": heap("-- \na\n"),
    "separators": heap("-----Original Message-----\nVon: a\n"),
    "taglines": heap("Sent from my iPhone\n"),
    "long taglines": heap("Sent from my iPhone " + "(<[ - " * 90 + "\n"),
    "footers": heap("This email is confidential. " * 20 + "\n\n"),
    "list footers": heap("__\na@example.org mailing list\n"),
    "underscores": heap("_" * 90 + "\n"),
    "dashes and spaces": heap("- " * 140 + "\n"),
    "words": heap("wort "),
    "a letter without end": heap("Guten Tag, das ist eine Zeile.\n"),
    "more lines than are looked at": "Danke\n" * LINES_MAX + "Am 1.1.2026 um 10:00 schrieb Eva:\n> a",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_megabyte_made_for_slow_expressions_takes_less_than_a_second(text: str):
    start = time.process_time()
    reply = own_words(text)

    assert time.process_time() - start < SECONDS_MAX
    assert reply


@pytest.mark.parametrize("name", sorted(path.stem for path in CASES.glob("*.txt")))
def test_a_text_of_the_corpus_yields_the_reply_that_stands_beside_it(name: str):
    expected = tomllib.loads((CASES / f"{name}.toml").read_text(encoding="utf-8"))
    text = (CASES / f"{name}.txt").read_text(encoding="utf-8").strip("\n")

    assert own_words(text) == (text if expected.get("whole") else expected["reply"].strip("\n")), expected["about"]


def test_every_text_of_the_corpus_has_its_expectation():
    assert {path.stem for path in CASES.glob("*.txt")} == {path.stem for path in CASES.glob("*.toml")} != set()


# --- HTML ---


def reply_of(source: str) -> str:
    return parsed(a_mail(source, content_type="text/html; charset=utf-8")).reply


def test_a_blockquote_becomes_marked_lines_and_nothing_of_it_is_lost():
    source = "<p>Oben</p><blockquote>Eins<blockquote><p>Zwei</p></blockquote>Drei<br>Vier</blockquote><p>Unten</p>"

    assert [line for line in html.rendered(source).split("\n") if line.strip("> ")] == [
        "Oben", "> Eins", ">> Zwei", "> Drei", "> Vier", "Unten",
    ]  # fmt: skip


def test_an_indented_paragraph_is_no_quote():
    source = 'Oben<blockquote style="margin:0 0 0 40px;border:none;padding:0px">Eingerückt</blockquote>Unten'

    assert ">" not in html.rendered(source)


def test_a_hidden_blockquote_leaves_the_rest_alone():
    source = '<div>Oben</div><blockquote style="display:none">Nichts</blockquote><div>Unten</div>'

    assert html.rendered(source).split() == ["Oben", "Unten"]


def test_blockquotes_that_are_never_closed_or_never_opened_lose_nothing():
    assert html.rendered("a<blockquote>b<blockquote>c").replace(">", "").split() == ["a", "b", "c"]
    assert "".join(html.rendered("a</blockquote>b<blockquote>c").replace(">", "").split()) == "abc"


def test_a_blockquote_inside_of_a_table_loses_nothing():
    source = "<table><tr><td>links<blockquote>Zitat</blockquote></td><td>rechts</td></tr></table><p>Ende</p>"

    assert sorted(html.rendered(source).replace(">", "").split()) == ["Ende", "Zitat", "links", "rechts"]


def test_two_hundred_blockquotes_in_each_other_are_bounded():
    text = html.rendered("<blockquote>a" * 200 + "</blockquote>" * 200)

    assert text.count("a") == 200
    assert max(line.count(">") for line in text.split("\n")) <= 20


HTML_QUOTES = {
    "Thunderbird": """
        <div class="moz-cite-prefix">Am 23.11.2026 um 09:15 schrieb Kundendialog:<br></div>
        <blockquote type="cite"><p>Passt Montag?</p></blockquote>""",
    "Gmail": """
        <div class="gmail_quote">Am Mo., 23. Nov. 2026 um 09:15&nbsp;Uhr schrieb Desk
        &lt;<a href="mailto:desk@example.com">desk@example.com</a>&gt;:<br><blockquote>Passt Montag?</blockquote></div>""",
    "Apple": """
        <blockquote type="cite"><div>Am 23.11.2026 um 09:15 schrieb Desk &lt;desk@example.com&gt;:</div>
        <div>Passt Montag?</div></blockquote>""",
    "Outlook": """
        <div style="border-top:solid #E1E1E1 1.0pt"><p><b>Von:</b> Desk &lt;desk@example.com&gt; <br>
        <b>Gesendet:</b> Montag, 23. November 2026 09:15<br><b>An:</b> Eva Muster<br><b>Betreff:</b> AW: Anliegen</p></div>
        <p>Passt Montag?</p>""",
    "GMX": """
        <div name="quote" style="border-left:2px solid #C3D9E5"><b>Gesendet:</b> Montag, 23. November 2026 um 09:15 Uhr<br>
        <b>Von:</b> desk@example.com<br><b>An:</b> eva@example.org<br><b>Betreff:</b> Anliegen<div>Passt Montag?</div></div>""",
}


@pytest.mark.parametrize("quote", HTML_QUOTES.values(), ids=HTML_QUOTES)
def test_an_html_mail_gives_only_its_writers_words(quote: str):
    assert reply_of(f"<html><body><div>Ja, gern.<br><br>Eva</div><br>{quote}</body></html>") == "Ja, gern.\n\nEva"
