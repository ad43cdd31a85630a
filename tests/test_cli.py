"""The command line in the same process: every command, its words, its JSON, its exit codes."""

from __future__ import annotations

import json
import re
import shutil
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from desktop.certificates.preview import pdf_text
from desktop.cli import DONE, FAULT, REFUSED, WRONG_USE, build_parser, run
from desktop.exchange.workbook import read_workbook
from desktop.rules.codes import CodeTables
from desktop.rules.facts import facts_to_json
from desktop.sample_station_data import make_station
from tests.conftest import SAMPLE

PASSWORDS = {
    "沈清禾": "qinghe-2026",
    "陆知远": "zhiyuan-2026",
    "贺兰舟": "lanzhou-2026",
    "程砚": "chengyan-2026",
}
CLERK, REVIEWER, HEAD = "沈清禾", "陆知远", "贺兰舟"
NO_DRIVER_WORDS = re.compile(r"Traceback|sqlite|sqlalchemy|Errno|Exception|[a-z]Error\b|\bNone\b")


@dataclass(frozen=True)
class Done:
    """What one command left."""

    code: int
    out: str
    err: str

    @property
    def values(self) -> Any:
        return json.loads(self.out)


class Terminal:
    """Types commands; signs in as whom it is told."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.folder, self.data = folder, folder / "station"
        self._capsys, self._patch = capsys, patch

    def __call__(self, *words: str | Path, by: str = "", code: int = DONE) -> Done:
        arguments = [str(word) for word in words]
        if by:
            self._patch.setenv("CONTRACT_DESK_PASSWORD", PASSWORDS[by])
            arguments += ["--data", str(self.data), "--as", by]
        self._capsys.readouterr()
        try:
            left = run(arguments)
        except SystemExit as exc:
            left = int(exc.code or 0)
        told = self._capsys.readouterr()
        done = Done(left, told.out, told.err)
        assert left == code, done
        assert not NO_DRIVER_WORDS.search(done.err), done.err
        if "--json" in arguments and code == DONE:
            assert done.values is not None
        return done


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory, codes: CodeTables) -> Path:
    """The sample station with its province and a block of numbers, and facts of contracts 1 to 6 as JSON."""
    from desktop.app import load_codes, sign_in
    from desktop.exchange.province_desk import ProvinceDesk
    from desktop.services.commands import ReceiveFile
    from desktop.settings import now

    folder = tmp_path_factory.mktemp("cli") / "ready"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONTRACT_DESK_TODAY", "2026-11-20")
        make_station(folder / "station", cheap_passwords=True)
        province = ProvinceDesk.create(folder / "province", codes, now, code="990000", name="省办")
        province.admit("990321", "澄河县技术合同登记处", next((folder / "station" / "keys").glob("*.pub")))
        shutil.copy(province.public_key(), folder / "station" / "keys")
        block = province.block("990321", 50, 2026, folder / "blocks")
        province.close()
        desk = sign_in(folder / "station", HEAD, PASSWORDS[HEAD])
        assert load_codes(desk.pack).name("regions", "990321")
        desk.receive(ReceiveFile(actor=HEAD, path=block))
        desk.close()
    read = read_workbook(SAMPLE / "application.xlsx", codes, date(2026, 11, 20))
    for row in read.rows:
        if row.row_no in (2, 4, 6):
            raw = {
                "facts": facts_to_json(row.facts),
                "answers": json.loads((SAMPLE / "answers" / f"{row.row_no:03}.json").read_text("utf-8")),
            }
            text = json.dumps(raw, ensure_ascii=False)
            (folder / f"{row.row_no}.json").write_text(text, encoding="utf-8")
    register_the_first(folder)
    return folder


SERIAL = "澄受 2026-0201"
"""Contract 2 in the station that every test gets a copy of: registered, not yet certified or sent."""


def register_the_first(folder: Path) -> None:
    """Take contract 2 to 已登记, command by command."""
    facts, data = str(folder / "2.json"), ["--data", str(folder / "station"), "--as"]
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()):
        patch.setenv("CONTRACT_DESK_TODAY", "2026-11-20")
        for by, *words in (
            (CLERK, "draft", facts),
            (CLERK, "accept", SERIAL, "--doubts", "已与申请人核对"),
            (CLERK, "decide", SERIAL, facts),
            (REVIEWER, "review", SERIAL, "--agree"),
            (REVIEWER, "register", SERIAL),
        ):
            patch.setenv("CONTRACT_DESK_PASSWORD", PASSWORDS[by])
            assert run([*words, *data, by]) == DONE


@pytest.fixture
def desk(
    ready: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Terminal:
    """A terminal at a copy of that station."""
    monkeypatch.setenv("CONTRACT_DESK_TODAY", "2026-11-20")
    monkeypatch.delenv("CONTRACT_DESK_PASSWORD", raising=False)
    monkeypatch.delenv("CONTRACT_DESK_PERSON", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "empty"))
    folder = Path(shutil.copytree(ready, tmp_path / "all"))
    return Terminal(folder, capsys, monkeypatch)


@pytest.fixture
def bare(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal at a machine without any data."""
    monkeypatch.setenv("CONTRACT_DESK_TODAY", "2026-11-20")
    monkeypatch.delenv("CONTRACT_DESK_PASSWORD", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "empty"))
    return Terminal(tmp_path, capsys, monkeypatch)


