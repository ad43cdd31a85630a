"""``contract-desk self-test``: does this installation have everything, and does it work on this machine.

Works in a temporary folder that is removed afterwards; the data of this machine are neither read nor changed.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desktop import settings
from desktop.errors import DeskError, MachineError
from desktop.resources import _, resource

NEEDED = (
    ("law", "recognition-2001.toml"),
    ("law", "recognition-2026.toml"),
    ("law", "relief.toml"),
    ("law", "parameters.toml"),
    ("law", "rule-ids.toml"),
    ("law", "working-days.toml"),
    ("codes", "regions.csv"),
    ("codes", "contract_kinds.csv"),
    ("local", "yunling-2026.11.toml"),
    ("sample", "station.toml"),
    ("sample", "people.toml"),
)
"""Files without which no station can work; folders are looked through as a whole besides."""

FOLDERS = ("certificates", "codes", "fonts", "icons", "law", "local", "sample", "schema")

FACTS: dict[str, Any] = {
    "title": "自检：丘陵茶园采摘机视觉识别系统研制",
    "kind": "DEV",
    "sub_kind": "DEV-1",
    "signed_on": "2026-10-26",
    "valid_from": "2026-11-01",
    "valid_until": "2027-12-31",
    "contract_amount": "1280000.00",
    "technology_amount": "1030000.00",
    "parties": [
        {
            "role": "buyer",
            "name": "澄河丰禾农业机械有限公司",
            "id_type": "credit_code",
            "id_number": "91990321MA5NY83T0T",
            "country": "CHN",
            "region": "990321",
        },
        {
            "role": "seller",
            "name": "仇䶮",
            "country": "CHN",
            "region": "990321",
        },
    ],
}

TROUBLE = (DeskError, OSError, ImportError, ValueError, RuntimeError, LookupError, TypeError, AttributeError)
"""What a missing or foreign part of an installation shows itself by."""


@dataclass
class Trial:
    """What the steps share and what they found."""

    folder: Path
    values: dict[str, Any] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)


def run_self_test() -> tuple[dict[str, Any], str]:
    """Every step in order; returns figures and the account. MachineError names the step that failed."""
    with tempfile.TemporaryDirectory(prefix="contract-desk-", ignore_cleanup_errors=True) as name:
        trial = Trial(Path(name))
        for words, step in STEPS:
            started = time.perf_counter()
            try:
                told = step(trial)
            except TROUBLE as exc:
                raise MachineError(
                    _("自检没有通过，停在“{step}”：{why}").format(step=words, why=_why(exc)),
                    _("请重新安装本程序；仍不行请把这段文字交给系统维护人员。本机的数据没有动"),
                    code="M20",
                ) from exc
            spent = time.perf_counter() - started
            trial.lines.append(f"  ✓ {words}　{told}　{spent:.1f} s")
        trial.lines.append(_("自检通过，可以使用"))
        return trial.values, "\n".join(trial.lines)


def _why(exc: Exception) -> str:
    return exc.message if isinstance(exc, DeskError) else f"{type(exc).__name__}：{exc}"


def look_for_files(trial: Trial) -> str:
    """Every shipped file is there, and every font is the one that was shipped."""
    for parts in NEEDED:
        resource(*parts)
    count = sum(1 for name in FOLDERS for path in resource(name).rglob("*") if path.is_file())
    fonts = tomllib.loads(resource("fonts", "FONTS.toml").read_text(encoding="utf-8"))["font"]
    for font in fonts:
        with resource("fonts", font["file"]).open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        if found != font["sha256"]:
            raise MachineError(_("字体 {name} 与发布时不同").format(name=font["file"]))
    trial.values |= {"files": count, "fonts": len(fonts)}
    return _("{n} 个文件，{f} 个字体，校验和相符").format(n=count, f=len(fonts))


def read_the_law(trial: Trial) -> str:
    """The law as shipped, every row checked."""
    from desktop.app import load_codes, load_law

    book = load_law()
    codes = load_codes()
    trial.values |= {"law": book.version, "rules": len(book.all_rows())}
    regions = len(codes.entries("regions"))
    return _("{n} 条规则（{v}），{r} 个区划").format(n=len(book.all_rows()), v=book.version, r=regions)


def make_a_station(trial: Trial) -> str:
    """An encrypted database with its people and keys; nothing is registered in it."""
    from desktop.app import sign_in
    from desktop.rules.facts import facts_from_json
    from desktop.sample_station_data import make_station
    from desktop.services.commands import SaveContract

    station = trial.folder / "station"
    people = make_station(station, plain=False, cheap_passwords=True)
    clerk = next(person for person in people.values() if "clerk" in person.roles)
    with (station / "contract-desk.db").open("rb") as stream:
        if stream.read(15) == b"SQLite format 3":
            raise MachineError(_("数据库没有加密"))
    desk = sign_in(station, clerk.name, clerk.password)
    try:
        sheet = desk.save_contract(SaveContract(actor=clerk.name, facts=facts_from_json(FACTS)))
        report = desk.check(deep=True)
        pdf = desk.preview_certificate(sheet.row.id)
        made = desk.backup(trial.folder / "backup.desk")
        master, code, label = desk.office.master, desk.station.code, desk.station.name
    finally:
        desk.close()
    if not report.is_good or made.contract_count != 1:
        raise MachineError("；".join(report.lines))
    (trial.folder / "preview.pdf").write_bytes(pdf)
    trial.values |= {"master": master, "code": code, "label": label}
    return _("建库、加密、登录、录入、备份")


def print_a_preview(trial: Trial) -> str:
    """The certificate of that draft, marked as a preview, with a rare character in a name."""
    from desktop.certificates.preview import page_count, page_pixels, pdf_text

    path = trial.folder / "preview.pdf"
    text = pdf_text(path)
    for word in ("仇䶮", "预览"):
        if word not in text:
            raise MachineError(_("登记证明上没有印出“{word}”").format(word=word))
    picture = page_pixels(path, dpi=50)
    if len(set(picture.pixels[::97])) < 2:
        raise MachineError(_("登记证明是白纸"))
    trial.values["certificate_bytes"] = path.stat().st_size
    return _("{n} 页，{k} KB，生僻字已嵌入").format(n=page_count(path), k=path.stat().st_size // 1024)


def pack_a_package(trial: Trial) -> str:
    """One line, signed with the key of that station, read again and checked."""
    from desktop.exchange.package import (
        PackageAction,
        PackageContract,
        PackageHeader,
        read_package,
        write_package,
    )
    from desktop.security.keys import PublicKeys, load_signer

    keys = trial.folder / "station" / "keys"
    signer = load_signer(keys, trial.values.pop("master"))
    code, label = trial.values.pop("code"), trial.values.pop("label")
    header = PackageHeader(
        station=code, station_name=label, sequence=1, made_at=settings.now(), made_by=_("自检")
    )
    line = PackageContract(
        uid="00000000-0000-4000-8000-000000000001",
        revision=1,
        state="REGISTERED",
        facts=FACTS | {"registered_on": "2026-11-20"},
        actions=(PackageAction("00000000-0000-4000-8000-000000000002", "register", header.made_at, "自检"),),
    )
    out = trial.folder / "packages"
    out.mkdir()
    written = write_package(out, header, [line], signer)
    found = read_package(written.file.path, PublicKeys.from_folder(keys))
    if len(found.contracts) != 1 or found.bad:
        raise MachineError(_("上报包读回来不一样"))
    trial.values["check_code"] = written.file.check_code
    return _("签名、校验码 {code}").format(code=written.file.check_code)


def open_a_window(trial: Trial) -> str:
    """The window with its sign-in page and theme, drawn off the screen."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from desktop.app import VERSION, page_makers, sign_in
    from desktop.jobs import JobRunner
    from desktop.security.slots import read_people
    from desktop.ui.launch import make_window
    from desktop.ui.remembered import Remembered
    from desktop.ui.theme import Theme
    from desktop.ui.window import Doors

    station = trial.folder / "station"
    running = QApplication.instance()
    app = running if isinstance(running, QApplication) else QApplication(["contract-desk"])
    theme = Theme()
    theme.apply(app)
    if theme.trouble is not None:
        raise theme.trouble
    jobs = JobRunner()
    doors = Doors(
        lambda name, password: sign_in(station, name, password), lambda: read_people(station / "people.json")
    )
    window = make_window(
        settings.read_station_file(station),
        doors,
        page_makers(),
        theme=theme,
        jobs=jobs,
        remembered=Remembered.load(station),
        version=VERSION,
    )
    try:
        window.resize(1366, 768)
        window.show()
        app.processEvents()
        picture = window.grab().toImage()
        colours = {picture.pixel(x, y) for x in range(0, 1366, 17) for y in range(0, 768, 13)}
        if len(colours) < 3:
            raise MachineError(_("窗口是空白的"))
    finally:
        window.close()
        jobs.shut_down()
        window.deleteLater()
        app.processEvents()
    trial.values["window"] = [window.width(), window.height()]
    return _("登录页已画出")


STEPS: tuple[tuple[str, Callable[[Trial], str]], ...] = (
    (_("程序文件和字体"), look_for_files),
    (_("规则和代码表"), read_the_law),
    (_("数据库"), make_a_station),
    (_("登记证明"), print_a_preview),
    (_("上报包"), pack_a_package),
    (_("窗口"), open_a_window),
)
