"""Letters, slips, lists and forms of the station: each paper is a frozen dataclass, drawn by ``draw_paper``.

Wording and millimetres come from ``resources/certificates/P??.toml`` and can be changed by a local pack.
A sentence with an empty blank is never printed; a remedy (复议、诉讼) only in the words the station has
set.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, ClassVar

from desktop.certificates.draw import Mark, Sheet
from desktop.certificates.files import write_pdf
from desktop.certificates.fonts import CODE_BOLD, HEI_BOLD, SONG, fonts, require_glyphs
from desktop.certificates.layout import FACES, Box, Column, Layout, load_layout
from desktop.certificates.lines import MM, Fitted, break_lines, fit_text, leading_of, sizes_down
from desktop.certificates.tables import Band, paged, table_bands
from desktop.certificates.wording import (
    amount_text,
    capital_text,
    check_amount,
    date_text,
    han_number,
    paper_text,
    quoted,
)
from desktop.errors import RefusedError
from desktop.resources import _
from desktop.settings import local_time

_BLANK = re.compile(r"\{(\w+)\}")


# --- what the papers say


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What every paper has. ``docno`` is the station's own 文号, complete: ``宁技登受〔2026〕15号``."""

    paper: ClassVar[str] = ""

    station_name: str
    decided_on: date
    """Day of the decision; a later reprint keeps it."""
    docno: str = ""
    contact: str = ""
    qr: str = ""
    """Text of the signed code; empty: no code on this paper."""
    check_code: str = ""
    mark: str = ""
    """Empty, or 副本（第2份）."""
    is_preview: bool = False
    is_training: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter(Paper):
    """A paper addressed to the applicant."""

    addressee: str
    is_person: bool = False
    """你 instead of 你单位."""


