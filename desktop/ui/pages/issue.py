"""登记发证: the number, the certificate as it will be printed, its ledger, and what comes afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from uuid import UUID, uuid5

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QGuiApplication, QImage, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.certificates.ruler import CERTIFICATE, LETTERS, Fit, read_fit, subject_of
from desktop.certificates.ruler import PAGE as OFFSETS
from desktop.errors import DeskError, MachineError
from desktop.jobs import Job, JobRunner
from desktop.resources import _
from desktop.services import commands as c
from desktop.services.desk import Desk
from desktop.services.views import BlockView, ContractRow, ContractSheet
from desktop.settings import local_time
from desktop.ui.calls import Calls
from desktop.ui.dialogs.change import ChangeDialog
from desktop.ui.dialogs.deciding import DecidingDialog
from desktop.ui.dialogs.end import EndDialog
from desktop.ui.dialogs.income import IncomeDialog
from desktop.ui.dialogs.park import ParkDialog
from desktop.ui.dialogs.sheet import SheetDialog
from desktop.ui.pages.issue_parts import (
    BigPicture,
    LedgerLine,
    LedgerTable,
    PageArea,
    PagePicture,
    ledger_lines,
    offset_fields,
)
from desktop.ui.pages.page import Primary, Step
from desktop.ui.pages.parts import choose_target
from desktop.ui.pages.wording import returned_words, trouble_words
from desktop.ui.printing import TRAYS, print_pdf, printer_names, to_picture
from desktop.ui.theme import px
from desktop.ui.widgets.bars import Key
from desktop.ui.widgets.base import Label, set_ground
from desktop.ui.widgets.buttons import Button, CheckBox, Choice
from desktop.ui.widgets.cards import Card, Gauge, Strip
from desktop.ui.widgets.table import DeskTable
from desktop.ui.widgets.tags import Tag

PAPER = CERTIFICATE
TO_FILE = ""
NOTICE_WORDS = {
    "P01": _("受理通知单"),
    "P02": _("补正告知书"),
    "P03": _("不予受理通知书"),
    "P07": _("不予登记通知书"),
    "P08": _("变更通知书"),
    "P09": _("注销通知书"),
    "P10": _("撤销通知书"),
    "P11": _("告知函"),
    "P23": _("延期告知书"),
    "P26": _("复核结果告知书"),
}


@dataclass(frozen=True, slots=True)
class Printed:
    """What came of a print: the newer contract, and the printer's trouble if it had one."""

    sheet: ContractSheet
    trouble: MachineError | None
    words: str


@dataclass(frozen=True, slots=True)
class _Preview:
    contract_id: int
    copy_number: int
    picture: QImage | None
    area: PageArea
    trouble: str
    block: BlockView


