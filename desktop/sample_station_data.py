"""The sample station 澄河县技术合同登记处: invented people and numbers, set up in an empty folder."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from desktop import settings
from desktop.resources import resource
from desktop.settings import StationFile


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """Somebody of the sample station, with the password of the demo."""

    name: str
    roles: tuple[str, ...]
    password: str
    pin: str = ""


def sample_people() -> dict[str, SamplePerson]:
    """The people of the sample station by name."""
    raw = _toml("people.toml")
    return {
        p["name"]: SamplePerson(p["name"], tuple(p["roles"]), p["password"], p.get("pin", ""))
        for p in raw["person"]
    }


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(resource("sample", name).read_text(encoding="utf-8"))


def sample_today() -> date:
    """The day on which the sample station stands: 2026-11-20."""
    day: date = _toml("people.toml")["today"]
    return day


def make_station(
    folder: Path, *, plain: bool = True, cheap_passwords: bool = False
) -> Mapping[str, SamplePerson]:
    """Set the sample station up in an empty folder, without contracts and numbers; returns its people.

    ``cheap_passwords`` makes the key slots quick to open: for the demo and tests, where the passwords are
    public.
    """
    from desktop.security import slots
    from desktop.security.passwords import Cost
    from desktop.services.station import FirstPerson, init_station, shipped_pack
    from desktop.store.engine import open_sqlite
    from desktop.store.numbers import set_serial
    from desktop.store.unit_of_work import UnitOfWork

    raw = _toml("station.toml")
    pack = shipped_pack(str(raw["local_pack"]).removesuffix(".toml"))
    people = sample_people()
    station = StationFile(
        code=raw["region"],
        name=raw["name"],
        province="云岭省",
        city="岚州市",
        county="澄河县",
        pack=pack.stem,
        is_plain=plain,
        extra={"sample": "1"},
    )
    cost = Cost(memory_kib=8 * 1024, passes=1) if cheap_passwords else None
    init_station(
        folder, station, [FirstPerson(p.name, p.roles, p.password) for p in people.values()], pack, cost=cost
    )
    for person in people.values():
        if person.pin:
            key = slots.open_slot(folder / "people.json", person.name, person.password, now=settings.now())
            slots.set_pin(folder / "people.json", key, person.pin)
    if plain:
        engine = open_sqlite(folder / "contract-desk.db")
        with UnitOfWork(engine) as uow:
            set_serial(uow, "local", sample_today().year, int(raw["first_local_serial"]) - 1)
            uow.commit()
        engine.dispose()
    return people
