from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from desk import URGENT, c, v
from frame import nameless_buttons, sideways
from later import NARROW, NUMBER, WIDE, Frame, LaterDesk, registered, runner, sheet_row
from PySide6.QtCore import QMarginsF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPdfWriter
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop.certificates.preview import page_count
from desktop.errors import MachineError, RefusedError
from desktop.ui.dialogs.batch_print import BatchPrintDialog
from desktop.ui.pages.issue import IssueStep
from desktop.ui.pages.issue_parts import ledger_lines
from desktop.ui.printing import print_pdf, to_picture
from desktop.ui.theme import Theme

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
Open = Callable[..., tuple[IssueStep, Frame]]
FIRST_TWO = (
    sheet_row(1, "printed", 52),
    sheet_row(2, "printed", 52),
    sheet_row(2, "void", 53, reason="卡纸"),
    sheet_row(2, "printed", 55),
    sheet_row(1, "collected", 58, collector="韦青岚"),
)


def a4(path: Path, pages: int = 1) -> bytes:
    """A finished PDF: black all over."""
    writer = QPdfWriter(str(path))
    painter = QPainter(writer)
    for page in range(pages):
        if page:
            writer.newPage()
        painter.fillRect(0, 0, writer.width(), writer.height(), QColor("black"))
    painter.end()
    del writer
    return path.read_bytes()


@pytest.fixture(params=[True, False], ids=["inline", "threaded"])
def step(request: pytest.FixtureRequest, qtbot: QtBot, theme: Theme, tmp_path: Path) -> Iterator[Open]:
    pdf = a4(tmp_path / "preview.pdf")
    with runner(request.param) as jobs:

        def make(
            desk: LaterDesk,
            size: tuple[int, int] = WIDE,
            printers: tuple[str, ...] = (),
            put: Callable[..., int] = lambda *_a, **_k: 1,
        ) -> tuple[IssueStep, Frame]:
            desk.preview_bytes = pdf
            page = IssueStep(desk, jobs, printers=lambda: printers, put_on_paper=put)
            page.ask_path = lambda wanted: tmp_path / wanted
            frame = Frame(page, size)
            qtbot.addWidget(frame)
            page.show_sheet(desk.sheet())
            page.open()
            qtbot.waitUntil(lambda: page.page.picture is not None or "preview_certificate" in desk.refusals)
            return page, frame

        yield make


def printed_at(desk: LaterDesk, at: int = -1) -> c.IssueCertificate:
    cmd = desk.told("issue_certificate")[at]
    assert isinstance(cmd, c.IssueCertificate)
    return cmd


def test_the_number_stands_in_fours_and_is_copied_without_spaces(step: Open) -> None:
    page, _frame = step(registered())
    assert page.number.text() == "2026 9903 2100 0247"
    page.copy_button.click()
    assert QGuiApplication.clipboard().text() == NUMBER


def test_why_the_province_returned_it_stands_above_with_what_to_do(step: Open) -> None:
    desk = registered("CERTIFIED")
    why = "区划代码 990517 已停用，现为 990521"
    desk.sheet_row = replace(desk.sheet_row, reporting_state="REJECTED_ABOVE", note=why)
    page, _frame = step(desk)
    assert page.returned.isVisible()
    words = page.returned.words.text()
    assert words == f"上级退回：{why}。请按“变更”改好，即编入下一包"
    assert page.after_buttons["change"].isEnabled()
    desk.sheet_row = replace(desk.sheet_row, state="CHANGED")
    page.show_sheet(desk.sheet())
    assert f"现在不能变更：{desk.sheet().why_not['change']}" in page.returned.words.text()
    page.show_sheet(registered().sheet())
    assert not page.returned.isVisible()


def test_the_words_before_offset_and_scale_are_whole_in_large_text(step: Open, theme: Theme) -> None:
    page, _frame = step(registered())
    words = [label for label in page.findChildren(QLabel) if label.text() in ("偏移 mm", "缩放 %")]
    assert len(words) == 2
    theme.choose_large(True)
    try:
        QApplication.processEvents()
        for label in words:
            assert label.width() >= label.fontMetrics().horizontalAdvance(label.text())
    finally:
        theme.choose_large(False)


def test_f12_prints_the_whole_run_first_and_each_sheet_once(step: Open, qtbot: QtBot) -> None:
    desk = registered()
    page, frame = step(desk)
    assert page.ticked() == (1, 2, 3)
    frame.press(Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: bool(desk.told("issue_certificate")))
    assert (printed_at(desk).copies, printed_at(desk).copy_kind) == ((1, 2, 3), "first")
    assert printed_at(desk).path.name == f"{NUMBER}_登记证明_第123联.pdf"
    qtbot.waitUntil(lambda: "台账已记" in frame.words())


