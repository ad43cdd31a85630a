"""Lines of the price that were typed and not saved come back, whatever was typed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fakes_case import WHOLE, CaseDesk, frame

from desktop.jobs import JobRunner
from desktop.ui.pages.amounts import AmountsStep
from desktop.ui.pages.case import CasePage
from desktop.ui.theme import Theme


@pytest.mark.parametrize("label", ["设" * 264, "备" * 3000])
def test_a_line_with_a_name_too_long_comes_back(qtbot: Any, theme: Theme, label: str) -> None:
    desk = CaseDesk(WHOLE, "ACCEPTED")
    uid = desk.sheet().uid
    lines = [{"label": label, "nature": "equipment", "amount": "1.00"}, {"label": "第二行"}]
    desk.kept["decision", uid] = (
        "",
        json.dumps({"kind": "DEV", "sub_kind": "DEV-1", "reason": ""}),
        "15:00",
    )
    desk.kept["amounts", uid] = ("", json.dumps({"amount_lines": lines}), "15:01")
    page = CasePage(desk, JobRunner(inline=True))
    frame(qtbot, page)
    page.open((desk.sheet_row.id, 3))
    step = page.step()
    assert isinstance(step, AmountsStep)
    assert [row.values["label"] for row in step.model.rows] == [label, "第二行"]
