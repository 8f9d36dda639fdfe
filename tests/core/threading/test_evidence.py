# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Each kind of evidence for itself: what it needs to hold, and what comes close and does not. Then their order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest

from maildesk.core.case.case import KnownCase, Status
from maildesk.core.letters.keyed_ids import reply_address
from maildesk.core.mail.message import DeliveryReport
from maildesk.core.threading import evidence as kinds
from maildesk.core.threading.evidence import ORDER, Evidence, Naming, SameId, SameSubject, ThreadFacts, named_ids
from maildesk.core.threading.thread import find_thread
from tests.rig.builders import EVA, MONDAY, a_message
from tests.rig.trails import (
    ADAM,
    ADAMS,
    CASE,
    DMARC_FAIL,
    LETTER_ID,
    POLICY,
    SECRET,
    STRANGER,
    a_case,
    a_letter,
    a_trail,
    conversation,
    facts,
    keyed,
    says,
)

N = CASE.number
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
TEXT = "Guten Tag,\nwann fährt der Bus?"
INDEX = "00" * 22
TOKEN = reply_address(SECRET, POLICY.desk, N, LETTER_ID, EVA.addr_spec)
FORGED = (says(DMARC_FAIL, "example.org"),)
REPORT = DeliveryReport("failed", "5.1.1", ("eva@example.org",))


@dataclass(frozen=True)
class Row:
    """What a mail bears and what is known, and whether the evidence names the case."""

    kind: Evidence
    holds: bool
    what: str
    fields: dict[str, Any] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)
    case: KnownCase = CASE
    machine: bool = False
    plus: bool = True


def same(ago: timedelta, *, is_reply: bool = False, repeats: bool = False) -> dict[str, Any]:
    return {"same_subject": (SameSubject(N, is_reply, MONDAY - ago, repeats),)}


BEFORE = {"same_id": SameId(N, MONDAY, TEXT)}
TO_US = {"letters": a_letter()}
BY_TOKEN = {"letters_by_id": {LETTER_ID: a_letter()[keyed()]}}
HELD = {"cases_by_message_id": {"m@example.org": N}}
KNOWN = {"cases_by_message_id": {"frage-1@example.org": N}}
WRITERS = {"named_by_writer": {"u@example.org": N}}
CLOSED = replace(CASE, status=Status.CLOSED)
ANOTHERS = replace(CASE, participants=frozenset({ADAM.key}))

