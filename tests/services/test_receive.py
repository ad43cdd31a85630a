"""读回执: signed files from above, row by row, at most once, in any order, and nothing from a stranger."""

from __future__ import annotations

import itertools
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from desktop.errors import RefusedError
from desktop.exchange.receipts import (
    ACCEPTED,
    REJECTED,
    NumberBlock,
    PolicyPack,
    Reason,
    Receipt,
    RowOutcome,
    write_block,
    write_policy,
    write_receipt,
)
from desktop.models import Action, BatchRow, BlockNumber
from desktop.models import NumberBlock as BlockRow
from desktop.resources import resource
from desktop.security.keys import create_key, load_signer
from desktop.services import commands as c
from desktop.services.afterwards import change_contract
from desktop.services.issue import issue_certificate
from desktop.services.law import law_of, overlay_of
from desktop.services.look import report_page
from desktop.services.office import Office
from desktop.services.receive import unfreeze_block
from desktop.services.views import BatchView
from tests.conftest import CLERK, HEAD, TODAY, Way
from tests.services.province_side import Province, read_in, rewritten, send

PROVINCE = bytes(range(1, 33))


@pytest.fixture
def province(office: Office, tmp_path: Path) -> Province:
    """Knows the numbers that the station already holds, as if it had allotted them in spring."""
    made = Province(office, tmp_path / "province")
    made.allot()
    return made


def leave_old_region(way: Way, contract_id: int) -> None:
    """A region code that the form would not let through today, left in a registered contract."""
    with way.office.work() as uow:
        uow.contract(contract_id).parties[0].region = "990324"
        uow.commit()


def standing(way: Way, contract_id: int) -> tuple[str, str, str]:
    row = way.sheet(contract_id).row
    return row.state, row.reporting_state, row.official_number


def log_length(office: Office) -> int:
    with office.look() as uow:
        return uow.session.scalar(select(func.count()).select_from(Action)) or 0


def path_of(made: BatchView) -> Path:
    assert made.path is not None
    return made.path


def two_sent(way: Way, tmp_path: Path) -> tuple[int, int, BatchView]:
    """One good contract and one, already certified, that the province will reject."""
    bad = way.certified(tmp_path, title="草莓采摘臂研制", signed_on=date(2026, 8, 22))
    leave_old_region(way, bad)
    good = way.registered()
    return good, bad, send(way.office, tmp_path / "usb")


# --- receipts


def test_each_row_gets_its_outcome_reason_and_the_paper_to_recall(
    way: Way, province: Province, tmp_path: Path
) -> None:
    good, bad, made = two_sent(way, tmp_path)
    (receipt,) = province.answer(path_of(made))
    report = read_in(way.office, receipt)
    assert (report.was_applied_before, report.accepted) == (False, 1)
    assert standing(way, good)[1] == "ACCEPTED_ABOVE"
    state, reporting, number = standing(way, bad)
    assert (state, reporting) == ("CERTIFIED", "REJECTED_ABOVE")
    assert "990324 已停用" in way.sheet(bad).row.note
    assert report.rejected == ((number, "区划代码 990324 已停用，现为 990303"),)
    assert len(report.recalled) == 1
    assert number in report.recalled[0]
    assert "第1版第1联" in report.recalled[0]
    view = report_page(way.office).batches[0]
    assert (view.waiting, view.accepted, view.rejected) == (0, 1, 1)


def test_a_receipt_twice_changes_nothing_and_says_so(way: Way, province: Province, tmp_path: Path) -> None:
    good, bad, made = two_sent(way, tmp_path)
    (receipt,) = province.answer(path_of(made))
    read_in(way.office, receipt)
    before = (standing(way, good), standing(way, bad), log_length(way.office))
    again = read_in(way.office, receipt)
    assert again.was_applied_before
    assert "以前读过" in again.words
    assert (standing(way, good), standing(way, bad), log_length(way.office)) == before


