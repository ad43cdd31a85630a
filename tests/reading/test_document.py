from __future__ import annotations

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from docx import Document
from reportlab.pdfgen.canvas import Canvas

from desktop.errors import MachineError, RefusedError
from desktop.reading.document import DocumentText, Limits, clause_key, read_document
from desktop.resources import resource

CONTRACTS = sorted(resource("sample", "contracts").iterdir())
FIRST = [p for p in CONTRACTS if p.name.startswith("01")]
NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def word(path: Path, body: str, **parts: str) -> Path:
    """A .docx of a raw body, with further parts such as numbering."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"<w:document {NAMESPACE}><w:body>{body}</w:body></w:document>")
        for name, content in parts.items():
            archive.writestr(f"word/{name}.xml", content)
    return path


def line(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


# ------------------------------------------------------------------ the sample's contracts


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda p: p.name[:2] + p.suffix)
def test_every_contract_is_read_with_its_clauses(path: Path) -> None:
    document = read_document(path)
    assert document.warnings == ()
    for number in ("2.1", "2.2", "3.1", "7.1", "8.1", "9.1", "9.3", "12.2"):
        (paragraph,) = document.clause(number)
        assert paragraph.text.startswith(number)
    assert [p.clause for p in document.clause("第九条")] == ["9", "9.1", "9.2", "9.3"]
    assert len(document.clause("附件二")) >= 2
    assert document.clause("签章页")
    assert document.pages == (0 if path.suffix == ".docx" else 6)


@pytest.mark.parametrize("path", FIRST, ids=lambda p: p.suffix)
def test_the_contract_of_the_pictures_says_what_they_show(path: Path) -> None:
    document = read_document(path)
    (evidence,) = document.find("双方均未掌握该技术方案")
    assert evidence.clause == "3.1"
    assert (
        document.paragraphs[evidence.paragraph].text[evidence.start : evidence.end].strip() == evidence.text
    )
    assert "2027 年 12 月 31 日" in document.clause("9.1")[0].text
    assert [p.clause for p in document.clause("附件一 6")] == ["附件一 6", "附件一 6.2"]
    assert document.clause("附件一 6.2")[0].text.startswith("6.2")


def test_word_and_pdf_of_one_contract_read_the_same() -> None:
    word_text, pdf_text = ("".join(read_document(p).text.split()) for p in FIRST)
    assert word_text == pdf_text


def test_a_pdf_knows_the_page_of_a_sentence() -> None:
    document = read_document(FIRST[1])
    assert document.find("项目名称")[0].page == 1
    assert document.find("保密义务自签订之日起")[0].page == 4


def test_finding_ignores_width_and_case_and_wants_all_words() -> None:
    document = read_document(FIRST[0])
    assert document.find("９２％ 割刀") == ()
    assert document.find("９２％")[0].clause == "2.2"
    assert document.find("识别 准确率")[0].clause == "2.2"
    assert document.find("没有这句话") == ()
    assert document.find("  ") == ()
    assert document.clause("99.9") == ()


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("第三条", "3"),
        ("3", "3"),
        ("第十二条", "12"),
        ("第二十一条", "21"),
        ("３．１", "3.1"),
        ("第 2.2 条", "2.2"),
        ("附件一 6.2", "附件一 6.2"),
        ("附件1", "附件一"),
        ("附件十二", "附件十二"),
        ("签章页", "签章页"),
    ],
)
def test_clauses_are_named_in_one_way(written: str, key: str) -> None:
    assert clause_key(written) == key


# ------------------------------------------------------------------ Word's own ways


def test_inserted_text_counts_deleted_text_does_not_and_both_are_told(tmp_path: Path) -> None:
    body = (
        '<w:p><w:r><w:t>总价</w:t></w:r><w:ins w:id="1"><w:r><w:t>九十</w:t></w:r></w:ins>'
        '<w:del w:id="2"><w:r><w:delText>八十</w:delText></w:r></w:del><w:r><w:t>万元</w:t></w:r></w:p>'
    )
    document = read_document(word(tmp_path / "a.docx", body))
    assert document.text == "总价九十万元"
    assert [w.code for w in document.warnings] == ["D02"]


def test_automatic_numbers_are_written_out(tmp_path: Path) -> None:
    level = '<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{f}"/><w:lvlText w:val="{t}"/></w:lvl>'
    numbering = (
        f'<w:numbering {NAMESPACE}><w:abstractNum w:abstractNumId="0">'
        + level.format(i=0, f="chineseCounting", t="第%1条")
        + level.format(i=1, f="decimal", t="%1.%2")
        + '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )

    def numbered(depth: int) -> str:
        return f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="1"/></w:numPr>'

    body = line("标的", numbered(0)) + line("甲", numbered(1)) + line("价款", numbered(0))
    document = read_document(word(tmp_path / "a.docx", body, numbering=numbering))
    assert document.paragraphs[0].text == "第一条 标的"
    assert document.paragraphs[2].text == "第二条 价款"
    assert document.paragraphs[2].clause == "2"


def test_tables_are_read_row_by_row_in_their_place(tmp_path: Path) -> None:
    path = tmp_path / "t.docx"
    written = Document()
    written.add_paragraph("附件二 价款明细")
    table = written.add_table(rows=2, cols=2)
    for cell, text in zip(
        (c for r in table.rows for c in r.cells), ("名称", "金额", "相机", "74,000.00"), strict=True
    ):
        cell.text = text
    written.add_paragraph("完")
    written.save(str(path))
    assert read_document(path).text.splitlines() == ["附件二 价款明细", "名称\t金额", "相机\t74,000.00", "完"]


def test_a_text_box_is_read_once(tmp_path: Path) -> None:
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    box = "<w:txbxContent><w:p><w:r><w:t>框内</w:t></w:r></w:p></w:txbxContent>"
    body = (
        f'<w:p><w:r><w:t>前</w:t></w:r><w:r><mc:AlternateContent xmlns:mc="{mc}">'
        f'<mc:Choice Requires="wps">{box}</mc:Choice>'
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    assert read_document(word(tmp_path / "a.docx", body)).text.count("框内") == 1


def test_rare_characters_survive_and_private_ones_are_named(tmp_path: Path) -> None:
    document = read_document(word(tmp_path / "a.docx", line("让与人：单禾𬭎、仇䶮") + line("1.1 张\ue863")))
    assert "单禾𬭎、仇䶮" in document.text
    (warning,) = document.warnings
    assert (warning.code, warning.place, warning.value) == ("D03", "1.1", "U+E863")


def test_a_document_of_pictures_says_so(tmp_path: Path) -> None:
    document = read_document(word(tmp_path / "a.docx", "<w:p/>"))
    assert [w.code for w in document.warnings] == ["D01"]
    assert document.paragraphs == ()


# ------------------------------------------------------------------ scans and plain text


def pdf(path: Path, pages: list[str], **options: object) -> Path:
    canvas = Canvas(str(path), **options)
    for text in pages:
        if text:
            canvas.drawString(50, 700, text)
        else:
            canvas.rect(50, 50, 400, 600, fill=1)
        canvas.showPage()
    canvas.save()
    return path


def test_a_scan_has_no_text_and_says_so(tmp_path: Path) -> None:
    document = read_document(pdf(tmp_path / "a.pdf", ["", ""]))
    assert document.is_scan
    assert (document.paragraphs, document.pages) == ((), 2)
    assert "扫描件" in document.warnings[0].reason


def test_pages_without_text_are_listed(tmp_path: Path) -> None:
    document = read_document(pdf(tmp_path / "a.pdf", ["Clause one.", "", "Clause two."]))
    assert not document.is_scan
    assert document.warnings[0].value == "第 2 页"
    assert {p.page for p in document.paragraphs} == {1, 3}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_plain_text_is_read_in_the_usual_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("第一条 标的\n1.1 研制装置。\n".encode(encoding))
    document = read_document(path)
    assert (document.format, document.clause("1.1")[0].text) == ("txt", "1.1 研制装置。")


# ------------------------------------------------------------------ files that must be refused


def refusal(path: Path, limits: Limits | None = None) -> RefusedError:
    before = path.read_bytes()
    with pytest.raises(RefusedError) as caught:
        read_document(path, limits)
    assert path.read_bytes() == before
    assert caught.value.hint
    assert caught.value.message.isprintable()
    return caught.value


@pytest.mark.parametrize("name", [p.name for p in CONTRACTS[:3]])
@pytest.mark.parametrize("keep", [0.3, 0.7, 0.97])
def test_a_file_cut_short_is_refused_or_read_but_never_crashes(
    tmp_path: Path, name: str, keep: float
) -> None:
    content = (resource("sample", "contracts") / name).read_bytes()
    path = tmp_path / name
    path.write_bytes(content[: int(len(content) * keep)])
    if name.endswith(".docx"):
        assert "损坏" in refusal(path).message
        return
    try:
        found: object = read_document(path)
    except RefusedError as exc:
        found = exc
    assert isinstance(found, DocumentText) or "损坏" in str(found)


def test_an_empty_file_a_picture_and_a_stranger_are_told_apart(tmp_path: Path) -> None:
    for name, content, word_ in (
        ("a.docx", b"", "空的"),
        ("a.jpg", b"\xff\xd8\xff\xe0 picture", "图片"),
        ("a.bin", b"\x00\x01\x02\x03", "不是能读的"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "旧版"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        assert word_ in refusal(path).message


def test_a_locked_word_document_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le")
    )
    assert "密码" in refusal(path).message


def test_a_locked_pdf_is_named_as_such(tmp_path: Path) -> None:
    from reportlab.lib.pdfencrypt import StandardEncryption

    path = pdf(tmp_path / "a.pdf", ["secret"], encrypt=StandardEncryption("pass", "owner", strength=128))
    assert "密码" in refusal(path).message


def test_a_workbook_is_not_a_contract() -> None:
    assert "不是 Word 文档" in refusal(resource("sample", "application.xlsx")).message


def test_a_zip_bomb_is_not_opened(tmp_path: Path) -> None:
    path = word(tmp_path / "a.docx", line("x" * 50_000_000))
    assert path.stat().st_size < 1_000_000
    assert "异常大" in refusal(path).message


def test_limits_are_kept(tmp_path: Path) -> None:
    assert "太大" in refusal(FIRST[0], Limits(file_bytes=1000)).message
    assert "异常大" in refusal(FIRST[0], Limits(parts=3)).message
    assert "异常大" in refusal(FIRST[0], Limits(part_bytes=500)).message
    assert "太多" in refusal(FIRST[0], Limits(characters=100)).message
    assert "6 页" in refusal(FIRST[1], Limits(pages=5)).message
    assert "太多" in refusal(FIRST[1], Limits(characters=100)).message


def test_entities_in_the_xml_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    assert "损坏" in refusal(path).message


def test_xml_nested_without_end_is_refused(tmp_path: Path) -> None:
    body = "<w:sdt>" * 20_000 + line("x") + "</w:sdt>" * 20_000
    assert "损坏" in refusal(word(tmp_path / "a.docx", body)).message


def test_a_missing_file_is_the_machines_trouble(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="打不开"):
        read_document(tmp_path / "gone.docx")
