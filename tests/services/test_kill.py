"""No acknowledged registration is lost and no number is given twice, whenever the process is killed."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest
from sqlalchemy import select

from desktop.exchange.package import read_package
from desktop.models import Action, Batch, BlockNumber, Contract
from desktop.security.keys import PublicKeys
from desktop.services.commands import CreateBatch
from desktop.services.look import check_database
from desktop.services.office import Office
from desktop.services.register import review_rows
from desktop.services.send_batch import create_batch, resend_batch
from desktop.services.views import BatchView
from desktop.store.mapping import facts_of
from tests.bench.station import CLERK, REVIEWER, lay_out, more_like, open_office, recognised
from tests.conftest import POSTGRES

pytestmark = [
    pytest.mark.skipif(bool(POSTGRES), reason="about the SQLite file of one seat"),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the killed process is forked"),
]

KILLS = 20
AT_MOST = 12
"""Registrations in one life of the worker; then it waits to be killed."""


class Worker:
    """The process that forks the ones to be killed."""

    def __init__(self, folder: Path) -> None:
        root = Path(__file__).parents[2]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.services.kill_worker", str(folder)],
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def start(self, **order: Any) -> int:
        """Begin one life; the id of the process that works."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        word, pid = self.line()
        assert word == "ready"
        return int(pid)

    def line(self) -> list[str]:
        """The next thing that the living process said."""
        words = self._read()
        assert words[0] != "ended", "it fell by itself; its traceback stands above"
        return words

    def _read(self) -> list[str]:
        assert self._process.stdout is not None
        words = self._process.stdout.readline().split()
        assert words, "the worker is gone"
        return words

    def kill(self, pid: int) -> list[list[str]]:
        """SIGKILL, and everything that it had said before it died."""
        os.kill(pid, signal.SIGKILL)
        said = []
        while (words := self._read())[0] != "ended":
            said.append(words)
        assert words == ["ended", str(-signal.SIGKILL)]
        return said

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()


@contextmanager
def worker(folder: Path) -> Iterator[Worker]:
    made = Worker(folder)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Office]:
    """A station of its own, outside the shared fixtures: another process opens it too."""
    lay_out(tmp_path, numbers=KILLS * AT_MOST + 50)
    office = open_office(tmp_path)
    yield office
    office.engine.dispose()


@pytest.fixture
def stick() -> Iterator[Path]:
    """Where packages are carried to; its path stands on the hand-over slip, so it is a short one."""
    with tempfile.TemporaryDirectory(prefix="stick-") as folder:
        yield Path(folder)


def prepare(office: Office, count: int) -> list[int]:
    """So many contracts at 待复核, and the request to register each, written down for the worker."""
    first = recognised(office, 1)
    ids = [first, *more_like(office.engine, first, count - 1)]
    requests = []
    with office.as_person(REVIEWER).look() as uow:
        for key in ids:
            contract = uow.contract(key)
            rows = review_rows(uow, office, contract, facts_of(contract))
            items = [{"item": r.item, "value": r.value, "is_agreed": True, "remark": ""} for r in rows]
            request = str(uuid5(NAMESPACE_URL, f"register {key}"))
            requests.append({"contract_id": key, "request_id": request, "items": items})
            uow.session.expunge_all()
    (office.folder / "requests.json").write_text(json.dumps(requests), encoding="utf-8")
    return ids


def seeded() -> random.Random:
    """Random moments; the seed is printed, and set by KILL_SEED to see one run again."""
    seed = int(os.environ.get("KILL_SEED") or time.time_ns() % 1_000_000)
    sys.stdout.write(f"KILL_SEED={seed}\n")
    return random.Random(seed)


def registered(office: Office) -> dict[int, str]:
    """Contract → number of everything that is registered, in the order of the log."""
    with office.look() as uow:
        query = (
            select(Contract.id, Contract.official_number, Contract.state)
            .join(Action, Action.contract_uid == Contract.uid)
            .where(Action.verb == "register")
            .order_by(Action.id)
        )
        found = uow.session.execute(query).all()
        assert all(state == "REGISTERED" for _id, _number, state in found)
        assert len({key for key, _number, _state in found}) == len(found), "registered twice"
        return {key: number or "" for key, number, _state in found}


