from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from exchange_samples import PROVINCE, STATION, Office, contract, header
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from desktop.errors import MachineError, RefusedError
from desktop.exchange.package import (
    BadLine,
    Package,
    PackageContract,
    _totals,
    read_package,
    write_package,
)
from desktop.exchange.province import Province
from desktop.exchange.province_store import ProvinceStore
from desktop.exchange.receipts import read_block, read_receipt, write_block, write_receipt
from desktop.resources import resource
from desktop.rules.codes import CodeEntry, CodeTables
from tests.with_postgres import serving

OTHER = "990322"
EXTRA = (
    CodeEntry("990321", "澄河县"),
    CodeEntry("990324", "旧河县", is_retired=True, is_offered=False, successor=("990321",)),
    CodeEntry("990325", "新河县", is_retired=True, is_offered=False, valid_until=date(2026, 11, 1)),
)
CODES = CodeTables(resource("codes"), EXTRA)
NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)


def sent(sequence: int, contracts: list[PackageContract], station: str = STATION, **more: Any) -> Package:
    """A package as ``read_package`` gives it, without a file."""
    said = header(sequence, station=station)
    raws = [c.to_json() for c in contracts]
    digest = uuid.uuid5(uuid.NAMESPACE_URL, f"{station} {sequence} {raws}").hex * 2
    lines = tuple(range(1, len(contracts) + 1))
    values: dict[str, Any] = {"bad": (), "digest": digest, "key_id": "0" * 16, "payload": {}}
    return Package(Path("x.zip"), "x", said, _totals(raws), tuple(contracts), lines, **(values | more))


def province_in(url: str, *stations: str) -> Province:
    made = Province(ProvinceStore(url), CODES, code=PROVINCE, name="云岭省", now=lambda: NOON)
    for code in stations or (STATION, OTHER):
        made.add_station(code, f"{code} 登记处")
    return made


@pytest.fixture
def intake(tmp_path: Path) -> Iterator[Province]:
    made = province_in(f"sqlite:///{tmp_path / 'province.db'}")
    yield made
    made.close()


def outcomes(receipt: Any) -> list[tuple[str, str]]:
    return [(row.outcome, row.official_number) for row in receipt.rows]


def test_a_package_is_merged_and_answered_row_by_row(intake: Province) -> None:
    answer = intake.receive(sent(1, [contract(1), contract(2)]))
    assert outcomes(answer.receipt) == [("accepted", "2026990321000001"), ("accepted", "2026990321000002")]
    assert (answer.is_repeated, answer.updated, answer.receipt.issue) == (False, (), 1)
    assert answer.receipt.contract_amount == Decimal("2560004.00")
    (total,) = intake.month_totals(2026)
    assert (total.station, total.month, total.contracts) == (STATION, "2026-11", 2)
    assert total.technology_amount == Decimal("2060003.50")


def test_the_same_package_twice_gets_the_same_receipt(intake: Province) -> None:
    package = sent(1, [contract(1)])
    first = intake.receive(package)
    before = intake.state()
    again = intake.receive(package)
    assert again.is_repeated
    assert again.receipt == first.receipt
    assert intake.state() == before


def test_a_later_revision_replaces_and_keeps_the_number(intake: Province) -> None:
    intake.receive(sent(1, [contract(1)]))
    changed = contract(1, revision=2, state="CANCELLED")
    answer = intake.receive(sent(2, [changed]))
    assert outcomes(answer.receipt) == [("accepted", "2026990321000001")]
    assert [c[2:5] for c in intake.state()["contracts"]] == [(2, "CANCELLED", "2026990321000001")]
    assert intake.month_totals(2026) == ()
    assert len(intake.state()["actions"]) == 2


