from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from desktop.errors import ProblemsFound, RefusedError
from desktop.resources import resource
from desktop.rules.book import CONFIDENCES, GROUPS, NO_RULE, Book, load_book

HEAD = """
[book]
rule_set = "X2026"
version = "3"
title = "试验规则"
valid = { from = 2026-03-01 }
"""
GOOD = """
[[rule]]
code = "R-DEV-01"
group = "DEV"
question = "有目标吗？"
short = "有目标"
asks = "is_written"
manual = true
kinds = ["DEV"]
outcome = { yes = "PASS", no = ["RETURN", "REFUSE"] }
refusal_ground = "G01"
defect = { found = "没有目标", supply = "请写明目标" }
evidence = ["E-SUBJ"]
valid = { from = 2026-03-01 }
decided_by = "accepted_on"
source = { instrument = "民法典", article = "第八百五十一条", gist = "就新技术研究开发" }
confidence = "verified"
last_checked = 2026-11-21
"""
LIMIT = """
[[parameter]]
name = "limit"
value = "5000000"
valid = { from = 2026-01-01, until = 2028-01-01 }
source = [{ instrument = "公告", article = "第一条", gist = "限额" }]
confidence = "draft"
last_checked = 2026-11-21
"""


@pytest.fixture(scope="module")
def shipped() -> Book:
    return load_book(resource("law"))


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def files(**texts: str) -> Path:
        for name, text in texts.items():
            (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
        return tmp_path

    return files


def test_a_row_is_read_with_its_source_and_dates(write: Callable[..., Path]) -> None:
    book = load_book(write(a=HEAD + GOOD))
    row = book.rule("R-DEV-01", date(2026, 3, 1))
    assert row is not None
    assert (row.rule_set, row.group, row.asks, row.kinds) == ("X2026", "DEV", "is_written", ("DEV",))
    assert row.outcomes["no"] == ("RETURN", "REFUSE")
    assert row.sources[0].printable == "民法典第八百五十一条"
    assert row.sources[0].last_checked == date(2026, 11, 21)
    assert book.rule("R-DEV-01", date(2026, 2, 28)) is None
    assert book.version.startswith("X2026.3+")
    assert book.version_of("X2026") == book.version
    assert len(book.digest) == 64


@pytest.mark.parametrize(
    ("old", "new", "reason", "remedy"),
    [
        ('short = "有目标"', 'shrt = "有目标"', "没有这一项", "short"),
        ('short = "有目标"\n', "", "没有写", "short"),
        ('asks = "is_written"', 'asks = "is_writen"', "没有这个判断", "questions.py"),
        ("manual = true\nkinds", 'manual = true\nwhen = "is_mixt"\nkinds', "没有这个判断", "questions.py"),
        ('asks = "is_written"\nmanual = true\n', "", "没有写由谁回答", "manual"),
        ('confidence = "verified"', 'confidence = "sure"', "把握程度不认识", "draft"),
        ("last_checked = 2026-11-21", 'last_checked = "昨天"', "不是日期", "2026-03-01"),
        ("from = 2026-03-01 }\ndecided", "from = 2026-02-01 }\ndecided", "超出本规则集", "2026-03-01"),
        (
            "from = 2026-03-01 }\ndecided",
            "from = 2026-05-01, until = 2026-05-01 }\ndecided",
            "终止日不晚于起始日",
            "第一天",
        ),
        ("from = 2026-03-01 }\ndecided", 'from = "2026-03-01" }\ndecided', "不是日期", "引号"),
        ('no = ["RETURN", "REFUSE"]', 'no = "RETRUN"', "没有这个结果词", "RETURN"),
        ('no = ["RETURN", "REFUSE"]', 'no = ["REFUSE", "RETURN"]', "先写了不予登记", "写在 REFUSE 前面"),
        ('no = ["RETURN", "REFUSE"]', 'nope = "RETURN"', "没有这一项", "data_no"),
        ('no = ["RETURN", "REFUSE"]', 'no = "RECLASS→ABC"', "没有这个结果词", "可用"),
        ('refusal_ground = "G01"\n', "", "结果有不予登记却没有写情形", "refusal_ground"),
        ('"G01"', '"no. 1"', "写法不对", "G05"),
        ('defect = { found = "没有目标", supply = "请写明目标" }\n', "", "结果有补正却没有写要求", "defect"),
        ('group = "DEV"', 'group = "DVE"', "没有这一组", "DEV"),
        ('kinds = ["DEV"]', 'kinds = ["DVE"]', "没有这个代码", "DEV"),
        ('"E-SUBJ"', '"E-NONE"', "没有这个代码", "E-TITLE"),
        ('code = "R-DEV-01"', 'code = "DEV 1"', "编号写法不对", "R-DEV-02"),
        ('decided_by = "accepted_on"', 'decided_by = "受理日"', "不是日期栏目", "accepted_on"),
        ('gist = "就新技术研究开发"', 'gist = ""', "没有写或不是文字", "gist"),
        (
            'source = { instrument = "民法典", article = "第八百五十一条", gist = "就新技术研究开发" }\n',
            "",
            "没有写出处",
            "至少写一条",
        ),
    ],
)
def test_a_wrong_row_is_refused_with_file_row_code_and_remedy(
    write: Callable[..., Path], old: str, new: str, reason: str, remedy: str
) -> None:
    assert old in GOOD
    second = GOOD.replace("R-DEV-01", "R-DEV-02")
    with pytest.raises(ProblemsFound) as caught:
        load_book(write(law=HEAD + second + GOOD.replace(old, new)))
    problem = next(p for p in caught.value.problems if reason in p.reason)
    assert problem.place.startswith("law.toml 第 2 条规则（第 ")
    assert remedy in problem.remedy
    assert problem.row == (HEAD + second).count("\n") + 2
    if "DEV 1" not in new:
        assert problem.code == "R-DEV-01"


def test_all_wrong_rows_are_told_at_once(write: Callable[..., Path]) -> None:
    one = GOOD.replace('short = "有目标"', 'short = ""')
    with pytest.raises(ProblemsFound) as caught:
        load_book(write(a=HEAD + one + one.replace("R-DEV-01", "R-DEV-02"), b="[[rule]]\n"))
    places = {p.place.split("（")[0] for p in caught.value.problems}
    assert places >= {"a.toml 第 1 条规则", "a.toml 第 2 条规则", "b.toml 第 1 条规则"}


def test_two_rows_of_one_code_may_not_overlap(write: Callable[..., Path]) -> None:
    later = GOOD.replace("from = 2026-03-01 }\ndecided", "from = 2026-09-01 }\ndecided")
    with pytest.raises(ProblemsFound, match="重叠") as caught:
        load_book(write(a=HEAD + GOOD + later))
    assert caught.value.problems[0].code == "R-DEV-01"


def test_the_day_before_a_new_row_still_has_the_old_one_and_a_hole_is_named(
    write: Callable[..., Path],
) -> None:
    span = "from = 2026-03-01 }\ndecided"
    first = GOOD.replace(span, "from = 2026-03-01, until = 2026-09-01 }\ndecided")
    book = load_book(
        write(a=HEAD + first + GOOD.replace(span, "from = 2026-09-01 }\ndecided").replace("G01", "G02"))
    )
    grounds = [row.refusal_ground for row in book.history("R-DEV-01")]
    assert grounds == ["G01", "G02"]
    before, after = (book.rule("R-DEV-01", date(2026, 8, 31)), book.rule("R-DEV-01", date(2026, 9, 1)))
    assert before is not None
    assert after is not None
    assert (before.refusal_ground, after.refusal_ground) == ("G01", "G02")
    assert book.gaps == ()
    holed = load_book(write(a=HEAD + first + GOOD.replace(span, "from = 2026-10-01 }\ndecided")))
    assert holed.gaps == ("R-DEV-01：2026-09-01 至 2026-10-01 前没有规定",)
    assert holed.rules(date(2026, 9, 15), "X2026") == ()


def test_two_rule_sets_may_not_govern_the_same_day(write: Callable[..., Path]) -> None:
    other = HEAD.replace("X2026", "Y2027")
    with pytest.raises(ProblemsFound, match="两个规则集在时间上重叠"):
        load_book(write(a=HEAD + GOOD, b=other + GOOD))


@pytest.mark.parametrize(
    ("text", "place"),
    [("[[rule]]\ncode = R-1\n", "a.toml 第 2 行"), ('[[rule]]\ncode = "R-1', "a.toml")],
)
def test_a_file_that_cannot_be_parsed_is_named_with_its_line(
    write: Callable[..., Path], text: str, place: str
) -> None:
    with pytest.raises(ProblemsFound) as caught:
        load_book(write(a=text))
    assert caught.value.problems[0].place.startswith(place)
    assert "line" not in str(caught.value)


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes((HEAD + GOOD).encode("gbk"))
    with pytest.raises(ProblemsFound, match="UTF-8"):
        load_book(tmp_path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="没有规则"):
        load_book(tmp_path)


def test_other_files_of_the_folder_are_passed_over(write: Callable[..., Path]) -> None:
    book = load_book(write(a=HEAD + GOOD, days="[2026]\noff = []\n"))
    assert len(book.all_rows()) == 1


def test_an_overlay_replaces_the_file_of_the_same_name(tmp_path: Path) -> None:
    folder, pack = tmp_path / "law", tmp_path / "pack"
    folder.mkdir()
    pack.mkdir()
    (folder / "a.toml").write_text(HEAD + GOOD, encoding="utf-8")
    changed = (HEAD + GOOD).replace('version = "3"', 'version = "4"').replace("G01", "G09")
    (pack / "a.toml").write_text(changed, encoding="utf-8")
    plain, packed = load_book(folder), load_book(folder, overlay=pack)
    row = packed.rule("R-DEV-01", date(2027, 1, 1))
    assert row is not None
    assert row.refusal_ground == "G09"
    assert packed.digest != plain.digest
    assert packed.version.startswith("X2026.4+")


def test_parameters_keep_exact_values_and_end_on_their_day(write: Callable[..., Path]) -> None:
    third = LIMIT.replace('"limit"', '"share"').replace('"5000000"', '"2/3"')
    days = LIMIT.replace('"limit"', '"days"').replace('"5000000"', "15")
    listed = LIMIT.replace('"limit"', '"steps"').replace('"5000000"', '["0.5", 3, "text"]')
    book = load_book(write(p=LIMIT + third + days + listed))
    on = date(2027, 12, 31)
    assert book.parameter("limit", on) == Decimal(5000000)
    assert book.parameter("share", on) == Fraction(2, 3)
    assert book.parameter("days", on) == 15
    assert book.parameter("steps", on) == (Decimal("0.5"), 3, "text")
    assert book.parameter("limit", date(2028, 1, 1)) is NO_RULE
    assert not NO_RULE
    with pytest.raises(KeyError):
        book.parameter("limits", on)


def test_a_parameter_can_say_that_the_rule_ended(write: Callable[..., Path]) -> None:
    ended = LIMIT.replace('value = "5000000"', "none = true").replace(
        "from = 2026-01-01, until = 2028-01-01", "from = 2028-01-01"
    )
    book = load_book(write(p=LIMIT + ended))
    assert book.parameter("limit", date(2028, 1, 1)) is NO_RULE
    row = book.parameter_row("limit", date(2028, 1, 1))
    assert row is not None
    assert row.sources[0].instrument == "公告"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('value = "5000000"', "value = 0.03", "丢失精度"),
        ('value = "5000000"\n', "", "须写且只写一个"),
        ('value = "5000000"', 'value = "1"\nnone = true', "须写且只写一个"),
        ('name = "limit"', 'name = "限额"', "参数名写法不对"),
        ('name = "limit"', 'naem = "limit"', "没有这一项"),
    ],
)
def test_a_wrong_parameter_is_refused(write: Callable[..., Path], old: str, new: str, reason: str) -> None:
    with pytest.raises(ProblemsFound, match=reason):
        load_book(write(p=LIMIT.replace(old, new)))


