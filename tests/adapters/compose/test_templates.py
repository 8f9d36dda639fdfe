# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What the shipped letters say and how they look, what a house may change, and what is said of a template that is broken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from maildesk.adapters.compose import Wording
from maildesk.core.letters.letter import INSIDE_THE_HOUSE
from maildesk.core.office.policy import Desk
from maildesk.errors import TemplateError
from tests.rig.letters import (
    DESK,
    DUE,
    IN_HOURS,
    OUT_OF_HOURS,
    SHIPPED,
    SILENT_DESK,
    Page,
    a_composer,
    a_letter,
    content,
    contrast,
    written,
)

TO_CITIZENS = ("acknowledgement", "follow-up")
WORDS_MAX = 25
LINE_MAX = 78
CONTRAST_MIN = 4.5  # WCAG 2.2, 1.4.3


def wording(template: str, desk: Desk = DESK, at: datetime = IN_HOURS, due: date | None = DUE) -> Wording:
    return a_composer(desk=desk).words(a_letter(template, desk=desk, at=at, due=due))


def every_wording() -> Iterator[Wording]:
    """Each letter to a citizen in each of its shapes: in and out of hours, with and without what a desk may leave out."""
    desks = (
        DESK,
        SILENT_DESK,
        replace(DESK, post=""),
        replace(DESK, phone="", privacy_url=""),
        replace(DESK, service_hours=""),
        replace(DESK, post="Kreisverwaltung Musterstadt, Fachbereich Soziales, Kundendialog, Postfach 1142, 65000 Musterstadt am Fluss"),
    )
    for template in TO_CITIZENS:
        for desk in desks:
            for at in (IN_HOURS, OUT_OF_HOURS):
                for due in (DUE, None):
                    yield wording(template, desk, at, due)


# --- what they say


@pytest.mark.parametrize("template", TO_CITIZENS)
@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
def test_a_letter_to_a_citizen_says_what_each_must_say(template: str, kind: str) -> None:
    said = content(written(a_letter(template)), kind)

    text = " ".join(Page(said).words if kind == "text/html" else said.split())
    for must in (
        "KD-2026-00042",
        "am 20.11.2026 um 09:15 Uhr",
        "spätestens am 04.12.2026",
        "Antwort auf diese E-Mail",
        "Telefon: 0611 123456 (Mo-Do 08:00-16:00, Fr 08:00-12:00)",
        "Post: Kundendialog, Postfach 1142, 65000 Musterstadt",
        "entscheiden nicht über Leistungen",
        "Ihre E-Mail ersetzt keinen Widerspruch.",
        "Hinweise am Ende des Bescheids",
        "kann unterwegs mitgelesen werden",
        "https://desk.example/datenschutz",
        "Kundendialog Musterstadt",
        "wurde automatisch erstellt",
        "liest ein Mensch",
    ):
        assert must in text


@pytest.mark.parametrize("template", TO_CITIZENS)
def test_a_subject_names_the_case_and_betrays_nothing_on_a_lock_screen(template: str) -> None:
    subject = wording(template).subject

    assert subject.endswith("– Vorgang KD-2026-00042")
    assert not re.search(r"jobcenter|beschwerde|leistung|widerspruch|bescheid", subject, re.IGNORECASE)


@pytest.mark.parametrize("template", TO_CITIZENS)
def test_outside_of_service_hours_a_letter_says_when_somebody_is_there_and_what_to_do_in_an_emergency(template: str) -> None:
    closed, there = wording(template, at=OUT_OF_HOURS), wording(template, at=IN_HOURS)

    for said in (" ".join(closed.text.split()), " ".join(Page(closed.html).words)):
        assert "ab Montag, 23.11.2026 wieder für Sie da" in said
        assert "Notruf 112" in said
        assert "unter 110" in said
    for said in (there.text, there.html):
        assert "Notruf" not in said
        assert "Servicezeit" not in said


def test_what_the_desk_has_not_got_leaves_no_trace() -> None:
    for template in TO_CITIZENS:
        said = wording(template, SILENT_DESK, due=None)
        for text in (said.text, " ".join(Page(said.html).words)):
            assert not re.search(r"Telefon|Post:|per Post|Datenschutzhinweise|spätestens|\(\)|None|href=", text)


