"""回收站: deleted drafts of the last thirty days; one can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QWidget

from desktop.jobs import JobRunner
from desktop.resources import _
from desktop.services import commands as c
from desktop.services.desk import Desk
from desktop.services.views import BinRow
from desktop.settings import local_time
from desktop.ui.dialogs.deciding import DecidingDialog
from desktop.ui.tables.columns import text
from desktop.ui.tables.plain import PlainTable
from desktop.ui.theme import px
from desktop.ui.widgets.table import DeskTable


class BinDialog(DecidingDialog):
    """A list to choose from; ``decided`` carries the contract as it is back."""

    def __init__(self, parent: QWidget | None, desk: Desk, jobs: JobRunner, rows: Sequence[BinRow]) -> None:
        super().__init__(
            parent,
            jobs,
            _("取回删除的草稿？"),
            _("删除未满三十天的草稿在这里。取回后仍是草稿，受理号和内容照旧。"),
            act=_("取回这一份"),
            safe=_("关上"),
            mnemonic="Q",
            width=720,
        )
        self._desk, self._rows = desk, tuple(rows)
        self._request = c.new_request()
        heads = [(_("受理号"), False), (_("合同名称"), False), (_("删除于"), False), (_("可取回至"), False)]
        self.model = PlainTable(heads, self)
        self.table = DeskTable(_("删除的草稿"))
        self.table.setModel(self.model)
        self.table.set_widths({0: 140, 2: 164, 3: 116}, stretch=1)
        self.table.setMinimumHeight(px(180))
        self.setMinimumWidth(px(720))
        self.model.show_rows(
            [
                text(row.local_serial),
                text(row.title or "—"),
                text(f"{local_time(row.deleted_at):%Y-%m-%d %H:%M}"),
                text(row.until.isoformat()),
            ]
            for row in self._rows
        )
        self.body.addWidget(self.table)
        self.table.selectionModel().currentRowChanged.connect(self.look)
        if self._rows:
            self.table.selectRow(0)
        self.ready()

    def _chosen(self) -> BinRow | None:
        at = self.table.currentIndex().row()
        return self._rows[at] if 0 <= at < len(self._rows) else None

    def lacks(self) -> str:
        """One of the list."""
        if not self._rows:
            return _("没有可以取回的草稿")
        return "" if self._chosen() else _("请选一份")

    def work(self) -> Callable[[], object]:
        """Take it back."""
        row = self._chosen()
        cmd = c.UndeleteDraft(
            actor=self._desk.person.name, request_id=self._request, contract_id=row.id if row else 0
        )
        return partial(self._desk.undelete_draft, cmd)