def test_relief_rows_have_their_own_words_and_predicates(write: Callable[..., Path]) -> None:
    row = (
        GOOD.replace("R-DEV-01", "VAT-TECH.V1")
        .replace('group = "DEV"', 'group = "VAT-TECH"')
        .replace("is_written", "is_vat_free")
        .replace('no = ["RETURN", "REFUSE"]', 'no = "NEXT→VAT-CROSS"')
        .replace("accepted_on", "liability_on")
        + 'parameters = ["vat.rate"]\nmore = { party = "seller" }\n'
    )
    folder = write(relief=row)
    book = load_book(folder, predicates={"is_vat_free"})
    (made,) = book.rules(date(2026, 5, 1), "", "VAT-TECH") if book.rule_sets else book.all_rows()
    assert made.more["party"] == "seller"
    assert made.parameters == ("vat.rate",)
    with pytest.raises(ProblemsFound, match="没有这个判断"):
        load_book(folder, predicates={"other"})


def test_the_shipped_law_loads_fast_and_without_holes(shipped: Book) -> None:
    started = time.perf_counter()
    load_book(resource("law"))
    assert time.perf_counter() - started < 1.0
    assert not [gap for gap in shipped.gaps if gap.startswith("R-")]
    assert {s.name for s in shipped.rule_sets} == {"R2001", "M2026"}


