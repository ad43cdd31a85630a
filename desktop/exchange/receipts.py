"""What comes back from above: receipts, number blocks, lists of cancelled certificates, policy packs.

Each is a signed bag (``bag.py``) with one JSON file, or for a policy pack its tables. In bag-info
``Contract-Desk-Station`` names the sender, ``Contract-Desk-For`` the receiver (``*``: all of them). Each has
an id, so that it is applied at most once; a receipt also has an issue: a later one replaces an earlier one.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from desktop.errors import RefusedError
from desktop.exchange.archive import Limits, open_archive
from desktop.exchange.bag import (
    ISSUER_FIELD,
    KIND_FIELD,
    Bag,
    WrittenFile,
    open_bag,
    safe_name,
    write_bag,
)
from desktop.exchange.schemas import canonical, fault_of
from desktop.resources import _
from desktop.security.keys import PublicKeys, Signer
from desktop.settings import local_time

SCHEMA: Final = "1"
RECEIVER_FIELD: Final = "Contract-Desk-For"
EVERYBODY: Final = "*"
NAMES: Final = {
    "batch": "上报包",
    "receipt": "回执",
    "block": "号段文件",
    "cancelled": "失效证明名单",
    "policy": "规则包",
}
ACCEPTED: Final = "accepted"
NUMBER_PENDING: Final = "number_pending"
REJECTED: Final = "rejected"
_LIMITS: Final = Limits(file_bytes=256 << 20, entries=500, entry_bytes=256 << 20, total_bytes=512 << 20)
_LARGEST: Final = 256 << 20


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row was not accepted, or what is remarked on it."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What became of one line of a package."""

    line: int
    uid: str
    revision: int
    outcome: str
    """``accepted`` 上级已接收, ``number_pending`` accepted but the number follows, ``rejected`` 上级退回."""
    official_number: str = ""
    """Allotted or confirmed; empty when there is none yet."""
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to one package, row by row."""

    receipt_id: str
    issuer: str
    issuer_name: str
    station: str
    package_digest: str
    sequence: int
    issue: int
    """1 for the first answer; a later answer to the same package counts up and replaces it."""
    made_at: datetime
    rows: tuple[RowOutcome, ...]
    contract_amount: Decimal
    """Sum over the rows that were accepted (with or without number)."""
    technology_amount: Decimal
    missing: tuple[int, ...] = ()
    """Sequence numbers of earlier packages that have not arrived."""

    @property
    def counts(self) -> dict[str, int]:
        """Rows by outcome."""
        found = Counter(row.outcome for row in self.rows)
        return {name: found[name] for name in (ACCEPTED, NUMBER_PENDING, REJECTED)}


@dataclass(frozen=True, slots=True)
class NumberBlock:
    """Numbers allotted to a station: a list of texts, in the order in which they are to be used."""

    block_id: str
    issuer: str
    station: str
    year: int
    numbers: tuple[str, ...]
    made_at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class CancelledEntry:
    """One certificate that is no longer valid."""

    official_number: str
    status: str
    """``cancelled`` 已注销, ``revoked`` 已撤销, ``superseded`` replaced by a later version."""
    on: date
    uid: str = ""
    version: int = 0
    """Of the certificate that is void; 0: every version."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CancelledList:
    """Certificates that are no longer valid, for checking papers."""

    list_id: str
    issuer: str
    made_at: datetime
    entries: tuple[CancelledEntry, ...]


@dataclass(frozen=True, slots=True)
class PolicyPack:
    """Tables of law, codes or local settings that replace the shipped ones."""

    pack_id: str
    version: str
    issuer: str
    made_at: datetime
    files: Mapping[str, bytes] = field(repr=False)
    """``law/relief.toml``, ``codes/regions.csv``, ``local/yunling.toml`` … → content."""
    note: str = ""
    """What changed, in plain words."""


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _info(
    kind: str, issuer: str, receiver: str, made_at: datetime, name: str, file_id: str
) -> list[tuple[str, str]]:
    return [
        ("Source-Organization", name or issuer),
        ("Bagging-Date", local_time(made_at).date().isoformat()),
        ("External-Identifier", file_id),
        (KIND_FIELD, kind),
        ("Contract-Desk-Schema", SCHEMA),
        (ISSUER_FIELD, issuer),
        (RECEIVER_FIELD, receiver),
        ("Contract-Desk-Made-At", _utc(made_at)),
    ]


