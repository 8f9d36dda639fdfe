# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What the desk decides on top of the thread: links, reports about letters, notices, alarms, and what is refused to the unproved."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from maildesk.core.case.case import CaseLink, Direction, KnownCase, LinkKind, Role, Status
from maildesk.core.decision.decision import Decision, Outcome
from maildesk.core.decision.parts import Opened
from maildesk.core.letters.letter import CONSULTATION, UNPROVED, Letter, LetterReport
from maildesk.core.letters.refusal import RecentLetters, Refusal
from maildesk.core.mail.message import Address, DeliveryReport, Message
from maildesk.core.office.policy import Staff
from maildesk.core.threading.evidence import OtherCase, SameSubject, ThreadFacts
from tests.rig.builders import EVA, MONDAY, a_message
from tests.rig.trails import (
    ADAM,
    ADAMS,
    CASE,
    DMARC_PASS,
    LETTER_ID,
    POLICY,
    STRANGER,
    WEBER,
    a_case,
    a_letter,
    decided,
    facts,
    forged,
    keyed,
    says,
)

N = CASE.number
ROOT = {"cases_by_message_id": {"root@example.org": N}}
NAMES_ROOT = {"in_reply_to": ("root@example.org",)}
LONG_AGO = MONDAY - timedelta(days=POLICY.deadlines.reopen_days, seconds=1)
CLOSED = replace(CASE, status=Status.CLOSED, closed_at=MONDAY - timedelta(days=3))
COLLEAGUE = Address("", "sommer@neue-wege.org")


def whats(decision: Decision) -> list[str]:
    return [event.what for event in decision.events]


# --- links of a new case ---


@pytest.mark.parametrize(
    ("fields", "known", "links"),
    [
        ({}, facts(), []),
        ({"subject": N, "originator": STRANGER}, facts(CASE), [("mentions", N)]),
        ({"subject": f"{N} {ADAMS.number}", "originator": STRANGER}, facts(CASE, ADAMS), [("mentions", N), ("mentions", ADAMS.number)]),
        ({"subject": "KD-2026-00001"}, facts(CASE), []),
        ({"text": N, "originator": STRANGER}, facts(CASE), []),
        ({"subject": "WG: Frage", "originator": STRANGER, **NAMES_ROOT}, facts(CASE, **ROOT), [("carries", N)]),
        ({"subject": f"WG: {N}", "originator": STRANGER, **NAMES_ROOT}, facts(CASE, **ROOT), [("carries", N)]),
        (NAMES_ROOT, facts(replace(CLOSED, closed_at=LONG_AGO), **ROOT), [("continues", N)]),
        ({"subject": N}, facts(replace(CLOSED, closed_at=LONG_AGO)), [("continues", N)]),
        ({}, facts(others=(OtherCase(N, "AW: Frage zum  Fahrplan", "x"),)), [("same-concern", N)]),
        ({"originator": ""}, facts(others=(OtherCase(N, "Frage zum Fahrplan", "x"),)), []),
        ({}, facts(others=(OtherCase(N, "Lob für den Empfang", "Herzlichen Glückwunsch"),)), []),
        ({"subject": ""}, facts(others=(OtherCase(N, "", "x"),)), []),
    ],
)
def test_a_new_case_is_linked_to_older_ones_and_the_history_says_so(
    fields: dict[str, Any], known: ThreadFacts, links: list[tuple[str, str]]
) -> None:
    decision = decided(a_message(**fields), known)

    assert isinstance(decision.part, Opened)
    assert [(link.kind.value, link.number) for link in decision.part.links] == links
    assert whats(decision) == ["opened", *(kind for kind, _ in links)]
    assert decision.part.merges == ()


def test_a_forged_mail_is_not_linked_to_the_cases_of_the_person_that_it_names() -> None:
    assert decided(forged(), facts(others=(OtherCase(N, "Frage zum Fahrplan", "x"),))).part.links == ()


