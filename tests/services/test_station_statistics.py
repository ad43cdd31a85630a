"""统计: one pass of exact sums, the three bases, targets by the head, the paper, the workbook, the lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from desktop.certificates.preview import page_count, pdf_text
from desktop.errors import RefusedError
from desktop.jobs import Cancelled
from desktop.models import Action, Contract, ContractParty
from desktop.services.commands import SetTargets
from desktop.services.look import search
from desktop.services.office import Office
from desktop.services.station_statistics import (
    export_statistics,
    flow_report,
    print_statistics,
    set_targets,
    statistics_name,
    statistics_report,
    targets_of,
)
from desktop.statistics.report import BASES, PLACES, StatisticsReport, Total, added
from desktop.statistics.words import flow_words, notes
from tests.conftest import CLERK, HEAD, TODAY, Way

HOME, COUSIN, AWAY = "990321", "990322", "320706"
_SERIAL = count(1)


def contract(
    office: Office,
    day: str,
    amount: str | None,
    *,
    seller: tuple[str | None, str | None] = ("CHN", HOME),
    buyer: tuple[str | None, str | None] = ("CHN", HOME),
    **more: Any,
) -> int:
    """One row as the registers of earlier years are: only what is counted."""
    number = next(_SERIAL)
    technology = None if amount is None else Decimal(amount) / 2
    values: dict[str, Any] = {
        "uid": f"00000000-0000-0000-0000-{number:012}",
        "local_serial": f"T-{number:06}",
        "state": "REGISTERED",
        "kind": "DEV",
        "technical_field": "03",
        "registered_on": date.fromisoformat(day),
        "contract_amount": None if amount is None else Decimal(amount),
        "technology_amount": None if technology is None else technology.quantize(Decimal("0.01")),
        "created_at": TODAY,
        "updated_at": TODAY,
    } | more
    with office.work() as uow:
        made = Contract(**values)
        made.parties = [
            ContractParty(ordinal=1, role="buyer", name="买方甲", country=buyer[0], region=buyer[1]),
            ContractParty(ordinal=2, role="seller", name="卖方甲", country=seller[0], region=seller[1]),
            ContractParty(ordinal=3, role="seller", name="卖方乙", country="CHN", region=AWAY),
            ContractParty(ordinal=4, role="buyer", name="买方乙", country="USA", region=None),
        ]
        uow.session.add(made)
        uow.session.flush()
        from desktop.store.search_index import index_contract

        index_contract(uow.session, made)
        key = made.id
        uow.commit()
    return key


@pytest.fixture
def counted(office: Office) -> Office:
    """Eleven contracts that count this year, one of last year's days, and what must stay out."""
    contract(office, "2026-01-01", "1000000.00")
    contract(office, "2026-02-03", "200000.01", buyer=("CHN", COUSIN), kind="SVC", technical_field="01")
    contract(office, "2026-03-31", "30000.02", buyer=("CHN", AWAY), kind="TRF")
    contract(office, "2026-04-01", "4000.03", buyer=("USA", None), kind="LIC", reporting_state="EXPORTED")
    contract(office, "2026-05-01", "500.04", buyer=("CHN", "810000"))
    contract(office, "2026-06-01", "60.05", buyer=("CHN", None))
    contract(office, "2026-07-01", "7000000.00", seller=("CHN", COUSIN), kind="CON", state="CHANGED")
    contract(office, "2026-08-01", "800000.00", seller=("USA", None), kind="CON")
    contract(office, "2026-09-01", "90000.00", seller=("CHN", AWAY), buyer=("CHN", COUSIN), kind="CON")
    contract(office, "2026-10-01", None)
    contract(office, "2026-11-20", "0.01", seller=(None, None), buyer=(None, None), kind=None)
    contract(office, "2025-11-20", "500000.00")
    contract(office, "2025-11-21", "9999.99")
    contract(office, "2024-12-31", "1.00")
    contract(office, "2026-05-05", "123.00", state="CANCELLED")
    contract(office, "2026-05-06", "456.00", state="REVOKED")
    contract(office, "2026-05-07", "789.00", state="RECOGNISED")
    return office


def year(office: Office, number: int = 2026) -> StatisticsReport:
    return statistics_report(office, "year", number)


def money(totals: Iterable[Total]) -> Decimal:
    return added(totals).contract