def test_one_bad_row_never_blocks_the_others(intake: Province) -> None:
    def region(number: int, code: str) -> PackageContract:
        one = contract(number)
        parties = [dict(one.facts["parties"][0], region=code), one.facts["parties"][1]]
        return replace(one, facts=dict(one.facts) | {"parties": parties})

    broken = contract(6)
    code = broken.facts["parties"][0]["id_number"]
    wrong = [dict(broken.facts["parties"][0], id_number=code[:-1] + ("0" if code[-1] != "0" else "1"))]
    rows = [
        contract(1),
        region(2, "990324"),
        region(3, "999999"),
        contract(4, facts={"sub_kind": "SVC-1"}),
        contract(5, facts={"technology_amount": "9000000.00"}),
        replace(broken, facts=dict(broken.facts) | {"parties": [*wrong, broken.facts["parties"][1]]}),
        region(7, "990325"),
    ]
    bad = (BadLine(8, contract(8).uid, 1, "state 不合格式"), BadLine(9, "", 0, "这一行读不出来"))
    answer = intake.receive(sent(1, rows, bad=bad)).receipt
    assert [row.outcome for row in answer.rows] == [
        "accepted",
        *["rejected"] * 5,
        "accepted",
        *["rejected"] * 2,
    ]
    codes = [[reason.code for reason in row.reasons] for row in answer.rows]
    assert codes == [[], ["C02"], ["C01"], ["C03"], ["V02"], ["C05"], [], ["F01"], ["F01"]]
    assert "990321" in answer.rows[1].reasons[0].text
    assert answer.rows[7].uid == contract(8).uid
    assert [c[1] for c in intake.state()["contracts"]] == sorted([contract(1).uid, contract(7).uid])


def test_a_rejected_row_is_accepted_once_corrected(intake: Province) -> None:
    wrong = contract(1, facts={"sub_kind": "SVC-1"})
    assert intake.receive(sent(1, [wrong])).receipt.rows[0].outcome == "rejected"
    answer = intake.receive(sent(2, [contract(1, revision=2)]))
    assert outcomes(answer.receipt) == [("accepted", "2026990321000001")]


def test_numbers_of_a_block_are_confirmed_each_once(intake: Province) -> None:
    block = intake.make_block(STATION, 3, 2026)
    other = intake.make_block(OTHER, 2, 2026)
    assert block.numbers == ("2026990321000001", "2026990321000002", "2026990321000003")
    first, second = block.numbers[:2]
    rows = [
        contract(1, official_number=first),
        contract(2, official_number=first),
        contract(3, official_number=other.numbers[0]),
        contract(4, official_number="2026990321009999"),
        contract(5, official_number=second),
        contract(6),
    ]
    answer = intake.receive(sent(1, rows)).receipt
    assert [[r.code for r in row.reasons] for row in answer.rows] == [[], ["N03"], ["N02"], ["N02"], [], []]
    assert outcomes(answer)[5] == ("accepted", "2026990321000004")
    moved = intake.receive(sent(2, [contract(1, revision=2, official_number=second)])).receipt
    assert [r.code for r in moved.rows[0].reasons] == ["N04"]
    with pytest.raises(RefusedError, match="一次拨"):
        intake.make_block(STATION, 0, 2026)


def test_no_number_is_ever_made_twice(intake: Province) -> None:
    seen: list[str] = []
    for turn in range(1, 6):
        seen += intake.make_block(STATION, 7, 2026).numbers
        answer = intake.receive(sent(turn, [contract(100 * turn + n) for n in range(5)]))
        seen += [row.official_number for row in answer.receipt.rows]
    seen += intake.make_block(STATION, 7, 2027).numbers
    assert len(seen) == len(set(seen)) == 67


def test_a_package_out_of_order_is_taken_and_its_numbers_follow_when_the_gap_closes(intake: Province) -> None:
    early = intake.receive(sent(2, [contract(2)])).receipt
    assert outcomes(early) == [("number_pending", "")]
    assert early.missing == (1,)
    assert "缺第 1 包" in early.rows[0].reasons[0].text
    late = intake.receive(sent(1, [contract(1)]))
    assert outcomes(late.receipt) == [("accepted", "2026990321000001")]
    (updated,) = late.updated
    assert (updated.sequence, updated.issue, updated.missing) == (2, 2, ())
    assert outcomes(updated) == [("accepted", "2026990321000002")]
    assert updated.receipt_id != early.receipt_id


