from __future__ import annotations

import string
from datetime import date

import pytest
import stdnum.cn.ric
import stdnum.cn.uscc
from hypothesis import given
from hypothesis import strategies as st

from desktop.rules.identifiers import (
    CREDIT_ALPHABET,
    check_character,
    check_credit_code,
    check_number,
    check_patent_number,
    check_resident_id,
    is_email,
    is_phone,
    mask_id,
    mask_phone,
    organisation_check,
    patent_check,
    resident_check,
)

TODAY = date(2026, 11, 20)


def credit(first8: str = "91990321", body: str = "MA5NY83T") -> str:
    first17 = first8 + body + organisation_check(body)
    return first17 + check_character(first17)


@given(st.text(alphabet=CREDIT_ALPHABET, min_size=18, max_size=18))
def test_our_credit_code_check_agrees_with_the_reference(code: str) -> None:
    code = "91" + "110000" + code[8:]
    first17 = code[:17]
    assert check_character(first17) == stdnum.cn.uscc.calc_check_digit(first17)
    assert check_credit_code(code).ok == stdnum.cn.uscc.is_valid(code)


@given(st.integers(0, 999), st.dates(date(1900, 1, 1), TODAY))
def test_our_resident_id_check_agrees_with_the_reference(serial: int, born: date) -> None:
    first17 = f"110101{born:%Y%m%d}{serial:03d}"
    number = first17 + resident_check(first17)
    assert check_resident_id(number, today=TODAY).ok
    assert stdnum.cn.ric.is_valid(number)
    wrong = first17 + ("0" if number[-1] != "0" else "1")
    assert check_resident_id(wrong, today=TODAY).fault == "check"
    assert not stdnum.cn.ric.is_valid(wrong)


@given(st.integers(0, 17), st.sampled_from(CREDIT_ALPHABET))
def test_one_wrong_character_is_always_found(place: int, character: str) -> None:
    code = credit()
    changed = code[:place] + character + code[place + 1 :]
    assert check_credit_code(changed).ok == (changed == code)


def test_a_letter_that_cannot_be_there_is_named_and_the_right_code_suggested() -> None:
    code = credit()
    typed = code.replace("0", "O", 1)
    found = check_credit_code(typed)
    assert found.fault == "characters"
    assert "O" in found.message
    assert found.suggestion == code


def test_a_wrong_check_character_says_that_it_cannot_tell_the_place() -> None:
    code = credit()
    other = next(c for c in CREDIT_ALPHABET if c != code[-1])
    found = check_credit_code(code[:-1] + other)
    assert found.fault == "check"
    assert "看不出错在哪一位" in found.message
    assert check_credit_code(code[:-1]).fault == "length"
    assert check_credit_code("  ").fault == "empty"


def test_full_width_and_lower_case_are_folded_and_shown() -> None:
    code = credit()
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code.lower())
    found = check_credit_code(f"{wide[:4]} {wide[4:]}")
    assert (found.ok, found.value, found.was_changed) == (True, code, True)
    assert not check_credit_code(code).was_changed


def test_an_unknown_region_is_a_doubt_not_an_error() -> None:
    known = {"990321"}
    assert check_credit_code(credit(), is_region=known.__contains__).doubts == ()
    found = check_credit_code(credit("91889999"), is_region=known.__contains__)
    assert found.ok
    assert "889999" in found.doubts[0]


def test_a_wrong_inner_organisation_code_is_a_doubt() -> None:
    body = "MA5NY83T"
    wrong = "0" if organisation_check(body) != "0" else "1"
    first17 = "91990321" + body + wrong
    found = check_credit_code(first17 + check_character(first17))
    assert found.ok
    assert "GB 11714" in found.doubts[0]


def test_known_organisation_codes() -> None:
    assert organisation_check("D2143569") == "X"  # the example of the standard


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("11010119900230123X", "date"),
        ("11010120991231001X", "date"),
        ("1101011990010100", "length"),
        ("11010119O001010012", "characters"),
        ("X10101199001010012", "characters"),
        ("", "empty"),
    ],
)
def test_impossible_resident_ids_are_refused_with_their_reason(number: str, fault: str) -> None:
    assert check_resident_id(number, today=TODAY).fault == fault


