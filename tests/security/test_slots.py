from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop.errors import DeskError, MachineError, RefusedError
from desktop.security.passwords import CHEAP
from desktop.security.slots import (
    NewPerson,
    activate,
    add_person,
    check_pin,
    create_slots,
    deactivate,
    open_slot,
    read_people,
    renew_recovery,
    reset_by_recovery,
    reset_password,
    restore_previous,
    set_password,
    set_person,
    set_pin,
)

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
SHEN = NewPerson("shenqh", "沈清禾", ("clerk",), "clear-river-7")
LU = NewPerson("luby", "陆伯言", ("reviewer", "head"), "cloud-ridge-9")


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.json"
    create_slots(path, [SHEN, LU], cost=CHEAP)
    return path


def test_two_people_open_the_same_database_key_with_their_own_passwords(people: Path) -> None:
    one, other = open_slot(people, "shenqh", SHEN.password), open_slot(people, "luby", LU.password)
    assert one.raw == other.raw
    assert len(one.raw) == 32
    assert (other.display, other.roles) == ("陆伯言", ("reviewer", "head"))
    assert one.raw.hex() not in people.read_text(encoding="utf-8")
    assert "raw" not in repr(one)


def test_a_password_typed_in_full_width_is_the_same_password(people: Path) -> None:
    assert open_slot(people, "shenqh", "ｃｌｅａｒ-ｒｉｖｅｒ-７").name == "shenqh"


