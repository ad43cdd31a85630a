from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "pages"))

from desk import FakeDesk, c, row, v
from later import drawn_facts, registered, runner, sheet_row
from overlaps import overlaps
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from desktop.errors import Problem, RefusedError
from desktop.jobs import JobRunner
from desktop.rules.facts import Income
from desktop.rules.formulas import TransferTax
from desktop.rules.subsidy_account import SchemeYear, SubsidyShare
from desktop.rules.tax_year import Otherwise, ResearchYear, TransferYear
from desktop.ui.dialogs.change import ChangeDialog
from desktop.ui.dialogs.deciding import DecidingDialog
from desktop.ui.dialogs.end import EndDialog, sheets_outside
from desktop.ui.dialogs.experts import AskExpertsDialog, ExpertReviewDialog
from desktop.ui.dialogs.import_report import ImportReportDialog
from desktop.ui.dialogs.income import IncomeDialog
from desktop.ui.dialogs.objections import AnswerObjectionDialog, InformDialog, TakeObjectionDialog
from desktop.ui.dialogs.park import ParkDialog
from desktop.ui.dialogs.send_back import SendBackDialog
from desktop.ui.dialogs.sheet import SheetDialog
from desktop.ui.dialogs.year import YearDialog, scheme_in_words, sums_in_words
from desktop.ui.theme import Theme
from desktop.ui.widgets.fields import Field, TextBox

Make = Callable[..., DecidingDialog]
SHEETS = (
    sheet_row(1, "printed", 52),
    sheet_row(2, "printed", 52),
    sheet_row(2, "void", 53),
    sheet_row(2, "printed", 55),
    sheet_row(3, "printed", 56),
    sheet_row(3, "recalled", 57),
)
ALL: dict[str, Make] = {
    "change": lambda desk, jobs, parent=None: ChangeDialog(parent, desk, jobs, desk.sheet()),
    "cancel": lambda desk, jobs, parent=None: EndDialog(parent, desk, jobs, desk.sheet(), "cancel"),
    "revoke": lambda desk, jobs, parent=None: EndDialog(parent, desk, jobs, desk.sheet(), "revoke"),
    "income": lambda desk, jobs, parent=None: IncomeDialog(parent, desk, jobs, desk.sheet()),
    "park": lambda desk, jobs, parent=None: ParkDialog(parent, desk, jobs, desk.sheet_row),
    "send_back": lambda desk, jobs, parent=None: SendBackDialog(parent, desk, jobs, desk.sheet_row, (), ""),
    "ask_expert": lambda desk, jobs, parent=None: AskExpertsDialog(parent, desk, jobs, desk.sheet()),
    "expert": lambda desk, jobs, parent=None: ExpertReviewDialog(parent, desk, jobs, desk.sheet()),
    "object": lambda desk, jobs, parent=None: TakeObjectionDialog(parent, desk, jobs, desk.sheet()),
    "answer_objection": lambda desk, jobs, parent=None: AnswerObjectionDialog(
        parent, desk, jobs, objected(desk.sheet())
    ),
    "void": lambda _desk, jobs, parent=None: SheetDialog(
        parent, jobs, "void", [(1, "存档")], lambda *_a: None
    ),
}


def objected(sheet: v.ContractSheet) -> v.ContractSheet:
    """The same with an objection that waits for an answer."""
    raised = v.ObjectionView(
        "tax", "国家税务总局澄河县税务局", date(2026, 11, 19), "登记证明2026990321000247", "含设备款",
        date(2026, 12, 4), None, "", "",
    )  # fmt: skip
    return replace(sheet, objections=(raised,), answers={"R-DEV-01": {"answer": "yes"}})


@pytest.fixture(params=[True, False], ids=["inline", "threaded"])
def jobs(request: pytest.FixtureRequest) -> Iterator[JobRunner]:
    with runner(request.param) as made:
        yield made


