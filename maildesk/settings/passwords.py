# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The passwords, from their files, from systemd credentials or from the environment."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from maildesk.errors import ConfigError
from maildesk.settings.servers import ServerSettings
from maildesk.settings.settings import Settings


class Passwords(BaseModel):
    """What the commands that log in need. Never shown, never logged."""

    model_config = ConfigDict(frozen=True)
    imap: str = Field(default="", repr=False)
    smtp: str = Field(default="", repr=False)


def read_passwords(settings: Settings, environment: Mapping[str, str] | None = None) -> Passwords:
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


def _password(settings: Settings, name: str, server: ServerSettings, environment: Mapping[str, str]) -> str:
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
        if not stat.S_ISREG(mode):
            what = "is a folder" if stat.S_ISDIR(mode) else "is no file"
            raise ConfigError(f"{config}: {key} = {str(path)!r}: {what}: name the file in which the password is")
        if stat.S_IMODE(mode) & 0o077:
            raise ConfigError(f"{config}: {key} = {str(path)!r}: others can read it (mode {stat.S_IMODE(mode):04o}): chmod 600 {path}")
        text = path.read_text(encoding="utf-8").rstrip("\r\n")
    except FileNotFoundError as error:
        raise ConfigError(f"{config}: {key} = {str(path)!r}: there is no such file: write the password into it, mode 0600") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{config}: {key} = {str(path)!r}: is no text in UTF-8: write the password into it, and nothing else") from error
    except OSError as error:
        remedy = "is it readable for this user?"
        raise ConfigError(f"{config}: {key} = {str(path)!r}: cannot be read ({error.strerror}): {remedy}") from error
    if not text:
        raise ConfigError(f"{config}: {key} = {str(path)!r}: is empty: write the password into it")
    return text
