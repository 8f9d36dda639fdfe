# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Mails leave the inbox for another folder. OK is no proof of that: what counts is which UIDs are seen to have gone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence

from maildesk.adapters.mailbox.connection import Connection
from maildesk.adapters.mailbox.folders import Folders
from maildesk.adapters.mailbox.listing import chunks, flagged_deleted, present
from maildesk.errors import MailboxRefused

MOVE_MAILS_MAX = 200
WHAT = "move mails"

log = logging.getLogger(__name__)


def file_mails(
    connection: Connection, folders: Folders, still_selected: Callable[[], bool], uids: Collection[int], role: str
) -> frozenset[int]:
    """Moves the mails to the folder of that role; returns the UIDs that have left the inbox."""
    gone: set[int] = set()
    for chunk in chunks(sorted(set(uids)), MOVE_MAILS_MAX):
        if not still_selected():
            break
        _try(connection, folders, chunk, role)
        gone |= set(chunk) - present(connection, chunk)
    return frozenset(gone)


def _try(connection: Connection, folders: Folders, uids: Sequence[int], role: str) -> None:
    """Once, and once more if the folder was missing (RFC 3501 section 7.1, TRYCREATE; not every server says so)."""
    try:
        _transfer(connection, uids, folders.name(role))
    except MailboxRefused:
        try:
            if not folders.ensure(role):
                raise
            _transfer(connection, uids, folders.name(role))
        except MailboxRefused as final:
            log.warning("%d mails could not be filed to imap.%s: %s", len(uids), role, final)


def _transfer(connection: Connection, uids: Sequence[int], target: str) -> None:
    if connection.offers("MOVE"):
        connection.change(WHAT, lambda client: client.move(uids, target))  # RFC 6851
        return
    by_uid = connection.offers("UIDPLUS")
    # Without UIDPLUS, EXPUNGE takes every mail that bears the flag, also those that a colleague flagged and may yet want back.
    if not by_uid and _foreign_deleted(connection, uids):
        return
    connection.change(WHAT, lambda client: client.copy(uids, target))
    connection.change(WHAT, lambda client: client.delete_messages(uids, silent=True))
    if by_uid:
        connection.change(WHAT, lambda client: client.uid_expunge(uids))  # RFC 4315
    elif not _foreign_deleted(connection, uids):
        connection.change(WHAT, lambda client: client.expunge())


def _foreign_deleted(connection: Connection, uids: Sequence[int]) -> bool:
    foreign = len(flagged_deleted(connection) - set(uids))
    if foreign:
        log.warning("%d mails in the inbox are flagged as deleted: nothing can be filed until they are expunged or restored", foreign)
    return foreign > 0
