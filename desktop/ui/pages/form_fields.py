"""What the fields of the form know: code lists as they are shown, words with initials, names of parties."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from desktop.resources import _
from desktop.rules.codes import CodeTables
from desktop.rules.facts import FIXED_CODES, LONG_TERM
from desktop.services.views import PartyView
from desktop.ui.widgets.codes import (
    CONTAINS,
    EXACT,
    PREFIX,
    CodeBook,
    CodeEntry,
    CodeField,
    CodeMatch,
    CodePopup,
)
from desktop.ui.widgets.entries import DateField, tell_correction
from desktop.ui.widgets.fields import ENTER, Field
from desktop.ui.widgets.spelling import tidy_number

YES_NO = "yesno"
"""Name of the list 是, 否."""
_INITIALS: Mapping[str, str] = {
    "一般纳税人": "ybnsr", "专利申请": "zlsq", "专用发票": "zyfp", "中介方": "zjf", "买方": "mf",
    "仪器": "yq", "作价入股": "zjrg", "信用代码": "xydm", "全球独占许可": "qqdzxk", "其他": "qt",
    "军民两用": "jmly", "军转民": "jzm", "出口": "ck", "卖方": "mf", "发明专利": "fmzl",
    "固定总价": "gdzj", "国防专利": "gfzl", "外协采购": "wxcg", "外观设计专利": "wgsjzl",
    "实用新型专利": "syxxzl", "小规模纳税人": "xgmnsr", "居民身份证": "jmsfz", "工程": "gc",
    "差旅": "cl", "待确定": "dqd", "所有权": "syq", "技术": "js", "技术秘密": "jsmm", "护照": "hz",
    "排他许可": "ptxk", "提成": "tc", "无": "w", "普通发票": "ptfp", "普通许可": "ptxk", "材料": "cl",
    "植物新品种权": "zwxpzq", "民参军": "mcj", "独占许可（非全球）": "dzxkfqq",
    "生物、医药新品种": "swyyxpz", "禁止": "jz", "自然人": "zrr", "自由": "zy",
    "计算机软件著作权": "jsjrjzzq", "设备": "sb", "载体": "zt", "进口": "jk", "限制": "xz",
    "集成电路布图设计专有权": "jcdlbtsjzyq", "零部件": "lbj", "是": "s", "否": "f",
}  # fmt: skip
"""First letters of the words of the lists that live in the program (the CSV tables bring theirs)."""
_RANKS = {"exact": EXACT, "prefix": PREFIX, "contains": CONTAINS}
_FIGURES = re.compile(r"[+-]?(?=\.?\d)\d{0,9}(\.\d{0,9})?")
"""A rate, a share, a count of pages: no powers of ten, ``1e999999999`` written out would fill the memory."""
_INDUSTRY = re.compile(r"[A-T]\d{0,4}")


class WordEntry(CodeEntry):
    """A line without a code for people: 是, 设备, 信用代码."""

    __slots__ = ()

    def shown(self) -> str:
        """The word alone."""
        return self.code


class _HidingBook(CodeBook):
    """A list some lines of which are known and shown, but never offered."""

    def __init__(self, entries: Iterable[CodeEntry], hidden: Collection[str]) -> None:
        super().__init__(entries)
        self._hidden = frozenset(hidden)

    def search(self, text: str) -> list[CodeMatch]:
        """Matches that may be chosen."""
        return [match for match in super().search(text) if match.entry.code not in self._hidden]


class _RegionBook(CodeBook):
    """The regions: found by the program's own search, which knows the levels (江苏 gl)."""

    MOST = 60

    def __init__(self, entries: Iterable[CodeEntry], codes: CodeTables) -> None:
        super().__init__(entries)
        self._codes = codes

    def search(self, text: str) -> list[CodeMatch]:
        """The best matches, retired codes last."""
        found = []
        prefer = sorted(self.uses, key=lambda code: -self.uses[code])
        for hit in self._codes.search("regions", text, self.MOST, prefer=prefer, retired=True):
            if (entry := self.entry(hit.entry.code)) is None:
                continue
            span = (hit.start, hit.start + hit.length)
            found.append(
                CodeMatch(
                    entry,
                    _RANKS[hit.kind],
                    code_span=span if hit.place == "code" else (0, 0),
                    name_span=(hit.name_start, hit.name_start + hit.name_length),
                    initials=hit.initials,
                    initials_span=span if hit.place == "initials" else (0, 0),
                )
            )
        return sorted(found, key=lambda match: (match.rank, match.entry.is_retired))


