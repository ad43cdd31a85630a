"""Self-check of the form (自检): every error, doubt and note of one contract at once, each with what to do.

Short codes: ``S`` + number of the field on the form + 0 missing, 1 check digit, 2 impossible or unknown,
3 out of order, 4 does not fit another field, 5 for the record; ``V`` + two digits are the cross-field rules
V-01 … V-12; ``A`` comes from fixing the amounts, ``T`` from the text itself, ``L`` from the local pack.
Doubts may stay with a written reason (kept by the caller under code and field), and so may the few errors
that ``may_be_kept`` names. V-11 (duplicates) needs the register and is the caller's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from typing import Any, Final, Protocol

from desktop.errors import Problem
from desktop.resources import _
from desktop.rules.amounts import ZERO, fix_amounts, format_yuan
from desktop.rules.codes import CodeEntry
from desktop.rules.facts import FIXED_CODES, LONG_TERM, ROWS, Facts, Party, label_of
from desktop.rules.identifiers import (
    check_number,
    check_patent_number,
    is_email,
    is_phone,
    mask_id,
    mask_phone,
)
from desktop.rules.local_pack import LocalPack

NEW_RULES_FROM: Final = date(2026, 3, 1)
"""From this day a licence is a kind of its own (LIC); before, a licence is kind TRF with a LIC sub-kind."""
FIRST_LAW: Final = date(1987, 11, 1)
"""技术合同法 came into force: an earlier signing is almost surely a slip of the pen."""
_KEEPABLE: Final = frozenset({"S081", "S131", "S351", "S241"})
_ROYALTY_METHODS: Final = ("3", "4")
_PATENT_SUB_KINDS: Final = ("TRF-1", "LIC-1")
_UNPRINTABLE: Final = re.compile("[\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff\x00-\x08\x0b\x0c\x0e-\x1f]")
_LEVELS: Final = {"error": 0, "doubt": 1, "note": 2}
_PARTY_NUMBERS: Final = {
    "buyer": (7, 8, 9, 10, 11),
    "seller": (12, 13, 14, 15, 16),
    "intermediary": (35,) * 5,
}


class Codes(Protocol):
    """What the check asks of the code tables."""

    def is_known(self, table: str, code: str | None, on: date | None = None) -> bool:
        """Whether the code exists (on that day)."""
        ...

    def get(self, table: str, code: str | None) -> CodeEntry | None:
        """Its row."""
        ...


def may_be_kept(problem: Problem) -> bool:
    """A written reason is enough to go on: doubts, and check digits that the paper itself shows so."""
    return problem.level == "doubt" or problem.code in _KEEPABLE


def open_words(errors: int, doubts: int) -> str:
    """What still stops a contract: 还有 2 项错误、1 项疑点没有处理. A kind with none is not named."""
    parts = [_("{n} 项错误").format(n=errors)] if errors else []
    parts += [_("{n} 项疑点").format(n=doubts)] if doubts else []
    return _("还有 {parts}没有处理").format(parts="、".join(parts))


def is_missing(problem: Problem) -> bool:
    """An empty required field."""
    return re.fullmatch(r"S\d\d0", problem.code) is not None


class _Check:
    """One run over one contract."""

    def __init__(self, facts: Facts, today: date, codes: Codes, pack: LocalPack) -> None:
        self.facts, self.today, self.codes, self.pack = facts, today, codes, pack
        self.found: list[Problem] = []
        self.required = self.filled = 0

    def add(
        self,
        code: str,
        field: str,
        reason: str,
        remedy: str,
        *,
        level: str = "error",
        value: object = "",
        place: str = "",
    ) -> None:
        shown = "" if value is None else value.isoformat() if isinstance(value, date) else str(value)
        self.found.append(
            Problem(place or self.place(field), shown[:60], reason, remedy, level, code, field=field)
        )

    def place(self, field: str) -> str:
        match = re.fullmatch(r"(\w+)\[(\d+)\]\.(\w+)", field)
        if match is None:
            return label_of(field)
        rows, index, name = match.groups()
        row_type = ROWS[rows]
        head = {f.name: f for f in fields(Facts)}[rows].metadata["zh"]
        return f"{head}第 {int(index) + 1} 行 {label_of(name, row_type)}"

    def need(self, number: int, field: str, value: object, place: str = "", remedy: str = "") -> bool:
        """Counts a required field; reports it when empty. Returns whether it is filled."""
        self.required += 1
        if value is not None and value != "" and (not isinstance(value, str) or value.strip()):
            self.filled += 1
            return True
        self.add(f"S{number:02d}0", field, _("未填。提交前必须填写"), remedy or _("按合同填写"), place=place)
        return False

    def coded(self, number: int, field: str, table: str, value: str | None, place: str = "") -> None:
        """A required code must be one of its table."""
        if self.need(number, field, value, place, _("从代码表中选一项")):
            self.in_table(number, field, table, value, place)

    def in_table(self, number: int, field: str, table: str, value: str | None, place: str = "") -> None:
        if value is None:
            return
        entry = self.codes.get(table, value)
        if entry is None:
            self.add(
                f"S{number:02d}2",
                field,
                _("代码表中没有这一项"),
                _("按 F7 查代码重选"),
                value=value,
                place=place,
            )
        elif entry.is_retired:
            self.retired(number, field, entry, place)

    def retired(self, number: int, field: str, entry: CodeEntry, place: str) -> None:
        day = self.facts.signed_on or self.today
        after = "、".join(entry.successor)
        words = _("改用 {codes}").format(codes=after) if after else _("核对后改用现行代码")
        gone = entry.valid_until is not None and day >= entry.valid_until
        if gone or entry.valid_until is None:
            self.add(
                f"S{number:02d}2",
                field,
                _("代码 {code} {name} 已停用").format(code=entry.code, name=entry.name),
                words,
                level="error" if gone else "doubt",
                value=entry.code,
                place=place,
            )


def check_facts(
    facts: Facts, *, today: date, codes: Codes, pack: LocalPack, submitted: bool
) -> tuple[Problem, ...]:
    """Check the whole form: errors first, then doubts and notes, each group in the order of the form.

    While it is not ``submitted`` and less than half of the required fields are filled, empty ones are not
    reported: a form hardly begun is not scolded. Numbers of persons appear masked.
    """
    check = _Check(facts, today, codes, pack)
    for part in (_contract, _routing, _dates, _parties, _money, _technology, _plan, _abroad, _papers, _text):
        part(check)
    found = check.found
    if not submitted and check.filled * 2 < check.required:
        found = [p for p in found if not is_missing(p)]
    return tuple(sorted(found, key=lambda p: _LEVELS[p.level]))


def _contract(c: _Check) -> None:
    f = c.facts
    c.need(2, "title", f.title)
    if c.need(3, "kind", f.kind, remedy=_("从代码表中选一项")) and not (
        c.codes.is_known("contract_kinds", f.kind) and f.kind in ("DEV", "TRF", "LIC", "CON", "SVC")
    ):
        c.add("S032", "kind", _("没有这个合同类别"), _("按 F7 重选"), value=f.kind)
    if f.kind is not None and f.kind != "CON":
        c.need(3, "sub_kind", f.sub_kind, remedy=_("从代码表中选一项"))
    if f.sub_kind is not None and not c.codes.is_known("contract_kinds", f.sub_kind):
        c.add("S032", "sub_kind", _("没有这个细类"), _("按 F7 重选"), value=f.sub_kind)
    elif f.kind is not None:
        _kind_and_sub_kind(c, f.kind, f.sub_kind)


def _kind_and_sub_kind(c: _Check, kind: str, sub_kind: str | None) -> None:
    """V-03, by the rule set of the deciding date."""
    day: date = getattr(c.facts, c.pack.straddling) or c.facts.accepted_on or c.today
    sub = (sub_kind or "").split("-")[0]
    if day < NEW_RULES_FROM and kind == "LIC":
        c.add(
            "V03",
            "kind",
            _("{day} 适用 2001 年规则，没有“技术许可”这一类").format(day=day.isoformat()),
            _("类别选技术转让，细类选相应的许可（2026-03-01 起才单列）"),
            value=kind,
        )
    elif day < NEW_RULES_FROM and kind == "TRF" and sub == "LIC":
        return
    elif kind == "TRF" and sub == "LIC":
        c.add(
            "V03",
            "sub_kind",
            _("{day} 适用 2026 年规则，许可合同自成一类").format(day=day.isoformat()),
            _("类别改为技术许可"),
            value=sub_kind,
        )
    elif sub and sub != kind:
        c.add("V03", "sub_kind", _("细类不属于所选的类别"), _("改类别或改细类"), value=sub_kind)


def _routing(c: _Check) -> None:
    """Whose desk it is by the local pack; another office's contract is told at once, not at acceptance."""
    f = c.facts
    for desk in c.pack.desks_for(
        f.kind,
        f.cross_border,
        f.contract_amount,
        f.technology_amount,
        lambda: [p.party_type for p in f.parties],
    ):
        if desk.is_elsewhere:
            c.add(
                "L03",
                "kind",
                _("按本地分工，这类合同由{desk}办理").format(desk=desk.name),
                _("请不予受理，并告知申请人到那里申请"),
            )
        else:
            c.add(
                "L03",
                "kind",
                _("按本地分工，这份合同归{desk}").format(desk=desk.name),
                _("由有这项权限的人办理"),
                level="note",
            )


