# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Strangers who want into a case, and addresses to which no letter can go: what the desk decides, and what colleagues are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from maildesk.core.case.case import Role, Status
from maildesk.core.case.file import CaseFile, CaseState, IncomingMail
from maildesk.core.decision.decision import Decision, Outcome
from maildesk.core.decision.parts import Opened, Worked, is_unverified
from maildesk.core.letters.keyed_ids import is_order_token, order_token
from maildesk.core.letters.letter import RELAY
from maildesk.core.letters.refusal import Refusal
from maildesk.core.mail.message import Address, FromField, can_be_written_to
from maildesk.core.text.said import Said
from tests.rig.builders import EVA, MONDAY, a_mail, a_message, parsed
from tests.rig.trails import CASE, DMARC_PASS, SECRET, STRANGER, WEBER, a_case, a_letter, decided, facts, forged, keyed, says

N = CASE.number
ROOT_ID = "root@example.org"
KNOWN = {"cases_by_message_id": {ROOT_ID: N}}


def hints(decision: Decision) -> list[str]:
    """The keys of what colleagues are told above the mail that is handed on."""
    relayed = [letter for letter in decision.notices if letter.template == RELAY]
    return [hint.key for letter in relayed for hint in letter.context["hinweise"] if isinstance(hint, Said)]  # type: ignore[union-attr]


def from_field(value: str, subject: str = N, **fields: str) -> Decision:
    """What becomes of a mail with this From that names Eva's case."""
    return decided(parsed(a_mail(sender=value, subject=subject, **fields)), facts(CASE, **KNOWN))


# --- whose case it is ---


@pytest.mark.parametrize(
    ("value", "fields"),
    [
        (r'"x\ eva@example.org"@evil.example', {}),
        (r'"x\ eva@example.org"@evil.example', {"authentication_results": "mx.example.com; dmarc=pass header.from=evil.example"}),
        ("eva@example.org, mallory@evil.example", {}),
        ("eva@example.org, mallory@evil.example", {"authentication_results": "mx.example.com; dmarc=pass header.from=evil.example"}),
        ("mallory@[eva@example.org]", {}),
        ("eva@exa\0mple.org", {}),
        ("eva@example.org", {"authentication_results": "mx.example.com; dmarc=pass header.from=evil.example"}),
    ],
)
def test_who_hides_evas_address_in_from_gets_a_case_apart_and_she_gets_no_letter(value: str, fields: dict[str, str]) -> None:
    decision = from_field(value, **fields)

    assert decision.outcome is Outcome.NEW_CASE
    assert [event.what for event in decision.events if event.what == "mentions"] == ["mentions"]
    assert decision.letters == ()
    assert EVA.addr_spec not in {letter.recipient for letter in (*decision.letters, *decision.notices)}
    assert hints(decision)


def test_eva_herself_joins_her_case_also_from_a_program_that_writes_from_oddly() -> None:
    for value in ("Eva Muster <eva@example.org>", "Muster, Eva <eva@example.org>", "Eva Muster eva@example.org", '"eva"@example.org'):
        decision = from_field(value)
        assert (decision.outcome, decision.case_number, hints(decision)) == (Outcome.FOLLOW_UP, N, []), value
        assert [letter.recipient for letter in decision.letters] == [EVA.addr_spec]


def test_a_doubtful_mail_joins_by_what_it_answers_and_its_writer_takes_part_in_nothing() -> None:
    decision = from_field("eva@example.org, mallory@evil.example", in_reply_to=f"<{ROOT_ID}>")

    assert (decision.outcome, decision.case_number, decision.letters) == (Outcome.FOLLOW_UP, N, ())
    assert decision.refusal is Refusal.DOUBTFUL
    assert hints(decision) == ["hint.doubtful_no_letter"]
    assert is_unverified(decision.part)


def test_the_correspondent_of_a_doubtful_new_case_is_not_believed() -> None:
    decision = from_field("eva@example.org, mallory@evil.example", subject="Frage")

    assert isinstance(decision.part, Opened)
    assert decision.part.unverified
    assert (decision.refusal, hints(decision)) == (Refusal.DOUBTFUL, ["hint.doubtful_no_letter"])
    assert "doubtful" in {event.what for event in decision.events}


def test_a_colleague_is_not_proved_by_a_doubtful_field_nor_by_a_mail_that_was_checked_for_another_domain() -> None:
    known = facts(CASE, letters=a_letter(to=WEBER.address))
    answer = a_message(originator=WEBER.address, in_reply_to=(keyed(to=WEBER.address),))
    for message, proved in (
        (answer, True),
        (replace(answer, from_field=FromField.DOUBTFUL), False),
        (replace(answer, fields=(*answer.fields, says(DMARC_PASS, "evil.example"))), False),
    ):
        assert ("unproved" not in {event.what for event in decided(message, known).events}) is proved


