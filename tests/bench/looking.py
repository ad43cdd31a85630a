"""Looking into an archive of ten years: search, lists, the window's own life, the figures of a year."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from desktop.services.look import figures, rows, search, start_page
from desktop.services.office import Office
from desktop.statistics.figures import COLUMNS
from desktop.store.search_index import initials
from desktop.ui.tables.contracts import ContractTable
from tests.bench.archive import PASSWORD, archive, kept_archive, open_archive, registered, sides
from tests.bench.measure import Row, compared, in_turns, percentile, spent
from tests.bench.raw import again_raw, statements
from tests.bench.sizes import Sizes
from tests.bench.station import CLERK, company, title

PAGE = ContractTable.PAGE
LARGE = 100_000
"""From this size on the targets of a search are judged: a small archive gets its ratio shown and no verdict,
never an easy ok."""
MIB = 1024.0


def _archives(sizes: Sizes) -> Iterator[tuple[int, Path]]:
    for number in sizes.archive:
        yield number, kept_archive(sizes.kept, number)[0]


def searches() -> dict[str, tuple[str, dict[str, list[str]] | None]]:
    """The five questions of the target, asked of contracts that are there."""
    one = archive(777)
    seller, year = one.parties[1].name, str(one.registered_on.year)
    return {
        "2 characters": ("茶园", None),
        "3 characters": ("采摘机", None),
        "pinyin initials": (initials(seller)[:5], None),
        "number prefix": (one.official_number[:12], None),
        "party + year + kind": (seller[:4], {"year": [year], "kind": [one.kind]}),
    }


def look(_folder: Path, sizes: Sizes) -> Iterator[Row]:
    """Search, the start page, and a page anywhere in the list, over more and more contracts."""
    for number in sizes.archive:
        started = time.perf_counter()
        folder, is_new = kept_archive(sizes.kept, number)
        took = time.perf_counter() - started
        if is_new:
            yield Row(
                "build the archive", f"{number:,}", number / took, " contracts/s", note=f"{took:,.0f} s"
            )
        office = open_archive(folder)
        yield from _searches(office, number)
        yield from _lists(office, number, sizes)
        office.engine.dispose()


def _searches(office: Office, number: int) -> Iterator[Row]:
    for name, (words, filters) in searches().items():

        def ask(words: str = words, filters: Any = filters) -> int:
            found = search(office, words, filters)
            with office.look() as uow:
                rows(office, uow, found.ids[:PAGE])
            return found.total

        with statements(office.engine) as sent:
            hits = ask()
        right = expected(words, filters, number)
        assert hits == right, f"{name}: found {hits}, there are {right}"
        yield compared(
            f"search: {name}",
            f"{number:,}",
            in_turns(ask, again_raw(office.engine, sent), 40 if number <= 10_000 else 20, warm=2),
            target="p95 ≤ 50 ms at 1,000,000; ≤ 1.3 × the same SQL raw",
            p95_limit=0.05 if number >= LARGE else None,
            ratio_limit=1.3 if number >= LARGE else None,
            note=f"{hits:,} hits, {len(sent)} statements",
        )


def expected(words: str, filters: dict[str, list[str]] | None, number: int) -> int:
    """How many of the invented contracts have these words, counted without the index and the database."""
    known = cache(company)
    starts = cache(lambda which: initials(known(which)))
    is_word, is_number = words.isascii() and words.isalpha(), words.isdigit()
    count = 0
    for n in range(1, number + 1):
        day, kind, _sub_kind = registered(n)
        if filters and (str(day.year) not in filters["year"] or kind not in filters["kind"]):
            continue
        if is_word:
            count += any(words in starts(which) for which in sides(n))
        elif is_number:
            count += f"{day.year}990321{n:07d}".startswith(words)
        else:
            count += any(words in known(which) for which in sides(n)) or words in title(n)
    return count


def _lists(office: Office, number: int, sizes: Sizes) -> Iterator[Row]:
    with statements(office.engine) as sent:
        start_page(office)
    yield compared(
        "start page, read",
        f"{number:,}",
        in_turns(lambda: start_page(office), again_raw(office.engine, sent), 10),
        note=f"{len(sent)} statements",
    )
    chance = random.Random(7)
    ids = list(range(number, 0, -1))
    times = []
    for _turn in range(sizes.places):
        start = chance.randrange(max(number - PAGE, 1))
        with office.look() as uow:
            times.append(spent(lambda uow=uow, part=ids[start : start + PAGE]: rows(office, uow, part)))  # type: ignore[misc]
    yield _each("any page of the list, read", f"{number:,}", times, 0.01, "≤ 10 ms", f"{PAGE} lines")


def _each(work: str, size: str, times: list[float], limit: float | None, target: str, note: str = "") -> Row:
    middle = sorted(times)[len(times) // 2]
    return Row(
        work, size, middle, p95=percentile(times, 0.95), target=target, limit=limit, note=note,
        times=tuple(times),
    )  # fmt: skip


def life(_folder: Path, sizes: Sizes) -> Iterator[Row]:
    """The window in processes of its own over these archives: Enter, the list, any place, memory."""
    for number, folder in _archives(sizes):
        lives = [_live(folder) for _turn in range(sizes.lives + 1)][1:]
        size = f"{number:,}"
        yield _each(
            "Enter in the sign-in page to the filled start page",
            size,
            [one["entered"] for one in lives],
            0.3,
            "≤ 300 ms at 1,000,000, preload finished",
            "the key out of the password (argon2id) {:.0f} ms of it".format(
                1000 * sorted(one["unlocked"] for one in lives)[len(lives) // 2]
            ),
        )
        yield _each("the list of all, first page painted", size, [one["listed"] for one in lives], None, "")
        pages = [spent_on for one in lives for spent_on in one["pages"]]
        yield _each("any place of that list, next page", size, pages, 0.01, "≤ 10 ms")
        whole = [spent_on for one in lives for spent_on in one["places"]]
        yield _each(
            "any place of that list, painted twice", size, whole, None, "", "before and after the page"
        )
        yield Row(
            "memory on that list",
            size,
            max(one["at_list"] for one in lives) / MIB,
            "MiB",
            target="≤ 300 MiB resident",
            limit=300,
            note="signing in {:.0f}, start page {:.0f} MiB".format(
                *(max(one[name] for one in lives) / MIB for name in ("at_sign_in", "at_start"))
            ),
        )


def _live(folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.life_of_window", str(folder), CLERK.name, PASSWORD]
    around = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, env=around)
    if done.returncode or not done.stdout.strip():
        raise RuntimeError(f"{command} failed:\n{done.stderr}")
    account: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return account


def annual_report(_folder: Path, sizes: Sizes) -> Iterator[Row]:
    """The figures of one year by kind, sub-kind, state, field and month, as the page of statistics asks."""
    first, last = date(2025, 1, 1), date(2025, 12, 31)
    for number, folder in _archives(sizes):
        office = open_archive(folder)

        def report(office: Office = office) -> int:
            splits = [figures(office, first, last, by) for by in COLUMNS]
            counts = {sum(line[1] for line in lines) for lines in splits}
            assert len(counts) == 1, counts  # every split counts the same contracts
            return counts.pop()

        with statements(office.engine) as sent:
            count = report()
        yield compared(
            "annual report with all splits",
            f"{number:,}",
            in_turns(report, again_raw(office.engine, sent), 7),
            target="≤ 3 s; ≤ 1.3 × raw SQL, at 1,000,000",
            limit=3,
            ratio_limit=1.3 if number >= LARGE else None,
            note=f"{count:,} of that year, {len(sent)} splits",
        )
        office.engine.dispose()
