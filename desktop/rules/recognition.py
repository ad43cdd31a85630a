"""Recognition (认定): is it a technology contract, of which kind, on whose answer and by which rule.

The order is that of the law's own logic: gates, mixed contracts, development, transfer, licence, consulting,
training and intermediary, general service. A kind is tested only when the kinds before it have failed; a
group stops asking at the first answer that settles it. The data of the form answers first, a person's answer
overrides it, and what nobody answered never counts as yes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import date
from typing import Any, Final, get_args, get_type_hints

from desktop.errors import RefusedError
from desktop.resources import _
from desktop.rules.book import Book, Rule
from desktop.rules.conclusion import (
    BLOCKED,
    CURABLE,
    FAILS,
    GO,
    OPEN,
    REFUSED,
    REJECTED,
    UNCLEAR,
    VALUES,
    Answer,
    Change,
    Conclusion,
    Finding,
    GroupProgress,
    Holding,
    answers_to_json,
    conclusion_from_json,
    group_words,
    outcome_words,
    read_answers,
    test_words,
)
from desktop.rules.facts import FIXED_CODES, ROWS, Facts
from desktop.rules.questions import CONDITIONS, PREDICATES, Predicate

__all__ = [
    "Answer",
    "Change",
    "Conclusion",
    "Finding",
    "GroupProgress",
    "Holding",
    "answer_the_rest",
    "answers_to_json",
    "conclusion_from_json",
    "judge_group",
    "read_answers",
    "recognise",
    "schema",
    "what_would_change",
]

TESTS: Final = ("DEV", "TRF", "LIC", "CON", "SVC-2", "SVC-3", "SVC-1")
"""Kinds in the order of testing; training and intermediary are registered under their own names."""

_EFFECTS: Final = {
    "NOT-KIND": FAILS,
    "RETURN": CURABLE,
    "HOLD": CURABLE,
    "REFUSE": REFUSED,
    "NOT_ACCEPTED": REJECTED,
    "NEEDS-PERSON": BLOCKED,
    "BLOCK": BLOCKED,
}
_OBJECTS: Final = {
    "patent_invention": "1",
    "patent_utility": "1",
    "patent_design": "1",
    "defence_patent": "1",
    "patent_application": "2",
    "know_how": "3",
    "software_copyright": "4",
    "ic_layout": "5",
    "plant_variety": "6",
    "bio_medicine": "7",
    "other": "9",
}
_IP_KINDS: Final = {
    "1": "3",
    "2": "1",
    "21": "1",
    "22": "1",
    "23": "1",
    "24": "2",
    "3": "4",
    "4": "6",
    "5": "5",
    "6": "7",
    "8": "9",
}
_LICENCE_OF: Final = {"2": "9", "3": "2"}
"""The sub-kinds of licences are those of transfers but for two: know-how is LIC-2, an application LIC-9."""


class _Row:
    """A rule made ready: its predicates, its effects, the findings that need no words of a person."""

    __slots__ = (
        "ask",
        "code",
        "found_data_no",
        "found_group",
        "found_open",
        "found_out",
        "found_yes",
        "no",
        "rule",
        "several",
        "when",
        "yes",
    )

    def __init__(self, rule: Rule, warn_only: Collection[str], overdue: bool) -> None:
        self.rule, self.code = rule, rule.code
        self.several = rule.when in CONDITIONS
        self.ask: Predicate | None = PREDICATES[rule.asks] if rule.asks else None
        self.when: Predicate | None = PREDICATES[rule.when] if rule.when and not self.several else None
        soft = rule.code in warn_only
        self.yes = _pick(rule.outcomes["yes"], soft, overdue)
        self.no = _pick(rule.outcomes["no"], soft, overdue)
        data_no = _pick(rule.outcomes.get("data_no", rule.outcomes["no"]), soft, overdue)
        self.found_yes = Finding(rule, "yes", "data", *self.yes)
        self.found_data_no = Finding(rule, "no", "data", *data_no)
        self.found_out = Finding(rule, "not_applicable", "data", "PASS", GO)
        self.found_open = Finding(rule, "", "nobody", "", OPEN)
        self.found_group: Finding | None = None
        if rule.neutral and rule.group in ("gate", "mix") and not self.several:
            remark = _("整组一次回答")
            word = self.yes if rule.neutral == "yes" else self.no
            self.found_group = Finding(rule, rule.neutral, "person", *word, "", remark)

    def find(self, facts: Facts, on: date, answers: Mapping[str, Answer], whole: Answer | None) -> Finding:
        """What is to be said of this rule."""
        given = answers.get(self.code)
        if given is None:
            if self.when is not None and self.when(facts, on) is False:
                return self.found_out
            known = self.ask(facts, on) if self.ask is not None else None
            if known is True:
                return self.found_yes
            if known is False:
                return self.found_data_no
            if whole is not None and self.found_group is not None and whole.value == "yes":
                if not whole.by and not whole.evidence:
                    return self.found_group
                known_part = self.found_group[:5]
                return Finding(*known_part, whole.evidence, self.found_group.remark, whole.by)
            return self.found_open
        value = given.value
        if value == "yes":
            word, effect = self.yes
        elif value == "no":
            word, effect = self.no
        elif value == "unknown":
            stops = self.yes[1] or self.no[1] or "→" in self.yes[0]
            word, effect = ("RETURN", UNCLEAR) if stops else ("NOTE", GO)
        else:
            word, effect = "", BLOCKED
        note = ""
        if self.ask is not None and value in ("yes", "no"):
            known = self.ask(facts, on)
            if known is not None and known is not (value == "yes"):
                note = _("与登记表所填不一致，以登记员回答为准")
        return Finding(self.rule, value, "person", word, effect, given.evidence, given.remark, given.by, note)


def _pick(words: tuple[str, ...], soft: bool, overdue: bool) -> tuple[str, int]:
    """The word in effect and what it does; behind the notice's deadline the second word."""
    word = words[1] if overdue and len(words) > 1 and words[0] in ("RETURN", "HOLD") else words[0]
    effect = FAILS if word.startswith("RECLASS") else _EFFECTS.get(word, GO)
    return ("WARN", GO) if soft and effect else (word, effect)


