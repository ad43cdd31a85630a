from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtGui import QFontInfo, QFontMetrics
from PySide6.QtWidgets import QApplication, QDialogButtonBox

from desktop.errors import MachineError
from desktop.resources import resource
from desktop.ui.theme import Theme, current, fonts, icons
from desktop.ui.theme.contrast import CONTRAST
from desktop.ui.theme.current import field_height, font, ink, is_narrow, metrics, px
from desktop.ui.theme.icons import icon_picture
from desktop.ui.theme.light import LIGHT
from desktop.ui.theme.qss import style_sheet
from desktop.ui.theme.tokens import TOKEN_NAMES, TokenName, Tokens, contrast_ratio

SOURCES = Path(__file__).parents[3] / "desktop" / "ui"

TEXT_ON_GROUND: tuple[tuple[TokenName, TokenName], ...] = (
    ("ink1", "bg0"),
    ("ink1", "bg1"),
    ("ink1", "bg2"),
    ("ink1", "req"),
    ("ink1", "accentS"),
    ("ink1", "ev"),
    ("ink2", "bg0"),
    ("ink2", "bg1"),
    ("ink2", "bg2"),
    ("ink2", "accentS"),
    ("ink2", "req"),
    ("ink3", "bg0"),
    ("ink3", "bg2"),
    ("dis", "bg2"),
    ("navT", "nav"),
    ("navD", "nav"),
    ("navOn", "navA"),
    ("onA", "accent"),
    ("onA", "accentD"),
    ("accent", "bg0"),
    ("accent", "accentS"),
    ("err", "bg0"),
    ("err", "errS"),
    ("warn", "bg0"),
    ("warn", "warnS"),
    ("ok", "bg0"),
    ("ok", "okS"),
)


@pytest.mark.parametrize("tokens", [LIGHT, CONTRAST], ids=lambda tokens: tokens.name)
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_every_text_can_be_read_on_every_ground_it_stands_on(
    tokens: Tokens, text: TokenName, ground: TokenName
) -> None:
    assert contrast_ratio(tokens[text], tokens[ground]) >= 4.5


@pytest.mark.parametrize("tokens", [LIGHT, CONTRAST], ids=lambda tokens: tokens.name)
@pytest.mark.parametrize("line", ["line2", "focus"])
def test_borders_and_the_focus_stand_out_three_to_one(tokens: Tokens, line: TokenName) -> None:
    assert contrast_ratio(tokens[line], tokens["bg0"]) >= 3
    assert contrast_ratio(tokens[line], tokens["bg1"]) >= 3


