"""Never a word lost: the process is killed while somebody types; the next window opens at the same field."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from desktop.app import sign_in
from desktop.demo import Account, Day, open_the_station
from desktop.jobs import JobRunner
from desktop.ui.theme import Theme
from tests.ui.kill_typing import open_window

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is a signal of POSIX")
@pytest.mark.parametrize(
    "title", ["断电那一刻的名称", "断" * 264, "电" * 3000], ids=["usual", "264 characters", "3000 characters"]
)
def test_after_kill_9_the_same_page_opens_at_the_same_field_with_every_word(
    qtbot: Any, theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, title: str
) -> None:
    monkeypatch.setenv("CONTRACT_DESK_TODAY", "2026-11-20")
    day = Day(tmp_path, Account(None))
    open_the_station(day)
    day.desk.close()
    command = [sys.executable, "-m", "tests.ui.kill_typing", str(day.station), "沈清禾", "qinghe-2026", title]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env=dict(os.environ)) as typist:
        assert typist.stdout is not None
        said = typist.stdout.readline()
        typist.send_signal(signal.SIGKILL)
        typist.wait()
    assert said == b"typed\n"

    jobs = JobRunner()
    window = open_window(day.station, theme, jobs)
    qtbot.addWidget(window)
    window._ask = lambda *_given, **_more: True
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    window.show_desk(sign_in(day.station, "沈清禾", "qinghe-2026"))
    qtbot.waitUntil(lambda: not jobs.is_busy, timeout=20_000)
    page: Any = window.page
    assert page.code == "case"
    step = page.step()
    assert "的录入，停在5 签订日期" in step.strip_words
    assert step.strip_words.startswith("已找回 ")
    assert step.form.facts().title == title
    assert (step.form.bounds["title"].entry.level() == "error") is (len(title) > 200)
    assert QApplication.focusWidget() is step.form.bounds["signed_on"].entry
    step.ask = lambda *_given, **_more: True
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=20_000)
    jobs.shut_down()
