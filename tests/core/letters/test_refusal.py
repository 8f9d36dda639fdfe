# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Which letters go out, under which Message-IDs, and what they may say."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildesk.core.case.case import KnownCase, Status
from maildesk.core.letters.alarms import Alarm, alarm_letter
from maildesk.core.letters.automatic import letter_context
from maildesk.core.letters.keyed_ids import keyed_message_id, parse_keyed_id
from maildesk.core.letters.letter import letter_id_for
from maildesk.core.letters.refusal import Occasion, RecentLetters, Refusal, is_addressed, refusal_for
from maildesk.core.mail.classify import Automatic, Verdict
from maildesk.core.office.calendar import WorkCalendar, parse_service_hours
from maildesk.core.office.policy import Desk, LetterLimits, Policy, Staff
from tests.rig.builders import DESK, EVA, MONDAY, a_message
from tests.rig.letters import in_words

SECRET = b"k" * 32
HOURS = "Mo-Do 08:00-16:00, Fr 08:00-12:00"
POLICY = Policy(
    desk=Desk(
        "Kundendialog", "desk@example.com", aliases=("dialog@example.com",), languages=("de", "en"), phone="06252-156700",
        post="Postfach 1142, 64629 Heppenheim", service_hours=HOURS, privacy_url="https://example.com/datenschutz",
    ),
    calendar=WorkCalendar(ZoneInfo("Europe/Berlin"), service=parse_service_hours(HOURS)),
    secret=SECRET,
    staff=(Staff("A. Weber", "weber@example.com", "weber"),),
)  # fmt: skip
CASE = KnownCase("KD-2026-00042", Status.OPEN, EVA.key, frozenset({EVA.key}))
OCCASION = Occasion(received_at=MONDAY, now=MONDAY + timedelta(minutes=1))
PERSON = Verdict(None)
LETTER_ID = letter_id_for("digest", "acknowledgement", EVA.addr_spec)
KEYED = keyed_message_id(SECRET, "KD-2026-00042", LETTER_ID, EVA.addr_spec, "example.com")


# --- Message-IDs that only their reader knows ---


def test_a_keyed_id_names_case_and_letter_and_is_proved_by_its_recipient() -> None:
    key = parse_keyed_id(KEYED)

    assert key is not None
    assert (key.case_number, key.letter_id, key.message_id) == ("KD-2026-00042", LETTER_ID, KEYED)
    assert key.is_genuine(SECRET, EVA.addr_spec)
    assert key.is_genuine(SECRET, " Eva@EXAMPLE.org")


def test_a_keyed_id_proves_nothing_for_another_recipient_case_letter_or_secret() -> None:
    key = parse_keyed_id(KEYED)

    assert key is not None
    assert not key.is_genuine(SECRET, "adam@example.org")
    assert not key.is_genuine(b"x" * 32, EVA.addr_spec)
    assert not replace(key, case_number="KD-2026-00043").is_genuine(SECRET, EVA.addr_spec)
    assert not replace(key, letter_id=letter_id_for("other", "acknowledgement", EVA.addr_spec)).is_genuine(SECRET, EVA.addr_spec)


