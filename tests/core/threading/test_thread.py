# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Which case takes a mail: through merged and continued cases, forwards, and where two cases turn out to be one conversation."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from maildesk.core.case.case import CaseLink, KnownCase, LinkKind, Status
from maildesk.core.letters.keyed_ids import reply_address
from maildesk.core.mail.message import Address
from maildesk.core.threading.evidence import Naming, SameId, SameSubject, ThreadFacts
from maildesk.core.threading.thread import LATE_WITHIN, Thread, find_thread
from tests.rig.builders import EVA, MONDAY, a_message
from tests.rig.trails import (
    ADAM,
    ADAMS,
    CASE,
    DMARC_FAIL,
    LETTER_ID,
    OPENED,
    POLICY,
    SECRET,
    STRANGER,
    WEBER,
    a_case,
    a_letter,
    a_trail,
    facts,
    keyed,
    says,
)

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
REOPEN = timedelta(days=POLICY.deadlines.reopen_days)
EVAS_FIRST = a_case("KD-2026-00003", opened_at=OPENED - 5 * DAY)


def closed(case: KnownCase, ago: timedelta, **fields: Any) -> KnownCase:
    return replace(case, status=Status.CLOSED, closed_at=MONDAY - ago, **fields)


def merged(case: KnownCase, into: KnownCase) -> KnownCase:
    return closed(case, DAY, merged_into=into.number)


def thread(*cases: KnownCase, names: dict[str, str] | None = None, machine: bool = False, **known: Any) -> Thread:
    """Where Eva's mail goes that names these messages; `names` are the cases that hold them."""
    fields = known.pop("fields", {})
    ids = names if names is not None else {"m@example.org": cases[0].number}
    message = a_message(**{"references": tuple(ids), **fields})
    return find_thread(a_trail(message, facts(*cases, cases_by_message_id=ids, **known), machine=machine))


def goes_to(*cases: KnownCase, **rest: Any) -> str:
    match = thread(*cases, **rest).match
    return match.case_number if match else ""


# --- merged, closed and continued cases ---

A, B, C = (a_case(f"KD-2026-0000{n}") for n in (1, 2, 3))
LONG = REOPEN + SECOND
FOLLOWED = closed(A, LONG, continued_by=(B.number,))
TARGETS: list[tuple[str, tuple[KnownCase, ...], KnownCase | None]] = [
    ("an open case", (A,), A),
    ("one that was closed a while ago", (closed(A, DAY),), A),
    ("one that was closed as long ago as may be", (closed(A, REOPEN),), A),
    ("one that was closed long ago", (closed(A, LONG),), None),
    ("one that was answered", (replace(A, status=Status.ANSWERED),), A),
    ("a merged one", (merged(A, B), B), B),
    ("one merged into a merged one", (merged(A, B), merged(B, C), C), C),
    ("one merged long ago", (closed(A, LONG, merged_into=B.number), B), B),
    ("one merged into one that was closed a while ago", (merged(A, B), closed(B, DAY)), B),
    ("one merged into one that was closed long ago", (merged(A, B), closed(B, LONG)), None),
    ("one merged into one that is continued", (merged(A, FOLLOWED), FOLLOWED, B), B),
    ("one merged into one that is not known", (merged(A, B),), None),
    ("two that were merged into each other", (merged(A, B), merged(B, A)), A),
    ("a continued one", (FOLLOWED, B), B),
    ("a continued one that was closed a while ago", (closed(A, DAY, continued_by=(B.number,)), B), A),
    ("one continued by one that was merged", (FOLLOWED, merged(B, C), C), C),
    ("one continued by one that was closed long ago", (FOLLOWED, closed(B, LONG)), None),
    ("one continued by somebody else's", (FOLLOWED, replace(B, participants=frozenset({ADAM.key}))), None),
    ("one continued by one that is not known", (FOLLOWED,), None),
]  # fmt: skip


@pytest.mark.parametrize(("what", "cases", "target"), TARGETS, ids=[row[0] for row in TARGETS])
def test_a_mail_reaches_the_case_that_takes_it_now(what: str, cases: tuple[KnownCase, ...], target: KnownCase | None) -> None:
    assert goes_to(*cases) == (target.number if target else "")


@pytest.mark.parametrize(
    ("fields", "known"),
    [
        ({"references": (), "subject": f"zu {A.number}"}, {}),
        ({"references": (keyed(A),)}, {"letters": a_letter(A)}),
        ({"references": (), "in_reply_to": ("m@example.org",)}, {}),
    ],
    ids=["number", "keyed id", "Message-ID"],
)
def test_number_keyed_id_and_message_id_of_a_merged_case_all_reach_the_target(fields: dict[str, Any], known: dict[str, Any]) -> None:
    chain = (merged(A, B), merged(B, C), C)

    assert goes_to(*chain, names={"m@example.org": A.number}, fields=fields, **known) == C.number


