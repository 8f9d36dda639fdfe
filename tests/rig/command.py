# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""maildesk as an admin types it: a process of its own, with its output and exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.rig.places import ROOT

COMMAND = (sys.executable, "-m", "maildesk")
SECONDS_MAX = 90


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def environment(**more: str) -> dict[str, str]:
    """Nothing of the caller's own configuration reaches the command."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAILDESK_", "NOTIFY_", "CREDENTIALS_"))}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


def maildesk(*words: str | Path, cwd: Path | None = None, **more: str) -> Said:
    """Runs a command to its end; `more` are variables of its environment."""
    done = subprocess.run(
        [*COMMAND, *map(str, words)], capture_output=True, text=True, cwd=cwd, env=environment(**more), timeout=SECONDS_MAX, check=False
    )
    return Said(done.returncode, done.stdout, done.stderr)


def start(*words: str | Path, **more: str) -> subprocess.Popen[str]:
    """Starts a command that stays; the caller ends it."""
    return subprocess.Popen(
        [*COMMAND, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(**more)
    )


SMALL_CONFIG = """
[desk]
name = "Kundendialog"
address = "desk@example.com"
[imap]
host = "127.0.0.1"
user = "desk"
security = "none"
port = {port}
[smtp]
host = "127.0.0.1"
security = "none"
port = {port}
"""


def small_desk(folder: Path, port: int = 9) -> Path:
    """A configuration for the commands that need no servers; returns its file."""
    file = folder / "maildesk.toml"
    file.write_text(SMALL_CONFIG.format(port=port), encoding="utf-8")
    return file
