# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The octets on the line between us and a real server: no password where it could be read, and a line that dies without a word."""

from __future__ import annotations

import base64
import re
import threading
import time
from collections.abc import Iterator

import pytest

from maildesk.adapters.mailbox import ImapMailbox
from maildesk.adapters.mailbox.watching import RENEW_SECONDS
from maildesk.errors import MailboxRefused, MailboxUnreachable
from tests.rig.dovecot import Dovecot
from tests.rig.imap_liar import Liar, Lie
from tests.rig.proxy import Cut, How, Proxy, Side

MAIL = b"Subject: one\r\n\r\nhello\r\n"
NEVER = threading.Event()
LONGEST_IDLE_SECONDS = 29 * 60  # RFC 2177


@pytest.fixture
def proxy(dovecot: Dovecot) -> Iterator[Proxy]:
    with Proxy(dovecot.imap_port) as proxy:
        yield proxy


def says_the_password(octets: bytes, password: str) -> bool:
    """As it is, or in the Base64 of AUTHENTICATE."""
    words = (base64.b64decode(word) for word in re.findall(rb"(?:[A-Za-z0-9+/]{4}){2,}", octets))
    return password.encode() in octets or any(password.encode() in word for word in words)


def test_the_password_can_be_seen_on_the_line_where_it_is_in_the_clear(dovecot: Dovecot, user: str, proxy: Proxy) -> None:
    with ImapMailbox(dovecot.settings(user, port=proxy.port), dovecot.password, None) as mailbox:
        mailbox.look()

    assert says_the_password(proxy.carried(Side.CLIENT), dovecot.password), "else the tests below could not fail"


@pytest.mark.parametrize("fault", ["an authority that nobody trusts", "none"])
def test_over_starttls_the_password_is_never_in_the_clear(dovecot: Dovecot, user: str, proxy: Proxy, fault: str) -> None:
    context = dovecot.trusting_context()
    settings = dovecot.settings(user, port=proxy.port, security="starttls")
    with ImapMailbox(settings, dovecot.password, None, tls_context=context if fault == "none" else None) as mailbox:
        if fault == "none":
            mailbox.look()
        else:
            with pytest.raises(MailboxRefused, match="certificate"):
                mailbox.look()

    said = proxy.carried(Side.CLIENT)
    assert b"STARTTLS" in said
    assert not says_the_password(said, dovecot.password)


STRIPPED = {
    "taken out of the list": Lie(rb"CAPABILITY", change=lambda answer: answer.replace(b"STARTTLS", b"XSTRIPTLS"), times=9),
    "refused": Lie(rb"STARTTLS", answer=b"{tag} NO not now\r\n", times=9),
    "said to be unknown": Lie(rb"STARTTLS", answer=b"{tag} BAD what?\r\n", times=9),
}


@pytest.mark.parametrize("lie", STRIPPED.values(), ids=STRIPPED.keys())
def test_where_somebody_strips_starttls_the_password_stays_here(dovecot: Dovecot, user: str, lie: Lie) -> None:
    with Liar(dovecot.imap_port, [lie]) as liar, Proxy(liar.port) as proxy:
        settings = dovecot.settings(user, port=proxy.port, security="starttls")
        mailbox = ImapMailbox(settings, dovecot.password, None, tls_context=dovecot.trusting_context())
        with mailbox, pytest.raises(MailboxRefused, match="no password was sent"):
            mailbox.look()

        assert liar.told or b"STARTTLS" not in proxy.carried(Side.CLIENT)
        assert not says_the_password(proxy.carried(Side.CLIENT), dovecot.password)
        assert not re.search(rb"LOGIN|AUTHENTICATE", proxy.carried(Side.CLIENT))


def test_idle_is_renewed_long_before_it_is_forgotten() -> None:
    assert RENEW_SECONDS < LONGEST_IDLE_SECONDS / 2


def test_a_line_that_dies_without_a_word_while_idling_is_found_out_at_the_renewal(
    dovecot: Dovecot, user: str, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("maildesk.adapters.mailbox.watching.RENEW_SECONDS", 1.0)
    with ImapMailbox(dovecot.settings(user, port=proxy.port), dovecot.password, None, socket_seconds=0.5) as watcher:
        assert not watcher.wait(0.1, NEVER)

        def die() -> None:
            proxy.set(Cut(Side.SERVER, 0, How.SILENCE))
            dovecot.deliver(user, MAIL)

        timer = threading.Timer(0.5, die)
        timer.start()
        started = time.monotonic()
        with pytest.raises(MailboxUnreachable):
            watcher.wait(60, NEVER)

        assert time.monotonic() - started < 20
        assert proxy.broke, "what came was told, and did not get through"
        timer.join()
        proxy.set(None)
        assert watcher.wait(60, NEVER), "on the new line it hears at once of what came meanwhile"


def test_an_inbox_that_was_read_only_for_a_while_is_opened_again_on_a_new_line(dovecot: Dovecot, user: str) -> None:
    read_only = Lie(rb"SELECT .*", change=lambda answer: answer.replace(b"[READ-WRITE]", b"[READ-ONLY]"), skip=1, times=2)
    with (
        Liar(dovecot.imap_port, [read_only]) as liar,
        ImapMailbox(dovecot.settings(user, port=liar.port), dovecot.password, None) as mailbox,
    ):
        mailbox.prepare()
        dovecot.deliver(user, MAIL)
        assert len(mailbox.look().uids) == 1

        with pytest.raises(MailboxRefused, match="only read"):
            mailbox.look()

        assert len(mailbox.look().uids) == 1, "imaplib would refuse for ever on the line on which it was told so"
