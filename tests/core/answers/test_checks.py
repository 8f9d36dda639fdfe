# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Why an answer is held, and what only looks like a reason."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from maildesk.core.answers.checks import Draft, Finding, FindingKind, findings
from maildesk.core.answers.quotes import quotes
from maildesk.core.answers.text import Answer, answer_of
from maildesk.core.mail.message import Attachment
from maildesk.core.office.calendar import WorkCalendar, parse_service_hours
from maildesk.core.office.policy import Desk, Policy, Staff
from maildesk.core.text.identifiers import is_iban, masked, phones_in
from tests.rig import samples
from tests.rig.builders import a_message
from tests.rig.letters import in_words
from tests.rig.samples import sampled

STAFF = Staff("Anna Weber", "anna.weber@office.example.net", "weber")
DESK = Desk("Kundendialog", "kundendialog@desk.example", phone="06252 0000-0", internal_domains=("office.example.net",))
POLICY = Policy(DESK, WorkCalendar(UTC, service=parse_service_hours("Mo-Fr 08:00-16:00")), b"secret", staff=(STAFF,))
CASE, CITIZEN = "KD-2026-00042", "eva.muster@example.org"
ORIGINAL = (
    "Sehr geehrte Damen und Herren,\n\nmeine Heizkosten sind noch immer nicht bezahlt, und der Vermieter droht mir mit der Kündigung. "
    "Rufen Sie mich bitte an: 0151 0000-4711.\n\nVielen Dank im Voraus und mit freundlichen Grüßen\nEva Muster"
)
GREETED = "Guten Tag Frau Muster,\n\n{}\n\nViele Grüße\nA. Weber"


def check(text: str, *files: str, automatic: bool = False, original: str = ORIGINAL, **fields: Any) -> tuple[Finding, ...]:
    attachments = tuple(Attachment(name, "application/pdf", 1, "0" * 64) for name in files)
    values = {"text": text, "to": (DESK.address,), "originator": STAFF.address, "attachments": attachments, **fields}
    return findings(Draft(Answer(text, attachments), a_message(**values), original, CASE, CITIZEN, POLICY, automatic))


def kinds(*args: Any, **fields: Any) -> list[str]:
    return [str(finding.kind) for finding in check(*args, **fields)]


def test_an_answer_without_fault_leaves():
    assert check(GREETED.format("Ihre Heizkosten werden am Montag bezahlt. Vielen Dank für Ihre Geduld."), "Merkblatt.pdf") == ()


# --- nothing to send ---


@pytest.mark.parametrize("text", ["", "\n \n", "---", "..."])
def test_an_empty_text_is_held_also_with_a_file(text: str):
    assert kinds(text) == kinds(text, "Merkblatt.pdf") == ["empty"]


def test_orders_alone_are_told_from_an_empty_mail():
    assert kinds("", reply="#erledigt") == ["only-orders"]
    assert kinds("", subject="[KD-2026-00042] #erledigt ~k7f3m9q2abcd") == ["only-orders"]
    assert kinds("", reply="#notiz Frau Muster rief an, #1 ist geklärt") == ["only-orders"]


@pytest.mark.parametrize("line", ["#erledigt", "# erledigt", "#erledgt", "Das ist #erledigt."])
def test_an_order_further_down_is_held(line: str):
    assert kinds(GREETED.format(line)) == ["mistyped"]


@pytest.mark.parametrize(
    "line", ["Zimmer #12", "Punkt #1 ist klar.", "Siehe https://www.example.org/seite#erledigt", "&#8222;", "C# ist eine Sprache."]
)
def test_a_number_sign_that_is_no_order_leaves(line: str):
    assert kinds(GREETED.format(line)) == []


def test_an_absence_is_held_by_its_header_or_by_its_words():
    words = "Ich bin bis Montag nicht im Büro. In dringenden Fällen wenden Sie sich an die Zentrale."

    assert kinds("Ja.", automatic=True) == ["absence"]
    assert kinds(words) == ["absence"]
    assert kinds(f"Sehr geehrte Frau Muster,\n\nvielen Dank für Ihre Nachricht. {words}") == []


# --- words of the citizen ---