ROWS = [
    Row(kinds.by_same_id, True, "the same text", {}, BEFORE),
    Row(kinds.by_same_id, True, "a footer", {"text": f"{TEXT}\n--\nGeprüft."}, BEFORE),
    Row(kinds.by_same_id, True, "a mark in the subject", {"subject": "[EXTERN] Frage"}, BEFORE),
    Row(kinds.by_same_id, False, "a second later", {"date": MONDAY + SECOND}, BEFORE),
    Row(kinds.by_same_id, False, "another text", {"text": "Guten Tag,\nwann fährt die Bahn?"}, BEFORE),
    Row(kinds.by_same_id, False, "a forged writer", {"fields": FORGED}, BEFORE),
    Row(kinds.by_same_id, False, "no words before", {}, {"same_id": SameId(N, MONDAY, "")}),
    Row(kinds.by_same_id, False, "nothing known"),
    Row(kinds.by_keyed_id, True, "our letter in In-Reply-To", {"in_reply_to": (keyed(),)}, TO_US),
    Row(kinds.by_keyed_id, True, "our letter in References alone", {"references": ("x@y", keyed(), "z@y")}, TO_US),
    Row(kinds.by_keyed_id, True, "our letter, by somebody else", {"in_reply_to": (keyed(),), "originator": STRANGER}, TO_US),
    Row(kinds.by_keyed_id, True, "our letter in a report", {"delivery_report": replace(REPORT, original_message_id=keyed())}, TO_US),
    Row(kinds.by_keyed_id, True, "a lost letter to the writer, who takes part", {"in_reply_to": (keyed(),)}),
    Row(kinds.by_keyed_id, True, "the conversation", {"references": (conversation(), "rewritten@example.org")}),
    Row(kinds.by_keyed_id, True, "the conversation, by somebody else", {"references": (conversation(),), "originator": STRANGER}),
    Row(kinds.by_keyed_id, False, "a changed key", {"in_reply_to": (keyed().replace(keyed()[-40:-12], "a" * 28),)}, TO_US),
    Row(kinds.by_keyed_id, False, "a key of another secret", {"in_reply_to": (keyed(secret=b"x" * 32),)}),
    Row(kinds.by_keyed_id, False, "the key of another case", {"in_reply_to": (keyed(ADAMS).replace(ADAMS.number, N),)}),
    Row(kinds.by_keyed_id, False, "an unknown case", {"in_reply_to": (keyed(ADAMS),)}),
    Row(kinds.by_keyed_id, False, "a lost letter to the writer, who takes no part", {"in_reply_to": (keyed(),)}, {}, ANOTHERS),
    Row(kinds.by_keyed_id, False, "a lost letter to somebody else", {"in_reply_to": (keyed(to=ADAM.addr_spec),)}),
    Row(kinds.by_keyed_id, False, "a conversation with somebody who takes no part", {"references": (conversation(to=ADAM.addr_spec),)}),
    Row(kinds.by_keyed_id, False, "our letter in the text", {"text": f"<{keyed()}>"}, TO_US),
    Row(kinds.by_reply_address, True, "in To", {"to": (TOKEN,)}, BY_TOKEN),
    Row(kinds.by_reply_address, True, "in Cc, in capitals", {"cc": (TOKEN.upper(),)}, BY_TOKEN),
    Row(kinds.by_reply_address, True, "in Delivered-To", {"fields": (("delivered-to", TOKEN),)}, BY_TOKEN),
    Row(kinds.by_reply_address, True, "by somebody else", {"to": (TOKEN,), "originator": STRANGER}, BY_TOKEN),
    Row(kinds.by_reply_address, False, "no plus addressing", {"to": (TOKEN,)}, BY_TOKEN, plus=False),
    Row(kinds.by_reply_address, False, "an unknown letter", {"to": (TOKEN,)}),
    Row(kinds.by_reply_address, False, "a changed key", {"to": (TOKEN.replace(TOKEN[-20:-12], "aaaaaaaa"),)}, BY_TOKEN),
    Row(
        kinds.by_reply_address, False, "a letter that belongs to another case now", {"to": (TOKEN,)},
        {"letters_by_id": {LETTER_ID: replace(a_letter()[keyed()], case_number=ADAMS.number)}},
    ),
    Row(
        kinds.by_reply_address, False, "a letter to somebody else", {"to": (TOKEN,)},
        {"letters_by_id": {LETTER_ID: replace(a_letter()[keyed()], recipient=ADAM.addr_spec)}},
    ),
    Row(
        kinds.by_reply_address, False, "a letter of no case", {"to": (TOKEN,)},
        {"letters_by_id": {LETTER_ID: replace(a_letter()[keyed()], case_number="")}},
    ),
    Row(kinds.by_message_id, True, "in In-Reply-To", {"in_reply_to": ("m@example.org",)}, HELD),
    Row(kinds.by_message_id, True, "in References", {"references": ("x@y", "m@example.org", "z@y")}, HELD),
    Row(kinds.by_message_id, True, "in the text of a report", {"text": "Your message <m@example.org> came back."}, HELD, machine=True),
    Row(kinds.by_message_id, False, "above a quotation", {"text": "In message <m@example.org>, Eva wrote:\n> x"}, HELD),
    Row(kinds.by_message_id, True, "by somebody else", {"in_reply_to": ("m@example.org",), "originator": STRANGER}, HELD),
    Row(kinds.by_message_id, False, "its own id", {"message_id": "m@example.org", "in_reply_to": ("m@example.org",)}, HELD),
    Row(kinds.by_message_id, False, "in capitals", {"in_reply_to": ("M@EXAMPLE.ORG",)}, HELD),
    Row(kinds.by_message_id, False, "in the text without brackets", {"text": "m@example.org"}, HELD),
    Row(kinds.by_message_id, False, "in the subject", {"subject": "<m@example.org>"}, HELD),
    Row(kinds.by_message_id, False, "an unknown one", {"in_reply_to": ("n@example.org",)}, HELD),
    Row(kinds.by_late_parent, True, "an answer came before", {}, {"named_by": (Naming(N),)}),
    Row(kinds.by_late_parent, True, "by somebody else", {"originator": STRANGER}, {"named_by": (Naming(N),)}),
    Row(kinds.by_late_parent, False, "a machine", {}, {"named_by": (Naming(N),)}, machine=True),
    Row(kinds.by_late_parent, False, "a second mail under the id", {}, {"named_by": (Naming(N),), **KNOWN}),
    Row(kinds.by_late_parent, False, "nobody answered"),
    Row(kinds.by_same_parent, True, "the same unknown mail", {"in_reply_to": ("u@example.org",)}, WRITERS),
    Row(kinds.by_same_parent, True, "the same as the nearest of References", {"references": ("v@example.org", "u@example.org")}, WRITERS),
    Row(
        kinds.by_same_parent, True, "a known mail that is forwarded", {"subject": "WG: x", "references": ("u@example.org",)},
        {**WRITERS, "cases_by_message_id": {"u@example.org": ADAMS.number}},
    ),
    Row(
        kinds.by_same_parent, False, "a known mail", {"references": ("u@example.org",)},
        {**WRITERS, "cases_by_message_id": {"u@example.org": ADAMS.number}},
    ),
    Row(kinds.by_same_parent, False, "a forged writer", {"in_reply_to": ("u@example.org",), "fields": FORGED}, WRITERS),
    Row(kinds.by_same_parent, False, "a mail that only others named", {"in_reply_to": ("u@example.org",)}, {"named_by": (Naming(N),)}),
    Row(kinds.by_same_parent, False, "another mail", {"in_reply_to": ("v@example.org",)}, WRITERS),
    Row(kinds.by_same_parent, False, "the id in the text", {"text": "<u@example.org>"}, WRITERS),
    Row(kinds.by_repetition, True, "at once", {}, same(0 * SECOND, repeats=True)),
    Row(kinds.by_repetition, True, "an hour later", {}, same(HOUR, repeats=True)),
    Row(kinds.by_repetition, True, "an hour before", {}, same(-HOUR, repeats=True)),
    Row(kinds.by_repetition, False, "more than an hour later", {}, same(HOUR + SECOND, repeats=True)),
    Row(kinds.by_repetition, False, "another text", {}, same(SECOND)),
    Row(kinds.by_repetition, False, "a machine", {}, same(SECOND, repeats=True), machine=True),
    Row(kinds.by_repetition, False, "a forged writer", {"fields": FORGED}, same(SECOND, repeats=True)),
    Row(kinds.by_repetition, False, "not written to the desk", {"to": ("list@example.net",)}, same(SECOND, repeats=True)),
    Row(kinds.by_thread_index, True, "a case of the writer", {}, {"thread_index": (N,)}),
    Row(kinds.by_thread_index, False, "somebody else's case", {}, {"thread_index": (N,)}, ANOTHERS),
    Row(kinds.by_thread_index, False, "a forwarded mail", {"subject": "WG: Frage"}, {"thread_index": (N,)}),
    Row(kinds.by_thread_index, False, "a forged writer", {"fields": FORGED}, {"thread_index": (N,)}),
    Row(kinds.by_thread_index, False, "a case that nobody knows", {}, {"thread_index": ("KD-2026-00001",)}),
    Row(kinds.by_case_number, True, "in the subject", {"subject": f"AW: [{N}] Frage"}),
    Row(kinds.by_case_number, True, "in small letters without noughts", {"subject": "zu kd-2026-42"}),
    Row(kinds.by_case_number, True, "in what is quoted", {"text": f"Danke.\n> Ihr Zeichen: {N}", "reply": "Danke."}),
    Row(kinds.by_case_number, False, "a writer who takes no part", {"subject": N, "originator": STRANGER}),
    Row(kinds.by_case_number, False, "a forged writer", {"subject": N, "fields": FORGED}),
    Row(kinds.by_case_number, False, "in the writer's own words", {"text": f"Nicht wie bei {N}.", "reply": f"Nicht wie bei {N}."}),
    Row(kinds.by_case_number, False, "another prefix", {"subject": f"X{N} und AD-2026-00042"}),
    Row(kinds.by_case_number, False, "a longer number", {"subject": "KD-2026-000420 und KD-2026-42000000"}),
    Row(kinds.by_case_number, False, "another year", {"subject": "KD-2025-00042"}),
    Row(kinds.by_subject, True, "a reply", {"subject": "AW: Frage"}, same(DAY)),
    Row(kinds.by_subject, True, "a reply after a fortnight", {"subject": "Re: Frage"}, same(14 * DAY)),
    Row(kinds.by_subject, True, "a root that comes after its reply", {}, same(-DAY, is_reply=True)),
    Row(kinds.by_subject, False, "no reply", {}, same(DAY)),
    Row(kinds.by_subject, False, "a reply after more than a fortnight", {"subject": "AW: Frage"}, same(14 * DAY + SECOND)),
    Row(kinds.by_subject, False, "a forwarded reply", {"subject": "WG: AW: Frage"}, same(DAY)),
    Row(kinds.by_subject, False, "a forwarded root that comes late", {"subject": "WG: Frage"}, same(-DAY, is_reply=True)),
    Row(kinds.by_subject, False, "nothing behind the prefix", {"subject": "AW: Re:"}, same(DAY)),
    Row(kinds.by_subject, False, "a closed case", {"subject": "AW: Frage"}, same(DAY), CLOSED),
    Row(kinds.by_subject, False, "not written to the desk", {"subject": "AW: Frage", "to": ("list@example.net",)}, same(DAY)),
    Row(kinds.by_subject, False, "a machine", {"subject": "AW: Frage"}, same(DAY), machine=True),
    Row(kinds.by_subject, False, "a forged writer", {"subject": "AW: Frage", "fields": FORGED}, same(DAY)),
    Row(kinds.by_subject, False, "a later mail that is no reply either", {}, same(-DAY)),
    Row(kinds.by_failed_recipient, True, "a report", {"delivery_report": REPORT}, {"returned": (a_letter()[keyed()],)}, machine=True),
    Row(kinds.by_failed_recipient, False, "a person's report", {"delivery_report": REPORT}, {"returned": (a_letter()[keyed()],)}),
    Row(kinds.by_failed_recipient, False, "no report", {}, {"returned": (a_letter()[keyed()],)}, machine=True),
    Row(kinds.by_failed_recipient, False, "no letter lately", {"delivery_report": REPORT}, machine=True),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.kind.__name__}-{row.what}")
