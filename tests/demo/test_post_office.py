# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The post office of the demo, as a mail program sees it."""

from __future__ import annotations

import base64
import email
import email.policy
import smtplib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from maildesk.demo.post_office import PostOffice
from maildesk.errors import Stop

DESK, CITIZEN = "desk@neue-wege.example", "Erika.Muster@post.example"
PASSWORDS = {DESK: "geheim", CITIZEN: "sonne", "jörg@post.example": "grüße"}


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with PostOffice(PASSWORDS) as running:
        yield running


def letter(text: str = "Grüße aus Heppenheim") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = CITIZEN, DESK, "Frage"
    message.set_content(text)
    return message


def hand_in(office: PostOffice, *recipients: str, sender: str = CITIZEN, message: EmailMessage | None = None) -> None:
    with smtplib.SMTP("127.0.0.1", office.smtp_port, timeout=10) as smtp:
        smtp.send_message(message or letter(), sender, list(recipients))


def log_in(office: PostOffice, address: str = DESK) -> IMAPClient:
    client = IMAPClient("127.0.0.1", office.imap_port, ssl=False, timeout=10)
    client.login(address, PASSWORDS[address])
    return client


def first_mail(office: PostOffice, address: str) -> bytes:
    with log_in(office, address) as client:
        client.select_folder("INBOX", readonly=True)
        return bytes(client.fetch(client.search(), ["BODY.PEEK[]"]).popitem()[1][b"BODY[]"])


def exists_within(client: IMAPClient, number: int, seconds: float) -> bool:
    """Whether an idling client is told of so many mails in time; news of flags may come before and after."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        if (number, b"EXISTS") in client.idle_check(timeout=left):
            return True
    return False


def test_a_mail_is_noticed_at_once_fetched_and_moved_to_a_new_folder(office: PostOffice) -> None:
    with log_in(office) as client:
        client.select_folder("INBOX")
        client.idle()
        hand_in(office, DESK)
        assert exists_within(client, 1, seconds=60)
        client.idle_done()
        (uid,) = client.search("UNSEEN")
        mail = email.message_from_bytes(client.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"], policy=email.policy.default)
        assert mail.get_content().strip() == "Grüße aus Heppenheim"
        client.create_folder("Archive")
        client.move([uid], "Archive")
        assert client.search() == []
        assert client.select_folder("Archive")[b"EXISTS"] == 1


def test_each_delivery_wakes_the_same_idle_again(office: PostOffice) -> None:
    with log_in(office) as client:
        client.select_folder("INBOX")
        client.idle()
        for number in range(1, 31):
            hand_in(office, DESK)
            assert exists_within(client, number, seconds=5)
        client.idle_done()


def test_an_idle_tells_at_its_beginning_what_came_just_before(office: PostOffice) -> None:
    """On the wire: IMAPClient overlooks what comes in one packet with the continuation."""
    with socket.create_connection(("127.0.0.1", office.imap_port), timeout=5) as connection, connection.makefile("rwb", 0) as wire:
        wire.write(f"a login {DESK} {PASSWORDS[DESK]}\r\nb select INBOX\r\n".encode())
        assert any(line.startswith(b"b OK") for line in iter(wire.readline, b""))
        hand_in(office, DESK)
        wire.write(b"c idle\r\n")
        assert any(line.startswith(b"* 1 EXISTS") for line in iter(wire.readline, b""))


def test_a_delivered_mail_tells_how_it_came(office: PostOffice) -> None:
    hand_in(office, DESK, sender="")
    mail = email.message_from_bytes(first_mail(office, DESK))
    assert (mail["Return-Path"], mail["Delivered-To"]) == ("<>", DESK)
    assert "with ESMTP" in mail["Received"]
    assert f"for <{DESK}>" in mail["Received"]


def test_the_octets_after_the_trace_lines_are_those_that_were_handed_in(office: PostOffice) -> None:
    handed_in = b"Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n\r\n.a line with a dot\r\n\xe4 raw octet \xff\r\n\r\n"
    with smtplib.SMTP("127.0.0.1", office.smtp_port, timeout=10) as smtp:
        smtp.sendmail(CITIZEN, [DESK], handed_in)
    assert first_mail(office, DESK).endswith(handed_in)


def test_one_mail_to_two_accounts_lies_in_both_whatever_the_case_of_the_letters(office: PostOffice) -> None:
    hand_in(office, DESK.upper(), CITIZEN.lower())
    for address in (DESK, CITIZEN):
        assert email.message_from_bytes(first_mail(office, address))["Delivered-To"] == address.lower()


@pytest.mark.parametrize("written", [CITIZEN, CITIZEN.lower(), CITIZEN.upper()])
@pytest.mark.parametrize("mechanism", ["login", "plain_login"])
def test_an_address_logs_in_in_whatever_case_it_is_written(office: PostOffice, written: str, mechanism: str) -> None:
    hand_in(office, CITIZEN)
    with IMAPClient("127.0.0.1", office.imap_port, ssl=False, timeout=10) as client:
        getattr(client, mechanism)(written, PASSWORDS[CITIZEN])
        assert client.folder_status("INBOX", ["MESSAGES"]) == {b"MESSAGES": 1}


def test_nothing_goes_outside(office: PostOffice) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        hand_in(office, "someone@example.org")
    assert refused.value.recipients["someone@example.org"][0] == 550


@pytest.mark.parametrize(("address", "password"), PASSWORDS.items())
def test_a_mail_program_may_log_in_before_it_sends(office: PostOffice, address: str, password: str) -> None:
    with smtplib.SMTP("127.0.0.1", office.smtp_port, timeout=10) as smtp:
        smtp.ehlo()
        assert smtp.docmd("AUTH", "PLAIN " + _plain(address, password))[0] == 235
        smtp.send_message(letter(), CITIZEN, [DESK])
    assert b"with ESMTPA" in first_mail(office, DESK)


def _plain(address: str, password: str) -> str:
    """RFC 4616; smtplib's own log-in knows ASCII only."""
    return base64.b64encode(f"\0{address}\0{password}".encode()).decode()


