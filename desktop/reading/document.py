"""Reading a contract file (.docx, .pdf, .txt) into paragraphs that know their clause and page.

A file from outside is not trusted: its size, what it unpacks to and its XML are bounded before anything is
built from it. What cannot be read is refused in the clerk's words; what is read with a doubt says so in
``warnings``. Nothing is guessed: a scan without text gives no text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from desktop.errors import MachineError, Problem, RefusedError
from desktop.resources import _


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a strange file is taken in."""

    file_bytes: int = 60 * 1024 * 1024
    unpacked_bytes: int = 200 * 1024 * 1024
    """All parts of a .docx together."""
    part_bytes: int = 60 * 1024 * 1024
    ratio: int = 300
    """Unpacked to packed, of one part larger than a mebibyte."""
    parts: int = 5_000
    pages: int = 1_000
    characters: int = 3_000_000


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph as it stands in the file."""

    text: str
    clause: str = ""
    """``3.1``, ``附件一 6.2``, ``签章页``; empty before the first clause."""
    page: int = 0
    """1-based; 0 when the format has no pages (.docx)."""
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence and its place, for evidence."""

    text: str
    clause: str
    page: int
    paragraph: int
    """Index into ``DocumentText.paragraphs``."""
    start: int
    end: int
    """Characters of that paragraph's text."""


@dataclass(frozen=True, slots=True)
class DocumentText:
    """The text of one contract file."""

    format: str
    """``docx``, ``pdf`` or ``txt``."""
    paragraphs: tuple[Paragraph, ...]
    pages: int = 0
    warnings: tuple[Problem, ...] = ()
    is_scan: bool = False
    """No page has text: a picture of paper."""

    @property
    def text(self) -> str:
        """All paragraphs, a line each."""
        return "\n".join(p.text for p in self.paragraphs)

    def clause(self, number: str) -> tuple[Paragraph, ...]:
        """The paragraphs of a clause and of those below it: ``3`` gives 3, 3.1, 3.2; empty for none."""
        wanted = clause_key(number)
        return tuple(
            p
            for p in self.paragraphs
            if p.clause and (p.clause == wanted or p.clause.startswith((wanted + ".", wanted + " ")))
        )

    def sentences(self) -> Iterator[Sentence]:
        """Every sentence in order."""
        for index, paragraph in enumerate(self.paragraphs):
            for match in _SENTENCE.finditer(paragraph.text):
                if match[0].strip():
                    yield Sentence(
                        match[0].strip(), paragraph.clause, paragraph.page, index, match.start(), match.end()
                    )

    def find(self, words: str) -> tuple[Sentence, ...]:
        """Sentences that hold all the words (blank-separated), in any width and case; none for no words."""
        wanted = [plain(word) for word in words.split()]
        if not wanted:
            return ()
        return tuple(s for s in self.sentences() if all(word in plain(s.text) for word in wanted))


_SENTENCE = re.compile(r"[^。；！？;\n]+[。；！？;]?[”’）]?|[。；！？;]")
_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_ARTICLE = re.compile(r"^第\s*([〇零一二三四五六七八九十百\d]+)\s*条[\s:：、.．]*")
_ANNEX = re.compile(r"^(?:附件|附录|附表)\s*([一二三四五六七八九十\d]*)(?:[\s:：《.、]|$)")
_NUMBERED = re.compile(r"^(\d{1,2}(?:[.．]\d{1,2}){1,3})(?!\d)[\s.．、:：]*")
_PLAIN_NUMBER = re.compile(r"^(\d{1,2})(?:[\s　.．、]+)(?!\d)")
_SIGNATURES = re.compile(r"^(?:[（(]?(?:以下为|本页为)?.{0,4}签[字章]页|[（(]以下无正文)")