def _write(
    folder: Path,
    title: str,
    kind: str,
    content: Mapping[str, Any],
    info: list[tuple[str, str]],
    signer: Signer,
    made_at: datetime,
) -> WrittenFile:
    if fault := fault_of(kind, content):
        raise RefusedError(
            _("{what}没有写成：{fault}").format(what=NAMES[kind], fault=fault),
            _("请按所列位置改正后再试"),
            code="E01",
        )
    _check_signer(signer, content["issuer"])
    path = folder / f"{safe_name(title)}.zip"
    return write_bag(path, path.stem, {f"{kind}.json": [canonical(content)]}, info, signer, made_at)


def _check_signer(signer: Signer, issuer: str) -> None:
    if signer.owner != issuer:
        raise RefusedError(
            _("签名的钥匙不是 {issuer} 的").format(issuer=issuer), _("请核对本机的钥匙"), code="E02"
        )


@contextmanager
def _open(path: Path, keys: PublicKeys, kind: str, station: str, issuer: str) -> Iterator[Bag]:
    """The bag of one kind, for this station and from whom it obeys; else RefusedError."""
    what = NAMES[kind]
    with open_bag(path, keys, kind, what, _LIMITS) as bag:
        found = bag.info.get("Contract-Desk-Schema", "?")
        if found != SCHEMA:
            raise RefusedError(
                _("{file}：内容是第 {found} 版格式，本机只认第 {known} 版").format(
                    file=path.name, found=found, known=SCHEMA
                ),
                _("请两边升级到同一版本的程序后重新导出"),
                code="E03",
            )
        receiver = bag.info.get(RECEIVER_FIELD, "")
        if station and receiver not in (station, EVERYBODY):
            raise RefusedError(
                _("{file} 是发给 {receiver} 的{what}，不是发给本站（{station}）的").format(
                    file=path.name, receiver=receiver or _("（未写明）"), what=what, station=station
                ),
                _("请核对是不是拿错了文件；本机没有改动"),
                code="E04",
            )
        if bag.key.owner == station or (issuer and bag.key.owner != issuer):
            raise RefusedError(
                _("{file} 由“{owner}”签发，它无权给本站发{what}").format(
                    file=path.name, owner=bag.key.owner, what=what
                ),
                _("{what}只能由上级签发，请与上级电话核对；本机没有改动").format(what=what),
                code="E05",
            )
        yield bag


def _content(bag: Bag, kind: str) -> dict[str, Any]:
    file = bag.archive.path.name
    try:
        raw = json.loads(bag.read(f"data/{kind}.json", _LARGEST))
        fault = fault_of(kind, raw)
        if not fault and raw["issuer"] != bag.key.owner:
            fault = _("签发单位与签名不一致")
        if not fault and "station" in raw and raw["station"] != bag.info.get(RECEIVER_FIELD):
            fault = _("收件单位与包上写的不一致")
        if not fault:
            datetime.fromisoformat(raw["made_at"])
    except (ValueError, RecursionError):
        fault, raw = _("内容读不出来"), {}
    if fault:
        raise RefusedError(
            _("{file} / {kind}.json：{fault}").format(file=file, kind=kind, fault=fault),
            _("请上级重新导出一份；本机没有改动"),
            code="E06",
        )
    content: dict[str, Any] = raw
    return content


def write_receipt(folder: Path, receipt: Receipt, station_name: str, signer: Signer) -> WrittenFile:
    """``澄河县登记处_回执_第15包_第1次.zip`` in ``folder``; the same receipt gives the same bytes."""
    content: dict[str, Any] = {
        "receipt": receipt.receipt_id,
        "issuer": receipt.issuer,
        "issuer_name": receipt.issuer_name,
        "station": receipt.station,
        "package": receipt.package_digest,
        "sequence": receipt.sequence,
        "issue": receipt.issue,
        "made_at": _utc(receipt.made_at),
        "missing": list(receipt.missing),
        "rows": [_row_json(row) for row in receipt.rows],
        "counts": receipt.counts,
        "sums": {
            "contract_amount": int(receipt.contract_amount.scaleb(2)),
            "technology_amount": int(receipt.technology_amount.scaleb(2)),
        },
    }
    info = _info(
        "receipt", receipt.issuer, receipt.station, receipt.made_at, receipt.issuer_name, receipt.receipt_id
    )
    title = f"{station_name}_回执_第{receipt.sequence}包_第{receipt.issue}次"
    return _write(folder, title, "receipt", content, info, signer, receipt.made_at)


def _row_json(row: RowOutcome) -> dict[str, Any]:
    raw: dict[str, Any] = {"line": row.line, "uid": row.uid, "revision": row.revision, "outcome": row.outcome}
    if row.official_number:
        raw["official_number"] = row.official_number
    if row.reasons:
        raw["reasons"] = [{"code": r.code, "text": r.text[:500]} for r in row.reasons]
    return raw


