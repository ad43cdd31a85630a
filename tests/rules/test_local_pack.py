from __future__ import annotations

import csv
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from desktop.errors import ProblemsFound, RefusedError
from desktop.resources import resource
from desktop.rules.codes import CodeTables
from desktop.rules.local_pack import ROUTED_ACTS, LocalPack, load_pack

PACKS = sorted(resource("local").glob("*.toml"))
YUNLING = load_pack(resource("local", "yunling-2026.11.toml"))
TEXT = resource("local", "yunling-2026.11.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PACKS, ids=lambda p: p.stem)
def test_every_shipped_pack_loads_under_its_own_name(path: Path) -> None:
    pack = LocalPack.load(path)
    assert pack.id == path.stem
    assert pack.copies("P06")
    assert pack.titles["P06"]


def test_the_three_packs_differ_where_places_differ() -> None:
    packs = [load_pack(path) for path in PACKS]
    for name in ("large_amount", "number_source", "unit", "straddling", "statistics_policy"):
        assert len({getattr(p, name) for p in packs}) > 1
    assert len({p.copies("P06") for p in packs}) == 3
    assert len({p.titles["P06"] for p in packs}) == 3
    assert len({p.remedy.form for p in packs}) == 3


def test_the_sample_station_is_that_of_the_pictures() -> None:
    assert (YUNLING.name, YUNLING.region, YUNLING.low_water) == ("云岭 2026.11", "990321", 20)
    assert (YUNLING.period("normal").days, YUNLING.period("large").words) == (15, "30 个工作日")
    assert YUNLING.serial(2026, 312) == "澄受 2026-0312"
    assert YUNLING.spaced("2026990321000247") == "2026 9903 2100 0247"
    assert YUNLING.number_fits("2026990321000247")
    assert not YUNLING.number_fits("202699032100024")
    assert YUNLING.document_number("P01", 2026, 15) == "澄技登受〔2026〕15号"
    assert YUNLING.may_print_before_receipt
    assert [s.beneficiary for s in YUNLING.subsidies] == ["seller", "buyer", "station"]


def test_the_large_threshold_is_reached_at_its_amount() -> None:
    def at(text: str) -> tuple[bool, bool]:
        amount = Decimal(text)
        return YUNLING.is_large("DEV", None, amount), YUNLING.is_near_threshold("DEV", None, amount)

    assert at("5000000") == (True, False)
    assert at("4999999.99") == (False, True)
    assert at("4750000") == (False, True)
    assert at("4749999.99") == (False, False)
    assert not YUNLING.is_large("DEV", None, None)
    haixia = load_pack(resource("local", "haixia-2026.1.toml"))
    assert haixia.is_large("DEV", Decimal("10000000"), Decimal(1))
    assert not haixia.is_large("SVC", Decimal("10000000"), Decimal("10000000"))


def test_the_regions_of_the_pack_join_the_code_tables() -> None:
    tables = CodeTables(resource("codes"), YUNLING.regions)
    assert [e.name for e in tables.path("regions", "990321")] == ["云岭省", "岚州市", "澄河县"]
    assert tables.is_known("regions", "990324", date(2026, 6, 30))
    assert not tables.is_known("regions", "990324", date(2026, 7, 1))
    with resource("sample", "regions.csv").open(encoding="utf-8", newline="") as file:
        assert {row["code"] for row in csv.DictReader(file)} == {e.code for e in YUNLING.regions}


def test_a_remedy_must_be_set_before_it_is_printed() -> None:
    assert not YUNLING.remedy.is_set
    with pytest.raises(RefusedError):
        _ = YUNLING.remedy.text
    haixia, beiyuan = (load_pack(resource("local", f"{n}.toml")) for n in ("haixia-2026.1", "beiyuan-2026.2"))
    assert "30日内向省级主管部门书面申请复核" in haixia.remedy.text
    assert "呼和浩特市新城区人民法院" in beiyuan.remedy.text


def test_layout_changes_come_together_for_the_paper() -> None:
    changes = load_pack(resource("local", "haixia-2026.1.toml")).layout("P06")
    assert changes["title"] == "技术合同认定登记证明书"
    assert changes["unit"] == "wan"
    assert len(changes["copies"]) == 4
    assert [seal["zone"] for seal in changes["seals"]] == ["seal1", "seal2"]
    assert YUNLING.layout("P08") == {}


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('id = "yunling-2026.11"', "", "id"),
        ('normal = { days = 15', 'normal = { days = 0', "periods.normal.days"),
        ('confidence = "memory"', 'confidence = "sure"', "confidence"),
        ('amount = "5000000"', 'amount = "0"', "large.amount"),
        ('amount = "5000000"', 'amount = "five"', "large.amount"),
        ('amount = "5000000"', "amount = 5e6", "large.amount"),
        ('source = "block"', 'source = "sky"', "number.source"),
        ('source = "block"', 'source = "receipt"', "papers.may_print_before_receipt"),
        ('pattern = "澄受 {year}-{number:04d}"', 'pattern = "澄受 {year}"', "serial.pattern"),
        ('pattern = "澄受 {year}-{number:04d}"', 'pattern = "澄受 {day}"', "serial.pattern"),
        ("patterns = ['\\d{16}'", "patterns = ['('", "number.patterns"),
        ("groups = [4, 4, 4, 4]", "groups = [4, 0]", "number.groups"),
        ("low_water = 20", "low_watter = 20", "number.low_watter"),
        ("low_water = 20", "low_water = -1", "number.low_water"),
        ('form = ""', 'form = "A"', "remedy.review_body"),
        ('form = ""', 'form = "B"\nsuperior = "省"', "remedy.days"),
        ('straddling = "accepted_on"', 'straddling = "today"', "rules.straddling"),
        ('P06 = "技术合同认定登记证明"', 'P6 = "技术合同认定登记证明"', "papers"),
        ('code = "990321"', 'code = "99032"', "added_region[8].code"),
        ('code = "990322"', 'code = "990321"', "added_region"),
        ("[routing]", '[routing]\nactions = { cancel = ["boss"] }', "routing.actions.cancel"),
        ("[routing]", '[routing]\nactions = { fly = ["head"] }', "routing.actions.fly"),
        ("[routing]", '[routing]\nactions = { cancel = ["admin"] }', "routing.actions.cancel"),
        ("[routing]", "[routing]\nactions = { cancel = [] }", "routing.actions.cancel"),
        ('when = "over"', 'when = "often"', "desk[1].when"),
        ('at_least = "10000000"', 'at_least = "many"', "desk[1].at_least"),
        ('when = "always"', 'when = "never"', "material[1].when"),
        ("copies = 1", "copies = 0", "material[1].copies"),
        ("valid_from = 2026-11-01", 'valid_from = "2026"', "valid_from"),
        ("expert_review = true", 'expert_review = "yes"', "routing.expert_review"),
        ('policy = "as_registered"', 'policy = "guess"', "statistics.policy"),
    ],
)  # fmt: skip
def test_a_wrong_pack_names_file_and_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    assert old in TEXT
    path = tmp_path / "本县.toml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ProblemsFound) as refused:
        load_pack(path)
    assert key in [p.field for p in refused.value.problems]
    assert all(p.place.startswith("本县.toml") for p in refused.value.problems)


