# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Mails find their case in a real database: answers by every way, forwards, circulars, doubles, merged and closed cases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from maildesk.core.decision.decision import Outcome
from maildesk.core.letters.letter import Letter
from maildesk.core.letters.refusal import Refusal
from tests.rig.builders import a_multipart, a_part
from tests.rig.intake import Intake, an_intake, answer_to, mail_of

EVA, ADAM, STRANGER = "Eva Muster <eva@example.org>", "adam@example.net", "stranger@example.net"
FIRST, SECOND, NEXT_YEAR = "KD-2026-00001", "KD-2026-00002", "KD-2027-00001"
NEW, FOLLOW_UP, KNOWN = Outcome.NEW_CASE, Outcome.FOLLOW_UP, Outcome.ALREADY_KNOWN


@pytest.fixture
def intake(tmp_path: Path) -> Iterator[Intake]:
    with an_intake(tmp_path) as intake:
        yield intake


def acknowledged(intake: Intake) -> Letter:
    """Eva has written, and has our letter."""
    intake.take(mail_of(EVA, "root"))
    (letter,) = intake.send_letters()
    return letter


# --- every way back into a case ---


def ways(letter: Letter) -> dict[str, dict[str, Any]]:
    """What different programs leave of our letter in an answer to it."""
    conversation = letter.references[0]
    return {
        "everything": answer_to("root", letter.message_id),
        "References alone": {"references": f"<{letter.message_id}>"},
        "In-Reply-To alone": {"in_reply_to": f"<{letter.message_id}>"},
        "a Message-ID that a server gave our letter": answer_to(conversation, "rewritten-by-a-server"),
        "the conversation among the ids of a list": {"references": f"<{conversation}>\n <a@lists.example>,(x) <b@lists.example>"},
        "an id folded behind its bracket": {"in_reply_to": f"<\n {letter.message_id}>"},
        "the address with its token": {"to": letter.reply_to},
        "the address in capitals": {"to": letter.reply_to.upper()},
        "the address in Delivered-To": {"delivered_to": letter.reply_to},
        "the id of the citizen's own mail": answer_to("root"),
        "the number": {"subject": f"Nachtrag zu {FIRST}"},
        "the subject": {"subject": "AW: Anliegen root"},
    }


WAYS = tuple(ways(Letter("a" * 16, "acknowledgement", "x", "y@z", references=("c@d",), reply_to="desk+x@example.com")))


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_finds_its_case_whatever_is_left_of_our_letter(intake: Intake, way: str) -> None:
    letter = acknowledged(intake)
    intake.later(hours=2)

    decision = intake.take(mail_of(EVA, "answer", **ways(letter)[way]))

    assert (decision.outcome, decision.case_number, decision.part.unverified) == (FOLLOW_UP, FIRST, False)
    assert intake.whole_cases() == [FIRST]


@pytest.mark.parametrize("way", [way for way in WAYS if way != "the subject"])
def test_an_answer_to_a_merged_case_reaches_what_it_has_become(intake: Intake, way: str) -> None:
    letter = acknowledged(intake)
    for name in ("two", "three"):
        intake.take(mail_of(EVA, name))
    intake.sql("UPDATE cases SET merged_into_id = id + 1, status = 'closed', closed_at = opened_at WHERE id < 3")
    intake.later(days=100)

    decision = intake.take(mail_of(EVA, "answer", **ways(letter)[way]))

    assert (decision.outcome, decision.case_number) == (FOLLOW_UP, "KD-2026-00003")


def test_an_id_above_a_quotation_proposes_a_case_and_says_so_once(intake: Intake) -> None:
    letter = acknowledged(intake)
    quoting = {"text": f"Am Montag, in <{letter.message_id}>:\n> Guten Tag\n\nDanke\n"}

    decision = intake.take(mail_of(EVA, "answer", **quoting))
    for name in ("second", "third"):
        intake.take(mail_of(EVA, name, **quoting, **answer_to("answer")))

    assert (decision.outcome, decision.case_number, decision.part.merges) == (NEW, SECOND, ())
    assert intake.case(SECOND)["links"] == [{"kind": "same-concern", "number": FIRST}]


