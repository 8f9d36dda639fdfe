# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The mailbox on an IMAP server: looked at, fetched from, filed in, waited for. The neighbour is imapclient."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from maildesk.adapters.mailbox import elsewhere
from maildesk.adapters.mailbox.connection import Connection
from maildesk.adapters.mailbox.fetching import ASK_MAILS_MAX, Fetching, announced
from maildesk.adapters.mailbox.filing import Filing
from maildesk.adapters.mailbox.folders import FolderCount, Folders, Survey
from maildesk.adapters.mailbox.listing import all_uids, chunks
from maildesk.adapters.mailbox.watching import Watch
from maildesk.core.mail.folders import Filed, Head, Mark, OtherFolder
from maildesk.errors import MailboxRefused, MailboxUnreachable
from maildesk.octets import FolderState, RawMessage
from maildesk.settings.servers import ImapSettings

__all__ = ["FolderCount", "ImapMailbox", "Survey"]

T = TypeVar("T")


class ImapMailbox:
    """One mailbox on one connection, which is made when first needed and kept. For one thread at a time, but for `abort`.

    Every method but `close`, `abort` and `deadline` raises MailboxUnreachable (try again later; the next call connects again) or
    MailboxRefused (a person must fix something), and nothing else, but that `fetch` raises StoreUnusable where `spool_dir`
    cannot be written: there the octets of a big mail go, to a file without a name. `socket_seconds` bounds each single wait
    for the server; `deadline` bounds all of them together.
    """

    def __init__(
        self,
        settings: ImapSettings,
        password: str,
        spool_dir: Path | None,
        *,
        tls_context: ssl.SSLContext | None = None,
        socket_seconds: float = 30,
    ) -> None:
        self._connection = Connection(settings, password, tls_context, socket_seconds)
        self._folders = Folders(self._connection, settings)
        self._filing = Filing(self._connection, self._folders)
        self._watch = Watch(self._connection, self._folders)
        self._spool_dir = spool_dir

    def __enter__(self) -> ImapMailbox:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Logs out. Never raises; a later call of something else connects again."""
        self._connection.close()

    def abort(self) -> None:
        """Cuts the line from another thread, so that whatever this one waits for ends at once. Never raises."""
        self._connection.abort()

    @property
    def certificate_ends(self) -> datetime | None:
        """When the certificate ends that the server showed last; None if it showed none."""
        return self._connection.certificate_ends

    def deadline(self, seconds: float) -> AbstractContextManager[None]:
        """Everything inside has `seconds` in all; then it ends with MailboxUnreachable, whatever the server does.

        Only the name look-up and the making of a TCP connection have their own limit, `socket_seconds`.
        """
        return self._connection.deadline(seconds)

    def look(self) -> FolderState:
        """Selects the inbox again and lists it. A kept connection that is of no more use is replaced once, silently."""
        return self._on_a_line_that_works(self._look)

    def fetch(self, state: FolderState, uids: Collection[int]) -> Iterator[tuple[RawMessage, ...]]:
        """The messages with these UIDs, by ascending UID, in batches of at most 50 messages and 8 MiB; a bigger mail is alone.

        No flag changes. A mail that has gone meanwhile is left out; all are, where the UIDVALIDITY has changed. Messages that
        the server does not hand out whole are left out too, and in the end MailsWithheld says how many. Where the line breaks,
        MailboxUnreachable says for which messages we asked just then.
        """
        return Fetching(self._connection, state, lambda: self._still_selected(state), self._spool_dir).batches(uids)

    def file(self, state: FolderState, uids: Collection[int], folder: str) -> Filed:
        """Moves messages to the folder "archive", "sent", "quarantine" or "done"; reports those UIDs that are seen to have left the inbox.

        None have, where the UIDVALIDITY has changed: then these numbers name other messages.
        """
        return self._filing.file(lambda: self._still_selected(state), uids, folder)

    def prepare(self) -> None:
        """Makes the folders of the configuration that are missing, and subscribes them. Raises MailboxRefused if one cannot be."""
        self._on_a_line_that_works(self._folders.prepare)

    def survey(self) -> Survey:
        """The folders with their counts, and what the server offers of MOVE, UIDPLUS and IDLE."""
        return self._folders.survey()

    def arrival_ages(self, state: FolderState, older_than: datetime) -> tuple[int, int]:
        """How many messages of the inbox arrived before that moment, and how many at it or after it (INTERNALDATE)."""
        before = after = 0
        for chunk in chunks(state.uids, ASK_MAILS_MAX):
            if not self._still_selected(state):
                break
            older = [mail.internal_date < older_than for mail in announced(self._connection, chunk)]
            before += sum(older)
            after += len(older) - sum(older)
        return before, after

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        """Waits for new mail in the inbox: True as soon as some is there, False when the time is over or `stop` is set.

        A server without IDLE lets the time pass. For an ImapMailbox that does nothing else.
        """
        return self._watch.wait(seconds, stop)

    def folders(self) -> tuple[OtherFolder, ...]:
        """The folders beside the inbox in which mail may be, those of sent mail last: what it answers is then known."""
        return elsewhere.other_folders(self._connection, self._folders)

    def folders_with_quarantine(self) -> tuple[OtherFolder, ...]:
        """The same, and the folder of what could not be handled: after a restore nobody knows what is there."""
        return elsewhere.other_folders(self._connection, self._folders, with_quarantine=True)

    def mark(self, folder: str) -> Mark:
        """How far that folder goes now (STATUS). It is not opened for that."""
        return elsewhere.mark(self._connection, folder)

    def look_into(self, folder: str, after: Mark | None, arrived_since: datetime) -> FolderState:
        """Opens another folder for reading and lists what came behind `after`; where that says nothing, what arrived since that day."""
        return elsewhere.look_into(self._connection, folder, after, arrived_since)

    def heads(self, state: FolderState, uids: Collection[int]) -> tuple[Head, ...]:
        """What shows whether these messages are known, without their texts. Those that have gone are left out."""
        if not self._still_selected(state):
            return ()
        return elsewhere.heads(self._connection, uids)

    def _on_a_line_that_works(self, work: Callable[[], T]) -> T:
        """A kept line may have died, or be in a state of its own that it never leaves (read-only since a change of rights)."""
        was_kept = self._connection.is_open
        try:
            return work()
        except (MailboxUnreachable, MailboxRefused):
            self._connection.drop()
            if not was_kept:
                raise
        try:
            return work()
        except (MailboxUnreachable, MailboxRefused):
            self._connection.drop()
            raise

    def _look(self) -> FolderState:
        self._filing.note_ends()
        state = self._listed()
        return self._listed() if state.unlisted else state  # a colleague may have moved messages between the two questions

    def _listed(self) -> FolderState:
        messages = int(self._connection.select(self._folders.name("inbox")).get(b"EXISTS", 0))
        uid_validity = self._connection.uid_validity
        if uid_validity is None:
            raise MailboxRefused("the mail server tells no UIDVALIDITY of the inbox: mails could not be told apart")
        uids = all_uids(self._connection, messages)
        return FolderState(self._folders.name("inbox"), uid_validity, uids, max(messages - len(uids), 0))

    def _still_selected(self, state: FolderState) -> bool:
        """Whether UIDs of `state` still name the same messages; selects its folder where that is not done."""
        if self._connection.selected != state.name:
            self._connection.select(state.name, readonly=state.name != self._folders.name("inbox"))
        return self._connection.uid_validity == state.uid_validity
