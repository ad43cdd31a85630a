"""Examples to the questions of recognition: one sentence for yes, one for no, shared by both rule sets.

An example explains the law and is none: ``load_book`` passes over the file, so that another wording leaves
the version of the law, under which conclusions are stored, as it is. One table a rule::

    [R-DEV-02]
    yes = "双方写明：签订时没有成熟方案，双方都未掌握。"
    no = "乙方两年前已把同一套系统卖给三家工厂。"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from desktop.errors import Problem, ProblemsFound
from desktop.resources import _

LONGEST: Final = 48
"""Characters of an example: it is one line beside the article."""

_SIDES: Final = ("yes", "no")
_PLACE: Final = re.compile(r"at line (\d+)")


@dataclass(frozen=True, slots=True)
class Example:
    """What a contract looks like that gets a yes, and one that gets a no."""

    yes: str
    no: str


def load_examples(path: Path, codes: Collection[str] | None = None) -> Mapping[str, Example]:
    """Code of the rule → its example.

    ``codes``: the rules there are; a table of any other is refused. Without it codes are not looked at: a
    policy pack may have dropped a rule that the shipped file still explains.
    Raises ProblemsFound with file, table and remedy, of all tables; nothing is taken from a file that is
    wrong anywhere.
    """
    found: list[Problem] = []
    made: dict[str, Example] = {}
    for code, table in _tables(path, found).items():
        place = f"{path.name} [{code}]"
        if codes is not None and code not in codes:
            near = get_close_matches(code, codes, 1)
            remedy = _("是不是 {near}？").format(near=near[0]) if near else _("请核对规则编号")
            found.append(Problem(place, code, _("没有这条规则"), remedy, code=code))
        if not isinstance(table, dict):
            remedy = _("写成 [{code}]，下面写 yes 和 no").format(code=code)
            found.append(Problem(place, str(table)[:40], _("应当是一个表"), remedy, code=code))
            continue
        wrong = _wrong_with(place, code, table)
        found += wrong
        if not wrong:
            made[code] = Example(*(table[side].strip() for side in _SIDES))
    if found:
        raise ProblemsFound(
            _("举例读不进来，共 {n} 处不对").format(n=len(found)),
            found,
            _("请按所列位置改正；举例不是法条，没有举例也可以认定"),
        )
    return MappingProxyType(made)


def _tables(path: Path, found: list[Problem]) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        found.append(Problem(path.name, type(exc).__name__, _("文件打不开"), _("请重新安装本程序")))
    except UnicodeDecodeError:
        found.append(Problem(path.name, "", _("不是 UTF-8 编码"), _("请以 UTF-8 另存后重试")))
    except tomllib.TOMLDecodeError as exc:
        at = _PLACE.search(str(exc))
        row = int(at[1]) if at else 0
        place = f"{path.name} 第 {row} 行" if row else f"{path.name} 末尾"
        remedy = _("请核对方括号、引号和等号；一条规则只写一个表")
        found.append(Problem(place, "", _("写法不对，读不下去"), remedy, row=row))
    return {}


def _wrong_with(place: str, code: str, table: Mapping[str, Any]) -> list[Problem]:
    made = [
        Problem(place, key, _("没有这一项"), _("只有 yes 和 no"), code=code)
        for key in sorted(table.keys() - {*_SIDES})
    ]
    for side in _SIDES:
        text = table.get(side)
        remedy = _('补上 {side} = "…"，写一句具体的例子').format(side=side)
        if side not in table:
            made.append(Problem(place, side, _("缺少一边的例子"), remedy, code=code))
        elif not isinstance(text, str) or not text.strip():
            made.append(Problem(place, f"{side} = {text!r}"[:60], _("没有写或不是文字"), remedy, code=code))
        elif len(text.strip()) > LONGEST or "\n" in text.strip():
            remedy = _("请改短到 {n} 个字以内，写成一行").format(n=LONGEST)
            made.append(Problem(place, text[:60], _("例子太长"), remedy, code=code))
    return made
