# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Backups of a real database: whole, checked, private, never over something else, and made while others write."""

from __future__ import annotations

import resource
import shutil
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from maildesk.adapters.store import Store, backup, only_one
from maildesk.adapters.store.backup import Backups, make
from maildesk.errors import CannotCreateError, StoreBusy, StoreUnusable
from maildesk.jobs import upkeep
from tests.rig.command import maildesk, small_desk
from tests.rig.office import BERLIN
from tests.rig.stores import with_tables

NIGHT = datetime(2026, 11, 22, 3, 15, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    (tmp_path / "message-id.key").write_bytes(b"k" * 32)
    with Store.open(with_tables(tmp_path / "maildesk.db"), "KD", BERLIN) as store:
        for number in range(200):
            store.learn(f"fact {number}", {"text": "x" * 4000}, NIGHT)
        yield store


def made(folder: Path, name: str = "b", **more: object) -> backup.Backup:
    return make(folder / "maildesk.db", folder / "message-id.key", folder / name, NIGHT, **more)  # type: ignore[arg-type]


def facts(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {row[0] for row in database.execute("SELECT name FROM fact")}


def test_a_backup_is_a_folder_with_database_key_and_an_empty_log_for_its_owner_alone(store: Store, tmp_path: Path) -> None:
    found = made(tmp_path)

    assert sorted(path.name for path in found.folder.iterdir()) == ["maildesk.db", "maildesk.db-wal", "message-id.key"]
    assert stat.S_IMODE(found.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in found.folder.iterdir()} == {0o600}
    assert (found.folder / "message-id.key").read_bytes() == b"k" * 32
    assert (found.folder / "maildesk.db-wal").stat().st_size == 0
    assert facts(found.folder / "maildesk.db") == {*(f"fact {number}" for number in range(200)), "restored"}
    assert store.fact("restored") == {}, "only the copy says that it is one"
    assert found.rows > 200


def test_whoever_writes_meanwhile_goes_on_and_the_backup_is_one_state(store: Store, tmp_path: Path) -> None:
    written: list[int] = []
    ends = threading.Event()

    def write() -> None:
        while not ends.is_set():
            number = len(written)
            with store.transaction() as transaction:
                for name in ("left", "right"):
                    transaction.raise_alarm(f"{name} {number}", "x" * 400, NIGHT, timedelta(0))
            written.append(number)

    def wait_for_writes(_status: object = None) -> bool:
        seen = len(written)
        while len(written) < seen + 2:
            ends.wait(0.001)
        return False

    writer = threading.Thread(target=write)
    writer.start()
    try:
        found = made(tmp_path, should_stop=wait_for_writes)
    finally:
        ends.set()
        writer.join()

    assert len(written) >= 2
    with closing(sqlite3.connect(found.folder / "maildesk.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        left, right = (
            database.execute(f"SELECT count(*) FROM alarm WHERE name LIKE '{side} %'").fetchone()[0] for side in ("left", "right")
        )
    assert left == right < len(written), "the state at its beginning, however long it took"


@pytest.mark.parametrize("what", ["file", "folder", "empty folder"])
def test_a_backup_overwrites_nothing(store: Store, tmp_path: Path, what: str) -> None:
    target = tmp_path / "b"
    if what == "file":
        target.write_text("mine")
    else:
        target.mkdir()
    if what == "folder":
        (target / "mine").write_text("mine")
    before = list(target.rglob("*"))

    with pytest.raises(CannotCreateError, match="overwrites nothing"):
        made(tmp_path)

    assert list(target.rglob("*")) == before
    assert what != "file" or target.read_text() == "mine"


def test_two_backups_at_once_do_not_get_in_each_others_way(store: Store, tmp_path: Path) -> None:
    with only_one(tmp_path / "maildesk.db.backup", "held"), pytest.raises(StoreBusy, match="another backup"):
        made(tmp_path)

    assert made(tmp_path).folder.exists()


def test_a_daemon_that_holds_the_desk_does_not_hold_up_a_backup(store: Store, tmp_path: Path) -> None:
    with only_one(tmp_path / "maildesk.db"):
        assert made(tmp_path).folder.exists()


def test_of_a_damaged_database_there_is_no_backup(store: Store, tmp_path: Path) -> None:
    store.tidy()
    store.close()
    with (tmp_path / "maildesk.db").open("r+b") as file:
        file.seek(4096 * 20)
        file.write(b"\xff" * 4096 * 3)

    with pytest.raises(StoreUnusable, match="damaged"):
        made(tmp_path)

    assert not (tmp_path / "b").exists()
    assert not list(tmp_path.glob(".b*"))


def test_damage_that_only_a_thorough_reading_finds_is_found(store: Store, tmp_path: Path) -> None:
    """An index says something else than its table: every row can be read and counted all the same."""
    store.tidy()
    store.close()
    octets = (tmp_path / "maildesk.db").read_bytes()
    assert octets.count(b"fact 177") == 2
    (tmp_path / "maildesk.db").write_bytes(octets.replace(b"fact 177", b"fact 17!", 1))

    with pytest.raises(StoreUnusable, match="damaged"):
        made(tmp_path)


def test_a_backup_that_is_told_to_stop_leaves_nothing(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreBusy, match="stopped"):
        made(tmp_path, should_stop=lambda: True)

    assert not list(tmp_path.glob("*b")) or sorted(path.name for path in tmp_path.iterdir() if "part" in path.name) == []
    assert not (tmp_path / "b").exists()


def test_a_full_disk_is_said_and_leaves_nothing(store: Store, tmp_path: Path) -> None:
    """A limit on the size of files stands for it: SQLite tells both as a failed write."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    store.close()
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, before[1]))
    try:
        with pytest.raises(CannotCreateError, match="cannot be written"):
            made(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert not (tmp_path / "b").exists()
    assert not list(tmp_path.glob(".b*"))


def test_where_no_folder_can_be_made_the_backup_says_so(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(CannotCreateError, match="cannot be written"):
        made(tmp_path, "file/b")


def test_only_so_many_are_kept_and_only_our_own_are_removed(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    (folder / "maildesk-by-hand").mkdir(parents=True)
    (folder / "maildesk-20200101T000000Z.txt").write_text("mine")
    (folder / ".maildesk-20260101T000000Z.part").mkdir()
    backups = Backups(tmp_path / "maildesk.db", tmp_path / "message-id.key", folder, 2)

    for day in range(4):
        backups.make(NIGHT + timedelta(days=day), lambda: False)

    assert sorted(path.name for path in folder.iterdir()) == [
        "maildesk-20200101T000000Z.txt",
        "maildesk-20261124T031500Z",
        "maildesk-20261125T031500Z",
        "maildesk-by-hand",
    ]


def test_the_log_of_the_old_database_does_not_come_back_over_the_backup(store: Store, tmp_path: Path) -> None:
    found = made(tmp_path)
    for number in range(50):
        store.learn(f"later {number}", {"text": "y" * 4000}, NIGHT)
    broken = tmp_path / "broken"
    broken.mkdir()
    for path in tmp_path.glob("maildesk.db*"):
        shutil.copy(path, broken)  # as a killed process leaves it: the log holds what was written last
    assert (broken / "maildesk.db-wal").stat().st_size > 0

    for path in found.folder.iterdir():
        shutil.copy(path, broken)

    with Store.open(broken / "maildesk.db", "KD", BERLIN, check=True) as restored:
        restored.inspect_health()
        assert restored.fact("fact 7") != {}
        assert restored.fact("later 7") == {}
        assert restored.begin_restore(NIGHT) == 0
        assert restored.begin_restore(NIGHT) is None, "only the first start is one"


class Nights:
    """What the upkeep noted, and with what."""

    def __init__(self, store: Store, backups: Backups) -> None:
        self.store = store
        self.backups = backups

    def night(self, day: int) -> dict[str, object]:
        upkeep.run_once(self.store, self.backups, lambda: NIGHT + timedelta(days=day))
        return self.store.fact(upkeep.BACKUP)


def test_the_nightly_upkeep_makes_one_and_notes_how_it_went(store: Store, tmp_path: Path) -> None:
    nights = Nights(store, Backups(tmp_path / "maildesk.db", tmp_path / "message-id.key", tmp_path / "backups", 3))
    first = nights.night(0)
    assert (first["at"], first["problem"]) == (NIGHT.isoformat(), "")

    shutil.move(tmp_path / "message-id.key", tmp_path / "away")
    with pytest.raises(StoreUnusable):
        nights.night(1)
    failed = store.fact(upkeep.BACKUP)
    shutil.move(tmp_path / "away", tmp_path / "message-id.key")

    assert failed["at"] == NIGHT.isoformat(), "the last good one"
    assert "nothing to back up" in failed["problem"]
    assert nights.night(2)["problem"] == ""
    assert len(list((tmp_path / "backups").iterdir())) == 2


def test_the_command_makes_one_beside_the_database_and_says_where(tmp_path: Path) -> None:
    config = small_desk(tmp_path)
    maildesk("cases", "--config", config)
    tmp_path.chmod(0o700)
    (tmp_path / "message-id.key").write_bytes(b"k" * 32)

    said = maildesk("backup", "--config", config)
    named = maildesk("backup", tmp_path / "before the upgrade", "--config", config, "--json")
    earlier = Path(said.out.strip()).rename(tmp_path / "backups" / "maildesk-20260101T000000Z")
    inside = maildesk("backup", tmp_path / "backups", "--keep", "1", "--config", config, "--json")
    again = maildesk("backup", tmp_path / "before the upgrade" / "maildesk.db", "--config", config)

    assert said.code == named.code == inside.code == 0, said.err
    assert Path(said.out.strip()).parent == tmp_path / "backups"
    assert named.json["folder"] == str(tmp_path / "before the upgrade")
    assert inside.json["removed"] == [str(earlier)]
    assert (again.code, len(again.err.splitlines())) == (73, 1)
    assert maildesk("status", "--config", config, "--json").json["last_backup"] is not None


def test_the_command_on_a_desk_without_a_database_makes_none(tmp_path: Path) -> None:
    said = maildesk("backup", "--config", small_desk(tmp_path))

    assert (said.code, len(said.err.splitlines())) == (73, 1)
    assert not (tmp_path / "maildesk.db").exists()


def test_the_command_leaves_an_old_schema_as_it_is(tmp_path: Path) -> None:
    from tests.adapters.store.test_migration import of_the_first_schema

    config = small_desk(tmp_path)
    of_the_first_schema(tmp_path / "maildesk.db")
    (tmp_path / "message-id.key").write_bytes(b"k" * 32)

    said = maildesk("backup", tmp_path / "old", "--config", config)

    assert said.code == 0, said.err
    for file in (tmp_path / "maildesk.db", tmp_path / "old" / "maildesk.db"):
        with closing(sqlite3.connect(file)) as database:
            assert database.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
