# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Answers that are held or wait: who lets them go, who stops them, and to whom none goes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from maildesk.core.case.case import Status
from maildesk.core.case.file import CaseFile, CaseState, CaseWork, GivenAnswer, HeldAnswer, IncomingMail, Instruction, Undo
from maildesk.core.decision.decision import Decision
from maildesk.core.decision.parts import Worked
from maildesk.core.letters.letter import ANSWER, CONFIRMED, FOLLOW_UP_NOTE, HELD_ANSWER, RELAY
from maildesk.core.mail.message import Address
from maildesk.core.office.policy import Staff
from maildesk.core.text.said import Said
from tests.rig.builders import EVA, MONDAY, a_message
from tests.rig.trails import CASE, KLEIN, WEBER, a_case, a_letter, decided, facts, keyed

N = CASE.number
TWO = Address("Eva", "eva@second.example")
ANSWERING = "Guten Tag Frau Muster,\n\nder Bescheid kommt am Freitag."


def a_mail(writer: Address = EVA, *, verified: bool = True, digest: str = "d" * 64) -> IncomingMail:
    return IncomingMail(digest, f"{digest[:4]}@example.org", (), "Frage", writer, MONDAY, verified, "Wann kommt mein Bescheid?")


def held_by(author: Staff = WEBER, about: str = "d" * 64, letter_id: str = "h" * 16) -> HeldAnswer:
    return HeldAnswer(letter_id, author.key, ANSWERING, about, MONDAY)


def writes(text: str, *incoming: IncomingMail, by: Staff = WEBER, template: str = RELAY, about: str = "d" * 64, **file: Any) -> Decision:
    """What becomes of a colleague's reply to a letter of the desk, in a case with these mails."""
    case = a_case(status=Status.OPEN)
    letters = a_letter(to=by.address, template=template, about=about)
    message = a_message(originator=by.address, in_reply_to=(keyed(to=by.address),), text=f"{text}\n", subject=f"AW: [{N}] Frage")
    files = {N: CaseFile(N, "Frage", CaseState(Status.OPEN), incoming=incoming or (a_mail(),), **file)}
    return decided(message, facts(case, letters=letters, cases_by_message_id={keyed(to=by.address): N}), files=files)


def work(decision: Decision) -> CaseWork:
    assert isinstance(decision.part, Worked)
    return decision.part.work


def keys_of(value: object) -> set[str]:
    """The keys of all that is said in a value of a letter."""
    if isinstance(value, Said):
        return {value.key}.union(*map(keys_of, value.values.values()))
    return set().union(*map(keys_of, value)) if isinstance(value, tuple | list) else set()


def said(decision: Decision) -> set[str]:
    """The keys of what the colleagues are told: what was done, why not, and why an answer is held."""
    letters = [letter for letter in decision.notices if letter.template in {CONFIRMED, HELD_ANSWER}]
    return set().union(*(keys_of(letter.context.get(name)) for letter in letters for name in ("was", "gruende")))


def orders_on_links(decision: Decision) -> list[str]:
    (held,) = (letter for letter in decision.notices if letter.template == HELD_ANSWER)
    links = held.context["links"]
    assert isinstance(links, tuple)
    found = (str(row["ziel"]).partition("%5D")[2].partition("%20~")[0] for row in links if isinstance(row, dict))
    return [order.replace("%20", " ").replace("%23", "#").strip() for order in found]


# --- an address that nobody has confirmed ---

UNCONFIRMED = a_mail(TWO, verified=False)


def test_a_held_answer_to_an_address_that_is_not_confirmed_does_not_leave_by_send_alone() -> None:
    decision = writes("#senden", UNCONFIRMED, held=(held_by(),))

    assert work(decision).released == ()
    assert "cannot.send_unconfirmed" in said(decision)


@pytest.mark.parametrize("orders", ["#bestaetigen #senden", "#senden #bestaetigen", "#bestätigen\n#senden", "#bestaetigen senden"])
def test_confirmed_and_sent_in_one_mail_it_leaves(orders: str) -> None:
    decision = writes(orders, UNCONFIRMED, held=(held_by(),))

    assert (work(decision).released, work(decision).confirmed_writer) == (("h" * 16,), TWO)


