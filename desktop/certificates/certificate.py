"""The certificate of registration 技术合同认定登记证明 (P06) and its annex, from data to PDF.

What does not fit grows its row, then goes to the annex, then is set smaller, and is refused last: nothing
is cut.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import IO

from desktop.certificates.draw import Mark, Sheet
from desktop.certificates.files import write_pdf
from desktop.certificates.fonts import CODE, CODE_BOLD, HEI, HEI_BOLD, SONG, fonts, require_glyphs
from desktop.certificates.layout import Layout, Row, load_layout
from desktop.certificates.lines import (
    MM,
    TooNarrow,
    balanced_lines,
    break_lines,
    fit_text,
    leading_of,
    sizes_down,
)
from desktop.certificates.tables import Band, heading_band, paged, table_bands
from desktop.certificates.wording import (
    amount_text,
    capital_text,
    date_text,
    grouped,
    paper_text,
)
from desktop.errors import RefusedError
from desktop.resources import _

_PADDING = 1.6
"""Free mm above and below a cell's text together."""
_LABEL_SIZE = 10.5
_SPREAD_TO = 4
"""Labels of two or three characters are spread to the width of so many."""


@dataclass(frozen=True, slots=True)
class Party:
    """A seller or buyer. The id of a natural person is never printed on this paper."""

    name: str
    id_number: str = ""
    is_person: bool = False
    share: str = ""
    """份额或分工, for the annex."""


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """One earlier change, printed under 变更记载."""

    version: int
    on: date
    item: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class CertificateData:
    """Everything one certificate says. Text is normalised to paper punctuation when it is drawn."""

    number: str
    """Official number, an opaque string; empty only for a preview."""
    title: str
    kind: str
    """Code of the kind: ``DEV``."""
    sub_kind: str
    """Code of the sub-kind: ``DEV-1``."""
    kind_name: str
    sub_kind_name: str
    sellers: tuple[Party, ...]
    buyers: tuple[Party, ...]
    signed_on: date
    contract_amount: Decimal
    technology_amount: Decimal | None
    """None: 待核定 (royalties without a fixed part)."""
    clerk: str
    reviewer: str
    station_name: str
    decided_on: date | None
    """Day the reviewer signed; a reprint keeps it. None only for a preview."""
    valid_from: date | None = None
    valid_until: date | None = None
    """None with a ``valid_from``: 长期."""
    inside_services: Decimal | None = None
    """其中咨询、服务额; the row is left out when None or zero."""
    deducted: Decimal | None = None
    """未计入金额, for packs that want the row."""
    royalty_note: str = ""
    """提成说明, printed after the amount."""
    ip_rights: tuple[str, ...] = ()
    """One entry a right, e.g. ``发明专利 ZL202610000001.5``."""
    changes: tuple[ChangeRecord, ...] = ()
    remark: str = ""
    version: int = 1
    mark: str = ""
    """Empty for the first issue, 补证（第1次）, 副本（第2份）."""
    rule_set: str = ""
    """The line about the rules at the foot: ``适用规则 M2026（2026年3月1日起施行）``."""
    pack: str = ""
    """The line about the layout: ``版式 云岭 2026.11``."""
    qr: str = ""
    """Text of the signed code."""
    check_code: str = ""
    is_preview: bool = False
    is_training: bool = False
    is_secret: bool = False
    """涉密: nothing is printed here but a slip to the special channel."""


@dataclass(frozen=True, slots=True)
class _Span:
    text: str
    face: str
    size: float
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    spans: tuple[_Span, ...]
    leading: float


@dataclass(frozen=True, slots=True)
class _Cell:
    lines: tuple[_Line, ...]

    @property
    def height(self) -> float:
        return sum(line.leading for line in self.lines) + _PADDING


@dataclass(slots=True)
class _SetRow:
    row: Row
    fields: tuple[str, ...]
    size: float
    labels: tuple[tuple[str, ...], ...] = ()
    cells: tuple[_Cell, ...] = ()
    height: float = 0.0


@dataclass(slots=True)
class _Annex:
    """Which parts of this certificate go to the annex."""

    parts: set[str] = field(default_factory=set)