class FieldCodes:
    """The code tables as fields show them. Countries appear with their customs number, words without code.

    ``shown`` turns a stored code into what the field holds, ``stored`` turns it back.
    """

    def __init__(self, codes: CodeTables, uses: Mapping[str, Mapping[str, int]] | None = None) -> None:
        self._codes = codes
        self._known_uses = {table: dict(counts) for table, counts in (uses or {}).items()}
        self._books: dict[str, CodeBook] = {}
        self._words: dict[str, dict[str, str]] = {}
        """Table → stored → shown, for tables whose codes people never see."""
        self._stored: dict[str, dict[str, str]] = {}

    def book(self, table: str) -> CodeBook:
        """The list of one table; made at its first use."""
        if table not in self._books:
            self._books[table] = self._make(table)
            for code, times in self._known_uses.get(table, {}).items():
                self._books[table].learn(code, times)
        return self._books[table]

    def took(self, table: str, shown: str) -> None:
        """A clerk chose this line (as the field holds it)."""
        self.book(table).learn(shown)

    def uses(self) -> dict[str, dict[str, int]]:
        """Table → code as the field holds it → how often it was taken on this station."""
        read = {table: dict(book.uses) for table, book in self._books.items() if book.uses}
        return self._known_uses | read

    def shown(self, table: str, code: str | None) -> str:
        """What the field holds for a stored code."""
        self.book(table)
        return self._words.get(table, {}).get(code or "", code or "")

    def stored(self, table: str, value: str) -> str | None:
        """The stored code; None when the field is empty."""
        self.book(table)
        return self._stored.get(table, {}).get(value, value) or None

    def name(self, table: str, code: str | None) -> str:
        """The word of a stored code."""
        return self._codes.name(table, code) if table != YES_NO else self.shown(table, code)

    def _make(self, table: str) -> CodeBook:
        if table == YES_NO:
            return self._wordy(table, {"yes": _("是"), "no": _("否")})
        if table in FIXED_CODES and table != "currencies":
            return self._wordy(table, FIXED_CODES[table])
        rows = self._codes.entries(table)
        if table == "countries_iso":
            pairs = {e.code: e.extra.get("customs") or e.code for e in rows}
            self._remember(table, pairs)
            return CodeBook(
                CodeEntry(pairs[e.code], e.name, (*e.initials, e.code.lower()), e.is_retired) for e in rows
            )
        entries = [CodeEntry(e.code, e.name, e.initials, e.is_retired) for e in rows]
        if table == "regions":
            return _RegionBook(entries, self._codes)
        if table == "contract_kinds":
            parents = {e.parent for e in rows if e.parent}
            return _HidingBook(entries, parents | {"NONE"})
        return CodeBook(entries)

    def _wordy(self, table: str, words: Mapping[str, str]) -> CodeBook:
        self._remember(table, dict(words))
        return CodeBook(WordEntry(word, "", (_INITIALS.get(word, ""),)) for word in words.values())

    def _remember(self, table: str, pairs: dict[str, str]) -> None:
        self._words[table] = pairs
        self._stored[table] = {shown: code for code, shown in pairs.items()}


