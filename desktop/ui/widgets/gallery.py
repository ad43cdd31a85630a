"""A developer's page: every component in its states, to be put beside the drawings.

``python -m desktop.ui.widgets.gallery [--shot FILE] [--contrast] [--large] [--page forms|frame|reading]``
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPoint, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.errors import Problem
from desktop.ui.theme import Theme, px
from desktop.ui.widgets.answers import AnswerCards
from desktop.ui.widgets.ask import AskDialog
from desktop.ui.widgets.bars import (
    ContractHead,
    Key,
    KeyBar,
    Navigation,
    PageHead,
    StatusBar,
    StatusFact,
)
from desktop.ui.widgets.base import Label, set_ground
from desktop.ui.widgets.buttons import KINDS, Button, CheckBox, Chip, PageTool, Radio, SegmentedToggle
from desktop.ui.widgets.cards import Card, EmptyNote, Gauge, Progress, Strip, Tile
from desktop.ui.widgets.checks import CheckPanel
from desktop.ui.widgets.codes import CodeBook, CodeEntry, CodeField
from desktop.ui.widgets.entries import AmountField, CreditCodeField, DateField
from desktop.ui.widgets.fields import Field, FieldRow, SearchBox, SectionHead, TextBox
from desktop.ui.widgets.focus import FocusRing, WheelGuard
from desktop.ui.widgets.marks import CONFIDENCE, LEVELS, RELIEF, STATES, StateDisc
from desktop.ui.widgets.reading import Evidence, EvidenceLegend, EvidenceView, Passage
from desktop.ui.widgets.steps import (
    DeadlineWall,
    Happening,
    PathBar,
    PathStop,
    Steps,
    Timeline,
    WallChip,
    WallDay,
)
from desktop.ui.widgets.table import DeskTable, Role, TableCard
from desktop.ui.widgets.tags import Tag

Index = QModelIndex | QPersistentModelIndex
PARTY_TYPES = CodeBook(
    [
        CodeEntry("150", "有限责任公司", ("yxzrgs",)),
        CodeEntry("160", "股份有限公司", ("gfyxgs",)),
        CodeEntry("240", "港澳台商投资股份有限公司", ("gatstzgfyxgs",)),
        CodeEntry("340", "外商投资股份有限公司", ("wstzgfyxgs",)),
        CodeEntry("140", "联营企业", ("lyqy",), is_retired=True),
    ]
)
NAME = "丘陵茶园自走式采摘机视觉识别与仿形控制系统研制"


class _Sample(QAbstractTableModel):
    HEADS = ("编号", "项目名称", "成交额（元）", "状态")
    ROWS = (
        ("0245", "常态：低品位石英砂提纯工艺开发", "540,000.00", "ACCEPTED"),
        ("0246", "悬停：县域电网无功补偿策略咨询", "86,000.00", "RECOGNISED"),
        ("0247", "所选：采摘机视觉识别与仿形控制", "1,280,000.00", "REGISTERED"),
        ("0248", "焦点在格内：Enter 向右", "320,000.00", "DRAFT"),
    )

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.ROWS)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.HEADS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        text = self.ROWS[index.row()][index.column()]
        if index.column() == 3:
            return text if role == Role.MARK else None
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        if role == Role.MONO:
            return index.column() == 0
        if role == Role.HITS and index.column() == 1 and "采摘" in text:
            return ((text.index("采摘"), text.index("采摘") + 2),)
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == 2:
            return int(Qt.AlignmentFlag.AlignRight)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.HEADS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section == 2:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None


def sample_problems() -> list[Problem]:
    """Findings as the form's check gives them."""
    return [
        Problem(
            "13 卖方信用代码",
            "9199 0321 MA0Q H7K2 6B",
            "末位校验位对不上，看不出错在哪一位（GB 32100-2015）",
            "对照执照逐位核；无误写原因保留",
            "error",
            "S131",
            field="seller_code",
        ),
        Problem("21 支付方式", "", "未填。", "提交前必须选一项。", "error", "S210"),
        Problem(
            "12 疑似重复登记",
            "",
            "与 2025-0188 同卖方、名称相近（已登记）。",
            "并排看过后写明去留。",
            "doubt",
            "V11",
        ),
        Problem("19", "", "附件二含设备，核定时扣除", "", "note"),
        Problem("", "", "合同未见“名词术语解释”条款", "", "note"),
    ]


def _section(title: str, box: QVBoxLayout) -> None:
    box.addWidget(Label(title, tone="accent", strong=True))


