"""标尺页向导: print a page with crosses, measure four distances, and the program knows offset and scale."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.certificates.ruler import Fit, reckon, write_ruler_page
from desktop.errors import RefusedError
from desktop.jobs import JobRunner
from desktop.resources import _
from desktop.ui.dialogs.deciding import DecidingDialog
from desktop.ui.pages.wording import trouble_words
from desktop.ui.printing import TRAYS, print_pdf, tray_name
from desktop.ui.theme import metrics, px
from desktop.ui.widgets.base import Label
from desktop.ui.widgets.buttons import Button, Choice
from desktop.ui.widgets.fields import Field, FieldRow

NAME_WIDTH = 236
"""Drawing pixels for the longest name with its true distance behind it."""

KeepFit = Callable[[str, str, Fit], object]
"""(printer, tray, fit): remember it, for every paper."""


def readable(text: str) -> Decimal | None:
    """Millimetres as typed, full width or with a comma as well; None when it is no number."""
    try:
        plain = text.strip().replace("，", ".").replace(",", ".").replace("。", ".")
        number = Decimal(plain)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


class LengthField(Field):
    """A measured distance in millimetres."""

    def __init__(self, name: str, nominal: str, *, required: bool) -> None:
        super().__init__(name, required=required)
        self.nominal = nominal
        self.set_unit(_("毫米"))

    def check(self, text: str) -> str:
        """What is no length."""
        if not text.strip():
            return ""
        number = readable(text)
        return _("请写毫米数，如 20.4") if number is None or not 0 < number < 400 else ""

    def neat(self, text: str) -> str:
        """20.4."""
        number = readable(text)
        return "" if number is None else f"{number:.1f}"


class Measuring(QWidget):
    """The four fields and the reckoned result; also a part of the first-run guide."""

    def __init__(self, parent: QWidget | None = None, *, is_required: bool = True) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(6))
        self.fields = tuple(
            LengthField(name, nominal, required=is_required)
            for name, nominal in (
                (_("一　左纸边到左上十字"), "20.0"),
                (_("二　上纸边到左上十字"), "20.0"),
                (_("三　左上到右上十字"), "170.0"),
                (_("四　左上到左下十字"), "257.0"),
            )
        )
        for field in self.fields:
            name = _("{name}（{n}）").format(name=field.name, n=field.nominal)
            column.addWidget(FieldRow("", name, field, name_width=NAME_WIDTH))
            field.textChanged.connect(self.look)
        self.words = Label("", wrap=True)
        self.words.setMinimumHeight(2 * metrics().lineSpacing() + px(4))
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.words)
        self.look()

    def is_empty(self) -> bool:
        """Nothing was measured."""
        return not any(field.text().strip() for field in self.fields)

    def fit(self) -> Fit:
        """The fit. RefusedError when a number lacks or cannot be."""
        numbers = [readable(field.text()) for field in self.fields]
        for field, number in zip(self.fields, numbers, strict=True):
            if number is None or field.check(field.text()):
                raise RefusedError(
                    _("还差：{what}").format(what=field.name.split("　")[-1]), _("请照标尺页量，写毫米数")
                )
        return reckon(*(number for number in numbers if number is not None))

    def look(self, *_changed: object) -> None:
        """The result, or what is wrong, while typing."""
        if self.is_empty():
            self.words.setText(_("括号里是应有的毫米数。填完四个数，这里显示算出的偏移和缩放。"))
            self.words.set_tone("ink2")
            return
        try:
            fit = self.fit()
        except RefusedError as exc:
            self.words.setText(trouble_words(exc))
            self.words.set_tone("ink2" if exc.message.startswith(_("还差")) else "err")
            return
        said = _("这台打印机不用校正。") if fit.is_plain else _("将校正：{fit}。").format(fit=fit.told())
        self.words.setText(said)
        self.words.set_tone("ok")


def print_ruler(put: Callable[..., int], printer: str, tray: str, fit: Fit | None) -> Callable[[], str]:
    """The work of printing the ruler page, or the check page of ``fit``; for a job."""

    def run() -> str:
        folder = Path(tempfile.mkdtemp(prefix="contract-desk-"))
        path = folder / "ruler.pdf"
        used = fit or Fit()
        try:
            write_ruler_page(path, printer, tray_name(tray) if tray else "", fit)
            put(
                path,
                printer,
                right_mm=float(used.right),
                down_mm=float(used.down),
                across_percent=float(used.across),
                along_percent=float(used.along),
                tray=tray,
            )
        finally:
            path.unlink(missing_ok=True)
            with suppress(OSError):
                folder.rmdir()
        what = _("标尺页") if fit is None else _("校对页")
        return _("{what}已交给打印机“{name}”").format(what=what, name=printer)

    return run


class RulerDialog(DecidingDialog):
    """Printer and tray, 打印标尺页, four numbers, 打印校对页, 记住.

    ``decided`` carries (printer, tray, fit).
    """

    def __init__(
        self,
        parent: QWidget | None,
        jobs: JobRunner,
        printers: Sequence[str],
        keep: KeepFit,
        *,
        printer: str = "",
        tray: str = "",
        put_on_paper: Callable[..., int] = print_pdf,
    ) -> None:
        super().__init__(
            parent,
            jobs,
            _("用标尺页校正打印机"),
            _("先打一张标尺页，用毫米尺量四个数，程序算出偏移和缩放；再打一张校对页看准不准，然后记住。"),
            act=_("记住"),
            safe=_("先不校正"),
            mnemonic="S",
            width=640,
        )
        self._keep, self._put = keep, put_on_paper
        self.printer = Choice(_("打印机"), [(name, name) for name in printers])
        self.tray = Choice(_("纸盒"), TRAYS)
        self.printer.choose(printer if printer in printers else printers[0] if printers else "")
        self.tray.choose(tray)
        self.body.addWidget(FieldRow("", _("打印机"), self.printer, name_width=NAME_WIDTH))
        self.body.addWidget(FieldRow("", _("纸盒"), self.tray, name_width=NAME_WIDTH))
        line = QHBoxLayout()
        line.setSpacing(px(8))
        self.page_button = Button(_("打印标尺页"), icon="print", mnemonic="P")
        self.check_button = Button(_("打印校对页"), icon="print", mnemonic="K")
        self.page_button.clicked.connect(self.print_page)
        self.check_button.clicked.connect(self.print_check)
        line.addWidget(self.page_button)
        line.addWidget(self.check_button)
        line.addStretch(1)
        self.body.addLayout(line)
        self.measuring = Measuring()
        self.body.addWidget(self.measuring)
        self.said = Label("", size="note", tone="ok", wrap=True)
        self.body.addWidget(self.said)
        for field in self.measuring.fields:
            field.textChanged.connect(self.look)
        last = self.measuring.fields[-1]
        last.go_on = self._after_last
        self.ready()

    def _after_last(self, back: bool) -> None:
        if back:
            self.measuring.fields[-2].setFocus(Qt.FocusReason.BacktabFocusReason)
        else:
            target = self.act_button if self.act_button.isEnabled() else self.safe_button
            target.setFocus(Qt.FocusReason.TabFocusReason)

    def look(self, *_what: object) -> None:
        """The buttons too."""
        super().look()
        if not hasattr(self, "measuring"):
            return
        has_printer, is_free = bool(self.printer.choice()), not self._calls.is_busy
        self.page_button.setEnabled(has_printer and is_free)
        self.page_button.setToolTip("" if has_printer else _("系统里没有打印机"))
        self.check_button.setEnabled(has_printer and is_free and not self.lacks())

    def lacks(self) -> str:
        """A printer, and four numbers that can be."""
        if not hasattr(self, "measuring"):
            return ""
        if not self.printer.choice():
            return _("系统里没有打印机，请先在系统里装好")
        try:
            self.measuring.fit()
        except RefusedError as exc:
            return trouble_words(exc)
        return ""

    def work(self) -> Callable[[], object]:
        """Remember it."""
        printer, tray, fit, keep = self.printer.choice(), self.tray.choice(), self.measuring.fit(), self._keep

        def run() -> object:
            keep(printer, tray, fit)
            return printer, tray, fit

        return run

    def print_page(self) -> None:
        """The ruler page, as the printer puts it by itself."""
        self._print(None)

    def print_check(self) -> None:
        """The check page with the reckoned fit."""
        self._print(self.measuring.fit())

    def _print(self, fit: Fit | None) -> None:
        self.trouble.hide()
        self.said.setText("")
        work = print_ruler(self._put, self.printer.choice(), self.tray.choice(), fit)
        self._calls.ask(work, partial(self._printed, fit is None), self._failed)

    def _printed(self, is_ruler: bool, words: str) -> None:
        self.said.setText(words)
        if is_ruler:
            self.measuring.fields[0].setFocus(Qt.FocusReason.OtherFocusReason)
