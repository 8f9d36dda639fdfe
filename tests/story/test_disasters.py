# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What befalls a desk as a whole: its database, its folder, its clock, its log, a second one beside it. The torture's oracle judges."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from maildesk.adapters.store import Store
from maildesk.core.decision.decision import Outcome
from maildesk.errors import StoreReplaced
from tests.rig import samples
from tests.rig.builders import a_mail
from tests.rig.command import ROOT, environment, forks
from tests.rig.days import special
from tests.rig.desk import wait_until
from tests.rig.samples import long, sampled
from tests.torture.backups import put_back
from tests.torture.mails import Mail
from tests.torture.oracle import corrupt, findings, in_database
from tests.torture.statements import SCENES
from tests.torture.storage import held
from tests.torture.tracing import broken_poll, calls_of
from tests.torture.world import Site, World

SEED = 23
DAY = 24 * 60.0


@pytest.fixture
def world(site: Site) -> Iterator[World]:
    with site.world(SEED) as made:
        yield made


def another_mail(world: World, name: str) -> Mail:
    """A citizen's mail arrives now, by the clock of the world."""
    address = f"{name}@example.org"
    octets = a_mail(f"Anliegen {name}.\n", sender=address, message_id=address, subject=name)
    mail = Mail(name, octets, Outcome.NEW_CASE, f"case of {name}", address)
    world.mails = (*world.mails, mail)
    world.drop(octets, at=time.time() + world.ahead_seconds)
    return mail


# --- the database and its folder ---


def damage(world: World, pages: int) -> None:
    """Bytes over pages in the middle of the file."""
    with closing(sqlite3.connect(world.database)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with world.database.open("r+b") as file:
        file.seek(4096 * 2)
        file.write(b"\xa5" * 4096 * pages)


@pytest.mark.parametrize("pages", [1, pytest.param(30, marks=long)])
def test_a_database_with_bytes_over_its_pages_stops_before_the_mailbox_is_touched(world: World, pages: int) -> None:
    damage(world, pages)

    ran = world.poll()

    assert ran.code == 73
    assert ran.err == "maildesk: the database is damaged: restore the last backup (docs/operation.md)\n"
    assert world.inbox() == len(world.mails)
    assert world.post.accepted == []


@sampled
@pytest.mark.parametrize("left", [None, 0.5, 0.0, 0.9][: samples.of(4, 2)])
def test_a_write_ahead_log_that_is_gone_or_cut_costs_no_mail_and_no_letter_goes_twice(world: World, site: Site, left: float | None) -> None:
    syncs = calls_of(site, SCENES[0], ("fdatasync",))
    assert broken_poll(world, syncs[-4], "signal=SIGKILL")[0].killed, "nearly done: the letters have left"
    assert len(world.post.accepted) > 3
    log = world.database.with_name("maildesk.db-wal")
    if left is None:
        log.unlink()
    else:
        os.truncate(log, int(left * log.stat().st_size))
    assert len(world.rows("SELECT * FROM letter WHERE state = 'sent'")) < len(world.post.accepted), "it has been forgotten"

    found = findings(world, world.settle())

    assert found.faults == ()


@sampled
def test_a_database_that_is_held_for_some_seconds_is_waited_for(world: World) -> None:
    """SQLite by itself would wait for five."""
    seconds = samples.of(7, 1)
    world.poll()
    another_mail(world, "late")
    with held(world, seconds):
        ran = world.poll()

    assert ran.code == 0, ran.err
    assert ran.seconds > seconds / 2, "it was held"
    assert findings(world, world.settle()).faults == ()


@pytest.mark.parametrize("what", ["maildesk.db", "the folder"])
def test_a_data_folder_that_is_read_only_is_one_line_and_no_mail_is_touched(world: World, what: str) -> None:
    path = world.desk.folder if what == "the folder" else world.database
    path.chmod(0o500)
    try:
        ran = subprocess.run(as_an_ordinary_user(world.command), capture_output=True, text=True, check=False, cwd=ROOT, env=world.variables)
    finally:
        path.chmod(0o700)

    assert ran.returncode == 73
    assert ran.stderr.startswith("maildesk: ")
    assert ran.stderr.count("\n") == 1
    assert world.inbox() == len(world.mails)
    assert findings(world, world.settle()).faults == ()


def as_an_ordinary_user(command: list[str]) -> list[str]:
    """root may write what is read-only; without these two rights it may not."""
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *command] if os.geteuid() == 0 else command


