"""Local pack (地方包): what differs from place to place, as data that the head of the station can exchange.

Periods, thresholds, where numbers come from, titles and copies of papers, remedies, desk routing, added
regions, local subsidies. Every key is checked when the file is read; an unknown key is an error, so that a
slip of the pen never silently leaves a default in force.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from desktop.errors import Problem, ProblemsFound, RefusedError
from desktop.resources import _
from desktop.rules.codes import CodeEntry
from desktop.rules.subsidies import (
    BASES,
    BENEFICIARIES,
    CALENDAR_YEAR,
    CLAIM_MODES,
    UNIT_ONLY,
    USES,
    WINDOW_DAYS,
    Caps,
    Claiming,
    MonthDay,
    Subsidy,
    Use,
    Window,
)
from desktop.rules.subsidy_shapes import Band, Bands, Growth, Lump, Steps, Tariff
from desktop.rules.verdicts import PARTY_WORDS

_CONFIDENCES: Final = ("verified", "draft", "memory")
_ROLES: Final = ("clerk", "reviewer", "head")
"""系统维护 (admin) keeps the machine running and never decides."""
_PAPER: Final = re.compile(r"P\d\d(?:-annex)?")
_POLICIES: Final = ("as_registered", "restated", "booked")
_KINDS: Final = ("DEV", "TRF", "LIC", "CON", "SVC")
ROUTED_ACTS: Final = (
    *("save", "accept", "decline", "return", "supplement", "refuse", "recognise", "review", "send_back"),
    *("register", "issue", "sheet", "change", "cancel", "revoke", "income", "park", "export"),
    *("ask_expert", "expert", "object", "answer_objection", "inform"),
)
"""Acts that a pack may give to other roles than the program's table does."""

ROUTES: Final = ("import", "export", "ip_transfer", "foreign_invested", "over")
"""What can send a contract to a desk of its own."""

MATERIAL_FOR: Final = (
    "always",
    "import",
    "export",
    "ip_transfer",
    "public_funded",
    "foreign_party",
    "shares",
)
"""Which contracts a material is asked for."""

FOREIGN_INVESTED: Final = ("2", "3")
"""First figure of the 单位性质 of units with capital from Hong Kong, Macao, Taiwan (2) or abroad (3)."""


@dataclass(frozen=True, slots=True)
class Period:
    """A time limit of the office."""

    days: int
    unit: str
    """``working`` 工作日 or ``calendar`` 日."""
    confidence: str
    source: str

    @property
    def words(self) -> str:
        """``15 个工作日``."""
        return _("{days} 个工作日").format(days=self.days) if self.unit == "working" else f"{self.days} 日"


@dataclass(frozen=True, slots=True)
class ReportFlag:
    """A yes-or-no mark that the province wants with every contract."""

    code: str
    name: str
    help: str


@dataclass(frozen=True, slots=True)
class NeededMaterial:
    """One paper on the list of what an applicant hands in here (收件清单)."""

    name: str
    when: str
    """One of ``MATERIAL_FOR``."""
    copies: int
    match: tuple[str, ...]
    """Words of which one stands in the name of the attachment that is this paper."""
    source: str

    def is_among(self, names: Iterable[str]) -> bool:
        """Whether some attachment is it, by its name."""
        return any(word in name for name in names for word in self.match)


@dataclass(frozen=True, slots=True)
class DeskRoute:
    """Contracts of one sort that go to a desk of their own, or to another office."""

    name: str
    """Name of the desk or office, as it is told."""
    when: str
    """One of ``ROUTES``."""
    at_least: Decimal
    """``over`` only: from this compared amount on, yuan."""
    acts: tuple[str, ...]
    roles: tuple[str, ...]
    """Who of this station may do these acts then; empty: another office does, and we do not accept."""
    confidence: str

    @property
    def is_elsewhere(self) -> bool:
        """Another office registers such contracts."""
        return not self.roles


