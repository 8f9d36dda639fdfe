# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Every exception of the libraries below becomes the right one of ours, without a word of what the server said."""

from __future__ import annotations

import imaplib
import inspect
import socket
import ssl

import imapclient.exceptions
import pytest
from imapclient.exceptions import LoginError

from maildesk.adapters.mailbox.connection import Connection, translated
from maildesk.errors import MailboxRefused, MailboxUnreachable, MaildeskError
from tests.rig.dovecot import Dovecot


def in_login(cause: Exception) -> LoginError:
    try:
        try:
            raise cause
        except imaplib.IMAP4.error as error:
            raise LoginError(str(error))  # noqa: B904  # as imapclient does it
    except LoginError as error:
        return error


MAPPED: dict[type[Exception], type[MaildeskError]] = {
    imaplib.IMAP4.error: MailboxRefused,
    imaplib.IMAP4.abort: MailboxUnreachable,
    imaplib.IMAP4.readonly: MailboxRefused,
    imapclient.exceptions.CapabilityError: MailboxRefused,
    imapclient.exceptions.LoginError: MailboxRefused,
    imapclient.exceptions.IllegalStateError: MailboxUnreachable,
    imapclient.exceptions.InvalidCriteriaError: MailboxRefused,
    imapclient.exceptions.ProtocolError: MailboxUnreachable,
    OSError: MailboxUnreachable,
    TimeoutError: MailboxUnreachable,
    ConnectionResetError: MailboxUnreachable,
    socket.gaierror: MailboxUnreachable,
    ssl.SSLError: MailboxUnreachable,
    ssl.SSLEOFError: MailboxUnreachable,
    ValueError: MailboxUnreachable,
    TypeError: MailboxUnreachable,
}


def test_every_exception_of_the_libraries_is_mapped() -> None:
    families = [vars(imapclient.exceptions).values(), vars(imaplib.IMAP4).values()]
    theirs = {found for family in families for found in family if inspect.isclass(found) and issubclass(found, Exception)}

    assert theirs <= set(MAPPED)


@pytest.mark.parametrize(("foreign", "ours"), MAPPED.items(), ids=[foreign.__name__ for foreign in MAPPED])
def test_each_exception_becomes_the_right_one_of_ours(
    foreign: type[Exception], ours: type[MaildeskError], dovecot: Dovecot, user: str
) -> None:
    connection = Connection(dovecot.settings(user), dovecot.password, None, 5)

    def fail(_client: object) -> None:
        raise foreign("mrs. miller's mail")

    with pytest.raises(ours) as caught:
        connection.ask("do something", fail)
    connection.close()

    assert type(caught.value) is ours
    assert isinstance(caught.value.__cause__, foreign)
    assert "miller" not in str(caught.value)


def test_a_log_in_error_is_judged_by_what_caused_it() -> None:
    assert isinstance(translated(in_login(imaplib.IMAP4.abort("socket error: EOF")), "x"), MailboxUnreachable)
    assert isinstance(translated(in_login(imaplib.IMAP4.error("[AUTHENTICATIONFAILED] no")), "x"), MailboxRefused)


@pytest.mark.parametrize("code", ["UNAVAILABLE", "INUSE", "SERVERBUG", "LIMIT"])
def test_a_refusal_that_passes_is_tried_again(code: str) -> None:
    assert isinstance(translated(imaplib.IMAP4.error(f"select failed: [{code}] x"), "x"), MailboxUnreachable)
