"""Tax relief of one contract (税惠): which reliefs it can support, for whom, on which dated law, and why.

The station does not grant relief; it says what the contract supports. Conditions are dated rows of
``resources/law/relief.toml``, rates and the days on which a relief has a rule at all are ``parameters.toml``.
An unanswered condition never counts as yes; a relief whose rule has ended is ``no_rule``, never extended.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from functools import cache, partial
from typing import Any, Final, NamedTuple, Protocol

from desktop.resources import _, resource
from desktop.rules import relief_figures
from desktop.rules.book import NO_RULE, Book, Parameter, Rule, Source
from desktop.rules.conclusion import Answer
from desktop.rules.contradictions import contradictions
from desktop.rules.facts import ROWS, Facts, Payment, label_of
from desktop.rules.relief_figures import NOTHING, Deadline, Figure, Reckoning, day_of
from desktop.rules.relief_questions import (
    AFTER,
    RELIEF_PREDICATES,
    Case,
    Verdict,
    is_research_unit,
)
from desktop.rules.subsidies import Subsidy
from desktop.rules.subsidy_grants import said_of
from desktop.rules.working_days import Calendar

RESULTS: Final = (
    "supported",
    "supported_once_registered",
    "not_supported",
    "cannot_tell",
    "no_rule",
    "not_applicable",
)
RESULT_WORDS: Final[Mapping[str, str]] = {
    "supported": "支持",
    "supported_once_registered": "登记后支持",
    "not_supported": "不支持",
    "cannot_tell": "尚不能判断",
    "no_rule": "该日期没有有效规定",
    "not_applicable": "不适用",
}
_HARMLESS: Final = frozenset({"PASS", "NOTE", "WARN", "DEDUCT"})
_RANK: Final = {"not_applicable": 0, "no_rule": 1, "not_supported": 2, "cannot_tell": 3}
_WORDS: Final = {True: "yes", False: "no", None: "", AFTER: AFTER}


class Decided(Protocol):
    """What recognition decided; its conclusion has these."""

    @property
    def kind(self) -> str:
        """DEV TRF LIC CON SVC."""
        ...

    @property
    def sub_kind(self) -> str:
        """As in contract_kinds.csv."""
        ...


class Condition(NamedTuple):
    """One condition of a relief with its answer."""

    rule: Rule
    answer: str
    """yes, no, unknown, needs_human, after_registration, not_applicable."""
    answered_by: str
    """``data`` (the form), ``person`` or ``nobody``."""
    outcome: str
    """What the answer does: PASS, NOTE, DEDUCT, or a result word."""
    evidence: str = ""
    remark: str = ""
    by: str = ""

    @property
    def id(self) -> str:
        """``VAT-TECH.V3``."""
        return self.rule.code

    @property
    def question(self) -> str:
        """The question as the clerk reads it."""
        return self.rule.question

    @property
    def short(self) -> str:
        """One line for the list."""
        return self.rule.short

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where it stands."""
        return self.rule.sources

    @property
    def confidence(self) -> str:
        """verified, draft or memory."""
        return self.rule.confidence

    @property
    def consequence(self) -> str:
        """What a no leads to, in words."""
        return str(self.rule.more.get("consequence", ""))

    @property
    def whom(self) -> str:
        """Whom to ask: seller, buyer, both, or empty."""
        return str(self.rule.more.get("whom", ""))

    @property
    def wanted_evidence(self) -> str:
        """Which paper would answer it."""
        return str(self.rule.more.get("evidence", ""))

    @property
    def fields(self) -> tuple[str, ...]:
        """Fields of the form that answer it, as ``kind`` or ``sellers.country``."""
        return tuple(self.rule.more.get("fields", ()))

    @property
    def is_open(self) -> bool:
        """Nobody has answered it, or a person must."""
        return self.answer in ("unknown", "needs_human")

    @property
    def is_against(self) -> bool:
        """Its answer stands against the relief; a no that only takes a part out or warns does not."""
        return bool(self.outcome) and self.outcome not in _HARMLESS

    @property
    def words(self) -> str:
        """The answer in words, as the buttons say it."""
        if self.outcome == "no_rule":
            return RESULT_WORDS["no_rule"]
        if self.answer == "yes":
            return self.rule.yes_means or _("是")
        if self.answer == "no":
            return self.rule.no_means or _("否")
        asked = {"seller": _("请问卖方"), "buyer": _("请问买方"), "both": _("请问双方")}
        known = {
            "needs_human": _("请人工判断"),
            AFTER: _("登记后成立"),
            "not_applicable": _("不适用"),
            "unknown": asked.get(self.whom, _("未填")),
        }
        return known[self.answer]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the timeline of one relief."""

    first: date
    until: date | None
    """First day no longer in it; None: open."""
    label: str
    confidence: str
    has_rule: bool
    """False: no rule known (dashed)."""


@dataclass(slots=True, eq=False)
class ReliefResult:
    """One relief for one contract; never changed. Its figures are reckoned when they are first looked at."""

    relief: str
    name: str
    beneficiary: str
    """``seller`` ``buyer`` ``staff`` ``both``."""
    result: str
    on: date | None
    """The day that picked the rules; None while it is unknown."""
    picked_by: str
    """Which date it is: ``payments`` ``invoices`` ``signed_on`` … or ``on`` (from outside); empty: none."""
    date_words: str
    """The same in Chinese: 纳税义务日."""
    conditions: tuple[Condition, ...]
    """In the order of the law; only the first that fails when that one ends the matter."""
    papers: tuple[str, ...]
    combine: tuple[str, ...]
    """``RELIEF:words``; ``*`` for all others."""
    rule_label: str
    """Short name of the rule in force, e.g. 公告2026年第10号."""
    rule_sources: tuple[Source, ...]
    rule_until: date | None
    """First day on which that rule no longer applies."""
    _case: Case
    _values: _Values
    _made: Reckoning | None = None

    @property
    def _reckoning(self) -> Reckoning:
        if self._made is None:
            still_due = self.relief == "STAMP" and self.result in ("not_supported", "no_rule")
            if still_due or self.result in ("supported", "supported_once_registered", "cannot_tell"):
                found = {c.rule.code: c for c in self.conditions}
                self._made = self._values.relief.reckon(self._case, found, self._values)
            else:
                self._made = NOTHING
        return self._made

    @property
    def basis(self) -> Decimal | None:
        """The amount the relief is reckoned on, yuan; None when nothing can be said or it does not apply."""
        return self._reckoning.basis

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Amounts with their formulas; those of an open result hold if every open condition does."""
        return self._reckoning.figures

    @property
    def deadlines(self) -> tuple[Deadline, ...]:
        """What must be done by when."""
        return self._reckoning.deadlines

    @property
    def words(self) -> str:
        """The result as the clerk reads it."""
        return RESULT_WORDS[self.result]

    @property
    def open(self) -> tuple[Condition, ...]:
        """Conditions still to be answered."""
        return tuple(c for c in self.conditions if c.is_open)

    @property
    def failing(self) -> tuple[Condition, ...]:
        """Conditions whose answer stands against the relief; a way that has ended stands against nothing."""
        return tuple(c for c in self.conditions if c.is_against and c.answer != "not_applicable")

    @property
    def best(self) -> str:
        """The result if every open condition turned out well and the day were known."""
        if self.result != "cannot_tell":
            return self.result
        if self.failing:
            return "cannot_tell"
        waits = any(c.answer == AFTER for c in self.conditions)
        return "supported_once_registered" if waits else "supported"

    @property
    def missing(self) -> tuple[str, ...]:
        """Fields of the form that would answer open conditions and lack a value, each once.

        A field of a row is named with its list: ``sellers.country``, ``invoices.covers``. Conditions that
        only a person can answer name none.
        """
        names = [name for c in self.open for name in c.fields if _lacks(self._case, name)]
        return tuple(dict.fromkeys(names))

    @property
    def remarks(self) -> tuple[str, ...]:
        """What to tell besides: which seller it is for, the code of the return."""
        return tuple(_remarks(self, self._case, self._values))

    @property
    def changes(self) -> tuple[str, ...]:
        """What would change the answer, one sentence each; decides nothing."""
        return tuple(_changes(self, self._values.book))

    @property
    def reason(self) -> str:
        """One line: what it hangs on (差 3 项; 开发、咨询、服务或技术秘密)."""
        if self.result == "no_rule":
            return _("{day} 未见有效规定").format(day=self.on.isoformat() if self.on else "")
        if self.failing:
            return self.failing[0].words
        if self.open:
            return _("差 {n} 项").format(n=len(self.open))
        if self.on is None:
            return _("{date}未填").format(date=self.date_words)
        if self.result == "not_applicable":
            return _("各条办法都用不上")
        return _("登记后成立") if self.result == "supported_once_registered" else _("各项成立")

    def to_json(self) -> dict[str, Any]:
        """Plain values for storing and for the command line; money as text, dates ISO."""
        return {
            "relief": self.relief,
            "name": self.name,
            "beneficiary": self.beneficiary,
            "result": self.result,
            "words": self.words,
            "reason": self.reason,
            "on": self.on.isoformat() if self.on else None,
            "picked_by": self.picked_by,
            "rule": self.rule_label,
            "basis": None if self.basis is None else format(self.basis, "f"),
            "figures": [[f.label, format(f.amount, "f"), f.formula] for f in self.figures],
            "deadlines": [[d.words, d.on.isoformat() if d.on else None] for d in self.deadlines],
            "papers": list(self.papers),
            "combine": list(self.combine),
            "missing": list(self.missing),
            "changes": list(self.changes),
            "remarks": list(self.remarks),
            "conditions": [
                {
                    "code": c.id,
                    "short": c.short,
                    "answer": c.answer,
                    "answered_by": c.answered_by,
                    "outcome": c.outcome,
                    "confidence": c.confidence,
                    **({"evidence": c.evidence} if c.evidence else {}),
                    **({"by": c.by} if c.by else {}),
                }
                for c in self.conditions
            ],
        }


