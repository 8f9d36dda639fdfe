# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""How much is tried of what chance makes: a sample in `make test`, all in `make torture`, which runs the tests with this mark again."""

from __future__ import annotations

import os

import pytest

ALL = os.environ.get("MAILDESK_SAMPLES") == "all"
sampled = pytest.mark.sampled


def of(whole: int, sample: int) -> int:
    """So many of `whole` are tried."""
    return whole if ALL else sample