@pytest.mark.parametrize(
    ("day", "rule_set"),
    [
        (date(2001, 7, 17), ""),
        (date(2001, 7, 18), "R2001"),
        (date(2026, 2, 28), "R2001"),
        (date(2026, 3, 1), "M2026"),
        (date(2030, 1, 1), "M2026"),
    ],
)
def test_the_day_picks_the_rule_set(shipped: Book, day: date, rule_set: str) -> None:
    assert shipped.rule_set_on(day) == rule_set


@pytest.mark.parametrize("border", [date(2001, 7, 18), date(2021, 1, 1), date(2026, 3, 1)])
def test_both_sides_of_every_border_have_one_row_of_each_code_at_most(shipped: Book, border: date) -> None:
    assert border in {r.valid_from for r in shipped.all_rows()}
    for day in (border - timedelta(days=1), border):
        name = shipped.rule_set_on(day)
        codes = [r.code for r in shipped.rules(day, name)] if name else []
        assert len(codes) == len(set(codes))
        for code in codes:
            row = shipped.rule(code, day, name)
            assert row is not None
            assert row.applies_on(day)


def test_written_form_of_development_rests_on_the_law_of_the_time(shipped: Book) -> None:
    def basis(day: date) -> str:
        row = shipped.rule("R-DEV-05", day)
        assert row is not None
        return row.sources[0].instrument

    assert basis(date(2020, 12, 31)).startswith("合同法")
    assert basis(date(2021, 1, 1)) == "民法典"
    assert basis(date(2026, 3, 1)) == "民法典"