def test_the_year_is_counted_by_the_day_of_registration_against_the_same_days(counted: Office) -> None:
    report = year(counted)
    split = report.splits["registered"]
    assert (split.now.count, split.now.contract) == (11, Decimal("9124560.16"))
    assert (split.before.count, split.before.contract) == (1, Decimal("500000.00"))
    assert split.months[3].contract == Decimal("30000.02")
    assert split.months_before[11].contract == Decimal("509999.99"), "a month of last year is whole"
    assert set(split.kinds) == {"DEV", "SVC", "TRF", "LIC", "CON", ""}
    assert (split.cancelled.count, split.revoked.count) == (1, 1)
    assert (split.pending.count, split.pending.contract) == (1, Decimal("4000.03"))
    assert (split.changed.count, split.undetermined) == (1, 1)
    assert (report.home, report.level) == ("澄河县", "county")


def test_every_split_adds_up_to_its_total_to_the_fen(counted: Office) -> None:
    report = year(counted)
    for basis in BASES:
        split = report.splits[basis]
        for parts in (split.kinds, split.fields, split.months):
            assert added(parts.values()) == split.now, basis
    assert added(report.outward.values()) == report.splits["outward"].now
    assert added(report.inward.values()) == report.splits["inward"].now
    assert tuple(report.outward) == tuple(report.inward) == PLACES
    both_sides = report.splits["outward"].now.count + report.splits["inward"].now.count
    assert both_sides - report.both.count + report.neither.count == report.splits["registered"].now.count
    assert report.outward["home"] == report.inward["home"] == report.both


def test_out_and_in_go_by_the_first_named_seller_and_buyer(counted: Office) -> None:
    report = year(counted)
    assert {place: total.count for place, total in report.outward.items()} == {
        "home": 2,
        "province": 1,
        "elsewhere": 1,
        "abroad": 2,
        "unknown": 1,
    }
    assert report.outward["abroad"].contract == Decimal("4500.07"), "Hong Kong stands with what is abroad"
    assert {place: total.count for place, total in report.inward.items()} == {
        "home": 2,
        "province": 1,
        "elsewhere": 0,
        "abroad": 1,
        "unknown": 0,
    }
    assert report.neither.count == 2
    assert flow_words(report).startswith("登记 11 ＝ 输出 7 ＋ 吸纳 4 － 双方均在本县 2 ＋")


def test_a_retired_code_with_one_successor_is_at_home(office: Office) -> None:
    from desktop.statistics.counting import Home

    merged = Home.of("350404", office.codes)
    assert merged.retired == ("350402", "350403")
    city, province = Home.of("330100", office.codes), Home.of("330000", office.codes)
    assert (city.level, city.prefix, province.level, province.prefix) == (
        "prefecture",
        "3301",
        "province",
        "33",
    )


@pytest.mark.parametrize(
    ("unit", "first", "count_"), [("quarter", "2026-10-01", 2), ("month", "2026-11-01", 1)]
)
def test_a_quarter_and_a_month_are_cut_off_today(counted: Office, unit: str, first: str, count_: int) -> None:
    report = statistics_report(counted, unit, 2026)
    assert (report.span.first.isoformat(), report.splits["registered"].now.count) == (first, count_)
    assert report.splits["registered"].months[7].contract == Decimal("7000000.00"), "the chart has the year"


def test_what_the_lists_find_is_what_was_counted(counted: Office) -> None:
    report = year(counted)
    live = ["REGISTERED", "CERTIFIED", "CHANGED"]
    for place in PLACES:
        filters = {"seller_place": ["home"], "buyer_place": [place], "year": ["2026"], "state": live}
        assert len(search(counted, "", filters).ids) == report.outward[place].count, place
        filters = {"buyer_place": ["home"], "seller_place": [place], "year": ["2026"], "state": live}
        assert len(search(counted, "", filters).ids) == report.inward[place].count, place
    for field, total in report.splits["registered"].fields.items():
        found = search(counted, "", {"field": [field], "year": ["2026"], "state": live})
        assert len(found.ids) == total.count, field
    assert len(search(counted, "", {"kind": ["CON"], "year": ["2026"], "state": live}).ids) == 3


def test_notes_say_only_what_is_so(counted: Office, office: Office) -> None:
    said = "\n".join(words for _level, words in notes(year(counted), "registered"))
    assert "其中待回执 1 项 0.40 万元" in said
    assert "已注销 1 份、已撤销 1 份不在合计内" in said
    assert "1 份成交额未定" in said
    assert "2 份的买卖双方都不在本县" in said
    assert "吸纳仅本地登记，不完整" in "".join(w for _l, w in notes(year(counted), "inward"))
    assert "不知所在地的 1 份、上年同期 0 份不在输出内" in "".join(
        w for _l, w in notes(year(counted), "outward")
    )
    assert notes(year(counted, 2020), "registered") == []


