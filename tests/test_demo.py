"""One demo for the session, then what it claims is checked on the files that it made."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from desktop.certificates.preview import pdf_text
from desktop.demo import run_demo
from desktop.errors import RefusedError
from desktop.rules.amounts import format_yuan
from desktop.rules.capital import capital
from tests.conftest import SAMPLE


@dataclass(frozen=True)
class Demo:
    folder: Path
    figures: dict[str, Any]
    account: str


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONTRACT_DESK_TODAY", "2026-11-20")
        figures, account = run_demo(folder)
        yield Demo(folder, figures, account)


def steps(do: str) -> list[dict[str, Any]]:
    """Steps of one kind in the written day."""
    day = tomllib.loads((SAMPLE / "day.toml").read_text(encoding="utf-8"))
    return [step for step in day["step"] if step["do"] == do]


def numbers() -> dict[int, str]:
    """序号 → the registration number it must have got: the block's lines in the order of registering."""
    (step,) = steps("review_and_register")
    return {no: f"2026990321000{at}" for at, no in enumerate(step["nos"], 247)}


def expected() -> dict[int, dict[str, Any]]:
    rows = tomllib.loads((SAMPLE / "expected.toml").read_text(encoding="utf-8"))["row"]
    return {row["no"]: row for row in rows}


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_the_day_ends_whole_and_the_backup_is_the_same_elsewhere(demo: Demo) -> None:
    assert demo.figures["is_good"]
    assert demo.figures["restored_equal"]
    ended = {step["no"] for do in ("cancel", "revoke") for step in steps(do)}
    live = {no: expected()[no] for no in numbers() if no not in ended}
    assert demo.figures["registered"] == len(live)
    total = sum(Decimal(row.get("contract_amount") or 0) for row in live.values())
    raised = Decimal(20000)  # step "change": 198,000 → 218,000
    assert demo.figures["contract_amount"] == total + raised
    assert "✕" not in demo.account.split("还原到另一台电脑")[1].split("──")[0]


@pytest.mark.parametrize(
    "words",
    [
        "不予受理",
        "退回补正",
        "通知书没有打印：本机构还没有设定救济途径",
        "异议“4 有效期限”",
        "2027-10-31 → 2027-12-31",
        "复核并登记 40 份，编号 2026990321000247 至 2026990321000286",
        "第 2 联作废（卡纸，纸已收回）后重打",
        "核定技术性收入",
        "暂不上报",
        "同一包再交一次：没有改动",
        "区划代码 990517 已停用，现为 990521",
        "已发出的纸要收回：2026990321000267：第1版第1联",
        "第 2 包：上级已接收 3 份，上级退回 0 份",
        "这份回执以前读过，没有再改动",
        "上报状态：上级已接收 39、暂不上报 1",
        "首尾相连",
        "号段已冻结",
    ],
)
def test_the_account_tells(demo: Demo, words: str) -> None:
    assert re.search(words, demo.account), words


def test_the_account_counts_what_came_in_and_what_went_back(demo: Demo) -> None:
    good = sum(row["result"] == "ok" for row in expected().values())
    assert f"收入 {good} 份草稿" in demo.account


def test_every_file_it_names_is_there(demo: Demo) -> None:
    files = [Path(name) for name in demo.figures["files"]]
    assert len(files) == len(set(files)) > 40
    for path in files:
        assert path.stat().st_size > 0
        assert str(path.relative_to(demo.folder)) in demo.account
    assert (demo.folder / "account.txt").read_text(encoding="utf-8").strip() == demo.account.strip()


def test_both_packages_verify_with_cryptography_alone_and_name_each_other(demo: Demo) -> None:
    packages = sorted((demo.folder / "usb-stick").glob("*.zip"))
    assert len(packages) == 2
    script = Path(__file__).parent / "exchange" / "verify_signature.py"
    keys = [p for p in (demo.folder / "station" / "keys").glob("*.pub") if p.with_suffix(".key").exists()]
    for package in packages:
        done = subprocess.run(
            [sys.executable, str(script), str(package), str(keys[0])],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout == "signature ok\n", done.stderr


def test_the_first_package_is_a_valid_bag(demo: Demo, tmp_path: Path) -> None:
    package = min((demo.folder / "usb-stick").glob("*.zip"))
    with zipfile.ZipFile(package) as archive:
        archive.extractall(tmp_path)
        root = archive.namelist()[0].split("/")[0]
    done = subprocess.run(
        [sys.executable, "-m", "bagit", "--validate", str(tmp_path / root)], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def certificates(demo: Demo) -> list[Path]:
    return sorted((demo.folder / "certificates").glob("*.pdf"))


def test_every_certificate_has_its_fonts_inside(demo: Demo) -> None:
    assert len(certificates(demo)) == len(steps("issue")[0]["nos"]) + 1 + 1 + 2
    for path in certificates(demo):
        listed = subprocess.run(["pdffonts", str(path)], capture_output=True, text=True, check=True).stdout
        fonts = listed.splitlines()[2:]
        assert fonts
        for line in fonts:
            assert line.split()[-5:-3] == ["yes", "yes"], line  # embedded, a subset


def test_every_certificate_says_number_project_parties_and_both_amounts_twice(demo: Demo) -> None:
    number_of, rows = numbers(), expected()
    for no in steps("issue")[0]["nos"]:
        row = rows[no]
        path = demo.folder / "certificates" / f"登记证明_{number_of[no]}.pdf"
        text = squeezed(pdf_text(path))
        for word in (number_of[no], row["title"], *row["sellers"], *row["buyers"]):
            assert squeezed(word) in text, (no, word)
        for name in ("contract_amount", "technology_amount"):
            if row.get(name):
                amount = Decimal(row[name])
                assert "¥" + format_yuan(amount) in text, (no, name)
                assert capital(amount) in text, (no, name)


@pytest.mark.parametrize(("character", "no"), [("䶮", 51), ("𬭎", 50)])
def test_names_with_rare_characters_are_printed_and_can_be_copied_out(
    demo: Demo, character: str, no: int
) -> None:
    path = demo.folder / "certificates" / f"登记证明_{numbers()[no]}.pdf"
    assert character in pdf_text(path)
    words = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout
    assert character in words


def test_the_changed_contract_carries_its_new_amount_on_the_second_version(demo: Demo) -> None:
    path = demo.folder / "certificates" / f"登记证明_{numbers()[16]}_第2版.pdf"
    text = squeezed(pdf_text(path))
    assert "¥218,000.00" in text
    assert "人民币贰拾壹万捌仟元整" in text


def test_the_returned_workbook_and_the_letters_are_for_the_applicants(demo: Demo) -> None:
    names = {p.name for p in (demo.folder / "to-applicants").iterdir()}
    assert "申请表_退回.xlsx" in names
    for word in ("受理通知单", "补正告知书", "变更登记通知书", "注销登记通知书"):
        assert any(name.startswith(word) for name in names), word
    assert not any("不予登记通知书" in name for name in names), "it has no remedy yet"


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "论文.docx").write_text("不要动", encoding="utf-8")
    with pytest.raises(RefusedError, match="有别的东西") as refused:
        run_demo(tmp_path)
    assert refused.value.hint
    assert [p.name for p in tmp_path.iterdir()] == ["论文.docx"]
