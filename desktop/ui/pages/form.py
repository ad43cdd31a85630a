"""The registration form (技术合同登记表): the widget of all its fields, and what happens among them.

Which field stands where says ``desktop.ui.pages.form_order``; a single field and the block of a party are in
``desktop.ui.pages.form_parts``. Filling the form tells nobody; ``committed(path)`` comes when a person leaves
a field that was changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import partial
from itertools import pairwise
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.errors import Problem
from desktop.exchange.pasted import PastedCell, Slot, kind_pair
from desktop.resources import _
from desktop.rules.checks import is_missing
from desktop.rules.facts import ROWS, Facts, Party, label_of
from desktop.services.views import PartyView
from desktop.ui.pages.form_fields import FieldCodes, PartyNameField, make_entry
from desktop.ui.pages.form_order import (
    ABROAD,
    CONTRACT,
    FURTHER,
    MONEY,
    PARTY_MAIN,
    PARTY_MORE,
    TECHNOLOGY,
    Item,
    Row,
)
from desktop.ui.pages.form_parts import ROLE_WORDS, Bound, PartyBlock, column_in, number_once
from desktop.ui.pages.rows import RowsModel, RowsTable
from desktop.ui.theme import px
from desktop.ui.widgets.ask import ask
from desktop.ui.widgets.base import Label, restyle, set_ground
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.codes import CodeField
from desktop.ui.widgets.entries import AmountField, CreditCodeField
from desktop.ui.widgets.fields import Field, FieldRow, SectionHead, TextBox
from desktop.ui.widgets.spelling import in_fours

STEPS_KEPT: Final = 200
"""So many changes can be taken back with Ctrl+Z."""
NEVER_COPIED: Final = frozenset({"official_number", "title", "signed_on", "effective_on", "contract_amount"})
"""Fields that F4 leaves alone: they are this contract's own."""
UNREAD: Final = "S001"
"""Code of the findings about texts that cannot be read."""
_PLACE_DIGITS: Final = 5
"""No list has so many rows that their number has this many digits."""
_ADD_LETTERS: Final = {"buyer": "Q", "seller": "W", "intermediary": "Z"}
_META: Final = {f.name: f.metadata for f in fields(Facts)}


def _ended(text: str) -> str:
    """With a full stop, so that reason and remedy can stand in one line."""
    return text if not text or text[-1] in "。；？）" else f"{text}。"


@dataclass(frozen=True, slots=True)
class _State:
    """What stands on the form: the facts as for a draft, and the texts that could not be read."""

    facts: Facts
    raw: Mapping[str, str]