Picked = tuple[date | None, str]


def _first_payment(facts: Facts) -> date | None:
    return min((d for p in facts.payments if (d := day_of(p)) is not None), default=None)


def _vat_day(f: Facts) -> Picked:
    """Money received or payable, or the invoice if earlier (增值税法 第二十八条)."""
    paid = _first_payment(f)
    invoiced = min((i.issued_on for i in f.invoices if i.issued_on), default=None)
    if invoiced is not None and (paid is None or invoiced < paid):
        return invoiced, "invoices"
    return paid, "payments"


def _cost_day(f: Facts) -> Picked:
    """The first day something was really paid; while nothing was, the day the first sum is due."""
    return min((p.paid_on for p in f.payments if p.paid_on), default=_first_payment(f)), "payments"


def _income_day(f: Facts) -> Picked:
    """The day on which the fee falls due under the contract (公告2015年第82号), else the day it was paid."""
    return min((d for p in f.payments if (d := p.due_on or p.paid_on)), default=None), "payments"


def _award_day(f: Facts) -> Picked:
    return min((a.paid_on for a in f.awards if a.paid_on), default=None), "awards"


def _invested_day(f: Facts) -> Picked:
    return (f.effective_on, "effective_on") if f.effective_on else (f.signed_on, "signed_on")


