"""``contract-desk demo``: a clerk's whole day on the sample station, without a screen, on real files.

The day is written down in ``resources/sample/day.toml``; this module carries it out through the same services
as the window, tells what it did, and keeps every file it made.
"""

from __future__ import annotations

import json
import os
import shutil
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from desktop import settings
from desktop.app import OpenDesk, load_codes, restore, sign_in
from desktop.errors import Problem, ProblemsFound, RefusedError
from desktop.models import Action
from desktop.resources import _, resource
from desktop.rules.codes import CodeTables
from desktop.rules.facts import Facts, facts_from_json
from desktop.rules.local_pack import LocalPack
from desktop.sample_station_data import SamplePerson, make_station, sample_today
from desktop.services import commands as c
from desktop.services.attach import attach_document
from desktop.services.decide import keep_relief, kept_answers, recognise_contract, relief_counts
from desktop.services.issue import issue_certificate, record_sheet
from desktop.services.register import review_and_register as register
from desktop.services.register import review_rows
from desktop.services.take_in import accept_contract, delete_draft
from desktop.services.views import SignedIn
from desktop.store.mapping import facts_of

Tell = Callable[[str], object]


@dataclass
class Account:
    """What happened, in words, and every file."""

    tell: Tell | None
    lines: list[str] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)

    def say(self, text: str = "") -> None:
        """One line of the account."""
        self.lines.append(text)
        if self.tell is not None:
            self.tell(text + "\n")

    def head(self, text: str) -> None:
        """A new part of the day."""
        self.say()
        self.say(f"── {text} " + "─" * max(2, 60 - 2 * len(text)))

    def made(self, path: Path) -> Path:
        """Note a file."""
        self.files.append(path)
        return path


class Day:
    """The day as it goes: the open desk, the contracts by 序号, the account."""

    def __init__(self, out: Path, account: Account) -> None:
        self.out, self.account = out, account
        self.station = out / "station"
        self.people: Mapping[str, SamplePerson] = make_station(self.station, cheap_passwords=True)
        self.ids: dict[int, int] = {}
        first = next(iter(self.people.values()))
        self.desk: OpenDesk = sign_in(self.station, first.name, first.password)

    def as_person(self, name: str) -> str:
        """Hand the desk over: the demo signs nobody in twice, but every act is done under its own name and
        roles.
        """
        person = self.people[name]
        self.desk.act_as(SignedIn(person.name, frozenset(person.roles)))
        return name

    def serial(self, no: int) -> str:
        """受理号 of the contract with this 序号."""
        return self.desk.rows([self.ids[no]])[self.ids[no]].local_serial

    def folder(self, name: str) -> Path:
        """A folder of the output, made when it is needed."""
        path = self.out / name
        path.mkdir(parents=True, exist_ok=True)
        return path


def run_demo(out: Path, tell: Tell | None = None) -> tuple[dict[str, Any], str]:
    """The whole day into ``out`` (emptied first if an earlier demo made it); returns figures and the account.

    Raises RefusedError when ``out`` holds something that is not an earlier demo.
    """
    prepare(out)
    os.environ["CONTRACT_DESK_TODAY"] = sample_today().isoformat()
    account = Account(tell)
    started = time.perf_counter()
    account.say(_("技术合同登记工作站：样例登记处的一天（{day}）").format(day=sample_today()))
    account.say(_("人员、单位、编号、合同都是虚构的。"))
    day = Day(out, account)
    try:
        open_the_station(day)
        for step in tomllib.loads(resource("sample", "day.toml").read_text(encoding="utf-8"))["step"]:
            STEPS[step["do"]](day, step)
        figures = end_of_day(day)
    finally:
        day.desk.close()
    figures |= restore_and_compare(day, figures)
    spent = time.perf_counter() - started
    account.head(_("做出的文件"))
    for path in account.files:
        account.say(f"  {path.relative_to(out)}")
    account.say()
    account.say(_("用时 {s:.1f} 秒。全部文件在 {out}").format(s=spent, out=out))
    (out / "account.txt").write_text("\n".join(account.lines) + "\n", encoding="utf-8")
    return figures | {"seconds": round(spent, 1), "files": [str(p) for p in account.files]}, (
        "" if tell is not None else "\n".join(account.lines)
    )


def prepare(out: Path) -> None:
    """An empty folder to work in."""
    marker = out / ".contract-desk-demo"
    if out.exists() and any(out.iterdir()):
        if not marker.exists():
            raise RefusedError(
                _("{out} 里有别的东西，演示不会动它").format(out=out), _("请换一个空文件夹：--out 新文件夹")
            )
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    marker.write_text(_("演示做出的文件夹，可以整个删掉") + "\n", encoding="utf-8")


