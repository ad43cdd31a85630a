"""备查资料包: one folder a contract with what a taxpayer keeps for the tax office; changes nothing.

A folder holds the data (facts, reliefs with conditions and sources, deadlines, papers to keep, check sums
of the other files), 税惠说明书 (P15) and, where awards stand in a registered contract, 奖酬金领取表 (P14) and
现金奖励公示文稿 (P17). It is there whole or not at all, and never takes the place of another folder.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from desktop.errors import RefusedError
from desktop.models import Contract
from desktop.resources import _, in_chinese
from desktop.rules.facts import Facts, facts_to_json
from desktop.rules.identifiers import mask_id
from desktop.rules.relief import Condition, ReliefResult
from desktop.rules.relief_questions import Case
from desktop.security.check_code import check_code_of
from desktop.security.whole_file import machine_fault, sync_folder, write_whole
from desktop.services.lifecycle import LIVE_STATES
from desktop.services.office import Office
from desktop.services.relief_statement import kind_words, statement_in
from desktop.services.views import PacketView
from desktop.store.mapping import facts_of

Progress = Callable[[int, int, str], None]

DATA: Final = "税惠资料.json"
STATEMENT: Final = "税惠说明书.pdf"
AWARDS: Final = "奖酬金领取表.pdf"
NOTICE: Final = "现金奖励公示文稿.pdf"
NOTICE_TEXT: Final = "现金奖励公示文稿.txt"
FORMAT: Final = "contract-desk/filing-packet/1"

LIVE: Final = ("supported", "supported_once_registered", "cannot_tell")
PRIVATE: Final = ("contact", "phone", "email", "address", "legal_representative")
"""Of a party: not for others' folders."""
_UNSAFE: Final = re.compile(r'[\\/:*?"<>|\s\x00-\x1f.]+')
_LONGEST: Final = 60


def make_packet(
    office: Office, contract_id: int, folder: Path, progress: Progress | None = None
) -> PacketView:
    """Write the packet of one contract as a new folder in ``folder``.

    Raises RefusedError for a secret contract and once the registration has ended, MachineError when the place
    cannot be written; then nothing of it is left there.
    """
    step = progress or _quiet
    step(0, 1, _("正在写税惠说明书"))
    files, papers, name = _contents(office, contract_id)
    target = free_name(folder, name)
    partial = folder / f".{target.name}.partial"
    try:
        partial.mkdir()
        try:
            for number, (file, content) in enumerate(files.items()):
                step(number, len(files), _("正在写入{name}").format(name=file))
                write_whole(partial / file, content)
            partial.rename(target)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        with suppress(OSError):
            sync_folder(folder)  # the folder stands; a medium that cannot promise more is no failure
    except OSError as exc:
        raise machine_fault(exc, folder) from exc
    step(len(files), len(files), _("备查资料包已写好"))
    return PacketView(
        contract_id,
        target,
        tuple(files),
        tuple(p["paper"] for p in papers if p["state"] == "已有"),
        tuple(p["paper"] for p in papers if p["state"] != "已有"),
        check_code_of(files[DATA]),
    )


def make_packets(
    office: Office, contract_ids: Sequence[int], folder: Path, progress: Progress | None = None
) -> tuple[PacketView, ...]:
    """The packets of several contracts, one folder each, in the order asked (a taxpayer's year, say).

    Stops at the first contract that is refused or cannot be written; the folders before it stay.
    """
    step = progress or _quiet
    made: list[PacketView] = []
    for number, contract_id in enumerate(contract_ids):

        def tell(_done: int, _total: int, words: str, at: int = number) -> None:
            step(at, len(contract_ids), words)

        made.append(make_packet(office, contract_id, folder, tell))
    step(len(contract_ids), len(contract_ids), _("备查资料包已写好"))
    return tuple(made)


def _quiet(_done: int, _total: int, _words: str) -> None:
    """Nobody listens."""


def free_name(folder: Path, name: str) -> Path:
    """A name in the folder that nothing has yet."""
    number = 1
    while (path := folder / (name if number == 1 else f"{name}_{number}")).exists():
        number += 1
    return path


def safe_name(text: str) -> str:
    """The text as part of a file name that every system takes."""
    return _UNSAFE.sub("_", text).strip("_")[:_LONGEST] or "_"


