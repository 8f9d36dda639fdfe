# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The pieces of the parser, each by itself: where a whole mail would only hide what is meant."""

from __future__ import annotations

import doctest
import importlib
import logging
import pkgutil

import mailparser
import pytest

import maildesk.adapters.parse as package
from maildesk.adapters.parse import attachments
from maildesk.adapters.parse.mime import addresses, charset, dates, guess, head, ids, words
from maildesk.adapters.parse.mime.params import structured
from maildesk.adapters.parse.text import own_words as quote
from tests.rig.builders import a_mail, a_message, a_multipart, a_part, parsed

MODULES = sorted(module.name for module in pkgutil.iter_modules(package.__path__) if module.name != "worker")


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_are_true(name: str):
    assert doctest.testmod(importlib.import_module(f"{package.__name__}.{name}")).failed == 0


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"a@b.example", [("", "a@b.example")]),
        (b'"Muster, Eva" <a@b.example>, c@d.example', [("Muster, Eva", "a@b.example"), ("", "c@d.example")]),
        (b"Eva <a@b.example", [("Eva", "a@b.example")]),
        (b'"Eva <a@b.example>', [("Eva", "a@b.example")]),
        (b"<@relay.example,@other.example:a@b.example>", [("", "a@b.example")]),
        (b"Team: a@b.example, c@d.example;", [("", "a@b.example"), ("", "c@d.example")]),
        (b"undisclosed-recipients:;", []),
        (b"a@b.example; c@d.example", [("", "a@b.example"), ("", "c@d.example")]),
        (b"mailto:a@b.example", [("", "a@b.example")]),
        (b"'a@b.example' <a@b.example>", [("", "a@b.example")]),
        (b'"two words"@b.example', [("", '"two words"@b.example')]),
        (b'"x@y.example" <a@b.example>', [("x@y.example", "a@b.example")]),
        (b"Eva <a b@c.example>", [("Eva", "b@c.example")]),
        (b"Eva (im Urlaub) <a@b.example>", [("Eva (im Urlaub)", "a@b.example")]),
        (b"M\xfcller <a@b.example>", [("Müller", "a@b.example")]),
        (b"A@B.example, a@b.EXAMPLE", [("", "A@B.example")]),
        ("Jörg <jörg@müller.example>".encode(), [("Jörg", "jörg@müller.example")]),
        (b"eva@[192.0.2.1]", [("", "eva@[192.0.2.1]")]),
        (b"Eva <eva@[IPv6:2001:db8::1]>", [("Eva", "eva@[IPv6:2001:db8::1]")]),
        (b"[a@b.example]", [("", "a@b.example")]),
        (b"a @ b.example", [("", "a@b.example")]),
        (b"<a @ b.example>", [("", "a@b.example")]),
        (b"Eva <SMTP:a@b.example>", [("Eva", "a@b.example")]),
        (b"a@b.example (Eva Muster)", [("Eva Muster", "a@b.example")]),
        (b"a@b[.example", [("", "a@b")]),
        (b"@", []),
        (b"a@", []),
        (b"@b", []),
        (b"", []),
    ],
)
def test_an_address_is_found_in_every_form(raw: bytes, found: list[tuple[str, str]]):
    assert [(address.display_name, address.addr_spec) for address in addresses.read(raw)] == found


def test_what_mail_parser_found_counts_only_where_it_can_have_seen_all():
    pairs = [("Eva", "eva@example.org")]

    assert addresses.from_library(pairs, b"Eva <eva@example.org>")[0].addr_spec == "eva@example.org"
    assert addresses.from_library(pairs, b"\xdcva <eva@example.org>") == ()
    assert addresses.from_library([("Eva", "eva@example.org\r\nBcc: x")], b"Eva <eva@example.org>") == ()
    assert addresses.from_library(["nonsense"], b"Eva <eva@example.org>") == ()


