"""Setting a station up, and its people."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from desktop import settings
from desktop.errors import DeskError, RefusedError
from desktop.models import Person
from desktop.resources import _, resource
from desktop.rules.local_pack import LocalPack, load_pack
from desktop.security import slots
from desktop.security.keys import create_key, load_signer
from desktop.security.passwords import Cost, check_new_password
from desktop.security.whole_file import machine_fault
from desktop.services.commands import new_request
from desktop.services.look import put_setting
from desktop.services.new_station import FirstPerson as FirstPerson
from desktop.services.office import Office, commit
from desktop.services.views import Recovered
from desktop.settings import StationFile
from desktop.store.backup import DATABASE
from desktop.store.engine import open_postgres, open_sqlite
from desktop.store.schema import bring_up_to_date
from desktop.store.unit_of_work import UnitOfWork

ROLES = ("clerk", "reviewer", "head", "admin")
PEOPLE = "people.json"
OWN_WORDS = ("short", "address", "phone")
"""What a station says of itself in ``station.toml``, in the place of the words of its local pack."""


def check_roles(roles: Sequence[str]) -> None:
    """RefusedError for an unknown role or none."""
    if not roles or any(role not in ROLES for role in roles):
        raise RefusedError(_("角色只能是 clerk、reviewer、head、admin"), _("一人可以有几个角色，用空格隔开"))


STAGING = "setting-up.partial"
"""Folder inside the data folder in which a station is built before it is put in its place."""


def check_people(people: Sequence[FirstPerson]) -> None:
    """RefusedError unless the people can run a station: names apart, roles, a head, four eyes, passwords.

    Four eyes: somebody who records a contract and somebody else who reviews it.
    """
    seen = set[str]()
    for person in people:
        if not person.name.strip():
            raise RefusedError(_("有一个人没有写姓名"), _("请写姓名，登录时从名单里选"))
        if person.name in seen:
            raise RefusedError(
                _("有两个人都叫“{name}”").format(name=person.name), _("请加上区别，如“王敏（二）”")
            )
        seen.add(person.name)
        check_roles(person.roles)
        try:
            check_new_password(person.password, person.name)
        except RefusedError as exc:
            raise RefusedError(f"{person.name}：{exc.message}", exc.hint, code=exc.code) from exc
    if not any("head" in person.roles for person in people):
        raise RefusedError(_("还没有负责人"), _("请给一个人选“负责人”：号段、人员、还原都要负责人来做"))
    recording = [p.name for p in people if "clerk" in p.roles]
    reviewing = [p.name for p in people if "reviewer" in p.roles]
    if not any(a != b for a in recording for b in reviewing):
        raise RefusedError(
            _("还差一个人：经办与复核不能是同一人"),
            _("请至少写两个人，一人选“登记员”，另一人选“复核员”"),
        )


def init_station(
    folder: Path, station: StationFile, people: Sequence[FirstPerson], pack: Path, *, cost: Cost | None = None
) -> str:
    """Make a new station in an empty folder: database, key slots, signing key, local pack.

    It is built aside and put in its place whole, ``station.toml`` last: when that fails or the power goes,
    there is no station and it can be tried again. Returns the recovery code, to be printed once and stored
    nowhere. Raises RefusedError when the folder already holds a station; nothing of it is touched.
    """
    if (folder / settings.FILE_NAME).exists() or (folder / DATABASE).exists():
        raise RefusedError(
            _("{folder} 里已经有一个登记机构").format(folder=folder),
            _("请换一个空文件夹；要重来请先备份并移走旧数据"),
        )
    for person in people:
        check_roles(person.roles)
    load_pack(pack)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(folder / STAGING, ignore_errors=True)
        (folder / STAGING / "local").mkdir(parents=True)
        shutil.copyfile(pack, folder / STAGING / "local" / pack.name)
        try:
            code = _build(folder / STAGING, station, people, cost)
            station.write(folder / STAGING)
            entries = sorted(folder.joinpath(STAGING).iterdir(), key=lambda p: p.name == settings.FILE_NAME)
            for entry in entries:
                entry.replace(folder / entry.name)
        finally:
            shutil.rmtree(folder / STAGING, ignore_errors=True)
    except OSError as exc:
        raise machine_fault(exc, folder) from exc
    return code


def _build(folder: Path, station: StationFile, people: Sequence[FirstPerson], cost: Cost | None) -> str:
    new = [slots.NewPerson(p.name, p.name, p.roles, p.password) for p in people]
    code = slots.create_slots(folder / PEOPLE, new, cost=cost)
    unlocked = slots.open_slot(folder / PEOPLE, people[0].name, people[0].password)
    create_key(folder / "keys", unlocked.raw, owner=station.code, label=station.name)
    engine = (
        open_postgres(station.database_url)
        if station.database_url
        else open_sqlite(folder / DATABASE, None if station.is_plain else unlocked.raw)
    )
    try:
        bring_up_to_date(engine)
        with UnitOfWork(engine) as uow:
            now = settings.now()
            for person in people:
                uow.session.add(
                    Person(name=person.name, roles=" ".join(person.roles), is_active=True, created_at=now)
                )
            put_setting(uow, "station", station.code)
            uow.record(
                "0" * 8 + "-init",
                "init",
                people[0].name,
                now,
                {"station": station.code, "people": len(people)},
            )
            uow.commit()
    finally:
        engine.dispose()
    return code.text


def with_own_words(pack: LocalPack, station: StationFile) -> LocalPack:
    """The local pack with the name, address and telephone that this station gave at set-up."""
    own = {key: station.extra[key] for key in OWN_WORDS if station.extra.get(key)}
    return replace(pack, station={**pack.station, "name": station.name, **own}) if own else pack


def shipped_pack(name: str) -> Path:
    """A local pack that comes with the program."""
    return resource("local", f"{name}.toml")


def list_people(office: Office) -> tuple[tuple[str, str, bool], ...]:
    """(name, roles, active), in the order they came."""
    with office.look() as uow:
        found = uow.session.scalars(select(Person).order_by(Person.id))
        return tuple((p.name, p.roles, p.is_active) for p in found)


def add_person(office: Office, name: str, roles: Sequence[str], password: str) -> None:
    """Let somebody work here; only the head may."""
    require_head(office)
    check_roles(roles)
    key = _key(office)
    with office.work() as uow:
        if uow.session.scalars(select(Person).where(Person.name == name)).first() is not None:
            raise RefusedError(_("已经有“{name}”了").format(name=name), _("同名的请加上区别，如“王敏（二）”"))
        uow.session.add(Person(name=name, roles=" ".join(roles), is_active=True, created_at=office.now()))
        uow.record(
            new_request(),
            "person",
            office.person.name,
            office.now(),
            {"name": name, "roles": list(roles)},
        )
        slots.add_person(office.folder / PEOPLE, key, slots.NewPerson(name, name, tuple(roles), password))
        commit(uow)


def require_head(office: Office) -> None:
    """RefusedError unless the head is signed in."""
    if "head" not in office.person.roles:
        raise RefusedError(_("人员由负责人管理"), _("请负责人登录后办理"))


def _key(office: Office) -> slots.UnlockedKey:
    """The database key in the hands of the person who is signed in."""
    person = office.person
    return slots.UnlockedKey(office.master, person.name, person.name, tuple(person.roles))


def _known(uow: UnitOfWork, name: str) -> Person:
    found = uow.session.scalars(select(Person).where(Person.name == name)).first()
    if found is None:
        raise RefusedError(_("本站没有“{name}”这个人").format(name=name), _("请照人员名单写姓名"))
    return found


def _change(
    office: Office, verb: str, name: str, detail: Mapping[str, object], act: Callable[[Person], None]
) -> None:
    """One change to one person: in the database, the log and ``people.json``, or in none of them."""
    with office.work() as uow:
        act(_known(uow, name))
        uow.record(new_request(), verb, office.person.name, office.now(), {"name": name, **detail})
        commit(uow)


def change_password(office: Office, old: str, new: str) -> None:
    """One's own password; the database key stays the same. The log says that, never what."""

    def act(person: Person) -> None:
        slots.set_password(office.folder / PEOPLE, person.name, old, new)

    _change(office, "password", office.person.name, {}, act)


