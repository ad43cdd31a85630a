"""Text of a .docx: paragraphs and table cells in order, with Word's automatic clause numbers written out.

The parts are read straight from the archive: python-docx leaves out inserted (修订) text and automatic
numbers, and both are needed to quote a clause.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from desktop.errors import Problem, RefusedError
from desktop.reading.document import DocumentText, Limits, Paragraph, finish
from desktop.resources import _

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_HAN: Final = "〇一二三四五六七八九"
_CHINESE: Final = (
    "chineseCounting",
    "chineseCountingThousand",
    "japaneseCounting",
    "ideographDigital",
    "taiwaneseCountingThousand",
)


def read_docx(path: Path, limits: Limits) -> DocumentText:
    """The text of a Word document. Raises RefusedError for a damaged, oversized or other kind of archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            _measure(archive, path, limits)
            names = set(archive.namelist())
            if "word/document.xml" not in names:
                raise RefusedError(
                    _("{name} 不是 Word 文档").format(name=path.name),
                    _("表格请在“导入申请表”中打开；合同请存为 .docx"),
                )
            body = _part(archive, "word/document.xml", path, limits)
            numbering = (
                _part(archive, "word/numbering.xml", path, limits) if "word/numbering.xml" in names else None
            )
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ET.ParseError,
    ) as exc:
        raise _damaged(path) from exc
    numbers = _Numbers(numbering)
    warnings: list[Problem] = []
    if next(body.iter(f"{_W}del"), None) is not None or next(body.iter(f"{_W}ins"), None) is not None:
        warnings.append(
            Problem(
                path.name,
                _("修订痕迹"),
                _("文件里有没有接受的修订，已按接受以后的文字读出"),
                _("请与盖章的纸质合同核对"),
                "doubt",
                "D02",
            )
        )
    try:
        paragraphs = [Paragraph(text) for text in _texts(body, numbers)]
    except RecursionError as exc:  # elements nested thousands deep: no office program writes that
        raise _damaged(path) from exc
    if not any(p.text.strip() for p in paragraphs):
        warnings.append(
            Problem(
                path.name,
                "",
                _("文档里没有文字，可能只贴了图片"),
                _("内容请照原件录入"),
                "doubt",
                "D01",
            )
        )
    return finish("docx", paragraphs, 0, warnings, limits)


def _measure(archive: zipfile.ZipFile, path: Path, limits: Limits) -> None:
    parts = archive.infolist()
    total = sum(part.file_size for part in parts)
    bomb = any(
        part.file_size > 1 << 20 and part.file_size > limits.ratio * max(part.compress_size, 1)
        for part in parts
    )
    if len(parts) > limits.parts or total > limits.unpacked_bytes or bomb:
        raise RefusedError(
            _("{name} 解开后异常大，没有打开").format(name=path.name),
            _("正常的合同文档不会这样；请申请人重新另存一份"),
        )
    if any(part.flag_bits & 1 for part in parts):
        raise RefusedError(_("{name} 设了密码").format(name=path.name), _("请申请人去掉密码后另存一份"))


def _part(archive: zipfile.ZipFile, name: str, path: Path, limits: Limits) -> ET.Element:
    with archive.open(name) as file:
        content = file.read(limits.part_bytes + 1)
    if len(content) > limits.part_bytes:
        raise RefusedError(
            _("{name} 解开后异常大，没有打开").format(name=path.name), _("请申请人重新另存一份")
        )
    if b"<!DOCTYPE" in content[:4096] or b"<!ENTITY" in content:
        raise _damaged(path)
    return ET.fromstring(content)


def _damaged(path: Path) -> RefusedError:
    return RefusedError(
        _("{name} 已损坏，读不出来").format(name=path.name),
        _("请用 Word 或 WPS 打开修复后另存，或向申请人重取一份；原文件没有改动"),
    )


def _texts(body: ET.Element, numbers: _Numbers) -> Iterator[str]:
    """One text a paragraph; the paragraphs of a table row share a line, cells apart by a tab."""
    for child in body:
        if child.tag == f"{_W}p":
            yield from _paragraph(child, numbers)
        elif child.tag == f"{_W}tbl":
            yield from _table(child, numbers)
        elif child.tag not in (f"{_W}sectPr", _FALLBACK):
            yield from _texts(child, numbers)


