"""Every page beside its reference picture. A tolerance leaves room for digests and check codes, which differ
from station to station; a card that moved, a colour that changed or a field that vanished does not fit in it.

What differs is kept in ``bench-out/screens`` for people to look at. After a wanted change run
``make screenshots``, look at the pictures, commit them.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from tests.ui.take_screenshots import GUIDE, ROOT, SCREENS, SETS, fill_stations, take

STRONG = 48
"""Levels of grey by which a pixel must differ to count: edges of letters may fall a little otherwise."""
SHARE = 0.004
"""Part of the picture that may differ."""


def difference(one: Path, other: Path) -> tuple[float, Image.Image]:
    """Share of the pixels that differ strongly, and a picture of where."""
    with Image.open(one) as first, Image.open(other) as second:
        a, b = first.convert("L"), second.convert("L")
        if a.size != b.size:
            return 1.0, b
        strong = ImageChops.difference(a, b).point(lambda level: 255 if level > STRONG else 0)
        return strong.histogram()[255] / (a.width * a.height), strong


@pytest.fixture(scope="module")
def stations(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("stations")
    before = os.environ.get("CONTRACT_DESK_TODAY")
    fill_stations(folder)
    yield folder
    if before is None:
        os.environ.pop("CONTRACT_DESK_TODAY", None)
    else:
        os.environ["CONTRACT_DESK_TODAY"] = before
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def pictures(stations: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Path]]]:
    """Set → the folder of its pictures, when they are taken: two sets at once, a window waits most of its
    time for itself to come to rest.
    """
    folder = tmp_path_factory.mktemp("pictures")

    def photographed(name: str) -> Path:
        take(name, folder / name, stations, [])
        return folder / name

    with ThreadPoolExecutor(2) as photographers:
        yield {name: photographers.submit(photographed, name) for name in SETS}
        photographers.shutdown(cancel_futures=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("name", SETS)
def test_every_page_looks_as_its_reference(name: str, pictures: dict[str, Future[Path]]) -> None:
    taken = sorted(pictures[name].result().glob("*.png"))
    assert len(taken) >= len(SETS[name].scenes) > 0 or name.startswith("guide")
    assert taken
    wrong = []
    kept = ROOT / "bench-out" / "screens" / name
    shutil.rmtree(kept, ignore_errors=True)
    for now in taken:
        reference = SCREENS / SETS[name].folder / now.name
        assert reference.exists(), f"{reference} has not been taken: make screenshots"
        share, where = difference(reference, now)
        if share > SHARE:
            kept.mkdir(parents=True, exist_ok=True)
            shutil.copy(now, kept / now.name)
            where.save(kept / f"{now.stem}-where.png")
            wrong.append(f"{now.stem}: {share:.2%} of the picture differs")
    assert not wrong, "\n".join([*wrong, f"look into {kept}"])


def test_no_reference_is_left_over() -> None:
    known: dict[str, set[str]] = {}
    for name, chosen in SETS.items():
        scenes = (
            [step for step, _fill in GUIDE] if name.startswith("guide") else [s.name for s in chosen.scenes]
        )
        known.setdefault(chosen.folder, set()).update(f"{scene}.png" for scene in scenes)
    for folder, names in known.items():
        there = {path.name for path in (SCREENS / folder).glob("*.png")}
        assert there == names, folder or "normal"


@pytest.mark.parametrize("change", ["moved", "recoloured"])
def test_the_comparison_sees_what_people_would_see(change: str, tmp_path: Path) -> None:
    reference = SCREENS / "06-relief.png"
    with Image.open(reference) as picture:
        other = picture.convert("RGB")
    if change == "moved":
        card = other.crop((540, 80, 1030, 540))
        other.paste(card, (544, 80))
    else:
        other.paste((255, 255, 255), (0, 56, 144, 160))
    other.save(tmp_path / "other.png")
    assert difference(reference, tmp_path / "other.png")[0] > SHARE
    assert difference(reference, reference)[0] == 0
