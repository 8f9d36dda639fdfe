# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What the desk decides: from a message and what is known of it to what shall happen, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from maildesk.core.case.case import Direction, KnownCase, Role, Status
from maildesk.core.decision.decision import Decision, Folder, Outcome
from maildesk.core.decision.parts import Opened, ProofCopy
from maildesk.core.decision.questions import Arrival, Known, OwnLetter
from maildesk.core.desk import decide, questions
from maildesk.core.letters.keyed_ids import keyed_message_id, order_token, parse_keyed_id
from maildesk.core.letters.letter import KnownLetter
from maildesk.core.letters.refusal import RecentLetters, Refusal
from maildesk.core.mail.message import Address, DeliveryReport, Message
from maildesk.core.office.calendar import WorkCalendar, parse_service_hours
from maildesk.core.office.policy import Desk, LetterLimits, Policy, Staff
from maildesk.core.threading.evidence import ThreadFacts
from tests.rig.builders import EVA, MONDAY, a_message

NOW = MONDAY + timedelta(minutes=1)
WEBER = Staff("A. Weber", "weber@example.com", "weber")
POLICY = Policy(
    desk=Desk("Kundendialog", "desk@example.com", aliases=("dialog@example.com",)),
    calendar=WorkCalendar(ZoneInfo("Europe/Berlin"), frozenset(), frozenset({"12-24"}), parse_service_hours("Mo-Fr 08:00-16:00")),
    secret=b"k" * 32,
    staff=(WEBER,),
)
CASE = KnownCase("KD-2026-00042", Status.OPEN, EVA.key, frozenset({EVA.key}), due_on=date(2026, 12, 4))
OUR_LETTER = keyed_message_id(POLICY.secret, CASE.number, "abcdefghijklmnop", EVA.addr_spec, "example.com")


def knowing(*, case: KnownCase | None = CASE, message_id: str = "", letter_to: str = "", **known: object) -> Known:
    """What the store would answer; `letter_to` says who got our letter."""
    facts = ThreadFacts(
        cases={case.number: case} if case else {},
        cases_by_message_id={message_id: case.number} if case and message_id else {},
        letters={OUR_LETTER: KnownLetter("abcdefghijklmnop", CASE.number, letter_to, "acknowledgement", MONDAY)} if letter_to else {},
    )
    return Known(**{"next_case_number": "KD-2026-00043", "facts": facts, **known})  # type: ignore[arg-type]


def decided(message: Message, known: Known, policy: Policy = POLICY, *, received_at: datetime = MONDAY, imported: bool = False) -> Decision:
    return decide(message, known, policy, Arrival(received_at, imported), NOW)


def test_a_persons_mail_opens_a_case_and_is_acknowledged_once() -> None:
    decision = decided(a_message(), knowing(case=None))

    assert decision.outcome is Outcome.NEW_CASE
    assert isinstance(decision.part, Opened)
    assert decision.part.new_case.number == "KD-2026-00043"
    assert decision.part.new_case.due_on == date(2026, 12, 7)
    assert [letter.template for letter in decision.letters] == ["acknowledgement"]
    assert decision.letters[0].recipient == EVA.addr_spec
    assert decision.folder is Folder.ARCHIVE


def test_the_acknowledgement_says_nothing_that_came_from_the_mail() -> None:
    message = a_message(subject="Kdnr. 123 GEHEIM", text="GEHEIM", originator=replace(EVA, display_name="GEHEIM"))

    letter = decided(message, knowing(case=None)).letters[0]

    assert "GEHEIM" not in repr(letter)
    assert letter.in_reply_to == message.message_id


def test_the_same_mail_makes_the_same_letter_so_that_a_repeat_is_recognised() -> None:
    first, second = (decided(a_message(), knowing(case=None)).letters[0] for _ in range(2))

    assert first.message_id == second.message_id


def test_an_answer_to_our_letter_joins_its_case_by_the_keyed_id() -> None:
    decision = decided(a_message(in_reply_to=(OUR_LETTER,)), knowing(letter_to=EVA.addr_spec))

    assert decision.outcome is Outcome.FOLLOW_UP
    assert decision.case_number == CASE.number
    assert [letter.template for letter in decision.letters] == ["follow-up"]
    assert any("our letter" in line for line in decision.evidence)


def test_a_keyed_id_that_we_did_not_make_joins_nothing() -> None:
    forged = OUR_LETTER.replace(OUR_LETTER.split(".")[2][:32], "a" * 32)

    decision = decided(a_message(in_reply_to=(forged,), originator="thief@example.net"), knowing())

    assert parse_keyed_id(forged) is not None, "it has the form of ours"
    assert decision.outcome is Outcome.NEW_CASE