def test_only_what_waits_can_be_ticked_and_alt_digit_ticks(step: Open, qtbot: QtBot) -> None:
    desk = registered("CERTIFIED", sheets=FIRST_TWO, certificate_version=1)
    page, frame = step(desk)
    assert page.ticked() == (3,)
    assert not page.boxes[0].isEnabled()
    frame.press(Qt.Key.Key_3, ALT)
    assert page.ticked() == ()
    assert "请先选要打印的联" in page.primary().why_not
    frame.press(Qt.Key.Key_3, ALT)
    assert page.primary().words == "存第 3 联"
    frame.press(Qt.Key.Key_E, CTRL)
    qtbot.waitUntil(lambda: bool(desk.told("issue_certificate")))
    assert printed_at(desk).copies == (3,)


def test_after_a_change_the_next_version_waits_whole(step: Open) -> None:
    page, _frame = step(registered("CHANGED", sheets=FIRST_TWO, certificate_version=1))
    assert page.version() == 2
    assert page.ticked() == (1, 2, 3)


def test_the_ledger_folds_events_into_sheets_and_keeps_the_void_one() -> None:
    lines = ledger_lines(FIRST_TWO, [(3, "卖方报税务")])
    assert [(x.copy_number, x.words()[0], x.is_waiting) for x in lines] == [
        (1, "首发", False),
        (2, "作废 卡纸", False),
        (2, "首发 重打", False),
        (3, "首发", True),
    ]
    assert lines[0].whose() == ("韦青岚", "15:58 签收")


def test_a_printer_gets_the_file_with_its_offset_which_is_remembered(step: Open, qtbot: QtBot) -> None:
    calls: list[tuple[str, bytes, dict[str, Any]]] = []

    def put(path: Path, name: str, **more: Any) -> int:
        calls.append((name, b"", {k: more[k] for k in ("right_mm", "down_mm")}))
        return 1

    desk = registered()
    page, frame = step(desk, printers=("窗口激光机",), put=put)
    assert page.primary().words == "打印 3 联"
    page.right_mm.setFocus()
    page.right_mm.setText("0.4")
    frame.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(desk.told("keep_draft")))
    assert desk.kept["print_offset", "窗口激光机|P06"][1] == "0.4 0.0 100.0 100.0"
    frame.press(Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: bool(calls))
    assert calls[0][0] == "窗口激光机"
    assert calls[0][2] == {"right_mm": 0.4, "down_mm": 0.0}
    assert not printed_at(desk).path.parent.exists(), "nothing of it stays in the temporary folder"


def test_an_impossible_offset_is_named_and_not_remembered(step: Open) -> None:
    desk = registered()
    page, frame = step(desk, printers=("窗口激光机",))
    page.down_mm.setFocus()
    page.down_mm.setText("55")
    frame.press(Qt.Key.Key_Return)
    assert "不超过 20 毫米" in page.down_mm.problem()
    assert desk.told("keep_draft") == []


def test_a_printer_that_is_off_leaves_the_newer_contract_and_says_what_to_do(
    step: Open, qtbot: QtBot
) -> None:
    def put(*_a: Any, **_k: Any) -> int:
        raise MachineError("打印机“窗口激光机”没有接收", "没有出纸的先记“作废”再重打")

    desk = registered()
    page, _frame = step(desk, printers=("窗口激光机",), put=put)
    sheets: list[v.ContractSheet] = []
    page.sheet_changed.connect(sheets.append)
    page.print_button.click()
    qtbot.waitUntil(page.trouble.isVisible)
    assert sheets[0].row.state == "CERTIFIED"
    assert "先记“作废”再重打" in page.trouble.words.text()


def test_a_refusal_leaves_the_buttons_usable(step: Open, qtbot: QtBot) -> None:
    desk = registered()
    desk.refusals["issue_certificate"] = RefusedError("第 1 联已经首发过", "遗失的办“补证”", code="C02")
    page, frame = step(desk)
    frame.press(Qt.Key.Key_F12)
    qtbot.waitUntil(page.trouble.isVisible)
    assert "已经首发过（C02）" in page.trouble.words.text()
    assert page.print_button.isEnabled()
    assert page.primary().enabled


def test_giving_up_the_file_dialog_prints_nothing(step: Open) -> None:
    desk = registered()
    page, frame = step(desk)
    page.ask_path = lambda _wanted: None
    frame.press(Qt.Key.Key_F12)
    assert desk.told("issue_certificate") == []


