"""What is known of one contract: the fields of the registration form (技术合同登记表), typed, in one place.

The same words are used for columns, workbook headers, packages and the JSON of the command line. Every field
may be unknown (``None``): an unknown is never read as no. Money is ``Decimal`` yuan with at most two
decimals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final, get_args, get_origin, get_type_hints

from desktop.errors import Problem, ProblemsFound
from desktop.resources import _

LONG_TERM: Final = date(9999, 12, 31)
"""``valid_until`` of a contract without end (长期)."""


def _f(zh: str, no: str = "", sheet: str = "", kind: str = "str", codes: str = "", longest: int = 0) -> Any:
    """A field of the form: Chinese name, number, sheet of the workbook, type, code table, longest text."""
    meta = {"zh": zh, "no": no, "sheet": sheet, "type": kind, "codes": codes, "longest": longest}
    return field(default=None, metadata=meta)


@dataclass(frozen=True, slots=True)
class Party:
    """One seller, buyer or intermediary as written in this contract (a copy, not a link to the library)."""

    role: str | None = _f("身份", "", "当事人", "code", "party_roles")
    """``seller`` 卖方, ``buyer`` 买方 or ``intermediary`` 中介方."""
    name: str | None = _f("名称", "7/12", "当事人", "str", "", 200)
    id_type: str | None = _f("证件类型", "8/13", "当事人", "code", "id_types")
    """``credit_code`` 统一社会信用代码, ``resident_id`` 居民身份证, ``passport`` 护照, ``other`` 其他."""
    id_number: str | None = _f("证件号码", "8/13", "当事人", "id", "", 60)
    country: str | None = _f("国别（地区）", "9/14", "当事人", "code", "countries_iso")
    region: str | None = _f("行政区划", "10/15", "当事人", "code", "regions")
    party_type: str | None = _f("单位性质", "11/16", "当事人", "code", "party_types")
    legal_representative: str | None = _f("法定代表人", "17", "当事人", "str", "", 60)
    contact: str | None = _f("联系人", "17", "当事人", "str", "", 60)
    phone: str | None = _f("联系电话", "17", "当事人", "str", "", 40)
    email: str | None = _f("电子邮箱", "17", "当事人", "str", "", 100)
    address: str | None = _f("地址", "17", "当事人", "str", "", 200)
    is_tax_resident: bool | None = _f("税务居民", "", "当事人", "yesno")
    vat_status: str | None = _f("增值税身份", "", "当事人", "code", "vat_status")
    is_high_tech: bool | None = _f("高新技术企业", "", "当事人", "yesno")
    is_small_low_profit: bool | None = _f("小型微利企业", "", "当事人", "yesno")
    is_nonprofit_research: bool | None = _f("非营利科研机构或高校", "", "当事人", "yesno")
    park: str | None = _f("所属园区", "", "当事人", "str", "", 60)


@dataclass(frozen=True, slots=True)
class AmountLine:
    """One item of the price, with its nature and the place in the contract that names it."""

    label: str | None = _f("金额行", "", "金额", "str", "", 100)
    nature: str | None = _f("金额性质", "", "金额", "code", "amount_natures")
    amount: Decimal | None = _f("金额", "", "金额", "money")
    clause: str | None = _f("出处", "", "金额", "str", "", 100)
    is_kept: bool | None = _f("计入技术交易额", "", "金额", "yesno")
    """A carrier (载体) within the reasonable number stays in (R-GATE-24); ``None``: as its nature says."""
    reason: str | None = _f("计入或扣除理由", "", "金额", "str", "", 200)


@dataclass(frozen=True, slots=True)
class Payment:
    """One instalment: when it is due and when it was really paid."""

    due_on: date | None = _f("付款应付日", "", "付款", "date")
    paid_on: date | None = _f("付款实付日", "", "付款", "date")
    amount: Decimal | None = _f("付款金额", "", "付款", "money")


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice and what it covers."""

    issued_on: date | None = _f("发票日期", "", "发票", "date")
    invoice_type: str | None = _f("发票种类", "", "发票", "code", "invoice_types")
    number: str | None = _f("发票号码", "", "发票", "id", "", 40)
    covers: str | None = _f("发票覆盖项目", "", "发票", "str", "", 60)
    """Comma list of ``technology``, ``service``, ``equipment``."""


