"""Bringing a database to this program's version: migrations, and a refusal in words of a newer one."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect, text

from desktop.errors import MachineError
from desktop.resources import _
from desktop.store.engine import copy_sqlite

HEAD = "0007"
"""Newest migration; a test compares it with the folder ``migrations/versions``."""

KNOWN = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")


def version_of(engine: Engine) -> str | None:
    """Version of the schema in this database; None for an empty one."""
    with engine.execution_options(read_only=True).connect() as conn:
        if not inspect(conn).has_table("alembic_version"):
            return None
        found: str | None = conn.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return found


def bring_up_to_date(engine: Engine, before: Path | None = None) -> bool:
    """Run the migrations that are missing; True when anything was done.

    ``before``: where a copy of an older SQLite database is put first. Raises MachineError for a database that
    a newer version of the program made; it is left as it is.
    """
    version = version_of(engine)
    if version == HEAD:
        return False
    if version is not None and version not in KNOWN:
        raise MachineError(
            _("这份数据由更新版本的程序建立（{version}），本程序打不开").format(version=version),
            _("请安装新版程序后再打开；数据没有改动"),
            code="M06",
        )
    if version is not None and before is not None and engine.dialect.name == "sqlite":
        copy_sqlite(engine, before)
    migrate(engine)
    return True


def migrate(engine: Engine, to: str = "head") -> None:
    """Run Alembic up to ``to``, each migration in a transaction of its own."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, to)
