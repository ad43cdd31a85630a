"""The ten sample contracts of ``ten_contracts.toml``, and a registrar who takes one through the interview.

For the test and for the pictures alike: the real window over a station kept in memory, the shipped law, and
nothing but keys.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.app import page_makers
from desktop.jobs import JobRunner
from desktop.rules.conclusion import Answer, answers_to_json
from desktop.rules.facts import Facts, facts_from_json
from desktop.services import views as v
from desktop.ui.pages.recognition import RecognitionStep
from desktop.ui.remembered import Remembered
from desktop.ui.theme import Theme
from desktop.ui.window import Doors, MainWindow

HERE: Final = Path(__file__).parent
sys.path += [str(HERE), str(HERE / "pages")]

from fakes_case import CaseDesk, base  # noqa: E402 - beside this file, not on the path before

WORDS: Final = {"是": "yes", "否": "no", "不明": "unknown"}
DIGITS: Final = {"是": Qt.Key.Key_1, "否": Qt.Key.Key_2, "不明": Qt.Key.Key_3}
CHOICES: Final = {"认定": "recognise", "退回补正": "return", "不予登记": "refuse", "": ""}
ALT: Final = Qt.KeyboardModifier.AltModifier
NONE: Final = Qt.KeyboardModifier.NoModifier
CLERK: Final = "沈清禾"


@dataclass(frozen=True, slots=True)
class Sample:
    """One contract, what the registrar answers, what must come out."""

    number: str
    name: str
    facts: Facts
    text: tuple[str, ...]
    answers: Mapping[str, tuple[str, str]]
    """Code → answer in the registrar's word, evidence."""
    expected: Mapping[str, Any]
    decide: Mapping[str, str] = field(default_factory=dict)
    is_ordinary: bool = False

    @property
    def day(self) -> date:
        """The day of acceptance: it picks the law."""
        assert self.facts.accepted_on is not None
        return self.facts.accepted_on

    def given(self, by: str = CLERK) -> dict[str, dict[str, str]]:
        """The answers as the services keep them, without those of whole groups."""
        return answers_to_json({c: Answer(WORDS[w], e, by=by) for c, (w, e) in self.answers.items()})


def ten_contracts() -> tuple[Sample, ...]:
    """All of the file, in its order (06b is 06 on another day)."""
    raw = tomllib.loads((HERE / "ten_contracts.toml").read_text(encoding="utf-8"))
    known: dict[str, dict[str, Any]] = {}
    for item in raw["contract"]:
        like = known.get(item.get("like", ""), {})
        facts = raw["base"] | like.get("facts", {}) | item["facts"]
        known[item["number"]] = {**like, **item, "facts": facts}
    return tuple(_sample(item) for item in known.values())


def _sample(item: Mapping[str, Any]) -> Sample:
    return Sample(
        item["number"],
        item["name"],
        facts_from_json(_plain(item["facts"])),
        tuple(item["text"]),
        {code: (word, *rest, "")[:2] for code, word, *rest in item["answers"]},
        item["expected"],
        item.get("decide", {}),
        item.get("is_ordinary", False),
    )


def _plain(thing: Any) -> Any:
    if isinstance(thing, dict):
        return {key: _plain(value) for key, value in thing.items()}
    if isinstance(thing, list):
        return [_plain(value) for value in thing]
    return thing.isoformat() if isinstance(thing, date) else thing


class SampleDesk(CaseDesk):
    """A station with this contract accepted on its day, and the contract's own words beside it."""

    def __init__(self, sample: Sample) -> None:
        self.sample = sample
        super().__init__(sample.facts, "ACCEPTED")
        passages = [v.TextPassage(line, is_heading=line.startswith("第")) for line in sample.text]
        self.text = tuple(passages)

    def today(self) -> date:
        return self.sample.day

    def put(self, facts: Facts, state: str) -> None:
        super().put(facts, state)
        day, seller = self.sample.day, facts.sellers[0].name or ""
        self.facts = replace(self.facts, accepted_on=day)
        self.sheet_row = replace(
            self.sheet_row,
            local_serial=f"澄受 {day.year}-{int(self.sample.number[:2]):04}",
            seller=seller,
            buyer=facts.buyers[0].name or "",
            accepted_on=day,
            due_on=base.calendar().add_working_days(day, 15),
        )


