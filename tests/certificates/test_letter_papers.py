from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from paper_samples import (
    BASIS,
    DAY,
    DEFECT,
    LISTED,
    MATERIALS,
    NUMBER,
    PAPERS,
    REMEDY,
    RULE,
    STATION,
    TITLE,
    chars_of,
    paper_pdf,
)

from desktop.certificates.layout import load_layout
from desktop.certificates.letters import (
    AcceptanceSlip,
    CancellationNotice,
    ChangeNotice,
    Defect,
    Ground,
    InformingLetter,
    NonAcceptanceNotice,
    ObjectionAnswer,
    Paper,
    RefusalNotice,
    RegistrationList,
    ReviewSheet,
    SupplementNotice,
    draw_paper,
)
from desktop.certificates.preview import page_count, pdf_text
from desktop.certificates.wording import half_width_left
from desktop.errors import RefusedError


def words(paper: Paper, page: int | None = None) -> str:
    return pdf_text(paper_pdf(paper), page).replace("\n", "")


SLIP = PAPERS["P01"]
SUPPLEMENT = PAPERS["P02"]
NOT_ACCEPTED = PAPERS["P03"]
REFUSAL = PAPERS["P07"]
CHANGE = PAPERS["P08"]
CANCELLATION = PAPERS["P09"]
LIST = PAPERS["P16"]
REVIEW = PAPERS["P22"]
assert isinstance(SLIP, AcceptanceSlip)
assert isinstance(SUPPLEMENT, SupplementNotice)
assert isinstance(NOT_ACCEPTED, NonAcceptanceNotice)
assert isinstance(REFUSAL, RefusalNotice)
assert isinstance(CHANGE, ChangeNotice)
assert isinstance(CANCELLATION, CancellationNotice)
assert isinstance(LIST, RegistrationList)
assert isinstance(REVIEW, ReviewSheet)


@pytest.mark.parametrize("name", PAPERS)
def test_every_paper_is_printed_with_its_station_and_without_gaps_or_half_width_marks(name: str) -> None:
    pdf = paper_pdf(PAPERS[name])
    text = pdf_text(pdf)
    assert STATION in text
    assert "{" not in text
    assert b"Helvetica" not in pdf
    assert [line for line in text.splitlines() if half_width_left(line)] == []
    assert paper_pdf(PAPERS[name]) == pdf


@pytest.mark.parametrize("name", PAPERS)
def test_a_preview_or_training_paper_says_so(name: str) -> None:
    assert "预览 无效" in pdf_text(paper_pdf(replace(PAPERS[name], is_preview=True)))
    assert "演示 无效" in pdf_text(paper_pdf(replace(PAPERS[name], is_training=True)))
    assert "无效" not in pdf_text(paper_pdf(PAPERS[name]))


@pytest.mark.parametrize("name", PAPERS)
def test_every_paper_has_as_many_copies_as_its_layout_says(name: str, tmp_path: Path) -> None:
    layout = load_layout(PAPERS[name].paper)
    pages = draw_paper(PAPERS[name], tmp_path / "x.pdf")
    assert pages == (1 if layout.page_class in "SF" else len(layout.copies))
    if layout.page_class == "L":
        for number in range(pages):
            assert layout.copy_line(number + 1) in pdf_text(tmp_path / "x.pdf", number)


@pytest.mark.parametrize("name", ["P02", "P03", "P07", "P08", "P09"])
def test_the_zone_of_the_seal_on_a_letter_holds_name_and_day_only(name: str) -> None:
    chars = chars_of(paper_pdf(PAPERS[name]))
    day = [char for char in chars if char.y1 > 120 and char.text == "日"][-1]
    org = [char for char in chars if char.text == "处" and char.y1 < day.y1][-1]
    line = [char for char in chars if abs(char.middle[1] - org.middle[1]) < 2]
    middle = (min(char.x1 for char in line) + max(char.x2 for char in line)) / 2
    assert "".join(char.text for char in line) == STATION
    inside = [
        char.text
        for char in chars
        if abs(char.middle[0] - middle) < 25 and abs(char.middle[1] - org.middle[1]) < 25
    ]
    assert set(inside) <= set(STATION + "2026年11月20日")


def test_the_slip_has_two_halves_and_says_it_is_no_proof() -> None:
    text = words(replace(SLIP, docno="澄技登受〔2026〕15号"))
    both = pdf_text(paper_pdf(SLIP, copies=(1, 2))).replace("\n", "")
    assert both.count("不是登记证明，不作为享受有关政策的依据") == 2
    assert "第一联　存根" in both
    assert "第二联　交申请人" in both
    assert "自2026年11月18日起受理" in text
    assert "至2026年12月9日届满" in text
    assert "¥" not in text


def test_after_a_supplement_the_day_of_acceptance_is_explained() -> None:
    assert "补正材料于2026年11月20日提交，该日为受理日期。" in words(replace(SLIP, supplemented_on=DAY))


