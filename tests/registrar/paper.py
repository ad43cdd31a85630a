"""Twenty rows of the sample workbook as the paper that lies beside the keyboard, and how each is typed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, Final

from desktop.app import load_codes
from desktop.exchange.workbook import read_workbook
from desktop.rules.facts import ROWS, Facts, Party, facts_to_json
from desktop.rules.local_pack import load_pack
from desktop.services.station import shipped_pack
from desktop.ui.pages.form_fields import YES_NO, FieldCodes
from desktop.ui.pages.form_order import (
    ABROAD,
    CONTRACT,
    FURTHER,
    MONEY,
    PARTY_MAIN,
    PARTY_MORE,
    TECHNOLOGY,
    Item,
)

ROOT: Final = Path(__file__).parents[2]
WORKBOOK: Final = ROOT / "resources" / "sample" / "application.xlsx"
TODAY: Final = date(2026, 11, 20)
NUMBERS: Final = (2, 50, 53, 3, 39, 56, 69, 12, 17, 4, 5, 51, 14, 41, 33, 54, 7, 72, 46, 63)
"""序号: five kinds, up to three sellers, a middleman, rights, foreign money, long names, 𬭎 䶮 𫖮."""
TABLES: Final = {
    "amount_lines": ("label", "nature", "amount", "clause"),
    "payments": ("due_on", "paid_on", "amount"),
    "ip_rights": ("number", "object", "name", "owner", "valid_until", "has_proof"),
    "attachments": ("name", "pages"),
}
"""The tables at the foot of the form and their columns."""
NOT_TYPED: Final = frozenset({"kind", "official_number", "station", "accepted_on"})
"""The kind follows the sub-kind; the others are the station's own."""
NOT_ON_THE_FORM: Final = ("invoices", "awards")
BROUGHT: Final = {"currency": "CNY", "price_form": "fixed", "id_type": "credit_code", "country": "CHN"}
"""What a new form brings along."""
ROLES: Final = ("buyer", "intermediary", "seller")

Key = tuple[str, ...]
"""A stop of Enter: ``("title",)``, ``("seller", "1", "name")``, ``("add", "seller")``, ``("payments",)``."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a value is put in."""

    text: str
    how: str = "text"
    """text, date, money, code, initials, characters or rest (“=”)."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One contract: its row number, its facts, and the plain values of its fields by stop."""

    number: int
    facts: Facts
    values: dict[Key, Any]
    rows: dict[str, list[dict[str, Any]]]

    def parties(self, role: str) -> int:
        """How many of this role there are."""
        return sum(party.role == role for party in self.facts.parties)

    def left_out(self) -> int:
        """Values of the row for which the form has no field."""
        raw = facts_to_json(self.facts)
        count = sum(len(row) for name in NOT_ON_THE_FORM for row in raw.get(name, ()))
        for name, columns in TABLES.items():
            count += sum(len(row.keys() - set(columns)) for row in raw.get(name, ()))
        return count


def names(rows: Sequence[Sequence[Item]]) -> Iterator[str]:
    """Fields of a section in the order of Enter."""
    for row in rows:
        for item in row:
            yield item.name
            if item.beside:
                yield item.beside


def stops(blocks: Sequence[tuple[str, str]], *, is_foreign: bool) -> list[Key]:
    """Where Enter stops on a form with these parties (role, ordinal), in its order."""
    by_role = [block for role in ROLES for block in blocks if block[0] == role]
    found: list[Key] = [(name,) for name in names(CONTRACT)]
    found += [(*block, item.name) for block in by_role for item in PARTY_MAIN]
    hidden = () if is_foreign else ("exchange_rate", "exchange_rate_on", "original_amount")
    found += [(name,) for name in (*names(MONEY), *names(TECHNOLOGY)) if name not in hidden]
    found += [(*block, item.name) for block in by_role for item in PARTY_MORE]
    found += [("add", role) for role in ROLES]
    found += [(name,) for name in (*names(ABROAD), *names(FURTHER))]
    return [*found, *((name,) for name in TABLES)]