def draw_certificates(
    items: Iterable[CertificateData],
    out: Path | IO[bytes],
    *,
    layout: Layout | None = None,
    copies: Sequence[int] | None = None,
    on_each: Callable[[int], None] | None = None,
) -> int:
    """Certificates into one PDF, each with its 联 and its annex; returns the number of pages.

    ``copies`` names the 联 wanted, from 1 (all if not given). ``items`` may be a generator. ``on_each``
    hears how many are done; if it raises, nothing is written. Raises RefusedError for a certificate that
    must not be printed, naming the reason; then nothing is written either.
    """
    layout = layout or load_layout("P06")
    stream = io.BytesIO()
    sheet: Sheet | None = None
    for done, item in enumerate(items, 1):
        check_certificate(item, layout)
        if sheet is None:
            sheet = Sheet(
                stream,
                width=layout.width,
                height=layout.height,
                title=" ".join(filter(None, [layout.title, item.number])),
                author=item.station_name,
            )
        _draw_one(sheet, item, layout, copies)
        if on_each is not None:
            on_each(done)
    if sheet is None:
        raise RefusedError(_("没有要打印的登记证明"), _("请先选中要打印的合同"))
    sheet.save()
    write_pdf(stream.getvalue(), out)
    return sheet.pages


def draw_certificate_files(
    items: Iterable[CertificateData],
    folder: Path,
    *,
    layout: Layout | None = None,
    copies: Sequence[int] | None = None,
    name: Callable[[CertificateData], str] | None = None,
    on_each: Callable[[int], None] | None = None,
) -> list[Path]:
    """One PDF a certificate, named by its number unless ``name`` says otherwise; returns the paths in order.

    Files written before a refusal stay; each is whole.
    """
    layout = layout or load_layout("P06")
    paths = []
    for item in items:
        path = folder / f"{name(item) if name else item.number or layout.words('preview_mark')}.pdf"
        draw_certificates([item], path, layout=layout, copies=copies)
        paths.append(path)
        if on_each is not None:
            on_each(len(paths))
    return paths


def check_certificate(data: CertificateData, layout: Layout) -> None:
    """Refuse what must not be printed: no number, no review, zero, a secret contract, a missing glyph."""
    if data.is_secret:
        raise RefusedError(_("涉密合同不在本机打印登记证明"), _("请开具转办单，按保密规定送有权办理的机构"))
    if not data.is_preview:
        if not data.number:
            raise RefusedError(
                _("没有登记编号，不能打印登记证明"),
                _("请先取得登记编号；编号待上级确认的，只打印受理通知单"),
            )
        if data.decided_on is None or ("reviewer" in layout.needs and not data.reviewer):
            raise RefusedError(_("合同还没有复核登记，不能打印登记证明"), _("请先由另一人复核并登记"))
        if not data.qr or not data.check_code:
            raise RefusedError(_("登记证明没有校验码，不能打印"), _("请先由负责人建立本机构的签名密钥"))
    for label, amount in (
        ("contract_amount", data.contract_amount),
        ("technology_amount", data.technology_amount),
    ):
        if amount is not None and amount <= 0:
            raise RefusedError(
                _("{label}为零或负数，不能打印登记证明").format(label=layout.labels[label]),
                _("请先核定金额；没有固定金额的，按待核定处理"),
            )
    if not data.sellers or not data.buyers:
        raise RefusedError(_("没有卖方或买方，不能打印登记证明"), _("请先补录当事人"))
    for label, text in _texts(data, layout):
        require_glyphs(text, label)


def _texts(data: CertificateData, layout: Layout) -> Iterable[tuple[str, str]]:
    labels = layout.labels
    yield labels["title"], data.title
    for party in data.sellers:
        yield labels["sellers"], party.name + party.share
    for party in data.buyers:
        yield labels["buyers"], party.name + party.share
    yield labels["kind"], data.kind_name + data.sub_kind_name
    yield labels["number"], data.number
    yield labels["clerk"], data.clerk
    yield labels["reviewer"], data.reviewer
    yield labels["remark"], data.remark + data.royalty_note + data.mark
    yield labels["ip"], "".join(data.ip_rights)
    for change in data.changes:
        yield labels["changes"], change.item + change.before + change.after
    yield _("登记机构"), data.station_name + data.rule_set + data.pack