def open_the_station(day: Day) -> None:
    """Exchange keys with the province, and import the number block it allots."""
    from desktop.exchange.province_desk import ProvinceDesk

    day.account.head(_("开门：号段"))
    sample = tomllib.loads(resource("sample", "station.toml").read_text(encoding="utf-8"))
    block = sample["number_block"]
    province = ProvinceDesk.create(
        day.out / "province",
        load_codes(day.desk.pack),
        settings.now,
        code="990000",
        name="云岭省技术市场管理办公室",
    )
    own_key = next((day.station / "keys").glob("*.pub"))
    province.admit(day.desk.station.code, day.desk.station.name, own_key)
    shutil.copy(province.public_key(), day.station / "keys")
    skipped = int(block["first"][-4:]) - 1
    if skipped:
        province.block(day.desk.station.code, skipped, sample_today().year, day.out / "province" / "earlier")
    count = int(block["last"][-4:]) - skipped
    path = province.block(
        day.desk.station.code, count, sample_today().year, day.folder("from-province"), block["name"]
    )
    province.close()
    day.account.made(path)
    head = day.as_person("贺兰舟")
    report = day.desk.receive(c.ReceiveFile(actor=head, path=path))
    day.account.say(f"  {report.words}")
    used = str(int(block["next"]) - 1)
    view = day.desk.unfreeze_block(c.UnfreezeBlock(actor=head, last_number=used))
    day.account.say(
        _("  前 {n} 个已在纸质台账上用过；余 {left} 个，下一号 {next}").format(
            n=block["used"], left=view.left, next=view.next_number
        )
    )


# --- the steps of day.toml


def _numbers(step: Mapping[str, Any]) -> list[int]:
    return list(step.get("nos") or [step["no"]])


def import_ledger(day: Day, step: Mapping[str, Any]) -> None:
    """Last year's register comes in."""
    day.account.head(_("旧台账"))
    who = day.as_person(step["who"])
    path = day.folder("from-applicants") / step["file"]
    shutil.copy(resource("sample", step["file"]), path)
    report = day.desk.import_workbook(c.ImportWorkbook(actor=who, path=path, is_ledger=True))
    amount, _technology = day.desk.search_sums(day.desk.search("", {"year": ["2025"]}).ids)
    day.account.say(
        _("  {who} 导入 {file}：{n} 份，成交额合计 {a:,.2f} 元").format(
            who=who, file=step["file"], n=len(report.accepted), a=amount
        )
    )


def import_applications(day: Day, step: Mapping[str, Any]) -> None:
    """The application workbook: good rows come in, the others go back with reasons."""
    day.account.head(_("收件：导入申请表"))
    who = day.as_person(step["who"])
    path = day.folder("from-applicants") / step["file"]
    shutil.copy(resource("sample", step["file"]), path)
    returned = day.folder("to-applicants") / "申请表_退回.xlsx"
    report = day.desk.import_workbook(c.ImportWorkbook(actor=who, path=path, returned=returned))
    day.ids.update(report.ids)
    day.account.say(
        _("  {who} 导入 {n} 份：收入 {a} 份草稿，退回 {b} 份，问题 {p} 处").format(
            who=who,
            n=report.read_count,
            a=len(report.accepted),
            b=len(report.rejected_rows),
            p=len(report.problems),
        )
    )
    papers = attach_papers(day, who)
    for problem in [p for p in report.problems if p.level == "error"][:6]:
        day.account.say(
            f"    ✕ {problem.place}：{problem.value or '（空）'}　{problem.reason}；{problem.remedy}"
        )
    day.account.say(_("    ……全部原因写在退回的申请表最后一列，改好可以直接再导"))
    if report.returned:
        day.account.made(report.returned)
    day.account.say(_("  收下合同文件 {n} 件，正文可在认定时对照").format(n=papers))


def attach_papers(day: Day, who: str) -> int:
    """The contract documents that came along; returns how many."""
    expected = tomllib.loads(resource("sample", "expected.toml").read_text(encoding="utf-8"))
    count = 0
    for row in expected["row"]:
        if "document" not in row or row["no"] not in day.ids:
            continue
        papers = sorted(resource("sample", "contracts").glob(f"{row['document']}.*"))
        attach_document(
            day.desk.office,
            c.AttachDocument(actor=who, contract_id=day.ids[row["no"]], path=papers[0], name="合同正文"),
        )
        count += 1
    return count


def decline(day: Day, step: Mapping[str, Any]) -> None:
    """Not our case: names the right office."""
    who, no = day.as_person(step["who"]), step["no"]
    day.desk.decline(
        c.DeclineContract(
            actor=who,
            contract_id=day.ids[no],
            ground=step["ground"],
            where_to=step["where_to"],
            reason=step["reason"],
        )
    )
    day.account.say(_("  不予受理 {serial}：{reason}").format(serial=day.serial(no), reason=step["reason"]))