@pytest.mark.parametrize("way", ["the number", "the subject"])
def test_what_anyone_can_type_joins_no_stranger(intake: Intake, way: str) -> None:
    letter = acknowledged(intake)

    decision = intake.take(mail_of(STRANGER, "answer", **ways(letter)[way]))

    assert decision.outcome is NEW
    assert intake.participants(FIRST) == {"eva@example.org": True}


def test_a_token_of_another_letter_of_the_same_person_does_not_open_somebody_elses_case(intake: Intake) -> None:
    own = acknowledged(intake)
    intake.take(mail_of(ADAM, "adam"))
    other = intake.send_letters()[0]
    mixed = other.reply_to[: other.reply_to.index("+") + 17] + own.reply_to[own.reply_to.index("+") + 17 :]

    decision = intake.take(mail_of(EVA, "mixed", to=mixed))

    assert decision.outcome is NEW


# --- unknown writers ---


def test_an_unknown_writer_joins_by_the_thread_and_is_remembered_as_unverified(intake: Intake) -> None:
    acknowledged(intake)

    joined = intake.take(mail_of(STRANGER, "a", **answer_to("root")))
    by_number = intake.take(mail_of(STRANGER, "b", subject=f"AW: {FIRST}"))
    by_subject = intake.take(mail_of(STRANGER, "c", subject="AW: Anliegen root"))

    assert (joined.case_number, joined.refusal, joined.letters) == (FIRST, Refusal.UNVERIFIED, ())
    assert intake.participants(FIRST) == {"eva@example.org": True, "stranger@example.net": False}
    assert (by_number.outcome, by_subject.outcome) == (NEW, NEW)
    assert intake.case(FIRST)["correspondent"]["address"] == "eva@example.org"


def test_who_takes_part_stays_verified_though_somebody_forges_the_address(intake: Intake) -> None:
    acknowledged(intake)
    lie = {"authentication_results": "mx.example.com; dmarc=fail header.from=example.org"}

    forged = intake.take(mail_of(EVA, "forged", **answer_to("root"), **lie))
    alone = intake.take(mail_of(EVA, "alone", subject=f"AW: {FIRST}", **lie))

    assert (forged.case_number, forged.letters, forged.refusal) == (FIRST, (), Refusal.FORGED)
    assert alone.outcome is NEW
    assert intake.participants(FIRST) == {"eva@example.org": True}
    assert intake.participants(SECOND) == {"eva@example.org": False}
    assert intake.take(mail_of(EVA, "true", subject=f"Nachtrag {SECOND}")).case_number != SECOND


def test_a_stranger_who_names_mails_of_two_citizens_makes_nothing_one(intake: Intake) -> None:
    intake.take(mail_of(EVA, "eva"))
    intake.take(mail_of(ADAM, "adam"))

    decision = intake.take(mail_of(STRANGER, "both", **answer_to("eva", "adam")))

    assert (decision.outcome, decision.part.merges) == (FOLLOW_UP, ())
    assert intake.whole_cases() == [FIRST, SECOND]


# --- forwarded mail ---


@pytest.mark.parametrize("prefix", ["WG: ", "Fwd: ", "FW: ", "TR: ", "RV: ", "Doorst: ", "WG: AW: "])
def test_a_forwarded_mail_of_a_stranger_is_one_case_that_carries_the_other(intake: Intake, prefix: str) -> None:
    acknowledged(intake)
    carried = {"subject": f"{prefix}Anliegen root", **answer_to("root")}

    first = intake.take(mail_of(STRANGER, "forward", **carried))
    again = intake.take(mail_of(STRANGER, "forward-again", **carried))
    own = intake.take(mail_of(EVA, "own-forward", **carried))

    assert (first.outcome, first.case_number) == (NEW, SECOND)
    assert [(link["kind"], link["number"]) for link in intake.case(SECOND)["links"]] == [("carries", FIRST)]
    assert (again.outcome, again.case_number) == (FOLLOW_UP, SECOND)
    assert own.case_number == FIRST


# --- circulars, and answers that overtake ---


def test_two_citizens_who_answer_one_circular_stay_apart_and_one_who_answers_twice_does_not(intake: Intake) -> None:
    taken = [intake.take(mail_of(who, name, **answer_to("circular"))) for who, name in ((EVA, "a"), (ADAM, "b"), (EVA, "c"), (ADAM, "d"))]

    assert [decision.case_number for decision in taken] == [FIRST, SECOND, FIRST, SECOND]


