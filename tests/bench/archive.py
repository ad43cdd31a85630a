"""An encrypted station with many registered contracts of ten years, built once and kept in ``bench-out/``.

The kept folder is named by its size and by a digest of what would be in it, so that a changed token or
invented contract builds a new one and drops the old; every other run starts at once.
"""

from __future__ import annotations

import hashlib
import inspect
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Engine, select, text

from desktop.models import Action, Contract
from desktop.resources import resource
from desktop.rules.book import load_book
from desktop.rules.codes import CodeTables
from desktop.rules.local_pack import load_pack
from desktop.rules.working_days import Calendar
from desktop.security import slots
from desktop.services.office import Office
from desktop.services.station import FirstPerson, init_station, shipped_pack
from desktop.settings import StationFile
from desktop.store.backup import DATABASE
from desktop.store.engine import open_sqlite
from desktop.store.schema import bring_up_to_date
from desktop.store.search_index import tokens_of
from desktop.store.unit_of_work import GENESIS, UnitOfWork, action_hash
from tests.bench.station import CLERK, NOW, REVIEWER, company, credit_code, title
from tests.bench.station import HEAD as CHIEF

PASSWORD = "云岭 2026 Abc"
"""Of all three people."""
BATCH = 20_000
_PACK = "yunling-2026.11"
_STATION = StationFile("990321", "澄河县技术合同登记处", "云岭省", "岚州市", "澄河县", _PACK)
_KINDS = (
    ("DEV", "DEV-1"),
    ("DEV", "DEV-1"),
    ("DEV", "DEV-2"),
    ("LIC", "LIC-1"),
    ("CON", "CON"),
    ("SVC", "SVC-1"),
)


def registered(number: int) -> tuple[date, str, str]:
    """Day of registration, kind, sub-kind of an archived contract."""
    year = 2026 - number * 10 // 1_000_003 % 10 if number % 3 == 0 else 2017 + number % 10
    day = date(year, 1 + number % 11, 1 + number % 28)
    kind, sub_kind = _KINDS[number % len(_KINDS)]
    return day, "TRF" if kind == "LIC" and day < date(2026, 3, 1) else kind, sub_kind


def sides(number: int) -> tuple[int, int]:
    """Which companies sell and buy in an archived contract."""
    return number % 3001, 3001 + number % 7919


def archive(number: int) -> SimpleNamespace:
    """One registered contract of the last ten years, as the search index and the list see it."""
    day, kind, sub_kind = registered(number)
    year = day.year
    technology = (300_000 + number % 50_000 * 137) * 100 + number % 100
    seller, buyer = sides(number)
    return SimpleNamespace(
        id=number,
        uid=str(uuid5(NAMESPACE_URL, f"archive {number}")),
        title=title(number),
        is_secret=False,
        kind=kind,
        sub_kind=sub_kind,
        field=f"{1 + number % 11:02}",
        state="CERTIFIED" if number % 50 else "CANCELLED",
        reporting_state="ACCEPTED_ABOVE" if number % 40 else "NOT_SENT",
        registered_on=day,
        official_number=f"{year}990321{number:07d}",
        local_serial=f"澄受 {year}-{number:07d}",
        contract_fen=technology + 5_000_000,
        technology_fen=technology,
        parties=[
            SimpleNamespace(
                role="buyer", name=company(buyer), id_number=credit_code(buyer), contact="韦青岚"
            ),
            SimpleNamespace(
                role="seller", name=company(seller), id_number=credit_code(seller), contact="秦松"
            ),
        ],
    )


def kept_archive(place: Path, count: int) -> tuple[Path, bool]:
    """The folder of a station with so many contracts, and whether it had to be built.

    It is there whole or not at all: built under another name and renamed at the end. One of an earlier schema
    is brought up to date, as a station's own data would be.
    """
    folder = place / f"{count}-{_print_of_content()}"
    if is_new := not folder.exists():
        place.mkdir(parents=True, exist_ok=True)
        for old in place.glob(f"{count}-*"):
            shutil.rmtree(old)
        building = place / f"{count}-being-built"
        people = [FirstPerson(p.name, tuple(sorted(p.roles)), PASSWORD) for p in (CLERK, REVIEWER, CHIEF)]
        init_station(building, _STATION, people, shipped_pack(_PACK))
        engine = open_sqlite(building / DATABASE, _key(building))
        fill_archive(engine, count)
        engine.dispose()
        building.rename(folder)
    shutil.copyfile(shipped_pack(_PACK), folder / "local" / f"{_PACK}.toml")
    engine = open_sqlite(folder / DATABASE, _key(folder))
    bring_up_to_date(engine)
    engine.dispose()
    return folder, is_new


