# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Letters with attachments and with another sender's name, read back as a mail program reads them; strangers chose most of it."""

from __future__ import annotations

import doctest
import email
import hashlib
import re
from dataclasses import replace
from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildesk.adapters.compose import mime, names
from maildesk.core.letters.letter import SENDER, Enclosure, Letter
from maildesk.errors import TemplateError
from tests.rig.builders import parsed
from tests.rig.letters import Page, a_composer, a_letter, content, decoded

COMPOSER = a_composer()
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40


def an_enclosure(filename: str = "Bescheid.pdf", octets: bytes = PDF, media_type: str = "application/pdf") -> Enclosure:
    return Enclosure("f" * 64, hashlib.sha256(octets).hexdigest(), filename, media_type, len(octets))


def enclosing(*enclosures: Enclosure, **changed: object) -> Letter:
    return a_letter(enclosures=enclosures, **changed)


def contents_of(*octets: bytes) -> dict[str, bytes]:
    return {hashlib.sha256(each).hexdigest(): each for each in octets}


def written(letter: Letter, contents: dict[str, bytes]) -> Message:
    octets = COMPOSER(letter, contents)
    head = octets.partition(b"\r\n\r\n")[0]
    assert octets.isascii()
    assert max(map(len, octets.split(b"\r\n"))) <= 78
    assert b"\n" not in octets.replace(b"\r\n", b"")
    assert not re.search(rb"^bcc", head, re.IGNORECASE | re.MULTILINE)
    mail = email.message_from_bytes(octets)
    assert all(part.defects == [] for part in mail.walk())
    return mail


def files(mail: Message) -> list[Message]:
    return [part for part in mail.walk() if part.get_content_disposition() == "attachment"]


# --- enclosures


def test_a_letter_with_enclosures_has_its_words_first_and_then_each_of_them() -> None:
    picture = b"\x89PNG" + b"\n--=_m\r\n" * 100
    mail = written(enclosing(an_enclosure(), an_enclosure("Foto.png", picture, "image/png")), contents_of(PDF, picture))

    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf", "image/png",
    ]  # fmt: skip
    assert [part.get_payload(decode=True) for part in files(mail)] == [PDF, picture]
    assert [part.get_filename() for part in files(mail)] == ["Bescheid.pdf", "Foto.png"]
    assert [part["Content-Transfer-Encoding"] for part in files(mail)] == ["base64", "base64"]
    assert "KD-2026-00042" in content(mail, "text/plain")
    assert decoded(mail["Subject"]) == "Ihre Nachricht – Vorgang KD-2026-00042"


def test_our_own_parser_reads_the_same_names_types_and_contents_back() -> None:
    enclosures = (an_enclosure("Übersicht für Zoë – Straße.pdf"), an_enclosure("عقد الإيجار.PDF"), an_enclosure("Vertrag 🏠.pdf"))
    message = parsed(COMPOSER(enclosing(*enclosures), contents_of(PDF)))

    assert [each.filename for each in message.attachments] == ["Übersicht für Zoë – Straße.pdf", "عقد الإيجار.PDF", "Vertrag 🏠.pdf"]
    assert {(each.digest, each.media_type, each.size_bytes) for each in message.attachments} == {
        (enclosures[0].digest, "application/pdf", len(PDF)),
    }
    assert message.defects == ()


def test_the_same_letter_and_contents_make_the_same_octets() -> None:
    letter = enclosing(an_enclosure(), context={SENDER: "Eva Müller über Kundendialog"})

    assert COMPOSER(letter, contents_of(PDF)) == a_composer()(letter, contents_of(PDF))
    assert COMPOSER(letter, contents_of(PDF)) != COMPOSER(letter, {})


def test_a_letter_without_enclosures_is_what_it_was() -> None:
    assert COMPOSER(a_letter(), contents_of(PDF)) == COMPOSER(a_letter())


def test_what_is_missing_is_named_at_the_end_of_text_and_page_and_the_letter_goes() -> None:
    letter = enclosing(an_enclosure(), an_enclosure("Röntgen\r\nBcc: x.png", b"weg"), an_enclosure("<b>.pdf", b"auch weg"))
    mail = written(letter, contents_of(PDF))

    assert len(files(mail)) == 1
    assert content(mail, "text/plain").endswith(
        "\n\nAnlage nicht beigefügt: Röntgen Bcc- x.png\nAnlage nicht beigefügt: b-.pdf\n"
    )  # fmt: skip
    shown = " ".join(Page(content(mail, "text/html")).words)
    assert shown.endswith("Anlage nicht beigefügt: Röntgen Bcc- x.png Anlage nicht beigefügt: b-.pdf")


def test_all_missing_is_a_letter_without_attachments() -> None:
    mail = written(enclosing(an_enclosure()), {})

    assert mail.get_content_type() == "multipart/alternative"
    assert "Anlage nicht beigefügt: Bescheid.pdf" in content(mail, "text/plain")


