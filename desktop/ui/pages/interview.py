"""The interview of recognition without a window: which question comes next, what an answer leads to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from desktop.resources import _
from desktop.rules.book import Book, Source
from desktop.rules.conclusion import (
    BLOCKED,
    CURABLE,
    FAILS,
    OPEN,
    REFUSED,
    REJECTED,
    UNCLEAR,
    Answer,
    Conclusion,
    Finding,
    GroupProgress,
    answers_to_json,
    group_words,
    outcome_words,
    read_answers,
    test_words,
)
from desktop.rules.facts import Facts
from desktop.rules.questions import CONDITIONS, PREDICATES
from desktop.rules.recognition import answer_the_rest, recognise

ANSWER_WORDS: Final[Mapping[str, str]] = {
    "yes": _("是"),
    "no": _("否"),
    "unknown": _("不明"),
    "needs_human": _("需人工"),
    "not_applicable": _("不适用"),
    "after_registration": _("登记后"),
    "": _("未答"),
}
PLACES: Final[Mapping[str, str]] = {
    "E-TITLE": _("合同名称"),
    "E-PARTY": _("当事人"),
    "E-SUBJ": _("标的与内容"),
    "E-ACC": _("验收"),
    "E-IP": _("知识产权"),
    "E-PRICE": _("价款"),
    "E-DELIV": _("交付物"),
    "E-CONF": _("保密条款"),
    "E-SIGN": _("签字盖章"),
    "E-TERM": _("期限与生效"),
    "E-ATT": _("附件"),
    "E-CERT": _("证照与批件"),
}
WHOLE_GROUPS: Final = ("gate", "mix")
"""Groups whose rest can be answered in one go."""
TITLE_CODE: Final = "R-GATE-11"
"""The question that weighs name and claim against the content."""
WEIGH_CODE: Final = "R-MIX-04"
"""The question that is asked when several kinds hold."""
WHY_ROW: Final[Mapping[str, tuple[str, str]]] = {
    "needs_effect_proof": (
        _("登记表上是权利转移或者技术进出口，生效可能要批准或者登记"),
        _("登记表看不出生效是否要批准或者登记"),
    ),
    "may_be_foreign_text": (_("有境外当事人，或者是进出口合同"), _("登记表没有写全国别")),
    "is_government_funded": (_("登记表上有计划类别或者财政资金"), _("登记表没有写计划类别")),
    "has_carrier": (_("价款明细里列有载体"), _("没有价款明细，看不出有没有载体")),
    "is_mixed": (_("价款里有设备、材料等非技术性费用"), _("没有价款明细，看不出混没混别的内容")),
    "may_contain_training": (_("登记表填了其中的咨询、服务额"), _("登记表没有填其中的咨询、服务额")),
    "has_intermediary": (_("登记表上有中介方或者中介费"), _("登记表没有写有没有中介方")),
    "involves_patent": (_("登记表上的权利有专利"), _("登记表没有写是哪一种知识产权")),
    "involves_know_how": (_("登记表上的权利有技术秘密"), _("登记表没有写是哪一种知识产权")),
    "involves_certified_right": (_("登记表上的权利应有证书"), _("登记表没有写是哪一种知识产权")),
    "crosses_border": (_("登记表写明是技术进出口"), _("登记表没有写是不是技术进出口")),
}
"""Condition of a row → why it is asked: the form says so, or the form does not say."""
_TITLE_SIGNS: Final[Mapping[str, tuple[str, ...]]] = {
    "DEV": ("开发", "研制", "研发"),
    "TRF": ("转让",),
    "LIC": ("许可", "授权使用"),
    "CON": ("咨询", "论证", "评估", "评价", "可行性"),
    "SVC-2": ("培训",),
    "SVC-3": ("中介", "居间"),
    "SVC": ("服务",),
}
"""Kind → words of a title that sound like it (data of the contract, so Chinese in every language)."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What the program can say about one question before a person answers."""

    answer: str
    """``yes``, ``no`` or empty: it cannot tell."""
    certainty: str
    """高 when the form itself says so; empty with an empty answer."""
    words: str


def kinds_in_title(title: str) -> tuple[str, ...]:
    """Names of the kinds that a title sounds like, in the order of the law; a name decides nothing."""
    words = test_words()
    return tuple(words[kind] for kind, signs in _TITLE_SIGNS.items() if any(s in title for s in signs))


