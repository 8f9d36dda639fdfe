# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A letter of the desk comes back: its case knows it, staff are told once what to do, and nobody writes to that address by himself.

One desk, real servers, real commands: everybody writes, the reports come, everybody writes again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from maildesk.adapters.store import Store
from tests.rig.builders import a_mail
from tests.rig.command import Said
from tests.rig.desk import ADDRESS, TestDesk, a_desk
from tests.rig.dovecot import Dovecot
from tests.rig.letters import content, decoded
from tests.rig.post_office import Accepted, PostOffice
from tests.rig.reports import PROVED, Lost, delay, recipient_only, report, status_part

WEBER, TECHNIK = "weber@example.com", "technik@example.com"
CONFIG = f"""
[alerts]
addresses = ["{TECHNIK}"]
[[staff]]
name = "A. Weber"
address = "{WEBER}"
key = "weber"
"""
OTHERS = ("recipient only", "delay", "delay, then failure")
FORMS = (*PROVED, *OTHERS)
LIVING = ("a server that sends no mail back", "GMX, in words")  # a full mailbox, and no reason at all
DEAD = tuple(form for form in PROVED if form not in LIVING)
ADDRESSES = {form: f"c{number}@example.org" for number, form in enumerate(FORMS)}


@dataclass
class Scene:
    """What the commands said, what went out, and how each case stands at the end. `notices` are letters to staff."""

    desk: TestDesk
    polls: list[Said]
    cases: dict[str, dict[str, Any]]
    acknowledged: dict[str, Accepted]
    shown: Said
    sent: list[list[Accepted]] = field(default_factory=list)  # poll by poll

    def notices(self, form: str) -> list[Accepted]:
        number = self.cases[form]["number"]
        subjects = [(letter, decoded(letter.mail["Subject"])) for letter in self.all_sent if letter.recipients[0] == WEBER]
        return [letter for letter, subject in subjects if number in subject and subject.startswith("Brief ")]

    @property
    def all_sent(self) -> list[Accepted]:
        return [letter for some in self.sent for letter in some]


