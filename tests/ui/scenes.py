"""Which pictures are taken of the program: the pages on a day at work, on an empty station, and when
something is wrong; each scene brings the window there by keys and by the page's own acts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw, ImageFont
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from desktop.resources import resource
from desktop.services.commands import AttachDocument, KeepQuery
from desktop.services.views import Recovered
from desktop.ui.dialogs.recovery import NewSheetDialog

if TYPE_CHECKING:
    from tests.ui.take_screenshots import Photographer

Prepare = Callable[["Photographer"], object]
CLERK, REVIEWER, HEAD = "沈清禾", "陆知远", "贺兰舟"


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture: its file, what to do before the shutter, and whether a dialog stands over the page."""

    name: str
    prepare: Prepare
    is_dialog: bool = False


def at(step: int, state: str, title: str = "") -> Prepare:
    """A contract in this state on one of the six steps."""
    return lambda p: p.go("case", (p.contract(state, by_title=title), step))


def to(page: str) -> Prepare:
    """A page as it opens."""
    return lambda p: p.go(page)


def _search(words: str) -> Prepare:
    def prepare(p: Photographer) -> None:
        p.go("search")
        p.type(words)
        p.rest(0.8)

    return prepare


def _after(verb: str) -> Prepare:
    """A dialog of a registered contract, from 登记发证."""

    def prepare(p: Photographer) -> None:
        p.go("case", (p.contract("CERTIFIED", by_title="丘陵茶园"), 6))
        p.case.step().open_after_dialog(verb)

    return prepare


def _rare(verb: str, state: str, step: int, title: str = "") -> Prepare:
    """A dialog of the button 更多."""

    def prepare(p: Photographer) -> None:
        p.go("case", (p.contract(state, by_title=title), step))
        p.case.open_rare_dialog(verb)

    return prepare


def _way_out(act: str, state: str, step: int, title: str = "") -> Prepare:
    """A dialog that ends a case; it waits for its answer, so it is opened a moment later."""

    def prepare(p: Photographer) -> None:
        p.go("case", (p.contract(state, by_title=title), step))
        p.later(getattr(p.case, act))

    return prepare


def _help(p: Photographer) -> None:
    p.go("today")
    p.window.show_help()


def _lock(p: Photographer) -> None:
    p.go("today")
    p.window.lock_screen()


def _review(p: Photographer) -> None:
    p.hand_over(REVIEWER)
    p.go("case", (p.contract("RECOGNISED"), 5))


def _party_dialog(act: str) -> Prepare:
    """A dialog of 单位库, over the party most often met."""

    def prepare(p: Photographer) -> None:
        page = p.go("parties", "岚州")
        p.rest(0.6)
        getattr(page, act)()

    return prepare


PASTED = (
    "项目名称\t合同类别\t签订日期\t合同成交额\t卖方名称\t买方名称\n"
    "丘陵果园自走式割草机研制\tDEV-1\t2026-10-12\t480000\t岚州启衡自动化技术有限公司\t澄河县云坡果业专业合作社\n"
    "稻田水位遥测装置研制\tDEV-1\t2026年10月15日\t36万\t岚州启衡自动化技术有限公司\t澄河县云坡果业专业合作社\n"
    "山地运输轨道车控制技术咨询\tCON\t2026-02-30\t85000\t岚州启衡自动化技术有限公司\t澄河县云坡果业专业合作社"
)
"""Three contracts as a colleague copied them out of a list; the third has a day that does not exist."""


def _paste(p: Photographer) -> None:
    p.go("case", None)
    p.case.step().form.bounds["title"].entry.setFocus()
    QGuiApplication.clipboard().setText(PASTED)
    p.press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    p.rest(0.8)


def _series(p: Photographer) -> None:
    p.go("case", (p.contract("DRAFT"), 1))
    p.case.step().open_series()
    p.rest(0.6)
    for words in ("丘陵果园自走式割草机研制", "480000"):
        p.compose(words)
        p.press(Qt.Key.Key_Return)


def _kept_queries(p: Photographer) -> None:
    """Two searches kept, the list of them open."""
    desk: Any = p.window.desk
    page = p.go("search")
    for name, words, filters in (
        ("本年大额", ">100万", {"state": ("REGISTERED", "CERTIFIED")}),
        ("启衡的合同", "启衡", {}),
    ):
        desk.keep_query(KeepQuery(actor=desk.person.name, name=name, text=words, filters=filters))
    page.open(None)
    p.rest()
    page.open_queries()
    p.rest()


def _ruler(p: Photographer) -> None:
    page: Any = p.go("system")
    page._printers = lambda: ["窗口激光机"]
    page.open_ruler()


def _batch(p: Photographer) -> None:
    p.go("case", (p.contract("CERTIFIED", by_title="丘陵茶园"), 6))
    step = p.case.step()
    step.printer.addItem("窗口激光机", "窗口激光机")  # the machine of the pictures has none
    step.printer.setCurrentIndex(step.printer.count() - 1)
    step.open_batch()
    p.rest()


