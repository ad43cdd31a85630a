"""What a clerk types into the search box: amounts and days are conditions, the rest is looked for as text."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from desktop.errors import RefusedError
from desktop.resources import _
from desktop.rules.amounts import format_yuan

_NUMBER = r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_UNIT = r"(亿元?|千万元?|百万元?|万元?|元)?"
_UNITS: Final = {"亿": 10**8, "千万": 10**7, "百万": 10**6, "万": 10**4, "": 1}
_BETWEEN = re.compile(rf"{_NUMBER}{_UNIT}(?:-|~|至|到|\.\.){_NUMBER}{_UNIT}")
_ABOVE = re.compile(rf"(>=|>|≥|大于|超过|不低于|不少于){_NUMBER}{_UNIT}")
_BELOW = re.compile(rf"(<=|<|≤|小于|低于|不到|不超过){_NUMBER}{_UNIT}")
_BOUND = re.compile(rf"{_NUMBER}{_UNIT}(以上|以下|起|以内)")
_EXACT = re.compile(rf"(¥?){_NUMBER}{_UNIT}")
_MONTH = re.compile(r"(?:19|20)\d\d\.(?:0?[1-9]|1[0-2])")
_DAY = (
    r"\d{4}(?:-\d{1,2}(?:-\d{1,2})?|/\d{1,2}(?:/\d{1,2})?|\.\d{1,2}(?:\.\d{1,2})?"
    r"|年(?:\d{1,2}月(?:\d{1,2}日)?)?)"
)
_DAYS = re.compile(rf"(登记|签订|受理)?[:：]?(?:({_DAY})(\.\.|~|至|到|起|以来)?({_DAY})?|(?:\.\.|~)({_DAY}))")
DAY_WORDS: Final = {"": "day", "登记": "registered_on", "签订": "signed_on", "受理": "accepted_on"}
"""What stands before a day → which day of the contract; nothing: the day the list shows."""
CENT = Decimal("0.01")
TOO_MUCH = Decimal(10) ** 15
"""Yuan that no contract has; the database counts fen and holds ninety times as much."""
EITHER_AT_MOST = 3
"""Words of one search that are looked for as a number and as an amount: every choice is asked by itself."""
KEPT_AT_MOST = 9
"""Kept searches of one person: each has a digit."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """合同成交额 from ``low`` to ``high`` yuan, both included; None: open at this end."""

    low: Decimal | None = None
    high: Decimal | None = None

    def code(self) -> str:
        """``1000000.00..2000000.00``: as a filter keeps it."""
        return f"{'' if self.low is None else self.low}..{'' if self.high is None else self.high}"

    def words(self) -> str:
        """As a clerk would say it."""
        if self.low is not None and self.high is not None:
            return _("成交额 {low} 至 {high} 元").format(
                low=format_yuan(self.low), high=format_yuan(self.high)
            )
        if self.low is not None:
            return _("成交额 {low} 元以上").format(low=format_yuan(self.low))
        return _("成交额 {high} 元以下").format(high=format_yuan(self.high or Decimal(0)))


@dataclass(frozen=True, slots=True)
class Days:
    """One of the contract's days from ``first`` to ``last``, both included; None: open at this end."""

    name: str = "day"
    """``day`` (登记日, for what is not registered 受理日), ``registered_on``, ``accepted_on``,
    ``signed_on``.
    """
    first: date | None = None
    last: date | None = None

    def code(self) -> str:
        """``2026-07-01..2026-07-31``: as a filter keeps it."""
        first = self.first.isoformat() if self.first else ""
        return f"{first}..{self.last.isoformat() if self.last else ''}"

    def words(self) -> str:
        """As a clerk would say it."""
        name = day_words()[self.name]
        if self.first and self.last:
            if self.first == self.last:
                return _("{name} {day}").format(name=name, day=self.first)
            return _("{name} {first} 至 {last}").format(name=name, first=self.first, last=self.last)
        if self.first:
            return _("{name} {first} 起").format(name=name, first=self.first)
        return _("{name} 到 {last} 止").format(name=name, last=self.last)


def day_words() -> dict[str, str]:
    """Name of a day that can be asked for → what a clerk calls it."""
    return {
        "day": _("登记日"),
        "registered_on": _("登记日期"),
        "accepted_on": _("受理日期"),
        "signed_on": _("签订日期"),
    }


