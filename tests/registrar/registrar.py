"""The registrar: reads a paper, walks the form with Enter, types, is interrupted, goes on."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from desktop.rules.facts import ROWS
from tests.registrar.ime import SIGNS, InputMethod
from tests.registrar.keyboard import Keyboard
from tests.registrar.paper import BROUGHT, TABLES, Key, Paper, Papers, Way, flat, losses, row_type_of, stops
from tests.registrar.program import Program, Stuck, wait_for

HELD_BY_CTRL: Final = {("summary",)}
"""Boxes of several lines: Ctrl+Enter leaves them."""
EYES: Final = 0.08
"""Seconds from leaving a field to the first key in the next: the eyes go back to the paper meanwhile."""
ON_DISK: Final = 3.0
"""Seconds in which a field that was left must be on disk."""


class Killed(Exception):
    """The plug was pulled here."""


@dataclass(slots=True)
class Entered:
    """What one contract cost."""

    number: int
    title: str
    fields: int = 0
    passed: int = 0
    """Stops at which there was nothing to type."""
    again: int = 0
    """Stops walked a second time: to a further party, or after a kill."""
    strokes: int = 0
    seconds: float = 0.0
    typed_ahead: bool = False
    kills: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plug:
    """When to pull it: in this field that is typed (counted), after so many characters of it; in the next one
    where it has fewer.
    """

    field: int
    signs: int


ADDING: Final = {"buyer": "q", "seller": "w", "intermediary": "z"}
"""Letters that add a party with Alt; Enter passes their buttons by."""


class Registrar:
    """Ten fingers without a mouse. ``hows`` counts the ways of typing, ``costs`` the strokes by purpose."""

    def __init__(
        self, program: Program, keys: Keyboard, ime: InputMethod, papers: Papers, special: set[str]
    ) -> None:
        self._program, self._keys, self._ime, self._papers = program, keys, ime, papers
        self._special = special
        self.hows: Counter[str] = Counter()
        self.costs: Counter[str] = Counter()
        self.waits: list[float] = []
        """Seconds from leaving a field until it was on disk, where that was looked at once."""
        self.stops_at_losses = False
        """For looking into a loss: the screen stays as it was."""
        self.picture: Callable[[str], None] = lambda _name: None
        """Takes a picture of the screen for people to look at."""
        self._plug: Plug | None = None
        self._at = 0
        self._left_at = 0.0

    # the station

    def sign_in(self) -> None:
        """The password, Enter; F5 unless the window goes back by itself to what was being typed."""
        self._ime.forget()
        goes_back = self._program.is_marked()
        self._keys.type(self._program.password)

        def hand_in() -> None:
            self._keys.press("Return")
            wait_for(self._program.is_signed_in, "not signed in")

        self._program.look_until_changed(hand_in, leaves=True)
        if not goes_back:
            self._program.look_until_changed(lambda: self._keys.press("F5"))

    def enter(self, paper: Paper, *, plug: Plug | None, ahead: bool) -> Entered:
        """One contract from the empty form until it is saved, the plug pulled once on the way if so wished.

        ``ahead``: type on without looking whether the field before is on disk yet.
        """
        told = Entered(paper.number, str(paper.facts.title), typed_ahead=ahead)
        began, strokes = time.monotonic(), self._keys.strokes
        self._plug, self._at = plug, 0
        before = self._program.contracts()
        self._done: set[Key] = set()
        self._cells: dict[str, int] = dict.fromkeys(TABLES, 0)
        self._cell: tuple[int, int] | None = None
        try:
            self._walk(paper, told, ("title",), [("buyer", "1"), ("seller", "1")])
        except Killed:
            self._program.kill()
            began += self._after_kill(paper, told)
            self._plug = None
            path, facts = self._program.draft()
            place, blocks = self._found_again(paper, path, facts)
            told.again += 1
            self._walk(paper, told, place, blocks)
        if self._plug is not None:
            raise Stuck("the plug was not pulled")
        self._check_disk(paper, told)
        if paper.rows["ip_rights"]:
            self.picture("5-tables")
        self._stroke("F6", "save")
        wait_for(lambda: self._program.contracts() == before + 1, "not saved")
        wait_for(lambda: self._program.draft() == ("", {}), "the draft stays")
        self._program.look_until_changed(lambda: self._keys.press("F5"))
        told.strokes, told.seconds = self._keys.strokes - strokes, time.monotonic() - began
        return told

    # interruption

    def _after_kill(self, paper: Paper, told: Entered) -> float:
        """Look what is on disk, start again, sign in. Gives the seconds that the restart took."""
        since = time.monotonic()
        ago = since - self._left_at
        missing = losses(_cut(paper, self._cells), self._program.draft()[1], self._done)
        path = self._program.draft()[0]
        told.kills.append(
            f"{self._here} {len(self._done)} fields left, the last {ago * 1000:.0f} ms before; "
            f"found at {path or '—'}"
        )
        told.lost += [f"not on disk after the kill: {line}" for line in missing]
        self._program.start()
        strokes = self._keys.strokes
        self.sign_in()
        self.costs["sign in again"] += self._keys.strokes - strokes
        self.picture("4-found-again")
        return time.monotonic() - since

    def _found_again(
        self, paper: Paper, path: str, facts: dict[str, Any]
    ) -> tuple[Key, list[tuple[str, str]]]:
        """Where the focus is, and which parties the form has, after the draft was found."""
        counts: Counter[str] = Counter()
        blocks = []
        for party in facts.get("parties", ()):
            counts[party["role"]] += 1
            blocks.append((party["role"], str(counts[party["role"]])))
        parties = list(blocks)
        blocks += [(role, "1") for role in ("buyer", "seller") if not counts[role]]
        values, _rows = flat(facts)
        self._done = {key for key in self._done if key in TABLES or key in values or len(key) == 1}
        name, _bracket, rest = path.partition("[")
        index, _close, column = rest.partition("].")
        if name in TABLES:
            self._cell = (int(index), TABLES[name].index(column) + 1)
            return (name,), blocks
        if name == "parties":
            return (*parties[int(index)], column), blocks
        if (name, index) in blocks:
            return (name, index, column), blocks
        return ((path,) if path and not index else ("title",)), blocks

    def _pull(self, signs: int) -> None:
        plug = self._plug
        if plug is not None and (self._at, signs) >= (plug.field, plug.signs):
            raise Killed

    # walking

    def _walk(self, paper: Paper, told: Entered, place: Key, blocks: list[tuple[str, str]]) -> None:
        is_foreign = paper.values.get(("currency",), "CNY") != "CNY"
        seen: set[Key] = set()
        while True:
            order = stops(blocks, is_foreign=is_foreign)
            self._here = ".".join(place)
            if place[0] == "add":
                mine = sum(role == place[1] for role, _ordinal in blocks)
                if mine < paper.parties(place[1]):
                    self._stroke(ADDING[place[1]], "add a party", ["alt"])
                    time.sleep(0.5)  # the form grows and moves: nobody types blindly then
                    blocks.append((place[1], str(mine + 1)))
                    place = (*blocks[-1], "name")
                    continue
            elif place[0] in TABLES:
                self._table(paper, told, place[0])
            else:
                told.again += place in seen
                seen.add(place)
                self._stop(paper, told, place)
            at = order.index(place)
            if at + 1 == len(order):
                return
            place = order[at + 1]

    def _stop(self, paper: Paper, told: Entered, place: Key) -> None:
        value = paper.values.get(place)
        typed = value is not None and place not in self._done and BROUGHT.get(place[-1]) != value
        if typed:
            way = self._papers.way(row_type_of(place), place[-1], value)
            if place == ("technology_amount",) and value == paper.values.get(("contract_amount",)):
                way = Way("=", how="rest")
            self._at += 1
            self._put(way)
            told.fields += 1
        else:
            told.passed += place not in self._done
        purpose = "leave a field" if typed else "pass by"
        self._stroke("Return", purpose, ["ctrl"] if place in HELD_BY_CTRL else [])
        if value is not None:
            self._done.add(place)
        if typed:
            self._left_at = time.monotonic()
            if not told.typed_ahead:
                self._look(place, value, told)

    def _table(self, paper: Paper, told: Entered, name: str) -> None:
        columns, rows = TABLES[name], paper.rows[name]
        total = len(columns) * len(rows)
        at = self._cells[name]
        if at < total:
            if at == 0 and self._cell is None:
                self._stroke("Insert", "tables")
            else:
                here, there = self._cell or (0, 0), (at // len(columns), at % len(columns) + 1)
                for back, on, one, other in zip(("Up", "Left"), ("Down", "Right"), here, there, strict=True):
                    for _time in range(abs(other - one)):
                        self._stroke(on if other > one else back, "walk again")
        self._cell = None
        while at < total:
            row, column = divmod(at, len(columns))
            value = rows[row].get(columns[column])
            if value is not None:
                self._at += 1
                self._put(self._papers.way(ROWS[name], columns[column], value))
                told.fields += 1
            self._stroke("Return", "leave a field" if value is not None else "pass by")
            at += 1
            self._cells[name] = at
            self._done.add((name,))
            self._left_at = time.monotonic()
        self._stroke("Tab", "tables")

    def _look(self, place: Key, value: Any, told: Entered) -> None:
        """Wait until what was left is on disk."""

        def is_there() -> bool:
            return bool(flat(self._program.draft()[1])[0].get(place) == value)

        began = time.monotonic()
        while not is_there():
            if time.monotonic() - began > ON_DISK:
                kept = flat(self._program.draft()[1])[0].get(place)
                told.lost.append(f"not on disk after {ON_DISK} s: {'.'.join(place)}: {value!r} → {kept!r}")
                if self.stops_at_losses:
                    raise Stuck(told.lost[-1])
                return
            time.sleep(0.002)
        self.waits.append(time.monotonic() - began)

    def _check_disk(self, paper: Paper, told: Entered) -> None:
        """Everything typed is on disk before it is saved."""
        end = time.monotonic() + ON_DISK
        while True:
            found = losses(paper, self._program.draft()[1])
            if not found or time.monotonic() > end:
                break
            time.sleep(0.01)
        told.lost += [f"before saving: {line}" for line in found]
        if found and self.stops_at_losses:
            raise Stuck("; ".join(found))

    # fingers

    def _stroke(self, key: str, purpose: str, held: list[str] | None = None) -> None:
        self._keys.press(key, held or [])
        self.costs[purpose] += 1
        if purpose == "leave a field":
            time.sleep(EYES)

    def _put(self, way: Way) -> None:
        self.hows[way.how] += 1
        self._pull(0)
        before, toggles = self._keys.strokes, self._ime.toggles
        signs = 0
        for piece in re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]+", way.text):
            self._piece(piece)
            signs += len(piece)
            self._pull(signs)
        if way.how == "initials":
            time.sleep(0.05)
            self.picture("3-list-of-codes")
        switched = self._ime.toggles - toggles
        self.costs["switch the input method"] += switched
        self.costs["content"] += self._keys.strokes - before - switched

    def _piece(self, piece: str) -> None:
        if piece.isascii():
            if not re.fullmatch(r"[0-9 =]+", piece):
                self._ime.turn(False)
            self._keys.type(piece)
            return
        for run in re.findall(f"[{''.join(self._special)}]|[^{''.join(self._special)}]+", piece):
            if run in self._special:
                self._keys.press(run)
                self.hows["special characters"] += 1
            else:
                self._ime.turn(True)
                self._ime.compose(run)


def _cut(paper: Paper, cells: dict[str, int]) -> Paper:
    """The paper with only those rows and cells of its tables that were typed."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for name, columns in TABLES.items():
        typed = cells[name]
        kept = []
        for at, row in enumerate(paper.rows[name]):
            columns_typed = columns[: max(0, typed - at * len(columns))]
            if part := {column: row[column] for column in columns_typed if column in row}:
                kept.append(part)
        rows[name] = kept
    return Paper(paper.number, paper.facts, paper.values, rows)


def plugs(seed: int, papers: Papers, count: int = 5) -> dict[int, Plug]:
    """Contract number → when the plug is pulled in it; the same seed gives the same moments."""
    dice = random.Random(seed)
    chosen = dice.sample(sorted(paper.number for paper in papers.all), count)
    fields = {
        p.number: len(p.values) - 4 + sum(len(r) for rows in p.rows.values() for r in rows)
        for p in papers.all
    }
    return {number: Plug(dice.randint(2, fields[number] - 12), dice.randint(0, 6)) for number in chosen}


def signs_without_key(papers: Papers) -> set[str]:
    """Characters of the papers that neither a key nor the pinyin of a usual dictionary gives."""
    found = set()
    for paper in papers.all:
        cells = [value for rows in paper.rows.values() for row in rows for value in row.values()]
        for sign in "".join(str(value) for value in (*paper.values.values(), *cells)):
            if not sign.isascii() and sign not in SIGNS and not _is_common(sign):
                found.add(sign)
    return found


def _is_common(sign: str) -> bool:
    try:
        sign.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return "\u4e00" <= sign <= "\u9fff"
