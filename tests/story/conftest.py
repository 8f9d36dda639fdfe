# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A whole desk for each story: real Dovecot, real SMTP, real commands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig.command import environment, forks
from tests.rig.desk import ADDRESS, TestDesk, a_desk
from tests.rig.dovecot import Dovecot
from tests.rig.post_office import PostOffice
from tests.torture.mails import STAFF, mails


@pytest.fixture
def eva(dovecot: Dovecot) -> str:
    """A citizen's mailbox."""
    return dovecot.new_user()


@pytest.fixture(scope="session", autouse=True)
def warm(dovecot: Dovecot, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What the commands are forked from has been through a pass with mails of all kinds, so none of them has to compile anything."""
    user = dovecot.new_user()
    with PostOffice(dovecot, {ADDRESS: user}) as post:
        desk = a_desk(tmp_path_factory.mktemp("warm") / "desk", dovecot, post, user, more=STAFF)
        for mail in mails(0):
            desk.write(mail.octets)
        for words in (("poll",), ("poll",), ("status",), ("cases",)):
            ran = forks().run(*words, "--config", str(desk.config), environment=environment(), warm_up=True)
            assert ran.code == 0, ran.err


@pytest.fixture
def desk(dovecot: Dovecot, user: str, eva: str, tmp_path: Path) -> Iterator[TestDesk]:
    with PostOffice(dovecot, {ADDRESS: user, "eva@example.org": eva}) as post:
        yield a_desk(tmp_path / "desk", dovecot, post, user)
