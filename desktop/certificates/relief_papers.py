"""Papers about tax relief, none a decision: 税惠说明书 P15, 询问单 P27, 奖酬金领取表 P14, 公示文稿 P17.

The wording stands in their files in ``resources/certificates``; this module chooses and fills sentences.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import IO, ClassVar

from desktop.certificates.draw import Sheet
from desktop.certificates.fonts import HEI_BOLD, SONG, fonts, require_glyphs
from desktop.certificates.layout import Layout
from desktop.certificates.letters import Paper, Press, fill, paragraph_bands, press_paper
from desktop.certificates.lines import MM, Fitted, break_lines
from desktop.certificates.tables import Band, heading_band, paged, table_bands, text_band
from desktop.certificates.wording import (
    amount_text,
    capital_text,
    cited,
    date_text,
    han_number,
    paper_text,
    quoted,
)
from desktop.errors import RefusedError
from desktop.resources import _
from desktop.rules.book import Source
from desktop.rules.relief import RESULT_WORDS, Condition, ReliefResult, form_fields
from desktop.rules.relief_figures import Figure

LIVE = ("supported", "supported_once_registered", "cannot_tell")
"""Results that a taxpayer may build on, now or once something is added."""

TECHNOLOGY_RELIEFS = (
    *("VAT-TECH", "RD-SUPER", "CIT-TECH", "IIT-CASH50", "DEFER-SHARE", "VAT-CROSS", "BASIC-RESEARCH"),
    "LOCAL-SUBSIDY",
)
"""Reliefs that hang on what kind of technology contract this is."""

BY_THE_YEAR = ("CIT-TECH", "RD-SUPER")
"""Reliefs with a limit for all contracts of a year together."""

_FULL = (*LIVE, "no_rule")
_HARMLESS = ("PASS", "NOTE", "WARN", "DEDUCT")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_GAP = re.compile(r"(?<=[\d日]) (?=[\u4e00-\u9fff×÷−+])|(?<=[\u4e00-\u9fff]) (?=[\d×÷−+])|(?<=[×÷−+]) (?=\S)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliefStatement(Paper):
    """P15 税惠说明书. Names no unverified article, carries no seal and promises nothing."""

    paper: ClassVar[str] = "P15"

    serial: str
    number: str
    """登记编号; empty: not registered, or not yet numbered."""
    title: str
    kind: str
    kind_name: str
    sellers: tuple[str, ...]
    buyers: tuple[str, ...]
    contract_amount: Decimal | None
    technology_amount: Decimal | None
    signed_on: date | None
    registered_on: date | None
    results: tuple[ReliefResult, ...]
    ends: Mapping[str, date]
    """Relief → first day from which no rule is known."""
    rejections: Mapping[str, tuple[str, ...]]
    """Relief → what was sent back before, as far as it can happen to this contract."""
    law_version: str
    clerk: str
    is_secret: bool = False
    is_stale: bool = False
    """The contract was changed after the last stored opinion."""

    @property
    def gets_nothing(self) -> bool:
        """No relief that hangs on the technology contract can be built on."""
        return not any(r.result in LIVE for r in self.results if r.relief in TECHNOLOGY_RELIEFS)


def draw_relief_statement(
    paper: ReliefStatement, out: Path | IO[bytes], *, layout: Layout | None = None
) -> int:
    """The statement as PDF; returns the number of pages. RefusedError for a missing glyph."""
    return press_paper(paper, _draw_statement, out, layout=layout)


# --- sheets of running text


def paragraph(press: Press, text: str) -> list[Band]:
    """A paragraph of the usual size, indented by two characters."""
    numbers = press.layout.numbers
    return paragraph_bands(
        paper_text(text), numbers["text_size"], numbers["text_leading"] / MM, press.box("table").w
    )


def labelled(press: Press, label: str, text: str) -> list[Band]:
    """A paragraph that begins with its subject in bold."""
    size, leading = press.layout.numbers["text_size"], press.layout.numbers["text_leading"] / MM
    width, indent = press.box("table").w, 2 * size / MM
    head = paper_text(label) + "："
    words = paper_text(text)
    require_glyphs(words, label)
    start = indent + fonts().width(head, HEI_BOLD) * size / MM
    lines = break_lines(words, SONG, size, width, indent=start)

    def band(number: int, line: str) -> Band:
        fitted = Fitted((line,), SONG, size, leading)
        is_last = number == len(lines) - 1

        def draw(sheet: Sheet, x: float, y: float) -> None:
            if number == 0:
                sheet.text(x + indent, sheet.baseline(y, leading, size), head, HEI_BOLD, size)
            left = start if number == 0 else 0.0
            sheet.block(fitted, x, y, width, align="J", indent=left, is_last=is_last)

        return Band(leading, draw, is_heading=number == 0 and not is_last)

    return [band(number, line) for number, line in enumerate(lines)]


def table(press: Press, name: str, rows: Sequence[Sequence[str]], *, has_head: bool = True) -> list[Band]:
    """A table over the whole width with a little room around it."""
    columns = press.layout.tables[name]
    for row in rows:
        for column, cell in zip(columns, row, strict=True):
            require_glyphs(paper_text(cell), column.name)
    bands = table_bands(
        columns,
        rows,
        size=press.layout.numbers["table_size"],
        floor=press.layout.numbers["table_floor"],
        name=press.layout.title,
        continued=press.layout.words("continued"),
        head_height=7.0 if has_head else 0.0,
        least=press.layout.numbers.get("row_height", 6.0),
    )
    if not has_head:
        wide = sum(column.width for column in columns)
        line = Band(0.0, lambda sheet, x, y: sheet.rule(x, y, x + wide, y), is_heading=True)
        bands = [line, *(replace(band, repeats=(line,)) for band in bands)]
    return [gap(1.5, is_heading=True), *bands, gap(2.0)]


def gap(height: float, *, is_heading: bool = False) -> Band:
    """Empty room."""
    return Band(height, lambda _sheet, _x, _y: None, is_heading=is_heading)


def heading(press: Press, text: str) -> Band:
    """The name of a section; never the last line of a sheet."""
    return heading_band(text, press.box("table").w, 12)


def print_sheets(press: Press, bands: Sequence[Band], note: str, title: str = "") -> None:
    """Running text and tables over as many sheets as needed, each with its number and the note."""
    layout, box, top = press.layout, press.box("table"), press.layout.numbers["next_top"]
    pages = paged(
        bands,
        first=layout.numbers["full_table"],
        other=layout.numbers["next_table"],
        last=layout.numbers["next_table"],
        only=layout.numbers["full_table"],
    )
    for number, page in enumerate(pages, 1):
        press.state()
        if number == 1:
            press.put("title", title or layout.title, floor=14 if not title else 9)
            press.put("sub", note)
            y = box.y
        else:
            press.sheet.text(box.x, 22, paper_text(layout.title), SONG, 9)
            press.sheet.text(box.x + box.w, 22, paper_text(note), SONG, 9, align="R")
            press.sheet.rule(box.x, 24, box.x + box.w, 24, 0.2)
            y = top
        for band in page:
            band.draw(press.sheet, box.x, y)
            y += band.height
        press.put("foot", layout.words("page").format(page=number, pages=len(pages)), floor=8)
        press.sheet.next_page()


# --- the statement


def _draw_statement(press: Press, data: ReliefStatement) -> None:
    layout = press.layout
    bands = [*table(press, "head", _head(layout, data), has_head=False)]
    for text in _opening(layout, data):
        bands += paragraph(press, text)
    bands += table(press, "summary", [_summary(layout, r) for r in data.results])
    index = 0
    for result in sorted((r for r in data.results if r.result in _FULL), key=lambda r: _FULL.index(r.result)):
        index += 1
        bands += _section(press, data, result, index)
    for word, name in (("not_supported", "heading_no"), ("not_applicable", "heading_not")):
        rest = [r for r in data.results if r.result == word]
        if rest:
            index += 1
            bands += [
                heading(press, fill(layout, name, {"index": han_number(index)})),
                gap(1.0, is_heading=True),
            ]
        if rest and word == "not_supported":
            for result in rest:
                bands += labelled(press, _named(result), _refusal(layout, result))
        elif rest:
            rows = [(_named(r), layout.labels[r.beneficiary], _why(layout, r)) for r in rest]
            bands += table(press, "fold", rows)
    bands += _remarks(press, data)
    print_sheets(press, bands, layout.words("top"))


def _head(layout: Layout, data: ReliefStatement) -> list[tuple[str, str]]:
    def money(amount: Decimal | None) -> str:
        return layout.words("none") if amount is None else f"{amount_text(amount)}（{capital_text(amount)}）"

    def day(words: str, without: str, when: date | None) -> str:
        return fill(layout, words, {"day": date_text(when)}) if when else layout.words(without)

    labels = layout.labels
    return [
        (labels["title"], layout.words("secret") if data.is_secret else data.title),
        (labels["serial"], data.serial),
        (
            labels["number"],
            data.number or layout.words("not_registered" if not data.registered_on else "none"),
        ),
        (labels["kind"], data.kind_name),
        (labels["sellers"], "、".join(data.sellers) or "—"),
        (labels["buyers"], "、".join(data.buyers) or "—"),
        (labels["contract_amount"], money(data.contract_amount)),
        (labels["technology_amount"], money(data.technology_amount)),
        (
            labels["dates"],
            day("signed", "unsigned", data.signed_on)
            + "，"
            + day("was_registered", "not_registered", data.registered_on),
        ),
    ]


def _opening(layout: Layout, data: ReliefStatement) -> list[str]:
    title = layout.words("secret") if data.is_secret else quoted(data.title)[1:-1]
    first = fill(layout, "opening", {"title": title})
    if data.registered_on:
        first += fill(layout, "registered", {"day": date_text(data.registered_on)})
    else:
        first += layout.words("unregistered")
    counts = []
    for word in dict.fromkeys(r.result for r in data.results):
        same = [r for r in data.results if r.result == word]
        if word in LIVE:
            names = "、".join(_named(r) for r in same)
            values = {"words": same[0].words, "n": len(same), "names": names}
            counts.append((LIVE.index(word), fill(layout, "count", values)))
        else:
            counts.append((9, f"{same[0].words}{len(same)}项"))
    texts = [first, fill(layout, "overall", {"counts": "，".join(text for _at, text in sorted(counts))})]
    if data.is_stale:
        texts.append(layout.words("stale"))
    if data.gets_nothing:
        name = "nothing_service" if data.kind in ("CON", "SVC") else "nothing_other"
        kind = fill(layout, name, {"kind": data.kind_name})
        others = [_named(r) for r in data.results if r.result in LIVE]
        if others:
            kind += fill(layout, "still_open", {"names": "、".join(others)})
        texts.append(kind)
    return texts


def _named(result: ReliefResult) -> str:
    return result.name.replace(" ", "")


def _summary(layout: Layout, result: ReliefResult) -> tuple[str, str, str, str]:
    return (_named(result), layout.labels[result.beneficiary], result.words, _short(layout, result))


def _short(layout: Layout, result: ReliefResult) -> str:
    if result.result == "cannot_tell" and not result.open:
        return layout.words("short_cannot_tell_else")
    if result.result == "cannot_tell":
        return fill(layout, "short_cannot_tell", {"n": len(result.open)})
    if result.result in ("not_supported", "not_applicable"):
        return _why(layout, result)
    return layout.words(f"short_{result.result}")


def _why(layout: Layout, result: ReliefResult) -> str:
    """The first condition that fails, on one line."""
    if not result.failing:
        return layout.words("short_not_applicable")
    first = result.failing[0]
    values = {"code": _code(first), "short": first.short, "words": first.words}
    return fill(layout, "short_failing", values)


def _code(condition: Condition) -> str:
    return condition.id.rpartition(".")[2]


def _codes(conditions: Collection[Condition]) -> str:
    return "、".join(_code(c) for c in conditions)


def tight(text: str) -> str:
    """Words of the screen as paper has them: no gaps between figures and Chinese, days in Chinese."""
    return _GAP.sub("", _ISO.sub(lambda day: date_text(date.fromisoformat(day[0])), text))


def source_words(layout: Layout, source: Source) -> str:
    """A source as paper may name it: the article only where it is verified."""
    if source.confidence == "verified":
        return cited(source.instrument, source.article)
    return cited(source.instrument) + layout.words("unverified")


def _basis(layout: Layout, condition: Condition) -> str:
    words = "；".join(source_words(layout, s) for s in condition.sources)
    mark = layout.words("unverified")
    return words if condition.confidence == "verified" or mark in words else words + mark


class _Sources:
    """The sources of one section, each named once and given a number for the table."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._found: dict[str, int] = {}

    def numbers(self, condition: Condition) -> str:
        """Numbers of the sources of a condition, and 待核 unless it is well known."""
        words = [source_words(self._layout, s) for s in condition.sources]
        numbers = [self._found.setdefault(text, len(self._found) + 1) for text in words]
        shown = "".join(f"[{n}]" for n in numbers)
        return shown if condition.confidence == "verified" else shown + self._layout.words("to_verify")

    def words(self) -> str:
        """The list under the table."""
        items = [
            fill(self._layout, "basis_item", {"n": n, "words": words}) for words, n in self._found.items()
        ]
        return "；".join(items) + "。"


