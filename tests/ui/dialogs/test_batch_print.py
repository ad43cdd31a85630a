"""成批打印: one first, then the rest; it stops where the printer stops and goes on from there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from desk import FakeDesk, c, row, v
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.jobs import JobRunner
from desktop.ui.dialogs.batch_print import BatchPrintDialog
from desktop.ui.theme import Theme

ROWS = [
    row(n, f"澄受 2026-{n:04}", official_number=f"202699032100{n:04}", state="REGISTERED")
    for n in (1, 2, 3, 4)
]


@pytest.fixture(params=[True, False], ids=["inline", "threaded"])
def opened(request: pytest.FixtureRequest, qtbot: QtBot, theme: Theme) -> Any:
    jobs = JobRunner(inline=request.param)
    came: list[c.IssueCertificate] = []

    def make(trouble: Callable[[int], str] = lambda _n: "") -> tuple[BatchPrintDialog, list[Any]]:
        def print_one(_desk: object, cmd: c.IssueCertificate, _copies: Sequence[int]) -> str:
            came.append(cmd)
            return trouble(len(came))

        dialog = BatchPrintDialog(
            None, jobs, FakeDesk(), ROWS, lambda _sheet: (1, 2, 3), print_one, "窗口激光机"
        )
        qtbot.addWidget(dialog)
        dialog.show()
        dialog.activateWindow()
        assert QTest.qWaitForWindowActive(dialog, 2000)
        return dialog, came

    yield make
    jobs.shut_down()


def states(dialog: BatchPrintDialog) -> list[str]:
    return [str(dialog.model.index(at, 3).data()) for at in range(dialog.model.rowCount())]


def again(qtbot: QtBot, dialog: BatchPrintDialog) -> None:
    QTest.keyClick(dialog, Qt.Key.Key_D, Qt.KeyboardModifier.AltModifier)
    qtbot.wait(160)
    qtbot.waitUntil(lambda: not dialog._calls.is_busy)


def test_the_first_is_printed_alone_and_the_rest_after_a_look(opened: Any, qtbot: QtBot) -> None:
    dialog, came = opened()
    again(qtbot, dialog)
    assert [cmd.contract_id for cmd in came] == [1]
    assert states(dialog) == ["已打出", "待打印", "待打印", "待打印"]
    assert "请看位置正不正" in dialog.told.text()
    assert dialog.act_button.text() == "接着打其余 3 份"
    again(qtbot, dialog)
    assert [cmd.contract_id for cmd in came] == [1, 2, 3, 4]
    assert states(dialog) == ["已打出"] * 4
    assert all(cmd.copies == (1, 2, 3) for cmd in came)
    heard: list[object] = []
    dialog.decided.connect(heard.append)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert len(heard) == 1


def test_it_stops_where_the_printer_stops_and_goes_on_from_there(opened: Any, qtbot: QtBot) -> None:
    dialog, came = opened(lambda n: "打印到第 1 页时停了" if n == 3 else "")
    again(qtbot, dialog)
    again(qtbot, dialog)
    assert states(dialog) == ["已打出", "已打出", "打印到第 1 页时停了", "待打印"]
    assert dialog.trouble.words.text() == "停在第 3 份：打印到第 1 页时停了"
    assert dialog.start.text() == "3"
    again(qtbot, dialog)
    assert [cmd.contract_id for cmd in came] == [1, 2, 3, 3, 4]
    assert came[2].request_id != came[3].request_id, "printing again is a new request"
    assert states(dialog) == ["已打出"] * 4


def test_it_begins_at_the_nth(opened: Any, qtbot: QtBot) -> None:
    dialog, came = opened()
    dialog.start.setFocus()
    dialog.start.selectAll()
    QTest.keyClicks(dialog.start, "9")
    assert not dialog.act_button.isEnabled()
    assert "1 到 4" in dialog.missing.text()
    dialog.start.selectAll()
    QTest.keyClicks(dialog.start, "3")
    again(qtbot, dialog)
    again(qtbot, dialog)
    assert [cmd.contract_id for cmd in came] == [3, 4]


def test_nothing_waits(qtbot: QtBot, theme: Theme) -> None:
    jobs = JobRunner(inline=True)
    dialog = BatchPrintDialog(None, jobs, FakeDesk(), [], lambda _s: (), lambda *_a: "", "窗口激光机")
    qtbot.addWidget(dialog)
    assert not dialog.act_button.isEnabled()
    assert dialog.missing.text() == "没有待发证的合同"
    assert isinstance(ROWS[0], v.ContractRow)