def test_without_a_number_nothing_is_printed_and_the_reason_is_said(step: Open) -> None:
    desk = registered()
    desk.sheet_row = replace(desk.sheet_row, official_number="")
    page, _frame = step(desk)
    assert page.number.text() == "编号待给出"
    assert page.ticked() == ()
    primary = page.primary()
    assert not primary.enabled
    assert "还没有登记编号" in primary.why_not


def test_before_registration_the_page_previews_and_names_the_state(step: Open) -> None:
    page, _frame = step(LaterDesk(sheet_row=URGENT[6]))
    assert "不能作证明" in page.preview_words.text()
    assert "“待初审”的合同不能发证" in page.primary().why_not
    assert not any(button.isEnabled() for button in page.after_buttons.values())


def test_a_missing_glyph_is_named_where_the_page_would_be(step: Open, qtbot: QtBot) -> None:
    desk = registered()
    desk.refusals["preview_certificate"] = RefusedError("字库里没有“𰻝”", "请换写法或装入字库")
    page, _frame = step(desk)
    qtbot.waitUntil(lambda: "𰻝" in page.page.accessibleDescription())
    assert page.glyphs.text().startswith("✕")


def test_the_seal_zone_is_an_overlay_on_the_screen_only(step: Open) -> None:
    page, _frame = step(registered())
    assert page.page.picture is not None
    zone = page._area.zones[0]
    assert zone[2] >= 50
    assert zone[3] >= 50
    shown: QImage = page.page.grab().toImage()
    box = page.page.page_box()
    unit = box.width() / 210
    line = round(box.left() + zone[0] * unit)
    ys = range(round(box.top() + zone[1] * unit), round(box.top() + (zone[1] + zone[3]) * unit))
    seen = {shown.pixelColor(x, y).name() for x in (line - 1, line, line + 1) for y in ys}
    plain = {page.page.picture.pixelColor(40, y).name() for y in range(0, page.page.picture.height(), 50)}
    assert plain <= {"#000000", "#ffffff"}
    assert len(seen) > 1, "a dashed line lies over the black page"


@pytest.mark.parametrize("how", ["reissue", "duplicate"])
def test_later_copies_need_reason_and_collector(step: Open, qtbot: QtBot, how: str) -> None:
    desk = registered("CERTIFIED", sheets=FIRST_TWO, certificate_version=1)
    page, frame = step(desk)
    page.sheet_buttons[how].setFocus()
    frame.press(Qt.Key.Key_Return)
    dialog = page.dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.waitUntil(dialog.first_focus().hasFocus)
    assert not dialog.act_button.isEnabled()
    dialog.reason.setText("原件遗失")
    assert not dialog.act_button.isEnabled()
    dialog.collector.setText("韦青岚")
    dialog.act_button.setFocus()
    frame.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(desk.told("issue_certificate")))
    cmd = printed_at(desk)
    assert (cmd.copy_kind, cmd.reason, cmd.collector) == (how, "原件遗失", "韦青岚")


@pytest.mark.parametrize(
    ("how", "field", "word"), [("void", "reason", "卡纸"), ("collected", "collector", "韦青岚")]
)
def test_events_become_new_rows(step: Open, qtbot: QtBot, how: str, field: str, word: str) -> None:
    desk = registered("CERTIFIED", sheets=FIRST_TWO, certificate_version=1)
    page, _frame = step(desk)
    page.table.select_row(2)
    page.sheet_buttons[how].click()
    dialog = page.dialog
    assert dialog is not None
    getattr(dialog, field).setText(word)
    dialog.act_button.click()
    qtbot.waitUntil(lambda: bool(desk.told("record_sheet")))
    cmd = desk.told("record_sheet")[0]
    assert (cmd.copy_number, cmd.event, getattr(cmd, field)) == (2, how, word)


def test_a_refused_dialog_keeps_what_was_typed(step: Open, qtbot: QtBot) -> None:
    desk = registered("CERTIFIED", sheets=FIRST_TWO, certificate_version=1)
    desk.refusals["fix_income"] = RefusedError("累计超过技术交易额", "请核对到账凭证", code="V12")
    page, _frame = step(desk)
    page.after_buttons["income"].click()
    dialog = page.dialog
    assert dialog is not None
    dialog.day.setText("20261119")
    dialog.amount.setText("2,000,000")
    dialog.act_button.click()
    qtbot.waitUntil(dialog.trouble.isVisible)
    assert "V12" in dialog.trouble.words.text()
    assert dialog.amount.amount() == Decimal("2000000.00")
    assert dialog.act_button.isEnabled()
    dialog.reject()