def test_no_text_has_dangling_labels_double_empty_lines_or_long_lines() -> None:
    for said in every_wording():
        lines = said.text.split("\n")
        assert "\n\n\n" not in said.text
        assert said.text.endswith("\n")
        assert not said.text.startswith("\n")
        assert [line for line in lines if line != line.rstrip() or len(line) > LINE_MAX] == []
        labels = [number for number, line in enumerate(lines) if line.endswith(":")]
        assert all(lines[number + 1] == "" and lines[number + 2] for number in labels), "a heading has something below it"
        assert not any(re.search(r":\s*$|\(\s*\)|[ ]{2,}[.,]", line) for line in lines if not line.endswith((":", "lautet:")))


def test_sentences_are_short() -> None:
    for said in every_wording():
        paragraphs = [" ".join(part.split()) for part in re.split(r"\n\n|\n(?:- |\d\. )", said.text)]
        sentences = [sentence for paragraph in paragraphs for sentence in re.split(r"(?<=[.!?:])\s", paragraph)]
        assert [sentence for sentence in sentences if len(sentence.split()) > WORDS_MAX] == []


def test_text_and_html_say_the_same_words() -> None:
    for said in every_wording():
        of_text = [word for word in said.text.split() if not re.fullmatch(r"-|\d\.", word)]
        assert Page(said.html).words == of_text


def test_a_whole_letter_reads_like_this() -> None:
    assert (
        wording("follow-up", replace(SILENT_DESK, phone="0611 123456"), OUT_OF_HOURS).text
        == """\
Guten Tag,

Ihre Ergänzung ist am 20.11.2026 um 19:15 Uhr bei uns angekommen.
Sie gehört jetzt zum Vorgang KD-2026-00042.
Die Antwort erhalten Sie weiterhin spätestens am 04.12.2026.

Ihre Nachricht kam außerhalb unserer Servicezeit an. Wir sind ab
Montag, 23.11.2026 wieder für Sie da. Bis dahin liest niemand
diese E-Mails. In einem Notfall rufen Sie bitte den Notruf 112 oder
die Polizei unter 110 an.

Wichtig: Wir sind eine neutrale Anlaufstelle und entscheiden nicht über
Leistungen. Ihre E-Mail ersetzt keinen Widerspruch. Wenn Sie mit einem
Bescheid nicht einverstanden sind, beachten Sie bitte die Frist und die
Hinweise am Ende des Bescheids.

So erreichen Sie uns:

- Antwort auf diese E-Mail – bitte die Vorgangsnummer im Betreff stehen lassen
- Telefon: 0611 123456

Zu Ihrem Schutz: Eine E-Mail kann unterwegs mitgelesen werden. Schicken Sie
uns Kontodaten, ärztliche Unterlagen oder Bescheide deshalb bitte nicht per
E-Mail.

Freundliche Grüße
Kundendialog

Diese Bestätigung wurde automatisch erstellt. Ihre Nachricht liest ein Mensch.
"""
    )


# --- how they look


def test_a_page_is_one_that_a_screen_reader_can_read_and_that_fetches_nothing() -> None:
    for said in every_wording():
        page = Page(said.html)
        names = {tag for tag, _ in page.tags}
        assert said.html.lstrip().startswith("<!DOCTYPE html>")
        assert page.tags[0] == ("html", {"lang": "de"})
        assert page.title == said.subject
        assert names <= {"html", "head", "meta", "title", "body", "div", "p", "strong", "h2", "ol", "ul", "li", "a", "br"}
        links = [attributes["href"] for _, attributes in page.tags if "href" in attributes]
        assert set(links) <= {DESK.privacy_url}
        assert not any(
            name in {"src", "background", "action"} or name.startswith("on") for _, attributes in page.tags for name in attributes
        )
        assert not re.search(r"url\(|@import|expression|position:|\bwidth: *\d+px", said.html)


def test_colours_stand_out_enough_from_what_is_behind_them() -> None:
    for said in every_wording():
        colours = set(re.findall(r"(?<![-\w])color: *(#[0-9a-f]{6})", said.html))
        behind = set(re.findall(r"background-color: *(#[0-9a-f]{6})", said.html))
        assert colours
        assert behind
        assert all(contrast(ink, paper) >= CONTRAST_MIN for ink in colours for paper in behind)
        assert len(colours) + len(behind) <= len(re.findall(r"color:", said.html)), "every colour was read"


