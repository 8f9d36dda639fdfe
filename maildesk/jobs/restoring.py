# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A database that was put back from a backup: what came since is taken in again, and nobody is written to twice.

The copies of our letters come first: they show which letters left and which numbers were given out. Then the road is the usual one. What
the copies do not show stays in doubt, as after a lost answer to the last dot: the letter leaves once a whole pass has shown that no copy is
there.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Protocol

from maildesk.core.letters.keyed_ids import parse_keyed_id
from maildesk.core.mail.folders import Head, OtherFolder, Place
from maildesk.jobs.counts import PassReport
from maildesk.jobs.intake import Intake, Watching, take_in
from maildesk.jobs.other_folders import LookAround, News, take_in_elsewhere
from maildesk.jobs.ports import IntakeStore
from maildesk.octets import FolderState

log = logging.getLogger(__name__)

FACT = "restored"


class RestoredStore(Protocol):
    """The database, as far as it may be one that was put back."""

    def begin_restore(self, now: datetime) -> int | None:
        """If the database is a copy at its first start: puts the letters that wait in doubt, and says how many."""

    def fact(self, name: str) -> dict[str, Any]:
        """What was learned under this name, or an empty dict."""


def begin(store: RestoredStore, now: datetime) -> None:
    """To be called before the first letter leaves and the first mail is looked at."""
    doubtful = store.begin_restore(now)
    if doubtful is not None:
        log.warning("this database was restored from a backup: what came since is taken in again, %d letters are in doubt", doubtful)


def restored_from(store: RestoredStore) -> datetime | None:
    """When the backup was made, as long as the mailbox has not been seen whole since the restore; else None."""
    fact = store.fact(FACT)
    return datetime.fromisoformat(fact["taken_at"]) if fact and not fact.get("done_at") else None


def end(store: IntakeStore, now: datetime) -> None:
    store.learn(FACT, {**store.fact(FACT), "done_at": now.isoformat()}, now)
    log.warning("the mailbox has been seen whole since the restore")


def take_in_what_came_before(intake: Intake, around: LookAround, report: PassReport, watching: Watching) -> None:
    """First which letters left since the backup, and which numbers they gave; then what was taken in since, from where it is; the inbox
    last, after this: a mail there may answer one of those.
    """
    for news in _own_letters(intake):
        part = PassReport(seen=len(news.state.uids))
        take_in(intake, news.mails, part, watching)
        report.add(part)
    if not report.left:
        take_in_elsewhere(intake, around, report, watching)


def _own_letters(intake: Intake) -> Iterator[News]:
    """Messages of all folders, the inbox among them, that carry an id of ours and are not known."""
    around = LookAround(intake, rehearsal=True, wanted=_is_own, with_quarantine=True)
    inbox = intake.mailbox.look()
    uids = around.unknown(inbox, goes_on=True)
    if uids:
        state = FolderState(inbox.name, inbox.uid_validity, uids)
        yield News(OtherFolder(inbox.name, Place.INBOX), state, intake.mailbox.mark(inbox.name))
    yield from around.news()


def _is_own(head: Head) -> bool:
    return parse_keyed_id(head.message_id) is not None