def _proof(layout: Layout, condition: Condition) -> str:
    if condition.answered_by == "person":
        said = "，".join(filter(None, [condition.evidence, condition.remark]))
        by = condition.by or _("登记员")
        return fill(layout, "person_said" if said else "person_bare", {"by": by, "evidence": said})
    fields = form_fields(condition)
    if condition.answered_by == "data" and fields:
        return fill(layout, "data_from", {"fields": "、".join(fields)})
    wanted = condition.wanted_evidence
    return fill(layout, "wanted", {"evidence": wanted}) if wanted else "—"


def _section(press: Press, data: ReliefStatement, result: ReliefResult, index: int) -> list[Band]:
    layout, labels = press.layout, press.layout.labels
    who = {"seller": data.sellers, "buyer": data.buyers}.get(result.beneficiary, ())
    whom = labels[result.beneficiary] + "".join(who[:1]) if len(who) == 1 else labels[result.beneficiary]
    values = {"index": han_number(index), "name": _named(result), "who": whom, "words": result.words}
    bands = [heading(press, fill(layout, "heading", values)), gap(1.0, is_heading=True)]
    bands += paragraph(press, _conclusion(layout, result))
    for remark in result.remarks:
        bands += paragraph(press, tight(remark))
    bands += labelled(press, labels["law"], _law(layout, data, result))
    concerned = [c for c in result.conditions if c.answer != "not_applicable"]
    sources = _Sources(layout)
    rows = [(_code(c), c.question, c.words, _proof(layout, c), sources.numbers(c)) for c in concerned]
    bands += table(press, "conditions", rows)
    bands += labelled(press, labels["basis"], sources.words())
    aside = [c for c in result.conditions if c.answer == "not_applicable"]
    if aside:
        bands += labelled(
            press, labels["not_concerned"], "；".join(f"{_code(c)} {c.short}" for c in aside) + "。"
        )
    bands += _amounts(press, result)
    if result.open and result.result == "cannot_tell":
        bands += labelled(press, labels["missing"], fill(layout, "missing_all", {"n": len(result.open)}))
        for condition in result.open:
            bands += paragraph(press, _missing(layout, condition) + "。")
    bands += labelled(press, labels["changes"], _changes(layout, data, result))
    if result.result not in LIVE:
        return bands
    if result.papers:
        bands += labelled(press, labels["keep"], "、".join(result.papers) + "。")
    if result.deadlines:
        bands += labelled(press, labels["deadlines"], _deadlines(layout, data, result))
    if others := _combined(layout, data, result):
        bands += labelled(press, labels["combine"], "；".join(others) + "。")
    if known := data.rejections.get(result.relief, ()):
        bands += labelled(press, labels["rejections"], "；".join(known) + "。")
    return bands