def group_of(finding: Finding) -> str:
    """Stop of the path on which a question stands."""
    group = finding.rule.group
    return "SVC-2+3" if group in ("SVC-2", "SVC-3") else group


def number_of(code: str) -> str:
    """``02`` of R-DEV-02, ``N1`` of R-DEV-N1."""
    return code.rsplit("-", 1)[-1]


def source_word(source: Source) -> str:
    """现行, 原规, 法律 or 口径: what kind of paper a source is."""
    name = source.instrument
    if name.startswith(("民法典", "专利法", "著作权法", "合同法")) or name.endswith("法"):
        return _("法律")
    if "已废止" in source.gist or "2001" in name or "2000" in name:
        return _("原规")
    if "规则" in name or "办法" in name:
        return _("现行") if "征求意见" not in name else _("草案")
    return _("口径")


_LONG_NAME = re.compile(r"（(?:[^（）]*〔(\d{4})〕[^（）]*|(新文本)[^（）]*)）")


def source_name(source: Source) -> str:
    """Instrument and article on one line: a number of issue shrinks to its year, so the article shows."""
    short = _LONG_NAME.sub(lambda found: f"（{found[1] or found[2]}）", source.instrument)
    return f"{short}{source.article}"


_ORDER: Final = (_("现行"), _("草案"), _("原规"), _("法律"), _("口径"))


def in_order(sources: Sequence[Source]) -> list[Source]:
    """Current law first."""
    return sorted(sources, key=lambda source: _ORDER.index(source_word(source)))


