# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What the digest and the letters about statements say and how they look: as text, as a page, with much to do and with nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildesk.adapters.compose import Wording
from maildesk.adapters.compose.samples import sample_letters
from maildesk.core.agenda.agenda import Agenda, OpenCase
from maildesk.core.agenda.digest import LINES_MAX, digest_letters
from maildesk.core.case.case import Status
from maildesk.core.office.policy import Policy, Staff
from tests.rig.letters import CALENDAR, DESK, IN_HOURS, Page, a_composer, contrast
from tests.rig.ordering import CATEGORIES

POLICY = Policy(DESK, CALENDAR, b"k" * 32, staff=(Staff("Anna Weber", "weber@haus.example", "weber"),), categories=CATEGORIES)
SAMPLES = {letter.template: letter for letter in sample_letters(POLICY, IN_HOURS)}
COMPOSER = a_composer()
STATES = (Status.NEW, Status.OPEN, Status.CONSULTING, Status.WAITING, Status.ANSWERED)
TITLES = ("Heizung in der Unterkunft", "", "Ein Titel von genau sechzig Zeichen, länger darf er nicht sein")
COUNTS = (0, 1, 12, 200)
TO_STAFF = ("digest", "reminder", "overdue")


def a_case(number: int) -> OpenCase:
    today = IN_HOURS.date()
    return OpenCase(
        number=f"KD-2026-{number:05d}",
        status=STATES[number % 5],
        opened_at=IN_HOURS - timedelta(days=number % 40),
        kind=("kritik", "lob", "")[number % 3],
        kind_confirmed=number % 2 == 0,
        title=TITLES[number % 3],
        urgency="sofort" if number % 7 == 0 else "normal",
        due_on=today + timedelta(days=number * 5 % 23 - 4),
        statement_due_on=today + timedelta(days=number % 5 - 1) if number % 5 == 2 else None,
        waiting_since=IN_HOURS if number % 5 == 3 else None,
    )