def _left() -> QVBoxLayout:
    box = QVBoxLayout()
    box.setSpacing(px(8))
    _section("按钮", box)
    grid = QGridLayout()
    grid.setSpacing(px(8))
    for row, kind in enumerate(KINDS):
        usable, keyed, barred = Button("登记", kind), Button("登记", kind, key="F12"), Button("登记", kind)
        down = Button("登记", kind)
        down.setDown(True)
        barred.setEnabled(False)
        for column, button in enumerate((usable, keyed, down, barred)):
            grid.addWidget(button, row, column)
    box.addLayout(grid)
    _section("输入", box)
    form = QGridLayout()
    form.setHorizontalSpacing(px(16))
    form.setColumnStretch(0, 1)
    form.setColumnStretch(1, 1)
    form.setVerticalSpacing(px(6))
    plain, must, read, code = (
        Field("常态"),
        Field("必填", required=True),
        Field("只读"),
        CodeField("代码", PARTY_TYPES),
    )
    plain.set_value("2026-10-26")
    must.set_value("丰禾农业机械")
    read.set_value("待核定")
    read.set_read_only(True)
    code.set_required(True)
    code.set_value("150")
    wrong, doubt, money = DateField("错误"), Field("疑点"), AmountField("金额", required=True)
    wrong.set_value("2026-02-30")
    doubt.set_value("已写说明")
    doubt.set_level("doubt", "名称与上年登记的不同")
    credit = CreditCodeField("信用代码", required=True)
    credit.set_value("91990321MA5NY83T0T")
    numbered: list[tuple[str, Field]] = [("1", plain), ("2", must), ("", read), ("8", credit)]
    numbered += [("5", wrong), ("12", doubt), ("16", code), ("18", money)]
    rows = [FieldRow(number, entry.name, entry) for number, entry in numbered]
    money.capital_changed.connect(rows[-1].set_note)
    money.set_amount(Decimal(1280000))
    for at, row_widget in enumerate(rows):
        form.addWidget(row_widget, at // 2, at % 2)
    one, other = DateField("起"), DateField("止")
    one.set_value("2026-11-01")
    other.set_value("2027-10-31")
    form.addWidget(SectionHead("二 买方"), 4, 0)
    form.addWidget(FieldRow("4", "有效期限 起–止", one, beside=other), 4, 1)
    box.addLayout(form)
    _section("选择、切换、进度", box)
    line = QHBoxLayout()
    ticked, empty, radio = CheckBox("已选"), CheckBox("未选"), Radio("单选")
    ticked.setChecked(True)
    radio.setChecked(True)
    toggle = SegmentedToggle("期间", [("y", "年"), ("q", "季"), ("m", "月")])
    toggle.choose("y")
    for choice in (ticked, empty, radio, toggle, Chip("不含草稿", is_set=True), Chip("状态")):
        line.addWidget(choice)
    line.addStretch(1)
    box.addLayout(line)
    progress = Progress("正在查")
    progress.start()
    progress.step(37, 200)
    box.addWidget(progress)
    steps = Steps()
    steps.show_step(3)
    box.addWidget(steps)
    _section("空、没有、断了", box)
    box.addWidget(EmptyNote("没有符合的合同。", "去掉“不含草稿”还有 2 份", "去掉这个条件"))
    box.addStretch(1)
    return box


def _right() -> QVBoxLayout:
    box = QVBoxLayout()
    box.setSpacing(px(8))
    _section("表格", box)
    table = DeskTable("合同")
    model = _Sample(table)
    table.setModel(model)
    table.set_widths({0: 80, 2: 150, 3: 110}, stretch=1)
    table.select_row(2)
    table.hover_row = 1
    card = TableCard(table, totals=True)
    if card.totals is not None:
        card.totals.show_totals({0: "合计", 1: "4 份", 2: "2,226,000.00"})
    card.setFixedHeight(px(215))
    box.addWidget(card)
    _section("弹窗：默认停在“不做事”一边", box)
    dialog = AskDialog(
        None,
        "注销 2026 9903 2100 0247 的登记？",
        "注销后编号不再使用，已发出的 3 联须收回；要告知财政、税务机关。\n此举记入日志，不能撤回。",
        act="注销这份登记",
        safe="先不注销",
        mnemonic="Z",
        reason="事由",
    )
    if dialog.entry is not None:
        dialog.entry.setText("合同于 2027-03-02 协议解除")
    dialog.setWindowFlags(Qt.WindowType.Widget)
    dialog.setMaximumWidth(px(800))
    box.addWidget(dialog)
    _section("标记", box)
    for codes in (CONFIDENCE, LEVELS, RELIEF):
        line = QHBoxLayout()
        for code in codes:
            line.addWidget(Tag(code))
        line.addStretch(1)
        box.addLayout(line)
    states = QGridLayout()
    for at, code in enumerate(STATES):
        states.addWidget(StateDisc(code), at // 6, at % 6)
    box.addLayout(states)
    _section("底栏消息、找回、号段余量", box)
    box.addWidget(Strip("已找回 14:32 的录入，停在第 16 栏", accept="接着录", decline="先放着"))
    gauges = QHBoxLayout()
    for used in (46, 84, 100):
        gauge = Gauge("登记号段")
        gauge.show_numbers(used, 100, 20)
        gauges.addWidget(gauge)
    box.addLayout(gauges)
    box.addStretch(1)
    return box


def forms_page() -> QWidget:
    """Buttons, fields, tables, questions, marks."""
    page = QWidget()
    set_ground(page, "paper")
    row = QHBoxLayout(page)
    row.setContentsMargins(px(24), px(16), px(24), px(12))
    row.setSpacing(px(32))
    row.addLayout(_left(), 4)
    row.addLayout(_right(), 5)
    return page


def frame_page() -> QWidget:
    """The bars around a page, tiles and the wall."""
    page = QWidget()
    set_ground(page, "page")
    outer = QVBoxLayout(page)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.setSpacing(0)
    top = QHBoxLayout()
    top.setSpacing(0)
    outer.addLayout(top, 1)
    nav = Navigation()
    nav.choose("today")
    nav.set_badge("handle", 11)
    nav.set_badge("report", 12)
    nav.set_person("沈清禾", "登记员 · 经办")
    top.addWidget(nav)
    column = QVBoxLayout()
    column.setSpacing(0)
    top.addLayout(column, 1)
    head = PageHead("今日", "2026-11-20 星期五")
    head.add_tool(PageTool("新收一份", "document_add", key="F5"))
    head.add_tool(PageTool("导入申请表", "table_add"))
    head.add_right(SearchBox("查找", "查找合同、单位、编号…"))
    column.addWidget(head)
    contract = ContractHead()
    contract.show_contract(NAME, "ACCEPTED", "澄受 2026-0312", "期限 12-11，余 15 个工作日")
    contract.steps.show_step(2)
    column.addWidget(contract)
    path = PathBar()
    words = ("技术开发", "转让", "许可", "咨询", "服务", "结论")
    path.show_stops(
        [PathStop("gate", "门槛", "24/24", "done"), PathStop("mix", "混合", "6/6", "done")]
        + [PathStop(w, w, look="current" if w == "技术开发" else "ahead") for w in words]
    )
    column.addWidget(path)
    body = QVBoxLayout()
    body.setContentsMargins(px(20), px(16), px(20), px(16))
    body.setSpacing(px(12))
    column.addLayout(body, 1)
    tiles = QHBoxLayout()
    tiles.setSpacing(px(12))
    for code, word, count, remark, level in (
        ("DRAFT", "草稿", 4, "最早 11-12", ""),
        ("RETURNED", "待补正", 2, "1 份下周一到期", "doubt"),
        ("ACCEPTED", "待初审", 5, "1 份今天到期", "error"),
        ("NOT_SENT", "未导出", 12, "上次上报 11-17", ""),
    ):
        tile = Tile(code, word)
        tile.show_count(count, remark, level)
        tiles.addWidget(tile)
    body.addLayout(tiles)
    card = Card("期限墙", "剩余工作日；方块是受理号尾四位")
    wall = DeadlineWall()
    days = [WallDay(date(2026, 11, 20) + timedelta(days=n), n, "下周" if n == 1 else "") for n in range(16)]
    days.append(WallDay(date(2026, 12, 24), 24, is_later=True))
    lefts = ((289, 0), (297, 2), (301, 4), (302, 4), (306, 7))
    chips = [WallChip(f"{n:04}", f"{n:04}", left) for n, left in lefts]
    wall.show_days(days, [*chips, WallChip("0275", "0275", 24, is_expert=True)])
    card.body.addWidget(wall)
    body.addWidget(card)
    body.addStretch(1)
    keys = KeyBar()
    keys.show_keys(
        [Key("F1", "帮助"), Key("F3", "查找"), Key(("PgUp", "PgDn"), "上/下一份"), Key("Esc", "返回")]
    )
    keys.show_primary("办理 0289（今天到期）")
    outer.addWidget(keys)
    status = StatusBar()
    status.set_facts(
        [StatusFact("澄河县技术合同登记处"), StatusFact("备份 昨日 17:42 已验", "shield_checkmark", 1)]
    )
    status.say("14:41 已受理 0312，材料齐", lasting=True)
    outer.addWidget(status)
    return page


def reading_page() -> QWidget:
    """Contract text with evidence, answers, findings, what has happened."""
    page = QWidget()
    set_ground(page, "page")
    row = QHBoxLayout(page)
    row.setSpacing(px(12))
    passages = (
        Passage("第三条　技术现状", is_head=True),
        Passage(
            "3.1　双方确认，截至本合同签订之日，未见适用于 15° 以上坡地的成熟方案，双方均未掌握该技术方案。"
        ),
        Passage(
            "3.2　乙方已有的平地茶园割刀高度传感技术为背景技术，权属归乙方，不列入本合同的研究开发内容。"
        ),
    )
    view = EvidenceView()
    view.show_passages(passages)
    text = view.text
    view.show_evidence(
        [
            Evidence(text.index("双方确认"), text.index("。") + 1, "supports", "证1"),
            Evidence(text.index("乙方已有"), text.index("不列入") - 1, "beside", "反1"),
        ]
    )
    left = QVBoxLayout()
    left.addWidget(view, 1)
    left.addWidget(EvidenceLegend())
    row.addLayout(left, 4)
    middle = QVBoxLayout()
    middle.addWidget(
        Label("签订合同时，要研究开发的技术方案，双方是否都还没有掌握？", size="page", strong=True, wrap=True)
    )
    answers = AnswerCards()
    answers.show_question(
        {
            "yes": ("双方都未掌握", "下一问：有无技术创新"),
            "no": ("已有一方掌握", "不按开发，转问转让"),
            "unknown": ("看不出来", "不能下结论，列入补正"),
        }
    )
    middle.addWidget(answers)
    middle.addWidget(TextBox("理由"))
    timeline = Timeline()
    timeline.show_rows(
        [
            Happening("第 1、2 联领走", "11-20 15:58", "韦青岚 签收"),
            Happening("第 2 联作废", "11-20 15:53", "卡纸，纸已收回", is_turn=True),
            Happening("登记，取号 0247", "11-20 15:40", "复核 陆知远"),
        ]
    )
    middle.addWidget(timeline, 1)
    row.addLayout(middle, 4)
    panel = CheckPanel(lambda problem: problem.code in ("S131", "V11"))
    panel.show_problems(sample_problems())
    row.addWidget(panel, 3)
    return page


PAGES = {"forms": forms_page, "frame": frame_page, "reading": reading_page}


def main(arguments: Sequence[str] | None = None) -> int:
    """Show a page, or write its picture."""
    parser = argparse.ArgumentParser(prog="gallery")
    parser.add_argument("--page", choices=list(PAGES), default="forms")
    parser.add_argument("--shot")
    parser.add_argument("--contrast", action="store_true")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--width", type=int, default=1366)
    parser.add_argument("--popup", action="store_true", help="open the code list, as a person would")
    chosen = parser.parse_args(arguments)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(app, QApplication):
        return 2
    theme = Theme(is_contrast=chosen.contrast, is_large=chosen.large)
    theme.apply(app)
    ring, guard = FocusRing(app), WheelGuard(app)
    page = PAGES[chosen.page]()
    page.resize(chosen.width, 768)
    page.setWindowTitle("部件")
    if not chosen.shot:
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(page)
        area.resize(chosen.width, 768)
        area.show()
        code = app.exec()
        ring.deleteLater()
        guard.deleteLater()
        return code
    page.show()
    page.activateWindow()
    field = page.findChild(CodeField)
    if chosen.popup and field is not None:
        field.setFocus()
        field.put("yx")
        field.textEdited.emit("yx")
    app.processEvents()
    app.processEvents()
    picture = page.grab()
    if chosen.popup and field is not None:
        painter = QPainter(picture)
        painter.drawPixmap(page.mapFromGlobal(field.popup.mapToGlobal(QPoint(0, 0))), field.popup.grab())
        painter.end()
    page.close()
    return 0 if picture.save(chosen.shot) else 3


if __name__ == "__main__":
    sys.exit(main())
