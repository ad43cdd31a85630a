"""The registration form (技术合同登记表) as a plan: its fields section by section, in the order of the paper.

Numbers and names come from ``desktop.rules.facts``; this file says only where a field stands, whether it
must be filled, and how it is called where the screen wants it shorter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from desktop.resources import _


@dataclass(frozen=True, slots=True)
class Item:
    """One field; ``beside`` stands in the same row, ``lines`` makes it a text of several lines."""

    name: str
    label: str = ""
    required: bool = False
    beside: str = ""
    wide: bool = False
    lines: int = 0
    number: str | None = None


Row = tuple[Item, ...]

CONTRACT: Final[tuple[Row, ...]] = (
    (Item("title", required=True, wide=True),),
    (
        Item("sub_kind", _("类别・细类"), required=True),
        Item("valid_from", _("有效期限 起–止"), required=True, beside="valid_until"),
    ),
    (Item("signed_on", required=True), Item("effective_on")),
)
MONEY: Final[tuple[Row, ...]] = (
    (
        Item("contract_amount", _("合同成交额（元）"), required=True),
        Item("technology_amount", _("技术交易额（元）")),
    ),
    (Item("currency", _("币种・汇率")), Item("payment_method", required=True)),
    (Item("price_form"), Item("royalty_terms")),
    (Item("exchange_rate"), Item("exchange_rate_on")),
    (Item("original_amount"), Item("vat_amount", _("增值税额（元）"))),
)
TECHNOLOGY: Final[tuple[Row, ...]] = (
    (Item("technical_field", required=True), Item("ip_kind", required=True)),
    (Item("plan_source", required=True), Item("socioeconomic_objective", required=True)),
    (Item("industry", required=True), Item("is_secret", required=True)),
    (Item("project_number"), Item("project_name")),
    (Item("expected_investment", _("预计新增投入（元）")), Item("expected_output", _("预计新增产值（元）"))),
    (Item("summary", required=True, wide=True, lines=3),),
    (Item("use_region"), Item("has_confidentiality")),
    (Item("is_public_funded"), Item("approval_number")),
)
ABROAD: Final[tuple[Row, ...]] = (
    (Item("cross_border"), Item("export_control")),
    (Item("commerce_number"), Item("is_used_wholly_abroad")),
    (Item("is_related_party"), Item("related_share_percent")),
    (Item("intermediary_fee", _("中介费（元）")), Item("transfer_institution")),
    (Item("broker"), Item("applicant_role")),
)
FURTHER: Final[tuple[Row, ...]] = (
    (Item("is_written"), Item("signed_place")),
    (Item("right_scope"), Item("territory")),
    (Item("licence_from", _("许可期 起–止"), beside="licence_until"), Item("civil_military")),
    (Item("rd_cost_amount", _("研发经费（元）")), Item("remuneration_amount", _("研发报酬（元）"))),
    (Item("service_inside_amount", _("服务培训金额（元）")), Item("is_vat_listed")),
    (Item("is_separately_accounted"), Item("waived_from")),
)
PARTY_MAIN: Final[tuple[Item, ...]] = (
    Item("name", required=True),
    Item("id_number", _("信用代码"), required=True),
    Item("country", required=True),
    Item("region", required=True),
    Item("party_type", required=True),
)
PARTY_MORE: Final[tuple[Item, ...]] = (
    Item("id_type"),
    Item("legal_representative"),
    Item("contact"),
    Item("phone"),
    Item("email"),
    Item("address"),
    Item("vat_status"),
    Item("is_tax_resident"),
    Item("is_high_tech"),
    Item("is_small_low_profit"),
    Item("is_nonprofit_research", _("非营利科研院校")),
    Item("park"),
)
