# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The names of our folders on the server, their making and counting."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from maildesk.adapters.mailbox.connection import Connection
from maildesk.errors import MailboxRefused
from maildesk.settings.servers import ImapSettings

ROLES = ("archive", "quarantine", "sent", "done")  # "done" only where the configuration names a folder for it
CAPABILITIES_THAT_MATTER = ("MOVE", "UIDPLUS", "IDLE")
NOT_TO_BE_SELECTED = frozenset({b"\\noselect", b"\\nonexistent"})

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FolderCount:
    """A folder of the configuration: its role, its name on the server, and how many messages are in it; None: it does not exist."""

    role: str
    name: str
    messages: int | None


@dataclass(frozen=True, slots=True)
class Survey:
    """What the server has and offers, for the check of a configuration. `capabilities` are those of MOVE, UIDPLUS, IDLE."""

    folders: tuple[FolderCount, ...]
    capabilities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Naming:
    """How this server names folders (RFC 2342): the prefix of our own ones, other prefixes, and what parts the levels.

    `foreign_prefixes` are those of the other prefixes below which are the folders of other users.
    """

    delimiter: str = ""
    own_prefix: str = ""
    other_prefixes: tuple[str, ...] = ()
    foreign_prefixes: tuple[str, ...] = ()

    def on_server(self, configured: str) -> str:
        """
        >>> Naming(".", "INBOX.").on_server("Desk/Archive")
        'INBOX.Desk.Archive'
        >>> Naming(".", "INBOX.").on_server("Inbox/Archive"), Naming(".", "INBOX.").on_server("inbox")
        ('INBOX.Archive', 'INBOX')
        >>> Naming("/", "", ("Shared/",)).on_server("Shared/desk/Archive")
        'Shared/desk/Archive'
        """
        if configured.upper() == "INBOX":
            return "INBOX"
        name = configured.replace("/", self.delimiter) if self.delimiter else configured
        below_inbox = f"INBOX{self.delimiter}"
        if name.upper().startswith(below_inbox):
            return below_inbox + name[len(below_inbox) :]
        if any(prefix and name.startswith(prefix) for prefix in (self.own_prefix, *self.other_prefixes)):
            return name
        return self.own_prefix + name


class Folders:
    """The folders of the configuration on the server of a connection."""

    def __init__(self, connection: Connection, settings: ImapSettings) -> None:
        self._connection = connection
        self._settings = settings
        self._naming: Naming | None = None

    def name(self, role: str) -> str:
        """The server's name of `inbox`, `archive`, `quarantine`, `sent` or `done`."""
        if role not in ("inbox", *ROLES):
            raise ValueError("no such folder role")
        configured: str = getattr(self._settings, role) or self._settings.archive
        if any(ord(letter) < 32 or ord(letter) == 127 for letter in configured):
            raise MailboxRefused(f"imap.{role} has control characters")
        return self.naming.on_server(configured)

    @property
    def _roles(self) -> tuple[str, ...]:
        return tuple(role for role in ROLES if getattr(self._settings, role))

    @property
    def naming(self) -> Naming:
        """How the server names folders; asked once."""
        if self._naming is None:
            self._naming = self._connection.ask("name its folders", _naming)
        return self._naming

    def prepare(self) -> None:
        for role in self._roles:
            self.ensure(role)

    def ensure(self, role: str) -> bool:
        """Makes the folder if it is missing; whether it was. Raises MailboxRefused if it cannot be made."""
        name = self.name(role)
        if self._exists(name):
            return False
        try:
            self._connection.change(f"make the folder imap.{role}", lambda client: client.create_folder(name))
        except MailboxRefused:
            if not self._exists(name):  # else somebody else was quicker
                raise
        self._subscribe(role, name)
        return True

    def survey(self) -> Survey:
        offered = self._connection.capabilities()
        folders = tuple(self._count(role) for role in ("inbox", *self._roles))
        return Survey(folders, tuple(name for name in CAPABILITIES_THAT_MATTER if name in offered))

    def _count(self, role: str) -> FolderCount:
        name = self.name(role)
        if not self._exists(name):
            return FolderCount(role, name, None)
        status = self._connection.ask(f"count the folder imap.{role}", lambda client: client.folder_status(name, ["MESSAGES"]))
        return FolderCount(role, name, int(status[b"MESSAGES"]))

    def _exists(self, name: str) -> bool:
        listed = self._connection.ask("list its folders", lambda client: client.list_folders("", name))
        # Some servers do not mind the case, and answer with the name as it was made.
        return any(
            found.casefold() == name.casefold() and not NOT_TO_BE_SELECTED & {flag.lower() for flag in flags} for flags, _, found in listed
        )

    def _subscribe(self, role: str, name: str) -> None:
        try:
            self._connection.change(f"subscribe to the folder imap.{role}", lambda client: client.subscribe_folder(name))
        except MailboxRefused as refusal:
            # The folder works all the same; it is only that staff must switch it on in their mail clients.
            log.warning("%s", refusal)


def _naming(client: Any) -> Naming:
    if client.has_capability("NAMESPACE"):
        namespaces = client.namespace()
        if namespaces.personal:
            prefix, delimiter = namespaces.personal[0]
            foreign = tuple(name for name, _ in (*(namespaces.other or ()), *(namespaces.shared or ())))
            others = tuple(name for name, _ in namespaces.personal[1:])
            return Naming(delimiter or "", prefix, (*others, *foreign), foreign)
    root = client.list_folders("", "")  # RFC 3501 section 6.3.8: an empty name asks for the delimiter
    delimiter = root[0][1] if root else None
    return Naming(delimiter.decode("ascii") if delimiter else "")
