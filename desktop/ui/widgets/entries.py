"""Fields for days, amounts and credit codes: they read every usual spelling and show one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from desktop.resources import _
from desktop.settings import today as today_in_china
from desktop.ui.widgets.fields import Field
from desktop.ui.widgets.spelling import in_fours, narrow, read_amount, read_date, show_amount, tidy_number

_EQUALS = ("=", "＝")


class DateField(Field):
    """A day. Accepts 20261121, 2026-11-21, 2026.11.21, 2026/11/21, 2026年11月21日, 1121; shows 2026-11-21.

    ``value()`` is ISO; ``day()`` the date or None. A day that does not exist is named at once.
    """

    def __init__(
        self,
        name: str,
        *,
        required: bool = False,
        today: Callable[[], date] = today_in_china,
        parent: QWidget | None = None,
    ) -> None:
        self._today = today
        super().__init__(name, required=required, parent=parent)
        self.setInputMethodHints(Qt.InputMethodHint.ImhPreferNumbers)

    def day(self) -> date | None:
        """The day, None when empty or unreadable."""
        try:
            return read_date(self.text(), self._today())
        except ValueError:
            return None

    def set_day(self, day: date | None) -> None:
        """Show a day; no signal."""
        self.set_value(day.isoformat() if day else "")

    def value(self) -> str:
        """ISO, or what was typed."""
        day = self.day()
        return day.isoformat() if day else self.text().strip()

    def check(self, text: str) -> str:
        """Name the impossible day."""
        try:
            read_date(text, self._today())
        except ValueError as exc:
            return str(exc)
        return ""

    def neat(self, text: str) -> str:
        """2026-11-21; tells what was put right on the way."""
        day = read_date(text, self._today())
        shown = day.isoformat() if day else ""
        tell_correction(self, text, shown)
        return shown


class AmountField(Field):
    """Yuan. Accepts figures, thousands commas, 万 and 亿; shows 1,280,000.00 at the right edge.

    ``value()`` is plain yuan ("1280000.00"), ``amount()`` a Decimal or None. ``capital_changed`` gives 大写
    for the row's
    note. ``remainder`` answers “=”: the total less what the other fields hold.
    """

    capital_changed = Signal(str)

    def __init__(
        self,
        name: str,
        *,
        required: bool = False,
        remainder: Callable[[], Decimal | None] | None = None,
        may_be_negative: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        self.remainder = remainder
        self._may_be_negative = may_be_negative
        super().__init__(name, required=required, parent=parent)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.set_unit(_("元"))
        self.textEdited.connect(self._while_typing)

    def amount(self) -> Decimal | None:
        """The amount, None when empty or unreadable."""
        return None if self.check(self.text()) else read_amount(self.text())

    def set_amount(self, amount: Decimal | None) -> None:
        """Show an amount; no ``committed``."""
        self.set_value("" if amount is None else str(amount))

    def value(self) -> str:
        """Plain yuan, or what was typed."""
        amount = self.amount()
        return self.text().strip() if amount is None else str(amount)

    def shown(self, value: str) -> str:
        """With thousands."""
        try:
            amount = read_amount(value)
        except ValueError:
            return value
        return "" if amount is None else show_amount(amount)

    def check(self, text: str) -> str:
        """No amount, finer than one fen, or negative."""
        try:
            amount = read_amount(text)
        except ValueError as exc:
            return str(exc)
        if amount is not None and amount < 0 and not self._may_be_negative:
            return _("金额不能小于零。请改金额。")
        return ""

    def neat(self, text: str) -> str:
        """1,280,000.00; tells what was put right on the way."""
        amount = read_amount(text)
        shown = "" if amount is None else show_amount(amount)
        tell_correction(self, text, shown)
        return shown

    def capital(self) -> str:
        """大写 of the amount, empty when there is none."""
        amount = self.amount()
        if amount is None or amount < 0:
            return ""
        from desktop.rules.capital import capital

        return capital(amount)

    def _while_typing(self, _text: str) -> None:
        self.capital_changed.emit(self.capital())

    def _settled(self) -> None:
        self.capital_changed.emit(self.capital())

    def set_value(self, value: str) -> None:
        """Show a stored amount; only ``capital_changed`` is sent."""
        super().set_value(value)
        self.capital_changed.emit(self.capital())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """“=” fills in what is left of the total."""
        if event.text() in _EQUALS and not self.is_composing and not self.isReadOnly():
            self._fill_in_rest()
            return
        super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """An input method that is switched on hands “=” over as text."""
        if event.commitString() in _EQUALS and not self.isReadOnly():
            super().inputMethodEvent(QInputMethodEvent())
            self._fill_in_rest()
            return
        super().inputMethodEvent(event)

    def _fill_in_rest(self) -> None:
        left = self.remainder() if self.remainder else None
        if left is not None:
            self.put(show_amount(left))
            self.capital_changed.emit(self.capital())


class CreditCodeField(Field):
    """Unified social credit code (or another code shown in fours): 9199 0321 MA5N Y83T 0T, copied without
    spaces.

    ``check_code`` gets the bare code and says what is wrong (“有不该有的字符” or “校验位对不上”), empty if
    nothing.
    A code kept with a reason: ``keep(True)`` turns the error into a doubt.
    """

    def __init__(
        self,
        name: str,
        *,
        required: bool = False,
        check_code: Callable[[str], str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self._check_code = check_code
        self._is_kept = False
        super().__init__(name, required=required, mono=True, parent=parent)
        self.setInputMethodHints(Qt.InputMethodHint.ImhUppercaseOnly | Qt.InputMethodHint.ImhLatinOnly)

    def value(self) -> str:
        """The bare code."""
        return "".join(narrow(self.text()).upper().split())

    def shown(self, value: str) -> str:
        """In fours."""
        return in_fours(value)

    def check(self, text: str) -> str:
        """Ask the page's check; an empty field is not wrong here."""
        bare = "".join(narrow(text).upper().split())
        if not bare or self._check_code is None or self._is_kept:
            return ""
        return self._check_code(bare)

    def neat(self, text: str) -> str:
        """Half width, capitals, in fours; a change of letters is told."""
        bare = "".join(narrow(text).upper().split())
        if bare != "".join(text.upper().split()):
            self.tidied.emit(text.strip(), bare)
        return in_fours(bare)

    def keep(self, kept: bool, reason: str = "") -> None:
        """The clerk keeps a code whose check digit is wrong, with a reason."""
        self._is_kept = kept
        self._problem = self.check(self.text())
        self.set_level("doubt" if kept else "", reason)

    def settle(self) -> None:
        """Also a wrong code is shown in fours."""
        if self._check_code and self.check(self.text()) and self.text():
            neat = in_fours(self.value())
            if neat != self.text():
                self.put(neat)
        super().settle()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy and cut without the spaces."""
        if not self.is_composing and self.hasSelectedText():
            if event.matches(QKeySequence.StandardKey.Copy):
                self._copy()
                return
            if event.matches(QKeySequence.StandardKey.Cut) and not self.isReadOnly():
                self._copy()
                self.del_()
                return
        super().keyPressEvent(event)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText("".join(self.selectedText().split()))


def tell_correction(entry: Field, typed: str, shown: str) -> None:
    """Say before and after when full-width signs, blanks between digits, or O and l were put right.

    Thousands commas and 万 are ways of writing, not mistakes.
    """
    text = typed.strip()
    plain = "".join(text.split())
    if plain != text or narrow(plain) != plain or tidy_number(plain) != narrow(plain):
        entry.tidied.emit(text, shown)
