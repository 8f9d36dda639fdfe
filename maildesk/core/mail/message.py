# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A parsed mail and its pieces, as immutable values (RFC 5322, 2045, 3464)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class FromField(StrEnum):
    """How sure it is whose address From names. Nobody's identity follows from a doubtful field."""

    CLEAR = "clear"  # one mailbox, written as RFC 5322 section 3.4 has it
    LOOSE = "loose"  # not well formed, but there is only one address that it can mean
    DOUBTFUL = "doubtful"  # no address, several, or one that can be read as another


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox of RFC 5322 section 3.4: `display_name` decoded and on one line, `addr_spec` without brackets."""

    display_name: str
    addr_spec: str

    @property
    def key(self) -> str:
        """The form in which addresses are compared."""
        return address_key(self.addr_spec)

    @property
    def local_part(self) -> str:
        return self.key.rpartition("@")[0]

    @property
    def domain(self) -> str:
        return self.key.rpartition("@")[2]


_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_DOMAIN = re.compile(r"(?=.{1,253}$)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*")


def wire_address(address: str) -> str:
    """An address as SMTP commands and header fields hold it: ASCII, the domain in punycode.

    Raises ValueError, without the address, for everything else than one plain address: quoted local parts, address
    literals, control characters, a local part that would need SMTPUTF8 (RFC 6531).

    >>> wire_address("info@bürger.example"), wire_address("info@straße.example")
    ('info@xn--brger-kva.example', 'info@xn--strae-oqa.example')
    """
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        raise ValueError("the address has letters outside ASCII before the @: that needs SMTPUTF8, which maildesk does not speak")
    try:
        domain = ".".join(_label(label) for label in domain.split("."))
    except UnicodeError as error:
        raise ValueError("the domain of the address cannot be written in punycode") from error
    if not _LOCAL_PART.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise ValueError("this is not one plain address such as name@example.org")
    return f"{local}@{domain}"


def address_key(address: str) -> str:
    """The form in which addresses are compared: in lower case (RFC 5321 2.4 lets servers do otherwise; none does), as it goes on the wire.

    Every spelling that is written to as one address is one address: else its owner would be taken for many, or the desk for a stranger.

    >>> address_key(" Desk@ｅxample.com"), address_key("info@BÜRGER.example")
    ('desk@example.com', 'info@xn--brger-kva.example')
    """
    plain = address.strip().lower()
    if plain.isascii():
        return plain
    plain = unicodedata.normalize("NFKC", plain).lower()
    try:
        return wire_address(plain)
    except ValueError:
        return plain


# RFC 6761 and what Unix calls a host without a domain: no mail is ever delivered there.
_NO_DOMAINS = frozenset(("localhost", "localdomain", "invalid"))
_HOST_LABEL = re.compile(r"(?!-)[a-z0-9_-]+(?<!-)")


def can_be_written_to(address: str) -> bool:
    """Whether a letter may go to the address: one plain address in a domain of the Internet, which is never one host nor a number.

    >>> can_be_written_to("eva@bürger.example"), can_be_written_to("eva@localhost"), can_be_written_to("eva@127.0.0.1")
    (True, False, False)
    """
    try:
        labels = wire_address(address).lower().rpartition("@")[2].split(".")
    except ValueError:
        return False
    sound = len(labels) > 1 and all(map(_HOST_LABEL.fullmatch, labels)) and labels[-1][0].isalpha()
    return sound and labels[-1] not in _NO_DOMAINS


def _label(label: str) -> str:
    if label.isascii():
        return label
    if ("ß" in label or "ς" in label) and label.replace("-", "").isalpha():
        # The codec is IDNA 2003 and makes "ss" of "ß": another domain, of somebody else. IDNA 2008 keeps it (RFC 5894, 7.2).
        return "xn--" + unicodedata.normalize("NFC", label).lower().encode("punycode").decode("ascii")
    return label.encode("idna").decode("ascii")


@dataclass(frozen=True, slots=True)
class Through:
    """What sent a mail for its writer: a form or a list, by its address in From. `named`: the configuration names it as a form."""

    sender: Address
    named: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not the body. `filename` is safe to show and to store: no path, no control characters.

    `anchor` says of a picture that the HTML body shows where it is there: the last letters and digits of the text before it, in
    small letters, "^" for the beginning of the text, "$" of a signature, ">" of quoted mail; empty where the body shows no such picture.
    """

    filename: str
    media_type: str
    size_bytes: int
    digest: str  # sha256 of the decoded content, hexadecimal
    inline: bool = False
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a mail server says about a mail of ours (RFC 3464).

    `action` is one of failed, delayed, delivered, relayed, expanded; `original_message_id` without brackets, or empty.
    """

    action: str
    status: str = ""
    failed_recipients: tuple[str, ...] = ()
    original_message_id: str = ""
    reason: str = ""  # the status in its words, or that which they mean, where `status` says little
    form: str = ""  # how the server said it, for the evidence: the fields of RFC 3464, or whose words


@dataclass(frozen=True, slots=True)
class Message:
    """A mail as maildesk sees it. Message-IDs are without angle brackets; times are aware.

    `fields` holds every header field in its order, name in lower case and value unfolded, for the rules that look at
    them; both are bounded by the parser. `digest` is the sha256 of the octets, `content_digest` leaves out what servers
    add on the way, so that two copies of one mail (To and Cc, alias) can be distinguished from two messages. `beside` is what the other
    parts of a machine's mail say (attached messages, other forms of the body), read for nothing but danger; of other messages it is empty.
    `through` is what sent the mail for its `originator`, if something did; the parser does not know that.
    """

    digest: str
    size_bytes: int
    content_digest: str = ""
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    originator: Address = Address("", "")
    from_field: FromField = FromField.CLEAR
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    subject: str = ""
    date: datetime | None = None
    text: str = ""
    reply: str = ""
    attachments: tuple[Attachment, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    media_type: str = "text/plain"
    report_type: str = ""  # of multipart/report: delivery-status, disposition-notification, feedback-report
    calendar_method: str = ""  # of a text/calendar part: REQUEST, REPLY, CANCEL, ...
    reaction: bool = False  # a part is an emoji by which somebody reacts to a mail (RFC 9078, or Gmail's own media type)
    struck: tuple[str, ...] = ()  # words that the HTML body shows struck through
    delivery_report: DeliveryReport | None = None
    language: str = ""
    defects: tuple[str, ...] = field(default=())
    beside: str = ""
    through: Through | None = None

    @property
    def sent_from(self) -> Address:
        """The address in From, also where somebody else wrote the mail."""
        return self.through.sender if self.through else self.originator

    def values(self, name: str) -> tuple[str, ...]:
        """All values of a header field, in order; `name` in any case."""
        wanted = name.lower()
        return tuple(value for key, value in self.fields if key == wanted)

    def value(self, name: str) -> str:
        """The first value of a header field, or an empty string."""
        return next(iter(self.values(name)), "")

    def has(self, name: str) -> bool:
        return bool(self.values(name))


# What mail programs put before the subject of a reply (RFC 5256 section 2.1 knows "Re" and "Fwd"; the rest is what the
# clients of the languages we meet write) and of a forwarded mail.
REPLY_PREFIXES = (
    "re",
    "aw",
    "antw",
    "antwort",
    "sv",
    "vs",
    "ref",
    "rif",
    "r",
    "odp",
    "res",
    "ynt",
    "отв",
    "ответ",
    "відп",
    "رد",
)
FORWARD_PREFIXES = (
    "fw",
    "fwd",
    "wg",
    "weiterleitung",
    "tr",
    "rv",
    "enc",
    "doorst",
    "vb",
    "i",
    "pd",
    "пер",
    "пересл",
    "إعادة توجيه",
)
_PREFIX = re.compile(
    r"\s*(?P<word>"
    + "|".join(re.escape(word) for word in (*REPLY_PREFIXES, *FORWARD_PREFIXES))
    + r")\s*(?:\[\d{1,4}\]|\(\d{1,4}\))?\s*[:：]",
    re.IGNORECASE,
)
_PREFIXES_MAX = 30


def split_subject(subject: str) -> tuple[tuple[str, ...], str]:
    """The reply and forward prefixes of a subject, in order and lower case, and the base subject behind them.

    >>> split_subject("AW: Re: WG: Kritik am Ton")
    (('aw', 're', 'wg'), 'Kritik am Ton')
    >>> split_subject("Rebellion: ein Hinweis")
    ((), 'Rebellion: ein Hinweis')
    """
    words: list[str] = []
    position = 0
    while len(words) < _PREFIXES_MAX and (match := _PREFIX.match(subject, position)):
        words.append(match["word"].lower())
        position = match.end()
    return tuple(words), " ".join(subject[position:].split())


def is_reply_subject(subject: str) -> bool:
    """Whether the outermost prefix says reply; a forwarded reply (WG: AW: ...) is no reply.

    >>> is_reply_subject("AW: WG: Termin"), is_reply_subject("WG: AW: Termin"), is_reply_subject("Termin")
    (True, False, False)
    """
    prefixes, _ = split_subject(subject)
    return bool(prefixes) and prefixes[0] in REPLY_PREFIXES


def is_forward(message: Message) -> bool:
    """Whether the mail carries another one: by the outermost prefix of its subject, or as Thunderbird marks it.

    >>> is_forward(Message("", 0, subject="WG: AW: Termin")), is_forward(Message("", 0, subject="AW: WG: Termin"))
    (True, False)
    """
    prefixes, _ = split_subject(message.subject)
    return bool(prefixes and prefixes[0] in FORWARD_PREFIXES) or (not prefixes and message.has("x-forwarded-message-id"))