@dataclass(frozen=True, slots=True)
class _Relief:
    """What the engine knows of one relief besides its rows."""

    id: str
    name: str
    beneficiary: str
    date_words: str
    pick: Callable[[Facts], Picked]
    reckon: Callable[[Case, Mapping[str, Condition], _Values], Reckoning]
    rule: str = ""
    any_of: bool = False
    """Every row is a way of its own; one that is open to the taxpayer is enough."""

    @property
    def prefix(self) -> str:
        """Of its parameters: ``vat_tech``."""
        return self.id.lower().replace("-", "_")

    @property
    def rule_name(self) -> str:
        """Parameter that says on which days there is a rule."""
        return self.rule or f"{self.prefix}.rule"


RELIEFS: Final = (
    _Relief(
        "VAT-TECH", "增值税 技术转让、开发免税", "seller", "纳税义务日", _vat_day, relief_figures.vat_tech
    ),
    _Relief("RD-SUPER", "研发费用加计扣除", "buyer", "费用发生日", _cost_day, relief_figures.rd_super),
    _Relief(
        "CIT-TECH", "企业所得税 技术转让减免", "seller", "所得确认日", _income_day, relief_figures.cit_tech
    ),
    _Relief(
        "STAMP",
        "印花税 小微减半",
        "both",
        "书立日",
        lambda f: (f.signed_on, "signed_on"),
        relief_figures.stamp,
        "stamp.half",
    ),
    _Relief("IIT-CASH50", "个税 现金奖励减半", "staff", "奖励发放日", _award_day, relief_figures.iit),
    _Relief("DEFER-SHARE", "技术入股 递延纳税", "seller", "投资日", _invested_day, relief_figures.defer),
    _Relief("VAT-CROSS", "跨境应税 零税率", "seller", "纳税义务日", _vat_day, relief_figures.vat_cross),
    _Relief(
        "LOCAL-SUBSIDY",
        "地方补助",
        "both",
        "登记日",
        lambda f: (f.registered_on, "registered_on"),
        relief_figures.subsidy,
    ),
    _Relief(
        "VAT-OTHER",
        "增值税 其他可选办法",
        "seller",
        "纳税义务日",
        _vat_day,
        relief_figures.vat_other,
        any_of=True,
    ),
    _Relief("BASIC-RESEARCH", "投入基础研究", "buyer", "费用发生日", _cost_day, relief_figures.basic),
    _Relief("AWARD-MONEY", "奖酬金", "staff", "奖励发放日", _award_day, relief_figures.award),
)
"""In the order of the page."""
RELIEF_IDS: Final = tuple(r.id for r in RELIEFS)


