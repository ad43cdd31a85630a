from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import ProblemsFound
from desktop.resources import resource
from desktop.rules.facts import Facts, Party, Payment
from desktop.rules.local_pack import load_pack, load_subsidies
from desktop.rules.subsidies import CALENDAR_YEAR, Caps, Claiming, Subsidy, Window
from desktop.rules.subsidy_grants import EXTRA, MINIMUM, STANDARD, Deal, grants, reckon, verdict
from desktop.rules.subsidy_shapes import Band, Bands, Lump, Steps, Tariff, share_words

EXAMPLES = resource("local", "examples", "subsidies.toml")
FOUND = {s.code: s for s in load_subsidies(EXAMPLES)}
LOCAL = Path(__file__).parents[1] / "cases" / "relief" / "schemes.toml"
YUNLING = resource("local", "yunling-2026.11.toml").read_text(encoding="utf-8")

YUAN = st.integers(0, 10**13).map(lambda fen: Decimal(fen).scaleb(-2))


def yuan(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def deal(scheme: Subsidy, paid: str | Decimal, day: date = date(2026, 5, 6), **changes: Any) -> Deal:
    amount = Decimal(paid)
    facts = Facts(
        kind="DEV", sub_kind="DEV-1", contract_amount=amount, technology_amount=amount,
        registered_on=day, is_related_party=False, is_public_funded=False,
        parties=(
            Party(role="seller", name="启衡", party_type="150", country="CHN", region="990321"),
            Party(role="buyer", name="丰禾", party_type="150", country="CHN", region="990321"),
        ),
        payments=(Payment(None, day, amount),),
    )  # fmt: skip
    facts = replace(facts, **changes)
    said = {EXTRA: True, STANDARD: True}
    return Deal(facts, facts.kind, facts.sub_kind, facts.technology_amount, day, (scheme,), said)


def gives(scheme: Subsidy, paid: str, **changes: Any) -> Decimal | None:
    return reckon(deal(scheme, paid, **changes)).total


# ------------------------------------------------------------------------------------------------- examples
EXPECTED_OF_EXAMPLES = {
    "NX-2023-SELLER", "NX-2023-UNIVERSITY", "NX-2023-BUYER", "NX-2023-STATION", "SY-2018-BUYER", "FQ-BUYER",
    "FQ-SELLER", "FQ-STATION", "QD-2026-UNIVERSITY", "QD-OLD-SERVICE", "QD-OLD-AUTHORITY", "SM-2023-SELLER",
    "SM-STATION", "FZ-2020-STATION", "FJ-2019-STATION", "FJ-2019-INSTITUTION", "LS-INSTITUTION", "NJ-SELLER",
    "NM-2021-BUYER", "NM-2021-SELLER", "NM-2021-SERVICE",
}  # fmt: skip


def test_every_example_found_is_there_with_its_source_and_mark() -> None:
    assert FOUND.keys() == EXPECTED_OF_EXAMPLES
    for scheme in FOUND.values():
        assert scheme.instrument, scheme.code
        assert scheme.source, scheme.code
        assert scheme.place, scheme.code
        assert scheme.last_checked == date(2026, 11, 21), scheme.code
        is_whole = scheme.tariff is not None and scheme.valid_from is not None
        assert (scheme.confidence == "verified") == (".gov.cn" in scheme.source and is_whole), scheme.code


def test_what_was_not_seen_gives_no_figure() -> None:
    for code in ("LS-INSTITUTION", "NJ-SELLER", "NM-2021-BUYER", "NM-2021-SELLER", "NM-2021-SERVICE"):
        assert FOUND[code].tariff is None
    unanswered = replace(deal(FOUND["NM-2021-BUYER"], "1000000", signed_on=date(2026, 5, 1)), said={})
    (grant,) = grants(unanswered)
    assert (grant.result, grant.amount) == ("cannot_tell", None)
    assert "补助标准" in grant.why


def test_an_example_can_be_copied_into_a_pack_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "本县.toml"
    own = YUNLING[: YUNLING.index("[[subsidy]]")] if "[[subsidy]]" in YUNLING else YUNLING
    path.write_text(f"{own}\n{EXAMPLES.read_text(encoding='utf-8')}", encoding="utf-8")
    assert {s.code: s for s in load_pack(path).subsidies} == FOUND


@pytest.mark.parametrize(
    ("code", "base", "money"),
    [
        ("SM-2023-SELLER", "0.01", "0"),
        ("SM-2023-SELLER", "100000", "1000"),
        ("SM-2023-SELLER", "100001", "1000.01"),
        ("SM-2023-SELLER", "1000000", "5500"),
        ("SM-2023-SELLER", "1000010", "5500.01"),
        ("SM-2023-SELLER", "1800000", "6300"),
        ("FZ-2020-STATION", "499999999.99", "0"),
        ("FZ-2020-STATION", "500000000", "200000"),
        ("FZ-2020-STATION", "500000017", "200000.01"),
        ("FZ-2020-STATION", "650000000", "290000"),
        ("FJ-2019-STATION", "199999999.99", "0"),
        ("FJ-2019-STATION", "200000000", "50000"),
        ("FJ-2019-STATION", "200000020", "50000.01"),
        ("FQ-STATION", "29999999.99", "0"),
        ("FQ-STATION", "30000000", "50000"),
        ("FQ-STATION", "130000000", "110000"),
        ("FQ-SELLER", "30000000", "150000"),
        ("FQ-SELLER", "30000004", "150000.01"),
        ("SM-STATION", "99999999.99", "0"),
        ("SM-STATION", "100000000", "30000"),
        ("SM-STATION", "149999999.99", "30000"),
        ("SM-STATION", "150000000", "40000"),
        ("SM-STATION", "199999999.99", "40000"),
        ("SM-STATION", "200000000", "50000"),
        ("NX-2023-STATION", "200000000", "100000"),
        ("NX-2023-SELLER", "1000000", "50000"),
        ("NX-2023-BUYER", "1000000", "300000"),
        ("SY-2018-BUYER", "1000000", "50000"),
        ("QD-OLD-SERVICE", "1000000", "2000"),
        ("QD-OLD-AUTHORITY", "1000000", "500"),
        ("FJ-2019-INSTITUTION", "1000000", "20000"),
        ("QD-2026-UNIVERSITY", "1000000", "100000"),
    ],
)  # fmt: skip
def test_the_worked_sums_of_the_examples(code: str, base: str, money: str) -> None:
    tariff = FOUND[code].tariff
    assert tariff is not None
    assert tariff.of(Decimal(base)) == Decimal(money)


@pytest.mark.parametrize(
    ("code", "cap"),
    [
        ("NX-2023-SELLER", Caps(unit_year=Decimal(1000000))),
        ("NX-2023-UNIVERSITY", Caps(result=Decimal(1000000))),
        ("NX-2023-BUYER", Caps(unit_year=Decimal(5000000))),
        ("NX-2023-STATION", Caps(unit_year=Decimal(100000))),
        ("SY-2018-BUYER", Caps(unit_year=Decimal(2000000), is_unclear=True)),
        ("FQ-BUYER", Caps(unit_year=Decimal(200000), is_unclear=True)),
        ("FQ-SELLER", Caps(unit_year=Decimal(1000000), is_unclear=True)),
        ("FQ-STATION", Caps(unit_year=Decimal(200000))),
        ("QD-2026-UNIVERSITY", Caps(unit_year=Decimal(5000000))),
        ("QD-OLD-SERVICE", Caps()),
        ("SM-2023-SELLER", Caps(unit_year=Decimal(50000))),
        ("SM-STATION", Caps(unit_year=Decimal(100000))),
        ("FZ-2020-STATION", Caps(unit_year=Decimal(1000000))),
        ("FJ-2019-STATION", Caps(unit_year=Decimal(300000))),
        ("FJ-2019-INSTITUTION", Caps(unit_year=Decimal(500000), is_unclear=True)),
    ],
)
def test_the_caps_of_the_examples(code: str, cap: Caps) -> None:
    assert FOUND[code].caps == cap


# ---------------------------------------------------------------------------------------------------- caps
def flat(rate: str = "0.01", **more: Any) -> Subsidy:
    made: dict[str, Any] = {
        "code": "F", "name": "补助", "beneficiary": "seller", "tariff": Bands((Band(None, Decimal(rate)),)),
        "valid_from": date(2020, 1, 1), "instrument": "示例办法",
    }  # fmt: skip
    return Subsidy(**(made | more))


@pytest.mark.parametrize("circle", ["contract", "unit_year", "result"])
def test_no_contract_brings_more_than_a_cap_and_reaches_it_to_the_fen(circle: str) -> None:
    scheme = flat(caps=replace(Caps(), **{circle: Decimal(1000)}))  # type: ignore[arg-type]
    assert gives(scheme, "99999") == Decimal("999.99")
    assert gives(scheme, "100000") == Decimal(1000)
    assert gives(scheme, "100001") == Decimal(1000)


def test_the_narrowest_of_several_caps_counts() -> None:
    caps = Caps(contract=Decimal(900), unit_year=Decimal(2000), result=Decimal(1000))
    assert gives(flat(caps=caps), "1000000") == Decimal(900)


def test_a_formula_says_the_sum_the_cap_the_use_the_claiming_and_the_text() -> None:
    scheme = replace(
        FOUND["QD-2026-UNIVERSITY"], beneficiary="seller", claiming=Claiming("automatic"), instrument="示例"
    )
    ((label, money, formula),) = reckon(deal(scheme, "60000000")).figures
    assert (label, money) == ("高校技术合同到账支持（卖方，2026 年）", Decimal(5000000))
    assert formula == (
        "全年实际支付 60,000,000.00：60,000,000.00 × 10%；单位全年最多 5,000,000.00 元；"
        "不少于 70% 用于研发（3,500,000.00 元）；免申即享；示例"
    )


def test_rates_are_said_as_people_say_them() -> None:
    rates = ("0.05", "0.005", "0.001", "0.0006", "0.0005", "0.0001", "0.3")
    assert [share_words(Decimal(r)) for r in rates] == ["5%", "0.5%", "0.1%", "0.6‰", "0.5‰", "0.1‰", "30%"]


# ----------------------------------------------------------------------------------------------------- days
OVER_NEW_YEAR = Window(("registered_on",), (11, 1), (10, 31))


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2025, 10, 31), 2025), (date(2025, 11, 1), 2026), (date(2025, 12, 31), 2026),
        (date(2026, 1, 1), 2026), (date(2026, 10, 31), 2026), (date(2026, 11, 1), 2027),
    ],
)  # fmt: skip
def test_a_window_over_new_year_is_the_year_in_which_it_ends(day: date, year: int) -> None:
    assert OVER_NEW_YEAR.year_of(day) == year