def test_no_acknowledged_registration_is_lost_and_no_number_given_twice(desk: Office) -> None:
    """Killed twenty times at random moments; each life begins with the request that was not acknowledged."""
    chance = seeded()
    ids = prepare(desk, KILLS * AT_MOST)
    acknowledged: dict[int, str] = {}

    def hear(words: list[str]) -> None:
        _done, key, number = words
        assert acknowledged.setdefault(int(key), number) == number

    with worker(desk.folder) as working:
        for _life in range(KILLS):
            first = len(acknowledged)
            pid = working.start(run="register", **{"from": first, "to": first + AT_MOST})
            for _each in range(chance.randrange(AT_MOST - 3)):
                hear(working.line())
            time.sleep(chance.random() * 0.03)
            for words in working.kill(pid):
                hear(words)
            kept = registered(desk)
            assert acknowledged.items() <= kept.items()
            assert len(kept) - len(acknowledged) in (0, 1)
        rest = len(acknowledged)
        pid = working.start(run="register", **{"from": rest, "to": len(ids)})
        for _each in range(len(ids) - rest):
            hear(working.line())
        assert working.kill(pid) == []

    assert list(acknowledged) == ids
    assert registered(desk) == acknowledged
    assert list(acknowledged.values()) == sorted(set(acknowledged.values()))
    with desk.look() as uow:
        block = uow.session.scalars(select(BlockNumber).order_by(BlockNumber.ordinal)).all()
        spent = [row for row in block if row.taken_at is not None]
        assert spent == block[: len(spent)]  # without a gap
        assert [(row.contract_id, row.number) for row in spent] == list(acknowledged.items())
    report = check_database(desk, deep=True)
    assert report.is_good, report.lines
    assert report.registered_count == len(ids)


def package_is_whole(office: Office, view: BatchView, contracts: list[int]) -> None:
    """In the database and in ``packages/``: the same bytes, readable, signed, with these contracts."""
    path = office.folder / "packages" / view.name
    with office.look() as uow:
        batch = uow.session.scalars(select(Batch).where(Batch.sequence == view.sequence)).one()
        assert sorted(row.contract_id for row in batch.rows) == sorted(contracts)
        assert hashlib.sha256(path.read_bytes()).hexdigest() == batch.sha256
        uids = {uow.contract(key).uid for key in contracts}
        states = {uow.contract(key).reporting_state for key in contracts}
    package = read_package(path, PublicKeys.from_folder(office.folder / "keys"), station=office.station.code)
    assert {c.uid for c in package.contracts} == uids
    assert states == {"EXPORTED"}


def test_an_export_that_is_killed_is_whole_or_not_there(desk: Office, stick: Path) -> None:
    """Killed while lines, workbook, rows or stick are written; the same request then goes through."""
    chance = seeded()
    each, lives = 12, 8
    ids = prepare(desk, each * lives)
    with worker(desk.folder) as working:
        pid = working.start(run="register", **{"from": 0, "to": len(ids)})
        for _each in ids:
            working.line()
        working.kill(pid)
        for life in range(lives):
            contracts = ids[life * each : (life + 1) * each]
            order = CreateBatch(
                actor=CLERK.name,
                request_id=str(uuid5(NAMESPACE_URL, f"batch {life}")),
                folder=stick,
                contract_ids=tuple(contracts),
            )
            pid = working.start(
                run="batch",
                request_id=order.request_id,
                out=str(stick),
                contracts=list(order.contract_ids or ()),
            )
            wanted = chance.randrange(each) if life else 3
            while (words := working.line()) != ["step", str(wanted)] and words[0] != "done":
                pass
            time.sleep(chance.random() * 0.12 if life else 0)
            said = working.kill(pid)
            with desk.look() as uow:
                batch = uow.session.scalars(select(Batch).where(Batch.sequence == life + 1)).first()
                states = {uow.contract(key).reporting_state for key in contracts}
            assert states == ({"EXPORTED"} if batch else {"NOT_SENT"})
            assert batch is not None or not any(words[0] == "done" for words in said)
            if batch is not None:
                package_is_whole(desk, resend_batch(desk, batch.sequence, stick), contracts)
            view = create_batch(desk, order)
            assert view.sequence == life + 1
            package_is_whole(desk, view, contracts)
            assert view.path is not None
            assert view.path.read_bytes() == (desk.folder / "packages" / view.name).read_bytes()
    with desk.look() as uow:
        names = set(uow.session.scalars(select(Batch.package_name)))
    assert {path.name for path in (desk.folder / "packages").glob("*.zip")} == names
    assert check_database(desk, deep=True).is_good
    assert asdict(view)["waiting"] == each
