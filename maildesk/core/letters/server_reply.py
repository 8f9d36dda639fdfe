# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What a mail server's refusal is about: the desk itself, its sender, the size, one letter or mailbox, or an address that does not exist.

Judged by the reply code of a log-in (RFC 4954 section 6), then by the enhanced status code (RFC 3463, RFC 5248 and what Exchange adds),
then, where that says little, as 5.7.1 does, by the words, and at last by the step of the transaction.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """A step of the transaction (RFC 5321 section 3.3) to which a server replies."""

    MAIL = "MAIL FROM"
    RCPT = "RCPT TO"
    DATA = "DATA"
    DOT = "the final dot"


class Concern(StrEnum):
    """What a refusal is about. DESK: no letter leaves until somebody has fixed it. SENDER: the same, but that another sender may be taken.

    SIZE: a smaller letter may be taken. LETTER: this letter or this mailbox, for whatever reason. ADDRESS: there is no such address.
    """

    DESK = "desk"
    SENDER = "sender"
    SIZE = "size"
    LETTER = "letter"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's reply that does not lead on: 4xx or 5xx, with its text, its lines joined by LF."""

    step: Step
    code: int
    text: str

    @property
    def is_permanent(self) -> bool:
        return self.code >= 500

    @property
    def status(self) -> tuple[int, int] | None:
        """Subject and detail of the enhanced status code, if there is one."""
        found = _STATUS.search(self.text[:TEXT_CHARS_MAX])
        return (int(found[1]), int(found[2])) if found else None


_STATUS = re.compile(r"(?<![\d.])[45]\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
_LOG_IN = frozenset({530, 534, 535, 538})
_TOO_BIG, _PARAMETERS = 552, 555
_ALL = range(1000)
_ADDRESS_AS_A_RULE = frozenset({(1, 0), (1, 2)})  # but that some say it of a sender, or of a domain to which they do not relay
TEXT_CHARS_MAX = 2_000  # of a reply: what it says is at its beginning

# (subject, details): what it is about. The first row that has both counts; what is in none says little.
_BY_STATUS: tuple[tuple[int, Iterable[int], Concern], ...] = (
    (1, (7, 8, 9), Concern.SENDER),
    (1, range(90, 100), Concern.DESK),  # Exchange Online: the recipients of a day are used up
    (1, (1, 3, 4, 6, 10), Concern.ADDRESS),
    (2, (3,), Concern.SIZE),
    (2, (252,), Concern.SENDER),  # Exchange Online: SendAsDenied
    (2, (1, 2, 4), Concern.LETTER),
    (3, (4,), Concern.SIZE),
    (4, (5,), Concern.DESK),  # Gmail: the letters of a day are used up
    (4, (1, 2, 3, 4, 6, 7), Concern.LETTER),
    (6, _ALL, Concern.LETTER),
    (7, (2, 3, 4, 5, 6, 7, 15, 16, 17, 18, 19), Concern.LETTER),
    (7, (8, 9, 10, 11, 12, 14), Concern.DESK),  # the log-in
    (7, range(20, 31), Concern.DESK),  # DKIM, SPF, DMARC, the name of our host, a flood
    (7, (54, 57, 64, 139), Concern.DESK),  # Exchange: relay, log-in
    (7, (60,), Concern.SENDER),
    (7, (504, 505, 507, 510, 512, 513), Concern.LETTER),  # Exchange Online: of one recipient
    (7, (*range(500, 514), *range(600, 650), *range(700, 751), 232, 233), Concern.DESK),  # Exchange Online: the tenant is blocked
    (7, range(100, 400), Concern.LETTER),  # Exchange: what a recipient or a list takes
)


def _words(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases).replace(" ", r"\s+"), re.IGNORECASE)