# --- one certificate


def _draw_one(sheet: Sheet, data: CertificateData, layout: Layout, copies: Sequence[int] | None) -> None:
    annex = _Annex()
    rows = _fitted_rows(data, layout, annex)
    for which in copies or range(1, len(layout.copies) + 1):
        _face(sheet, data, layout, rows, which)
        sheet.next_page()
        if annex.parts:
            _draw_annex(sheet, data, layout, annex)


def _face(sheet: Sheet, data: CertificateData, layout: Layout, rows: list[_SetRow], which: int) -> None:
    sheet.set_size(layout.width, layout.height)
    numbers = layout.numbers
    _draw_state(sheet, data, layout)
    x, y, w, h = (numbers[f"frame_{name}"] for name in "xywh")
    sheet.frame(x, y, w, h, numbers["frame_outer"])
    gap = numbers["frame_gap"]
    sheet.frame(x + gap, y + gap, w - 2 * gap, h - 2 * gap, numbers["frame_inner"])
    _draw_title(sheet, layout)
    _draw_number(sheet, data, layout)
    _draw_table(sheet, layout, rows)
    _draw_words(sheet, layout, "intro")
    if len(layout.seals) < 2:
        _draw_words(sheet, layout, "note")
    _draw_code(sheet, data, layout)
    _draw_signature(sheet, data, layout)
    _draw_foot(sheet, data, layout, which)


def _draw_state(sheet: Sheet, data: CertificateData, layout: Layout) -> None:
    if not data.is_preview and not data.is_training:
        return
    words = layout.words("preview" if data.is_preview else "training")
    middle = layout.width / 2
    centres = [(middle, layout.height / 2 + shift) for shift in (-82, 0, 82)]
    sheet.outline(Mark(words, layout.numbers["mark_size"]), centres=centres)


def _draw_title(sheet: Sheet, layout: Layout) -> None:
    box = layout.boxes["title"]
    gap = layout.numbers["title_gap"]
    for size in sizes_down(box.size, 15):
        if (len(layout.title) * (1 + gap)) * size / MM <= box.w:
            break
    else:
        raise RefusedError(_("证明的标题太长，放不下"), _("请在地方包里缩短标题"))
    base = sheet.baseline(box.y + 1.2, box.h, size)
    sheet.spaced(box.x + box.w / 2, base, tuple(layout.title), box.face, size, gap=gap, align="C")


def _draw_number(sheet: Sheet, data: CertificateData, layout: Layout) -> None:
    box = layout.boxes["number"]
    base = sheet.baseline(box.y, box.h, box.size)
    left = box.x + sheet.text(box.x, base, f"{layout.labels['number']}：", SONG, 12)
    if data.is_preview:
        sheet.text(left, base, layout.words("pending_number"), SONG, 12)
    else:
        groups = grouped(data.number)
        for size in sizes_down(box.size, layout.numbers["floor"]):
            if (len(data.number) * 0.6 + (len(groups) - 1) * 0.33) * size / MM <= box.x + box.w - left:
                break
        else:
            raise RefusedError(_("登记编号太长，放不下"), _("请核对登记编号"))
        sheet.spaced(left, base, groups, box.face, size)
    mark = data.mark or (layout.words("first_mark") if layout.switches["first_label"] else "")
    for name, words in (
        ("mark", layout.words("preview_mark") if data.is_preview else mark),
        ("version", layout.words("version").format(version=data.version) if data.version > 1 else ""),
    ):
        place = layout.boxes[name]
        fitted = fit_text(
            paper_text(words),
            place.face,
            sizes=sizes_down(place.size, 9),
            width=place.w,
            max_lines=1,
            name=words,
        )
        sheet.block(fitted, place.x, place.y, place.w, align=place.align, height=place.h)


