"""An .xls as Excel 97 and 金山 .et write it: an OLE container with a BIFF8 stream, made here byte by byte."""

from __future__ import annotations

import struct
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from exchange_samples import credit_code

from desktop.errors import RefusedError
from desktop.exchange.workbook import read_workbook
from desktop.resources import resource
from desktop.rules.codes import CodeTables

CODES = CodeTables(resource("codes"))
TODAY = date(2026, 11, 20)
Rows = list[list[str | float]]


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _text(value: str, size: str) -> bytes:
    return struct.pack(f"<{size}B", len(value.encode("utf-16-le")) // 2, 1) + value.encode("utf-16-le")


def _stream(sheets: dict[str, Rows], more: bytes = b"") -> bytes:
    bof = struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0)
    bodies = []
    for rows in sheets.values():
        cells = b"".join(
            _record(0x0204, struct.pack("<HHH", r, c, 0) + _text(value, "H"))
            if isinstance(value, str)
            else _record(0x0203, struct.pack("<HHHd", r, c, 0, value))
            for r, row in enumerate(rows)
            for c, value in enumerate(row)
        )
        bodies.append(
            _record(0x0809, struct.pack("<HHHHII", 0x0600, 16, 0, 0, 0, 0)) + cells + _record(0x0A, b"")
        )
    heads = [_text(name, "B") for name in sheets]
    size = len(_record(0x0809, bof)) + len(more) + sum(10 + len(head) for head in heads) + 4
    out = _record(0x0809, bof) + more
    for head, body in zip(heads, bodies, strict=True):
        out += _record(0x85, struct.pack("<IH", size, 0) + head)
        size += len(body)
    return out + _record(0x0A, b"") + b"".join(bodies)


def _container(stream: bytes) -> bytes:
    """One stream “Workbook” in the smallest OLE file that holds it."""
    stream += bytes(-len(stream) % 512 + (4096 if len(stream) < 4096 else 0))
    count = len(stream) // 512
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    fat = [0xFFFFFFFD, end, *range(3, count + 2), end]
    table = struct.pack("<128I", *(fat + [free] * (128 - len(fat))))

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        raw = name.encode("utf-16-le") + b"\0\0"
        text = raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw), kind, 1)
        return text + struct.pack("<III", free, free, child) + bytes(36) + struct.pack("<IQ", start, size)

    folder = entry("Root Entry", 5, 1, end, 0) + entry("Workbook", 2, free, 2, len(stream)) + bytes(256)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    head += bytes(6) + struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0)
    return head + struct.pack("<109I", 0, *[free] * 108) + table + folder + stream


SHEETS: dict[str, Rows] = {
    "合同": [
        ["序号", "项目名称", "合同类别", "签订日期", "合同成交额"],
        [1.0, "丘陵茶园采摘机𬭎", "技术开发", "2026-10-08", 1280000.5],
    ],
    "当事人": [
        ["序号", "身份", "名称", "证件类型", "证件号码"],
        [1.0, "卖方", "澄河农机研究所有限公司", "信用代码", credit_code(1)],
        [1.0, "买方", "乙公司", "信用代码", 5.117021965031244e17],
    ],
}


@pytest.mark.parametrize("name", ["a.xls", "a.et"])
def test_old_excel_and_wps_files_are_read_with_the_same_checks(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(_container(_stream(SHEETS)))
    result = read_workbook(tmp_path / name, CODES, TODAY)
    (row,) = result.rows
    assert (row.facts.title, row.facts.contract_amount) == ("丘陵茶园采摘机𬭎", Decimal("1280000.50"))
    assert row.facts.parties[0].id_number == credit_code(1)
    assert [p.place for p in result.problems if p.level == "error"] == ["当事人!E3（证件号码）"]


def test_an_old_file_with_a_password_is_named(tmp_path: Path) -> None:
    lock = _record(0x2F, struct.pack("<HHH", 1, 1, 1) + bytes(48))
    (tmp_path / "a.xls").write_bytes(_container(_stream(SHEETS, lock)))
    with pytest.raises(RefusedError, match="密码"):
        read_workbook(tmp_path / "a.xls", CODES, TODAY)
