"""认定: one question at a time beside the text of the contract. The program advises, a person answers.

Nothing is chosen beforehand. Answers are on disk as they are given; the conclusion is the last stop.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.errors import DeskError
from desktop.jobs import Job, JobRunner
from desktop.resources import _, resource
from desktop.rules.conclusion import Finding
from desktop.rules.examples import Example, load_examples
from desktop.services import commands as c
from desktop.services.desk import Desk
from desktop.services.views import ContractSheet
from desktop.settings import local_time, now
from desktop.ui.dialogs.refuse import ask_refuse
from desktop.ui.dialogs.return_contract import Notice, ask_return
from desktop.ui.pages.conclusion import (
    DECISION_PAGE,
    ConclusionView,
    Decision,
    decision_from,
    facts_in_words,
)
from desktop.ui.pages.interview import (
    ANSWER_WORDS,
    WHOLE_GROUPS,
    Interview,
    clause_of,
    group_of,
    in_order,
    is_head,
    number_of,
    place_of,
    source_name,
    source_word,
)
from desktop.ui.pages.page import Primary, Step
from desktop.ui.pages.parts import choose_target
from desktop.ui.pages.scans import ScanPane
from desktop.ui.theme import NOTE, TokenName, font, ink, metrics, paint_icon, px
from desktop.ui.widgets.answers import AnswerCards
from desktop.ui.widgets.ask import ask
from desktop.ui.widgets.bars import Key
from desktop.ui.widgets.base import ArrowKeys, Label, PaintedButton, pen, rounded, set_ground, square
from desktop.ui.widgets.base import Rule as Hairline
from desktop.ui.widgets.buttons import PageTool, paint_check
from desktop.ui.widgets.cards import EmptyNote
from desktop.ui.widgets.fields import ENTER, Field
from desktop.ui.widgets.marks import CONFIDENCE, paint_glyph
from desktop.ui.widgets.reading import Evidence, EvidenceLegend, EvidenceView, Passage
from desktop.ui.widgets.steps import PathBar, PathStop
from desktop.ui.widgets.tags import Tag

TEXT_PAGE = "text"
"""Under this name the pasted text of a contract is kept."""
PENDING_PAGE = "recognition"
"""Under this name evidence and remarks are kept whose question is not answered yet."""
END = "end"
"""Code of the last stop, 结论."""
_LOOKS = {"holds": "done", "done": "done", "fails": "skipped", "skipped": "skipped"}


_ONE_LINE = 26
"""Characters of advice that find room beside 建议：请人工判断."""


class _Question(Label):
    """The question itself holds the focus, so that a stray Enter answers nothing; ← → leave it."""

    stepped = Signal(int)

    def __init__(self) -> None:
        super().__init__("", size="page", strong=True, wrap=True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("ring", True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The area around it would scroll sideways."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in steps and not event.modifiers():
            self.stepped.emit(steps[Qt.Key(event.key())])
            return
        super().keyPressEvent(event)


class _Listed(PaintedButton):
    """One question of the group in the list below: mark, number, short words, answer."""

    def __init__(self, finding: Finding, *, is_here: bool, parent: QWidget) -> None:
        super().__init__(finding.short, parent)
        self.code, self._answer, self._is_here = finding.code, finding.answer, is_here
        rule = finding.rule
        is_test = bool(rule.neutral) and rule.outcomes["yes"][0] != rule.outcomes["no"][0]
        self.is_in_order = finding.answer == (rule.neutral if is_test else "yes")
        """Answered as it must be to go on (须为“否”: with 否); where no answer is wanted, 是."""
        self._word = ANSWER_WORDS.get(finding.answer, "") if finding.answer else ""
        self._is_of_form = finding.answered_by == "data"
        number = number_of(finding.code)
        state = self._word or _("未答")
        if self._is_of_form:
            state = _("登记表已答：{word}").format(word=self._word)
        self.setAccessibleName(f"{number} {finding.short}，{state}")
        self.setToolTip(f"{finding.code}　{finding.short}　{state}")

    def sizeHint(self) -> QSize:
        return QSize(px(140), max(px(24), metrics(NOTE).height() + px(2)))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(90), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        colour: TokenName = "accent" if self._is_here else "ink1" if self._answer else "ink2"
        place = square(14, 0, self.height())
        if self._is_here:
            paint_icon(painter, place, "arrow_right", colour)
        elif self._is_of_form:
            paint_icon(painter, place, "document", "ink2")
        elif self.is_in_order:
            paint_check(painter, place, "ok")
        elif self._answer:
            glyph = {"yes": "icon:dismiss", "no": "icon:dismiss", "unknown": "icon:question"}
            paint_glyph(painter, place, glyph.get(self._answer, "half"), "ink2")
        else:
            paint_glyph(painter, place, "ring", "ink2")
        left = px(19)
        bold = metrics(NOTE, bold=True)
        wide = bold.horizontalAdvance(self._word) + px(4) if self._word else 0
        face = metrics(NOTE, bold=self._is_here)
        text = f"{number_of(self.code)} {self.text()}"
        room = self.width() - left - wide - px(8)
        shown = face.elidedText(text, Qt.TextElideMode.ElideRight, max(px(20), room))
        painter.setFont(font(NOTE, bold=self._is_here))
        painter.setPen(ink(colour))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(left, 0, room + px(2), self.height(), middle, shown)
        if self._word:
            left += face.horizontalAdvance(shown) + px(4)
            painter.setFont(font(NOTE, bold=True))
            painter.drawText(left, 0, self.width(), self.height(), middle, self._word)


class _SourceLine(QWidget):
    """现行　技术合同认定登记规则…　草案: one line, cut with “…”; the tooltip has all of it."""

    def __init__(self) -> None:
        super().__init__()
        self._word, self._text = "", ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, px(3), 0, px(3))
        row.addStretch(1)
        self.tag = Tag("draft")
        row.addWidget(self.tag)

    def show_source(self, word: str, text: str, confidence: str) -> None:
        self._word, self._text = word, text
        self.tag.set_mark(confidence)
        said = f"{word}：{text}，{CONFIDENCE[confidence].word}"
        self.setToolTip(said)
        self.setAccessibleName(said)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(font(NOTE))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(ink("ink2"))
        painter.drawText(0, 0, self.width(), self.height(), middle, self._word)
        painter.setPen(ink("ink1"))
        left = px(52)
        room = self.width() - left - self.tag.sizeHint().width() - px(8)
        shown = metrics(NOTE).elidedText(self._text, Qt.TextElideMode.ElideRight, max(px(40), room))
        painter.drawText(left, 0, room + px(2), self.height(), middle, shown)


class _ExampleLine(QWidget):
    """是，如　双方写明…: one sentence, broken where it is too long."""

    def __init__(self, word: str) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, px(1), 0, px(1))
        row.setSpacing(0)
        self._word = Label(word, size="note", tone="ink2")
        self._word.setFixedWidth(px(52))
        row.addWidget(self._word, 0, Qt.AlignmentFlag.AlignTop)
        self.text = Label("", size="note", wrap=True)
        row.addWidget(self.text, 1)

    def show_text(self, text: str) -> None:
        self.text.setText(text)
        self.text.setAccessibleName(f"{self._word.text()}{text}")


class _AdviceBox(QFrame):
    """建议 and 把握, apart from the answer."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(px(16), px(6), px(12), px(6))
        column.setSpacing(px(2))
        row = QHBoxLayout()
        row.setSpacing(px(8))
        self.answer = Label("", strong=True)
        self.certainty = Tag("", _("把握 高"))
        row.addWidget(self.answer)
        row.addWidget(self.certainty)
        self.beside = Label("", size="note", tone="ink2")
        row.addWidget(self.beside)
        row.addStretch(1)
        self.whose = Label(_("程序的建议，由您认定"), size="note", tone="ink2")
        row.addWidget(self.whose)
        column.addLayout(row)
        self.words = Label("", size="note", tone="ink2", wrap=True)
        column.addWidget(self.words)

    def show_advice(self, head: str, certainty: str, words: str) -> None:
        """Without an advice, short words stand beside the head: the list below needs the line."""
        self.answer.setText(head)
        self.certainty.setVisible(bool(certainty))
        if certainty:
            self.certainty.set_mark("", _("把握 {word}").format(word=certainty))
        is_short = not certainty and len(words) <= _ONE_LINE
        self.beside.setText(words if is_short else "")
        self.words.setText("" if is_short else words)
        self.words.setVisible(not is_short)
        self.whose.setVisible(not is_short)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paper, hairline, the accent's bar."""
        painter = QPainter(self)
        rounded(painter, QRectF(self.rect()), "bg0", pen("line1"), px(4))
        painter.fillRect(QRectF(0, 0, px(4), self.height()), ink("accent"))