class _Plan:
    """The rows of one rule set on one stretch of days, in the order of testing."""

    def __init__(self, rules: tuple[Rule, ...], warn_only: Collection[str], overdue: bool) -> None:
        made: dict[str, list[_Row]] = {}
        self.hints: list[_Row] = []
        for rule in rules:
            row = _Row(rule, warn_only, overdue)
            if rule.role == "positive":
                self.hints.append(row)
            else:
                made.setdefault(rule.group, []).append(row)
        self.gates = tuple(made.get("gate", ()))
        self.mix = tuple(r for r in made.get("mix", ()) if not r.several)
        self.weigh = next((r for r in made.get("mix", ()) if r.several), None)
        self.title = next((r for r in self.gates if r.code == "R-GATE-11"), None)
        self.tests: dict[str, tuple[_Row, ...]] = {}
        for test in TESTS:
            rows = made.get(test, [])
            if test == "TRF":
                rows = [r for r in rows if "TRF" in r.rule.kinds]
            if test == "LIC":
                rows = [r for r in made.get("TRF", ()) if "LIC" in r.rule.kinds] + rows
            self.tests[test] = tuple(rows)
        self.codes = {test: frozenset(r.code for r in rows) for test, rows in self.tests.items()}
        self.words = group_words()
        self.untested = {
            (name, state): GroupProgress(
                name, self.words[name], 0, sum(len(made.get(p, ())) for p in parts), state
            )
            for name, parts in _STOPS
            for state in ("skipped", "waiting")
        }
        self.hint_codes = frozenset(r.code for r in self.hints)
        self.has_licence_kind = any("LIC" in r.kinds for r in rules) and not any(
            r.rule_set == "R2001" for r in rules
        )


_STOPS: Final = (
    ("DEV", ("DEV",)),
    ("TRF", ("TRF",)),
    ("LIC", ("LIC",)),
    ("CON", ("CON",)),
    ("SVC-2+3", ("SVC-2", "SVC-3")),
    ("SVC-1", ("SVC-1",)),
)
"""The path behind the gates; training and intermediary share a stop."""