class _Row:
    """A condition made ready: its predicates, and the conditions that need no words of a person."""

    __slots__ = ("ask", "code", "effects", "ended", "gate", "manual", "out", "ready", "rule", "when")

    def __init__(self, rule: Rule) -> None:
        self.rule, self.code, self.manual = rule, rule.code, rule.manual
        self.gate = bool(rule.more.get("gate"))
        # A name unknown here (a newer policy pack) leaves the condition to a person: never a yes.
        self.ask: Callable[[Case], Verdict] | None = RELIEF_PREDICATES.get(rule.asks)
        self.when: Callable[[Case], Verdict] | None = RELIEF_PREDICATES.get(rule.when)
        nobody = "needs_human" if rule.more.get("judge") else "unknown"
        self.effects = {
            "yes": _effect(rule.outcomes["yes"][0]),
            "no": _effect(rule.outcomes["no"][0]),
            AFTER: "PASS",
            "unknown": "",
            "needs_human": "",
        }
        self.ready: dict[Verdict, Condition] = {
            verdict: Condition(
                rule, word or nobody, "data" if word else "nobody", self.effects[word or nobody]
            )
            for verdict, word in _WORDS.items()
        }
        if "data_no" in rule.outcomes:
            self.ready[False] = Condition(rule, "no", "data", _effect(rule.outcomes["data_no"][0]))
        self.out = Condition(rule, "not_applicable", "data", "PASS")
        self.ended = Condition(rule, "not_applicable", "data", "no_rule")

    def asked(self, case: Case) -> Verdict:
        """What the form says, whatever the day."""
        return self.ask(case) if self.ask is not None else None

    def judge(self, case: Case, answers: Mapping[str, Answer]) -> Condition:
        if self.when is not None and self.when(case) is False:
            return self.out
        if self.manual and (given := answers.get(self.code)) is not None:
            value = given.value
            if value == AFTER and case.registered:
                value = "unknown"  # given before registering; now it must be looked at again
            return Condition(
                self.rule, value, "person", self.effects[value], given.evidence, given.remark, given.by
            )
        return self.ready[self.ask(case) if self.ask is not None else None]


def _effect(word: str) -> str:
    """Result word of an outcome; going to look at another relief first leaves this one open."""
    return "cannot_tell" if word.startswith("NEXT") else word


class _Law(NamedTuple):
    """Rows and rule of one relief on one day, ready to judge."""

    gates: tuple[_Row, ...]
    rows: tuple[_Row, ...]
    ended: tuple[_Row, ...]
    """Ways of their own that ended when the rule did, with nothing in their place."""
    has_rule: bool
    label: str
    sources: tuple[Source, ...]
    until: date | None
    papers: tuple[str, ...]
    combine: tuple[str, ...]
    parameter: Callable[[str], Any]