@pytest.fixture(scope="module")
def scene(dovecot: Dovecot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    user = dovecot.new_user()
    with PostOffice(dovecot, {ADDRESS: user}) as post:
        desk = a_desk(tmp_path_factory.mktemp("returned") / "desk", dovecot, post, user, more=CONFIG)
        for form, address in ADDRESSES.items():
            desk.write(from_citizen(form, address, "1"))
        polls, sent, seen = [], [], 0

        def poll() -> list[Accepted]:
            nonlocal seen
            polls.append(desk.maildesk("poll", "--json"))
            assert polls[-1].code == 0, polls[-1].err
            sent.append(post.accepted[seen:])
            seen = len(post.accepted)
            return sent[-1]

        acknowledged = {letter.recipients[0]: letter for letter in poll()}
        lost = {form: lost_letter(acknowledged[address], number) for number, (form, address) in enumerate(ADDRESSES.items())}
        for octets in (*reports(lost), foreign()):
            desk.write(octets)
        first_notices = poll()
        desk.write(again(PROVED["Postfix"](lost["Postfix"])))
        desk.write(PROVED["Postfix"](lost["delay, then failure"]))
        for notice in first_notices[:1]:
            desk.write(PROVED["Exchange"](lost_letter(notice, 90)))
        for form, address in ADDRESSES.items():
            desk.write(from_citizen(form, address, "2", subject="Noch etwas anderes"))
            desk.write(from_citizen(form, address, "3", in_reply_to=f"<{lost[form].message_id}>"))
        poll()
        poll()
        with Store.open(desk.folder / "maildesk.db", "KD", ZoneInfo("Europe/Berlin")) as store:
            numbers = {form: re.findall(r"KD-\d{4}-\d{5}", lost[form].message_id)[0] for form in FORMS}
            cases = {form: store.views.case(number) or {} for form, number in numbers.items()}
        shown = desk.maildesk("show", numbers["Postfix"])
        yield Scene(desk, polls, cases, {form: acknowledged[address] for form, address in ADDRESSES.items()}, shown, sent)


def from_citizen(form: str, address: str, which: str, **fields: str) -> bytes:
    values = {"sender": address, "to": ADDRESS, "message_id": f"{which}.{address}", "subject": "GEHEIM Anliegen", **fields}
    return a_mail(f"Guten Tag,\n{form}: das ist GEHEIM, Brief {which}.\n", **values)


def lost_letter(letter: Accepted, number: int) -> Lost:
    return Lost(letter.octets, letter.mail["Message-ID"].strip("<>"), letter.recipients[0], number)


def reports(lost: dict[str, Lost]) -> Iterator[bytes]:
    yield from (build(lost[form]) for form, build in PROVED.items())
    yield recipient_only(lost["recipient only"])
    yield delay(lost["delay"])
    yield delay(lost["delay, then failure"])


def foreign() -> bytes:
    """About a mail that nobody here wrote, to somebody whom nobody here knows."""
    lost = Lost(b"", "newsletter.7@example.net", "somebody@example.net", 80)
    return report(
        lost, status_part(lost), sender="mailer-daemon@example.net", subject="Undelivered Mail", in_reply_to="<newsletter.7@example.net>"
    )


def again(octets: bytes) -> bytes:
    """A second report of the same failure, by another server on the way."""
    return re.sub(rb"Message-ID: <dsn[^>]*>", b"Message-ID: <second.report@mx.example.net>", octets, count=1)


# --- the case ---


def events(scene: Scene, form: str) -> list[str]:
    return [event["what"] for event in scene.cases[form]["events"]]


def acknowledgement(scene: Scene, form: str) -> dict[str, Any]:
    return next(letter for letter in scene.cases[form]["letters"] if letter["template"] == "acknowledgement")


@pytest.mark.parametrize("form", [*PROVED, "recipient only", "delay, then failure"])
def test_the_case_says_that_its_letter_came_back(scene: Scene, form: str) -> None:
    letter = acknowledgement(scene, form)

    assert letter["report"] == "failed"
    assert letter["reported_at"] is not None
    assert "letter-failed" in events(scene, form)
    report_message = [message for message in scene.cases[form]["messages"] if message["automatic"] == "bounce"]
    assert report_message, "the report itself is kept in the case"
    assert not any(message["acknowledge"] for message in report_message)


@pytest.mark.parametrize("form", [*PROVED, "delay, then failure"])
def test_a_letter_that_is_proved_to_have_come_back_counts_as_failed(scene: Scene, form: str) -> None:
    assert acknowledgement(scene, form)["state"] == "failed"


def test_a_report_that_names_no_letter_does_not_make_one_unsent(scene: Scene) -> None:
    assert acknowledgement(scene, "recipient only")["state"] == "sent"


def test_a_delay_is_told_as_a_delay(scene: Scene) -> None:
    letter = acknowledgement(scene, "delay")

    assert (letter["report"], letter["state"]) == ("delayed", "sent")
    assert "letter-delayed" in events(scene, "delay")
    assert "letter-failed" not in events(scene, "delay")


def test_a_report_opens_no_case_and_a_foreign_one_is_set_aside(scene: Scene) -> None:
    counts = scene.polls[1].json

    assert (counts["reports"], counts["set_aside"], counts["new_cases"]) == (len(FORMS), 1, 0)


def test_show_tells_it_to_a_person(scene: Scene) -> None:
    assert "failed" in scene.shown.out
    assert "5.1.1" in scene.shown.out


# --- staff ---


@pytest.mark.parametrize("form", [*PROVED, "recipient only"])
def test_staff_are_told_once_in_plain_words_what_came_back_and_what_to_do(scene: Scene, form: str) -> None:
    (notice,) = scene.notices(form)

    subject, text = decoded(notice.mail["Subject"]), " ".join(content(notice.mail, "text/plain").split())
    number = scene.cases[form]["number"]
    assert subject == f"Brief nicht zugestellt – Vorgang {number}"
    for must in (number, ADDRESSES[form], "konnte nicht zugestellt werden", "Bitte prüfen Sie", "Telefon oder Post"):
        assert must in text
    assert re.search(r"5\.\d\.\d", text) or form == "GMX, in words"
    assert "GEHEIM" not in subject + text
    assert notice.recipients == (WEBER, ADDRESS)


@pytest.mark.parametrize("form", DEAD)
def test_they_are_told_that_no_automatic_letter_goes_there_any_more(scene: Scene, form: str) -> None:
    assert "vorerst keine automatischen Briefe mehr" in " ".join(content(scene.notices(form)[0].mail, "text/plain").split())


@pytest.mark.parametrize("form", ["recipient only", *LIVING])
def test_they_are_not_told_so_where_it_is_not_true(scene: Scene, form: str) -> None:
    assert "vorerst keine automatischen Briefe mehr" not in content(scene.notices(form)[0].mail, "text/plain")


def test_a_delay_says_that_nothing_is_to_be_done_and_a_failure_after_it_is_told_again(scene: Scene) -> None:
    (waiting,) = scene.notices("delay")
    assert "Sie müssen nichts tun" in content(waiting.mail, "text/plain")
    assert decoded(waiting.mail["Subject"]).startswith("Brief verzögert sich")

    subjects = [decoded(notice.mail["Subject"]).partition(" –")[0] for notice in scene.notices("delay, then failure")]
    assert subjects == ["Brief verzögert sich", "Brief nicht zugestellt"]


def test_a_notice_that_comes_back_itself_is_no_reason_for_another_one(scene: Scene) -> None:
    """A full mailbox of a colleague must not start a chain of letters; those who look after the desk are told once."""
    told = [notice for form in FORMS for notice in scene.notices(form)]
    assert len(told) == len(FORMS) + 1
    alarms = [letter for letter in scene.all_sent if letter.recipients[0] == TECHNIK]
    assert [decoded(alarm.mail["Subject"]) for alarm in alarms] == ["Brief an das Team nicht zugestellt"]
    text = " ".join(content(alarms[0].mail, "text/plain").split())
    assert "[[staff]]" in text
    assert WEBER not in text


# --- the citizen ---


@pytest.mark.parametrize("form", [*DEAD, "delay, then failure"])
def test_what_the_person_writes_next_is_taken_in_without_a_letter_to_the_dead_address(scene: Scene, form: str) -> None:
    """For the delay it is the failure, which came before, that counts."""
    letters = [letter for letter in scene.all_sent if letter.recipients[0] == ADDRESSES[form]]

    assert letters == [scene.acknowledged[form]]
    assert f"3.{ADDRESSES[form]}" in [message["message_id"] for message in scene.cases[form]["messages"]], "the answer is in the case"


@pytest.mark.parametrize("form", ["recipient only", "delay", *LIVING])
def test_whose_address_is_not_proved_dead_goes_on_getting_letters(scene: Scene, form: str) -> None:
    """Else anybody could silence anybody with a report that he wrote himself."""
    letters = [letter for letter in scene.all_sent if letter.recipients[0] == ADDRESSES[form]]

    assert len(letters) == 3


def test_every_mail_is_counted_and_kept(scene: Scene) -> None:
    counts = [poll.json for poll in scene.polls]

    assert counts[0]["new_cases"] == len(FORMS)
    assert (counts[2]["new_cases"], counts[2]["follow_ups"], counts[2]["quarantined"]) == (len(FORMS), len(FORMS), 0)
    assert counts[3]["fetched"] == counts[3]["already_known"], "nothing but copies of our own letters"
    assert scene.desk.count("INBOX") <= len(scene.sent[3]), "at most the copies of the last letters"


# --- what is told of it ---


def test_history_and_log_hold_no_address_and_no_word_of_a_mail(scene: Scene) -> None:
    told = " ".join(event["detail"] for case in scene.cases.values() for event in case["events"])
    told += " ".join(line for case in scene.cases.values() for message in case["messages"] for line in message["evidence"])
    told += "".join(poll.out + poll.err for poll in scene.polls)

    assert re.findall(r"\S*@\S*|GEHEIM|Recipient address|User unknown", told) == []
