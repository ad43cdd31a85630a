"""Amounts and dates in Chinese capitals (大写): written one way, read in all the ways contracts write them.

We always write 整 after 元 or 角 and never after 分: right both under 支付结算办法 附件一
and under 会计基础工作规范.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from desktop.errors import RefusedError
from desktop.resources import _

_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_HAN_DIGITS: Final = "〇一二三四五六七八九"
_PLACES: Final = ("", "拾", "佰", "仟")
_GROUPS: Final = ("", "万", "亿", "万")
CEILING: Final = Decimal(10) ** 16
"""First amount that cannot be written: the groups go to 万亿."""


def capital(amount: Decimal) -> str:
    """The amount in capitals without 人民币, e.g. ``壹佰零叁万元整``; read back it gives the same fen.

    Raises RefusedError for an amount finer than a fen, below zero or of 10,000 万亿 and more.
    """
    fen = _whole_fen(amount)
    if fen == 0:
        return "零元整"
    yuan, rest = divmod(fen, 100)
    jiao, cents = divmod(rest, 10)
    text = _integer(yuan) + "元" if yuan else ""
    if jiao:
        text += _DIGITS[jiao] + "角"
    if cents:
        return text + ("零" if yuan and not jiao else "") + _DIGITS[cents] + "分"
    return text + "整"


def _whole_fen(amount: Decimal) -> int:
    if not amount.is_finite() or amount < 0:
        raise RefusedError(_("负数或不是数的金额没有大写"), _("请核对金额"))
    if amount >= CEILING:
        raise RefusedError(_("金额超出大写能写的范围"), _("请核对金额和单位（元、万元）"))
    fen = amount * 100
    if fen != fen.to_integral_value():
        raise RefusedError(_("金额细到分以下，不能写大写"), _("请按合同原文改为两位小数，程序不代为进位"))
    return int(fen)


def _integer(yuan: int) -> str:
    groups = []
    while yuan:
        yuan, group = divmod(yuan, 10000)
        groups.append(group)
    text = ""
    skipped = False  # a whole group of zeros lies between what is written and what follows
    for index in range(len(groups) - 1, -1, -1):
        group = groups[index]
        if not group:
            skipped = bool(text)
            if index == 2 and len(groups) == 4:
                text += "亿"  # 壹万亿: the 亿 group itself is empty
            continue
        if text and (skipped or group < 1000):
            text += "零"
        text += _group(group) + _GROUPS[index]
        skipped = False
    return text


def _group(number: int) -> str:
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
            gap = False
        else:
            gap = bool(text)
    return text


@dataclass(frozen=True, slots=True)
class CapitalReading:
    """An amount read from capitals, and what was unusual about the writing."""

    amount: Decimal
    doubts: tuple[str, ...]
    """Chinese sentences; empty when the text is a lawful way of writing this amount."""


_LETTERS: Final = {
    **dict(zip("一二三四五六七八九", _DIGITS[1:], strict=True)),
    **dict(
        zip(
            "百千十两〇○O0陌阡萬億貳弐參叄陸弍壱毛块",
            "佰仟拾贰零零零零佰仟万亿贰贰叁叁陆贰壹角元",
            strict=True,
        )
    ),
    "廿": "贰拾",
    "卅": "叁拾",
}
_PLAIN: Final = {"圆": "元", "圓": "元", "正": "整"}
_SECTION: Final = re.compile(
    r"零?(?:([壹贰叁肆伍陆柒捌玖])仟)?零?(?:([壹贰叁肆伍陆柒捌玖])佰)?"
    r"零?(?:([壹贰叁肆伍陆柒捌玖])?(拾))?零?([壹贰叁肆伍陆柒捌玖])?"
)
_FRACTION: Final = re.compile(
    r"(零?)(?:([壹贰叁肆伍陆柒捌玖零])角)?(零?)(?:([壹贰叁肆伍陆柒捌玖零])分)?(整?)"
)


def read_capital(text: str) -> Decimal:
    """The amount a text in capitals stands for; unusual forms are accepted silently.

    Raises RefusedError when the text is not an amount.
    """
    return read_capital_with_doubt(text).amount


def read_capital_with_doubt(text: str) -> CapitalReading:
    """The amount, and every form met that a bank would not take (百 千 两 廿 〇, a 零 too many, 拾 alone).

    圆 for 元, 正 for 整, a missing 整 and the optional 零 of round thousands are lawful and no doubt.
    Raises RefusedError when the text is not an amount.
    """
    doubts: list[str] = []
    written = re.sub(r"[\s　,，:：]", "", text)
    written = re.sub(r"^(?:大写)?(?:人民币)?(?:大写)?", "", written)
    unusual = sorted({c for c in written if _LETTERS.get(c, c) != c}, key=written.index)
    if unusual:
        doubts.append(_("用了不规范的字“{signs}”").format(signs="、".join(unusual)))
    plain = "".join(_PLAIN.get(c, _LETTERS.get(c, c)) for c in written)
    if not plain:
        raise RefusedError(_("没有可读的大写金额"), _("请按合同原文填写，例如“壹佰零叁万元整”"))
    if "元" in plain:
        head, rest = plain.split("元", 1)
        yuan = 0 if head == "零" else _read_integer(head, text)
    elif "角" in plain or "分" in plain:
        head, rest, yuan = "", plain, 0
    else:
        head, rest = plain.removesuffix("整"), ""
        yuan = _read_integer(head, text)
        doubts.append(_("缺少“元”字"))
    match = _FRACTION.fullmatch(rest)
    if match is None:
        raise _unreadable(text)
    cents = "零" + (match[2] or ""), "零" + (match[4] or "")
    fen = yuan * 100 + _DIGITS.index(cents[0][-1]) * 10 + _DIGITS.index(cents[1][-1])
    if fen == 0 and head != "零":
        raise _unreadable(text)
    amount = Decimal(fen).scaleb(-2)
    if "元" not in plain and head:
        plain = f"{head}元整"
    if plain not in _lawful(amount):
        doubts.append(_("“零”“拾”“整”的写法与规定不同，规定写作“{right}”").format(right=capital(amount)))
    return CapitalReading(amount, tuple(doubts))


def _unreadable(text: str) -> RefusedError:
    return RefusedError(
        _("“{text}”不是完整的大写金额").format(text=text[:60]), _("请对照合同逐字核对，例如“壹佰零叁万元整”")
    )


def _read_integer(head: str, text: str) -> int:
    parts = head.split("亿")
    if len(parts) > 2 or not head:
        raise _unreadable(text)
    high, low = parts if len(parts) == 2 else ("", parts[0])
    if len(parts) == 2 and not high:
        raise _unreadable(text)
    return _read_groups(high, text) * 10**8 + _read_groups(low, text)


def _read_groups(text: str, whole: str) -> int:
    parts = text.split("万")
    if len(parts) > 2 or (len(parts) == 2 and not parts[0]):
        raise _unreadable(whole)
    value = 0
    for part in parts:
        match = _SECTION.fullmatch(part)
        if match is None:
            raise _unreadable(whole)
        thousand, hundred, ten, ten_sign, one = match.groups()
        digits = (thousand, hundred, ten or ("壹" if ten_sign else None), one)
        for digit in digits:
            value = value * 10 + (_DIGITS.index(digit) if digit else 0)
    return value


def _lawful(amount: Decimal) -> set[str]:
    """All writings of the amount that 支付结算办法 allows, with and without 整."""
    best = capital(amount)
    texts = {best}
    fen = int(amount * 100)
    yuan, jiao = fen // 100, fen // 10 % 10
    if yuan and jiao and yuan % 10 == 0:
        texts.add(best.replace("元", "元零"))  # …捌拾元叁角贰分 and …捌拾元零叁角贰分
    if yuan % 10000 >= 1000 and yuan // 10000 % 10 == 0 and "万" in best.rpartition("亿")[2]:
        for one in tuple(texts):
            place = one.rindex("万") + 1
            texts.add(one[:place] + "零" + one[place:])
    if yuan >= 10**8 and yuan % 10**8 // 10**4 == 0 and yuan % 10**4 >= 1000:
        texts |= {one.replace("亿零", "亿") for one in texts}
    if yuan >= 10**8 and yuan // 10**8 % 10 == 0 and yuan % 10**8 >= 10**7:
        texts |= {one.replace("亿", "亿零") for one in texts if "亿零" not in one}
    return texts | {one.removesuffix("整") for one in texts}


def capital_date(day: date) -> str:
    """Bill style (支付结算办法 附件一): ``贰零贰陆年零壹月壹拾伍日``; only where a bank reads it."""
    year = "".join(_DIGITS[int(c)] for c in f"{day.year:04d}")
    month = ("零" if day.month in (1, 2, 10) else "") + _tens(day.month)
    days = ("零" if day.day < 10 or day.day in (10, 20, 30) else "") + _tens(day.day)
    return f"{year}年{month}月{days}日"


def _tens(number: int) -> str:
    ten, one = divmod(number, 10)
    return (_DIGITS[ten] + "拾" if ten else "") + (_DIGITS[one] if one else "")


def han_date(day: date) -> str:
    """Style of older certificates: ``二〇二六年三月五日`` (〇 is U+3007)."""
    year = "".join(_HAN_DIGITS[int(c)] for c in f"{day.year:04d}")
    return f"{year}年{_han_tens(day.month)}月{_han_tens(day.day)}日"


def _han_tens(number: int) -> str:
    ten, one = divmod(number, 10)
    head = "" if not ten else "十" if ten == 1 else _HAN_DIGITS[ten] + "十"
    return head + (_HAN_DIGITS[one] if one else "")