@in_chinese()
def _contents(office: Office, contract_id: int) -> tuple[dict[str, bytes], list[dict[str, str]], str]:
    """Every file of the packet, the papers to keep, and the name of its folder."""
    from desktop.certificates.layout import load_layout
    from desktop.certificates.relief_papers import draw_relief_statement

    with office.look() as uow:
        contract = uow.contract(contract_id)
        facts = facts_of(contract)
        if facts.is_secret:
            raise RefusedError(_("涉密合同不做备查资料包"), _("请按保密规定，用纸质材料办理"))
        statement = statement_in(office, uow, contract)
        has_certificate = contract.certificate_version > 0
        files: dict[str, bytes] = {}
        stream = io.BytesIO()
        draw_relief_statement(statement, stream, layout=load_layout("P15", office.pack.layout("P15")))
        files[STATEMENT] = stream.getvalue()
        files |= _award_papers(office, contract, facts)
        papers = papers_to_keep(facts, statement.results, has_certificate=has_certificate)
        data = _data(office, contract, facts, statement.results, statement.ends, papers, files)
    text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    name = safe_name(f"{contract.official_number or contract.local_serial}_备查资料")
    return {DATA: text.encode(), **files}, papers, name


# --- the data file


def _data(
    office: Office,
    contract: Contract,
    facts: Facts,
    results: Sequence[ReliefResult],
    ends: Mapping[str, date],
    papers: Sequence[Mapping[str, str]],
    files: Mapping[str, bytes],
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "remark": "本资料供参考，不是涉税决定；是否享受由税务机关依法确定。",
        "station": {"code": office.station.code, "name": office.station.name},
        "made_on": office.today().isoformat(),
        "made_by": office.person.name,
        "law_version": office.book.version,
        "local_serial": contract.local_serial,
        "official_number": contract.official_number,
        "state": contract.state,
        "certificate_version": contract.certificate_version,
        "kind": kind_words(office, facts),
        "facts": masked_facts(facts),
        "reliefs": [_relief(result, ends) for result in results],
        "deadlines": [
            {"relief": r.relief, "words": d.words, "on": d.on.isoformat() if d.on else None}
            for r in results
            if r.result in LIVE
            for d in r.deadlines
        ],
        "papers": list(papers),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }


def masked_facts(facts: Facts) -> dict[str, Any]:
    """The facts without what concerns a person alone; ids other than credit codes are masked."""
    plain = facts_to_json(facts)
    for party in plain.get("parties", ()):
        for name in PRIVATE:
            party.pop(name, None)
        if party.get("id_type") != "credit_code" and party.get("id_number"):
            party["id_number"] = mask_id(party["id_number"])
    plain.pop("broker", None)
    return plain


def _relief(result: ReliefResult, ends: Mapping[str, date]) -> dict[str, Any]:
    plain = result.to_json()
    for line, condition in zip(plain["conditions"], result.conditions, strict=True):
        line |= {"question": condition.question, "words": condition.words, "sources": _sources(condition)}
    end = ends.get(result.relief)
    plain["rule_sources"] = [_source(s) for s in result.rule_sources]
    plain["no_rule_from"] = end.isoformat() if end else None
    return plain


def _sources(condition: Condition) -> list[dict[str, str]]:
    return [_source(source) for source in condition.sources]


def _source(source: Any) -> dict[str, str]:
    found = {"instrument": source.instrument, "confidence": source.confidence}
    if source.confidence == "verified" and source.article:
        found["article"] = source.article
    return found


# --- papers to keep


def papers_to_keep(
    facts: Facts, results: Sequence[ReliefResult], *, has_certificate: bool
) -> list[dict[str, str]]:
    """Every paper that a relief of this contract wants kept, once, with 已有 or 缺 and where it was seen.

    A paper counts only when it was handed in (its name says so) or this station issued it: that a field of
    the form is filled is no paper.
    """
    names = [a.name for a in facts.attachments if a.name]
    proven = any(right.has_proof for right in facts.ip_rights)
    wanted: dict[str, list[str]] = {}
    for result in results:
        for paper in result.papers if result.result in LIVE else ():
            wanted.setdefault(paper, []).append(result.relief)
    found = []
    for paper, reliefs in wanted.items():
        seen = _seen(paper, names, has_certificate=has_certificate, has_proof=proven)
        found.append(
            {
                "paper": paper,
                "state": "缺" if seen is None else "已有",
                "seen": seen or "",
                "reliefs": "、".join(reliefs),
            }
        )
    return found