@dataclass(frozen=True, slots=True)
class Remedy:
    """救济: printed only after the station has set its own wording."""

    form: str
    """Empty (not set), ``A`` 复议或诉讼, ``B`` 申请复核, ``C`` both."""
    review_body: str
    court: str
    superior: str
    days: int

    @property
    def is_set(self) -> bool:
        """Letters that must carry a remedy may be printed."""
        return bool(self.form)

    @property
    def text(self) -> str:
        """The sentence for the paper. Raises RefusedError while the station has not set it."""
        first = (
            f"如不服本决定，可以自收到之日起六十日内向{self.review_body}申请行政复议，"
            f"或者自收到之日起六个月内向{self.court}提起行政诉讼。"
        )
        second = f"如对认定结论有异议，可以自收到之日起{self.days}日内向{self.superior}书面申请复核。"
        texts = {"A": first, "B": second, "C": second + first}
        if self.form not in texts:
            raise RefusedError(
                _("本单位还没有设定救济途径的写法，这份文书不能打印"),
                _("请负责人在地方包 [remedy] 中写明后再打印"),
            )
        return texts[self.form]


@dataclass(frozen=True, slots=True)
class LocalPack:
    """Everything of one place. From ``load_pack`` or ``LocalPack.load``; never changed."""

    id: str
    name: str
    version: str
    valid_from: date
    confidence: str
    province: str
    city: str
    county: str
    region: str
    station: Mapping[str, str]
    """``name short address phone superior tax_bureau``; absent ones empty."""
    periods: Mapping[str, Period]
    """``normal large supplement objection``."""
    large_amount: Decimal
    large_kinds: tuple[str, ...]
    large_base: str
    """``technology_amount`` or ``contract_amount``: which of the two is compared."""
    near_percent: Decimal
    threshold_confidence: str
    straddling: str
    """Field of the facts whose date picks the rule set: ``accepted_on`` ``signed_on`` ``effective_on``."""
    straddling_confidence: str
    number_source: str
    """``block`` (a signed list from the province) or ``receipt`` (comes with the receipt)."""
    number_patterns: tuple[str, ...]
    number_groups: tuple[int, ...]
    low_water: int
    may_print_before_receipt: bool
    before_receipt_note: str
    serial_pattern: str
    document_word: str
    document_words: Mapping[str, str]
    unit: str
    """``yuan`` or ``wan`` on papers."""
    first_mark: str
    """Mark of the first print; empty: none."""
    list_disclaimer: str
    copies_of: Mapping[str, tuple[str, ...]]
    titles: Mapping[str, str]
    layouts: Mapping[str, Mapping[str, Any]]
    remedy: Remedy
    roles: Mapping[str, tuple[str, ...]]
    """Action → roles that may do it here; actions not named follow the program's own table."""
    desks: tuple[DeskRoute, ...]
    """Sorts of contracts with a desk of their own (分工), in the order of the pack."""
    materials: tuple[NeededMaterial, ...]
    """The list of papers to hand in, in the order of the pack."""
    expert_review: bool
    report_flags: tuple[ReportFlag, ...]
    retention_years: int
    """0: for good."""
    draft_days: int
    statistics_policy: str
    subsidies: tuple[Subsidy, ...]
    regions: tuple[CodeEntry, ...]

    @classmethod
    def load(cls, path: Path) -> LocalPack:
        """The same as ``load_pack``."""
        return load_pack(path)

    def copies(self, paper: str) -> tuple[str, ...]:
        """Recipients of the 联 of a paper, first copy first; empty when the pack leaves it to the layout."""
        return self.copies_of.get(paper, ())

    def layout(self, paper: str) -> dict[str, Any]:
        """What the pack changes in the layout of a paper: title, copies, unit and single keys."""
        changes: dict[str, Any] = dict(self.layouts.get(paper, {}))
        if paper in self.titles:
            changes["title"] = self.titles[paper]
        if self.copies(paper):
            changes["copies"] = list(self.copies(paper))
        if paper == "P06":
            changes.setdefault("unit", self.unit)
        return changes

    def compared_amount(self, contract: Decimal | None, technology: Decimal | None) -> Decimal | None:
        """The amount that is held against the large threshold."""
        return contract if self.large_base == "contract_amount" else technology

    def is_large(self, kind: str | None, contract: Decimal | None, technology: Decimal | None) -> bool:
        """Large contract (大额): its amount reaches the threshold and its kind is among those counted."""
        amount = self.compared_amount(contract, technology)
        return amount is not None and amount >= self.large_amount and kind in self.large_kinds

    def is_near_threshold(
        self, kind: str | None, contract: Decimal | None, technology: Decimal | None
    ) -> bool:
        """Just below the threshold (拆分 doubt): within ``near_percent`` per cent under it."""
        amount = self.compared_amount(contract, technology)
        least = self.large_amount * (100 - self.near_percent) / 100
        return amount is not None and kind in self.large_kinds and least <= amount < self.large_amount

    def desks_for(
        self,
        kind: str | None,
        cross_border: str | None,
        contract: Decimal | None,
        technology: Decimal | None,
        party_types: Callable[[], Iterable[str | None]],
    ) -> tuple[DeskRoute, ...]:
        """The desks whose sort this contract is; what is not known yet sends it nowhere.

        ``party_types`` (codes of 单位性质 of all parties) is asked only if a desk of the pack wants to know.
        """

        def goes(desk: DeskRoute) -> bool:
            if desk.when in ("import", "export"):
                return cross_border == desk.when
            if desk.when == "ip_transfer":
                return kind in ("TRF", "LIC")
            if desk.when == "foreign_invested":
                return any((code or "").startswith(FOREIGN_INVESTED) for code in party_types())
            amount = self.compared_amount(contract, technology)
            return amount is not None and amount >= desk.at_least

        return tuple(desk for desk in self.desks if goes(desk))

    def period(self, name: str) -> Period:
        """A period by name. KeyError for a name that is not one of the pack's."""
        return self.periods[name]

    def serial(self, year: int, number: int) -> str:
        """Our own 受理号, e.g. ``澄受 2026-0312``."""
        return self.serial_pattern.format(year=year, number=number)

    def document_number(self, paper: str, year: int, number: int) -> str:
        """``澄技登受〔2026〕15号``: no 第, no leading zeros."""
        return f"{self.document_word}{self.document_words.get(paper, '')}〔{year}〕{number}号"

    def number_fits(self, number: str) -> bool:
        """The official number looks as numbers here do. Only ever a warning."""
        return not self.number_patterns or any(re.fullmatch(p, number) for p in self.number_patterns)

    def spaced(self, number: str) -> str:
        """The number in groups for the eye (``2026 9903 2100 0247``); copied without the gaps."""
        parts, rest = [], number
        for size in self.number_groups:
            if rest:
                parts.append(rest[:size])
                rest = rest[size:]
        while rest:
            parts.append(rest[:4])
            rest = rest[4:]
        return " ".join(parts)


