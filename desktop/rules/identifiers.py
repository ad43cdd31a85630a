"""Numbers of people, units and patents: is this one well formed, and if not, in which way.

Codes are never corrected in silence: the result keeps what was typed, what it became and, when a look-alike
letter explains a wrong code, the probable right one as a suggestion.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from desktop.resources import _

CREDIT_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100-2015: 31 characters, no I O S V Z."""
_CREDIT_VALUE: Final = {c: i for i, c in enumerate(CREDIT_ALPHABET)}
_CREDIT_WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_CHECKS: Final = "10X98765432"
_PATENT_WEIGHTS: Final = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_LOOK_ALIKE: Final = str.maketrans("OISVZ", "015U2")
_PATENT_KINDS: Final = {
    "1": "patent_invention",
    "2": "patent_utility",
    "3": "patent_design",
    "8": "patent_invention",
    "9": "patent_utility",
}
_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x2014: 0x2D}


@dataclass(frozen=True, slots=True)
class NumberCheck:
    """What the check of one number found."""

    given: str
    """As typed."""
    value: str
    """Normalised: half-width, upper case, no blanks."""
    fault: str = ""
    """Empty when well formed; else ``empty`` ``length`` ``characters`` ``check`` ``date`` ``form``."""
    message: str = ""
    """The fault in the clerk's words, with the standard."""
    doubts: tuple[str, ...] = ()
    """What is possible but unusual (unknown region, old form of number)."""
    suggestion: str = ""
    """A well-formed number that differs only by look-alike letters; empty when there is none."""
    object: str = ""
    """For patents: the ip object its number says (``patent_invention`` …)."""

    @property
    def ok(self) -> bool:
        """No fault; doubts may remain."""
        return not self.fault

    @property
    def was_changed(self) -> bool:
        """Normalising changed more than blanks at the ends: show before and after."""
        return self.value != self.given.strip()


def normalise(text: str) -> str:
    """Half-width, upper case, without blanks."""
    return "".join(text.translate(_FULL_WIDTH).upper().split())


def check_character(first17: str) -> str:
    """The 18th character of a credit code. Raises KeyError for a character outside the alphabet."""
    total = sum([_CREDIT_VALUE[c] * w for c, w in zip(first17, _CREDIT_WEIGHTS, strict=True)])
    return CREDIT_ALPHABET[-total % 31]


def organisation_check(first8: str) -> str:
    """The 9th character of an organisation code (GB 11714), places 9–16 of a credit code."""
    total = sum([int(c, 36) * w for c, w in zip(first8, _ORGANISATION_WEIGHTS, strict=True)])
    return "0123456789X"[-total % 11]


def resident_check(first17: str) -> str:
    """The last character of a resident identity number (GB 11643)."""
    total = sum(int(c) * w for c, w in zip(first17, _RESIDENT_WEIGHTS, strict=True))
    return _RESIDENT_CHECKS[total % 11]


def patent_check(digits: str) -> str:
    """The check digit of an application number of 12 digits (since October 2003) or 8 digits (before)."""
    total = sum(int(c) * w for c, w in zip(digits, _PATENT_WEIGHTS, strict=False))
    return "0123456789X"[total % 11]


_SIGNS_NAMED: Final = 5
"""So many wrong signs are named; a whole sentence in the field is not repeated letter by letter."""


def check_credit_code(text: str, *, is_region: Callable[[str], bool] | None = None) -> NumberCheck:
    """统一社会信用代码: alphabet, length and check character (GB 32100-2015).

    ``is_region`` says whether six digits are a known division; an unknown one is a doubt, and so is an inner
    organisation code whose own check (GB 11714) fails.
    """
    value = normalise(text).replace("-", "")
    if not value:
        return NumberCheck(text, value, "empty", _("没有填写统一社会信用代码"))
    if foreign := [c for c in dict.fromkeys(value) if c not in _CREDIT_VALUE]:
        guess = value.translate(_LOOK_ALIKE)
        return NumberCheck(
            text,
            value,
            "characters",
            _("有不该有的字符 {signs}（信用代码不用字母 I、O、S、V、Z，GB 32100-2015）").format(
                signs="、".join(foreign[:_SIGNS_NAMED]) + (_("等") if len(foreign) > _SIGNS_NAMED else "")
            ),
            suggestion=guess if guess != value and check_credit_code(guess).ok else "",
        )
    if len(value) != 18:
        return NumberCheck(
            text, value, "length", _("应为 18 位，现在 {count} 位（GB 32100-2015）").format(count=len(value))
        )
    if check_character(value[:17]) != value[17]:
        return NumberCheck(text, value, "check", _("末位校验位对不上，看不出错在哪一位（GB 32100-2015）"))
    doubts = []
    if organisation_check(value[8:16]) != value[16]:
        doubts.append(_("第 9 至 17 位的主体标识码校验位对不上（GB 11714）"))
    if is_region is not None and not is_region(value[2:8]):
        doubts.append(_("第 3 至 8 位 {code} 不在行政区划表中").format(code=value[2:8]))
    return NumberCheck(text, value, doubts=tuple(doubts))


