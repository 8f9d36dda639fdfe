# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Machines that write to the desk because the desk writes to them: it falls silent, loses nothing, and one person is told."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import Envelope

from maildesk.core.letters.alarms import alarm_title
from maildesk.core.office.policy import LetterLimits
from tests.rig import samples
from tests.rig.abuse import DESK, POLICY, TECHNIK, WEBER, BusyDesk, a_busy_desk, from_person, within
from tests.rig.builders import a_mail
from tests.rig.desk import ADDRESS, TestDesk, a_desk
from tests.rig.dovecot import Dovecot
from tests.rig.letters import content, decoded, in_words
from tests.rig.post_office import PostOffice
from tests.rig.samples import long, sampled
from tests.rig.smtp_letters import sender_for
from tests.rig.smtp_server import SmtpSink

OTHER = "dialog@example.net"
ROBOT_MAILS_A_DAY = samples.of(100, 15)
FLOOD = samples.of(10, 1)
ALERTS = f'[alerts]\naddresses = ["{TECHNIK}"]\n'
DAY, PER_DAY = timedelta(days=1), 5
LIMIT_ALARM = "letter_limit"


def poll(desk: TestDesk) -> None:
    assert desk.maildesk("poll").code == 0


# --- two desks ---


@dataclass
class Robbing(PostOffice):
    """A server on the way that leaves nothing of a mail but its words: no mark, no thread, another subject. `partners` get it so."""

    partners: Mapping[str, str] = field(default_factory=dict)

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        told = await super().handle_DATA(server, session, envelope)
        letter = self.accepted[-1]
        recipient = letter.recipients[0]
        naked = a_mail(
            content(letter.mail, "text/plain"), sender=str(letter.mail["From"]), to=recipient,
            subject=f"Nachricht {len(self.accepted)}", message_id=f"n{len(self.accepted)}@relay.example.org",
        )  # fmt: skip
        if recipient in self.partners:
            self.dovecot.deliver(self.partners[recipient], naked)
        return told


@pytest.fixture(params=["honest", pytest.param("robbing", marks=long)])
def correspondents(request: pytest.FixtureRequest, dovecot: Dovecot, tmp_path: Path) -> Iterator[tuple[TestDesk, TestDesk, PostOffice]]:
    """Two desks whose letters reach each other; the robbing server keeps proof copies away, too."""
    users = {ADDRESS: dovecot.new_user(), OTHER: dovecot.new_user()}
    post = PostOffice(dovecot, users) if request.param == "honest" else Robbing(dovecot, {}, partners=users)
    with post:
        one = a_desk(tmp_path / "one", dovecot, post, users[ADDRESS], more=ALERTS)
        two = a_desk(tmp_path / "two", dovecot, post, users[OTHER], more=ALERTS)
        two.config.write_text(two.config.read_text(encoding="utf-8").replace(ADDRESS, OTHER), encoding="utf-8")
        yield one, two, post


def test_two_desks_that_write_to_each_other_fall_silent(correspondents: tuple[TestDesk, TestDesk, PostOffice]) -> None:
    one, two, post = correspondents
    one.write(a_mail("Bitte um Auskunft.\n", sender=OTHER, to=ADDRESS, message_id="first@example.net"))
    sent = []
    for _ in range(10):
        poll(one)
        poll(two)
        sent.append(len(post.accepted))

    to_two, to_one = len(post.letters_to(OTHER)), len(post.letters_to(ADDRESS))
    if isinstance(post, Robbing):
        assert (to_two, to_one) == (PER_DAY, PER_DAY), "nothing tells them that they are machines: the daily limit does"
        assert [decoded(letter.mail["Subject"]) for letter in post.letters_to(TECHNIK)] == [in_words(alarm_title(LIMIT_ALARM))]
    else:
        assert (to_two, to_one) == (1, 0)
        assert two.maildesk("cases", "--json").json == [], "an automatic letter opens no case"
    assert sent[-4:] == sent[-1:] * 4, "silence"
    assert one.count("INBOX") == two.count("INBOX") == 0


# --- a robot without a mark ---


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[BusyDesk]:
    with a_busy_desk(tmp_path) as desk:
        yield desk


Robot = Callable[[int, Message | None], bytes]  # the number of its mail, and the letter that it answers, if any