@pytest.mark.parametrize(
    "text",
    [
        "Sie schreiben: meine Heizkosten sind noch immer nicht bezahlt, und der Vermieter droht.",
        "MEINE HEIZKOSTEN SIND NOCH IMMER NICHT BEZAHLT und der",
        "meine Heizkosten\nsind -- noch immer\n> nicht bezahlt; und der Vermieter",
        "der Vermieter droht mir mit der Kündigung. Rufen",
    ],
)
def test_eight_words_of_the_citizen_are_a_quotation(text: str):
    assert quotes(text, ORIGINAL)
    assert kinds(GREETED.format(text)) == ["quoted"]


def test_forty_letters_in_six_words_are_one_as_well():
    original = "Der Betriebskostenabrechnung für meine Mietwohnung widerspreche ich ausdrücklich."

    assert not quotes("Sie haben der Betriebskostenabrechnung für meine Mietwohnung widersprochen", original)
    assert quotes("Sie sagen: Der Betriebskostenabrechnung für meine Mietwohnung widerspreche", original)


@pytest.mark.parametrize(
    "text",
    [
        "meine Heizkosten sind noch immer nicht",  # six words, 33 letters
        "der Vermieter droht mir mit",
        "Sehr geehrte Damen und Herren, vielen Dank im Voraus und mit freundlichen Grüßen Eva Muster",
        "Heizkosten noch nicht bezahlt; Vermieter, Kündigung, anrufen: alles notiert, liebe Frau Muster, ganz bestimmt.",
        "",
    ],
)
def test_less_than_that_and_phrases_that_every_letter_has_are_none(text: str):
    assert not quotes(text, ORIGINAL)


def test_the_longest_texts_are_compared_in_a_moment():
    assert not quotes("und der die das " * 5000, "das die der und " * 5000)


@pytest.mark.parametrize("text", ["Meine Antworten stehen unten in Rot.", "Siehe unten.", "Ich antworte im Text."])
def test_an_answer_that_points_into_the_quoted_mail_is_held(text: str):
    assert kinds(GREETED.format(text)) == ["quoted"]


def test_words_typed_into_the_quoted_mail_are_noticed_and_line_breaks_are_not():
    answer = GREETED.format("Bitte sehr.")
    inside = ORIGINAL.replace("Rufen Sie", "DAS HABEN WIR SOFORT GEPRÜFT. Rufen Sie")

    assert [str(f.kind) for f in findings(Draft(Answer(answer), _with_quote(answer, inside), ORIGINAL, CASE, CITIZEN, POLICY, False))] == [
        "quoted"
    ]
    assert findings(Draft(Answer(answer), _with_quote(answer, ORIGINAL.replace(" ", "\n> ")), ORIGINAL, CASE, CITIZEN, POLICY, False)) == ()


def _with_quote(answer: str, quoted: str) -> Any:
    return a_message(text=f"{answer}\n\nVon: x\n\n{quoted}", reply=answer, to=(DESK.address,), originator=STAFF.address)


# --- numbers ---


@pytest.mark.parametrize("number", ["999B000456", "999b000456", "999 B 000456", "999B 000 456", "(999B000456)"])
def test_a_customer_number_is_held(number: str):
    assert kinds(GREETED.format(f"Ihre Nummer {number}.")) == ["customer-number"]
    assert "000456" not in in_words(check(GREETED.format(number))[0].detail)


@pytest.mark.parametrize("number", ["12345//0001234", "12345BG0001234", "12345 BG 0001234", "12345bg0001234", "12345 // 0001234"])
def test_a_number_of_the_household_is_held(number: str):
    assert kinds(GREETED.format(f"zu {number}:")) == ["customer-number"]


@pytest.mark.parametrize(
    "account",
    ["DE97000000001234560000", "DE97 0000 0000 1234 5600 00", "de97 0000 0000 1234 5600 00",
     "DE97-0000-0000-1234-5600-00", "AT180000000000000000",
     "IBAN DE00 1234 0000 0000 0012 34", "IBAN: DE00123400000000001234",
     "DE97 0000 0000 1234 5600 00 BIC ABCDEF", "DE97 0000 0000\n1234 5600 00"],
)  # fmt: skip
def test_a_bank_account_is_held(account: str):
    assert kinds(GREETED.format(f"auf {account}, danke")) == ["iban"]