def read_receipt(path: Path, keys: PublicKeys, *, station: str, issuer: str = "") -> Receipt:
    """A checked receipt for this station. ``issuer``: the only office whose receipts count, if known.

    Raises RefusedError: cut, edited, unknown key, signed by the station itself or another office, for another
    station, other version, counts that do not fit the rows. Applying it at most once is the caller's part:
    ``receipt_id`` and ``issue`` are for that.
    """
    with _open(path, keys, "receipt", station, issuer) as bag:
        raw = _content(bag, "receipt")
    rows = tuple(
        RowOutcome(
            r["line"],
            r.get("uid", ""),
            r.get("revision", 0),
            r["outcome"],
            r.get("official_number", ""),
            tuple(Reason(reason["code"], reason["text"]) for reason in r.get("reasons", ())),
        )
        for r in raw["rows"]
    )
    receipt = Receipt(
        raw["receipt"],
        raw["issuer"],
        raw.get("issuer_name", ""),
        raw["station"],
        raw["package"],
        raw["sequence"],
        raw["issue"],
        datetime.fromisoformat(raw["made_at"]),
        rows,
        Decimal(raw["sums"]["contract_amount"]).scaleb(-2),
        Decimal(raw["sums"]["technology_amount"]).scaleb(-2),
        tuple(raw.get("missing", ())),
    )
    twice = [line for line, count in Counter(row.line for row in rows).items() if count > 1]
    nameless = [row.line for row in rows if row.outcome == REJECTED and not row.reasons]
    if receipt.counts != raw["counts"] or twice or nameless:
        raise RefusedError(
            _("{file}：回执的份数与各行对不上，或有一行退回没有写原因").format(file=path.name),
            _("请上级重新导出一份；本机没有改动"),
            code="E07",
        )
    return receipt


def write_block(folder: Path, block: NumberBlock, station_name: str, signer: Signer) -> WrittenFile:
    """``澄河县登记处_号段_2026年_200个.zip`` in ``folder``."""
    content = {
        "block": block.block_id,
        "issuer": block.issuer,
        "station": block.station,
        "year": block.year,
        "made_at": _utc(block.made_at),
        "note": block.note,
        "numbers": list(block.numbers),
    }
    info = _info("block", block.issuer, block.station, block.made_at, "", block.block_id)
    title = f"{station_name}_号段_{block.year}年_{len(block.numbers)}个_{block.block_id}"
    return _write(folder, title, "block", content, info, signer, block.made_at)


def read_block(path: Path, keys: PublicKeys, *, station: str, issuer: str = "") -> NumberBlock:
    """A checked number block for this station; refuses like ``read_receipt``, and a number listed twice."""
    with _open(path, keys, "block", station, issuer) as bag:
        raw = _content(bag, "block")
    return NumberBlock(
        raw["block"],
        raw["issuer"],
        raw["station"],
        raw["year"],
        tuple(raw["numbers"]),
        datetime.fromisoformat(raw["made_at"]),
        raw.get("note", ""),
    )


def write_cancelled(folder: Path, cancelled: CancelledList, signer: Signer) -> WrittenFile:
    """``失效证明名单_2026-11-20_3份.zip`` in ``folder``, for every station."""
    content = {
        "list": cancelled.list_id,
        "issuer": cancelled.issuer,
        "made_at": _utc(cancelled.made_at),
        "entries": [_entry_json(entry) for entry in cancelled.entries],
    }
    info = _info("cancelled", cancelled.issuer, EVERYBODY, cancelled.made_at, "", cancelled.list_id)
    day = local_time(cancelled.made_at).date().isoformat()
    title = f"失效证明名单_{day}_{len(cancelled.entries)}份"
    return _write(folder, title, "cancelled", content, info, signer, cancelled.made_at)


def _entry_json(entry: CancelledEntry) -> dict[str, Any]:
    raw: dict[str, Any] = {
        "official_number": entry.official_number,
        "status": entry.status,
        "on": entry.on.isoformat(),
    }
    for name in ("uid", "version", "reason"):
        if value := getattr(entry, name):
            raw[name] = value
    return raw


