"""The program as it is handed out: built into a wheel, installed where no checkout is, and tried there."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

import desktop.self_test as trial_run
from desktop.errors import MachineError
from desktop.resources import resource

ROOT = Path(__file__).parent.parent


def ran(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "CONTRACT_DESK"))}
    return subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env=environment | {"QT_QPA_PLATFORM": "offscreen", "PYTHONUTF8": "1"},
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the checkout; with the build backend of this environment if it is there."""
    out = tmp_path_factory.mktemp("wheel")
    here = ["--no-build-isolation"] if find_spec("hatchling") else []
    done = ran(sys.executable, "-m", "pip", "wheel", ROOT, "--no-deps", "--quiet", *here, "-w", out, cwd=out)
    assert done.returncode == 0, done.stderr
    (found,) = out.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare environment with the wheel alone; the libraries are lent by the one that runs the tests."""
    home = tmp_path_factory.mktemp("bare")
    venv.create(home, with_pip=False, symlinks=os.name != "nt")
    python = home / "bin" / "python"
    done = ran(
        sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index",
        "--no-compile", wheel, cwd=home,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (site,) = home.glob("lib/python*/site-packages")
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return home


def test_the_wheel_holds_every_resource_and_nothing_of_the_tests(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        for font in tomllib.loads(resource("fonts", "FONTS.toml").read_text(encoding="utf-8"))["font"]:
            content = archive.read(f"desktop/_resources/fonts/{font['file']}")
            assert hashlib.sha256(content).hexdigest() == font["sha256"], font["file"]
    kept = {
        f"desktop/_resources/{path.relative_to(ROOT / 'resources').as_posix()}"
        for path in (ROOT / "resources").rglob("*.toml")
    }
    assert kept <= names
    assert not [name for name in names if name.startswith("tests/") or "__pycache__" in name]
    assert "desktop/store/migrations/env.py" in names


def test_the_installed_program_passes_its_own_test_from_any_folder(installed: Path, tmp_path: Path) -> None:
    done = ran(installed / "bin" / "contract-desk", "self-test", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["fonts"] == 7
    assert found["window"] == [1366, 768]
    assert list(tmp_path.iterdir()) == []


def test_it_runs_on_its_own_files_not_on_the_checkout(installed: Path, tmp_path: Path) -> None:
    done = ran(
        installed / "bin" / "python",
        "-c",
        "import desktop.resources as r; print(r.__file__); print(r.resource('law'))",
        cwd=tmp_path,
    )
    for line in done.stdout.splitlines():
        assert Path(line).is_relative_to(installed), line
    assert len(done.stdout.splitlines()) == 2


def test_an_installation_with_a_missing_font_says_which_step_failed(installed: Path, tmp_path: Path) -> None:
    (font,) = installed.glob("lib/python*/site-packages/desktop/_resources/fonts/HanaMinB.ttf")
    aside = font.with_suffix(".away")
    shutil.move(font, aside)
    try:
        done = ran(installed / "bin" / "contract-desk", "self-test", cwd=tmp_path)
    finally:
        shutil.move(aside, font)
    assert done.returncode == 3
    assert "程序文件和字体" in done.stderr
    assert "HanaMinB.ttf" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_font_that_was_exchanged_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other.ttf"
    other.write_bytes(b"not a font")

    def lied(*parts: str) -> Path:
        return other if parts[-1] == "HanaMinB.ttf" else resource(*parts)

    monkeypatch.setattr(trial_run, "resource", lied)
    with pytest.raises(MachineError, match=r"程序文件和字体.*HanaMinB\.ttf") as failed:
        trial_run.run_self_test()
    assert "重新安装" in failed.value.hint


def test_any_fault_of_a_step_is_told_with_the_step(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_trial: trial_run.Trial) -> str:
        raise ImportError("libEGL.so.1: cannot open shared object file")

    monkeypatch.setattr(trial_run, "STEPS", (("窗口", broken),))
    with pytest.raises(MachineError, match=r"停在“窗口”.*libEGL"):
        trial_run.run_self_test()