def test_nothing_is_said_where_nothing_is_missing() -> None:
    mail = written(enclosing(an_enclosure()), contents_of(PDF))

    assert "nicht beigefügt" not in content(mail, "text/plain") + content(mail, "text/html")


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        ("application/pdf", "application/pdf"),
        ("IMAGE/JPEG", "image/jpeg"),
        ("text/plain", "text/plain"),
        ("text/html", "application/octet-stream"),
        ("image/svg+xml", "application/octet-stream"),
        ("text/calendar", "application/octet-stream"),
        ("message/rfc822", "application/octet-stream"),
        ("multipart/mixed", "application/octet-stream"),
        ("application/x-msdownload", "application/octet-stream"),
        ("application/pdf\r\nBcc: x@example.org", "application/octet-stream"),
        ('application/pdf; name="x"', "application/octet-stream"),
        ("", "application/octet-stream"),
        ("\0/\ud800", "application/octet-stream"),
    ],
)
def test_only_a_type_that_is_known_to_be_harmless_is_told(declared: str, told: str) -> None:
    mail = written(enclosing(an_enclosure(media_type=declared)), contents_of(PDF))

    (part,) = files(mail)
    assert part["Content-Type"] == told
    assert part.get_payload(decode=True) == PDF


@pytest.mark.parametrize(
    ("name", "shown", "plain"),
    [
        ("Bescheid.pdf", "Bescheid.pdf", "Bescheid.pdf"),
        ("../../etc/passwd", "passwd", "passwd"),
        ("C:\\Temp\\Brief.pdf", "Brief.pdf", "Brief.pdf"),
        ("..", "Anlage", "Anlage"),
        ("", "Anlage", "Anlage"),
        ("/", "Anlage", "Anlage"),
        ('x"; filename="y.exe', "x-; filename=-y.exe", "x-_ filename=-y.exe"),
        ("a.pdf\r\nBcc: x@example.org", "a.pdf Bcc- x@example.org", "a.pdf Bcc- x_example.org"),
        ("a\0b\x1b[31m.pdf", "ab[31m.pdf", "ab_31m.pdf"),
        ("Rechnung\u202efdp.exe", "Rechnungfdp.exe", "Rechnungfdp.exe"),
        ("=?utf-8?q?a.exe?=", "=-utf-8-q-a.exe-=", "=-utf-8-q-a.exe-="),
        ("utf-8''b.exe", "utf-8''b.exe", "utf-8''b.exe"),
        ("Größe 100%.pdf", "Größe 100%.pdf", "Groesse 100%.pdf"),
        ("Þórr.pdf", "Þórr.pdf", "_orr.pdf"),
        ("عقد.pdf", "عقد.pdf", "Anlage.pdf"),
        ("half\ud800.pdf", "half.pdf", "half.pdf"),
    ],
    ids=ascii,
)
def test_a_file_name_is_a_name_and_nothing_more(name: str, shown: str, plain: str) -> None:
    octets = COMPOSER(enclosing(an_enclosure(name)), contents_of(PDF))
    mail = written(enclosing(an_enclosure(name)), contents_of(PDF))
    (part,) = files(mail)

    assert parsed(octets).attachments[0].filename == shown
    assert part.get_filename() == plain, "what a program reads that does not know RFC 2231"
    assert len(part.items()) == 3


@pytest.mark.parametrize("name", ["x" * 500 + ".pdf", "ü" * 500 + ".pdf", "🏠" * 500 + ".pdf", "a " * 300 + ".pdf", "x." * 400, "." * 500])
def test_a_long_name_is_shortened_and_keeps_its_ending(name: str) -> None:
    octets = COMPOSER(enclosing(an_enclosure(name)), contents_of(PDF))
    written(enclosing(an_enclosure(name)), contents_of(PDF))

    (attachment,) = parsed(octets).attachments
    assert len(attachment.filename) <= names.FILE_CHARS_MAX
    assert attachment.filename.endswith(".pdf") == name.endswith(".pdf")


@given(st.text(max_size=200), st.text(max_size=60), st.binary(max_size=300))
def test_whatever_a_stranger_calls_a_file_it_is_one_attachment_with_its_octets(name: str, media_type: str, octets: bytes) -> None:
    mail = written(enclosing(an_enclosure(name, octets, media_type)), contents_of(octets))

    (part,) = files(mail)
    assert part.get_payload(decode=True) == octets
    assert part.keys() == ["Content-Type", "Content-Transfer-Encoding", "Content-Disposition"]
    assert part.get_content_type() in mime.SAFE_TYPES | {mime.UNKNOWN_TYPE}
    assert part.get_filename()


