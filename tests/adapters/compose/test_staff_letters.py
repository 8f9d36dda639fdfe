# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Letters of and to colleagues: what they say, how they look, and that a citizen's words stay a citizen's words."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildesk.adapters.compose import Wording
from maildesk.adapters.compose.samples import sample_letters
from maildesk.core.answers.text import answer_of
from maildesk.core.letters.letter import INSIDE_THE_HOUSE, Letter
from maildesk.core.office.policy import Policy, Staff
from tests.rig.builders import a_mail, parsed
from tests.rig.letters import CALENDAR, DESK, IN_HOURS, SHIPPED, SILENT_DESK, Page, a_composer, contrast
from tests.rig.ordering import CATEGORIES

SAMPLES = {letter.template: letter for letter in sample_letters(Policy(DESK, CALENDAR, b"k" * 32, categories=CATEGORIES), IN_HOURS)}
STAFF = ("relay", "answer", "copy", "held", "confirmed", "mistake", "help")
WITH_PAGE = ("relay", "answer", "copy", "held", "confirmed", "mistake", "help")
COMPOSER = a_composer()
MAY_BE_EMPTY = {
    "relay": ("adresse", "frist", "art", "dringlichkeit", "hinweise", "verlauf", "anlagen", "zurueckgehalten", "links"),
    "answer": ("telefon", "sprechzeiten", "postanschrift", "datenschutz_url"),
    "copy": ("links",),
    "held": ("text", "links"),
    "confirmed": ("links",),
    "mistake": ("rest", "links"),
    "help": ("karte",),
}


def wording(template: str, **context: str) -> Wording:
    return COMPOSER.words(with_words(template, **context))


def with_words(template: str, **context: str) -> Letter:
    return replace(SAMPLES[template], context={**SAMPLES[template].context, **context})


def said(text: str) -> list[str]:
    """The words of a text part without what only a text needs: marks of lists and of quoted lines, and addresses of links."""
    words = re.sub(r"<mailto:\S+>", "", text).split()
    return [word for word in words if not re.fullmatch(r"-|\||\d\.", word)]


def test_there_is_a_sample_of_every_letter_that_ships() -> None:
    assert SAMPLES.keys() == {path.name.removesuffix(".de.txt") for path in SHIPPED.glob("[a-z]*.de.txt")}
    assert set(STAFF) - {"answer"} <= INSIDE_THE_HOUSE
    assert "answer" not in INSIDE_THE_HOUSE


def test_a_handed_on_mail_reads_like_this() -> None:
    context = {
        **dict.fromkeys(("hinweise", "verlauf", "zurueckgehalten"), ""),
        "text": "Guten Tag,\n\nwas nun?",
        "links": "Erledigt\tmailto:a@b",
    }
    letter = wording("relay", **context)

    assert letter.subject == "[KD-2026-00042] Unterlagen für die Wohnung"
    assert (
        letter.text
        == """\
Vorgang: KD-2026-00042 · Kundendialog Musterstadt
Betreff: Unterlagen für die Wohnung
Von: Eva Muster <eva.muster@example.org>
Eingang: 20.11.2026, 09:15 Uhr
Frist: 04.12.2026
Vorschlag: Kritik
Dringlichkeit: Heute bearbeiten (Vorschlag)

Antworten Sie einfach auf diese Nachricht: Ihre Antwort geht an die Person,
ohne Ihre Adresse.

Die Nachricht:

| Guten Tag,
|
| was nun?

Anlagen:

- Mietvertrag.pdf (120 kB)

Mit einem Klick:

- Erledigt
  <mailto:a@b>
"""
    )


def test_an_answer_reads_like_this() -> None:
    letter = wording("answer", text="Guten Tag,\n\n- eins\n- zwei\n\nAnna Beispiel")

    assert letter.subject == "Antwort auf Ihre Nachricht – Vorgang KD-2026-00042"
    assert (
        letter.text
        == """\
Guten Tag,

- eins
- zwei

Anna Beispiel

Freundliche Grüße

Kundendialog Musterstadt
Vorgang KD-2026-00042
Telefon: 0611 123456 (Mo-Do 08:00-16:00, Fr 08:00-12:00)
Post: Kundendialog, Postfach 1142, 65000 Musterstadt
Datenschutzhinweise: https://desk.example/datenschutz
"""
    )


@pytest.mark.parametrize(
    "ending", ["Mit freundlichen Grüßen\nAnna", "Viele GRÜSSE", "Freundlicher Gruß", "mit freundlichen Gruessen", "Im Auftrag\nA."]
)
def test_a_greeting_that_was_typed_is_not_said_twice(ending: str) -> None:
    letter = wording("answer", text=f"Ja.\n\n{ending}")

    assert "Freundliche Grüße" not in letter.text
    assert "Freundliche Grüße" not in letter.html


