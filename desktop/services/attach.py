"""Papers that come with a contract: kept whole and locked, their text shown beside the questions."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from desktop.errors import RefusedError
from desktop.models import Attachment, Contract
from desktop.resources import _
from desktop.security.vault import LARGEST, get_paper, put_paper
from desktop.services.commands import AttachDocument
from desktop.services.office import Office, perform
from desktop.services.views import ScanFile, TextPassage
from desktop.store.unit_of_work import UnitOfWork

READABLE = (".docx", ".pdf", ".txt")
"""Kinds of file whose text can be shown."""
PICTURES: Final[Mapping[str, tuple[bytes, ...]]] = {
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".bmp": (b"BM",),
    ".tif": (b"II*\x00", b"MM\x00*"),
    ".tiff": (b"II*\x00", b"MM\x00*"),
}
"""Kinds of picture that a scanner writes, with what such a file begins with."""


def attach_document(office: Office, cmd: AttachDocument) -> int:
    """Take one paper in and list it among the attachments (36 附件清单).

    Raises RefusedError for a file that is too large or cannot be read, and for papers of a secret contract.
    """
    from desktop.reading.document import read_document

    path = cmd.path
    if not path.is_file():
        raise RefusedError(_("没有这个文件：{path}").format(path=path), _("请核对路径"))
    if path.stat().st_size > LARGEST:
        raise RefusedError(_("{name} 超过 60 MB").format(name=path.name), _("请压缩扫描件后再收"))
    text = read_document(path) if path.suffix.lower() in READABLE else None
    content = path.read_bytes()
    begins = PICTURES.get(path.suffix.lower())
    if begins is not None and not content.startswith(begins):
        raise RefusedError(
            _("{name} 不是它的扩展名所说的图片").format(name=path.name),
            _("请在扫描软件里另存为 PDF 或 JPG 再收"),
        )

    def work(uow: UnitOfWork, contract: Contract) -> Mapping[str, Any]:
        if contract.is_secret:
            raise RefusedError(_("涉密合同的文件不得放进本机"), _("请按保密规定另行保管"), code="S324")
        digest = put_paper(_folder(office), _key(office), content)
        name = cmd.name or path.stem
        row = next((a for a in contract.attachments if a.name == name), None)
        if row is None:
            row = Attachment(ordinal=len(contract.attachments), name=name)
            contract.attachments.append(row)
        row.sha256, row.pages = digest, (text.pages or row.pages) if text else row.pages
        row.note = path.suffix.lower()
        return {"name": name, "sha256": digest, "size": len(content)}

    return perform(office, cmd, "attach", work)


def contract_text(office: Office, contract_id: int) -> tuple[TextPassage, ...]:
    """The text of the contract's own paper, passage by passage; empty when no readable paper is kept here."""
    from desktop.reading.document import read_document

    with office.look() as uow:
        papers = [
            (a.sha256, a.note)
            for a in uow.contract(contract_id).attachments
            if a.sha256 and a.note in READABLE
        ]
    if not papers:
        return ()
    digest, suffix = papers[0]
    with tempfile.TemporaryDirectory(prefix="paper-", dir=office.folder) as folder:
        path = Path(folder) / f"paper{suffix}"
        path.write_bytes(get_paper(_folder(office), _key(office), digest or ""))
        text = read_document(path)
    return tuple(TextPassage(p.text, p.clause, p.page, p.is_heading) for p in text.paragraphs)


def contract_scan(office: Office, contract_id: int) -> tuple[ScanFile, ...]:
    """The papers of a contract that can be shown page by page, in their order; empty when there are none."""
    with office.look() as uow:
        return tuple(
            ScanFile(a.name or "", a.note or "", a.sha256)
            for a in uow.contract(contract_id).attachments
            if a.sha256 and (a.note == ".pdf" or a.note in PICTURES)
        )


def scan_content(office: Office, contract_id: int, digest: str) -> bytes:
    """One scanned paper, whole. RefusedError when it is none of this contract, MachineError when damaged."""
    if digest not in {file.digest for file in contract_scan(office, contract_id)}:
        raise RefusedError(_("这份合同没有这个文件"), _("请重新打开这份合同"))
    return get_paper(_folder(office), _key(office), digest)


def _folder(office: Office) -> Path:
    return office.folder / "papers"


def _key(office: Office) -> bytes | None:
    return None if office.station.is_plain else office.master