# --- forwarded by another office ---

SHARED_48A = """arc=pass (i=1 spf=pass spfdomain=example.org dkim=pass dkdomain=example.org dmarc=pass fromdomain=example.org); \
dmarc=fail (p=none dis=none) header.from=example.org; spf=fail smtp.mailfrom=poststelle@kreis.example; dkim=fail header.d=example.org"""


def test_a_mail_that_another_office_forwarded_is_a_citizens_and_is_acknowledged() -> None:
    decision = from_field("Eva Muster <eva@example.org>", "Frage", authentication_results=f"mx.example.com; {SHARED_48A}")

    assert (decision.outcome, decision.refusal, hints(decision)) == (Outcome.NEW_CASE, None, [])
    assert [letter.recipient for letter in decision.letters] == [EVA.addr_spec]
    assert not is_unverified(decision.part)


def test_a_chain_of_servers_alone_brings_a_letter_and_lets_nobody_into_a_case() -> None:
    chain = "mx.example.com; arc=pass (i=1); dmarc=fail (p=reject dis=none) header.from=example.org"
    by_number = from_field("eva@example.org", authentication_results=chain)
    by_thread = from_field("eva@example.org", authentication_results=chain, in_reply_to=f"<{ROOT_ID}>")

    assert (by_number.outcome, [letter.recipient for letter in by_number.letters]) == (Outcome.NEW_CASE, [EVA.addr_spec])
    assert (by_thread.case_number, hints(by_thread)) == (N, ["hint.forwarded_check"])
    assert "forged" not in {event.what for event in (*by_number.events, *by_thread.events)}


# --- who opens a case again ---


@pytest.mark.parametrize("status", [Status.ANSWERED, Status.CLOSED, Status.WAITING, Status.NEW])
@pytest.mark.parametrize("named", [ROOT_ID, keyed()])
def test_a_stranger_who_knows_a_message_id_is_shown_and_changes_no_state(status: Status, named: str) -> None:
    case = replace(CASE, status=status, closed_at=MONDAY - timedelta(days=1) if status is Status.CLOSED else None)
    known = facts(case, letters=a_letter(), **KNOWN)
    for message in (
        a_message(originator=STRANGER, in_reply_to=(named,)),
        a_message(originator=STRANGER, references=(named,)),
        forged(in_reply_to=(named,)),
        replace(a_message(in_reply_to=(named,)), from_field=FromField.DOUBTFUL),
    ):
        decision = decided(message, known)
        assert (decision.case_number, decision.part.status) == (N, None)
        assert "reopened" not in {event.what for event in decision.events}
        assert [letter.template for letter in decision.notices] == [RELAY]
        assert hints(decision)


def test_a_stranger_who_tells_of_danger_raises_the_alarm_all_the_same() -> None:
    known = facts(replace(CASE, status=Status.ANSWERED), **KNOWN)
    decision = decided(a_message(originator=STRANGER, in_reply_to=(ROOT_ID,), text="Ich bringe mich heute um."), known)

    assert decision.part.status is None
    assert decision.alarms


TWO = Address("Eva", "eva@second.example")


def confirmed(status: Status, order: str = "#bestaetigen") -> Decision:
    """A colleague answers the relayed mail of somebody new in Eva's case with this order."""
    mail = IncomingMail("d" * 64, "new@second.example", (), "Re", TWO, MONDAY, verified=False, words="Noch etwas")
    case = a_case(status=status)
    letters = a_letter(to=WEBER.address, template=RELAY, about=mail.digest)
    message = a_message(originator=WEBER.address, in_reply_to=(keyed(to=WEBER.address),), text=f"{order}\n", subject=f"Re: [{N}]")
    file = CaseFile(N, "Frage", CaseState(status), incoming=(mail,))
    return decided(message, facts(case, letters=letters), files={N: file})


@pytest.mark.parametrize("status", [Status.ANSWERED, Status.CLOSED])
def test_a_colleague_who_says_that_the_new_address_belongs_to_the_case_opens_it_again(status: Status) -> None:
    decision = confirmed(status)

    assert isinstance(decision.part, Worked)
    assert decision.part.work.confirmed_writer == TWO
    assert decision.part.work.state is not None
    assert decision.part.work.state.status is Status.OPEN


@pytest.mark.parametrize(
    ("status", "order"), [(Status.WAITING, "#bestaetigen"), (Status.OPEN, "#bestaetigen"), (Status.ANSWERED, "#gesehen")]
)
def test_nothing_else_opens_it(status: Status, order: str) -> None:
    part = confirmed(status, order).part

    assert isinstance(part, Worked)
    assert part.work.state is None or part.work.state.status is status


