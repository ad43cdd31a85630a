"""Who may come in: forgotten passwords, people who leave and come back, roles, the recovery sheet."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from desktop.app import OpenDesk, recover, sign_in
from desktop.errors import MachineError, RefusedError
from desktop.models import Action
from desktop.sample_station_data import make_station
from desktop.security import slots
from desktop.security.passwords import CHEAP
from desktop.services import station
from desktop.services.station import FirstPerson, init_station, shipped_pack
from desktop.settings import StationFile
from desktop.store.unit_of_work import UnitOfWork

NEW = "xin-kouling-2026"


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTRACT_DESK_TODAY", "2026-11-20")


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample station, to copy from."""
    folder = tmp_path_factory.mktemp("ready") / "station"
    make_station(folder, cheap_passwords=True)
    return folder


@pytest.fixture
def folder(tmp_path: Path, ready: Path) -> Path:
    return Path(shutil.copytree(ready, tmp_path / "station"))


@pytest.fixture
def head(folder: Path) -> Iterator[OpenDesk]:
    opened = sign_in(folder, "贺兰舟", "lanzhou-2026")
    yield opened
    opened.close()


def log(desk: OpenDesk) -> list[tuple[str, str, dict[str, object]]]:
    """(verb, who, detail) in order."""
    with desk.office.look() as uow:
        rows = uow.session.scalars(select(Action).order_by(Action.id)).all()
        return [(row.verb, row.person, json.loads(row.detail)) for row in rows]


def test_the_head_resets_a_forgotten_password_and_the_log_keeps_no_password(
    folder: Path, head: OpenDesk
) -> None:
    head.reset_password("沈清禾", NEW)
    assert log(head)[-1] == ("reset_password", "贺兰舟", {"name": "沈清禾"})
    assert NEW not in json.dumps(log(head), ensure_ascii=False)
    assert head.check().is_good
    head.close()
    with pytest.raises(RefusedError, match="口令不对"):
        sign_in(folder, "沈清禾", "qinghe-2026")
    sign_in(folder, "沈清禾", NEW).close()


def test_nobody_but_the_head_resets_stops_or_changes_roles(folder: Path) -> None:
    clerk = sign_in(folder, "沈清禾", "qinghe-2026")
    signed_in = json.loads((folder / "people.json").read_bytes())["people"]
    acts = (
        lambda: clerk.reset_password("陆知远", NEW),
        lambda: clerk.set_active("陆知远", False),
        lambda: clerk.set_roles("沈清禾", "clerk head"),
    )
    for act in acts:
        with pytest.raises(RefusedError, match="由负责人管理"):
            act()
    assert json.loads((folder / "people.json").read_bytes())["people"] == signed_in
    clerk.close()


def test_the_heads_own_password_takes_the_old_one(head: OpenDesk) -> None:
    with pytest.raises(RefusedError, match="自己的口令不能重设"):
        head.reset_password("贺兰舟", NEW)
    head.change_password("lanzhou-2026", NEW)
    assert log(head)[-1][0] == "password"


def test_a_weak_new_password_changes_and_logs_nothing(folder: Path, head: OpenDesk) -> None:
    entries = len(log(head))
    with pytest.raises(RefusedError, match="口令"):
        head.reset_password("沈清禾", "123")
    with pytest.raises(RefusedError, match="没有“张三”"):
        head.reset_password("张三", NEW)
    assert len(log(head)) == entries
    head.close()
    sign_in(folder, "沈清禾", "qinghe-2026").close()


