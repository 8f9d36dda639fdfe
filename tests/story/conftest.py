# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A whole desk for each story: real Dovecot, real SMTP, real commands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig.desk import ADDRESS, TestDesk, a_desk
from tests.rig.dovecot import Dovecot
from tests.rig.post_office import PostOffice


@pytest.fixture
def eva(dovecot: Dovecot) -> str:
    """A citizen's mailbox."""
    return dovecot.new_user()


@pytest.fixture
def desk(dovecot: Dovecot, user: str, eva: str, tmp_path: Path) -> Iterator[TestDesk]:
    with PostOffice(dovecot, {ADDRESS: user, "eva@example.org": eva}) as post:
        yield a_desk(tmp_path / "desk", dovecot, post, user)