CHAIN = [
    mail_of(EVA, "parent"),
    mail_of(EVA, "child", **answer_to("parent")),
    mail_of(EVA, "grandchild", **answer_to("parent", "child")),
]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_thread_of_one_writer_becomes_one_case_in_whatever_order_it_comes(intake: Intake, order: tuple[int, ...]) -> None:
    for place in order:
        intake.take(CHAIN[place])

    assert len(intake.whole_cases()) == 1
    assert len(intake.case(intake.whole_cases()[0])["messages"]) == 3


@pytest.mark.parametrize("order", [(2, 1, 0), (1, 2, 0), (2, 0, 1)])
def test_a_thread_becomes_one_case_also_where_each_mail_names_only_its_parent(intake: Intake, order: tuple[int, ...]) -> None:
    mails = [CHAIN[0], CHAIN[1], mail_of(EVA, "grandchild", in_reply_to="<child@example.org>")]

    for place in order:
        intake.take(mails[place])

    assert len(intake.whole_cases()) == 1


def test_three_answers_of_one_writer_wait_for_what_they_answer(intake: Intake) -> None:
    for name in ("a", "b", "c"):
        assert intake.take(mail_of(EVA, name, **answer_to("parent"))).case_number == FIRST

    intake.take(mail_of(EVA, "parent"))
    assert intake.whole_cases() == [FIRST]


# --- closed long ago ---


def test_a_reply_to_a_case_closed_long_ago_opens_one_that_takes_the_next_reply_too(intake: Intake) -> None:
    acknowledged(intake)
    intake.close(FIRST)
    intake.later(days=61)

    reply = intake.take(mail_of(EVA, "late", **answer_to("root")))
    second = intake.take(mail_of(EVA, "later", **answer_to("root")))
    number = intake.take(mail_of(EVA, "number", subject=FIRST))
    stranger = intake.take(mail_of(STRANGER, "other", **answer_to("root")))

    assert (reply.outcome, reply.case_number) == (NEW, NEXT_YEAR)
    assert [letter.template for letter in reply.letters] == ["acknowledgement"]
    assert [(link["kind"], link["number"]) for link in intake.case(NEXT_YEAR)["links"]] == [("continues", FIRST)]
    assert (second.case_number, number.case_number) == (NEXT_YEAR, NEXT_YEAR)
    assert stranger.outcome is NEW
    assert intake.case(FIRST)["status"] == "closed"


def test_a_reply_to_a_case_closed_lately_opens_it_again(intake: Intake) -> None:
    acknowledged(intake)
    intake.close(FIRST)
    intake.later(days=60)

    assert intake.take(mail_of(EVA, "late", **answer_to("root"))).case_number == FIRST
    assert (intake.case(FIRST)["status"], intake.case(FIRST)["closed_at"]) == ("open", None)


# --- doubles ---

TEXT = "Guten Tag,\nmein Bescheid ist falsch berechnet.\n"
SAME = {"text": TEXT, "subject": "Bescheid"}


def photo(content: str) -> bytes:
    return a_multipart(
        a_part(TEXT),
        a_part(content, "image/jpeg", content_disposition='attachment; filename="foto.jpg"'),
        message_id=f"{len(content)}@example.org",
        subject="Bescheid",
    )