def check_resident_id(
    text: str, *, today: date, is_region: Callable[[str], bool] | None = None
) -> NumberCheck:
    """居民身份证号 and 港澳台居民居住证号 (GB 11643-1999); unknown region and 15 digits are doubts."""
    value = normalise(text)
    if not value:
        return NumberCheck(text, value, "empty", _("没有填写身份证号"))
    foreign = [c for c in dict.fromkeys(value) if not (c in "0123456789" or c == "X")]
    if foreign or "X" in value[:-1]:
        guess = value.translate(_LOOK_ALIKE).replace("L", "1")
        return NumberCheck(
            text,
            value,
            "characters",
            _("有不该有的字符 {signs}（身份证号只有数字，末位可以是 X）").format(
                signs="、".join(foreign[:_SIGNS_NAMED] or ["X"])
                + (_("等") if len(foreign) > _SIGNS_NAMED else "")
            ),
            suggestion=guess if guess != value and check_resident_id(guess, today=today).ok else "",
        )
    if len(value) not in (15, 18):
        return NumberCheck(
            text, value, "length", _("应为 18 位，现在 {count} 位（GB 11643-1999）").format(count=len(value))
        )
    birth = value[6:14] if len(value) == 18 else "19" + value[6:12]
    try:
        born = date(int(birth[:4]), int(birth[4:6]), int(birth[6:]))
    except ValueError:
        born = None
    if born is None or born > today or born.year < 1850:
        return NumberCheck(
            text, value, "date", _("第 7 位起的出生日期 {day} 不是可能的日期").format(day=birth)
        )
    if len(value) == 18 and resident_check(value[:17]) != value[17]:
        return NumberCheck(text, value, "check", _("末位校验位对不上，看不出错在哪一位（GB 11643-1999）"))
    doubts = [_("15 位旧号码已停用，请核对现用证件")] if len(value) == 15 else []
    permit = value[:6] in ("810000", "820000", "830000")
    if is_region is not None and not permit and not is_region(value[:6]):
        doubts.append(_("前 6 位 {code} 不在行政区划表中（可能是旧区划）").format(code=value[:6]))
    return NumberCheck(text, value, doubts=tuple(doubts))


_PATENT: Final = re.compile(r"(?:ZL|CN)?(\d{12}|\d{8})\.?([\dX])")
_PUBLICATION: Final = re.compile(r"CN\d{7,9}[A-Z]\d?")


def check_patent_number(text: str) -> NumberCheck:
    """Chinese patent or application number: ZL optional, 12 digits and check (8 digits before October 2003).

    The value comes back as ``ZL202310123456.7`` when ZL was written, else without it.
    """
    value = normalise(text).replace("-", "")
    if not value:
        return NumberCheck(text, value, "empty", _("没有填写专利号"))
    if _PUBLICATION.fullmatch(value):
        return NumberCheck(
            text, value, "form", _("这是公开号或公告号，不是专利号；专利号为 ZL 加 12 位数字和校验位")
        )
    match = _PATENT.fullmatch(value)
    if match is None:
        return NumberCheck(text, value, "form", _("不是专利号的写法：ZL 加 12 位数字，小数点后一位校验位"))
    digits, check = match.groups()
    kind = digits[4] if len(digits) == 12 else digits[2]
    if kind not in _PATENT_KINDS or (len(digits) == 12 and not "1985" <= digits[:4] <= "2099"):
        return NumberCheck(text, value, "form", _("年份或种类位不对（第 5 位应为 1、2、3、8、9）"))
    value = ("ZL" if value.startswith("ZL") else "") + f"{digits}.{check}"
    if patent_check(digits) != check:
        return NumberCheck(text, value, "check", _("校验位对不上，请对照证书逐位核对"))
    return NumberCheck(text, value, object=_PATENT_KINDS[kind])


def check_number(
    id_type: str | None, text: str, *, today: date, is_region: Callable[[str], bool] | None = None
) -> NumberCheck:
    """The check that belongs to a type of identity document; passports and others only must not be empty."""
    if id_type == "credit_code":
        return check_credit_code(text, is_region=is_region)
    if id_type == "resident_id":
        return check_resident_id(text, today=today, is_region=is_region)
    value = " ".join(text.translate(_FULL_WIDTH).split())
    return NumberCheck(text, value) if value else NumberCheck(text, value, "empty", _("没有填写证件号码"))


_PHONE: Final = re.compile(r"\+?\d[\d\- ]{4,18}\d(?:(?:转|#|\*| )\d{1,6})?")
_MAIL: Final = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")


def is_phone(text: str) -> bool:
    """Digits with + and -, an extension after 转 or #."""
    return _PHONE.fullmatch(text.translate(_FULL_WIDTH).strip()) is not None


def is_email(text: str) -> bool:
    """Has the form of a mail address."""
    return _MAIL.fullmatch(text.translate(_FULL_WIDTH).strip()) is not None


def mask_id(text: str) -> str:
    """Three first and four last characters, the rest stars: ``110***********1234``; short ones all stars."""
    return text[:3] + "*" * (len(text) - 7) + text[-4:] if len(text) > 8 else "*" * len(text)


def mask_phone(text: str) -> str:
    """Three first and the last two digits kept: ``138******78``; short ones all stars."""
    return text[:3] + "*" * (len(text) - 5) + text[-2:] if len(text) > 6 else "*" * len(text)
