"""Papers of a contract: kept whole, locked, shown as text, refused in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from desktop.errors import MachineError, RefusedError
from desktop.services.attach import attach_document, contract_text
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
