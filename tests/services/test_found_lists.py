"""Searching with amounts and days, sorting, kept queries, exporting what was found."""

from __future__ import annotations

import gc
import warnings
from array import array
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import update

from desktop.errors import RefusedError
from desktop.jobs import Cancelled
from desktop.models import Contract
from desktop.rules.facts import AmountLine
from desktop.services import commands as c
from desktop.services.export_list import LINES_AT_MOST, export_list, list_name
from desktop.services.look import search
from desktop.services.saved_queries import drop_query, keep_query, saved_queries
from desktop.services.take_in import delete_draft
from desktop.store.found import span_of
from tests.conftest import CLERK, REVIEWER, Way


def of(way: Way, amount: str, **more: Any) -> int:
    lines = (AmountLine("研究开发报酬", "technology", Decimal(amount), "7.1"),)
    return way.draft(
        contract_amount=Decimal(amount), technology_amount=Decimal(amount), amount_lines=lines, **more
    )


def found(way: Way, text: str, **filters: list[str]) -> list[int]:
    return list(search(way.office, text, filters).ids)


def test_amounts_narrow_a_search_to_the_fen(way: Way) -> None:
    small, middle, large = (of(way, amount) for amount in ("499999.99", "500000.00", "2000000.00"))
    assert found(way, ">50万") == [large]
    assert found(way, ">=50万") == [large, middle]
    assert found(way, "50-200万") == [large, middle]
    assert found(way, "<50万") == [small]
    assert found(way, "采摘 50万以下") == [middle, small]
    assert found(way, "没有的字 >1万") == []
    assert found(way, "", amount=["500000.00..1999999.99"]) == [middle]
    assert found(way, "", amount=["..499999.99", "2000000.00.."]) == [large, small], "one of them"
    assert search(way.office, ">50万 采摘").understood == "成交额 500,000.01 元以上"


def test_days_narrow_by_the_day_that_the_list_shows(way: Way) -> None:
    registered = way.registered()
    accepted = way.accepted(title="茶园滴灌控制器研制")
    draft = way.draft(title="茶园除草机械臂研制", signed_on=date(2026, 9, 30))
    assert found(way, "2026-11-20") == [accepted, registered]
    assert found(way, "登记2026-11") == [registered]
    assert found(way, "受理2026-11") == [accepted, registered]
    assert found(way, "2026-11-21..") == []
    assert found(way, "签订..2026-09-30") == [draft]
    assert found(way, "签订2026-10-01..2026-10-26 滴灌") == [accepted]
    assert found(way, "", signed_on=["2026-10-26..2026-10-26"], state=["REGISTERED"]) == [registered]


def test_what_was_deleted_is_not_found_by_its_amount(way: Way) -> None:
    from desktop.services.take_in import delete_draft

    key = of(way, "880000.00")
    delete_draft(way.office, c.DeleteDraft(actor=CLERK.name, contract_id=key))
    assert found(way, "88万-88万") == []


def test_an_impossible_day_is_said_not_searched(way: Way) -> None:
    with pytest.raises(RefusedError, match="没有 2026-02-30 这一天"):
        search(way.office, "2026-02-30")
    with pytest.raises(RefusedError, match="读不懂"):
        search(way.office, "", {"amount": ["much"]})


def test_a_list_is_sorted_by_a_column_what_is_empty_last(way: Way) -> None:
    a, b, d = of(way, "300000.00"), of(way, "100000.00"), way.draft(contract_amount=None)
    assert found(way, "", sort=["amount", "up"]) == [b, a, d]
    assert found(way, "", sort=["amount", "down"]) == [a, b, d]
    assert found(way, "采摘", sort=["title", "up"]) == [d, b, a], "equal ones newest first"


