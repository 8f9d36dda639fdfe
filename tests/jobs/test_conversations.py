# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Random conversations of several people, in any order: each mail ends in its own conversation or in a case of its own.

What is promised, of every world that a seed makes:

1. *Safe.* No whole case (what was merged counts as one) holds mails of two conversations, whatever was lost, forged, guessed or shared.
2. *Complete.* Mails that hang together by what came to us are in one whole case: one names the Message-ID of the other, or a letter of
   ours that the other caused; or one is the other in another form, or sent twice within an hour.
3. *In any order.* With all headers there, the same mails are together however they came. Where headers were lost, 1 and 2 still hold; but
   whether a mail that names nothing known joins its conversation or opens a case may depend on what was there before it.
4. *Nothing leaks.* A letter goes to the writer of the mail that caused it, who takes part in the case; a notice goes to staff alone.
5. *Once.* A second delivery of everything changes nothing.

What the worlds keep clear of, because the design leaves it undone on purpose: cases of different persons that were opened more than
seven days ago are not made one, nor are those in which somebody did something; nobody but the mail server's verdict tells a forger
who knows the subject of a citizen; nobody answers a mail that bears a staff address and proves nothing, which cannot make cases one.
Whoever answers, answers to all who wrote before: an answer that leaves out the writer of a mail that it overtook makes no cases one.
And a mail that answers something that we never had (a circular) opens no case of its own if an answer to it was faster: its writer is
then unverified in the case of who answered, and gets no letter.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import permutations

import pytest

from maildesk.core.decision.decision import Outcome
from tests.rig import samples
from tests.rig.conversations import COLLEAGUE, TAKES_LATE, WEBER, Mail, a_world
from tests.rig.reception import Reception, Receptions, receptions
from tests.rig.samples import sampled

WORLDS = samples.of(60, 6)
IN_ONE_TEST = 3
Together = set[frozenset[str]]


@pytest.fixture(scope="module")
def a_reception(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receptions]:
    with receptions(tmp_path_factory.mktemp("reception")) as made:
        yield made


# --- the promises ---------------------------------------------------------------------------------------------------------------


def is_safe(desk: Reception) -> None:
    inside = defaultdict(set)
    for name, case in desk.case_of().items():
        inside[case].add(desk.script[name].conversation)
    mixed = {case: sorted(found) for case, found in inside.items() if len(found) > 1}
    assert mixed == {}, f"mails of two conversations are in one case: {mixed}"


def is_complete(desk: Reception) -> None:
    case_of = desk.case_of()
    for group in desk.linked():
        found = {case_of[name]: name for name in group if name in case_of}
        assert len(found) == 1, f"{sorted(group)} hang together and are in {found}"


def leaks_nothing(desk: Reception) -> None:
    takes_part, wholes, acknowledged = desk.participants(), desk.wholes(), []
    for mail, decision in ((placed.mail, placed.decision) for placed in desk.placed):
        for letter in decision.letters:
            if letter.template == "answer":
                assert mail.writer == WEBER.address, "only a colleague answers"
                assert letter.held or (wholes[letter.case_number], letter.recipient) in takes_part, "and who takes part, or else it waits"
                continue
            assert letter.recipient == mail.writer, "a letter goes to the writer of its cause"
            assert mail.writer not in {WEBER.address, "mailer-daemon@mx.example.net"}, "neither staff nor machines get automatic letters"
            assert not mail.is_forged, "who bears another's name brings that person no letter"
            assert (wholes[letter.case_number], letter.recipient) in takes_part, "and only to who takes part in the case"
        assert {letter.recipient for letter in decision.notices} <= {WEBER.address}, "notices go to staff"
        acknowledged += [letter.case_number for letter in decision.letters if letter.template == "acknowledgement"]
    assert len(acknowledged) == len(set(acknowledged)), "a case is acknowledged once"
    queued = sorted(letter.message_id for placed in desk.placed for letter in (*placed.decision.letters, *placed.decision.notices))
    assert desk.outbox() == queued, "what was decided is what waits, and nothing else"


def answers_who_began(desk: Reception) -> None:
    """Who begins a conversation gets a letter, also where an answer was faster; else answers to it would wait for ever."""
    circulars = {mail.conversation for mail in desk.script.values() if mail.circular}
    assert [mail.name for mail in desk.waiting if mail.conversation not in circulars] == []


