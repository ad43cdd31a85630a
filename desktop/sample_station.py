"""``python -m desktop.sample_station``: the window on the sample station in the user data folder."""

from __future__ import annotations

import os
import sys

from desktop.resources import _
from desktop.sample_station_data import sample_today
from desktop.settings import user_data_folder


def main() -> int:
    """Open the window on the sample station, made and filled on the first run."""
    os.environ.setdefault("CONTRACT_DESK_TODAY", sample_today().isoformat())
    folder = user_data_folder() / "sample"
    if not (folder / "station.toml").exists():
        sys.stdout.write(_("正在建立样例登记处（只在第一次）……") + "\n")
        from desktop.demo import fill_for_window

        fill_for_window(folder)
    from desktop.app import run_window

    return run_window(str(folder))


if __name__ == "__main__":
    sys.exit(main())