def test_evidence_holds_or_comes_close_and_does_not(row: Row) -> None:
    policy = POLICY if row.plus else replace(POLICY, desk=replace(POLICY.desk, plus_addressing=False))

    found = list(row.kind(a_trail(a_message(**row.fields), facts(row.case, **row.known), policy, machine=row.machine)))

    assert [match.case_number for match in found][:1] == ([N] if row.holds else [])
    assert not any("@" in match.evidence for match in found), "evidence is logged and shown"


def test_each_kind_is_tried_with_at_least_three_near_misses() -> None:
    tried = {kind: [row.holds for row in ROWS if row.kind is kind] for kind in ORDER}

    assert all(True in held and held.count(False) >= 3 for held in tried.values())


def test_of_several_mails_under_one_subject_the_nearest_before_counts() -> None:
    near, far = a_case("KD-2026-00050"), a_case("KD-2026-00051")
    subjects = (
        SameSubject(far.number, False, MONDAY - 3 * DAY),
        SameSubject(near.number, False, MONDAY - DAY),
        SameSubject(N, True, MONDAY + DAY),
    )

    (match,) = kinds.by_subject(a_trail(a_message(subject="AW: Frage"), facts(near, far, CASE, same_subject=subjects)))

    assert match.case_number == near.number


def test_parents_are_named_nearest_first_each_once_and_not_without_end() -> None:
    message = a_message(
        in_reply_to=("near@x", ""),
        references=("root@x", *(f"{n}@x" for n in range(500)), "near@x"),
        delivery_report=replace(REPORT, original_message_id="letter@x"),
    )

    named = named_ids(message)

    assert named[:4] == ("letter@x", "near@x", "499@x", "498@x")
    assert len(named) == len(set(named)) == kinds.NAMED_IDS_MAX