def decide_duplicate(day: Day, step: Mapping[str, Any]) -> None:
    """A person's word on two contracts that look alike."""
    who, no = day.as_person(step["who"]), step["no"]
    other = day.ids[step["other_no"]] if "other_no" in step else day.desk.find_contract(step["other_number"])
    day.desk.decide_duplicate(
        c.DecideDuplicate(
            actor=who,
            contract_id=day.ids[no],
            other_id=other,
            is_duplicate=step["is_duplicate"],
            reason=step["reason"],
        )
    )
    word = _("重复") if step["is_duplicate"] else _("不重复")
    day.account.say(
        _("  {serial} 判断为{word}：{reason}").format(serial=day.serial(no), word=word, reason=step["reason"])
    )


def accept(day: Day, step: Mapping[str, Any]) -> None:
    """Accept; doubts of the self-check are passed with a reason and it is tried again, errors are told."""
    who = day.as_person(step["who"])
    day.account.head(_("受理"))
    accepted = doubts = 0
    for no in _numbers(step):
        command = c.AcceptContract(actor=who, contract_id=day.ids[no])
        try:
            try:
                accept_contract(day.desk.office, command)
            except ProblemsFound as exc:
                if any(problem.level == "error" for problem in exc.problems):
                    raise
                doubts += pass_doubts(day, who, command.contract_id, exc.problems)
                accept_contract(day.desk.office, command)
        except ProblemsFound as exc:
            why = exc.problems[0].reason
            day.account.say(_("  {serial} 不能受理：{why}").format(serial=day.serial(no), why=why))
            continue
        accepted += 1
        if accepted == 1:
            sheet = day.desk.contract(command.contract_id)
            slip = day.folder("to-applicants") / f"受理通知单_{sheet.row.local_serial[-4:]}.pdf"
            day.account.made(day.desk.print_notice(sheet.notices[-1].id, slip))
    day.account.say(_("  {who} 受理 {n} 份，写明理由通过的疑点 {d} 处").format(who=who, n=accepted, d=doubts))


def pass_doubts(day: Day, who: str, contract_id: int, doubts: Sequence[Problem]) -> int:
    """Pass each doubt with a written reason; returns how many."""
    for doubt in doubts:
        day.desk.pass_doubt(
            c.PassDoubt(
                actor=who,
                contract_id=contract_id,
                code=doubt.code,
                field_name=doubt.field,
                reason=_("已与申请人核对原件"),
            )
        )
    return len(doubts)


def in_region(facts: Facts, regions: Mapping[str, str]) -> Facts:
    """The facts with the first party of each role moved to another region."""
    parties = list(facts.parties)
    for role, region in regions.items():
        at = next(at for at, party in enumerate(parties) if party.role == role)
        parties[at] = replace(parties[at], region=region)
    return replace(facts, parties=tuple(parties))


def return_contract(day: Day, step: Mapping[str, Any]) -> None:
    """One notice with everything that is missing."""
    who, no = day.as_person(step["who"]), step["no"]
    defects = tuple(c.Defect(**d) for d in step["defects"])
    sheet = day.desk.return_contract(
        c.ReturnContract(actor=who, contract_id=day.ids[no], defects=defects, deadline_on=step["deadline_on"])
    )
    path = day.folder("to-applicants") / f"补正告知书_{sheet.row.local_serial[-4:]}.pdf"
    day.account.made(day.desk.print_notice(sheet.notices[-1].id, path))
    day.account.say(
        _("  退回补正 {serial}，{n} 项，期限 {d}：{first}").format(
            serial=sheet.row.local_serial, n=len(defects), d=step["deadline_on"], first=defects[0].problem
        )
    )


def supplement(day: Day, step: Mapping[str, Any]) -> None:
    """The supplement comes in; the clock starts again."""
    who, no = day.as_person(step["who"]), step["no"]
    facts = changed(day.desk.contract(day.ids[no]).facts, step.get("facts", {}))
    contract_id = day.ids[no]
    sheet = day.desk.supplement(c.SupplementContract(actor=who, contract_id=contract_id, facts=facts))
    extra = step.get("answers", {})
    if extra:
        day.desk.save_answers(
            c.SaveAnswers(actor=who, contract_id=contract_id, answers=answers_of(no) | extra)
        )
    day.account.say(
        _("  {serial} 补正材料到齐，重新起算，期限 {d}").format(
            serial=sheet.row.local_serial, d=sheet.row.due_on
        )
    )


