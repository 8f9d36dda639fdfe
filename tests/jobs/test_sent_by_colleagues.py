# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Colleagues answer straight from the shared mailbox: what lies in Sent, and what only looks as if it did. On a real Dovecot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from maildesk.adapters.mailbox import ImapMailbox
from maildesk.core.decision.decision import Outcome
from tests.rig.days import case_number
from tests.rig.dovecot import Dovecot
from tests.rig.shared import FIRST, Shared, a_shared_mailbox, an_answer, our_letter, outcomes


@pytest.fixture
def shared(dovecot: Dovecot, user: str, mailbox: ImapMailbox, tmp_path: Path) -> Iterator[Shared]:
    with a_shared_mailbox(dovecot, user, mailbox, tmp_path) as shared:
        yield shared


# --- answers from the shared mailbox


def test_an_answer_from_the_shared_mailbox_joins_its_case_and_stops_the_clock_once(shared: Shared) -> None:
    shared.arrives()
    shared.a_pass()
    shared.saves(an_answer())

    first = shared.a_pass()
    answered_at = shared.case()["answered_at"]
    shared.saves(an_answer(number=2, references="<m1@example.org> <answer-1@example.com>"))
    second = shared.a_pass()

    assert outcomes(first) == outcomes(second) == {Outcome.STAFF: 1}
    case = shared.case()
    assert (case["status"], case["answered_at"]) == ("answered", answered_at)
    assert answered_at is not None
    assert [(each["direction"], each["role"]) for each in case["messages"]] == [("in", "citizen"), ("out", "staff"), ("out", "staff")]
    assert shared.events() == ["opened", "answered", "answered"]
    assert shared.letters() == ["c1@example.org"], "the acknowledgement; an answer brings forth no letter"
    assert shared.count("Sent") == 2, "it stays where the colleague put it"
    assert shared.a_pass().seen == 0


@pytest.mark.parametrize(
    ("fields", "to"),
    [
        ({"in_reply_to": "", "references": "<x@example.net> <m1@example.org>"}, "c1@example.org"),
        ({"in_reply_to": "", "subject": f"Ihr Anliegen {FIRST}"}, "c1@example.org"),
        ({"in_reply_to": "", "subject": f"Ihr Anliegen {FIRST}"}, "other-address@example.net"),
        ({"sender": "weber@example.com"}, "c1@example.org"),
    ],
    ids=["references", "number", "number, other address", "under the colleague's own address"],
)
def test_an_answer_finds_its_case(shared: Shared, fields: dict[str, str], to: str) -> None:
    shared.arrives()
    shared.a_pass()
    shared.saves(an_answer(to, **fields))

    assert outcomes(shared.a_pass()) == {Outcome.STAFF: 1}
    assert shared.case()["status"] == "answered"


def test_a_number_in_the_subject_means_the_case_of_the_recipient_where_there_are_two(shared: Shared) -> None:
    shared.arrives(1)
    shared.arrives(2)
    shared.a_pass()
    shared.saves(an_answer("c2@example.org", in_reply_to="", subject=f"AW: {FIRST} und {case_number(2)}"))

    shared.a_pass()

    assert [case["status"] for case in shared.cases()] == ["new", "answered"]


@pytest.mark.parametrize(
    ("to", "fields"),
    [
        ("technik@example.com", {}),
        ("office@other.example.net", {"subject": "WG: Frage zum Fahrplan"}),
    ],
    ids=["a question to a colleague", "forwarded"],
)
def test_what_did_not_go_to_the_citizen_joins_the_case_and_stops_no_clock(shared: Shared, to: str, fields: dict[str, str]) -> None:
    shared.arrives()
    shared.a_pass()
    shared.saves(an_answer(to, **fields))

    assert outcomes(shared.a_pass()) == {Outcome.STAFF: 1}
    case = shared.case()
    assert (case["status"], case["answered_at"]) == ("new", None)
    assert shared.events() == ["opened", "sent"]


def test_an_answer_to_a_closed_case_leaves_it_closed(shared: Shared) -> None:
    shared.arrives()
    shared.a_pass()
    with shared.store._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE cases SET status = 'closed', closed_at = opened_at")
    shared.saves(an_answer())

    shared.a_pass()

    assert (shared.case()["status"], shared.case()["answered_at"] is None) == ("closed", False)


