# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The database is lost, and a backup is put back: what came since is taken in again, and nobody is written to twice."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.rig.builders import a_mail
from tests.rig.days import case_number
from tests.rig.desk import ADDRESS, TestDesk, a_desk
from tests.rig.dovecot import Dovecot
from tests.rig.letters import content
from tests.rig.post_office import Accepted, PostOffice

WEBER, MOSER = "weber@haus.example", "moser@haus.example"
STAFF = "".join(f'[[staff]]\nname = "{key}"\naddress = "{key}@haus.example"\nkey = "{key}"\n' for key in ("weber", "moser"))
SEEN_SINCE = ("number", "status", "subject", "kind", "topics", "assignee", "merged_into", "message_ids")


@dataclass(frozen=True)
class FastDesk(TestDesk):
    """A desk whose commands answer in JSON."""

    def run(self, *words: str) -> Any:
        said = self.maildesk(*words, "--json")
        assert said.code in {0, 1, 69}, said.err
        return said.json if said.out else None


@pytest.fixture
def make_desk(dovecot: Dovecot, user: str, tmp_path: Path) -> Callable[..., FastDesk]:
    def make(post: PostOffice, **more: str) -> FastDesk:
        desk = a_desk(tmp_path / "desk", dovecot, post, user, **more)
        return FastDesk(desk.folder, desk.user, desk.dovecot, desk.post)

    return make


@pytest.fixture
def desk(dovecot: Dovecot, user: str, make_desk: Callable[..., FastDesk]) -> Iterator[FastDesk]:
    with PostOffice(dovecot, {ADDRESS: user}) as post:
        yield make_desk(post, more=STAFF)


def writes(desk: FastDesk, number: int, **fields: str) -> None:
    values = {"sender": f"c{number}@example.org", "to": ADDRESS, "message_id": f"m{number}@example.org", "subject": f"Anliegen {number}"}
    desk.write(a_mail(f"Guten Tag,\nmein Anliegen {number} liegt seit Wochen.\n", **(values | fields)))  # type: ignore[arg-type]


def polled(desk: FastDesk) -> dict[str, int]:
    counts: dict[str, int] = desk.run("poll")
    return counts


def backed_up(desk: FastDesk) -> Path:
    return Path(desk.run("backup")["folder"])


def answered(desk: FastDesk, relay: Accepted, text: str) -> None:
    """A colleague answers a mail that was handed on."""
    mail, who = relay.mail, relay.recipients[0]
    quoted = "".join(f"> {line}\n" for line in content(mail, "text/plain").splitlines())
    fields = {"in_reply_to": mail["Message-ID"], "subject": f"AW: {mail['Subject']}", "message_id": f"a{len(text)}@haus.example"}
    desk.write(a_mail(f"{text}\n\nAm 23.11.2026 schrieb Kundendialog:\n{quoted}", sender=who, to=ADDRESS, **fields))


def lose_and_restore(desk: FastDesk, backup: Path) -> None:
    """As docs/operation.md says, over what is left of the broken desk; its write-ahead log is still there."""
    database = desk.folder / "maildesk.db"
    (desk.folder / "message-id.key").write_bytes(b"")
    database.write_bytes(b"broken" * 1000)
    shutil.copy(backup / "maildesk.db", database)
    for name in ("maildesk.db-wal", "message-id.key"):
        shutil.copy(backup / name, desk.folder / name)


def cases(desk: FastDesk) -> list[dict[str, Any]]:
    found = desk.run("cases")
    return [{**{name: case[name] for name in SEEN_SINCE}, "message_ids": sorted(case["message_ids"])} for case in found]


def history(desk: FastDesk, number: str) -> list[tuple[str, str]]:
    return sorted((each["direction"], each["message_id"]) for each in desk.run("show", number)["messages"])


def sent(desk: FastDesk) -> list[tuple[str, str]]:
    return [(letter.recipients[0], letter.mail["Message-ID"]) for letter in desk.post.accepted]


