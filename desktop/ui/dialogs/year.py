"""年度账: what the contracts of one taxpayer give to its year, where a limit belongs to the year."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QWidget

from desktop.jobs import JobRunner
from desktop.resources import _
from desktop.rules.amounts import format_yuan
from desktop.rules.research_cost import RATES, standing_words, way_words
from desktop.rules.subsidy_account import SchemeYear
from desktop.rules.tax_year import ResearchYear, TransferYear, YearAccount
from desktop.services.desk import Desk
from desktop.services.views import ContractSheet
from desktop.ui.dialogs.deciding import DecidingDialog
from desktop.ui.pages.parts import choose_folder
from desktop.ui.tables.columns import Cell, text
from desktop.ui.tables.plain import PlainTable
from desktop.ui.theme import px
from desktop.ui.widgets.base import Label
from desktop.ui.widgets.buttons import Choice
from desktop.ui.widgets.entries import AmountField
from desktop.ui.widgets.table import DeskTable

_MONEY = range(3, 7)
"""Columns of money that a year may have nothing in: then they make room."""
_SAID = 7
LEAST, OTHER, BESIDE = 76, 280, 78
"""Drawing pixels: the table is never lower; height of all but table and sums; width beside the sums."""


class YearDialog(DecidingDialog):
    """The parties of the contract at hand and their years; the account is reckoned anew at every change."""

    def __init__(self, parent: QWidget | None, desk: Desk, jobs: JobRunner, sheet: ContractSheet) -> None:
        super().__init__(
            parent,
            jobs,
            _("看哪一个单位的年度账？"),
            _("免税限额和境外委托的限额属于纳税人全年。只算本机已登记的合同；由税务机关确定。"),
            act=_("写出备查资料"),
            safe=_("关上"),
            mnemonic="S",
            width=1120,
        )
        self._desk = desk
        self.account: YearAccount | None = None
        self.ask_folder: Callable[[QWidget, str], Path | None] = choose_folder
        roles = {"seller": _("卖方"), "buyer": _("买方")}
        people = [
            (p.id_number or p.name or "", f"{roles[p.role or '']}　{p.name}")
            for p in sheet.facts.parties
            if p.role in roles and p.name
        ]
        today = desk.today()
        self.taxpayer = Choice(_("单位"), people)
        years = range(today.year + 1, today.year - 6, -1)  # the year of a local scheme may have begun
        self.year = Choice(_("年度"), [(str(y), str(y)) for y in years])
        self.year.setCurrentIndex(1)
        self.own = AmountField(_("自行研发费用"))
        self.standing = Choice(_("买方类型"), [(name, standing_words(name)) for name in RATES])
        for choice in (self.taxpayer, self.year, self.standing):
            choice.currentIndexChanged.connect(self.reckon)
        self.own.committed.connect(self.reckon)
        rows = self.add(_("单位"), self.taxpayer), self.add(_("年度"), self.year)
        self.side_by_side(*rows, shares=(3, 2))
        own = self.add(_("自行研发费"), self.own)
        own.set_note(_("买方有境外委托时填，不填按零算"))
        self.side_by_side(own, self.add(_("买方类型"), self.standing), shares=(3, 2))
        heads = [
            (_("编号"), False),
            (_("项目"), False),
            (_("所得或基数"), True),
            (_("免征"), True),
            (_("减半"), True),
            (_("加计扣除"), True),
            (_("地方补助"), True),
            (_("说明"), False),
        ]
        self.model = PlainTable(heads, self)
        self.table = DeskTable(_("各份合同的贡献"))
        self.table.setModel(self.model)
        self.table.set_widths({0: 180, 2: 124, 3: 124, 4: 124, 5: 124, 6: 124, 7: 150}, stretch=1)
        self.table.setFixedHeight(px(LEAST))
        self.setMinimumWidth(px(880))
        self.resize(px(1120), self.sizeHint().height())
        self.body.addWidget(self.table)
        self.sums = Label("", wrap=True)
        self.below.insertWidget(0, self.sums)
        self.ready()
        self.reckon()

    def reckon(self, *_what: object) -> None:
        """Ask for the account of the chosen unit and year."""
        if not self.taxpayer.choice() or self.own.check(self.own.text()):
            return
        self.trouble.hide()
        own = self.own.amount() or Decimal(0)
        year, standing = int(self.year.choice()), self.standing.choice()
        call = partial(self._desk.year_account, self.taxpayer.choice(), year, own, standing)
        self._calls.ask(call, self._show, self._no_account)

    def _no_account(self, exc: Exception) -> None:
        self.account = None
        self.model.show_rows([])
        self.sums.setText("")
        self._failed(exc)
        self.look()

    def _show(self, account: YearAccount) -> None:
        self.account = account
        rows: list[list[Cell]] = []
        for part in (account.transfer, account.research):
            for share in part.shares if part is not None else ():
                figures = (share.amount, share.exempt or None, share.halved or None, share.deduction or None)
                rows.append(_row(share.number, share.title, (*figures, None), share.why))
        for scheme in account.subsidies:
            for given in scheme.shares:
                said = f"{scheme.name} {given.why}".rstrip()
                rows.append(
                    _row(given.number, given.title, (given.base, None, None, None, given.amount), said)
                )
        self.model.show_rows(rows)
        empty = [at for at in _MONEY if not any(row[at].get(Qt.ItemDataRole.DisplayRole) for row in rows)]
        for column in _MONEY:
            self.table.setColumnHidden(column, column in empty)
        mode = QHeaderView.ResizeMode.Stretch if len(empty) > 1 else QHeaderView.ResizeMode.Interactive
        self.table.horizontalHeader().setSectionResizeMode(_SAID, mode)
        words = [sums_in_words(part) for part in (account.transfer, account.research) if part is not None]
        words += [scheme_in_words(scheme) for scheme in account.subsidies]
        self.sums.setText("\n".join(words) or _("这一年没有技术转让所得，也没有委托研发支出。"))
        self.look()
        self._fit_table()
        self.fit()

    def _fit_table(self) -> None:
        """As high as its rows, as far as the window has room beside fields and sums: one thing scrolls."""
        table, window = self.table, self.parentWidget()
        rows = self.model.rowCount() * table.verticalHeader().defaultSectionSize()
        wanted = max(table.horizontalHeader().sizeHint().height() + rows + px(4), px(LEAST))
        if window is not None:
            sums = self.sums.heightForWidth(self.width() - px(BESIDE))
            wanted = min(wanted, max(window.window().height() - px(OTHER) - sums, px(LEAST)))
        table.setFixedHeight(wanted)

    def lacks(self) -> str:
        """An account to save."""
        return "" if self.account is not None else _("还没有算出年度账")

    def do(self) -> None:
        """Choose a place first; the dialog stays open."""
        if self.account is None or self._calls.is_busy:
            return
        target = self.ask_folder(self, _("备查资料放在哪里"))
        if target is not None:
            self._calls.ask(partial(self._desk.write_year, self.account, target), self._saved, self._failed)

    def _saved(self, path: object) -> None:
        self.missing.setText(_("已存为 {path}").format(path=path))
        self.missing.show()


def _row(number: str, title: str, figures: Sequence[Decimal | None], said: str) -> list[Cell]:
    shown = [text("" if n is None else format_yuan(n)) for n in figures]
    return [text(number), text(title or "—"), *shown, text(said)]


def scheme_in_words(scheme: SchemeYear) -> str:
    """The year of a local scheme in a line, and until when it is claimed."""
    name = f"{scheme.name}（{scheme.who}）"
    if scheme.amount is None:
        return _("{name}：{why}，算不出来。").format(name=name, why=scheme.why)
    most = _("最多") if scheme.is_ceiling else ""
    gaps = "" if scheme.is_complete else _("，有合同或上年数还缺，合计不全")
    due = _("，申领截止 {day}").format(day=scheme.deadline) if scheme.deadline else ""
    return _("{name}{most} {sum} 元{gaps}{due}。").format(
        name=name, most=most, sum=format_yuan(scheme.amount), gaps=gaps, due=due
    )


def sums_in_words(part: TransferYear | ResearchYear) -> str:
    """The year in a sentence or two."""
    open_words = "" if part.is_complete else _("有合同还缺要素或回答，合计不全。")
    if isinstance(part, TransferYear):
        said = _(
            "技术转让所得合计 {income} 元，限额 {limit} 元：免征 {exempt} 元，减半 {halved} 元，"
            "应纳税额 {tax} 元，纳税调减 {reduction} 元。"
        ).format(
            income=format_yuan(part.income),
            limit=format_yuan(part.limit),
            exempt=format_yuan(part.tax.exempt),
            halved=format_yuan(part.tax.halved),
            tax=format_yuan(part.tax.tax),
            reduction=format_yuan(part.tax.reduction),
        )
        return said + open_words
    said = _(
        "委托研发：境内基数 {domestic} 元，境外 {foreign} 元（限额 {limit} 元），加计扣除 {sum} 元。"
    ).format(
        domestic=format_yuan(part.domestic_base),
        foreign=format_yuan(part.foreign_base),
        limit=format_yuan(part.foreign_limit),
        sum=format_yuan(part.deduction),
    )
    others = "；".join(
        _("{way}则为 {sum} 元").format(way=way_words(o.standing, o.by_months), sum=format_yuan(o.deduction))
        for o in part.otherwise
    )
    return said + (others + "。" if others else "") + open_words