def _draw_words(sheet: Sheet, layout: Layout, name: str) -> None:
    box = layout.boxes[name]
    fitted = fit_text(
        layout.words(name),
        box.face,
        sizes=sizes_down(box.size, layout.numbers["floor"]),
        width=box.w,
        height=box.h,
        max_lines=box.max_lines,
        name=name,
    )
    height = box.h if name == "intro" else 0.0
    sheet.block(fitted, box.x, box.y, box.w, align=box.align, height=height)


def _draw_code(sheet: Sheet, data: CertificateData, layout: Layout) -> None:
    place, box = layout.boxes["qr"], layout.boxes["code"]
    if data.is_preview:
        sheet.frame(place.x + 1, place.y + 1, place.w - 2, place.h - 2, 0.2, dash=0.8)
        sheet.text(
            place.x + place.w / 2,
            sheet.baseline(place.y, place.h, 10.5),
            layout.words("no_code"),
            SONG,
            10.5,
            align="C",
        )
    else:
        sheet.qr(data.qr, place.x, place.y, place.w)
    base = sheet.baseline(box.y, leading_of(box.size), box.size)
    left = box.x + sheet.text(box.x, base, layout.words("check"), SONG, 10.5) + 2
    sheet.text(left, base, "----" if data.is_preview else data.check_code, CODE_BOLD, box.size)
    fitted = fit_text(
        layout.words("check_note"),
        SONG,
        sizes=(9.0,),
        width=box.w,
        height=box.h - leading_of(box.size),
        name=layout.words("check"),
    )
    sheet.block(fitted, box.x, box.y + leading_of(box.size), box.w)


def _draw_signature(sheet: Sheet, data: CertificateData, layout: Layout) -> None:
    """Names and day only: the seals are set by hand over them."""
    others = [seal.owner for seal in layout.seals if seal.owner != "station"]
    for box_name, name in (("org", data.station_name), ("org2", others[0] if others else data.station_name)):
        if (org := layout.boxes.get(box_name)) is None:
            continue
        fitted = fit_text(
            paper_text(name),
            org.face,
            sizes=sizes_down(14, layout.numbers["floor"]),
            width=org.w,
            height=org.h,
            max_lines=org.max_lines,
            name=_("登记机构"),
            is_balanced=True,
            factor=1.2,
        )
        sheet.block(fitted, org.x, org.y, org.w, align=org.align, height=org.h)
    day = layout.boxes["date"]
    decided = None if data.is_preview else data.decided_on
    words = layout.words("blank_date") if decided is None else date_text(decided)
    base = sheet.baseline(day.y, day.h, 14)
    sheet.text(day.x + day.w / 2, base, words, SONG, 14, align="C")


def _draw_foot(sheet: Sheet, data: CertificateData, layout: Layout, which: int) -> None:
    box = layout.boxes["foot"]
    if not 1 <= which <= len(layout.copies):
        raise RefusedError(
            _("没有第 {which} 联").format(which=which), _("本证明共 {of} 联").format(of=len(layout.copies))
        )
    left = layout.copy_line(which)
    right = "　".join(paper_text(part) for part in (data.rule_set, data.pack) if part)
    fitted = fit_text(
        left + "　　" + right,
        box.face,
        sizes=sizes_down(box.size, 7.5),
        width=box.w,
        max_lines=1,
        name=_("页脚"),
    )
    base = sheet.baseline(box.y, box.h, fitted.size)
    sheet.text(box.x, base, left, box.face, fitted.size)
    sheet.text(box.x + box.w, base, right, box.face, fitted.size, align="R")


# --- the table


