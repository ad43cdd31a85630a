"""The two kinds of trouble that a clerk is told about; anything else is a defect of the program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class DeskError(Exception):
    """What happened, and what the clerk can do about it, in the clerk's own words (Chinese)."""

    def __init__(self, message: str, hint: str = "", *, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code
        """Short number to read out on the telephone, e.g. ``V07``."""

    def __str__(self) -> str:
        """Message and remedy as one text, as the command line prints it."""
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class RefusedError(DeskError):
    """The clerk asked for something that is not allowed; nothing was changed. Exit code 1."""


class MachineError(DeskError):
    """Disk full, file locked, file damaged, server away: says what was kept and what to do. Exit code 3."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a file, a form or a package; collected, never raised one at a time.

    ``level`` is ``error`` (错误), ``doubt`` (疑点) or ``note`` (提示).
    """

    place: str
    """Where: sheet and cell, file inside a package, name of the field."""
    value: str
    """What stands there now (masked if personal)."""
    reason: str
    remedy: str
    level: str = "error"
    code: str = ""
    row: int = 0
    """Row of the file, 1-based as the spreadsheet program shows it; 0 when it has none."""
    field: str = ""
    """English field name (``contract_amount``), for jumping to it."""


class ProblemsFound(RefusedError):
    """A file or form was checked whole and cannot be used as it is; every problem is listed."""

    def __init__(self, message: str, problems: Sequence[Problem], hint: str = "") -> None:
        super().__init__(message, hint)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        """Message, then one line a problem."""
        lines = [self.message]
        lines += [f"{p.place}：{p.value}　{p.reason}；{p.remedy}" for p in self.problems]
        return "\n".join([*lines, self.hint] if self.hint else lines)
