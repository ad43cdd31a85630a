"""公钥 of the province and of other stations: compared by telephone, kept by the head, told in the log."""

from __future__ import annotations

from pathlib import Path

from desktop.errors import RefusedError
from desktop.resources import _
from desktop.security.keys import SIGN, PublicKey, PublicKeys, public_key_in, public_key_text
from desktop.security.whole_file import write_whole
from desktop.services.commands import KeepKey
from desktop.services.office import Office, check_actor, commit
from desktop.services.receive import above
from desktop.services.views import KeyFound


def look_at_key(office: Office, path: Path) -> KeyFound | None:
    """Whose public key a file says it holds; None when it holds none. Nothing is kept.

    Raises RefusedError for anybody but the head, MachineError for a ``*.pub`` that cannot be read.
    """
    key = public_key_in(path)
    if key is None:
        return None
    _require_head(office)
    return _found(office, key)


def keep_key(office: Office, cmd: KeepKey) -> KeyFound:
    """Keep a key whose id the head has compared by telephone; what it signs is believed from now on.

    It stands beside the other keys of its owner and takes none of their places; one that is kept already
    changes nothing. Raises RefusedError for anybody but the head, and when the file meanwhile holds another
    key than the one compared.
    """
    check_actor(office, cmd)
    _require_head(office)
    key = public_key_in(cmd.path)
    if key is None or key.key_id != cmd.key_id:
        raise RefusedError(
            _("{name} 里已经不是刚才核对的那把公钥").format(name=cmd.path.name),
            _("请重新读入并再核对一遍；本机没有改动"),
            code="K10",
        )
    found = _found(office, key)
    if found.is_known:
        return found
    target = office.folder / "keys" / f"{key.key_id}.pub"
    with office.work() as uow:
        detail = {
            "key": key.key_id,
            "kind": key.kind,
            "owner": key.owner,
            "label": key.label,
            "beside": list(found.others),
        }
        uow.record(cmd.request_id, "public_key", cmd.actor, office.now(), detail)
        target.parent.mkdir(exist_ok=True)
        write_whole(target, public_key_text(key).encode("utf-8"))
        try:
            commit(uow)
        except BaseException:
            target.unlink()  # what the log does not know is not believed
            raise
    return found


def _require_head(office: Office) -> None:
    if "head" not in office.person.roles:
        raise RefusedError(_("公钥由负责人核对收下"), _("请负责人登录后在“系统”页读入"))


def _found(office: Office, key: PublicKey) -> KeyFound:
    kept = PublicKeys.from_folder(office.folder / "keys").by_id
    return KeyFound(
        key_id=key.key_id,
        owner=key.owner,
        label=key.label,
        is_above=key.owner == above(office),
        is_for_signing=key.kind == SIGN,
        is_known=key.key_id in kept,
        others=tuple(
            sorted(
                other.key_id
                for other in kept.values()
                if other.owner == key.owner and other.kind == key.kind and other.key_id != key.key_id
            )
        ),
    )
