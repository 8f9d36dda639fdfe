# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A desk of the torture at work in this very process: for thousands of passes whose line breaks while the process lives on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache

from maildesk import building
from maildesk.adapters.compose import Composer
from maildesk.adapters.mailbox import ImapMailbox
from maildesk.adapters.smtp import SmtpSender
from maildesk.adapters.store import Store
from maildesk.core.office.policy import Desk
from maildesk.errors import MaildeskError
from maildesk.jobs import outbox, polling
from maildesk.jobs.intake import Intake
from maildesk.jobs.outbox import Post
from maildesk.settings.passwords import read_passwords
from maildesk.settings.settings import load_settings
from tests.rig.letters import SHIPPED
from tests.rig.office import parsed
from tests.rig.zygote import Ran
from tests.torture.world import Settled, World

PASSES_MAX = 12
COPIES_MINUTES = 11  # so much later a pass shows that no copy came


@dataclass
class Clock:
    """The wall clock, put forward."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return building.now() + self.ahead

    def forward(self, minutes: float) -> None:
        self.ahead += timedelta(minutes=minutes)


@dataclass
class Hands:
    """`a_pass` is what the daemon does: the mailbox, then the outbox, on connections that are kept as long as they hold."""

    world: World
    mailbox: ImapMailbox
    store: Store
    intake: Intake
    sender: SmtpSender
    post: Post
    clock: Clock
    deadline_seconds: float
    reachable: bool = False

    def a_pass(self) -> MaildeskError | None:
        """What ended the look at the mailbox, if anything did; letters go out all the same."""
        failure = None
        try:
            with self.mailbox.deadline(self.deadline_seconds):
                if not self.reachable:
                    self.mailbox.prepare()
                polling.run_once(self.intake)
            self.reachable = True
        except MaildeskError as error:
            failure, self.reachable = error, False
        outbox.run_once(self.post)
        return failure

    def settle(self) -> Settled:
        """Passes until one changes nothing; as World.settle, but that everything comes in time here.

        The clock goes on where letters wait, because nobody knows who filed their mail.
        """
        self.world.note_doubts()
        first: Ran | None = None
        for passes in range(1, PASSES_MAX + 1):
            before = self.world.fingerprint() if first else ""
            began = time.monotonic()
            failure = self.a_pass()
            first = first or Ran(69 if failure else 0, "", str(failure or ""), time.monotonic() - began)
            if before == self.world.fingerprint() and not failure:
                if not self._wait_for_copies():
                    return Settled(first, passes, quiet=True)
                self.clock.forward(COPIES_MINUTES)
        assert first
        return Settled(first, PASSES_MAX, quiet=False)

    def _wait_for_copies(self) -> bool:
        return bool(self.world.rows("SELECT 1 FROM letter WHERE state = 'queued' AND waits_for <> ''"))


@contextmanager
def at_work(
    world: World,
    imap_port: int,
    *,
    socket_seconds: float = 10.0,
    deadline_seconds: float = 60.0,
    smtp_port: int = 0,
    smtp_seconds: float = 10.0,
    clock: Clock | None = None,
) -> Iterator[Hands]:
    """The parts of the desk, with its mail server at another port. Letters go out with the world's own server, or with that at `smtp_port`.

    `smtp_seconds` is how long each answer of it is waited for, also that to the final dot.
    """
    clock = clock or Clock()
    settings = load_settings(world.desk.config)
    passwords = read_passwords(settings)
    with ExitStack() as stack:
        store = stack.enter_context(building.store(settings))
        imap = settings.imap.model_copy(update={"port": imap_port})
        mailbox = stack.enter_context(ImapMailbox(imap, passwords.imap, settings.state_dir, socket_seconds=socket_seconds))
        smtp = settings.smtp.model_copy(update={"port": smtp_port or settings.smtp.port})
        sender = SmtpSender(smtp, passwords.smtp, building.helo_name(), socket_seconds=smtp_seconds, after_dot_seconds=smtp_seconds)
        stack.callback(sender.close)
        policy = replace(building.policy(settings), staff=())  # nobody to tell of each case: half as many letters
        post = Post(store, sender, _composer(policy.desk), parsed, policy, clock)
        yield Hands(world, mailbox, store, Intake(mailbox, store, parsed, policy, clock), sender, post, clock, deadline_seconds)


@cache
def _composer(desk: Desk) -> Composer:
    """One for all worlds: their templates are the same, and to read them takes longer than a pass."""
    return Composer(desk, (SHIPPED,))
