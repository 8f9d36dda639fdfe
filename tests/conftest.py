# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Fixtures for every test that needs a real server."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from maildesk.adapters.mailbox import ImapMailbox
from maildesk.octets import FolderState, RawMessage
from tests.rig import samples, warm
from tests.rig.dovecot import Dovecot
from tests.torture.world import Site

SHARED_MEMORY = Path("/dev/shm")
FREE_BYTES_MIN = 2 * 1024**3


def pytest_configure() -> None:
    """Files go to memory where it has room: no test takes the power away, and on a disk each commit waits for it."""
    warm.keep()
    if "TMPDIR" in os.environ or not os.access(SHARED_MEMORY, os.W_OK) or os.statvfs(SHARED_MEMORY).f_flag & os.ST_NOEXEC:
        return
    if shutil.disk_usage(SHARED_MEMORY).free > FREE_BYTES_MIN:
        os.environ["TMPDIR"] = tempfile.tempdir = str(SHARED_MEMORY)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what is for `make torture`, unless it was asked for by its name."""
    if samples.ALL or any("::" in argument for argument in config.args):
        return
    left_out = [item for item in items if item.get_closest_marker("long")]
    items[:] = [item for item in items if not item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=left_out)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays to the end: to look through it for garbage again and again takes a third of the time of collecting."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


# The same examples each time, and none that fails because the machine is busy.
settings.register_profile("maildesk", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("maildesk")


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """One real Dovecot for the whole run; each test uses a user of its own."""
    with tempfile.TemporaryDirectory(prefix="md-") as folder:
        server = Dovecot.start(Path(folder))
        yield server
        server.stop()


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The servers of the torture; each world in it has a user of its own."""
    with Site() as made:
        yield made


@pytest.fixture
def user(dovecot: Dovecot) -> str:
    """A user with an empty mailbox."""
    return dovecot.new_user()


@pytest.fixture
def mailbox(dovecot: Dovecot, user: str, tmp_path: Path) -> Iterator[ImapMailbox]:
    """The mailbox of `user`, with its folders made."""
    with ImapMailbox(dovecot.settings(user), dovecot.password, tmp_path) as mailbox:
        mailbox.prepare()
        yield mailbox


Take = Callable[[ImapMailbox, FolderState], list[RawMessage]]


@pytest.fixture
def take() -> Iterator[Take]:
    """Fetches everything that a look has shown; the octets are closed when the test is over."""
    taken: list[RawMessage] = []

    def take_all(mailbox: ImapMailbox, state: FolderState) -> list[RawMessage]:
        new = [raw for batch in mailbox.fetch(state, state.uids) for raw in batch]
        taken.extend(new)
        return new

    yield take_all
    for raw in taken:
        raw.octets.close()