def _conclusion(layout: Layout, result: ReliefResult) -> str:
    if result.relief == "VAT-OTHER" and result.result == "supported":
        return layout.words("any_of")
    if result.result == "no_rule":
        assert result.on is not None
        return fill(layout, "no_rule", {"date": result.date_words, "day": date_text(result.on)})
    if result.result == "cannot_tell":
        parts = []
        if result.open:
            parts.append(fill(layout, "cannot_tell", {"n": len(result.open), "codes": _codes(result.open)}))
        if result.failing:
            parts.append(fill(layout, "cannot_tell_else", {"codes": _codes(result.failing)}))
        return "".join(parts) or layout.words("short_cannot_tell_else")
    words = layout.words(result.result)
    bare = [c for c in result.conditions if c.answered_by == "person" and not (c.evidence or c.remark)]
    doubtful = [c for c in result.conditions if c.answer == "yes" and c.confidence != "verified"]
    for name, conditions in (("without_proof", bare), ("with_doubt", doubtful)):
        if conditions:
            words += fill(layout, name, {"codes": _codes(conditions)})
    return words


def _law(layout: Layout, data: ReliefStatement, result: ReliefResult) -> str:
    assert result.on is not None
    rule = "；".join(source_words(layout, s) for s in result.rule_sources) or result.rule_label
    values = {"date": result.date_words, "day": date_text(result.on), "rule": rule}
    words = fill(layout, "law_today" if result.picked_by == "on" else "law", values)
    end = data.ends.get(result.relief)
    if end is not None and result.rule_until == end:
        words += fill(layout, "law_until", {"day": date_text(date.fromordinal(end.toordinal() - 1))})
    return words


