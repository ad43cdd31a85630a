"""What is said about the figures: names of bases and places, changes against last year, what to look for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from desktop.resources import _
from desktop.statistics.report import (
    PLACES,
    TEN_THOUSAND,
    Progress,
    Split,
    StatisticsReport,
    half_up,
    in_ten_thousand,
    rounding_gap,
)


def only_here() -> str:
    """What every figure of 吸纳 says: what was bought here and registered elsewhere is not known."""
    return _("仅本地登记，不完整")


def basis_words() -> dict[str, str]:
    """登记, 输出, 吸纳."""
    return {"registered": _("登记"), "outward": _("输出"), "inward": _("吸纳")}


def measure_words() -> dict[str, str]:
    """份数, 成交额, 技术交易额."""
    return {"count": _("份数"), "contract": _("成交额"), "technology": _("技术交易额")}


def place_words(level: str) -> dict[str, str]:
    """Names of ``PLACES`` as seen from a county, a prefecture or a province, in their order."""
    home, others = {
        "county": (_("本县"), _("本省他县")),
        "prefecture": (_("本市"), _("本省他市")),
        "province": (_("本省"), _("本省未分")),
    }[level]
    return {
        "home": home,
        "province": others,
        "elsewhere": _("外省"),
        "abroad": _("境外·港澳台"),
        "unknown": _("不明"),
    }


def places_shown(report: StatisticsReport) -> list[str]:
    """``PLACES`` without those that cannot occur for a province."""
    return [
        place
        for place in PLACES
        if not (place == "province" and report.level == "province")
        or report.outward[place].count
        or report.inward[place].count
    ]


def growth(now: Decimal, before: Decimal) -> Fraction | None:
    """同比; None when there was nothing, or less, the year before."""
    return (Fraction(now) - Fraction(before)) / Fraction(before) if before > 0 else None


def change_words(now: Decimal, before: Decimal) -> str:
    """▲ 同比 12.84%, exact to two places; — when there was nothing the year before."""
    share = growth(now, before)
    if share is None:
        return _("同比 —")
    shown = half_up(share * 100, 2)
    sign = "▲" if shown > 0 else "▼" if shown < 0 else ""
    return _("{sign} 同比 {share}%").format(sign=sign, share=f"{abs(shown):,.2f}").strip()


def in_unit(number: Decimal, measure: str) -> str:
    """A count as it is, a sum in 万元."""
    return f"{number:,.0f}" if measure == "count" else in_ten_thousand(number)


def _short(progress: Progress, measure: str) -> str:
    """About how much is missing to stand where the time stands: whole 份 or 万元."""
    unit, word = (1, _("份")) if measure == "count" else (TEN_THOUSAND, _("万元"))
    missing = progress.short_of_time / unit
    places = 0 if missing >= 1 else 2
    return f"{half_up(missing, places):,.{places}f} {word}"


def behind_words(report: StatisticsReport, basis: str) -> list[str]:
    """For every target that is behind the time: by how many points, and by how much."""
    said = []
    for measure in ("contract", "technology", "count"):
        progress = report.progress(measure, basis)
        if progress is not None and progress.is_behind:
            said.append(
                _("{name}比时间进度低 {points} 个百分点，差约 {missing}").format(
                    name=measure_words()[measure],
                    points=f"{half_up(progress.points_behind, 1):.1f}",
                    missing=_short(progress, measure),
                )
            )
    return said


def notes(report: StatisticsReport, basis: str) -> list[tuple[str, str]]:
    """要留意的: (``doubt`` or ``note``, words), only what is so; the most pressing first."""
    split = report.splits[basis]
    said = [("doubt", words) for words in behind_words(report, basis)]
    if basis == "inward":
        said.append(("doubt", _("吸纳{only}：在外地登记的不在内").format(only=only_here())))
    if split.unplaced or split.unplaced_before:
        words = _("不知所在地的 {n} 份、上年同期 {m} 份不在{basis}内")
        said.append(
            (
                "note",
                words.format(
                    n=f"{split.unplaced:,}", m=f"{split.unplaced_before:,}", basis=basis_words()[basis]
                ),
            )
        )
    if split.pending.count:
        pending = _("其中待回执 {n} 项 {sum} 万元")
        said.append(
            (
                "note",
                pending.format(n=f"{split.pending.count:,}", sum=in_ten_thousand(split.pending.contract)),
            )
        )
    if gone := _gone(split):
        said.append(("note", gone))
    if split.changed.count:
        words = _("变更后未换证 {n} 份，按变更后的金额计回登记所属期")
        said.append(("note", words.format(n=f"{split.changed.count:,}")))
    if split.undetermined:
        said.append(("note", _("{n} 份成交额未定，只计份数").format(n=f"{split.undetermined:,}")))
    if basis == "registered" and report.neither.count:
        words = _("{n} 份的买卖双方都不在{home}，不在输出和吸纳内")
        home = place_words(report.level)["home"]
        said.append(("note", words.format(n=f"{report.neither.count:,}", home=home)))
    said += [("note", words) for words in _gaps(report, split)]
    return said


def _gone(split: Split) -> str:
    parts = []
    if split.cancelled.count:
        parts.append(_("已注销 {n} 份").format(n=f"{split.cancelled.count:,}"))
    if split.revoked.count:
        parts.append(_("已撤销 {n} 份").format(n=f"{split.revoked.count:,}"))
    if not parts:
        return ""
    return _("{what}不在合计内").format(what="、".join(parts))


def _gaps(report: StatisticsReport, split: Split) -> Iterator[str]:
    """Where printed parts and printed total differ; no gap, no sentence."""
    tables: list[tuple[str, Sequence[Decimal], Decimal]] = [
        (_("五类成交额"), [t.contract for t in split.kinds.values()], split.now.contract),
        (_("五类技术交易额"), [t.technology for t in split.kinds.values()], split.now.technology),
        (_("领域成交额"), [t.contract for t in split.fields.values()], split.now.contract),
        (
            _("输出成交额"),
            [t.contract for t in report.outward.values()],
            report.splits["outward"].now.contract,
        ),
        (_("吸纳成交额"), [t.contract for t in report.inward.values()], report.splits["inward"].now.contract),
    ]
    found = [(name, gap) for name, parts, total in tables if (gap := rounding_gap(parts, total))]
    if found:
        named = "、".join(f"{name} {abs(gap)}" for name, gap in found)
        yield _("分项之和与合计相差（万元）：{named}；来自四舍五入，未作调整").format(named=named)


def flow_words(report: StatisticsReport) -> str:
    """How the three bases hang together: 登记 = 输出 + 吸纳 − 就地 + 双方都不在."""
    home = place_words(report.level)["home"]
    return _(
        "登记 {all} ＝ 输出 {out} ＋ 吸纳 {into} － 双方均在{home} {both} ＋ 双方均不在{home} {neither}"
    ).format(
        all=f"{report.splits['registered'].now.count:,}",
        out=f"{report.splits['outward'].now.count:,}",
        into=f"{report.splits['inward'].now.count:,}",
        both=f"{report.both.count:,}",
        neither=f"{report.neither.count:,}",
        home=home,
    )