def test_a_mail_of_the_desk_that_belongs_to_no_case_is_set_aside(shared: Shared) -> None:
    shared.saves(an_answer(in_reply_to=""))

    assert outcomes(shared.a_pass()) == {Outcome.SET_ASIDE: 1}
    assert shared.cases() == []
    (aside,) = shared.store.views.aside()
    assert "set aside: a mail of the desk that belongs to no case" in aside["evidence"]


def test_a_robot_that_answers_in_our_name_answers_nobody(shared: Shared) -> None:
    shared.arrives()
    shared.a_pass()
    shared.saves(an_answer(auto_submitted="auto-replied"))

    shared.a_pass()

    assert (shared.case()["status"], shared.case()["answered_at"]) == ("new", None)


def test_an_answer_that_also_came_back_to_the_inbox_is_an_answer_and_no_second_mail(shared: Shared) -> None:
    shared.arrives()
    shared.a_pass()
    shared.saves(an_answer())
    shared.a_pass()
    shared.dovecot.deliver(shared.user, an_answer())

    assert outcomes(shared.a_pass()) == {Outcome.ALREADY_KNOWN: 1}
    assert shared.case()["status"] == "answered"


def test_an_answer_that_came_back_to_the_inbox_first_still_stops_the_clock(shared: Shared) -> None:
    shared.arrives()
    shared.a_pass()
    shared.dovecot.deliver(shared.user, an_answer())
    shared.a_pass()
    assert shared.case()["answered_at"] is None, "anyone can write our address into From"
    shared.saves(an_answer())

    assert outcomes(shared.a_pass()) == {Outcome.STAFF: 1}
    assert shared.case()["status"] == "answered"


def test_a_forged_mail_that_a_colleague_moved_is_no_answer(shared: Shared) -> None:
    shared.arrives()
    shared.a_pass()
    shared.dovecot.deliver(shared.user, an_answer())
    shared.move("Erledigt")

    report = shared.a_pass()

    assert outcomes(report) == {Outcome.FOLLOW_UP: 1}
    assert (shared.case()["status"], shared.case()["answered_at"]) == ("new", None)


def test_a_sent_mail_that_was_filed_elsewhere_is_an_answer_all_the_same(shared: Shared) -> None:
    shared.arrives()
    shared.a_pass()
    shared.client.create_folder("Erledigt")
    shared.saves(an_answer(), "Erledigt")

    shared.a_pass()

    assert shared.case()["status"] == "answered"


def test_a_mail_and_its_answer_before_the_first_pass_are_one_answered_case(shared: Shared) -> None:
    shared.arrives()
    shared.move("Archive")
    shared.saves(an_answer())

    assert outcomes(shared.a_pass()) == {Outcome.NEW_CASE: 1, Outcome.STAFF: 1}
    assert shared.case()["status"] == "answered"


def test_a_draft_is_not_sent_yet(shared: Shared) -> None:
    shared.arrives()
    shared.a_pass()
    shared.client.create_folder("Entwürfe")
    shared.saves(an_answer(), "Entwürfe")
    shared.saves(an_answer(number=2), "Archive", flags=[rb"\Draft"])

    assert shared.a_pass().seen == 0
    assert shared.case()["status"] == "new"


# --- our own letters


def test_the_proof_copy_that_we_filed_ourselves_is_no_news(shared: Shared) -> None:
    shared.arrives()
    shared.a_pass()
    shared.dovecot.deliver(shared.user, our_letter(shared))

    first, second = shared.a_pass(), shared.a_pass()

    assert outcomes(first) == {Outcome.ALREADY_KNOWN: 1}
    assert second.seen == 0
    assert shared.count("Sent") == 1
    assert (shared.case()["status"], shared.case()["answered_at"]) == ("new", None)
    assert shared.case()["letters"][0]["proven_at"] is not None


def test_a_copy_that_the_server_saved_by_itself_is_known_as_our_letter(shared: Shared) -> None:
    shared.arrives()
    shared.a_pass()
    letter = our_letter(shared)
    shared.saves(letter)

    report = shared.a_pass()
    shared.dovecot.deliver(shared.user, letter)
    both = shared.a_pass()

    assert outcomes(report) == outcomes(both) == {Outcome.ALREADY_KNOWN: 1}
    assert shared.case()["answered_at"] is None
    assert [each["direction"] for each in shared.case()["messages"]] == ["in", "out"]
