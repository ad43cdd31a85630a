"""What recognition concludes: every rule used, its answer, who gave it, what follows, what is still open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from desktop.errors import Problem, ProblemsFound, RefusedError
from desktop.resources import _
from desktop.rules.book import CONFIDENCES, Book, Rule, Source

VALUES: Final = ("yes", "no", "unknown", "needs_human", "after_registration")
"""What a person can answer; ``after_registration`` belongs to reliefs, recognition then waits."""

GO, OPEN, BLOCKED, CURABLE, UNCLEAR, FAILS, REFUSED, REJECTED = range(8)
"""What a finding does to the course of the test, from least to most."""

OUTCOMES: Final = ("PASS", "RETURN", "HOLD", "REFUSE", "NOT_ACCEPTED", "UNDECIDED")


def outcome_words() -> Mapping[str, str]:
    """Outcome → what the clerk reads."""
    return {
        "PASS": _("认定为技术合同"),
        "RETURN": _("退回补正"),
        "HOLD": _("待补文件"),
        "REFUSE": _("不予登记"),
        "NOT_ACCEPTED": _("不予受理"),
        "UNDECIDED": _("尚不能下结论"),
    }


def _outcome_of_rule() -> Mapping[str, str]:
    return {
        "PASS": _("通过"),
        "NOT-KIND": _("不是这一类"),
        "RETURN": _("补正"),
        "HOLD": _("待补文件"),
        "REFUSE": _("不予登记"),
        "NOT_ACCEPTED": _("不予受理"),
        "DEDUCT": _("扣除"),
        "KEEP": _("计入"),
        "NEEDS-PERSON": _("需人工"),
        "PROTECT": _("定保护级别"),
        "MAIN-KIND": _("按主合同登记"),
        "SEPARATE": _("单独登记"),
        "JOINT": _("合并登记"),
        "NOTE": _("附注"),
        "WARN": _("提醒"),
        "BLOCK": _("金额不成立"),
        "RECLASS": _("改按{to}"),
        "KIND": _("属{to}"),
        "SUB": _("细类为{to}"),
    }


def word_of_outcome(word: str) -> str:
    """What an outcome word of a rule row means to a clerk: ``RETURN`` 补正, ``KIND→LIC`` 属技术许可."""
    head, _arrow, to = word.partition("→")
    said = _outcome_of_rule().get(head, word)
    return said.format(to=test_words().get(to, to)) if to else said


def group_words() -> Mapping[str, str]:
    """Group of the path → its caption; SVC-2 and SVC-3 share one place on the path."""
    return {
        "gate": _("门槛"),
        "mix": _("混合"),
        "DEV": _("技术开发"),
        "TRF": _("转让"),
        "LIC": _("许可"),
        "CON": _("咨询"),
        "SVC-2+3": _("培训・中介"),
        "SVC-1": _("服务"),
    }


def test_words() -> Mapping[str, str]:
    """Kind as it is tested → its name."""
    return {
        "DEV": _("技术开发"),
        "TRF": _("技术转让"),
        "LIC": _("技术许可"),
        "CON": _("技术咨询"),
        "SVC": _("技术服务"),
        "SVC-1": _("一般技术服务"),
        "SVC-2": _("技术培训"),
        "SVC-3": _("技术中介"),
    }


@dataclass(frozen=True, slots=True)
class Answer:
    """A person's answer to one rule, or to a whole group (``gate``, ``mix``) in one go."""

    value: str
    evidence: str = ""
    """Clause or sentence of the contract."""
    remark: str = ""
    by: str = ""

    def __post_init__(self) -> None:
        if self.value not in VALUES:
            raise ValueError(f"not an answer: {self.value!r}")


def read_answers(raw: Mapping[str, Any]) -> dict[str, Answer]:
    """The answers of ``{"R-DEV-02": {"answer": "yes", "evidence": "2.1"}}``; a bare word will do.

    Raises ProblemsFound naming every code whose answer cannot be read. Codes are not checked: reliefs have
    theirs.
    """
    answers: dict[str, Answer] = {}
    problems = []
    for code, item in raw.items():
        given = item if isinstance(item, Mapping) else {"answer": item}
        value = given.get("answer")
        extra = given.keys() - {"answer", "evidence", "remark", "by"}
        texts = [given.get(k) or "" for k in ("evidence", "remark", "by")]
        if value not in VALUES:
            remedy = _("只能是 {words}").format(words="、".join(VALUES))
            problems.append(Problem(code, str(value)[:40], _("不是可用的回答"), remedy, code=code))
        elif extra or not all(isinstance(t, str) for t in texts):
            what = "、".join(sorted(extra)) or _("证据、说明、回答人")
            remedy = _("可用：answer、evidence、remark、by，均为文字")
            problems.append(Problem(code, what[:40], _("没有这一项或不是文字"), remedy, code=code))
        else:
            answers[code] = Answer(str(value), *texts)
    if problems:
        raise ProblemsFound(_("回答读不出来"), problems, _("请按所列位置改正后重试"))
    return answers