def _seen(paper: str, names: Sequence[str], *, has_certificate: bool, has_proof: bool) -> str | None:
    """Where a paper lies; None when any part of it is missing."""
    if "或" in paper:
        ways = (
            _seen(part, names, has_certificate=has_certificate, has_proof=has_proof)
            for part in paper.split("或")
        )
        return next((way for way in ways if way is not None), None)
    parts = []
    for part in paper.split("和"):
        if part.endswith("登记证明") and has_certificate:
            parts.append("本机构登记证明")
        elif has_proof and part in ("权利证书", "权属证明"):
            parts.append("知识产权栏所附证明")
        elif name := next((name for name in names if _is_paper(part, name)), ""):
            parts.append(name)
        else:
            return None
    return "；".join(parts)


def _is_paper(wanted: str, name: str) -> bool:
    """Whether an attachment of that name is the paper: its name holds it, or both are the contract itself."""
    if wanted in name:
        return True
    is_contract = wanted.endswith("合同") and "出口" not in wanted
    return is_contract and re.search(r"合同(文本|正本|书|原件|扫描件)?$", name) is not None


# --- awards


def _award_papers(office: Office, contract: Contract, facts: Facts) -> dict[str, bytes]:
    """P14 and P17, where awards stand in a registered contract that brings income for a result."""
    from desktop.certificates import relief_papers as papers
    from desktop.certificates.layout import load_layout

    awards = [a for a in facts.awards if a.person and a.amount]
    if not awards or contract.state not in LIVE_STATES or not contract.official_number:
        return {}
    persons = tuple(papers.AwardedPerson(a.person or "", a.amount or Decimal(0)) for a in awards)
    incomes = tuple((i.amount, i.received_on) for i in facts.incomes if i.amount and i.received_on)
    shared: dict[str, Any] = {
        "station_name": office.station.name,
        "decided_on": office.today(),
        "is_training": office.station.is_training,
        "number": contract.official_number,
        "seller": "、".join(p.name or "" for p in facts.sellers) or "—",
        "paid_on": min((a.paid_on for a in awards if a.paid_on), default=None),
        "persons": persons,
    }
    income = sum((amount for amount, _day in incomes), Decimal(0))
    sheet = papers.AwardSheet(**shared, title=facts.title or "", income=income if incomes else None)
    stream = io.BytesIO()
    papers.draw_award_sheet(sheet, stream, layout=load_layout("P14", office.pack.layout("P14")))
    found = {AWARDS: stream.getvalue()}
    if facts.kind not in ("TRF", "LIC") or facts.registered_on is None or facts.technology_amount is None:
        return found
    first = min((a.notice_from for a in awards if a.notice_from), default=None)
    last = max((a.notice_until for a in awards if a.notice_until), default=None)
    day = first and office.calendar.is_working_day(first)
    days = office.calendar.working_days_between(first, last) + bool(day) if first and last else 0
    results = [r.name for r in facts.ip_rights if r.name]
    notice = papers.AwardNotice(
        **shared,
        result=results[0] if len(results) == 1 else facts.title or "",
        objects=_objects(office, facts),
        is_licence=facts.kind == "LIC" or (facts.sub_kind or "").startswith("LIC"),
        incomes=incomes,
        registered_on=facts.registered_on,
        technology_amount=facts.technology_amount,
        first=first,
        last=last,
        days=days,
    )
    layout = load_layout("P17", office.pack.layout("P17"))
    stream = io.BytesIO()
    papers.draw_award_notice(notice, stream, layout=layout)
    found[NOTICE] = stream.getvalue()
    found[NOTICE_TEXT] = ("\n\n".join(papers.notice_text(notice, layout)) + "\n").encode("utf-8-sig")
    return found


def _objects(office: Office, facts: Facts) -> tuple[str, ...]:
    case = Case(facts, facts.kind, facts.sub_kind, facts.technology_amount, True, (), lambda _name: None)
    return tuple(dict.fromkeys(office.codes.name("ip_objects", name) for name in case.objects))