def test_a_window_has_its_first_and_its_last_day_and_none_beside() -> None:
    spring = Window(("paid_on",), (3, 1), (6, 30))
    fixed = Window(("signed_on",), date(2023, 1, 1), date(2024, 12, 31))
    for window, first, last in (
        (spring, date(2026, 3, 1), date(2026, 6, 30)),
        (fixed, date(2023, 1, 1), date(2024, 12, 31)),
    ):
        assert window.year_of(first) == first.year
        assert window.year_of(last) == last.year
        assert window.year_of(first - timedelta(days=1)) is None
        assert window.year_of(last + timedelta(days=1)) is None


@given(st.dates(date(1999, 1, 1), date(2100, 1, 1)))
def test_a_gapless_window_puts_every_day_into_one_year(day: date) -> None:
    assert CALENDAR_YEAR.year_of(day) == day.year
    year = OVER_NEW_YEAR.year_of(day)
    assert year is not None
    assert date(year - 1, 11, 1) <= day <= OVER_NEW_YEAR.end_of(year) == date(year, 10, 31)


def test_claiming_ends_on_the_first_such_day_after_the_window() -> None:
    november = Claiming("application", (11, 1), (11, 30))
    spring = Claiming("application", (3, 1), (4, 30))
    leap = Claiming("application", (2, 1), (2, 29))
    assert november.deadline(OVER_NEW_YEAR, 2026) == date(2026, 11, 30)
    assert spring.deadline(OVER_NEW_YEAR, 2026) == date(2027, 4, 30)
    assert spring.deadline(CALENDAR_YEAR, 2026) == date(2027, 4, 30)
    assert leap.deadline(CALENDAR_YEAR, 2026) == date(2027, 2, 28)
    assert leap.deadline(CALENDAR_YEAR, 2027) == date(2028, 2, 29)
    assert Claiming("automatic").deadline(CALENDAR_YEAR, 2026) is None
    fixed = Claiming("application", date(2026, 3, 1), date(2026, 3, 31))
    assert fixed.deadline(CALENDAR_YEAR, 2025) == date(2026, 3, 31)