def read_cancelled(path: Path, keys: PublicKeys, *, station: str, issuer: str = "") -> CancelledList:
    """A checked list of cancelled certificates."""
    with _open(path, keys, "cancelled", station, issuer) as bag:
        raw = _content(bag, "cancelled")
    try:
        entries = tuple(
            CancelledEntry(
                e["official_number"],
                e["status"],
                date.fromisoformat(e["on"]),
                e.get("uid", ""),
                e.get("version", 0),
                e.get("reason", ""),
            )
            for e in raw["entries"]
        )
    except ValueError as exc:
        raise RefusedError(
            _("{file}：有一行的日期不是日历上有的日期").format(file=path.name),
            _("请上级重新导出一份；本机没有改动"),
            code="E06",
        ) from exc
    return CancelledList(raw["list"], raw["issuer"], datetime.fromisoformat(raw["made_at"]), entries)


_PACK_FILE: Final = re.compile(r"(law|local|certificates)/[a-z0-9][a-z0-9_.-]*\.toml|codes/[a-z0-9_]+\.csv")


def write_policy(folder: Path, pack: PolicyPack, signer: Signer) -> WrittenFile:
    """``规则包_yunling_2026.11.zip`` in ``folder``, for every station."""
    _check_signer(signer, pack.issuer)
    _check_pack(pack.pack_id, pack.files)
    info = _info("policy", pack.issuer, EVERYBODY, pack.made_at, "", pack.pack_id)
    info += [("Contract-Desk-Version", pack.version), ("Contract-Desk-Note", pack.note)]
    path = folder / f"{safe_name(f'规则包_{pack.pack_id}_{pack.version}')}.zip"
    files = {name: [content] for name, content in sorted(pack.files.items())}
    return write_bag(path, path.stem, files, info, signer, pack.made_at)


def _check_pack(place: str, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        fault = "" if _PACK_FILE.fullmatch(name) else _("不是规则包里可以有的文件")
        try:
            text = content.decode("utf-8")
            if name.endswith(".toml"):
                tomllib.loads(text)
        except UnicodeDecodeError:
            fault = _("不是 UTF-8 文字")
        except tomllib.TOMLDecodeError as exc:
            fault = _("读不出来（{where}）").format(where=str(exc)[-60:])
        if fault:
            raise RefusedError(
                f"{place} / {name}：{fault}", _("请制作单位改正后重新签发；本机没有改动"), code="E08"
            )
    if not files:
        raise RefusedError(_("{pack} 是空的").format(pack=place), _("请制作单位重新签发"), code="E08")


def read_policy(path: Path, keys: PublicKeys, *, station: str, issuer: str = "") -> PolicyPack:
    """A checked policy pack, every TOML in it well formed; what the rows say is for the rules to check."""
    with _open(path, keys, "policy", station, issuer) as bag:
        files = {name.removeprefix("data/"): bag.read(name) for name in bag.payload}
        info = dict(bag.info)
        owner = bag.key.owner
    _check_pack(path.name, files)
    try:
        made_at = datetime.fromisoformat(info.get("Contract-Desk-Made-At", ""))
    except ValueError as exc:
        raise RefusedError(
            _("{file} 没有写明制作时间").format(file=path.name), _("请制作单位重新签发"), code="E06"
        ) from exc
    return PolicyPack(
        info.get("External-Identifier", ""),
        info.get("Contract-Desk-Version", ""),
        owner,
        made_at,
        files,
        info.get("Contract-Desk-Note", ""),
    )


def kind_of_file(path: Path) -> str:
    """What a file says it is (``receipt``, ``block``, ``batch`` …), unchecked, to choose the right reader.

    Raises RefusedError when it is none of ours.
    """
    with open_archive(path, _("回执、号段或规则包"), _LIMITS) as archive:
        for name in archive.names:
            if name.count("/") == 1 and name.endswith("/bag-info.txt"):
                text = archive.read(name, 1 << 20).decode("utf-8", "replace")
                said = re.search(rf"^{KIND_FIELD}: (\w+)$", text, re.MULTILINE)
                if said and said[1] in NAMES:
                    return said[1]
    raise RefusedError(
        _("{file} 不是回执、号段、名单或规则包").format(file=path.name),
        _("请核对是不是选错了文件"),
        code="E09",
    )


READERS: Final[Mapping[str, Callable[..., object]]] = {
    "receipt": read_receipt,
    "block": read_block,
    "cancelled": read_cancelled,
    "policy": read_policy,
}
"""Kind → its reader, all called with (path, keys, station=…, issuer=…)."""


def sorted_for_applying(receipts: Sequence[Receipt]) -> list[Receipt]:
    """Only the newest issue for each package, oldest package first: applying any pile gives the same end."""
    newest: dict[str, Receipt] = {}
    for receipt in receipts:
        known = newest.get(receipt.package_digest)
        if known is None or receipt.issue > known.issue:
            newest[receipt.package_digest] = receipt
    return sorted(newest.values(), key=lambda r: (r.sequence, r.package_digest))
