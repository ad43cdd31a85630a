from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.security.check_code import (
    ALPHABET,
    as_heard,
    base32,
    check_code,
    check_code_of,
    check_code_of_file,
    same_code,
)


def test_the_code_is_the_first_forty_bits_in_crockford_base_32() -> None:
    assert check_code(bytes(32)) == "0000-0000"
    assert check_code(b"\xff" * 32) == "ZZZZ-ZZZZ"
    assert check_code(bytes.fromhex("0123456789") + b"rest") == "04HM-ASW9"


@given(st.binary(max_size=200))
def test_code_has_two_groups_of_four_and_depends_on_the_content_alone(content: bytes) -> None:
    code = check_code_of(content)
    number = int.from_bytes(hashlib.sha256(content).digest()[:5], "big")
    assert sum(ALPHABET.index(c) * 32 ** (7 - i) for i, c in enumerate(code.replace("-", ""))) == number
    assert len(code) == 9


def test_the_code_of_a_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "包.zip").write_bytes(b"content")
    assert check_code_of_file(tmp_path / "包.zip") == check_code_of(b"content")


def test_codes_read_out_by_telephone_are_recognised() -> None:
    assert same_code("h3pw 8kq2", "H3PW-8KQ2")
    assert same_code("HO1L-0000", "h011 oooo")
    assert not same_code("H3PW-8KQ3", "H3PW-8KQ2")
    assert as_heard("iLo") == "110"


def test_bits_that_do_not_fill_a_sign_are_padded_at_the_end() -> None:
    assert base32(b"\x80") == "G0"


def test_a_digest_that_is_too_short_is_a_defect_of_the_caller() -> None:
    with pytest.raises(ValueError, match="five"):
        check_code(b"1234")
