"""The working-day calendar in use, and putting a station's own file in its place (节假日表).

The station's own file stands before the one of a policy pack, that one before the shipped one. A change
never moves a deadline by itself: it says which would move, and moves them only when told to, each with a row
in the log.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

from sqlalchemy import select

from desktop.errors import RefusedError
from desktop.models import Contract
from desktop.resources import _
from desktop.rules.working_days import Calendar
from desktop.security.whole_file import machine_fault, sync_folder, write_whole
from desktop.services.commands import ChangeCalendar
from desktop.services.law import calendar_file, own_calendar
from desktop.services.office import Office, check_actor, commit
from desktop.services.views import CalendarChange, CalendarView, MovedDeadline
from desktop.store.queries import IN_PROGRESS
from desktop.store.unit_of_work import UnitOfWork

ROLES: Final = frozenset({"clerk", "head"})
LARGEST: Final = 1 << 20
"""A calendar of a hundred years is smaller; a bigger file is another one."""


def load_calendar(folder: Path | None) -> Calendar:
    """The calendar in use on this machine. Raises RefusedError naming file, year and entry."""
    return Calendar.load(calendar_file(folder)[1])


def calendar_in_use(folder: Path, today: date) -> CalendarView:
    """Where the calendar comes from, and whose years' notices are in it."""
    source, path = calendar_file(folder)
    return _view(Calendar.load(path), source, path, today)


def _view(calendar: Calendar, source: str, path: Path, today: date) -> CalendarView:
    following = today.year + 1
    return CalendarView(
        source, path, tuple(sorted(calendar.years.items())), following, following in calendar.years
    )


def look_at_calendar(office: Office, path: Path) -> CalendarChange:
    """Check a file and say what would change; nothing is changed.

    Raises RefusedError naming file, year and entry, or a year that would get lost.
    """
    calendar, content = _checked(office, path)
    with office.look() as uow:
        moved, unsure = _deadlines(uow, office, calendar)
    return CalendarChange(
        _view(calendar, "station", path, office.today()),
        is_same=_digest(content) == _digest_in_use(office),
        moved=tuple(moved),
        unsure=tuple(unsure),
    )


def change_calendar(office: Office, cmd: ChangeCalendar) -> CalendarChange:
    """Put a file in the place of the calendar in use, for everything counted from now on.

    The same file again changes nothing. With ``move_deadlines`` the deadlines of open contracts that the old
    calendar counted are counted anew, each with a row in the log; without, the log lists them. The caller
    goes on with ``load_calendar``. Raises RefusedError (nobody may, file not in order: the old one stays).
    """
    check_actor(office, cmd)
    if not office.person.roles & ROLES:
        raise RefusedError(_("节假日表由登记员或负责人更换"), _("请登记员或负责人登录后办理"))
    calendar, content = _checked(office, cmd.path)
    new = own_calendar(office.folder)
    view = _view(calendar, "station", new, office.today())
    new.parent.mkdir(exist_ok=True)
    if _digest(content) == _digest_in_use(office):
        return CalendarChange(replace(view, source=calendar_file(office.folder)[0]), is_same=True)
    with office.work() as uow:
        moved, unsure = _deadlines(uow, office, calendar)
        rows = [[row.number, row.before, row.after] for row in moved]
        detail = {
            "file": cmd.path.name,
            "sha256": _digest(content),
            "years": sorted(calendar.years),
            "moved" if cmd.move_deadlines else "left": rows,
            "unsure": list(unsure),
        }
        uow.record(cmd.request_id, "calendar", cmd.actor, office.now(), detail)
        for row in moved if cmd.move_deadlines else ():
            contract = uow.contract(row.contract_id)
            contract.due_on = row.after
            contract.updated_at = office.now()
            told = {"from": row.before, "to": row.after, "file": cmd.path.name}
            uow.record(cmd.request_id, "deadline", cmd.actor, office.now(), told, contract)
        waiting = new.with_name(new.name + ".next")
        write_whole(waiting, content)  # what a full disk would refuse is done before anything is told
        try:
            commit(uow)
        except BaseException:
            waiting.unlink()
            raise
    try:
        waiting.replace(new)
        sync_folder(new.parent)
    except OSError as exc:
        raise machine_fault(exc, new) from exc
    return CalendarChange(view, moved=tuple(moved), unsure=tuple(unsure), were_moved=cmd.move_deadlines)


def _checked(office: Office, path: Path) -> tuple[Calendar, bytes]:
    """The calendar of a file, and its bytes."""
    try:
        if path.stat().st_size > LARGEST:
            raise RefusedError(_("{name} 太大，不是节假日表").format(name=path.name), _("请核对文件"))
        content = path.read_bytes()
    except OSError as exc:
        raise machine_fault(exc, path) from exc
    calendar = Calendar.read(content, path.name)
    this_year = office.today().year
    in_use = office.calendar.years
    if lost := sorted(year for year in in_use if year >= this_year and year not in calendar.years):
        raise RefusedError(
            _("{name} 里没有 {years} 年，现用的表里有").format(
                name=path.name, years="、".join(map(str, lost))
            ),
            _("请在现用的文件后面添新的一年，不要只写新的一年；原来的表仍在使用"),
        )
    return calendar, content


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _digest_in_use(office: Office) -> str:
    return _digest(calendar_file(office.folder)[1].read_bytes())


def _deadlines(uow: UnitOfWork, office: Office, new: Calendar) -> tuple[list[MovedDeadline], list[str]]:
    """Deadlines of open contracts that end on another day by the new calendar; and the numbers of those
    whose days changed but that no period of the local pack explains: a person must look at them.
    """
    old = office.calendar
    periods = [office.pack.period(name) for name in ("normal", "large")]
    lengths = {period.days for period in periods if period.unit == "working"}
    moved: list[MovedDeadline] = []
    unsure: list[str] = []
    query = (
        select(Contract.id, Contract.local_serial, Contract.accepted_on, Contract.due_on)
        .where(
            Contract.state.in_(IN_PROGRESS),
            Contract.deleted_at.is_(None),
        )
        .order_by(Contract.due_on, Contract.id)
    )
    for key, number, start, due in uow.session.execute(query):
        if start is None or due is None:
            continue
        days = old.working_days_between(start, due)
        if days == new.working_days_between(start, due) and new.is_working_day(due):
            continue
        if days in lengths and old.add_working_days(start, days) == due:
            moved.append(MovedDeadline(key, number, due, new.add_working_days(start, days)))
        elif not _counts_calendar_days(office, start, due):
            unsure.append(number)
    return moved, unsure


def _counts_calendar_days(office: Office, start: date, due: date) -> bool:
    """The deadline is a number of days, whatever day it is."""
    periods = [office.pack.period(name) for name in ("normal", "large")]
    return any(p.unit == "calendar" and (due - start).days == p.days for p in periods)