def _new_sheet(p: Photographer) -> None:
    """A code that opens nothing: the picture is seen by everybody."""
    p.go("system")
    dialog = NewSheetDialog(
        p.window, "澄河县技术合同登记处", Recovered(HEAD, "-".join(["Q7H2K"] * 8)), has_reset=False
    )
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()


SCANNED = (
    "专利实施许可合同",
    "",
    "甲方（让与人）：岚州水工机电研究所",
    "乙方（受让人）：澄河县云坡小水电有限公司",
    "",
    "第一条  甲方将“微型水轮机导叶”发明专利以排他方式许可乙方实施。",
    "第二条  实施期限自签字之日起五年，范围为云岭省境内。",
    "第三条  甲方交付设计图纸、工艺文件，并派员指导首台安装调试。",
    "第四条  许可使用费分三期支付，每期于收到合格发票后十日内付清。",
    "第五条  乙方对未公开的技术资料负有保密义务，期满后仍然有效。",
    "第六条  后续改进的成果归完成改进的一方，另一方有权优先使用。",
)
"""The paper that a clerk has put on the scanner: an invented contract."""


def _scan_of(words: Sequence[str]) -> bytes:
    """A4 at 100 dpi as a scanner gives it: grey paper, laid on a little askew."""
    face = str(resource("fonts", "NotoSerifSC_400Regular.ttf"))
    sheet = Image.new("L", (827, 1169), 250)
    pen = ImageDraw.Draw(sheet)
    for at, line in enumerate(words):
        size = 30 if at == 0 else 19
        pen.text((290 if at == 0 else 96, 120 + at * 46), line, fill=40, font=ImageFont.truetype(face, size))
    kept = BytesIO()
    sheet.rotate(0.6, Image.Resampling.BICUBIC, fillcolor=232).save(kept, "PDF", resolution=100)
    return kept.getvalue()


def _scan(p: Photographer) -> None:
    """The interview beside the scan of a contract whose text nobody has typed."""
    number = p.contract("ACCEPTED", by_title="导叶")
    desk: Any = p.window.desk
    paper = p.scratch("合同扫描件.pdf", _scan_of(SCANNED))
    desk.attach_document(AttachDocument(actor=CLERK, contract_id=number, path=paper))
    step = p.go("case", (number, 2)).step()
    if not step.left.isVisible():
        p.press(Qt.Key.Key_F8)  # a narrow window shows one of the two
    p.rest(1.2)


DAY = (
    Scene("01-sign-in", lambda _p: None),
    Scene("02-today", lambda p: p.sign_in(CLERK)),
    Scene("03-entry", at(1, "DRAFT")),
    Scene("03b-entry-new", lambda p: p.go("case", None)),
    Scene("04-recognition", at(2, "ACCEPTED", "曝气")),
    Scene("05-amounts", at(3, "ACCEPTED", "曝气")),
    Scene("06-relief", at(4, "RECOGNISED")),
    Scene("08-issue", at(6, "CERTIFIED", "丘陵茶园")),
    Scene("09-search", _search("qh")),
    Scene("10-report", to("report")),
    Scene("11-statistics", to("stats")),
    Scene("14-system", to("system")),
    Scene("20-change", _after("change"), is_dialog=True),
    Scene("21-cancel", _after("cancel"), is_dialog=True),
    Scene("22-income", _after("income"), is_dialog=True),
    Scene("23-objection", _rare("object", "CERTIFIED", 6, "丘陵茶园"), is_dialog=True),
    Scene("24-year", _rare("year", "CERTIFIED", 6, "丘陵茶园"), is_dialog=True),
    Scene("25-return", _way_out("return_contract", "ACCEPTED", 2, "曝气"), is_dialog=True),
    Scene("26-refuse", _way_out("refuse", "ACCEPTED", 2, "曝气"), is_dialog=True),
    Scene("27-help", _help, is_dialog=True),
    Scene("30-parties", lambda p: p.go("parties", "岚州")),
    Scene("31-party-edit", _party_dialog("edit"), is_dialog=True),
    Scene("32-party-merge", _party_dialog("merge"), is_dialog=True),
    Scene("33-performance", to("performance")),
    Scene("34-paste", _paste, is_dialog=True),
    Scene("35-series", _series, is_dialog=True),
    Scene("36-kept-queries", _kept_queries, is_dialog=True),
    Scene("37-ruler", _ruler, is_dialog=True),
    Scene("38-batch-print", _batch, is_dialog=True),
    Scene("39-new-sheet", _new_sheet, is_dialog=True),
    Scene("04b-recognition-scan", _scan),
    Scene("01b-lock", _lock),
    Scene("07-review", _review),
)
"""The sample day as a clerk finds it in the morning, in the order in which the pictures must be taken."""

