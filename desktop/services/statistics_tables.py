"""The tables of the page 统计 as they are written: rounded for paper, exact for a workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from desktop.certificates.statistics_paper import FlowBar, MonthBar, Rows, StatisticsPaper
from desktop.exchange.statistics_book import StatisticsSheet
from desktop.exchange.workbook import ListColumn
from desktop.resources import _
from desktop.rules.codes import CodeTables
from desktop.statistics.report import (
    KINDS,
    MEASURES,
    NOTHING,
    TEN_THOUSAND,
    StatisticsReport,
    Total,
    added,
    half_up,
    in_ten_thousand,
    share_of,
)
from desktop.statistics.words import (
    flow_words,
    growth,
    in_unit,
    measure_words,
    notes,
    only_here,
    place_words,
    places_shown,
)

WHOLE = "100.00"


def kind_rows(codes: CodeTables, kinds: Mapping[str, Total]) -> list[tuple[str, str, Total]]:
    """(code, name, sums) of the five kinds in their order; what has no kind comes last."""
    keys = [*KINDS, *(key for key in sorted(kinds) if key not in KINDS)]
    return [
        (key, codes.name("contract_kinds", key).removesuffix("合同") or _("未填"), kinds.get(key, NOTHING))
        for key in keys
    ]


def field_rows(codes: CodeTables, fields: Mapping[str, Total]) -> list[tuple[str, str, Total]]:
    """(code, name, sums) of the technical fields, the largest first, ties by code."""
    ordered = sorted(fields.items(), key=lambda item: (-item[1].contract, item[0]))
    return [(key, codes.name("tech_fields", key) or _("未填"), total) for key, total in ordered]


def _bare(share: Fraction | None) -> str:
    return "—" if share is None else f"{half_up(share * 100, 2):,.2f}"


def _split_rows(rows: Sequence[tuple[str, str, Total]], whole: Total) -> Rows:
    made = [
        (
            name,
            f"{total.count:,}",
            in_ten_thousand(total.contract),
            in_ten_thousand(total.technology),
            _bare(share_of(total.contract, whole.contract)),
        )
        for _code, name, total in rows
    ]
    made.append(
        (
            _("合计"),
            f"{whole.count:,}",
            in_ten_thousand(whole.contract),
            in_ten_thousand(whole.technology),
            WHOLE if whole.contract else "—",
        )
    )
    return tuple(made)


def months_ahead(report: StatisticsReport, today: date) -> frozenset[int]:
    """Months of the year that have not come yet."""
    return frozenset(month for month in range(1, 13) if (report.year, month) > (today.year, today.month))


def paper_of(
    codes: CodeTables,
    report: StatisticsReport,
    basis: str,
    *,
    station: str,
    person: str,
    today: date,
    is_training: bool = False,
) -> StatisticsPaper:
    """P29 of one basis of a report."""
    split, ahead = report.splits[basis], months_ahead(report, today)
    totals = []
    for measure in MEASURES:
        now, before = split.now.of(measure), split.before.of(measure)
        progress = report.progress(measure, basis)
        unit = _("份") if measure == "count" else _("万元")
        totals.append(
            (
                f"{measure_words()[measure]}（{unit}）",
                in_unit(now, measure),
                in_unit(before, measure),
                _bare(growth(now, before)),
                in_unit(progress.target, measure) if progress else "",
                _bare(progress.reached) if progress else "",
                _bare(progress.passed) if progress else "",
            )
        )
    months, bars = [], []
    for month in range(1, 13):
        now_total = split.months.get(month, NOTHING)
        before_total = split.months_before.get(month, NOTHING)
        word = _("{n}月").format(n=month)
        is_ahead = month in ahead
        months.append(
            (
                word,
                "" if is_ahead else f"{now_total.count:,}",
                "" if is_ahead else in_ten_thousand(now_total.contract),
                "" if is_ahead else in_ten_thousand(now_total.technology),
                f"{before_total.count:,}",
                in_ten_thousand(before_total.contract),
            )
        )
        shown = f"{half_up(Fraction(now_total.contract) / TEN_THOUSAND, 0):,}"
        bars.append(MonthBar(word, None if is_ahead else now_total.contract, before_total.contract, shown))
    year, year_before = added(split.months.values()), added(split.months_before.values())
    months.append(
        (
            _("合计"),
            f"{year.count:,}",
            in_ten_thousand(year.contract),
            in_ten_thousand(year.technology),
            f"{year_before.count:,}",
            in_ten_thousand(year_before.contract),
        )
    )
    target = report.targets.contract if report.targets and report.targets.basis == basis else None
    mean = None if target is None else target / 12
    names = place_words(report.level)
    flow, flow_bars = [], []
    for place in places_shown(report):
        into, out = report.inward[place], report.outward[place]
        flow.append(
            (
                names[place],
                f"{into.count:,}",
                in_ten_thousand(into.contract),
                f"{out.count:,}",
                in_ten_thousand(out.contract),
            )
        )
        flow_bars.append(
            FlowBar(
                names[place],
                into.contract,
                out.contract,
                in_ten_thousand(into.contract),
                in_ten_thousand(out.contract),
            )
        )
    into, out = report.splits["inward"].now, report.splits["outward"].now
    flow.append(
        (
            _("合计"),
            f"{into.count:,}",
            in_ten_thousand(into.contract),
            f"{out.count:,}",
            in_ten_thousand(out.contract),
        )
    )
    return StatisticsPaper(
        station_name=station,
        decided_on=today,
        is_training=is_training,
        window=window_words(report),
        basis=basis_line(report, basis),
        totals=tuple(totals),
        months=tuple(months),
        kinds=_split_rows(kind_rows(codes, split.kinds), split.now),
        fields=_split_rows(field_rows(codes, split.fields), split.now),
        flow=tuple(flow),
        month_bars=tuple(bars),
        flow_bars=tuple(flow_bars),
        notes=tuple(full_notes(report, basis)),
        person=person,
        mean=mean,
        mean_shown="" if mean is None else in_ten_thousand(mean),
    )


def window_words(report: StatisticsReport) -> str:
    """First and last day counted; a span that is not over yet says so."""
    span = report.span
    words = _("{first} 至 {last}").format(first=span.first, last=span.last)
    return words if span.last == span.whole_last else _("{days}（本期未满）").format(days=words)


def basis_line(report: StatisticsReport, basis: str) -> str:
    """登记, 输出 or 吸纳 with what it means; 吸纳 always says that it is not complete."""
    home = report.home or place_words(report.level)["home"]
    return {
        "registered": _("登记：本机构登记的全部合同"),
        "outward": _("输出：卖方在{home}").format(home=home),
        "inward": _("吸纳：买方在{home}（{only}）").format(home=home, only=only_here()),
    }[basis]


def full_notes(report: StatisticsReport, basis: str) -> list[str]:
    """What paper and workbook say about the counting, and what the page says under 要留意的."""
    return [
        _("按认定登记日期统计，已登记、已发证、已变更的计入；已注销、已撤销的不计入。"),
        _("回溯口径：变更计回登记所属期，上年同期同样调整。"),
        _("输出按第一卖方、吸纳按第一买方的所在地；吸纳{only}。").format(only=only_here()),
        flow_words(report) + _("（份）。"),
        _("金额单位万元，按元精确合计后四舍五入到两位小数；增减、占比四舍五入，上年为零写“—”。"),
        *(words + "。" for _level, words in notes(report, basis)),
    ]


def sheets_of(
    codes: CodeTables, report: StatisticsReport, basis: str, today: date
) -> tuple[StatisticsSheet, ...]:
    """The same tables for a workbook: yuan, unrounded; what cannot be computed stays empty."""
    split, ahead = report.splits[basis], months_ahead(report, today)

    def column(title: str, kind: str = "money", width: int = 18) -> ListColumn:
        return ListColumn(title, kind, width)

    def per_cent(share: Fraction | None) -> Decimal | None:
        return None if share is None else half_up(share * 100, 2)

    def line(total: Total) -> tuple[object, ...]:
        return total.count, total.contract, total.technology

    count, contract, technology = (
        column(_("份数"), "int", 10),
        column(_("合同成交额（元）")),
        column(_("技术交易额（元）")),
    )
    three = (count, contract, technology)
    totals = []
    for measure in MEASURES:
        now, before = split.now.of(measure), split.before.of(measure)
        progress = report.progress(measure, basis)
        unit = _("份") if measure == "count" else _("元")
        totals.append(
            (
                f"{measure_words()[measure]}（{unit}）",
                now,
                before,
                per_cent(growth(now, before)),
                progress.target if progress else None,
                per_cent(progress.reached) if progress else None,
                per_cent(progress.passed) if progress else None,
            )
        )

    def shares(name: str, head: str, rows: Sequence[tuple[str, str, Total]]) -> StatisticsSheet:
        return StatisticsSheet(
            name,
            (column(head, "str", 24), *three, column(_("占成交额（%）"), "percent", 14)),
            tuple(
                (word, *line(t), per_cent(share_of(t.contract, split.now.contract))) for _c, word, t in rows
            ),
            (_("合计"), *line(split.now), Decimal(100) if split.now.contract else None),
        )

    names = place_words(report.level)
    return (
        StatisticsSheet(
            _("总量"),
            (
                column(_("指标"), "str", 20),
                column(_("本期")),
                column(_("上年同期")),
                column(_("同比（%）"), "percent", 12),
                column(_("年度目标")),
                column(_("完成（%）"), "percent", 12),
                column(_("时间（%）"), "percent", 12),
            ),
            tuple(totals),
        ),
        StatisticsSheet(
            _("各月"),
            (
                column(_("月份"), "str", 10),
                *three,
                column(_("上年份数"), "int", 10),
                column(_("上年成交额（元）")),
                column(_("上年技术交易额（元）"), width=22),
            ),
            tuple(
                (
                    f"{report.year}-{month:02}",
                    *((None,) * 3 if month in ahead else line(split.months.get(month, NOTHING))),
                    *line(split.months_before.get(month, NOTHING)),
                )
                for month in range(1, 13)
            ),
            (_("合计"), *line(added(split.months.values())), *line(added(split.months_before.values()))),
        ),
        shares(_("五类合同"), _("类别"), kind_rows(codes, split.kinds)),
        shares(_("技术领域"), _("技术领域"), field_rows(codes, split.fields)),
        StatisticsSheet(
            _("流向"),
            (
                column(_("对方所在地"), "str", 20),
                column(_("吸纳份数"), "int", 12),
                column(_("吸纳成交额（元）")),
                column(_("吸纳技术交易额（元）"), width=22),
                column(_("输出份数"), "int", 12),
                column(_("输出成交额（元）")),
                column(_("输出技术交易额（元）"), width=22),
            ),
            tuple(
                (names[place], *line(report.inward[place]), *line(report.outward[place]))
                for place in places_shown(report)
            ),
            (_("合计"), *line(report.splits["inward"].now), *line(report.splits["outward"].now)),
        ),
        StatisticsSheet(
            _("口径"),
            (column(_("项目"), "str", 14), column(_("内容"), "str", 90)),
            (
                (_("统计期间"), window_words(report)),
                (_("口径"), basis_line(report, basis)),
                (_("单位"), _("份；金额为元，未取整")),
                *((_("说明"), words) for words in full_notes(report, basis)),
            ),
        ),
    )
