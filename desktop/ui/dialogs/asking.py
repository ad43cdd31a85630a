"""A question with something to fill in: the frame of the dialogs of a case."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QBoxLayout, QDialog, QVBoxLayout, QWidget

from desktop.ui.theme import px
from desktop.ui.widgets.ask import AskDialog


class FormDialog(AskDialog):
    """An ``AskDialog`` with a ``body`` between its consequence and its buttons.

    ``gate()`` says whether the act is possible; call ``look()`` after every change. The focus starts in
    ``first`` if given, else on the safe button.
    """

    def __init__(
        self,
        parent: QWidget | None,
        question: str,
        consequence: str,
        *,
        act: str,
        safe: str,
        kind: str = "danger",
        mnemonic: str = "",
        wide: int = 560,
    ) -> None:
        super().__init__(parent, question, consequence, act=act, safe=safe, kind=kind, mnemonic=mnemonic)
        self.setMaximumWidth(px(wide))
        self.setMinimumWidth(px(min(wide, 520)))
        self.body = QVBoxLayout()
        self.body.setSpacing(px(8))
        outer = self.layout()
        item = outer.itemAt(1) if outer is not None else None
        column = item.layout() if item is not None else None
        if isinstance(column, QBoxLayout):
            column.insertLayout(column.count() - 1, self.body)

    def gate(self) -> bool:
        """Everything needed is filled in. Subclasses override."""
        return True

    def look(self, *_changed: object) -> None:
        """Something changed: is the act possible now?"""
        self.act_button.setEnabled(self.gate())

    def finish(self) -> None:
        """After building: tab order, the first look, the safe button keeps the focus."""
        QWidget.setTabOrder(self.act_button, self.safe_button)
        self.look()
        self.safe_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def ask(self) -> bool:
        """Show it in the middle of its window and wait; True when the act was chosen."""
        parent = self.parentWidget()
        if parent is not None:
            window = parent.window()
            size = self.sizeHint()
            middle = window.mapToGlobal(window.rect().center())
            self.move(middle - QPoint(size.width() // 2, size.height() // 2))
        return self.exec() == QDialog.DialogCode.Accepted