def written(desk: Terminal, name: str, **raw: Any) -> Path:
    path = desk.folder / name
    path.write_text(json.dumps(raw, ensure_ascii=False, default=str), encoding="utf-8")
    return path


def state(desk: Terminal, serial: str) -> str:
    return str(desk("show", serial, "--json", by=CLERK).values["row"]["state"])


# --- the ordinary way


def test_from_the_draft_to_a_certificate_that_can_be_verified(desk: Terminal) -> None:
    facts = desk.folder / "6.json"
    serial = registered_not_yet(desk)
    told = desk("review", serial, "--agree", by=CLERK, code=REFUSED).err
    assert "复核" in told
    desk("review", serial, "--agree", by=REVIEWER)
    assert "登记编号 2026990321000002" in desk("register", serial, by=REVIEWER).out
    assert "不能保存" in desk("draft", facts, "--id", serial, by=CLERK, code=REFUSED).err
    preview, out = desk.folder / "preview.pdf", desk.folder / "c.pdf"
    assert "不是登记证明" in desk("certificate", serial, "--out", preview, by=CLERK).out
    assert preview.read_bytes()[:5] == b"%PDF-"
    assert "登记证明" in desk("issue", serial, "--out", out, by=CLERK).out
    assert state(desk, serial) == "CERTIFIED"
    keys = desk.data / "keys"
    assert "校验码有效：编号 2026990321000002" in desk("verify", out, "--keys", keys).out
    claims = desk("verify", out, "--keys", keys, "--json").values
    assert (claims["number"], claims["contract_amount"]) == ("2026990321000002", "1150000.00")


def test_the_relief_statement_and_the_filing_packet_of_a_contract(desk: Terminal) -> None:
    out = desk.folder / "s.pdf"
    told = desk("relief-statement", SERIAL, "--out", out, by=CLERK).out
    assert "供参考，不是涉税决定" in told
    assert "技术合同税惠说明书" in pdf_text(out, 0)
    assert SERIAL in pdf_text(out, 0)
    place = desk.folder / "usb"
    place.mkdir()
    told = desk("relief-packet", SERIAL, "--out", place, by=CLERK).out
    (packet,) = place.iterdir()
    assert str(packet) in told
    assert "还缺" in told
    assert json.loads((packet / "税惠资料.json").read_text("utf-8"))["local_serial"] == SERIAL
    second = desk("relief-packet", SERIAL, "--out", place, "--json", by=CLERK).values
    assert Path(second[0]["path"]).name == f"{packet.name}_2"
    assert "找不到" in desk("relief-packet", SERIAL, "--out", place / "gone", by=CLERK, code=FAULT).err


def test_an_altered_certificate_does_not_verify(desk: Terminal) -> None:
    """The amount on the face of the paper was exchanged; the code still says the true one."""
    from io import BytesIO

    from pypdfium2 import PdfDocument, raw

    serial = SERIAL
    out, forged = desk.folder / "c.pdf", desk.folder / "forged.pdf"
    desk("issue", serial, "--out", out, by=CLERK)
    document = PdfDocument(out)
    for page in document:
        for thing in list(page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT])):
            words = thing.get_textpage_text() if hasattr(thing, "get_textpage_text") else _words(thing, page)
            if "860,000" in words:
                page.remove_obj(thing)
        page.gen_content()
    stream = BytesIO()
    document.save(stream)
    document.close()
    forged.write_bytes(stream.getvalue())
    told = desk("verify", forged, "--keys", desk.data / "keys", code=REFUSED).err
    assert "纸面与校验码不一致" in told
    assert "860,000.00" in told


def _words(thing: Any, page: Any) -> str:
    from ctypes import c_ushort

    from pypdfium2 import raw

    text = page.get_textpage()
    size = raw.FPDFTextObj_GetText(thing.raw, text.raw, None, 0)
    buffer = (c_ushort * size)()
    raw.FPDFTextObj_GetText(thing.raw, text.raw, buffer, size)
    text.close()
    return bytes(buffer).decode("utf-16-le").rstrip("\0")