def refuse(day: Day, step: Mapping[str, Any]) -> None:
    """Refused with grounds and facts; the letter waits for the station's remedy wording."""
    who, no = day.as_person(step["who"]), step["no"]
    sheet = day.desk.refuse(
        c.RefuseContract(
            actor=who, contract_id=day.ids[no], grounds=tuple(step["grounds"]), reason=step["reason"]
        )
    )
    ground = day.desk.codes.name("refusal_grounds", step["grounds"][0])
    day.account.say(
        _("  不予登记 {serial}（{ground}）：{reason}").format(
            serial=sheet.row.local_serial, ground=ground, reason=step["reason"]
        )
    )
    path = day.folder("to-applicants") / f"不予登记通知书_{sheet.row.local_serial[-4:]}.pdf"
    try:
        day.account.made(day.desk.print_notice(sheet.notices[-1].id, path))
    except RefusedError as exc:
        if step["no"] == 73:
            day.account.say(_("    通知书没有打印：{why}").format(why=exc.message))


def recognise(day: Day, step: Mapping[str, Any]) -> None:
    """The clerk recognises by the answers of the interview, and stores the relief opinion."""
    who = day.as_person(step["who"])
    single = "no" in step
    if not single:
        day.account.head(_("认定、核定、税惠"))
    for no in _numbers(step):
        contract_id = day.ids[no]
        with day.desk.office.look() as uow:
            answers = kept_answers(uow, uow.contract(contract_id), "recognition") or answers_of(no)
        recognise_contract(
            day.desk.office,
            c.RecogniseContract(
                actor=who,
                contract_id=contract_id,
                answers=answers,
                sub_kind=step.get("sub_kind"),
                reason=step.get("reason", ""),
            ),
        )
        keep_relief(day.desk.office, c.KeepRelief(actor=who, contract_id=contract_id, answers={}))
        if single:
            sheet = day.desk.contract(contract_id)
            day.account.say(
                _("  {who} 认定 {serial} 为 {kind}；理由：{reason}").format(
                    who=who,
                    serial=sheet.row.local_serial,
                    kind=day.desk.codes.name("contract_kinds", sheet.row.sub_kind),
                    reason=step.get("reason", ""),
                )
            )
    if not single:
        words = {
            "supported": _("支持"),
            "supported_once_registered": _("登记后支持"),
            "cannot_tell": _("尚不能判断"),
            "not_supported": _("不支持"),
            "no_rule": _("没有有效规定"),
            "not_applicable": _("不适用"),
        }
        with day.desk.office.look() as uow:
            reliefs = relief_counts(uow, [day.ids[no] for no in _numbers(step)])
        told = "、".join(f"{words[k]} {n}" for k, n in sorted(reliefs.items()))
        day.account.say(
            _("  {who} 认定 {n} 份；税惠意见：{told}").format(who=who, n=len(_numbers(step)), told=told)
        )


def review(day: Day, step: Mapping[str, Any]) -> None:
    """A second person looks; here with an objection."""
    who, no = day.as_person(step["who"]), step["no"]
    day.account.head(_("复核、登记"))
    sheet = day.desk.contract(day.ids[no])
    objections = {_item_of(o["item"]): o["remark"] for o in step["objections"]}
    items = tuple(
        c.ReviewedItem(r.item, r.value, r.item not in objections, objections.get(r.item, ""))
        for r in sheet.review_rows
    )
    day.desk.review(c.ReviewContract(actor=who, contract_id=sheet.row.id, items=items))
    for item, remark in objections.items():
        label = next(r.label for r in sheet.review_rows if r.item == item)
        day.account.say(
            _("  {who} 复核 {serial}，异议“{label}”：{remark}").format(
                who=who, serial=sheet.row.local_serial, label=label, remark=remark
            )
        )


def _item_of(field_name: str) -> str:
    return {"valid_until": "term", "valid_from": "term", "sub_kind": "kind"}.get(field_name, field_name)


def experts(day: Day, step: Mapping[str, Any]) -> None:
    """Large contracts go before the experts: the letter about the longer period, then their opinion."""
    who = day.as_person(step["who"])
    day.account.head(_("专家评审"))
    for no in _numbers(step):
        sheet = day.desk.ask_experts(
            c.AskExperts(actor=who, contract_id=day.ids[no], cause="large", reason="")
        )
        letter = day.folder("to-applicants") / f"延期告知书_{sheet.row.local_serial[-4:]}.pdf"
        day.account.made(day.desk.print_notice(sheet.notices[-1].id, letter))
        sheet = day.desk.keep_expert_review(
            c.KeepExpertReview(
                actor=who,
                contract_id=day.ids[no],
                held_on=settings.today(),
                organiser=step["organiser"],
                experts=step["experts"],
                for_count=step["for_count"],
                against_count=step["against_count"],
                opinion=step["opinion"],
                text=step["text"],
                document=step["document"],
            )
        )
        day.account.say(
            _("  {serial} 达到大额标准，期限 {due}：{opinion}").format(
                serial=sheet.row.local_serial, due=sheet.row.due_on, opinion=sheet.history[0].words
            )
        )


