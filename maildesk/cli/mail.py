# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The commands that take mail in: poll, import, inspect, and the retry of what is in quarantine."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from maildesk import building, printing
from maildesk.adapters import mailfiles
from maildesk.adapters.parse import ParserProcess
from maildesk.core.decision.message_object import JsonObject, message_object
from maildesk.core.health import PASSES
from maildesk.core.mail.classify import classify
from maildesk.core.mail.message import Message
from maildesk.core.triage.propose import Proposal, propose
from maildesk.errors import Hold, MaildeskError
from maildesk.jobs import importing, outbox, planning, polling, watch
from maildesk.jobs.counts import PassReport
from maildesk.jobs.importing import Import
from maildesk.jobs.intake import Intake, Watching
from maildesk.jobs.outbox import Post
from maildesk.jobs.rehearsing import rehearse
from maildesk.octets import RawMessage

if TYPE_CHECKING:
    from maildesk.adapters.mailbox import ImapMailbox
    from maildesk.adapters.store import Store
    from maildesk.core.decision.decision import Decision
    from maildesk.core.office.policy import Policy
    from maildesk.settings.passwords import Passwords
    from maildesk.settings.settings import Settings

OK, NOT_DONE, BAD_INPUT, UNREACHABLE = 0, 1, 65, 69
COUNT_NAMES = {
    "fetched": "fetched",
    "read": "read",
    "new_cases": "new cases",
    "follow_ups": "follow-ups",
    "staff": "staff mail",
    "reports": "reports that belong to a case",
    "set_aside": "machine mail set aside",
    "already_known": "already known",
    "quarantined": "quarantined",
    "retrying": "failed, tried again later",
    "left": "left for the next pass",
    "letters_sent": "letters sent",
    "letters_waiting": "letters waiting",
    "files_skipped": "files skipped",
}


# --- poll ---


def poll(settings: Settings, *, dry_run: bool, as_json: bool) -> int:
    from maildesk.adapters.store import only_one
    from maildesk.settings.passwords import read_passwords

    passwords = read_passwords(settings)
    with ExitStack() as stack:
        if dry_run:
            return _rehearse(settings, passwords, stack, as_json=as_json)
        stack.enter_context(only_one(settings.database_file))
        store = stack.enter_context(building.store(settings, check=True))
        return _pass(settings, passwords, store, stack, as_json=as_json)


def _intake(settings: Settings, mailbox: ImapMailbox, store: Store, parser: ParserProcess) -> Intake:
    return Intake(mailbox, store, parser.parse, building.policy(settings), building.now, words=building.letter_words(settings))


def _pass(settings: Settings, passwords: Passwords, store: Store, stack: ExitStack, *, as_json: bool) -> int:
    """The letters that are due go out even if the mailbox cannot be reached."""
    store.requeue_interrupted(building.now())
    store.retry_unwritten(building.now())
    store.learn(PASSES, {"by": "poll"}, building.now())
    report, failure = PassReport(), None
    parser = stack.enter_context(ParserProcess())
    mailbox = stack.enter_context(building.mailbox(settings, passwords))
    work = _intake(settings, mailbox, store, parser)
    try:
        report = _take_in_all(work)
    except MaildeskError as error:
        if error.exit_code != UNREACHABLE:
            raise
        failure = error
    _plan(store, work.policy)
    sender = building.sender(settings, passwords)
    stack.callback(sender.close)
    composer, enclose = building.composer(settings), building.encloser(store, parser, settings.state_dir)
    post = Post(store, sender, composer, work.parse, work.policy, building.now, settings.letters.proof_copy, enclose, settings.smtp.host)
    sent = outbox.run_once(post)
    watch.note_certificates(store, mailbox.certificate_ends, sender.certificate_ends, building.now())
    _, told = watch.run_once(store, work.policy, building.surroundings(settings), building.now())
    if told and not sent.unreachable:
        sent = sent.and_then(outbox.run_once(post))  # the alarms
    counts = store.views.counts(building.now())["outbox"]
    waiting = counts["queued"] + counts["sending"] + counts["in-doubt"]
    extra = {"letters_sent": sent.sent, "letters_waiting": waiting, "retrying": report.retrying}
    _tell_counts({**report.counts(), **extra}, as_json=as_json)
    problems = tuple(filter(None, (str(failure or ""), sent.unreachable, sent.desk_refused)))
    for problem in problems:
        printing.message(f"maildesk: {problem}")
    return UNREACHABLE if problems else OK