class IndustryField(CodeField):
    """国民经济行业: a section from the list, or a section letter with up to four digits."""

    def check(self, text: str) -> str:
        """A class number behind a known letter is fine."""
        return "" if _INDUSTRY.fullmatch(text.strip().upper()) else super().check(text)

    def neat(self, text: str) -> str:
        """Section and name, or the class number in capitals."""
        plain = text.strip().upper()
        return plain if len(plain) > 1 and _INDUSTRY.fullmatch(plain) else super().neat(text)


class TermField(DateField):
    """The last day of a contract; 长期 when it has none."""

    def _is_long(self, text: str) -> bool:
        return text.strip() in (_("长期"), "cq", LONG_TERM.isoformat())

    def day(self) -> date | None:
        """The day; the last one of the calendar for 长期."""
        return LONG_TERM if self._is_long(self.text()) else super().day()

    def shown(self, value: str) -> str:
        """长期 in words."""
        return _("长期") if self._is_long(value) else super().shown(value)

    def check(self, text: str) -> str:
        """长期 is a day."""
        return "" if self._is_long(text) else super().check(text)

    def neat(self, text: str) -> str:
        """长期 or the day."""
        return _("长期") if self._is_long(text) else super().neat(text)


class DecimalField(Field):
    """A rate or a share: plain figures."""

    def number(self) -> Decimal | None:
        """The number; None when empty or unreadable."""
        return self._read(self.text())

    @staticmethod
    def _read(text: str) -> Decimal | None:
        plain = tidy_number(text).replace(",", "")
        return Decimal(plain) if _FIGURES.fullmatch(plain) else None

    def value(self) -> str:
        """Plain figures, or what was typed."""
        number = self.number()
        return self.text().strip() if number is None else format(number, "f")

    def check(self, text: str) -> str:
        """Not a number."""
        if not text.strip() or self._read(text) is not None:
            return ""
        return _("看不出是多少。请只写数字，例如 7.1123。")

    def neat(self, text: str) -> str:
        """Half width, no spaces; tells what was put right on the way."""
        shown = tidy_number(text).replace(",", "")
        tell_correction(self, text, shown)
        return shown


@dataclass(frozen=True, slots=True)
class _PartyMatch(CodeMatch):
    """A party of the library: last four of its number, name, month of its last contract."""

    last: str = ""

    @property
    def word(self) -> str:
        """When it was last here."""
        return self.last


