"""An open station made of plain data: the day of the drawings (2026-11-20, 澄河县), nothing stored.

``FakeDesk()`` answers every call of ``desktop.services.desk.Desk``. It writes down what was asked in
``calls``, answers from ``start``, ``facts``, ``sheet_row`` and the like, which a test may replace, and raises
what ``refusals[name]`` holds.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from desktop.errors import Problem, RefusedError
from desktop.resources import resource
from desktop.rules.book import Book, load_book
from desktop.rules.codes import CodeTables
from desktop.rules.facts import AmountLine, Facts, Party
from desktop.rules.local_pack import LocalPack, load_pack
from desktop.rules.tax_year import YearAccount, YearContract, account_of
from desktop.rules.working_days import Calendar
from desktop.services import commands as c
from desktop.services import views as v
from desktop.services.lifecycle import TABLE as LIFECYCLE
from desktop.services.lifecycle import Standing, allowed, why_not
from desktop.services.search_words import take_apart
from desktop.statistics.report import StatisticsReport, Targets

TODAY = date(2026, 11, 20)
TITLE = "丘陵茶园自走式采摘机视觉识别与仿形控制系统研制"
SELLER, BUYER = "岚州启衡自动化技术有限公司", "澄河丰禾农业机械有限公司"
SHEN = v.SignedIn("沈清禾", frozenset({"clerk"}))
LU = v.SignedIn("陆知远", frozenset({"clerk", "reviewer"}))
HE = v.SignedIn("贺兰舟", frozenset({"head", "reviewer"}))


def china(month: int, day: int, hour: int, minute: int, second: int = 0) -> datetime:
    """A moment of 2026 by the clock on the wall, as it is stored."""
    return datetime(2026, month, day, hour, minute, second, tzinfo=UTC) - timedelta(hours=8)


@cache
def law() -> Book:
    """The book as shipped."""
    return load_book(resource("law"))


@cache
def pack() -> LocalPack:
    """云岭 2026.11."""
    return load_pack(resource("local", "yunling-2026.11.toml"))


@cache
def calendar() -> Calendar:
    """Working days as shipped."""
    return Calendar.load(resource("law", "working-days.toml"))


@cache
def codes() -> CodeTables:
    """All code tables with the regions of the local pack."""
    return CodeTables(resource("codes"), pack().regions)


def row(key: int, serial: str, title: str = TITLE, **values: Any) -> v.ContractRow:
    """One line of a list; what is not named is that of the contract of the drawings."""
    plain: dict[str, Any] = {
        "id": key,
        "local_serial": serial,
        "official_number": "",
        "title": title,
        "seller": SELLER,
        "buyer": BUYER,
        "kind": "DEV",
        "sub_kind": "DEV-1",
        "contract_amount": Decimal("1280000.00"),
        "technology_amount": Decimal("1030000.00"),
        "state": "ACCEPTED",
        "reporting_state": "NOT_SENT",
        "signed_on": date(2026, 10, 26),
        "accepted_on": TODAY,
        "registered_on": None,
        "due_on": None,
        "days_left": None,
        "clerk": "沈清禾",
    }
    return v.ContractRow(**(plain | values))


def _due(
    number: int, title: str, seller: str, state: str, left: int, due: date, **more: Any
) -> v.ContractRow:
    return row(
        number,
        f"澄受 2026-{number:04}",
        title,
        seller=seller,
        state=state,
        days_left=left,
        due_on=due,
        clerk="陆知远" if state == "RECOGNISED" else "沈清禾",
        **more,
    )


URGENT = (
    _due(289, "污水厂曝气量预测与闭环控制软件开发", "云汐环境科技", "ACCEPTED", 0, TODAY),
    _due(297, "高海拔苹果冷链保鲜膜配方研究", "青禾生物", "RECOGNISED", 2, date(2026, 11, 24)),
    _due(301, "石灰岩矿山边坡监测技术咨询", "岚州地勘院", "ACCEPTED", 4, date(2026, 11, 26)),
    _due(302, "水电站机组振动特性专项检测", "江望机电", "ACCEPTED", 4, date(2026, 11, 26)),
    _due(306, "稀土尾砂渗滤液在线监测装置研制", "云汐环境科技", "ACCEPTED", 7, date(2026, 12, 1)),
    _due(314, "县域电网负荷预测模型开发", "澄河智电", "RECOGNISED", 13, date(2026, 12, 9)),
    _due(312, TITLE, "启衡自动化", "ACCEPTED", 15, date(2026, 12, 11)),
    _due(
        275, "地下水封洞库监测系统研制", "岚州地勘院", "ACCEPTED", 24, date(2026, 12, 24), needs_expert=True
    ),
)
RETURNED = (
    row(
        231,
        "澄受 2026-0231",
        "草莓立体栽培采摘臂末端执行器研制",
        state="CERTIFIED",
        reporting_state="REJECTED_ABOVE",
        note="买方区划代码 990324 已停用",
        registered_on=date(2026, 11, 12),
    ),
    row(
        284,
        "澄受 2026-0284",
        state="RETURNED",
        note="缺附件三《验收大纲》",
        due_on=date(2026, 11, 23),
        days_left=1,
    ),
    row(
        291,
        "澄受 2026-0291",
        state="RETURNED",
        note="单位名称与公章不符",
        due_on=date(2026, 12, 2),
        days_left=8,
    ),
)


def working_days(first: date = TODAY, count: int = 16) -> tuple[date, ...]:
    """Today and the working days after it."""
    days = [first]
    while len(days) < count:
        days.append(calendar().add_working_days(days[-1], 1))
    return tuple(days)


def start_page() -> v.StartPage:
    """今日 as drawn."""
    return v.StartPage(
        today=TODAY,
        queues={
            "draft": 4,
            "returned": 2,
            "to_recognise": 5,
            "to_review": 3,
            "to_review_own": 2,
            "to_issue": 2,
            "to_send": 12,
        },
        queue_notes={
            "draft": "最早 11-12",
            "returned": "! 1 份下周一到期",
            "to_recognise": "✕ 1 份今天到期",
            "to_review": "自办 2 份除外",
            "to_issue": "可打印",
            "to_send": "上次上报 11-17",
        },
        urgent=URGENT,
        returned=RETURNED,
        block=v.BlockView("2026 第 1 段", 100, 54, "2026990321000247", 20, is_frozen=False),
        backup=v.BackupView(
            china(11, 19, 17, 42),
            Path("E:/contract-desk/澄河县_备份_2026-11-19.cdbak"),
            1_048_212,
            Decimal("271828182845.90"),
            is_verified=True,
        ),
        last_sent_at=china(11, 17, 16, 20),
        offline_days=3,
        free_bytes=61_400_000_000,
        wall_days=working_days(),
        period_words="普通 15 个工作日、专家评审 30 个工作日：依 2024 征求意见稿",
        period_confidence="draft",
    )


_FOUND = (
    ("2026990321000247", TITLE, SELLER, "DEV", "1280000.00", "REGISTERED", (2026, 11, 20)),
    (
        "2026990321000231",
        "草莓立体栽培采摘臂末端执行器研制",
        SELLER,
        "DEV",
        "460000.00",
        "REGISTERED",
        (2026, 11, 12),
    ),
    (
        "2026990302001188",
        "菌菇采摘分级一体机视觉算法许可",
        "岚州青禾生物科技有限公司",
        "LIC",
        "180000.00",
        "CERTIFIED",
        (2026, 10, 29),
    ),
    (
        "2026990321000206",
        "茶鲜叶采摘后摊青时长预测模型开发",
        "澄河秋禾数据服务有限公司",
        "DEV",
        "235000.00",
        "CERTIFIED",
        (2026, 10, 9),
    ),
    (
        "2026990517000420",
        "枸杞采摘振动梳发明专利权转让",
        "云岭千湖农业装备研究院",
        "TRF",
        "1500000.00",
        "CERTIFIED",
        (2026, 9, 18),
    ),
    ("2026990302000963", "柑橘采摘路径规划软件开发", SELLER, "DEV", "328500.00", "CHANGED", (2026, 8, 31)),
    (
        "2025990321000188",
        "平地茶园割刀高度传感采摘平台研制",
        SELLER,
        "DEV",
        "720000.00",
        "CERTIFIED",
        (2025, 12, 8),
    ),
    (
        "2025990321000152",
        "花椒采摘剪切力测试与机构设计开发",
        "云岭千湖农业装备研究院",
        "DEV",
        "96000.00",
        "CERTIFIED",
        (2025, 10, 21),
    ),
    (
        "2025990302001407",
        "温室番茄采摘机器人技术秘密许可",
        SELLER,
        "LIC",
        "400000.00",
        "CANCELLED",
        (2025, 9, 3),
    ),
    (
        "2025990321000077",
        "采摘机远程诊断平台开发",
        "澄河秋禾数据服务有限公司",
        "DEV",
        "268000.00",
        "REVOKED",
        (2025, 5, 6),
    ),
)


def found_row(key: int) -> v.ContractRow:
    """The contract with this id; ids go on for ever, ten contracts in turn."""
    number, title, seller, kind, amount, state, day = _FOUND[(key - 1) % len(_FOUND)]
    return row(
        key,
        "澄受 2026-0312" if key == 1 else f"澄受 {number[:4]}-{key:04}",
        title,
        official_number=number,
        seller=seller,
        kind=kind,
        sub_kind={"DEV": "DEV-1", "LIC": "LIC-1", "TRF": "TRF-1"}[kind],
        contract_amount=Decimal(amount),
        technology_amount=Decimal("1030000.00") if key == 1 else Decimal(amount),
        state=state,
        registered_on=date(*day),
        accepted_on=date(*day),
        reporting_state="NOT_SENT" if key == 1 else "ACCEPTED_ABOVE",
    )


FACTS = Facts(
    title=TITLE,
    kind="DEV",
    sub_kind="DEV-1",
    valid_from=date(2026, 11, 1),
    valid_until=date(2027, 10, 31),
    signed_on=date(2026, 10, 26),
    effective_on=date(2026, 10, 26),
    contract_amount=Decimal("1280000.00"),
    technology_amount=Decimal("1030000.00"),
    currency="CNY",
    technical_field="03",
    is_secret=False,
    is_written=True,
    parties=(
        Party(
            role="buyer",
            name=BUYER,
            id_type="credit_code",
            id_number="91990321MA5NY83T0T",
            country="CN",
            region="990321",
        ),
        Party(
            role="seller",
            name=SELLER,
            id_type="credit_code",
            id_number="91990321MA0QH7K26R",
            country="CN",
            region="990321",
        ),
    ),
    amount_lines=(
        AmountLine(nature="technology", label="研究开发经费和报酬", amount=Decimal("1030000.00")),
        AmountLine(nature="equipment", label="样机设备、材料", amount=Decimal("250000.00")),
    ),
)
HISTORY = (
    v.HistoryRow(china(11, 20, 15, 58), "韦青岚 签收", "sheet", "第 1、2 联领走"),
    v.HistoryRow(china(11, 20, 15, 53), "卡纸，纸已收回", "sheet", "第 2 联作废", is_warning=True),
    v.HistoryRow(china(11, 20, 15, 40), "复核 陆知远", "register", "登记，取号 0247"),
    v.HistoryRow(
        china(11, 20, 15, 28),
        "沈清禾",
        "save",
        "改止日为 2027-12-31",
        (("有效期限止", "2027-10-31", "2027-12-31"),),
    ),
    v.HistoryRow(china(11, 20, 15, 21), "陆知远", "send_back", "复核异议 1，退回初审", is_warning=True),
    v.HistoryRow(china(11, 20, 15, 12), "沈清禾", "recognise", "提交复核"),
    v.HistoryRow(china(11, 20, 14, 50), "沈清禾", "relief", "核对税惠"),
    v.HistoryRow(china(11, 20, 14, 45), "沈清禾", "answer", "回答 24 题"),
    v.HistoryRow(china(11, 20, 14, 41), "沈清禾", "accept", "受理，期限 2026-12-11"),
    v.HistoryRow(china(11, 20, 14, 32), "沈清禾", "save", "改 16 栏"),
    v.HistoryRow(china(11, 20, 14, 10), "沈清禾", "save", "新收，受理号 澄受 2026-0312"),
)
BACKUP = start_page().backup
KIND_FIGURES = (
    ("CON", 37, Decimal("19862700.00"), Decimal("19321000.00")),
    ("DEV", 98, Decimal("184205000.00"), Decimal("148063000.00")),
    ("LIC", 14, Decimal("22684000.00"), Decimal("22684000.00")),
    ("SVC", 88, Decimal("128520000.00"), Decimal("94618000.00")),
    ("TRF", 9, Decimal("31150000.00"), Decimal("30400000.00")),
)
_MONTHS = (2215, 1533, 3106, 3488, 3870, 5217, 3023, 3341, 4612, 4106, 4131)
_MONTHS_BEFORE = (1990, 1430, 2720, 3110, 3330, 4490, 2790, 3010, 3920, 3760, 3400, 4160)


def figures(first: date, last: date, by: str) -> tuple[tuple[str, int, Decimal, Decimal], ...]:
    """The figures of the drawing for 2026, about an eighth less for 2025, nothing for other years."""
    if first.year not in (2025, 2026):
        return ()
    if by == "month":
        totals = _MONTHS if first.year == 2026 else _MONTHS_BEFORE
        lines = [
            (f"{first.year}-{at:02}", total // 160, Decimal(total * 10_000), Decimal(total * 8_000))
            for at, total in enumerate(totals, 1)
        ]
        return tuple(line for line in lines if first.strftime("%Y-%m") <= line[0] <= last.strftime("%Y-%m"))
    if by == "kind":
        if first.year == 2026:
            return KIND_FIGURES
        return tuple((k, n - n // 8, a * 7 / 8, b * 7 / 8) for k, n, a, b in KIND_FIGURES)
    if by == "field":
        return (
            ("01", 60, Decimal("90000000.00"), Decimal("80000000.00")),
            ("03", 120, Decimal("200000000.00"), Decimal("160000000.00")),
            ("07", 66, Decimal("96421700.00"), Decimal("75086000.00")),
        )
    return ()


class FakeDesk:
    """See the head of this file."""

    def __init__(self, person: v.SignedIn = SHEN, **changes: Any) -> None:
        self.person = person
        self.station = v.StationView(
            code="990321",
            name="澄河县技术合同登记处",
            province="云岭省",
            city="岚州市",
            county="澄河县",
            pack_name="云岭",
            pack_version="2026.11",
            rule_set="M2026",
            rules_unverified=41,
            database="D:/contract-desk/station.db",
        )
        self.book, self.pack, self.codes, self.calendar = law(), pack(), codes(), calendar()
        self.calls: list[tuple[str, Any]] = []
        self.refusals: dict[str, Exception] = {}
        self.start = start_page()
        self.facts = FACTS
        self.sheet_row = URGENT[6]
        self.problems: tuple[Problem, ...] = ()
        self.duplicates: tuple[v.DuplicateView, ...] = ()
        self.kept: dict[tuple[str, str], tuple[str, str, str]] = {}
        self.text: tuple[v.TextPassage, ...] = ()
        self.scans: list[tuple[str, bytes]] = []
        self.places = v.BackupPlaces(Path("D:/contract-desk/backups"), None)
        self.second_words = "没有选第二处"
        self.policy_change: v.PolicyChange | None = None
        self.policy_back: v.PolicyChange | None = None
        self.key_found = v.KeyFound(
            "cd4292167f60e8c2", "990000", "云岭省技术市场管理办公室", True, True, is_known=False
        )
        self.found_ids: array[int] = array("q", range(1, 1907))
        self.party_rows: tuple[v.PartyView, ...] = ()
        self.bin_rows: tuple[v.BinRow, ...] = ()
        self.query_rows: list[v.SavedQuery] = []
        self.kept_parties: list[v.PartyRow] = [
            v.PartyRow(1, SELLER, "credit_code", "91990321MA0QH7K26R", (), 3, TODAY, None),
            v.PartyRow(2, BUYER, "credit_code", "91990321MA5NY83T0T", ("澄河农机厂",), 1, TODAY, None),
            v.PartyRow(3, "岚州启衡公司", "other", "", (), 1, None, None),
        ]
        self.party_history: list[v.HistoryRow] = []
        self.performance_rows: tuple[v.PerformanceRow, ...] = ()
        self.targets: Targets | None = None
        self.people_rows: list[tuple[str, str, bool]] = [
            ("沈清禾", "clerk", True),
            ("陆知远", "clerk reviewer", True),
            ("贺兰舟", "head reviewer", True),
        ]
        self.during: Callable[[str], None] = lambda _name: None
        """Runs inside every call, for tests of threads and of what happens meanwhile."""
        for name, value in changes.items():
            setattr(self, name, value)

    def told(self, name: str) -> list[Any]:
        """The arguments of every call of this name."""
        return [value for called, value in self.calls if called == name]

    def _ask(self, name: str, value: Any = None) -> None:
        self.calls.append((name, value))
        self.during(name)
        if name in self.refusals:
            raise self.refusals[name]

    # looking

    def today(self) -> date:
        """The day of the drawings."""
        return TODAY

    def start_page(self) -> v.StartPage:
        """今日."""
        self._ask("start_page")
        return self.start

    def sheet(self, of: v.ContractRow | None = None) -> v.ContractSheet:
        """Everything about a contract, what is allowed taken from the real table."""
        line = of or self.sheet_row
        standing = Standing(line.state, line.clerk, bool(line.official_number), line.needs_expert)
        name, roles = self.person.name, self.person.roles
        return v.ContractSheet(
            row=line,
            uid=f"00000000-0000-4000-8000-{line.id:012}",
            revision=3,
            facts=replace(self.facts, title=line.title),
            origin="desk",
            received_on=TODAY,
            rule_set="M2026",
            reviewer="陆知远" if line.official_number else "",
            allowed=allowed(standing, name, roles),
            why_not={verb: said for verb in LIFECYCLE if (said := why_not(verb, standing, name, roles))},
            problems=self.problems,
            history=HISTORY,
            duplicates=self.duplicates,
        )

    def contract(self, contract_id: int) -> v.ContractSheet:
        """One of the drawings' contracts."""
        self._ask("contract", contract_id)
        known = {line.id: line for line in (*URGENT, *RETURNED)}
        if contract_id == self.sheet_row.id:
            return self.sheet()
        return self.sheet(known.get(contract_id) or found_row(contract_id))

    def rows(self, ids: Sequence[int]) -> dict[int, v.ContractRow]:
        """Lines by id."""
        self._ask("rows", list(ids))
        return {key: found_row(key) for key in ids}

    def queue(self, name: str) -> tuple[v.ContractRow, ...]:
        """A queue of the start page."""
        self._ask("queue", name)
        states = {
            "to_recognise": "ACCEPTED",
            "to_review": "RECOGNISED",
            "returned": "RETURNED",
            "draft": "DRAFT",
            "to_issue": "REGISTERED",
        }
        return tuple(line for line in (*URGENT, *RETURNED) if line.state == states.get(name))

    def search(self, text: str, filters: Mapping[str, Any] | None = None) -> v.SearchResult:
        """Everything, or nothing for 没有这个."""
        self._ask("search", (text, dict(filters or {})))
        ids = array("q") if "没有" in text else self.found_ids
        found = bool(ids)
        asked = take_apart(text)
        return v.SearchResult(
            ids,
            len(ids),
            None if found else Decimal(0),
            None if found else Decimal(0),
            23,
            asked.words(),
            asked.text,
            tuple(filters["sort"]) if filters and "sort" in filters and len(ids) < 5_000 else None,
        )

    def saved_queries(self) -> tuple[v.SavedQuery, ...]:
        """Those kept so far."""
        self._ask("saved_queries")
        return tuple(self.query_rows)

    def keep_query(self, cmd: c.KeepQuery) -> tuple[v.SavedQuery, ...]:
        """Kept in memory."""
        self._ask("keep_query", cmd)
        made = v.SavedQuery(cmd.name, cmd.text, dict(cmd.filters))
        old = cmd.old_name or cmd.name
        if any(one.name == old for one in self.query_rows):
            self.query_rows = [made if one.name == old else one for one in self.query_rows]
        else:
            self.query_rows = [*self.query_rows, made]
        return tuple(self.query_rows)

    def drop_query(self, cmd: c.DropQuery) -> tuple[v.SavedQuery, ...]:
        """Out of memory."""
        self._ask("drop_query", cmd)
        self.query_rows = [one for one in self.query_rows if one.name != cmd.name]
        return tuple(self.query_rows)

    def list_name(self, ids: Sequence[int], content: str = "") -> str:
        """As the service names it."""
        self._ask("list_name", (len(ids), content))
        return f"澄河县技术合同登记处_合同清单_20261120_{len(ids)}份.xlsx"

    def export_list(self, ids: Sequence[int], path: Path, progress: Any = None) -> tuple[Path, int]:
        """Nothing written."""
        self._ask("export_list", (list(ids), path))
        for at in range(len(ids)):
            if progress is not None:
                progress(at, len(ids), "")
        return path, len(ids)

    def party_list(self, text: str = "", *, with_retired: bool = True) -> v.PartyList:
        """The parties set by the test whose name or number has the words."""
        self._ask("party_list", text)
        found = tuple(row for row in self.kept_parties if text in row.name or text in row.id_number)
        return v.PartyList(found, len(found))

    def party_sheet(self, party_id: int) -> v.PartySheet:
        """One of them, with the fields of the drawings' seller."""
        self._ask("party_sheet", party_id)
        row = next(row for row in self.kept_parties if row.id == party_id)
        return v.PartySheet(
            row=row,
            fields={
                "name": row.name,
                "id_type": row.id_type,
                "id_number": row.id_number,
                "contact": "韦青岚",
                "phone": "0990-5550123",
            },
            former=tuple((name, "", date(2025, 6, 1)) for name in row.former_names),
            contract_ids=(1, 2),
            history=tuple(self.party_history),
            may_edit="admin" not in self.person.roles,
            why_not="" if "admin" not in self.person.roles else "没有改单位库的权限",
        )

    def _party_act(self, verb: str, words: str, cmd: Any, **changes: Any) -> v.PartySheet:
        self._ask(verb, cmd)
        self.kept_parties = [replace(r, **changes) if r.id == cmd.party_id else r for r in self.kept_parties]
        self.party_history.insert(0, v.HistoryRow(china(11, 20, 9, 0), self.person.name, verb, words))
        return self.party_sheet(cmd.party_id)

    def edit_party(self, cmd: c.EditParty) -> v.PartySheet:
        """改单位资料."""
        changes = {k: value for k, value in cmd.fields.items() if k in ("name", "id_number")}
        return self._party_act("edit_party", "改单位资料", cmd, **changes)

    def merge_parties(self, cmd: c.MergeParties) -> v.PartySheet:
        """合并: the other record goes."""
        self.kept_parties = [row for row in self.kept_parties if row.id != cmd.other_id]
        return self._party_act("merge_parties", "并入", cmd)

    def retire_party(self, cmd: c.RetireParty) -> v.PartySheet:
        """停用 or 恢复使用."""
        return self._party_act("retire_party", "停用单位", cmd, retired_on=TODAY if cmd.is_retired else None)

    def performance(
        self, first: date, last: date, *, only: str = "overdue", text: str = ""
    ) -> v.PerformancePage:
        """The lines set by the test; of them the overdue ones when only those are asked for."""
        self._ask("performance", (first, last, only, text))
        rows = tuple(row for row in self.performance_rows if only != "overdue" or row.overdue)

        def total(name: str) -> Decimal:
            return sum((getattr(row, name) or Decimal(0) for row in rows), Decimal(0))

        names = ("planned", "due", "income", "income_in_period", "left", "overdue")
        return v.PerformancePage(rows, len(rows), *(total(name) for name in names))

    def print_history(self, contract_id: int, path: Path) -> Path:
        """Written down."""
        self._ask("print_history", (contract_id, path))
        return path

    def search_sums(self, ids: Sequence[int]) -> tuple[Decimal, Decimal]:
        """The sums of the pictures."""
        self._ask("search_sums", len(ids))
        return Decimal("986412350.00"), Decimal("812077640.50")

    def find_contract(self, text: str) -> int:
        """By the last four of the 受理号."""
        self._ask("find_contract", text)
        for line in (*URGENT, *RETURNED):
            if line.local_serial.endswith(text.strip()):
                return line.id
        raise RefusedError(f"找不到“{text}”这份合同", "请用受理号、登记编号或列表里的内部号")

    def parties(self, text: str) -> tuple[v.PartyView, ...]:
        """The library of parties."""
        self._ask("parties", text)
        return tuple(party for party in self.party_rows if text in party.name)

    def check_form(self, facts: Facts, contract_id: int | None, *, submitted: bool) -> tuple[Problem, ...]:
        """The problems set by the test."""
        self._ask("check_form", (facts, contract_id, submitted))
        return self.problems

    def find_duplicates(self, facts: Facts, contract_id: int | None) -> tuple[v.DuplicateView, ...]:
        """The duplicates set by the test."""
        self._ask("find_duplicates", (facts, contract_id))
        return self.duplicates

    def draft(self, page: str, subject: str) -> tuple[str, str, str] | None:
        """What was kept with ``keep_draft``."""
        self._ask("draft", (page, subject))
        return self.kept.get((page, subject))

    # acts

    def _act(self, name: str, cmd: Any) -> v.ContractSheet:
        self._ask(name, cmd)
        return self.sheet()

    def save_contract(self, cmd: c.SaveContract) -> v.ContractSheet:
        """Remembers the facts."""
        self._ask("save_contract", cmd)
        self.facts = cmd.facts
        return self.sheet()

    def contract_text(self, contract_id: int) -> tuple[v.TextPassage, ...]:
        self._ask("contract_text", contract_id)
        return self.text

    def contract_scan(self, contract_id: int) -> tuple[v.ScanFile, ...]:
        self._ask("contract_scan", contract_id)
        names = [name for name, _content in self.scans]
        return tuple(v.ScanFile(name, Path(name).suffix, str(at)) for at, name in enumerate(names))

    def scan_content(self, contract_id: int, digest: str) -> bytes:
        self._ask("scan_content", (contract_id, digest))
        return self.scans[int(digest)][1]

    def keep_draft(self, cmd: c.KeepDraft) -> None:
        """Kept in memory."""
        self._ask("keep_draft", cmd)
        self.kept[cmd.page, cmd.subject] = (cmd.field_name, cmd.content, "14:32")

    def drop_draft(self, page: str, subject: str) -> None:
        """Forget it."""
        self._ask("drop_draft", (page, subject))
        self.kept.pop((page, subject), None)

    def delete_draft(self, cmd: c.DeleteDraft) -> None:
        """Written down."""
        self._ask("delete_draft", cmd)

    def undelete_draft(self, cmd: c.UndeleteDraft) -> v.ContractSheet:
        """Back as a draft."""
        self.bin_rows = tuple(one for one in self.bin_rows if one.id != cmd.contract_id)
        return self._moved("undelete_draft", cmd, "DRAFT")

    def bin(self) -> tuple[v.BinRow, ...]:
        """The deleted drafts set by the test."""
        self._ask("bin")
        return self.bin_rows

    def write_template(self, path: Path) -> Path:
        """Written down."""
        self._ask("write_template", path)
        return path

    def pass_doubt(self, cmd: c.PassDoubt) -> None:
        """Takes the doubt off the list."""
        self._ask("pass_doubt", cmd)
        self.problems = tuple(p for p in self.problems if p.code != cmd.code)

    def decide_duplicate(self, cmd: c.DecideDuplicate) -> None:
        """Written down."""
        self._ask("decide_duplicate", cmd)

    def save_answers(self, cmd: c.SaveAnswers) -> None:
        """Written down."""
        self._ask("save_answers", cmd)

    def accept(self, cmd: c.AcceptContract) -> v.ContractSheet:
        """受理."""
        return self._moved("accept", cmd, "ACCEPTED")

    def decline(self, cmd: c.DeclineContract) -> v.ContractSheet:
        """不予受理."""
        return self._moved("decline", cmd, "NOT_ACCEPTED")

    def return_contract(self, cmd: c.ReturnContract) -> v.ContractSheet:
        """退回补正."""
        return self._moved("return_contract", cmd, "RETURNED")

    def supplement(self, cmd: c.SupplementContract) -> v.ContractSheet:
        """收到补正材料."""
        return self._moved("supplement", cmd, "ACCEPTED")

    def refuse(self, cmd: c.RefuseContract) -> v.ContractSheet:
        """不予登记."""
        return self._moved("refuse", cmd, "REFUSED")

    def recognise(self, cmd: c.RecogniseContract) -> v.ContractSheet:
        """认定."""
        return self._moved("recognise", cmd, "RECOGNISED")

    def keep_relief(self, cmd: c.KeepRelief) -> v.ContractSheet:
        """税惠."""
        return self._act("keep_relief", cmd)

    def review(self, cmd: c.ReviewContract) -> v.ContractSheet:
        """复核."""
        return self._act("review", cmd)

    def send_back(self, cmd: c.SendBack) -> v.ContractSheet:
        """退回初审."""
        return self._moved("send_back", cmd, "ACCEPTED")

    def register(self, cmd: c.RegisterContract) -> v.ContractSheet:
        """登记."""
        return self._registered("register", cmd)

    def review_and_register(self, cmd: c.ReviewContract) -> v.ContractSheet:
        """复核并登记."""
        return self._registered("review_and_register", cmd)

    def _moved(self, name: str, cmd: Any, state: str) -> v.ContractSheet:
        self._ask(name, cmd)
        self.sheet_row = replace(self.sheet_row, state=state)
        return self.sheet()

    def _registered(self, name: str, cmd: Any) -> v.ContractSheet:
        self._ask(name, cmd)
        self.sheet_row = replace(
            self.sheet_row, state="REGISTERED", official_number="2026990321000247", registered_on=TODAY
        )
        return self.sheet()

    def preview_certificate(self, contract_id: int, copy_number: int = 1) -> bytes:
        """Bytes that are no PDF: set ``preview_bytes`` where a page draws them."""
        self._ask("preview_certificate", (contract_id, copy_number))
        return bytes(getattr(self, "preview_bytes", b""))

    def issue_certificate(self, cmd: c.IssueCertificate) -> v.ContractSheet:
        """发证."""
        return self._moved("issue_certificate", cmd, "CERTIFIED")

    def record_sheet(self, cmd: c.RecordSheet) -> v.ContractSheet:
        """台账."""
        return self._act("record_sheet", cmd)

    def print_notice(self, notice_id: int, path: Path) -> Path:
        """Written down."""
        self._ask("print_notice", (notice_id, path))
        return path

    def print_grounds(self, contract_id: int, path: Path) -> Path:
        """Written down."""
        self._ask("print_grounds", (contract_id, path))
        return path

    def print_relief(self, contract_id: int, path: Path) -> Path:
        """Written down."""
        self._ask("print_relief", (contract_id, path))
        return path

    def print_relief_inquiry(self, contract_id: int, path: Path) -> Path:
        """Written down."""
        self._ask("print_relief_inquiry", (contract_id, path))
        return path

    def make_packets(self, contract_ids: Sequence[int], folder: Path, progress: Any = None) -> Any:
        """One folder each, nothing written."""
        self._ask("make_packets", (tuple(contract_ids), folder))
        return tuple(
            v.PacketView(key, folder / f"{key}_备查资料", (), ("技术合同",), ("发票",), "7K3M-9QXD")
            for key in contract_ids
        )

    def change(self, cmd: c.ChangeContract) -> v.ContractSheet:
        """变更."""
        return self._moved("change", cmd, "CHANGED")

    def end(self, cmd: c.EndContract) -> v.ContractSheet:
        """注销 or 撤销."""
        return self._moved("end", cmd, "CANCELLED" if cmd.how == "cancel" else "REVOKED")

    def fix_income(self, cmd: c.FixIncome) -> v.ContractSheet:
        """核定技术性收入."""
        return self._act("fix_income", cmd)

    def year_account(
        self,
        taxpayer: str,
        year: int,
        own_research: Decimal = Decimal(0),
        standing: str = "general",
        by_months: bool = False,
    ) -> YearAccount:
        """Reckoned from the facts of the contract at hand."""
        self._ask("year_account", (taxpayer, year, own_research, standing))
        one = YearContract(1, "2026990321000247", TITLE, self.facts, {}, is_registered=True)
        more: dict[str, Any] = {"standing": standing, "by_months": by_months}
        return account_of(taxpayer, year, [one], [one], self.book, own_research=own_research, **more)

    def write_year(self, account: YearAccount, folder: Path) -> Path:
        """Written down."""
        self._ask("write_year", (account, folder))
        return folder

    def inform(self, cmd: c.InformOffice) -> v.ContractSheet:
        """告知财税部门."""
        return self._act("inform", cmd)

    def take_objection(self, cmd: c.TakeObjection) -> v.ContractSheet:
        """收到异议."""
        return self._act("take_objection", cmd)

    def answer_objection(self, cmd: c.AnswerObjection) -> v.ContractSheet:
        """答复异议."""
        return self._act("answer_objection", cmd)

    def ask_experts(self, cmd: c.AskExperts) -> v.ContractSheet:
        """提请专家评审."""
        return self._act("ask_experts", cmd)

    def keep_expert_review(self, cmd: c.KeepExpertReview) -> v.ContractSheet:
        """记录评审意见."""
        return self._act("keep_expert_review", cmd)

    def park(self, cmd: c.ParkContract) -> v.ContractSheet:
        """暂不上报."""
        return self._act("park", cmd)

    # exchange

    def import_workbook(self, cmd: c.ImportWorkbook, progress: Any = None) -> v.ImportReport:
        """Five rows, all in order."""
        self._ask("import_workbook", cmd)
        for at in range(1, 6):
            if progress is not None:
                progress(at, 5, "")
        return v.ImportReport(cmd.path, 5, (401, 402, 403, 404, 405), (), 0, (), None)

    def import_rows(self, cmd: c.ImportRows) -> v.RowsReport:
        """All of them, with numbers in a row."""
        self._ask("import_rows", cmd)
        ids = tuple(range(501, 501 + len(cmd.rows)))
        serials = tuple(f"澄受 2026-{n - 188:04}" for n in ids)
        return v.RowsReport(ids, serials, 0, (), ())

    def batches(self) -> tuple[v.BatchView, ...]:
        """One package that waits for its receipt."""
        return (
            v.BatchView(
                46,
                "990321_2026-046.zip",
                china(11, 17, 16, 20),
                "陆知远",
                9,
                Decimal("6120000.00"),
                Decimal("5480000.00"),
                "K7Q4-M2XW",
                1_843_200,
                8,
                0,
                1,
            ),
        )

    def report_page(self) -> v.ReportPage:
        """上报 with twelve contracts to send."""
        self._ask("report_page")
        rows = tuple(replace(found_row(n), reporting_state="NOT_SENT") for n in range(1, 13))
        sums = Decimal(sum(line.technology_amount or 0 for line in rows))
        return v.ReportPage(
            counts={"NOT_SENT": 12, "EXPORTED": 8, "ACCEPTED_ABOVE": 226, "REJECTED_ABOVE": 1, "PARKED": 1},
            sums={"NOT_SENT": sums, "EXPORTED": Decimal("5480000.00")},
            rows=rows,
            batches=self.batches(),
            reconcile=(
                v.ReconcileRow("2026-10", 31, Decimal("38642100.00"), 31, Decimal("38642100.00")),
                v.ReconcileRow("2026-11", 20, Decimal("31508600.00"), 8, Decimal("21000000.00")),
            ),
            last_sent_at=china(11, 17, 16, 20),
            next_sequence=47,
        )

    def create_batch(self, cmd: c.CreateBatch, progress: Any = None) -> v.BatchView:
        """Package 47."""
        self._ask("create_batch", cmd)
        for at in range(1, 13):
            if progress is not None:
                progress(at, 12, "")
        name = "990321_2026-047.zip"
        return replace(self.batches()[0], sequence=47, name=name, path=cmd.folder / name, waiting=12)

    def receive(self, cmd: c.ReceiveFile, progress: Any = None) -> v.ReceiveReport:
        """A number block."""
        self._ask("receive", cmd)
        if progress is not None:
            progress(1, 1, "")
        return v.ReceiveReport("block", "2026 第 2 段，100 个号", was_applied_before=False)

    # the station

    def figures(self, first: date, last: date, by: str) -> tuple[tuple[str, int, Decimal, Decimal], ...]:
        """The drawing's figures."""
        self._ask("figures", (first, last, by))
        return figures(first, last, by)

    def statistics(self, unit: str, year: int) -> StatisticsReport:
        """The drawing's figures for the year 2026, none for other years."""
        from drawn_statistics import drawn_report

        self._ask("statistics", (unit, year))
        return drawn_report(unit, year, self.targets)

    def set_targets(self, cmd: c.SetTargets) -> Targets | None:
        """Kept."""
        self._ask("set_targets", cmd)
        self.targets = Targets(cmd.year, cmd.count, cmd.contract, cmd.technology, cmd.basis)
        return self.targets

    def statistics_name(self, report: StatisticsReport, basis: str, ending: str) -> str:
        """A name."""
        self._ask("statistics_name", basis)
        return f"澄河县技术合同登记处_统计{ending}"

    def export_statistics(
        self, report: StatisticsReport, basis: str, path: Path, progress: Any = None
    ) -> Path:
        """A file."""
        self._ask("export_statistics", (basis, path))
        for at in range(3):
            if progress is not None:
                progress(at, 3, "总量")
        path.write_bytes(b"PK")
        return path

    def print_statistics(self, report: StatisticsReport, basis: str, path: Path) -> Path:
        """The real paper of the drawn figures."""
        self._ask("print_statistics", (basis, path))
        from desktop.certificates.statistics_paper import draw_statistics
        from desktop.services.statistics_tables import paper_of

        paper = paper_of(
            self.codes, report, basis, station=self.station.name, person=self.person.name, today=TODAY
        )
        draw_statistics(paper, path)
        return path

    def backup_report(self) -> tuple[v.BackupView, v.BackupPlaces, str]:
        """The last backup and the places."""
        self._ask("backup_report")
        return self.start.backup, self.places, self.second_words

    def set_backup_places(self, main: Path | None, second: Path | None) -> None:
        """Written down."""
        self._ask("set_backup_places", (main, second))

    def look_at_policy(self, path: Path) -> v.PolicyChange | None:
        """What a pack would change."""
        self._ask("look_at_policy", path)
        return self.policy_change

    def look_back_at_policy(self) -> v.PolicyChange | None:
        """What taking it back would change."""
        return self.policy_back

    def take_back_policy(self) -> str:
        """Written down."""
        self._ask("take_back_policy")
        return "已退回到程序自带的规则；重新登录后生效"

    def backup(self, path: Path, progress: Any = None) -> v.BackupView:
        """A verified backup."""
        self._ask("backup", path)
        for at in range(1, 5):
            if progress is not None:
                progress(at, 4, "")
        made = replace(BACKUP, path=path, made_at=china(11, 20, 17, 30))
        self.start = replace(self.start, backup=made)
        return made

    def check(self, *, deep: bool = False, progress: Any = None) -> v.CheckReport:
        """All good."""
        self._ask("check", deep)
        if progress is not None:
            progress(1, 1, "")
        return v.CheckReport(
            True,
            1_048_212,
            5_120_044,
            1_040_112,
            Decimal("271828182845.90"),
            Decimal("231415926535.89"),
            ("数据库文件：完好", "日志：5120044 条，首尾相连"),
        )

    def people(self) -> tuple[tuple[str, str, bool], ...]:
        """Name, roles, active."""
        self._ask("people")
        return tuple(self.people_rows)

    def add_person(self, name: str, roles: str, password: str) -> None:
        """One more."""
        self._ask("add_person", (name, roles, password))
        self.people_rows.append((name, roles, True))

    def change_password(self, old: str, new: str) -> None:
        """Written down."""
        self._ask("change_password", (old, new))

    def reset_password(self, name: str, new: str) -> None:
        """Written down."""
        self._ask("reset_password", (name, new))

    def renew_recovery(self, password: str) -> v.Recovered:
        """The next code."""
        self._ask("renew_recovery", password)
        return v.Recovered(self.person.name, "-".join(["AB3CD"] * 8))

    def note_clock(self, last_seen_at: datetime) -> None:
        """Written down."""
        self._ask("note_clock", last_seen_at)

    def set_pin(self, pin: str) -> None:
        """Written down."""
        self._ask("set_pin", pin)

    def set_active(self, name: str, is_active: bool, password: str = "") -> None:
        """Stopped or back."""
        self._ask("set_active", (name, is_active, password))
        rows = self.people_rows
        self.people_rows = [(n, r, is_active if n == name else a) for n, r, a in rows]

    def set_roles(self, name: str, roles: str) -> None:
        """Other roles."""
        self._ask("set_roles", (name, roles))
        self.people_rows = [(n, roles if n == name else r, a) for n, r, a in self.people_rows]

    calendar_view = v.CalendarView(
        "shipped", Path("working-days.toml"), ((2025, "memory"), (2026, "memory")), 2027, False
    )
    calendar_change = v.CalendarChange(
        replace(calendar_view, source="station", years=((2026, "verified"), (2027, "verified")))
    )
    """What another calendar changes; set by the test."""

    def look_at_key(self, path: Path) -> v.KeyFound | None:
        """A key for a ``*.pub`` file."""
        self._ask("look_at_key", path)
        return self.key_found if path.suffix == ".pub" else None

    def keep_key(self, cmd: c.KeepKey) -> v.KeyFound:
        """Kept from now on."""
        self._ask("keep_key", cmd)
        return replace(self.key_found, is_known=True)

    def calendar_in_use(self) -> v.CalendarView:
        """The one of the last change, at first as shipped."""
        return self.calendar_view

    def look_at_calendar(self, path: Path) -> v.CalendarChange:
        """What the test has set."""
        self._ask("look_at_calendar", path)
        return self.calendar_change

    def change_calendar(self, cmd: c.ChangeCalendar) -> v.CalendarChange:
        """In use from now on."""
        self._ask("change_calendar", cmd)
        self.calendar_view = self.calendar_change.calendar
        return replace(self.calendar_change, were_moved=cmd.move_deadlines)

    def unfreeze_block(self, cmd: c.UnfreezeBlock) -> v.BlockView:
        """The block is free again."""
        self._ask("unfreeze_block", cmd)
        self.start = replace(self.start, block=replace(self.start.block, is_frozen=False))
        return self.start.block

    def close(self) -> None:
        """Written down."""
        self._ask("close")
