"""Finding contracts: two characters, initials, numbers, filters, on both databases."""

from __future__ import annotations

import json
from array import array
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import Style, pinyin
from sqlalchemy import text

from desktop.rules.facts import AmountLine
from desktop.services.commands import DeleteDraft
from desktop.services.look import search, search_sums
from desktop.services.take_in import delete_draft
from desktop.store.schema import bring_up_to_date
from desktop.store.search_index import AT_A_TURN, grams, ids_as_json, ids_from, initials, parse_query
from tests.bench.raw import statements
from tests.conftest import Way


@pytest.mark.parametrize(
    ("words", "tokens"),
    [
        ("张三丰", ["张三", "三丰"]),
        ("单", ["单"]),
        ("2026-0312", ["2026", "0312"]),
        ("AI采摘机v2", ["ai", "采摘", "摘机", "v2"]),
        ("𬭎𫖮", ["𬭎𫖮"]),
        ("", []),
    ],
)
def test_text_becomes_bigrams(words: str, tokens: list[str]) -> None:
    assert grams(words) == tokens


@pytest.mark.parametrize(
    ("name", "letters"),
    [("重庆大学", "cqdx"), ("单小雨", "sxy"), ("仇远", "qy"), ("岚州启衡", "lzqh"), ("A股份", "agf")],
)
def test_initials_are_those_a_clerk_types(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize(
    "name",
    [
        "重庆长安汽车银行",
        "大都会朝阳行长（都江堰）3D打印有限公司",
        "音乐快乐ABC，重量长春",
        "〇一𬭎",
        "ü é",
        "",
    ],
)
def test_initials_word_by_word_are_those_of_the_whole_name(name: str) -> None:
    """A name's words are kept one by one; what pypinyin reads by its neighbours (银行, 行长) must stay so."""
    whole = "".join(item[0].lower() for item in pinyin(name, style=Style.FIRST_LETTER))
    assert initials(name) == "".join(one for one in whole if one.isascii() and one.isalnum())


def test_a_number_with_blanks_is_one_word() -> None:
    assert parse_query("2026 9903 2100") == [["202699032100*"]]


@pytest.mark.parametrize(
    "words",
    [
        "采摘",
        "视觉识别",
        "启衡",
        "qh",
        "lzqh",
        "丰禾 采摘",
        "0247",
        "2026 9903 2100 0247",
        "2026990321",
        "韦青",
    ],
)
def test_a_registered_contract_is_found(way: Way, words: str) -> None:
    made = way.registered()
    way.draft(title="低品位石英砂提纯工艺", parties=())
    assert list(search(way.office, words).ids) == [made]


@pytest.mark.parametrize("words", ["摘采", "石英", "qzx", "0248", "采摘 石英"])
def test_what_is_not_there_is_not_found(way: Way, words: str) -> None:
    way.registered()
    assert search(way.office, words).total == 0


def test_filters_and_words_are_one_question(way: Way) -> None:
    made = way.registered()
    draft = way.draft(title="采摘后冷链保鲜工艺研究", signed_on=date(2026, 1, 5))
    assert set(search(way.office, "采摘").ids) == {made, draft}
    assert list(search(way.office, "采摘", {"state": ["REGISTERED"]}).ids) == [made]
    assert list(search(way.office, "", {"state": ["DRAFT", "RETURNED"]}).ids) == [draft]
    assert list(search(way.office, "采摘", {"year": ["2026"], "kind": ["DEV"]}).ids) == [made]
    assert search(way.office, "采摘", {"year": ["2019"]}).total == 0


def test_the_index_follows_every_change(way: Way) -> None:
    from desktop.services.commands import DeleteDraft, SaveContract
    from desktop.services.take_in import delete_draft, save_contract

    made = way.draft()
    facts = replace(way.facts, title="改名后的合同")
    save_contract(way.office, SaveContract(actor="沈清禾", facts=facts, contract_id=made))
    assert search(way.office, "采摘").total == 0
    assert list(search(way.office, "改名").ids) == [made]
    delete_draft(way.office, DeleteDraft(actor="沈清禾", contract_id=made))
    assert search(way.office, "改名").total == 0


def test_a_secret_title_is_not_in_the_index(way: Way) -> None:
    way.draft(is_secret=True, summary=None, amount_lines=())
    assert search(way.office, "采摘").total == 0
    assert search(way.office, "启衡").total == 1


def test_sums_are_exact(way: Way) -> None:
    way.registered()
    found = search(way.office, "采摘")
    sums = search_sums(way.office, found.ids)
    assert [str(amount) for amount in sums] == ["1280000.00", "1030000.00"]


def test_initials_follow_one_another_in_one_name(way: Way) -> None:
    """岚州启衡 has lz, zq, qh; 州岚 … 启 in two names has the pairs too, but not the row of letters."""
    right = way.registered()
    buyer, seller = (next(p for p in way.facts.parties if p.role == role) for role in ("buyer", "seller"))
    split = (
        replace(buyer, name="岚州农机有限公司", id_number=None),
        replace(seller, name="知启衡水科技有限公司", id_number=None),
    )
    wrong = way.draft(title="另一份开发合同", parties=split)
    assert initials("知启衡水科技有限公司").startswith("zqhs")
    assert list(search(way.office, "lzqh").ids) == [right]
    assert set(search(way.office, "zqh").ids) == {right, wrong}
    assert list(search(way.office, "lzqh", {"state": ["DRAFT"]}).ids) == []
    assert list(search(way.office, "lzqh 采摘").ids) == [right]


def test_a_word_in_latin_letters_is_found_though_no_name_begins_so(way: Way) -> None:
    made = way.draft(title="基于 LZQH 协议的网关研制", parties=())
    known = way.registered()
    assert set(search(way.office, "lzqh").ids) == {made, known}
    assert list(search(way.office, "lzqh 网关").ids) == [made]


def test_letters_typed_are_no_mark_of_ours_before_other_letters(way: Way) -> None:
    """“plzqh” is no row of initials, though some mark must tell those of 岚州启衡 from words."""
    made = way.registered()
    assert list(search(way.office, "lzqh").ids) == [made]
    assert not search(way.office, "plzqh").total


def test_initials_are_found_from_any_letter_to_any_letter(way: Way) -> None:
    made = way.registered()
    letters = initials(next(p.name or "" for p in way.facts.parties if p.role == "seller"))
    for first in range(len(letters) - 1):
        for last in range(first + 2, len(letters) + 1):
            assert list(search(way.office, letters[first:last]).ids) == [made], letters[first:last]
    assert not search(way.office, letters + "x").total


def test_an_older_database_gets_its_index_made_again(way: Way) -> None:
    """What the migration to 0005 finds: rows of other tokens, and a draft in the bin that has none."""
    made = way.registered()
    binned = way.draft(title="弃用的水泵研制")
    delete_draft(way.office, DeleteDraft(actor=way.office.person.name, contract_id=binned))
    with way.office.engine.begin() as conn:
        if conn.dialect.name == "sqlite":
            conn.execute(text("DELETE FROM contract_search"))
            conn.execute(text("INSERT INTO contract_search (rowid, t) VALUES (:id, 'plz pzq')"), {"id": made})
        else:
            conn.execute(text("DELETE FROM search_gram"))
        conn.execute(text("UPDATE alembic_version SET version_num = '0004'"))
    assert not search(way.office, "采摘").total
    assert bring_up_to_date(way.office.engine)
    for words in ("采摘", "lzqh", "启衡"):
        assert list(search(way.office, words).ids) == [made]
    assert not search(way.office, "水泵").total
    assert not search(way.office, "plz").total


# amounts


def two_amounts(way: Way) -> tuple[int, int]:
    """One contract of 486,000.00 yuan, all of it technology; one whose title has that number."""
    lines = (AmountLine("研究开发报酬", "technology", Decimal(486000), "7.1"),)
    sum_ = way.draft(
        title="低品位石英砂提纯", contract_amount=Decimal(486000), technology_amount=None, amount_lines=lines
    )
    return sum_, way.registered(title="486000 型采摘机")


@pytest.mark.parametrize("words", ["486,000", "486000.00", "486000元", "48.6万", "￥486,000.00"])
def test_an_amount_typed_finds_the_contracts_of_that_amount_alone(way: Way, words: str) -> None:
    sum_, _named = two_amounts(way)
    found = search(way.office, words)
    assert list(found.ids) == [sum_]
    assert found.understood == "成交额或技术额 486,000.00 元"
    assert list(search(way.office, f"{words} 石英").ids) == [sum_]
    assert not search(way.office, f"{words} 采摘").total
    assert list(search(way.office, words, {"state": ["DRAFT"]}).ids) == [sum_]
    assert not search(way.office, words, {"state": ["REGISTERED"]}).total
    assert not search(way.office, f"{words} 486,000.01").total


def test_a_bare_number_finds_numbers_and_amounts_together_newest_first(way: Way) -> None:
    sum_, named = two_amounts(way)
    found = search(way.office, "486000")
    assert list(found.ids) == sorted((sum_, named), reverse=True)
    assert "486000" in found.understood
    assert found.words == "486000"
    assert list(search(way.office, "486000 石英").ids) == [sum_]
    assert list(search(way.office, "采摘 486000").ids) == [named]
    assert list(search(way.office, "486000", {"state": ["DRAFT"], "kind": ["DEV"]}).ids) == [sum_]
    assert list(search(way.office, "486000", {"year": ["2026"]}).ids) == [named]
    assert list(search(way.office, "486000", {"month": ["202611"], "reporting": ["NOT_SENT"]}).ids) == [named]
    assert list(search(way.office, "486000 >40万").ids) == sorted((sum_, named), reverse=True)
    assert list(search(way.office, "486000 <50万").ids) == [sum_]
    assert list(search(way.office, "486000 486000.00").ids) == [sum_]
    assert not search(way.office, "4860").total - 1, "the beginning of the title's number, no amount"


def test_the_technology_amount_is_found_as_well(way: Way) -> None:
    made = way.registered()
    assert list(search(way.office, "1030000").ids) == [made]
    assert list(search(way.office, "1,280,000").ids) == [made]
    assert list(search(way.office, "1280000 1030000").ids) == [], "fourteen digits are one number"
    assert list(search(way.office, "启衡 1280000 1030000").ids) == [made]


def test_what_is_in_the_bin_is_not_found_by_its_amount(way: Way) -> None:
    sum_, named = two_amounts(way)
    delete_draft(way.office, DeleteDraft(actor=way.office.person.name, contract_id=sum_))
    assert list(search(way.office, "486000").ids) == [named]
    assert not search(way.office, "486,000").total


def test_an_amount_is_looked_for_along_its_index_and_no_other_question_is(way: Way) -> None:
    """A range beside days went along the index of amounts and read every row of it: 10 ms became 250."""
    if way.office.engine.dialect.name != "sqlite":
        pytest.skip("plans are SQLite's")
    way.registered()

    def plan(words: str) -> str:
        with statements(way.office.engine) as sent:
            search(way.office, words)
        with way.office.engine.connect() as conn:
            lines = [
                str(line[3])
                for statement, values in list(sent)
                if "FROM contract" in statement and "contract_search" not in statement
                for line in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            ]
        return "; ".join(lines)

    for words in ("486000", "486,000"):
        assert "COVERING INDEX ix_contract_amount (contract_amount=?" in plan(words)
        assert "COVERING INDEX ix_contract_technology (technology_amount=?" in plan(words)
        assert "SCAN contract" not in plan(words)
    assert "COVERING INDEX ix_contract_amount (contract_amount>?" in plan(">50万")
    assert "ix_contract_registered_on" in plan(">50万 2026-11")
    assert "ix_contract_amount" not in plan(">50万 2026-11")
    assert "COVERING INDEX ix_contract_sums" in plan(""), "in the order of the ids, not of the amounts"


@given(st.lists(st.integers(1, 2**62), max_size=60, unique=True), st.integers(1, 9))
def test_ids_become_text_and_come_back_newest_first_at_any_step(ids: list[int], step: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("desktop.store.search_index.AT_A_TURN", step)
        assert json.loads(ids_as_json(array("q", ids))) == ids
        for order in (ids, sorted(ids)):
            assert list(ids_from(",".join(map(str, order)))) == sorted(ids, reverse=True)


def test_a_million_ids_are_turned_in_steps_the_window_can_go_on_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One call over all of them holds the interpreter, and with it the window, to its end."""
    steps: list[int] = []

    def loads(text: str) -> list[int]:
        steps.append(len(text))
        return [int(word) for word in text[1:-1].split(",")]

    ids = array("q", range(1_000_000, 1_200_000))
    words = ids_as_json(ids)
    monkeypatch.setattr("desktop.store.search_index.json.loads", loads)
    found = ids_from(words[1:-1].replace(" ", ""))
    assert (len(found), found[0], found[-1]) == (200_000, 1_199_999, 1_000_000)
    assert max(steps) <= 8 * AT_A_TURN + 20
    assert len(steps) >= 10