def test_an_answer_is_a_persons_and_says_so_by_saying_nothing() -> None:
    letter = wording("answer")

    assert "automatisch" not in letter.text + letter.html


@pytest.mark.parametrize("template", WITH_PAGE)
def test_text_and_page_say_the_same_words(template: str) -> None:
    for empty in ((), *((name,) for name in MAY_BE_EMPTY[template]), MAY_BE_EMPTY[template]):
        letter = wording(template, **dict.fromkeys(empty, ""))
        assert Page(letter.html).words == said(letter.text), empty


@pytest.mark.parametrize("template", STAFF)
def test_what_is_empty_leaves_no_trace(template: str) -> None:
    letter = wording(template, **dict.fromkeys(MAY_BE_EMPTY.get(template, ()), ""))

    assert not re.search(r"<>|\(\)|None|href=\"\"", letter.text + letter.html)
    assert not re.search(r":\n\Z|:\n\n[^|\n]+:\n\n\Z", letter.text)
    assert "\n\n\n" not in letter.text
    assert not letter.text.startswith("\n")


@pytest.mark.parametrize("template", STAFF)
def test_lines_are_short_but_for_links(template: str) -> None:
    lines = wording(template, **({"text": "wort " * 200} if template != "help" else {})).text.split("\n")

    assert [line for line in lines if len(line) > 78 and not line.startswith("  <mailto:")] == []


@pytest.mark.parametrize("template", [name for name in STAFF if name != "answer"])
def test_a_letter_to_a_colleague_begins_with_the_line_by_which_it_is_known_again(template: str) -> None:
    letter = wording(template)

    assert letter.text.startswith("Vorgang: KD-2026-00042 · Kundendialog Musterstadt\n")
    if letter.html:
        assert " ".join(Page(letter.html).words).startswith("Vorgang: KD-2026-00042 · Kundendialog Musterstadt")
    assert letter.subject.startswith("[KD-2026-00042] ")


def test_a_mistake_without_a_case_can_be_told() -> None:
    letter = wording("mistake", nr="")

    assert letter.subject == "Nicht verstanden: bitte noch einmal"
    assert letter.text.startswith("Ihre Nachricht enthielt")


def test_no_line_of_a_citizens_text_can_pass_for_one_of_ours() -> None:
    forged = "x\rVorgang: KD-2026-00001\nAntworten Sie einfach\x0b- Erledigt\x0c  <mailto:a@b>\u2028Von: Chef\x85Frist: nie\r\nEnde"
    letter = wording("relay", text=forged)
    quoted = letter.text.partition("Die Nachricht:\n\n")[2].partition("\n\nAnlagen:")[0]

    assert all(line.startswith("|") for line in quoted.split("\n"))
    assert {"| Vorgang: KD-2026-00001", "| Antworten Sie einfach", "| Von: Chef", "| Ende"} <= set(quoted.split("\n"))


def test_a_citizens_name_cannot_be_taken_for_an_address_nor_a_subject_for_a_field() -> None:
    letter = wording("relay", von="Chef <chef@amt.example>\r\nFrist: nie", titel="Hallo\r\nBcc: x@y\nEingang: nie")

    assert letter.subject == "[KD-2026-00042] Hallo Bcc: x@y Eingang: nie"
    assert "\nVon: Chef chef at amt.example Frist: nie <eva.muster@example.org>\n" in letter.text
    assert "\nFrist: nie" not in letter.text


ANY = st.text(max_size=200) | st.sampled_from(
    ["<script>", "</div></p>", '" onclick="', "{{ 7*7 }}", "{% raw %}", "\r\n.\r\n", "&lt;", "\ud800"]
)
BLOCKS = {"p", "ul", "ol", "li", "br", "a", "wbr"}


@pytest.mark.parametrize("template", WITH_PAGE)
@given(value=ANY)
def test_no_word_of_a_stranger_adds_a_tag_or_a_field(template: str, value: str) -> None:
    names = [name for name in SAMPLES[template].context if name not in {"nr", "links", "datenschutz_url"}]
    letter = with_words(template, **dict.fromkeys(names, value))
    page = Page(COMPOSER.words(letter).html)
    plain = Page(wording(template).html)

    assert {tag for tag, _ in page.tags} <= {tag for tag, _ in plain.tags} | BLOCKS
    assert {name for _, attributes in page.tags for name in attributes} <= {name for _, attributes in plain.tags for name in attributes} | {
        "href"
    }
    links = {attributes["href"] for tag, attributes in page.tags if tag == "a"}
    assert all(link.startswith(("mailto:", "https://", "http://")) for link in links)
    assert COMPOSER(letter).isascii()


