"""Make the sample station's files: application workbook, ledger, answers, contract documents, expectations.

Everything is invented: county, people, companies, numbers. Inputs are the tables beside this file
(``regions.csv``, ``parties.csv``, ``cases.csv``, ``extras.toml``, ``damages.toml``); the same inputs always
give the same files, byte for byte. Run: ``python resources/sample/make_sample.py [folder]``.
"""

from __future__ import annotations

import csv
import json
import re
import sys
import tomllib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from desktop.rules import facts as f
from desktop.rules.capital import capital
from desktop.rules.codes import CodeTables, read_entries
from desktop.rules.identifiers import check_character, organisation_check, patent_check, resident_check

HERE: Final = Path(__file__).resolve().parent
TODAY: Final = date(2026, 11, 20)
AREA: Final = "990321"
THEMES: Final = {
    "agri": ("09", "09", "A"),
    "mach": ("03", "10", "C"),
    "it": ("01", "10", "I"),
    "env": ("07", "01", "N"),
    "mat": ("05", "10", "C"),
    "energy": ("06", "02", "D"),
    "bio": ("04", "03", "C"),
    "traffic": ("10", "05", "G"),
    "city": ("11", "06", "S"),
    "space": ("02", "13", "M"),
    "nuc": ("08", "10", "M"),
    "chip": ("01", "10", "C"),
}
"""Theme → technical field, socio-economic objective, industry."""

SHEETS: Final = {
    "合同": f.Facts, "当事人": f.Party, "金额": f.AmountLine, "付款": f.Payment, "发票": f.Invoice,
    "知识产权": f.IpRight, "附件": f.Attachment, "奖励": f.Award,
}  # fmt: skip
TEXT_TYPES: Final = ("str", "code", "id")


@dataclass(frozen=True)
class Case:
    """One contract of the sample: its facts, how its cells are written, what should become of it."""

    no: int
    facts: f.Facts
    style: str
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def outcome(self) -> str:
        """``register``, ``return``, ``refuse``, ``not_accept``, ``duplicate`` or ``park``."""
        return str(self.extra.get("outcome", "register"))


def credit_code(category: str, body: str) -> str:
    """A credit code with right check characters, inner and outer, registered in the invented county."""
    first17 = category + AREA + body + organisation_check(body)
    return first17 + check_character(first17)