def bring(qtbot: QtBot, dialog: QDialog) -> None:
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.activateWindow()
    assert QTest.qWaitForWindowActive(dialog, 3000)


def press(key: Qt.Key) -> None:
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, key)


@pytest.mark.parametrize("name", ALL)
def test_every_dialog_asks_begins_where_nothing_is_done_and_says_what_follows(
    qtbot: QtBot, theme: Theme, jobs: JobRunner, name: str
) -> None:
    dialog = ALL[name](registered(sheets=SHEETS), jobs)
    bring(qtbot, dialog)
    assert dialog.windowTitle().endswith("？")
    assert dialog.accessibleDescription()
    assert not dialog.act_button.isEnabled(), "the act waits for what it needs"
    assert dialog.missing.text()
    first = dialog.first_focus()
    qtbot.waitUntil(first.hasFocus)
    assert isinstance(first, Field | TextBox), "what is typed at once goes where it is wanted"
    assert name == "change" or not (first.text() if isinstance(first, Field) else first.toPlainText())
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    press(Qt.Key.Key_Return)
    assert dialog.isVisible(), "Enter answers nothing"
    assert not dialog.act_button.hasFocus()


@pytest.mark.parametrize("name", ALL)
def test_escape_is_safe_and_asks_nothing(qtbot: QtBot, theme: Theme, jobs: JobRunner, name: str) -> None:
    desk = registered(sheets=SHEETS)
    dialog = ALL[name](desk, jobs)
    bring(qtbot, dialog)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert desk.calls == []


@pytest.mark.parametrize("name", ALL)
def test_dialogs_fit_the_smallest_window(qtbot: QtBot, theme: Theme, jobs: JobRunner, name: str) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(911, 512)
    window.show()
    dialog = ALL[name](registered(sheets=SHEETS), jobs, window)
    dialog.show()
    assert QTest.qWaitForWindowExposed(dialog, 3000)
    QApplication.processEvents()
    assert dialog.width() <= 911
    assert dialog.height() <= 512
    assert overlaps(dialog) == []
    dialog.act_button.setFocus()
    assert dialog.rect().contains(dialog.act_button.geometry()), "the act is in sight however low the window"


def test_cancelling_names_number_and_sheets_to_recall(qtbot: QtBot, theme: Theme, jobs: JobRunner) -> None:
    desk = registered(sheets=SHEETS)
    dialog = EndDialog(None, desk, jobs, desk.sheet(), "cancel")
    bring(qtbot, dialog)
    assert dialog.windowTitle() == "注销 2026 9903 2100 0247 的登记？"
    assert sheets_outside(SHEETS) == 2
    assert "已发出的 2 联须收回" in dialog.accessibleDescription()
    assert dialog.act_button.text() == "注销这份登记"
    dialog.reason.setText("合同于 2027-03-02 协议解除")
    dialog.act_button.setFocus()
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(desk.told("end")))
    cmd = desk.told("end")[0]
    assert (cmd.how, cmd.reason, cmd.effective_on) == (
        "cancel",
        "合同于 2027-03-02 协议解除",
        date(2026, 11, 20),
    )


def test_revoking_needs_its_document(qtbot: QtBot, theme: Theme, jobs: JobRunner) -> None:
    desk = registered()
    dialog = EndDialog(None, desk, jobs, desk.sheet(), "revoke")
    qtbot.addWidget(dialog)
    dialog.reason.setText("弄虚作假")
    assert not dialog.act_button.isEnabled()
    assert "依据的文书" in dialog.missing.text()
    dialog.document.setText("云岭省技术市场管理中心 2026-11-18 云技管〔2026〕9号")
    assert dialog.act_button.isEnabled()


