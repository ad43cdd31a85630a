"""The other side of the exchange for tests: a province that knows the sample county."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

from desktop.exchange.province_desk import ProvinceDesk
from desktop.services import commands as c
from desktop.services.office import Office
from desktop.services.receive import receive_file
from desktop.services.send_batch import create_batch
from desktop.services.views import BatchView, ReceiveReport
from tests.conftest import CLERK


class Province:
    """A province's folder beside the office; each trusts the other's key."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office, self.folder = office, folder
        self.out = folder / "out"
        self.desk = ProvinceDesk.create(
            folder, office.codes, office.now, code="990000", name="云岭省技术市场管理办公室"
        )
        own_key = next((office.folder / "keys").glob("*.pub"))
        self.desk.admit(office.station.code, office.station.name, own_key)
        shutil.copy(self.desk.public_key(), office.folder / "keys")

    def allot(self, count: int = 300) -> Path:
        """A block that holds the numbers of the office fixture (…0247 to …0300)."""
        return self.desk.block(self.office.station.code, count, 2026, self.out)

    def answer(self, package: Path) -> tuple[Path, ...]:
        """Receive a package; the receipts it caused, copied away so that a later issue leaves them alone."""
        return self.desk.receive(package, self.out).receipts


def send(office: Office, folder: Path, *ids: int, request: str = "") -> BatchView:
    """One package into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    more = {"request_id": request} if request else {}
    return create_batch(
        office, c.CreateBatch(actor=CLERK.name, folder=folder, contract_ids=ids or None, **more)
    )


def read_in(office: Office, path: Path) -> ReceiveReport:
    """Read one file from above as the clerk."""
    return receive_file(office, c.ReceiveFile(actor=office.person.name, path=path))


def rewritten(source: Path, target: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """The same zip with every member's content passed through ``change``."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for item in old.infolist():
            new.writestr(item, change(item.filename, old.read(item)))
    return target