@given(st.integers(0, 31), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_forged_mac_is_never_genuine(position: int, letter: str) -> None:
    key = parse_keyed_id(KEYED)
    assert key is not None
    forged = key.mac[:position] + letter + key.mac[position + 1 :]
    assert replace(key, mac=forged).is_genuine(SECRET, EVA.addr_spec) is (forged == key.mac)


def test_where_case_and_letter_meet_does_not_matter_to_a_forger() -> None:
    one = keyed_message_id(SECRET, "KD-2026-00042", "abcdefghij", "a@example.org", "example.com")
    other = keyed_message_id(SECRET, "KD-2026-00042.ABC", "abcdefghij", "a@example.org", "example.com")
    assert one.rpartition(".")[0] != other.rpartition(".")[0]
    assert one.partition("@")[0][-32:] != other.partition("@")[0][-32:]


@pytest.mark.parametrize(
    "message_id",
    ["", "frage-1@example.org", KEYED.replace("@", " "), KEYED.lower(), KEYED[:-60], f"x{KEYED}", KEYED.replace("KD", "kd"), "a.b.c@d"],
)
def test_what_is_not_in_our_form_is_no_keyed_id(message_id: str) -> None:
    assert parse_keyed_id(message_id) is None


@given(st.text(max_size=200))
def test_no_message_id_makes_the_reader_stumble(message_id: str) -> None:
    assert parse_keyed_id(message_id) is None


def test_a_keyed_id_fits_into_a_header_line_and_a_mac_has_160_bits() -> None:
    assert re.fullmatch(r"[A-Za-z0-9.@-]+", KEYED)
    assert len(KEYED) < 100
    assert len(KEYED.partition("@")[0].rpartition(".")[2]) * 5 == 160


def test_the_same_cause_makes_the_same_letter_and_another_cause_template_or_reader_another_one() -> None:
    ids = {
        letter_id_for("digest", "acknowledgement", "eva@example.org"),
        letter_id_for("digest", "acknowledgement", "EVA@example.org"),
        letter_id_for("other", "acknowledgement", "eva@example.org"),
        letter_id_for("digest", "follow-up", "eva@example.org"),
        letter_id_for("digest", "acknowledgement", "adam@example.org"),
    }
    assert len(ids) == 4
    assert all(re.fullmatch(r"[a-z2-7]{16}", each) for each in ids)


# --- why no letter goes out ---


def refusal(policy: Policy = POLICY, known: KnownCase | None = None, verdict: Verdict = PERSON, **fields: Any) -> Refusal | None:
    changed = {name: fields.pop(name) for name in ("received_at", "now", "recent", "imported") if name in fields}
    return refusal_for(a_message(**fields), verdict, policy, known, replace(OCCASION, **changed))


def test_a_person_who_writes_to_the_desk_gets_a_letter() -> None:
    assert refusal() is None
    assert refusal(known=CASE) is None


REFUSED: list[tuple[dict[str, Any], Refusal]] = [
    ({"imported": True}, Refusal.IMPORTED),
    ({"policy": replace(POLICY, letters=LetterLimits(acknowledge=False))}, Refusal.SWITCHED_OFF),
    ({"originator": ""}, Refusal.NO_ADDRESS),
    ({"originator": "eva"}, Refusal.NO_ADDRESS),
    ({"originator": "müller@example.org"}, Refusal.NO_ADDRESS),
    ({"originator": "a@example.org\r\nBcc: b@example.org"}, Refusal.NO_ADDRESS),
    ({"originator": "desk@example.com"}, Refusal.OWN_ADDRESS),
    ({"originator": "Dialog+x@EXAMPLE.com"}, Refusal.OWN_ADDRESS),
    ({"originator": "weber@example.com"}, Refusal.STAFF),
    ({"verdict": Verdict(Automatic.AUTO_REPLY)}, Refusal.AUTOMATIC),
    ({"verdict": Verdict(Automatic.LIST)}, Refusal.AUTOMATIC),
    ({"to": ("someone@example.net",)}, Refusal.NOT_ADDRESSED),
    ({"received_at": OCCASION.now - timedelta(days=7, seconds=1)}, Refusal.TOO_OLD),
    ({"known": replace(CASE, participants=frozenset({"adam@example.org"}))}, Refusal.UNVERIFIED),
    ({"known": replace(CASE, followup_note_sent_on=date(2026, 11, 23))}, Refusal.NOTED_TODAY),
    ({"recent": RecentLetters(to_sender=5)}, Refusal.SENDER_LIMIT),
    ({"recent": RecentLetters(to_domain=1000)}, Refusal.DOMAIN_LIMIT),
    ({"recent": RecentLetters(of_desk=2000)}, Refusal.DESK_LIMIT),
]  # fmt: skip


@pytest.mark.parametrize(("case", "reason"), REFUSED)
def test_each_reason_against_a_letter_is_named(case: dict[str, Any], reason: Refusal) -> None:
    assert refusal(**case) is reason


NOT_YET_REFUSED: list[dict[str, Any]] = [
    {"received_at": OCCASION.now - timedelta(days=7)},
    {"known": replace(CASE, followup_note_sent_on=date(2026, 11, 22))},
    {"recent": RecentLetters(to_sender=4, to_domain=999, of_desk=1999)},
    {"originator": "eva@gmx.de", "recent": RecentLetters(to_domain=5000)},
    {"originator": "eva@bürger.example"},
]


@pytest.mark.parametrize("case", NOT_YET_REFUSED)
def test_just_inside_a_limit_the_letter_goes_out(case: dict[str, Any]) -> None:
    assert refusal(**case) is None


def test_a_day_of_the_desk_ends_at_its_own_midnight() -> None:
    noted = replace(CASE, followup_note_sent_on=date(2026, 11, 24))
    half_past_midnight = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert refusal(known=noted, now=half_past_midnight) is Refusal.NOTED_TODAY


def test_of_two_reasons_the_first_of_the_table_counts() -> None:
    assert refusal(originator="weber@example.com", verdict=Verdict(Automatic.AUTO_REPLY)) is Refusal.STAFF
    assert refusal(imported=True, originator="") is Refusal.IMPORTED


@pytest.mark.parametrize(
    "fields",
    [
        {"to": (), "cc": (DESK,)},
        {"to": ("DIALOG@example.com",)},
        {"to": ("desk+2026@example.com",)},
        {"to": ("all@example.net",), "fields": (("Delivered-To", "desk@example.com"),)},
        {"to": (), "fields": (("X-Original-To", "<dialog@example.com>"),)},
        {"to": (), "fields": (("Resent-To", '"Kundendialog" <desk@example.com>, x@example.net'),)},
    ],
)
def test_the_desk_is_addressed_also_by_the_server_that_forwards_or_delivers(fields: dict[str, Any]) -> None:
    assert is_addressed(a_message(**fields), POLICY.desk)


def test_an_address_that_only_ends_like_the_desks_is_not_the_desk() -> None:
    message = a_message(to=(), fields=(("Delivered-To", "helpdesk@example.com"), ("X-Envelope-To", "desk@example.com.example.net")))
    assert not is_addressed(message, POLICY.desk)


# --- what a letter may say ---


def test_a_letter_knows_only_what_the_desk_says_of_itself_and_when_the_mail_came() -> None:
    assert letter_context(POLICY.desk, POLICY.calendar, "KD-2026-00042", MONDAY, date(2026, 12, 7)) == {
        "nr": "KD-2026-00042",
        "eingang_datum": date(2026, 11, 23),
        "eingang_zeit": "09:15",
        "frist": date(2026, 12, 7),
        "telefon": "06252-156700",
        "sprechzeiten": HOURS,
        "postanschrift": "Postfach 1142, 64629 Heppenheim",
        "stelle": "Kundendialog",
        "datenschutz_url": "https://example.com/datenschutz",
        "naechster_arbeitstag": None,
        "verspaetet": False,
    }


@pytest.mark.parametrize(
    ("received", "back"),
    [
        (datetime(2026, 11, 20, 13, 0, tzinfo=UTC), "Montag, 23.11.2026"),
        (datetime(2026, 11, 23, 6, 0, tzinfo=UTC), "Montag, 23.11.2026"),
        (datetime(2026, 11, 23, 15, 0, tzinfo=UTC), "Dienstag, 24.11.2026"),
    ],
)
def test_outside_the_service_hours_a_letter_says_when_somebody_is_there_again(received: datetime, back: str) -> None:
    context = letter_context(POLICY.desk, POLICY.calendar, "KD-2026-00042", received, None)
    assert in_words(context["naechster_arbeitstag"]) == back


def test_an_alarm_belongs_to_no_case_and_is_a_letter_of_its_own_each_time() -> None:
    alarm = Alarm("no_pass", {"minutes": 16})
    first = alarm_letter(POLICY, alarm, "weber@example.com", MONDAY)
    later = alarm_letter(POLICY, alarm, "weber@example.com", MONDAY + timedelta(hours=1))

    assert (first.case_number, first.in_reply_to, first.references) == ("", "", ())
    assert in_words(first.context["betreff"]) == "Kein Durchgang"
    assert in_words(first.context["meldung"]).startswith("Seit 16 Minuten ")
    assert in_words(first.context["was_tun"]).startswith("Ist der Mailserver erreichbar?")
    assert first.message_id.startswith("ALARM.")
    assert first.message_id != later.message_id
