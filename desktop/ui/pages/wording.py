"""Days, moments, people and amounts as the pages say them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING

from desktop.errors import DeskError
from desktop.resources import _
from desktop.settings import local_time

if TYPE_CHECKING:
    from decimal import Decimal

    from desktop.services.views import ContractRow

KIND_WORDS = {"DEV": _("开发"), "TRF": _("转让"), "LIC": _("许可"), "CON": _("咨询"), "SVC": _("服务")}
FULL_KIND_WORDS = {
    "DEV": _("技术开发"),
    "TRF": _("技术转让"),
    "LIC": _("技术许可"),
    "CON": _("技术咨询"),
    "SVC": _("技术服务"),
}
ROLE_WORDS = {"clerk": _("登记员"), "reviewer": _("复核员"), "head": _("负责人"), "admin": _("系统维护")}
WEEKDAYS = _("一二三四五六日")


def full_role(roles: Collection[str]) -> str:
    """What a person is, in the sign-in list: 登记员（经办）, 登记员（复核）, 负责人."""
    if "head" in roles:
        return _("负责人")
    if "reviewer" in roles:
        return _("登记员（复核）")
    if "clerk" in roles:
        return _("登记员（经办）")
    return "、".join(ROLE_WORDS[role] for role in sorted(roles) if role in ROLE_WORDS)


def short_role(roles: Collection[str]) -> str:
    """The same under the name in the navigation: 登记员 · 经办."""
    return full_role(roles).replace("（", " · ").replace("）", "")


def weekday(day: date) -> str:
    """星期五."""
    return _("星期{day}").format(day=WEEKDAYS[day.weekday()])


def day_and_weekday(day: date) -> str:
    """2026-11-20 星期五."""
    return f"{day.isoformat()} {weekday(day)}"


def when(moment: datetime, today: date) -> str:
    """今日 08:31, 昨日 17:42, 11-17 16:20, or with the year when it is another one."""
    at = local_time(moment)
    days = (today - at.date()).days
    if days == 0:
        return _("今日 {time}").format(time=f"{at:%H:%M}")
    if days == 1:
        return _("昨日 {time}").format(time=f"{at:%H:%M}")
    return f"{at:%m-%d %H:%M}" if at.year == today.year else f"{at:%Y-%m-%d %H:%M}"


def yuan(amount: Decimal | None) -> str:
    """1,280,000.00, or — when it is not known."""
    return "—" if amount is None else f"{amount:,.2f}"


def in_ten_thousands(amount: Decimal) -> str:
    """万元 with two places: 38,642.17."""
    return f"{round(amount / 10_000, 2):,.2f}"


def tail(row: ContractRow) -> str:
    """The last four of the 受理号, as the desk calls a case."""
    return row.local_serial.rsplit("-", 1)[-1][-4:]


def size_words(count: int) -> str:
    """61.4 GB."""
    size = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def returned_words(reason: str, *, is_open: bool = False) -> str:
    """Why the province gave a registered contract back, whole, and the way to the next package; ``is_open``:
    said on the page of the contract.
    """
    why = reason.rstrip("。") or _("回执没有写原因，请与上级核对")
    if is_open:
        return _("上级退回：{why}。请按“变更”改好，即编入下一包").format(why=why)
    return _("上级退回：{why}。打开后按“变更”改好，即编入下一包").format(why=why)


def trouble_words(exc: Exception) -> str:
    """A refusal or a machine fault in one line, remedy included. Anything else is a defect: it is raised."""
    if not isinstance(exc, DeskError):
        raise exc
    short = f"（{exc.code}）" if exc.code else ""
    return f"{exc.message}{short}。{exc.hint}" if exc.hint else f"{exc.message}{short}"
