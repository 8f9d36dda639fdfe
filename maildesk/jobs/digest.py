# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The digest of the day: written once, in one transaction with the note of its day. Looked at each minute, and nearly always not due."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from maildesk.core.agenda.agenda import Agenda
from maildesk.core.agenda.digest import digest_letters, is_due
from maildesk.core.letters.letter import DIGEST, Letter
from maildesk.core.office.policy import Policy

log = logging.getLogger(__name__)

FACT = "digest"


class Planning(Protocol):
    """One write transaction: what is read in it cannot change before the letters are written."""

    def agenda(self) -> Agenda: ...

    def queue(self, letter: Letter, now: datetime) -> bool:
        """Puts a letter into the outbox; False if it is there already."""

    def drop_waiting(self, template: str, now: datetime) -> None:
        """Letters by this template that are to be tried again later leave no more."""

    def fact(self, name: str) -> dict[str, Any]: ...

    def learn(self, name: str, value: dict[str, Any], now: datetime) -> None: ...


class DigestStore(Protocol):
    """The database, as the digest needs it."""

    def fact(self, name: str) -> dict[str, Any]:
        """What was learned under this name, or an empty dict."""

    def planning(self) -> AbstractContextManager[Planning]: ...


def run_once(store: DigestStore, policy: Policy, now: datetime) -> int:
    """How many letters were written. Those of days before that have not left for want of a server are not sent beside them."""
    if not is_due(policy, now, store.fact(FACT).get("day", "")):
        return 0
    with store.planning() as planning:
        if not is_due(policy, now, planning.fact(FACT).get("day", "")):
            return 0
        planning.drop_waiting(DIGEST, now)
        written = sum(planning.queue(letter, now) for letter in digest_letters(policy, planning.agenda(), now))
        planning.learn(FACT, {"day": policy.calendar.local(now).date().isoformat()}, now)
    log.info("digest: %d letters", written)
    return written
