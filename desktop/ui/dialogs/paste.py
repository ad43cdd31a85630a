"""粘贴预览: what was copied in Excel or WPS, cell by cell right or wrong, before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop.errors import Problem
from desktop.exchange.pasted import Pasted, PastedCell, Slot
from desktop.jobs import JobRunner
from desktop.resources import _
from desktop.rules.amounts import format_yuan
from desktop.rules.codes import CodeTables
from desktop.rules.facts import LONG_TERM
from desktop.ui.dialogs.deciding import DecidingDialog
from desktop.ui.dialogs.import_report import ProblemTable
from desktop.ui.tables.columns import TOOL_TIP, Cell, text
from desktop.ui.tables.plain import PlainTable
from desktop.ui.theme import px
from desktop.ui.widgets.base import Label
from desktop.ui.widgets.buttons import CheckBox
from desktop.ui.widgets.table import DeskTable, TableCard

FORM, DRAFTS, ROWS = "form", "drafts", "rows"
"""Where a block goes: into the contract on the page, into several new drafts, into one of its tables."""
SMALL = 1100
"""In a window narrower than this what matters less gives way to the reasons."""
_SIGNS = {"error": "error", "doubt": "doubt", "note": "note", "ok": "verified"}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be looked over: the block as understood, where it goes, what the self-check says of it."""

    target: str
    pasted: Pasted
    table: str = ""
    """Title of the small table, for ``rows``."""
    now: Mapping[int, str] | None = None
    """For ``form``: place of a cell → what stands in its field now."""
    not_there: frozenset[int] = frozenset()
    """For ``form``: places of cells whose field the form does not show."""
    wrong: Mapping[int, Sequence[Problem]] | None = None
    """For ``drafts``: place of a row → errors of the self-check that keep it out."""

    def good(self) -> tuple[int, ...]:
        """Places of the rows that come in."""
        if self.target == ROWS:
            return tuple(range(len(self.pasted.rows)))
        wrong = self.wrong or {}
        return tuple(at for at in range(len(self.pasted.rows)) if self.pasted.is_good(at) and at not in wrong)


