"""Reporting upwards: a package of many contracts made, checked and answered, and the province's intake."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import statistics as middle
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import text

from desktop.exchange.package import PackageContract, PackageHeader, read_package, write_package
from desktop.exchange.province_desk import ProvinceDesk
from desktop.exchange.schemas import canonical
from desktop.security.keys import PublicKeys, create_key, load_signer
from desktop.services.commands import CreateBatch, ReceiveFile
from desktop.services.office import Office
from desktop.services.receive import receive_file
from desktop.services.send_batch import create_batch
from desktop.store.unit_of_work import UnitOfWork
from tests.bench.measure import Row
from tests.bench.sizes import Sizes
from tests.bench.station import (
    CLERK,
    MASTER,
    NOW,
    REVIEWER,
    lay_out,
    more_like,
    open_office,
    recognised,
)

PROVINCE = "990000"
LARGEST_BLOCK = 5_000


def office_with(place: Path, count: int) -> Office:
    """An office with so many registered contracts that were never sent."""
    place.mkdir()
    lay_out(place, numbers=1)
    office = open_office(place, CLERK)
    first = recognised(office, 1)
    more_like(office.engine, first, count - 1)
    with UnitOfWork(office.engine) as uow:
        known = uow.session.execute(text("SELECT id, uid FROM contract ORDER BY id")).all()
        numbers = {key: f"2026990321{n:06d}" for n, (key, _uid) in enumerate(known, 1)}
        uow.session.connection().execute(
            text(
                "UPDATE contract SET state = 'REGISTERED', registered_on = :day, official_number = :number,"
                " reviewer_id = (SELECT id FROM person WHERE name = :name) WHERE id = :key"
            ),
            [
                {"day": NOW.date().isoformat(), "number": number, "name": REVIEWER.name, "key": key}
                for key, number in numbers.items()
            ],
        )
        acts = [(f"register-{key}", uid, {"number": numbers[key]}) for key, uid in known]
        uow.record_many(acts, "register", REVIEWER.name, NOW)
        uow.commit()
    return office


def province_beside(office: Office, place: Path, count: int) -> ProvinceDesk:
    """The other side: knows the station's key and has allotted these numbers to it."""
    desk = ProvinceDesk.create(
        place, office.codes, lambda: NOW, code=PROVINCE, name="云岭省技术市场管理办公室"
    )
    desk.admit(office.station.code, office.station.name, next((office.folder / "keys").glob("*.pub")))
    shutil.copy(desk.public_key(), office.folder / "keys")
    for start in range(0, count, LARGEST_BLOCK):
        desk.province.make_block(office.station.code, min(LARGEST_BLOCK, count - start), NOW.year)
    return desk


def bare_package(path: Path) -> tuple[list[Any], list[list[Any]], dict[str, bytes]]:
    """Whatever is in a package, ready to be written again by the bare libraries."""
    from python_calamine import CalamineWorkbook

    with zipfile.ZipFile(path) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    name = next(n for n in files if n.endswith("contracts.jsonl"))
    sheet = next(n for n in files if n.endswith("contracts.xlsx"))
    lines = [json.loads(line) for line in files[name].splitlines()]
    cells = CalamineWorkbook.from_filelike(io.BytesIO(files[sheet])).get_sheet_by_index(0).to_python()
    rest = {n: content for n, content in files.items() if n not in (name, sheet)}
    return lines, cells, rest


def write_bare(lines: list[Any], cells: list[list[Any]], rest: dict[str, bytes], out: Path) -> None:
    """The same lines, workbook and small files: JSON, SHA-256, XlsxWriter, zip, and nothing else."""
    import xlsxwriter

    packed = b"".join(canonical(line) + b"\n" for line in lines)
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"constant_memory": True, "strings_to_formulas": False})
    words = book.add_format({"num_format": 49})
    sheet = book.add_worksheet("合同")
    for row, values in enumerate(cells):
        for column, value in enumerate(values):
            if isinstance(value, str):
                sheet.write_string(row, column, value, words)
            elif isinstance(value, int | float):
                sheet.write_number(row, column, value)
            else:
                sheet.write_datetime(row, column, value)
    book.close()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("contracts.jsonl", packed)
        zipped.writestr("contracts.xlsx", target.getvalue(), zipfile.ZIP_STORED)
        for name, content in rest.items():
            zipped.writestr(name, content)
    for content in (packed, target.getvalue(), out.read_bytes()):
        hashlib.sha256(content).hexdigest()