def test_a_reply_to_a_case_closed_long_ago_opens_a_case_and_is_acknowledged() -> None:
    decision = decided(a_message(**NAMES_ROOT), facts(replace(CLOSED, closed_at=LONG_AGO), **ROOT))

    assert decision.part.links == (CaseLink(LinkKind.CONTINUES, N),)
    assert [letter.template for letter in decision.letters] == ["acknowledgement"]
    assert isinstance(decision.part, Opened)
    assert decision.part.new_case.opened_by_reply


@pytest.mark.parametrize(
    ("status", "reopened"),
    [(Status.CLOSED, True), (Status.ANSWERED, True), (Status.NEW, False), (Status.OPEN, False), (Status.WAITING, False)],
)
def test_a_follow_up_opens_what_was_answered_or_closed_again(status: Status, reopened: bool) -> None:
    decision = decided(a_message(**NAMES_ROOT), facts(replace(CASE, status=status, closed_at=CLOSED.closed_at), **ROOT))

    assert decision.part.status is (Status.OPEN if reopened else None)
    assert ("reopened" in whats(decision)) is reopened


def test_a_repeated_mail_is_kept_without_letter_and_without_reopening() -> None:
    again = (SameSubject(N, False, MONDAY, repeats=True),)

    decision = decided(a_message(), facts(CLOSED, same_subject=again))

    assert (decision.case_number, decision.part.status, decision.refusal, decision.letters) == (N, None, Refusal.REPEATED, ())
    assert whats(decision) == ["repeated"]


def test_merges_stand_in_the_history_of_the_case_that_survives() -> None:
    older = a_case("KD-2026-00003", opened_at=MONDAY - timedelta(days=9))
    ids = {"root@example.org": N, "other@example.org": older.number}

    decision = decided(a_message(references=tuple(ids)), facts(CASE, older, cases_by_message_id=ids))

    assert (decision.case_number, decision.part.merges) == (older.number, (N,))
    assert "merged" in whats(decision)


# --- unknown and forged writers ---


def test_an_unknown_writer_on_a_known_thread_joins_without_a_letter() -> None:
    decision = decided(a_message(originator=STRANGER, **NAMES_ROOT), facts(CASE, **ROOT))

    assert (decision.outcome, decision.case_number, decision.part.unverified) == (Outcome.FOLLOW_UP, N, True)
    assert (decision.letters, decision.refusal) == ((), Refusal.UNVERIFIED)
    assert whats(decision) == ["follow-up", "unverified"]


SPF_FAIL = ("authentication-results", "mx.example.com; spf=fail smtp.mailfrom=eva@example.org")
NOT_OURS = ("authentication-results", "mx.evil.example; dmarc=fail header.from=example.org")


@pytest.mark.parametrize("message", [forged(), a_message(fields=(SPF_FAIL,))], ids=["DMARC", "SPF"])
def test_a_forged_mail_becomes_a_case_that_verifies_nobody_and_gets_no_letter(message: Message) -> None:
    decision = decided(message, facts())

    assert (decision.outcome, decision.refusal, decision.part.unverified) == (Outcome.NEW_CASE, Refusal.FORGED, True)
    assert decision.letters == ()
    assert "forged" in whats(decision)


@pytest.mark.parametrize(
    ("fields", "authserv_id"), [((NOT_OURS,), "mx.example.com"), ((SPF_FAIL,), ""), ((), "mx.example.com"), ((SPF_FAIL, SPF_FAIL), "mx")]
)
def test_what_other_servers_say_makes_nobody_forged(fields: tuple[tuple[str, str], ...], authserv_id: str) -> None:
    policy = replace(POLICY, desk=replace(POLICY.desk, authserv_id=authserv_id))

    decision = decided(a_message(fields=fields), facts(), policy)

    assert (decision.refusal, decision.part.unverified) == (None, False)


