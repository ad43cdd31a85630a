"""Text of a .pdf by PDFium: lines joined into paragraphs again, page by page."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Final

import pypdfium2 as pdfium

from desktop.errors import Problem, RefusedError
from desktop.reading.document import ClauseWalk, DocumentText, Limits, Paragraph, finish
from desktop.resources import _

_ONE_AT_A_TIME: Final = threading.Lock()
"""PDFium must not be called from two threads."""

_PAGE_NUMBER: Final = re.compile(
    r"^[-—–\s]*(?:第?\s*\d{1,4}\s*页?(?:\s*[,，/]?\s*共?\s*\d{1,4}\s*页?)?)[-—–\s]*$"
)
_ENDS: Final = ("。", "；", "：", "！", "？", ":", ";")
_LABEL: Final = re.compile(r"^[^，。；：:]{2,24}[：:]")
_PASSWORD_NEEDED: Final = 4


def read_pdf(path: Path, limits: Limits) -> DocumentText:
    """The text of a PDF. Raises RefusedError for a damaged or locked file or one with too many pages."""
    with _ONE_AT_A_TIME:
        try:
            document = pdfium.PdfDocument(path)
        except pdfium.PdfiumError as exc:
            if getattr(exc, "err_code", None) == _PASSWORD_NEEDED or "password" in str(exc).lower():
                raise RefusedError(
                    _("{name} 设了打开密码").format(name=path.name), _("请申请人去掉密码后另存一份")
                ) from exc
            raise RefusedError(
                _("{name} 已损坏，读不出来").format(name=path.name),
                _("请向申请人重取一份；原文件没有改动"),
            ) from exc
        try:
            return _read(document, path, limits)
        finally:
            document.close()


def _read(document: pdfium.PdfDocument, path: Path, limits: Limits) -> DocumentText:
    pages = len(document)
    if pages > limits.pages:
        raise RefusedError(
            _("{name} 有 {pages} 页，不像一份合同").format(name=path.name, pages=pages),
            _("请只提交合同正文和附件"),
        )
    lines: list[tuple[int, str]] = []
    empty, characters = [], 0
    for number in range(1, pages + 1):
        text = _page_text(document, number)
        characters += len(text)
        if characters > limits.characters:
            raise RefusedError(_("文件里的文字太多，不像一份合同"), _("请只提交合同正文和附件"))
        found = [line.strip() for line in text.replace("\r", "\n").split("\n")]
        if not any(found):
            empty.append(number)
        lines += [(number, line) for line in found if line and not _PAGE_NUMBER.match(line)]
    warnings = []
    if len(empty) == pages:
        warnings.append(
            Problem(
                path.name,
                _("{pages} 页").format(pages=pages),
                _("是扫描件，没有文字，程序读不出内容"),
                _("可作附件保存；内容请照原件录入，或向申请人要带文字的 PDF、Word"),
                "doubt",
                "D01",
            )
        )
        return DocumentText("pdf", (), pages, tuple(warnings), is_scan=True)
    if empty:
        listed = "、".join(str(n) for n in empty[:20])
        warnings.append(
            Problem(
                path.name,
                _("第 {pages} 页").format(pages=listed),
                _("这些页是图片或空白，没有读到文字"),
                _("请翻看原件这几页"),
                "doubt",
                "D01",
            )
        )
    return finish("pdf", _join(lines), pages, warnings, limits)


def _page_text(document: pdfium.PdfDocument, number: int) -> str:
    try:
        page = document[number - 1]
        try:
            text_page = page.get_textpage()
            try:
                return str(text_page.get_text_range())
            finally:
                text_page.close()
        finally:
            page.close()
    except pdfium.PdfiumError:
        return ""


def _join(lines: list[tuple[int, str]]) -> list[Paragraph]:
    """Paragraphs of lines that only the width of the paper broke, also over the turn of a page."""
    widest = max((_width(line) for _page, line in lines), default=0)
    paragraphs: list[Paragraph] = []
    last, last_page = "", 0
    for page, line in lines:
        before = paragraphs[-1] if paragraphs and page - last_page <= 1 else None
        if before is None or ClauseWalk.begins_clause(line) or _ended(last, line, widest):
            paragraphs.append(Paragraph(line, page=page))
        else:
            gap = " " if last[-1].isascii() and line[0].isascii() and last[-1].isalpha() else ""
            paragraphs[-1] = Paragraph(before.text + gap + line, page=before.page)
        last, last_page = line, page
    return paragraphs


def _width(line: str) -> int:
    """About how much of the paper's width a line takes, in Latin letters."""
    return len(line.encode("gb18030", "replace"))


def _ended(last: str, line: str, widest: int) -> bool:
    """Whether a paragraph ended with the line before: it is short, or the next one begins with a label."""
    share = _width(last) / widest
    return share < 0.6 or (share < 0.9 and (last.endswith(_ENDS) or _LABEL.match(line) is not None))