def read_parties() -> dict[str, f.Party]:
    """The invented parties by key, without a role."""
    found = {}
    with (HERE / "parties.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["category"]:
                id_type, number = "credit_code", credit_code(row["category"], row["body"])
            elif row["party_type"] == "500":
                id_type, number = "resident_id", row["body"] + resident_check(row["body"])
            else:
                id_type, number = "other", row["body"]
            domestic = row["country"] == "CHN"
            found[row["key"]] = f.Party(
                name=row["name"],
                id_type=id_type,
                id_number=number,
                country=row["country"],
                region=row["region"] or None,
                party_type=row["party_type"],
                legal_representative=row["representative"] or None,
                contact=row["contact"] or None,
                phone=row["phone"] or None,
                email=f"{row['key']}@example.invalid" if domestic else None,
                address=f"{row['name'][:4]}路 1 号（示例）" if domestic else None,
                is_tax_resident=domestic,
                vat_status=row["vat"] or None,
                is_high_tech=_yes(row["tech"]),
                is_small_low_profit=_yes(row["small"]),
                is_nonprofit_research=_yes(row["research"]),
                park=row["park"] or None,
            )
    return found


def _yes(text: str) -> bool | None:
    return {"yes": True, "no": False}.get(text)


def _day(value: Any) -> date:
    return f.LONG_TERM if value == "长期" else value if isinstance(value, date) else date.fromisoformat(value)


def _money(text: str) -> Decimal | None:
    return Decimal(text).quantize(Decimal("0.01")) if text else None


def read_cases(folder: Path = HERE) -> list[Case]:
    """The main block: contracts that come in without an error."""
    parties = read_parties()
    extras = tomllib.loads((folder / "extras.toml").read_text(encoding="utf-8"))
    with (folder / "cases.csv").open(encoding="utf-8", newline="") as file:
        return [_case(row, extras.get(row["no"], {}), parties) for row in csv.DictReader(file)]


def _case(row: Mapping[str, str], extra: Mapping[str, Any], parties: Mapping[str, f.Party]) -> Case:
    no = int(row["no"])
    total, technology = _money(row["contract_amount"]), _money(row["technology_amount"])
    signed, since, until = (_day(row[k]) for k in ("signed_on", "valid_from", "valid_until"))
    tech_field, objective, industry = THEMES[row["theme"]]
    kind = row["kind"].split("-")[0]
    people = [_party(parties[k], "seller") for k in row["sellers"].split(";")]
    people += [_party(parties[k], "buyer") for k in row["buyers"].split(";")]
    if broker := extra.get("intermediary"):
        people.append(_party(parties[broker], "intermediary"))
    values: dict[str, Any] = {
        "title": row["title"],
        "kind": kind,
        "sub_kind": row["kind"],
        "valid_from": since,
        "valid_until": until,
        "signed_on": signed,
        "contract_amount": total,
        "price_form": "fixed",
        "technology_amount": technology,
        "currency": "CNY",
        "payment_method": row["payment"],
        "technical_field": tech_field,
        "ip_kind": row["ip"],
        "plan_source": row["plan"],
        "socioeconomic_objective": objective,
        "industry": industry,
        "use_region": AREA,
        "summary": row["goal"],
        "is_secret": False,
        "has_confidentiality": False,
        "civil_military": "none",
        "cross_border": "none",
        "is_used_wholly_abroad": False,
        "is_related_party": False,
        "is_public_funded": row["plan"] != "9",
        "is_vat_listed": False,
        "applicant_role": "seller",
        "is_written": True,
        "service_inside_amount": Decimal("0.00"),
        "parties": tuple(people),
        "amount_lines": _lines(extra, technology if technology is not None else total),
        "payments": _payments(row["payment"], total, signed, no),
        "invoices": (f.Invoice(signed + timedelta(9), "ordinary", f"DEMO26{no:08d}", "technology"),)
        if no % 9 == 0
        else (),
        "ip_rights": tuple(_right(r, extra) for r in extra.get("rights", ())),
        "attachments": _attachments(extra),
        "awards": tuple(
            f.Award(a[0], Decimal(a[1]).quantize(Decimal("0.01")), a[2], a[3], a[4])
            for a in extra.get("awards", ())
        ),
    }
    types = {item.name: item.metadata["type"] for item in fields(f.Facts)}
    for name, value in extra.get("facts", {}).items():
        values[name] = (
            Decimal(value) if types[name] in ("money", "decimal") else None if value == "" else value
        )
        if types[name] == "money":
            values[name] = values[name].quantize(Decimal("0.01"))
    if values["applicant_role"] == "buyer" and row["plan"] == "9":
        values["is_public_funded"] = False
    if values["plan_source"] != "9":
        values.setdefault("project_number", f"CH2026-KJ-{no:03d}")
        values.setdefault("project_name", "澄河县科技计划（示例）")
    made = f.Facts(**values)
    listed = [line.amount for line in made.amount_lines if line.amount is not None]
    if total is not None and technology is not None and sum(listed) != total:
        raise ValueError(f"序号 {no}: lines sum to {sum(listed)}, contract says {total}")
    return Case(no, made, str(extra.get("style", ("number", "grouped", "number", "yuan")[no % 4])), extra)


def _party(party: f.Party, role: str) -> f.Party:
    values = {item.name: getattr(party, item.name) for item in fields(f.Party)}
    return f.Party(**(values | {"role": role}))


def _lines(extra: Mapping[str, Any], technology: Decimal | None) -> tuple[f.AmountLine, ...]:
    if rows := extra.get("lines"):
        return tuple(
            f.AmountLine(
                r[0],
                r[1],
                Decimal(r[2]).quantize(Decimal("0.01")),
                r[3],
                r[4] if len(r) > 4 else None,
                r[5] if len(r) > 5 else None,
            )
            for r in rows
        )
    return () if technology is None else (f.AmountLine("技术价款", "technology", technology, "7.1"),)


def _payments(method: str, total: Decimal | None, signed: date, no: int) -> tuple[f.Payment, ...]:
    if total is None or method in ("3", "31", "34", "4", "5"):
        return ()
    if method == "1":
        paid = signed + timedelta(20)
        return (f.Payment(signed + timedelta(15), paid if no % 2 and paid <= TODAY else None, total),)
    first = (total * 2 / 5).quantize(Decimal("0.01"))
    rows = [(15, first), (180, first), (360, total - 2 * first)]
    return tuple(
        f.Payment(
            signed + timedelta(d), signed + timedelta(d + 2) if no % 3 == 0 and d == 15 else None, amount
        )
        for d, amount in rows
    )


def _right(row: Mapping[str, Any], extra: Mapping[str, Any]) -> f.IpRight:
    number = row.get("number")
    if digits := row.get("digits"):
        prefix = "" if row["object"] == "patent_application" else "ZL"
        number = f"{prefix}{digits}.{patent_check(digits)}"
    return f.IpRight(
        number,
        row["object"],
        row["name"],
        row["owner"],
        row.get("valid_until"),
        TODAY - timedelta(3),
        extra.get("outcome") != "return",
    )


def _attachments(extra: Mapping[str, Any]) -> tuple[f.Attachment, ...]:
    names = [
        ("合同正文", 14),
        ("附件一《技术要求》", 6),
        ("附件二《价款明细》", 2),
        ("附件三《验收大纲》", 3),
    ]
    kept = [n for n in names if n[0] != extra.get("missing_attachment")]
    return tuple(f.Attachment(name, pages) for name, pages in kept)


# ------------------------------------------------------------------ cells as people write them


class Writer:
    """Writes facts into sheets the way people do: codes, dates and amounts in several manners."""

    def __init__(self, codes: CodeTables) -> None:
        self._codes = codes

    def cell(self, item: Any, value: Any, no: int, style: str) -> Any:
        """The cell of one field."""
        if value is None:
            return None
        kind, table = item.metadata["type"], item.metadata["codes"]
        if kind == "code":
            return self._code(table, value, no)
        if kind == "yesno":
            return "是" if value else "否"
        if kind == "date":
            return _written_date(value, no)
        if kind == "money":
            return _written_amount(value, style)
        if kind == "decimal":
            return format(value, "f") if no % 2 else float(value)
        return value

    def _code(self, table: str, code: str, no: int) -> str:
        name = self._codes.name(table, code)
        if table in f.FIXED_CODES:
            return f"{code} {name}" if table == "currencies" and no % 2 else name
        if table == "plan_sources" and code == "9" and no % 2:
            return "/"
        if table == "countries_iso":
            customs = (self._codes.get(table, code) or self._codes.entries(table)[0]).extra.get("customs", "")
            return (f"{customs} {name}", name, f"{code} {name}")[no % 3]
        return (f"{code} {name}", name, code)[no % 3] if self._codes.find(table, name) == code else code


def _written_date(day: date, no: int) -> Any:
    if day == f.LONG_TERM:
        return "长期"
    return (
        day,
        day.isoformat(),
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}.{day.month}.{day.day}",
        day.strftime("%Y%m%d"),
        day.strftime("%Y/%m/%d"),
    )[no % 6]


