"""Official papers are Chinese, whatever language the screen speaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.certificates.preview import pdf_text
from desktop.resources import _
from desktop.services.papers import print_grounds
from tests.conftest import Way


def test_a_certificate_and_its_grounds_are_chinese_on_an_english_screen(
    way: Way, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTRACT_DESK_LANGUAGE", "en")
    assert _("是") == "Yes"
    made = way.certified(tmp_path)
    text = pdf_text(tmp_path / f"{made}.pdf") + pdf_text(print_grounds(way.office, made, tmp_path / "g.pdf"))
    assert "非技术性费用不计入技术交易额" in text
    for english in ("Yes", "Rules", "Non-technical", "technology"):
        assert english not in text
