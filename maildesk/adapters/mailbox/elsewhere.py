# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The folders beside the inbox: which ones mail may be in, and what came to them. Nothing in them is ever changed."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from maildesk.adapters.mailbox.connection import Connection
from maildesk.adapters.mailbox.fetching import ASK_MAILS_MAX, fetched, moment
from maildesk.adapters.mailbox.folders import NOT_TO_BE_SELECTED, SENT, Folders, Listed, all_folders
from maildesk.adapters.mailbox.listing import chunks, present, uids_from, uids_since
from maildesk.core.mail.folders import Head, Mark, OtherFolder, Place
from maildesk.errors import MailboxRefused
from maildesk.octets import FolderState

# RFC 6154, RFC 8457. What is thrown away, spam, or not sent yet, is no mail to the desk; of what is flagged the folders are only views.
NOT_LOOKED_INTO = frozenset({b"\\trash", b"\\junk", b"\\drafts", b"\\flagged", b"\\important"})
# The same by the names that mail programs give such folders, for servers that do not say; also folders that hold no messages at all.
LEFT_OUT = frozenset({
    "trash", "deleted", "deleted items", "deleted messages", "deleted objects", "bin",
    "papierkorb", "gelöscht", "gelöschte elemente", "gelöschte objekte", "gelöschte nachrichten",
    "junk", "junk e-mail", "junk-e-mail", "junk email", "junk mail", "spam", "spamverdacht", "bulk mail",
    "unerwünscht", "unerwünschte werbung",
    "drafts", "draft", "entwürfe", "entwurf", "templates", "vorlagen", "outbox", "postausgang",
    "calendar", "kalender", "contacts", "kontakte", "journal", "sync issues", "synchronisierungsprobleme",
})  # fmt: skip
SENT_NAMES = frozenset({"sent", "sent items", "sent messages", "sent mail", "gesendet", "gesendete elemente", "gesendete objekte"})
FIRST_LOOK_MARGIN = timedelta(days=1)  # the server's day may begin elsewhere than ours
_ID = re.compile(r"<([^<>]+)>")


def other_folders(connection: Connection, folders: Folders, *, with_quarantine: bool = False) -> tuple[OtherFolder, ...]:
    """Archive and sent of the configuration whatever they are called, then the others by name, and folders of sent mail last."""
    inbox, quarantine = folders.name("inbox"), folders.name("quarantine")
    roles = {folders.name("archive"): Place.ELSEWHERE, folders.name("sent"): Place.SENT}
    if with_quarantine:
        roles[quarantine] = Place.ELSEWHERE
    naming = folders.naming
    found: dict[str, OtherFolder] = {}
    for listed in all_folders(connection):
        name = listed.name
        left_out = name.casefold() == quarantine.casefold() and not with_quarantine
        if left_out or name.casefold() == inbox.casefold() or listed.flags & NOT_TO_BE_SELECTED:
            continue
        if name in roles:
            found[name] = OtherFolder(name, roles[name], is_for_filed=name == folders.name("archive"))
        elif _is_ours(name, inbox, naming.delimiter, naming.foreign_prefixes) and not _is_left_out(listed):
            is_sent = SENT in listed.flags or listed.levels[-1] in SENT_NAMES
            found[name] = OtherFolder(name, Place.SENT if is_sent else Place.ELSEWHERE)
    return tuple(sorted(found.values(), key=lambda folder: (folder.place is Place.SENT, folder.name not in roles, folder.name)))


def _is_ours(name: str, inbox: str, delimiter: str, foreign_prefixes: tuple[str, ...]) -> bool:
    """Whether the folder belongs to the desk's mailbox. Where that is a part of another one, only what is below it does."""
    if inbox != "INBOX":
        return bool(delimiter) and name.startswith(inbox + delimiter)
    return not any(prefix and name.startswith(prefix) for prefix in foreign_prefixes)


def _is_left_out(listed: Listed) -> bool:
    return bool(listed.flags & NOT_LOOKED_INTO) or not LEFT_OUT.isdisjoint(listed.levels)


def mark(connection: Connection, folder: str) -> Mark:
    """STATUS; 0 for what the server does not report."""
    told = connection.ask("tell how far a folder goes", lambda client: client.folder_status(folder, ["UIDVALIDITY", "UIDNEXT"]))
    return Mark(*(int(told.get(item, 0)) for item in (b"UIDVALIDITY", b"UIDNEXT")))


def look_into(connection: Connection, folder: str, after: Mark | None, arrived_since: datetime) -> FolderState:
    answer = connection.select(folder, readonly=True)
    uid_validity = connection.uid_validity
    if uid_validity is None:
        raise MailboxRefused("the mail server tells no UIDVALIDITY of a folder: mails in it could not be told apart")
    if after is not None and after.uid_validity == uid_validity:
        return FolderState(folder, uid_validity, uids_from(connection, after.uid_next, int(answer.get(b"EXISTS", 0))))
    return FolderState(folder, uid_validity, uids_since(connection, (arrived_since - FIRST_LOOK_MARGIN).date()))


def heads(connection: Connection, uids: Collection[int]) -> tuple[Head, ...]:
    """In ascending order of UIDs. Where the server does not report it, nothing is known of the messages: they are then fetched."""
    found: list[Head] = []
    for chunk in chunks(sorted(uids), ASK_MAILS_MAX):
        try:
            answers = fetched(connection, chunk, "RFC822.SIZE INTERNALDATE FLAGS BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]")
        except MailboxRefused:
            answers = {}
        untold = still_there(connection, set(chunk) - set(answers))
        found += [
            _head(uid, answers[uid]) if uid in answers else Head(uid, "", 0, datetime.now(UTC)) for uid in sorted({*answers, *untold})
        ]
    return tuple(found)


def still_there(connection: Connection, uids: Collection[int]) -> frozenset[int]:
    """Those of the UIDs that the selected folder still has."""
    if uids:
        connection.ask("list a folder", lambda client: client.noop())  # a server may report only now that they have gone
    return present(connection, uids)


def _head(uid: int, answer: dict[bytes, Any]) -> Head:
    size, flags = answer.get(b"RFC822.SIZE"), answer.get(b"FLAGS") or ()
    field = next((value for key, value in answer.items() if key.startswith(b"BODY[HEADER")), b"")
    ids = _ID.findall(re.sub(r"\s", "", field.decode("utf-8", "replace"))) if isinstance(field, bytes) else []
    return Head(
        uid,
        ids[0] if len(ids) == 1 else "",
        size if isinstance(size, int) else 0,
        moment(answer.get(b"INTERNALDATE")),
        b"\\draft" in {flag.lower() for flag in flags if isinstance(flag, bytes)},
    )
