"""The steps of the first-run guide: each asks one thing, says why in one sentence, and checks what it got."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.certificates.ruler import CERTIFICATE, LETTERS, subject_of
from desktop.errors import DeskError, RefusedError
from desktop.jobs import JobRunner
from desktop.resources import _
from desktop.rules.local_pack import LocalPack
from desktop.services.new_station import FirstPerson, PackChoice
from desktop.ui.calls import Calls
from desktop.ui.dialogs.ruler import NAME_WIDTH, Measuring, print_ruler
from desktop.ui.pages.parts import ChooseFile, Pairs, choose_file, choose_folder
from desktop.ui.pages.sign_in import SecretField
from desktop.ui.pages.wording import ROLE_WORDS, trouble_words
from desktop.ui.printing import TRAYS, print_pdf, printer_names
from desktop.ui.theme import px
from desktop.ui.widgets.base import ArrowKeys, Label, Rule, pass_on
from desktop.ui.widgets.buttons import Button, CheckBox, Choice, Radio
from desktop.ui.widgets.fields import ENTER, Field, FieldRow
from desktop.ui.widgets.tags import Tag

Kept = Mapping[str, str]
ChooseFolder = Callable[[QWidget, str], Path | None]
PUBLIC_KEYS = _("公钥文件 (*.pub)")
BLOCKS = _("号段文件 (*.zip)")
PACKS = _("地方包 (*.toml)")


@dataclass(frozen=True, slots=True)
class Doors:
    """What the guide asks of the rooms below; each raises RefusedError in the person's words."""

    packs: Callable[[], Sequence[PackChoice]]
    read_pack: Callable[[Path], LocalPack]
    check_station: Callable[[str, str], None]
    check_people: Callable[[Sequence[FirstPerson]], None]
    check_block: Callable[[LocalPack, Path | None, Path | None, str], str]
    check_places: Callable[[Path | None, Path | None], None]