class Interview:
    """One contract, its answers so far, the conclusion they give."""

    def __init__(
        self, facts: Facts, answers: Mapping[str, Any], book: Book, *, day: date, person: str
    ) -> None:
        self.facts, self.book, self.day, self.person = facts, book, day, person
        self.rule_set = book.rule_set_on(day)
        self.answers: dict[str, Answer] = read_answers(answers)
        self._conclusion: Conclusion | None = None

    @property
    def conclusion(self) -> Conclusion:
        """As things stand now."""
        if self._conclusion is None:
            self._conclusion = self._conclude(self.answers)
        return self._conclusion

    def _conclude(self, answers: Mapping[str, Answer], rule_set: str | None = None) -> Conclusion:
        return recognise(
            self.facts, answers, self.book, on=self.day, rule_set=rule_set or self.rule_set or None
        )

    def under(self, rule_set: str) -> Conclusion:
        """The same answers by another set of rules."""
        return self._conclude(self.answers, rule_set)

    # questions

    def findings(self) -> list[Finding]:
        """Every question that concerns this contract, in the order of asking."""
        return [f for f in self.conclusion.findings if f.answer != "not_applicable"]

    def codes(self) -> list[str]:
        """Their codes."""
        return [f.code for f in self.findings()]

    def in_group(self, group: str) -> list[Finding]:
        """Those of one stop of the path."""
        return [f for f in self.findings() if group_of(f) == group]

    def finding(self, code: str) -> Finding | None:
        """One of them."""
        return next((f for f in self.findings() if f.code == code), None)

    def next_open(self, after: str = "") -> str:
        """The next question without an answer, from ``after`` on, else the first; empty: none is left.

        A question that was handed to a person (请人工判断) has its answer: the clerk decides it at the end.
        """
        waiting = self.conclusion.open_questions
        if not waiting:
            return ""
        codes = self.codes()
        if after in codes:
            behind = codes[codes.index(after) + 1 :]
            later = next((code for code in behind if code in waiting), "")
            if later:
                return later
        return next((code for code in codes if code in waiting), waiting[0])

    def neighbour(self, code: str, step: int) -> str:
        """The question before or after; the same one at the ends."""
        codes = self.codes()
        if code not in codes:
            return codes[0] if codes else ""
        return codes[min(max(codes.index(code) + step, 0), len(codes) - 1)]

    def progress(self, group: str) -> GroupProgress | None:
        """One stop of the path."""
        return next((g for g in self.conclusion.groups if g.name == group), None)

    def counted(self, stop: GroupProgress) -> tuple[int, int]:
        """Answered and all questions of a stop, counted as they are listed: those that do not concern this
        contract are in neither.
        """
        listed = self.in_group(stop.name)
        if not listed:
            return stop.answered, stop.total
        return sum(f.answer in ("yes", "no", "unknown") for f in listed), len(listed)

    # answers

    def give(self, code: str, value: str, evidence: str = "", remark: str = "") -> None:
        """A person's answer."""
        self.answers[code] = Answer(value, evidence, remark, self.person)
        self._conclusion = None

    def note(self, code: str, evidence: str, remark: str) -> bool:
        """Other evidence or remark to an answer that was given; False when there is none."""
        given = self.answers.get(code)
        if given is None or (given.evidence, given.remark) == (evidence, remark):
            return False
        self.give(code, given.value, evidence, remark)
        return True

    def known_in(self, group: str) -> int:
        """How many questions of a group the form answered."""
        return sum(f.answered_by == "data" for f in self.in_group(group))

    def open_in(self, group: str) -> int:
        """How many of a group ``give_rest`` would answer."""
        return sum(
            f.effect == OPEN and bool(f.rule.neutral) and f.rule.when not in CONDITIONS
            for f in self.in_group(group)
        )

    def give_rest(self, group: str) -> int:
        """All that is open in ``gate`` or ``mix`` is in order; how many were answered."""
        before = len(self.answers)
        self.answers = answer_the_rest(self.facts, self.answers, self.book, group, self.person, on=self.day)
        self._conclusion = None
        return len(self.answers) - before

    def to_json(self) -> dict[str, dict[str, str]]:
        """The answers as the service keeps them."""
        return answers_to_json(self.answers)

    # words

    def advice(self, finding: Finding) -> Advice:
        """The form's own answer, or where in the contract to look."""
        rule = finding.rule
        places = "、".join(PLACES[code] for code in rule.evidence if code in PLACES)
        known = PREDICATES[rule.asks](self.facts, self.day) if rule.asks else None
        if known is None:
            words = _("登记表上没有，请看合同的{places}。").format(places=places) if places else ""
            if rule.code == TITLE_CODE:
                words = self.names() + words
            if rule.code == WEIGH_CODE:
                words = self.kinds_that_hold() + words
            return Advice("", "", words or _("登记表上没有，请看合同原文。"))
        words = _("按登记表所填；请对照合同的{places}。") if places else _("按登记表所填；请对照合同原文。")
        return Advice("yes" if known else "no", _("高"), words.format(places=places))

    def names(self) -> str:
        """What the title sounds like and what was claimed, apart from the content; empty without a title."""
        title = self.facts.title or ""
        if not title:
            return ""
        sounds = "、".join(kinds_in_title(title))
        said = _("名称像{kinds}").format(kinds=sounds) if sounds else _("名称看不出类别")
        return _("{said}，申报{claim}；名称不定性，以内容为准。").format(said=said, claim=self.claim())

    def claim(self) -> str:
        """Kind and sub-kind as claimed, in words."""
        words = test_words()
        sub, kind = self.facts.sub_kind or "", self.facts.kind or ""
        test = sub if sub in words else "LIC" if sub.startswith("LIC") else kind
        return words.get(test, _("未写类别"))

    def kinds_that_hold(self) -> str:
        """Every kind whose conditions are all met; empty unless there are several."""
        holding = self.conclusion.kinds_holding
        if len(holding) < 2:
            return ""
        kinds = "、".join(test_words()[h.test] for h in holding)
        return _("{kinds}的条件都符合，按技术内容的轻重选定。").format(kinds=kinds)

    def why(self, finding: Finding) -> str:
        """Why this question is put to this contract."""
        rule, words = finding.rule, test_words()
        if rule.code == WEIGH_CODE:
            return _("几个类别都符合，要定哪一部分技术内容最重")
        if rule.when in WHY_ROW:
            known = PREDICATES[rule.when](self.facts, self.day)
            return WHY_ROW[rule.when][known is None]
        if rule.group == "gate":
            return _("不论哪一类合同，先要过这一关")
        if rule.group == "mix":
            return _("先分清有没有混入别的合同")
        kind = words.get("LIC" if rule.kinds == ("LIC",) else rule.group, rule.group)
        if rule.role == "negative":
            refuses = rule.outcomes["yes"][0] == "REFUSE"
            tail = _("属于这种情形的，不予登记") if refuses else _("属于这种情形的，就不是{kind}")
            return tail.format(kind=kind)
        return self._why_kind(finding, kind)

    def _why_kind(self, finding: Finding, kind: str) -> str:
        here = group_of(finding)
        titles = {g.name: g.title for g in self.conclusion.groups}
        stops = list(titles)
        states = {g.name: g.state for g in self.conclusion.groups}
        before = [name for name in stops[2 : stops.index(here)] if name in states]
        if any(states[name] == "holds" for name in before):
            return _("前面已有类别符合，申报的是{kind}，也要问清才好比较").format(kind=kind)
        failed = [titles[name] for name in before if states[name] == "fails"]
        if failed:
            return _("{failed}不成立，接着看是不是{kind}").format(failed="、".join(failed), kind=kind)
        if kind == self.claim():
            return _("申报的就是{kind}，逐项看条件是否齐备").format(kind=kind)
        return _("申报的是{claim}，按顺序先看是不是{kind}").format(claim=self.claim(), kind=kind)

    def meaning(self, finding: Finding, value: str) -> str:
        """What an answer to this question says."""
        if value == "unknown":
            return _("合同里看不出来")
        means = finding.rule.yes_means if value == "yes" else finding.rule.no_means
        return means or (_("是这样") if value == "yes" else _("不是这样"))

    def leads_to(self, finding: Finding, value: str) -> str:
        """What would follow if it were answered so."""
        trial = {**self.answers, finding.code: Answer(value)}
        then = self._conclude(trial)
        found = then.finding(finding.code)
        effect = found.effect if found is not None else OPEN
        fixed = {
            REFUSED: _("不予登记"),
            REJECTED: _("不予受理"),
            CURABLE: _("列入补正"),
            UNCLEAR: _("不能下结论，列入补正"),
            BLOCKED: _("请人工判断"),
        }
        if effect in fixed:
            return fixed[effect]
        codes = [f.code for f in then.findings]
        at = codes.index(finding.code) if finding.code in codes else -1
        code = next((q for q in then.open_questions if q in codes[at + 1 :]), "")
        code = code or next(iter(then.open_questions), "")
        following = then.finding(code) if code else None
        if following is None:
            return _("可以看结论") if then.complete else outcome_words()[then.outcome]
        here, there = group_of(finding), group_of(following)
        if here == there:
            return _("下一问：{short}").format(short=following.short)
        words = group_words()
        if effect == FAILS:
            return _("不按{here}，转问{there}").format(here=words[here], there=words[there])
        return _("转问{there}").format(there=words[there])

    def wanted(self, finding: Finding) -> str:
        """Which answer simply goes on, for the tag at the right."""
        neutral = finding.rule.neutral
        if not neutral or (finding.rule.outcomes["yes"][0] == finding.rule.outcomes["no"][0]):
            return ""
        return _("须为“{word}”").format(word=ANSWER_WORDS[neutral])