def test_the_corrected_contract_goes_again_and_is_accepted(
    way: Way, province: Province, tmp_path: Path
) -> None:
    _good, bad, made = two_sent(way, tmp_path)
    read_in(way.office, province.answer(path_of(made))[0])
    facts = way.sheet(bad).facts
    buyer, seller = facts.parties
    change_contract(
        way.office,
        c.ChangeContract(
            actor=CLERK.name,
            contract_id=bad,
            facts=replace(facts, parties=(replace(buyer, region="990303"), seller)),
            agreement="区划调整公告",
            reason="老渡县并入北渡区",
        ),
    )
    other = send(way.office, tmp_path / "usb")
    assert other.contract_count == 1
    receipt = province.answer(path_of(other))[0]
    assert read_in(way.office, receipt).rejected == ()
    assert standing(way, bad)[1] == "ACCEPTED_ABOVE"
    assert "990324" not in way.sheet(bad).row.note


def test_a_contract_changed_since_the_export_is_not_taken_for_accepted(
    way: Way, province: Province, tmp_path: Path
) -> None:
    made = way.registered()
    package = path_of(send(way.office, tmp_path / "usb"))
    facts = replace(way.sheet(made).facts, valid_until=date(2028, 6, 30))
    change_contract(
        way.office,
        c.ChangeContract(actor=CLERK.name, contract_id=made, facts=facts, agreement="协议", reason="顺延"),
    )
    read_in(way.office, province.answer(package)[0])
    assert standing(way, made)[1] == "NOT_SENT"
    assert send(way.office, tmp_path / "usb").contract_count == 1


def test_a_receipt_of_another_station_is_refused(way: Way, province: Province, tmp_path: Path) -> None:
    way.registered()
    package = path_of(send(way.office, tmp_path / "usb"))
    receipt = province.answer(package)[0]
    elsewhere = replace(way.office, station=replace(way.office.station, code="990322"))
    before = log_length(way.office)
    with pytest.raises(RefusedError, match="不是发给本站") as refused:
        read_in(elsewhere, receipt)
    assert refused.value.hint
    assert log_length(way.office) == before


def test_a_receipt_for_a_package_that_this_machine_never_made_is_refused(
    way: Way, province: Province, tmp_path: Path
) -> None:
    receipt = own_receipt(way.office, tmp_path, digest="f" * 64)
    with pytest.raises(RefusedError, match="不是本机发出的"):
        read_in(way.office, receipt)


@pytest.mark.parametrize("part", ["receipt.json", "bag-info.txt", "manifest-sha256.txt", ".sig"])
def test_an_edited_receipt_is_refused_and_changes_nothing(
    way: Way, province: Province, tmp_path: Path, part: str
) -> None:
    """One byte anywhere: the outcome, the addressee, the list, the signature."""
    _good, bad, made = two_sent(way, tmp_path)
    (receipt,) = province.answer(path_of(made))

    def change(name: str, content: bytes) -> bytes:
        if not name.endswith(part):
            return content
        return content.replace(b"rejected", b"accepted") if part == "receipt.json" else _flipped(content)

    edited = rewritten(receipt, tmp_path / "edited.zip", change)
    before = log_length(way.office)
    with pytest.raises(RefusedError, match="edited") as refused:
        read_in(way.office, edited)
    assert refused.value.hint
    assert standing(way, bad)[1] == "EXPORTED"
    assert log_length(way.office) == before


def _flipped(content: bytes) -> bytes:
    return content[:-2] + bytes([content[-2] ^ 1]) + content[-1:]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_receipt_cut_anywhere_is_refused(
    way: Way, province: Province, tmp_path: Path, share: float
) -> None:
    way.registered()
    content = province.answer(path_of(send(way.office, tmp_path / "usb")))[0].read_bytes()
    cut = tmp_path / "cut.zip"
    cut.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(RefusedError, match=r"cut\.zip") as refused:
        read_in(way.office, cut)
    assert refused.value.hint
    assert "zip file" not in str(refused.value)


def test_a_file_of_another_kind_is_refused_by_name(way: Way, tmp_path: Path) -> None:
    way.registered()
    package = path_of(send(way.office, tmp_path / "usb"))
    with pytest.raises(RefusedError, match="不是回执"):
        read_in(way.office, package)


# --- receipts made here, to say what the reference province would not


def signer_of_province(office: Office, folder: Path) -> Any:
    keys = folder / "own-province"
    if not keys.exists():
        create_key(keys, PROVINCE, owner="990000")
        shutil.copy(next(keys.glob("*.pub")), office.folder / "keys")
    return load_signer(keys, PROVINCE)


