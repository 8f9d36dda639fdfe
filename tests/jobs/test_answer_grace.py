# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""An answer waits a while in the outbox, and its writer can hold it back until then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest

from maildesk.adapters.store import Store
from maildesk.core.letters.letter import Due, Letter
from maildesk.core.letters.order_links import order_url
from maildesk.core.office.policy import Staff
from tests.rig.answering import POLICY, STAFF
from tests.rig.builders import a_mail
from tests.rig.intake import BERLIN, Intake

WAITING = replace(POLICY, letters=replace(POLICY.letters, answer_grace=timedelta(minutes=2)))
WEBER, YILMAZ = STAFF[:2]
DESK = WAITING.desk.address


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Intake]:
    with Store.open(tmp_path / "maildesk.db", "KD", BERLIN) as store:
        yield Intake(store, tmp_path / "maildesk.db", WAITING)


def leave(desk: Intake) -> list[tuple[str, str]]:
    """What leaves now, by template and recipient."""
    found = sorted((each.letter.template, each.letter.recipient) for each in desk.store.due_letters(Due(desk.now), 100))
    desk.send_letters()
    return found


MORE = a_mail("Und noch etwas.", sender="Eva Muster <eva@example.org>", to=DESK, message_id="mehr@x", in_reply_to="<frage@example.org>")


def answered(desk: Intake, *more: bytes) -> Letter:
    """A citizen wrote, and a colleague answered the first mail; the answer."""
    desk.take(a_mail("Guten Tag, wie geht es weiter?", sender="Eva Muster <eva@example.org>", to=DESK, message_id="frage@example.org"))
    for mail in more:
        desk.take(mail)
    relays = [each.letter for each in desk.store.due_letters(Due(desk.now), 100) if each.letter.template == "relay"]
    relay = next(letter for letter in relays if letter.recipient == WEBER.address)
    leave(desk)
    head = {"sender": WEBER.address, "to": DESK, "message_id": "a@example.org", "in_reply_to": f"<{relay.message_id}>"}
    decision = desk.take(a_mail("Guten Tag,\n\nmit Ihrem Antrag geht es weiter.", subject="AW: Frage", **head))
    return next(letter for letter in decision.letters if letter.template == "answer")


def clicks(desk: Intake, order: str, message_id: str, who: Staff = WEBER) -> None:
    number = desk.whole_cases()[0]
    subject = unquote(order_url(WAITING, number, order, who.address, desk.now).partition("?subject=")[2])
    desk.take(a_mail("", sender=who.address, to=DESK, subject=subject, message_id=message_id))


def test_it_leaves_when_the_time_is_over_and_the_others_are_notified_then(desk: Intake):
    answer = answered(desk)
    others = [("copy", each.address) for each in STAFF if each != WEBER]

    assert leave(desk) == [("confirmed", WEBER.address)]
    desk.store.hurry(desk.now)  # as when a server takes letters again
    desk.later(minutes=1)
    assert leave(desk) == []
    desk.later(minutes=1)
    assert leave(desk) == sorted([("answer", "eva@example.org"), *others])
    assert answer.context["text"] == "Guten Tag,\n\nmit Ihrem Antrag geht es weiter."


def test_the_confirmation_says_until_when_and_has_the_link(desk: Intake):
    answered(desk)
    (confirmed,) = desk.send_letters()

    assert confirmed.context["was"][0].values["of"][0].key == "did.answer_waits"  # type: ignore[index,union-attr]
    assert "%23zurueckhalten" in str(confirmed.context["links"])


def test_held_back_it_does_not_leave_until_its_writer_sends_it(desk: Intake):
    answered(desk)
    leave(desk)
    clicks(desk, "#zurueckhalten", "klick@example.org")
    desk.later(minutes=10)

    assert leave(desk) == [("held", WEBER.address)]
    clicks(desk, "#senden", "noch-ein-klick@example.org")
    left = [template for template, _ in leave(desk)]
    assert sorted(left) == ["answer", "confirmed", *["copy"] * 5]


def test_what_has_left_cannot_be_held_back(desk: Intake):
    answered(desk)
    desk.later(minutes=2)
    leave(desk)
    clicks(desk, "#zurueckhalten", "klick@example.org")
    (confirmed,) = desk.send_letters()

    assert confirmed.context["was"][0].values["why"].key == "cannot.hold_back"  # type: ignore[index,union-attr]


def test_dropped_while_it_waits_it_never_leaves_nor_do_its_copies(desk: Intake):
    answered(desk)
    leave(desk)
    clicks(desk, "#verwerfen", "klick@example.org")
    desk.later(minutes=10)

    assert leave(desk) == [("confirmed", WEBER.address)]


def test_another_colleague_holds_it_back_and_its_writer_sends_it(desk: Intake):
    answered(desk)
    leave(desk)
    clicks(desk, "#zurueckhalten", "klick@example.org", YILMAZ)
    desk.later(minutes=10)

    assert leave(desk) == [("confirmed", YILMAZ.address), ("held", WEBER.address)]
    clicks(desk, "#senden", "noch-ein-klick@example.org")
    assert ("answer", "eva@example.org") in leave(desk)


@pytest.mark.parametrize(("sender", "status"), [("Eva Muster <eva@example.org>", "new"), ("Fremd <fremd@example.net>", "answered")])
def test_a_mail_that_comes_while_it_waits_is_still_to_be_answered(desk: Intake, sender: str, status: str):
    answered(desk)
    leave(desk)
    desk.later(minutes=1)
    desk.take(a_mail("Und noch etwas.", sender=sender, to=DESK, message_id="mehr@example.org", in_reply_to="<frage@example.org>"))
    desk.later(minutes=1)

    assert ("answer", "eva@example.org") in leave(desk)
    assert desk.case(desk.whole_cases()[0])["status"] == status


def test_a_mail_that_colleagues_had_before_they_answered_is_answered_with_it(desk: Intake):
    answered(desk, MORE)
    desk.later(minutes=2)
    leave(desk)

    (number,) = desk.whole_cases()
    assert len(desk.case(number)["messages"]) > 3
    assert desk.case(number)["status"] == "answered"