def deleted(world: World, _backup: Path) -> None:
    for name in ("maildesk.db", "maildesk.db-wal", "maildesk.db-shm"):
        (world.desk.folder / name).unlink(missing_ok=True)


def moved_away(world: World, _backup: Path) -> None:
    world.database.rename(world.database.with_name("old.db"))


@pytest.mark.parametrize("become_another", [deleted, pytest.param(moved_away, marks=long), pytest.param(put_back, marks=long)])
def test_a_daemon_whose_database_becomes_another_one_works_on_with_that_and_loses_nothing(
    world: World, become_another: Callable[[World, Path], None]
) -> None:
    backup = world.desk.folder / "made"
    with world.desk.daemon() as process:
        wait_until(lambda: recorded(world) >= len(world.mails))
        assert world.run("backup", str(backup)).code == 0
        another_mail(world, "before")
        wait_until(lambda: letters_of(world)["before@example.org"] == 1 and nothing_waits(world))
        before = letters_of(world)
        become_another(world, backup)
        another_mail(world, "after")
        wait_until(lambda: letters_of(world)["after@example.org"] == 1 and world.inbox() == 0)
        wait_until(lambda: in_database(world) == ((), ()))
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0

    assert world.settle().quiet
    assert in_database(world) == ((), ())
    assert corrupt(world) == ()
    assert letters_of(world) == before + Counter({"after@example.org": 1})


def nothing_waits(world: World) -> bool:
    return world.rows("SELECT count(*) FROM letter WHERE state <> 'sent'") == [(0,)]


def test_a_pass_whose_database_becomes_another_one_writes_nothing_to_that_which_is_gone(tmp_path: Path) -> None:
    file = tmp_path / "maildesk.db"
    with Store.open(file, "KD", UTC) as store:
        file.rename(tmp_path / "old.db")
        with pytest.raises(StoreReplaced, match="was moved, deleted or replaced") as refused:
            store.learn("colour", {"is": "blue"}, datetime.now(UTC))
        (tmp_path / "old.db").rename(file)
        store.learn("colour", {"is": "green"}, datetime.now(UTC))

        assert refused.value.exit_code == 75
        assert store.fact("colour") == {"is": "green"}


# --- a second one ---


@contextmanager
def a_copy_of(world: World) -> Iterator[World]:
    """The same desk once more, with a copy of the database: the same mailbox, the same letters."""
    folder = world.desk.folder.with_name(f"{world.desk.folder.name}-copy")
    shutil.copytree(world.desk.folder, folder)
    try:
        yield World(world.site, replace(world.desk, folder=folder), world.copies, world.mails)
    finally:
        shutil.rmtree(folder)


def test_a_copy_of_the_database_that_works_afterwards_sends_nothing_again(world: World) -> None:
    with a_copy_of(world) as copy:
        world.poll()
        sent = len(world.post.accepted)
        for each in (copy, world, copy):
            assert each.poll().code == 0

        new = [str(letter.mail["Subject"]) for letter in world.post.accepted[sent:]]
        assert sent > 3
        assert new == ["Zweiter Dienst"], "the copies of the letters tell that they have left, and that there is another desk"
        assert faults_of(world, copy) == []
        assert copy.rows("SELECT count(*) FROM cases") == world.rows("SELECT count(*) FROM cases")