def own_receipt(
    office: Office,
    folder: Path,
    *rows: RowOutcome,
    digest: str,
    sequence: int = 1,
    issue: int = 1,
    name: str = "R-1",
) -> Path:
    """A signed receipt with these rows."""
    receipt = Receipt(
        name, "990000", "云岭省", office.station.code, digest, sequence, issue, TODAY, rows, *[_zero()] * 2
    )
    out = folder / f"{name}-{issue}"
    out.mkdir(exist_ok=True)
    return write_receipt(out, receipt, office.station.name, signer_of_province(office, folder)).path


def _zero() -> Any:
    from decimal import Decimal

    return Decimal(0)


def row_of(way: Way, contract_id: int, outcome: str, *, number: str = "", reason: str = "") -> RowOutcome:
    sheet = way.sheet(contract_id)
    reasons = (Reason("C02", reason),) if reason else ()
    return RowOutcome(1, sheet.uid, sheet.revision, outcome, number, reasons)


def digest_of(office: Office, sequence: int) -> str:
    from desktop.models import Batch

    with office.look() as uow:
        found = uow.session.scalars(select(Batch.sha256).where(Batch.sequence == sequence)).one()
        return str(found)


def test_an_older_answer_after_a_newer_one_changes_nothing(way: Way, tmp_path: Path) -> None:
    made = way.registered()
    send(way.office, tmp_path / "usb")
    digest = digest_of(way.office, 1)
    rejected = row_of(way, made, REJECTED, reason="编号不在号段里")
    older = own_receipt(way.office, tmp_path, rejected, digest=digest)
    newer = own_receipt(way.office, tmp_path, row_of(way, made, ACCEPTED), digest=digest, issue=2)
    read_in(way.office, newer)
    before = log_length(way.office)
    report = read_in(way.office, older)
    assert report.was_applied_before
    assert "更新" in report.words
    assert standing(way, made)[1] == "ACCEPTED_ABOVE"
    assert log_length(way.office) == before


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
def test_receipts_in_any_order_and_any_number_of_times_end_in_one_state(
    way: Way, tmp_path: Path, order: tuple[int, ...]
) -> None:
    """Two packages of one contract, the first answered twice; each order with a repetition, one end."""
    made = way.registered()
    send(way.office, tmp_path / "usb")
    first = digest_of(way.office, 1)
    rejected = row_of(way, made, REJECTED, reason="区划代码 990324 已停用")
    answers = [(row_of(way, made, ACCEPTED), first, 1, 1, "R-1"), (rejected, first, 1, 2, "R-1")]
    facts = replace(way.sheet(made).facts, valid_until=date(2028, 6, 30))
    change_contract(
        way.office,
        c.ChangeContract(actor=CLERK.name, contract_id=made, facts=facts, agreement="协议", reason="顺延"),
    )
    send(way.office, tmp_path / "usb")
    answers.append((row_of(way, made, ACCEPTED), digest_of(way.office, 2), 2, 1, "R-2"))
    files = [
        own_receipt(way.office, tmp_path, row, digest=digest, sequence=sequence, issue=issue, name=name)
        for row, digest, sequence, issue, name in answers
    ]
    for at in (*order, order[0], *order):
        read_in(way.office, files[at])
    assert standing(way, made) == ("CHANGED", "ACCEPTED_ABOVE", "2026990321000247")
    with way.office.look() as uow:
        outcomes = list(uow.session.scalars(select(BatchRow.outcome).order_by(BatchRow.id)))
    assert outcomes == ["rejected", "accepted"]


def test_one_unknown_row_does_not_stop_the_others(way: Way, tmp_path: Path) -> None:
    made = way.registered()
    send(way.office, tmp_path / "usb")
    stranger = RowOutcome(
        2, "00000000-0000-4000-8000-000000000000", 1, REJECTED, "", (Reason("F01", "读不出"),)
    )
    path = own_receipt(
        way.office, tmp_path, row_of(way, made, ACCEPTED), stranger, digest=digest_of(way.office, 1)
    )
    assert read_in(way.office, path).accepted == 1
    assert standing(way, made)[1] == "ACCEPTED_ABOVE"


# --- numbers that come with the receipt


@pytest.fixture
def waiting(way: Way) -> Way:
    """A province that gives the number with its receipt."""
    way.office = replace(way.office, pack=replace(way.office.pack, number_source="receipt"))
    return way


