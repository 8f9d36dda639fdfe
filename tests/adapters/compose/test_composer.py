# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Letters as octets: header fields, encodings, threads, and nothing that text from outside could add to them."""

from __future__ import annotations

import email
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from email.message import Message
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildesk.core.letters.alarms import Alarm, alarm_letter
from maildesk.core.office.policy import Desk, Policy
from maildesk.errors import TemplateError
from tests.rig.letters import CALENDAR, DESK, IN_HOURS, Page, a_composer, a_letter, content, decoded, written

FIELDS = [
    "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "MIME-Version", "Auto-Submitted",
    "X-Auto-Response-Suppress", "Content-Language", "Content-Type",
]  # fmt: skip
SHIPPED_COMPOSER = a_composer()


def head_lines(octets: bytes) -> list[bytes]:
    return octets.partition(b"\r\n\r\n")[0].split(b"\r\n")


# --- the fields


def test_an_acknowledgement_has_these_fields_once_each_and_no_others() -> None:
    mail = written(a_letter())

    assert mail.keys() == FIELDS
    assert mail["From"] == '"Kundendialog Musterstadt" <kundendialog@desk.example>'
    assert mail["To"] == "eva@example.org"
    assert decoded(mail["Subject"]) == "Ihre Nachricht – Vorgang KD-2026-00042"
    assert mail["Date"] == "Fri, 20 Nov 2026 08:15:00 +0000"
    assert mail["Message-ID"] == "<KD-2026-00042.abcdefghijklmnop.mac@desk.example>"
    assert mail["In-Reply-To"] == "<frage-1@example.org>"
    assert mail["References"].split() == ["<frage-0@example.org>", "<frage-1@example.org>"]
    assert mail["Content-Language"] == "de"


def test_it_is_marked_as_an_automatic_response_so_that_no_other_robot_answers_it() -> None:
    reply, first = written(a_letter()), written(a_letter(in_reply_to="", references=()))

    assert (reply["Auto-Submitted"], reply["X-Auto-Response-Suppress"]) == ("auto-replied", "All")
    assert (first["Auto-Submitted"], first["In-Reply-To"], first["References"]) == ("auto-generated", None, None)
    assert reply["Precedence"] is None, "RFC 3834 section 3.1.8 advises against it"


def test_an_alarm_is_automatic_as_well_so_that_no_holiday_notice_answers_it() -> None:
    policy = Policy(DESK, CALENDAR, b"k" * 32)
    letter = alarm_letter(policy, Alarm("no_pass", {"minutes": 16}), "w@desk.example", IN_HOURS)

    mail = written(letter)

    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert decoded(mail["Subject"]) == "Kein Durchgang"
    assert mail["X-Maildesk-Alarm"] == "no_pass"
    assert mail.get_content_type() == "text/plain"
    assert "Ist der Mailserver erreichbar?" in content(mail, "text/plain")


def test_a_letter_that_a_person_wrote_is_not_marked_as_automatic(tmp_path: Path) -> None:
    (tmp_path / "answer.de.txt").write_text("Betreff: Antwort\n\nGuten Tag\n")

    mail = written(a_letter("answer", automatic=False), tmp_path)

    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == (None, None)


def test_text_and_html_are_alternatives_of_the_same_letter() -> None:
    mail = written(a_letter())

    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.walk()][1:] == ["text/plain", "text/html"]
    assert all(part.get_content_charset() == "utf-8" for part in mail.walk() if not part.is_multipart())
    assert all(part.defects == [] for part in mail.walk())


def test_the_same_letter_makes_the_same_octets_whoever_writes_it() -> None:
    assert a_composer()(a_letter()) == a_composer()(a_letter()) == SHIPPED_COMPOSER(a_letter())
    assert SHIPPED_COMPOSER(a_letter(letter_id="qrstuvwxyz234567")) != SHIPPED_COMPOSER(a_letter())


