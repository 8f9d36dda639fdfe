# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The daemon and a mail server that does not let it in, or says nothing any more."""

from __future__ import annotations

import signal
import time
from pathlib import Path

from maildesk.daemon.serving import REFUSED_PAUSE
from tests.rig import samples
from tests.rig.builders import a_mail
from tests.rig.desk import ADDRESS, TestDesk, a_desk, wait_until
from tests.rig.dovecot import Dovecot
from tests.rig.post_office import PostOffice
from tests.rig.proxy import Cut, How, Proxy, Side
from tests.rig.samples import sampled

TRIES_BEFORE_A_LOCK = 5  # in ten minutes: what servers and fail2ban commonly allow


def through(proxy: Proxy, desk: TestDesk) -> TestDesk:
    desk.config.write_text(desk.config.read_text().replace(f"port = {desk.dovecot.imap_port}", f"port = {proxy.port}"))
    return desk


def to_desk(number: int) -> bytes:
    return a_mail(f"Anliegen {number}\n", sender=f"c{number}@example.org", to=ADDRESS, message_id=f"m{number}@example.org")


@sampled
def test_a_wrong_password_is_tried_so_seldom_that_nobody_locks_the_account(tmp_path: Path, dovecot: Dovecot, user: str) -> None:
    with PostOffice(dovecot, {ADDRESS: user}) as post, Proxy(dovecot.imap_port) as proxy:
        desk = through(proxy, a_desk(tmp_path / "desk", dovecot, post, user, imap_more="poll_seconds = 5"))
        (desk.folder / "imap-password").write_text("wrong")
        with desk.daemon() as process:
            wait_until(lambda: proxy.carried(Side.CLIENT).count(b" LOGIN ") == 1)
            wait_until(lambda: process.has_said(f"next try in {REFUSED_PAUSE.total_seconds():.0f} s"))
            time.sleep(samples.of(11, 0))  # two polls would be due
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=20)

    assert proxy.carried(Side.CLIENT).count(b" LOGIN ") == 1
    assert 600 / REFUSED_PAUSE.total_seconds() + 1 < TRIES_BEFORE_A_LOCK
    assert "the mail server refuses user or password" in said
    status = desk.maildesk("status")
    assert status.code == 1
    assert "the last pass: the mail server refuses user or password" in status.out
    assert "the service is not running" in status.out


def test_when_the_line_that_waits_for_mail_is_dead_the_poll_finds_what_came(tmp_path: Path, dovecot: Dovecot, user: str) -> None:
    with PostOffice(dovecot, {ADDRESS: user}) as post, Proxy(dovecot.imap_port) as proxy:
        desk = through(proxy, a_desk(tmp_path / "desk", dovecot, post, user, imap_more="poll_seconds = 5"))
        with desk.daemon() as process:
            wait_until(lambda: b" IDLE\r\n" in proxy.carried(Side.CLIENT))
            desk.write(to_desk(1))
            wait_until(lambda: len(post.letters_to("c1@example.org")) == 1)
            proxy.set(Cut(Side.SERVER, 1, How.SILENCE))  # whichever line speaks first from now on, has spoken for the last time
            desk.write(to_desk(2))
            wait_until(lambda: proxy.broke)
            wait_until(lambda: len(post.letters_to("c2@example.org")) == 1)
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=20)

    assert proxy.broke
    assert len(post.letters_to("c2@example.org")) == 1
