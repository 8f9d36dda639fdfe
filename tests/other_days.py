# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The tests as if today were another day: `python -m tests.other_days DAY COMMAND...`, where the command runs them.

DAY is a moment in UTC ("2028-02-29 10:00"), `drawn` (one within five years, another one for each commit) or `all` (each of `special`). The
clock goes on from there, for every process that a test starts, by datefudge(1); the times of files are the real ones. libfaketime would set
these too, but the one of Debian 12 breaks time.sleep of Python 3.11.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

from tests.rig.days import BERLIN, drawn, special


def _chosen(day: str) -> dict[str, datetime]:
    today = datetime.now(BERLIN).date()
    if day == "all":
        return special(today)
    if day == "drawn":
        commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
        return {"drawn": drawn(today, commit)}
    try:
        return {"given": datetime.fromisoformat(day).replace(tzinfo=UTC)}
    except ValueError:
        sys.exit(f'maildesk: {day!r} is no day: please give all, drawn, or one such as "2028-02-29 10:00"')


def main() -> int:
    """0 if the command succeeds on all the days."""
    days = _chosen(sys.argv[1])
    failed = []
    for name, moment in days.items():
        told = f'{moment:%A, %Y-%m-%d %H:%M} UTC ({name}); again by: make test-days DAY="{moment:%Y-%m-%d %H:%M}"'
        print(f"maildesk: the tests on {told}", flush=True)
        command = ["datefudge", f"{moment:%Y-%m-%d %H:%M} UTC", *sys.argv[2:]]
        if subprocess.run(command, check=False).returncode:
            failed.append(told)
    print(*(f"maildesk: tests failed on {told}" for told in failed), sep="\n", end="\n" if failed else "", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
