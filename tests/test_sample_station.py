from __future__ import annotations

from pathlib import Path

import pytest

from desktop.app import sign_in
from desktop.demo import fill_for_window
from desktop.sample_station_data import sample_people, sample_today


def test_the_station_of_the_window_is_filled_for_its_morning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every queue of the start page has work, and the day's own steps have left their traces."""
    monkeypatch.setenv("CONTRACT_DESK_TODAY", sample_today().isoformat())
    folder = tmp_path / "sample"
    fill_for_window(folder)
    person = next(iter(sample_people().values()))
    desk = sign_in(folder, person.name, person.password)
    try:
        page = desk.start_page()
        for queue in ("draft", "returned", "to_recognise", "to_review", "to_issue", "to_send"):
            assert page.queues[queue], queue
        assert page.last_sent_at is not None
        assert desk.check().is_good
        large = desk.search("", {"state": ["REGISTERED", "CERTIFIED"]}).ids
        reviewed = [key for key in large if desk.contract(key).expert_reviews]
        assert len(reviewed) == 4
    finally:
        desk.close()
    assert not folder.with_name("sample.making").exists()
