"""The one place that wires everything: opens a station, and hands it to the window or to a command."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop import settings
from desktop.errors import MachineError, RefusedError
from desktop.resources import _, resource

if TYPE_CHECKING:
    from decimal import Decimal

    from desktop.errors import Problem
    from desktop.jobs import JobRunner
    from desktop.rules.book import Book
    from desktop.rules.codes import CodeTables
    from desktop.rules.facts import Facts
    from desktop.rules.local_pack import LocalPack
    from desktop.rules.tax_year import YearAccount
    from desktop.rules.working_days import Calendar
    from desktop.services import commands as c
    from desktop.services import views as v
    from desktop.services.desk import Desk, Progress
    from desktop.services.office import Office
    from desktop.statistics.report import StatisticsReport, Targets
    from desktop.ui.pages.page import Page
    from desktop.ui.setup.guide import FirstRunGuide
    from desktop.ui.theme import Theme
    from desktop.ui.window import PageMaker

VERSION = "1.0.0"

HEAVY = (
    "argon2.low_level",
    "cryptography.hazmat.primitives.ciphers.aead",
    "cryptography.hazmat.primitives.hashes",
    "cryptography.hazmat.primitives.kdf.hkdf",
    "filelock",
    "sqlalchemy.orm",
    "sqlalchemy.dialects.sqlite",
    "desktop.models",
    "desktop.store.schema",
    "desktop.services.law",
    "desktop.services.look",
    "desktop.ui.pages.today",
    "desktop.services.take_in",
    "desktop.services.decide",
    "desktop.services.register",
    "desktop.services.afterwards",
    "desktop.ui.pages.case",
    "desktop.ui.pages.entry",
    "desktop.certificates.certificate",
)
"""Loaded in the background while the clerk types the password, what signing in needs first."""


def preload(folder: Path | None = None, go_on: Callable[[], None] = lambda: None) -> None:
    """Import what the first pages after signing in need, and read in the law of this data folder.

    Law that cannot be read is no matter yet: signing in reads it again and says so. ``go_on`` is called
    before each step and may raise to end it.
    """
    for name in HEAVY:
        go_on()
        importlib.import_module(name)
        if name == "desktop.models":
            importlib.import_module("sqlalchemy.orm").configure_mappers()
        elif name == "desktop.services.law":
            with suppress(RefusedError, OSError):
                load_law(folder)
    # PySide sets a class up when it is first touched, and all of them when Qt hands out a widget: 30 ms.
    widgets = importlib.import_module("PySide6.QtWidgets")
    for name in dir(widgets):
        getattr(widgets, name)


def sign_in(folder: Path, name: str, password: str) -> OpenDesk:
    """Unlock the database with a person's password and open the station.

    Raises RefusedError (wrong password, with the wait it costs) and MachineError (no station here, database
    damaged, made by a newer program, in use by another window).
    """
    from desktop.security import slots
    from desktop.services.views import SignedIn

    station = settings.read_station_file(folder)
    key = slots.open_slot(folder / "people.json", name, password, now=settings.now())
    return OpenDesk(folder, station, SignedIn(key.name, frozenset(key.roles)), key.raw)


def load_law(folder: Path | None = None) -> Book:
    """The law in force on this machine, checked whole: what was shipped, with the files of an imported policy
    pack in the place of theirs. ``folder``: the data folder; None: as shipped."""
    from desktop.services.law import law_of

    return law_of(folder)


def load_codes(pack: LocalPack | None = None) -> CodeTables:
    """The code tables, with the regions a local pack adds."""
    from desktop.rules.codes import CodeTables

    return CodeTables(resource("codes"), pack.regions if pack else ())


class OpenDesk:
    """An open station with one person signed in; implements ``desktop.services.desk.Desk``."""

    def __init__(
        self, folder: Path, station: settings.StationFile, person: v.SignedIn, master: bytes
    ) -> None:
        from filelock import FileLock, Timeout

        from desktop.rules.local_pack import load_pack
        from desktop.services.change_calendar import load_calendar
        from desktop.services.office import Office
        from desktop.services.station import with_own_words
        from desktop.store.engine import open_postgres, open_sqlite
        from desktop.store.schema import bring_up_to_date

        # not per thread: a worker signs in, the window's own thread closes the desk
        self._lock = FileLock(folder / "in-use.lock", thread_local=False)
        try:
            self._lock.acquire(timeout=0)
        except Timeout as exc:
            raise MachineError(
                _("这份数据正在另一个窗口里打开着"),
                _("请用已经打开的窗口；确实没有的话，请重新启动电脑后再试"),
                code="M07",
            ) from exc
        except OSError as exc:
            raise MachineError(
                _("数据文件夹只能读、不能写：{folder}").format(folder=folder),
                _("请检查权限或写保护；数据没有改动"),
                code="M02",
            ) from exc
        try:
            pack = with_own_words(load_pack(folder / "local" / f"{station.pack}.toml"), station)
            calendar = load_calendar(folder)
            if station.database_url:
                engine = open_postgres(station.database_url)
            else:
                path = folder / "contract-desk.db"
                if not path.exists():
                    raise MachineError(
                        _("数据库文件不见了：{path}").format(path=path), _("请从备份还原，或检查是否被移动")
                    )
                engine = open_sqlite(path, None if station.is_plain else master)
            before = folder / f"before-upgrade-{settings.now():%Y%m%dT%H%M%S}.db"
            bring_up_to_date(engine, before)
        except BaseException:
            self._lock.release()
            raise
        self._office = Office(
            engine=engine,
            folder=folder,
            station=station,
            book=load_law(folder),
            codes=load_codes(pack),
            pack=pack,
            calendar=calendar,
            person=person,
            master=master,
        )

    @property
    def office(self) -> Office:
        """What the services work on; for the command line and the demo."""
        return self._office

    @property
    def person(self) -> v.SignedIn:
        """Who is signed in."""
        return self._office.person

    @property
    def book(self) -> Book:
        """The law."""
        return self._office.book

    @property
    def codes(self) -> CodeTables:
        """The code tables."""
        return self._office.codes

    @property
    def pack(self) -> LocalPack:
        """The local pack."""
        return self._office.pack

    @property
    def calendar(self) -> Calendar:
        """Working days."""
        return self._office.calendar

    @cached_property
    def station(self) -> v.StationView:
        """What the frame of the window shows."""
        from desktop.services.views import StationView

        o = self._office
        rule_set = o.rule_set
        rows = o.book.rules(o.today(), rule_set)
        return StationView(
            o.station.code,
            o.station.name,
            o.pack.province,
            o.pack.city,
            o.pack.county,
            o.pack.name,
            o.pack.version,
            rule_set,
            sum(row.confidence != "verified" for row in rows),
            _("数据库服务器") if o.station.database_url else str(o.folder),
            o.station.is_training,
        )

    def act_as(self, person: v.SignedIn) -> None:
        """Hand over to another person who has just signed in on the lock page."""
        self._office = self._office.as_person(person)

    def today(self) -> date:
        """The date in China."""
        return self._office.today()

    # looking

    def start_page(self) -> v.StartPage:
        """今日."""
        from desktop.services.look import start_page

        return start_page(self._office)

    def contract(self, contract_id: int) -> v.ContractSheet:
        """Everything about one contract."""
        from desktop.services.look import contract_sheet

        return contract_sheet(self._office, contract_id)

    def rows(self, ids: Sequence[int]) -> dict[int, v.ContractRow]:
        """Lines of a list."""
        from desktop.services.look import rows

        with self._office.look() as uow:
            return rows(self._office, uow, ids)

    def queue(self, name: str) -> tuple[v.ContractRow, ...]:
        """One queue of the start page."""
        from desktop.services.look import queue

        return queue(self._office, name)

    def search(self, text: str, filters: Mapping[str, Any] | None = None) -> v.SearchResult:
        """Find contracts."""
        from desktop.services.look import search

        return search(self._office, text, filters)

    def search_sums(self, ids: Sequence[int]) -> tuple[Decimal, Decimal]:
        """Amounts of what was found, summed."""
        from desktop.services.look import search_sums

        return search_sums(self._office, ids)

    def find_contract(self, text: str) -> int:
        """The one contract with this number."""
        from desktop.services.look import find_contract

        return find_contract(self._office, text)

    def parties(self, text: str) -> tuple[v.PartyView, ...]:
        """Parties of the library."""
        from desktop.services.learn_parties import find_parties

        with self._office.look() as uow:
            return find_parties(uow, text)

    def check_form(self, facts: Facts, contract_id: int | None, *, submitted: bool) -> tuple[Problem, ...]:
        """The live self-check."""
        from desktop.services.look import check_form

        found: tuple[Problem, ...] = check_form(self._office, facts, contract_id, submitted=submitted)
        return found

    def find_duplicates(self, facts: Facts, contract_id: int | None) -> tuple[v.DuplicateView, ...]:
        """Contracts that look alike."""
        from desktop.services.find_duplicates import find_duplicates

        with self._office.look() as uow:
            return find_duplicates(uow, facts, contract_id, pack=self.pack)

    def draft(self, page: str, subject: str) -> tuple[str, str, str] | None:
        """What was left on a page."""
        from desktop.services.look import draft

        return draft(self._office, page, subject)

    def saved_queries(self) -> tuple[v.SavedQuery, ...]:
        """常用查询 of the signed-in person."""
        from desktop.services.saved_queries import saved_queries

        return saved_queries(self._office)

    def keep_query(self, cmd: c.KeepQuery) -> tuple[v.SavedQuery, ...]:
        """Keep, change or rename one."""
        from desktop.services.saved_queries import keep_query

        return keep_query(self._office, cmd)

    def drop_query(self, cmd: c.DropQuery) -> tuple[v.SavedQuery, ...]:
        """Forget one."""
        from desktop.services.saved_queries import drop_query

        return drop_query(self._office, cmd)

    def list_name(self, ids: Sequence[int], content: str = "") -> str:
        """The name of a file for these contracts."""
        from desktop.services.export_list import list_name

        return list_name(self._office, ids, content)

    def export_list(
        self, ids: Sequence[int], path: Path, progress: Progress | None = None
    ) -> tuple[Path, int]:
        """What was found as .xlsx."""
        from desktop.services.export_list import export_list

        return export_list(self._office, ids, path, progress)

    def performance(
        self, first: date, last: date, *, only: str = "overdue", text: str = ""
    ) -> v.PerformancePage:
        """履行与收入."""
        from desktop.services.performance import performance_page

        return performance_page(self._office, first, last, only=only, text=text)

    # the library of parties

    def party_list(self, text: str = "", *, with_retired: bool = True) -> v.PartyList:
        """单位库."""
        from desktop.services.parties import party_list

        return party_list(self._office, text, with_retired=with_retired)

    def party_sheet(self, party_id: int) -> v.PartySheet:
        """One party."""
        from desktop.services.parties import party_sheet

        return party_sheet(self._office, party_id)

    def edit_party(self, cmd: c.EditParty) -> v.PartySheet:
        """改单位资料."""
        from desktop.services.parties import edit_party

        return edit_party(self._office, cmd)

    def merge_parties(self, cmd: c.MergeParties) -> v.PartySheet:
        """合并单位."""
        from desktop.services.parties import merge_parties

        return merge_parties(self._office, cmd)

    def retire_party(self, cmd: c.RetireParty) -> v.PartySheet:
        """停用单位, or back in use."""
        from desktop.services.parties import retire_party

        return retire_party(self._office, cmd)

    # acts on one contract; each returns the contract as it then stands

    def _sheet(self, contract_id: int) -> v.ContractSheet:
        return self.contract(contract_id)

    def save_contract(self, cmd: c.SaveContract) -> v.ContractSheet:
        """暂存."""
        from desktop.services.take_in import save_contract

        return self._sheet(save_contract(self._office, cmd))

    def keep_draft(self, cmd: c.KeepDraft) -> None:
        """Each field on disk when left."""
        from desktop.services.keep_draft import keep_draft

        keep_draft(self._office, cmd)

    def drop_draft(self, page: str, subject: str) -> None:
        """Forget what was left on a page."""
        from desktop.services.keep_draft import drop_draft

        drop_draft(self._office, page, subject)

    def attach_document(self, cmd: c.AttachDocument) -> v.ContractSheet:
        """Take a paper in."""
        from desktop.services.attach import attach_document

        return self._sheet(attach_document(self._office, cmd))

    def contract_text(self, contract_id: int) -> tuple[v.TextPassage, ...]:
        """The text of the contract's paper."""
        from desktop.services.attach import contract_text

        return contract_text(self._office, contract_id)

    def contract_scan(self, contract_id: int) -> tuple[v.ScanFile, ...]:
        """The scanned papers of the contract."""
        from desktop.services.attach import contract_scan

        return contract_scan(self._office, contract_id)

    def scan_content(self, contract_id: int, digest: str) -> bytes:
        """One scanned paper, whole."""
        from desktop.services.attach import scan_content

        return scan_content(self._office, contract_id, digest)

    def delete_draft(self, cmd: c.DeleteDraft) -> None:
        """Into the bin."""
        from desktop.services.take_in import delete_draft

        delete_draft(self._office, cmd)

    def undelete_draft(self, cmd: c.UndeleteDraft) -> v.ContractSheet:
        """Out of the bin."""
        from desktop.services.take_in import undelete_draft

        return self._sheet(undelete_draft(self._office, cmd))

    def bin(self) -> tuple[v.BinRow, ...]:
        """Deleted drafts that can still be taken back."""
        from desktop.services.look import bin_rows

        return bin_rows(self._office)

    def pass_doubt(self, cmd: c.PassDoubt) -> None:
        """Pass a doubt with a reason."""
        from desktop.services.take_in import pass_doubt

        pass_doubt(self._office, cmd)

    def decide_duplicate(self, cmd: c.DecideDuplicate) -> None:
        """A person's word on two contracts."""
        from desktop.services.find_duplicates import decide_duplicate

        decide_duplicate(self._office, cmd)

    def accept(self, cmd: c.AcceptContract) -> v.ContractSheet:
        """受理."""
        from desktop.services.take_in import accept_contract

        return self._sheet(accept_contract(self._office, cmd))

    def decline(self, cmd: c.DeclineContract) -> v.ContractSheet:
        """不予受理."""
        from desktop.services.take_in import decline_contract

        return self._sheet(decline_contract(self._office, cmd))

    def return_contract(self, cmd: c.ReturnContract) -> v.ContractSheet:
        """退回补正."""
        from desktop.services.take_in import return_contract

        return self._sheet(return_contract(self._office, cmd))

    def supplement(self, cmd: c.SupplementContract) -> v.ContractSheet:
        """收到补正材料."""
        from desktop.services.take_in import supplement_contract

        return self._sheet(supplement_contract(self._office, cmd))

    def refuse(self, cmd: c.RefuseContract) -> v.ContractSheet:
        """不予登记."""
        from desktop.services.take_in import refuse_contract

        return self._sheet(refuse_contract(self._office, cmd))

    def import_workbook(self, cmd: c.ImportWorkbook, progress: Progress | None = None) -> v.ImportReport:
        """Import applications or an old ledger."""
        from desktop.services.import_workbook import import_workbook

        return import_workbook(self._office, cmd, progress)

    def import_rows(self, cmd: c.ImportRows) -> v.RowsReport:
        """Several contracts that were looked over on the screen, as drafts."""
        from desktop.services.import_workbook import import_rows

        return import_rows(self._office, cmd)

    def write_template(self, path: Path) -> Path:
        """The empty application workbook."""
        from desktop.services.import_workbook import write_application_template

        return write_application_template(self._office, path)

    def save_answers(self, cmd: c.SaveAnswers) -> None:
        """Keep an unfinished interview."""
        from desktop.services.decide import save_answers

        save_answers(self._office, cmd)

    def recognise(self, cmd: c.RecogniseContract) -> v.ContractSheet:
        """认定."""
        from desktop.services.decide import recognise_contract

        return self._sheet(recognise_contract(self._office, cmd))

    def keep_relief(self, cmd: c.KeepRelief) -> v.ContractSheet:
        """Store the relief opinion."""
        from desktop.services.decide import keep_relief

        return self._sheet(keep_relief(self._office, cmd))

    def review(self, cmd: c.ReviewContract) -> v.ContractSheet:
        """复核."""
        from desktop.services.register import review_contract

        return self._sheet(review_contract(self._office, cmd))

    def send_back(self, cmd: c.SendBack) -> v.ContractSheet:
        """退回初审."""
        from desktop.services.register import send_back

        return self._sheet(send_back(self._office, cmd))

    def register(self, cmd: c.RegisterContract) -> v.ContractSheet:
        """登记."""
        from desktop.services.register import register_contract

        return self._sheet(register_contract(self._office, cmd))

    def review_and_register(self, cmd: c.ReviewContract) -> v.ContractSheet:
        """复核并登记."""
        from desktop.services.register import review_and_register

        return self._sheet(review_and_register(self._office, cmd))

    def preview_certificate(self, contract_id: int, copy_number: int = 1) -> bytes:
        """The PDF that would be printed now."""
        from desktop.services.issue import preview_certificate

        return preview_certificate(self._office, contract_id, copy_number)

    def issue_certificate(self, cmd: c.IssueCertificate) -> v.ContractSheet:
        """发证."""
        from desktop.services.issue import issue_certificate

        return self._sheet(issue_certificate(self._office, cmd))

    def record_sheet(self, cmd: c.RecordSheet) -> v.ContractSheet:
        """作废、签收、收回."""
        from desktop.services.issue import record_sheet

        return self._sheet(record_sheet(self._office, cmd))

    def print_notice(self, notice_id: int, path: Path) -> Path:
        """A letter as PDF."""
        from desktop.services.papers import print_notice

        return print_notice(self._office, notice_id, path)

    def print_grounds(self, contract_id: int, path: Path) -> Path:
        """认定审核表 as PDF."""
        from desktop.services.papers import print_grounds

        return print_grounds(self._office, contract_id, path)

    def print_history(self, contract_id: int, path: Path) -> Path:
        """办理经过 as PDF."""
        from desktop.services.print_history import print_history

        return print_history(self._office, contract_id, path)

    def print_relief(self, contract_id: int, path: Path) -> Path:
        """税惠说明书 as PDF."""
        from desktop.services.relief_statement import print_relief

        return print_relief(self._office, contract_id, path)

    def print_relief_inquiry(self, contract_id: int, path: Path) -> Path:
        """税惠询问单 as PDF."""
        from desktop.services.relief_statement import print_relief_inquiry

        return print_relief_inquiry(self._office, contract_id, path)

    def make_packets(
        self, contract_ids: Sequence[int], folder: Path, progress: Progress | None = None
    ) -> tuple[v.PacketView, ...]:
        """备查资料包, one folder a contract."""
        from desktop.services.filing_packet import make_packets

        return make_packets(self._office, contract_ids, folder, progress)

    def change(self, cmd: c.ChangeContract) -> v.ContractSheet:
        """变更登记."""
        from desktop.services.afterwards import change_contract

        return self._sheet(change_contract(self._office, cmd))

    def end(self, cmd: c.EndContract) -> v.ContractSheet:
        """注销、撤销."""
        from desktop.services.afterwards import end_contract

        return self._sheet(end_contract(self._office, cmd))

    def fix_income(self, cmd: c.FixIncome) -> v.ContractSheet:
        """核定技术性收入."""
        from desktop.services.afterwards import fix_income

        return self._sheet(fix_income(self._office, cmd))

    def park(self, cmd: c.ParkContract) -> v.ContractSheet:
        """暂不上报."""
        from desktop.services.afterwards import park_contract

        return self._sheet(park_contract(self._office, cmd))

    def inform(self, cmd: c.InformOffice) -> v.ContractSheet:
        """告知财税部门."""
        from desktop.services.afterwards import inform_office

        return self._sheet(inform_office(self._office, cmd))

    def take_objection(self, cmd: c.TakeObjection) -> v.ContractSheet:
        """收到异议."""
        from desktop.services.objections import take_objection

        return self._sheet(take_objection(self._office, cmd))

    def answer_objection(self, cmd: c.AnswerObjection) -> v.ContractSheet:
        """答复异议."""
        from desktop.services.objections import answer_objection

        return self._sheet(answer_objection(self._office, cmd))

    def ask_experts(self, cmd: c.AskExperts) -> v.ContractSheet:
        """提请专家评审."""
        from desktop.services.objections import ask_experts

        return self._sheet(ask_experts(self._office, cmd))

    def keep_expert_review(self, cmd: c.KeepExpertReview) -> v.ContractSheet:
        """记录评审意见."""
        from desktop.services.objections import keep_expert_review

        return self._sheet(keep_expert_review(self._office, cmd))

    def year_account(
        self,
        taxpayer: str,
        year: int,
        own_research: Decimal,
        standing: str = "general",
        by_months: bool = False,
    ) -> YearAccount:
        """年度账 of one taxpayer."""
        from desktop.services.tax_year import year_account

        return year_account(
            self._office, taxpayer, year, own_research=own_research, standing=standing, by_months=by_months
        )

    def write_year(self, account: YearAccount, folder: Path) -> Path:
        """年度账 with the packets of its contracts as a new folder."""
        from desktop.services.tax_year import write_year

        return write_year(self._office, account, folder)

    # exchange

    def report_page(self) -> v.ReportPage:
        """上报."""
        from desktop.services.look import report_page

        return report_page(self._office)

    def create_batch(self, cmd: c.CreateBatch, progress: Progress | None = None) -> v.BatchView:
        """Write a package."""
        from desktop.services.send_batch import create_batch

        return create_batch(self._office, cmd, progress)

    def resend_batch(self, sequence: int, folder: Path) -> v.BatchView:
        """The same package again."""
        from desktop.services.send_batch import resend_batch

        return resend_batch(self._office, sequence, folder)

    def receive(self, cmd: c.ReceiveFile, progress: Progress | None = None) -> v.ReceiveReport:
        """Read a file from above."""
        from desktop.services.receive import receive_file

        return receive_file(self._office, cmd, progress)

    def look_at_policy(self, path: Path) -> v.PolicyChange | None:
        """What a policy pack would change; None when the file is none."""
        from desktop.services.policy_packs import look_at_policy

        return look_at_policy(self._office, path)

    def look_back_at_policy(self) -> v.PolicyChange | None:
        """What taking the last policy pack back would change."""
        from desktop.services.policy_packs import look_back_at_policy

        return look_back_at_policy(self._office)

    def take_back_policy(self) -> str:
        """The rows of before the last policy pack."""
        from desktop.services.policy_packs import take_back_policy

        return take_back_policy(self._office)

    # the station

    def figures(self, first: date, last: date, by: str) -> tuple[tuple[str, int, Decimal, Decimal], ...]:
        """Live registrations of a span."""
        from desktop.services.look import figures

        return figures(self._office, first, last, by)

    def statistics(self, unit: str, year: int) -> StatisticsReport:
        """One window of the registrations, with its targets."""
        from desktop.services.station_statistics import statistics_report

        return statistics_report(self._office, unit, year)

    def flow(self, first: date, last: date) -> StatisticsReport:
        """Any span of days, without targets: where 输出 goes and 吸纳 comes from."""
        from desktop.services.station_statistics import flow_report

        return flow_report(self._office, first, last)

    def set_targets(self, cmd: c.SetTargets) -> Targets | None:
        """Targets of one year, by the head."""
        from desktop.services.station_statistics import set_targets

        return set_targets(self._office, cmd)

    def statistics_name(self, report: StatisticsReport, basis: str, ending: str) -> str:
        """What a file of these figures is called."""
        from desktop.services.station_statistics import statistics_name

        return statistics_name(self._office, report, basis, ending)

    def export_statistics(
        self, report: StatisticsReport, basis: str, path: Path, progress: Progress | None = None
    ) -> Path:
        """The tables as a workbook."""
        from desktop.services.station_statistics import export_statistics

        return export_statistics(self._office, report, basis, path, progress)

    def print_statistics(self, report: StatisticsReport, basis: str, path: Path) -> Path:
        """The tables and charts as PDF."""
        from desktop.services.station_statistics import print_statistics

        return print_statistics(self._office, report, basis, path)

    def backup(self, path: Path, progress: Progress | None = None) -> v.BackupView:
        """Make a backup, open it again, note it."""
        from desktop.services.safe_keeping import make_station_backup

        return make_station_backup(self._office, path, progress)

    def backup_report(self) -> tuple[v.BackupView, v.BackupPlaces, str]:
        """The last backup, where backups go, what stands at the second place."""
        from desktop.services.safe_keeping import backup_report

        return backup_report(self._office)

    def set_backup_places(self, main: Path | None, second: Path | None) -> None:
        """Where backups go from the next exit on."""
        from desktop.services.safe_keeping import set_backup_places

        self._office = replace(self._office, station=set_backup_places(self._office, main, second))

    def check(self, *, deep: bool = False, progress: Progress | None = None) -> v.CheckReport:
        """Check the database."""
        from desktop.services.look import check_database

        if progress is not None:
            progress(0, 1, _("检查数据库"))
        return check_database(self._office, deep=deep)

    def people(self) -> tuple[tuple[str, str, bool], ...]:
        """Who works here."""
        from desktop.services.station import list_people

        return list_people(self._office)

    def add_person(self, name: str, roles: str, password: str) -> None:
        """Let somebody work here."""
        from desktop.services.station import add_person

        add_person(self._office, name, roles.split(), password)

    def change_password(self, old: str, new: str) -> None:
        """One's own password."""
        from desktop.services.station import change_password

        change_password(self._office, old, new)

    def reset_password(self, name: str, new: str) -> None:
        """A new password for somebody who forgot theirs."""
        from desktop.services.station import reset_password

        reset_password(self._office, name, new)

    def set_pin(self, pin: str) -> None:
        """One's own six digits for the locked screen."""
        from desktop.services.station import set_pin

        set_pin(self._office, pin)

    def set_active(self, name: str, is_active: bool, password: str = "") -> None:
        """Somebody stops working here or comes back."""
        from desktop.services.station import set_active

        set_active(self._office, name, is_active, password)

    def set_roles(self, name: str, roles: str) -> None:
        """Other roles; one's own hold at once."""
        from desktop.services.station import set_roles
        from desktop.services.views import SignedIn

        set_roles(self._office, name, roles.split())
        if name == self.person.name:
            self.act_as(SignedIn(name, frozenset(roles.split())))

    def renew_recovery(self, password: str) -> v.Recovered:
        """A new recovery sheet for the head; the old one is void."""
        from desktop.services.station import renew_recovery

        return renew_recovery(self._office, password)

    def note_clock(self, last_seen_at: datetime) -> None:
        """The clock was set back since then: one row in the log."""
        from desktop.services.station import note_clock

        note_clock(self._office, last_seen_at)

    def unfreeze_block(self, cmd: c.UnfreezeBlock) -> v.BlockView:
        """After a restore."""
        from desktop.services.receive import unfreeze_block

        return unfreeze_block(self._office, cmd)

    def look_at_key(self, path: Path) -> v.KeyFound | None:
        """Whose public key a file holds; None when it holds none."""
        from desktop.services.public_keys import look_at_key

        return look_at_key(self._office, path)

    def keep_key(self, cmd: c.KeepKey) -> v.KeyFound:
        """A public key that was compared by telephone."""
        from desktop.services.public_keys import keep_key

        return keep_key(self._office, cmd)

    def calendar_in_use(self) -> v.CalendarView:
        """Which file counts the working days."""
        from desktop.services.change_calendar import calendar_in_use

        return calendar_in_use(self._office.folder, self.today())

    def look_at_calendar(self, path: Path) -> v.CalendarChange:
        """Check a calendar file; what would change."""
        from desktop.services.change_calendar import look_at_calendar

        return look_at_calendar(self._office, path)

    def change_calendar(self, cmd: c.ChangeCalendar) -> v.CalendarChange:
        """Another calendar; it counts at once."""
        from desktop.services.change_calendar import change_calendar, load_calendar

        changed = change_calendar(self._office, cmd)
        self._office = replace(self._office, calendar=load_calendar(self._office.folder))
        return changed

    def close(self) -> None:
        """Let go of the database; the object is of no use afterwards."""
        self._office.engine.dispose()
        self._lock.release()


