from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from overlaps import overlaps
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget

from desktop.errors import Problem
from desktop.resources import resource
from desktop.rules.codes import CodeTables
from desktop.rules.facts import Facts, Party
from desktop.services.commands import Defect
from desktop.services.views import DuplicateView
from desktop.ui.dialogs.asking import FormDialog
from desktop.ui.dialogs.decline import DeclineDialog
from desktop.ui.dialogs.duplicates import DuplicateDialog, compared
from desktop.ui.dialogs.refuse import RefuseDialog
from desktop.ui.dialogs.return_contract import ReturnDialog, defects_of
from desktop.ui.theme import Theme

TODAY = date(2026, 11, 20)


def shown(qtbot: Any, dialog: FormDialog) -> FormDialog:
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog)
    return dialog


def test_enter_on_the_safe_side_and_escape_anywhere_do_nothing(qtbot: Any, theme: Theme) -> None:
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        dialog = shown(qtbot, DeclineDialog(None, "澄受 2026-0312"))
        first = dialog.first_focus()
        qtbot.waitUntil(first.hasFocus)
        assert first is not dialog.act_button
        QTest.keyClick(dialog.safe_button if key == Qt.Key.Key_Return else first, key)
        assert dialog.result() == QDialog.DialogCode.Rejected
        assert not dialog.isVisible()


def test_dialogs_are_no_wider_than_they_may_be(qtbot: Any, theme: Theme) -> None:
    codes = CodeTables(resource("codes"))
    for dialog in (
        DeclineDialog(None, "澄受 2026-0312"),
        RefuseDialog(None, "澄受 2026-0312", codes),
        ReturnDialog(None, "澄受 2026-0312", [], date(2026, 12, 11), TODAY),
    ):
        shown(qtbot, dialog)
        assert dialog.width() <= 560
        assert not dialog.act_button.isEnabled()


def test_grounds_and_defects_scroll_in_a_low_window_and_nothing_overlaps(qtbot: Any, theme: Theme) -> None:
    codes = CodeTables(resource("codes"))
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(911, 512)
    window.show()
    defects = [Defect(problem=f"第 {n} 处", remedy="请补", clause="", code="M01") for n in range(9)]
    for dialog in (
        RefuseDialog(window, "澄受 2026-0312", codes),
        ReturnDialog(window, "澄受 2026-0312", defects, date(2026, 12, 11), TODAY),
    ):
        shown(qtbot, dialog)
        QApplication.processEvents()
        assert dialog.height() <= 512
        assert dialog.scroller.verticalScrollBar().maximum() > 0
        assert overlaps(dialog) == []
        assert dialog.rect().contains(dialog.act_button.geometry())
        dialog.close()


def test_declining_needs_a_ground_and_where_to_go(qtbot: Any, theme: Theme) -> None:
    dialog = DeclineDialog(None, "澄受 2026-0312")
    shown(qtbot, dialog)
    dialog.radios["not_seller"].click()
    assert not dialog.act_button.isEnabled()
    dialog.where.setText("岚州启衡自动化技术有限公司")
    assert dialog.act_button.isEnabled()
    dialog.where.clear()
    dialog.radios["oral"].click()
    assert dialog.act_button.isEnabled()
    assert dialog.ground() == "oral"


def test_refusing_needs_a_ground_and_the_facts(qtbot: Any, theme: Theme) -> None:
    dialog = RefuseDialog(None, "澄受 2026-0312", CodeTables(resource("codes")), ("G06",), "")
    shown(qtbot, dialog)
    assert not dialog.act_button.isEnabled()
    dialog.facts.setPlainText("合同 8.3 要求无偿回授改进成果")
    assert dialog.act_button.isEnabled()
    dialog.ticks["G06"].click()
    assert not dialog.act_button.isEnabled()
    dialog.ticks["G07"].click()
    assert dialog.grounds() == ("G07",)


def test_the_notice_takes_only_whole_lines_and_a_day_to_come(qtbot: Any, theme: Theme) -> None:
    defects = [Defect(problem="缺附件三", remedy="补交附件三", code="R-GATE-01"), Defect("公章不符", "")]
    dialog = ReturnDialog(None, "澄受 2026-0312", defects, date(2026, 12, 11), TODAY)
    shown(qtbot, dialog)
    assert not dialog.act_button.isEnabled()
    dialog.rows[1].tick.click()
    assert dialog.act_button.isEnabled()
    assert dialog.count.text() == "告知书列 1 项"
    dialog.deadline.setText("2026-11-20")
    assert not dialog.act_button.isEnabled()
    dialog.deadline.setText("1211")
    assert dialog.act_button.isEnabled()
    dialog.more.click()
    assert not dialog.act_button.isEnabled()
    qtbot.waitUntil(dialog.rows[2].problem.hasFocus)
    dialog.rows[2].problem.setText("金额大小写不一致")
    dialog.rows[2].remedy.setText("更正后盖章")
    notice = dialog.result_notice()
    assert [d.problem for d in notice.defects] == ["缺附件三", "金额大小写不一致"]
    assert notice.defects[0].code == "R-GATE-01"
    assert notice.deadline_on == date(2026, 12, 11)


def test_findings_become_lines_that_say_what_is_and_what_must_be() -> None:
    problems = [
        Problem("卖方证件号码", "9199", "位数不够", "对照执照", "error", "S132"),
        Problem("合同", "", "未见名词术语解释", "", "note", "N01"),
    ]
    (line,) = defects_of(problems)
    assert line.problem == "卖方证件号码（现为“9199”）：位数不够"
    assert (line.remedy, line.code) == ("对照执照", "S132")


def test_duplicates_stand_side_by_side_and_need_a_word_and_a_reason(qtbot: Any, theme: Theme) -> None:
    facts = Facts(
        title="采摘平台研制",
        contract_amount=Decimal("720000.00"),
        parties=(Party("seller", "岚州启衡自动化技术有限公司"),),
    )
    other = DuplicateView(
        188,
        "2025-0188",
        "采摘平台研制",
        "岚州启衡自动化技术有限公司",
        "",
        Decimal("720000.00"),
        None,
        93,
        "同卖方",
    )
    same = {line.name: line.is_same for line in compared(facts, other)}
    assert same["项目名称"]
    assert same["合同成交额（元）"]
    assert not same["签订日期"]
    dialog = DuplicateDialog(None, facts, other)
    shown(qtbot, dialog)
    assert not dialog.act_button.isEnabled()
    dialog.toggle.items[0].click()
    dialog.why.setText("两台不同的机器")
    assert dialog.act_button.isEnabled()
    assert dialog.answer() == (False, "两台不同的机器")


def test_parts_of_one_contract_are_asked_about_in_words_of_their_own(qtbot: Any, theme: Theme) -> None:
    other = DuplicateView(
        188, "2025-0188", "监测网络研制", "卖方", "买方", Decimal("2600000.00"), None, 20,
        "同一买卖双方，21 天内 2 份", is_part=True,
    )  # fmt: skip
    dialog = DuplicateDialog(None, Facts(title="采摘平台研制"), other)
    shown(qtbot, dialog)
    texts = [label.text() for label in dialog.findChildren(QLabel)]
    assert "与 2025-0188 是不是一份合同拆开的？" in texts
    assert any(text.startswith("同一买卖双方，21 天内 2 份。拆开的应合并") for text in texts)
    assert [item.text() for item in dialog.toggle.items] == ["不是拆分", "是拆分"]
    dialog.toggle.items[1].click()
    dialog.why.setText("同一套设备分两份签")
    assert dialog.answer() == (True, "同一套设备分两份签")
