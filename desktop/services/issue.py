"""发证: certificates, copies and the ledger of every sheet; letters and the grounds on paper."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import select

from desktop.errors import RefusedError
from desktop.models import Action, Certificate, CertificateSheet, Contract, Person
from desktop.resources import _, in_chinese
from desktop.rules.facts import FIXED_CODES, LONG_TERM, Facts
from desktop.services.commands import IssueCertificate, RecordSheet
from desktop.services.office import Office, perform
from desktop.store.mapping import facts_of
from desktop.store.unit_of_work import UnitOfWork, canonical

COPY_KINDS: Mapping[str, str] = {"first": "", "reissue": "补证（第{n}次）", "duplicate": "副本（第{n}份）"}
"""What stands in the mark box of a sheet; the first issue carries no label. Not translated: papers are in
Chinese whatever the window speaks.
"""

_NO_RIGHT = "9"
"""未涉及知识产权, in ``ip_kinds``."""


@in_chinese()
def certificate_data(
    uow: UnitOfWork,
    office: Office,
    contract: Contract,
    *,
    version: int,
    mark: str = "",
    preview: bool = False,
) -> Any:
    """Everything the certificate says, put together from the contract as it stands."""
    from desktop.certificates.certificate import CertificateData, ChangeRecord, Party
    from desktop.certificates.credential import CredentialClaims, make_credential, seller_token
    from desktop.security.keys import load_signer

    facts = facts_of(contract)
    if facts.signed_on is None or facts.contract_amount is None:
        raise RefusedError(_("签订日期或合同成交额还没有填"), _("请先补齐再打印"))

    def party(p: Any) -> Party:
        is_person = p.id_type != "credit_code"
        return Party(p.name or "", "" if is_person else p.id_number or "", is_person)

    people = {
        role: uow.session.get(Person, pid) if pid else None
        for role, pid in (("clerk", contract.clerk_id), ("reviewer", contract.reviewer_id))
    }
    number = "" if preview else contract.official_number or ""
    qr, code = "", ""
    if not preview and contract.registered_on is not None:
        signer = load_signer(office.folder / "keys", office.master)
        first = facts.sellers[0] if facts.sellers else None
        is_org = first is not None and first.id_type == "credit_code" and bool(first.id_number)
        credential = make_credential(
            CredentialClaims(
                paper="P06",
                number=number,
                version=version,
                mark=mark,
                seller=(first.id_number or "")
                if first and is_org
                else seller_token((first and first.name) or ""),
                contract_amount=facts.contract_amount,
                technology_amount=facts.technology_amount,
                decided_on=contract.registered_on,
                station=office.station.code,
                key_id=signer.key_id,
            ),
            signer.private_key,
        )
        qr, code = credential.text, credential.check_code
    rule_set = contract.rule_set or office.rule_set
    since = {"M2026": _("2026年3月1日起施行"), "R2001": _("2026年2月28日前受理适用")}.get(rule_set, "")
    deducted = facts.deducted_amount
    return CertificateData(
        number=number,
        title=facts.title or "",
        kind=facts.kind or "",
        sub_kind=facts.sub_kind or "",
        kind_name=office.codes.name("contract_kinds", facts.kind),
        sub_kind_name=office.codes.name("contract_kinds", facts.sub_kind),
        sellers=tuple(party(p) for p in facts.sellers),
        buyers=tuple(party(p) for p in facts.buyers),
        signed_on=facts.signed_on,
        contract_amount=facts.contract_amount,
        technology_amount=facts.technology_amount,
        clerk=people["clerk"].name if people["clerk"] else "",
        reviewer=people["reviewer"].name if people["reviewer"] else "",
        station_name=office.station.name,
        decided_on=None if preview else contract.registered_on,
        valid_from=facts.valid_from,
        valid_until=None if facts.valid_until == LONG_TERM else facts.valid_until,
        inside_services=facts.service_inside_amount,
        deducted=deducted if deducted else None,
        royalty_note=facts.royalty_terms or "" if facts.price_form in ("royalty", "undetermined") else "",
        ip_rights=_rights(office, facts),
        changes=tuple(
            ChangeRecord(version=n, on=on, item=item, before=before, after=after)
            for n, on, item, before, after in _changes(uow, contract)
        ),
        remark=_remark(office, facts, contract),
        version=version,
        mark=mark,
        rule_set=_("适用规则 {rules}（{since}）").format(rules=rule_set, since=since),
        pack=_("版式 {name} {version}").format(
            name=office.pack.province or office.pack.name, version=office.pack.version
        ),
        qr=qr,
        check_code=code,
        is_preview=preview,
        is_training=office.station.is_training,
        is_secret=bool(facts.is_secret),
    )


def _rights(office: Office, facts: Facts) -> tuple[str, ...]:
    """Field 24, each right with its number; where none has one, the kind chosen in field 23 by its name.

    Empty (the paper says 无) where nothing was chosen, or that no right is involved.
    """
    if numbered := tuple(_right(r) for r in facts.ip_rights if r.number):
        return numbered
    if facts.ip_kind in (None, "", _NO_RIGHT):
        return ()
    return (office.codes.name("ip_kinds", facts.ip_kind),)


def _right(right: Any) -> str:
    return " ".join(filter(None, [FIXED_CODES["ip_objects"].get(right.object or "", ""), right.number or ""]))


def _changes(uow: UnitOfWork, contract: Contract) -> list[tuple[int, date, str, str, str]]:
    """(version, day, item, before, after) of every change registered so far."""
    import json

    from desktop.services.look import field_words, masked

    found = []
    actions = uow.session.scalars(
        select(Action).where(Action.contract_uid == contract.uid, Action.verb == "change").order_by(Action.id)
    )
    for n, action in enumerate(actions, 2):
        for field, old, new in json.loads(action.detail)["changes"]:
            found.append((n, action.at.date(), field_words(field), masked(field, old), masked(field, new)))
    return found


def _remark(office: Office, facts: Facts, contract: Contract) -> str:
    remarks = []
    if facts.cross_border == "import":
        number = facts.commerce_number or "—"
        remarks.append(_("技术进口合同，登记主体为买方；商务登记证书号{number}").format(number=number))
    if facts.deducted_amount:
        remarks.append(_("非技术性费用不计入技术交易额"))
    if not office.pack.may_print_before_receipt:
        return "；".join(remarks)
    if contract.reporting_state != "ACCEPTED_ABOVE" and office.pack.before_receipt_note:
        remarks.append(office.pack.before_receipt_note)
    return "；".join(remarks)


def preview_certificate(office: Office, contract_id: int, copy_number: int = 1) -> bytes:
    """The PDF of one sheet as it would be printed now; before registration 预览 无效 and no number."""
    from desktop.certificates.certificate import draw_certificates

    with office.look() as uow:
        contract = uow.contract(contract_id)
        is_final = contract.official_number is not None and contract.state in (
            "REGISTERED",
            "CERTIFIED",
            "CHANGED",
        )
        data = certificate_data(uow, office, contract, version=next_version(contract), preview=not is_final)
    stream = io.BytesIO()
    draw_certificates([data], stream, layout=layout_of(office), copies=[copy_number])
    return stream.getvalue()


def layout_of(office: Office) -> Any:
    """The certificate layout with what the local pack says otherwise."""
    from desktop.certificates.layout import load_layout

    return load_layout("P06", office.pack.layout("P06"))


def next_version(contract: Contract) -> int:
    """The version the next first issue would carry: one more after a change."""
    if contract.state in ("REGISTERED", "CHANGED"):
        return contract.certificate_version + 1
    return max(contract.certificate_version, 1)


def issue_certificate(office: Office, cmd: IssueCertificate) -> int:
    """Print sheets into ``cmd.path`` and enter each in the ledger; REGISTERED and CHANGED become CERTIFIED.

    The file appears only after the ledger rows are durable: a sheet in somebody's hands always has its row.
    Raises RefusedError without a number, before the receipt where the pack forbids it, for a second first
    issue of the same sheet, or for a later copy without reason and collector.
    """
    if cmd.copy_kind not in COPY_KINDS:
        raise RefusedError(_("只有首发、补证、副本三种"), "first、reissue、duplicate")
    if cmd.copy_kind != "first" and not (cmd.reason.strip() and cmd.collector.strip()):
        raise RefusedError(_("补证、副本要写明原因和领取人"), _("例如：原件遗失；领取人 韦青岚"))
    temporary = cmd.path.with_name(cmd.path.name + ".partial")

    def work(uow: UnitOfWork, contract: Contract) -> Mapping[str, Any]:
        if not office.pack.may_print_before_receipt and contract.reporting_state != "ACCEPTED_ABOVE":
            raise RefusedError(
                _("地方包规定收到上级回执后才能打印登记证明"), _("请先上报并读入回执；现在可打印受理单")
            )
        recipients = office.pack.copies("P06")
        copies = cmd.copies or tuple(range(1, len(recipients) + 1))
        if bad := [n for n in copies if not 1 <= n <= len(recipients)]:
            raise RefusedError(
                _("没有第 {n} 联，本地方包一式 {m} 联").format(n=bad[0], m=len(recipients)), _("请重选联次")
            )
        version = next_version(contract) if cmd.copy_kind == "first" else contract.certificate_version
        certificate = uow.session.scalars(
            select(Certificate).where(Certificate.contract_id == contract.id, Certificate.version == version)
        ).first()
        ordinal = _check_ledger(certificate, cmd, copies)
        mark = COPY_KINDS[cmd.copy_kind].format(n=ordinal)
        data = certificate_data(uow, office, contract, version=version, mark=mark)
        digest = draw(data, temporary, layout_of(office), copies)
        now = office.now()
        if certificate is None:
            _supersede(uow, contract, now)
            certificate = Certificate(
                contract_id=contract.id,
                version=version,
                official_number=contract.official_number,
                decided_on=contract.registered_on,
                content=canonical(asdict(data)),
                credential=data.qr,
                check_code=data.check_code,
                made_at=now,
            )
            uow.session.add(certificate)
            contract.certificate_version = version
        for n in copies:
            certificate.sheets.append(
                CertificateSheet(
                    copy_number=n,
                    recipient=recipients[n - 1],
                    event="printed",
                    copy_kind=cmd.copy_kind,
                    ordinal=ordinal,
                    reason=cmd.reason.strip(),
                    collector=cmd.collector.strip(),
                    sha256=digest,
                    layout=f"P06 {office.pack.id}",
                    person=cmd.actor,
                    at=now,
                )
            )
        return {
            "version": version,
            "copies": list(copies),
            "copy_kind": cmd.copy_kind,
            "ordinal": ordinal,
            "reason": cmd.reason,
            "collector": cmd.collector,
            "sha256": digest,
            "check_code": data.check_code,
        }

    try:
        done = perform(office, cmd, "issue", work)
        if temporary.exists():
            temporary.replace(cmd.path)
        return done
    finally:
        temporary.unlink(missing_ok=True)


def draw(data: Any, path: Path, layout: Any, copies: tuple[int, ...]) -> str:
    """Draw the sheets; returns the SHA-256 of the file."""
    import hashlib

    from desktop.certificates.certificate import draw_certificates

    draw_certificates([data], path, layout=layout, copies=list(copies))
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _check_ledger(certificate: Certificate | None, cmd: IssueCertificate, copies: tuple[int, ...]) -> int:
    """The ordinal of this print (0 for a first issue); refuses a second valid first issue of one sheet."""
    sheets = certificate.sheets if certificate else []
    if cmd.copy_kind == "first":
        for n in copies:
            state = [s.event for s in sheets if s.copy_number == n and s.copy_kind == "first"]
            if state.count("printed") > state.count("void"):
                raise RefusedError(
                    _("第 {n} 联已经首发过").format(n=n),
                    _("打坏的先记“作废”再重打；遗失的办“补证”，多要的出“副本”"),
                    code="C02",
                )
        return 0
    if not any(s.event == "printed" for s in sheets):
        raise RefusedError(_("还没有首发，不能出补证或副本"), _("请先打印首发"))
    return 1 + max((s.ordinal for s in sheets if s.copy_kind == cmd.copy_kind), default=0)


def _supersede(uow: UnitOfWork, contract: Contract, now: Any) -> None:
    for earlier in uow.session.scalars(
        select(Certificate).where(Certificate.contract_id == contract.id, Certificate.superseded_at.is_(None))
    ):
        earlier.superseded_at = now


def record_sheet(office: Office, cmd: RecordSheet) -> int:
    """作废, 签收, 收回: a new row of the ledger for the newest version; no row is ever changed."""
    if cmd.event not in ("void", "collected", "recalled"):
        raise RefusedError(_("台账只记作废、签收、收回"), "void、collected、recalled")
    if cmd.event == "void" and not cmd.reason.strip():
        raise RefusedError(_("作废要写明原因"), _("例如：卡纸，纸已收回"))
    if cmd.event == "collected" and not cmd.collector.strip():
        raise RefusedError(_("请写领取人"), _("领取人姓名"))

    def work(uow: UnitOfWork, contract: Contract) -> Mapping[str, Any]:
        certificate = uow.session.scalars(
            select(Certificate)
            .where(Certificate.contract_id == contract.id)
            .order_by(Certificate.version.desc())
            .limit(1)
        ).first()
        printed = [
            s
            for s in (certificate.sheets if certificate else [])
            if s.copy_number == cmd.copy_number and s.event == "printed"
        ]
        if certificate is None or not printed:
            raise RefusedError(_("第 {n} 联还没有打印过").format(n=cmd.copy_number), _("请核对联次"))
        last = printed[-1]
        certificate.sheets.append(
            CertificateSheet(
                copy_number=cmd.copy_number,
                recipient=last.recipient,
                event=cmd.event,
                copy_kind=last.copy_kind,
                ordinal=last.ordinal,
                reason=cmd.reason.strip() or last.reason,
                collector=cmd.collector.strip(),
                sha256=last.sha256,
                layout=last.layout,
                person=cmd.actor,
                at=office.now(),
            )
        )
        return {"copy": cmd.copy_number, "event": cmd.event, "reason": cmd.reason, "collector": cmd.collector}

    return perform(office, cmd, "sheet", work)


def total_income(contract: Contract) -> Decimal:
    """Technical income fixed so far."""
    return sum((i.amount or Decimal(0) for i in contract.incomes), Decimal(0))
