"""What every page is to the window: keys, one primary act, navigation, words for the status bar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from desktop.services.views import ContractSheet
    from desktop.ui.widgets.bars import Key


@dataclass(frozen=True, slots=True)
class Primary:
    """The one primary act of a page (F12)."""

    words: str
    act: Callable[[], object]
    enabled: bool = True
    why_not: str = ""
    """Said when F12 is pressed while it is not enabled."""


@dataclass(frozen=True, slots=True)
class PartyWanted:
    """A form asks 单位库 for a party: words to begin with, and who is told which one was chosen."""

    text: str
    take: Callable[[int, str], object]
    """(id, name) of the party; the page then goes back by itself."""


class Page(QWidget):
    """Fills the work area. The window shows ``keys()`` and ``primary()``, asks again on ``keys_changed``."""

    keys_changed = Signal()
    said = Signal(str, str, bool)
    """(text, level ``ok`` ``warn`` ``err`` or empty, stays until the next) for the status bar."""
    wants = Signal(str, object)
    """Go to a page: code (``today`` ``case`` ``search`` ``report`` ``stats`` ``system``), argument; ``back``
    is the page before.
    """

    code = ""
    """Which navigation item it belongs to."""

    def keys(self) -> Sequence[Key]:
        """The keys shown at the bottom, F1 to Esc, in the fixed order of the program."""
        return ()

    def primary(self) -> Primary | None:
        """The primary act now; None: the bar shows no button."""
        return None

    def open(self, argument: object = None) -> None:
        """Called each time the window comes to this page: read afresh, put the focus where work begins."""

    def may_leave(self) -> bool:
        """False when something on the page needs an answer first (the page asks by itself, once)."""
        return True

    def set_narrow(self, narrow: bool) -> None:
        """The logical width fell below 1280 or rose above it."""


class Step(Page):
    """One of the six steps of a case (录入 认定 核定 税惠 复核 登记发证), inside the case page."""

    code = "case"
    sheet_changed = Signal(object)
    """A service returned a newer ``ContractSheet``: the head and the other steps show it."""
    step_wanted = Signal(int)
    """Go to step 1–6 of the same case."""

    def show_sheet(self, sheet: ContractSheet) -> None:
        """Show this contract; called when the step is opened and when another step changed it."""