class _Test:
    """How one kind came out."""

    __slots__ = ("blocked", "failed", "found", "open", "refused", "state")

    def __init__(self, test: str, found: list[Finding]) -> None:
        self.found = found
        self.open: list[str] = []
        self.blocked: list[str] = []
        self.failed = self.refused = False
        curable = unclear = False
        for f in found:
            effect = f.effect
            if effect == GO:
                if f.outcome[:5] == "KIND→" and f.outcome[5:] != test:
                    self.failed = True
            elif effect == OPEN:
                self.open.append(f.rule.code)
            elif effect == FAILS:
                self.failed = True
            elif effect == BLOCKED:
                self.blocked.append(f.rule.code)
            elif effect == REFUSED:
                self.refused = True
            elif effect == UNCLEAR:
                unclear = True
            else:
                curable = True
        if self.failed or self.refused:
            self.state = "fails"
        elif self.open:
            self.state = "open"
        elif self.blocked:
            self.state = "blocked"
        elif unclear:
            self.state = "unclear"
        else:
            self.state = "curable" if curable else "holds"


def recognise(
    facts: Facts,
    answers: Mapping[str, Answer],
    book: Book,
    *,
    on: date | None = None,
    rule_set: str | None = None,
    warn_only: Collection[str] = (),
    overdue: bool = False,
) -> Conclusion:
    """The conclusion for one contract by the rules of its day.

    The day is ``facts.accepted_on``, or ``on`` where the facts have none. ``rule_set`` overrides the set that
    the day picks (依 2001 规则试算). ``answers`` may hold ``gate`` or ``mix`` = yes: every rule of the group
    that neither data nor a person answered is in order. ``warn_only``: codes on which this station warns.
    ``overdue``: the notice's deadline is over, a second outcome (REFUSE) takes the place of RETURN and HOLD.
    Raises RefusedError without a day, or for a rule set that the book does not have.
    """
    day = facts.accepted_on or on
    if day is None:
        raise RefusedError(_("没有受理日期，不知道用哪一年的规则"), _("请先受理，或者用 --on 指定日期"))
    name = rule_set or book.rule_set_on(day)
    decided_by = "rule_set" if rule_set else "accepted_on" if facts.accepted_on else "on"
    if not name:
        note = _("{day} 没有本机存有的认定规则").format(day=day)
        return Conclusion(
            "UNDECIDED", "", "", facts.kind or "", facts.sub_kind or "", (), (), (), (), (),
            "", book.version, day, decided_by, (note,),
        )  # fmt: skip
    plan = _plan(book, name, day, warn_only, overdue)
    return _Course(plan, facts, answers, day).conclude(name, book.version_of(name), decided_by)


def _plan(book: Book, name: str, day: date, warn_only: Collection[str], overdue: bool) -> _Plan:
    segment = book.segment(book.day_within(name, day))
    soft = frozenset(warn_only)
    key = ("recognition", name, segment, soft, overdue)
    return book.memo(key, lambda: _Plan(book.rules(day, name), soft, overdue))


