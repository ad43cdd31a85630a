from __future__ import annotations

import pytest

from desktop.certificates.layout import LayoutError, load_layout, paper_ids


def test_every_paper_has_a_layout_that_keeps_the_rules() -> None:
    assert paper_ids() == [
        "P01", "P02", "P03", "P06", "P06-annex", "P07", "P08", "P09",
        "P10", "P11", "P14", "P15", "P16", "P17", "P19", "P22", "P23", "P26", "P27",
        "P28", "P29",
    ]  # fmt: skip
    for paper in paper_ids():
        assert load_layout(paper).title


def test_a_pack_replaces_single_keys() -> None:
    layout = load_layout(
        "P06",
        {
            "title": "湖南省技术合同认定登记证明书",
            "copies": ["存档", "交卖方", "交买方", "报税务"],
            "unit": "wan",
            "label": {"technology_amount": "核定技术性收入额"},
            "party_words": {"SVC-9": ["甲", "乙"]},
        },
    )
    assert layout.title.startswith("湖南省")
    assert layout.copy_line(4) == "第四联　报税务（共4联）"
    assert layout.labels["technology_amount"] == "核定技术性收入额"
    assert layout.labels["contract_amount"] == "合同成交额"
    assert layout.party_words["SVC-9"] == ("甲", "乙")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"titel": "证明"}, "P06.titel"),
        ({"label": {"technologie": "x"}}, "P06.label.technologie"),
        ({"label": "x"}, "P06.label"),
        ({"title": 5}, "P06.title"),
        ({"switch": {"party_codes": 1}}, "P06.switch.party_codes"),
        ({"box": {"qr": "25,226,20,20 -"}}, "box.qr"),
        ({"box": {"title": "25 26"}}, "box.title"),
        ({"box": {"title": "2,26,160,13 TITLE24 C 1"}}, "box.title"),
        ({"box": {"note": "100,213,90,12 BODY9 J n3"}}, "box.note"),
        ({"box": {"org": "128,239,60,12 FANCY12 C n2"}}, "box.org"),
        ({"rows": ["title 14-10"]}, "rows"),
        ({"rows": ["nothing 9"]}, "label.nothing"),
        ({"seals": [{"zone": "seal9", "name": "x", "mm": 42}]}, "seals.zone"),
        ({"seals": [{"zone": "seal1", "name": "x", "mm": 60}]}, "seals.mm"),
        ({"unit": "fen"}, "unit"),
    ],
)
def test_a_wrong_key_of_a_pack_is_named(changes: dict[str, object], named: str) -> None:
    with pytest.raises(LayoutError) as refused:
        load_layout("P06", changes)
    assert named in refused.value.message


def test_two_seals_bring_a_second_name_and_move_the_note() -> None:
    seals = [
        {"zone": "seal1", "name": "技术合同登记专用章", "mm": 42},
        {"zone": "seal2", "name": "技术市场管理办公室章", "mm": 42, "owner": "岚州市技术市场管理办公室"},
    ]
    layout = load_layout("P06", {"seals": seals})
    assert "note" not in layout.boxes
    assert "org2" in layout.boxes
    assert not layout.boxes["seal1"].meets(layout.boxes["seal2"])
