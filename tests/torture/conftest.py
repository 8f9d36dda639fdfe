# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The samples share one set of servers for each file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.torture.world import Site


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as made:
        yield made