@pytest.mark.parametrize(
    "text",
    ["Tel. 06252 0000-700", "+49 6252 0000700", "20.11.2026", "2026-11-20", "KD-2026-00042",
     "Az. 51.2-12345/2026", "ISBN 978-3-16-148410-0",
     "3-16-148410-X", "312,40 Euro", "§ 51a SGB II", "Zimmer 2.14", "S 39 AS 517/23", "L 11 AS 632/20",
     "DE12 3456", "BG 7", "12345/0001234",
     "http://12345//0001234x", "1999B0004567", "99B000456", "DE98000000001234560000",
     "DE9700000000123456000", "B 7 AS 10/22 R", "64646 Musterstadt",
     "USt-IdNr. DE000000000", "RE2026000123456789", "09:15 Uhr, 10.12.2026"],
)  # fmt: skip
def test_what_only_looks_like_such_a_number_leaves(text: str):
    assert kinds(GREETED.format(f"Es geht um {text} und mehr.")) == []
    assert masked(text) == text


def test_a_number_in_the_name_of_a_file_is_held():
    assert kinds(GREETED.format("Ja."), "Bescheid 999B000456.pdf") == ["customer-number"]
    assert kinds(GREETED.format("Ja."), "DE97000000001234560000.pdf") == ["iban"]


def test_numbers_are_masked_for_heads_and_digests():
    text = "Kdnr. 999B000456, BG 12345//0001234 oder 12345BG0001234, Konto DE97 0000 0000 1234 5600 00, am 20.11.2026"

    assert masked(text) == "Kdnr. ***B***456, BG *****//****234 oder *****BG****234, Konto DE** **** 0000, am 20.11.2026"
    assert masked("") == ""
    assert masked(masked(text)) == masked(text)


def test_check_digits():
    assert is_iban("DE97000000001234560000")
    assert not is_iban("DE98000000001234560000")
    assert not is_iban("DE97000000001243560000")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("+49 (0)6252 0000-12", ("6252000012",)),
        ("0049 6252 000012", ("6252000012",)),
        ("06252/0000-12", ("6252000012",)),
        ("06252 0000 12", ("6252000012",)),
        ("04.12.2026, 12:00 Uhr", ()),
        ("bis 10.12. 2026 und 2026-12-10", ()),
        ("KD-2026-00042", ()),
        ("64646", ()),
        ("DE97 0000 0000 1234 5600 00", ()),
        ("de97000000001234560000", ()),
        ("DE97-0000-0000-1234-5600-00 oder DE89 3704 0044 0532 0130 00", ()),
        ("DE89\n3704 0044 0532 0130 00", ()),
        ("DE89 3704 0044 0532 0130 0", ()),
        ("IBAN: UA21 3223 1300 0002 6007 2335 6600 1", ()),
        ("GB82 WEST 1234 5698 7654 32", ()),
        ("DE89 3704 0044 0532 0130 00, Tel. 06252 0000-12", ("6252000012",)),
        ("DE89 3704 0044 0532 0130 00 06252 0000-12", ("6252000012",)),
        ("in DE 06252 0000-12", ("6252000012",)),
        ("aus AT: +43 1 5550 1234", ("43155501234",)),
        ("ZZ06 06252 0000-12", ("6252000012",)),
    ],
)
def test_two_spellings_of_a_telephone_are_one(text: str, numbers: tuple[str, ...]):
    assert phones_in(text) == numbers


# --- recipients, private things, other cases ---


@pytest.mark.parametrize("address", ["vermieter@example.com", "x@notoffice.example.net.example.com", "y@desk.example"])
def test_a_foreign_address_in_cc_or_to_is_held(address: str):
    assert kinds(GREETED.format("Ja."), cc=(address,)) == ["foreign-cc"]
    assert kinds(GREETED.format("Ja."), to=(DESK.address, address)) == ["foreign-cc"]
    assert address not in in_words(check(GREETED.format("Ja."), cc=(address,))[0].detail)


