# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Letters go through a real SMTP server; what arrives, how it is protected, and what is told of it."""

from __future__ import annotations

import ssl
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trustme

from maildesk.adapters.smtp import SmtpSender
from maildesk.core.letters.delivery import Result
from maildesk.errors import SenderUnreachable
from maildesk.settings.servers import SmtpSettings
from tests.rig.dovecot import HOST, free_port
from tests.rig.imap_script import ScriptedImap
from tests.rig.smtp_letters import LETTER, MAIL, nothing, sender_for, sent
from tests.rig.smtp_server import CUT, USER, ScriptedSmtp, SmtpSink, wait_for


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def server_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(HOST).configure_cert(context)
    return context


@pytest.fixture(scope="session")
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


# --- a real server ---


def test_a_letter_arrives_octet_by_octet_also_lines_of_dots_at_the_citizen_and_as_a_copy_at_the_desk() -> None:
    with SmtpSink() as server:
        delivery = sent(server)

    assert (delivery.result, delivery.code, delivery.copy_accepted) == (Result.ACCEPTED, 250, True)
    (letter,) = server.letters
    assert letter.octets == MAIL
    assert letter.envelope_sender == ""
    assert letter.recipients == ("eva.muster@example.org", "desk@example.com")
    assert letter.options == (f"SIZE={len(MAIL)}",)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_letter_goes_encrypted_and_after_a_log_in(security: str, server_context: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    with SmtpSink(security, server_context, auth=True) as server, sender_for(server.settings(), tls_context=trusting) as sender:
        assert sender.send(LETTER, nothing).result is Result.ACCEPTED
        assert sender.certificate_ends, "when the certificate ends is known from now on"
        assert sender.certificate_ends > datetime.now(UTC)

    (letter,) = server.letters
    assert letter.over_tls
    assert letter.user == USER
    assert letter.octets == MAIL


def test_a_wrong_password_is_tried_once_only(server_context: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    with (
        SmtpSink("starttls", server_context, auth=True) as server,
        sender_for(server.settings(), tls_context=trusting, password="wrong") as sender,
        pytest.raises(SenderUnreachable, match=r"refuses user or password \(535\)"),
    ):
        sender.send(LETTER, nothing)

    assert server.log_ins == [False]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_no_password_goes_to_a_server_whose_certificate_is_not_trusted(security: str, server_context: ssl.SSLContext) -> None:
    with (
        SmtpSink(security, server_context, auth=True) as server,
        sender_for(server.settings()) as sender,
        pytest.raises(SenderUnreachable, match=r"certificate .*is not valid"),
    ):
        sender.send(LETTER, nothing)

    assert server.log_ins == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("fault", ["names another host", "has expired"])
def test_no_password_goes_to_a_server_with_a_certificate_that_is_not_valid(
    security: str, fault: str, authority: trustme.CA, trusting: ssl.SSLContext
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    certificate = authority.issue_cert(HOST, not_after=yesterday) if fault == "has expired" else authority.issue_cert("other.example.com")
    certificate.configure_cert(context)
    with (
        SmtpSink(security, context, auth=True) as server,
        sender_for(server.settings(), tls_context=trusting) as sender,
        pytest.raises(SenderUnreachable, match=r"certificate .*is not valid"),
    ):
        sender.send(LETTER, nothing)

    assert server.log_ins == []


def test_what_was_sent_ahead_of_tls_is_not_taken_for_an_answer_inside_it() -> None:
    ahead = b"220 go ahead\r\n250-scripted.example\r\n250 AUTH PLAIN\r\n235 welcome\r\n250 ok"
    with (
        ScriptedSmtp(ehlo=b"250-scripted.example\r\n250-AUTH PLAIN\r\n250 STARTTLS", starttls=[ahead, CUT]) as server,
        sender_for(server.settings(security="starttls", user="desk")) as sender,
        pytest.raises(SenderUnreachable),
    ):
        sender.send(LETTER, nothing)

    assert [verb.upper() for verb in server.verbs] == ["EHLO", "STARTTLS"]


def test_no_password_goes_to_a_server_that_does_not_offer_starttls() -> None:
    with (
        ScriptedSmtp() as server,
        sender_for(server.settings(security="starttls", user="desk")) as sender,
        pytest.raises(SenderUnreachable, match="does not offer STARTTLS"),
    ):
        sender.send(LETTER, nothing)

    assert set(server.verbs) <= {"ehlo", "EHLO", "quit", "QUIT"}


@pytest.mark.parametrize(
    ("greeting", "security", "said"),
    [
        ((b"220 ready\r\n",), "tls", 'does not begin with TLS: set smtp.security = "starttls", or smtp.port = 465'),
        ((5.0,), "starttls", 'does not greet: if it begins with TLS, set smtp.security = "tls"'),
        (None, "starttls", "nobody listens at 127.0.0.1:"),
    ],
    ids=["TLS on a plain port", "plain on a port of TLS", "wrong port"],
)
def test_a_server_that_is_not_reached_is_named_by_host_port_and_key(greeting: tuple[bytes] | None, security: str, said: str) -> None:
    with ScriptedImap(greeting=greeting or ()) as server, pytest.raises(SenderUnreachable) as raised:  # what matters here is its greeting
        settings = SmtpSettings(host=HOST, port=server.port if greeting else free_port(), security=security)
        with sender_for(settings, socket_seconds=0.3) as sender:
            sender.probe("desk@example.com")

    assert said in str(raised.value)
    assert f"127.0.0.1:{settings.port}" in str(raised.value)


def test_without_encryption_no_letter_leaves_this_machine() -> None:
    elsewhere = SmtpSettings.model_construct(host="smtp.example.org", port=25, security="none", user="")
    with pytest.raises(SenderUnreachable, match="this machine only"):
        SmtpSender(elsewhere, "", "desk.example.com")


def test_letters_share_a_connection_and_a_dead_one_is_replaced() -> None:
    with SmtpSink() as server, sender_for(server.settings()) as sender:
        assert [sender.send(LETTER, nothing).result for _ in range(3)] == [Result.ACCEPTED] * 3
        server.__exit__()
        with SmtpSink(port=server.port) as again:
            assert sender.send(LETTER, nothing).result is Result.ACCEPTED
            assert len(again.letters) == 1


SMUGGLING = [
    b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\r\n.\r\n", b"\n\r.\r\n", b"\r\r\n.\r\r\n", b"\r\n\x00.\r\n",
]  # fmt: skip


@pytest.mark.parametrize("end", SMUGGLING)
def test_no_line_end_smuggles_a_second_mail(end: bytes) -> None:
    inner = b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nSubject: smuggled\r\n\r\n"
    with SmtpSink() as server:
        assert sent(server, replace(LETTER, octets=b"Subject: x\r\n\r\nText" + end + inner + b"Text\r\n")).result is Result.ACCEPTED

    assert len(server.letters) == 1
    assert inner.rstrip() in server.letters[0].octets


def test_a_mail_without_a_line_end_at_its_end_gets_one() -> None:
    with SmtpSink() as server:
        sent(server, replace(LETTER, octets=b"Subject: x\r\n\r\nText"))

    assert server.letters[0].octets == b"Subject: x\r\n\r\nText\r\n"


def test_eight_bit_octets_are_announced() -> None:
    with SmtpSink() as server:
        sent(server, replace(LETTER, octets="Subject: x\r\n\r\nGrüße\r\n".encode()))

    assert "BODY=8BITMIME" in server.letters[0].options


def test_a_domain_with_umlauts_goes_out_in_punycode() -> None:
    with SmtpSink() as server:
        sent(server, replace(LETTER, recipient="eva@bürger.example"))

    assert server.letters[0].recipients[0] == "eva@xn--brger-kva.example"


@pytest.mark.parametrize("recipient", ["", "eva", "müller@example.org", "a@b.example\r\nDATA", "a@b.example> SIZE=1", "a@b, c@d.example"])
def test_what_is_no_plain_address_is_refused_without_a_word_to_the_server(recipient: str) -> None:
    with ScriptedSmtp() as server:
        delivery = sent(server, replace(LETTER, recipient=recipient))

    assert delivery.result is Result.REFUSED
    assert server.commands == []


# --- the proof copy ---


def test_a_letter_goes_on_without_its_proof_copy() -> None:
    with SmtpSink(refused=("desk@example.com",)) as server:
        delivery = sent(server)

    assert (delivery.result, delivery.copy_accepted) == (Result.ACCEPTED, False)
    assert server.letters[0].recipients == ("eva.muster@example.org",)


def test_no_proof_copy_is_asked_for_where_none_is_wanted() -> None:
    with SmtpSink() as server:
        assert not sent(server, replace(LETTER, proof_copy_to="")).copy_accepted

    assert server.letters[0].recipients == ("eva.muster@example.org",)


# --- the dot ---


def test_before_dot_is_called_when_the_server_has_everything_but_the_dot() -> None:
    seen: list[tuple[bytes, int]] = []

    def look() -> None:
        wait_for(lambda: b"hidden" in server.unfinished)
        time.sleep(0.05)
        seen.append((server.unfinished, len(server.mails)))

    with ScriptedSmtp() as server:
        assert sent(server, before_dot=look).result is Result.ACCEPTED

    ((unfinished, mails),) = seen
    assert mails == 0
    assert not unfinished.endswith(b"\r\n.\r\n")
    assert server.mails == [MAIL]


@pytest.mark.parametrize("error", [OSError("disk"), ValueError("row"), KeyboardInterrupt()])
def test_no_dot_follows_when_before_dot_fails_and_the_next_letter_goes_over_a_new_connection(error: BaseException) -> None:
    def fail() -> None:
        raise error

    begin = time.monotonic()
    with ScriptedSmtp() as server, sender_for(server.settings(), socket_seconds=20.0) as sender:
        with pytest.raises(type(error)) as raised:
            sender.send(LETTER, fail)
        assert raised.value is error
        assert sender.send(LETTER, nothing).result is Result.ACCEPTED

    assert time.monotonic() - begin < 10, "nothing was asked on a line in the middle of a mail"

    assert server.mails == [MAIL]
    assert "quit" not in server.commands[:-1]


# --- what is told ---


def test_what_the_server_says_is_told_without_addresses_on_one_short_line() -> None:
    said = b'550-5.1.1 <eva.muster@example.org>: "eva muster"@example.org\r\n550 5.1.1 Eva.Muster is unknown\x07 ' + b"x" * 500
    with ScriptedSmtp(rcpt=said) as server:
        text = sent(server).text

    assert len(text) <= 200
    assert text.startswith("RCPT TO: 5.1.1 <address> <address> 5.1.1 <address> is unknown xxx")
    assert text.isprintable()


# --- the trial without a letter ---


def test_a_probe_sends_nothing_and_says_what_the_server_offers() -> None:
    with ScriptedSmtp() as server, sender_for(server.settings()) as sender:
        found = sender.probe("desk@example.com")

    assert found.null_sender_ok
    assert found.extensions == ("8bitmime", "auth", "size")
    assert [verb.lower() for verb in server.verbs] == ["ehlo", "mail", "rcpt", "rset", "quit"]


def test_a_probe_finds_out_that_the_empty_envelope_sender_is_refused() -> None:
    with ScriptedSmtp(mail=lambda number: b"550 5.7.1 no" if number == 1 else b"250 ok") as server, sender_for(server.settings()) as sender:
        assert not sender.probe("desk@example.com").null_sender_ok


@pytest.mark.parametrize("script", [{"rcpt": b"550 5.1.1 <desk@example.com> unknown"}, {"mail": CUT}, {"mail": b"550 5.7.1 no"}])
def test_a_probe_complains_of_a_server_that_takes_no_letter_to_the_desk(script: dict[str, Any]) -> None:
    with ScriptedSmtp(**script) as server, sender_for(server.settings()) as sender, pytest.raises(SenderUnreachable) as raised:
        sender.probe("desk@example.com")

    assert "@" not in str(raised.value)