def _amounts(press: Press, result: ReliefResult) -> list[Band]:
    if not result.figures:
        return []
    layout = press.layout
    words = layout.words("if_held") if result.result == "cannot_tell" else ""
    if result.relief in BY_THE_YEAR:
        words += layout.words("one_contract")
    rows = [_figure(figure) for figure in result.figures]
    bands = labelled(press, layout.labels["amounts"], words) if words else []
    return [*bands, *table(press, "figures", rows)]


def _figure(figure: Figure) -> tuple[str, str, str]:
    return (figure.label, amount_text(figure.amount).removeprefix("¥"), tight(figure.formula) or "—")


def _missing(layout: Layout, condition: Condition) -> str:
    name = "ask_judge" if condition.answer == "needs_human" else f"ask_{condition.whom or 'nobody'}"
    wanted = condition.wanted_evidence
    ask = fill(layout, name, {"evidence": wanted}) if wanted else ""
    return fill(
        layout, "missing_item", {"code": _code(condition), "question": condition.question, "ask": ask or " "}
    )


def _no(condition: Condition) -> str:
    return condition.rule.outcomes["no"][0]


def _changes(layout: Layout, data: ReliefStatement, result: ReliefResult) -> str:
    words = ""
    if result.result == "cannot_tell" and result.open:
        hard = [c for c in result.open if _no(c) not in _HARMLESS and not _no(c).startswith("NEXT")]
        less = [c for c in result.open if _no(c) == "DEDUCT"]
        other = [c for c in result.open if _no(c).startswith("NEXT")]
        if not result.failing:
            words += fill(layout, "change_all", {"best": RESULT_WORDS[result.best]})
        for name, conditions in (("change_hard", hard), ("change_deduct", less), ("change_else", other)):
            if conditions:
                one = "_one" if name == "change_hard" and len(conditions) == 1 else ""
                words += fill(layout, name + one, {"codes": _codes(conditions)})
    elif result.result == "supported_once_registered":
        words += layout.words("change_registered")
    if result.result == "no_rule":
        return layout.words("change_law")
    end = data.ends.get(result.relief)
    if end is not None:
        words += fill(layout, "change_rule", {"date": result.date_words, "day": date_text(end)})
    return words + layout.words("change_ended")


