"""首次使用: one go sets the station up with everything the guide asked; what can wait never undoes it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desktop import settings
from desktop.app import sign_in
from desktop.errors import DeskError, RefusedError
from desktop.exchange.province_desk import ProvinceDesk
from desktop.resources import resource
from desktop.rules.codes import CodeTables
from desktop.rules.local_pack import load_pack
from desktop.security.passwords import CHEAP
from desktop.services.first_run import (
    check_block,
    check_new_station,
    place_of,
    set_up_station,
    shipped_packs,
)
from desktop.services.new_station import FirstPerson, NewStation
from desktop.services.station import STAGING, check_people
from desktop.store.backup import verify_backup

PACK = resource("local", "yunling-2026.11.toml")
HEAD = FirstPerson("秦岭松", ("head", "reviewer"), "lingsong-2026")
CLERK = FirstPerson("柳溪月", ("clerk",), "xiyue-2026")


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTRACT_DESK_TODAY", "2026-11-20")


def new(**more: Any) -> NewStation:
    plain: dict[str, Any] = {
        "code": "990321",
        "name": "澄河县技术合同登记处",
        "short": "澄河登记处",
        "address": "文昌路 12 号",
        "phone": "0990-6000000",
        "pack": PACK,
        "people": (HEAD, CLERK),
    }
    return NewStation(**(plain | more))


def set_up(folder: Path, station: NewStation) -> Any:
    return set_up_station(folder, station, sign_in, cost=CHEAP)


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Public key of the province and a number block for 990321."""
    folder = tmp_path_factory.mktemp("province")
    station = folder / "own"
    from desktop.security.keys import create_key

    key = create_key(station, bytes(32), owner="990321", label="澄河县技术合同登记处")
    codes = CodeTables(resource("codes"), load_pack(PACK).regions)
    desk = ProvinceDesk.create(
        folder / "desk", codes, settings.now, code="990000", name="云岭省技术市场管理中心"
    )
    desk.admit("990321", "澄河县技术合同登记处", station / f"{key.key_id}.pub")
    return desk.public_key(), desk.block("990321", 20, 2026, folder / "out")


def test_a_station_stands_with_its_people_words_block_offset_and_both_backups(
    tmp_path: Path, province: tuple[Path, Path]
) -> None:
    upper, block = province
    folder, stick = tmp_path / "data", tmp_path / "stick"
    stick.mkdir()
    made = set_up(
        folder,
        new(
            upper_key=upper,
            block=block,
            print_fits=(("窗口激光机|P06", "0.4 -0.2 100.0 100.0"),),
            backup_second=stick,
        ),
    )
    assert made.left == ()
    assert len(made.recovery_code.replace("-", "")) == 40
    opened = sign_in(folder, CLERK.name, CLERK.password)
    try:
        assert [(name, roles) for name, roles, _active in opened.people()] == [
            ("秦岭松", "head reviewer"),
            ("柳溪月", "clerk"),
        ]
        assert opened.pack.station["phone"] == "0990-6000000"
        assert opened.pack.station["superior"] == load_pack(PACK).station["superior"]
        start = opened.start_page()
        assert (start.block.total, start.block.left) == (20, 20)
        assert opened.draft("print_offset", "窗口激光机|P06")[1] == "0.4 -0.2 100.0 100.0"  # type: ignore[index]
        view, places, words = opened.backup_report()
        assert view.is_verified
        assert places.second == stick
        assert "已打开验过" in words
    finally:
        opened.close()
    (copy,) = stick.glob("*.desk")
    assert zipfile_key(copy)
    assert not (folder / STAGING).exists()


def zipfile_key(path: Path) -> bool:
    """The copy is a whole backup, and encrypted: without the key it does not open."""
    with pytest.raises(DeskError):
        verify_backup(path, None)
    return True