def answers_to_json(answers: Mapping[str, Answer]) -> dict[str, dict[str, str]]:
    """Inverse of ``read_answers``; empty texts are left out."""
    return {
        code: {
            "answer": a.value,
            **{k: v for k, v in (("evidence", a.evidence), ("remark", a.remark), ("by", a.by)) if v},
        }
        for code, a in answers.items()
    }


class Finding(NamedTuple):
    """One rule, its answer and what follows from it."""

    rule: Rule
    answer: str
    """yes, no, unknown, needs_human, after_registration, not_applicable; ``""``: nobody answered yet."""
    answered_by: str
    """``data`` (the form), ``person`` or ``nobody``."""
    outcome: str
    """Outcome word in effect; ``""`` while open."""
    effect: int
    evidence: str = ""
    remark: str = ""
    by: str = ""
    note: str = ""
    """What is to be said about this contract in particular."""

    @property
    def code(self) -> str:
        """Code of the rule."""
        return self.rule.code

    @property
    def group(self) -> str:
        """Group of the rule."""
        return self.rule.group

    @property
    def question(self) -> str:
        """The question as the clerk reads it."""
        return self.rule.question

    @property
    def short(self) -> str:
        """The rule in a few words."""
        return self.rule.short

    @property
    def confidence(self) -> str:
        """How well the law behind it is known."""
        return self.rule.confidence

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where the rule stands."""
        return self.rule.sources

    @property
    def refusal_ground(self) -> str:
        """Code of the ground if this finding refuses, else ``""``."""
        return self.rule.refusal_ground if self.effect == REFUSED else ""

    @property
    def then(self) -> str:
        """The outcome after the notice's deadline (``REFUSE`` behind RETURN or HOLD), else ``""``."""
        words = self.rule.outcomes.get(self.answer, ())
        return words[1] if self.effect == CURABLE and len(words) > 1 else ""

    @property
    def defect(self) -> tuple[str, str]:
        """What is there and what must be supplied, for the one-time notice."""
        rule = self.rule
        if self.answer == "unknown":
            found = _("合同文本看不出：{short}").format(short=rule.short)
            return found, rule.defect_supply or _("请补充约定，或者提交能够说明的材料")
        found = rule.defect_found
        if not found:
            words = _("属于“{short}”的情形") if self.answer == "yes" else _("不符合“{short}”的条件")
            found = words.format(short=rule.short)
        supply = rule.defect_supply or rule.note or _("请更正后重新提交")
        if self.note:
            return (self.note, supply)
        return (found, supply)


@dataclass(frozen=True, slots=True)
class Holding:
    """A kind whose tests all hold."""

    test: str
    """DEV, TRF, LIC, CON, SVC-1, SVC-2 or SVC-3, whatever the rule set calls the kind."""
    kind: str
    sub_kind: str
    weight: str
    """How many of its tests were answered in its favour, of how many."""
    reason: str


@dataclass(frozen=True, slots=True)
class GroupProgress:
    """One stop of the path."""

    name: str
    title: str
    answered: int
    total: int
    state: str
    """current, done, holds, fails, blocked, waiting (not reached yet) or skipped."""


