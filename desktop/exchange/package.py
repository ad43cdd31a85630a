"""The batch package (上报包): contracts with their actions, for people and for programs, signed.

A signed bag (``bag.py``) with ``data/contracts.jsonl`` (one contract a line, ``resources/schema/contract…``),
``data/contracts.xlsx`` (the same rows for people, personal ids masked) and ``data/attachments/UID/NAME``.
Counts and sums stand in bag-info and must agree with the lines. Money in bag-info is whole fen.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from desktop.errors import RefusedError
from desktop.exchange.archive import Limits, Progress, no_progress
from desktop.exchange.bag import (
    ISSUER_FIELD,
    KIND_FIELD,
    Bag,
    BagWriter,
    WrittenFile,
    file_digest,
    measured,
    open_bag,
    safe_name,
    writing_whole,
)
from desktop.exchange.schemas import canonical, fault_of
from desktop.resources import _
from desktop.rules.identifiers import mask_id
from desktop.security.keys import PublicKeys, Signer
from desktop.security.whole_file import machine_fault
from desktop.settings import local_time

KIND: Final = "batch"
SCHEMA: Final = "1"
KIND_NAMES: Final = {
    "DEV": "技术开发",
    "TRF": "技术转让",
    "LIC": "技术许可",
    "CON": "技术咨询",
    "SVC": "技术服务",
}
STATE_NAMES: Final = {
    "REGISTERED": "已登记",
    "CERTIFIED": "已发证",
    "CHANGED": "已变更",
    "CANCELLED": "已注销",
    "REVOKED": "已撤销",
}
COUNTED: Final = {"register": "New", "change": "Changed", "cancel": "Cancelled", "revoke": "Revoked"}
"""Action → its count in bag-info (新登 变更 注销 撤销)."""
_LINES_LIMIT: Final = 1 << 30
_PIECE: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class PackageAction:
    """One row of the action log, as it travels."""

    uid: str
    kind: str
    """A verb: ``register``, ``change``, ``cancel``, ``revoke``, ``issue`` …"""
    at: datetime
    by: str
    reason: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    hash: str = ""
    previous: str = ""


@dataclass(frozen=True, slots=True)
class PackageAttachment:
    """One paper that travels along; ``source`` is the file on this machine (writing only)."""

    name: str
    source: Path | None = None
    file: str = ""
    """Place in the package, ``data/attachments/UID/NAME``; given at writing."""
    sha256: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class PackageContract:
    """One contract as it stands, with the actions since the last package."""

    uid: str
    revision: int
    """Counts the versions of this contract; the highest one is what is so."""
    state: str
    facts: Mapping[str, Any]
    """``facts_to_json`` of the contract."""
    actions: tuple[PackageAction, ...]
    origin: str = "station"
    local_serial: str = ""
    official_number: str = ""
    """Empty while the number is pending."""
    block: str = ""
    """Id of the number block it was taken from."""
    rule_set: str = ""
    law: str = ""
    clerk: str = ""
    reviewer: str = ""
    conclusion: Mapping[str, Any] = field(default_factory=dict)
    attachments: tuple[PackageAttachment, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The line of ``contracts.jsonl``; what is empty is left out."""
        raw: dict[str, Any] = {
            "uid": self.uid,
            "revision": self.revision,
            "state": self.state,
            "facts": dict(self.facts),
            "actions": [action_json(action) for action in self.actions],
        }
        for name in ("origin", "local_serial", "official_number", "block", "rule_set", "law"):
            if value := getattr(self, name):
                raw[name] = value
        for name in ("clerk", "reviewer"):
            if value := getattr(self, name):
                raw[name] = value
        if self.conclusion:
            raw["conclusion"] = dict(self.conclusion)
        if self.attachments:
            raw["attachments"] = [
                {"name": a.name, "file": a.file, "sha256": a.sha256, "size": a.size} for a in self.attachments
            ]
        return raw