@pytest.mark.parametrize(
    ("data", "declared", "text"),
    [
        ("Größe".encode("utf-8-sig"), "", "Größe"),
        ("Größe".encode("utf-16"), "us-ascii", "Größe"),
        ("„Größe“".encode("cp1252"), "ISO-8859-1", "„Größe“"),
        ("Größe €".encode("iso-8859-15"), "iso-8859-15", "Größe €"),
        ("日本語".encode("iso-2022-jp"), "", "日本語"),
        ("日本語".encode("cp932"), "shift_jis", "日本語"),
        ("Größe".encode("cp850"), "cp850", "Größe"),
        (b"\x81\x8d", "windows-1252", "\x81\x8d"),
        ("Größe".encode(), "zlib", "Größe"),
        ("Größe".encode(), "idna", "Größe"),
        ("Größe".encode(), "a\x00b", "Größe"),
        ("Größe".encode("cp1252"), "utf-16-le;x", "Größe"),
        ("Привет, мир".encode("cp1251") + b"\x98", "windows-1251", "Привет, мир\ufffd"),
        ("Größe".encode("utf-16-be"), "utf-16", "Größe"),
        ("Größe".encode("utf-16-le"), "utf-16", "Größe"),
        ("Größe".encode("utf-16-be"), "ucs-2", "Größe"),
        ("Größe".encode("cp850"), "ibm-850", "Größe"),
        ("Größe".encode("cp1252"), "8859_1", "Größe"),
        ("Größe".encode("cp1252"), "iso-8859-1-windows-3.1-latin-1", "Größe"),
        ("źle".encode("cp1250"), "x-cp1250", "źle"),
        ("źle".encode("iso-8859-2"), "latin-2", "źle"),
        ("Größe".encode(), "utf8mb4", "Größe"),
        ("Größe".encode("utf-7"), "unicode-2-0-utf-7", "Größe"),
        ("日本語".encode("iso2022_jp"), "_iso-2022-jp$ESC", "日本語"),
    ],
)
def test_the_ladder_of_charsets(data: bytes, declared: str, text: str):
    assert charset.decode(data, declared) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        (b"=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"),
        (b"=?iso-8859-1?q?Gr=FC=DFe?=", "Grüße"),
        (b"=?utf-8*de?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?utf-8?b?R3LDvMOfZQ?=", "Grüße"),
        (b"=?utf-8?b?R3LDv?= =?utf-8?b?MOfZQ==?=", "Grüße"),
        (b"=?utf-8?q?raw \xc3\xbc here?=", "raw ü here"),
        (b"=?utf-8?q?cut_off", "cut off"),
        (b"=?utf-8?q?cut_=?utf-8?q?off?=", "cut off"),
        (b"=?gb2312?b?xOO6ww==?=", "你好"),
        (b"=?unknown-8bit?q?=E4?=", "ä"),
        (b"a =? b ?= c", "a =? b ?= c"),
        (b"e\xcc\x81", "é"),
    ],
)
def test_encoded_words_are_decoded_in_every_mangled_form(raw: bytes, text: str):
    assert words.decoded(raw, 100) == text


@pytest.mark.parametrize(
    ("raw", "value", "name"),
    [
        (b'attachment; filename="a b.pdf"', "attachment", "a b.pdf"),
        (b"attachment; filename=a b.pdf; size=3", "attachment", "a b.pdf"),
        (b'attachment; filename="a;b.pdf"', "attachment", "a;b.pdf"),
        (b'attachment; filename="a\\"b.pdf"', "attachment", 'a"b.pdf'),
        (b"ATTACHMENT;FileName*=UTF-8''%e2%82%ac.pdf", "attachment", "€.pdf"),
        (b"attachment; filename=x.pdf; filename*=iso-8859-1'de'%FC.pdf", "attachment", "ü.pdf"),
        (b"attachment; filename*1=b.pdf; filename*0=a", "attachment", "ab.pdf"),
        (b"attachment; filename==?utf-8?q?=C3=BC?=.pdf", "attachment", "ü.pdf"),
        (b"attachment; filename", "attachment", ""),
        (b"; filename=a", "", "a"),
        (b"attachment filename=a.pdf", "attachment", "a.pdf"),
        (b"attachment,\tfilename=a.pdf; size=3", "attachment", "a.pdf"),
        (b'"attachment"; filename=a', "attachment", "a"),
        (b"a / b ; filename=a", "a/b", "a"),
        (b"", "", ""),
    ],
)
def test_parameters_are_read_as_kindly_as_can_be(raw: bytes, value: str, name: str):
    found = structured(raw)

    assert (found.value, found.get("filename")) == (value, name)