def reset_password(office: Office, name: str, new: str) -> None:
    """The head gives somebody who forgot theirs a new password; a wait ends, the PIN is gone.

    Refused for oneself (that takes the old password) and for somebody who was stopped.
    """
    require_head(office)
    if name == office.person.name:
        raise RefusedError(_("自己的口令不能重设"), _("请用“改我的口令”，要输入现在的口令；忘了就用恢复单"))

    def act(person: Person) -> None:
        if not person.is_active:
            raise RefusedError(_("“{name}”已停用").format(name=name), _("请先恢复这个人，恢复时给新口令"))
        slots.reset_password(office.folder / PEOPLE, _key(office), name, new)

    _change(office, "reset_password", name, {}, act)


def set_pin(office: Office, pin: str) -> None:
    """One's own six digits for the locked screen; an empty text takes them away."""

    def act(_person: Person) -> None:
        slots.set_pin(office.folder / PEOPLE, _key(office), pin)

    _change(office, "pin", office.person.name, {"has_pin": bool(pin)}, act)


def set_active(office: Office, name: str, is_active: bool, password: str = "") -> None:
    """Somebody stops working here, or comes back (then with a new ``password``); only the head may say so.

    The key slot of who stops is destroyed; the name stays in the history. Nobody stops themselves, so that
    the last head cannot leave.
    """
    require_head(office)
    if name == office.person.name:
        raise RefusedError(
            _("不能停用正在登录的自己"), _("请由另一位负责人停用；只有一位负责人时先让别人担任")
        )

    def act(person: Person) -> None:
        if person.is_active == is_active:
            said = _("“{name}”本来就在用") if is_active else _("“{name}”本来就已停用")
            raise RefusedError(said.format(name=name), _("不必再做"))
        person.is_active = is_active
        if is_active:
            slots.activate(office.folder / PEOPLE, _key(office), name, password)
        else:
            slots.deactivate(office.folder / PEOPLE, _key(office), name)

    _change(office, "resume_person" if is_active else "stop_person", name, {}, act)


