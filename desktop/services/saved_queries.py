"""常用查询: searches that a person kept under a name; they travel with the station's database."""

from __future__ import annotations

import json
from collections.abc import Callable

from desktop.errors import RefusedError
from desktop.models import StationSetting
from desktop.resources import _
from desktop.services.commands import Command, DropQuery, KeepQuery
from desktop.services.office import Office, check_actor, commit, person_id
from desktop.services.search_words import KEPT_AT_MOST as MOST
from desktop.services.search_words import asked_of
from desktop.services.views import SavedQuery
from desktop.store.unit_of_work import UnitOfWork

LONGEST_NAME = 20


def saved_queries(office: Office) -> tuple[SavedQuery, ...]:
    """Those of the signed-in person, in the order in which they were first kept."""
    with office.look() as uow:
        person = uow.person(name=office.person.name)
        row = uow.session.get(StationSetting, _key(person.id)) if person else None
        return _read(row)


def keep_query(office: Office, cmd: KeepQuery) -> tuple[SavedQuery, ...]:
    """Keep one more, change the one of this name, or rename one (``old_name``); returns all of them.

    Not an act on a contract: the log is not told. Raises RefusedError without a name or conditions, for a
    name that another one has, and when nine are kept already.
    """
    name = cmd.name.strip()
    if not name:
        raise RefusedError(_("请给这组条件起个名字"), _("例如：待发证、启衡今年"))
    if len(name) > LONGEST_NAME:
        raise RefusedError(_("名字超过 {n} 个字").format(n=LONGEST_NAME), _("请缩短"))
    filters = {key: tuple(values) for key, values in cmd.filters.items() if values}
    if not cmd.text.strip() and not filters:
        raise RefusedError(_("现在没有任何条件"), _("请先打字或选条件，再存为常用"))
    asked_of(cmd.text, filters)  # what cannot be read must not be kept
    made = SavedQuery(name, cmd.text.strip(), filters)

    def change(kept: list[SavedQuery]) -> list[SavedQuery]:
        old = cmd.old_name or name
        if name != old and any(one.name == name for one in kept):
            raise RefusedError(_("已经有一个叫“{name}”的").format(name=name), _("请换个名字"))
        if any(one.name == old for one in kept):
            return [made if one.name == old else one for one in kept]
        if cmd.old_name:
            raise RefusedError(_("没有叫“{name}”的常用查询").format(name=old), _("请刷新后再看"))
        if len(kept) >= MOST:
            raise RefusedError(_("常用查询已有 {n} 个").format(n=MOST), _("请先删去用不着的"))
        return [*kept, made]

    return _change(office, cmd, change)


def drop_query(office: Office, cmd: DropQuery) -> tuple[SavedQuery, ...]:
    """Forget one; returns the others. One that is gone already is no matter."""
    return _change(office, cmd, lambda kept: [one for one in kept if one.name != cmd.name])


def _change(
    office: Office, cmd: Command, change: Callable[[list[SavedQuery]], list[SavedQuery]]
) -> tuple[SavedQuery, ...]:
    check_actor(office, cmd)
    with office.work() as uow:
        kept = change(list(_read(_row(uow, office))))
        text = json.dumps(
            [{"name": one.name, "text": one.text, "filters": one.filters} for one in kept], ensure_ascii=False
        )
        row = _row(uow, office)
        if row is None:
            key = _key(person_id(uow, office.person.name))
            uow.session.add(StationSetting(key=key, value=text))
        else:
            row.value = text
        commit(uow)
    return tuple(kept)


def _key(person: int) -> str:
    return f"queries:{person}"


def _row(uow: UnitOfWork, office: Office) -> StationSetting | None:
    return uow.session.get(StationSetting, _key(person_id(uow, office.person.name)))


def _read(row: StationSetting | None) -> tuple[SavedQuery, ...]:
    if row is None:
        return ()
    return tuple(
        SavedQuery(raw["name"], raw["text"], {key: tuple(values) for key, values in raw["filters"].items()})
        for raw in json.loads(row.value)
    )
