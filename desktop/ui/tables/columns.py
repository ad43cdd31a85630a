"""Columns of lists of contracts: what a cell says, how it is drawn. Shared by short and long lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt

from desktop.resources import _
from desktop.services.views import ContractRow
from desktop.ui.pages.wording import KIND_WORDS, tail, yuan
from desktop.ui.tables.hits import spans
from desktop.ui.widgets.spelling import in_fours
from desktop.ui.widgets.table import Role

DISPLAY = int(Qt.ItemDataRole.DisplayRole)
TOOL_TIP = int(Qt.ItemDataRole.ToolTipRole)
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter

Cell = Mapping[int, object]
"""Role → value of one cell."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its head, its cells, its width in drawing pixels."""

    head: str
    cell: Callable[[ContractRow, str], Cell]
    """(contract, words searched for) → cell."""
    width: int = 100
    right: bool = False
    code: str = ""
    """Names the column where widths, sorting and hidden columns are remembered; empty: it is not."""


def text(words: str, **roles: object) -> dict[int, object]:
    """A cell of words; keywords are names of ``Role``."""
    return {DISPLAY: words} | {int(Role[name]): value for name, value in roles.items()}


def days_left(row: ContractRow, _words: str) -> Cell:
    """✕ 0 in red, ! 2 in amber, 7."""
    left = row.days_left
    if left is None:
        return text("—")
    if left <= 0:
        said = _("✕ 已过 {days}").format(days=-left) if left < 0 else "✕ 0"
        return text(said, TONE="err", BOLD=True)
    if left <= 3:
        return text(f"! {left}", TONE="warn", BOLD=True)
    return text(str(left), BOLD=True)


def short_serial(row: ContractRow, _words: str) -> Cell:
    """The last four of the 受理号."""
    return text(tail(row), MONO=True) | {TOOL_TIP: row.local_serial}


def number(row: ContractRow, words: str) -> Cell:
    """The registration number in groups of four, or the 受理号 while there is none."""
    if not row.official_number:
        return text(row.local_serial, HITS=spans(row.local_serial, words))
    shown = in_fours(row.official_number)
    return text(shown, MONO=True)


def title(row: ContractRow, words: str) -> Cell:
    """Name of the contract, what was searched for underlined."""
    return text(row.title, HITS=spans(row.title, words)) | {TOOL_TIP: row.title}


def title_and_seller(row: ContractRow, words: str) -> Cell:
    """Two lines: name, seller."""
    return text(
        row.title,
        HITS=spans(row.title, words),
        SECOND=row.seller,
        SECOND_HITS=spans(row.seller, words, initials_too=True),
    ) | {TOOL_TIP: f"{row.title}\n{row.seller}"}


def seller(row: ContractRow, words: str) -> Cell:
    """The seller."""
    return text(row.seller, HITS=spans(row.seller, words, initials_too=True)) | {TOOL_TIP: row.seller}


def buyer(row: ContractRow, words: str) -> Cell:
    """The buyer."""
    return text(row.buyer, HITS=spans(row.buyer, words, initials_too=True)) | {TOOL_TIP: row.buyer}


def kind(row: ContractRow, _words: str) -> Cell:
    """开发, 转让, 许可, 咨询, 服务."""
    return text(KIND_WORDS.get(row.kind, row.kind or "—"))


def amount(row: ContractRow, _words: str) -> Cell:
    """合同成交额."""
    return text(yuan(row.contract_amount))


def state(row: ContractRow, _words: str) -> Cell:
    """Disc and word."""
    return text("", MARK=row.state)


def due(row: ContractRow, _words: str) -> Cell:
    """11-24."""
    return text(f"{row.due_on:%m-%d}" if row.due_on else "—")


def registered(row: ContractRow, _words: str) -> Cell:
    """2026-11-20."""
    day = row.registered_on or row.accepted_on
    return text(day.isoformat() if day else "—", TONE="ink1" if row.registered_on else "ink3")


def technology(row: ContractRow, _words: str) -> Cell:
    """技术交易额."""
    return text(yuan(row.technology_amount))


def signed(row: ContractRow, _words: str) -> Cell:
    """2026-10-26."""
    return text(row.signed_on.isoformat() if row.signed_on else "—")


def reporting(row: ContractRow, _words: str) -> Cell:
    """Disc and word."""
    return text("", MARK=row.reporting_state)


def clerk(row: ContractRow, _words: str) -> Cell:
    """Who recognised it, or took it in."""
    return text(row.clerk or "—")


URGENT = (
    Column(_("余日"), days_left, 58, right=True),
    Column(_("受理号"), short_serial, 66),
    Column(_("项目名称"), title, 200),
    Column(_("卖方"), seller, 118),
    Column(_("状态"), state, 98),
    Column(_("期限"), due, 66),
)
"""今日."""
NUMBER = Column(_("登记编号"), number, 206, code="number")
TITLE_AND_SELLER = Column(_("项目名称 / 卖方"), title_and_seller, 220, code="title")
KIND = Column(_("类别"), kind, 62, code="kind")
AMOUNT = Column(_("成交额（元）"), amount, 140, right=True, code="amount")
STATE = Column(_("状态"), state, 110, code="state")
DAY = Column(_("登记日"), registered, 110, code="day")
FOUND = (
    NUMBER,
    Column(_("项目名称"), title, 220, code="title"),
    Column(_("卖方"), seller, 210, code="seller"),
    Column(_("买方"), buyer, 210, code="buyer"),
    KIND,
    AMOUNT,
    STATE,
    DAY,
)
"""查询, one line a row."""
FOUND_TWO_LINES = (NUMBER, TITLE_AND_SELLER, KIND, AMOUNT, STATE, DAY)
"""查询 with the drawer open."""
MORE = (
    Column(_("技术额（元）"), technology, 140, right=True, code="technology"),
    Column(_("签订日"), signed, 110, code="signed"),
    Column(_("上报"), reporting, 130, code="reporting"),
    Column(_("经办人"), clerk, 84, code="clerk"),
)
"""Columns of 查询 that a person may add."""
SORTABLE = ("number", "title", "kind", "amount", "technology", "state", "day", "signed")
"""Codes of the columns that a search can be sorted by."""
