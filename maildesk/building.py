# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Settings -> the parts that work together. The one place where core, adapters and jobs meet; commands, daemon and demo use it."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Container, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from maildesk.adapters.key_file import KEY_FILE, letter_key
from maildesk.core.health import Surroundings
from maildesk.core.office.calendar import WorkCalendar
from maildesk.core.office.policy import Policy
from maildesk.errors import ConfigError

if TYPE_CHECKING:
    from maildesk.adapters.compose import Composer, Flaw
    from maildesk.adapters.mailbox import ImapMailbox
    from maildesk.adapters.parse import ParserProcess
    from maildesk.adapters.smtp import SmtpSender
    from maildesk.adapters.store import Store
    from maildesk.adapters.store.backup import Backups
    from maildesk.core.letters.letter import Letter
    from maildesk.settings.passwords import Passwords
    from maildesk.settings.settings import Settings

ENCLOSED_BYTES_MAX = 16 * 1024 * 1024  # of all attachments of one letter
PASS_SECONDS = 300.0  # a pass that has worked for so long leaves the rest of a full mailbox to the next
PASS_SECONDS_MAX = 600.0  # and it ends after this time, whatever the server does


def now() -> datetime:
    return datetime.now(UTC)


def policy(settings: Settings) -> Policy:
    """What the office has laid down. Raises ConfigError for a region without a calendar of holidays."""
    return Policy(
        desk=settings.desk.desk(),
        calendar=calendar(settings),
        secret=letter_key(settings.state_dir),
        staff=tuple(person.person() for person in settings.staff),
        deadlines=settings.deadlines.deadlines(),
        letters=settings.letters.limits(),
        alert_addresses=settings.alerts.addresses,
        alarm_again_after=timedelta(minutes=settings.alerts.repeat_minutes),
        categories=settings.categories,
        digest=settings.digest.plan(),
        quiet_orders=bool(settings.imap.done),
    )


def calendar(settings: Settings) -> WorkCalendar:
    desk = settings.desk
    return WorkCalendar(desk.zone, _holidays(settings), frozenset(desk.closed_on), desk.service)


def _holidays(settings: Settings) -> Container[date]:
    """A container of days off that works itself out for each year that is asked for."""
    region = settings.desk.holidays
    if not region:
        return frozenset()
    import holidays

    country, _, subdivision = region.partition("-")
    try:
        found: Container[date] = holidays.country_holidays(country, subdiv=subdivision or None)
    except NotImplementedError as error:
        known = holidays.list_supported_countries(include_aliases=False)
        right = [country, *(f"{country}-{each}" for each in known[country])] if country in known else sorted(known)
        raise ConfigError(
            f"{settings.file}: desk.holidays = {region!r}: there is no such calendar: it is one of {', '.join(right)}"
        ) from error
    return found


def backups(settings: Settings) -> Backups | None:
    """Where the nightly backups go, if there are to be any."""
    from maildesk.adapters.store.backup import Backups

    folder, database = settings.backups_dir, settings.database_file
    return Backups(database, settings.state_dir / KEY_FILE, folder, settings.database.keep_backups) if folder else None


def surroundings(settings: Settings) -> Surroundings:
    """What is around the desk, as the watch wants to know it."""
    file, days = settings.database_file, calendar(settings)
    oldest = days.working_days_before(days.local(now()).date(), settings.deadlines.acknowledge_working_days)
    return Surroundings(
        poll_seconds=settings.imap.poll_seconds,
        smtp_server=settings.smtp.host,
        free_bytes=shutil.disk_usage(settings.state_dir).free,
        database_bytes=file.stat().st_size if file.exists() else 0,
        backups_wanted=settings.backups_dir is not None,
        acknowledged_before=datetime.combine(oldest, time.min, days.zone),
    )


def store(settings: Settings, *, check: bool = False) -> Store:
    """The open database; `check` reads it for damage first."""
    from maildesk.adapters.store import Store

    return Store.open(settings.database_file, settings.desk.prefix, settings.desk.zone, check=check)


def mailbox(settings: Settings, passwords: Passwords) -> ImapMailbox:
    from maildesk.adapters.mailbox import ImapMailbox

    return ImapMailbox(settings.imap, passwords.imap, settings.state_dir)


def sender(settings: Settings, passwords: Passwords) -> SmtpSender:
    from maildesk.adapters.smtp import SmtpSender

    return SmtpSender(settings.smtp, passwords.smtp, helo_name())


def helo_name() -> str:
    """This machine's name for EHLO (RFC 5321 section 4.1.4), or an address literal where it has none."""
    name = socket.getfqdn()
    return name if "." in name and name.isascii() else "[127.0.0.1]"


def composer(settings: Settings) -> Composer:
    from maildesk.adapters.compose import Composer
    from maildesk.settings.shipped import shipped

    return Composer(settings.desk.desk(), (settings.templates_dir, shipped("templates")))


def letter_words(settings: Settings) -> Callable[[Letter], str]:
    """What says the words of a letter. It reads templates only when it is asked: few messages answer one."""
    writer = cache(lambda: composer(settings))

    def words(letter: Letter) -> str:
        wording = writer().words(letter)
        return f"{wording.subject}\n{wording.text}"

    return words


def template_flaws(settings: Settings) -> Iterator[tuple[str, tuple[Flaw, ...]]]:
    """Every letter that can be sent is written once, with sample data: its template, and what is wrong with it. What is wrong with none
    of them comes last, under an empty name. A letter that is wrong only by what another one has shown is not named."""
    from maildesk.adapters.compose import Flaw
    from maildesk.adapters.compose.samples import sample_letters

    writer, folder = composer(settings), settings.templates_dir
    known: set[Flaw] = set()
    for letter in sample_letters(policy(settings), now()):
        found = writer.flaws_of(letter)
        fresh = tuple(flaw for flaw in found if flaw not in known)
        known.update(found)
        if fresh or not found:
            yield letter.template, fresh
    is_wanted = folder.exists() or settings.letters.templates != type(settings.letters)().templates
    if is_wanted and not folder.is_dir():
        yield "", (Flaw(f"{settings.file}: letters.templates = {str(settings.letters.templates)!r}: there is no folder {folder}"),)
    yield "", tuple(flaw for flaw in writer.flaws() if flaw not in known)


def encloser(store: Store, parser: ParserProcess, spool: Path | None = None) -> Callable[[Letter], dict[str, bytes]]:
    """What takes the contents of a letter's enclosures out of the stored messages; `spool` is a folder for messages too big for memory."""

    def contents(letter: Letter) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for message_digest in dict.fromkeys(each.message_digest for each in letter.enclosures):
            wanted = [each.digest for each in letter.enclosures if each.message_digest == message_digest and each.digest not in found]
            octets = store.octets_by_digest(message_digest, spool)
            if octets is not None:
                with closing(octets):
                    _add_what_fits(found, parser.extract(octets, wanted))
        return found

    return contents


def _add_what_fits(found: dict[str, bytes], more: dict[str, bytes]) -> None:
    """A letter with the attachments of several messages is no bigger than one with those of one."""
    for digest, content in more.items():
        if sum(map(len, found.values())) + len(content) <= ENCLOSED_BYTES_MAX:
            found[digest] = content