def open_archive(folder: Path) -> Office:
    """The office of a kept archive; dispose its engine at the end."""
    pack = load_pack(resource("local", f"{_PACK}.toml"))
    key = _key(folder)
    return Office(
        engine=open_sqlite(folder / DATABASE, key),
        folder=folder,
        station=_STATION,
        book=load_book(resource("law")),
        codes=CodeTables(resource("codes"), pack.regions),
        pack=pack,
        calendar=Calendar.load(resource("law", "working-days.toml")),
        person=CLERK,
        master=key,
        now=lambda: NOW,
    )


def _key(folder: Path) -> bytes:
    return slots.open_slot(folder / "people.json", CLERK.name, PASSWORD).raw


def _print_of_content() -> str:
    """What the first contracts and their tokens are, and how they are filled in, as sixteen hex digits."""
    one = hashlib.sha256(inspect.getsource(fill_archive).encode())
    for number in range(1, 200):
        contract = archive(number)
        one.update(repr((contract, tokens_of(cast("Contract", contract)))).encode())
    return one.hexdigest()[:16]


def fill_archive(engine: Engine, count: int) -> None:
    """So many registered contracts, with parties, one action and the search row each, by plain tuples.

    Twenty thousand in a transaction and a large cache: random uids are sorted into their index in memory.
    """
    moment = NOW.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    with UnitOfWork(engine, read_only=True) as uow:
        previous = uow.session.scalars(select(Action.hash).order_by(Action.id.desc()).limit(1)).first()
    previous = previous or GENESIS

    def contracts(batch: list[SimpleNamespace]) -> Iterator[tuple[Any, ...]]:
        for c in batch:
            day = c.registered_on.isoformat()
            yield (
                c.id, c.uid, c.local_serial, c.official_number, c.state, c.reporting_state, "desk", 3, 1, 1,
                2,
                "M2026", day, False, moment, moment, c.title, c.kind, c.sub_kind, day, c.contract_fen,
                c.technology_fen, c.field, False, day, day, day, "990321",
            )  # fmt: skip

    def actions(batch: list[SimpleNamespace]) -> Iterator[tuple[Any, ...]]:
        nonlocal previous
        for c in batch:
            request, detail = str(uuid5(NAMESPACE_URL, f"request {c.id}")), '{"to":"REGISTERED"}'
            print_ = action_hash(previous, request, c.uid, "register", REVIEWER.name, NOW, detail)
            yield (request, c.uid, "register", REVIEWER.name, moment, detail, previous, print_)
            previous = print_

    with engine.connect() as conn:
        conn.execute(text("PRAGMA cache_size=-400000"))
        conn.rollback()
        for start in range(1, count + 1, BATCH):
            batch = [archive(n) for n in range(start, min(start + BATCH, count + 1))]
            _many(
                conn,
                "contract",
                "id uid local_serial official_number state reporting_state origin revision"
                " certificate_version clerk_id reviewer_id rule_set received_on needs_expert created_at"
                " updated_at title kind sub_kind signed_on contract_amount technology_amount technical_field"
                " is_secret accepted_on recognised_on registered_on station",
                list(contracts(batch)),
            )
            _many(
                conn,
                "contract_party",
                "contract_id ordinal role name id_type id_number country region contact",
                [
                    (c.id, i, p.role, p.name, "credit_code", p.id_number, "CHN", "990321", p.contact)
                    for c in batch
                    for i, p in enumerate(c.parties)
                ],
            )
            _many(
                conn,
                "action",
                "request_id contract_uid verb person at detail previous_hash hash",
                list(actions(batch)),
            )
            search_rows = [(c.id, " ".join(tokens_of(cast("Contract", c)))) for c in batch]
            _many(conn, "contract_search", "rowid t", search_rows)
            conn.commit()


def _many(conn: Any, table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    names = columns.split()
    marks = ", ".join("?" * len(names))
    conn.exec_driver_sql(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", rows)  # noqa: S608
