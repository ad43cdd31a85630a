"""How people write dates, amounts and codes, and what is meant. Pure functions; they raise ValueError in
Chinese.
"""

from __future__ import annotations

import calendar
import re
from datetime import date
from decimal import Decimal, InvalidOperation

from desktop.resources import _

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_DATE = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?")
_AMOUNT = re.compile(r"([+-]?)(\d*)(?:\.(\d*))?(亿|万|元)?元?")
WAN, YI = Decimal(10_000), Decimal(100_000_000)
FEN = Decimal("0.01")
MOST_YUAN = Decimal(10) ** 15
"""No amount reaches this: fen are kept in 64 bits, and sums of amounts must fit, too."""


def narrow(text: str) -> str:
    """Full-width letters, digits and signs as half-width ones."""
    return text.translate(_WIDE)


def tidy_number(text: str) -> str:
    """Half width, no spaces, and O o l I between digits read as 0 and 1."""
    plain = re.sub(r"\s", "", narrow(text))
    if re.search(r"\d", plain) and not re.search(r"[A-HJ-NP-Za-km-np-z]", plain):
        plain = plain.translate(str.maketrans("OolI", "0011"))
    return plain


def read_date(text: str, today: date) -> date | None:
    """The day meant by 20261121, 2026-11-21, 2026.11.21, 2026/11/21, 2026年11月21日 or 1121 (this year);
    None if empty.

    Raises ValueError that names the day that does not exist, or how to write one.
    """
    plain = tidy_number(text)
    if not plain:
        return None
    if found := _DATE.fullmatch(plain):
        year, month, day = (int(part) for part in found.groups())
    elif re.fullmatch(r"\d{8}", plain):
        year, month, day = int(plain[:4]), int(plain[4:6]), int(plain[6:])
    elif re.fullmatch(r"\d{4}", plain):
        year, month, day = today.year, int(plain[:2]), int(plain[2:])
    else:
        raise ValueError(_("看不出是哪一天。请写成 20261121 或 1121（当年）。"))
    if not 1900 <= year <= 2199:
        raise ValueError(_("年份 {year} 不对。请改日期。").format(year=year))
    if not 1 <= month <= 12:
        raise ValueError(_("一年没有 {month} 月。请改日期。").format(month=month))
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        raise ValueError(
            _("{year} 年 {month} 月没有 {day} 日。请改日期。").format(year=year, month=month, day=day)
        )
    return date(year, month, day)


def read_amount(text: str) -> Decimal | None:
    """Yuan meant by 123456.78, 123,456.78, 12.345678万 or 1.2亿; None if empty.

    Raises ValueError when it is no amount, finer than one fen, or more than can be kept.
    """
    plain = tidy_number(text).replace(",", "").replace("¥", "").replace("￥", "")
    if not plain:
        return None
    found = _AMOUNT.fullmatch(plain)
    if not found or not (found[2] or found[3]):
        raise ValueError(_("看不出金额。请写成 123456.78 或 12.345678万。"))
    try:
        amount = Decimal(f"{found[1]}{found[2] or 0}.{found[3] or 0}")
    except InvalidOperation as exc:
        raise ValueError(_("看不出金额。请写成 123456.78 或 12.345678万。")) from exc
    amount *= {"万": WAN, "亿": YI}.get(found[4] or "", Decimal(1))
    if abs(amount) >= MOST_YUAN:
        raise ValueError(_("金额最多 15 位整数，现在多了。请改金额。"))
    if amount != amount.quantize(FEN):
        raise ValueError(_("金额最细到分，现在多于两位小数。请改金额。"))
    return amount.quantize(FEN)


def show_amount(amount: Decimal) -> str:
    """1,280,000.00 — two places and thousands."""
    return f"{amount.quantize(FEN):,.2f}"


def in_fours(code: str) -> str:
    """9199 0321 MA5N Y83T 0T — as codes and numbers are shown."""
    plain = "".join(code.split())
    return " ".join(plain[at : at + 4] for at in range(0, len(plain), 4))
