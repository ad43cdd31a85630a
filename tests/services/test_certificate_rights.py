"""知识产权 on the certificate: the numbers of field 24, else the kind of field 23 by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.certificates.preview import pdf_text
from desktop.rules.facts import IpRight
from tests.conftest import Way


@pytest.mark.parametrize(
    ("kind", "rights", "printed"),
    [
        ("3", (), "知识产权计算机软件著作权"),
        ("3", (IpRight(object="software_copyright", name="采摘控制软件"),), "知识产权计算机软件著作权"),
        ("3", (IpRight(number="2026SR0000001", object="software_copyright"),), "2026SR0000001"),
        ("9", (), "知识产权无"),
    ],
)
def test_the_kind_of_right_stands_on_the_certificate_where_no_number_does(
    way: Way, tmp_path: Path, kind: str, rights: tuple[IpRight, ...], printed: str
) -> None:
    made = way.certified(tmp_path, ip_kind=kind, ip_rights=rights)
    text = "".join(pdf_text(tmp_path / f"{made}.pdf").split())
    assert printed in text
    assert ("知识产权无" in text) == (kind == "9")