def _dates(c: _Check) -> None:
    f, today = c.facts, c.today
    c.need(4, "valid_from", f.valid_from)
    c.need(4, "valid_until", f.valid_until, remedy=_("按合同填写，没有期限的填“长期”"))
    c.need(5, "signed_on", f.signed_on)
    if f.valid_from and f.valid_until and f.valid_from > f.valid_until:
        c.add("S043", "valid_until", _("有效期限止早于起"), _("对照合同改正"), value=f.valid_until)
    elif f.valid_until and f.valid_until < (f.accepted_on or today) and f.registered_on is None:
        c.add(
            "S042",
            "valid_until",
            _("合同有效期限已过；申请应在有效期内提出（2024 年征求意见稿）"),
            _("写明仍受理的理由，或退回"),
            level="doubt",
            value=f.valid_until,
        )
    if f.signed_on and f.signed_on > today:
        c.add("S052", "signed_on", _("签订日期晚于今天"), _("对照合同改正"), value=f.signed_on)
    elif f.signed_on and f.signed_on < FIRST_LAW:
        c.add(
            "S052",
            "signed_on",
            _("签订日期早于技术合同法施行日"),
            _("核对年份"),
            level="doubt",
            value=f.signed_on,
        )
    if f.signed_on and f.effective_on and f.effective_on < f.signed_on:
        c.add(
            "V07",
            "effective_on",
            _("生效日期早于签订日期"),
            _("合同约定追溯生效的写明条款，否则改正"),
            level="doubt",
            value=f.effective_on,
        )
    for name in ("accepted_on", "recognised_on", "registered_on"):
        day = getattr(f, name)
        if day and day > today:
            c.add("S392", name, _("晚于今天"), _("核对日期"), value=day)
    start = f.effective_on or f.signed_on
    if f.registered_on and start and f.registered_on < start:
        c.add(
            "V07",
            "registered_on",
            _("登记日期早于合同生效或签订日期"),
            _("核对三个日期"),
            value=f.registered_on,
        )
    if f.registered_on and f.valid_until and f.valid_until != LONG_TERM and f.registered_on > f.valid_until:
        c.add(
            "V07",
            "registered_on",
            _("登记日期晚于合同有效期限止"),
            _("写明理由，或核对期限"),
            level="doubt",
            value=f.registered_on,
        )
    if f.licence_from and f.licence_until and f.licence_from > f.licence_until:
        c.add("S043", "licence_until", _("许可期止早于许可期起"), _("对照合同改正"), value=f.licence_until)


