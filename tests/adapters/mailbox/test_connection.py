# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Connecting, TLS, log-in, cut lines and time: what is tried again, what a person must mend, and what is never sent."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from maildesk.adapters.mailbox import ImapMailbox
from maildesk.errors import MailboxRefused, MailboxUnreachable, MaildeskError
from tests.rig.dovecot import Dovecot, free_port
from tests.rig.imap_script import Answer, Do, ScriptedImap, Step, Trickle

MAIL = b"Subject: one\r\n\r\nhello\r\n"
PASSWORD = "tell-nobody"


def server_context(ca: trustme.CA, *names: str, not_after: datetime | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(*names, not_after=not_after).configure_cert(context)
    return context


def trusting(ca: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    ca.configure_trust(context)
    return context


def mailbox_on(server: ScriptedImap, context: ssl.SSLContext | None = None, seconds: float = 2, **changes: object) -> ImapMailbox:
    return ImapMailbox(server.settings(**changes), PASSWORD, None, tls_context=context, socket_seconds=seconds)


def look_fails(mailbox: ImapMailbox, error: type[MaildeskError]) -> str:
    with mailbox, pytest.raises(error) as caught:
        mailbox.look()
    assert PASSWORD not in str(caught.value)
    return str(caught.value)


# --- TLS


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_server_with_a_trusted_certificate_is_talked_to_over_tls(dovecot: Dovecot, user: str, security: str) -> None:
    port = dovecot.imaps_port if security == "tls" else dovecot.imap_port
    settings = dovecot.settings(user, security=security, port=port, host="localhost")
    with ImapMailbox(settings, dovecot.password, None, tls_context=dovecot.trusting_context()) as mailbox:
        mailbox.prepare()
        dovecot.deliver(user, MAIL)
        state = mailbox.look()
        assert mailbox.file(state, state.uids, "archive").gone == set(state.uids)
        assert isinstance(mailbox._connection._client.socket(), ssl.SSLSocket)
        assert mailbox.certificate_ends, "when the certificate ends is known from now on"
        assert mailbox.certificate_ends > datetime.now(UTC)


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize("fault", ["untrusted", "wrong name", "expired"])
def test_a_wrong_certificate_is_refused_and_no_password_sent(security: str, fault: str) -> None:
    ca = trustme.CA()
    name = "imap.example.org" if fault == "wrong name" else "127.0.0.1"
    context = server_context(ca, name, not_after=datetime.now(UTC) - timedelta(days=1) if fault == "expired" else None)
    trusted = trusting(trustme.CA() if fault == "untrusted" else ca)
    script: dict[bytes, Answer] = {b"STARTTLS": [b"{tag} OK go on\r\n", Do.START_TLS]}
    with ScriptedImap({}, script, capabilities=b"IMAP4rev1 STARTTLS", tls=context, starts_with_tls=security == "tls") as server:
        told = look_fails(mailbox_on(server, trusted, security=security), MailboxRefused)

        assert told.startswith("the certificate of the mail server is not accepted")
        assert server.seen(rb"LOGIN|AUTHENTICATE|" + PASSWORD.encode()) == []


def test_the_default_is_to_trust_only_what_the_system_trusts(dovecot: Dovecot, user: str) -> None:
    mailbox = ImapMailbox(dovecot.settings(user, security="tls", port=dovecot.imaps_port), dovecot.password, None)

    assert "certificate" in look_fails(mailbox, MailboxRefused)


STRIPPED: dict[str, tuple[Sequence[Step], bytes, bytes]] = {
    "not offered": ((b"* OK ready\r\n",), b"IMAP4rev1", b"{tag} OK go on\r\n"),
    "refused": ((b"* OK ready\r\n",), b"IMAP4rev1 STARTTLS", b"{tag} NO x\r\n"),
    "logged in before": ((b"* PREAUTH ready\r\n",), b"IMAP4rev1 STARTTLS", b"{tag} OK go on\r\n"),
}


@pytest.mark.parametrize(("greeting", "capabilities", "answer"), STRIPPED.values(), ids=STRIPPED.keys())
def test_a_stripped_starttls_is_refused_and_no_password_sent(greeting: Sequence[Step], capabilities: bytes, answer: bytes) -> None:
    with ScriptedImap({}, {b"STARTTLS": answer}, capabilities=capabilities, greeting=greeting) as server:
        told = look_fails(mailbox_on(server, security="starttls"), MailboxRefused)

        assert "does not offer STARTTLS" in told
        assert server.seen(rb"LOGIN|AUTHENTICATE") == []


def test_clear_text_to_another_machine_is_refused_before_anything_is_sent(dovecot: Dovecot) -> None:
    settings = dovecot.settings("desk").model_copy(update={"host": "imap.example.org"})
    with pytest.raises(MailboxRefused, match="this machine only"):
        ImapMailbox(settings, PASSWORD, None)


# --- log-in


def test_a_wrong_password_is_refused(dovecot: Dovecot, user: str) -> None:
    told = look_fails(ImapMailbox(dovecot.settings(user), "wrong", None), MailboxRefused)

    assert told.startswith("the mail server refuses user or password (AUTHENTICATIONFAILED)")


def test_a_log_in_that_cannot_be_decided_now_is_tried_again_later() -> None:
    with ScriptedImap({}, {b"LOGIN .*": b"{tag} NO [UNAVAILABLE] too many connections\r\n"}) as server:
        assert "UNAVAILABLE" in look_fails(mailbox_on(server), MailboxUnreachable)


@pytest.mark.parametrize(
    "answer",
    [[Do.CLOSE], [b"* BYE shutting down\r\n", Do.CLOSE], [b"{tag} NO", Do.CLOSE], [b"* OK wait\r\n{tag}", Do.CLOSE], [b"what?\r\n"], [5.0]],
    ids=["cut", "BYE", "cut within NO", "cut within the tag", "nonsense", "silence"],
)
def test_a_line_that_breaks_at_the_log_in_is_no_wrong_password(answer: Sequence[Step]) -> None:
    with ScriptedImap({}, {b"LOGIN .*": answer}) as server:
        look_fails(mailbox_on(server, seconds=0.3), MailboxUnreachable)


@pytest.mark.parametrize("greeting", [[Do.CLOSE], [b"* BYE full\r\n", Do.CLOSE], [b"220 smtp\r\n"], [5.0]])
def test_a_server_that_does_not_greet_is_unreachable(greeting: Sequence[Step]) -> None:
    with ScriptedImap({}, greeting=greeting) as server:
        look_fails(mailbox_on(server, seconds=0.3), MailboxUnreachable)


def test_a_password_with_an_umlaut_goes_by_authenticate_plain() -> None:
    capabilities = b"IMAP4rev1 AUTH=PLAIN"
    with ScriptedImap({}, {b"AUTHENTICATE PLAIN": b"+ \r\n"}, capabilities=capabilities) as server:
        with ImapMailbox(server.settings(), "Schlüssel", None) as mailbox:
            mailbox.look()

        assert b"AGRlc2sAU2NobMO8c3NlbA==" in server.lines


def test_a_password_with_an_umlaut_is_refused_where_no_log_in_can_carry_it() -> None:
    with ScriptedImap({}) as server, ImapMailbox(server.settings(), "Schlüssel", None) as mailbox:
        with pytest.raises(MailboxRefused, match="beyond ASCII"):
            mailbox.look()
        assert server.seen(rb"LOGIN|AUTHENTICATE") == []


def test_a_password_of_two_lines_never_becomes_two_commands(dovecot: Dovecot) -> None:
    with pytest.raises(MailboxRefused, match="control characters"):
        ImapMailbox(dovecot.settings("desk"), "one\r\nA1 DELETE INBOX", None)


# --- lines that break


def conversation(server: ScriptedImap, mailbox: ImapMailbox) -> list[bytes]:
    with mailbox:
        state = mailbox.look()
        found = [raw for batch in mailbox.fetch(state, state.uids) for raw in batch]
        mails = [raw.octets.all() for raw in found]
        for raw in found:
            raw.octets.close()
        mailbox.file(state, state.uids, "archive")
        return mails


def test_a_line_cut_behind_any_octet_is_unreachable_and_never_gives_a_wrong_mail() -> None:
    with ScriptedImap({1: MAIL}) as server:
        assert conversation(server, mailbox_on(server)) == [MAIL]
        octets = server.sent_octets

    for cut_after in range(octets - len(b"* BYE\r\nXXXX99 OK done\r\n")):
        with ScriptedImap({1: MAIL}, cut_after=cut_after) as server, pytest.raises(MailboxUnreachable):
            conversation(server, mailbox_on(server))


def test_a_kept_connection_that_died_meanwhile_is_replaced_silently(dovecot: Dovecot, user: str, mailbox: ImapMailbox) -> None:
    before = mailbox.look()
    dovecot.doveadm("kick", user)

    assert mailbox.look() == before


def test_a_second_failure_is_told() -> None:
    with ScriptedImap({}, {b"SELECT .*": [Do.CLOSE]}) as server, mailbox_on(server) as mailbox:
        with pytest.raises(MailboxUnreachable):
            mailbox.look()
        assert server.connections == 1

        server.script.clear()
        mailbox.look()
        server.script[b"SELECT .*"] = [Do.CLOSE]
        with pytest.raises(MailboxUnreachable):
            mailbox.look()
        assert server.connections == 3


def test_nobody_at_the_port_is_unreachable() -> None:
    server = ScriptedImap()
    settings = server.settings(port=free_port())
    server._listener.close()

    said = look_fails(ImapMailbox(settings, PASSWORD, None), MailboxUnreachable)
    assert said == f"no connection to the mail server: nobody listens at 127.0.0.1:{settings.port}: see imap.host and imap.port"


def test_tls_at_a_port_that_does_not_begin_with_it_is_named_by_its_keys(dovecot: Dovecot, user: str) -> None:
    mailbox = ImapMailbox(dovecot.settings(user, security="tls", port=dovecot.imap_port), dovecot.password, None)

    said = look_fails(mailbox, MailboxUnreachable)

    assert f'127.0.0.1:{dovecot.imap_port} does not begin with TLS: set imap.security = "starttls", or imap.port = 993' in said


def test_a_port_that_begins_with_tls_does_not_greet_without_it(dovecot: Dovecot, user: str) -> None:
    settings = dovecot.settings(user, security="starttls", port=dovecot.imaps_port)

    said = look_fails(ImapMailbox(settings, dovecot.password, None, socket_seconds=0.5), MailboxUnreachable)

    assert f'127.0.0.1:{dovecot.imaps_port} does not greet: if it begins with TLS, set imap.security = "tls"' in said


def test_a_name_that_nobody_knows_is_unreachable() -> None:
    with ScriptedImap() as server:
        said = look_fails(mailbox_on(server, security="tls", host="imap.invalid"), MailboxUnreachable)

    assert said == "no connection to the mail server: no address is known for imap.invalid: see imap.host"


def test_closing_never_raises_and_waits_for_no_dead_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maildesk.adapters.mailbox.connection.LEAVE_SECONDS", 0.2)
    with ScriptedImap({}, {b"LOGOUT": [30.0]}) as server:
        mailbox = mailbox_on(server, seconds=30)
        mailbox.close()
        mailbox.look()
        started = time.monotonic()
        mailbox.close()
        mailbox.close()

        assert time.monotonic() - started < 25


def test_commands_do_not_wait_for_acknowledgements_of_packets(mailbox: ImapMailbox) -> None:
    mailbox.look()

    assert mailbox._connection._client.socket().getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


# --- time


SLOW: dict[str, dict[str, object]] = {
    "greeting": {"greeting": [Trickle(b"* OK ready ", 0.02)]},
    "log-in": {"script": {b"LOGIN .*": [Trickle(b"* OK wait ", 0.02)]}},
    "select": {"script": {b"SELECT .*": [Trickle(b"* OK wait\r\n", 0.02)]}},
    "handshake": {"greeting": [30.0], "changes": {"security": "tls"}},
}


@pytest.mark.parametrize("slow", SLOW.values(), ids=SLOW.keys())
def test_a_server_that_trickles_ends_with_the_deadline(slow: dict[str, object]) -> None:
    settings = dict(slow)
    changes = settings.pop("changes", {})
    with ScriptedImap({}, **settings) as server, mailbox_on(server, seconds=20, **changes) as mailbox:  # type: ignore[arg-type]
        started = time.monotonic()
        with pytest.raises(MailboxUnreachable, match=r"longer than 0\.4 s"), mailbox.deadline(0.4):
            mailbox.look()

        assert 0.3 < time.monotonic() - started < 15


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_the_deadline_ends_a_read_below_tls(security: str) -> None:
    ca = trustme.CA()
    script: dict[bytes, Answer] = {b"STARTTLS": [b"{tag} OK go on\r\n", Do.START_TLS], b"SELECT .*": [Trickle(b"* OK wait\r\n", 0.02)]}
    context = server_context(ca, "127.0.0.1")
    with ScriptedImap({}, script, capabilities=b"IMAP4rev1 STARTTLS", tls=context, starts_with_tls=security == "tls") as server:
        mailbox = mailbox_on(server, trusting(ca), seconds=20, security=security)
        with mailbox, pytest.raises(MailboxUnreachable, match="longer than"), mailbox.deadline(0.5):
            mailbox.look()


def test_after_a_deadline_the_mailbox_goes_on_and_one_in_time_leaves_no_trace() -> None:
    with ScriptedImap({}, {b"SELECT .*": [Trickle(b"* OK wait\r\n", 0.02)]}) as server, mailbox_on(server, seconds=20) as mailbox:
        with pytest.raises(MailboxUnreachable), mailbox.deadline(0.2):
            mailbox.look()
        server.script.clear()
        with mailbox.deadline(0.5):
            mailbox.look()
        time.sleep(0.6)
        mailbox.look()

        assert server.connections == 2


def test_a_deadline_that_is_over_before_the_question_ends_it_too() -> None:
    with ScriptedImap() as server, mailbox_on(server) as mailbox:
        with mailbox.deadline(0.05):
            time.sleep(0.15)
            with pytest.raises(MailboxUnreachable, match="longer than"):
                mailbox.look()
        assert server.connections == 0