def test_either_of_two_days_in_the_window_is_enough() -> None:
    scheme = flat(window=Window(("registered_on", "signed_on"), date(2026, 1, 1), date(2026, 12, 31)))
    inside, outside = date(2026, 6, 1), date(2025, 6, 1)
    assert gives(scheme, "100", day=inside, signed_on=outside) == 1
    assert gives(scheme, "100", day=outside, signed_on=inside) == 1
    assert gives(scheme, "100", day=outside, signed_on=date(2025, 1, 1)) is None
    (grant,) = grants(deal(scheme, "100", day=outside, signed_on=None))
    assert (grant.result, grant.why) == ("cannot_tell", "缺：成交（签订）日")


def test_an_end_that_was_not_seen_is_sure_in_its_first_year_alone() -> None:
    scheme = FOUND["QD-2026-UNIVERSITY"]
    days = (date(2026, 2, 11), date(2026, 2, 12), date(2026, 12, 31), date(2027, 1, 1))
    assert [scheme.applies_on(day) for day in days] == [False, True, True, None]
    assert [scheme.applies_in(year) for year in (2025, 2026, 2027)] == [False, True, None]
    assert FOUND["FQ-BUYER"].applies_on(date(2026, 1, 1)) is None
    assert FOUND["SM-2023-SELLER"].applies_in(2024) is True
    assert FOUND["SM-2023-SELLER"].applies_in(2025) is False