def test_somebody_who_left_comes_in_no_more_until_they_are_back(folder: Path, head: OpenDesk) -> None:
    head.set_active("沈清禾", False)
    assert ("沈清禾", False) in [(name, active) for name, _roles, active in head.people()]
    with pytest.raises(RefusedError, match="本来就已停用"):
        head.set_active("沈清禾", False)
    with pytest.raises(RefusedError, match="已停用"):
        head.reset_password("沈清禾", NEW)
    head.close()
    with pytest.raises(RefusedError, match="已停用"):
        sign_in(folder, "沈清禾", "qinghe-2026")
    again = sign_in(folder, "贺兰舟", "lanzhou-2026")
    with pytest.raises(RefusedError, match="口令"):
        again.set_active("沈清禾", True, "123")
    assert ("沈清禾", False) in [(name, active) for name, _roles, active in again.people()]
    again.set_active("沈清禾", True, NEW)
    assert [row[0] for row in log(again)[-2:]] == ["stop_person", "resume_person"]
    again.close()
    sign_in(folder, "沈清禾", NEW).close()


def test_the_last_head_stays(head: OpenDesk) -> None:
    with pytest.raises(RefusedError, match="停用正在登录的自己"):
        head.set_active("贺兰舟", False)
    with pytest.raises(RefusedError, match="至少要留一位"):
        head.set_roles("贺兰舟", "clerk")
    roles = {name: set(roles.split()) for name, roles, _active in head.people()}
    assert roles["贺兰舟"] == set(head.person.roles)
    assert "head" in head.person.roles


def test_new_roles_hold_from_the_next_sign_in_and_ones_own_at_once(folder: Path, head: OpenDesk) -> None:
    head.set_roles("沈清禾", "clerk head")
    head.set_roles("贺兰舟", "reviewer")
    assert head.person.roles == {"reviewer"}
    with pytest.raises(RefusedError, match="由负责人管理"):
        head.set_roles("贺兰舟", "head")
    head.close()
    clerk = sign_in(folder, "沈清禾", "qinghe-2026")
    assert clerk.person.roles == {"clerk", "head"}
    assert ("沈清禾", "clerk head", True) in clerk.people()
    clerk.close()


def test_ones_own_pin_is_set_and_taken_away(folder: Path, head: OpenDesk) -> None:
    key = slots.UnlockedKey(head.office.master, "贺兰舟", "贺兰舟", tuple(head.person.roles))
    head.set_pin("418305")
    slots.check_pin(folder / "people.json", key, "418305")
    with pytest.raises(RefusedError, match="6 位"):
        head.set_pin("12")
    head.set_pin("")
    with pytest.raises(RefusedError, match="不能用 PIN"):
        slots.check_pin(folder / "people.json", key, "418305")
    assert "418305" not in json.dumps(log(head))


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "encrypted"])
def test_the_recovery_sheet_lets_the_head_in_and_is_spent(tmp_path: Path, plain: bool) -> None:
    station = StationFile("990321", "澄河县技术合同登记处", pack="yunling-2026.11", is_plain=plain)
    people = [FirstPerson("贺兰舟", ("head",), "lanzhou-2026")]
    folder = tmp_path / "new"
    code = init_station(folder, station, people, shipped_pack("yunling-2026.11"), cost=CHEAP)
    with pytest.raises(RefusedError, match="恢复码不对"):
        recover(folder, code[:-1] + ("0" if code[-1] != "0" else "1"), "贺兰舟", NEW)
    with pytest.raises(RefusedError, match="口令太短"):
        recover(folder, code, "贺兰舟", "123")
    came = recover(folder, code.lower().replace("-", " "), "贺兰舟", NEW)
    assert (came.name, came.trouble) == ("贺兰舟", "")
    assert came.code != code
    opened = sign_in(folder, "贺兰舟", NEW)
    assert log(opened)[-1] == ("recover", "贺兰舟", {"name": "贺兰舟"})
    assert came.code not in json.dumps(log(opened))
    with pytest.raises(MachineError, match="另一个窗口"):
        recover(folder, came.code, "贺兰舟", "zai-huan-2026")
    opened.close()
    with pytest.raises(RefusedError, match="恢复码不对"):
        recover(folder, code, "贺兰舟", NEW)
    recover(folder, came.code, "贺兰舟", "zai-huan-2026")
    sign_in(folder, "贺兰舟", "zai-huan-2026").close()


