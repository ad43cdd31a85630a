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


@dataclass(frozen=True, slots=True)
class Advice:
    """What the program can say about one question before a person answers."""

    answer: str
    """``yes``, ``no`` or empty: it cannot tell."""
    certainty: str
    """高 when the form itself says so; empty with an empty answer."""
    words: str


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
        """The next question without an answer, from ``after`` on, else the first; empty: none is left."""
        waiting = (*self.conclusion.open_questions, *self.conclusion.blocked)
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
            return Advice("", "", words or _("登记表上没有，请看合同原文。"))
        words = _("按登记表所填；请对照合同的{places}。") if places else _("按登记表所填；请对照合同原文。")
        return Advice("yes" if known else "no", _("高"), words.format(places=places))

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