def test_a_refusal_stays_in_the_dialog_with_everything_typed(
    qtbot: QtBot, theme: Theme, jobs: JobRunner
) -> None:
    desk = registered()
    desk.refusals["end"] = RefusedError("“已注销”的合同不能注销登记", "请核对合同的状态", code="L01")
    dialog = EndDialog(None, desk, jobs, desk.sheet(), "cancel")
    bring(qtbot, dialog)
    dialog.reason.setText("协议解除")
    dialog.act_button.click()
    qtbot.waitUntil(dialog.trouble.isVisible)
    assert "（L01）" in dialog.trouble.words.text()
    assert dialog.reason.text() == "协议解除"
    assert dialog.act_button.isEnabled()
    del desk.refusals["end"]
    dialog.act_button.click()
    qtbot.waitUntil(lambda: not dialog.isVisible())
    first, second = desk.told("end")
    assert first.request_id == second.request_id, "a retry is the same request"


def test_old_stands_beside_new_and_only_what_differs_is_changed(
    qtbot: QtBot, theme: Theme, jobs: JobRunner
) -> None:
    desk = registered()
    dialog = ChangeDialog(None, desk, jobs, desk.sheet())
    bring(qtbot, dialog)
    assert dialog.facts() == desk.sheet().facts
    assert "还没有改动" in dialog.missing.text()
    until = dialog.entry("valid_until")
    assert until.accessibleDescription() == "现在是 2027-10-31"
    until.setText("20271231")
    dialog.entry("parties", 1, "name").setText("岚州启衡智能装备有限公司")
    assert [line.mark.text() for line in dialog.lines if line.mark.text()] == ["！改动", "！改动"]
    dialog.agreement.setText("2026年11月18日补充协议")
    dialog.reason.setText("交付期顺延")
    dialog.act_button.click()
    qtbot.waitUntil(lambda: bool(desk.told("change")))
    cmd = desk.told("change")[0]
    assert isinstance(cmd, c.ChangeContract)
    assert cmd.facts == replace(
        desk.facts,
        valid_until=date(2027, 12, 31),
        parties=(desk.facts.parties[0], replace(desk.facts.parties[1], name="岚州启衡智能装备有限公司")),
    )


def test_changed_amounts_are_fixed_again_at_once(qtbot: QtBot, theme: Theme, jobs: JobRunner) -> None:
    desk = registered()
    dialog = ChangeDialog(None, desk, jobs, desk.sheet())
    qtbot.addWidget(dialog)
    dialog.entry("contract_amount").setText("1300000")
    assert dialog.fixed_words.text().startswith("✕"), "lines and total do not meet"
    dialog.entry("amount_lines", 0, "amount").setText("1050000")
    assert dialog.fixed_words.text() == "技术交易额：现在 1,030,000.00 元，变更后 1,050,000.00 元"


def test_an_unreadable_value_is_named_and_blocks_the_change(
    qtbot: QtBot, theme: Theme, jobs: JobRunner
) -> None:
    desk = registered()
    dialog = ChangeDialog(None, desk, jobs, desk.sheet())
    qtbot.addWidget(dialog)
    dialog.entry("valid_until").setText("2027-02-30")
    dialog.agreement.setText("补充协议")
    dialog.reason.setText("顺延")
    assert not dialog.act_button.isEnabled()
    assert "没有 30 日" in dialog.missing.text()


def test_income_shows_what_is_left_and_takes_refunds(qtbot: QtBot, theme: Theme, jobs: JobRunner) -> None:
    desk = registered()
    desk.facts = replace(drawn_facts(), incomes=(Income(date(2026, 11, 1), Decimal("300000.00")),))
    dialog = IncomeDialog(None, desk, jobs, desk.sheet())
    qtbot.addWidget(dialog)
    dialog.day.setText("1119")
    dialog.amount.setText("-50000")
    assert "累计 250,000.00 元" in dialog.sum_words.text()
    assert "余 780,000.00 元" in dialog.sum_words.text()
    dialog.amount.setText("0")
    assert not dialog.act_button.isEnabled()
    dialog.amount.setText("730000")
    dialog.act_button.click()
    qtbot.waitUntil(lambda: bool(desk.told("fix_income")))
    cmd = desk.told("fix_income")[0]
    assert (cmd.received_on, cmd.amount) == (date(2026, 11, 19), Decimal("730000.00"))


