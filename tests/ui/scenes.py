"""Which pictures are taken of the program: the pages on a day at work, on an empty station, and when
something is wrong; each scene brings the window there by keys and by the page's own acts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt

from desktop.resources import resource

if TYPE_CHECKING:
    from tests.ui.take_screenshots import Photographer

Prepare = Callable[["Photographer"], object]
CLERK, REVIEWER = "沈清禾", "陆知远"


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture: its file, what to do before the shutter, and whether a dialog stands over the page."""

    name: str
    prepare: Prepare
    is_dialog: bool = False


def at(step: int, state: str, title: str = "") -> Prepare:
    """A contract in this state on one of the six steps."""
    return lambda p: p.go("case", (p.contract(state, by_title=title), step))


def to(page: str) -> Prepare:
    """A page as it opens."""
    return lambda p: p.go(page)


def _search(words: str) -> Prepare:
    def prepare(p: Photographer) -> None:
        p.go("search")
        p.type(words)
        p.rest(0.8)

    return prepare


def _after(verb: str) -> Prepare:
    """A dialog of a registered contract, from 登记发证."""

    def prepare(p: Photographer) -> None:
        p.go("case", (p.contract("CERTIFIED", by_title="丘陵茶园"), 6))
        p.case.step().open_after_dialog(verb)

    return prepare


def _rare(verb: str, state: str, step: int, title: str = "") -> Prepare:
    """A dialog of the button 更多."""

    def prepare(p: Photographer) -> None:
        p.go("case", (p.contract(state, by_title=title), step))
        p.case.open_rare_dialog(verb)

    return prepare


def _way_out(act: str, state: str, step: int, title: str = "") -> Prepare:
    """A dialog that ends a case; it waits for its answer, so it is opened a moment later."""

    def prepare(p: Photographer) -> None:
        p.go("case", (p.contract(state, by_title=title), step))
        p.later(getattr(p.case, act))

    return prepare


def _help(p: Photographer) -> None:
    p.go("today")
    p.window.show_help()


def _lock(p: Photographer) -> None:
    p.go("today")
    p.window.lock_screen()


def _review(p: Photographer) -> None:
    p.hand_over(REVIEWER)
    p.go("case", (p.contract("RECOGNISED"), 5))


DAY = (
    Scene("01-sign-in", lambda _p: None),
    Scene("02-today", lambda p: p.sign_in(CLERK)),
    Scene("03-entry", at(1, "DRAFT")),
    Scene("03b-entry-new", lambda p: p.go("case", None)),
    Scene("04-recognition", at(2, "ACCEPTED", "曝气")),
    Scene("05-amounts", at(3, "ACCEPTED", "曝气")),
    Scene("06-relief", at(4, "RECOGNISED")),
    Scene("08-issue", at(6, "CERTIFIED", "丘陵茶园")),
    Scene("09-search", _search("qh")),
    Scene("10-report", to("report")),
    Scene("11-statistics", to("stats")),
    Scene("14-system", to("system")),
    Scene("20-change", _after("change"), is_dialog=True),
    Scene("21-cancel", _after("cancel"), is_dialog=True),
    Scene("22-income", _after("income"), is_dialog=True),
    Scene("23-objection", _rare("object", "CERTIFIED", 6, "丘陵茶园"), is_dialog=True),
    Scene("24-year", _rare("year", "CERTIFIED", 6, "丘陵茶园"), is_dialog=True),
    Scene("25-return", _way_out("return_contract", "ACCEPTED", 2, "曝气"), is_dialog=True),
    Scene("26-refuse", _way_out("refuse", "ACCEPTED", 2, "曝气"), is_dialog=True),
    Scene("27-help", _help, is_dialog=True),
    Scene("01b-lock", _lock),
    Scene("07-review", _review),
)
"""The sample day as a clerk finds it in the morning, in the order in which the pictures must be taken."""

EMPTY = (
    Scene("02-today", lambda p: p.sign_in(CLERK)),
    Scene("03b-entry-new", lambda p: p.go("case", None)),
    Scene("09-search", to("search")),
    Scene("10-report", to("report")),
    Scene("11-statistics", to("stats")),
    Scene("14-system", to("system")),
)
"""A station on its first day."""


def _wrong_password(p: Photographer) -> None:
    p.press(Qt.Key.Key_Tab)
    p.window.sign_in.take_focus()
    p.type("wrong-password")
    p.press(Qt.Key.Key_Return)
    p.rest(1.2)


def _handed_in_empty(p: Photographer) -> None:
    p.sign_in(CLERK)
    p.go("case", None)
    p.press(Qt.Key.Key_F12)


def _wrong_values(p: Photographer) -> None:
    """A day that does not exist, a code with a wrong check digit, a technology amount above the total."""
    p.go("case", (p.contract("DRAFT"), 1))
    form = p.case.step().form
    buyer = next(block for block in form.blocks if block.role == "buyer")
    wrong = (
        (form.bounds["signed_on"], "2026-02-30"),
        (form.bounds["technology_amount"], "990000"),
        (buyer.bounds["id_number"], "91990321MA0QH7K26X"),
    )
    for bound, words in wrong:
        bound.entry.setFocus()
        bound.entry.selectAll()
        p.type(words)
        p.press(Qt.Key.Key_Tab)
    p.rest(0.8)
    p.case.step().ask = lambda *_given, **_more: True  # leaves the page with its mistakes: not a picture


def _sums_that_do_not_meet(p: Photographer) -> None:
    p.go("case", (p.contract("ACCEPTED", by_title="曝气"), 3))
    p.press(Qt.Key.Key_Backtab)
    p.type("800000")
    p.press(Qt.Key.Key_Return)


def _import_with_mistakes(p: Photographer) -> None:
    page: Any = p.go("today")
    path = p.scratch("application.xlsx", resource("sample", "application.xlsx").read_bytes())
    page._choose = lambda *_given: path  # the file dialog belongs to the desktop, not to the program
    page.import_workbook()
    p.rest(1.0)
    page.show_report()


def _damaged_receipt(p: Photographer) -> None:
    page: Any = p.go("system")
    page._choose = lambda *_given: p.scratch("receipt.zip", b"PK\x03\x04 cut in the middle")
    page.receive()
    p.rest(0.6)


def _wrong_pin(p: Photographer) -> None:
    p.go("today")
    p.window.lock_screen()
    p.type("000000")
    p.press(Qt.Key.Key_Return)
    p.rest(1.5)


ERROR = (
    Scene("01-sign-in", _wrong_password),
    Scene("03b-entry-handed-in-empty", _handed_in_empty),
    Scene("03-entry-wrong-values", _wrong_values),
    Scene("05-amounts-do-not-meet", _sums_that_do_not_meet),
    Scene("09-search-nothing-found", _search("zzqx")),
    Scene("14-system-damaged-receipt", _damaged_receipt),
    Scene("02-today-import", _import_with_mistakes, is_dialog=True),
    Scene("01b-lock-wrong-pin", _wrong_pin),
)
"""What a clerk sees when something is wrong; signs in with the third scene's page on."""