def test_a_letter_is_ascii_with_crlf_and_short_lines_only() -> None:
    references = tuple(f"{'x' * 400}{number}@example.org" for number in range(20))
    octets = SHIPPED_COMPOSER(a_letter(references=references))

    lines = octets.split(b"\r\n")
    assert octets.isascii()
    assert b"\n" not in b"".join(lines)
    assert b"\r" not in b"".join(lines)
    assert max(map(len, lines)) <= 998
    assert max(map(len, octets.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 76
    assert len(email.message_from_bytes(octets)["References"].split()) == 20


@pytest.mark.parametrize(
    "name", ["Bürgerdialog", "Bürger-Dialog des Kreises Groß-Überall mit einem sehr langen Namen für alle Fälle, Zürich"]
)
def test_a_name_outside_ascii_is_shown_as_it_is_written(name: str) -> None:
    octets = a_composer(desk=replace(DESK, name=name))(a_letter(context={"stelle": name}))
    mail = email.message_from_bytes(octets)

    assert decoded(mail["From"]) == f"{name} <kundendialog@desk.example>"
    assert max(map(len, head_lines(octets))) <= 78
    assert name in content(mail, "text/plain")


def test_a_name_with_quotes_and_commas_is_one_name() -> None:
    mail = written(a_letter(), desk=replace(DESK, name='Dialog "Mitte", West\\Ost <x@y>'))

    assert mail["From"] == '"Dialog \\"Mitte\\", West\\\\Ost <x@y>" <kundendialog@desk.example>'


def test_a_name_that_looks_like_an_encoded_word_is_shown_as_it_is_written() -> None:
    mail = written(a_letter(), desk=replace(DESK, name="=?utf-8?q?Bcc=3A?="))

    assert decoded(mail["From"]) == "=?utf-8?q?Bcc=3A?= <kundendialog@desk.example>"


def test_a_subject_that_looks_like_an_encoded_word_is_shown_as_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "acknowledgement.de.txt").write_text("Betreff: {{ nr }}\n\nText\n")

    mail = written(a_letter(context={"nr": "=?utf-8?q?Bcc=3A?="}), tmp_path)

    assert decoded(mail["Subject"]) == "=?utf-8?q?Bcc=3A?="


def test_an_address_with_a_domain_outside_ascii_is_written_in_punycode() -> None:
    assert written(a_letter(recipient="eva@bürger.example"))["To"] == "eva@xn--brger-kva.example"


def test_a_long_subject_is_folded(tmp_path: Path) -> None:
    for letters in ("äöü" * 100, "short words " * 40):
        (tmp_path / "acknowledgement.de.txt").write_text(f"Betreff: {letters}\n\nText\n", encoding="utf-8")
        octets = a_composer(tmp_path)(a_letter())
        assert decoded(email.message_from_bytes(octets)["Subject"].replace("\r\n", "")) == letters.strip()
        assert max(map(len, head_lines(octets))) <= 78


@pytest.mark.parametrize(
    "strange",
    ["a b@example.org", "a@example.org>\r\nBcc: x@example.org", "a\nb", "ä@example.org", "a\0b@c", "<a@b>", "x" * 901, "\u2028"],
    ids=ascii,
)
def test_a_reference_that_is_no_id_is_left_out_and_the_letter_still_goes(strange: str) -> None:
    mail = written(a_letter(in_reply_to=strange, references=(strange, "good@example.org")))

    assert mail["In-Reply-To"] is None
    assert mail["References"] == "<good@example.org>"
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["Bcc"] is None


# --- what cannot be written


def _of(**changed: object) -> Callable[[], bytes]:
    return lambda: SHIPPED_COMPOSER(a_letter(**changed))


def _by(desk: Desk) -> Callable[[], bytes]:
    return lambda: a_composer(desk=desk)(a_letter())


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (_of(recipient="geheim@example.org\r\nBcc: x@example.org"), "address of the recipient"),
        (_of(recipient="geheim@example.org, x@example.org"), "address of the recipient"),
        (_of(recipient="geheim"), "address of the recipient"),
        (_of(recipient=""), "address of the recipient"),
        (_of(recipient="geheim\0@example.org"), "address of the recipient"),
        (_of(message_id="geheim\r\nBcc: x@example.org"), "no Message-ID"),
        (_of(message_id=""), "no Message-ID"),
        (_of(context={"nr": "KD-1\r\nBcc: geheim@example.org"}), "acknowledgement.de.txt"),
        (_of(context={"nr": "geheim\0"}), "control characters"),
        (_of(context={"nr": "geheim\u2028Bcc: x"}), "control characters"),
        (_of(created_at=None), "no date"),
        (_of(created_at=datetime(2026, 11, 20, 8, 15)), "no date with a time zone"),  # noqa: DTZ001
        (_by(replace(DESK, name="geheim\r\nBcc: x@example.org")), "name of the desk"),
        (_by(replace(DESK, name="x" * 1100)), "'From'"),
        (_by(replace(DESK, address="geheim\r\n@desk.example")), "address of the desk"),
    ],
)
def test_what_would_break_a_header_is_refused_without_being_repeated(write: Callable[[], bytes], said: str) -> None:
    with pytest.raises(TemplateError) as caught:
        write()

    assert said in str(caught.value)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("name", ["../maildesk", "a/b", "", "Acknowledgement", "a" * 50, "x.de.txt", "geheim\n"])