@dataclass(frozen=True, slots=True)
class Asked:
    """The words typed, taken apart."""

    text: str = ""
    amounts: tuple[Amounts, ...] = ()
    days: tuple[Days, ...] = ()
    exact: tuple[Decimal, ...] = ()
    """Sums in yuan, each of them the 合同成交额 or the 技术交易额."""
    either: tuple[tuple[str, Decimal], ...] = ()
    """Words of ``text`` that may be part of a number or be such a sum, with the sum in yuan."""

    def words(self) -> str:
        """The conditions said again; empty when there are none."""
        said = [part.words() for part in self.amounts]
        said += [_("成交额或技术额 {amount} 元").format(amount=format_yuan(one)) for one in self.exact]
        said += [
            _("编号等含 {word} 或成交额、技术额为 {amount} 元").format(word=word, amount=format_yuan(one))
            for word, one in self.either
        ]
        said += [part.words() for part in self.days]
        return "；".join(said)


def take_apart(typed: str) -> Asked:
    """``启衡 100万-200万 2026-07..`` → text 启衡, amounts, days. What is neither stays text.

    A range of amounts needs a unit or a sign (``>50万``, ``100-200万``, ``500000元以上``). One sum may stand
    bare: ``486,000`` and ``486000.00`` are nothing else, ``486000`` (four to nine digits) may as well be a
    part of a number, ``2026.07`` is a month. Raises RefusedError for a day that does not exist, for a range
    that ends before it begins and from ``TOO_MUCH`` on.
    """
    rest: list[str] = []
    amounts: list[Amounts] = []
    days: list[Days] = []
    exact: list[Decimal] = []
    either: dict[str, Decimal] = {}
    for word in unicodedata.normalize("NFKC", typed).split():
        if (amount := _amounts(word)) is not None:
            amounts.append(amount)
        elif (one := _exact(word)) is not None:
            yuan, is_sure = one
            if is_sure:
                exact.append(yuan)
            else:
                rest.append(word)
                either[word] = yuan
        elif (span := _days(word)) is not None:
            days.append(span)
        else:
            rest.append(word)
    digits = "".join(rest)
    is_in_groups = len(rest) > 1 and digits.isdigit() and len(digits) >= 8  # one number
    if is_in_groups or len(either) > EITHER_AT_MOST:
        either.clear()
    return Asked(" ".join(rest), tuple(amounts), tuple(days), tuple(exact), tuple(either.items()))