def _parties(c: _Check) -> None:
    f = c.facts
    for role, number, zh in (("buyer", 7, _("买方")), ("seller", 12, _("卖方"))):
        named = [p for p in f.parties if p.role == role]
        if not named:
            c.need(number, "parties", None, zh, _("至少登记一方"))
    for index, party in enumerate(f.parties):
        _party(c, index, party)
    seen: dict[str, tuple[int, str | None]] = {}
    for index, party in enumerate(f.parties):
        key = (party.id_number or "").upper().replace(" ", "")
        if not key or party.role == "intermediary":
            continue
        if key in seen and seen[key][1] != party.role:
            c.add(
                "V01",
                f"parties[{index}].id_number",
                _("买方与卖方是同一单位（个人）"),
                _("核对双方；自己与自己的合同不能登记"),
                value=_shown(party),
                place=_("买方、卖方证件号码"),
            )
        elif key in seen:
            c.add(
                "S084",
                f"parties[{index}].id_number",
                _("同一方写了两遍"),
                _("删去重复的一行"),
                level="doubt",
                value=_shown(party),
            )
        seen.setdefault(key, (index, party.role))
    names = {p.name for p in f.buyers if p.name} & {p.name for p in f.sellers if p.name}
    if names and not any(p.code == "V01" for p in c.found):
        c.add(
            "V01",
            "parties",
            _("买方与卖方名称相同"),
            _("核对双方名称"),
            level="doubt",
            value=next(iter(names)),
        )
    if f.sub_kind == "DEV-2" and len({p.name for p in f.parties if p.name and p.role != "intermediary"}) < 2:
        c.add(
            "V05",
            "parties",
            _("合作开发合同至少要有两个投入的合作方（民法典第八百五十五条）"),
            _("补录合作各方"),
        )
    wanted = "buyer" if f.cross_border == "import" else "seller"
    if f.applicant_role is not None and f.applicant_role != wanted and f.sub_kind != "SVC-3":
        code = "V09" if wanted == "buyer" else "S124"
        c.add(
            code,
            "applicant_role",
            _("技术进口合同由境内买方申请") if wanted == "buyer" else _("应由卖方申请（R-GATE-18）"),
            _("改正申请人身份；申请人不对的不予受理，告知应由谁申请"),
            value=FIXED_CODES["party_roles"].get(f.applicant_role, f.applicant_role),
        )