class PartyNameField(Field):
    """Name of a party. Parties used before are listed while typing; nothing is chosen until ↓ is pressed,
    unless the whole name of the one party so called was typed: then Enter takes that party.

    ``asked(text)`` wants the list, ``offer`` shows it, ``picked`` brings the party chosen; F7 asks for the
    whole library with ``parties_wanted(text)``.
    """

    asked = Signal(str)
    parties_wanted = Signal(str)
    picked = Signal(object)

    def __init__(self, name: str, *, required: bool = False, parent: QWidget | None = None) -> None:
        self._popup: CodePopup | None = None
        self._offered: dict[str, PartyView] = {}
        super().__init__(name, required=required, parent=parent)
        self.textEdited.connect(self._typed)

    @property
    def popup(self) -> CodePopup:
        """The list; made when first needed."""
        if self._popup is None:
            self._popup = CodePopup(self)
            self._popup.picked.connect(self._take)
        return self._popup

    def is_open(self) -> bool:
        """The list is shown."""
        return self._popup is not None and self._popup.isVisible()

    def offer(self, text: str, parties: Sequence[PartyView]) -> None:
        """Show these; ignored when the person typed on or went away meanwhile."""
        if text != self.text().strip() or not self.hasFocus():
            return
        self._offered = {f"{party.id_tail}\x1f{party.name}": party for party in parties}
        if not parties:
            self.close_list()
            return
        matches = []
        for party in parties:
            at = party.name.find(text)
            day = party.last_used_on
            matches.append(
                _PartyMatch(
                    CodeEntry(party.id_tail or "····", party.name),
                    PREFIX if at == 0 else CONTAINS,
                    name_span=(at, at + len(text)) if at >= 0 else (0, 0),
                    last=day.isoformat() if day else "",
                )
            )
        self.popup.offer(matches)
        self.popup.view.setCurrentIndex(QModelIndex())

    def close_list(self) -> None:
        """Hide the list."""
        if self._popup is not None:
            self._popup.hide()

    def _typed(self, text: str) -> None:
        plain = text.strip()
        if plain and plain != "..":
            self.asked.emit(plain)
        else:
            self.close_list()

    def _take(self, entry: CodeEntry) -> None:
        party = self._offered.get(f"{entry.code if entry.code != '····' else ''}\x1f{entry.name}")
        self.close_list()
        if party is not None:
            self.picked.emit(party)

    def _meant(self) -> CodeEntry | None:
        """The line highlighted, else the one party whose whole name was typed."""
        if (match := self.popup.current()) is not None:
            return match.entry
        typed = self.text().strip()
        same = [match.entry for match in self.popup.matches if match.entry.name == typed]
        return same[0] if len(same) == 1 else None

    def wants_key(self, event: QKeyEvent) -> bool:
        """F7, and Esc while the list is open."""
        is_own = event.key() == Qt.Key.Key_F7 or (event.key() == Qt.Key.Key_Escape and self.is_open())
        return is_own or super().wants_key(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys of the list; all keys belong to the input method while it composes."""
        if event.key() == Qt.Key.Key_F7 and not self.is_composing and not self.isReadOnly():
            self.close_list()
            self.parties_wanted.emit(self.text().strip())
            return
        if self.is_open() and not self.is_composing:
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
            if event.key() in steps:
                self.popup.move_by(steps[Qt.Key(event.key())])
                return
            if event.key() == Qt.Key.Key_Escape:
                self.close_list()
                return
            if event.key() in ENTER and (entry := self._meant()) is not None:
                self._take(entry)
        super().keyPressEvent(event)


def make_entry(
    kind: str, table: str, name: str, codes: FieldCodes, *, field: str = "", required: bool = False
) -> Field:
    """The field for one type of the form (``str id code money date decimal yesno int``)."""
    from desktop.ui.widgets.entries import AmountField, CreditCodeField

    made: Field
    if kind == "code":
        maker = IndustryField if table == "industry_sections" else CodeField
        made = maker(name, codes.book(table), required=required)
    elif kind == YES_NO:
        made = CodeField(name, codes.book(YES_NO), required=required)
    elif kind == "date":
        made = (
            TermField(name, required=required)
            if field == "valid_until"
            else DateField(name, required=required)
        )
    elif kind == "money":
        made = AmountField(name, required=required)
    elif kind in ("decimal", "int"):
        made = DecimalField(name, required=required)
    elif kind == "id" and field == "id_number":
        made = CreditCodeField(name, required=required)
    else:
        made = Field(name, required=required, mono=kind == "id")
    return made


def read_entry(entry: Field, kind: str, table: str, codes: FieldCodes) -> tuple[Any, str]:
    """(typed value or None, what was typed and could not be read)."""
    text = entry.value()
    if not text.strip():
        return None, ""
    if entry.check(entry.text()):
        return None, entry.text()
    if kind == "date" and isinstance(entry, DateField):
        return entry.day(), ""
    if kind in ("money", "decimal"):
        return Decimal(text), ""
    if kind == "int":
        number = Decimal(text)
        return (int(number), "") if number == int(number) else (None, text)
    if kind == YES_NO:
        return codes.stored(YES_NO, text) == "yes", ""
    if kind == "code":
        return codes.stored(table, text), ""
    return text.strip(), ""


def entry_value(value: Any, kind: str, table: str, codes: FieldCodes) -> str:
    """A typed value as the field stores it; inverse of ``read_entry``."""
    if value is None:
        return ""
    if kind == YES_NO:
        return codes.shown(YES_NO, "yes" if value else "no")
    if kind == "code":
        return codes.shown(table, value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else str(value)


Remainder = Callable[[], Decimal | None]
"""What “=” fills in."""