def test_an_answer_to_a_known_message_joins_its_case() -> None:
    message = a_message(references=("root@example.org", "frage-0@example.org"))

    assert decided(message, knowing(message_id="frage-0@example.org")).case_number == CASE.number


def test_a_number_in_the_subject_joins_only_who_takes_part_in_the_case() -> None:
    known = knowing()

    mine = decided(a_message(subject="Nachtrag zu kd-2026-42"), known)
    stranger = decided(a_message(subject="Nachtrag zu KD-2026-00042", originator="stranger@example.net"), known)

    assert mine.case_number == CASE.number
    assert stranger.outcome is Outcome.NEW_CASE
    assert any(event.what == "mentions" for event in stranger.events), "staff are told of the number"


def test_a_writer_unknown_in_the_case_joins_by_the_thread_but_gets_no_letter() -> None:
    message = a_message(in_reply_to=("frage-0@example.org",), originator="daughter@example.net")

    decision = decided(message, knowing(message_id="frage-0@example.org"))

    assert decision.outcome is Outcome.FOLLOW_UP
    assert decision.letters == ()
    assert decision.refusal is Refusal.UNVERIFIED
    assert any(event.what == "unverified" for event in decision.events)


def test_a_follow_up_gets_at_most_one_note_a_day() -> None:
    noted = replace(CASE, followup_note_sent_on=NOW.date())

    decision = decided(a_message(in_reply_to=("x@example.org",)), knowing(case=noted, message_id="x@example.org"))

    assert decision.letters == ()
    assert decision.refusal is Refusal.NOTED_TODAY


def test_a_follow_up_to_a_closed_case_opens_it_again() -> None:
    closed = replace(CASE, status=Status.CLOSED)

    decision = decided(a_message(in_reply_to=("x@example.org",)), knowing(case=closed, message_id="x@example.org"))

    assert decision.part.status is Status.OPEN


def test_an_out_of_office_reply_joins_its_case_but_gets_no_letter() -> None:
    message = a_message(in_reply_to=(OUR_LETTER,), fields=(("auto-submitted", "auto-replied"),))

    decision = decided(message, knowing(letter_to=EVA.addr_spec))

    assert decision.outcome is Outcome.REPORT
    assert decision.case_number == CASE.number
    assert decision.letters == ()


def test_machine_mail_that_belongs_to_no_case_is_set_aside() -> None:
    decision = decided(a_message(fields=(("auto-submitted", "auto-replied"),)), knowing(case=None))

    assert decision.outcome is Outcome.SET_ASIDE
    assert decision.case_number == ""
    assert decision.refusal is Refusal.AUTOMATIC


def test_list_mail_may_be_a_persons_and_becomes_a_case_without_a_letter() -> None:
    decision = decided(a_message(fields=(("list-id", "<x.example.net>"),)), knowing(case=None))

    assert decision.outcome is Outcome.NEW_CASE
    assert decision.letters == ()


def test_a_bounce_of_our_letter_finds_its_case_by_the_message_id_that_it_names() -> None:
    report = DeliveryReport("failed", "5.1.1", ("eva@example.org",), OUR_LETTER)

    decision = decided(a_message(delivery_report=report, originator="mailer-daemon@example.org"), knowing(letter_to=EVA.addr_spec))

    assert decision.outcome is Outcome.REPORT
    assert decision.case_number == CASE.number


def test_a_mail_that_was_taken_in_before_is_only_filed() -> None:
    decision = decided(a_message(), knowing(seen="the same octets"))

    assert decision.outcome is Outcome.ALREADY_KNOWN
    assert decision.letters == ()
    assert decision.events == ()


def test_the_copy_of_our_own_letter_confirms_it_and_goes_to_the_sent_folder() -> None:
    own = OwnLetter("abcdefghijklmnop", CASE.number, EVA.addr_spec)

    decision = decided(a_message(message_id=OUR_LETTER, originator="desk@example.com", to=(EVA.addr_spec,)), knowing(own_letter=own))

    assert decision.part == ProofCopy(own.letter_id)
    assert decision.folder is Folder.SENT
    assert decision.direction is Direction.OUT


def test_a_citizen_who_sends_our_letters_id_back_as_his_own_does_not_make_his_mail_vanish() -> None:
    own = OwnLetter("abcdefghijklmnop", CASE.number, EVA.addr_spec)

    decision = decided(a_message(message_id=OUR_LETTER), knowing(own_letter=own))

    assert decision.outcome is Outcome.NEW_CASE


