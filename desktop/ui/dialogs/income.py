"""核定技术性收入: one receipt of money, or a refund as a negative amount."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial

from PySide6.QtWidgets import QWidget

from desktop.jobs import JobRunner
from desktop.resources import _
from desktop.rules.amounts import ZERO
from desktop.services import commands as c
from desktop.services.desk import Desk
from desktop.services.views import ContractSheet
from desktop.ui.dialogs.deciding import DecidingDialog
from desktop.ui.pages.wording import yuan
from desktop.ui.widgets.base import Label
from desktop.ui.widgets.entries import AmountField, DateField
from desktop.ui.widgets.fields import Field


class IncomeDialog(DecidingDialog):
    """Day, amount and voucher; what was fixed so far and what is left stand beside the amount."""

    def __init__(self, parent: QWidget | None, desk: Desk, jobs: JobRunner, sheet: ContractSheet) -> None:
        official = sheet.row.official_number
        number = desk.pack.spaced(official) if official else sheet.row.local_serial
        super().__init__(
            parent,
            jobs,
            _("为 {number} 核定一笔技术性收入？").format(number=number),
            _("核定后记入台账，奖酬金和减免税以此为据；记错了不能删，用负数冲减。"),
            act=_("核定这一笔"),
            safe=_("先不核定"),
            mnemonic="H",
        )
        self._desk, self._sheet = desk, sheet
        self._request = c.new_request()
        self._before = sum((i.amount or ZERO for i in sheet.facts.incomes), ZERO)
        self.day = DateField(_("实际到账日"), required=True, today=desk.today)
        self.amount = AmountField(
            _("核定金额"), required=True, may_be_negative=True, remainder=lambda: self.left_before
        )
        self.voucher = Field(_("到账凭证号"))
        self.add(_("实际到账日"), self.day)
        self._row = self.add(_("金额（元）"), self.amount)
        self._row.set_note(_("打“=”填入余下的全部；退款写负数"))
        self.add(_("到账凭证号"), self.voucher)
        self.sum_words = Label("", tone="ink2", wrap=True)
        self.body.addWidget(self.sum_words)
        self.ready()

    @property
    def left_before(self) -> Decimal | None:
        """Technology amount less what was fixed; None while the technology amount is open."""
        limit = self._sheet.facts.technology_amount
        return None if limit is None else limit - self._before

    def lacks(self) -> str:
        """A day that exists and an amount; also keeps the sum in sight."""
        now = self.amount.amount() or ZERO
        limit = self._sheet.facts.technology_amount
        left = yuan(None if limit is None else limit - self._before - now)
        self.sum_words.setText(
            _("累计 {total} 元，技术交易额 {limit} 元，核定后余 {left} 元").format(
                total=yuan(self._before + now), limit=yuan(limit), left=left
            )
        )
        if self.day.day() is None:
            return _("请写实际到账日")
        return "" if self.amount.amount() else _("请写金额，不能是零")

    def work(self) -> Callable[[], object]:
        """核定."""
        day, amount = self.day.day(), self.amount.amount()
        if day is None or amount is None:
            raise ValueError("asked before the fields were filled")
        cmd = c.FixIncome(
            actor=self._desk.person.name,
            request_id=self._request,
            contract_id=self._sheet.row.id,
            received_on=day,
            amount=amount,
            voucher=self.voucher.text().strip(),
        )
        return partial(self._desk.fix_income, cmd)