def _fitted_rows(data: CertificateData, layout: Layout, annex: _Annex) -> list[_SetRow]:
    """Grow, annex, shrink, refuse."""
    room = layout.boxes["table"].h
    start = layout.boxes["table"].size
    rows = [
        _SetRow(row, fields, start)
        for row in layout.rows
        if (fields := tuple(name for name in row.fields if name not in row.optional or _has(data, name)))
    ]
    if layout.party_words.get(data.sub_kind, ("", "-")) == ("合作各方", "合作各方"):
        rows = _with_partners(rows)
    composer = _Composer(data, layout, annex)
    for row in rows:
        composer.set_row(row)
        if row.height > row.row.largest + 1e-6 and row.row.may_go_to_annex:
            composer.to_annex(row)
        while row.height > row.row.largest + 1e-6:
            composer.shrink(row)
    for name in ("changes", "ip", "sellers", "buyers", "partners"):
        for row in rows:
            if (
                sum(each.height for each in rows) > room + 1e-6
                and name in row.fields
                and row.row.may_go_to_annex
            ):
                composer.to_annex(row)
    while sum(row.height for row in rows) > room + 1e-6:
        composer.shrink(max(rows, key=lambda row: (row.height - row.row.least, row.height)))
    spare = max(room - 4 - sum(row.height for row in rows), 0.0)
    least = sum(row.row.least for row in rows)
    spare = min(spare, least * (layout.numbers["roomy"] - 1))
    for row in rows:
        row.height += spare * row.row.least / least
    return rows


def _with_partners(rows: list[_SetRow]) -> list[_SetRow]:
    """A joint development has no seller and buyer: one row 合作各方."""
    kept = [row for row in rows if "buyers" not in row.fields]
    for row in kept:
        if "sellers" in row.fields:
            row.fields = ("partners",)
    return kept


def _has(data: CertificateData, name: str) -> bool:
    value = getattr(data, name, None)
    return bool(value) and value != 0


