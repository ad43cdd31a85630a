"""Room on every paper: margins, seal, code; black, with lines that every printer draws."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.certificates.layout import Layout, load_layout, paper_ids
from desktop.resources import resource

FILED = ("P06", "P06-annex", "P14", "P15", "P16", "P17", "P22", "P27", "P28", "P29")
SLIPS = ("P01", "P19")
"""Half sheets for the hand: 12 mm above their title, not bound."""
RUNNING = {"mark", "arch", "foot"}
"""Marks and page numbers stand in the margin, as they do on every official letter."""
SIGNING = {"last_seal", "last_org", "last_date"}
"""Of a landscape list: beside and below the table, 10 mm from the edge."""


def body(layout: Layout) -> Iterator[tuple[str, float, float, float, float]]:
    """Name and distances to left, top, right and bottom of what is text or table."""
    for name, box in layout.boxes.items():
        if name not in RUNNING | SIGNING:
            right, bottom = layout.width - box.x - box.w, layout.height - box.y - box.h
            yield name, box.x, box.y, right, bottom


@pytest.mark.parametrize("paper", paper_ids())
def test_papers_keep_their_margins(paper: str) -> None:
    layout = load_layout(paper)
    assert sorted((layout.width, layout.height)) == [210, 297]
    for name, left, top, right, bottom in body(layout):
        assert round(min(left, right, bottom), 3) >= 15, name
        assert top >= (12 if paper in (*SLIPS, "P17") else 15), name
    bound = "top" if layout.width > layout.height else "left"
    first = min(box.y if bound == "top" else box.x for box in layout.boxes.values())
    if paper in FILED:
        assert first >= 25, f"25 mm to bind at the {bound}"
    elif paper not in SLIPS:
        assert first >= 25, "letters are filed too"


@pytest.mark.parametrize("paper", paper_ids())
def test_seal_and_code_have_their_room_on_every_paper(paper: str) -> None:
    layout = load_layout(paper)
    zones = {name: box for name, box in layout.boxes.items() if "seal" in name}
    for name, zone in zones.items():
        assert min(zone.w, zone.h) >= 50, name
    qr = layout.boxes.get("qr")
    if qr is None:
        return
    assert min(qr.w, qr.h) >= 25
    assert min(qr.x, qr.y, layout.width - qr.x - qr.w, layout.height - qr.y - qr.h) >= 10
    for seal in layout.seals:
        assert not qr.meets(layout.boxes[seal.zone])
    beside = layout.boxes["code"]
    near = max(beside.x - qr.x - qr.w, beside.y - qr.y - qr.h)
    assert -0.001 <= near <= 12, "the code to be read aloud stands beside it"


def test_papers_are_black_with_lines_that_every_printer_draws() -> None:
    """One grey is drawn, the open outline of 预览 无效; nothing is told by a colour."""
    folder = Path(__file__).parents[2] / "desktop" / "certificates"
    drawn = "\n".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    colours = re.findall(r"([\d.]+ [\d.]+ [\d.]+) (?:RG|rg)\b", drawn)
    assert colours == ["0.62 0.66 0.71"], "the outline of the mark"
    assert re.findall(r"setFillColor|setStrokeColor|setFillRGB|setStrokeRGB", drawn) == []
    pens = [float(pen) for pen in re.findall(r"pen(?:: float)?\s*=\s*([\d.]+)", drawn)]
    pens += [float(pen) for pen in re.findall(r"\{([\d.]+) \* MM:\.3f\} w", drawn)]
    for path in resource("certificates").glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        pens += [
            float(pen) for pen in re.findall(r"^(?:rule|frame_outer|frame_inner)\s*=\s*([\d.]+)", text, re.M)
        ]
    assert len(pens) > 5
    assert min(pens) >= 0.2
