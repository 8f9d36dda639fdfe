# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The one oracle of all torture: what became of every mail and of every letter, after whatever was broken.

It looks from outside: at the files of the mailbox, at the rows of the database by a reader of its own, and at what the SMTP server took.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from hashlib import sha256

from maildesk.core.decision.decision import Outcome
from maildesk.core.text.said import say
from tests.rig.letters import in_words
from tests.rig.post_office import Accepted
from tests.torture.world import Copies, Settled, World

# Under pytest other programs may have the machine; a lock that was left behind would be waited for even longer (BUSY_SECONDS).
RESTART_SECONDS_MAX = 60.0 if "PYTEST_VERSION" in os.environ else 5.0
EXAMPLES_MAX = 10
# What a mail is in the database by its end: rows of its octets in `message`, and in `quarantine`.
ROWS = {Outcome.ALREADY_KNOWN: (0, 0), Outcome.QUARANTINED: (0, 1)}
KEPT = (1, 0)
QUARANTINED = "SELECT r.digest FROM quarantine q JOIN raw r ON r.id = q.raw_id WHERE q.released_at IS NULL"


@dataclass(frozen=True)
class Findings:
    """What is wrong with one world, in sentences by kind; all empty but `window`, and nothing is.

    `window`: letters that left twice because the answer to their dot was not noted and no copy came back; nobody can close that.
    `unsettled`: what does not come to rest, an inbox that is not empty, a count that does not come out, a restart that failed or was slow.
    """

    lost: tuple[str, ...] = ()
    double_cases: tuple[str, ...] = ()
    corrupt: tuple[str, ...] = ()
    double_letters: tuple[str, ...] = ()
    missing_letters: tuple[str, ...] = ()
    unsettled: tuple[str, ...] = ()
    window: int = 0
    restart_seconds: float = 0.0

    @property
    def faults(self) -> tuple[str, ...]:
        return (*self.lost, *self.double_cases, *self.corrupt, *self.double_letters, *self.missing_letters, *self.unsettled)


@dataclass(frozen=True)
class Tally:
    """The sum over the runs of one kind of breaking: a line of the table. `broken` are the runs in which the breaking took place."""

    kind: str
    runs: int = 0
    broken: int = 0
    lost: int = 0
    double_cases: int = 0
    corrupt: int = 0
    double_letters: int = 0
    missing_letters: int = 0
    unsettled: int = 0
    window: int = 0
    slowest_restart: float = 0.0
    examples: tuple[str, ...] = field(default=())

    @property
    def failed(self) -> bool:
        return bool(self.lost or self.double_cases or self.corrupt or self.double_letters or self.missing_letters or self.unsettled)

    def with_run(self, found: Findings, *, label: str, broken: bool = True) -> Tally:
        """One run more. `label` says how to do it again; it is kept for the first runs that have a fault."""
        shown = f"{label}: {'; '.join(found.faults)}"
        return replace(
            self,
            runs=self.runs + 1,
            broken=self.broken + broken,
            lost=self.lost + bool(found.lost),
            double_cases=self.double_cases + bool(found.double_cases),
            corrupt=self.corrupt + bool(found.corrupt),
            double_letters=self.double_letters + bool(found.double_letters),
            missing_letters=self.missing_letters + bool(found.missing_letters),
            unsettled=self.unsettled + bool(found.unsettled),
            window=self.window + found.window,
            slowest_restart=max(self.slowest_restart, found.restart_seconds),
            examples=(*self.examples, shown)[:EXAMPLES_MAX] if found.faults else self.examples,
        )

    def and_also(self, other: Tally) -> Tally:
        """The runs of both."""
        numbers = (
            "runs", "broken", "lost", "double_cases", "corrupt", "double_letters", "missing_letters", "unsettled", "window",
        )  # fmt: skip
        added = {name: getattr(self, name) + getattr(other, name) for name in numbers}
        slowest = max(self.slowest_restart, other.slowest_restart)
        return replace(self, **added, slowest_restart=slowest, examples=(*self.examples, *other.examples)[:EXAMPLES_MAX])


def findings(world: World, settled: Settled) -> Findings:
    """Judges a world that has come to rest."""
    lost, double_cases = _mails(world)
    double, missing, window = letters(world)
    return Findings(
        lost=lost,
        double_cases=double_cases,
        corrupt=corrupt(world),
        double_letters=double,
        missing_letters=missing,
        unsettled=_unsettled(world, settled),
        window=window,
        restart_seconds=settled.first.seconds,
    )


