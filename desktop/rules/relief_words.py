"""What is to be said of one relief besides its conditions, for the window, the command line and papers."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from desktop.resources import _, resource
from desktop.rules.amounts import format_yuan
from desktop.rules.relief import ReliefResult, missing_words


class Section(NamedTuple):
    """Lines of one sort under one word; an empty word: the lines speak for themselves."""

    word: str
    lines: tuple[str, ...]


def sections(
    result: ReliefResult, results: Sequence[ReliefResult], rejections: Sequence[str]
) -> tuple[Section, ...]:
    """Remarks, what is missing, amounts, what would change the answer; of a relief that can still be had also
    papers, deadlines, what goes with it and what is often sent back. Empty sections are left out.

    ``results`` are all reliefs of the contract (for their names), ``rejections`` those of this relief.
    """
    found = _sections(result, results, rejections)
    return tuple(section for section in found if section.lines)


def _sections(
    result: ReliefResult, results: Sequence[ReliefResult], rejections: Sequence[str]
) -> Iterator[Section]:
    yield Section("", result.remarks)
    missing = missing_words(result)
    yield Section(_("还缺"), ("、".join(missing),) if missing else ())
    amounts = (f"{f.label}　{format_yuan(f.amount)}　{f.formula}".rstrip() for f in result.figures)
    yield Section(_("金额"), tuple(amounts))
    yield Section(_("会改变结论"), result.changes)
    if result.result in ("not_applicable", "not_supported", "no_rule"):
        return
    yield Section(_("留存"), ("、".join(result.papers),) if result.papers else ())
    days = (f"{d.words}　{d.on.isoformat() if d.on else _('待定')}" for d in result.deadlines)
    yield Section(_("期限"), tuple(days))
    names = {other.relief: other.name for other in results}
    pairs = (text.partition(":") for text in result.combine)
    yield Section(
        _("与其他优惠"),
        tuple(
            said if other == "*" else f"{names.get(other, other)}：{said}" for other, _colon, said in pairs
        ),
    )
    yield Section(_("常见退回"), tuple(rejections))


class Rejection(NamedTuple):
    """One thing that tax offices have sent back."""

    relief: str
    words: str
    kinds: tuple[str, ...]
    condition: str


@cache
def rejections() -> tuple[Rejection, ...]:
    """All common rejections, in the order of the file."""
    raw = tomllib.loads(resource("certificates", "rejections.toml").read_text(encoding="utf-8"))
    return tuple(
        Rejection(row["relief"], row["words"], tuple(row.get("kinds", ())), row.get("condition", ""))
        for row in raw["rejection"]
    )


def rejections_for(kind: str, results: Sequence[ReliefResult]) -> dict[str, tuple[str, ...]]:
    """Relief → the rejections that can happen to a contract of this kind, with these conditions."""
    aside = {c.id for r in results for c in r.conditions if c.answer == "not_applicable"}
    found: dict[str, tuple[str, ...]] = {}
    for row in rejections():
        if (row.kinds and kind not in row.kinds) or row.condition in aside:
            continue
        found[row.relief] = (*found.get(row.relief, ()), row.words)
    return found
