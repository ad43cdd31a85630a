"""同买方连续录入: a grid of contracts that differ in a few columns only; each row becomes a draft of its own.

What is typed is on disk when a cell is left, and comes back after a power cut. Nothing is a contract before
the clerk says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QGuiApplication,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QShowEvent,
)
from PySide6.QtWidgets import QDialog, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from desktop.exchange.pasted import Slot, form_slots, kind_pair, read_block, slot_of, understand
from desktop.jobs import JobRunner
from desktop.resources import _
from desktop.rules.checks import is_missing
from desktop.rules.facts import Facts, Party
from desktop.services import commands as c
from desktop.services.desk import Desk
from desktop.ui.calls import Calls
from desktop.ui.dialogs.paste import ROWS, PasteDialog, Plan
from desktop.ui.pages.form_fields import FieldCodes, make_entry
from desktop.ui.pages.rows import RowEntry, RowsModel, RowsTable
from desktop.ui.pages.wording import trouble_words
from desktop.ui.theme import ink, px
from desktop.ui.widgets.base import Label
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.cards import Strip
from desktop.ui.widgets.fields import ENTER

DRAFT_PAGE: Final = "series"
"""Under this name the service keeps a grid that is not done yet."""
STEPS_KEPT: Final = 200
"""So many changes can be taken back with Ctrl+Z."""
Rows = tuple[tuple[dict[str, Any], dict[str, str]], ...]
"""A grid as it stood: values and texts that could not be read, row by row."""
_OF_FACTS = {item.name: item.metadata for item in fields(Facts)}
_OF_PARTY = {item.name: item.metadata for item in fields(Party)}


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """What may differ from one contract of a series to the next; an empty column is as in the first one,
    except for what is each contract's own: name, days, amounts, content.
    """

    title: str | None = field(default=None, metadata=_OF_FACTS["title"])
    contract_amount: Decimal | None = field(default=None, metadata=_OF_FACTS["contract_amount"])
    technology_amount: Decimal | None = field(default=None, metadata=_OF_FACTS["technology_amount"])
    signed_on: date | None = field(default=None, metadata=_OF_FACTS["signed_on"])
    valid_from: date | None = field(default=None, metadata=_OF_FACTS["valid_from"])
    valid_until: date | None = field(default=None, metadata=_OF_FACTS["valid_until"])
    seller_name: str | None = field(default=None, metadata={**_OF_PARTY["name"], "zh": "卖方名称"})
    seller_number: str | None = field(default=None, metadata={**_OF_PARTY["id_number"], "zh": "卖方信用代码"})
    sub_kind: str | None = field(default=None, metadata=_OF_FACTS["sub_kind"])
    effective_on: date | None = field(default=None, metadata=_OF_FACTS["effective_on"])
    payment_method: str | None = field(default=None, metadata=_OF_FACTS["payment_method"])
    technical_field: str | None = field(default=None, metadata=_OF_FACTS["technical_field"])
    industry: str | None = field(default=None, metadata=_OF_FACTS["industry"])
    summary: str | None = field(default=None, metadata=_OF_FACTS["summary"])


COLUMNS: Final = tuple(item.name for item in fields(SeriesRow))
SHOWN_AT_FIRST: Final = COLUMNS[:6]
_OWN: Final = frozenset(
    {
        "title", "contract_amount", "technology_amount", "signed_on", "valid_from", "valid_until",
        "effective_on", "summary", "official_number", "accepted_on", "recognised_on", "registered_on",
        "station", "exchange_rate", "exchange_rate_on", "original_amount", "vat_amount", "rd_cost_amount",
        "remuneration_amount", "service_inside_amount", "intermediary_fee", "expected_investment",
        "expected_output", "approval_number", "commerce_number", "waived_from", "tax_basis_net",
        "amortisation_of_year", "taxes_and_fees", "period_expenses_allocated", "licence_from",
        "licence_until", "amount_lines", "payments", "invoices", "ip_rights",
        "attachments", "incomes", "awards",
    }
)  # fmt: skip
"""What no contract takes over from another."""


def _slots() -> dict[str, Slot]:
    """Column → field, as pasted cells name it."""
    of_seller = {"seller_name": "name", "seller_number": "id_number"}
    found = {}
    for item in fields(SeriesRow):
        of = of_seller.get(item.name)
        label = str(item.metadata["zh"])
        found[item.name] = slot_of(of or item.name, item.metadata, "seller" if of else "", label)
    return found


def kept_of(facts: Facts) -> Facts:
    """What the contracts of a series share: the parties, the kind, and whatever is not each one's own."""
    empty = Facts()
    changes: dict[str, Any] = {name: getattr(empty, name) for name in _OWN}
    return replace(facts, **changes)