def test_a_parked_contract_is_put_back_without_a_reason(qtbot: QtBot, theme: Theme, jobs: JobRunner) -> None:
    desk = FakeDesk()
    parked = row(5, "澄受 2026-0228", reporting_state="PARKED", state="CERTIFIED")
    dialog = ParkDialog(None, desk, jobs, parked)
    bring(qtbot, dialog)
    assert dialog.windowTitle() == "澄受 2026-0228 恢复上报？"
    dialog.act_button.click()
    qtbot.waitUntil(lambda: bool(desk.told("park")))
    assert desk.told("park")[0].reason == ""


def test_nothing_is_sent_back_when_the_objections_are_refused(
    qtbot: QtBot, theme: Theme, jobs: JobRunner
) -> None:
    desk = registered()
    desk.refusals["review"] = RefusedError("以下各项在您看过之后变了", "请重新打开")
    items = (c.ReviewedItem("term", "x", False, "止日不对"),)
    dialog = SendBackDialog(None, desk, jobs, desk.sheet_row, items, "止日不对")
    bring(qtbot, dialog)
    dialog.act_button.click()
    qtbot.waitUntil(dialog.trouble.isVisible)
    assert desk.told("send_back") == []
    assert dialog.reason.value() == "止日不对"


def test_a_dialog_at_work_cannot_be_left_or_pressed_twice(qtbot: QtBot, theme: Theme) -> None:
    desk = registered()
    with runner(False) as jobs:
        dialog = EndDialog(None, desk, jobs, desk.sheet(), "cancel")
        bring(qtbot, dialog)
        desk.during = lambda _name: time.sleep(0.1)
        dialog.reason.setText("解除")
        dialog.act_button.click()
        dialog.act_button.click()
        dialog.reject()
        qtbot.waitUntil(lambda: not dialog.isVisible())
        assert len(desk.told("end")) == 1
        assert dialog.result() == QDialog.DialogCode.Accepted


def report(**more: Any) -> v.ImportReport:
    values: dict[str, Any] = {
        "path": Path("/media/申请表.xlsx"),
        "read_count": 12,
        "accepted": (1, 2, 3),
        "rejected_rows": (5, 9),
        "already_there": 1,
        "problems": (
            Problem("统一社会信用代码", "5.1E+17", "Excel 已把代码改坏", "请将该列设为文本后重贴", row=5),
            Problem("签订日期", "", "没有填", "请按合同填写", "doubt", row=9),
        ),
        "returned": Path("/media/申请表_退回.xlsx"),
    }
    return v.ImportReport(**(values | more))


def test_every_problem_stands_with_row_column_value_reason_and_remedy(qtbot: QtBot, theme: Theme) -> None:
    dialog = ImportReportDialog(None, report())
    bring(qtbot, dialog)
    model = dialog.model
    cells = [[model.index(r, col).data() for col in range(5)] for r in range(model.rowCount())]
    assert cells == [
        ["5", "统一社会信用代码", "5.1E+17", "Excel 已把代码改坏", "请将该列设为文本后重贴"],
        ["9", "签订日期", "（空）", "没有填", "请按合同填写"],
    ]
    assert (
        dialog.words.text() == "读到 12 份，收进 3 份；以前已收过 1 份，没有再收；退回 2 份（第 5、9 行）。"
    )
    assert "申请表_退回.xlsx" in dialog.where.text()
    dialog.copy_button.click()
    assert QGuiApplication.clipboard().text() == str(Path("/media/申请表_退回.xlsx"))
    assert dialog.close_button.hasFocus() or dialog.copy_button.hasFocus()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_an_import_without_problems_says_so_and_offers_no_file(qtbot: QtBot, theme: Theme) -> None:
    dialog = ImportReportDialog(None, report(rejected_rows=(), problems=(), returned=None, already_there=0))
    bring(qtbot, dialog)
    assert not dialog.open_button.isVisible()
    assert not dialog.table.isVisible()
    assert dialog.words.text() == "读到 12 份，收进 3 份。"


