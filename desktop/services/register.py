"""复核与登记: a second person looks at every item, then the number is taken, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, func, literal_column, select, union_all

from desktop.errors import RefusedError
from desktop.models import (
    Contract,
    DoubtPassed,
    Draft,
    Recognition,
    ReliefCheck,
    ReliefFinding,
    Review,
    ReviewItem,
)
from desktop.resources import _
from desktop.rules.amounts import format_yuan
from desktop.rules.facts import LONG_TERM, Facts
from desktop.rules.identifiers import mask_id
from desktop.services.commands import (
    RegisterContract,
    ReviewContract,
    ReviewedItem,
    SendBack,
)
from desktop.services.decide import last_recognition_id
from desktop.services.find_duplicates import open_duplicates
from desktop.services.office import Office, commit, perform, perform_in, person_id
from desktop.services.views import REVIEW_DRAFT, ReviewRow, review_subject
from desktop.store.mapping import facts_of
from desktop.store.numbers import take_number
from desktop.store.unit_of_work import UnitOfWork


class Besides(NamedTuple):
    """What is looked at beside the form, read in one statement."""

    recognition_id: int | None
    """The newest recognition."""
    doubts: tuple[tuple[str, str, str], ...]
    """Code, field and reason of every doubt that was passed, the oldest first."""
    reliefs: Mapping[str, int] | None
    """How many results of each sort the newest opinion has; None without an opinion."""


def besides(uow: UnitOfWork, contract_id: int) -> Besides:
    """The newest recognition, the doubts passed and the relief opinion of this contract."""
    recognition, doubts, reliefs = None, [], None
    for what, code, field, words, number in uow.session.execute(_BESIDES, {"contract": contract_id}):
        if what == "recognition":
            recognition = number
        elif what == "doubt":
            doubts.append((number, code, field, words))
        else:
            reliefs = {**(reliefs or {}), code: number}
    return Besides(recognition, tuple(doubt[1:] for doubt in sorted(doubts)), reliefs)


def review_rows(uow: UnitOfWork, office: Office, contract: Contract, facts: Facts) -> tuple[ReviewRow, ...]:
    """What the reviewer must look at, in the order of the form: what they said in this round, and what was
    objected to in the round before (or by another reviewer in this one), with the value of then.
    """
    beside = besides(uow, contract.id)
    reviews = uow.session.scalars(_REVIEWS, {"contract": contract.id}).all()
    current = [r for r in reviews if r.recognition_id == beside.recognition_id]
    own = next((r for r in current if r.person == office.person.name), None)
    other = next((r for r in current if r.person != office.person.name), None)
    earlier = next((r for r in reviews if r.recognition_id != beside.recognition_id), None)
    said = {item.item: item for item in own.items} if own else {}
    found = []
    for row in items_of(office, facts, beside):
        shown = row
        if (now := said.get(row.item)) is not None:
            same = now.value == row.value
            shown = (
                replace(row, is_agreed=now.is_agreed, remark=now.remark)
                if same
                else replace(row, earlier_value=now.value)
            )
        for review in (other, earlier):
            before = next((x for x in review.items if x.item == row.item), None) if review else None
            if review is not None and before is not None:
                shown = _with_earlier(shown, review, before, field_of(facts, row.item), beside)
        found.append(shown)
    return tuple(found)


def _with_earlier(
    row: ReviewRow, review: Review, before: ReviewItem, field: str, beside: Besides
) -> ReviewRow:
    """The row with the value of an earlier look, the objection to it and what the clerk answered."""
    if before.value != row.value and not row.earlier_value:
        row = replace(row, earlier_value=before.value)
    if before.is_agreed or row.objection:
        return row
    code = answer_code(review)
    answer = next((words for at, of, words in beside.doubts if (at, of) == (code, field)), "")
    return replace(
        row, objection=before.remark, objected_by=review.person, objected_at=review.at, answer=answer
    )


def answer_code(review: Review) -> str:
    """Under this code the answers to its objections are kept, beside the reasons of doubts."""
    return f"F{review.id}"


def field_of(facts: Facts, item: str) -> str:
    """Path of an item on the form, as the self-check names it; the item itself where no form has it."""
    if item == "term":
        return "valid_until"
    if item.startswith("doubt:"):
        return item.split(":", 2)[2]
    role, bracket, rest = item.partition("[")
    index, _close, name = rest.partition("].")
    if bracket and index.isdecimal():
        places = [at for at, party in enumerate(facts.parties) if party.role == role]
        if int(index) < len(places):
            return f"parties[{places[int(index)]}].{'id_number' if name == 'id' else name}"
    return item


def items_of(office: Office, facts: Facts, beside: Besides) -> list[ReviewRow]:
    """What there is to look at, with the values of now; what was said of it is not in it yet."""
    found: list[ReviewRow] = []

    def add(item: str, label: str, value: str, place: str = "", *, doubt: bool = False) -> None:
        found.append(ReviewRow(item, label, value, place, doubt))

    add("title", _("2 项目名称"), facts.title or "", _("封面"))
    names = [office.codes.name("contract_kinds", code) for code in (facts.kind, facts.sub_kind)]
    add("kind", _("3 类别·细类"), f"{'　'.join(names)} {facts.sub_kind or ''}".strip(), _("认定结论"))
    add("term", _("4 有效期限"), _term(facts), _("期限条款"))
    add("signed_on", _("5 签订日期"), facts.signed_on.isoformat() if facts.signed_on else "", _("签章页"))
    for role, number, parties in ((_("买方"), "7", facts.buyers), (_("卖方"), "12", facts.sellers)):
        for index, party in enumerate(parties):
            suffix = f" {index + 1}" if len(parties) > 1 else ""
            code = party.id_number or ""
            shown = mask_id(code) if party.id_type == "resident_id" else code
            name = f"{party.role}[{index}]"
            add(f"{name}.name", f"{number} {role}{suffix}", party.name or "", _("签章页"))
            add(f"{name}.id", _("{role}证件号码{n}").format(role=role, n=suffix), shown, _("附件"))
    add("contract_amount", _("18 合同成交额"), _yuan(facts.contract_amount), _("价款条款"))
    add("technology_amount", _("19 技术交易额"), _yuan(facts.technology_amount), _("核定表"))
    for code, field, reason in beside.doubts:
        label = _("疑点 {code}").format(code=code)
        is_answer = code[:1] == "F" and code[1:].isdecimal()
        answered = next((r for r in found if field_of(facts, r.item) == field), None) if is_answer else None
        if answered is not None:
            label = _("答复异议 {item}").format(item=answered.label)
        add(f"doubt:{code}:{field}", label, reason, _("说明"), doubt=True)
    if (counts := beside.reliefs) is not None:
        words = {
            "supported": _("支持"),
            "supported_once_registered": _("登记后支持"),
            "cannot_tell": _("尚不能判断"),
            "not_supported": _("不支持"),
        }
        text = "　".join(f"{word} {counts[key]}" for key, word in words.items() if key in counts)
        add("relief", _("税惠意见"), text or _("不适用"), _("税惠页"))
    return found


def _yuan(amount: Decimal | None) -> str:
    return _("{amount} 元").format(amount=format_yuan(amount)) if amount is not None else _("待核定")


def _term(facts: Facts) -> str:
    first = facts.valid_from.isoformat() if facts.valid_from else "—"
    last = facts.valid_until.isoformat() if facts.valid_until else "—"
    return _("{a} 至 {b}").format(a=first, b=_("长期") if facts.valid_until == LONG_TERM else last)


def last_review(uow: UnitOfWork, contract_id: int) -> Review | None:
    """The newest review of this contract."""
    return uow.session.scalars(_REVIEWS, {"contract": contract_id}).first()


# Made once: putting a statement together and finding it among the compiled ones takes as long as running it.
_NEWEST_RECOGNITION = (
    select(func.max(Recognition.ordinal))
    .where(Recognition.contract_id == bindparam("contract"))
    .scalar_subquery()
)
_NEWEST_OPINION = (
    select(func.max(ReliefCheck.id)).where(ReliefCheck.contract_id == bindparam("contract")).scalar_subquery()
)
_NOTHING: Any = literal_column("''")
_BESIDES = union_all(
    select(literal_column("'recognition'"), _NOTHING, _NOTHING, _NOTHING, Recognition.id).where(
        Recognition.contract_id == bindparam("contract"), Recognition.ordinal == _NEWEST_RECOGNITION
    ),
    select(
        literal_column("'doubt'"), DoubtPassed.code, DoubtPassed.field, DoubtPassed.reason, DoubtPassed.id
    ).where(DoubtPassed.contract_id == bindparam("contract")),
    select(
        literal_column("'relief'"),
        func.coalesce(ReliefFinding.result, _NOTHING),
        _NOTHING,
        _NOTHING,
        func.count(ReliefFinding.id),
    )
    .select_from(ReliefCheck)
    .outerjoin(ReliefFinding, ReliefFinding.check_id == ReliefCheck.id)
    .where(ReliefCheck.id == _NEWEST_OPINION)
    .group_by(ReliefFinding.result),
)
_REVIEWS = select(Review).where(Review.contract_id == bindparam("contract")).order_by(Review.id.desc())
_DROP_DRAFT = delete(Draft).where(Draft.page == REVIEW_DRAFT, Draft.subject == bindparam("of"))


LOOKED_AT = ("parties",)
"""The only list of a contract that reviewing and registering need."""


def _review_work(office: Office, cmd: ReviewContract, made: list[tuple[Review, Facts]]) -> Any:
    """``made`` receives the review, for an act in the same transaction that goes on from it."""

    def work(uow: UnitOfWork, contract: Contract) -> Mapping[str, Any]:
        beside = besides(uow, contract.id)
        recognition_id = beside.recognition_id
        if recognition_id is None:
            raise RefusedError(_("这份合同还没有认定，无从复核"), _("请先由登记员认定"))
        facts = facts_of(contract, rows=LOOKED_AT)
        wanted = {row.item: row for row in items_of(office, facts, beside)}
        given = {item.item: item for item in cmd.items}
        if unknown := [item for item in given if item not in wanted]:
            raise RefusedError(
                _("没有这一复核项：{items}").format(items="、".join(unknown)), _("请重新打开复核页")
            )
        if stale := [wanted[i].label for i, item in given.items() if item.value != wanted[i].value]:
            raise RefusedError(
                _("以下各项在您看过之后变了：{items}").format(items="、".join(stale)),
                _("请重新打开复核页再看一遍"),
            )
        if bare := [
            wanted[i].label for i, item in given.items() if not item.is_agreed and not item.remark.strip()
        ]:
            raise RefusedError(
                _("有异议的项要写明意见：{items}").format(items="、".join(bare)), _("写明请初审怎么改")
            )
        review = Review(
            contract_id=contract.id,
            recognition_id=recognition_id,
            person=cmd.actor,
            at=office.now(),
            is_agreed=set(given) == set(wanted) and all(item.is_agreed for item in given.values()),
        )
        uow.session.add(review)
        uow.session.flush()
        uow.add_rows(ReviewItem, [_item_row(review.id, item) for item in cmd.items])
        _drop_draft(uow, contract, cmd.actor)
        made.append((review, facts))
        objections = [[wanted[i.item].label, i.remark] for i in cmd.items if not i.is_agreed]
        return {"agreed": sum(i.is_agreed for i in cmd.items), "of": len(wanted), "objections": objections}

    return work


def _drop_draft(uow: UnitOfWork, contract: Contract, person: str) -> None:
    """What this reviewer had marked is handed in."""
    uow.session.connection().execute(_DROP_DRAFT, {"of": review_subject(contract.id, person)})


def _item_row(review_id: int, item: ReviewedItem) -> dict[str, Any]:
    return {
        "review_id": review_id,
        "item": item.item,
        "value": item.value,
        "is_agreed": item.is_agreed,
        "remark": item.remark.strip(),
    }


def review_contract(office: Office, cmd: ReviewContract) -> int:
    """复核: records agreed or objected item by item; the state stays 待复核.

    Raises RefusedError for one's own work, an unknown item, a value that changed meanwhile, or an objection
    without words. Items left out count as not yet seen.
    """
    return perform(office, cmd, "review", _review_work(office, cmd, []))


def send_back(office: Office, cmd: SendBack) -> int:
    """退回初审: the contract is the clerk's again; the period goes on."""
    if not cmd.reason.strip():
        raise RefusedError(_("请写明退回初审的理由"), _("写明请初审怎么改"))

    def work(uow: UnitOfWork, contract: Contract) -> Mapping[str, Any]:
        contract.recognised_on = None
        _drop_draft(uow, contract, cmd.actor)
        return {"reason": cmd.reason}

    return perform(office, cmd, "send_back", work)


