"""首次使用: a station set up from what a person typed into the guide, in one go.

The station itself is made whole or not at all. What follows it (the province's key, the number block, the
printer's offset, the first backup) can each be done later in the window: what does not work there is told
and does not undo the station.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from desktop.certificates.ruler import PAGE
from desktop.errors import DeskError, RefusedError
from desktop.resources import _, resource
from desktop.rules.codes import CodeTables
from desktop.rules.local_pack import LocalPack, load_pack
from desktop.security.keys import read_public_key
from desktop.security.passwords import Cost
from desktop.services.commands import KeepDraft, KeepKey, ReceiveFile
from desktop.services.keep_draft import keep_draft
from desktop.services.new_station import NewStation, PackChoice, SetUp
from desktop.services.office import Office
from desktop.services.public_keys import keep_key
from desktop.services.receive import receive_file
from desktop.services.safe_keeping import MAIN, SECOND, check_places, daily_backup
from desktop.services.station import check_people, init_station
from desktop.settings import StationFile

Progress = Callable[[int, int, str], None]


class Opened(Protocol):
    """An open station: what ``desktop.app.sign_in`` returns."""

    @property
    def office(self) -> Office: ...
    def close(self) -> None: ...


OpenStation = Callable[[Path, str, str], Opened]


def shipped_packs() -> tuple[PackChoice, ...]:
    """The local packs that come with the program, by name; one that cannot be read is left out."""
    found = []
    for path in sorted(resource("local").glob("*.toml")):
        try:
            found.append(PackChoice(path, load_pack(path)))
        except RefusedError:
            continue
    return tuple(found)


def check_station(code: str, name: str) -> None:
    """RefusedError unless code and name can stand for a station."""
    if not name.strip():
        raise RefusedError(_("还没有写机构名称"), _("请照公章写全称，它印在证明和文书上"))
    if not (code.isascii() and code.isdigit() and len(code) == 6):
        raise RefusedError(
            _("机构编码应当是 6 位数字"), _("请照省里给的登记机构编码写；没有给的先写本县区的行政区划代码")
        )


def place_of(pack: LocalPack, code: str) -> tuple[str, str, str]:
    """Province, city and county of a station by the region that its code names.

    A local pack may serve a whole province; its own county is that of a station only where the code says so.
    What no table knows stays empty.
    """
    if code == pack.region:
        return pack.province, pack.city, pack.county
    codes = CodeTables(resource("codes"), pack.regions)
    path = codes.path("regions", code) or codes.path("regions", code[:4] + "00")
    names = [entry.name for entry in path] or [pack.province]
    province, city, county = [*names, "", ""][:3]
    return province, city, county


def check_block(pack: LocalPack, upper_key: Path | None, block: Path | None, code: str) -> str:
    """Read the province's key and the block's signature without importing anything; words on both.

    Raises RefusedError naming the file and what to do.
    """
    if block is None and upper_key is None:
        return _("以后导入：没有号段不能登记取号，受理、认定都可以先做")
    if upper_key is None:
        raise RefusedError(
            _("还没有选上级的公钥文件"), _("号段文件由上级签名，请先选上级给的 .pub 文件，或两样都以后再导入")
        )
    key = read_public_key(upper_key)
    said = _("上级公钥 {id}（{owner}），请与上级打电话核对这 16 位").format(id=key.key_id, owner=key.label)
    if block is None:
        return said
    from desktop.exchange.receipts import read_block
    from desktop.security.keys import PublicKeys

    found = read_block(block, PublicKeys.of(key), station=code, issuer=pack.region[:2] + "0000")
    return (
        said
        + "\n"
        + _("号段 {n} 个：{a} 至 {b}").format(n=len(found.numbers), a=found.numbers[0], b=found.numbers[-1])
    )


def check_new_station(new: NewStation) -> None:
    """Every step once more, in their order; RefusedError with the first thing that is not in order."""
    check_station(new.code, new.name)
    pack = load_pack(new.pack)
    check_people(new.people)
    check_block(pack, new.upper_key, new.block, new.code)
    check_places(new.backup_main, new.backup_second)


def set_up_station(
    folder: Path,
    new: NewStation,
    open_station: OpenStation,
    tell: Progress | None = None,
    *,
    cost: Cost | None = None,
) -> SetUp:
    """Make the station, then what belongs to its first day. Raises RefusedError or MachineError before
    anything stands; afterwards every trouble is in ``left``.
    """
    step = tell or (lambda *_a: None)
    check_new_station(new)
    step(0, 4, _("建立数据库和钥匙"))
    pack = load_pack(new.pack)
    words = {"short": new.short, "address": new.address, "phone": new.phone}
    places = {MAIN: new.backup_main, SECOND: new.backup_second}
    extra = {key: text.strip() for key, text in words.items() if text.strip()}
    extra |= {key: str(path) for key, path in places.items() if path is not None}
    province, city, county = place_of(pack, new.code)
    station = StationFile(
        code=new.code,
        name=new.name.strip(),
        province=province,
        city=city,
        county=county,
        pack=new.pack.stem,
        is_plain=new.is_plain,
        extra=extra,
    )
    code = init_station(folder, station, new.people, new.pack, cost=cost)
    done = [_("登记机构“{name}”已建立，共 {n} 人").format(name=station.name, n=len(new.people))]
    left: list[str] = []
    head = next(p for p in new.people if "head" in p.roles)
    try:
        opened = open_station(folder, head.name, head.password)
    except DeskError as exc:
        left.append(_("建好了但没有打开：{why}").format(why=_why(exc)))
        return SetUp(code, tuple(done), tuple(left))
    try:
        for number, (word, act) in enumerate(_acts(opened.office, new, head.name), 1):
            step(number, 4, word)
            try:
                done.append(act())
            except DeskError as exc:
                left.append(f"{word}：{_why(exc)}")
    finally:
        opened.close()
    return SetUp(code, tuple(done), tuple(left))


def _why(exc: DeskError) -> str:
    return f"{exc.message}。{exc.hint}" if exc.hint else exc.message


def _acts(office: Office, new: NewStation, head: str) -> Sequence[tuple[str, Callable[[], str]]]:
    acts: list[tuple[str, Callable[[], str]]] = []
    upper, block, fits = new.upper_key, new.block, new.print_fits
    if upper is not None:

        def trust() -> str:
            key = read_public_key(upper)
            keep_key(office, KeepKey(actor=head, path=upper, key_id=key.key_id))
            return _("已收下上级公钥 {id}").format(id=key.key_id)

        acts.append((_("上级公钥"), trust))
    if block is not None:
        acts.append((_("号段"), lambda: receive_file(office, ReceiveFile(actor=head, path=block)).words))
    if fits:

        def keep() -> str:
            for subject, content in fits:
                keep_draft(
                    office,
                    KeepDraft(actor=head, page=PAGE, subject=subject, field_name="mm", content=content),
                )
            return _("打印机的偏移已记住")

        acts.append((_("打印机"), keep))
    acts.append((_("第一次备份"), lambda: daily_backup(office).words))
    return acts