def test_a_code_from_a_stranger_and_a_paper_without_one_do_not_verify(desk: Terminal) -> None:
    serial = SERIAL
    out = desk.folder / "c.pdf"
    desk("issue", serial, "--out", out, by=CLERK)
    (desk.folder / "nobody").mkdir()
    assert desk("verify", out, "--keys", desk.folder / "nobody", code=REFUSED).err
    slip = desk.folder / "slip.pdf"
    desk("notice", serial, "--paper", "P01", "--out", slip, by=CLERK)
    assert "没有本程序的校验码" in desk("verify", slip, "--keys", desk.data / "keys", code=REFUSED).err
    assert "没有这个文件" in desk("verify", "no.pdf", "--keys", desk.data / "keys", code=REFUSED).err
    assert desk("verify", "随便的文字", "--keys", desk.data / "keys", code=REFUSED).err


def test_objection_sends_it_back_and_four_eyes_hold(desk: Terminal) -> None:
    facts = desk.folder / "2.json"
    serial = desk("draft", facts, "--json", by=CLERK).values["row"]["local_serial"]
    desk("accept", serial, "--doubts", "已核对", by=CLERK)
    desk("decide", serial, facts, by=CLERK)
    desk("review", serial, "--agree", by=CLERK, code=REFUSED)
    told = desk("review", serial, "--agree", "--object", "nonsense=x", by=REVIEWER, code=REFUSED)
    assert "没有这一复核项：nonsense" in told.err
    desk("review", serial, "--agree", "--object", "term=第九条", "--send-back", "改止日", by=REVIEWER)
    assert state(desk, serial) == "ACCEPTED"


def test_returned_supplemented_and_refused(desk: Terminal) -> None:
    serial = desk("draft", desk.folder / "4.json", "--json", by=CLERK).values["row"]["local_serial"]
    wrong = desk("return", serial, "--defect", "缺附件", "--deadline", "2026-12-04", by=CLERK, code=REFUSED)
    assert "问题=>要求" in wrong.err
    desk("return", serial, "--defect", "缺附件三=>补交附件三", "--deadline", "2026-12-04", by=CLERK)
    assert state(desk, serial) == "RETURNED"
    desk("notice", serial, "--out", desk.folder / "P02.pdf", by=CLERK)
    desk("supplement", serial, "--facts", desk.folder / "4.json", "--on", "2026-11-20", by=CLERK)
    assert state(desk, serial) == "ACCEPTED"
    desk("refuse", serial, "--ground", "G02", "--reason", "标的是设备买卖", by=CLERK)
    assert state(desk, serial) == "REFUSED"
    told = desk("notice", serial, "--paper", "P07", "--out", desk.folder / "P07.pdf", by=CLERK, code=REFUSED)
    assert "救济途径" in told.err


def test_not_ours_is_declined_with_the_right_office(desk: Terminal) -> None:
    serial = desk("draft", desk.folder / "4.json", "--json", by=CLERK).values["row"]["local_serial"]
    words = ("not-accept", serial, "--ground", "other_station")
    assert "向哪里" in desk(*words, by=CLERK, code=REFUSED).err
    desk(*words, "--where-to", "岚州市技术合同登记处", by=CLERK)
    assert state(desk, serial) == "NOT_ACCEPTED"


def test_two_that_look_alike_are_judged_before_they_are_registered(desk: Terminal) -> None:
    first = SERIAL
    facts = desk.folder / "2.json"
    second = desk("draft", facts, "--json", by=CLERK).values["row"]["local_serial"]
    desk("accept", second, "--doubts", "已核对", by=CLERK)
    desk("decide", second, facts, by=CLERK)
    desk("review", second, "--agree", by=REVIEWER)
    assert "疑似重复" in desk("register", second, by=REVIEWER, code=REFUSED).err
    desk("duplicate", second, first, "different", "--reason", "另一份合同，已并排看", by=CLERK)
    desk("register", second, by=REVIEWER)
    assert state(desk, second) == "REGISTERED"


def test_changed_with_only_the_fields_that_change(desk: Terminal) -> None:
    serial = SERIAL
    file = written(desk, "change.json", facts={"valid_until": "2028-06-30"})
    desk("change", serial, file, "--agreement", "补充协议", "--reason", "顺延", by=CLERK)
    sheet = desk("show", serial, "--json", by=CLERK).values
    assert (sheet["row"]["state"], sheet["facts"]["valid_until"]) == ("CHANGED", "2028-06-30")


