from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from desktop.rules.contradictions import contradictions
from desktop.rules.facts import Award, Facts, Income, Party

DAY, NEXT = date(2026, 5, 1), date(2026, 5, 2)
GOOD = Facts(
    kind="LIC",
    sub_kind="LIC-1",
    right_scope="non_exclusive",
    valid_from=DAY,
    valid_until=NEXT,
    signed_on=DAY,
    effective_on=DAY,
    accepted_on=NEXT,
    registered_on=NEXT,
    licence_from=DAY,
    licence_until=NEXT,
    contract_amount=Decimal(100),
    technology_amount=Decimal(100),
    incomes=(Income(received_on=DAY, amount=Decimal(100)),),
    awards=(Award(paid_on=DAY, notice_from=DAY, notice_until=DAY),),
)
HERE, THERE = Party(role="seller", country="CHN"), Party(role="buyer", country="DEU")


def test_what_fits_and_what_is_unknown_is_no_contradiction() -> None:
    assert contradictions(GOOD) == ()
    assert contradictions(Facts()) == ()


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"valid_until": date(2026, 4, 30)}, "有效期限止", "早于有效期限起 2026-05-01"),
        ({"licence_until": date(2026, 4, 30)}, "许可期止", "早于许可期起 2026-05-01"),
        ({"effective_on": date(2026, 4, 30)}, "生效日期", "早于签订日期 2026-05-01"),
        ({"accepted_on": date(2026, 4, 30)}, "受理日期", "早于签订日期 2026-05-01"),
        ({"registered_on": DAY}, "登记日期", "早于受理日期 2026-05-02"),
        ({"contract_amount": Decimal("99.99")}, "技术交易额", "大于合同成交额 99.99"),
        ({"incomes": (Income(DAY, Decimal("100.01")),)}, "技术性收入", "合计大于技术交易额 100.00"),
        (
            {"right_scope": "ownership", "licence_from": None, "licence_until": None},
            "权利让与范围",
            "许可合同",
        ),
        ({"kind": "TRF", "sub_kind": "TRF-1", "right_scope": "ownership"}, "权利让与范围", "填了许可期"),
        ({"kind": "TRF", "sub_kind": "TRF-1"}, "权利让与范围", "应为所有权"),
        ({"sub_kind": "LIC-1C", "right_scope": "exclusive_worldwide"}, "权利让与范围", "与细类写的"),
        ({"sub_kind": "LIC-1A"}, "权利让与范围", "与细类写的"),
        ({"price_form": "shares", "payment_method": "1"}, "价款形式", "写的却是付款"),
        ({"cross_border": "none", "parties": (HERE, THERE)}, "进出口", "一方却在境外"),
        ({"cross_border": "import", "parties": (HERE, THERE)}, "进出口", "买方却都在境外"),
        (
            {"cross_border": "export", "parties": (HERE, replace(HERE, role="buyer"))},
            "进出口",
            "双方却都在境内",
        ),
        ({"awards": (Award(paid_on=date(2026, 4, 30)),)}, "奖励", "早于第一笔到账 2026-05-01"),
        ({"awards": (Award(notice_from=NEXT, notice_until=DAY),)}, "奖励", "公示止早于公示起 2026-05-02"),
    ],
)
def test_each_contradiction_is_named_with_both_fields(
    changes: dict[str, Any], field: str, reason: str
) -> None:
    (found,) = contradictions(replace(GOOD, **changes))
    assert found.place == field
    assert reason in found.reason
    assert found.remedy


def test_under_the_old_rules_a_licence_is_a_transfer() -> None:
    assert contradictions(replace(GOOD, kind="TRF")) == ()


def test_what_fits_across_the_border_and_in_shares_is_no_contradiction() -> None:
    sold = replace(GOOD, cross_border="export", parties=(HERE, THERE))
    assert contradictions(sold) == ()
    bought = replace(
        GOOD, cross_border="import", parties=(replace(THERE, role="seller"), replace(HERE, role="buyer"))
    )
    assert contradictions(bought) == ()
    assert contradictions(replace(GOOD, price_form="shares", payment_method="5")) == ()
    assert contradictions(replace(GOOD, sub_kind="LIC-1C")) == ()