def words_of(value: Any, slot: Slot, codes: CodeTables) -> str:
    """A value as it will stand in its field."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, Decimal):
        return format_yuan(value) if slot.column.kind == "money" else format(value, "f")
    if isinstance(value, date):
        return _("长期") if value == LONG_TERM else value.isoformat()
    if slot.column.kind == "code":
        name = codes.name(slot.column.table, str(value))
        return name if name == str(value) else f"{value} {name}"
    return str(value)


class PasteDialog(DecidingDialog):
    """Nothing is written before the act is chosen. ``run(plan)`` gives the call that does it.

    ``again(fill_down)`` understands the block anew: empty cells as they are, or as the ones above them.
    """

    def __init__(
        self,
        parent: QWidget | None,
        jobs: JobRunner,
        plan: Plan,
        codes: CodeTables,
        *,
        run: Callable[[Plan], Callable[[], object]],
        again: Callable[[bool], Plan] | None = None,
    ) -> None:
        question, consequence, act = _wording(plan)
        super().__init__(
            parent,
            jobs,
            question,
            consequence,
            act=act,
            safe=_("先不贴"),
            mnemonic="T",
            width=1180,
        )
        self._codes, self._run, self._again = codes, run, again
        self._is_small = parent is not None and parent.window().width() < px(SMALL)
        self.plan = plan
        room = parent.window().width() - px(48) if parent is not None else px(1180)
        self.setMinimumWidth(max(px(760), min(px(1180), room)))
        self.summary = Label("", wrap=True)
        self.body.addWidget(self.summary)
        self.fill_down = CheckBox(_("空格照上一行填（合并的格子）"))
        self.fill_down.toggled.connect(self._read_again)
        self.body.addWidget(self.fill_down)
        self.grid = DeskTable(_("贴来的内容"), cells=True)
        self.model = PlainTable([], self)
        self.grid.setModel(self.model)
        self.grid.setMinimumHeight(px(150))
        self.body.addWidget(TableCard(self.grid), 3)
        self.problems = DeskTable(_("要核对和改正的"))
        self._problem_model = ProblemTable(())
        self._problem_card = TableCard(self.problems)
        self.body.addWidget(self._problem_card, 2)
        self._show()
        self.resize(px(1180), px(620))
        self.ready()

    def _read_again(self, fill_down: bool) -> None:
        if self._again is not None:
            self.plan = self._again(fill_down)
            self._show()
            self.look()

    def _show(self) -> None:
        plan, pasted = self.plan, self.plan.pasted
        has_gaps = any(not cell.text for row in pasted.rows for cell in row)
        can_fill = len(pasted.rows) > 1 and pasted.layout != "pairs" and self._again is not None
        self.fill_down.setVisible(can_fill and (has_gaps or self.fill_down.isChecked()))
        question, _consequence, act = _wording(plan)
        self.setWindowTitle(question)
        self.act_button.set_words(act)
        self.summary.setText(self._summary())
        self.model.beginResetModel()
        if plan.target == FORM:
            heads = [_("栏目"), _("贴来的"), _("将填成"), _("现在是"), _("说明")]
            self.model.heads = tuple((head, False) for head in heads)
            self.model.rows = [self._form_row(at, cell) for at, cell in enumerate(pasted.rows[0])]
            widths, stretch = {0: 136, 1: 176, 2: 196, 3: 150}, 4
            if self._is_small:
                widths = {0: 120, 1: 130, 2: 150}
        else:
            self.model.heads = ((_("行"), False), *((slot.name, False) for slot in pasted.slots))
            self.model.rows = [self._row(at, row) for at, row in enumerate(pasted.rows)]
            widths, stretch = {0: 84} | dict.fromkeys(range(1, len(pasted.slots) + 1), 138), 0
        self.model.endResetModel()
        head = self.grid.horizontalHeader()
        for column in range(self.model.columnCount()):
            head.setSectionResizeMode(column, head.ResizeMode.Interactive)
            head.resizeSection(column, px(widths.get(column, 150)))
            self.grid.setColumnHidden(column, plan.target == FORM and column == 3 and self._is_small)
        if stretch:
            head.setSectionResizeMode(stretch, head.ResizeMode.Stretch)
        self._show_problems()

    def _show_problems(self) -> None:
        plan = self.plan
        found = [p for p in plan.pasted.problems if plan.target != FORM or p.level != "note"]
        if plan.target == DRAFTS:
            for at, problems in sorted((plan.wrong or {}).items()):
                label = _("第 {n} 行 ").format(n=at + 1)
                found += [
                    Problem(label + p.place, p.value, p.reason, p.remedy, p.level, p.code, at + 1)
                    for p in problems
                ]
        self._problem_model = ProblemTable(found)
        self.problems.setModel(self._problem_model)
        self.problems.setColumnHidden(0, True)
        self.problems.setColumnHidden(2, self._is_small)
        self.problems.set_widths(
            {1: 130 if self._is_small else 186, 2: 120, 4: 236 if self._is_small else 330}, stretch=3
        )
        self._problem_card.setVisible(bool(found))

    def _summary(self) -> str:
        plan = self.plan
        how = {
            "headers": _("按表头认栏"),
            "pairs": _("按栏名和值认栏"),
            "position": _("没有表头，从光标所在的栏起依次填"),
        }[plan.pasted.layout]
        counts = _("✓ {ok} 格　i {note} 格　! {doubt} 格　✕ {error} 格").format(
            ok=plan.pasted.count("ok"),
            note=plan.pasted.count("note"),
            doubt=plan.pasted.count("doubt"),
            error=plan.pasted.count("error"),
        )
        return f"{how}；{counts}"

    def _cell(self, cell: PastedCell) -> Cell:
        """What comes in, or what was copied when it is wrong; with its sign and its reason."""
        sign = _SIGNS.get(cell.level)
        shown = words_of(cell.value, cell.slot, self._codes) if cell.value is not None else cell.text
        why = "；".join(f"{one.reason}。{one.remedy}" for one in cell.findings)
        roles: dict[str, object] = {"LEVEL": sign} if sign else {}
        if cell.level == "error":
            roles["TONE"] = "err"
        return text(" ".join(shown.split()), **roles) | {TOOL_TIP: why or shown}

    def _form_row(self, at: int, cell: PastedCell) -> Sequence[Cell]:
        now = (self.plan.now or {}).get(at, "")
        why = "；".join(one.reason for one in cell.findings)
        after = words_of(cell.value, cell.slot, self._codes)
        if at in self.plan.not_there:
            why, after = _("表上没有这一栏，不填入"), ""
        elif not cell.text:
            why = _("空格，不改")
        elif not why:
            why = _("与现在相同") if now == after else ""
        sign = _SIGNS.get(cell.level)
        return [
            text(cell.slot.name),
            text(" ".join(cell.text.split())) | {TOOL_TIP: cell.text},
            text(after, LEVEL=sign) if sign else text(after),
            text(now, TONE="ink2"),
            text(why, TONE="err" if cell.level == "error" else "ink2") | {TOOL_TIP: why},
        ]

    def _row(self, at: int, row: Sequence[PastedCell]) -> Sequence[Cell]:
        good = at in self.plan.good()
        number = (
            text(str(at + 1), LEVEL="verified")
            if good
            else text(_("{n} 不收").format(n=at + 1), LEVEL="error")
        )
        return [number, *(self._cell(cell) for cell in row)]

    def lacks(self) -> str:
        """Something that can come in."""
        plan = self.plan
        if plan.target == DRAFTS:
            return "" if plan.good() else _("每一行都有 ✕，没有可以收的；请在表里改好后整块重贴")
        cells = [
            cell
            for row in plan.pasted.rows
            for at, cell in enumerate(row)
            if cell.value is not None and at not in plan.not_there
        ]
        return "" if cells else _("没有可以填入的格子；请在表里改好后整块重贴")

    def work(self) -> Callable[[], object]:
        """What ``run`` gave."""
        return self._run(self.plan)


def _wording(plan: Plan) -> tuple[str, str, str]:
    """Question, consequence, act."""
    if plan.target == DRAFTS:
        total, good = len(plan.pasted.rows), len(plan.good())
        return (
            _("把贴来的 {n} 行收成草稿？").format(n=total),
            _("有 ✕ 的行不收，改好后整块重贴，已收的不会重复；每份各给一个受理号。正在录的这份不动。"),
            _("收成 {n} 份草稿").format(n=good),
        )
    if plan.target == ROWS:
        return (
            _("把贴来的 {n} 行填进“{table}”？").format(n=len(plan.pasted.rows), table=plan.table),
            _("从光标所在的行填起；有 ✕ 的格子不填。确认后才写入，Ctrl+Z 一次撤回。"),
            _("填进表里"),
        )
    return (
        _("把贴来的 {n} 栏填进这份合同？").format(n=len(plan.pasted.rows[0])),
        _("有 ✕ 的栏不填，保持现在的样子。确认后才写入，Ctrl+Z 一次撤回。"),
        _("填进这份合同"),
    )
