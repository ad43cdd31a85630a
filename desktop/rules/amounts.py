"""Fixing the amounts (核定): 合同成交额 → 技术交易额 line by line to the fen; reading typed money and dates.

Sources: 2001 规则 第五十一至五十三条 (what is taken out, invariant), R-GATE-24 (carriers of a reasonable
number stay in). No percentage of technology is prescribed, so none is tested.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from desktop.errors import Problem, RefusedError
from desktop.resources import _
from desktop.rules.capital import read_capital_with_doubt
from desktop.rules.facts import FIXED_CODES, LONG_TERM, AmountLine, Facts

FEN: Final = Decimal("0.01")
ZERO: Final = Decimal(0)
LARGEST: Final = Decimal("9999999999.99")
"""Ceiling of one contract (papers)."""
KEPT_BY_NATURE: Final = frozenset({"technology", "carrier"})
"""Natures that stay in the technology amount unless the clerk decides otherwise."""


def to_fen(amount: Decimal) -> Decimal:
    """The one rounding rule of the program: half a fen goes up, once, at the end of a computation."""
    return amount.quantize(FEN, ROUND_HALF_UP)


def format_yuan(amount: Decimal) -> str:
    """``1,280,000.00``: two decimals and thousands signs, no unit."""
    return f"{amount:,.2f}"


@dataclass(frozen=True, slots=True)
class FixedLine:
    """One line of the price after fixing."""

    index: int
    """Place in ``facts.amount_lines``, from 0."""
    label: str
    nature: str | None
    amount: Decimal
    is_kept: bool
    reason: str
    """Why it stays in or is taken out, in Chinese."""
    needs_reason: bool
    """The clerk must write why (kept carrier, or a decision against the nature) and has not yet."""
    rule: str
    """``R-AMT-02``, ``R-AMT-03`` or empty."""


@dataclass(frozen=True, slots=True)
class Fixing:
    """What the station fixes for one contract, with every inconsistency found."""

    contract_amount: Decimal | None
    technology_amount: Decimal | None
    """Total less what is taken out; None while it cannot be told."""
    lines: tuple[FixedLine, ...]
    lines_total: Decimal
    kept_total: Decimal
    deducted_total: Decimal
    to_be_settled: bool
    """Royalty (提成) or undetermined price: the amounts are corrected when they are known (R-AMT-01)."""
    formula: str
    """How the technology amount came about, in words and figures."""
    problems: tuple[Problem, ...]

    @property
    def is_fixed(self) -> bool:
        """Both amounts are known and nothing is wrong (doubts may remain)."""
        return self.technology_amount is not None and all(p.level != "error" for p in self.problems)


class _Findings:
    """Problems in the order found."""

    def __init__(self) -> None:
        self.rows: list[Problem] = []

    def add(
        self, code: str, field: str, place: str, value: str, reason: str, remedy: str, level: str = "error"
    ) -> None:
        self.rows.append(Problem(place, value, reason, remedy, level, code, field=field))


def _money(amount: Decimal | None) -> str:
    return "" if amount is None else _("{amount} 元").format(amount=format_yuan(amount))


def convert_currency(facts: Facts) -> Decimal | None:
    """Original amount × rate (yuan for one unit) to the fen; None when something needed is missing."""
    if facts.original_amount is None or facts.exchange_rate is None:
        return None
    return to_fen(facts.original_amount * facts.exchange_rate)


def _fix_line(index: int, line: AmountLine, found: _Findings) -> FixedLine:
    label = line.label or _("第 {n} 行").format(n=index + 1)
    place = _("金额第 {n} 行 {label}").format(n=index + 1, label=line.label or "")
    field = f"amount_lines[{index}]"
    amount = line.amount
    if amount is None:
        found.add("A03", f"{field}.amount", place, "", _("没有填写金额"), _("按合同所列金额填写"))
    elif amount < 0 or amount != amount.quantize(FEN):
        found.add(
            "A03", f"{field}.amount", place, str(amount), _("金额为负或细于分"), _("按合同原文填写两位小数")
        )
    if line.nature is None:
        found.add("A04", f"{field}.nature", place, "", _("没有选性质，无法判断是否计入"), _("选定金额性质"))
    by_nature = line.nature in KEPT_BY_NATURE
    kept = by_nature if line.is_kept is None else line.is_kept
    written = (line.reason or "").strip()
    nature = FIXED_CODES["amount_natures"].get(line.nature or "", line.nature or "")
    rule, usual, needs = "", "", False
    if line.nature == "carrier":
        rule = "R-AMT-03"
        usual = _("载体在合理数量之内，直接成本不扣除") if kept else _("载体超出合理数量，多出部分按货物扣除")
        needs = kept and not written
        if kept:
            found.add(
                "A05",
                f"{field}.is_kept",
                place,
                _money(amount),
                _("{label}是否超出合理数量（R-GATE-24；整机、试验台通常 1—2 套）").format(label=label),
                _("写明为掌握和验收本技术所需，或改为不计入"),
                "doubt",
            )
    elif kept != by_nature and line.nature is not None:
        rule = "R-AMT-02"
        usual = _("登记员改定")
        needs = not written
        found.add(
            "A06",
            f"{field}.is_kept",
            place,
            nature,
            _("性质为“{nature}”，通常{usual}，现在相反").format(
                nature=nature, usual=_("计入") if by_nature else _("不计入")
            ),
            _("写明理由，或改回"),
            "doubt",
        )
    elif kept:
        usual = _("技术的价款、使用费或报酬")
    elif line.nature is not None:
        rule = "R-AMT-02"
        usual = _("{nature}属非技术费用，不计入技术交易额").format(nature=nature)
    return FixedLine(index, label, line.nature, amount or ZERO, kept, written or usual, needs, rule)


def fix_amounts(facts: Facts) -> Fixing:
    """Fix the amounts of a contract: lines kept and taken out, sums, technology amount, inconsistencies.

    Without lines the technology amount is what the facts state, else the whole contract amount, with a doubt
    that nothing was listed. A royalty or undetermined price without an amount is “to be settled”, no error.
    """
    found = _Findings()
    total = facts.contract_amount
    settle_later = facts.price_form in ("royalty", "undetermined")
    converted = _check_currency(facts, found)
    if total is None:
        total = converted
    place = _("合同成交额")
    if total is None and not settle_later:
        found.add(
            "A01",
            "contract_amount",
            place,
            "",
            _("没有合同成交额"),
            _("按合同填写；提成或待确定的选价款形式"),
        )
    if total is None and settle_later:
        found.add(
            "A02",
            "contract_amount",
            place,
            "",
            _("价款待结算，成交额登记后按实际更正（R-AMT-01）"),
            _("享受优惠或提取奖酬金前先办更正"),
            "note",
        )
    if total is not None and (total < 0 or total != total.quantize(FEN)):
        found.add(
            "A01", "contract_amount", place, str(total), _("金额为负或细于分"), _("按合同原文填写两位小数")
        )
    if total is not None and total > LARGEST:
        found.add(
            "A01",
            "contract_amount",
            place,
            _money(total),
            _("超过单份合同可登记的上限"),
            _("请核对单位是元还是万元"),
        )
    lines = tuple(_fix_line(i, line, found) for i, line in enumerate(facts.amount_lines))
    kept = sum((line.amount for line in lines if line.is_kept), ZERO)
    deducted = sum((line.amount for line in lines if not line.is_kept), ZERO)
    technology, formula = _technology(facts, total, lines, kept, deducted, found)
    _check_parts(facts, total, found)
    _check_payments(facts, total, settle_later, found)
    return Fixing(
        total, technology, lines, kept + deducted, kept, deducted, settle_later, formula, tuple(found.rows)
    )


def _technology(
    facts: Facts,
    total: Decimal | None,
    lines: tuple[FixedLine, ...],
    kept: Decimal,
    deducted: Decimal,
    found: _Findings,
) -> tuple[Decimal | None, str]:
    stated = facts.technology_amount
    place = _("技术交易额")
    if stated is not None and (stated < 0 or (total is not None and stated > total)):
        found.add(
            "V02",
            "technology_amount",
            place,
            _money(stated),
            _("应在零与合同成交额 {total} 之间（R-AMT-04）").format(total=_money(total)),
            _("核对两个金额"),
        )
    if not lines:
        if stated is not None or total is None:
            return stated, _("按申报的技术交易额") if stated is not None else ""
        found.add(
            "A07",
            "amount_lines",
            place,
            _money(total),
            _("没有列明项目，按合同成交额全额计入"),
            _("核对合同价款中是否含设备、仪器、零部件、原材料等（R-AMT-02）"),
            "doubt",
        )
        return total, _("合同未列非技术费用，技术交易额 = 合同成交额")
    # while a line has no amount (A03 says so) its sums say nothing about the other figures
    is_summed = all(line.amount is not None for line in facts.amount_lines)
    if is_summed and total is not None and kept + deducted != total:
        found.add(
            "A08",
            "amount_lines",
            _("金额合计"),
            _money(kept + deducted),
            _("各行之和与合同成交额 {total} 相差 {gap}").format(
                total=_money(total), gap=_money(abs(total - kept - deducted))
            ),
            _("补齐或改正各行，使合计与总额相符"),
        )
    base = kept + deducted if total is None else total
    technology = base - deducted
    if technology < 0:
        found.add(
            "V02",
            "technology_amount",
            place,
            _money(technology),
            _("不计入的金额超过合同成交额（R-AMT-04）"),
            _("核对各行金额"),
        )
        return None, ""
    formula = _("{total} − {deducted} = {technology}").format(
        total=format_yuan(base), deducted=format_yuan(deducted), technology=format_yuan(technology)
    )
    if is_summed and stated is not None and stated != technology:
        found.add(
            "A09",
            "technology_amount",
            place,
            _money(stated),
            _("按各行核定为 {computed}，与所填不同").format(computed=_money(technology)),
            _("以各行核定数为准，改正所填数或改正各行"),
        )
    return technology, formula


def _check_currency(facts: Facts, found: _Findings) -> Decimal | None:
    if facts.currency in (None, "CNY"):
        return None
    for name, zh in (
        ("original_amount", _("原币金额")),
        ("exchange_rate", _("汇率")),
        ("exchange_rate_on", _("汇率日期")),
    ):
        if getattr(facts, name) is None:
            found.add(
                "A10",
                name,
                zh,
                "",
                _("外币合同缺{field}，无法折算").format(field=zh),
                _("按合同和汇率牌价填写"),
            )
    if facts.exchange_rate is not None and facts.exchange_rate <= 0:
        found.add(
            "A10",
            "exchange_rate",
            _("汇率"),
            str(facts.exchange_rate),
            _("汇率应大于零"),
            _("填一单位外币合多少元"),
        )
        return None
    if facts.exchange_rate_on and facts.signed_on and facts.exchange_rate_on != facts.signed_on:
        found.add(
            "A11",
            "exchange_rate_on",
            _("汇率日期"),
            facts.exchange_rate_on.isoformat(),
            _("通常取签订日 {day} 的汇率").format(day=facts.signed_on.isoformat()),
            _("核对，或写明另取他日的理由"),
            "doubt",
        )
    converted = convert_currency(facts)
    if converted is not None and facts.contract_amount is not None and converted != facts.contract_amount:
        found.add(
            "A12",
            "contract_amount",
            _("合同成交额"),
            _money(facts.contract_amount),
            _("原币 {original} × 汇率 {rate} = {converted}，与所填不同").format(
                original=facts.original_amount, rate=facts.exchange_rate, converted=_money(converted)
            ),
            _("改正汇率、原币金额或合同成交额"),
        )
    return converted


def _check_parts(facts: Facts, total: Decimal | None, found: _Findings) -> None:
    parts = (
        ("service_inside_amount", _("合同内服务培训金额"), facts.service_inside_amount),
        ("vat_amount", _("增值税额"), facts.vat_amount),
        ("intermediary_fee", _("中介费"), facts.intermediary_fee),
        ("rd_cost_amount", _("研究开发经费"), facts.rd_cost_amount),
        ("remuneration_amount", _("研究开发报酬"), facts.remuneration_amount),
    )
    for name, zh, amount in parts:
        if amount is not None and amount < 0:
            found.add("A13", name, zh, _money(amount), _("金额不能为负"), _("按合同填写"))
        elif amount is not None and total is not None and amount > total and name != "intermediary_fee":
            found.add("A13", name, zh, _money(amount), _("大于合同成交额"), _("核对两个金额"))
    cost, reward = facts.rd_cost_amount, facts.remuneration_amount
    if cost is not None and reward is not None and total is not None and cost + reward > total:
        found.add(
            "A13",
            "remuneration_amount",
            _("研究开发报酬"),
            _money(reward),
            _("经费与报酬之和 {both} 大于合同成交额").format(both=_money(cost + reward)),
            _("核对三个金额"),
        )


def _check_payments(facts: Facts, total: Decimal | None, settle_later: bool, found: _Findings) -> None:
    amounts = [p.amount for p in facts.payments if p.amount is not None]
    if not amounts or len(amounts) != len(facts.payments) or total is None or settle_later:
        return
    paid = sum(amounts, ZERO)
    if paid != total:
        found.add(
            "A14",
            "payments",
            _("付款合计"),
            _money(paid),
            _("各期付款之和与合同成交额 {total} 不符").format(total=_money(total)),
            _("核对各期金额；合同另有约定的写明"),
            "doubt",
        )


@dataclass(frozen=True, slots=True)
class ParsedAmount:
    """Money read from typed text."""

    amount: Decimal
    corrections: tuple[str, ...]
    """What was put right on the way, before → after, to be shown."""


_WIDE: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xFFE5: 0xA5}
_UNITS: Final = {"": 0, "万": 4, "亿": 8, "千": 3, "百万": 6, "千万": 7, "百": 2}
_FIGURES: Final = re.compile(r"(\d+)(?:\.(\d+))?(百万|千万|万|亿|千|百)?")
_GROUPED: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?:\D.*)?")


def parse_amount(text: str) -> ParsedAmount:
    """Money in yuan from ``123456.78``, ``123,456.78``, ``12.345678万``, full-width digits or capitals.

    Look-alike letters (O, o → 0; l, I → 1) and a full stop 。 are put right and reported.
    Raises RefusedError for anything else, never guesses.
    """
    corrections = []
    half = text.translate(_WIDE).strip()
    if half != text.strip():
        corrections.append(_("全角改为半角：{before} → {after}").format(before=text.strip(), after=half))
    plain = "".join(half.split())
    plain = re.sub(r"^(?:人民币|RMB|CNY)?[:：]?¥?", "", plain)
    if not plain:
        raise RefusedError(_("没有金额"), _("例如 1280000.00、1,280,000.00 或 128万"))
    if plain.startswith(("-", "−", "(")):
        raise RefusedError(_("金额不能为负"), _("请按合同原文填写"))
    if re.fullmatch(r"[\d.]+[Ee][+-]?\d+", plain):
        raise RefusedError(
            _("“{text}”是被 Excel 改成科学计数的数").format(text=text.strip()), _("请把该列设为文本后重贴")
        )
    if re.search(r"[壹贰叁肆伍陆柒捌玖拾佰仟一二三四五六七八九十]", plain):
        reading = read_capital_with_doubt(plain)
        return ParsedAmount(reading.amount, (*corrections, *reading.doubts))
    plain = plain.removesuffix("整").removesuffix("元")
    fixed = plain.translate(str.maketrans("OoIl。", "0011."))
    if fixed != plain:
        corrections.append(_("形近字改正：{before} → {after}").format(before=plain, after=fixed))
    if "," in fixed:
        if not _GROUPED.fullmatch(fixed):
            raise RefusedError(_("“{text}”的千分号位置不对").format(text=text.strip()), _("去掉逗号重填"))
        fixed = fixed.replace(",", "")
    match = _FIGURES.fullmatch(fixed)
    if match is None:
        raise RefusedError(
            _("“{text}”不是金额").format(text=text.strip()[:40]), _("例如 1280000.00、1,280,000.00 或 128万")
        )
    amount = Decimal(f"{match[1]}.{match[2] or 0}").scaleb(_UNITS[match[3] or ""])
    if amount != amount.quantize(FEN):
        raise RefusedError(
            _("“{text}”细到分以下").format(text=text.strip()), _("请按合同原文填两位小数，程序不代为进位")
        )
    if amount > LARGEST:
        raise RefusedError(
            _("金额超过 {most} 元").format(most=format_yuan(LARGEST)), _("请核对单位是元还是万元")
        )
    return ParsedAmount(amount.quantize(FEN), tuple(corrections))


_SPLIT_DATE: Final = re.compile(r"(\d{4})(?:[-./]|年)(\d{1,2})(?:[-./]|月)(\d{1,2})(?:日|号)?")
_SOLID_DATE: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SHORT_DATE: Final = re.compile(r"(\d{2})(\d{2})|(\d{1,2})(?:[-./]|月)(\d{1,2})(?:日|号)?")
_HAN: Final = {**{c: i for i, c in enumerate("〇一二三四五六七八九")}, "零": 0, "○": 0}


def parse_date(text: str, today: date) -> date:
    """The date of ``20261121``, ``2026-11-21`` (also . / 年月日), ``1121`` (this year), Han numerals or 长期.

    Raises RefusedError naming an impossible day (2026 年 2 月没有 30 日) or what cannot be a date.
    """
    plain = "".join(text.translate(_WIDE).split())
    if plain in ("长期", "无固定期限", "永久"):
        return LONG_TERM
    if "年" in plain and not plain[0].isdigit():
        plain = _from_han(plain)
    if match := _SOLID_DATE.fullmatch(plain) or _SPLIT_DATE.fullmatch(plain):
        year, month, day = (int(part) for part in match.groups())
    elif match := _SHORT_DATE.fullmatch(plain):
        month, day = (int(part) for part in match.groups() if part is not None)
        year = today.year
    elif re.fullmatch(r"[34]\d{4}", plain):
        raise RefusedError(
            _("“{text}”像是 Excel 把日期改成的序数").format(text=text.strip()), _("请把该列设为文本后重贴")
        )
    else:
        raise RefusedError(
            _("“{text}”不是日期").format(text=text.strip()[:40]),
            _("例如 20261121、2026-11-21 或 1121（当年）"),
        )
    if not 1949 <= year <= 2199:
        raise RefusedError(_("年份 {year} 不合常理").format(year=year), _("请按合同核对年份"))
    if not 1 <= month <= 12:
        raise RefusedError(_("没有 {month} 月").format(month=month), _("请按合同核对月份"))
    try:
        return date(year, month, day)
    except ValueError:
        raise RefusedError(
            _("{year} 年 {month} 月没有 {day} 日").format(year=year, month=month, day=day),
            _("请按合同核对日期"),
        ) from None


def _from_han(text: str) -> str:
    """``二〇二六年十一月二十一日`` → ``2026年11月21日``; characters that are no numerals stay."""
    parts = re.split(r"([年月日号])", text)
    for index in range(0, len(parts), 2):
        word = parts[index]
        if "十" in word or "拾" in word:
            ten, _sign, one = word.replace("拾", "十").partition("十")
            if all(c in _HAN for c in ten + one):
                parts[index] = str((_HAN.get(ten, 1)) * 10 + _HAN.get(one, 0))
        elif word and all(c in _HAN for c in word):
            parts[index] = "".join(str(_HAN[c]) for c in word)
    return "".join(parts)