def test_a_forged_mail_joins_by_a_message_id_unverified_and_by_a_number_not_at_all() -> None:
    by_id = decided(forged(**NAMES_ROOT), facts(CASE, **ROOT))
    by_number = decided(forged(subject=f"AW: {N}"), facts(CASE))

    assert (by_id.case_number, by_id.part.unverified, by_id.refusal, by_id.letters) == (N, True, Refusal.FORGED, ())
    assert "forged" in whats(by_id)
    assert (by_number.outcome, by_number.part.links) == (Outcome.NEW_CASE, (CaseLink(LinkKind.MENTIONS, N),))


# --- staff and colleagues ---


@pytest.mark.parametrize("case", [CASE, CLOSED, replace(CASE, status=Status.ANSWERED)], ids=lambda case: case.status)
def test_staff_mail_without_proof_is_a_note_without_effect_and_an_alarm(case: KnownCase) -> None:
    decision = decided(a_message(originator=WEBER.address, **NAMES_ROOT), facts(case, **ROOT))

    assert (decision.outcome, decision.direction, decision.role) == (Outcome.STAFF, Direction.NOTE, Role.STAFF)
    assert (decision.part.status, decision.letters, decision.part.merges) == (None, (), ())
    assert [(letter.template, letter.recipient) for letter in decision.notices] == [(UNPROVED, WEBER.address)]
    assert whats(decision) == ["follow-up", "unproved"]
    assert [alarm.name for alarm in decision.alarms] == ["unproved_staff"]


def notice(message: Message, known: ThreadFacts, **more: object) -> Letter | None:
    return next((each for each in decided(message, known, **more).notices if each.template == UNPROVED), None)


@pytest.mark.parametrize(
    ("message", "known", "why", "links"),
    [
        (a_message(originator=WEBER.address, in_reply_to=(keyed(to=EVA.key),)), facts(CASE, letters=a_letter(to=EVA.key)), "to_another", 2),
        (a_message(originator=WEBER.address, subject=f"{N} Bescheid", text="GEHEIM"), facts(CASE), "no_answer", 2),
        (a_message(originator=WEBER.address, subject="GEHEIM"), facts(CASE), "no_answer", 0),
        (a_message(originator=WEBER.address, subject="KD-2026-09999 GEHEIM"), facts(CASE), "no_answer", 0),
        (forged(originator=WEBER.address), facts(CASE), "forged", 0),
    ],
    ids=["forwarded relay", "number alone", "no case", "unknown case", "forged"],
)
def test_the_colleague_whose_address_is_in_an_unproved_mail_is_notified_without_a_word_of_it(
    message: Message, known: ThreadFacts, why: str, links: int
) -> None:
    letter = notice(message, known)

    assert letter is not None
    assert (letter.recipient, letter.context["grund"].key) == (WEBER.address, f"unproved.{why}")
    assert len(letter.context["links"]) == links
    assert "GEHEIM" not in repr(letter)
    assert "09999" not in repr(letter)


def test_what_went_to_the_person_too_is_not_asked_for_once_more() -> None:
    message = a_message(originator=WEBER.address, subject=f"{N} Bescheid")
    to_both = replace(message, to=(EVA,), cc=message.to)

    asked, kept = notice(message, facts(CASE)), notice(to_both, facts(CASE))

    assert asked is not None
    assert kept is not None
    assert ("%23antwort" in repr(asked.context), "%23antwort" in repr(kept.context)) == (True, False)


def test_a_forger_cannot_flood_a_colleague_and_the_last_notice_of_a_day_says_so() -> None:
    message = a_message(originator=WEBER.address, **NAMES_ROOT)
    sent = [notice(message, facts(CASE, **ROOT), recent=RecentLetters(unproved=count)) for count in range(5)]

    assert [letter.context["letzte"] if letter else None for letter in sent] == [False, False, True, None, None]


def test_an_imported_mail_without_proof_notifies_nobody() -> None:
    assert notice(a_message(originator=WEBER.address), facts(CASE), imported=True) is None


