"""The soak runs when it is asked for by its folder, and in no other run of the tests."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave this folder out unless it was named on the command line."""
    if collection_path.suffix == ".py" and not any("soak" in str(word) for word in config.args):
        return True
    return None