def test_a_new_code_is_told_even_when_the_database_does_not_open(tmp_path: Path) -> None:
    station = StationFile("990321", "澄河县技术合同登记处", pack="yunling-2026.11", is_plain=True)
    people = [FirstPerson("贺兰舟", ("head",), "lanzhou-2026")]
    folder = tmp_path / "new"
    code = init_station(folder, station, people, shipped_pack("yunling-2026.11"), cost=CHEAP)
    (folder / "contract-desk.db").rename(folder / "elsewhere.db")
    came = recover(folder, code, "贺兰舟", NEW)
    assert "不见了" in came.trouble
    (folder / "elsewhere.db").rename(folder / "contract-desk.db")
    assert recover(folder, came.code, "贺兰舟", "zai-huan-2026").trouble == ""


def test_the_head_makes_a_new_recovery_sheet_with_the_password_again(tmp_path: Path) -> None:
    made = StationFile("990321", "澄河县技术合同登记处", pack="yunling-2026.11", is_plain=False)
    people = [
        FirstPerson("贺兰舟", ("head",), "lanzhou-2026"),
        FirstPerson("沈清禾", ("clerk",), "qinghe-2026"),
    ]
    folder = tmp_path / "new"
    lost = init_station(folder, made, people, shipped_pack("yunling-2026.11"), cost=CHEAP)
    clerk = sign_in(folder, "沈清禾", "qinghe-2026")
    with pytest.raises(RefusedError, match="由负责人换新"):
        clerk.renew_recovery("qinghe-2026")
    clerk.close()
    opened = sign_in(folder, "贺兰舟", "lanzhou-2026")
    before = json.loads((folder / "people.json").read_bytes())["recovery"]
    with pytest.raises(RefusedError, match="口令不对"):
        opened.renew_recovery("somebody-else")
    assert json.loads((folder / "people.json").read_bytes())["recovery"] == before
    assert "renew_recovery" not in [verb for verb, *_rest in log(opened)]
    came = opened.renew_recovery("lanzhou-2026")
    assert (came.name, came.trouble) == ("贺兰舟", "")
    assert log(opened)[-1] == ("renew_recovery", "贺兰舟", {})
    assert came.code not in json.dumps(log(opened))
    assert came.code not in (folder / "people.json").read_text(encoding="utf-8")
    opened.close()
    with pytest.raises(RefusedError, match="恢复码不对"):
        recover(folder, lost, "贺兰舟", NEW)
    recover(folder, came.code, "贺兰舟", NEW)
    sign_in(folder, "贺兰舟", NEW).close()


def test_a_log_that_takes_no_row_keeps_the_old_sheet_and_a_late_fault_still_shows_the_code(
    head: OpenDesk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = json.loads((folder / "people.json").read_bytes())["recovery"]

    def full(*_a: object, **_k: object) -> None:
        raise MachineError("磁盘满了", "请腾出空间")

    with monkeypatch.context() as patched:
        patched.setattr(UnitOfWork, "record", full)
        with pytest.raises(MachineError, match="磁盘满了"):
            station.renew_recovery(head.office, "lanzhou-2026")
    assert json.loads((folder / "people.json").read_bytes())["recovery"] == before
    with monkeypatch.context() as patched:
        patched.setattr(station, "commit", full)
        came = station.renew_recovery(head.office, "lanzhou-2026")
    assert came.trouble == "磁盘满了"
    head.close()
    assert recover(folder, came.code, "贺兰舟", NEW).trouble == ""


def test_a_clock_set_back_stands_in_the_log(head: OpenDesk) -> None:
    last = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
    head.note_clock(last)
    verb, person, detail = log(head)[-1]
    assert (verb, person, detail["last_seen_at"]) == ("clock_set_back", "贺兰舟", last.isoformat())
    assert str(detail["now"]) < str(detail["last_seen_at"])