class _Course:
    """One contract on its way through the groups."""

    def __init__(self, plan: _Plan, facts: Facts, answers: Mapping[str, Answer], day: date) -> None:
        self.plan, self.facts, self.answers, self.day = plan, facts, answers, day
        self.cache: dict[str, Finding] = {}
        self.tested: dict[str, _Test] = {}
        self.open: list[str] = []
        self.blocked: list[str] = []
        self.notes: list[str] = []
        self.stop = ""
        self.stopped_at = ""

    def run(self, test: str) -> _Test:
        """Put one kind to the test; what transfers and licences share is looked at once."""
        facts, day, answers, cache = self.facts, self.day, self.answers, self.cache
        rows = self.plan.tests[test]
        if test not in ("TRF", "LIC"):
            return _Test(test, [row.find(facts, day, answers, None) for row in rows])
        for row in rows:
            if row.code not in cache:
                cache[row.code] = row.find(facts, day, answers, None)
        return _Test(test, [cache[row.code] for row in rows])

    def conclude(self, name: str, version: str, decided_by: str) -> Conclusion:
        plan, facts, answers, day = self.plan, self.facts, self.answers, self.day
        gate, mix = answers.get("gate"), answers.get("mix")
        gates = [row.find(facts, day, answers, gate) for row in plan.gates]
        mixed = [row.find(facts, day, answers, mix) for row in plan.mix]
        worst = GO
        for f in (*gates, *mixed):
            effect = f.effect
            if effect == GO:
                continue
            if effect == OPEN:
                self.open.append(f.rule.code)
            elif effect == BLOCKED:
                self.blocked.append(f.rule.code)
            elif effect > worst:
                worst = effect
                if effect == REJECTED:
                    gates = [self._named(g) if g.effect == REJECTED else g for g in gates]
        claimed, form_note = self._claim()
        holding: list[Holding] = []
        if worst < REFUSED:
            main_kind = any(f.outcome == "MAIN-KIND" for f in mixed)
            self._test_kinds(claimed, main_kind)
            holding = [self._holding(t) for t, r in self.tested.items() if r.state == "holds"]
        else:
            self.open, self.blocked = [], []
        weighed = self._weigh(holding, claimed)
        chosen = self._choose(holding, claimed)
        note = form_note
        if chosen is not None and worst < REFUSED:
            note = form_note or self._mismatch(chosen, claimed)
        if note and plan.title is not None and worst < REFUSED and (chosen is not None or form_note):
            at = plan.gates.index(plan.title)
            old = gates[at]
            word, effect = plan.title.no
            gates[at] = Finding(
                plan.title.rule, "no", "data", word, effect, old.evidence, old.remark, old.by, note
            )
            if plan.title.code in self.open:
                self.open.remove(plan.title.code)
        findings = gates + mixed + ([weighed] if weighed else []) + self._kind_findings()
        if not plan.hint_codes.isdisjoint(answers):
            findings += [row.find(facts, day, answers, None) for row in plan.hints if row.code in answers]
        outcome = self._outcome(findings, chosen, worst)
        if outcome in ("REFUSE", "NOT_ACCEPTED"):
            self.open, self.blocked = [], []
        is_known = chosen is not None and outcome not in ("REFUSE", "NOT_ACCEPTED")
        return Conclusion(
            outcome,
            chosen.kind if chosen is not None and is_known else "",
            chosen.sub_kind if chosen is not None and is_known else "",
            facts.kind or "",
            facts.sub_kind or "",
            tuple(holding),
            tuple(findings),
            tuple(self.open),
            tuple(self.blocked),
            self._progress(gates, mixed, weighed, worst >= REFUSED),
            name,
            version,
            day,
            decided_by,
            tuple(self.notes),
        )

    def _claim(self) -> tuple[frozenset[str], str]:
        """Tests that the claimed kind and sub-kind stand for, and what is wrong with the pair by this set."""
        kind, sub = self.facts.kind, self.facts.sub_kind
        if not kind:
            return frozenset(), ""
        licence = bool(sub and sub.startswith("LIC")) or kind == "LIC"
        if self.plan.has_licence_kind:
            if kind == "TRF" and licence:
                return frozenset({"LIC"}), _("申报为技术转让，细类却是许可：许可合同已单列一类")
        elif kind == "LIC":
            return frozenset({"LIC"}), _("2001 年规则没有技术许可一类，许可合同按技术转让申报")
        fits = not sub or sub.split("-")[0] == kind or (licence and kind == "TRF")
        note = "" if fits else _("申报的细类不属于申报的类别")
        if kind == "SVC":
            known = sub in TESTS
            return (frozenset({sub}) if known and sub else frozenset({"SVC-1", "SVC-2", "SVC-3"})), note
        if kind == "TRF" and not self.plan.has_licence_kind:
            return frozenset({"LIC"} if licence else {"TRF"} if sub else {"TRF", "LIC"}), note
        return frozenset({kind}), note

    def _test_kinds(self, claimed: frozenset[str], main_kind: bool) -> None:
        plan, answers = self.plan, self.answers
        asked_claim = False
        for test in TESTS:
            if test == "SVC-2" and main_kind:
                continue
            is_claimed = test in claimed
            if self.stop:
                stopped = self.stop in ("holds", "curable", "blocked") and self.stopped_at not in claimed
                wanted = is_claimed and stopped and not asked_claim
                if not wanted and plan.codes[test].isdisjoint(answers):
                    continue
                result = self.tested[test] = self.run(test)
                if wanted and result.state in ("open", "blocked", "unclear", "curable"):
                    asked_claim = True
                    if result.state != "curable":
                        self._ask(result)
                continue
            result = self.tested[test] = self.run(test)
            if result.state == "fails":
                # What the law leaves in dispute (软科学) is not settled by failing as this kind.
                disputed = [f.rule.code for f in result.found if f.outcome == "NEEDS-PERSON"]
                self.blocked += [code for code in disputed if code not in self.blocked]
                if result.refused and (not result.failed or is_claimed or test == "SVC-1"):
                    self.stop, self.stopped_at = "refused", test
                continue
            self.stop, self.stopped_at = result.state, test
            self._ask(result)
        if not self.stop:
            self.stop = "none"

    def _ask(self, result: _Test) -> None:
        self.open += [code for code in result.open if code not in self.open]
        self.blocked += [code for code in result.blocked if code not in self.blocked]

    def _kind_findings(self) -> list[Finding]:
        """Findings of the groups tested: open ones while they are asked, refusals where they bite."""
        made: list[Finding] = []
        asked = set(self.open)
        both = "TRF" in self.tested and "LIC" in self.tested
        shared = {f.rule.code for f in self.tested["TRF"].found} if both else ()
        for test, result in self.tested.items():
            for f in result.found:
                effect = f.effect
                if effect == OPEN and f.rule.code not in asked:
                    continue
                if test != "LIC" or f.rule.code not in shared:
                    made.append(f if effect <= BLOCKED else self._in_course(f, test))
        return made

    def _in_course(self, f: Finding, test: str) -> Finding:
        """The finding with the weight that it has where the test came to an end."""
        live = test == self.stopped_at or self._shares(test)
        if f.effect == REFUSED and not (live and self.stop == "refused"):
            return f._replace(outcome="NOT-KIND", effect=FAILS)
        if f.effect in (CURABLE, UNCLEAR) and not live:
            return f._replace(effect=GO)
        if f.outcome.startswith("RECLASS") and self.stop == "none":
            return f._replace(effect=CURABLE, note=self._reclass_note(f))
        return f

    def _shares(self, test: str) -> bool:
        """The rows of a licence stand in the group of transfers."""
        return test == "TRF" and self.stopped_at == "LIC"

    @staticmethod
    def _reclass_note(f: Finding) -> str:
        to = test_words().get(f.outcome.partition("→")[2], "")
        answer = _("是") if f.answer == "yes" else _("否")
        text = _("“{short}”答“{answer}”，内容属于{kind}，与前面的回答或申报不一致")
        return text.format(short=f.rule.short, answer=answer, kind=to)

    def _holding(self, test: str) -> Holding:
        result = self.tested[test]
        counted = [f for f in result.found if f.answer != "not_applicable"]
        yes = [f for f in counted if f.rule.role == "test" and f.answer == "yes"]
        reason = "；".join(f.rule.short for f in yes[:4])
        kind, sub = self._names(test, result)
        return Holding(test, kind, sub, f"{len(counted)}/{len(result.found)}", reason)

    def _names(self, test: str, result: _Test) -> tuple[str, str]:
        if test.startswith("SVC"):
            return "SVC", test
        if test == "CON":
            return "CON", "CON"
        kind = "TRF" if test == "LIC" and not self.plan.has_licence_kind else test
        claimed = self.facts.sub_kind or ""
        found = self._sub_kinds(test, result)
        if claimed.split("-")[0] == test and (not found or any(claimed.startswith(s) for s in found)):
            return kind, claimed
        if test == "DEV" and claimed == "DEV-3":
            return kind, claimed
        return kind, found[0] if found else ""

    def _sub_kinds(self, test: str, result: _Test) -> list[str]:
        """Sub-kinds that answers and rights point to; empty when they point nowhere."""
        named = [f.outcome[4:] for f in result.found if f.outcome.startswith("SUB→")]
        if named or test not in ("TRF", "LIC"):
            return named
        digits = [_OBJECTS[r.object] for r in self.facts.ip_rights if r.object in _OBJECTS]
        if not digits and self.facts.ip_kind in _IP_KINDS:
            digits = [_IP_KINDS[self.facts.ip_kind]]
        if test == "LIC":
            digits = [_LICENCE_OF.get(d, d) for d in digits]
        return list(dict.fromkeys(f"{test}-{d}" for d in digits))

    def _choose(self, holding: list[Holding], claimed: frozenset[str]) -> Holding | None:
        """The claimed kind among those that hold; else the first that holds; or one to be mended.

        None while a kind before it is still open: that one would come first.
        """
        if self.stop not in ("holds", "curable"):
            return None
        for item in holding:
            if item.test in claimed:
                return item
        if len(holding) == 1 or (holding and claimed):
            return holding[0]
        if not holding and self.stop == "curable":
            return self._holding(self.stopped_at)
        return None

    def _weigh(self, holding: list[Holding], claimed: frozenset[str]) -> Finding | None:
        row = self.plan.weigh
        if row is None:
            return None
        if len(holding) < 2 or self.stop != "holds":
            return row.found_out
        if not claimed:
            self.notes.append(_("几个类别都符合，请先选定类别"))
            self.open.append(row.code)
            return row.found_open
        if not any(h.test in claimed for h in holding):
            return row.found_out
        found = row.find(self.facts, self.day, self.answers, None)
        if found.effect == OPEN:
            self.open.append(row.code)
        elif found.effect == BLOCKED:
            self.blocked.append(row.code)
        return found

    def _mismatch(self, chosen: Holding, claimed: frozenset[str]) -> str:
        """What to tell the party whose claim differs from what holds; never changed silently."""
        words = test_words()
        if not claimed:
            return ""
        if chosen.test not in claimed:
            theirs = self.facts.sub_kind if self.facts.kind == "SVC" else self.facts.kind
            kind = self.facts.kind or ""
            name = words.get(theirs or kind, words.get(kind, kind))
            if self.facts.sub_kind and self.facts.sub_kind.startswith("LIC"):
                name = words["LIC"]
            return _("申报为{theirs}，内容符合{ours}").format(theirs=name, ours=words[chosen.test])
        theirs = self.facts.sub_kind
        if theirs and chosen.sub_kind and chosen.sub_kind != theirs:
            return _("申报细类为 {theirs}，内容符合 {ours}").format(theirs=theirs, ours=chosen.sub_kind)
        return ""

    def _outcome(self, findings: list[Finding], chosen: Holding | None, worst: int) -> str:
        if worst == REJECTED:
            return "NOT_ACCEPTED"
        if worst == REFUSED or self.stop == "refused":
            return "REFUSE"
        wanting = ""
        for f in findings:
            effect = f.effect
            if effect == REFUSED:
                return "REFUSE"
            if effect in (CURABLE, UNCLEAR) and wanting != "RETURN":
                wanting = "HOLD" if f.outcome == "HOLD" else "RETURN"
        if wanting:
            return wanting
        if self.stop == "none":
            return "REFUSE"
        if self.open or self.blocked or chosen is None:
            return "UNDECIDED"
        return "PASS"

    def _progress(
        self, gates: list[Finding], mixed: list[Finding], weighed: Finding | None, ended: bool
    ) -> tuple[GroupProgress, ...]:
        plan, asked = self.plan, self.open
        whole = mixed if weighed is None else [*mixed, weighed]
        made = []
        current = False
        for name, found in (("gate", gates), ("mix", whole)):
            answered = len(found) - [f.effect for f in found].count(OPEN)
            state = "done" if answered == len(found) or not asked else "waiting" if current else "current"
            current = current or state == "current"
            made.append(GroupProgress(name, plan.words[name], answered, len(found), state))
        untested = "skipped" if ended or self.stop not in ("open", "unclear") else "waiting"
        for name, parts in _STOPS:
            results = [self.tested[p] for p in parts if p in self.tested]
            if ended or not results:
                made.append(plan.untested[name, untested])
                continue
            stop = self._stop_of(name, parts, results, "waiting" if current else "current")
            current = current or stop.state == "current"
            made.append(stop)
        return tuple(made)

    def _stop_of(
        self, name: str, parts: tuple[str, ...], results: list[_Test], when_open: str
    ) -> GroupProgress:
        own = {f.rule.code: f.effect for r in results for f in r.found if f.rule.group in parts}
        answered = len(own) - list(own.values()).count(OPEN)
        states = {r.state for r in results}
        if "holds" in states or "curable" in states:
            state = "holds"
        elif "open" in states:
            state = when_open if any(code in own for code in self.open) else "waiting"
        elif states & {"blocked", "unclear"}:
            state = "blocked"
        else:
            state = "fails"
        empty = self.plan.untested[name, "skipped"]
        return GroupProgress(name, empty.title, answered, empty.total, state)

    def _named(self, found: Finding) -> Finding:
        """Not accepted: who should apply, in words."""
        if found.rule.code != "R-GATE-18":
            return found
        is_import = self.facts.cross_border == "import"
        people = self.facts.buyers if is_import else self.facts.sellers
        names = "、".join(p.name for p in people if p.name)
        side = _("境内买方") if is_import else _("卖方")
        text = _("应当由{side}（{names}）提出申请") if names else _("应当由{side}提出申请")
        return found._replace(note=text.format(side=side, names=names))


