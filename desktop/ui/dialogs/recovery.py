"""忘记口令: in by the printed recovery sheet; the next sheet's code is shown once and has to be kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMarginsF, QPoint, QRectF, QStandardPaths, Qt
from PySide6.QtGui import (
    QFont,
    QGuiApplication,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QShowEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.errors import MachineError
from desktop.jobs import JobRunner
from desktop.resources import _
from desktop.services.views import Recovered
from desktop.settings import local_time, now
from desktop.ui.dialogs.deciding import DecidingDialog
from desktop.ui.pages.parts import ChooseTarget, choose_target
from desktop.ui.pages.sign_in import SecretField
from desktop.ui.pages.wording import trouble_words
from desktop.ui.theme import font, px
from desktop.ui.widgets.ask import FramedDialog
from desktop.ui.widgets.base import Label
from desktop.ui.widgets.buttons import Button, CheckBox
from desktop.ui.widgets.cards import Icon, Strip
from desktop.ui.widgets.fields import Field

Recover = Callable[[str, str, str], Recovered]
"""(recovery code, name, new password) → the next sheet's code."""
DPI = 150


class RecoverDialog(DecidingDialog):
    """Takes the code of the sheet and a new password; ``decided`` carries a ``Recovered``."""

    def __init__(self, parent: QWidget | None, jobs: JobRunner, name: str, run: Recover) -> None:
        super().__init__(
            parent,
            jobs,
            _("用恢复单重设口令？"),
            _(
                "登记员忘记口令，请负责人登录后在“系统”页重设，用不着恢复单。"
                "用过的恢复单作废，会当场给出新的恢复码；此举记入日志。"
            ),
            act=_("重设口令"),
            safe=_("先不重设"),
            mnemonic="S",
        )
        self._run = run
        self.sheet_code = Field(_("恢复码"), required=True, mono=True)
        self.person = Field(_("姓名"), required=True)
        self.fresh = SecretField(_("新口令"))
        self.again = SecretField(_("新口令，再打一遍"))
        self.add(_("恢复码"), self.sheet_code)
        self.add(_("姓名"), self.person)
        self.add(_("新口令"), self.fresh)
        self.add(_("再打一遍"), self.again)
        self.person.set_value(name)
        self.fresh.entered.connect(self._to_again)
        self.again.entered.connect(self._to_act)
        self.ready()

    def _to_again(self) -> None:
        self.again.setFocus(Qt.FocusReason.OtherFocusReason)

    def _to_act(self) -> None:
        self.act_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def lacks(self) -> str:
        """Everything, and the password twice the same."""
        for field in (self.sheet_code, self.person, self.fresh):
            if not field.text().strip():
                return _("请填{what}").format(what=field.name)
        return "" if self.fresh.text() == self.again.text() else _("两遍口令不一样")

    def work(self) -> Callable[[], object]:
        """Hand it over."""
        return partial(self._run, self.sheet_code.text(), self.person.text().strip(), self.fresh.text())


class RenewSheetDialog(DecidingDialog):
    """The head makes a new sheet, with the password again; ``decided`` carries a ``Recovered``."""

    def __init__(
        self, parent: QWidget | None, jobs: JobRunner, name: str, run: Callable[[str], Recovered]
    ) -> None:
        super().__init__(
            parent,
            jobs,
            _("换新恢复单？"),
            _("旧恢复单立即作废，新恢复码当场给出，只显示一次；请备好打印机或纸笔。此举记入日志。"),
            act=_("换新恢复单"),
            safe=_("先不换"),
            mnemonic="S",
        )
        self._run = run
        self.password = SecretField(_("{name} 的口令").format(name=name))
        self.add(_("现在的口令"), self.password)
        self.password.entered.connect(self._to_act)
        self.ready()

    def _to_act(self) -> None:
        self.act_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def lacks(self) -> str:
        """The password."""
        return "" if self.password.text() else _("请填现在的口令")

    def work(self) -> Callable[[], object]:
        """Hand it over."""
        return partial(self._run, self.password.text())