@long
@pytest.mark.parametrize("seed", range(6))
def test_two_copies_of_the_database_at_work_at_the_same_moment_write_to_nobody_twice(site: Site, seed: int) -> None:
    with site.world(seed, citizens=6) as world, a_copy_of(world) as copy:
        with world.started() as one, copy.started() as other:
            assert [one.wait(), other.wait()] == [0, 0]
        go_on_together(world, copy)

        assert faults_of(world, copy) == []
        for each in (world, copy):
            due = each.rows("SELECT recipient, count(*) FROM letter WHERE recipient LIKE '%@example.org' GROUP BY recipient")
            assert letters_of(world) == dict(due)
        assert "a second maildesk with our key serves this mailbox" in copy.run("status").out + world.run("status").out


@sampled
def test_two_daemons_on_copies_of_the_database_write_to_nobody_twice(world: World) -> None:
    count = samples.of(30, 10)
    world.poll()
    with a_copy_of(world) as copy, ExitStack() as stack:
        before = letters_of(world)
        for each in (world, copy):
            stack.enter_context(each.desk.daemon())
        for number in range(count):
            another_mail(world, f"n{number}")
            wait_until(lambda: max(cases_of(world), cases_of(copy)) > number + 2)  # noqa: B023
        wait_until(lambda: cases_of(world) == cases_of(copy) == count + 3)
        stack.close()
        copy.mails = world.mails
        go_on_together(world, copy)

        assert faults_of(world, copy) == []
        assert letters_of(world) == before + Counter({f"n{number}@example.org": 1 for number in range(count)})


def cases_of(world: World) -> int:
    return int(world.rows("SELECT count(*) FROM cases")[0][0])


def go_on_together(*worlds: World) -> None:
    """Pass after pass in turn, until what was contested has left or was seen to have left."""
    for minutes in (0, 0, 11, 0, 11, 0, 11, 0):
        for each in worlds:
            each.later(minutes)
            assert each.poll().code == 0


def faults_of(world: World, copy: World) -> list[str]:
    """What the oracle finds, but that each desk has alarms of its own; what the other one told need not be told again."""
    alarms = {"Zweiter Dienst", "Absender nicht bewiesen", "Entwarnung: Zweiter Dienst"}
    for each in (world, copy):
        known = {row[0] for row in each.rows("SELECT message_id FROM letter")}
        assert {
            str(letter.mail["Subject"]) for letter in world.post.accepted if str(letter.mail["Message-ID"])[1:-1] not in known
        } <= alarms
    found = [fault for each in (world, copy) for fault in findings(each, each.settle()).faults]
    # Dovecot carries out two MOVEs of one mail that come at the same moment: then the archive has it twice, which is the server's doing.
    expected = ("a letter left that the database does not know", "alarms", "['Archive', 'Archive']")
    return [fault for fault in found if not any(each in fault for each in expected)]


def letters_of(world: World) -> Counter[str]:
    """How many letters people outside got."""
    return Counter(letter.recipients[0] for letter in world.post.accepted if letter.recipients[0].endswith("@example.org"))


# --- what it prints and logs ---


@sampled
@pytest.mark.parametrize("target", ["/dev/full", "closed", "a pipe that nobody reads"][: samples.of(3, 1)])
def test_a_log_that_is_full_or_gone_keeps_no_mail_waiting(world: World, target: str) -> None:
    command = [sys.executable, "-m", "maildesk", "run", "--config", str(world.desk.config)]
    shell = {"/dev/full": 'exec "$@" 2>/dev/full', "closed": 'exec "$@" >&- 2>&-', "a pipe that nobody reads": 'exec "$@" 2> >(true)'}
    with subprocess.Popen(["bash", "-c", shell[target], "bash", *command], env=environment(), cwd=ROOT) as process:
        try:
            wait_until(lambda: world.rows("SELECT count(*) FROM ledger")[0][0] >= len(world.mails))
            process.send_signal(signal.SIGTERM)
            code = process.wait(20)
        finally:
            process.kill()

    assert code == 0
    assert findings(world, world.settle()).faults == ()