def test_no_boundary_stands_in_a_part() -> None:
    letter = enclosing(an_enclosure(), context={"stelle": "--=_a --=_m"})
    first = COMPOSER(letter, contents_of(PDF))
    mixed, alternative = re.findall(rb'boundary="(=_[^"]+)"', first)
    spiteful = b"\r\n--" + mixed + b"\r\n--" + alternative + b"--\r\n"
    mail = written(enclosing(an_enclosure(octets=spiteful), context={"stelle": spiteful.decode()}), contents_of(spiteful))

    assert [part.get_content_type() for part in mail.walk()][4:] == ["application/pdf"]
    assert files(mail)[0].get_payload(decode=True) == spiteful
    assert not mixed.startswith(alternative)
    assert not alternative.startswith(mixed)


def test_a_letter_of_sixteen_mebibytes_can_be_written() -> None:
    big = b"\xff" * 16 * 1024 * 1024
    octets = COMPOSER(enclosing(an_enclosure(octets=big)), contents_of(big))

    assert len(octets) < 23 * 1024 * 1024


def test_an_answer_is_marked_as_no_robot_and_all_that_stays_in_the_house_is() -> None:
    context = {"text": "Guten Tag", "titel": "Wohnung", "wer": "Anna", "wann": "heute", "links": "", "gruende": "", "was": "getan"}
    context |= dict.fromkeys(("von", "adresse", "eingang", "art", "dringlichkeit", "hinweise", "verlauf", "anlagen", "zurueckgehalten"), "")
    context |= {"zeilen": "", "rest": "", "karte": ""}
    for template, marked in {
        "answer": False, "relay": True, "copy": True, "held": True, "confirmed": True, "mistake": True, "help": True,
    }.items():  # fmt: skip
        mail = written(a_letter(template, automatic=False, context=context), {})
        assert (mail["Auto-Submitted"] is not None) == marked, template
        assert (mail["X-Auto-Response-Suppress"] is not None) == marked, template


# --- the sender's name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Eva Müller über Kundendialog", "Eva Müller über Kundendialog"),
        ("Muster, Eva; Dr.", "Muster, Eva; Dr."),
        ("Siobhán O'Brien (sie)", "Siobhán O'Brien (sie)"),
        ('"Eva" <x@y>', "Eva x at y"),
        ("chef@amt.example", "chef at amt.example"),
        ("chef＠amt.example ＜b﹫c＞", "chef at amt.example b at c"),
        ("„Eva“ «x» ‹y›", "Eva x y"),
        ("Eva\r\nBcc: x@example.org", "Eva Bcc: x at example.org"),
        ("=?utf-8?q?chef=40amt.example?=", "=?utf-8?q?chef=40amt.example?="),
        ("a\0b\x1bc\x7fd\x85e\u2028f", "abcd e f"),
        ("\u202emoc.elpmaxe\u202c", "moc.elpmaxe"),
        ("محمد علي", "محمد علي"),
        ("سلام\u200cها", "سلام\u200cها"),
        ("Eva 🏠👩‍👧", "Eva 🏠👩‍👧"),
        ("back\\slash", "back slash"),
        ("E" * 500, "E" * 69 + "…"),
        ("ü" * 500, "ü" * 69 + "…"),
        ("🏠a" * 250, "🏠a" * 34 + "🏠…"),
        ("", "Kundendialog Musterstadt"),
        (" \r\n\t ", "Kundendialog Musterstadt"),
        ('<>"', "Kundendialog Musterstadt"),
        ("\ud800", "Kundendialog Musterstadt"),
        ("-- . ,", "Kundendialog Musterstadt"),
    ],
    ids=ascii,
)
def test_a_name_is_shown_before_the_address_of_the_desk_and_cannot_be_taken_for_another(name: str, shown: str) -> None:
    mail = written(a_letter(context={SENDER: name}), {})

    assert decoded(mail["From"]).replace('"', "") == f"{shown} <kundendialog@desk.example>"
    originator = parsed(COMPOSER(a_letter(context={SENDER: name}))).originator
    assert originator.addr_spec == "kundendialog@desk.example"
    assert mail.get_all("From") == [mail["From"]]


@given(st.text(max_size=300))
def test_whatever_a_name_is_the_mail_comes_from_the_desk(name: str) -> None:
    letter = a_letter(context={SENDER: name})
    mail = written(letter, {})
    shown = decoded(mail["From"])

    assert parsed(COMPOSER(letter)).originator.addr_spec == "kundendialog@desk.example"
    assert shown.count("@") == shown.count("<") == shown.count(">") == 1
    assert shown.endswith("<kundendialog@desk.example>")
    assert len(shown) <= names.SENDER_CHARS_MAX + len('"" <kundendialog@desk.example>')


def test_a_desk_whose_name_cannot_be_written_is_still_refused() -> None:
    with pytest.raises(TemplateError, match="name of the desk"):
        a_composer(desk=replace(a_composer()._desk, name="x\r\ny"))(a_letter())


def test_the_examples_in_the_docstrings_are_true() -> None:
    assert doctest.testmod(names).failed == 0
