"""变更 of a contract that the province returned: the value it names and its reason are at hand."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "pages"))
from later import registered, runner
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.jobs import JobRunner
from desktop.ui.dialogs.change import ChangeDialog
from desktop.ui.theme import Theme


@pytest.fixture
def jobs() -> Iterator[JobRunner]:
    with runner(True) as made:
        yield made


def test_what_the_province_returned_is_corrected_with_its_reason_at_hand(
    qtbot: QtBot, theme: Theme, jobs: JobRunner
) -> None:
    desk = registered()
    why = "区划代码 990517 已停用，现为 990521"
    sheet = desk.sheet()
    sheet = replace(sheet, row=replace(sheet.row, reporting_state="REJECTED_ABOVE", note=why))
    parties = (replace(sheet.facts.parties[0], region="990517"), *sheet.facts.parties[1:])
    sheet = replace(sheet, facts=replace(sheet.facts, parties=parties))
    dialog = ChangeDialog(None, desk, jobs, sheet)
    qtbot.addWidget(dialog)
    dialog.show()
    assert QTest.qWaitForWindowActive(dialog, 3000)
    assert dialog.reason.text() == why
    assert "上级回执退回" in dialog.agreement.text()
    assert dialog.facts() == sheet.facts, "a retired code that nobody touched is no difference"
    assert "还没有改动" in dialog.missing.text()
    region = dialog.entry("parties", 0, "region")
    assert region.accessibleDescription().startswith("现在是 990517 ")
    region.setFocus()
    region.selectAll()
    QTest.keyClicks(region, "990521")
    QTest.keyClick(region, Qt.Key.Key_Return)
    assert dialog.facts().parties[0].region == "990521"
    dialog.act_button.click()
    qtbot.waitUntil(lambda: bool(desk.told("change")))
    assert desk.told("change")[0].facts.parties[0].region == "990521"
    assert desk.told("change")[0].reason == why


def test_a_contract_that_was_not_returned_gets_no_ready_reason(
    qtbot: QtBot, theme: Theme, jobs: JobRunner
) -> None:
    desk = registered()
    dialog = ChangeDialog(None, desk, jobs, desk.sheet())
    qtbot.addWidget(dialog)
    assert (dialog.agreement.text(), dialog.reason.text()) == ("", "")
