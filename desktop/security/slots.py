"""``people.json``: who may sign in, and the database key, locked once for each of them.

One random 32-byte key opens the database. It is stored only in boxes: one for each person, locked by a key
made from the password (argon2id), and one locked by the recovery code that is printed at set-up. A person's
name, roles and standing carry a MAC made with the database key, so that editing the file by hand gives nobody
another role. The PIN is not a slot: it is checked with the key in memory and opens a locked screen only.

Every write replaces the file in one step and leaves the one before as ``people.json.bak``.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from desktop.errors import MachineError, RefusedError
from desktop.resources import _
from desktop.security.check_code import ALPHABET, as_heard
from desktop.security.passwords import (
    Cost,
    check_new_password,
    derived_key,
    key_from_password,
    lock_up,
    open_box,
)
from desktop.security.whole_file import machine_fault, write_whole

FILE_NAME: Final = "people.json"
FORMAT: Final = "contract-desk people"
VERSION: Final = 1
ROLES: Final = {"clerk": "登记员", "reviewer": "复核员", "head": "负责人", "admin": "系统维护"}
FREE_TRIES: Final = 3
"""Wrong passwords before the first wait."""
LONGEST_WAIT: Final = timedelta(minutes=15)
PIN_TRIES: Final = 5
"""Wrong PINs before the password is asked for."""


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """One person as the sign-in page shows them; no secret in it."""

    name: str
    """Login name."""
    display: str
    roles: tuple[str, ...]
    is_active: bool
    last_seen: datetime | None
    has_pin: bool
    failures: int
    """Wrong passwords since the last right one."""


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person to be written into the file, with their first password."""

    name: str
    display: str
    roles: tuple[str, ...]
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class UnlockedKey:
    """The database key in the hands of one signed-in person."""

    raw: bytes = field(repr=False)
    name: str
    display: str = ""
    roles: tuple[str, ...] = ()

    def derive(self, purpose: str) -> bytes:
        """Another 32-byte key for one purpose; the database key itself is used for the database only."""
        return derived_key(self.raw, purpose)


@dataclass(frozen=True, slots=True)
class RecoveryCode:
    """The text of the recovery sheet, shown and printed once, stored nowhere."""

    text: str = field(repr=False)
    """Eight groups of five, ``7K2QF-…``."""


@dataclass(slots=True)
class _Book:
    path: Path
    raw: dict[str, Any]

    def person(self, name: str) -> dict[str, Any]:
        for one in self.raw["people"]:
            if one["name"] == name:
                found: dict[str, Any] = one
                return found
        raise RefusedError(
            _("没有叫“{name}”的登录名").format(name=name),
            _("请从名单里选，或请负责人先把这个人加进来"),
            code="P04",
        )

    def write(self) -> None:
        content = json.dumps(self.raw, ensure_ascii=False, indent=1).encode("utf-8")
        write_whole(self.path, content, keep_previous=True, private=True)


def _damaged(path: Path, what: str) -> MachineError:
    return MachineError(
        _("人员和钥匙文件 {name} 读不出来：{what}").format(name=path.name, what=what),
        _(
            "文件可能被改动或损坏，程序没有动它。请把同一文件夹里的 {name}.bak 复制成 {name}，或从备份恢复"
        ).format(name=path.name),
        code="P09",
    )


def _load(path: Path) -> _Book:
    try:
        content = path.read_bytes()
    except FileNotFoundError as exc:
        raise MachineError(
            _("找不到人员和钥匙文件 {path}").format(path=path),
            _("没有它就打不开数据库。请从备份恢复这个文件；不要新建"),
            code="P08",
        ) from exc
    except OSError as exc:
        raise machine_fault(exc, path) from exc
    try:
        raw = json.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as exc:
        raise _damaged(path, _("内容不完整")) from exc
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise _damaged(path, _("这不是本程序的人员文件"))
    if raw.get("version") != VERSION:
        raise MachineError(
            _("{name} 是另一个版本的程序写的").format(name=path.name),
            _("请用写它的那个版本（较新的版本）打开；文件没有动"),
            code="P10",
        )
    people = raw.get("people")
    if not isinstance(people, list) or not people or not isinstance(raw.get("recovery"), dict):
        raise _damaged(path, _("缺少人员或恢复钥匙"))
    for one in people:
        if not isinstance(one, dict) or not all(
            isinstance(one.get(key), kind)
            for key, kind in (("name", str), ("display", str), ("roles", list), ("is_active", bool))
        ):
            raise _damaged(path, _("有一个人的记录不完整"))
    return _Book(path, raw)


