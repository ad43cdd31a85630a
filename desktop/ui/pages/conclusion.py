"""结论: the program's proposal at the left, plain; the clerk's decision at the right, framed. Never alike."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.resources import _
from desktop.rules.conclusion import Conclusion, Finding, outcome_words, test_words
from desktop.rules.recognition import what_would_change
from desktop.services.desk import Desk
from desktop.ui.pages.form_fields import FieldCodes
from desktop.ui.pages.interview import ANSWER_WORDS, Interview, kinds_in_title
from desktop.ui.theme import px
from desktop.ui.widgets.base import Label, Rule, set_ground
from desktop.ui.widgets.buttons import Button, Radio
from desktop.ui.widgets.cards import Card, Icon
from desktop.ui.widgets.codes import CodeField
from desktop.ui.widgets.fields import TextBox
from desktop.ui.widgets.marks import CONFIDENCE, Mark
from desktop.ui.widgets.table import DeskTable, Role
from desktop.ui.widgets.tags import Tag

Index = QModelIndex | QPersistentModelIndex
DECISION_PAGE: Final = "decision"
"""Under this name the decision waits on disk until the amounts are fixed."""
_ADVISED: Final[Mapping[str, str]] = {
    "PASS": "recognise",
    "RETURN": "return",
    "HOLD": "return",
    "REFUSE": "refuse",
    "NOT_ACCEPTED": "refuse",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """The clerk's decision on kind and sub-kind, before the amounts are fixed."""

    kind: str
    sub_kind: str
    reason: str = ""

    def to_text(self) -> str:
        """For the disk."""
        return json.dumps(asdict(self), ensure_ascii=False)


def decision_from(text: str) -> Decision | None:
    """Inverse of ``to_text``; None for anything else."""
    try:
        raw = json.loads(text)
        return Decision(str(raw["kind"]), str(raw["sub_kind"]), str(raw.get("reason", "")))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