def recover(folder: Path, code: str, name: str, password: str) -> v.Recovered:
    """Come in by the recovery sheet: ``name`` gets a new password, the sheet is spent, a new one is due.

    Raises RefusedError (wrong code, weak password, unknown name) and MachineError (another window is open);
    then the old sheet still holds.
    """
    from filelock import FileLock, Timeout

    from desktop.security import slots
    from desktop.services.station import note_recovery
    from desktop.services.views import Recovered, SignedIn

    station = settings.read_station_file(folder)
    try:
        FileLock(folder / "in-use.lock", thread_local=False).acquire(timeout=0).lock.release()
    except Timeout as exc:
        raise MachineError(
            _("这份数据正在另一个窗口里打开着"), _("请先关闭那个窗口；恢复单没有用掉"), code="M07"
        ) from exc
    except OSError as exc:
        raise MachineError(
            _("数据文件夹只能读、不能写：{folder}").format(folder=folder),
            _("请检查权限或写保护；恢复单没有用掉"),
            code="M02",
        ) from exc
    key, renewed = slots.reset_by_recovery(folder / "people.json", code, name, password)
    try:
        opened = OpenDesk(folder, station, SignedIn(key.name, frozenset(key.roles)), key.raw)
        try:
            note_recovery(opened.office)
        finally:
            opened.close()
    except (RefusedError, MachineError) as exc:  # the new code must be shown whatever happens to the log
        return Recovered(name, renewed.text, exc.message)
    return Recovered(name, renewed.text)