def test_buttons_after_registration_follow_the_table(step: Open) -> None:
    page, _frame = step(registered())
    assert page.after_buttons["cancel"].isEnabled()
    assert not page.after_buttons["revoke"].isEnabled(), "a clerk may not revoke"
    assert "权限" in page.after_buttons["revoke"].toolTip()


def test_letters_are_listed_and_written(step: Open, qtbot: QtBot, tmp_path: Path) -> None:
    desk = registered()
    notice = v.NoticeView(7, "P01", "澄技登受〔2026〕15号", desk.sheet().history[0].at, None, ())
    desk.more = {"notices": (notice,)}
    page, frame = step(desk)
    assert [name for name, _write in page.papers()] == ["受理通知单 澄技登受〔2026〕15号", "认定审核表"]
    page.print_paper(0)
    qtbot.waitUntil(lambda: bool(desk.told("print_notice")))
    assert desk.told("print_notice")[0][0] == 7
    qtbot.waitUntil(lambda: "受理通知单" in frame.words())
    page.print_paper(1)
    qtbot.waitUntil(lambda: bool(desk.told("print_grounds")))


def test_the_block_is_shown_with_words_when_it_runs_low(step: Open, qtbot: QtBot) -> None:
    desk = registered()
    desk.start = replace(desk.start, block=replace(desk.start.block, left=16))
    page, _frame = step(desk)
    qtbot.waitUntil(lambda: page.block_left.text() == "! 余 16，请申领")


def test_f9_shows_the_page_large_and_esc_closes(step: Open) -> None:
    _page, frame = step(registered())
    frame.press(Qt.Key.Key_F9)
    big = next(w for w in QApplication.topLevelWidgets() if w.windowTitle().startswith("预览即所打"))
    assert big.isVisible()
    big.close()


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_nothing_scrolls_sideways_and_every_button_has_a_name(step: Open, size: tuple[int, int]) -> None:
    page, frame = step(registered("CERTIFIED", sheets=FIRST_TWO, certificate_version=1), size)
    assert sideways(frame) == []
    assert (page.width(), page.height()) == size
    assert nameless_buttons(frame) == []
    assert frame.bar.button.isVisible()


def test_pdfs_go_to_paper_at_their_actual_size(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    source, out = tmp_path / "two.pdf", tmp_path / "paper.pdf"
    a4(source, pages=2)

    def make(_name: str) -> QPrinter:
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(out))
        return printer

    steps: list[tuple[int, int]] = []
    printed = print_pdf(source, "文件", right_mm=10.0, step=lambda a, b, _t: steps.append((a, b)), make=make)
    assert printed == 2
    assert page_count(out) == 2
    assert steps[-1] == (2, 2)
    before, after = to_picture(source, 0, 100), to_picture(out, 0, 100)
    assert abs(after.width() - before.width()) <= 2

    def first_black(image: QImage) -> int:
        y = image.height() // 2
        return next(x for x in range(image.width()) if image.pixelColor(x, y).lightness() < 60)

    assert abs(first_black(after) - first_black(before) - 10 / 25.4 * 100) <= 2


@pytest.mark.qt_log_ignore("QPainter::begin", extend=True)
def test_a_printer_that_takes_nothing_is_a_fault_in_words(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    a4(tmp_path / "one.pdf")

    def make(_name: str) -> QPrinter:
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(tmp_path / "no such folder" / "x.pdf"))
        return printer

    with pytest.raises(MachineError, match="没有接收"):
        print_pdf(tmp_path / "one.pdf", "窗口激光机", make=make)


def test_the_sheet_at_which_the_printer_stops_is_void_and_those_behind_it_wait(
    step: Open, qtbot: QtBot
) -> None:
    came: list[int] = []

    def put(*_a: Any, **_k: Any) -> int:
        came.append(len(came) + 1)
        if len(came) == 2:
            raise MachineError("打印到第 1 页时停了", "请看打印机，再打一次")
        return 1

    desk = registered()
    page, frame = step(desk, printers=("窗口激光机",), put=put)
    frame.press(Qt.Key.Key_F12)
    qtbot.waitUntil(page.trouble.isVisible)
    assert [cmd.copies for cmd in desk.told("issue_certificate")] == [(1,), (2,)]
    (void,) = desk.told("record_sheet")
    assert (void.copy_number, void.event, void.reason) == (2, "void", "打印到第 1 页时停了")
    assert "第 2 联已在台账记“作废”" in page.trouble.words.text()
    requests = {cmd.request_id for cmd in (*desk.told("issue_certificate"), void)}
    assert len(requests) == 3