def _shown(party: Party) -> str:
    number = party.id_number or ""
    return number if party.id_type == "credit_code" else mask_id(number)


def _party(c: _Check, index: int, party: Party) -> None:
    role = party.role if party.role in _PARTY_NUMBERS else "seller"
    who = FIXED_CODES["party_roles"][role]
    same = [i for i, p in enumerate(c.facts.parties) if p.role == party.role]
    if len(same) > 1:
        who += _("第 {n} 方").format(n=same.index(index) + 1)
    numbers = _PARTY_NUMBERS[role]
    at = f"parties[{index}]."

    def place(name: str) -> str:
        return f"{who}{label_of(name, Party)}"

    if party.role not in _PARTY_NUMBERS:
        c.add("S122", f"{at}role", _("没有这种身份"), _("选卖方、买方或中介方"), value=party.role, place=who)
    c.need(numbers[0], f"{at}name", party.name, place("name"))
    if role == "intermediary":
        if party.id_number and party.id_type:
            _id_number(c, f"{at}id_number", numbers[1], party, place("id_number"))
        return
    c.coded(numbers[1], f"{at}id_type", "id_types", party.id_type, place("id_type"))
    if c.need(numbers[1], f"{at}id_number", party.id_number, place("id_number")):
        _id_number(c, f"{at}id_number", numbers[1], party, place("id_number"))
    c.coded(numbers[2], f"{at}country", "countries_iso", party.country, place("country"))
    if party.country == "CHN":
        c.coded(numbers[3], f"{at}region", "regions", party.region, place("region"))
    elif party.country is not None and party.region is not None:
        c.add(
            "V06",
            f"{at}region",
            _("境外（含港澳台）单位不填行政区划"),
            _("删去行政区划，或改正国别"),
            level="doubt",
            value=party.region,
            place=place("region"),
        )
    c.coded(numbers[4], f"{at}party_type", "party_types", party.party_type, place("party_type"))
    _party_type(c, at, numbers[4], party, place("party_type"))
    if party.phone and not is_phone(party.phone):
        c.add(
            "S172",
            f"{at}phone",
            _("不像电话号码"),
            _("只写数字、加号和短横，分机写“转”"),
            level="doubt",
            value=mask_phone(party.phone),
            place=place("phone"),
        )
    if party.email and not is_email(party.email):
        c.add(
            "S172",
            f"{at}email",
            _("不像邮箱地址"),
            _("核对 @ 和后缀"),
            level="doubt",
            value=party.email,
            place=place("email"),
        )