@pytest.mark.parametrize("how", ["void", "reissue", "duplicate", "collected", "recalled"])
def test_giving_up_the_file_leaves_the_sheet_dialog_open(
    qtbot: QtBot, theme: Theme, jobs: JobRunner, how: str
) -> None:
    asked: list[tuple[int, str, str]] = []

    def run(number: int, reason: str, collector: str) -> None:
        asked.append((number, reason, collector))

    dialog = SheetDialog(None, jobs, how, [(1, "存档"), (2, "交卖方")], run, chosen=2)
    bring(qtbot, dialog)
    dialog.reason.setText("卡纸")
    dialog.collector.setText("韦青岚")
    dialog.act_button.click()
    assert dialog.isVisible()
    assert asked == [(2, "卡纸", "韦青岚")]


def test_minutes_are_kept_as_they_stand(qtbot: QtBot, theme: Theme, jobs: JobRunner) -> None:
    desk = registered()
    dialog = ExpertReviewDialog(None, desk, jobs, desk.sheet())
    bring(qtbot, dialog)
    assert dialog.organiser.text() == "云岭省技术市场管理中心"
    dialog.experts.setText("苏木、阮青、柏舟")
    dialog.votes.setText("三比零")
    dialog.text.setPlainText("目标不明确")
    assert "3:0" in dialog.lacks()
    dialog.votes.setText("1：2")
    assert dialog.lacks() == ""
    dialog.do()
    qtbot.waitUntil(lambda: bool(desk.told("keep_expert_review")))
    cmd = desk.told("keep_expert_review")[0]
    assert (cmd.for_count, cmd.against_count, cmd.opinion) == (1, 2, "disagree")
    assert (cmd.held_on, cmd.experts) == (date(2026, 11, 20), "苏木、阮青、柏舟")


def test_a_dispute_needs_words_a_large_contract_none(qtbot: QtBot, theme: Theme, jobs: JobRunner) -> None:
    desk = registered()
    dialog = AskExpertsDialog(None, desk, jobs, desk.sheet())
    bring(qtbot, dialog)
    assert dialog.cause.choice() == "disputed"
    assert "争议是什么" in dialog.lacks()
    dialog.reason.setPlainText("开发还是服务")
    assert dialog.lacks() == ""
    big = replace(desk.sheet(), row=row(1, "澄受 2026-0313", technology_amount=Decimal("5000000.00")))
    large = AskExpertsDialog(None, desk, jobs, big)
    qtbot.addWidget(large)
    assert large.cause.choice() == "large"
    assert large.lacks() == ""


def test_an_objection_names_who_and_against_what(qtbot: QtBot, theme: Theme, jobs: JobRunner) -> None:
    desk = registered()
    dialog = TakeObjectionDialog(None, desk, jobs, desk.sheet())
    bring(qtbot, dialog)
    assert dialog.against.text() == "登记证明2026990321000247"
    dialog.raised_by.setCurrentIndex(1)
    dialog.reason.setPlainText("含设备款")
    assert "答复要送达" in dialog.lacks()
    dialog.name.setText("国家税务总局澄河县税务局")
    dialog.do()
    qtbot.waitUntil(lambda: bool(desk.told("take_objection")))
    assert desk.told("take_objection")[0].raised_by == "tax"