def judge_group(
    facts: Facts,
    answers: Mapping[str, Answer],
    book: Book,
    group: str,
    *,
    on: date | None = None,
    rule_set: str | None = None,
) -> tuple[Finding, ...]:
    """Findings of one group alone, such as ``amount`` on the page 核定; empty on a day without a rule set."""
    day = facts.accepted_on or on
    if day is None:
        raise RefusedError(_("没有受理日期，不知道用哪一年的规则"), _("请先受理，或者用 --on 指定日期"))
    name = rule_set or book.rule_set_on(day)
    if not name:
        return ()
    rows = [_Row(r, (), False) for r in book.rules(day, name, group) if r.role != "positive"]
    return tuple(row.find(facts, day, answers, answers.get(group)) for row in rows)


def answer_the_rest(
    facts: Facts, answers: Mapping[str, Answer], book: Book, group: str, by: str, *, on: date | None = None
) -> dict[str, Answer]:
    """Answers with every open rule of ``gate`` or ``mix`` answered as in order, each under its own code.

    What data or a person already answered, and rules that have no plain way on, stay as they are.
    """
    made = dict(answers)
    for f in recognise(facts, answers, book, on=on).findings:
        if f.rule.group == group and f.effect == OPEN and f.rule.neutral and f.rule.when not in CONDITIONS:
            made[f.rule.code] = Answer(f.rule.neutral, remark=_("整组一次回答"), by=by)
    return made


