# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The steps of one SMTP transaction (RFC 5321 section 3.3)."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Collection
from dataclasses import dataclass

from maildesk.adapters.smtp.server import Server
from maildesk.core.letters.delivery import Outgoing
from maildesk.core.letters.server_reply import Concern, Reply, Step, concern_of
from maildesk.core.mail.message import wire_address

_LINE_END = re.compile(rb"\r\n|\r|\n")
_CLOSING = 421
_TAKEN = frozenset({250, 251, 252})


@dataclass(frozen=True, slots=True)
class Transaction:
    """What goes over the wire: addresses in ASCII, and the mail with CRLF for every line end, so that no other can end it early."""

    sender: str
    recipient: str
    copy: str
    octets: bytes

    @classmethod
    def of(cls, outgoing: Outgoing) -> Transaction:
        sender, copy = outgoing.envelope_sender, outgoing.proof_copy_to
        return cls(
            sender and wire_address(sender), wire_address(outgoing.recipient), copy and wire_address(copy), _with_crlf(outgoing.octets)
        )


class ReplyError(Exception):
    """The server's reply to a step is not the one that leads on."""

    def __init__(self, step: Step, code: int, text: bytes) -> None:
        super().__init__(step)
        self.reply = Reply(step, code, text.decode("utf-8", "replace"))


def expect(step: Step, reply: tuple[int, bytes], wanted: Collection[int] = _TAKEN) -> None:
    if reply[0] not in wanted:
        raise ReplyError(step, *reply)


def hand_over(server: Server, transaction: Transaction) -> bool:
    """MAIL FROM to the last octet before the final dot; whether the server takes the proof copy too."""
    octets = transaction.octets
    size = f" SIZE={len(octets)}" if server.has_extn("size") else ""
    body = " BODY=8BITMIME" if not octets.isascii() and server.has_extn("8bitmime") else ""
    expect(Step.MAIL, server.docmd("MAIL", f"FROM:<{transaction.sender}>{size}{body}"))
    expect(Step.RCPT, server.docmd("RCPT", f"TO:<{transaction.recipient}>"))
    copy_accepted = bool(transaction.copy) and _takes_copy(server, transaction.copy)
    expect(Step.DATA, server.docmd("DATA"), {354})
    server.send(_before_dot(octets))
    _see_that_it_waits(server)
    return copy_accepted


def _takes_copy(server: Server, address: str) -> bool:
    code, text = server.docmd("RCPT", f"TO:<{address}>")
    if code == _CLOSING:
        raise ReplyError(Step.RCPT, code, text)
    return code in _TAKEN


def takes(server: Server, sender: str, own_address: str) -> bool:
    """Whether a letter from `sender` to the desk would be taken; False if only the empty sender is wrong."""
    try:
        expect(Step.MAIL, server.docmd("MAIL", f"FROM:<{sender and wire_address(sender)}>"))
        expect(Step.RCPT, server.docmd("RCPT", f"TO:<{wire_address(own_address)}>"))
    except ReplyError as refusal:
        if sender or not wants_sender(refusal.reply):
            raise
        return False
    return True


def _see_that_it_waits(server: Server) -> None:
    """A server that has hung up or speaks out of turn is found out before the dot, where the letter is not yet in doubt."""
    if server.sock is None:
        raise smtplib.SMTPServerDisconnected("no connection")
    server.sock.settimeout(0)
    try:
        if not (server.file and server.file.peek(1)):  # what was read together with the 354
            server.sock.recv(1)
    except (BlockingIOError, ssl.SSLWantReadError):
        server.sock.settimeout(server.timeout)
        return
    raise smtplib.SMTPServerDisconnected("the server does not wait for the final dot")


def wants_sender(reply: Reply) -> bool:
    """Whether a letter with an empty envelope sender is refused, and one with a sender may be taken."""
    return reply.is_permanent and concern_of(reply) is Concern.SENDER


def _with_crlf(octets: bytes) -> bytes:
    normal = _LINE_END.sub(b"\r\n", octets)
    return normal if normal.endswith(b"\r\n") else normal + b"\r\n"


def _before_dot(octets: bytes) -> bytes:
    """Dots at the beginning of a line doubled (RFC 5321 section 4.5.2), without the last line end, which comes with the final dot."""
    return re.sub(rb"(?m)^\.", b"..", octets).removesuffix(b"\r\n")