@dataclass(frozen=True, slots=True)
class Material:
    """One paper handed in."""

    name: str
    copies: int = 1
    pages: int = 0
    is_original: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceSlip(Letter):
    """P01 受理通知单. Says nothing about an amount, and no kind as if it were decided."""

    paper: ClassVar[str] = "P01"

    title: str
    kind_name: str
    received_on: date
    accepted_on: date
    days: int
    """Length of the period in working days."""
    due_on: date
    materials: tuple[Material, ...]
    submitted_by: str
    received_by: str
    phone: str = ""
    supplemented_on: date | None = None
    """Set when a supplement was handed in: that day is the day of acceptance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptSlip(Letter):
    """P01 as 收件回执: material received, not yet accepted."""

    paper: ClassVar[str] = "P01"

    title: str
    answer_by: date
    materials: tuple[Material, ...]
    submitted_by: str
    received_by: str
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingSlip(Letter):
    """P01 for a contract that is registered here while its number is still awaited from above."""

    paper: ClassVar[str] = "P01"

    title: str
    submitted_by: str = ""
    received_by: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing to be mended: what is there, and what must be there."""

    item: str
    found: str
    wanted: str
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementNotice(Letter):
    """P02 补正材料一次性告知书: everything that is missing, once. The deadline is a date."""

    paper: ClassVar[str] = "P02"

    title: str
    received_on: date
    deadline: date
    defects: tuple[Defect, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NonAcceptanceNotice(Letter):
    """P03 不予受理通知书. ``remedy`` is the station's own wording; without it nothing is printed."""

    paper: ClassVar[str] = "P03"

    title: str
    received_on: date
    case: str
    basis: str
    material_count: int
    remedy: str
    elsewhere: str = ""
    """Name, address and telephone of the right office."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground of refusal: the facts with the clauses, and the name of the ground."""

    facts: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalNotice(Letter):
    """P07 不予登记通知书. ``remedy`` is the station's own wording; without it nothing is printed."""

    paper: ClassVar[str] = "P07"

    title: str
    accepted_on: date
    grounds: tuple[Ground, ...]
    basis: str
    remedy: str
    overdue_docno: str = ""
    """文号 of the notice that was not answered in time."""


@dataclass(frozen=True, slots=True)
class ChangedItem:
    """One changed field."""

    item: str
    before: str
    after: str
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeNotice(Letter):
    """P08 变更登记通知书; with ``correction_cause`` (登记机构笔误、申报数据有误) 更正登记通知书."""

    paper: ClassVar[str] = "P08"

    number: str
    applied_on: date
    agreement: str
    """Name and date of what the parties agreed: ``《补充协议》（2026年5月6日）``."""
    items: tuple[ChangedItem, ...]
    contract_amount: Decimal
    technology_amount: Decimal
    version: int
    effective_on: date
    technology_before: Decimal | None = None
    correction_cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationNotice(Letter):
    """P09 注销登记通知书."""

    paper: ClassVar[str] = "P09"

    number: str
    applied_on: date
    reason: str
    papers: str
    effective_on: date
    income_fixed: Decimal
    return_by: date
    is_lost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationNotice(Letter):
    """P10 撤销登记通知书: the decision of another organ passed on. Never says 自始无效 of its own."""

    paper: ClassVar[str] = "P10"

    number: str
    document: str
    """Organ, day and 文号 of the decision it rests on."""
    reason: str
    effective_on: date
    return_by: date


@dataclass(frozen=True, slots=True, kw_only=True)
class InformingLetter(Letter):
    """P11 告知函 to tax or finance. Carries no relief amount and no name of the staff."""

    paper: ClassVar[str] = "P11"

    number: str
    seller: str
    seller_id: str
    day: date
    act: str
    """``变更``, ``注销`` or ``撤销``."""
    is_ended: bool
    technology_before: Decimal | None
    technology_after: Decimal
    prints: int
    """Sheets of the certificate that were printed and not void."""
    income_fixed: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionNotice(Letter):
    """P23 延期（专家评审）告知书."""

    paper: ClassVar[str] = "P23"

    title: str
    accepted_on: date
    cause: str
    """``技术交易额达到大额标准`` or ``存在争议``."""
    due_on: date
    days: int
    """Length of the long period in working days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionAnswer(Letter):
    """P26 复核结果告知书. ``remedy`` is the station's own wording; without it nothing is printed."""

    paper: ClassVar[str] = "P26"

    received_on: date
    against: str
    facts: str
    outcome: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ListedContract:
    """One row of the list. ``is_secret`` hides the title."""

    number: str
    title: str
    kind_name: str
    seller: str
    buyer: str
    registered_on: date
    contract_amount: Decimal
    technology_amount: Decimal
    is_secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationList(Paper):
    """P16 登记清单: not a ground for relief, and says so on every sheet."""

    paper: ClassVar[str] = "P16"

    applicant: str
    as_of: date
    contracts: tuple[ListedContract, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverSlip(Paper):
    """P19 上报交接单: what is on the stick. Never a party's name."""

    paper: ClassVar[str] = "P19"

    package: str
    sequence: int
    previous_sequence: int | None
    contracts: int
    new: int
    changed: int
    cancelled: int
    revoked: int
    contract_amount: Decimal
    technology_amount: Decimal
    attachments: int
    medium: str
    handed_by: str
    moment: datetime
    """UTC."""
    received_by: str = ""
    """Empty: signed by hand."""


@dataclass(frozen=True, slots=True)
class ReviewedRule:
    """One answered question of the recognition."""

    code: str
    question: str
    answer: str
    evidence: str
    who: str
    instrument: str
    article: str = ""
    is_verified: bool = False
    """Only then the article is printed."""
    dated: str = ""
    """，2021年1月1日起: said where the row has another beginning than the rule set."""
    mark: str = ""
    """草案 or 凭记忆, in place of the layout's general word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSheet(Paper):
    """P22 认定审核表, for the file: why, by which rule, by whom."""

    paper: ClassVar[str] = "P22"

    local_serial: str
    title: str
    conclusion: str
    rule_set: str
    rules: tuple[ReviewedRule, ...]
    clerk: str
    clerk_on: date
    reviewer: str
    reviewer_on: date | None
    deviations: str = ""
    experts: str = ""
    reasons: str = ""
    """Why, in whole sentences; the row is left out when empty."""
    known: str = ""
    """How well the rules used are known; the row is left out when empty."""


# --- drawing


def draw_paper(
    paper: Paper,
    out: Path | IO[bytes],
    *,
    layout: Layout | None = None,
    copies: Sequence[int] | None = None,
) -> int:
    """One paper with all its 联 (or those named in ``copies``, from 1) as PDF; returns the number of pages.

    Raises RefusedError for a paper that must not be printed (no 文号, empty blank, no remedy set, missing
    glyph); then nothing is written.
    """
    return press_paper(paper, _DRAWERS[type(paper)], out, layout=layout, copies=copies)


def press_paper(
    paper: Paper,
    drawer: Callable[[Press, Any], None],
    out: Path | IO[bytes],
    *,
    layout: Layout | None = None,
    copies: Sequence[int] | None = None,
) -> int:
    """The same for a paper whose drawing stands in a module of its own."""
    layout = layout or load_layout(paper.paper)
    needs_number = layout.page_class == "L" and layout.switches.get("docno", True)
    if needs_number and not paper.docno and not paper.is_preview:
        raise RefusedError(
            _("“{title}”没有文号，不能打印").format(title=layout.title), _("请先保存这份文书，程序随即编文号")
        )
    if bool(paper.qr) != bool(paper.check_code):
        raise RefusedError(_("二维码与校验码缺一项，没有打印"), _("请重新生成校验码后再打印"))
    stream = io.BytesIO()
    sheet = Sheet(
        stream,
        width=layout.width,
        height=layout.height,
        title=" ".join(filter(None, [layout.title, paper.docno])),
        author=paper.station_name,
    )
    press = Press(sheet, paper, layout, tuple(copies or range(1, len(layout.copies) + 1)))
    drawer(press, paper)
    sheet.save()
    write_pdf(stream.getvalue(), out)
    return sheet.pages


def fill(layout: Layout, name: str, values: Mapping[str, object]) -> str:
    """A sentence of the paper with its blanks filled and its punctuation set for paper.

    Raises RefusedError naming the blank that has no value: nothing with a gap leaves the office.
    """

    def value(match: re.Match[str]) -> str:
        text = str(values.get(match[1], ""))
        if not text:
            raise RefusedError(
                _("“{title}”缺“{blank}”，没有打印").format(title=layout.title, blank=_blank_name(match[1])),
                _("请补录后再打印"),
            )
        return text

    return paper_text(_BLANK.sub(value, layout.words(name)))


def _blank_name(key: str) -> str:
    return {
        "addressee": _("送达对象"),
        "applicant": _("申请人"),
        "agreement": _("变更依据的协议"),
        "basis": _("依据"),
        "case": _("不予受理的情形"),
        "cause": _("更正原因"),
        "facts": _("事实"),
        "ground": _("不予登记情形"),
        "kind": _("申报类别"),
        "number": _("登记编号"),
        "papers": _("注销材料"),
        "reason": _("注销理由"),
        "title": _("项目名称"),
        "remedy": _("救济途径"),
        "name": _("姓名"),
        "package": _("包名"),
        "serial": _("受理号"),
        "station": _("登记机构"),
    }.get(key, key)


@dataclass(slots=True)
class Press:
    """One paper being drawn."""

    sheet: Sheet
    data: Paper
    layout: Layout
    copies: tuple[int, ...]

    def box(self, name: str) -> Box:
        return self.layout.boxes[name]

    def put(
        self, name: str, text: str, *, dy: float = 0.0, floor: float = 9.0, middle: bool = True
    ) -> Fitted:
        """Text into its box, shrunk to the floor if need be."""
        box = self.box(name)
        words = paper_text(text)
        require_glyphs(words, name, box.face)
        fitted = fit_text(
            words,
            box.face,
            sizes=sizes_down(box.size, min(floor, box.size)),
            width=box.w,
            height=box.h,
            max_lines=box.max_lines,
            name=text[:12],
            is_balanced=name in ("title", "org"),
        )
        align = box.align
        self.sheet.block(fitted, box.x, box.y + dy, box.w, align=align, height=box.h if middle else 0.0)
        return fitted

    def state(self) -> None:
        """Outline letters on a preview or a training paper; drawn first."""
        if self.data.is_preview or self.data.is_training:
            words = self.layout.words("preview" if self.data.is_preview else "training")
            centre = (self.layout.width / 2, self.layout.height / 2)
            self.sheet.outline(Mark(words), centres=[centre])

    def code(self, dy: float = 0.0) -> None:
        """QR and check code with its note."""
        if not self.data.qr or self.data.is_preview:
            return
        place, box = self.box("qr"), self.box("code")
        self.sheet.qr(self.data.qr, place.x, place.y + dy, place.w)
        base = self.sheet.baseline(box.y + dy, 5.4, 12)
        left = box.x + self.sheet.text(box.x, base, self.layout.words("check"), SONG, box.size) + 2
        self.sheet.text(left, base, self.data.check_code, CODE_BOLD, 12)
        fitted = fit_text(
            self.layout.words("check_note"), SONG, sizes=(9.0,), width=box.w, height=box.h - 5.4, name="check"
        )
        self.sheet.block(fitted, box.x, box.y + dy + 5.4, box.w)


# --- letters


def _draw_letter(
    press: Press, data: Letter, flow: Callable[[float, float], list[Band]], title: str | None = None
) -> None:
    """A letter: formal size on one sheet, else compact, else further sheets; the signature floats."""
    layout = press.layout
    body, numbers = press.box("body"), layout.numbers
    require_glyphs(paper_text(data.addressee), _("送达对象"))
    to_lines = fit_text(
        fill_addressee(data),
        SONG,
        sizes=sizes_down(16, 12),
        width=press.box("to").w,
        max_lines=2,
        name=_("送达对象"),
    )
    start = body.y + (len(to_lines.lines) - 1) * press.box("to").h
    end = numbers["signature_end"]
    plans = (
        (numbers["formal_size"], numbers["formal_leading"]),
        (numbers["compact_size"], numbers["compact_leading"]),
    )
    pages: list[list[Band]] = []
    size = leading = 0.0
    for size, points in plans:
        leading = points / MM
        sign = 2 * leading + 2 * leading + 1.2
        pages = paged(
            flow(size, leading), first=end - start, other=end - _NEXT_TOP, last=end - _NEXT_TOP - sign,
            only=end - start - sign,
        )  # fmt: skip
        if len(pages) == 1:
            break
    for which in press.copies:
        for number, page in enumerate(pages, 1):
            press.state()
            if number == 1:
                press.put("title", title or layout.title, floor=18)
                press.put("docno", data.docno or "—")
                press.put("mark", data.mark)
                height = press.box("to").h
                for place, line in enumerate(to_lines.lines):
                    base = press.sheet.baseline(press.box("to").y + place * height, height, to_lines.size)
                    press.sheet.text(body.x, base, line, SONG, to_lines.size)
            else:
                _continuation(press, title or layout.title)
            y = start if number == 1 else _NEXT_TOP
            for band in page:
                band.draw(press.sheet, body.x, y)
                y += band.height
            if number == len(pages):
                _sign(press, y, size, leading)
            _letter_foot(press, which, number, len(pages))
            press.sheet.next_page()


_NEXT_TOP = 40.0
"""Where the text begins on further sheets of a letter."""


def fill_addressee(data: Letter) -> str:
    """The addressee with the full-width colon."""
    if not data.addressee:
        raise RefusedError(_("没有送达对象，不能打印"), _("请补录申请人名称"))
    return f"{paper_text(data.addressee)}："


def _continuation(press: Press, title: str) -> None:
    body = press.box("body")
    words = f"{title}　{press.data.docno}" if press.data.docno else title
    press.sheet.text(body.x, 32, paper_text(words), SONG, 9)
    press.sheet.rule(body.x, 34, body.x + body.w, 34, 0.2)


def _sign(press: Press, y: float, size: float, leading: float) -> None:
    """Name and day after two empty lines; the seal covers both, nothing else stands there."""
    body, data = press.box("body"), press.data
    right = body.x + body.w
    day = date_text(data.decided_on)
    name = paper_text(data.station_name)
    require_glyphs(name, _("登记机构"))
    wide = fonts().width(day, SONG) * size / MM
    centre = right - 4 * size / MM - wide / 2
    name_size = size
    while fonts().width(name, SONG) * name_size / MM > 90 and name_size > 9:
        name_size = sizes_down(name_size, 9)[1]
    centre = min(centre, right - fonts().width(name, SONG) * name_size / MM / 2)
    top = y + 2 * leading
    press.sheet.text(centre, press.sheet.baseline(top, leading, name_size), name, SONG, name_size, align="C")
    base = press.sheet.baseline(top + leading, leading, size)
    press.sheet.text(
        centre, base, day if not press.data.is_preview else "　年　月　日", SONG, size, align="C"
    )


def _letter_foot(press: Press, which: int, number: int, pages: int) -> None:
    if number == pages:
        press.code()
        if press.data.contact:
            press.put("contact", press.data.contact)
    if pages > 1:
        box = press.box("page")
        words = press.layout.words("page").format(page=number, pages=pages)
        base = press.sheet.baseline(box.y, box.h, 10.5)
        press.sheet.text(box.x + box.w, base, words, SONG, 10.5, align="R")
    press.put("foot", press.layout.copy_line(which))


def _paragraphs(press: Press, texts: Sequence[str]) -> Callable[[float, float], list[Band]]:
    return lambda size, leading: [
        band for text in texts for band in paragraph_bands(text, size, leading, press.box("body").w)
    ]


def paragraph_bands(text: str, size: float, leading: float, width: float) -> list[Band]:
    """A paragraph indented by two characters, one band a line."""
    require_glyphs(text, _("正文"))
    indent = 2 * size / MM
    lines = break_lines(text, SONG, size, width, indent=indent)

    def line_band(number: int, line: str) -> Band:
        fitted = Fitted((line,), SONG, size, leading)
        is_last = number == len(lines) - 1

        def draw(sheet: Sheet, x: float, y: float) -> None:
            sheet.block(
                fitted, x, y, width, align="J", indent=indent if number == 0 else 0.0, is_last=is_last
            )

        return Band(leading, draw)

    return [line_band(number, line) for number, line in enumerate(lines)]


def _table_letter(
    press: Press,
    data: Letter,
    before: Sequence[str],
    table: str,
    rows: Sequence[Sequence[str]],
    after: Sequence[str],
    title: str | None = None,
) -> None:
    layout = press.layout
    numbers = layout.numbers
    columns = layout.tables[table]
    for row in rows:
        for column, cell in zip(columns, row, strict=True):
            require_glyphs(paper_text(cell), column.name)
    grid = table_bands(
        columns,
        rows,
        size=numbers["table_size"],
        floor=numbers["table_floor"],
        least=10.0,
        name=title or layout.title,
        continued=layout.words("continued"),
    )
    gap = Band(2.0, _nothing)

    def flow(size: float, leading: float) -> list[Band]:
        head = _paragraphs(press, before)(size, leading)
        return [*head, replace(gap, is_heading=True), *grid, gap, *_paragraphs(press, after)(size, leading)]

    _draw_letter(press, data, flow, title)


def _nothing(_sheet: Sheet, _x: float, _y: float) -> None:
    """A gap."""


def _you(data: Letter) -> str:
    return "你" if data.is_person else "你单位"


def _days(**days: date) -> dict[str, str]:
    return {name: date_text(day) for name, day in days.items()}


def _words_of(amount: Decimal) -> str:
    return f"{amount_text(amount)}（{capital_text(amount)}）"


def _require_remedy(press: Press, remedy: str) -> str:
    if not remedy.strip():
        raise RefusedError(
            _("本机构还没有设定救济途径的文字，“{title}”不能打印").format(title=press.layout.title),
            _("请由负责人在本机构设置里填写复议、诉讼或者复核的告知文字，再打印"),
        )
    return paper_text(remedy)


def _draw_supplement(press: Press, data: SupplementNotice) -> None:
    layout = press.layout
    if not data.defects:
        raise RefusedError(_("没有需要补正的事项，不能打印告知书"), _("请先写明缺什么、应当怎样补"))
    for number, defect in enumerate(data.defects, 1):
        if not defect.found or not defect.wanted:
            raise RefusedError(
                _("第{number}项没有写明存在的问题或者补正要求").format(number=number),
                _("只写“材料不全”不够，请写明现在是什么、应当是什么"),
            )
    values = {
        "you": _you(data),
        "title": quoted(data.title),
        "count": len(data.defects),
        **_days(received_on=data.received_on, deadline=data.deadline),
    }
    rows = [
        (str(number), defect.item, defect.found, defect.wanted, defect.basis or "—")
        for number, defect in enumerate(data.defects, 1)
    ]
    after = [fill(layout, "closing", values), layout.words("end")]
    _table_letter(press, data, [fill(layout, "opening", values)], "defects", rows, after)


def _draw_non_acceptance(press: Press, data: NonAcceptanceNotice) -> None:
    layout = press.layout
    remedy = _require_remedy(press, data.remedy)
    elsewhere = fill(layout, "elsewhere", {"elsewhere": data.elsewhere}) if data.elsewhere else ""
    values = {
        "you": _you(data),
        "title": quoted(data.title),
        "case": data.case.rstrip("。"),
        "basis": data.basis,
        "count": data.material_count,
        **_days(received_on=data.received_on),
    }
    wording = layout.words("body").replace("{elsewhere}", elsewhere)
    body = fill(replace(layout, text={**layout.text, "body": wording}), "body", values)
    _draw_letter(press, data, _paragraphs(press, [body, remedy, layout.words("end")]))


def _draw_refusal(press: Press, data: RefusalNotice) -> None:
    layout = press.layout
    remedy = _require_remedy(press, data.remedy)
    if not data.grounds:
        raise RefusedError(_("没有写明不予登记的情形，不能打印"), _("请先选定情形并写明事实和合同条款"))
    for ground in data.grounds:
        if ground.name.endswith("等"):
            raise RefusedError(_("不予登记的情形不能以“等”结尾"), _("请逐项写明"))
    overdue = (
        fill(layout, "overdue", {"you": _you(data), "docno": data.overdue_docno})
        if data.overdue_docno
        else ""
    )
    returned = layout.words("returned") if layout.switches["mark_text"] else ""
    wording = {name: text.replace("{returned}", returned) for name, text in layout.text.items()}
    layout = replace(layout, text=wording)
    values = {
        "you": _you(data),
        "title": quoted(data.title),
        "basis": data.basis,
        **_days(accepted_on=data.accepted_on),
    }
    if len(data.grounds) == 1:
        (ground,) = data.grounds
        facts = overdue.rstrip("。") + "；" + ground.facts if overdue else ground.facts
        values |= {"facts": facts.rstrip("。"), "ground": ground.name}
        texts = [fill(layout, "one", values)]
    else:
        texts = [fill(layout, "several", values)]
        for number, ground in enumerate(data.grounds, 1):
            each = {"index": han_number(number), "facts": ground.facts.rstrip("。"), "ground": ground.name}
            texts.append(fill(layout, "each", each))
        texts += [overdue] if overdue else []
        texts.append(fill(layout, "decided", values))
    _draw_letter(press, data, _paragraphs(press, [*texts, remedy, layout.words("end")]))


def _draw_change(press: Press, data: ChangeNotice) -> None:
    layout = press.layout
    if not data.items:
        raise RefusedError(_("没有变更事项，不能打印通知书"), _("请先录入变更前后的内容"))
    values = {
        "you": _you(data),
        "number": data.number,
        "agreement": data.agreement,
        "cause": data.correction_cause,
        "version": data.version,
        "previous": data.version - 1,
        "contract_amount": _words_of(data.contract_amount),
        "technology_amount": _words_of(data.technology_amount),
        **_days(applied_on=data.applied_on, effective_on=data.effective_on),
    }
    closing = fill(layout, "closing", values)
    if data.technology_before is not None and data.technology_before != data.technology_amount:
        change = data.technology_amount - data.technology_before
        name = "increase" if change > 0 else "decrease"  # never a minus sign in 大写
        closing += fill(layout, name, {"amount": _words_of(abs(change))})
    rows = [(item.item, item.before or "—", item.after or "—", item.basis or "—") for item in data.items]
    after = [closing, layout.words("duty"), layout.words("end")]
    is_correction = bool(data.correction_cause)
    before = [fill(layout, "correction" if is_correction else "opening", values)]
    title = layout.words("correction_title") if is_correction else None
    _table_letter(press, data, before, "changes", rows, after, title)


def _draw_cancellation(press: Press, data: CancellationNotice) -> None:
    layout = press.layout
    originals = (
        layout.words("lost") if data.is_lost else fill(layout, "hand_in", _days(return_by=data.return_by))
    )
    values = {
        "you": _you(data),
        "number": data.number,
        "reason": data.reason,
        "papers": data.papers,
        "income": _words_of(data.income_fixed),
        "originals": originals,
        **_days(applied_on=data.applied_on, effective_on=data.effective_on),
    }
    texts = [fill(layout, "body", values), layout.words("duty"), layout.words("end")]
    _draw_letter(press, data, _paragraphs(press, texts))


def _draw_plain(press: Press, data: Letter, values: Mapping[str, object], *more: str) -> None:
    """A letter of one paragraph and what follows it."""
    body = fill(press.layout, "body", {"you": _you(data), **values})
    _draw_letter(press, data, _paragraphs(press, [body, *more, press.layout.words("end")]))


def _draw_revocation(press: Press, data: RevocationNotice) -> None:
    values = {
        "number": data.number,
        "document": data.document,
        "reason": data.reason.rstrip("。"),
        **_days(effective_on=data.effective_on, return_by=data.return_by),
    }
    _draw_plain(press, data, values, press.layout.words("duty"))


def _draw_informing(press: Press, data: InformingLetter) -> None:
    before, after = data.technology_before, data.technology_after
    effect = {"before": _words_of(before or after), "after": _words_of(after)}
    name = "ended" if data.is_ended else "amount" if before not in (None, after) else "other"
    values = {
        "number": data.number,
        "seller": data.seller,
        "seller_id": data.seller_id,
        "act": data.act,
        "effect": fill(press.layout, name, effect),
        "prints": data.prints,
        "income": _words_of(data.income_fixed),
        **_days(day=data.day),
    }
    _draw_plain(press, data, values)


def _draw_extension(press: Press, data: ExtensionNotice) -> None:
    values = {
        "title": quoted(data.title),
        "cause": data.cause,
        "days": data.days,
        **_days(accepted_on=data.accepted_on, due_on=data.due_on),
    }
    _draw_plain(press, data, values)


def _draw_objection_answer(press: Press, data: ObjectionAnswer) -> None:
    remedy = _require_remedy(press, data.remedy)
    values = {
        "against": data.against,
        "facts": data.facts.rstrip("。"),
        "outcome": data.outcome.rstrip("。"),
        **_days(received_on=data.received_on),
    }
    _draw_plain(press, data, values, remedy)


# --- slips


def _slip_body(layout: Layout, data: AcceptanceSlip | ReceiptSlip | PendingSlip) -> tuple[str, str]:
    """Title and text of a P01."""
    values: dict[str, object] = {"applicant": data.addressee, "you": _you(data)}
    if isinstance(data, AcceptanceSlip):
        values |= {"title": quoted(data.title), "kind": data.kind_name, "days": data.days}
        values |= _days(received_on=data.received_on, accepted_on=data.accepted_on, due_on=data.due_on)
        text = fill(layout, "accepted", values)
        if data.supplemented_on is not None:
            text += fill(layout, "supplemented", _days(supplemented_on=data.supplemented_on))
        return layout.title, text
    if isinstance(data, ReceiptSlip):
        values |= {"title": quoted(data.title), **_days(answer_by=data.answer_by)}
        values |= {
            "count": sum(item.copies for item in data.materials),
            "pages": sum(item.pages * item.copies for item in data.materials),
        }
        return layout.words("receipt_title"), fill(layout, "receipt", values)
    values |= {"title": quoted(data.title)}
    return layout.words("pending_title"), fill(layout, "pending", values)


def _draw_slip(press: Press, data: AcceptanceSlip | ReceiptSlip | PendingSlip) -> None:
    layout = press.layout
    title, body = _slip_body(layout, data)
    require_glyphs(body, _("正文"))
    materials = () if isinstance(data, PendingSlip) else data.materials
    sheets = _material_sheets(layout, materials)
    people = [
        fill(
            layout,
            "contact",
            {"submitted_by": data.submitted_by or "　　　　", "received_by": data.received_by or "　　　　"},
        )
    ]
    if data.phone:
        people.append(fill(layout, "phone", {"phone": data.phone}))
    for bands in sheets:
        _slip_halves(press, title, body, bands, contact="\n".join(people))


def _material_sheets(layout: Layout, materials: Sequence[Material]) -> list[list[Band]]:
    """Seven rows a half, eight in smaller type, more on further sheets."""
    if not materials:
        return [[]]
    rows = [
        (
            str(number),
            material.name,
            str(material.copies),
            str(material.pages) if material.pages else "—",
            "原件" if material.is_original else "复印件",
        )
        for number, material in enumerate(materials, 1)
    ]
    for row in rows:
        require_glyphs(paper_text(row[1]), _("材料名称"))
    room = layout.boxes["table"].h
    pages: list[list[Band]] = []
    for size, least in ((10.5, 5.2), (9.0, 4.6)):
        bands = table_bands(
            layout.tables["materials"],
            rows,
            size=size,
            floor=layout.numbers["table_floor"],
            least=least,
            padding=0.5,
            head_height=least,
            name=_("材料"),
            continued=layout.words("continued"),
        )
        pages = paged(bands, first=room, other=room, last=room)
        if len(pages) == 1:
            break
    return pages


def _slip_halves(press: Press, title: str, body: str, bands: Sequence[Band], *, contact: str) -> None:
    layout, data = press.layout, press.data
    half = layout.numbers["half"]
    press.state()
    for number, which in enumerate(press.copies[:2]):
        dy = half * number
        press.put("title", title, dy=dy)
        state = f"　{data.mark}" if data.mark else ""
        press.put("mark", f"第{han_number(which)}联　{layout.copies[which - 1]}{state}", dy=dy)
        if data.docno:
            press.put("docno", data.docno, dy=dy)
        press.put("body", body, dy=dy, middle=False)
        table = press.box("table")
        y = table.y + dy
        for band in bands:
            band.draw(press.sheet, table.x, y)
            y += band.height
        press.code(dy)
        if contact:
            press.put("contact", contact, dy=dy)
        press.put("org", data.station_name, dy=dy)
        press.put("date", date_text(data.decided_on) if not data.is_preview else "　年　月　日", dy=dy)
    _cut_line(press)
    press.sheet.next_page()


def _cut_line(press: Press) -> None:
    half = press.layout.numbers["half"]
    x = 8.0
    while x < press.layout.width - 8:
        press.sheet.rule(x, half, min(x + 2, press.layout.width - 8), half, 0.2)
        x += 4


def _draw_hand_over(press: Press, data: HandOverSlip) -> None:
    layout = press.layout
    for amount in (data.contract_amount, data.technology_amount):
        check_amount_of_many(amount)
    previous = (
        fill(layout, "previous", {"sequence": data.previous_sequence})
        if data.previous_sequence
        else layout.words("no_previous")
    )
    body = fill(
        layout,
        "body",
        {
            "station": data.station_name,
            "package": data.package,
            "sequence": data.sequence,
            "previous": previous,
        },
    )
    actions = {"new": data.new, "changed": data.changed, "cancelled": data.cancelled, "revoked": data.revoked}
    rows = [
        (layout.labels["contracts"], fill(layout, "contracts", {"count": data.contracts})),
        (layout.labels["actions"], fill(layout, "actions", actions)),
        (layout.labels["contract_amount"], f"¥{data.contract_amount:,.2f}"),
        (layout.labels["technology_amount"], f"¥{data.technology_amount:,.2f}"),
        (layout.labels["attachments"], fill(layout, "attachments", {"count": data.attachments})),
        (layout.labels["medium"], data.medium or "—"),
    ]
    bands = table_bands(
        layout.tables["counts"],
        rows,
        size=layout.numbers["table_size"],
        floor=layout.numbers["table_floor"],
        least=6.4,
        padding=0.8,
        head_height=0.0,
        name=layout.title,
    )
    half, table = layout.numbers["half"], press.box("table")
    press.state()
    for number, which in enumerate(press.copies[:2]):
        dy = half * number
        press.put("title", layout.title, dy=dy)
        press.put("mark", f"第{han_number(which)}联　{layout.copies[which - 1]}", dy=dy)
        if data.docno:
            press.put("docno", data.docno, dy=dy)
        press.put("body", body, dy=dy, middle=False)
        y = table.y + dy
        press.sheet.rule(table.x, y, table.x + table.w, y)
        for band in bands:
            band.draw(press.sheet, table.x, y)
            y += band.height
        press.code(dy)
        press.put("org", fill(layout, "handed", {"name": data.handed_by}), dy=dy)
        press.put("signed", fill(layout, "received", {"name": data.received_by or "　　　　　　"}), dy=dy)
        moment = local_time(data.moment).strftime("%Y-%m-%d %H:%M")
        press.put("date", fill(layout, "moment", {"moment": moment}), dy=dy)
    _cut_line(press)
    press.sheet.next_page()


def check_amount_of_many(amount: Decimal) -> None:
    """A sum of many contracts may pass the ceiling of one, but is whole fen and never negative."""
    check_amount(amount % Decimal("1e9"))
    if amount < 0:
        raise RefusedError(_("合计金额为负数，没有打印"), _("请核对后再打印"))


# --- lists and forms


def _draw_list(press: Press, data: RegistrationList) -> None:
    layout = press.layout
    if not data.contracts:
        raise RefusedError(_("清单里没有合同，不能打印"), _("请先选中已登记的合同"))
    columns, table = layout.tables["list"], press.box("table")
    rows = [_listed(layout, number, item) for number, item in enumerate(data.contracts, 1)]
    for row in rows:
        for column, cell in zip(columns, row, strict=True):
            require_glyphs(cell, column.name, column_face(column))
    size, floor = layout.numbers["table_size"], layout.numbers["table_floor"]
    grid = table_bands(columns, rows, size=size, floor=floor, name=layout.title, padding=1.2)
    grid = [replace(band, repeats=(grid[0],)) if number else band for number, band in enumerate(grid)]
    sums = 2 * _SUM_ROW
    last = layout.numbers["last_table"] - sums - 7
    pages = paged(grid, first=table.h - sums, other=table.h - sums, last=last)
    for which in press.copies:
        left = list(data.contracts)
        for number, page in enumerate(pages, 1):
            press.state()
            press.put("title", layout.title, floor=14)
            values = {"applicant": data.applicant, "count": len(data.contracts)}
            press.put("sub", fill(layout, "sub", values))
            sub = press.box("sub")
            words = layout.words("page").format(page=number, pages=len(pages))
            base = press.sheet.baseline(sub.y, sub.h, 9)
            if data.check_code and not data.is_preview:
                words = layout.words("check").format(check=data.check_code) + "　" + words
            press.sheet.text(sub.x + sub.w, base, words, SONG, 9, align="R")
            y = table.y
            shown = 0
            for band in page:
                band.draw(press.sheet, table.x, y)
                y += band.height
                shown += not band.is_heading
            here, left = left[:shown], left[shown:]
            if len(pages) > 1:
                y = _sum_row(press, columns, y, layout.words("subtotal"), here)
            if number == len(pages):
                y = _sum_row(press, columns, y, layout.words("total"), data.contracts)
                base = press.sheet.baseline(y, 7, 9)
                press.sheet.text(table.x + table.w / 2, base, layout.words("end"), SONG, 9, align="C")
                press.put("last_org", data.station_name)
                press.put("last_date", date_text(data.decided_on) if not data.is_preview else "　年　月　日")
            press.put("foot", fill(layout, "foot", _days(as_of=data.as_of)))
            _list_copy(press, which)
            press.sheet.next_page()


_SUM_ROW = 7.0


def _list_copy(press: Press, which: int) -> None:
    foot = press.box("foot")
    if len(press.layout.copies) > 1 or press.data.mark:
        words = f"{press.layout.copy_line(which)}　{press.data.mark}".strip()
        press.sheet.text(foot.x, foot.y + foot.h + 3.4, words, SONG, 9)


def column_face(column: Column) -> str:
    """Font of a column's cells."""
    return FACES[column.role]


def _listed(layout: Layout, number: int, item: ListedContract) -> tuple[str, ...]:
    return (
        str(number),
        item.number,
        layout.words("secret") if item.is_secret else paper_text(item.title),
        paper_text(item.kind_name),
        paper_text(item.seller),
        paper_text(item.buyer),
        item.registered_on.isoformat(),
        amount_text(item.contract_amount).removeprefix("¥"),
        amount_text(item.technology_amount).removeprefix("¥"),
    )


def _sum_row(
    press: Press, columns: Sequence[Column], y: float, words: str, items: Sequence[ListedContract]
) -> float:
    sums = (
        f"{sum((item.contract_amount for item in items), Decimal(0)):,.2f}",
        f"{sum((item.technology_amount for item in items), Decimal(0)):,.2f}",
    )
    lead = sum(column.width for column in columns[:-2])
    wide = [Column("", lead, "R"), *columns[-2:]]
    bands = table_bands(
        wide, [(words, *sums)], size=9, floor=7.5, least=_SUM_ROW, largest=_SUM_ROW, head_height=0, name=words
    )
    for band in bands:
        band.draw(press.sheet, press.box("table").x, y)
        y += band.height
    return y


def _draw_review(press: Press, data: ReviewSheet) -> None:
    layout = press.layout
    none, numbers = layout.words("none"), layout.numbers
    summary = [
        (layout.labels["title"], data.title),
        (layout.labels["conclusion"], data.conclusion),
        *([(layout.labels["reasons"], data.reasons)] if data.reasons else []),
        (layout.labels["rule_set"], data.rule_set),
        *([(layout.labels["known"], data.known)] if data.known else []),
        (layout.labels["deviations"], data.deviations or none),
        (layout.labels["experts"], data.experts or none),
    ]
    rows = [_reviewed(layout, rule) for rule in data.rules]
    for text in (cell for row in [*summary, *rows] for cell in row):
        require_glyphs(paper_text(text), layout.title)
    size, floor = numbers["table_size"], numbers["table_floor"]
    top = table_bands(
        layout.tables["summary"], summary, size=10.5, floor=floor, head_height=0, least=7.0, name=layout.title
    )
    grid = table_bands(
        layout.tables["grounds"],
        rows,
        size=size,
        floor=floor,
        name=layout.title,
        continued=layout.words("continued"),
    )
    table = press.box("table")
    line = Band(0.0, lambda sheet, x, y: sheet.rule(x, y, x + table.w, y), is_heading=True)
    pages = paged(
        [line, *top, Band(3.0, _nothing, is_heading=True), *grid],
        first=numbers["full_table"],
        other=numbers["full_table"],
        last=table.h,
    )
    for _which in press.copies:
        for number, page in enumerate(pages, 1):
            press.state()
            press.put("title", layout.title, floor=14)
            values = {"serial": data.local_serial, "station": data.station_name}
            press.put("sub", fill(layout, "sub", values))
            y = table.y
            for band in page:
                band.draw(press.sheet, table.x, y)
                y += band.height
            if number == len(pages):
                _signing_cells(press, data)
            words = layout.words("page").format(page=number, pages=len(pages))
            if data.check_code and not data.is_preview:
                words += "　" + layout.words("check").format(check=data.check_code)
            press.put("foot", words, floor=8)
            press.sheet.next_page()


def _reviewed(layout: Layout, rule: ReviewedRule) -> tuple[str, ...]:
    mark = f"（{rule.mark}）" if rule.mark else layout.words("draft")
    basis = rule.instrument + (rule.article + rule.dated if rule.is_verified else rule.dated + mark)
    return (rule.code, rule.question, rule.answer, rule.evidence or "—", rule.who, basis)


def _signing_cells(press: Press, data: ReviewSheet) -> None:
    layout, sheet = press.layout, press.sheet
    for name, words, who, day in (
        ("left", "clerk", data.clerk, data.clerk_on),
        ("right", "reviewer", data.reviewer, data.reviewer_on),
    ):
        box = press.box(name)
        sheet.frame(box.x, box.y, box.w, box.h)
        sheet.text(box.x + 3, box.y + 7, layout.words(words), HEI_BOLD, 10.5)
        fitted = fit_text(
            fill(layout, "signature", {"name": who or "　　　"}), SONG, sizes=(10.5, 9), width=29, name=words
        )
        sheet.block(fitted, box.x + 3, box.y + 38, 29)
        when = "　年　月　日" if day is None else date_text(day)
        sheet.text(box.x + 3, box.y + 38 + fitted.height + leading_of(10.5), when, SONG, 10.5)


_DRAWERS: dict[type[Paper], Callable[[Press, Any], None]] = {
    AcceptanceSlip: _draw_slip,
    ReceiptSlip: _draw_slip,
    PendingSlip: _draw_slip,
    SupplementNotice: _draw_supplement,
    NonAcceptanceNotice: _draw_non_acceptance,
    RefusalNotice: _draw_refusal,
    ChangeNotice: _draw_change,
    CancellationNotice: _draw_cancellation,
    RevocationNotice: _draw_revocation,
    InformingLetter: _draw_informing,
    ExtensionNotice: _draw_extension,
    ObjectionAnswer: _draw_objection_answer,
    RegistrationList: _draw_list,
    HandOverSlip: _draw_hand_over,
    ReviewSheet: _draw_review,
}
