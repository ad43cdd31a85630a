"""How text, amounts, dates and numbers look on paper. Pure functions; nothing here draws."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from desktop.errors import RefusedError
from desktop.resources import _
from desktop.rules.capital import capital, read_capital

CEILING = Decimal("9999999999.99")
"""The largest amount a contract may carry on paper."""

_HAN = (
    "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # ideographs and 〇
    "\u3001\u3002\u3008-\u3011\u3014\u3015\u201c\u201d\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f"  # marks
)
_IS_HAN = re.compile(f"[{_HAN}]")
_FULL = str.maketrans(",;:?!()", "，；：？！（）")
_STOPS = re.compile(r"[^\S\n]*([,;:?!])[^\S\n]*")
_SPLIT_STOPS = re.compile(rf"(?<=[{_HAN}])[^\S\n]*[,;:?!]|[,;:?!][^\S\n]*(?=[{_HAN}])")


def paper_text(text: str) -> str:
    """The text as it stands on paper: , ; : ? ! ( ) and straight quotes become full-width beside Chinese.

    Nothing changes inside numbers, codes and times (1,280,000.00; 10:30; R-DEV-02). A pair of brackets is
    changed together. Spaces at the ends, and around a mark that was changed, go. Applied twice it changes
    nothing more.
    """
    text = _quotes(text.strip())
    while (wider := _stops(_brackets(text)).strip()) != text:
        text = wider  # a mark just widened counts as Chinese for its neighbour
    return text


def _is_chinese(char: str) -> bool:
    return bool(char) and _IS_HAN.match(char) is not None


def _stops(text: str) -> str:
    def widen(match: re.Match[str]) -> str:
        before = text[match.start() - 1] if match.start() else ""
        after = text[match.end()] if match.end() < len(text) else ""
        return match[1].translate(_FULL) if _is_chinese(before) or _is_chinese(after) else match[0]

    # A run of marks beside one Chinese character is widened one mark a round.
    while (wider := _STOPS.sub(widen, text)) != text:
        text = wider
    return text


def _brackets(text: str) -> str:
    chars = list(text)
    while pairs := [pair for pair in _pairs(chars) if _touches_chinese(chars, *pair)]:
        for opening, closing in pairs:
            chars[opening], chars[closing] = "（", "）"
    paired = {place for pair in _pairs(chars) for place in pair}
    for place, char in enumerate(chars):
        beside = chars[max(place - 1, 0) : place] + chars[place + 1 : place + 2]
        if char in "()" and place not in paired and any(map(_is_chinese, beside)):
            chars[place] = char.translate(_FULL)
    return "".join(chars)


def _pairs(chars: list[str]) -> list[tuple[int, int]]:
    found, waiting = [], list[int]()
    for place, char in enumerate(chars):
        if char in "(（":
            waiting.append(place)
        elif char in ")）" and waiting:
            opening = waiting.pop()
            if "(" in chars[opening] or ")" in chars[place]:
                found.append((opening, place))
    return found


def _touches_chinese(chars: list[str], opening: int, closing: int) -> bool:
    before = chars[opening - 1] if opening else ""
    after = chars[closing + 1] if closing + 1 < len(chars) else ""
    inside = chars[opening + 1 : closing]
    mixed = chars[opening] == "（" or chars[closing] == "）"
    return mixed or any(map(_is_chinese, [before, after, *inside[:1], *inside[-1:]]))


def _quotes(text: str) -> str:
    if text.count('"') % 2 or not _IS_HAN.search(text):
        return text
    parts = text.split('"')
    return "".join(
        part + ("" if place == len(parts) - 1 else "”" if place % 2 else "“")
        for place, part in enumerate(parts)
    )


def half_width_left(text: str) -> list[str]:
    """Half-width marks that still stand beside a Chinese character; empty for text that went through here."""
    return _SPLIT_STOPS.findall(text) + re.findall(rf"[{_HAN}]\(|\([{_HAN}]|[{_HAN}]\)|\)[{_HAN}]", text)


def quoted(title: str) -> str:
    """A contract's title in “ ”; quotation marks inside it become ‘ ’."""
    return f"“{paper_text(title).replace('“', '‘').replace('”', '’')}”"


