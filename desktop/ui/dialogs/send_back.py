"""退回初审: the reviewer's objections go back to the clerk, with a reason that both can read later."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from desktop.jobs import JobRunner
from desktop.resources import _
from desktop.services import commands as c
from desktop.services.desk import Desk
from desktop.services.views import ContractRow
from desktop.ui.dialogs.deciding import DecidingDialog
from desktop.ui.widgets.fields import TextBox


class SendBackDialog(DecidingDialog):
    """The objections are recorded with it; ``reason`` starts with what the reviewer wrote to each of them."""

    def __init__(
        self,
        parent: QWidget | None,
        desk: Desk,
        jobs: JobRunner,
        row: ContractRow,
        items: tuple[c.ReviewedItem, ...],
        reason: str,
    ) -> None:
        super().__init__(
            parent,
            jobs,
            _("{serial} 退回初审？").format(serial=row.local_serial),
            _("合同回到“待初审”，由{clerk}改好后再交复核；办理期限照算，您的意见入档。").format(
                clerk=row.clerk
            ),
            act=_("退回初审"),
            safe=_("先不退"),
            kind="plain",
            mnemonic="R",
        )
        self._desk, self._row, self._items = desk, row, items
        self._requests = (c.new_request(), c.new_request())
        self.reason = TextBox(_("退回理由"), required=True, lines=4)
        self.reason.set_value(reason)
        self.add(_("退回理由"), self.reason).set_note(_("Enter 换行，Ctrl+Enter 到下一栏"))
        self.ready()

    def lacks(self) -> str:
        """Words for the clerk."""
        return "" if self.reason.value() else _("请写明请初审怎么改")

    def work(self) -> Callable[[], object]:
        """First the objections item by item, then the return; a retry does not record them twice."""
        review, back = self._requests
        person, key = self._desk.person.name, self._row.id
        noted = c.ReviewContract(actor=person, request_id=review, contract_id=key, items=self._items)
        cmd = c.SendBack(actor=person, request_id=back, contract_id=key, reason=self.reason.value())

        desk = self._desk

        def both() -> object:
            if noted.items:
                desk.review(noted)
            return desk.send_back(cmd)

        return both
