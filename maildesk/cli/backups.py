# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""`maildesk backup`: database and key into a folder, checked, while the service goes on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from maildesk import building, printing
from maildesk.adapters.key_file import KEY_FILE
from maildesk.errors import WrongUseError
from maildesk.jobs import upkeep

if TYPE_CHECKING:
    from maildesk.settings.settings import Settings

DEFAULT_FOLDER = "backups"


def backup(settings: Settings, target: Path | None, keep: int | None, *, as_json: bool) -> int:
    """The schema is left as it is: the backup before an upgrade is one of the old version."""
    from maildesk.adapters.store import Store
    from maildesk.adapters.store.backup import default_name, make, remove_older

    if keep is not None and keep < 1:
        raise WrongUseError(f"--keep {keep}: at least one backup must be kept, the one just made")
    now, database = building.now(), settings.database_file
    folder = target if target is not None and target.is_dir() else None
    if target is None:
        folder = settings.backups_dir or settings.state_dir / DEFAULT_FOLDER
    made = make(database, settings.state_dir / KEY_FILE, folder / default_name(database, now) if folder else Path(str(target)), now)
    removed = remove_older(made.folder.parent, database, keep) if keep else []
    with Store(database, settings.desk.prefix, settings.desk.zone) as store:
        upkeep.note_backup(store, made.size_bytes, building.now())
    if as_json:
        found = {"folder": str(made.folder), "size": made.size_bytes, "rows": made.rows, "removed": [str(path) for path in removed]}
        printing.data(found)
    else:
        printing.line(str(made.folder))
        printing.message(f"{made.rows} rows, {made.size_bytes} bytes, checked; {len(removed)} older ones removed")
    return 0
