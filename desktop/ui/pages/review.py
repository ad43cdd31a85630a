"""复核: a second person looks at every item beside what it rests on; agree, object, send back or register."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from html import escape
from pathlib import Path

from PySide6.QtCore import QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.jobs import Job, JobRunner
from desktop.resources import _
from desktop.rules.capital import capital
from desktop.services import commands as c
from desktop.services.desk import Desk
from desktop.services.views import REVIEW_DRAFT, ContractSheet, ReviewRow, review_subject
from desktop.settings import local_time, now
from desktop.ui.calls import Calls
from desktop.ui.dialogs.send_back import SendBackDialog
from desktop.ui.pages.interview import is_head, place_of
from desktop.ui.pages.page import Primary, Step
from desktop.ui.pages.parts import choose_target
from desktop.ui.pages.recognition import TEXT_PAGE
from desktop.ui.pages.scans import ScanPane
from desktop.ui.pages.wording import trouble_words, yuan
from desktop.ui.theme import NOTE, font, ink, metrics, px, tokens
from desktop.ui.widgets.bars import Key
from desktop.ui.widgets.base import ArrowKeys, Label, Painted, Rule, pen, rounded, set_ground
from desktop.ui.widgets.buttons import Button, PageTool, SegmentedToggle
from desktop.ui.widgets.cards import Card, EmptyNote, Glyph, Icon, Meter, Strip
from desktop.ui.widgets.fields import Field, SearchBox, is_typing
from desktop.ui.widgets.reading import Evidence, EvidenceView, Passage
from desktop.ui.widgets.spelling import in_fours

CHOICES = (("agree", _("同意")), ("object", _("异议")))
TONES = {"agree": "ok", "object": "err"}
ITEM, PLACE, OPINION = 126, 72, 146
"""Widths of the columns; the value takes the rest."""
PLACE_PAGE = "place"
"""Under this name and that of the person stands the contract they are at; see ``pages.entry``."""
KEEP_AFTER = 300
"""Milliseconds of rest in a remark after which its words are on disk; leaving it writes them at once."""


def value_html(row: ReviewRow, note: str = "") -> str:
    """The value as it is read: codes in fours, amounts bold; below it the whole old value, struck, and what
    was objected to it with the clerk's answer.
    """
    value, earlier = row.value, row.earlier_value
    is_code = row.item.endswith(".id")
    if is_code:
        value, earlier = in_fours(value), in_fours(earlier) if earlier else ""
    same = 0
    if earlier:
        while same < min(len(value), len(earlier)) and value[same] == earlier[same]:
            same += 1
        if is_code:
            same = max(0, value.rfind(" ", 0, same + 1) + 1) if same < len(value) else same
    mono = "font-family:'Source Code Pro'"
    shown = escape(value)
    if earlier:
        changed = f"<b><u>{escape(value[same:])}</u></b>" if value[same:] else ""
        shown = escape(value[:same]) + changed
    elif row.item.endswith("_amount"):
        number, _sep, unit = value.partition(" ")
        shown = f"<b>{escape(number)}</b> {escape(unit)}"
    if is_code:
        shown = f'<span style="{mono}">{shown}</span>'
    small = f"<span style='font-size:{font(NOTE).pointSizeF()}pt;color:{ink('ink3').name()}'>"
    if earlier:
        old = f'<span style="{mono}">{escape(earlier)}</span>' if is_code else escape(earlier)
        shown += f"<br>{small}{escape(_('原录'))} <s>{old}</s></span>"
    if note:
        shown += f"　{small}{escape(note)}</span>"
    for words in (objection_words(row), answer_words(row)):
        if words:
            tone = ink("warn" if words.startswith("!") else "ink2").name()
            shown += f"<br>{small}<span style='color:{tone}'>{escape(words)}</span></span>"
    return f"<span style='white-space:pre-wrap'>{shown}</span>"


def objection_words(row: ReviewRow) -> str:
    """What was objected to this row before, by whom and on which day; empty when nothing was."""
    if not row.objection or row.objected_at is None:
        return ""
    return _("{day} {person}的异议：{words}").format(
        day=local_time(row.objected_at).strftime("%m-%d"), person=row.objected_by, words=row.objection
    )


def answer_words(row: ReviewRow) -> str:
    """What became of that objection: answered, changed, or neither."""
    if not row.objection:
        return ""
    if row.answer:
        return _("初审答复：{words}").format(words=row.answer)
    return _("初审已改") if row.earlier_value else _("! 初审没有改，也没有答复")


class RowLine(QWidget):
    """One item: name, value, place, two answers. One Tab stop: the answers; ↑ ↓ go to other rows."""

    chosen = Signal(str, str)
    """Item, ``agree`` or ``object``."""
    reached = Signal(str)
    moved = Signal(str, int)

    def __init__(self, row: ReviewRow, note: str, *, can: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.row = row
        self._is_current, self._has_focus = False, False
        self.setMinimumHeight(px(45))
        line = QHBoxLayout(self)
        line.setContentsMargins(px(20), 0, px(12), 1)
        line.setSpacing(0)
        sign = "! " if row.is_doubt else ""
        self.name = Label(f"{sign}{row.label}", tone="warn" if row.is_doubt else "ink2", strong=row.is_doubt)
        self.name.setFixedWidth(px(ITEM))
        self.name.setWordWrap(True)
        self.value = QLabel(value_html(row, note))
        self.value.setTextFormat(Qt.TextFormat.RichText)
        self.value.setWordWrap(True)
        self.value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.place = Label(row.place, size="note", tone="accent")
        self.place.setFixedWidth(px(PLACE))
        line.addWidget(self.name)
        line.addWidget(self.value, 1)
        line.addSpacing(px(8))
        line.addWidget(self.place)
        self.toggle = SegmentedToggle(row.label, CHOICES, tones=TONES)
        holder = QWidget()
        holder.setFixedWidth(px(OPINION))
        inner = QHBoxLayout(holder)
        inner.addWidget(self.toggle)
        inner.addStretch(1)
        line.addWidget(holder)
        inner.setContentsMargins(px(4), px(4), px(4), px(4))
        self.toggle.setVisible(can)
        self.toggle.chosen.connect(self._chosen)
        for item in self.toggle.items:
            item.installEventFilter(self)
        earlier = _("原录 {value}").format(value=row.earlier_value) if row.earlier_value else ""
        said = (f"{row.label}：{row.value}", earlier, objection_words(row), answer_words(row), row.place)
        self.setAccessibleName("，".join(words for words in said if words))

    def show_opinion(self, agreed: bool | None) -> None:
        """Agreed, objected or not seen yet; nobody is told."""
        self.toggle.choose("" if agreed is None else "agree" if agreed else "object")

    def set_current(self, current: bool) -> None:
        """Accent ground and bar."""
        if current != self._is_current:
            self._is_current = current
            self.update()

    def _chosen(self, code: str) -> None:
        self.chosen.emit(self.row.item, code)

    def eventFilter(self, watched: object, event: object) -> bool:
        """The focus makes the row current; ↑ ↓ leave the row."""
        if isinstance(event, QFocusEvent):
            self._has_focus = event.gotFocus()
            self.update()
            if self._has_focus:
                self.reached.emit(self.row.item)
        if isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.KeyPress:
            steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
            if (step := steps.get(Qt.Key(event.key()))) is not None and not event.modifiers():
                self.moved.emit(self.row.item, step)
                return True
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click anywhere makes the row current."""
        self.reached.emit(self.row.item)
        super().mousePressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Ground, bar, hairline."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink("accentS" if self._is_current else "bg0"))
        if self._is_current:
            painter.fillRect(0, 0, px(4), self.height(), ink("accent"))
        painter.setPen(pen("line1"))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        if self._has_focus:
            width = tokens().focus_width
            place = self.toggle.mapTo(self, self.toggle.rect().topLeft())
            box = QRectF(place, self.toggle.size()).adjusted(-2 - width, -2 - width, 2 + width, 2 + width)
            rounded(painter, box, None, pen("focus", width), px(4) + width)


