from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from desktop.errors import MachineError, RefusedError
from desktop.exchange import transport
from desktop.exchange.transport import PART, FolderTransport


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "澄河县登记处_上报_2026-11-20_第15包_12份.zip"
    path.write_bytes(os.urandom(2 * PART + 1000))
    return path


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "E 登记专用盘"
    folder.mkdir()
    return folder


def test_a_file_arrives_whole_under_its_name(source: Path, stick: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    there = FolderTransport(stick)
    assert there.upload(source, progress=lambda done, total, _text: told.append((done, total))) == source.name
    assert (stick / source.name).read_bytes() == source.read_bytes()
    assert [p.name for p in stick.iterdir()] == [source.name]
    assert [f.name for f in there.list(".zip")] == [source.name]
    assert told[0] == (0, 2 * PART + 1000)
    assert told[-1] == (2 * PART + 1000, 2 * PART + 1000)
    assert there.free_bytes() > 0
    there.download(source.name, tmp_path / "back.zip")
    assert (tmp_path / "back.zip").read_bytes() == source.read_bytes()


def test_the_same_file_again_is_no_work_and_another_of_its_name_is_refused(source: Path, stick: Path) -> None:
    there = FolderTransport(stick)
    there.upload(source)
    before = (stick / source.name).stat().st_mtime_ns
    there.upload(source)
    assert (stick / source.name).stat().st_mtime_ns == before
    source.write_bytes(b"another package")
    with pytest.raises(RefusedError, match="已有另一个"):
        there.upload(source)
    assert (stick / source.name).stat().st_size == 2 * PART + 1000


def test_an_interrupted_upload_goes_on_where_it_stopped(source: Path, stick: Path) -> None:
    def stop(done: int, _total: int, _text: str) -> None:
        if done >= PART:
            raise KeyboardInterrupt

    there = FolderTransport(stick)
    with pytest.raises(KeyboardInterrupt):
        there.upload(source, progress=stop)
    assert there.list() == ()
    first: list[int] = []
    there.upload(source, progress=lambda done, _total, _text: first.append(done))
    assert first[0] == PART
    assert (stick / source.name).read_bytes() == source.read_bytes()


@pytest.mark.parametrize("garbage", [b"", b"x" * 100, b"x" * (3 * PART)])
def test_a_damaged_half_upload_is_written_again(source: Path, stick: Path, garbage: bytes) -> None:
    there = FolderTransport(stick)

    def stop(_done: int, _total: int, _text: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        there.upload(source, progress=stop)
    half = next(stick.glob("*.part"))
    half.write_bytes(garbage)
    there.upload(source)
    assert (stick / source.name).read_bytes() == source.read_bytes()
    assert [p.name for p in stick.iterdir()] == [source.name]


def test_a_removed_stick_is_said_so(source: Path, tmp_path: Path) -> None:
    there = FolderTransport(tmp_path / "gone")
    for attempt in (lambda: there.upload(source), there.list, there.free_bytes):
        with pytest.raises(MachineError) as fault:
            attempt()
        assert "U 盘" in fault.value.hint


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "磁盘已满"),
        (errno.EROFS, "不能写入"),
        (errno.EACCES, "不能写入"),
        (errno.EIO, "找不到或读不了"),
    ],
)
def test_every_fault_of_the_stick_comes_in_words_and_leaves_no_file_of_that_name(
    source: Path, stick: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def broken(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(transport.os, "fsync", broken)
    with pytest.raises(MachineError, match=words):
        FolderTransport(stick).upload(source)
    assert not (stick / source.name).exists()
    monkeypatch.undo()
    FolderTransport(stick).upload(source)
    assert (stick / source.name).read_bytes() == source.read_bytes()


def test_a_disk_that_is_really_full_is_named(source: Path, stick: Path) -> None:
    digest = transport.file_digest(source)[:12]
    (stick / f"{source.name}.{digest}.part").symlink_to("/dev/full")
    with pytest.raises(MachineError):
        FolderTransport(stick).upload(source)
    assert not (stick / source.name).exists()


def test_a_stick_that_forgets_what_was_written_is_found_out(
    source: Path, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forget(handle: int) -> None:
        os.ftruncate(handle, 0)

    monkeypatch.setattr(transport.os, "fsync", forget)
    with pytest.raises(MachineError, match="读回来不一样"):
        FolderTransport(stick).upload(source)
    assert list(stick.iterdir()) == []


def test_fetching_takes_names_not_paths(stick: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="name"):
        FolderTransport(stick).download("../x", tmp_path / "y")
    with pytest.raises(MachineError):
        FolderTransport(stick).download("none.zip", tmp_path / "y")
    assert not (tmp_path / "y").exists()