def naked(number: int, _letter: Message | None) -> bytes:
    return a_mail(f"Eingang Nr. {number} bestaetigt. Referenz {number * 7919}.\n", sender="automat@firma.example", to=DESK,
                  subject=f"Vorgangsmeldung {number * 31}", message_id=f"r{number}@firma.example")  # fmt: skip


def quoting(number: int, letter: Message | None) -> bytes:
    """It answers as a mail program would, but for the ids: subject and quotation name the case."""
    if letter is None:
        return naked(number, None)
    quoted = "".join(f"> {line}\n" for line in content(letter, "text/plain").splitlines())
    body = f"Eingang Nr. {number} bestaetigt.\n\nAm 23.11.2026 schrieb Kundendialog:\n{quoted}"
    subject = f"Re: {decoded(letter['Subject'])}"
    return a_mail(body, sender="automat@firma.example", to=DESK, subject=subject, message_id=f"r{number}@firma.example")


@sampled
@pytest.mark.parametrize(("robot", "days"), [(naked, 3), (quoting, 1)])
def test_a_robot_without_a_mark_gets_five_letters_a_day_and_one_person_is_told(busy: BusyDesk, robot: Robot, days: int) -> None:
    mails, answered = 0, 0
    with SmtpSink() as server, sender_for(server.settings()) as sender:
        while mails < ROBOT_MAILS_A_DAY * days:
            unanswered = [message_from_bytes(letter.octets) for letter in server.letters[answered:] if letter.recipients[0] not in OURS]
            answered = len(server.letters)
            for letter in (*unanswered, *([] if unanswered else [None])):
                mails += 1
                busy.arrive(robot(mails, letter))
            busy.send(sender)
            busy.clock.forward(minutes=24 * 60 / ROBOT_MAILS_A_DAY * (len(unanswered) or 1))
    to_robot = [letter for letter in server.letters if letter.recipients == ("automat@firma.example",)]
    alarms = busy.letters("alarm")

    assert busy.count("message WHERE outcome IN ('new_case', 'follow_up')") == mails
    assert within([_moment(letter["created_at"]) for letter in busy.letters() if letter["template"] != "alarm"], DAY) <= PER_DAY
    assert PER_DAY <= len(to_robot) <= (days + 1) * PER_DAY
    assert len([letter for letter in server.letters if letter.recipients[0] != WEBER.address]) == len(to_robot) + len(alarms)
    assert {(alarm["recipient"], _subject(alarm)) for alarm in alarms} <= {(TECHNIK, LIMIT_ALARM)}
    assert within([_moment(alarm["created_at"]) for alarm in alarms], DAY) <= 1
    if robot is naked:
        assert (len(to_robot), len(alarms), busy.count("cases")) == (3 * PER_DAY, 3, mails)


OURS = frozenset({TECHNIK, WEBER.address})


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _subject(alarm: dict[str, Any]) -> str:
    return str(re.search(r'"X-Maildesk-Alarm": "([^"]*)"', alarm["context"])[1])  # type: ignore[index]


def test_the_same_with_the_commands(dovecot: Dovecot, user: str, tmp_path: Path) -> None:
    with PostOffice(dovecot, {ADDRESS: user}) as post:
        desk = a_desk(tmp_path / "desk", dovecot, post, user, more=ALERTS)
        for number in range(1, 9):
            desk.write(naked(number, None))

        first = desk.maildesk("poll", "--json").json
        desk.write(naked(9, None))
        second = desk.maildesk("poll", "--json").json

        assert (first["new_cases"], first["letters_sent"]) == (8, PER_DAY + 1)
        assert (second["new_cases"], second["letters_sent"]) == (1, 0)
        (alarm,) = post.letters_to(TECHNIK)
        text = " ".join(content(alarm.mail, "text/plain").split())
        assert decoded(alarm.mail["Subject"]) == in_words(alarm_title(LIMIT_ALARM))
        for must in ("Weitere Nachrichten bekommen vorerst keinen Brief", "werden weiter angenommen", "[letters]", "maildesk cases"):
            assert must in text
        assert "firma.example" not in text


# --- floods ---


