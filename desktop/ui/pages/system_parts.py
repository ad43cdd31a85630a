"""The parts of 系统: facts with long paths, the dialog of the backup places, a policy pack in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop.jobs import JobRunner
from desktop.resources import _
from desktop.services.views import BackupPlaces, KeyFound, PolicyChange
from desktop.ui.dialogs.deciding import DecidingDialog
from desktop.ui.pages.parts import Pairs, choose_folder
from desktop.ui.setup.steps import ChooseFolder, FileRow
from desktop.ui.theme import metrics, px
from desktop.ui.widgets.spelling import in_fours

SHOWN_ROWS, SHOWN_CONTRACTS = 8, 6
"""Rows and contracts named in a question; the rest are counted."""


class PathPairs(Pairs):
    """Pairs some of whose words are paths: too long ones lose their middle and stand whole in the tooltip."""

    def __init__(self, *, name_width: int, parent: QWidget | None = None) -> None:
        super().__init__(name_width=name_width, parent=parent)
        self._name_width = name_width
        self._paths: dict[str, str] = {}

    def show_paths(self, pairs: Sequence[tuple[str, str]], paths: Mapping[str, str]) -> None:
        """``pairs``, of which ``paths`` names those that are a path: 文件 → the whole path."""
        self._paths = dict(paths)
        self.show_pairs([*pairs])
        self._shorten()

    def whole(self, name: str) -> str:
        """The whole path beside a name."""
        return self._paths[name]

    def _shorten(self) -> None:
        room = self.width() - px(self._name_width) - px(4)
        for name, path in self._paths.items():
            label = self._labels.get(name)
            if label is None:
                continue
            label.setWordWrap(False)
            label.setMinimumWidth(px(60))
            label.setText(metrics().elidedText(path, Qt.TextElideMode.ElideMiddle, max(room, px(120))))
            label.setToolTip(path)
            label.setAccessibleName(f"{name}：{path}")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other room, other cut."""
        super().resizeEvent(event)
        self._shorten()

    def changeEvent(self, event: QEvent) -> None:
        """Text size changed: other widths."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_paths"):
            self._shorten()


class PlacesDialog(DecidingDialog):
    """备份位置: the main one and the second one; ``decided`` comes when both can be written."""

    def __init__(
        self,
        parent: QWidget | None,
        jobs: JobRunner,
        places: BackupPlaces,
        run: Callable[[Path | None, Path | None], None],
        *,
        choose: ChooseFolder = choose_folder,
    ) -> None:
        super().__init__(
            parent,
            jobs,
            _("备份放在哪里？"),
            _(
                "每天第一次退出自动备份，两处各存一份，都打开验过，各留最近 14 份。"
                "第二处请选 U 盘或另一块盘；没插的时候照常退出，下次插着再补。"
            ),
            act=_("就放这里"),
            safe=_("先不改"),
            mnemonic="S",
            width=720,
        )
        self._run = run
        self.main = FileRow(
            _("主备份位置"),
            "Z",
            lambda: choose(self, _("主备份位置")),
            none=_("数据文件夹里的 backups"),
        )
        self.second = FileRow(_("第二处"), "U", lambda: choose(self, _("第二处备份位置")), none=_("没有选"))
        self.main.show_path(None if places.is_usual else places.main)
        self.second.show_path(places.second)
        for row in (self.main, self.second):
            row.changed.connect(self.look)
            self.body.addWidget(row)
        self.ready()

    def work(self) -> Callable[[], object]:
        """Hand both over."""
        return partial(self._run, self.main.path, self.second.path)


def second_place_words(places: BackupPlaces, said: str) -> str:
    """What stands at the second place, for the card."""
    if places.second is not None and places.is_same_disk:
        return _("{said}（与数据在同一块盘上，盘坏了两份都没有，请另选）").format(said=said)
    return said


def key_words(key: KeyFound) -> str:
    """What the head compares by telephone before a public key is kept."""
    owner = _("代码 {code}").format(code=key.owner) if key.owner else _("文件没有写明单位代码")
    place = _("是本站的上级") if key.is_above else _("不是本站的上级，它签的回执、号段、规则包本站不认")
    lines = [
        _("文件自称：{whose}（{owner}），{place}。").format(
            whose=key.label or _("没有写明单位"), owner=owner, place=place
        ),
        _("用途：核验签名。") if key.is_for_signing else _("用途：给这个单位的文件加密。"),
        _("编号：{key}").format(key=in_fours(key.key_id)),
        _("请拨自己通讯录里的电话，与对方逐位核对这 16 位，一位都不能差。"),
    ]
    if key.others:
        kept = "、".join(in_fours(other) for other in key.others)
        lines.append(
            _(
                "本机已有这个单位的另一把：{kept}。它不会被替换，收下后两把都认；请一并问清是不是换了钥匙。"
            ).format(kept=kept)
        )
    return "\n".join(lines)


def policy_words(change: PolicyChange) -> str:
    """What a pack changes and whom it concerns, as the text under a question."""
    lines = [change.note] if change.note else []
    if change.lines:
        total = len(change.lines) + change.more
        lines.append(_("有 {n} 处不同：").format(n=total))
        lines += [f"· {line}" for line in change.lines[:SHOWN_ROWS]]
        if total > SHOWN_ROWS:
            lines.append(
                _("· 其余 {n} 处，用 contract-desk policy explain 编号 查看").format(n=total - SHOWN_ROWS)
            )
    else:
        lines.append(_("与现用的规则没有不同。"))
    open_ones = change.open_contracts
    if open_ones:
        names = "、".join(open_ones[:SHOWN_CONTRACTS])
        more = _(" 等 {n} 份").format(n=len(open_ones)) if len(open_ones) > SHOWN_CONTRACTS else ""
        lines.append(
            _("可能影响在办合同：{names}{more}。已有结论的请重看一遍。").format(names=names, more=more)
        )
    else:
        lines.append(_("在办合同都不受影响。"))
    if change.is_back:
        lines.append(_("已登记的合同不变，各按当时的规则。以后还可以再读入。"))
    else:
        lines.append(_("读入前先备份；读入后可以退回。已登记的合同不变，各按当时的规则。"))
    return "\n".join(lines)
