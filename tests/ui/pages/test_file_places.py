"""Where the dialogs for files begin: never the folder of the program, and where the last file went."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.pages import parts


def test_files_begin_in_the_documents_and_then_where_the_last_one_went(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    answers = [str(tmp_path / "证明.pdf"), "", str(tmp_path)]

    def ask(_parent: QWidget, _title: str, start: str, _kinds: str) -> tuple[str, str]:
        begun.append(start)
        return answers.pop(0), ""

    def ask_folder(_parent: QWidget, _title: str, start: str) -> str:
        begun.append(start)
        return answers.pop(0)

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", ask_folder)
    monkeypatch.setattr(parts, "_written_to", [])
    window = QWidget()
    qtbot.addWidget(window)
    papers = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
    assert parts.choose_target(window, "存为 PDF", "证明.pdf", "PDF (*.pdf)") == tmp_path / "证明.pdf"
    assert parts.choose_target(window, "存为 PDF", "经过.pdf", "PDF (*.pdf)") is None
    assert parts.choose_folder(window, "资料包") == tmp_path
    assert begun == [str(papers / "证明.pdf"), str(tmp_path / "经过.pdf"), str(tmp_path)]