@pytest.mark.parametrize(
    "address", [STAFF.address, "karl@office.example.net", "karl@amt.office.example.net", "Eva.Muster@example.org", DESK.address]
)
def test_colleagues_the_desk_and_the_citizen_are_nobody_foreign(address: str):
    assert kinds(GREETED.format("Ja."), cc=(address,)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Schreiben Sie an anna.weber@office.example.net.",
        "Schreiben Sie an ANNA.WEBER@OFFICE.EXAMPLE.NET",
        "karl@amt.office.example.net",
        "kundendialog+abcdefghijklmnopqrstuvwxyz234567abcdefghij@desk.example",
        "~k7f3m9q2abcd",
        "mailto:kundendialog@desk.example?subject=%20~k7f3m9q2abcd",
        "KD-2026-00042.abcdefghij.mfrggzdfmztwq2lknnwg23tpobyxe43u@desk.example",
        "Vorgang: KD-2026-00042\nEingang: 20.11.2026, 09:15 Uhr",
    ],
)
def test_addresses_tokens_and_ids_of_the_house_are_held(text: str):
    assert kinds(GREETED.format(text)) == ["private"]


@pytest.mark.parametrize(
    "text",
    ["Schreiben Sie an kundendialog@desk.example.", "wohngeld@example.org", "eva.muster@example.org",
     "etwa ~10km", "~ungefähr", "0151 0000-4711",
     "06252 0000-0", "Tel. 06252 0000-700", "Vorgang: KD-2026-00042"],
)  # fmt: skip
def test_what_the_citizen_may_know_is_not(text: str):
    assert kinds(GREETED.format(text)) == []


def test_the_telephone_of_the_signature_is_private_in_any_spelling():
    answer = GREETED.format("Rufen Sie mich an: +49 6252 0000123.")
    message = a_message(text=f"{answer}\n\nTel. 06252 / 0000-123", reply=answer, to=(DESK.address,), originator=STAFF.address)

    assert [f.kind for f in findings(Draft(Answer(answer), message, ORIGINAL, CASE, CITIZEN, POLICY, False))] == [FindingKind.PRIVATE]


def test_a_block_at_the_end_under_another_name_is_held():
    assert kinds("Ja, das passt.\n\nKarl Adam\nZimmer: 2.15\nTel.: 06252 0000-124\nFax: 06252 0000-199") == ["private"]


@pytest.mark.parametrize(("filename", "held"), [("Termin.ics", True), ("Fremde Frage.eml", True), ("[KD-2026-00042] Frage.eml", False)])
def test_an_attached_mail_or_invitation_is_told_unless_it_is_the_relayed_one(filename: str, held: bool):
    message_files = (Attachment(filename, "application/octet-stream", 1, "0" * 64),)
    message = a_message(text="Ja.", to=(DESK.address,), originator=STAFF.address, attachments=message_files)

    assert bool(findings(Draft(Answer("Ja."), message, ORIGINAL, CASE, CITIZEN, POLICY, False))) is held


def test_the_number_of_another_case_is_held():
    assert kinds(GREETED.format("wie in KD-2026-00017 und KD-2026-00042 gesagt")) == ["other-case"]
    assert kinds(GREETED.format("Ja."), "KD-2026-00017.pdf") == ["other-case"]
    assert "00017" not in in_words(check(GREETED.format("kd-2026-17"))[0].detail)


def test_all_reasons_are_told_at_once():
    text = "Das ist #erledigt: 999B000456, DE97000000001234560000, karl@office.example.net, KD-2026-00017"

    assert kinds(text, cc=("x@example.com",), automatic=True) == [
        "absence", "mistyped", "customer-number", "iban", "foreign-cc", "private", "other-case",
    ]  # fmt: skip


def test_every_sentence_is_german_and_ends_as_one():
    text = "#erledigt 999B000456 DE97000000001234560000 karl@office.example.net KD-2026-00017"
    for finding in (*check(text, cc=("x@example.com",), automatic=True), *check("")):
        detail = in_words(finding.detail)
        assert detail.endswith(".")
        assert detail[0].isupper()
        assert not any(secret in detail for secret in ("999B000456", "12345600", "karl", "x@example.com"))


@sampled
@pytest.mark.parametrize(
    "sign",
    ["a", " ", "\n", ">", "1", "~a1", "-", "- \n", "--\n", "a@", "<https://", "KD-2026-", "DE97 ", "A-", "#a ", "Von: ", "0 ", "\n\na"],
)
def test_long_texts_of_one_sign_are_checked_in_a_moment(sign: str):
    text = sign * (samples.of(100_000, 25_000) // len(sign))
    message = a_message(text=text, to=(DESK.address,), originator=STAFF.address)
    answer = answer_of(message, STAFF, DESK)

    assert findings(Draft(answer, message, text, CASE, CITIZEN, POLICY, False)) is not None
    assert masked(text) is not None