class _Reader:
    """Typed reading of one table; remembers which keys were asked for and reports the others."""

    def __init__(self, file: str, place: str, raw: object, found: list[Problem]) -> None:
        self.file, self.place, self.found = file, place, found
        self.raw: Mapping[str, Any] = raw if isinstance(raw, dict) else {}
        self.asked: set[str] = set()
        if not isinstance(raw, dict):
            self.wrong("", raw, _("应当是一组栏目"))

    def wrong(self, key: str, value: object, reason: str) -> None:
        where = ".".join(part for part in (self.place, key) if part)
        self.found.append(
            Problem(f"{self.file} {where}", str(value)[:60], reason, _("请改正该键后重新导入"), field=where)
        )

    def raw_value(self, key: str, default: Any, types: tuple[type, ...], words: str) -> Any:
        self.asked.add(key)
        value = self.raw.get(key, default)
        if value is None:
            self.wrong(key, "", _("必须写明"))
            return None
        if type(value) not in types:
            self.wrong(key, value, _("应当是{words}").format(words=words))
            return default
        return value

    def text(self, key: str, default: str | None = None) -> str:
        return str(self.raw_value(key, default, (str,), _("文字")) or "")

    def choice(self, key: str, allowed: Iterable[str], default: str | None = None) -> str:
        value, allowed = self.text(key, default), tuple(allowed)
        if value not in allowed:
            self.wrong(key, value, _("只能是 {allowed}").format(allowed="、".join(allowed)))
        return value

    def flag(self, key: str, default: bool) -> bool:
        return bool(self.raw_value(key, default, (bool,), "true / false"))

    def number(self, key: str, default: int | None, least: int = 0, most: int = 3650) -> int:
        value = self.raw_value(key, default, (int,), _("整数"))
        if value is not None and not least <= value <= most:
            self.wrong(key, value, _("应在 {least} 与 {most} 之间").format(least=least, most=most))
        return int(value or 0)

    def decimal(self, key: str, default: str | None = None, least: Decimal = Decimal(0)) -> Decimal:
        value = self.raw_value(key, default, (str, int), _('用引号括起来的数，如 "5000000"'))
        try:
            number = Decimal(value if value is not None else 0)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or number < least:
            self.wrong(key, value, _("不是可用的数"))
            return Decimal(0)
        return number

    def day(self, key: str, *, optional: bool = False) -> date | None:
        if optional and key not in self.raw:
            self.asked.add(key)
            return None
        value = self.raw_value(key, None, (date,), _("日期，如 2026-11-01"))
        return value if isinstance(value, date) else None

    def strings(
        self, key: str, allowed: Iterable[str] = (), default: tuple[str, ...] = ()
    ) -> tuple[str, ...]:
        value = self.raw_value(key, list(default), (list,), _("一列文字"))
        allowed = tuple(allowed)
        for item in value:
            if not isinstance(item, str) or (allowed and item not in allowed):
                self.wrong(key, item, _("不能用在这里"))
        return tuple(str(item) for item in value)

    def table(self, key: str) -> _Reader:
        self.asked.add(key)
        return _Reader(
            self.file, ".".join(p for p in (self.place, key) if p), self.raw.get(key, {}), self.found
        )

    def rows(self, key: str) -> list[_Reader]:
        value = self.raw_value(key, [], (list,), _("若干行 [[{key}]]").format(key=key))
        return [_Reader(self.file, f"{key}[{i}]", row, self.found) for i, row in enumerate(value, 1)]

    def finish(self) -> None:
        for key in self.raw.keys() - self.asked:
            self.wrong(key, self.raw[key], _("没有这个键"))


