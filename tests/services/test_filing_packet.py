from __future__ import annotations

import errno
import hashlib
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from test_relief_statement import STATEMENTS, keep

from desktop.certificates.preview import pdf_text
from desktop.certificates.wording import half_width_left
from desktop.errors import MachineError, RefusedError
from desktop.rules.facts import Attachment, Award, Facts, IpRight, Party, Payment
from desktop.rules.relief import check_relief
from desktop.security.check_code import check_code_of_file
from desktop.services import filing_packet
from desktop.services.filing_packet import (
    AWARDS,
    DATA,
    NOTICE,
    NOTICE_TEXT,
    STATEMENT,
    make_packet,
    make_packets,
    masked_facts,
    papers_to_keep,
    safe_name,
)
from desktop.services.office import Office

AWARD = STATEMENTS["university cash award"]
SALE = STATEMENTS["patent sale"]


def data_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / DATA).read_text(encoding="utf-8"))
    return found


def plain(path: Path) -> str:
    return pdf_text(path).replace("\n", "")


def test_a_packet_holds_the_data_and_the_statement_and_its_sums_are_right(
    office: Office, tmp_path: Path
) -> None:
    made = keep(office, SALE)
    told: list[str] = []
    packet = make_packet(office, made, tmp_path, lambda _n, _of, words: told.append(words))
    assert packet.path == tmp_path / f"202699032100024{made}_备查资料"
    assert {p.name for p in packet.path.iterdir()} == set(packet.files) == {DATA, STATEMENT}
    data = data_of(packet.path)
    for name, digest in data["files"].items():
        assert hashlib.sha256((packet.path / name).read_bytes()).hexdigest() == digest
    assert packet.check_code == check_code_of_file(packet.path / DATA)
    assert told[-1] == "备查资料包已写好"
    assert any(STATEMENT in words for words in told)


def test_the_data_say_result_rule_conditions_sources_and_deadlines(office: Office, tmp_path: Path) -> None:
    data = data_of(make_packet(office, keep(office, SALE), tmp_path).path)
    assert data["law_version"] == office.book.version
    assert data["facts"]["technology_amount"] == "9200000.00"
    reliefs = {r["relief"]: r for r in data["reliefs"]}
    vat = reliefs["VAT-TECH"]
    assert (vat["result"], vat["rule"], vat["basis"]) == ("supported", "公告2026年第10号", "9200000.00")
    assert vat["no_rule_from"] == "2028-01-01"
    assert {"instrument": "增值税法", "article": "第二十六条", "confidence": "verified"} in [
        source for c in vat["conditions"] for source in c["sources"]
    ]
    doubtful = [s for r in data["reliefs"] for c in r["conditions"] for s in c["sources"]]
    assert all("article" not in s for s in doubtful if s["confidence"] != "verified")
    assert {"relief": "CIT-TECH", "words": "年度汇算清缴（次年 5 月 31 日前）", "on": "2027-05-31"} in data[
        "deadlines"
    ]


def test_papers_to_keep_are_there_only_if_they_were_handed_in_or_issued_here(
    office: Office, tmp_path: Path
) -> None:
    packet = make_packet(office, keep(office, SALE), tmp_path)
    papers = {p["paper"]: p for p in data_of(packet.path)["papers"]}
    assert papers["技术合同"]["seen"] == "专利权转让合同"
    assert papers["权利证书和权属证明"]["seen"] == "知识产权栏所附证明；知识产权栏所附证明"
    assert papers["登记证明"]["state"] == "缺", "registered, but the certificate was not issued yet"
    wanted = {"paper": "发票", "state": "缺", "seen": "", "reliefs": "VAT-TECH、LOCAL-SUBSIDY"}
    assert papers["发票"] == wanted
    assert set(packet.have) | set(packet.lack) == set(papers)
    assert "发票" in packet.lack


def test_a_certificate_counts_once_it_was_issued(office: Office) -> None:
    facts = Facts(
        kind="TRF",
        sub_kind="TRF-1",
        signed_on=date(2026, 9, 10),
        technology_amount=Decimal("10"),
        contract_amount=Decimal("10"),
        payments=(Payment(due_on=date(2026, 12, 1), amount=Decimal("10")),),
        ip_rights=(IpRight(object="patent_invention", owner="甲"),),
        parties=(
            Party(role="seller", name="甲", party_type="150", country="CHN"),
            Party(role="buyer", name="乙", party_type="150", country="CHN"),
        ),
        attachments=(Attachment("技术出口合同登记证书"), Attachment("增值税普通发票 001")),
    )
    results = check_relief(facts, {}, office.book, registered=True, on=office.today())
    found = {p["paper"]: p["state"] for p in papers_to_keep(facts, results, has_certificate=True)}
    assert found["登记证明"] == "已有"
    assert found["登记证明或技术出口合同登记证"] == "已有"
    assert found["发票"] == "已有"
    assert found["技术合同"] == "缺", "the export certificate is not the contract"
    without = {p["paper"]: p["state"] for p in papers_to_keep(facts, results, has_certificate=False)}
    assert without["登记证明"] == "缺"
    assert without["登记证明或技术出口合同登记证"] == "已有", "the other of the two is there"


