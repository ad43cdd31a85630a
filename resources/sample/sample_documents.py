"""The contract documents of the sample: ten contracts as people write them, as .docx or .pdf (one as both).

Clauses are numbered alike in all of them (2 subject, 3 state of the art or right, 7 price, 8 ownership,
9 term …), so that the answers can name the clause that proves them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from desktop.resources import resource
from desktop.rules.amounts import format_yuan
from desktop.rules.capital import capital
from desktop.rules.facts import LONG_TERM, Facts, Party

HERE: Final = Path(__file__).resolve().parent
AS_PDF: Final = {1, 31, 23, 45, 55}
AS_DOCX: Final = {1, 2, 17, 14, 40, 46}


@dataclass(frozen=True)
class Words:
    """What one contract says in its own clauses; the rest is the same in all."""

    seller: str
    buyer: str
    subject: Sequence[str]
    state: Sequence[str]
    plan: Sequence[str]
    acceptance: Sequence[str]
    ownership: Sequence[str]
    price: Sequence[str] = ()
    technical: Sequence[str] = ()


def read_words() -> tuple[dict[int, Words], dict[str, list[str]]]:
    """The clauses of single contracts by 序号, and the clauses that all share."""
    raw = tomllib.loads((HERE / "documents.toml").read_text(encoding="utf-8"))
    common = raw.pop("common")
    return {int(no): Words(**values) for no, values in raw.items()}, common


def clauses_of(facts: Facts, words: Words, common: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """The paragraphs of one contract: (``title``, ``part``, ``line``, ``clause`` or ``break``, text)."""
    seller, buyer = facts.sellers, facts.buyers
    yield "title", _kind_title(facts)
    yield "line", f"项目名称：{facts.title}"
    for party in buyer:
        yield "line", f"{words.buyer}：{party.name}"
    for party in seller:
        yield "line", f"{words.seller}：{party.name}"
    yield "line", f"签订日期：{_day(facts.signed_on)}　　签订地点：{facts.signed_place or '澄河县'}"
    yield "break", ""
    articles: list[tuple[str, Sequence[str]]] = [
        ("当事人与合同构成", _parties(facts, words)),
        ("标的内容与要求" if facts.kind != "DEV" else "研究开发目标与内容", words.subject),
        ("技术现状" if facts.kind != "TRF" else "权利现状", words.state),
        ("履行计划" if facts.kind != "DEV" else "研究开发计划", words.plan),
        ("验收", words.acceptance),
        ("资料与协作", common["cooperate"]),
        ("价款及支付", words.price or _price(facts)),
        ("成果归属与权利保证", words.ownership),
        ("合同期限与其他", _term(facts)),
        ("保密", common["secret"]),
        ("风险与违约责任", common["risk"]),
        ("变更与争议解决", common["dispute"]),
    ]
    for number, (heading, texts) in enumerate(articles, 1):
        yield "part", f"第{_han(number)}条　{heading}"
        for index, text in enumerate(texts, 1):
            yield "clause", f"{number}.{index}　{text}"
    yield "part", "签章页"
    for label, parties in ((words.buyer, buyer), (words.seller, seller)):
        for party in parties:
            yield "line", f"{label}：{party.name}（盖章）"
            signed = party.legal_representative or party.name
            yield "line", f"法定代表人（签字）：{signed}　　{_day(facts.signed_on)}"
    yield "break", ""
    yield "part", "附件一　技术要求与资料清单"
    for text in words.technical or _technical(facts):
        yield "clause", text
    yield "part", "附件二　价款明细"
    for index, line in enumerate(facts.amount_lines, 1):
        price = "" if line.amount is None else format_yuan(line.amount)
        yield "clause", f"{index}　{line.label}：{price} 元（{line.clause}）"
    if facts.deducted_amount and facts.technology_amount is not None:
        yield (
            "clause",
            (
                f"以上属于设备、材料等非技术费用的合计 {format_yuan(facts.deducted_amount)} 元，"
                "所有权随交付转移，验收后单独开具货物发票。"
            ),
        )
    yield "part", "附件三　验收大纲"
    for index, text in enumerate(words.acceptance, 1):
        yield "clause", f"{index}　{text}"


def _kind_title(facts: Facts) -> str:
    names = {
        "DEV-1": "技术开发（委托）合同",
        "DEV-2": "技术开发（合作）合同",
        "TRF-1": "专利权转让合同",
        "TRF-3": "技术秘密转让合同",
        "LIC-1A": "专利实施许可合同（独占）",
        "LIC-1C": "专利实施许可合同（普通）",
        "CON": "技术咨询合同",
        "SVC-1": "技术服务合同",
        "SVC-2": "技术培训合同",
    }
    return names[facts.sub_kind or ""]


def _parties(facts: Facts, words: Words) -> tuple[str, ...]:
    found = []
    for label, parties in ((words.buyer, facts.buyers), (words.seller, facts.sellers)):
        found += [f"{label}：{_identity(party)}。" for party in parties]
    return (
        *found,
        "本合同由正文和附件一《技术要求》、附件二《价款明细》、附件三《验收大纲》组成，附件与正文效力相同。",
    )


def _identity(party: Party) -> str:
    kind = {"credit_code": "统一社会信用代码", "resident_id": "居民身份证号"}.get(
        party.id_type or "", "登记号"
    )
    people = f"，法定代表人{party.legal_representative}" if party.legal_representative else ""
    contact = f"，联系人{party.contact}" if party.contact else ""
    return f"{party.name}，{kind} {party.id_number}{people}{contact}"


def _price(facts: Facts) -> tuple[str, ...]:
    total, technology = facts.contract_amount, facts.technology_amount
    if total is None or technology is None:
        raise ValueError("a document needs its amounts")
    foreign = ""
    if facts.original_amount is not None:
        foreign = (
            f"（原币 {facts.currency} {facts.original_amount:,.2f}，按签订日汇率 {facts.exchange_rate} 折算）"
        )
    kept = "均为技术价款" if total == technology else "与附件二所列非技术费用分别列明"
    terms = facts.royalty_terms or "合同生效后十五日内支付 40%，中期检查合格后支付 40%，验收合格后支付 20%"
    return (
        f"合同总价为人民币{capital(total).removeprefix('人民币')}（¥{format_yuan(total)}）{foreign}。",
        f"技术交易额为人民币{capital(technology).removeprefix('人民币')}（¥{format_yuan(technology)}），{kept}。",
        f"支付方式：{terms}。",
    )


def _term(facts: Facts) -> tuple[str, ...]:
    since = _day(facts.valid_from)
    until = (
        "2027 年 12 月 31 日"
        if facts.title and facts.title.startswith("丘陵茶园")
        else _day(facts.valid_until)
    )
    end = "，长期有效" if facts.valid_until == LONG_TERM else f"，至 {until}止"
    return (
        f"本合同有效期自 {since}起{end}，双方义务履行完毕后终止。",
        "任何一方变更联系方式，应当在五个工作日内书面通知对方。",
        "本合同一式六份，双方各执三份。",
    )


def _technical(facts: Facts) -> Sequence[str]:
    rights = [f"{r.name}（{r.number}），权利人 {r.owner}" for r in facts.ip_rights]
    listed = [f"{i}　相关权利：{text}。" for i, text in enumerate(rights, 1)]
    start = len(listed) + 1
    return (
        *listed,
        f"{start}　技术内容：{facts.summary}。",
        f"{start + 1}　交付资料：技术报告、操作说明、试验或评价记录各三份，电子版一份。",
        f"{start + 2}　交付地点：{facts.buyers[0].name}指定场所；交付时双方签署交接单。",
    )


def _day(day: Any) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def _han(number: int) -> str:
    return ["", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"][number]


def write_documents(cases: list[Any], folder: Path, settle: Callable[[Path], None]) -> None:
    """Write the documents of these contracts; ``settle`` fixes the times inside a zipped file."""
    words, common = read_words()
    for case in cases:
        parts = list(clauses_of(case.facts, words[case.no], common))
        name = case.extra["document"]
        if case.no in AS_DOCX:
            write_docx(parts, folder / f"{name}.docx")
            settle(folder / f"{name}.docx")
        if case.no in AS_PDF:
            write_pdf(parts, folder / f"{name}.pdf", str(case.facts.title))


def write_docx(parts: list[tuple[str, str]], path: Path) -> None:
    """A .docx as an office writes it: Song type, headings bold, a page break before the body."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
    from docx.oxml.ns import qn
    from docx.shared import Pt

    document = Document()
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "SimSun", Pt(14)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
    normal.paragraph_format.line_spacing = 1.6
    for kind, text in parts:
        if kind == "break":
            document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
            continue
        paragraph = document.add_paragraph()
        run = paragraph.add_run(text)
        if kind == "title":
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            run.font.size, run.bold = Pt(22), True
            paragraph.paragraph_format.space_before = Pt(120)
            paragraph.paragraph_format.space_after = Pt(60)
        run.bold = kind in ("title", "part")
    properties = document.core_properties
    properties.author, properties.title, properties.comments = "示例", parts[1][1], ""
    document.save(str(path))