@pytest.mark.parametrize("subject", [N, f"AW: {N}", "#erledigt", "Frage zum Fahrplan"])
def test_staff_mail_without_proof_joins_nothing_by_what_can_be_typed(subject: str) -> None:
    known = facts(replace(CASE, participants=frozenset({EVA.key, WEBER.address})), same_subject=(SameSubject(N, False, MONDAY, True),))

    decision = decided(a_message(originator=WEBER.address, subject=subject), known)

    assert (decision.outcome, decision.part.unverified, decision.refusal) == (Outcome.STAFF, True, Refusal.STAFF)
    assert isinstance(decision.part, Opened)
    assert len(decision.alarms) == 1


@pytest.mark.parametrize(
    ("message", "known"),
    [
        (a_message(originator=WEBER.address, **NAMES_ROOT, fields=(says(DMARC_PASS, "example.com"),)), facts(CLOSED, **ROOT)),
        (a_message(originator=WEBER.address, in_reply_to=(keyed(to=WEBER.address),)), facts(CLOSED, letters=a_letter(to=WEBER.address))),
        (
            a_message(originator=COLLEAGUE, in_reply_to=(keyed(to=COLLEAGUE.addr_spec),)),
            facts(CLOSED, letters=a_letter(to=COLLEAGUE.addr_spec, template=CONSULTATION)),
        ),
    ],
    ids=["DMARC", "keyed id", "consulted"],
)
def test_who_is_proved_writes_a_note_and_alarms_nobody(message: Message, known: ThreadFacts) -> None:
    decision = decided(message, known)

    assert (decision.outcome, decision.direction, decision.case_number) == (Outcome.STAFF, Direction.NOTE, N)
    assert (decision.part.status, decision.letters, decision.alarms) == (None, (), ())
    assert not {"unproved", "forged"} & set(whats(decision))


def test_an_imported_mail_alarms_nobody() -> None:
    unproved = decided(a_message(originator=WEBER.address), facts(), imported=True)
    flood = decided(a_message(), facts(), imported=True, recent=RecentLetters(to_sender=99))

    assert (unproved.alarms, flood.alarms) == ((), ())
    assert isinstance(unproved.part, Opened)


@pytest.mark.parametrize("recent", [RecentLetters(to_sender=5), RecentLetters(to_domain=1000), RecentLetters(of_desk=2000)])
@pytest.mark.parametrize(("fields", "known"), [({}, facts()), (NAMES_ROOT, facts(CASE, **ROOT))], ids=["new case", "follow-up"])
def test_each_limit_raises_one_alarm_a_day(fields: dict[str, Any], known: ThreadFacts, recent: RecentLetters) -> None:
    (alarm,) = decided(a_message(**fields), known, recent=recent).alarms

    assert (alarm.name, alarm.again_after) == ("letter_limit", timedelta(days=1))
    assert "@" not in alarm.detail


def test_a_letter_just_inside_a_limit_raises_no_alarm() -> None:
    assert decided(a_message(), facts(), recent=RecentLetters(4, 999, 1999)).alarms == ()


def test_no_letter_goes_to_an_address_from_which_one_came_back() -> None:
    decision = decided(a_message(), facts(), recent=RecentLetters(returned=True))

    assert (decision.refusal, decision.letters, decision.outcome) == (Refusal.RETURNED, (), Outcome.NEW_CASE)


# --- reports about our letters ---


def a_report(action: str = "failed", original: str = "", recipient: str = EVA.addr_spec) -> Message:
    status = {"failed": "5.1.1", "delayed": "4.4.1"}.get(action, "2.0.0")
    report = DeliveryReport(action, status, (recipient,), original)
    return a_message(
        originator="mailer-daemon@example.org", report_type="delivery-status", delivery_report=report, message_id="r@example.org"
    )


INFORMED = replace(POLICY, staff=(*POLICY.staff, Staff("C. Lang", "lang@example.com", "lang")))