def changes_nothing_the_second_time(desk: Reception) -> None:
    before, taken_in = desk.rows(), len(desk.placed)
    assert {decision.outcome for decision in desk.take_in_again()} == {Outcome.ALREADY_KNOWN}
    assert desk.rows() == before
    assert desk.ledger_lines() == 2 * taken_in, "each delivery has its line"


PROMISES = (is_safe, is_complete, leaks_nothing, answers_who_began)


def together(a_reception: Receptions, script: Sequence[Mail], order: Sequence[Mail], *, twice: bool = False) -> Together:
    """Takes the mails in, in this order, and says which are together, when all promises have been looked at."""
    desk = a_reception(script)
    desk.take_in(order, every=TAKES_LATE / (len(order) + 1))
    for promise in PROMISES:
        promise(desk)
    case_of = desk.case_of()
    if twice:
        changes_nothing_the_second_time(desk)
    return {frozenset(name for name in case_of if case_of[name] == case) for case in case_of.values()}


def in_both(one: Together, other: Together) -> tuple[Together, Together]:
    """The same without the mails that came in one order alone: they answer a letter that was not written in the other."""
    both = frozenset().union(*one) & frozenset().union(*other)
    return {group & both for group in one} - {frozenset()}, {group & both for group in other} - {frozenset()}


# --- many worlds ----------------------------------------------------------------------------------------------------------------


def orders(script: Sequence[Mail], seed: int) -> tuple[list[Mail], list[Mail]]:
    """As the mails were written, or the other way round; and in any order."""
    written, mixed = sorted(script, key=lambda mail: mail.minute), list(script)
    random.Random(seed).shuffle(mixed)
    return (written[::-1] if seed % 2 else written), mixed


@sampled
@pytest.mark.parametrize("first", range(0, WORLDS, IN_ONE_TEST))
def test_every_mail_ends_in_its_own_conversation_or_in_a_case_of_its_own_in_any_order(first: int, a_reception: Receptions) -> None:
    for seed in range(first, first + IN_ONE_TEST):
        script = a_world(seed)
        try:
            first_order, second_order = orders(script, seed)
            one = together(a_reception, script, first_order, twice=True)
            other = together(a_reception, script, second_order)
            one, other = in_both(one, other)
            assert one == other or any(mail.is_lossy for mail in script), "the order changed what belongs together"
        except AssertionError as error:
            raise AssertionError(f"world {seed}: {error}") from error


# --- what worlds have shown, as small as it gets --------------------------------------------------------------------------------

EVA, ADAM, RUTH = "eva@town.example", "adam@city.example", "ruth@family.example"


def a_line(name: str, writer: str, subject: str = "Frage", **said: object) -> Mail:
    """A mail of the conversation that its name begins with: `eva.2` is the second mail of Eva's conversation."""
    conversation, minute = name.split(".")
    return Mail(name, conversation, writer, 60 * int(minute), subject, f"Antrag Bescheid {name.replace('.', 'x')}", **said)  # type: ignore[arg-type]


def in_all_orders(a_reception: Receptions, *script: Mail) -> list[Together]:
    return [together(a_reception, script, order) for order in permutations(script)]


def test_who_answers_for_two_people_does_not_bring_them_together_by_a_common_subject(a_reception: Receptions) -> None:
    script = (
        a_line("eva.1", EVA),
        a_line("adam.2", ADAM),
        a_line("adam.3", EVA, "AW: Frage", answers="adam.2", program="phone"),
        a_line("eva.4", EVA, "Re: Frage", answers="eva.1"),
    )

    for found in in_all_orders(a_reception, *script):
        assert found == {frozenset({"eva.1", "eva.4"}), frozenset({"adam.2", "adam.3"})}


def test_two_concerns_of_one_person_under_one_subject_stay_apart_if_an_answer_overtakes_its_question(a_reception: Receptions) -> None:
    script = (a_line("one.1", EVA), a_line("two.2", EVA), a_line("two.3", EVA, "AW: Frage", answers="two.2"))

    for found in in_all_orders(a_reception, *script):
        assert found == {frozenset({"one.1"}), frozenset({"two.2", "two.3"})}