@dataclass(frozen=True, slots=True)
class Question:
    """Words and filters together: of each group one must hold."""

    text: str
    amounts: tuple[tuple[Amounts, ...], ...]
    days: tuple[tuple[Days, ...], ...]
    words: str
    """What was understood in the words typed."""
    places: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(``seller`` or ``buyer``, places as ``desktop.statistics.report.PLACES``) of the first-named one."""
    fields: tuple[str, ...] = ()
    """Technical fields, empty for none."""
    exact: tuple[Decimal, ...] = ()
    """As in ``Asked``: all must hold."""
    either: tuple[tuple[str, Decimal], ...] = ()
    """As in ``Asked``."""


PLACE_FILTERS: Final = {"seller_place": "seller", "buyer_place": "buyer"}
"""Filters that the page 统计 hands over with a row of its flow table."""
FROM_STATISTICS: Final = (*PLACE_FILTERS, "field")
"""Filters that only come with a figure of 统计: shown together, taken away together."""


def place_filter_words() -> dict[str, tuple[str, dict[str, str]]]:
    """Filter → what it is called, and the words of its values."""
    places = {
        "home": _("本地"),
        "province": _("本省外地"),
        "elsewhere": _("外省"),
        "abroad": _("境外·港澳台"),
        "unknown": _("所在地不明"),
    }
    return {"seller_place": (_("卖方"), places), "buyer_place": (_("买方"), places)}


def asked_of(
    typed: str, filters: Mapping[str, Sequence[str]]
) -> tuple[Question, dict[str, list[str]], tuple[str, str] | None]:
    """What is looked for; the filters that the index answers; the order as (column, ``up`` or ``down``).

    Raises RefusedError as ``take_apart`` does, and for a filter that cannot be read.
    """
    asked = take_apart(typed)
    tokens: dict[str, list[str]] = {}
    amounts: list[tuple[Amounts, ...]] = [(one,) for one in asked.amounts]
    days: list[tuple[Days, ...]] = [(one,) for one in asked.days]
    places: list[tuple[str, tuple[str, ...]]] = []
    fields: tuple[str, ...] = ()
    order: tuple[str, str] | None = None
    try:
        for name, values in filters.items():
            wanted = [str(value) for value in values]
            if not wanted:
                continue
            if name == "amount":
                amounts.append(tuple(amounts_of(value) for value in wanted))
            elif name in day_words():
                days.append(tuple(days_of(name, value) for value in wanted))
            elif name in PLACE_FILTERS:
                places.append((PLACE_FILTERS[name], tuple(wanted)))
            elif name == "field":
                fields = tuple(wanted)
            elif name == "sort":
                order = (wanted[0], wanted[1] if len(wanted) > 1 else "up")
            else:
                tokens[name] = wanted
    except (ValueError, ArithmeticError) as exc:
        raise RefusedError(_("这个查询条件读不懂：{text}").format(text=exc), _("请去掉它重新选")) from exc
    return (
        Question(
            asked.text,
            tuple(amounts),
            tuple(days),
            asked.words(),
            tuple(places),
            fields,
            asked.exact,
            asked.either,
        ),
        tokens,
        order,
    )


def amounts_of(code: str) -> Amounts:
    """The range that a filter keeps. Raises ValueError for anything else."""
    low, sep, high = code.partition("..")
    if not sep or not (low or high):
        raise ValueError(code)
    return Amounts(Decimal(low) if low else None, Decimal(high) if high else None)


def days_of(name: str, code: str) -> Days:
    """The span that a filter keeps. Raises ValueError for anything else."""
    first, sep, last = code.partition("..")
    if name not in day_words() or not sep or not (first or last):
        raise ValueError(code)
    return Days(
        name, date.fromisoformat(first) if first else None, date.fromisoformat(last) if last else None
    )


def _yuan(number: str, unit: str | None) -> Decimal:
    yuan = _precise(number, unit)
    if yuan >= TOO_MUCH:
        raise RefusedError(
            _("金额太大：{number}").format(number=f"{number}{unit or ''}"), _("请核对位数和单位")
        )
    return yuan.quantize(CENT)


def _precise(number: str, unit: str | None) -> Decimal:
    return Decimal(number.replace(",", "")) * _UNITS[(unit or "").removesuffix("元")]


def _exact(word: str) -> tuple[Decimal, bool] | None:
    """One sum in yuan, and whether it can be nothing else; None for what is not one."""
    plain = word.removeprefix("金额").removeprefix("成交额").lstrip(":")
    found = _EXACT.fullmatch(plain)
    if found is None or _MONTH.fullmatch(plain):
        return None
    sign, number, unit = found.groups()
    if (precise := _precise(number, unit)) < TOO_MUCH and precise % CENT:
        return None
    whole, _point, decimals = number.partition(".")
    if sign or unit or plain != word or "," in number or (decimals and len(whole) >= 4):
        return _yuan(number, unit), True
    if decimals or (4 <= len(number) <= 9 and number[0] != "0"):
        return _yuan(number, unit), False
    return None


def _amounts(word: str) -> Amounts | None:
    plain = word.removeprefix("金额").removeprefix("成交额").lstrip(":")
    named = plain != word
    if found := _BETWEEN.fullmatch(plain):
        low, low_unit, high, high_unit = found.groups()
        if not (high_unit or low_unit or named):
            return None
        made = Amounts(_yuan(low, low_unit or high_unit), _yuan(high, high_unit or low_unit))
        if made.low is not None and made.high is not None and made.low > made.high:
            raise RefusedError(
                _("金额范围的起点大于止点：{word}").format(word=word), _("请先写小的，例如 100万-200万")
            )
        return made
    if found := _ABOVE.fullmatch(plain):
        sign, number, unit = found.groups()
        return Amounts(low=_yuan(number, unit) + (CENT if sign in (">", "大于", "超过") else 0))
    if found := _BELOW.fullmatch(plain):
        sign, number, unit = found.groups()
        return Amounts(high=_yuan(number, unit) - (CENT if sign in ("<", "小于", "低于", "不到") else 0))
    if found := _BOUND.fullmatch(plain):
        number, unit, sign = found.groups()
        if not (unit or named):
            return None
        amount = _yuan(number, unit)
        return Amounts(low=amount) if sign in ("以上", "起") else Amounts(high=amount)
    return None


def _days(word: str) -> Days | None:
    found = _DAYS.fullmatch(word)
    if found is None:
        return None
    which, start, joint, end, until = found.groups()
    name = DAY_WORDS[which or ""]
    if until:
        return Days(name, None, _span(until)[1])
    if end and not joint:
        return None
    if joint in ("起", "以来") and end:
        return None
    first, last = _span(start)
    if end:
        last = _span(end)[1]
    if last < first:
        raise RefusedError(
            _("日期范围的止日早于起日：{word}").format(word=word), _("例如 2026-07-01..2026-09-30")
        )
    return Days(name, first, None if joint and not end else last)


def _span(text: str) -> tuple[date, date]:
    """A year, a month or a day as its first and last day."""
    parts = [int(part) for part in re.findall(r"\d+", text)]
    try:
        if len(parts) == 1:
            return date(parts[0], 1, 1), date(parts[0], 12, 31)
        if len(parts) == 2:
            first = date(parts[0], parts[1], 1)
            return first, first + timedelta(days=monthrange(parts[0], parts[1])[1] - 1)
        day = date(parts[0], parts[1], parts[2])
    except ValueError as exc:
        raise RefusedError(
            _("没有 {text} 这一天").format(text=text), _("请核对年月日，例如 2026-07-31")
        ) from exc
    return day, day
