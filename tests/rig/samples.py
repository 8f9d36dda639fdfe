# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""How much is tried: a sample in `make test`, all in `make torture`, which runs the tests with these marks.

`sampled` tests try less of what chance makes in `make test`; `long` ones run in `make torture` alone: something like them is in both.
"""

from __future__ import annotations

import os

import pytest

ALL = os.environ.get("MAILDESK_SAMPLES") == "all"
sampled = pytest.mark.sampled
long = pytest.mark.long


def of(whole: int, sample: int) -> int:
    """So many of `whole` are tried."""
    return whole if ALL else sample