def test_contrast_is_that_of_wcag() -> None:
    assert contrast_ratio("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast_ratio("#777777", "#777777") == pytest.approx(1)


def test_a_theme_with_a_hole_is_refused() -> None:
    some = {name: LIGHT[name] for name in TOKEN_NAMES if name != "err"}
    with pytest.raises(ValueError, match="err"):
        Tokens("broken", some, 2)


def test_colours_are_named_in_the_two_theme_files_only() -> None:
    allowed = {SOURCES / "theme" / "light.py", SOURCES / "theme" / "contrast.py"}
    offenders = [
        f"{path.name}: {found.group()}"
        for folder in ("theme", "widgets")
        for path in sorted((SOURCES / folder).glob("*.py"))
        if path not in allowed
        for found in re.finditer(
            r"""["']#[0-9A-Fa-f]{3,8}["']|Qt\.GlobalColor\.(?!transparent)\w+""", path.read_text("utf-8")
        )
        if found.group() != '"#000000"'  # compared with the system's palette, not drawn
    ]
    assert offenders == []


@pytest.mark.parametrize("is_contrast", [False, True])
def test_the_style_sheet_uses_only_colours_of_its_theme(theme: Theme, is_contrast: bool) -> None:
    theme.choose_contrast(is_contrast)
    used = set(re.findall(r"#[0-9A-Fa-f]{6}", style_sheet()))
    assert used
    assert used <= set(theme.tokens.colours.values())


def test_the_fonts_brought_along_are_used(theme: Theme, qapp: QApplication) -> None:
    assert theme.trouble is None
    assert QFontInfo(qapp.font()).family() == "Noto Sans SC"
    assert QFontInfo(font(mono=True)).family() == "Source Code Pro"
    digits = {metrics().horizontalAdvance(digit) for digit in "0123456789"}
    assert len(digits) == 1


def test_sizes_of_the_drawings_come_out_at_96_dpi(theme: Theme) -> None:
    assert field_height() == 34
    assert current.button_height() == 36
    assert px(144) == 144
    assert is_narrow(1279)
    assert not is_narrow(1280)


def test_large_text_is_one_factor_for_everything(theme: Theme, qapp: QApplication) -> None:
    small = QFontMetrics(qapp.font()).height()
    told = []
    theme.changed.connect(lambda: told.append(True))
    theme.choose_large(True)
    theme.choose_large(True)
    assert told == [True]
    assert qapp.font().pointSizeF() == pytest.approx(16)
    assert font(10.5).pointSizeF() == pytest.approx(14)
    assert px(144) == 192
    assert field_height() > 34
    assert QFontMetrics(qapp.font()).height() > small
    assert is_narrow(1366), "16 pt on 1366 pixels is the rail layout"


def test_high_contrast_changes_colours_and_nothing_else(theme: Theme) -> None:
    width, height = px(144), field_height()
    assert ink("bg0").name() == "#ffffff"
    theme.choose_contrast(True)
    assert ink("bg0").name() == "#000000"
    assert (px(144), field_height()) == (width, height)


def test_an_icon_wears_the_colour_of_its_token_and_changes_with_the_theme(theme: Theme) -> None:
    picture = icon_picture("checkmark_circle", "err", 16, filled=True)
    assert picture is icon_picture("checkmark_circle", "err", 16, filled=True)
    assert picture.toImage().pixelColor(3, 8).name() == LIGHT["err"].lower()
    theme.choose_contrast(True)
    again = icon_picture("checkmark_circle", "err", 16, filled=True)
    assert again.toImage().pixelColor(3, 8).name() == CONTRAST["err"].lower()


def test_an_icon_is_sharp_on_a_screen_with_another_ratio(theme: Theme) -> None:
    picture = icon_picture("save", "ink1", 20, 1.5)
    assert picture.width() == 30
    assert picture.devicePixelRatio() == pytest.approx(1.5)


def test_an_icon_that_is_not_shipped_is_an_incomplete_installation(theme: Theme) -> None:
    with pytest.raises(MachineError, match="程序文件缺失"):
        icon_picture("no_such_icon")


def test_every_icon_named_in_the_code_is_shipped_and_the_licence_with_them() -> None:
    assert "MIT License" in resource("icons", "LICENSE").read_text("utf-8")
    shipped = {path.name for path in resource("icons").glob("*.svg")}
    named = set()
    for path in (SOURCES / "widgets").glob("*.py"):
        text = path.read_text("utf-8")
        named |= set(re.findall(r"icon:([a-z_]+)", text)) - {"name"}
        named |= set(re.findall(r'(?:Icon\(|icon=|paint_icon\(painter, [^"\n]*?, )"([a-z_]+)"', text))
    assert "arrow_reply" in named
    missing = {name for name in named if not {f"{name}_16_regular.svg", f"{name}_20_regular.svg"} & shipped}
    assert missing == set()


def test_qt_speaks_chinese(theme: Theme) -> None:
    assert QLocale().name() == "zh_CN"
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    assert "取消" in box.button(QDialogButtonBox.StandardButton.Cancel).text()


def test_a_missing_font_is_told_and_the_work_goes_on(
    monkeypatch: pytest.MonkeyPatch, qapp: QApplication
) -> None:
    monkeypatch.setattr(fonts, "SCREEN_FILES", ("NoSuchFont.ttf",))
    trouble = fonts.load_fonts()
    assert isinstance(trouble, MachineError)
    assert "NoSuchFont.ttf" in trouble.message


def test_the_font_of_rare_characters_is_loaded_when_one_comes(qapp: QApplication) -> None:
    before = dict(fonts._loaded)
    assert fonts.load_rare_characters("王小明") == (fonts.RARE_FILE in before)
    assert fonts.load_rare_characters("王𬭎")
    assert fonts.RARE_FILE in fonts._loaded


def test_importing_theme_and_widgets_brings_nothing_heavy() -> None:
    modules = ",".join(
        f"desktop.ui.widgets.{path.stem}"
        for path in sorted((SOURCES / "widgets").glob("*.py"))
        if path.stem != "__init__"
    )
    code = f"import sys,{modules}\nprint(*(m for m in sys.modules if '.' not in m))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {
        "sqlalchemy",
        "alembic",
        "reportlab",
        "openpyxl",
        "pypinyin",
        "httpx",
        "docx",
        "cryptography",
        "sqlcipher3",
    }
    assert heavy & set(done.stdout.split()) == set()


def test_icons_are_forgotten_when_the_theme_changes(theme: Theme) -> None:
    icon_picture("save")
    assert icons._pictures
    theme.choose_contrast(True)
    assert icons._pictures == {}