def _register_work(office: Office, person: str, made: list[tuple[Review, Facts]]) -> Any:
    """``made``: the review of the same transaction, if there is one; else the newest is read."""

    def work(uow: UnitOfWork, contract: Contract) -> Mapping[str, Any]:
        if made:
            review, facts = made[-1]
        else:
            found = last_review(uow, contract.id)
            if found is None or found.recognition_id != last_recognition_id(uow, contract.id):
                raise RefusedError(_("认定之后还没有复核"), _("请先逐项复核"))
            review, facts = found, facts_of(contract, rows=LOOKED_AT)
        if review.person != person:
            raise RefusedError(
                _("复核的是{who}，要由同一人登记").format(who=review.person), _("或由您重新复核")
            )
        if not review.is_agreed:
            open_items = sum(not item.is_agreed for item in review.items)
            raise RefusedError(
                _("还不能登记：有 {n} 项异议，或有未看的项").format(n=open_items),
                _("请看完每一项；有异议的退回初审"),
            )
        if pairs := open_duplicates(uow, contract, facts, office.pack):
            raise RefusedError(
                _("与 {numbers} 疑似重复或拆分，还没有人判断").format(
                    numbers="、".join(p.number for p in pairs)
                ),
                _("请并排看过，写明是否重复、是否一份拆开的"),
                code="V11",
            )
        # The number first: then the contract's row is written once, with everything.
        number = take_number(uow, contract, office.now()) if office.pack.number_source == "block" else None
        contract.reviewer_id = person_id(uow, person)
        contract.registered_on = office.today()
        contract.due_on = None
        contract.state = "REGISTERED"
        contract.official_number = number
        return {
            "number": contract.official_number or "",
            "registered_on": contract.registered_on,
            "contract_amount": contract.contract_amount,
            "technology_amount": contract.technology_amount,
        }

    return work


def register_contract(office: Office, cmd: RegisterContract) -> int:
    """登记: takes the next number of the block (or waits for the receipt, as the local pack says).

    The same request twice registers once. Raises RefusedError when the review is not complete, a likely
    duplicate was not decided, or no number is left; then nothing has changed and no number is spent.
    """
    return perform(office, cmd, "register", _register_work(office, cmd.actor, []))


def review_and_register(office: Office, cmd: ReviewContract) -> int:
    """F12 of the review page: both acts in one transaction, or neither."""
    with office.work() as uow:
        # Held, or the session forgets the contract and its lists between the two acts and reads them again.
        made: list[tuple[Review, Facts]] = []
        _contract = perform_in(uow, office, cmd, "review", _review_work(office, cmd, made))
        perform_in(uow, office, cmd, "register", _register_work(office, cmd.actor, made))
        commit(uow)
    return cmd.contract_id
