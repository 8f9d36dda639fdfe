# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The oracle sees every fault there can be: a desk at rest is spoilt on purpose, one way after the other."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.rig import samples
from tests.rig.samples import sampled
from tests.rig.zygote import Ran
from tests.torture.oracle import RESTART_SECONDS_MAX, Findings, Tally, findings
from tests.torture.world import Copies, Settled, Site, World


def sql(world: World, *statements: str) -> None:
    with closing(sqlite3.connect(world.database, isolation_level=None)) as database:
        for statement in statements:
            database.execute(statement)


def archived(world: World) -> Path:
    """The file of the first citizen's mail."""
    return next(file for file in world.maildir.glob(".Archive/*/*") if file.read_bytes() == world.mails[0].octets)


def take_the_letter_again(world: World) -> None:
    world.post.accepted.append(world.post.accepted[0])


def spoil_an_octet(world: World) -> None:
    sql(
        world,
        f"UPDATE raw_chunk SET octets = CAST(replace(CAST(octets AS TEXT), 'MIME', 'mime') AS BLOB) WHERE raw_id = {first_raw(world)}",
    )


def first_raw(world: World) -> int:
    return int(world.rows(f"SELECT id FROM raw WHERE digest = '{world.mails[0].digest}'")[0][0])


def another_case(world: World) -> None:
    columns = ", ".join(row[1] for row in world.rows("PRAGMA table_info(cases)") if row[1] not in {"id", "number", "sequence"})
    sql(world, f"INSERT INTO cases (number, sequence, {columns}) SELECT 'KD-2026-99999', 99999, {columns} FROM cases LIMIT 1")


def another_acknowledgement(world: World) -> None:
    changed = {"id", "letter_id", "message_id"}
    columns = ", ".join(row[1] for row in world.rows("PRAGMA table_info(letter)") if row[1] not in changed)
    sql(
        world,
        f"INSERT INTO letter (letter_id, message_id, {columns}) SELECT 'x', 'x', {columns} FROM letter"
        " WHERE template = 'acknowledgement' LIMIT 1",
    )


def write_over_a_page(world: World) -> None:
    page = world.rows("SELECT rootpage FROM sqlite_master WHERE name = 'contact_by_address'")[0][0]
    sql(world, "PRAGMA wal_checkpoint(TRUNCATE)")
    with world.database.open("r+b") as file:
        file.seek(4096 * (page - 1))
        file.write(b"\xff" * 300)


def split_the_case(world: World) -> None:
    further = next(mail for mail in world.mails if mail.name == "further")
    sql(
        world,
        f"UPDATE message SET case_id = (SELECT max(id) FROM cases) WHERE raw_id = (SELECT id FROM raw WHERE digest = '{further.digest}')",
    )


SPOILT: dict[str, tuple[str, Callable[[World], object]]] = {
    "a mail gone from the mailbox": ("lost", lambda world: archived(world).unlink()),
    "a mail gone from the database": (
        "lost",
        lambda world: sql(world, "PRAGMA foreign_keys=OFF", f"DELETE FROM message WHERE raw_id = {first_raw(world)}"),
    ),
    "octets changed": ("lost", spoil_an_octet),
    "a mail quarantined and a message": (
        "lost",
        lambda world: sql(world, f"INSERT INTO quarantine SELECT NULL, {first_raw(world)}, 'INBOX', at, at, 'x', NULL FROM ledger LIMIT 1"),
    ),
    "a mail twice in the mailbox": ("double_cases", lambda world: shutil.copy(archived(world), archived(world).with_name("1.copy"))),
    "a case too many": ("double_cases", another_case),
    "a mail in another's case": ("double_cases", split_the_case),
    "a letter that left twice": ("double_letters", take_the_letter_again),
    "a second acknowledgement under another id": ("double_letters", another_acknowledgement),
    "an alarm that nobody was told": ("missing_letters", lambda world: sql(world, "DELETE FROM letter WHERE template = 'alarm'")),
    "an acknowledgement that was never sent": ("missing_letters", lambda world: world.post.accepted.pop(0)),
    "a damaged page": ("corrupt", write_over_a_page),
    "a mail left in the inbox": ("unsettled", lambda world: world.drop(b"Subject: new\r\n\r\nnew\r\n")),
    "a count that did not come out": (
        "unsettled",
        lambda world: sql(world, "UPDATE fact SET value = json_set(value, '$.problem', 'odd') WHERE name = 'last_pass'"),
    ),
}


@sampled
@pytest.mark.parametrize("spoilt", list(SPOILT)[:: samples.of(1, 3)])
def test_a_spoilt_desk_is_found_out(site: Site, spoilt: str) -> None:
    kind, spoil = SPOILT[spoilt]
    with site.world(3) as world:
        world.poll()
        settled = world.settle()
        assert findings(world, settled).faults == ()

        spoil(world)
        found = findings(world, settled)

    assert getattr(found, kind), found


@pytest.mark.parametrize(("copies", "faults"), [(Copies.EARLY, 1), (Copies.LATE, 1), (Copies.TOO_LATE, 0), (Copies.NEVER, 0)])
def test_a_letter_may_leave_twice_only_if_it_was_in_doubt_and_no_copy_came_in_time(site: Site, copies: Copies, faults: int) -> None:
    with site.world(3, copies) as world:
        world.poll()
        settled = world.settle()
        take_the_letter_again(world)
        certain = findings(world, settled)
        world.doubtful.update(row[0] for row in world.rows("SELECT message_id FROM letter"))
        doubtful = findings(world, settled)
        take_the_letter_again(world)
        third = findings(world, settled)

    assert len(certain.double_letters) == len(third.double_letters) == 1
    assert (len(doubtful.double_letters), doubtful.window) == (faults, 1 - faults)


def test_a_start_that_fails_or_is_slow_or_never_comes_to_rest_is_a_fault(site: Site) -> None:
    with site.world(3) as world:
        world.poll()
        good = world.settle()
        ways = [
            Settled(Ran(70, "", "broken", 0.1), 3, True),
            Settled(replace(good.first, seconds=RESTART_SECONDS_MAX + 1), 3, True),
            replace(good, quiet=False),
        ]
        found = [findings(world, each).unsettled for each in ways]

    assert [len(each) for each in found] == [1, 1, 1]


def test_a_tally_counts_runs_and_keeps_how_to_do_the_bad_ones_again() -> None:
    bad = Findings(lost=("one", "two"), window=2, restart_seconds=1.5)

    tally = Tally("kind").with_run(Findings(restart_seconds=0.5), label="good").with_run(bad, label="bad").and_also(Tally("kind", runs=3))

    assert (tally.runs, tally.broken, tally.lost, tally.window, tally.slowest_restart) == (5, 2, 1, 2, 1.5)
    assert tally.examples == ("bad: one; two",)
    assert tally.failed