def test_what_can_wait_never_undoes_the_station(tmp_path: Path, province: tuple[Path, Path]) -> None:
    upper, _block = province
    stick = tmp_path / "stick"
    stick.mkdir()
    folder = tmp_path / "data"
    station = new(upper_key=upper, backup_main=stick)

    def opener(*arguments: Any) -> Any:
        stick.rmdir()
        stick.write_text("a file where the folder was", encoding="utf-8")
        return sign_in(*arguments)

    made = set_up_station(folder, station, opener, cost=CHEAP)
    assert made.left == ()
    assert any("这次存在数据文件夹里" in words for words in made.done)
    assert list((folder / "backups").glob("*.desk"))

    def closed(*_arguments: Any) -> Any:
        raise RefusedError("打不开", "请稍后")

    made = set_up_station(tmp_path / "second", new(), closed, cost=CHEAP)
    assert made.left == ("建好了但没有打开：打不开。请稍后",)
    sign_in(tmp_path / "second", HEAD.name, HEAD.password).close()


@pytest.mark.parametrize(
    ("people", "words"),
    [
        ((HEAD,), "经办与复核不能是同一人"),
        ((replace(HEAD, roles=("clerk", "reviewer")), CLERK), "还没有负责人"),
        ((HEAD, replace(CLERK, name="秦岭松")), "有两个人都叫"),
        ((HEAD, replace(CLERK, password="short")), "柳溪月：口令太短"),
        ((HEAD, replace(CLERK, roles=())), "角色只能是"),
        ((HEAD, replace(CLERK, name=" ")), "没有写姓名"),
        ((replace(HEAD, roles=("head", "clerk", "reviewer")),), "经办与复核不能是同一人"),
        ((replace(HEAD, roles=("head",)), CLERK), "经办与复核不能是同一人"),
    ],
)
def test_people_who_cannot_run_a_station_are_refused(people: tuple[FirstPerson, ...], words: str) -> None:
    with pytest.raises(RefusedError, match=words) as refused:
        check_people(people)
    assert refused.value.hint


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"name": " "}, "还没有写机构名称"),
        ({"code": "99032"}, "6 位数字"),
        ({"code": "９９０３２１"}, "6 位数字"),
        ({"backup_second": Path("/nowhere/at/all")}, "第二处 /nowhere/at/all 不在"),
    ],
)
def test_nothing_is_written_when_something_is_not_in_order(
    tmp_path: Path, more: dict[str, Any], words: str
) -> None:
    with pytest.raises(RefusedError, match=words):
        set_up(tmp_path / "data", new(**more))
    assert not (tmp_path / "data").exists()


def test_a_block_needs_the_key_of_above_and_is_told_by_its_ends(province: tuple[Path, Path]) -> None:
    upper, block = province
    pack = load_pack(PACK)
    assert "以后导入" in check_block(pack, None, None, "990321")
    with pytest.raises(RefusedError, match="公钥"):
        check_block(pack, None, block, "990321")
    words = check_block(pack, upper, block, "990321")
    assert "号段 20 个" in words
    with pytest.raises(RefusedError):
        check_block(pack, upper, block, "990322")


def test_a_set_up_that_broke_off_can_be_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "data"

    def full(*_arguments: Any, **_more: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("desktop.services.station.create_key", full)
        with pytest.raises(DeskError):
            set_up(folder, new())
    assert list(folder.iterdir()) == []
    made = set_up(folder, new())
    assert made.left == ()
    assert json.loads((folder / "people.json").read_text(encoding="utf-8"))["people"]


def test_shipped_packs_are_offered_with_their_mark() -> None:
    packs = {one.pack.id: one.pack.confidence for one in shipped_packs()}
    assert "yunling-2026.11" in packs
    assert len(packs) == 3


def test_the_steps_are_checked_in_their_order() -> None:
    with pytest.raises(RefusedError, match="机构名称"):
        check_new_station(new(name="", people=()))


@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("990321", ("云岭省", "岚州市", "澄河县")),
        ("990521", ("云岭省", "千湖市", "青禾县")),
        ("990526", ("云岭省", "千湖市", "")),
        ("990000", ("云岭省", "", "")),
        ("888888", ("云岭省", "", "")),
    ],
)
def test_a_station_stands_where_its_code_says_and_not_where_the_pack_comes_from(
    code: str, place: tuple[str, str, str]
) -> None:
    pack = load_pack(PACK)
    assert place_of(pack, code) == place
