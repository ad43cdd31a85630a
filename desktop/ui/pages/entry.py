"""录入: the form with its self-check at the side. Every field is on disk the moment it is left."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QRect, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from desktop.errors import DeskError, Problem, ProblemsFound
from desktop.exchange.pasted import (
    MOST_CELLS,
    Block,
    facts_of_row,
    form_slots,
    read_block,
    row_slots,
    slots_of,
    understand,
)
from desktop.jobs import Job, JobRunner
from desktop.resources import _
from desktop.rules.checks import is_missing, may_be_kept, open_words
from desktop.rules.facts import ROWS, Facts, facts_as_kept, facts_to_json
from desktop.services import commands as c
from desktop.services.desk import Desk
from desktop.services.views import ContractSheet, DuplicateView, PartyView, RowsReport
from desktop.settings import local_time, now
from desktop.ui.dialogs.duplicates import ask_duplicate
from desktop.ui.dialogs.pass_doubt import ask_pass_doubt
from desktop.ui.dialogs.paste import DRAFTS, FORM, PasteDialog, Plan
from desktop.ui.dialogs.paste import ROWS as TO_ROWS
from desktop.ui.dialogs.series import DRAFT_PAGE as SERIES_PAGE
from desktop.ui.dialogs.series import SeriesDialog, found_series
from desktop.ui.pages.form import EntryForm
from desktop.ui.pages.form_fields import FieldCodes, PartyNameField
from desktop.ui.pages.form_parts import Bound, PartyBlock
from desktop.ui.pages.page import PartyWanted, Primary, Step
from desktop.ui.pages.rows import RowsTable
from desktop.ui.theme import px
from desktop.ui.widgets.ask import ask
from desktop.ui.widgets.bars import Key
from desktop.ui.widgets.base import Rule, set_ground
from desktop.ui.widgets.cards import Strip
from desktop.ui.widgets.checks import ORDER, CheckButton, CheckPanel
from desktop.ui.widgets.fields import Field, TextBox

DRAFT_PAGE = "entry"
"""Under this name the service keeps what is not saved yet."""
ASIDE_PAGE = "entry-aside"
"""Under this name stands what of such a draft had no place on the form any more, as plain text."""
SHOWN_OF_ASIDE = 2000
"""So many characters of it are shown; the clipboard gets all."""
NEW = "new"
"""Subject of the draft of a contract that has no number yet."""
DUPLICATE = "V11"
_GAPS = frozenset({"A01", "A03", "A04"})
_RULE = re.compile(r"R-[A-Z]+-\d+")
PLACE_PAGE = "place"
"""Under this name and that of the person stands which contract was being typed: after a power cut the window
opens it again. Leaving in good order forgets it."""
USES_PAGE = "code-uses"
"""Under this name the station keeps how often each code was taken."""
PLACE_AFTER = 400
"""Milliseconds of rest after which the place of the focus is written, too."""


def shortened(text: str, longest: int = 40) -> str:
    """The beginning of a long text, and how long it is."""
    if len(text) <= longest:
        return text
    return _("{text}……（共 {n} 字）").format(text=text[:longest], n=len(text))


def is_gap(problem: Problem) -> bool:
    """Nothing is wrong, something is empty: a required field, the amount or nature of a line of the price."""
    return is_missing(problem) or (problem.code in _GAPS and not problem.value)


class EntryStep(Step):
    """Step 1 of a case. F6 keeps the form as it stands, F12 hands it in: saved, accepted, on to step 2."""

    saved = Signal(str)
    """Words for the head: 已存盘 14:32:05."""

    def __init__(self, desk: Desk, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._jobs = desk, jobs
        set_ground(self, "page")
        self.ask: Callable[..., bool] = ask
        self.ask_reason: Callable[..., str | None] = ask_pass_doubt
        self.ask_duplicate: Callable[..., tuple[bool, str] | None] = ask_duplicate
        self._sheet: ContractSheet | None = None
        self._request = c.new_request()
        self._submitted = False
        self._is_dirty = False
        self._agreed_to_leave = False
        self._is_busy = False
        self._round = 0
        self._wanted_text = ""
        self._name_field: PartyNameField | None = None
        self._duplicates: tuple[DuplicateView, ...] = ()
        self._last_facts: Facts | None = None
        self._strip: Strip | None = None
        self._narrow = False
        self._codes = FieldCodes(desk.codes, self._read_uses())
        self._uses_changed = False
        self.form = EntryForm(self._codes, straddling=desk.pack.straddling, today=desk.today)
        self.form.previous = self._previous
        self.form.paste_block = self._paste_block
        self.form.paste_rows = self._paste_rows
        self.panel = CheckPanel(may_be_kept, self._basis_of)
        self.check_button = CheckButton()
        self.check_button.hide()
        self.check_button.clicked.connect(self.show_checks)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.area.setWidget(self.form)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        left = QVBoxLayout()
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(0)
        self._strips = QVBoxLayout()
        self._strips.setContentsMargins(px(16), px(8), px(16), 0)
        left.addLayout(self._strips)
        left.addWidget(self.area, 1)
        row.addLayout(left, 1)
        self._edge = Rule(upright=True)
        row.addWidget(self._edge)
        row.addWidget(self.panel)
        self._row = row
        self.panel.setFixedWidth(px(CheckPanel.WIDTH))
        self._strips.setContentsMargins(0, 0, 0, 0)
        self.form.committed.connect(self._committed)
        self.form.parties_asked.connect(self._parties_asked)
        self.form.parties_wanted.connect(self._go_to_library)
        self.form.save_wanted.connect(self.save)
        self.form.series_wanted.connect(self.open_series)
        self.form.code_taken.connect(self._code_taken)
        self.form.party_differs.connect(self._party_differs, Qt.ConnectionType.QueuedConnection)
        self.panel.jump_wanted.connect(self.jump)
        self.panel.keep_wanted.connect(self._keep)
        store = QShortcut(QKeySequence("Ctrl+S"), self)
        store.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        store.activated.connect(self.save)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(PLACE_AFTER)
        self._rest.timeout.connect(self._keep_focus)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_moved)

    # the page

    def keys(self) -> Sequence[Key]:
        """As on every form."""
        can = self.can_edit
        return (
            Key("F1", _("帮助")),
            Key("F3", _("查找")),
            Key("F4", _("抄上一份"), self.copy_previous, is_enabled=can),
            Key("F5", _("新增")),
            Key("F6", _("保存"), self.save, is_enabled=can),
            Key("F7", _("查代码")),
            Key("F8", _("自检"), self.show_checks),
            Key("F9", _("预览"), is_enabled=False),
            Key("Esc", _("返回"), self._leave_drawer if self._drawer_open else None),
            Key(("Ctrl", "G"), _("连续录入"), self.open_series, is_enabled=can),
        )

    def primary(self) -> Primary:
        """提交认定, or what else moves this contract on."""
        sheet = self._sheet
        if sheet is None or "accept" in sheet.allowed:
            return Primary(_("提交认定"), self.submit, enabled=not self._is_busy)
        if "supplement" in sheet.allowed:
            return Primary(_("收到补正，重新受理"), self.supplement, enabled=not self._is_busy)
        if "save" in sheet.allowed:
            return Primary(_("保存并去认定"), self.submit, enabled=not self._is_busy)
        return Primary(_("看认定"), self._go_on)

    @property
    def can_edit(self) -> bool:
        """The lifecycle allows saving."""
        return self._sheet is None or "save" in self._sheet.allowed

    @property
    def sheet(self) -> ContractSheet | None:
        """The contract as last given by a service; None: a new one."""
        return self._sheet

    def new_sheet(self) -> None:
        """A new contract, with what was typed last time and never saved."""
        self._sheet = None
        self._begin(Facts(currency="CNY", price_form="fixed"))

    def show_sheet(self, sheet: ContractSheet) -> None:
        """Show a contract. The same one again in a newer state: what stands on the form stays."""
        known = self._sheet
        if (
            known is not None
            and known.row.id == sheet.row.id
            and (self._is_dirty or known.facts == sheet.facts)
        ):
            self._sheet = sheet
            self._take_papers(known, sheet)
            self.form.rebase(sheet.facts)
            self._after_state()
            return
        self._sheet = sheet
        self._begin(sheet.facts)

    def _take_papers(self, known: ContractSheet, sheet: ContractSheet) -> None:
        """A paper was taken in meanwhile: list it, beside what stands in the table."""
        if known.facts.attachments == sheet.facts.attachments:
            return
        model = self.form.tables["attachments"].model
        names = {paper.name for paper in sheet.facts.attachments}
        typed = [paper for paper in model.result() if paper.name not in names]
        model.show([*sheet.facts.attachments, *typed])

    def show_papers(self) -> None:
        """To the list of papers."""
        table = self.form.tables["attachments"].table
        table.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.area.ensureWidgetVisible(table, 0, px(60))

    def open(self, argument: object = None) -> None:
        """Focus where work begins: the first field, or the one where the last entry stopped."""
        errand, self._on_errand = self._on_errand, None
        if errand is not None and isValid(errand) and not errand.isHidden():
            errand.setFocus(Qt.FocusReason.TabFocusReason)
            return
        path = argument if isinstance(argument, str) else ""
        if not path or not self.form.focus_at(path):
            self.form.bounds["title"].entry.setFocus(Qt.FocusReason.TabFocusReason)

    def _begin(self, facts: Facts) -> None:
        self._request = c.new_request()
        self._submitted = self._is_dirty = self._has_asked = False
        self._duplicates = self._sheet.duplicates if self._sheet else ()
        self._drop_strip()
        row = self._sheet.row if self._sheet else None
        number, serial = (row.official_number, row.local_serial) if row else ("", "")
        self.form.fill(facts, number=number, serial=serial)
        self._after_state()
        self._resume_at = ""
        if self.can_edit:
            self._restore()
            self._offer_series()
        self.check()

    def _after_state(self) -> None:
        row = self._sheet.row if self._sheet else None
        if row is not None:
            self.form.show_numbers(row.official_number, row.local_serial)
        if self.form.is_read_only == self.can_edit:
            self.form.set_read_only(not self.can_edit)
        if not self.can_edit and self._sheet is not None:
            why = self._sheet.why_not.get("save", "")
            self._show_strip(Strip(_("只能看：{why}").format(why=why), icon="lock_closed", level="note"))
        self.keys_changed.emit()

    # the draft

    @property
    def _subject(self) -> str:
        return self._sheet.uid if self._sheet else NEW

    def _committed(self, path: str) -> None:
        if not self.can_edit:
            return
        self._is_dirty, self._agreed_to_leave = True, False
        self._write_draft(path)
        self._mark_place()
        self.check()

    def _keep_focus(self) -> None:
        """The focus has come to rest elsewhere since the draft was written: there the work goes on."""
        if (
            self._is_dirty
            and not self._is_busy  # what is being saved drops its draft: none may come after that
            and self.can_edit
            and self.form.path_at(QApplication.focusWidget()) != self._kept_at
        ):
            self._write_draft(self._left_path)

    _left_path, _kept_at = "", ""
    _marked: tuple[int | None, bool] | None = None

    def _mark_place(self, *, series: bool = False) -> None:
        """Remember which contract is being typed, for the window to open after a power cut."""
        place = (self._sheet.row.id if self._sheet else None, series)
        if place == self._marked:
            return
        self._marked = place
        command = c.KeepDraft(
            actor=self._desk.person.name,
            page=PLACE_PAGE,
            subject=self._desk.person.name,
            field_name="",
            content=json.dumps({"id": place[0]}),
        )
        self._run(lambda _job: self._desk.keep_draft(command), self._nothing_more, self._draft_failed)

    def _nothing_more(self, _result: object) -> None:
        """Nobody waits for this."""

    def _drop_place(self) -> None:
        if self._marked is not None:
            self._marked = None
            self._desk.drop_draft(PLACE_PAGE, self._desk.person.name)

    def _write_draft(self, path: str) -> None:
        self._left_path = path
        self._kept_at = self.form.path_at(QApplication.focusWidget())
        content = {
            "at": self._kept_at,
            "facts": facts_to_json(self.form.kept()),
            "raw": self.form.raw(),
            "revision": self._sheet.revision if self._sheet else None,
        }
        command = c.KeepDraft(
            actor=self._desk.person.name,
            page=DRAFT_PAGE,
            subject=self._subject,
            field_name=path,
            content=json.dumps(content),  # ASCII: also half of a pair of surrogates comes back as typed
        )
        self._run(lambda _job: self._desk.keep_draft(command), self._draft_kept, self._draft_failed)

    def _draft_kept(self, _result: object) -> None:
        words = _("已存盘 {time}").format(time=local_time(now()).strftime("%H:%M:%S"))
        self.saved.emit(words)

    def _draft_failed(self, exc: Exception) -> None:
        if not isinstance(exc, DeskError):
            raise exc
        self.said.emit(_("草稿没有写进磁盘：{message}").format(message=exc.message), "err", True)

    def _restore(self) -> None:
        found = self._desk.draft(DRAFT_PAGE, self._subject)
        if found is None:
            self._offer_aside()
            return
        path, content, time = found
        try:
            kept = json.loads(content)
        except (ValueError, RecursionError):
            kept = None
        if not isinstance(kept, dict) or "facts" not in kept:
            self._put_aside(content)
            if self._aside():
                self._desk.drop_draft(DRAFT_PAGE, self._subject)
            self._offer_aside()
            return
        base = self._sheet.facts if self._sheet else Facts(currency="CNY", price_form="fixed")
        facts, raw = facts_as_kept(kept["facts"])
        typed = kept.get("raw")
        if isinstance(typed, dict):
            raw |= {str(key): str(text) for key, text in typed.items()}
        elif typed:
            raw[_("没有读出的内容")] = str(typed)
        if facts == base and not raw:
            self._offer_aside()
            return
        row = self._sheet.row if self._sheet else None
        numbers = (row.official_number, row.local_serial) if row else ("", "")
        self.form.fill(facts, number=numbers[0], serial=numbers[1])
        self.form.rebase(base)
        lost = self.form.put_raw(raw)
        self._is_dirty = True
        self._left_path = path
        path = str(kept.get("at") or path)
        self._kept_at = path
        self._mark_place()
        words = _("已找回 {time} 的录入").format(time=time)
        name = self.form.name_at(path)
        place = _("，停在{field}").format(field=name) if name else ""
        if series := self._series_found():
            place += _("；另有连续录入 {n} 行，Ctrl+G 接着录").format(n=series[0])
        level = ""
        if self._sheet is not None and kept.get("revision") not in (None, self._sheet.revision):
            place += _("；这份合同后来又被保存过，请对照后再存")
            level = "doubt"
        if lost:
            place += "；" + self._lost_words(lost)
            self._put_aside("\n".join(f"{self.form.words_for(at)}：{text}" for at, text in lost.items()))
            level = "doubt"
        strip = Strip(words + place, accept=_("接着录"), decline=_("不要这些改动"), level=level)
        strip.accepted.connect(self._go_on_with_draft)
        strip.declined.connect(self.drop_changes)
        self._show_strip(strip)
        self._resume_at = path
        self.said.emit(words, "ok", True)

    def _lost_words(self, lost: Mapping[str, str]) -> str:
        """What the form has no place for: the first by name and text, how many more."""
        path, text = next(iter(lost.items()))
        one = _("“{field}”的“{text}”放不回页面").format(field=self.form.words_for(path), text=shortened(text))
        more = _("，另有 {n} 处").format(n=len(lost) - 1) if len(lost) > 1 else ""
        return one + more + _("，原文已另外放好，点“接着录”后可看")

    # what could not be put back

    def _aside(self) -> tuple[str, str]:
        """(text, time) of what was put aside for this contract; empty when nothing was."""
        found = self._desk.draft(ASIDE_PAGE, self._subject)
        return (found[1], found[2]) if found is not None and found[1].strip() else ("", "")

    def _put_aside(self, text: str) -> None:
        """Keep a text that has no place on the form, behind what was put aside before."""
        before = self._aside()[0]
        if text in before:
            return
        command = c.KeepDraft(
            actor=self._desk.person.name,
            page=ASIDE_PAGE,
            subject=self._subject,
            field_name="",
            content=f"{before}\n{text}" if before else text,
        )
        try:
            self._desk.keep_draft(command)
        except DeskError as exc:
            self._draft_failed(exc)

    def _offer_aside(self) -> None:
        text, time = self._aside()
        if not text:
            return
        words = _("{time} 的录入有内容放不回各栏，原文已放在一边").format(time=time)
        strip = Strip(words, accept=_("看原文"), decline=_("不要了"), level="doubt")
        strip.accepted.connect(self.show_aside)
        strip.declined.connect(self._drop_aside)
        self._show_strip(strip)
        self.said.emit(words, "warn", True)

    def show_aside(self) -> None:
        """The text that was put aside, to be copied; it stays where it is."""
        text, time = self._aside()
        if self.ask(
            self,
            _("{time} 放在一边的原文").format(time=time),
            shortened(text, SHOWN_OF_ASIDE),
            act=_("全文抄到剪贴板"),
            safe=_("关闭"),
            kind="plain",
            mnemonic="C",
        ):
            QGuiApplication.clipboard().setText(text)
            self.said.emit(_("原文已在剪贴板上，可以贴到要填的栏里"), "ok", False)

    def _drop_aside(self) -> None:
        if not self.ask(
            self,
            _("不要放在一边的原文？"),
            _("这些文字会丢掉，不能撤回；页面上已填的不动。"),
            act=_("丢掉原文"),
            safe=_("先留着"),
            mnemonic="D",
        ):
            return
        self._desk.drop_draft(ASIDE_PAGE, self._subject)
        self._drop_strip()
        self._offer_series()

    def _series_found(self) -> tuple[int, str] | None:
        """(rows, time) of a grid that was left undone beside this contract."""
        found = found_series(self._desk.draft(SERIES_PAGE, self._subject))
        return None if found is None else (len(found[0]["rows"]), found[1])

    def _offer_series(self) -> None:
        if self._strip is not None or (found := self._series_found()) is None:
            return
        words = _("已找回 {time} 的连续录入，{n} 行还没有收").format(time=found[1], n=found[0])
        strip = Strip(words, accept=_("接着录"), decline=_("先放着"))
        strip.accepted.connect(self._go_on_with_series)
        strip.declined.connect(self._drop_strip)
        self._show_strip(strip)
        self.said.emit(words, "ok", True)

    def _go_on_with_series(self) -> None:
        self._drop_strip()
        self.open_series()

    _resume_at = ""

    @property
    def resume_at(self) -> str:
        """Path of the field where the entry found again had stopped."""
        return self._resume_at

    def _go_on_with_draft(self) -> None:
        self._drop_strip()
        self._offer_aside()
        self.open(self._resume_at)

    def drop_changes(self) -> None:
        """Throw away what was not saved, after a question, and show what is stored."""
        if not self.ask(
            self,
            _("不要没有保存的改动？"),
            _("找回的录入会丢掉，页面回到上次保存的样子，不能撤回。"),
            act=_("丢掉这些改动"),
            safe=_("先留着"),
            mnemonic="D",
        ):
            return
        self._desk.drop_draft(DRAFT_PAGE, self._subject)
        self._drop_place()
        self._resume_at = ""
        if self._sheet is None:
            self.new_sheet()
        else:
            self._begin(self._sheet.facts)
        self.open()

    # strips

    def _show_strip(self, strip: Strip) -> None:
        self._drop_strip()
        self._strip = strip
        self._strips.setContentsMargins(px(16), px(8), px(16), px(4))
        self._strips.addWidget(strip)
        QTimer.singleShot(0, self, self._show_focus)

    def _show_focus(self) -> None:
        """The strip took its room from the form: the field with the focus stays in sight."""
        focused = QApplication.focusWidget()
        if focused is not None and self.form.isAncestorOf(focused):
            self.area.ensureWidgetVisible(focused, 0, px(60))

    def _drop_strip(self) -> None:
        self._strips.setContentsMargins(0, 0, 0, 0)
        if self._strip is not None:
            self._strip.hide()
            self._strip.setParent(None)
            self._strip.deleteLater()
            self._strip = None

    @property
    def strip_words(self) -> str:
        """What the strip above the form says; empty when there is none."""
        return self._strip.words.text() if self._strip is not None else ""

    def _tell(self, exc: Exception) -> None:
        if not isinstance(exc, DeskError):
            raise exc
        self._is_busy = False
        self._show_strip(Strip("；".join(part for part in (exc.message, exc.hint) if part), level="error"))
        self.said.emit(exc.message, "err", True)
        self.keys_changed.emit()

    # checking

    def check(self) -> None:
        """Look the form over; the findings come when they are ready."""
        self._round += 1
        turn, facts, whole = self._round, self.form.facts(), self.form.facts_to_check()
        number = self._sheet.row.id if self._sheet else None
        submitted = self._submitted

        def work(_job: Job) -> object:
            found = self._desk.check_form(whole, number, submitted=submitted)
            likely = self._desk.find_duplicates(facts, number) if facts.title and facts.sellers else ()
            return turn, found, likely

        self._run(work, self._checked, self._check_failed)

    def _check_failed(self, exc: Exception) -> None:
        if not isinstance(exc, DeskError):
            raise exc
        self.said.emit(_("自检没有做成：{message}").format(message=exc.message), "warn", False)

    def _checked(self, result: Any) -> None:
        turn, found, likely = result
        if turn == self._round:
            self._duplicates = tuple(likely)
            self.show_problems(found)

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """The findings in the panel and at the fields."""
        self._problems = tuple(problems)
        unread = self.form.unread()
        told = [
            p
            for p in problems
            # what cannot be read is missing among the facts, not on the form
            if p.code != DUPLICATE
            and not (
                is_gap(p) and (self.form.is_unread(p) or not (self._wants_gaps or self.form.was_left(p)))
            )
        ]
        every = [self.form.named(p) for p in (*unread, *told)]
        every += [self._as_problem(d) for d in self._duplicates if not d.decision]
        self.form.show_problems(every, submitted=self._submitted)
        self.panel.show_problems(every)
        for item in self.panel.items:  # two lines of reason need more than the height of one
            item.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.check_button.show_counts(self.panel.counts())

    @property
    def _wants_gaps(self) -> bool:
        """Every empty required field is told: handed in, asked for with F8, or sent back to be completed."""
        is_draft = self._sheet is None or self._sheet.row.state == "DRAFT"
        return self._submitted or self._has_asked or not is_draft

    _has_asked = False
    _problems: tuple[Problem, ...] = ()

    def _as_problem(self, one: DuplicateView) -> Problem:
        seller = next((b for b in self.form.blocks if b.role == "seller"), None)
        field = self.form.path_of(seller.bounds["name"]) if seller is not None else "title"
        return Problem(
            _("18 疑似拆分") if one.is_part else _("12 疑似重复登记"),
            "",
            _("与 {number} {why}（“{title}”）。").format(number=one.number, why=one.why, title=one.title),
            _("并排看过后写明去留。"),
            "doubt",
            DUPLICATE,
            row=one.other_id,
            field=field,
        )

    def _basis_of(self, problem: Problem) -> str:
        """Instrument, article and day in force of the rule that the reason names."""
        found = _RULE.search(problem.reason)
        if found is None:
            return ""
        day = (self._sheet.facts.accepted_on if self._sheet else None) or self._desk.today()
        rule = self._desk.book.rule(found[0], day)
        if rule is None or not rule.sources:
            return ""
        sources = "、".join(dict.fromkeys(source.printable for source in rule.sources))
        return _("{sources}，{day} 起施行").format(sources=sources, day=rule.valid_from.isoformat())

    def show_checks(self) -> None:
        """F8: to the list of findings, and back to the form."""
        if self.panel.isAncestorOf(QApplication.focusWidget() or self):
            self._close_drawer()
            self.open(self._last_path)
            return
        if not self._has_asked:
            self._has_asked = True
            self.show_problems(self._problems)
        self.check()
        if self._narrow:
            self._place_drawer()
            self.panel.show()
            self.panel.raise_()
            self.keys_changed.emit()
        if self.panel.items:
            self.panel.take_focus()
        elif empty := self.form.still_empty():
            self.said.emit(_("自检：已填的没有问题，还有 {n} 个必填栏空着").format(n=empty), "warn", False)
        else:
            self.said.emit(_("自检：没有发现问题"), "ok", False)

    _last_path = ""

    def _focus_moved(self, old: QWidget | None, new: QWidget | None) -> None:
        if new is not None and old is not None and isValid(old):
            stop = self.form.stop_of(old)
            if stop and stop != self.form.stop_of(new):
                self.form.left.add(stop)
        if new is None or not self.form.isAncestorOf(new):
            return
        if isinstance(new, Field):
            self.area.ensureWidgetVisible(new, 0, px(60))
        elif isinstance(new, TextBox):  # whole, with the line under it that says what Enter does
            row = next((b.row for b in self.form.bounds.values() if b.entry is new), new)
            self.area.ensureWidgetVisible(row, 0, px(8))
        if path := self.form.path_at(new):
            self._last_path = path
            if self._is_dirty:
                self._rest.start()

    def jump(self, problem: Problem) -> None:
        """To the field of a finding."""
        self._close_drawer()
        if problem.code == DUPLICATE:
            self._look_at_duplicate(problem)
        elif (target := self.form.go_to(problem)) is not None:
            self.area.ensureWidgetVisible(target, 0, px(60))

    def _keep(self, problem: Problem) -> None:
        if problem.code == DUPLICATE:
            self._look_at_duplicate(problem)
            return
        if (reason := self.ask_reason(self, problem)) is None:
            return
        if self._sheet is None and not self._save_now():
            return
        if self._sheet is None:
            return
        command = c.PassDoubt(
            actor=self._desk.person.name,
            contract_id=self._sheet.row.id,
            code=problem.code,
            field_name=problem.field,
            reason=reason,
        )
        self._run(lambda _job: self._desk.pass_doubt(command), self._kept_with_reason, self._tell)

    def _kept_with_reason(self, _result: object) -> None:
        self.said.emit(_("理由已入档，复核人看得到"), "ok", False)
        self.check()

    def _look_at_duplicate(self, problem: Problem) -> None:
        other = next((d for d in self._duplicates if d.other_id == problem.row), None)
        if other is None:
            return
        answer = self.ask_duplicate(self, self.form.facts(), other)
        if answer is None or (self._sheet is None and not self._save_now()) or self._sheet is None:
            return
        is_same, reason = answer
        command = c.DecideDuplicate(
            actor=self._desk.person.name,
            contract_id=self._sheet.row.id,
            other_id=other.other_id,
            is_duplicate=is_same,
            reason=reason,
        )
        self._run(lambda _job: self._desk.decide_duplicate(command), self._kept_with_reason, self._tell)

    # parties, codes and the contract before

    def _party_differs(self, block: PartyBlock, bound: Bound) -> None:
        """只改本份, or also the library? Asked once a field; until then it is left alone."""
        library = block.taken_from
        if library is None or not block.differs(bound):
            return
        value = bound.read()[0]
        label = bound.entry.name.partition(" ")[2]
        if not self.ask(
            self,
            _("{field}改了，单位库里的也改吗？").format(field=label),
            _("“{name}”在单位库里是“{old}”，这份合同里是“{new}”。只改本份的，单位库不动。").format(
                name=library.name, old=self._as_read(bound, library.content[bound.name]), new=bound.shown()
            ),
            act=_("也改单位库"),
            safe=_("只改本份"),
            kind="plain",
            mnemonic="K",
        ):
            block.kept_apart.add(bound.name)
            return
        block.taken_from = replace(library, content={**library.content, bound.name: value})
        command = c.EditParty(
            actor=self._desk.person.name,
            party_id=library.id,
            fields={bound.name: value},
            reason=_("录入时改"),
        )
        self._run(lambda _job: self._desk.edit_party(command), self._library_changed, self._tell)

    def _library_changed(self, _result: object) -> None:
        self.said.emit(_("单位库也改了，以后的合同带出新的"), "ok", False)

    def _as_read(self, bound: Bound, value: Any) -> str:
        held = bound.as_value(value)
        return bound.entry.shown(held) if isinstance(bound.entry, Field) else held

    def _read_uses(self) -> dict[str, dict[str, int]]:
        """How often each code was taken on this station; nothing when that was never kept."""
        found = self._desk.draft(USES_PAGE, USES_PAGE)
        try:
            kept = json.loads(found[1]) if found else {}
            return {
                str(table): {str(code): int(times) for code, times in uses.items()}
                for table, uses in kept.items()
            }
        except (ValueError, TypeError, AttributeError):
            return {}

    def _code_taken(self) -> None:
        self._uses_changed = True

    def _keep_uses(self) -> None:
        if not self._uses_changed:
            return
        self._uses_changed = False
        command = c.KeepDraft(
            actor=self._desk.person.name,
            page=USES_PAGE,
            subject=USES_PAGE,
            field_name="",
            content=json.dumps(self._codes.uses(), ensure_ascii=False),
        )
        self._run(lambda _job: self._desk.keep_draft(command), self._nothing_more, self._draft_failed)

    def _parties_asked(self, entry: PartyNameField, text: str) -> None:
        self._name_field, self._wanted_text = entry, text
        self._run(lambda _job: (text, self._desk.parties(text)), self._parties_found, self._tell)

    def _parties_found(self, result: Any) -> None:
        text, parties = result
        found: Sequence[PartyView] = parties
        if self._name_field is not None and text == self._wanted_text:
            self._name_field.offer(text, found)

    _on_errand: PartyNameField | None = None
    """The name field that sent to 单位库: nothing is left behind, coming back the focus is there."""

    def _go_to_library(self, entry: PartyNameField, text: str) -> None:
        self._settle()
        self._on_errand = entry
        self.wants.emit("parties", PartyWanted(text, self._take_from_library))

    def _take_from_library(self, party_id: int, name: str) -> None:
        entry = self._on_errand
        found = next((p for p in self._desk.parties(name) if p.id == party_id), None)
        if entry is None or not isValid(entry) or not self.can_edit:
            return
        if found is None:
            self.said.emit(_("“{name}”已停用，没有取用").format(name=name), "warn", True)
            return
        self.form.take_party(entry, found)

    def _previous(self) -> Facts | None:
        if self._last_facts is None:
            own = self._sheet.row.id if self._sheet else 0
            for key in tuple(self._desk.search("").ids[:2]):
                if key != own:
                    self._last_facts = self._desk.contract(int(key)).facts
                    break
        return self._last_facts

    def copy_previous(self) -> None:
        """F4: what is still empty is taken from the contract before."""
        count = self.form.copy_previous()
        if count:
            words = _("已从上一份抄来 {n} 栏，Ctrl+Z 一次撤回").format(n=count)
            self.said.emit(words, "ok", False)
        else:
            self.said.emit(_("没有上一份可抄，或各栏都已填"), "warn", False)

    # a block copied in Excel or WPS

    def _copied(self) -> Block | None:
        """What lies on the clipboard, when it is a block of several cells that can be looked over."""
        kept = QGuiApplication.clipboard().mimeData()
        words = kept.text() if kept.hasText() else ""
        if isinstance(QApplication.focusWidget(), TextBox) and "\t" not in words:
            return None  # several lines of prose belong into the text
        block = read_block(words, kept.html() if kept.hasHtml() else "")
        if block is not None and len(block.cells) * block.width > MOST_CELLS:
            self.said.emit(_("这一块太大，请存成工作簿，从“今日”页的“导入”收进来"), "warn", True)
            return None
        return block

    def _paste_block(self) -> bool:
        block = self._copied()
        if block is None:
            return False
        stops = self.form.slots_from(QApplication.focusWidget())
        known = form_slots()

        def read(fill_down: bool) -> Plan:
            codes, today = self._desk.codes, self._desk.today()
            pasted = understand(block, known, stops, codes, today, fill_down=fill_down)
            if len(pasted.rows) == 1:
                return self._plan_for_form(Plan(FORM, pasted))
            facts = [facts_of_row(row, today) for row in pasted.rows]
            return Plan(DRAFTS, pasted, wrong=self._wrong_rows(facts))

        self._look_over(read(False), read, self._paste_call)
        return True

    def _plan_for_form(self, plan: Plan) -> Plan:
        now, missing = {}, set[int]()
        for at, cell in enumerate(plan.pasted.rows[0]):
            bound = self.form.of_slot(cell.slot)
            if bound is None:
                missing.add(at)
            else:
                now[at] = " ".join(bound.shown().split())
        return Plan(FORM, plan.pasted, now=now, not_there=frozenset(missing))

    def _wrong_rows(self, rows: Sequence[Facts]) -> dict[int, list[Problem]]:
        """Errors that keep a row out: what stands there is wrong, not merely missing."""
        found = {}
        for at, facts in enumerate(rows):
            problems = self._desk.check_form(facts, None, submitted=False)
            if wrong := [p for p in problems if p.level == "error" and p.value]:
                found[at] = wrong
        return found

    def _paste_rows(self, table: RowsTable) -> bool:
        block = self._copied()
        if block is None:
            return False
        model = table.model
        columns = model.columns
        known = row_slots(model.name, columns, [model.head_of(name) for name in columns])
        at = max(table.table.currentIndex().column() - 1, 0)
        stops = slots_of(ROWS[model.name], columns[at:])

        def read(fill_down: bool) -> Plan:
            codes, today = self._desk.codes, self._desk.today()
            pasted = understand(block, known, stops, codes, today, down=False, fill_down=fill_down)
            return Plan(TO_ROWS, pasted, table=table.table.accessibleName())

        self._pasting_into = table
        self._look_over(read(False), read, self._paste_call)
        return True

    _pasting_into: RowsTable | None = None
    paste_dialog: PasteDialog | None = None
    """What is being looked over."""

    def _look_over(
        self, plan: Plan, again: Callable[[bool], Plan], run: Callable[[Plan], Callable[[], object]]
    ) -> None:
        if not plan.pasted.rows:
            self.said.emit(_("贴来的只有表头，没有内容"), "warn", False)
            return
        self._paste_request = c.new_request()
        self._pasted_at = QApplication.focusWidget()
        dialog = PasteDialog(self, self._jobs, plan, self._desk.codes, run=run, again=again)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.decided.connect(self._pasted)
        dialog.finished.connect(self._looked_over)
        self.paste_dialog = dialog
        dialog.open()

    def _looked_over(self, _result: int) -> None:
        self.paste_dialog = None
        self._come_back(self._pasted_at)

    _pasted_at: QWidget | None = None

    def _come_back(self, widget: QWidget | None) -> None:
        """A dialog went: the keyboard belongs to the field it was called from."""
        self.window().activateWindow()
        if widget is not None and isValid(widget) and widget.isVisible():
            widget.setFocus(Qt.FocusReason.ActiveWindowFocusReason)

    def _paste_call(self, plan: Plan) -> Callable[[], object]:
        """For drafts the desk is asked; what goes into the form is written when the dialog has closed."""
        if plan.target != DRAFTS:
            return lambda: plan
        rows = tuple(facts_of_row(plan.pasted.rows[at], self._desk.today()) for at in plan.good())
        command = c.ImportRows(actor=self._desk.person.name, request_id=self._paste_request, rows=rows)
        return lambda: self._desk.import_rows(command)

    _paste_request = ""

    def _pasted(self, result: Any) -> None:
        if isinstance(result, RowsReport):
            self._took_in(result)
            return
        plan: Plan = result
        if plan.target == FORM:
            count = self.form.take_pasted(plan.pasted.rows[0])
        elif self._pasting_into is not None:
            count = self._pasting_into.take_pasted(plan.pasted.rows)
        else:
            return
        unit = _("栏") if plan.target == FORM else _("行")
        words = _("已填进 {n} {unit}，Ctrl+Z 一次撤回").format(n=count, unit=unit)
        self.said.emit(words, "ok", False)

    def _took_in(self, report: RowsReport) -> None:
        """Several drafts came in: say which, and offer the first."""
        parts = []
        if report.serials:
            first, last = report.serials[0], report.serials[-1]
            span = first if first == last else _("{first} 至 {last}").format(first=first, last=last)
            parts.append(_("已收成 {n} 份草稿：{span}").format(n=len(report.serials), span=span))
        if report.already_there:
            parts.append(_("以前收过 {n} 份，没有再收").format(n=report.already_there))
        if report.rejected:
            parts.append(_("{n} 份有错没有收").format(n=len(report.rejected)))
        words = "；".join(parts) or _("没有收进新的草稿")
        self.said.emit(words, "ok" if report.serials else "warn", True)
        if report.ids:
            strip = Strip(words, accept=_("打开第一份"), decline=_("先不打开"), icon="checkmark_circle")
            strip.accepted.connect(partial(self.wants.emit, "case", report.ids[0]))
            strip.declined.connect(self._drop_strip)
            self._show_strip(strip)

    # several contracts of one buyer

    series_dialog: SeriesDialog | None = None
    """The grid, while it is open."""

    def open_series(self) -> None:
        """Ctrl+G: the grid of contracts with the buyer, the kind and the rest of this one."""
        if not self.can_edit or self.series_dialog is not None:
            return
        self._settle()
        facts = self.form.facts()
        if not any(p.name for p in facts.buyers):
            self.said.emit(_("请先填买方；连续录入的各份照抄本份的买方"), "warn", False)
            if (bound := next((b for b in self.form.blocks if b.role == "buyer"), None)) is not None:
                bound.bounds["name"].entry.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return
        self._pasted_at = QApplication.focusWidget()
        dialog = SeriesDialog(self, self._desk, self._jobs, facts, self._subject, self._codes)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.decided.connect(self._took_in)
        dialog.finished.connect(self._series_over)
        self.series_dialog = dialog
        self._mark_place(series=True)
        dialog.open()

    def _series_over(self, result: int) -> None:
        dialog, self.series_dialog = self.series_dialog, None
        if dialog is not None and not result and dialog.model.rows:
            words = _("连续录入的 {n} 行已放着，Ctrl+G 接着录").format(n=len(dialog.model.rows))
            self.said.emit(words, "ok", False)
        if not self._is_dirty:
            self._drop_place()
        self._come_back(self._pasted_at)

    # saving

    def _save_command(self) -> c.SaveContract:
        return c.SaveContract(
            actor=self._desk.person.name,
            request_id=self._request,
            facts=self.form.facts(),
            contract_id=self._sheet.row.id if self._sheet else None,
            revision=self._sheet.revision if self._sheet else None,
        )

    def save(self) -> None:
        """F6: keep the form as it stands; gaps are allowed."""
        if not self.can_edit or self._is_busy:
            return
        self._settle()
        command = self._save_command()
        self._is_busy = True
        self._run(lambda _job: self._desk.save_contract(command), self._was_saved, self._tell)

    def _save_now(self) -> bool:
        """Save before something that needs the contract's number; False when it was refused."""
        try:
            self._was_saved(self._desk.save_contract(self._save_command()))
        except DeskError as exc:
            self._tell(exc)
            return False
        return True

    def _was_saved(self, result: Any) -> None:
        sheet: ContractSheet = result
        subject = self._subject
        self._is_busy = False
        self._request = c.new_request()
        self._sheet = sheet
        self._last_facts = None
        self.form.rebase(sheet.facts)
        self.form.show_numbers(sheet.row.official_number, sheet.row.local_serial)
        self._desk.drop_draft(DRAFT_PAGE, subject)
        self._drop_strip()
        self._keep_uses()
        left = self.form.raw()
        self._is_dirty = bool(left)
        if not left:
            self._drop_place()
        if left:
            self._write_draft(next(iter(left)))
            words = _("已保存 {serial}；还有 {n} 栏看不出是什么，没有存入，仍留在页面上")
            self.said.emit(words.format(serial=sheet.row.local_serial, n=len(left)), "warn", True)
        else:
            self.said.emit(_("已保存 {serial}").format(serial=sheet.row.local_serial), "ok", False)
        self._draft_kept(None)
        self.sheet_changed.emit(sheet)
        self.keys_changed.emit()

    # handing in

    def submit(self) -> None:
        """F12: save, then accept; refused: everything is listed, the first wrong field has the focus."""
        if self._is_busy:
            return
        self._settle()
        self._submitted = True
        self._is_busy = True
        self.keys_changed.emit()
        command, whole = self._save_command(), self.form.facts_to_check()
        number = self._sheet.row.id if self._sheet else None

        def work(_job: Job) -> object:
            sheet = self._desk.save_contract(command)
            return sheet, self._desk.check_form(whole, sheet.row.id if sheet else number, submitted=True)

        self._run(work, self._saved_to_submit, self._tell)

    def _saved_to_submit(self, result: Any) -> None:
        sheet, problems = result
        self._was_saved(sheet)
        self._submitted = True
        blocking = [p for p in problems if p.level == "error" or p.level == "doubt"]
        open_twins = [d for d in self._duplicates if not d.decision]
        if blocking or self.form.raw() or open_twins:
            self._refused(problems)
            return
        if "accept" not in sheet.allowed:
            self._go_on()
            return
        command = c.AcceptContract(actor=self._desk.person.name, contract_id=sheet.row.id)
        self._is_busy = True
        self._run(lambda _job: self._desk.accept(command), self._accepted, self._not_accepted)

    def _refused(self, problems: Sequence[Problem]) -> None:
        self._round += 1
        self.show_problems(problems)
        counts = self.panel.counts()
        words = _("{open}；已全部列在右边").format(open=open_words(counts["error"], counts["doubt"]))
        self.said.emit(words, "err", True)
        self.focus_first_wrong()
        self.keys_changed.emit()

    def focus_first_wrong(self) -> None:
        """The first finding, in the order of the form, that stops the contract."""
        stops = self.form.ordered()
        found: list[tuple[int, int, Problem]] = []
        for item in self.panel.items:
            problem = item.problem
            if problem.level == "note":
                continue
            name = problem.field.partition("[")[0]
            bound = self.form.bound(problem.field)
            target: object = bound.entry if bound is not None else None
            if name in self.form.tables:
                target = self.form.tables[name].table
            at = stops.index(target) if isinstance(target, QWidget) and target in stops else len(stops)
            found.append((ORDER.index(problem.level), at, problem))
        if found:
            self.jump_to_field(min(found, key=lambda row: row[:2])[2])

    def jump_to_field(self, problem: Problem) -> None:
        """The field of a finding, also of a likely duplicate (the title)."""
        if (target := self.form.go_to(problem)) is not None:
            self.area.ensureWidgetVisible(target, 0, px(60))

    def _accepted(self, result: Any) -> None:
        sheet: ContractSheet = result
        self._is_busy = False
        self._sheet = sheet
        self._after_state()
        self.sheet_changed.emit(sheet)
        self.said.emit(_("已受理 {serial}，材料齐").format(serial=sheet.row.local_serial), "ok", True)
        self._go_on()

    def _not_accepted(self, exc: Exception) -> None:
        if isinstance(exc, ProblemsFound):
            self._is_busy = False
            self._refused(exc.problems)
        else:
            self._tell(exc)

    def supplement(self) -> None:
        """待补正: the missing papers came; checked anew, accepted, the clock starts again."""
        sheet = self._sheet
        if sheet is None or self._is_busy:
            return
        self._settle()
        items = [
            problem for notice in sheet.notices for _id, problem, _remedy, day in notice.items if day is None
        ]
        lines = "\n".join(f"{at}. {text}" for at, text in enumerate(items, 1))
        if not self.ask(
            self,
            _("补正的 {n} 项都收到了？").format(n=len(items)) if items else _("补正材料都收到了？"),
            _("{items}\n重新受理后，办理期限从今天重新起算。").format(items=lines).strip(),
            act=_("都收到了，重新受理"),
            safe=_("先不受理"),
            kind="plain",
            mnemonic="A",
        ):
            return
        self._submitted = self._is_busy = True
        command = c.SupplementContract(
            actor=self._desk.person.name, contract_id=sheet.row.id, facts=self.form.facts()
        )
        self._run(lambda _job: self._desk.supplement(command), self._supplemented, self._not_accepted)

    def _supplemented(self, result: Any) -> None:
        self._desk.drop_draft(DRAFT_PAGE, self._subject)
        self._is_dirty = False
        self._drop_place()
        self._accepted(result)

    def _go_on(self) -> None:
        self.step_wanted.emit(2)

    # going away

    @property
    def _drawer_open(self) -> bool:
        return self._narrow and self.panel.isVisible()

    def _leave_drawer(self) -> None:
        self._close_drawer()
        self.open(self._last_path)

    @property
    def is_dirty(self) -> bool:
        """Something stands on the form that was not saved (it is in the draft)."""
        return self._is_dirty

    def may_leave(self) -> bool:
        """Asks once when something is not saved; it stays on disk as a draft in any case."""
        self._settle()
        if self._on_errand is not None:
            return True
        if not self._is_dirty or not self.can_edit or self._agreed_to_leave:
            self._drop_place()
            return True
        self._agreed_to_leave = self.ask(
            self,
            _("离开这份没有保存的合同？"),
            _("录入已写在本机草稿里，下次打开会找回；还没有保存，别人看不到。"),
            act=_("先离开"),
            safe=_("留下接着录"),
            kind="plain",
            mnemonic="L",
        )
        if self._agreed_to_leave:
            self._drop_place()
        return self._agreed_to_leave

    def _settle(self) -> None:
        focused = QApplication.focusWidget()
        if isinstance(focused, Field) and self.form.isAncestorOf(focused):
            focused.settle()

    # narrow windows

    def set_narrow(self, narrow: bool) -> None:
        """Below 1280 the findings fold into a button and open over the form."""
        if narrow == self._narrow:
            return
        self._narrow = narrow
        self.form.set_compact(narrow)
        self.check_button.setVisible(narrow)
        self._edge.setVisible(not narrow)
        if narrow:
            self._row.removeWidget(self.panel)
            self.panel.hide()
        else:
            self._row.addWidget(self.panel)
            self.panel.show()

    def _place_drawer(self) -> None:
        wide = self.panel.width()
        self.panel.setGeometry(QRect(self.width() - wide, 0, wide, self.height()))

    def _close_drawer(self) -> None:
        if self._drawer_open:
            self.panel.hide()
            self.keys_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The drawer stays at the right edge."""
        super().resizeEvent(event)
        if self._drawer_open:
            self._place_drawer()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc inside the drawer closes it."""
        if event.key() == Qt.Key.Key_Escape and self._drawer_open:
            self._leave_drawer()
            return
        super().keyPressEvent(event)

    # work

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