def _written_amount(amount: Decimal, style: str) -> Any:
    if style == "capital" and amount > 0:
        return "人民币" + capital(amount).removeprefix("人民币")
    if style == "wan" and amount >= 1000:
        return format((amount / 10000).normalize(), "f") + "万"
    if style == "grouped":
        return f"{amount:,.2f}"
    if style == "yuan":
        return f"{amount}元"
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def headers(sheet: str) -> list[Any]:
    """The fields of one sheet in the order of the form."""
    items = [i for i in fields(SHEETS[sheet]) if i.metadata.get("sheet") == sheet]
    return sorted(items, key=lambda i: i.name != "official_number") if sheet == "合同" else items


def rows_of(case: Case, sheet: str) -> Iterator[tuple[Any, ...]]:
    """The rows that one contract has on one sheet (objects, not cells)."""
    names = {"当事人": "parties", "金额": "amount_lines", "付款": "payments", "发票": "invoices",
             "知识产权": "ip_rights", "附件": "attachments", "奖励": "awards"}  # fmt: skip
    things = (case.facts,) if sheet == "合同" else getattr(case.facts, names[sheet])
    for thing in things:
        yield tuple(getattr(thing, item.name) for item in headers(sheet))


def fill(sheet: Worksheet, items: Sequence[Any], written: Sequence[Any], row: int) -> None:
    """Write one row as cells; codes, numbers of documents and typed text stay text."""
    for column, value in enumerate(written, 1):
        cell = sheet.cell(row, column, value)
        if isinstance(value, str):
            cell.number_format = "@"
            if value.startswith("="):
                cell.data_type = "s"
        elif isinstance(value, date):
            cell.number_format = "yyyy-mm-dd"
        elif column > 1 and items[column - 2].metadata["type"] == "money":
            cell.number_format = "#,##0.00"


