"""Where this station keeps its data, what day it is, and the few choices kept outside the database."""

from __future__ import annotations

import os
import sys
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

from desktop.errors import MachineError

CHINA = timezone(timedelta(hours=8), "CST")
"""The one civil time of the country; a PC set to another zone must not shift a date of registration."""

FILE_NAME = "station.toml"


def now() -> datetime:
    """The moment, UTC. CONTRACT_DESK_TODAY (2026-11-20) moves the day, not the time of day (demo, tests).

    With a time behind it (2026-11-20T09:30) the clock stands still there: two pictures of a page are alike.
    """
    real = datetime.now(UTC)
    if not (day := os.environ.get("CONTRACT_DESK_TODAY")):
        return real
    if "T" in day:
        return datetime.fromisoformat(day).replace(tzinfo=CHINA).astimezone(UTC)
    local = real.astimezone(CHINA)
    return datetime.combine(date.fromisoformat(day), local.timetz()).astimezone(UTC)


def today() -> date:
    """The date in China."""
    return now().astimezone(CHINA).date()


def local_time(moment: datetime) -> datetime:
    """A stored UTC moment as the clerk reads it."""
    return moment.astimezone(CHINA)


def user_data_folder() -> Path:
    """The default data folder of this user on this machine (not created here)."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "ContractDesk"
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "contract-desk"


@dataclass(frozen=True, slots=True)
class StationFile:
    """``station.toml`` in the data folder: what must be known before the database is open."""

    code: str
    """Code of the station in the province's list, e.g. ``990321``."""
    name: str
    province: str = ""
    city: str = ""
    county: str = ""
    pack: str = ""
    """Id of the local pack (地方包), e.g. ``yunling-2026.11``."""
    database_url: str = ""
    """PostgreSQL URL of an office with several seats; empty: the SQLite file in this folder."""
    is_plain: bool = False
    """The SQLite file is not encrypted (demo and tests only)."""
    is_training: bool = False
    extra: dict[str, str] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write whole or not at all (temporary name, then rename)."""
        lines = [
            f"{key} = {_toml(getattr(self, key))}"
            for key in (
                "code",
                "name",
                "province",
                "city",
                "county",
                "pack",
                "database_url",
                "is_plain",
                "is_training",
            )
        ]
        lines += ["", "[extra]"] + [f"{key} = {_toml(value)}" for key, value in self.extra.items()]
        temporary = folder / (FILE_NAME + ".partial")
        temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")
        temporary.replace(folder / FILE_NAME)


def _toml(value: str | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def read_station_file(folder: Path) -> StationFile:
    """The station of this data folder. Raises MachineError when there is none or it cannot be read."""
    path = folder / FILE_NAME
    if not path.exists():
        raise MachineError(
            f"这里还没有登记机构的数据：{folder}",
            "请先运行 contract-desk init 建立，或用 --data 指明数据所在的文件夹",
        )
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        return StationFile(**values)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as exc:
        raise MachineError(
            f"{path} 读不出来", "文件被改动或损坏，请从备份中恢复这个文件；数据库没有动"
        ) from exc