class Papers:
    """The rows chosen, and the code lists that a registrar knows by heart."""

    def __init__(self, seed: int) -> None:
        pack = load_pack(shipped_pack("yunling-2026.11"))
        tables = load_codes(pack)
        self._codes = FieldCodes(tables)
        self._dice = random.Random(seed)
        read = {row.row_no: row.facts for row in read_workbook(WORKBOOK, tables, TODAY).accepted}
        self.all = tuple(_paper(number, read[number]) for number in NUMBERS)

    def way(self, row_type: type, name: str, value: Any) -> Way:
        """How the registrar types a value of this field; codes by code, initials or characters in turn."""
        meta = next(f.metadata for f in fields(row_type) if f.name == name)
        kind, table = str(meta["type"]), str(meta["codes"])
        if kind == "yesno":
            return self._code(YES_NO, "yes" if value else "no")
        if kind == "code":
            return self._code(table, str(value))
        if kind == "date":
            return Way(_date(str(value)), how="date")
        if kind in ("money", "decimal"):
            return Way(str(value).removesuffix(".00"), how="money")
        return Way(str(value))

    def _code(self, table: str, code: str) -> Way:
        """One of the ways that bring the line up first, however the list is ordered by use."""
        book = self._codes.book(table)
        entry = book.entry(self._codes.shown(table, code))
        assert entry is not None, f"{table} {code}"
        tries = [("code", entry.code)] if entry.code.isascii() else []
        tries += [("initials", letters[:size]) for letters in entry.initials for size in (2, 3, 4, 9)]
        word = "".join(sign for sign in entry.name or entry.code if sign not in "（）")
        tries += [("characters", word[:size]) for size in (1, 2, 4, 9)]
        ways: dict[str, Way] = {}
        for how, text in tries:
            lines = book.search(text)
            first = [line.entry for line in lines if line.rank == lines[0].rank and not line.entry.is_retired]
            if text and how not in ways and first == [entry]:
                ways[how] = Way(text, how)
        return self._dice.choice(list(ways.values()))


def _date(iso: str) -> str:
    """As people type it: 1121 in this year, 20271031 in another, cq for 长期."""
    day = date.fromisoformat(iso)
    if day.year == 9999:
        return "cq"
    return f"{day:%m%d}" if day.year == TODAY.year else f"{day:%Y%m%d}"


def _paper(number: int, facts: Facts) -> Paper:
    raw = facts_to_json(facts)
    values: dict[Key, Any] = {(k,): v for k, v in raw.items() if k not in ROWS and k not in NOT_TYPED}
    if ("sub_kind",) not in values and "kind" in raw:
        values["sub_kind",] = raw["kind"]
    counts: dict[str, int] = {}
    for party in raw.get("parties", ()):
        role = party.pop("role")
        counts[role] = counts.get(role, 0) + 1
        values |= {(role, str(counts[role]), name): value for name, value in party.items()}
    rows = {
        name: [{column: row[column] for column in columns if column in row} for row in raw.get(name, ())]
        for name, columns in TABLES.items()
    }
    return Paper(number, facts, values, rows)


def row_type_of(key: Key) -> type:
    """The class whose field a stop is."""
    return Party if len(key) == 3 else Facts


def flat(raw: dict[str, Any]) -> tuple[dict[Key, Any], dict[str, list[dict[str, Any]]]]:
    """Facts as the program gives them (draft, ``show --json``) → values by stop, rows by table."""
    from desktop.rules.facts import facts_from_json

    paper = _paper(0, facts_from_json(raw))
    return paper.values, paper.rows


def losses(paper: Paper, raw: dict[str, Any], done: set[Key] | None = None) -> list[str]:
    """Every field in which the station has something else than the paper; ``done``: only these stops.

    A table counts when it is among ``done``; then its rows must be those of the paper up to what was typed,
    which the caller has cut.
    """
    values, rows = flat(raw)
    keys = set(paper.values) | set(values) if done is None else set(paper.values) & done
    found = [
        f"{'.'.join(key)}: {paper.values.get(key)!r} → {values.get(key)!r}"
        for key in sorted(keys)
        if paper.values.get(key) != values.get(key)
    ]
    for name, wanted in paper.rows.items():
        if done is not None and (name,) not in done:
            continue
        kept = rows.get(name, [])
        for at in range(max(len(wanted), len(kept))):
            one, other = wanted[at : at + 1], kept[at : at + 1]
            if one != other:
                found.append(f"{name}[{at}]: {one} → {other}")
    return found


def lost_characters(lines: Sequence[str]) -> int:
    """Length of what the paper has in the fields that differ."""
    return sum(len(line.partition(": ")[2].partition(" → ")[0].strip("'")) for line in lines)
