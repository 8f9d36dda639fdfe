# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What one configuration works with, opened together and closed together."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass

from maildesk import building
from maildesk.adapters.mailbox import ImapMailbox
from maildesk.adapters.parse import ParserProcess
from maildesk.adapters.smtp import SmtpSender
from maildesk.adapters.store import Store, only_one
from maildesk.jobs.intake import Intake
from maildesk.jobs.outbox import Post
from maildesk.settings.passwords import Passwords
from maildesk.settings.settings import Settings


@dataclass(slots=True)
class Parts:
    """What one configuration works with; made again when it is reloaded."""

    settings: Settings
    store: Store
    mailbox: ImapMailbox
    watched: ImapMailbox
    sender: SmtpSender
    intake: Intake
    post: Post


def build(settings: Settings, passwords: Passwords, stack: ExitStack) -> Parts:
    """Opens everything; what was opened is closed by `stack`. Raises the errors that a person must fix."""
    policy = building.policy(settings)
    stack.enter_context(only_one(settings.database_file))
    store = stack.enter_context(building.store(settings, check=True))
    parser = stack.enter_context(ParserProcess())
    mailbox = stack.enter_context(building.mailbox(settings, passwords))
    watched = stack.enter_context(building.mailbox(settings, passwords))
    sender = building.sender(settings, passwords)
    stack.callback(sender.close)
    composer, enclose = building.composer(settings), building.encloser(store, parser, settings.state_dir)
    return Parts(
        settings=settings,
        store=store,
        mailbox=mailbox,
        watched=watched,
        sender=sender,
        intake=Intake(mailbox, store, parser.parse, policy, building.now, words=building.letter_words(settings)),
        post=Post(store, sender, composer, parser.parse, policy, building.now, settings.letters.proof_copy, enclose, settings.smtp.host),
    )