@pytest.mark.parametrize(
    ("verb", "by", "left"), [("cancel", CLERK, "CANCELLED"), ("revoke", HEAD, "REVOKED")]
)
def test_ended(desk: Terminal, verb: str, by: str, left: str) -> None:
    serial = SERIAL
    desk(verb, serial, "--reason", "合同解除", "--document", "解除协议", "--on", "2026-11-20", by=by)
    assert state(desk, serial) == left


def test_income_is_money_to_the_fen_and_never_too_much(desk: Terminal) -> None:
    serial = SERIAL
    words = ("income", serial, "--received-on", "2026-11-19", "--amount")
    desk(*words, "100,000.05", "--voucher", "回单 1", by=CLERK)
    told = desk(*words, "760000", by=CLERK, code=REFUSED)
    assert "超过技术交易额" in told.err
    assert "不是金额" in desk(*words, "十万", by=CLERK, code=WRONG_USE).err


# --- looking, figures, keeping


def test_list_and_show_in_words_and_json(desk: Terminal) -> None:
    desk("draft", desk.folder / "4.json", by=CLERK)
    found = desk("list", "污水", "--json", by=CLERK).values
    assert (found["total"], found["sum"]) == (1, "860000.00")
    narrow = ("--state", "REGISTERED", "--kind", "DEV", "--year", "2026", "--limit", "1")
    assert "共 1 份" in desk("list", *narrow, by=CLERK).out
    assert "共 0 份" in desk("list", "没有这样的项目", by=CLERK).out
    assert "登记，取号" in desk("show", "2026990321000001", by=CLERK).out
    assert "找不到" in desk("show", "2026990321999999", by=CLERK, code=REFUSED).err


def test_stats_sum_what_is_registered(desk: Terminal) -> None:
    span = ("--from", "2026-11-01", "--to", "2026-11-30")
    (row,) = desk("stats", *span, "--json", by=CLERK).values
    assert row == {
        "name": "DEV",
        "count": 1,
        "contract_amount": "860000.00",
        "technology_amount": "860000.00",
    }
    assert "合计 1 份" in desk("stats", *span, "--by", "month", by=CLERK).out


def test_stats_by_flow_add_up_and_say_that_what_was_bought_is_not_complete(desk: Terminal) -> None:
    span = ("--from", "2026-11-01", "--to", "2026-11-30", "--by", "flow")
    found = desk("stats", *span, "--json", by=CLERK).values
    assert [row["place"] for row in found["rows"]] == ["home", "province", "elsewhere", "abroad", "unknown"]
    for side in ("inward", "outward"):
        assert sum(row[side]["count"] for row in found["rows"]) == found[side]["count"]
    assert found["inward_is_complete"] is False
    both, neither = found["both"]["count"], found["neither"]["count"]
    assert found["inward"]["count"] + found["outward"]["count"] - both + neither == 1
    assert "仅本地登记，不完整" in desk("stats", *span, by=CLERK).out


def test_targets_are_the_heads_and_are_shown_with_what_was_reached(desk: Terminal) -> None:
    assert "未设目标" in desk("targets", "2026", by=CLERK).out
    assert "负责人" in desk("targets", "2026", "--count", "2", by=CLERK, code=REFUSED).err
    said = desk("targets", "2026", "--count", "2", "--contract", "8600000", by=HEAD).out
    assert "份数　1 / 2　完成 50.00%" in said
    assert "成交额　86.00 万元 / 860.00 万元　完成 10.00%" in said
    assert "技术交易额　未设目标" in said
    assert "成交额比时间进度低" in said
    assert "未设目标" in desk("targets", "2026", "--clear", by=HEAD).out


def test_import_tells_every_problem_and_twice_is_no_work(desk: Terminal) -> None:
    file = Path(shutil.copy(SAMPLE / "application.xlsx", desk.folder))
    first = desk("import", file, "--returned", desk.folder / "back.xlsx", by=CLERK)
    assert "✕ 当事人!" in first.out
    assert (desk.folder / "back.xlsx").exists()
    again = desk("import", file, "--json", by=CLERK).values
    assert again["accepted"] == []
    assert again["already_there"] == len(again["ids"])
    ledger = Path(shutil.copy(SAMPLE / "ledger-2025.xlsx", desk.folder))
    assert "收入 120 份" in desk("import", ledger, "--ledger", by=HEAD).out


def test_check_backup_restore(desk: Terminal) -> None:
    serial = SERIAL
    assert "首尾相连" in desk("check", "--deep", by=CLERK).out
    file = desk.folder / "b.desk"
    assert "已打开验过" in desk("backup", file, by=CLERK).out
    desk("cancel", serial, "--reason", "合同解除", by=CLERK)
    told = desk("restore", file, by=CLERK, code=REFUSED)
    assert "负责人" in told.err
    assert "号段已冻结" in desk("restore", file, by=HEAD).out
    assert state(desk, serial) == "REGISTERED"
    block = desk("block", "unfreeze", "2026990321000007", "--json", by=HEAD).values
    assert block["next_number"] == "2026990321000008"
    assert "余 43 / 50" in desk("block", "status", by=CLERK).out