def test_who_answers_two_answers_to_one_circular_does_not_bring_their_writers_together(a_reception: Receptions) -> None:
    script = (
        a_line("eva.1", EVA, "Re: Rundbrief", circular="rundbrief@list.example"),
        a_line("adam.2", ADAM, "Re: Rundbrief", circular="rundbrief@list.example"),
        a_line("eva.3", RUTH, "AW: Rundbrief", answers="eva.1"),
        a_line("adam.4", RUTH, "AW: Rundbrief", answers="adam.2"),
    )

    for found in in_all_orders(a_reception, *script):
        assert found == {frozenset({"eva.1", "eva.3"}), frozenset({"adam.2", "adam.4"})}


def test_two_conversations_that_go_on_from_one_mail_of_outlook_stay_apart(a_reception: Receptions) -> None:
    script = (
        a_line("eva.1", EVA, "Re: Rundbrief", circular="rundbrief@list.example", program="exchange"),
        a_line("eva.2", RUTH, "AW: Rundbrief", answers="eva.1", program="exchange"),
        a_line("adam.3", ADAM, "Re: Rundbrief", circular="rundbrief@list.example", program="exchange"),
        a_line("adam.4", RUTH, "AW: Rundbrief", answers="adam.3", program="exchange"),
    )

    for found in in_all_orders(a_reception, *script):
        assert found == {frozenset({"eva.1", "eva.2"}), frozenset({"adam.3", "adam.4"})}


def test_an_answer_without_headers_to_somebody_else_is_no_answer_under_ones_own_subject(a_reception: Receptions) -> None:
    lost = frozenset({"in-reply-to", "references"})
    script = (a_line("eva.1", EVA), a_line("adam.2", ADAM), a_line("adam.3", EVA, "AW: Frage", answers="adam.2", lost=lost))

    for found in in_all_orders(a_reception, *script):
        assert found == {frozenset({"eva.1"}), frozenset({"adam.2"}), frozenset({"adam.3"})}


def test_an_answer_without_headers_finds_its_question_by_the_subject_in_both_orders(a_reception: Receptions) -> None:
    lost = frozenset({"in-reply-to", "references"})
    script = (a_line("eva.1", EVA), a_line("eva.2", EVA, "AW: Frage", answers="eva.1", lost=lost))

    for found in in_all_orders(a_reception, *script):
        assert found == {frozenset({"eva.1", "eva.2"})}


@pytest.mark.parametrize("faster", [RUTH, COLLEAGUE])
def test_who_was_overtaken_by_an_answer_still_gets_the_acknowledgement(faster: str, a_reception: Receptions) -> None:
    question, answer = a_line("eva.1", EVA), a_line("eva.2", faster, "AW: Frage", answers="eva.1")

    desk = a_reception((question, answer))
    desk.take_in((answer, question), every=timedelta(minutes=1))
    mine = [placed.decision for placed in desk.placed if placed.mail is question]
    wholes = set(desk.wholes().values())

    assert [letter.template for letter in mine[0].letters] == ["acknowledgement"]
    assert mine[0].outcome is Outcome.NEW_CASE
    assert wholes == {mine[0].case_number}, "the answer's case became part of hers"


def test_two_answers_that_overtook_a_mail_that_was_sent_twice_come_together_with_it(a_reception: Receptions) -> None:
    question = a_line("eva.1", EVA)
    twice = Mail(**{**vars(question), "name": "eva.1.thumb", "minute": 64, "again": "eva.1", "how": "thumb"})
    script = (
        question,
        twice,
        a_line("eva.2", RUTH, "AW: Frage", answers="eva.1.thumb", program="phone"),
        a_line("eva.3", ADAM, "Re: Frage", answers="eva.1"),
    )

    for found in in_all_orders(a_reception, *script):
        assert len(found) == 1


def test_relatives_who_answer_each_other_in_any_order_are_in_one_case(a_reception: Receptions) -> None:
    script = (
        a_line("eva.1", EVA, "Beschwerde"),
        a_line("eva.2", RUTH, "AW: Beschwerde", answers="eva.1", program="phone"),
        a_line("eva.3", EVA, "Re: Beschwerde", answers="eva.2", program="phone"),
        a_line("eva.4", ADAM, "SV: Beschwerde", answers="eva.3", program="phone"),
    )

    for found in in_all_orders(a_reception, *script):
        assert len(found) == 1
