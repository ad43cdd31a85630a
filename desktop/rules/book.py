"""The book of law: dated rows of rules and parameters, from ``*.toml``, checked whole, found by date.

A file may hold one ``[book]`` table and any number of ``[[rule]]`` and ``[[parameter]]`` tables; files of a
folder without any of these (calendars, say) are passed over. What an official changes is a new row; the old
row gets ``until`` and stays, for last year's contract is judged by last year's row.

``[book]``::

    rule_set = "M2026"                     # whole file belongs to it; leave out for reliefs and parameters
    version  = "1"                         # shown as M2026.1
    title    = "技术合同认定登记规则（2026）"
    valid    = { from = 2026-03-01 }       # every row of the file lies inside it

``[[rule]]`` (* = must be there)::

    code       *= "R-DEV-02"               # reliefs: "VAT-TECH.V1"
    group      *= "DEV"                    # see GROUPS; reliefs: "VAT-TECH"
    question   *= "签订合同时，要研究开发的技术方案，双方是否都还没有掌握？"
    short      *= "双方签订时均未掌握"
    help        = "…"                      # one or two sentences under the question
    yes, no     = "双方都未掌握", "已有一方掌握"     # what the two answers mean, for the buttons
    asks        = "name"                   # pure predicate; it answers first, a person's answer overrides
    manual      = true                     # a person answers; at least one of asks and manual
    when        = "name"                   # predicate: the row applies (no: 不适用; unknown: it is asked)
    role        = "test"                   # test | negative | positive (never asked of itself)
    kinds       = ["DEV"]                  # kinds the row tests; sub_kinds likewise
    outcome    *= { yes = "PASS", no = ["RETURN", "REFUSE"], data_no = "NOT_ACCEPTED" }
                                           # two words: the curable one first, the other once the notice's
                                           # deadline is over; data_no: what a no of the predicate (not of
                                           # a person) means, if different
    refusal_ground = "G05"                 # code of refusal_grounds.csv; needed wherever an outcome is REFUSE
    defect      = { found = "…", supply = "…" }   # for the one-time notice
    evidence    = ["E-SUBJ"]               # where in the contract to look
    valid      *= { from = 2026-03-01, until = 2027-01-01 }   # until = the first day it no longer applies
    decided_by *= "accepted_on"            # the date that picks the row
    source     *= [{ instrument = "…", article = "…", gist = "…", confidence = "draft" }]
    confidence *= "verified"               # verified | draft | memory
    last_checked *= 2026-11-21
    parameters  = ["vat.tech.rate"]        # names of [[parameter]] rows it uses
    note        = "…"
    more        = { … }                    # plain values for the module that reads the row (reliefs)

A source without ``confidence`` or ``last_checked`` has the row's.

``[[parameter]]``::

    name *= "cit.tech.exempt_limit"        # value: "5000000", "0.03" Decimal; "2/3" Fraction; 15 int; true;
    value = "5000000"                      # other text str; [..] tuple; a float is refused
    none  = true                           # in place of value: from this day there is no rule
    unit, note, question                   # optional text; valid, source, confidence, last_checked as above
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from bisect import bisect_right
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar

from desktop.errors import Problem, ProblemsFound, RefusedError
from desktop.resources import _

T = TypeVar("T")

CONFIDENCES: Final = ("verified", "draft", "memory")
"""已核对, 草案, 凭记忆: best known first."""

GROUPS: Final = ("gate", "mix", "DEV", "TRF", "LIC", "CON", "SVC-2", "SVC-3", "SVC-1", "amount")
"""Groups of recognition rules in the order of testing; the groups of other rows are relief ids."""

KINDS: Final = ("DEV", "TRF", "LIC", "CON", "SVC")

OUTCOMES: Final = frozenset(
    {
        "PASS",  # go on
        "NOT-KIND",  # not this kind; the others are tested
        "RETURN",  # 补正
        "HOLD",  # wait for a document
        "REFUSE",  # 不予登记
        "NOT_ACCEPTED",  # 不予受理
        "DEDUCT",  # the amount leaves the 技术交易额
        "KEEP",  # the amount stays in
        "NEEDS-PERSON",  # disputed law: a person decides
        "PROTECT",  # sets the protection level
        "MAIN-KIND",  # registered under the main kind only
        "SEPARATE",
        "JOINT",  # on its own, or with the main contract
        "NOTE",  # goes on with a note
        "WARN",
        "BLOCK",  # a figure that cannot be
    }
)
POINTED_OUTCOMES: Final = frozenset({"RECLASS", "KIND", "SUB"})
"""Words that name a kind or sub-kind behind ``→``: ``RECLASS→SVC``, ``KIND→LIC``, ``SUB→DEV-2``."""

RELIEF_OUTCOMES: Final = frozenset(
    {"supported", "supported_once_registered", "not_supported", "cannot_tell", "no_rule", "not_applicable"}
)

ROLES: Final = ("test", "negative", "positive")


class _NoRule:
    """A parameter that has no value on that date: the rule ended or had not begun."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "NO_RULE"

    def __bool__(self) -> bool:
        return False