def test_one_sheet_first_then_the_rest(step: Open, qtbot: QtBot) -> None:
    desk = registered()
    came: list[str] = []

    def put(*_a: Any, **_k: Any) -> int:
        came.append("")
        return 1

    page, frame = step(desk, printers=("窗口激光机",), put=put)
    page.pause.setFocus()
    frame.press(Qt.Key.Key_Space)
    assert page.primary().words == "先打第 1 联"
    frame.press(Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: len(came) == 1)
    qtbot.waitUntil(lambda: page.primary().enabled or not page.waiting())
    assert [cmd.copies for cmd in desk.told("issue_certificate")] == [(1,)]


def test_offset_and_scale_of_the_tray_reach_the_printer(step: Open, qtbot: QtBot) -> None:
    calls: list[dict[str, Any]] = []

    def put(_path: Path, name: str, **more: Any) -> int:
        calls.append(more)
        return 1

    desk = registered()
    desk.kept["print_offset", "窗口激光机|P06"] = ("mm", "0.4 -0.2", "09:00")
    desk.kept["print_offset", "窗口激光机|P06|manual"] = ("mm", "1.0 0.0 99.8 100.1", "09:00")
    page, frame = step(desk, printers=("窗口激光机",), put=put)
    assert (page.right_mm.text(), page.down_mm.text(), page.across.text()) == ("0.4", "-0.2", "100.0")
    page.tray.setFocus()
    for _n in range(3):
        frame.press(Qt.Key.Key_Down)
    page.tray.activated.emit(page.tray.currentIndex())
    assert (page.right_mm.text(), page.along.text()) == ("1.0", "100.1")
    frame.press(Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: len(calls) == 3)
    del calls[0]["step"]
    assert calls[0] == {
        "right_mm": 1.0,
        "down_mm": 0.0,
        "across_percent": 99.8,
        "along_percent": 100.1,
        "tray": "manual",
    }


def test_a_batch_needs_a_printer_and_lists_what_waits(step: Open, qtbot: QtBot) -> None:
    page, _frame = step(registered())
    assert not page.batch_button.isEnabled()
    assert "先选一台打印机" in page.batch_button.toolTip()
    came: list[str] = []

    def put(_path: Path, name: str, **_more: Any) -> int:
        came.append(name)
        return 1

    desk = registered()
    ready = replace(desk.sheet().row, official_number=NUMBER)
    desk.queue = lambda _name: (ready, replace(ready, official_number=""))  # type: ignore[method-assign]
    page, _frame = step(desk, printers=("窗口激光机",), put=put)
    page.batch_button.click()
    qtbot.waitUntil(lambda: isinstance(page.dialog, BatchPrintDialog) and page.dialog.isVisible())
    dialog = page.dialog
    assert isinstance(dialog, BatchPrintDialog)
    assert dialog.model.rowCount() == 1, "without a number nothing is printed"
    dialog.act_button.click()
    qtbot.waitUntil(lambda: came == ["窗口激光机"] * 3)
    qtbot.waitUntil(lambda: not dialog._calls.is_busy)
    assert [cmd.copies for cmd in desk.told("issue_certificate")] == [(1,), (2,), (3,)]
    dialog.reject()


def test_an_impossible_scale_is_named(step: Open) -> None:
    desk = registered()
    page, frame = step(desk, printers=("窗口激光机",))
    page.across.setFocus()
    page.across.setText("80")
    frame.press(Qt.Key.Key_Return)
    assert "97 到 103" in page.across.problem()
    assert desk.told("keep_draft") == []


def test_a_page_is_stretched_about_its_corner(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    source, out = tmp_path / "one.pdf", tmp_path / "paper.pdf"
    writer = QPdfWriter(str(source))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    painter = QPainter(writer)
    painter.fillRect(0, 0, writer.width() // 2, writer.height(), QColor("black"))
    painter.end()
    del writer

    def make(_name: str) -> QPrinter:
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(out))
        return printer

    print_pdf(source, "文件", across_percent=98.0, tray="manual", make=make)
    image = to_picture(out, 0, 254)
    edge = next(x for x in range(image.width()) if image.pixelColor(x, 100).lightness() > 200)
    assert abs(edge / 10 - 105 * 0.98) < 0.5


def test_lines_that_wait_after_a_change_say_which_version_they_are() -> None:
    waiting = ledger_lines(FIRST_TWO, [(1, "存档"), (2, "交卖方")], 2)[-2:]
    assert [line.words() for line in waiting] == [("首发 第 2 版", "待打印")] * 2
    assert ledger_lines((), [(1, "存档")])[0].words() == ("首发", "待打印")
