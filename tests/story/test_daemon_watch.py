# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What the daemon does by the clock beside its mail: the watch of each minute, and the nightly backup."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from maildesk import building
from maildesk.daemon.parts import build
from maildesk.daemon.serving import Serving
from maildesk.octets import Octets, RawMessage
from maildesk.settings.passwords import read_passwords
from maildesk.settings.settings import load_settings
from tests.rig.desk import TestDesk


@pytest.fixture
def serving(desk: TestDesk) -> Iterator[Serving]:
    settings = load_settings(desk.config)
    with ExitStack() as stack:
        yield Serving(build(settings, read_passwords(settings), stack), lambda: None)


def said(manager: socket.socket) -> str:
    return manager.recv(4096).decode()


def test_each_minute_systemd_is_told_the_gravest_problem(serving: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        store, now = serving._parts.store, building.now()
        store.note_pass({}, 0, "", now, now)

        serving._look_out()
        well = said(manager)
        with store.transaction() as transaction:
            transaction.quarantine(RawMessage("INBOX", 7, 1, now, Octets.of(b"poison")), "died", now)
        serving._look_out()
        ill = said(manager)

    assert well.startswith("STATUS=no pass yet; 0 cases")
    assert ill.startswith("STATUS=1 problems: 1 mails are in quarantine")


def test_each_night_there_is_a_backup_and_one_is_due_after_a_night_that_was_missed(serving: Serving, desk: TestDesk) -> None:
    now = building.now()
    assert serving._backup_is_due(now)

    serving._upkeep()

    assert len(list((desk.folder / "backups").glob("maildesk-*/maildesk.db"))) == 1
    assert not serving._backup_is_due(now)
    assert serving._backup_is_due(now + timedelta(hours=25))


def test_where_no_backups_are_wanted_none_are_made(desk: TestDesk) -> None:
    text = desk.config.read_text(encoding="utf-8")
    desk.config.write_text(f'{text}\n[database]\nbackups = ""\n', encoding="utf-8")
    settings = load_settings(desk.config)

    with ExitStack() as stack:
        serving = Serving(build(settings, read_passwords(settings), stack), lambda: None)
        serving._upkeep()

        assert not serving._backup_is_due(building.now())
    assert not (desk.folder / "backups").exists()
