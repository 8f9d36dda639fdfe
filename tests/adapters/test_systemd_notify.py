# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What the daemon tells systemd, read from a real datagram socket."""

from __future__ import annotations

import socket
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from maildesk.adapters import systemd

Listen = Callable[[str], socket.socket]


@pytest.fixture
def listen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listen]:
    """Stands in the place of systemd: binds the address and names it in $NOTIFY_SOCKET."""
    sockets: list[socket.socket] = []

    def bind(address: str) -> socket.socket:
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        sockets.append(manager)
        manager.bind("\0" + address[1:] if address.startswith("@") else address)
        manager.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        return manager

    yield bind
    for manager in sockets:
        manager.close()


@pytest.fixture
def manager(listen: Listen, tmp_path: Path) -> socket.socket:
    return listen(str(tmp_path / "notify"))


@pytest.mark.parametrize(
    ("tell", "told"),
    [
        (systemd.ready, b"READY=1"),
        (systemd.watchdog, b"WATCHDOG=1"),
        (systemd.stopping, b"STOPPING=1"),
        (lambda: systemd.status("12 cases open"), b"STATUS=12 cases open"),
    ],
)
def test_each_message_is_one_datagram_in_the_words_of_the_protocol(manager: socket.socket, tell: Callable[[], None], told: bytes) -> None:
    tell()
    assert manager.recv(4096) == told


def test_a_reload_carries_the_monotonic_time_in_microseconds(manager: socket.socket) -> None:
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    systemd.reloading()
    first, second = manager.recv(4096).decode().split("\n")
    assert first == "RELOADING=1"
    name, _, value = second.partition("=")
    assert name == "MONOTONIC_USEC"
    assert before <= int(value) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000


def test_a_status_with_line_ends_cannot_smuggle_in_another_message(manager: socket.socket) -> None:
    systemd.status("last pass 09:00\nREADY=1\r\x00 \u2028STOPPING=1")
    assert manager.recv(4096) == b"STATUS=last pass 09:00 READY=1 STOPPING=1"


def test_a_long_status_is_cut(manager: socket.socket) -> None:
    systemd.status("x" * 5000)
    assert len(manager.recv(8192)) == len("STATUS=") + systemd.STATUS_LENGTH_MAX


def test_an_abstract_socket_is_reached(listen: Listen) -> None:
    manager = listen(f"@maildesk-{uuid.uuid4().hex}")
    systemd.ready()
    assert manager.recv(4096) == b"READY=1"


@pytest.mark.parametrize("address", [None, "", "relative/path", "/nowhere/notify", "@nobody-listens-here", "/" + "x" * 300])
def test_nothing_is_raised_where_nobody_listens(monkeypatch: pytest.MonkeyPatch, address: str | None) -> None:
    if address is None:
        monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    else:
        monkeypatch.setenv("NOTIFY_SOCKET", address)
    systemd.ready()


def test_a_manager_that_does_not_read_costs_a_second_not_the_service(manager: socket.socket) -> None:
    manager.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        started = time.monotonic()
        systemd.watchdog()
        if (took := time.monotonic() - started) > systemd.SEND_TIMEOUT_SECONDS / 2:
            break
    else:
        pytest.fail("the queue of the socket never filled")
    assert took < systemd.SEND_TIMEOUT_SECONDS * 3
