# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Where the files are that ship with maildesk beside its code."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from maildesk.errors import ConfigError

_PACKAGE = Path(__file__).resolve().parent.parent

Kind = Literal["templates", "config", "systemd"]


def shipped(kind: Kind) -> Path:
    """The folder of one kind of shipped files: inside the installed package, or beside it in the source tree.

    Raises ConfigError if the folder is in neither place.
    """
    for folder in (_PACKAGE / "_shipped" / kind, _PACKAGE.parent / kind):
        if folder.is_dir():
            return folder
    raise ConfigError(f"{_PACKAGE}: the folder {kind!r} that ships with maildesk is missing: install maildesk again")
