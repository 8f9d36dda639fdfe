# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""maildesk.toml -> frozen Settings. Every mistake is found at once and told with file, key, value and remedy.

The keys are those of docs/configuration.md; unknown ones are refused, so that a misspelt key is no silent default.
"""

from __future__ import annotations

import ipaddress
import os
import re
import stat
from collections.abc import Mapping
from datetime import time
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from maildesk import categories_file
from maildesk.core.office.calendar import ServiceSpan, parse_service_hours
from maildesk.core.office.categories import Categories
from maildesk.core.office.policy import DIGEST_LATEST, Deadlines, Desk, DigestPlan, LetterLimits, Staff
from maildesk.errors import ConfigError
from maildesk.toml_files import Section as _Section
from maildesk.toml_files import problems, read_toml

FILE_NAME = "maildesk.toml"
ADDRESS_CHARS_MAX = 70  # so that no link of an order is longer than mail programs take
SYSTEM_FILE = Path("/etc/maildesk") / FILE_NAME


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
MailAddress = Annotated[str, AfterValidator(_address)]
Security = Literal["tls", "starttls", "none"]
Port = Annotated[int, Field(ge=1, le=65535)]


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its literal address or as localhost; other names are not looked up."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


class DeskSettings(_Section):
    """[desk]: what the contact point is called, where it is reached, and when it is there."""

    name: Annotated[Line, Field(min_length=1)]
    address: MailAddress
    aliases: tuple[MailAddress, ...] = ()
    prefix: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{0,7}$")] = "KD"
    timezone: str = "Europe/Berlin"
    holidays: str = "DE-HE"
    closed_on: tuple[Annotated[str, AfterValidator(_closed_day)], ...] = ("12-24", "12-31")
    service_hours: Line = "Mo-Do 08:00-16:00, Fr 08:00-12:00"
    languages: Annotated[tuple[Annotated[str, Field(pattern=r"^[a-z]{2}$")], ...], Field(min_length=1)] = (
        "de", "en", "uk", "ar", "tr", "ru", "fa", "ro", "bg", "pl",
    )  # fmt: skip
    phone: Line = ""
    post: Line = ""
    privacy_url: Annotated[Line, AfterValidator(_web_address)] = ""
    internal_domains: tuple[Line, ...] = ()
    authserv_id: Line = ""
    plus_addressing: bool = False
    categories: Path = Field(default=Path(categories_file.FILE_NAME), strict=False)

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
            authserv_id=self.authserv_id, plus_addressing=self.plus_addressing,
        )  # fmt: skip


class DeadlineSettings(_Section):
    """[deadlines]: what is promised."""

    acknowledge_working_days: Annotated[int, Field(ge=1, le=30)] = 3
    answer_calendar_days: Annotated[int, Field(ge=1, le=366)] = 14
    statement_working_days: Annotated[int, Field(ge=1, le=60)] = 5
    reopen_days: Annotated[int, Field(ge=0, le=3650)] = 60

    def deadlines(self) -> Deadlines:
        return Deadlines(**self.model_dump())


class _Server(_Section):
    host: Annotated[Line, Field(min_length=1)]
    security: Security
    user: Line = ""
    password_file: Path | None = Field(default=None, strict=False)

    @model_validator(mode="after")
    def _clear_text_stays_at_home(self) -> _Server:
        if self.security == "none" and not is_loopback(self.host):
            raise ValueError('security = "none" is allowed for this machine only (localhost, 127.0.0.1, ::1): use "tls" or "starttls"')
        return self


class ImapSettings(_Server):
    """[imap]: the mailbox and its folders."""

    port: Port = 993
    security: Security = "tls"
    user: Annotated[Line, Field(min_length=1)]
    inbox: Line = "INBOX"
    archive: Line = "Archive"
    quarantine: Line = "Quarantine"
    sent: Line = "Sent"
    done: Line = ""
    poll_seconds: Annotated[int, Field(ge=5, le=86400)] = 60
    idle: bool = True

    @model_validator(mode="after")
    def _folders_differ(self) -> ImapSettings:
        names = [self.inbox.lower(), self.archive.lower(), self.quarantine.lower(), self.sent.lower(), *filter(None, [self.done.lower()])]
        if "" in names or len(set(names)) < len(names):
            raise ValueError("inbox, archive, quarantine, sent and, if it is set, done must be different folders")
        return self


class SmtpSettings(_Server):
    """[smtp]: the server that takes our letters."""

    port: Port = 587
    security: Security = "starttls"


class DatabaseSettings(_Section):
    """[database]: where cases, mails and letters are kept."""

    url: str = "sqlite:///maildesk.db"
    backups: Path = Field(default=Path("backups"), strict=False)
    keep_backups: Annotated[int, Field(ge=1, le=3650)] = 14

    @field_validator("url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not re.match(r"sqlite:///.", value) and not re.match(r"postgresql(\+psycopg)?://", value):
            raise ValueError("must be sqlite:///FILE (relative to the configuration) or sqlite:////ABSOLUTE/FILE")
        if value.startswith("postgresql"):
            raise ValueError("PostgreSQL is not supported yet: use sqlite:///maildesk.db")
        return value


class LetterSettings(_Section):
    """[letters]: which automatic letters leave, how many, and in whose words."""

    templates: Path = Field(default=Path("templates"), strict=False)
    acknowledge: bool = True
    acknowledgements_per_sender_per_day: Annotated[int, Field(ge=0, le=1000)] = 5
    acknowledgements_per_domain_per_hour: Annotated[int, Field(ge=0, le=100_000)] = 1000
    acknowledgements_per_hour: Annotated[int, Field(ge=0, le=100_000)] = 2000
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
            proof_days=self.proof_days,
        )


class DigestSettings(_Section):
    """[digest]: the overview that colleagues get on the morning of each working day."""

    enabled: bool = True
    at: Annotated[str, AfterValidator(_time_of_day)] = "07:30"
    when_empty: Literal["line", "none"] = "line"

    def plan(self) -> DigestPlan:
        return DigestPlan(self.enabled, time.fromisoformat(self.at), self.when_empty)


class AlertSettings(_Section):
    """[alerts]: who is told when something is wrong, and how often."""

    addresses: tuple[MailAddress, ...] = ()
    repeat_minutes: Annotated[int, Field(ge=1, le=1440)] = 30


class StaffSettings(_Section):
    """[[staff]]: one person who answers for the desk."""

    name: Annotated[Line, Field(min_length=1)]
    address: MailAddress
    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,30}$")]
    receives: Literal["all", "assigned", "digest", "none"] = "all"
    lead: bool = False

    def person(self) -> Staff:
        return Staff(**self.model_dump())


class Passwords(BaseModel):
    """What the commands that log in need. Never shown, never logged."""

    model_config = ConfigDict(frozen=True)
    imap: str = Field(default="", repr=False)
    smtp: str = Field(default="", repr=False)


class Settings(_Section):
    """The whole configuration; paths are absolute."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, ignored_types=(cached_property,))

    desk: DeskSettings
    deadlines: DeadlineSettings = DeadlineSettings()
    imap: ImapSettings
    smtp: SmtpSettings
    database: DatabaseSettings = DatabaseSettings()
    letters: LetterSettings = LetterSettings()
    digest: DigestSettings = DigestSettings()
    alerts: AlertSettings = AlertSettings()
    staff: tuple[StaffSettings, ...] = ()
    file: Path = Field(default=Path(FILE_NAME), exclude=True, strict=False)

    @model_validator(mode="after")
    def _staff_are_told_apart(self) -> Settings:
        for what in ("address", "key"):
            values = [getattr(person, what).lower() for person in self.staff]
            doubles = sorted({value for value in values if values.count(value) > 1})
            if doubles:
                raise ValueError(f"two [[staff]] entries have the {what} {doubles[0]!r}: each needs its own")
        return self

    @property
    def base(self) -> Path:
        return self.file.parent

    @property
    def database_file(self) -> Path:
        return self.base / self.database.url.removeprefix("sqlite:///")

    @property
    def backups_dir(self) -> Path | None:
        """Where the nightly backup goes; None if there is none. Relative to the database: a service may write nowhere else."""
        return self.state_dir / self.database.backups if self.database.backups.name else None

    @property
    def state_dir(self) -> Path:
        """Where the database, the key of our Message-IDs and the lock lie (mode 0700)."""
        return self.database_file.parent

    @cached_property
    def categories(self) -> Categories:
        """The lists of the desk's own file, else the shipped ones. Raises ConfigError with every problem that the file has."""
        return categories_file.load(self.base, self.desk.categories)

    @property
    def templates_dir(self) -> Path:
        return self.base / self.letters.templates


