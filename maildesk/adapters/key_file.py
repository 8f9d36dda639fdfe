# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The key of our Message-IDs: a file beside the database."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from maildesk import faults
from maildesk.errors import StoreUnusable

KEY_FILE = "message-id.key"
KEY_BYTES = 32


def letter_key(state_dir: Path) -> bytes:
    """The key of our Message-IDs, made once (mode 0600). Who has it can claim to answer our letters."""
    path = state_dir / KEY_FILE
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _make_key(path)
        key = path.read_bytes()
    except OSError as error:
        raise StoreUnusable(f"the key {path} cannot be read or made ({error.strerror}): check owner and mode of the folder") from error
    if len(key) < KEY_BYTES:
        raise StoreUnusable(f"the key {path} is damaged: restore it from the backup; without it no letter is recognised")
    return key


def _make_key(path: Path) -> None:
    """Written whole under another name first: a crash leaves no half key, and two processes end up with one."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    faults.at("before: the draft of the key")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    faults.at("after: the draft of the key")
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        faults.at("before: the key")
        os.link(draft, path)
        faults.at("after: the key")
    except FileExistsError:
        pass
    finally:
        draft.unlink()