def new_book(titles: Sequence[str] = tuple(SHEETS)) -> Workbook:
    """An empty application workbook with its sheets and headers."""
    book = Workbook()
    first = book.active
    if first is not None:
        book.remove(first)
    for title in titles:
        sheet = book.create_sheet(title)
        for column, name in enumerate(["序号", *(i.metadata["zh"] for i in headers(title))], 1):
            cell = sheet.cell(1, column, name)
            cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E9EDF2")
        sheet.freeze_panes = "B2"
    return book


def add_case(book: Workbook, writer: Writer, case: Case) -> None:
    """Append one contract to all sheets of a workbook."""
    for title in book.sheetnames:
        sheet, items = book[title], headers(title)
        for values in rows_of(case, title):
            written = [writer.cell(i, v, case.no, case.style) for i, v in zip(items, values, strict=True)]
            fill(sheet, items, [case.no, *written], sheet.max_row + 1)


# ------------------------------------------------------------------ the damaged block


def damaged_cases(parties: Mapping[str, f.Party]) -> list[tuple[Case, Mapping[str, Any]]]:
    """Plain contracts with one damage each, as ``damages.toml`` says."""
    rows = tomllib.loads((HERE / "damages.toml").read_text(encoding="utf-8"))["damage"]
    made = []
    for no, damage in enumerate(rows, 901):
        row = {
            "no": str(no),
            "theme": "agri",
            "kind": "SVC-1",
            "title": f"【损坏样例】{damage['title']}",
            "sellers": damage.get("sellers", "ligong"),
            "buyers": damage.get("buyers", "tea"),
            "signed_on": "2026-10-20",
            "valid_from": "2026-11-01",
            "valid_until": "2027-10-31",
            "contract_amount": f"{100000 + no}",
            "technology_amount": f"{100000 + no}",
            "ip": "9",
            "plan": "9",
            "payment": "1",
            "goal": "这一行的某一格是坏的，用来检验导入",
        }
        made.append((_case(row, {"style": "number"}, parties), damage))
    return made