def test_a_wrong_password_is_refused_by_both_servers(office: PostOffice) -> None:
    with (
        smtplib.SMTP("127.0.0.1", office.smtp_port, timeout=10) as smtp,
        pytest.raises(smtplib.SMTPAuthenticationError),
    ):
        smtp.login(CITIZEN, "regen")
    for address in (CITIZEN, "nobody@post.example"):
        with IMAPClient("127.0.0.1", office.imap_port, ssl=False, timeout=10) as client, pytest.raises(LoginError):
            client.login(address, "regen")


def test_subscribers_see_each_delivery_and_one_that_fails_loses_no_mail(office: PostOffice) -> None:
    seen: list[tuple[str, bytes]] = []

    def fails(recipient: str, octets: bytes) -> None:
        raise RuntimeError("on purpose")

    office.on_delivery(fails)
    office.on_delivery(lambda recipient, octets: seen.append((recipient, octets)))
    hand_in(office, DESK)
    assert [recipient for recipient, _ in seen] == [DESK]
    assert seen[0][1] == first_mail(office, DESK)


def test_a_stop_leaves_no_thread_and_no_open_port_even_with_clients_at_the_line() -> None:
    before = set(threading.enumerate())
    office = PostOffice(PASSWORDS)
    office.start()
    idling, smtp = log_in(office), smtplib.SMTP("127.0.0.1", office.smtp_port, timeout=10)
    idling.select_folder("INBOX")
    idling.idle()
    started = time.monotonic()
    office.stop()
    office.stop()
    assert time.monotonic() - started < 30
    assert set(threading.enumerate()) == before
    for port in (office.imap_port, office.smtp_port):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5)
    smtp.close()
    idling.shutdown()


def test_two_post_offices_stand_side_by_side(office: PostOffice) -> None:
    with PostOffice(PASSWORDS) as other:
        hand_in(other, DESK)
        assert b"Frage" in first_mail(other, DESK)
    with log_in(office) as client:
        assert client.folder_status("INBOX", ["MESSAGES"]) == {b"MESSAGES": 0}


def test_a_port_that_is_taken_is_told_in_plain_words(office: PostOffice) -> None:
    with pytest.raises(Stop, match="choose other ports"):
        PostOffice(PASSWORDS, smtp_port=office.imap_port).start()


def test_without_the_extra_the_remedy_is_told() -> None:
    code = "import sys; sys.modules['pymap'] = None; import maildesk.demo.post_office"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert "pip install 'maildesk[demo]'" in done.stderr.splitlines()[-1]