def test_all_faults_of_a_pack_are_listed_at_once(tmp_path: Path) -> None:
    path = tmp_path / "leer.toml"
    path.write_text("", encoding="utf-8")
    with pytest.raises(ProblemsFound) as refused:
        load_pack(path)
    assert len(refused.value.problems) > 5


def test_a_file_that_is_no_toml_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text("a = 1\nb = \n", encoding="utf-8")
    with pytest.raises(RefusedError, match=re.escape("x.toml 写法有误：第 2 行")):
        load_pack(path)
    with pytest.raises(RefusedError):
        load_pack(tmp_path / "none.toml")


def test_bands_of_a_subsidy_must_rise(tmp_path: Path) -> None:
    text = resource("local", "haixia-2026.1.toml").read_text(encoding="utf-8")
    path = tmp_path / "h.toml"
    path.write_text(text.replace('upto = "100000"', 'upto = "2000000"'), encoding="utf-8")
    with pytest.raises(ProblemsFound) as refused:
        load_pack(path)
    assert [p.field for p in refused.value.problems] == ["subsidy[1].bands"]


def desks(pack: LocalPack, amount: str, **known: str | None) -> list[str]:
    types = [known["party_type"]] if "party_type" in known else []
    number = Decimal(amount)
    found = pack.desks_for(known.get("kind"), known.get("cross_border"), number, number, lambda: types)
    return [desk.name for desk in found]


def test_the_three_packs_send_different_contracts_to_different_desks() -> None:
    haixia = load_pack(resource("local", "haixia-2026.1.toml"))
    beiyuan = load_pack(resource("local", "beiyuan-2026.2.toml"))
    assert desks(YUNLING, "9999999.99", kind="DEV") == []
    assert desks(YUNLING, "10000000.00", kind="DEV") == ["负责人"]
    assert desks(haixia, "1", kind="TRF") == ["知识产权窗口"]
    assert desks(haixia, "1", kind="DEV", cross_border="import") == ["省技术市场管理中心进出口窗口"]
    assert haixia.desks[0].is_elsewhere
    assert not haixia.desks[1].is_elsewhere
    assert desks(beiyuan, "1", party_type="330") == ["外资合同窗口"]
    assert desks(beiyuan, "1", party_type="160") == []


def test_a_desk_that_asks_nothing_of_the_parties_does_not_read_them() -> None:
    def unread() -> list[str | None]:
        raise AssertionError("read for nothing")

    assert YUNLING.desks_for("DEV", "none", Decimal(1), Decimal(1), unread) == ()


def test_acts_that_a_pack_may_route_are_acts_of_the_program() -> None:
    from desktop.services.lifecycle import TABLE

    assert set(ROUTED_ACTS) <= set(TABLE)


def test_a_material_is_known_by_a_word_of_its_name() -> None:
    contract = YUNLING.materials[0]
    assert contract.name == "技术合同文本"
    assert contract.is_among(["附件一", "委托开发合同（扫描件）"])
    assert not contract.is_among(["营业执照"])
