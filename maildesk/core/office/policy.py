# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What the office has laid down: the desk, its staff, its promises and its limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Literal

from maildesk.core.mail.message import address_key
from maildesk.core.office.calendar import WorkCalendar
from maildesk.core.office.categories import Categories


@dataclass(frozen=True, slots=True)
class Desk:
    """The contact point: what it is called, where it is reached, and what it says of itself in letters."""

    name: str
    address: str
    aliases: tuple[str, ...] = ()
    prefix: str = "KD"
    languages: tuple[str, ...] = ("de",)
    phone: str = ""
    post: str = ""
    service_hours: str = ""
    privacy_url: str = ""
    internal_domains: tuple[str, ...] = ()
    authserv_id: str = ""
    plus_addressing: bool = False
    forms: tuple[str, ...] = ()  # from which forms on web pages send what people typed into them

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2].lower()

    def owns(self, address: str) -> bool:
        """Whether mail to `address` reaches the desk: its own address, an alias, or a plus form of one of them."""
        local, _, domain = address_key(address).rpartition("@")
        own = {address_key(known) for known in (self.address, *self.aliases)}
        return f"{local}@{domain}" in own or ("+" in local and f"{local.partition('+')[0]}@{domain}" in own)

    def is_form(self, address: str) -> bool:
        return address_key(address) in map(address_key, self.forms)


@dataclass(frozen=True, slots=True)
class Staff:
    """A person who answers for the desk. `receives` is all, assigned, digest or none.

    Letters go to `address` alone; the person also writes from the `aliases`.
    """

    name: str
    address: str
    key: str
    receives: str = "all"
    lead: bool = False
    aliases: tuple[str, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        return (self.address, *self.aliases)

    def owns(self, address: str) -> bool:
        """Whether the person writes from `address`."""
        return address_key(address) in map(address_key, self.addresses)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """What the desk promises, in days."""

    acknowledge_working_days: int = 3
    answer_calendar_days: int = 14
    statement_working_days: int = 5
    reopen_days: int = 60  # a reply to a case closed longer ago opens a new one


@dataclass(frozen=True, slots=True)
class LetterLimits:
    """How many automatic letters may leave. Beyond them the case is still made, the letter is refused.

    The limits for a domain and for the desk are wide: a mailbox that was not read for a week must be answered at once. They end a flood;
    a desk that wants them narrow sets them so.
    """

    acknowledge: bool = True
    per_sender_per_day: int = 5
    per_domain_per_hour: int = 1000
    per_desk_per_hour: int = 2000
    not_older_than_days: int = 7
    answers: Literal["addressed", "any"] = "addressed"  # which answers of colleagues leave without a question
    answer_grace: timedelta = timedelta()  # so long an answer waits, and its writer can hold it back
    proof_days: int = 180  # so long the keyed id of a letter proves that its receiver answers
    # Providers at which half a country has its mailbox: a limit for the domain would silence strangers to each other.
    shared_domains: frozenset[str] = frozenset({
        "gmail.com", "googlemail.com", "gmx.de", "gmx.net", "gmx.at", "web.de", "t-online.de", "freenet.de", "yahoo.com", "yahoo.de",
        "outlook.com", "outlook.de", "hotmail.com", "hotmail.de", "live.com", "live.de", "icloud.com", "me.com", "aol.com", "posteo.de",
        "mailbox.org", "arcor.de", "1und1.de", "online.de", "email.de", "mail.de", "ukr.net", "mail.ru", "yandex.ru", "i.ua", "abv.bg",
        "wp.pl", "o2.pl", "onet.pl", "proton.me", "protonmail.com", "vodafone.de", "kabelmail.de", "unitybox.de",
    })  # fmt: skip


DIGEST_LATEST = time(16)  # a digest later than this would be read, if at all, on the next morning, beside the next one


@dataclass(frozen=True, slots=True)
class DigestPlan:
    """When colleagues get their overview, on the desk's own clock, and what they get when there is nothing to do: one line, or no mail."""

    enabled: bool = True
    at: time = time(7, 30)
    when_empty: Literal["line", "none"] = "line"


@dataclass(frozen=True, slots=True)
class Policy:
    """All that `decide` may know of the office. `secret` keys the Message-IDs of our letters."""

    desk: Desk
    calendar: WorkCalendar
    secret: bytes = field(repr=False)
    staff: tuple[Staff, ...] = ()
    deadlines: Deadlines = field(default_factory=Deadlines)
    letters: LetterLimits = field(default_factory=LetterLimits)
    alert_addresses: tuple[str, ...] = ()
    alarm_again_after: timedelta = timedelta(minutes=30)
    categories: Categories = field(default_factory=Categories)
    digest: DigestPlan = field(default_factory=DigestPlan)
    quiet_orders: bool = False  # orders that were carried out are reported by a folder, and not by a mail

    def staff_by_address(self, address: str) -> Staff | None:
        """The colleague who writes from the address, which may be an alias."""
        return next((person for person in self.staff if person.owns(address)), None)

    @property
    def alarmed(self) -> tuple[str, ...]:
        """Who is notified of danger and of a broken mail path: the alert addresses, else the leads, else all staff."""
        leads = tuple(person.address for person in self.staff if person.lead)
        return _each_once(self.alert_addresses or leads or tuple(person.address for person in self.staff))

    @property
    def informed(self) -> tuple[str, ...]:
        """Who is notified of what happens to a case: the staff who get all new mail, else those who are alarmed."""
        return _each_once(tuple(person.address for person in self.staff if person.receives == "all")) or self.alarmed

    def is_inside(self, address: str) -> bool:
        """Whether the address is of our own office: of an internal domain or of the desk's, unless half a country has its mailbox there."""
        domain = address_key(address).rpartition("@")[2]
        own = self.desk.domain
        at_desk = own not in self.letters.shared_domains and (domain == own or domain.endswith(f".{own}"))
        return at_desk or self.is_colleague(address)

    def is_colleague(self, address: str) -> bool:
        """Whether the address is of an internal domain, or of a domain below one."""
        domain = address_key(address).rpartition("@")[2]
        inside = [address_key(f"x@{name}").rpartition("@")[2] for name in self.desk.internal_domains]
        return any(domain == own or domain.endswith(f".{own}") for own in inside)


def _each_once(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Who is named twice gets one letter: the same cause makes the same letter id, and the database refuses a second one."""
    by_key: dict[str, str] = {}
    for address in addresses:
        by_key.setdefault(address_key(address), address)
    return tuple(by_key.values())