def action_json(action: PackageAction) -> dict[str, Any]:
    """One action as it stands in the line; what is empty is left out."""
    at = action.at.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    raw: dict[str, Any] = {"uid": action.uid, "kind": action.kind, "at": at, "by": action.by}
    if action.reason:
        raw["reason"] = action.reason
    if action.details:
        raw["details"] = dict(action.details)
    if action.hash:
        raw["hash"], raw["previous"] = action.hash, action.previous
    return raw


def contract_from_json(raw: Mapping[str, Any]) -> PackageContract:
    """Inverse of ``to_json`` for a line that the schema accepts."""
    actions = tuple(
        PackageAction(
            a["uid"],
            a["kind"],
            datetime.fromisoformat(a["at"]),
            a["by"],
            a.get("reason", ""),
            a.get("details", {}),
            a.get("hash", ""),
            a.get("previous", ""),
        )
        for a in raw["actions"]
    )
    attachments = tuple(
        PackageAttachment(a["name"], None, a["file"], a["sha256"], a["size"])
        for a in raw.get("attachments", ())
    )
    return PackageContract(
        raw["uid"],
        raw["revision"],
        raw["state"],
        raw["facts"],
        actions,
        raw.get("origin", "station"),
        raw.get("local_serial", ""),
        raw.get("official_number", ""),
        raw.get("block", ""),
        raw.get("rule_set", ""),
        raw.get("law", ""),
        raw.get("clerk", ""),
        raw.get("reviewer", ""),
        raw.get("conclusion", {}),
        attachments,
    )


@dataclass(frozen=True, slots=True)
class PackageHeader:
    """What the station says about the package."""

    station: str
    station_name: str
    sequence: int
    """Counts the packages of this station from 1, without gaps."""
    made_at: datetime
    made_by: str
    previous: str = ""
    """SHA-256 (hex) of the package before, empty for the first."""
    action_head: str = ""
    """Hash of the newest row of the action log."""
    laws: tuple[str, ...] = ()
    """Rule sets and versions that decided, e.g. ``M2026``, ``yunling-2026.11``."""
    agent: str = "contract-desk"


@dataclass(frozen=True, slots=True)
class PackageTotals:
    """Counts and sums for the hand-over slip (交接单)."""

    contracts: int
    actions: int
    new: int
    changed: int
    cancelled: int
    revoked: int
    contract_amount: Decimal
    technology_amount: Decimal
    attachments: int