@sampled
def test_a_flood_is_kept_whole_and_answered_within_the_limits_with_one_alarm(tmp_path: Path) -> None:
    """One sender, one domain and a large provider, all mixed."""
    policy = replace(POLICY, letters=LetterLimits(per_domain_per_hour=30, per_desk_per_hour=60))
    senders = ["flut@bombe.example"] * 80 * FLOOD
    senders += [f"p{n}@schule.example" for n in range(100 * FLOOD)] + [f"g{n}@gmx.de" for n in range(30 * FLOOD)]
    random.Random(8).shuffle(senders)
    with a_busy_desk(tmp_path, policy) as busy:
        report = busy.arrive(*(from_person(number, sender) for number, sender in enumerate(senders)))
        letters = busy.letters("acknowledgement")
        by_domain = [letter["recipient_domain"] for letter in letters]
        busy.clock.forward(hours=1, seconds=1)
        busy.arrive(*(from_person(5000 + n, f"spaeter{n}@schule.example") for n in range(40)))

        assert report.outcomes["new_case"] == len(senders) == busy.count(f"cases WHERE id <= {len(senders)}")  # type: ignore[index]
        assert len(letters) == 60
        assert by_domain.count("bombe.example") <= PER_DAY
        assert by_domain.count("schule.example") <= 30
        assert by_domain.count("gmx.de") > 0, "strangers at a large provider are not silenced by a school"
        assert len(busy.letters("acknowledgement")) == 60 + 30, "an hour later the limit of the hour is new"
        assert [(alarm["recipient"], _subject(alarm)) for alarm in busy.letters("alarm")] == [(TECHNIK, LIMIT_ALARM)]
        assert len({row["digest"] for row in busy.rows("SELECT digest FROM raw")}) == len(senders) + 40


# --- where a letter goes ---

REPLY_TO = {
    "another address": "andere@example.net",
    "the desk": DESK,
    "a plus form of the desk": "desk+abc@example.com",
    "a mailing list": "alle@liste.example.net",
    "fifty addresses": ", ".join(f"opfer{number}@example.net" for number in range(50)),
    "a group": "Alle: a@example.net, b@example.net;",
    "nonsense": "@@ <> ,,",
}


NOBODY = [
    *("noreply@example.net", "no-reply@example.net", "postmaster@example.net", "MAILER-DAEMON@example.net", "do-not-reply@example.net"),
    *(DESK, "DESK@Example.COM", "Kundendialog <desk+anfrage@example.com>", "dialog@example.com", "dialog+x@EXAMPLE.com"),
    *("list-request@example.net", "owner-liste@example.net", "liste-bounces@example.net", "majordomo@example.net"),
    *("nobody", "<>", "eva@", "@example.org", '"eva muster"@example.org', "eva@[192.0.2.1]"),
]


@dataclass(frozen=True)
class Answered:
    """Who got a letter, by the Message-ID that it answers, and which mails were kept."""

    letters: dict[str, list[str]]
    kept: frozenset[str]


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Answered:
    elsewhere = {"errors_to": "boese@example.net", "return_path": "<boese@example.net>"}
    mails = [from_person(number, reply_to=value, **elsewhere) for number, value in enumerate(REPLY_TO.values(), 1)]
    mails += [from_person(number, sender) for number, sender in enumerate(NOBODY, 101)]
    with a_busy_desk(tmp_path_factory.mktemp("answered")) as desk:
        desk.arrive(*mails)
        letters: dict[str, list[str]] = defaultdict(list)
        for letter in desk.letters():
            letters[letter["in_reply_to"]].append(letter["recipient"])
        return Answered(letters, frozenset(row["message_id"] for row in desk.rows("SELECT message_id FROM message")))


@pytest.mark.parametrize("case", REPLY_TO)
def test_the_letter_goes_to_the_one_address_in_from_whatever_reply_to_says(answered: Answered, case: str) -> None:
    identifier = f"c{1 + list(REPLY_TO).index(case)}@example.org"

    assert answered.letters[identifier] == [identifier]


@pytest.mark.parametrize("sender", NOBODY)
def test_an_address_that_nobody_reads_gets_no_letter_and_its_mail_is_kept(answered: Answered, sender: str) -> None:
    identifier = f"c{101 + NOBODY.index(sender)}@example.org"

    assert answered.letters.get(identifier) is None
    assert identifier in answered.kept