def send_back(day: Day, step: Mapping[str, Any]) -> None:
    """Back to the clerk."""
    who, no = day.as_person(step["who"]), step["no"]
    day.desk.send_back(c.SendBack(actor=who, contract_id=day.ids[no], reason=step["reason"]))
    day.account.say(_("  退回初审：{reason}").format(reason=step["reason"]))


def save(day: Day, step: Mapping[str, Any]) -> None:
    """The clerk corrects a value."""
    who, no = day.as_person(step["who"]), step["no"]
    sheet = day.desk.contract(day.ids[no])
    facts = changed(sheet.facts, step["facts"])
    sheet = day.desk.save_contract(
        c.SaveContract(actor=who, facts=facts, contract_id=day.ids[no], revision=sheet.revision)
    )
    for field_name, before, after in sheet.history[0].changes:
        day.account.say(
            _("  {who} 改 {field}：{a} → {b}").format(who=who, field=field_name, a=before, b=after)
        )


def review_and_register(day: Day, step: Mapping[str, Any]) -> None:
    """The second person agrees to every item and registers."""
    who = day.as_person(step["who"])
    for no in _numbers(step):
        contract_id = day.ids[no]
        with day.desk.office.look() as uow:
            contract = uow.contract(contract_id)
            shown = review_rows(uow, day.desk.office, contract, facts_of(contract))
        items = tuple(c.ReviewedItem(r.item, r.value, True) for r in shown)
        register(day.desk.office, c.ReviewContract(actor=who, contract_id=contract_id, items=items))
    registered = [day.ids[no] for no in _numbers(step)]
    rows = day.desk.rows(registered)
    numbers = [rows[key].official_number for key in registered]
    day.account.say(
        _("  {who} 复核并登记 {n} 份，编号 {a} 至 {b}").format(
            who=who, n=len(numbers), a=numbers[0], b=numbers[-1]
        )
    )
    own = day.desk.contract(day.ids[_numbers(step)[0]])
    day.account.say(
        _("  日志 {n} 条，{word}").format(
            n=len(own.history), word=_("首尾相连") if own.is_chain_whole else _("断开")
        )
    )


def issue(day: Day, step: Mapping[str, Any]) -> None:
    """Print the certificates in all copies."""
    day.account.head(_("发证"))
    who = day.as_person(step["who"])
    folder = day.folder("certificates")
    rows = day.desk.rows([day.ids[no] for no in _numbers(step)])
    for no in _numbers(step):
        row = rows[day.ids[no]]
        path = folder / f"登记证明_{row.official_number}.pdf"
        issue_certificate(day.desk.office, c.IssueCertificate(actor=who, contract_id=row.id, path=path))
        day.account.made(path)
        record_sheet(
            day.desk.office,
            c.RecordSheet(
                actor=who, contract_id=row.id, copy_number=2, event="collected", collector=step["collector"]
            ),
        )
    day.account.say(
        _("  {who} 打印登记证明 {n} 份，各 3 联，第 2 联已签收").format(who=who, n=len(_numbers(step)))
    )
    grounds = day.folder("files") / "认定审核表.pdf"
    day.account.made(day.desk.print_grounds(day.ids[_numbers(step)[0]], grounds))


def void(day: Day, step: Mapping[str, Any]) -> None:
    """A spoilt sheet, and the same sheet again."""
    who, no = day.as_person(step["who"]), step["no"]
    contract_id, copy = day.ids[no], step["copy"]
    day.desk.record_sheet(
        c.RecordSheet(
            actor=who, contract_id=contract_id, copy_number=copy, event="void", reason=step["reason"]
        )
    )
    number = day.desk.rows([contract_id])[contract_id].official_number
    path = day.folder("certificates") / f"登记证明_{number}_第{copy}联重打.pdf"
    day.desk.issue_certificate(
        c.IssueCertificate(actor=who, contract_id=contract_id, path=path, copies=(copy,))
    )
    day.account.made(path)
    day.account.say(
        _("  {number} 第 {n} 联作废（{why}）后重打").format(number=number, n=copy, why=step["reason"])
    )


def change(day: Day, step: Mapping[str, Any]) -> None:
    """A registered contract is changed, the next version printed."""
    day.account.head(_("变更、注销、撤销、收入"))
    for no in _numbers(step):
        change_one(day, step, no)


def change_rejected(day: Day, step: Mapping[str, Any]) -> None:
    """What the province sent back is changed; who has a certificate gets the next version."""
    day.account.head(_("退回的改好再报"))
    for no in _numbers(step):
        change_one(day, step, no)