class _Values(NamedTuple):
    """What a reckoning may ask of the law of its day."""

    relief: _Relief
    book: Book
    law: _Law
    day: date | None

    def __call__(self, name: str) -> Any:
        """A parameter on the day of the law; NO_RULE when it has none."""
        return self.law.parameter(name)

    def has_rule_on(self, day: date | None) -> bool:
        """Whether the relief has a rule on another day; an unknown day is taken as the one in hand."""
        return day is None or _law(self.relief, self.book, day).has_rule


def _is_way(rule: Rule) -> bool:
    """A row that is enough by itself, not one that only tells something."""
    return rule.outcomes["yes"][0] == "PASS"


def _texts(book: Book, name: str, day: date) -> tuple[str, ...]:
    value = book.parameter(name, day)
    return tuple(str(item) for item in value) if isinstance(value, tuple) else ()


def _compile(relief: _Relief, book: Book, day: date) -> _Law:
    row = book.parameter_row(relief.rule_name, day)
    has_rule = row is not None and row.value is not NO_RULE
    made: dict[str, _Row] = book.memo(("relief rows", relief.id), dict)
    rows = []
    for rule in book.rules(day, rule_set="", group=relief.id):
        key = rule.place
        if key not in made:
            made[key] = _Row(rule)
        rows.append(made[key])
    values: dict[str, Any] = {}

    def parameter(name: str) -> Any:
        """Value on the day of this law, looked up once."""
        if name not in values:
            values[name] = book.parameter(name, day)
        return values[name]

    label = "" if row is None else row.note if relief.rule else str(row.value) if has_rule else ""
    sources, until = (row.sources, row.valid_until) if row is not None else ((), None)
    ended: list[_Row] = []
    if relief.any_of and row is not None and not has_rule:
        ended = [_Row(r) for r in book.all_rows() if r.group == relief.id and r.valid_until == row.valid_from]
        ways = [r.rule for r in rows if _is_way(r.rule)]
        label = "、".join(w.sources[0].instrument for w in ways)
        sources = tuple(s for w in ways for s in w.sources) or sources
    return _Law(
        tuple(r for r in rows if r.gate),
        tuple(rows),
        tuple(ended),
        has_rule,
        label,
        sources,
        until,
        _texts(book, f"{relief.prefix}.papers", day),
        _texts(book, f"{relief.prefix}.combine", day),
        parameter,
    )


def _borders(book: Book) -> list[date]:
    rows: list[Rule | Parameter] = [*book.all_rows(), *book.all_parameters()]
    return sorted({day for row in rows for day in (row.valid_from, row.valid_until) if day is not None})


def _law(relief: _Relief, book: Book, day: date) -> _Law:
    borders: list[date] = book.memo("relief borders", partial(_borders, book))
    key = ("relief law", relief.id, bisect_right(borders, day))
    return book.memo(key, partial(_compile, relief, book, day))


def _newest(relief: _Relief, book: Book) -> date:
    """A day of the newest rows, for a contract whose deciding date is unknown: shown, but decides nothing."""
    rows = [r.valid_from for r in book.all_rows() if r.group == relief.id]
    return max(rows)


@cache
def _shipped_calendar() -> Calendar:
    """The calendar that comes with the program."""
    return Calendar.load(resource("law", "working-days.toml"))