def _party_type(c: _Check, at: str, number: int, party: Party, place: str) -> None:
    kind = party.party_type
    if kind is None:
        return
    code, field = f"S{number:02d}4", f"{at}party_type"
    if kind == "500" and party.id_type == "credit_code":
        remedy = _("改用身份证件，或改正单位性质")
        c.add(code, field, _("自然人没有统一社会信用代码"), remedy, value=kind, place=place)
    elif kind not in ("400", "500", "600") and party.id_type == "resident_id":
        remedy = _("核对证件类型和单位性质")
        reason = _("证件是个人证件，单位性质却不是自然人")
        c.add(code, field, reason, remedy, level="doubt", value=kind, place=place)
    if party.country is not None and (kind == "600") == (party.country == "CHN"):
        remedy = _("境外单位和个人选 600，境内的不选")
        c.add(code, field, _("单位性质与国别不合"), remedy, level="doubt", value=kind, place=place)


def _id_number(c: _Check, field: str, number: int, party: Party, place: str) -> None:
    def is_region(code: str) -> bool:
        return c.codes.is_known("regions", code)

    result = check_number(party.id_type, party.id_number or "", today=c.today, is_region=is_region)
    shown = result.value if party.id_type == "credit_code" else mask_id(result.value)
    if not result.ok:
        remedy = _("对照执照（证件）逐位核对")
        if result.suggestion:
            remedy = _("可能是 {right}，请对照证件").format(
                right=result.suggestion if party.id_type == "credit_code" else mask_id(result.suggestion)
            )
        if result.fault == "check":
            remedy += _("；无误的写原因保留")
        c.add(
            f"S{number:02d}{1 if result.fault == 'check' else 2}",
            field,
            result.message,
            remedy,
            value=shown,
            place=place,
        )
    for doubt in result.doubts:
        c.add(
            f"S{number:02d}4",
            field,
            doubt,
            _("对照证件；无误的写明"),
            level="doubt",
            value=shown,
            place=place,
        )
    if result.ok and result.was_changed:
        c.add(
            f"S{number:02d}5",
            field,
            _("存为规范写法"),
            _("请核对改后的号码"),
            level="note",
            value=f"{_before(party)} → {shown}",
            place=place,
        )


def _before(party: Party) -> str:
    text = (party.id_number or "").strip()
    return text if party.id_type == "credit_code" else mask_id(text)


