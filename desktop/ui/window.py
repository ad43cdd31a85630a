"""The one window: sign-in, lock or the work frame with navigation, page, key bar and status bar."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QStackedWidget, QWidget

from desktop.errors import DeskError
from desktop.jobs import Job, JobRunner
from desktop.resources import _
from desktop.settings import local_time
from desktop.settings import now as utc_now
from desktop.ui.pages.sign_in import Known, SignInPage
from desktop.ui.pages.wording import short_role, trouble_words, when
from desktop.ui.remembered import Remembered
from desktop.ui.theme import Theme, icon_picture, is_narrow, px
from desktop.ui.theme.icons import PRODUCT_MARK

if TYPE_CHECKING:
    from desktop.services.desk import Desk
    from desktop.services.views import Recovered, StartPage
    from desktop.ui.frame import WorkFrame
    from desktop.ui.help import HelpDialog
    from desktop.ui.pages.lock import LockPage
    from desktop.ui.pages.page import Page
    from desktop.ui.widgets.bars import Key, KeyBar, Navigation, StatusBar, StatusFact
    from desktop.ui.widgets.cards import Progress

PageMaker = Callable[["Desk", JobRunner], "Page"]
NAV_OF = {"case": "handle", "parties": "search", "performance": "search"}
"""Page → its item in the navigation, where the two differ."""
LEVELS = {"ok": "", "warn": "doubt", "err": "error"}
HISTORY = 20
LOCKS = "locks"
"""Property of a dialog that has its own Ctrl+L."""


@runtime_checkable
class Resting(Protocol):
    """A page that can name what lies half done on it, for the locked screen."""

    def at_rest(self) -> Sequence[str]: ...


@runtime_checkable
class Resumed(Protocol):
    """A page that is gone back to as it was left, instead of being opened anew."""

    def resume(self) -> None: ...


@runtime_checkable
class LaidOut(Protocol):
    """A page whose tables remember their columns on this machine."""

    def use_layouts(self, layouts: MutableMapping[str, str]) -> None: ...


class Ask(Protocol):
    """A question with a safe answer; True when the act was chosen."""

    def __call__(
        self, parent: QWidget, question: str, consequence: str, *, act: str, safe: str, kind: str = ...
    ) -> bool: ...


def _ask_in_dialog(
    parent: QWidget, question: str, consequence: str, *, act: str, safe: str, kind: str = "danger"
) -> bool:
    from desktop.ui.widgets.ask import ask

    return ask(parent, question, consequence, act=act, safe=safe, kind=kind)


@dataclass(frozen=True, slots=True)
class Doors:
    """What stands between the window and an open station. Each may come from a worker thread."""

    open_station: Callable[[str, str], Desk]
    """(name, password) → the station; RefusedError when the password is wrong."""
    people: Callable[[], Sequence[Known]]
    check_pin: Callable[[Desk, str], None] | None = None
    """RefusedError when the six digits are wrong; None: this station has no PIN."""
    check_password: Callable[[Desk, str], None] | None = None
    """RefusedError when it is not the signed-in person's; None: unlocked by signing in again."""
    farewell: Callable[[Desk, Callable[[int, int, str], None]], str] | None = None
    """Before the program ends (the day's backup); returns words for the record, may take long."""
    recover: Callable[[str, str, str], Recovered] | None = None
    """(recovery code, name, new password): come in by the recovery sheet; returns the next sheet's code."""


