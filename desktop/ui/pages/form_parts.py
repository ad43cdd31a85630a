"""The parts of the registration form: a field bound to its fact, and the block of fields of one party."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.exchange.pasted import Slot, slot_of
from desktop.resources import _
from desktop.rules.facts import Party
from desktop.services.views import PartyView
from desktop.ui.pages.form_fields import YES_NO, FieldCodes, entry_value, read_entry
from desktop.ui.pages.form_order import PARTY_MAIN, PARTY_MORE, Item
from desktop.ui.theme import px
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.fields import Field, FieldRow, TextBox

ROLE_WORDS: Final = {"buyer": _("买方"), "seller": _("卖方"), "intermediary": _("中介方")}
"""Roles a party can have on the form, as they are called."""
_ROLE_AT: Final = {"buyer": 0, "seller": 1, "intermediary": 1}
_ID_LABELS: Final = {"credit_code": _("信用代码"), "resident_id": _("身份证号"), "passport": _("护照号")}
_PARTY_META: Final = {f.name: f.metadata for f in fields(Party)}
_OWN_DEFAULTS: Final = frozenset({"role", "id_type", "country"})


class Bound(QObject):
    """A field of the form and the fact behind it."""

    committed = Signal(object)

    def __init__(
        self,
        name: str,
        number: str,
        entry: Field | TextBox,
        row: FieldRow,
        meta: Mapping[str, Any],
        codes: FieldCodes,
    ) -> None:
        super().__init__(entry)
        self.name, self.number, self.entry, self.row = name, number, entry, row
        self.meta = meta
        self._kind, self._table, self._codes = str(meta["type"]), str(meta["codes"]), codes
        self.owner: PartyBlock | None = None
        entry.committed.connect(self._left)

    def _left(self, _value: str) -> None:
        self.committed.emit(self)

    @property
    def table(self) -> str:
        """Name of its list of codes, as ``FieldCodes`` knows it."""
        return YES_NO if self._kind == YES_NO else self._table

    def slot(self) -> Slot:
        """The field as the target of a pasted cell."""
        role = self.owner.role if self.owner is not None else ""
        ordinal = self.owner.ordinal if self.owner is not None else 1
        name = self.entry.name.partition(" ")[2] or self.entry.name
        return replace(slot_of(self.name, self.meta, role, name), ordinal=ordinal)

    def show(self, value: Any) -> None:
        """Show a fact; nobody is told."""
        self.entry.set_value(self.as_value(value))
        self.entry.count_as_found()

    def as_value(self, value: Any) -> str:
        """What the field stores for a fact."""
        return entry_value(value, self._kind, self._table, self._codes)

    def shown(self) -> str:
        """What stands in it, as it is read."""
        if isinstance(self.entry, TextBox):
            return self.entry.value()
        return self.entry.text()

    def read(self) -> tuple[Any, str]:
        """(fact or None, text that could not be read)."""
        if isinstance(self.entry, TextBox):
            return self.entry.value() or None, ""
        return read_entry(self.entry, self._kind, self._table, self._codes)

    def put(self, value: Any) -> None:
        """Write a fact into the field as a person would: it can be undone and is told."""
        if isinstance(self.entry, TextBox):
            self.entry.setPlainText(str(value or ""))
        else:
            self.entry.put(self.entry.shown(self.as_value(value)))
        self.entry.settle()
        self.entry.count_as_found()

    def is_empty(self) -> bool:
        """Nothing stands in it."""
        return not self.entry.value().strip()


class PartyBlock(QObject):
    """One seller, buyer or intermediary: the five rows of the form, and further down the rest."""

    def __init__(
        self,
        role: str,
        ordinal: int,
        codes: FieldCodes,
        make: Callable[[Item, Mapping[str, Any], str, str], Bound],
    ) -> None:
        super().__init__()
        self.role, self.ordinal = role, ordinal
        self.base = Party(role=role)
        self.taken_from: PartyView | None = None
        """The party of the library this block was filled from."""
        self.kept_apart: set[str] = set()
        """Fields that differ from the library on purpose: 只改本份."""
        self.remove_button: Button | None = None
        self._codes = codes
        self.main, self.more = QWidget(), QWidget()
        self.bounds: dict[str, Bound] = {}
        who = ROLE_WORDS[role] + (str(ordinal) if ordinal > 1 else "")
        shown: set[str] = set()
        for items, box in ((PARTY_MAIN, self.main), (PARTY_MORE, self.more)):
            column = column_in(box)
            for item in items:
                numbers = str(_PARTY_META[item.name]["no"]).split("/")
                number = numbers[min(_ROLE_AT[role], len(numbers) - 1)]
                if role == "intermediary":
                    number = "35"
                bound = make(item, _PARTY_META[item.name], number, who)
                number_once(bound.row, shown)
                bound.owner = self
                self.bounds[item.name] = bound
                column.addWidget(bound.row)
        for name in ("id_type", "country", "party_type"):
            self.bounds[name].committed.connect(self._follow)

    def show(self, party: Party) -> None:
        """Show a party; nobody is told."""
        if party.name != self.base.name:
            self.taken_from = None
            self.kept_apart.clear()
        self.base = party
        for name, bound in self.bounds.items():
            bound.show(getattr(party, name))
        self._follow()

    def party(self) -> Party:
        """What stands in the block."""
        return replace(self.base, role=self.role, **{name: b.read()[0] for name, b in self.bounds.items()})

    def is_filled(self) -> bool:
        """Anything besides what a new block brings along."""
        return any(not b.is_empty() for name, b in self.bounds.items() if name not in _OWN_DEFAULTS)

    def take(self, content: Mapping[str, Any]) -> None:
        """Fill the whole block from the library of parties."""
        for name, bound in self.bounds.items():
            if content.get(name) is not None:
                bound.put(content[name])

    def differs(self, bound: Bound) -> bool:
        """The library says something else of this party, and nobody has yet said that it may."""
        if self.taken_from is None or bound.name in self.kept_apart:
            return False
        known, (value, unread) = self.taken_from.content.get(bound.name), bound.read()
        return known is not None and value is not None and not unread and value != known

    def _follow(self, _bound: object = None) -> None:
        """The country decides about the region, the kind of paper about the name of its number."""
        country = self.bounds["country"].read()[0]
        region = self.bounds["region"].entry
        region.set_required(country in (None, "CHN"))
        self.bounds["region"].row.update()
        if self.bounds["party_type"].read()[0] == "500" and self.bounds["id_number"].is_empty():
            kind = self.bounds["id_type"]
            if kind.read()[0] == "credit_code":
                kind.show("resident_id")
                self.bounds["id_number"].row.set_note(_("自然人：证件类型已改为居民身份证"))
        label = _ID_LABELS.get(self.bounds["id_type"].read()[0] or "", _("证件号码"))
        number = self.bounds["id_number"]
        if number.row.name != label and isinstance(number.entry, Field):
            number.row.name = label
            who = ROLE_WORDS[self.role] + (str(self.ordinal) if self.ordinal > 1 else "")
            number.entry.name = f"{number.number} {who}{label}"
            number.entry.set_required(number.entry.is_required)
            number.row.update()


def number_once(row: FieldRow, shown: set[str]) -> None:
    """The number of the paper stands at the first of its fields; the others belong to it without one."""
    if row.number in shown:
        row.number = ""
    else:
        shown.add(row.number)


def column_in(box: QWidget) -> QVBoxLayout:
    """A column of rows in a box, without margins."""
    made = QVBoxLayout(box)
    made.setContentsMargins(0, 0, 0, 0)
    made.setSpacing(px(6))
    return made