def find(named: Path | None, environment: Mapping[str, str] | None = None) -> Path:
    """The configuration file: --config, $MAILDESK_CONFIG, ./maildesk.toml, /etc/maildesk/maildesk.toml."""
    environment = os.environ if environment is None else environment
    if named is None and environment.get("MAILDESK_CONFIG"):
        named = Path(environment["MAILDESK_CONFIG"])
    if named is not None:
        return named
    here = Path(FILE_NAME)
    if here.exists() or not SYSTEM_FILE.exists():
        return here
    return SYSTEM_FILE


def load(named: Path | None = None) -> Settings:
    """Reads and checks the configuration. Raises ConfigError with every problem that it has."""
    path = find(named)
    data = read_toml(path, f"Make one with: maildesk init {path.parent}")
    if "file" in data:
        raise ConfigError(f"{path}: file: unknown key: take it out")
    try:
        settings = Settings.model_validate({**data, "file": path.absolute()})
    except ValidationError as error:
        raise ConfigError(*problems(path, error, Settings)) from None
    _ = settings.categories  # a mistake in that file is one of the configuration, and told as early
    return settings


def passwords(settings: Settings, environment: Mapping[str, str] | None = None) -> Passwords:
    """The passwords from their files, from systemd credentials or from the environment. Raises ConfigError with every problem."""
    environment = os.environ if environment is None else environment
    wrong: list[str] = []
    found: dict[str, str] = {}
    for name, server in (("imap", settings.imap), ("smtp", settings.smtp)):
        if not server.user:
            continue
        try:
            found[name] = _password(settings, name, server, environment)
        except ConfigError as error:
            wrong += error.problems
    if wrong:
        raise ConfigError(*wrong)
    return Passwords(**found)


