"""首次使用向导, by real keys on the real services: nothing is written before the last step."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.app import sign_in
from desktop.errors import MachineError
from desktop.jobs import JobRunner
from desktop.rules.local_pack import load_pack
from desktop.security.passwords import CHEAP
from desktop.services import first_run
from desktop.services.new_station import NewStation, SetUp
from desktop.services.safe_keeping import check_places
from desktop.services.station import check_people
from desktop.ui.setup.guide import FILE_NAME, Devices, FirstRunGuide
from desktop.ui.setup.steps import Doors
from desktop.ui.theme import Theme

KEY = Qt.Key
DOORS = Doors(
    first_run.shipped_packs,
    load_pack,
    first_run.check_station,
    check_people,
    first_run.check_block,
    check_places,
)
Open = Callable[..., FirstRunGuide]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONTRACT_DESK_TODAY", "2026-11-20")
    return tmp_path / "data"


@pytest.fixture
def opened(qtbot: QtBot, theme: Theme, folder: Path) -> Iterator[Open]:
    jobs = JobRunner()

    def make(
        set_up: Callable[..., SetUp] | None = None, size: tuple[int, int] = (1366, 768), **devices: Any
    ) -> FirstRunGuide:
        usual: dict[str, Any] = {"printers": lambda: ["窗口激光机"], "put_on_paper": lambda *_a, **_k: 1}
        guide = FirstRunGuide(
            folder,
            DOORS,
            set_up or (lambda new, tell: first_run.set_up_station(folder, new, sign_in, tell, cost=CHEAP)),
            theme=theme,
            jobs=jobs,
            devices=Devices(**(usual | devices)),
        )
        qtbot.addWidget(guide, before_close_func=let_go)
        guide.resize(*size)
        guide.show()
        guide.activateWindow()
        assert QTest.qWaitForWindowActive(guide, 2000)
        guide.show_step(guide.steps.index(guide.step))
        return guide

    yield make
    jobs.shut_down()


def let_go(guide: QWidget) -> None:
    assert isinstance(guide, FirstRunGuide)
    guide._devices = Devices(ask=lambda *_a, **_k: True)
    guide.sheet.box.setChecked(True)


def press(
    key: Qt.Key, times: int = 1, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    for _n in range(times):
        QTest.keyClick(QApplication.focusWidget(), key, modifiers)
        QApplication.processEvents()


def type_in(text: str, *, then: Qt.Key | None = KEY.Key_Return) -> None:
    focus = QApplication.focusWidget()
    if text.isascii():
        QTest.keyClicks(focus, text)
    else:
        focus.insert(text)  # type: ignore[attr-defined] - an input method commits; QTest knows no Chinese keys
    if then is not None:
        press(then)


def fill_office() -> None:
    type_in("990321")
    type_in("澄河县技术合同登记处")
    type_in("澄河登记处")
    type_in("文昌路 12 号")
    type_in("0990-6000000")
    press(KEY.Key_F12)


def choose_pack(guide: FirstRunGuide) -> None:
    while "云岭" not in QApplication.focusWidget().text():  # type: ignore[attr-defined]
        press(KEY.Key_Down)
    press(KEY.Key_Space)
    choice = guide.pack.choice()
    assert choice is not None
    assert choice.pack.id == "yunling-2026.11"
    press(KEY.Key_F12)


def fill_people() -> None:
    type_in("秦岭松")
    type_in("lingsong-2026")
    type_in("lingsong-2026")
    press(KEY.Key_Tab, 4)
    type_in("柳溪月")
    type_in("xiyue-2026")
    type_in("xiyue-2026")
    press(KEY.Key_F12)


def to_summary(guide: FirstRunGuide) -> None:
    fill_office()
    choose_pack(guide)
    fill_people()
    press(KEY.Key_F12, 3)
    assert guide.step is guide.summary


def test_a_station_is_set_up_by_keyboard_alone(opened: Open, folder: Path, qtbot: QtBot) -> None:
    guide = opened()
    answers: list[bool] = []
    guide.closed.connect(answers.append)
    to_summary(guide)
    guide.keep()
    assert [p.name for p in folder.iterdir()] == [FILE_NAME], "nothing is written before the last step"
    assert "秦岭松　复核员、负责人" in guide.summary.pairs.words("人员")
    press(KEY.Key_F12)
    qtbot.waitUntil(lambda: guide.step is guide.sheet, timeout=20000)
    assert not (folder / FILE_NAME).exists()
    code = guide.sheet.recovery.text().replace("\n", "-")
    assert len(code.replace("-", "")) == 40
    press(KEY.Key_F12)
    assert "恢复单还没有收好" in guide.trouble.words.text()
    assert guide.isVisible()
    press(KEY.Key_Space)
    press(KEY.Key_F12)
    assert answers == [True]
    desk = sign_in(folder, "柳溪月", "xiyue-2026")
    try:
        assert [name for name, _roles, _active in desk.people()] == ["秦岭松", "柳溪月"]
        assert desk.pack.station["short"] == "澄河登记处"
        assert desk.check().is_good
    finally:
        desk.close()
    everything = b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())
    for secret in (code, "lingsong-2026", "xiyue-2026"):
        assert secret.encode() not in everything


def test_enter_goes_on_over_the_roles_and_ticks_none(opened: Open) -> None:
    guide = opened()
    fill_office()
    choose_pack(guide)
    type_in("秦岭松")
    type_in("lingsong-2026")
    type_in("lingsong-2026")
    first, second = guide.people.rows[:2]
    before = first.roles()
    assert QApplication.focusWidget() in first.boxes.values()
    press(KEY.Key_Return, len(first.boxes))
    assert first.roles() == before
    assert QApplication.focusWidget() is second.name
    press(KEY.Key_Return, modifiers=Qt.KeyboardModifier.ShiftModifier)
    press(KEY.Key_Space)
    assert first.roles() != before


def test_what_was_typed_survives_a_crash_but_no_password(opened: Open, folder: Path) -> None:
    guide = opened()
    fill_office()
    choose_pack(guide)
    type_in("秦岭松")
    type_in("lingsong-2026", then=None)
    QTest.qWait(600)
    kept = (folder / FILE_NAME).read_text(encoding="utf-8")
    assert "秦岭松" in kept
    assert "lingsong" not in kept
    again = opened()
    assert again.found.isVisible()
    assert again.office.name.text() == "澄河县技术合同登记处"
    assert again.people.rows[0].name.text() == "秦岭松"
    assert again.people.rows[0].password.text() == ""
    choice = again.pack.choice()
    assert choice is not None
    assert choice.pack.id == "yunling-2026.11"


def test_a_damaged_memory_is_as_if_it_had_never_been(opened: Open, folder: Path) -> None:
    folder.mkdir()
    (folder / FILE_NAME).write_text("{", encoding="utf-8")
    guide = opened()
    assert not guide.found.isVisible()
    assert guide.office.name.text() == ""


def test_bad_input_names_place_reason_and_remedy_and_takes_the_focus_there(opened: Open) -> None:
    guide = opened()
    type_in("99")
    type_in("澄河县技术合同登记处")
    press(KEY.Key_F12)
    assert guide.step is guide.office
    assert guide.trouble.words.text().startswith("机构编码应当是 6 位数字。请照省里")
    assert QApplication.focusWidget() is guide.office.station_code
    type_in("990321", then=KEY.Key_F12)
    press(KEY.Key_F12)
    assert guide.step is guide.pack
    assert "还没有选地方包" in guide.trouble.words.text()
    choose_pack(guide)
    type_in("秦岭松")
    type_in("lingsong-2026")
    type_in("lingsong-2027")
    press(KEY.Key_F12)
    assert guide.trouble.words.text().startswith("秦岭松：两遍口令不一样")
    assert QApplication.focusWidget() is guide.people.rows[0].again
    type_in("lingsong-2026", then=KEY.Key_F12)
    assert "经办与复核不能是同一人" in guide.trouble.words.text()
    assert QApplication.focusWidget() is guide.people.rows[1].name


def test_a_namesake_is_marked_where_it_was_typed_and_the_mark_goes_with_the_correction(opened: Open) -> None:
    guide = opened()
    fill_office()
    choose_pack(guide)
    first, second = guide.people.rows[:2]
    for row, name in ((first, "秦岭松"), (second, "秦岭松")):
        row.name.setText(name)
        for field in (row.password, row.again):
            field.setText("lingsong-2026")
    press(KEY.Key_F12)
    assert "有两个人都叫" in guide.trouble.words.text()
    assert QApplication.focusWidget() is second.name
    assert (first.name.level(), second.name.level()) == ("", "error")
    type_in("柳溪月", then=None)
    assert second.name.level() == ""
    first.again.setText("lingsong-2027")
    press(KEY.Key_F12)
    assert first.again.level() == "error"
    assert QApplication.focusWidget() is first.again
    type_in("lingsong-2026", then=None)
    assert first.again.level() == "", "it is not called wrong while it is being put right"


def test_esc_goes_back_and_at_the_first_step_asks(opened: Open, folder: Path) -> None:
    asked: list[str] = []

    def ask(_parent: object, question: str, _more: str, **_words: str) -> bool:
        asked.append(question)
        return len(asked) > 1

    guide = opened(ask=ask)
    answers: list[bool] = []
    guide.closed.connect(answers.append)
    fill_office()
    press(KEY.Key_Escape)
    assert guide.step is guide.office
    press(KEY.Key_Escape)
    assert (asked, answers, guide.isVisible()) == (["先不建立，退出？"], [], True)
    press(KEY.Key_Escape)
    assert answers == [False]
    assert json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))["office"]["code"] == "990321"
    assert not (folder / "station.toml").exists()


def test_a_full_disk_leaves_everything_typed_and_can_be_tried_again(opened: Open, qtbot: QtBot) -> None:
    made: list[NewStation] = []

    def set_up(new: NewStation, _tell: object) -> SetUp:
        made.append(new)
        if len(made) == 1:
            raise MachineError("磁盘满了", "请腾出地方再试；没有写下任何东西")
        return SetUp("AAAAA-" * 7 + "AAAAA", ("建好了",), ("号段：签名不对",))

    guide = opened(set_up)
    to_summary(guide)
    press(KEY.Key_F12)
    qtbot.waitUntil(guide.trouble.isVisible)
    assert "磁盘满了" in guide.trouble.words.text()
    assert guide.step is guide.summary
    press(KEY.Key_F12)
    qtbot.waitUntil(lambda: guide.step is guide.sheet)
    assert "号段：签名不对" in guide.sheet.left.words.text()
    assert made[0].people[0].password == "lingsong-2026"


def test_the_sheet_can_be_printed_saved_and_copied(opened: Open, qtbot: QtBot, tmp_path: Path) -> None:
    from desktop.certificates.preview import pdf_text

    printed: list[str] = []
    proposed: list[str] = []

    def target(_parent: object, _title: str, where: str, _kinds: str) -> Path:
        proposed.append(where)
        return tmp_path / "恢复单.pdf"

    def put(path: Path, name: str, **_more: Any) -> int:
        printed.append(f"{name} {pdf_text(path)}")
        return 1

    code = "-".join(["7K2QF"] * 8)
    guide = opened(lambda _new, _tell: SetUp(code), put_on_paper=put, target=target)
    to_summary(guide)
    press(KEY.Key_F12)
    qtbot.waitUntil(lambda: guide.step is guide.sheet)
    box = guide.sheet.box
    press(KEY.Key_P, modifiers=Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: bool(printed))
    assert "窗口激光机" in printed[0]
    assert "7K2QF" in printed[0]
    assert not box.isChecked(), "that it is put away is for a person to say"
    assert box.hasFocus()
    press(KEY.Key_W, modifiers=Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: "已存为" in guide.sheet.told.text())
    assert not box.isChecked()
    assert Path(proposed[0]).is_absolute(), "not where the last backup went"
    assert "7K2QF" in pdf_text(tmp_path / "恢复单.pdf")
    press(KEY.Key_C, modifiers=Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text() == code)
    assert not box.isChecked()
    press(KEY.Key_F12)
    assert "还没有收好" in guide.trouble.words.text()
    press(KEY.Key_Space)
    assert box.isChecked()


def test_the_ruler_page_is_printed_and_its_numbers_go_along(opened: Open, qtbot: QtBot) -> None:
    came: list[dict[str, Any]] = []
    made: list[NewStation] = []

    def put(_path: Path, _name: str, **more: Any) -> int:
        came.append(more)
        return 1

    def set_up(new: NewStation, _tell: object) -> SetUp:
        made.append(new)
        return SetUp("AAAAA")

    guide = opened(set_up, put_on_paper=put)
    fill_office()
    choose_pack(guide)
    fill_people()
    press(KEY.Key_F12)
    assert guide.step is guide.printer
    press(KEY.Key_P, modifiers=Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: len(came) == 1)
    qtbot.waitUntil(lambda: "标尺页已交给打印机" in guide.printer.said.text())
    guide.printer.measuring.fields[0].setFocus()
    type_in("20.4")
    press(KEY.Key_F12)
    assert "还差" in guide.trouble.words.text()
    qtbot.waitUntil(guide.printer.measuring.fields[1].hasFocus)
    for number in ("19.8", "170", "257"):
        type_in(number)
    press(KEY.Key_J, modifiers=Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: len(came) == 2)
    assert (came[1]["right_mm"], came[1]["down_mm"]) == (-0.4, 0.2)
    qtbot.waitUntil(lambda: "校对页已交给打印机" in guide.printer.said.text())
    press(KEY.Key_F12, 3)
    qtbot.waitUntil(lambda: bool(made))
    assert dict(made[0].print_fits) == {
        "窗口激光机|P06": "-0.4 0.2 100.0 100.0",
        "窗口激光机|letters": "-0.4 0.2 100.0 100.0",
    }


@pytest.mark.parametrize("size", [(1366, 768), (911, 512)])
def test_every_step_fits_and_the_act_is_seen(opened: Open, size: tuple[int, int]) -> None:
    guide = opened(size=size)
    guide.office.station_code.setText("990321")
    guide.office.name.setText("澄河县技术合同登记处")
    guide.pack.radios[0].setChecked(True)
    for row in guide.people.rows:
        row.name.setText(f"人{row.number}")
        row.password.setText("lingsong-2026")
        row.again.setText("lingsong-2026")
    for at in range(len(guide.steps) - 1):
        guide.show_step(at)
        QApplication.processEvents()
        area = guide.scrollers[at]
        assert area.widget().minimumSizeHint().width() <= area.viewport().width(), guide.step.code
        assert guide.next_button.isVisible()
        assert guide.rect().contains(guide.next_button.mapTo(guide, guide.next_button.rect().bottomRight()))
        assert guide.step.why.endswith("。")
