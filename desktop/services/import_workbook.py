"""Importing applications and old ledgers: good rows come in, the others go back with reasons."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from desktop.errors import Problem, RefusedError
from desktop.models import Contract
from desktop.resources import _
from desktop.rules.facts import Facts, facts_to_json
from desktop.services.commands import ImportRows, ImportWorkbook, SaveContract
from desktop.services.lifecycle import CLERK
from desktop.services.office import Office, check_actor, commit
from desktop.services.take_in import enter_new, form_problems, new_contract, save_new, secret_content
from desktop.services.views import ImportReport, RowsReport
from desktop.store.unit_of_work import AT_ONCE, UnitOfWork, canonical

Progress = Callable[[int, int, str], None]


def import_workbook(office: Office, cmd: ImportWorkbook, progress: Progress | None = None) -> ImportReport:
    """Read the whole file, name every wrong row, write the good ones in one transaction as drafts.

    A row that came in before (the same content) is counted, not doubled. Raises RefusedError for a file that
    is not an application workbook, MachineError where the disk fails; then nothing is written. Stopped by
    ``progress`` it has written nothing either.
    """
    check_actor(office, cmd)
    if not office.person.roles & (CLERK | ({"head"} if cmd.is_ledger else set())):
        raise RefusedError(_("导入要由登记员来做"), _("请登记员登录后导入"))
    tell = progress or (lambda *_a: None)
    return _import_ledger(office, cmd, tell) if cmd.is_ledger else _import_applications(office, cmd, tell)


def import_rows(office: Office, cmd: ImportRows) -> RowsReport:
    """Several new drafts in one transaction, each with its own 受理号; the same request does it once.

    Pasted rows are checked and counted like those of a workbook; the rows of a series were typed here and
    are kept as they stand. Raises RefusedError where a secret contract carries technical content.
    """
    check_actor(office, cmd)
    if not office.person.roles & CLERK:
        raise RefusedError(_("录入要由登记员来做"), _("请登记员登录后再收"))
    is_pasted = cmd.origin == "paste"
    problems: dict[int, list[Problem]] = {}
    new: list[SaveContract] = []
    keys: set[str] = set()
    good = 0
    for at, facts in enumerate(cmd.rows):
        wrong = wrong_in_form(office, facts, at + 1) if is_pasted else []
        if wrong:
            problems[at] = wrong
            continue
        good += 1
        key = import_key(facts, cmd.origin) if is_pasted else None
        if key is None or key not in keys:
            request = str(uuid5(NAMESPACE_URL, f"{cmd.request_id}/{at}"))
            new.append(
                SaveContract(
                    actor=cmd.actor, request_id=request, facts=facts, origin=cmd.origin, import_key=key
                )
            )
            keys |= {key} if key else set()
    with office.work() as uow:
        known = uow.ids_by(Contract.import_key, sorted(keys)) if keys else {}
        wanted = [
            one for one in new if one.import_key not in known and not uow.action_of(one.request_id, "save")
        ]
        made = save_new(uow, office, wanted)
        ids, serials = tuple(row.id for row in made), tuple(row.local_serial for row in made)
        commit(uow)
    told = tuple(problem for found in problems.values() for problem in found)
    return RowsReport(ids, serials, good - len(ids), tuple(problems), told)


def write_application_template(office: Office, path: Path) -> Path:
    """The empty application workbook for the companies of this place, with its lists of codes.

    Raises MachineError when the place cannot be written; what was there is then as it was.
    """
    from desktop.exchange.workbook import write_template

    write_template(path, office.codes)
    return path


def _import_applications(office: Office, cmd: ImportWorkbook, tell: Progress) -> ImportReport:
    from desktop.exchange.workbook import read_workbook, write_returned

    read = read_workbook(cmd.path, office.codes, office.today(), tell)
    more: dict[int, list[Problem]] = {}
    keys: dict[int, str] = {}
    new: dict[str, SaveContract] = {}
    for done, row in enumerate(read.rows, 1):
        tell(done, len(read.rows), _("核对"))
        if not row.is_ok:
            continue
        if wrong := wrong_in_form(office, row.facts, row.line):
            more[row.line] = wrong
            continue
        key = keys[row.line] = import_key(row.facts, "workbook")
        if key not in new:
            request = str(uuid5(NAMESPACE_URL, f"{cmd.request_id}/{row.line}"))
            new[key] = SaveContract(
                actor=cmd.actor, request_id=request, facts=row.facts, origin="workbook", import_key=key
            )
    with office.work() as uow:
        known = uow.ids_by(Contract.import_key, keys.values())
        wanted = [one for key, one in new.items() if key not in known]
        accepted = []
        for start in range(0, len(wanted), AT_ONCE):
            part = wanted[start : start + AT_ONCE]
            made = [contract.id for contract in save_new(uow, office, part)]
            known |= {str(one.import_key): made_id for one, made_id in zip(part, made, strict=True)}
            accepted += made
            tell(len(accepted), len(wanted), _("写入"))
        ids = {r.row_no: known[keys[r.line]] for r in read.rows if r.line in keys and r.row_no is not None}
        rejected = sorted({row.line for row in read.rows if not row.is_ok} | set(more))
        returned = None
        if rejected:  # before the commit: where it cannot be written, nothing comes in
            returned = cmd.returned or cmd.path.with_name(f"{cmd.path.stem}_退回{len(rejected)}份.xlsx")
            write_returned(returned, read, office.codes, more)
        commit(uow)
    problems = (*read.problems, *(p for found in more.values() for p in found))
    already = len(read.rows) - len(rejected) - len(accepted)
    return ImportReport(
        cmd.path, len(read.rows), tuple(accepted), tuple(rejected), already, problems, returned, ids
    )


def _import_ledger(office: Office, cmd: ImportWorkbook, tell: Progress) -> ImportReport:
    from desktop.exchange.ledger import read_ledger

    read = read_ledger(cmd.path, office.codes, office.today(), tell)
    accepted: list[int] = []
    good = [row for row in read.rows if not any(p.level == "error" for p in row.problems)]
    with office.work() as uow:
        known = set(uow.ids_by(Contract.official_number, [row.official_number for row in good]))
        new: dict[str, Facts] = {}
        for row in good:
            if row.official_number not in known:
                new.setdefault(row.official_number, replace(row.facts, official_number=row.official_number))
        wanted = list(new.values())
        for start in range(0, len(wanted), AT_ONCE):
            made = enter_ledger_rows(uow, office, cmd, wanted[start : start + AT_ONCE])
            accepted += [contract.id for contract in made]
            tell(len(accepted), len(wanted), _("写入"))
        commit(uow)
    already = len(good) - len(accepted)
    rejected = tuple(row.line for row in read.rows if any(p.level == "error" for p in row.problems))
    return ImportReport(cmd.path, len(read.rows), tuple(accepted), rejected, already, read.problems, None)


def wrong_in_form(office: Office, facts: Facts, row: int) -> list[Problem]:
    """Errors of the self-check that do not wait for a submission: what stands there is wrong, not just
    missing.
    """
    secret = secret_content(facts)
    found = (*form_problems(office, facts, {}, submitted=False), *((secret,) if secret else ()))
    return [
        Problem(
            _("合同 第 {row} 行 {place}").format(row=row, place=p.place),
            p.value,
            p.reason,
            p.remedy,
            p.level,
            p.code,
            row,
            p.field,
        )
        for p in found
        if p.level == "error" and p.value
    ]


def import_key(facts: Facts, word: str) -> str:
    """Fingerprint of a whole row: the same content never comes in twice, a corrected row does."""
    return f"{word}:{hashlib.sha256(canonical(facts_to_json(facts)).encode()).hexdigest()}"


def enter_ledger_rows(
    uow: UnitOfWork, office: Office, cmd: ImportWorkbook, rows: Sequence[Facts]
) -> list[Contract]:
    """Registrations of earlier years: REGISTERED, their numbers kept; no 受理号 of ours, never sent."""
    now = office.now()
    made = [_ledger_contract(office, facts, now) for facts in rows]
    enter_new(uow, made)
    acts = (
        (
            str(uuid5(NAMESPACE_URL, f"{cmd.request_id}/{contract.official_number}")),
            contract.uid,
            {"number": contract.official_number, "registered_on": contract.registered_on},
        )
        for contract in made
    )
    uow.record_many(acts, "ledger", cmd.actor, now)
    return made


def _ledger_contract(office: Office, facts: Facts, now: datetime) -> Contract:
    if not facts.official_number or facts.registered_on is None:
        raise RefusedError(
            _("“{title}”没有登记编号或登记日期").format(title=facts.title or ""),
            _("旧台账每行都要有编号和日期"),
        )
    return new_contract(
        facts,
        uid=str(uuid5(NAMESPACE_URL, f"{office.station.code}/{facts.official_number}")),
        local_serial=_("台账 {number}").format(number=facts.official_number),
        state="REGISTERED",
        reporting_state="ACCEPTED_ABOVE",
        origin="ledger",
        import_key=f"ledger:{facts.official_number}",
        station=office.station.code,
        registered_on=facts.registered_on,
        official_number=facts.official_number,
        created_at=now,
        updated_at=now,
    )