def load_pack(path: Path) -> LocalPack:
    """Read and check a pack. Raises ProblemsFound naming file and key of everything that is wrong."""
    root = _root_of(path)
    pack = _read(root)
    _refuse(path, root.found)
    return pack


def _root_of(path: Path) -> _Reader:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as exc:
        raise RefusedError(
            _("地方包 {name} 读不出来").format(name=path.name), _("请换一份文件，或从自带的地方包开始")
        ) from exc
    except tomllib.TOMLDecodeError as exc:
        raise RefusedError(
            _("地方包 {name} 写法有误：{where}").format(name=path.name, where=_place(exc)),
            _("请对照自带的地方包改正"),
        ) from exc
    return _Reader(path.name, "", raw, [])


def _refuse(path: Path, found: list[Problem]) -> None:
    if found:
        raise ProblemsFound(
            _("地方包 {name} 有 {n} 处不对，没有启用").format(name=path.name, n=len(found)),
            found,
            _("原来的地方包仍在使用"),
        )


def _place(exc: tomllib.TOMLDecodeError) -> str:
    at = re.search(r"line (\d+), column (\d+)", str(exc))
    return _("第 {line} 行第 {column} 列").format(line=at[1], column=at[2]) if at else _("文件末尾")


def _read(root: _Reader) -> LocalPack:
    station, number, papers = root.table("station"), root.table("number"), root.table("papers")
    threshold, rules, serial = root.table("large"), root.table("rules"), root.table("serial")
    documents, keep, routing = root.table("documents"), root.table("retention"), root.table("routing")
    statistics = root.table("statistics")
    patterns = number.strings("patterns")
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error:
            number.wrong("patterns", pattern, _("不是可用的号码样式"))
    groups = number.raw_value("groups", [4, 4, 4, 4], (list,), _("一列整数"))
    if not all(type(g) is int and 0 < g < 20 for g in groups):
        number.wrong("groups", groups, _("应当是一列整数"))
        groups = []
    serial_pattern = serial.text("pattern")
    try:
        if serial_pattern.format(year=2026, number=1) == serial_pattern.format(year=2026, number=2):
            serial.wrong("pattern", serial_pattern, _("没有流水号 {number}"))
    except (KeyError, IndexError, ValueError):
        serial.wrong("pattern", serial_pattern, _("只能用 {year} 和 {number}"))
    actions = routing.table("actions")
    roles = _text_lists(actions, _ROLES)
    for act, who in roles.items():
        if act not in ROUTED_ACTS or not who:
            actions.wrong(act, list(who), _("没有这个办理动作，或没有写由谁办理"))
    pack = LocalPack(
        id=root.text("id"), name=root.text("name"), version=root.text("version"),
        valid_from=root.day("valid_from") or date.min,
        confidence=root.choice("confidence", _CONFIDENCES, "memory"),
        province=root.text("province"), city=root.text("city", ""), county=root.text("county", ""),
        region=root.text("region"),
        station=MappingProxyType(
            {k: station.text(k, "") for k in ("name", "short", "address", "phone", "superior", "tax_bureau")}
        ),
        periods=_periods(root.table("periods")),
        large_amount=threshold.decimal("amount"),
        large_kinds=threshold.strings("kinds", _KINDS, _KINDS),
        large_base=threshold.choice("base", ("technology_amount", "contract_amount"), "technology_amount"),
        near_percent=threshold.decimal("near_percent", "5"),
        threshold_confidence=threshold.choice("confidence", _CONFIDENCES, "memory"),
        straddling=rules.choice("straddling", ("accepted_on", "signed_on", "effective_on"), "accepted_on"),
        straddling_confidence=rules.choice("confidence", _CONFIDENCES, "memory"),
        number_source=number.choice("source", ("block", "receipt")),
        number_patterns=patterns, number_groups=tuple(groups),
        low_water=number.number("low_water", 20),
        may_print_before_receipt=papers.flag("may_print_before_receipt", False),
        before_receipt_note=papers.text("before_receipt_note", ""),
        serial_pattern=serial_pattern,
        document_word=documents.text("word", ""), document_words=_texts(documents.table("words")),
        unit=papers.choice("unit", ("yuan", "wan"), "yuan"),
        first_mark=papers.text("first_mark", ""),
        list_disclaimer=papers.text("list_disclaimer", "不作为减免税依据"),
        copies_of=_text_lists(papers.table("copies")), titles=_texts(papers.table("titles")),
        layouts=_layouts(papers.table("layout")),
        remedy=_remedy(root.table("remedy")),
        roles=roles, desks=tuple(_desk(row) for row in routing.rows("desk")),
        materials=tuple(_material(row) for row in root.rows("material")),
        expert_review=routing.flag("expert_review", True),
        report_flags=tuple(_flag(row) for row in root.rows("report_flag")),
        retention_years=keep.number("contract_years", 10, most=200), draft_days=keep.number("draft_days", 30),
        statistics_policy=statistics.choice("policy", _POLICIES, "as_registered"),
        subsidies=_subsidies(root),
        regions=tuple(_region(row) for row in root.rows("added_region")),
    )  # fmt: skip
    for reader in (station, number, papers, threshold, rules, serial, documents, keep, routing, statistics):
        reader.finish()
    root.finish()
    _agree(pack, root)
    return pack


