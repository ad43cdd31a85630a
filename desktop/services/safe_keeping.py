"""Backups: made, opened again, compared, and noted on the start page."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from desktop.services.commands import new_request
from desktop.services.look import put_setting
from desktop.services.office import Office, commit
from desktop.services.views import BackupView
from desktop.store.backup import make_backup

Progress = Callable[[int, int, str], None]


def make_station_backup(office: Office, path: Path, progress: Progress | None = None) -> BackupView:
    """One file with everything, verified by opening it; the start page shows its age from then on."""
    now = office.now()
    content = make_backup(
        office.engine,
        office.folder,
        path,
        None if office.station.is_plain else office.master,
        office.station.code,
        now,
        progress or (lambda *_a: None),
    )
    with office.work() as uow:
        note = {
            "made_at": now.isoformat(),
            "path": str(path),
            "contracts": content.contracts,
            "total": format(content.total, "f"),
        }
        put_setting(uow, "last_backup", json.dumps(note))
        uow.record(new_request(), "backup", office.person.name, now, note)
        commit(uow)
    return BackupView(now, path, content.contracts, content.total, True)