# --- the order ---

Traces = tuple[dict[str, Any], dict[str, Any]]


def traces_of(kind: Evidence, case: KnownCase) -> Traces:
    """Fields of a mail and facts by which this kind of evidence, and none before it, names the case."""
    number = case.number
    letter = a_letter(case)[keyed(case)]
    token = reply_address(SECRET, POLICY.desk, number, LETTER_ID, EVA.addr_spec)
    table: dict[Evidence, Traces] = {
        kinds.by_same_id: ({}, {"same_id": SameId(number, MONDAY, TEXT)}),
        kinds.by_keyed_id: ({"references": (conversation(case),)}, {}),
        kinds.by_reply_address: ({"to": (token,)}, {"letters_by_id": {LETTER_ID: letter}}),
        kinds.by_message_id: ({"references": ("m@example.org",)}, {"cases_by_message_id": {"m@example.org": number}}),
        kinds.by_late_parent: ({}, {"named_by": (Naming(number),)}),
        kinds.by_same_parent: ({"references": ("u@example.org",)}, {"named_by_writer": {"u@example.org": number}}),
        kinds.by_repetition: ({}, {"same_subject": (SameSubject(number, False, MONDAY + HOUR, repeats=True),)}),
        kinds.by_thread_index: ({}, {"thread_index": (number,)}),
        kinds.by_case_number: ({"subject": f"AW: {number}"}, {}),
        kinds.by_subject: ({"subject": "AW: Frage"}, {"same_subject": (SameSubject(number, False, MONDAY - DAY),)}),
        kinds.by_failed_recipient: ({"delivery_report": REPORT}, {"returned": (letter,)}),
    }
    return table[kind]


