"""标尺页: what one printer does to a page, measured on paper, and what puts it right.

A printer moves a page and stretches it a little. The ruler page has four crosses; four distances measured
with a ruler give offset and scale. ``Fit`` is what the program then does to every page for this printer, tray
and template: first the scale about the top left corner, then the move.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Final

from desktop.certificates.draw import Sheet
from desktop.certificates.files import write_pdf
from desktop.certificates.fonts import CODE, HEI, SONG
from desktop.errors import RefusedError
from desktop.resources import _

PAGE: Final = "print_offset"
"""Under this name the drafts keep a fit; the subject names printer, template and tray."""
CERTIFICATE: Final = "P06"
LETTERS: Final = "letters"
"""All other papers share one fit."""
WIDTH, HEIGHT = 210.0, 297.0
LEFT, TOP, RIGHT, BOTTOM = 20.0, 20.0, 190.0, 277.0
"""Where the crosses stand, mm from the top left corner of the paper."""
LARGEST_MM: Final = Decimal(20)
LEAST_PERCENT, LARGEST_PERCENT = Decimal(97), Decimal(103)
_TENTH: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Fit:
    """What is done to a page before it goes to the printer; right and down are positive."""

    right: Decimal = Decimal("0.0")
    """mm, −20.0 to 20.0."""
    down: Decimal = Decimal("0.0")
    across: Decimal = Decimal("100.0")
    """Scale across the page, per cent, 97.0 to 103.0."""
    along: Decimal = Decimal("100.0")

    @property
    def is_plain(self) -> bool:
        """The page goes out as it is."""
        return self == Fit()

    def words(self) -> str:
        """For the drafts: ``0.4 -0.2 100.0 99.8``."""
        return " ".join(f"{value:.1f}" for value in (self.right, self.down, self.across, self.along))

    def told(self) -> str:
        """For people."""
        return _("向右 {r} 毫米，向下 {d} 毫米，横 {a}%，纵 {l}%").format(
            r=f"{self.right:.1f}", d=f"{self.down:.1f}", a=f"{self.across:.1f}", l=f"{self.along:.1f}"
        )


def read_fit(words: str) -> Fit:
    """What ``words`` gave; also the two numbers of earlier versions. Unreadable: as it is."""
    try:
        numbers = [Decimal(part) for part in words.split()]
    except ArithmeticError:
        return Fit()
    if len(numbers) not in (2, 4) or not all(number.is_finite() for number in numbers):
        return Fit()
    return Fit(*(number.quantize(_TENTH) for number in numbers))


def subject_of(printer: str, template: str, tray: str = "") -> str:
    """Under which subject a fit is kept; the automatic tray as earlier versions wrote it."""
    return "|".join((printer, template, *([tray] if tray else [])))


def reckon(from_left: Decimal, from_top: Decimal, across: Decimal, along: Decimal) -> Fit:
    """The fit from four measured distances, mm: paper edge to the first cross from the left and from the
    top, first cross to the one at its right, first cross to the one below it.

    The printer puts x at k·x + o; page units x′ = x/k − o/k then land on x. Raises RefusedError when the
    distances cannot come from this page printed at its actual size.
    """
    wide, high = RIGHT - LEFT, BOTTOM - TOP
    scales = (across / Decimal(wide), along / Decimal(high))
    for name, scale, nominal in ((_("横"), scales[0], wide), (_("纵"), scales[1], high)):
        percent = 100 / scale if scale > 0 else Decimal(0)
        if not LEAST_PERCENT <= percent <= LARGEST_PERCENT:
            raise RefusedError(
                _("{name}向量得的长度与 {n} 毫米差得太多").format(name=name, n=f"{nominal:.0f}"),
                _("请再量一次；打印设置里要选“实际大小”，不要“适应页面”"),
            )
    moves = [
        -(measured - scale * Decimal(place)) / scale
        for measured, scale, place in ((from_left, scales[0], LEFT), (from_top, scales[1], TOP))
    ]
    if any(abs(move) > LARGEST_MM for move in moves):
        raise RefusedError(
            _("第一个十字离纸边的距离与 20 毫米差得太多"), _("请看纸放正没有，再量一次；偏移最多 20 毫米")
        )
    percents = (100 / scale for scale in scales)
    return Fit(*(value.quantize(_TENTH, ROUND_HALF_UP) + 0 for value in (*moves, *percents)))


def write_ruler_page(out: Path, printer: str, tray: str = "", fit: Fit | None = None) -> Path:
    """The ruler page as PDF, A4. With ``fit`` it is the check page of that fit, and says so.

    The page itself is drawn true to scale; whoever prints it applies the fit.
    """
    stream = io.BytesIO()
    title = _("标尺页") if fit is None else _("校对页")
    sheet = Sheet(stream, width=WIDTH, height=HEIGHT, title=title)
    for x, y in ((LEFT, TOP), (RIGHT, TOP), (LEFT, BOTTOM), (RIGHT, BOTTOM)):
        sheet.rule(x - 8, y, x + 8, y, 0.2)
        sheet.rule(x, y - 8, x, y + 8, 0.2)
        sheet.frame(x - 1, y - 1, 2, 2, 0.2)
    _rulers(sheet)
    sheet.text(105, 62, title, HEI, 20, align="C")
    who = _("打印机：{printer}").format(printer=printer)
    sheet.text(105, 72, f"{who}　{_('纸盒：')}{tray}" if tray else who, SONG, 11, align="C")
    if fit is None:
        lines: tuple[str, ...] = (
            _("请用毫米尺量下面四个数，量到 0.1 或 0.5 毫米，填进程序里："),
            _("一　纸的左边，到左上十字的竖线（应为 20.0）"),
            _("二　纸的上边，到左上十字的横线（应为 20.0）"),
            _("三　左上十字的竖线，到右上十字的竖线（应为 170.0）"),
            _("四　左上十字的横线，到左下十字的横线（应为 257.0）"),
            _("打印时请选“实际大小”，不要“适应页面”。"),
        )
    else:
        lines = (
            _("已按量得的数校正：{fit}").format(fit=fit.told()),
            _("现在再量：左上十字应离左边、上边各 20.0 毫米，"),
            _("两个十字之间横 170.0、纵 257.0 毫米，相差不超过 0.5 毫米就可以用。"),
            _("还差得多的，请把新量的数从标尺页重做一遍。"),
        )
    for at, line in enumerate(lines):
        sheet.text(58, 92 + at * 9, line, SONG, 12)
    sheet.next_page()
    sheet.save()
    write_pdf(stream.getvalue(), out)
    return out


def _rulers(sheet: Sheet) -> None:
    """A scale of millimetres across the page and one down it, both counted from the paper's edge."""
    across, down = 45.0, 45.0
    sheet.rule(10, across, 200, across, 0.2)
    for mm in range(10, 201):
        sheet.rule(mm, across, mm, across - _tick(mm), 0.2)
        if mm % 10 == 0:
            sheet.text(mm, across + 4, str(mm), CODE, 7, align="C")
    sheet.rule(down, 55, down, 287, 0.2)
    for mm in range(55, 288):
        sheet.rule(down, mm, down - _tick(mm), mm, 0.2)
        if mm % 10 == 0:
            sheet.text(down + 1.5, mm + 0.9, str(mm), CODE, 7)


def _tick(mm: int) -> float:
    return 4.0 if mm % 10 == 0 else 3.0 if mm % 5 == 0 else 1.8
