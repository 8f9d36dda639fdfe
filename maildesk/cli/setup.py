# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""`maildesk init`: a first configuration, commented, beside what is there already."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from maildesk import printing
from maildesk.errors import CannotCreateError
from maildesk.settings.categories import CATEGORIES_FILE
from maildesk.settings.settings import FILE_NAME

DEFAULT_URL = 'url = "sqlite:///maildesk.db"'


def init(folder: Path, *, with_templates: bool, with_categories: bool = False) -> None:
    from maildesk.settings.shipped import shipped

    os.umask(0o022)  # the service's own user must be able to read all but the secrets
    try:
        _make_folder(folder)
        made = [_write_config(folder, shipped("config") / FILE_NAME)]
        made += _copy_templates(folder / "templates", shipped("templates")) if with_templates else []
        made += [_copy(shipped("config") / CATEGORIES_FILE, folder / CATEGORIES_FILE)] if with_categories else []
    except OSError as error:
        raise CannotCreateError(f"{error.filename or folder}: cannot be written ({error.strerror})") from error
    for line in (*filter(None, made), *_next_steps(folder)):
        printing.line(line)


def _make_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    secrets = folder / "secrets"
    if not secrets.exists():
        secrets.mkdir(mode=0o700)


def _write_config(folder: Path, shipped_file: Path) -> str:
    target = folder / FILE_NAME
    text = shipped_file.read_text(encoding="utf-8")
    absolute = folder.absolute()
    if absolute.is_relative_to("/etc"):
        # A service may not write below /etc: its database belongs where systemd's StateDirectory= puts it.
        text = text.replace(DEFAULT_URL, f'url = "sqlite:////var/lib/{absolute.relative_to("/etc")}/maildesk.db"')
    return _create(target, text)


def _create(target: Path, text: str) -> str:
    try:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        return f"kept     {target} (it was there already)"
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    return f"written  {target}"


def _copy_templates(target: Path, source: Path) -> list[str]:
    target.mkdir(exist_ok=True)
    return [_copy(file, target / file.name) for file in sorted(source.iterdir())]


def _copy(file: Path, copy: Path) -> str:
    if copy.exists():
        return f"kept     {copy} (it was there already)"
    shutil.copyfile(file, copy)
    return f"written  {copy}"


def _next_steps(folder: Path) -> tuple[str, ...]:
    config, secrets = folder / FILE_NAME, folder / "secrets"
    return (
        "",
        "What to do next:",
        f"1. Open {config} and fill in what is marked (required): name and address of the desk, IMAP and SMTP servers.",
        f"2. Write the passwords into {secrets / 'imap'} and {secrets / 'smtp'}, then: chmod 600 {secrets}/*",
        f"3. maildesk check --config {config}",
        f"4. maildesk poll --dry-run --config {config}     says what would happen to each mail that waits, and changes nothing",
        f"5. maildesk run --config {config}     or install the systemd unit: docs/installation.md",
    )