def restore(path: Path, folder: Path, name: str, password: str) -> tuple[dict[str, Any], Path | None]:
    """Put a backup in the place of a station's data, or on a new machine into an empty folder.

    Only a head may: with the present password, or, where there are no data yet, with the one of the day of
    the backup. Returns the backup's own account and the folder that keeps the data that was there, if any.
    """
    import tempfile

    from filelock import FileLock, Timeout

    from desktop.security import slots
    from desktop.security.keys import load_signer
    from desktop.store.backup import extract_beside, read_manifest, restore_backup

    manifest = read_manifest(path)
    is_new = not (folder / settings.FILE_NAME).exists()
    beside_the_station = ("first-run.json", "window.json", "contract-desk.log")
    if (
        is_new
        and folder.exists()
        and any(not p.name.endswith(".lock") and p.name not in beside_the_station for p in folder.iterdir())
    ):
        raise RefusedError(
            _("{folder} 里没有登记机构，却有别的文件").format(folder=folder),
            _("在新电脑上还原请用一个空文件夹；那里的文件没有动"),
        )
    with tempfile.TemporaryDirectory(prefix="restore-") as temporary:
        beside = folder
        if is_new or not (folder / "people.json").exists():
            beside = Path(temporary)
            extract_beside(path, manifest, beside)
        station = settings.read_station_file(beside)
        key = slots.open_slot(beside / "people.json", name, password)
        if is_new:
            load_signer(beside / "keys", key.raw)
    if "head" not in key.roles:
        raise RefusedError(_("还原要由负责人来做"), _("请负责人登录"))
    if manifest["station"] != station.code:
        raise RefusedError(
            _("这是 {other} 的备份，本机是 {own}").format(other=manifest["station"], own=station.code),
            _("请核对备份文件"),
        )
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "in-use.lock", thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout as exc:
        raise MachineError(
            _("数据正在另一个窗口里打开着，不能还原"), _("请先关闭所有窗口"), code="M07"
        ) from exc
    try:
        return restore_backup(path, folder, None if station.is_plain else key.raw, settings.now(), key.name)
    finally:
        lock.release()


