"""A question with something to fill in: the frame of the dialogs of a case."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.ui.widgets.ask import AskDialog


class FormDialog(AskDialog):
    """An ``AskDialog`` with fields in its ``body``.

    ``gate()`` says whether the act is possible; call ``look()`` after every change. The focus starts on the
    first empty field while it is not, else on the safe button.
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
        super().__init__(
            parent,
            question,
            consequence,
            act=act,
            safe=safe,
            kind=kind,
            mnemonic=mnemonic,
            least=520,
            most=wide,
        )

    def gate(self) -> bool:
        """Everything needed is filled in. Subclasses override."""
        return True

    def look(self, *_changed: object) -> None:
        """Something changed: is the act possible now?"""
        self.act_button.setEnabled(self.gate())

    def finish(self) -> None:
        """After building: tab order and the first look."""
        QWidget.setTabOrder(self.act_button, self.safe_button)
        self.look()

    def ask(self) -> bool:
        """Show it and wait; True when the act was chosen."""
        return self.answered()
