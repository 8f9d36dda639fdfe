# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Tens of thousands of mails wait, one of 100 MB among them, while the daemon is ended and killed in between.

What must hold besides the oracle: as many mails a second in the last tenth as in the first, and memory that does not grow. By hand, with
more of them: python -m tests.torture.flood 100000. A server that keeps each folder as a directory of files (Maildir) reads all of it again
whenever something changed in it, and then is what takes the time; so here it keeps an index.
"""

from __future__ import annotations

import hashlib
import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from subprocess import Popen

from imapclient import IMAPClient

from tests.rig.builders import a_mail
from tests.rig.command import start
from tests.torture.oracle import Findings, Tally
from tests.torture.share import Share
from tests.torture.world import Site, World

MAILS = 4000
BIG_BYTES = 100 * 1024 * 1024
BIG_AT = 0.75
ANSWERED_OF = 20  # one of so many is new enough to be acknowledged
OLD = timedelta(days=60)
STOPS = ((0.1, signal.SIGTERM), (0.2, signal.SIGKILL), (0.3, signal.SIGTERM), (0.4, signal.SIGKILL), (0.5, signal.SIGTERM),
         (0.6, signal.SIGKILL))  # fmt: skip
SLOWER_MAX = 3.0  # the machine may have other work meanwhile
GROWN_MEGABYTES_MAX = 40.0
PEAK_MEGABYTES_MAX = 150.0
END_SECONDS_MAX = 10.0
SECONDS_FOR_A_MAIL = 0.5
ASK_MAILS = 100
INDEXED = "mail_location = sdbox:~/indexed\n"


@dataclass
class Course:
    """How it went: when how many mails were recorded and in how much memory, and how long the daemon took to end or to go on."""

    samples: list[tuple[float, int, float]] = field(default_factory=list)
    peak_megabytes: float = 0.0
    slowest_end: float = 0.0
    slowest_restart: float = 0.0

    def rate(self, since: int, until: int) -> float:
        """Mails a second from the `since`th to the `until`th."""
        reached = [next(at for at, number, _ in self.samples if number >= wanted) for wanted in (since, until)]
        return (until - since) / max(reached[1] - reached[0], 0.001)

    def grown_megabytes(self, since: int) -> float:
        """How much more memory it takes at the end than when the `since`th mail was recorded."""
        return self.samples[-1][2] - next(memory for _, number, memory in self.samples if number >= since)


def run(site: Site, share: Share) -> Tally:
    """One world; the other shares have nothing to do here."""
    tally = Tally("flood of waiting messages")
    if share.number:
        return tally
    with Site(more=INDEXED) as indexed:
        found, _ = flooded(indexed, MAILS)
    return tally.with_run(found, label=f"{MAILS} mails")


def flooded(site: Site, number: int, big_bytes: int = BIG_BYTES) -> tuple[Findings, Course]:
    """A world with so many mails, taken in by one daemon after the other."""
    with site.world(0, citizens=0, fresh=True) as world:
        digests = _fill(world, number, big_bytes)
        course = Course()
        for part, ending in STOPS:
            _serve_until(world, int(part * number), ending, course)
        _serve_until(world, number, signal.SIGTERM, course)
        ran = [world.poll(), world.poll()][-1]  # the second takes in the copies of the letters of the first
        faults = (*_course_faults(course, number), *([f"the last pass ended with {ran.code}"] if ran.code else []))
        with _client(world) as client:
            inbox = client.folder_status("INBOX", "MESSAGES")[b"MESSAGES"]
        faults += (f"{inbox} mails are still in the inbox",) if inbox else ()
        lost, double = _mails(world, digests)
        corrupt = tuple(row[0] for row in world.rows("PRAGMA integrity_check") if row[0] != "ok")
        found = Findings(lost, double, corrupt, *_letters(world), unsettled=faults, restart_seconds=course.slowest_restart)
        return found, course


def _fill(world: World, number: int, big_bytes: int) -> set[str]:
    """The digests of the mails. Most came long ago, and so are not acknowledged: this is about taking in."""
    digests = set()
    long_ago = datetime.now(UTC) - OLD
    date = format_datetime(datetime.now(UTC))
    with _client(world) as client:
        for count in range(number):
            text = f"Anliegen {count}.\n" + "Der Bus kam wieder nicht. " * (count % 200)
            subject = f"Nr. {count}" if count % 2 else "Anliegen"
            octets = a_mail(text, sender=f"c{count}@example.org", message_id=f"c{count}@example.org", subject=subject, date=date)
            if count == int(BIG_AT * number):
                octets += b"Ein sehr langer Text.\r\n" * (big_bytes // 23)
            client.append("INBOX", octets, msg_time=long_ago if count % ANSWERED_OF else None)
            digests.add(hashlib.sha256(octets).hexdigest())
    return digests


@contextmanager
def _client(world: World) -> Iterator[IMAPClient]:
    client = world.site.dovecot.client(world.desk.user)
    try:
        yield client
    finally:
        client.shutdown()


def _serve_until(world: World, recorded: int, ending: signal.Signals, course: Course) -> None:
    """One daemon, until so many of the mails are recorded."""
    process = start("run", "--config", world.desk.config)
    began, before = time.monotonic(), _recorded(world)
    going = False
    try:
        while (number := _recorded(world)) < recorded or (recorded and not going and number == before < recorded):
            if process.poll() is not None or time.monotonic() - began > 60 + SECONDS_FOR_A_MAIL * recorded:
                break
            if number > before and not going:
                going = True
                course.slowest_restart = max(course.slowest_restart, time.monotonic() - began)
            _sample(course, process, number)
            time.sleep(0.05 + number / 100_000)  # to count many takes time that the daemon lacks
        _sample(course, process, number)
        asked = time.monotonic()
        process.send_signal(ending)
        process.communicate(timeout=60)
        course.slowest_end = max(course.slowest_end, time.monotonic() - asked)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def _sample(course: Course, process: Popen[str], number: int) -> None:
    memory, peak = _megabytes(process.pid, "VmRSS"), _megabytes(process.pid, "VmHWM")
    course.samples.append((time.monotonic(), number, memory))
    course.peak_megabytes = max(course.peak_megabytes, peak)


def _megabytes(pid: int, what: str) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(what)), 0.0)


def _recorded(world: World) -> int:
    return int((world.rows("SELECT count(*) FROM message WHERE direction = 'in'") or [(0,)])[0][0])


def _course_faults(course: Course, number: int) -> tuple[str, ...]:
    faults = []
    if course.samples[-1][1] < number:
        return (f"only {course.samples[-1][1]} of {number} mails were taken in",)
    first, last = course.rate(1, number // 10), course.rate(number - number // 10, number)
    if last * SLOWER_MAX < first:
        faults.append(f"{first:.0f} mails a second in the first tenth, {last:.0f} in the last")
    if course.grown_megabytes(int(0.65 * number)) > GROWN_MEGABYTES_MAX or course.peak_megabytes > PEAK_MEGABYTES_MAX:
        faults.append(f"memory grew by {course.grown_megabytes(int(0.65 * number)):.0f} MB to {course.peak_megabytes:.0f} MB")
    if course.slowest_end > END_SECONDS_MAX:
        faults.append(f"it took {course.slowest_end:.1f} s to end")
    return tuple(faults)


def _mails(world: World, digests: set[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """As the oracle, but that it counts: each mail once in the archive, once as a message of a case of its own, octet for octet."""
    archived = Counter(_archived(world))
    kept = Counter(row[0] for row in world.rows("SELECT r.digest FROM message m JOIN raw r ON r.id = m.raw_id WHERE m.direction = 'in'"))
    cases = world.rows("SELECT count(*), count(DISTINCT number) FROM cases")[0]
    lost = [f"{len(digests - archived.keys())} mails are not in the archive"] if digests - archived.keys() else []
    lost += [f"{len(digests - kept.keys())} mails are in no case"] if digests - kept.keys() else []
    lost += [f"{wrong} rows have other octets than came"] if (wrong := _changed(world)) else []
    double = [f"{sum(number > 1 for number in each.values())} mails are there twice" for each in (archived, kept) if max(each.values()) > 1]
    double += [f"{cases} cases instead of {len(digests)}"] if cases != (len(digests), len(digests)) else []
    return tuple(lost), tuple(double)


def _archived(world: World) -> Iterator[str]:
    """The digests of what lies in the archive."""
    with _client(world) as client:
        client.select_folder("Archive", readonly=True)
        uids = client.search()
        for start in range(0, len(uids), ASK_MAILS):
            for answer in client.fetch(uids[start : start + ASK_MAILS], ["BODY.PEEK[]"]).values():
                yield hashlib.sha256(answer[b"BODY[]"]).hexdigest()


def _changed(world: World) -> int:
    """How many rows of octets are not those of their digest."""
    found: dict[str, hashlib._Hash] = {}
    with closing(sqlite3.connect(world.database)) as database:
        query = "SELECT r.digest, c.octets FROM raw r JOIN raw_chunk c ON c.raw_id = r.id ORDER BY r.id, c.position"
        for digest, octets in database.execute(query):
            found.setdefault(digest, hashlib.sha256()).update(octets)
    return sum(digest != counted.hexdigest() for digest, counted in found.items())


def _letters(world: World) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those who got more than one letter, and those who got none although one is due and nothing holds it."""
    got = Counter(letter.recipients[0] for letter in world.post.accepted)
    double = tuple(f"{number} letters to one person" for recipient, number in got.items() if number > 1 and recipient.startswith("c"))
    waiting = world.rows("SELECT recipient FROM letter WHERE state IN ('queued', 'sending', 'dot', 'failed')")
    due = {row[0] for row in world.rows("SELECT recipient FROM letter")} - {row[0] for row in waiting}
    return double, tuple("a letter that counts as sent never left" for recipient in due if not got[recipient])


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else MAILS
    with Site(more=INDEXED) as site:
        found, course = flooded(site, number)
    print(f"{number} mails, one of {BIG_BYTES >> 20} MB; faults: {'; '.join(found.faults) or 'none'}")
    tenths = [course.rate(max(1, number * part // 10), number * (part + 1) // 10) for part in range(10)]
    print("mails a second, by tenths:", ", ".join(f"{rate:.0f}" for rate in tenths))
    print(f"memory: at most {course.peak_megabytes:.0f} MB, grown by {course.grown_megabytes(int(0.65 * number)):.0f} MB in the last third")
    print(f"slowest end {course.slowest_end:.1f} s, slowest start to the first mail {course.slowest_restart:.1f} s")
    sys.exit(bool(found.faults))


if __name__ == "__main__":
    main()
