"""Every page and every dialog of the program with something in it, and what the eye and the keys find there.

``PAGES`` and ``DIALOGS`` name makers; a dialog is made over a window as large as the screen. ``look`` shows
one at the three scales, goes round with Tab and the arrow keys and writes down every control. A new page or
dialog is entered here: a test counts them against the source.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent / "pages"))

from desk import SELLER, china
from fakes_case import WHOLE, CaseDesk
from frame import bring_up, make, nothing
from later import registered, reviewed_rows, sheet_row
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QScrollBar,
    QTextEdit,
    QWidget,
)
from shiboken6 import isValid

from desktop.app import page_makers, sign_in
from desktop.errors import Problem
from desktop.exchange.pasted import form_slots, read_block, understand
from desktop.jobs import JobRunner
from desktop.resources import resource
from desktop.rules.codes import CodeTables
from desktop.rules.local_pack import load_pack
from desktop.services import first_run
from desktop.services import views as v
from desktop.services.commands import Defect
from desktop.services.safe_keeping import check_places
from desktop.services.station import check_people
from desktop.ui.dialogs.batch_print import BatchPrintDialog
from desktop.ui.dialogs.bin import BinDialog
from desktop.ui.dialogs.change import ChangeDialog
from desktop.ui.dialogs.decline import DeclineDialog
from desktop.ui.dialogs.duplicates import DuplicateDialog
from desktop.ui.dialogs.end import EndDialog
from desktop.ui.dialogs.experts import AskExpertsDialog, ExpertReviewDialog
from desktop.ui.dialogs.import_report import ImportReportDialog
from desktop.ui.dialogs.income import IncomeDialog
from desktop.ui.dialogs.objections import AnswerObjectionDialog, InformDialog, TakeObjectionDialog
from desktop.ui.dialogs.park import ParkDialog
from desktop.ui.dialogs.party import EditPartyDialog, MergePartiesDialog, RetirePartyDialog
from desktop.ui.dialogs.paste import DRAFTS, PasteDialog, Plan
from desktop.ui.dialogs.people import RolesDialog, StopDialog, pin_dialog, reset_dialog
from desktop.ui.dialogs.print_preview import PrintPreview
from desktop.ui.dialogs.queries import QueriesDialog
from desktop.ui.dialogs.recovery import NewSheetDialog, RecoverDialog, RenewSheetDialog
from desktop.ui.dialogs.refuse import RefuseDialog
from desktop.ui.dialogs.return_contract import ReturnDialog
from desktop.ui.dialogs.ruler import RulerDialog
from desktop.ui.dialogs.send_back import SendBackDialog
from desktop.ui.dialogs.series import SeriesDialog
from desktop.ui.dialogs.sheet import SheetDialog
from desktop.ui.dialogs.targets import TargetsDialog
from desktop.ui.dialogs.year import YearDialog
from desktop.ui.help import HelpDialog
from desktop.ui.pages.form_fields import FieldCodes
from desktop.ui.pages.issue_parts import BigPicture, PageArea
from desktop.ui.pages.report import ResendDialog
from desktop.ui.pages.system_parts import PlacesDialog
from desktop.ui.setup.guide import Devices, FirstRunGuide
from desktop.ui.setup.steps import Doors
from desktop.ui.theme import Theme
from desktop.ui.widgets.ask import AskDialog
from desktop.ui.widgets.bars import KeyBar

Make = Callable[[Theme, Path], QWidget]
MakeOver = Callable[[QWidget], QWidget]
TODAY = date(2026, 11, 20)
SIZES = {"100 %": (1366, 768), "125 %": (1093, 614), "150 %": (911, 512)}
"""The old screen in logical pixels at the three scales of Windows."""
STATES = {1: "DRAFT", 2: "ACCEPTED", 3: "ACCEPTED", 4: "ACCEPTED", 5: "RECOGNISED", 6: "CERTIFIED"}
STEPS = {1: "录入", 2: "认定", 3: "核定", 4: "税惠", 5: "复核", 6: "登记发证"}


def inline() -> JobRunner:
    """Jobs that are done when they are asked for."""
    return JobRunner(inline=True)


def _window(code: str, argument: object = None) -> Make:
    def made(theme: Theme, folder: Path) -> QWidget:
        desk = CaseDesk(WHOLE)
        desk.bin_rows = (
            v.BinRow(7, "澄受 2026-0307", "茶树气象预警", china(11, 19, 9, 5), date(2026, 12, 19)),
        )
        window = make(theme, folder, desk=desk, pages=page_makers())
        bring_up(window)
        window.show_desk(desk)
        window.go(code, argument)
        return window

    return made


class _CaseDesk(CaseDesk):
    """With rows to review and sheets that were printed."""

    def sheet(self, of: Any = None) -> v.ContractSheet:
        made = super().sheet(of)
        return replace(made, review_rows=reviewed_rows(), sheets=(sheet_row(1, "printed", 52),))


def _case(step: int) -> Make:
    def made(theme: Theme, folder: Path) -> QWidget:
        person = v.SignedIn("陆知远", frozenset({"clerk", "reviewer"})) if step == 5 else None
        desk = _CaseDesk(WHOLE, STATES[step], **({"person": person} if person else {}))
        desk.text = (v.TextPassage("研制茶园采摘机视觉识别与仿形控制系统。", "1"),) if step == 2 else ()
        window = make(theme, folder, desk=desk, pages=page_makers())
        bring_up(window)
        window.show_desk(desk)
        window.go("case", (desk.sheet_row.id, step))
        return window

    return made


def _sign_in(theme: Theme, folder: Path) -> QWidget:
    return make(theme, folder)


def _locked(theme: Theme, folder: Path) -> QWidget:
    window = _window("today")(theme, folder)
    window.lock_screen()  # type: ignore[attr-defined]
    return window


def _guide(at: int) -> Make:
    def made(theme: Theme, folder: Path) -> QWidget:
        doors = Doors(
            first_run.shipped_packs,
            load_pack,
            first_run.check_station,
            check_people,
            first_run.check_block,
            check_places,
        )
        devices = Devices(
            printers=lambda: ["窗口激光机"], put_on_paper=lambda *_a, **_k: 1, ask=lambda *_a, **_k: True
        )
        guide = FirstRunGuide(
            folder / "data",
            doors,
            lambda new, tell: first_run.set_up_station(folder / "data", new, sign_in, tell),
            theme=theme,
            jobs=inline(),
            devices=devices,
        )
        guide.show_step(at)
        guide.sheet.box.setChecked(True)
        return guide

    return made


GUIDE_STEPS = (0, 1, 2, 3, 4, 5, 7)
"""All but the summary, which wants the others filled in; ``tests/ui/setup/test_guide.py`` goes there."""
PAGES: dict[str, Make] = {
    "登录": _sign_in,
    "锁屏": _locked,
    "今日": _window("today"),
    "查询": _window("search"),
    "单位库": _window("parties"),
    "履行与收入": _window("performance"),
    "上报": _window("report"),
    "统计": _window("stats"),
    "系统": _window("system"),
    "新收": _window("case"),
    **{word: _case(step) for step, word in STEPS.items()},
    **{f"首次使用 {at + 1}": _guide(at) for at in GUIDE_STEPS},
}


def _on_desk(maker: Callable[[QWidget, Any, JobRunner], QWidget], state: str = "CERTIFIED") -> MakeOver:
    return lambda over: maker(over, registered(state), inline())


def _objected(sheet: v.ContractSheet) -> v.ContractSheet:
    raised = v.ObjectionView(
        "tax", "国家税务总局澄河县税务局", date(2026, 11, 19), "登记证明2026990321000247", "含设备款",
        date(2026, 12, 4), None, "", "",
    )  # fmt: skip
    return replace(sheet, objections=(raised,), answers={"R-DEV-01": {"answer": "yes"}})


def _duplicate() -> v.DuplicateView:
    return v.DuplicateView(
        5, "2025990321000188", "平地茶园割刀高度传感采摘平台研制", SELLER, "澄河农机厂",
        Decimal("720000.00"), date(2025, 12, 8), 91, "卖方、标的相同",
    )  # fmt: skip


def _party_sheet(desk: Any) -> v.PartySheet:
    row = v.PartyRow(1, SELLER, "credit_code", "91990321MA0QH7K26R", (), 3, TODAY, None)
    return v.PartySheet(row, {"name": SELLER, "contact": "韦青岚"}, (), (1,), (), True)


def _import_report() -> v.ImportReport:
    problem = Problem("合同成交额", "5.1E+17", "Excel 已把数改坏", "把该列设为文本后重贴", "error", "X07")
    return v.ImportReport(Path("申请表.xlsx"), 3, (1, 2), (4,), 0, (problem,), Path("退回.xlsx"))


def _paste(over: QWidget) -> QWidget:
    codes = CodeTables(resource("codes"))
    block = read_block("项目名称\t合同成交额\n茶园采摘机研制\t1280000\n采摘臂研制\t5.1E+17")
    assert block is not None
    pasted = understand(block, form_slots(), (), codes, TODAY)
    return PasteDialog(over, inline(), Plan(DRAFTS, pasted), codes, run=lambda _plan: lambda: None)


def _change(over: QWidget, desk: Any, jobs: JobRunner) -> QWidget:
    return ChangeDialog(over, desk, jobs, desk.sheet())


def _page() -> QImage:
    return QImage(210, 297, QImage.Format.Format_RGB32)


CAME = v.Recovered("贺兰舟", "7K2QF-AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-FFFFF-GGGGG")
DIALOGS: dict[str, MakeOver] = {
    "问话": (
        lambda w: AskDialog(w, "注销这份登记？", "编号不再使用。", act="注销", safe="先不注销", mnemonic="Z")
    ),
    "变更": _on_desk(_change),
    "注销": _on_desk(lambda w, d, j: EndDialog(w, d, j, d.sheet(), "cancel")),
    "撤销": _on_desk(lambda w, d, j: EndDialog(w, d, j, d.sheet(), "revoke")),
    "核定收入": _on_desk(lambda w, d, j: IncomeDialog(w, d, j, d.sheet())),
    "暂不上报": _on_desk(lambda w, d, j: ParkDialog(w, d, j, d.sheet_row)),
    "退回初审": _on_desk(lambda w, d, j: SendBackDialog(w, d, j, d.sheet_row, (), "止日不对")),
    "提请评审": _on_desk(lambda w, d, j: AskExpertsDialog(w, d, j, d.sheet()), "ACCEPTED"),
    "评审意见": _on_desk(lambda w, d, j: ExpertReviewDialog(w, d, j, d.sheet()), "ACCEPTED"),
    "记异议": _on_desk(lambda w, d, j: TakeObjectionDialog(w, d, j, d.sheet())),
    "答复异议": _on_desk(lambda w, d, j: AnswerObjectionDialog(w, d, j, _objected(d.sheet()))),
    "告知函": _on_desk(lambda w, d, j: InformDialog(w, d, j, d.sheet())),
    "年度账": _on_desk(lambda w, d, j: YearDialog(w, d, j, d.sheet())),
    "作废": (lambda w: SheetDialog(w, inline(), "void", [(1, "存档"), (2, "交卖方")], lambda *_a: None)),
    "补证": (lambda w: SheetDialog(w, inline(), "reissue", [(1, "存档")], lambda *_a: None)),
    "不予受理": (lambda w: DeclineDialog(w, "澄受 2026-0312")),
    "不予登记": (lambda w: RefuseDialog(w, "澄受 2026-0312", CodeTables(resource("codes")))),
    "退回补正": (
        lambda w: ReturnDialog(
            w, "澄受 2026-0312", [Defect("名称与印章不一致", "改正或说明")], date(2026, 12, 11), TODAY
        )
    ),
    "疑似重复": (lambda w: DuplicateDialog(w, WHOLE, _duplicate())),
    "停用人员": (lambda w: StopDialog(w, inline(), "沈清禾", nothing)),
    "角色": (lambda w: RolesDialog(w, inline(), "沈清禾", ["clerk"], nothing)),
    "重设口令": (lambda w: reset_dialog(w, inline(), "沈清禾", nothing)),
    "PIN": (lambda w: pin_dialog(w, inline(), nothing)),
    "恢复单": (lambda w: RecoverDialog(w, inline(), "贺兰舟", lambda *_a: CAME)),
    "换恢复单": (lambda w: RenewSheetDialog(w, inline(), "贺兰舟", lambda *_a: CAME)),
    "新恢复单": (lambda w: NewSheetDialog(w, "澄河县技术合同登记处", CAME)),
    "回收站": _on_desk(
        lambda w, d, j: BinDialog(
            w,
            d,
            j,
            (v.BinRow(7, "澄受 2026-0307", "茶树气象预警", china(11, 19, 9, 5), date(2026, 12, 19)),),
        )
    ),
    "改单位": _on_desk(lambda w, d, j: EditPartyDialog(w, d, j, _party_sheet(d))),
    "合并单位": _on_desk(lambda w, d, j: MergePartiesDialog(w, d, j, _party_sheet(d))),
    "停用单位": _on_desk(lambda w, d, j: RetirePartyDialog(w, d, j, _party_sheet(d))),
    "常用查询": _on_desk(lambda w, d, j: QueriesDialog(w, d, j, (), "采摘", {"state": ("CERTIFIED",)})),
    "重导": _on_desk(lambda w, d, j: ResendDialog(w, d, j, d.batches(), Path("E:/"), lambda *_a: None)),
    "备份位置": _on_desk(lambda w, d, j: PlacesDialog(w, j, d.places, nothing)),
    "标尺页": (lambda w: RulerDialog(w, inline(), ["窗口激光机"], nothing, printer="窗口激光机")),
    "导入报告": (lambda w: ImportReportDialog(w, _import_report())),
    "粘贴预览": _paste,
    "连续录入": _on_desk(
        lambda w, d, j: SeriesDialog(w, d, j, WHOLE, "subject", FieldCodes(d.codes)), "DRAFT"
    ),
    "放大预览": (lambda w: BigPicture(w, _page(), PageArea(), "放大预览")),
    "成批打印": _on_desk(
        lambda w, d, j: BatchPrintDialog(
            w, j, d, [d.sheet_row], lambda _s: (1,), lambda *_a: "", "窗口激光机"
        )
    ),
    "年度目标": _on_desk(lambda w, d, j: TargetsDialog(w, d, j, 2026, None)),
    "打印预览": (
        lambda w: PrintPreview(
            w, inline(), "打印预览：统计表", Path("统计表.pdf"), [_page()], ["激光机"], "统计表.pdf"
        )
    ),
    "帮助": (lambda w: HelpDialog(w, "今日", ())),
}


# looking round


@dataclass(frozen=True, slots=True)
class Control:
    """Something that can be pressed or typed into."""

    what: str
    """Class and name, to be said in a failing test."""
    name: str
    """What a screen reader says."""
    words: str
    """The words on it."""
    sequence: str
    """Its own key, as ``Alt+Z``."""
    said_key: bool
    """It has a key of its own that can be pressed from elsewhere: a letter, an F-key, Esc."""
    said: str
    """Everything in which the key could be told: words, cap, tool tip."""
    width: int
    height: int
    is_button: bool
    hint: str = ""
    """Text shown inside while it is empty."""


@dataclass(slots=True)
class Seen:
    """What was found in one place."""

    controls: list[Control] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)
    """Controls that neither Tab nor the arrow keys nor a key of their own reach."""
    twice: list[str] = field(default_factory=list)
    """Keys that two visible things want."""
    sideways: dict[str, list[str]] = field(default_factory=dict)
    """Scale → what would have to be scrolled sideways or does not fit."""
    small: list[str] = field(default_factory=list)
    """Text below 10.5 pt."""
    started_at: str = ""
    """What has the focus when it opens."""
    hidden_primary: list[str] = field(default_factory=list)
    """Scales at which the one primary button cannot be seen."""


def what(widget: QWidget) -> str:
    """Class and name of a widget."""
    words = widget.text() if isinstance(widget, QAbstractButton | QLabel) else ""
    return f"{type(widget).__name__} “{widget.accessibleName() or words}”"


def visible(root: QWidget) -> list[QWidget]:
    """All that is seen of a window."""
    return [one for one in root.findChildren(QWidget) if one.isVisibleTo(root) and one.window() is root]


def _control(widget: QWidget) -> Control:
    is_button = isinstance(widget, QAbstractButton)
    words = widget.text() if isinstance(widget, QAbstractButton | QLabel) else ""
    caps = getattr(widget, "key", "") or ""
    caps = caps if isinstance(caps, str) else " ".join(caps.caps)
    sequence = widget.shortcut().toString() if isinstance(widget, QAbstractButton) else ""
    mnemonic = getattr(widget, "mnemonic", "") or ""
    hint = widget.placeholderText() if isinstance(widget, QLineEdit | QPlainTextEdit) else ""
    return Control(
        what(widget),
        widget.accessibleName(),
        words,
        sequence,
        bool(sequence or caps or re.search(r"\b(Alt|Ctrl|F\d+|Esc|Enter)\b", widget.toolTip())),
        f"{words}　{caps}　{mnemonic}　{widget.toolTip()}",
        widget.width(),
        widget.height(),
        is_button,
        hint,
    )


def everything(theme: Theme, folder: Path) -> dict[str, Seen]:
    """Every place by its name; takes half a minute."""
    found = {name: look(maker, None, theme, folder) for name, maker in PAGES.items()}
    return found | {name: look(None, maker, theme, folder) for name, maker in DIALOGS.items()}


def takes_keys(widget: QWidget) -> bool:
    """It can have the focus and is no mere frame around others."""
    return (
        widget.isEnabled() and widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.focusProxy() is None
    )


def _go_round() -> set[str]:
    """Names of all that Tab comes to and, in a row with one stop, the arrow keys.

    By name, because taking the focus may build parts of a page anew; round after round till nothing is new.
    """
    seen: set[str] = set()
    for _round in range(4):
        before, passed = len(seen), list[str]()
        while (here := QApplication.focusWidget()) is not None:
            name = what(here)
            if passed.count(name) > 1 or len(passed) > 300:
                break
            passed.append(name)
            seen.add(name)
            if _has_neighbours(here):
                for key in (Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Right, Qt.Key.Key_Down):
                    seen |= _along(key)
                    if isValid(here):
                        here.setFocus(Qt.FocusReason.OtherFocusReason)
            if (there := QApplication.focusWidget()) is not None:
                QTest.keyClick(there, Qt.Key.Key_Tab)
                QApplication.processEvents()
        if len(seen) == before:
            break
    return seen


def _has_neighbours(stop: QWidget) -> bool:
    """Others of its kind beside it that Tab passes over."""
    is_one_of_several = isinstance(stop, QAbstractButton) and stop.autoExclusive()
    return any(
        type(other) is type(stop)
        and other is not stop
        and (is_one_of_several or other.focusPolicy() == Qt.FocusPolicy.ClickFocus)
        for other in stop.parentWidget().children()
        if isinstance(other, QWidget)
    )


def _along(key: Qt.Key) -> set[str]:
    found: set[str] = set()
    while (here := QApplication.focusWidget()) is not None and what(here) not in found:
        found.add(what(here))
        QTest.keyClick(here, key)
        QApplication.processEvents()
    return found


def _own_key(widget: QWidget) -> bool:
    return _control(widget).said_key


def _wanted(root: QWidget) -> list[QWidget]:
    return [
        one
        for one in visible(root)
        if (takes_keys(one) or (isinstance(one, QAbstractButton) and one.isEnabled()))
        and not isinstance(one, QScrollArea | QScrollBar | QLabel)
        and not (isinstance(one, QLineEdit | QPlainTextEdit | QTextEdit) and one.isReadOnly())
    ]


def _unreached(root: QWidget) -> list[str]:
    reached = _go_round()
    return sorted({what(one) for one in _wanted(root) if not _own_key(one)} - reached)


def _twice(root: QWidget) -> list[str]:
    owners: defaultdict[str, list[str]] = defaultdict(list)
    for one in visible(root):
        if isinstance(one, QAbstractButton) and one.isEnabled() and not one.shortcut().isEmpty():
            owners[one.shortcut().toString()].append(what(one))
    for shortcut in root.findChildren(QShortcut):
        owner = shortcut.parent()
        if shortcut.isEnabled() and (not isinstance(owner, QWidget) or owner.isVisible()):
            for sequence in shortcut.keys():  # noqa: SIM118 - key sequences, not a mapping
                owners[sequence.toString()].append(what(owner) if isinstance(owner, QWidget) else "window")
    return [f"{key}: {', '.join(names)}" for key, names in owners.items() if key and len(names) > 1]


def too_wide(root: QWidget) -> list[str]:
    """What would have to be scrolled sideways, and what is cut at the edge of the window."""
    found = []
    for area in visible(root):
        if isinstance(area, QAbstractScrollArea) and area.horizontalScrollBar().maximum() > 0:
            found.append(f"{what(area)} scrolls by {area.horizontalScrollBar().maximum()}")
        if isinstance(area, QScrollArea) and area.widget() is not None:
            needed = area.widget().minimumSizeHint().width()
            if needed > area.viewport().width():
                found.append(f"{what(area)} needs {needed} of {area.viewport().width()}")
        if isinstance(area, QAbstractButton) and area.isEnabled():
            right = area.mapTo(root, area.rect().topRight()).x()
            if right > root.width():
                found.append(f"{what(area)} ends at {right} of {root.width()}")
    return found


def _settle(root: QWidget) -> None:
    """Let the layout come to rest: what wraps tells its height only after it has got its width."""
    before, same = None, 0
    for _turn in range(40):
        QTest.qWait(15)
        now = [one.geometry().getRect() for one in visible(root)]
        same = same + 1 if now == before else 0
        before = now
        if same == 4:
            return


def _primary_is_seen(root: QWidget) -> bool:
    """The F12 button of the key bar, or the act of a dialog, lies whole inside its window."""
    bar = root.findChild(KeyBar)
    button = bar.button if bar is not None else getattr(root, "act_button", None)
    if button is None or button.isHidden() or (bar is not None and not bar.isVisible()):
        return True
    corner = button.mapTo(root, button.rect().bottomRight())
    return bool(button.isVisible() and corner.x() <= root.width() and corner.y() <= root.height())


def look(make_page: Make | None, make_dialog: MakeOver | None, theme: Theme, folder: Path) -> Seen:
    """Show it at the three scales, go round in it, write everything down."""
    seen = Seen()
    for scale, size in SIZES.items():
        over = QWidget()
        over.resize(*size)
        if make_page is not None:
            root = make_page(theme, folder)
            root.resize(*size)
        else:
            assert make_dialog is not None
            over.show()
            root = make_dialog(over)
        root.show()
        root.activateWindow()
        assert QTest.qWaitForWindowActive(root, 3000)
        _settle(root)
        if make_dialog is not None and not root.testAttribute(Qt.WidgetAttribute.WA_Resized):
            # it leaves its size to the system, and the platform without a screen knows no bounds
            root.resize(min(root.width(), size[0]), min(root.height(), size[1]))
            QApplication.processEvents()
        wide = too_wide(root)
        if root.width() > size[0] or root.height() > size[1]:
            wide.append(f"{root.width()} × {root.height()} on a screen of {size}")
        seen.sideways[scale] = wide
        if not _primary_is_seen(root):
            seen.hidden_primary.append(scale)
        seen.small += [
            f"{what(one)} {one.font().pointSizeF()}"
            for one in visible(root)
            if 0 < one.font().pointSizeF() < 10.49
        ]
        seen.twice += _twice(root)
        if scale == "100 %":
            focus = QApplication.focusWidget()
            seen.started_at = what(focus) if focus is not None else ""
            seen.controls = [
                _control(one)
                for one in visible(root)
                if (takes_keys(one) or isinstance(one, QAbstractButton))
                and not isinstance(one, QScrollBar | QScrollArea)
            ]
            seen.unreached = _unreached(root)
        root.hide()
        over.hide()
        over.deleteLater()
        root.deleteLater()
        QApplication.processEvents()
    return seen
