# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A whole desk for tests: its mailbox in a real Dovecot, its letters through a real SMTP server, its configuration in a folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.rig.command import Process, Said, maildesk, start
from tests.rig.dovecot import Dovecot
from tests.rig.post_office import PostOffice
from tests.rig.stores import with_tables

ADDRESS = "desk@example.com"
WAIT_SECONDS_MAX = 300
CONFIG = """
[desk]
name = "Kundendialog Musterstadt"
address = "{address}"
phone = "0611 123456"
post = "Kundendialog, Postfach 1, 65000 Musterstadt"
{desk_more}
[imap]
host = "127.0.0.1"
port = {imap_port}
security = "none"
user = "{user}"
password_file = "imap-password"
{imap_more}
[smtp]
host = "127.0.0.1"
port = {smtp_port}
security = "none"
[digest]
enabled = {digest}
{more}
"""


@dataclass(frozen=True)
class TestDesk:
    """`maildesk(...)` runs a command on it; `daemon()` runs the daemon as a process of its own."""

    __test__ = False
    folder: Path
    user: str
    dovecot: Dovecot
    post: PostOffice

    @property
    def config(self) -> Path:
        return self.folder / "maildesk.toml"

    def maildesk(self, command: str, *words: str | Path, forked: bool = True) -> Said:
        return maildesk(command, "--config", self.config, *words, forked=forked)

    def write(self, octets: bytes) -> None:
        """A mail arrives."""
        self.dovecot.deliver(self.user, octets)

    def count(self, folder: str) -> int:
        with self.dovecot.client(self.user) as client:
            return int(client.folder_status(folder, "MESSAGES")[b"MESSAGES"]) if client.folder_exists(folder) else 0

    def status(self) -> Any:
        return self.maildesk("status", "--json").json

    @contextmanager
    def daemon(self, *, forked: bool = True, **environment: str) -> Iterator[Process]:
        """A running daemon; it is killed at the end if the test has not ended it."""
        process = start("run", "--config", self.config, forked=forked, **environment)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()


def a_desk(
    folder: Path,
    dovecot: Dovecot,
    post: PostOffice,
    user: str,
    *,
    desk_more: str = "",
    imap_more: str = "",
    more: str = "",
    digest: bool = False,
    fresh: bool = False,
) -> TestDesk:
    """`digest`: only where a test asks for it, else what staff get would depend on the hour at which the test runs. `fresh`: the first
    command makes the database; else an empty one is there."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    (folder / "imap-password").write_text(dovecot.password)
    (folder / "imap-password").chmod(0o600)
    text = CONFIG.format(
        address=ADDRESS, imap_port=dovecot.imap_port, smtp_port=post.port, user=user, desk_more=desk_more, imap_more=imap_more,
        digest=str(digest).lower(), more=more,
    )  # fmt: skip
    (folder / "maildesk.toml").write_text(text, encoding="utf-8")
    if not fresh:
        with_tables(folder / "maildesk.db")
    return TestDesk(folder, user, dovecot, post)


def wait_until(happened: Callable[[], bool]) -> None:
    """Fails if it does not happen; a busy machine has time for it."""
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