def test_the_receipt_brings_the_number_and_then_the_certificate_is_printed(
    waiting: Way, tmp_path: Path
) -> None:
    way, out = waiting, tmp_path / "c.pdf"
    province = Province(way.office, tmp_path / "province")
    made = way.registered()
    order = c.IssueCertificate(actor=CLERK.name, contract_id=made, path=out)
    with pytest.raises(RefusedError, match="还没有登记编号"):
        issue_certificate(way.office, order)
    package = path_of(send(way.office, tmp_path / "usb"))
    read_in(way.office, province.answer(package)[0])
    number = way.sheet(made).row.official_number
    assert number == "2026990321000001"
    assert way.sheet(made).row.reporting_state == "ACCEPTED_ABOVE"
    issue_certificate(way.office, order)
    from desktop.certificates.preview import pdf_text

    assert number in pdf_text(out).replace(" ", "")


def test_another_number_for_a_contract_that_has_one_is_kept_in_the_log_only(way: Way, tmp_path: Path) -> None:
    made = way.registered()
    send(way.office, tmp_path / "usb")
    path = own_receipt(
        way.office,
        tmp_path,
        row_of(way, made, ACCEPTED, number="2026990321009999"),
        digest=digest_of(way.office, 1),
    )
    read_in(way.office, path)
    assert way.sheet(made).row.official_number == "2026990321000247"
    with way.office.look() as uow:
        detail = uow.session.scalars(select(Action.detail).where(Action.verb == "accept_above")).one()
    assert "2026990321009999" in detail


def test_a_number_given_to_two_contracts_stays_with_the_first_and_is_told(
    waiting: Way, tmp_path: Path
) -> None:
    """The province may not give one number twice, whatever its receipt says; the other rows go on."""
    way = waiting
    first = way.registered()
    second = way.registered(title="低品位石英砂提纯工艺开发", signed_on=date(2026, 9, 10))
    third = way.registered(title="竹材连续炭化炉温控技术开发", signed_on=date(2026, 9, 11))
    send(way.office, tmp_path / "usb")
    number = "2026990321000777"
    rows = [
        replace(row_of(way, made, ACCEPTED, number=given), line=line)
        for line, (made, given) in enumerate(((first, number), (second, number), (third, "X-1")), 1)
    ]
    report = read_in(way.office, own_receipt(way.office, tmp_path, *rows, digest=digest_of(way.office, 1)))
    assert [way.sheet(made).row.official_number for made in (first, second, third)] == [number, "", "X-1"]
    assert len(report.rejected) == 1
    assert report.rejected[0][0] == way.sheet(second).row.local_serial
    assert number in report.rejected[0][1]


# --- number blocks


def block_file(
    office: Office, folder: Path, numbers: tuple[str, ...], *, name: str = "B-2", station: str = ""
) -> Path:
    block = NumberBlock(name, "990000", station or office.station.code, 2026, numbers, TODAY, "2026 第 2 段")
    return write_block(folder, block, office.station.name, signer_of_province(office, folder)).path


def numbers_held(office: Office) -> int:
    with office.look() as uow:
        return uow.session.scalar(select(func.count()).select_from(BlockNumber)) or 0


def test_a_block_comes_in_once(office: Office, tmp_path: Path) -> None:
    path = block_file(office, tmp_path, tuple(f"2026990321001{n:03}" for n in range(1, 201)))
    first = read_in(office, path)
    assert (first.was_applied_before, first.accepted) == (False, 200)
    held = numbers_held(office)
    again = read_in(office, path)
    assert again.was_applied_before
    assert numbers_held(office) == held == 254


def test_a_block_of_another_station_is_refused(office: Office, tmp_path: Path) -> None:
    path = block_file(office, tmp_path, ("2026990322000001",), station="990322")
    with pytest.raises(RefusedError, match="不是发给本站"):
        read_in(office, path)
    assert numbers_held(office) == 54


@pytest.mark.parametrize("place", [0, 700], ids=["at-its-head", "after-hundreds"])
def test_a_block_that_overlaps_is_refused_whole(office: Office, tmp_path: Path, place: int) -> None:
    numbers = [f"2026990321{n:06}" for n in range(5001, 5801)]
    numbers[place] = "2026990321000300"
    with pytest.raises(RefusedError, match="2026990321000300") as refused:
        read_in(office, block_file(office, tmp_path, tuple(numbers)))
    assert refused.value.hint
    assert numbers_held(office) == 54