def test_a_changed_log_row_is_a_machine_fault(desk: Terminal) -> None:
    import sqlite3

    with sqlite3.connect(desk.data / "contract-desk.db") as db:
        triggers = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
        for name in triggers:
            if "action" in name:
                db.execute(f'DROP TRIGGER "{name}"')
        db.execute("UPDATE action SET person = '张三' WHERE verb = 'register'")
    db.close()
    told = desk("check", "--deep", by=CLERK, code=FAULT).err
    assert "日志" in told
    assert "备份还原" in told


# --- exchange


def test_a_package_its_receipt_and_the_state_in_between(desk: Terminal) -> None:
    usb = desk.folder / "usb"
    usb.mkdir()
    assert "待回执" in desk("batch", "create", usb, by=CLERK).out
    assert "没有要上报" in desk("batch", "create", usb, by=CLERK, code=REFUSED).err
    (package,) = usb.glob("*.zip")
    sent = desk("batch", "send", usb, "--sequence", "1", "--json", by=CLERK).values
    assert (sent["sequence"], sent["contract_count"]) == (1, 1)
    store, out = desk.folder / "province", desk.folder / "receipts"
    taken = desk(
        "province", "receive", package, "--store", store, "--out", out, "--pack", "yunling-2026.11"
    ).out
    assert "接收 1 份，退回 0 份" in taken
    again = desk("province", "receipts", "--store", store, "--out", out, "--station", "990321", "--json")
    assert len(again.values) == 1
    (receipt,) = out.glob("*.zip")
    assert "上级已接收 1 份" in desk("batch", "receive", receipt, by=CLERK).out
    assert "以前读过" in desk("batch", "receive", receipt, by=CLERK).out
    assert re.search("上级已接收　1 份", desk("batch", "status", by=CLERK).out)


def test_a_province_is_made_admits_a_station_and_allots(desk: Terminal) -> None:
    store, out = desk.folder / "other-province", desk.folder / "more"
    key = next(p for p in (desk.data / "keys").glob("*.pub") if p.with_suffix(".key").exists())
    told = desk("province", "admit", "990321", "澄河县登记处", key, "--store", store, "--name", "另一省").out
    assert "公钥" in told
    made = desk("province", "block", "--store", store, "--station", "990321", "--count", "5", "--out", out)
    assert Path(made.out.strip()).exists()
    assert desk("block", "import", made.out.strip(), by=HEAD, code=REFUSED).err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("admit", "990526", "KEY"), "公钥文件"),
        (("admit", "990526"), "机构名称"),
        (("admit",), "机构代码"),
        (("admit", "990526", "青石县", "登记处", "KEY"), "不认识"),
        (("receive",), "上报包"),
        (("block",), "--station"),
        (("block", "--station", "990321", "--count", "五"), "不是整数"),
        (("give",), "可以是"),
        ((), "做什么"),
    ],
)
def test_a_province_command_with_a_word_missing_tells_its_usage(
    bare: Terminal, words: tuple[str, ...], said: str
) -> None:
    told = bare("province", *words, *(("--store", bare.folder / "up") if words else ()), code=WRONG_USE).err
    assert "usage: contract-desk" in told
    assert said in told
    assert "用法不对" in told
    assert "Traceback" not in told
    assert not (bare.folder / "up").exists()


