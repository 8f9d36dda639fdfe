# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The steps of one SMTP transaction (RFC 5321 section 3.3), and what a server's refusal of one means."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Collection
from dataclasses import dataclass

from maildesk.adapters.smtp.server import Server
from maildesk.core.letters.delivery import Outgoing
from maildesk.core.mail.message import wire_address

_LINE_END = re.compile(rb"\r\n|\r|\n")
_CLOSING = 421
_TAKEN = frozenset({250, 251, 252})
# RFC 4954 section 6: these speak of the log-in, not of the letter, which must not fail for a mistake of the configuration.
_ABOUT_LOGIN = frozenset({530, 534, 535, 538})
# At MAIL FROM these speak of the size and of the parameters, and any other refusal may be meant for the empty sender.
_NOT_ABOUT_SENDER = _ABOUT_LOGIN | {552, 555}
# RFC 1870 section 6.1 and RFC 3463: the mail is bigger than the server takes from anybody, or than this recipient may get.
_ABOUT_SIZE = re.compile(r"\b5\.3\.4\b|\b5\.2\.3\b")
_TOO_BIG = 552
_MAILBOX_FULL = re.compile(r"\b5\.2\.2\b")
# How servers say that they want another sender when they look at it only later: Postfix at RCPT TO, Exchange after the dot.
_ABOUT_SENDER = re.compile(
    r"<>|\b5\.1\.[78]\b|\b5\.7\.60\b|\bsender address\b|\b(?:null|empty) (?:sender|return|reverse)|\breverse.path\b|\bsend\s?as\b",
    re.IGNORECASE,
)


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

    def __init__(self, step: str, code: int, text: bytes) -> None:
        super().__init__(step)
        self.step, self.code, self.text = step, code, text.decode("utf-8", "replace")


def expect(step: str, reply: tuple[int, bytes], wanted: Collection[int] = _TAKEN) -> None:
    if reply[0] not in wanted:
        raise ReplyError(step, *reply)


def hand_over(server: Server, transaction: Transaction) -> bool:
    """MAIL FROM to the last octet before the final dot; whether the server takes the proof copy too."""
    octets = transaction.octets
    size = f" SIZE={len(octets)}" if server.has_extn("size") else ""
    body = " BODY=8BITMIME" if not octets.isascii() and server.has_extn("8bitmime") else ""
    expect("MAIL FROM", server.docmd("MAIL", f"FROM:<{transaction.sender}>{size}{body}"))
    expect("RCPT TO", server.docmd("RCPT", f"TO:<{transaction.recipient}>"))
    copy_accepted = bool(transaction.copy) and _takes_copy(server, transaction.copy)
    expect("DATA", server.docmd("DATA"), {354})
    server.send(_before_dot(octets))
    _see_that_it_waits(server)
    return copy_accepted


def _takes_copy(server: Server, address: str) -> bool:
    code, text = server.docmd("RCPT", f"TO:<{address}>")
    if code == _CLOSING:
        raise ReplyError("RCPT TO", code, text)
    return code in _TAKEN


def takes(server: Server, sender: str, own_address: str) -> bool:
    """Whether a letter from `sender` to the desk would be taken; False if only the empty sender is wrong."""
    try:
        expect("MAIL FROM", server.docmd("MAIL", f"FROM:<{sender and wire_address(sender)}>"))
        expect("RCPT TO", server.docmd("RCPT", f"TO:<{wire_address(own_address)}>"))
    except ReplyError as refusal:
        if sender or not is_about_sender(refusal):
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


def is_about_login(refusal: ReplyError) -> bool:
    return refusal.code in _ABOUT_LOGIN


def is_about_size(refusal: ReplyError) -> bool:
    """Whether a smaller letter might be taken, of a refusal for good. At RCPT TO a bare 552 is a full mailbox, as a rule."""
    plain = refusal.code == _TOO_BIG and refusal.step != "RCPT TO" and not _MAILBOX_FULL.search(refusal.text)
    return plain or bool(_ABOUT_SIZE.search(refusal.text))


def is_about_sender(refusal: ReplyError) -> bool:
    if refusal.code < 500 or is_about_login(refusal):
        return False
    if refusal.step == "MAIL FROM":
        return refusal.code not in _NOT_ABOUT_SENDER
    return bool(_ABOUT_SENDER.search(refusal.text))


def _with_crlf(octets: bytes) -> bytes:
    normal = _LINE_END.sub(b"\r\n", octets)
    return normal if normal.endswith(b"\r\n") else normal + b"\r\n"


def _before_dot(octets: bytes) -> bytes:
    """Dots at the beginning of a line doubled (RFC 5321 section 4.5.2), without the last line end, which comes with the final dot."""
    return re.sub(rb"(?m)^\.", b"..", octets).removesuffix(b"\r\n")