# --- mails ---


def _mails(world: World) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is wrong with the mails: those that are lost or somewhere else than they belong, and those that are there twice."""
    stored = world.stored()
    places = {mail.name: stored.get(mail.digest, []) for mail in world.mails}
    lost, double = in_database(world)
    gone = [f"{name} lies in no folder" for name, folders in places.items() if not folders]
    twice = [f"{name} lies in {folders}" for name, folders in places.items() if len(folders) > 1]
    return (*gone, *lost), (*twice, *double)


def in_database(world: World) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The same, as far as the database knows."""
    kept = Counter(row[0] for row in world.rows("SELECT r.digest FROM message m JOIN raw r ON r.id = m.raw_id"))
    put_by = Counter(row[0] for row in world.rows(QUARANTINED))
    known = Counter(row[0] for row in world.rows("SELECT digest FROM ledger WHERE outcome = 'already_known'"))
    case_of = dict(world.rows("SELECT r.digest, m.case_id FROM message m JOIN raw r ON r.id = m.raw_id"))
    lost: list[str] = []
    for mail in world.mails:
        if (kept[mail.digest], put_by[mail.digest]) != ROWS.get(mail.ends, KEPT):
            lost.append(f"{mail.name} should be {mail.ends}: messages {kept[mail.digest]}, in quarantine {put_by[mail.digest]}")
        if mail.ends is Outcome.ALREADY_KNOWN and not known[mail.digest]:
            lost.append(f"{mail.name} is no recorded double")
        if mail.ends is not Outcome.ALREADY_KNOWN and bool(case_of.get(mail.digest)) != bool(mail.case):
            lost.append(f"{mail.name} is in {'a case' if case_of.get(mail.digest) else 'no case'}")
    return (*lost, *_strange_octets(world)), tuple(_cases(world, case_of))


def _cases(world: World, case_of: Mapping[str, int | None]) -> list[str]:
    wanted: dict[str, set[int | None]] = {}
    for mail in world.mails:
        if mail.case:
            wanted.setdefault(mail.case, set()).add(case_of.get(mail.digest))
    wrong = [f"{name} is {len(rows)} cases" for name, rows in wanted.items() if len(rows) > 1]
    if len(set().union(*wanted.values())) < len(wanted):
        wrong.append("two matters are in one case")
    number = world.rows("SELECT count(*), count(DISTINCT number) FROM cases") or [(0, 0)]
    return wrong + ([f"{number[0][0]} cases instead of {len(wanted)}"] if number[0] != (len(wanted), len(wanted)) else [])


def _strange_octets(world: World) -> list[str]:
    """Mails whose stored octets are not those that came; our own letters are not looked at."""
    wrong = []
    theirs = {mail.digest: mail.octets for mail in world.mails}
    for raw_id, digest, size in world.rows("SELECT id, digest, size_bytes FROM raw"):
        octets = b"".join(row[0] for row in world.rows(f"SELECT octets FROM raw_chunk WHERE raw_id = {int(raw_id)} ORDER BY position"))
        if sha256(octets).hexdigest() != digest or len(octets) != size:
            wrong.append(f"the octets of row {raw_id} are not those of its digest")
        elif digest not in theirs and b"X-Maildesk" not in octets and b"@example.com" not in octets:
            wrong.append(f"the octets of row {raw_id} never came")
    return wrong


# --- letters ---


def letters(world: World) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """What is wrong with the letters: those that left twice, those that are missing, and how many left twice inside the window."""
    double: list[str] = []
    window = 0
    by_id = Counter(_id(letter) for letter in world.post.accepted)
    for message_id, times in by_id.items():
        # Where the copy comes in time the doubt ends by itself. Else a letter that stood at the dot may leave once more, and only once.
        excused = world.copies in {Copies.TOO_LATE, Copies.NEVER} and message_id in world.doubtful
        if times > (2 if excused else 1):
            double.append(f"a letter left {times} times")
        elif times == 2:
            window += 1
    return (*double, *_too_many(world)), _missing(world, by_id), window


