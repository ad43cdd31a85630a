"""Importing applications and old ledgers: rows in order come in, the others go back as a workbook with reasons."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select

from desktop.errors import Problem, RefusedError
from desktop.models import Contract
from desktop.resources import _
from desktop.rules.facts import Facts, facts_to_json
from desktop.services.commands import ImportWorkbook, SaveContract
from desktop.services.lifecycle import CLERK
from desktop.services.office import Office, check_actor, commit
from desktop.services.take_in import form_problems, new_local_serial, save_in, text_hash
from desktop.services.views import ImportReport
from desktop.store.mapping import write_facts
from desktop.store.search_index import index_contract
from desktop.store.unit_of_work import UnitOfWork, canonical

Progress = Callable[[int, int, str], None]


def import_workbook(office: Office, cmd: ImportWorkbook, progress: Progress | None = None) -> ImportReport:
    """Read the whole file, name every wrong row, write the good ones in one transaction as drafts.

    A row that came in before (the same content) is counted, not doubled. Raises RefusedError for a file that is not
    an application workbook; then nothing is written. Stopped by ``progress`` it has written nothing either.
    """
    from desktop.exchange.workbook import read_ledger, read_workbook, write_returned

    check_actor(office, cmd)
    if not office.person.roles & (CLERK | ({"head"} if cmd.is_ledger else set())):
        raise RefusedError(_("导入要由登记员来做"), _("请登记员登录后导入"))
    tell = progress or (lambda *_a: None)
    if cmd.is_ledger:
        read = read_ledger(cmd.path, office.codes, today=office.today(), progress=tell)
    else:
        read = read_workbook(cmd.path, office.codes, today=office.today(), progress=tell)
    problems: list[Problem] = list(read.problems)
    bad_rows = {p.row for p in problems if p.level == "error" and p.row}
    accepted: list[int] = []
    already = 0
    with office.work() as uow:
        for done, row in enumerate(read.rows, 1):
            tell(done, len(read.rows), _("写入"))
            if any(p.level == "error" for p in row.problems):
                bad_rows.add(row.row)
                problems += row.problems
                continue
            wrong = [] if cmd.is_ledger else wrong_in_form(office, row.facts, row.row)
            if wrong:
                bad_rows.add(row.row)
                problems += [*row.problems, *wrong]
                continue
            problems += row.problems
            key = import_key(row.facts, cmd.is_ledger)
            if uow.session.scalars(select(Contract.id).where(Contract.import_key == key)).first() is not None:
                already += 1
                continue
            contract = (
                enter_ledger_row(uow, office, cmd, row.facts, key)
                if cmd.is_ledger
                else save_in(
                    uow,
                    office,
                    SaveContract(
                        actor=cmd.actor,
                        request_id=str(uuid5(NAMESPACE_URL, f"{cmd.request_id}/{row.row}")),
                        facts=row.facts,
                        origin="workbook",
                        import_key=key,
                    ),
                )
            )
            accepted.append(contract.id)
        commit(uow)
    returned = None
    if bad_rows and not cmd.is_ledger:
        returned = cmd.returned or cmd.path.with_name(f"{cmd.path.stem}_退回{len(bad_rows)}份.xlsx")
        write_returned(returned, read, bad_rows, problems)
    return ImportReport(
        cmd.path, len(read.rows), tuple(accepted), tuple(sorted(bad_rows)), already, tuple(problems), returned
    )


def wrong_in_form(office: Office, facts: Facts, row: int) -> list[Problem]:
    """Errors of the self-check that do not wait for a submission: what stands there is wrong, not just missing."""
    found = form_problems(office, facts, {}, submitted=False)
    return [
        Problem(
            _("第 {row} 行 {place}").format(row=row, place=p.place),
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


def import_key(facts: Facts, is_ledger: bool) -> str:
    """Fingerprint of a whole row: the same content never comes in twice, a corrected row does."""
    word = "ledger" if is_ledger else "workbook"
    return f"{word}:{hashlib.sha256(canonical(facts_to_json(facts)).encode()).hexdigest()}"


def enter_ledger_row(
    uow: UnitOfWork, office: Office, cmd: ImportWorkbook, facts: Facts, key: str
) -> Contract:
    """A registration of an earlier year: REGISTERED with its number kept, never sent above again."""
    if not facts.official_number or facts.registered_on is None:
        raise RefusedError(
            _("“{title}”没有登记编号或登记日期").format(title=facts.title or ""),
            _("旧台账每行都要有编号和日期"),
        )
    now = office.now()
    uid = str(uuid5(NAMESPACE_URL, f"{office.station.code}/{facts.official_number}"))
    contract: Any = Contract(
        uid=uid,
        local_serial=new_local_serial(uow, office),
        state="REGISTERED",
        reporting_state="ACCEPTED_ABOVE",
        origin="ledger",
        import_key=key,
        revision=1,
        certificate_version=0,
        needs_expert=False,
        station=office.station.code,
        registered_on=facts.registered_on,
        official_number=facts.official_number,
        created_at=now,
        updated_at=now,
    )
    write_facts(contract, facts)
    contract.text_hash = text_hash(facts)
    uow.session.add(contract)
    uow.session.flush()
    index_contract(uow.session, contract)
    uow.record(
        str(uuid5(NAMESPACE_URL, f"{cmd.request_id}/{facts.official_number}")),
        "ledger",
        cmd.actor,
        now,
        {"number": facts.official_number, "registered_on": facts.registered_on},
        contract,
    )
    return contract  # type: ignore[no-any-return]