def facts_of_series_row(kept: Facts, row: SeriesRow, today: date) -> Facts:
    """One contract of the series."""
    values = {name: getattr(row, name) for name in COLUMNS if getattr(row, name) is not None}
    name, number = values.pop("seller_name", None), values.pop("seller_number", None)
    if code := values.pop("sub_kind", None):
        values["kind"], values["sub_kind"] = kind_pair(code, today)
    parties = kept.parties
    if name or number:
        seller = Party(role="seller", id_type="credit_code", country="CHN", name=name, id_number=number)
        parties = (*(p for p in parties if p.role != "seller"), seller)
    return replace(kept, **values, parties=parties)


def found_series(kept: tuple[str, str, str] | None) -> tuple[Mapping[str, Any], str] | None:
    """(content, time) of a grid that was left undone; None when there is none or it cannot be read."""
    if kept is None:
        return None
    try:
        content = json.loads(kept[1])
        rows = [{str(k): str(v) for k, v in row.items()} for row in content["rows"]]
        columns = [name for name in content["columns"] if name in COLUMNS]
        place = [int(part) for part in content.get("at", [0, 0])][:2]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if not rows:
        return None
    return {"rows": rows, "columns": columns or list(SHOWN_AT_FIRST), "at": place}, kept[2]


class SeriesDialog(QDialog):
    """The grid over the entry page. ``decided`` carries what the desk says of the drafts it made."""

    decided = Signal(object)

    def __init__(
        self,
        parent: QWidget | None,
        desk: Desk,
        jobs: JobRunner,
        facts: Facts,
        subject: str,
        codes: FieldCodes,
    ) -> None:
        super().__init__(parent)
        self._desk, self._jobs, self._subject = desk, jobs, subject
        self.kept = kept_of(facts)
        self._request = c.new_request()
        self._calls = Calls(jobs, self)
        self._calls.changed.connect(self.look)
        self._keeping = Calls(jobs, self)
        """Writes of what is typed; they hold nothing up."""
        self._now: Rows = ()
        self._before: list[Rows] = []
        self._after: list[Rows] = []
        self._words: dict[tuple[int, str], str] = {}
        self._codes = codes
        buyer = next((p.name for p in facts.buyers if p.name), "")
        seller = next((p.name for p in facts.sellers if p.name), "")
        title = _("同买方连续录入：{buyer}").format(buyer=buyer)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setModal(True)
        self.setMinimumSize(px(640), px(360))
        column = QVBoxLayout(self)
        column.setContentsMargins(px(20), px(14), px(20), px(12))
        column.setSpacing(px(8))
        head = QHBoxLayout()
        head.setSpacing(px(12))
        head.addWidget(Label(title, size="contract", strong=True, wrap=True), 1)
        self.columns_button = Button(_("栏目"), icon="settings", mnemonic="C")
        self.columns_button.clicked.connect(self.open_columns)
        head.addWidget(self.columns_button)
        column.addLayout(head)
        shared = _(
            "照抄本份：{who}{kind}，以及技术、支付等各栏；表里只录各份不同的，空着的类别、卖方照本份。"
        )
        kind = desk.codes.name("contract_kinds", facts.sub_kind or facts.kind)
        who = _("买方、卖方 {seller}、").format(seller=seller) if seller else _("买方、")
        column.addWidget(Label(shared.format(who=who, kind=kind or _("类别")), tone="ink2", wrap=True))
        self.model = RowsModel(DRAFT_PAGE, COLUMNS, codes, row_type=SeriesRow)
        widths = {2: 150, 3: 150, 4: 116, 5: 116, 6: 116, 7: 200, 8: 200, 9: 150, 10: 116}
        if parent is not None and parent.window().width() < px(1100):
            widths |= {2: 132, 3: 132, 4: 106, 5: 106, 6: 106}
        widths |= dict.fromkeys(range(11, len(COLUMNS) + 1), 150)
        self.rows = RowsTable(
            title, self.model, codes, widths=widths, stretch=1, remainder=self._whole_amount, is_tall=True
        )
        column.addWidget(self.rows, 1)
        self.why = Label("", tone="ink2", wrap=True)
        column.addWidget(self.why)
        self.trouble = Strip("", level="error")
        self.trouble.hide()
        column.addWidget(self.trouble)
        foot = QHBoxLayout()
        foot.setSpacing(px(12))
        hint = _("Enter 向右，行尾到下一行；Insert 加行；Ctrl+Delete 删行；.. 抄上一行；= 取合同成交额")
        foot.addWidget(Label(hint, size="note", tone="ink2", wrap=True), 1)
        self.act_button = Button("", "primary", mnemonic="S")
        self.act_button.clicked.connect(self.take_in)
        self.leave_button = Button(_("先放着"), key="Esc")
        self.leave_button.clicked.connect(self.reject)
        foot.addWidget(self.act_button)
        foot.addWidget(self.leave_button)
        column.addLayout(foot)
        self.shown: tuple[str, ...] = ()
        self.show_columns(SHOWN_AT_FIRST)
        self.paste_dialog: PasteDialog | None = None
        self.rows.paste_block = self._paste_block
        self.rows.step_back = self.step_back
        self.rows.edited.connect(self._edited)
        self.rows.table.selectionModel().currentChanged.connect(self._moved)
        self.found_at = ""
        self._at = (0, 1)
        self._restore()
        self._now = self._copy()
        self.check()

    # columns

    def show_columns(self, names: Sequence[str]) -> None:
        """Only these; one that holds something is never hidden."""
        filled = {
            name for row in self.model.rows for name in COLUMNS if row.values.get(name) or row.raw.get(name)
        }
        self.shown = tuple(name for name in COLUMNS if name in names or name in filled or name == "title")
        for at, name in enumerate(COLUMNS, 1):
            self.rows.table.setColumnHidden(at, name not in self.shown)

    def open_columns(self) -> None:
        """The list of columns, to be ticked."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for at, name in enumerate(COLUMNS[1:], 1):
            action = QAction(
                f"&{at} {self.model.head_of(name)}" if at < 10 else self.model.head_of(name), menu
            )
            action.setCheckable(True)
            action.setChecked(name in self.shown)
            action.toggled.connect(partial(self._column_ticked, name))
            menu.addAction(action)
        menu.popup(self.columns_button.mapToGlobal(QPoint(0, self.columns_button.height())))

    def _column_ticked(self, name: str, is_shown: bool) -> None:
        names = set(self.shown) | {name} if is_shown else set(self.shown) - {name}
        self.show_columns(tuple(names))
        self._keep()

    # what is typed

    def _whole_amount(self, row: int) -> Decimal | None:
        """“=”: the whole amount of the contract is technology."""
        return self.model.rows[row].values.get("contract_amount") if row < len(self.model.rows) else None

    def _edited(self) -> None:
        self._before.append(self._now)
        del self._before[:-STEPS_KEPT]
        self._after.clear()
        self._now = self._copy()
        self._settled()

    def _settled(self) -> None:
        self._request = c.new_request()
        self._keep()
        self.check()

    def _copy(self) -> Rows:
        return tuple((dict(row.values), dict(row.raw)) for row in self.model.rows)

    def step_back(self, back: bool) -> bool:
        """Ctrl+Z, or with ``back`` False Ctrl+Y: the grid as before the last change; False: there is none."""
        source, other = (self._before, self._after) if back else (self._after, self._before)
        if not source:
            return False
        other.append(self._now)
        self._now = source.pop()
        place = self.rows.table.currentIndex()
        at = (place.row(), place.column())
        self.model.beginResetModel()
        self.model.rows = [RowEntry(dict(values), dict(raw)) for values, raw in self._now]
        self.model.endResetModel()
        row = min(max(at[0], 0), len(self.model.rows))
        self.rows.table.setCurrentIndex(self.model.index(row, max(at[1], 1)))
        self._settled()
        return True

    def _moved(self, *_indexes: object) -> None:
        index = self.rows.table.currentIndex()
        self._at = (index.row(), index.column())
        self._say_why()

    def _keep(self) -> None:
        rows = []
        for at in range(len(self.model.rows)):
            texts = {
                name: str(self.model.index(at, column).data(Qt.ItemDataRole.EditRole) or "")
                for column, name in enumerate(COLUMNS, 1)
            }
            rows.append({name: words for name, words in texts.items() if words})
        content = json.dumps({"rows": rows, "columns": self.shown, "at": self._at}, ensure_ascii=False)
        command = c.KeepDraft(
            actor=self._desk.person.name,
            page=DRAFT_PAGE,
            subject=self._subject,
            field_name="",
            content=content,
        )
        self._keeping.ask(partial(self._desk.keep_draft, command), self._was_kept, self._not_kept)

    def _was_kept(self, _result: object) -> None:
        self.trouble.hide()

    def _not_kept(self, exc: Exception) -> None:
        self._tell(_("没有写进磁盘：{why}").format(why=trouble_words(exc)))

    def _restore(self) -> None:
        found = found_series(self._desk.draft(DRAFT_PAGE, self._subject))
        if found is None:
            return
        content, self.found_at = found
        self.model.blockSignals(True)
        for at, texts in enumerate(content["rows"]):
            self.model.put_values(at, {})
            for name, words in texts.items():
                if name in COLUMNS:
                    self.model.setData(self.model.index(at, COLUMNS.index(name) + 1), words)
        self.model.blockSignals(False)
        self.model.layoutChanged.emit()
        self.show_columns(content["columns"])
        row, at = content["at"]
        self._at = (min(max(row, 0), len(self.model.rows)), min(max(at, 1), len(COLUMNS)))
        self.why.setText(_("已找回 {time} 的录入").format(time=self.found_at))

    # a block copied in Excel or WPS

    def _paste_block(self) -> bool:
        kept = QGuiApplication.clipboard().mimeData()
        html = kept.html() if kept.hasHtml() else ""
        block = read_block(kept.text() if kept.hasText() else "", html)
        if block is None:
            return False
        at = max(self.rows.table.currentIndex().column() - 1, 0)
        stops = [slot for name, slot in _slots().items() if name in self.shown and COLUMNS.index(name) >= at]
        wanted = {slot.key for slot in _slots().values()}
        known = {label: slot for label, slot in form_slots().items() if slot.key in wanted}

        def read(fill_down: bool) -> Plan:
            codes, today = self._desk.codes, self._desk.today()
            return Plan(
                ROWS,
                understand(block, known, stops, codes, today, down=False, fill_down=fill_down),
                table=_("连续录入"),
            )

        dialog = PasteDialog(
            self, self._jobs, read(False), self._desk.codes, run=lambda plan: lambda: plan, again=read
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.decided.connect(self._pasted)
        dialog.finished.connect(self._looked_over)
        self.paste_dialog = dialog
        dialog.open()
        return True

    def _pasted(self, plan: object) -> None:
        if not isinstance(plan, Plan):
            return
        names = {slot.key: name for name, slot in _slots().items()}
        at = min(max(self.rows.table.currentIndex().row(), 0), len(self.model.rows))
        for cells in plan.pasted.rows:
            self.model.put_values(at, {names[c.slot.key]: c.value for c in cells if c.value is not None})
            at += 1
        self.show_columns(self.shown)
        self._edited()

    def _looked_over(self, _result: int) -> None:
        self.paste_dialog = None
        self.activateWindow()
        self.rows.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # checking

    def facts(self) -> tuple[Facts, ...]:
        """The contracts as they stand, rows with nothing in them left out."""
        today = self._desk.today()
        return tuple(facts_of_series_row(self.kept, row, today) for row in self.model.result())

    def check(self) -> None:
        """Mark every cell that cannot be read or that the self-check finds wrong."""
        self._words.clear()
        marks: dict[tuple[int, str], str] = {}
        for at, facts in enumerate(self.facts()):
            place = self.model.place_of(at)
            for problem in self._desk.check_form(facts, None, submitted=False):
                name = self._column_of(problem.field, facts)
                if name not in self.shown or problem.level == "note" or is_missing(problem):
                    continue
                if (at, name) not in marks or problem.level == "error":
                    marks[at, name] = problem.level
                    self._words[place, name] = f"{problem.reason}；{problem.remedy}"
        for place, row in enumerate(self.model.rows):
            for name, words in row.raw.items():
                kind, table = self.model.kind(name)
                probe = make_entry(kind, table, name, self._codes, field=name)
                self._words[place, name] = probe.check(words)
                probe.deleteLater()
        self.model.set_marks(marks)
        self._say_why()
        self.look()

    @staticmethod
    def _column_of(path: str, facts: Facts) -> str:
        if path.startswith("parties[") and "]." in path:
            at, name = path.removeprefix("parties[").split("].")
            is_seller = int(at) < len(facts.parties) and facts.parties[int(at)].role == "seller"
            return {"name": "seller_name", "id_number": "seller_number"}.get(name, "") if is_seller else ""
        return "sub_kind" if path == "kind" else path

    def _say_why(self) -> None:
        index = self.rows.table.currentIndex()
        if index.isValid() and index.column() > 0:
            words = self._words.get((index.row(), COLUMNS[index.column() - 1]), "")
            self.why.setText(f"✕ {words}" if words else "")

    def look(self) -> None:
        """How many drafts the act would make."""
        count = len(self.model.result())
        self.act_button.set_words(_("收成 {n} 份草稿").format(n=count))
        self.act_button.setEnabled(bool(count) and not self._calls.is_busy)

    # the act

    def take_in(self) -> None:
        """Each row a draft with its own 受理号; a cell that cannot be read holds everything back."""
        unread = [(at, name) for at, row in enumerate(self.model.rows) for name in row.raw]
        untitled = [
            at
            for at, row in enumerate(self.model.rows)
            if any(row.values.values()) and not row.values.get("title")
        ]
        if unread or untitled:
            at, name = unread[0] if unread else (untitled[0], "title")
            words = self._words.get((at, name)) or _("请写项目名称")
            self._tell(
                _("第 {n} 行 {head}：{words}").format(n=at + 1, head=self.model.head_of(name), words=words)
            )
            self.go_to(at, name)
            return
        command = c.ImportRows(
            actor=self._desk.person.name, request_id=self._request, rows=self.facts(), origin="series"
        )
        self._calls.ask(partial(self._desk.import_rows, command), self._done, self._failed)

    def _done(self, result: object) -> None:
        self._desk.drop_draft(DRAFT_PAGE, self._subject)
        self.model.show(())
        self.decided.emit(result)
        self.accept()

    def _failed(self, exc: Exception) -> None:
        self._tell(trouble_words(exc))

    def _tell(self, words: str) -> None:
        self.trouble.say(words)
        self.trouble.show()

    def go_to(self, row: int, name: str) -> None:
        """The focus on one cell."""
        self.rows.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self.rows.table.setCurrentIndex(self.model.index(row, COLUMNS.index(name) + 1))

    # the frame

    def showEvent(self, event: QShowEvent) -> None:
        """As large as the window allows; the focus in the cell where the work stopped."""
        super().showEvent(event)
        if (parent := self.parentWidget()) is not None:
            window = parent.window()
            self.resize(min(window.width() - px(48), px(1240)), window.height() - px(64))
            middle = window.mapToGlobal(window.rect().center())
            self.move(middle - QPoint(self.width() // 2, self.height() // 2))
        self.rows.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self.rows.table.setCurrentIndex(self.model.index(*self._at))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter on the dialog itself does nothing."""
        if event.key() in ENTER:
            return
        super().keyPressEvent(event)

    def reject(self) -> None:
        """What was typed stays on disk; an empty grid leaves nothing behind."""
        if self._calls.is_busy:
            return
        if not self.model.rows:
            self._desk.drop_draft(DRAFT_PAGE, self._subject)
        super().reject()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A frame: some desktops draw none."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink("bg0"))
        painter.setPen(QPen(ink("line2"), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
