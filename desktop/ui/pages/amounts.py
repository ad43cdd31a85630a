"""核定: 合同成交额 → 技术交易额, line by line to the fen. The sum of the lines must meet the total."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.errors import DeskError, Problem, ProblemsFound
from desktop.jobs import Job, JobRunner
from desktop.resources import _
from desktop.rules.amounts import ZERO, FixedLine, Fixing, fix_amounts, format_yuan
from desktop.rules.capital import capital
from desktop.rules.facts import AmountLine, Facts, facts_as_kept, facts_to_json
from desktop.services import commands as c
from desktop.services.desk import Desk
from desktop.services.views import ContractSheet
from desktop.settings import local_time, now
from desktop.ui.dialogs.pass_doubt import ask_pass_doubt
from desktop.ui.pages.amounts_parts import Figure, Grounds
from desktop.ui.pages.conclusion import DECISION_PAGE, Decision, decision_from
from desktop.ui.pages.form_fields import FieldCodes
from desktop.ui.pages.interview import place_of
from desktop.ui.pages.page import Primary, Step
from desktop.ui.pages.recognition import TEXT_PAGE
from desktop.ui.pages.rows import RowsModel, RowsTable
from desktop.ui.theme import TokenName, px
from desktop.ui.widgets.ask import ask
from desktop.ui.widgets.bars import Key
from desktop.ui.widgets.base import STYLE_EVENTS, Label, Rule, set_ground
from desktop.ui.widgets.buttons import SegmentedToggle
from desktop.ui.widgets.cards import Card
from desktop.ui.widgets.checks import CheckButton, CheckPanel
from desktop.ui.widgets.fields import Field
from desktop.ui.widgets.spelling import read_amount
from desktop.ui.widgets.table import Role, TotalsRow
from desktop.ui.widgets.tags import Tag

Index = QModelIndex | QPersistentModelIndex
AMOUNTS_PAGE = "amounts"
"""Under this name lines are kept that were not saved yet."""
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_OUT, _IN = 5, 6
_BRACKETS = re.compile(r"（[^（）]*）")


class LinesModel(RowsModel):
    """The lines of the price with what is taken out and what stays in behind them."""

    def __init__(self, codes: FieldCodes) -> None:
        heads = (_("合同列明的项目"), _("出处"), _("列明金额（元）"), _("性质"))
        super().__init__("amount_lines", ("label", "clause", "amount", "nature"), codes, heads=heads)
        self.fixed: dict[int, FixedLine] = {}
        self.doubtful: frozenset[int] = frozenset()

    def show_fixing(self, fixing: Fixing) -> None:
        """What becomes of each line."""
        self.fixed = {self.place_of(line.index): line for line in fixing.lines}
        self.doubtful = frozenset(
            self.place_of(int(p.field.partition("[")[2].partition("]")[0]))
            for p in fixing.problems
            if p.field.startswith("amount_lines[") and p.level != "note"
        )
        last = self.index(max(0, self.rowCount() - 1), self.columnCount() - 1)
        self.dataChanged.emit(self.index(0, 0), last)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        """Two more, which nobody types."""
        return 0 if parent.isValid() else len(self.columns) + 3

    def flags(self, index: Index) -> Qt.ItemFlag:
        """The two figures at the right are made, not typed."""
        if index.column() in (_OUT, _IN):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return super().flags(index)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Captions."""
        if section not in (_OUT, _IN):
            return super().headerData(section, orientation, role)
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _("不计入（元）") if section == _OUT else _("计入（元）")
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Figures in or out, the sign of the nature, small clause numbers."""
        row, column = index.row(), index.column()
        line = self.fixed.get(row)
        if column in (_OUT, _IN):
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return _RIGHT
            if role != Qt.ItemDataRole.DisplayRole or line is None or row >= len(self.rows):
                return None
            shown = line.is_kept == (column == _IN)
            return format_yuan(line.amount) if shown else "—"
        if column == 2 and role == Role.NOTE:
            return True
        if column == 2 and role == Role.TONE and row < len(self.rows):
            return "accent"
        if column == 4 and line is not None and line.nature is not None and row < len(self.rows):
            if role == Role.ICON and row not in self.doubtful:
                return "add_circle" if line.is_kept else "subtract_circle"
            if role == Role.LEVEL:
                return "doubt" if row in self.doubtful else super().data(index, role)
        return super().data(index, role)


class AmountsStep(Step):
    """Step 3 of a case. F12 saves the amounts and lets the recognition take effect."""

    def __init__(self, desk: Desk, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._jobs = desk, jobs
        set_ground(self, "page")
        self.ask: Callable[..., bool] = ask
        self.ask_reason: Callable[..., str | None] = ask_pass_doubt
        self._sheet: ContractSheet | None = None
        self._facts = Facts()
        self._fixing: Fixing | None = None
        self._decision: Decision | None = None
        self._text = ""
        self._passed: dict[tuple[str, str], str] = {}
        self._request, self._recognise_request = c.new_request(), c.new_request()
        self._is_dirty = self._is_busy = self._narrow = False
        codes = FieldCodes(desk.codes)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(px(20), px(12), px(20), px(12))
        outer.setSpacing(px(12))
        left = QVBoxLayout()
        left.setSpacing(px(12))
        left.addWidget(self._equation())
        self.model = LinesModel(codes)
        self.rows = RowsTable(
            _("合同列明的项目"),
            self.model,
            codes,
            widths={2: 90, 3: 128, 4: 126, _OUT: 112, _IN: 124},
            stretch=1,
            remainder=self._left_for,
        )
        self.rows.table.setMinimumHeight(0)
        self.rows.table.setMaximumHeight(16_777_215)
        self.model.rowsInserted.disconnect(self.rows.fit)
        self.model.rowsRemoved.disconnect(self.rows.fit)
        self.model.modelReset.disconnect(self.rows.fit)
        self.rows.edited.connect(self._edited)
        self.totals = TotalsRow(self.rows.table)
        self.rows.card.add_foot(self.totals)
        left.addWidget(self.rows, 1)
        outer.addLayout(left, 1)
        self.side = QWidget()
        self.side.setFixedWidth(px(336))
        column = QVBoxLayout(self.side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(12))
        column.addWidget(self._grounds_card())
        self.checks = self._check_card()
        column.addWidget(self.checks, 1)
        column.addWidget(self._later_card())
        column.addStretch(0)
        outer.addWidget(self.side)
        self._outer = outer
        selection = self.rows.table.selectionModel()
        selection.currentChanged.connect(self._row_changed)
        paste = QShortcut(QKeySequence("Ctrl+V"), self.rows.table)
        paste.setContext(Qt.ShortcutContext.WidgetShortcut)
        paste.activated.connect(self.paste_list)
        self.check_button = CheckButton()
        self.check_button.hide()
        self.check_button.clicked.connect(self.show_checks)
        self._shows_checks = False
        self._fitting = QTimer(self)
        self._fitting.setSingleShot(True)
        self._fitting.timeout.connect(self._fit_height)

    # building

    def _equation(self) -> Card:
        card = Card()
        row = QHBoxLayout()
        row.setSpacing(px(14))
        self.total = Figure(_("合同成交额（元）"))
        self.out = Figure(_("不计入（元）"))
        self.technology = Figure(_("技术交易额（元）"), "accent", strong=True)
        for at, figure in enumerate((self.total, self.out, self.technology)):
            if at:
                sign = Label("−" if at == 1 else "=", size="page", tone="ink2")
                row.addWidget(sign, 0, Qt.AlignmentFlag.AlignBottom)
            row.addWidget(figure)
        row.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(0)
        self.total_words = Label("", size="note", tone="ink2")
        self.technology_words = Label("", size="note", tone="accent", strong=True)
        for label in (self.total_words, self.technology_words):
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            words.addWidget(label)
        row.addLayout(words)
        card.body.addLayout(row)
        card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        return card

    def _grounds_card(self) -> Card:
        self.grounds = card = Card(_("这一行的依据"))
        self.known = Tag("draft")
        card.add_to_head(self.known)
        self.law = Grounds()
        card.body.setSpacing(px(6))
        card.body.addWidget(self.law)
        line = QHBoxLayout()
        self.kept = SegmentedToggle(_("这一行"), (("in", _("计入")), ("out", _("不计入"))))
        self.kept.chosen.connect(self._kept_chosen)
        line.addWidget(self.kept)
        line.addStretch(1)
        card.body.addLayout(line)
        reason = QHBoxLayout()
        label = Label(_("说明"), size="note", tone="ink2")
        self.reason = Field(_("说明，为什么计入或不计入"))
        label.setBuddy(self.reason)
        self.reason.committed.connect(self._reason_left)
        reason.addWidget(label)
        reason.addWidget(self.reason, 1)
        card.body.addLayout(reason)
        card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        return card

    def _check_card(self) -> QWidget:
        box = QFrame()
        box.setProperty("card", "plain")
        column = QVBoxLayout(box)
        column.setContentsMargins(1, 1, 1, px(6))
        column.setSpacing(0)
        self.panel = CheckPanel(lambda problem: problem.level == "doubt")
        self.panel.foot.hide()
        self.panel.setMinimumHeight(px(96))
        # else Qt counts its wish as its need, beside words that wrap, and takes it from the grounds
        self.panel.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        self.panel.jump_wanted.connect(self.jump)
        self.panel.keep_wanted.connect(self._keep_doubt)
        column.addWidget(self.panel, 1)
        column.addWidget(Rule())
        self.facts_lines = [Label("", size="note", wrap=True) for _at in range(3)]
        for line in self.facts_lines:
            line.setContentsMargins(px(16), 0, px(12), 0)
            column.addWidget(line)
        return box

    def _later_card(self) -> Card:
        self.later = card = Card(_("以后收到的款"))
        self.later_words = Label("", size="note", tone="ink2", wrap=True)
        card.body.addWidget(self.later_words)
        card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        return card

    # the page

    @property
    def can_edit(self) -> bool:
        """The lifecycle allows saving."""
        return self._sheet is not None and "save" in self._sheet.allowed

    def keys(self) -> Sequence[Key]:
        """Those of a table."""
        can = self.can_edit
        return (
            Key("F1", _("帮助")),
            Key("Insert", _("加行")),
            Key(("Ctrl", "Del"), _("删行")),
            Key("=", _("填余额")),
            Key(("Ctrl", "V"), _("贴清单")),
            Key("F6", _("保存"), self.save, is_enabled=can),
            Key("F7", _("查代码")),
            Key("F8", _("自检"), self.show_checks),
            Key(("Alt", "↑"), _("看依据"), self.show_grounds),
            Key("Esc", _("返回"), self._back),
        )

    def primary(self) -> Primary:
        """核定并交复核 once the recognition was decided; before that, back to it."""
        if not self.can_edit:
            return Primary(_("看税惠"), self._to_relief)
        if self._decision is None:
            return Primary(_("存下并去认定"), self.save_and_recognise, enabled=not self._is_busy)
        wrong = self._fixing is None or (not self._fixing.is_fixed and not self._fixing.to_be_settled)
        why = self._first_error() if wrong else ""
        return Primary(_("核定并交复核"), self.submit, enabled=not wrong and not self._is_busy, why_not=why)

    def _first_error(self) -> str:
        problems = self._fixing.problems if self._fixing is not None else ()
        found = next((p for p in problems if p.level == "error"), None)
        return f"{found.place}：{found.reason}" if found is not None else _("金额还没有核定")

    def show_sheet(self, sheet: ContractSheet) -> None:
        """Another contract, or a newer state of this one; lines not saved yet stay."""
        same = self._sheet is not None and self._sheet.row.id == sheet.row.id
        self._sheet = sheet
        self._passed = dict(sheet.passed_doubts)
        found = self._desk.draft(DECISION_PAGE, sheet.uid)
        self._decision = decision_from(found[1]) if found else None
        if not (same and self._is_dirty):
            self._facts = sheet.facts
            self._is_dirty = False
            self._request, self._recognise_request = c.new_request(), c.new_request()
            self._read_text(sheet)
            self.model.is_read_only = not self.can_edit
            self.model.show(self._restored(sheet))
        self._fix()
        self._show_row(self._row())
        self.keys_changed.emit()

    def _read_text(self, sheet: ContractSheet) -> None:
        found = self._desk.draft(TEXT_PAGE, sheet.uid)
        self._text = found[1] if found else ""
        if not found:
            number = sheet.row.id
            self._run(lambda _job: (number, self._desk.contract_text(number)), self._text_came, self._failed)

    def _text_came(self, result: Any) -> None:
        number, passages = result
        if self._sheet is not None and self._sheet.row.id == number:
            self._text = "\n".join(passage.text for passage in passages)
            self._show_row(self._row())

    def _restored(self, sheet: ContractSheet) -> tuple[AmountLine, ...]:
        found = self._desk.draft(AMOUNTS_PAGE, sheet.uid)
        if found is None or not self.can_edit:
            return sheet.facts.amount_lines
        try:
            lines = facts_as_kept(json.loads(found[1]))[0].amount_lines
        except ValueError:
            self.said.emit(_("上次没有保存的金额读不出来，已放在一边"), "warn", True)
            return sheet.facts.amount_lines
        if lines != sheet.facts.amount_lines:
            self._is_dirty = True
            self.said.emit(_("已找回 {time} 的金额").format(time=found[2]), "ok", True)
        return lines

    def open(self, argument: object = None) -> None:
        """The focus goes to the first line that needs something, else to the first."""
        table = self.rows.table
        row = min(self.model.doubtful, default=0)
        table.setCurrentIndex(self.model.index(row, 4 if self.model.rows else 1))
        table.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_narrow(self, narrow: bool) -> None:
        """Clauses and the last two cards give way."""
        self._narrow = narrow
        self.side.setFixedWidth(px(250 if narrow else 336))
        for tag in self.panel.tags.values():  # there the button above counts
            tag.setVisible(not narrow)
        wide, small = (128, 126, 124), (116, 96, 118)
        amount, nature, kept = small if narrow else wide
        self.rows.table.set_widths({0: 34 if narrow else 44, 3: amount, 4: nature, _IN: kept}, stretch=1)
        self.rows.table.setColumnHidden(2, narrow)
        self.rows.table.setColumnHidden(_OUT, narrow)
        self.total_words.setVisible(not narrow)
        self.technology_words.setVisible(not narrow)
        self._shows_checks = False
        self._fit_height()
        if self._fixing is not None:
            self._fix()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Low windows keep the line's grounds and the checks."""
        super().resizeEvent(event)
        self._fit_height()

    def changeEvent(self, event: QEvent) -> None:
        """Text size changed: the grounds are measured anew once every label knows it."""
        super().changeEvent(event)
        if event.type() in STYLE_EVENTS and hasattr(self, "_fitting"):
            self._fitting.start(0)

    def _fit_height(self) -> None:
        """What the side has room for: the remark on later payments goes first, then grounds and the chosen
        finding share what is left, and the grounds scroll.
        """
        self.checks.setVisible(not self._narrow or self._shows_checks)
        self.grounds.setVisible(not (self._narrow and self._shows_checks))
        wide, gap = self.side.minimumWidth(), px(12)
        room = self.height() - 2 * px(12) - (_least_height(self.grounds, wide) - self.law.minimumHeight())
        if not self._narrow:
            room -= _least_height(self.checks, wide) + gap
        inside = wide - _frame(self.grounds) - 2 * px(16)
        rest = room - self.law.needed(inside) - self._folded(wide) - gap
        self.later.setVisible(not self._narrow and rest >= _least_height(self.later, wide))
        self.law.fit(inside, room if self._narrow else max(room - self._folded(wide), room // 2))

    def _folded(self, wide: int) -> int:
        """How much higher the panel would have to be to show its chosen finding whole."""
        item = next((item for item in self.panel.items if item.is_unfolded), None)
        if item is None:
            return 0
        inside = wide - _frame(self.grounds) - 2 * px(12) - self.law.verticalScrollBar().sizeHint().width()
        return max(0, item.heightForWidth(inside) + px(20 + 44) - self.panel.minimumHeight())

    def show_grounds(self) -> None:
        """Alt+↑: into the grounds of the line, to read on in them; again: back to the lines."""
        if self._narrow and self._shows_checks:
            self._shows_checks = False
            self._fit_height()
        here = self.rows.table if self.law.hasFocus() else self.law
        here.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_checks(self) -> None:
        """F8: to the findings; in a narrow window they take the place of the line's grounds and go again."""
        if self._narrow:
            self._shows_checks = not self._shows_checks
            self._fit_height()
        if self.checks.isVisible() and self.panel.items:
            self.panel.take_focus()
        elif self._narrow and not self._shows_checks:
            self.rows.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # figures

    def facts(self) -> Facts:
        """The contract with the lines as they stand."""
        return replace(self._facts, amount_lines=self.model.result())

    @property
    def fixing(self) -> Fixing | None:
        """What the lines give."""
        return self._fixing

    def _fix(self) -> None:
        facts = self.facts()
        facts = replace(facts, technology_amount=None) if facts.amount_lines else facts
        fixing = self._fixing = fix_amounts(facts)
        self.model.show_fixing(fixing)
        total, technology = fixing.contract_amount, fixing.technology_amount
        self.total.show_amount(total)
        self.out.show_amount(fixing.deducted_total)
        self.technology.show_amount(technology)
        self.total_words.setText(capital(total) if total is not None and total >= 0 else "")
        self.technology_words.setText(
            capital(technology) if technology is not None and technology >= 0 else ""
        )
        meets = total is not None and fixing.lines_total == total
        met = _("✓ 相符") if self._narrow else _("✓ 与总额相符")
        said = met if meets else self._gap(fixing)
        tones: dict[int, TokenName] = {4: "ok" if meets else "err", _IN: "accent"}
        lines = len(fixing.lines)
        cells = {
            1: _("合计 {n} 项").format(n=lines),
            3: format_yuan(fixing.lines_total),
            4: said,
        }
        if meets or not self._narrow:  # else the gap runs over into the last column
            cells[_IN] = format_yuan(fixing.kept_total)
        if not self._narrow:
            cells[_OUT] = format_yuan(fixing.deducted_total)
        self.totals.show_totals(cells, tones)
        self._show_checks(fixing, meets=meets)
        words = _("按实际到账另行核定技术性收入，累计不超过 {most} 元。")
        most = format_yuan(technology) if technology is not None else "—"
        self.later_words.setText(words.format(most=most))

    @staticmethod
    def _gap(fixing: Fixing) -> str:
        if fixing.contract_amount is None or not fixing.lines:
            return ""
        gap = fixing.contract_amount - fixing.lines_total
        return _("✕ {word} {gap}").format(word=_("少") if gap > ZERO else _("多"), gap=format_yuan(abs(gap)))

    def _show_checks(self, fixing: Fixing, *, meets: bool) -> None:
        shown = []
        for p in fixing.problems:
            if p.level == "doubt" and self._is_passed(p):
                continue
            shown.append(replace(p, place=self._short_place(p)))
        self.panel.show_problems(shown)
        for item in self.panel.items:
            item.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.check_button.show_counts(self.panel.counts())
        self._fit_height()
        total, technology = fixing.contract_amount, fixing.technology_amount
        inside = total is not None and technology is not None and ZERO <= technology <= total
        marks = (
            (inside, _("0 ≤ 技术交易额 ≤ 合同成交额")),
            (meets or not fixing.lines, _("各行之和与合同成交额一致")),
        )
        for label, (good, words) in zip(self.facts_lines, marks, strict=False):
            label.setText(f"{'✓' if good else '✕'} {words}")
            label.set_tone("ok" if good else "err")
        self.facts_lines[2].setText(_("i 技术占比没有法定下限，不作判断"))
        self.facts_lines[2].set_tone("ink2")

    def _short_place(self, problem: Problem) -> str:
        if not problem.field.startswith("amount_lines["):
            return problem.place
        index = int(problem.field.partition("[")[2].partition("]")[0])
        label = self.model.result()[index].label or ""
        return _("第 {n} 行 {label}").format(n=index + 1, label=label[:9])

    def _reason_of(self, problem: Problem) -> str:
        """What the clerk wrote beside the line of a doubt."""
        if problem.code not in ("A05", "A06"):
            return ""
        index = int(problem.field.partition("[")[2].partition("]")[0])
        return (self.model.result()[index].reason or "").strip()

    def _is_passed(self, problem: Problem) -> bool:
        return (problem.code, problem.field) in self._passed or len(self._reason_of(problem)) >= 2

    def _left_for(self, row: int) -> Decimal | None:
        total = self._fixing.contract_amount if self._fixing is not None else None
        if total is None:
            return None
        own = self.model.rows[row].values.get("amount") if row < len(self.model.rows) else None
        return total - self.model.total("amount") + (own or ZERO)

    # one line

    def _row(self) -> int:
        return self.rows.table.currentIndex().row()

    def _row_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        self._show_row(current.row())

    def _show_row(self, row: int) -> None:
        line = self.model.fixed.get(row)
        usable = line is not None and 0 <= row < len(self.model.rows)
        self.grounds.title.setText(_("第 {n} 行的依据").format(n=row + 1) if usable else _("这一行的依据"))
        code = (line.rule or "R-AMT-01") if line is not None and usable else ""
        day = self._facts.accepted_on or self._desk.today()
        rule = self._desk.book.rule(code, day) if code else None
        said, papers = _("到一行上看它为什么计入或不计入。"), ""
        if line is not None and rule is not None:
            said = f"{rule.code}　{line.reason if not line.rule else rule.short}"
            names = [(_BRACKETS.sub("", s.instrument), s.article) for s in rule.sources[:2]]
            papers = "；".join(f"{name}{article or _('（条号未见）')}" for name, article in names)
            self.known.set_mark(rule.confidence)
        self.known.setVisible(rule is not None)
        values = self.model.rows[row].values if usable else {}
        clause = str(values.get("clause") or "")
        place = place_of(self._text, clause)
        self.law.show_words(said, papers, self._text[place[0] : place[1]] if place else "")
        self._fit_height()
        self.kept.choose(("in" if line.is_kept else "out") if line is not None and usable else "")
        self.kept.setEnabled(usable and self.can_edit)
        self.reason.set_value(str(values.get("reason") or ""))
        self.reason.set_read_only(not usable or not self.can_edit)
        self.reason.set_required(bool(line is not None and usable and line.needs_reason))

    def _kept_chosen(self, choice: str) -> None:
        row = self._row()
        if 0 <= row < len(self.model.rows):
            entry = self.model.rows[row].values
            by_nature = entry.get("nature") in ("technology", "carrier")
            wanted = choice == "in"
            plain = wanted == by_nature and entry.get("nature") != "carrier"
            entry["is_kept"] = None if plain else wanted
            self._edited()
            self._show_row(row)

    def _reason_left(self, text: str) -> None:
        row = self._row()
        if 0 <= row < len(self.model.rows):
            self.model.rows[row].values["reason"] = text.strip() or None
            self._edited()

    def _edited(self) -> None:
        if not self.can_edit or self._sheet is None:
            return
        self._is_dirty = True
        self._fix()
        command = c.KeepDraft(
            actor=self._desk.person.name,
            page=AMOUNTS_PAGE,
            subject=self._sheet.uid,
            field_name="amount_lines",
            content=json.dumps(facts_to_json(Facts(amount_lines=self.model.result())), ensure_ascii=False),
        )
        self._run(lambda _job: self._desk.keep_draft(command), self._draft_kept, self._failed)
        self._show_row(self._row())
        self.keys_changed.emit()

    def _draft_kept(self, _result: object) -> None:
        self.said.emit(_("{time} 已存盘").format(time=local_time(now()).strftime("%H:%M")), "ok", False)

    def paste_list(self) -> None:
        """Ctrl+V: rows copied from a spreadsheet, item and amount, perhaps a clause; shown before taken."""
        if not self.can_edit:
            return
        lines, wrong = read_list(QGuiApplication.clipboard().text())
        if wrong:
            said = _("第 {n} 行看不出金额，没有贴入；请只复制“项目、金额、出处”三列")
            self.said.emit(said.format(n=wrong), "err", True)
            return
        if not lines:
            self.said.emit(_("剪贴板里没有清单"), "warn", False)
            return
        total = sum((line.amount or ZERO for line in lines), ZERO)
        shown = "；".join(f"{line.label} {format_yuan(line.amount or ZERO)}" for line in lines[:4])
        if self.ask(
            self,
            _("贴入 {n} 行？").format(n=len(lines)),
            _("{lines}{more}。合计 {total} 元，加在现有各行之后，性质随后逐行选。").format(
                lines=shown, more="……" if len(lines) > 4 else "", total=format_yuan(total)
            ),
            act=_("贴入"),
            safe=_("先不贴"),
            kind="plain",
            mnemonic="V",
        ):
            self.model.show([*self.model.result(), *lines])
            self._edited()

    # findings

    def jump(self, problem: Problem) -> None:
        """To the line of a finding."""
        if problem.field.startswith("amount_lines["):
            index = int(problem.field.partition("[")[2].partition("]")[0])
            if problem.code in ("A05", "A06"):
                self.rows.go_to(index, "nature")
                self.reason.setFocus(Qt.FocusReason.ShortcutFocusReason)
            else:
                self.rows.go_to(index, problem.field.partition("].")[2])
        else:
            self.rows.go_to(0, "amount")

    def _keep_doubt(self, problem: Problem) -> None:
        reason = self.ask_reason(self, problem)
        if reason is None or self._sheet is None:
            return
        self._passed[problem.code, problem.field] = reason
        command = self._doubt(problem, reason)
        self._run(lambda _job: self._desk.pass_doubt(command), self._doubt_kept, self._failed)

    def _doubt(self, problem: Problem, reason: str) -> c.PassDoubt:
        return c.PassDoubt(
            actor=self._desk.person.name,
            contract_id=self._sheet.row.id if self._sheet else 0,
            code=problem.code,
            field_name=problem.field,
            reason=reason,
        )

    def _doubt_kept(self, _result: object) -> None:
        self._fix()

    # saving and handing on

    def _save_command(self) -> c.SaveContract:
        facts = self.facts()
        if facts.amount_lines and self._fixing is not None:
            facts = replace(facts, technology_amount=self._fixing.technology_amount)
        return c.SaveContract(
            actor=self._desk.person.name,
            request_id=self._request,
            facts=facts,
            contract_id=self._sheet.row.id if self._sheet else None,
            revision=self._sheet.revision if self._sheet else None,
        )

    def save(self) -> None:
        """F6."""
        if not self.can_edit or self._is_busy:
            return
        self.reason.settle()
        command = self._save_command()
        self._is_busy = True
        self._run(lambda _job: self._desk.save_contract(command), self._saved, self._failed)

    def _saved(self, result: Any) -> None:
        sheet: ContractSheet = result
        self._sheet = sheet
        self._facts = sheet.facts
        self._is_busy = self._is_dirty = False
        self._request = c.new_request()
        self._desk.drop_draft(AMOUNTS_PAGE, sheet.uid)
        self.said.emit(_("金额已保存"), "ok", False)
        self.sheet_changed.emit(sheet)
        self.keys_changed.emit()

    def save_and_recognise(self) -> None:
        """Nothing was decided yet: keep the amounts, go back to the questions."""
        self.reason.settle()
        if self._is_dirty:
            self.save()
        if not self._is_dirty:
            self.step_wanted.emit(2)

    def submit(self) -> None:
        """F12: amounts saved, reasons filed, recognition in effect, on to the reliefs."""
        sheet, decision, fixing = self._sheet, self._decision, self._fixing
        if sheet is None or decision is None or fixing is None or self._is_busy:
            return
        self.reason.settle()
        open_doubts = [p for p in fixing.problems if p.level == "doubt" and not self._is_passed(p)]
        if open_doubts:
            words = _("还有 {n} 处疑点没有写说明").format(n=len(open_doubts))
            self.said.emit(words, "err", True)
            self.jump(open_doubts[0])
            return
        if not self._may_hand_in_again(sheet, decision.sub_kind, fixing.technology_amount):
            return
        command = self._save_command()
        must_save = self._is_dirty or command.facts != sheet.facts
        reasons = [
            self._doubt(p, self._reason_of(p))
            for p in fixing.problems
            if p.level == "doubt" and (p.code, p.field) not in self._passed
        ]
        number, actor, request = sheet.row.id, self._desk.person.name, self._recognise_request
        self._is_busy = True
        self.keys_changed.emit()

        def work(_job: Job) -> object:
            if must_save:
                self._desk.save_contract(command)
            for doubt in reasons:
                self._desk.pass_doubt(doubt)
            stored = self._desk.contract(number)  # the answers were kept one by one since
            return self._desk.recognise(
                c.RecogniseContract(
                    actor=actor,
                    request_id=request,
                    contract_id=number,
                    answers=stored.answers,
                    kind=decision.kind,
                    sub_kind=decision.sub_kind,
                    reason=decision.reason,
                )
            )

        self._run(work, self._recognised, self._not_recognised)

    def _may_hand_in_again(self, sheet: ContractSheet, sub_kind: str, amount: Decimal | None) -> bool:
        """Sent back by the reviewer, and objections neither met nor answered: asked once, here."""
        sent = sheet.sent_back
        if sent is None:
            return True
        met = set()
        if sub_kind and sub_kind != sheet.facts.sub_kind:
            met.add("kind")
        if amount != sheet.facts.technology_amount:
            met.add("technology_amount")
        left = [item for item in sent.open_items if item.item not in met]
        touched = any(act.verb in ("save", "answer", "doubt") and act.at > sent.at for act in sheet.history)
        if not left and (sent.items or touched):
            return True
        lines = "\n".join(f"{item.label}：{item.remark}" for item in left) or sent.reason
        return self.ask(
            self,
            _("{person}退回的 {n} 项没有改也没有答复，仍交复核？").format(person=sent.person, n=len(left))
            if left
            else _("{person}退回的，仍交复核？").format(person=sent.person),
            lines,
            act=_("仍交复核"),
            safe=_("回去改"),
            kind="plain",
            mnemonic="V",
        )

    def _recognised(self, result: Any) -> None:
        sheet: ContractSheet = result
        self._desk.drop_draft(DECISION_PAGE, sheet.uid)
        self._desk.drop_draft(AMOUNTS_PAGE, sheet.uid)
        self._sheet = sheet
        self._facts = sheet.facts
        self._decision = None
        self._is_busy = self._is_dirty = False
        self._request, self._recognise_request = c.new_request(), c.new_request()
        self.model.is_read_only = not self.can_edit
        self.model.layoutChanged.emit()
        self.sheet_changed.emit(sheet)
        self.said.emit(_("已核定，认定生效，待他人复核"), "ok", True)
        self.keys_changed.emit()
        self._to_relief()

    def _not_recognised(self, exc: Exception) -> None:
        """Saved perhaps, but not recognised: everything that stands in the way is listed."""
        if self._sheet is not None:
            try:
                fresh = self._desk.contract(self._sheet.row.id)
            except DeskError as other:
                self._failed(other)
                return
            if fresh.revision != self._sheet.revision:
                self._sheet, self._facts = fresh, fresh.facts
                self._request = c.new_request()
                self._is_dirty = False
                self.sheet_changed.emit(fresh)
        if isinstance(exc, ProblemsFound):
            self.panel.show_problems([replace(p, place=self._short_place(p)) for p in exc.problems])
        self._failed(exc)

    def _failed(self, exc: Exception) -> None:
        if not isinstance(exc, DeskError):
            raise exc
        self._is_busy = False
        self.said.emit("；".join(part for part in (exc.message, exc.hint) if part), "err", True)
        self.keys_changed.emit()

    def _to_relief(self) -> None:
        self.step_wanted.emit(4)

    def _back(self) -> None:
        self.step_wanted.emit(2)

    def _run(
        self,
        work: Callable[[Job], object],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None],
    ) -> None:
        job = Job(work)
        job.done.connect(done)
        job.failed.connect(failed)
        self._jobs.start(job)


def _frame(card: QWidget) -> int:
    """What the lines left and right of a card take: the style's and its layout's own."""
    edges, layout = card.contentsMargins(), card.layout()
    own = layout.contentsMargins() if layout is not None else edges
    return edges.left() + edges.right() + own.left() + own.right()


def _least_height(widget: QWidget, width: int) -> int:
    """What its layout cannot do without at this width."""
    layout = widget.layout()
    if layout is None:
        return widget.minimumSizeHint().height()
    layout.activate()
    return max(layout.totalMinimumSize().height(), layout.totalMinimumHeightForWidth(width))


def read_list(text: str) -> tuple[list[AmountLine], int]:
    """Lines of a copied list (item, amount, clause, in any order of the last two), and the number of the
    first one without an amount (0: none). A line of captions at the top is passed over.
    """
    made: list[AmountLine] = []
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in line.split("\t") if cell.strip()]
        if not cells:
            continue
        amount: Decimal | None = None
        words: list[str] = []
        for at, cell in enumerate(cells):
            try:
                read = read_amount(cell) if at and amount is None else None
            except ValueError:
                read = None
            if read is None:
                words.append(cell)
            else:
                amount = read
        if amount is None:
            if not made and number == 1:
                continue
            return [], number
        made.append(AmountLine(words[0], None, amount, words[1] if len(words) > 1 else None))
    return made, 0
