"""Files that come with the program, and its words in another language."""

from __future__ import annotations

import gettext
import os
from functools import cache
from importlib.resources import files
from pathlib import Path

from desktop.errors import MachineError


@cache
def _root() -> Path:
    packed = Path(str(files("desktop"))) / "_resources"
    return packed if packed.is_dir() else Path(__file__).resolve().parent.parent / "resources"


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


def _(text: str) -> str:
    """The text in the language of CONTRACT_DESK_LANGUAGE (``zh_CN``, the source language, if unset)."""
    language = os.environ.get("CONTRACT_DESK_LANGUAGE", "zh_CN")
    return text if language.startswith("zh") else _catalogue(language).gettext(text)