class SetupStep(QWidget):
    """One step. ``check`` raises RefusedError and leaves the focus to ``culprit``."""

    code, title, why = "", "", ""
    changed = Signal()
    """Something was typed: the guide writes it down."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.title)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(px(4), px(6), px(12), px(4))  # room for the focus ring
        self.column.setSpacing(px(8))
        self.setMaximumWidth(px(860))
        self.culprit: QWidget | None = None
        """Where the mistake is that ``check`` named."""
        self._fields: dict[str, Field] = {}

    def ask(self, key: str, name: str, field: Field, note: str = "") -> FieldRow:
        """A field whose text survives a crash under ``key`` (empty: a password, it does not)."""
        row = FieldRow("", name, field)
        if note:
            row.set_note(note)
        self.column.addWidget(row)
        if key:
            self._fields[key] = field
            field.textChanged.connect(self._typed)
        return row

    def _typed(self, *_what: object) -> None:
        self.unmark()
        self.changed.emit()

    def unmark(self) -> None:
        """Something was typed: what was refused may be right now, 下一步 looks again."""
        if isinstance(self.culprit, Field):
            self.culprit.set_level("")

    def first(self) -> QWidget:
        """Where the focus begins."""
        raise NotImplementedError

    def check(self) -> None:
        """RefusedError with place, reason and remedy."""

    def refuse(self, culprit: QWidget, exc: RefusedError) -> None:
        """Name the widget and raise."""
        self.culprit = culprit
        if isinstance(culprit, Field):
            culprit.set_level("error", trouble_words(exc))
        raise exc

    def kept(self) -> dict[str, str]:
        """What may be written down of it; never a password."""
        return {key: field.text() for key, field in self._fields.items()}

    def restore(self, kept: Kept) -> None:
        """Show what was typed before."""
        for key, field in self._fields.items():
            if key in kept:
                field.set_value(kept[key])


class OfficeStep(SetupStep):
    """机构."""

    code, title = "office", _("机构")
    why = _("名称印在证明和文书上，编码写进每个上报包，上级凭它认出本站。")

    def __init__(self, doors: Doors) -> None:
        super().__init__()
        self._doors = doors
        self.station_code = Field(_("机构编码"), required=True, mono=True)
        self.name = Field(_("机构名称"), required=True)
        self.short = Field(_("简称"))
        self.address = Field(_("地址"))
        self.phone = Field(_("电话"))
        self.ask("code", _("机构编码"), self.station_code, _("省里给的 6 位数字"))
        self.ask("name", _("机构名称"), self.name, _("照公章写全称"))
        self.ask("short", _("简称"), self.short)
        self.ask("address", _("地址"), self.address)
        self.ask("phone", _("电话"), self.phone, _("印在告知书上，申请人照它打来"))
        self.column.addStretch(1)

    def first(self) -> QWidget:
        """The code."""
        return self.station_code

    def check(self) -> None:
        """Code and name."""
        for field in (self.station_code, self.name):
            field.set_level("")
        try:
            self._doors.check_station(self.station_code.text().strip(), self.name.text())
        except RefusedError as exc:
            self.refuse(self.name if not self.name.text().strip() else self.station_code, exc)


class PackStep(SetupStep):
    """地方包."""

    code, title = "pack", _("地方包")
    why = _("各省的期限、编号方式、联数和文书写法不同，都记在地方包里；选对了，期限和编号才按本地的规矩算。")

    def __init__(self, doors: Doors, choose: ChooseFile = choose_file) -> None:
        super().__init__()
        self._doors, self._choose = doors, choose
        self.choices: list[PackChoice] = []
        self.radios: list[Radio] = []
        self._group = QButtonGroup(self)
        self._arrows = ArrowKeys(self)
        self._list = QVBoxLayout()
        self._list.setSpacing(px(2))
        self.column.addLayout(self._list)
        line = QHBoxLayout()
        self.file_button = Button(_("另选文件"), icon="document", mnemonic="W")
        self.file_button.clicked.connect(self.choose_file)
        line.addWidget(self.file_button)
        line.addStretch(1)
        self.column.addLayout(line)
        self.column.addWidget(Rule())
        self.facts = Pairs(name_width=112)
        self.column.addWidget(self.facts)
        self.column.addStretch(1)
        self._group.buttonClicked.connect(self._chosen)
        for choice in doors.packs():
            self._add(choice)

    def _add(self, choice: PackChoice) -> Radio:
        pack = choice.pack
        place = "·".join(part for part in (pack.province, pack.city, pack.county) if part)
        radio = Radio(_("{name}　{place}").format(name=pack.name, place=place))
        self._group.addButton(radio, len(self.choices))
        self.choices.append(choice)
        self.radios.append(radio)
        row = QHBoxLayout()
        row.addWidget(radio)
        row.addWidget(Tag(pack.confidence))
        row.addStretch(1)
        self._list.addLayout(row)
        radio.toggled.connect(self._chosen)
        self._arrows.set_items(self.radios)
        return radio

    def _chosen(self, *_which: object) -> None:
        choice = self.choice()
        if choice is None:
            return
        pack = choice.pack
        marks = {
            "verified": _("已核对：对过公布的原文"),
            "draft": _("草案：见于征求意见稿"),
            "memory": _("凭记忆：原文未见，办理时会说明"),
        }
        source = _("省级下发的号段") if pack.number_source == "block" else _("随回执给出")
        self.facts.show_pairs(
            [
                (_("编号"), pack.id),
                (_("启用"), _("{day} 起").format(day=pack.valid_from.isoformat())),
                (_("核对程度"), marks[pack.confidence]),
                (_("办理期限"), pack.period("normal").words),
                (_("登记编号"), source),
            ]
        )
        self.changed.emit()

    def choice(self) -> PackChoice | None:
        """The pack chosen."""
        at = self._group.checkedId()
        return self.choices[at] if 0 <= at < len(self.choices) else None

    def choose_file(self) -> None:
        """A pack that did not come with the program."""
        path = self._choose(self, _("选地方包"), PACKS)
        if path is not None:
            self.take(path)

    def take(self, path: Path) -> None:
        """Read it, add it to the list and choose it. RefusedError names row and key."""
        known = next((n for n, one in enumerate(self.choices) if one.path == path), None)
        if known is None:
            self._add(PackChoice(path, self._doors.read_pack(path)))
        at = len(self.radios) - 1 if known is None else known
        self.radios[at].setChecked(True)
        self._arrows.stop_at(self.radios[at])

    def first(self) -> QWidget:
        """The chosen one, else the first."""
        at = self._group.checkedId()
        return self.radios[at] if at >= 0 else self.radios[0] if self.radios else self.file_button

    def check(self) -> None:
        """One is chosen."""
        if self.choice() is None:
            hint = _("请用 ↑ ↓ 走到本省的那个，按空格选中；没有的用“另选文件”")
            self.refuse(self.first(), RefusedError(_("还没有选地方包"), hint))

    def kept(self) -> dict[str, str]:
        """Its path."""
        choice = self.choice()
        return {"path": str(choice.path)} if choice else {}

    def restore(self, kept: Kept) -> None:
        """Choose it again if it is still there."""
        path = Path(kept["path"]) if kept.get("path") else None
        if path is not None and path.is_file():
            try:
                self.take(path)
            except DeskError:
                return


class RoleBox(CheckBox):
    """A role to tick with the space bar; Enter goes on as in a field, as the guide promises."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter the next one, Shift+Enter the one before."""
        if event.key() in ENTER:
            pass_on(self, back=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
            return
        super().keyPressEvent(event)


class PersonRow(QWidget):
    """Name, password twice, roles."""

    changed = Signal()

    def __init__(self, number: int, roles: Sequence[str]) -> None:
        super().__init__()
        self.number = number
        who = _("第 {n} 人").format(n=number)
        self.name = Field(_("{who}姓名").format(who=who), required=number <= 2)
        self.password = SecretField(_("{who}口令").format(who=who))
        self.again = SecretField(_("{who}口令，再打一遍").format(who=who))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(px(8))
        grid.setVerticalSpacing(px(4))
        for at, (word, field) in enumerate(
            ((_("姓名"), self.name), (_("口令"), self.password), (_("再打一遍"), self.again))
        ):
            label = Label(word, size="note", tone="ink2")
            label.setBuddy(field)
            grid.addWidget(label, 0, at + 1)
            grid.addWidget(field, 1, at + 1)
            grid.setColumnStretch(at + 1, 1)
        head = Label(who, strong=True)
        head.setMinimumWidth(px(72))
        grid.addWidget(head, 1, 0)
        self.boxes: dict[str, CheckBox] = {}
        line = QHBoxLayout()
        line.setSpacing(px(8))
        for code, word in ROLE_WORDS.items():
            box = RoleBox(word, framed=True)
            box.setAccessibleName(_("{who}：{role}").format(who=who, role=word))
            box.setChecked(code in roles)
            box.toggled.connect(self._typed)
            line.addWidget(box)
            self.boxes[code] = box
        line.addStretch(1)
        grid.addLayout(line, 2, 1, 1, 3)
        self.password.entered.connect(partial(self.again.setFocus, Qt.FocusReason.TabFocusReason))
        self.again.entered.connect(
            partial(next(iter(self.boxes.values())).setFocus, Qt.FocusReason.TabFocusReason)
        )
        self.name.textChanged.connect(self._typed)
        for field in (self.password, self.again):
            field.textEdited.connect(self._corrected)

    def _corrected(self, _text: str) -> None:
        for field in (self.name, self.password, self.again):
            field.set_level("")

    def _typed(self, *_what: object) -> None:
        self.changed.emit()

    def roles(self) -> tuple[str, ...]:
        """Those ticked."""
        return tuple(code for code, box in self.boxes.items() if box.isChecked())

    def is_empty(self) -> bool:
        """Nobody was written here."""
        return not (self.name.text().strip() or self.password.text())

    def person(self) -> FirstPerson:
        """Who it is."""
        return FirstPerson(self.name.text().strip(), self.roles(), self.password.text())


class PeopleStep(SetupStep):
    """人员."""

    code, title = "people", _("人员")
    why = _("同一份合同，经办与复核必须是两个人，这一条关不掉：至少写两个人，其中一人是负责人。")
    MOST = 6
    USUAL = (("head", "reviewer"), ("clerk",), ("clerk", "reviewer"))

    def __init__(self, doors: Doors) -> None:
        super().__init__()
        self._doors = doors
        self.rows: list[PersonRow] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(px(14))
        self.column.addLayout(self._list)
        line = QHBoxLayout()
        self.more_button = Button(_("再加一个人"), icon="add", mnemonic="T")
        self.more_button.clicked.connect(self.add_row)
        line.addWidget(self.more_button)
        line.addWidget(Label(_("以后也可以在“系统”页添加。口令至少 8 个字符。"), size="note", tone="ink2"))
        line.addStretch(1)
        self.column.addLayout(line)
        self.column.addStretch(1)
        for _n in range(2):
            self._add()

    def add_row(self) -> None:
        """Alt+T: room for one more."""
        if len(self.rows) < self.MOST:
            self._add().name.setFocus(Qt.FocusReason.TabFocusReason)

    def _add(self) -> PersonRow:
        number = len(self.rows)
        row = PersonRow(number + 1, self.USUAL[min(number, 2)])
        row.changed.connect(self._typed)
        self.rows.append(row)
        self._list.addWidget(row)
        self.more_button.setEnabled(len(self.rows) < self.MOST)
        return row

    def first(self) -> QWidget:
        """The first name, or the first password after a restart."""
        for row in self.rows:
            if not row.name.text():
                return row.name
            if not row.password.text():
                return row.password
        return self.rows[0].name

    def people(self) -> tuple[FirstPerson, ...]:
        """Everybody who was written."""
        return tuple(row.person() for row in self.rows if not row.is_empty())

    def check(self) -> None:
        """Passwords twice the same; then what the services say of the people."""
        for row in self.rows:
            for field in (row.name, row.password, row.again):
                field.set_level("")
            if not row.is_empty() and row.password.text() != row.again.text():
                who = row.name.text().strip() or _("第 {n} 人").format(n=row.number)
                trouble = RefusedError(
                    _("{who}：两遍口令不一样").format(who=who), _("请把口令和“再打一遍”都重打")
                )
                self.refuse(row.again, trouble)
        try:
            self._doors.check_people(self.people())
        except RefusedError as exc:
            self.refuse(self._culprit(exc), exc)

    def _culprit(self, exc: RefusedError) -> QWidget:
        for row in self.rows:
            name = row.name.text().strip()
            if name and exc.message.startswith(f"{name}："):
                return row.password
        namesakes = [row for row in self.rows if f"“{row.name.text().strip()}”" in exc.message]
        if len(namesakes) > 1:
            return namesakes[-1].name
        return next((row.name for row in self.rows if not row.name.text().strip()), self.rows[0].name)

    def kept(self) -> dict[str, str]:
        """Names and roles; a password is never written down."""
        made = {}
        for row in self.rows:
            made[f"name{row.number}"] = row.name.text()
            made[f"roles{row.number}"] = " ".join(row.roles())
        return made

    def restore(self, kept: Kept) -> None:
        """Names and roles; passwords are typed again."""
        wanted = sum(1 for key, words in kept.items() if key.startswith("name") and words)
        while len(self.rows) < min(max(2, wanted), self.MOST):
            self._add()
        for row in self.rows:
            row.name.set_value(kept.get(f"name{row.number}", ""))
            if (roles := kept.get(f"roles{row.number}")) is not None:
                for code, box in row.boxes.items():
                    box.setChecked(code in roles.split())


class FileRow(QWidget):
    """A file or folder that was chosen, 选 and 不要."""

    changed = Signal()

    def __init__(self, name: str, mnemonic: str, pick: Callable[[], Path | None], *, none: str) -> None:
        super().__init__()
        self._pick, self._none = pick, none
        self.path: Path | None = None
        self.words = Field(name)
        self.words.set_read_only(True)
        self.button = Button(_("选"), icon="document", mnemonic=mnemonic)
        self.button.setAccessibleName(_("选{name}").format(name=name))
        self.clear_button = Button(_("不要"), letter=f"Shift+{mnemonic}")
        self.clear_button.setAccessibleName(_("不要{name}").format(name=name))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(px(8))
        line.addWidget(FieldRow("", name, self.words), 1)
        line.addWidget(self.button)
        line.addWidget(self.clear_button)
        self.button.clicked.connect(self.choose)
        self.clear_button.clicked.connect(self.clear)
        self.show_path(None)

    def choose(self) -> None:
        """Ask for it."""
        if (path := self._pick()) is not None:
            self.show_path(path)
            self.changed.emit()

    def clear(self) -> None:
        """None after all."""
        self.show_path(None)
        self.changed.emit()
        self.button.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_path(self, path: Path | None) -> None:
        """Show it, or what holds without one."""
        self.path = path
        self.words.set_value(str(path) if path else self._none)
        self.words.setToolTip(str(path) if path else "")
        self.clear_button.setEnabled(path is not None)


class BlockStep(SetupStep):
    """号段."""

    code, title = "block", _("号段")
    why = _("登记编号由上级分配：程序只从上级签名的号段文件里取，用一个少一个，从不自己编号。")

    def __init__(
        self,
        doors: Doors,
        subject: Callable[[], tuple[LocalPack | None, str]],
        choose: ChooseFile = choose_file,
    ) -> None:
        super().__init__()
        self._doors, self._subject = doors, subject
        later = _("以后在“系统”页读入")
        self.key = FileRow(_("上级公钥"), "K", lambda: choose(self, _("选上级公钥"), PUBLIC_KEYS), none=later)
        self.block = FileRow(_("号段文件"), "D", lambda: choose(self, _("选号段文件"), BLOCKS), none=later)
        for row in (self.key, self.block):
            row.changed.connect(self._chosen)
            self.column.addWidget(row)
        self.words = Label("", wrap=True)
        self.column.addWidget(self.words)
        note = _(
            "现在没有也能往下走：没有号段不能登记取号，受理、认定、核定都可以先做。以后由负责人在“系统”页按“读入上级文件”，先公钥，后号段。"
        )
        self.column.addWidget(Label(note, size="note", tone="ink2", wrap=True))
        self.column.addStretch(1)

    def _chosen(self) -> None:
        self.changed.emit()
        self._look()

    def _look(self) -> str:
        pack, code = self._subject()
        if pack is None:
            return ""
        try:
            words = self._doors.check_block(pack, self.key.path, self.block.path, code)
        except DeskError as exc:
            self.words.setText("✕ " + trouble_words(exc))
            self.words.set_tone("err")
            raise
        self.words.setText(words)
        self.words.set_tone("ink1")
        return words

    def first(self) -> QWidget:
        """The key's button."""
        return self.key.button

    def check(self) -> None:
        """Key and signature."""
        try:
            self._look()
        except RefusedError as exc:
            self.refuse(self.key.button if self.key.path is None else self.block.button, exc)

    def kept(self) -> dict[str, str]:
        """Paths."""
        rows = {"key": self.key, "block": self.block}
        return {name: str(row.path) for name, row in rows.items() if row.path}

    def restore(self, kept: Kept) -> None:
        """Those that are still there."""
        for name, row in (("key", self.key), ("block", self.block)):
            if kept.get(name) and Path(kept[name]).is_file():
                row.show_path(Path(kept[name]))


class PrinterStep(SetupStep):
    """打印机."""

    code, title = "printer", _("打印机")
    why = _("每台打印机都会把纸偏一点、缩一点；量一次，证明上的字和盖章处就落在该落的地方。")

    def __init__(
        self,
        jobs: JobRunner,
        printers: Callable[[], Sequence[str]] = printer_names,
        put_on_paper: Callable[..., int] = print_pdf,
    ) -> None:
        super().__init__()
        self._calls = Calls(jobs, self)
        self._find, self._put = printers, put_on_paper
        self._knows = False
        self.printer = Choice(_("打印机"))
        self.tray = Choice(_("纸盒"), TRAYS)
        self.column.addWidget(FieldRow("", _("打印机"), self.printer, name_width=NAME_WIDTH))
        self.column.addWidget(FieldRow("", _("纸盒"), self.tray, name_width=NAME_WIDTH))
        line = QHBoxLayout()
        self.page_button = Button(_("打印标尺页"), icon="print", mnemonic="P")
        self.check_button = Button(_("打印校对页"), icon="print", mnemonic="J")
        self.page_button.clicked.connect(self.print_page)
        self.check_button.clicked.connect(self.print_check)
        line.addWidget(self.page_button)
        line.addWidget(self.check_button)
        line.addStretch(1)
        self.column.addLayout(line)
        self.said = Label("", size="note", tone="ok", wrap=True)
        self.column.addWidget(self.said)
        self.measuring = Measuring(is_required=False)
        self.column.addWidget(self.measuring)
        note = _("不量也能往下走，以后在“登记发证”页按“标尺页”再做。")
        self.column.addWidget(Label(note, size="note", tone="ink2", wrap=True))
        self.column.addStretch(1)
        for field in self.measuring.fields:
            field.textChanged.connect(self._look)
            field.textChanged.connect(self._typed)
        self._look()

    def first(self) -> QWidget:
        """The printer; asks the system for printers at the first time."""
        if not self._knows:
            self._knows = True
            names = list(self._find())
            self.printer.set_choices([(name, name) for name in names] or [("", _("系统里没有打印机"))])
            self.printer.choose(names[0] if names else "")
            self._look()
        return self.printer

    def _look(self, *_what: object) -> None:
        has = bool(self.printer.choice()) and not self._calls.is_busy
        self.page_button.setEnabled(has)
        try:
            self.measuring.fit()
        except RefusedError:
            has = False
        self.check_button.setEnabled(has)

    def print_page(self) -> None:
        """The ruler page."""
        self._print(is_check=False)

    def print_check(self) -> None:
        """The check page of what was reckoned."""
        self._print(is_check=True)

    def _print(self, *, is_check: bool) -> None:
        fit = self.measuring.fit() if is_check else None
        work = print_ruler(self._put, self.printer.choice(), self.tray.choice(), fit)
        self._calls.ask(work, self._printed, self._not_printed)

    def _printed(self, words: str) -> None:
        self.said.set_tone("ok")
        self.said.setText(words)
        self._look()

    def _not_printed(self, exc: Exception) -> None:
        self.said.set_tone("err")
        self.said.setText(trouble_words(exc))
        self._look()

    def fits(self) -> tuple[tuple[str, str], ...]:
        """What is to be kept of the printer; nothing when nothing was measured."""
        printer, tray = self.printer.choice(), self.tray.choice()
        if not printer or self.measuring.is_empty():
            return ()
        words = self.measuring.fit().words()
        return tuple((subject_of(printer, paper, tray), words) for paper in (CERTIFICATE, LETTERS))

    def check(self) -> None:
        """All four numbers or none."""
        if self.measuring.is_empty():
            return
        try:
            self.measuring.fit()
        except RefusedError as exc:
            empty = next((f for f in self.measuring.fields if not f.text().strip()), None)
            self.refuse(empty or self.measuring.fields[0], exc)

    def kept(self) -> dict[str, str]:
        """The measured numbers."""
        return {f"mm{n}": field.text() for n, field in enumerate(self.measuring.fields, 1)}

    def restore(self, kept: Kept) -> None:
        """The measured numbers."""
        for n, field in enumerate(self.measuring.fields, 1):
            field.set_value(kept.get(f"mm{n}", ""))
        self.measuring.look()


class BackupStep(SetupStep):
    """备份位置."""

    code, title = "backup", _("备份位置")
    why = _("电脑坏了，数据要能从另一块盘找回来：每天第一次退出自动备份，两处各存一份，并打开验一遍。")

    def __init__(self, doors: Doors, choose: ChooseFolder = choose_folder) -> None:
        super().__init__()
        self._doors = doors
        self.main = FileRow(
            _("主备份位置"), "Z", lambda: choose(self, _("主备份位置")), none=_("数据文件夹里的 backups")
        )
        self.second = FileRow(
            _("第二处"), "U", lambda: choose(self, _("第二处备份位置")), none=_("没有选；请选 U 盘或另一块盘")
        )
        for row in (self.main, self.second):
            row.changed.connect(self._typed)
            self.column.addWidget(row)
        note = _("U 盘没插时照常工作，退出时只说一句“第二处不在”；下次插着退出就补上。")
        self.column.addWidget(Label(note, size="note", tone="ink2", wrap=True))
        self.column.addStretch(1)

    def first(self) -> QWidget:
        """The second place is the one that needs a choice."""
        return self.second.button

    def check(self) -> None:
        """Both can be written."""
        try:
            self._doors.check_places(self.main.path, self.second.path)
        except RefusedError as exc:
            self.refuse(
                self.main.button if exc.message.startswith(_("主备份位置")) else self.second.button, exc
            )

    def kept(self) -> dict[str, str]:
        """Paths."""
        rows = {"main": self.main, "second": self.second}
        return {name: str(row.path) for name, row in rows.items() if row.path}

    def restore(self, kept: Kept) -> None:
        """Paths, also of a stick that is not there now: the check says so."""
        for name, row in (("main", self.main), ("second", self.second)):
            if kept.get(name):
                row.show_path(Path(kept[name]))