@pytest.mark.parametrize(
    ("first", "second", "outcome", "case"),
    [
        (mail_of(EVA, "x", **SAME), mail_of(EVA, "x", **SAME, to="dialog@example.com"), KNOWN, ""),
        (mail_of(EVA, "x", **SAME), b"Received: from b\r\nDelivered-To: dialog@example.com\r\n" + mail_of(EVA, "x", **SAME), KNOWN, ""),
        (mail_of(EVA, "x", **SAME), mail_of(EVA, "x", text=f"{TEXT}\n-- \nGeprüft.\n", subject="Bescheid"), FOLLOW_UP, FIRST),
        (mail_of(EVA, "x", **SAME), mail_of(EVA, "x", text=TEXT, subject="[EXTERN] Bescheid"), FOLLOW_UP, FIRST),
        (mail_of(EVA, "x", **SAME), mail_of(EVA, "y", **SAME), FOLLOW_UP, FIRST),
        (mail_of(EVA, "x", **SAME), mail_of(EVA, "y", **SAME, date="Mon, 23 Nov 2026 10:14:00 +0100"), FOLLOW_UP, FIRST),
        (mail_of(EVA, "x", **SAME), mail_of(EVA, "y", **SAME, date="Mon, 23 Nov 2026 11:15:00 +0100"), NEW, SECOND),
        (mail_of(EVA, "x", **SAME), mail_of(ADAM, "y", **SAME), NEW, SECOND),
        (mail_of(EVA, "x", **SAME), mail_of(EVA, "y", text=TEXT, subject="Antrag"), NEW, SECOND),
        (mail_of(EVA, "x", **SAME), mail_of(EVA, "x", text="Ganz etwas anderes.\n", subject="Bescheid"), NEW, SECOND),
        (mail_of(EVA, "x", **SAME), mail_of(ADAM, "x", **SAME), NEW, SECOND),
        (photo("eins"), photo("eins") + b"\r\n", KNOWN, ""),
        (photo("eins"), photo("eins") .replace(b"4@example.org", b"5@example.org"), FOLLOW_UP, FIRST),
        (photo("eins"), photo("zweites"), NEW, SECOND),
    ],
)  # fmt: skip
def test_a_double_is_told_from_another_mail(intake: Intake, first: bytes, second: bytes, outcome: Outcome, case: str) -> None:
    intake.take(first)
    intake.later(minutes=5)

    decision = intake.take(second)

    assert (decision.outcome, decision.case_number) == (outcome, case)
    assert bool(decision.letters) is (outcome is NEW), "a double is not answered"


CONCERN = "Der Bescheid über meine Heizkosten ist falsch berechnet worden, die Miete für Oktober fehlt.\n"
AGAIN = "Noch einmal: Heizkosten falsch berechnet, im Bescheid fehlt die Miete für Oktober.\n"


@pytest.mark.parametrize(
    ("who", "text", "alike"),
    [(EVA, AGAIN, True), (EVA, "Ein Lob für den freundlichen Empfang und die schnelle Hilfe.\n", False), (ADAM, AGAIN, False)],
)
def test_the_same_concern_of_the_same_person_is_told_and_never_merged(intake: Intake, who: str, text: str, alike: bool) -> None:
    intake.take(mail_of(EVA, "one", CONCERN))
    intake.later(days=3)

    decision = intake.take(mail_of(who, "two", text))

    assert decision.outcome is NEW
    assert intake.whole_cases() == [FIRST, SECOND]
    assert [link["kind"] for link in intake.case(SECOND)["links"]] == (["same-concern"] if alike else [])
    assert ("same-concern" in [event["what"] for event in intake.case(SECOND)["events"]]) is alike


def test_a_case_without_a_subject_is_found_by_no_subject(intake: Intake) -> None:
    intake.take(mail_of(EVA, "one", subject=""))
    intake.later(seconds=timedelta(days=1).total_seconds())

    assert intake.take(mail_of(EVA, "two", subject="AW:")).outcome is NEW


def test_a_stranger_who_takes_the_id_that_a_citizen_answered_gains_an_unverified_place(intake: Intake) -> None:
    intake.take(mail_of(EVA, "answer", **answer_to("circular")))

    squatter = intake.take(mail_of(STRANGER, "circular"))

    assert (squatter.case_number, squatter.refusal, squatter.letters) == (FIRST, Refusal.UNVERIFIED, ())
    assert intake.participants(FIRST) == {"eva@example.org": True, "stranger@example.net": False}
    assert intake.case(FIRST)["correspondent"]["address"] == "eva@example.org"
    assert intake.take(mail_of(EVA, "more", subject=FIRST)).case_number == FIRST


def test_nor_can_he_draw_the_citizens_case_into_his_own(intake: Intake) -> None:
    intake.take(mail_of(EVA, "answer", **answer_to("circular")))
    intake.take(mail_of(STRANGER, "his"))

    drawing = intake.take(mail_of(STRANGER, "circular", **answer_to("his")))

    assert (drawing.case_number, drawing.part.merges) == (SECOND, ())
    assert intake.whole_cases() == [FIRST, SECOND]