def check_relief(
    facts: Facts,
    answers: Mapping[str, Answer],
    book: Book,
    *,
    recognition: Decided | None = None,
    registered: bool,
    on: date | None = None,
    subsidies: Sequence[Subsidy] = (),
    calendar: Calendar | None = None,
) -> tuple[ReliefResult, ...]:
    """All reliefs of one contract, in the order of ``RELIEFS``.

    ``recognition`` gives the kind decided (else what the form claims); ``facts.technology_amount`` is the
    amount fixed. ``on`` stands in for a deciding date that the facts lack; dates in the facts win.
    ``subsidies`` are those of the local pack; ``calendar`` is the station's, else the one of the program.
    """
    kind = (recognition.kind if recognition is not None else None) or facts.kind
    sub_kind = (recognition.sub_kind if recognition is not None else None) or facts.sub_kind
    case = Case(facts, kind, sub_kind, facts.technology_amount, registered, subsidies, lambda _name: NO_RULE)
    case.calendar = calendar or _shipped_calendar()
    if subsidies:
        case.said = said_of(answers)
    if (said := answers.get("CIT-TECH.C13")) is not None:
        case.pilot_said = said.value == "yes"
    days: dict[Callable[[Facts], Picked], Picked] = {}
    for relief in RELIEFS:
        if relief.pick not in days:
            days[relief.pick] = relief.pick(facts)
    return tuple([_check(relief, days[relief.pick], case, answers, book, on) for relief in RELIEFS])


def _check(
    relief: _Relief,
    picked: Picked,
    case: Case,
    answers: Mapping[str, Answer],
    book: Book,
    on: date | None,
) -> ReliefResult:
    day, picked_by = picked
    if day is None:
        day, picked_by = on, "on" if on is not None else ""
    if day is None:
        newest: date = book.memo(("relief newest", relief.id), partial(_newest, relief, book))
        law = _law(relief, book, newest)
    else:
        law = _law(relief, book, day)
    case.day, case.has_rule, case.parameter = day, day is not None and law.has_rule, law.parameter
    conditions, result = _judge(relief, law, case, answers)
    if day is not None and not law.has_rule and not relief.any_of and result != "not_applicable":
        result = "no_rule"
    elif day is None and result not in ("not_applicable", "not_supported"):
        result = "cannot_tell"
    return ReliefResult(
        relief.id,
        _name(relief, case),
        relief.beneficiary,
        result,
        day,
        picked_by,
        relief.date_words,
        conditions,
        law.papers,
        law.combine,
        law.label,
        law.sources,
        law.until,
        case,
        _Values(relief, book, law, day),
    )


def _name(relief: _Relief, case: Case) -> str:
    if relief.id != "VAT-TECH":
        return relief.name
    return _("增值税 技术开发免税") if case.kind == "DEV" else _("增值税 技术转让免税")


def _judge(
    relief: _Relief, law: _Law, case: Case, answers: Mapping[str, Answer]
) -> tuple[tuple[Condition, ...], str]:
    for gate in law.gates:
        first = gate.judge(case, answers)
        if first.is_against:
            return (first,), first.outcome
    conditions = tuple([row.judge(case, answers) for row in law.rows])
    if relief.any_of:
        ways = [c for c in conditions if _is_way(c.rule)]
        ended = [row.ended for row in law.ended if _is_way(row.rule) and row.asked(case) is not False]
        conditions = (*ended, *conditions)
        if any(c.answer == "yes" for c in ways):
            return conditions, "supported"
        if any(c.is_open for c in ways):
            return conditions, "cannot_tell"
        return conditions, "no_rule" if ended or not (law.has_rule or ways) else "not_applicable"
    rank, result = 9, "supported"
    for c in conditions:
        if c.outcome in _HARMLESS:
            if c.answer == AFTER and rank == 9:
                result = "supported_once_registered"
            continue
        word = c.outcome or "cannot_tell"
        if _RANK[word] < rank:
            rank, result = _RANK[word], word
    return conditions, result


def timeline(relief_id: str, book: Book) -> tuple[Segment, ...]:
    """The dated rules of a relief, oldest first, with stretches without a rule; the last one may be open.

    Raises KeyError for a relief that does not exist.
    """
    relief = next((r for r in RELIEFS if r.id == relief_id), None)
    if relief is None:
        raise KeyError(relief_id)
    rows = sorted(
        (p for p in book.all_parameters() if p.name == relief.rule_name), key=lambda p: p.valid_from
    )
    segments = []
    for row in rows:
        has_rule = row.value is not NO_RULE
        label = (row.note if relief.rule else str(row.value)) if has_rule else _("未见规定")
        ways = [r for r in book.rules(row.valid_from, rule_set="", group=relief.id) if _is_way(r)]
        if relief.any_of and ways and not has_rule:
            label = _("只余{ways}，其余未见规定").format(ways="、".join(w.short for w in ways))
        segments.append(Segment(row.valid_from, row.valid_until, label, row.confidence, has_rule))
    last = segments[-1].until
    if last is not None:
        segments.append(Segment(last, None, _("未见规定"), "memory", False))
    return tuple(segments)