def test_every_word_of_a_province_command_has_a_name_and_an_explanation(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for act, names in {
        "admit": ("机构代码", "机构名称", "公钥文件"),
        "receive": ("上报包",),
        "receipts": ("--store",),
        "block": ("--station", "--year", "--count"),
    }.items():
        with pytest.raises(SystemExit):
            build_parser().parse_args(["province", act, "--help"])
        told = capsys.readouterr().out
        assert all(name in told for name in names), told
        assert "target" not in told


@pytest.mark.parametrize("act", [("receive", "包.zip"), ("receipts",), ("block", "--station", "990321")])
def test_only_admitting_a_station_makes_a_province(bare: Terminal, act: tuple[str, ...]) -> None:
    store = bare.folder / "mistyped"
    assert "不是上级的数据文件夹" in bare("province", *act, "--store", store, code=REFUSED).err
    assert not store.exists()


def test_a_province_admits_nobody_by_a_wrong_code_or_without_a_key(desk: Terminal) -> None:
    store, key = desk.folder / "province", next((desk.data / "keys").glob("*.pub"))
    wrong = desk("province", "admit", "青石县登记处", "990526", key, "--store", store, code=REFUSED).err
    assert "机构代码是 6 位数字" in wrong
    plain = desk.folder / "说明.txt"
    plain.write_text("不是公钥", encoding="utf-8")
    command = ("province", "admit", "990526", "青石县登记处", plain, "--store")
    assert "是不是公钥文件" in desk(*command, store, code=FAULT).err
    assert (
        "不在名单里" in desk("province", "block", "--station", "990526", "--store", store, code=REFUSED).err
    )
    assert "是不是公钥文件" in desk(*command, desk.folder / "new", code=FAULT).err
    assert not (desk.folder / "new").exists()


# --- without signing in, without a database


def test_rules_are_asked_without_any_data(bare: Terminal, ready: Path) -> None:
    facts = ready / "2.json"
    assert "没有受理日期" in bare("recognise", facts, code=REFUSED).err
    assert "委托开发合同" in bare("recognise", facts, "--on", "2026-11-20").out
    found = bare("recognise", facts, "--on", "2026-11-20", "--json").values
    assert found["outcome"] == "PASS"
    assert bare("recognise", "--schema", "--json").values["properties"]
    reliefs = bare("relief", facts, "--json").values
    assert any("VAT-TECH" in r.values() for r in reliefs)
    assert "VAT-TECH" in bare("relief", facts, "--explain").out
    assert bare("relief", "--schema").out.startswith("{")
    assert not (bare.folder / "empty" / "contract-desk").exists()


def test_other_facts_are_tried_from_the_command_line_in_money(bare: Terminal, ready: Path) -> None:
    facts = ready / "2.json"
    told = bare("relief", facts, "--what-if", "sub_kind=CON").out
    assert "研发费用加计扣除" in told
    assert "→ 不支持" in told
    less = bare("relief", facts, "--what-if", "technology_amount=1000.00", "--json").values
    stamp = next(move for move in less if move["relief"] == "STAMP")
    assert all(f[2] is not None for f in stamp["figures"])
    assert bare("relief", facts, "--what-if", "seller_park=none").out.strip() == "没有变动"
    assert "不能试改“colour”" in bare("relief", facts, "--what-if", "colour=blue", code=REFUSED).err
    assert "“gestern”不能作为" in bare("relief", facts, "--what-if", "paid_on=gestern", code=REFUSED).err


def test_a_document_is_read_without_any_data(bare: Terminal) -> None:
    file = next((SAMPLE / "contracts").glob("01*.docx"))
    assert "采摘机" in bare("read", file).out
    assert bare("read", file, "--json").values["paragraphs"]
    assert "no.docx" in bare("read", bare.folder / "no.docx", code=FAULT).err


def test_the_difference_of_two_days_says_what_differs(bare: Terminal) -> None:
    said = bare("policy", "diff", "2026-02-28", "2026-03-01").out
    assert "新增　R-MIX-03" in said
    assert "答“是”：需人工、不予登记 → 需人工" in said
    assert "只是依据或可信度不同" in said
    found = bare("policy", "diff", "2026-02-28", "2026-03-01", "--json").values
    assert "R-MIX-02" in found["gone"]
    assert found["details"]["R-DEV-N6"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("list",), "M2026"),
        (("coverage",), "凭记忆"),
        (("explain", "R-DEV-02"), "R-DEV-02"),
        (("diff", "2026-02-28", "2026-03-01"), "相比"),
        (("timeline", "VAT-TECH"), "2026-01-01"),
    ],
)
def test_policy_is_told_without_any_data(bare: Terminal, words: tuple[str, ...], told: str) -> None:
    assert told in bare("policy", *words).out
    assert bare("policy", *words, "--json").values


def test_every_id_of_the_rule_base_is_listed_with_its_row_or_the_reason(bare: Terminal) -> None:
    words = bare("policy", "coverage").out
    assert "M2026　草案　2026-03-01 — 至今　recognition-2026.toml 第 1 条规则" in words
    assert "R-TRN-03　M2026　无行：" in words
    assert "FORM.V-11　自检　程序　desktop.services.register" in words
    assert "每个编号都有着落" in words
    values = bare("policy", "coverage", "--json").values
    assert values["faults"] == []
    assert values["by_confidence"]["form"]["carried"] == 12
    assert {e["id"] for e in values["entries"] if e["group"] == "LIC"} == {"R-LIC-01"}