def test_residence_permits_and_old_numbers() -> None:
    first17 = "83000019900101001"
    found = check_resident_id(first17 + resident_check(first17), today=TODAY, is_region=lambda _code: False)
    assert (found.ok, found.doubts) == (True, ())
    old = check_resident_id("110101900101001", today=TODAY)
    assert old.ok
    assert "15 位" in old.doubts[0]
    first17 = "99032119900101001"
    strange = check_resident_id(first17 + resident_check(first17), today=TODAY, is_region=lambda _code: False)
    assert strange.ok
    assert "990321" in strange.doubts[0]


@given(
    st.integers(1985, 2026), st.sampled_from("12389"), st.integers(0, 9_999_999), st.sampled_from(["ZL", ""])
)
def test_patent_numbers_of_today_check(year: int, kind: str, serial: int, prefix: str) -> None:
    digits = f"{year}{kind}{serial:07d}"
    number = f"{prefix}{digits}.{patent_check(digits)}"
    found = check_patent_number(number)
    assert (found.ok, found.value) == (True, number)
    assert found.object == {"1": "patent_invention", "8": "patent_invention", "3": "patent_design"}.get(
        kind, "patent_utility"
    )
    wrong = "0" if number[-1] != "0" else "1"
    assert check_patent_number(number[:-1] + wrong).fault == "check"


def test_patent_numbers_in_other_spellings() -> None:
    digits = "85100001"
    assert check_patent_number(f"zl {digits}.{patent_check(digits)}").ok
    digits = "202310123456"
    check = patent_check(digits)
    assert check_patent_number(f"ＺＬ{digits}{check}").value == f"ZL{digits}.{check}"
    assert "公开号" in check_patent_number("CN115000001A").message
    assert check_patent_number("ZL202340123456.7").fault == "form"
    assert check_patent_number("软著登字第123号").fault == "form"
    assert check_patent_number("").fault == "empty"


def test_the_type_of_document_picks_the_check() -> None:
    assert check_number("passport", " E12345678 ", today=TODAY).value == "E12345678"
    assert check_number("other", " ", today=TODAY).fault == "empty"
    assert check_number("credit_code", "123", today=TODAY).fault == "length"
    assert check_number("resident_id", "123", today=TODAY).fault == "length"


@given(st.text(alphabet=string.ascii_uppercase + string.digits, max_size=30))
def test_masks_keep_the_length_and_hide_the_middle(number: str) -> None:
    masked = mask_id(number)
    assert len(masked) == len(number)
    assert masked[3:-4] == "*" * len(masked[3:-4])
    assert len(mask_phone(number)) == len(number)


def test_masks_as_papers_write_them() -> None:
    assert mask_id("110101199001011234") == "110***********1234"
    assert mask_id("A1234567") == "********"
    assert mask_phone("13800001278") == "138******78"


@pytest.mark.parametrize(
    "phone", ["0990-6012345", "13800001234", "+86 138 0000 1234", "6012345转802", "６０１２３４５"]
)
def test_phone_numbers(phone: str) -> None:
    assert is_phone(phone)


@pytest.mark.parametrize("phone", ["无", "123", "电话6012345", "------"])
def test_what_is_no_phone_number(phone: str) -> None:
    assert not is_phone(phone)


def test_mail_addresses() -> None:
    assert is_email("shen@chenghe.example")
    assert not is_email("shen@chenghe")
    assert not is_email("shen chenghe.example")


def test_a_company_code_taken_for_a_resident_id_is_refused_not_looked_at_for_ever() -> None:
    found = check_resident_id("91990321MA0QH7K26R", today=date(2026, 11, 20))
    assert found.fault == "characters"
    assert found.suggestion == ""


@given(st.text(min_size=1, max_size=40))
def test_any_text_in_the_field_of_a_code_gets_an_answer(text: str) -> None:
    """A name pasted into 信用代码 once was compared with itself until the stack ran out."""
    for answer in (check_credit_code(text), check_resident_id(text, today=TODAY)):
        assert len(answer.message) < 80


def test_a_long_text_in_the_field_of_a_code_is_not_repeated_letter_by_letter() -> None:
    sentence = "澄江县丘山茶业机械有限公司" * 300
    assert check_credit_code(sentence).message == (
        "有不该有的字符 澄、江、县、丘、山等（信用代码不用字母 I、O、S、V、Z，GB 32100-2015）"
    )
