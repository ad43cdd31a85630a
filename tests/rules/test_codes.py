from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest

from desktop.errors import MachineError
from desktop.resources import resource
from desktop.rules.codes import CodeTables, read_entries
from desktop.rules.facts import FIXED_CODES


@pytest.fixture(scope="module")
def tables() -> CodeTables:
    return CodeTables(resource("codes"), tuple(read_entries(resource("sample", "regions.csv"))))


TABLES = sorted(p.stem for p in resource("codes").glob("*.csv") if p.stem != "aliases")


@pytest.mark.parametrize("table", TABLES)
def test_every_table_loads_with_unique_codes_names_and_initials(tables: CodeTables, table: str) -> None:
    entries = tables.entries(table)
    assert entries
    assert len({e.code for e in entries}) == len(entries)
    assert all(
        e.name and e.initials and all(i.isalnum() and i.islower() for i in e.initials) for e in entries
    )
    known = {e.code for e in entries}
    if table not in {"regions_retired", "regions_statistical_zones"}:
        assert {e.parent for e in entries if e.parent} <= known


def test_fixed_tables_are_served_like_the_others(tables: CodeTables) -> None:
    for table, rows in FIXED_CODES.items():
        assert {e.code: e.name for e in tables.entries(table)} == rows


def test_every_alias_leads_to_a_code_that_exists(tables: CodeTables) -> None:
    lines = (resource("codes") / "aliases.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert len(lines) > 80
    for line in lines:
        table, alias, code = line.split(",")
        assert tables.is_known(table, code), line
        assert tables.find(table, alias) == code, line


@pytest.mark.parametrize(
    ("table", "text", "code"),
    [
        ("regions", "990321", "990321"),
        ("regions", "澄河县", "990321"),
        ("regions", "990321 澄河县", "990321"),
        ("regions", "澄河县 990321", None),
        ("regions", "990321 岚州市", None),
        ("regions", "９９０３２１", "990321"),
        ("regions", "云岭省岚州市澄河县", "990321"),
        ("regions", "岚州市澄河县", "990321"),
        ("regions", "鼓楼区", None),
        ("regions", "南京市鼓楼区", "320106"),
        ("regions", "福建省福州市鼓楼区", "350102"),
        ("regions", "安徽省福州市鼓楼区", None),
        ("regions", "北京市海淀区", "110108"),
        ("regions", "下城区", "330103"),
        ("regions", "老渡县", "990324"),
        ("regions", "", None),
        ("regions", "不存在的地方", None),
        ("countries_iso", "142", "CHN"),
        ("countries_iso", "142 中国", "CHN"),
        ("countries_iso", "CHN 中国", "CHN"),
        ("countries_iso", "中国", "CHN"),
        ("countries_iso", "cn", "CHN"),
        ("countries_iso", "502", "USA"),
        ("countries_iso", "中国香港", "HKG"),
        ("countries_iso", "香港", "HKG"),
        ("countries_iso", "116", "JPN"),
        ("contract_kinds", "DEV-1", "DEV-1"),
        ("contract_kinds", "dev-1 委托开发合同", "DEV-1"),
        ("contract_kinds", "委托开发", "DEV-1"),
        ("contract_kinds", "DEV-1委托开发", "DEV-1"),
        ("contract_kinds", "DEV-2 委托开发合同", None),
        ("contract_kinds", "科技成果转化合同（参照技术开发）", "DEV-3"),
        ("party_types", "150 有限责任公司", "150"),
        ("party_types", "高等院校", "022"),
        ("plan_sources", "/", "9"),
        ("plan_sources", "计划外", "9"),
        ("tech_fields", "03 先进制造技术", "03"),
        ("id_types", "统一社会信用代码", "credit_code"),
        ("party_roles", "卖方", "seller"),
        ("currencies", "USD美元", "USD"),
    ],
)
def test_find_reads_what_people_write_and_never_guesses(
    tables: CodeTables, table: str, text: str, code: str | None
) -> None:
    assert tables.find(table, text) == code


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("cq", "500000"),
        ("cs", "430100"),
        ("xm", "350200"),
        ("ch", "990321"),
        ("厦", "350200"),
        ("5001", "500101"),
    ],
)
def test_places_are_found_by_their_everyday_reading(tables: CodeTables, typed: str, code: str) -> None:
    assert code in {m.entry.code for m in tables.search("regions", typed, 12)}


def test_accounting_and_bank_would_be_read_right_wherever_they_stand() -> None:
    import sys

    sys.path.insert(0, str(resource("codes")))
    try:
        from make_initials import initials_of
    finally:
        sys.path.pop(0)
    assert initials_of("会计") == "kj"
    assert initials_of("重庆长沙厦门") == "cqcsxm"
    assert initials_of("生物、医药(新)") == "swyyx"


def test_rare_readings_find_nothing(tables: CodeTables) -> None:
    xu = tables.search("regions", "许昌市", 1)[0].entry
    assert xu.initials == ("xcs", "xc")
    assert "411000" not in {m.entry.code for m in tables.search("regions", "hc", 300)}


