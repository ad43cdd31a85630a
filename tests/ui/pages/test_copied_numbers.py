"""What Ctrl+C takes out of a list of contracts: their numbers, and nothing that is no number."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import pytest
from desk import URGENT as URGENT_ROWS
from desk import found_row
from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.services.views import ContractRow
from desktop.ui.tables.columns import FOUND, URGENT
from desktop.ui.tables.contracts import ContractList, ContractTable
from desktop.ui.tables.view import COPIED_AT_MOST, ContractsView
from desktop.ui.theme import Theme


def chosen(qtbot: QtBot, model: ContractTable | ContractList, first: int, last: int) -> ContractsView:
    """A list with these rows chosen."""
    view = ContractsView("清单", multi=True)
    qtbot.addWidget(view)
    model.setParent(view)
    view.setModel(model)
    span = QItemSelection(model.index(first, 0), model.index(last, model.columnCount() - 1))
    view.selectionModel().select(span, QItemSelectionModel.SelectionFlag.ClearAndSelect)
    return view


def taken(view: ContractsView) -> list[str]:
    """The lines of the clipboard after Ctrl+C."""
    QGuiApplication.clipboard().setText("before")
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    return QGuiApplication.clipboard().text().splitlines()


def test_the_list_of_urgent_cases_gives_its_numbers_and_not_the_days_left(qtbot: QtBot, theme: Theme) -> None:
    model = ContractList(URGENT)
    model.show_rows(URGENT_ROWS)
    view = chosen(qtbot, model, 0, 1)
    assert taken(view) == [row.local_serial for row in URGENT_ROWS[:2]]


def test_the_most_that_is_copied_is_read_without_a_cell(
    qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three questions for each of 5,000 cells held the window for a tenth of a second."""

    def fetch(ids: Sequence[int]) -> dict[int, ContractRow]:
        return {key: found_row(key) for key in ids}

    model = ContractTable(FOUND, fetch)
    model.show_ids(array("q", range(1_000_000, 0, -1)))
    view = chosen(qtbot, model, 500_000, 500_000 + COPIED_AT_MOST - 1)

    def refused(*_asked: object) -> None:
        raise AssertionError("a cell was asked for")

    monkeypatch.setattr(ContractTable, "data", refused)
    numbers = taken(view)
    rows = [found_row(500_000 - at) for at in range(COPIED_AT_MOST)]
    assert numbers == [row.official_number.replace(" ", "") or row.local_serial for row in rows]


def test_a_contract_that_is_gone_leaves_no_dash_on_the_clipboard(qtbot: QtBot, theme: Theme) -> None:
    model = ContractTable(FOUND, lambda ids: {key: found_row(key) for key in ids if key != 2})
    model.show_ids(array("q", [3, 2, 1]))
    assert len(taken(chosen(qtbot, model, 0, 2))) == 2


def test_rows_that_could_not_be_read_leave_the_clipboard_alone(qtbot: QtBot, theme: Theme) -> None:
    def fetch(_ids: Sequence[int]) -> dict[int, ContractRow]:
        raise OSError("the disk is away")

    model = ContractTable(FOUND, fetch)
    model.show_ids(array("q", [3, 2, 1]))
    assert taken(chosen(qtbot, model, 0, 2)) == ["before"]
