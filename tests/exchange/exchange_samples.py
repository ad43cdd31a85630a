from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from desktop.exchange.package import PackageAction, PackageContract, PackageHeader
from desktop.rules.identifiers import check_character, organisation_check, resident_check
from desktop.security.keys import PublicKeys, Signer

MASTER = bytes(range(32))
STATION, PROVINCE = "990321", "990000"
MADE_AT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)


def credit_code(number: int) -> str:
    """A well-formed invented credit code."""
    organisation = f"MA{number:06d}"
    first = f"91110101{organisation}{organisation_check(organisation)}"
    return first + check_character(first)


def resident_id(number: int) -> str:
    first = f"11010119800101{number:03d}"
    return first + resident_check(first)


def contract(number: int, *, revision: int = 1, **changes: Any) -> PackageContract:
    """One invented registered contract; ``changes`` of PackageContract or, as ``facts``, of its facts."""
    facts = {
        "title": f"丘陵茶园自走式采摘机视觉识别系统开发之{number}",
        "kind": "DEV",
        "sub_kind": "DEV-1",
        "signed_on": "2026-10-08",
        "registered_on": "2026-11-19",
        "contract_amount": f"{1280000 + number}.50",
        "technology_amount": f"{1030000 + number}.25",
        "parties": [
            {
                "role": "seller",
                "name": "澄河农机研究所有限公司",
                "id_type": "credit_code",
                "id_number": credit_code(number),
                "country": "CHN",
                "region": "990321",
            },
            {
                "role": "buyer",
                "name": "何岚𬭎",
                "id_type": "resident_id",
                "id_number": resident_id(number % 1000),
                "country": "CHN",
                "region": "990321",
            },
        ],
    } | changes.pop("facts", {})
    uid = str(uuid.uuid5(uuid.NAMESPACE_URL, f"contract {number}"))
    action = PackageAction(
        str(uuid.uuid5(uuid.NAMESPACE_URL, f"action {number} {revision}")),
        "register" if revision == 1 else "change",
        datetime(2026, 11, 19, 3, revision % 60, tzinfo=UTC),
        "沈清禾",
        hash=f"{number:032x}{revision:032x}",
    )
    values: dict[str, Any] = {
        "uid": uid,
        "revision": revision,
        "state": "REGISTERED" if revision == 1 else "CHANGED",
        "facts": facts,
        "actions": (action,),
        "local_serial": f"2026-{number:04d}",
        "rule_set": "M2026",
        "clerk": "沈清禾",
        "reviewer": "陆伯言",
    }
    return PackageContract(**(values | changes))


def header(sequence: int = 15, **changes: Any) -> PackageHeader:
    values: dict[str, Any] = {
        "station": STATION,
        "station_name": "澄河县登记处",
        "sequence": sequence,
        "made_at": MADE_AT,
        "made_by": "沈清禾",
        "previous": "ab" * 32,
        "action_head": "cd" * 32,
        "laws": ("M2026", "yunling-2026.11"),
    }
    return PackageHeader(**(values | changes))


@dataclass(frozen=True)
class Office:
    """A station or province with its key, and the public keys of both."""

    code: str
    signer: Signer
    keys: PublicKeys
    folder: Path