class MainWindow(QMainWindow):
    """One for the program. ``pages`` are made when they are first gone to."""

    def __init__(
        self,
        pages: Mapping[str, PageMaker],
        doors: Doors,
        *,
        theme: Theme,
        jobs: JobRunner,
        remembered: Remembered,
        place: str = "",
        station: str = "",
        version: str = "",
        ask: Ask = _ask_in_dialog,
    ) -> None:
        super().__init__()
        self._makers, self._doors, self._theme, self._jobs = dict(pages), doors, theme, jobs
        self._remembered, self._ask, self._station_name = remembered, ask, station
        self.desk: Desk | None = None
        self.start: StartPage | None = None
        self.pages: dict[str, Page] = {}
        self._history: list[tuple[str, object]] = []
        self._here: tuple[str, object] = ("", None)
        self._narrow: bool | None = None
        self._last_focus: QWidget | None = None
        self._closing = False
        self._in_close = False
        self._covered: list[QDialog] = []
        """Dialogs that the lock has hidden, the lowest first."""
        self._waited = False
        self._help: HelpDialog | None = None
        self.dialog: QDialog | None = None
        """What stands over the sign-in page, while it does."""
        self.setMinimumSize(px(760), px(460))
        self.resize(px(1366), px(768))
        self.rooms = QStackedWidget()
        self.setCentralWidget(self.rooms)
        self.sign_in = SignInPage(place, station, version)
        self._version = version
        self.rooms.addWidget(self.sign_in)
        self._global: dict[str, QShortcut] = {}
        self._bind_keys(
            self,
            ("F1", self.show_help),
            ("Ctrl++", self.larger),
            ("Ctrl+=", self.larger),
            ("Ctrl+-", self.smaller),
            ("Ctrl+K", self.toggle_contrast),
        )
        self.sign_in.sign_in_wanted.connect(self._sign_in)
        self.sign_in.recovery_wanted.connect(self._recover)
        theme.changed.connect(self._theme_changed)
        if isinstance(app := QApplication.instance(), QApplication):
            app.focusChanged.connect(self._let_dialogs_lock)
        self._pulse = QTimer(self)
        self._pulse.setInterval(60_000)
        self._pulse.timeout.connect(self._tick)
        self._pulse.start()
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.setInterval(1500)
        self._refresh.timeout.connect(self._read_start)
        self._title()
        self.show_sign_in()

    # the frame

    @cached_property
    def lock(self) -> LockPage:
        """锁屏; made when it is first wanted, after the sign-in page stands."""
        from desktop.ui.pages.lock import LockPage

        page = LockPage(self._station_name, self._version)
        page.unlock_wanted.connect(self._unlock)
        page.switch_wanted.connect(self.switch_person)
        self.rooms.addWidget(page)
        return page

    @cached_property
    def work(self) -> WorkFrame:
        """The work frame; made after the sign-in page was painted, or when somebody is faster than that."""
        from desktop.ui.frame import WorkFrame

        frame = WorkFrame(self._makers)
        frame.navigation.chosen.connect(self._navigate)
        frame.navigation.lock_wanted.connect(self.lock_screen)
        frame.key_bar.primary.connect(self._do_primary)
        if self._narrow is not None:
            frame.set_narrow(self._narrow)
        self.rooms.addWidget(frame)
        self._bind_keys(frame, ("F3", self.go_to_search), ("F5", self.new_contract), ("Esc", self.back))
        return frame

    def prepare(self) -> None:
        """While the clerk types the password: the work frame, and the mark on the desktop's task bar."""
        self.work.ensurePolished()
        self.setWindowIcon(icon_picture(PRODUCT_MARK, "nav", 64))

    @property
    def is_at_work(self) -> bool:
        """The work frame is in front, not 登录 or 锁屏."""
        return "work" in self.__dict__ and self.rooms.currentWidget() is self.work

    @property
    def navigation(self) -> Navigation:
        """Of the work frame."""
        return self.work.navigation

    @property
    def stack(self) -> QStackedWidget:
        """The pages in the work frame."""
        return self.work.stack

    @property
    def progress(self) -> Progress:
        """Of the backup before the program ends."""
        return self.work.progress

    @property
    def key_bar(self) -> KeyBar:
        """Of the work frame."""
        return self.work.key_bar

    @property
    def status(self) -> StatusBar:
        """Of the work frame."""
        return self.work.status

    def _bind_keys(self, owner: QWidget, *keys: tuple[str, Callable[[], None]]) -> None:
        for sequence, act in keys:
            shortcut = QShortcut(QKeySequence(sequence), owner)
            shortcut.activated.connect(act)
            self._global[sequence] = shortcut

    def _acts(self) -> dict[str, Callable[[], None]]:
        return {
            "F1": self.show_help,
            "F3": self.go_to_search,
            "F5": self.new_contract,
            "Esc": self.back,
            "Ctrl++": self.larger,
            "Ctrl+-": self.smaller,
            "Ctrl+K": self.toggle_contrast,
            "Ctrl+L": self.lock_screen,
        }

    def _title(self) -> None:
        parts = [_("技术合同登记工作站")]
        if self.desk is not None:
            station = self.desk.station
            parts = [station.name, station.database, *parts]
            if station.is_training:
                parts.insert(0, _("练习"))
        elif self._station_name:
            parts.insert(0, self._station_name)
        self.setWindowTitle(" — ".join(part for part in parts if part))

    # who works

    def show_sign_in(self, leaver: str = "") -> None:
        """登录, with what is remembered; ``leaver`` makes room for somebody else and is not chosen."""
        try:
            people: Sequence[Known] = self._doors.people()
        except DeskError as exc:
            people = ()
            self.sign_in.warn(trouble_words(exc))
        left_at = self._remembered.left_at
        worked: str | None = self._remembered.last_person
        if leaver:
            others = [person.name for person in people if person.is_active and person.name != leaver]
            before = [name for name in others if name in left_at]
            worked = max(before, key=lambda name: left_at[name]) if before else None
        self.sign_in.show_people(people, worked, left_at)
        self.sign_in.show_facts(self._remembered.facts)
        moment = utc_now()
        last = self._remembered.last_seen_at
        self.sign_in.show_clock(moment, last_seen=last, was_set_back=self._remembered.was_set_back(moment))
        self.sign_in.reset()
        self.rooms.setCurrentWidget(self.sign_in)
        self.sign_in.take_focus()

    def _sign_in(self, name: str, password: str) -> None:
        opener = self._doors.open_station
        job = Job(lambda _job: opener(name, password))
        job.done.connect(self._signed_in)
        job.failed.connect(self._not_signed_in)
        self._jobs.start(job)

    def _signed_in(self, desk: Any) -> None:
        self.sign_in.reset()
        self.show_desk(desk)

    def _not_signed_in(self, exc: Exception) -> None:
        if isinstance(exc, DeskError):
            self.sign_in.refuse(trouble_words(exc))
            return
        self.sign_in.refuse(_("这个站没有打开，原因已记入日志"))
        raise exc

    def _recover(self, name: str) -> None:
        if (run := self._doors.recover) is None:
            return
        from desktop.ui.dialogs.recovery import RecoverDialog

        dialog = RecoverDialog(self, self._jobs, name, run)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.decided.connect(self._recovered)
        self.dialog = dialog
        dialog.open()

    def _recovered(self, came: Any) -> None:
        from desktop.ui.dialogs.recovery import NewSheetDialog

        dialog = NewSheetDialog(self, self._station_name, came)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.finished.connect(self._sheet_kept)
        self._remembered.last_person = came.name
        self.dialog = dialog
        dialog.open()

    def _sheet_kept(self, _result: int) -> None:
        self.dialog = None
        self.show_sign_in()

    def show_desk(self, desk: Desk) -> None:
        """Somebody signed in: the work frame with 今日."""
        if desk.person.name != self._remembered.last_person:
            self.status.forget()
        self.desk = desk
        self._drop_pages()
        self._note_clock(desk)
        self._remembered.last_person = desk.person.name
        self._remembered.last_seen_at = utc_now()
        self._remembered.keep()
        self.navigation.set_person(desk.person.name, short_role(desk.person.roles))
        self._title()
        self._show_facts()
        self.rooms.setCurrentWidget(self.work)
        self.go("today")
        self._go_where_it_stopped(desk)

    def _note_clock(self, desk: Desk) -> None:
        """A clock set back stands in the action log once: from here on the new time is the one last seen."""
        last = self._remembered.last_seen_at
        if last is None or not self._remembered.was_set_back(utc_now()):
            return
        job = Job(lambda _job: desk.note_clock(last))
        job.failed.connect(self._clock_not_noted)
        self._jobs.start(job)

    def _clock_not_noted(self, exc: Exception) -> None:
        if not isinstance(exc, DeskError):
            raise exc
        self.status.say(
            _("时钟回拨没有记进日志：{why}").format(why=trouble_words(exc)), "error", lasting=True
        )

    def _go_where_it_stopped(self, desk: Desk) -> None:
        """After a power cut: back to the contract this person was typing; the page says what it found."""
        found = desk.draft("place", desk.person.name)
        if found is None:
            return
        desk.drop_draft("place", desk.person.name)
        try:
            wanted = json.loads(found[1])["id"]
        except (ValueError, KeyError, TypeError):
            return
        self.go("case", wanted if isinstance(wanted, int) else None)

    def _let_dialogs_lock(self, _before: object, _now: object) -> None:
        """Ctrl+L holds in every dialog too: a modal one keeps the keys from the window behind it."""
        dialog = QApplication.activeModalWidget()
        if self.desk is None or not isinstance(dialog, QDialog) or dialog.property(LOCKS):
            return
        if dialog in self._dialogs():
            dialog.setProperty(LOCKS, True)
            QShortcut(QKeySequence("Ctrl+L"), dialog).activated.connect(self.lock_screen)

    def _dialogs(self) -> list[QDialog]:
        found: Any = self.findChildren(QDialog)
        return list(found)

    def lock_screen(self) -> None:
        """Ctrl+L: cover everything; the page and what is typed into a dialog stay as they are."""
        desk = self.desk
        if desk is None or not self.is_at_work:
            return
        self._covered = [one for one in self._dialogs() if one.isVisible()]
        for dialog in reversed(self._covered):
            dialog.hide()
        for shortcut in self._global.values():
            shortcut.setEnabled(True)  # F1 helps here too, whatever the page behind does with it
        self._last_focus = self.focusWidget()
        name = desk.person.name
        known = self._as_known_now(name)
        has_pin = self._doors.check_pin is not None and known is not None and known.has_pin
        resting: list[str] = []
        for page in self.pages.values():
            if isinstance(page, Resting):
                resting += page.at_rest()
        self.lock.show_person(name, sorted(desk.person.roles), utc_now(), has_pin=has_pin, at_rest=resting)
        facts = [fact.text for fact in self._facts(short=False) if fact.icon]
        self.lock.show_facts("　".join(reversed(facts)))
        self.rooms.setCurrentWidget(self.lock)
        self.lock.take_focus()

    def _as_known_now(self, name: str) -> Known | None:
        """A person as the key file names them now: the PIN may be younger than the sign-in page."""
        try:
            return next((person for person in self._doors.people() if person.name == name), None)
        except DeskError:
            return self.sign_in.person(name)

    def _unlock(self, secret: str, is_pin: bool) -> None:
        desk = self.desk
        check = self._doors.check_pin if is_pin else self._doors.check_password
        if desk is None or check is None:
            self.switch_person()
            return
        job = Job(lambda _job: check(desk, secret))
        job.done.connect(self._unlocked)
        job.failed.connect(self._still_locked)
        self._jobs.start(job)

    def _unlocked(self, _nothing: object) -> None:
        self.lock.leave()
        self.rooms.setCurrentWidget(self.work)
        self._keys_changed()
        if self._last_focus is not None and self._last_focus.isVisible():
            self._last_focus.setFocus(Qt.FocusReason.OtherFocusReason)
        self._last_focus = None
        covered, self._covered = self._covered, []
        for dialog in covered:
            dialog.show()

    def _still_locked(self, exc: Exception) -> None:
        self.lock.refuse(trouble_words(exc))

    def switch_person(self) -> None:
        """换人: the station is closed (drafts are on disk) and the sign-in page comes back."""
        covered, self._covered = self._covered, []
        for dialog in reversed(covered):
            dialog.done(QDialog.DialogCode.Rejected)
        leaver = self.desk.person.name if self.desk is not None else ""
        self._leave_desk()
        self.lock.leave()
        self.show_sign_in(leaver)

    def _leave_desk(self) -> None:
        if self.desk is None:
            return
        moment = utc_now()
        self._remembered.left_at[self.desk.person.name] = moment
        self._remembered.last_seen_at = moment
        self._remembered.facts = self._facts_for_sign_in()
        self._remembered.keep()
        self._last_focus = None
        self._drop_pages()
        desk, self.desk, self.start = self.desk, None, None
        desk.close()
        self._title()

    def _drop_pages(self) -> None:
        for page in self.pages.values():
            self.stack.removeWidget(page)
            page.deleteLater()
        self.pages.clear()
        self._history.clear()
        self._here = ("", None)

    # going about

    @property
    def page(self) -> Page | None:
        """The page in front."""
        return self.pages.get(self._here[0])

    def go(self, code: str, argument: object = None, *, resumed: bool = False) -> bool:
        """Go to a page; False when the page in front does not let go, or there is no such page."""
        desk, before = self.desk, self.page
        if desk is None or code not in self._makers:
            return False
        if before is not None and not before.may_leave():
            self.navigation.choose(NAV_OF.get(before.code, before.code))
            return False
        page = self.pages.get(code)
        is_new = page is None
        if page is None:
            page = self._makers[code](desk, self._jobs)
            self.pages[code] = page
            page.keys_changed.connect(self._keys_changed)
            page.said.connect(self._page_said)
            page.wants.connect(self._page_wants)
            if (start_read := getattr(page, "start_read", None)) is not None:
                start_read.connect(self._show_start)
            self.stack.addWidget(page)
            if isinstance(page, LaidOut):
                page.use_layouts(self._remembered.layouts)
        if before is not None and before is not page and not resumed:
            self._history.append(self._here)
            del self._history[:-HISTORY]
        if self._here != (code, argument):
            self.status.leave_page()
        self._here = (code, argument)
        page.set_narrow(bool(self._narrow))
        self.stack.setCurrentWidget(page)
        self.navigation.choose(NAV_OF.get(code, code))
        if resumed and not is_new and isinstance(page, Resumed):
            page.resume()
        else:
            page.open(argument)
        self._keys_changed()
        if getattr(page, "start_read", None) is None:
            self._refresh.start()
        return True

    def _navigate(self, nav: str) -> None:
        from desktop.ui.frame import PAGE_OF

        code = PAGE_OF.get(nav, nav)
        if code != "case":
            self.go(code)
        elif code in self.pages:
            self.go(code, resumed=isinstance(self.pages[code], Resumed))
        else:
            urgent = self.start.urgent if self.start else ()
            self.go(code, urgent[0].id if urgent else None)

    def back(self) -> None:
        """Esc: the page before; from the first one to 今日."""
        if self._history:
            code, argument = self._history[-1]
            if self.go(code, argument, resumed=True):
                self._history.pop()
        elif self._here[0] != "today":
            self.go("today", resumed=True)

    def go_to_search(self) -> None:
        """F3."""
        self.go("search")

    def new_contract(self) -> None:
        """F5."""
        self.go("case", None)

    def _page_wants(self, code: str, argument: object) -> None:
        looks = {"large": self.larger, "normal": self.smaller, "contrast": self.toggle_contrast}
        if code == "look" and isinstance(argument, str):
            looks[argument]()
        elif code == "back":
            self.back()
        else:
            self.go(code, argument)

    # keys, primary act, messages

    def _keys_changed(self) -> None:
        page = self.page
        sender = self.sender()
        if page is None or (sender in self.pages.values() and sender is not page):
            return
        acts, shown, taken = self._acts(), [], set[str]()
        for offered in page.keys():  # noqa: SIM118 - a method of the page, not of a mapping
            sequences = offered.sequences()
            missing = offered.act is None and sequences[0] in acts and offered.is_enabled
            key = replace(offered, act=acts[sequences[0]]) if missing else offered
            if key.act is not None or not key.is_enabled:
                taken.update(sequences)
            shown.append(key)
        self.key_bar.show_keys(shown)
        for sequence, shortcut in self._global.items():
            shortcut.setEnabled(sequence not in taken)
        primary = page.primary()
        if primary is None:
            self.key_bar.show_primary("")
        else:
            self.key_bar.show_primary(primary.words, enabled=primary.enabled, why_not=primary.why_not)

    def _do_primary(self) -> None:
        primary = self.page.primary() if self.page else None
        if primary is None:
            return
        if primary.enabled:
            primary.act()
        elif primary.why_not:
            self.status.say(primary.why_not, "doubt")

    def _primary_is_held(self) -> bool:
        if not self.is_at_work or self.page is None:
            return False
        primary = self.page.primary()
        return primary is not None and not primary.enabled

    def event(self, event: QEvent) -> bool:
        """F12 on a held primary act is ours: it says why."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_F12
            and self._primary_is_held()
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See ``event``."""
        if event.key() == Qt.Key.Key_F12 and self._primary_is_held():
            self._do_primary()
            return
        super().keyPressEvent(event)

    def _page_said(self, text: str, level: str, stays: bool) -> None:
        self.status.say(text, LEVELS.get(level, level), lasting=stays)
        self._refresh.start()

    def show_help(self) -> None:
        """F1."""
        if self._help is not None:
            return
        from desktop.ui.help import HelpDialog, chapter_for

        page = self.page if self.is_at_work else None
        keys: Sequence[Key] = page.keys() if page else ()
        name = page.accessibleName() or page.code if page else ""
        said = self.status.record() if self.is_at_work else ()  # of contracts: not for whoever passes by
        self._help = HelpDialog(self, name, keys, said, chapter=chapter_for(page))
        self._help.finished.connect(self._help_closed)
        self._help.open()

    def _help_closed(self) -> None:
        dialog, self._help = self._help, None
        if dialog is not None:
            dialog.deleteLater()

    # what is true now

    def _read_start(self) -> None:
        desk = self.desk
        if desk is None:
            return
        job = Job(lambda _job: (desk, desk.start_page()))
        job.done.connect(self._start_came)
        job.failed.connect(self._start_failed)
        self._jobs.start(job)

    def _start_came(self, answer: tuple[Desk, StartPage]) -> None:
        desk, start = answer
        if desk is self.desk:
            self._show_start(start)

    def _start_failed(self, exc: Exception) -> None:
        self.status.say(trouble_words(exc), "error", lasting=True)

    def _show_start(self, start: StartPage) -> None:
        self.start = start
        queues = start.queues
        in_hand = sum(queues.get(name, 0) for name in ("draft", "returned", "to_recognise"))
        self.navigation.set_badge("handle", in_hand)
        self.navigation.set_badge("report", queues.get("to_send", 0))
        self._show_facts()

    def _show_facts(self) -> None:
        self.status.set_facts(self._facts(short=bool(self._narrow)))

    def _facts(self, *, short: bool) -> list[StatusFact]:
        desk, start = self.desk, self.start
        if desk is None:
            return []
        from desktop.ui.widgets.bars import StatusFact

        station = desk.station
        since = self._rules_since(desk)
        rules = _("规则 {name}").format(name=station.rule_set)
        facts = [StatusFact(station.name)]
        facts.append(StatusFact(rules if short or not since else f"{rules} · {since}", rank=2))
        if not short:
            facts.append(StatusFact(_("地方包 {name}").format(name=self._pack(desk)), rank=4))
        if start is None:
            return facts
        facts.append(StatusFact(self._backup_words(start, short=short), "shield_checkmark", 1))
        sent = _("待导出 {n} 份").format(n=start.queues.get("to_send", 0))
        if start.offline_days is None:
            words = _("还没有上报过 · {sent}").format(sent=sent)
        elif short:
            words = _("离线 {days} 天 · {sent}").format(days=start.offline_days, sent=sent)
        else:
            words = _("本机离线 {days} 天 · {sent}").format(days=start.offline_days, sent=sent)
        facts.append(StatusFact(words, "plug_disconnected", 1))
        return facts

    @staticmethod
    def _pack(desk: Desk) -> str:
        station = desk.station
        if station.pack_version in station.pack_name:
            return station.pack_name
        return f"{station.pack_name} {station.pack_version}"

    @staticmethod
    def _rules_since(desk: Desk) -> str:
        for rule_set in desk.book.rule_sets:
            if rule_set.name == desk.station.rule_set:
                return _("{day} 起").format(day=rule_set.valid_from.isoformat())
        return ""

    @staticmethod
    def _backup_words(start: StartPage, *, short: bool) -> str:
        made = start.backup.made_at
        if made is None:
            return _("还没有备份")
        at = when(made, start.today)
        checked = _("已验") if start.backup.is_verified else _("未验")
        return _("备份 {at} {checked}").format(at=at.split(" ")[0] if short else at, checked=checked)

    def _facts_for_sign_in(self) -> list[tuple[str, str]]:
        desk, start = self.desk, self.start
        if desk is None or start is None:
            return self._remembered.facts
        station = desk.station
        rules = "，".join(part for part in (station.rule_set, self._rules_since(desk)) if part)
        if station.rules_unverified:
            rules += _("；{n} 条原文待核").format(n=station.rules_unverified)
        block = start.block
        number = _("余 {left} 个（{name}）").format(left=block.left, name=block.name) if block.total else "—"
        if block.is_frozen:
            number += _("，已冻结")
        backup = _("还没有备份")
        if start.backup.made_at is not None:
            checked = _("已打开验过") if start.backup.is_verified else _("还没有验过")
            backup = f"{local_time(start.backup.made_at):%Y-%m-%d %H:%M}，{checked}"
        line = _("本机离线，还没有上报过")
        if start.last_sent_at is not None:
            line = _("本机离线，上次上报 {day}").format(day=f"{local_time(start.last_sent_at):%m-%d}")
        return [
            (_("现行规则"), rules),
            (_("地方包"), self._pack(desk)),
            (_("号段"), number),
            (_("上次备份"), backup),
            (_("连接"), line),
        ]

    def _tick(self) -> None:
        moment: datetime = utc_now()
        is_set_back = self._remembered.was_set_back(moment)
        if is_set_back and self.desk is not None:  # somebody turned the clock while the program was at work
            self._note_clock(self.desk)
            self.status.say(_("电脑时间被往回调过，请调对；此事已记入日志"), "doubt", lasting=True)
        if not is_set_back or self.desk is not None:
            self._remembered.last_seen_at = moment
        if self.desk is not None and moment.minute % 5 == 0:
            self._remembered.keep()
        if self.rooms.currentWidget() is self.sign_in:
            last = self._remembered.last_seen_at
            self.sign_in.show_clock(
                moment, last_seen=last, was_set_back=self._remembered.was_set_back(moment)
            )

    # looks

    def larger(self) -> None:
        """Ctrl++: 大字."""
        self._remembered.is_large = True
        self._theme.choose_large(True)

    def smaller(self) -> None:
        """Ctrl+-: back to 12 pt."""
        self._remembered.is_large = False
        self._theme.choose_large(False)

    def toggle_contrast(self) -> None:
        """Ctrl+K: high contrast on or off."""
        self._theme.choose_contrast(not self._theme.is_contrast)
        self._remembered.is_contrast = self._theme.is_contrast

    def _theme_changed(self) -> None:
        self._narrow = None
        self._fit()
        self._keys_changed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Rail below 1280, full above."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        narrow = is_narrow(self.width())
        if narrow == self._narrow:
            return
        self._narrow = narrow
        if "work" not in self.__dict__:  # it asks when it is made
            return
        self.work.set_narrow(narrow)
        for page in self.pages.values():
            page.set_narrow(narrow)
        self._show_facts()

    # the end

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask the page, ask once about running work, make the day's backup, then go."""
        if not self._closing:
            self._in_close = True
            self._try_to_close()
            self._in_close = False
        event.setAccepted(self._closing)

    def _try_to_close(self) -> None:
        if self.is_at_work and not self._page_lets_go():
            return
        if self._jobs.is_busy and not self._waited:
            self._waited = True
            QTimer.singleShot(300, self.close)
            return
        self._waited = False
        if self._jobs.is_busy and not self._ask(
            self,
            _("还有一件工作没有做完，现在退出？"),
            _("退出会停下它，做了一半的会撤回；已登记的、已存盘的都不受影响。"),
            act=_("停下并退出"),
            safe=_("先不退出"),
            kind="plain",
        ):
            return
        if self.desk is None or self._doors.farewell is None:
            self._finish()
            return
        self._say_farewell(self.desk, self._doors.farewell)

    def _page_lets_go(self) -> bool:
        return all(page.may_leave() for page in self.pages.values())

    def _say_farewell(
        self, desk: Desk, farewell: Callable[[Desk, Callable[[int, int, str], None]], str]
    ) -> None:
        if not self.progress.isHidden():
            return
        self.rooms.setCurrentWidget(self.work)
        self.progress.start()
        self.stack.setEnabled(False)
        self.navigation.setEnabled(False)
        job = Job(lambda running: farewell(desk, running.step))
        job.progressed.connect(self.progress.step)
        job.done.connect(self._finish)
        job.failed.connect(self._farewell_failed)
        job.cancelled.connect(self._farewell_stopped)
        self.progress.stopped.connect(job.cancel)
        self._jobs.start(job)

    def _stay(self) -> None:
        self.progress.finish()
        self.stack.setEnabled(True)
        self.navigation.setEnabled(True)

    def _farewell_stopped(self) -> None:
        self._stay()
        self.status.say(_("备份停下了，程序没有退出"), "doubt", lasting=True)

    def _farewell_failed(self, exc: Exception) -> None:
        self._stay()
        if self._ask(
            self,
            _("今天的备份没有做成，仍要退出？"),
            _("{why}。数据库本身没有动，下次退出时会再做备份。").format(why=trouble_words(exc)),
            act=_("不备份就退出"),
            safe=_("先不退出"),
            kind="plain",
        ):
            self._finish()

    def _finish(self, _words: object = None) -> None:
        self._refresh.stop()
        self._pulse.stop()
        self._jobs.shut_down()
        self._leave_desk()
        self._remembered.last_seen_at = utc_now()
        self._remembered.keep()
        self._closing = True
        if not self._in_close:
            self.close()
