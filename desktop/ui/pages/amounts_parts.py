"""The parts of 核定: one figure of the equation, and why a line is taken in or out."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop.resources import _
from desktop.rules.amounts import format_yuan
from desktop.ui.theme import TokenName, ink, px
from desktop.ui.widgets.base import Label

LEAST_LINES = 3
"""Of the grounds, that always stand."""
_ENDLESS = 100_000
"""Pixels in which every text is one line."""


class Figure(QWidget):
    """合同成交额（元） above 1,280,000.00."""

    def __init__(self, name: str, tone: TokenName = "ink1", *, strong: bool = False) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.name = name
        self.caption = Label(name, size="note", tone="accent" if strong else "ink2", strong=strong)
        self.figure = Label("—", size="conclusion", tone=tone, strong=True)
        column.addWidget(self.caption)
        column.addWidget(self.figure)

    def show_amount(self, amount: Decimal | None) -> None:
        """To the fen, or a dash."""
        words = "—" if amount is None else format_yuan(amount)
        self.figure.setText(words)
        self.setAccessibleName(f"{self.name} {words}")


class _Quote(QLabel):
    """The words of the contract on evidence ground."""

    def __init__(self) -> None:
        super().__init__("")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setProperty("textsize", "note")
        self.setContentsMargins(px(12), px(6), px(8), px(6))

    def show_words(self, words: str) -> None:
        self.setText(words)
        self.setVisible(bool(words))
        look = f"background: {ink('ev').name()}; color: {ink('ink1').name()};"
        look += f" border-left: 4px solid {ink('evL').name()};"
        if look != self.styleSheet():
            self.setStyleSheet(look)


class Grounds(QScrollArea):
    """Rule, papers and the words of the contract, whole. ``fit`` gives it the height there is: with too
    little it shows whole lines, scrolls, and Tab comes to it so that ↑ ↓ PgUp PgDn read on.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setProperty("ring", True)
        self.setAccessibleName(_("这一行的依据"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        inside.setProperty("scrolled", "true")
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(px(6))
        self.rule = Label("", size="note", wrap=True)
        self.papers = Label("", size="note", tone="ink2", wrap=True)
        self.quote = _Quote()
        for label in (self.rule, self.papers, self.quote):
            self._column.addWidget(label)
        self._column.addStretch(1)
        self.setWidget(inside)

    def show_words(self, rule: str, papers: str = "", quote: str = "") -> None:
        """Other grounds, from their beginning; ``papers`` and ``quote`` may be empty."""
        if (rule, papers, quote) == (self.rule.text(), self.papers.text(), self.quote.text()):
            return
        self.rule.setText(rule)
        self.papers.setText(papers)
        self.papers.setVisible(bool(papers))
        self.quote.show_words(quote)
        self.setAccessibleDescription("。".join(filter(None, (rule, papers, quote))))
        self.verticalScrollBar().setValue(0)

    def words(self) -> str:
        """All of it."""
        return self.accessibleDescription()

    @property
    def scrolls(self) -> bool:
        """It is too low for all of it."""
        return self.focusPolicy() != Qt.FocusPolicy.NoFocus

    def needed(self, width: int) -> int:
        """Height of all of it at this width."""
        return max(self._lines(width), default=0)

    def fit(self, width: int, most: int) -> None:
        """As high as it needs at this width, or as many whole lines as there is room for."""
        high = self.needed(width)
        is_low = high > most
        if is_low:
            bar = self.verticalScrollBar()
            ends = sorted(self._lines(width - bar.sizeHint().width()))
            fitting = [end for end in ends if end <= most]
            high = max(fitting[-1] if fitting else 0, ends[min(LEAST_LINES, len(ends)) - 1])
            bar.setSingleStep(self.fontMetrics().lineSpacing())
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(policy.ScrollBarAlwaysOn if is_low else policy.ScrollBarAsNeeded)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if is_low else Qt.FocusPolicy.NoFocus)
        self.setFixedHeight(high)

    def _lines(self, width: int) -> Iterator[int]:
        """Where each line of the text ends, from the top; the last one with the air below it."""
        top = 0
        for label in (self.rule, self.papers, self.quote):
            if label.isHidden():
                continue
            label.ensurePolished()
            high, edges = label.heightForWidth(width), label.contentsMargins()
            text = high - edges.top() - edges.bottom()
            one = label.heightForWidth(_ENDLESS) - edges.top() - edges.bottom()
            count = max(1, round(text / max(1, one)))  # signs of another font make lines higher
            for line in range(1, count):
                yield top + edges.top() + text * line // count
            yield top + high
            top += high + self._column.spacing()
