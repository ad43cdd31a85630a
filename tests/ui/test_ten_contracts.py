"""Ten contracts through the interview by keyboard alone; what counts is what the page shows at the end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.ui.theme import Theme
from desktop.ui.widgets.focus import FocusRing
from tests.ui.ten_contracts import CHOICES, Registrar, Sample, SampleDesk, open_window, ten_contracts

SAMPLES = ten_contracts()
BY_NUMBER = {sample.number: sample for sample in SAMPLES}
A_STROKE = 1.0
"""Seconds that a slow hand takes for one key."""


def interviewed(qtbot: QtBot, theme: Theme, folder: Path, sample: Sample) -> tuple[Registrar, SampleDesk]:
    """The contract taken through to its conclusion."""
    window, desk = open_window(sample, theme, folder)
    qtbot.addWidget(window)
    hands = Registrar(window, sample)
    hands.answer_all()
    return hands, desk


def rows_shown(hands: Registrar) -> list[tuple[str, str, str]]:
    """Code, words and answer of every row of the table."""
    model = hands.step.conclusion.model
    cells = [[str(model.index(r, c).data()) for c in range(3)] for r in range(model.rowCount())]
    return [(code, words, answer.split(" ")[0]) for code, words, answer in cells]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.number)
def test_the_interview_ends_in_the_right_conclusion(
    qtbot: QtBot, theme: Theme, tmp_path: Path, sample: Sample
) -> None:
    hands, _desk = interviewed(qtbot, theme, tmp_path, sample)
    view, expected = hands.step.conclusion, sample.expected
    assert view.isVisible()
    assert view.title.text() == expected["title"]
    assert view.choice == CHOICES[expected["choice"]]
    said = f"{view.agreement.text}　{view.compared.text()}"
    assert [words for words in expected["compared"] if words not in said] == []
    assert [words for words in expected["because"] if words not in view.because.text()] == []
    shown = rows_shown(hands)
    assert [row for row in expected["rows"] if tuple(row) not in shown] == []
    view.all_button.click()
    every = rows_shown(hands)
    assert [row for row in expected.get("used", ()) if tuple(row) not in every] == []
    assert view.radios["recognise"].isEnabled() == (expected["choice"] in ("认定", ""))
    interview = hands.step.interview
    assert interview is not None
    assert interview.conclusion.grounds == tuple(expected.get("grounds", ()))
    defects = "；".join("；".join(f.defect) for f in interview.conclusion.defects)
    assert [words for words in expected.get("defects", ()) if words not in defects] == []


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.number)
def test_nothing_is_asked_twice_and_nothing_that_no_longer_matters(
    qtbot: QtBot, theme: Theme, tmp_path: Path, sample: Sample
) -> None:
    hands, desk = interviewed(qtbot, theme, tmp_path, sample)
    assert len(hands.asked) == len(set(hands.asked))
    assert set(hands.asked) == set(sample.answers)
    assert {code for code in desk.answers if not code.startswith(("R-GATE", "R-MIX"))} == {
        code for code in sample.answers if not code.startswith("R-MIX")
    }
    assert {a["by"] for a in desk.answers.values()} == {desk.person.name}


@pytest.mark.parametrize("sample", [s for s in SAMPLES if s.expected.get("decided")], ids=lambda s: s.number)
def test_f12_keeps_the_clerks_decision_and_goes_to_the_amounts(
    qtbot: QtBot, theme: Theme, tmp_path: Path, sample: Sample
) -> None:
    hands, desk = interviewed(qtbot, theme, tmp_path, sample)
    hands.decide()
    kept = json.loads(desk.kept["decision", desk.sheet().uid][1])
    assert [kept["kind"], kept["sub_kind"]] == sample.expected["decided"]
    assert kept["reason"] == sample.decide.get("reason", "")
    assert hands.case.number == 3


def test_an_ordinary_contract_takes_far_less_than_two_minutes(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    (sample,) = [s for s in SAMPLES if s.is_ordinary]
    hands, _desk = interviewed(qtbot, theme, tmp_path, sample)
    hands.decide()
    assert hands.case.number == 3
    assert hands.strokes * A_STROKE <= 60


def test_every_contract_of_the_ten_stays_under_two_minutes(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    needed = {}
    for sample in SAMPLES:
        hands, _desk = interviewed(qtbot, theme, tmp_path, sample)
        needed[sample.number] = hands.strokes
    assert {number: n for number, n in needed.items() if n * A_STROKE >= 120} == {}


def test_the_same_contract_is_judged_by_the_law_of_its_day(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    before, after = BY_NUMBER["06"], BY_NUMBER["06b"]
    assert (before.facts.contract_amount, before.facts.amount_lines) == (
        after.facts.contract_amount,
        after.facts.amount_lines,
    )
    old, _desk = interviewed(qtbot, theme, tmp_path, before)
    new, _other = interviewed(qtbot, theme, tmp_path, after)
    assert old.step.conclusion.picked.text().startswith("规则 R2001")
    assert new.step.conclusion.picked.text().startswith("规则 M2026")
    assert (old.step.conclusion.choice, new.step.conclusion.choice) == ("return", "recognise")


def test_in_a_low_window_the_conclusion_and_its_reason_are_whole(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    hands, _desk = interviewed(qtbot, theme, tmp_path, BY_NUMBER["09"])
    hands.window.resize(911, 512)
    QApplication.processEvents()
    view = hands.step.conclusion
    for label in (view.title, view.because, view.compared):
        assert label.isVisible()
        assert label.height() >= label.heightForWidth(label.width()), label.text()
    assert view.table.isVisible()


def test_the_focus_is_seen_after_a_question_in_a_dialog(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    ring = FocusRing(app)
    hands, _desk = interviewed(qtbot, theme, tmp_path, BY_NUMBER["08"])
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert shiboken6.isValid(ring)
    assert ring.isVisible()
    assert ring.widget() is QApplication.focusWidget()
    assert ring.widget() is hands.step.conclusion.radios["return"]
    ring.setParent(None)
    ring.deleteLater()
