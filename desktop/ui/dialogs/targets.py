"""目标: the three targets of a year, set by the head; whoever else opens it reads them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from desktop.jobs import JobRunner
from desktop.resources import _
from desktop.services import commands as c
from desktop.services.desk import Desk
from desktop.statistics.report import Targets
from desktop.statistics.words import basis_words
from desktop.ui.dialogs.deciding import DecidingDialog
from desktop.ui.widgets.buttons import Choice
from desktop.ui.widgets.entries import AmountField
from desktop.ui.widgets.fields import Field


class CountField(Field):
    """A whole number above zero, or empty."""

    def check(self, text: str) -> str:
        """What is no count."""
        plain = text.strip().replace(",", "")
        if not plain or (plain.isascii() and plain.isdigit() and 0 < int(plain) <= 10_000_000):
            return ""
        return _("份数写大于零的整数，例如 280；不设就留空")

    def number(self) -> int | None:
        """The count; None when it is empty or unreadable."""
        plain = self.text().strip().replace(",", "")
        return int(plain) if plain and not self.check(plain) else None


class TargetsDialog(DecidingDialog):
    """份数, 成交额, 技术交易额 and which of 登记, 输出, 吸纳 they are about. Empty: that one is not set."""

    def __init__(
        self, parent: QWidget | None, desk: Desk, jobs: JobRunner, year: int, targets: Targets | None
    ) -> None:
        super().__init__(
            parent,
            jobs,
            _("{year} 年的目标是多少？").format(year=year),
            _("没有下达的留空，统计页就写“未设目标”。改动记入日志；金额可以写 4.5亿、45000万。"),
            act=_("记下目标"),
            safe=_("先不改"),
            mnemonic="M",
        )
        self._desk, self._year = desk, year
        self._request = c.new_request()
        self._may = "head" in desk.person.roles
        kept = targets or Targets(year)
        self.basis = Choice(_("口径"), list(basis_words().items()))
        self.basis.choose(kept.basis)
        self.count = CountField(_("份数"))
        self.count.setText("" if kept.count is None else f"{kept.count}")
        self.contract, self.technology = AmountField(_("合同成交额")), AmountField(_("技术交易额"))
        self.contract.set_amount(kept.contract)
        self.technology.set_amount(kept.technology)
        self.add(_("口径"), self.basis, width=128)
        self.add(_("份数"), self.count, width=128)
        self.add(_("成交额（元）"), self.contract, width=128)
        self.add(_("技术交易额（元）"), self.technology, width=128)
        for entry in (self.basis, self.count, self.contract, self.technology):
            entry.setEnabled(self._may)
        self.ready()
        if self._may:
            self.count.setFocus()

    def lacks(self) -> str:
        """The head, and numbers that can be read."""
        if not self._may:
            return _("年度目标由负责人设定，请负责人登录后再设")
        for entry in (self.count, self.contract, self.technology):
            if problem := entry.check(entry.text()):
                return problem
        return ""

    def work(self) -> Callable[[], object]:
        """Keep what stands in the fields."""
        cmd = c.SetTargets(
            actor=self._desk.person.name,
            request_id=self._request,
            year=self._year,
            count=self.count.number(),
            contract=self.contract.amount(),
            technology=self.technology.amount(),
            basis=self.basis.choice(),
        )
        return partial(self._desk.set_targets, cmd)
