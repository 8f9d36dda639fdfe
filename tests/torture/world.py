# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A fresh desk with everything around it, made by copying a prepared one: its mailbox in Dovecot, its database, its way out.

with Site() as site:                                   # the servers; one for each process of the torture
    with site.world(seed=7) as world:                  # a desk with mails in its inbox
        world.poll(stop_at=17)                         # one pass, as a process; broken in whatever way
        settled = world.settle()                       # goes on until nothing changes any more
        print(findings(world, settled))                # tests.torture.oracle
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from tests.rig.command import environment, forks
from tests.rig.desk import ADDRESS, TestDesk, a_desk
from tests.rig.dovecot import Dovecot, belongs_to_dovecot
from tests.rig.post_office import PostOffice
from tests.rig.zygote import SECONDS_MAX, TORTURED, Forked, Ran
from tests.torture.mails import STAFF, Mail, mails

# By these steps the clock goes on while something still waits: what is in doubt waits ten minutes, what was deferred up to four hours.
PAUSES_MINUTES = (0, 0, 0, 11, 11, 11, 61, 241, 241, 241)
DOUBT_MINUTES = 20  # after so long a letter in doubt has been sent again
QUIET_AFTER = 2
SHARED_MEMORY = Path("/dev/shm")
MAILDIR = "mail_location = maildir:{}/mail/%n\n"  # each mail is a file that can be looked at, and laid into a world
VOLATILE = ("fact", "alarm")  # hold when a pass was, not what became of the mail


class Copies(StrEnum):
    """When the copy of a letter comes back to our mailbox: before the 250, after the next pass, after the wait, or not at all."""

    EARLY = "early"
    LATE = "late"
    TOO_LATE = "too late"
    NEVER = "never"


@dataclass(frozen=True)
class Settled:
    """How the desk came to rest. `first` is the first command after the breaking; `quiet`: at last a pass changed nothing."""

    first: Ran
    passes: int
    quiet: bool


class Site:
    """A Dovecot, a zygote and a prepared desk, for many worlds one after the other. `without`: what Dovecot shall not offer; `more`: of its
    configuration. Where that lets it keep mails in another place, no mails can be laid into a world.
    """

    def __init__(self, *, without: tuple[str, ...] = (), more: str = "") -> None:
        # In memory where that can be: a kill of a process is no loss of power, and thousands of syncs would only wear a disk.
        self.folder = Path(tempfile.mkdtemp(prefix="mt-", dir=SHARED_MEMORY if SHARED_MEMORY.is_dir() else None))
        (self.folder / "d").mkdir()
        self.folder.chmod(0o755)
        self.dovecot = Dovecot.start(self.folder / "d", without=without, more=MAILDIR.format(self.folder / "d") + more)
        self.zygote = forks()
        self._prepared: TestDesk
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        self.dovecot.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _prepare(self) -> None:
        """An empty desk whose folders, database and key have been made: what a world is copied from. The zygote warms up with it."""
        user = self.dovecot.new_user()
        with PostOffice(self.dovecot, {ADDRESS: user}) as post:
            desk = a_desk(self.folder / user, self.dovecot, post, user, more=STAFF, fresh=True)
            ran = self.zygote.run("poll", "--config", str(desk.config), environment=environment())
            assert ran.code == 0, ran.err
        with closing(sqlite3.connect(desk.folder / "maildesk.db")) as database:
            database.execute("PRAGMA journal_mode=DELETE")
        self._prepared = desk
        with self.world(0) as world:
            self.zygote.run("poll", "--config", str(world.desk.config), environment=environment(), warm_up=True)

    @contextmanager
    def world(
        self, seed: int, copies: Copies = Copies.EARLY, *, fresh: bool = False, poison: bool = False, citizens: int = 2
    ) -> Iterator[World]:
        """A desk with mails in its inbox; without `citizens`, with none. `fresh`: its first pass makes database, key and folders."""
        user = self.dovecot.new_user()
        with PostOffice(
            self.dovecot, {ADDRESS: user}, deliver=copies is not Copies.NEVER, hold=copies in {Copies.LATE, Copies.TOO_LATE}
        ) as post:
            desk = a_desk(self.folder / user, self.dovecot, post, user, more=STAFF, fresh=True)
            world = World(self, desk, copies, mails(seed, citizens=citizens, poison=poison) if citizens else ())
            if not fresh:
                self._copy_to(world)
            for mail in world.mails:
                world.drop(mail.octets)
            try:
                yield world
            finally:
                shutil.rmtree(desk.folder, ignore_errors=True)
                shutil.rmtree(world.maildir, ignore_errors=True)

    def _copy_to(self, world: World) -> None:
        for name in ("maildesk.db", "message-id.key"):
            shutil.copy2(self._prepared.folder / name, world.desk.folder / name)
        prepared = self.dovecot.folder / "mail" / self._prepared.user
        if prepared.exists():
            shutil.copytree(prepared, world.maildir, ignore=shutil.ignore_patterns("dovecot.*", "dovecot.index*"))
            belongs_to_dovecot(world.maildir, *world.maildir.rglob("*"))


