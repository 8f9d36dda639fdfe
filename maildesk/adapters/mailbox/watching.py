# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Waiting for new mail with IDLE (RFC 2177), on a connection that does nothing else."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import Any

from maildesk.adapters.mailbox.connection import Connection
from maildesk.adapters.mailbox.folders import Folders
from maildesk.errors import MailboxRefused, MailboxUnreachable

SLICE_SECONDS = 1.0  # how soon a stop is noticed
RENEW_SECONDS = 300.0  # servers, and routers on the way, forget a client that is silent for half an hour, some for ten minutes
EARLY_SECONDS = 0.1
WHAT = "wait for mail (IDLE)"


class Watch:
    """Remembers how many messages there were, so that only growth counts, also over a reconnection."""

    def __init__(self, connection: Connection, folders: Folders) -> None:
        self._connection = connection
        self._folders = folders
        self._messages = 0
        self._uid_next: int | None = None

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        due = time.monotonic() + seconds
        if not self._connection.offers("IDLE"):
            stop.wait(seconds)
            return False
        grown = self._catch_up()
        while not grown and not stop.is_set() and (left := due - time.monotonic()) > 0:
            grown = self._idle(min(left, RENEW_SECONDS), stop)
        return grown

    def _catch_up(self) -> bool:
        """Whether something came while nobody was listening."""
        if self._connection.is_selected:
            return self._has_grown(self._connection.ask(WHAT, lambda client: client.noop())[1])
        answer = self._connection.select(self._folders.name("inbox"))
        before, self._uid_next = self._uid_next, int(answer.get(b"UIDNEXT", 0))
        self._messages = int(answer.get(b"EXISTS", 0))
        return before is not None and self._uid_next > before

    def _idle(self, seconds: float, stop: threading.Event) -> bool:
        self._begin()
        due = time.monotonic() + seconds
        grown = False
        while not grown and not stop.is_set() and (left := due - time.monotonic()) > 0:
            grown = self._listen(min(left, SLICE_SECONDS))
        return self._end(stop) or grown

    def _begin(self) -> None:
        try:
            self._connection.ask(WHAT, lambda client: client.idle())
        except MailboxRefused as refusal:
            # Something else came than the continuation: a BYE, or news of the folder. To connect again sorts it out.
            self._connection.drop()
            raise MailboxUnreachable("the mail server did not begin to IDLE") from refusal

    def _listen(self, seconds: float) -> bool:
        started = time.monotonic()
        told = self._connection.ask(WHAT, lambda client: client.idle_check(timeout=seconds))
        # imapclient answers a lost line with an empty list, at once and for ever.
        early = not told and time.monotonic() - started < seconds - EARLY_SECONDS
        if early or any(line[:1] == (b"BYE",) for line in told):
            self._connection.drop()
            raise MailboxUnreachable("the mail server closed the connection at IDLE")
        return self._has_grown(told)

    def _end(self, stop: threading.Event) -> bool:
        if stop.is_set():
            self._connection.hurry()
        try:
            return self._has_grown(self._connection.ask(WHAT, lambda client: client.idle_done())[1])
        except MailboxUnreachable:
            if stop.is_set():
                return False
            raise

    def _has_grown(self, told: Iterable[tuple[Any, ...]]) -> bool:
        grown = False
        for line in told:
            match line:
                case (int(number), b"EXISTS"):
                    grown = grown or number > self._messages
                    self._messages = number
                case (int(), b"EXPUNGE"):
                    self._messages -= 1
        return grown