def test_a_block_number_does_not_wait_for_a_missing_package(intake: Province) -> None:
    block = intake.make_block(STATION, 1, 2026)
    answer = intake.receive(sent(5, [contract(1, official_number=block.numbers[0])])).receipt
    assert outcomes(answer) == [("accepted", block.numbers[0])]
    assert answer.missing == (1, 2, 3, 4)


def test_a_lost_package_can_be_given_up(intake: Province) -> None:
    intake.receive(sent(2, [contract(2)]))
    (updated,) = intake.skip(STATION, 1, "U 盘损坏，站里确认重报在第 3 包")
    assert outcomes(updated) == [("accepted", "2026990321000001")]


def test_a_station_that_starts_later_waits_for_nothing(tmp_path: Path) -> None:
    made = Province(
        ProvinceStore(f"sqlite:///{tmp_path / 'p.db'}"), CODES, code=PROVINCE, name="云岭省", now=lambda: NOON
    )
    made.add_station(STATION, "澄河县登记处", first_sequence=15)
    made.add_station(STATION, "再加一次")
    assert made.station_name(STATION) == "澄河县登记处"
    assert outcomes(made.receive(sent(15, [contract(1)])).receipt) == [("accepted", "2026990321000001")]


def test_an_unknown_station_is_refused(intake: Province) -> None:
    with pytest.raises(RefusedError, match="不在名单里"):
        intake.receive(sent(1, [contract(1)], "990399"))
    assert intake.state()["contracts"] == []


def test_one_revision_with_two_contents_is_decided_by_sequence_not_by_arrival(intake: Province) -> None:
    first = sent(1, [contract(1)])
    second = sent(2, [contract(1, facts={"title": "改过的名称"})])
    intake.receive(second)
    answer = intake.receive(first)
    assert answer.receipt.rows[0].outcome == "accepted"
    (updated,) = answer.updated
    assert [r.code for r in updated.rows[0].reasons] == ["R01"]
    assert "第 1 包" in updated.rows[0].reasons[0].text


def test_contracts_that_look_alike_across_stations_are_shown_on_both_sides(intake: Province) -> None:
    one = contract(1)
    twin = replace(contract(7), facts=one.facts)
    intake.receive(sent(1, [one]))
    answer = intake.receive(sent(1, [twin, contract(8)], OTHER))
    assert [[r.code for r in row.reasons] for row in answer.receipt.rows] == [["D01"], []]
    (updated,) = answer.updated
    assert (updated.station, updated.issue) == (STATION, 2)
    assert OTHER in updated.rows[0].reasons[0].text
    (group,) = intake.duplicates()
    assert group.contracts == ((STATION, one.uid), (OTHER, twin.uid))
    corrected = intake.receive(sent(2, [contract(7, revision=2)], OTHER))
    assert intake.duplicates() == ()
    assert [(u.station, u.rows[0].reasons) for u in corrected.updated if u.station == STATION] == [
        (STATION, ())
    ]


def test_a_fault_in_the_middle_changes_nothing(intake: Province, tmp_path: Path) -> None:
    before = intake.state()

    def stop(count: int, _total: int, _text: str) -> None:
        if count == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        intake.receive(sent(1, [contract(n) for n in range(4)]), stop)
    assert intake.state() == before
    with ProvinceStore(f"sqlite:///{tmp_path / 'province.db'}").engine.begin() as other:
        other.execute(text("DROP TABLE province_row"))
    with pytest.raises(MachineError, match="不能写入"):
        intake.receive(sent(1, [contract(1)]))


