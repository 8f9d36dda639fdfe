# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The sections of the configuration that say how the desk works."""

from __future__ import annotations

import re
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, field_validator

from maildesk.core.office.calendar import ServiceSpan, parse_service_hours
from maildesk.core.office.policy import DIGEST_LATEST, Deadlines, Desk, DigestPlan, LetterLimits, Staff
from maildesk.settings.categories import CATEGORIES_FILE
from maildesk.settings.toml import Section, matching

ADDRESS_CHARS_MAX = 70  # so that no link of an order is longer than mail programs take


def _address(value: str) -> str:
    if not re.fullmatch(r"[^@\s<>,;:\"()\\]+@[^@\s<>,;:\"()\\]+", value):
        raise ValueError("must be a plain e-mail address such as desk@example.org")
    return value


def _closed_day(value: str) -> str:
    if not re.fullmatch(r"(?:\d{4}-)?(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])", value):
        raise ValueError("must be MM-DD or YYYY-MM-DD, such as 12-24")
    return value


def _plain_line(value: str) -> str:
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in value):
        raise ValueError("must be one line without control characters")
    return value


def _web_address(value: str) -> str:
    if value and not re.fullmatch(r"https?://[^\s<>\"]+", value):
        raise ValueError("must be a web address such as https://www.example.org/datenschutz, or empty")
    return value


def _time_of_day(value: str) -> str:
    if not re.fullmatch(r"(?:[01]\d|2[0-3]):[0-5]\d", value) or time.fromisoformat(value) >= DIGEST_LATEST:
        raise ValueError(f"must be a time of day such as 07:30, before {DIGEST_LATEST:%H:%M}")
    return value


Line = Annotated[str, AfterValidator(_plain_line)]
Language = Annotated[str, matching(r"[a-z]{2}", "a language of two small letters, such as de")]
MailAddress = Annotated[str, AfterValidator(_address)]


class DeskSettings(Section):
    """[desk]: what the contact point is called, where it is reached, and when it is there."""

    name: Annotated[Line, Field(min_length=1)]
    address: MailAddress
    aliases: tuple[MailAddress, ...] = ()
    prefix: Annotated[str, matching(r"[A-Z][A-Z0-9]{0,7}", "a capital letter, then at most 7 capital letters and digits: KD")] = "KD"
    timezone: str = "Europe/Berlin"
    holidays: str = "DE-HE"
    closed_on: tuple[Annotated[str, AfterValidator(_closed_day)], ...] = ("12-24", "12-31")
    service_hours: Line = "Mo-Do 08:00-16:00, Fr 08:00-12:00"
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = (
        "de", "en", "uk", "ar", "tr", "ru", "fa", "ro", "bg", "pl",
    )  # fmt: skip
    phone: Line = ""
    post: Line = ""
    privacy_url: Annotated[Line, AfterValidator(_web_address)] = ""
    internal_domains: tuple[Line, ...] = ()
    authserv_id: Line = ""
    plus_addressing: bool = False
    forms: tuple[MailAddress, ...] = ()
    categories: Path = Field(default=Path(CATEGORIES_FILE), strict=False)

    @field_validator("address")
    @classmethod
    def _fits_into_links(cls, value: str) -> str:
        if len(value) > ADDRESS_CHARS_MAX or not value.isascii():
            raise ValueError(f"must be plain ASCII of at most {ADDRESS_CHARS_MAX} characters: it stands in the links of mails to staff")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("must be a time zone such as Europe/Berlin") from error
        return value

    @field_validator("service_hours")
    @classmethod
    def _readable_hours(cls, value: str) -> str:
        try:
            parse_service_hours(value)
        except ValueError as error:
            raise ValueError(f"must read like Mo-Do 08:00-16:00, Fr 08:00-12:00 ({error})") from error
        return value

    @field_validator("holidays")
    @classmethod
    def _holiday_region(cls, value: str) -> str:
        if value and not re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", value):
            raise ValueError("must be a region of ISO 3166-2 such as DE-HE, or empty")
        return value

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def service(self) -> tuple[ServiceSpan, ...]:
        return parse_service_hours(self.service_hours)

    def desk(self) -> Desk:
        return Desk(
            name=self.name, address=self.address, aliases=self.aliases, prefix=self.prefix, languages=self.languages, phone=self.phone,
            post=self.post, service_hours=self.service_hours, privacy_url=self.privacy_url, internal_domains=self.internal_domains,
            authserv_id=self.authserv_id, plus_addressing=self.plus_addressing, forms=self.forms,
        )  # fmt: skip


class DeadlineSettings(Section):
    """[deadlines]: what is promised."""

    acknowledge_working_days: Annotated[int, Field(ge=1, le=30)] = 3
    answer_calendar_days: Annotated[int, Field(ge=1, le=366)] = 14
    statement_working_days: Annotated[int, Field(ge=1, le=60)] = 5
    reopen_days: Annotated[int, Field(ge=0, le=3650)] = 60

    def deadlines(self) -> Deadlines:
        return Deadlines(**self.model_dump())


class LetterSettings(Section):
    """[letters]: which automatic letters leave, how many, and in whose words."""

    templates: Path = Field(default=Path("templates"), strict=False)
    acknowledge: bool = True
    acknowledgements_per_sender_per_day: Annotated[int, Field(ge=0, le=1000)] = 5
    acknowledgements_per_domain_per_hour: Annotated[int, Field(ge=0, le=100_000)] = 1000
    acknowledgements_per_hour: Annotated[int, Field(ge=0, le=100_000)] = 2000
    answers: Literal["addressed", "any"] = "addressed"
    answer_grace_seconds: Annotated[int, Field(ge=0, le=3600)] = 0
    proof_copy: bool = True
    not_older_than_days: Annotated[int, Field(ge=0, le=36500)] = 7
    proof_days: Annotated[int, Field(ge=1, le=3650)] = 180

    def limits(self) -> LetterLimits:
        return LetterLimits(
            acknowledge=self.acknowledge,
            per_sender_per_day=self.acknowledgements_per_sender_per_day,
            per_domain_per_hour=self.acknowledgements_per_domain_per_hour,
            per_desk_per_hour=self.acknowledgements_per_hour,
            not_older_than_days=self.not_older_than_days,
            answers=self.answers,
            answer_grace=timedelta(seconds=self.answer_grace_seconds),
            proof_days=self.proof_days,
        )


class DigestSettings(Section):
    """[digest]: the overview that colleagues get on the morning of each working day."""

    enabled: bool = True
    at: Annotated[str, AfterValidator(_time_of_day)] = "07:30"
    when_empty: Literal["line", "none"] = "line"

    def plan(self) -> DigestPlan:
        return DigestPlan(self.enabled, time.fromisoformat(self.at), self.when_empty)


class AlertSettings(Section):
    """[alerts]: who is notified when something is wrong, and how often."""

    addresses: tuple[MailAddress, ...] = ()
    repeat_minutes: Annotated[int, Field(ge=1, le=1440)] = 30


class StaffSettings(Section):
    """[[staff]]: one person who answers for the desk."""

    name: Annotated[Line, Field(min_length=1)]
    address: MailAddress
    key: Annotated[str, matching(r"[a-z][a-z0-9_-]{0,30}", "a small letter, then at most 30 small letters, digits, _ and -, such as weber")]
    receives: Literal["all", "assigned", "digest", "none"] = "all"
    lead: bool = False
    aliases: tuple[MailAddress, ...] = ()

    def person(self) -> Staff:
        return Staff(**self.model_dump())