def test_once_the_address_is_confirmed_it_leaves_by_send_alone() -> None:
    assert work(writes("#senden", a_mail(TWO), held=(held_by(),))).released == ("h" * 16,)


def test_the_mail_that_says_so_has_one_link_for_both_and_none_that_only_sends() -> None:
    decision = writes(ANSWERING, UNCONFIRMED)

    assert orders_on_links(decision) == ["#bestaetigen senden", "#bestaetigen", "#kuerzen", "#verwerfen"]
    assert orders_on_links(writes(f"{ANSWERING}\n\nXXX Euro")) == ["#senden", "#kuerzen", "#verwerfen"]


def test_the_address_that_is_confirmed_is_the_one_to_which_the_held_answer_would_go() -> None:
    mallory = a_mail(Address("", "mallory@evil.example"), verified=False, digest="e" * 64)
    decision = writes("#bestaetigen #senden", UNCONFIRMED, mallory, held=(held_by(),), template=HELD_ANSWER, about="")

    assert (work(decision).released, work(decision).confirmed_writer) == (("h" * 16,), TWO)


def test_another_address_that_is_confirmed_frees_no_answer() -> None:
    mallory = a_mail(Address("", "mallory@evil.example"), verified=False, digest="e" * 64)
    decision = writes("#bestaetigen #senden", UNCONFIRMED, mallory, held=(held_by(),), about="e" * 64)

    assert (work(decision).released, work(decision).confirmed_writer) == ((), mallory.writer)


# --- nobody to write to ---


@pytest.mark.parametrize("address", ["desk@example.com", "DIALOG@example.com", "desk+abc@example.com"])
def test_no_answer_goes_to_the_desk_itself(address: str) -> None:
    decision = writes(ANSWERING, a_mail(Address("Kundendialog", address)))

    assert decision.letters == ()
    assert "held.own_address" in said(decision)
    assert orders_on_links(decision) == []


# --- an answer that waits for its time ---

WAITING = held_by(letter_id="w" * 16)
STOPS = {
    "#zurückhalten": "held.held_back",
    "zurückhalten": "held.held_back",
    "#rückgängig": "held.held_back",
    "Stopp! Bitte nicht senden, Fehler drin.": "held.stopped",
    "Bitte noch nicht rausschicken!": "held.stopped",
    f"{ANSWERING}\n\nXXX Euro": "held.stopped",
    "": "held.stopped",
    "#zurükhaltn": "held.stopped_by_mistake",
    "#stopp": "held.stopped_by_mistake",
}


@pytest.mark.parametrize(("text", "why"), STOPS.items())
@pytest.mark.parametrize("template", [RELAY, CONFIRMED])
def test_whatever_may_mean_stop_holds_the_answer_of_its_writer(text: str, why: str, template: str) -> None:
    decision = writes(text, waiting=(WAITING,), template=template)

    assert work(decision).held_back == (WAITING.letter_id,)
    assert why in said(decision)
    assert "cannot.undo" not in said(decision)
    assert orders_on_links(decision) == ["#senden", "#kuerzen", "#verwerfen"]
    assert decision.letters == (), "of two answers that are held, the link would send one that nobody meant"


@pytest.mark.parametrize("order", ["#verwerfen", "#kürzen"])
def test_dropped_while_it_waits_it_is_gone_and_so_are_its_copies(order: str) -> None:
    decision = writes(order, waiting=(WAITING,))

    assert work(decision).withdrawn[0] == WAITING.letter_id
    assert len(work(decision).withdrawn) > 1
    assert said(decision) & {"did.drop", "did.shorten"}


def test_who_drops_an_answer_that_is_held_holds_the_one_that_waits_as_well() -> None:
    decision = writes("#verwerfen", held=(held_by(),), waiting=(WAITING,))

    assert (work(decision).dropped, work(decision).held_back) == (("h" * 16,), (WAITING.letter_id,))


@pytest.mark.parametrize("text", ["#notiz ruft morgen an", "#ich", "#gesehen", f"{ANSWERING}\n\nEs ist Zimmer 12."])
def test_what_is_clear_and_says_something_else_lets_it_leave(text: str) -> None:
    decision = writes(text, waiting=(WAITING,))

    assert (work(decision).held_back, work(decision).withdrawn) == ((), ())


