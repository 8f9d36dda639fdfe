# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""`maildesk run` as a process of its own: it reacts at once, obeys signals, and outlives a server that is away."""

from __future__ import annotations

import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.rig.builders import a_mail
from tests.rig.desk import ADDRESS, TestDesk, a_desk, wait_until
from tests.rig.dovecot import HOST, Dovecot, free_port
from tests.rig.imap_script import ScriptedImap
from tests.rig.places import ROOT
from tests.rig.post_office import PostOffice
from tests.rig.samples import long


def to_desk(number: int) -> bytes:
    return a_mail(f"Anliegen {number}, GEHEIM.\n", sender=f"c{number}@example.org", to=ADDRESS, message_id=f"m{number}@example.org")


class Notified:
    """A socket such as systemd listens on; it is read all the time, as systemd does."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "notify"
        self.told: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self.path))
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        while (said := self._socket.recv(4096)) != b"over":
            self.told += said.decode().splitlines()

    def said(self, word: str) -> bool:
        return self.times(word) > 0

    def times(self, word: str) -> int:
        return sum(line.startswith(word) for line in self.told)

    def close(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(b"over", str(self.path))
        self._thread.join()
        self._socket.close()


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Notified]:
    notified = Notified(tmp_path)
    yield notified
    notified.close()


def ended(process: Any, number: int) -> tuple[int, str]:
    """The exit code after a signal, and what it said. A daemon that does not end is found by the time-out of the test."""
    process.send_signal(number)
    _, said = process.communicate()
    return process.returncode, said


def test_a_mail_is_acknowledged_as_soon_as_it_is_delivered(desk: TestDesk, systemd: Notified) -> None:
    """And not at the next look, which is a day away."""
    desk.config.write_text(desk.config.read_text().replace("[smtp]", "poll_seconds = 86400\n[smtp]"))
    with desk.daemon(NOTIFY_SOCKET=str(systemd.path)) as process:
        wait_until(lambda: systemd.said("READY=1"))
        wait_until(lambda: systemd.said("WATCHDOG=1"))
        for number in range(10):
            desk.write(to_desk(number))
            wait_until(lambda: bool(desk.post.letters_to(f"c{number}@example.org")))  # noqa: B023
        code, said = ended(process, signal.SIGTERM)

    assert code == 0
    assert systemd.said("STOPPING=1")
    assert systemd.said("STATUS=last pass")
    assert "GEHEIM" not in said
    assert "example.org" not in said, "no address in the log"


def test_sigterm_ends_the_daemon_in_the_middle_of_work(desk: TestDesk, systemd: Notified) -> None:
    for number in range(60):
        desk.write(to_desk(number))
    with desk.daemon(forked=False, NOTIFY_SOCKET=str(systemd.path)) as process:
        wait_until(lambda: len(desk.post.accepted) > 3)
        code, said = ended(process, signal.SIGTERM)

    rest = desk.maildesk("poll", "--json").json

    assert code == 0, said
    assert "Traceback" not in said
    recipients = [letter.recipients[0] for letter in desk.post.accepted]
    assert sorted(recipients) == sorted(f"c{number}@example.org" for number in range(60)), "each one once, before and after"
    assert rest["letters_waiting"] == 0


def test_sigterm_ends_the_daemon_while_the_mail_server_says_nothing(tmp_path: Path, dovecot: Dovecot, systemd: Notified) -> None:
    with ScriptedImap(greeting=(60.0,)) as silent, PostOffice(dovecot, {}) as post:
        desk = a_desk(tmp_path / "desk", dovecot, post, "nobody")
        desk.config.write_text(desk.config.read_text().replace(f"port = {dovecot.imap_port}", f"port = {silent.port}"))
        with desk.daemon(NOTIFY_SOCKET=str(systemd.path)) as process:
            wait_until(lambda: silent.connections > 0)
            asked = time.monotonic()
            _, said = ended(process, signal.SIGTERM)
            seconds = time.monotonic() - asked

    assert seconds < 28, "some seconds, and not the thirty after which a line is given up"
    assert "Traceback" not in said


def test_killed_in_the_middle_of_work_it_goes_on_where_it_was_and_nobody_gets_two_letters(desk: TestDesk) -> None:
    for number in range(60):
        desk.write(to_desk(number))
    for after in (2, 15, 30):
        with desk.daemon() as process:
            wait_until(lambda: len(desk.post.accepted) > after)  # noqa: B023
            process.send_signal(signal.SIGKILL)
            process.communicate()

    while desk.maildesk("poll", "--json").json["fetched"]:
        pass

    doubtful = desk.maildesk("outbox", "--json").json
    assert {letter["state"] for letter in doubtful} <= {"in-doubt"}, "killed at the dot: no copy came, so it never left"
    for letter in doubtful:
        desk.maildesk("outbox", "--retry", str(letter["id"]))
    desk.maildesk("poll")

    recipients = [letter.recipients[0] for letter in desk.post.accepted]
    assert len(recipients) == len(set(recipients))
    assert set(recipients) == {f"c{number}@example.org" for number in range(60)}
    assert len(desk.maildesk("cases", "--json").json) == 60
    assert desk.maildesk("outbox", "--json").json == []


def test_a_second_maildesk_on_the_same_database_leaves_with_75(desk: TestDesk, systemd: Notified) -> None:
    with desk.daemon(NOTIFY_SOCKET=str(systemd.path)):
        wait_until(lambda: systemd.said("READY=1"))

        second, poll = desk.maildesk("run"), desk.maildesk("poll")
        listed, status = desk.maildesk("cases"), desk.status()

    assert (second.code, poll.code) == (75, 75)
    assert "another maildesk" in second.err
    assert listed.code == 0, "what only reads goes on"
    assert status["running"] is True


def test_sighup_takes_a_new_configuration_and_keeps_the_old_one_if_the_new_is_wrong(desk: TestDesk, systemd: Notified) -> None:
    good = desk.config.read_text()
    with desk.daemon(NOTIFY_SOCKET=str(systemd.path)) as process:
        wait_until(lambda: systemd.said("READY=1"))
        desk.config.write_text(good.replace("0611 123456", "0611 999999") + "\n[nonsense]\n")
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: systemd.times("READY=1") > 1)
        desk.write(to_desk(1))
        wait_until(lambda: len(desk.post.accepted) == 1)

        desk.config.write_text(good.replace("0611 123456", "0611 999999"))
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: systemd.times("READY=1") > 2)
        desk.write(to_desk(2))
        wait_until(lambda: bool(desk.post.letters_to("c2@example.org")))
        code, said = ended(process, signal.SIGTERM)

    texts = [letter.mail.get_payload(0).get_payload(decode=True).decode() for letter in desk.post.accepted]  # type: ignore[union-attr]
    assert "0611 123456" in texts[0]
    assert "0611 999999" in texts[1]
    assert "nonsense: unknown key" in said
    assert code == 0


def test_sighup_takes_templates_only_if_they_can_be_written_and_then_sends_at_once_what_waited(desk: TestDesk, systemd: Notified) -> None:
    folder = desk.folder / "templates"
    folder.mkdir()
    good = (ROOT / "templates" / "acknowledgement.de.txt").read_text(encoding="utf-8")
    (folder / "acknowledgement.de.txt").write_text(f"{good}\n{{% if %}}\n", encoding="utf-8")
    with desk.daemon(NOTIFY_SOCKET=str(systemd.path)) as process:
        wait_until(lambda: systemd.said("READY=1"))
        desk.write(to_desk(1))
        wait_until(
            lambda: any((letter["error"] or "").startswith("cannot be written") for letter in desk.maildesk("outbox", "--json").json)
        )
        (folder / "said.de.toml").write_text("[hint\n", encoding="utf-8")
        (folder / "acknowledgement.de.txt").write_text(good.replace("Guten Tag", "Moin"), encoding="utf-8")
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: systemd.times("READY=1") > 1)
        assert not desk.post.accepted

        (folder / "said.de.toml").unlink()
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: len(desk.post.accepted) == 1)
        code, said = ended(process, signal.SIGTERM)

    assert "Moin" in desk.post.accepted[0].mail.get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert f"the old configuration and templates stay: {folder / 'said.de.toml'}: is no valid TOML" in said
    assert "configuration and templates reloaded" in said
    assert code == 0


@long
def test_a_reload_while_a_job_hangs_ends_with_a_code_after_which_systemd_starts_it_anew(desk: TestDesk, systemd: Notified) -> None:
    with desk.daemon(NOTIFY_SOCKET=str(systemd.path)) as process, closing(sqlite3.connect(desk.folder / "maildesk.db")) as database:
        wait_until(lambda: systemd.said("READY=1"))
        database.isolation_level = None
        database.execute("BEGIN IMMEDIATE")
        desk.write(to_desk(1))
        time.sleep(1.5)
        code, said = ended(process, signal.SIGHUP)
        database.execute("ROLLBACK")

    assert code == 75
    assert "leaving it behind" in said


def test_a_mail_server_that_is_away_is_met_with_patience(tmp_path: Path, dovecot: Dovecot, systemd: Notified) -> None:
    port = free_port()
    with PostOffice(dovecot, {}) as post:
        user = dovecot.new_user()
        desk = a_desk(tmp_path / "desk", dovecot, post, user)
        desk.config.write_text(desk.config.read_text().replace(f"port = {dovecot.imap_port}", f"port = {port}"))
        dovecot.deliver(user, to_desk(1))
        with desk.daemon(NOTIFY_SOCKET=str(systemd.path)) as process:
            wait_until(lambda: systemd.said("READY=1"))
            time.sleep(1.5)
            assert process.poll() is None
            with _relay(port, dovecot.imap_port):
                wait_until(lambda: len(post.accepted) == 1)
                code, said = ended(process, signal.SIGTERM)

    assert code == 0
    assert "next try in" in said


class _relay:  # noqa: N801  # reads as a verb where it is used
    """The server comes up on a port: everything is handed on to the real one."""

    def __init__(self, port: int, target: int) -> None:
        self._server = socket.create_server((HOST, port))
        self._target = target
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._open: list[socket.socket] = []

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_exc: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(5)
        for each in self._open:
            each.close()

    def _serve(self) -> None:
        while True:
            try:
                here, _ = self._server.accept()
            except OSError:
                return
            there = socket.create_connection((HOST, self._target))
            self._open += [here, there]
            for one, other in ((here, there), (there, here)):
                threading.Thread(target=self._hand_on, args=(one, other), daemon=True).start()

    @staticmethod
    def _hand_on(one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(65536):
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)
        except OSError:
            pass