def digest(count: int, **changed: object) -> Wording:
    cases = tuple(replace(a_case(number), **changed) for number in range(count))  # type: ignore[arg-type]
    (letter,) = digest_letters(POLICY, Agenda(cases, tuple(case.number for case in cases[: count // 8])), IN_HOURS)
    return COMPOSER.words(letter)


def every_wording() -> list[Wording]:
    return [*(COMPOSER.words(SAMPLES[template]) for template in TO_STAFF), *(digest(count) for count in COUNTS)]


def said(text: str) -> list[str]:
    """The words of a text without what only a text needs: marks of lists and of quoted lines, and addresses of links."""
    return [word for word in re.sub(r"<mailto:\S+>", "", text).split() if word not in {"-", "|"}]


def test_a_digest_reads_like_this() -> None:
    cases = (
        replace(a_case(0), status=Status.NEW, urgency="normal"),
        replace(a_case(42), status=Status.CONSULTING, statement_due_on=IN_HOURS.date(), due_on=None, urgency="normal"),
        replace(a_case(4), status=Status.ANSWERED, statement_due_on=None),
    )
    (letter,) = digest_letters(POLICY, Agenda(cases, ("KD-2026-00042",)), IN_HOURS)
    words = COMPOSER.words(letter)

    assert words.subject == "Kundendialog Musterstadt – Tagesübersicht Fr, 20.11.2026: 1 überfällig"
    assert (
        re.sub(r"<mailto:\S+>", "<...>", words.text)
        == """\
Jeder Verweis öffnet eine fertige Nachricht: bitte nur noch senden.

Überfällig (1):

- KD-2026-00000 Heizung in der Unterkunft
  Kritik / Beschwerde · heute · Frist 16.11.2026
  Zeigen <...>
  Erledigt <...>

Wartet auf Stellungnahme (1):

- KD-2026-00042 Heizung in der Unterkunft
  Kritik / Beschwerde · seit 2 Tagen · Stellungnahme bis 20.11.2026
  Zeigen <...>
  Erledigt <...>

Angehaltene Antworten (1):

- KD-2026-00042
  Zeigen <...>

Sie gehen erst hinaus, wenn jemand darüber entscheidet: mit der Nachricht
„Angehalten“, die dazu kam.

Beantwortet und noch nicht abgeschlossen: 1

Neuen Vorgang eintragen:

- Telefonat eintragen
  <...>
- Brief eintragen
  <...>
- Besuch eintragen
  <...>
"""
    )


def test_a_reminder_reads_like_this() -> None:
    words = COMPOSER.words(replace(SAMPLES["reminder"], context={**SAMPLES["reminder"].context, "gefragt_am": "16.11.2026"}))

    assert words.subject == "Erinnerung – KD-2026-00042 – Stellungnahme fällig am 04.12.2026"
    assert (
        words.text
        == """\
Vorgang: KD-2026-00042 · Kundendialog Musterstadt

Guten Tag,

am 16.11.2026 haben wir Sie um eine Stellungnahme gebeten. Wir brauchen
sie bis zum 04.12.2026.

Antworten Sie einfach auf diese Nachricht. Ihre Antwort bleibt im Haus: Sie
geht an die Stelle und nicht an die Person.

Die Frage:

| Wann sind die Unterlagen bei Ihnen angekommen?

Haben Sie schon geantwortet? Dann müssen Sie nichts tun. Diese Erinnerung
kommt nur einmal.
"""
    )


@pytest.mark.parametrize("count", COUNTS)
def test_text_and_page_say_the_same_words(count: int) -> None:
    words = digest(count)

    assert Page(words.html).words == said(words.text)


@pytest.mark.parametrize("template", TO_STAFF)
def test_text_and_page_of_the_samples_say_the_same_words_also_without_what_may_be_empty(template: str) -> None:
    letter = SAMPLES[template]
    may_be_empty = ("frage", "links", "eintragen", "angehalten", "beantwortet_anzahl")
    for empty in ((), may_be_empty):
        words = COMPOSER.words(replace(letter, context={**letter.context, **{name: "" for name in empty if name in letter.context}}))
        assert Page(words.html).words == said(words.text)
        assert not re.search(r"<>|\(\)|None|href=\"\"", words.text + words.html)


def test_lines_are_short_but_for_links_and_nothing_dangles() -> None:
    for words in every_wording():
        lines = words.text.split("\n")
        assert [line for line in lines if len(line) > 79 and "<mailto:" not in line] == []
        assert "\n\n\n" not in words.text
        assert not re.search(r"· *·|^ *·|: *\n\n[^-|\n]+:\n", words.text, re.MULTILINE)


def test_with_nothing_to_do_there_is_one_line_and_the_links_to_enter_a_case() -> None:
    assert said(digest(0).text) == said(
        "Heute ist nichts zu tun. Neuen Vorgang eintragen: Telefonat eintragen Brief eintragen Besuch eintragen"
    )


def test_a_long_list_says_how_much_it_leaves_out_and_stays_short_enough_for_every_mail_program() -> None:
    words = digest(200, status=Status.NEW, due_on=None, statement_due_on=None)

    assert f"\nNeu (200):\n\n- KD-2026-00000 {TITLES[0]}\n" in words.text
    assert f"\n- und {200 - LINES_MAX} weitere\n" in words.text
    assert "\n- und 5 weitere\n" in words.text, "of 25 answers on hold 20 are named"
    assert len(words.html.encode()) < 100_000, "some programs cut a page that is longer"


def test_a_page_has_headings_lists_and_links_and_fetches_nothing() -> None:
    for words in every_wording():
        page = Page(words.html)
        assert {tag for tag, _ in page.tags} <= {"html", "head", "meta", "title", "body", "div", "p", "strong", "h2", "ul", "li", "a", "br"}
        assert page.tags[0] == ("html", {"lang": "de"})
        assert page.title == words.subject
        assert not any(name in {"src", "background", "action", "class", "id"} for _, attributes in page.tags for name in attributes)
        assert not re.search(r"url\(|@import|position:|\bwidth: *\d+px", words.html)
        links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
        assert all(link.startswith("mailto:kundendialog@desk.example?subject=") and len(link) < 200 for link in links)
        assert all(f"<{link}>" in words.text for link in links)


def test_colours_stand_out_enough_from_what_is_behind_them() -> None:
    for words in every_wording():
        colours = set(re.findall(r"(?<![-\w])color: *(#[0-9a-f]{6})", words.html))
        behind = set(re.findall(r"background-color: *(#[0-9a-f]{6})", words.html))
        assert colours
        assert all(contrast(ink, paper) >= 4.5 for ink in colours for paper in behind)


ANY = st.text(max_size=100) | st.sampled_from(
    ["<script>", "</ul>", '" onclick="', "{{ 7*7 }}", "\t\t", "\r\n- x", "#erledigt ~abc", "\ud800"]
)


@given(title=ANY)
def test_no_title_adds_a_tag_a_line_or_a_link(title: str) -> None:
    plain, odd = digest(1, title="Heizung"), digest(1, title=title)

    assert Page(odd.html).structure == Page(plain.html).structure
    assert len([line for line in odd.text.split("\n") if line.startswith("- ")]) == 4
    assert odd.text.count("<mailto:") == plain.text.count("<mailto:")
    assert "~" not in re.sub(r"<mailto:\S+>", "", odd.text)


@given(frage=ANY)
def test_no_line_of_a_question_can_pass_for_one_of_ours(frage: str) -> None:
    letter = SAMPLES["reminder"]
    words = COMPOSER.words(replace(letter, context={**letter.context, "frage": f"x\n{frage}"}))
    quoted = words.text.partition("Die Frage:\n\n")[2].partition("\n\nHaben Sie schon")[0]

    assert all(line.startswith("|") for line in quoted.split("\n"))