def change_one(day: Day, step: Mapping[str, Any], no: int) -> None:
    """One change registration with its letter and, after a first print, the next certificate."""
    who = day.as_person(step["who"])
    before = day.desk.contract(day.ids[no])
    facts = in_region(changed(before.facts, step.get("facts", {})), step.get("region", {}))
    sheet = day.desk.change(
        c.ChangeContract(
            actor=who,
            contract_id=day.ids[no],
            facts=facts,
            agreement=step["agreement"],
            reason=step["reason"],
        )
    )
    day.account.say(
        _("  {who} 变更 {number}：{reason}").format(
            who=who, number=sheet.row.official_number, reason=step["reason"]
        )
    )
    for field_name, old, new in sheet.history[0].changes:
        day.account.say(f"    {field_name}：{old or '（空）'} → {new or '（空）'}")
    letter = day.folder("to-applicants") / f"变更登记通知书_{sheet.row.official_number}.pdf"
    day.account.made(day.desk.print_notice(sheet.notices[-1].id, letter))
    if before.certificate_version:
        path = day.folder("certificates") / f"登记证明_{sheet.row.official_number}_第2版.pdf"
        day.desk.issue_certificate(c.IssueCertificate(actor=who, contract_id=day.ids[no], path=path))
        day.account.made(path)


def end(day: Day, step: Mapping[str, Any]) -> None:
    """Cancel or revoke."""
    who, no = day.as_person(step["who"]), step["no"]
    sheet = day.desk.end(
        c.EndContract(
            actor=who,
            contract_id=day.ids[no],
            how=step["do"],
            reason=step["reason"],
            document=step["document"],
        )
    )
    word = _("注销") if step["do"] == "cancel" else _("撤销")
    day.account.say(
        _("  {who} {word} {number}：{reason}（{doc}）").format(
            who=who, word=word, number=sheet.row.official_number, reason=step["reason"], doc=step["document"]
        )
    )
    if step["do"] == "cancel":
        letter = day.folder("to-applicants") / f"注销登记通知书_{sheet.row.official_number}.pdf"
        day.account.made(day.desk.print_notice(sheet.notices[-1].id, letter))


def income(day: Day, step: Mapping[str, Any]) -> None:
    """Fix technical income for one receipt."""
    who, no = day.as_person(step["who"]), step["no"]
    amount = Decimal(step["amount"])
    sheet = day.desk.fix_income(
        c.FixIncome(
            actor=who,
            contract_id=day.ids[no],
            received_on=step["received_on"],
            amount=amount,
            voucher=step["voucher"],
        )
    )
    day.account.say(
        _("  {who} 核定技术性收入 {number}：{a:,.2f} 元").format(
            who=who, number=sheet.row.official_number, a=amount
        )
    )


def park(day: Day, step: Mapping[str, Any]) -> None:
    """Keep contracts back from the province, with a reason."""
    who = day.as_person(step["who"])
    for no in _numbers(step):
        day.desk.park(c.ParkContract(actor=who, contract_id=day.ids[no], reason=step["reason"]))
        day.account.say(
            _("  暂不上报 {serial}：{reason}").format(serial=day.serial(no), reason=step["reason"])
        )


def batch(day: Day, step: Mapping[str, Any]) -> None:
    """One package to the province, its receipt read; what its newer tables do not know comes back."""
    day.account.head(_("上报、回执"))
    send_and_read(day, step)


def batch_again(day: Day, step: Mapping[str, Any]) -> None:
    """What came back was changed and goes out in a second package."""
    send_and_read(day, step)


def send_and_read(day: Day, step: Mapping[str, Any]) -> None:
    """Export, let the province receive it (twice), read its receipt (twice)."""
    from desktop.exchange.province_desk import ProvinceDesk

    who = day.as_person(step["who"])
    made = day.desk.create_batch(c.CreateBatch(actor=who, folder=day.folder("usb-stick")))
    assert made.path is not None
    assert made.slip is not None
    day.account.made(made.path)
    day.account.made(made.slip)
    day.account.say(
        _("  {who} 导出第 {n} 包，{c} 份，成交额 {a:,.2f} 元，技术交易额 {b:,.2f} 元，校验码 {code}").format(
            who=who,
            n=made.sequence,
            c=made.contract_count,
            a=made.contract_total,
            b=made.technology_total,
            code=made.check_code,
        )
    )
    province = ProvinceDesk(day.out / "province", codes_above(day.desk.pack), settings.now)
    first = province.receive(made.path, day.folder("from-province"))
    again = province.receive(made.path, day.folder("from-province"))
    province.close()
    day.account.say(
        _("  上级收到：接收 {a} 份，退回 {b} 份；同一包再交一次：{word}").format(
            a=first.accepted, b=first.rejected, word=_("没有改动") if again.is_repeated else _("有改动")
        )
    )
    receipt = day.account.made(first.receipts[0])
    report = day.desk.receive(c.ReceiveFile(actor=who, path=receipt))
    day.account.say(f"  {report.words}")
    for number, reason in report.rejected:
        day.account.say(f"    ✕ {number}：{reason}")
    for text in report.recalled:
        day.account.say(_("    已发出的纸要收回：{text}").format(text=text))
    twice = day.desk.receive(c.ReceiveFile(actor=who, path=receipt))
    day.account.say(f"  {twice.words}")
    rejected_counts(day)