def test_a_reply_to_a_case_closed_long_ago_is_linked_to_what_that_case_has_become() -> None:
    assert thread(closed(A, LONG)).links == (CaseLink(LinkKind.CONTINUES, A.number),)
    assert thread(merged(A, B), closed(B, LONG)).links == (CaseLink(LinkKind.CONTINUES, B.number),)


def test_a_case_that_still_takes_mail_counts_before_stronger_evidence_for_one_that_does_not() -> None:
    found = thread(closed(A, LONG), B, fields={"references": ("m@example.org",), "subject": B.number})

    assert found.match is not None
    assert (found.match.case_number, found.match.matched_by) == (B.number, "case-number")


# --- forwarded mail ---

PREFIXES = ("WG", "Fwd", "FW", "TR", "RV", "Doorst", "VB", "Enc", "I", "PD")


@pytest.mark.parametrize("subject", [f"{prefix}: {rest}" for prefix in PREFIXES for rest in ("Frage", "AW: Frage")])
def test_what_a_stranger_forwards_is_a_case_of_its_own_that_carries_the_other(subject: str) -> None:
    found = thread(ADAMS, fields={"subject": subject})

    assert found.match is None
    assert found.links == (CaseLink(LinkKind.CARRIES, ADAMS.number),)


@pytest.mark.parametrize(
    ("case", "fields", "known", "joins"),
    [
        (CASE, {"subject": "WG: Frage"}, {}, True),
        (ADAMS, {"subject": "AW: WG: Frage"}, {}, True),
        (ADAMS, {"subject": "Frage", "fields": (("x-forwarded-message-id", "<m@example.org>"),)}, {}, False),
        (ADAMS, {"subject": "Frage"}, {}, True),
        (
            ADAMS,
            {"subject": "WG: Frage", "references": (keyed(ADAMS, ADAM.addr_spec),)},
            {"letters": a_letter(ADAMS, ADAM.addr_spec)},
            False,
        ),
        (ADAMS, {"subject": f"WG: [{ADAMS.number}]", "references": ()}, {}, False),
        (ADAMS, {"subject": "WG: Frage"}, {"named_by_writer": {"m@example.org": ADAMS.number}}, True),
        (ADAMS, {"subject": "WG: Frage", "references": ()}, {"same_id": SameId(ADAMS.number, MONDAY, a_message().text)}, True),
    ],
)
def test_a_forwarded_mail_joins_only_a_case_of_its_writer(
    case: KnownCase, fields: dict[str, Any], known: dict[str, Any], joins: bool
) -> None:
    assert goes_to(case, fields=fields, names={"m@example.org": case.number}, **known) == (case.number if joins else "")


def test_what_a_machine_forwards_stays_with_its_case() -> None:
    assert goes_to(ADAMS, fields={"subject": "Fwd: Frage"}, machine=True) == ADAMS.number


def test_a_forwarded_mail_carries_the_case_that_a_merged_one_has_become() -> None:
    found = thread(merged(ADAMS, B), replace(B, participants=frozenset({ADAM.key})), fields={"subject": "WG: Frage"})

    assert found.links == (CaseLink(LinkKind.CARRIES, B.number),)


# --- cases that turn out to be one ---

YOUNG = a_case("KD-2026-00090", ADAM, status=Status.NEW, opened_at=MONDAY - DAY, opened_by_reply=True)


def made_one(*cases: KnownCase, fields: dict[str, Any] | None = None, overtaken: bool = False, machine: bool = False) -> tuple[str, ...]:
    """The surviving case and those that become part of it, for a mail that names a message of each."""
    names = {f"{case.number}@x": case.number for case in reversed(cases)}
    named_by = tuple(Naming(case.number) for case in cases[1:]) if overtaken else ()
    found = thread(*cases, names=names, named_by=named_by, machine=machine, fields=fields or {})
    assert found.match is not None
    return (found.match.case_number, *found.merges)