class FindingsModel(QAbstractTableModel):
    """规则, 起决定作用的回答, 答, 证据, 依据程度."""

    HEADS = (_("规则"), _("起决定作用的回答"), _("答"), _("证据"), _("依据程度"))

    def __init__(self) -> None:
        super().__init__()
        self.findings: tuple[Finding, ...] = ()

    def show(self, findings: Sequence[Finding]) -> None:
        """Other rows."""
        self.beginResetModel()
        self.findings = tuple(findings)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """One for a rule."""
        return 0 if parent.isValid() else len(self.findings)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        """Five."""
        return 0 if parent.isValid() else len(self.HEADS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Captions."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.HEADS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Words, marks, looks."""
        f, column = self.findings[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            by = _(" 人工") if f.answered_by == "person" else ""
            words = (f.code, f.short, ANSWER_WORDS.get(f.answer, f.answer) + by, f.evidence or "—")
            return words[column] if column < 4 else CONFIDENCE[f.confidence].word
        if role == Qt.ItemDataRole.ToolTipRole:
            return f.question if column == 1 else f.note or None
        if role == Role.TAG and column == 4:
            return f.confidence
        if role in (Role.MONO, Role.NOTE) and column == 0:
            return True
        if role == Role.NOTE and column == 3:
            return True
        if role == Role.BOLD and column == 2:
            return True
        return f.code if role == Role.KEY else None


class ConclusionView(QWidget):
    """Shows an interview that is complete, and holds what the clerk decides about it."""

    question_wanted = Signal(str)
    """Back to one question."""
    changed = Signal()
    """The decision is another one: the primary act changes its words."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        set_ground(self, "page")
        self._interview: Interview | None = None
        self._shows_all = self._narrow = False
        self._codes = FieldCodes(desk.codes)
        self._outer = QHBoxLayout(self)
        self._outer.setContentsMargins(px(20), px(14), px(20), px(14))
        self._outer.setSpacing(px(16))
        self._outer.addWidget(self._advice_card(), 1)
        self._side = QWidget()
        self._side.setProperty("scrolled", True)
        column = QVBoxLayout(self._side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(12))
        self.changes = Card(_("什么会改变结论"))
        self.changes.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        column.addWidget(self.changes)
        column.addWidget(self._decision_card(), 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self._side)
        self._side_area = area
        self._outer.addWidget(area)
        self._fit(narrow=False)

    # building

    def _advice_card(self) -> Card:
        card = Card(padded=False)
        card.setAccessibleName(_("程序的建议"))
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(px(22), px(14), px(20), px(12))
        row.setSpacing(px(20))
        row.addWidget(Icon("ribbon", "accent", 32))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Label(_("程序的建议"), size="note", tone="ink2"))
        self.title = Label("", size="conclusion", strong=True, wrap=True)
        words.addWidget(self.title)
        row.addLayout(words, 1)
        right = QVBoxLayout()
        right.setSpacing(0)
        self.used = Label("", size="note", tone="ink2")
        self.picked = Label("", size="note", tone="ink2")
        for label in (self.used, self.picked):
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            right.addWidget(label)
        row.addLayout(right)
        card.body.setSpacing(0)
        card.body.addWidget(head)
        card.body.addWidget(Rule())
        counts = QWidget()
        self._counts = QBoxLayout(QBoxLayout.Direction.LeftToRight, counts)
        self._counts.setContentsMargins(px(20), px(8), px(20), px(8))
        self._counts.setSpacing(px(6))
        self.answer_tags = [Tag("", "") for _at in range(4)]
        self.confidence_tags = {code: Tag(code) for code in CONFIDENCE}
        given, known = QHBoxLayout(), QHBoxLayout()
        for line in (given, known):
            line.setSpacing(px(8))
            self._counts.addLayout(line)
        for tag in self.answer_tags:
            given.addWidget(tag)
        given.addStretch(1)
        known.addWidget(Label(_("依据"), size="note", tone="ink2"))
        for tag in self.confidence_tags.values():
            known.addWidget(tag)
        self._known = known
        self.counts = counts
        card.body.addWidget(counts)
        compared = QWidget()
        line = QHBoxLayout(compared)
        line.setContentsMargins(px(20), 0, px(20), px(8))
        line.setSpacing(px(8))
        self.agreement = Tag("", " ")
        self.compared = Label("", size="note", tone="ink2", wrap=True)
        line.addWidget(self.agreement, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.compared, 1)
        card.body.addWidget(compared)
        self.because = Label("", size="note", wrap=True)
        self.because.setContentsMargins(px(20), 0, px(20), px(8))
        card.body.addWidget(self.because)
        self.table = DeskTable(_("起决定作用的回答"))
        self.model = FindingsModel()
        self.model.setParent(self)
        self.table.setModel(self.model)
        self.table.set_widths({0: 104, 2: 76, 3: 116, 4: 102}, stretch=1)
        self.table.opened.connect(self._opened)
        card.body.addWidget(self.table, 1)
        foot = QWidget()
        line = QHBoxLayout(foot)
        line.setContentsMargins(0, 0, 0, 0)
        self.listed = Label("", size="note", tone="ink2")
        self.all_button = Button("", "text", letter="Q", small=True)
        self.all_button.clicked.connect(self._toggle_all)
        self.trial = Label("", size="note", tone="ink2", wrap=True)
        self.trial.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self.listed)
        line.addWidget(self.all_button)
        line.addWidget(self.trial, 1)
        card.add_foot(foot)
        return card

    def _decision_card(self) -> Card:
        self.card = card = Card(_("登记员认定"), kind="accent")
        self.who = Label("", size="note", tone="ink2")
        card.add_to_head(self.who)
        card.body.setSpacing(px(4))
        self._group = QButtonGroup(self)
        self.radios: dict[str, Radio] = {}
        for code, words, key in (
            ("recognise", _("认定为技术合同"), "Alt A"),
            ("return", _("退回补正（一次性告知）"), "Alt B"),
            ("refuse", _("不予登记，写明理由与救济"), "Alt C"),
        ):
            radio = Radio(words, key=key)
            self._group.addButton(radio)
            radio.clicked.connect(self._chosen)
            self.radios[code] = radio
            card.body.addWidget(radio)
        self.sub_kind = CodeField(_("认定细类"), self._codes.book("contract_kinds"), required=True)
        self.sub_kind.chosen.connect(self._chosen)
        self.sub_kind.committed.connect(self._chosen)
        self.reason = TextBox(_("理由"), lines=2)
        self.reason.setMinimumHeight(px(64))
        self.reason.committed.connect(self._chosen)
        self.reason.textChanged.connect(self._chosen)
        for name, field in ((_("细类"), self.sub_kind), (_("理由"), self.reason)):
            line = QHBoxLayout()
            line.setSpacing(px(8))
            label = Label(name, tone="ink2")
            label.setFixedWidth(px(48))
            label.setBuddy(field)
            top = Qt.AlignmentFlag.AlignTop if field is self.reason else Qt.AlignmentFlag.AlignVCenter
            line.addWidget(label, 0, top)
            line.addWidget(field, 1)
            card.body.addLayout(line)
        self.note = Label("", size="note", tone="ink2", wrap=True)
        self.note.setContentsMargins(px(56), 0, 0, 0)
        card.body.addWidget(self.note)
        card.body.addStretch(1)
        foot = QWidget()
        line = QHBoxLayout(foot)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(Icon("people_checkmark", "ink2", 16))
        line.addWidget(Label(_("之后由他人复核；您不能复核这一份"), size="note", tone="ink2"), 1)
        card.add_foot(foot)
        return card

    # showing

    def show_interview(self, interview: Interview, *, decided: Decision | None, may_decide: bool) -> None:
        """The conclusion, and the decision made before if there is one."""
        self._interview = interview
        conclusion = interview.conclusion
        self.title.setText(self._headline(conclusion))
        counts, known = conclusion.answer_counts, conclusion.confidence_counts
        self.used.setText(_("用到 {n} 条").format(n=len(conclusion.used)))
        version = conclusion.rule_set_version.partition("+")[0]
        self.picked.setText(
            _("规则 {version}（受理日 {day} 选定）").format(
                version=version, day=conclusion.judged_on.isoformat()
            )
        )
        marks = (
            Mark("icon:checkmark", _("是 {n}").format(n=counts["yes"]), "ok", "okS"),
            Mark("icon:dismiss", _("否 {n}").format(n=counts["no"]), "ink2"),
            Mark("", _("? 不明 {n}").format(n=counts["unknown"]), "ink2"),
            Mark("icon:person", _("人工答 {n}").format(n=counts["by_person"]), "accent", "accentS"),
        )
        for tag, mark in zip(self.answer_tags, marks, strict=True):
            tag.set_mark(mark)
        for code, tag in self.confidence_tags.items():
            tag.set_mark(code, f"{CONFIDENCE[code].word} {known[code]}")
        self._show_compared(interview)
        self.because.setText("\n".join(self._reasons(conclusion)[:3]))
        self._show_rows()
        self._show_changes(interview)
        self._show_trial(interview)
        day = self._desk.today().isoformat()
        self.who.setText(f"{self._desk.person.name} ・ {day}")
        self._show_decision(conclusion, decided, may_decide=may_decide)

    def _show_compared(self, interview: Interview) -> None:
        """名称, 申报 and 内容 apart: a name is not a kind, and of several kinds each is shown."""
        conclusion, words = interview.conclusion, test_words()
        content = list(dict.fromkeys(words[h.test] for h in conclusion.kinds_holding))
        sounds = kinds_in_title(interview.facts.title or "")
        claim = interview.claim()
        parts = (
            _("名称像{kinds}").format(kinds="、".join(sounds)) if sounds else _("名称看不出类别"),
            _("申报{claim}").format(claim=claim),
            _("内容符合{kinds}").format(kinds="、".join(content)) if content else _("内容尚未符合任何一类"),
        )
        self.compared.setText("　".join(parts))
        if len(content) > 1:
            mark, word = "doubt", _("几类都符合")
        elif content and (claim not in content or not self._sounds_like(content[0], sounds)):
            mark, word = "doubt", _("名称、申报、内容不一致")
        else:
            mark, word = "note", _("名称、申报、内容")
        self.agreement.set_mark(mark, word)

    def _reasons(self, conclusion: Conclusion) -> list[str]:
        """Why it came out so, a sentence each; the first three are shown, the table has them all."""
        if conclusion.outcome == "PASS":
            words = _("{kind}的条件都符合：{reason}。")
            return [
                words.format(kind=test_words()[h.test], reason=h.reason) for h in conclusion.kinds_holding
            ]
        if conclusion.outcome in ("RETURN", "HOLD"):
            return [_("{found}。{supply}。").format(found=a, supply=b) for a, b in _defects(conclusion)]
        if conclusion.outcome == "REFUSE":
            name = self._desk.codes.name
            grounds = "、".join(name("refusal_grounds", code) for code in conclusion.grounds)
            facts = facts_in_words(conclusion.deciding).replace("\n", "；")
            return [_("{facts}。情形：{grounds}。").format(facts=facts, grounds=grounds)]
        disputed = [f.short for f in conclusion.deciding if f.code in conclusion.blocked]
        words = _("“{short}”怎样处理，规定之间说法不一，程序不下结论；请您选定，并写明理由。")
        return [words.format(short=short) for short in disputed] + list(conclusion.notes)

    @staticmethod
    def _sounds_like(content: str, sounds: Sequence[str]) -> bool:
        """A title that names no kind contradicts none; 服务 may stand for training and intermediary too."""
        words = test_words()
        services = {words["SVC-1"], words["SVC-2"], words["SVC-3"]}
        return not sounds or content in sounds or (content in services and words["SVC"] in sounds)

    def _headline(self, conclusion: Conclusion) -> str:
        name = self._desk.codes.name
        if conclusion.outcome == "PASS" or conclusion.kind:
            sub = name("contract_kinds", conclusion.sub_kind).removesuffix(_("合同"))
            kind = name("contract_kinds", conclusion.kind)
            both = kind if not sub or sub == kind.removesuffix(_("合同")) else f"{kind} ・ {sub}"
            if conclusion.outcome == "PASS":
                return both
            return f"{outcome_words()[conclusion.outcome]} ・ {sub or kind}"
        return outcome_words()[conclusion.outcome]

    def _show_rows(self) -> None:
        if self._interview is None:
            return
        conclusion = self._interview.conclusion
        some = conclusion.deciding if conclusion.deciding else conclusion.used
        rows = conclusion.used if self._shows_all else some
        self.model.show(rows)
        self.listed.setText(_("列出 {n} 条，").format(n=len(rows)))
        every = len(conclusion.used)
        words = _("只看起决定作用的") if self._shows_all else _("看全部 {n} 条").format(n=every)
        self.all_button.set_words(words)

    def _toggle_all(self) -> None:
        self._shows_all = not self._shows_all
        self._show_rows()

    def _show_changes(self, interview: Interview) -> None:
        while (item := self.changes.body.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        found = what_would_change(
            interview.facts,
            interview.answers,
            interview.book,
            on=interview.day,
            rule_set=interview.rule_set or None,
        )
        if not found:
            self.changes.body.addWidget(
                Label(_("改动任何一个回答，结论都不变"), size="note", tone="ink2", wrap=True)
            )
        shown: dict[str, str] = {}
        for change in found:
            goes = change.text.rpartition("→")[2].strip()
            if change.kind:
                name = self._desk.codes.name("contract_kinds", change.sub_kind or change.kind)
                goes = f"{outcome_words()[change.outcome]}・{name.removesuffix(_('合同'))}"
            answer = ANSWER_WORDS[change.answer]
            words = _("{short} 改为“{answer}” → {goes}")
            shown.setdefault(goes, words.format(short=change.short, answer=answer, goes=goes))
        for words in list(shown.values())[:3]:
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(px(8))
            row.addWidget(Icon("arrow_swap", "accent", 16), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(Label(words, size="note", wrap=True), 1)
            self.changes.body.addWidget(line)

    def _show_trial(self, interview: Interview) -> None:
        names = [s.name for s in interview.book.rule_sets if s.name != interview.rule_set]
        self.trial.setText("")
        if not names:
            return
        now, then = interview.conclusion, interview.under(names[0])
        words = {"R2001": _("2001 规则"), "M2026": _("2026 规则")}.get(names[0], names[0])
        if then.open_questions and then.outcome == "UNDECIDED":
            text = _("依 {set} 试算：还缺 {n} 问").format(set=words, n=len(then.open_questions))
        elif (then.outcome, then.sub_kind) == (now.outcome, now.sub_kind):
            text = _("依 {set} 试算：结论相同").format(set=words)
        else:
            text = _("依 {set} 试算：{outcome}").format(set=words, outcome=self._headline(then))
        self.trial.setText(text)

    # deciding

    def _show_decision(self, conclusion: Conclusion, decided: Decision | None, *, may_decide: bool) -> None:
        advised = _ADVISED.get(conclusion.outcome, "")
        self._group.setExclusive(False)
        for code, radio in self.radios.items():
            radio.setChecked(code == advised)
            can = may_decide and (code != "recognise" or conclusion.outcome in ("PASS", "UNDECIDED"))
            radio.setEnabled(can)
            radio.setToolTip("" if can else _("按现有回答不能认定；如回答有误，请回到该问改正"))
        self._group.setExclusive(True)
        self.sub_kind.set_value(decided.sub_kind if decided else conclusion.sub_kind)
        self.reason.set_value(decided.reason if decided else "")
        self.sub_kind.set_read_only(not may_decide)
        self.reason.set_read_only(not may_decide)
        self._look()

    @property
    def choice(self) -> str:
        """recognise, return, refuse, or empty."""
        return next((code for code, radio in self.radios.items() if radio.isChecked()), "")

    def differs(self) -> bool:
        """The decision is not the program's advice: a reason is needed."""
        if self._interview is None:
            return False
        conclusion = self._interview.conclusion
        if self.choice != _ADVISED.get(conclusion.outcome, ""):
            return True
        return self.choice == "recognise" and self.sub_kind.value() != conclusion.sub_kind

    def decision(self) -> Decision:
        """Kind, sub-kind and reason as they stand."""
        sub = self.sub_kind.value()
        conclusion = self._interview.conclusion if self._interview else None
        if conclusion is not None and sub == conclusion.sub_kind:
            return Decision(conclusion.kind, sub, self.reason.value())
        kind = sub.split("-")[0]
        if kind == "LIC" and conclusion is not None and conclusion.rule_set == "R2001":
            kind = "TRF"
        return Decision(kind, sub, self.reason.value())

    def what_is_missing(self) -> str:
        """Why the decision cannot be taken yet; empty when it can."""
        if not self.choice:
            return _("请先选定：认定、退回补正，还是不予登记")
        if self.choice == "recognise" and self.sub_kind.entry() is None:
            return _("请选定细类")
        if len(self.reason.value()) < 2:
            if self.differs():
                return _("您的认定与程序的建议不同，请写明理由")
            if self.has_several():
                return _("几个类别都符合，请写明为什么选这一类")
        return ""

    def has_several(self) -> bool:
        """More than one kind holds and one is to be chosen: that takes a reason, whichever it is."""
        if self._interview is None or self.choice != "recognise":
            return False
        return len({h.kind for h in self._interview.conclusion.kinds_holding}) > 1

    def _chosen(self, *_what: object) -> None:
        self._look()
        self.changed.emit()

    def _look(self) -> None:
        several = self.has_several()
        wants = self.differs() or several
        if self.reason.is_required != wants:
            self.reason.set_required(wants)
        self.sub_kind.setEnabled(self.choice == "recognise")
        said = _("与建议不同时必填；")
        if wants:
            said = _("几类都符合，必填；") if several else _("与建议不同，必填；")
        self.note.setText(said + _("Ctrl+Enter 到下一栏"))
        self.note.set_tone("warn" if wants else "ink2")

    def take_focus(self) -> None:
        """To the choice that stands, or the first."""
        target = self.radios.get(self.choice) or self.radios["recognise"]
        if not target.isEnabled():
            target = next((radio for radio in self.radios.values() if radio.isEnabled()), target)
        if target.isEnabled():
            target.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _opened(self, index: QModelIndex) -> None:
        self.question_wanted.emit(str(index.data(Role.KEY)))

    def set_narrow(self, narrow: bool) -> None:
        """Less at the side."""
        self._narrow = narrow
        self._fit(narrow=narrow)

    def _fit(self, *, narrow: bool) -> None:
        wide = px(340 if narrow else 404)
        self._side_area.setFixedWidth(wide)
        # Without it the height is reckoned for the narrowest text, and a bar appears that nothing needs.
        self.changes.setMinimumWidth(wide - self._side_area.verticalScrollBar().sizeHint().width())
        self.picked.setVisible(not narrow)
        for column in (0, 3):
            self.table.setColumnHidden(column, narrow)
        way = QBoxLayout.Direction
        self._counts.setDirection(way.TopToBottom if narrow else way.LeftToRight)
        if narrow != (self._known.itemAt(self._known.count() - 1).spacerItem() is not None):
            if narrow:
                self._known.addStretch(1)
            else:
                self._known.takeAt(self._known.count() - 1)
        tall = self.height() >= px(470)
        self.changes.setVisible(not narrow and tall)
        self.counts.setVisible(tall)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A low window has room for the decision only."""
        super().resizeEvent(event)
        self._fit(narrow=self._narrow)


def _defects(conclusion: Conclusion) -> list[tuple[str, str]]:
    return [
        (found.rstrip("。"), supply.rstrip("。")) for found, supply in (f.defect for f in conclusion.defects)
    ]


def facts_in_words(findings: Sequence[Finding]) -> str:
    """The findings that decide, as the text of a refusal: clause, what is there, one line each."""
    return "\n".join(_fact(f) for f in findings)


def _fact(f: Finding) -> str:
    """合同第2.1条属于“…”的情形: the clause first, as a letter says it."""
    if not f.evidence:
        return f.defect[0]
    clause, _space, quoted = f.evidence.partition(" ")
    where = _("合同第{clause}条") if f.evidence[0].isdigit() else _("合同{clause}")
    said = _("（“{words}”）").format(words=quoted.strip(" “”")) if quoted.strip() else ""
    return f"{where.format(clause=clause)}{said}{f.defect[0]}"