@dataclass
class World:
    """One desk. `poll` is one pass on its own clock; `command` and `variables` are for those who start the process themselves."""

    site: Site
    desk: TestDesk
    copies: Copies
    mails: tuple[Mail, ...]
    ahead_seconds: float = 0.0
    doubtful: set[str] = field(default_factory=set)  # Message-IDs of letters that stood at the dot when something was broken
    unreadable: bool = False

    @property
    def post(self) -> PostOffice:
        return self.desk.post

    @property
    def database(self) -> Path:
        return self.desk.folder / "maildesk.db"

    @property
    def maildir(self) -> Path:
        return self.site.dovecot.folder / "mail" / self.desk.user

    @property
    def command(self) -> list[str]:
        """One pass as a process of its own, on the world's clock."""
        return [sys.executable, "-m", "tests.torture.command", str(self.ahead_seconds), "poll", "--config", str(self.desk.config)]

    def started(self) -> Forked:
        """The same, forked."""
        return forks().start(TORTURED, (str(self.ahead_seconds), "poll", "--config", str(self.desk.config)), environment())

    @property
    def variables(self) -> dict[str, str]:
        return environment()

    def drop(self, octets: bytes, folder: str = "", *, at: float | None = None) -> None:
        """A mail arrives, octet for octet as it is here, now or `at` that time; in the inbox, or it was moved to that folder already."""
        self.site.dovecot.lay(self.desk.user, octets, folder, at=at)

    def run(
        self,
        *words: str,
        stop_at: int | str = "",
        seconds_max: float = SECONDS_MAX,
        under: Sequence[str] = (),
        file_bytes_max: int = 0,
        **variables: str,
    ) -> Ran:
        """A command of maildesk on this desk, by the words before --config; when its time is up it is ended with SIGABRT.

        `stop_at` is for the fault hook: the step to die at, or "count:FILE" (maildesk/faults.py). `under` and `file_bytes_max`: Zygote.run.
        """
        words = (*words, "--config", str(self.desk.config))
        if stop_at:
            variables["MAILDESK_STOP_AT"] = str(stop_at)
        return self.site.zygote.run(
            *words, ahead_seconds=self.ahead_seconds, seconds_max=seconds_max, environment=environment(**variables), under=under,
            file_bytes_max=file_bytes_max,
        )  # fmt: skip

    def poll(self, *, stop_at: int | str = "", **variables: str) -> Ran:
        """One pass."""
        named: dict[str, Any] = {**variables}
        return self.run("poll", stop_at=stop_at, **named)

    def later(self, minutes: float) -> None:
        self.ahead_seconds += 60 * minutes

    def note_doubts(self) -> None:
        """To be called after each breaking: which letters nobody can know to have left or not."""
        self.doubtful |= {row[0] for row in self.rows("SELECT message_id FROM letter WHERE state = 'dot'")}

    def settle(self) -> Settled:
        """Passes until nothing changes and nothing waits; the clock goes on meanwhile, and late copies arrive."""
        self.note_doubts()
        first = ran = self.poll()
        passes, unchanged, waited = 1, 0, 0
        for pause in PAUSES_MINUTES:
            if self.copies is Copies.LATE or (self.copies is Copies.TOO_LATE and waited > DOUBT_MINUTES):
                self.post.deliver_held()
            waited += pause
            self.later(pause)
            before = self.fingerprint()
            ran = self.poll()
            passes += 1
            unchanged = unchanged + 1 if self.fingerprint() == before and ran.code == 0 else 0
            if unchanged and (not self._waits() or (unchanged >= QUIET_AFTER and pause > 60)):
                break
        return Settled(first, passes, unchanged > 0)

    def _waits(self) -> bool:
        letters = self.rows("SELECT count(*) FROM letter WHERE state IN ('queued', 'sending', 'dot')")
        return bool(letters and letters[0][0]) or bool(self.rows("SELECT 1 FROM failure")) or bool(self.inbox())

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database answers, by a reader of our own; nothing where there is no database or no such table yet."""
        if not self.database.exists():
            return []
        with closing(sqlite3.connect(self.database, timeout=10)) as database:
            try:
                return database.execute(query).fetchall()
            except sqlite3.OperationalError as error:
                if "no such" in str(error):
                    return []
                raise
            except sqlite3.DatabaseError:  # damaged: the oracle says so
                self.unreadable = True
                return []

    def stored(self) -> dict[str, list[str]]:
        """Which folders of the mailbox hold a mail with these octets, by their sha256, once for each copy."""
        found: dict[str, list[str]] = {}
        for file in sorted(self.maildir.glob("**/cur/*")) + sorted(self.maildir.glob("**/new/*")):
            folder = file.parent.parent.name.lstrip(".") if file.parent.parent != self.maildir else "INBOX"
            found.setdefault(hashlib.sha256(file.read_bytes()).hexdigest(), []).append(folder)
        return found

    def inbox(self) -> int:
        return sum(len(list((self.maildir / name).iterdir())) for name in ("cur", "new") if (self.maildir / name).exists())

    def fingerprint(self) -> str:
        """Of all that a pass may change: the rows, the mailbox, the letters that were taken."""
        whole = hashlib.sha256(repr((sorted(self.stored().items()), len(self.post.accepted))).encode())
        for (table,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"):
            if table not in VOLATILE:
                whole.update(repr((table, self.rows(f'SELECT * FROM "{table}"'))).encode())
        return whole.hexdigest()
