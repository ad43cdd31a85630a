"""系统: people, backup and check, number block and files from above, law and local pack, how it looks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.jobs import Job, JobRunner
from desktop.resources import _
from desktop.services import commands as c
from desktop.services.desk import Desk
from desktop.services.views import (
    BackupPlaces,
    BackupView,
    CalendarChange,
    CalendarView,
    CheckReport,
    KeyFound,
    PolicyChange,
    ReceiveReport,
    StartPage,
)
from desktop.settings import local_time
from desktop.ui.dialogs.deciding import DecidingDialog
from desktop.ui.pages.page import Page, Primary
from desktop.ui.pages.parts import (
    ChooseFile,
    ChooseTarget,
    Columns,
    Pairs,
    Scroller,
    add_search,
    choose_file,
    choose_folder,
    choose_target,
    page_column,
)
from desktop.ui.pages.sign_in import SecretField
from desktop.ui.pages.system_parts import PathPairs, PlacesDialog, key_words, policy_words, second_place_words
from desktop.ui.pages.wording import ROLE_WORDS, trouble_words, yuan
from desktop.ui.printing import print_pdf, printer_names
from desktop.ui.setup.steps import ChooseFolder
from desktop.ui.tables.columns import text
from desktop.ui.tables.plain import PlainTable
from desktop.ui.theme import px, scale, tokens
from desktop.ui.widgets.ask import ask as ask_in_dialog
from desktop.ui.widgets.bars import Key, PageHead
from desktop.ui.widgets.base import Label
from desktop.ui.widgets.buttons import Button, CheckBox
from desktop.ui.widgets.cards import Card, Gauge, Glyph, Progress, Strip
from desktop.ui.widgets.fields import Field, FieldRow
from desktop.ui.widgets.spelling import in_fours
from desktop.ui.widgets.table import DeskTable
from desktop.ui.widgets.tags import Tag

if TYPE_CHECKING:
    from desktop.ui.dialogs.recovery import NewSheetDialog

Ask = Callable[..., bool]
Came = tuple[
    StartPage,
    tuple[tuple[str, str, bool], ...],
    tuple[BackupView, BackupPlaces, str],
    PolicyChange | None,
]
"""What the page shows, as the worker read it."""
BACKUPS = _("备份文件 (*.desk)")
FROM_ABOVE = _("上级下发的文件 (*)")
CALENDARS = _("节假日表 (*.toml)")


class SystemPage(Page):
    """Forms and facts of the station. Everything long runs as a job with a strip and 停止."""

    code = "system"

    def __init__(
        self,
        desk: Desk,
        jobs: JobRunner,
        *,
        choose: ChooseFile = choose_file,
        target: ChooseTarget = choose_target,
        ask: Ask = ask_in_dialog,
        folder: ChooseFolder = choose_folder,
        printers: Callable[[], Sequence[str]] = printer_names,
        put_on_paper: Callable[..., int] = print_pdf,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._jobs = desk, jobs
        self._choose, self._target, self._ask = choose, target, ask
        self._folder, self._printers, self._put_on_paper = folder, printers, put_on_paper
        self._places: BackupPlaces | None = None
        self.setAccessibleName(_("系统"))
        column = page_column(self)
        head = PageHead(_("系统"), desk.station.name)
        self.head = head
        self.search = add_search(head, self)
        column.addWidget(head)
        inside = QWidget()
        body = QVBoxLayout(inside)
        body.setContentsMargins(px(20), px(16), px(20), px(16))
        body.setSpacing(px(12))
        self.strips = QVBoxLayout()
        self.progress = Progress("")
        self.strips.addWidget(self.progress)
        body.addLayout(self.strips)
        self._strip: Strip | None = None
        self.dialog: DecidingDialog | None = None
        self._said_of_person = ""
        self._people: tuple[tuple[str, str, bool], ...] = ()
        self._job: Job | None = None
        self.columns = Columns(430)
        for card in (self._safety_card(), self._block_card(), self._people_card(), self._password_card()):
            self.columns.main.addWidget(card)
        self.columns.main.addStretch(1)
        for card in (
            self._law_card(),
            self._pack_card(),
            self._calendar_card(),
            self._printer_card(),
            self._look_card(),
            self._station_card(),
        ):
            self.columns.side.addWidget(card)
        self.columns.side.addStretch(1)
        body.addWidget(self.columns, 1)
        self.scroller = Scroller(inside)
        column.addWidget(self.scroller, 1)

    # cards

    def _safety_card(self) -> Card:
        card = Card(_("备份与自检"), _("备份后自己打开验一遍"))
        self.backup_facts = PathPairs(name_width=96)
        card.body.addWidget(self.backup_facts)
        row = QHBoxLayout()
        row.setSpacing(px(8))
        self.backup_button = Button(_("立即备份"), mnemonic="B")
        self.check_button = Button(_("快速自检"), mnemonic="Z")
        self.deep_button = Button(_("深度自检"), mnemonic="S")
        self.backup_button.clicked.connect(self.back_up)
        self.check_button.clicked.connect(self.check)
        self.deep_button.clicked.connect(self.check_deep)
        self.places_button = Button(_("备份位置"), mnemonic="N")
        self.places_button.clicked.connect(self.choose_places)
        for button in (self.backup_button, self.places_button, self.check_button, self.deep_button):
            row.addWidget(button)
        row.addStretch(1)
        card.body.addLayout(row)
        result = QHBoxLayout()
        result.setSpacing(px(6))
        self.good, self.bad = Glyph("verified"), Glyph("error")
        self.check_words = Label("", wrap=True)
        for part in (self.good, self.bad, self.check_words):
            part.hide()
        for part in (self.good, self.bad):
            result.addWidget(part, 0, Qt.AlignmentFlag.AlignTop)
        result.addWidget(self.check_words, 1)
        card.body.addLayout(result)
        return card

    def _block_card(self) -> Card:
        card = Card(_("登记号段与上级文件"), _("号段、回执、规则包、公钥都从这里读入"))
        self.gauge = Gauge(_("登记号段"))
        card.body.addWidget(self.gauge)
        self.block_facts = Pairs(name_width=96)
        card.body.addWidget(self.block_facts)
        self.frozen = QWidget()
        column = QVBoxLayout(self.frozen)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(6))
        column.addWidget(
            Label(
                _("✕ 号段已冻结：数据是从备份还原的，可能有编号已写在纸上。请负责人照纸质台账填最后一个。"),
                tone="err",
                wrap=True,
            )
        )
        self.last_number = Field(_("台账最后一个编号"), required=True, mono=True)
        column.addWidget(FieldRow("", _("最后编号"), self.last_number))
        line = QHBoxLayout()
        self.unfreeze_button = Button(_("解冻号段"), "danger", mnemonic="J")
        self.unfreeze_button.clicked.connect(self.unfreeze)
        line.addWidget(self.unfreeze_button)
        line.addStretch(1)
        column.addLayout(line)
        self.frozen.hide()
        card.body.addWidget(self.frozen)
        row = QHBoxLayout()
        self.receive_button = Button(_("读入上级文件"), icon="arrow_import", mnemonic="D")
        self.receive_button.clicked.connect(self.receive)
        row.addWidget(self.receive_button)
        row.addStretch(1)
        card.body.addLayout(row)
        self.received = Label("", wrap=True)
        self.received.hide()
        card.body.addWidget(self.received)
        return card

    def _people_card(self) -> Card:
        card = Card(_("人员"), _("同一份合同，经办与复核不能是同一人"))
        self.people = PlainTable([(_("姓名"), False), (_("角色"), False), (_("状态"), False)], self)
        self.people_table = DeskTable(_("人员"))
        self.people_table.setModel(self.people)
        self.people_table.set_widths({0: 140, 2: 90}, stretch=1)
        self.people_table.setMinimumHeight(px(150))
        card.body.addWidget(self.people_table)
        acts = QHBoxLayout()
        acts.setSpacing(px(8))
        self.reset_button = Button(_("重设口令"), mnemonic="R")
        self.stop_button = Button(_("停用"), mnemonic="Y")
        self.roles_button = Button(_("改角色"), mnemonic="E")
        self.reset_button.clicked.connect(self.reset_password)
        self.stop_button.clicked.connect(self.stop_or_resume)
        self.roles_button.clicked.connect(self.change_roles)
        self.sheet_button = Button(_("换新恢复单"), mnemonic="F")
        self.sheet_button.clicked.connect(self.renew_sheet)
        for button in (self.reset_button, self.stop_button, self.roles_button, self.sheet_button):
            acts.addWidget(button)
        acts.addStretch(1)
        card.body.addLayout(acts)
        self.people_table.selectionModel().currentRowChanged.connect(self._person_chosen)
        self.new_name = Field(_("新人员姓名"))
        self.new_password = SecretField(_("新人员口令"))
        self.new_again = SecretField(_("新人员口令，再打一遍"))
        for name, field in (
            (_("姓名"), self.new_name),
            (_("口令"), self.new_password),
            (_("再打一遍"), self.new_again),
        ):
            card.body.addWidget(FieldRow("", name, field))
        roles = QHBoxLayout()
        roles.setContentsMargins(px(160), 0, 0, 0)
        roles.setSpacing(px(8))
        self.roles: dict[str, CheckBox] = {}
        for code, word in ROLE_WORDS.items():
            box = CheckBox(word, framed=True)
            self.roles[code] = box
            roles.addWidget(box)
        roles.addStretch(1)
        card.body.addLayout(roles)
        line = QHBoxLayout()
        line.setContentsMargins(px(160), 0, 0, 0)
        self.add_button = Button(_("添加这个人"), icon="add", mnemonic="T")
        self.add_button.clicked.connect(self.add_person)
        line.addWidget(self.add_button)
        line.addStretch(1)
        card.body.addLayout(line)
        self.new_password.entered.connect(self.new_again.setFocus)
        self.new_again.entered.connect(self.add_button.setFocus)
        return card

    def _password_card(self) -> Card:
        card = Card(_("我的口令和 PIN"), self._desk.person.name)
        self.old = SecretField(_("现在的口令"))
        self.fresh = SecretField(_("新口令"))
        self.again = SecretField(_("新口令，再打一遍"))
        for name, field in (
            (_("现在的口令"), self.old),
            (_("新口令"), self.fresh),
            (_("再打一遍"), self.again),
        ):
            card.body.addWidget(FieldRow("", name, field))
        line = QHBoxLayout()
        line.setContentsMargins(px(160), 0, 0, 0)
        self.password_button = Button(_("改口令"), mnemonic="G")
        self.password_button.clicked.connect(self.change_password)
        self.pin_button = Button(_("设 PIN"), mnemonic="P")
        self.pin_button.clicked.connect(self.set_pin)
        line.addWidget(self.password_button)
        line.addWidget(self.pin_button)
        line.addStretch(1)
        card.body.addLayout(line)
        self.old.entered.connect(self.fresh.setFocus)
        self.fresh.entered.connect(self.again.setFocus)
        self.again.entered.connect(self.password_button.setFocus)
        return card

    def _look_card(self) -> Card:
        card = Card(_("显示"))
        self.large = CheckBox(_("大字（16 磅，Ctrl + 与 Ctrl -）"))
        self.contrast = CheckBox(_("高对比（Ctrl K）"))
        self.large.clicked.connect(self._choose_large)
        self.contrast.clicked.connect(self._choose_contrast)
        card.body.addWidget(self.large)
        card.body.addWidget(self.contrast)
        return card

    def _law_card(self) -> Card:
        card = Card(_("规则"), self._desk.book.version)
        heads = [(_("规则集"), False), (_("施行起"), False), (_("已核对"), True), (_("草案"), True)]
        self.law = PlainTable([*heads, (_("凭记忆"), True)], self)
        self.law_table = DeskTable(_("规则条数，按核对程度"))
        self.law_table.setModel(self.law)
        self.law_table.set_widths({1: 100, 2: 72, 3: 60, 4: 72}, stretch=0)
        card.body.addWidget(self.law_table)
        marks = QHBoxLayout()
        for code in ("verified", "draft", "memory"):
            marks.addWidget(Tag(code))
        marks.addStretch(1)
        card.body.addLayout(marks)
        note = _("已核对：对过公布的原文。草案：见于征求意见稿。凭记忆：原文未见，办理时会说明。")
        card.body.addWidget(Label(note, size="note", tone="ink2", wrap=True))
        self.gaps = Label("", size="note", tone="warn", wrap=True)
        card.body.addWidget(self.gaps)
        row = QHBoxLayout()
        self.take_back_button = Button(_("退回上一个规则包"), mnemonic="H")
        self.take_back_button.clicked.connect(self.take_back)
        row.addWidget(self.take_back_button)
        row.addStretch(1)
        card.body.addLayout(row)
        return card

    def _pack_card(self) -> Card:
        card = Card(_("地方包"))
        card.add_to_head(Tag(self._desk.pack.confidence))
        self.pack_facts = Pairs(name_width=112)
        card.body.addWidget(self.pack_facts)
        return card

    def _calendar_card(self) -> Card:
        card = Card(_("节假日表"), _("工作日按它数"))
        self.calendar_facts = Pairs(name_width=112)
        card.body.addWidget(self.calendar_facts)
        row = QHBoxLayout()
        self.calendar_button = Button(_("换节假日表"), icon="arrow_import", mnemonic="W")
        self.calendar_button.clicked.connect(self.choose_calendar)
        row.addWidget(self.calendar_button)
        row.addStretch(1)
        card.body.addLayout(row)
        self.deadlines = Label("", wrap=True)
        self.deadlines.hide()
        card.body.addWidget(self.deadlines)
        return card

    def _printer_card(self) -> Card:
        card = Card(_("打印机"), _("偏移按打印机、纸盒和模板记"))
        words = _("打印一张标尺页，用毫米尺量四个数，程序算出偏移和缩放，以后每张都照它校正。")
        card.body.addWidget(Label(words, size="note", tone="ink2", wrap=True))
        row = QHBoxLayout()
        self.ruler_button = Button(_("标尺页"), icon="print", mnemonic="O")
        self.ruler_button.clicked.connect(self.open_ruler)
        row.addWidget(self.ruler_button)
        row.addStretch(1)
        card.body.addLayout(row)
        return card

    def _station_card(self) -> Card:
        card = Card(_("本机"))
        self.station_facts = PathPairs(name_width=112)
        card.body.addWidget(self.station_facts)
        return card

    # the page as the window sees it

    def keys(self) -> Sequence[Key]:
        """Bottom line."""
        return (
            Key("F1", _("帮助")),
            Key("F3", _("查找")),
            Key("Tab", _("下一栏")),
            Key(("Alt", "N"), _("备份位置")),
            Key(("Alt", "Z"), _("快速自检")),
            Key(("Alt", "D"), _("读入上级文件")),
            Key("Esc", _("返回")),
        )

    def primary(self) -> Primary | None:
        """The backup."""
        return Primary(_("立即备份"), self.back_up, self._job is None, _("正在做别的，请等它做完或停下"))

    def open(self, argument: object = None) -> None:
        """Read afresh."""
        self._show_law()
        self._show_pack()
        self._show_calendar(self._desk.calendar_in_use())
        self.large.setChecked(scale() > 1)
        self.contrast.setChecked(tokens().name == "contrast")
        self.read()
        self.backup_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def resume(self) -> None:
        """Come back: fresh facts, the focus stays."""
        self.read()

    def set_narrow(self, narrow: bool) -> None:
        """One column."""
        self.columns.set_narrow(narrow)
        self.search.setVisible(not narrow)

    def read(self) -> None:
        """Facts of the machine and the people, in the worker."""
        desk = self._desk
        job = Job(
            lambda _job: (desk.start_page(), desk.people(), desk.backup_report(), desk.look_back_at_policy())
        )
        job.done.connect(self._came)
        job.failed.connect(self._failed)
        self._jobs.start(job)

    # showing

    def _came(self, answer: Came) -> None:
        start, people, (backup, places, second), back = answer
        self._show_backup(backup, places, second)
        self._show_way_back(back)
        self._show_block(start)
        before = self._chosen()
        self._people = people
        self.people.show_rows(
            [
                text(name),
                text("、".join(ROLE_WORDS.get(role, role) for role in roles.split())),
                text(_("在用") if is_active else _("已停用"), TONE="ink1" if is_active else "ink3"),
            ]
            for name, roles, is_active in people
        )
        at = next((n for n, one in enumerate(people) if before and one[0] == before[0]), 0)
        if people:
            self.people_table.selectRow(at)
        self._person_chosen()

    def _show_backup(self, backup: BackupView, places: BackupPlaces, second: str) -> None:
        self._places = places
        is_head = bool(self._desk.person.roles & {"head", "admin"})
        self.places_button.setEnabled(is_head)
        self.places_button.setToolTip("" if is_head else _("备份位置由负责人或系统维护选定，请他们登录"))
        pairs, paths = [(_("上次备份"), _("还没有备份"))], {}
        if backup.made_at is not None:
            checked = _("已打开验过") if backup.is_verified else _("还没有验过")
            count = _("{n} 份，成交额合计 {amount} 元").format(
                n=f"{backup.contract_count:,}", amount=yuan(backup.contract_total)
            )
            pairs = [
                (_("上次备份"), f"{local_time(backup.made_at):%Y-%m-%d %H:%M}，{checked}"),
                (_("内容"), count),
                (_("文件"), "—"),
            ]
            if backup.path is not None:
                is_daily = backup.path.parent == places.main
                paths[_("文件")] = backup.path.name if is_daily else str(backup.path)
        pairs.append((_("每天备份到"), ""))
        paths[_("每天备份到")] = str(places.main)
        pairs.append((_("第二处"), second_place_words(places, second)))
        if places.second is not None:
            pairs.append((_("第二处在"), ""))
            paths[_("第二处在")] = str(places.second)
        self.backup_facts.show_paths(pairs, paths)

    def _show_way_back(self, back: PolicyChange | None) -> None:
        is_head = "head" in self._desk.person.roles
        self.take_back_button.setEnabled(is_head and back is not None)
        why = "" if is_head else _("规则包由负责人退回，请负责人登录")
        self.take_back_button.setToolTip(why or ("" if back else _("现在用的就是程序自带的规则")))

    def _show_block(self, start: StartPage) -> None:
        block = start.block
        self.gauge.setVisible(bool(block.total))
        self.gauge.show_numbers(block.total - block.left, block.total, block.low_water)
        if block.total:
            pairs = [
                (_("在用号段"), _("{name}，共 {n} 个").format(name=block.name, n=block.total)),
                (_("下一号"), in_fours(block.next_number) or "—"),
            ]
        else:
            pairs = [(_("在用号段"), _("没有号段；请读入上级下发的号段文件")), (_("下一号"), "—")]
        self.block_facts.show_pairs(pairs)
        self.frozen.setVisible(block.is_frozen)

    def _show_law(self) -> None:
        book = self._desk.book
        counts = Counter((row.rule_set, row.confidence) for row in book.all_rows())
        sets = [(s.name, s.valid_from.isoformat()) for s in book.rule_sets]
        if any(name == "" for name, _confidence in counts):
            sets.append(("", "—"))
        self.law.show_rows(
            [
                text(name or _("税惠")),
                text(since, NOTE=True),
                *(text(str(counts[name, confidence])) for confidence in ("verified", "draft", "memory")),
            ]
            for name, since in sets
        )
        rows = px(36) * len(sets) + px(40)
        self.law_table.setMinimumHeight(rows)
        self.law_table.setMaximumHeight(rows)
        self.gaps.setText(_("有空档：{rows}").format(rows="；".join(book.gaps)) if book.gaps else "")
        self.gaps.setVisible(bool(book.gaps))

    def _show_pack(self) -> None:
        desk, pack, station = self._desk, self._desk.pack, self._desk.station
        source = _("省级下发的号段") if pack.number_source == "block" else _("随回执给出")
        self.pack_facts.show_pairs(
            [
                (_("名称"), pack.name),
                (_("启用"), pack.valid_from.isoformat()),
                (_("普通期限"), pack.period("normal").words),
                (_("专家评审"), pack.period("large").words),
                (_("登记编号"), source),
                (_("回执前发证"), _("许可") if pack.may_print_before_receipt else _("不许可")),
                (_("救济写法"), _("已设定") if pack.remedy.is_set else _("没有设定，不予登记等文书不能打印")),
            ]
        )
        self.station_facts.show_paths(
            [
                (_("登记机构"), _("{name}（{code}）").format(name=station.name, code=station.code)),
                (_("地区"), " · ".join(filter(None, (station.province, station.city, station.county)))),
                (_("数据库"), ""),
                (_("登录的人"), desk.person.name),
            ],
            {_("数据库"): station.database},
        )

    def _show_calendar(self, calendar: CalendarView) -> None:
        sources = {"station": _("本站换上的"), "policy": _("规则包带的"), "shipped": _("程序自带")}
        following = _("{year} 年的通知").format(year=calendar.next_year)
        self.calendar_facts.show_pairs(
            [
                (_("在用"), sources[calendar.source]),
                (_("有通知的年份"), "、".join(str(year) for year, _mark in calendar.years)),
                (
                    following,
                    _("已有") if calendar.knows_next_year else _("还没有，期限跨到那年的待核"),
                ),
            ]
        )

    def _failed(self, exc: Exception) -> None:
        words = trouble_words(exc)
        self._show_strip(words, "error")
        self.said.emit(words, "err", False)

    def _show_strip(self, words: str, level: str) -> None:
        self._hide_strip()
        self._strip = Strip(words, decline=_("知道了"), level=level, icon="info")
        self._strip.declined.connect(self._hide_strip)
        self.strips.addWidget(self._strip)
        self.scroller.bring_into_view(self._strip)

    def _hide_strip(self) -> None:
        strip, self._strip = self._strip, None
        if strip is not None:
            self.strips.removeWidget(strip)
            strip.hide()
            strip.deleteLater()

    def notice(self) -> str:
        """What the strip says now, empty when there is none."""
        return self._strip.words.text() if self._strip is not None else ""

    # long work

    def _run(self, verb: str, work: Callable[[Job], Any], done: Callable[[Any], None]) -> None:
        if self._job is not None:
            self.said.emit(_("正在做别的，请等它做完或停下"), "warn", False)
            return
        self._hide_strip()
        self.strips.removeWidget(self.progress)
        self.progress.deleteLater()
        self.progress = Progress(verb)
        self.strips.insertWidget(0, self.progress)
        self.scroller.bring_into_view(self.progress)
        job = Job(work)
        self._job = job
        job.progressed.connect(self.progress.step)
        job.done.connect(done)
        job.failed.connect(self._failed)
        job.cancelled.connect(self._stopped)
        job.ended.connect(self._ended)
        self.progress.stopped.connect(job.cancel)
        self.progress.start()
        self._enable()
        self._jobs.start(job)

    def _ended(self) -> None:
        if self._job is not None and self.sender() is not self._job:
            return  # an earlier one, whose answer has started this one
        self._job = None
        self.progress.finish()
        self._enable()

    def _stopped(self) -> None:
        self.said.emit(_("已停下，数据没有改动"), "warn", True)

    def _enable(self) -> None:
        for button in (
            self.backup_button,
            self.check_button,
            self.deep_button,
            self.receive_button,
            self.calendar_button,
        ):
            button.setEnabled(self._job is None)
        self.keys_changed.emit()

    def back_up(self) -> None:
        """F12: one file, opened again and checked."""
        station = self._desk.station
        name = f"{station.county or station.name}_备份_{self._desk.today().isoformat()}.desk"
        path = self._target(self, _("备份到"), name, BACKUPS)
        if path is None:
            return
        desk, where = self._desk, Path(path)
        self._run(_("正在备份　"), lambda job: desk.backup(where, job.step), self._backed_up)

    def _backed_up(self, backup: BackupView) -> None:
        self.read()
        words = _("已备份并打开验过：{n} 份，合计 {amount} 元").format(
            n=f"{backup.contract_count:,}", amount=yuan(backup.contract_total)
        )
        self.said.emit(words, "ok", False)

    def check(self) -> None:
        """Quick: file, log, counts."""
        desk = self._desk
        self._run(_("正在自检　"), lambda job: desk.check(deep=False, progress=job.step), self._checked)

    def check_deep(self) -> None:
        """Every page of the file as well; may take minutes."""
        desk = self._desk
        self._run(_("正在深度自检　"), lambda job: desk.check(deep=True, progress=job.step), self._checked)

    def _checked(self, report: CheckReport) -> None:
        self.good.setVisible(report.is_good)
        self.bad.setVisible(not report.is_good)
        self.check_words.setText("\n".join(report.lines))
        self.check_words.show()
        self.check_words.set_tone("ink1" if report.is_good else "err")
        if report.is_good:
            words = _("自检正常：合同 {n} 份，日志 {m} 条").format(
                n=f"{report.contract_count:,}", m=f"{report.action_count:,}"
            )
            self.said.emit(words, "ok", False)
        else:
            self.said.emit(_("自检有问题，请看“备份与自检”"), "err", True)

    def receive(self) -> None:
        """A signed file from above: number block, receipt, policy pack; at most once, in any order."""
        path = self._choose(self, _("读入上级文件"), FROM_ABOVE)
        if path is None:
            return
        desk, where = self._desk, Path(path)
        command = c.ReceiveFile(actor=desk.person.name, path=where)

        def work(job: Job) -> ReceiveReport | PolicyChange | KeyFound:
            if (key := desk.look_at_key(where)) is not None:
                return key
            change = desk.look_at_policy(where)
            return desk.receive(command, job.step) if change is None else change

        self._run(_("正在读入　"), work, partial(self._read_in, command))

    def _read_in(self, command: c.ReceiveFile, answer: ReceiveReport | PolicyChange | KeyFound) -> None:
        if isinstance(answer, ReceiveReport):
            self._received(answer)
            return
        if isinstance(answer, KeyFound):
            self._key_looked_at(command.path, answer)
            return
        if not answer.was_applied_before and not self._ask(
            self,
            _("读入规则包 {pack}？").format(pack=answer.pack),
            policy_words(answer),
            act=_("备份后读入"),
            safe=_("先不读入"),
            kind="plain",
        ):
            self.said.emit(_("规则包没有读入"), "warn", False)
            return
        desk = self._desk
        self._job = None
        self._run(_("正在备份并读入　"), lambda job: desk.receive(command, job.step), self._received)

    def _key_looked_at(self, path: Path, key: KeyFound) -> None:
        """The head compares the key by telephone before it is kept; what is kept already is only named."""
        shown = in_fours(key.key_id)
        if key.is_known:
            self.said.emit(_("公钥 {key} 本机已经有了，没有改动").format(key=shown), "ok", True)
            return
        whose = key.label or key.owner or _("没有写明单位")
        if not self._ask(
            self,
            _("收下“{whose}”的公钥？").format(whose=whose),
            key_words(key),
            act=_("已电话核对，收下"),
            safe=_("先不收下"),
            kind="plain",
        ):
            self.said.emit(_("公钥没有收下"), "warn", False)
            return
        desk = self._desk
        command = c.KeepKey(actor=desk.person.name, path=path, key_id=key.key_id)
        self._job = None
        self._run(_("正在收下公钥　"), lambda _job: desk.keep_key(command), self._key_kept)

    def _key_kept(self, key: KeyFound) -> None:
        words = _("已收下公钥 {key}（{whose}），记入日志").format(
            key=in_fours(key.key_id), whose=key.label or key.owner
        )
        self.received.setText(words)
        self.received.show()
        self.said.emit(words, "ok", False)
        self.read()

    def take_back(self) -> None:
        """The rows of before the last policy pack, after telling what that changes."""
        self._run(_("正在核对　"), lambda _job: self._desk.look_back_at_policy(), self._back_looked_at)

    def _back_looked_at(self, back: PolicyChange | None) -> None:
        if back is None or not self._ask(
            self,
            _("退回到{pack}？").format(pack=back.pack),
            policy_words(back),
            act=_("退回"),
            safe=_("先不退回"),
        ):
            return
        if self._try(lambda: self.said.emit(self._desk.take_back_policy(), "ok", True)):
            self.read()

    def choose_places(self) -> None:
        """Alt+N: where the daily backups go."""
        if (places := self._places) is None or not self.places_button.isEnabled():
            return
        dialog = PlacesDialog(self, self._jobs, places, self._desk.set_backup_places, choose=self._folder)
        self._ask_people(dialog, _("备份位置已改，下次退出起用"))

    def open_ruler(self) -> None:
        """Alt+O: measure a printer; remembered for certificates and letters alike."""
        from desktop.certificates.ruler import CERTIFICATE, LETTERS, PAGE, Fit, subject_of
        from desktop.ui.dialogs.ruler import RulerDialog

        desk = self._desk

        def keep(printer: str, tray: str, fit: Fit) -> None:
            for paper in (CERTIFICATE, LETTERS):
                subject = subject_of(printer, paper, tray)
                cmd = c.KeepDraft(
                    actor=desk.person.name, page=PAGE, subject=subject, field_name="mm", content=fit.words()
                )
                desk.keep_draft(cmd)

        dialog = RulerDialog(self, self._jobs, list(self._printers()), keep, put_on_paper=self._put_on_paper)
        self._ask_people(dialog, _("这台打印机的偏移已记住"))

    def _received(self, report: ReceiveReport) -> None:
        lines = [report.words]
        if report.was_applied_before:
            lines.append(_("这份文件以前读过，没有重复处理。"))
        if report.accepted:
            lines.append(_("上级已接收 {n} 份。").format(n=report.accepted))
        lines += [
            _("上级退回：{contract}，{why}").format(contract=what, why=why) for what, why in report.rejected
        ]
        lines += [_("须收回已发的证明：{contract}").format(contract=what) for what in report.recalled]
        self.received.setText("\n".join(lines))
        self.received.show()
        self.said.emit(report.words, "warn" if report.rejected or report.recalled else "ok", False)
        self.read()

    def choose_calendar(self) -> None:
        """Another calendar of working days: checked, what it changes is told, then asked."""
        path = self._choose(self, _("换节假日表"), CALENDARS)
        if path is None:
            return
        desk, where = self._desk, Path(path)
        self._run(
            _("正在核对　"),
            lambda _job: desk.look_at_calendar(where),
            lambda found: self._calendar_looked_at(where, found),
        )

    def _calendar_looked_at(self, path: Path, found: CalendarChange) -> None:
        if found.is_same:
            self.said.emit(_("与现用的节假日表相同，没有改动"), "ok", False)
            return
        years = "、".join(str(year) for year, _mark in found.calendar.years)
        lines = [_("有通知的年份：{years}。往后的工作日按它数。").format(years=years)]
        lines += _changed_deadlines(found)
        if not self._ask(
            self,
            _("换用节假日表 {name}？").format(name=path.name),
            "\n".join(lines),
            act=_("换用"),
            safe=_("先不换"),
            kind="plain",
        ):
            return
        move = bool(found.moved) and self._ask(
            self,
            _("这 {n} 份的期限也一起改？").format(n=len(found.moved)),
            _("改了逐份记入日志；已经打印的受理单上还是原来的期限，请告知申请人。不改的，清单留在日志里。"),
            act=_("改期限"),
            safe=_("不改期限"),
        )
        desk = self._desk
        command = c.ChangeCalendar(actor=desk.person.name, path=path, move_deadlines=move)
        if self._try(lambda: self._calendar_changed(desk.change_calendar(command))):
            self.read()

    def _calendar_changed(self, changed: CalendarChange) -> None:
        self._show_calendar(changed.calendar)
        lines = _changed_deadlines(changed)
        self.deadlines.setText("\n".join(lines))
        self.deadlines.setVisible(bool(lines))
        words = _("已换用节假日表")
        if changed.were_moved:
            words = _("已换用节假日表，{n} 份的期限已改").format(n=len(changed.moved))
        self.said.emit(words, "ok", False)

    # short acts

    def _try(self, act: Callable[[], object]) -> bool:
        try:
            act()
        except Exception as exc:  # noqa: BLE001 - the border: a refusal is said, a defect is raised again
            self._failed(exc)
            return False
        self._hide_strip()
        return True

    def unfreeze(self) -> None:
        """The head says which number was the last on paper."""
        number = "".join(self.last_number.text().split())
        if not number:
            self.last_number.set_level("error", _("请照纸质台账填最后一个编号"))
            self.last_number.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.last_number.set_level("")
        if not self._ask(
            self,
            _("从 {number} 之后继续发号？").format(number=in_fours(number)),
            _("这个号和它以前的号都不再使用，空下的号会写进日志。请再对一遍纸质台账。"),
            act=_("解冻，从下一个号发"),
            safe=_("先不解冻"),
        ):
            return
        command = c.UnfreezeBlock(actor=self._desk.person.name, last_number=number)
        if self._try(lambda: self._desk.unfreeze_block(command)):
            self.said.emit(_("号段已解冻"), "ok", False)
            self.read()

    def add_person(self) -> None:
        """Somebody new; the services say whether this person may do that."""
        name = self.new_name.text().strip()
        roles = [code for code, box in self.roles.items() if box.isChecked()]
        wrong = (
            (not name, self.new_name, _("请填姓名")),
            (not self.new_password.text(), self.new_password, _("请填口令")),
            (self.new_password.text() != self.new_again.text(), self.new_again, _("两遍口令不一样")),
            (not roles, next(iter(self.roles.values())), _("请至少选一个角色")),
        )
        for is_wrong, widget, words in wrong:
            if is_wrong:
                self._show_strip(words, "error")
                widget.setFocus(Qt.FocusReason.OtherFocusReason)
                return
        password = self.new_password.text()
        if self._try(lambda: self._desk.add_person(name, " ".join(roles), password)):
            self.new_name.set_value("")
            for field in (self.new_password, self.new_again):
                field.clear_secret()
            for box in self.roles.values():
                box.setChecked(False)
            self.said.emit(_("已添加 {name}").format(name=name), "ok", False)
            self.read()

    def _chosen(self) -> tuple[str, str, bool] | None:
        """(name, roles, active) of the row chosen in the list."""
        at = self.people_table.currentIndex().row()
        return self._people[at] if 0 <= at < len(self._people) else None

    def _person_chosen(self, *_rows: object) -> None:
        chosen = self._chosen()
        is_head = "head" in self._desk.person.roles
        is_own = chosen is not None and chosen[0] == self._desk.person.name
        is_active = chosen is None or chosen[2]
        self.stop_button.set_words(_("停用") if is_active else _("恢复"))
        why = "" if is_head else _("人员由负责人管理，请负责人登录后办理")
        own = _("自己的口令在下面改") if is_own else ""
        stopped = "" if is_active else _("已停用，请先恢复")
        for button, reason in (
            (self.reset_button, why or own or stopped),
            (self.stop_button, why or (_("不能停用自己，请另一位负责人来做") if is_own else "")),
            (self.roles_button, why or stopped),
        ):
            button.setEnabled(chosen is not None and not reason)
            button.setToolTip(reason)
        self.sheet_button.setEnabled(is_head)
        self.sheet_button.setToolTip("" if is_head else _("恢复单由负责人换新，请负责人登录后办理"))

    def _ask_people(self, dialog: DecidingDialog, said: str) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.decided.connect(self._person_changed)
        self.dialog, self._said_of_person = dialog, said
        dialog.open()

    def _person_changed(self, _nothing: object) -> None:
        self.said.emit(self._said_of_person, "ok", False)
        self.read()

    def reset_password(self) -> None:
        """Somebody forgot theirs."""
        from desktop.ui.dialogs.people import reset_dialog

        if (chosen := self._chosen()) is not None:
            run = partial(self._desk.reset_password, chosen[0])
            said = _("已重设 {name} 的口令").format(name=chosen[0])
            self._ask_people(reset_dialog(self, self._jobs, chosen[0], run), said)

    def stop_or_resume(self) -> None:
        """Somebody leaves, or comes back with a new password."""
        from desktop.ui.dialogs.people import StopDialog, resume_dialog

        if (chosen := self._chosen()) is None:
            return
        name, _roles, is_active = chosen
        if is_active:
            stop = partial(self._desk.set_active, name, False)
            self._ask_people(StopDialog(self, self._jobs, name, stop), _("{name} 已停用").format(name=name))
        else:
            run = partial(self._desk.set_active, name, True)
            self._ask_people(resume_dialog(self, self._jobs, name, run), _("{name} 已恢复").format(name=name))

    def change_roles(self) -> None:
        """Somebody does other work from now on."""
        from desktop.ui.dialogs.people import RolesDialog

        if (chosen := self._chosen()) is not None:
            name, roles, _is_active = chosen
            run = partial(self._desk.set_roles, name)
            dialog = RolesDialog(self, self._jobs, name, roles.split(), run)
            self._ask_people(dialog, _("{name} 的角色已改").format(name=name))

    def renew_sheet(self) -> None:
        """The recovery sheet was lost, seen by others, or never kept: a new one, shown once."""
        from desktop.ui.dialogs.recovery import RenewSheetDialog

        name = self._desk.person.name
        dialog = RenewSheetDialog(self, self._jobs, name, self._desk.renew_recovery)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.decided.connect(self._show_sheet)
        self.dialog = dialog
        dialog.open()

    def _show_sheet(self, came: Any) -> None:
        from desktop.ui.dialogs.recovery import NewSheetDialog

        sheet = NewSheetDialog(self, self._desk.station.name, came, target=self._target, has_reset=False)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.sheet = sheet
        self.said.emit(_("恢复单已换新，旧的作废"), "ok", True)
        sheet.open()

    sheet: NewSheetDialog | None = None
    """The code that was just made, while it is shown."""

    def set_pin(self) -> None:
        """One's own six digits for the locked screen."""
        from desktop.ui.dialogs.people import pin_dialog

        self._ask_people(pin_dialog(self, self._jobs, self._desk.set_pin), _("PIN 已改，锁屏时可用"))

    def change_password(self) -> None:
        """The signed-in person's own."""
        if self.fresh.text() != self.again.text():
            self._show_strip(_("两遍新口令不一样"), "error")
            self.again.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        old, new = self.old.text(), self.fresh.text()
        if self._try(lambda: self._desk.change_password(old, new)):
            for field in (self.old, self.fresh, self.again):
                field.clear_secret()
            self.said.emit(_("口令已改，下次登录用新口令"), "ok", False)

    def _choose_large(self) -> None:
        self.wants.emit("look", "large" if self.large.isChecked() else "normal")

    def _choose_contrast(self) -> None:
        self.wants.emit("look", "contrast")


SHOWN = 8
"""Deadlines named one by one; the rest are counted."""


def _changed_deadlines(change: CalendarChange) -> list[str]:
    """Which open contracts have, or would have, another deadline, and which a person must look at."""
    lines = []
    if change.moved:
        head = _("期限已改的在办合同：") if change.were_moved else _("按新表期限不同的在办合同：")
        rows = [
            _("{number}（{before} → {after}）").format(
                number=row.number, before=row.before.isoformat(), after=row.after.isoformat()
            )
            for row in change.moved[:SHOWN]
        ]
        more = len(change.moved) - SHOWN
        lines.append(
            head + "、".join(rows) + (_(" 等 {n} 份").format(n=len(change.moved)) if more > 0 else "")
        )
    if change.unsure:
        lines.append(_("期限推算不出、请自己核对的：{numbers}").format(numbers="、".join(change.unsure)))
    return lines
