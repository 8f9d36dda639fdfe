# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The names of our folders on the server, their making and counting."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from imapclient import imap_utf7

from maildesk.adapters.mailbox.connection import Connection
from maildesk.errors import MailboxRefused
from maildesk.settings.servers import ImapSettings

ROLES = ("archive", "quarantine", "sent", "done")  # "done" only where the configuration names a folder for it
SENT = b"\\sent"
SPECIAL_USES = {"archive": b"\\archive", "sent": SENT}  # RFC 6154 section 2
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


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of LIST: flags in lower case, the name decoded, and its levels in lower case."""

    flags: frozenset[bytes]
    name: str
    levels: tuple[str, ...]


class Folders:
    """The folders of the configuration on the server of a connection.

    Where there is no folder of the default name, the one that the mailbox has for that use serves (RFC 6154): "Gesendete Elemente" is Sent.
    Only where there is none either, one is made.
    """

    def __init__(self, connection: Connection, settings: ImapSettings) -> None:
        self._connection = connection
        self._settings = settings
        self._naming: Naming | None = None
        self._by_use: dict[str, str] = {}  # the folders that serve for a role by their special use

    def name(self, role: str) -> str:
        """The server's name of `inbox`, `archive`, `quarantine`, `sent` or `done`."""
        if role not in ("inbox", *ROLES):
            raise ValueError("no such folder role")
        if role == "done" and not self._settings.done:
            role = "archive"
        return self._by_use.get(role) or self._configured(role)

    def _configured(self, role: str) -> str:
        configured: str = getattr(self._settings, role)
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
        """Finds the folder or makes it; whether there is one now that was not known. Raises MailboxRefused if it cannot be made."""
        known = self.name(role)
        if self._find(role):
            return self.name(role) != known
        name = self.name(role)
        try:
            self._connection.change(f"make the folder imap.{role}", lambda client: client.create_folder(name))
        except MailboxRefused:
            if not self._exists(name):  # else somebody else was quicker
                raise
        self._subscribe(role, name)
        return True

    def _find(self, role: str) -> bool:
        """Whether the folder is there, by its name or else by its special use."""
        name = self._configured(role)
        exists = self._exists(name)
        used = None if exists or not self._is_default(role) else self._used_as(SPECIAL_USES[role])
        if used:
            if self._by_use.get(role) != used:
                log.info("imap.%s: there is no folder of the default name, the mailbox has another one for that use", role)
            self._by_use[role] = used
        else:
            self._by_use.pop(role, None)
        return exists or used is not None

    def _is_default(self, role: str) -> bool:
        """A name that somebody chose is the one that is wanted."""
        return role in SPECIAL_USES and getattr(self._settings, role) == type(self._settings).model_fields[role].default

    def _used_as(self, use: bytes) -> str | None:
        found = [each.name for each in all_folders(self._connection) if use in each.flags and not each.flags & NOT_TO_BE_SELECTED]
        foreign = tuple(filter(None, self.naming.foreign_prefixes))
        taken = {self._configured(role) for role in ("inbox", *self._roles)}
        ours = [name for name in found if name not in taken and not name.startswith(foreign)]
        return min(ours, default=None)

    def survey(self) -> Survey:
        offered = self._connection.capabilities()
        for role in self._roles:
            self._find(role)
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


def all_folders(connection: Connection) -> list[Listed]:
    """Every folder that the server names."""
    return connection.ask("list its folders", _listed)


def _listed(client: Any) -> list[Listed]:
    """LIST, with the special uses where the server reports them only when asked (RFC 6154 section 2, RFC 5258)."""
    asks = client.has_capability("SPECIAL-USE") and client.has_capability("LIST-EXTENDED")
    words = ('""', '"*"', "RETURN (SPECIAL-USE)") if asks else ('""', '"*"')
    kind, data = client._imap._simple_command("LIST", *words)
    client._checkok("list", kind, data)
    kind, data = client._imap._untagged_response(kind, data, "LIST")
    client.folder_encode = False  # names as octets: one that is no modified UTF-7 must not hide the others
    try:
        lines = client._proc_folder_list(data)
    finally:
        client.folder_encode = True
    return [line for flags, delimiter, name in lines for line in _line(flags, delimiter, name)]


def _line(flags: Collection[bytes], delimiter: bytes | None, raw: bytes | str) -> Iterator[Listed]:
    try:
        name = imap_utf7.decode(raw)
    except ValueError:
        return
    levels = name.split(delimiter.decode("latin-1")) if delimiter else [name]
    yield Listed(frozenset(flag.lower() for flag in flags), name, tuple(level.casefold() for level in levels))
