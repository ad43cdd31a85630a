"""不予受理: not ours to take, and where the applicant should go."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.resources import _
from desktop.ui.dialogs.asking import FormDialog
from desktop.ui.widgets.buttons import Radio
from desktop.ui.widgets.fields import Field, FieldRow

GROUNDS = (
    ("oral", _("口头订立，没有书面文本")),
    ("not_seller", _("申请人不对，应由另一方申请")),
    ("other_station", _("不属本机构登记范围")),
)
"""Codes of ``DeclineContract.ground`` and their words."""


class DeclineDialog(FormDialog):
    """One of three grounds, the right place to go, a remark."""

    def __init__(self, parent: QWidget | None, serial: str) -> None:
        super().__init__(
            parent,
            _("对 {serial} 不予受理？").format(serial=serial),
            _("将出《不予受理通知书》，写明应当由谁、向哪里申请。此举记入日志，不能撤回。"),
            act=_("不予受理"),
            safe=_("先不决定"),
            mnemonic="B",
        )
        self.radios: dict[str, Radio] = {}
        for code, words in GROUNDS:
            radio = Radio(words)
            radio.toggled.connect(self.look)
            self.radios[code] = radio
            self.body.addWidget(radio)
        self.where = Field(_("应当由谁、向哪里申请"))
        self.where.textChanged.connect(self.look)
        self.body.addWidget(FieldRow("", _("应向何处"), self.where, name_width=80))
        self.why = Field(_("说明"))
        self.body.addWidget(FieldRow("", _("说明"), self.why, name_width=80))
        self.finish()

    def ground(self) -> str:
        """Code of the choice, empty while there is none."""
        return next((code for code, radio in self.radios.items() if radio.isChecked()), "")

    def gate(self) -> bool:
        """A ground; and where to go, unless there is no written contract at all."""
        ground = self.ground()
        self.where.set_required(ground not in ("", "oral"))
        return bool(ground) and (ground == "oral" or bool(self.where.text().strip()))


def ask_decline(parent: QWidget, serial: str) -> tuple[str, str, str] | None:
    """(ground, where to go, remark); None when the clerk went back."""
    dialog = DeclineDialog(parent, serial)
    agreed = dialog.ask()
    made = (dialog.ground(), dialog.where.text().strip(), dialog.why.text().strip())
    dialog.deleteLater()
    return made if agreed else None
