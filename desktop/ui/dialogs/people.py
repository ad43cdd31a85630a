"""人员: a forgotten password, somebody who leaves or comes back, other roles, one's own PIN."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.jobs import JobRunner
from desktop.resources import _
from desktop.ui.dialogs.deciding import DecidingDialog
from desktop.ui.pages.sign_in import SecretField
from desktop.ui.pages.wording import ROLE_WORDS
from desktop.ui.theme import px
from desktop.ui.widgets.buttons import CheckBox

GivesSecret = Callable[[str], object]


class SecretDialog(DecidingDialog):
    """Asks for a secret twice; ``run`` gets it in the worker. ``may_be_empty``: nothing takes it away."""

    def __init__(
        self,
        parent: QWidget | None,
        jobs: JobRunner,
        question: str,
        consequence: str,
        run: GivesSecret,
        *,
        act: str,
        safe: str,
        secret: str,
        may_be_empty: bool = False,
    ) -> None:
        super().__init__(parent, jobs, question, consequence, act=act, safe=safe, mnemonic="S")
        self._run, self._may_be_empty = run, may_be_empty
        self.fresh = SecretField(secret)
        self.again = SecretField(_("{name}，再打一遍").format(name=secret))
        self.add(secret, self.fresh)
        self.add(_("再打一遍"), self.again)
        self.fresh.entered.connect(self._to_again)
        self.again.entered.connect(self._to_act)
        self.ready()

    def _to_again(self) -> None:
        self.again.setFocus(Qt.FocusReason.OtherFocusReason)

    def _to_act(self) -> None:
        self.act_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def lacks(self) -> str:
        """Both the same, and something."""
        if not self.fresh.text() and not (self._may_be_empty and not self.again.text()):
            return _("请填{what}").format(what=self.fresh.name)
        return "" if self.fresh.text() == self.again.text() else _("两遍不一样")

    def work(self) -> Callable[[], object]:
        """Hand it over."""
        return partial(self._run, self.fresh.text())


def reset_dialog(parent: QWidget | None, jobs: JobRunner, name: str, run: GivesSecret) -> SecretDialog:
    """Somebody forgot their password."""
    return SecretDialog(
        parent,
        jobs,
        _("重设 {name} 的口令？").format(name=name),
        _("旧口令和 PIN 立即失效，此举记入日志。请把新口令当面告诉本人，让他登录后自己再改。"),
        run,
        act=_("重设口令"),
        safe=_("先不重设"),
        secret=_("新口令"),
    )


def resume_dialog(parent: QWidget | None, jobs: JobRunner, name: str, run: GivesSecret) -> SecretDialog:
    """Somebody came back."""
    return SecretDialog(
        parent,
        jobs,
        _("恢复 {name}？").format(name=name),
        _("恢复后能登录办理，角色照旧；停用时钥匙已销毁，所以要给一个新口令。此举记入日志。"),
        run,
        act=_("恢复"),
        safe=_("先不恢复"),
        secret=_("新口令"),
    )


def pin_dialog(parent: QWidget | None, jobs: JobRunner, run: GivesSecret) -> SecretDialog:
    """One's own PIN for the locked screen."""
    return SecretDialog(
        parent,
        jobs,
        _("设我的 PIN？"),
        _("PIN 是 6 位数字，只用来解开锁屏，登录仍用口令。两栏都空着，就取消 PIN。"),
        run,
        act=_("设 PIN"),
        safe=_("先不设"),
        secret=_("6 位数字"),
        may_be_empty=True,
    )


class StopDialog(DecidingDialog):
    """Somebody leaves."""

    def __init__(self, parent: QWidget | None, jobs: JobRunner, name: str, run: Callable[[], object]) -> None:
        super().__init__(
            parent,
            jobs,
            _("停用 {name}？").format(name=name),
            _("停用后不能登录，也不能办理；以前的记录里姓名照旧。此举记入日志，以后可以恢复。"),
            act=_("停用"),
            safe=_("先不停用"),
            kind="danger",
            mnemonic="S",
        )
        self._run = run
        self.ready()

    def work(self) -> Callable[[], object]:
        """Stop them."""
        return self._run


class RolesDialog(DecidingDialog):
    """Ticks for what somebody may do; ``run`` gets the roles joined by blanks."""

    def __init__(
        self,
        parent: QWidget | None,
        jobs: JobRunner,
        name: str,
        roles: Collection[str],
        run: GivesSecret,
    ) -> None:
        super().__init__(
            parent,
            jobs,
            _("改 {name} 的角色？").format(name=name),
            _("从下次登录起生效（自己的立即生效），此举记入日志。至少要留一位在用的负责人。"),
            act=_("改角色"),
            safe=_("先不改"),
            mnemonic="S",
        )
        self._run, self._before = run, frozenset(roles)
        line = QHBoxLayout()
        line.setSpacing(px(8))
        self.boxes: dict[str, CheckBox] = {}
        for code, word in ROLE_WORDS.items():
            box = CheckBox(word, framed=True)
            box.setChecked(code in roles)
            box.toggled.connect(self.look)
            self.boxes[code] = box
            line.addWidget(box)
        line.addStretch(1)
        self.body.addLayout(line)
        self.ready()

    def _chosen(self) -> list[str]:
        return [code for code, box in self.boxes.items() if box.isChecked()]

    def lacks(self) -> str:
        """A role, and another one than before."""
        if not self._chosen():
            return _("请至少选一个角色")
        return _("角色还没有改") if frozenset(self._chosen()) == self._before else ""

    def work(self) -> Callable[[], object]:
        """Hand the roles over."""
        return partial(self._run, " ".join(self._chosen()))
