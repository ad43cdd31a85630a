from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from paper_samples import CERTIFICATE, CLAIMS, CREDENTIAL, KEY, KEY_ID, certificate_pdf

from desktop.certificates.credential import (
    LIMIT,
    make_credential,
    payload_of,
    read_credential,
    seller_token,
)
from desktop.certificates.layout import load_layout
from desktop.certificates.preview import page_pixels
from desktop.certificates.qr import QUIET, qr_bits
from desktop.errors import RefusedError
from desktop.security.check_code import check_code_of

KEYS = {KEY_ID: KEY.public_key()}


@given(
    st.integers(1, 999_999_999_999), st.none() | st.integers(1, 999_999_999_999), st.integers(1, 99),
    st.sampled_from(["", "补证（第1次）", "副本（第12份）"]),
)  # fmt: skip
def test_what_was_signed_is_what_is_read(
    contract: int, technology: int | None, version: int, mark: str
) -> None:
    claims = replace(
        CLAIMS,
        contract_amount=Decimal(contract).scaleb(-2),
        technology_amount=None if technology is None else Decimal(technology).scaleb(-2),
        version=version,
        mark=mark,
    )
    credential = make_credential(claims, KEY)
    assert len(credential.payload) <= LIMIT
    assert read_credential(credential.text, KEYS) == claims
    assert credential.check_code == check_code_of(payload_of(credential.text))


def test_the_same_claims_give_the_same_code() -> None:
    assert make_credential(CLAIMS, KEY) == CREDENTIAL
    assert make_credential(replace(CLAIMS, version=2), KEY).check_code != CREDENTIAL.check_code


def test_a_seller_without_a_credit_code_is_a_token_of_the_name() -> None:
    claims = replace(CLAIMS, seller=seller_token("王𬭎"))
    assert read_credential(make_credential(claims, KEY).text, KEYS) == claims
    assert "王" not in make_credential(claims, KEY).payload.decode("utf-8", "ignore")


def test_any_altered_byte_is_noticed() -> None:
    import base45

    for place in range(0, len(CREDENTIAL.payload), 7):
        bent = bytearray(CREDENTIAL.payload)
        bent[place] ^= 1
        with pytest.raises(RefusedError) as refused:
            read_credential("CD1:" + base45.b45encode(bytes(bent)).decode(), KEYS)
        assert refused.value.code in ("V-SIGN", "V-FORM", "V-KEY")
    bent = bytearray(CREDENTIAL.payload)
    bent[60] ^= 1  # inside the claims
    with pytest.raises(RefusedError) as refused:
        read_credential("CD1:" + base45.b45encode(bytes(bent)).decode(), KEYS)
    assert refused.value.code == "V-SIGN"


@pytest.mark.parametrize("text", ["", "hello", "CD1:", "CD1:ABC", "CD1:ü", "CD1:" + "7" * 30, "HC1:6BF"])
def test_foreign_codes_are_not_ours(text: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read_credential(text, KEYS)
    assert refused.value.code == "V-FORM"


def test_a_key_that_is_not_known_here_is_named() -> None:
    with pytest.raises(RefusedError, match=KEY_ID) as refused:
        read_credential(CREDENTIAL.text, {"ffff": KEY.public_key()})
    assert refused.value.code == "V-KEY"


def test_another_key_under_the_same_id_does_not_pass() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
    with pytest.raises(RefusedError) as refused:
        read_credential(CREDENTIAL.text, {KEY_ID: other})
    assert refused.value.code == "V-SIGN"


def test_a_payload_that_would_make_the_code_too_fine_is_refused() -> None:
    with pytest.raises(RefusedError, match="200"):
        make_credential(replace(CLAIMS, number="9" * 80), KEY)


def test_the_code_on_the_sheet_is_the_code_of_the_payload() -> None:
    """The picture on the page, sampled in the middle of each module, is the matrix a QR writer makes."""
    box = load_layout("P06").boxes["qr"]
    picture = page_pixels(certificate_pdf(CERTIFICATE), 0, dpi=400)
    matrix = segno.make(CREDENTIAL.text, error="m", boost_error=False, mask=3, micro=False).matrix
    modules = len(matrix) + 8
    assert qr_bits(CREDENTIAL.text)[0] == modules <= 65
    for row, line in enumerate(matrix):
        for column, dark in enumerate(line):
            x = int((box.x + (column + 4.5) * box.w / modules) / 25.4 * 400)
            y = int((box.y + (row + 4.5) * box.h / modules) / 25.4 * 400)
            blue = picture.pixels[(y * picture.width + x) * 4]
            assert (blue < 128) == bool(dark), (row, column)


def matrix_of(payload: str) -> list[list[int]]:
    side, rows = qr_bits(payload)
    width = -(-side // 8)
    signs = [
        f"{int.from_bytes(rows[row * width : (row + 1) * width], 'big'):0{width * 8}b}" for row in range(side)
    ]
    assert len(rows) == side * width
    inner = range(QUIET, side - QUIET)
    edge = [signs[row] for row in (*range(QUIET), *range(side - QUIET, side))]
    assert set("".join(edge)) == {"0"}
    assert {
        signs[row][column] for row in inner for column in (*range(QUIET), *range(side - QUIET, width * 8))
    } == {"0"}
    return [[int(signs[row][column]) for column in inner] for row in inner]


@pytest.mark.parametrize(
    "length", [1, 2, 19, 20, 21, 38, 60, 90, 122, 154, 178, 221, 262, 282, 300, 311, 500, 900, 2400]
)
def test_our_codes_are_those_of_the_qr_writer(length: int) -> None:
    payload = ("CD1:" + CREDENTIAL.text[4:] * 12)[:length]
    code = segno.make(payload, error="m", boost_error=False, mask=3, micro=False, mode="alphanumeric")
    assert matrix_of(payload) == [list(row) for row in code.matrix]


def test_text_of_other_signs_is_coded_too() -> None:
    code = segno.make("校验码", error="m", boost_error=False, mask=3, micro=False)
    assert matrix_of("校验码") == [list(row) for row in code.matrix]