@dataclass(frozen=True, slots=True)
class ReliefChange:
    """What a trial changes in one relief: before → after."""

    relief: str
    name: str
    before: ReliefResult
    after: ReliefResult

    @property
    def differs(self) -> bool:
        """The result word is another."""
        return self.before.result != self.after.result


def what_if(
    facts: Facts,
    answers: Mapping[str, Answer],
    book: Book,
    *,
    recognition: Decided | None = None,
    registered: bool = False,
    on: date | None = None,
    subsidies: Sequence[Subsidy] = (),
    calendar: Calendar | None = None,
    new_answers: Mapping[str, Answer] | None = None,
    **changes: Any,
) -> tuple[ReliefChange, ...]:
    """Every relief before and after a trial; nothing is written.

    ``changes`` are fields of the facts, and besides ``paid_on`` (day of all payments), ``registered_after``
    (True: as if registered). A changed kind sets recognition aside. Raises KeyError for an unknown field.
    """
    registered_after = bool(changes.pop("registered_after", registered))
    trial = facts
    if (day := changes.pop("paid_on", None)) is not None:
        payments = tuple(replace(p, due_on=day, paid_on=day) for p in facts.payments)
        trial = replace(trial, payments=payments, invoices=())
        if not payments:
            trial = replace(trial, payments=(Payment(due_on=day, paid_on=day, amount=facts.contract_amount),))
    known = {f.name for f in fields(Facts)}
    for name in changes:
        if name not in known:
            raise KeyError(name)
    trial = replace(trial, **changes)
    tried = {**answers, **(new_answers or {})}
    if registered_after and not registered:
        tried.setdefault("VAT-TECH.V12", Answer("yes"))  # nothing has changed on the day of registering
    decided = None if {"kind", "sub_kind"} & changes.keys() else recognition
    more: dict[str, Any] = {"on": on, "subsidies": subsidies, "calendar": calendar}
    before = check_relief(facts, answers, book, recognition=recognition, registered=registered, **more)
    after = check_relief(trial, tried, book, recognition=decided, registered=registered_after, **more)
    return tuple(ReliefChange(b.relief, b.name, b, a) for b, a in zip(before, after, strict=True))


_HEADS: Final[Mapping[str, str]] = {"sellers": "parties", "buyers": "parties"}
_SIDES: Final[Mapping[str, str]] = {"sellers": "卖方", "buyers": "买方", "parties": "双方"}


_ASKED_IF: Final[Mapping[str, Callable[[Case], bool]]] = {
    "registered_on": lambda _case: False,  # the station itself writes it
    "waived_from": lambda _case: False,  # whoever waived nothing has no such day
    "commerce_number": lambda case: case.crosses is True,
    "export_control": lambda case: case.facts.cross_border == "export",
    "approval_number": lambda case: case.facts.is_public_funded is True,
    "related_share_percent": lambda case: case.facts.is_related_party is not False,
    "vat_amount": lambda case: case.facts.is_vat_listed is True,
}
"""Fields that only some contracts have."""


def _lacks(case: Case, name: str) -> bool:
    """Whether a field of the form has no value; of a list, no row or a row without it."""
    head, _dot, field = name.partition(".")
    if name in _ASKED_IF and not _ASKED_IF[name](case):
        return False
    if name == "ip_rights.object":
        return not case.objects
    if name == "sellers.is_nonprofit_research":
        return not case.sellers or any(is_research_unit(p) is None for p in case.sellers)
    if name == "invoices.covers":  # asked of the service inside the contract: an invoice must name it
        return not any("service" in (invoice.covers or "") for invoice in case.facts.invoices)
    rows: Sequence[Any] = {"sellers": case.sellers, "buyers": case.buyers}.get(head, ())
    if head == "parties":
        rows = [*case.sellers, *case.buyers]
    elif head not in _HEADS:
        value = getattr(case.facts, head)
        if not field:
            return value is None or value == ()
        rows = value
    return not rows or any(field and getattr(row, field) is None for row in rows)