@dataclass(frozen=True, slots=True)
class Change:
    """What would follow if one answer were the other way."""

    code: str
    short: str
    answer: str
    """The answer supposed: yes or no."""
    outcome: str
    kind: str
    sub_kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The program's proposal for one contract on one day; the clerk decides."""

    outcome: str
    kind: str
    """The kind the content has, as this rule set names it; ``""`` while none is certain."""
    sub_kind: str
    claimed_kind: str
    claimed_sub_kind: str
    kinds_holding: tuple[Holding, ...]
    findings: tuple[Finding, ...]
    open_questions: tuple[str, ...]
    """Codes still to be answered, in the order of asking."""
    blocked: tuple[str, ...]
    """Codes that wait for a person (需人工) or for what the law leaves in dispute."""
    groups: tuple[GroupProgress, ...]
    rule_set: str
    rule_set_version: str
    judged_on: date
    decided_by: str
    """What picked the rules: ``accepted_on``, ``on`` (given from outside), or ``rule_set`` (tried out)."""
    notes: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Nothing is left to ask or to decide; only then may a notice or refusal go out."""
        return not self.open_questions and not self.blocked

    @property
    def skipped(self) -> tuple[str, ...]:
        """Groups that need no answer (dashed in the path)."""
        return tuple(g.name for g in self.groups if g.state == "skipped")

    @property
    def used(self) -> tuple[Finding, ...]:
        """Findings with an answer: what the conclusion rests on."""
        return tuple(f for f in self.findings if f.answer)

    def finding(self, code: str) -> Finding | None:
        """The finding of one rule; None if the test did not come to it."""
        return next((f for f in self.findings if f.rule.code == code), None)

    @property
    def answer_counts(self) -> dict[str, int]:
        """How many answers of each word, ``by_person`` and ``by_data`` besides."""
        counted = Counter(f.answer or "open" for f in self.findings)
        people = Counter(f.answered_by for f in self.findings)
        words = ("yes", "no", "unknown", "needs_human", "not_applicable", "open")
        made = {word: counted.get(word, 0) for word in words}
        made["needs_human"] += counted.get("after_registration", 0)
        return {**made, "by_person": people["person"], "by_data": people["data"]}

    @property
    def confidence_counts(self) -> dict[str, int]:
        """How many of the rules used are verified, draft, memory."""
        counted = Counter(f.rule.confidence for f in self.used)
        return {word: counted.get(word, 0) for word in CONFIDENCES}

    @property
    def grounds(self) -> tuple[str, ...]:
        """Codes of the grounds of refusal, each once, in order."""
        if self.outcome != "REFUSE":
            return ()
        refused = (f.refusal_ground or "G99" for f in self.findings if f.effect == REFUSED)
        return tuple(dict.fromkeys(refused)) or ("G02",)

    @property
    def defects(self) -> tuple[Finding, ...]:
        """Everything to be supplied or corrected, for one notice."""
        return tuple(f for f in self.findings if f.effect in (CURABLE, UNCLEAR))

    @property
    def advice(self) -> tuple[Finding, ...]:
        """What goes on but is to be heeded: protect secrets, deduct goods, register the broker apart."""
        words = ("PROTECT", "DEDUCT", "SEPARATE", "MAIN-KIND", "NOTE", "WARN")
        return tuple(f for f in self.findings if f.effect == GO and f.outcome in words)

    @property
    def deciding(self) -> tuple[Finding, ...]:
        """The findings that make the outcome what it is.

        Of a PASS the tests of the kind; of a REFUSE first what the claimed kind lacks, for a letter speaks of
        no kind that the party did not claim.
        """
        if self.outcome == "PASS":
            groups = {"LIC": ("TRF", "LIC")}
            chosen = next((h.test for h in self.kinds_holding if self._is(h)), "")
            wanted = groups.get(chosen, (chosen,))
            return tuple(f for f in self.used if f.rule.group in wanted and f.answer != "not_applicable")
        if self.outcome == "REFUSE":
            own = [f for f in self.findings if f.effect == FAILS and self._claims(f.rule)]
            return (*own, *(f for f in self.findings if f.effect == REFUSED))
        wanted_effects = {
            "NOT_ACCEPTED": (REJECTED,),
            "RETURN": (CURABLE, UNCLEAR),
            "HOLD": (CURABLE,),
            "UNDECIDED": (OPEN, BLOCKED),
        }[self.outcome]
        return tuple(f for f in self.findings if f.effect in wanted_effects)

    def _claims(self, rule: Rule) -> bool:
        """The row tests the claimed kind; of services the claimed one, for each is a kind of its own."""
        if rule.group.startswith("SVC") and self.claimed_sub_kind.startswith("SVC-"):
            return rule.group == self.claimed_sub_kind
        return self.claimed_kind in rule.kinds

    def _is(self, holding: Holding) -> bool:
        return (holding.kind, holding.sub_kind) == (self.kind, self.sub_kind)

    def to_json(self, *, brief: bool = False) -> dict[str, Any]:
        """Plain values; ``brief`` leaves out the texts of the rules, which the book of that version has."""
        made: dict[str, Any] = {
            "outcome": self.outcome,
            "outcome_text": outcome_words()[self.outcome],
            "kind": self.kind,
            "sub_kind": self.sub_kind,
            "claimed_kind": self.claimed_kind,
            "claimed_sub_kind": self.claimed_sub_kind,
            "kinds_holding": [_fields(h) for h in self.kinds_holding],
            "open_questions": list(self.open_questions),
            "blocked": list(self.blocked),
            "complete": self.complete,
            "grounds": list(self.grounds),
            "counts": {"answers": self.answer_counts, "confidence": self.confidence_counts},
            "groups": [_fields(g) for g in self.groups],
            "rule_set": self.rule_set,
            "rule_set_version": self.rule_set_version,
            "judged_on": self.judged_on.isoformat(),
            "decided_by": self.decided_by,
            "notes": list(self.notes),
            "findings": [_finding_json(f, brief) for f in self.findings],
        }
        if not brief:
            made["defects"] = [
                {"code": f.code, "found": f.defect[0], "supply": f.defect[1]} for f in self.defects
            ]
        return made


def _fields(thing: Any) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in thing.__slots__}


_FINDING_TEXTS: Final = ("answer", "answered_by", "outcome", "effect", "evidence", "remark", "by", "note")


def _finding_json(finding: Finding, brief: bool) -> dict[str, Any]:
    rule = finding.rule
    made: dict[str, Any] = {"code": rule.code}
    made |= {k: v for k in _FINDING_TEXTS if (v := getattr(finding, k)) not in ("", None)}
    if brief:
        return made
    return made | {
        "group": rule.group,
        "question": rule.question,
        "short": rule.short,
        "confidence": rule.confidence,
        "refusal_ground": rule.refusal_ground,
        "defect": [rule.defect_found, rule.defect_supply],
        "outcomes": {k: list(v) for k, v in rule.outcomes.items()},
        "valid": [rule.valid_from.isoformat(), rule.valid_until.isoformat() if rule.valid_until else ""],
        "last_checked": rule.last_checked.isoformat(),
        "rule_note": rule.note,
        "sources": [
            {
                "instrument": s.instrument,
                "article": s.article,
                "gist": s.gist,
                "confidence": s.confidence,
                "last_checked": s.last_checked.isoformat(),
            }
            for s in rule.sources
        ],
    }


def conclusion_from_json(raw: Mapping[str, Any], book: Book | None = None) -> Conclusion:
    """A stored conclusion, with the texts it was stored with; a brief one takes them from ``book``.

    Raises RefusedError when something is missing or a rule of a brief one is not in the book.
    """
    try:
        judged_on = date.fromisoformat(raw["judged_on"])
        findings = tuple(_finding_from(item, raw, judged_on, book) for item in raw["findings"])
        return Conclusion(
            outcome=_one_of(raw["outcome"], OUTCOMES),
            kind=raw["kind"],
            sub_kind=raw["sub_kind"],
            claimed_kind=raw["claimed_kind"],
            claimed_sub_kind=raw["claimed_sub_kind"],
            kinds_holding=tuple(Holding(**h) for h in raw["kinds_holding"]),
            findings=findings,
            open_questions=tuple(raw["open_questions"]),
            blocked=tuple(raw["blocked"]),
            groups=tuple(GroupProgress(**g) for g in raw["groups"]),
            rule_set=raw["rule_set"],
            rule_set_version=raw["rule_set_version"],
            judged_on=judged_on,
            decided_by=raw["decided_by"],
            notes=tuple(raw["notes"]),
        )
    except (KeyError, TypeError, ValueError) as exc:
        raise RefusedError(
            _("存下的认定结论读不出来（{what}）").format(what=str(exc)[:40]),
            _("请按原来的要素和回答重新认定一次；原记录保持不变"),
        ) from exc


def _one_of(value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ValueError(value)
    return value


def _finding_from(
    item: Mapping[str, Any], raw: Mapping[str, Any], judged_on: date, book: Book | None
) -> Finding:
    given = {k: item.get(k, "") for k in _FINDING_TEXTS}
    given["effect"] = int(item.get("effect", GO))
    if "question" not in item:
        row = book.rule(item["code"], judged_on, raw["rule_set"]) if book is not None else None
        if row is None:
            raise ValueError(item["code"])
        return Finding(row, **given)
    valid_from, valid_until = item["valid"]
    rule = Rule(
        code=item["code"],
        rule_set=raw["rule_set"],
        group=item["group"],
        question=item["question"],
        short=item["short"],
        outcomes={k: tuple(v) for k, v in item["outcomes"].items()},
        valid_from=date.fromisoformat(valid_from),
        valid_until=date.fromisoformat(valid_until) if valid_until else None,
        decided_by=raw["decided_by"],
        sources=tuple(
            Source(
                s["instrument"],
                s["article"],
                s["gist"],
                s["confidence"],
                date.fromisoformat(s["last_checked"]),
            )
            for s in item["sources"]
        ),
        confidence=item["confidence"],
        last_checked=date.fromisoformat(item["last_checked"]),
        refusal_ground=item["refusal_ground"],
        defect_found=item["defect"][0],
        defect_supply=item["defect"][1],
        note=item["rule_note"],
    )
    return Finding(rule, **given)
