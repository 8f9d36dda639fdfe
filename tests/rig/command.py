# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""maildesk as an admin types it: a process of its own, forked where nothing else is said, with its output and exit code."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.rig import zygote
from tests.rig.places import ROOT
from tests.rig.zygote import Forked, Zygote

COMMAND = (sys.executable, "-m", "maildesk")
SECONDS_MAX = 90
Process = Forked | subprocess.Popen[str]


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


@cache
def forks() -> Zygote:
    """What the commands of this run are forked from."""
    made = Zygote()
    atexit.register(made.close)
    return made


def maildesk(*words: str | Path, cwd: Path | None = None, forked: bool = True, **more: str) -> Said:
    """Runs a command to its end; `more` are variables of its environment, `forked` as in `start`."""
    with start(*words, cwd=cwd, forked=forked, **more) as process:
        try:
            out, err = process.communicate(timeout=SECONDS_MAX)
        finally:
            process.kill()
    return Said(process.wait(), out, err)


def start(*words: str | Path, cwd: Path | None = None, forked: bool = True, **more: str) -> Process:
    """Starts a command that stays; the caller ends it. `forked`: else Python is started, which takes ten times the time."""
    if forked:
        return forks().start(zygote.COMMAND, list(map(str, words)), environment(**more), cwd=str(cwd or ROOT))
    return subprocess.Popen(
        [*COMMAND, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd, env=environment(**more)
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