def _money(c: _Check) -> None:
    f = c.facts
    if f.price_form in (None, "fixed", "shares"):
        c.need(18, "contract_amount", f.contract_amount, remedy=_("按合同填写；提成的在价款形式中选提成"))
    fixing = fix_amounts(f)
    c.found += [p for p in fixing.problems if p.code != "A01" or f.contract_amount is not None]
    if fixing.deducted_total > 0:
        c.add(
            "S195",
            "technology_amount",
            _("合同含设备、材料等，核定时扣除（R-AMT-02）"),
            _("在核定页逐行核对"),
            level="note",
            value=format_yuan(fixing.deducted_total),
        )
    if f.contract_amount == 0:
        c.add(
            "S182",
            "contract_amount",
            _("合同成交额为零"),
            _("无偿的写明理由，证明不能打印零元"),
            level="doubt",
            value="0.00",
        )
    for name, table in (("currency", "currencies"), ("price_form", "price_forms")):
        c.in_table(20 if name == "currency" else 18, name, table, getattr(f, name))
    c.coded(21, "payment_method", "payment_methods", f.payment_method)
    royalty = f.price_form == "royalty" or (f.payment_method or "").startswith(_ROYALTY_METHODS)
    if royalty and not (f.royalty_terms or "").strip():
        c.add(
            "V08",
            "royalty_terms",
            _("提成支付须约定比例、基数和期限（民法典第八百四十六条）"),
            _("按合同写明比例、基数、期限；合同没有的退回补正"),
        )
    technology = fixing.technology_amount
    income = sum((i.amount for i in f.incomes if i.amount is not None), ZERO)
    if technology is not None and income > technology:
        c.add(
            "V12",
            "incomes",
            _("核定技术性收入合计大于技术交易额 {most} 元（R-AMT-04）").format(most=format_yuan(technology)),
            _("核对各笔到账"),
            value=format_yuan(income),
        )
    if c.pack.is_large(f.kind, fixing.contract_amount, technology):
        c.add(
            "L01",
            "technology_amount",
            _("达到大额标准 {least} 元，按大额办理，期限 {period}").format(
                least=format_yuan(c.pack.large_amount), period=c.pack.period("large").words
            ),
            _("需要专家评审的告知申请人"),
            level="note",
        )
    elif c.pack.is_near_threshold(f.kind, fixing.contract_amount, technology):
        c.add(
            "L02",
            "technology_amount",
            _("略低于大额标准 {least} 元").format(least=format_yuan(c.pack.large_amount)),
            _("核对是否为一份合同拆开；不是的写明"),
            level="doubt",
            value=format_yuan(c.pack.compared_amount(fixing.contract_amount, technology) or ZERO),
        )


def _technology(c: _Check) -> None:
    f = c.facts
    c.coded(22, "technical_field", "tech_fields", f.technical_field)
    c.coded(23, "ip_kind", "ip_kinds", f.ip_kind)
    moves = f.kind in ("TRF", "LIC")
    patent = (f.ip_kind or "").startswith("2") or (f.sub_kind or "").startswith(_PATENT_SUB_KINDS)
    if moves and patent and not any(r.number for r in f.ip_rights):
        c.add(
            "V04",
            "ip_rights",
            _("涉及专利的转让、许可须写明专利号（民法典第八百四十五条）"),
            _("在知识产权表中录入专利号"),
        )
    for index, right in enumerate(f.ip_rights):
        at = f"ip_rights[{index}]."
        if right.number and right.object is None:
            c.need(24, f"{at}object", None)
        c.in_table(24, f"{at}object", "ip_objects", right.object)
        chinese = right.object in (
            "patent_invention",
            "patent_utility",
            "patent_design",
            "patent_application",
        )
        foreign = re.match(r"(?:US|EP|JP|WO|KR|DE|GB)", (right.number or "").upper())
        if right.number and chinese and not foreign:
            result = check_patent_number(right.number)
            if not result.ok:
                code = "S241" if result.fault == "check" else "S242"
                level = "error" if result.fault == "check" else "doubt"
                c.add(
                    code,
                    f"{at}number",
                    result.message,
                    _("对照证书核对；无误的写原因保留"),
                    level=level,
                    value=result.value,
                )
            elif right.object != "patent_application" and result.object != right.object:
                c.add(
                    "S244",
                    f"{at}object",
                    _("号码第五位说明是{kind}").format(kind=FIXED_CODES["ip_objects"][result.object]),
                    _("改正权利类型或号码"),
                    level="doubt",
                    value=FIXED_CODES["ip_objects"].get(right.object or "", ""),
                )
        if moves and right.number and right.has_proof is not True:
            c.add(
                "V04",
                f"{at}has_proof",
                _("没有附权属证明"),
                _("附证书复印件后勾选，或列入一次性告知"),
                level="doubt",
                value=right.number,
            )
        if right.valid_until and right.valid_until < (f.signed_on or c.today):
            c.add(
                "S242",
                f"{at}valid_until",
                _("签订时权利已经到期"),
                _("核对权利状态"),
                level="doubt",
                value=right.valid_until,
            )


