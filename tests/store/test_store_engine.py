"""Opening, refusing and keeping a database."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, text, update
from sqlalchemy.exc import DBAPIError

from desktop.errors import MachineError, RefusedError
from desktop.models import Action, Base
from desktop.services.look import check_database
from desktop.services.office import Office
from desktop.store.engine import open_sqlite, refuse_network_path
from desktop.store.schema import HEAD, KNOWN, bring_up_to_date, version_of
from desktop.store.search_index import sums_of_found
from desktop.store.unit_of_work import UnitOfWork
from tests.conftest import POSTGRES, Way

sqlite_only = pytest.mark.skipif(bool(POSTGRES), reason="about the SQLite file itself")


def test_the_migrations_build_exactly_the_tables_of_the_models(office: Office) -> None:
    found = inspect(office.engine)
    names = set(found.get_table_names())
    assert set(Base.metadata.tables) <= names
    for name, table in Base.metadata.tables.items():
        columns = {c["name"]: c for c in found.get_columns(name)}
        assert set(columns) == {c.name for c in table.columns}
        assert {c.name: c.nullable for c in table.columns} == {n: c["nullable"] for n, c in columns.items()}
        checks = {c.name for c in table.constraints if type(c).__name__ == "CheckConstraint"}
        assert checks == {c["name"] for c in found.get_check_constraints(name)}
        uniques = {c.name for c in table.constraints if type(c).__name__ == "UniqueConstraint"}
        assert uniques <= {c["name"] for c in found.get_unique_constraints(name)}


def test_the_newest_migration_is_the_one_the_program_expects() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    import desktop.store

    config = Config()
    config.set_main_option("script_location", str(Path(desktop.store.__file__).parent / "migrations"))
    script = ScriptDirectory.from_config(config)
    assert script.get_current_head() == HEAD
    assert {s.revision for s in script.walk_revisions()} == set(KNOWN)


def test_a_database_of_a_newer_program_is_refused_in_words_and_left_alone(office: Office) -> None:
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(MachineError, match="更新版本的程序"):
        bring_up_to_date(office.engine)
    assert version_of(office.engine) == "9999"


def test_a_row_of_the_log_can_be_neither_changed_nor_deleted(office: Office, way: Way) -> None:
    way.draft()
    for statement in (update(Action).values(person="别人"), Action.__table__.delete()):
        with UnitOfWork(office.engine) as uow, pytest.raises(DBAPIError, match="append-only"):
            uow.session.execute(statement)
        uow.session.close()


@sqlite_only
def test_a_changed_log_row_is_detected(office: Office, way: Way) -> None:
    way.draft()
    assert check_database(office).is_good
    with office.engine.begin() as conn:
        conn.execute(text("DROP TRIGGER action_no_update"))
        conn.execute(text("UPDATE action SET person = '别人' WHERE id = 1"))
    report = check_database(office)
    assert not report.is_good
    assert "第 1 条" in "".join(report.lines)


@sqlite_only
def test_an_encrypted_file_opens_with_its_key_only(tmp_path: Path) -> None:
    path, key = tmp_path / "a.db", os.urandom(32)
    engine = open_sqlite(path, key)
    bring_up_to_date(engine)
    engine.dispose()
    assert not path.read_bytes().startswith(b"SQLite format 3")
    for wrong in (os.urandom(32), None):
        with pytest.raises(MachineError, match="打不开数据库"):
            open_sqlite(path, wrong)
    engine = open_sqlite(path, key)
    assert version_of(engine) == HEAD
    engine.dispose()


@sqlite_only
def test_a_file_that_is_no_database_is_named_and_left_untouched(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(b"this is not a database, it only looks important" * 100)
    before = path.read_bytes()
    with pytest.raises(MachineError, match="打不开数据库"):
        open_sqlite(path)
    assert path.read_bytes() == before


def test_a_network_share_is_refused() -> None:
    with pytest.raises(MachineError, match="网络共享"):
        refuse_network_path(Path("//server/share/desk"))


@sqlite_only
def test_a_full_disk_is_told_in_words_and_nothing_is_half_written(office: Office, way: Way) -> None:
    made = way.draft()
    before = check_database(office)
    with office.engine.connect() as conn:
        pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
        conn.rollback()
    raw = office.engine.raw_connection()
    raw.cursor().execute(f"PRAGMA max_page_count={pages}")  # what a full disk is to SQLite: no further page
    raw.close()
    with pytest.raises(MachineError, match="磁盘写满"):
        fill_the_disk(way)
    raw = office.engine.raw_connection()
    raw.cursor().execute("PRAGMA max_page_count=1073741823")
    raw.close()
    after = check_database(office)
    assert after.is_good
    assert after.contract_count >= before.contract_count
    assert way.sheet(made).row.state == "DRAFT"


def fill_the_disk(way: Way) -> None:
    for n in range(2000):
        way.draft(title=f"把磁盘写满的合同{n}", summary="长" * 500)


@sqlite_only
def test_a_read_only_disk_is_told_in_words(tmp_path: Path, office: Office) -> None:
    folder = tmp_path / "ro"
    folder.mkdir()
    office.engine.dispose()
    (folder / "contract-desk.db").write_bytes((tmp_path / "contract-desk.db").read_bytes())
    with read_only(folder), pytest.raises(MachineError, match="只能读"):
        write_something(folder / "contract-desk.db")


def write_something(path: Path) -> None:
    engine = open_sqlite(path)
    with UnitOfWork(engine) as uow:
        uow.session.execute(text("DELETE FROM station_setting"))
        uow.commit()


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """A folder nobody can write: by its mode, or for root, who writes everywhere, by a read-only mount."""
    if os.geteuid() == 0:
        subprocess.run(["mount", "--bind", folder, folder], check=True)
        subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
    else:
        (folder / "contract-desk.db").chmod(0o444)
        folder.chmod(0o555)
    try:
        yield
    finally:
        if os.geteuid() == 0:
            subprocess.run(["umount", folder], check=True)
        else:
            folder.chmod(0o755)


def test_two_connections_that_read_and_write_wait_for_each_other(office: Office) -> None:
    import threading

    from desktop.store.numbers import next_serial

    found: list[int] = []

    def take() -> None:
        for _n in range(20):
            with UnitOfWork(office.engine) as uow:
                found.append(next_serial(uow, "local", office.today()))
                uow.commit()

    threads = [threading.Thread(target=take) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == list(range(1, 81))


def test_an_action_keeps_the_hash_of_the_one_before(office: Office, way: Way) -> None:
    way.draft()
    way.draft(title="另一份")
    with office.look() as uow:
        rows = uow.session.scalars(select(Action).order_by(Action.id)).all()
    assert rows[1].previous_hash == rows[0].hash


def test_leaving_without_commit_undoes_everything(office: Office, way: Way) -> None:
    made = way.draft()
    with UnitOfWork(office.engine) as uow:
        uow.contract(made).title = "不该留下"
        uow.session.flush()
    assert way.sheet(made).facts.title == way.facts.title


def test_a_missing_contract_is_refused_in_words(office: Office) -> None:
    with UnitOfWork(office.engine) as uow, pytest.raises(RefusedError, match="没有这份合同"):
        uow.contract(424242)


def indexes(office: Office) -> set[str]:
    found = inspect(office.engine)
    return {str(i["name"]) for name in found.get_table_names() for i in found.get_indexes(name)}


@sqlite_only
@pytest.mark.parametrize("early", [True, False], ids=["without the two indexes", "with them"])
def test_a_station_of_the_first_schema_comes_up_to_date_with_all_it_holds(
    office: Office, way: Way, early: bool
) -> None:
    """What 0001 made and filled opens with today's program; a copy of it is put aside first."""
    whole = indexes(office)
    made = way.registered()
    before = way.sheet(made)
    with office.engine.begin() as conn:
        for statement in (
            "DROP TABLE expert_review",
            "DROP TABLE objection",
            "ALTER TABLE contract DROP COLUMN expert_opinion",
            "ALTER TABLE contract DROP COLUMN has_objection",
            "ALTER TABLE party_record DROP COLUMN retired_on",
            "DROP INDEX ix_party_name_id_number",
            "DROP INDEX ix_contract_party_place",
            "DROP INDEX ix_contract_amount",
            "DROP INDEX ix_contract_technology",
            "ALTER TABLE party_name DROP COLUMN id_number",
            *(["DROP INDEX ix_contract_sums", "DROP INDEX ix_number_block_year"] if early else []),
            "UPDATE alembic_version SET version_num = '0001'",
        ):
            conn.execute(text(statement))
    kept = office.folder / "before.db"
    assert bring_up_to_date(office.engine, before=kept)
    assert version_of(office.engine) == HEAD
    assert kept.exists()
    assert indexes(office) == whole
    assert way.sheet(made) == before
    with office.look() as uow:
        assert sums_of_found(uow.session, [made])[0] == before.facts.contract_amount
    assert check_database(office).is_good