def with_database(station: settings.StationFile, url: str) -> settings.StationFile:
    """The same station on a database server."""
    return replace(station, database_url=url)


def run_window(folder: str | None) -> int:
    """Open the window on a station's data; returns the exit code of the program."""
    gc.disable()  # until the sign-in page stands: it would only walk over modules being imported (40 ms)
    from desktop.security import slots
    from desktop.ui.launch import run_window as launch

    data = Path(folder) if folder else settings.user_data_folder()
    try:
        return launch(
            data,
            sign_in,
            lambda: slots.read_people(data / "people.json"),
            pages=page_makers(),
            preload=lambda go_on: preload(data, go_on),
            check_pin=lambda desk, pin: check_pin(data, desk, pin),
            check_password=lambda desk, word: _check_password(data, desk.person.name, word),
            farewell=daily_backup,
            recover=lambda code, name, word: recover(data, code, name, word),
            version=VERSION,
            guide=_guide_for(data),
        )
    except MachineError as exc:
        sys.stderr.write(str(exc) + "\n")
        return 3
    finally:
        gc.enable()


def check_pin(folder: Path, desk: Desk, pin: str) -> None:
    """RefusedError when these are not the six digits of the person signed in."""
    from desktop.security import slots

    assert isinstance(desk, OpenDesk)
    person = desk.person
    key = slots.UnlockedKey(desk.office.master, person.name, person.name, tuple(person.roles))
    slots.check_pin(folder / "people.json", key, pin)