NO_RULE: Final = _NoRule()
"""What ``Book.parameter`` answers for a date without a rule; false, and never a number."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule stands: instrument, article, what it says in our own words, and how well we know it."""

    instrument: str
    article: str
    gist: str
    confidence: str
    last_checked: date

    @property
    def printable(self) -> str:
        """Instrument and article for paper; the article only if verified."""
        return f"{self.instrument}{self.article}" if self.confidence == "verified" else self.instrument


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One dated row of law; two rows are the same only if they are the same row."""

    code: str
    rule_set: str
    group: str
    question: str
    short: str
    outcomes: Mapping[str, tuple[str, ...]]
    """``yes``, ``no`` and perhaps ``data_no``: what follows, first word first."""
    valid_from: date
    valid_until: date | None
    """The first day the row no longer applies; None: open."""
    decided_by: str
    sources: tuple[Source, ...]
    confidence: str
    last_checked: date
    asks: str = ""
    manual: bool = False
    when: str = ""
    role: str = "test"
    kinds: tuple[str, ...] = ()
    sub_kinds: tuple[str, ...] = ()
    help: str = ""
    yes_means: str = ""
    no_means: str = ""
    refusal_ground: str = ""
    defect_found: str = ""
    defect_supply: str = ""
    evidence: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    note: str = ""
    more: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    place: str = ""
    """File and row, for messages."""

    def applies_on(self, day: date) -> bool:
        """Whether the row is in force on that day."""
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)

    @property
    def neutral(self) -> str:
        """The answer (``yes`` or ``no``) that simply goes on; ``""`` where neither does."""
        for answer in ("yes", "no"):
            if self.outcomes.get(answer, ("PASS",))[0] == "PASS":
                return answer
        return ""


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """One dated value: a rate, a limit, a number of days."""

    name: str
    value: Any
    """Decimal, Fraction, int, bool, str, a tuple of these, or NO_RULE."""
    valid_from: date
    valid_until: date | None
    sources: tuple[Source, ...]
    confidence: str
    last_checked: date
    unit: str = ""
    note: str = ""
    question: str = ""
    place: str = ""

    def applies_on(self, day: date) -> bool:
        """Whether the row is in force on that day."""
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One body of recognition rules and the days it governs."""

    name: str
    version: str
    title: str
    valid_from: date
    valid_until: date | None


