"""The signed code on a certificate: what the QR carries, how it is made and how it is checked.

A CWT (RFC 8392) signed with the station's Ed25519 key, written in base 45 behind ``CD1:``. It is a check code
(校验码), not an electronic seal. It holds no personal id and no title.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from desktop.errors import RefusedError
from desktop.resources import _
from desktop.security.check_code import check_code_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PREFIX = "CD1:"
LIMIT = 200
"""Largest payload in bytes; with it the modules of a 28 mm code stay 0.43 mm wide."""

_ISSUER, _ISSUED_AT, _OURS = 1, 6, -70001


@dataclass(frozen=True, slots=True)
class CredentialClaims:
    """What a certificate asserts, as a machine reads it."""

    paper: str
    """``P06`` and the like."""
    number: str
    version: int
    mark: str
    """Empty for the first issue, else ``补证（第1次）``."""
    seller: str
    """Credit code of the first seller, or ``seller_token(name)``."""
    contract_amount: Decimal
    technology_amount: Decimal | None
    decided_on: date
    station: str
    """Code of the station."""
    key_id: str


@dataclass(frozen=True, slots=True)
class Credential:
    """A signed payload in its three forms."""

    payload: bytes
    text: str
    """What stands in the QR code."""
    check_code: str
    """XXXX-XXXX, to be read out by telephone."""


def seller_token(name: str) -> str:
    """Stands for a seller without a credit code: 8 bytes of the SHA-256 of the name, in hexadecimal."""
    return hashlib.sha256(name.encode("utf-8")).digest()[:8].hex()


def make_credential(claims: CredentialClaims, private_key: Ed25519PrivateKey) -> Credential:
    """Sign the claims; the same claims give the same bytes. RefusedError when they need over 200."""
    import base45
    import cbor2
    import cwt

    body = cbor2.dumps(
        {
            _ISSUER: claims.station,
            _ISSUED_AT: int(datetime.combine(claims.decided_on, time(), UTC).timestamp()),
            _OURS: [
                claims.paper,
                claims.number,
                claims.version,
                claims.mark,
                _packed_seller(claims.seller),
                _fen(claims.contract_amount),
                None if claims.technology_amount is None else _fen(claims.technology_amount),
            ],
        }
    )
    key = cwt.COSEKey.new(_cose_key(claims.key_id, private_key=private_key))
    # Signed as COSE, which is what a CWT is: cwt.encode() would add an expiry one hour from now.
    signer = cwt.COSE.new(alg_auto_inclusion=True, kid_auto_inclusion=True)
    payload = signer.encode_and_sign(body, key)
    if len(payload) > LIMIT:
        raise RefusedError(
            _("校验码内容有 {size} 字节，超过 {limit} 字节，印出的二维码会读不出来").format(
                size=len(payload), limit=LIMIT
            ),
            _("请检查登记编号和登记机构代码是否过长"),
        )
    text = PREFIX + base45.b45encode(payload).decode("ascii")
    return Credential(payload, text, check_code_of(payload))


def read_credential(text: str, public_keys: Mapping[str, Ed25519PublicKey]) -> CredentialClaims:
    """What a scanned code says, once its signature was found good. ``public_keys``: by key id.

    Raises RefusedError with ``code`` V-FORM (not one of our codes), V-KEY (signed with a key that is not
    known here) or V-SIGN (altered since it was signed).
    """
    import cwt

    payload = payload_of(text)
    kid = _key_bytes_of(payload)
    key_id = next((name for name in public_keys if _key_bytes(name) == kid), None)
    if key_id is None:
        raise RefusedError(
            _("签发这个校验码的密钥（{key}）不在本机的公钥清单里，不能核验").format(key=kid.hex()),
            _("请向签发机构索取公钥文件（*.pub），负责人在“系统”页按“读入上级文件”收下，再核验"),
            code="V-KEY",
        )
    try:
        key = cwt.COSEKey.new(_cose_key(key_id, public_key=public_keys[key_id]))
        claims = cwt.decode(payload, key)
    except (cwt.VerifyError, cwt.DecodeError, ValueError) as exc:
        raise RefusedError(
            _("校验不通过：内容与签名不符，已被改动"),
            _("请以登记机构的记录为准，并留存这份证明备查"),
            code="V-SIGN",
        ) from exc
    return _claims(claims, key_id)


def payload_of(text: str) -> bytes:
    """The bytes in a scanned text. RefusedError with code V-FORM if it is not one of ours."""
    import base45

    stripped = text.strip()
    if not stripped.startswith(PREFIX):
        raise _not_ours()
    try:
        return bytes(base45.b45decode(stripped.removeprefix(PREFIX)))
    except (ValueError, UnicodeError) as exc:
        raise _not_ours() from exc


def _key_bytes_of(payload: bytes) -> bytes:
    import cbor2

    try:
        message: Any = cbor2.loads(payload)
        protected, unprotected, *rest = message.value
        headers = {**unprotected, **(cbor2.loads(protected) if protected else {})}
        kid = headers[4]
    except (cbor2.CBORDecodeError, AttributeError, ValueError, TypeError, KeyError) as exc:
        raise _not_ours() from exc
    if len(rest) != 2 or not isinstance(kid, bytes):
        raise _not_ours()
    return kid


def _claims(claims: Any, key_id: str) -> CredentialClaims:
    try:
        paper, number, version, mark, seller, contract_fen, technology_fen = claims[_OURS]
        return CredentialClaims(
            paper=paper,
            number=number,
            version=version,
            mark=mark,
            seller=seller.hex() if isinstance(seller, bytes) else seller,
            contract_amount=Decimal(contract_fen).scaleb(-2),
            technology_amount=None if technology_fen is None else Decimal(technology_fen).scaleb(-2),
            decided_on=datetime.fromtimestamp(claims[_ISSUED_AT], UTC).date(),
            station=claims[_ISSUER],
            key_id=key_id,
        )
    except (KeyError, TypeError, ValueError, ArithmeticError) as exc:
        raise _not_ours() from exc


def _cose_key(
    key_id: str,
    *,
    private_key: Ed25519PrivateKey | None = None,
    public_key: Ed25519PublicKey | None = None,
) -> dict[int, Any]:
    """A COSE_Key (RFC 9052): OKP, Ed25519, EdDSA."""
    params: dict[int, Any] = {1: 1, 3: -8, -1: 6, 2: _key_bytes(key_id)}
    if private_key is not None:
        public_key = private_key.public_key()
        params |= {-4: private_key.private_bytes_raw(), 4: [1, 2]}
    if public_key is not None:
        params[-2] = public_key.public_bytes_raw()
    return params


def _key_bytes(key_id: str) -> bytes:
    """The key id as it stands in the code: hexadecimal ids take half the room."""
    try:
        return bytes.fromhex(key_id)
    except ValueError:
        return key_id.encode("utf-8")


def _packed_seller(seller: str) -> str | bytes:
    return bytes.fromhex(seller) if len(seller) == 16 and _is_hex(seller) else seller


def _is_hex(text: str) -> bool:
    return all(char in "0123456789abcdef" for char in text)


def _fen(amount: Decimal) -> int:
    if amount != round(amount, 2):
        raise RefusedError(_("金额{amount}不是到分为止的数").format(amount=amount), _("请核对金额"))
    return int(amount * 100)


def _not_ours() -> RefusedError:
    return RefusedError(
        _("这不是本系统签发的校验码"),
        _("请核对扫描是否完整；其他系统的证明请向签发机构核验"),
        code="V-FORM",
    )