def test_the_measure_of_contrast_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


# --- a house's own words


def put(folder: Path, **files: str) -> Path:
    """Writes templates; `acknowledgement_de_txt="..."` becomes acknowledgement.de.txt."""
    for name, text in files.items():
        (folder / re.sub(r"_(de|en)_(txt|html)$", r".\1.\2", name)).write_text(text, encoding="utf-8")
    return folder


def test_a_text_of_the_house_goes_out_alone_because_the_shipped_page_would_say_something_else(tmp_path: Path) -> None:
    mail = written(a_letter(), put(tmp_path, acknowledgement_de_txt="Betreff: Danke\n\nAngekommen: {{ nr }}\n"))

    assert mail.get_content_type() == "text/plain"
    assert content(mail, "text/plain") == "Angekommen: KD-2026-00042\n"


def test_a_text_and_a_page_of_the_house_go_out_together(tmp_path: Path) -> None:
    put(tmp_path, acknowledgement_de_txt="Betreff: Danke\n\nAngekommen\n")
    put(tmp_path, acknowledgement_de_html='{% extends "_layout.de.html" %}{% block inhalt %}<p>Angekommen</p>{% endblock %}')

    mail = written(a_letter(), tmp_path)

    assert Page(content(mail, "text/html")).words == ["Angekommen"]
    assert Page(content(mail, "text/html")).title == "Danke"


def test_a_page_of_the_house_stands_beside_the_shipped_text(tmp_path: Path) -> None:
    mail = written(a_letter(), put(tmp_path, acknowledgement_de_html="<p>{{ betreff }}</p>"))

    assert "ersetzt keinen Widerspruch" in content(mail, "text/plain")
    assert content(mail, "text/html") == "<p>Ihre Nachricht – Vorgang KD-2026-00042</p>"


def test_one_block_of_the_house_changes_every_letter_that_has_it(tmp_path: Path) -> None:
    put(tmp_path, _schluss_de_txt="Bis bald\n{{ stelle }}\n")
    for template in TO_CITIZENS:
        mail = written(a_letter(template), tmp_path)
        assert content(mail, "text/plain").endswith("Bis bald\nKundendialog Musterstadt\n")
        assert mail.get_content_type() == "text/plain", "the shipped page has another ending"

    put(tmp_path, _schluss_de_html="<p>Bis bald<br>{{ stelle }}</p>")
    mail = written(a_letter(), tmp_path)
    assert "Bis bald Kundendialog Musterstadt" in " ".join(Page(content(mail, "text/html")).words)


def test_a_language_is_there_as_soon_as_its_file_is(tmp_path: Path) -> None:
    put(tmp_path, acknowledgement_en_txt="Betreff: Your message – {{ nr }}\n\nWe have got it.\n")

    english, turkish = written(a_letter(language="en"), tmp_path), written(a_letter(language="tr"), tmp_path)

    assert (english["Content-Language"], content(english, "text/plain")) == ("en", "We have got it.\n")
    assert turkish["Content-Language"] == "de"


def test_a_folder_that_is_missing_overrides_nothing(tmp_path: Path) -> None:
    assert written(a_letter(), tmp_path / "nowhere").as_bytes() == written(a_letter()).as_bytes()


def test_files_with_windows_line_ends_and_a_mark_are_read(tmp_path: Path) -> None:
    (tmp_path / "acknowledgement.de.txt").write_bytes(
        "\ufeffBetreff: Gruß {{ nr }}\r\n\r\nGuten Tag\r\n\r\n\r\n\r\nBis bald  \r\n".encode()
    )

    said = a_composer(tmp_path).words(a_letter())

    assert (said.subject, said.text) == ("Gruß KD-2026-00042", "Guten Tag\n\nBis bald\n")


# --- broken templates