def test_an_id_without_row_and_a_row_without_id_end_with_1(bare: Terminal) -> None:
    """A pack that brings its own list of ids is held against that list."""
    pack = bare.folder / "station" / "law" / "pack-2"
    pack.mkdir(parents=True)
    (pack.parent / "CURRENT").write_text("pack-2", encoding="utf-8")
    shipped = (Path(__file__).parent.parent / "resources/law/rule-ids.toml").read_text(encoding="utf-8")
    changed = shipped.replace('"R-LIC-01"', '"R-LIC-02"')
    (pack / "rule-ids.toml").write_text(changed, encoding="utf-8")
    done = bare("policy", "coverage", "--data", bare.folder / "station", code=REFUSED)
    assert "✕ R-LIC-02 M2026：R-LIC-02　没有行承担" in done.out
    assert "R-LIC-01　编号表里没有这个编号" in done.out
    assert "有 5 处没有着落" in done.out  # one id in two rule sets, three rows


def calendar(desk: Terminal, **changes: str) -> Path:
    """The shipped calendar with some texts changed, as a file."""
    text = (Path(__file__).parent.parent / "resources/law/working-days.toml").read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new, 1)
    path = desk.folder / "calendar.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_calendar_in_use_is_told_without_signing_in(bare: Terminal) -> None:
    told = bare("policy", "calendar").out
    assert "程序自带" in told
    assert "2026 [凭记忆]" in told
    assert "2027 年的通知：还没有，期限跨到那年的待核" in told
    assert bare("policy", "calendar", "--json").values["knows_next_year"] is False


def test_another_calendar_moves_deadlines_only_when_told_to(desk: Terminal) -> None:
    serial = desk("draft", desk.folder / "4.json", "--json", by=CLERK).values["row"]["local_serial"]
    desk("accept", serial, "--doubts", "已核对", by=CLERK)
    before = desk("show", serial, "--json", by=CLERK).values["row"]["due_on"]
    wrong = calendar(desk, **{"first = 2026-10-01": "first = 2026-10-08"})
    assert "2026 国庆节 有误" in desk("policy", "calendar", wrong, by=CLERK, code=REFUSED).err
    day_off = {
        "\nholidays = [": '\nholidays = [{ name = "临时放假", first = 2025-12-01, last = 2025-12-01 },'
    }
    assert "已换用" in desk("policy", "calendar", calendar(desk, **day_off), by=CLERK).out
    two = {"first = 2026-10-01, last = 2026-10-07 },": "first = 2026-10-01, last = 2026-10-07 },\n"
           '{ name = "临时放假", first = 2026-12-01, last = 2026-12-01 },'}  # fmt: skip
    path = calendar(desk, **two)
    refused = desk("policy", "calendar", path, by=CLERK, code=REFUSED).err
    assert f"{serial}　{before} → " in refused
    assert "--keep" in refused
    assert desk("show", serial, "--json", by=CLERK).values["row"]["due_on"] == before
    assert (
        f"期限已改：\n  {serial}　{before} → 2026-12-14"
        in desk("policy", "calendar", path, "--move", by=CLERK).out
    )
    assert desk("show", serial, "--json", by=CLERK).values["row"]["due_on"] == "2026-12-14"
    assert "相同" in desk("policy", "calendar", path, by=CLERK).out
    assert "本站换上的" in desk("policy", "calendar", by=CLERK).out


def test_policy_words_that_mean_nothing_are_refused(bare: Terminal) -> None:
    assert "没有编号为" in bare("policy", "explain", "R-NO-99", code=REFUSED).err
    assert bare("policy", "import", code=REFUSED).err
    assert "日期" in bare("policy", "diff", "2026-02-30", "2026-03-01", code=REFUSED).err
    assert bare("policy", "diff", code=REFUSED).err
    assert bare("policy", "timeline", "NO-SUCH", code=REFUSED).err


def test_demo_leaves_a_strange_folder_alone(bare: Terminal) -> None:
    (bare.folder / "mine").write_text("论文", encoding="utf-8")
    assert "有别的东西" in bare("demo", "--out", bare.folder, code=REFUSED).err


# --- a station from nothing, and who may


