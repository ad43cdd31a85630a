"""Files that come with the program, and its words in another language."""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from desktop.errors import MachineError


@cache
def _root() -> Path:
    package = Path(__file__).resolve().parent
    packed = package / "_resources"
    return packed if packed.is_dir() else package.parent / "resources"


def resource(*parts: str) -> Path:
    """Path of a shipped file or folder, e.g. ``resource("fonts", "NotoSansSC_400Regular.ttf")``.

    Looks in the installed package first, then in the checkout's ``resources/``.
    Raises MachineError when it is missing: an installation without it cannot be trusted.
    """
    path = _root().joinpath(*parts)
    if not path.exists():
        raise MachineError(f"程序文件缺失：{'/'.join(parts)}", "安装不完整，请重新安装本程序；数据不受影响")
    return path


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("contract-desk", _root() / "locale", languages=[language], fallback=True)


_official: ContextVar[bool] = ContextVar("official", default=False)


@contextmanager
def in_chinese() -> Iterator[None]:
    """While a paper is drawn: official words stay Chinese, whatever the screen speaks."""
    token = _official.set(True)
    try:
        yield
    finally:
        _official.reset(token)


def _(text: str) -> str:
    """The text in the language of CONTRACT_DESK_LANGUAGE (``zh_CN``, the source language, if unset)."""
    language = "zh_CN" if _official.get() else os.environ.get("CONTRACT_DESK_LANGUAGE", "zh_CN")
    return text if language.startswith("zh") else _catalogue(language).gettext(text)
