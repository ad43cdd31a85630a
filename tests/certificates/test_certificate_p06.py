from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from paper_samples import CERTIFICATE, DAY, NUMBER, STATION, TITLE, certificate_pdf, chars_of

from desktop.certificates.certificate import (
    CertificateData,
    ChangeRecord,
    Party,
    draw_certificate_files,
    draw_certificates,
)
from desktop.certificates.layout import load_layout
from desktop.certificates.preview import page_count, page_pixels, pdf_text
from desktop.certificates.wording import half_width_left
from desktop.errors import MachineError, RefusedError

LONG = (TITLE + "及其在“云岭〈一号〉”示范基地的应用、推广与后续改进（第二期），") * 5
MANY = tuple(
    Party(f"岚州第{n}自动化技术有限公司", "91990321MA0QH7K26R", share=f"第{n}部分") for n in range(1, 17)
)
EXTREME = replace(
    CERTIFICATE,
    title=LONG[:200],
    sellers=(Party("王𬭎䶮𠮷", "510000198001011234", is_person=True), *MANY),
    buyers=MANY[:13],
    contract_amount=Decimal("9999999999.99"),
    technology_amount=Decimal("9999999999.99"),
    inside_services=Decimal("0.05"),
    ip_rights=tuple(f"发明专利 ZL20261000000{n}.5" for n in range(1, 6)),
    changes=(ChangeRecord(2, date(2026, 5, 6), "有效期限"), ChangeRecord(3, date(2026, 6, 6), "技术交易额")),
    version=3,
    mark="补证（第1次）",
    remark="原证明于2026年5月6日申明遗失,本件为补发,原件作废。",
)
PREVIEW = replace(CERTIFICATE, number="", decided_on=None, qr="", check_code="", is_preview=True)
LAYOUT = load_layout("P06")


