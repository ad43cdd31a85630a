"""After registration: change, cancel, revoke, technical income, parking."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from desktop.errors import RefusedError
from desktop.models import Action, Certificate, Contract, Income
from desktop.resources import _
from desktop.services.commands import ChangeContract, EndContract, FixIncome, InformOffice, ParkContract
from desktop.services.decide import fixed, mark_reliefs_stale
from desktop.services.issue import total_income
from desktop.services.office import Office, perform
from desktop.services.take_in import refuse_secret_content, write_notice
from desktop.settings import local_time
from desktop.store.mapping import differences, facts_of, write_facts
from desktop.store.unit_of_work import UnitOfWork

NOT_BY_CHANGE = frozenset(
    {
        "accepted_on",
        "recognised_on",
        "registered_on",
        "official_number",
        "station",
        "incomes",
        "kind",
        "sub_kind",
    }
)
"""A change of kind is a re-recognition, never a silent edit."""


def change_contract(office: Office, cmd: ChangeContract) -> int:
    """变更登记: new values on the ground of an agreement; amounts are fixed again, reliefs must be looked at
    again.

    Raises RefusedError without agreement or reason, when nothing differs, or when income already fixed
    exceeds the new technology amount. The certificate in the applicant's hands stays valid until the next
    version is printed.
    """
    if not cmd.agreement.strip() or not cmd.reason.strip():
        raise RefusedError(_("请写明变更所依据的协议和理由"), _("例如：2026年11月2日补充协议，交付期顺延"))
    refuse_secret_content(cmd.facts)

    def work(uow: UnitOfWork, contract: Contract) -> Mapping[str, Any]:
        before = facts_of(contract)
        wanted, fixing = fixed(
            replace(
                cmd.facts,
                **{name: getattr(before, name) for name in sorted(NOT_BY_CHANGE)},
            )
        )
        changes = [list(row) for row in differences(before, wanted)]
        if not changes:
            raise RefusedError(_("没有改动任何一栏"), _("请改好后再提交变更"))
        refuse_below_income(contract, wanted.technology_amount)
        write_facts(contract, wanted, keep=NOT_BY_CHANGE)
        stale = report_anew(uow, contract)
        number = write_notice(uow, office, contract, "P08", cmd.actor, text=cmd.reason)
        return {
            "agreement": cmd.agreement,
            "reason": cmd.reason,
            "changes": changes,
            "formula": fixing.formula,
            "stale_reliefs": stale,
            "notice": number,
        }

    return perform(office, cmd, "change", work)


def refuse_below_income(contract: Contract, technology: Decimal | None) -> None:
    """RefusedError (V-12) when the income fixed so far is more than this technology amount in yuan."""
    earned = total_income(contract)
    if technology is not None and earned > technology:
        raise RefusedError(
            _("已核定技术性收入 {earned:,.2f} 元，超过变更后的技术交易额").format(earned=earned),
            _("请先冲减收入，或核对变更后的金额"),
            code="V12",
        )


def report_anew(uow: UnitOfWork, contract: Contract) -> int:
    """What province and tax office knew of it no longer holds; returns how many opinions are stale."""
    contract.reporting_state, contract.rejected_reason = "NOT_SENT", None
    return mark_reliefs_stale(uow, contract)


def end_contract(office: Office, cmd: EndContract) -> int:
    """注销 (the contract ended) or 撤销 (the registration should not exist): the number is not used again.

    The log lists the sheets that must come back and who must be told. 撤销 needs the document it rests on.
    """
    if cmd.how not in ("cancel", "revoke"):
        raise RefusedError(_("只能注销或撤销"), "cancel、revoke")
    if not cmd.reason.strip():
        raise RefusedError(_("请写明理由"), _("例如：合同解除、被依法撤销、被确认无效"))
    if cmd.how == "revoke" and not cmd.document.strip():
        raise RefusedError(_("撤销登记要有依据的文书"), _("请写明机关、日期和文号"))

    def work(uow: UnitOfWork, contract: Contract) -> Mapping[str, Any]:
        day = cmd.effective_on or office.today()
        recall = sheets_outside(uow, contract)
        stale = report_anew(uow, contract)
        paper = "P09" if cmd.how == "cancel" else "P10"
        number = write_notice(uow, office, contract, paper, cmd.actor, text=cmd.reason)
        return {
            "reason": cmd.reason,
            "document": cmd.document,
            "effective_on": day,
            "recall": recall,
            "tell": ["财政", "税务"],
            "stale_reliefs": stale,
            "notice": number,
        }

    return perform(office, cmd, cmd.how, work)


def inform_office(office: Office, cmd: InformOffice) -> int:
    """告知函 (P11) to tax or finance on the last change or end; the log keeps who was told of what.

    Raises RefusedError when nothing happened since registration that they must know, or nobody is named.
    """
    to = cmd.office.strip() or office.pack.station.get("tax_bureau", "")
    if not to:
        raise RefusedError(_("请写明告知哪个机关"), _("税务局的名称可以写进地方包 [station] tax_bureau"))

    def work(uow: UnitOfWork, contract: Contract) -> Mapping[str, Any]:
        query = select(Action).where(
            Action.contract_uid == contract.uid,
            Action.verb.in_(("change", "answer_objection", "cancel", "revoke")),
        )
        acts = [(a, json.loads(a.detail)) for a in uow.session.scalars(query.order_by(Action.id))]
        acts = [(a, said) for a, said in acts if said.get("decision", "changed") == "changed"]
        if not acts:
            raise RefusedError(_("登记以来没有变更、注销或撤销，不必告知"), _("办理之后再出告知函"))
        act, said = acts[-1]
        before = next((old for name, old, _new in said.get("changes", ()) if name == "technology_amount"), "")
        number = write_notice(uow, office, contract, "P11", cmd.actor, text=to)
        return {
            "office": to,
            "act": act.verb,
            "day": said.get("effective_on") or local_time(act.at).date(),
            "technology_before": before,
            "prints": len(sheets_outside(uow, contract)),
            "notice": number,
        }

    return perform(office, cmd, "inform", work)


def sheets_outside(uow: UnitOfWork, contract: Contract) -> list[str]:
    """Sheets printed and not void or recalled: paper that is in somebody's hands."""
    found: dict[tuple[int, int, str, int], bool] = {}
    for certificate in uow.session.scalars(select(Certificate).where(Certificate.contract_id == contract.id)):
        for sheet in certificate.sheets:
            key = (certificate.version, sheet.copy_number, sheet.copy_kind, sheet.ordinal)
            if sheet.event == "printed":
                found[key] = True
            elif sheet.event in ("void", "recalled"):
                found[key] = False
    return [_("第{v}版第{n}联").format(v=key[0], n=key[1]) for key, outside in found.items() if outside]


