"""The province knows every sub-kind of every kind, however deep."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop.exchange.province import Province
from desktop.exchange.province_store import ProvinceStore
from desktop.resources import resource
from desktop.rules.codes import CodeTables


@pytest.mark.parametrize(
    ("kind", "sub_kind", "fits"),
    [
        ("LIC", "LIC-1A", True),
        ("LIC", "LIC-1", True),
        ("TRF", "LIC-1A", True),
        ("DEV", "LIC-1A", False),
        ("SVC", "CON", False),
    ],
)
def test_a_sub_kind_belongs_to_the_kind_at_the_top_of_its_line(
    tmp_path: Path, kind: str, sub_kind: str, fits: bool
) -> None:
    from desktop.exchange.package import PackageContract

    store = ProvinceStore(f"sqlite:///{tmp_path / 'province.db'}")
    province = Province(
        store, CodeTables(resource("codes")), code="990000", name="省", now=lambda: datetime.now(UTC)
    )
    facts = {
        "title": "名称",
        "kind": kind,
        "sub_kind": sub_kind,
        "signed_on": "2026-01-05",
        "contract_amount": "1.00",
        "technology_amount": "1.00",
        "parties": [],
    }
    contract = PackageContract("u", 1, "REGISTERED", facts, ())
    codes = [code for code, _words in province._faults(contract)]
    assert ("C03" in codes) is not fits
    store.close()