@pytest.mark.parametrize("name", ["..", ".", "", "/", "\\", "\x00", "...", "../..", "\u202e", " . "])
def test_a_name_of_nothing_is_no_name(name: str):
    assert attachments.safe_filename(name) == ""


def test_a_long_name_keeps_its_ending():
    assert attachments.safe_filename("x" * 300 + ".tar.gz").endswith("x.gz")
    assert len(attachments.safe_filename("x" * 300 + ".tar.gz")) == 120
    assert len(attachments.safe_filename("x" * 300)) == 120


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"<a@b>", ("a@b",)),
        (b"a@b", ("a@b",)),
        (b"Your mail of Monday <a@b> (Eva)", ("a@b",)),
        (b"<\r\n a@b>", ("a@b",)),
        (b"<a@b><c@d>", ("a@b", "c@d")),
        (b"<a b@c>", ()),
        (b"<" + b"a" * 300 + b"@b>", ()),
        (b"<a\x00@b>", ()),
        (b"no id here", ()),
        (b"<>", ()),
    ],
)
def test_only_well_formed_message_ids_count(raw: bytes, found: tuple[str, ...]):
    assert ids.read((raw,)) == found


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Mon, 23 Nov 2026 09:15:00 +0100", "2026-11-23T09:15:00+01:00"),
        ("Mon, 23 Nov 2026 09:15:00 +01:00", "2026-11-23T09:15:00+01:00"),
        ("Mon, 23 Nov 2026 09:15:00 GMT+0100 (MEZ)", "2026-11-23T09:15:00+01:00"),
        ("Mon, 23 Nov 2026 9:5:3 -0330", "2026-11-23T09:05:03-03:30"),
        ("Mon, 23 Nov 2026 09.15.00 MESZ", "2026-11-23T09:15:00+02:00"),
        ("Mon, 23 Nov 2026 09:15:60 EST", "2026-11-23T09:15:59-05:00"),
        ("Mon, 23 Nov 2026 09:15:00", "2026-11-23T09:15:00+00:00"),
        ("Mon, 23-Nov-26 09:15 GMT", "2026-11-23T09:15:00+00:00"),
        ("23 Nov 126 09:15 XYZ", "2026-11-23T09:15:00+00:00"),
        ("23 Nov 99 09:15", "1999-11-23T09:15:00+00:00"),
        ("Montag, 23. November 2026 um 09:15 Uhr", "2026-11-23T09:15:00+00:00"),
        ("Di, 1 Dez 2026 09:15:00 +0100", "2026-12-01T09:15:00+01:00"),
        ("Mi., 23. Mrz 2026, 09:15", "2026-03-23T09:15:00+00:00"),
        ("23.11.2026 09:15", "2026-11-23T09:15:00+00:00"),
        ("23.11.2026", "2026-11-23T00:00:00+00:00"),
        ("2026-11-23", "2026-11-23T00:00:00+00:00"),
        ("2026-11-23T09:15:00.123456Z", "2026-11-23T09:15:00+00:00"),
        ("20261123T091500+0100", "2026-11-23T09:15:00+01:00"),
        ("Mon Nov 23 09:15:00 2026", "2026-11-23T09:15:00+00:00"),
        ("Mon Nov 23 09:15:00 CET 2026", "2026-11-23T09:15:00+01:00"),
        ("Nov 23, 2026 9:15 PM", "2026-11-23T21:15:00+00:00"),
        ("Nov 23rd, 2026 12:15 am", "2026-11-23T00:15:00+00:00"),
        ("Mon, 23 Nov 2026 09:15:00 +9900", "2026-11-23T09:15:00+00:00"),
    ],
)
def test_a_date_is_read_in_every_common_form(text: str, date: str):
    found = dates.read(text)

    assert found is not None
    assert found.isoformat() == date