def test_search_puts_exact_before_prefix_before_contains(tables: CodeTables) -> None:
    hits = tables.search("party_types", "yx", 20)
    assert (hits[0].entry.code, hits[0].kind) == ("150", "prefix")
    assert {"160", "240", "340"} <= {m.entry.code for m in hits if m.kind == "contains"}
    assert all("yx" in m.initials for m in hits)
    first = hits[0]
    assert (first.place, first.initials, first.start, first.length) == ("initials", "yxzrgs", 0, 2)
    assert first.entry.name[first.name_start : first.name_start + first.name_length] == "有限"
    assert tables.search("party_types", "150", 1)[0].kind == "exact"
    assert tables.search("regions", "cq", 3)[0].entry.code == "500000"


def test_a_hit_after_a_comma_in_the_name_is_underlined_at_the_right_place(tables: CodeTables) -> None:
    hit = next(m for m in tables.search("tech_fields", "yl", 20) if m.entry.code == "04")
    assert hit.entry.name[hit.name_start : hit.name_start + hit.name_length] == "医疗"


def test_the_most_used_come_first_among_equals(tables: CodeTables) -> None:
    assert [m.entry.code for m in tables.search("tech_fields", "", 3)] == ["01", "02", "03"]
    assert [m.entry.code for m in tables.search("tech_fields", "", 3, prefer=["09", "03"])] == [
        "09",
        "03",
        "01",
    ]


def test_several_words_look_into_the_higher_levels(tables: CodeTables) -> None:
    assert tables.search("regions", "江苏 glq")[0].entry.code == "320106"
    assert tables.search("regions", "fj 鼓楼")[0].entry.code == "350102"
    assert tables.search("regions", "云岭 天河") == ()


def test_retired_codes_can_be_read_but_are_not_offered(tables: CodeTables) -> None:
    assert tables.search("regions", "990324") == ()
    hit = tables.search("regions", "990324", retired=True)[0].entry
    assert hit.is_retired
    assert hit.successor == ("990303",)
    assert tables.name("regions", "990324") == "老渡县"
    assert tables.is_known("regions", "990324")
    assert tables.is_known("regions", "990324", date(2026, 6, 30))
    assert not tables.is_known("regions", "990324", date(2026, 7, 1))
    sub = tables.get("regions", "330103")
    assert sub is not None
    assert (sub.is_retired, sub.successor) == (True, ("330105", "330102"))


def test_statistical_zones_are_accepted_but_not_offered(tables: CodeTables) -> None:
    assert tables.is_known("regions", "130171")
    assert tables.search("regions", "石家庄高新") == ()
    assert tables.search("regions", "石家庄高新", retired=True)[0].entry.code == "130171"


def test_the_countrys_own_list_wins_over_an_old_row_of_the_same_code(tables: CodeTables) -> None:
    for entry in tables.entries("regions"):
        if entry.is_offered:
            assert tables.get("regions", entry.code) is entry


def test_unknown_codes_and_tables(tables: CodeTables) -> None:
    assert not tables.is_known("regions", "999999")
    assert not tables.is_known("regions", None)
    assert tables.name("regions", "999999") == "999999"
    assert tables.name("regions", None) == ""
    assert tables.path("regions", "999999") == ()
    assert [e.name for e in tables.path("regions", "990321")] == ["云岭省", "岚州市", "澄河县"]
    with pytest.raises(KeyError):
        tables.entries("no_such_table")


def test_customs_codes_are_shown_for_the_countries_that_have_one(tables: CodeTables) -> None:
    china = tables.get("countries_iso", "CHN")
    assert china is not None
    assert china.extra["customs"] == "142"
    customs = [e.extra["customs"] for e in tables.entries("countries_iso") if "customs" in e.extra]
    assert len(customs) == len(set(customs)) > 200


def test_a_damaged_table_is_named(tmp_path: Path) -> None:
    (tmp_path / "aliases.csv").write_text("table,alias,code\n", encoding="utf-8")
    (tmp_path / "odd.csv").write_text("code,name,parent,valid_until\n1,甲,,31.12.2026\n", encoding="utf-8")
    (tmp_path / "gbk.csv").write_bytes("code,name,parent\n1,甲,\n".encode("gbk"))
    damaged = CodeTables(tmp_path)
    with pytest.raises(MachineError, match=r"odd\.csv 第 2 行"):
        damaged.entries("odd")
    with pytest.raises(MachineError, match=r"gbk\.csv"):
        damaged.entries("gbk")


def test_a_keystroke_in_the_regions_takes_less_than_thirty_milliseconds(tables: CodeTables) -> None:
    tables.search("regions", "a")
    times = []
    for typed in ("q", "qh", "qhx", "湖", "33", "江苏 g"):
        before = time.perf_counter()
        tables.search("regions", typed)
        times.append(time.perf_counter() - before)
    assert sorted(times)[len(times) // 2] < 0.03
