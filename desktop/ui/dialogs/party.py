"""单位库: change a party's fields, make two records one, take one out of use."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop.jobs import JobRunner
from desktop.resources import _
from desktop.rules.facts import FIXED_CODES
from desktop.rules.identifiers import check_number
from desktop.services import commands as c
from desktop.services.desk import Desk
from desktop.services.views import PartyList, PartyRow, PartySheet
from desktop.ui.dialogs.deciding import DecidingDialog
from desktop.ui.tables.columns import text
from desktop.ui.tables.plain import PlainTable
from desktop.ui.theme import px
from desktop.ui.widgets.base import Label
from desktop.ui.widgets.buttons import Choice
from desktop.ui.widgets.fields import Field
from desktop.ui.widgets.table import DeskTable

EDITED = (
    ("name", _("名称")),
    ("id_number", _("证件号码")),
    ("legal_representative", _("法定代表人")),
    ("contact", _("联系人")),
    ("phone", _("联系电话")),
    ("email", _("电子邮箱")),
    ("address", _("地址")),
)


class EditPartyDialog(DecidingDialog):
    """Fields of a party with what stood there before; a new name is a renaming or a slip of the pen."""

    def __init__(self, parent: QWidget | None, desk: Desk, jobs: JobRunner, sheet: PartySheet) -> None:
        super().__init__(
            parent,
            jobs,
            _("改“{name}”的资料？").format(name=sheet.row.name),
            _("只改单位库，以后录入带出新的；已签的合同不动。改前改后记入日志。"),
            act=_("改好存下"),
            safe=_("先不改"),
            mnemonic="S",
            width=640,
        )
        self.setMinimumWidth(px(620))
        self._desk, self._sheet = desk, sheet
        self._request = c.new_request()
        kinds = list(FIXED_CODES["id_types"].items())
        self.id_type = Choice(_("证件类型"), [("", _("未填")), *kinds])
        self.id_type.choose(str(sheet.fields.get("id_type") or ""))
        self.entries: dict[str, Field] = {}
        for name, word in EDITED:
            entry = Field(word, required=name == "name")
            before = str(sheet.fields.get(name) or "")
            entry.set_value(before)
            entry.setAccessibleDescription(_("现在是 {before}").format(before=before or _("空")))
            self.entries[name] = entry
            if name == "id_number":
                self.add(_("证件类型"), self.id_type)
            self.add(word, entry)
        self.renaming = Choice(
            _("原来的名称"), [("yes", _("单位改了名，原名留作曾用名")), ("no", _("原名是打错的，不留"))]
        )
        self.add(_("原来的名称"), self.renaming)
        self.reason = Field(_("说明"))
        self.add(_("说明"), self.reason).set_note(_("号码校验不上而要保留时必须写"))
        self.verdict = Label("", tone="warn", wrap=True)
        self.verdict.hide()
        self.below.insertWidget(0, self.verdict)
        self.id_type.currentIndexChanged.connect(self.look)
        self.ready()

    def changes(self) -> dict[str, Any]:
        """What differs from what the library holds."""
        found: dict[str, Any] = {}
        for name, entry in self.entries.items():
            now = entry.value().strip()
            if now != str(self._sheet.fields.get(name) or ""):
                found[name] = now or None
        if self.id_type.choice() != str(self._sheet.fields.get("id_type") or ""):
            found["id_type"] = self.id_type.choice() or None
        return found

    def lacks(self) -> str:
        """A change, a name, a number that fits or a reason why it does not."""
        changes = self.changes()
        self.renaming.setEnabled("name" in changes or "id_number" in changes)
        number = self.entries["id_number"].value().strip()
        checked = check_number(self.id_type.choice(), number, today=self._desk.today()) if number else None
        is_wrong = checked is not None and not checked.ok
        self.verdict.setText(f"! {checked.message}" if checked is not None and is_wrong else "")
        self.verdict.setVisible(is_wrong)
        if not changes:
            return _("还没有改动任何一栏")
        if not self.entries["name"].value().strip():
            return _("单位名称不能空着")
        if is_wrong and {"id_number", "id_type"} & set(changes) and not self.reason.text().strip():
            return _("证件号码校验不上；确与证件一致的，请写说明")
        return ""

    def work(self) -> Callable[[], object]:
        """改单位资料."""
        cmd = c.EditParty(
            actor=self._desk.person.name,
            request_id=self._request,
            party_id=self._sheet.row.id,
            fields=self.changes(),
            is_renaming=self.renaming.choice() != "no",
            reason=self.reason.text().strip(),
        )
        return partial(self._desk.edit_party, cmd)


class MergePartiesDialog(DecidingDialog):
    """Look for the record that is the same unit; it goes into the one at hand, which stays as it is."""

    def __init__(self, parent: QWidget | None, desk: Desk, jobs: JobRunner, sheet: PartySheet) -> None:
        super().__init__(
            parent,
            jobs,
            _("把哪个单位并入“{name}”？").format(name=sheet.row.name),
            _("选中的那条并入后不再单列，它的名称、号码留作曾用；合同一份不动。此举记入日志，不能拆开。"),
            act=_("并入"),
            safe=_("先不合并"),
            kind="danger",
            mnemonic="H",
            width=760,
        )
        self.setMinimumWidth(px(720))
        self._desk, self._sheet = desk, sheet
        self._request = c.new_request()
        self.rows: tuple[PartyRow, ...] = ()
        self._asked = ""
        self.words = Field(_("找单位"))
        self.add(_("找单位"), self.words).set_note(_("名称、代码、拼音首字母"))
        heads = [(_("名称"), False), (_("证件号码"), False), (_("合同"), True), (_("最近使用"), False)]
        self.model = PlainTable(heads, self)
        self.table = DeskTable(_("可并入的单位"))
        self.table.setModel(self.model)
        self.table.set_widths({1: 210, 2: 70, 3: 116}, stretch=0)
        is_low = parent is not None and parent.window().height() < px(600)
        self.table.setFixedHeight(px(150 if is_low else 220))
        self.body.addWidget(self.table)
        self.both = Label("", tone="ink2", wrap=True)
        self.below.insertWidget(0, self.both)
        self.reason = Field(_("理由"), required=True)
        self.add(_("理由"), self.reason, stays=True)
        self.words.textChanged.connect(self.search)
        self.table.selectionModel().currentRowChanged.connect(self.look)
        self.ready()
        self.words.setText(sheet.row.name[:2])

    def search(self, *_what: object) -> None:
        """Ask the library; the one at hand is left out."""
        self._asked = self.words.text().strip()
        self._calls.ask(partial(self._desk.party_list, self._asked), self._found, self._failed)

    def _found(self, found: PartyList) -> None:
        if self.words.text().strip() != self._asked:
            return
        self.rows = tuple(row for row in found.rows if row.id != self._sheet.row.id)[:50]
        self.model.show_rows(
            [
                text(row.name),
                text(row.id_number or "—", MONO=True),
                text(str(row.contract_count)),
                text(row.last_used_on.isoformat() if row.last_used_on else "—"),
            ]
            for row in self.rows
        )
        self.look()

    def chosen(self) -> PartyRow | None:
        """The line in front."""
        at = self.table.currentIndex().row()
        return self.rows[at] if 0 <= at < len(self.rows) else None

    def first_focus(self) -> QWidget:
        """The words to look for: the other record comes before the reason."""
        return self.words

    def lacks(self) -> str:
        """A record and a reason; both stand beside each other meanwhile."""
        other, own = self.chosen(), self._sheet.row
        self.both.setText(
            _("留下：{a}（{an}，{ac} 份）　并入：{b}（{bn}，{bc} 份）").format(
                a=own.name,
                an=own.id_number or _("无号码"),
                ac=own.contract_count,
                b=other.name,
                bn=other.id_number or _("无号码"),
                bc=other.contract_count,
            )
            if other
            else ""
        )
        if other is None:
            return _("请选要并入的单位")
        return "" if self.reason.text().strip() else _("请写理由，例如：同一单位，名称多一个空格")

    def work(self) -> Callable[[], object]:
        """合并."""
        other = self.chosen()
        cmd = c.MergeParties(
            actor=self._desk.person.name,
            request_id=self._request,
            party_id=self._sheet.row.id,
            other_id=other.id if other else 0,
            reason=self.reason.text().strip(),
        )
        return partial(self._desk.merge_parties, cmd)


class RetirePartyDialog(DecidingDialog):
    """停用, or back in use."""

    def __init__(self, parent: QWidget | None, desk: Desk, jobs: JobRunner, sheet: PartySheet) -> None:
        self._retire = sheet.row.retired_on is None
        question = _("停用“{name}”？") if self._retire else _("恢复使用“{name}”？")
        super().__init__(
            parent,
            jobs,
            question.format(name=sheet.row.name),
            _("停用后录入时不再列出，单位库里仍查得到；随时可以恢复。此举记入日志。")
            if self._retire
            else _("恢复后录入时又会列出。此举记入日志。"),
            act=_("停用这个单位") if self._retire else _("恢复使用"),
            safe=_("先不停用") if self._retire else _("先不恢复"),
            kind="danger" if self._retire else "primary",
            mnemonic="T",
        )
        self._desk, self._sheet = desk, sheet
        self._request = c.new_request()
        self.reason = Field(_("理由"), required=True)
        self.add(_("理由"), self.reason)
        self.ready()

    def lacks(self) -> str:
        """A reason."""
        return "" if self.reason.text().strip() else _("请写理由，例如：单位已注销")

    def work(self) -> Callable[[], object]:
        """停用 or 恢复使用."""
        cmd = c.RetireParty(
            actor=self._desk.person.name,
            request_id=self._request,
            party_id=self._sheet.row.id,
            is_retired=self._retire,
            reason=self.reason.text().strip(),
        )
        return partial(self._desk.retire_party, cmd)