def test_a_gap_of_rounding_is_told_only_when_there_is_one(office: Office) -> None:
    contract(office, "2026-01-01", "50.00", kind="DEV")
    assert not any("四舍五入" in words for _level, words in notes(year(office), "registered"))
    contract(office, "2026-01-02", "50.00", kind="SVC")
    (gap,) = [words for _level, words in notes(year(office), "registered") if "四舍五入" in words]
    assert "五类成交额 0.01" in gap, "0.01 + 0.01 beside a total of 0.01"


def targets(**more: Any) -> SetTargets:
    values: dict[str, Any] = {
        "actor": HEAD.name,
        "year": 2026,
        "count": 20,
        "contract": Decimal("10000000.00"),
        "technology": None,
    }
    return SetTargets(**(values | more))


def test_the_head_sets_targets_once_and_the_log_keeps_both_values(counted: Office) -> None:
    head = counted.as_person(HEAD)
    assert targets_of(counted, 2026) is None
    cmd = targets()
    set_targets(head, cmd)
    set_targets(head, cmd)
    kept = targets_of(counted, 2026)
    assert kept is not None
    assert (kept.count, kept.contract, kept.technology) == (20, Decimal("10000000.00"), None)
    with counted.look() as uow:
        acts = list(uow.session.scalars(select(Action).where(Action.verb == "targets")))
    assert len(acts) == 1, "the same request is one act"
    assert '"contract":"10000000.00"' in acts[0].detail.replace(" ", "")
    set_targets(head, targets(count=None, contract=None))
    assert targets_of(counted, 2026) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"count": 0},
        {"contract": Decimal("-1")},
        {"contract": Decimal("0.001")},
        {"technology": Decimal("10000000.01")},
        {"year": 20266},
        {"basis": "sideways"},
    ],
)
def test_a_target_that_cannot_be_is_refused(counted: Office, wrong: dict[str, Any]) -> None:
    with pytest.raises(RefusedError):
        set_targets(counted.as_person(HEAD), targets(**wrong))
    assert targets_of(counted, 2026) is None


def test_only_the_head_sets_targets(counted: Office) -> None:
    with pytest.raises(RefusedError, match="负责人"):
        set_targets(counted, targets(actor=CLERK.name))


def test_behind_the_time_is_said_in_points_and_money(counted: Office) -> None:
    set_targets(counted.as_person(HEAD), targets(contract=Decimal("11000000.00")))
    report = year(counted)
    progress = report.progress("contract", "registered")
    assert progress is not None
    assert progress.is_behind, "82.95 % after 324 of 365 days"
    assert ("doubt", "成交额比时间进度低 5.8 个百分点，差约 64 万元") in notes(report, "registered")
    assert report.progress("technology", "registered") is None
    assert report.progress("contract", "outward") is None, "the target is about 登记"
    assert statistics_report(counted, "quarter", 2026).progress("contract", "registered") is None


def test_the_paper_has_every_table_and_the_workbook_exact_yuan(counted: Office, tmp_path: Path) -> None:
    set_targets(counted.as_person(HEAD), targets())
    report = year(counted)
    made = print_statistics(counted, report, "registered", tmp_path / "s.pdf")
    words = "".join(pdf_text(made.read_bytes()).split())
    for part in (
        "澄河县技术合同登记处",
        "2026-01-01至2026-11-20（本期未满）",
        "912.46",
        "月均目标83.33",
        "五、输出与吸纳流向",
        "仅本地登记，不完整",
        "第1页共2页",
    ):
        assert part in words, part
    assert "减免税" not in words
    assert page_count(made.read_bytes()) == 2
    again = print_statistics(counted, report, "registered", tmp_path / "t.pdf")
    assert made.read_bytes() == again.read_bytes()
    book = load_workbook(export_statistics(counted, report, "registered", tmp_path / "s.xlsx"))
    assert book.sheetnames == ["总量", "各月", "五类合同", "技术领域", "流向", "口径"]
    sheet = book["五类合同"]
    last = [cell.value for cell in list(sheet.rows)[-1]]
    assert last[:3] == ["合计", 11, 9124560.16]
    assert sheet.freeze_panes == "B2"
    assert sheet.print_title_rows == "$1:$1"
    footer = sheet.oddFooter
    assert footer is not None
    assert "五类合同" in str(footer.left.text)
    name = statistics_name(counted, report, "registered", ".xlsx")
    assert name == "澄河县技术合同登记处_统计_20260101-20261120_11份.xlsx"