EMPTY = (
    Scene("02-today", lambda p: p.sign_in(CLERK)),
    Scene("03b-entry-new", lambda p: p.go("case", None)),
    Scene("09-search", to("search")),
    Scene("10-report", to("report")),
    Scene("11-statistics", to("stats")),
    Scene("14-system", to("system")),
    Scene("30-parties", to("parties")),
    Scene("33-performance", to("performance")),
)
"""A station on its first day."""


def _wrong_password(p: Photographer) -> None:
    p.press(Qt.Key.Key_Tab)
    p.window.sign_in.take_focus()
    p.type("wrong-password")
    p.press(Qt.Key.Key_Return)
    p.rest(1.2)


def _handed_in_empty(p: Photographer) -> None:
    p.sign_in(CLERK)
    p.go("case", None)
    p.press(Qt.Key.Key_F12)


def _wrong_values(p: Photographer) -> None:
    """A day that does not exist, a code with a wrong check digit, a technology amount above the total."""
    p.go("case", (p.contract("DRAFT"), 1))
    form = p.case.step().form
    buyer = next(block for block in form.blocks if block.role == "buyer")
    wrong = (
        (form.bounds["signed_on"], "2026-02-30"),
        (form.bounds["technology_amount"], "990000"),
        (buyer.bounds["id_number"], "91990321MA0QH7K26X"),
    )
    for bound, words in wrong:
        bound.entry.setFocus()
        bound.entry.selectAll()
        p.type(words)
        p.press(Qt.Key.Key_Tab)
    p.rest(0.8)
    p.case.step().ask = lambda *_given, **_more: True  # leaves the page with its mistakes: not a picture


def _sums_that_do_not_meet(p: Photographer) -> None:
    """The amount of the one line is typed anew, 60,000 too low."""
    p.go("case", (p.contract("ACCEPTED", by_title="曝气"), 3))
    p.press(Qt.Key.Key_Left)
    p.type("800000")
    p.press(Qt.Key.Key_Return)
    p.rest(0.6)


def _import_with_mistakes(p: Photographer) -> None:
    page: Any = p.go("today")
    path = p.scratch("application.xlsx", resource("sample", "application.xlsx").read_bytes())
    page._choose = lambda *_given: path  # the file dialog belongs to the desktop, not to the program
    page.import_workbook()
    p.rest(1.0)
    page.show_report()


def _damaged_receipt(p: Photographer) -> None:
    page: Any = p.go("system")
    page._choose = lambda *_given: p.scratch("receipt.zip", b"PK\x03\x04 cut in the middle")
    page.receive()
    p.rest(0.6)


def _no_such_party(p: Photographer) -> None:
    p.go("parties", "zzqx")
    p.rest(0.6)


def _wrong_pin(p: Photographer) -> None:
    p.go("today")
    p.window.activateWindow()  # no desktop is there to give the keys back after a dialog
    p.window.lock_screen()
    p.type("000000")
    p.press(Qt.Key.Key_Return)
    p.rest(1.5)


ERROR = (
    Scene("01-sign-in", _wrong_password),
    Scene("03b-entry-handed-in-empty", _handed_in_empty),
    Scene("03-entry-wrong-values", _wrong_values),
    Scene("05-amounts-do-not-meet", _sums_that_do_not_meet),
    Scene("09-search-nothing-found", _search("zzqx")),
    Scene("30-parties-nothing-found", _no_such_party),
    Scene("14-system-damaged-receipt", _damaged_receipt),
    Scene("02-today-import", _import_with_mistakes, is_dialog=True),
    Scene("01b-lock-wrong-pin", _wrong_pin),
)
"""What a clerk sees when something is wrong; signs in with the third scene's page on."""


def _type_office(type_in: Callable[[str], object]) -> None:
    for words in ("990321", "澄河县技术合同登记处", "澄河登记处", "文昌路 12 号", "0990-6000000"):
        type_in(words)


def _type_people(type_in: Callable[[str], object]) -> None:
    for words in (
        "秦岭松",
        "lingsong-2026",
        "lingsong-2026",
        "\t\t\t\t",
        "柳溪月",
        "xiyue-2026",
        "xiyue-2026",
    ):
        type_in(words)


GUIDE: tuple[tuple[str, Callable[[Callable[[str], object]], None]], ...] = (
    ("40-guide-office", _type_office),
    ("41-guide-pack", lambda _type: None),
    ("42-guide-people", _type_people),
    ("43-guide-block", lambda _type: None),
    ("44-guide-printer", lambda _type: None),
    ("45-guide-backup", lambda _type: None),
    ("46-guide-summary", lambda _type: None),
    ("47-guide-sheet", lambda _type: None),
)
"""A computer without a station, what the head sees at the first start: the picture of each step and what is
typed into it, a field after the other; F12 leads on.
"""