def _timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds by the clock and of the processor, and what came of it."""
    started, busy = time.perf_counter(), time.process_time()
    made = work()
    return time.perf_counter() - started, time.process_time() - busy, made


def batches(folder: Path, sizes: Sizes) -> Iterator[Row]:
    """One package: made, checked, its receipt applied; each beside the same bare writing."""
    target = "≤ 2 × zip + SHA-256 + JSON + the workbook by XlsxWriter of the same bytes"
    for count in sizes.sent:
        office = office_with(folder / f"batch-{count}", count)
        desk = province_beside(office, folder / f"province-{count}", count)
        stick = folder / f"stick-{count}"
        stick.mkdir()
        bare: list[tuple[float, float]] = []
        times: dict[str, list[float]] = {}
        *times["create"], sent = _timed(
            lambda office=office, stick=stick: create_batch(  # type: ignore[misc]
                office, CreateBatch(actor=CLERK.name, folder=stick)
            )
        )
        path = sent.path
        parts = bare_package(path)

        def write(
            parts: Any = parts, bare: list[tuple[float, float]] = bare, out: Path = folder / "bare.zip"
        ) -> None:
            wall, busy, _nothing = _timed(lambda: write_bare(*parts, out))
            bare.append((wall, busy))

        write()
        keys = PublicKeys.from_folder(office.folder / "keys")
        *times["verify"], _read = _timed(lambda path=path, keys=keys: read_package(path, keys))  # type: ignore[misc]
        write()
        answered = desk.receive(path, stick)
        assert (answered.accepted, answered.rejected) == (count, 0)
        cmd = ReceiveFile(actor=CLERK.name, path=answered.receipts[0])
        *times["apply the receipt"], _report = _timed(
            lambda office=office, cmd=cmd: receive_file(office, cmd)  # type: ignore[misc]
        )
        write()
        with office.look() as uow:
            states = uow.session.execute(text("SELECT DISTINCT reporting_state FROM contract")).scalars()
            assert list(states) == ["ACCEPTED_ABOVE"]
        walls, busies = zip(*bare, strict=True)
        for name, (wall, busy) in times.items():
            ratio = busy / middle.median(busies)
            yield Row(
                f"package: {name}",
                f"{count:,}",
                wall,
                "s",
                middle.median(walls),
                target=target,
                ratio_limit=2,
                note=f"{path.stat().st_size / 1e6:.1f} MB; processor {busy:.2f} s, {ratio:.2f} × the bare",
                times=(wall,),
                bare_times=walls,
            )
        desk.close()
        office.engine.dispose()


def intake(folder: Path, sizes: Sizes) -> Iterator[Row]:
    """The province receives a package of each of more and more stations: checked, merged, answered."""
    office = office_with(folder / "intake", sizes.from_station)
    stick = folder / "intake-stick"
    stick.mkdir()
    sent = create_batch(office, CreateBatch(actor=CLERK.name, folder=stick))
    assert sent.path is not None
    lines = read_package(sent.path, PublicKeys.from_folder(office.folder / "keys")).contracts
    first = 0.0
    for stations in sizes.stations:
        place = folder / f"intake-{stations}"
        desk = province_beside(office, place, 0)
        packages = []
        for n in range(1, stations + 1):
            code = f"9903{n:02d}"
            keys = place / f"keys-{code}"
            create_key(keys, MASTER, owner=code, label=f"第 {n} 登记处")
            desk.admit(code, f"第 {n} 登记处", next(keys.glob("*.pub")))
            for start in range(0, len(lines), LARGEST_BLOCK):
                desk.province.make_block(code, min(LARGEST_BLOCK, len(lines) - start), NOW.year)
            header = PackageHeader(code, f"第 {n} 登记处", 1, NOW, CLERK.name)
            own = [_of_station(line, code, at) for at, line in enumerate(lines, 1)]
            packages.append(write_package(place, header, own, load_signer(keys, MASTER)).file.path)

        def receive(desk: ProvinceDesk = desk, packages: list[Path] = packages) -> None:
            for path in packages:
                answer = desk.receive(path, stick)
                assert (answer.accepted, answer.rejected) == (len(lines), 0)

        wall, busy, _nothing = _timed(receive)
        rate = stations * len(lines) / wall
        first = first or rate
        yield Row(
            "province intake on SQLite",
            f"{stations} stations",
            rate,
            "/s",
            target="≥ 5,000 contracts/s; linear in stations",
            limit=5000,
            note=f"{len(lines):,} of each; {rate / first:.2f} × the rate of the first;"
            f" {stations * len(lines) / busy:,.0f}/s of the processor",
            times=(rate,),
        )
        desk.close()
    office.engine.dispose()


def _of_station(line: PackageContract, code: str, at: int) -> PackageContract:
    """A contract of another station: its own id, number and title, or all would be found to be alike."""
    number = f"2026{code}{at:06d}"
    uid = str(uuid5(NAMESPACE_URL, f"{code} {at}"))
    facts = dict(line.facts) | {
        "title": f"{line.facts['title']}（{code}）",
        "official_number": number,
        "station": code,
    }
    actions = tuple(replace(act, uid=str(uuid5(NAMESPACE_URL, f"{uid} {act.uid}"))) for act in line.actions)
    return replace(line, uid=uid, official_number=number, facts=facts, actions=actions)