def spoil(book: Workbook, case: Case, damage: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Damage the cells of one contract; returns what an import should report."""
    found = []
    for spot in damage.get("spots", ()):
        sheet = book[spot.get("sheet", "合同")]
        rows = [r for r in range(2, sheet.max_row + 1) if sheet.cell(r, 1).value == case.no]
        row = rows[spot.get("line", 1) - 1]
        names = {str(c.value): c.column for c in sheet[1]}
        column = spot["column"]
        if column not in names:
            sheet.cell(1, sheet.max_column + 1, column)
            names[column] = sheet.max_column
        cell = sheet.cell(row, names[column])
        if "float" in spot:
            cell.value, cell.number_format = float(spot["float"]), "General"
        elif "int" in spot:
            cell.value, cell.number_format = int(spot["int"]), "General"
        elif "formula" in spot:
            cell.value, cell.data_type, cell.number_format = spot["formula"], "f", "#,##0.00"
        elif "repeat" in spot:
            cell.value = spot["repeat"] * spot["times"]
        elif "text" in spot:
            cell.value, cell.number_format, cell.data_type = spot["text"] or None, "@", "s"
            if not spot["text"]:
                cell.value = None
        if "merge" in spot:
            sheet.merge_cells(
                start_row=rows[0], end_row=rows[-1], start_column=cell.column, end_column=cell.column
            )
        report = {k: spot[k] for k in ("kind", "found_by", "level", "right") if k in spot}
        shown = spot.get(
            "shown", spot.get("text", spot.get("formula", spot.get("float", spot.get("int", ""))))
        )
        found.append(
            {"no": case.no, "sheet": sheet.title, "row": row, "column": column, **report, "value": str(shown)}
        )
    return found


def add_strays(book: Workbook) -> list[dict[str, Any]]:
    """Rows that belong to no contract, a number used twice, blank rows at the end."""
    found = []
    sheet = book["合同"]
    last = next(r for r in range(sheet.max_row, 1, -1) if sheet.cell(r, 1).value == 901)
    row = sheet.max_row + 1
    for column in range(1, sheet.max_column + 1):
        sheet.cell(row, column, sheet.cell(last, column).value)
    sheet.cell(row, 2).value = None
    found.append({"no": 901, "sheet": "合同", "row": row, "column": "序号", "kind": "repeated_row_no",
                  "level": "error", "value": "901"})  # fmt: skip
    people = book["当事人"]
    row = people.max_row + 1
    people.cell(row, 1, 999)
    people.cell(row, 2, "卖方")
    people.cell(row, 3, "没有合同的单位（示例）")
    found.append({"no": 999, "sheet": "当事人", "row": row, "column": "序号", "kind": "orphan_row",
                  "level": "error", "value": "999"})  # fmt: skip
    for extra in range(1, 6):
        cell = sheet.cell(sheet.max_row + 1, 3 + extra % 2, " " if extra % 2 else "\u3000")
        cell.fill = PatternFill("solid", fgColor="FFFAE5")
    return found


# ------------------------------------------------------------------ answers

GATES: Final = tuple(f"R-GATE-{n:02d}" for n in range(1, 25) if n != 23)
EVIDENCE: Final = {
    "R-GATE-01": "附件一至三",
    "R-GATE-02": "9.1",
    "R-GATE-03": "9.1",
    "R-GATE-05": "签章页",
    "R-GATE-07": "1.1",
    "R-GATE-08": "2.1",
    "R-GATE-09": "7.1",
    "R-GATE-12": "8.3",
    "R-GATE-13": "8.4",
    "R-GATE-18": "申请表",
    "R-GATE-19": "申请表",
    "R-GATE-22": "10.1",
    "R-GATE-24": "附件一 6",
    "R-MIX-01": "2.1",
    "R-MIX-03": "7.2、附件二",
    "R-DEV-01": "2.1",
    "R-DEV-02": "3.1",
    "R-DEV-03": "2.2",
    "R-DEV-04": "1.1",
    "R-DEV-N1": "3.1",
    "R-DEV-N2": "附件一 4",
    "R-TRF-01": "3.1",
    "R-TRF-02": "2.2",
    "R-TRF-03": "8.1",
    "R-TRF-04": "8.1",
    "R-TRF-05": "附件一",
    "R-TRF-06": "3.1",
    "R-TRF-07": "3.1",
    "R-TRF-08": "10.1",
    "R-TRF-09": "8.2",
    "R-LIC-01": "8.1",
    "R-CON-01": "2.1",
    "R-CON-02": "2.2",
    "R-CON-03": "5.1",
    "R-SVC-01": "2.1",
    "R-SVC-02": "2.1",
    "R-SVC-03": "2.2",
    "R-SVC-04": "8.1",
    "R-SVC-05": "3.1",
    "R-TRN-01": "2.1",
    "R-TRN-02": "2.2",
    "R-INT-01": "2.1",
    "R-INT-02": "2.1",
    "R-INT-04": "1.2",
}
"""Rule → place in the contract; the documents of ``contracts/`` are numbered alike."""

OF_KIND: Final = {
    "DEV": (("01", "02", "03", "04", "05"), ("N1", "N2", "N3", "N4", "N5", "N6"), 8),
    "TRF": (("01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11"), ("N1", "N2", "N3", "N4"), 0),
    "CON": (("01", "02", "03", "04"), ("05", "N1", "N2"), 9),
    "SVC-1": (("01", "02", "03", "04", "05", "06"), ("N1", "N2", "N3", "N4"), 11),
    "SVC-2": (("01", "02"), ("N1", "N2"), 0),
    "SVC-3": (("01", "02", "04"), (), 0),
}
"""Rules of a kind that pass with yes, those that pass with no, length of the positive list."""


def answers_of(case: Case) -> dict[str, dict[str, str]]:
    """The answers of a registrar: gates, mixture, kind, amounts; for a refusal what stands against it."""
    facts = case.facts
    found: dict[str, str] = dict.fromkeys(GATES, "yes")
    found["R-GATE-22"] = "yes" if facts.has_confidentiality or facts.is_secret else "no"
    found |= {"R-MIX-01": "no", "R-MIX-02": "yes", "R-MIX-03": "yes", "R-MIX-04": "yes", "R-MIX-05": "no"}
    found["R-MIX-06"] = "yes" if case.extra.get("intermediary") else "no"
    sub = facts.sub_kind or ""
    group = "TRF" if sub[:3] in ("TRF", "LIC") else sub if sub.startswith("SVC") else sub[:3]
    stem = {"SVC-1": "SVC", "SVC-2": "TRN", "SVC-3": "INT"}.get(group, group)
    yes, no, positives = OF_KIND[group]
    found |= {f"R-{stem}-{n}": "yes" for n in yes} | {f"R-{stem}-{n}": "no" for n in no}
    chosen = case.no % positives + 1 if positives else 0
    found |= {f"R-{stem}-P{n}": "yes" if n == chosen else "no" for n in range(1, positives + 1)}
    if group == "DEV":
        found["R-DEV-04"] = "no" if sub == "DEV-2" else "yes"
    else:
        found["R-DEV-02"] = "no"
    if group == "TRF":
        found["R-TRF-04"] = "yes" if sub.startswith("TRF") else "no"
        found["R-TRF-11"] = "yes" if sub == "TRF-8" else "no"
        if sub.startswith("LIC"):
            found["R-LIC-01"] = "yes"
    else:
        found["R-TRF-01"] = "no"
    if group != "CON":
        found["R-CON-03"] = "no"
    if group != "SVC-2":
        found["R-TRN-01"] = "no"
    if group != "SVC-3":
        found["R-INT-01"] = "no"
    if case.outcome == "refuse" and group != "SVC-1":
        found["R-SVC-01"] = "no"
    found |= {"R-TRN-03": "yes"} if group == "SVC-2" else {"R-INT-03": "yes"} if group == "SVC-3" else {}
    deducted = facts.deducted_amount
    found["R-AMT-01"] = "yes" if facts.technology_amount is not None else "no"
    found["R-AMT-02"] = "yes" if deducted else "no"
    found["R-AMT-03"] = "yes"
    found["R-AMT-05"] = "no" if facts.price_form == "royalty" else "yes"
    found["R-AMT-06"] = "yes" if facts.technology_amount is not None else "no"
    for code in case.extra.get("rules", ()):
        if code.startswith("R-AMT"):
            continue
        found[code] = {"yes": "no", "no": "yes"}[found.get(code, "yes")]
    return {
        c: {"answer": a} | ({"evidence": EVIDENCE[c]} if c in EVIDENCE else {})
        for c, a in sorted(found.items())
    }


# ------------------------------------------------------------------ the ledger of last year

LEDGER_HEADERS: Final = (
    "序号",
    "合同登记编号",
    "项目名称",
    "合同类别",
    "细类",
    "卖方名称",
    "买方名称",
    "合同成交额（元）",
    "技术交易额（元）",
    "签订日期",
    "登记日期",
    "有效期限止",
    "技术领域",
    "状态",
    "登记员",
)
LEDGER_AIMS: Final = {
    "DEV-1": "智能监测装置研制",
    "DEV-2": "节能控制技术合作开发",
    "CON": "技术改造路线咨询",
    "SVC-1": "运行故障诊断技术服务",
    "SVC-2": "运维技术培训",
    "LIC-1C": "检测方法专利普通实施许可",
    "TRF-3": "工艺技术秘密转让",
}
LEDGER_FIXED: Final = {
    188: ("平地茶园割刀高度传感技术研制", "DEV-1", "qiheng fenghe 720000 2025-12-08 已发证"),
    152: ("花椒采摘剪切力测试与机构优化研制", "DEV-1", "qianhu hezuo 96000 2025-10-21 已发证"),
    140: ("温室番茄采摘机器人技术秘密使用许可", "LIC-2", "qiheng hezuo 400000 2025-09-03 已注销"),
    77: ("采摘机远程诊断平台开发", "DEV-1", "qiuhe tea 268000 2025-05-06 已撤销"),
}


def make_ledger(codes: CodeTables, path: Path) -> None:
    """Last year's register as an office keeps it: one flat sheet, a heading above, a sum below."""
    random = Random(2025)
    parties = read_parties()
    keys = list(parties)
    sellers, buyers = keys[:11], keys[11:22]
    things = [
        "茶园",
        "果园",
        "泵站",
        "配电台区",
        "竹材炭化",
        "石英提纯",
        "污泥脱水",
        "边坡",
        "冷库",
        "灌区闸门",
    ]
    serials = sorted(
        {*LEDGER_FIXED, *random.sample([n for n in range(1, 205) if n not in LEDGER_FIXED], 116)}
    )
    book = Workbook()
    sheet = book.active
    if sheet is None:
        raise ValueError("a new workbook has a sheet")
    sheet.title = "2025年台账"
    sheet.cell(1, 1, "澄河县技术合同登记处 2025 年度技术合同登记台账").font = Font(bold=True, size=14)
    for column, name in enumerate(LEDGER_HEADERS, 1):
        sheet.cell(2, column, name).font = Font(bold=True)
    sums = [Decimal(0), Decimal(0)]
    for index, serial in enumerate(serials, 1):
        kind = random.choice(list(LEDGER_AIMS))
        day = date(2025, 1, 6) + timedelta(days=serial * 355 // 205)
        title = f"{random.choice(things)}{LEDGER_AIMS[kind]}（{serial}）"
        seller, buyer = random.choice(sellers), random.choice(buyers)
        amount = str(random.randrange(20, 3000) * 1000)
        state = random.choices(["已发证", "已登记", "已变更"], [90, 5, 5])[0]
        if serial in LEDGER_FIXED:
            title, kind, words = LEDGER_FIXED[serial]
            seller, buyer, amount, when, state = words.split()
            day = date.fromisoformat(when)
        total = Decimal(amount)
        technology = total if serial % 4 else (total * 4 / 5).quantize(Decimal(1))
        main = "TRF" if kind.startswith("LIC") else kind.split("-")[0]
        number = f"2025990321{serial:04d}" if serial % 23 == 0 else f"202599032100{serial:04d}"
        row = (
            index,
            number,
            title,
            codes.name("contract_kinds", main),
            codes.name("contract_kinds", kind),
            parties[seller].name,
            parties[buyer].name,
            int(total),
            int(technology),
            day - timedelta(20),
            day,
            day + timedelta(700),
            codes.name("tech_fields", THEMES["agri"][0]),
            state,
            "沈清禾",
        )
        for column, value in enumerate(row, 1):
            cell = sheet.cell(index + 2, column, value)
            if isinstance(value, str):
                cell.number_format = "@"
            elif isinstance(value, date):
                cell.number_format = "yyyy-mm-dd"
        sums = [sums[0] + total, sums[1] + technology]
    last = sheet.max_row + 1
    for column, value in ((1, "合计"), (2, f"{len(serials)} 份"), (8, int(sums[0])), (9, int(sums[1]))):
        sheet.cell(last, column, value).font = Font(bold=True)
    sheet.freeze_panes = "C3"
    save(book, path)


# ------------------------------------------------------------------ writing


def save(book: Workbook, path: Path) -> None:
    """Save a workbook so that the same content gives the same bytes."""
    book.properties.creator = "澄河县技术合同登记处（示例）"
    book.properties.created = datetime(2026, 11, 20, 8, tzinfo=UTC).replace(tzinfo=None)
    book.save(path)
    settle(path)


def settle(path: Path) -> None:
    """Give every part of a zipped document one fixed time, also in its properties."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    stamp = b"2026-11-20T08:00:00Z"
    times = rb"(<dcterms:modified[^>]*>)[^<]*(<)"
    parts["docProps/core.xml"] = re.sub(times, rb"\g<1>" + stamp + rb"\g<2>", parts["docProps/core.xml"])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, (2026, 11, 20, 8, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, content)


def toml_value(value: Any) -> str:
    """One value as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date | int):
        return str(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml_value(v) for v in value) + "]"
    return json.dumps(str(value), ensure_ascii=False)


def toml_table(name: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """An array of tables as TOML; empty values are left out."""
    blocks = []
    for row in rows:
        lines = [f"{k} = {toml_value(v)}" for k, v in row.items() if v not in (None, "", [])]
        blocks.append("\n".join([f"[[{name}]]", *lines]))
    return "\n\n".join(blocks) + "\n"


def expectation(case: Case, block: str, result: str) -> dict[str, Any]:
    """What the import and the station should make of one contract."""
    facts = case.facts
    found: dict[str, Any] = {"no": case.no, "block": block, "result": result, "title": facts.title}
    if block == "main":
        found |= {
            "kind": facts.kind, "sub_kind": facts.sub_kind, "signed_on": facts.signed_on,
            "valid_from": facts.valid_from, "valid_until": facts.valid_until,
            "contract_amount": None if facts.contract_amount is None else str(facts.contract_amount),
            "technology_amount": None if facts.technology_amount is None else str(facts.technology_amount),
            "sellers": [p.name for p in facts.sellers], "buyers": [p.name for p in facts.buyers],
            "outcome": case.outcome,
        }  # fmt: skip
        extra = case.extra
        found |= {
            k: extra.get(k)
            for k in (
                "accepted_on",
                "outcome_today",
                "advice",
                "rules",
                "grounds",
                "why",
                "duplicate_of",
                "document",
                "note",
            )
        }
        if has_answers(case):
            found["answers"] = f"answers/{case.no:03d}.json"
    return found


def has_answers(case: Case) -> bool:
    """Secret contracts and those that are never accepted have no answer sheet."""
    return case.outcome in ("register", "refuse", "return")


def make(folder: Path = HERE) -> None:
    """Write every file of the sample into the folder."""
    from sample_documents import write_documents

    codes = CodeTables(HERE.parent / "codes", tuple(read_entries(HERE / "regions.csv")))
    writer, cases = Writer(codes), read_cases()
    book = new_book()
    for case in cases:
        add_case(book, writer, case)
    damaged = damaged_cases(read_parties())
    for case, _damage in damaged:
        add_case(book, writer, case)
    problems = [
        {"no": c.no, **p, "row": _row(book, c.no, p["sheet"])}
        for c in cases
        for p in c.extra.get("problems", ())
    ]
    for case, damage in damaged:
        problems += spoil(book, case, damage)
    problems += add_strays(book)
    save(book, folder / "application.xlsx")
    wrong = {p["no"]: "problems" for p in problems if p.get("level") == "error" and "found_by" not in p}
    for problem in problems:
        if problem.get("level") == "error":
            wrong.setdefault(problem["no"], "form_problems")
    rows = [expectation(c, "main", "ok") for c in cases]
    rows += [expectation(c, "damaged", wrong.get(c.no, "ok")) for c, _ in damaged]
    head = (
        "# Made by make_sample.py: what an import of application.xlsx should find, contract by contract.\n"
        "# row, column: as the spreadsheet shows them. level: error, doubt, note, silent (read right).\n"
        "# found_by: form (cells are readable, the self-check of the form finds it) or header. result: ok,\n"
        "# problems (a cell is wrong) or form_problems.\n\n"
        f'today = {TODAY}\nworkbook = "application.xlsx"\nmain = {len(cases)}\ndamaged = {len(damaged)}\n\n'
    )
    text = head + toml_table("row", rows) + "\n" + toml_table("problem", problems)
    (folder / "expected.toml").write_text(text, encoding="utf-8", newline="\n")
    answers = folder / "answers"
    answers.mkdir(exist_ok=True)
    for case in cases:
        if has_answers(case):
            written = json.dumps(answers_of(case), ensure_ascii=False, indent=1) + "\n"
            (answers / f"{case.no:03d}.json").write_text(written, encoding="utf-8", newline="\n")
    make_ledger(codes, folder / "ledger-2025.xlsx")
    (folder / "contracts").mkdir(exist_ok=True)
    write_documents([c for c in cases if c.extra.get("document")], folder / "contracts", settle)


def _row(book: Workbook, no: int, title: str) -> int:
    """Row of a contract's buyer on 当事人, else its first row on the sheet."""
    sheet = book[title]
    rows = [r for r in range(2, sheet.max_row + 1) if sheet.cell(r, 1).value == no]
    return rows[-1] if title == "当事人" else rows[0]


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
