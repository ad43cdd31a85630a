"""上报包: what goes out, what stays in, and what a pulled stick costs (nothing)."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from desktop.certificates.preview import pdf_text
from desktop.errors import MachineError, RefusedError
from desktop.exchange.package import read_package
from desktop.security.keys import PublicKeys
from desktop.services import commands as c
from desktop.services.afterwards import change_contract, end_contract, park_contract
from desktop.services.look import report_page, search
from desktop.services.send_batch import create_batch, resend_batch
from desktop.store.mapping import facts_of, facts_of_many
from tests.bench.raw import statements
from tests.conftest import CLERK, HEAD, Way
from tests.services.province_side import send


def second(way: Way) -> int:
    return way.registered(title="低品位石英砂提纯工艺开发", signed_on=date(2026, 9, 10))


def reporting(way: Way, contract_id: int) -> str:
    return way.sheet(contract_id).row.reporting_state


def changed(way: Way, contract_id: int, day: date) -> None:
    facts = replace(way.sheet(contract_id).facts, valid_until=day)
    change_contract(
        way.office,
        c.ChangeContract(
            actor=CLERK.name, contract_id=contract_id, facts=facts, agreement="补充协议", reason="交付期顺延"
        ),
    )


def lines(path: Path) -> list[dict[str, Any]]:
    with zipfile.ZipFile(path) as package:
        name = next(n for n in package.namelist() if n.endswith("contracts.jsonl"))
        return [json.loads(line) for line in package.read(name).decode().splitlines()]


def test_a_package_and_its_slip_go_out_and_the_contracts_wait(way: Way, tmp_path: Path) -> None:
    ids = (way.registered(), second(way))
    made = send(way.office, tmp_path / "usb")
    assert made.path is not None
    assert made.slip is not None
    assert sorted(p.name for p in (tmp_path / "usb").iterdir()) == sorted([made.path.name, made.slip.name])
    assert {reporting(way, i) for i in ids} == {"EXPORTED"}
    assert (made.sequence, made.contract_count, made.waiting) == (1, 2, 2)
    slip = pdf_text(made.slip).replace(" ", "")
    for word in ("交接单", made.check_code, "2,560,000.00", "2,060,000.00", "澄河县技术合同登记处"):
        assert word in slip, word


def test_the_package_is_a_bag_that_others_can_check(way: Way, tmp_path: Path) -> None:
    way.registered()
    made = send(way.office, tmp_path / "usb")
    assert made.path is not None
    with zipfile.ZipFile(made.path) as package:
        package.extractall(tmp_path / "bag")
        root = package.namelist()[0].split("/")[0]
    checked = subprocess.run(
        [sys.executable, "-m", "bagit", "--validate", str(tmp_path / "bag" / root)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    key = next((way.office.folder / "keys").glob("*.pub"))
    script = Path(__file__).parents[1] / "exchange" / "verify_signature.py"
    signed = subprocess.run(
        [sys.executable, str(script), str(made.path), str(key)], capture_output=True, text=True, check=False
    )
    assert signed.stdout == "signature ok\n", signed.stderr


def test_packages_count_up_and_each_names_the_one_before(way: Way, tmp_path: Path) -> None:
    way.registered()
    first = send(way.office, tmp_path / "usb")
    second(way)
    other = send(way.office, tmp_path / "usb")
    assert first.path is not None
    assert other.path is not None
    keys = PublicKeys.from_folder(way.office.folder / "keys")
    headers = [read_package(p, keys).header for p in (first.path, other.path)]
    assert [h.sequence for h in headers] == [1, 2]
    assert headers[0].previous == ""
    assert headers[1].previous == hashlib.sha256(first.path.read_bytes()).hexdigest()
    assert len(lines(other.path)) == 1


def test_nothing_to_send_is_refused_and_leaves_no_package(way: Way, tmp_path: Path) -> None:
    way.recognised()
    with pytest.raises(RefusedError, match="没有要上报的合同") as refused:
        send(way.office, tmp_path / "usb")
    assert refused.value.hint
    assert list((tmp_path / "usb").iterdir()) == []
    assert report_page(way.office).batches == ()


def test_a_secret_contract_never_leaves_even_when_it_is_asked_for(way: Way, tmp_path: Path) -> None:
    open_one = way.registered()
    secret = way.registered(
        title="某型装备（涉密）", is_secret=True, summary=None, amount_lines=(), signed_on=date(2026, 1, 9)
    )
    made = send(way.office, tmp_path / "usb")
    assert made.path is not None
    assert [line["uid"] for line in lines(made.path)] == [way.sheet(open_one).uid]
    assert reporting(way, secret) == "NOT_SENT"
    with pytest.raises(RefusedError, match="没有要上报"):
        send(way.office, tmp_path / "usb", secret)


def test_a_parked_contract_waits(way: Way, tmp_path: Path) -> None:
    parked = way.registered()
    park_contract(way.office, c.ParkContract(actor=CLERK.name, contract_id=parked, reason="等上级答复"))
    with pytest.raises(RefusedError, match="没有要上报"):
        send(way.office, tmp_path / "usb")
    park_contract(way.office, c.ParkContract(actor=CLERK.name, contract_id=parked, reason=""))
    assert send(way.office, tmp_path / "usb").contract_count == 1


def test_a_stick_that_is_gone_loses_nothing_and_the_same_bytes_go_out_again(way: Way, tmp_path: Path) -> None:
    made = way.registered()
    with pytest.raises(MachineError, match=r"U 盘|文件夹") as refused:
        create_batch(way.office, c.CreateBatch(actor=CLERK.name, folder=tmp_path / "pulled"))
    assert "第 1 包" in str(refused.value)
    assert reporting(way, made) == "EXPORTED"
    kept = next((way.office.folder / "packages").glob("*.zip")).read_bytes()
    (tmp_path / "usb").mkdir()
    again = resend_batch(way.office, 1, tmp_path / "usb")
    assert again.path is not None
    assert again.path.read_bytes() == kept
    with pytest.raises(RefusedError, match="没有要上报"):
        send(way.office, tmp_path / "other")


def test_a_name_that_is_taken_on_the_stick_is_not_written_over(way: Way, tmp_path: Path) -> None:
    way.registered()
    made = send(way.office, tmp_path / "one")
    assert made.path is not None
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / made.path.name).write_text("别的文件", encoding="utf-8")
    with pytest.raises(RefusedError, match="已有另一个"):
        resend_batch(way.office, 1, tmp_path / "two")
    assert (tmp_path / "two" / made.path.name).read_text(encoding="utf-8") == "别的文件"


def test_sending_again_in_the_same_place_is_no_work(way: Way, tmp_path: Path) -> None:
    way.registered()
    send(way.office, tmp_path / "usb")
    before = {p.name: p.read_bytes() for p in (tmp_path / "usb").iterdir()}
    resend_batch(way.office, 1, tmp_path / "usb")
    assert {p.name: p.read_bytes() for p in (tmp_path / "usb").iterdir()} == before


def test_the_spool_on_a_full_disk_exports_nothing(
    way: Way, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The package cannot be made: no contract may say 已导出, no number of a package is spent."""
    import errno
    import os

    made = way.registered()
    real = os.fsync

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MachineError, match="满") as refused:
        send(way.office, tmp_path / "usb")
    assert "space" not in str(refused.value)
    monkeypatch.setattr(os, "fsync", real)
    assert reporting(way, made) == "NOT_SENT"
    assert not [p for p in (way.office.folder / "packages").iterdir() if p.suffix == ".zip"]
    assert send(way.office, tmp_path / "usb").sequence == 1