@pytest.mark.parametrize(
    ("action", "before", "told"),
    [
        ("failed", "", True),
        ("delayed", "", True),
        ("failed", "delayed", True),
        ("failed", "failed", False),
        ("delayed", "delayed", False),
        ("delayed", "failed", False),
    ],
)
def test_staff_who_are_informed_are_told_once_of_what_became_of_a_letter(action: str, before: str, told: bool) -> None:
    decision = decided(a_report(action, keyed()), facts(CASE, letters=a_letter(report=before)), INFORMED)

    assert (decision.outcome, decision.case_number) == (Outcome.REPORT, N)
    assert (decision.letters, decision.refusal) == ((), Refusal.AUTOMATIC)
    assert decision.part == LetterReport(LETTER_ID, action, "5.1.1" if action == "failed" else "4.4.1", proved=True)
    assert [letter.recipient for letter in decision.notices] == (list(INFORMED.informed) if told else [])
    assert len({letter.letter_id for letter in decision.notices}) == len(decision.notices)
    assert not any(letter.automatic for letter in decision.notices)
    assert f"letter-{action}" in whats(decision)


def test_a_delay_and_a_failure_of_one_letter_make_two_notices_and_two_failures_the_same_one() -> None:
    def notice(action: str) -> str:
        return decided(a_report(action, keyed()), facts(CASE, letters=a_letter())).notices[0].letter_id

    assert notice("failed") == notice("failed")
    assert notice("failed") != notice("delayed")


def test_who_is_named_twice_in_the_configuration_is_told_once() -> None:
    twice = replace(POLICY, staff=(), alert_addresses=("it@example.com", "lead@example.com", "IT@example.com"))

    decision = decided(a_report("failed", keyed()), facts(CASE, letters=a_letter()), twice)

    assert [letter.recipient for letter in decision.notices] == ["it@example.com", "lead@example.com"]


def test_a_failure_that_names_only_the_recipient_joins_and_proves_nothing() -> None:
    decision = decided(a_report(), facts(CASE, returned=(a_letter()[keyed()],)))

    assert (decision.outcome, decision.case_number) == (Outcome.REPORT, N)
    assert decision.part == LetterReport(LETTER_ID, "failed", "5.1.1", proved=False)


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_good_news_of_a_letter_change_nothing(action: str) -> None:
    decision = decided(a_report(action, keyed()), facts(CASE, letters=a_letter()))

    assert (decision.outcome, decision.part, decision.notices) == (Outcome.REPORT, None, ())


@pytest.mark.parametrize("action", ["failed", "delayed", "delivered"])
@pytest.mark.parametrize("known", [facts(), facts(CASE), facts(CASE, others=(OtherCase(N, "Frage zum Fahrplan", "x"),))])
def test_a_report_on_nothing_of_ours_opens_no_case_and_gets_no_letter(action: str, known: ThreadFacts) -> None:
    decision = decided(a_report(action, "x@example.net"), known)

    assert (decision.outcome, decision.case_number, decision.part) == (Outcome.SET_ASIDE, "", None)
    assert (decision.letters, decision.notices) == ((), ())


def test_a_report_joins_but_tells_nobody_when_it_is_imported() -> None:
    decision = decided(a_report("failed", keyed()), facts(CASE, letters=a_letter()), imported=True)

    assert (decision.outcome, decision.notices) == (Outcome.REPORT, ())
    assert isinstance(decision.part, LetterReport)


# --- what every decision says ---


@pytest.mark.parametrize(
    "decision",
    [
        decided(a_message(), facts()),
        decided(a_message(**NAMES_ROOT), facts(CASE, **ROOT)),
        decided(a_message(originator=ADAM, **NAMES_ROOT), facts(CASE, **ROOT)),
        decided(forged(), facts()),
        decided(a_message(originator=WEBER.address), facts()),
        decided(a_report("failed", keyed()), facts(CASE, letters=a_letter())),
        decided(a_report(), facts()),
        decided(a_message(subject=N), facts(replace(CLOSED, closed_at=LONG_AGO))),
    ],
)
def test_every_decision_names_its_evidence_and_nobodys_address(decision: Decision) -> None:
    said = (*decision.evidence, *(event.detail for event in decision.events), *(alarm.detail for alarm in decision.alarms))

    assert len(decision.evidence) >= 2
    assert not any("@" in line for line in said)