@dataclass(frozen=True, slots=True)
class IpRight:
    """One patent, application, certificate or secret that the contract is about."""

    number: str | None = _f("权利号", "24", "知识产权", "id", "", 60)
    object: str | None = _f("权利类型", "24", "知识产权", "code", "ip_objects")
    name: str | None = _f("权利名称", "24", "知识产权", "str", "", 200)
    owner: str | None = _f("权利人", "24", "知识产权", "str", "", 200)
    valid_until: date | None = _f("权利有效期止", "24", "知识产权", "date")
    checked_on: date | None = _f("权利状态核对日", "24", "知识产权", "date")
    has_proof: bool | None = _f("权属证明已附", "24", "知识产权", "yesno")


@dataclass(frozen=True, slots=True)
class Attachment:
    """One paper that came with the contract."""

    name: str | None = _f("附件名称", "36", "附件", "str", "", 200)
    pages: int | None = _f("附件页数", "36", "附件", "int")
    sha256: str | None = _f("附件摘要值", "36", "", "str", "", 64)


@dataclass(frozen=True, slots=True)
class Income:
    """One receipt of technical income (技术性收入), fixed by the station."""

    received_on: date | None = _f("实际到账日", "", "", "date")
    amount: Decimal | None = _f("核定技术性收入", "", "", "money")


