"""What is measured, and beside it the bare library doing the same work."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, select, text

from desktop.models import BlockNumber, Contract, NumberBlock, Person, Review, ReviewItem
from desktop.rules.facts import Facts
from desktop.services.commands import ImportWorkbook, ReviewContract, ReviewedItem
from desktop.services.office import Office
from desktop.services.register import review_and_register, review_rows
from desktop.store.mapping import facts_of
from desktop.store.search_index import tokens_of
from desktop.store.unit_of_work import UnitOfWork
from tests.bench.exchange import batches, intake
from tests.bench.looking import annual_report, life, look
from tests.bench.measure import Row, compared, in_turns, percentile, spent
from tests.bench.sizes import Sizes
from tests.bench.station import (
    CLERK,
    HEAD,
    NOW,
    REVIEWER,
    application,
    development_answers,
    lay_out,
    more_like,
    open_office,
    recognised,
)

# --- cold start


def cold_start(folder: Path, sizes: Sizes) -> Iterator[Row]:
    """From the start of the process to a sign-in page that takes a password."""
    from desktop.security.passwords import Cost
    from desktop.services.station import FirstPerson, init_station, shipped_pack
    from desktop.settings import StationFile

    station = folder / "start"
    station.mkdir()
    pack = shipped_pack("yunling-2026.11")
    people = [FirstPerson(p.name, tuple(p.roles), "云岭 2026 Abc") for p in (CLERK, REVIEWER, HEAD)]
    named = StationFile("990321", "澄河县技术合同登记处", pack=pack.stem, is_plain=True)
    init_station(station, named, people, pack, cost=Cost(memory_kib=8 * 1024, passes=1))

    # As installed: the first start, which is not counted, leaves the compiled modules for the others.
    around = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    around["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")

    def life(*words: str) -> float:
        command = [sys.executable, "-m", "tests.bench.start_of_window", *words]
        started = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=around)
        if done.returncode or not done.stdout.strip():
            raise RuntimeError(f"{command} failed:\n{done.stderr}")
        return float(done.stdout.split()[-1]) - started

    ours, bare = [], []
    for turn in range(sizes.starts + 1):
        a, b = life("ours", str(station)), life("bare")
        if turn:
            ours.append(a)
            bare.append(b)
    yield compared(
        "cold start to the sign-in page",
        "1 process",
        (ours, bare),
        target="≤ 1.5 × a bare window with a table",
        ratio_limit=1.5,
    )


# --- registering


def register(folder: Path, sizes: Sizes) -> Iterator[Row]:
    """复核并登记 beside the same session writing the same rows without rules, hash and log."""
    for waiting in (sizes.registrations * 2 + 20, 10_000):
        place = folder / f"register-{waiting}"
        place.mkdir()
        lay_out(place, numbers=waiting + 10)
        office = open_office(place, REVIEWER)
        first = recognised(replace(office, person=CLERK), 1)
        ids = [first, *more_like(office.engine, first, waiting - 1)]
        asked = {key: _looked_at(office, key) for key in ids[: sizes.registrations * 2 + 10]}
        left = iter(asked.items())

        def ours(office: Office = office, left: Iterator[Any] = left) -> None:
            key, items = next(left)
            review_and_register(office, ReviewContract(actor=REVIEWER.name, contract_id=key, items=items))

        def bare(office: Office = office, left: Iterator[Any] = left) -> None:
            _bare_registration(office.engine, *next(left))

        yield compared(
            "register: one durable transaction",
            f"{waiting:,} waiting",
            in_turns(ours, bare, sizes.registrations, warm=5),
            target="≤ 4 ms median; ≤ 1.5 × the same session without rules and log",
            limit=0.004,
            ratio_limit=1.5,
        )
        office.engine.dispose()


def _looked_at(office: Office, key: int) -> tuple[ReviewedItem, ...]:
    with office.look() as uow:
        contract = uow.contract(key)
        found = review_rows(uow, office, contract, facts_of(contract))
        return tuple(ReviewedItem(r.item, r.value, True) for r in found)


def _bare_registration(engine: Engine, key: int, items: tuple[ReviewedItem, ...]) -> None:
    """The rows of one registration: the review and its items, the number, the contract, the search row."""
    with UnitOfWork(engine) as uow:
        session = uow.session
        contract = session.get_one(Contract, key)
        person = session.scalars(select(Person).where(Person.name == REVIEWER.name)).one()
        review = Review(contract_id=key, recognition_id=key, person=REVIEWER.name, at=NOW, is_agreed=True)
        session.add(review)
        session.flush()
        session.execute(
            insert(ReviewItem),
            [
                {"review_id": review.id, "item": i.item, "value": i.value, "is_agreed": True, "remark": ""}
                for i in items
            ],
        )
        number = session.scalars(
            select(BlockNumber)
            .join(NumberBlock)
            .where(BlockNumber.taken_at.is_(None), BlockNumber.void_reason.is_(None))
            .order_by(NumberBlock.year, NumberBlock.id, BlockNumber.ordinal)
            .limit(1)
        ).one()
        number.taken_at, number.contract_id = NOW, key
        contract.state, contract.registered_on = "REGISTERED", NOW.date()
        contract.official_number, contract.reviewer_id = number.number, person.id
        contract.revision += 1
        session.flush()
        words = " ".join(tokens_of(contract))
        session.execute(text("DELETE FROM contract_search WHERE rowid = :id"), {"id": key})
        session.execute(
            text("INSERT INTO contract_search (rowid, t) VALUES (:id, :t)"), {"id": key, "t": words}
        )
        session.commit()


# --- certificates


def certificates(folder: Path, sizes: Sizes) -> Iterator[Row]:
    """One PDF of many certificates, and a file each, beside reportlab drawing the same pages bare."""
    from desktop.certificates.certificate import draw_certificate_files, draw_certificates
    from tests.bench.bare_pages import draw_bare, pages_of, samples

    target = "≤ 1.3 × reportlab drawing the same page bare"
    for number in sizes.certificates:
        items = samples(number)
        drawn = pages_of(items)
        ours, bare = folder / "ours.pdf", folder / "bare.pdf"
        times = in_turns(
            lambda items=items, out=ours: draw_certificates(items, out, copies=[1]),  # type: ignore[misc]
            lambda drawn=drawn, out=bare: draw_bare(drawn, out),  # type: ignore[misc]
            sizes.turns,
        )
        sizes_of = [path.stat().st_size / number / 1000 for path in (ours, bare)]
        note = "{:.1f} kB a page, bare {:.1f}".format(*sizes_of)
        yield compared(
            "certificates in one PDF",
            f"{number:,}",
            times,
            unit="s",
            target=target,
            ratio_limit=1.3,
            note=note,
        )
    items = samples(sizes.files)
    drawn = pages_of(items)
    out = folder / "files"
    out.mkdir()
    first, second = [], []
    step = max(sizes.files // 5, 1)
    for start in range(0, sizes.files, step):
        part, pages = items[start : start + step], drawn[start : start + step]
        first.append(spent(lambda part=part: draw_certificate_files(part, out, copies=[1])))  # type: ignore[misc]
        second.append(
            spent(lambda pages=pages: [draw_bare([p], out / f"bare-{i}.pdf") for i, p in enumerate(pages)])  # type: ignore[misc]
        )
    yield Row(
        "certificates, one file each",
        f"{sizes.files:,}",
        sum(first),
        "s",
        sum(second),
        target=target,
        ratio_limit=1.3,
        note=f"in turns of {step}",
        times=tuple(first),
        bare_times=tuple(second),
    )


# --- the law


def conclusions(folder: Path, sizes: Sizes) -> Iterator[Row]:
    """Recognition and relief with all grounds, contracts a second on one core."""
    from desktop.rules.conclusion import read_answers
    from desktop.rules.recognition import recognise, what_would_change
    from desktop.rules.relief import check_relief, what_if

    place = folder / "law"
    place.mkdir()
    lay_out(place)
    office = open_office(place)
    answers = read_answers(development_answers())
    day = office.today()
    cases = [replace(application(n), accepted_on=day) for n in range(sizes.conclusions)]
    rates = []
    for _turn in range(sizes.turns + 1):
        started = time.perf_counter()
        for facts in cases:
            recognise(facts, answers, office.book, on=day, rule_set="M2026")
            check_relief(facts, answers, office.book, registered=True, on=day)
        rates.append(len(cases) / (time.perf_counter() - started))
    yield Row(
        "recognise + relief with grounds",
        f"{len(cases):,}",
        statistics.median(rates[1:]),
        "/s",
        target="≥ 5,000 contracts a second on one core",
        limit=5000,
        times=tuple(rates[1:]),
    )
    yield from _recognitions(office, sizes)
    yield _reliefs(office, cases, sizes)
    facts = cases[0]
    for name, work in (
        ("recognition", lambda: what_would_change(facts, answers, office.book, on=day)),
        ("relief", lambda: what_if(facts, answers, office.book, on=day, is_vat_listed=True)),
    ):
        times = [spent(work) for _turn in range(12)][2:]
        yield Row(
            f"what would change it: {name}",
            "1",
            statistics.median(times),
            p95=percentile(times, 0.95),
            target="≤ 10 ms",
            limit=0.01,
            times=tuple(times),
        )
    office.engine.dispose()


def _reliefs(office: Office, cases: Sequence[Facts], sizes: Sizes) -> Row:
    """All eleven reliefs of one contract with every condition and figure, contracts a second on one core."""
    from desktop.rules.relief import check_relief

    day, rates = office.today(), []
    for _turn in range(sizes.turns + 1):
        started = time.perf_counter()
        for facts in cases:
            for result in check_relief(facts, {}, office.book, registered=True, on=day):
                assert result.figures is not None
        rates.append(len(cases) / (time.perf_counter() - started))
    rate = statistics.median(rates[1:])
    return Row(
        "relief checks with grounds and figures",
        f"{len(cases):,}",
        rate,
        "/s",
        note=f"{rate * 11:,.0f} reliefs a second",
        times=tuple(rates[1:]),
    )


def _recognitions(office: Office, sizes: Sizes) -> Iterator[Row]:
    """Recognition alone over more and more contracts, all different: the rate must not fall.

    Contracts are made a thousand at a time outside the clock, so that memory stays flat. Few contracts are
    gone through several times, many once: the rate of each thousand is kept.
    """
    from desktop.rules.conclusion import read_answers
    from desktop.rules.recognition import recognise

    answers, day, block = read_answers(development_answers()), office.today(), 1_000
    first = 0.0
    for size in sizes.recognitions:
        turns = max(1, min(sizes.turns, 10_000 // size))
        rates: list[float] = []
        seconds = 0.0
        for at in range(0, size * turns, block):
            numbers = range(at, min(at + block, size * turns))
            cases = [replace(application(number % size), accepted_on=day) for number in numbers]
            started = time.perf_counter()
            for facts in cases:
                recognise(facts, answers, office.book, on=day, rule_set="M2026")
            spent_here = time.perf_counter() - started
            rates.append(len(cases) / spent_here)
            seconds += spent_here
        rate = size * turns / seconds
        first = first or rate
        yield Row(
            "recognise with grounds",
            f"{size:,}",
            rate,
            "/s",
            target="≥ 5,000 contracts a second on one core",
            limit=5000,
            note=f"{rate / first:.2f} × the rate of the first; slowest thousand {min(rates):,.0f}/s",
            times=tuple(rates),
        )


# --- import


def imports(folder: Path, sizes: Sizes) -> Iterator[Row]:
    """An application workbook: read and checked, then entered, beside openpyxl reading its cells."""
    from openpyxl import load_workbook

    from desktop.exchange.workbook import read_workbook, write_workbook
    from desktop.services.import_workbook import import_workbook, wrong_in_form

    place = folder / "import"
    place.mkdir()
    lay_out(place)
    office = open_office(place)
    runs = count()

    def book_of(number: int) -> Path:
        path = place / f"applications-{number}-{next(runs)}.xlsx"
        write_workbook(path, ((n, application(n)) for n in range(1, number + 1)), office.codes)
        return path

    def bare(path: Path) -> int:
        opened = load_workbook(path, read_only=True)
        cells = sum(len(row) for sheet in opened.worksheets for row in sheet.iter_rows(values_only=True))
        opened.close()
        return cells

    def checked(path: Path) -> int:
        read = read_workbook(path, office.codes, office.today())
        return sum(len(wrong_in_form(office, row.facts, row.line)) for row in read.rows if row.is_ok)

    for number in sizes.imported:
        path = book_of(number)
        turns = 3 if number <= 1000 else 1
        yield compared(
            "workbook: all checks, all errors listed",
            f"{number:,} rows",
            in_turns(lambda path=path: checked(path), lambda path=path: bare(path), turns, warm=0),  # type: ignore[misc]
            unit="s",
            target="≤ 1.5 × reading it with openpyxl read-only",
            ratio_limit=1.5,
        )
    path = book_of(sizes.written)
    entered = spent(lambda: import_workbook(office, ImportWorkbook(actor=CLERK.name, path=path)))
    yield Row(
        "workbook: checked and entered as drafts",
        f"{sizes.written:,} rows",
        entered,
        "s",
        spent(lambda: bare(path)),
        note="with number, log and search row each",
        times=(entered,),
    )
    office.engine.dispose()


WORKS: dict[str, Callable[[Path, Sizes], Iterator[Row]]] = {
    "start": cold_start,
    "register": register,
    "look": look,
    "window": life,
    "report": annual_report,
    "batch": batches,
    "province": intake,
    "certificates": certificates,
    "law": conclusions,
    "import": imports,
}