def what_would_change(
    facts: Facts,
    answers: Mapping[str, Answer],
    book: Book,
    *,
    on: date | None = None,
    rule_set: str | None = None,
    warn_only: Collection[str] = (),
) -> tuple[Change, ...]:
    """Which single answers, turned round, would lead elsewhere; tests of kinds first, gates last."""
    now = recognise(facts, answers, book, on=on, rule_set=rule_set, warn_only=warn_only)
    order = {"mix": 1, "gate": 2}
    made = []
    trial = dict(answers)
    for found in sorted(now.findings, key=lambda f: order.get(f.rule.group, 0)):
        if found.answer not in ("yes", "no") or found.rule.role == "positive":
            continue
        code, turned = found.rule.code, "no" if found.answer == "yes" else "yes"
        old = trial.get(code)
        trial[code] = Answer(turned)
        then = recognise(facts, trial, book, on=on, rule_set=rule_set, warn_only=warn_only)
        if old is None:
            del trial[code]
        else:
            trial[code] = old
        if (then.outcome, then.kind, then.sub_kind) != (now.outcome, now.kind, now.sub_kind):
            text = _turned_text(found, turned, then)
            made.append(Change(code, found.rule.short, turned, then.outcome, then.kind, then.sub_kind, text))
    return tuple(made)