def test_a_stopped_export_leaves_no_file(counted: Office, tmp_path: Path) -> None:
    def stop(done: int, _total: int, _words: str) -> None:
        if done == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        export_statistics(counted, year(counted), "registered", tmp_path / "s.xlsx", stop)
    assert list(tmp_path.glob("*.xlsx*")) == []


def test_an_empty_year_prints_dashes_and_zeros(office: Office, tmp_path: Path) -> None:
    words = "".join(
        pdf_text(print_statistics(office, year(office), "inward", tmp_path / "e.pdf").read_bytes()).split()
    )
    assert "吸纳：买方在澄河县（仅本地登记，不完整）" in words
    assert "—" in words


def test_the_flow_of_any_two_days_goes_over_the_new_year(counted: Office) -> None:
    report = flow_report(counted, date(2025, 11, 21), date(2026, 2, 3))
    assert report.splits["registered"].now.count == 3
    assert {place: total.count for place, total in report.outward.items() if total.count} == {
        "home": 2,
        "province": 1,
    }
    assert money(report.outward.values()) == Decimal("1210000.00")
    with pytest.raises(RefusedError):
        flow_report(counted, date(2026, 2, 3), date(2026, 2, 2))


def test_a_unit_that_is_none_is_refused(office: Office) -> None:
    with pytest.raises(RefusedError):
        statistics_report(office, "week", 2026)


def test_a_contract_registered_at_the_desk_is_counted(way: Way) -> None:
    way.registered()
    split = year(way.office).splits["outward"]
    assert (split.now.count, split.now.contract) == (1, Decimal("1280000.00"))


def test_a_random_year_is_what_a_plain_recount_gives(office: Office) -> None:
    """Every figure again by a loop over the rows, with parties, states, kinds and days drawn by dice."""
    dice = Random(20261122)
    places = {
        ("CHN", HOME): "home",
        ("CHN", COUSIN): "province",
        ("CHN", AWAY): "elsewhere",
        ("CHN", "820000"): "abroad",
        ("DEU", None): "abroad",
        (None, None): "unknown",
    }
    rows = []
    for _n in range(120):
        day = date(2024, 12, 25) + timedelta(days=dice.randrange(696))
        amount = Decimal(dice.randrange(1, 10**9)) / 100
        seller, buyer = dice.choice(list(places)), dice.choice(list(places))
        state = dice.choice(("REGISTERED", "CHANGED", "CANCELLED", "REVOKED", "REGISTERED", "REGISTERED"))
        kind = dice.choice(("DEV", "TRF", "LIC", "CON", "SVC"))
        contract(office, day.isoformat(), f"{amount:.2f}", seller=seller, buyer=buyer, state=state, kind=kind)
        rows.append((day, amount, places[seller], places[buyer], state, kind))
    report = year(office)
    span, before = report.span, report.span.year_before()
    of: dict[str, Callable[[str, str], bool]] = {
        "registered": lambda _s, _b: True,
        "outward": lambda s, _b: s == "home",
        "inward": lambda _s, b: b == "home",
    }
    for basis, fits in of.items():
        mine = [row for row in rows if fits(row[2], row[3])]
        live = [row for row in mine if row[4] in ("REGISTERED", "CHANGED")]
        now = [row for row in live if span.first <= row[0] <= span.last]
        split = report.splits[basis]
        assert (split.now.count, split.now.contract) == (len(now), sum(row[1] for row in now)), basis
        earlier = [row[1] for row in live if before.first <= row[0] <= before.last]
        assert (split.before.count, split.before.contract) == (len(earlier), sum(earlier)), basis
        for kind, total in split.kinds.items():
            assert total.contract == sum(row[1] for row in now if row[5] == kind), (basis, kind)
        for month, total in split.months_before.items():
            of_month = [row[1] for row in live if (row[0].year, row[0].month) == (2025, month)]
            assert (total.count, total.contract) == (len(of_month), sum(of_month)), (basis, month)
        gone = [row for row in mine if span.first <= row[0] <= span.last]
        assert split.cancelled.count == sum(row[4] == "CANCELLED" for row in gone), basis
        assert split.revoked.count == sum(row[4] == "REVOKED" for row in gone), basis
    live = [row for row in rows if row[4] in ("REGISTERED", "CHANGED") and span.first <= row[0] <= span.last]
    for place in PLACES:
        out = [row[1] for row in live if row[2] == "home" and row[3] == place]
        into = [row[1] for row in live if row[3] == "home" and row[2] == place]
        assert (report.outward[place].count, report.outward[place].contract) == (len(out), sum(out))
        assert (report.inward[place].count, report.inward[place].contract) == (len(into), sum(into))