def test_a_changed_answer_must_change_something(qtbot: QtBot, theme: Theme, jobs: JobRunner) -> None:
    desk = registered()
    dialog = AnswerObjectionDialog(None, desk, jobs, objected(desk.sheet()))
    bring(qtbot, dialog)
    assert "含设备款" in dialog.accessibleDescription()
    assert not any(line.isVisible() for line in dialog.changed_rows)
    dialog.answer.setPlainText("经核对附件二，设备款应扣除")
    dialog.decision.setCurrentIndex(1)
    assert all(line.isVisible() for line in dialog.changed_rows)
    assert "没有变" in dialog.lacks()
    dialog.amount.setText("93万")
    assert dialog.lacks() == ""
    dialog.do()
    qtbot.waitUntil(lambda: bool(desk.told("answer_objection")))
    cmd = desk.told("answer_objection")[0]
    assert (cmd.decision, cmd.kind, cmd.sub_kind) == ("changed", "DEV", "DEV-1")
    assert cmd.facts.technology_amount == Decimal("930000.00")
    assert sum(line.amount for line in cmd.facts.amount_lines) == cmd.facts.contract_amount
    assert cmd.answers == {"R-DEV-01": {"answer": "yes"}}


def test_the_tax_bureau_of_the_pack_is_told(qtbot: QtBot, theme: Theme, jobs: JobRunner) -> None:
    desk = registered()
    dialog = InformDialog(None, desk, jobs, desk.sheet())
    bring(qtbot, dialog)
    assert dialog.office.text() == "国家税务总局澄河县税务局"
    dialog.do()
    qtbot.waitUntil(lambda: bool(desk.told("inform")))


def test_the_account_of_a_year_is_reckoned_and_saved(
    qtbot: QtBot, theme: Theme, jobs: JobRunner, tmp_path: Path
) -> None:
    desk = registered()
    dialog = YearDialog(None, desk, jobs, desk.sheet())
    bring(qtbot, dialog)
    qtbot.waitUntil(lambda: dialog.account is not None)
    assert "没有技术转让所得" in dialog.sums.text() or dialog.model.rowCount() == 1
    dialog.taxpayer.setCurrentIndex(1)
    qtbot.waitUntil(lambda: len(desk.told("year_account")) == 2)
    asked = [name for name, *_rest in desk.told("year_account")]
    assert asked == [p.id_number for p in desk.facts.parties[:2]]
    dialog.standing.setCurrentIndex(dialog.standing.findData("ic_tool"))
    qtbot.waitUntil(lambda: len(desk.told("year_account")) == 3)
    assert desk.told("year_account")[-1][3] == "ic_tool"
    dialog.ask_folder = lambda *_a: tmp_path
    qtbot.waitUntil(dialog.act_button.isEnabled)
    dialog.do()
    qtbot.waitUntil(lambda: bool(desk.told("write_year")))
    qtbot.waitUntil(lambda: "已存为" in dialog.missing.text())
    assert dialog.isVisible(), "it stays open"


def test_the_extra_deduction_is_said_for_every_standing_that_gets_another(theme: Theme) -> None:
    part = ResearchYear(
        (), Decimal(1200000), Decimal(0), Decimal(800000), Decimal(0), Decimal(0), Decimal(0),
        Decimal(1100000),
        otherwise=(
            Otherwise("general", True, Decimal(975000)), Otherwise("manufacturer", False, Decimal(1200000)),
        ),
    )  # fmt: skip
    assert sums_in_words(part) == (
        "委托研发：境内基数 1,200,000.00 元，境外 0.00 元（限额 800,000.00 元），加计扣除 1,100,000.00 元。"
        "一般企业，按月份比例则为 975,000.00 元；制造业企业则为 1,200,000.00 元。"
    )