class _Composer:
    """Sets the cells of one certificate's rows."""

    def __init__(self, data: CertificateData, layout: Layout, annex: _Annex) -> None:
        self.data, self.layout, self.annex = data, layout, annex
        numbers = layout.numbers
        table = layout.boxes["table"]
        self.label_width = numbers["label_width"]
        self.padding = numbers["padding"]
        self.full = table.w - self.label_width - 2 * self.padding
        self.second = numbers["half_width"] - 2 * self.padding
        self.first = self.full - numbers["half_label"] - numbers["half_width"]

    def set_row(self, row: _SetRow) -> None:
        widths = (self.full,) if len(row.fields) == 1 else (self.first, self.second)
        while True:
            try:
                row.cells = tuple(
                    self.cell(name, width, row.size) for name, width in zip(row.fields, widths, strict=True)
                )
                break
            except TooNarrow:
                self.shrink_size(row)
        row.labels = tuple(self.label(name) for name in row.fields)
        tallest = max(len(label) for label in row.labels) * leading_of(_LABEL_SIZE) + 1
        row.height = max(row.row.least, tallest, *(cell.height for cell in row.cells))

    def to_annex(self, row: _SetRow) -> None:
        if not any(self.goes(name) for name in row.fields):
            return
        self.annex.parts.update(name for name in row.fields if self.goes(name))
        self.set_row(row)

    def goes(self, name: str) -> bool:
        data = self.data
        counts = {
            "sellers": len(data.sellers),
            "buyers": len(data.buyers),
            "partners": len(data.sellers) + len(data.buyers),
            "ip": len(data.ip_rights),
            "changes": len(data.changes),
        }
        return counts.get(name, 0) > 1

    def shrink(self, row: _SetRow) -> None:
        self.shrink_size(row)
        self.set_row(row)

    def shrink_size(self, row: _SetRow) -> None:
        smaller = sizes_down(row.size, self.layout.numbers["floor"])[1:]
        if not smaller:
            names = "、".join(self.layout.labels[name] for name in row.fields)
            raise RefusedError(
                _("“{name}”太长，用最小的字也放不下，没有打印").format(name=names),
                _("请核对这一栏的内容；确实这样长的，请由负责人在地方包里放宽版式"),
            )
        row.size = smaller[0]

    def label(self, name: str) -> tuple[str, ...]:
        words = self.layout.labels[name]
        place = {"sellers": 1, "buyers": 0}.get(name)
        if place is not None and (role := self.role(place)):
            words = f"{words}（{role}）"
        width = self.label_width - 2
        lines = break_lines(words, SONG, _LABEL_SIZE, width)
        return lines if len(lines) == 1 else balanced_lines(words, SONG, _LABEL_SIZE, width, len(lines))

    def role(self, place: int) -> str:
        words = self.layout.party_words
        pair = words.get(self.data.sub_kind) or words.get(self.data.kind)
        return pair[place] if pair else ""

    def cell(self, name: str, width: float, size: float) -> _Cell:
        data, layout = self.data, self.layout
        if name in ("sellers", "buyers", "partners"):
            return self.party_cell(name, width, size)
        if name in ("contract_amount", "technology_amount"):
            return self.amount_cell(name, width, size)
        return _text_cell(self.plain(name, data, layout), width, size)

    def plain(self, name: str, data: CertificateData, layout: Layout) -> str:
        words = layout.words
        if name == "title":
            return paper_text(data.title)
        if name == "kind":
            return _kind_text(data)
        if name == "signed_on":
            return date_text(data.signed_on)
        if name == "validity":
            return self.validity()
        if name in ("inside_services", "deducted"):
            amount = data.inside_services if name == "inside_services" else data.deducted
            if amount is None:
                return words("empty")
            return f"{amount_text(amount, layout.unit)}（{capital_text(amount)}）"
        if name == "ip":
            return self.rights()
        if name == "changes":
            return self.change_text()
        if name in ("clerk", "reviewer"):
            return (
                (data.clerk if name == "clerk" else data.reviewer) if layout.switches["printed_names"] else ""
            )
        if name == "remark":
            parts = [data.remark, words("note") if len(layout.seals) > 1 else ""]
            return "".join(paper_text(part) for part in parts if part) or words("empty")
        raise RefusedError(_("版式里的栏目“{name}”没有内容可填").format(name=name))

    def validity(self) -> str:
        data, words = self.data, self.layout.words
        if data.valid_from is None and data.valid_until is None:
            return words("empty")
        end = words("long_term") if data.valid_until is None else date_text(data.valid_until)
        start = data.valid_from or data.signed_on
        return words("until").format(start=date_text(start), end=end)

    def rights(self) -> str:
        rights = [paper_text(right) for right in self.data.ip_rights]
        if "ip" in self.annex.parts:
            return self.layout.words("many_rights").format(first=rights[0], count=len(rights))
        return "；".join(rights) or self.layout.words("empty")

    def change_text(self) -> str:
        words = self.layout.words
        texts = [
            words("change").format(
                version=change.version, on=date_text(change.on), item=paper_text(change.item)
            )
            for change in self.data.changes
        ]
        if "changes" in self.annex.parts:
            return words("many_changes").format(count=len(texts), last=texts[-1])
        return "；".join(texts) or words("empty")

    def parties(self, name: str) -> tuple[Party, ...]:
        data = self.data
        return {"sellers": data.sellers, "buyers": data.buyers, "partners": data.sellers + data.buyers}[name]

    def party_cell(self, name: str, width: float, size: float) -> _Cell:
        parties = self.parties(name)
        if name in self.annex.parts:
            words = self.layout.words("many_parties")
            return _text_cell(
                words.format(first=paper_text(parties[0].name), count=len(parties)), width, size
            )
        lines: list[_Line] = []
        for party in parties:
            names = _text_cell(paper_text(party.name), width, size).lines
            if party.is_person or not party.id_number or not self.layout.switches["party_codes"]:
                lines += names
                continue
            code = _Span(party.id_number, CODE, min(size, 10.5), grouped(party.id_number))
            last = names[-1]
            used = _width(last.spans[0]) + 4 + _width(code)
            if len(parties) > 1 and used <= width:
                lines += [*names[:-1], _Line((*last.spans, code), last.leading)]
            else:
                lines += [*names, _Line((code,), leading_of(code.size))]
        return _Cell(tuple(lines))

    def amount_cell(self, name: str, width: float, size: float) -> _Cell:
        data, layout = self.data, self.layout
        amount = data.contract_amount if name == "contract_amount" else data.technology_amount
        if amount is None:
            return _text_cell(layout.words("pending_amount"), width, size)
        face = HEI if name == "contract_amount" else HEI_BOLD
        figures = amount_text(amount, layout.unit)
        first = _Line((_Span(figures, face, 14.0),), leading_of(14.0) + 0.5)
        words = fit_text(
            capital_text(amount),
            SONG,
            sizes=sizes_down(size, layout.numbers["floor"]),
            width=width,
            max_lines=1,
            name=layout.labels[name],
        )
        lines = [first, _Line((_Span(words.lines[0], SONG, words.size),), words.leading)]
        if name == "technology_amount" and data.royalty_note:
            lines += _text_cell(paper_text(data.royalty_note), width, min(size, 9.0)).lines
        return _Cell(tuple(lines))