def test_a_link_in_a_citizens_mail_is_no_link_of_ours() -> None:
    hrefs = [
        attributes["href"] for tag, attributes in Page(wording("relay", text="https://phish.example mailto:x@y").html).tags if tag == "a"
    ]

    assert all(href.startswith("mailto:kundendialog") for href in hrefs)
    assert len(hrefs) == 4


@pytest.mark.parametrize("template", WITH_PAGE)
def test_a_page_can_be_read_by_everybody_and_fetches_nothing(template: str) -> None:
    letter = wording(template)
    page = Page(letter.html)

    assert page.tags[0] == ("html", {"lang": "de"})
    assert page.title == letter.subject
    assert not any(name in {"src", "background", "action", "class", "id"} for _, attributes in page.tags for name in attributes)
    assert not re.search(r"url\(|@import|position:|\bwidth: *\d+px", letter.html)
    colours = set(re.findall(r"(?<![-\w])color: *(#[0-9a-f]{6})", letter.html))
    behind = set(re.findall(r"background-color: *(#[0-9a-f]{6})", letter.html))
    assert all(contrast(ink, paper) >= 4.5 for ink in colours for paper in behind)


def test_a_desk_without_telephone_and_post_signs_with_its_name() -> None:
    samples = {letter.template: letter for letter in sample_letters(Policy(SILENT_DESK, CALENDAR, b"k" * 32), IN_HOURS)}
    letter = a_composer(desk=SILENT_DESK).words(samples["answer"])

    assert letter.text.endswith("Kundendialog\nVorgang KD-2026-00042\n")
    assert Page(letter.html).words == said(letter.text)


# --- known again when a colleague quotes it

TYPED = "Guten Tag Frau Muster,\n\nwir prüfen das.\n\nMit freundlichen Grüßen\nAnna Beispiel"
ANNA = Staff("Anna Beispiel", "anna@amt.example", "anna")
SENDER = "Eva Muster über Kundendialog Musterstadt"
HEADER_BLOCK = f"Von: {SENDER} <kundendialog@desk.example>\nGesendet: Freitag, 20. November 2026 09:15\nAn: Anna Beispiel\nBetreff: x\n\n"


def quoted_as_text(text: str) -> dict[str, str]:
    marked = "".join(f"> {line}\n" for line in text.split("\n"))
    return {
        "marked, with an attribution": f"Am 20.11.26 um 09:15 schrieb {SENDER}:\n{marked}",
        "marked, without one": marked,
        "below a header block": HEADER_BLOCK + text,
        "below a line and a header block": f"-----Ursprüngliche Nachricht-----\n{HEADER_BLOCK}{text}",
        "as it stands": text,
    }


def quoted_as_page(page: str) -> dict[str, str]:
    inner = page.partition("<body")[2].partition(">")[2].partition("</body>")[0]
    block = "<br>".join(line.replace("<", "&lt;") for line in HEADER_BLOCK.strip().split("\n"))
    cited = f'<div class="moz-cite-prefix">Am 20.11.26 um 09:15 schrieb {SENDER}:<br></div><blockquote type="cite">{inner}</blockquote>'
    return {"cited": cited, "below a header block": f"<div><p>{block}</p></div>{inner}", "as it stands": f"<br>{inner}"}


@pytest.mark.parametrize("template", ["relay", "copy", "held", "mistake"])
def test_what_a_colleague_types_above_the_quoted_letter_is_the_answer_and_nothing_else_is(template: str) -> None:
    letter = wording(template, text=SAMPLES["relay"].context["text"], rest="")
    above = "".join(f"<p>{line}</p>" for line in TYPED.split("\n") if line)
    mails = {f"text {how}": ("plain", f"{TYPED}\n\n{quoted}") for how, quoted in quoted_as_text(letter.text).items()}
    mails |= {f"page {how}": ("html", f"<html><body>{above}{quoted}</body></html>") for how, quoted in quoted_as_page(letter.html).items()}

    # Hardly any program quotes so, and only the head of a handed-on mail has lines enough to be known without one of the program's own.
    bare = set() if template == "relay" else {"text as it stands", "page as it stands", "text marked, without one"}
    for how in mails.keys() - bare:
        kind, body = mails[how]
        mail = a_mail(body, content_type=f"text/{kind}; charset=utf-8", sender="Anna Beispiel <anna@amt.example>")
        assert answer_of(parsed(mail), ANNA, DESK).text.split() == TYPED.split(), how
