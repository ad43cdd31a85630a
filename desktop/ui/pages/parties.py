"""单位库: the parties this station knows, with their former names and contracts; put in order here.

Reached from 查询 (Alt+W); ``open`` takes the words to look for. A name field of the form comes with a
``PartyWanted`` (F7): then Enter and F12 take the chosen party there.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.jobs import JobRunner
from desktop.resources import _
from desktop.rules.facts import FIXED_CODES, Party, label_of
from desktop.rules.identifiers import mask_id, mask_phone
from desktop.services.desk import Desk
from desktop.services.views import ContractRow, ContractSheet, HistoryRow, PartyList, PartySheet
from desktop.settings import local_time
from desktop.ui.calls import Calls
from desktop.ui.dialogs.deciding import DecidingDialog
from desktop.ui.dialogs.party import EditPartyDialog, MergePartiesDialog, RetirePartyDialog
from desktop.ui.dialogs.year import YearDialog
from desktop.ui.pages.page import Page, PartyWanted, Primary
from desktop.ui.pages.parts import Pairs, after_quiet, page_column
from desktop.ui.pages.sides import SidePanel, focus
from desktop.ui.pages.wording import trouble_words, yuan
from desktop.ui.tables.columns import Cell, text
from desktop.ui.tables.hits import spans
from desktop.ui.tables.plain import PlainTable
from desktop.ui.theme import px
from desktop.ui.widgets.bars import Key, PageHead
from desktop.ui.widgets.base import Label
from desktop.ui.widgets.buttons import PageTool
from desktop.ui.widgets.cards import EmptyNote
from desktop.ui.widgets.fields import SearchBox
from desktop.ui.widgets.marks import MARKS
from desktop.ui.widgets.steps import Happening, Timeline
from desktop.ui.widgets.table import DeskTable, Role, TableCard

PAUSE, STILL = 150, 250
"""Milliseconds of quiet before the library is asked; on one row before its details are."""
CONTRACTS_SHOWN = 8
PERSONAL = ("resident_id", "passport", "other")
_SHORT = {
    "is_nonprofit_research": _("非营利科研"),
    "is_high_tech": _("高新企业"),
    "is_small_low_profit": _("小微企业"),
    "vat_status": _("增值税"),
    "country": _("国别"),
}
"""Names of fields that are too long for the panel."""


class PartiesPage(Page):
    """See the head of this file."""

    code = "parties"

    def __init__(self, desk: Desk, jobs: JobRunner, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._jobs = desk, jobs
        self.setAccessibleName(_("单位库"))
        self._calls = Calls(jobs, self)
        self._asked = 0
        self._errand: PartyWanted | None = None
        """The form that waits for a party."""
        self._wanted: int | None = None
        """The party to stand on when the list has come."""
        self.found = PartyList((), 0)
        self.sheet: PartySheet | None = None
        self.dialog: DecidingDialog | None = None
        self._narrow = False
        self._side_wanted = True
        column = page_column(self)
        column.addWidget(self._head())
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self._list(), 1)
        self.side = self._details()
        row.addWidget(self.side)
        column.addLayout(row, 1)
        self._typing = after_quiet(self, PAUSE, self.search)
        self._looking = after_quiet(self, STILL, self._read_sheet)
        self._lay_out()

    # putting it together

    def _head(self) -> PageHead:
        head = PageHead(_("单位库"))
        self.head = head
        self.box = SearchBox(_("查找单位"), _("名称、曾用名、代码、拼音首字母"))
        self.box.setMinimumWidth(px(220))
        self.box.textChanged.connect(self._typed)
        self.box.searched.connect(self._entered)
        head.add_left(self.box, 3)
        self.tools = {
            "edit": PageTool(_("改资料"), "edit"),
            "merge": PageTool(_("合并"), "arrow_swap"),
            "retire": PageTool(_("停用"), "prohibited"),
            "year": PageTool(_("年度账"), "data_bar_vertical"),
        }
        tips = {"edit": "Alt+E", "merge": "Alt+H", "retire": "Alt+T", "year": "Alt+N"}
        acts = {"edit": self.edit, "merge": self.merge, "retire": self.retire, "year": self.open_year}
        for name, tool in self.tools.items():
            tool.setToolTip(f"{tool.text()}（{tips[name]}）")
            tool.clicked.connect(acts[name])
            head.add_right(tool)
        return head

    def _list(self) -> TableCard:
        heads = [
            (_("名称 / 曾用名"), False),
            (_("证件号码"), False),
            (_("合同"), True),
            (_("最近使用"), False),
            (_("状态"), False),
        ]
        self.model = PlainTable(heads, self)
        self.table = DeskTable(_("单位"), two_lines=True)
        self.table.setModel(self.model)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.set_widths({1: 206, 2: 64, 3: 112, 4: 76}, stretch=0)
        self.table.opened.connect(self._opened)
        self.table.selectionModel().currentRowChanged.connect(self._row_changed)
        card = TableCard(self.table, totals=True)
        card.setProperty("card", "")
        self.card = card
        self.empty = EmptyNote(
            _("单位库里没有这个单位。"), _("换个词试试；受理过的合同，当事人会自动收进单位库。")
        )
        self.empty.hide()
        card.add_foot(self.empty)
        return card

    def _details(self) -> SidePanel:
        side = SidePanel(_("单位详情"))
        self.pairs = Pairs(name_width=92, gap=2)
        side.body.addWidget(self.pairs)
        self.former_head = side.add_heading(_("曾用名"))
        self.former = Label("", wrap=True)
        side.body.addWidget(self.former)
        self.contracts_head = side.add_heading(_("合同"))
        self.contracts = Timeline()
        self.contracts.setAccessibleName(_("这个单位的合同"))
        self.contracts.opened.connect(self._open_contract)
        side.body.addWidget(self.contracts)
        self.history_head = side.add_heading(_("单位库里的改动"))
        self.history = Timeline()
        side.body.addWidget(self.history)
        side.body.addStretch(1)
        return side

    # the page as the window sees it

    def keys(self) -> Sequence[Key]:
        """Bottom line."""
        may = self.sheet is not None and self.sheet.may_edit
        escape = Key("Esc", _("返回"))
        if self._narrow and self._side_wanted:
            escape = Key("Esc", _("关详情"), self.toggle_side)
        return (
            Key("F1", _("帮助")),
            Key("F3", _("查找"), self.focus_box),
            Key(("↑", "↓"), _("换行")),
            Key("Enter", _("用这个单位") if self._errand else _("看它的合同")),
            Key("F8", _("详情"), self.toggle_side),
            Key(("Alt", "E"), _("改资料"), self.edit, is_enabled=may),
            Key(("Alt", "H"), _("合并"), self.merge, is_enabled=may),
            Key(("Alt", "T"), self._retire_word(), self.retire, is_enabled=may),
            Key(("Alt", "N"), _("年度账"), self.open_year, is_enabled=self.sheet is not None),
            escape,
        )

    def primary(self) -> Primary | None:
        """The contracts of this party in 查询, or the party itself for the form that waits."""
        why_not = _("请先用 ↑↓ 选一个单位")
        if self._errand is not None:
            at = self.table.currentIndex().row()
            is_retired = 0 <= at < len(self.found.rows) and bool(self.found.rows[at].retired_on)
            can = self.current_id() is not None and not is_retired
            return Primary(_("用这个单位"), self.take, can, _("已停用，请先恢复") if is_retired else why_not)
        return Primary(_("看它的合同"), self.show_contracts, self.current_id() is not None, why_not)

    def open(self, argument: object = None) -> None:
        """Words to look for; nothing: the whole library, the latest used first."""
        self._errand = argument if isinstance(argument, PartyWanted) else None
        words = argument.text if isinstance(argument, PartyWanted) else argument
        if isinstance(words, str):
            self.box.blockSignals(True)
            self.box.setText(words)
            self.box.blockSignals(False)
        self.search()
        self.focus_box()

    def resume(self) -> None:
        """Back from a contract: the same row."""
        self._wanted = self.current_id()
        self.search()
        focus(self.table)

    def set_narrow(self, narrow: bool) -> None:
        """Below 1280 the details stay closed until F8."""
        if narrow != self._narrow:
            self._narrow = narrow
            self._side_wanted = not narrow
        for tool in self.tools.values():
            tool.setVisible(not narrow)
        self._lay_out()

    def focus_box(self) -> None:
        """F3."""
        self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.box.selectAll()

    def toggle_side(self) -> None:
        """F8."""
        self._side_wanted = not self._side_wanted
        self._lay_out()
        if not self._side_wanted:
            focus(self.table)

    def _lay_out(self) -> None:
        self.side.fit(narrow=self._narrow)
        self.side.setVisible(self._side_wanted)
        self.card.setVisible(not (self._side_wanted and self._narrow))
        self.keys_changed.emit()

    # searching

    def _typed(self, _text: str) -> None:
        self._typing.start()

    def _entered(self, _text: str) -> None:
        if self._typing.isActive():
            self.search()
        if self.model.rowCount():
            focus(self.table)

    def search(self) -> None:
        """Ask the library; an answer to an older question is thrown away."""
        self._typing.stop()
        self._asked += 1
        asked, words = self._asked, self.box.text().strip()
        self._calls.ask(
            partial(self._desk.party_list, words), partial(self._came, asked, words), self._failed
        )

    def _came(self, asked: int, words: str, found: PartyList) -> None:
        if asked != self._asked:
            return
        self.found = found
        rows: list[list[Cell]] = []
        for row in found.rows:
            former = "、".join(row.former_names)
            name = text(
                row.name,
                HITS=spans(row.name, words, initials_too=True),
                TONE="ink3" if row.retired_on else "ink1",
            )
            if former:
                name[int(Role.SECOND)] = _("曾用名 {names}").format(names=former)
                name[int(Role.SECOND_HITS)] = spans(str(name[int(Role.SECOND)]), words)
            rows.append(
                [
                    name,
                    text(row.id_number or "—", MONO=bool(row.id_number)),
                    text(str(row.contract_count)),
                    text(row.last_used_on.isoformat() if row.last_used_on else "—"),
                    text(_("已停用"), TONE="ink3") if row.retired_on else text(_("在用")),
                ]
            )
        self.model.show_rows(rows)
        self.empty.setVisible(not rows)
        if self.card.totals is not None:
            words_of_total = _("共 {n} 个单位").format(n=f"{found.total:,}")
            if found.total > len(found.rows):
                words_of_total += _("，列出最近用过的 {n} 个").format(n=len(found.rows))
            self.card.totals.show_totals({0: words_of_total})
        at = next((n for n, row in enumerate(found.rows) if row.id == self._wanted), 0)
        self._wanted = None
        self.sheet = None
        if rows:
            self.table.select_row(at)
            self._read_sheet()
        else:
            self._show_nothing()
        self.keys_changed.emit()

    def _failed(self, exc: Exception) -> None:
        self.said.emit(trouble_words(exc), "err", True)

    # one party

    def current_id(self) -> int | None:
        """Id of the party in front."""
        at = self.table.currentIndex().row()
        return self.found.rows[at].id if 0 <= at < len(self.found.rows) else None

    def _row_changed(self, _now: QModelIndex, _before: QModelIndex) -> None:
        self.sheet = None
        self._looking.start()
        self.keys_changed.emit()

    def _read_sheet(self) -> None:
        self._looking.stop()
        key = self.current_id()
        if key is not None:
            desk = self._desk

            def look() -> tuple[PartySheet, dict[int, ContractRow]]:
                sheet = desk.party_sheet(key)
                return sheet, desk.rows(sheet.contract_ids[:CONTRACTS_SHOWN])

            self._calls.ask(look, self._sheet_came, self._failed)

    def _sheet_came(self, answer: tuple[PartySheet, dict[int, ContractRow]]) -> None:
        sheet, contracts = answer
        if sheet.row.id == self.current_id():
            self._show(sheet, contracts)

    def _show_nothing(self) -> None:
        self.side.title.setText("")
        self.pairs.show_pairs([])
        for part in (self.former_head, self.former, self.contracts_head, self.history_head):
            part.hide()
        self.contracts.show_rows([])
        self.history.show_rows([])

    def _show(self, sheet: PartySheet, contracts: dict[int, ContractRow]) -> None:
        self.sheet = sheet
        row = sheet.row
        self.side.title.setText(row.name)
        self.pairs.show_pairs(self._field_pairs(sheet))
        former = [
            "　".join(part for part in (name, number, _("到 {day}").format(day=until)) if part)
            for name, number, until in sheet.former
        ]
        self.former.setText("\n".join(former))
        self.former.setVisible(bool(former))
        self.former_head.setVisible(bool(former))
        shown = [contracts[key] for key in sheet.contract_ids[:CONTRACTS_SHOWN] if key in contracts]
        self.contracts_head.setText(_("合同 {n} 份").format(n=row.contract_count))
        self.contracts_head.show()
        self.contracts.show_rows([_contract_line(one) for one in shown])
        self.history_head.setVisible(bool(sheet.history))
        self.history.show_rows([_history_line(one) for one in sheet.history])
        word = self._retire_word()
        for name in ("edit", "merge", "retire"):
            self.tools[name].setEnabled(sheet.may_edit)
        tool = self.tools["retire"]
        tool.setText(word)
        tool.setAccessibleName(word)
        tool.updateGeometry()
        self.keys_changed.emit()

    def _field_pairs(self, sheet: PartySheet) -> list[tuple[str, str]]:
        codes = self._desk.codes
        fields = sheet.fields
        is_personal = fields.get("id_type") in PERSONAL
        pairs = []
        for name, value in fields.items():
            if name == "name" or value in (None, ""):
                continue
            words = str(value)
            if isinstance(value, bool):
                words = _("是") if value else _("否")
            elif name == "id_number" and is_personal:
                words = mask_id(words)
            elif name == "phone" and is_personal:
                words = mask_phone(words)
            elif name in ("id_type", "vat_status"):
                table = FIXED_CODES["id_types" if name == "id_type" else "vat_status"]
                words = table.get(words, words)
            elif name in ("country", "region", "party_type"):
                tables = {"country": "countries_iso", "region": "regions", "party_type": "party_types"}
                words = codes.name(tables[name], words) or words
            elif name == "email":
                words = words.replace("@", "@\u200b")  # may be broken there: the panel is narrow
            pairs.append((_SHORT.get(name, label_of(name, Party)), words))
        if sheet.row.retired_on:
            pairs.append((_("停用"), _("{day} 起").format(day=sheet.row.retired_on)))
        return pairs

    # acts

    def _retire_word(self) -> str:
        return _("恢复使用") if self.sheet is not None and self.sheet.row.retired_on else _("停用")

    def show_contracts(self) -> None:
        """F12, Enter: its contracts in 查询, by its number or, for people, by name."""
        at = self.table.currentIndex().row()
        if 0 <= at < len(self.found.rows):
            row = self.found.rows[at]
            self.wants.emit("search", row.id_number if row.id_type == "credit_code" else row.name)

    def take(self) -> None:
        """F12, Enter when a form waits: this party goes there, and so does the person."""
        at = self.table.currentIndex().row()
        if self._errand is None or not 0 <= at < len(self.found.rows):
            return
        row = self.found.rows[at]
        if row.retired_on:
            self.said.emit(_("“{name}”已停用，请先恢复").format(name=row.name), "warn", False)
            return
        self._errand.take(row.id, row.name)
        self._errand = None
        self.wants.emit("back", None)

    def _opened(self, _index: QModelIndex) -> None:
        if self._errand is not None:
            self.take()
        else:
            self.show_contracts()

    def _open_contract(self, key: str) -> None:
        self.wants.emit("case", int(key))

    def edit(self) -> None:
        """Alt+E."""
        if self._may():
            assert self.sheet is not None
            self._ask(EditPartyDialog(self, self._desk, self._jobs, self.sheet))

    def merge(self) -> None:
        """Alt+H."""
        if self._may():
            assert self.sheet is not None
            self._ask(MergePartiesDialog(self, self._desk, self._jobs, self.sheet))

    def retire(self) -> None:
        """Alt+T."""
        if self._may():
            assert self.sheet is not None
            self._ask(RetirePartyDialog(self, self._desk, self._jobs, self.sheet))

    def _may(self) -> bool:
        if self.sheet is None:
            self.said.emit(_("请先用 ↑↓ 选一个单位"), "warn", False)
            return False
        if not self.sheet.may_edit:
            self.said.emit(self.sheet.why_not, "warn", True)
            return False
        return True

    def _ask(self, dialog: DecidingDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.decided.connect(self._decided)
        self.dialog = dialog
        dialog.open()

    def _decided(self, result: object) -> None:
        if isinstance(result, PartySheet):
            self._wanted = result.row.id
            self.search()
            focus(self.table)
            if result.history:
                self.said.emit(f"{result.row.name}：{result.history[0].words}", "ok", True)

    def open_year(self) -> None:
        """Alt+N: the year account of this party, over its newest contract."""
        sheet = self.sheet
        if sheet is None or not sheet.contract_ids:
            self.said.emit(_("这个单位还没有合同，没有年度账"), "warn", False)
            return
        taxpayer = str(sheet.fields.get("id_number") or sheet.row.name)
        self._calls.ask(
            partial(self._desk.contract, sheet.contract_ids[0]),
            partial(self._year_of, taxpayer),
            self._failed,
        )

    def _year_of(self, taxpayer: str, contract: ContractSheet) -> None:
        dialog = YearDialog(self, self._desk, self._jobs, contract)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.taxpayer.choose(taxpayer)
        dialog.reckon()
        self.dialog = dialog
        dialog.open()


def _contract_line(row: ContractRow) -> Happening:
    day = row.registered_on or row.accepted_on
    number = row.official_number or row.local_serial
    amount = _("{amount} 元").format(amount=yuan(row.contract_amount))
    return Happening(
        row.title or number,
        day.isoformat() if day else "",
        "　".join((number, amount, MARKS[row.state].word)),
        key=str(row.id),
    )


def _history_line(act: HistoryRow) -> Happening:
    changes = "；".join(f"{name} {old or _('空')} → {new or _('空')}" for name, old, new in act.changes)
    said = "　".join(part for part in (act.person, changes) if part)
    return Happening(act.words, f"{local_time(act.at):%Y-%m-%d}", said, act.is_warning)
