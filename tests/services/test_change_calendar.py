"""Another calendar of working days: checked before it counts, deadlines moved only when told to."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from desktop.app import OpenDesk, restore, sign_in
from desktop.errors import MachineError, RefusedError
from desktop.models import Action
from desktop.resources import resource
from desktop.rules.working_days import Calendar
from desktop.sample_station_data import make_station
from desktop.services.change_calendar import (
    calendar_in_use,
    change_calendar,
    load_calendar,
    look_at_calendar,
)
from desktop.services.commands import ChangeCalendar
from desktop.services.law import own_calendar, with_overlay
from desktop.services.look import contract_sheet
from tests.conftest import ADMIN, CLERK, HEAD, REVIEWER, Way

SHIPPED = resource("law", "working-days.toml").read_text(encoding="utf-8")
NEXT = """
[[year]]
year = 2027
instrument = "国务院办公厅关于2027年部分节假日安排的通知"
confidence = "verified"
holidays = [{ name = "元旦", first = 2027-01-01, last = 2027-01-03 }]
workdays = []
"""
DAY_OFF = SHIPPED.replace(
    '{ name = "国庆节", first',
    '{ name = "临时放假", first = 2026-12-01, last = 2026-12-01 },\n  { name = "国庆节", first',
)
"""One more day off on a Tuesday between acceptance (20 November) and the fifteenth working day after."""

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def file(text: str) -> Path:
        path = tmp_path / "节假日2027.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return file


def ask(path: Path, *, move: bool = False, actor: str = CLERK.name) -> ChangeCalendar:
    return ChangeCalendar(actor=actor, path=path, move_deadlines=move)


def log(way: Way, verb: str) -> list[dict[str, Any]]:
    with way.office.look() as uow:
        rows = uow.session.scalars(select(Action).where(Action.verb == verb).order_by(Action.id))
        return [json.loads(row.detail) for row in rows]


def due(way: Way, contract_id: int) -> date | None:
    return way.sheet(contract_id).row.due_on


def test_as_shipped_next_year_is_still_missing(way: Way) -> None:
    view = calendar_in_use(way.office.folder, date(2026, 11, 20))
    assert (view.source, view.years) == ("shipped", ((2025, "memory"), (2026, "memory")))
    assert (view.next_year, view.knows_next_year) == (2027, False)


@pytest.mark.parametrize("person", [CLERK, HEAD], ids=["clerk", "head"])
def test_a_new_year_is_added_by_clerk_or_head_and_counts_at_once(way: Way, write: Write, person: Any) -> None:
    office = way.office.as_person(person)
    done = change_calendar(office, ask(write(SHIPPED + NEXT), actor=person.name))
    assert (done.moved, done.unsure, done.is_same) == ((), (), False)
    view = calendar_in_use(office.folder, date(2026, 11, 20))
    assert (view.source, view.path) == ("station", own_calendar(office.folder))
    assert view.knows_next_year
    assert load_calendar(office.folder).is_certain(date(2027, 5, 1))
    (row,) = log(way, "calendar")
    assert (row["file"], row["years"]) == ("节假日2027.toml", [2025, 2026, 2027])


@pytest.mark.parametrize("person", [ADMIN, replace(REVIEWER, roles=frozenset({"reviewer"}))])
def test_others_may_not_change_it(way: Way, write: Write, person: Any) -> None:
    office = way.office.as_person(person)
    with pytest.raises(RefusedError, match="登记员或负责人"):
        change_calendar(office, ask(write(SHIPPED + NEXT), actor=person.name))
    assert calendar_in_use(office.folder, date(2026, 11, 20)).source == "shipped"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SHIPPED + NEXT.replace("2027-01-03", "2026-01-03"), "2027 元旦 有误：起止日期不对"),
        (SHIPPED + NEXT.replace("workdays = []", "workdays = [2027-01-04]"), "2027 workdays 有误"),
        (SHIPPED + NEXT.replace("workdays", "workday"), "2027 workday 有误：没有这一项"),
        (NEXT, "里没有 2026 年，现用的表里有"),
        ("", "一个年份也没有"),
        ("不是节假日表", "读不出来"),
    ],
)
def test_a_file_that_is_not_in_order_is_refused_and_the_old_one_stays(
    way: Way, write: Write, text: str, said: str
) -> None:
    change_calendar(way.office, ask(write(SHIPPED + NEXT)))
    before = own_calendar(way.office.folder).read_bytes()
    office = replace(way.office, calendar=load_calendar(way.office.folder))
    path = write(text)
    for act in (lambda: look_at_calendar(office, path), lambda: change_calendar(office, ask(path))):
        with pytest.raises(RefusedError, match="节假日2027") as refused:
            act()
        assert said in refused.value.message
    assert own_calendar(office.folder).read_bytes() == before
    assert len(log(way, "calendar")) == 1
    assert sorted(p.name for p in own_calendar(office.folder).parent.iterdir()) == ["working-days.toml"]


def test_a_missing_or_huge_file_is_told(way: Way, tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="没有"):
        look_at_calendar(way.office, tmp_path / "没有.toml")
    (tmp_path / "大.toml").write_bytes(b"#" * (1 << 21))
    with pytest.raises(RefusedError, match="太大"):
        look_at_calendar(way.office, tmp_path / "大.toml")


def test_the_same_file_changes_nothing(way: Way, write: Write) -> None:
    assert change_calendar(way.office, ask(write(SHIPPED))).is_same
    change_calendar(way.office, ask(write(SHIPPED + NEXT)))
    assert look_at_calendar(way.office, write(SHIPPED + NEXT)).is_same
    assert change_calendar(way.office, ask(write(SHIPPED + NEXT))).is_same
    assert len(log(way, "calendar")) == 1


def test_a_file_saved_by_notepad_is_read(way: Way, tmp_path: Path) -> None:
    path = tmp_path / "bom.toml"
    path.write_bytes(b"\xef\xbb\xbf" + (SHIPPED + NEXT).replace("\n", "\r\n").encode())
    change_calendar(way.office, ask(path))
    assert 2027 in load_calendar(way.office.folder).years


def test_deadlines_that_would_move_are_told_and_stay(way: Way, write: Write) -> None:
    made, draft, registered = way.accepted(), way.draft(title="另一份"), way.registered(title="第三份")
    assert due(way, made) == date(2026, 12, 11)
    look = look_at_calendar(way.office, write(DAY_OFF))
    assert [(m.contract_id, m.before, m.after) for m in look.moved] == [
        (made, date(2026, 12, 11), date(2026, 12, 14))
    ]
    assert not look.were_moved
    assert log(way, "calendar") == []
    done = change_calendar(way.office, ask(write(DAY_OFF)))
    assert (done.moved, done.were_moved) == (look.moved, False)
    assert due(way, made) == date(2026, 12, 11)
    (row,) = log(way, "calendar")
    assert row["left"] == [[look.moved[0].number, "2026-12-11", "2026-12-14"]]
    assert log(way, "deadline") == []
    assert [way.sheet(key).row.due_on for key in (draft, registered)] == [None, None]


def test_confirmed_deadlines_move_each_with_a_row_in_the_log(way: Way, write: Write) -> None:
    first, second = way.accepted(), way.recognised(title="山地轨道运输车制动系统研制")
    done = change_calendar(way.office, ask(write(DAY_OFF), move=True))
    assert done.were_moved
    assert {m.contract_id for m in done.moved} == {first, second}
    assert [due(way, key) for key in (first, second)] == [date(2026, 12, 14)] * 2
    assert [(row["from"], row["to"]) for row in log(way, "deadline")] == [("2026-12-11", "2026-12-14")] * 2
    sheet = contract_sheet(way.office, first)
    assert sheet.history[0].words == "换了节假日表，期限由 2026-12-11 改为 2026-12-14"
    assert sheet.is_chain_whole


def test_a_day_off_after_the_deadline_or_before_acceptance_moves_nothing(way: Way, write: Write) -> None:
    way.accepted()
    for day in ("2026-12-14", "2026-11-20"):
        assert look_at_calendar(way.office, write(DAY_OFF.replace("2026-12-01", day))).moved == ()
    look = look_at_calendar(way.office, write(DAY_OFF.replace("2026-12-01", "2026-12-11")))
    assert [m.after for m in look.moved] == [date(2026, 12, 14)]


def test_a_deadline_that_no_period_explains_is_left_to_a_person(way: Way, write: Write) -> None:
    made = way.accepted()
    with way.office.work() as uow:
        contract = uow.contract(made)
        contract.due_on = date(2026, 12, 8)  # twelve working days: set by hand in another program
        number = contract.local_serial
        uow.commit()
    done = change_calendar(way.office, ask(write(DAY_OFF), move=True))
    assert (done.moved, done.unsure) == ((), (number,))
    assert due(way, made) == date(2026, 12, 8)


def test_a_period_in_plain_days_has_nothing_to_do_with_the_calendar(way: Way, write: Write) -> None:
    periods = way.office.pack.periods
    plain = {"normal": replace(periods["normal"], unit="calendar"), "large": periods["large"]}
    way.office = replace(way.office, pack=replace(way.office.pack, periods={**periods, **plain}))
    made = way.accepted()
    assert due(way, made) == date(2026, 12, 5)
    look = look_at_calendar(way.office, write(DAY_OFF))
    assert (look.moved, look.unsure) == ((), ())


def test_nobody_acts_under_anothers_name(way: Way, write: Write) -> None:
    with pytest.raises(RefusedError):
        change_calendar(way.office, ask(write(SHIPPED + NEXT), actor=HEAD.name))


def test_a_pack_brings_its_calendar_and_the_stations_own_stands_before_it(way: Way, write: Write) -> None:
    folder = way.office.folder
    pack = folder / "law" / "pack-2"
    pack.mkdir(parents=True)
    (pack / "working-days.toml").write_text(SHIPPED + NEXT, encoding="utf-8")
    (folder / "law" / "CURRENT").write_text("pack-2", encoding="utf-8")
    assert calendar_in_use(folder, date(2026, 11, 20)).source == "policy"
    assert 2027 in load_calendar(folder).years
    change_calendar(way.office, ask(write(DAY_OFF)))
    assert calendar_in_use(folder, date(2026, 11, 20)).source == "station"
    assert date(2026, 12, 1) in load_calendar(folder).holidays


def test_a_pack_with_a_wrong_calendar_is_not_put_in_force(tmp_path: Path) -> None:
    (tmp_path / "working-days.toml").write_text(SHIPPED + NEXT.replace("verified", "sure"), encoding="utf-8")
    with pytest.raises(RefusedError, match="2027 confidence"):
        with_overlay(tmp_path)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ready") / "station"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONTRACT_DESK_TODAY", "2026-11-20")
        make_station(folder, cheap_passwords=True)
    return folder


@pytest.fixture
def head(tmp_path: Path, ready: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenDesk]:
    monkeypatch.setenv("CONTRACT_DESK_TODAY", "2026-11-20")
    opened = sign_in(Path(shutil.copytree(ready, tmp_path / "station")), HEAD.name, "lanzhou-2026")
    yield opened
    opened.close()


def test_it_counts_in_the_open_window_after_the_next_start_and_after_a_restore(
    head: OpenDesk, write: Write, tmp_path: Path
) -> None:
    folder = head.office.folder
    assert head.calendar.is_working_day(date(2026, 12, 1))
    head.change_calendar(ask(write(DAY_OFF), actor=HEAD.name))
    assert not head.calendar.is_working_day(date(2026, 12, 1))
    assert head.calendar_in_use().source == "station"
    head.backup(tmp_path / "b.desk")
    head.close()
    again = sign_in(folder, HEAD.name, "lanzhou-2026")
    assert not again.calendar.is_working_day(date(2026, 12, 1))
    assert again.check(deep=True).is_good
    again.close()
    restore(tmp_path / "b.desk", tmp_path / "new", HEAD.name, "lanzhou-2026")
    assert own_calendar(tmp_path / "new").read_text(encoding="utf-8") == DAY_OFF


def test_a_calendar_damaged_on_the_disk_is_named_at_the_start(head: OpenDesk) -> None:
    folder = head.office.folder
    own_calendar(folder).write_text("[[year", encoding="utf-8")
    head.close()
    with pytest.raises(RefusedError, match="working-days"):
        sign_in(folder, HEAD.name, "lanzhou-2026")
    own_calendar(folder).unlink()
    sign_in(folder, HEAD.name, "lanzhou-2026").close()


def test_the_constants_of_these_tests_are_what_they_say() -> None:
    changed = Calendar.read(DAY_OFF.encode(), "x")
    assert set(changed.holidays) - set(Calendar.read(SHIPPED.encode(), "x").holidays) == {date(2026, 12, 1)}
