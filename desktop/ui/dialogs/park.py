"""暂不上报: a registered contract stays out of the packages until further notice, with a reason."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from desktop.jobs import JobRunner
from desktop.resources import _
from desktop.services import commands as c
from desktop.services.desk import Desk
from desktop.services.views import ContractRow
from desktop.ui.dialogs.deciding import DecidingDialog
from desktop.ui.widgets.fields import Field


class ParkDialog(DecidingDialog):
    """Asks for the reason; for a parked contract it asks whether to report it again."""

    def __init__(self, parent: QWidget | None, desk: Desk, jobs: JobRunner, row: ContractRow) -> None:
        number = row.official_number or row.local_serial
        self._is_parked = row.reporting_state == "PARKED"
        if self._is_parked:
            question = _("{number} 恢复上报？").format(number=number)
            consequence = _("恢复后是“未导出”，会编进下一个上报包。")
            words, safe = _("恢复上报"), _("仍旧暂缓")
        else:
            question = _("{number} 暂不上报？").format(number=number)
            consequence = _("暂缓期间不编进上报包，对账时会显出差数；随时可以恢复。")
            words, safe = _("暂不上报"), _("照常上报")
        super().__init__(
            parent, jobs, question, consequence, act=words, safe=safe, kind="plain", mnemonic="P"
        )
        self._desk, self._row = desk, row
        self._request = c.new_request()
        self.reason = Field(_("事由"), required=True)
        if not self._is_parked:
            self.add(_("事由"), self.reason)
        self.ready()

    def lacks(self) -> str:
        """A reason, unless it goes back to 未导出."""
        return "" if self._is_parked or self.reason.text().strip() else _("请写事由，例如：涉密，走专线")

    def work(self) -> Callable[[], object]:
        """Park, or with an empty reason put back."""
        reason = "" if self._is_parked else self.reason.text().strip()
        cmd = c.ParkContract(
            actor=self._desk.person.name,
            request_id=self._request,
            contract_id=self._row.id,
            reason=reason,
        )
        return partial(self._desk.park, cmd)
