# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The sections of the configuration that name servers and the database."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from maildesk.settings.desk import Line
from maildesk.settings.toml import Section

Security = Literal["tls", "starttls", "none"]
Port = Annotated[int, Field(ge=1, le=65535)]


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its literal address or as localhost; other names are not looked up."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


class ServerSettings(Section):
    """What [imap] and [smtp] have in common: a server, how the line to it is secured, and who logs in."""

    host: Annotated[Line, Field(min_length=1)]
    port: Port
    security: Security
    user: Line = ""
    password_file: Path | None = Field(default=None, strict=False)

    @model_validator(mode="after")
    def _clear_text_stays_at_home(self) -> ServerSettings:
        if self.security == "none" and not is_loopback(self.host):
            raise ValueError('security = "none" is allowed for this machine only (localhost, 127.0.0.1, ::1): use "tls" or "starttls"')
        return self


class ImapSettings(ServerSettings):
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


class SmtpSettings(ServerSettings):
    """[smtp]: the server that takes our letters."""

    port: Port = 587
    security: Security = "starttls"


class DatabaseSettings(Section):
    """[database]: where cases, messages and letters are kept."""

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