def test_awards_bring_the_form_and_the_draft_of_the_notice(office: Office, tmp_path: Path) -> None:
    packet = make_packet(office, keep(office, AWARD), tmp_path)
    assert set(packet.files) == {DATA, STATEMENT, AWARDS, NOTICE, NOTICE_TEXT}
    form = plain(packet.path / AWARDS)
    for words in (
        "技术合同奖酬金领取表",
        "韩沐阳",
        "160,000.00",
        "¥260,000.00（人民币贰拾陆万元整）",
        "合计",
        "个人所得税由支付单位依法扣缴",
        "¥1,000,000.00",
    ):
        assert words in form
    notice = plain(packet.path / NOTICE)
    for words in (
        "关于“脱毒种薯繁育方法”转化现金奖励的公示",
        "财税〔2018〕58号和国科发政〔2018〕103号",
        "种类：发明专利；转化方式：许可",
        "¥1,000,000.00（2024年3月1日到账）",
        "韩沐阳，岗位职务（由单位填写）",
        "登记日期2026年9月18日，技术交易额¥1,000,000.00",
        "公示期2026年10月8日至2026年11月2日，共19个工作日",
        "登记机构不是公示人",
    ):
        assert words in notice
    assert "不满十五个工作日" not in notice
    text = (packet.path / NOTICE_TEXT).read_text(encoding="utf-8-sig")
    assert "关于“脱毒种薯繁育方法”转化现金奖励的公示" in text
    for path in (packet.path / AWARDS, packet.path / NOTICE):
        assert [line for line in pdf_text(path).splitlines() if half_width_left(line)] == []


def test_a_notice_that_is_too_short_is_pointed_out(office: Office, tmp_path: Path) -> None:
    made = keep(office, AWARD)
    with office.work() as uow:
        for award in uow.contract(made).awards:
            award.notice_until = date(2026, 10, 20)
        uow.commit()
    assert "公示期不满十五个工作日" in plain(make_packet(office, made, tmp_path).path / NOTICE)


def test_before_registering_there_is_no_form_and_no_notice(office: Office, tmp_path: Path) -> None:
    packet = make_packet(office, keep(office, AWARD | {"registered": False}), tmp_path)
    assert set(packet.files) == {DATA, STATEMENT}


def test_what_concerns_a_person_alone_is_masked_or_left_out() -> None:
    person = Party(
        role="seller",
        name="韦青岚",
        id_type="resident_id",
        id_number="110101199003071234",
        phone="13800138000",
        contact="韦青岚",
        email="w@example.org",
        address="某街",
        legal_representative="秦松",
    )
    company = Party(role="buyer", id_type="credit_code", id_number="91990321MA5NY83T0T")
    found = masked_facts(Facts(parties=(person, company), awards=(Award("柏青", Decimal(1)),), broker="某人"))
    text = json.dumps(found, ensure_ascii=False)
    assert found["parties"][0]["id_number"] == "110***********1234"
    assert found["parties"][1]["id_number"] == "91990321MA5NY83T0T"
    for private in ("110101199003071234", "13800138000", "example.org", "某街", "秦松", "某人"):
        assert private not in text


def test_an_earlier_packet_stays_as_it_is(office: Office, tmp_path: Path) -> None:
    made = keep(office, SALE)
    first = make_packet(office, made, tmp_path).path
    (first / "扫描件.pdf").write_bytes(b"%PDF")
    second = make_packet(office, made, tmp_path).path
    assert second.name == f"{first.name}_2"
    assert (first / "扫描件.pdf").read_bytes() == b"%PDF"
    assert (first / DATA).read_bytes() == (second / DATA).read_bytes()


def test_a_full_disk_leaves_nothing_and_says_so(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = filing_packet.write_whole
    written: list[Path] = []

    def full(path: Path, content: bytes) -> None:
        if written:
            raise OSError(errno.ENOSPC, "full")
        written.append(path)
        write(path, content)

    made = keep(office, SALE)
    monkeypatch.setattr(filing_packet, "write_whole", full)
    place = tmp_path / "usb"
    place.mkdir()
    with pytest.raises(MachineError, match="磁盘已满"):
        make_packet(office, made, place)
    assert written
    assert list(place.iterdir()) == []


def test_a_folder_that_is_gone_is_named(office: Office, tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="找不到或读不了"):
        make_packet(office, keep(office, SALE), tmp_path / "pulled out")


def test_work_that_is_stopped_leaves_nothing(office: Office, tmp_path: Path) -> None:
    class Stopped(Exception):
        pass

    def stop(done: int, _total: int, _words: str) -> None:
        if done == 1:
            raise Stopped

    made = keep(office, SALE)
    place = tmp_path / "usb"
    place.mkdir()
    with pytest.raises(Stopped):
        make_packet(office, made, place, stop)
    assert list(place.iterdir()) == []


def test_a_secret_contract_and_an_ended_one_get_no_packet(office: Office, tmp_path: Path) -> None:
    made = keep(office, SALE)
    with office.work() as uow:
        uow.contract(made).is_secret = True
        uow.commit()
    with pytest.raises(RefusedError, match="涉密合同"):
        make_packet(office, made, tmp_path / "x")
    with office.work() as uow:
        contract = uow.contract(made)
        contract.is_secret, contract.state = False, "REVOKED"
        uow.commit()
    with pytest.raises(RefusedError, match="已撤销"):
        make_packet(office, made, tmp_path / "x")


def test_the_packets_of_a_year_are_made_one_after_the_other(office: Office, tmp_path: Path) -> None:
    ids = [keep(office, SALE), keep(office, AWARD)]
    packets = make_packets(office, ids, tmp_path)
    assert [p.contract_id for p in packets] == ids
    assert len({p.path for p in packets}) == 2
    assert all((p.path / STATEMENT).is_file() for p in packets)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("澄受 2026-0312_备查资料", "澄受_2026-0312_备查资料"),
        ("../../etc/passwd", "etc_passwd"),
        ('a<b>:"c|d?*', "a_b_c_d"),
        ("...", "_"),
        ("长" * 200, "长" * 60),
    ],
)
def test_a_name_is_safe_on_every_system(text: str, safe: str) -> None:
    assert safe_name(text) == safe