_NOT = r"(?:is |was |are )?(?:not|never) (?:\w+ ){0,2}?"
_ALLOWED = r"(?:allowed|permitted|authori[sz]ed|owned|verified|accepted)"
# Read from the top where the status says little; the first that matches counts.
_BY_WORDS: tuple[tuple[re.Pattern[str], Concern], ...] = (
    (
        _words(
            r"gr[ae]y.?list", r"size (?:limit|exceed)", r"\bmailbox (?:is |has |limit )?(?:full|over|exceeded)",
            r"to send to (?:this|the) (?:recipient|group|list|user|mailbox|address)", r"(?:by|for) (?:the |this )?(?:recipient|group)\b",
            r"blocked senders",
        ),
        Concern.LETTER,
    ),
    (
        _words(
            r"send\s?as(?:\b|denied)", r"<>", r"\bsender (?:address |domain )?(?:rejected|refused|denied|invalid|unknown|verif\w+ failed)",
            rf"\bsender (?:envelope )?(?:address |domain )?{_NOT}{_ALLOWED}",
            rf"\b(?:address|identit\w+|domain) {_NOT}verified", r"verified sender",
            r"unauthenticated senders?", r"bad (?:outbound )?sender", r"\b(?:null|empty) (?:sender|return|reverse)", r"\breverse.path\b",
            r"absender(?:adresse)? (?:ist |wurde )?(?:nicht|abgelehnt|unbekannt|ungültig)",
            r"\bsender address (?:required|missing|must)", r"\bfrom (?:address )?must\b", r"not (?:a )?local sender",
            rf"{_NOT}{_ALLOWED} to send (?:from|as)",
            rf"\bsender (?:address |domain ){_NOT}(?:active|found)", r"sending domain",
        ),
        Concern.SENDER,
    ),
    (
        _words(
            r"\brelay(?:ing)?(?: \S+){0,4}? (?:denied|prohibited|refused|rejected|forbidden|disallowed|not)\b",
            r"(?:unable to|not) relay\b", r"rcpthosts",
            rf"{_NOT}{_ALLOWED} to relay", r"forwarding denied", r"credentials for relay",
            r"authenti(?:cation|fication) (?:is )?(?:required|needed|fail\w+)", r"(?:must be|not) authenticated",
            r"requires? authentication", r"(?:without|turn on smtp) authentication",
            r"(?:please|must) (?:log\s?in|authenticate)", r"authori[sz]ation required",
            r"not authori[sz]ed to (?:perform|send)",
            r"client host (?:rejected|\[)", r"helo command rejected", r"(?:bad|poor) reputation", r"banned sending ip",
            r"unauthori[sz]ed ip", r"\byour (?:\w+ )?account",
            r"(?:daily|hourly|monthly|24-hour|hour|day|sending|submission)\s?(?:\w+ ){0,3}?(?:limit|quota)\b", r"submissionquota",
            r"credits exceeded", r"messages per (?:day|hour|minute)", r"too many (?:e-?)?mails",
            r"sending (?:\w+ ){0,2}?(?:suspended|paused|disabled)",
        ),
        Concern.DESK,
    ),
    (
        _words(
            r"(?:user|recipient|mailbox|(?:local|email|e-mail) address|account)(?:\S* ){0,2}?(?:is )?(?:unknown|not found)",
            r"(?:user|recipient|mailbox|address|account)\S* (?:doesn.t|does not) (?:exist|have)",
            r"(?:unknown|no such|invalid) (?:user|recipient|mailbox|address|local.?part)", r"no mailbox here",
            r"(?:empfänger|benutzer|adresse)\S* (?:ist )?(?:unbekannt|existiert nicht)",
        ),
        Concern.ADDRESS,
    ),
)  # fmt: skip


def concern_of(reply: Reply) -> Concern:
    """What the refusal is about; for a temporary one, LETTER where nothing says more."""
    if reply.code in _LOG_IN:
        return Concern.DESK
    if _is_about_size(reply):
        return Concern.SIZE
    said = _by_status(reply) or _by_words(reply)
    if reply.step is Step.MAIL:
        return _at_mail_from(reply, said)
    if said is None and reply.step is Step.RCPT and reply.status in _ADDRESS_AS_A_RULE:
        return Concern.ADDRESS
    return said or Concern.LETTER


def _at_mail_from(reply: Reply, said: Concern | None) -> Concern:
    """Nothing but the sender is known to the server as yet: a refusal for good is meant for it, but for the parameters."""
    if reply.is_permanent:
        return Concern.LETTER if reply.code == _PARAMETERS else Concern.SENDER
    return said if said in {Concern.DESK, Concern.SENDER} else Concern.LETTER


def _is_about_size(reply: Reply) -> bool:
    """RFC 1870 section 6.1. At RCPT TO a bare 552 is a full mailbox, as a rule."""
    if not reply.is_permanent:
        return False
    if _by_status(reply) is Concern.SIZE:
        return True
    return reply.code == _TOO_BIG and reply.step is not Step.RCPT and reply.status != (2, 2)


def _by_status(reply: Reply) -> Concern | None:
    if reply.status is None:
        return None
    subject, detail = reply.status
    return next((concern for row, details, concern in _BY_STATUS if row == subject and detail in details), None)


def _by_words(reply: Reply) -> Concern | None:
    return next((concern for words, concern in _BY_WORDS if words.search(reply.text[:TEXT_CHARS_MAX])), None)


def code_and_status(code: int, text: str) -> str:
    """The reply code with the enhanced status code, if there is one.

    >>> code_and_status(554, "5.7.1 Relay access denied")
    '554 5.7.1'
    """
    found = _STATUS.search(text[:TEXT_CHARS_MAX])
    return f"{code} {found[0]}" if found else str(code)


def is_dead_address(status: str) -> bool:
    """Whether the status of a delivery report says for good that there is no such address (RFC 3463 section 3.2).

    >>> [is_dead_address(status) for status in ("5.1.1", "5.1.8", "5.2.2", "5.7.1")]
    [True, False, False, False]
    """
    permanent, _, rest = status.partition(".")
    if permanent != "5" or not rest.startswith("1."):
        return False
    return concern_of(Reply(Step.RCPT, 550, status)) is Concern.ADDRESS
