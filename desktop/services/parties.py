"""单位库: looking into the library of parties, and putting it in order. Contracts keep what was signed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields as fields_of
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from desktop.errors import RefusedError
from desktop.models import Action, Contract, ContractParty, PartyName, PartyRecord
from desktop.resources import _
from desktop.rules.facts import FIXED_CODES, Party, label_of
from desktop.rules.identifiers import check_number, is_email, is_phone, mask_id, normalise
from desktop.services import views as v
from desktop.services.commands import EditParty, MergeParties, PartyCommand, RetireParty
from desktop.services.learn_parties import party_condition
from desktop.services.office import Office, check_actor, commit
from desktop.store.search_index import initials
from desktop.store.unit_of_work import UnitOfWork

LISTED = 300
"""Lines of the list at most; whoever wants another one types a few characters more."""
CONTRACTS_LISTED = 300
MAY_EDIT = frozenset({"clerk", "reviewer", "head"})
VERBS: Mapping[str, Callable[[], str]] = {
    "party_edit": lambda: _("改单位资料"),
    "party_merge": lambda: _("合并单位"),
    "party_retire": lambda: _("停用单位"),
    "party_use": lambda: _("恢复使用单位"),
}
"""Acts on the library; their rows of the log name the party in ``party``."""
_NAMES = tuple(f.name for f in fields_of(Party) if f.name != "role")
PERSONAL = ("resident_id", "passport", "other")
"""Types of numbers that belong to a person: masked wherever they are only looked at."""


def party_list(office: Office, text: str = "", *, with_retired: bool = True) -> v.PartyList:
    """The library, or what of it fits the words (name, former name, initials, number); latest used first."""
    words = text.strip()
    with office.look() as uow:
        query = select(PartyRecord)
        if words:
            query = query.where(
                PartyRecord.id.in_(select(PartyRecord.id).outerjoin(PartyName).where(party_condition(words)))
            )
        if not with_retired:
            query = query.where(PartyRecord.retired_on.is_(None))
        total = uow.session.scalar(select(func.count()).select_from(query.subquery())) or 0
        # a day that is missing comes last on both databases
        order = (PartyRecord.last_used_on.is_(None), PartyRecord.last_used_on.desc(), PartyRecord.id.desc())
        found = uow.session.scalars(query.order_by(*order).limit(LISTED)).all()
        counts = _contract_counts(uow, found)
        return v.PartyList(tuple(_row(record, counts[record.id]) for record in found), total)


def party_sheet(office: Office, party_id: int) -> v.PartySheet:
    """One party with its former names, its contracts and what was done to it here.

    Raises RefusedError when there is none (made one with another meanwhile).
    """
    with office.look() as uow:
        record = _known(uow, party_id)
        ids = uow.session.scalars(
            select(ContractParty.contract_id)
            .join(Contract, Contract.id == ContractParty.contract_id)
            .where(_is_party(record), Contract.deleted_at.is_(None))
            .distinct()
            .order_by(ContractParty.contract_id.desc())
            .limit(CONTRACTS_LISTED)
        ).all()
        refused = _why_not(office)
        return v.PartySheet(
            row=_row(record, _contract_counts(uow, [record])[record.id]),
            fields=_fields(record),
            former=tuple(
                (name.name, _shown(record, name.id_number or ""), name.seen_until)
                for name in reversed(record.names)
            ),
            contract_ids=tuple(ids),
            history=_history(uow, party_id),
            may_edit=not refused,
            why_not=refused,
        )


def edit_party(office: Office, cmd: EditParty) -> v.PartySheet:
    """Change fields of a party; a new name keeps the old one findable unless that was only mistyped.

    Raises RefusedError when nothing differs, when the name is empty, when another record has the number (then
    the two are to be made one), or when the number's check character does not fit and no reason is given.
    """
    unknown = sorted(set(cmd.fields) - set(_NAMES))
    if unknown:
        raise RefusedError(
            _("单位库没有这些栏目：{names}").format(names="、".join(unknown)), _("请核对栏目名")
        )

    def work(uow: UnitOfWork, record: PartyRecord) -> Mapping[str, Any]:
        before = _fields(record)
        wanted = before | {name: _cleaned(name, value) for name, value in cmd.fields.items()}
        wanted = {name: value for name, value in wanted.items() if value is not None}
        changes = [
            (name, _plain(before.get(name)), _plain(wanted.get(name)))
            for name in _NAMES
            if before.get(name) != wanted.get(name)
        ]
        if not changes:
            raise RefusedError(_("没有改动任何一栏"), _("请改好后再保存"))
        _refuse_bad(office, uow, record, wanted, cmd.reason)
        number = wanted.get("id_number")
        gone = record.id_number if record.id_number != number else None
        if cmd.is_renaming and (wanted["name"] != record.name or gone):
            record.names.append(PartyName(name=record.name, seen_until=office.today(), id_number=gone))
        record.name = wanted["name"]
        record.initials = initials(record.name)
        record.id_number = number
        record.content = json.dumps(wanted, ensure_ascii=False)
        return {"changes": changes, "reason": cmd.reason.strip(), "is_renaming": cmd.is_renaming}

    return _perform(office, cmd, "party_edit", work)


def merge_parties(office: Office, cmd: MergeParties) -> v.PartySheet:
    """Make two records of one unit one: names, numbers and uses of the other go into the one that stays.

    The log keeps the whole of the record that goes. Raises RefusedError without a reason, or for a record
    with itself.
    """
    if not cmd.reason.strip():
        raise RefusedError(_("请写合并的理由"), _("例如：同一单位，名称多一个空格"))
    if cmd.other_id == cmd.party_id:
        raise RefusedError(_("不能和自己合并"), _("请另选一个单位"))

    def work(uow: UnitOfWork, record: PartyRecord) -> Mapping[str, Any]:
        other = _known(uow, cmd.other_id)
        kept = _fields(other)
        gone = {
            "party": other.id,
            "fields": kept,
            "former": [[n.name, n.id_number or "", n.seen_until] for n in other.names],
            "used_count": other.used_count,
        }
        number = other.id_number if other.id_number != record.id_number else None
        if record.id_number is None and number is not None:
            taken, number = number, None
        else:
            taken = None
        for name in other.names:
            record.names.append(
                PartyName(name=name.name, seen_until=name.seen_until, id_number=name.id_number)
            )
        record.names.append(
            PartyName(name=other.name, seen_until=other.last_used_on or office.today(), id_number=number)
        )
        record.used_count += other.used_count
        days = [day for day in (record.last_used_on, other.last_used_on) if day is not None]
        record.last_used_on = max(days, default=None)
        uow.session.delete(other)
        uow.session.flush()  # the number must be free before it is taken over
        if taken is not None:
            content = _fields(record) | {"id_number": taken, "id_type": kept.get("id_type")}
            record.id_number = taken
            record.content = json.dumps(
                {name: value for name, value in content.items() if value is not None}, ensure_ascii=False
            )
        return {"gone": gone, "reason": cmd.reason.strip()}

    return _perform(office, cmd, "party_merge", work)


def retire_party(office: Office, cmd: RetireParty) -> v.PartySheet:
    """停用 (no longer offered under a name field) or back in use. Raises RefusedError without a reason."""
    if not cmd.reason.strip():
        raise RefusedError(_("请写理由"), _("例如：单位已注销"))

    def work(uow: UnitOfWork, record: PartyRecord) -> Mapping[str, Any]:
        if (record.retired_on is not None) == cmd.is_retired:
            raise RefusedError(
                _("这个单位已经停用") if cmd.is_retired else _("这个单位没有停用"), _("请刷新后再看")
            )
        record.retired_on = office.today() if cmd.is_retired else None
        return {"reason": cmd.reason.strip()}

    return _perform(office, cmd, "party_retire" if cmd.is_retired else "party_use", work)


def _perform(
    office: Office,
    cmd: PartyCommand,
    verb: str,
    work: Callable[[UnitOfWork, PartyRecord], Mapping[str, Any]],
) -> v.PartySheet:
    """One act on the library in one transaction with its row of the log; the same request does it once."""
    check_actor(office, cmd)
    if refused := _why_not(office):
        raise RefusedError(refused, _("请由登记员、复核员或负责人来做"), code="L01")
    with office.work() as uow:
        if not uow.was_done(cmd.request_id, verb, ""):
            record = _known(uow, cmd.party_id)
            detail = {"party": record.id, "name": record.name, **work(uow, record)}
            uow.session.flush()
            uow.record(cmd.request_id, verb, cmd.actor, office.now(), detail)
            commit(uow)
    return party_sheet(office, cmd.party_id)


def _why_not(office: Office) -> str:
    if office.person.roles & MAY_EDIT:
        return ""
    return _("{person} 没有改单位库的权限").format(person=office.person.name)


def _known(uow: UnitOfWork, party_id: int) -> PartyRecord:
    found = uow.session.get(PartyRecord, party_id)
    if found is None:
        raise RefusedError(_("单位库里没有这个单位"), _("它可能已与别的单位合并，请刷新列表"))
    return found


def _refuse_bad(
    office: Office, uow: UnitOfWork, record: PartyRecord, wanted: Mapping[str, Any], reason: str
) -> None:
    if not wanted.get("name"):
        raise RefusedError(_("单位名称不能空着"), _("请照证件填写全称"))
    number, kind = wanted.get("id_number"), wanted.get("id_type")
    if number:
        found = check_number(kind, number, today=office.today())
        if not found.ok and not reason.strip():
            raise RefusedError(
                found.message, _("请照证件核对；确与证件一致的，写明理由后可以保留"), code="F01"
            )
        other = uow.session.scalars(
            select(PartyRecord).where(PartyRecord.id_number == number, PartyRecord.id != record.id)
        ).first()
        if other is not None:
            raise RefusedError(
                _("“{name}”已经用这个号码").format(name=other.name), _("是同一单位的，请用“合并”")
            )
    if (phone := wanted.get("phone")) and not is_phone(phone):
        raise RefusedError(_("联系电话里有不该有的字符：{text}").format(text=phone), _("只写数字、+ 和 -"))
    if (email := wanted.get("email")) and not is_email(email):
        raise RefusedError(_("电子邮箱的写法不对：{text}").format(text=email), _("例如 name@example.cn"))
    for name, value in wanted.items():
        longest = _LONGEST.get(name)
        if longest and isinstance(value, str) and len(value) > longest:
            raise RefusedError(
                _("{name}超过 {n} 个字").format(name=label_of(name, Party), n=longest), _("请缩短")
            )


_LONGEST = {"name": 200, "id_number": 60, "contact": 60, "legal_representative": 60, "address": 200}


def _cleaned(name: str, value: Any) -> Any:
    if isinstance(value, str):
        value = normalise(value) if name == "id_number" else value.strip()
        return value or None
    return value


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _fields(record: PartyRecord) -> dict[str, Any]:
    """What the record holds; name and number of the columns stand above what an old contract had."""
    kept = {name: value for name, value in json.loads(record.content).items() if name in _NAMES}
    kept["name"] = record.name
    if record.id_number:
        kept["id_number"] = record.id_number
    else:
        kept.pop("id_number", None)
    return kept


def _is_personal(record: PartyRecord) -> bool:
    return json.loads(record.content).get("id_type") in PERSONAL


def _shown(record: PartyRecord, number: str) -> str:
    return mask_id(number) if number and _is_personal(record) else number


def _row(record: PartyRecord, count: int) -> v.PartyRow:
    return v.PartyRow(
        record.id,
        record.name,
        str(json.loads(record.content).get("id_type") or ""),
        _shown(record, record.id_number or ""),
        tuple(dict.fromkeys(name.name for name in record.names if name.name != record.name)),
        count,
        record.last_used_on,
        record.retired_on,
    )


def _keys(record: PartyRecord) -> tuple[set[str], set[str]]:
    """Numbers of a party, and names under which it stands without any number."""
    numbers = {n for n in (record.id_number, *(name.id_number for name in record.names)) if n}
    return numbers, {record.name, *(name.name for name in record.names)}


def _is_party(record: PartyRecord) -> ColumnElement[bool]:
    numbers, names = _keys(record)
    nameless = ContractParty.id_number.is_(None) & ContractParty.name.in_(names)
    return or_(ContractParty.id_number.in_(numbers), nameless) if numbers else nameless


def _contract_counts(uow: UnitOfWork, records: Sequence[PartyRecord]) -> dict[int, int]:
    """Party → contracts that it is a side of, in two statements however many parties there are."""
    numbers: dict[str, list[int]] = {}
    names: dict[str, list[int]] = {}
    for record in records:
        own_numbers, own_names = _keys(record)
        for number in own_numbers:
            numbers.setdefault(number, []).append(record.id)
        for name in own_names:
            names.setdefault(name, []).append(record.id)
    counts = dict.fromkeys((record.id for record in records), 0)
    for column, wanted, more in (
        (ContractParty.id_number, numbers, ()),
        (ContractParty.name, names, (ContractParty.id_number.is_(None),)),
    ):
        for some in _few(list(wanted)):
            query = (
                select(column, func.count(func.distinct(ContractParty.contract_id)))
                .join(Contract, Contract.id == ContractParty.contract_id)
                .where(column.in_(some), Contract.deleted_at.is_(None), *more)
                .group_by(column)
            )
            for key, contracts in uow.session.execute(query):
                for party_id in wanted[key or ""]:
                    counts[party_id] += contracts
    return counts


def _few(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[start : start + 400] for start in range(0, len(values), 400))


def _history(uow: UnitOfWork, party_id: int) -> tuple[v.HistoryRow, ...]:
    query = (
        select(Action)
        .where(Action.contract_uid == "", Action.verb.in_(tuple(VERBS)))
        .order_by(Action.id.desc())
    )
    found = []
    for action in uow.session.scalars(query):
        detail = json.loads(action.detail)
        if detail.get("party") != party_id:
            continue
        changes = tuple(
            (label_of(name, Party), _masked(name, old), _masked(name, new))
            for name, old, new in detail.get("changes", ())
        )
        words = VERBS[action.verb]()
        if gone := detail.get("gone"):
            words = _("并入“{name}”").format(name=gone["fields"].get("name", ""))
        found.append(
            v.HistoryRow(
                action.at,
                action.person,
                action.verb,
                "：".join(part for part in (words, detail.get("reason", "")) if part),
                changes,
                action.verb == "party_retire",
            )
        )
    return tuple(found)


def _masked(name: str, value: str) -> str:
    if name in ("id_number", "phone") and len(value) > 6:
        return mask_id(value)
    return FIXED_CODES["id_types"].get(value, value) if name == "id_type" else value
