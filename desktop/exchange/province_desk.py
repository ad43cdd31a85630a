"""The province's side as a program: a folder with its own keys and register, receiving packages from
stations.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from desktop.errors import RefusedError
from desktop.exchange.archive import Progress, no_progress
from desktop.exchange.cells import Codes
from desktop.exchange.package import read_package
from desktop.exchange.province import Province
from desktop.exchange.province_store import ProvinceStore
from desktop.exchange.receipts import write_block, write_receipt
from desktop.resources import _
from desktop.security.keys import PublicKeys, Signer, add_public_key, create_key, load_signer
from desktop.security.whole_file import write_whole

FILE = "province.toml"


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one package."""

    station: str
    sequence: int
    accepted: int
    rejected: int
    is_repeated: bool
    receipts: tuple[Path, ...]


class ProvinceDesk:
    """One province's folder: ``province.toml``, ``keys/``, ``province.db``. Close it when done."""

    def __init__(self, folder: Path, codes: Codes, now: Callable[[], datetime]) -> None:
        if not (folder / FILE).exists():
            raise RefusedError(
                _("{folder} 不是上级的数据文件夹").format(folder=folder),
                _("请核对 --store；还没有的，用 province admit 登记第一个机构时建立"),
            )
        raw = tomllib.loads((folder / FILE).read_text(encoding="utf-8"))
        self.folder = folder
        self._store = ProvinceStore(f"sqlite:///{folder / 'province.db'}")
        self.province = Province(self._store, codes, code=raw["code"], name=raw["name"], now=now)
        master = bytes.fromhex((folder / "master.hex").read_text(encoding="ascii"))
        self._signer: Signer = load_signer(folder / "keys", master)

    @classmethod
    def create(
        cls, folder: Path, codes: Codes, now: Callable[[], datetime], *, code: str, name: str
    ) -> ProvinceDesk:
        """Make the folder with a new signing key; its ``*.pub`` goes to the stations."""
        import secrets

        folder.mkdir(parents=True, exist_ok=True)
        master = secrets.token_bytes(32)
        write_whole(folder / "master.hex", master.hex().encode("ascii"), private=True)
        create_key(folder / "keys", master, owner=code, label=name)
        write_whole(folder / FILE, f'code = "{code}"\nname = "{name}"\n'.encode())
        return cls(folder, codes, now)

    def public_key(self) -> Path:
        """The file that the stations read in."""
        return self.folder / "keys" / f"{self._signer.key_id}.pub"

    def admit(self, station: str, name: str, public_key: Path) -> None:
        """Let a station send: enter it and its public key; neither when the key cannot be read."""
        if not re.fullmatch(r"[0-9]{6}", station):
            raise RefusedError(
                _("“{code}”不是机构代码").format(code=station), _("机构代码是 6 位数字，写在机构名称前面")
            )
        add_public_key(self.folder / "keys", public_key)
        self.province.add_station(station, name)

    def receive(self, path: Path, out: Path, progress: Progress = no_progress) -> Received:
        """Check and merge one package; write its receipt (and newer answers to earlier ones) into ``out``."""
        package = read_package(path, PublicKeys.from_folder(self.folder / "keys"), progress=progress)
        intake = self.province.receive(package, progress)
        name = self.province.station_name(package.header.station)
        out.mkdir(parents=True, exist_ok=True)
        files = tuple(
            write_receipt(out, receipt, name, self._signer).path
            for receipt in (intake.receipt, *intake.updated)
        )
        rejected = sum(row.outcome == "rejected" for row in intake.receipt.rows)
        return Received(
            package.header.station,
            package.header.sequence,
            len(intake.receipt.rows) - rejected,
            rejected,
            intake.is_repeated,
            files,
        )

    def receipts(self, out: Path, station: str = "") -> tuple[Path, ...]:
        """The newest answer to every package, written again."""
        out.mkdir(parents=True, exist_ok=True)
        return tuple(
            write_receipt(out, receipt, self.province.station_name(receipt.station), self._signer).path
            for receipt in self.province.receipts(station)
        )

    def block(self, station: str, count: int, year: int, out: Path, note: str = "") -> Path:
        """Allot numbers to a station; the signed file that it imports."""
        out.mkdir(parents=True, exist_ok=True)
        block = self.province.make_block(station, count, year, note)
        return write_block(out, block, self.province.station_name(station), self._signer).path

    def close(self) -> None:
        """Let go of the register."""
        self._store.close()


def in_words(found: Sequence[Received]) -> str:
    """What was received, a line a package."""
    return "\n".join(
        _("{station} 第 {n} 包：接收 {a} 份，退回 {b} 份{again}").format(
            station=r.station,
            n=r.sequence,
            a=r.accepted,
            b=r.rejected,
            again=_("（以前收过，没有再改动）") if r.is_repeated else "",
        )
        for r in found
    )
