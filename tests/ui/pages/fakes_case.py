"""A station that keeps what is saved, with the real check of the form; its contract is the drawings' one."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from desktop.errors import Problem, ProblemsFound, RefusedError
from desktop.rules.checks import check_facts
from desktop.rules.facts import AmountLine, Attachment, Facts, Party
from desktop.services import commands as c
from desktop.services import views as v
from desktop.ui.pages.page import Page
from desktop.ui.widgets.bars import KeyBar, Navigation, StatusBar
from desktop.ui.widgets.focus import FocusRing

_FILE = Path(__file__).resolve().parents[1] / "desk.py"
if "ui_desk" not in sys.modules:
    _spec = importlib.util.spec_from_file_location("ui_desk", _FILE)
    assert _spec is not None
    assert _spec.loader is not None
    _module = importlib.util.module_from_spec(_spec)
    sys.modules["ui_desk"] = _module
    _spec.loader.exec_module(_module)
base: Any = sys.modules["ui_desk"]

TITLE, SELLER, BUYER = base.TITLE, base.SELLER, base.BUYER
TODAY: date = base.TODAY
SELLER_CODE, BUYER_CODE = "91990321MA0QH7K26R", "91990321MA5NY83T0T"
WRONG_CODE = "91990321MA0QH7K26B"

WHOLE = Facts(
    title=TITLE,
    kind="DEV",
    sub_kind="DEV-1",
    valid_from=date(2026, 11, 1),
    valid_until=date(2027, 10, 31),
    signed_on=date(2026, 10, 26),
    effective_on=date(2026, 10, 26),
    contract_amount=Decimal("1280000.00"),
    price_form="fixed",
    currency="CNY",
    payment_method="2",
    technical_field="03",
    ip_kind="1",
    plan_source="9",
    socioeconomic_objective="09",
    industry="A",
    is_secret=False,
    is_written=True,
    summary="研制适用于 8°—25° 丘陵茶园的自走式采摘机视觉识别与仿形控制系统",
    parties=(
        Party("buyer", BUYER, "credit_code", BUYER_CODE, "CHN", "990321", "150"),
        Party("seller", SELLER, "credit_code", SELLER_CODE, "CHN", "990321", "150"),
    ),
    amount_lines=(
        AmountLine("研究开发经费", "technology", Decimal("620000.00"), "7.1"),
        AmountLine("研究开发报酬", "technology", Decimal("314000.00"), "7.1"),
        AmountLine(
            "样机 1 台（验收用）", "carrier", Decimal("96000.00"), "附件一 6", True, "验收须用，见附件一 6.2"
        ),
        AmountLine("工业相机及镜头 4 套", "equipment", Decimal("74000.00"), "附件二 1"),
        AmountLine("边缘计算控制器 2 台", "equipment", Decimal("76000.00"), "附件二 2"),
        AmountLine("伺服电机及驱动器 10 套", "equipment", Decimal("72000.00"), "附件二 3"),
        AmountLine("线缆及安装辅材 1 批", "material", Decimal("28000.00"), "附件二 4"),
    ),
    attachments=(Attachment("附件一 技术要求", 4), Attachment("附件二 价款明细", 1)),
)
"""The contract of the drawings, with nothing missing."""


class CaseDesk(base.FakeDesk):
    """Saves, accepts and recognises like the services: with their checks, their revision, their refusals."""

    def __init__(self, facts: Facts = WHOLE, state: str = "DRAFT", **changes: Any) -> None:
        super().__init__(**changes)
        self.revision = 3
        self.passed: dict[tuple[str, str], str] = {
            ("A05", "amount_lines[2].is_kept"): "验收须用，见附件一 6.2"
        }
        self.answers: dict[str, Any] = {}
        self.recognised: c.RecogniseContract | None = None
        self.party_rows = (
            v.PartyView(1, SELLER, "H7K2", date(2026, 8, 31), self._content(facts, "seller")),
            v.PartyView(
                2, "岚州启明测控有限公司", "77X1", date(2025, 3, 2), {"name": "岚州启明测控有限公司"}
            ),
        )
        self.put(facts, state)

    @staticmethod
    def _content(facts: Facts, role: str) -> dict[str, Any]:
        party = next((p for p in (*facts.parties, *WHOLE.parties) if p.role == role), Party())
        return {
            n: getattr(party, n) for n in Party.__slots__ if getattr(party, n) is not None and n != "role"
        }

    def put(self, facts: Facts, state: str) -> None:
        """What is stored now."""
        day = TODAY if state not in ("DRAFT", "RETURNED") else None
        self.facts = replace(facts, accepted_on=day)
        self.sheet_row = replace(
            self.sheet_row,
            state=state,
            title=facts.title or "",
            kind=facts.kind or "",
            sub_kind=facts.sub_kind or "",
            accepted_on=day,
            due_on=date(2026, 12, 11) if day else None,
            days_left=15 if day else None,
        )

    def sheet(self, of: v.ContractRow | None = None) -> v.ContractSheet:
        made: v.ContractSheet = super().sheet(of)
        if of is not None and of.id != self.sheet_row.id:
            return made
        return replace(
            made,
            revision=self.revision,
            facts=self.facts,
            answers=dict(self.answers),
            passed_doubts=dict(self.passed),
            duplicates=self.duplicates,
        )

    def check_form(self, facts: Facts, contract_id: int | None, *, submitted: bool) -> tuple[Problem, ...]:
        super().check_form(facts, contract_id, submitted=submitted)
        found = check_facts(facts, today=TODAY, codes=self.codes, pack=self.pack, submitted=submitted)
        return tuple(
            replace(p, level="note") if p.level == "doubt" and (p.code, p.field) in self.passed else p
            for p in found
        )

    def save_contract(self, cmd: c.SaveContract) -> v.ContractSheet:
        self._ask("save_contract", cmd)
        if cmd.contract_id is not None and cmd.revision != self.revision:
            raise RefusedError("这份合同刚被别处保存过，您看到的已不是最新", "您录入的内容仍在页面和草稿里")
        self.revision += 1
        self.put(cmd.facts, self.sheet_row.state if cmd.contract_id else "DRAFT")
        return self.sheet()

    def accept(self, cmd: c.AcceptContract) -> v.ContractSheet:
        self._ask("accept", cmd)
        found = self.check_form(self.facts, cmd.contract_id, submitted=True)
        if blocking := [p for p in found if p.level != "note"]:
            raise ProblemsFound("还有没有处理的", blocking)
        self.put(self.facts, "ACCEPTED")
        return self.sheet()

    def pass_doubt(self, cmd: c.PassDoubt) -> None:
        self._ask("pass_doubt", cmd)
        self.passed[cmd.code, cmd.field_name] = cmd.reason

    def edit_party(self, cmd: c.EditParty) -> None:
        self._ask("edit_party", cmd)

    def attach_document(self, cmd: c.AttachDocument) -> v.ContractSheet:
        self._ask("attach_document", cmd)
        papers = (*self.facts.attachments, Attachment(cmd.path.stem, 14, "0" * 64))
        self.revision += 1
        self.facts = replace(self.facts, attachments=papers)
        return self.sheet()

    def save_answers(self, cmd: c.SaveAnswers) -> None:
        self._ask("save_answers", cmd)
        self.answers = dict(cmd.answers)

    def recognise(self, cmd: c.RecogniseContract) -> v.ContractSheet:
        self._ask("recognise", cmd)
        self.recognised = cmd
        self.put(replace(self.facts, kind=cmd.kind, sub_kind=cmd.sub_kind), "RECOGNISED")
        return self.sheet()


class Frame(QWidget):
    """The bars of the window around one page, without the window."""

    def __init__(self, page: Page, *, narrow: bool = False) -> None:
        super().__init__()
        self.page = page
        self.went: list[tuple[str, object]] = []
        self.said: list[tuple[str, str, bool]] = []
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        outer.addLayout(middle, 1)
        self.navigation = Navigation()
        self.navigation.choose("handle")
        self.navigation.set_badge("handle", 11)
        self.navigation.set_badge("report", 12)
        self.navigation.set_person("沈清禾", "登记员 · 经办")
        self.navigation.set_narrow(narrow)
        middle.addWidget(self.navigation)
        middle.addWidget(page, 1)
        self.keys = KeyBar()
        outer.addWidget(self.keys)
        self.status = StatusBar()
        outer.addWidget(self.status)
        page.keys_changed.connect(self.show_keys)
        page.said.connect(self._said)
        page.wants.connect(lambda code, what: self.went.append((code, what)))
        self.keys.primary.connect(self._primary)
        self.keys.set_narrow(narrow)
        page.set_narrow(narrow)
        self.show_keys()

    def _said(self, text: str, level: str, stays: bool) -> None:
        self.said.append((text, level, stays))
        self.status.say(text, {"ok": "", "warn": "doubt", "err": "error"}.get(level, level), lasting=stays)

    def show_keys(self) -> None:
        self.keys.show_keys(self.page.keys())
        primary = self.page.primary()
        if primary is None:
            self.keys.show_primary("")
        else:
            self.keys.show_primary(primary.words, enabled=primary.enabled, why_not=primary.why_not)

    def _primary(self) -> None:
        primary = self.page.primary()
        if primary is not None and primary.enabled:
            primary.act()


def frame(qtbot: Any, page: Page, *, size: tuple[int, int] = (1366, 768)) -> Frame:
    """The page in its bars, shown and with the focus."""
    made = Frame(page, narrow=size[0] < 1280)
    qtbot.addWidget(made)
    made.resize(*size)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is made)
    return made


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key as the keyboard sends it: to whatever has the focus."""
    target = QApplication.focusWidget() or QApplication.activeWindow()
    assert target is not None
    QTest.keyClick(target, key, modifiers)


def write(text: str) -> None:
    """Text typed into whatever has the focus; Chinese comes from the input method."""
    if text.isascii():
        for sign in text:
            QTest.keyClicks(QApplication.focusWidget(), sign)
    else:
        target = QApplication.focusWidget()
        assert target is not None
        event = QInputMethodEvent("", [])
        event.setCommitString(text)
        QApplication.sendEvent(target, event)


__all__ = [
    "BUYER", "BUYER_CODE", "SELLER", "SELLER_CODE", "TITLE", "TODAY", "WHOLE", "WRONG_CODE",
    "CaseDesk", "FocusRing", "Frame", "frame", "press", "write",
]  # fmt: skip