def _table(table: ET.Element, numbers: _Numbers) -> Iterator[str]:
    for row in table.iter(f"{_W}tr"):
        cells = []
        for cell in row.findall(f"{_W}tc"):
            lines = (line for p in cell.iter(f"{_W}p") for line in _paragraph(p, numbers))
            cells.append(" ".join(line.strip() for line in lines if line.strip()))
        yield "\t".join(cells)


def _paragraph(paragraph: ET.Element, numbers: _Numbers) -> Iterator[str]:
    """The lines of a paragraph (split at manual breaks), the automatic number before the first."""
    text = "".join(_characters(paragraph))
    prefix = numbers.next_for(paragraph) if text.strip() else ""
    for index, line in enumerate(text.split("\n")):
        yield f"{prefix}{line}" if index == 0 else line


def _characters(element: ET.Element) -> Iterator[str]:
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag == f"{_W}tab":
            yield "\t"
        elif child.tag in (f"{_W}br", f"{_W}cr"):
            yield "\n"
        elif child.tag == f"{_W}noBreakHyphen":
            yield "-"
        elif child.tag == f"{_W}p":
            yield "\n"
            yield from _characters(child)
        elif child.tag not in (f"{_W}del", f"{_W}moveFrom", f"{_W}pPr", f"{_W}rPr", _FALLBACK):
            yield from _characters(child)


class _Numbers:
    """Counts the automatic numbers of a document (numbering.xml), as Word shows them."""

    def __init__(self, root: ET.Element | None) -> None:
        self._levels: dict[tuple[str, int], tuple[str, str, int]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        if root is None:
            return
        abstract: dict[str, ET.Element] = {
            a.get(f"{_W}abstractNumId", ""): a for a in root.findall(f"{_W}abstractNum")
        }
        for num in root.findall(f"{_W}num"):
            number, link = num.get(f"{_W}numId", ""), num.find(f"{_W}abstractNumId")
            source = abstract.get("" if link is None else link.get(f"{_W}val", ""))
            if source is None:
                continue
            for level in source.findall(f"{_W}lvl"):
                depth = _whole(level.get(f"{_W}ilvl"))
                text, form = _value(level, "lvlText"), _value(level, "numFmt")
                self._levels[number, depth] = (text, form, _whole(_value(level, "start"), 1))

    def next_for(self, paragraph: ET.Element) -> str:
        """The number before this paragraph, with a blank; empty when it has none of its own."""
        properties = paragraph.find(f"{_W}pPr/{_W}numPr")
        if properties is None:
            return ""
        number, depth = _value(properties, "numId"), _whole(_value(properties, "ilvl"))
        if (number, depth) not in self._levels:
            return ""
        counts = self._counts.setdefault(number, {})
        text, form, start = self._levels[number, depth]
        counts[depth] = counts.get(depth, start - 1) + 1
        for deeper in [d for d in counts if d > depth]:
            del counts[deeper]
        if form in ("bullet", "none"):
            return ""
        for level in range(depth + 1):
            _text, style, first = self._levels.get((number, level), ("", "decimal", 1))
            text = text.replace(f"%{level + 1}", _shown(counts.get(level, first), style))
        return f"{text} "


def _value(element: ET.Element, name: str) -> str:
    found = element.find(f"{_W}{name}")
    return "" if found is None else found.get(f"{_W}val", "")


def _whole(text: str | None, default: int = 0) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 5 else default


def _shown(number: int, style: str) -> str:
    if style in _CHINESE:
        tens, ones = divmod(number, 10)
        if number >= 100:
            return str(number)
        head = "" if tens == 0 else "十" if tens == 1 else f"{_HAN[tens]}十"
        return head + (_HAN[ones] if ones or not head else "")
    if style in ("lowerLetter", "upperLetter") and number <= 26:
        return chr((97 if style == "lowerLetter" else 65) + number - 1)
    return str(number)
