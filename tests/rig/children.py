# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The processes that a test has started."""

from __future__ import annotations

import os
from pathlib import Path


def children() -> set[int]:
    """Those that this process has started and not yet buried."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
            if parent == os.getpid():
                found.add(int(entry.name))
    return found
