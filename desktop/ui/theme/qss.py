"""The style sheet, filled from the tokens. Sizes are in points or come from the text's own height."""

from __future__ import annotations

from desktop.ui.theme import current
from desktop.ui.theme.current import px, scale, tokens
from desktop.ui.theme.tokens import TOKEN_NAMES

SIZES = {
    "note": current.NOTE,
    "body": current.BODY,
    "contract": current.CONTRACT,
    "page": current.PAGE,
    "conclusion": current.CONCLUSION,
    "figure": current.FIGURE,
    "login": current.LOGIN,
}
"""Values of a Label's ``size``."""


def style_sheet() -> str:
    """The whole sheet for the theme and text size in force."""
    colour = tokens()
    focus = colour.focus_width
    text = current.metrics().height()
    radius, card = px(4), px(6)
    inner = current.field_height() - 2
    tones = "\n".join(f'QLabel[tone="{name}"] {{ color: {colour[name]}; }}' for name in TOKEN_NAMES)
    sizes = "\n".join(
        f'QLabel[textsize="{name}"] {{ font-size: {points * scale():.2f}pt; }}'
        for name, points in SIZES.items()
    )
    return f"""
* {{ outline: none; }}
QWidget {{ color: {colour["ink1"]}; widget-animation-duration: 0; }}
QMainWindow, QDialog, QWidget[ground="page"] {{ background: {colour["bg1"]}; }}
QWidget[ground="paper"], QDialog {{ background: {colour["bg0"]}; }}
QWidget[ground="head"] {{ background: {colour["bg2"]}; }}
QWidget[ground="selected"] {{ background: {colour["accentS"]}; }}
QWidget[ground="nav"] {{ background: {colour["nav"]}; }}
QLabel {{ background: transparent; }}
{tones}
{sizes}
QLabel[strong="true"] {{ font-weight: 700; }}
QLabel[mono="true"] {{ font-family: "{current.MONO}", "{current.SANS}"; }}
QFrame[line="h"] {{ background: {colour["line1"]}; max-height: 1px; min-height: 1px; border: none; }}
QFrame[line="v"] {{ background: {colour["line1"]}; max-width: 1px; min-width: 1px; border: none; }}

QFrame[card="plain"] {{ background: {colour["bg0"]}; border: 1px solid {colour["line1"]};
  border-radius: {card}px; }}
QFrame[card="accent"] {{ background: {colour["bg0"]}; border: 2px solid {colour["accent"]};
  border-radius: {card}px; }}
QFrame[card="quiet"] {{ background: {colour["bg1"]}; border: 1px solid {colour["line1"]};
  border-radius: {card}px; }}
QFrame[card="selected"] {{ background: {colour["accentS"]}; border: 1px solid {colour["accent"]};
  border-radius: {radius}px; }}

QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QSpinBox, QDoubleSpinBox {{
  background: {colour["bg0"]}; color: {colour["ink1"]}; border: 1px solid {colour["line2"]};
  border-radius: {radius}px; padding: 0 {px(7)}px;
  selection-background-color: {colour["accent"]}; selection-color: {colour["onA"]};
}}
QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox {{ min-height: {inner}px; max-height: {inner}px; }}
QLineEdit, QPlainTextEdit {{ placeholder-text-color: {colour["ink3"]}; }}
QLineEdit:hover, QPlainTextEdit:hover, QComboBox:hover {{ border-color: {colour["ink1"]}; }}
QLineEdit[req="true"], QPlainTextEdit[req="true"], QComboBox[req="true"] {{ background: {colour["req"]}; }}
QLineEdit[level="error"], QPlainTextEdit[level="error"] {{
  border: 2px solid {colour["err"]}; padding: 0 {px(7) - 1}px;
}}
QLineEdit[level="error"] {{ min-height: {inner - 2}px; max-height: {inner - 2}px; }}
QLineEdit[mono="true"] {{ font-family: "{current.MONO}", "{current.SANS}"; }}
QLineEdit[compact="true"] {{ font-size: {11.25 * scale():.2f}pt; }}
QLineEdit:read-only, QPlainTextEdit:read-only {{
  background: {colour["bg2"]}; border: 1px solid {colour["line1"]}; color: {colour["ink2"]};
}}
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled, QSpinBox:disabled {{
  background: {colour["bg2"]}; border: 1px solid {colour["line1"]}; color: {colour["dis"]};
}}
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus {{
  border: {focus}px solid {colour["focus"]}; background: {colour["bg0"]};
  min-height: {inner - 2 * (focus - 1)}px; max-height: {inner - 2 * (focus - 1)}px;
  padding: 0 {px(7) - (focus - 1)}px;
}}
QPlainTextEdit, QTextEdit {{ padding: {px(3)}px {px(5)}px; }}
QPlainTextEdit:focus, QTextEdit:focus {{ border: {focus}px solid {colour["focus"]};
  background: {colour["bg0"]}; }}
QTextEdit[reading="true"], QTextEdit[reading="true"]:focus {{
  background: {colour["bg0"]}; border: none; border-radius: 0; padding: 0;
}}
QComboBox::drop-down {{ border: none; width: {px(30)}px; }}
QComboBox::down-arrow {{ image: none; width: 0; height: 0; }}
QComboBox QAbstractItemView, QListView[popup="true"] {{
  background: {colour["bg0"]}; color: {colour["ink1"]}; border: none; padding: 0;
  selection-background-color: {colour["accentS"]}; selection-color: {colour["ink1"]};
}}

QTableView {{
  background: {colour["bg0"]}; border: none; gridline-color: {colour["line1"]};
  selection-background-color: {colour["accentS"]}; selection-color: {colour["ink1"]};
}}
QHeaderView {{ background: {colour["bg2"]}; border: none; }}
QHeaderView::section {{
  background: {colour["bg2"]}; color: {colour["ink2"]}; border: none;
  border-bottom: 1px solid {colour["line2"]};
  padding: 0 {px(10)}px; font-size: {current.NOTE * scale():.2f}pt; font-weight: 400;
  min-height: {text + px(8)}px;
}}
QTableView QTableCornerButton::section {{ background: {colour["bg2"]}; border: none; }}

QScrollArea, QScrollArea > QWidget > QWidget[scrolled="true"] {{ background: transparent; border: none; }}
QScrollBar:vertical {{ background: {colour["bg2"]}; width: {px(12)}px; margin: 0; border: none; }}
QScrollBar:horizontal {{ background: {colour["bg2"]}; height: {px(12)}px; margin: 0; border: none; }}
QScrollBar::handle {{ background: {colour["line2"]}; border-radius: {px(4)}px; margin: {px(2)}px; }}
QScrollBar::handle:vertical {{ min-height: {px(32)}px; }}
QScrollBar::handle:horizontal {{ min-width: {px(32)}px; }}
QScrollBar::handle:hover {{ background: {colour["ink3"]}; }}
QAbstractScrollArea::corner {{ background: {colour["bg2"]}; border: none; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; border: none; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}

QToolTip {{
  background: {colour["bg0"]}; color: {colour["ink1"]}; border: 1px solid {colour["line2"]};
  padding: {px(4)}px;
}}
QMenu {{ background: {colour["bg0"]}; color: {colour["ink1"]}; border: 1px solid {colour["line2"]}; }}
QMenu::item {{ padding: {px(6)}px {px(20)}px; }}
QMenu::item:selected {{ background: {colour["accentS"]}; color: {colour["ink1"]}; }}
QMenu::item:disabled {{ color: {colour["dis"]}; }}
QMenu::separator {{ height: 1px; background: {colour["line1"]}; }}
QSplitter::handle {{ background: {colour["line1"]}; }}
"""
