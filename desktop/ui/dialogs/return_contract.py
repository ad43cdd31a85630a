"""退回补正: one notice that lists everything (一次性告知), with a day until which it must be supplied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.errors import Problem
from desktop.resources import _
from desktop.services.commands import Defect
from desktop.ui.dialogs.asking import FormDialog
from desktop.ui.theme import px
from desktop.ui.widgets.base import Label
from desktop.ui.widgets.buttons import Button, CheckBox
from desktop.ui.widgets.entries import DateField
from desktop.ui.widgets.fields import Field, FieldRow


@dataclass(frozen=True, slots=True)
class Notice:
    """What the clerk decided to tell the applicant."""

    defects: tuple[Defect, ...]
    deadline_on: date


def defects_of(problems: Sequence[Problem]) -> list[Defect]:
    """Findings of the form as lines of the notice: what is there, what must be there."""
    made = []
    for p in problems:
        if p.level == "note" and p.code != "M01":  # materials not handed in belong into the notice
            continue
        now = _("（现为“{value}”）").format(value=p.value) if p.value else ""
        made.append(Defect(problem=f"{p.place}{now}：{p.reason}", remedy=p.remedy, code=p.code))
    return made


class _DefectRow(QWidget):
    """One line: whether it goes into the notice, what is there, what must be supplied."""

    def __init__(self, number: int, defect: Defect) -> None:
        super().__init__()
        self.defect = defect
        self.tick = CheckBox(_("第 {n} 项").format(n=number))
        self.tick.setChecked(True)
        self.problem = Field(_("第 {n} 项 存在的问题").format(n=number), required=True)
        self.remedy = Field(_("第 {n} 项 补正要求").format(n=number), required=True)
        self.problem.set_value(defect.problem)
        self.remedy.set_value(defect.remedy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, px(6))
        column.setSpacing(px(4))
        column.addWidget(self.tick)
        column.addWidget(FieldRow("", _("问题"), self.problem, name_width=48))
        column.addWidget(FieldRow("", _("要求"), self.remedy, name_width=48))

    def is_whole(self) -> bool:
        """Both halves are written, or the line is left out."""
        both = self.problem.text().strip() and self.remedy.text().strip()
        return not self.tick.isChecked() or bool(both)

    def result(self) -> Defect:
        """The line as it stands."""
        return replace(self.defect, problem=self.problem.text().strip(), remedy=self.remedy.text().strip())


class ReturnDialog(FormDialog):
    """The lines found so far, each to be kept, changed or left out; more can be added."""

    def __init__(
        self, parent: QWidget | None, serial: str, defects: Sequence[Defect], deadline: date, today: date
    ) -> None:
        super().__init__(
            parent,
            _("退回 {serial} 补正？").format(serial=serial),
            _("只告知一次，请列全：现在是什么，应当是什么。退回后期限停算，收到补正材料再重新起算。"),
            act=_("退回并出告知书"),
            safe=_("先不退回"),
            kind="plain",
            mnemonic="T",
        )
        self._today = today
        self.rows: list[_DefectRow] = []
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, px(8), 0)
        self._list.setSpacing(0)
        self.body.addLayout(self._list)
        self.body.addStretch(1)
        for defect in defects:
            self.add(defect)
        self.more = Button(_("再写一项"), "text", icon="add", mnemonic="Z")
        self.more.clicked.connect(self._add_empty)
        self.deadline = DateField(_("补正期限"), required=True, today=lambda: today)
        self.deadline.set_day(deadline)
        self.deadline.textChanged.connect(self.look)
        line = QHBoxLayout()
        line.addWidget(self.more)
        line.addStretch(1)
        line.addWidget(FieldRow("", _("补正期限"), self.deadline, name_width=80))
        self.below.addLayout(line)
        self.count = Label("", size="note", tone="ink2")
        self.below.addWidget(self.count)
        if not self.rows:
            self._add_empty()
        self.finish()

    def add(self, defect: Defect) -> None:
        """One more line."""
        row = _DefectRow(len(self.rows) + 1, defect)
        self.rows.append(row)
        self._list.addWidget(row)
        row.tick.toggled.connect(self.look)
        for entry in (row.problem, row.remedy):
            entry.textChanged.connect(self.look)

    def _add_empty(self) -> None:
        self.add(Defect(problem="", remedy=""))
        self.look()
        self.rows[-1].problem.setFocus(Qt.FocusReason.TabFocusReason)

    def chosen(self) -> list[_DefectRow]:
        """The lines that go into the notice."""
        return [row for row in self.rows if row.tick.isChecked()]

    def gate(self) -> bool:
        """At least one line, each whole, and a day after today."""
        day = self.deadline.day()
        self.count.setText(_("告知书列 {n} 项").format(n=len(self.chosen())))
        whole = all(row.is_whole() for row in self.rows)
        return bool(self.chosen()) and whole and day is not None and day > self._today

    def result_notice(self) -> Notice:
        """What was decided."""
        return Notice(tuple(row.result() for row in self.chosen()), self.deadline.day() or self._today)


def ask_return(
    parent: QWidget, serial: str, defects: Sequence[Defect], deadline: date, today: date
) -> Notice | None:
    """The notice to be written; None when the clerk went back."""
    dialog = ReturnDialog(parent, serial, defects, deadline, today)
    made = dialog.result_notice() if dialog.ask() else None
    dialog.deleteLater()
    return made
