"""That the scripted registrar would notice a loss, and walks the form that there is."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop.app import load_codes
from desktop.rules.facts import Facts, facts_to_json
from desktop.rules.local_pack import load_pack
from desktop.services.station import shipped_pack
from desktop.ui.pages.form import EntryForm
from desktop.ui.pages.form_fields import FieldCodes
from tests.registrar.paper import TABLES, Paper, Papers, losses, lost_characters, stops
from tests.registrar.registrar import plugs, signs_without_key

PARTIES = [("buyer", "1"), ("seller", "1"), ("seller", "2"), ("intermediary", "1")]


@pytest.fixture(scope="module")
def papers() -> Papers:
    return Papers(1)


def row(papers: Papers, number: int) -> Paper:
    return next(paper for paper in papers.all if paper.number == number)


def typed(paper: Paper) -> dict[str, Any]:
    """The facts of a paper with only what the form can take."""
    raw = facts_to_json(paper.facts)
    for name, columns in TABLES.items():
        if name in raw:
            raw[name] = [{c: one[c] for c in columns if c in one} for one in raw[name]]
    return raw


def test_twenty_papers_of_all_five_kinds_with_everything_that_is_rare(papers: Papers) -> None:
    assert len({paper.number for paper in papers.all}) == 20
    assert {paper.facts.kind for paper in papers.all} == {"DEV", "TRF", "LIC", "CON", "SVC"}
    assert max(paper.parties("seller") for paper in papers.all) == 3
    assert {"intermediary"} <= {party.role for paper in papers.all for party in paper.facts.parties}
    assert {"𬭎", "䶮", "𫖮"} <= signs_without_key(papers)


def test_every_value_of_a_paper_has_a_stop(papers: Papers) -> None:
    for paper in papers.all:
        blocks = [
            (r, str(n + 1)) for r in ("buyer", "seller", "intermediary") for n in range(paper.parties(r))
        ]
        assert set(paper.values) <= set(stops(blocks, is_foreign=True)), paper.number


def test_nothing_is_lost_when_the_station_has_what_the_paper_says(papers: Papers) -> None:
    for paper in papers.all:
        assert losses(paper, typed(paper)) == [], paper.number


@pytest.mark.parametrize("change", ["title", "party", "swapped", "cell", "row", "more"])
def test_one_lost_or_changed_character_is_noticed(papers: Papers, change: str) -> None:
    paper = row(papers, 50)
    raw = copy.deepcopy(typed(paper))
    first = raw["parties"][0]
    if change == "title":
        raw["title"] = raw["title"][:-1]
    elif change == "party":
        first["name"] = first["name"].replace("𬭎", "")
    elif change == "swapped":
        first["phone"] = first["phone"][:-2] + first["phone"][:-3:-1]
    elif change == "cell":
        raw["attachments"][1]["name"] = "《技术要求》"
    elif change == "row":
        raw["payments"].pop()
    else:
        raw["project_name"] = "x"
    found = losses(paper, raw)
    assert len(found) == 1
    assert lost_characters(found) > 0


def test_the_same_seed_pulls_the_plug_at_the_same_moments(papers: Papers) -> None:
    assert plugs(7, papers) == plugs(7, papers)
    assert plugs(7, papers) != plugs(8, papers)
    assert len(plugs(7, papers)) == 5


@pytest.mark.parametrize("currency", ["CNY", "EUR"])
def test_the_stops_are_those_of_the_form(qtbot: QtBot, currency: str) -> None:
    pack = load_pack(shipped_pack("yunling-2026.11"))
    form = EntryForm(
        FieldCodes(load_codes(pack)), straddling=pack.straddling, today=lambda: date(2026, 11, 20)
    )
    qtbot.addWidget(form)
    form.show()
    form.fill(Facts(currency=currency))
    for role, _ordinal in PARTIES[2:]:
        form.add_party(role)
    names: dict[Any, tuple[str, ...]] = {bound.entry: (name,) for name, bound in form.bounds.items()}
    names |= {b.entry: (k.role, str(k.ordinal), n) for k in form.blocks for n, b in k.bounds.items()}
    names |= {button: ("add", role) for role, button in form.add_buttons.items()}
    names |= {table.table: (name,) for name, table in form.tables.items()}
    walked = [names[stop] for stop in form.ordered() if stop in names and stop.isVisibleTo(form)]
    wanted = stops(PARTIES, is_foreign=currency != "CNY")
    assert [stop for stop in walked if len(stop) < 3] == [stop for stop in wanted if len(stop) < 3]
    assert [names[stop] for stop in form.ordered() if len(names.get(stop, ())) == 3] == [
        stop for stop in wanted if len(stop) == 3
    ]
