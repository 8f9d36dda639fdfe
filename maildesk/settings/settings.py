# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""maildesk.toml -> frozen Settings. Every mistake is found at once and reported with file, key, value and remedy.

The keys are those of docs/configuration.md; unknown ones are refused, so that a misspelt key is no silent default.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from pathlib import Path

from pydantic import ConfigDict, Field, ValidationError, model_validator

from maildesk.core.mail.message import address_key
from maildesk.core.office.categories import Categories
from maildesk.errors import ConfigError
from maildesk.settings.categories import load_categories
from maildesk.settings.desk import AlertSettings, DeadlineSettings, DeskSettings, DigestSettings, LetterSettings, StaffSettings
from maildesk.settings.servers import DatabaseSettings, ImapSettings, SmtpSettings
from maildesk.settings.toml import Section, problems, read_toml

FILE_NAME = "maildesk.toml"
SYSTEM_FILE = Path("/etc/maildesk") / FILE_NAME


class Settings(Section):
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
        addresses = [address_key(address) for person in self.staff for address in (person.address, *person.aliases)]
        own = {*map(address_key, (self.desk.address, *self.desk.aliases))} & {*map(address_key, self.desk.forms)}
        if own:
            raise ValueError(f"[desk] forms has {min(own)!r}, the desk's own address: name the address from which the form sends")
        for what, values in (("address", addresses), ("key", [person.key for person in self.staff])):
            doubles = sorted({value for value in values if values.count(value) > 1})
            if doubles:
                raise ValueError(f"two [[staff]] entries have the {what} {doubles[0]!r}, or one has it twice: each needs its own")
        self._is_nobody_else("[desk] forms", self.desk.forms, addresses)
        self._is_nobody_else("[desk] address and aliases", (self.desk.address, *self.desk.aliases), addresses)
        return self

    def _is_nobody_else(self, where: str, others: Iterable[str], staff: Collection[str]) -> None:
        """An address that the desk takes for two different writers would make one of them pass for the other."""
        shared = sorted(address for address in map(address_key, others) if address in staff)
        if shared:
            raise ValueError(f"{shared[0]!r} is both in {where} and in a [[staff]] entry: take it out of one of them")

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
        """Where the database, the key of our Message-IDs and the lock are (mode 0700)."""
        return self.database_file.parent

    @cached_property
    def categories(self) -> Categories:
        """The lists of the desk's own file, else the shipped ones. Raises ConfigError with every problem that the file has."""
        return load_categories(self.base, self.desk.categories)

    @property
    def templates_dir(self) -> Path:
        return self.base / self.letters.templates


def find_settings(named: Path | None, environment: Mapping[str, str] | None = None) -> Path:
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


def load_settings(named: Path | None = None) -> Settings:
    """Reads and checks the configuration. Raises ConfigError with every problem that it has."""
    path = find_settings(named)
    data = read_toml(path, f"Make one with: maildesk init {path.parent}")
    if "file" in data:
        raise ConfigError(f"{path}: file: unknown key: take it out")
    try:
        settings = Settings.model_validate({**data, "file": path.absolute()})
    except ValidationError as error:
        raise ConfigError(*problems(path, error, Settings)) from None
    _ = settings.categories  # a mistake in that file is one of the configuration, and reported as early
    return settings