def test_a_slip_with_eight_materials_is_set_smaller_and_with_more_goes_on() -> None:
    eight = replace(SLIP, materials=(MATERIALS * 3)[:7])
    assert page_count(paper_pdf(eight)) == 1
    many = paper_pdf(replace(SLIP, materials=MATERIALS * 6))
    assert page_count(many) == 3
    assert pdf_text(many).count("技术开发合同文本") == 6


def test_a_title_of_two_hundred_characters_fits_the_slip() -> None:
    title = "研究开发" * 50
    assert f"“{title}”" in words(replace(SLIP, title=title))


def test_a_person_is_addressed_as_you_not_as_your_unit() -> None:
    text = words(replace(SUPPLEMENT, addressee="张三", is_person=True))
    assert "你2026年11月18日提交的" in text
    assert "你单位" not in text


def test_the_supplement_notice_lists_everything_once_with_a_date() -> None:
    text = words(SUPPLEMENT)
    assert "下列2项需要补正，现一次性告知，请于2026年12月9日前一并补齐" in text
    assert "第三条约定的是现有软件的使用许可" in text
    assert text.index("特此告知。") < text.rindex(STATION)


def test_forty_defects_run_over_sheets_with_the_heading_repeated() -> None:
    pdf = paper_pdf(replace(SUPPLEMENT, defects=(DEFECT,) * 40))
    pages = page_count(pdf)
    assert 3 <= pages <= 5
    for page in range(1, pages):
        text = pdf_text(pdf, page)
        assert "澄技登补〔2026〕8号" in text
        assert f"第 {page + 1} 页 共 {pages} 页" in text
    assert sum("（续表）" in pdf_text(pdf, page) for page in range(pages)) >= 2
    last = pdf_text(pdf, pages - 1).splitlines()
    assert sum(len(line) > 3 for line in last) > 4


@pytest.mark.parametrize("defect", [Defect("合同", "", "请补齐"), Defect("合同", "缺签章", "")])
def test_a_defect_without_what_is_or_what_must_be_is_refused(defect: Defect) -> None:
    with pytest.raises(RefusedError, match="第1项"):
        paper_pdf(replace(SUPPLEMENT, defects=(defect,)))


@pytest.mark.parametrize("letter", [NOT_ACCEPTED, REFUSAL])
@pytest.mark.parametrize("remedy", ["", "  "])
def test_a_refusing_letter_waits_for_the_stations_remedy(
    letter: NonAcceptanceNotice | RefusalNotice, remedy: str
) -> None:
    with pytest.raises(RefusedError, match="救济途径"):
        paper_pdf(replace(letter, remedy=remedy))
    assert REMEDY in words(letter)


def test_several_grounds_stand_in_numbered_paragraphs() -> None:
    grounds = (Ground("合同第二条为设备买卖", "非技术合同"), Ground("第五条未约定报酬", "价款约定不明确"))
    text = words(replace(REFUSAL, grounds=grounds, overdue_docno="澄技登补〔2026〕8号"))
    assert "一、合同第二条为设备买卖；上述情形属于“非技术合同”。" in text
    assert "二、第五条未约定报酬" in text
    assert "你单位逾期未补正（澄技登补〔2026〕8号）。" in text


def test_grounds_never_end_in_and_so_on() -> None:
    with pytest.raises(RefusedError, match="等"):
        paper_pdf(replace(REFUSAL, grounds=(Ground("合同第二条", "约定不明等"),)))


def test_a_pack_can_leave_the_marking_of_the_text_out() -> None:
    layout = load_layout("P07", {"switch": {"mark_text": False}})
    assert "合同文本已注明“未予登记”字样" in words(REFUSAL)
    assert "未予登记" not in pdf_text(paper_pdf(REFUSAL, layout=layout))


def test_a_change_says_what_replaces_what_and_a_decrease_in_words() -> None:
    text = words(CHANGE)
    assert f"对登记编号{NUMBER}的技术合同办理变更登记" in text
    assert "第2版登记证明自2026年11月20日起取代第1版" in text
    assert "技术交易额比变更前减少¥50,000.00（人民币伍万元整）。" in text
    assert "应当及时将本次变更情况报相应主管部门" in text
    more = replace(CHANGE, technology_before=Decimal("900000"))
    assert "增加¥80,000.00（人民币捌万元整）" in words(more)


def test_a_correction_has_its_own_title_and_cause() -> None:
    text = words(replace(CHANGE, correction_cause="登记机构笔误"))
    assert "技术合同更正登记通知书" in text
    assert "因登记机构笔误" in text
    assert "合同内容未变" in text


def test_a_cancellation_calls_the_originals_back_or_names_them_lost() -> None:
    assert "请于2026年12月4日前交回原件。" in words(CANCELLATION)
    assert "截至该日已核定技术性收入¥300,000.00（人民币叁拾万元整）" in words(CANCELLATION)
    lost = words(replace(CANCELLATION, is_lost=True))
    assert "原件已申明遗失。" in lost
    assert "交回原件" not in lost