def test_the_same_request_makes_one_package(way: Way, tmp_path: Path) -> None:
    way.registered()
    first = send(way.office, tmp_path / "usb", request="request-1")
    second(way)
    between = send(way.office, tmp_path / "usb", request="request-2")
    again = send(way.office, tmp_path / "usb", request="request-1")
    assert (first.sequence, between.sequence, again.sequence) == (1, 2, 1)
    assert again.path == first.path
    assert len(report_page(way.office).batches) == 2


def test_a_changed_contract_goes_again_with_a_higher_revision(way: Way, tmp_path: Path) -> None:
    made = way.certified(tmp_path)
    first = send(way.office, tmp_path / "usb")
    changed(way, made, date(2028, 6, 30))
    assert reporting(way, made) == "NOT_SENT"
    other = send(way.office, tmp_path / "usb")
    assert first.path is not None
    assert other.path is not None
    (old,), (new,) = lines(first.path), lines(other.path)
    assert old["uid"] == new["uid"]
    assert new["revision"] > old["revision"]
    assert new["facts"]["valid_until"] == "2028-06-30"
    assert "change" in [a["kind"] for a in new["actions"]]


@pytest.mark.parametrize(("how", "state"), [("cancel", "CANCELLED"), ("revoke", "REVOKED")])
def test_an_ended_registration_is_told_too(way: Way, tmp_path: Path, how: str, state: str) -> None:
    made = way.registered()
    send(way.office, tmp_path / "usb")
    person = HEAD if how == "revoke" else CLERK
    end_contract(
        way.office.as_person(person),
        c.EndContract(actor=person.name, contract_id=made, how=how, reason="合同解除", document="解除协议"),
    )
    other = send(way.office, tmp_path / "usb")
    assert other.path is not None
    assert [line["state"] for line in lines(other.path)] == [state]