def _kind_text(data: CertificateData) -> str:
    kind, sub = paper_text(data.kind_name), paper_text(data.sub_kind_name)
    if not sub or sub == kind:
        return kind
    return f"{kind}：{sub}" if "（" in sub else f"{kind}（{sub.removesuffix('合同')}）"


def _text_cell(text: str, width: float, size: float) -> _Cell:
    leading = leading_of(size)
    return _Cell(
        tuple(_Line((_Span(line, SONG, size),), leading) for line in break_lines(text, SONG, size, width))
    )


def _width(span: _Span) -> float:
    gaps = 0.33 * max(len(span.groups) - 1, 0)
    return (fonts().width(span.text, span.face) + gaps) * span.size / MM


def _draw_table(sheet: Sheet, layout: Layout, rows: list[_SetRow]) -> None:
    box = layout.boxes["table"]
    numbers = layout.numbers
    pen, label_width = numbers["rule"], numbers["label_width"]
    y = box.y
    for row in rows:
        _draw_row(sheet, layout, row, y)
        y += row.height
        if row is not rows[-1]:
            sheet.rule(box.x, y, box.x + box.w, y, pen)
    sheet.frame(box.x, box.y, box.w, y - box.y, pen)
    sheet.rule(box.x + label_width, box.y, box.x + label_width, y, pen)


def _draw_row(sheet: Sheet, layout: Layout, row: _SetRow, y: float) -> None:
    box, numbers = layout.boxes["table"], layout.numbers
    padding, pen = numbers["padding"], numbers["rule"]
    left = box.x + numbers["label_width"]
    _draw_label(sheet, row.labels[0], box.x, y, numbers["label_width"], row.height)
    _draw_cell(sheet, row.cells[0], left + padding, y, row.height)
    if len(row.fields) == 2:
        second = box.x + box.w - numbers["half_width"]
        middle = second - numbers["half_label"]
        sheet.rule(middle, y, middle, y + row.height, pen)
        sheet.rule(second, y, second, y + row.height, pen)
        _draw_label(sheet, row.labels[1], middle, y, numbers["half_label"], row.height)
        _draw_cell(sheet, row.cells[1], second + padding, y, row.height)


def _draw_label(
    sheet: Sheet, lines: tuple[str, ...], x: float, y: float, width: float, height: float
) -> None:
    leading = leading_of(_LABEL_SIZE)
    top = y + (height - len(lines) * leading) / 2
    for number, line in enumerate(lines):
        base = sheet.baseline(top + number * leading, leading, _LABEL_SIZE)
        if len(lines) == 1 and 1 < len(line) < _SPREAD_TO:
            gap = (_SPREAD_TO - len(line)) / (len(line) - 1)
            sheet.spaced(x + width / 2, base, tuple(line), SONG, _LABEL_SIZE, gap=gap, align="C")
        else:
            sheet.text(x + width / 2, base, line, SONG, _LABEL_SIZE, align="C")


def _draw_cell(sheet: Sheet, cell: _Cell, x: float, y: float, height: float) -> None:
    top = y + (height - cell.height + _PADDING) / 2
    for line in cell.lines:
        left = x
        for span in line.spans:
            base = sheet.baseline(top, line.leading, max(each.size for each in line.spans))
            if span.groups:
                left += sheet.spaced(left, base, span.groups, span.face, span.size) + 4
            else:
                left += sheet.text(left, base, span.text, span.face, span.size) + 4
        top += line.leading