def test_init_makes_a_station_once(bare: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTRACT_DESK_PASSWORD", "qinghe-2026")
    words = ("init", "--code", "990321", "--name", "澄河县登记处", "--person", "沈清禾:clerk,head")
    data = ("--data", bare.folder / "new")
    assert "恢复码" in bare(*words, "--plain", *data).out
    assert "已经有一个登记机构" in bare(*words, *data, code=REFUSED).err
    assert "角色" in bare(*words[:-1], "甲:boss", "--data", bare.folder / "n2", code=REFUSED).err
    assert bare("list", *data, "--as", "沈清禾", "--json").values["total"] == 0


def test_nobody_works_without_signing_in(desk: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    data = ("--data", desk.data)
    assert "--as" in desk("list", *data, code=REFUSED).err
    assert "没有口令" in desk("list", *data, "--as", CLERK, code=REFUSED).err
    monkeypatch.setenv("CONTRACT_DESK_PASSWORD", "wrong-2026")
    assert "口令" in desk("list", *data, "--as", CLERK, code=REFUSED).err
    told = desk("list", "--json", *data, "--as", CLERK, code=REFUSED)
    assert set(json.loads(told.err)) == {"error", "hint", "code"}


def test_what_stands_before_the_command_counts(desk: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTRACT_DESK_PASSWORD", PASSWORDS[CLERK])
    found = desk("--data", desk.data, "--as", CLERK, "--json", "list")
    assert found.values["total"] == 1


def test_no_station_is_a_machine_fault_with_a_way_out(bare: Terminal) -> None:
    told = bare("list", by=CLERK, code=FAULT).err
    assert "还没有登记机构" in told
    assert "init" in told


def test_the_administrator_registers_nothing(desk: Terminal) -> None:
    assert "权限" in desk("register", registered_not_yet(desk), by="程砚", code=REFUSED).err


def registered_not_yet(desk: Terminal) -> str:
    serial = desk("draft", desk.folder / "6.json", "--json", by=CLERK).values["row"]["local_serial"]
    desk("accept", serial, "--doubts", "已核对", by=CLERK)
    desk("decide", serial, desk.folder / "6.json", by=CLERK)
    return str(serial)


def test_errors_of_the_form_come_one_a_line_and_as_json(desk: Terminal) -> None:
    file = written(desk, "empty.json", facts={"title": "只有名称"})
    serial = desk("draft", file, "--json", by=CLERK).values["row"]["local_serial"]
    told = desk("accept", serial, by=CLERK, code=REFUSED).err
    assert len(told.splitlines()) > 5
    as_json = json.loads(desk("accept", serial, "--json", by=CLERK, code=REFUSED).err)
    assert all(p["place"] and p["reason"] and p["remedy"] for p in as_json["problems"])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{", "不是 JSON"),
        (b"[1]", "应当是"),
        ('{"facts": {"title": "茶"}}'.encode("gb18030"), "UTF-8"),
        (b'{"facts": {"titel": "x"}}', "titel"),
        (b'{"extra": 1}', "extra"),
        (b'{"facts": {"signed_on": "2026-02-30"}}', "signed_on|签订日期"),
        (b'{"facts": {"contract_amount": 1.1}}', "contract_amount|成交额"),
        (
            b'{"facts": {"valid_from": "2026-02-02", "valid_until": "2026-02-01"}}',
            "有效期限止.*早于有效期限起",
        ),
        (
            b'{"facts": {"accepted_on": "2026-11-20"}, "answers": {"R-DEV-99": "yes"}}',
            "R-DEV-99.*没有这个编号",
        ),
    ],
)
def test_a_facts_file_with_a_fault_is_named(bare: Terminal, content: bytes, told: str) -> None:
    path = bare.folder / "f.json"
    path.write_bytes(content)
    assert re.search(told, bare("recognise", path, code=REFUSED).err)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "缺少 命令"),
        (("fly",), "不能是 'fly'"),
        (("issue", "1"), "缺少 --out"),
        (("list", "--limit", "x"), "不是整数"),
        (("list", "--nope"), "不认识 --nope"),
        (("recognise", "x.json", "--on", "2026-02-30"), "日期要写成"),
    ],
)
def test_wrong_use_is_told_in_chinese_with_code_two(
    bare: Terminal, words: tuple[str, ...], told: str
) -> None:
    assert told in bare(*words, code=WRONG_USE).err


def commands_of_the_parser() -> set[str]:
    parser = build_parser()
    action = next(a for a in parser._actions if hasattr(a, "choices") and a.choices and a.dest == "command")
    assert action.choices is not None
    return set(action.choices)


def test_every_command_of_the_design_is_there() -> None:
    wanted = {
        *("demo", "init", "import", "list", "show", "check", "recognise", "relief", "read", "draft"),
        *("accept", "not-accept", "return", "supplement", "refuse", "decide", "review", "register"),
        *("issue", "change", "cancel", "revoke", "income", "certificate", "verify", "batch", "block"),
        *("province", "stats", "backup", "restore", "policy", "self-test"),
    }
    assert wanted <= commands_of_the_parser()


@pytest.mark.parametrize("command", sorted(commands_of_the_parser()))
def test_every_command_has_help(bare: Terminal, command: str) -> None:
    assert "usage: contract-desk" in bare(command, "--help").out
