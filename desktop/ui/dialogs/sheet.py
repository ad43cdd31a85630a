"""补证, 副本, 作废, 签收, 收回: one more row of the certificate ledger, never a changed one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from desktop.jobs import JobRunner
from desktop.resources import _
from desktop.ui.dialogs.deciding import DecidingDialog
from desktop.ui.widgets.buttons import Choice
from desktop.ui.widgets.fields import Field

_WORDS = {
    "reissue": (
        _("补发登记证明？"),
        _("用于遗失、毁损；纸上印“补证”和次数，原因和领取人记入台账。"),
        _("打印补证"),
    ),
    "duplicate": (_("另出一份副本？"), _("纸上印“副本”和份数；首发的仍旧有效。"), _("打印副本")),
    "void": (
        _("作废一张证明？"),
        _("台账记作废，这一联可以重打；纸请收回。此举记入日志，不能撤回。"),
        _("作废这一张"),
    ),
    "collected": (_("登记领取？"), _("台账记下领取人和时间。"), _("记下签收")),
    "recalled": (_("收回一张证明？"), _("台账记收回；收回的不再算在外面。"), _("记下收回")),
}
_SAFE = {
    "reissue": _("先不补"),
    "duplicate": _("先不出"),
    "void": _("先不作废"),
    "collected": _("先不记"),
    "recalled": _("先不记"),
}


class SheetDialog(DecidingDialog):
    """``how``: a copy (``reissue``, ``duplicate``) or an event (``void``, ``collected``, ``recalled``).

    ``run(copy, reason, collector)`` gives the call to make, or None when the person gave up choosing a file.
    """

    def __init__(
        self,
        parent: QWidget | None,
        jobs: JobRunner,
        how: str,
        copies: Sequence[tuple[int, str]],
        run: Callable[[int, str, str], Callable[[], object] | None],
        *,
        chosen: int = 0,
    ) -> None:
        question, consequence, act = _WORDS[how]
        kind = "danger" if how == "void" else "primary"
        super().__init__(
            parent, jobs, question, consequence, act=act, safe=_SAFE[how], kind=kind, mnemonic="Z"
        )
        self._how, self._run = how, run
        self._call: Callable[[], object] | None = None
        self.copy_choice = Choice(
            _("联"), [(str(n), _("第 {n} 联　{who}").format(n=n, who=who)) for n, who in copies]
        )
        if chosen:
            self.copy_choice.choose(str(chosen))
        self.reason = Field(_("原因"), required=how in ("reissue", "duplicate", "void"))
        self.collector = Field(_("领取人"), required=how in ("reissue", "duplicate", "collected"))
        self.add(_("联"), self.copy_choice)
        if how != "collected":
            self.add(_("原因"), self.reason)
        if how in ("reissue", "duplicate", "collected"):
            self.add(_("领取人"), self.collector)
        self.ready()

    def lacks(self) -> str:
        """Sheet, reason and collector as the act wants them."""
        if not self.copy_choice.choice():
            return _("没有可选的联")
        if self.reason.is_required and not self.reason.text().strip():
            return (
                _("请写原因，例如：原件遗失") if self._how != "void" else _("请写原因，例如：卡纸，纸已收回")
            )
        if self.collector.is_required and not self.collector.text().strip():
            return _("请写领取人姓名")
        return ""

    def do(self) -> None:
        """Ask where the paper goes first; giving up there changes nothing."""
        if self.lacks() or self._calls.is_busy:
            return
        number = int(self.copy_choice.choice())
        self._call = self._run(number, self.reason.text().strip(), self.collector.text().strip())
        if self._call is not None:
            super().do()

    def work(self) -> Callable[[], object]:
        """What ``run`` gave."""
        if self._call is None:
            raise ValueError("asked before a place was chosen")
        return self._call