def _plan(c: _Check) -> None:
    f = c.facts
    c.coded(25, "plan_source", "plan_sources", f.plan_source)
    if f.plan_source not in (None, "9", "/"):
        c.need(26, "project_name", f.project_name)
        if not (f.project_number or "").strip():
            c.add(
                "S264", "project_number", _("列入计划的项目通常有编号"), _("补填；没有的写明"), level="doubt"
            )
    c.coded(27, "socioeconomic_objective", "socioeconomic_objectives", f.socioeconomic_objective)
    if c.need(28, "industry", f.industry, remedy=_("从代码表中选一项")):
        industry = f.industry or ""
        if not c.codes.is_known("industry_sections", industry[:1]) or not re.fullmatch(
            r"[A-T]\d{0,4}", industry
        ):
            c.add(
                "S282",
                "industry",
                _("不是国民经济行业代码（门类字母，或字母加数字）"),
                _("按 F7 重选"),
                value=industry,
            )
    if f.use_region is not None:
        c.in_table(28, "use_region", "regions", f.use_region)
    if not f.is_secret:  # of a secret contract only the elements are kept
        c.need(31, "summary", f.summary)
    c.need(32, "is_secret", f.is_secret, remedy=_("选是或否"))
    if f.is_secret and (f.summary or "").strip():
        c.add(
            "S324",
            "summary",
            _("涉密合同只登要素"),
            _("删去技术内容，或按脱密处理后的文字填写"),
            level="doubt",
        )
    if f.kind == "TRF":
        day: date = getattr(f, c.pack.straddling) or f.accepted_on or c.today
        for name in ("expected_investment", "expected_output"):
            if getattr(f, name) is None:
                old = day < NEW_RULES_FROM
                c.add(
                    "V10",
                    name,
                    _("技术转让合同的登记表要填这一栏"),
                    _("按预计数填写"),
                    level="error" if old else "doubt",
                )


def _abroad(c: _Check) -> None:
    f = c.facts
    for name, table in (("cross_border", "cross_border"), ("export_control", "export_controls")):
        c.in_table(33, name, table, getattr(f, name))
    countries = {p.country for p in f.parties if p.country and p.role != "intermediary"}
    if countries - {"CHN"} and f.cross_border in (None, "none"):
        c.add(
            "S334",
            "cross_border",
            _("有境外当事人，进出口却没有选"),
            _("选进口或出口；确不跨境的写明"),
            level="doubt",
            value=f.cross_border,
        )
    if f.cross_border in ("import", "export") and countries == {"CHN"}:
        c.add(
            "S334",
            "cross_border",
            _("双方都在境内，却选了进出口"),
            _("核对国别和进出口"),
            level="doubt",
            value=f.cross_border,
        )
    if f.cross_border == "import" and not (f.commerce_number or "").strip():
        c.add(
            "V09",
            "commerce_number",
            _("技术进口合同须附商务部门的登记证"),
            _("填写商务登记证号；没有的列入一次性告知"),
        )
    if f.export_control == "prohibited":
        c.add(
            "S332",
            "export_control",
            _("禁止出口的技术"),
            _("不予登记，并按规定报告"),
            level="doubt",
            value=_("禁止"),
        )