def _turned_text(found: Finding, turned: str, then: Conclusion) -> str:
    answer = _("是") if turned == "yes" else _("否")
    means = found.rule.yes_means if turned == "yes" else found.rule.no_means
    if then.outcome == "UNDECIDED":
        at = next((g.title for g in then.groups if g.state == "current"), "")
        goes = _("转问{group}").format(group=at) if at else outcome_words()["UNDECIDED"]
    elif then.kind:
        kind = test_words().get(then.sub_kind if then.kind == "SVC" else then.kind, then.kind)
        sub = f"（{then.sub_kind}）" if then.sub_kind else ""
        goes = f"{outcome_words()[then.outcome]}・{kind}{sub}"
    else:
        goes = outcome_words()[then.outcome]
    text = _("“{short}”改答“{answer}”{means} → {goes}")
    return text.format(
        short=found.rule.short, answer=answer, means=f"（{means}）" if means else "", goes=goes
    )


def schema(book: Book | None = None) -> dict[str, Any]:
    """JSON Schema (2020-12) of ``{"facts": …, "answers": …}``, with the Chinese name of every field.

    With a book, the codes that ``answers`` may hold are listed with their questions.
    """
    answer = {
        "type": "object",
        "properties": {
            "answer": {"enum": list(VALUES), "description": _("是、否、不明、需人工、登记后满足")},
            "evidence": {"type": "string", "description": _("合同条款或原句")},
            "remark": {"type": "string", "description": _("说明")},
            "by": {"type": "string", "description": _("回答人")},
        },
        "required": ["answer"],
        "additionalProperties": False,
    }
    one = {"anyOf": [{"enum": list(VALUES)}, answer]}
    rows = [r for r in book.all_rows() if r.group != "amount"] if book is not None else []
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": _("一份技术合同的要素和回答"),
        "type": "object",
        "properties": {
            "facts": _schema_of(Facts),
            "answers": {
                "type": "object",
                "description": _("规则编号 → 回答；gate、mix 可整组一次答 yes"),
                "properties": {r.code: {**one, "description": r.question} for r in rows},
                "additionalProperties": one,
            },
        },
        "additionalProperties": False,
    }


