"""统计 of this station: a window of its registrations, the targets of the head, paper and workbook."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from desktop.errors import RefusedError
from desktop.models import StationSetting
from desktop.resources import _, in_chinese
from desktop.services.commands import SetTargets
from desktop.services.look import home_of, put_setting, setting
from desktop.services.office import Office, check_actor, commit
from desktop.statistics.counting import count_report
from desktop.statistics.report import BASES, Span, StatisticsReport, Targets, span_of
from desktop.store.unit_of_work import UnitOfWork

Progress = Callable[[int, int, str], None]
UNITS = ("month", "quarter", "year")
FIRST_YEAR, LAST_YEAR = 1985, 2099
MOST_CONTRACTS = 10_000_000
MOST_YUAN = Decimal(10) ** 13


def statistics_report(office: Office, unit: str, year: int) -> StatisticsReport:
    """The figures of ``year``, or of the quarter or month of it in which today lies; one pass.

    Raises RefusedError for another unit or a year that cannot be.
    """
    if unit not in UNITS or not FIRST_YEAR <= year <= LAST_YEAR:
        raise RefusedError(_("不能统计 {year} 年的“{unit}”").format(year=year, unit=unit), "、".join(UNITS))
    started = time.perf_counter()
    home = home_of(office)
    with office.look() as uow:
        report = count_report(uow.session, span_of(unit, year, office.today()), home)
        targets = _read(uow, year)
    name = office.codes.name("regions", home.code)
    return replace(report, targets=targets, home=name, seconds=time.perf_counter() - started)


def flow_report(office: Office, first: date, last: date) -> StatisticsReport:
    """Any two days, both included, without targets; the months are those of the year in which it begins.

    Raises RefusedError when the last day lies before the first.
    """
    if last < first:
        raise RefusedError(_("止日早于起日"), _("请核对两个日期"))
    home = home_of(office)
    with office.look() as uow:
        report = count_report(uow.session, Span(first, last, last), home)
    return replace(report, home=office.codes.name("regions", home.code))


def targets_of(office: Office, year: int) -> Targets | None:
    """What the head set for a year."""
    with office.look() as uow:
        return _read(uow, year)


def set_targets(office: Office, cmd: SetTargets) -> Targets | None:
    """Keep the targets of one year; all three empty takes them away. Only the head may; the log is told.

    Raises RefusedError for anybody else, a year that cannot be, and a target that is not above zero.
    """
    check_actor(office, cmd)
    if "head" not in office.person.roles:
        raise RefusedError(_("年度目标由负责人设定"), _("请负责人登录后再设"))
    wanted = Targets(cmd.year, cmd.count, cmd.contract, cmd.technology, cmd.basis)
    _check(wanted)
    with office.work() as uow:
        if uow.was_done(cmd.request_id, "targets", ""):
            return _read(uow, cmd.year)
        before = _read(uow, cmd.year)
        made = None if wanted.is_empty else wanted
        if made is not None:
            put_setting(uow, _key(cmd.year), json.dumps(_plain(made), ensure_ascii=False))
        elif (row := uow.session.get(StationSetting, _key(cmd.year))) is not None:
            uow.session.delete(row)
        detail = {"year": cmd.year, "before": before and _plain(before), "after": made and _plain(made)}
        uow.record(cmd.request_id, "targets", cmd.actor, office.now(), detail)
        commit(uow)
    return made


def _check(wanted: Targets) -> None:
    if not FIRST_YEAR <= wanted.year <= LAST_YEAR:
        raise RefusedError(_("年度 {year} 不对").format(year=wanted.year), _("请写四位数的年份"))
    if wanted.basis not in BASES:
        raise RefusedError(_("目标的口径不对"), _("请选登记、输出或吸纳"))
    if wanted.count is not None and not 0 < wanted.count <= MOST_CONTRACTS:
        raise RefusedError(_("份数目标要大于零"), _("不设这一项就留空"))
    for name, amount in ((_("成交额"), wanted.contract), (_("技术交易额"), wanted.technology)):
        if amount is None:
            continue
        if not 0 < amount <= MOST_YUAN or amount != amount.quantize(Decimal("0.01")):
            raise RefusedError(
                _("{name}目标要大于零，最多到分").format(name=name), _("不设这一项就留空；单位是万元")
            )
    if wanted.contract is not None and wanted.technology is not None and wanted.technology > wanted.contract:
        raise RefusedError(_("技术交易额的目标大于成交额的目标"), _("请核对两个数"))


def _key(year: int) -> str:
    return f"targets:{year}"


def _plain(targets: Targets) -> dict[str, Any]:
    return {
        "count": targets.count,
        "contract": None if targets.contract is None else format(targets.contract, "f"),
        "technology": None if targets.technology is None else format(targets.technology, "f"),
        "basis": targets.basis,
    }


def _read(uow: UnitOfWork, year: int) -> Targets | None:
    kept = setting(uow, _key(year))
    if not kept:
        return None
    raw = json.loads(kept)

    def yuan(name: str) -> Decimal | None:
        return None if raw[name] is None else Decimal(raw[name])

    return Targets(year, raw["count"], yuan("contract"), yuan("technology"), raw["basis"])


def statistics_name(office: Office, report: StatisticsReport, basis: str, ending: str) -> str:
    """``单位_统计_起止_份数.xlsx``: a name of a file that every system takes."""
    days = f"{report.span.first:%Y%m%d}-{report.span.last:%Y%m%d}"
    count = _("{n}份").format(n=report.splits[basis].now.count)
    parts = [office.station.name, _("统计"), days, count]
    return "_".join(re.sub(r"[\\/:*?\"<>|\s]+", "", part)[:40] for part in parts) + ending


def export_statistics(
    office: Office, report: StatisticsReport, basis: str, path: Path, progress: Progress | None = None
) -> Path:
    """The tables of the page as .xlsx, in yuan and unrounded. Stopped on the way, nothing is left behind."""
    from desktop.exchange.statistics_book import write_statistics
    from desktop.services.statistics_tables import sheets_of

    sheets = sheets_of(office.codes, report, basis, office.today())
    write_statistics(path, office.station.name, sheets, progress or (lambda _done, _total, _words: None))
    return path


@in_chinese()
def print_statistics(office: Office, report: StatisticsReport, basis: str, path: Path) -> Path:
    """The tables and charts of the page as PDF (P29), A4, in 万元. The same figures give the same bytes."""
    from desktop.certificates.layout import load_layout
    from desktop.certificates.statistics_paper import draw_statistics
    from desktop.services.statistics_tables import paper_of

    paper = paper_of(
        office.codes,
        report,
        basis,
        station=office.station.name,
        person=office.person.name,
        today=office.today(),
        is_training=office.station.is_training,
    )
    draw_statistics(paper, path, layout=load_layout("P29", office.pack.layout("P29")))
    return path