def test_the_local_schemes_of_a_year_stand_beside_its_limits(
    qtbot: QtBot, theme: Theme, jobs: JobRunner
) -> None:
    desk = registered()
    today = desk.today().year
    shares = (
        SubsidyShare(1, "2026990321000247", "分选机", "supported", Decimal(600000), Decimal(5500), ""),
        SubsidyShare(2, "2026990321000248", "烘干机", "cannot_tell", None, None, "缺：是否关联交易"),
    )
    scheme = SchemeYear(
        "YL-2026-1", "技术交易补助", "卖方", 2026, Decimal(600000), Decimal(5500), "合计", "", shares, False,
        "按登记日所在年度", "2026-11-30", "示例办法", "memory",
    )  # fmt: skip
    known = desk.year_account
    desk.year_account = lambda *told: replace(known(*told), subsidies=(scheme,))  # type: ignore[method-assign]
    dialog = YearDialog(None, desk, jobs, desk.sheet())
    bring(qtbot, dialog)
    qtbot.waitUntil(lambda: dialog.account is not None)
    assert desk.told("year_account")[0][1] == today, "the running year first, though the next is offered"
    shown = [
        [dialog.model.data(dialog.model.index(row, column)) for column in (2, 6, 7)]
        for row in range(dialog.model.rowCount())
    ]
    assert shown[-2:] == [
        ["600,000.00", "5,500.00", "技术交易补助"],
        ["", "", "技术交易补助 缺：是否关联交易"],
    ]
    assert dialog.sums.text().endswith(
        "技术交易补助（卖方） 5,500.00 元，有合同或上年数还缺，合计不全，申领截止 2026-11-30。"
    )
    assert not dialog.table.isColumnHidden(6)
    desk.year_account = known  # type: ignore[method-assign]
    dialog.reckon()
    qtbot.waitUntil(lambda: dialog.table.isColumnHidden(6))
    unseen = replace(scheme, amount=None, why="补助标准未见")
    assert scheme_in_words(unseen) == "技术交易补助（卖方）：补助标准未见，算不出来。"
    assert scheme_in_words(replace(scheme, shares=(), deadline="", is_ceiling=True)) == (
        "技术交易补助（卖方）最多 5,500.00 元。"
    )


def test_the_sums_of_a_year_are_said_whole(theme: Theme) -> None:
    tax = TransferTax(Decimal(5000000), Decimal(3000000), Decimal(375000), Decimal(6500000))
    said = sums_in_words(TransferYear((), Decimal(8000000), Decimal(5000000), False, tax))
    assert said == (
        "技术转让所得合计 8,000,000.00 元，限额 5,000,000.00 元：免征 5,000,000.00 元，减半 3,000,000.00 元，"
        "应纳税额 375,000.00 元，纳税调减 6,500,000.00 元。"
    )


@pytest.fixture
def low_window(qtbot: QtBot, theme: Theme) -> QWidget:
    """911 × 512, the smallest there is."""
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(911, 512)
    window.show()
    return window


def fits(qtbot: QtBot, dialog: DecidingDialog) -> None:
    """Brings it up; it may not outgrow the low window."""
    dialog.show()
    qtbot.waitExposed(dialog)
    QApplication.processEvents()
    assert dialog.height() <= 512
    assert dialog.width() <= 911


def seen(part: QWidget, dialog: DecidingDialog) -> bool:
    """It lies whole in the part of the body that is not scrolled away."""
    view = dialog.scroller.viewport()
    top = part.mapTo(view, part.rect().topLeft()).y()
    return top >= 0 and top + part.height() <= view.height()


def test_five_old_and_new_values_are_seen_in_a_low_window(
    qtbot: QtBot, low_window: QWidget, jobs: JobRunner
) -> None:
    desk = registered()
    dialog = ChangeDialog(low_window, desk, jobs, desk.sheet())
    fits(qtbot, dialog)
    assert sum(seen(line.entry, dialog) for line in dialog.lines) >= 5
    assert dialog.agreement.isVisible()
    assert dialog.reason.isVisible()
    assert dialog.missing.isVisible()
    assert overlaps(dialog) == []


def test_table_and_sums_of_the_year_are_both_seen_in_a_low_window(
    qtbot: QtBot, low_window: QWidget, jobs: JobRunner
) -> None:
    desk = registered()
    dialog = YearDialog(low_window, desk, jobs, desk.sheet())
    fits(qtbot, dialog)
    qtbot.waitUntil(lambda: dialog.account is not None)
    qtbot.waitUntil(lambda: seen(dialog.table, dialog))
    assert dialog.height() <= 512
    assert dialog.sums.isVisible()
    assert overlaps(dialog) == []