def _papers(c: _Check) -> None:
    f = c.facts
    if not f.attachments:
        c.need(36, "attachments", None, remedy=_("列出随合同提交的材料"))
    else:
        c.required, c.filled = c.required + 1, c.filled + 1
        _materials(c)
    if f.official_number and not c.pack.number_fits(f.official_number):
        c.add(
            "S014",
            "official_number",
            _("与本地编号的样式不同"),
            _("核对；外来编号照原样保存"),
            level="doubt",
            value=f.official_number,
        )
    if f.intermediary_fee and not any(p.role == "intermediary" for p in f.parties):
        c.add(
            "S354",
            "intermediary_fee",
            _("有中介费却没有中介方"),
            _("在当事人中加中介方"),
            level="doubt",
            value=format_yuan(f.intermediary_fee),
        )


def _materials(c: _Check) -> None:
    """The station's own list of papers against the attachments; a note, for a name is no proof."""
    f = c.facts
    applies = {
        "always": True,
        "import": f.cross_border == "import",
        "export": f.cross_border == "export",
        "ip_transfer": f.kind in ("TRF", "LIC"),
        "public_funded": bool(f.is_public_funded),
        "foreign_party": any(p.country not in (None, "CHN") for p in f.parties),
        "shares": f.price_form == "shares",
    }
    names = [a.name or "" for a in f.attachments]
    lacking = [
        _("{name}（{n} 份）").format(name=m.name, n=m.copies)
        for m in c.pack.materials
        if applies[m.when] and not m.is_among(names)
    ]
    if lacking:
        c.add(
            "M01",
            "attachments",
            _("本机构收件清单上的这些材料，附件里没有看到：{names}").format(names="、".join(lacking)),
            _("已交的在附件中登记名称；没有交的列入一次性告知"),
            level="note",
        )


def _texts(facts: Facts) -> Iterator[tuple[str, str, int]]:
    """(dotted field, text, longest) of every text of the form."""
    for name, longest in _text_fields(Facts):
        if value := getattr(facts, name):
            yield name, value, longest
    for rows, row_type in ROWS.items():
        for index, row in enumerate(getattr(facts, rows)):
            for name, longest in _text_fields(row_type):
                if value := getattr(row, name):
                    yield f"{rows}[{index}].{name}", value, longest


_FIELDS: dict[type, tuple[tuple[str, int], ...]] = {}


def _text_fields(row_type: Any) -> tuple[tuple[str, int], ...]:
    if row_type not in _FIELDS:
        _FIELDS[row_type] = tuple(
            (item.name, int(item.metadata["longest"]))
            for item in fields(row_type)
            if item.metadata.get("type") in ("str", "id")
        )
    return _FIELDS[row_type]


def _text(c: _Check) -> None:
    for field, text, longest in _texts(c.facts):
        if odd := _UNPRINTABLE.search(text):
            c.add(
                "T01",
                field,
                _("第 {n} 个字是本机自造字或乱码，别的电脑和证明上显示不出").format(n=odd.start() + 1),
                _("换用标准字；没有的字用“系统”页的生僻字表查"),
                value=text,
            )
        if longest and len(text) > longest:
            c.add(
                "T02",
                field,
                _("超过 {longest} 个字，现在 {count} 个").format(longest=longest, count=len(text)),
                _("压缩文字，不要删去名称本身的字"),
                value=text,
            )