def _too_many(world: World) -> Iterable[str]:
    """Letters with different ids for one and the same thing."""
    acknowledged = Counter(mail.answered for mail in world.mails if mail.answered)
    rows = world.rows("SELECT recipient, count(*) FROM letter WHERE template = 'acknowledgement' GROUP BY recipient")
    for recipient, number in rows:
        if number > acknowledged[recipient]:
            yield f"{number} acknowledgements for one who is due {acknowledged[recipient]}"
    for alarm, number, due in _alarms(world):
        if number > due:
            yield f"{number} alarms {alarm} instead of {due}"
    same = world.rows(
        "SELECT template FROM letter GROUP BY template, recipient, about, case_id HAVING count(*) > 1 AND template <> 'alarm'"
    )
    yield from (f"two letters {template} to one person about one thing" for (template,) in same)
    known = {row[0] for row in world.rows("SELECT message_id FROM letter")}
    if world.rows("SELECT 1 FROM fact WHERE name = 'restored'"):  # an alarm that left after the backup is set aside, by its copy
        known |= {row[0] for row in world.rows("SELECT message_id FROM message")}
    yield from ("a letter left that the database does not know" for letter in world.post.accepted if _id(letter) not in known)


def _missing(world: World, by_id: Mapping[str, int]) -> tuple[str, ...]:
    """Who is due an acknowledgement has one, or its doubt can be seen. No letter waits for ever."""
    rows = world.rows("SELECT recipient, template, message_id, state FROM letter")
    visible = {"dot", "failed"}
    missing = [
        f"a letter {template} is {state} and never left" for _, template, mid, state in rows if state not in visible and not by_id.get(mid)
    ]
    acknowledged = {recipient for recipient, template, _, _ in rows if template == "acknowledgement"}
    missing += [f"{mail.name} has no acknowledgement" for mail in world.mails if mail.answered and mail.answered not in acknowledged]
    missing += [f"{number} alarms {alarm} instead of {due}" for alarm, number, due in _alarms(world) if number < due]
    return tuple(missing)


def _alarms(world: World) -> list[tuple[str, int, int]]:
    """The alarms that mails are due: their names, how many were written, and how many should be."""
    name_of = "json_extract(context, '$.\"X-Maildesk-Alarm\"')"
    written = Counter(row[0] for row in world.rows(f"SELECT {name_of} FROM letter WHERE template = 'alarm'"))
    due = Counter(mail.alarm for mail in world.mails if mail.alarm)
    if world.rows("SELECT 1 FROM fact WHERE name = 'restored'"):
        # Those that left after the backup are set aside, by their copies. Where the copy comes late, the alarm is told again.
        told = Counter(row[0] for row in world.rows("SELECT subject FROM message WHERE outcome = 'set_aside' AND role = 'desk'"))
        most = 1 if world.copies is Copies.LATE else 9
        written = Counter({name: min(written[name] + told[in_words(say(f"alarm.{name}.title"))], most) for name in due})
    return [(alarm, written[alarm], number) for alarm, number in due.items()]


def _id(letter: Accepted) -> str:
    return str(message_from_bytes(letter.octets.partition(b"\r\n\r\n")[0])["Message-ID"]).strip(" <>")


# --- the desk ---


def corrupt(world: World) -> tuple[str, ...]:
    """What is wrong with the file of the database."""
    found = [f"integrity_check: {row[0]}"[:200] for row in world.rows("PRAGMA integrity_check") if row[0] != "ok"]
    found += ["a foreign key points nowhere" for _ in world.rows("PRAGMA foreign_key_check")]
    if not world.database.exists():
        found.append("there is no database")
    return (*found, "it cannot be read") if world.unreadable else tuple(found)


def _unsettled(world: World, settled: Settled) -> tuple[str, ...]:
    found = []
    if settled.first.code != 0:
        found.append(f"the first start afterwards ended with {settled.first.code}: {settled.first.err.strip()[-200:]}")
    if settled.first.seconds > RESTART_SECONDS_MAX:
        found.append(f"the first start afterwards took {settled.first.seconds:.1f} s")
    if not settled.quiet:
        found.append(f"after {settled.passes} passes each one still changes something or fails")
    if world.inbox():
        found.append(f"{world.inbox()} mails are still in the inbox")
    problem = world.rows("SELECT json_extract(value, '$.problem') FROM fact WHERE name = 'last_pass'")
    if problem != [("",)]:
        found.append(f"the last pass says: {problem}")
    return tuple(found)