def test_a_block_signed_by_the_station_itself_is_refused(office: Office, tmp_path: Path) -> None:
    signer = load_signer(office.folder / "keys", office.master)
    block = NumberBlock("B-9", "990321", "990321", 2026, ("2026990321009001",), TODAY)
    path = write_block(tmp_path, block, office.station.name, signer).path
    with pytest.raises(RefusedError, match="无权"):
        read_in(office, path)


def test_a_block_from_a_stranger_is_refused(office: Office, tmp_path: Path) -> None:
    path = block_file(office, tmp_path, ("2026990321009001",))
    for key in (office.folder / "keys").glob("*.pub"):
        if "990000" in key.read_text(encoding="utf-8"):
            key.unlink()
    with pytest.raises(RefusedError) as refused:
        read_in(office, path)
    assert refused.value.hint
    assert numbers_held(office) == 54


def test_the_head_thaws_a_restored_block_by_the_paper_ledger(way: Way) -> None:
    office = way.office
    with office.work() as uow:
        uow.session.query(BlockRow).update({"is_frozen": True})
        uow.commit()
    with pytest.raises(RefusedError, match="解冻"):
        way.registered()
    order = c.UnfreezeBlock(actor=CLERK.name, last_number="2026990321000260")
    with pytest.raises(RefusedError, match="负责人"):
        unfreeze_block(office, order)
    head = office.as_person(HEAD)
    with pytest.raises(RefusedError, match="不在本机的号段里"):
        unfreeze_block(head, c.UnfreezeBlock(actor=HEAD.name, last_number="2026990321999999"))
    view = unfreeze_block(head, c.UnfreezeBlock(actor=HEAD.name, last_number="2026990321000260"))
    assert (view.left, view.next_number, view.is_frozen) == (40, "2026990321000261", False)


# --- policy packs


def policy(office: Office, folder: Path, files: dict[str, bytes], version: str = "2026.12") -> Path:
    pack = PolicyPack("yunling-law", version, "990000", TODAY, files, "试改一行")
    return write_policy(folder, pack, signer_of_province(office, folder)).path


OLD, NEW = "公告2026年第10号", "公告2026年第10号（更正）"


def corrected() -> bytes:
    text = resource("law", "parameters.toml").read_text(encoding="utf-8")
    assert f'value = "{OLD}"' in text
    return text.replace(f'value = "{OLD}"', f'value = "{NEW}"').encode()


def rule_named(folder: Path) -> str:
    book = law_of(folder)
    return str(book.parameter("vat_tech.rule", date(2026, 11, 20)))


def test_a_policy_pack_takes_effect_and_comes_in_once(office: Office, tmp_path: Path) -> None:
    assert rule_named(office.folder) == OLD
    path = policy(office, tmp_path, {"law/parameters.toml": corrected()})
    assert not read_in(office, path).was_applied_before
    assert rule_named(office.folder) == NEW
    assert read_in(office, path).was_applied_before
    assert rule_named(office.folder) == NEW


def test_a_tampered_policy_pack_is_refused_and_the_law_stays(office: Office, tmp_path: Path) -> None:
    path = policy(office, tmp_path, {"law/parameters.toml": corrected()})
    edited = rewritten(
        path,
        tmp_path / "edited.zip",
        lambda name, content: (
            content.replace("更正".encode(), "改动".encode()) if name.endswith(".toml") else content
        ),
    )
    with pytest.raises(RefusedError, match="edited"):
        read_in(office, edited)
    assert overlay_of(office.folder) is None
    assert rule_named(office.folder) == OLD


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("law/parameters.toml", b'[[parameter]]\nname = "vat_tech.rule"\n'),
        ("law/relief.toml", '[[rule]]\ncode = "没有这一条"\n'.encode()),
        ("codes/regions.csv", b"code,name\n"),
    ],
)
def test_a_pack_whose_rows_are_wrong_is_refused_and_the_one_before_stays(
    office: Office, tmp_path: Path, name: str, content: bytes
) -> None:
    read_in(office, policy(office, tmp_path, {"law/parameters.toml": corrected()}))
    with pytest.raises(RefusedError) as refused:
        read_in(office, policy(office, tmp_path, {name: content}, "2026.13"))
    assert refused.value.hint or getattr(refused.value, "problems", ())
    assert rule_named(office.folder) == NEW
    assert sorted(p.name for p in (office.folder / "law").iterdir()) == ["CURRENT", "yunling-law-2026.12"]