def test_another_colleague_holds_it_by_the_order_and_its_writer_decides() -> None:
    decision = writes("#zurückhalten", waiting=(WAITING,), by=KLEIN)

    assert work(decision).held_back == (WAITING.letter_id,)
    assert {letter.recipient: letter.template for letter in decision.notices} == {WEBER.address: HELD_ANSWER, KLEIN.address: CONFIRMED}
    assert said(decision) == {"held.held_back_by", "confirmed.done", "did.hold_back"}


@pytest.mark.parametrize("text", ["#verwerfen", "#rückgängig", "Stopp! Bitte nicht senden."])
def test_nothing_else_of_another_colleague_does(text: str) -> None:
    assert work(writes(text, waiting=(WAITING,), by=KLEIN)).held_back == ()


@pytest.mark.parametrize(("minutes", "undone"), [(-5, None), (0, 7), (1, 7)], ids=["before", "with it", "after"])
def test_orders_from_before_the_answer_are_not_undone_with_it(minutes: int, undone: int | None) -> None:
    last = Instruction(7, Undo(CaseState(Status.NEW)), MONDAY + timedelta(minutes=minutes))
    decision = writes("#rückgängig", waiting=(WAITING,), last_instruction=last)

    assert (work(decision).held_back, work(decision).taken_back) == ((WAITING.letter_id,), undone)


# --- the same answer twice ---


def given(text: str = ANSWERING, to: str = EVA.key, hours: float = 1, author: str = WEBER.key) -> GivenAnswer:
    return GivenAnswer(MONDAY - timedelta(hours=hours), author, to, text)


@pytest.mark.parametrize(
    "before",
    [
        given(),
        given(ANSWERING.replace("\n\n", "\n")),
        given(f"{ANSWERING}\n\nA. Weber\nZimmer 12", "", author=WEBER.address),
        given(hours=23),
    ],
    ids=["by the desk", "wrapped otherwise", "by a direct mail", "a day ago"],
)
def test_the_same_words_to_the_same_person_are_held_and_can_be_sent(before: GivenAnswer) -> None:
    decision = writes(ANSWERING, answers=(before,))

    assert said(decision) == {"held.repeated"}
    assert orders_on_links(decision)[0] == "#senden"


@pytest.mark.parametrize(
    "before",
    [given(hours=25), given(to=TWO.key), given("Guten Tag Frau Muster,\n\nder Bescheid kommt am Montag."), given("")],
    ids=["long ago", "to somebody else", "other words", "no text"],
)
def test_anything_else_is_no_repetition(before: GivenAnswer) -> None:
    assert [letter.template for letter in writes(ANSWERING, answers=(before,)).letters] == [ANSWER]


def test_a_repetition_does_not_stop_the_answer_that_it_repeats() -> None:
    decision = writes(ANSWERING, answers=(given(),), waiting=(WAITING,))

    assert work(decision).held_back == ()
    assert said(decision) == {"held.repeated"}


# --- what the note on a further mail promises ---

DUE = date(2026, 12, 7)  # a Monday; somebody is there from 8 to 16


@pytest.mark.parametrize(
    ("day", "hour", "answered", "promised"),
    [(7, 10, False, DUE), (5, 18, False, DUE), (7, 22, False, None), (8, 10, False, None), (1, 10, True, None), (7, 22, True, None)],
    ids=["on the day", "the weekend before", "after hours of the day", "too late", "answered before", "both"],
)
def test_the_note_promises_a_day_that_can_be_kept_and_was_not(day: int, hour: int, *, answered: bool, promised: date | None) -> None:
    at = datetime(2026, 12, day, hour, tzinfo=UTC) - timedelta(hours=1)
    case = a_case(due_on=DUE, answered=answered)
    message = a_message(in_reply_to=("root@example.org",), subject="Noch etwas")
    decision = decided(message, facts(case, cases_by_message_id={"root@example.org": N}), received_at=at)

    (note,) = decision.letters
    assert (note.template, note.context["frist"]) == (FOLLOW_UP_NOTE, promised)