def test_the_list_says_on_every_sheet_that_it_is_no_ground_for_relief() -> None:
    contracts = (LISTED,) * 25
    pdf = paper_pdf(replace(LIST, contracts=contracts))
    pages = page_count(pdf)
    assert pages > 1
    for page in range(pages):
        assert "不作为减免税依据" in pdf_text(pdf, page)
    assert "合计" in pdf_text(pdf, pages - 1)
    assert f"{25 * 1280000:,.2f}" in pdf_text(pdf, pages - 1)
    assert pdf_text(pdf).count(NUMBER) == 25
    sums = [line for line in pdf_text(pdf).splitlines() if "本页小计" in line]
    assert len(sums) == pages


def test_a_secret_contract_shows_no_title_in_the_list() -> None:
    text = words(replace(LIST, contracts=(replace(LISTED, is_secret=True),)))
    assert "（保密）" in text
    assert TITLE[:10] not in text


def test_the_hand_over_slip_counts_and_names_no_party() -> None:
    text = words(PAPERS["P19"])
    for part in (
        "12份",
        "新登11，变更1，注销0，撤销0",
        "¥22,146,000.00",
        "¥17,308,450.00",
        "上一包第14包",
        "2026-11-20 16:20",
        "本包不含国家秘密",
        PAPERS["P19"].check_code,
    ):
        assert part in text, part
    assert "有限公司" not in text


def test_an_article_is_printed_only_from_a_verified_row() -> None:
    assert "第八百五十一条" in words(REVIEW)
    doubtful = words(replace(REVIEW, rules=(replace(RULE, is_verified=False),)))
    assert "第八百五十一条" not in doubtful
    assert "待核" in doubtful


def test_a_review_of_eighty_rules_runs_over_sheets_and_both_sign_on_the_last() -> None:
    pdf = paper_pdf(replace(REVIEW, rules=(RULE,) * 80))
    pages = page_count(pdf)
    assert pages > 1
    assert "登记员意见" in pdf_text(pdf, pages - 1)
    assert "登记员意见" not in pdf_text(pdf, 0)
    assert pdf_text(pdf).count("R-DEV-02") == 80


@pytest.mark.parametrize(
    ("paper", "reason"),
    [
        (replace(SUPPLEMENT, docno=""), "没有文号"),
        (replace(SUPPLEMENT, addressee=""), "送达对象"),
        (replace(SUPPLEMENT, defects=()), "没有需要补正"),
        (replace(NOT_ACCEPTED, basis=""), "依据"),
        (replace(NOT_ACCEPTED, case=""), "不予受理的情形"),
        (replace(REFUSAL, grounds=()), "情形"),
        (replace(CHANGE, items=()), "变更事项"),
        (replace(CHANGE, agreement=""), "协议"),
        (replace(CANCELLATION, papers=""), "注销材料"),
        (replace(LIST, contracts=()), "没有合同"),
        (replace(SLIP, check_code=""), "校验码"),
        (replace(REFUSAL, title="茶园\U00030000"), "U.30000"),
        (replace(SUPPLEMENT, defects=(Defect("合同\ue816", "甲", "乙"),)), "U.E816"),
        (replace(NOT_ACCEPTED, station_name="澄河\ue816"), "U.E816"),
    ],
)
def test_a_paper_with_a_gap_is_refused_and_the_gap_is_named(
    paper: Paper, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(RefusedError, match=reason):
        draw_paper(paper, tmp_path / "x.pdf")
    assert list(tmp_path.iterdir()) == []


def test_a_letter_without_an_article_still_names_the_instrument() -> None:
    assert f"根据{BASIS}，本机构不予受理。" in words(NOT_ACCEPTED)


def test_tax_is_told_what_changed_and_nothing_of_reliefs_or_staff() -> None:
    letter = PAPERS["P11"]
    assert isinstance(letter, InformingLetter)
    text = pdf_text(paper_pdf(letter)).replace("\n", "")
    assert "技术交易额由¥1,030,000.00（人民币壹佰零叁万元整）变更为¥980,000.00" in text
    assert "登记证明共出具3份" in text
    same = pdf_text(paper_pdf(replace(letter, technology_before=letter.technology_after))).replace("\n", "")
    assert "技术交易额未变，为¥980,000.00" in same
    ended = pdf_text(paper_pdf(replace(letter, act="注销", is_ended=True))).replace("\n", "")
    assert "注销登记，登记终止。" in ended


def test_an_answer_without_the_remedy_of_the_station_is_not_printed() -> None:
    answer = PAPERS["P26"]
    assert isinstance(answer, ObjectionAnswer)
    with pytest.raises(RefusedError, match="救济途径"):
        paper_pdf(replace(answer, remedy=""))
