"""Which act each state, role and local pack allows: one table that buttons, services and imports all ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from desktop.errors import RefusedError
from desktop.resources import _
from desktop.services.views import STATE_WORDS

CLERK = frozenset({"clerk"})
REVIEWER = frozenset({"reviewer"})
EITHER = CLERK | REVIEWER


@dataclass(frozen=True, slots=True)
class Move:
    """One act: from which states, into which, by whom."""

    verb: str
    say: Callable[[], str] = field(repr=False, compare=False)
    """Gives ``words`` in the language of the moment."""
    from_states: frozenset[str]
    to_state: str | None
    """None: the state stays."""
    roles: frozenset[str]
    not_own: bool = False
    """The clerk who recognised this contract may not do it (four eyes)."""
    needs_number: bool = False

    @property
    def words(self) -> str:
        """What the act is called on a button and in the log."""
        return self.say()


def _move(
    verb: str,
    say: Callable[[], str],
    states: str,
    to: str | None,
    roles: frozenset[str] = CLERK,
    *,
    not_own: bool = False,
    needs_number: bool = False,
) -> Move:
    return Move(verb, say, frozenset(states.split()), to, roles, not_own=not_own, needs_number=needs_number)


LIVE = "REGISTERED CERTIFIED CHANGED"
LIVE_STATES = frozenset(LIVE.split())
"""Registered and not ended: only such a contract supports a relief, is changed, ended or told of."""

TABLE: Mapping[str, Move] = {
    move.verb: move
    for move in (
        _move("save", lambda: _("保存"), "DRAFT RETURNED ACCEPTED", None),
        _move("delete_draft", lambda: _("删除草稿"), "DRAFT", None),
        _move("undelete", lambda: _("取回草稿"), "", None),
        _move("accept", lambda: _("受理"), "DRAFT", "ACCEPTED"),
        _move("decline", lambda: _("不予受理"), "DRAFT", "NOT_ACCEPTED"),
        _move("return", lambda: _("退回补正"), "DRAFT ACCEPTED", "RETURNED"),
        _move("supplement", lambda: _("收到补正材料"), "RETURNED", "ACCEPTED"),
        _move("refuse", lambda: _("不予登记"), "RETURNED ACCEPTED RECOGNISED", "REFUSED", EITHER),
        _move("attach", lambda: _("收下合同文件"), "DRAFT RETURNED ACCEPTED RECOGNISED", None, EITHER),
        _move("answer", lambda: _("回答问题"), "DRAFT ACCEPTED RETURNED", None),
        _move("recognise", lambda: _("认定"), "ACCEPTED", "RECOGNISED"),
        _move("relief", lambda: _("核对税惠"), f"ACCEPTED RECOGNISED {LIVE}", None, EITHER),
        _move("review", lambda: _("复核"), "RECOGNISED", None, REVIEWER, not_own=True),
        _move("send_back", lambda: _("退回初审"), "RECOGNISED", "ACCEPTED", REVIEWER, not_own=True),
        _move("register", lambda: _("登记并取号"), "RECOGNISED", "REGISTERED", REVIEWER, not_own=True),
        _move("number", lambda: _("取得登记编号"), "REGISTERED", None, EITHER),
        _move("issue", lambda: _("发证"), LIVE, "CERTIFIED", EITHER, needs_number=True),
        _move(
            "sheet", lambda: _("登记证明台账"), f"{LIVE} CANCELLED REVOKED", None, EITHER, needs_number=True
        ),
        _move("change", lambda: _("变更登记"), "REGISTERED CERTIFIED", "CHANGED", EITHER),
        _move("cancel", lambda: _("注销登记"), LIVE, "CANCELLED", EITHER),
        _move("revoke", lambda: _("撤销登记"), LIVE, "REVOKED", REVIEWER | {"head"}),
        _move("ask_expert", lambda: _("提请专家评审"), "ACCEPTED RECOGNISED", None, EITHER),
        _move("expert", lambda: _("记录评审意见"), "ACCEPTED RECOGNISED", None, EITHER),
        _move("object", lambda: _("收到异议"), f"{LIVE} REFUSED", None, EITHER),
        _move(
            "answer_objection",
            lambda: _("答复异议"),
            f"{LIVE} REFUSED",
            None,
            REVIEWER | {"head"},
            not_own=True,
        ),
        _move(
            "inform",
            lambda: _("告知财税部门"),
            f"{LIVE} CANCELLED REVOKED",
            None,
            EITHER,
            needs_number=True,
        ),
        _move("income", lambda: _("核定技术性收入"), LIVE, None, EITHER),
        _move("park", lambda: _("暂不上报"), f"{LIVE} CANCELLED REVOKED", None, EITHER),
        _move("export", lambda: _("上报"), f"{LIVE} CANCELLED REVOKED", None, EITHER),
        _move("doubt", lambda: _("写明疑点理由"), "DRAFT RETURNED ACCEPTED", None),
        _move("duplicate", lambda: _("判断是否重复"), "DRAFT RETURNED ACCEPTED RECOGNISED", None, EITHER),
    )
}


class NotAllowed(RefusedError):
    """The act is not in the table for this state and person; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the table needs to know of one contract."""

    state: str
    clerk: str
    has_number: bool
    needs_expert: bool = False
    """Large or in dispute: no registration before the experts' opinion is there."""
    opinion: str = ""
    """What the experts said of it: ``agree`` or ``disagree``; empty: nothing yet."""
    has_objection: bool = False
    """An objection was received and not answered yet."""
    routed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Act → roles that may do it with this contract, where the local pack says so."""
    elsewhere: str = ""
    """Another office that this contract belongs to by the local pack, in words; empty: it is ours."""


def why_not(verb: str, standing: Standing, person: str, roles: frozenset[str]) -> str:
    """The reason in a clerk's words why this person may not do it now; empty when it is allowed."""
    move = TABLE[verb]
    if standing.state not in move.from_states:
        return _("“{state}”的合同不能{act}").format(
            state=STATE_WORDS.get(standing.state, standing.state), act=move.words
        )
    may = standing.routed.get(verb, move.roles)
    if not roles & may:
        return _("{person} 没有{act}的权限，要由{who}来做").format(
            person=person, act=move.words, who=_who(may)
        )
    if move.not_own and standing.clerk == person:
        return _("同一份合同，经办与复核不能是同一人；这份由{person}经办").format(person=person)
    if move.needs_number and not standing.has_number:
        return _("还没有登记编号，只能出受理单，不能出登记证明")
    if verb == "accept" and standing.elsewhere:
        return standing.elsewhere
    if verb == "register" and standing.opinion == "disagree":
        return _("专家评审不同意按现在的认定登记，请退回初审或不予登记")
    if verb == "register" and standing.needs_expert and not standing.opinion:
        return _("这份合同要经专家评审，还没有记入评审意见，不能登记")
    if verb == "answer_objection" and not standing.has_objection:
        return _("没有收到异议，不必答复")
    return ""


def _who(roles: frozenset[str]) -> str:
    words = {"clerk": _("登记员"), "reviewer": _("复核员"), "head": _("负责人"), "admin": _("系统维护")}
    return _("或").join(words[role] for role in sorted(roles))


def require(verb: str, standing: Standing, person: str, roles: frozenset[str]) -> Move:
    """The move, or NotAllowed with the reason."""
    if reason := why_not(verb, standing, person, roles):
        raise NotAllowed(reason, _("请核对合同的状态和当前登录的人"), code="L01")
    return TABLE[verb]


def allowed(standing: Standing, person: str, roles: frozenset[str]) -> frozenset[str]:
    """All verbs this person may do now."""
    return frozenset(verb for verb in TABLE if not why_not(verb, standing, person, roles))