def _plan(store: Store, policy: Policy) -> None:
    """What is written by the clock. What goes wrong with it holds no other letter up."""
    for write in planning.JOBS:
        try:
            write(store, policy, building.now())
        except MaildeskError as error:
            printing.message(f"maildesk: {error}")


def _take_in_all(work: Intake) -> PassReport:
    """One pass after the other, each with its deadline, until nothing is left for the next."""
    whole, more = PassReport(), True
    while more:
        due = time.monotonic() + building.PASS_SECONDS
        with work.mailbox.deadline(building.PASS_SECONDS_MAX), _Bar() as bar:
            watching = Watching(lambda: time.monotonic() > due, bar.show)  # noqa: B023  # each pass has its own
            report = polling.run_once(work, watching, work.mailbox.prepare)
        more = report.left > 0
        whole = whole.and_then(report)
    return whole


class _Bar:
    """A progress bar on a terminal, once it is known how many messages there are."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._stack = ExitStack()

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stack.close()

    def show(self, done: int, total: int) -> None:
        if self._bar is None and sys.stderr.isatty():
            self._bar = self._stack.enter_context(typer.progressbar(length=total, label="taking in", file=sys.stderr))
        if self._bar is not None:
            self._bar.update(done - self._bar.pos)


def _rehearse(settings: Settings, passwords: Passwords, stack: ExitStack, *, as_json: bool) -> int:
    """What a pass would do. JSON: one line for each mail."""
    store = stack.enter_context(building.store(settings))
    mailbox = stack.enter_context(building.mailbox(settings, passwords))
    work = _intake(settings, mailbox, store, stack.enter_context(ParserProcess()))
    stack.enter_context(work.mailbox.deadline(building.PASS_SECONDS_MAX))
    report = rehearse(work, lambda raw, decision: _tell_decision(raw, decision, as_json=as_json))
    if not as_json:
        printing.line()
        printing.line("Nothing was changed. What a pass would do:")
        _tell_counts(report.counts(), as_json=False)
    return OK


def _tell_decision(raw: RawMessage, decision: Decision | None, *, as_json: bool) -> None:
    if as_json:
        printing.json_line(
            {
                "folder": raw.folder,
                "uid": raw.uid,
                "received_at": raw.internal_date.isoformat(),
                "outcome": decision.outcome if decision else None,
                "case": decision.case_number if decision else None,
                "letters": [letter.template for letter in decision.letters] if decision else [],
                "evidence": list(decision.evidence) if decision else ["the mail could not be handled and would be tried again"],
            }
        )
        return
    printing.line(
        f"mail {raw.uid} in {raw.folder} of {raw.internal_date:%d.%m.%Y %H:%M}: {decision.outcome if decision else 'could not be handled'}"
    )
    for reason in decision.evidence if decision else ():
        printing.line(f"    {reason}")


def _tell_counts(counts: dict[str, int], *, as_json: bool) -> None:
    if as_json:
        printing.data(counts)
        return
    for name, number in counts.items():
        printing.line(f"{number:8}  {COUNT_NAMES.get(name, name)}")


# --- import ---


def import_files(settings: Settings, paths: list[Path], *, as_json: bool, force: bool = False) -> int:
    with ExitStack() as stack:
        store = stack.enter_context(building.store(settings, check=True))
        parser = stack.enter_context(ParserProcess())
        work = Import(store, parser.parse, building.policy(settings), building.now)
        files = list(mailfiles.find(paths, force=force))
        reader = _Reader(files, settings.state_dir)
        total = sum(file.size_bytes for file in files)
        with typer.progressbar(length=max(total, 1), label="importing", file=sys.stderr) as bar:
            report = importing.run_once(work, reader.mails(), done=bar.update)
            bar.update(max(total, 1))
    for problem in reader.problems:
        printing.message(problem)
    _tell_counts({**report.counts("read"), "files_skipped": len(reader.problems)}, as_json=as_json)
    return BAD_INPUT if reader.problems and not report.seen else OK


class _Reader:
    """Yields the messages of all files in the order in which they arrived, so that an answer never comes before what it answers.

    What cannot be read is noted, and the rest goes on.
    """

    def __init__(self, files: list[mailfiles.MailFile], spool: Path | None) -> None:
        self._spool = spool
        self.problems = [f"{file.path}: {file.problem}" for file in files if file.problem]
        self._places = sorted(place for file in files if not file.problem for place in self._in(file))

    def _in(self, file: mailfiles.MailFile) -> list[mailfiles.Place]:
        try:
            return list(mailfiles.places(file))
        except OSError as error:
            self._note(file.path, error)
            return []

    def mails(self) -> Iterator[RawMessage]:
        for place in self._places:
            try:
                yield mailfiles.read(place, self._spool)
            except OSError as error:
                self._note(place.path, error)

    def _note(self, path: Path, error: OSError) -> None:
        self.problems.append(f"{path}: the file cannot be read ({error.strerror})")


# --- inspect ---


def inspect_files(paths: list[Path], *, as_json: bool, config: Path | None, force: bool = False) -> int:
    """One object for every mail. The configuration, if one is named, is not needed."""
    del config
    problems = found = 0
    with ParserProcess() as parser:
        for file in mailfiles.find(paths, force=force):
            if file.problem and not _shall_show(file):
                problems += 1
                printing.message(f"{file.path}: {file.problem}")
                continue
            for place in mailfiles.places(file):
                found += 1
                raw = mailfiles.read(place)
                _tell_inspected(_inspected(parser, raw, file.path), as_json=as_json)
                raw.octets.close()
    return BAD_INPUT if problems and not found else OK


def _shall_show(file: mailfiles.MailFile) -> bool:
    """An empty file with the ending of a mail still gets its object: anyone who counts files must not miss one."""
    return file.path.suffix.lower() in mailfiles.EML_SUFFIXES and file.path.is_file() and not file.path.stat().st_size


def _inspected(parser: ParserProcess, raw: RawMessage, path: Path) -> JsonObject:
    try:
        message = parser.parse(raw)
    except Hold as error:
        nothing = Message(raw.octets.digest, raw.octets.size_bytes, defects=(str(error),))
        return {"file": str(path), **message_object(nothing, None, acknowledge=False, evidence=())}
    verdict = classify(message)
    proposal = Proposal() if verdict.is_machine else propose(message)
    evidence = (*verdict.evidence, *proposal.evidence)
    inspected = message_object(message, verdict.automatic, acknowledge=verdict.acknowledge, evidence=evidence, proposal=proposal)
    return {"file": str(path), **inspected}


def _tell_inspected(inspected: JsonObject, *, as_json: bool) -> None:
    if as_json:
        printing.json_line(inspected)
        return
    writer = inspected.get("from", {"name": "", "address": ""})
    lines = (
        ("file", inspected["file"]),
        ("from", f"{writer['name']} <{writer['address']}>"),
        ("subject", inspected.get("subject", "")),
        ("date", inspected.get("date") or ""),
        ("automatic", inspected.get("automatic") or "no: a person's"),
        ("acknowledge", "yes" if inspected.get("acknowledge") else "no"),
        ("attachments", ", ".join(each["filename"] for each in inspected.get("attachments", []))),
        ("evidence", "; ".join(inspected["evidence"])),
        ("defects", "; ".join(inspected["defects"])),
    )
    for name, value in lines:
        printing.line(f"{name:12} {value}")
    printing.line()
    for text_line in inspected.get("text", "").splitlines():
        printing.line(f"    {text_line}")
    printing.line()


# --- quarantine ---


def retry_quarantine(settings: Settings, *, as_json: bool) -> int:
    with building.store(settings, check=True) as store, ParserProcess() as parser:
        work = Import(store, parser.parse, building.policy(settings), building.now)
        taken, stay = importing.retry_quarantined(work, [each["id"] for each in store.views.quarantine()])
    if as_json:
        printing.data({"taken_in": taken, "still_quarantined": stay})
    else:
        printing.line(f"{taken} taken in, {stay} still in quarantine")
    return NOT_DONE if stay else OK
