"""Offscreen, with the program's own theme and fonts."""

from __future__ import annotations

import os
from collections.abc import Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtWidgets import QApplication

from desktop.ui.theme import Theme

OFFSCREEN_SAYS = "^This plugin does not support (raise|propagateSizeHints|grabbing)"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What the offscreen platform says of itself is no fault of the program."""
    for item in items:
        if f"{os.sep}tests{os.sep}ui{os.sep}" in str(item.path):
            item.add_marker(pytest.mark.qt_log_ignore(OFFSCREEN_SAYS, extend=True))


@pytest.fixture(scope="session")
def _dressed(qapp: QApplication) -> Theme:
    made = Theme()
    made.apply(qapp)
    return made


@pytest.fixture
def theme(_dressed: Theme) -> Iterator[Theme]:
    """The theme of the test run, light and at normal text size before and after the test."""
    yield _dressed
    _dressed.choose_contrast(False)
    _dressed.choose_large(False)
