# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""`maildesk check`: tries everything that the daemon needs and says, a line each, ok or what to fix."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from maildesk import building, printing
from maildesk.errors import MaildeskError, TemplateError
from maildesk.settings.passwords import Passwords, read_passwords
from maildesk.settings.settings import Settings, load_settings


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. `exit_code` is 0 where all is well; a warning is reported but fails nothing."""

    what: str
    text: str
    exit_code: int = 0
    warning: bool = False


def run(file: Path | None, *, as_json: bool) -> int:
    """The exit code is that of the first thing to fix."""
    settings = load_settings(file)
    passwords = read_passwords(settings)
    building.calendar(settings)
    findings = [Finding("configuration", str(settings.file))]
    with ExitStack() as stack:
        for what, check in _checks(settings, passwords, stack):
            findings += _tried(what, check)
    if as_json:
        printing.data([{**asdict(finding), "ok": not finding.exit_code} for finding in findings])
    else:
        for finding in findings:
            mark = "MEND" if finding.exit_code else "note" if finding.warning else "ok"
            printing.line(f"{mark:5} {finding.what:14} {finding.text}")
    return next((finding.exit_code for finding in findings if finding.exit_code), 0)


def _checks(settings: Settings, passwords: Passwords, stack: ExitStack) -> Iterator[tuple[str, Callable[[], Iterator[Finding]]]]:
    yield "database", lambda: _database(settings)
    yield "templates", lambda: _templates(settings)
    yield "imap", lambda: _imap(settings, passwords, stack)
    yield "smtp", lambda: _smtp(settings, passwords, stack)


def _tried(what: str, check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from check()
    except MaildeskError as error:
        yield Finding(what, str(error), error.exit_code)


def _database(settings: Settings) -> Iterator[Finding]:
    with building.store(settings, check=True) as store:
        store.inspect_health()
        yield Finding("database", f"{settings.database_file}, schema {store.schema()}, sound")
    mode = stat.S_IMODE(settings.state_dir.stat().st_mode)
    if mode & 0o077:
        yield Finding("database", f"others can look into {settings.state_dir} (mode {mode:04o}): chmod 700 is better", warning=True)


def _templates(settings: Settings) -> Iterator[Finding]:
    for template, flaws in building.template_flaws(settings):
        if template and not any(flaw.serious for flaw in flaws):
            yield Finding("template", f"{template} can be written")
        for flaw in flaws:
            yield Finding("template", flaw.text, TemplateError.exit_code if flaw.serious else 0, warning=not flaw.serious)


def _imap(settings: Settings, passwords: Passwords, stack: ExitStack) -> Iterator[Finding]:
    mailbox = stack.enter_context(building.mailbox(settings, passwords))
    stack.enter_context(mailbox.deadline(120.0))
    survey = mailbox.survey()
    state = mailbox.look()
    server = settings.imap
    yield Finding("imap", f"logged in at {server.host}:{server.port} ({server.security})")
    for folder in survey.folders:
        held = "missing, will be made" if folder.messages is None else f"{folder.messages} mails"
        yield Finding("folder", f"{folder.role}: {folder.name}, {held}")
    others = ", ".join(folder.name for folder in mailbox.folders())
    yield Finding("folder", f"mail that colleagues moved or sent is looked for in: {others}" if others else "there are no other folders")
    for capability, meaning in (("MOVE", "mails are copied and deleted instead"), ("IDLE", f"mail is seen every {server.poll_seconds} s")):
        if capability not in survey.capabilities:
            yield Finding("imap", f"the server has no {capability}: {meaning}", warning=True)
    since = building.now() - timedelta(days=settings.letters.not_older_than_days)
    older, newer = mailbox.arrival_ages(state, since)
    days = settings.letters.not_older_than_days
    yield Finding("waiting", f"{newer} mails of the last {days} days: taken in with letters; {older} older ones: taken in without letters")


def _smtp(settings: Settings, passwords: Passwords, stack: ExitStack) -> Iterator[Finding]:
    sender = building.sender(settings, passwords)
    stack.callback(sender.close)
    found = sender.probe(settings.desk.address)
    server = settings.smtp
    yield Finding("smtp", f"reached {server.host}:{server.port} ({server.security})")
    if not found.null_sender_ok:
        yield Finding("smtp", "the server refuses an empty envelope sender: letters bear the desk's own address there", warning=True)