@pytest.mark.parametrize(
    ("gone", "kept"), [("R-MIX-02", "R-MIX-01"), ("R-TRN-03", "R-TRN-02"), ("R-INT-03", "R-INT-04")]
)
def test_what_the_new_text_dropped_ends_on_the_last_day_of_the_old(
    shipped: Book, gone: str, kept: str
) -> None:
    last, first = date(2026, 2, 28), date(2026, 3, 1)
    assert shipped.rule(gone, last) is not None
    assert shipped.rule(gone, first) is None
    assert shipped.rule(kept, first) is not None
    assert shipped.rule("R-MIX-03", last) is None
    assert shipped.rule("R-MIX-03", first) is not None


def test_no_row_claims_to_be_better_known_than_its_best_source(shipped: Book) -> None:
    rank = {mark: i for i, mark in enumerate(CONFIDENCES)}
    for row in shipped.all_rows():
        assert rank[row.confidence] >= min(rank[s.confidence] for s in row.sources), row.place
        assert row.last_checked >= date(2026, 11, 21)


def test_in_the_rules_of_2026_only_civil_code_rows_are_verified(shipped: Book) -> None:
    rows = shipped.rules(date(2026, 11, 20), "M2026")
    for row in rows:
        laws = " ".join(s.instrument for s in row.sources if s.confidence == "verified")
        if row.confidence == "verified":
            assert "民法典" in laws or "司法解释" in laws or "最高人民法院" in laws, row.code
        if row.confidence == "draft":
            assert any(s.confidence == "draft" for s in row.sources), row.code
    marks = {row.code: row.confidence for row in rows}
    assert (marks["R-DEV-05"], marks["R-GATE-07"], marks["R-DEV-02"]) == ("verified", "draft", "memory")


def test_rows_marked_as_memory_in_2001_are_the_unconfirmed_articles(shipped: Book) -> None:
    marks = {r.code: r.confidence for r in shipped.rules(date(2025, 1, 1), "R2001")}
    assert {marks[c] for c in ("R-GATE-02", "R-GATE-12", "R-DEV-N6", "R-TRF-09", "R-INT-03")} == {"memory"}
    assert {marks[c] for c in ("R-DEV-01", "R-GATE-11", "R-CON-05", "R-SVC-04", "R-TRN-01")} == {"verified"}