def _schema_of(row_type: type) -> dict[str, Any]:
    hints = get_type_hints(row_type)
    made: dict[str, Any] = {}
    for item in fields(row_type):
        zh = str(item.metadata.get("zh", item.name))
        if item.name in ROWS and row_type is Facts:
            made[item.name] = {"type": "array", "description": zh, "items": _schema_of(ROWS[item.name])}
            continue
        number, table = item.metadata.get("no", ""), str(item.metadata.get("codes", ""))
        where = _("（登记表第 {number} 项）").format(number=number) if number else ""
        codes = _("；代码表 {table}").format(table=table) if table and table not in FIXED_CODES else ""
        value = _schema_value(item.metadata, hints[item.name])
        made[item.name] = {"description": f"{zh}{where}{codes}", **value}
    return {"type": "object", "properties": made, "additionalProperties": False}


def _schema_value(metadata: Mapping[str, Any], hint: Any) -> dict[str, Any]:
    wanted = next((t for t in get_args(hint) if t is not type(None)), hint)
    codes = FIXED_CODES.get(str(metadata.get("codes", "")))
    if codes:
        words = "；".join(f"{code} {word}" for code, word in codes.items())
        return {"enum": [*codes, None], "$comment": words}
    if wanted is bool:
        return {"type": ["boolean", "null"]}
    if wanted is int:
        return {"type": ["integer", "null"]}
    if wanted is date:
        return {"type": ["string", "null"], "format": "date"}
    if metadata.get("type") in ("money", "decimal"):
        return {"type": ["string", "integer", "null"], "pattern": r"^-?\d+(\.\d+)?$"}
    longest = int(metadata.get("longest", 0) or 0)
    return {"type": ["string", "null"], **({"maxLength": longest} if longest else {})}
