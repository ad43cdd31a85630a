"""What the tests of the later steps share: a window with the key bar, data of the drawings, both runners."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from desk import FACTS, LU, TODAY, URGENT, FakeDesk, china
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from desktop.jobs import JobRunner
from desktop.rules.facts import Attachment, Payment
from desktop.services import views as v
from desktop.ui.pages.page import Page
from desktop.ui.widgets.bars import KeyBar

NUMBER = "2026990321000247"
WIDE, NARROW = (1222, 628), (855, 392)
"""Room of a page at 1366 × 768 and at 911 × 512."""


def drawn_facts() -> Any:
    """The contract of the drawings with its payment of 2027-03-31, both parties at home."""
    return replace(
        FACTS,
        payments=(Payment(due_on=date(2027, 3, 31), amount=Decimal("1280000.00")),),
        attachments=(Attachment(name="技术要求", pages=3),),
        parties=tuple(replace(p, country="CHN", party_type="150") for p in FACTS.parties),
    )


class LaterDesk(FakeDesk):
    """Adds to every sheet what a test sets in ``more``."""

    def __init__(self, *arguments: Any, **changes: Any) -> None:
        self.more: dict[str, Any] = {}
        self.preview_bytes = b""
        super().__init__(*arguments, **changes)

    def sheet(self, of: Any = None) -> v.ContractSheet:
        return replace(super().sheet(of), **self.more)

    def resend_batch(self, sequence: int, folder: Any) -> v.BatchView:
        self._ask("resend_batch", (sequence, folder))
        return replace(self.batches()[0], sequence=sequence, path=folder / f"{sequence}.zip")


def reviewed_rows(**opinions: bool) -> tuple[v.ReviewRow, ...]:
    """Five items as the service gives them; ``opinions`` are those given before."""
    rows = (
        v.ReviewRow("title", "2 项目名称", FACTS.title or "", "封面"),
        v.ReviewRow("term", "4 有效期限", "2026-11-01 至 2027-10-31", "第九条"),
        v.ReviewRow(
            "seller[0].id",
            "卖方证件号码",
            "91990321MA0QH7K26R",
            "附件",
            earlier_value="91990321MA0QH7K26B",
        ),
        v.ReviewRow("contract_amount", "18 合同成交额", "1,280,000.00 元", "价款条款"),
        v.ReviewRow("doubt:V11:title", "疑点 V11", "非重复：已并排看", "说明", is_doubt=True),
    )
    return tuple(replace(row, is_agreed=opinions.get(row.item)) for row in rows)


def to_review(person: v.SignedIn = LU) -> LaterDesk:
    """沈清禾's contract waits for review; ``person`` is signed in."""
    desk = LaterDesk(person, facts=drawn_facts(), sheet_row=replace(URGENT[6], state="RECOGNISED"))
    desk.more = {"review_rows": reviewed_rows(), "block": v.BlockView("2026-2", 54, 54, NUMBER)}
    return desk


def sheet_row(copy: int, event: str, minute: int, **more: Any) -> v.SheetRow:
    """One line of the ledger, 15:MM of the day of the drawings."""
    values: dict[str, Any] = {
        "version": 1,
        "copy_number": copy,
        "recipient": ("登记机构存档", "交卖方", "卖方报税务")[copy - 1],
        "event": event,
        "copy_kind": "first",
        "ordinal": 0,
        "reason": "",
        "collector": "",
        "person": "沈清禾",
        "at": china(11, 20, 15, minute),
        "sha256": "6f1c92ab" + "0" * 52 + "40e7",
    }
    return v.SheetRow(**(values | more))


def registered(state: str = "REGISTERED", **more: Any) -> LaterDesk:
    """The contract of the drawings with its number."""
    row = replace(URGENT[6], state=state, official_number=NUMBER, registered_on=TODAY)
    desk = LaterDesk(facts=drawn_facts(), sheet_row=row)
    desk.more = more
    return desk


class Frame(QWidget):
    """A page above the key bar, bound as the window binds it; what the page says is kept."""

    def __init__(self, page: Page, size: tuple[int, int] = WIDE) -> None:
        super().__init__()
        self.page, self.said = page, []  # type: ignore[var-annotated]
        self.wanted: list[tuple[Any, ...]] = []
        self.bar = KeyBar()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(page, 1)
        column.addWidget(self.bar)
        page.said.connect(lambda text, level, _stays: self.said.append((text, level)))
        page.wants.connect(lambda code, what: self.wanted.append((code, what)))
        page.keys_changed.connect(self.show_keys)
        self.bar.primary.connect(self.press_primary)
        page.set_narrow(size == NARROW)
        self.resize(size[0], size[1] + 44)
        self.show_keys()
        self.show()
        self.activateWindow()
        assert QTest.qWaitForWindowActive(self, 3000)

    def show_keys(self) -> None:
        self.bar.show_keys(self.page.keys())
        primary = self.page.primary()
        assert primary is not None
        self.bar.show_primary(primary.words, enabled=primary.enabled, why_not=primary.why_not)

    def press_primary(self) -> None:
        primary = self.page.primary()
        assert primary is not None
        if primary.enabled:
            primary.act()

    def press(self, key: Any, modifier: Any = Qt.KeyboardModifier.NoModifier) -> None:
        """A key for whatever has the focus."""
        QTest.keyClick(QApplication.focusWidget() or self, key, modifier)
        QApplication.processEvents()

    def words(self) -> str:
        return " / ".join(text for text, _level in self.said)


@contextmanager
def runner(inline: bool) -> Iterator[JobRunner]:
    """Jobs in line or on their thread; ended before the test is."""
    jobs = JobRunner(inline=inline)
    try:
        yield jobs
    finally:
        jobs.shut_down()
        QApplication.processEvents()