def _agree(pack: LocalPack, root: _Reader) -> None:
    """Keys that must fit together."""
    if pack.large_amount == 0:
        root.wrong("large.amount", pack.large_amount, _("应大于零"))
    if pack.number_source == "receipt" and pack.may_print_before_receipt:
        root.wrong(
            "papers.may_print_before_receipt", "true", _("编号随回执下发时，回执前没有编号，不能先打证明")
        )
    if pack.may_print_before_receipt and not pack.before_receipt_note:
        root.wrong("papers.before_receipt_note", "", _("允许回执前打证明时，纸上必须写明"))
    remedy = pack.remedy
    needed = {"A": ("review_body", "court"), "B": ("superior",), "C": ("review_body", "court", "superior")}
    for key in needed.get(remedy.form, ()):
        if not getattr(remedy, key):
            root.wrong(f"remedy.{key}", "", _("选了这种救济，就要写明"))
    if remedy.form in ("B", "C") and not remedy.days:
        root.wrong("remedy.days", 0, _("选了这种救济，就要写明"))
    for paper in (*pack.copies_of, *pack.titles, *pack.layouts, *pack.document_words):
        if not _PAPER.fullmatch(paper):
            root.wrong("papers", paper, _("没有这种文书编号，应写作 P06"))
    codes = [entry.code for entry in pack.regions]
    for code in {c for c in codes if codes.count(c) > 1}:
        root.wrong("added_region", code, _("行政区划代码重复"))


def _periods(table: _Reader) -> Mapping[str, Period]:
    made = {}
    for name in ("normal", "large", "supplement", "objection"):
        row = table.table(name)
        made[name] = Period(
            row.number("days", None, 1),
            row.choice("unit", ("working", "calendar"), "working"),
            row.choice("confidence", _CONFIDENCES, "memory"),
            row.text("source", ""),
        )
        row.finish()
    table.finish()
    return MappingProxyType(made)


