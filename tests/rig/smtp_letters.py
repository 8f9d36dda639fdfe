# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A letter to send, and our own sender on the way to a server of the rig."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from maildesk.adapters.smtp import SmtpSender
from maildesk.core.letters.delivery import Delivery, Outgoing
from maildesk.settings.servers import SmtpSettings
from tests.rig.smtp_server import PASSWORD, ScriptedSmtp, SmtpSink

MAIL = b"Subject: Ihre Nachricht\r\n\r\nGuten Tag,\r\n.\r\n..\r\n.hidden\r\n\r\nEnde\r\n"
LETTER = Outgoing("KD-1.a.b@example.com", "", "eva.muster@example.org", "desk@example.com", MAIL)


@contextmanager
def sender_for(settings: SmtpSettings, **options: Any) -> Iterator[SmtpSender]:
    sender = SmtpSender(settings, options.pop("password", PASSWORD), "desk.example.com", **{"socket_seconds": 5.0, **options})
    try:
        yield sender
    finally:
        sender.close()


def nothing() -> None:
    """What is done before a dot that nobody waits for."""


def sent(
    server: ScriptedSmtp | SmtpSink, outgoing: Outgoing = LETTER, before_dot: Callable[[], None] = nothing, **options: Any
) -> Delivery:
    with sender_for(options.pop("settings", server.settings()), **options) as sender:
        return sender.send(outgoing, before_dot)
