"""Papers of a contract: kept whole, locked, shown as text, refused in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from desktop.errors import MachineError, RefusedError
from desktop.services.attach import attach_document, contract_scan, contract_text, scan_content
from desktop.services.commands import AttachDocument
from desktop.services.lifecycle import NotAllowed
from tests.conftest import CLERK, SAMPLE, Way

PAPERS = sorted((SAMPLE / "contracts").glob("01-*"))


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("path", PAPERS, ids=lambda p: p.suffix)
def test_a_word_or_pdf_contract_is_kept_and_read_clause_by_clause(way: Way, path: Path, plain: bool) -> None:
    way.office = replace(way.office, station=replace(way.office.station, is_plain=plain))
    made = way.draft()
    attach_document(way.office, AttachDocument(actor=CLERK.name, contract_id=made, path=path))
    passages = contract_text(way.office, made)
    assert any(p.clause == "3.1" and "未掌握" in p.text for p in passages)
    kept = way.office.folder / "papers" / (way.sheet(made).facts.attachments[-1].sha256 or "")
    assert (kept.read_bytes() == path.read_bytes()) is plain


def test_an_altered_paper_is_named(way: Way) -> None:
    made = way.draft()
    attach_document(way.office, AttachDocument(actor=CLERK.name, contract_id=made, path=PAPERS[0]))
    kept = way.office.folder / "papers" / (way.sheet(made).facts.attachments[-1].sha256 or "")
    kept.write_bytes(kept.read_bytes()[:-1] + b"!")
    with pytest.raises(MachineError, match="已损坏"):
        contract_text(way.office, made)


def test_what_cannot_be_taken_in_is_refused(way: Way, tmp_path: Path) -> None:
    made = way.draft()
    broken = tmp_path / "合同.docx"
    broken.write_bytes(b"PK\x03\x04 cut off")
    for path in (tmp_path / "没有.pdf", broken):
        with pytest.raises(RefusedError):
            attach_document(way.office, AttachDocument(actor=CLERK.name, contract_id=made, path=path))
    assert not (way.office.folder / "papers").exists()


def test_no_paper_of_a_secret_contract_is_kept(way: Way) -> None:
    made = way.draft(is_secret=True, summary=None)
    with pytest.raises(RefusedError, match="涉密"):
        attach_document(way.office, AttachDocument(actor=CLERK.name, contract_id=made, path=PAPERS[0]))


def test_a_registered_contract_takes_no_further_paper(way: Way) -> None:
    made = way.registered()
    with pytest.raises(NotAllowed):
        attach_document(way.office, AttachDocument(actor=CLERK.name, contract_id=made, path=PAPERS[0]))


def test_scanned_pages_come_back_in_order_and_whole(way: Way, tmp_path: Path) -> None:
    made = way.draft()
    content = {
        "首页.jpg": b"\xff\xd8\xff\xe0 page one",
        "次页.PNG": b"\x89PNG\r\n\x1a\n page two",
        "说明.txt": "不是扫描件".encode(),
    }
    for name, raw in content.items():
        (tmp_path / name).write_bytes(raw)
        attach_document(way.office, AttachDocument(actor=CLERK.name, contract_id=made, path=tmp_path / name))
    files = contract_scan(way.office, made)
    assert [(f.name, f.suffix) for f in files] == [("首页", ".jpg"), ("次页", ".png")]
    assert [scan_content(way.office, made, f.digest) for f in files] == list(content.values())[:2]


def test_a_picture_that_is_none_is_refused(way: Way, tmp_path: Path) -> None:
    made = way.draft()
    path = tmp_path / "扫描.jpg"
    path.write_bytes(b"MZ not a picture at all")
    with pytest.raises(RefusedError, match="不是它的扩展名所说的图片"):
        attach_document(way.office, AttachDocument(actor=CLERK.name, contract_id=made, path=path))
    assert contract_scan(way.office, made) == ()


def test_only_papers_of_the_contract_are_given_out(way: Way) -> None:
    one, other = way.draft(), way.draft(title="另一份")
    attach_document(way.office, AttachDocument(actor=CLERK.name, contract_id=one, path=PAPERS[-1]))
    (file,) = contract_scan(way.office, one)
    with pytest.raises(RefusedError, match="没有这个文件"):
        scan_content(way.office, other, file.digest)