@dataclass(frozen=True, slots=True)
class Award:
    """One cash award to a person for a converted result."""

    person: str | None = _f("奖励对象", "", "奖励", "str", "", 60)
    amount: Decimal | None = _f("奖励金额", "", "奖励", "money")
    paid_on: date | None = _f("奖励发放日", "", "奖励", "date")
    notice_from: date | None = _f("公示起", "", "奖励", "date")
    notice_until: date | None = _f("公示止", "", "奖励", "date")


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known of one contract; ``resources/codes`` holds the code tables named in the metadata."""

    title: str | None = _f("项目名称", "2", "合同", "str", "", 200)
    kind: str | None = _f("合同类别", "3", "合同", "code", "contract_kinds")
    sub_kind: str | None = _f("细类", "3", "合同", "code", "contract_kinds")
    valid_from: date | None = _f("有效期限起", "4", "合同", "date")
    valid_until: date | None = _f("有效期限止", "4", "合同", "date")
    signed_on: date | None = _f("签订日期", "5", "合同", "date")
    effective_on: date | None = _f("生效日期", "6", "合同", "date")
    signed_place: str | None = _f("签订地点", "", "合同", "str", "", 100)
    contract_amount: Decimal | None = _f("合同成交额", "18", "合同", "money")
    price_form: str | None = _f("价款形式", "18", "合同", "code", "price_forms")
    technology_amount: Decimal | None = _f("技术交易额", "19", "合同", "money")
    currency: str | None = _f("币种", "20", "合同", "code", "currencies")
    exchange_rate: Decimal | None = _f("汇率", "20", "合同", "decimal")
    exchange_rate_on: date | None = _f("汇率日期", "20", "合同", "date")
    original_amount: Decimal | None = _f("原币金额", "20", "合同", "money")
    payment_method: str | None = _f("支付方式", "21", "合同", "code", "payment_methods")
    royalty_terms: str | None = _f("提成说明", "21", "合同", "str", "", 300)
    technical_field: str | None = _f("技术领域", "22", "合同", "code", "tech_fields")
    ip_kind: str | None = _f("知识产权", "23", "合同", "code", "ip_kinds")
    right_scope: str | None = _f("权利让与范围", "", "合同", "code", "right_scopes")
    licence_from: date | None = _f("许可期起", "", "合同", "date")
    licence_until: date | None = _f("许可期止", "", "合同", "date")
    territory: str | None = _f("许可地域", "", "合同", "str", "", 100)
    plan_source: str | None = _f("计划类别", "25", "合同", "code", "plan_sources")
    project_number: str | None = _f("计划项目编号", "26", "合同", "str", "", 60)
    project_name: str | None = _f("计划项目名称", "26", "合同", "str", "", 200)
    is_public_funded: bool | None = _f("财政资金形成", "", "合同", "yesno")
    approval_number: str | None = _f("审批文号", "", "合同", "str", "", 60)
    socioeconomic_objective: str | None = _f("社会经济目标", "27", "合同", "code", "socioeconomic_objectives")
    industry: str | None = _f("国民经济行业", "28", "合同", "code", "industry_sections")
    use_region: str | None = _f("成果使用地", "", "合同", "code", "regions")
    expected_investment: Decimal | None = _f("预计新增投入", "29", "合同", "money")
    expected_output: Decimal | None = _f("预计新增产值", "30", "合同", "money")
    summary: str | None = _f("主要内容", "31", "合同", "str", "", 500)
    is_secret: bool | None = _f("是否涉密", "32", "合同", "yesno")
    has_confidentiality: bool | None = _f("保密要求", "32", "合同", "yesno")
    civil_military: str | None = _f("军民流向", "", "合同", "code", "civil_military")
    cross_border: str | None = _f("进出口", "33", "合同", "code", "cross_border")
    is_used_wholly_abroad: bool | None = _f("完全境外使用", "33", "合同", "yesno")
    export_control: str | None = _f("出口管制", "33", "合同", "code", "export_controls")
    commerce_number: str | None = _f("商务登记证号", "33", "合同", "id", "", 60)
    is_related_party: bool | None = _f("关联交易", "34", "合同", "yesno")
    related_share_percent: Decimal | None = _f("关联持股比例", "34", "合同", "decimal")
    intermediary_fee: Decimal | None = _f("中介费", "35", "合同", "money")
    transfer_institution: str | None = _f("技术转移机构", "35", "合同", "str", "", 200)
    broker: str | None = _f("技术经纪人", "35", "合同", "str", "", 60)
    rd_cost_amount: Decimal | None = _f("研究开发经费", "", "合同", "money")
    remuneration_amount: Decimal | None = _f("研究开发报酬", "", "合同", "money")
    service_inside_amount: Decimal | None = _f("合同内服务培训金额", "", "合同", "money")
    is_vat_listed: bool | None = _f("价税分列", "", "合同", "yesno")
    vat_amount: Decimal | None = _f("增值税额", "", "合同", "money")
    is_separately_accounted: bool | None = _f("单独核算", "", "合同", "yesno")
    waived_from: date | None = _f("放弃免税起", "", "合同", "date")
    tax_basis_net: Decimal | None = _f("资产计税净值", "", "", "money")
    amortisation_of_year: Decimal | None = _f("当年摊销", "", "", "money")
    taxes_and_fees: Decimal | None = _f("相关税费", "", "", "money")
    period_expenses_allocated: Decimal | None = _f("分摊期间费用", "", "", "money")
    applicant_role: str | None = _f("申请人身份", "", "合同", "code", "party_roles")
    """``seller``; ``buyer`` for an import contract. ``None``: not said."""
    is_written: bool | None = _f("书面合同", "", "合同", "yesno")
    accepted_on: date | None = _f("受理日期", "39", "", "date")
    recognised_on: date | None = _f("认定日期", "39", "", "date")
    registered_on: date | None = _f("登记日期", "39", "", "date")
    official_number: str | None = _f("合同登记编号", "1", "合同", "id", "", 60)
    station: str | None = _f("登记机构", "39", "", "str", "", 60)
    parties: tuple[Party, ...] = field(default=(), metadata={"zh": "当事人", "type": "rows"})
    amount_lines: tuple[AmountLine, ...] = field(default=(), metadata={"zh": "金额", "type": "rows"})
    payments: tuple[Payment, ...] = field(default=(), metadata={"zh": "付款", "type": "rows"})
    invoices: tuple[Invoice, ...] = field(default=(), metadata={"zh": "发票", "type": "rows"})
    ip_rights: tuple[IpRight, ...] = field(default=(), metadata={"zh": "知识产权", "type": "rows"})
    attachments: tuple[Attachment, ...] = field(default=(), metadata={"zh": "附件", "type": "rows"})
    incomes: tuple[Income, ...] = field(default=(), metadata={"zh": "技术性收入", "type": "rows"})
    awards: tuple[Award, ...] = field(default=(), metadata={"zh": "奖励", "type": "rows"})

    @property
    def sellers(self) -> tuple[Party, ...]:
        """研究开发人、让与人、许可人、受托人, in the order of the contract."""
        return tuple(p for p in self.parties if p.role == "seller")

    @property
    def buyers(self) -> tuple[Party, ...]:
        """委托人、受让人、被许可人, in the order of the contract."""
        return tuple(p for p in self.parties if p.role == "buyer")

    @property
    def deducted_amount(self) -> Decimal | None:
        """Contract amount less technology amount; None while either is unknown."""
        if self.contract_amount is None or self.technology_amount is None:
            return None
        return self.contract_amount - self.technology_amount


ROWS: Final[Mapping[str, type]] = {
    "parties": Party,
    "amount_lines": AmountLine,
    "payments": Payment,
    "invoices": Invoice,
    "ip_rights": IpRight,
    "attachments": Attachment,
    "incomes": Income,
    "awards": Award,
}
"""Field of Facts → class of its rows."""

FIXED_CODES: Final[Mapping[str, Mapping[str, str]]] = {
    "party_roles": {"seller": "卖方", "buyer": "买方", "intermediary": "中介方"},
    "id_types": {
        "credit_code": "信用代码",
        "resident_id": "居民身份证",
        "passport": "护照",
        "other": "其他",
    },
    "vat_status": {"general": "一般纳税人", "small_scale": "小规模纳税人", "natural_person": "自然人"},
    "amount_natures": {
        "technology": "技术",
        "carrier": "载体",
        "equipment": "设备",
        "instrument": "仪器",
        "part": "零部件",
        "material": "材料",
        "works": "工程",
        "travel": "差旅",
        "subcontract": "外协采购",
        "other": "其他",
    },
    "invoice_types": {"ordinary": "普通发票", "special": "专用发票"},
    "ip_objects": {
        "patent_invention": "发明专利",
        "patent_utility": "实用新型专利",
        "patent_design": "外观设计专利",
        "defence_patent": "国防专利",
        "patent_application": "专利申请",
        "know_how": "技术秘密",
        "software_copyright": "计算机软件著作权",
        "ic_layout": "集成电路布图设计专有权",
        "plant_variety": "植物新品种权",
        "bio_medicine": "生物、医药新品种",
        "other": "其他",
    },
    "price_forms": {"fixed": "固定总价", "royalty": "提成", "undetermined": "待确定", "shares": "作价入股"},
    "right_scopes": {
        "ownership": "所有权",
        "exclusive_worldwide": "全球独占许可",
        "exclusive_other": "独占许可（非全球）",
        "sole": "排他许可",
        "non_exclusive": "普通许可",
    },
    "civil_military": {"none": "无", "to_military": "民参军", "to_civil": "军转民", "dual_use": "军民两用"},
    "cross_border": {"none": "无", "export": "出口", "import": "进口"},
    "export_controls": {"free": "自由", "restricted": "限制", "prohibited": "禁止"},
    "currencies": {
        "CNY": "人民币",
        "USD": "美元",
        "EUR": "欧元",
        "JPY": "日元",
        "GBP": "英镑",
        "HKD": "港元",
        "KRW": "韩元",
        "RUB": "卢布",
        "CHF": "瑞士法郎",
        "SGD": "新加坡元",
    },
}
"""Code tables inside the program (the others are ``resources/codes/*.csv``): code → Chinese word."""


def label_of(name: str, row_type: type = Facts) -> str:
    """Chinese name of a field as on the form; the field's own name when it is not one of ours."""
    for item in fields(row_type):
        if item.name == name:
            return str(item.metadata.get("zh", name))
    return name


def facts_to_json(facts: Facts) -> dict[str, Any]:
    """Plain values for JSON: money as strings in yuan, dates ISO; unknown fields and empty lists left out."""
    return _plain_row(facts)


def _plain_row(row: Any) -> dict[str, Any]:
    names, read = _CELLS.get(type(row)) or _cells_of(type(row))
    found = {}
    for name, value in zip(names, read(row), strict=True):
        if value is not None and value != ():
            found[name] = value if type(value) in _AS_THEY_ARE else _plain(value)
    return found


_AS_THEY_ARE = frozenset({str, bool, int})


_Cells = tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]
_CELLS: dict[type, _Cells] = {}


def _cells_of(row_type: type) -> _Cells:
    """The fields of a class, and what reads all of them at once: a package asks for a million of them."""
    names = tuple(f.name for f in fields(row_type))
    read = attrgetter(*names) if len(names) > 1 else lambda row: (getattr(row, names[0]),)
    return _CELLS.setdefault(row_type, (names, read))


def _plain(thing: Any) -> Any:
    if isinstance(thing, Decimal):
        return format(thing, "f")
    if isinstance(thing, date):
        return thing.isoformat()
    if isinstance(thing, tuple):
        return [_plain(item) for item in thing]
    return _plain_row(thing) if is_dataclass(thing) else thing


def facts_from_json(raw: Mapping[str, Any]) -> Facts:
    """The facts of a JSON object (inverse of ``facts_to_json``).

    Raises ProblemsFound naming every unknown field, wrong type and impossible value by its Chinese name.
    """
    problems: list[Problem] = []
    found = _read(Facts, raw, "", problems)
    if problems:
        raise ProblemsFound(_("合同要素读不出来"), problems, _("请按所列位置改正后重试"))
    assert isinstance(found, Facts)
    return found


def facts_as_kept(raw: Any) -> tuple[Facts, dict[str, str]]:
    """The facts of a JSON object that is a draft: whatever a person could type comes back, checked by nobody.

    Returns them, and dotted path → text of every value that no fact can hold (``signed_on``,
    ``payments[0].amount``, a field of a later version); one such value takes no other with it. Never raises.
    """
    left: dict[str, str] = {}
    found = _as_kept(Facts, raw, "", left)
    assert isinstance(found, Facts)
    return found, left


def _as_kept(row_type: type, raw: Any, path: str, left: dict[str, str]) -> Any:
    if not isinstance(raw, Mapping):
        left[path.rstrip(".")] = str(raw)
        return row_type()
    known = {f.name: f for f in fields(row_type)}
    hints = get_type_hints(row_type)
    values: dict[str, Any] = {}
    for name, value in raw.items():
        if value is None:
            continue
        if name in ROWS and row_type is Facts and isinstance(value, list | tuple):
            rows = enumerate(value)
            values[name] = tuple(_as_kept(ROWS[name], item, f"{name}[{at}].", left) for at, item in rows)
            continue
        try:
            if name not in known or (name in ROWS and row_type is Facts):
                raise ValueError(name)
            values[name] = _value(value, hints[name], 0)
            if known[name].metadata["type"] == "money":
                values[name] = _to_the_fen(values[name])
        except (ValueError, ArithmeticError):
            values.pop(name, None)
            left[f"{path}{name}"] = str(value)
    return row_type(**values)


def _read(row_type: type, raw: Any, place: str, problems: list[Problem]) -> Any:
    if not isinstance(raw, Mapping):
        said = str(raw)[:40]
        remedy = _("请把栏目和值写进一对花括号")
        problems.append(Problem(place or _("合同"), said, _("应当是一组栏目"), remedy))
        return row_type()
    known = {f.name: f for f in fields(row_type)}
    hints = get_type_hints(row_type)
    values: dict[str, Any] = {}
    for name, value in raw.items():
        if name not in known:
            problems.append(
                Problem(
                    f"{place}{name}", str(value)[:40], _("没有这一栏"), _("请核对栏目名称"), field=str(name)
                )
            )
        elif value is None:
            continue
        elif name in ROWS and row_type is Facts:
            if not isinstance(value, list | tuple):
                zh = known[name].metadata["zh"]
                problems.append(
                    Problem(
                        f"{place}{zh}",
                        str(value)[:40],
                        _("应当是若干行"),
                        _("请把各行写进一对方括号"),
                        field=name,
                    )
                )
                continue
            zh = known[name].metadata["zh"]
            values[name] = tuple(
                _read(ROWS[name], item, _("{list}第 {row} 行 ").format(list=f"{place}{zh}", row=i), problems)
                for i, item in enumerate(value, 1)
            )
        else:
            zh = str(known[name].metadata["zh"])
            try:
                values[name] = _value(value, hints[name], int(known[name].metadata["longest"]))
                if known[name].metadata["type"] == "money":
                    values[name] = _to_the_fen(values[name])
            except (ValueError, ArithmeticError) as exc:
                problems.append(
                    Problem(f"{place}{zh}", str(value)[:40], str(exc), _("请按合同原文改正"), field=name)
                )
    return row_type(**values)


def _to_the_fen(amount: Decimal) -> Decimal:
    fen = amount.quantize(Decimal("0.01"))
    if fen != amount:
        raise ValueError(_("金额最多两位小数"))
    return fen


def _value(value: Any, hint: Any, longest: int) -> Any:
    wanted = next((t for t in get_args(hint) if t is not type(None)), hint) if get_args(hint) else hint
    wanted = get_origin(wanted) or wanted
    if wanted is Decimal:
        if isinstance(value, float | bool) or not isinstance(value, str | int | Decimal):
            raise ValueError(_('金额和比例要写成文字，如 "1280000.00"'))
        try:
            number = Decimal(value)
        except ArithmeticError:
            raise ValueError(_("不是数")) from None
        if not number.is_finite():
            raise ValueError(_("不是有限的数"))
        return number
    if wanted is date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            raise ValueError(_("不是日历上有的日期，应写成 2026-11-20")) from None
    if wanted is bool:
        if not isinstance(value, bool):
            raise ValueError(_("只能是 true 或 false"))
        return value
    if wanted is int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(_("应当是整数"))
        return value
    if not isinstance(value, str):
        raise ValueError(_("应当是文字"))
    if longest and len(value) > longest:
        raise ValueError(_("超过 {n} 个字").format(n=longest))
    return value


def with_row(facts: Facts, name: str, index: int, /, **changes: Any) -> Facts:
    """A copy with one row of a list field changed; ``index`` may be one past the end to append."""
    rows = list(getattr(facts, name))
    if index == len(rows):
        rows.append(ROWS[name]())
    rows[index] = replace(rows[index], **changes)
    changed: dict[str, Any] = {name: tuple(rows)}
    return replace(facts, **changed)