class _Head(Painted):
    """Names of the columns."""

    def sizeHint(self) -> QSize:
        return QSize(px(400), metrics(NOTE).height() + px(13))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink("bg2"))
        painter.setPen(pen("line2"))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        painter.setFont(font(NOTE))
        painter.setPen(ink("ink2"))
        end = self.width() - px(24)  # margin and scroll bar
        words = (
            (px(20), _("复核项")),
            (px(20 + ITEM), _("初审所录、所定")),
            (end - px(OPINION) - px(PLACE), _("出处")),
            (end - px(OPINION) + px(4), _("您的意见")),
        )
        for left, word in words:
            painter.drawText(QRectF(left, 0, px(200), self.height()), Qt.AlignmentFlag.AlignVCenter, word)


class ObjectionCard(QFrame):
    """One objection: what was entered, and what the clerk is asked to do. ``written`` while typing."""

    written = Signal(str, str)
    finished = Signal(str)
    left = Signal()

    def __init__(self, number: int, row: ReviewRow, remark: str, at: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.row = row
        column = QVBoxLayout(self)
        column.setContentsMargins(px(16), px(8), px(12), px(8))
        column.setSpacing(px(4))
        head = QHBoxLayout()
        head.setSpacing(px(8))
        head.addWidget(Glyph("error"))
        head.addWidget(Label(_("异议 {n}　{label}").format(n=number, label=row.label), strong=True))
        head.addStretch(1)
        head.addWidget(Label(at, size="note", tone="ink2"))
        column.addLayout(head)
        self.remark = Field(_("请初审怎么改"), required=True)
        self.remark.set_value(remark)
        for name, entry in (
            (_("初审录"), Label(row.value, wrap=True)),
            (_("请初审"), self.remark),
        ):
            line = QHBoxLayout()
            label = Label(name, tone="ink2")
            label.setFixedWidth(px(72))
            line.addWidget(label)
            line.addWidget(entry, 1)
            column.addLayout(line)
        self.remark.textChanged.connect(self._typed)
        self.remark.editingFinished.connect(self.left)
        self.remark.go_on = self._enter
        self.setAccessibleName(_("异议 {n}，{label}").format(n=number, label=row.label))

    def _typed(self, text: str) -> None:
        self.written.emit(self.row.item, text)

    def _enter(self, _back: bool) -> None:
        self.finished.emit(self.row.item)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Red frame with its bar."""
        painter = QPainter(self)
        rounded(painter, QRectF(self.rect()), "bg0", pen("err"), px(4))
        painter.fillRect(QRectF(0, 0, px(4), self.height()), ink("err"))


class ReviewStep(Step):
    """Step 5. 1 agrees, 2 objects; F12 registers once every row is seen and none is objected to."""

    def __init__(self, desk: Desk, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._jobs = desk, jobs
        self._calls = Calls(jobs, self)
        self._calls.changed.connect(self._look)
        self._reads, self._keeping = Calls(jobs, self), Calls(jobs, self)
        set_ground(self, "page")
        self.ask_path: Callable[[str], Path | None] = self._ask_path
        self.ask_original: Callable[[], Path | None] = self._ask_original
        self._sheet: ContractSheet | None = None
        self._opinions: dict[str, bool] = {}
        self._remarks: dict[str, str] = {}
        self._times: dict[str, str] = {}
        self._request = c.new_request()
        self._found_at, self._resume, self._changed = "", "", dict[str, str]()
        self._is_kept = self._is_marked = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(KEEP_AFTER)
        self._rest.timeout.connect(self._keep)
        self._current = ""
        self._original: tuple[int, tuple[Passage, ...]] | None = None
        self._is_narrow = False
        self._drawer_open = False
        self.dialog: SendBackDialog | None = None
        self._build()
        for digit, code in (("1", "agree"), ("2", "object")):
            for keys in (digit, f"Alt+{digit}"):
                shortcut = QShortcut(QKeySequence(keys), self)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.activated.connect(self._digit(code, bare=keys == digit))

    # building

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._build_bar())
        outer.addWidget(Rule())
        self._trouble = Strip("", level="error")
        self._trouble.hide()
        self.notice = Strip("", level="doubt")
        self.notice.hide()
        outer.addWidget(self._trouble)
        outer.addWidget(self.notice)
        self.found = Strip("")
        self.changed = Strip("", level="doubt")
        for strip in (self.found, self.changed):
            strip.hide()
            outer.addWidget(strip)
        row = QHBoxLayout()
        row.setSpacing(0)
        outer.addLayout(row, 1)
        left = QWidget()
        set_ground(left, "paper")
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._head = _Head()
        column.addWidget(self._head)
        inner = QWidget()
        set_ground(inner, "paper")
        self._rows = QVBoxLayout(inner)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self.empty = EmptyNote(_("这份合同现在没有要复核的项。"), icon="people_checkmark")
        self.empty.hide()
        self._rows.addWidget(self.empty)
        self._rows.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.area.setWidget(inner)
        column.addWidget(self.area, 1)
        self.lines: list[RowLine] = []
        self._arrows = ArrowKeys(self)
        row.addWidget(left, 1)
        row.addWidget(Rule(upright=True))
        self.side = self._build_side()
        row.addWidget(self.side)
        self._row = row

    def _build_bar(self) -> QWidget:
        bar = QWidget()
        set_ground(bar, "selected")
        bar.setMinimumHeight(px(43))
        row = QHBoxLayout(bar)
        row.setContentsMargins(px(20), px(4), px(20), px(4))
        row.setSpacing(px(10))
        row.addWidget(Icon("people_checkmark", "accent"))
        self.who = QLabel()
        self.who.setTextFormat(Qt.TextFormat.RichText)
        row.addWidget(self.who)
        self.two = Label("", size="note", tone="ok")
        row.addWidget(self.two)
        row.addStretch(1)
        self.counts = Label("", size="note", tone="ink2")
        row.addWidget(self.counts)
        self.meter = Meter(_("已看"))
        self.meter.setFixedWidth(px(140))
        row.addWidget(self.meter)
        return bar

    def _build_side(self) -> QWidget:
        side = QWidget()
        set_ground(side, "head")
        side.setFixedWidth(px(522))
        column = QVBoxLayout(side)
        column.setContentsMargins(px(12), px(4), px(12), px(12))
        column.setSpacing(px(10))
        tools = QHBoxLayout()
        tools.setSpacing(0)
        self.original_title = Label("", strong=True)
        tools.addWidget(self.original_title, 1)
        self.find_tool = PageTool(_("找字"), "search", letter="Z", checkable=True)
        self.zoom_tool = PageTool(_("放大"), "zoom_in", letter="A")
        self.open_tool = PageTool(_("原件"), "document", letter="O")
        self.find_tool.clicked.connect(self._toggle_find)
        self.zoom_tool.clicked.connect(self._zoom)
        self.open_tool.clicked.connect(self.open_original)
        for tool in (self.find_tool, self.zoom_tool, self.open_tool):
            tools.addWidget(tool)
        column.addLayout(tools)
        self.find_box = SearchBox(_("在原件里找"), key="")
        self.find_box.searched.connect(self._find)
        self.find_box.hide()
        column.addWidget(self.find_box)
        self.reading = EvidenceView(_("对照"))
        self.reading.evidence_wanted.connect(self._quote)
        frame = QFrame()
        frame.setProperty("card", "plain")
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.addWidget(self.reading)
        self.scan = ScanPane(self._desk, self._jobs)
        self.scan.found.connect(self._scan_found)
        self.scan.trouble.connect(lambda words: self.said.emit(words, "warn", True))
        self.scan.hide()
        inside.addWidget(self.scan)
        frame.setMinimumHeight(px(90))
        column.addWidget(frame, 1)
        cards = QWidget()
        self._objections = QVBoxLayout(cards)
        self._objections.setContentsMargins(0, 0, 0, 0)
        self._objections.setSpacing(px(8))
        self._objection_area = QScrollArea()
        self._objection_area.setWidgetResizable(True)
        self._objection_area.setFrameShape(QFrame.Shape.NoFrame)
        self._objection_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._objection_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        cards.setProperty("scrolled", "true")
        self._objection_area.setWidget(cards)
        self._objection_area.hide()
        column.addWidget(self._objection_area)
        self.cards: list[ObjectionCard] = []
        self.decision = Card()
        self.decision.body.addWidget(Label(_("您的决定"), strong=True))
        buttons = QHBoxLayout()
        buttons.setSpacing(px(8))
        self.register_button = Button(_("同意登记并取号"), key="F12")
        self.back_button = Button(_("退回初审"), key="Alt R")
        self.register_button.clicked.connect(self.register)
        self.back_button.clicked.connect(self.send_back)
        buttons.addWidget(self.register_button, 1)
        buttons.addWidget(self.back_button, 1)
        self.decision.body.addLayout(buttons)
        why = QHBoxLayout()
        why.setSpacing(px(6))
        why.addWidget(Icon("info", "ink2", 16), 0, Qt.AlignmentFlag.AlignTop)
        self.why = Label("", size="note", tone="ink2", wrap=True)
        why.addWidget(self.why, 1)
        self.decision.body.addLayout(why)
        column.addWidget(self.decision)
        return side

    # the page

    def keys(self) -> Sequence[Key]:
        """As drawn."""
        can = self.can_review
        keys = [
            Key("F1", _("帮助")),
            Key(("↑", "↓"), _("换一项")),
            Key("1", _("同意"), is_enabled=can),
            Key("2", _("异议"), is_enabled=can),
            Key(("Alt", "↑"), _("看原文"), self.show_original),
            Key("F6", _("保存"), self.save, is_enabled=can and bool(self._opinions)),
            Key("F9", _("打印审核表"), self.print_grounds),
            Key("Esc", _("返回"), self.go_back),
        ]
        if self._is_narrow:
            keys.insert(5, Key("F8", self._drawer_words(), self.toggle_drawer))
        return keys

    def _drawer_words(self) -> str:
        objections = sum(1 for agreed in self._opinions.values() if not agreed)
        return _("对照、异议 {n}").format(n=objections)

    def primary(self) -> Primary:
        """同意登记并取号, disabled with its reason until every row is seen and agreed to."""
        why = self.why_not()
        return Primary(_("同意登记并取号"), self.register, enabled=not why, why_not=why)

    def open(self, argument: object = None) -> None:
        """The first row not seen yet; after marks were found again, where they had stopped."""
        item, self._resume = self._resume, ""
        at = next((x for x in self.lines if x.row.item == item), None)
        if at is not None and self.can_review:
            if self._opinions.get(item) is False and not self._remarks.get(item, "").strip():
                self._go_to(at)
                self._go_to_remark(item)
                return
            if item not in self._opinions:
                self._go_to(at)
                return
        line = next((x for x in self.lines if x.row.item not in self._opinions), None)
        if line is None and self.lines:
            line = self.lines[0]
        if line is not None:
            self._go_to(line)

    def show_sheet(self, sheet: ContractSheet) -> None:
        """Another contract, or a newer state of this one; what was said of unchanged rows stays."""
        same = self._sheet is not None and self._sheet.row.id == sheet.row.id
        values = {x.row.item: x.row.value for x in self.lines} if same else {}
        kept = {item: said for item, said in self._opinions.items() if item in values}
        if not same:
            self._leave()
        self._sheet = sheet
        self._request = c.new_request()
        self._trouble.hide()
        if not same:
            self._remarks, self._times, self._original = {}, {}, None
            self.scan.hide()
            self.reading.show()
            self._read_original(sheet)
        rows = {row.item: row for row in sheet.review_rows}
        self._opinions = {}
        for row in sheet.review_rows:
            if row.item in kept:
                if values[row.item] == row.value:
                    continue
                self._changed[row.item] = row.label
            elif row.is_agreed is not None:
                self._opinions[row.item] = row.is_agreed
                self._remarks.setdefault(row.item, row.remark)
        still = {item: said for item, said in kept.items() if item in rows and item not in self._changed}
        self._opinions.update(still)  # in the order in which they were said: it numbers the objections
        if not same:
            self._restore(sheet)
        self._show_rows()
        self._show_objections()
        self._look()
        self._tell_found()

    # what is not handed in yet

    @property
    def _subject(self) -> str:
        return review_subject(self._sheet.row.id if self._sheet else 0, self._desk.person.name)

    def _keep(self) -> None:
        """Every mark and remark so far on disk, each beside the value that was looked at."""
        self._rest.stop()
        if self._sheet is None or not self.can_review:
            return
        values = {x.row.item: x.row.value for x in self.lines}
        said = [*self._opinions, *(x for x in self._remarks if x not in self._opinions and self._remarks[x])]
        content = {
            "at": self._current,
            "items": [
                {
                    "item": item,
                    "value": values.get(item, ""),
                    "agreed": self._opinions.get(item),
                    "remark": self._remarks.get(item, ""),
                    "time": self._times.get(item, ""),
                }
                for item in said
            ],
        }
        self._is_kept = True
        self._write(REVIEW_DRAFT, self._subject, self._current[:60], content)
        if not self._is_marked:
            self._is_marked = True
            self._write(PLACE_PAGE, self._desk.person.name, "", {"id": self._sheet.row.id})

    def _write(self, page: str, subject: str, field: str, content: object) -> None:
        cmd = c.KeepDraft(
            actor=self._desk.person.name,
            page=page,
            subject=subject,
            field_name=field,
            content=json.dumps(content, ensure_ascii=False),
        )
        self._keeping.ask(partial(self._desk.keep_draft, cmd), self._nothing_more, self._not_kept)

    def _nothing_more(self, _result: object) -> None:
        """Nobody waits for this."""

    def _not_kept(self, exc: Exception) -> None:
        self.said.emit(_("复核意见没有写进磁盘：{why}").format(why=trouble_words(exc)), "err", True)

    def _restore(self, sheet: ContractSheet) -> None:
        """What was marked before another person came or the power went, of values that still stand."""
        self._is_kept, self._found_at, self._resume, self._changed = False, "", "", {}
        if not self.can_review:
            return
        kept = self._desk.draft(REVIEW_DRAFT, self._subject)
        if kept is None:
            return
        rows = {row.item: row for row in sheet.review_rows}
        try:
            content = json.loads(kept[1])
            for one in content["items"]:
                item, agreed = str(one["item"]), one["agreed"]
                if one["remark"]:
                    self._remarks[item] = str(one["remark"])
                if one["time"]:
                    self._times[item] = str(one["time"])
                if not isinstance(agreed, bool):
                    continue
                self._opinions.pop(item, None)
                if item in rows and rows[item].value == one["value"]:
                    self._opinions[item] = agreed
                else:
                    self._changed[item] = rows[item].label if item in rows else _("已不再有的一项")
            self._resume = str(content["at"])
        except (ValueError, KeyError, TypeError):
            self.said.emit(_("上次没有交出的复核意见读不出来，已放在一边"), "warn", True)
            return
        self._is_kept, self._found_at = True, kept[2]
        self._is_marked = True
        self._write(PLACE_PAGE, self._desk.person.name, "", {"id": sheet.row.id})

    def _tell_found(self) -> None:
        """What was found again, and what of it no longer fits."""
        if self._found_at:
            seen = sum(x.row.item in self._opinions for x in self.lines)
            objections = sum(not agreed for agreed in self._opinions.values())
            words = _("已找回 {time} 的复核：已看 {n} / {m}，异议 {k}").format(
                time=self._found_at, n=seen, m=len(self.lines), k=objections
            )
            self.found.say(words)
            self.said.emit(words, "ok", True)
        self.found.setVisible(bool(self._found_at))
        parts = []
        for item, label in self._changed.items():
            remark = self._remarks.get(item, "")
            parts.append(
                _("{label}（您写过“{remark}”）").format(label=label, remark=remark) if remark else label
            )
        self.changed.say(_("您看过之后改了，请再看：{items}").format(items="、".join(parts)))
        self.changed.setVisible(bool(parts))

    def _leave(self) -> None:
        """Away from this contract in good order: the window need not come back to it by itself."""
        if self._rest.isActive():
            self._keep()
        if self._is_marked:
            self._is_marked = False
            drop = partial(self._desk.drop_draft, PLACE_PAGE, self._desk.person.name)
            self._keeping.ask(drop, self._nothing_more, self._not_kept)

    def _handed_in(self) -> None:
        """The service has it, and dropped the draft in the same transaction."""
        self._rest.stop()
        self._is_kept, self._found_at, self._changed = False, "", {}
        self._tell_found()
        self._leave()

    def may_leave(self) -> bool:
        """Always: what was marked is on disk."""
        self._leave()
        return True

    def hideEvent(self, event: QHideEvent) -> None:
        """Out of sight: nothing waits to be written."""
        if self._rest.isActive():
            self._keep()
        super().hideEvent(event)

    @property
    def at_rest(self) -> str:
        """What lies half done here, for the locked screen; empty when nothing does."""
        if not self._is_kept or self._sheet is None:
            return ""
        seen = sum(x.row.item in self._opinions for x in self.lines)
        return _("{serial} 复核到 {n} / {m}，意见已存盘").format(
            serial=self._sheet.row.local_serial, n=seen, m=len(self.lines)
        )

    # room

    def set_narrow(self, narrow: bool) -> None:
        """Below 1280 the right side becomes a drawer under F8."""
        self._is_narrow = narrow
        self._drawer_open = False
        if narrow:
            self._row.removeWidget(self.side)
            self.side.setParent(self)
            self.side.hide()
        else:
            self._row.addWidget(self.side)
            self.side.show()
        self.meter.setVisible(not narrow)
        self.keys_changed.emit()

    def toggle_drawer(self) -> None:
        """F8: objections, decision and what stands behind the row."""
        if not self._is_narrow:
            return
        self._drawer_open = not self._drawer_open
        self.side.setVisible(self._drawer_open)
        self._place_drawer()
        if self._drawer_open:
            self.side.raise_()
            self.back_button.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _place_drawer(self) -> None:
        if self._is_narrow and self._drawer_open:
            wide = min(px(522), self.width() - px(40))
            self.side.setFixedWidth(wide)
            self.side.setGeometry(QRect(self.width() - wide, 0, wide, self.height()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The drawer stays at the right edge."""
        super().resizeEvent(event)
        self._place_drawer()

    def go_back(self) -> None:
        """Esc: close the drawer, else to the page before."""
        if self._is_narrow and self._drawer_open:
            self.toggle_drawer()
        else:
            self.wants.emit("back", None)

    # what is shown

    @property
    def can_review(self) -> bool:
        """The signed-in person may review this contract now."""
        return self._sheet is not None and "review" in self._sheet.allowed

    def _note_of(self, row: ReviewRow) -> str:
        if self._sheet is not None and row.item == "technology_amount":
            deducted = self._sheet.facts.deducted_amount
            if deducted:
                return _("不计入 {amount}").format(amount=yuan(deducted))
        return ""

    def _show_rows(self) -> None:
        sheet = self._sheet
        for old in self.lines:
            self._rows.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.lines = []
        if sheet is None:
            return
        for at, row in enumerate(sheet.review_rows):
            line = RowLine(row, self._note_of(row), can=self.can_review, parent=self)
            line.show_opinion(self._opinions.get(row.item))
            line.chosen.connect(self.choose)
            line.reached.connect(self._reach)
            line.moved.connect(self._move)
            self._rows.insertWidget(at, line)
            line.show()
            self.lines.append(line)
        self.empty.setVisible(not self.lines)
        if self._current not in {x.row.item for x in self.lines}:
            self._current = ""
        self._reach(self._current or (self.lines[0].row.item if self.lines else ""))

    def _reach(self, item: str) -> None:
        self._current = item
        for line in self.lines:
            line.set_current(line.row.item == item)
            if line.row.item == item:
                self.area.ensureWidgetVisible(line, 0, px(4))
        self._show_behind()

    def _move(self, item: str, step: int) -> None:
        at = next((n for n, x in enumerate(self.lines) if x.row.item == item), 0) + step
        if 0 <= at < len(self.lines):
            self._go_to(self.lines[at])

    def _go_to(self, line: RowLine) -> None:
        self._reach(line.row.item)
        items = line.toggle.items
        target = next((x for x in items if x.isChecked()), items[0])
        if self.can_review:
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _look(self) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        person, clerk = self._desk.person.name, sheet.row.clerk
        own = person == clerk
        you = escape(_("（您）"))
        done = sheet.reviewer if not self.can_review else ""
        reviewer = done or (_("待定") if own else person)
        self.who.setText(
            f"<span style='white-space:pre-wrap'>{escape(_('经办'))} <b>{escape(clerk)}</b>"
            f"{you if own else ''}　{escape(_('复核'))} <b>{escape(reviewer)}</b>"
            f"{you if reviewer == person else ''}</span>"
        )
        same = own and clerk == reviewer
        waits = own and not done  # handed in as it should be: no mistake, the next person is to come
        if waits:
            self.two.setText(_("同一人不能复核，请按 Ctrl L 换人登录"))
        elif same:
            self.two.setText(_("✕ 经办与复核是同一人，须由另一人复核"))
        else:
            self.two.setText(_("✓ 不是同一人"))
        self.two.set_tone("warn" if waits else "err" if same else "ok", strong=waits or same)
        total = len(self.lines)
        seen = sum(x.row.item in self._opinions for x in self.lines)
        objections = sum(not agreed for agreed in self._opinions.values())
        handed = next((h.at for h in sheet.history if h.verb == "recognise"), None)
        words = [_("初审交来 {time}").format(time=_clock(handed))] if handed and not self._is_narrow else []
        words += [_("已看 {n} / {m}").format(n=seen, m=total), _("异议 {n}").format(n=objections)]
        self.counts.setText("　".join(words))
        self.meter.show_part(seen / total if total else 0)
        why = self.why_not()
        self.why.setText(why or self.act_words())
        self.register_button.setEnabled(not why)
        self.register_button.setToolTip(why)
        self._shape_buttons(objections)
        self.decision.setVisible(self.can_review)
        self.notice.say(sheet.why_not.get("review", ""))
        self.notice.setVisible(not self.can_review and bool(self.lines))
        self.keys_changed.emit()

    def _shape_buttons(self, objections: int) -> None:
        self.back_button.kind = "primary" if objections else "plain"
        back = self._sheet is not None and "send_back" in self._sheet.allowed
        self.back_button.setEnabled(back and not self._calls.is_busy)
        self.back_button.update()

    def act_words(self) -> str:
        """What F12 will do now: it is not asked again and cannot be taken back."""
        block = self._sheet.block if self._sheet is not None else None
        if block is None:
            return _("按 F12 即登记，不能撤回；登记编号等上级回执给出")
        if block.is_frozen:
            return _("! 号段已冻结，现在取不到号；请负责人到“系统”页解冻")
        if not block.next_number:
            return _("! 号段已用完，现在取不到号；请先读入新号段")
        return _("按 F12 即登记，将取登记编号 {number}，不能撤回").format(number=in_fours(block.next_number))

    def why_not(self) -> str:
        """Why F12 does nothing now; empty when it would register."""
        sheet = self._sheet
        if sheet is None:
            return _("还没有打开合同")
        for verb in ("review", "register"):
            if verb not in sheet.allowed:
                return sheet.why_not.get(verb, "")
        if self._calls.is_busy:
            return _("正在登记，请稍候")
        objections = sum(not agreed for agreed in self._opinions.values())
        unseen = sum(x.row.item not in self._opinions for x in self.lines)
        parts = [_("{n} 项异议").format(n=objections)] if objections else []
        parts += [_("{n} 项未看").format(n=unseen)] if unseen else []
        if parts:
            return _("有 {what}，还不能同意登记").format(what="、".join(parts))
        return "" if self.lines else _("没有可复核的项，请先由登记员认定")

    # what stands behind a row

    def _show_behind(self) -> None:
        line = next((x for x in self.lines if x.row.item == self._current), None)
        sheet = self._sheet
        if sheet is None or line is None:
            self.original_title.setText("")
            self.reading.show_passages(())
            return
        row = line.row
        if self._original is not None and self._original[0] == sheet.row.id:
            self.original_title.setText(_("原件：{place}").format(place=row.place or row.label))
            passages = self._original[1]
            wanted = spellings(row.value)
        else:
            self.original_title.setText(_("对照：{place}").format(place=row.place or row.label))
            passages = _behind(sheet, row)
            wanted = (row.value,)
        if self.reading.text != "\n".join(p.text for p in passages):
            self.reading.show_passages(passages)
        text = self.reading.text
        found = next(((text.find(words), words) for words in wanted if words and words in text), None)
        if found is None and self._original is not None and (place := place_of(text, row.place)):
            found = place[0], text[place[0] : place[1]]
        marks = []
        if found is not None:
            start, words = found
            objected = self._opinions.get(row.item) is False
            tag = _("异") if objected else _("录")
            kind = "objection" if objected else "supports"
            marks.append(Evidence(start, start + len(words), kind, f"{tag}{self._number_of(row.item)}"))
        self.reading.show_evidence(marks)
        if marks:
            self.reading.go_to(marks[0].tag)

    def _number_of(self, item: str) -> str:
        order = [x for x, agreed in self._opinions.items() if not agreed]
        return str(order.index(item) + 1) if item in order else ""

    def show_original(self) -> None:
        """Alt+↑: into the text at the right."""
        if self._is_narrow and not self._drawer_open:
            self.toggle_drawer()
        shown = self.scan if self.scan.isVisible() else self.reading
        shown.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _read_original(self, sheet: ContractSheet) -> None:
        """What the station keeps of the contract: the pasted text, the text of its paper, or its pictures."""
        key = sheet.row.id
        if found := self._desk.draft(TEXT_PAGE, sheet.uid):
            lines = [line.rstrip() for line in found[1].splitlines() if line.strip()]
            self._original = (key, tuple(Passage(line, is_head=is_head(line)) for line in lines))
        else:
            self._reads.ask(partial(_kept_text, self._desk, key), self._text_came, self._refused)

    def _text_came(self, answer: tuple[int, tuple[Passage, ...]]) -> None:
        key, passages = answer
        if self._sheet is None or self._sheet.row.id != key or self._original is not None:
            return
        if passages:
            self._original = (key, passages)
            self._show_behind()
        else:
            self.scan.show_contract(key)

    def _scan_found(self, there_is: bool) -> None:
        if there_is and self._original is None:
            self.reading.hide()
            self.scan.show()
            self._show_behind()

    def open_original(self) -> None:
        """Read the contract's file to compare with; it is shown and not stored."""
        path = self.ask_original()
        if path is None:
            return

        def read(_job: Job) -> tuple[Passage, ...]:
            from desktop.reading.document import read_document

            document = read_document(path)
            return tuple(Passage(p.text, is_head=p.is_heading) for p in document.paragraphs)

        self._calls.start(read, self._opened, self._refused)

    def _opened(self, passages: tuple[Passage, ...]) -> None:
        if self._sheet is not None:
            self._original = (self._sheet.row.id, passages)
            self.scan.hide()
            self.reading.show()
            self._show_behind()

    def _toggle_find(self) -> None:
        self.find_box.setVisible(self.find_tool.isChecked())
        if self.find_tool.isChecked():
            self.find_box.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _find(self, words: str) -> None:
        count = self.reading.find_words(words)
        self.said.emit(_("找到 {n} 处“{words}”").format(n=count, words=words), "", False)

    def _zoom(self) -> None:
        (self.scan if self.scan.isVisible() else self.reading).zoom(1)

    def _quote(self, _start: int, _end: int, words: str) -> None:
        """E on selected words: into the remark of the objection at hand."""
        for card in self.cards:
            if card.row.item == self._current:
                before = card.remark.text().rstrip("。")
                lead = f"{before}；" if before else ""
                card.remark.setText(_("{lead}合同写“{words}”").format(lead=lead, words=words))

    # answering

    def _digit(self, code: str, *, bare: bool) -> Callable[[], None]:
        def give() -> None:
            if not (bare and is_typing(QApplication.focusWidget())):
                self.choose(self._current, code)

        return give

    def choose(self, item: str, code: str) -> None:
        """Agree or object to a row; agreeing goes on to the next unseen one, objecting to its remark."""
        line = next((x for x in self.lines if x.row.item == item), None)
        if line is None or not self.can_review:
            return
        agreed = code == "agree"
        self._opinions.pop(item, None)
        self._opinions[item] = agreed
        line.show_opinion(agreed)
        self._reach(item)
        if not agreed:
            self._times.setdefault(item, local_time(now()).strftime("%H:%M"))
        self._request = c.new_request()
        self._found_at = ""
        self._changed.pop(item, None)
        self._show_objections()
        self._look()
        self._tell_found()
        if agreed:
            self._go_on(item)
        else:
            self._go_to_remark(item)
        if not self.why_not():
            self.said.emit(self.act_words(), "warn", True)
        self._keep()

    def _go_on(self, item: str) -> None:
        at = next((n for n, x in enumerate(self.lines) if x.row.item == item), 0)
        order = [*self.lines[at + 1 :], *self.lines[:at]]
        following = next((x for x in order if x.row.item not in self._opinions), None)
        if following is not None:
            self._go_to(following)

    def _go_to_remark(self, item: str) -> None:
        if self._is_narrow and not self._drawer_open:
            self.toggle_drawer()
        for card in self.cards:
            if card.row.item == item:
                self._objection_area.ensureWidgetVisible(card)
                card.remark.setFocus(Qt.FocusReason.OtherFocusReason)
        number = self._number_of(item)
        time = self._times.get(item, "")
        self.said.emit(_("{time} 已记下异议 {n}").format(time=time, n=number), "", False)

    def _show_objections(self) -> None:
        for old in self.cards:
            self._objections.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.cards = []
        rows = {x.row.item: x.row for x in self.lines}
        objected = [item for item, agreed in self._opinions.items() if not agreed and item in rows]
        for number, item in enumerate(objected, 1):
            card = ObjectionCard(
                number, rows[item], self._remarks.get(item, ""), self._times.get(item, ""), self
            )
            card.written.connect(self._written)
            card.finished.connect(self._finished)
            card.left.connect(self._left_remark)
            card.remark.setReadOnly(not self.can_review)
            self._objections.addWidget(card)
            card.show()
            self.cards.append(card)
        self._objection_area.setVisible(bool(self.cards))
        if self.cards:
            high = sum(card.sizeHint().height() + px(8) for card in self.cards[:2])
            self._objection_area.setFixedHeight(min(high, px(290)))
        self._show_behind()

    def _written(self, item: str, remark: str) -> None:
        self._remarks[item] = remark
        self._request = c.new_request()
        self._rest.start()

    def _left_remark(self) -> None:
        if self._rest.isActive():
            self._keep()

    def _finished(self, item: str) -> None:
        if self._is_narrow and self._drawer_open:
            self.toggle_drawer()
        line = next((x for x in self.lines if x.row.item == item), None)
        unseen = [x for x in self.lines if x.row.item not in self._opinions]
        if unseen:
            self._go_on(item)
        elif line is not None:
            self._go_to(line)
        self._keep()

    # acts

    def items(self) -> tuple[c.ReviewedItem, ...]:
        """What has been said so far, as the service wants it."""
        rows = {x.row.item: x.row for x in self.lines}
        return tuple(
            c.ReviewedItem(
                item, rows[item].value, agreed, "" if agreed else self._remarks.get(item, "").strip()
            )
            for item, agreed in self._opinions.items()
            if item in rows
        )

    def _command(self) -> c.ReviewContract | None:
        if self._sheet is None:
            return None
        return c.ReviewContract(
            actor=self._desk.person.name,
            request_id=self._request,
            contract_id=self._sheet.row.id,
            items=self.items(),
        )

    def save(self) -> None:
        """F6: what was said so far is recorded; the contract stays 待复核."""
        cmd = self._command()
        if cmd is None or not cmd.items or not self.can_review or self._calls.is_busy:
            return
        self._left_remark()  # written before, never after what drops it
        self._calls.ask(partial(self._desk.review, cmd), self._saved, self._refused)

    def _saved(self, sheet: ContractSheet) -> None:
        self._request = c.new_request()
        self._trouble.hide()
        self._handed_in()
        self.sheet_changed.emit(sheet)
        self.said.emit(_("复核意见已存盘，合同仍是待复核"), "ok", False)

    def register(self) -> None:
        """F12: review and register in one transaction."""
        cmd = self._command()
        if cmd is None or self.why_not():
            return
        self._left_remark()
        self._calls.ask(partial(self._desk.review_and_register, cmd), self._registered, self._refused)

    def _registered(self, sheet: ContractSheet) -> None:
        number = sheet.row.official_number
        self._handed_in()
        self.sheet_changed.emit(sheet)
        self.show_sheet(sheet)
        if number:
            self.said.emit(_("已登记，编号 …{tail}").format(tail=number[-4:]), "ok", True)
        else:
            self.said.emit(_("已登记，编号等上级回执给出"), "ok", True)
        self.step_wanted.emit(6)

    def _refused(self, exc: Exception) -> None:
        words = trouble_words(exc)
        self._trouble.say(words)
        self._trouble.show()
        self.said.emit(words, "err", True)

    def send_back(self) -> None:
        """Alt+R: asks for the reason, which starts with the objections."""
        sheet = self._sheet
        if sheet is None or "send_back" not in sheet.allowed or self._calls.is_busy:
            return
        rows = {x.row.item: x.row for x in self.lines}
        objected = [x for x in self.items() if not x.is_agreed]
        reason = "\n".join(
            f"{rows[x.item].label}：{x.remark}" if x.remark else rows[x.item].label for x in objected
        )
        told = tuple(x for x in self.items() if x.is_agreed or x.remark)
        self.dialog = SendBackDialog(self, self._desk, self._jobs, sheet.row, told, reason)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.decided.connect(self._sent_back)
        self.dialog.open()

    def _sent_back(self, sheet: ContractSheet) -> None:
        self._handed_in()
        self.sheet_changed.emit(sheet)
        self.show_sheet(sheet)
        self.said.emit(_("已退回初审，{clerk}会在“待初审”里看到").format(clerk=sheet.row.clerk), "ok", True)

    def print_grounds(self) -> None:
        """F9: 认定审核表 of the newest recognition."""
        sheet = self._sheet
        if sheet is None:
            return
        path = self.ask_path(f"{sheet.row.local_serial.replace(' ', '')}_认定审核表.pdf")
        if path is not None:
            key = sheet.row.id
            self._calls.ask(partial(self._desk.print_grounds, key, path), self._printed, self._refused)

    def _printed(self, path: Path) -> None:
        self.said.emit(_("审核表已存到 {path}").format(path=path), "ok", False)

    def _ask_path(self, wanted: str) -> Path | None:
        return choose_target(self, _("存为 PDF"), wanted, "PDF (*.pdf)")

    def _ask_original(self) -> Path | None:
        name, _kind = QFileDialog.getOpenFileName(
            self, _("打开合同原件"), "", _("合同文件 (*.docx *.pdf *.txt)")
        )
        return Path(name) if name else None


def _clock(moment: datetime) -> str:
    return local_time(moment).strftime("%H:%M")


_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_SUM = re.compile(r"([\d,]+)\.(\d{2})")


def spellings(value: str) -> tuple[str, ...]:
    """How a contract may write a value of the form: as it stands, days in words, amounts without commas."""
    first = value.partition(" ")[0].rstrip("元")
    found = [value, first]
    if day := _DAY.search(value):
        year, month, number = day[1], int(day[2]), int(day[3])
        found += [f"{year}年{month}月{number}日", f"{year} 年 {month} 月 {number} 日", day[0]]
    if money := _SUM.search(value):
        whole = money[1].replace(",", "")
        found += [f"{whole}.{money[2]}", f"{money[1]}元", f"{whole}元", money[1], whole]
        if whole.endswith("0000"):
            found.append(f"{whole[:-4]}万元")
        found.append(capital(Decimal(f"{whole}.{money[2]}")))
    return tuple(dict.fromkeys(words for words in found if len(words) > 1))


def _kept_text(desk: Desk, contract_id: int) -> tuple[int, tuple[Passage, ...]]:
    found = desk.contract_text(contract_id)
    return contract_id, tuple(Passage(p.text, is_head=p.is_heading) for p in found if p.text.strip())


def _behind(sheet: ContractSheet, row: ReviewRow) -> tuple[Passage, ...]:
    """What the file holds about a row: the values around it, the clerk's evidence, the price lines."""
    facts = sheet.facts
    lines: list[str] = []
    if row.item in ("contract_amount", "technology_amount"):
        for line in facts.amount_lines:
            parts = [line.label or "", yuan(line.amount), line.clause or "", line.reason or ""]
            lines.append("　".join(part for part in parts if part))
    elif row.item == "kind" and sheet.recognition:
        conclusion = sheet.recognition.get("conclusion") or {}
        lines.extend(
            f"{finding['code']} {finding.get('short', '')}：{finding['evidence']}"
            for finding in conclusion.get("findings", ())
            if finding.get("evidence")
        )
        if reason := sheet.recognition.get("reason"):
            lines.append(_("认定理由：{reason}").format(reason=reason))
    elif row.item == "relief" and sheet.relief:
        lines = [f"{r['name']}：{r['words']}（{r['reason']}）" for r in sheet.relief.get("results", ())]
    elif "." in row.item:
        role, _sep, rest = row.item.partition("[")
        parties = facts.buyers if role == "buyer" else facts.sellers
        at = int(rest.partition("]")[0])
        if at < len(parties):
            party = parties[at]
            known = (party.name, party.legal_representative, party.contact, party.address)
            lines = [text for text in known if text]
    answers = [
        f"{code}：{given['evidence']}"
        for code, given in sheet.answers.items()
        if isinstance(given, dict) and given.get("evidence") and row.item == "kind"
    ]
    head = Passage(row.label, is_head=True)
    value = Passage(row.value)
    where = _("请翻到{place}核对；打开“原件”可并排看。").format(place=row.place) if row.place else ""
    texts = [*lines, *answers, *([where] if where else [])]
    return (head, value, *(Passage(text) for text in texts if text and text != row.value))