def _texts(table: _Reader) -> Mapping[str, str]:
    return MappingProxyType({key: table.text(key) for key in table.raw})


def _text_lists(table: _Reader, allowed: Iterable[str] = ()) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({key: table.strings(key, allowed) for key in table.raw})


def _layouts(table: _Reader) -> Mapping[str, Mapping[str, Any]]:
    return MappingProxyType({key: MappingProxyType(dict(table.table(key).raw)) for key in table.raw})


def _remedy(row: _Reader) -> Remedy:
    made = Remedy(
        row.choice("form", ("", "A", "B", "C"), ""),
        row.text("review_body", ""),
        row.text("court", ""),
        row.text("superior", ""),
        row.number("days", 0),
    )
    row.finish()
    return made


def _desk(row: _Reader) -> DeskRoute:
    when = row.choice("when", ROUTES)
    made = DeskRoute(
        row.text("name"),
        when,
        row.decimal("at_least") if when == "over" else Decimal(0),
        row.strings("acts", ROUTED_ACTS, ("register",)),
        row.strings("roles", _ROLES),
        row.choice("confidence", _CONFIDENCES, "memory"),
    )
    row.finish()
    return made


def _material(row: _Reader) -> NeededMaterial:
    name = row.text("name")
    made = NeededMaterial(
        name,
        row.choice("when", MATERIAL_FOR, "always"),
        row.number("copies", 1, 1, 20),
        row.strings("match", (), (name,)),
        row.text("source", ""),
    )
    row.finish()
    return made


def _flag(row: _Reader) -> ReportFlag:
    made = ReportFlag(row.text("code"), row.text("name"), row.text("help", ""))
    row.finish()
    return made


SHAPES: Final = ("flat", "bands", "lump", "steps", "unseen")
"""Shapes of a subsidy: a share, marginal bands, a lump and a rate above, a lump and steps, not seen."""


def load_subsidies(path: Path) -> tuple[Subsidy, ...]:
    """Read and check a file that holds nothing but ``[[subsidy]]``, written as in a pack.

    Raises ProblemsFound naming file and key of everything that is wrong, RefusedError for no such file.
    """
    root = _root_of(path)
    found = _subsidies(root)
    root.finish()
    _refuse(path, root.found)
    return found


def _subsidies(root: _Reader) -> tuple[Subsidy, ...]:
    rows = root.rows("subsidy")
    made = tuple(_subsidy(row) for row in rows)
    codes = [s.code for s in made]
    for row, scheme in zip(rows, made, strict=True):
        if codes.count(scheme.code) > 1:
            row.wrong("code", scheme.code, _("编号重复"))
        for other in scheme.not_with:
            if other != "*" and (other not in codes or other == scheme.code):
                row.wrong("not_with", other, _("没有这个编号的办法"))
    return made


def _subsidy(row: _Reader) -> Subsidy:
    beneficiary = row.choice("beneficiary", BENEFICIARIES)
    kinds = row.strings("kinds", _KINDS, _KINDS)
    is_by_year = row.choice(
        "count", ("contract", "unit_year"), "unit_year" if beneficiary in UNIT_ONLY else "contract"
    )
    until, is_end_unseen = _validity(row, "valid_until") if "valid_until" in row.raw else (None, False)
    row.asked.add("valid_until")
    made = Subsidy(
        code=row.text("code"), name=row.text("name"), place=row.text("place", ""),
        beneficiary=beneficiary, kinds=kinds, sub_kinds=row.strings("sub_kinds"),
        party_types=row.strings("party_types", PARTY_WORDS),
        seller_regions=_regions(row, "seller_regions"), buyer_regions=_regions(row, "buyer_regions"),
        base=row.choice("base", BASES, "paid"), is_by_year=is_by_year == "unit_year",
        is_of_last_year=row.choice("of_year", ("same", "last"), "same") == "last",
        tariff=_tariff(row), growth=_growth(row), minimum=row.decimal("minimum", "0"), caps=_caps(row),
        is_once_per_result=row.flag("once_per_result", False), is_ceiling=row.flag("up_to", False),
        valid_from=_validity(row, "valid_from")[0], valid_until=until, is_end_unseen=is_end_unseen,
        window=_window(row), claiming=_claiming(row),
        excludes_related=row.flag("excludes_related", False),
        excludes_public_funded=row.flag("excludes_public_funded", False),
        needs_named_invoice=row.flag("needs_named_invoice", False), condition=row.text("condition", ""),
        not_with=row.strings("not_with"),
        use=_use(row), evidence=row.strings("evidence"), note=row.text("note", ""),
        instrument=row.text("instrument"), source=row.text("source", ""),
        confidence=row.choice("confidence", _CONFIDENCES, "memory"),
        last_checked=row.day("last_checked", optional=True),
    )  # fmt: skip
    row.finish()
    _fit(row, made)
    return made