class IssueStep(Step):
    """Step 6. F12 prints the sheets ticked; nothing in the ledger is ever changed, only added."""

    def __init__(
        self,
        desk: Desk,
        jobs: JobRunner,
        parent: QWidget | None = None,
        *,
        printers: Callable[[], Sequence[str]] = printer_names,
        put_on_paper: Callable[..., int] = print_pdf,
    ) -> None:
        super().__init__(parent)
        self._desk, self._jobs = desk, jobs
        self._calls = Calls(jobs, self)
        self._calls.changed.connect(self._look)
        self._previews = Calls(jobs, self)
        self._printers, self._put_on_paper = printers, put_on_paper
        self._knows_printers = False
        set_ground(self, "page")
        self.ask_path: Callable[[str], Path | None] = self._ask_path
        self._sheet: ContractSheet | None = None
        self._request = c.new_request()
        self._copies: tuple[str, ...] = desk.pack.copies(PAPER)
        self._area = PageArea()
        self._shown_copy = 0
        self._is_narrow = False
        self._lent: tuple[QWidget, QWidget] | None = None
        self.dialog: DecidingDialog | None = None
        self._build()
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.timeout.connect(self._bring_into_sight)
        for number in range(1, len(self._copies) + 1):
            shortcut = QShortcut(QKeySequence(f"Alt+{number}"), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self._toggler(number))

    # building

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(px(20), px(12), px(20), px(12))
        outer.setSpacing(px(8))
        self.trouble = Strip("", level="error")
        self.trouble.hide()
        outer.addWidget(self.trouble)
        self.returned = Strip("", level="error")
        self.returned.hide()
        outer.addWidget(self.returned)
        row = QHBoxLayout()
        row.setSpacing(px(12))
        outer.addLayout(row, 1)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(12))
        column.addWidget(self._build_number())
        column.addWidget(self._build_print())
        column.addWidget(self._build_pack(), 1)
        self.left = _area(left)
        row.addWidget(self.left)
        self.preview_card = self._build_preview()
        row.addWidget(self.preview_card, 1)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(12))
        column.addWidget(self._build_ledger(), 1)
        column.addWidget(self._build_after())
        self.right = right
        row.addWidget(right)
        self._fit()

    def _build_number(self) -> Card:
        card = Card()
        card.body.setSpacing(px(4))
        head = QHBoxLayout()
        head.addWidget(Label(_("登记编号"), size="note", tone="ink2"))
        head.addStretch(1)
        self.copy_button = _told(Button(_("复制（不带空格）"), "text", icon="copy", small=True), "C")
        self.copy_button.clicked.connect(self.copy_number)
        head.addWidget(self.copy_button)
        card.body.addLayout(head)
        self.number = Label("", size="figure", strong=True, mono=True)
        self.number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        card.body.addWidget(self.number)
        names = QHBoxLayout()
        self.block_name = Label("", size="note", tone="ink2")
        self.block_left = Label("", size="note", tone="ink2")
        names.addWidget(self.block_name)
        names.addStretch(1)
        names.addWidget(self.block_left)
        card.body.addLayout(names)
        self.gauge = Gauge(_("号段"), worded=False)
        card.body.addWidget(self.gauge)
        foot = QHBoxLayout()
        self.taken = Label("", size="note", tone="ink2")
        self.low = Label("", size="note", tone="ink2")
        foot.addWidget(self.taken)
        foot.addStretch(1)
        foot.addWidget(self.low)
        card.body.addLayout(foot)
        return card

    def _build_print(self) -> Card:
        card = Card(_("打印"))
        self.glyphs = Label("", size="note", tone="ok")
        card.add_to_head(self.glyphs)
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(6))
        grid.setVerticalSpacing(px(6))
        grid.setColumnStretch(1, 1)
        self.printer = Choice(_("打印机"), [(TO_FILE, _("存为 PDF 文件"))])
        self.printer.activated.connect(self._printer_chosen)
        self.fit_fields = offset_fields()
        self.right_mm, self.down_mm, self.across, self.along = self.fit_fields
        for entry in self.fit_fields:
            entry.committed.connect(self._offset_changed)
        offsets = _side_by_side((_("向右"), self.right_mm), (_("向下"), self.down_mm))
        scales = _side_by_side((_("横向"), self.across), (_("纵向"), self.along))
        self.tray = Choice(_("纸盒"), TRAYS)
        self.tray.activated.connect(self._printer_chosen)
        self.ruler_button = _told(Button(_("标尺页"), small=True), "O")
        self.ruler_button.setToolTip(_("打印标尺页，量四个数，算出偏移和缩放"))
        self.ruler_button.clicked.connect(self.open_ruler)
        trays = QWidget()
        line = QHBoxLayout(trays)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(px(6))
        line.addWidget(self.tray, 1)
        line.addWidget(self.ruler_button)
        boxes = QWidget()
        ticks = QHBoxLayout(boxes)
        ticks.setContentsMargins(0, px(2), 0, px(2))
        ticks.setSpacing(px(6))
        self.boxes: list[CheckBox] = []
        self._print_names: list[Label] = []
        for number, who in enumerate(self._copies, 1):
            box = CheckBox(_("第 {n} 联").format(n=number), framed=True)
            box.setAccessibleName(_("第 {n} 联，{who}").format(n=number, who=who))
            box.setToolTip(who)
            box.toggled.connect(self._ticked)
            ticks.addWidget(box)
            self.boxes.append(box)
        ticks.addStretch(1)
        for at, (word, widget) in enumerate(
            (
                (_("打印机"), self.printer),
                (_("纸盒"), trays),
                (_("偏移 mm"), offsets),
                (_("缩放 %"), scales),
                (_("份数"), boxes),
            )
        ):
            label = Label(word, tone="ink2")
            self._print_names.append(label)
            label.setBuddy(widget)
            grid.addWidget(label, at, 0)
            grid.addWidget(widget, at, 1)
        card.body.addLayout(grid)
        self.pause = CheckBox(_("先打一张，停下来看"))
        self.pause.toggled.connect(self._pause_chosen)
        line = QHBoxLayout()
        line.addWidget(self.pause)
        line.addStretch(1)
        self.batch_button = _told(Button(_("成批打印"), small=True), "L")
        self.batch_button.clicked.connect(self.open_batch)
        line.addWidget(self.batch_button)
        card.body.addLayout(line)
        buttons = QHBoxLayout()
        buttons.setSpacing(px(8))
        self.print_button = Button("", "primary", key="F12")
        self.print_button.clicked.connect(self.print_ticked)
        self.save_button = Button(_("存 PDF"), letter="T")
        self.save_button.clicked.connect(self.save_pdf)
        buttons.addWidget(self.print_button, 1)
        buttons.addWidget(self.save_button)
        card.body.addLayout(buttons)
        return card

    def _build_pack(self) -> Card:
        pack = self._desk.pack
        card = Card()
        head = QHBoxLayout()
        head.addWidget(Label(_("本地包规定"), strong=True))
        head.addStretch(1)
        head.addWidget(Tag(pack.confidence))
        card.body.addLayout(head)
        before = _("许可，限本号段内") if pack.may_print_before_receipt else _("不许可，只出受理单")
        rows = (
            (_("版式"), pack.name),
            (_("回执前发证"), before),
            (_("联数"), _("一式 {n} 联，首发不印字样").format(n=len(self._copies))),
            (_("回执到后"), _("台账记“上级已接收”")),
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(12))
        grid.setVerticalSpacing(px(4))
        grid.setColumnStretch(1, 1)
        for at, (name, words) in enumerate(rows):
            grid.addWidget(Label(name, tone="ink2"), at, 0)
            grid.addWidget(Label(words, wrap=True), at, 1)
        card.body.addLayout(grid)
        card.body.addStretch(1)
        return card

    def _build_preview(self) -> QWidget:
        frame = QFrame()
        frame.setProperty("card", "quiet")
        set_ground(frame, "head")
        column = QVBoxLayout(frame)
        column.setContentsMargins(px(12), px(8), px(12), px(12))
        column.setSpacing(px(6))
        head = QHBoxLayout()
        self.preview_words = Label("", size="note", tone="ink2")
        head.addWidget(self.preview_words)
        head.addStretch(1)
        head.addWidget(Label(_("虚线框为盖章处，不打印"), size="note", tone="accent"))
        column.addLayout(head)
        self.page = PagePicture()
        column.addWidget(self.page, 1)
        return frame

    def _build_ledger(self) -> Card:
        card = Card(_("发证台账"), padded=False)
        card.add_to_head(Label(_("只增不改"), size="note", tone="ink2"))
        self.ledger = LedgerTable()
        self.table = DeskTable(_("发证台账"), two_lines=True)
        self.table.setModel(self.ledger)
        self.table.set_widths({0: 106, 2: 118}, stretch=1)
        self.table.clicked.connect(self._line_chosen)
        self.table.opened.connect(self._line_chosen)
        card.body.addWidget(self.table, 1)
        self.digest = Label("", size="note", tone="ink2", wrap=True)
        self.digest.setContentsMargins(px(12), px(6), px(12), px(6))
        card.body.addWidget(self.digest)
        foot = QWidget()
        line = QHBoxLayout(foot)
        line.setContentsMargins(0, px(4), 0, px(4))
        line.setSpacing(px(8))
        self.sheet_buttons: dict[str, Button] = {}
        for how, word, kind, letter in (
            ("reissue", _("补证"), "plain", "Z"),
            ("duplicate", _("副本"), "plain", "F"),
            ("collected", _("签收"), "plain", "Q"),
            ("recalled", _("收回"), "plain", "H"),
            ("void", _("作废"), "danger", "W"),
        ):
            button = _told(Button(word, kind, small=True), letter)
            button.setProperty("how", how)
            button.clicked.connect(self._sheet_act)
            line.addWidget(button)
            self.sheet_buttons[how] = button
        line.addStretch(1)
        card.add_foot(foot)
        return card

    def _build_after(self) -> Card:
        card = Card()
        card.body.setSpacing(px(8))
        card.body.addWidget(Label(_("登记之后"), strong=True))
        self.after_buttons: dict[str, Button] = {}
        words = (
            ("change", _("变更"), "plain", "B"),
            ("income", _("核定收入"), "plain", "S"),
            ("cancel", _("注销"), "danger", "X"),
            ("revoke", _("撤销"), "danger", "E"),
            ("park", _("暂不上报"), "plain", "P"),
        )
        first, second = QHBoxLayout(), QHBoxLayout()
        for line in (first, second):
            line.setSpacing(px(8))
            card.body.addLayout(line)
        for at, (verb, word, kind, letter) in enumerate(words):
            button = _told(Button(word, kind, small=True), letter)
            button.setProperty("verb", verb)
            button.clicked.connect(self._after_act)
            (first if at < 4 else second).addWidget(button)
            self.after_buttons[verb] = button
        self.papers_button = _told(Button(_("打印文书"), icon="print", small=True), "D")
        self.papers_button.clicked.connect(self.open_papers)
        second.addWidget(self.papers_button)
        first.addStretch(1)
        second.addStretch(1)
        return card

    def changeEvent(self, event: QEvent) -> None:
        """Text size changed: the two sides and the words before the fields too."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "right"):
            self._fit()

    def _fit(self) -> None:
        self.left.setFixedWidth(px(396))
        for name in self._print_names:
            name.setFixedWidth(px(66))
        if self._is_narrow:
            self.right.setMinimumWidth(px(300))
            self.right.setMaximumWidth(16777215)
        else:
            self.right.setFixedWidth(px(370))

    # the page

    def keys(self) -> Sequence[Key]:
        """As drawn, and behind them the letters of the buttons: what has no room stands under F10."""
        return (
            Key("F1", _("帮助")),
            Key("F9", _("放大预览"), self.show_big, is_enabled=self.page.picture is not None),
            Key(("Ctrl", "E"), _("存 PDF"), self.save_pdf, is_enabled=self.save_button.isEnabled()),
            Key(("Alt", f"1-{len(self._copies)}"), _("选联")),
            Key("Esc", _("返回"), self.go_back),
            *(
                Key(("Alt", button.letter), button.text(), act, is_enabled=button.isEnabled())
                for button, act in self._acts()
            ),
        )

    def _acts(self) -> Sequence[tuple[Button, Callable[[], None]]]:
        """What the buttons with a letter do, most used first. The key bar binds the letters (one key bound
        twice does nothing), so that a key is told wherever it works: bar, F10, F1.
        """
        return (
            *((button, partial(self.open_after_dialog, verb)) for verb, button in self.after_buttons.items()),
            (self.papers_button, self.open_papers),
            *((button, partial(self.open_sheet_dialog, how)) for how, button in self.sheet_buttons.items()),
            (self.batch_button, self.open_batch),
            (self.ruler_button, self.open_ruler),
            (self.copy_button, self.copy_number),
        )

    def primary(self) -> Primary:
        """打印第 3 联, disabled with its reason."""
        why = self.why_not()
        return Primary(self._print_words(), self.print_ticked, enabled=not why, why_not=why)

    def open(self, argument: object = None) -> None:
        """Ask for printers once, then show sheet and block."""
        if not self._knows_printers:
            self._knows_printers = True
            names = list(self._printers())
            choices = [(name, name) for name in names] + [(TO_FILE, _("存为 PDF 文件"))]
            self.printer.set_choices(choices)
            self.printer.choose(choices[0][0])
            self._read_offset()
            self._look()
        self._show_preview()
        self._lent = None
        self._take_focus()

    def show_sheet(self, sheet: ContractSheet) -> None:
        """Number, ledger and what may be done now; the focus stays, or goes on to what comes next."""
        is_same = self._sheet is not None and self._sheet.row.id == sheet.row.id
        with self._keeping_focus():
            self._show_sheet(sheet, self._line() if is_same else None)
        if self.isVisible():
            self._show_preview()

    def _show_sheet(self, sheet: ContractSheet, line: LedgerLine | None) -> None:
        self._sheet = sheet
        self._request = c.new_request()
        self.trouble.hide()
        why_not = "" if "change" in sheet.allowed else sheet.why_not.get("change", "")
        words = returned_words(sheet.row.note, is_open=True)
        self.returned.say(f"{words}。{_('现在不能变更：{why}').format(why=why_not)}" if why_not else words)
        self.returned.setVisible(sheet.row.reporting_state == "REJECTED_ABOVE")
        number = sheet.row.official_number
        self.number.setText(self._desk.pack.spaced(number) if number else _("编号待给出"))
        self.copy_button.setEnabled(bool(number))
        at = next((h.at for h in sheet.history if h.verb == "register"), None)
        time = f"{local_time(at):%H:%M}" if at else ""
        self.taken.setText(_("本号 {time} 取，用过不再发").format(time=time) if number and at else "")
        waiting = self.waiting()
        issuable = "issue" in sheet.allowed
        lacking = [(n, self._copies[n - 1]) for n in waiting] if issuable else []
        self.ledger.show(ledger_lines(sheet.sheets, lacking, self.version()))
        if line is not None:
            self._go_to_line(line)
        for number_of, box in enumerate(self.boxes, 1):
            box.blockSignals(True)
            box.setChecked(number_of in waiting and issuable)
            box.setEnabled(number_of in waiting and issuable)
            box.blockSignals(False)
        last = sheet.sheets[-1].sha256 if sheet.sheets else ""
        words = _("每次打印记：版式、页摘要、打印机、人、时。")
        self.digest.setText(f"{words}\nSHA-256 {last[:4]} {last[4:8]} … {last[-4:]}" if last else words)
        for verb, button in self.after_buttons.items():
            button.setEnabled(verb in sheet.allowed)
            button.setToolTip(sheet.why_not.get(verb, ""))
        parked = sheet.row.reporting_state == "PARKED"
        self.after_buttons["park"].set_words(_("恢复上报") if parked else _("暂不上报"))
        self._shown_copy = 0
        self._enable()

    def set_narrow(self, narrow: bool) -> None:
        """Below 1280 the preview stands behind F9."""
        self._is_narrow = narrow
        self.preview_card.setVisible(not narrow)
        self.digest.setVisible(not narrow)
        self._fit()
        self.keys_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Low height: the remark under the ledger gives way before its rows."""
        super().resizeEvent(event)
        self.digest.setVisible(not self._is_narrow and self.height() >= px(480))
        self._settling.start(0)

    def go_back(self) -> None:
        """Esc: to the page before."""
        self.wants.emit("back", None)

    # the focus

    @contextmanager
    def _keeping_focus(self) -> Iterator[None]:
        """Around what may switch the button with the focus off: Qt would hand the focus on to the next
        button, whatever that does, and Enter would press it. A button that is off only while something is
        printed lends the focus and gets it back.
        """
        before, had_row = self.window().focusWidget(), self._line() is not None
        yield
        if before is not None and self.isAncestorOf(before) and not _can_stand_on(before):
            if not had_row:  # on its way the focus chose the first one
                self.table.setCurrentIndex(QModelIndex())
            stop = self._take_focus()
            self._lent = (before, stop) if self._calls.is_busy else None
        elif self._lent is not None and not self._calls.is_busy:
            lender, stop = self._lent
            self._lent = None
            if before is stop and _can_stand_on(lender):
                self._take_focus(lender)

    def _next_stop(self) -> QWidget:
        """Where work goes on: at the print, else at the ledger, before the first sheet at the letters."""
        if self.print_button.isEnabled():
            return self.print_button
        return self.table if self.ledger.lines or not self.papers_button.isEnabled() else self.papers_button

    def _take_focus(self, wanted: QWidget | None = None) -> QWidget:
        """To this one, else to where work goes on; returns who has it now."""
        stop = wanted or self._next_stop()
        if stop is self.table and self._line() is None and self.ledger.lines:
            self.table.select_row(self._first_row())
        stop.setFocus(Qt.FocusReason.OtherFocusReason)
        self._settling.start(0)
        return stop

    def _first_row(self) -> int:
        """The first line that waits, else the first of the newest version."""
        lines = self.ledger.lines
        versions = [x.printed.version if x.printed else x.version for x in lines]
        waiting = [at for at, x in enumerate(lines) if x.is_waiting]
        return waiting[0] if waiting else versions.index(max(versions))

    def _go_to_line(self, line: LedgerLine) -> None:
        """To the same sheet of paper in the ledger shown anew."""
        lines = self.ledger.lines
        same = [at for at, x in enumerate(lines) if line.printed and x.printed == line.printed]
        copy = [at for at, x in enumerate(lines) if x.copy_number == line.copy_number]
        if found := same or copy[-1:]:
            self.table.select_row(found[0])

    def _bring_into_sight(self) -> None:
        """The left column scrolls in a low window; the one with the focus is never below its edge."""
        holder = self.window().focusWidget()
        if holder is not None and self.left.isAncestorOf(holder):
            self.left.ensureWidgetVisible(holder, 0, px(10))

    # what may be printed

    def version(self) -> int:
        """The version a first issue would carry now."""
        return 1 if self._sheet is None else next_version(self._sheet)

    def waiting(self) -> tuple[int, ...]:
        """第几联 of that version still without a valid first issue."""
        return () if self._sheet is None else waiting_sheets(self._sheet, len(self._copies))

    def ticked(self) -> tuple[int, ...]:
        """第几联 chosen for printing."""
        return tuple(n for n, box in enumerate(self.boxes, 1) if box.isChecked())

    def _print_words(self) -> str:
        ticked = self.ticked()
        act = _("打印") if self.printer.choice() else _("存")
        if not ticked:
            return _("打印登记证明")
        if self._stops_after_first():
            return _("先打第 {n} 联").format(n=ticked[0])
        if len(ticked) == 1:
            return _("{act}第 {n} 联").format(act=act, n=ticked[0])
        return _("{act} {n} 联").format(act=act, n=len(ticked))

    def _stops_after_first(self) -> bool:
        return self.pause.isChecked() and bool(self.printer.choice()) and len(self.ticked()) > 1

    def _pause_chosen(self, _checked: bool) -> None:
        self._look()

    def why_not(self) -> str:
        """Why nothing can be printed now; empty when F12 prints."""
        sheet = self._sheet
        if sheet is None:
            return _("还没有打开合同")
        if "issue" not in sheet.allowed:
            return sheet.why_not.get("issue", "")
        if self._calls.is_busy:
            return _("正在打印，请稍候")
        if not self.waiting():
            return _("各联都已首发；遗失的办补证，多要的出副本")
        return "" if self.ticked() else _("请先选要打印的联（Alt+1 至 Alt+{n}）").format(n=len(self._copies))

    def _look(self) -> None:
        with self._keeping_focus():
            self._enable()

    def _enable(self) -> None:
        why = self.why_not()
        self.print_button.set_words(self._print_words())
        self.print_button.setEnabled(not why)
        self.print_button.setToolTip(why)
        self.save_button.setEnabled(not why)
        self.save_button.setToolTip(why)
        sheet = self._sheet
        allowed = sheet.allowed if sheet else frozenset()
        printed = bool(sheet and any(s.event == "printed" for s in sheet.sheets))
        has_printer = bool(self.printer.choice())
        self.batch_button.setEnabled(has_printer and not self._calls.is_busy)
        self.batch_button.setToolTip(
            _("待发证的，一份接一份打") if has_printer else _("成批打印要先选一台打印机")
        )
        for how, button in self.sheet_buttons.items():
            verb = "issue" if how in ("reissue", "duplicate") else "sheet"
            can = verb in allowed and printed and not self._calls.is_busy
            button.setEnabled(can)
            reason = sheet.why_not.get(verb, "") if sheet else ""
            button.setToolTip("" if can else reason or _("还没有打印过"))
        self.papers_button.setEnabled(sheet is not None and not self._calls.is_busy)
        self.keys_changed.emit()

    def _ticked(self, _checked: bool) -> None:
        self._request = c.new_request()
        self._look()
        if (ticked := self.ticked()) and self._shown_copy not in ticked:
            self._show_preview()

    def _toggler(self, number: int) -> Callable[[], None]:
        def toggle() -> None:
            if self.boxes[number - 1].isEnabled():
                self.boxes[number - 1].toggle()

        return toggle

    def copy_number(self) -> None:
        """The number without its gaps to the clipboard."""
        if self._sheet is not None and self._sheet.row.official_number:
            QGuiApplication.clipboard().setText(self._sheet.row.official_number)
            self.said.emit(_("编号已复制，不带空格"), "ok", False)

    # preview

    def _show_preview(self) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        ticked = self.ticked()
        number = ticked[-1] if ticked else 1
        self._shown_copy = number
        key, desk = sheet.row.id, self._desk

        def draw(_job: Job) -> _Preview:
            picture, trouble = None, ""
            try:
                pdf = desk.preview_certificate(key, number)
                picture = to_picture(pdf, 0, 150)
            except DeskError as exc:
                trouble = trouble_words(exc)
            return _Preview(key, number, picture, seal_area(desk), trouble, desk.start_page().block)

        self._previews.start(draw, self._drawn, self._refused)

    def _drawn(self, found: _Preview) -> None:
        if self._sheet is None or found.contract_id != self._sheet.row.id:
            return
        self._area = found.area
        self.page.show_page(found.picture, found.area, found.trouble)
        final = bool(self._sheet.row.official_number)
        words = _("预览即所打 PDF，第 {n} 联") if final else _("登记前的预览，第 {n} 联，不能作证明")
        self.preview_words.setText(words.format(n=found.copy_number))
        self.glyphs.setText(_("✓ 缺字检查：无") if found.picture is not None else _("✕ 画不出，见右"))
        self.glyphs.set_tone("ok" if found.picture is not None else "err")
        if found.trouble and self._is_narrow:
            self.said.emit(found.trouble, "err", True)
        self._show_block(found.block)
        self.keys_changed.emit()

    def _show_block(self, block: BlockView) -> None:
        self.block_name.setText(block.name)
        self.gauge.show_numbers(block.total - block.left, block.total, block.low_water)
        words = {"error": _("✕ 已用完，只出受理单"), "doubt": _("! 余 {n}，请申领")}
        self.block_left.setText(words.get(self.gauge.level, _("余 {n}")).format(n=block.left))
        tone = {"error": "err", "doubt": "warn"}.get(self.gauge.level, "ink2")
        self.block_left.set_tone(tone, strong=bool(self.gauge.level))  # type: ignore[arg-type]
        low = _("余 {n} 提醒").format(n=block.low_water)
        self.low.setText(_("号段已冻结，请负责人解冻") if block.is_frozen else low)

    def show_big(self) -> None:
        """F9."""
        if self.page.picture is not None:
            big = BigPicture(self, self.page.picture, self._area, self.preview_words.text())
            big.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            big.open()

    # offsets

    def _fit_now(self) -> Fit:
        """What stands in the four fields."""
        return read_fit(" ".join(f"{entry.number():.1f}" for entry in self.fit_fields))

    def _kept_fit(self, printer: str, template: str, tray: str) -> Fit:
        """What is remembered of this printer; for a tray of its own else what holds for the automatic one."""
        for subject in (subject_of(printer, template, tray), subject_of(printer, template)):
            if kept := self._desk.draft(OFFSETS, subject):
                return read_fit(kept[1])
        return Fit()

    def _printer_chosen(self, _at: int) -> None:
        self._read_offset()
        self._look()

    def _read_offset(self) -> None:
        printer = self.printer.choice()
        fit = self._kept_fit(printer, PAPER, self.tray.choice()) if printer else Fit()
        for entry, words in zip(self.fit_fields, fit.words().split(), strict=True):
            entry.set_value(words)
            entry.set_read_only(not printer)
        self.tray.setEnabled(bool(printer))

    def _offset_changed(self, _value: str) -> None:
        if any(entry.problem() for entry in self.fit_fields) or not self.printer.choice():
            return
        subject = subject_of(self.printer.choice(), PAPER, self.tray.choice())
        keep = self._keeper(((subject, self._fit_now()),))
        self._previews.ask(keep, self._offset_kept, self._refused)

    def _keeper(self, fits: Sequence[tuple[str, Fit]]) -> Callable[[], None]:
        desk = self._desk

        def keep() -> None:
            for subject, fit in fits:
                desk.keep_draft(
                    c.KeepDraft(
                        actor=desk.person.name,
                        page=OFFSETS,
                        subject=subject,
                        field_name="mm",
                        content=fit.words(),
                    )
                )

        return keep

    def _offset_kept(self, _nothing: object) -> None:
        self.said.emit(_("这台打印机的偏移已记住"), "ok", False)

    def open_ruler(self) -> None:
        """标尺页: measured once, remembered for certificates and letters alike."""
        from desktop.ui.dialogs.ruler import RulerDialog

        def keep(printer: str, tray: str, fit: Fit) -> None:
            self._keeper([(subject_of(printer, paper, tray), fit) for paper in (PAPER, LETTERS)])()

        names = [name for name in self._printers() if name]
        dialog = RulerDialog(
            self,
            self._jobs,
            names,
            keep,
            printer=self.printer.choice(),
            tray=self.tray.choice(),
            put_on_paper=self._put_on_paper,
        )
        self.dialog = dialog
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.decided.connect(self._measured)
        dialog.open()

    def _measured(self, _result: object) -> None:
        self._read_offset()
        self._offset_kept(None)

    # printing

    def print_ticked(self) -> None:
        """F12: the ticked sheets on the printer, or into a file when there is none."""
        if not self.why_not():
            self._issue(self.printer.choice())

    def save_pdf(self) -> None:
        """Ctrl+E: the ticked sheets into a file; the ledger counts them as printed."""
        if not self.why_not():
            self._issue(TO_FILE)

    def _issue(self, printer: str) -> None:
        ticked = self.ticked()
        if printer and self._stops_after_first():
            ticked = ticked[:1]
        for entry in self.fit_fields:
            entry.settle()
        if (run := self._printing(printer, ticked, "first", "", "", self._request)) is not None:
            self._calls.start(run, self._printed, self._refused)

    def _printing(
        self, printer: str, copies: tuple[int, ...], kind: str, reason: str, collector: str, request: str
    ) -> Callable[[Job], Printed] | None:
        """The work of one print; None when no file was chosen."""
        sheet = self._sheet
        if sheet is None:
            return None
        which = "".join(str(n) for n in copies)
        number = sheet.row.official_number or sheet.row.local_serial.replace(" ", "")
        name = f"{number}_{_('登记证明')}_第{which}联.pdf"
        if printer:
            folder = Path(tempfile.mkdtemp(prefix="contract-desk-"))
            path = folder / name
        else:
            chosen = self.ask_path(name)
            if chosen is None:
                return None
            path = chosen
        cmd = c.IssueCertificate(
            actor=self._desk.person.name,
            request_id=request,
            contract_id=sheet.row.id,
            path=path,
            copies=copies,
            copy_kind=kind,
            reason=reason,
            collector=collector,
        )
        desk = self._desk
        if not printer:

            def save(_job: Job) -> Printed:
                newer = desk.issue_certificate(cmd)
                return Printed(newer, None, _("已存到 {path}，台账已记").format(path=path))

            return save
        put = self._put(printer)

        def run(job: Job) -> Printed:
            try:
                return _sheet_by_sheet(desk, cmd, copies, printer, partial(put, step=job.progressed.emit))
            finally:
                path.unlink(missing_ok=True)
                with suppress(OSError):
                    path.parent.rmdir()

        return run

    def _put(self, printer: str, template: str = PAPER) -> Callable[..., int]:
        """Puts a file on this printer, with tray, offset and scale of the template."""
        tray = self.tray.choice()
        fit = self._fit_now() if template == PAPER else self._kept_fit(printer, template, tray)
        return partial(
            self._put_on_paper,
            name=printer,
            right_mm=float(fit.right),
            down_mm=float(fit.down),
            across_percent=float(fit.across),
            along_percent=float(fit.along),
            tray=tray,
        )

    def open_batch(self) -> None:
        """成批打印: what waits for its certificate, one contract after another."""
        printer = self.printer.choice()
        if printer and not self._calls.is_busy:
            self._calls.ask(partial(self._desk.queue, "to_issue"), self._batch_read, self._refused)

    def _batch_read(self, rows: Sequence[ContractRow]) -> None:
        from desktop.ui.dialogs.batch_print import BatchPrintDialog

        printer, count = self.printer.choice(), len(self._copies)
        put = self._put(printer)

        def print_one(desk: Desk, cmd: c.IssueCertificate, copies: Sequence[int]) -> str:
            done = _sheet_by_sheet(desk, cmd, copies, printer, put)
            return trouble_words(done.trouble) if done.trouble is not None else ""

        numbered = [row for row in rows if row.official_number]
        dialog = BatchPrintDialog(
            self,
            self._jobs,
            self._desk,
            numbered,
            lambda sheet: waiting_sheets(sheet, count) if "issue" in sheet.allowed else (),
            print_one,
            printer,
        )
        self.dialog = dialog
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.decided.connect(self._batch_left)
        dialog.open()

    def _batch_left(self, _done: object) -> None:
        if self._sheet is not None:
            key = self._sheet.row.id
            self._calls.ask(partial(self._desk.contract, key), self._decided, self._refused)

    def _printed(self, done: Printed) -> None:
        looked = self._stops_after_first()
        if self._sheet is not None and self._sheet.row.id != done.sheet.row.id:
            self._printed_elsewhere(done)
            return
        self.sheet_changed.emit(done.sheet)
        self.show_sheet(done.sheet)
        if done.trouble is not None:
            self._refused(done.trouble)
        elif looked and (rest := len(self.waiting())):
            self.pause.setChecked(False)
            words = _("{done}。请看位置正不正，正了再按 F12 打其余 {n} 联").format(done=done.words, n=rest)
            self.said.emit(words, "ok", True)
        else:
            self.said.emit(done.words, "ok", True)

    def _printed_elsewhere(self, done: Printed) -> None:
        """The page went on to another contract while the printer ran: that one stays, this one is named."""
        which = done.sheet.row.official_number or done.sheet.row.local_serial
        if done.trouble is None:
            self.said.emit(f"{which}　{done.words}", "ok", True)
        else:
            self._warn(f"{which}　{trouble_words(done.trouble)}")

    def _refused(self, exc: Exception) -> None:
        self._warn(trouble_words(exc))

    def _warn(self, words: str) -> None:
        self.trouble.say(words)
        self.trouble.show()
        self.said.emit(words, "err", True)

    # the ledger

    def _line_chosen(self, index: object) -> None:
        line = self._line()
        if line is not None and line.is_waiting and self.boxes[line.copy_number - 1].isEnabled():
            self.boxes[line.copy_number - 1].setChecked(True)

    def _line(self) -> LedgerLine | None:
        row = self.table.currentIndex().row()
        return self.ledger.lines[row] if 0 <= row < len(self.ledger.lines) else None

    def _sheet_act(self) -> None:
        button = self.sender()
        if isinstance(button, Button):
            self.open_sheet_dialog(str(button.property("how")))

    def open_sheet_dialog(self, how: str) -> None:
        """补证, 副本, 签收, 收回, 作废: reason and collector go into a new row."""
        sheet = self._sheet
        if sheet is None or not self.sheet_buttons[how].isEnabled():
            return
        printed = {s.copy_number for s in sheet.sheets if s.event == "printed"}
        copies = [(n, who) for n, who in enumerate(self._copies, 1) if n in printed]
        if how in ("reissue", "duplicate"):
            copies = list(enumerate(self._copies, 1))
        line = self._line()
        chosen = line.copy_number if line is not None and not line.is_waiting else 0
        request = c.new_request()

        def run(number: int, reason: str, collector: str) -> Callable[[], object] | None:
            if how in ("reissue", "duplicate"):
                made = self._printing(self.printer.choice(), (number,), how, reason, collector, request)
                return None if made is None else lambda: made(Job(made))
            cmd = c.RecordSheet(
                actor=self._desk.person.name,
                request_id=request,
                contract_id=sheet.row.id,
                copy_number=number,
                event=how,
                reason=reason,
                collector=collector,
            )
            return partial(self._desk.record_sheet, cmd)

        self._open(SheetDialog(self, self._jobs, how, copies, run, chosen=chosen))

    # after registration

    def _after_act(self) -> None:
        button = self.sender()
        if isinstance(button, Button):
            self.open_after_dialog(str(button.property("verb")))

    def open_after_dialog(self, verb: str) -> None:
        """变更, 核定收入, 注销, 撤销, 暂不上报."""
        sheet = self._sheet
        if sheet is None or verb not in sheet.allowed:
            return
        desk, jobs = self._desk, self._jobs
        if verb == "change":
            self._open(ChangeDialog(self, desk, jobs, sheet))
        elif verb == "income":
            self._open(IncomeDialog(self, desk, jobs, sheet))
        elif verb == "park":
            self._open(ParkDialog(self, desk, jobs, sheet.row))
        else:
            self._open(EndDialog(self, desk, jobs, sheet, verb))

    def _open(self, dialog: DecidingDialog) -> None:
        self.dialog = dialog
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.decided.connect(self._decided)
        dialog.open()

    def _decided(self, result: object) -> None:
        if isinstance(result, Printed):
            self._printed(result)
        elif isinstance(result, ContractSheet):
            self.sheet_changed.emit(result)
            self.show_sheet(result)
            self.said.emit(_("已记入台账和日志"), "ok", False)

    # letters

    def papers(self) -> list[tuple[str, Callable[[Path], Path]]]:
        """Letters of this contract and the sheet of grounds: name and how to write it."""
        sheet = self._sheet
        if sheet is None:
            return []
        desk, key = self._desk, sheet.row.id

        def letter(notice_id: int) -> Callable[[Path], Path]:
            return lambda path: desk.print_notice(notice_id, path)

        found: list[tuple[str, Callable[[Path], Path]]] = [
            (f"{NOTICE_WORDS.get(n.paper, n.paper)} {n.number}".strip(), letter(n.id)) for n in sheet.notices
        ]
        found.append((_("认定审核表"), lambda path: desk.print_grounds(key, path)))
        return found

    def open_papers(self) -> None:
        """The list of letters under the button."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for at, (name, _write) in enumerate(self.papers()):
            action = menu.addAction(f"&{at + 1} {name}")
            action.setData(at)
        menu.triggered.connect(self._paper_chosen)
        menu.popup(self.papers_button.mapToGlobal(QPoint(0, self.papers_button.height())))

    def _paper_chosen(self, action: QAction) -> None:
        self.print_paper(int(action.data()))

    def print_paper(self, at: int) -> None:
        """One of ``papers()``: on the printer chosen, or into a file."""
        sheet = self._sheet
        papers = self.papers()
        if sheet is None or not 0 <= at < len(papers):
            return
        name, write = papers[at]
        printer = self.printer.choice()
        put = self._put(printer, LETTERS)
        wanted = f"{sheet.row.local_serial}_{name}.pdf".replace(" ", "")
        if printer:
            path: Path | None = Path(tempfile.mkdtemp(prefix="contract-desk-")) / "letter.pdf"
        else:
            path = self.ask_path(wanted)
        if path is None:
            return
        target = path

        def run(_job: Job) -> str:
            try:
                write(target)
                if not printer:
                    return _("{name}已存到 {path}").format(name=name, path=target)
                put(target)
                return _("{name}已交给打印机“{printer}”").format(name=name, printer=printer)
            finally:
                if printer:
                    target.unlink(missing_ok=True)
                    with suppress(OSError):
                        target.parent.rmdir()

        self._calls.start(run, self._paper_done, self._refused)

    def _paper_done(self, words: str) -> None:
        self.said.emit(words, "ok", False)

    def _ask_path(self, wanted: str) -> Path | None:
        return choose_target(self, _("存为 PDF"), wanted, "PDF (*.pdf)")


def next_version(sheet: ContractSheet) -> int:
    """The version that a first issue of this contract would carry now."""
    made = sheet.certificate_version
    return made + 1 if sheet.row.state in ("REGISTERED", "CHANGED") else max(made, 1)


def waiting_sheets(sheet: ContractSheet, copies: int) -> tuple[int, ...]:
    """第几联 of that version, out of ``copies``, that have no valid first issue."""
    version, found = next_version(sheet), []
    for number in range(1, copies + 1):
        events = [
            s.event
            for s in sheet.sheets
            if (s.version, s.copy_number, s.copy_kind) == (version, number, "first")
        ]
        if events.count("printed") <= events.count("void"):
            found.append(number)
    return tuple(found)


def _sheet_by_sheet(
    desk: Desk,
    cmd: c.IssueCertificate,
    copies: Sequence[int],
    printer: str,
    put: Callable[..., int],
) -> Printed:
    """Each sheet is issued, printed and, where the printer stops, voided by itself; those behind it wait.

    Raises what the first issue refuses; a later refusal comes back as the trouble of what was printed.
    """
    newer: ContractSheet | None = None
    out: list[int] = []
    for number in copies:
        request = str(uuid5(UUID(cmd.request_id), f"sheet {number}"))
        try:
            newer = desk.issue_certificate(replace(cmd, copies=(number,), request_id=request))
            put(cmd.path)
        except MachineError as exc:
            if newer is None:
                raise
            return _stopped(desk, cmd, newer, number, exc)
        out.append(number)
    assert newer is not None
    words = _("第 {n} 联已交给打印机“{name}”，台账已记").format(
        n="、".join(str(n) for n in out), name=printer
    )
    return Printed(newer, None, words)


def _stopped(
    desk: Desk, cmd: c.IssueCertificate, newer: ContractSheet, number: int, exc: MachineError
) -> Printed:
    """The sheet that did not come out is void in the ledger, with the printer's reason."""
    try:
        newer = desk.record_sheet(
            c.RecordSheet(
                actor=cmd.actor,
                request_id=str(uuid5(UUID(cmd.request_id), f"void {number}")),
                contract_id=cmd.contract_id,
                copy_number=number,
                event="void",
                reason=exc.message,
            )
        )
    except DeskError as second:
        hint = _("第 {n} 联没能记作废（{why}），请按“作废”记一下再重打").format(n=number, why=second.message)
        return Printed(newer, MachineError(exc.message, hint, code=exc.code), "")
    hint = _("{hint}；第 {n} 联已在台账记“作废”，好了再按 F12 从这一联续打").format(hint=exc.hint, n=number)
    return Printed(newer, MachineError(exc.message, hint.lstrip("；"), code=exc.code), "")


def _side_by_side(*fields: tuple[str, QWidget]) -> QWidget:
    """Two small fields with their words in one line."""
    made = QWidget()
    line = QHBoxLayout(made)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(px(6))
    for word, entry in fields:
        line.addWidget(Label(word, size="note", tone="ink2"))
        line.addWidget(entry, 1)
    return made


def _can_stand_on(widget: QWidget) -> bool:
    return widget.isEnabled() and not widget.isHidden()


def _told(button: Button, letter: str) -> Button:
    """The tool tip tells Alt and the letter; the key bar binds it."""
    button.letter = letter
    button.setToolTip("")
    return button


def _area(content: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    content.setProperty("scrolled", "true")
    area.setWidget(content)
    return area


def seal_area(desk: Desk) -> PageArea:
    """Size and seal zones of the certificate as the local pack lays it out."""
    from desktop.certificates.layout import load_layout

    layout = load_layout(PAPER, desk.pack.layout(PAPER))
    boxes = [layout.boxes[seal.zone] for seal in layout.seals if seal.zone in layout.boxes]
    return PageArea(layout.width, layout.height, tuple((b.x, b.y, b.w, b.h) for b in boxes))
