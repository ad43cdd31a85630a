"""首次使用向导: eight steps by keyboard; nothing of the station is written before the last of them.

What was typed is kept in ``first-run.json`` of the data folder while it is typed, passwords excepted, so that
a crash or a power cut costs nobody their five minutes. The file goes when the station stands.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.errors import DeskError, MachineError, RefusedError
from desktop.jobs import Job, JobRunner
from desktop.resources import _
from desktop.rules.local_pack import LocalPack
from desktop.services.new_station import NewStation, SetUp
from desktop.ui.calls import Calls
from desktop.ui.dialogs.recovery import in_two_lines, sheet_place, write_sheet
from desktop.ui.pages.parts import ChooseTarget, Pairs, Scroller, choose_target
from desktop.ui.pages.sign_in import Foot
from desktop.ui.pages.wording import ROLE_WORDS, trouble_words
from desktop.ui.printing import print_pdf
from desktop.ui.setup.steps import (
    BackupStep,
    BlockStep,
    Doors,
    OfficeStep,
    PackStep,
    PeopleStep,
    PrinterStep,
    SetupStep,
)
from desktop.ui.theme import Theme, is_narrow, px
from desktop.ui.widgets.ask import ask as ask_in_dialog
from desktop.ui.widgets.base import Label, Rule, set_ground
from desktop.ui.widgets.brand import ProductMark
from desktop.ui.widgets.buttons import Button, CheckBox
from desktop.ui.widgets.cards import Progress, Strip

FILE_NAME = "first-run.json"
SetUpStation = Callable[[NewStation, Callable[[int, int, str], None]], SetUp]


@dataclass(frozen=True, slots=True)
class Devices:
    """The machine around the guide; tests give their own."""

    printers: Callable[[], Sequence[str]] | None = None
    put_on_paper: Callable[..., int] = print_pdf
    target: ChooseTarget = choose_target
    ask: Callable[..., bool] = ask_in_dialog


class _StepLine(Label):
    """One step in the list at the left."""

    def __init__(self, number: int, title: str) -> None:
        super().__init__(f"{number}　{title}", tone="navD")
        self._number, self._title = number, title

    def show_state(self, state: str) -> None:
        """``done``, ``current`` or ``ahead``."""
        sign = {"done": "✓", "current": "▸"}.get(state, " ")
        self.setText(f"{sign} {self._number}　{self._title}")
        self.set_tone("navD" if state == "ahead" else "navT", strong=state == "current")
        words = {"done": _("已填"), "current": _("现在"), "ahead": _("未到")}[state]
        self.setAccessibleName(
            _("第 {n} 步 {title}，{state}").format(n=self._number, title=self._title, state=words)
        )


class SummaryStep(SetupStep):
    """核对."""

    code, title = "summary", _("核对并建立")
    why = _("到这里为止，什么都还没有写下。看一遍；不对的按“上一步”回去改，对了按 F12 建立。")

    def __init__(self) -> None:
        super().__init__()
        self.pairs = Pairs(name_width=112)
        self.column.addWidget(self.pairs)
        self.column.addStretch(1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def first(self) -> QWidget:
        """The page itself: F12 is the act."""
        return self


class SheetStep(SetupStep):
    """恢复单."""

    code, title = "sheet", _("恢复单")
    why = _("所有口令都忘记时，只有这张单子能打开数据。程序里没有存它，也只显示这一次，请打印或抄下锁好。")

    def __init__(self, devices: Devices) -> None:
        super().__init__()
        self._devices = devices
        self._station, self._code = "", ""
        self.recovery = Label("", size="page", mono=True, strong=True)
        self.column.addWidget(self.recovery)
        line = QHBoxLayout()
        line.setSpacing(px(8))
        self.print_button = Button(_("直接打印"), icon="print", mnemonic="P")
        self.save_button = Button(_("存为 PDF"), icon="document", mnemonic="W")
        self.copy_button = Button(_("复制"), icon="copy", mnemonic="C")
        self.print_button.clicked.connect(self.print_sheet)
        self.save_button.clicked.connect(self.save)
        self.copy_button.clicked.connect(self.copy)
        for button in (self.print_button, self.save_button, self.copy_button):
            line.addWidget(button)
        line.addStretch(1)
        self.column.addLayout(line)
        self.told = Label("", size="note", tone="ok", wrap=True)
        self.column.addWidget(self.told)
        self.box = CheckBox(_("恢复单已收好，或已照样抄下并核对过"))
        self.box.toggled.connect(self._typed)
        self.column.addWidget(self.box)
        self.column.addWidget(Rule())
        self.done = Label("", wrap=True)
        self.left = Strip("", level="doubt")
        self.left.hide()
        self.column.addWidget(self.left)
        self.column.addWidget(self.done)
        self.column.addStretch(1)
        self.printer = ""

    def show_result(self, station: str, made: SetUp, printer: str) -> None:
        """The code and what was done."""
        self._station, self._code, self.printer = station, made.recovery_code, printer
        self.recovery.setText("\n".join(in_two_lines(made.recovery_code)))
        self.recovery.setAccessibleName(_("恢复码 {code}").format(code=made.recovery_code))
        self.print_button.setVisible(bool(printer))
        self.done.setText("\n".join(f"✓ {words}" for words in made.done if words))
        if made.left:
            words = _("下面这些没有做成，登记机构不受影响，以后在“系统”页补做：")
            self.left.say("\n".join([words, *made.left]))
            self.left.show()

    def first(self) -> QWidget:
        """The way to keep it."""
        return self.save_button if self.print_button.isHidden() else self.print_button

    def print_sheet(self) -> None:
        """On the printer chosen before."""
        folder = Path(tempfile.mkdtemp(prefix="contract-desk-"))
        path = folder / "sheet.pdf"
        try:
            write_sheet(path, self._station, self._code)
            self._devices.put_on_paper(path, self.printer)
            self._kept(_("已交给打印机“{name}”，请看清印全了再收").format(name=self.printer))
        except MachineError as exc:
            self._not_kept(exc)
        finally:
            path.unlink(missing_ok=True)
            with suppress(OSError):
                folder.rmdir()

    def save(self) -> None:
        """As a PDF somewhere."""
        path = self._devices.target(self, _("恢复单存到"), sheet_place(), _("PDF 文件 (*.pdf)"))
        if path is None:
            return
        try:
            write_sheet(path, self._station, self._code)
        except MachineError as exc:
            self._not_kept(exc)
            return
        self._kept(_("已存为 {path}；打印后请删掉这个文件").format(path=path))

    def copy(self) -> None:
        """To the clipboard."""
        QGuiApplication.clipboard().setText(self._code)
        self._kept(_("已复制；贴到安全的地方后请再复制点别的，把它盖掉"))

    def _kept(self, words: str) -> None:
        self.told.set_tone("ok")
        self.told.setText(words + _("。收好后请自己在下面打勾"))
        self.box.setFocus(Qt.FocusReason.OtherFocusReason)

    def _not_kept(self, exc: MachineError) -> None:
        self.told.set_tone("err")
        self.told.setText(trouble_words(exc))

    def check(self) -> None:
        """Kept."""
        if not self.box.isChecked():
            hint = _("请打印、存成 PDF 或抄下，再在方框里打勾")
            self.refuse(self.box, RefusedError(_("恢复单还没有收好"), hint))


class FirstRunGuide(QWidget):
    """The window. ``closed(made)``: True when a station stands now."""

    closed = Signal(bool)

    def __init__(
        self,
        folder: Path,
        doors: Doors,
        set_up: SetUpStation,
        *,
        theme: Theme,
        jobs: JobRunner,
        version: str = "",
        devices: Devices | None = None,
    ) -> None:
        super().__init__()
        self._folder, self._set_up, self._theme = folder, set_up, theme
        self._devices = devices or Devices()
        self._calls = Calls(jobs, self)
        self._made = False
        self._at = 0
        self.setWindowTitle(_("首次使用 — 技术合同登记工作站"))
        self.setAccessibleName(_("首次使用向导"))
        self.setMinimumSize(px(760), px(460))
        self.resize(px(1366), px(768))
        set_ground(self, "paper")
        self.office = OfficeStep(doors)
        self.pack = PackStep(doors)
        self.people = PeopleStep(doors)
        self.block = BlockStep(doors, self._subject)
        found = {} if self._devices.printers is None else {"printers": self._devices.printers}
        self.printer = PrinterStep(jobs, put_on_paper=self._devices.put_on_paper, **found)
        self.backup = BackupStep(doors)
        self.summary = SummaryStep()
        self.sheet = SheetStep(self._devices)
        self.steps: tuple[SetupStep, ...] = (
            *(self.office, self.pack, self.people, self.block, self.printer, self.backup),
            *(self.summary, self.sheet),
        )
        self._build(version)
        self._keep = QTimer(self)
        self._keep.setSingleShot(True)
        self._keep.setInterval(400)
        self._keep.timeout.connect(self.keep)
        self._restore()
        for step in self.steps:
            step.changed.connect(self._changed)
        for sequence, act in (
            ("F12", self.next),
            ("Esc", self.back),
            ("F1", self.show_help),
            ("Ctrl++", self._larger),
            ("Ctrl+=", self._larger),
            ("Ctrl+-", self._smaller),
            ("Ctrl+K", self._contrast),
        ):
            QShortcut(QKeySequence(sequence), self).activated.connect(act)
        self.show_step(0)

    # building

    def _build(self, version: str) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        row = QHBoxLayout()
        row.setSpacing(0)
        outer.addLayout(row, 1)
        self.panel = QWidget()
        set_ground(self.panel, "nav")
        side = QVBoxLayout(self.panel)
        side.setContentsMargins(px(24), px(28), px(16), px(20))
        side.setSpacing(px(10))
        top = QHBoxLayout()
        top.setSpacing(px(12))
        top.addWidget(ProductMark(40))
        top.addWidget(Label(_("技术合同登记工作站"), tone="navT", wrap=True), 1)
        side.addLayout(top)
        side.addWidget(Label(_("首次使用"), size="page", tone="navT", strong=True))
        side.addSpacing(px(8))
        self.lines = [_StepLine(number, step.title) for number, step in enumerate(self.steps, 1)]
        for line in self.lines:
            side.addWidget(line)
        side.addStretch(1)
        note = _("大约五分钟。填到一半关掉也不要紧：下次打开接着填，口令要重打。")
        side.addWidget(Label(note, size="note", tone="navD", wrap=True))
        row.addWidget(self.panel)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(px(40), px(24), px(40), px(12))
        column.setSpacing(px(8))
        self.head = Label("", size="page", strong=True)
        self.why = Label("", tone="ink2", wrap=True)
        column.addWidget(self.head)
        column.addWidget(self.why)
        self.found = Strip(_("已找回上次填的内容；口令没有存，请重打"))
        self.found.hide()
        column.addWidget(self.found)
        self.stack = QStackedWidget()
        self.scrollers = [Scroller(step) for step in self.steps]
        for scroller in self.scrollers:
            self.stack.addWidget(scroller)
        column.addWidget(self.stack, 1)
        self.trouble = Strip("", level="error")
        self.trouble.hide()
        column.addWidget(self.trouble)
        self.progress = Progress(_("正在建立　"))
        self.progress.button.hide()
        column.addWidget(self.progress)
        buttons = QHBoxLayout()
        buttons.setSpacing(px(12))
        self.back_button = Button(_("上一步"), key="Esc")
        self.next_button = Button(_("下一步"), "primary", key="F12")
        self.back_button.clicked.connect(self.back)
        self.next_button.clicked.connect(self.next)
        buttons.addWidget(self.back_button)
        buttons.addStretch(1)
        buttons.addWidget(self.next_button)
        column.addLayout(buttons)
        row.addWidget(right, 1)
        self.foot = Foot(version, keys=True, icon="shield_checkmark")
        self.foot.words.setText(_("数据将存在 {folder}").format(folder=self._folder))
        self.foot.words.setToolTip(str(self._folder))
        outer.addWidget(self.foot)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The list of steps gives way first."""
        super().resizeEvent(event)
        self.panel.setFixedWidth(px(200 if is_narrow(self.width()) else 280))

    # what was typed

    def _subject(self) -> tuple[LocalPack | None, str]:
        choice = self.pack.choice()
        return choice.pack if choice else None, self.office.station_code.text().strip()

    def _changed(self) -> None:
        self.trouble.hide()
        self._look()
        if not self._made:
            self._keep.start()

    def keep(self) -> None:
        """Write down what was typed, passwords excepted. A disk that refuses costs a crash's worth only."""
        if self._made:
            return
        raw = {step.code: step.kept() for step in self.steps} | {"at": {"step": str(self._at)}}
        path = self._folder / FILE_NAME
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            partial = path.with_name(FILE_NAME + ".partial")
            partial.write_text(json.dumps(raw, ensure_ascii=False, indent=1), encoding="utf-8")
            partial.replace(path)

    def _restore(self) -> None:
        try:
            raw: Any = json.loads((self._folder / FILE_NAME).read_text(encoding="utf-8"))
            kept = {str(code): {str(k): str(v) for k, v in words.items()} for code, words in raw.items()}
        except (OSError, ValueError, AttributeError):
            return
        for step in self.steps:
            step.restore(kept.get(step.code, {}))
        self.found.setVisible(any(any(words.values()) for code, words in kept.items() if code != "at"))

    def collect(self) -> NewStation:
        """Everything asked. The steps must have been checked."""
        choice = self.pack.choice()
        assert choice is not None
        return NewStation(
            code=self.office.station_code.text().strip(),
            name=self.office.name.text().strip(),
            short=self.office.short.text().strip(),
            address=self.office.address.text().strip(),
            phone=self.office.phone.text().strip(),
            pack=choice.path,
            people=self.people.people(),
            upper_key=self.block.key.path,
            block=self.block.block.path,
            print_fits=self.printer.fits(),
            backup_main=self.backup.main.path,
            backup_second=self.backup.second.path,
        )

    # going

    @property
    def step(self) -> SetupStep:
        """The step in front."""
        return self.steps[self._at]

    def show_step(self, at: int) -> None:
        """Go there; the focus stands where the work begins."""
        self._at = at
        step = self.step
        if step is self.summary:
            self._show_summary()
        self.trouble.hide()
        self.head.setText(_("第 {n} 步　{title}").format(n=at + 1, title=step.title))
        self.why.setText(step.why)
        self.stack.setCurrentIndex(at)
        for number, line in enumerate(self.lines):
            line.show_state("done" if number < at else "current" if number == at else "ahead")
        self._look()
        step.first().setFocus(Qt.FocusReason.OtherFocusReason)

    def _look(self) -> None:
        busy = self._calls.is_busy
        words = _("下一步")
        if self.step is self.summary:
            words = _("建立")
        elif self.step is self.sheet:
            words = _("完成，去登录")
        self.next_button.set_words(words)
        self.next_button.setEnabled(not busy)
        self.back_button.setEnabled(not busy and not self._made)
        self.back_button.set_words(_("退出") if self._at == 0 else _("上一步"))
        self.back_button.setVisible(not self._made)

    def next(self) -> None:
        """F12: check this step, go on; at the last but one set the station up."""
        if self._calls.is_busy:
            return
        step = self.step
        try:
            step.check()
        except DeskError as exc:
            self._refuse(exc, step.culprit)
            return
        self.found.hide()
        if step is self.sheet:
            self._leave(made=True)
        elif step is self.summary:
            self._establish()
        else:
            self.show_step(self._at + 1)
            self.keep()

    def back(self) -> None:
        """Esc: the step before; from the first one out of the program, after a question."""
        if self._calls.is_busy or self._made:
            return
        if self._at:
            self.show_step(self._at - 1)
        else:
            self.close()

    def _refuse(self, exc: DeskError, culprit: QWidget | None) -> None:
        self.trouble.say(trouble_words(exc))
        self.trouble.show()
        if culprit is not None:
            culprit.setFocus(Qt.FocusReason.OtherFocusReason)
            self.scrollers[self._at].ensureWidgetVisible(culprit)

    def _show_summary(self) -> None:
        new = self.collect()
        choice = self.pack.choice()
        assert choice is not None
        people = "\n".join(f"{p.name}　{'、'.join(ROLE_WORDS[role] for role in p.roles)}" for p in new.people)
        fits = self.printer.measuring.fit().told() if new.print_fits else _("没有量，以后再做")
        self.summary.pairs.show_pairs(
            [
                (_("机构"), f"{new.name}（{new.code}）"),
                (_("地址电话"), "　".join(part for part in (new.address, new.phone) if part) or "—"),
                (_("地方包"), f"{choice.pack.name}（{choice.pack.id}）"),
                (_("人员"), people),
                (_("上级公钥"), new.upper_key.name if new.upper_key else _("以后在“系统”页读入")),
                (_("号段"), new.block.name if new.block else _("以后在“系统”页读入")),
                (_("打印机"), fits),
                (_("主备份位置"), str(new.backup_main or self._folder / "backups")),
                (_("第二处"), str(new.backup_second) if new.backup_second else _("没有选，以后在“系统”页选")),
                (_("数据文件夹"), str(self._folder)),
            ]
        )

    # the end

    def _establish(self) -> None:
        for at, step in enumerate(self.steps[:-2]):
            try:
                step.check()
            except DeskError as exc:
                self.show_step(at)
                self._refuse(exc, step.culprit)
                return
        new, run = self.collect(), self._set_up
        self.progress.start()
        self._calls.start(
            lambda job: run(new, _teller(job)), self._established, self._failed, stepped=self.progress.step
        )
        self._look()

    def _established(self, made: SetUp) -> None:
        self._made = True
        self._keep.stop()
        self.progress.finish()
        with suppress(OSError):
            (self._folder / FILE_NAME).unlink(missing_ok=True)
        for row in self.people.rows:
            row.password.clear_secret()
            row.again.clear_secret()
        self.sheet.show_result(self.office.name.text().strip(), made, self.printer.printer.choice())
        self.show_step(len(self.steps) - 1)

    def _failed(self, exc: Exception) -> None:
        self.progress.finish()
        self._look()
        if not isinstance(exc, DeskError):
            self._refuse(MachineError(_("没有建成，原因已记入日志"), _("填的内容都在，可以再试一次")), None)
            raise exc
        self._refuse(exc, None)

    def _leave(self, *, made: bool) -> None:
        self.sheet.recovery.setText("")
        self.closed.emit(made)
        self.hide()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Not while it works, not while the sheet is not kept; else what was typed is kept."""
        if self._calls.is_busy:
            event.ignore()
            return
        if self._made:
            if not self.sheet.box.isChecked():
                event.ignore()
                self.next()
                return
            self._leave(made=True)
            return
        self.keep()
        leave = self._devices.ask(
            self,
            _("先不建立，退出？"),
            _("填过的内容留在这台电脑上（口令除外），下次打开接着填。登记机构还没有建立。"),
            act=_("退出"),
            safe=_("接着填"),
            kind="plain",
        )
        event.setAccepted(leave)
        if leave:
            self.closed.emit(False)

    # looks and help

    def _larger(self) -> None:
        self._theme.choose_large(True)

    def _smaller(self) -> None:
        self._theme.choose_large(False)

    def _contrast(self) -> None:
        self._theme.choose_contrast(not self._theme.is_contrast)

    def show_help(self) -> None:
        """F1: the chapter on this guide."""
        from desktop.ui.help import HelpDialog

        dialog = HelpDialog(self, _("首次使用"), (), chapter="first-run")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter on the summary does nothing: only F12 establishes."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return
        super().keyPressEvent(event)


def _teller(job: Job) -> Callable[[int, int, str], None]:
    """Steps of the setting-up; never stopped half way."""
    return job.progressed.emit