@pytest.mark.parametrize(
    "text",
    [
        *("", "heute", "Mon, 31 Feb 2026 09:15:00 +0100", "Mon, 23 Nov 2026 25:00:00 +0100", "11/10/2026 09:15", "23 Nov 0026 09:15"),
        *("Mon, 23 Xyz 2026 09:15:00 +0100", "9999-11-23", "1" * 1000, "1 " * 1000, "00.00.0000", "²³ Nov 2026"),
    ],
)
def test_what_is_no_date_is_none(text: str):
    assert dates.read(text) is None


COMPLAINTS = {
    "gb2312": "您好，我想投诉一下公交车司机，他态度很不好。",
    "big5": "您好，我想投訴一下公車司機，他的態度很不好。",
    "shift_jis": "こんにちは、バスの運転手について苦情があります。",
    "euc_jp": "こんにちは、バスの運転手について苦情があります。",
    "euc_kr": "안녕하세요, 버스 운전사에 대해 불만이 있습니다.",
    "koi8-r": "Здравствуйте, я хочу пожаловаться на водителя автобуса.",
    "cp1251": "Здравствуйте, я хочу пожаловаться на водителя автобуса.",
}


@pytest.mark.parametrize(("codec", "text"), COMPLAINTS.items(), ids=COMPLAINTS)
def test_a_script_that_its_octets_prove_is_read_without_a_declaration(codec: str, text: str):
    assert charset.decode(text.encode(codec)) == text
    assert charset.decode(f"Dear Sir,\n{text}\nYours".encode(codec), "us-ascii") == f"Dear Sir,\n{text}\nYours"


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("cp1252", "Größe, Äpfel, süß, »Übermäßig« – ÄÖÜäöüß ÄÄÄÄÄhm………… ••••••••"),
        ("cp1252", "éèêë àâîï çñõã ÀÉÈÊË œŒ €€€€€ °°°°°°°°"),
        ("iso-8859-2", "Dzień dobry, chciałbym złożyć skargę na kierowcę, źle mnie potraktował"),
        ("iso-8859-7", "Γεια σας, θέλω να παραπονεθώ για τον οδηγό του λεωφορείου"),
        ("cp1255", "שלום, אני רוצה להתלונן על נהג האוטובוס שלא עצר בתחנה"),
        ("cp1254", "Otobüs şoförü hakkında şikayet etmek istiyorum, çünkü çok kötü davrandı"),
        ("cp850", "ÄÄÄÄÄÄÄÄÄÄÄÄ ÉÍÍÍÍÍÍÍ» Größe über Straße"),
        ("cp1251", "Привет"),
        ("gb2312", "您好"),
    ],
)
def test_what_its_octets_do_not_prove_is_not_guessed(codec: str, text: str):
    assert guess.text_of(text.encode(codec, "replace")) == ""


@pytest.mark.parametrize(
    "content_type",
    [
        *("text/plain charset=iso-8859-1", "text / plain; charset=iso-8859-1", '"text/plain"; charset=iso-8859-1', "text/", "text"),
        *("text/plain, charset=iso-8859-1", "text/plain (a comment); charset=iso-8859-1", 'text/plain; charset="iso-8859-1'),
    ],
)
def test_a_content_type_that_is_not_well_formed_leaves_the_text_a_text(content_type: str):
    message = parsed(a_mail("Größe".encode("iso-8859-1"), content_type=content_type))

    assert message.text == "Größe"
    assert message.media_type == "text/plain"
    assert message.attachments == ()


@pytest.mark.parametrize("content_type", ["multipart/mixed boundary=grenze", "multipart/mixed", 'multipart/mixed\n\tboundary="grenze"'])
def test_a_boundary_that_is_not_named_as_it_should_be_is_found_in_the_first_line_too(content_type: str):
    body = b"--grenze\nContent-Type: text/plain\n\nText\n--grenze\nContent-Type: image/png\n\nPNG\n--grenze--\n"
    message = parsed(a_mail(body, content_type=content_type))

    assert message.text == "Text"
    assert [attachment.filename for attachment in message.attachments] == ["image-1.png"]


QUOTE = "\n\n> Guten Tag\n> Ihr Kundendialog"