@pytest.mark.parametrize(
    ("broken", "line", "said"),
    [
        ("Betreff: x\n\n{% if nr %}\n", 3, "has no end"),
        ("Betreff: x\n\n\n{{ nr }\n", 4, "a } is too much here"),
        ("Betreff: x\n\n{{ gibt_es_nicht }}\n", 3, "the variable gibt_es_nicht does not exist; docs/templates.md"),
        ("Betreff: x\n\n{{ nr.gibt_es_nicht }}\n", 3, "does not exist"),
        ("Betreff: x\n\n\n\n{% include 'fehlt.de.txt' %}\n", 5, "is missing"),
        ("{% extends 'fehlt.de.txt' %}\n", 1, "is missing"),
        ("Betreff: x\n\n{{ nr.__class__.__mro__ }}\n", 3, "may not do"),
        ("Betreff: x\n\n{{ ''.__class__.__base__.__subclasses__() }}\n", 3, "may not do"),
        ("Betreff: x\n\n{{ nr.format.__globals__ }}\n", 3, "may not do"),
        ("Betreff: x\n\n{{ nr.encode().hex(1, 2, 3, 4) }}\n", 3, "TypeError"),
        ("Betreff: x\n\n{{ 1 / 0 }}\n", 3, "ZeroDivisionError"),
        ("Betreff: x\n\n{% for i in range(999999999) %}x{% endfor %}\n", 3, "OverflowError"),
        ("Betreff: x\n\n{{ nr | gibt_es_nicht }}\n", 3, "there is no filter gibt_es_nicht"),
        ("Betreff: x\n\n{% do_this %}\n", 3, "{% do_this %} does not exist"),
    ],
)
def test_a_broken_template_is_named_with_file_and_line_and_no_word_of_the_letter(tmp_path: Path, broken: str, line: int, said: str) -> None:
    put(tmp_path, acknowledgement_de_txt=broken)

    with pytest.raises(TemplateError) as caught:
        a_composer(tmp_path)(a_letter(context={"nr": "GEHEIM"}))

    told = str(caught.value)
    assert f"{tmp_path}/acknowledgement.de.txt: line {line}: " in told
    assert said in told
    assert "GEHEIM" not in told
    assert "eva@" not in told


def test_a_broken_block_is_named_and_not_the_letter_that_includes_it(tmp_path: Path) -> None:
    put(tmp_path, _schluss_de_txt="\n\n{{ gibt_es_nicht }}\n")

    with pytest.raises(TemplateError, match=re.escape(f"{tmp_path}/_schluss.de.txt: line 3: the variable gibt_es_nicht")):
        a_composer(tmp_path)(a_letter())


@pytest.mark.parametrize("text", ["Guten Tag\n", "Betreff:\n\nGuten Tag\n", "Betreff: x\nGuten Tag\n", "", "Subject: x\n\nGuten Tag\n"])
def test_a_template_without_a_subject_is_refused(tmp_path: Path, text: str) -> None:
    put(tmp_path, acknowledgement_de_txt=text)

    with pytest.raises(TemplateError, match=r"acknowledgement\.de\.txt: "):
        a_composer(tmp_path)(a_letter())


def test_a_template_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "acknowledgement.de.txt").write_bytes("Betreff: Grüße\n\nText\n".encode("latin-1"))

    with pytest.raises(TemplateError, match="UTF-8"):
        a_composer(tmp_path)(a_letter())


def test_a_letter_whose_template_is_nowhere_is_refused() -> None:
    with pytest.raises(TemplateError, match=r"gibt-es-nicht.de.txt: there is no such template"):
        a_composer()(a_letter("gibt-es-nicht"))


def test_a_broken_page_holds_the_letter_too(tmp_path: Path) -> None:
    put(tmp_path, acknowledgement_de_html="<p>\n{{ gibt_es_nicht }}</p>")

    with pytest.raises(TemplateError, match=re.escape(f"{tmp_path}/acknowledgement.de.html: line 2: ")):
        a_composer(tmp_path)(a_letter())


def test_every_shipped_text_has_its_page_but_for_those_that_stay_in_the_house() -> None:
    texts = {path.name.removesuffix(".de.txt") for path in SHIPPED.glob("*.txt")}
    pages = {path.name.removesuffix(".de.html") for path in SHIPPED.glob("*.html")}
    assert texts - pages == {"alarm", "returned"}
    assert texts - pages <= INSIDE_THE_HOUSE
    assert pages - texts == {"_layout"}
