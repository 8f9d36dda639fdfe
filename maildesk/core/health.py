# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Whether the desk is well: the troubles that a person should look at, as sentences for `status` and as alarms to be sent by mail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from maildesk.core.letters.alarms import DAILY, Alarm
from maildesk.core.letters.own_trouble import OwnTrouble
from maildesk.core.text.said import say

SILENCE_MIN = timedelta(minutes=15)
LATE_AFTER = timedelta(hours=1)  # a letter that waits for so long is late
LATE_MIN = 5
ANOTHER_DESK = "another_desk"  # the fact that says so
PASSES = "passes"  # the fact that says who makes them: {"by": DAEMON}, or `poll`
DAEMON = "daemon"
COPY_WITHIN = timedelta(minutes=30)  # so long a copy may take
COPIES_MIN = 3
BACKUP_WITHIN = timedelta(hours=50)  # two nights, and an hour for the clock
CERTIFICATE_DAYS = 14
FREE_BYTES_MIN = 256 * 1024 * 1024
QUARANTINE = "quarantine"  # the alarm that is raised with each mail that goes there
UNEVEN = "count_uneven"  # the alarm of a pass that does not come out even


@dataclass(frozen=True, slots=True)
class Signs:
    """What the rows of the letters say. `late`: letters waiting for longer than LATE_AFTER. `copies_missing`: letters that were taken,
    with their copies, long enough before the last good pass, and whose copies did not come. `undecided`: in doubt until a person says.
    `unwritten`: their template has a mistake, or they cannot become a mail for another reason. `unacknowledged`: when
    acknowledgements were written that wait, are held or failed, of cases that nobody has answered or closed.
    """

    late: int = 0
    waiting_since: datetime | None = None
    last_sent: datetime | None = None
    copies_missing: int = 0
    copies_missing_since: datetime | None = None
    last_copy: datetime | None = None
    undecided: int = 0
    unwritten: int = 0
    failed_alarms: int = 0
    unacknowledged: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is around the desk. `free_bytes` beside a database of `database_bytes`. `acknowledged_before`: an acknowledgement
    that was written before this moment must have left by now.
    """

    poll_seconds: int = 60
    free_bytes: int = 1 << 62
    database_bytes: int = 0
    backups_wanted: bool = False
    acknowledged_before: datetime | None = None
    smtp_server: str = "the SMTP server"


@dataclass(frozen=True, slots=True)
class Condition:
    """What the store says of the state of the desk. `last_pass` is as `note_pass` wrote it, empty if there was none; `backup` as the
    upkeep wrote it. `watched_since`: when somebody first looked at all this. `certificates`: their ends, by "IMAP" and "SMTP".
    """

    last_pass: Mapping[str, Any]
    last_good_pass: datetime | None
    letters: Mapping[str, int]
    failed_lately: int
    quarantined: int
    signs: Signs = Signs()
    surroundings: Surroundings = Surroundings()
    backup: Mapping[str, Any] = field(default_factory=dict)
    watched_since: datetime | None = None
    certificates: Mapping[str, datetime] = field(default_factory=dict)
    own_trouble: OwnTrouble = field(default_factory=OwnTrouble)
    service_runs: bool = True  # False: the passes are the daemon's, and it does not run
    another_desk: datetime | None = None  # when a letter under our key came back that we had not sent


@dataclass(frozen=True, slots=True)
class Trouble:
    """`text` is for `status`; `alarm` for those who are notified by mail, None where nobody is, or somebody was notified already."""

    text: str
    alarm: Alarm | None = None


def problems(condition: Condition, now: datetime) -> tuple[str, ...]:
    """What is wrong, the gravest first; empty if all is well."""
    return tuple(trouble.text for trouble in troubles(condition, now))


def troubles(condition: Condition, now: datetime) -> tuple[Trouble, ...]:
    """What is wrong, the gravest first; empty if all is well."""
    return tuple(trouble for find in FINDERS if (trouble := find(condition, now)))


# --- the passes ---


def _not_running(condition: Condition, _now: datetime) -> Trouble | None:
    """No alarm: nobody is there to send it."""
    return None if condition.service_runs else Trouble("the service is not running: no mail is taken in, no letter leaves")


def _no_pass(condition: Condition, _now: datetime) -> Trouble | None:
    return None if condition.last_pass else Trouble("no pass over the mailbox has come to an end yet")


def _last_pass(condition: Condition, _now: datetime) -> Trouble | None:
    """No alarm: a mail server may be away for a minute, and a count that does not come out is reported by the pass itself."""
    problem = condition.last_pass.get("problem")
    return Trouble(f"the last pass: {problem}") if problem else None


def _silence(condition: Condition, now: datetime) -> Trouble | None:
    since = condition.last_good_pass or condition.watched_since
    longest = max(SILENCE_MIN, timedelta(seconds=5 * condition.surroundings.poll_seconds))
    if since is None or now - since <= longest:
        return None
    minutes = int((now - since).total_seconds() // 60)
    if condition.last_good_pass is None:
        text = f"no pass over the mailbox has succeeded for {minutes} minutes: is the mail server away? see the log"
    else:
        text = f"the last good pass is {minutes} minutes ago"
    return Trouble(text, Alarm("no_pass", {"minutes": minutes}))


# --- messages and letters ---


def _quarantined(condition: Condition, _now: datetime) -> Trouble | None:
    number = condition.quarantined
    return Trouble(f"{number} mails are in quarantine: see maildesk quarantine") if number else None


def _failed(condition: Condition, _now: datetime) -> Trouble | None:
    number = condition.failed_lately
    if not number:
        return None
    only_alarms = number <= condition.signs.failed_alarms  # of these nobody can be notified by a letter
    alarm = None if only_alarms else Alarm("letters_refused", {"count": number}, DAILY)
    return Trouble(f"{number} letters failed in the last week: see maildesk outbox", alarm)


def _failed_alarms(condition: Condition, _now: datetime) -> Trouble | None:
    number = condition.signs.failed_alarms
    return Trouble(f"{number} of them are alarms, so that nobody is told by mail: are the addresses right?") if number else None


def _in_doubt(condition: Condition, _now: datetime) -> Trouble | None:
    number, undecided = condition.letters.get("in-doubt", 0), condition.signs.undecided
    if not number:
        return None
    alarm = Alarm("letters_in_doubt", {"count": undecided}, DAILY) if undecided else None
    return Trouble(f"{number} letters are in doubt: see maildesk outbox", alarm)


def _desk_refused(condition: Condition, now: datetime) -> Trouble | None:
    trouble, server = condition.own_trouble, condition.surroundings.smtp_server
    if trouble.since is None:
        return None
    minutes = int((now - trouble.since).total_seconds() // 60)
    how_long = f" for {minutes} minutes" if minutes else ""
    text = f"{server} has refused what the desk sends{how_long} ({trouble.code}), all letters wait: see maildesk outbox"
    return Trouble(text, Alarm("desk_refused", {"server": server, "code": trouble.code}, DAILY) if trouble.is_told(now) else None)


def _late(condition: Condition, now: datetime) -> Trouble | None:
    """One recipient may be hard to reach; that many are, or that none leaves at all, is the mail path. What the server has against the desk
    has its own alarm."""
    signs = condition.signs
    if not signs.late or signs.waiting_since is None:
        return None
    none_leaves = signs.last_sent is None or signs.last_sent < signs.waiting_since
    if not none_leaves and signs.late < LATE_MIN:
        return None
    hours = int((now - signs.waiting_since).total_seconds() // 3600)
    text = f"{signs.late} letters have been waiting for over an hour, the oldest for {hours} hours: see maildesk outbox"
    return Trouble(text, None if condition.own_trouble.since else Alarm("letters_late", {"count": signs.late, "hours": hours}))


def _unwritten(condition: Condition, _now: datetime) -> Trouble | None:
    number = condition.signs.unwritten
    if not number:
        return None
    text = f"{number} letters cannot be written: see maildesk outbox, and maildesk check for the templates"
    return Trouble(text, Alarm("letters_unwritten", {"count": number}, DAILY))


def _unacknowledged(condition: Condition, _now: datetime) -> Trouble | None:
    before = condition.surroundings.acknowledged_before
    number = sum(written_at < before for written_at in condition.signs.unacknowledged) if before else 0
    if not number:
        return None
    text = f"{number} cases have not been acknowledged within [deadlines] acknowledge_working_days: see maildesk outbox"
    return Trouble(text, Alarm("unacknowledged", {"count": number}, DAILY))


def _copies(condition: Condition, _now: datetime) -> Trouble | None:
    signs = condition.signs
    if signs.copies_missing < COPIES_MIN or signs.copies_missing_since is None:
        return None
    if signs.last_copy is not None and signs.last_copy >= signs.copies_missing_since:
        return None
    text = (
        f"the copies of {signs.copies_missing} letters have not come back to our mailbox: are letters delivered, does a filter take copies?"
    )
    return Trouble(text, Alarm("copies_missing", {"count": signs.copies_missing}, DAILY))


# --- what is around ---


def _another_desk(condition: Condition, now: datetime) -> Trouble | None:
    if condition.another_desk is None or now - condition.another_desk > DAILY:
        return None
    text = "a second maildesk with our key serves this mailbox, it sends letters that are not ours: stop one of them"
    return Trouble(text, Alarm("another_desk", again_after=DAILY))


def _space(condition: Condition, _now: datetime) -> Trouble | None:
    around = condition.surroundings
    needed = FREE_BYTES_MIN + (around.database_bytes if around.backups_wanted else 0)
    if around.free_bytes >= needed:
        return None
    free = around.free_bytes // 1024**2
    return Trouble(f"only {free} MB are free beside the database: make room", Alarm("disk_space", {"megabytes": free}, DAILY))


def _backup(condition: Condition, now: datetime) -> Trouble | None:
    if not condition.surroundings.backups_wanted:
        return None
    failed, at = condition.backup.get("problem"), condition.backup.get("at")
    since = datetime.fromisoformat(at) if at else condition.watched_since
    too_old = since is not None and now - since > BACKUP_WITHIN
    if not failed and not too_old:
        return None
    last = say("backup.last", day=datetime.fromisoformat(at).date()) if at else say("backup.none")
    text = f"the last backup failed: {failed}" if failed else "the last backup is older than two days: make one with maildesk backup"
    return Trouble(text, Alarm("backup_failed", {"last": last}, DAILY))


def _certificates(condition: Condition, now: datetime) -> Trouble | None:
    for server, ends in sorted(condition.certificates.items()):
        days = (ends - now).days
        if days < CERTIFICATE_DAYS:
            text = f"the certificate of the {server} server ends in {days} days: whoever runs it must renew it"
            return Trouble(text, Alarm("certificate_ends", {"server": server, "day": ends.date()}, DAILY))
    return None


FINDERS: tuple[Callable[[Condition, datetime], Trouble | None], ...] = (
    _not_running,
    _no_pass,
    _last_pass,
    _silence,
    _desk_refused,
    _late,
    _unwritten,
    _unacknowledged,
    _copies,
    _quarantined,
    _failed,
    _failed_alarms,
    _in_doubt,
    _another_desk,
    _space,
    _backup,
    _certificates,
)
# The code that watches says when these are over.
WATCHED = (
    "no_pass", "desk_refused", "letters_late", "letters_unwritten", "unacknowledged", "copies_missing", QUARANTINE, "letters_refused",
    "letters_in_doubt", "another_desk", "disk_space", "backup_failed", "certificate_ends",
)  # fmt: skip