# ----------------------------------------------------------------------------------------- unmet and unknown
SCHEMES = {s.code: s for s in load_subsidies(LOCAL)}


def first_why(code: str, said: dict[str, bool] | None = None, **changes: Any) -> tuple[str, str]:
    made = replace(deal(SCHEMES[code], "1800000", day=date(2026, 11, 20), **changes), said=said or {})
    grant = grants(made)[0]
    return grant.result, grant.why


@pytest.mark.parametrize(
    ("code", "changes", "found"),
    [
        ("T-FUND", {"is_public_funded": None}, ("cannot_tell", "缺：是否财政资金形成")),
        ("T-FUND", {"is_public_funded": True}, ("not_supported", "办法排除财政资金项目")),
        ("T-RELATED", {"is_related_party": None}, ("cannot_tell", "缺：是否关联交易")),
        ("T-RELATED", {"is_related_party": True}, ("not_supported", "办法排除关联交易")),
        ("T-FUND", {"payments": ()}, ("cannot_tell", "缺：付款（实付日、金额）")),
        ("T-FUND", {"technology_amount": None}, ("cannot_tell", "缺：技术交易额")),
        ("T-FIXED", {}, ("cannot_tell", "缺：成交（签订）日")),
        ("T-SUB", {"sub_kind": None}, ("cannot_tell", "缺：细类")),
        ("T-INVOICE", {}, ("cannot_tell", "缺：是否具备：发票写有合同名称或登记编号")),
        ("T-UNSEEN", {}, ("cannot_tell", "缺：补助标准（原文未见）")),
        (
            "T-PLACE",
            {"technology_amount": Decimal("99999.99")},
            ("not_supported", "技术交易额不到起点 100,000.00 元"),
        ),
    ],
)
def test_what_is_unmet_or_unknown_is_named(code: str, changes: Any, found: tuple[str, str]) -> None:
    assert first_why(code, **changes) == found


def test_an_unknown_contract_amount_leaves_its_scheme_open() -> None:
    made = deal(flat(base="contract_amount"), "100", contract_amount=None)
    assert verdict(made, MINIMUM) is None
    (grant,) = grants(made)
    assert (grant.result, grant.amount, grant.why) == ("cannot_tell", None, "缺：合同成交额")


def test_an_unknown_region_or_type_names_the_side() -> None:
    buyer = Party(role="buyer", name="丰禾", country="CHN")
    assert first_why("T-PLACE", parties=(buyer,)) == ("cannot_tell", "缺：买方单位性质、买方行政区划")