def _refusal(layout: Layout, result: ReliefResult) -> str:
    """Why a relief is not supported, where that stands, and what would have to be otherwise."""
    reasons = []
    for condition in result.failing:
        words = fill(
            layout,
            "why",
            {"code": _code(condition), "question": condition.question, "words": condition.words},
        )
        follows = condition.consequence
        if follows and follows not in ("不适用", "待核"):
            words += f"；{follows}"
        words += "；" + fill(layout, "why_basis", {"basis": _basis(layout, condition)})
        reasons.append(words + "。")
    due = layout.words("stamp_due") if result.relief == "STAMP" else ""
    return "".join(reasons) + due + _turn(layout, result)


def _turn(layout: Layout, result: ReliefResult) -> str:
    if len(result.conditions) == 1 and result.conditions[0].rule.more.get("gate"):
        return layout.words("change_gate")
    if len(result.failing) > 1:
        return layout.words("change_several")
    if result.open:
        best = "cannot_tell"
    elif any(c.answer == "after_registration" for c in result.conditions):
        best = "supported_once_registered"
    else:
        best = "supported"
    return fill(layout, "change_one", {"best": RESULT_WORDS[best]})


def _deadlines(layout: Layout, data: ReliefStatement, result: ReliefResult) -> str:
    parts = []
    for due in result.deadlines:
        words = tight(due.words)
        if due.on is not None:
            name = "deadline_past" if due.on < data.decided_on else "deadline"
            name = "deadline_registered" if due.on == data.registered_on else name
            words = fill(layout, name, {"words": words, "day": date_text(due.on)})
        parts.append(words)
    return "；".join(parts) + "。"