def write_pdf(parts: list[tuple[str, str]], path: Path, title: str) -> None:
    """A .pdf with its fonts inside and page numbers."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    for name, file in (("Song", "NotoSerifSC_400Regular.ttf"), ("SongBold", "NotoSerifSC_700Bold.ttf")):
        pdfmetrics.registerFont(TTFont(name, str(resource("fonts", file))))
    canvas = Canvas(str(path), pagesize=A4, invariant=1, initialFontName="Song")
    canvas.setTitle(title)
    width, top, left = A4[0] - 50 * mm, A4[1] - 28 * mm, 25 * mm
    y, page = top, 1

    def turn() -> float:
        nonlocal page
        canvas.setFont("Song", 10)
        canvas.drawCentredString(A4[0] / 2, 15 * mm, f"第 {page} 页")
        canvas.showPage()
        page += 1
        return top

    for kind, text in parts:
        font, size = ("SongBold" if kind in ("title", "part") else "Song"), (22 if kind == "title" else 14)
        if kind == "break":
            y = turn()
            continue
        if kind == "title":
            y -= 45 * mm
        for line in wrap(text, lambda s, fo=font, si=size: pdfmetrics.stringWidth(s, fo, si), width):
            if y < 28 * mm:
                y = turn()
            canvas.setFont(font, size)
            if kind == "title":
                canvas.drawCentredString(A4[0] / 2, y, line)
            else:
                canvas.drawString(left, y, line)
            y -= size * 1.9
        y -= 40 * mm if kind == "title" else 2 * mm
    turn()
    canvas.save()


def wrap(text: str, measure: Callable[[str], float], width: float) -> list[str]:
    """Lines no wider than ``width``; numbers and codes stay whole, closing punctuation begins no line."""
    lines, line = [], ""
    for piece in re.findall(r"[\x21-\x7e]+|.", text):
        if line and measure(line + piece) > width and piece not in "，。；：、）》”！？":
            lines.append(line)
            line = ""
        line += piece
    return [*lines, line] if line else lines