def fix_income(office: Office, cmd: FixIncome) -> int:
    """核定技术性收入 for one receipt.

    Raises RefusedError when the sum would exceed the technology amount (V-12) or fall below zero, or when the
    day is in the future or before the contract was signed.
    """
    if cmd.amount == 0:
        raise RefusedError(_("金额不能是零"), _("冲减写负数"))
    if cmd.received_on > office.today():
        raise RefusedError(_("到账日期在今天之后"), _("请按到账凭证填写"))

    def work(uow: UnitOfWork, contract: Contract) -> Mapping[str, Any]:
        if contract.signed_on and cmd.received_on < contract.signed_on:
            raise RefusedError(_("到账日期早于签订日期"), _("请按到账凭证填写"))
        total = total_income(contract) + cmd.amount
        limit = contract.technology_amount
        if limit is None:
            raise RefusedError(_("技术交易额待核定，不能核定收入"), _("请先按结算办理变更，核定技术交易额"))
        if total > limit:
            raise RefusedError(
                _("累计 {total:,.2f} 元超过技术交易额 {limit:,.2f} 元").format(total=total, limit=limit),
                _("请核对到账凭证；金额变更的先办变更登记"),
                code="V12",
            )
        if total < 0:
            raise RefusedError(_("冲减后累计成了负数"), _("请核对此前核定的收入"))
        contract.incomes.append(
            Income(
                ordinal=len(contract.incomes),
                received_on=cmd.received_on,
                amount=cmd.amount,
                voucher=cmd.voucher,
            )
        )
        return {"received_on": cmd.received_on, "amount": cmd.amount, "total": total, "voucher": cmd.voucher}

    return perform(office, cmd, "income", work)


def park_contract(office: Office, cmd: ParkContract) -> int:
    """暂不上报 with a reason, or back to 未导出 without. What waits for a receipt cannot be parked."""

    def work(uow: UnitOfWork, contract: Contract) -> Mapping[str, Any]:
        if contract.reporting_state in ("EXPORTED", "ACCEPTED_ABOVE"):
            raise RefusedError(_("已经导出或上级已接收的，不能再暂缓"), _("如需更正，请办理变更登记"))
        reason = cmd.reason.strip()
        contract.parked_reason = reason or None
        contract.reporting_state = "PARKED" if reason else "NOT_SENT"
        return {"reason": reason}

    return perform(office, cmd, "park", work)
