# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""An SMTP server that notes each letter at the moment at which it answers 250, and delivers into Dovecot over LMTP."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from tests.rig.dovecot import HOST, Dovecot, free_port


@dataclass(frozen=True)
class Accepted:
    """One letter as the server took it; `at` is on the monotonic clock."""

    at: float
    envelope_sender: str
    recipients: tuple[str, ...]
    octets: bytes

    @property
    def mail(self) -> Message:
        return message_from_bytes(self.octets)


@dataclass
class PostOffice:
    """`accounts` maps addresses to users of Dovecot; what is for anybody else is taken and goes nowhere.

    What is for an account is delivered before the 250, or held back until `deliver_held`, or, without `deliver`, never.
    """

    dovecot: Dovecot
    accounts: Mapping[str, str]
    port: int = field(default_factory=free_port)
    accepted: list[Accepted] = field(default_factory=list)
    refuse_null_sender: bool = False
    deliver: bool = True
    hold: bool = False
    held: list[tuple[str, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._controller = Controller(self, hostname=HOST, port=self.port)

    def __enter__(self) -> PostOffice:
        self._controller.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._controller.stop()

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        if self.refuse_null_sender and address in {"", "<>"}:
            return "550 5.7.1 sender address is required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        octets = envelope.content
        assert isinstance(octets, bytes)
        recipients = tuple(envelope.rcpt_tos)
        sender = (envelope.mail_from or "").strip("<>")
        self.accepted.append(Accepted(time.monotonic(), sender, recipients, octets))
        for recipient in recipients if self.deliver else ():
            if recipient in self.accounts:
                self._deliver(self.accounts[recipient], b"Received: from desk by post-office; now\r\n" + octets)
        return "250 2.0.0 taken"

    def _deliver(self, user: str, octets: bytes) -> None:
        if self.hold:
            self.held.append((user, octets))
        else:
            self.dovecot.deliver(user, octets)

    def deliver_held(self) -> int:
        """What was held back arrives now; how many."""
        late, self.held = self.held, []
        for user, octets in late:
            self.dovecot.deliver(user, octets)
        return len(late)

    def letters_to(self, recipient: str) -> list[Accepted]:
        return [letter for letter in self.accepted if letter.recipients[0] == recipient]