def test_the_sign_in_page_reads_names_without_cryptography(people: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from desktop.security.slots import read_people;"
        f"names = [p.display for p in read_people(Path({str(people)!r}))];"
        "heavy = [m for m in sys.modules if m.startswith(('cryptography', 'argon2', 'filelock'))];"
        "sys.exit(0 if names == ['沈清禾', '陆伯言'] and not heavy else 1)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_wrong_passwords_cost_a_wait_that_grows_and_is_kept_in_the_file(people: Path) -> None:
    moment, waits = NOON, []
    for _try in range(7):
        with pytest.raises(RefusedError, match="口令不对"):
            open_slot(people, "shenqh", "wrong-password", now=moment)
        until = json.loads(people.read_text(encoding="utf-8"))["people"][0]["wait_until"]
        waits.append((datetime.fromisoformat(until) - moment).total_seconds() if until else 0)
        moment = datetime.fromisoformat(until) if until else moment
    assert waits == [0, 0, 5, 10, 20, 40, 80]
    with pytest.raises(RefusedError, match="暂时不能登录"):
        open_slot(people, "shenqh", SHEN.password, now=moment - timedelta(seconds=1))
    assert open_slot(people, "luby", LU.password, now=moment).name == "luby"
    assert open_slot(people, "shenqh", SHEN.password, now=moment).name == "shenqh"
    assert [p.failures for p in read_people(people)] == [0, 0]


def test_the_wait_never_passes_a_quarter_of_an_hour_even_if_the_clock_is_set_back(people: Path) -> None:
    raw = json.loads(people.read_text(encoding="utf-8"))
    raw["people"][0].update(failures=40, wait_until=(NOON + timedelta(days=300)).isoformat())
    people.write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(RefusedError, match="口令不对"):
        open_slot(people, "shenqh", "wrong-password", now=NOON)
    with pytest.raises(RefusedError, match="暂时不能登录"):
        open_slot(people, "shenqh", SHEN.password, now=NOON + timedelta(minutes=14))
    assert open_slot(people, "shenqh", SHEN.password, now=NOON + timedelta(minutes=15)).name == "shenqh"


def test_last_seen_is_the_last_right_password(people: Path) -> None:
    open_slot(people, "luby", LU.password, now=NOON)
    assert [p.last_seen for p in read_people(people)] == [None, NOON]


def test_changing_a_password_needs_the_old_one_and_ends_it(people: Path) -> None:
    with pytest.raises(RefusedError, match="口令不对"):
        set_password(people, "shenqh", "not-the-old", "new-and-long-1", cost=CHEAP)
    set_password(people, "shenqh", SHEN.password, "new-and-long-1", cost=CHEAP)
    with pytest.raises(RefusedError, match="口令不对"):
        open_slot(people, "shenqh", SHEN.password)
    assert open_slot(people, "shenqh", "new-and-long-1").raw == open_slot(people, "luby", LU.password).raw


@pytest.mark.parametrize("password", ["short-7", "aaaaaaaaaa", "shenqh-shenqh"[:6] + "  ", "x" * 129])
def test_weak_passwords_are_refused_and_nothing_changes(people: Path, password: str) -> None:
    before = people.read_bytes()
    with pytest.raises(RefusedError):
        set_password(people, "shenqh", SHEN.password, password, cost=CHEAP)
    assert people.read_bytes() == before


def test_somebody_new_gets_in_and_a_taken_name_does_not(people: Path) -> None:
    key = open_slot(people, "luby", LU.password)
    add_person(people, key, NewPerson("helan", "何岚", ("admin",), "third-person-3"), cost=CHEAP)
    assert open_slot(people, "helan", "third-person-3").raw == key.raw
    with pytest.raises(RefusedError, match="已经有了"):
        add_person(people, key, NewPerson("helan", "另一人", ("clerk",), "third-person-4"), cost=CHEAP)
    with pytest.raises(RefusedError, match="角色"):
        add_person(people, key, NewPerson("x", "另一人", ("boss",), "third-person-4"), cost=CHEAP)


def test_a_key_of_another_database_cannot_lock_a_slot_here(people: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    create_slots(other, [SHEN, LU], cost=CHEAP)
    strange = open_slot(other, "luby", LU.password)
    with pytest.raises(MachineError, match="不是一套"):
        reset_password(people, strange, "shenqh", "new-and-long-1", cost=CHEAP)
    assert open_slot(people, "shenqh", SHEN.password).name == "shenqh"


def test_who_left_cannot_come_in_until_called_back(people: Path) -> None:
    key = open_slot(people, "luby", LU.password)
    deactivate(people, key, "shenqh")
    assert json.loads(people.read_text(encoding="utf-8"))["people"][0]["slot"] is None
    with pytest.raises(RefusedError, match="已停用"):
        open_slot(people, "shenqh", SHEN.password)
    activate(people, key, "shenqh", "back-again-2027", cost=CHEAP)
    assert open_slot(people, "shenqh", "back-again-2027").raw == key.raw


def test_the_last_head_can_neither_leave_nor_step_down(people: Path) -> None:
    key = open_slot(people, "luby", LU.password)
    with pytest.raises(RefusedError, match="负责人"):
        deactivate(people, key, "luby")
    with pytest.raises(RefusedError, match="负责人"):
        set_person(people, key, "luby", roles=["reviewer"])
    set_person(people, key, "shenqh", roles=["clerk", "head"], display="沈清禾（兼）")
    set_person(people, key, "luby", roles=["reviewer"])
    assert [p.roles for p in read_people(people)] == [("clerk", "head"), ("reviewer",)]


def test_a_role_given_by_editing_the_file_is_noticed(people: Path) -> None:
    raw = json.loads(people.read_text(encoding="utf-8"))
    raw["people"][0]["roles"].append("head")
    people.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
    with pytest.raises(MachineError, match="程序之外"):
        open_slot(people, "shenqh", SHEN.password)


def test_a_box_moved_to_another_person_does_not_open(people: Path) -> None:
    raw = json.loads(people.read_text(encoding="utf-8"))
    raw["people"][1]["slot"] = raw["people"][0]["slot"]
    people.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
    with pytest.raises(RefusedError, match="口令不对"):
        open_slot(people, "luby", SHEN.password)


def test_the_recovery_sheet_opens_once_and_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "people.json"
    code = create_slots(path, [SHEN, LU], cost=CHEAP)
    assert len(code.text.replace("-", "")) == 40
    raw = open_slot(path, "luby", LU.password).raw
    heard = code.text.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    key, fresh = reset_by_recovery(path, heard, "shenqh", "found-again-5", cost=CHEAP)
    assert key.raw == raw
    assert open_slot(path, "shenqh", "found-again-5").raw == raw
    with pytest.raises(RefusedError, match="恢复码不对"):
        reset_by_recovery(path, code.text, "shenqh", "found-again-6", cost=CHEAP)
    renewed = renew_recovery(path, key)
    with pytest.raises(RefusedError, match="恢复码不对"):
        reset_by_recovery(path, fresh.text, "shenqh", "found-again-6", cost=CHEAP)
    with pytest.raises(RefusedError) as short:
        reset_by_recovery(path, renewed.text[:-1], "shenqh", "found-again-6", cost=CHEAP)
    assert "39" in short.value.hint
    assert reset_by_recovery(path, renewed.text, "luby", "found-again-7", cost=CHEAP)[0].raw == raw


def test_a_pin_opens_the_locked_screen_and_gives_up_after_five_wrong_ones(people: Path) -> None:
    key = open_slot(people, "shenqh", SHEN.password)
    for pin in ("12345", "1234567", "１２３４５６", "123456", "111111", "abcdef"):
        with pytest.raises(RefusedError, match="PIN"):
            set_pin(people, key, pin)
    set_pin(people, key, "270918")
    assert [p.has_pin for p in read_people(people)] == [True, False]
    check_pin(people, key, "270918")
    for left in (4, 3, 2, 1):
        with pytest.raises(RefusedError) as wrong:
            check_pin(people, key, "270919")
        assert str(left) in wrong.value.hint
    check_pin(people, key, "270918")
    for _try in range(5):
        with pytest.raises(RefusedError, match="PIN 不对"):
            check_pin(people, key, "270919")
    with pytest.raises(RefusedError, match="不能用 PIN"):
        check_pin(people, key, "270918")
    open_slot(people, "shenqh", SHEN.password)
    check_pin(people, key, "270918")


def test_the_pin_in_the_file_cannot_be_tried_out_without_the_database_key(people: Path) -> None:
    key = open_slot(people, "shenqh", SHEN.password)
    set_pin(people, key, "270918")
    mark = json.loads(people.read_text(encoding="utf-8"))["people"][0]["pin"]
    set_pin(people, key, "")
    set_pin(people, open_slot(people, "shenqh", SHEN.password), "270918")
    assert json.loads(people.read_text(encoding="utf-8"))["people"][0]["pin"] == mark
    assert "270918" not in people.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[]", b'{"format": "contract-desk people", "version": 1, "people": []}'],
)
def test_a_damaged_file_is_named_and_left_as_it_is(people: Path, content: bytes) -> None:
    people.write_bytes(content)
    with pytest.raises(MachineError, match=r"people\.json 读不出来"):
        read_people(people)
    with pytest.raises(MachineError, match=r"people\.json"):
        open_slot(people, "shenqh", SHEN.password)
    assert people.read_bytes() == content


def test_every_cut_of_the_file_is_refused_in_words(people: Path) -> None:
    whole = people.read_bytes()
    for size in range(0, len(whole), 37):
        people.write_bytes(whole[:size])
        with pytest.raises(DeskError):
            open_slot(people, "shenqh", SHEN.password)


def test_a_missing_file_is_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="找不到人员"):
        read_people(tmp_path / "people.json")