def copied(pdf: bytes, tool: str = "pdftotext") -> str:
    return subprocess.run([tool, "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode("utf-8")


def test_the_sheet_says_what_the_contract_says() -> None:
    text = pdf_text(certificate_pdf(CERTIFICATE))
    for words in (
        "技术合同认定登记证明",
        f"合同登记编号：{NUMBER}",
        TITLE,
        "技术开发合同（委托开发）",
        "卖方（研究开发人）",
        "买方（委托人）",
        "岚州启衡自动化技术有限公司",
        "91990321MA0QH7K26R",
        "2026年11月1日至2027年12月31日",
        "¥1,280,000.00",
        "人民币壹佰贰拾捌万元整",
        "¥1,030,000.00",
        "人民币壹佰零叁万元整",
        "沈清禾",
        "陆知远",
        STATION,
        "2026年11月20日",
        CERTIFICATE.check_code,
        "第一联　登记机构存档（共3联）",
        "适用规则 M2026（2026年3月1日起施行）",
        "版式 云岭 2026.11",
    ):
        assert words in text, words


def test_numbers_are_copied_without_spaces_in_a_second_reader_too() -> None:
    text = copied(certificate_pdf(EXTREME, CERTIFICATE))
    assert text.count(NUMBER) >= 2
    assert "91990321MA0QH7K26R" in text
    assert "技术合同认定登记证明" in text
    assert "王𬭎䶮𠮷等17方" in text


def test_rare_characters_are_copied_out_right() -> None:
    data = replace(CERTIFICATE, sellers=(Party("王𬭎䶮𠮷", is_person=True),))
    assert "王𬭎䶮𠮷" in pdf_text(certificate_pdf(data))


def test_every_font_is_embedded_and_none_is_only_named() -> None:
    pdf = certificate_pdf(EXTREME)
    assert b"Helvetica" not in pdf
    assert pdf.count(b"/Type /FontDescriptor") == pdf.count(b"/FontFile2") > 5
    if shutil.which("pdffonts"):
        lines = (
            subprocess.run(["pdffonts", "-"], input=pdf, capture_output=True, check=True)
            .stdout.decode()
            .splitlines()
        )
        assert len(lines) > 6
        assert all(line.split()[-5:-2] == ["yes", "yes", "yes"] for line in lines[2:])


def test_the_id_of_a_person_is_never_printed() -> None:
    text = pdf_text(certificate_pdf(EXTREME)) + pdf_text(
        certificate_pdf(replace(CERTIFICATE, buyers=(Party("周启", "510000198001011234", is_person=True),)))
    )
    assert "5100" not in text
    assert "1234" not in text.replace(NUMBER, "")


@pytest.mark.parametrize("data", [CERTIFICATE, EXTREME, replace(CERTIFICATE, title="茶"), PREVIEW])
def test_every_character_stands_in_a_box_of_its_own_and_the_seal_zone_holds_name_and_day_only(
    data: CertificateData,
) -> None:
    boxes = LAYOUT.boxes
    outline = set("预览 无效演示") if data.is_preview else set()
    places = [box for name, box in boxes.items() if name != "seal1" and name != "seal2"]
    for char in chars_of(certificate_pdf(data)):
        x, y = char.middle
        if char.text in outline:
            continue
        assert any(
            box.x - 0.5 <= x <= box.x + box.w + 0.5 and box.y - 0.5 <= y <= box.y + box.h + 0.5
            for box in places
        ), char
        zone = boxes["seal1"]
        if zone.x < x < zone.x + zone.w and zone.y < y < zone.y + zone.h:
            assert char.text in STATION + "2026年11月20日" + "　年　月　日", char


def test_no_line_and_no_tint_crosses_the_seal_zone() -> None:
    picture = page_pixels(certificate_pdf(EXTREME), 0, dpi=150)
    zone = LAYOUT.boxes["seal1"]
    lettering = [(box.y, box.y + box.h) for box in (LAYOUT.boxes["org"], LAYOUT.boxes["date"])]
    scale = 150 / 25.4
    for row in range(int(zone.y * scale) + 1, int((zone.y + zone.h) * scale)):
        if any(top - 0.5 <= row / scale <= end + 0.5 for top, end in lettering):
            continue
        start = (row * picture.width + int(zone.x * scale) + 1) * 4
        end = (row * picture.width + int((zone.x + zone.w) * scale)) * 4
        assert picture.pixels[start:end].replace(b"\xff", b"") in (b"", bytes((end - start) // 4)), (
            row / scale
        )


def test_a_title_of_two_hundred_characters_stays_whole() -> None:
    text = pdf_text(certificate_pdf(EXTREME), 0).replace("\n", "")
    assert LONG[:200] in text
    assert min(char.y1 for char in chars_of(certificate_pdf(EXTREME)) if char.text == "登") > 20


def test_thirty_parties_go_to_an_annex_with_every_name() -> None:
    pdf = certificate_pdf(EXTREME)
    assert page_count(pdf) == 4
    face, annex = pdf_text(pdf, 0), "".join(pdf_text(pdf, page) for page in (1, 2, 3))
    assert "王𬭎䶮𠮷等17方（名单见附页）" in face
    assert "岚州第1自动化技术有限公司等13方（名单见附页）" in face
    assert "发明专利 ZL202610000001.5等5项（清单见附页）" in face
    for number in range(1, 17):
        assert f"岚州第{number}自动化技术有限公司" in annex
    assert f"合同登记编号 {NUMBER}" in annex
    assert "第 3 页 共 3 页" in annex
    assert "以下空白" in annex
    assert "（续表）" in annex


def test_two_parties_need_no_annex() -> None:
    pdf = certificate_pdf(replace(CERTIFICATE, sellers=MANY[:2]))
    assert page_count(pdf) == 1
    assert "岚州第2自动化技术有限公司" in pdf_text(pdf)


@pytest.mark.parametrize(
    ("amount", "figures", "words"),
    [
        ("0.05", "¥0.05", "人民币伍分"),
        ("9999999999.99", "¥9,999,999,999.99", "人民币玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
        ("107000.53", "¥107,000.53", "人民币壹拾万柒仟元伍角叁分"),
    ],
)
def test_the_smallest_and_the_largest_amount_are_printed(amount: str, figures: str, words: str) -> None:
    data = replace(CERTIFICATE, contract_amount=Decimal(amount), technology_amount=Decimal(amount))
    text = pdf_text(certificate_pdf(data))
    assert text.count(figures) == 2
    assert text.count(words) == 2


def test_an_amount_in_ten_thousands_loses_no_fen() -> None:
    layout = load_layout("P06", {"unit": "wan"})
    data = replace(CERTIFICATE, technology_amount=Decimal("123456.78"))
    assert "¥12.345678万元" in pdf_text(certificate_pdf(data, layout=layout))


def test_a_preview_shows_the_mark_and_no_number_date_or_code() -> None:
    text = pdf_text(certificate_pdf(replace(PREVIEW, number=NUMBER, decided_on=DAY, qr=CERTIFICATE.qr)))
    assert "预览 无效" in text
    assert "（登记后发给）" in text
    assert NUMBER not in text
    assert "2026年11月20日" not in text
    assert CERTIFICATE.check_code not in text


def test_training_data_carry_the_mark_of_a_demonstration() -> None:
    assert "演示 无效" in pdf_text(certificate_pdf(replace(CERTIFICATE, is_training=True)))
    assert "无效" not in pdf_text(certificate_pdf(CERTIFICATE))


def test_the_first_issue_has_no_label_and_later_ones_have_theirs() -> None:
    box = LAYOUT.boxes["mark"]

    def label(data: CertificateData) -> str:
        inside = [c.text for c in chars_of(certificate_pdf(data)) if box.y <= c.middle[1] <= box.y + box.h]
        return "".join(inside)

    assert label(CERTIFICATE) == ""
    assert label(replace(CERTIFICATE, mark="补证（第1次）")) == "补证（第1次）"
    assert label(replace(CERTIFICATE, mark="副本（第2份）")) == "副本（第2份）"


def test_a_later_version_is_named_and_the_first_is_not() -> None:
    assert "第2版" in pdf_text(certificate_pdf(replace(CERTIFICATE, version=2)))
    assert "第1版" not in pdf_text(certificate_pdf(CERTIFICATE))


def test_one_run_prints_all_copies() -> None:
    stream = io.BytesIO()
    assert draw_certificates([CERTIFICATE], stream) == 3
    feet = [pdf_text(stream.getvalue(), page).splitlines()[-1] for page in range(3)]
    assert [foot[:3] for foot in feet] == ["第一联", "第二联", "第三联"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"number": ""}, "没有登记编号"),
        ({"reviewer": ""}, "还没有复核"),
        ({"decided_on": None}, "还没有复核"),
        ({"qr": ""}, "没有校验码"),
        ({"technology_amount": Decimal(0)}, "技术交易额为零"),
        ({"contract_amount": Decimal("-5")}, "合同成交额为零或负数"),
        ({"contract_amount": Decimal("1.005")}, "到分为止"),
        ({"contract_amount": Decimal("10000000000")}, "超出"),
        ({"is_secret": True}, "涉密"),
        ({"sellers": ()}, "卖方"),
        ({"title": "茶园\U00030000"}, "U.30000"),
        ({"clerk": "沈\ue816"}, "U.E816"),
        ({"title": "研制" * 200}, "项目名称"),
        ({"number": "9" * 60}, "登记编号"),
    ],
)
def test_what_must_not_be_printed_is_refused_and_nothing_is_written(
    change: dict[str, object], reason: str, tmp_path: Path
) -> None:
    with pytest.raises(RefusedError, match=reason):
        draw_certificates([CERTIFICATE, replace(CERTIFICATE, **change)], tmp_path / "x.pdf")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_an_amount_not_yet_fixed_is_named_as_such() -> None:
    text = pdf_text(certificate_pdf(replace(CERTIFICATE, technology_amount=None)))
    assert "待核定（核定前不用于办理有关政策）" in text


def test_a_joint_development_has_one_row_for_all_parties() -> None:
    text = pdf_text(certificate_pdf(replace(CERTIFICATE, sub_kind="DEV-2", sub_kind_name="合作开发合同")))
    assert "合作各方" in text
    assert "买方" not in text
    assert "澄河丰禾农业机械有限公司" in text


def test_two_seals_print_both_names_and_the_note_in_the_remarks() -> None:
    seals = [
        {"zone": "seal1", "name": "技术合同登记专用章", "mm": 42},
        {"zone": "seal2", "name": "办公室章", "mm": 42, "owner": "岚州市技术市场管理办公室"},
    ]
    text = pdf_text(certificate_pdf(EXTREME, layout=load_layout("P06", {"seals": seals})), 0)
    assert "岚州市技术市场管理办公室" in text
    assert STATION in text
    assert "税务机关依法确定" in text.replace("\n", "")


def test_the_same_data_give_the_same_bytes_whatever_was_drawn_before() -> None:
    first = certificate_pdf(CERTIFICATE)
    certificate_pdf(EXTREME, PREVIEW)
    assert certificate_pdf(CERTIFICATE) == first


def test_no_half_width_mark_is_left_on_the_sheet() -> None:
    data = replace(CERTIFICATE, title="采摘机(第二期):控制系统,研制", remark="见合同第2条,第3条;无其他")
    lines = pdf_text(certificate_pdf(data)).splitlines()
    assert [line for line in lines if half_width_left(line)] == []
    assert "采摘机（第二期）：控制系统，研制" in lines[2]


def test_many_are_drawn_as_they_come_and_can_be_stopped(tmp_path: Path) -> None:
    heard: list[int] = []

    def numbered() -> Iterator[CertificateData]:
        for number in range(5):
            yield replace(CERTIFICATE, number=f"20269903210{number:05d}")

    assert draw_certificates(numbered(), tmp_path / "all.pdf", copies=[2], on_each=heard.append) == 5
    assert heard == [1, 2, 3, 4, 5]

    def stop(_done: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        draw_certificates(numbered(), tmp_path / "stopped.pdf", on_each=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["all.pdf"]


def test_one_file_each_is_named_by_its_number(tmp_path: Path) -> None:
    items = [replace(CERTIFICATE, number=f"20269903210{number:05d}") for number in range(3)]
    paths = draw_certificate_files(items, tmp_path, copies=[1])
    assert [path.stem for path in paths] == [item.number for item in items]
    assert all(page_count(path) == 1 for path in paths)


def test_a_folder_that_is_gone_is_a_fault_of_the_machine_in_words(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="找不到"):
        draw_certificates([CERTIFICATE], tmp_path / "away" / "x.pdf")


def test_an_empty_selection_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="没有要打印"):
        draw_certificates([], tmp_path / "x.pdf")