def test_nor_does_one_who_writes_our_address_into_from() -> None:
    own = OwnLetter("abcdefghijklmnop", CASE.number, EVA.addr_spec)

    decision = decided(a_message(message_id=OUR_LETTER, originator="desk@example.com"), knowing(own_letter=own))

    assert not isinstance(decision.part, ProofCopy)
    assert decision.outcome is Outcome.NEW_CASE


def test_a_staff_address_in_from_is_kept_as_staff_mail_and_proves_nothing() -> None:
    decision = decided(a_message(originator=WEBER.address), knowing(case=None))

    assert decision.outcome is Outcome.STAFF
    assert isinstance(decision.part, Opened)
    assert decision.refusal is Refusal.STAFF
    assert any(event.what == "unproved" for event in decision.events)


def test_staff_mail_in_a_case_is_a_note_inside_the_house() -> None:
    message = a_message(originator=WEBER.address, in_reply_to=("x@example.org",))

    decision = decided(message, knowing(message_id="x@example.org"))

    assert (decision.outcome, decision.direction, decision.role) == (Outcome.STAFF, Direction.NOTE, Role.STAFF)


def refused(policy: Policy = POLICY, *, known: Known | None = None, received_at: datetime = MONDAY, **fields: object) -> Refusal | None:
    decision = decided(a_message(**fields), known or knowing(case=None), policy, received_at=received_at)
    assert bool(decision.letters) == (decision.refusal is None)
    assert isinstance(decision.part, Opened), "whatever is refused, the case is made"
    return decision.refusal


@pytest.mark.parametrize(
    ("limit", "recent"),
    [
        (Refusal.SENDER_LIMIT, RecentLetters(to_sender=5)),
        (Refusal.DOMAIN_LIMIT, RecentLetters(to_domain=1000)),
        (Refusal.DESK_LIMIT, RecentLetters(of_desk=2000)),
    ],
)
def test_beyond_each_limit_the_case_is_made_without_a_letter(limit: Refusal, recent: RecentLetters) -> None:
    assert refused(known=knowing(case=None, recent=recent)) is limit


def test_strangers_at_the_same_large_provider_do_not_silence_each_other() -> None:
    assert refused(known=knowing(case=None, recent=RecentLetters(to_domain=1000)), originator="eva@gmx.de") is None


def test_old_mail_is_taken_in_without_letters() -> None:
    assert refused(received_at=MONDAY - timedelta(days=8)) is Refusal.TOO_OLD
    assert refused(received_at=MONDAY - timedelta(days=6)) is None


def test_imported_mail_gets_no_letters() -> None:
    assert decided(a_message(), knowing(case=None), imported=True).refusal is Refusal.IMPORTED


def test_a_mail_that_names_other_recipients_only_is_not_answered() -> None:
    assert refused(to=("somebody@example.net",)) is Refusal.NOT_ADDRESSED
    assert refused(to=("somebody@example.net",), fields=(("delivered-to", "desk@example.com"),)) is None
    assert refused(to=("Dialog@Example.com",)) is None
    assert refused(to=("somebody@example.net",), cc=("desk+x@example.com",)) is None


@pytest.mark.parametrize(
    "address",
    ["desk@example.com", "DESK@example.com", "dialog@example.com", "desk+token@example.com", "desk@ｅxample.com"],
)
def test_the_desk_never_writes_to_itself(address: str) -> None:
    assert refused(originator=address) is Refusal.OWN_ADDRESS


def test_a_mail_without_a_writer_becomes_a_case_without_a_letter() -> None:
    assert refused(originator="") is Refusal.NO_ADDRESS


def test_acknowledgements_can_be_switched_off() -> None:
    assert refused(replace(POLICY, letters=LetterLimits(acknowledge=False))) is Refusal.SWITCHED_OFF


@pytest.mark.parametrize(
    ("arrived", "year"),
    [
        (datetime(2025, 12, 31, 22, 59, tzinfo=UTC), 2025),
        (datetime(2025, 12, 31, 23, 1, tzinfo=UTC), 2026),
        (datetime(1904, 1, 1, tzinfo=UTC), 2026),
        (datetime(2099, 1, 1, tzinfo=UTC), 2026),
    ],
)
def test_a_case_is_numbered_by_the_year_of_its_arrival_in_the_desks_time_zone(arrived: datetime, year: int) -> None:
    assert questions(a_message(), POLICY, Arrival(arrived), NOW).year == year