def test_a_newer_file_is_left_to_the_newer_program(people: Path) -> None:
    raw = json.loads(people.read_text(encoding="utf-8"))
    people.write_text(json.dumps(raw | {"version": 2}), encoding="utf-8")
    with pytest.raises(MachineError, match="另一个版本"):
        read_people(people)


def test_the_file_before_the_last_change_can_be_put_back(people: Path) -> None:
    key = open_slot(people, "luby", LU.password)
    add_person(people, key, NewPerson("helan", "何岚", ("admin",), "third-person-3"), cost=CHEAP)
    people.write_bytes(b"{ damaged")
    assert [p.name for p in restore_previous(people)] == ["shenqh", "luby"]
    assert open_slot(people, "shenqh", SHEN.password).raw == key.raw
    assert people.with_name("people.json.damaged").read_bytes() == b"{ damaged"


def test_set_up_never_overwrites_the_keys_of_a_database(people: Path) -> None:
    before = people.read_bytes()
    with pytest.raises(RefusedError, match="不能重建"):
        create_slots(people, [SHEN], cost=CHEAP)
    assert people.read_bytes() == before


def test_a_cost_that_would_hang_the_machine_is_taken_for_damage(people: Path) -> None:
    raw = json.loads(people.read_text(encoding="utf-8"))
    raw["people"][0]["slot"]["kdf"]["memory_kib"] = 1 << 30
    people.write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(MachineError, match="钥匙不完整"):
        open_slot(people, "shenqh", SHEN.password)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_nobody_else_on_the_machine_reads_the_file(people: Path) -> None:
    open_slot(people, "shenqh", SHEN.password)
    assert people.stat().st_mode & 0o077 == 0
    assert people.with_name("people.json.bak").stat().st_mode & 0o077 == 0
