"""规则包 before and after: what one would change, in plain words, and the way back to the rows of before.

Reading a pack in is ``receive_file``; it makes a backup first. Here a person learns what it changes and
which contracts under way it concerns, and can take the last pack back.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from sqlalchemy import select

from desktop.errors import RefusedError
from desktop.exchange.receipts import kind_of_file, read_policy
from desktop.models import Contract, PolicyPack
from desktop.resources import _
from desktop.rules.book import Book, Parameter, Rule
from desktop.rules.conclusion import word_of_outcome
from desktop.security.keys import PublicKeys
from desktop.services.commands import new_request
from desktop.services.law import POINTER, law_of, overlay_of, put_in_force, with_overlay
from desktop.services.office import Office, commit
from desktop.services.receive import above, unusable_files
from desktop.services.views import PolicyChange

SHOWN: Final = 40
"""Rows told one by one; the rest are counted."""
UNDER_WAY: Final = ("DRAFT", "RETURNED", "ACCEPTED", "RECOGNISED")
_MARKS: Final = {"verified": _("已核对"), "draft": _("草案"), "memory": _("凭记忆")}
_Row = Rule | Parameter
_Change = tuple[_Row | None, _Row | None]


def look_at_policy(office: Office, path: Path) -> PolicyChange | None:
    """What this file would change; None when it is no policy pack. Nothing is changed.

    Raises RefusedError as reading it in would: signature, addressee, rows that are not in order.
    """
    if kind_of_file(path) != "policy":
        return None
    keys = PublicKeys.from_folder(office.folder / "keys")
    pack = read_policy(path, keys, station=office.station.code, issuer=above(office))
    unusable_files(pack.files)
    with tempfile.TemporaryDirectory(prefix="policy-") as name:
        for file, content in pack.files.items():
            (Path(name) / file.removeprefix("law/")).write_bytes(content)
        new = with_overlay(Path(name))
    uid = f"{pack.pack_id}/{pack.version}"
    with office.look() as uow:
        known = uow.session.scalars(select(PolicyPack.id).where(PolicyPack.uid == uid)).first() is not None
    return _change(office, law_of(office.folder), new, uid, pack.note, known)


def look_back_at_policy(office: Office) -> PolicyChange | None:
    """What taking the last pack back would change; None when no pack is in force."""
    here = overlay_of(office.folder)
    if here is None:
        return None
    before = _before(office, here)
    change = _change(office, law_of(office.folder), with_overlay(before), _name(before), "", False)
    return PolicyChange(
        change.pack, change.note, change.lines, change.more, change.open_contracts, is_back=True
    )


def take_back_policy(office: Office) -> str:
    """Put the rows of before the last pack in force again; returns words. Holds from the next sign-in.

    The pack may be read in again later. Conclusions stored under it stay as they are, each with the version
    of the rules it rests on. Only the head may; RefusedError when no pack is in force.
    """
    if "head" not in office.person.roles:
        raise RefusedError(_("规则包由负责人退回"), _("请负责人登录后办理"))
    here = overlay_of(office.folder)
    if here is None:
        raise RefusedError(_("现在用的就是程序自带的规则"), _("没有可退回的规则包"))
    before = _before(office, here)
    with office.work() as uow:
        for row in uow.session.scalars(select(PolicyPack)):
            if _folder_name(row.uid) == here.name:
                uow.session.delete(row)
        detail = {"pack": here.name, "back_to": before.name if before else ""}
        uow.record(new_request(), "policy_back", office.person.name, office.now(), detail)
        commit(uow)
    if before is None:
        (office.folder / "law" / POINTER).unlink(missing_ok=True)
    else:
        put_in_force(office.folder, before)
    return _("已退回到{name}；重新登录后生效").format(name=_name(before))


def _name(overlay: Path | None) -> str:
    return _("规则包 {name}").format(name=overlay.name) if overlay else _("程序自带的规则")


def _folder_name(uid: str) -> str:
    return "-".join(uid.split("/", 1))


def _before(office: Office, here: Path) -> Path | None:
    """The pack that was in force before this one and still lies on the disk; None: as shipped."""
    with office.look() as uow:
        uids = list(uow.session.scalars(select(PolicyPack.uid).order_by(PolicyPack.id)))
    names = [_folder_name(uid) for uid in uids]
    earlier = names[: names.index(here.name)] if here.name in names else []
    for name in reversed(earlier):
        if (office.folder / "law" / name).is_dir():
            return office.folder / "law" / name
    return None


def _change(office: Office, old: Book, new: Book, pack: str, note: str, was_applied: bool) -> PolicyChange:
    changes = list(differences(old, new))
    lines = [_in_words(before, after) for before, after in changes]
    return PolicyChange(
        pack,
        note,
        tuple(lines[:SHOWN]),
        max(0, len(lines) - SHOWN),
        tuple(_concerned(office, changes)),
        was_applied_before=was_applied,
    )


def differences(old: Book, new: Book) -> Iterator[_Change]:
    """Each row that is another one in the new book: (before, after), None where there is none."""
    for before, after in (
        (
            {(r.rule_set, r.code, r.valid_from): r for r in old.all_rows()},
            {(r.rule_set, r.code, r.valid_from): r for r in new.all_rows()},
        ),
        (
            {("", p.name, p.valid_from): p for p in old.all_parameters()},
            {("", p.name, p.valid_from): p for p in new.all_parameters()},
        ),
    ):
        for key in sorted(before.keys() | after.keys()):
            one, two = before.get(key), after.get(key)
            if one is None or two is None or _content(one) != _content(two):
                yield one, two


def _content(row: _Row) -> tuple[object, ...]:
    """Everything of a row that means something; not where it stands in its file."""
    names = [name for name in type(row).__slots__ if name not in ("place", "last_checked", "sources")]
    return (
        *(repr(getattr(row, name)) for name in names),
        *((s.instrument, s.article, s.gist, s.confidence) for s in row.sources),
    )


def _in_words(before: _Row | None, after: _Row | None) -> str:
    row = after or before
    assert row is not None
    name = row.code if isinstance(row, Rule) else row.name
    what = (row.short or row.question) if isinstance(row, Rule) else (row.question or row.sources[0].gist)
    head = "　".join(part for part in (name, what) if part)
    since = _("{day} 起").format(day=row.valid_from.isoformat())
    if before is None:
        return _("新增：{row}（{since}，{mark}）").format(row=head, since=since, mark=_MARKS[row.confidence])
    if after is None:
        return _("不再有：{row}（{since}）").format(row=head, since=since)
    return _("有改动：{row}：{how}").format(row=head, how="；".join(_how(before, after)))


def _how(before: _Row, after: _Row) -> list[str]:
    said = []
    if isinstance(before, Parameter) and isinstance(after, Parameter) and before.value != after.value:
        said.append(_("{a} 改为 {b}").format(a=before.value or _("没有"), b=after.value or _("没有")))
    if isinstance(before, Rule) and isinstance(after, Rule):
        if before.question != after.question:
            said.append(_("问法改为“{text}”").format(text=after.question))
        for answer, word in (("yes", _("是")), ("no", _("否"))):
            was, now = (row.outcomes.get(answer, ()) for row in (before, after))
            if was != now:
                said.append(
                    _("答“{word}”由“{a}”改为“{b}”").format(word=word, a=_outcomes(was), b=_outcomes(now))
                )
    if before.valid_until != after.valid_until:
        end = after.valid_until.isoformat() if after.valid_until else _("没有终止日")
        said.append(_("不再适用的日子改为 {day}").format(day=end))
    if before.confidence != after.confidence:
        said.append(_("核对程度由{a}改为{b}").format(a=_MARKS[before.confidence], b=_MARKS[after.confidence]))
    return said or [_("依据、说明或补正要求有改动")]


def _outcomes(words: Sequence[str]) -> str:
    return "、".join(word_of_outcome(word) for word in words) or "—"


def _concerned(office: Office, changes: Sequence[_Change]) -> Iterator[str]:
    """Contracts under way on whose deciding day, and of whose kind, one of the rows is another."""
    today = office.today()
    with office.look() as uow:
        query = select(Contract).where(Contract.state.in_(UNDER_WAY), Contract.deleted_at.is_(None))
        for contract in uow.session.scalars(query.order_by(Contract.id)):
            if any(_concerns(row, contract, today) for pair in changes for row in pair if row is not None):
                yield contract.local_serial


def _concerns(row: _Row, contract: Contract, today: date) -> bool:
    if isinstance(row, Parameter):
        return row.applies_on(contract.accepted_on or today)
    if row.kinds and contract.kind and contract.kind not in row.kinds:
        return False
    day = getattr(contract, row.decided_by, None)
    return row.applies_on(day if isinstance(day, date) else contract.accepted_on or today)
