# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Logging on standard error: short lines for people, and for systemd the priority in front (sd-daemon(3))."""

from __future__ import annotations

import logging
import sys
from typing import TextIO

from maildesk import faults, printing

_PRIORITIES = {logging.CRITICAL: 2, logging.ERROR: 3, logging.WARNING: 4, logging.INFO: 6, logging.DEBUG: 7}
# These libraries would write what goes over the wire, or parts of messages, into the log.
_TALKATIVE = ("imapclient", "mailparser", "mail-parser", "inscriptis", "mail.log", "sqlalchemy", "alembic")


class _OneLine(logging.Formatter):
    """One line for each record: what follows a line end would be a line of the log that nobody has written."""

    def format(self, record: logging.LogRecord) -> str:
        return printing.plain(super().format(record))


class _ForSystemd(_OneLine):
    def format(self, record: logging.LogRecord) -> str:
        return f"<{_PRIORITIES.get(record.levelno, 6)}>{super().format(record)}"


class _ToStderr(logging.StreamHandler[TextIO]):
    """A log that cannot be written, as its disk is full or its reader gone, is no reason to stop; nor to fill it with tracebacks later."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # the name that logging gives it
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


def set_up(*, daemon: bool, under_systemd: bool = False) -> None:
    """`daemon` says what happens; the other commands only warn."""
    handler = _ToStderr(sys.stderr)
    handler.setFormatter(_ForSystemd("%(message)s") if under_systemd else _OneLine("maildesk: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("maildesk").setLevel(logging.INFO if daemon else logging.WARNING)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.ERROR)
    # A job that overlaps or is late is normal here; a job that fails says so itself.
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    if faults.is_on():
        logging.getLogger("maildesk").critical("%s is set: a switch for tests, never for a desk at work; this run may die", faults.VARIABLE)