@contextmanager
def _changing(path: Path) -> Iterator[_Book]:
    """The file for reading and writing, while no other process does the same."""
    from filelock import FileLock, Timeout

    try:
        with FileLock(str(path) + ".lock", timeout=10):
            book = _load(path)
            yield book
    except Timeout as exc:
        raise MachineError(
            _("人员文件正被另一个窗口使用"), _("请等它完成后再试一次；没有改动任何内容"), code="P11"
        ) from exc
    except OSError as exc:
        raise machine_fault(exc, path) from exc


def _moment(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _entry(one: dict[str, Any]) -> PersonEntry:
    return PersonEntry(
        one["name"],
        one["display"],
        tuple(str(role) for role in one["roles"]),
        one["is_active"],
        _moment(one.get("last_seen")),
        isinstance(one.get("pin"), str),
        int(one.get("failures", 0)),
    )


def read_people(path: Path) -> tuple[PersonEntry, ...]:
    """Everybody in the file, in its order; needs no password and no cryptography.

    Raises MachineError naming the file when it is missing, damaged or written by a newer program.
    """
    return tuple(_entry(one) for one in _load(path).raw["people"])


def _mark(key: bytes, text: bytes) -> str:
    """HMAC-SHA-256 in hex. Imported here: reading who works here must not wait for OpenSSL (4 ms)."""
    import hmac

    return hmac.digest(key, text, "sha256").hex()


def _is_same(first: str, second: str) -> bool:
    """Compared in a time that tells nothing."""
    import hmac

    return hmac.compare_digest(first, second)


def _mac(one: dict[str, Any], raw_key: bytes) -> str:
    said = [one["name"], one["display"], sorted(one["roles"]), one["is_active"], one.get("pin")]
    said.append((one.get("slot") or {}).get("box"))
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    return _mark(derived_key(raw_key, "people"), text)


def _lock_for(name: str, password: str, raw_key: bytes, cost: Cost) -> dict[str, Any]:
    salt = os.urandom(16)
    box: dict[str, Any] = dict(
        lock_up(key_from_password(password, salt, cost), raw_key, f"person {name}"),
        salt=base64.b64encode(salt).decode(),
        kdf=cost.to_json(),
    )
    return box


def _record(person: NewPerson, raw_key: bytes, cost: Cost) -> dict[str, Any]:
    name = person.name.strip()
    if not name or len(name) > 40:
        raise RefusedError(_("登录名不能空着，也不能超过 40 个字"), _("请填写登录名"), code="P05")
    unknown = [role for role in person.roles if role not in ROLES]
    if unknown or not person.roles:
        raise RefusedError(
            _("角色不对：{roles}").format(roles="、".join(unknown) or _("（空）")),
            _("可选：{roles}").format(roles="、".join(ROLES.values())),
            code="P06",
        )
    check_new_password(person.password, name)
    one: dict[str, Any] = {
        "name": name,
        "display": person.display.strip() or name,
        "roles": list(person.roles),
        "is_active": True,
        "last_seen": None,
        "failures": 0,
        "wait_until": None,
        "pin": None,
        "pin_failures": 0,
        "slot": _lock_for(name, person.password, raw_key, cost),
    }
    one["mac"] = _mac(one, raw_key)
    return one


def _new_recovery(raw_key: bytes) -> tuple[RecoveryCode, dict[str, Any]]:
    import secrets

    plain = "".join(secrets.choice(ALPHABET) for _place in range(40))
    box: dict[str, Any] = dict(lock_up(derived_key(plain.encode(), "recovery"), raw_key, "recovery"))
    return RecoveryCode("-".join(plain[i : i + 5] for i in range(0, 40, 5))), box


def create_slots(path: Path, people: Sequence[NewPerson], *, cost: Cost | None = None) -> RecoveryCode:
    """Make a new database key and the file that locks it for these people; returns the recovery code once.

    Raises RefusedError when the file exists (its key would be lost), when nobody is named, two have one login
    name, or a password is too weak. The key itself is got by ``open_slot``.
    """
    if path.exists():
        raise RefusedError(
            _("{name} 已经有了，不能重建").format(name=path.name),
            _("重建会丢掉数据库的钥匙。要加人请用“系统—人员”"),
            code="P07",
        )
    names = [person.name.strip() for person in people]
    if not names or len(set(names)) != len(names):
        raise RefusedError(_("登录名不能重复，也不能一个人都没有"), _("请核对名单"), code="P05")
    import secrets

    raw_key = secrets.token_bytes(32)
    records = [_record(person, raw_key, cost or Cost()) for person in people]
    code, box = _new_recovery(raw_key)
    _Book(path, {"format": FORMAT, "version": VERSION, "people": records, "recovery": box}).write()
    return code


def _wait_after(failures: int) -> timedelta:
    if failures < FREE_TRIES:
        return timedelta(0)
    return min(timedelta(seconds=5 * 2 ** min(failures - FREE_TRIES, 12)), LONGEST_WAIT)


def _in_words(wait: timedelta) -> str:
    seconds = max(1, round(wait.total_seconds()))
    return _("{n} 秒").format(n=seconds) if seconds < 90 else _("{n} 分钟").format(n=-(-seconds // 60))


def _unlock(book: _Book, one: dict[str, Any], password: str) -> bytes | None:
    try:
        slot = one["slot"]
        cost = Cost.from_json(slot["kdf"])
        salt = base64.b64decode(slot["salt"], validate=True)
        raw_key = open_box(key_from_password(password, salt, cost), slot, f"person {one['name']}")
    except (KeyError, TypeError, ValueError, binascii.Error) as exc:
        raise _damaged(book.path, _("“{name}”的钥匙不完整").format(name=one["name"])) from exc
    if raw_key is not None and not _is_same(_mac(one, raw_key), str(one.get("mac"))):
        raise MachineError(
            _("“{name}”的角色或状态被人在程序之外改动过").format(name=one["name"]),
            _("为安全起见不予登录。请负责人用备份里的 {file} 恢复，并查明是谁改的").format(
                file=book.path.name
            ),
            code="P12",
        )
    return raw_key


def open_slot(path: Path, name: str, password: str, *, now: datetime | None = None) -> UnlockedKey:
    """Sign in: the database key for a person who knows the password.

    Wrong passwords are counted in the file; from the third on each costs a wait that doubles, up to fifteen
    minutes, for this person only. Raises RefusedError (wrong password, still waiting, unknown or inactive)
    and MachineError (file damaged or edited).
    """
    moment = now or datetime.now(UTC)
    with _changing(path) as book:
        one = book.person(name)
        if not one["is_active"]:
            raise RefusedError(
                _("“{name}”已停用").format(name=one["display"]), _("如需恢复，请找负责人"), code="P13"
            )
        until = _moment(one.get("wait_until"))
        # A clock set back must not lock anybody out for longer than the longest wait.
        if until and moment < until <= moment + LONGEST_WAIT:
            raise RefusedError(
                _("口令输错次数过多，暂时不能登录"),
                _("请 {wait} 后再试；忘记口令请找负责人").format(wait=_in_words(until - moment)),
                code="P14",
            )
        raw_key = _unlock(book, one, password)
        if raw_key is None:
            one["failures"] = int(one.get("failures", 0)) + 1
            wait = _wait_after(one["failures"])
            one["wait_until"] = (moment + wait).isoformat() if wait else None
            book.write()
            hint = _("请核对大小写和输入法后重新输入；忘记口令请找负责人")
            if wait:
                hint = _("已错 {n} 次，请 {wait} 后再试；忘记口令请找负责人").format(
                    n=one["failures"], wait=_in_words(wait)
                )
            raise RefusedError(_("口令不对"), hint, code="P15")
        one["failures"], one["wait_until"], one["pin_failures"] = 0, None, 0
        one["last_seen"] = moment.isoformat(timespec="seconds")
        book.write()
        return _key_of(one, raw_key)


def _key_of(one: dict[str, Any], raw_key: bytes) -> UnlockedKey:
    return UnlockedKey(raw_key, one["name"], one["display"], tuple(one["roles"]))


def _change(path: Path, key: UnlockedKey, name: str, change: Callable[[dict[str, Any]], None]) -> None:
    with _changing(path) as book:
        _check_key(book, key)
        one, had_head = book.person(name), _has_head(book)
        change(one)
        one["mac"] = _mac(one, key.raw)
        if had_head and not _has_head(book):
            raise RefusedError(
                _("至少要留一位在用的负责人"), _("请先让另一个人担任负责人，再作这项改动"), code="P16"
            )
        book.write()


def _check_key(book: _Book, key: UnlockedKey) -> None:
    """Refuse a key of another database before a slot is locked with it."""
    holder = book.person(key.name)
    if not _is_same(_mac(holder, key.raw), str(holder.get("mac"))):
        raise _damaged(book.path, _("它和已打开的数据库不是一套"))


def _has_head(book: _Book) -> bool:
    return any(one["is_active"] and "head" in one["roles"] for one in book.raw["people"])


def add_person(path: Path, key: UnlockedKey, person: NewPerson, *, cost: Cost | None = None) -> PersonEntry:
    """Lock the database key for one more person. Raises RefusedError when the login name is taken."""
    with _changing(path) as book:
        _check_key(book, key)
        if any(one["name"] == person.name.strip() for one in book.raw["people"]):
            raise RefusedError(
                _("登录名“{name}”已经有了").format(name=person.name), _("请换一个登录名"), code="P05"
            )
        one = _record(person, key.raw, cost or Cost())
        book.raw["people"].append(one)
        book.write()
        return _entry(one)


def set_password(path: Path, name: str, old: str, new: str, *, cost: Cost | None = None) -> None:
    """A person changes their own password; a wrong old one counts like a wrong sign-in."""
    check_new_password(new, name)
    key = open_slot(path, name, old)
    reset_password(path, key, name, new, cost=cost)


def reset_password(path: Path, key: UnlockedKey, name: str, new: str, *, cost: Cost | None = None) -> None:
    """Set a password without the old one (by the head, or with the recovery code); ends any wait.

    A person who was deactivated gets a slot again but stays inactive until ``set_active``.
    """
    check_new_password(new, name)

    def change(one: dict[str, Any]) -> None:
        one["slot"] = _lock_for(one["name"], new, key.raw, cost or Cost())
        one["failures"], one["wait_until"], one["pin"], one["pin_failures"] = 0, None, None, 0

    _change(path, key, name, change)


def reset_by_recovery(
    path: Path, code: str, name: str, new: str, *, cost: Cost | None = None
) -> tuple[UnlockedKey, RecoveryCode]:
    """Open the database with the printed recovery code and give ``name`` a new password.

    The code is spent by this: the new one returned has to be printed. Raises RefusedError for a wrong code.
    """
    check_new_password(new, name)
    with _changing(path) as book:
        heard = as_heard(code)
        try:
            raw_key = open_box(derived_key(heard.encode(), "recovery"), book.raw["recovery"], "recovery")
        except (KeyError, TypeError, ValueError, binascii.Error) as exc:
            raise _damaged(path, _("恢复钥匙不完整")) from exc
        if raw_key is None:
            hint = _("请照恢复单逐组核对；连字符、空格和大小写可以不管")
            if len(heard) != 40:
                hint = _("恢复码应有 40 个字符，现在是 {n} 个；请照恢复单逐组核对").format(n=len(heard))
            raise RefusedError(_("恢复码不对"), hint, code="P17")
        one = book.person(name)
        one["slot"] = _lock_for(name, new, raw_key, cost or Cost())
        one["failures"], one["wait_until"], one["pin"], one["pin_failures"] = 0, None, None, 0
        one["is_active"] = True
        one["mac"] = _mac(one, raw_key)
        renewed, book.raw["recovery"] = _new_recovery(raw_key)
        book.write()
        return _key_of(one, raw_key), renewed


def renew_recovery(path: Path, key: UnlockedKey) -> RecoveryCode:
    """Print a new recovery sheet: the old code stops working at once."""
    with _changing(path) as book:
        _check_key(book, key)
        renewed, book.raw["recovery"] = _new_recovery(key.raw)
        book.write()
        return renewed


def deactivate(path: Path, key: UnlockedKey, name: str) -> None:
    """Somebody left: their slot is destroyed, their name stays for the history. The last head cannot go."""

    def change(one: dict[str, Any]) -> None:
        one["is_active"], one["slot"], one["pin"] = False, None, None

    _change(path, key, name, change)


def activate(path: Path, key: UnlockedKey, name: str, password: str, *, cost: Cost | None = None) -> None:
    """Somebody came back: a new password, a new slot."""
    check_new_password(password, name)

    def change(one: dict[str, Any]) -> None:
        one["is_active"] = True
        one["slot"] = _lock_for(one["name"], password, key.raw, cost or Cost())
        one["failures"], one["wait_until"], one["pin_failures"] = 0, None, 0

    _change(path, key, name, change)


def set_person(
    path: Path, key: UnlockedKey, name: str, *, display: str | None = None, roles: Sequence[str] | None = None
) -> None:
    """Another display name or other roles; the last active head keeps the role."""
    if roles is not None and (not roles or any(role not in ROLES for role in roles)):
        raise RefusedError(
            _("角色不对"), _("可选：{roles}").format(roles="、".join(ROLES.values())), code="P06"
        )

    def change(one: dict[str, Any]) -> None:
        one["display"] = display.strip() if display and display.strip() else one["display"]
        one["roles"] = list(roles) if roles is not None else one["roles"]

    _change(path, key, name, change)


def _pin_mark(key: UnlockedKey, name: str, pin: str) -> str:
    return _mark(key.derive("pin"), f"{name}\n{pin}".encode())


def set_pin(path: Path, key: UnlockedKey, pin: str) -> None:
    """The signed-in person's six digits for a locked screen; an empty text removes them."""
    if pin and not (len(pin) == 6 and pin.isascii() and pin.isdigit()):
        raise RefusedError(_("PIN 应为 6 位数字"), _("请输入 6 位数字"), code="P18")
    if pin and (len(set(pin)) < 3 or pin in "0123456789 9876543210"):
        raise RefusedError(_("PIN 太容易猜到"), _("请不要用连号或重复的数字"), code="P18")

    def change(one: dict[str, Any]) -> None:
        one["pin"] = _pin_mark(key, one["name"], pin) if pin else None
        one["pin_failures"] = 0

    _change(path, key, key.name, change)


def check_pin(path: Path, key: UnlockedKey, pin: str) -> None:
    """Unlock the screen of the person whose key is in memory.

    Raises RefusedError when it is wrong; after five wrong ones only the password helps.
    """
    with _changing(path) as book:
        one = book.person(key.name)
        tries = int(one.get("pin_failures", 0))
        if not one["is_active"] or not isinstance(one.get("pin"), str) or tries >= PIN_TRIES:
            raise RefusedError(_("不能用 PIN 解锁"), _("请输入登录口令"), code="P19")
        is_right = _is_same(_pin_mark(key, key.name, pin), one["pin"])
        if is_right != (tries == 0) or not is_right:
            one["pin_failures"] = 0 if is_right else tries + 1
            book.write()
        if not is_right:
            left = PIN_TRIES - tries - 1
            hint = _("还可以试 {n} 次").format(n=left) if left else _("请输入登录口令")
            raise RefusedError(_("PIN 不对"), hint, code="P20")


def restore_previous(path: Path) -> tuple[PersonEntry, ...]:
    """Put ``people.json.bak`` back after the file was damaged; the damaged one is kept as ``.damaged``.

    Raises MachineError when the copy cannot be read either; then nothing has changed.
    """
    before = path.with_name(path.name + ".bak")
    people = read_people(before)
    try:
        if path.exists():
            path.replace(path.with_name(path.name + ".damaged"))
        write_whole(path, before.read_bytes(), private=True)
    except OSError as exc:
        raise machine_fault(exc, path) from exc
    return people
