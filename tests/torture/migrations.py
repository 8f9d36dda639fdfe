# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Killed while the schema is brought up to date, from every schema that there was: it is the old one or the new one, never between."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config

from maildesk.adapters.store import migration
from maildesk.adapters.store.engine import open_engine, writing
from tests.adapters.store.test_migration import of_the_first_schema
from tests.torture.oracle import Findings, Tally
from tests.torture.share import Share
from tests.torture.world import Copies, Site, World


def killed_migrations(site: Site, share: Share, most: int | None = None) -> Tally:
    """At every step of bringing a database with rows up to date."""
    tally = Tally("killed while migrating")
    points = []
    olds = {version: Old(site, version) for version in migration.KNOWN[:-1]}
    for version, old in olds.items():
        points += [(version, step) for step in range(1, old.steps + 1)]
    for done, (version, step) in enumerate(share.of(points)):
        if done == most:
            break
        tally = olds[version].killed_at(step, tally)
    return tally


class Old:
    """A database of an old schema, with rows, and what becomes of it when nothing is broken."""

    def __init__(self, site: Site, version: str) -> None:
        self._site = site
        self._version = version
        self._file = site.folder / f"schema-{version}.db"
        _make(self._file, version)
        self._before = rows_of(self._file)
        with self._desk() as world:
            steps = world.desk.folder / "steps"
            assert world.run("cases", stop_at=f"count:{steps}").code == 0
            self.steps = len(steps.read_text(encoding="utf-8").splitlines())
            self._after = rows_of(world.database)
        assert version_of(self._before) == version, self._before["alembic_version"]
        assert version_of(self._after) == migration.HEAD

    @contextmanager
    def _desk(self) -> Iterator[World]:
        with self._site.world(0, Copies.EARLY) as world:
            shutil.copyfile(self._file, world.database)
            yield world

    def killed_at(self, step: int, tally: Tally) -> Tally:
        with self._desk() as world:
            ran = world.run("cases", stop_at=step)
            between = rows_of(world.database)
            again = world.run("cases")
            corrupt = [row[0] for row in world.rows("PRAGMA integrity_check") if row[0] != "ok"]
            lost = []
            if between not in (self._before, self._after):
                lost.append(f"the database is neither old nor new, but says {version_of(between)}")
            if rows_of(world.database) != self._after:
                lost.append("the second start did not bring it to where the first would have")
            failed = () if again.code == 0 else (f"the next start ended with {again.code}: {again.err.strip()[-200:]}",)
            found = Findings(lost=tuple(lost), corrupt=tuple(corrupt), unsettled=failed, restart_seconds=again.seconds)
        return tally.with_run(found, label=f"schema {self._version}, killed at {step}", broken=ran.killed)


def rows_of(file: Path) -> dict[str, list[str]]:
    """Every table with its shape and its rows, but for what only says when something was done."""
    with closing(sqlite3.connect(file)) as database:
        tables = database.execute("SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql IS NOT NULL").fetchall()
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {name: sorted(map(repr, database.execute(f'SELECT * FROM "{name}"'))) for name in names if name not in {"fact", "alarm"}}
        return {**rows, "the shape": sorted(repr((name, _lines(sql))) for name, sql in tables)}


def _lines(sql: str) -> list[str]:
    """Alembic writes the constraints of a table in any order."""
    return sorted(line.strip().rstrip(",") for line in sql.splitlines())


def version_of(rows: dict[str, list[str]]) -> str:
    return rows["alembic_version"][0].strip("(),'") if rows.get("alembic_version") else "nothing"


def _make(file: Path, version: str) -> None:
    of_the_first_schema(file)
    config = Config()
    config.set_main_option("script_location", str(Path(migration.__file__).parent / "migrations"))
    engine = open_engine(file)
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
    engine.dispose()
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode=DELETE")