def test_every_rule_of_the_field_is_there(shipped: Book) -> None:
    def codes(day: date) -> set[str]:
        return {r.code for r in shipped.rules(day, shipped.rule_set_on(day))}

    wanted = {f"R-GATE-{i:02}" for i in range(1, 25)}
    wanted |= {f"R-DEV-{i:02}" for i in range(1, 6)} | {f"R-DEV-N{i}" for i in range(1, 7)}
    wanted |= {f"R-TRF-{i:02}" for i in range(1, 12)} | {f"R-TRF-N{i}" for i in range(1, 5)} | {"R-LIC-01"}
    wanted |= {f"R-CON-{i:02}" for i in range(1, 6)} | {"R-CON-N1", "R-CON-N2"}
    wanted |= {f"R-SVC-{i:02}" for i in range(1, 7)} | {f"R-SVC-N{i}" for i in range(1, 5)}
    wanted |= {"R-TRN-01", "R-TRN-02", "R-TRN-N1", "R-TRN-N2", "R-INT-01", "R-INT-02", "R-INT-04"}
    wanted |= {f"R-AMT-{i:02}" for i in range(1, 7)} | {"R-MIX-01", "R-MIX-04", "R-MIX-05", "R-MIX-06"}
    wanted |= {f"R-DEV-P{i}" for i in range(1, 9)} | {f"R-CON-P{i}" for i in range(1, 10)}
    wanted |= {f"R-SVC-P{i}" for i in range(1, 12)}
    assert codes(date(2026, 2, 28)) - wanted == {"R-MIX-02", "R-TRN-03", "R-INT-03"}
    assert codes(date(2026, 3, 1)) - wanted == {"R-MIX-03"}
    assert wanted <= codes(date(2026, 2, 28)) & codes(date(2026, 3, 1))
    assert {r.group for r in shipped.rules(date(2026, 3, 1), "M2026")} == set(GROUPS)


def test_a_rule_set_can_be_tried_outside_its_days(shipped: Book) -> None:
    assert shipped.day_within("R2001", date(2026, 11, 20)) == date(2026, 2, 28)
    assert shipped.day_within("M2026", date(2010, 1, 1)) == date(2026, 3, 1)
    assert {r.rule_set for r in shipped.rules(date(2026, 11, 20), "R2001")} == {"R2001"}
    with pytest.raises(RefusedError, match="没有名为"):
        shipped.rules(date(2026, 1, 1), "R1990")


def test_two_days_are_compared_rule_by_rule(shipped: Book) -> None:
    found = {code: (a, b) for code, a, b in shipped.compare(date(2026, 2, 28), date(2026, 3, 1))}
    assert found["R-MIX-02"][1] is None
    assert found["R-MIX-03"][0] is None
    assert {"R-TRN-03", "R-INT-03", "R-TRF-05", "R-GATE-21", "R-INT-04"} <= found.keys()
    assert "R-DEV-02" not in found, "carried over: another source alone is no other rule"
    assert shipped.compare(date(2026, 4, 1), date(2026, 4, 1)) == ()


def test_parameters_that_an_older_pack_lacks_stay_as_shipped(tmp_path: Path) -> None:
    law, pack = tmp_path / "law", tmp_path / "pack"
    row = (
        '[[parameter]]\nname = "{}"\nvalue = "{}"\nvalid = {{ from = 2026-01-01 }}\n'
        'source = [{{ instrument = "甲", article = "", gist = "乙" }}]\n'
        'confidence = "verified"\nlast_checked = 2026-11-21\n'
    )
    for folder, text in ((law, row.format("old.rate", "1") + row.format("new.rate", "2")),
                         (pack, row.format("old.rate", "3"))):  # fmt: skip
        folder.mkdir()
        (folder / "parameters.toml").write_text(text, encoding="utf-8")
    book = load_book(law, overlay=pack)
    assert book.parameter("old.rate", date(2026, 5, 1)) == 3
    assert book.parameter("new.rate", date(2026, 5, 1)) == 2


def test_figures_that_begin_with_a_nought_are_a_code(tmp_path: Path) -> None:
    text = (
        '[[parameter]]\nname = "a.code"\nvalue = "0001021203"\nvalid = { from = 2026-01-01 }\n'
        'source = [{ instrument = "甲", article = "", gist = "乙" }]\n'
        'confidence = "verified"\nlast_checked = 2026-11-21\n'
    )
    (tmp_path / "parameters.toml").write_text(text, encoding="utf-8")
    assert load_book(tmp_path).parameter("a.code", date(2026, 5, 1)) == "0001021203"