def set_roles(office: Office, name: str, roles: Sequence[str]) -> None:
    """Other roles for somebody; only the head may, and one head in use must remain."""
    require_head(office)
    check_roles(roles)

    def act(person: Person) -> None:
        person.roles = " ".join(roles)
        slots.set_person(office.folder / PEOPLE, _key(office), name, roles=roles)

    _change(office, "roles", name, {"roles": list(roles)}, act)


def note_recovery(office: Office) -> None:
    """After ``slots.reset_by_recovery``: who came in by the recovery sheet stands in the log, and works
    again.
    """

    def act(person: Person) -> None:
        person.is_active = True

    _change(office, "recover", office.person.name, {}, act)


def renew_recovery(office: Office, password: str) -> Recovered:
    """A new recovery sheet, also when the old one was lost: the old code stops working at once.

    Only the head may, and says the own password again; wrong ones count like those at the sign-in. The code
    returned is stored nowhere. Raises RefusedError and MachineError: then the old sheet still holds. Should
    the log not take its row after the code was made, the code comes all the same, with ``trouble``.
    """
    if "head" not in office.person.roles:
        raise RefusedError(_("恢复单由负责人换新"), _("请负责人登录后办理"))
    path, name = office.folder / PEOPLE, office.person.name
    slots.open_slot(path, name, password)
    code = ""
    try:
        with office.work() as uow:
            uow.record(new_request(), "renew_recovery", name, office.now(), {})
            uow.session.flush()  # a full disk is known before the old sheet is void
            code = slots.renew_recovery(path, _key(office)).text
            commit(uow)
    except DeskError as exc:
        if not code:
            raise
        return Recovered(name, code, exc.message)
    return Recovered(name, code)


def note_clock(office: Office, last_seen_at: datetime) -> None:
    """The machine's clock stands before a moment at which the program was already at work: that stands in
    the log, with both moments, under the name of who signed in then.
    """
    with office.work() as uow:
        now = office.now()
        detail = {"last_seen_at": last_seen_at.isoformat(), "now": now.isoformat()}
        uow.record(new_request(), "clock_set_back", office.person.name, now, detail)
        commit(uow)


def signing_key_id(office: Office) -> str:
    """Key id of this station's signing key."""
    return load_signer(office.folder / "keys", office.master).key_id