def form_fields(condition: Condition) -> tuple[str, ...]:
    """Chinese names of the places of the form that answer a condition, each once."""
    heads = [name.partition(".")[0] for name in condition.fields]
    return tuple(dict.fromkeys(label_of(_HEADS.get(head, head)) for head in heads))


def field_words(name: str) -> str:
    """Chinese name of a field as ``ReliefResult.missing`` names it: 卖方增值税身份."""
    head, _dot, field = name.partition(".")
    if not field:
        return label_of(head)
    return _SIDES.get(head, "") + label_of(field, ROWS[_HEADS.get(head, head)])


def missing_words(result: ReliefResult) -> tuple[str, ...]:
    """The missing fields by their Chinese names."""
    return tuple(field_words(name) for name in result.missing)


def _remarks(result: ReliefResult, case: Case, law: _Values) -> Iterator[str]:
    asked = {name.partition(".")[0] for c in result.open for name in c.fields}
    for problem in contradictions(case.facts):
        if problem.field in asked:
            yield _("填写互相矛盾：{name}{value}，{reason}。").format(
                name=problem.place, value=problem.value, reason=problem.reason
            )
    relief = result.relief
    if relief == "VAT-TECH" and law.day is not None and result.result in (*_LIVE, "cannot_tell"):
        code = law("vat_tech.relief_code")
        if code is not NO_RULE:
            yield _("申报用的减免代码是 {code}。").format(code=code)
        elif law.day >= date(2026, 1, 1):
            yield _("2026 年起申报用的减免代码未见，请向主管税务机关核对。")
    if relief in ("IIT-CASH50", "BASIC-RESEARCH"):
        units = [p.name or _("一方") for p in case.sellers if is_research_unit(p)]
        others = [p.name or _("一方") for p in case.sellers if is_research_unit(p) is False]
        if units and others:
            words = (
                _("卖方中只有{units}是院校院所：由它发给本单位人员的奖励才能减半，{others}发的不能。")
                if relief == "IIT-CASH50"
                else _("收款方中只有{units}是院校院所：只有付给它的款项可以，付给{others}的不能。")
            )
            yield words.format(units="、".join(units), others="、".join(others))


_LIVE: Final = ("supported", "supported_once_registered")


def _changes(result: ReliefResult, book: Book) -> Iterator[str]:
    """The conditions against it, those still open, the end of the law, the end of the registration."""
    for c in result.failing:
        follows = f"；{c.consequence}" if c.consequence not in ("", "不适用", "待核") else ""
        if c.outcome != "no_rule":
            yield _("“{short}”现为“{words}”{follows}，改变后重新判断。").format(
                short=c.short, words=c.words, follows=follows
            )
    for c in result.open if result.result == "cannot_tell" else ():
        no = _effect(c.rule.outcomes["no"][0])
        ends = RESULT_WORDS.get(no) or _NO_WORDS.get(no, "")
        if ends:
            yield _("“{short}”若答“{no}”：{ends}。").format(
                short=c.short, no=c.rule.no_means or _("否"), ends=ends
            )
    if result.result == "cannot_tell" and result.best in _LIVE:
        yield _("各项都成立时：{best}。").format(best=RESULT_WORDS[result.best])
    if result.result == "supported_once_registered":
        yield _("认定登记以后：支持。")
    if result.result == "no_rule":
        yield _("有新规定公布并装入规则以后再判断。")
        return
    if result.result not in (*_LIVE, "cannot_tell"):
        return
    if result.rule_until is not None:
        rules = timeline(result.relief, book)
        later = next((s for s in rules if s.first == result.rule_until), None)
        if later is not None:
            said = later.label if later.has_rule or result.relief == "VAT-OTHER" else RESULT_WORDS["no_rule"]
            yield _("{date}在 {day} 及以后的：{said}。").format(
                date=result.date_words, day=later.first.isoformat(), said=said
            )
    yield _("登记被注销、撤销，或者合同变更以后，要重新判断。")


_NO_WORDS: Final[Mapping[str, str]] = {"DEDUCT": "这部分要扣除", "WARN": "仍可享受，但有风险"}