def codes_above(pack: LocalPack) -> CodeTables:
    """The province's code tables: one county was merged away there that the station still knows."""
    sample = tomllib.loads(resource("sample", "station.toml").read_text(encoding="utf-8"))
    gone = {row["code"]: row for row in sample["region_above"]}
    regions = tuple(
        replace(
            entry,
            is_retired=True,
            is_offered=False,
            valid_until=gone[entry.code]["until"],
            successor=(gone[entry.code]["successor"],),
        )
        if entry.code in gone
        else entry
        for entry in pack.regions
    )
    return load_codes(replace(pack, regions=regions))


def rejected_counts(day: Day) -> None:
    """The reporting states after the receipt."""
    from desktop.services.views import REPORTING_WORDS

    page = day.desk.report_page()
    told = "、".join(f"{REPORTING_WORDS[k]} {n}" for k, n in page.counts.items() if n)
    day.account.say(_("  上报状态：{told}").format(told=told))


STEPS: Mapping[str, Callable[[Day, Mapping[str, Any]], None]] = {
    "import_ledger": import_ledger,
    "import": import_applications,
    "decline": decline,
    "decide_duplicate": decide_duplicate,
    "accept": accept,
    "return": return_contract,
    "supplement": supplement,
    "refuse": refuse,
    "recognise": recognise,
    "review": review,
    "experts": experts,
    "send_back": send_back,
    "save": save,
    "review_and_register": review_and_register,
    "issue": issue,
    "void": void,
    "change": change,
    "change_rejected": change_rejected,
    "cancel": end,
    "revoke": end,
    "income": income,
    "park": park,
    "batch": batch,
    "batch_again": batch_again,
}


def answers_of(no: int) -> dict[str, Any]:
    """The registrar's answers for one 序号."""
    found: dict[str, Any] = json.loads(
        resource("sample", "answers", f"{no:03}.json").read_text(encoding="utf-8")
    )
    return found


def changed(facts: Facts, values: Mapping[str, Any]) -> Facts:
    """The facts with some fields replaced by the plain values of a step."""
    plain = {k: v.isoformat() if isinstance(v, date) else v for k, v in values.items()}
    read = facts_from_json(plain)
    return replace(facts, **{name: getattr(read, name) for name in plain})


def end_of_day(day: Day) -> dict[str, Any]:
    """A month's figures, the check of the database, the backup."""
    day.account.head(_("日终：统计、检查、备份"))
    day.as_person("贺兰舟")
    today = sample_today()
    rows = day.desk.figures(today.replace(day=1), today, "kind")
    for name, count, amount, technology in rows:
        kind = day.desk.codes.name("contract_kinds", name)
        day.account.say(
            _("  {kind}　{n} 份　成交额 {a:,.2f} 元　技术交易额 {b:,.2f} 元").format(
                kind=kind, n=count, a=amount, b=technology
            )
        )
    day.account.say(
        _("  本月合计　{n} 份　成交额 {a:,.2f} 元　技术交易额 {b:,.2f} 元").format(
            n=sum(r[1] for r in rows), a=sum(r[2] for r in rows), b=sum(r[3] for r in rows)
        )
    )
    report = day.desk.check(deep=True)
    for line in report.lines:
        day.account.say(f"  {line}")
    path = day.folder("backup") / f"澄河县登记处_备份_{today}.desk"
    made = day.desk.backup(path)
    day.account.made(path)
    day.account.say(
        _("  备份已打开验过：{n} 份，合计 {a:,.2f} 元").format(n=made.contract_count, a=made.contract_total)
    )
    return {
        "contracts": report.contract_count,
        "registered": report.registered_count,
        "actions": report.action_count,
        "contract_amount": report.contract_total,
        "technology_amount": report.technology_total,
        "is_good": report.is_good,
        "backup": path,
    }