# --- who is written to ---

WRITABLE = (
    "eva@example.org", "o'brien@example.org", "eva+amt@mail.example.org", "eva@bürger.example", "eva@xn--brger-kva.example",
    "eva@1und1.example", "eva@a-b.example", "eva@123.example", "eva@example.museum", "EVA@EXAMPLE.ORG", "eva@sub_domain.example",
)  # fmt: skip
NOT_WRITABLE = (
    "", "eva", "eva@", "@example.org", "eva@localhost", "eva@LOCALHOST", "eva@localhost.localdomain", "eva@pc.localhost",
    "eva@example.invalid",
    "eva@127.0.0.1", "eva@[127.0.0.1]", "eva@[IPv6:::1]", "eva@10.1", "eva@2130706433", "eva@0x7f.1", "eva@mailserver", "eva@-a.example",
    "eva@a-.example", "eva@a..example", "eva@.example", "eva@exam ple.org", "eva@exa\0mple.org", "eva@example.org\0", "eva@exa?mple.org",
    '"max mustermann"@x.example', "eva@example.org, mallory@evil.example", "eva@evil.example@example.org", "evä@example.org",
    "eva@example.1", "eva@xn--a.", "eva@" + "a" * 64 + ".example", "eva@example.org>", "eva@ex\u00adample.org\u202e",
)  # fmt: skip


@pytest.mark.parametrize("address", WRITABLE)
def test_a_plain_address_in_a_domain_can_be_written_to(address: str) -> None:
    assert can_be_written_to(address)


@pytest.mark.parametrize("address", NOT_WRITABLE)
def test_no_letter_goes_to_a_host_a_number_or_what_is_no_address(address: str) -> None:
    decision = decided(a_message(originator=address), facts())

    assert not can_be_written_to(address)
    assert (decision.outcome, decision.letters, decision.refusal) == (Outcome.NEW_CASE, (), Refusal.NO_ADDRESS)
    assert hints(decision) == ["hint.cannot_be_written_to" if address else "hint.no_address"]


@pytest.mark.parametrize("address", ["eva@localhost", "eva@127.0.0.1", "eva@[192.0.2.7]", '"max mustermann"@x.example'])
def test_a_colleagues_answer_to_such_an_address_is_held_and_says_why(address: str) -> None:
    mail = IncomingMail("d" * 64, "m@x.example", (), "Frage", Address("", address), MONDAY, verified=True, words="Wann?")
    message = a_message(
        originator=WEBER.address, in_reply_to=(keyed(to=WEBER.address),), text="Guten Tag,\n\ndas dauert noch.\n", subject=f"Re: [{N}]"
    )
    letters = a_letter(to=WEBER.address, template=RELAY, about=mail.digest)
    file = CaseFile(N, "Frage", CaseState(Status.OPEN), incoming=(mail,))
    decision = decided(message, facts(a_case(), letters=letters), files={N: file})

    assert decision.letters == ()
    assert [letter.recipient for letter in decision.notices] == [WEBER.address]
    assert Said("held.cannot_be_written_to") in decision.notices[0].context["gruende"]  # type: ignore[operator]
    assert decision.role is Role.STAFF


# --- how long a link proves ---


@pytest.mark.parametrize("days", [1, 2, 30, 180, 3650])
def test_a_link_proves_for_so_many_days_and_not_for_one_more(days: int) -> None:
    def proves(after: timedelta) -> bool:
        token = order_token(SECRET, N, WEBER.address, MONDAY, "#gesehen")
        return is_order_token(SECRET, token, N, WEBER.address, MONDAY + after, days, "#gesehen")

    assert proves(timedelta())
    assert proves(timedelta(days=days) - timedelta(seconds=1))
    assert proves(timedelta(days=days))
    assert not proves(timedelta(days=days + 1))
    assert not proves(timedelta(days=days + 30))
    assert not proves(-timedelta(days=1))


@pytest.mark.parametrize(
    ("now", "days", "proves"),
    [
        (datetime(2026, 11, 23, tzinfo=UTC), 22, True),
        (datetime(2026, 11, 23, tzinfo=UTC), 21, False),
        (datetime(2026, 11, 1, tzinfo=UTC), 1, True),
        (datetime(2027, 4, 30, tzinfo=UTC), 180, True),
        (datetime(2027, 5, 1, tzinfo=UTC), 180, False),
    ],
)
def test_a_link_of_0_1_0_counts_from_the_first_day_of_its_month(now: datetime, days: int, proves: bool) -> None:
    of_november = "agpaylj2o4zgko4itekdjvuloi"
    assert is_order_token(SECRET, of_november, N, WEBER.address, now, days, "#gesehen") is proves