@pytest.mark.parametrize(
    "attribution",
    [
        "Am 23.11.2026 um 09:15 schrieb Kundendialog:",
        "Am Mo., 23. Nov. 2026 um 09:15 Uhr schrieb Kundendialog <desk@example.com>:",
        "Am Mo., 23. Nov. 2026 um 09:15 Uhr schrieb Kundendialog Neue Wege <\ndesk@example.com>:",
        "Kundendialog <desk@example.com> schrieb am Mo., 23. Nov. 2026, 09:15:",
        "On Mon, Nov 23, 2026 at 9:15 AM Desk <desk@example.com> wrote:",
        "Le lun. 23 nov. 2026 à 09:15, Desk <desk@example.com> a écrit :",
        "-----Ursprüngliche Nachricht-----\nVon: Kundendialog <desk@example.com>\nGesendet: Montag, 23. November 2026\nBetreff: Anliegen",
    ],
)
def test_a_clear_quote_at_the_end_is_not_the_writers_own(attribution: str):
    assert quote.own_words(f"Danke!\n\nEva\n\n{attribution}{QUOTE}") == "Danke!\n\nEva"


@pytest.mark.parametrize(
    "text",
    [
        "Am Montag schrieb ich Ihnen einen Brief:\n> so fing er an",
        "Am 23.11.2026 um 09:15 schrieb Eva:\n> Frage?\nAntwort",
        "> nur ein Zitat",
        "Am 23.11.2026 um 09:15 schrieb Eva:\n> alles zitiert",
        "Danke!\n\n-----Ursprüngliche Nachricht-----\nVon: Desk\n\nunten die Antwort ohne Zeichen",
        "Text\n> eingerückt, ohne zu sagen, wer es schrieb",
        "",
    ],
)
def test_where_there_is_doubt_nothing_is_cut(text: str):
    assert quote.own_words(text) == text


def test_the_head_ends_where_the_body_begins():
    found = head.split_head(b"A: 1\r\nB: 2\r\n  3\r\n\r\nText")

    assert found.fields == (head.Field("a", b" 1"), head.Field("b", b" 2\r\n  3"))
    assert found.body_start == len(b"A: 1\r\nB: 2\r\n  3\r\n\r\n")
    assert found.raws("b", "a") == (b" 2\r\n  3", b" 1")


def test_header_fields_are_kept_in_order_unfolded_and_undecoded():
    message = parsed(b"X-B: 1\r\nX-A: =?utf-8?q?=C3=BC?=\r\n\tzwei\r\nx-b: \xfc\x00\r\n\r\n")

    assert message.fields == (("x-b", "1"), ("x-a", "=?utf-8?q?=C3=BC?= zwei"), ("x-b", "ü"))


def test_where_mail_parser_gives_up_the_standard_library_reads_the_mail():
    octets = a_mail("Vorspann\n--a\nContent-Type: multipart/mixed; boundary=b\n\nkein Teil\n", content_type="multipart/mixed; boundary=a")
    with pytest.raises(AttributeError):
        mailparser.parse_from_bytes(octets)

    message = parsed(octets)

    assert message.subject == "Frage zum Fahrplan"
    assert "kein Teil" in message.text
    assert message.defects[0] == "mail-parser gave up on the mail; the standard library read it"


def test_no_library_writes_the_mail_into_a_log(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture):
    parts = (a_part("Geheim"), a_part("BEGIN:VCALENDAR", "text/calendar"), a_part("<p>x", "text/html"))
    with caplog.at_level(logging.DEBUG):
        parsed(a_multipart(*parts, subject="=?shift_jis?b?Geheim?="))

    assert [record for record in caplog.records if not record.name.startswith("asyncio")] == []
    assert capfd.readouterr() == ("", "")


def test_a_message_of_the_builders_has_what_a_parsed_one_has():
    message = a_message(subject="Anliegen", originator="adam@example.net", fields=(("Auto-Submitted", "no"),), cc=("eva@example.org",))

    assert message.originator.addr_spec == "adam@example.net"
    assert message.cc[0].key == "eva@example.org"
    assert message.value("Subject") == "Anliegen"
    assert message.value("auto-submitted") == "no"
    assert message.reply == message.text