def test_a_region_is_meant_with_all_its_places() -> None:
    def found(region: str, code: str) -> Decimal | None:
        parties = (Party(role="buyer", name="丰禾", party_type="150", country="CHN", region=region),)
        return gives(replace(SCHEMES["T-PLACE"], buyer_regions=(code,)), "100000", parties=parties)

    assert found("990321", "990300") == found("990321", "990000") == found("990321", "990321") == 10000
    assert found("990322", "990321") is found("990421", "990300") is found("980321", "990000") is None


# ------------------------------------------------------------------------------------------------ properties
def tariffs() -> st.SearchStrategy[Tariff]:
    rate = st.integers(0, 5000).map(lambda n: Decimal(n).scaleb(-4))
    money = st.integers(1, 10**9).map(lambda fen: Decimal(fen).scaleb(-2))

    def bands(edges: list[Decimal], rates: list[Decimal]) -> Bands:
        ends: list[Decimal | None] = [*sorted(edges), None]
        return Bands(tuple(Band(e, r) for e, r in zip(ends, rates, strict=False)))

    edges = st.lists(money, unique=True, max_size=3)
    return st.one_of(
        st.builds(bands, edges, st.lists(rate, min_size=4, max_size=4)),
        st.builds(Lump, money, money, rate),
        st.builds(Steps, money, money, money, money),
    )


@given(tariffs(), YUAN, YUAN, st.none() | YUAN)
def test_more_paid_never_gives_less(tariff: Tariff, one: Decimal, more: Decimal, cap: Decimal | None) -> None:
    scheme = flat(tariff=tariff, caps=Caps(unit_year=cap))
    small, large = gives(scheme, str(one or "0.01")), gives(scheme, str((one or Decimal("0.01")) + more))
    assert small is not None
    assert large is not None
    assert small <= large
    assert cap is None or large <= cap


@given(tariffs(), YUAN)
def test_the_parts_in_words_add_up_to_the_figure(tariff: Tariff, base: Decimal) -> None:
    words = tariff.parts(base)
    total = Decimal(0)
    for part in words.split(" + ") if words and "不到" not in words else ():
        factors = part.split(" × ")
        value = yuan(factors[0])
        for factor in factors[1:]:
            if factor.endswith("%"):
                value *= Decimal(factor[:-1]) / 100
            elif factor.endswith("‰"):
                value *= Decimal(factor[:-1]) / 1000
            else:
                value *= yuan(factor)
        total += value
    assert abs(tariff.of(base) - total) <= Decimal("0.005")


# -------------------------------------------------------------------------------------------------- reading
GOOD = """
[[subsidy]]
code = "A"
name = "补助"
beneficiary = "seller"
shape = "flat"
rate = "0.01"
valid_from = 2026-01-01
instrument = "示例办法"
"""
FLAT = 'shape = "flat"\nrate = "0.01"'


def add(text: str) -> Callable[[str], str]:
    return lambda good: f"{good}{text}\n"