def restore_and_compare(day: Day, figures: Mapping[str, Any]) -> dict[str, Any]:
    """The backup restored into a fresh station on another machine, and counted again."""
    day.account.head(_("还原到另一台电脑，逐项比对"))
    other = day.out / "restored"
    shutil.copytree(
        day.station, other, ignore=shutil.ignore_patterns("contract-desk.db*", "*.lock", "packages")
    )
    head = day.people["贺兰舟"]
    restore(figures["backup"], other, head.name, head.password)
    desk = sign_in(other, head.name, head.password)
    try:
        found = desk.check(deep=True)
        block = desk.start_page().block
        with desk.office.look() as uow:
            own = uow.session.scalar(select(func.count()).where(Action.verb == "restore")) or 0
    finally:
        desk.close()
    pairs = {
        _("合同份数"): (figures["contracts"], found.contract_count),
        _("已登记"): (figures["registered"], found.registered_count),
        _("成交额合计"): (figures["contract_amount"], found.contract_total),
        _("技术交易额合计"): (figures["technology_amount"], found.technology_total),
        _("日志条数（还原本身另记 {n} 条）").format(n=own): (figures["actions"], found.action_count - own),
    }
    same = all(a == b for a, b in pairs.values()) and found.is_good
    for name, (before, after) in pairs.items():
        day.account.say(f"  {name}　{before} ／ {after}　{'✓' if before == after else '✕'}")
    day.account.say(
        _("  号段{word}：还原后由负责人填入纸质台账最后一个编号才能取号").format(
            word=_("已冻结") if block.is_frozen else _("未冻结")
        )
    )
    return {"restored_equal": same}


WAITING = frozenset({2, 15, 18, 27, 32, 34, 37})
"""序号 that the sample window leaves accepted or recognised, so that there is something to do."""
STILL_DRAFTS = frozenset({3, 5, 7, 52})
FRESH = (54, 55, 56, 60, 63, 64, 69, 87)
"""Registered after the last package: they wait to be sent."""
NOT_PRINTED = (63, 87)


def fill_for_window(folder: Path) -> None:
    """The sample station as a clerk finds it in the morning of its day: queues, deadlines, an earlier
    package.
    """
    steps = tomllib.loads(resource("sample", "day.toml").read_text(encoding="utf-8"))["step"]
    scratch = folder.with_name(folder.name + ".making")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    today = sample_today()
    _on(today - timedelta(days=17))
    day = Day(scratch, Account(None))
    try:
        open_the_station(day)
        _morning(day, steps, today)
    finally:
        day.desk.close()
        _on(today)
    day.station.replace(folder)
    shutil.rmtree(scratch, ignore_errors=True)


def _on(day: date) -> None:
    """Another day; a clock that stands still keeps its time."""
    _day, _t, time = os.environ.get("CONTRACT_DESK_TODAY", "").partition("T")
    os.environ["CONTRACT_DESK_TODAY"] = f"{day.isoformat()}T{time}" if time else day.isoformat()


SAME_AS_THE_DAY = ("import_ledger", "import", "decline", "decide_duplicate")
BY_NUMBERS = ("accept", "recognise", "experts", "review_and_register", "issue")
ABOUT_THE_FIRST = ("review", "send_back", "save", "void", "recognise")


def _morning(day: Day, steps: Sequence[Mapping[str, Any]], today: date) -> None:
    sent_on = today - timedelta(days=3)
    ready = {n for s in steps if s["do"] == "review_and_register" for n in _numbers(s)} - {81}
    many = {s["do"]: s for s in steps if s["do"] in BY_NUMBERS and "nos" in s}
    for step in steps:
        what = step["do"]
        if what in BY_NUMBERS and "nos" in step:
            early = [n for n in step["nos"] if n in ready - set(FRESH) - WAITING]
            STEPS[what](day, {**step, "nos": early})
        elif what in SAME_AS_THE_DAY or (what in ABOUT_THE_FIRST and step.get("no") == 1):
            STEPS[what](day, step)
        elif what == "batch":
            _on(sent_on)
            STEPS[what](day, step)
    for n, no in enumerate(sorted(WAITING)):
        _on(_back(day, today, 15 - 2 * n))
        accept(day, {**many["accept"], "nos": [no]})
    _on(sent_on)
    for what in BY_NUMBERS:
        later = [n for n in FRESH if what != "issue" or n not in NOT_PRINTED]
        if what == "experts":
            later = [n for n in later if n in many[what]["nos"]]
        STEPS[what](day, {**many[what], "nos": later})
    _on(today - timedelta(days=1))
    recognise(day, {**many["recognise"], "nos": [15, 34]})
    for step in steps:
        if step["do"] == "return" and step["no"] in (80, 82):
            return_contract(day, step)
    keep = ready | WAITING | STILL_DRAFTS | {80, 82, 86, 89, 90}
    who = day.as_person("沈清禾")
    for no, contract_id in day.ids.items():
        if no not in keep:
            delete_draft(day.desk.office, c.DeleteDraft(actor=who, contract_id=contract_id))
    day.as_person("贺兰舟")
    (day.station / "backups").mkdir()
    day.desk.backup(day.station / "backups" / f"{day.desk.station.code}_{today - timedelta(days=1)}.desk")


def _back(day: Day, today: date, working_days: int) -> date:
    """The day so many working days before."""
    found = today
    while day.desk.calendar.working_days_between(found, today) < working_days:
        found -= timedelta(days=1)
    return found