def _check_password(folder: Path, name: str, password: str) -> None:
    from desktop.security import slots

    slots.open_slot(folder / "people.json", name, password)


def _guide_for(folder: Path) -> Callable[[Theme, JobRunner], FirstRunGuide] | None:
    """The maker of the first-run guide; None where there is no screen to show it on."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in names):
        return None

    def make(theme: Theme, jobs: JobRunner) -> FirstRunGuide:
        from desktop.rules.local_pack import load_pack
        from desktop.services import first_run
        from desktop.services.safe_keeping import check_places
        from desktop.services.station import check_people
        from desktop.ui.setup.guide import FirstRunGuide
        from desktop.ui.setup.steps import Doors

        doors = Doors(
            first_run.shipped_packs,
            load_pack,
            first_run.check_station,
            check_people,
            first_run.check_block,
            check_places,
        )
        return FirstRunGuide(
            folder,
            doors,
            lambda new, tell: first_run.set_up_station(folder, new, sign_in, tell),
            theme=theme,
            jobs=jobs,
            version=VERSION,
        )

    return make


def page_makers() -> dict[str, PageMaker]:
    """The pages of the window by their code; each module is imported when its page is first opened."""

    def maker(module: str, name: str) -> PageMaker:
        def make(desk: Desk, jobs: JobRunner) -> Page:
            page: Page = getattr(importlib.import_module(f"desktop.ui.pages.{module}"), name)(desk, jobs)
            return page

        return make

    return {
        "today": maker("today", "TodayPage"),
        "case": maker("case", "CasePage"),
        "search": maker("search", "SearchPage"),
        "parties": maker("parties", "PartiesPage"),
        "performance": maker("performance", "PerformancePage"),
        "report": maker("report", "ReportPage"),
        "stats": maker("statistics", "StatisticsPage"),
        "system": maker("system", "SystemPage"),
    }


def daily_backup(desk: Desk, tell: Progress) -> str:
    """The backup of the first exit of a day and its copy at the second place; words for the record."""
    from desktop.services.safe_keeping import daily_backup as make_daily_backup

    assert isinstance(desk, OpenDesk)
    return make_daily_backup(desk.office, tell).words
