"""The reference intake of the other side: packages in, receipts and number blocks out.

What the province holds is a function of the set of packages that arrived, not of their order: a contract is
known by (station, uid), its highest accepted revision is what is so, conflicts are decided by the place of a
line (sequence, digest, line), and numbers that the province allots itself are given in the order of sequence,
waiting while an earlier package is missing. The same package again changes nothing and gets the same receipt.
When a package changes the outcome of earlier ones, their receipts get a new issue.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from desktop.errors import RefusedError
from desktop.exchange.archive import Progress, no_progress
from desktop.exchange.cells import Codes
from desktop.exchange.package import Package, PackageContract, action_json
from desktop.exchange.province_store import (
    ProvinceStore,
    action,
    contract,
    insert_new,
    insert_rows,
    number,
    package,
    receipt,
    replace_rows,
    row,
    select_in,
    skipped,
    station,
)
from desktop.exchange.receipts import (
    ACCEPTED,
    NUMBER_PENDING,
    REJECTED,
    NumberBlock,
    Reason,
    Receipt,
    RowOutcome,
)
from desktop.exchange.schemas import canonical
from desktop.resources import _
from desktop.rules.identifiers import check_credit_code

_LARGEST_BLOCK: Final = 5000
_WAITING: Final = "N01"
_ALIKE: Final = "D01"
_MIXED_KINDS: Final = {("TRF", "LIC")}
"""Until 2026-02-28 a licence is kind TRF with a LIC sub-kind."""


def national_number(station_code: str, year: int, serial: int) -> str:
    """Sixteen digits: year, station, serial. A province with another pattern passes its own function."""
    return f"{year}{station_code}{serial:06d}"


@dataclass(frozen=True, slots=True)
class Intake:
    """What came of one package."""

    receipt: Receipt
    updated: tuple[Receipt, ...]
    """New issues of receipts for earlier packages whose outcome this one changed."""
    is_repeated: bool
    """The package had been received before; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Contracts of different stations, or two of one, that look like one and the same (FORM.V-11)."""

    contracts: tuple[tuple[str, str], ...]
    """(station, uid) of each."""


@dataclass(frozen=True, slots=True)
class MonthTotal:
    """For reconciling (对账): what the province holds of one station and month."""

    station: str
    month: str
    contracts: int
    contract_amount: Decimal
    technology_amount: Decimal


class Province:
    """The intake over one store, for one province."""

    def __init__(
        self,
        store: ProvinceStore,
        codes: Codes,
        *,
        code: str,
        name: str,
        now: Callable[[], datetime],
        make_number: Callable[[str, int, int], str] = national_number,
    ) -> None:
        self._store, self._codes, self._now, self._make_number = store, codes, now, make_number
        self.code, self.name = code, name

    def close(self) -> None:
        """Give the connections back."""
        self._store.close()

    def add_station(self, station_code: str, name: str, first_sequence: int = 1) -> None:
        """Let a station send; ``first_sequence`` is the first package it will send here. Twice is no work."""
        with self._store.writing() as db:
            insert_new(
                db,
                station,
                [
                    {
                        "code": station_code,
                        "name": name,
                        "first_sequence": first_sequence,
                        "next_sequence": first_sequence,
                    }
                ],
            )

    def station_name(self, station_code: str) -> str:
        """The name a station was entered with. Raises RefusedError for an unknown one."""
        with self._store.writing() as db:
            return str(self._station(db, station_code).name)

    @staticmethod
    def _station(db: Connection, station_code: str) -> Row[Any]:
        found = db.execute(select(station).where(station.c.code == station_code)).one_or_none()
        if found is None:
            raise RefusedError(
                _("登记机构 {code} 不在名单里").format(code=station_code),
                _("请先登记这个机构并收下它的公钥，再收它的包"),
                code="S01",
            )
        return found

    def make_block(self, station_code: str, count: int, year: int, note: str = "") -> NumberBlock:
        """Allot the next ``count`` numbers of a year to a station, for it to give out offline."""
        if not 1 <= count <= _LARGEST_BLOCK:
            raise RefusedError(
                _("一次拨 1 到 {most} 个编号").format(most=_LARGEST_BLOCK), _("请改个数"), code="S02"
            )
        moment = self._now()
        with self._store.writing() as db:
            self._station(db, station_code)
            first = self._next_serial(db, station_code, year)
            block_id = f"{self.code}-{station_code}-{year}-{first}"
            serials = range(first, first + count)
            numbers = tuple(self._make_number(station_code, year, serial) for serial in serials)
            db.execute(
                insert(number),
                [
                    {
                        "number": made,
                        "station": station_code,
                        "year": year,
                        "serial": serial,
                        "block": block_id,
                        "uid": "",
                    }
                    for made, serial in zip(numbers, serials, strict=True)
                ],
            )
        return NumberBlock(block_id, self.code, station_code, year, numbers, moment, note)

    @staticmethod
    def _next_serial(db: Connection, station_code: str, year: int) -> int:
        newest = db.execute(
            select(func.max(number.c.serial)).where(number.c.station == station_code, number.c.year == year)
        ).scalar()
        return int(newest or 0) + 1

    def receive(self, sent: Package, progress: Progress = no_progress) -> Intake:
        """Merge one checked package in one transaction and answer it row by row.

        A package that was here before changes nothing. One bad row never blocks the others. Raises
        RefusedError for an unknown station, MachineError when the database cannot write: nothing changed.
        """
        with self._store.writing() as db:
            self._station(db, sent.header.station)
            known = db.execute(select(package.c.id).where(package.c.digest == sent.digest)).scalar()
            if known is not None:
                return Intake(self._newest(db, int(known)), (), True)
            package_id = self._store_package(db, sent, progress)
            uids = {(sent.header.station, c.uid) for c in sent.contracts}
            touched = self._settle(db, sent.header.station, uids) | {package_id}
            touched |= self._later(db, sent.header.station, sent.header.sequence)
            fresh = self._write_receipts(db, touched)
            return Intake(fresh.pop(package_id), tuple(fresh[key] for key in sorted(fresh)), False)

    def skip(self, station_code: str, sequence: int, reason: str) -> tuple[Receipt, ...]:
        """Decide that a package will never come, so that later ones need not wait for it."""
        with self._store.writing() as db:
            self._station(db, station_code)
            insert_new(db, skipped, [{"station": station_code, "sequence": sequence, "reason": reason[:500]}])
            touched = self._settle(db, station_code, set())
            touched |= self._later(db, station_code, sequence)
            fresh = self._write_receipts(db, touched)
            return tuple(fresh[key] for key in sorted(fresh))

    # ---- what is stored ------------------------------------------------------------------------------

    def _store_package(self, db: Connection, sent: Package, progress: Progress) -> int:
        header = sent.header
        stored = db.execute(
            insert(package).values(
                station=header.station,
                sequence=header.sequence,
                digest=sent.digest,
                name=sent.name,
                received_at=self._now().astimezone(UTC).isoformat(),
                key_id=sent.key_id,
            )
        )
        package_id = int(stored.inserted_primary_key[0]) if stored.inserted_primary_key else 0
        same = {
            "package_id": package_id,
            "station": header.station,
            "sequence": header.sequence,
            "digest": sent.digest,
            "outcome": REJECTED,
            "number": "",
            "reasons": "[]",
        }
        rows = []
        actions = []
        for count, (line, one) in enumerate(zip(sent.lines, sent.contracts, strict=True), 1):
            rows.append(same | {"line": line} | self._described(one))
            for entry in map(action_json, one.actions):
                body = canonical(entry)
                actions.append(
                    {
                        "station": header.station,
                        "uid": entry["uid"],
                        "content": hashlib.sha256(body).hexdigest(),
                        "contract_uid": one.uid,
                        "body": body.decode(),
                    }
                )
            progress(count, len(sent.contracts), _("收第 {n} 份").format(n=count))
        for bad in sent.bad:
            fault = [["F01", bad.reason]]
            rows.append(
                same
                | {
                    "line": bad.line,
                    "uid": "",
                    "revision": bad.revision,
                    "content": bad.uid,
                    "origin": "",
                    "claimed": "",
                    "year": 0,
                    "faults": json.dumps(fault, ensure_ascii=False),
                    "state": "",
                    "registered_on": "",
                    "contract_fen": 0,
                    "technology_fen": 0,
                    "likeness": "",
                    "body": "",
                    "reasons": json.dumps(fault, ensure_ascii=False),
                }
            )
        insert_rows(db, row, rows)
        insert_new(db, action, actions)
        return package_id

    def _described(self, one: PackageContract) -> dict[str, Any]:
        facts = one.facts
        body = canonical({"facts": dict(facts), "state": one.state, "origin": one.origin})
        sellers = sorted(
            str(p.get("id_number") or p["name"]) for p in facts["parties"] if p["role"] == "seller"
        )
        alike = [facts["title"], sellers, facts.get("signed_on"), facts.get("contract_amount")]
        registered_on = str(facts["registered_on"])
        return {
            "uid": one.uid,
            "revision": one.revision,
            "content": hashlib.sha256(body).hexdigest(),
            "origin": one.origin,
            "claimed": one.official_number or str(facts.get("official_number") or ""),
            "year": int(registered_on[:4]),
            "faults": json.dumps(self._faults(one), ensure_ascii=False),
            "state": one.state,
            "registered_on": registered_on,
            "contract_fen": _fen(facts.get("contract_amount")),
            "technology_fen": _fen(facts.get("technology_amount")),
            "likeness": hashlib.sha256(canonical(alike)).hexdigest()[:32],
            "body": body.decode(),
        }

    def _faults(self, one: PackageContract) -> list[tuple[str, str]]:
        """What is wrong with a line by itself, whatever else has arrived."""
        facts, found = one.facts, list[tuple[str, str]]()
        signed = date.fromisoformat(str(facts.get("signed_on") or facts["registered_on"]))
        for party in facts["parties"]:
            if code := party.get("region"):
                found += self._region_fault(str(code), signed)
            if party.get("id_type") == "credit_code" and party.get("id_number"):
                given = str(party["id_number"])
                if not _is_credit_code(given):
                    what = check_credit_code(given).message
                    found.append(("C05", _("{name}的{what}").format(name=party["name"], what=what)))
        if sub_kind := facts.get("sub_kind"):
            entry = self._codes.get("contract_kinds", str(sub_kind))
            while entry is not None and entry.parent:  # LIC-1A → LIC-1 → LIC
                entry = self._codes.get("contract_kinds", entry.parent)
            parent = entry.code if entry else ""
            if parent != facts["kind"] and (facts["kind"], parent) not in _MIXED_KINDS:
                found.append(
                    ("C03", _("细类 {code} 不属于类别 {kind}").format(code=sub_kind, kind=facts["kind"]))
                )
        total, technology = _fen(facts.get("contract_amount")), _fen(facts.get("technology_amount"))
        if technology > total and facts.get("contract_amount") is not None:
            found.append(("V02", _("技术交易额大于合同成交额")))
        return found

    def _region_fault(self, code: str, signed: date) -> list[tuple[str, str]]:
        entry = self._codes.get("regions", code)
        if entry is None:
            return [("C01", _("区划代码 {code} 不在代码表里").format(code=code))]
        was_valid = entry.valid_until is not None and signed < entry.valid_until
        if entry.is_retired and not was_valid:
            now = "、".join(entry.successor) or _("（未载明）")
            return [("C02", _("区划代码 {code} 已停用，现为 {now}").format(code=code, now=now))]
        return []

    # ---- what is decided -----------------------------------------------------------------------------

    def _settle(self, db: Connection, station_code: str, uids: set[tuple[str, str]]) -> set[int]:
        """Decide the rows of these contracts and of those whose number waited; returns packages concerned."""
        following = self._advance(db, station_code)
        waiting = db.execute(
            select(row.c.uid).where(
                row.c.station == station_code, row.c.outcome == NUMBER_PENDING, row.c.sequence < following
            )
        ).scalars()
        return self._decide(db, uids | {(station_code, uid) for uid in waiting}, (station_code, following))

    def _advance(self, db: Connection, station_code: str) -> int:
        """The first package of a station that is still missing: numbers are allotted up to it."""
        known = self._station(db, station_code)
        following = int(known.next_sequence)
        there = self._there(db, station_code)
        while following in there:
            following += 1
        if following != known.next_sequence:
            db.execute(update(station).where(station.c.code == station_code).values(next_sequence=following))
        return following

    def _decide(self, db: Connection, uids: set[tuple[str, str]], allotting: tuple[str, int]) -> set[int]:
        rows = self._rows_of(db, uids)
        uids = {(r.station, r.uid) for r in rows}
        by_uid: dict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
        for one in rows:
            by_uid[one.station, one.uid].append(one)
        reasons: dict[tuple[int, int], list[tuple[str, str]]] = {
            (r.package_id, r.line): [] if r.faults == "[]" else [tuple(f) for f in json.loads(r.faults)]
            for r in rows
        }
        self._check_versions(by_uid, reasons)
        numbers = self._check_numbers(db, by_uid, reasons)
        waiting = [
            r
            for r in rows
            if (r.station, r.sequence < allotting[1]) == (allotting[0], True)
            and not numbers.get((r.station, r.uid))
            and not reasons[r.package_id, r.line]
        ]
        numbers |= self._allot(db, waiting)
        before = self._alike_before(db, uids)
        self._merge(db, by_uid, reasons, numbers)
        touched = {r.package_id for r in rows}
        return touched | self._mark(db, by_uid, reasons, numbers, before)

    @staticmethod
    def _rows_of(db: Connection, uids: set[tuple[str, str]]) -> list[Row[Any]]:
        """All lines of these contracts, and of those that claim the same numbers."""
        columns = [c for c in row.c if c.name != "body"]
        found: dict[tuple[int, int], Row[Any]] = {}
        waiting, done, asked = set(uids), set[tuple[str, str]](), set[str]()
        while waiting:
            stations: dict[str, list[str]] = defaultdict(list)
            for station_code, uid in waiting:
                stations[station_code].append(uid)
            fresh: list[Row[Any]] = []
            for station_code, wanted in stations.items():
                fresh += select_in(
                    db, select(*columns).where(row.c.station == station_code), row.c.uid, wanted
                )
            done |= waiting
            found |= {(r.package_id, r.line): r for r in fresh}
            claimed = {r.claimed for r in fresh if r.claimed} - asked
            asked |= claimed
            others = select_in(db, select(row.c.station, row.c.uid), row.c.claimed, sorted(claimed))
            waiting = {(r.station, r.uid) for r in others if r.uid} - done
        return sorted(found.values(), key=_place)

    @staticmethod
    def _check_versions(
        by_uid: Mapping[tuple[str, str], Sequence[Row[Any]]],
        reasons: dict[tuple[int, int], list[tuple[str, str]]],
    ) -> None:
        """One revision has one content: the line that stands first in the sequence of packages."""
        for rows in by_uid.values():
            first: dict[int, Row[Any]] = {}
            for one in rows:
                key = (one.package_id, one.line)
                if reasons[key]:
                    continue
                known = first.setdefault(one.revision, one)
                if known.content != one.content:
                    reasons[key].append(
                        (
                            "R01",
                            _("第 {n} 包已报过同一版次（第 {revision} 版），内容不同").format(
                                n=known.sequence, revision=one.revision
                            ),
                        )
                    )

    def _check_numbers(
        self,
        db: Connection,
        by_uid: Mapping[tuple[str, str], Sequence[Row[Any]]],
        reasons: dict[tuple[int, int], list[tuple[str, str]]],
    ) -> dict[tuple[str, str], str]:
        """Whose number is which, by the first good line of each contract in the order of the packages.

        Without a number there, the province allots one; with one, it must come out of the station's blocks.
        """
        rows = sorted((r for group in by_uid.values() for r in group), key=_place)
        claimed = sorted({r.claimed for r in rows if r.claimed})
        listed = {n.number: n for n in select_in(db, select(number), number.c.number, claimed)}
        uids = sorted({uid for _station, uid in by_uid})
        allotted = {
            (n.station, n.uid): n.number
            for n in select_in(db, select(number).where(number.c.block == ""), number.c.uid, uids)
        }
        owner: dict[str, tuple[str, str]] = {number_: key for key, number_ in allotted.items()}
        held: dict[tuple[str, str], str] = {}
        already = _("这份合同已另有编号，不能改为 {number}")
        for one in rows:
            place, key = (one.package_id, one.line), (one.station, one.uid)
            if reasons[place]:
                continue
            if key in held:
                if one.claimed and one.claimed != held[key]:
                    reasons[place].append(("N04", already.format(number=one.claimed)))
                continue
            known = listed.get(one.claimed)
            if not one.claimed:
                held[key] = allotted.get(key, "")
            elif (known is None and one.origin != "ledger") or (known and known.station != one.station):
                text = _("编号 {number} 不在拨给本站的号段里").format(number=one.claimed)
                reasons[place].append(("N02", text))
            elif owner.setdefault(one.claimed, key) != key:
                text = _("编号 {number} 已用于另一份合同").format(number=one.claimed)
                reasons[place].append(("N03", text))
            elif allotted.setdefault(key, one.claimed) != one.claimed:
                reasons[place].append(("N04", already.format(number=one.claimed)))
            else:
                held[key] = one.claimed
        uses = [{"n": n, "u": owner[n][1] if n in owner else ""} for n in listed if listed[n].block]
        if uses:
            db.execute(
                update(number).where(number.c.number == bindparam("n")).values(uid=bindparam("u")), uses
            )
        return {key: held[key] for key in by_uid if key in held}

    @staticmethod
    def _alike_before(db: Connection, uids: set[tuple[str, str]]) -> set[str]:
        """Likenesses that these contracts had until now: their partners have to be looked at again."""
        found = select_in(
            db,
            select(contract.c.station, contract.c.uid, contract.c.likeness),
            contract.c.uid,
            sorted({uid for _station, uid in uids}),
        )
        return {r.likeness for r in found if (r.station, r.uid) in uids}

    @staticmethod
    def _merge(
        db: Connection,
        by_uid: Mapping[tuple[str, str], Sequence[Row[Any]]],
        reasons: Mapping[tuple[int, int], Sequence[tuple[str, str]]],
        numbers: Mapping[tuple[str, str], str],
    ) -> None:
        kept, gone = [], []
        for (station_code, uid), rows in by_uid.items():
            good = [r for r in rows if not reasons[r.package_id, r.line]]
            if not good:
                gone.append({"s": station_code, "u": uid})
                continue
            newest = min(good, key=lambda r: (-r.revision, _place(r)))
            kept.append(
                {
                    "station": station_code,
                    "uid": uid,
                    "number": numbers.get((station_code, uid), ""),
                    **{
                        name: getattr(newest, name)
                        for name in ("revision", "package_id", "line", "state", "registered_on")
                    },
                    **{
                        name: getattr(newest, name) for name in ("contract_fen", "technology_fen", "likeness")
                    },
                }
            )
        replace_rows(db, contract, kept)
        if gone:
            db.execute(
                delete(contract).where(
                    contract.c.station == bindparam("s"), contract.c.uid == bindparam("u")
                ),
                gone,
            )

    def _mark(
        self,
        db: Connection,
        by_uid: Mapping[tuple[str, str], Sequence[Row[Any]]],
        reasons: Mapping[tuple[int, int], Sequence[tuple[str, str]]],
        numbers: Mapping[tuple[str, str], str],
        before: set[str],
    ) -> set[int]:
        """Write outcome, number and reasons to the lines that changed; returns packages of look-alikes."""
        now_alike = {r.likeness for rows in by_uid.values() for r in rows} | before
        groups: dict[str, list[Row[Any]]] = defaultdict(list)
        for one in select_in(db, select(contract), contract.c.likeness, sorted(now_alike)):
            groups[one.likeness].append(one)
        partners = {
            (one.station, one.uid): "、".join(sorted({o.station for o in group if o is not one}))
            for group in groups.values()
            if len(group) > 1 or group[0].likeness in before
            for one in group
        }
        changes, touched = [], set[int]()
        others = self._rows_of_contracts(db, set(partners) - set(by_uid))
        for key, rows in [*by_uid.items(), *others.items()]:
            for one in rows:
                is_ours = key in by_uid
                wrong = reasons[one.package_id, one.line] if is_ours else ()
                found = numbers.get(key, "") if is_ours else one.number
                outcome = REJECTED if wrong else ACCEPTED if found else NUMBER_PENDING
                if not is_ours:
                    outcome = one.outcome
                    wrong = [tuple(r) for r in json.loads(one.reasons) if r[0] != _ALIKE]
                told = list(wrong)
                if outcome != REJECTED and (where := partners.get(key)):
                    told.append(
                        (_ALIKE, _("与 {where} 的一份合同疑似重复（FORM.V-11），请核对").format(where=where))
                    )
                text = json.dumps(told, ensure_ascii=False) if told else "[]"
                shown = "" if outcome == REJECTED else found
                if (one.outcome, one.number, one.reasons) != (outcome, shown, text):
                    changes.append({"p": one.package_id, "l": one.line, "o": outcome, "n": shown, "r": text})
                    touched.add(one.package_id)
        if changes:
            db.execute(
                update(row)
                .where(row.c.package_id == bindparam("p"), row.c.line == bindparam("l"))
                .values(outcome=bindparam("o"), number=bindparam("n"), reasons=bindparam("r")),
                changes,
            )
        return touched

    @staticmethod
    def _rows_of_contracts(
        db: Connection, keys: set[tuple[str, str]]
    ) -> dict[tuple[str, str], list[Row[Any]]]:
        found: dict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
        for one in select_in(db, select(row), row.c.uid, sorted({uid for _station, uid in keys})):
            if (one.station, one.uid) in keys:
                found[one.station, one.uid].append(one)
        return found

    def _allot(self, db: Connection, waiting: Sequence[Row[Any]]) -> dict[tuple[str, str], str]:
        """The next numbers for contracts that have none, in the order of their lines."""
        serials: dict[int, int] = {}
        made: dict[tuple[str, str], dict[str, Any]] = {}
        for one in waiting:
            if (one.station, one.uid) in made:
                continue
            serial = serials.get(one.year) or self._next_serial(db, one.station, one.year)
            serials[one.year] = serial + 1
            made[one.station, one.uid] = {
                "number": self._make_number(one.station, one.year, serial),
                "station": one.station,
                "year": one.year,
                "serial": serial,
                "block": "",
                "uid": one.uid,
            }
        if made:
            insert_rows(db, number, list(made.values()))
        return {key: str(values["number"]) for key, values in made.items()}

    # ---- what is answered ----------------------------------------------------------------------------

    @staticmethod
    def _later(db: Connection, station_code: str, sequence: int) -> set[int]:
        """Later packages of a station: their lists of missing ones may have become shorter."""
        return set(
            db.execute(
                select(package.c.id).where(package.c.station == station_code, package.c.sequence > sequence)
            ).scalars()
        )

    def _missing(self, db: Connection, station_code: str, sequence: int) -> list[int]:
        first = int(self._station(db, station_code).first_sequence)
        there = self._there(db, station_code)
        return [n for n in range(max(first, sequence - 10_000), sequence) if n not in there]

    @staticmethod
    def _there(db: Connection, station_code: str) -> set[int]:
        """Sequence numbers that have arrived or were given up."""
        arrived = select(package.c.sequence).where(package.c.station == station_code)
        given_up = select(skipped.c.sequence).where(skipped.c.station == station_code)
        return {*db.execute(arrived).scalars(), *db.execute(given_up).scalars()}

    def _write_receipts(self, db: Connection, package_ids: Iterable[int]) -> dict[int, Receipt]:
        """New issues for those packages whose answer has changed (or that have none yet)."""
        made_at = self._now().astimezone(UTC).isoformat()
        fresh: dict[int, Receipt] = {}
        for package_id in sorted(package_ids):
            sent = db.execute(select(package).where(package.c.id == package_id)).one()
            body = self._answer(db, sent)
            newest = db.execute(
                select(receipt).where(receipt.c.package_id == package_id, receipt.c.is_newest)
            ).one_or_none()
            if newest is not None and newest.body == body:
                continue
            db.execute(update(receipt).where(receipt.c.package_id == package_id).values(is_newest=False))
            issue = 1 if newest is None else newest.issue + 1
            db.execute(
                insert(receipt).values(
                    package_id=package_id, issue=issue, made_at=made_at, body=body, is_newest=True
                )
            )
            fresh[package_id] = self._receipt(sent, issue, made_at, body)
        return fresh

    def _answer(self, db: Connection, sent: Row[Any]) -> str:
        missing = self._missing(db, sent.station, sent.sequence)
        lines = db.execute(
            select(
                row.c.line,
                row.c.uid,
                row.c.content,
                row.c.revision,
                row.c.outcome,
                row.c.number,
                row.c.reasons,
                row.c.contract_fen,
                row.c.technology_fen,
            )
            .where(row.c.package_id == sent.id)
            .order_by(row.c.line)
        ).all()
        told = []
        for one in lines:
            reasons = [] if one.reasons == "[]" else json.loads(one.reasons)
            if one.outcome == NUMBER_PENDING:
                waits = "、".join(str(n) for n in missing[:5]) or "…"
                reasons.append([_WAITING, _("前面缺第 {n} 包，收到后再给编号").format(n=waits)])
            uid = one.uid or (one.content if re.fullmatch(r"[0-9a-f-]{36}", one.content) else "")
            told.append([one.line, uid, one.revision, one.outcome, one.number, reasons])
        good = [one for one in lines if one.outcome != REJECTED]
        return canonical(
            {
                "rows": told,
                "missing": missing,
                "contract_fen": sum(one.contract_fen for one in good),
                "technology_fen": sum(one.technology_fen for one in good),
            }
        ).decode()

    def _receipt(self, sent: Row[Any], issue: int, made_at: str, body: str) -> Receipt:
        said = json.loads(body)
        rows = tuple(
            RowOutcome(line, uid, revision, outcome, given, tuple(Reason(c, t) for c, t in reasons))
            for line, uid, revision, outcome, given, reasons in said["rows"]
        )
        return Receipt(
            f"{self.code}-{sent.station}-{sent.sequence}-{sent.digest[:8]}-{issue}",
            self.code,
            self.name,
            sent.station,
            sent.digest,
            sent.sequence,
            issue,
            datetime.fromisoformat(made_at),
            rows,
            Decimal(said["contract_fen"]).scaleb(-2),
            Decimal(said["technology_fen"]).scaleb(-2),
            tuple(said["missing"]),
        )

    def _newest(self, db: Connection, package_id: int) -> Receipt:
        sent = db.execute(select(package).where(package.c.id == package_id)).one()
        newest = db.execute(
            select(receipt).where(receipt.c.package_id == package_id, receipt.c.is_newest)
        ).one()
        return self._receipt(sent, newest.issue, newest.made_at, newest.body)

    def receipts(self, station_code: str = "") -> tuple[Receipt, ...]:
        """The newest receipt of every package (of one station), for writing them again."""
        query = select(package.c.id).order_by(package.c.station, package.c.sequence, package.c.digest)
        if station_code:
            query = query.where(package.c.station == station_code)
        with self._store.writing() as db:
            return tuple(self._newest(db, package_id) for package_id in db.execute(query).scalars().all())

    # ---- what is asked -------------------------------------------------------------------------------

    def duplicates(self) -> tuple[Likeness, ...]:
        """Groups of contracts that look like one and the same, across stations and within one."""
        with self._store.writing() as db:
            keys = (
                db.execute(select(contract.c.likeness).group_by(contract.c.likeness).having(func.count() > 1))
                .scalars()
                .all()
            )
            groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
            for one in select_in(db, select(contract), contract.c.likeness, keys):
                groups[one.likeness].append((one.station, one.uid))
        return tuple(Likeness(tuple(sorted(groups[key]))) for key in sorted(groups))

    def month_totals(self, year: int, station_code: str = "") -> tuple[MonthTotal, ...]:
        """Counts and sums by station and month of registration, for reconciling."""
        month = func.substr(contract.c.registered_on, 1, 7)
        query = (
            select(
                contract.c.station,
                month.label("month"),
                func.count().label("contracts"),
                func.sum(contract.c.contract_fen).label("total"),
                func.sum(contract.c.technology_fen).label("technology"),
            )
            .where(
                contract.c.registered_on.between(f"{year}-01-01", f"{year}-12-31"),
                contract.c.state.not_in(["CANCELLED", "REVOKED"]),
            )
            .group_by(contract.c.station, month)
            .order_by(contract.c.station, month)
        )
        if station_code:
            query = query.where(contract.c.station == station_code)
        with self._store.writing() as db:
            return tuple(
                MonthTotal(
                    r.station,
                    r.month,
                    int(r.contracts),
                    Decimal(int(r.total)).scaleb(-2),
                    Decimal(int(r.technology)).scaleb(-2),
                )
                for r in db.execute(query)
            )

    def state(self) -> dict[str, Any]:
        """Everything that counts, without moments and issue numbers: equal for any order of arrival."""
        with self._store.writing() as db:
            contracts = db.execute(
                select(contract, row.c.content, row.c.sequence)
                .join(row, (row.c.package_id == contract.c.package_id) & (row.c.line == contract.c.line))
                .order_by(contract.c.station, contract.c.uid)
            ).all()
            numbers = db.execute(select(number).order_by(number.c.number)).all()
            actions = db.execute(
                select(action.c.station, action.c.uid, action.c.content).order_by(
                    action.c.station, action.c.uid, action.c.content
                )
            ).all()
        return {
            "contracts": [
                (r.station, r.uid, r.revision, r.state, r.number, r.content, r.sequence) for r in contracts
            ],
            "numbers": [(n.number, n.station, n.block, n.uid) for n in numbers],
            "actions": [tuple(a) for a in actions],
            "receipts": [
                (r.station, r.sequence, r.package_digest, r.rows, r.missing) for r in self.receipts()
            ],
        }


def _place(one: Row[Any]) -> tuple[Any, ...]:
    """The order in which conflicts are decided: by the station's own sequence, never by arrival."""
    return (one.station, one.sequence, one.digest, one.line)


@lru_cache(maxsize=100_000)
def _is_credit_code(given: str) -> bool:
    """The same parties send again and again."""
    return not check_credit_code(given).fault


def _fen(amount: object) -> int:
    return 0 if amount is None else int(Decimal(str(amount)).scaleb(2))