def test_files_go_round_from_station_to_province_and_back(
    tmp_path: Path, station: Office, province: Office, intake: Province
) -> None:
    block = intake.make_block(STATION, 5, 2026)
    path = write_block(tmp_path, block, intake.station_name(STATION), province.signer).path
    mine = read_block(path, station.keys, station=STATION, issuer=PROVINCE)
    rows = [contract(1, official_number=mine.numbers[0]), contract(2)]
    written = write_package(tmp_path, header(1), rows, station.signer)
    received = read_package(written.file.path, province.keys)
    answer = intake.receive(received).receipt
    back = write_receipt(tmp_path, answer, "澄河县登记处", province.signer).path
    receipt = read_receipt(back, station.keys, station=STATION, issuer=PROVINCE)
    assert receipt == answer
    assert receipt.package_digest == written.file.digest
    assert outcomes(receipt) == [("accepted", "2026990321000001"), ("accepted", "2026990321000006")]


def _packages() -> st.SearchStrategy[list[Package]]:
    """Packages of two stations with repeats, revisions, clashes of content, block numbers and bad rows."""
    row = st.tuples(
        st.integers(1, 5), st.integers(1, 3), st.sampled_from(["", "", "x", "bad"]), st.integers(0, 4)
    )

    def build(station_code: str, groups: list[list[tuple[int, int, str, int]]]) -> list[Package]:
        made = []
        for sequence, group in enumerate(groups, 1):
            contracts = {}
            for number, revision, variant, claim in group:
                facts = {"title": f"项目{number}{variant}"}
                if variant == "bad":
                    facts["sub_kind"] = "SVC-1"
                claimed = "" if claim < 3 else f"2026{station_code}{claim - 2:06d}"
                contracts[number] = contract(number, revision=revision, facts=facts, official_number=claimed)
            made.append(sent(sequence, list(contracts.values()), station_code))
        return made

    groups = st.lists(st.lists(row, min_size=1, max_size=4), max_size=4)
    return st.tuples(groups, groups).map(lambda both: build(STATION, both[0]) + build(OTHER, both[1]))


def _fresh(url: str) -> Province:
    made = province_in(url)
    for code in (STATION, OTHER):
        made.make_block(code, 2, 2026)
    return made


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(packages=_packages(), data=st.data())
def test_any_order_and_repetition_of_packages_ends_in_the_same_state(
    tmp_path_factory: pytest.TempPathFactory, packages: list[Package], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("order")
    straight = _fresh(f"sqlite:///{folder / 'a.db'}")
    for package in packages:
        straight.receive(package)
    shuffled = _fresh(f"sqlite:///{folder / 'b.db'}")
    again = data.draw(st.lists(st.sampled_from(packages), max_size=4)) if packages else []
    for package in data.draw(st.permutations([*packages, *again])):
        shuffled.receive(package)
    by_station: dict[str, list[str]] = {STATION: [], OTHER: []}
    state = straight.state()
    assert shuffled.state() == state
    straight.close()
    shuffled.close()
    for _number, code, _block, uid in state["numbers"]:
        by_station[code] += [uid] if uid else []
    assert all(len(uids) == len(set(uids)) for uids in by_station.values())


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with serving() as url:
        yield url.replace("postgresql://", "postgresql+psycopg://") + "/desk_template"


def test_postgresql_holds_the_same_as_sqlite(postgres: str, tmp_path: Path) -> None:
    states = []
    for url in (postgres, f"sqlite:///{tmp_path / 'p.db'}"):
        made = _fresh(url)
        twin = replace(contract(7), facts=contract(1).facts)
        packages = [
            sent(2, [contract(2), contract(1, revision=2)]),
            sent(1, [contract(1), contract(3, official_number="2026990321000002")]),
            sent(1, [twin, contract(4, facts={"sub_kind": "SVC-1"})], OTHER),
            sent(2, [contract(2), contract(1, revision=2)]),
        ]
        for one in packages:
            made.receive(one)
        states.append((made.state(), made.duplicates(), made.month_totals(2026)))
        made.close()
    assert states[0] == states[1]