def open_window(sample: Sample, theme: Theme, folder: Path) -> tuple[MainWindow, SampleDesk]:
    """The real window, the clerk signed in, the contract open on 认定."""
    desk = SampleDesk(sample)
    window = MainWindow(
        page_makers(),
        Doors(lambda _name, _password: desk, lambda: (), lambda *_a: None, lambda *_a: None),
        theme=theme,
        jobs=JobRunner(inline=True),
        remembered=Remembered.load(folder),
        place="云岭省 · 岚州市 · 澄河县",
        station="澄河县技术合同登记处",
        version="test",
        ask=lambda *_given, **_more: True,
    )
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window, 5000)
    window.show_desk(desk)
    window.go("case", (desk.sheet_row.id, 2))
    QApplication.processEvents()
    return window, desk


class Registrar:
    """Ten fingers: keys go to whatever has the focus; what the page shows says which."""

    def __init__(self, window: MainWindow, sample: Sample) -> None:
        self.window, self.sample = window, sample
        self.case: Any = window.page
        step = self.case.step()
        assert isinstance(step, RecognitionStep)
        self.step = step
        self.strokes = 0
        self.asked: list[str] = []

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """One stroke."""
        target = QApplication.focusWidget() or QApplication.activeWindow()
        assert target is not None
        self.strokes += 1
        QTest.keyClick(target, key, modifiers)
        QApplication.processEvents()

    def write(self, text: str) -> None:
        """Typed if plain, committed by the input method if Chinese; a stroke a character."""
        target = QApplication.focusWidget()
        assert target is not None
        self.strokes += len(text)
        if text.isascii():
            QTest.keyClicks(target, text)
        else:
            event = QInputMethodEvent("", [])
            event.setCommitString(text)
            QApplication.sendEvent(target, event)
        QApplication.processEvents()

    def answer_all(self) -> None:
        """Through the interview as the file says, until the conclusion stands there."""
        left = dict(self.sample.answers)
        for _question in range(120):
            if self.step.is_concluding:
                assert not left, f"not asked: {', '.join(left)}"
                return
            code = self.step.code_label.text()
            shown = {item.code for item in self.step.listed}
            if code in left:
                self.asked.append(code)
                self._answer(*left.pop(code))
            elif shown & left.keys():
                self.key(Qt.Key.Key_Right)
            elif code.startswith(("R-GATE", "R-MIX")):
                self._rest()
            else:
                raise AssertionError(f"{self.sample.number}: no answer for {code}")
        raise AssertionError(f"{self.sample.number}: the interview does not end")

    def _answer(self, word: str, evidence: str) -> None:
        if not evidence:
            self.key(DIGITS[word])
            return
        self.key(Qt.Key.Key_E)
        self.write(evidence)
        self.key(DIGITS[word], ALT)

    def _rest(self) -> None:
        """A, and Alt+Y in the question that it asks."""
        agreed: list[QWidget] = []
        timer = QTimer()
        timer.setInterval(10)

        def agree() -> None:
            dialog = QApplication.activeModalWidget()
            if dialog is not None and dialog.isActiveWindow() and not agreed:
                agreed.append(dialog)
                self.strokes += 1
                QTest.keyClick(QApplication.focusWidget() or dialog, Qt.Key.Key_Y, ALT)

        timer.timeout.connect(agree)
        timer.start()
        QTimer.singleShot(5000, timer, self._give_up)
        self.key(Qt.Key.Key_A)
        timer.stop()
        assert agreed, "a whole group is answered only after a question"
        self.window.activateWindow()  # as a window manager does when a dialog goes
        assert QTest.qWaitForWindowActive(self.window, 5000)

    @staticmethod
    def _give_up() -> None:
        """A dialog that does not close must not hold the test for ever."""
        if (dialog := QApplication.activeModalWidget()) is not None:
            dialog.close()

    def decide(self) -> None:
        """As proposed, or as the file says where the program leaves it to a person; F12."""
        if self.sample.decide:
            view = self.step.conclusion
            self.key(Qt.Key.Key_A, ALT)
            for _pause in range(100):  # a mnemonic holds its button down for a moment
                if view.choice == "recognise":
                    break
                QTest.qWait(20)
            self._tab_to(view.sub_kind)
            self.write(self.sample.decide["sub_kind"])
            self.key(Qt.Key.Key_Return)
            self._tab_to(view.reason)
            self.write(self.sample.decide["reason"])
        self.key(Qt.Key.Key_F12)

    def _tab_to(self, field: QWidget) -> None:
        for _stop in range(12):
            if QApplication.focusWidget() is field:
                return
            self.key(Qt.Key.Key_Tab)
        raise AssertionError(f"no Tab leads to {field.accessibleName()}")
