from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.certificates.fonts import SONG, fonts
from desktop.certificates.lines import MM, TooNarrow, balanced_lines, break_lines, fit_text, leading_of
from desktop.errors import RefusedError

TEXT = (
    "岚州启衡自动化技术有限公司：你单位2026年11月18日提交的“丘陵茶园（第二期）自走式采摘机视觉识别”认定登记申请，"
    "合同成交额¥1,280,000.00；请于2026年12月9日前补齐！依据《技术合同认定登记管理办法》（国科发政字〔2000〕063号）。"
)


@pytest.mark.parametrize("width", range(42, 170, 4))
def test_no_line_begins_with_a_stop_or_ends_with_an_opening_mark(width: int) -> None:
    lines = break_lines(TEXT, SONG, 12, width)
    assert "".join(lines) == TEXT
    for line in lines:
        assert line[0] not in "，。；：？！）》”、"
        assert line[-1] not in "（《“〔"
        assert fonts().width(line, SONG) * 12 / MM <= width + 0.01


@pytest.mark.parametrize("width", range(42, 170, 4))
def test_numbers_and_dates_are_never_broken(width: int) -> None:
    joined = "\n".join(break_lines(TEXT, SONG, 12, width))
    for whole in ("2026年11月18日", "¥1,280,000.00", "2026年12月9日", "〔2000〕063号"):
        assert whole in joined


@settings(max_examples=60)
@given(st.text(alphabet="甲乙丙，。（）“”ab 12.,", max_size=60), st.floats(20, 80))
def test_breaking_loses_nothing_but_spaces_at_line_ends(text: str, width: float) -> None:
    try:
        lines = break_lines(text, SONG, 12, width)
    except TooNarrow:
        return
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)


def test_a_long_foreign_word_is_split_only_when_no_smaller_size_saves_it() -> None:
    name = "Donaudampfschifffahrtsgesellschaft"
    fitted = fit_text(name, SONG, sizes=(12, 10.5, 9), width=60, name="名称")
    assert fitted.lines == (name,)
    assert fitted.size < 12
    split = fit_text(name * 3, SONG, sizes=(12, 9), width=60, name="名称")
    assert "".join(split.lines) == name * 3
    assert split.size == 12


def test_a_code_too_wide_for_its_place_is_refused_not_cut() -> None:
    with pytest.raises(RefusedError, match="证书号"):
        fit_text("2026990321000247" * 4, SONG, sizes=(12, 9), width=40, name="证书号")


def test_text_shrinks_step_by_step_and_is_refused_last() -> None:
    text = "技术" * 100
    sizes = (12.0, 10.5, 9.0)
    assert fit_text(text, SONG, sizes=sizes, width=120, height=26, name="项目名称").size == 9
    assert fit_text(text, SONG, sizes=sizes, width=120, height=42.4, name="项目名称").size == 12
    with pytest.raises(RefusedError, match="项目名称"):
        fit_text(text, SONG, sizes=sizes, width=120, height=6 * leading_of(9) - 0.1, name="项目名称")


def test_a_name_on_two_lines_is_broken_in_the_middle() -> None:
    name = "澄河县科学技术和工业信息化局技术市场管理办公室"
    lines = balanced_lines(name, SONG, 12, 80, 2)
    assert "".join(lines) == name
    assert abs(len(lines[0]) - len(lines[1])) <= 1
