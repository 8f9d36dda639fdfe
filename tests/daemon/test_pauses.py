# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The pauses between tries."""

from __future__ import annotations

from maildesk.daemon.pauses import Pauses


def test_pauses_double_up_to_five_minutes_and_begin_anew_after_a_success() -> None:
    pauses = Pauses()
    assert [pauses.next_seconds() for _ in range(11)] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]

    pauses.reset()
    assert pauses.next_seconds() == 1
