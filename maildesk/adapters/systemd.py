# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What the daemon reports to systemd (sd_notify(3)): ready, alive, busy, leaving. Without $NOTIFY_SOCKET nothing is said.

None of these functions raises: a service manager that cannot be notified must not stop the mail.
"""

from __future__ import annotations

import os
import socket
import time

SEND_TIMEOUT_SECONDS = 1.0
STATUS_LENGTH_MAX = 200


def ready() -> None:
    """The start is over, or a reload is: from now on the unit counts as running."""
    _notify("READY=1")


def status(text: str) -> None:
    """The line that `systemctl status` shows: counts and times only, as everybody on the host can read it."""
    _notify(f"STATUS={_one_line(text)}")


def watchdog() -> None:
    """A sign of life; it must come at least every WatchdogSec= of the unit."""
    _notify("WATCHDOG=1")


def reloading() -> None:
    """A reload begins; `ready` ends it. The time stamp is wanted by systemd 253 and newer, and harmless before."""
    _notify(f"RELOADING=1\nMONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")


def stopping() -> None:
    """The service is on its way out by its own will or on request."""
    _notify("STOPPING=1")


def _one_line(text: str) -> str:
    """Line ends would begin a new assignment of the protocol."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split())[:STATUS_LENGTH_MAX]


def _notify(assignments: str) -> None:
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address[:1] not in {"/", "@"}:
        return
    if address.startswith("@"):  # the abstract namespace: unix(7)
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as connection:
            connection.settimeout(SEND_TIMEOUT_SECONDS)
            connection.connect(address)
            connection.sendall(assignments.encode("utf-8", "replace"))
    except OSError:
        return  # nobody listens, or not any more
