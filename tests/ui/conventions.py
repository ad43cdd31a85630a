"""The table of the conventions: each habit with its tests. ``python -m tests.ui.conventions`` prints it."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("conventions.toml")
SECTIONS = {
    1: "键盘", 2: "代码与单位", 3: "日期与金额", 4: "保存与找回", 5: "自检与提示", 6: "状态用词",
    7: "版面", 8: "Excel", 9: "打印", 10: "离线与备份", 11: "无障碍", 12: "不要做",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Habit:
    """One habit of the conventions."""

    number: str
    """Section and place in it, as ``7.12``."""
    habit: str
    tests: tuple[str, ...]
    """``file::test``, from the root of the repository."""
    must: bool
    """★: may not be given up."""
    remark: str
    """Where the program does otherwise on purpose, and why."""

    @property
    def section(self) -> int:
        """1 to 12."""
        return int(self.number.split(".")[0])


def habits(path: Path = TABLE) -> tuple[Habit, ...]:
    """All rows in their order; raises ``KeyError`` or ``TypeError`` when one is not whole."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["habit"]
    return tuple(
        Habit(
            row.pop("number"),
            row.pop("habit"),
            tuple(row.pop("tests")),
            row.pop("must", False),
            row.pop("remark", ""),
            **row,
        )
        for row in rows
    )


def as_text(rows: Sequence[Habit]) -> str:
    """The table for people: section by section, ★ before what is a must, the tests below each habit."""
    lines: list[str] = []
    section = 0
    for row in rows:
        if row.section != section:
            section = row.section
            lines += ["", f"{section} {SECTIONS[section]}"]
        lines.append(f"{'★' if row.must else '　'} {row.number:<5} {row.habit}")
        lines += [f"         {name}" for name in row.tests]
        if row.remark:
            lines.append(f"         remark: {row.remark}")
    stars = sum(row.must for row in rows)
    remarks = sum(bool(row.remark) for row in rows)
    lines += ["", f"{len(rows)} habits, {stars} of them ★; {remarks} with a remark"]
    return "\n".join(lines).strip("\n")


if __name__ == "__main__":
    sys.stdout.write(as_text(habits()) + "\n")