def both(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    joined = {**other, **one}
    for name in one.keys() & other.keys():
        joined[name] = one[name] + other[name] if isinstance(one[name], tuple) else one[name]
    return joined


# Some never meet: a machine has no late parent, and the subject counts only for a mail that names no other.
NEVER_WITH: dict[Evidence, set[Evidence]] = {
    kinds.by_failed_recipient: {kinds.by_late_parent, kinds.by_repetition, kinds.by_subject},
    kinds.by_subject: {kinds.by_keyed_id, kinds.by_message_id, kinds.by_same_parent},
}
PAIRS = [pair for pair in combinations(ORDER, 2) if pair[0] not in NEVER_WITH.get(pair[1], set())]


@pytest.mark.parametrize(("stronger", "weaker"), PAIRS, ids=lambda kind: kind.__name__)
def test_of_two_kinds_that_name_two_cases_the_stronger_one_counts(stronger: Evidence, weaker: Evidence) -> None:
    # Without a correspondent cases are never made one, so that only the order decides.
    first, second = (a_case(number, correspondent="") for number in ("KD-2026-00061", "KD-2026-00062"))
    (fields, known), (more_fields, more_known) = traces_of(stronger, first), traces_of(weaker, second)
    whole = facts(first, second, **both(known, more_known))
    trail = a_trail(a_message(**both(fields, more_fields)), whole, machine=weaker is kinds.by_failed_recipient)

    assert [match.case_number for match in weaker(trail)][-1:] == [second.number], "both are there"
    match = find_thread(trail).match
    assert match is not None
    assert match.case_number == first.number


def test_the_order_is_from_what_only_a_reader_of_our_letters_knows_to_what_anyone_can_type() -> None:
    assert [kind.__name__ for kind in ORDER] == [
        "by_same_id", "by_keyed_id", "by_reply_address", "by_message_id", "by_late_parent", "by_same_parent", "by_repetition",
        "by_thread_index", "by_case_number", "by_subject", "by_failed_recipient",
    ]  # fmt: skip
    assert find_thread(a_trail(a_message(), ThreadFacts())).match is None
