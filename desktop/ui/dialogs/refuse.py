"""不予登记: the grounds of the table, the facts in words; the applicant is told the remedy."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from desktop.resources import _
from desktop.rules.codes import CodeTables
from desktop.ui.dialogs.asking import FormDialog
from desktop.ui.widgets.buttons import CheckBox
from desktop.ui.widgets.fields import FieldRow, TextBox


class RefuseDialog(FormDialog):
    """Ticks for the grounds and a text for the facts."""

    def __init__(
        self,
        parent: QWidget | None,
        serial: str,
        codes: CodeTables,
        grounds: Sequence[str] = (),
        reason: str = "",
    ) -> None:
        super().__init__(
            parent,
            _("对 {serial} 不予登记？").format(serial=serial),
            _(
                "将出《不予登记决定书》，写明理由和救济途径；申请人改正后可以另行申请。此举记入日志，不能撤回。"
            ),
            act=_("不予登记"),
            safe=_("先不决定"),
            mnemonic="N",
        )
        self.body.setSpacing(0)
        self.ticks: dict[str, CheckBox] = {}
        for entry in codes.entries("refusal_grounds"):
            tick = CheckBox(f"{entry.code} {entry.name}")
            tick.setToolTip(entry.name)
            tick.setChecked(entry.code in grounds)
            tick.toggled.connect(self.look)
            self.ticks[entry.code] = tick
            self.body.addWidget(tick)
        self.body.addStretch(1)
        self.facts = TextBox(_("事实和理由"), required=True, lines=3)
        self.facts.setPlainText(reason)
        self.facts.textChanged.connect(self.look)
        row = FieldRow("", _("事实"), self.facts, name_width=48)
        row.set_note(_("写明合同的哪一条、为什么不符合"))
        self.below.addWidget(row)
        self.finish()

    def gate(self) -> bool:
        """A ground and the facts."""
        return bool(self.grounds()) and len(self.facts.value()) >= 4

    def grounds(self) -> tuple[str, ...]:
        """Codes ticked."""
        return tuple(code for code, tick in self.ticks.items() if tick.isChecked())


def ask_refuse(
    parent: QWidget, serial: str, codes: CodeTables, grounds: Sequence[str] = (), reason: str = ""
) -> tuple[tuple[str, ...], str] | None:
    """(grounds, facts in words); None when the clerk went back."""
    dialog = RefuseDialog(parent, serial, codes, grounds, reason)
    made = (dialog.grounds(), dialog.facts.value()) if dialog.ask() else None
    dialog.deleteLater()
    return made