def test_too_many_contracts_stay_newest_first_and_the_result_says_so(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = of(way, "100000.00"), of(way, "300000.00")
    by_amount = {"sort": ["amount", "up"]}
    assert search(way.office, "", by_amount).order == ("amount", "up")
    monkeypatch.setattr("desktop.services.look.SORTED_AT_MOST", 1)
    found = search(way.office, "", by_amount)
    assert (list(found.ids), found.order) == ([b, a], None)


def keep(way: Way, name: str, **more: Any) -> Any:
    return keep_query(way.office, c.KeepQuery(actor=CLERK.name, name=name, **more))


def test_a_kept_query_comes_back_for_its_person_only(way: Way) -> None:
    keep(way, "待发证", filters={"state": ("REGISTERED", "CHANGED")})
    keep(way, "启衡大额", text="启衡 >50万")
    assert [one.name for one in saved_queries(way.office)] == ["待发证", "启衡大额"]
    assert saved_queries(way.office)[0].filters == {"state": ("REGISTERED", "CHANGED")}
    assert saved_queries(way.office.as_person(REVIEWER)) == ()


def test_a_kept_query_is_changed_renamed_and_dropped(way: Way) -> None:
    keep(way, "待发证", filters={"state": ("REGISTERED",)})
    keep(way, "大额", text=">50万")
    keep(way, "大额", text=">100万")
    keep(way, "等着打证", filters={"state": ("REGISTERED",)}, old_name="待发证")
    assert [(one.name, one.text) for one in saved_queries(way.office)] == [
        ("等着打证", ""),
        ("大额", ">100万"),
    ]
    with pytest.raises(RefusedError, match="已经有一个"):
        keep(way, "大额", text="采摘", old_name="等着打证")
    left = drop_query(way.office, c.DropQuery(actor=CLERK.name, name="等着打证"))
    assert [one.name for one in left] == ["大额"]


def test_a_tenth_query_a_nameless_one_and_an_empty_one_are_refused(way: Way) -> None:
    for number in range(9):
        keep(way, f"第{number}个", text="采摘")
    with pytest.raises(RefusedError, match="已有 9 个"):
        keep(way, "又一个", text="采摘")
    with pytest.raises(RefusedError, match="起个名字"):
        keep(way, "  ", text="采摘")
    with pytest.raises(RefusedError, match="没有任何条件"):
        keep(way, "空的")
    with pytest.raises(RefusedError, match="这一天"):
        keep(way, "第1个", text="2026-02-30")


def test_the_exported_list_has_types_a_frozen_head_and_its_sums(way: Way, tmp_path: Path) -> None:
    person = replace(
        way.facts.sellers[0], name="秦望舒", id_type="resident_id", id_number="11010519491231002X"
    )
    first = way.registered()
    second = of(way, "300000.00", parties=(way.facts.parties[0], person), is_secret=True, summary=None)
    ids = [second, first]
    name = list_name(way.office, ids, "启衡 今年/全部")
    assert name == "澄河县技术合同登记处_启衡今年全部_20261120_2份.xlsx"
    told: list[tuple[int, int]] = []
    path, count = export_list(
        way.office, ids, tmp_path / name, lambda done, total, _words: told.append((done, total))
    )
    assert (count, told[-1]) == (2, (2, 2))
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    head = [cell.value for cell in sheet[1]]
    cells = {title: [sheet.cell(row, at + 1).value for row in (2, 3)] for at, title in enumerate(head)}
    assert cells["项目名称"][0] == "（涉密合同，仅登要素）"
    assert cells["卖方证件号码"] == ["110***********002X", way.facts.sellers[0].id_number]
    assert cells["合同成交额（元）"] == [300000, 1280000]
    assert cells["登记编号"][1] == "2026990321000247"
    assert cells["登记日期"][1].date() == date(2026, 11, 20)
    assert sheet.freeze_panes == "A2"
    assert sheet.print_title_rows == "$1:$1"
    assert "共 2 份　合计 1,580,000.00 元" in str(sheet.oddFooter.center.text)
    foot = [cell.value for cell in sheet[sheet.max_row]]
    assert str(foot[0]).startswith("共 2 份")
    assert 1580000 in foot
    cell = sheet.cell(3, head.index("登记编号") + 1)
    assert cell.data_type == "s", "a number of sixteen digits stays text"


def test_a_stopped_export_leaves_nothing_behind(way: Way, tmp_path: Path) -> None:
    ids = [of(way, "300000.00")]

    def stop(_done: int, _total: int, _words: str) -> None:
        raise Cancelled

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with pytest.raises(Cancelled):
            export_list(way.office, ids, tmp_path / "l.xlsx", stop)
        gc.collect()
    assert [str(one.message) for one in told if one.category is ResourceWarning] == []
    assert not list(tmp_path.glob("*.xlsx*"))
    with pytest.raises(RefusedError, match="没有可导出"):
        export_list(way.office, [], tmp_path / "l.xlsx")


def test_an_export_is_stopped_before_its_file_is_whole_or_not_at_all(way: Way, tmp_path: Path) -> None:
    """Stopped at the last word, the file stood there and the page said that none was left."""
    ids, path = [of(way, "300000.00")], tmp_path / "l.xlsx"

    def stop_at_the_end(done: int, total: int, _words: str) -> None:
        assert not path.exists()
        if done == total:
            raise Cancelled

    with pytest.raises(Cancelled):
        export_list(way.office, ids, path, stop_at_the_end)
    assert not list(tmp_path.glob("*.xlsx*"))


def test_more_contracts_than_a_sheet_has_lines_are_refused_not_lost(way: Way, tmp_path: Path) -> None:
    ids = array("q", range(1, LINES_AT_MOST + 2))
    with pytest.raises(RefusedError, match="1,048,574") as refused:
        export_list(way.office, ids, tmp_path / "l.xlsx")
    assert "分几次" in (refused.value.hint or "")
    with pytest.raises(RefusedError, match="1,048,575"):
        list_name(way.office, ids)
    assert not list(tmp_path.glob("*.xlsx*"))


def test_the_days_of_many_contracts_are_those_of_each(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many the index is gone along from its ends; of few every day is read."""
    early = of(way, "100000.00", title="最早收的一份")
    with way.office.engine.begin() as conn:
        conn.execute(update(Contract).where(Contract.id == early).values(accepted_on=date(2025, 3, 4)))
    registered, binned = way.registered(), of(way, "200000.00", title="弃用的一份")
    delete_draft(way.office, c.DeleteDraft(actor=CLERK.name, contract_id=binned))
    lists: tuple[list[int], ...] = ([early, registered, binned], [registered, 77_777], [early], [binned], [])
    with way.office.look() as uow:
        few = [span_of(uow.session, ids) for ids in lists]
    monkeypatch.setattr("desktop.store.found.FEW", -1)
    with way.office.look() as uow:
        many = [span_of(uow.session, ids) for ids in lists]
    assert many == few
    assert few[0] == (date(2025, 3, 4), date(2026, 11, 20))
    assert few[1] == (date(2026, 11, 20), date(2026, 11, 20))
    assert few[3] == (None, None)