def test_personal_numbers_stand_in_full_in_the_lines_only(way: Way, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    from desktop.rules.identifiers import resident_check

    body = "99032119850312001"
    number = body + resident_check(body)
    buyer, seller = way.facts.parties
    person = replace(buyer, name="秦㛃", id_type="resident_id", id_number=number, legal_representative=None)
    way.registered(parties=(person, seller))
    made = send(way.office, tmp_path / "usb")
    assert made.path is not None
    assert number in json.dumps(lines(made.path))
    with zipfile.ZipFile(made.path) as package:
        name = next(n for n in package.namelist() if n.endswith(".xlsx"))
        package.extract(name, tmp_path)
    shown = {str(cell.value) for sheet in load_workbook(tmp_path / name) for row in sheet for cell in row}
    assert not any(number in text for text in shown)
    assert any("秦㛃" in text for text in shown)


def test_a_package_that_is_not_here_any_more_says_where_to_find_it(way: Way, tmp_path: Path) -> None:
    way.registered()
    send(way.office, tmp_path / "usb")
    next((way.office.folder / "packages").glob("*.zip")).unlink()
    with pytest.raises(RefusedError, match="不在本机") as refused:
        resend_batch(way.office, 1, tmp_path / "usb")
    assert "备份" in refused.value.hint
    with pytest.raises(RefusedError, match="没有第 9 包"):
        resend_batch(way.office, 9, tmp_path / "usb")


def test_a_package_asks_the_database_as_often_for_one_contract_as_for_many(way: Way, tmp_path: Path) -> None:
    """Everything is read and written for many at a time: one by one, 10,000 took a minute."""
    made = [way.registered(title=f"{name}采摘机研制") for name in ("茶叶", "苹果", "草莓")]
    asked = []
    for part in (made[:1], made[1:]):
        with statements(way.office.engine) as sent:
            send(way.office, tmp_path, *part)
        asked.append(len(sent))
    assert asked[0] == asked[1]


def test_facts_of_many_are_those_of_each(way: Way) -> None:
    made = [way.registered(), way.draft(title="低品位石英砂提纯工艺", parties=(), amount_lines=())]
    with way.office.look() as uow:
        contracts = [uow.contract(key) for key in made]
        found = facts_of_many(uow.session, contracts)
        assert found == {contract.id: facts_of(contract) for contract in contracts}


def test_a_receipt_leaves_the_contracts_where_a_search_looks_for_them(way: Way, tmp_path: Path) -> None:
    made = [way.registered(title=f"{name}采摘机研制") for name in ("茶叶", "苹果")]
    assert set(search(way.office, "采摘", {"reporting": ["NOT_SENT"]}).ids) == set(made)
    sent = send(way.office, tmp_path, *made)
    assert sent.contract_count == len(made)
    assert set(search(way.office, "采摘", {"reporting": ["EXPORTED"]}).ids) == set(made)
    assert search(way.office, "采摘", {"reporting": ["NOT_SENT"]}).total == 0


def test_counts_and_sums_by_reporting_state_are_those_of_the_contracts(way: Way, tmp_path: Path) -> None:
    made = [way.registered(title=f"{name}采摘机研制") for name in ("茶叶", "苹果", "草莓")]
    way.draft(title="低品位石英砂提纯工艺")
    send(way.office, tmp_path, *made[:2])
    page = report_page(way.office)
    technology = way.sheet(made[0]).facts.technology_amount
    assert technology is not None
    assert (page.counts["EXPORTED"], page.sums["EXPORTED"]) == (2, technology * 2)
    assert (page.counts["NOT_SENT"], page.sums["NOT_SENT"]) == (1, technology)
    assert (page.counts["ACCEPTED_ABOVE"], page.sums["ACCEPTED_ABOVE"]) == (0, 0)
    assert sum(page.counts.values()) == sum(row.own_count for row in page.reconcile)


def test_the_page_counts_answers_and_loads_no_row_of_a_package(way: Way, tmp_path: Path) -> None:
    """However many packages there were: their rows are counted in one statement."""
    asked = []
    for title in ("茶园采摘机研制", "低品位石英砂提纯工艺开发", "粮仓害虫识别系统研制"):
        way.registered(title=title)
        send(way.office, tmp_path / "usb")
        with statements(way.office.engine) as sent:
            page = report_page(way.office)
        asked.append(len(sent))
        assert not any("batch_row.reason" in statement for statement, _values in sent)
    assert asked[0] == asked[1] == asked[2]
    assert [(b.sequence, b.waiting, b.accepted, b.rejected) for b in page.batches] == [
        (3, 1, 0, 0),
        (2, 1, 0, 0),
        (1, 1, 0, 0),
    ]