def test_a_template_name_leads_out_of_no_folder(name: str) -> None:
    with pytest.raises(TemplateError, match="names are small letters"):
        SHIPPED_COMPOSER(a_letter(name))


def test_a_strange_language_leads_out_of_no_folder() -> None:
    for language in ("../../etc", "de/../de", "", "xx"):
        assert SHIPPED_COMPOSER.words(a_letter(language=language)).language == "de"


# --- whatever the words are

CONTEXT_NAMES = sorted(a_letter(context={"naechster_arbeitstag": "x"}).context)
TEMPTING = [
    "{{7*7}}",
    "{% raw %}",
    "${7*7}",
    "<script>alert(1)</script>",
    '" onclick="x',
    "</p><p>",
    "&lt;b&gt;",
    "\r\n.\r\n",
    "=?utf-8?q?=0A?=",
    "\ud800",
    "\x1b[31m",
]
ANY_TEXT = st.text(min_size=1) | st.sampled_from(TEMPTING)
PLAIN = dict.fromkeys(CONTEXT_NAMES, "wort")
STRUCTURE = Page(SHIPPED_COMPOSER.words(a_letter(context=PLAIN)).html).structure
UNFIT_FOR_A_SUBJECT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def as_shown(value: str) -> str:
    """What becomes of a value: control characters vanish, white space is white space."""
    kept = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", value.replace("\r\n", "\n").replace("\r", "\n"))
    return kept.encode("utf-8", "replace").decode()


def composed(context: dict[str, str]) -> Message | None:
    """The letter, or None for one that cannot be written because of the number, which stands in the subject."""
    try:
        return email.message_from_bytes(SHIPPED_COMPOSER(a_letter(context=context)))
    except TemplateError:
        assert UNFIT_FOR_A_SUBJECT.search(context["nr"])
        return None


@given(st.fixed_dictionaries(dict.fromkeys(CONTEXT_NAMES, ANY_TEXT)))
def test_no_word_adds_a_field_to_the_header_or_a_tag_to_the_page(context: dict[str, str]) -> None:
    mail = composed(context)

    if mail is not None:
        assert mail.keys() == FIELDS
        assert decoded(mail["Subject"]).startswith("Ihre Nachricht – Vorgang")
        assert Page(content(mail, "text/html")).structure == STRUCTURE
        assert all(part.defects == [] for part in mail.walk())


@given(ANY_TEXT)
def test_a_word_is_said_as_it_is_and_never_worked_out(value: str) -> None:
    mail = composed({**PLAIN, "stelle": value})

    assert mail is not None
    assert "".join(as_shown(value).split()) in "".join(content(mail, "text/plain").split())
    assert "".join(as_shown(value).split()) in "".join(Page(content(mail, "text/html")).shown.split())


@given(st.text(min_size=1).filter(lambda text: not UNFIT_FOR_A_SUBJECT.search(text)) | st.sampled_from(TEMPTING[:7]))
def test_a_subject_says_what_was_put_into_it(value: str) -> None:
    mail = composed({**PLAIN, "nr": value})

    assert mail is not None
    shown = decoded(mail["Subject"])
    assert "".join(shown.split()) == "".join(f"Ihre Nachricht – Vorgang {as_shown(value)}".split())