def a_busy_week(desk: FastDesk) -> Path:
    """Cases before and after a backup, colleagues who answered and ordered in between; the backup."""
    writes(desk, 1)
    polled(desk)
    polled(desk)
    backup = backed_up(desk)
    for number in (2, 3):
        writes(desk, number)
    polled(desk)
    relay = next(letter for letter in desk.post.letters_to(WEBER) if case_number(2) in content(letter.mail, "text/plain"))
    answered(desk, relay, "#erledigt #hinweis\n\nGuten Tag,\n\nIhr Bescheid ist heute zur Post gegangen.")
    first = next(letter for letter in desk.post.letters_to(MOSER) if case_number(1) in content(letter.mail, "text/plain"))
    writes(desk, 9, sender="c1@example.org", in_reply_to="<m1@example.org>")
    desk.write(a_mail("Ich bin im Urlaub.\n", sender="robot@example.net", message_id="r@example.net", auto_submitted="auto-replied"))
    answered(desk, first, "#an weber")
    polled(desk)
    writes(desk, 4)
    polled(desk)
    polled(desk)
    return backup


def test_after_a_restore_every_case_is_as_it_was_and_nobody_gets_a_letter_twice(desk: FastDesk) -> None:
    backup = a_busy_week(desk)
    before, letters = cases(desk), sent(desk)
    messages = {case["number"]: history(desk, case["number"]) for case in before}
    assert [case["number"] for case in before] == [case_number(number) for number in (1, 2, 3, 4)]

    lose_and_restore(desk, backup)
    assert len(cases(desk)) == 1
    writes(desk, 5)
    polled(desk)
    polled(desk)

    *again, new = cases(desk)
    assert again == before
    assert {number: history(desk, number) for number in messages} == messages
    assert new["number"] == case_number(5)
    assert "m5@example.org" in new["message_ids"]
    assert sorted(recipient for recipient, _ in sent(desk)[len(letters) :]) == ["c5@example.org", MOSER, WEBER], "of the new mail alone"
    assert desk.run("status")["healthy"], desk.run("status")["problems"]
    assert desk.run("outbox") == []


def test_a_letter_that_waited_at_the_time_of_the_backup_and_left_since_does_not_leave_again(
    dovecot: Dovecot, user: str, make_desk: Callable[..., FastDesk]
) -> None:
    post = PostOffice(dovecot, {ADDRESS: user}, hold=True)
    desk = make_desk(post, more=STAFF)
    writes(desk, 1)
    polled(desk)  # nobody takes letters yet
    backup = backed_up(desk)
    assert [letter["state"] for letter in desk.run("outbox")] == ["queued"] * 3
    for number in (1, 2, 3):
        desk.run("outbox", "--retry", str(number))
    with post:
        polled(desk)
        letters = sent(desk)
        assert len(letters) == 3

        lose_and_restore(desk, backup)
        polled(desk)
        assert [letter["state"] for letter in desk.run("outbox")] == ["in-doubt"] * 3, "no copy has come yet"
        assert not desk.run("status")["healthy"]
        post.deliver_held()
        polled(desk)

        assert sent(desk) == letters
        assert desk.run("outbox") == [], "their copies proved them"
        assert desk.run("status")["healthy"]


def test_what_no_copy_tells_of_is_in_doubt_first_and_leaves_after_the_wait(
    dovecot: Dovecot, user: str, make_desk: Callable[..., FastDesk]
) -> None:
    with PostOffice(dovecot, {ADDRESS: user}, deliver=False) as post:
        desk = make_desk(post)
        polled(desk)
        backup = backed_up(desk)
        writes(desk, 1)
        polled(desk)

        lose_and_restore(desk, backup)
        polled(desk)
        assert len(sent(desk)) == 1
        assert [letter["state"] for letter in desk.run("outbox")] == ["in-doubt"]
        with closing(sqlite3.connect(desk.folder / "maildesk.db", isolation_level=None)) as database:
            earlier = (datetime.now(UTC) - timedelta(minutes=20)).strftime("%Y-%m-%d %H:%M:%S.%f")
            database.execute("UPDATE letter SET doubt_since = ?", (earlier,))
        polled(desk)
        polled(desk)

        assert len(sent(desk)) == 2, "the window that cannot be closed: without a copy nobody can know"
        assert len(set(sent(desk))) == 1