_CLAUSE = re.compile(r"^\s*(第[一二三四五六七八九十百零]+条|\d+(?:\.\d+)*|附件[一二三四五六七八九十]+)")
_HEAD = re.compile(r"^\s*(第[一二三四五六七八九十百零]+[条章]|附件[一二三四五六七八九十]+)\s*\S{0,24}$")


def is_head(line: str) -> bool:
    """第二条　研究开发目标与内容."""
    return bool(_HEAD.match(line.replace("\u3000", " ")))


def clause_of(text: str, at: int) -> str:
    """The number of the clause that the place ``at`` of a text belongs to; empty when there is none."""
    end = text.find("\n", at)
    for line in reversed(text[: end if end >= 0 else len(text)].split("\n")):
        if found := _CLAUSE.match(line):
            return found[1]
    return ""


def place_of(text: str, evidence: str) -> tuple[int, int] | None:
    """Where evidence such as ``3.1`` or a quoted sentence stands in a text; None when it is not there."""
    words = evidence.strip()
    if not words:
        return None
    number = _CLAUSE.match(words)
    quoted = words[number.end() :].strip(" 　，。:：") if number else words
    if len(quoted) >= 4 and (at := text.find(quoted)) >= 0:
        return at, at + len(quoted)
    if number is None or (quoted and number[1].startswith("附件")):
        return None
    start = 0
    for line in text.split("\n"):
        found = _CLAUSE.match(line)
        if found and found[1] == number[1]:
            skip = found.end() + len(line[found.end() :]) - len(line[found.end() :].lstrip(" 　"))
            return start + skip, start + len(line)
        start += len(line) + 1
    return None