def _password(settings: Settings, name: str, server: _Server, environment: Mapping[str, str]) -> str:
    credential = Path(environment.get("CREDENTIALS_DIRECTORY", "")) / f"{name}-password"
    variable = f"MAILDESK_{name.upper()}_PASSWORD"
    # The credential first: one configuration then serves the service, and root who runs `maildesk check` beside it.
    if environment.get("CREDENTIALS_DIRECTORY") and credential.exists():
        return credential.read_text(encoding="utf-8").rstrip("\r\n")
    if server.password_file is not None:
        path = settings.base / server.password_file
        return _read_password(settings.file, f"{name}.password_file", path)
    if environment.get(variable):
        return environment[variable]
    raise ConfigError(
        f"{settings.file}: {name}.password_file: the password is missing: name a file of mode 0600 here,"
        f" or give the systemd credential {name}-password, or set ${variable}"
    )


def _read_password(config: Path, key: str, path: Path) -> str:
    try:
        mode = path.stat().st_mode
        if stat.S_IMODE(mode) & 0o077:
            raise ConfigError(f"{config}: {key} = {str(path)!r}: others can read it (mode {stat.S_IMODE(mode):04o}): chmod 600 {path}")
        text = path.read_text(encoding="utf-8").rstrip("\r\n")
    except FileNotFoundError as error:
        raise ConfigError(f"{config}: {key} = {str(path)!r}: there is no such file: write the password into it, mode 0600") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{config}: {key} = {str(path)!r}: cannot be read as text ({error.__class__.__name__})") from error
    if not text:
        raise ConfigError(f"{config}: {key} = {str(path)!r}: is empty: write the password into it")
    return text