class _Remark(Field):
    """说明: Ctrl+Enter keeps it and goes to the next question."""

    done = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter."""
        wanted = event.key() in ENTER and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if wanted and not self.is_composing:
            self.settle()
            self.done.emit()
            return
        super().keyPressEvent(event)


class RecognitionStep(Step):
    """Step 2 of a case."""

    def __init__(self, desk: Desk, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._jobs = desk, jobs
        set_ground(self, "page")
        self.ask: Callable[..., bool] = ask
        self.ask_return: Callable[..., Notice | None] = ask_return
        self.ask_refuse: Callable[..., tuple[tuple[str, ...], str] | None] = ask_refuse
        self.ask_target: Callable[[QWidget, str, str, str], Path | None] = choose_target
        self._sheet: ContractSheet | None = None
        self.interview: Interview | None = None
        self._code = ""
        self._group = "gate"
        self._pending: dict[str, tuple[str, str]] = {}
        self._decided: Decision | None = None
        self._narrow = False
        self._is_busy = False
        self._examples: Mapping[str, Example] | None = None
        self._shows_examples: bool | None = None  # None: as the height allows
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.path = PathBar()
        self.path.pressed.connect(self._stop_pressed)
        outer.addWidget(self.path)
        self.rooms = QStackedWidget()
        outer.addWidget(self.rooms, 1)
        self.asking = QWidget()
        pair = QHBoxLayout(self.asking)
        pair.setContentsMargins(0, 0, 0, 0)
        pair.setSpacing(0)
        self.left = self._reading_pane()
        pair.addWidget(self.left, 604)
        self._edge = Hairline(upright=True)
        pair.addWidget(self._edge)
        self.right = self._question_pane()
        pair.addWidget(self.right, 618)
        self.rooms.addWidget(self.asking)
        self.conclusion = ConclusionView(desk)
        self.conclusion.question_wanted.connect(self.show_question)
        self.conclusion.changed.connect(self.keys_changed)
        self.rooms.addWidget(self.conclusion)

    # building

    def _reading_pane(self) -> QWidget:
        pane = QWidget()
        set_ground(pane, "head")
        column = QVBoxLayout(pane)
        column.setContentsMargins(px(12), px(4), px(12), px(4))
        column.setSpacing(px(4))
        head = QHBoxLayout()
        head.addWidget(Label(_("合同正文"), strong=True))
        head.addStretch(1)
        self.paste_tool = PageTool(_("粘贴正文"), "document_add", letter="T")
        self.find_tool = PageTool(_("找字"), "search", letter="Z")
        self.zoom_tool = PageTool(_("放大"), "zoom_in", letter="A")
        self.paste_tool.clicked.connect(self.paste_text)
        self.find_tool.clicked.connect(self._show_finder)
        self.zoom_tool.clicked.connect(self._zoom)
        for tool in (self.paste_tool, self.find_tool, self.zoom_tool):
            head.addWidget(tool)
        column.addLayout(head)
        self.finder = Field(_("找字"))
        self.finder.setPlaceholderText(_("要找的字，Enter 找"))
        self.finder.go_on = self._find
        self.finder.hide()
        column.addWidget(self.finder)
        self.view = EvidenceView()
        self.view.setProperty("ring", False)
        self.view.evidence_wanted.connect(self._take_evidence)
        column.addWidget(self.view, 1)
        self.scan = ScanPane(self._desk, self._jobs)
        self.scan.found.connect(self._scan_found)
        self.scan.trouble.connect(lambda words: self.said.emit(words, "warn", True))
        self.scan.hide()
        column.addWidget(self.scan, 1)
        self.no_text = EmptyNote(
            _("本机没有这份合同的正文。"),
            _("看纸面回答即可，证据写条款号，如 3.1；有电子文本的，到“录入”读合同文件，或粘贴正文。"),
            icon="document",
        )
        column.addWidget(self.no_text)
        self._spare = QWidget()
        column.addWidget(self._spare, 1)
        foot = QHBoxLayout()
        self.legend = EvidenceLegend()
        foot.addWidget(self.legend)
        foot.addStretch(1)
        self.hint = Label(_("选中文字后按 E 设为证据"), size="note", tone="ink2")
        foot.addWidget(self.hint)
        column.addLayout(foot)
        return pane

    def _question_pane(self) -> QScrollArea:
        inner = QWidget()
        set_ground(inner, "page")
        column = QVBoxLayout(inner)
        column.setContentsMargins(px(16), px(8), px(20), px(8))
        column.setSpacing(px(6))
        line = QHBoxLayout()
        self.code_label = Label("", size="note", tone="ink2", mono=True)
        self.place_label = Label("", size="note", tone="ink2")
        self.wanted_tag = Tag("", " ")
        line.addWidget(self.code_label)
        line.addWidget(self.place_label)
        line.addStretch(1)
        line.addWidget(self.wanted_tag)
        column.addLayout(line)
        self.question = _Question()
        self.question.stepped.connect(self._step_by)
        column.addWidget(self.question)
        self.why = Label("", size="note", tone="accent", wrap=True)
        column.addWidget(self.why)
        self.help = Label("", size="note", tone="ink2", wrap=True)
        column.addWidget(self.help)
        box = QFrame()
        box.setProperty("card", "plain")
        self._sources = QVBoxLayout(box)
        self._sources.setContentsMargins(px(12), px(4), px(12), px(4))
        self._sources.setSpacing(0)
        self.source_lines: list[_SourceLine] = []
        column.addWidget(box)
        self.examples = QWidget()
        self.examples.setAccessibleName(_("举例"))
        lines = QVBoxLayout(self.examples)
        lines.setContentsMargins(0, px(3), 0, px(2))
        lines.setSpacing(0)
        lines.addWidget(Hairline())
        self.example_lines = (_ExampleLine(_("是，如")), _ExampleLine(_("否，如")))
        for sentence in self.example_lines:
            lines.addWidget(sentence)
        self._sources.addWidget(self.examples)
        self.advice = _AdviceBox()
        column.addWidget(self.advice)
        self.answers = AnswerCards()
        self.answers.answered.connect(self._answered)
        column.addWidget(self.answers)
        words = QGridLayout()
        words.setHorizontalSpacing(px(8))
        words.setVerticalSpacing(px(4))
        self.evidence = Field(_("证据，条款号或原句"))
        self.remark = _Remark(_("说明"))
        self.remark.setPlaceholderText(_("可空。Ctrl+Enter 记下并到下一问"))
        self.evidence.setPlaceholderText(_("条款号、附件"))
        words.setColumnStretch(1, 2)
        words.setColumnStretch(3, 5)
        for at, (name, field) in enumerate(((_("证据"), self.evidence), (_("说明"), self.remark))):
            label = Label(name, tone="ink2")
            label.setBuddy(field)
            words.addWidget(label, 0, 2 * at)
            words.addWidget(field, 0, 2 * at + 1)
            field.committed.connect(self._words_left)
        self.remark.done.connect(self.next_question)
        column.addLayout(words)
        column.addWidget(Hairline())
        self._list_box = QWidget()
        self._list = QGridLayout(self._list_box)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setHorizontalSpacing(px(6))
        self._list.setVerticalSpacing(0)
        self._list_keys = ArrowKeys(self._list_box)
        self.listed: list[_Listed] = []
        column.addWidget(self._list_box)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        self._column = column
        area.verticalScrollBar().rangeChanged.connect(self._keep_width)
        return area

    def _keep_width(self, _least: int, most: int) -> None:
        """The bar takes the place of the margin: a question that just fits is not broken by it."""
        bar = self.right.verticalScrollBar().sizeHint().width() if most > 0 else 0
        self._column.setContentsMargins(px(16), px(8), max(px(20) - bar, px(6)), px(8))

    # the page

    @property
    def is_concluding(self) -> bool:
        """The conclusion is in front."""
        return self.rooms.currentWidget() is self.conclusion

    @property
    def code_here(self) -> str:
        """Code of the question in front."""
        return self._code

    def may(self, verb: str) -> bool:
        """The lifecycle allows it to this person now."""
        return self._sheet is not None and verb in self._sheet.allowed

    def keys(self) -> Sequence[Key]:
        """Of a question, or of the conclusion."""
        if self.is_concluding:
            return (
                Key("F1", _("帮助")),
                Key(("Alt", "A"), _("认定")),
                Key(("Alt", "B"), _("退回补正")),
                Key(("Alt", "C"), _("不予登记")),
                Key(("Alt", "←"), _("回看问题"), self._back_to_questions),
                Key("F6", _("保存"), self.save, is_enabled=self.may("answer")),
                Key("F9", _("打印认定表"), self.print_grounds, is_enabled=self._has_grounds),
                Key("Esc", _("返回"), self._back_to_questions),
            )
        keys = [
            Key("F1", _("帮助")),
            Key("1", _("是")),
            Key("2", _("否")),
            Key("3", _("不明")),
            Key("E", _("设为证据"), self.mark_evidence),
            Key("X", _("举例"), self.toggle_examples),
            Key(("←", "→"), _("上/下一问")),
        ]
        if self._rest_count():
            keys.append(Key("A", _("其余都符合"), self.answer_rest))
        if self._narrow:
            words = _("看正文") if self.left.isHidden() else _("看问题")
            keys.append(Key("F8", words, self._toggle_text))
        return (
            *keys,
            Key("F6", _("保存"), self.save, is_enabled=self.may("answer")),
            Key("F7", _("引附件"), self.cite_attachment, is_enabled=self.may("answer")),
            Key("Esc", _("返回录入"), self._back_to_entry),
        )

    @property
    def _has_grounds(self) -> bool:
        """There is something to print: a recognition, or an interview without open questions."""
        recognised = self._sheet is not None and bool(self._sheet.recognition)
        return recognised or (self.interview is not None and not self._waiting())

    def print_grounds(self) -> None:
        """F9: 认定审核表 with every rule and its ground, as a PDF where the clerk wants it."""
        sheet = self._sheet
        if sheet is None:
            return
        name = f"{sheet.row.local_serial}_{_('认定审核表')}.pdf".replace(" ", "")
        target = self.ask_target(self, _("打印认定表"), name, _("PDF 文件 (*.pdf)"))
        if target is None:
            return
        self._after = _("认定审核表已存为 {path}").format(path=target)
        self._run(lambda _job: self._desk.print_grounds(sheet.row.id, target), self._kept)

    def primary(self) -> Primary:
        """看结论 while asking; the decision afterwards."""
        if self.is_concluding:
            if not self.may("recognise") and not self.may("return"):
                return Primary(_("看核定"), self._to_amounts)
            words = {
                "recognise": _("认定并去核定"),
                "return": _("退回补正"),
                "refuse": _("不予登记"),
            }.get(self.conclusion.choice, _("认定并去核定"))
            missing = self.conclusion.what_is_missing()
            return Primary(words, self.decide, enabled=not missing and not self._is_busy, why_not=missing)
        waiting = self._waiting()
        why = _("还有 {n} 问没有答").format(n=waiting) if waiting else ""
        return Primary(_("看结论"), self.show_conclusion, enabled=not waiting, why_not=why)

    def _waiting(self) -> int:
        """Questions without an answer. What only a person can decide is decided on the conclusion."""
        return 0 if self.interview is None else len(self.interview.conclusion.open_questions)

    def show_sheet(self, sheet: ContractSheet) -> None:
        """Another contract, or a newer state of this one."""
        known = self._sheet
        same = known is not None and known.row.id == sheet.row.id
        if same and known is not None and known.facts == sheet.facts and self.interview is not None:
            self._sheet = sheet
            self._look()
            return
        self._sheet = sheet
        answers = self.interview.to_json() if same and self.interview is not None else sheet.answers
        if not answers and sheet.recognition:
            answers = sheet.recognition.get("answers") or {}
        self.interview = Interview(
            sheet.facts, answers, self._desk.book, day=self._rule_day(sheet), person=self._desk.person.name
        )
        self._decided = self._read_decision(sheet)
        papers_differ = known is not None and known.facts.attachments != sheet.facts.attachments
        if not same or papers_differ:
            self._read_text(sheet)
        if not same:
            self._read_pending(sheet)
            self._code = ""
            self.rooms.setCurrentWidget(self.asking)
        self._look()

    def open(self, argument: object = None) -> None:
        """At the first question that waits, or at the conclusion; the focus on the question."""
        if self.interview is None:
            return
        if isinstance(argument, str) and argument:
            self.show_question(argument)
        elif self.is_concluding or not self._waiting():
            self.show_conclusion()
        else:
            self.show_question(self._code or self.interview.next_open())

    def set_narrow(self, narrow: bool) -> None:
        """The text gives way to the question; F8 changes them."""
        self._narrow = narrow
        self.left.setVisible(not narrow)
        self._edge.setVisible(not narrow)
        self.right.setVisible(True)
        self.conclusion.set_narrow(narrow)

    @property
    def _is_low(self) -> bool:
        """Too low for every source: the question and its answers come first."""
        return self.height() < px(470)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or fewer sources, as the height allows."""
        before = event.oldSize().height() < px(470)
        super().resizeEvent(event)
        if before != self._is_low and self._code and not self.is_concluding:
            self._fill_question()

    def _rule_day(self, sheet: ContractSheet) -> date:
        facts = sheet.facts
        picked = getattr(facts, self._desk.pack.straddling, None)
        day = picked or facts.accepted_on or self._desk.today()
        return day if isinstance(day, date) else self._desk.today()

    def _read_decision(self, sheet: ContractSheet) -> Decision | None:
        if sheet.recognition and sheet.recognition.get("decided_sub_kind"):
            stored = sheet.recognition
            return Decision(
                str(stored.get("decided_kind", "")),
                str(stored["decided_sub_kind"]),
                str(stored.get("reason", "")),
            )
        found = self._desk.draft(DECISION_PAGE, sheet.uid)
        return decision_from(found[1]) if found else None

    # showing a question

    def _look(self) -> None:
        self._show_path()
        if self.is_concluding:
            self._show_conclusion()
        elif self._code:
            self._fill_question()
        self.keys_changed.emit()

    def _show_path(self) -> None:
        if self.interview is None:
            return
        stops = []
        for group in self.interview.conclusion.groups:
            look = _LOOKS.get(group.state, "ahead")
            answered, total = self.interview.counted(group)
            count = f"{answered}/{total}" if answered else ""
            if group.name == self._group and not self.is_concluding:
                look, count = "current", f"{answered}/{total}"
            stops.append(PathStop(group.name, group.title, count, look))
        stops.append(PathStop(END, _("结论"), look="current" if self.is_concluding else "ahead"))
        self.path.show_stops(stops)

    def show_question(self, code: str) -> None:
        """This question; the focus goes to it."""
        if self.interview is None:
            return
        finding = self.interview.finding(code)
        if finding is None:
            code = self.interview.next_open()
            finding = self.interview.finding(code)
        if finding is None:
            self.show_conclusion()
            return
        self._keep_words()
        self._code, self._group = code, group_of(finding)
        self.rooms.setCurrentWidget(self.asking)
        self._show_path()
        self._fill_question()
        self.question.setFocus(Qt.FocusReason.OtherFocusReason)
        self.right.verticalScrollBar().setValue(0)
        self.keys_changed.emit()

    def _fill_question(self) -> None:
        interview = self.interview
        finding = interview.finding(self._code) if interview is not None else None
        if interview is None or finding is None:
            return
        rule = finding.rule
        group = interview.in_group(self._group)
        progress = interview.progress(self._group)
        at = [f.code for f in group].index(self._code) + 1
        self.code_label.setText(rule.code)
        title = progress.title if progress else ""
        place = _("{group} ・ 第 {at} 问，共 {total} 问").format(group=title, at=at, total=len(group))
        if known := interview.known_in(self._group):
            place += _("，登记表已答 {n} 问").format(n=known)
        self.place_label.setText(place)
        wanted = interview.wanted(finding)
        self.wanted_tag.setVisible(bool(wanted))
        self.wanted_tag.set_mark("", wanted or " ")
        self.question.setText(rule.question)
        self.question.setAccessibleName(f"{rule.code}，{rule.question}")
        why = _("为什么问：{why}").format(why=interview.why(finding))
        self.why.setText(why)
        is_for_all = rule.group in WHOLE_GROUPS and not rule.when
        self.why.setVisible(not is_for_all or not (self._is_low or rule.help))
        self.help.setText(rule.help)
        self.help.setVisible(bool(rule.help) and not self._is_low)
        example = self._example(rule.code)
        self._show_example(example)
        told = (why, *(f"{s.instrument}{s.article}：{s.gist}" for s in in_order(rule.sources)))
        if example is not None:
            told += tuple(line.text.accessibleName() for line in self.example_lines)
        self.question.setAccessibleDescription("\n".join(told))
        sources = in_order(rule.sources)[: 1 if self._is_low else None]
        while len(self.source_lines) < len(sources):
            line = _SourceLine()
            self._sources.insertWidget(len(self.source_lines), line)
            self.source_lines.append(line)
        for number, line in enumerate(self.source_lines):
            line.setVisible(number < len(sources))
            if number < len(sources):
                source = sources[number]
                gist = f"：{source.gist}" if source.gist else ""
                words = f"{source_name(source)}{gist}"
                line.show_source(source_word(source), words, source.confidence)
                line.setToolTip(f"{source.instrument}{source.article}{gist}")
        advice = interview.advice(finding)
        answer = ANSWER_WORDS[advice.answer] if advice.answer else _("请人工判断")
        head = _("登记表已答：{word}") if finding.answered_by == "data" else _("建议：{word}")
        self.advice.show_advice(head.format(word=answer), advice.certainty, advice.words + finding.note)
        words_of = {
            value: (interview.meaning(finding, value), interview.leads_to(finding, value))
            for value in ("yes", "no", "unknown")
        }
        given = interview.answers.get(self._code)
        self.answers.show_question(words_of, given.value if given else "")
        self.answers.setEnabled(self.may("answer"))
        evidence, remark = (
            (given.evidence, given.remark) if given else self._pending.get(self._code, ("", ""))
        )
        for field, text in ((self.evidence, evidence), (self.remark, remark)):
            field.set_value(text)
            field.set_read_only(not self.may("answer"))
        self._show_list(group)
        self._show_evidence()

    def _example(self, code: str) -> Example | None:
        """Its example; a file that cannot be read is told once and leaves the page without examples."""
        if self._examples is None:
            try:
                self._examples = load_examples(resource("law", "examples.toml"))
            except DeskError as exc:
                self._examples = {}
                self.said.emit(exc.message, "warn", False)
        return self._examples.get(code)

    def _show_example(self, example: Example | None) -> None:
        wanted = not self._is_low if self._shows_examples is None else self._shows_examples
        self.examples.setVisible(wanted and example is not None)
        if example is not None:
            for line, text in zip(self.example_lines, (example.yes, example.no), strict=True):
                line.show_text(text)
        self.advice.setVisible(not (self._is_low and not self.examples.isHidden()))

    def toggle_examples(self) -> None:
        """X: examples beside the article, or more room. In a low window they take the place of the advice."""
        self._shows_examples = self.examples.isHidden()
        self._fill_question()

    def _show_list(self, group: Sequence[Finding]) -> None:
        for item in self.listed:
            self._list.removeWidget(item)
            item.hide()
            item.deleteLater()
        self.listed = [_Listed(f, is_here=f.code == self._code, parent=self._list_box) for f in group]
        columns = 3 if len(group) <= 12 and not self._narrow else 4
        for at, item in enumerate(self.listed):
            self._list.addWidget(item, at // columns, at % columns)
            item.clicked.connect(self._list_clicked)
            item.show()
        for column in range(4):
            self._list.setColumnStretch(column, 1 if column < columns else 0)
        self._list_keys.set_items(self.listed)

    def _list_clicked(self) -> None:
        item = self.sender()
        if isinstance(item, _Listed):
            self.show_question(item.code)

    def _stop_pressed(self, code: str) -> None:
        if self.interview is None:
            return
        if code == END:
            if self._waiting():
                self.said.emit(_("还有 {n} 问没有答").format(n=self._waiting()), "warn", False)
            else:
                self.show_conclusion()
            return
        group = self.interview.in_group(code)
        if not group:
            self.said.emit(_("这一组不用问"), "", False)
            return
        waiting = self.interview.conclusion.open_questions
        self.show_question(next((f.code for f in group if f.code in waiting), group[0].code))

    # answering

    def _answered(self, value: str) -> None:
        if self.interview is None or not self.may("answer"):
            return
        code = self._code
        self._drop_decision()
        self.interview.give(code, value, self.evidence.value().strip(), self.remark.value().strip())
        self._pending.pop(code, None)
        time = local_time(now()).strftime("%H:%M")
        words = _("{time} 已记下 {code}：{answer}").format(time=time, code=code, answer=ANSWER_WORDS[value])
        self._keep(words)
        self._go_on_from(code)

    def _go_on_from(self, code: str) -> None:
        if self.interview is None:
            return
        following = self.interview.next_open(code)
        if following:
            self.show_question(following)
        else:
            self.show_conclusion()

    def _words_left(self, _value: str) -> None:
        self._keep_words()

    def _keep_words(self) -> None:
        """Evidence and remark of the question in front: into its answer, or aside until there is one."""
        if self.interview is None or not self._code or not self.may("answer"):
            return
        words = (self.evidence.value().strip(), self.remark.value().strip())
        if self._code in self.interview.answers:
            if self.interview.note(self._code, *words):
                self._keep("")
                self._show_evidence()
        elif self._pending.get(self._code, ("", "")) != words:
            self._pending[self._code] = words
            self._keep_pending()
            self._show_evidence()

    def _keep(self, words: str) -> None:
        if self._sheet is None or self.interview is None:
            return
        self._after = words
        command = c.SaveAnswers(
            actor=self._desk.person.name,
            contract_id=self._sheet.row.id,
            answers=self.interview.to_json(),
        )
        self._run(lambda _job: self._desk.save_answers(command), self._kept)

    _after = ""

    def _kept(self, _result: object) -> None:
        if self._after:
            self.said.emit(self._after, "ok", True)
            self._after = ""

    def _keep_pending(self) -> None:
        if self._sheet is None:
            return
        command = c.KeepDraft(
            actor=self._desk.person.name,
            page=PENDING_PAGE,
            subject=self._sheet.uid,
            field_name=self._code,
            content=json.dumps(self._pending, ensure_ascii=False),
        )
        self._run(lambda _job: self._desk.keep_draft(command), self._kept)

    def _read_pending(self, sheet: ContractSheet) -> None:
        self._pending = {}
        found = self._desk.draft(PENDING_PAGE, sheet.uid)
        if found is None:
            return
        try:
            kept = json.loads(found[1])
            self._pending = {str(k): (str(one), str(other)) for k, (one, other) in kept.items()}
        except (ValueError, TypeError, AttributeError):
            self.said.emit(_("没有答完的说明读不出来，已放在一边"), "warn", False)

    def save(self) -> None:
        """F6: everything is on disk already; says so."""
        self._keep_words()
        self._keep(_("答案已存盘"))

    def _rest_count(self) -> int:
        if self.interview is None or self._group not in WHOLE_GROUPS or not self.may("answer"):
            return 0
        return self.interview.open_in(self._group)

    def answer_rest(self) -> None:
        """A: the rest of the group is in order, after a question."""
        count = self._rest_count()
        if self.interview is None or not count:
            return
        progress = self.interview.progress(self._group)
        title = progress.title if progress else ""
        if not self.ask(
            self,
            _("“{group}”其余 {n} 问都符合？").format(group=title, n=count),
            _("每一问各记一条，注明“整组一次回答”，由您负责；已答的不动，之后仍可逐问改答。"),
            act=_("其余都符合"),
            safe=_("逐问回答"),
            kind="plain",
            mnemonic="Y",
        ):
            self.question.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._drop_decision()
        self.interview.give_rest(self._group)
        self._keep(_("“{group}”已整组回答 {n} 问").format(group=title, n=count))
        self._go_on_from(self._code)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A where the key bar does not offer it: say why, as it worked a question ago."""
        if event.key() != Qt.Key.Key_A or event.modifiers() or self.is_concluding or not self.may("answer"):
            super().keyPressEvent(event)
            return
        if self._group in WHOLE_GROUPS:
            self.said.emit(_("这一组没有可以一次回答的问题了"), "", False)
        else:
            self.said.emit(_("类别的条件要逐问回答；“其余都符合”只用于门槛和混合"), "", False)

    def next_question(self) -> None:
        """The question behind this one."""
        self._step_by(1)

    def _step_by(self, step: int) -> None:
        if self.interview is not None:
            self.show_question(self.interview.neighbour(self._code, step))

    # the text

    def _read_text(self, sheet: ContractSheet) -> None:
        """What was pasted, else the contract's own paper (read off the UI thread)."""
        found = self._desk.draft(TEXT_PAGE, sheet.uid)
        self._show_text(found[1] if found else "")
        if not found:
            number = sheet.row.id
            self._run(lambda _job: (number, self._desk.contract_text(number)), self._text_came)

    def _text_came(self, result: Any) -> None:
        number, passages = result
        if self._sheet is None or self._sheet.row.id != number:
            return
        if passages:
            self._show_passages([Passage(p.text, is_head=p.is_heading) for p in passages if p.text.strip()])
            self._show_evidence()
        else:
            self.scan.show_contract(number)

    def _scan_found(self, there_is: bool) -> None:
        """No text, but pictures of the paper: they stand where the text would."""
        if there_is and not self.view.text:
            self.scan.show()
            self.zoom_tool.show()
            self.no_text.hide()
            self._spare.hide()

    def _show_text(self, text: str) -> None:
        lines = [line.rstrip() for line in text.splitlines() if line.strip()]
        self._show_passages([Passage(line, is_head=is_head(line)) for line in lines])

    def _show_passages(self, passages: Sequence[Passage]) -> None:
        self.view.show_passages(passages)
        has = bool(passages)
        with_text: tuple[QWidget, ...] = (
            self.view,
            self.find_tool,
            self.zoom_tool,
            self.legend,
            self.hint,
        )
        for widget in with_text:
            widget.setVisible(has)
        self.no_text.setVisible(not has)
        self._spare.setVisible(not has)
        self.scan.hide()

    def paste_text(self) -> None:
        """Take the text of the contract from the clipboard; it is kept with this contract."""
        text = QGuiApplication.clipboard().text().strip()
        if not text or self._sheet is None:
            self.said.emit(_("剪贴板里没有文字，请先在电子文本里全选、复制"), "warn", False)
            return
        command = c.KeepDraft(
            actor=self._desk.person.name,
            page=TEXT_PAGE,
            subject=self._sheet.uid,
            field_name="",
            content=text,
        )
        self._show_text(text)
        self._show_evidence()
        self._after = _("合同正文已存在本机，共 {n} 字").format(n=len(text))
        self._run(lambda _job: self._desk.keep_draft(command), self._kept)

    def _show_evidence(self) -> None:
        text = self.view.text
        place = place_of(text, self.evidence.value())
        marks = [Evidence(*place, "supports", _("证1"))] if place else []
        self.view.show_evidence(marks)
        if place:
            self.view.go_to(_("证1"))

    def mark_evidence(self) -> None:
        """E: the words selected are the evidence; without a selection the field for it."""
        chosen = self.view.selection() if self.view.isVisible() else None
        if chosen is None:
            self.evidence.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return
        self._take_evidence(*chosen)

    def cite_attachment(self) -> None:
        """F7: the next attachment of the form behind what stands in the field; after the last one none."""
        names = [a.name for a in self._sheet.facts.attachments if a.name] if self._sheet is not None else []
        if not names:
            self.said.emit(_("登记表上没有附件"), "", False)
            return
        text = self.evidence.value().strip()
        at = next((n for n, name in enumerate(names) if text.endswith(name)), -1)
        kept = text.removesuffix(names[at]).rstrip("；") if at >= 0 else text
        following = names[at + 1 : at + 2]
        self.evidence.put("；".join(part for part in (kept, *following) if part))
        self.evidence.settle()

    def _take_evidence(self, start: int, _end: int, words: str) -> None:
        clause = clause_of(self.view.text, start)
        quoted = words.replace("\n", " ").strip()[:80]
        self.evidence.put(quoted if quoted.startswith(clause) else f"{clause} {quoted}".strip())
        self.evidence.settle()
        self._show_evidence()
        self.question.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_finder(self) -> None:
        self.finder.show()
        self.finder.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _find(self, _back: bool) -> None:
        count = self.view.find_words(self.finder.text().strip())
        self.said.emit(_("找到 {n} 处").format(n=count) if count else _("正文里没有"), "", False)

    def _zoom(self) -> None:
        if self.scan.isVisible():
            self.scan.zoom(1)
        else:
            self.view.zoom(2)

    def _toggle_text(self) -> None:
        show = not self.left.isVisible()
        self.left.setVisible(show)
        self.right.setVisible(not show)
        reading = self.scan if self.scan.isVisibleTo(self.left) else self.view
        (reading if show else self.question).setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.keys_changed.emit()

    # the conclusion

    def show_conclusion(self) -> None:
        """The last stop; the focus goes to the clerk's decision."""
        self._keep_words()
        self.rooms.setCurrentWidget(self.conclusion)
        self._show_path()
        self._show_conclusion()
        self.conclusion.take_focus()
        self.keys_changed.emit()

    def _show_conclusion(self) -> None:
        if self.interview is not None:
            self.conclusion.show_interview(
                self.interview, decided=self._decided, may_decide=self.may("recognise")
            )

    def _back_to_questions(self) -> None:
        if self.interview is None:
            return
        codes = self.interview.codes()
        self.show_question(self._code if self._code in codes else codes[-1])

    def _back_to_entry(self) -> None:
        self._keep_words()
        self.step_wanted.emit(1)

    def _to_amounts(self) -> None:
        self.step_wanted.emit(3)

    def _drop_decision(self) -> None:
        """Another answer: what was decided on the old ones does not stand."""
        if self._decided is not None and self._sheet is not None:
            self._decided = None
            self._desk.drop_draft(DECISION_PAGE, self._sheet.uid)

    def decide(self) -> None:
        """F12 on the conclusion."""
        if missing := self.conclusion.what_is_missing():
            self.said.emit(missing, "warn", True)
            return
        acts = {"recognise": self._recognise, "return": self._return, "refuse": self._refuse}
        acts[self.conclusion.choice]()

    def _recognise(self) -> None:
        """Keep the decision; it takes effect with the amounts, on the next step."""
        if self._sheet is None:
            return
        self._decided = self.conclusion.decision()
        command = c.KeepDraft(
            actor=self._desk.person.name,
            page=DECISION_PAGE,
            subject=self._sheet.uid,
            field_name="",
            content=self._decided.to_text(),
        )
        self._run(lambda _job: self._desk.keep_draft(command), self._decision_kept)

    def _decision_kept(self, _result: object) -> None:
        self.said.emit(_("认定已记下，核定金额后一并生效"), "ok", True)
        self.step_wanted.emit(3)

    def _return(self) -> None:
        sheet, interview = self._sheet, self.interview
        if sheet is None or interview is None:
            return
        today = self._desk.today()
        period = self._desk.pack.period("supplement")
        deadline = (
            self._desk.calendar.add_working_days(today, period.days)
            if period.unit == "working"
            else date.fromordinal(today.toordinal() + period.days)
        )
        defects = [
            c.Defect(
                problem=f.defect[0],
                remedy=f.defect[1],
                clause=f.evidence,
                basis="；".join(source.printable for source in f.sources),
                code=f.code,
            )
            for f in interview.conclusion.defects
        ]
        if reason := self.conclusion.reason.value():
            defects.append(c.Defect(problem=reason, remedy=""))
        notice = self.ask_return(self, sheet.row.local_serial, defects, deadline, today)
        if notice is None:
            return
        command = c.ReturnContract(
            actor=self._desk.person.name,
            contract_id=sheet.row.id,
            defects=notice.defects,
            deadline_on=notice.deadline_on,
        )
        self._after = _("已退回补正，告知书列 {n} 项").format(n=len(notice.defects))
        self._run(lambda _job: self._desk.return_contract(command), self._moved)

    def _refuse(self) -> None:
        sheet, interview = self._sheet, self.interview
        if sheet is None or interview is None:
            return
        conclusion = interview.conclusion
        words = self.conclusion.reason.value() or facts_in_words(conclusion.deciding)
        answer = self.ask_refuse(self, sheet.row.local_serial, self._desk.codes, conclusion.grounds, words)
        if answer is None:
            return
        command = c.RefuseContract(
            actor=self._desk.person.name, contract_id=sheet.row.id, grounds=answer[0], reason=answer[1]
        )
        self._after = _("已作出不予登记决定")
        self._run(lambda _job: self._desk.refuse(command), self._moved)

    def _moved(self, result: Any) -> None:
        sheet: ContractSheet = result
        self._sheet = sheet
        self._is_busy = False
        self.sheet_changed.emit(sheet)
        self._kept(None)
        self.keys_changed.emit()
        self.step_wanted.emit(1 if sheet.row.state == "RETURNED" else 2)

    # work

    def _run(self, work: Callable[[Job], object], done: Callable[[Any], None]) -> None:
        job = Job(work)
        job.done.connect(done)
        job.failed.connect(self._failed)
        self._jobs.start(job)

    def _failed(self, exc: Exception) -> None:
        if not isinstance(exc, DeskError):
            raise exc
        self._is_busy = False
        self.said.emit("；".join(part for part in (exc.message, exc.hint) if part), "err", True)
        self.keys_changed.emit()
