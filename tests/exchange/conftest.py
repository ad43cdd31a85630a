from __future__ import annotations

from collections.abc import Callable

import pytest
from exchange_samples import MASTER, PROVINCE, STATION, Office

from desktop.security.keys import PublicKeys, Signer, create_key, load_signer


@pytest.fixture(scope="session")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Office]:
    """Offices by code; each trusts all the others made in this session."""
    shared = tmp_path_factory.mktemp("keys")
    made: dict[str, Signer] = {}

    def office(code: str) -> Office:
        if code not in made:
            folder = shared / code
            public = create_key(folder, MASTER, owner=code)
            (shared / f"{public.key_id}.pub").write_bytes((folder / f"{public.key_id}.pub").read_bytes())
            made[code] = load_signer(folder, MASTER)
        return Office(code, made[code], PublicKeys.from_folder(shared), shared / code)

    for code in (STATION, PROVINCE, "990322"):
        office(code)
    return office


@pytest.fixture
def station(offices: Callable[[str], Office]) -> Office:
    return offices(STATION)


@pytest.fixture
def province(offices: Callable[[str], Office]) -> Office:
    return offices(PROVINCE)
