"""写原因保留: a doubt, or a check digit that the paper itself shows so, stays with a written reason."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.errors import Problem
from desktop.resources import _
from desktop.ui.widgets.ask import ask_reason


def ask_pass_doubt(parent: QWidget, problem: Problem) -> str | None:
    """The reason for keeping what a finding questions; None when the clerk went back."""
    now = _("现在：{value}。").format(value=problem.value) if problem.value else ""
    return ask_reason(
        parent,
        _("保留“{place}”现在的写法？").format(place=problem.place),
        _("{now}{reason}。写下的理由入档，复核人看得到；这一条不再拦住提交。").format(
            now=now, reason=problem.reason
        ),
        act=_("写明理由，保留"),
        safe=_("先不保留"),
        kind="plain",
        reason=_("理由"),
        mnemonic="K",
    )
