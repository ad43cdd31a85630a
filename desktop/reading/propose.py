"""What a contract's text lets us propose for the form, each with the sentence it was read from; and hints.

A proposal is never a fact: the clerk takes it over or not. Where the text says two different things, both are
proposed. Nothing is proposed from a place that only looks alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from desktop.errors import Problem, RefusedError
from desktop.reading.document import DocumentText, Paragraph, plain
from desktop.resources import _
from desktop.rules.amounts import parse_amount, parse_date
from desktop.rules.facts import LONG_TERM
from desktop.rules.identifiers import check_credit_code


@dataclass(frozen=True, slots=True)
class Proposal:
    """One value read from the text."""

    field: str
    """English field name; parties as ``seller.name``, ``buyer.id_number``."""
    value: str | Decimal | date
    clause: str
    page: int
    sentence: str
    doubt: str = ""
    """Why it may be wrong; empty when the text is plain."""


_BUYERS: Final = "甲方|委托人|委托方|受让人|受让方|被许可方|被许可人|买方|应用方|Licensee"
_SELLERS: Final = (
    "乙方|受托人|受托方|研究开发人|让与人|让与方|许可方|许可人|卖方|培训方|中介人|顾问方|Licensor"
)
_PARTY: Final = re.compile(
    r"^(?P<label>[^：:，。；]{2,24})[：:]\s*(?P<name>[^，。；（(]{2,80}(?:（[^（）]{1,20}）)?)"
)
_NOT_A_PARTY: Final = re.compile(r"电话|地址|代表|账号|开户|邮|联系|签字|盖章|日期|权利人")
_SEAL: Final = re.compile(r"[（(](?:公?章|盖章|签章|签字|签名|签字或盖章|合同专用章)[）)]$")
_CODE: Final = re.compile(r"(?:统一社会信用代码|信用代码)\s*[:：]?\s*([0-9A-Z]{18})")
_TITLE: Final = re.compile(r"^(?:合同|项目)名称\s*[:：]\s*(.+)$")
_TOTAL: Final = re.compile(
    r"(?:合同|本合同)?(?:总价款|总价|成交总?额|交易总额|价款总额|总金额|经费和报酬总额)[^0-9¥￥壹贰叁肆伍陆柒捌玖，。；]{0,8}"
)
_TECHNOLOGY: Final = re.compile(r"技术交易额[^0-9¥￥壹贰叁肆伍陆柒捌玖，。；]{0,8}")
_CAPITALS: Final = re.compile(
    r"[零壹贰叁肆伍陆柒捌玖拾佰仟万亿]+[元圆](?:整|[零壹贰叁肆伍陆柒捌玖]角(?:[零壹贰叁肆伍陆柒捌玖]分|整)?|零?[壹贰叁肆伍陆柒捌玖]分)?"
)
_FIGURES: Final = re.compile(r"[¥￥]?\s*(\d[\d,]*(?:\.\d+)?)\s*(万?)\s*元?")
_DAY: Final = r"\d{4}\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}\s*日?"
_SIGNED: Final = re.compile(rf"(?:签订|签署)(?:日期|时间)\s*[:：]?\s*({_DAY})")
_TERM: Final = re.compile(rf"有效期(?:限)?.{{0,8}}?({_DAY})\s*起?[，,]?\s*(?:至|到|—|-|~)\s*({_DAY})")
_LONG: Final = re.compile(rf"有效期(?:限)?.{{0,8}}?({_DAY})\s*起?[，,]?.{{0,4}}长期")


def propose(document: DocumentText, today: date) -> tuple[Proposal, ...]:
    """Title, parties, amounts and dates that the text states, in the order of the form, each value once."""
    found: list[Proposal] = []
    seen: set[tuple[str, str]] = set()
    for proposal in (*_titles(document), *_parties(document), *_amounts(document), *_dates(document, today)):
        key = (proposal.field, plain(str(proposal.value)))
        if key not in seen:
            seen.add(key)
            found.append(proposal)
    return tuple(found)


def _made(field: str, value: str | Decimal | date, p: Paragraph, text: str, doubt: str = "") -> Proposal:
    return Proposal(field, value, p.clause, p.page, text.strip(), doubt)


def _titles(document: DocumentText) -> Iterator[Proposal]:
    for paragraph in document.paragraphs:
        if match := _TITLE.match(paragraph.text.strip()):
            yield _made("title", match[1].strip(), paragraph, paragraph.text)


def _parties(document: DocumentText) -> Iterator[Proposal]:
    for paragraph in document.paragraphs:
        text = re.sub(r"^\d+(?:\.\d+)*[\s　]+", "", paragraph.text.strip())
        match = _PARTY.match(text)
        if match is None or _NOT_A_PARTY.search(match["label"]):
            continue
        role = _role(match["label"])
        if not role:
            continue
        yield _made(f"{role}.name", _SEAL.sub("", match["name"]).strip(), paragraph, text)
        for code in _CODE.findall(text):
            checked = check_credit_code(code)
            yield _made(f"{role}.id_number", checked.value, paragraph, text, checked.message)


def _role(label: str) -> str:
    """``buyer`` or ``seller`` by the first word of a label that names one of them."""
    buyer, seller = re.search(_BUYERS, label), re.search(_SELLERS, label)
    if buyer and seller:
        if "被许可" in label:
            return "buyer"
        return "buyer" if buyer.start() < seller.start() else "seller"
    return "buyer" if buyer else "seller" if seller else ""


def _amounts(document: DocumentText) -> Iterator[Proposal]:
    for field, pattern in (("contract_amount", _TOTAL), ("technology_amount", _TECHNOLOGY)):
        for sentence in document.sentences():
            match = pattern.search(sentence.text)
            if match is None or "%" in sentence.text[match.end() : match.end() + 12]:
                continue
            rest = sentence.text[match.end() : match.end() + 80]
            value, doubt = _amount(rest)
            if value is not None:
                yield Proposal(field, value, sentence.clause, sentence.page, sentence.text, doubt)


def _amount(text: str) -> tuple[Decimal | None, str]:
    """The amount a phrase begins with; a doubt where capitals and figures differ."""
    words = _CAPITALS.match(text)
    figures = _FIGURES.search(text[words.end() : words.end() + 24] if words else text)
    if not words and (figures is None or figures.start() > 2):
        return None, ""
    try:
        from_words = parse_amount(words[0]).amount if words else None
        from_figures = parse_amount(f"{figures[1]}{figures[2]}").amount if figures else None
    except RefusedError as exc:
        return None, exc.message
    if from_words is not None and from_figures is not None and from_words != from_figures:
        return from_words, _("大写与小写 {figures} 不一致").format(figures=figures[0] if figures else "")
    return (from_words if from_words is not None else from_figures), ""


def _dates(document: DocumentText, today: date) -> Iterator[Proposal]:
    for paragraph in document.paragraphs:
        text = paragraph.text
        for field, day in _days(text, today):
            yield _made(field, day, paragraph, text)


def _days(text: str, today: date) -> Iterator[tuple[str, date]]:
    written: list[tuple[str, str]] = []
    if match := _SIGNED.search(text):
        written.append(("signed_on", match[1]))
    if match := _TERM.search(text):
        written += [("valid_from", match[1]), ("valid_until", match[2])]
    elif match := _LONG.search(text):
        written.append(("valid_from", match[1]))
        yield "valid_until", LONG_TERM
    for field, day in written:
        try:
            yield field, parse_date("".join(day.split()), today)
        except RefusedError:
            continue


_CLAUSES: Final = (
    ("项目名称", ("项目名称", "合同名称")),
    ("标的内容、范围和要求", ("标的", "研究开发目标", "服务内容", "咨询内容", "培训内容", "许可内容")),
    ("履行计划、地点和方式", ("计划", "进度", "履行地点", "履行方式")),
    ("保密", ("保密",)),
    ("技术成果归属和收益分配", ("归属", "归双方", "归甲方", "归乙方", "知识产权")),
    ("验收标准和方法", ("验收",)),
    ("价款及支付", ("价款", "报酬", "使用费", "总价", "经费")),
    ("履行期限", ("期限", "有效期")),
    ("风险责任", ("风险",)),
    ("违约责任", ("违约",)),
    ("争议解决", ("争议",)),
    ("名词术语解释", ("名词", "术语")),
)
"""Clauses that 民法典 第八百四十五条 and the model texts name; their absence is a hint, never a fault."""


def missing_clauses(document: DocumentText) -> tuple[Problem, ...]:
    """A note for each customary clause of which the text shows no word; nothing for a scan."""
    if document.is_scan or not document.paragraphs:
        return ()
    text = plain(document.text)
    return tuple(
        Problem(
            _("合同正文"),
            "",
            _("合同未见“{clause}”条款").format(clause=clause),
            _("只作提示（民法典第八百四十五条）；没有约定也可以登记"),
            "note",
            "D10",
        )
        for clause, words in _CLAUSES
        if not any(plain(word) in text for word in words)
    )