def swap(old: str, new: str) -> Callable[[str], str]:
    return lambda good: good.replace(old, new)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (add('colour = "red"'), "subsidy[1].colour"),
        (swap('"0.01"', "0.01"), "subsidy[1].rate"),
        (swap('"0.01"', '"5"'), "subsidy[1].rate"),
        (swap('"0.01"', '"-0.01"'), "subsidy[1].rate"),
        (swap('shape = "flat"', 'shape = "round"'), "subsidy[1].shape"),
        (swap('shape = "flat"', 'shape = "lump"'), "subsidy[1].threshold"),
        (swap(FLAT, 'shape = "unseen"\nrate = "0.01"'), "subsidy[1].rate"),
        (
            swap(FLAT, 'shape = "steps"\nthreshold = "1"\nlump = "1"\nstep = "0"\neach = "1"'),
            "subsidy[1].step",
        ),
        (swap('"seller"', '"king"'), "subsidy[1].beneficiary"),
        (swap('"seller"', '"station"'), "subsidy[1].base"),
        (swap('"seller"', '"station"\ncount = "contract"'), "subsidy[1].count"),
        (swap('"seller"', '"university"\nparty_types = ["enterprise"]'), "subsidy[1].party_types"),
        (swap('"seller"', '"transfer_institution"\nparty_types = ["enterprise"]'), "subsidy[1].party_types"),
        (add('party_types = ["giant"]'), "subsidy[1].party_types"),
        (add('kinds = ["TRF"]\nsub_kinds = ["DEV-1"]'), "subsidy[1].sub_kinds"),
        (add('buyer_regions = ["9903"]'), "subsidy[1].buyer_regions"),
        (add('base = "guess"'), "subsidy[1].base"),
        (add('of_year = "last"'), "subsidy[1].count"),
        (add('growth = { over = "1", rate = "0.1", on = "whole" }'), "subsidy[1].count"),
        (add('count = "unit_year"\ngrowth = { over = "1", rate = "0.1" }'), "subsidy[1].growth.on"),
        (add('count = "unit_year"\ncaps = { contract = "1" }'), "subsidy[1].caps"),
        (add('count = "unit_year"\nonce_per_result = true'), "subsidy[1].caps"),
        (
            add('count = "unit_year"\nof_year = "last"\ngrowth = { over = "1", rate = "0.1", on = "whole" }'),
            "subsidy[1].growth",
        ),
        (
            add('count = "unit_year"\nbase = "growth"\nof_year = "last"'),
            "subsidy[1].base",
        ),
        (add('cap = "1"\ncaps = { unit_year = "1" }'), "subsidy[1].cap"),
        (add('caps = { county = "1" }'), "subsidy[1].caps.county"),
        (add("cap_unclear = true"), "subsidy[1].cap_unclear"),
        (add("valid_until = 2026-01-01"), "subsidy[1].valid_until"),
        (add('valid_until = "soon"'), "subsidy[1].valid_until"),
        (swap("valid_from = 2026-01-01", ""), "subsidy[1].valid_from"),
        (add('window = { by = [], from = "01-01", until = "02-01" }'), "subsidy[1].window.by"),
        (add('window = { by = ["birthday"], from = "01-01", until = "02-01" }'), "subsidy[1].window.by"),
        (
            add('window = { by = ["paid_on", "signed_on"], from = "01-01", until = "02-01" }'),
            "subsidy[1].window.by",
        ),
        (
            add('base = "contract_amount"\nwindow = { by = ["paid_on"], from = "01-01", until = "02-01" }'),
            "subsidy[1].window.by",
        ),
        (add('window = { by = ["signed_on"], from = "02-30", until = "03-01" }'), "subsidy[1].window.from"),
        (add('window = { by = ["signed_on"], from = "W01-1", until = "03-01" }'), "subsidy[1].window.from"),
        (
            add('window = { by = ["signed_on"], from = 2026-01-01, until = "03-01" }'),
            "subsidy[1].window.until",
        ),
        (
            add('window = { by = ["signed_on"], from = 2026-01-02, until = 2026-01-01 }'),
            "subsidy[1].window.until",
        ),
        (add('claim = { mode = "prayer" }'), "subsidy[1].claim.mode"),
        (add('claim = { mode = "application", from = "01-01" }'), "subsidy[1].claim.until"),
        (add('use = { least = "0.5", on = "beer" }'), "subsidy[1].use.on"),
        (add('not_with = ["B"]'), "subsidy[1].not_with"),
        (lambda good: good + good, "subsidy[2].code"),
        (add('confidence = "sure"'), "subsidy[1].confidence"),
        (
            swap(FLAT, 'bands = [{ upto = "2", rate = "0.1" }, { upto = "2", rate = "0.1" }]'),
            "subsidy[1].bands",
        ),
    ],
)  # fmt: skip
def test_a_wrong_scheme_names_file_and_key(tmp_path: Path, change: Callable[[str], str], key: str) -> None:
    path = tmp_path / "补助.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert load_subsidies(path)[0].code == "A"
    assert change(GOOD) != GOOD
    path.write_text(change(GOOD), encoding="utf-8")
    with pytest.raises(ProblemsFound) as refused:
        load_subsidies(path)
    assert key in [p.field for p in refused.value.problems]
    assert all(p.place.startswith("补助.toml") for p in refused.value.problems)


def test_the_short_cap_of_earlier_packs_is_that_of_a_unit_and_year(tmp_path: Path) -> None:
    path = tmp_path / "补助.toml"
    path.write_text(f'{GOOD}cap = "50000"\n', encoding="utf-8")
    assert load_subsidies(path)[0].caps == Caps(unit_year=Decimal(50000))
