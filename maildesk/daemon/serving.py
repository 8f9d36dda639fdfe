# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""One configuration at work: the scheduler with its jobs, and the thread that waits for mail."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.events import EVENT_JOB_EXECUTED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from maildesk import building
from maildesk.adapters import systemd
from maildesk.adapters.store import Store
from maildesk.core.health import DAEMON, PASSES
from maildesk.core.office.policy import Policy
from maildesk.daemon.parts import Parts
from maildesk.daemon.pauses import Pauses
from maildesk.errors import MailboxRefused, MaildeskError, Retry, StoreReplaced, place_of
from maildesk.jobs import outbox, planning, polling, upkeep, watch
from maildesk.jobs.intake import Watching

log = logging.getLogger(__name__)

OUTBOX_SECONDS = 30
AGENDA_SECONDS = 60
GRACE_SECONDS = 5.0  # how long a job may take to come to its next stopping point
ABORT_SECONDS = 2.0  # and then to notice that its connection was cut
CLOCK_SET_SECONDS = 10.0  # a bigger step between two looks, and somebody has set the clock
WATCH_SECONDS = 60
FIRST_WATCH = timedelta(seconds=75)  # the first pass has had its chance
FIRST_BACKUP = timedelta(minutes=10)
REFUSED_PAUSE = timedelta(minutes=3)  # after a refused log-in: few enough tries that no server locks the account


def _clock_ahead() -> float:
    """By how many seconds the clock is ahead of one that nobody sets."""
    return time.time() - time.monotonic()


