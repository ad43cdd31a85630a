"""常用查询: keep the present conditions under a name, rename a kept search, drop one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.jobs import JobRunner
from desktop.resources import _
from desktop.services import commands as c
from desktop.services.desk import Desk
from desktop.services.search_words import KEPT_AT_MOST as MOST
from desktop.services.search_words import amounts_of, day_words, days_of, place_filter_words
from desktop.services.views import REPORTING_WORDS, STATE_WORDS, SavedQuery
from desktop.ui.dialogs.deciding import DecidingDialog
from desktop.ui.pages.wording import KIND_WORDS
from desktop.ui.tables.columns import text
from desktop.ui.tables.plain import PlainTable
from desktop.ui.theme import px
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.fields import Field
from desktop.ui.widgets.table import DeskTable


class QueriesDialog(DecidingDialog):
    """The kept searches with their digits, and a name. ``changed`` carries all of them after each change."""

    changed = Signal(object)

    def __init__(
        self,
        parent: QWidget | None,
        desk: Desk,
        jobs: JobRunner,
        queries: tuple[SavedQuery, ...],
        words: str,
        filters: Mapping[str, tuple[str, ...]],
    ) -> None:
        super().__init__(
            parent,
            jobs,
            _("把现在的条件存为常用查询？"),
            _("存下的条件只给您自己用，换电脑、还原备份后仍在；按 Alt+数字 就查。"),
            act=_("存下现在的条件"),
            safe=_("关上"),
            mnemonic="S",
        )
        self._desk, self._words, self._filters = desk, words, dict(filters)
        self.queries = queries
        self.model = PlainTable([(_("键"), False), (_("名称"), False), (_("条件"), False)], self)
        self.table = DeskTable(_("常用查询"))
        self.table.setModel(self.model)
        self.table.set_widths({0: 72, 1: 150}, stretch=2)
        self.table.setMinimumHeight(px(150))
        self.body.addWidget(self.table)
        self.name = Field(_("名称"))
        self.add(_("名称"), self.name)
        row = QHBoxLayout()
        self.rename_button = Button(_("改成这个名称"), mnemonic="G")
        self.drop_button = Button(_("删去这一个"), mnemonic="D")
        row.addWidget(self.rename_button)
        row.addWidget(self.drop_button)
        row.addStretch(1)
        self.body.addLayout(row)
        self.rename_button.clicked.connect(self.rename)
        self.drop_button.clicked.connect(self.drop)
        self.table.selectionModel().currentRowChanged.connect(self._row_changed)
        self._show()
        self.ready()

    def chosen(self) -> SavedQuery | None:
        """The line in front."""
        at = self.table.currentIndex().row()
        return self.queries[at] if 0 <= at < len(self.queries) else None

    def lacks(self) -> str:
        """Conditions, and a name for them."""
        chosen, name = self.chosen(), self.name.text().strip()
        taken = any(one.name == name for one in self.queries)
        self.rename_button.setEnabled(
            chosen is not None and bool(name) and not taken and not self._calls.is_busy
        )
        self.drop_button.setEnabled(chosen is not None and not self._calls.is_busy)
        if not self._words and not self._filters:
            return _("现在没有任何条件；先打字或选条件，再来存")
        if not name:
            return _("请起个名称，例如：待发证")
        if len(self.queries) >= MOST and not taken:
            return _("已有 {n} 个，请先删去用不着的").format(n=MOST)
        return ""

    def work(self) -> Callable[[], object]:
        """Keep the present conditions."""
        cmd = c.KeepQuery(
            actor=self._desk.person.name,
            name=self.name.text().strip(),
            text=self._words,
            filters=self._filters,
        )
        return partial(self._desk.keep_query, cmd)

    def rename(self) -> None:
        """Another name for the line in front; its conditions stay."""
        if (chosen := self.chosen()) is None or self._calls.is_busy:
            return
        cmd = c.KeepQuery(
            actor=self._desk.person.name,
            name=self.name.text().strip(),
            text=chosen.text,
            filters=chosen.filters,
            old_name=chosen.name,
        )
        self._calls.ask(partial(self._desk.keep_query, cmd), self._came, self._failed)

    def drop(self) -> None:
        """Forget the line in front; nothing but the conditions is lost, so nobody is asked twice."""
        if (chosen := self.chosen()) is None or self._calls.is_busy:
            return
        cmd = c.DropQuery(actor=self._desk.person.name, name=chosen.name)
        self._calls.ask(partial(self._desk.drop_query, cmd), self._came, self._failed)

    def _done(self, result: object) -> None:
        self._came(result)
        super()._done(result)

    def _came(self, queries: object) -> None:
        assert isinstance(queries, tuple)
        self.queries = queries
        self.trouble.hide()
        self._show()
        self.changed.emit(queries)
        self.look()

    def _show(self) -> None:
        at = self.table.currentIndex().row()
        self.model.show_rows(
            [text(f"Alt+{n}", MONO=True), text(one.name), text(conditions_in_words(one))]
            for n, one in enumerate(self.queries, 1)
        )
        if self.queries:
            self.table.selectRow(min(max(at, 0), len(self.queries) - 1))

    def _row_changed(self) -> None:
        self.look()

    def first_focus(self) -> QWidget:
        """The name: that is what is typed here."""
        return self.name


def conditions_in_words(query: SavedQuery) -> str:
    """状态 已登记；成交额 1,000,000.00 元以上；“采摘”."""
    said = [f"“{query.text}”"] if query.text else []
    known: Mapping[str, tuple[str, Mapping[str, str]]] = {
        "kind": (_("类别"), KIND_WORDS),
        "state": (_("状态"), STATE_WORDS),
        "reporting": (_("上报"), REPORTING_WORDS),
        "year": (_("登记年度"), {}),
        "month": (_("登记月"), {}),
        "field": (_("技术领域"), {}),
        **place_filter_words(),
    }
    for name, values in query.filters.items():
        if name == "no_drafts":
            said.append(_("不含草稿"))
        elif name == "amount":
            said += [amounts_of(value).words() for value in values]
        elif name in day_words():
            said += [days_of(name, value).words() for value in values]
        elif name in known:
            head, words = known[name]
            said.append(f"{head} {'、'.join(words.get(value, value) for value in values)}")
    return "；".join(said) or "—"