@dataclass(frozen=True, slots=True)
class WrittenPackage:
    """A package on the disk, whole and named; ``file.check_code`` is on the slip."""

    file: WrittenFile
    header: PackageHeader
    totals: PackageTotals


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be used; the others are not held up by it."""

    line: int
    uid: str
    """Empty when not even that could be read."""
    revision: int
    reason: str


@dataclass(frozen=True, slots=True)
class Package:
    """A package whose signature, digests, counts and sums are right."""

    path: Path
    name: str
    header: PackageHeader
    totals: PackageTotals
    contracts: tuple[PackageContract, ...]
    lines: tuple[int, ...]
    """Line in ``contracts.jsonl`` of each contract, from 1."""
    bad: tuple[BadLine, ...]
    digest: str
    """SHA-256 (hex) of the file."""
    key_id: str
    payload: Mapping[str, str]


def package_name(header: PackageHeader, count: int) -> str:
    """``澄河县登记处_上报_2026-11-20_第15包_12份``: the folder in the zip and, with .zip, its file name."""
    day = local_time(header.made_at).date().isoformat()
    return safe_name(f"{header.station_name}_上报_{day}_第{header.sequence}包_{count}份")


def _fen(raw: object) -> int:
    if raw is None:
        return 0
    try:
        return int(Decimal(str(raw)).scaleb(2))
    except (InvalidOperation, ValueError):
        return 0


def _totals(raws: Iterable[Mapping[str, Any]]) -> PackageTotals:
    """Tolerates lines of any shape: bad ones are named elsewhere and then not summed up strictly."""
    kinds: Counter[str] = Counter()
    contracts = actions = attachments = total = technology = 0
    for raw in raws:
        contracts += 1
        facts, log, papers = raw.get("facts"), raw.get("actions"), raw.get("attachments")
        if isinstance(facts, Mapping):
            total += _fen(facts.get("contract_amount"))
            technology += _fen(facts.get("technology_amount"))
        if isinstance(log, list):
            actions += len(log)
            kinds.update(str(a.get("kind")) for a in log if isinstance(a, Mapping))
        attachments += len(papers) if isinstance(papers, list) else 0
    return PackageTotals(
        contracts,
        actions,
        kinds["register"],
        kinds["change"],
        kinds["cancel"],
        kinds["revoke"],
        Decimal(total).scaleb(-2),
        Decimal(technology).scaleb(-2),
        attachments,
    )


def _counts(totals: PackageTotals) -> list[tuple[str, int]]:
    return [
        ("Contract-Desk-Contracts", totals.contracts),
        ("Contract-Desk-Actions", totals.actions),
        ("Contract-Desk-New", totals.new),
        ("Contract-Desk-Changed", totals.changed),
        ("Contract-Desk-Cancelled", totals.cancelled),
        ("Contract-Desk-Revoked", totals.revoked),
        ("Contract-Desk-Contract-Amount-Fen", int(totals.contract_amount.scaleb(2))),
        ("Contract-Desk-Technology-Amount-Fen", int(totals.technology_amount.scaleb(2))),
        ("Contract-Desk-Attachments", totals.attachments),
    ]


def _info(header: PackageHeader, totals: PackageTotals) -> list[tuple[str, str]]:
    said = [
        ("Source-Organization", header.station_name),
        ("Bagging-Date", local_time(header.made_at).date().isoformat()),
        ("External-Identifier", f"{header.station}-{header.sequence}"),
        ("Bag-Software-Agent", header.agent),
        (KIND_FIELD, KIND),
        ("Contract-Desk-Schema", SCHEMA),
        (ISSUER_FIELD, header.station),
        ("Contract-Desk-Sequence", str(header.sequence)),
        ("Contract-Desk-Previous", header.previous or "none"),
        ("Contract-Desk-Made-At", header.made_at.astimezone(UTC).isoformat()),
        ("Contract-Desk-Made-By", header.made_by),
        ("Contract-Desk-Law", "; ".join(header.laws)),
        ("Contract-Desk-Action-Head", header.action_head or "none"),
    ]
    return said + [(name, str(count)) for name, count in _counts(totals)]


def write_package(
    folder: Path,
    header: PackageHeader,
    contracts: Sequence[PackageContract],
    signer: Signer,
    progress: Progress = no_progress,
) -> WrittenPackage:
    """Write the package of these contracts into ``folder`` under its readable name.

    Appears whole or not at all; the same input gives the same bytes, so a package can be made again. Refuses
    an empty package, secret contracts (they go another way), one contract or action twice, a contract that
    does not fit the schema, and a signer of another station.
    """
    _check_before(header, contracts, signer)
    name = package_name(header, len(contracts))
    path = folder / f"{name}.zip"
    with writing_whole(path) as temporary:
        with zipfile.ZipFile(temporary, "x") as opened:
            bag = BagWriter(opened, name, header.made_at)
            raws = [c.to_json() | _add_attachments(bag, c) for c in contracts]
            totals = _totals(raws)
            bag.add("contracts.jsonl", _checked_lines(contracts, raws, progress))
            bag.add("contracts.xlsx", _pieces(_workbook(header, raws, totals)))
            bag.close(_info(header, totals), signer)
        written = measured(temporary, path)
    return WrittenPackage(written, header, totals)


def _check_before(header: PackageHeader, contracts: Sequence[PackageContract], signer: Signer) -> None:
    if not contracts:
        raise RefusedError(_("没有要上报的合同"), _("请先选中至少一份"), code="X01")
    if header.sequence < 1 or signer.owner != header.station:
        raise RefusedError(
            _("签名的钥匙不是登记机构 {station} 的").format(station=header.station),
            _("请负责人在“系统—钥匙”里核对本站的钥匙"),
            code="X02",
        )
    for contract in contracts:
        if contract.facts.get("is_secret"):
            raise RefusedError(
                _("受理号 {serial} 是涉密合同，不能放进上报包").format(serial=contract.local_serial),
                _("请改为“暂不上报”，按涉密渠道办理"),
                code="X03",
            )
    uids = Counter(c.uid for c in contracts)
    actions = Counter(a.uid for c in contracts for a in c.actions)
    twice = [uid for uid, count in [*uids.items(), *actions.items()] if count > 1]
    if twice:
        raise RefusedError(
            _("同一份合同或同一次办理放了两次（{uid}）").format(uid=twice[0]),
            _("请取消重复的选择"),
            code="X04",
        )


def _add_attachments(bag: BagWriter, contract: PackageContract) -> dict[str, Any]:
    listed, used = [], set[str]()
    for attachment in contract.attachments:
        if attachment.source is None:
            raise ValueError("an attachment to be written needs its source")
        stem = safe_name(attachment.name)
        name, count = stem, 1
        while name.casefold() in used:
            count += 1
            name = f"{count}_{stem}"
        used.add(name.casefold())
        size = 0

        def pieces(source: Path = attachment.source) -> Iterator[bytes]:
            nonlocal size
            try:
                with source.open("rb") as stream:
                    while piece := stream.read(_PIECE):
                        size += len(piece)
                        yield piece
            except OSError as exc:
                raise machine_fault(exc, source) from exc

        place = f"attachments/{contract.uid}/{name}"
        sha = bag.add(place, pieces())
        listed.append({"name": attachment.name, "file": f"data/{place}", "sha256": sha, "size": size})
    return {"attachments": listed} if listed else {}


def _checked_lines(
    contracts: Sequence[PackageContract], raws: Sequence[dict[str, Any]], progress: Progress
) -> Iterator[bytes]:
    total = len(raws)
    for count, (contract, raw) in enumerate(zip(contracts, raws, strict=True), 1):
        if fault := fault_of("contract", raw):
            raise RefusedError(
                _("受理号 {serial} 还不能上报：{fault}").format(
                    serial=contract.local_serial or contract.uid, fault=fault
                ),
                _("请打开这份合同补齐后再导出，或先把它设为“暂不上报”"),
                code="X05",
            )
        yield canonical(raw) + b"\n"
        progress(count, total, _("第 {n}/{total} 份").format(n=count, total=total))


def _pieces(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), _PIECE):
        yield content[start : start + _PIECE]


_COLUMNS: Final = (
    ("序号", 6),
    ("合同登记编号", 22),
    ("受理号", 14),
    ("状态", 10),
    ("项目名称", 44),
    ("合同类别", 12),
    ("细类", 8),
    ("卖方", 36),
    ("卖方证件号码", 24),
    ("买方", 36),
    ("买方证件号码", 24),
    ("签订日期", 12),
    ("登记日期", 12),
    ("合同成交额（元）", 18),
    ("技术交易额（元）", 18),
    ("登记员", 10),
    ("复核人", 10),
    ("本次办理", 22),
    ("版次", 6),
)
ACTION_NAMES: Final = {
    "register": "登记",
    "change": "变更",
    "cancel": "注销",
    "revoke": "撤销",
    "issue": "发证",
}


def _workbook(header: PackageHeader, raws: Sequence[Mapping[str, Any]], totals: PackageTotals) -> bytes:
    import xlsxwriter

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"constant_memory": True, "strings_to_formulas": False})
    book.set_properties(
        {
            "title": package_name(header, len(raws)),
            "created": header.made_at.astimezone(UTC).replace(tzinfo=None),
        }
    )
    head = book.add_format({"bold": True, "text_wrap": True, "bg_color": "#E9EDF2", "border": 1})
    text, day = book.add_format({"num_format": 49}), book.add_format({"num_format": "yyyy-mm-dd"})
    money = book.add_format({"num_format": "#,##0.00"})
    sheet = book.add_worksheet("合同")
    for column, (_title, width) in enumerate(_COLUMNS):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    for column, (title, _width) in enumerate(_COLUMNS):
        sheet.write_string(0, column, title, head)
    for row, raw in enumerate(raws, 1):
        for column, value in enumerate(_row(row, raw)):
            if isinstance(value, date):
                sheet.write_datetime(row, column, value, day)
            elif isinstance(value, Decimal):
                sheet.write_number(row, column, float(value), money)
            elif isinstance(value, int):
                sheet.write_number(row, column, value)
            elif value:
                sheet.write_string(row, column, value, text)
    last = len(raws) + 1
    sheet.write_string(last, 4, _("共 {n} 份").format(n=totals.contracts), head)
    sheet.write_number(last, 13, float(totals.contract_amount), money)
    sheet.write_number(last, 14, float(totals.technology_amount), money)
    book.close()
    return target.getvalue()


def _row(row: int, raw: Mapping[str, Any]) -> tuple[object, ...]:
    facts = raw["facts"]
    parties = facts.get("parties", [])

    def of(role: str, name: str) -> str:
        return "；".join(_shown(p, name) for p in parties if p.get("role") == role)

    done = Counter(ACTION_NAMES.get(a["kind"]) for a in raw["actions"])
    return (
        row,
        raw.get("official_number", ""),
        raw.get("local_serial", ""),
        STATE_NAMES[raw["state"]],
        facts.get("title", ""),
        KIND_NAMES[facts["kind"]],
        facts.get("sub_kind", ""),
        of("seller", "name"),
        of("seller", "id_number"),
        of("buyer", "name"),
        of("buyer", "id_number"),
        _day(facts.get("signed_on")),
        _day(facts.get("registered_on")),
        _money(facts.get("contract_amount")),
        _money(facts.get("technology_amount")),
        raw.get("clerk", ""),
        raw.get("reviewer", ""),
        "、".join(f"{name} {count}" for name, count in done.items() if name),
        raw["revision"],
    )


def _shown(party: Mapping[str, Any], name: str) -> str:
    value = str(party.get(name) or "")
    is_open = name != "id_number" or party.get("id_type") == "credit_code"
    return value if is_open else mask_id(value)


def _day(value: object) -> date | str:
    try:
        return date.fromisoformat(str(value)) if value else ""
    except ValueError:
        return str(value)


def _money(value: object) -> Decimal | str:
    return "" if value is None else Decimal(str(value))


def read_package(
    path: Path,
    keys: PublicKeys,
    *,
    station: str = "",
    limits: Limits | None = None,
    progress: Progress = no_progress,
) -> Package:
    """Check a package whole and read its contracts; nothing is written to the disk.

    With ``station``, a package of any other station is refused. A line that does not fit the schema goes to
    ``bad`` and does not hold up the others. Raises RefusedError (what, where, remedy) for anything that makes
    the whole package doubtful.
    """
    with open_bag(path, keys, KIND, _("上报包"), limits, progress) as bag:
        if bag.info.get("Contract-Desk-Schema") != SCHEMA:
            raise RefusedError(
                _("{file}：内容是第 {found} 版格式，本机只认第 {known} 版").format(
                    file=path.name, found=bag.info.get("Contract-Desk-Schema", "?"), known=SCHEMA
                ),
                _("请两边升级到同一版本的程序后重新导出"),
                code="X06",
            )
        header = _header(bag)
        if station and header.station != station:
            raise RefusedError(
                _("{file} 是“{name}”（{code}）的上报包").format(
                    file=path.name, name=header.station_name, code=header.station
                ),
                _("这里只收 {station} 的包，请核对是不是拿错了").format(station=station),
                code="X07",
            )
        lines = bag.read("data/contracts.jsonl", _LINES_LIMIT).splitlines()
        contracts, numbers, bad, raws = _read_lines(lines, bag.payload)
        totals = _totals(raws)
        _check_totals(bag, totals, len(lines), bool(bad))
        return Package(
            path,
            bag.name,
            header,
            totals,
            tuple(contracts),
            tuple(numbers),
            tuple(bad),
            file_digest(path),
            bag.key.key_id,
            bag.payload,
        )


def _read_lines(
    lines: Sequence[bytes], payload: Mapping[str, str]
) -> tuple[list[PackageContract], list[int], list[BadLine], list[Mapping[str, Any]]]:
    contracts: list[PackageContract] = []
    numbers: list[int] = []
    bad: list[BadLine] = []
    raws: list[Mapping[str, Any]] = []
    uids: set[str] = set()
    for number, line in enumerate(lines, 1):
        try:
            raw = json.loads(line)
        except (ValueError, RecursionError):
            bad.append(BadLine(number, "", 0, _("这一行读不出来")))
            continue
        if isinstance(raw, dict):
            raws.append(raw)
        fault = fault_of("contract", raw)
        if not fault:
            fault = _fault_beyond_schema(raw, uids, payload)
        if fault:
            uid = raw.get("uid") if isinstance(raw, dict) else None
            revision = raw.get("revision") if isinstance(raw, dict) else None
            is_uid = isinstance(uid, str) and re.fullmatch(r"[0-9a-f-]{36}", uid)
            bad.append(
                BadLine(number, str(uid) if is_uid else "", revision if type(revision) is int else 0, fault)
            )
            continue
        uids.add(raw["uid"])
        contracts.append(contract_from_json(raw))
        numbers.append(number)
    return contracts, numbers, bad, raws


def _fault_beyond_schema(raw: Mapping[str, Any], uids: set[str], payload: Mapping[str, str]) -> str:
    if raw["uid"] in uids:
        return _("同一份合同在包里出现两次")
    for name in ("signed_on", "registered_on"):
        value = raw["facts"].get(name)
        try:
            date.fromisoformat(value or "2000-01-01")
        except ValueError:
            return _("facts.{name} 不是日历上有的日期").format(name=name)
    for action in raw["actions"]:
        try:
            datetime.fromisoformat(action["at"])
        except ValueError:
            return _("办理时间 {at} 不是可能的时间").format(at=action["at"])
    for attachment in raw.get("attachments", ()):
        if payload.get(attachment["file"]) != attachment["sha256"]:
            return _("附件 {name} 不在包里或内容不符").format(name=attachment["name"])
    return ""


def _header(bag: Bag) -> PackageHeader:
    info = bag.info
    try:
        made_at = datetime.fromisoformat(info.get("Contract-Desk-Made-At", ""))
    except ValueError:
        made_at = None
    if made_at is None or made_at.tzinfo is None or bag.number("Contract-Desk-Sequence") < 1:
        raise RefusedError(
            _("{file} / bag-info.txt：制作时间或包序号不对").format(file=bag.archive.path.name),
            _("请发件单位重新导出一份"),
            code="X08",
        )

    def hexed(name: str) -> str:
        value = info.get(name, "none")
        return "" if value == "none" else value

    return PackageHeader(
        info.get(ISSUER_FIELD, ""),
        info.get("Source-Organization", ""),
        bag.number("Contract-Desk-Sequence"),
        made_at,
        info.get("Contract-Desk-Made-By", ""),
        hexed("Contract-Desk-Previous"),
        hexed("Contract-Desk-Action-Head"),
        tuple(part for part in info.get("Contract-Desk-Law", "").split("; ") if part),
        info.get("Bag-Software-Agent", ""),
    )


def _check_totals(bag: Bag, totals: PackageTotals, lines: int, has_bad: bool) -> None:
    """Counts and sums of bag-info against the lines; with unusable lines only the number of lines."""
    wanted = [("Contract-Desk-Contracts", lines)] if has_bad else _counts(totals)
    for name, found in wanted:
        if bag.number(name) != found:
            raise RefusedError(
                _("{file}：{name} 写的是 {said}，实际是 {found}").format(
                    file=bag.archive.path.name, name=name, said=bag.info[name], found=found
                ),
                _("份数或金额对不上，请不要使用；请发件单位重新导出一份"),
                code="X09",
            )


def save_attachment(package: Package, keys: PublicKeys, attachment: PackageAttachment, target: Path) -> None:
    """Write one attachment of a checked package to ``target``; the package is checked once more before."""
    with (
        open_bag(package.path, keys, KIND, _("上报包")) as bag,
        writing_whole(target) as temporary,
        temporary.open("wb") as stream,
    ):
        for piece in bag.archive.pieces(f"{bag.name}/{attachment.file}"):
            stream.write(piece)
