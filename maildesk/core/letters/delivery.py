# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A letter on the wire and what became of it: what the sender is handed, and what it hands back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A letter ready for the wire.

    `envelope_sender` is empty for automatic letters (RFC 3834 section 3.3). `proof_copy_to` is a second recipient of the same
    SMTP transaction, our own mailbox, or empty; if the server refuses that one the letter still goes out.
    `octets` are a whole mail with CRLF line ends.
    """

    message_id: str
    envelope_sender: str
    recipient: str
    proof_copy_to: str
    octets: bytes


class Result(StrEnum):
    """ACCEPTED: the 250 after the dot was read. DEFERRED: try later. REFUSED: never again. IN_DOUBT: cut off after the dot.

    DESK_REFUSED: refused for a reason that concerns the desk, not this letter: it waits until somebody has fixed that.
    """

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REFUSED = "refused"
    IN_DOUBT = "in-doubt"
    DESK_REFUSED = "desk-refused"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the SMTP server said to one letter. `code` is 0 where it said nothing; `text` holds no address of anybody."""

    result: Result
    code: int = 0
    text: str = ""
    copy_accepted: bool = False
    null_sender_refused: bool = False
    too_big: bool = False  # the server would take a smaller one