def _combined(layout: Layout, data: ReliefStatement, result: ReliefResult) -> list[str]:
    live = {r.relief: _named(r) for r in data.results if r.result in LIVE}
    found = []
    for line in result.combine:
        other, _colon, words = line.partition(":")
        if other == "*":
            found.append(fill(layout, "combine_all", {"words": words}))
        elif other in live:
            found.append(fill(layout, "combine", {"name": live[other], "words": words}))
    return found


def _remarks(press: Press, data: ReliefStatement) -> list[Band]:
    layout = press.layout
    day = date_text(data.decided_on)
    bands = [gap(2.0), *labelled(press, layout.labels["remark"], layout.words("remark_1"))]
    bands += paragraph(press, layout.words("remark_2"))
    bands += paragraph(press, fill(layout, "remark_3", {"day": day, "version": data.law_version}))
    values = {"clerk": data.clerk, "station": data.station_name, "day": day}
    return [*bands, gap(4.0, is_heading=True), *paragraph(press, fill(layout, "sign", values))]


# --- the inquiry


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliefInquiry(Paper):
    """P27 税惠询问单: what the parties are asked before anything can be said."""

    paper: ClassVar[str] = "P27"

    serial: str
    title: str
    sellers: tuple[str, ...]
    buyers: tuple[str, ...]
    questions: tuple[Condition, ...]
    """The open conditions, each once."""
    is_secret: bool = False


def draw_relief_inquiry(paper: ReliefInquiry, out: Path | IO[bytes], *, layout: Layout | None = None) -> int:
    """The sheet as PDF; returns the number of pages. RefusedError when nothing is to be asked."""
    if not paper.questions:
        raise RefusedError(_("没有要询问的条件"), _("各项结论已经明确，可以直接打印税惠说明书"))
    return press_paper(paper, _draw_inquiry, out, layout=layout)


def _draw_inquiry(press: Press, data: ReliefInquiry) -> None:
    layout, labels = press.layout, press.layout.labels
    head = [
        (labels["serial"], data.serial),
        (labels["title"], layout.words("secret") if data.is_secret else data.title),
        (labels["seller"], "、".join(data.sellers) or "—"),
        (labels["buyer"], "、".join(data.buyers) or "—"),
    ]
    bands = [*table(press, "head", head, has_head=False), *paragraph(press, layout.words("opening"))]
    for whom in ("seller", "buyer", "both", ""):
        rows = [
            (c.id, c.question, c.wanted_evidence or "—", layout.words("answer"))
            for c in data.questions
            if c.whom == whom
        ]
        if rows:
            name = fill(layout, "heading", {"who": labels[whom or "nobody"]})
            bands += [heading(press, name), *table(press, "questions", rows)]
            if whom:
                bands += [gap(3.0, is_heading=True), *paragraph(press, layout.words("sign")), gap(3.0)]
    print_sheets(press, bands, layout.words("top"))


# --- awards