class NewSheetDialog(FramedDialog):
    """The next code, shown once: it closes only when somebody has said that it is put away safely.

    ``has_reset``: it came with a new password; else the sheet alone is new.
    """

    def __init__(
        self,
        parent: QWidget | None,
        station: str,
        came: Recovered,
        *,
        target: ChooseTarget = choose_target,
        has_reset: bool = True,
    ) -> None:
        super().__init__(parent)
        self._station, self._came, self._target = station, came, target
        title = _("请收好新的恢复单")
        words = _(
            "{name} 的口令已换，旧恢复单作废。新恢复码只显示这一次，别处没有存；请抄下或打印，由负责人锁好。"
        ).format(name=came.name)
        if not has_reset:
            words = _("旧恢复单作废。新恢复码只显示这一次，别处没有存；请抄下或打印，由负责人锁好。")
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setAccessibleDescription(words)
        self.setModal(True)
        self.setMinimumWidth(px(560))
        self.setMaximumWidth(px(620))
        outer = QHBoxLayout(self)
        outer.setContentsMargins(px(22), px(16), px(18), px(14))
        outer.setSpacing(px(14))
        outer.addWidget(Icon("warning", "warn", 24, filled=True), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(px(8))
        outer.addLayout(column, 1)
        column.addWidget(Label(title, size="contract", strong=True, wrap=True))
        column.addWidget(Label(words, tone="ink2", wrap=True))
        if came.trouble:
            trouble = _("没有记进日志：{why}。请在登录后告诉系统维护人员。").format(why=came.trouble)
            column.addWidget(Strip(trouble, level="doubt"))
        self.code = Label("\n".join(in_two_lines(came.code)), size="page", mono=True, strong=True)
        self.code.setAccessibleName(_("恢复码 {code}").format(code=came.code))
        column.addWidget(self.code)
        self.kept = CheckBox(_("恢复单已收好，或已照样抄下并核对过"))
        self.kept.toggled.connect(self._look)
        column.addWidget(self.kept)
        self.trouble = Strip("", level="error")
        self.trouble.hide()
        column.addWidget(self.trouble)
        self.told = Label("", size="note", tone="ok", wrap=True)
        column.addWidget(self.told)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, px(4), 0, px(4))
        buttons.setSpacing(px(12))
        buttons.addStretch(1)
        self.save_button = Button(_("存为 PDF 打印"), icon="print", mnemonic="P")
        self.copy_button = Button(_("复制"), icon="copy", mnemonic="C")
        self.close_button = Button(_("收好了"), "primary", mnemonic="S")
        self.save_button.clicked.connect(self.save)
        self.copy_button.clicked.connect(self.copy)
        self.close_button.clicked.connect(self.accept)
        for button in (self.save_button, self.copy_button, self.close_button):
            buttons.addWidget(button)
        column.addLayout(buttons)
        self._look()
        self.save_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """The sheet as a PDF where the head wants it."""
        path = self._target(self, _("恢复单存到"), sheet_place(), _("PDF 文件 (*.pdf)"))
        if path is None:
            return
        try:
            write_sheet(path, self._station, self._came.code)
        except MachineError as exc:
            self.trouble.say(trouble_words(exc))
            self.trouble.show()
            return
        self.trouble.hide()
        self._is_kept(_("已存为 {path}；打印后请删掉这个文件").format(path=path))

    def copy(self) -> None:
        """The code to the clipboard."""
        QGuiApplication.clipboard().setText(self._came.code)
        self._is_kept(_("已复制；贴到安全的地方后请再复制点别的，把它盖掉"))

    def _is_kept(self, words: str) -> None:
        self.told.setText(words + _("。收好后请自己在方框里打勾"))
        self.kept.setFocus(Qt.FocusReason.OtherFocusReason)
        self.adjustSize()

    def _look(self, *_changed: object) -> None:
        self.close_button.setEnabled(self.kept.isChecked())
        self.close_button.setToolTip("" if self.kept.isChecked() else _("请把恢复单收好，再在方框里打勾"))

    def reject(self) -> None:
        """Esc closes only what was kept: nobody can show this code again."""
        if self.kept.isChecked():
            super().reject()

    def showEvent(self, event: QShowEvent) -> None:
        """In the middle of the window."""
        super().showEvent(event)
        if (parent := self.parentWidget()) is not None:
            middle = parent.window().mapToGlobal(parent.window().rect().center())
            self.move(middle - QPoint(self.width() // 2, self.height() // 2))
        self.save_button.setFocus(Qt.FocusReason.OtherFocusReason)


def sheet_place() -> str:
    """Where 恢复单 is proposed: the person's own documents, never the folder of the last backup.

    Whoever finds that stick would have the key beside the lock.
    """
    own = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return str(Path(own or Path.home()) / _("恢复单.pdf"))


def in_two_lines(code: str) -> tuple[str, str]:
    """Eight groups, four in a line, for reading aloud and copying down."""
    groups = code.split("-")
    half = (len(groups) + 1) // 2
    return "-".join(groups[:half]), "-".join(groups[half:])


def write_sheet(path: Path, station: str, code: str) -> None:
    """恢复单 as one page A4. MachineError when it cannot be written there."""
    try:
        path.write_bytes(b"")
    except OSError as exc:
        raise MachineError(
            _("恢复单写不到 {path}").format(path=path), _("请换一个位置，或照屏幕抄下恢复码"), code="M02"
        ) from exc
    writer = QPdfWriter(str(path))
    writer.setResolution(DPI)
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4),
            QPageLayout.Orientation.Portrait,
            QMarginsF(25, 30, 25, 25),
            QPageLayout.Unit.Millimeter,
        )
    )
    writer.setTitle(_("恢复单"))
    lines = (
        (20.0, "title", _("技术合同登记工作站　恢复单")),
        (12.0, "", _("登记机构：{name}").format(name=station)),
        (12.0, "", _("制作日期：{day}").format(day=local_time(now()).date().isoformat())),
        (12.0, "", ""),
        *((18.0, "code", line) for line in in_two_lines(code)),
        (12.0, "", ""),
        (11.0, "", _("所有口令都忘记时，在登录页按“忘记口令”，照本单输入恢复码。")),
        (11.0, "", _("本单用过一次即作废，届时会给出新的恢复码。请由负责人密封锁好，不要拍照。")),
    )
    painter = QPainter(writer)
    top, width = 0.0, float(writer.width())
    for points, look, words in lines:
        face = QFont(font(points, bold=look == "title", mono=look == "code"))
        face.setPointSizeF(points)
        painter.setFont(face)
        high = points / 72 * DPI * 1.9
        box = QRectF(0, top, width, high * 2)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap), words)
        used = painter.boundingRect(box, int(Qt.TextFlag.TextWordWrap), words or "　")
        top += max(high, used.height() + high * 0.4)
    painter.end()