def test_a_copy_that_comes_late_settles_a_letter_though_its_case_got_another_number(
    dovecot: Dovecot, user: str, make_desk: Callable[..., FastDesk]
) -> None:
    with PostOffice(dovecot, {ADDRESS: user}, hold=True) as post:
        desk = make_desk(post)
        polled(desk)
        backup = backed_up(desk)
        for number in (1, 2):
            writes(desk, number)
            polled(desk)
        with desk.dovecot.client(user) as client:
            client.select_folder("Archive")
            client.delete_messages([1])
            client.expunge()

        lose_and_restore(desk, backup)
        polled(desk)
        assert [case["number"] for case in cases(desk)] == [case_number(1)], "the second citizen's, who was told another number"
        post.deliver_held()
        polled(desk)
        polled(desk)

        assert len(sent(desk)) == 2
        assert desk.run("outbox") == []
        told = desk.run("show", case_number(1))["letters"][0]
        assert told["proven_at"] is not None


def test_a_copy_of_a_mail_by_another_way_is_not_acknowledged_in_place_of_the_mail(desk: FastDesk) -> None:
    """Only the copy is left in the mailbox, with other octets than those that caused the letter."""
    polled(desk)
    backup = backed_up(desk)
    writes(desk, 8)
    writes(desk, 1)
    polled(desk)
    polled(desk)
    letters = desk.post.letters_to("c1@example.org")
    with desk.dovecot.client(desk.user) as client:
        client.delete_folder("Archive")

    lose_and_restore(desk, backup)
    writes(desk, 1, received="from list.example.org by mx.example.com; now")
    polled(desk)

    assert desk.post.letters_to("c1@example.org") == letters
    assert [(case["number"], case["message_ids"][-1]) for case in cases(desk)] == [(case_number(2), "m1@example.org")]


def test_an_answer_that_waits_in_the_inbox_joins_the_case_that_was_lost(desk: FastDesk) -> None:
    polled(desk)
    backup = backed_up(desk)
    writes(desk, 1)
    polled(desk)
    polled(desk)

    lose_and_restore(desk, backup)
    writes(desk, 9, sender="c1@example.org", in_reply_to="<m1@example.org>")
    polled(desk)

    assert [case["number"] for case in cases(desk)] == [case_number(1)]
    assert len([letter for letter in desk.post.letters_to("c1@example.org") if case_number(1) in letter.mail["Message-ID"]]) == 2


def test_a_number_that_a_citizen_was_told_goes_to_nobody_else(desk: FastDesk) -> None:
    polled(desk)
    backup = backed_up(desk)
    writes(desk, 1)
    polled(desk)
    polled(desk)
    with desk.dovecot.client(desk.user) as client:
        client.delete_folder("Archive")  # the mail itself is gone: only the copy of our letter tells of it

    lose_and_restore(desk, backup)
    writes(desk, 2)
    polled(desk)

    assert [case["number"] for case in cases(desk)] == [case_number(2)]


def test_a_mail_that_was_quarantined_after_the_backup_is_counted_again(desk: FastDesk) -> None:
    polled(desk)
    backup = backed_up(desk)
    with desk.dovecot.client(desk.user) as client:
        client.append("Quarantine", a_mail("Gift?\n", message_id="q@example.org", sender="c7@example.org"))

    lose_and_restore(desk, backup)
    polled(desk)

    assert [case["message_ids"][0] for case in cases(desk)] == ["q@example.org"]
    assert polled(desk)["fetched"] == 0


def test_a_backup_older_than_letters_may_be_still_finds_the_letters_and_the_colleagues_words(desk: FastDesk) -> None:
    """Mails older than `not_older_than_days` get no letters; but these had theirs."""
    backup = a_busy_week(desk)
    before, letters = cases(desk), sent(desk)
    config = desk.config.read_text(encoding="utf-8")
    desk.config.write_text(f"{config}\n[letters]\nnot_older_than_days = 0\n", encoding="utf-8")

    lose_and_restore(desk, backup)
    polled(desk)

    assert cases(desk) == before
    assert sent(desk) == letters


def test_the_second_start_on_a_restored_database_is_an_ordinary_one(desk: FastDesk) -> None:
    polled(desk)
    backup = backed_up(desk)
    lose_and_restore(desk, backup)
    polled(desk)
    writes(desk, 1)

    assert polled(desk)["letters_sent"] == 3, "the acknowledgement and two that hand it on"
    with desk.dovecot.client(desk.user) as client:
        client.create_folder("Weber")
        client.append("Weber", a_mail("Von Hand.\n", message_id="h@example.org", sender="c8@example.org"))
    assert polled(desk)["letters_sent"] == 3, "a mail that a colleague moved gets its letters at once"
