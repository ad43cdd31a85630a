"""办理: one contract in six steps. The head says which one and where it stands; the steps do the work."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QMenu, QStackedWidget, QVBoxLayout, QWidget

from desktop.errors import DeskError, Problem
from desktop.jobs import Job, JobRunner
from desktop.resources import _
from desktop.rules.conclusion import conclusion_from_json
from desktop.services import commands as c
from desktop.services.desk import Desk
from desktop.services.lifecycle import LIVE_STATES, TABLE
from desktop.services.views import ContractSheet, SentBackItem
from desktop.ui.dialogs.deciding import DecidingDialog
from desktop.ui.dialogs.decline import ask_decline
from desktop.ui.dialogs.experts import AskExpertsDialog, ExpertReviewDialog
from desktop.ui.dialogs.objections import AnswerObjectionDialog, InformDialog, TakeObjectionDialog
from desktop.ui.dialogs.refuse import ask_refuse
from desktop.ui.dialogs.return_contract import Notice, ask_return, defects_of
from desktop.ui.dialogs.year import YearDialog
from desktop.ui.pages.page import Page, Primary, Step
from desktop.ui.pages.parts import choose_target
from desktop.ui.pages.sent_back import SentBackBanner
from desktop.ui.theme import px
from desktop.ui.widgets.ask import ask, ask_reason
from desktop.ui.widgets.bars import ContractHead, Key, PageHead
from desktop.ui.widgets.base import set_ground
from desktop.ui.widgets.buttons import Button, PageTool
from desktop.ui.widgets.fields import SearchBox

if TYPE_CHECKING:
    from desktop.ui.dialogs.bin import BinDialog

StepMaker = Callable[[Desk, JobRunner], Step]
FIRST_STEP: Mapping[str, int] = {
    "DRAFT": 1,
    "RETURNED": 1,
    "NOT_ACCEPTED": 1,
    "ACCEPTED": 2,
    "REFUSED": 2,
    "RECOGNISED": 5,
    "REGISTERED": 6,
    "CERTIFIED": 6,
    "CHANGED": 6,
    "CANCELLED": 6,
    "REVOKED": 6,
}
"""Step at which a case in this state is opened."""
LAST_STEP: Mapping[str, int] = {**FIRST_STEP, "ACCEPTED": 4}
"""The furthest step that can be gone to."""
DONE_STEP: Mapping[str, int] = {
    **{state: step - 1 for state, step in FIRST_STEP.items()},
    "CERTIFIED": 6,
    "CANCELLED": 6,
    "REVOKED": 6,
}
"""The last step that is behind a case in this state; a changed one waits for its new certificate."""
LAST = 6
"""登记发证: certificates are printed one contract after another."""
TOLD_TO_TAX = frozenset({"change", "answer_objection", "cancel", "revoke"})
"""Acts after which tax and finance are told."""
RARE_DIALOGS: Mapping[str, Callable[[QWidget, Desk, JobRunner, ContractSheet], DecidingDialog]] = {
    "ask_expert": AskExpertsDialog,
    "expert": ExpertReviewDialog,
    "object": TakeObjectionDialog,
    "answer_objection": AnswerObjectionDialog,
    "inform": InformDialog,
    "year": YearDialog,
}
_QUEUES: Mapping[str, tuple[str, ...]] = {
    "DRAFT": ("draft", "returned", "to_recognise"),
    "RETURNED": ("draft", "returned", "to_recognise"),
    "ACCEPTED": ("draft", "returned", "to_recognise"),
    "RECOGNISED": ("to_review",),
    "REGISTERED": ("to_issue",),
    "CHANGED": ("to_issue",),
}


def _entry(desk: Desk, jobs: JobRunner) -> Step:
    from desktop.ui.pages.entry import EntryStep

    return EntryStep(desk, jobs)


def _recognition(desk: Desk, jobs: JobRunner) -> Step:
    from desktop.ui.pages.recognition import RecognitionStep

    return RecognitionStep(desk, jobs)


def _amounts(desk: Desk, jobs: JobRunner) -> Step:
    from desktop.ui.pages.amounts import AmountsStep

    return AmountsStep(desk, jobs)


def _relief(desk: Desk, jobs: JobRunner) -> Step:
    from desktop.ui.pages.relief import ReliefStep

    return ReliefStep(desk, jobs)


def _review(desk: Desk, jobs: JobRunner) -> Step:
    from desktop.ui.pages.review import ReviewStep

    return ReviewStep(desk, jobs)


def _issue(desk: Desk, jobs: JobRunner) -> Step:
    from desktop.ui.pages.issue import IssueStep

    return IssueStep(desk, jobs)


MAKERS: Mapping[int, StepMaker] = {
    1: _entry,
    2: _recognition,
    3: _amounts,
    4: _relief,
    5: _review,
    6: _issue,
}


def ask_file(parent: QWidget) -> str:
    """The file chosen, or nothing."""
    kinds = _("合同文件（*.docx *.pdf *.txt *.png *.jpg *.jpeg *.tif *.tiff）")
    plain = kinds.replace("（", "(").replace("）", ")")
    return QFileDialog.getOpenFileName(parent, _("读合同文件"), "", plain)[0]


class CasePage(Page):
    """``open(id)`` shows a contract at the step that fits its state, ``open((id, step))`` at another one,
    ``open(None)`` an empty form.
    """

    code = "case"

    def __init__(
        self,
        desk: Desk,
        jobs: JobRunner,
        *,
        makers: Mapping[int, StepMaker] = MAKERS,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._jobs, self._makers = desk, jobs, dict(makers)
        self.setAccessibleName(_("办理"))
        set_ground(self, "page")
        self.ask_return: Callable[..., Notice | None] = ask_return
        self.ask_refuse: Callable[..., tuple[tuple[str, ...], str] | None] = ask_refuse
        self.ask_decline: Callable[..., tuple[str, str, str] | None] = ask_decline
        self.ask_file: Callable[[QWidget], str] = ask_file
        self.ask_target: Callable[[QWidget, str, str, str], Path | None] = choose_target
        self.ask: Callable[..., bool] = ask
        self.ask_reason: Callable[..., str | None] = ask_reason
        self.bin_dialog: BinDialog | None = None
        self.sheet: ContractSheet | None = None
        self.steps: dict[int, Step] = {}
        self._number = 1
        self._queue: tuple[int, ...] = ()
        self._narrow = False
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.head = PageHead(_("办理"))
        self.read_tool = self.head.add_tool(PageTool(_("读合同文件"), "document_arrow_right", letter="D"))
        self.read_tool.clicked.connect(self.read_file)
        self.papers_tool = self.head.add_tool(PageTool(_("附件"), "attach", letter="F"))
        self.papers_tool.clicked.connect(self._show_papers)
        self.tools = {
            "return": PageTool(_("一次性告知"), "clipboard_task_list_ltr", letter="G"),
            "decline": PageTool(_("不予受理"), "prohibited", letter="B"),
            "refuse": PageTool(_("不予登记"), "dismiss_circle", letter="J"),
            "delete_draft": PageTool(_("删除草稿"), "subtract_circle", letter="S"),
        }
        acts = {
            "return": self.return_contract,
            "decline": self.decline,
            "refuse": self.refuse,
            "delete_draft": self.delete_draft,
        }
        for verb, tool in self.tools.items():
            tool.clicked.connect(acts[verb])
            self.head.add_tool(tool)
        self.bin_tool = self.head.add_tool(PageTool(_("回收站"), "arrow_counterclockwise", letter="H"))
        self.bin_tool.clicked.connect(self.show_bin)
        self.search = SearchBox(_("查找"), _("查找合同、单位、编号…"))
        self.search.searched.connect(self._search)
        self.head.add_right(self.search)
        outer.addWidget(self.head)
        self.contract_head = ContractHead()
        self.contract_head.steps.pressed.connect(self._step_chosen)
        for number in MAKERS:  # Alt with a digit alone answers questions and ticks copies
            shortcut = QShortcut(QKeySequence(f"Ctrl+Alt+{number}"), self)
            shortcut.activated.connect(partial(self._step_chosen, number))
        self.more_button = Button(_("更多"), small=True)  # its key in the tip: the head has no room for it
        self.more_button.setToolTip(_("Alt+M：专家评审、异议、告知财税、年度账、履行与收入、打印函件和经过"))
        self.more_button.setShortcut(QKeySequence("Alt+M"))
        self.more_button.clicked.connect(self.open_more)
        self.contract_head.add_right(self.more_button)
        self.dialog: DecidingDialog | None = None
        outer.addWidget(self.contract_head)
        self.sent_back = SentBackBanner()
        self.sent_back.go_wanted.connect(self._go_to_objection)
        self.sent_back.answer_wanted.connect(self._answer_reviewer)
        outer.addWidget(self.sent_back)
        self.stack = QStackedWidget()
        self.stack.setMinimumSize(
            px(300), px(200)
        )  # else the tallest step, seen or not, pushes the bars away
        outer.addWidget(self.stack, 1)

    # the page

    def keys(self) -> Sequence[Key]:
        """Those of the step; in the first and the last one also 上一份 and 下一份."""
        step = self.steps.get(self._number)
        found = list(step.keys()) if step is not None else []
        if self._number == 1 and self.sheet is not None and self.sheet.notices:
            print_key = Key("F9", _("打印函件"), self.print_letter)
            found = [print_key if key.keys == "F9" else key for key in found]
        if self._number in (1, LAST):
            words, several = _("上/下一份"), bool(self._queue)
            turn = Key(("PgUp", "PgDn"), words, self.previous_case, self.next_case, is_enabled=several)
            last = len(found)  # in the last step rarer keys stand behind Esc
            escape = next((at for at, key in enumerate(found) if key.keys == "Esc"), last)
            found.insert(escape if self._number == LAST else last, turn)
        return found

    def primary(self) -> Primary | None:
        """That of the step."""
        step = self.steps.get(self._number)
        return step.primary() if step is not None else None

    def open(self, argument: object = None) -> None:
        """A contract by its id (at a step, if a pair is given), or an empty form."""
        wanted = 0
        if isinstance(argument, tuple):
            argument, wanted = argument
        if not isinstance(argument, int):
            self._open_new()
            return
        try:
            sheet = self._desk.contract(argument)
        except DeskError as exc:
            self.said.emit(exc.message, "err", True)
            return
        self._take(sheet)
        objected = next(iter(sheet.sent_back.open_items), None) if sheet.sent_back is not None else None
        if objected is not None and not wanted and "save" in sheet.allowed:
            self.go_to(objected.step)
            if not getattr(self.steps.get(1), "resume_at", ""):  # what was being typed comes first
                self.sent_back.go_to(objected)
        else:
            self.go_to(wanted or self._step_for(sheet))
        self._ask_queue()

    def resume(self) -> None:
        """Back from another page: as it was left."""
        if step := self.steps.get(self._number):
            step.open()
        else:
            self.open(None)

    def at_rest(self) -> Sequence[str]:
        """What lies half done, for the locked screen."""
        from desktop.ui.pages.entry import EntryStep

        step = self.steps.get(1)
        if isinstance(step, EntryStep) and step.is_dirty:
            serial = self.sheet.row.local_serial if self.sheet else _("新的一份")
            return (_("{serial} 录入中，草稿已存盘").format(serial=serial),)
        if words := getattr(self.steps.get(5), "at_rest", ""):
            return (str(words),)
        return ()

    def may_leave(self) -> bool:
        """The step in front decides; asked once for one state of the form."""
        step = self.steps.get(self._number)
        return step is None or step.may_leave()

    def set_narrow(self, narrow: bool) -> None:
        """Page head away, contract head in one line, steps folded."""
        self._narrow = narrow
        self.contract_head.set_narrow(narrow)
        self.sent_back.set_narrow(narrow)
        for step in self.steps.values():
            step.set_narrow(narrow)
        self._show_heads()

    def _open_new(self) -> None:
        self.sheet = None
        step = self._step(1)
        from desktop.ui.pages.entry import EntryStep

        if isinstance(step, EntryStep):
            step.new_sheet()
        self._queue = ()
        self._show(1)

    @staticmethod
    def _step_for(sheet: ContractSheet) -> int:
        return FIRST_STEP.get(sheet.row.state, 1)

    # steps

    @property
    def number(self) -> int:
        """The step in front, 1 to 6."""
        return self._number

    def step(self) -> Step:
        """The step in front."""
        return self._step(self._number)

    def _step(self, number: int) -> Step:
        if number not in self.steps:
            made = self._makers[number](self._desk, self._jobs)
            made.keys_changed.connect(self._step_keys)
            made.said.connect(self.said)
            made.wants.connect(self.wants)
            made.sheet_changed.connect(self._take)
            made.step_wanted.connect(self.go_to)
            saved = getattr(made, "saved", None)
            if saved is not None:
                saved.connect(self.contract_head.show_saved)
            button = getattr(made, "check_button", None)
            if isinstance(button, QWidget):
                self.contract_head.add_right(button)
            made.set_narrow(self._narrow)
            self.steps[number] = made
            self.stack.addWidget(made)
        return self.steps[number]

    def _step_keys(self) -> None:
        if self.sender() is self.steps.get(self._number):
            self.keys_changed.emit()

    def go_to(self, number: int) -> None:
        """To a step of this contract, if it can be gone to yet."""
        sheet = self.sheet
        if (sheet is None or number > LAST_STEP.get(sheet.row.state, 1)) and number != 1:
            self.said.emit(_("还没有到这一步"), "warn", False)
            return
        if number != self._number and not self.may_leave():
            return
        step = self._step(number)
        if sheet is not None:
            step.show_sheet(sheet)
        self._show(number)

    def _step_chosen(self, number: int) -> None:
        if number != self._number:  # the one in front may hold what is not saved yet
            self.go_to(number)

    def _show(self, number: int) -> None:
        self._number = number
        step = self._step(number)
        self.stack.setCurrentWidget(step)
        self._show_heads()
        resume_at = getattr(step, "resume_at", "")
        step.open(resume_at or None)
        self.keys_changed.emit()

    def _take(self, sheet: ContractSheet) -> None:
        """A newer state of the contract: heads and the other steps."""
        self.sheet = sheet
        sender = self.sender()
        for number, step in self.steps.items():
            if step is not sender and number == self._number:
                step.show_sheet(sheet)
        self._show_heads()
        self.keys_changed.emit()

    # heads

    def _show_heads(self) -> None:
        sheet = self.sheet
        self.head.setVisible(self._number == 1 and not self._narrow)
        self.sent_back.show_sent(
            sheet.sent_back if sheet is not None and self._number < 5 else None,
            can_answer=sheet is not None and "doubt" in sheet.allowed,
        )
        state = sheet.row.state if sheet else "DRAFT"
        for verb, tool in self.tools.items():
            may = sheet is not None and verb in sheet.allowed
            tool.setVisible(may)
            if sheet is not None and not may:
                tool.setToolTip(sheet.why_not.get(verb, ""))
        self.more_button.setVisible(sheet is not None)
        self.bin_tool.setVisible(sheet is None)
        self.read_tool.setVisible(sheet is not None and "attach" in sheet.allowed)
        count = len(sheet.facts.attachments) if sheet is not None else 0
        self.papers_tool.setText(_("附件 {n}").format(n=count) if count else _("附件"))
        self.papers_tool.setAccessibleName(self.papers_tool.text())
        self.papers_tool.updateGeometry()
        head = self.contract_head
        head.steps.show_step(self._number, max(LAST_STEP.get(state, 1), 1), DONE_STEP.get(state, 0))
        for number, step in self.steps.items():
            button = getattr(step, "check_button", None)
            if isinstance(button, QWidget):
                button.setVisible(self._narrow and self._number == number)
        if sheet is None:
            head.show_contract(_("新的一份"), "DRAFT", "", _("第一次保存时给受理号"))
            head.show_saved("")
            self.head.set_position("")
            return
        head.show_contract(sheet.row.title, state, sheet.row.local_serial, self.facts_line())
        if self._number != 1:
            head.show_saved("")

    def facts_line(self) -> str:
        """收件、受理、期限; from step 3 on also what it was recognised as."""
        sheet = self.sheet
        if sheet is None:
            return ""
        row = sheet.row
        parts = []
        if self._number >= 3 and row.sub_kind:
            kind = self._desk.codes.name("contract_kinds", row.kind).removesuffix(_("合同"))
            sub = self._desk.codes.name("contract_kinds", row.sub_kind).removesuffix(_("合同"))
            parts.append(f"{kind}・{sub}" if sub != kind else kind)
        if row.state == "DRAFT":
            day = sheet.received_on
            parts.append(
                _("{day} 收件，受理后起算期限").format(day=day.isoformat()) if day else _("受理后起算期限")
            )
        elif row.due_on is not None:
            due = self._due_words(row.due_on, row.days_left)
            if row.accepted_on is not None and self._number < 3 and row.state != "RETURNED":
                parts.append(_("受理 {day}，{due}").format(day=row.accepted_on.isoformat(), due=due))
            else:
                parts.append(due)
        return "　".join(parts)

    def _due_words(self, due: date, left: int | None) -> str:
        same_year = due.year == self._desk.today().year
        day = due.strftime("%m-%d") if same_year else due.isoformat()
        if left is None:
            return _("期限 {day}").format(day=day)
        if left < 0:
            return _("期限 {day}，✕ 已过 {n} 个工作日").format(day=day, n=-left)
        sign = "✕ " if left == 0 else "! " if left <= 3 else ""
        return _("期限 {day}，{sign}余 {n} 个工作日").format(day=day, sign=sign, n=left)

    # the queue

    def _ask_queue(self) -> None:
        sheet = self.sheet
        names = _QUEUES.get(sheet.row.state, ()) if sheet else ()
        job = Job(lambda _job: [row.id for name in names for row in self._desk.queue(name)])
        job.done.connect(self._queue_came)
        job.failed.connect(self._queue_failed)
        self._jobs.start(job)

    def _queue_came(self, ids: Any) -> None:
        self._queue = tuple(dict.fromkeys(ids))
        here = self.sheet.row.id if self.sheet else 0
        if here in self._queue:
            at = self._queue.index(here) + 1
            words = _("第 {at} 份 / 共 {total} 份").format(at=at, total=len(self._queue))
        else:
            words = _("不在待办之列") if self._queue else ""
        self.head.set_position(words)
        self.keys_changed.emit()

    def _queue_failed(self, exc: Exception) -> None:
        if not isinstance(exc, DeskError):
            raise exc
        self.said.emit(exc.message, "warn", False)

    def previous_case(self) -> None:
        """PageUp."""
        self._move(-1)

    def next_case(self) -> None:
        """PageDown."""
        self._move(1)

    def _move(self, by: int) -> None:
        here = self.sheet.row.id if self.sheet else 0
        if not self._queue:
            return
        at = self._queue.index(here) + by if here in self._queue else 0
        if not 0 <= at < len(self._queue):
            self.said.emit(_("已是最后一份") if by > 0 else _("已是第一份"), "", False)
        elif self.may_leave():
            self.open(self._queue[at])

    def _search(self, text: str) -> None:
        self.wants.emit("search", text)

    # papers

    def read_file(self) -> None:
        """Take a paper of the contract in (Word, PDF, a scan); its text then stands beside the questions."""
        sheet = self.sheet
        if sheet is None or not (name := self.ask_file(self)):
            return
        command = c.AttachDocument(actor=self._desk.person.name, contract_id=sheet.row.id, path=Path(name))
        self._after = _("已收下 {name}").format(name=Path(name).name)
        job = Job(lambda _job: self._desk.attach_document(command))
        job.done.connect(self._attached)
        job.failed.connect(self._failed)
        self._jobs.start(job)

    def _attached(self, sheet: Any) -> None:
        self._take(sheet)
        self.said.emit(self._after, "ok", True)

    def _show_papers(self) -> None:
        from desktop.ui.pages.entry import EntryStep

        step = self.steps.get(1)
        if isinstance(step, EntryStep):
            step.show_papers()

    def print_letter(self) -> None:
        """F9: the newest letter to the applicant as a PDF, where the clerk wants it."""
        sheet = self.sheet
        if sheet is None or not sheet.notices:
            return
        notice = max(sheet.notices, key=lambda one: one.id)
        name = f"{sheet.row.local_serial}_{notice.number}.pdf".replace(" ", "").replace("/", "-")
        target = self.ask_target(self, _("打印函件"), name, _("PDF 文件 (*.pdf)"))
        if target is None:
            return
        self._letter = _("{number} 已存为 {path}").format(number=notice.number, path=target)
        job = Job(lambda _job: self._desk.print_notice(notice.id, target))
        job.done.connect(self._letter_made)
        job.failed.connect(self._failed)
        self._jobs.start(job)

    _letter = ""

    def _letter_made(self, _path: object) -> None:
        self.said.emit(self._letter, "ok", True)

    # experts, objections, who must be told

    def more(self) -> list[tuple[str, str]]:
        """Rarer acts that this person may do now: verb and words. Experts are asked before they are heard."""
        sheet = self.sheet
        if sheet is None:
            return []
        asked = any(notice.paper == "P23" for notice in sheet.notices)
        has_open = any(not objection.decision for objection in sheet.objections)
        wanted = {
            "ask_expert": not asked,
            "expert": asked,
            "object": not has_open,
            "answer_objection": has_open,
            "inform": any(row.verb in TOLD_TO_TAX for row in sheet.history),
        }
        found = [
            (verb, TABLE[verb].words)
            for verb, is_wanted in wanted.items()
            if is_wanted and verb in sheet.allowed
        ]
        if sheet.row.state in LIVE_STATES:
            found.append(("year", _("年度账")))
        return [*found, ("letter", _("打印最近的函件"))] if sheet.notices else found

    def open_more(self) -> None:
        """The list under the button."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for at, (verb, words) in enumerate([*self.more(), *self.looks()], 1):
            menu.addAction(f"&{at} {words}").setData(verb)
        menu.triggered.connect(self._more_chosen)
        menu.popup(self.more_button.mapToGlobal(QPoint(0, self.more_button.height())))

    def looks(self) -> list[tuple[str, str]]:
        """What can be looked at or printed in any state; behind the acts in the same list."""
        sheet = self.sheet
        if sheet is None:
            return []
        found = [("history", _("打印经过"))]
        return [("performance", _("履行与收入")), *found] if sheet.row.state in LIVE_STATES else found

    def _more_chosen(self, action: QAction) -> None:
        verb = str(action.data())
        if verb == "history":
            self.print_history()
        elif verb == "performance":
            self.wants.emit("performance", self.sheet.row.id if self.sheet else None)
        else:
            self.open_rare_dialog(verb)

    def print_history(self) -> None:
        """经过 of this contract as a PDF, where the clerk wants it."""
        sheet = self.sheet
        if sheet is None:
            return
        name = f"{sheet.row.local_serial}_{_('办理经过')}.pdf".replace(" ", "").replace("/", "-")
        target = self.ask_target(self, _("打印经过"), name, _("PDF 文件 (*.pdf)"))
        if target is None:
            return
        self._letter = _("办理经过已存为 {path}").format(path=target)
        job = Job(lambda _job: self._desk.print_history(sheet.row.id, target))
        job.done.connect(self._letter_made)
        job.failed.connect(self._failed)
        self._jobs.start(job)

    def open_rare_dialog(self, verb: str) -> None:
        """提请专家评审, 记录评审意见, 收到异议, 答复异议, 告知财税部门, 年度账."""
        sheet = self.sheet
        if sheet is None or verb not in dict(self.more()) or not self.may_leave():
            return
        if verb == "letter":
            self.print_letter()
            return
        self.dialog = RARE_DIALOGS[verb](self, self._desk, self._jobs, sheet)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.decided.connect(self._rarely_decided)
        self.dialog.open()

    def _rarely_decided(self, result: object) -> None:
        if not isinstance(result, ContractSheet):
            return
        before = self.sheet.row.state if self.sheet else ""
        self._take(result)
        if step := self.steps.get(self._number):
            step.show_sheet(result)
        if result.row.state != before and self._number > LAST_STEP.get(result.row.state, 1):
            self.go_to(self._step_for(result))
        self.said.emit(result.history[0].words, "ok", True)

    # what the reviewer gave back

    def _go_to_objection(self, item: SentBackItem) -> None:
        """To the step, and on the form to the field, that an objection is about."""
        if item.step != self._number:
            self.go_to(item.step)
        from desktop.ui.pages.entry import EntryStep

        step = self.steps.get(self._number)
        if self._number == 1 == item.step and isinstance(step, EntryStep):
            step.jump_to_field(Problem(item.label, item.now, item.remark, "", field=item.field))

    def _answer_reviewer(self, item: SentBackItem) -> None:
        """It stays as it is: why, for the reviewer to read."""
        sheet = self.sheet
        if sheet is None or "doubt" not in sheet.allowed:
            return
        reason = self.ask_reason(
            self,
            _("“{label}”不改，怎么答复复核人？").format(label=item.label),
            _("复核人写的是“{words}”。您的答复入档，再交复核时列在这一项旁边。").format(words=item.remark),
            act=_("写明答复，不改"),
            safe=_("先不答复"),
            kind="plain",
            reason=_("答复"),
            mnemonic="K",
        )
        if reason is None:
            return
        desk, number = self._desk, sheet.row.id
        command = c.PassDoubt(
            actor=desk.person.name,
            contract_id=number,
            code=item.code,
            field_name=item.field,
            reason=reason,
        )

        def work(_job: Job) -> object:
            desk.pass_doubt(command)
            return desk.contract(number)

        job = Job(work)
        job.done.connect(self._answered)
        job.failed.connect(self._failed)
        self._jobs.start(job)

    def _answered(self, sheet: Any) -> None:
        from desktop.ui.pages.entry import EntryStep

        self._take(sheet)
        step = self.steps.get(self._number)
        if step is not None and self._number != 1:
            step.show_sheet(sheet)
        if isinstance(step, EntryStep):
            step.show_sheet(sheet)
            step.check()
        self.said.emit(_("答复已入档，复核人看得到"), "ok", False)

    # ways out of a case

    def return_contract(self) -> None:
        """一次性告知: everything that is missing, in one notice."""
        sheet = self.sheet
        if sheet is None or not self.may_leave():
            return
        today = self._desk.today()
        period = self._desk.pack.period("supplement")
        deadline = (
            self._desk.calendar.add_working_days(today, period.days)
            if period.unit == "working"
            else date.fromordinal(today.toordinal() + period.days)
        )
        found = self._desk.check_form(sheet.facts, sheet.row.id, submitted=True)
        answers = {item.code for item in sheet.sent_back.items} if sheet.sent_back is not None else set()
        found = tuple(
            p for p in found if p.code not in answers
        )  # the office's own matter, not the applicant's
        defects = [*defects_of(found), *self._recognition_defects(sheet)]
        notice = self.ask_return(self, sheet.row.local_serial, defects, deadline, today)
        if notice is None:
            return
        self._do(
            self._desk.return_contract,
            c.ReturnContract(
                actor=self._desk.person.name,
                contract_id=sheet.row.id,
                defects=notice.defects,
                deadline_on=notice.deadline_on,
            ),
            _("已退回补正，告知书列 {n} 项，期限 {day}").format(
                n=len(notice.defects), day=notice.deadline_on.isoformat()
            ),
        )

    def _recognition_defects(self, sheet: ContractSheet) -> list[c.Defect]:
        if not sheet.recognition or "conclusion" not in sheet.recognition:
            return []
        conclusion = conclusion_from_json(sheet.recognition["conclusion"], self._desk.book)
        return [
            c.Defect(problem=f.defect[0], remedy=f.defect[1], clause=f.evidence, code=f.code)
            for f in conclusion.defects
        ]

    def refuse(self) -> None:
        """不予登记."""
        sheet = self.sheet
        if sheet is None or not self.may_leave():
            return
        answer = self.ask_refuse(self, sheet.row.local_serial, self._desk.codes)
        if answer is None:
            return
        grounds, reason = answer
        command = c.RefuseContract(
            actor=self._desk.person.name, contract_id=sheet.row.id, grounds=grounds, reason=reason
        )
        self._do(self._desk.refuse, command, _("已作出不予登记决定"))

    def decline(self) -> None:
        """不予受理."""
        sheet = self.sheet
        if sheet is None or not self.may_leave():
            return
        answer = self.ask_decline(self, sheet.row.local_serial)
        if answer is None:
            return
        ground, where, reason = answer
        command = c.DeclineContract(
            actor=self._desk.person.name,
            contract_id=sheet.row.id,
            ground=ground,
            where_to=where,
            reason=reason,
        )
        self._do(self._desk.decline, command, _("已作出不予受理决定"))

    def delete_draft(self) -> None:
        """Into the bin, after a question; then the empty form, where the bin is at hand."""
        sheet = self.sheet
        if sheet is None or not self.ask(
            self,
            _("删除 {serial} 这份草稿？").format(serial=sheet.row.local_serial),
            _("“{title}”移到回收站，三十天内可以取回；受理号不再给别的合同。此举记入日志。").format(
                title=sheet.row.title or _("没有名称")
            ),
            act=_("删除这份草稿"),
            safe=_("先不删除"),
        ):
            return
        command = c.DeleteDraft(actor=self._desk.person.name, contract_id=sheet.row.id)
        self._after = _("已删除 {serial}，三十天内可在“回收站”取回").format(serial=sheet.row.local_serial)
        job = Job(lambda _job: self._desk.delete_draft(command))
        job.done.connect(self._deleted)
        job.failed.connect(self._failed)
        self._jobs.start(job)

    def _deleted(self, _nothing: object) -> None:
        self._open_new()
        self.said.emit(self._after, "ok", True)

    def show_bin(self) -> None:
        """Deleted drafts, to take one back."""
        job = Job(lambda _job: self._desk.bin())
        job.done.connect(self._bin_came)
        job.failed.connect(self._failed)
        self._jobs.start(job)

    def _bin_came(self, rows: Any) -> None:
        from desktop.ui.dialogs.bin import BinDialog

        dialog = BinDialog(self, self._desk, self._jobs, rows)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.decided.connect(self._taken_back)
        self.bin_dialog = dialog
        dialog.open()

    def _taken_back(self, sheet: Any) -> None:
        self.open(sheet.row.id)
        self.said.emit(_("已取回 {serial}").format(serial=sheet.row.local_serial), "ok", True)

    def _do(self, service: Callable[[Any], ContractSheet], command: object, words: str) -> None:
        self._after = words
        job = Job(lambda _job: service(command))
        job.done.connect(self._done)
        job.failed.connect(self._failed)
        self._jobs.start(job)

    _after = ""

    def _done(self, sheet: Any) -> None:
        self._take(sheet)
        self.go_to(self._step_for(sheet))
        self.said.emit(self._after, "ok", True)
        self._ask_queue()

    def _failed(self, exc: Exception) -> None:
        if not isinstance(exc, DeskError):
            raise exc
        self.said.emit("；".join(part for part in (exc.message, exc.hint) if part), "err", True)