def test_what_cannot_be_printed_is_one_line_and_the_pass_counts_all_the_same(world: World) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "maildesk", "poll", "--config", str(world.desk.config)],
            stdout=full, stderr=subprocess.PIPE, text=True, env=environment(), cwd=ROOT, check=False,
        )  # fmt: skip

    assert ran.returncode == 73
    assert ran.stderr.splitlines()[-1] == "maildesk: what was done stays done, but it cannot be printed (No space left on device)"
    assert findings(world, world.settle()).faults == ()


# --- the clock ---


def test_a_clock_that_jumps_makes_no_number_twice_and_no_letter_more(world: World) -> None:
    world.poll()
    for number, minutes in enumerate((DAY, -2 * DAY, DAY, 400 * DAY, -400 * DAY)):
        world.later(minutes)
        another_mail(world, f"jump{number}")
        assert world.poll().code == 0
        assert world.poll().code == 0

    found = findings(world, world.settle())

    assert found.faults == ()
    letters = Counter(letter.recipients[0] for letter in world.post.accepted if letter.recipients[0].startswith("jump"))
    assert letters == {f"jump{number}@example.org": 1 for number in range(5)}


@pytest.mark.parametrize(
    ("day", "hour"),
    [
        pytest.param("summer time begins", 0, marks=long),  # 01:58 in Berlin, then 03:00
        ("summer time ends", 0),  # 02:58, then 02:00 once more
        pytest.param("the last day of the year", 22, marks=long),  # 23:58, then another year
    ],
    ids=["spring", "autumn", "new year"],
)
def test_an_hour_that_is_missing_or_double_and_a_new_year_are_nothing_special(world: World, day: str, hour: int) -> None:
    moment = special(datetime.now(UTC).date())[day].replace(hour=hour, minute=58)
    world.poll()
    world.ahead_seconds = (moment - datetime.now(UTC)).total_seconds()
    for number in range(4):
        another_mail(world, f"hour{number}")
        assert world.poll().code == 0
        world.later(1.5)

    found = findings(world, world.settle())

    assert found.faults == ()
    numbers = [row[0] for row in world.rows("SELECT number FROM cases ORDER BY id")]
    assert len(numbers) == len(set(numbers)) == 7
    if moment.month == 12:
        assert [number[3:] for number in numbers[-2:]] == [f"{moment.year + 1}-00001", f"{moment.year + 1}-00002"]


@pytest.mark.parametrize("jump", [timedelta(days=1), pytest.param(timedelta(days=-1), marks=long)], ids=["a day ahead", "a day back"])
def test_the_daemon_goes_on_when_its_clock_is_set(world: World, jump: timedelta) -> None:
    text = world.desk.config.read_text(encoding="utf-8").replace("[smtp]", "poll_seconds = 5\nidle = false\n[smtp]")
    world.desk.config.write_text(text, encoding="utf-8")
    words = (str(jump.total_seconds()), "run", "--config", str(world.desk.config))
    with forks().start("tests.rig.clock", words, environment()) as process:
        wait_until(lambda: recorded(world) >= len(world.mails))
        process.send_signal(signal.SIGUSR1)
        wait_until(lambda: abs(last_pass(world) - datetime.now(UTC)) > abs(jump) / 2)
        another_mail(world, "later")
        wait_until(lambda: any(letter.recipients[0] == "later@example.org" for letter in world.post.accepted))
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0

    assert findings(world, world.settle()).faults == ()


def last_pass(world: World) -> datetime:
    """When it began, by the clock of the daemon."""
    found = world.rows("SELECT json_extract(value, '$.started_at') FROM fact WHERE name = 'last_pass'")
    return datetime.fromisoformat(found[0][0]) if found else datetime.now(UTC)


def recorded(world: World) -> int:
    return int((world.rows("SELECT count(*) FROM ledger") or [(0,)])[0][0])