@dataclass(frozen=True, slots=True)
class AwardedPerson:
    """One person and what that person gets. No id: it is written by hand, masked."""

    name: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardSheet(Paper):
    """P14 奖酬金领取表: a form; what only the unit knows is left to it."""

    paper: ClassVar[str] = "P14"

    number: str
    title: str
    seller: str
    income: Decimal | None
    """Technical income fixed so far; None: none."""
    paid_on: date | None
    persons: tuple[AwardedPerson, ...]

    @property
    def total(self) -> Decimal:
        """What all persons get together."""
        return sum((person.amount for person in self.persons), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardNotice(Paper):
    """P17 现金奖励公示文稿: a draft for the seller, who issues it. Nobody's id stands in it."""

    paper: ClassVar[str] = "P17"

    number: str
    seller: str
    result: str
    objects: tuple[str, ...]
    is_licence: bool
    incomes: tuple[tuple[Decimal, date], ...]
    registered_on: date
    technology_amount: Decimal
    paid_on: date | None
    first: date | None
    last: date | None
    days: int
    """Working days from ``first`` to ``last``, both counted."""
    persons: tuple[AwardedPerson, ...]


def draw_award_sheet(paper: AwardSheet, out: Path | IO[bytes], *, layout: Layout | None = None) -> int:
    """The form as PDF; returns the number of pages."""
    return press_paper(paper, _draw_award_sheet, out, layout=layout)


def draw_award_notice(paper: AwardNotice, out: Path | IO[bytes], *, layout: Layout | None = None) -> int:
    """The draft as PDF; returns the number of pages."""
    return press_paper(paper, _draw_award_notice, out, layout=layout)


def _draw_award_sheet(press: Press, data: AwardSheet) -> None:
    layout, labels = press.layout, press.layout.labels
    by_unit = layout.words("by_unit")
    income = layout.words("unknown") if data.income is None else amount_text(data.income)
    head = [
        (labels["number"], data.number),
        (labels["title"], data.title),
        (labels["seller"], data.seller),
        (labels["income"], income),
        *((labels[name], by_unit) for name in ("costs", "net", "share")),
        (labels["total"], f"{amount_text(data.total)}（{capital_text(data.total)}）"),
        (labels["paid_on"], date_text(data.paid_on) if data.paid_on else by_unit),
    ]
    rows = [
        (str(n), person.name, "", "", amount_text(person.amount).removeprefix("¥"), "")
        for n, person in enumerate(data.persons, 1)
    ]
    rows.append(("", layout.words("sum"), "", "", amount_text(data.total).removeprefix("¥"), ""))
    bands = [*table(press, "head", head, has_head=False), *table(press, "persons", rows)]
    bands += [*paragraph(press, layout.words("ids")), gap(8.0), *paragraph(press, layout.words("sign"))]
    print_sheets(press, bands, layout.words("top"))


def notice_text(data: AwardNotice, layout: Layout) -> tuple[str, ...]:
    """The draft as paragraphs, its heading first: for paper and for a text file that the unit completes."""
    by_unit = layout.words("by_unit")
    incomes = "、".join(
        fill(layout, "income", {"amount": amount_text(amount), "day": date_text(day)})
        for amount, day in data.incomes
    )
    persons = "；".join(
        fill(layout, "person", {"name": person.name, "post": by_unit, "work": by_unit})
        for person in data.persons
    )
    total = sum((person.amount for person in data.persons), Decimal(0))
    values = {
        "result": quoted(data.result)[1:-1],
        "objects": "、".join(data.objects) or by_unit,
        "way": layout.words("licence" if data.is_licence else "transfer"),
        "incomes": incomes or by_unit,
        "persons": persons,
        "total": f"{amount_text(total)}（{capital_text(total)}）",
        "paid_on": date_text(data.paid_on) if data.paid_on else by_unit,
        "station": data.station_name,
        "number": data.number,
        "registered_on": date_text(data.registered_on),
        "technology_amount": amount_text(data.technology_amount),
        "first": date_text(data.first) if data.first else by_unit,
        "last": date_text(data.last) if data.last else by_unit,
        "days": data.days or by_unit,
        "office": by_unit,
        "seller": data.seller,
    }
    names = ["heading", "opening", "result", "persons", "awards", "contract", "period"]
    texts = [fill(layout, name, values) for name in names]
    if data.first and data.last and data.days < layout.numbers["least_days"]:
        texts.append(layout.words("short"))
    return (*texts, fill(layout, "sign", values))


def _draw_award_notice(press: Press, data: AwardNotice) -> None:
    title, *texts, sign = notice_text(data, press.layout)
    bands = [gap(4.0)]
    for text in texts:
        bands += paragraph(press, text)
    size, width = press.layout.numbers["text_size"], press.box("table").w
    bands += [gap(14.0, is_heading=True), text_band(sign, SONG, size, width, align="R")]
    print_sheets(press, bands, press.layout.words("top"), title)
