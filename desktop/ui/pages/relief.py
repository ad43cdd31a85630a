"""税惠: what the contract supports and why, live while conditions are answered; the trial writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from desktop.jobs import JobRunner
from desktop.resources import _
from desktop.rules.book import Source
from desktop.rules.conclusion import Answer, answers_to_json, read_answers
from desktop.rules.formulas import add_months
from desktop.rules.relief import Condition, ReliefResult, check_relief, timeline
from desktop.rules.relief_words import rejections_for, sections
from desktop.rules.trial import moves_of, try_out
from desktop.services import commands as c
from desktop.services.desk import Desk
from desktop.services.lifecycle import LIVE_STATES
from desktop.services.views import ContractSheet, PacketView
from desktop.ui.calls import Calls
from desktop.ui.pages.page import Primary, Step
from desktop.ui.pages.parts import choose_folder, choose_target
from desktop.ui.pages.relief_parts import (
    ConditionLine,
    Explanation,
    Moment,
    ReliefLine,
    RuleTimeline,
    scrolled,
)
from desktop.ui.pages.relief_trial import TrialCard, move_words
from desktop.ui.pages.wording import trouble_words, yuan
from desktop.ui.theme import px
from desktop.ui.widgets.bars import Key
from desktop.ui.widgets.base import ArrowKeys, Label, Rule, set_ground
from desktop.ui.widgets.buttons import Button, SegmentedToggle
from desktop.ui.widgets.cards import Card, Strip
from desktop.ui.widgets.fields import is_typing
from desktop.ui.widgets.tags import KeyCap, Tag

DISCLAIMER = _("税惠由税务机关核准，本机只说明依据")
YES_NO = (("yes", _("是")), ("no", _("否")), ("unknown", _("不明")))


class _Reliefs(ReliefLine):
    """A line that is chosen by reaching it with the arrows."""

    reached = Signal(str)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.reached.emit(self.result.relief)


class _Conditions(ConditionLine):
    reached = Signal(str)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.reached.emit(self.condition.id)


class AnswerStrip(QWidget):
    """Under the condition at hand: the full question, three answers with their keys, what a no leads to."""

    answered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_ground(self, "selected")
        column = QVBoxLayout(self)
        column.setContentsMargins(px(40), px(2), px(12), px(8))
        column.setSpacing(px(4))
        self.question = Label("", size="note", wrap=True)
        column.addWidget(self.question)
        row = QHBoxLayout()
        row.setSpacing(px(6))
        for cap in "123":
            row.addWidget(KeyCap(cap))
        self.toggle = SegmentedToggle(_("回答"), YES_NO)
        self.toggle.chosen.connect(self.answered)
        row.addWidget(self.toggle)
        self.follows = Label("", size="note", tone="ink2", wrap=True)
        row.addWidget(self.follows, 1)
        column.addLayout(row)

    def show_condition(self, condition: Condition, *, can: bool) -> None:
        """The question, and the answer given by a person if there is one."""
        self.question.setText(condition.question)
        given = condition.answer if condition.answered_by == "person" else ""
        self.toggle.choose(given)
        self.toggle.setEnabled(can)
        self.follows.setText(
            _("否：{words}").format(words=condition.consequence) if condition.consequence else ""
        )
        self.toggle.setAccessibleName(condition.question)


class ReliefStep(Step):
    """Step 4. Answers are kept the moment they are given; F12 stores today's opinion."""

    def __init__(self, desk: Desk, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._calls = Calls(jobs, self)
        self._calls.changed.connect(self.keys_changed)
        self._keeping = Calls(jobs, self)
        set_ground(self, "page")
        self.ask_path: Callable[[str], Path | None] = self._ask_path
        self.ask_folder: Callable[[], Path | None] = self._ask_folder
        self._sheet: ContractSheet | None = None
        self._answers: dict[str, Answer] = {}
        self._request = c.new_request()
        self.results: tuple[ReliefResult, ...] = ()
        self._chosen = ""
        self._at = ""
        self._months, self._moved_from = 0, desk.today()
        self._is_narrow = False
        self._drawer_open = False
        self._build()
        for digit, answer in (("1", "yes"), ("2", "no"), ("3", "unknown")):
            for keys in (digit, f"Alt+{digit}"):
                shortcut = QShortcut(QKeySequence(keys), self)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.activated.connect(self._digit(answer, bare=keys == digit))

    # building

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(px(20), px(12), px(20), px(12))
        outer.setSpacing(px(12))
        self._stale = Strip(_("合同变更后，这份税惠意见须重新核对；核对后按 F12 存下"), level="doubt")
        self._stale.hide()
        outer.addWidget(self._stale)
        row = QHBoxLayout()
        row.setSpacing(px(12))
        outer.addLayout(row, 1)
        self._row = row
        self.list_card = Card(_("各项优惠"), padded=False)
        self.list_card.add_to_head(Label(_("按登记日、付款日推算"), size="note", tone="ink2"))
        lines = QWidget()
        self._lines = QVBoxLayout(lines)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(0)
        self._lines.addStretch(1)
        self._line_area = scrolled(lines)
        self.list_card.body.addWidget(self._line_area)
        self.packet_button = Button(_("备查资料包"), letter="K")
        self.packet_button.clicked.connect(self.make_packet)
        self.list_card.add_foot(self.packet_button)
        self.lines: list[_Reliefs] = []
        self._line_arrows = ArrowKeys(self)
        row.addWidget(self.list_card)
        row.addWidget(self._build_conditions(), 1)
        self.trial = TrialCard(desk=self._desk)
        self.trial.changed.connect(self._tried)
        self.trial.reset_button.clicked.connect(self.reset_trial)
        self.trial.inquiry_wanted.connect(self.print_inquiry)
        row.addWidget(self.trial)
        self.time_card = Card()
        head = QHBoxLayout()
        head.setSpacing(px(12))
        head.addWidget(Label(_("规则时间线"), strong=True))
        self._time_name = Label("", size="note", tone="ink2")
        head.addWidget(self._time_name)
        head.addStretch(1)
        self.disclaimer = Label(DISCLAIMER, size="note", tone="ok")
        head.addWidget(self.disclaimer)
        head.addSpacing(px(12))
        head.addWidget(Label(_("←→ 移动付款日"), size="note", tone="ink2"))
        self.time_card.body.setContentsMargins(px(16), px(4), px(10), px(6))
        self.time_card.body.setSpacing(px(4))
        self.time_card.body.addLayout(head)
        self.rules = RuleTimeline()
        self.rules.moved.connect(self._move_payment)
        self.time_card.body.addWidget(self.rules)
        outer.addWidget(self.time_card)
        self._fit_widths()

    def _build_conditions(self) -> Card:
        self.condition_card = Card("—", padded=False)
        self.result_tag = Tag("cannot_tell")
        self.condition_card.add_to_head(self.result_tag)
        rows = QWidget()
        self._conditions = QVBoxLayout(rows)
        self._conditions.setContentsMargins(px(8), px(4), px(8), px(4))
        self._conditions.setSpacing(0)
        self.explanation = Explanation()
        self._conditions.addWidget(self.explanation)
        self._conditions.addStretch(1)
        self.figures = Label("", size="note", wrap=True)
        self.figures.setContentsMargins(px(16), px(6), px(16), px(6))
        self.strip = AnswerStrip()
        self.strip.answered.connect(self.answer)
        self.strip.hide()
        self._condition_area = scrolled(rows)
        self.condition_card.body.addWidget(self._condition_area, 1)
        self.condition_card.body.setSpacing(0)
        self.conditions: list[_Conditions] = []
        self._condition_arrows = ArrowKeys(self)
        foot = QWidget()
        set_ground(foot, "page")
        self._sources = QVBoxLayout(foot)
        self._sources.setContentsMargins(px(16), px(6), px(16), px(6))
        self._sources.setSpacing(px(4))
        self._all_sources = False
        self.condition_card.body.addWidget(self.figures)
        self.condition_card.body.addWidget(Rule())
        self.condition_card.body.addWidget(foot)
        return self.condition_card

    # the page

    def keys(self) -> Sequence[Key]:
        """As drawn; F8 opens the trial where it has no room beside."""
        keys = [
            Key("F1", _("帮助")),
            Key(("↑", "↓"), _("换一项")),
            Key("Enter", _("作答")),
            Key(("Ctrl", "Z"), _("恢复"), self.reset_trial),
            Key("F6", _("保存"), self.save, is_enabled=self.can_answer),
            Key(("Alt", "↑"), _("看依据"), self.show_sources),
            Key(("Alt", "↓"), _("看说明"), self.show_explanation),
            Key("F9", _("打印意见"), self.print_opinion, is_enabled=bool(self.results)),
            Key("Esc", _("返回核定"), self.go_back),
        ]
        if self._is_narrow:
            keys.insert(5, Key("F8", _("改一改看"), self.toggle_drawer))
        return keys

    def primary(self) -> Primary:
        """存下税惠意见; a contract that waits for review already (核定 handed it in) goes on there."""
        sheet = self._sheet
        waits = sheet is not None and sheet.row.state == "RECOGNISED"
        words = _("存下意见，去复核页") if waits else _("存下税惠意见")
        if sheet is None:
            return Primary(words, self.submit, enabled=False, why_not=_("还没有打开合同"))
        if "relief" not in sheet.allowed:
            return Primary(words, self.submit, enabled=False, why_not=sheet.why_not.get("relief", ""))
        why = _("正在存盘，请稍候") if self._calls.is_busy else ""
        return Primary(words, self.submit, enabled=not why, why_not=why)

    def open(self, argument: object = None) -> None:
        """The focus starts on the list of reliefs."""
        self.said.emit(DISCLAIMER, "ok", False)
        line = next((line for line in self.lines if line.result.relief == self._chosen), None)
        if line is not None:
            line.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_sheet(self, sheet: ContractSheet) -> None:
        """Reckon all reliefs of this contract; the one looked at stays chosen."""
        is_new = self._sheet is None or self._sheet.row.id != sheet.row.id
        self._sheet = sheet
        self._answers = read_answers(sheet.relief_answers)
        self._request = c.new_request()
        self._stale.setVisible(bool(sheet.relief and sheet.relief.get("is_stale")))
        if is_new:
            self._at = ""
            self._months = 0
            self.trial.show_contract(sheet.facts)
        self._reckon()
        if is_new or not self._chosen:
            opened = [r for r in self.results if r.result == "cannot_tell"]
            self._choose((opened or list(self.results))[0].relief)
        self.keys_changed.emit()

    def set_narrow(self, narrow: bool) -> None:
        """The trial goes into a drawer, the timeline with it when there is no height."""
        self._is_narrow = narrow
        self._drawer_open = False
        if narrow:
            self._row.removeWidget(self.trial)
            self.trial.setParent(self)
            self.trial.hide()
        else:
            self._row.addWidget(self.trial)
            self.trial.show()
        self._fit_widths()
        self.keys_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Low height: the timeline gives way before the conditions do."""
        super().resizeEvent(event)
        self.time_card.setVisible(self.height() >= px(460))
        self._place_drawer()

    def _fit_widths(self) -> None:
        self.list_card.setFixedWidth(px(310 if self._is_narrow else 366))
        self.trial.setFixedWidth(px(312))

    def toggle_drawer(self) -> None:
        """F8: the trial over the right edge, or away again."""
        if not self._is_narrow:
            return
        self._drawer_open = not self._drawer_open
        self.trial.setVisible(self._drawer_open)
        self._place_drawer()
        if self._drawer_open:
            self.trial.raise_()
            self.trial.day.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _place_drawer(self) -> None:
        if self._is_narrow and self._drawer_open:
            wide = self.trial.width()
            self.trial.setGeometry(QRect(self.width() - wide, 0, wide, self.height()))

    def go_back(self) -> None:
        """Esc: close the drawer, else back to 核定."""
        if self._is_narrow and self._drawer_open:
            self.toggle_drawer()
        else:
            self.step_wanted.emit(3)

    # reckoning

    @property
    def can_answer(self) -> bool:
        """The signed-in person may answer conditions of this contract now."""
        return self._sheet is not None and "relief" in self._sheet.allowed

    @property
    def _is_registered(self) -> bool:
        return self._sheet is not None and self._sheet.row.state in LIVE_STATES

    @property
    def chosen(self) -> ReliefResult | None:
        """The relief whose conditions are shown."""
        return next((r for r in self.results if r.relief == self._chosen), None)

    def _reckon(self) -> None:
        if self._sheet is None:
            return
        self.results = check_relief(
            self._sheet.facts,
            self._answers,
            self._desk.book,
            registered=self._is_registered,
            on=self._desk.today(),
            subsidies=self._desk.pack.subsidies,
            calendar=self._desk.calendar,
        )
        if len(self.lines) != len(self.results):
            for old in self.lines:
                old.deleteLater()
            self.lines = []
            for result in self.results:
                line = _Reliefs(result, self)
                line.reached.connect(self._choose)
                line.clicked.connect(self._enter_conditions)
                self._lines.insertWidget(len(self.lines), line)
                line.show()
                self.lines.append(line)
            self._line_arrows.set_items(self.lines)
        for line, result in zip(self.lines, self.results, strict=True):
            line.show_result(result)
        if self._chosen:
            self._show_conditions()
            self._show_trial()

    def _choose(self, relief: str) -> None:
        if relief != self._chosen:
            self._at = ""
        self._chosen = relief
        for line in self.lines:
            line.setChecked(line.result.relief == relief)
            if line.isChecked():
                self._line_arrows.stop_at(line)
                self._line_area.ensureWidgetVisible(line, 0, 0)
        self._show_conditions()
        result = self.chosen
        self.trial.show_questions(result.conditions if result else ())
        self._show_trial()

    def _enter_conditions(self) -> None:
        line = self.sender()
        if isinstance(line, _Reliefs):
            self._choose(line.result.relief)
        if self.conditions:
            first = next((x for x in self.conditions if x.condition.id == self._at), self.conditions[0])
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_conditions(self) -> None:
        result = self.chosen
        if result is None:
            return
        self.condition_card.title.setText(result.name)
        self.result_tag.set_mark(result.result)
        opened = sorted(result.conditions, key=lambda x: not x.is_open)
        had_focus = any(line.hasFocus() for line in self.conditions)
        self._conditions.removeWidget(self.strip)
        self.strip.hide()
        self.strip.setParent(self)
        for old in self.conditions:
            self._conditions.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.conditions = []
        for at, condition in enumerate(opened):
            line = _Conditions(condition, self)
            line.reached.connect(self._reach)
            line.clicked.connect(self._enter_answer)
            self._conditions.insertWidget(at, line)
            line.show()
            self.conditions.append(line)
        self._condition_arrows.set_items(self.conditions)
        kind = self._sheet.facts.kind or "" if self._sheet else ""
        rejections = rejections_for(kind, self.results).get(result.relief, ())
        self.explanation.show_sections(sections(result, self.results, rejections))
        self.figures.setText(self._figure_words(result))
        self.figures.setVisible(bool(self.figures.text()))
        if self._at:
            self._reach(self._at)
            if had_focus:
                self._focus_condition()
        else:
            self._show_sources()

    @staticmethod
    def _figure_words(result: ReliefResult) -> str:
        if not result.figures:
            return (
                result.reason + "。"
                if result.result in ("not_supported", "not_applicable", "no_rule")
                else ""
            )
        lead = _("若成立：") if result.result == "cannot_tell" else ""
        first = result.figures[0]
        formula = f"（{first.formula}）" if first.formula else ""
        more = _("；Alt ↓ 看其余 {n} 个金额").format(n=len(result.figures) - 1) if result.figures[1:] else ""
        return f"{lead}{first.label} {yuan(first.amount)} {_('元')}{formula}{more}。"

    def _focus_condition(self) -> None:
        for line in self.conditions:
            if line.condition.id == self._at:
                line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _reach(self, code: str) -> None:
        self._at = code
        place = -1
        for at, line in enumerate(self.conditions):
            line.setChecked(line.condition.id == code)
            if line.isChecked():
                place = at
        if place < 0:
            self._at = ""
            self._show_sources()
            return
        condition = self.conditions[place].condition
        self._condition_arrows.stop_at(self.conditions[place])
        self._conditions.removeWidget(self.strip)
        self.strip.setVisible(condition.rule.manual)
        if condition.rule.manual:
            self.strip.show_condition(condition, can=self.can_answer)
            self._conditions.insertWidget(place + 1, self.strip)
        self._condition_area.ensureWidgetVisible(self.conditions[place], 0, px(80))
        self._show_sources()

    @property
    def at(self) -> Condition | None:
        """The condition at hand."""
        result = self.chosen
        if result is None:
            return None
        return next((x for x in result.conditions if x.id == self._at), None)

    def _enter_answer(self) -> None:
        line = self.sender()
        if isinstance(line, _Conditions):
            self._reach(line.condition.id)
        if self.at is not None and self.at.rule.manual:
            items = self.strip.toggle.items
            chosen = next((item for item in items if item.isChecked()), items[0])
            chosen.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.at is not None:
            where = _("这一条由录入的栏目回答，不在此处作答：{words}").format(words=self.at.wanted_evidence)
            self.said.emit(where, "", False)

    # sources

    def show_sources(self) -> None:
        """Alt+↑: all sources with what they say, or only the first again."""
        self._all_sources = not self._all_sources
        self._show_sources()

    def _show_sources(self) -> None:
        while (item := self._sources.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        result, condition = self.chosen, self.at
        if result is None:
            return
        sources = condition.sources if condition is not None else result.rule_sources
        for source in sources if self._all_sources else sources[:1]:
            self._sources.addWidget(_source_line(source, full=self._all_sources))
        if self._all_sources and condition is not None and condition.rule.help:
            self._sources.addWidget(Label(condition.rule.help, size="note", tone="ink2", wrap=True))

    def show_explanation(self) -> None:
        """Alt+↓: amounts, what would change it, papers, deadlines; again: a page further, then back."""
        bar = self._condition_area.verticalScrollBar()
        self._conditions.activate()
        if not self.explanation.hasFocus():
            self.explanation.setFocus(Qt.FocusReason.ShortcutFocusReason)
            bar.setValue(self.explanation.y())
        elif bar.value() < bar.maximum():
            bar.setValue(bar.value() + bar.pageStep())
        else:
            bar.setValue(self.explanation.y())

    # answering

    def _digit(self, answer: str, *, bare: bool) -> Callable[[], None]:
        def give() -> None:
            focus = QApplication.focusWidget()
            in_trial = focus is not None and self.trial.isAncestorOf(focus)
            if not (bare and (is_typing(focus) or in_trial)):
                self.answer(answer)

        return give

    def answer(self, value: str) -> None:
        """Answer the condition at hand; kept at once, reckoned at once."""
        sheet, condition = self._sheet, self.at
        if sheet is None or condition is None or not condition.rule.manual:
            self.said.emit(_("请先用 ↑ ↓ 选一条要人答的条件"), "", False)
            return
        if not self.can_answer:
            self.said.emit(sheet.why_not.get("relief", ""), "warn", False)
            return
        self._answers[condition.id] = Answer(value, by=self._desk.person.name)
        self._request = c.new_request()
        self._reckon()
        self._focus_condition()
        self.save()

    def save(self) -> None:
        """Keep the answers as they are now."""
        sheet = self._sheet
        if sheet is None or not self.can_answer:
            return
        cmd = c.SaveAnswers(
            actor=self._desk.person.name,
            contract_id=sheet.row.id,
            answers=answers_to_json(self._answers),
            part="relief",
        )
        self._keeping.ask(partial(self._desk.save_answers, cmd), self._saved, self._refused)

    def _saved(self, _nothing: object) -> None:
        self.said.emit(_("税惠回答已存盘"), "ok", False)

    def _refused(self, exc: Exception) -> None:
        self.said.emit(trouble_words(exc), "err", True)

    def submit(self) -> None:
        """F12: store today's opinion, then on to 复核."""
        sheet = self._sheet
        if sheet is None or not self.primary().enabled:
            return
        cmd = c.KeepRelief(
            actor=self._desk.person.name,
            request_id=self._request,
            contract_id=sheet.row.id,
            answers=answers_to_json(self._answers),
        )
        self._calls.ask(partial(self._desk.keep_relief, cmd), self._kept, self._refused)

    def _kept(self, sheet: ContractSheet) -> None:
        counts: dict[str, int] = {}
        for result in self.results:
            counts[result.words] = counts.get(result.words, 0) + 1
        self.sheet_changed.emit(sheet)
        self.show_sheet(sheet)
        words = "　".join(f"{word} {count}" for word, count in counts.items())
        self.said.emit(_("税惠意见已存：{words}").format(words=words), "ok", False)
        if sheet.row.state == "RECOGNISED":
            self.step_wanted.emit(5)

    # the trial

    def reset_trial(self) -> None:
        """Ctrl+Z: the trial stands as the contract does."""
        self._months = 0
        self.trial.clear()
        self._show_trial()
        self.said.emit(_("改一改看已恢复成合同的样子"), "", False)

    def _tried(self) -> None:
        self._months = 0
        self._show_trial()

    def _move_payment(self, months: int) -> None:
        if months and self._months == 0:
            self._moved_from = self.trial.paid_on or self._desk.today()
        self._months = self._months + months if months else 0
        self.trial.set_payment(add_months(self._moved_from, self._months) if months else None)
        self._show_trial()

    def _show_trial(self) -> None:
        sheet, result = self._sheet, self.chosen
        if sheet is None or result is None:
            return
        tried = try_out(
            self.trial.trial(),
            sheet.facts,
            self._answers,
            self._desk.book,
            registered=self._is_registered,
            on=self._desk.today(),
            subsidies=self._desk.pack.subsidies,
            calendar=self._desk.calendar,
            new_answers=self.trial.answers,
        )
        after = next(x.after for x in tried if x.relief == self._chosen)
        self.trial_result = after
        moves = moves_of(tried)
        self.trial.show_outcome(result, after, moves, self._why(after))
        words = {move.relief: move_words(move) for move in moves}
        for line in self.lines:
            line.show_move(words.get(line.result.relief, ""))
        self._show_timeline(result)

    def _why(self, after: ReliefResult) -> str:
        lines = []
        if after.result == "supported_once_registered":
            lines.append(_("各项都成立、登记之后。"))
        elif after.open and after.result == "cannot_tell":
            names = "、".join(x.id.rpartition(".")[2] for x in after.open)
            lines.append(_("还差 {names}。").format(names=names))
        else:
            lines.append(f"{after.reason}。")
        if after.result != "no_rule" and after.rule_until is not None:
            until = after.rule_until
            rules = timeline(self._chosen, self._desk.book)
            later = next((s for s in rules if s.first == until), None)
            if later is not None and not later.has_rule:
                day = str(until.year) if until.timetuple().tm_yday == 1 else until.isoformat()
                day += _(" 年起") if len(day) == 4 else _(" 起")
                lines.append(_("{date}在 {day}的，未见规则。").format(date=after.date_words, day=day))
        return "\n".join(lines)

    def _show_timeline(self, result: ReliefResult) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        moments = []
        if sheet.facts.signed_on:
            moments.append(Moment("signed", _("签订"), sheet.facts.signed_on))
        moments.append(Moment("today", _("今天"), self._desk.today()))
        paid = self.trial.paid_on
        if paid:
            moments.append(Moment("paid", _("付款"), paid))
        self._time_name.setText(result.name.replace(" ", ""))
        self.rules.show_rules(timeline(result.relief, self._desk.book), moments, self._desk.today())

    # papers

    def print_opinion(self) -> None:
        """F9: the statement of this moment as a PDF, from the answers as they are kept."""
        self._print(_("税惠说明书"), self._desk.print_relief)

    def print_inquiry(self) -> None:
        """打印询问单: every open condition, for the person who can answer it."""
        self._print(_("税惠询问单"), self._desk.print_relief_inquiry)

    def _print(self, name: str, draw: Callable[[int, Path], Path]) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        path = self.ask_path(f"{sheet.row.local_serial.replace(' ', '')}_{name}.pdf")
        if path is not None:
            self._calls.ask(partial(draw, sheet.row.id, path), partial(self._printed, name), self._refused)

    def _printed(self, name: str, path: Path) -> None:
        self.said.emit(_("{name}已存到 {path}").format(name=name, path=path), "ok", False)

    def make_packet(self) -> None:
        """备查资料包: the statement, the data and the papers of awards as one folder."""
        sheet = self._sheet
        folder = self.ask_folder() if sheet is not None else None
        if sheet is None or folder is None:
            return
        key, make = sheet.row.id, self._desk.make_packets
        self._calls.start(
            lambda job: make([key], folder, job.step), self._packed, self._refused, stepped=self._packing
        )

    def _packing(self, _done: int, _total: int, words: str) -> None:
        self.said.emit(words, "", False)

    def _packed(self, packets: tuple[PacketView, ...]) -> None:
        for packet in packets:
            words = _("备查资料包已存到 {path}，校验码 {code}").format(
                path=packet.path, code=packet.check_code
            )
            if packet.lack:
                words += "。" + _("还缺：{names}").format(names="、".join(packet.lack))
            self.said.emit(words, "warn" if packet.lack else "ok", False)

    def _ask_folder(self) -> Path | None:
        return choose_folder(self, _("资料包存到哪个文件夹"))

    def _ask_path(self, wanted: str) -> Path | None:
        return choose_target(self, _("存为 PDF"), wanted, "PDF (*.pdf)")


def _source_line(source: Source, *, full: bool) -> QWidget:
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(px(8))
    words = f"{source.instrument} {source.article}".strip()
    label = Label(f"{words}：{source.gist}" if full else words, size="note", tone="ink2", wrap=True)
    label.setToolTip(source.gist)
    row.addWidget(label, 1)
    row.addWidget(Tag(source.confidence), 0, Qt.AlignmentFlag.AlignTop)
    return line