def plain(text: str) -> str:
    """For comparing: half width, lower case, without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def clause_key(number: str) -> str:
    """One way of writing a clause: 第三条 → 3, ３．１ → 3.1, 附件1 6.2 → 附件一 6.2."""
    text = unicodedata.normalize("NFKC", number).strip().rstrip("条.、").strip()
    if match := re.match(r"^第?\s*([〇零一二三四五六七八九十百]+|\d+)$", text):
        return str(_number(match[1]))
    if match := re.match(r"^第\s*([\d.]+)$", text):
        return match[1]
    if match := re.match(r"^附件\s*([一二三四五六七八九十\d]+)\s*第?\s*([\d.]*)$", text):
        return f"附件{_han(_number(match[1]))} {match[2]}".strip()
    return text


def _number(text: str) -> int:
    if text.isdecimal():
        return int(text)
    total, current = 0, 0
    for char in text:
        if char in "十百":
            total += (current or 1) * (10 if char == "十" else 100)
            current = 0
        else:
            current = _DIGITS[char]
    return total + current


def _han(number: int) -> str:
    digits = "〇一二三四五六七八九"
    if number < 10:
        return digits[number]
    tens, ones = divmod(number, 10)
    return ("" if tens == 1 else digits[tens % 10]) + "十" + (digits[ones] if ones else "")


class ClauseWalk:
    """Gives paragraphs their clause in the order of the document."""

    def __init__(self) -> None:
        self._annex = ""
        self._clause = ""

    @staticmethod
    def begins_clause(text: str) -> bool:
        """Whether a line starts a new paragraph by its look: article, numbered clause, annex, signatures."""
        return any(p.match(text) for p in (_ARTICLE, _NUMBERED, _PLAIN_NUMBER, _ANNEX, _SIGNATURES))

    def place(self, paragraph: Paragraph) -> Paragraph:
        """The same paragraph with its clause; text without a number belongs to the clause before it."""
        text, heading = unicodedata.normalize("NFKC", paragraph.text).strip(), False
        if match := _ARTICLE.match(text):
            self._annex, self._clause = "", str(_number(match[1]))
            heading = len(text) < 40
        elif (match := _ANNEX.match(text)) and len(text) < 60:
            self._annex = f"附件{_han(_number(match[1])) if match[1] else ''}"
            self._clause, heading = self._annex, True
        elif _SIGNATURES.match(text) and len(text) < 40:
            self._annex, self._clause, heading = "", "签章页", True
        elif (match := _NUMBERED.match(text)) or (self._annex and (match := _PLAIN_NUMBER.match(text))):
            number = match[1].replace("．", ".")
            self._clause = f"{self._annex} {number}".strip()
        return replace(paragraph, clause=self._clause, is_heading=heading)


def read_document(path: Path, limits: Limits | None = None) -> DocumentText:
    """The text of a contract file.

    Raises RefusedError, saying why and what to do, for a file that is too large, locked by a password, of
    another format or damaged; MachineError when the disk does not give it. A scan comes back with
    ``is_scan`` and no paragraphs.
    """
    bounds = limits or Limits()
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(1024)
    except OSError as exc:
        raise MachineError(
            _("文件 {name} 打不开").format(name=path.name), _("请查看 U 盘是否插好、文件是否被占用，再重试")
        ) from exc
    if size == 0:
        raise RefusedError(_("文件 {name} 是空的").format(name=path.name), _("请向申请人重取一份"))
    if size > bounds.file_bytes:
        raise RefusedError(
            _("文件 {name} 太大（{size} MB）").format(name=path.name, size=size // 1048576),
            _("合同文件一般不超过 {most} MB，请确认拿的是合同正文").format(most=bounds.file_bytes // 1048576),
        )
    if b"%PDF-" in head:
        from desktop.reading.pdf import read_pdf

        return read_pdf(path, bounds)
    if head.startswith(b"PK\x03\x04"):
        from desktop.reading.docx import read_docx

        return read_docx(path, bounds)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise _old_or_locked(path)
    if path.suffix.lower() == ".txt":
        return _read_text(path, bounds)
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG", b"II*\x00", b"MM\x00*", b"BM")):
        raise RefusedError(
            _("{name} 是图片，没有可读的文字").format(name=path.name),
            _("可作附件保存；内容请照原件录入，或向申请人要 Word、PDF 文本"),
        )
    raise RefusedError(
        _("{name} 不是能读的合同文件").format(name=path.name),
        _("可读 .docx、带文字的 .pdf 和 .txt；其他格式请另存为 .docx"),
    )


def _old_or_locked(path: Path) -> RefusedError:
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        return RefusedError(_("{name} 设了打开密码").format(name=path.name), _("请申请人去掉密码后另存一份"))
    return RefusedError(
        _("{name} 是旧版 Word（.doc）或表格格式").format(name=path.name),
        _("请用 Word 或 WPS 打开，另存为 .docx 后再读"),
    )


def _read_text(path: Path, limits: Limits) -> DocumentText:
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise RefusedError(
            _("{name} 的文字编码认不出").format(name=path.name), _("请另存为 UTF-8 的文本或 .docx")
        )
    return finish("txt", [Paragraph(line.strip()) for line in text.splitlines()], 0, [], limits)


def finish(
    kind: str, paragraphs: list[Paragraph], pages: int, warnings: list[Problem], limits: Limits
) -> DocumentText:
    """Place the paragraphs in their clauses and look the text over; what every format does at its end."""
    walk = ClauseWalk()
    kept = [walk.place(p) for p in paragraphs if p.text.strip()]
    if sum(len(p.text) for p in kept) > limits.characters:
        raise RefusedError(_("文件里的文字太多，不像一份合同"), _("请只提交合同正文和附件"))
    odd = sorted({c for p in kept for c in p.text if c == "\ufffd" or unicodedata.category(c) == "Co"})
    if odd:
        places = [p for p in kept if any(c in p.text for c in odd)]
        warnings.append(
            Problem(
                places[0].clause or _("正文"),
                "、".join(f"U+{ord(c):04X}" for c in odd[:5]),
                _("有 {count} 段含显示不出的字（自造字或字体没有对照表）").format(count=len(places)),
                _("这些字请对照原件录入"),
                "doubt",
                "D03",
            )
        )
    return DocumentText(kind, tuple(kept), pages, tuple(warnings))