def test_every_decision_says_why() -> None:
    decisions = (
        decided(a_message(), knowing(case=None)),
        decided(a_message(), knowing(seen="the same octets")),
        decided(a_message(fields=(("precedence", "bulk"),)), knowing(case=None)),
        decided(a_message(in_reply_to=(OUR_LETTER,)), knowing(letter_to=EVA.addr_spec)),
    )

    assert all(decision.evidence for decision in decisions)
    assert not any("@" in line for decision in decisions for line in decision.evidence), "evidence may be logged"


def test_after_a_restore_a_reply_to_a_lost_letter_does_not_join_whoever_has_its_number_now() -> None:
    lost = keyed_message_id(POLICY.secret, CASE.number, "lostlostlostlost", "other@example.net", "example.com")

    stranger = decided(a_message(in_reply_to=(lost,), originator="other@example.net"), knowing())
    of_the_case = keyed_message_id(POLICY.secret, CASE.number, "lostlostlostlost", EVA.addr_spec, "example.com")
    mine = decided(a_message(in_reply_to=(of_the_case,)), knowing())

    assert stranger.outcome is Outcome.NEW_CASE
    assert mine.case_number == CASE.number


def test_a_copy_of_a_letter_that_a_restore_has_forgotten_opens_no_case() -> None:
    lost = keyed_message_id(POLICY.secret, "KD-2026-00099", "lostlostlostlost", EVA.addr_spec, "example.com")

    decision = decided(a_message(message_id=lost, originator="desk@example.com", to=(EVA.addr_spec,)), knowing())
    forged = decided(a_message(message_id=lost, originator="desk@example.com", to=("other@example.net",)), knowing())

    assert (decision.outcome, decision.folder) == (Outcome.SET_ASIDE, Folder.SENT)
    assert forged.outcome is Outcome.NEW_CASE


def test_numbers_that_are_guessed_join_nothing_and_are_all_kept() -> None:
    import random

    chance = random.Random(7)
    for _ in range(1000):
        number = f"KD-{chance.choice((2025, 2026))}-{chance.randrange(1, 60):05d}"
        decision = decided(a_message(subject=f"Re: {number}", originator="thief@example.net"), knowing())
        assert decision.outcome is Outcome.NEW_CASE
        assert decision.letters[0].recipient == "thief@example.net"


def test_a_note_on_a_follow_up_promises_no_day_that_has_passed() -> None:
    late = replace(CASE, due_on=NOW.date() - timedelta(days=1))

    decision = decided(a_message(in_reply_to=("x@example.org",)), knowing(case=late, message_id="x@example.org"))

    assert decision.letters[0].context["frist"] is None


@pytest.mark.parametrize(
    "machine",
    [
        {"originator": Address("Mail Delivery System", "MAILER-DAEMON@mx.example.org")},
        {"fields": (("auto-submitted", "auto-replied"),)},
        {"fields": (("list-unsubscribe-post", "List-Unsubscribe=One-Click"), ("list-unsubscribe", "<https://shop.example/ab>"))},
    ],
)
def test_a_case_that_a_colleague_makes_of_a_machines_mail_sends_it_no_letter(machine: dict[str, Any]) -> None:
    message = a_message(**machine)
    assert decided(message, knowing(case=None)).outcome is Outcome.SET_ASIDE

    made = decide(message, knowing(case=None), POLICY, Arrival(MONDAY, by_hand=True), NOW)

    assert isinstance(made.part, Opened)
    assert (made.letters, made.refusal) == ((), Refusal.AUTOMATIC)
    assert [letter.recipient for letter in made.notices] == [WEBER.address]


def test_a_mail_that_no_rule_takes_for_a_machines_is_acknowledged_also_by_hand() -> None:
    made = decide(a_message(), knowing(case=None), POLICY, Arrival(MONDAY, by_hand=True), NOW)

    assert [letter.template for letter in made.letters] == ["acknowledgement"]


def test_who_makes_a_case_of_what_is_one_already_gets_its_number() -> None:
    token = order_token(POLICY.secret, "KD-NEU", WEBER.address, MONDAY, "#vorgang 0123456789ab")
    order = a_message(originator=Address("", WEBER.address), subject=f"[KD-NEU] #vorgang 0123456789ab ~{token}", text="")

    decision = decided(order, knowing(case=None, made_case=CASE.number))

    assert (decision.outcome, decision.case_number) == (Outcome.SET_ASIDE, "")
    (notice,) = decision.notices
    assert (notice.template, notice.recipient) == ("confirmed", WEBER.address)
    assert "is_case" in repr(notice.context)
    assert CASE.number in repr(notice.context)