class EntryForm(QWidget):
    """The whole form. ``fill`` shows facts, ``facts`` reads them back, ``raw`` what could not be read."""

    committed = Signal(str)
    """Dotted path of a field that a person changed and left."""
    parties_asked = Signal(object, str)
    """(PartyNameField, text): the list of parties is wanted."""
    parties_wanted = Signal(object, str)
    """(PartyNameField, text): F7, the page of all parties is wanted."""
    party_differs = Signal(object, object)
    """(PartyBlock, Bound): changed after the block was filled from the library."""
    code_taken = Signal()
    """A code was chosen by hand; the order of the lists has changed."""
    save_wanted = Signal()
    series_wanted = Signal()

    def __init__(
        self, codes: FieldCodes, *, straddling: str, today: Callable[[], date], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        set_ground(self, "paper")
        self._codes, self._straddling, self._today = codes, straddling, today
        self.previous: Callable[[], Facts | None] = lambda: None
        """The contract before, for “..” and F4."""
        self.paste_block: Callable[[], bool] = lambda: False
        """Takes what was copied if it is a block of several cells."""
        self.paste_rows: Callable[[RowsTable], bool] = lambda _table: False
        """The same, for one of the small tables."""
        self._base = Facts()
        self._now = _State(Facts(), {})
        self._before: list[tuple[str, _State]] = []
        self._after: list[tuple[str, _State]] = []
        self._in_step = False
        self._changes = 0
        self._numbers: set[str] = set()
        self.ask: Callable[..., bool] = ask
        self._is_read_only = False
        self._submitted = False
        self.left: set[str] = set()
        """Stops (``stop_of``) that the focus has been at and gone on from since the form was filled."""
        self._rows_of_two: list[QGridLayout | QHBoxLayout] = []
        self.bounds: dict[str, Bound] = {}
        self.blocks: list[PartyBlock] = []
        """In the order of the facts."""
        self.tables: dict[str, RowsTable] = {}
        outer = QVBoxLayout(self)
        outer.setContentsMargins(px(20), px(3), px(20), px(16))
        outer.setSpacing(px(1))
        self._outer = outer
        self._section(_("一 合同"), CONTRACT, first=self._numbers_row())
        self._party_heads: dict[str, SectionHead] = {}
        self._party_box(outer)
        self._section(_("四 金额与支付"), MONEY)
        self._section(_("五 技术与计划"), TECHNOLOGY)
        self._more_box(outer)
        self._section(_("七 涉外、关联与中介"), ABROAD)
        self._section(_("八 权利、费用与其他"), FURTHER)
        self._tables_box(outer)
        self.save_button = Button(_("保存"), key="F6")
        self.save_button.clicked.connect(self.save_wanted)
        self.series_button = Button(_("同买方连续录入"), "text", icon="add", key="Ctrl G")
        self.series_button.clicked.connect(self.series_wanted)
        foot = QHBoxLayout()
        foot.setContentsMargins(0, px(10), 0, 0)
        foot.setSpacing(px(14))
        foot.addWidget(self.series_button)
        self.paste_hint = Label(
            _("从 Excel、WPS 整块复制来的，Ctrl+V 先看后填"), size="note", tone="ink2", wrap=True
        )
        foot.addWidget(self.paste_hint, 1)
        foot.addWidget(self.save_button)
        outer.addLayout(foot)
        outer.addStretch(1)
        for name in ("contract_amount", "technology_amount"):
            bound = self.bounds[name]
            if isinstance(bound.entry, AmountField):
                bound.entry.capital_changed.connect(bound.row.set_note)
        rest = self.bounds["technology_amount"].entry
        if isinstance(rest, AmountField):
            rest.remainder = self._technology_left
        self.fill(Facts())

    # building

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(20))
        grid.setVerticalSpacing(px(6))
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, px(200))
        grid.setColumnMinimumWidth(1, px(200))
        self._rows_of_two.append(grid)
        return grid

    def _numbers_row(self) -> tuple[QWidget, QWidget]:
        self.official = Field(f"1 {_('合同登记编号')}")
        self.serial = Field(_("受理号"), mono=True)
        for one in (self.official, self.serial):
            one.set_read_only(True)
        return (
            FieldRow("1", _("合同登记编号"), self.official),
            FieldRow("", _("受理号"), self.serial),
        )

    def _section(
        self, title: str, rows: Sequence[Row], *, first: tuple[QWidget, QWidget] | None = None
    ) -> None:
        self._outer.addWidget(SectionHead(title))
        grid = self._grid()
        at = 0
        if first is not None:
            grid.addWidget(first[0], 0, 0)
            grid.addWidget(first[1], 0, 1)
            at = 1
        for row in rows:
            for column, item in enumerate(row):
                bound = self._make(item, _META[item.name], str(_META[item.name]["no"]), "")
                self.bounds[item.name] = bound
                grid.addWidget(bound.row, at, column, 1, 2 if item.wide else 1, Qt.AlignmentFlag.AlignTop)
            at += 1
        self._outer.addLayout(grid)

    def _make(self, item: Item, meta: Mapping[str, Any], number: str, who: str) -> Bound:
        label = item.label or str(meta["zh"])
        plain = label.removesuffix(_("（元）"))
        spoken = f"{number} {who}{plain}".strip()
        kind, table = str(meta["type"]), str(meta["codes"])
        entry: Field | TextBox
        if item.lines:
            entry = TextBox(spoken, required=item.required, lines=item.lines)
        elif item.name == "name" and who:
            entry = PartyNameField(spoken, required=item.required)
            entry.asked.connect(partial(self.parties_asked.emit, entry))
            entry.picked.connect(partial(self.take_party, entry))
            entry.parties_wanted.connect(partial(self.parties_wanted.emit, entry))
        else:
            entry = make_entry(kind, table, spoken, self._codes, field=item.name, required=item.required)
        other: Bound | None = None
        beside: Field | None = None
        if item.beside:
            there = _META[item.beside]
            spoken = f"{there['no']} {there['zh']}".strip()
            beside = make_entry(
                str(there["type"]), "", spoken, self._codes, field=item.beside, required=item.required
            )
        entry.longest = int(meta["longest"])
        row = FieldRow(number, label, entry, beside=beside)
        if not who:
            number_once(row, self._numbers)
        if isinstance(entry, TextBox):
            row.set_note(_("Enter 换行，Ctrl+Enter 到下一栏"))
        made = Bound(item.name, number, entry, row, meta, self._codes)
        if beside is not None:
            other = Bound(item.beside, number, beside, row, _META[item.beside], self._codes)
            self.bounds[item.beside] = other
        for bound in (made, other):
            if bound is not None:
                bound.committed.connect(self._left)
                bound.entry.paste_block = self._paste_block
                bound.entry.step_back = self.step_back
                if isinstance(bound.entry, CodeField):
                    bound.entry.chosen.connect(partial(self._code_taken, bound.table))
                if isinstance(bound.entry, Field):
                    bound.entry.previous = partial(self._previous_value, bound)
        return made

    def _party_box(self, outer: QVBoxLayout) -> None:
        self._stacks: dict[str, QVBoxLayout] = {}
        pair = QHBoxLayout()
        pair.setSpacing(px(20))
        for role, title in (("buyer", _("二 买方")), ("seller", _("三 卖方（申请人）"))):
            box = QWidget()
            box.setMinimumWidth(px(200))
            column = column_in(box)
            column.setSpacing(px(1))
            head = SectionHead(title)
            self._party_heads[role] = head
            column.addWidget(head)
            stack = QVBoxLayout()
            stack.setSpacing(px(6))
            column.addLayout(stack)
            column.addStretch(1)
            self._stacks[role] = stack
            pair.addWidget(box, 1)
        self._rows_of_two.append(pair)
        outer.addLayout(pair)

    def _more_box(self, outer: QVBoxLayout) -> None:
        outer.addWidget(SectionHead(_("六 当事人其他事项")))
        self._more_stacks: dict[str, QVBoxLayout] = {}
        pair = QHBoxLayout()
        pair.setSpacing(px(20))
        self.add_buttons: dict[str, Button] = {}
        for role in ("buyer", "seller"):
            box = QWidget()
            box.setMinimumWidth(px(200))
            column = column_in(box)
            stack = QVBoxLayout()
            stack.setSpacing(px(6))
            column.addLayout(stack)
            buttons = QHBoxLayout()
            roles = ("buyer", "intermediary") if role == "buyer" else ("seller",)
            for new in roles:
                words = _("再加一个{who}").format(who=ROLE_WORDS[new])
                button = Button(words, "text", icon="add", letter=_ADD_LETTERS[new])
                button.setProperty("passed_by_enter", True)
                button.clicked.connect(partial(self._add_by_hand, new))
                self.add_buttons[new] = button
                buttons.addWidget(button)
            buttons.addStretch(1)
            column.addLayout(buttons)
            column.addStretch(1)
            self._more_stacks[role] = stack
            pair.addWidget(box, 1)
        self._rows_of_two.append(pair)
        outer.addLayout(pair)

    def _tables_box(self, outer: QVBoxLayout) -> None:
        plans = (
            (
                "amount_lines",
                _("九 金额明细"),
                ("label", "nature", "amount", "clause"),
                {2: 150, 3: 170, 4: 130},
            ),
            ("payments", _("十 付款"), ("due_on", "paid_on", "amount"), {2: 220, 3: 220}),
            (
                "ip_rights",
                _("十一 知识产权（24 权利号）"),
                ("number", "object", "name", "owner", "valid_until", "has_proof"),
                {1: 170, 2: 150, 4: 150, 5: 110, 6: 110},
            ),
            ("attachments", _("十二 附件（36）"), ("name", "pages"), {2: 110}),
        )
        for name, title, columns, widths in plans:
            outer.addWidget(SectionHead(title))
            model = RowsModel(name, columns, self._codes)
            table = RowsTable(
                title,
                model,
                self._codes,
                widths=widths,
                stretch=3 if name == "ip_rights" else 1,
                remainder=partial(self._money_left, model),
            )
            table.edited.connect(partial(self._changed, name))
            table.paste_block = partial(self._paste_rows, table)
            table.step_back = self.step_back
            self.tables[name] = table
            outer.addWidget(table)

    # what stands in it

    def fill(self, facts: Facts, *, number: str = "", serial: str = "") -> None:
        """Show facts; nobody is told. ``number`` and ``serial`` are those given to the contract."""
        self._base = facts
        self._submitted = False
        self.left.clear()
        for block in self.blocks:
            block.taken_from = None
            block.kept_apart.clear()
        self._show(facts)
        self.show_numbers(number, serial)
        self.show_problems((), submitted=False)
        self._begin_steps()

    def _show(self, facts: Facts) -> None:
        for name, bound in self.bounds.items():
            value = (facts.sub_kind or facts.kind) if name == "sub_kind" else getattr(facts, name)
            bound.show(value)
        parties = list(facts.parties)
        for role in ("buyer", "seller"):
            if not any(p.role == role for p in parties):
                parties.append(Party(role=role, id_type="credit_code", country="CHN"))
        self._show_parties(parties)
        for name, table in self.tables.items():
            table.model.show(getattr(facts, name))
        self._follow()

    def show_numbers(self, number: str, serial: str) -> None:
        """编号 and 受理号, which the station gives."""
        self.official.set_value(number or _("复核通过后由号段发给"))
        self.serial.set_value(serial or _("第一次保存时给出"))

    def put_raw(self, texts: Mapping[str, str]) -> dict[str, str]:
        """Show texts again that could not be read (from a draft), on the facts of the same draft; returns
        those for which the form has no field.
        """
        left = self._put_raw(texts)
        self._begin_steps()
        return left

    def _put_raw(self, texts: Mapping[str, str]) -> dict[str, str]:
        return {path: text for path, text in texts.items() if not self._put_text(path, text)}

    def _put_text(self, path: str, text: str) -> bool:
        """One of them. The parties stand in the order of the facts, also one with nothing but such a text."""
        name, _bracket, rest = path.partition("[")
        index, _close, column = rest.partition("].")
        if name == "parties" or name in self.tables:
            if not (index.isdecimal() and len(index) < _PLACE_DIGITS):
                return False
            if name in self.tables:
                model = self.tables[name].model
                if column not in model.columns:
                    return False
                model.put_raw(int(index), column, text)
                return True
            bound = self.blocks[int(index)].bounds.get(column) if int(index) < len(self.blocks) else None
        else:
            bound = self.bounds["sub_kind"] if path == "kind" else self.bounds.get(path)
        if bound is None:
            return False
        bound.entry.set_value(text)
        return True

    def facts(self) -> Facts:
        """What stands on the form; what cannot be read is left out here and given by ``raw``."""
        values: dict[str, Any] = {}
        for name, bound in self.bounds.items():
            if name != "sub_kind":
                values[name] = bound.read()[0]
        values["kind"], values["sub_kind"] = self._kinds()
        values["parties"] = tuple(block.party() for block in self._filled())
        for name, table in self.tables.items():
            values[name] = table.model.result()
        return replace(self._base, **values)

    def unread(self) -> list[Problem]:
        """What was typed and cannot be read, as findings (``UNREAD``) in the words that stand under a field.

        The row in the path of a cell is the one on the screen: a row that holds nothing else is not among
        the facts.
        """
        found = []
        for path, text in self.raw().items():
            name, _bracket, rest = path.partition("[")
            if name in self.tables:
                index, _close, column = rest.partition("].")
                model = self.tables[name].model
                place = f"{self.name_at(path)} {model.head_of(column)}"
                said = model.problem(int(index), column)
            else:
                bound = self.bound(path)
                place = bound.entry.name if bound is not None else self.words_for(path)
                said = bound.entry.problem() if bound is not None and isinstance(bound.entry, Field) else ""
            reason, stop, remedy = (said or _("看不出写的是什么。")).partition("。")
            found.append(
                Problem(
                    place, text[:60], reason + stop, remedy or _("改正这一栏"), "error", UNREAD, field=path
                )
            )
        return found

    def is_unread(self, problem: Problem) -> bool:
        """Something stands in the field of this finding; only it cannot be read."""
        name, _bracket, rest = problem.field.partition("[")
        if name in self.tables:
            index, _close, column = rest.partition("].")
            model = self.tables[name].model
            at = model.place_of(int(index)) if index.isdecimal() else len(model.rows)
            return at < len(model.rows) and column in model.rows[at].raw
        bound = self.bound(problem.field)
        return bound is not None and bool(bound.read()[1])

    def kept(self) -> Facts:
        """``facts`` for a draft: a row of a small table in which nothing can be read keeps its place."""
        rows: dict[str, Any] = {name: table.model.kept() for name, table in self.tables.items()}
        return replace(self.facts(), **rows)

    def raw(self) -> dict[str, str]:
        """Path → text of every field that cannot be read."""
        found: dict[str, str] = {}
        for path, bound in self._paths():
            if text := bound.read()[1]:
                found[path] = text
        for table in self.tables.values():
            found |= table.model.raw()
        return found

    def rebase(self, facts: Facts) -> None:
        """The facts as stored now; what stands on the form stays."""
        self._base = facts

    def _kinds(self) -> tuple[str | None, str | None]:
        code = self.bounds["sub_kind"].read()[0]
        if code is None:
            return None, None
        if code == (self._base.sub_kind or self._base.kind):
            return self._base.kind, self._base.sub_kind
        day = getattr(self._base, self._straddling) or self._base.accepted_on or self._today()
        return kind_pair(code, day)

    def _filled(self) -> list[PartyBlock]:
        return [block for block in self.blocks if block.is_filled()]

    def _looked_at(self) -> list[PartyBlock]:
        """The blocks of a check: the filled ones in the order of the facts, after them an empty buyer or
        seller where none is filled, so that each of its required fields is told by itself."""
        filled = self._filled()
        has = {block.role for block in filled}
        empty = {b.role: b for b in reversed(self.blocks) if b.role not in has and b.role != "intermediary"}
        return [*filled, *(block for block in self.blocks if empty.get(block.role) is block)]

    def still_empty(self) -> int:
        """How many required fields have nothing in them; a form hardly begun gets no findings for them."""
        blocks = [bound for block in self._looked_at() for bound in block.bounds.values()]
        asked = [bound for bound in (*self.bounds.values(), *blocks) if bound.entry.property("req")]
        return sum(bound.is_empty() for bound in asked)

    def facts_to_check(self) -> Facts:
        """``facts`` with the empty buyer and seller that wait to be filled."""
        return replace(self.facts(), parties=tuple(block.party() for block in self._looked_at()))

    def _paths(self) -> Iterator[tuple[str, Bound]]:
        yield from self.bounds.items()
        for at, block in enumerate(self._filled()):
            for name, bound in block.bounds.items():
                yield f"parties[{at}].{name}", bound

    def ordered(self) -> list[QWidget]:
        """Every stop of Enter, in the order of the paper."""

        def entries(rows: Sequence[Row]) -> Iterator[QWidget]:
            for row in rows:
                for item in row:
                    yield self.bounds[item.name].entry
                    if item.beside:
                        yield self.bounds[item.beside].entry

        found = [*entries(CONTRACT)]
        for role in ("buyer", "intermediary", "seller"):
            for block in self.blocks:
                if block.role == role:
                    found += [block.bounds[item.name].entry for item in PARTY_MAIN]
        found += [*entries(MONEY), *entries(TECHNOLOGY)]
        for role in ("buyer", "intermediary", "seller"):
            for block in self.blocks:
                if block.role == role:
                    found += [block.bounds[item.name].entry for item in PARTY_MORE]
        found += [self.add_buttons[role] for role in ("buyer", "intermediary", "seller")]
        found += [*entries(ABROAD), *entries(FURTHER)]
        found += [table.table for table in self.tables.values()]
        return [*found, self.save_button]

    # parties

    def _show_parties(self, parties: Sequence[Party]) -> None:
        roles = [p.role if p.role in ROLE_WORDS else "seller" for p in parties]
        if [b.role for b in self.blocks] != roles:
            for block in self.blocks:
                for box in (block.main, block.more):
                    box.setParent(None)
                    box.deleteLater()
                block.deleteLater()
            self.blocks = []
            for role in roles:
                self._add_block(role or "seller")
            self._chain()
        for block, party in zip(self.blocks, parties, strict=True):
            block.show(party)

    def _add_block(self, role: str) -> PartyBlock:
        ordinal = sum(b.role == role for b in self.blocks) + 1
        block = PartyBlock(role, ordinal, self._codes, self._make)
        block.setParent(self)
        self.blocks.append(block)
        side = "buyer" if role == "intermediary" else role
        for stacks, box in ((self._stacks, block.main), (self._more_stacks, block.more)):
            is_added = ordinal > 1 or role == "intermediary"
            if is_added or box is block.more:
                name = ROLE_WORDS[role] + (str(ordinal) if ordinal > 1 else "")
                column = box.layout()
                if isinstance(column, QVBoxLayout):
                    column.insertWidget(0, SectionHead(name))
                    if is_added and box is block.more:
                        block.remove_button = Button(_("去掉这一方"), "text", icon="dismiss")
                        block.remove_button.clicked.connect(partial(self._remove_by_hand, block))
                        column.addWidget(block.remove_button, 0, Qt.AlignmentFlag.AlignLeft)
            stacks[side].addWidget(box)
        return block

    def _add_by_hand(self, role: str) -> None:
        block = self.add_party(role)
        block.bounds["name"].entry.setFocus(Qt.FocusReason.TabFocusReason)

    def add_party(self, role: str) -> PartyBlock:
        """One more seller, buyer or intermediary, empty."""
        block = self._add_block(role)
        block.show(Party(role=role, id_type="credit_code", country="CHN"))
        self._chain()
        return block

    def _remove_by_hand(self, block: PartyBlock) -> None:
        name = block.bounds["name"].entry.value() or _("（未填名称）")
        if self.ask(
            self,
            _("去掉“{name}”？").format(name=name),
            _("这一方的各栏会从这份合同里去掉；单位库里的资料不动。"),
            act=_("去掉这一方"),
            safe=_("先不去掉"),
            mnemonic="D",
        ):
            self.remove_party(block)

    def remove_party(self, block: PartyBlock) -> None:
        """Take one out (an empty first one stays in its place)."""
        self.blocks.remove(block)
        for box in (block.main, block.more):
            box.setParent(None)
            box.deleteLater()
        block.deleteLater()
        self._chain()
        self._changed("parties")

    def take_party(self, entry: PartyNameField, party: PartyView) -> None:
        """Fill the block of this name field from the library, as one step back."""
        for block in self.blocks:
            if block.bounds["name"].entry is entry:
                block.taken_from = None
                with self.one_step(block.bounds["name"]):
                    block.take({"name": party.name, **party.content})
                block.taken_from = party
                block.kept_apart.clear()

    def _chain(self) -> None:
        stops = self.ordered()
        for one, other in pairwise(stops):
            QWidget.setTabOrder(one, other)

    # following

    def _left(self, bound: Bound) -> None:
        self.left.add(self._key(bound))
        self._follow()
        block = bound.owner
        if block is not None and bound.name == "name":
            block.taken_from = None  # another name is another party
        self._changed(self.path_of(bound))
        if block is not None and not self._in_step and block.differs(bound):
            self.party_differs.emit(block, bound)

    def _code_taken(self, table: str, code: str) -> None:
        self._codes.took(table, code)
        self.code_taken.emit()

    # one step back

    def _begin_steps(self) -> None:
        self._before.clear()
        self._after.clear()
        self._now = self._state()

    def _state(self) -> _State:
        return _State(self.kept(), self.raw())

    def _changed(self, path: str) -> None:
        """A person changed something: it can be taken back, and those who store it are told."""
        self._changes += 1
        if self._in_step:
            return
        if (state := self._state()) != self._now:
            self._before.append((path, self._now))
            del self._before[:-STEPS_KEPT]
            self._after.clear()
            self._now = state
        self.committed.emit(path)

    @contextmanager
    def one_step(self, bound: Bound | None = None) -> Iterator[None]:
        """Changes inside are told once and taken back by one Ctrl+Z."""
        count, self._in_step = self._changes, True
        try:
            yield
        finally:
            self._in_step = False
        if self._changes != count:
            self._changed(self.path_of(bound) if bound is not None else "title")

    def step_back(self, back: bool) -> bool:
        """Ctrl+Z, or with ``back`` False Ctrl+Y: the whole form as before the last change; False: none."""
        source, other = (self._before, self._after) if back else (self._after, self._before)
        if not source or self._is_read_only:
            return False
        path, state = source.pop()
        other.append((path, self._now))
        self._show(state.facts)
        self._put_raw(state.raw)
        self._now = self._state()
        self._focus(path)
        self.committed.emit(path)
        return True

    def _focus(self, path: str) -> None:
        if path in self.tables:
            self.tables[path].table.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif (bound := self.bound(path)) is not None:
            bound.entry.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # what was copied elsewhere

    def _paste_block(self) -> bool:
        return not self._is_read_only and self.paste_block()

    def _paste_rows(self, table: RowsTable) -> bool:
        return not self._is_read_only and self.paste_rows(table)

    def slots_from(self, widget: QWidget | None) -> tuple[Slot, ...]:
        """The fields from this one on, in the order of Enter, as targets of pasted cells."""
        found, has_begun = [], False
        every = {id(b.entry): b for b in self._every()}
        for stop in self.ordered():
            has_begun = has_begun or stop is widget
            bound = every.get(id(stop))
            if has_begun and bound is not None and not bound.row.isHidden():
                found.append(bound.slot())
        return tuple(found)

    def of_slot(self, slot: Slot) -> Bound | None:
        """The field that a pasted cell belongs to; None when the form does not show it."""
        if not slot.role:
            return self.bounds.get("sub_kind" if slot.column.field == "kind" else slot.column.field)
        for block in self.blocks:
            if (block.role, block.ordinal) == (slot.role, slot.ordinal):
                return block.bounds.get(slot.column.field)
        return None

    def take_pasted(self, cells: Sequence[PastedCell]) -> int:
        """Write the values of good cells into their fields as one step; how many were written."""
        has_sub_kind = any(c.slot.column.field == "sub_kind" and c.value is not None for c in cells)
        count = 0
        first = next((b for c in cells if (b := self.of_slot(c.slot)) is not None), None)
        with self.one_step(first):
            for cell in cells:
                bound = self.of_slot(cell.slot)
                if bound is None or cell.value is None or cell.level == "error":
                    continue
                if cell.slot.column.field == "kind" and has_sub_kind:
                    continue
                bound.put(cell.value)
                count += 1
            self._follow()
        return count

    def _every(self) -> list[Bound]:
        return [*self.bounds.values(), *(b for block in self.blocks for b in block.bounds.values())]

    def _follow(self) -> None:
        abroad = self.bounds["currency"].read()[0] not in (None, "CNY")
        for name in ("exchange_rate", "exchange_rate_on", "original_amount"):
            self.bounds[name].row.setVisible(abroad or not self.bounds[name].is_empty())
        is_import = self.bounds["cross_border"].read()[0] == "import"
        words = {
            "buyer": _("二 买方（申请人）") if is_import else _("二 买方"),
            "seller": _("三 卖方") if is_import else _("三 卖方（申请人）"),
        }
        for role, head in self._party_heads.items():
            if head.text != words[role]:
                head.text = words[role]
                head.update()

    def _technology_left(self) -> Any:
        total = self.bounds["contract_amount"].read()[0]
        if total is None:
            return None
        from desktop.rules.amounts import fix_amounts

        return total - fix_amounts(self.facts()).deducted_total

    def _money_left(self, model: RowsModel, row: int) -> Any:
        total = self.bounds["contract_amount"].read()[0]
        if total is None:
            return None
        own = model.rows[row].values.get("amount") if row < len(model.rows) else None
        return total - model.total("amount") + (own or 0)

    # the contract before

    def _fact_of(self, facts: Facts, bound: Bound) -> Any:
        if bound.owner is None:
            return (facts.sub_kind or facts.kind) if bound.name == "sub_kind" else getattr(facts, bound.name)
        same = [p for p in facts.parties if p.role == bound.owner.role]
        at = bound.owner.ordinal - 1
        return getattr(same[at], bound.name) if at < len(same) else None

    def _previous_value(self, bound: Bound) -> str:
        before = self.previous()
        return bound.as_value(self._fact_of(before, bound)) if before is not None else ""

    def copy_previous(self) -> int:
        """Copy the contract before into every field that is still empty; how many were filled."""
        before = self.previous()
        if before is None:
            return 0
        count = 0
        with self.one_step():
            for bound in self._every():
                value = self._fact_of(before, bound)
                if bound.is_empty() and value is not None and bound.name not in NEVER_COPIED:
                    bound.put(value)
                    count += 1
        return count

    # findings

    def bound(self, path: str) -> Bound | None:
        """The field of a path such as ``title`` or ``parties[1].name``."""
        if path in self.bounds:
            return self.bounds[path]
        if path == "kind":
            return self.bounds["sub_kind"]
        if path.startswith("parties["):
            index, _close, name = path.removeprefix("parties[").partition("].")
            if not index.isdecimal():
                return None
            blocks, at = self._looked_at(), int(index)
            return blocks[at].bounds.get(name) if at < len(blocks) else None
        return None

    def words_for(self, path: str) -> str:
        """What a field is called of which the form may know nothing; the path itself when nobody knows."""
        name, _bracket, rest = path.partition("[")
        index, _close, column = rest.partition("].")
        if name in ROWS and index.isdecimal():
            head, row = label_of(name), int(index) + 1
            return _("{table} 第 {n} 行 {column}").format(
                table=head, n=row, column=label_of(column, ROWS[name])
            )
        return label_of(path)

    def path_of(self, bound: Bound) -> str:
        """Inverse of ``bound``."""
        return next((path for path, other in self._paths() if other is bound), bound.name)

    def path_at(self, widget: QWidget | None) -> str:
        """Path of the field that this widget is, or lies in; cells of tables as ``payments[0].amount``."""
        if widget is None or not self.isAncestorOf(widget):
            return ""
        for path, bound in self._paths():
            if bound.entry is widget:
                return path
        for block in self.blocks:  # a block nothing was typed into has no place among the parties yet
            for name, bound in block.bounds.items():
                if bound.entry is widget:
                    return f"{block.role}[{block.ordinal}].{name}"
        for name, table in self.tables.items():
            if table.isAncestorOf(widget):
                index = table.table.currentIndex()
                column = table.model.columns[max(index.column() - 1, 0)]
                return f"{name}[{max(index.row(), 0)}].{column}"
        return ""

    @staticmethod
    def _key(bound: Bound) -> str:
        owner = bound.owner
        return f"{owner.role}[{owner.ordinal}].{bound.name}" if owner is not None else bound.name

    def stop_of(self, widget: QWidget | None) -> str:
        """Name of the field or small table that this widget is, or lies in; others do not change it."""
        if widget is None or not self.isAncestorOf(widget):
            return ""
        found = next((self._key(bound) for bound in self._every() if bound.entry is widget), "")
        return found or next((name for name, table in self.tables.items() if table.isAncestorOf(widget)), "")

    def was_left(self, problem: Problem) -> bool:
        """The focus has gone on from the field of this finding; where none is known it counts as left."""
        name = problem.field.partition("[")[0]
        if name in self.tables:
            return name in self.left
        anchor = self._anchor(problem)
        return anchor is None or self._key(anchor) in self.left

    def focus_at(self, path: str) -> bool:
        """Put the focus on the field of ``path_at``; False when there is none."""
        name, _bracket, rest = path.partition("[")
        index, _close, column = rest.partition("].")
        if name in self.tables and index.isdigit():
            self.tables[name].go_to_row(int(index), column)
            return True
        if (bound := self._bound_at(path)) is None:
            return False
        bound.entry.setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def name_at(self, path: str) -> str:
        """What the field of ``path_at`` is called: 5 签订日期, 十 付款 第 1 行."""
        name, _bracket, rest = path.partition("[")
        if name in self.tables:
            index = rest.partition("].")[0]
            row = int(index) + 1 if index.isdecimal() else 1
            return _("{table} 第 {n} 行").format(table=self.tables[name].table.accessibleName(), n=row)
        bound = self._bound_at(path)
        return bound.entry.name if bound is not None else ""

    def _bound_at(self, path: str) -> Bound | None:
        role, _bracket, rest = path.partition("[")
        ordinal, _close, name = rest.partition("].")
        if role in ROLE_WORDS and ordinal.isdigit():
            for block in self.blocks:
                if (block.role, block.ordinal) == (role, int(ordinal)):
                    return block.bounds.get(name)
            return None
        return self.bound(path)

    def _anchor(self, problem: Problem) -> Bound | None:
        if found := self.bound(problem.field):
            return found
        if problem.field == "parties":
            place = problem.place.lstrip("0123456789 ")
            role = "buyer" if place.startswith(_("买方")) else "seller"
            return next((b.bounds["name"] for b in self.blocks if b.role == role), None)
        return None

    def named(self, problem: Problem) -> Problem:
        """The finding with the number of its field before the place, codes in fours."""
        anchor = self._anchor(problem)
        problem = replace(problem, reason=_ended(problem.reason), remedy=_ended(problem.remedy))
        if problem.code == UNREAD:
            return problem
        if problem.field.startswith("amount_lines["):
            row = int(problem.field.partition("[")[2].partition("]")[0])
            words = self.tables["amount_lines"].model.result()[row].label or ""
            return replace(problem, place=_("第 {n} 行 {label}").format(n=row + 1, label=words[:8]))
        if anchor is None or problem.place[:1].isdigit():
            return problem
        place = problem.place
        if anchor.owner is not None and anchor.name == "id_number":
            place = place.replace(_("证件号码"), anchor.row.name)
        value = problem.value
        if isinstance(anchor.entry, CreditCodeField) and len(value) == 18 and value.isalnum():
            value = in_fours(value)
        return replace(problem, place=f"{anchor.number} {place}".strip(), value=value)

    def show_problems(self, problems: Sequence[Problem], *, submitted: bool) -> None:
        """Mark the fields; an empty required one turns red only when the form was submitted."""
        self._submitted = submitted
        worst: dict[int, tuple[str, str]] = {}
        order = ("error", "doubt", "note")
        cells: dict[str, dict[tuple[int, str], str]] = {name: {} for name in self.tables}
        for problem in problems:
            name, _bracket, rest = problem.field.partition("[")
            if name in self.tables and problem.code == UNREAD:
                continue  # the cell marks itself
            if name in self.tables:
                index, _close, column = rest.partition("].")
                if index.isdigit():
                    cells[name][int(index), column] = problem.level
                continue
            if is_missing(problem) and not submitted:
                continue
            if (anchor := self._anchor(problem)) is None or problem.level == "note":
                continue
            known = worst.get(id(anchor))
            if known is None or order.index(problem.level) < order.index(known[0]):
                worst[id(anchor)] = (problem.level, f"{problem.reason}；{problem.remedy}")
        for bound in self._every():
            level, words = worst.get(id(bound), ("", ""))
            bound.entry.set_level(level, words)
        for name, table in self.tables.items():
            table.model.set_marks(cells[name])

    def go_to(self, problem: Problem) -> QWidget | None:
        """Put the focus on the field of a finding; None when it belongs to no field."""
        name, _bracket, rest = problem.field.partition("[")
        if name in self.tables:
            index, _close, column = rest.partition("].")
            row = int(index) if index.isdecimal() else 0
            go = self.tables[name].go_to_row if problem.code == UNREAD else self.tables[name].go_to
            go(row, column)
            return self.tables[name].table
        if (anchor := self._anchor(problem)) is None:
            return None
        anchor.entry.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return anchor.entry

    # state

    def set_read_only(self, read_only: bool) -> None:
        """Everything grey, nothing can be changed."""
        self._is_read_only = read_only
        for bound in self._every():
            bound.entry.set_read_only(read_only)
        for table in self.tables.values():
            table.model.is_read_only = read_only
            table.model.layoutChanged.emit()
        own = (self.save_button, self.series_button, self.paste_hint)
        for widget in (*self.add_buttons.values(), *own):
            widget.setVisible(not read_only)

    @property
    def is_read_only(self) -> bool:
        """Nothing can be changed."""
        return self._is_read_only

    def set_compact(self, compact: bool) -> None:
        """Less air and smaller code letters in a narrow window, so that a marked code of 18 digits fits."""
        side = px(14 if compact else 20)
        self._outer.setContentsMargins(side, px(3), side, px(16))
        for row in self._rows_of_two:
            if isinstance(row, QGridLayout):
                row.setHorizontalSpacing(px(12 if compact else 20))
            else:
                row.setSpacing(px(12 if compact else 20))
        for block in self.blocks:
            entry = block.bounds["id_number"].entry
            if bool(entry.property("compact")) != compact:
                entry.setProperty("compact", compact)
                restyle(entry)