FORGED = {"fields": (says(DMARC_FAIL, "example.org"),)}
MERGES: list[tuple[str, tuple[KnownCase, ...], dict[str, Any], tuple[KnownCase, ...]]] = [
    ("two of one correspondent: the older survives", (CASE, EVAS_FIRST), {}, (EVAS_FIRST, CASE)),
    ("the same, the older named first", (EVAS_FIRST, CASE), {}, (EVAS_FIRST, CASE)),
    ("two of one correspondent, named by a stranger", (CASE, EVAS_FIRST), {"fields": {"originator": STRANGER}}, (EVAS_FIRST, CASE)),
    ("two citizens'", (CASE, ADAMS), {}, (CASE,)),
    ("two citizens', named by a stranger", (CASE, ADAMS), {"fields": {"originator": STRANGER}}, (CASE,)),
    ("two without a correspondent", (replace(A, correspondent=""), replace(B, correspondent="")), {}, (A,)),
    ("two of one correspondent, one closed", (CASE, closed(EVAS_FIRST, DAY)), {}, (CASE,)),
    ("two of one correspondent, forged", (CASE, EVAS_FIRST), {"fields": FORGED}, (CASE,)),
    ("two of one correspondent, staff without proof", (CASE, EVAS_FIRST), {"fields": {"originator": WEBER.address}}, (CASE,)),
    ("two of one correspondent, a machine", (CASE, EVAS_FIRST), {"machine": True}, (CASE,)),
    ("a young case that overtook its root", (CASE, YOUNG), {"overtaken": True}, (CASE, YOUNG)),
    ("the same, forged", (CASE, YOUNG), {"overtaken": True, "fields": FORGED}, (CASE,)),
    ("a young case that named something else", (CASE, YOUNG), {}, (CASE,)),
    ("one that overtook, as old as may be", (CASE, replace(YOUNG, opened_at=MONDAY - LATE_WITHIN)), {"overtaken": True}, (CASE, YOUNG)),
    ("one that overtook too long ago", (CASE, replace(YOUNG, opened_at=MONDAY - LATE_WITHIN - SECOND)), {"overtaken": True}, (CASE,)),
    ("one that overtook and is worked on", (CASE, replace(YOUNG, status=Status.OPEN)), {"overtaken": True}, (CASE,)),
    ("one that overtook and is closed", (CASE, closed(YOUNG, DAY)), {"overtaken": True}, (CASE,)),
    ("one that was opened by no reply", (CASE, replace(YOUNG, opened_by_reply=False)), {"overtaken": True}, (CASE,)),
    ("one of unknown age", (CASE, replace(YOUNG, opened_at=None)), {"overtaken": True}, (CASE,)),
]  # fmt: skip


@pytest.mark.parametrize(("what", "cases", "how", "expected"), MERGES, ids=[row[0] for row in MERGES])
def test_cases_become_one_only_where_nobody_is_shown_anything_new(
    what: str, cases: tuple[KnownCase, ...], how: dict[str, Any], expected: tuple[KnownCase, ...]
) -> None:
    assert made_one(*cases, **how) == tuple(case.number for case in expected)


def test_three_cases_of_one_correspondent_become_the_oldest_one() -> None:
    oldest, middle, newest = (a_case(f"KD-2026-0001{n}", opened_at=OPENED + n * DAY) for n in range(3))

    survivor, *parts = made_one(newest, oldest, middle)

    assert survivor == oldest.number
    assert sorted(parts) == [middle.number, newest.number]


def weak(number: str, by: str) -> dict[str, Any]:
    if by == "number":
        return {"fields": {"subject": number}}
    return {"fields": {"subject": "AW: x"}, "same_subject": (SameSubject(number, False, MONDAY - DAY),)}


@pytest.mark.parametrize("by", ["number", "subject"])
def test_a_number_or_a_subject_makes_no_two_cases_one(by: str) -> None:
    found = thread(CASE, EVAS_FIRST, names={"m@example.org": CASE.number}, **weak(EVAS_FIRST.number, by))

    assert found.match is not None
    assert (found.match.case_number, found.merges) == (CASE.number, ())


def test_an_address_with_a_token_says_nothing_of_another_case_that_the_mail_names() -> None:
    token = reply_address(SECRET, POLICY.desk, CASE.number, LETTER_ID, EVA.addr_spec)
    letters = {LETTER_ID: a_letter()[keyed()]}

    found = thread(CASE, EVAS_FIRST, names={"m@example.org": EVAS_FIRST.number}, fields={"to": (token,)}, letters_by_id=letters)

    assert found.match is not None
    assert (found.match.matched_by, found.match.case_number, found.merges) == ("reply-address", CASE.number, ())


def test_a_repeated_mail_says_so() -> None:
    assert thread(CASE, names={}, same_subject=(SameSubject(CASE.number, False, MONDAY, repeats=True),)).repeated
    assert not thread(CASE).repeated


def test_nothing_known_is_a_new_case_without_links() -> None:
    assert find_thread(a_trail(a_message(), ThreadFacts())) == Thread()


@pytest.mark.parametrize("writer", [EVA, ADAM, STRANGER, Address("", "")])
def test_evidence_for_a_case_that_is_not_there_joins_nothing(writer: Address) -> None:
    known = facts(cases_by_message_id={"m@example.org": CASE.number}, named_by=(Naming(CASE.number),), thread_index=(CASE.number,))

    assert find_thread(a_trail(a_message(originator=writer, references=("m@example.org",)), known)) == Thread()


def test_the_age_of_a_case_is_reckoned_from_the_arrival_and_not_from_the_writers_clock() -> None:
    behind: datetime = MONDAY - 20 * DAY
    message = a_message(references=("m@example.org",), date=behind)
    known = facts(closed(A, REOPEN), cases_by_message_id={"m@example.org": A.number})

    assert find_thread(a_trail(message, known, received_at=MONDAY)).match is not None
    assert find_thread(a_trail(message, known, received_at=MONDAY + SECOND)).match is None