def date_text(day: date) -> str:
    """2026年3月5日."""
    return f"{day.year}年{day.month}月{day.day}日"


def grouped(number: str) -> tuple[str, ...]:
    """A number in groups of four, for drawing with gaps; the text itself gets no space."""
    return tuple(number[place : place + 4] for place in range(0, len(number), 4))


def masked_id(number: str) -> str:
    """A personal id as paper may show it: the first three and the last four, the rest hidden."""
    return number[:3] + "*" * max(len(number) - 7, 0) + number[-4:] if len(number) > 7 else "*" * len(number)


def amount_text(amount: Decimal, unit: str = "yuan") -> str:
    """¥1,234,567.89; in 万元 (unit ``wan``) to six decimals without trailing zeros, so that no fen is lost.

    Raises RefusedError for more than two decimals, a negative amount, or more than the ceiling.
    """
    check_amount(amount)
    if unit == "wan":
        text = f"{amount / 10000:,.6f}".rstrip("0").rstrip(".")
        return f"¥{text}万元"
    return f"¥{amount:,.2f}"


def check_amount(amount: Decimal) -> None:
    """Refuse what cannot stand on paper: fractions of a fen, minus signs, more than 9,999,999,999.99."""
    if not amount.is_finite() or amount != round(amount, 2):
        raise RefusedError(_("金额{amount}不是到分为止的数").format(amount=amount), _("请核对金额后再打印"))
    if amount < 0 or amount > CEILING:
        raise RefusedError(
            _("金额{amount}超出可以打印的范围").format(amount=f"{amount:,.2f}"),
            _("金额应在 0 到 9,999,999,999.99 元之间，请核对后再打印"),
        )


def capital_text(amount: Decimal) -> str:
    """人民币 and the amount in 大写; refused unless reading it back gives the same fen."""
    check_amount(amount)
    text = capital(amount)
    if read_capital(text) != amount:
        raise RefusedError(
            _("金额{amount}的大写“{text}”与数字不一致，没有打印").format(amount=f"{amount:,.2f}", text=text),
            _("请把这一情况报系统维护人员；在改正前请勿手写补填"),
        )
    return f"人民币{text}"


_DIGITS = "零一二三四五六七八九"


def han_number(number: int) -> str:
    """1 to 99 in Chinese counting words, for 第二联 and the like; larger numbers in figures."""
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else _DIGITS[tens] + "十"
    return head + (_DIGITS[ones] if ones else "")


def legal_basis(accepted_on: date, *, article: str = "", is_verified: bool = False) -> str:
    """The instrument a decision rests on, by the day of acceptance.

    The article is printed only from a row marked verified; otherwise the instrument alone is named.
    """
    if accepted_on < date(2026, 3, 1):
        base = "《技术合同认定登记管理办法》（国科发政字〔2000〕063号）"
    else:
        base = "工业和信息化部《技术合同认定登记管理办法》"
    return base + article if is_verified else base


_LAW = re.compile(r"([^《》（）\s]*?(?:法|条例|规则|办法))(（.*）)?")
_PLACE = re.compile(
    r"(附件\d+)?[^\S\n]*(第)?([一二三四五六七八九十百]+)(条)?(?:（([一二三四五六七八九十]+)）)?(\d+)?"
)


def cited(instrument: str, article: str = "") -> str:
    """An instrument and its place as a letter cites them: 《增值税法》第二十八条, 财税〔2015〕116号第二条."""
    law = _LAW.fullmatch(instrument)
    name = f"《{law[1]}》{law[2] or ''}" if law else instrument
    if not (place := _PLACE.fullmatch(article)):
        return name + article
    item = f"第（{place[5]}）项" if place[5] else ""
    point = f"第{place[6]}目" if place[6] else ""
    return f"{name}{place[1] or ''}第{place[3]}条{item}{point}"