def _fit(row: _Reader, s: Subsidy) -> None:
    """Keys of a scheme that must fit together."""
    if s.valid_until is not None and s.valid_from is not None and s.valid_until <= s.valid_from:
        row.wrong("valid_until", s.valid_until, _("应在 valid_from 之后"))
    if s.beneficiary in UNIT_ONLY and not s.is_by_year:
        row.wrong("count", "contract", _("给机构的办法按全年合计"))
    if s.beneficiary in ("station", "authority") and s.base == "paid":
        row.wrong("base", s.base, _("登记机构不知道全部付款，只能按登记的金额"))
    if s.party_types and not s.role:
        row.wrong("party_types", "", _("只用于给卖方、买方的办法"))
    if s.party_types and s.beneficiary == "university":
        row.wrong("party_types", "", _("给高校的办法不再写单位类型"))
    for name in s.sub_kinds:
        if name.partition("-")[0] not in s.kinds:
            row.wrong("sub_kinds", name, _("不属于所列的合同类别"))
    if s.window.by == ("paid_on",) and s.base != "paid":
        row.wrong("window.by", "paid_on", _("按付款日的办法，base 应为 paid"))
    if not s.is_by_year and (s.is_of_last_year or s.growth is not None or s.base == "growth"):
        row.wrong("count", "contract", _("上年数和增长只能按全年合计"))
    if s.base == "growth" and (s.is_of_last_year or s.growth is not None):
        row.wrong("base", s.base, _("增长已是基数，不再写 of_year 和 growth"))
    if s.is_of_last_year and s.growth is not None:
        row.wrong("growth", "", _("按上年数的办法不能另计增长"))
    if s.is_by_year and (s.is_once_per_result or s.caps.contract is not None or s.caps.result is not None):
        row.wrong("caps", "", _("按全年合计的办法只有全年的封顶"))


def _validity(row: _Reader, key: str) -> tuple[date | None, bool]:
    """A day, or ``"unseen"`` where the text did not come with it: (day, whether it says unseen)."""
    value = row.raw_value(key, None, (date, str), _('日期，如 2026-11-01；原文未见时写 "unseen"'))
    if isinstance(value, str) and value != "unseen":
        row.wrong(key, value, _('应是日期；原文未见时写 "unseen"'))
    return value if isinstance(value, date) else None, value == "unseen"


def _regions(row: _Reader, key: str) -> tuple[str, ...]:
    codes = row.strings(key)
    for code in codes:
        if not re.fullmatch(r"\d{6}", code):
            row.wrong(key, code, _("行政区划代码应为六位数字"))
    return codes


def _share(row: _Reader, key: str) -> Decimal:
    """A share of 0 to 1, written as ``"0.05"``."""
    value = row.decimal(key)
    if value > 1:
        row.wrong(key, value, _('比例应写成小数，如 "0.05"'))
    return value


def _above_zero(row: _Reader, key: str) -> Decimal:
    value = row.decimal(key)
    if key in row.raw and not value:
        row.wrong(key, value, _("应大于零"))
    return value


def _tariff(row: _Reader) -> Tariff | None:
    shape = row.choice("shape", SHAPES, "bands")
    if shape == "flat":
        return Bands((Band(None, _share(row, "rate")),))
    if shape == "bands":
        return Bands(_bands(row))
    if shape == "lump":
        return Lump(_above_zero(row, "threshold"), row.decimal("lump"), _share(row, "rate"))
    if shape == "steps":
        return Steps(
            _above_zero(row, "threshold"), row.decimal("lump"), _above_zero(row, "step"), row.decimal("each")
        )
    return None