class Serving:
    """One configuration at work: the scheduler with its jobs, and the thread that waits for mail."""

    def __init__(self, parts: Parts, ring: Callable[[], None]) -> None:
        self._parts = parts
        self._ring = ring  # for the main thread to look what there is to do
        self.has_tried = False  # to log in, the first time
        self.store_replaced = False  # the database is another one by now: all must be opened again
        self._ending = threading.Event()
        self._reachable = threading.Event()  # the last pass reached the mailbox: only then the watcher may log in as well
        self._wanted: dict[str, threading.Event] = {"intake": threading.Event(), "outbox": threading.Event()}
        self._pauses = Pauses()
        self._last_pass = ""
        self._trouble = ""
        self._running: set[str] = set()
        self._ahead_seconds = _clock_ahead()
        self._idle = threading.Condition()
        self._scheduler = BackgroundScheduler(
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
            timezone=parts.settings.desk.zone,
        )
        self._watcher = threading.Thread(target=self._watch, name="watcher", daemon=True)

    def start(self) -> None:
        log.info("serving %s, schema %s", self._parts.settings.file, self._parts.store.schema())
        interrupted = self._parts.store.requeue_interrupted(building.now())
        if interrupted:
            log.warning("outbox: %d letters were interrupted before they left and are sent now", interrupted)
        now = building.now()
        self._parts.store.retry_unwritten(now)  # the templates have just been read
        self._parts.store.learn(PASSES, {"by": DAEMON}, now)
        seconds = self._parts.settings.imap.poll_seconds
        self._add("intake", self._intake, trigger="interval", seconds=seconds, next_run_time=now)
        self._add("outbox", self._outbox, trigger="interval", seconds=OUTBOX_SECONDS, next_run_time=now + timedelta(seconds=1))
        self._add(
            "digest", lambda: self._plan(planning.write_digest), trigger="interval", seconds=AGENDA_SECONDS
        )  # not at once: the first pass comes before it
        self._add("reminders", lambda: self._plan(planning.write_reminders), trigger="interval", seconds=AGENDA_SECONDS)
        self._add("upkeep", self._upkeep, trigger="cron", hour=4, minute=15)
        self._add("watch", self._look_out, trigger="interval", seconds=WATCH_SECONDS, next_run_time=now + FIRST_WATCH)
        if self._backup_is_due(now):
            self._add("first backup", self._upkeep, trigger="date", run_date=now + FIRST_BACKUP)
        self._scheduler.add_listener(self._after, EVENT_JOB_EXECUTED)
        self._scheduler.start()
        if self._parts.settings.imap.idle:
            self._watcher.start()

    def _add(self, name: str, work: Callable[[], None], **when: Any) -> None:
        # A thread for each: none waits for one that hangs, and what malloc keeps for a thread serves the next run of the same job.
        self._scheduler.add_executor(ThreadPoolExecutor(1), name)
        self._scheduler.add_job(self._guarded, args=(name, work), id=name, executor=name, **when)

    def end(self, exit_code: Callable[[], int] = lambda: 0) -> None:
        """Jobs come to their next stopping point. One that hangs on a server has its connection cut, or else is left behind: then the
        process ends, with that code.
        """
        self._ending.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        if not self._all_idle(GRACE_SECONDS):
            self._parts.mailbox.abort()
            self._parts.sender.abort()
        self._parts.watched.abort()
        if not self._all_idle(ABORT_SECONDS):
            log.error("a job does not come to an end: leaving it behind, the next start goes on where it was")
            os._exit(exit_code())
        if self._watcher.is_alive():
            self._watcher.join(ABORT_SECONDS)

    def _all_idle(self, seconds: float) -> bool:
        with self._idle:
            return self._idle.wait_for(lambda: not self._running, seconds)

    def mind_the_clock(self) -> None:
        """After the clock was set all is timed again: what waited for a moment of the old time might wait for a day, or for years."""
        before, self._ahead_seconds = self._ahead_seconds, _clock_ahead()
        if abs(self._ahead_seconds - before) < CLOCK_SET_SECONDS or not self._scheduler.running or self._ending.is_set():
            return
        log.warning("the clock was set by %d s", self._ahead_seconds - before)
        for name in ("intake", "outbox", "watch"):
            self._run_at(name, building.now())
        self._scheduler.reschedule_job("upkeep", trigger=self._scheduler.get_job("upkeep").trigger)

    # --- waking jobs ---

    def wake(self, name: str) -> None:
        """Runs a job at once. If it is just running it runs again afterwards: a wish is never lost between two runs."""
        self._wanted[name].set()
        self._run_at(name, building.now())

    def _run_at(self, name: str, moment: datetime) -> None:
        if self._scheduler.running and not self._ending.is_set() and self._scheduler.get_job(name):
            self._scheduler.modify_job(name, next_run_time=moment)

    def _after(self, event: JobExecutionEvent) -> None:
        wanted = self._wanted.get(event.job_id)
        if wanted is not None and wanted.is_set():
            self._run_at(event.job_id, building.now())

    def _guarded(self, name: str, work: Callable[[], None]) -> None:
        """A job never takes the scheduler down; what it raises is reported in one line."""
        if self._ending.is_set():
            return
        with self._idle:
            self._running.add(name)
        if name in self._wanted:
            self._wanted[name].clear()
        try:
            work()
        except StoreReplaced as error:
            log.error("%s: %s", name, error)
            self.store_replaced = True
            self._ring()
        except MaildeskError as error:
            log.error("%s: %s", name, error)
        except Exception as error:
            log.critical("%s: unexpected %s%s: please report it", name, error.__class__.__name__, place_of(error))
        finally:
            with self._idle:
                self._running.discard(name)
                self._idle.notify_all()

    # --- the jobs ---

    def _intake(self) -> None:
        try:
            with self._parts.mailbox.deadline(building.PASS_SECONDS_MAX):
                due = time.monotonic() + building.PASS_SECONDS
                watching = Watching(should_stop=lambda: self._ending.is_set() or time.monotonic() > due)
                report = polling.run_once(self._parts.intake, watching, self._prepare)
        except StoreReplaced:
            raise  # no matter of the mailbox
        except Retry as error:
            self._try_later(error, timedelta(seconds=self._pauses.next_seconds()))
        except MailboxRefused as error:
            self._try_later(error, max(REFUSED_PAUSE, timedelta(seconds=self._pauses.next_seconds())))
        else:
            self._pauses.reset()
            self._reachable.set()
            if report.fetched:
                log.info("pass: %s", ", ".join(f"{name} {number}" for name, number in report.counts().items() if number))
            self.wake("outbox")
            if report.left:
                self.wake("intake")
        self._last_pass = f"{datetime.now(UTC).astimezone(self._parts.settings.desk.zone):%H:%M:%S}"
        systemd.watchdog()  # a pass has come to an end, if only to the news that the server is away
        self._tell_status()

    def _prepare(self) -> None:
        """Before the first pass, and after it could not be done: the folders are made."""
        if self.has_tried and self._reachable.is_set():
            return
        try:
            self._parts.mailbox.prepare()
        finally:
            self.has_tried = True
            self._ring()

    def _try_later(self, error: MaildeskError, pause: timedelta) -> None:
        self._reachable.clear()
        if self._ending.is_set():
            return
        log.warning("mailbox: %s; next try in %d s", error, pause.total_seconds())
        self._run_at("intake", building.now() + pause)

    def _outbox(self) -> None:
        report = outbox.run_once(self._parts.post, should_stop=self._ending.is_set)
        if report.sent:
            log.info("outbox: %d letters sent", report.sent)

    def _plan(self, write: Callable[[Store, Policy, datetime], int]) -> None:
        if write(self._parts.store, self._parts.post.policy, building.now()):
            self.wake("outbox")

    def _upkeep(self) -> None:
        backups = building.backups(self._parts.settings)
        upkeep.run_once(self._parts.store, backups, building.now, should_stop=self._ending.is_set)

    def _backup_is_due(self, now: datetime) -> bool:
        """Whether the service was off when it would have been made."""
        at = self._parts.store.fact(upkeep.BACKUP).get("at")
        return self._parts.settings.backups_dir is not None and (not at or now - datetime.fromisoformat(at) > timedelta(days=1))

    def _look_out(self) -> None:
        parts = self._parts
        watch.note_certificates(parts.store, parts.mailbox.certificate_ends, parts.sender.certificate_ends, building.now())
        found, told = watch.run_once(parts.store, parts.intake.policy, building.surroundings(parts.settings), building.now())
        self._trouble = f"{len(found)} problems: {found[0].text}; " if found else ""
        self._tell_status()
        if told:
            self.wake("outbox")

    def _tell_status(self) -> None:
        counts = self._parts.store.views.counts(building.now())
        waiting = counts["outbox"]["queued"] + counts["outbox"]["in-doubt"]
        passed = f"last pass {self._last_pass}" if self._last_pass else "no pass yet"
        numbers = f"{counts['cases']} cases, {waiting} letters waiting, {counts['quarantine']} in quarantine"
        systemd.status(f"{self._trouble}{passed}; {numbers}")

    # --- waiting for mail ---

    def _watch(self) -> None:
        """IDLE on a connection of its own; the poll stays the safety net."""
        pauses = Pauses()
        while not self._ending.is_set():
            if not self._reachable.wait(1.0):
                continue
            try:
                self._parts.watched.look()
                pauses.reset()
                self.wake("intake")  # what arrived between the last pass and this moment
                while not self._ending.is_set() and self._reachable.is_set():
                    if self._parts.watched.wait(300.0, self._ending):
                        self.wake("intake")
            except MaildeskError as error:
                if not self._ending.is_set():
                    log.info("waiting for mail: %s", error)
                    self._ending.wait(pauses.next_seconds())
