from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from exchange_samples import contract

from desktop.exchange.schemas import canonical, fault_of
from desktop.resources import resource

FILES = sorted(resource("schema").glob("*.schema.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_schema_is_itself_well_formed(path: Path) -> None:
    jsonschema.Draft7Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({}, ""),
        ({"uid": "x"}, "写法不对"),
        ({"uid": contract(1).uid + "\n"}, "写法不对"),
        ({"revision": 0}, "数太小"),
        ({"revision": True}, "类型不对"),
        ({"state": "DRAFT"}, "REGISTERED"),
        ({"actions": []}, "行数太少"),
        ({"other": 1}, "不认识的栏"),
        ({"official_number": "12 34"}, "写法不对"),
    ],
)
def test_both_validators_agree_on_a_contract(change: dict[str, object], word: str) -> None:
    schema = json.loads(resource("schema", "contract.schema.json").read_text(encoding="utf-8"))
    raw = json.loads(canonical(contract(1).to_json())) | change
    fault = fault_of("contract", raw)
    assert word in fault
    assert bool(fault) == bool(word)
    if change.get("uid") != contract(1).uid + "\n":  # Python's own $ also matches before a last newline
        assert jsonschema.Draft7Validator(schema).is_valid(raw) == (not fault)


def test_equal_values_have_equal_bytes() -> None:
    assert canonical({"b": "𬭎", "a": [1]}) == canonical({"a": [1], "b": "𬭎"})
    assert canonical({"b": "𬭎"}) == '{"b":"𬭎"}'.encode()