def _bands(row: _Reader) -> tuple[Band, ...]:
    bands = []
    for i, item in enumerate(row.raw_value("bands", [], (list,), _("若干段")), 1):
        band = _Reader(row.file, f"{row.place}.bands[{i}]", item, row.found)
        upto = band.decimal("upto") if "upto" in band.raw else None
        bands.append(Band(upto, _share(band, "rate")))
        band.finish()
    ends = [band.upto for band in bands]
    known = [end for end in ends if end is not None]
    if not bands or None in ends[:-1] or known != sorted(set(known)):
        row.wrong("bands", "", _("各段上限应从小到大，只有最后一段可以不写"))
    return tuple(bands)


def _growth(row: _Reader) -> Growth | None:
    table = row.table("growth")
    if "growth" not in row.raw:
        return None
    on = table.choice("on", ("whole", "above"))
    made = Growth(table.decimal("over"), _share(table, "rate"), on == "whole", table.flag("within_cap", True))
    table.finish()
    return made


def _caps(row: _Reader) -> Caps:
    """``cap`` is the short way to write a cap of a unit and year."""
    table = row.table("caps")
    caps: dict[str, Decimal | None] = {
        key: table.decimal(key) if key in table.raw else None for key in ("contract", "unit_year", "result")
    }
    table.finish()
    row.asked.add("cap")
    if "cap" in row.raw:
        if caps["unit_year"] is not None:
            row.wrong("cap", row.raw["cap"], _("与 caps.unit_year 重复"))
        caps["unit_year"] = row.decimal("cap")
    unclear = row.flag("cap_unclear", False)
    if unclear and (caps["unit_year"] is None or caps["contract"] is not None or caps["result"] is not None):
        row.wrong("cap_unclear", "true", _("封顶口径不明时，只写 caps.unit_year"))
    return Caps(caps["contract"], caps["unit_year"], caps["result"], unclear)


def _edge(row: _Reader, key: str) -> date | MonthDay | None:
    """A fixed day (2023-01-01) or a day of every year (``"11-01"``)."""
    value = row.raw_value(key, None, (date, str), _('日期，如 2026-11-01，或每年的月日，如 "11-01"'))
    if value is None or isinstance(value, date):
        return value
    try:
        day = date.fromisoformat(f"2000-{value}" if re.fullmatch(r"\d\d-\d\d", value) else "")
    except ValueError:
        row.wrong(key, value, _('每年的月日应写作 "11-01"'))
        return None
    return day.month, day.day


def _edges(row: _Reader) -> tuple[date | MonthDay, date | MonthDay] | None:
    """First and last day, both of one sort."""
    first, last = _edge(row, "from"), _edge(row, "until")
    if first is None or last is None:
        return None
    if isinstance(first, date) != isinstance(last, date):
        row.wrong("until", last, _("起止应同是日期，或同是每年的月日"))
        return None
    if isinstance(first, date) and isinstance(last, date) and last < first:
        row.wrong("until", last, _("止日早于起日"))
        return None
    return first, last


def _window(row: _Reader) -> Window:
    table = row.table("window")
    if "window" not in row.raw:
        return CALENDAR_YEAR
    by, edges = table.strings("by", WINDOW_DAYS), _edges(table)
    table.finish()
    if not by or ("paid_on" in by and len(by) > 1):
        table.wrong("by", list(by), _("写按哪一天；付款日不与其他日并用"))
    return Window(by, *edges) if edges is not None else CALENDAR_YEAR


def _claiming(row: _Reader) -> Claiming:
    table = row.table("claim")
    if "claim" not in row.raw:
        return Claiming()
    mode = table.choice("mode", CLAIM_MODES)
    edges = _edges(table) if {"from", "until"} & table.raw.keys() else None
    table.finish()
    return Claiming(mode, *edges) if edges is not None else Claiming(mode)


def _use(row: _Reader) -> Use | None:
    table = row.table("use")
    if "use" not in row.raw:
        return None
    made = Use(_share(table, "least"), table.choice("on", USES))
    table.finish()
    return made


def _region(row: _Reader) -> CodeEntry:
    code, name = row.text("code"), row.text("name")
    if not re.fullmatch(r"\d{6}", code):
        row.wrong("code", code, _("行政区划代码应为六位数字"))
    until = row.day("valid_until", optional=True)
    made = CodeEntry(
        code, name, row.text("parent", ""), row.strings("initials"),
        is_retired=until is not None, is_offered=until is None, successor=row.strings("successor"),
        valid_from=row.day("valid_from", optional=True), valid_until=until,
        extra={"level": row.text("level", "")} if "level" in row.raw else {},
    )  # fmt: skip
    row.finish()
    return made