class Book:
    """All rows, looked up by date. Made by ``load_book``; never changes afterwards."""

    def __init__(
        self,
        rules: Iterable[Rule],
        parameters: Iterable[Parameter],
        rule_sets: Iterable[RuleSet],
        digest: str,
        gaps: tuple[str, ...] = (),
    ) -> None:
        self._rules = tuple(rules)
        self._parameters = tuple(parameters)
        self.rule_sets = tuple(sorted(rule_sets, key=lambda s: s.valid_from))
        self.digest = digest
        """SHA-256 (hex) over names and bytes of the files read."""
        self.gaps = gaps
        """Codes whose rows leave days without a rule, in words."""
        self._by_code: dict[str, list[Rule]] = {}
        for rule in self._rules:
            self._by_code.setdefault(rule.code, []).append(rule)
        self._by_name: dict[str, list[Parameter]] = {}
        for row in self._parameters:
            self._by_name.setdefault(row.name, []).append(row)
        days = {r.valid_from for r in self._rules} | {r.valid_until for r in self._rules if r.valid_until}
        self._borders = sorted(days)
        self._memo: dict[Hashable, Any] = {}

    @property
    def version(self) -> str:
        """Short text for screens and records: newest rule set, its version, first digits of the digest."""
        newest = self.rule_sets[-1] if self.rule_sets else None
        head = f"{newest.name}.{newest.version}" if newest else "-"
        return f"{head}+{self.digest[:12]}"

    def version_of(self, rule_set: str) -> str:
        """``M2026.1+3f9c…``: the version under which a conclusion is stored."""
        for item in self.rule_sets:
            if item.name == rule_set:
                return f"{item.name}.{item.version}+{self.digest[:12]}"
        return f"-+{self.digest[:12]}"

    def rule_set_on(self, day: date) -> str:
        """Name of the rule set that governs that day; ``""`` when none that we hold does."""
        for item in self.rule_sets:
            if item.valid_from <= day and (item.valid_until is None or day < item.valid_until):
                return item.name
        return ""

    def segment(self, day: date) -> int:
        """Number of the stretch of days with unchanging rules; equal numbers, equal rows."""
        return bisect_right(self._borders, day)

    def rules(self, on: date, rule_set: str | None = None, group: str | None = None) -> tuple[Rule, ...]:
        """Rows in force on that day, in file order.

        ``rule_set`` ``""`` asks for reliefs; a named set is taken on the nearest day on which it was in
        force, so that a case can be tried under a set of another time. None: every row of the day.
        """
        day = self.day_within(rule_set, on) if rule_set else on
        key = (self.segment(day), rule_set, group)
        found: tuple[Rule, ...] | None = self._memo.get(key)
        if found is None:
            found = self._memo[key] = tuple(
                r
                for r in self._rules
                if r.applies_on(day)
                and (rule_set is None or r.rule_set == rule_set)
                and (group is None or r.group == group)
            )
        return found

    def day_within(self, rule_set: str, on: date) -> date:
        """``on``, or the nearest day on which that rule set was in force."""
        for item in self.rule_sets:
            if item.name == rule_set:
                if on < item.valid_from:
                    return item.valid_from
                if item.valid_until is not None and on >= item.valid_until:
                    return date.fromordinal(item.valid_until.toordinal() - 1)
                return on
        raise RefusedError(
            _("没有名为“{name}”的规则集").format(name=rule_set),
            _("请从以下规则集中选择：{names}").format(names="、".join(s.name for s in self.rule_sets)),
        )

    def rule(self, code: str, on: date, rule_set: str | None = None) -> Rule | None:
        """The row of that code on that day; None when no row was in force (or the code is unknown)."""
        day = self.day_within(rule_set, on) if rule_set else on
        for row in self._by_code.get(code, ()):
            if row.applies_on(day) and (rule_set is None or row.rule_set == rule_set):
                return row
        return None

    def history(self, code: str) -> tuple[Rule, ...]:
        """Every row of one code, oldest first."""
        return tuple(sorted(self._by_code.get(code, ()), key=lambda r: r.valid_from))

    def compare(self, one: date, two: date) -> tuple[tuple[str, Rule | None, Rule | None], ...]:
        """What differs between the rules of two days: code, the row then, the row now; in order of codes."""
        then, now = ({(r.code): r for r in self.rules(day)} for day in (one, two))
        made = []
        for code in sorted(then.keys() | now.keys()):
            a, b = then.get(code), now.get(code)
            if a is None or b is None or (a is not b and _gist(a) != _gist(b)):
                made.append((code, a, b))
        return tuple(made)

    def all_rows(self) -> tuple[Rule, ...]:
        """Every rule row of every file, ended ones included."""
        return self._rules

    def all_parameters(self) -> tuple[Parameter, ...]:
        """Every parameter row of every file."""
        return self._parameters

    def parameter_row(self, name: str, on: date) -> Parameter | None:
        """The row of that name on that day. Raises KeyError for a name that no file has."""
        for row in self._by_name[name]:
            if row.applies_on(on):
                return row
        return None

    def parameter(self, name: str, on: date) -> Any:
        """The value of that name on that day, NO_RULE when none was in force.

        Raises KeyError for a name that no file has: that is a defect of the program, not of the law.
        """
        row = self.parameter_row(name, on)
        return NO_RULE if row is None else row.value

    def memo(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` gave for that key the first time: compiled look-ups live as long as the book."""
        if key not in self._memo:
            self._memo[key] = make()
        found: T = self._memo[key]
        return found


# ------------------------------------------------------------------------------------------------- reading
_RULE_KEYS: Final = frozenset(
    {
        *(
            "code",
            "rule_set",
            "group",
            "question",
            "short",
            "help",
            "yes",
            "no",
            "asks",
            "manual",
            "when",
            "role",
        ),
        *(
            "kinds",
            "sub_kinds",
            "outcome",
            "refusal_ground",
            "defect",
            "evidence",
            "valid",
            "decided_by",
            "source",
        ),
        *("confidence", "last_checked", "parameters", "note", "more"),
    }
)
_RULE_MUST: Final = ("code", "group", "question", "short", "outcome", "valid", "decided_by", "source")
_PARAMETER_KEYS: Final = frozenset(
    {"name", "value", "none", "valid", "source", "confidence", "last_checked", "unit", "note", "question"}
)
_BOOK_KEYS: Final = frozenset({"rule_set", "version", "title", "valid", "note"})
_CODE: Final = re.compile(r"R-[A-Z]+-[NP]?\d{1,2}|[A-Z][A-Z0-9-]*\.[A-Z]+-?\d+[a-z]?")
_WORD: Final = re.compile(r"[a-z][a-z0-9_]*")
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_GROUND: Final = re.compile(r"G\d\d")
_EVIDENCE: Final = frozenset(
    {
        *("E-TITLE", "E-PARTY", "E-SUBJ", "E-ACC", "E-IP", "E-PRICE"),
        *("E-DELIV", "E-CONF", "E-SIGN", "E-TERM", "E-ATT", "E-CERT"),
    }
)
_FRACTION: Final = re.compile(r"\d+/[1-9]\d*")
_NUMBER: Final = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")
"""Figures that begin with a nought are a code (0001021203), not an amount."""
_HEADER: Final = re.compile(r"^\s*\[\[\s*(rule|parameter)\s*\]\]", re.MULTILINE)
_TOML_PLACE: Final = re.compile(r"at line (\d+)")


class _Row:
    """One table of one file while it is being checked; collects what is wrong with it."""

    def __init__(self, file: str, number: int, line: int, raw: Any, word: str, found: list[Problem]) -> None:
        self.file, self.number, self.line, self.found = file, number, line, found
        self.raw: dict[str, Any] = raw if isinstance(raw, dict) else {}
        name = self.raw.get("code", self.raw.get("name", ""))
        self.code = name if isinstance(name, str) else ""
        what = _("规则") if word == "rule" else _("参数")
        self.place = f"{file} 第 {number} 条{what}（第 {line} 行）{self.code}"

    def wrong(self, value: object, reason: str, remedy: str) -> None:
        self.found.append(Problem(self.place, str(value)[:60], reason, remedy, code=self.code, row=self.line))

    def text(self, key: str, must: bool = False) -> str:
        value = self.raw.get(key, "")
        if not isinstance(value, str):
            self.wrong(f"{key} = {value!r}", _("应当是文字"), _("请加上引号"))
            return ""
        if must and not value.strip():
            self.wrong(key, _("没有写"), _("请补上 {key}").format(key=key))
        return value

    def words(self, key: str, allowed: Collection[str] | None = None) -> tuple[str, ...]:
        value = self.raw.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            self.wrong(f"{key} = {value!r}", _("应当是一组文字"), _('写成 ["…", "…"]'))
            return ()
        if allowed is not None:
            for item in value:
                if item not in allowed:
                    self.wrong(f"{key} = {item}", _("没有这个代码"), _("可用：") + " ".join(sorted(allowed)))
        return tuple(value)

    def day(self, table: Mapping[str, Any], key: str, where: str) -> date | None:
        value = table.get(key)
        if value is None:
            return None
        if isinstance(value, datetime) or not isinstance(value, date):
            self.wrong(f"{where} = {value!r}", _("不是日期"), _("写成 2026-03-01，不加引号"))
            return None
        return value

    def span(self) -> tuple[date, date | None]:
        table = self.raw.get("valid")
        nothing = (date.min, None)
        if not isinstance(table, dict):
            self.wrong("valid", _("没有写有效期间"), _("写成 valid = { from = 2026-03-01 }"))
            return nothing
        for key in table.keys() - {"from", "until"}:
            self.wrong(f"valid.{key}", _("没有这一项"), _("有效期间只有 from 和 until（不再适用的第一天）"))
        first, until = self.day(table, "from", "valid.from"), self.day(table, "until", "valid.until")
        if first is None:
            if "from" not in table:
                self.wrong("valid.from", _("没有写起始日"), _("写成 valid = { from = 2026-03-01 }"))
            return nothing
        if until is not None and until <= first:
            self.wrong(
                f"{first} — {until}", _("终止日不晚于起始日"), _("until 是不再适用的第一天，须晚于 from")
            )
            return nothing
        return first, until

    def confidence(self) -> tuple[str, date]:
        mark = self.text("confidence", must=True)
        if mark and mark not in CONFIDENCES:
            self.wrong(f"confidence = {mark}", _("把握程度不认识"), _("只能是 verified、draft 或 memory"))
        checked = self.day(self.raw, "last_checked", "last_checked")
        if checked is None:
            if "last_checked" not in self.raw:
                self.wrong("last_checked", _("没有写核对日期"), _("写成 last_checked = 2026-11-21"))
            checked = date.min
        return mark, checked

    def sources(self, mark: str, checked: date) -> tuple[Source, ...]:
        value = self.raw.get("source")
        tables = [value] if isinstance(value, dict) else value
        if not isinstance(tables, list) or not tables or not all(isinstance(t, dict) for t in tables):
            self.wrong("source", _("没有写出处"), _("至少写一条 { instrument = …, article = …, gist = … }"))
            return ()
        made = []
        for i, table in enumerate(tables, 1):
            for key in table.keys() - {"instrument", "article", "gist", "confidence", "last_checked"}:
                self.wrong(
                    f"source {i}.{key}",
                    _("没有这一项"),
                    _("可用：instrument article gist confidence last_checked"),
                )
            texts = {k: table.get(k, "") for k in ("instrument", "article", "gist")}
            for key, text in texts.items():
                if not isinstance(text, str) or (not text.strip() and key != "article"):
                    self.wrong(f"source {i}.{key}", _("没有写或不是文字"), _("请补上 {key}").format(key=key))
            own = table.get("confidence", mark)
            if own not in CONFIDENCES and own != mark:
                self.wrong(
                    f"source {i}.confidence = {own}",
                    _("把握程度不认识"),
                    _("只能是 verified、draft 或 memory"),
                )
            day = self.day(table, "last_checked", f"source {i}.last_checked") or checked
            made.append(Source(texts["instrument"], texts["article"], texts["gist"], str(own), day))
        return tuple(made)

    def unknown_keys(self, known: frozenset[str]) -> None:
        for key in sorted(self.raw.keys() - known):
            near = get_close_matches(key, known, 1)
            self.wrong(
                key, _("没有这一项"), _("是不是 {near}？").format(near=near[0]) if near else _("请核对拼写")
            )


def _gist(rule: Rule) -> tuple[object, ...]:
    """What a clerk would call the same rule: another source or mark alone makes no other rule."""
    outcomes = tuple(sorted(rule.outcomes.items()))
    return rule.question, rule.asks, rule.when, rule.manual, outcomes, rule.refusal_ground, rule.defect_supply


def _outcomes(row: _Row, is_relief: bool) -> Mapping[str, tuple[str, ...]]:
    table = row.raw.get("outcome")
    if not isinstance(table, dict) or not table:
        row.wrong("outcome", _("没有写结果"), _('写成 outcome = { yes = "PASS", no = "RETURN" }'))
        return MappingProxyType({})
    made: dict[str, tuple[str, ...]] = {}
    for key, value in table.items():
        if key not in ("yes", "no", "data_no"):
            row.wrong(f"outcome.{key}", _("没有这一项"), _("只有 yes、no 和 data_no"))
            continue
        words = [value] if isinstance(value, str) else value
        if not isinstance(words, list) or not words or not all(isinstance(w, str) for w in words):
            row.wrong(f"outcome.{key} = {value!r}", _("应当是一个或几个结果词"), _('如 ["RETURN", "REFUSE"]'))
            continue
        for word in words:
            head, arrow, tail = word.partition("→")
            known = word in OUTCOMES or (is_relief and (word in RELIEF_OUTCOMES or (head == "NEXT" and tail)))
            if not known and not (arrow and head in POINTED_OUTCOMES and tail.split("-")[0] in KINDS):
                row.wrong(
                    f"outcome.{key} = {word}", _("没有这个结果词"), _("可用：") + " ".join(sorted(OUTCOMES))
                )
        curable = [i for i, w in enumerate(words) if w in ("RETURN", "HOLD")]
        if "REFUSE" in words and curable and words.index("REFUSE") < curable[0]:
            row.wrong(
                f"outcome.{key} = {words}",
                _("先写了不予登记"),
                _("可补正的结果（HOLD、RETURN）写在 REFUSE 前面"),
            )
        made[key] = tuple(words)
    for key in ("yes", "no"):
        made.setdefault(key, ("PASS",))
    return MappingProxyType(made)


def _rule(
    row: _Row, book: RuleSet | None, known_predicates: Collection[str], checked_reliefs: bool
) -> Rule | None:
    raw, before = row.raw, len(row.found)
    row.unknown_keys(_RULE_KEYS)
    for key in _RULE_MUST:
        if key not in raw:
            row.wrong(key, _("没有写"), _("请补上 {key}").format(key=key))
    rule_set = row.text("rule_set") or (book.name if book else "")
    if book and rule_set != book.name:
        row.wrong(
            f"rule_set = {rule_set}",
            _("与本文件的规则集不同"),
            _("本文件只放 {name} 的规则").format(name=book.name),
        )
    code, group = row.text("code"), row.text("group")
    if code and not _CODE.fullmatch(code):
        row.wrong(code, _("编号写法不对"), _("如 R-DEV-02、R-DEV-N1、VAT-TECH.V1"))
    if rule_set and group and group not in GROUPS:
        row.wrong(f"group = {group}", _("没有这一组"), _("可用：") + " ".join(GROUPS))
    if group and not rule_set and not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", group):
        row.wrong(f"group = {group}", _("组名写法不对"), _("写优惠的编号，如 VAT-TECH"))
    asks, when = row.text("asks"), row.text("when")
    manual = raw.get("manual", False)
    if not isinstance(manual, bool):
        row.wrong(f"manual = {manual!r}", _("只能是 true 或 false"), _("请改正"))
    elif not manual and not asks:
        row.wrong("asks", _("没有写由谁回答"), _("写 asks = “判断名”，或 manual = true"))
    for key, name in (("asks", asks), ("when", when)):
        if name and (rule_set or checked_reliefs) and name not in known_predicates:
            row.wrong(f"{key} = {name}", _("没有这个判断"), _("请核对名称；判断写在 rules/questions.py"))
    role = row.text("role") or "test"
    if role not in ROLES:
        row.wrong(f"role = {role}", _("没有这种作用"), _("可用：") + " ".join(ROLES))
    decided_by = row.text("decided_by")
    if decided_by and not _WORD.fullmatch(decided_by):
        row.wrong(f"decided_by = {decided_by}", _("不是日期栏目"), _("如 accepted_on"))
    outcomes = _outcomes(row, not rule_set)
    ground = row.text("refusal_ground")
    if ground and not _GROUND.fullmatch(ground):
        row.wrong(f"refusal_ground = {ground}", _("不予登记情形的代码写法不对"), _("如 G05"))
    if rule_set and not ground and any("REFUSE" in words for words in outcomes.values()):
        row.wrong("refusal_ground", _("结果有不予登记却没有写情形"), _("补上 refusal_ground，如 G02"))
    defect = raw.get("defect", {})
    if not isinstance(defect, dict) or not defect.keys() <= {"found", "supply"}:
        row.wrong(f"defect = {defect!r}", _("应当写明现状和要求"), 'defect = { found = "…", supply = "…" }')
        defect = {}
    if rule_set and not defect.get("supply") and any({"RETURN", "HOLD"} & {*w} for w in outcomes.values()):
        row.wrong("defect", _("结果有补正却没有写要求"), _("补上 defect.found 和 defect.supply"))
    more = raw.get("more", {})
    if not isinstance(more, dict):
        row.wrong(f"more = {more!r}", _("应当是一组值"), _("写成 { 名称 = 值 }"))
        more = {}
    first, until = row.span()
    _inside(row, book, first, until)
    mark, checked = row.confidence()
    sources = row.sources(mark, checked)
    made = Rule(
        code=code, rule_set=rule_set, group=group,
        question=row.text("question", "question" in raw), short=row.text("short", "short" in raw),
        outcomes=outcomes, valid_from=first, valid_until=until, decided_by=decided_by, sources=sources,
        confidence=mark, last_checked=checked, asks=asks, manual=bool(manual), when=when, role=role,
        kinds=row.words("kinds", KINDS), sub_kinds=row.words("sub_kinds"),
        help=row.text("help"), yes_means=row.text("yes"), no_means=row.text("no"), refusal_ground=ground,
        defect_found=str(defect.get("found", "")), defect_supply=str(defect.get("supply", "")),
        evidence=row.words("evidence", _EVIDENCE), parameters=row.words("parameters"), note=row.text("note"),
        more=MappingProxyType(more), place=row.place,
    )  # fmt: skip
    return made if len(row.found) == before else None


def _inside(row: _Row, book: RuleSet | None, first: date, until: date | None) -> None:
    if book is None or first == date.min:
        return
    late = book.valid_until is not None and (until is None or until > book.valid_until)
    if first < book.valid_from or late:
        span = f"{book.valid_from} — {book.valid_until or ''}"
        row.wrong(
            f"{first} — {until or ''}", _("超出本规则集的有效期间"), _("应在 {span} 之内").format(span=span)
        )


def _value_of(row: _Row, value: Any) -> Any:
    if isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        if _FRACTION.fullmatch(value):
            return Fraction(value)
        return Decimal(value) if _NUMBER.fullmatch(value) else value
    if isinstance(value, list):
        return tuple(_value_of(row, item) for item in value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    row.wrong(
        f"value = {value!r}", _("这种值会丢失精度或不能使用"), _('小数和分数写成文字，如 "0.03"、"2/3"')
    )
    return None


def _parameter(row: _Row) -> Parameter | None:
    raw, before = row.raw, len(row.found)
    row.unknown_keys(_PARAMETER_KEYS)
    name = row.text("name", must=True)
    if name and not _NAME.fullmatch(name):
        row.wrong(name, _("参数名写法不对"), _("用小写字母、数字、点和下划线"))
    ended = raw.get("none", False)
    if not isinstance(ended, bool):
        row.wrong(f"none = {ended!r}", _("只能是 true 或 false"), _("请改正"))
    if bool(ended) == ("value" in raw):
        row.wrong("value", _("value 和 none 须写且只写一个"), _('写 value = "…"；规定终止写 none = true'))
    value = _value_of(row, raw["value"]) if "value" in raw else NO_RULE
    first, until = row.span()
    mark, checked = row.confidence()
    made = Parameter(
        name, value, first, until, row.sources(mark, checked), mark, checked,
        row.text("unit"), row.text("note"), row.text("question"), row.place,
    )  # fmt: skip
    return made if len(row.found) == before else None


def _book_table(file: str, raw: Any, found: list[Problem]) -> RuleSet | None:
    """The rule set of the file, None for a file of reliefs or parameters."""
    row = _Row(file, 0, 1, raw, "rule", found)
    row.place = f"{file} [book]"
    row.unknown_keys(_BOOK_KEYS)
    name, version, title = row.text("rule_set"), row.text("version"), row.text("title")
    if not name:
        return None
    if not version:
        row.wrong("version", _("没有写版本"), 'version = "1"')
    first, until = row.span()
    return RuleSet(name, version, title, first, until)


def _read(path: Path, found: list[Problem]) -> tuple[bytes, dict[str, Any]]:
    raw = path.read_bytes()
    try:
        return raw, tomllib.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        found.append(Problem(path.name, "", _("不是 UTF-8 编码"), _("请以 UTF-8 另存后重试")))
    except tomllib.TOMLDecodeError as exc:
        at = _TOML_PLACE.search(str(exc))
        where = f"{path.name} 第 {at[1]} 行" if at else f"{path.name} 末尾"
        found.append(
            Problem(
                where, "", _("写法不对，读不下去"), _("请核对引号、括号和等号"), row=int(at[1]) if at else 0
            )
        )
    return raw, {}


def _spans(
    rows: Iterable[Rule | Parameter], key: Callable[[Any], tuple[str, str]], found: list[Problem]
) -> tuple[str, ...]:
    """Refuse overlapping rows of one code in one rule set; name the holes."""
    gaps = []
    grouped: dict[tuple[str, str], list[Rule | Parameter]] = {}
    for row in rows:
        grouped.setdefault(key(row), []).append(row)
    for (_set, code), several in grouped.items():
        several.sort(key=lambda r: r.valid_from)
        for one, two in pairwise(several):
            if one.valid_until is None or two.valid_from < one.valid_until:
                value = f"{two.valid_from} 起与 {one.place}（{one.valid_from} — {one.valid_until or ''}）"
                remedy = _("给前一条补上 until，或改后一条的 from")
                found.append(Problem(two.place, value, _("同一编号的两条在时间上重叠"), remedy, code=code))
            elif two.valid_from > one.valid_until:
                gaps.append(f"{code}：{one.valid_until} 至 {two.valid_from} 前没有规定")
    return tuple(gaps)


def _left_out(folder: Path, overlay: Path, known: Collection[str]) -> Iterator[Parameter]:
    """Shipped parameters of replaced files that the replacing file has no row for."""
    for path in sorted(folder.glob("*.toml")):
        if not (overlay / path.name).exists():
            continue
        raw, tables = _read(path, [])
        lines = _lines(raw)["parameter"]
        for number, table in enumerate(tables.get("parameter", []), 1):
            row = _parameter(_Row(path.name, number, lines[number - 1], table, "parameter", []))
            if row is not None and row.name not in known:
                yield row


def load_book(
    folder: Path, *, overlay: Path | None = None, predicates: Collection[str] | None = None
) -> Book:
    """Read and check every ``*.toml`` of a folder.

    ``overlay``: a second folder; a file there replaces the shipped one of the same name (a policy pack).
    Parameters that such a file does not know, because it is older than the program, stay as shipped.
    ``predicates``: names that ``asks`` and ``when`` of reliefs may use besides those of ``rules.questions``;
    without it only recognition rows have their names checked.
    Raises ProblemsFound (a RefusedError) with file, row, code, what is wrong and what to do, of all rows.
    """
    from desktop.rules.questions import CONDITIONS, PREDICATES

    files = {p.name: p for p in sorted(folder.glob("*.toml"))}
    if overlay is not None:
        files |= {p.name: p for p in sorted(overlay.glob("*.toml"))}
    known = {*PREDICATES, *CONDITIONS, *(predicates or ())}
    found: list[Problem] = []
    rules: list[Rule] = []
    parameters: list[Parameter] = []
    sets: list[RuleSet] = []
    digest = hashlib.sha256()
    for name in sorted(files):
        raw, tables = _read(files[name], found)
        if not tables.keys() & {"rule", "parameter", "book"}:
            continue
        digest.update(name.encode() + b"\0" + hashlib.sha256(raw).digest())
        found += [
            Problem(name, key, _("没有这种表"), _("只有 [book]、[[rule]] 和 [[parameter]]"))
            for key in sorted(tables.keys() - {"book", "rule", "parameter"})
        ]
        book = _book_table(name, tables["book"], found) if "book" in tables else None
        if book is not None:
            sets.append(book)
        lines = _lines(raw)
        for word in ("rule", "parameter"):
            rows = tables.get(word, [])
            if not isinstance(rows, list):
                found.append(Problem(name, word, _("表头写法不对"), _("写成 [[{word}]]").format(word=word)))
                continue
            for number, table in enumerate(rows, 1):
                at = lines[word][number - 1] if number <= len(lines[word]) else 0
                row = _Row(name, number, at, table, word, found)
                if word == "parameter":
                    parameters += filter(None, [_parameter(row)])
                else:
                    rules += filter(None, [_rule(row, book, known, predicates is not None)])
    if overlay is not None:
        parameters += _left_out(folder, overlay, {p.name for p in parameters})
    if not files or not (rules or parameters or found):
        raise RefusedError(
            _("规则文件夹里没有规则：{folder}").format(folder=folder), _("请重新安装本程序，或重新导入规则包")
        )
    gaps = _spans(rules, lambda r: (r.rule_set, r.code), found)
    gaps += _spans(parameters, lambda p: ("", p.name), found)
    sets.sort(key=lambda s: s.valid_from)
    for one, two in pairwise(sets):
        if one.valid_until is None or two.valid_from < one.valid_until:
            found.append(Problem(two.name, one.name, _("两个规则集在时间上重叠"), _("给前一个补上 until")))
    if found:
        raise ProblemsFound(
            _("规则读不进来，共 {n} 处不对").format(n=len(found)),
            found,
            _("请按所列位置改正，或向发出规则包的单位索取更正后的文件"),
        )
    return Book(rules, parameters, sets, digest.hexdigest(), gaps)


def _lines(raw: bytes) -> dict[str, list[int]]:
    """Line numbers of the ``[[rule]]`` and ``[[parameter]]`` headers, in order."""
    text = raw.decode("utf-8", "replace")
    made: dict[str, list[int]] = {"rule": [], "parameter": []}
    line, last = 1, 0
    for match in _HEADER.finditer(text):
        start = match.start(1)
        line += text.count("\n", last, start)
        last = start
        made[match[1]].append(line)
    return made