# --- the annex


def _draw_annex(sheet: Sheet, data: CertificateData, layout: Layout, annex: _Annex) -> None:
    own = load_layout("P06-annex")
    width = own.boxes["table"].w
    bands = _annex_bands(data, layout, own, annex, width)
    bands.append(_end_band(own.words("end"), width))
    room = own.boxes["table"].h
    pages = paged(bands, first=room, other=room, last=own.numbers["last_table"])
    for number, page in enumerate(pages, 1):
        sheet.set_size(own.width, own.height)
        _draw_state(sheet, data, replace(layout, width=own.width, height=own.height))
        _annex_frame(sheet, data, own, number, len(pages))
        y = own.boxes["table"].y
        for band in page:
            band.draw(sheet, own.boxes["table"].x, y)
            y += band.height
        sheet.next_page()
    sheet.set_size(layout.width, layout.height)


def _annex_bands(
    data: CertificateData, layout: Layout, own: Layout, annex: _Annex, width: float
) -> list[Band]:
    size, floor = own.numbers["table_size"], own.numbers["table_floor"]
    bands: list[Band] = []

    def add(name: str, rows: Sequence[tuple[str, ...]]) -> None:
        title = own.words(name)
        bands.append(heading_band(title, width))
        bands.extend(
            table_bands(
                own.tables[name], rows, size=size, floor=floor, name=title, continued=own.words("continued")
            )
        )

    sides = [
        (name, parties)
        for name, parties in (
            ("sellers", data.sellers),
            ("buyers", data.buyers),
            ("partners", data.sellers + data.buyers),
        )
        if name in annex.parts
    ]
    listed = [(layout.labels[name], party) for name, parties in sides for party in parties]
    if listed:
        rows = [
            (
                str(number),
                side,
                party.name,
                "—" if party.is_person else party.id_number or "—",
                party.share or "—",
            )
            for number, (side, party) in enumerate(listed, 1)
        ]
        add("parties", rows)
    if "ip" in annex.parts:
        add("rights", [(str(number), right) for number, right in enumerate(data.ip_rights, 1)])
    if "changes" in annex.parts:
        add(
            "changes",
            [
                (
                    str(change.version),
                    change.on.isoformat(),
                    change.item,
                    change.before or "—",
                    change.after or "—",
                )
                for change in data.changes
            ],
        )
    return bands


def _end_band(words: str, width: float) -> Band:
    def draw(sheet: Sheet, x: float, y: float) -> None:
        sheet.text(x + width / 2, sheet.baseline(y, 7, 9), words, SONG, 9, align="C")

    return Band(7.0, draw)


def _annex_frame(sheet: Sheet, data: CertificateData, own: Layout, number: int, of: int) -> None:
    title, sub, foot = own.boxes["title"], own.boxes["sub"], own.boxes["foot"]
    base = sheet.baseline(title.y, title.h, title.size)
    sheet.text(title.x + title.w / 2, base, own.title, title.face, title.size, align="C")
    words = own.words("sub").format(
        number=own.words("pending") if data.is_preview else data.number,
        version=data.version,
        check="----" if data.is_preview else data.check_code,
    )
    sheet.text(sub.x, sheet.baseline(sub.y, sub.h, 10.5), words, sub.face, 10.5)
    page = own.words("page").format(page=number, pages=of)
    sheet.text(foot.x, sheet.baseline(foot.y, foot.h, foot.size), page, foot.face, foot.size)
    if number == of:
        org, day = own.boxes["last_org"], own.boxes["last_date"]
        fitted = fit_text(
            paper_text(data.station_name),
            org.face,
            sizes=sizes_down(org.size, 9),
            width=org.w,
            max_lines=1,
            name=_("登记机构"),
        )
        sheet.block(fitted, org.x, org.y, org.w, align="C", height=org.h)
        if data.decided_on is not None and not data.is_preview:
            base = sheet.baseline(day.y, day.h, day.size)
            sheet.text(day.x + day.w / 2, base, date_text(data.decided_on), day.face, day.size, align="C")
