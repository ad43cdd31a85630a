"""The command line: everything a page does, a script can do.

Exit codes: 0 done, 1 refused (a reason in the clerk's words on stderr), 2 wrong use, 3 machine fault.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from desktop import settings
from desktop.errors import DeskError, MachineError, Problem, ProblemsFound, RefusedError
from desktop.resources import _

if TYPE_CHECKING:
    from desktop.app import OpenDesk
    from desktop.rules.book import Book
    from desktop.rules.facts import Facts
    from desktop.rules.local_pack import LocalPack
    from desktop.rules.relief import ReliefResult
    from desktop.rules.subsidy_account import SchemeYear
    from desktop.services.views import CalendarView, ContractSheet

DONE, REFUSED, WRONG_USE, FAULT = 0, 1, 2, 3
MARKS = {"error": "✕", "doubt": "!", "note": "i"}

Command = Callable[[argparse.Namespace], "Answer"]


class Answer:
    """What a command found: plain values for ``--json`` and the same in words."""

    def __init__(self, values: Any, words: str, code: int = DONE) -> None:
        self.values, self.words, self.code = values, words, code


def plain(value: Any) -> Any:
    """Values as JSON keeps them: money as strings, dates ISO."""
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(k) if not isinstance(k, tuple) else ":".join(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(v) for v in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Path | Fraction) else value


def run(arguments: Sequence[str]) -> int:
    """Run one command; words or JSON on stdout, refusals on stderr."""
    parser = build_parser()
    args = parser.parse_args(arguments)
    try:
        answer = args.run(args)
    except RefusedError as exc:
        return _complain(args, exc, REFUSED)
    except MachineError as exc:
        return _complain(args, exc, FAULT)
    except KeyboardInterrupt:
        sys.stderr.write(_("已停止；没有写完的一步没有存下") + "\n")
        return REFUSED
    if answer is not None:
        text = json.dumps(plain(answer.values), ensure_ascii=False, indent=1) if args.json else answer.words
        sys.stdout.write(text.rstrip("\n") + "\n")
        return int(answer.code)
    return DONE


def _complain(args: argparse.Namespace, exc: DeskError, code: int) -> int:
    if args.json:
        found: dict[str, Any] = {"error": exc.message, "hint": exc.hint, "code": exc.code}
        if isinstance(exc, ProblemsFound):
            found["problems"] = plain(exc.problems)
        sys.stderr.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    else:
        sys.stderr.write(str(exc) + "\n")
    return code


# --- what the arguments mean


def moment(at: datetime) -> str:
    """A moment as the clerk's clock shows it: 2026-11-20 17:42."""
    return f"{settings.local_time(at):%Y-%m-%d %H:%M}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(_("日期要写成 2026-11-20：{text}").format(text=text)) from None


def _yuan(text: str) -> Decimal:
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise argparse.ArgumentTypeError(_("不是金额：{text}").format(text=text)) from None


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file or, for ``-``, standard input; RefusedError names the place of a fault."""
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8-sig")
        found = json.loads(text)
    except OSError as exc:
        raise RefusedError(_("读不到文件：{path}").format(path=path), _("请核对路径")) from exc
    except UnicodeDecodeError as exc:
        raise RefusedError(_("{path} 不是 UTF-8 文字").format(path=path), _("请另存为 UTF-8 编码")) from exc
    except json.JSONDecodeError as exc:
        raise RefusedError(
            _("{path} 第 {line} 行第 {column} 字起不是 JSON").format(
                path=path, line=exc.lineno, column=exc.colno
            ),
            _("请核对括号、引号和逗号"),
        ) from exc
    if not isinstance(found, dict):
        raise RefusedError(
            _("{path} 应当是 {{栏目: 值}}").format(path=path), _('例如 {"facts": {…}, "answers": {…}}')
        )
    return found


@contextmanager
def desk(args: argparse.Namespace) -> Iterator[OpenDesk]:
    """Sign in as ``--as`` and open the station of ``--data``."""
    from desktop.app import sign_in

    folder = args.data or settings.user_data_folder()
    name = args.person or os.environ.get("CONTRACT_DESK_PERSON")
    if not name:
        raise RefusedError(_("请用 --as 姓名 说明由谁来做"), _("没有登录的人不能办理任何一步"))
    password = os.environ.get("CONTRACT_DESK_PASSWORD")
    if password is None:
        if not sys.stdin.isatty():
            raise RefusedError(_("没有口令"), _("请设 CONTRACT_DESK_PASSWORD，或在终端里运行后输入"))
        password = getpass.getpass(_("{name} 的口令：").format(name=name))
    opened = sign_in(folder, name, password)
    try:
        yield opened
    finally:
        opened.close()


def _progress(args: argparse.Namespace) -> Callable[[int, int, str], None]:
    def tell(done: int, total: int, text: str) -> None:
        if not args.json and sys.stderr.isatty():
            sys.stderr.write(f"\r第 {done} / {total} {text}   ")

    return tell


def sheet_words(sheet: ContractSheet) -> str:
    """One contract in a few lines."""
    from desktop.rules.amounts import format_yuan
    from desktop.services.views import REPORTING_WORDS, STATE_WORDS

    row = sheet.row

    def money(amount: Decimal | None) -> str:
        return format_yuan(amount) + " 元" if amount is not None else _("待核定")

    lines = [
        f"{row.local_serial}　{row.title}",
        _("  状态 {state}，上报 {reporting}").format(
            state=STATE_WORDS[row.state], reporting=REPORTING_WORDS[row.reporting_state]
        ),
        _("  卖方 {a}　买方 {b}").format(a=row.seller, b=row.buyer),
        _("  成交额 {a}　技术交易额 {b}").format(
            a=money(row.contract_amount), b=money(row.technology_amount)
        ),
    ]
    if row.official_number:
        lines.append(_("  登记编号 {n}，{day} 登记").format(n=row.official_number, day=row.registered_on))
    if row.due_on:
        lines.append(_("  期限 {day}，余 {n} 个工作日").format(day=row.due_on, n=row.days_left))
    lines += [f"  {MARKS[p.level]} {p.place}：{p.reason}；{p.remedy}" for p in sheet.problems]
    return "\n".join(lines)


def _sheet(sheet: ContractSheet) -> Answer:
    return Answer(sheet, sheet_words(sheet))


# --- commands


def _init(args: argparse.Namespace) -> Answer:
    from desktop.rules.local_pack import load_pack
    from desktop.services.station import FirstPerson, init_station, shipped_pack
    from desktop.settings import StationFile

    pack = Path(args.pack) if args.pack.endswith(".toml") else shipped_pack(args.pack)
    loaded = load_pack(pack)
    people = []
    for text in args.person_spec:
        name, _sep, roles = text.partition(":")
        password = os.environ.get("CONTRACT_DESK_PASSWORD") or getpass.getpass(
            _("{name} 的口令：").format(name=name)
        )
        people.append(FirstPerson(name, tuple((roles or "clerk").split(",")), password))
    station = StationFile(
        code=args.code,
        name=args.name,
        province=loaded.province,
        city=loaded.city,
        county=loaded.county,
        pack=pack.stem,
        database_url=args.database_url or "",
        is_plain=args.plain,
    )
    folder = args.data or settings.user_data_folder()
    code = init_station(folder, station, people, pack)
    return Answer(
        {"folder": folder, "recovery": code},
        _("已建立：{folder}\n恢复码（只显示这一次，请抄在恢复单上锁好）：{code}").format(
            folder=folder, code=code
        ),
    )


def _import(args: argparse.Namespace) -> Answer:
    from desktop.services.commands import ImportWorkbook

    if (args.file is None) == (args.template is None):
        raise RefusedError(
            _("请写要导入的文件，或用 --template 写出空白申请表"), _("contract-desk import 申请表.xlsx")
        )
    with desk(args) as d:
        if args.template is not None:
            path = d.write_template(args.template)
            return Answer({"path": path}, _("空白申请表：{path}").format(path=path))
        report = d.import_workbook(
            ImportWorkbook(
                actor=d.person.name, path=args.file, returned=args.returned, is_ledger=args.ledger
            ),
            _progress(args),
        )
    words = [
        _("读到 {n} 份：收入 {a} 份，退回 {b} 份，以前已导入 {c} 份").format(
            n=report.read_count, a=len(report.accepted), b=len(report.rejected_rows), c=report.already_there
        )
    ]
    words += [
        f"  {'✕' if p.level == 'error' else '!'} {p.place}：{p.value}　{p.reason}；{p.remedy}"
        for p in report.problems
    ]
    if report.returned:
        words.append(_("退回的行连同原因在：{path}").format(path=report.returned))
    return Answer(report, "\n".join(words))


def _list(args: argparse.Namespace) -> Answer:
    from desktop.services.views import STATE_WORDS

    filters = {}
    if args.state:
        filters["state"] = [args.state]
    if args.kind:
        filters["kind"] = [args.kind]
    if args.year:
        filters["year"] = [args.year]
    with desk(args) as d:
        found = d.search(args.text, filters)
        rows = d.rows(list(found.ids[: args.limit]))
        amount, _technology = d.search_sums(found.ids)
    lines = [
        f"{r.local_serial}　{r.official_number or '—':　<16}　{STATE_WORDS[r.state]}　{r.title}　{r.seller}"
        for r in rows.values()
    ]
    lines.append(_("共 {n} 份，成交额合计 {a:,.2f} 元").format(n=found.total, a=amount))
    return Answer({"total": found.total, "sum": amount, "rows": list(rows.values())}, "\n".join(lines))


def _show(args: argparse.Namespace) -> Answer:
    with desk(args) as d:
        sheet = d.contract(d.find_contract(args.id))
    lines = [sheet_words(sheet), _("  经过：")]
    lines += [f"    {moment(h.at)} {h.person} {h.words}" for h in sheet.history]
    return Answer(sheet, "\n".join(lines))


def _history(args: argparse.Namespace) -> Answer:
    with desk(args) as d:
        key = d.find_contract(args.id)
        sheet = d.contract(key)
        path = d.print_history(key, args.out) if args.out else None
    lines = [f"{sheet.row.local_serial}　{sheet.row.title}"]
    for act in reversed(sheet.history):
        lines.append("　".join(p for p in (moment(act.at), act.person, act.words, act.ground) if p))
        lines += [f"    {name}：{old or _('空')} → {new or _('空')}" for name, old, new in act.changes]
    if path is not None:
        lines.append(_("办理经过：{path}").format(path=path))
    return Answer(
        {"history": sheet.history, "is_chain_whole": sheet.is_chain_whole, "path": path}, "\n".join(lines)
    )


def _parties(args: argparse.Namespace) -> Answer:
    with desk(args) as d:
        found = d.party_list(args.text)
    lines = []
    for row in found.rows:
        former = _("曾用名 {names}").format(names="、".join(row.former_names)) if row.former_names else ""
        retired = _("{day} 起停用").format(day=row.retired_on) if row.retired_on else ""
        count = _("合同 {n} 份").format(n=row.contract_count)
        said = (row.name, row.id_number, count, former, retired)
        lines.append("　".join(part for part in said if part))
    lines.append(_("共 {n} 个单位").format(n=found.total))
    if found.total > len(found.rows):
        lines[-1] += _("，只列出最近用过的 {n} 个").format(n=len(found.rows))
    return Answer(found, "\n".join(lines))


def _check(args: argparse.Namespace) -> Answer:
    with desk(args) as d:
        report = d.check(deep=args.deep)
    if not report.is_good:
        raise MachineError("\n".join(report.lines), _("请停止录入，保留现在的文件，从最近一次备份还原"))
    return Answer(report, "\n".join(report.lines))


def _facts(args: argparse.Namespace) -> tuple[Any, dict[str, Any]]:
    from desktop.rules.contradictions import contradictions
    from desktop.rules.facts import facts_from_json

    raw = read_json(args.facts)
    if extra := set(raw) - {"facts", "answers"}:
        raise RefusedError(
            _("文件里有不认识的部分：{names}").format(names="、".join(sorted(extra))), "facts、answers"
        )
    facts = facts_from_json(raw.get("facts", {}))
    if problems := contradictions(facts):
        raise ProblemsFound(_("合同要素互相矛盾"), problems, _("改正后重试"))
    return facts, dict(raw.get("answers", {}))


def _known_answers(raw: Mapping[str, Any], book: Book) -> dict[str, Any]:
    """The answers; ProblemsFound for a code that no rule has, which would be passed over in silence."""
    from desktop.rules.conclusion import read_answers

    known = {rule.code for rule in book.all_rows()} | {"gate", "mix", "amount"}
    problems = [
        Problem(
            str(code),
            str(raw[code])[:40],
            _("没有这个编号的规则"),
            _("用 policy coverage 查看全部编号"),
            code=str(code),
        )
        for code in raw
        if code not in known
    ]
    if problems:
        raise ProblemsFound(_("回答读不出来"), problems, _("请按所列位置改正后重试"))
    return read_answers(raw)


def _recognise(args: argparse.Namespace) -> Answer:
    from desktop.app import load_codes, load_law
    from desktop.rules.recognition import recognise, schema, what_would_change

    book = load_law(args.data or settings.user_data_folder())
    if args.schema:
        return Answer(schema(book), json.dumps(schema(book), ensure_ascii=False, indent=1))
    if args.facts is None:
        raise RefusedError(_("请给出合同要素文件"), _("contract-desk recognise 要素.json"))
    facts, raw = _facts(args)
    answers = _known_answers(raw, book)
    conclusion = recognise(facts, answers, book, on=args.on)
    changes = what_would_change(facts, answers, book, on=args.on)
    codes = load_codes()
    values = conclusion.to_json() | {"what_would_change": [plain(c) for c in changes]}
    words = [
        _("建议：{outcome}　{kind}　{sub}")
        .format(
            outcome=values["outcome_text"],
            kind=codes.name("contract_kinds", conclusion.kind) if conclusion.kind else "",
            sub=codes.name("contract_kinds", conclusion.sub_kind) if conclusion.sub_kind else "",
        )
        .rstrip(),
        _("规则 {v}，按 {day} 判断").format(v=conclusion.rule_set_version, day=conclusion.judged_on),
    ]
    marks = {"verified": _("已核对"), "draft": _("草案"), "memory": _("凭记忆")}
    words += [
        f"  {f.code}　{f.short}　{_answer_word(f.answer)}　{f.evidence}　[{marks[f.confidence]}]"
        for f in conclusion.used
    ]
    if conclusion.open_questions:
        words.append(_("还要问：{codes}").format(codes="、".join(conclusion.open_questions)))
    words += [_("会改变结论的：")] + [f"  {c.text}" for c in changes] if changes else []
    return Answer(values, "\n".join(words))


def _answer_word(answer: str) -> str:
    words = {
        "yes": _("是"),
        "no": _("否"),
        "unknown": _("不明"),
        "needs_human": _("请人工判断"),
        "after_registration": _("登记后成立"),
        "not_applicable": _("不适用"),
    }
    return words.get(answer, answer)


def _relief(args: argparse.Namespace) -> Answer:
    from desktop.app import load_law
    from desktop.rules.recognition import schema
    from desktop.rules.relief import RESULT_WORDS, check_relief
    from desktop.services.change_calendar import load_calendar

    book = load_law(args.data or settings.user_data_folder())
    if args.schema:
        return Answer(schema(book), json.dumps(schema(book), ensure_ascii=False, indent=1))
    if args.facts is None:
        raise RefusedError(_("请给出合同要素文件"), _("contract-desk relief 要素.json"))
    facts, raw = _facts(args)
    if args.what_if:
        return _tried_relief(args, facts, _known_answers(raw, book), book)
    results = check_relief(
        facts,
        _known_answers(raw, book),
        book,
        registered=facts.registered_on is not None,
        on=args.on or settings.today(),
        subsidies=_pack(args.pack).subsidies if args.pack else (),
        calendar=load_calendar(args.data or settings.user_data_folder()),
    )
    whom = {"seller": _("卖方"), "buyer": _("买方"), "both": _("双方"), "staff": _("科技人员")}
    words = []
    sent_back = _common_rejections(facts, results) if args.explain else {}
    for r in results:
        words.append(f"{RESULT_WORDS[r.result]}　{r.name}（{whom[r.beneficiary]}）　{r.reason}".rstrip())
        if args.explain:
            words += _explained(r, results, sent_back.get(r.relief, ()))
    return Answer([r.to_json() for r in results], "\n".join(words))


def _tried_relief(args: argparse.Namespace, facts: Facts, answers: Mapping[str, Any], book: Book) -> Answer:
    """What moves when facts are other, in money; nothing is written."""
    from desktop.rules.amounts import format_yuan
    from desktop.rules.relief import RESULT_WORDS
    from desktop.rules.trial import Trial, moves_of, read_trial, try_out
    from desktop.services.change_calendar import load_calendar

    pairs = [(name, value) for name, _equals, value in (pair.partition("=") for pair in args.what_if)]
    known = [f.name for f in fields(Trial)]
    for name, value in pairs:
        if name not in known:
            raise RefusedError(_("不能试改“{name}”").format(name=name), _("可以试改：") + "、".join(known))
        try:
            read_trial([(name, value)])
        except ValueError:
            raise RefusedError(
                _("“{value}”不能作为 {name} 的值").format(value=value, name=name),
                _("日期写 2028-01-01，金额写元"),
            ) from None
    changes = try_out(
        read_trial(pairs),
        facts,
        answers,
        book,
        registered=facts.registered_on is not None,
        on=args.on or settings.today(),
        subsidies=_pack(args.pack).subsidies if args.pack else (),
        calendar=load_calendar(args.data or settings.user_data_folder()),
    )
    moves = moves_of(changes)
    words, rows = [], []
    for move in moves:
        before, after = move.change.before, move.change.after
        words.append(
            f"{move.name}　{RESULT_WORDS[before.result]} → {RESULT_WORDS[after.result]}　{after.reason}"
        )
        figures = []
        for f in move.figures:
            old, new = ("—" if amount is None else format_yuan(amount) for amount in (f.before, f.after))
            words.append(f"    {f.label}　{old} → {new}　{f.difference:+,.2f}")
            figures.append([f.label, *(None if a is None else format(a, "f") for a in (f.before, f.after))])
        rows.append(
            {"relief": move.relief, "before": before.result, "after": after.result, "figures": figures}
        )
    return Answer(rows, "\n".join(words) or _("没有变动"))


def _common_rejections(facts: Facts, results: Sequence[ReliefResult]) -> Mapping[str, tuple[str, ...]]:
    """What tax offices send back in contracts of this kind, by relief."""
    from desktop.rules.relief_words import rejections_for

    return rejections_for(facts.kind or "", results)


def _explained(r: ReliefResult, results: Sequence[ReliefResult], rejections: Sequence[str]) -> Iterator[str]:
    """Day and rule, every condition with its source, and everything else that is to be said of it."""
    from desktop.rules.relief_words import sections

    marks = {"verified": _("已核对"), "draft": _("草案"), "memory": _("凭记忆")}
    if r.on is not None:
        yield f"    {r.date_words}　{r.on.isoformat()}　{r.rule_label}".rstrip()
    for c in r.conditions:
        sources = "；".join(source.printable for source in c.sources)
        yield f"    {c.id}　{c.short}　{c.words}　[{marks[c.confidence]}]　{sources}"
    for word, lines in sections(r, results, rejections):
        for line in lines:
            yield f"    {word}：{line}" if word else f"    {line}"


def _read(args: argparse.Namespace) -> Answer:
    from desktop.reading.document import read_document

    text = read_document(args.file)
    return Answer(text, "\n".join(p.text for p in text.paragraphs))


def _draft(args: argparse.Namespace) -> Answer:
    from desktop.services.commands import SaveContract

    facts, _answers = _facts(args)
    with desk(args) as d:
        contract_id = d.find_contract(args.id) if args.id else None
        return _sheet(
            d.save_contract(SaveContract(actor=d.person.name, facts=facts, contract_id=contract_id))
        )


def _delete(args: argparse.Namespace) -> Answer:
    from desktop.services.commands import DeleteDraft

    with desk(args) as d:
        sheet = d.contract(d.find_contract(args.id))
        d.delete_draft(DeleteDraft(actor=d.person.name, contract_id=sheet.row.id))
    row = sheet.row
    return Answer(
        {"id": row.id, "local_serial": row.local_serial},
        _("已删除 {serial}　{title}；三十天内可用 undelete {serial} 取回").format(
            serial=row.local_serial, title=row.title
        ),
    )


def _undelete(args: argparse.Namespace) -> Answer:
    from desktop.services.commands import UndeleteDraft

    with desk(args) as d:
        rows = d.bin()
        if not args.id:
            lines = [
                _("{serial}　{title}　{at} 删除，{until} 前可取回").format(
                    serial=r.local_serial, title=r.title, at=moment(r.deleted_at), until=r.until
                )
                for r in rows
            ]
            return Answer(rows, "\n".join(lines or [_("没有可以取回的草稿")]))
        wanted = args.id.strip()
        found = [
            r.id
            for r in rows
            if wanted in (r.local_serial, str(r.id)) or r.local_serial.endswith(f"-{wanted}")
        ]
        if len(found) != 1:
            raise RefusedError(
                _("删除的草稿里没有唯一的“{text}”").format(text=wanted),
                _("请用 contract-desk undelete 看清单，再写全受理号"),
            )
        return _sheet(d.undelete_draft(UndeleteDraft(actor=d.person.name, contract_id=found[0])))


def _accept(args: argparse.Namespace) -> Answer:
    from desktop.services.commands import AcceptContract, PassDoubt

    with desk(args) as d:
        contract_id = d.find_contract(args.id)
        doubts = (
            d.check_form(d.contract(contract_id).facts, contract_id, submitted=True) if args.doubts else ()
        )
        for problem in doubts:
            if problem.level == "doubt":
                d.pass_doubt(
                    PassDoubt(
                        actor=d.person.name,
                        contract_id=contract_id,
                        code=problem.code,
                        field_name=problem.field,
                        reason=args.doubts,
                    )
                )
        cmd = AcceptContract(actor=d.person.name, contract_id=contract_id, accepted_on=args.on)
        return _sheet(d.accept(cmd))


def _duplicate(args: argparse.Namespace) -> Answer:
    from desktop.services.commands import DecideDuplicate

    with desk(args) as d:
        contract_id = d.find_contract(args.id)
        d.decide_duplicate(
            DecideDuplicate(
                actor=d.person.name,
                contract_id=contract_id,
                other_id=d.find_contract(args.other),
                is_duplicate=args.verdict == "same",
                reason=args.reason,
            )
        )
        return _sheet(d.contract(contract_id))


def _not_accept(args: argparse.Namespace) -> Answer:
    from desktop.services.commands import DeclineContract

    with desk(args) as d:
        return _sheet(
            d.decline(
                DeclineContract(
                    actor=d.person.name,
                    contract_id=d.find_contract(args.id),
                    ground=args.ground,
                    where_to=args.where_to,
                    reason=args.reason,
                )
            )
        )


def _return(args: argparse.Namespace) -> Answer:
    from desktop.services.commands import Defect, ReturnContract

    defects = []
    for text in args.defect:
        problem, sep, remedy = text.partition("=>")
        if not sep:
            raise RefusedError(
                _("补正项要写成 “问题=>要求”：{text}").format(text=text), _("现在是什么，应当是什么")
            )
        defects.append(Defect(problem.strip(), remedy.strip()))
    with desk(args) as d:
        return _sheet(
            d.return_contract(
                ReturnContract(
                    actor=d.person.name,
                    contract_id=d.find_contract(args.id),
                    defects=tuple(defects),
                    deadline_on=args.deadline,
                )
            )
        )


def _supplement(args: argparse.Namespace) -> Answer:
    from desktop.services.commands import SupplementContract

    facts = None
    if args.facts:
        facts, _answers = _facts(args)
    with desk(args) as d:
        return _sheet(
            d.supplement(
                SupplementContract(
                    actor=d.person.name,
                    contract_id=d.find_contract(args.id),
                    received_on=args.on,
                    facts=facts,
                )
            )
        )


def _refuse(args: argparse.Namespace) -> Answer:
    from desktop.services.commands import RefuseContract

    with desk(args) as d:
        return _sheet(
            d.refuse(
                RefuseContract(
                    actor=d.person.name,
                    contract_id=d.find_contract(args.id),
                    grounds=tuple(args.ground),
                    reason=args.reason,
                )
            )
        )


def _decide(args: argparse.Namespace) -> Answer:
    from desktop.services.commands import RecogniseContract

    raw = read_json(args.facts)
    with desk(args) as d:
        return _sheet(
            d.recognise(
                RecogniseContract(
                    actor=d.person.name,
                    contract_id=d.find_contract(args.id),
                    answers=raw.get("answers", raw),
                    kind=args.kind,
                    sub_kind=args.sub_kind,
                    reason=args.reason,
                )
            )
        )


def _review(args: argparse.Namespace) -> Answer:
    from desktop.services.commands import ReviewContract, ReviewedItem, SendBack

    objections = dict(text.partition("=")[::2] for text in args.object)
    with desk(args) as d:
        sheet = d.contract(d.find_contract(args.id))
        if "review" not in sheet.allowed:
            raise RefusedError(sheet.why_not["review"], _("请由另一人复核"))
        if unknown := set(objections) - {r.item for r in sheet.review_rows}:
            raise RefusedError(
                _("没有这一复核项：{items}").format(items="、".join(sorted(unknown))),
                "、".join(r.item for r in sheet.review_rows),
            )
        items = tuple(
            ReviewedItem(r.item, r.value, r.item not in objections, objections.get(r.item, ""))
            for r in sheet.review_rows
            if args.agree or r.item in objections
        )
        sheet = d.review(ReviewContract(actor=d.person.name, contract_id=sheet.row.id, items=items))
        if objections and args.send_back:
            sheet = d.send_back(
                SendBack(actor=d.person.name, contract_id=sheet.row.id, reason=args.send_back)
            )
        return _sheet(sheet)


def _register(args: argparse.Namespace) -> Answer:
    from desktop.services.commands import RegisterContract

    with desk(args) as d:
        return _sheet(d.register(RegisterContract(actor=d.person.name, contract_id=d.find_contract(args.id))))


def _issue(args: argparse.Namespace) -> Answer:
    from desktop.services.commands import IssueCertificate

    with desk(args) as d:
        sheet = d.issue_certificate(
            IssueCertificate(
                actor=d.person.name,
                contract_id=d.find_contract(args.id),
                path=args.out,
                copies=tuple(args.copy or ()),
                copy_kind=args.kind_of_copy,
                reason=args.reason,
                collector=args.collector,
            )
        )
    return Answer(sheet, sheet_words(sheet) + "\n" + _("登记证明：{path}").format(path=args.out))


def _certificate(args: argparse.Namespace) -> Answer:
    with desk(args) as d:
        content = d.preview_certificate(d.find_contract(args.id))
    args.out.write_bytes(content)
    return Answer({"path": args.out}, _("预览：{path}（不入台账，不是登记证明）").format(path=args.out))


def _verify(args: argparse.Namespace) -> Answer:
    from desktop.certificates.credential import read_credential
    from desktop.security.keys import PublicKeys

    text = args.text
    folder = args.keys or (args.data or settings.user_data_folder()) / "keys"
    keys = PublicKeys.from_folder(folder).for_libraries()
    if text.lower().endswith(".pdf"):
        claims = verified_sheet(Path(text), keys)
    else:
        claims = read_credential(text, keys)
    return Answer(
        claims,
        _("校验码有效：编号 {n}，第 {v} 版，技术交易额 {a} 元，{day} 登记，机构 {s}").format(
            n=claims.number,
            v=claims.version,
            a=claims.technology_amount if claims.technology_amount is not None else _("待核定"),
            day=claims.decided_on,
            s=claims.station,
        ),
    )


def verified_sheet(path: Path, keys: Mapping[str, Any]) -> Any:
    """The claims of a certificate file whose signature is good and whose face says the same as its code."""
    from desktop.certificates.credential import read_credential
    from desktop.certificates.preview import pdf_text, qr_texts
    from desktop.rules.amounts import format_yuan

    if not path.exists():
        raise RefusedError(_("没有这个文件：{path}").format(path=path), _("请核对路径"))
    found = [text for text in qr_texts(path) if text]
    if not found:
        raise RefusedError(
            _("{name} 里没有本程序的校验码").format(name=path.name), _("扫描件请改用二维码里的文字核验")
        )
    claims = read_credential(found[0], keys)
    face = pdf_text(path).replace(" ", "").replace("\u00a0", "")
    wanted = [claims.number, format_yuan(claims.contract_amount)]
    if claims.technology_amount is not None:
        wanted.append(format_yuan(claims.technology_amount))
    if missing := [text for text in wanted if text not in face]:
        raise RefusedError(
            _("签名有效，但纸面与校验码不一致：纸面上没有 {text}").format(text="、".join(missing)),
            _("文件可能被改动过，请向登记机构核对"),
        )
    return claims


def _change(args: argparse.Namespace) -> Answer:
    from desktop.rules.facts import facts_from_json, facts_to_json
    from desktop.services.commands import ChangeContract

    raw = read_json(args.facts)
    with desk(args) as d:
        sheet = d.contract(d.find_contract(args.id))
        wanted = facts_from_json(facts_to_json(sheet.facts) | dict(raw.get("facts", raw)))
        return _sheet(
            d.change(
                ChangeContract(
                    actor=d.person.name,
                    contract_id=sheet.row.id,
                    facts=wanted,
                    agreement=args.agreement,
                    reason=args.reason,
                )
            )
        )


def _end(args: argparse.Namespace) -> Answer:
    from desktop.services.commands import EndContract

    with desk(args) as d:
        return _sheet(
            d.end(
                EndContract(
                    actor=d.person.name,
                    contract_id=d.find_contract(args.id),
                    how=args.command,
                    reason=args.reason,
                    document=args.document,
                    effective_on=args.on,
                )
            )
        )


def _income(args: argparse.Namespace) -> Answer:
    from desktop.services.commands import FixIncome

    with desk(args) as d:
        return _sheet(
            d.fix_income(
                FixIncome(
                    actor=d.person.name,
                    contract_id=d.find_contract(args.id),
                    received_on=args.received_on,
                    amount=args.amount,
                    voucher=args.voucher,
                )
            )
        )


def _experts(args: argparse.Namespace) -> Answer:
    from desktop.services.commands import AskExperts, KeepExpertReview

    with desk(args) as d:
        key = d.find_contract(args.id)
        if args.action == "ask":
            return _sheet(
                d.ask_experts(
                    AskExperts(
                        actor=d.person.name, contract_id=key, cause=args.cause, reason=args.reason or ""
                    )
                )
            )
        if args.on is None or args.votes is None:
            raise RefusedError(_("请写评审日期和票数"), "--on 2026-11-20 --votes 3:0")
        try:
            for_count, against_count = (int(part) for part in args.votes.split(":"))
        except ValueError as exc:
            raise RefusedError(_("票数写法不对：{votes}").format(votes=args.votes), "3:0") from exc
        return _sheet(
            d.keep_expert_review(
                KeepExpertReview(
                    actor=d.person.name,
                    contract_id=key,
                    held_on=args.on,
                    organiser=args.organiser,
                    experts=args.names,
                    for_count=for_count,
                    against_count=against_count,
                    opinion="agree" if for_count > against_count else "disagree",
                    text=args.reason or "",
                    document=args.document,
                )
            )
        )


def _object(args: argparse.Namespace) -> Answer:
    from desktop.services.commands import TakeObjection

    with desk(args) as d:
        return _sheet(
            d.take_objection(
                TakeObjection(
                    actor=d.person.name,
                    contract_id=d.find_contract(args.id),
                    raised_by=args.raised_by,
                    name=args.name,
                    against=args.against,
                    reason=args.reason,
                    received_on=args.on,
                )
            )
        )


def _answer(args: argparse.Namespace) -> Answer:
    from desktop.rules.facts import facts_from_json, facts_to_json
    from desktop.services.commands import AnswerObjection

    raw = read_json(args.facts) if args.facts else {}
    with desk(args) as d:
        sheet = d.contract(d.find_contract(args.id))
        facts = facts_from_json(facts_to_json(sheet.facts) | dict(raw.get("facts", {}))) if raw else None
        return _sheet(
            d.answer_objection(
                AnswerObjection(
                    actor=d.person.name,
                    contract_id=sheet.row.id,
                    decision=args.decision,
                    answer=args.text,
                    facts=facts,
                    answers=raw.get("answers", sheet.answers),
                    kind=args.kind,
                    sub_kind=args.sub_kind,
                    reason=args.reason,
                )
            )
        )


def _inform(args: argparse.Namespace) -> Answer:
    from desktop.services.commands import InformOffice

    with desk(args) as d:
        cmd = InformOffice(actor=d.person.name, contract_id=d.find_contract(args.id), office=args.office)
        return _sheet(d.inform(cmd))


def _year(args: argparse.Namespace) -> Answer:
    from desktop.rules.amounts import format_yuan
    from desktop.rules.research_cost import way_words

    with desk(args) as d:
        account = d.year_account(args.taxpayer, args.year, args.own_research, args.standing, args.by_months)
        if args.out:
            d.write_year(account, args.out)
    lines = [_("{name} {year} 年（只算本机已登记的合同）").format(name=account.taxpayer, year=account.year)]
    for part in (account.transfer, account.research):
        for share in part.shares if part is not None else ():
            figure = format_yuan(share.amount) if share.amount is not None else "—"
            lines.append(f"  {share.number}　{figure}　{share.why}".rstrip())
    if (sold := account.transfer) is not None:
        lines.append(
            _("技术转让所得 {income}，免征 {exempt}，减半 {halved}，应纳税额 {tax}").format(
                income=format_yuan(sold.income),
                exempt=format_yuan(sold.tax.exempt),
                halved=format_yuan(sold.tax.halved),
                tax=format_yuan(sold.tax.tax),
            )
        )
    if (bought := account.research) is not None:
        lines.append(
            _("研发费用加计扣除 {sum}（{way}）").format(
                sum=format_yuan(bought.deduction), way=way_words(bought.standing, bought.by_months)
            )
        )
        lines += [
            _("  {way}则为 {sum}").format(
                way=way_words(other.standing, other.by_months), sum=format_yuan(other.deduction)
            )
            for other in bought.otherwise
        ]
    lines += [line for scheme in account.subsidies for line in _scheme_lines(scheme)]
    return Answer(account.to_json(), "\n".join(lines))


def _scheme_lines(scheme: SchemeYear) -> Iterator[str]:
    """One scheme of the year; of a station's many contracts only those that give nothing."""
    from desktop.rules.amounts import format_yuan

    shares = scheme.shares if len(scheme.shares) <= _SHARES_SHOWN else ()
    for share in shares or tuple(s for s in scheme.shares if s.why):
        figure = format_yuan(share.amount) if share.amount is not None else "—"
        yield f"  {share.number}　{figure}　{share.why}".rstrip()
    yield _("地方补助　{words}　{days}").format(words=scheme.words, days=scheme.days)
    if scheme.deadline:
        yield _("  申领截止 {day}").format(day=scheme.deadline)


_SHARES_SHOWN = 50


def _notice(args: argparse.Namespace) -> Answer:
    with desk(args) as d:
        sheet = d.contract(d.find_contract(args.id))
        wanted = [n for n in sheet.notices if n.paper == args.paper] or list(sheet.notices)
        if not wanted:
            raise RefusedError(_("这份合同还没有文书"), _("受理、退回、不予登记、变更、注销时才有"))
        path = d.print_notice(wanted[-1].id, args.out)
    return Answer({"path": path, "number": wanted[-1].number}, f"{wanted[-1].number}　{path}")


def _relief_statement(args: argparse.Namespace) -> Answer:
    with desk(args) as d:
        path = d.print_relief(d.find_contract(args.id), args.out)
    return Answer({"path": path}, _("税惠说明书：{path}（供参考，不是涉税决定）").format(path=path))


def _relief_packet(args: argparse.Namespace) -> Answer:
    with desk(args) as d:
        packets = d.make_packets([d.find_contract(key) for key in args.id], args.out, _progress(args))
    words = []
    for packet in packets:
        words.append(_("备查资料包：{path}，校验码 {code}").format(path=packet.path, code=packet.check_code))
        if packet.lack:
            words.append(_("    还缺：{names}").format(names="、".join(packet.lack)))
    return Answer(packets, "\n".join(words))


def _batch(args: argparse.Namespace) -> Answer:
    from desktop.services.commands import CreateBatch, ReceiveFile

    with desk(args) as d:
        if args.action in ("create", "send"):
            if args.sequence:
                batch = d.resend_batch(args.sequence, args.target)
            else:
                batch = d.create_batch(CreateBatch(actor=d.person.name, folder=args.target), _progress(args))
            return Answer(
                batch,
                _("第 {n} 包，{c} 份，技术交易额 {a:,.2f} 元，校验码 {code}\n{path}\n已导出，待回执").format(
                    n=batch.sequence,
                    c=batch.contract_count,
                    a=batch.technology_total,
                    code=batch.check_code,
                    path=batch.path,
                ),
            )
        if args.action == "receive":
            report = d.receive(ReceiveFile(actor=d.person.name, path=args.target), _progress(args))
            words = [report.words, *(f"  ✕ {number}：{reason}" for number, reason in report.rejected)]
            words += [_("  请收回：{text}").format(text=text) for text in report.recalled]
            return Answer(report, "\n".join(words))
        page = d.report_page()
    from desktop.services.views import REPORTING_WORDS

    return Answer(
        page,
        "\n".join(f"{REPORTING_WORDS[k]}　{n} 份　{page.sums[k]:,.2f} 元" for k, n in page.counts.items()),
    )


def _block(args: argparse.Namespace) -> Answer:
    from desktop.services.commands import ReceiveFile, UnfreezeBlock

    with desk(args) as d:
        if args.action == "import":
            report = d.receive(ReceiveFile(actor=d.person.name, path=args.target))
            return Answer(report, report.words)
        if args.action == "unfreeze":
            block = d.unfreeze_block(UnfreezeBlock(actor=d.person.name, last_number=str(args.target)))
        else:
            block = d.start_page().block
    return Answer(
        block,
        _("{name}：余 {left} / {total}，下一号 {n}").format(
            name=block.name, left=block.left, total=block.total, n=block.next_number
        ),
    )


def _stats(args: argparse.Namespace) -> Answer:
    if args.by == "flow":
        return _flow(args)
    with desk(args) as d:
        rows = d.figures(args.first, args.last, args.by)
    lines = [f"{name}　{count} 份　成交额 {a:,.2f} 元　技术交易额 {b:,.2f} 元" for name, count, a, b in rows]
    lines.append(
        _("合计 {n} 份　成交额 {a:,.2f} 元　技术交易额 {b:,.2f} 元").format(
            n=sum(r[1] for r in rows),
            a=sum((r[2] for r in rows), Decimal(0)),
            b=sum((r[3] for r in rows), Decimal(0)),
        )
    )
    return Answer(
        [{"name": n, "count": c, "contract_amount": a, "technology_amount": b} for n, c, a, b in rows],
        "\n".join(lines),
    )


def _flow(args: argparse.Namespace) -> Answer:
    """输出 and 吸纳 by where the other side sits; of the contracts registered here only."""
    from desktop.statistics.words import flow_words, only_here, place_words, places_shown

    with desk(args) as d:
        report = d.flow(args.first, args.last)
    names = place_words(report.level)
    rows, lines = [], []
    for place in places_shown(report):
        into, out = report.inward[place], report.outward[place]
        rows.append({"place": place, "inward": into, "outward": out})
        words = _("{place}　吸纳 {n} 份 {a:,.2f} 元　输出 {m} 份 {b:,.2f} 元")
        lines.append(
            words.format(place=names[place], n=into.count, a=into.contract, m=out.count, b=out.contract)
        )
    into, out = report.splits["inward"].now, report.splits["outward"].now
    lines.append(
        _("合计　吸纳 {n} 份 {a:,.2f} 元（{only}）　输出 {m} 份 {b:,.2f} 元").format(
            n=into.count, a=into.contract, only=only_here(), m=out.count, b=out.contract
        )
    )
    answer = {
        "rows": rows,
        "inward": into,
        "outward": out,
        "both": report.both,
        "neither": report.neither,
        "registered": report.splits["registered"].now,
        "inward_is_complete": False,
    }
    return Answer(answer, "\n".join([*lines, flow_words(report)]))


def _targets(args: argparse.Namespace) -> Answer:
    """The targets of a year; with one of them given, the head sets all three anew."""
    from desktop.services.commands import SetTargets
    from desktop.statistics.report import MEASURES, percent
    from desktop.statistics.words import basis_words, behind_words, in_unit, measure_words

    with desk(args) as d:
        if args.count is not None or args.contract is not None or args.technology is not None or args.clear:
            d.set_targets(
                SetTargets(
                    actor=d.person.name,
                    year=args.year,
                    count=args.count,
                    contract=args.contract,
                    technology=args.technology,
                    basis=args.basis,
                )
            )
        report = d.statistics("year", args.year)
    if report.targets is None:
        return Answer(None, _("{year} 年未设目标").format(year=args.year))
    basis = report.targets.basis
    lines = [_("{year} 年目标，口径：{basis}").format(year=args.year, basis=basis_words()[basis])]
    shown = []
    for measure in MEASURES:
        progress = report.progress(measure, basis)
        name = measure_words()[measure]
        if progress is None:
            lines.append(_("{name}　未设目标").format(name=name))
            continue
        unit = "" if measure == "count" else _(" 万元")
        words = _("{name}　{actual}{unit} / {target}{unit}　完成 {reached}，时间 {passed}")
        reached, passed = percent(progress.reached, 2), percent(progress.passed, 2)
        lines.append(
            words.format(
                name=name,
                actual=in_unit(progress.actual, measure),
                target=in_unit(progress.target, measure),
                unit=unit,
                reached=reached,
                passed=passed,
            )
        )
        shown.append(
            {
                "measure": measure,
                "target": progress.target,
                "actual": progress.actual,
                "reached": reached,
                "passed": passed,
                "is_behind": progress.is_behind,
            }
        )
    return Answer(
        {"year": args.year, "basis": basis, "targets": shown},
        "\n".join([*lines, *behind_words(report, basis)]),
    )


def _backup(args: argparse.Namespace) -> Answer:
    with desk(args) as d:
        made = d.backup(args.file, _progress(args))
    return Answer(
        made,
        _("备份已打开验过：{n} 份，合计 {a:,.2f} 元\n{path}").format(
            n=made.contract_count, a=made.contract_total, path=made.path
        ),
    )


def _restore(args: argparse.Namespace) -> Answer:
    from desktop.app import restore

    name = args.person or ""
    password = os.environ.get("CONTRACT_DESK_PASSWORD") or getpass.getpass(
        _("{name} 的口令：").format(name=name)
    )
    folder = args.data or settings.user_data_folder()
    manifest, aside = restore(args.file, folder, name, password)
    made = moment(datetime.fromisoformat(manifest["made_at"]))
    words = [_("已还原到 {made}：{n} 份").format(made=made, n=manifest["contracts"])]
    words.append(
        _("原来的数据在 {folder}").format(folder=aside)
        if aside
        else _("数据在 {folder}").format(folder=folder)
    )
    words += [_("口令以备份那天的为准"), _("号段已冻结，请负责人填入纸质台账最后一个编号")]
    return Answer({"manifest": manifest, "aside": aside}, "\n".join(words))


def _secret(variable: str, question: str, *, again: bool = False) -> str:
    """A secret from the environment, or typed in a terminal (twice, if ``again``); never an argument."""
    if (told := os.environ.get(variable)) is not None:
        return told
    if not sys.stdin.isatty():
        raise RefusedError(
            _("没有{what}").format(what=question),
            _("请设 {variable}，或在终端里运行后输入").format(variable=variable),
        )
    first = getpass.getpass(_("{what}：").format(what=question))
    if again and getpass.getpass(_("{what}，再打一遍：").format(what=question)) != first:
        raise RefusedError(_("两遍打的不一样"), _("没有改动，请再来一次"))
    return first


def _people(args: argparse.Namespace) -> Answer:
    if args.action == "recover":
        return _recover(args)
    with desk(args) as d:
        own = args.action in ("pin", "password", "sheet")
        name = d.person.name if own else (args.name or "")
        if args.action != "list" and not name:
            raise RefusedError(_("请写姓名"), _("例如 contract-desk people reset 沈清禾"))
        said = _change_people(d, args.action, name, args.roles or "")
        rows = d.people()
    lines = [said] if said else []
    lines += [f"{n}　{roles}　{_('在用') if active else _('已停用')}" for n, roles, active in rows]
    values = [{"name": n, "roles": roles.split(), "is_active": active} for n, roles, active in rows]
    return Answer(values, "\n".join(lines))


def _change_people(d: OpenDesk, action: str, name: str, roles: str) -> str:
    """One change; returns what was done in words, empty for a mere look."""
    roles = roles.replace(",", " ")

    def new_password() -> str:
        return _secret("CONTRACT_DESK_NEW_PASSWORD", _("{name} 的新口令").format(name=name), again=True)

    if action == "add":
        d.add_person(name, roles or "clerk", new_password())
        return _("已添加 {name}").format(name=name)
    if action == "reset":
        d.reset_password(name, new_password())
        return _("已重设 {name} 的口令").format(name=name)
    if action == "resume":
        d.set_active(name, True, new_password())
        return _("{name} 已恢复").format(name=name)
    if action == "stop":
        d.set_active(name, False)
        return _("{name} 已停用，姓名留在以前的记录里").format(name=name)
    if action == "roles":
        d.set_roles(name, roles)
        return _("{name} 的角色已改").format(name=name)
    if action == "sheet":
        came = d.renew_recovery(
            _secret("CONTRACT_DESK_PASSWORD", _("{name} 的口令").format(name=d.person.name))
        )
        words = [
            _("旧恢复单作废"),
            _("新恢复码（只显示这一次，请抄在恢复单上锁好）：{code}").format(code=came.code),
        ]
        if came.trouble:
            words.append(_("没有记进日志：{why}").format(why=came.trouble))
        return "\n".join(words)
    if action == "pin":
        pin = _secret("CONTRACT_DESK_PIN", _("6 位数字 PIN（空着则取消）"), again=True)
        d.set_pin(pin)
        return _("PIN 已设") if pin else _("PIN 已取消")
    if action == "password":
        old = _secret("CONTRACT_DESK_PASSWORD", _("现在的口令"))
        d.change_password(old, new_password())
        return _("口令已改")
    return ""


def _recover(args: argparse.Namespace) -> Answer:
    from desktop.app import recover

    name = args.name or args.person
    if not name:
        raise RefusedError(_("请写姓名"), _("例如 contract-desk people recover 贺兰舟"))
    code = _secret("CONTRACT_DESK_RECOVERY", _("恢复码"))
    new = _secret("CONTRACT_DESK_NEW_PASSWORD", _("{name} 的新口令").format(name=name), again=True)
    came = recover(args.data or settings.user_data_folder(), code, name, new)
    words = [
        _("{name} 的口令已换，旧恢复单作废").format(name=name),
        _("新恢复码（只显示这一次，请抄在恢复单上锁好）：{code}").format(code=came.code),
    ]
    if came.trouble:
        words.append(_("没有记进日志：{why}").format(why=came.trouble))
    return Answer(came, "\n".join(words))


def _day_of(text: str | None) -> date:
    """The same for a word whose meaning depends on the one before it."""
    try:
        return _day(text or "")
    except argparse.ArgumentTypeError as exc:
        raise RefusedError(str(exc), _("例如 policy diff 2026-02-28 2026-03-01")) from exc


def _policy(args: argparse.Namespace) -> Answer:
    if args.action == "import":
        return _policy_import(args)
    if args.action == "calendar":
        return _policy_calendar(args)
    if args.action == "subsidies":
        return _policy_subsidies(args)
    from desktop.app import load_law

    book = load_law(args.data or settings.user_data_folder())
    marks = {"verified": _("已核对"), "draft": _("草案"), "memory": _("凭记忆")}
    rows = book.all_rows()
    if args.action == "list":
        counts: dict[str, dict[str, int]] = {}
        for row in rows:
            name = row.rule_set or row.group
            counts.setdefault(name, dict.fromkeys(marks, 0))[row.confidence] += 1
        lines = [f"{n}　" + "　".join(f"{marks[k]} {v}" for k, v in c.items()) for n, c in counts.items()]
        return Answer(counts, "\n".join([_("规则版本 {v}").format(v=book.version), *lines]))
    if args.action == "coverage":
        return _policy_coverage(args, book, marks)
    if args.action == "explain":
        history = book.history(args.first or "")
        if not history:
            raise RefusedError(
                _("没有编号为 {code} 的规则").format(code=args.first),
                _("用 contract-desk policy coverage 查看全部编号"),
            )
        lines = []
        for row in history:
            until = row.valid_until.isoformat() if row.valid_until else _("至今")
            lines.append(f"{row.code}　{row.rule_set}　{row.valid_from} — {until}　[{marks[row.confidence]}]")
            lines.append(f"  {row.question}")
            lines += [f"  {s.instrument} {s.article}：{s.gist}" for s in row.sources]
        return Answer(history, "\n".join(lines))
    if args.action == "diff":
        return _policy_diff(book, _day_of(args.first), _day_of(args.second), marks)
    from desktop.rules.relief import RELIEFS, timeline

    relief = args.first or "VAT-TECH"
    if relief not in (known := [r.id for r in RELIEFS]):
        raise RefusedError(_("没有编号为 {code} 的优惠").format(code=relief), "、".join(known))
    spans = timeline(relief, book)
    return Answer(
        spans,
        "\n".join(
            f"{s.first} — {s.until or '…'}　{s.label}　[{marks.get(s.confidence, '—')}]" for s in spans
        ),
    )


def _policy_calendar(args: argparse.Namespace) -> Answer:
    """Without a file: which calendar counts. With one: check it and put it in the place of the other."""
    from desktop.services.change_calendar import calendar_in_use
    from desktop.services.commands import ChangeCalendar

    if not args.first:
        folder = args.data or settings.user_data_folder()
        view = calendar_in_use(folder, settings.today())
        return Answer(view, _calendar_words(view))
    path = Path(args.first)
    with desk(args) as d:
        look = d.look_at_calendar(path)
        if look.is_same:
            return Answer(look, _("与现用的节假日表相同，没有改动"))
        rows = [f"  {row.number}　{row.before} → {row.after}" for row in look.moved]
        if rows and not (args.move or args.keep):
            raise RefusedError(
                "\n".join([_("有 {n} 份在办合同的期限会变，没有换用：").format(n=len(rows)), *rows]),
                _("加 --move 换用并改这些期限，加 --keep 换用而不改期限"),
            )
        done = d.change_calendar(
            ChangeCalendar(actor=d.person.name, path=path, move_deadlines=bool(args.move))
        )
    words = [_("已换用节假日表"), _calendar_words(done.calendar)]
    if rows:
        words += [_("期限已改：") if done.were_moved else _("期限没有改，请自己核对："), *rows]
    if done.unsure:
        words.append(_("期限推算不出、请自己核对的：{numbers}").format(numbers="、".join(done.unsure)))
    return Answer(done, "\n".join(words))


def _calendar_words(view: CalendarView) -> str:
    sources = {"station": _("本站换上的"), "policy": _("规则包带的"), "shipped": _("程序自带")}
    marks = {"verified": _("已核对"), "draft": _("草案"), "memory": _("凭记忆")}
    years = "、".join(f"{year} [{marks[mark]}]" for year, mark in view.years)
    known = _("已有") if view.knows_next_year else _("还没有，期限跨到那年的待核")
    lines = [
        _("节假日表：{source}，{path}").format(source=sources[view.source], path=view.path),
        _("有通知的年份：{years}").format(years=years),
        _("{year} 年的通知：{known}").format(year=view.next_year, known=known),
    ]
    return "\n".join(lines)


def _policy_subsidies(args: argparse.Namespace) -> Answer:
    """The schemes found in one place or another, to be copied into a pack; or those of a pack."""
    from desktop.resources import resource
    from desktop.rules.local_pack import load_subsidies

    if args.pack:
        schemes = _pack(args.pack).subsidies
    else:
        schemes = load_subsidies(resource("local", "examples", "subsidies.toml"))
    wanted = args.place or args.first or ""
    schemes = tuple(s for s in schemes if wanted in s.place)
    if not schemes:
        raise RefusedError(
            _("没有“{place}”的补助办法").format(place=wanted), _("不写 --place 就列出全部找到的办法")
        )
    marks = {"verified": _("已核对"), "draft": _("草案"), "memory": _("凭记忆")}
    lines = [] if args.pack else [_("各地找到的办法，供写地方包时照抄；现在是否仍有效没有核对")]
    for s in schemes:
        place = f"{s.place}　" if s.place else ""
        lines.append(f"{s.code}　{place}{s.name}（{s.who}）　[{marks[s.confidence]}]")
        lines.append(f"  {s.pays}")
        lines.append(f"  {'；'.join(s.terms)}")
        lines.append(f"  {s.instrument}　{s.source}".rstrip())
    names = ("code", "place", "name", "who", "pays", "terms")
    origin = ("instrument", "source", "confidence", "last_checked")
    values = [{name: getattr(s, name) for name in (*names, *origin)} for s in schemes]
    return Answer(values, "\n".join(lines))


def _policy_import(args: argparse.Namespace) -> Answer:
    from desktop.services.commands import ReceiveFile

    if not args.first:
        raise RefusedError(_("请给出规则包文件"), "contract-desk policy import 规则包.zip")
    with desk(args) as d:
        report = d.receive(ReceiveFile(actor=d.person.name, path=Path(args.first)))
    return Answer(report, report.words)


def _policy_coverage(args: argparse.Namespace, book: Any, marks: Mapping[str, str]) -> Answer:
    """Every id of the rule base with its rows or the reason; exit code 1 if one is not accounted for."""
    from desktop.rules import amounts, checks
    from desktop.rules.coverage import check_codes, cover, load_ids
    from desktop.services import register
    from desktop.services.law import ids_of

    groups = load_ids(ids_of(args.data or settings.user_data_folder()))
    found = cover(groups, book, check_codes(checks, amounts, register))
    names = {"relief": _("税惠"), "form": _("自检")}
    lines, group = [], ""
    for entry in found.entries:
        if entry.group != group:
            group = entry.group
            lines.append(f"{entry.group}　{entry.title}")
        head = f"  {entry.id}　{names.get(entry.rule_set, entry.rule_set)}　"
        for c in entry.carriers:
            until = c.valid_until.isoformat() if c.valid_until else _("至今")
            span = f"{c.valid_from} — {until}　" if c.valid_from else ""
            lines.append(f"{head}{marks.get(c.confidence, _('程序'))}　{span}{c.place}")
        if not entry.carriers:
            lines.append(f"{head}✕" if not entry.reason else head + _("无行：{why}").format(why=entry.reason))
    counts = found.counts()
    for name, count in counts.items():
        lines.append(
            _("{name}：编号 {ids} 个，有行 {carried} 个，写明原因 {reasons} 个；各行").format(
                name=names.get(name, name), **{k: count[k] for k in ("ids", "carried", "reasons")}
            )
            + "　"
            + "　".join(f"{w} {count[k]}" for k, w in {**marks, "program": _("程序")}.items() if count[k])
        )
    lines += [f"✕ {p.place}：{p.value}　{p.reason}；{p.remedy}" for p in found.faults]
    lines.append(
        _("每个编号都有着落")
        if found.is_complete
        else _("有 {n} 处没有着落，见上").format(n=len(found.faults))
    )
    values = {"entries": found.entries, "by_confidence": counts, "faults": found.faults}
    return Answer(values, "\n".join(lines), DONE if found.is_complete else REFUSED)


def _policy_diff(book: Any, first: date, second: date, marks: Mapping[str, str]) -> Answer:
    """What is another rule, and in what; rows that only stand in another text are counted."""
    from desktop.rules.conclusion import word_of_outcome

    def outcomes(rule: Any, answer: str) -> str:
        return "、".join(word_of_outcome(word) for word in rule.outcomes.get(answer, ())) or "—"

    added, gone, changed = list[str](), list[str](), list[str]()
    details: dict[str, list[str]] = {}
    for code, then, now in book.compare(first, second):
        if then is None or now is None:
            (gone if now is None else added).append(code)
            continue
        changed.append(code)
        said = details[code] = []
        if then.question != now.question:
            said.append(_("问题：{a} → {b}").format(a=then.question, b=now.question))
        for answer, word in (("yes", _("是")), ("no", _("否"))):
            if then.outcomes.get(answer) != now.outcomes.get(answer):
                said.append(
                    _("答“{word}”：{a} → {b}").format(
                        word=word, a=outcomes(then, answer), b=outcomes(now, answer)
                    )
                )
        if not said:
            said.append(_("谁来回答、何时适用或补正要求有改动"))
    before, after = ({r.code: r for r in book.rules(day)} for day in (first, second))
    only_source = [
        c
        for c in sorted(before.keys() & after.keys())
        if c not in changed and before[c].sources != after[c].sources
    ]
    lines = [_("{a} 与 {b} 相比：").format(a=first, b=second)]
    for word, codes in ((_("新增"), added), (_("不再适用"), gone), (_("有变化"), changed)):
        for code in codes:
            row = after.get(code) or before[code]
            lines.append(f"  {word}　{code}　{row.short}　[{marks[row.confidence]}]")
            lines += [f"      {text}" for text in details.get(code, ())]
    lines.append(_("  另有 {n} 条内容相同，只是依据或可信度不同").format(n=len(only_source)))
    made = {"added": added, "gone": gone, "changed": changed, "details": details, "only_source": only_source}
    return Answer(made, "\n".join(lines))


def _demo(args: argparse.Namespace) -> Answer:
    from desktop.demo import run_demo

    return Answer(*run_demo(args.out, tell=None if args.json else sys.stdout.write))


def _pack(name: str) -> LocalPack:
    from desktop.rules.local_pack import load_pack
    from desktop.services.station import shipped_pack

    return load_pack(Path(name) if name.endswith(".toml") else shipped_pack(name))


def _province(args: argparse.Namespace) -> Answer:
    from desktop.app import load_codes
    from desktop.exchange.province_desk import FILE, ProvinceDesk, in_words
    from desktop.security.keys import read_public_key

    codes = load_codes(_pack(args.pack) if args.pack else None)
    if args.action != "admit" or (args.store / FILE).exists():
        province = ProvinceDesk(args.store, codes, settings.now)
    else:
        read_public_key(args.key)  # a word mistyped leaves no folder behind
        province = ProvinceDesk.create(
            args.store, codes, settings.now, code=args.code, name=args.name or _("省级主管部门")
        )
    out = args.out or args.store / "out"
    try:
        if args.action == "admit":
            province.admit(args.station, args.station_name, args.key)
            return Answer(
                {"public_key": province.public_key()},
                _("已收下。上级公钥：{p}").format(p=province.public_key()),
            )
        if args.action == "receive":
            received = [province.receive(path, out, _progress(args)) for path in args.packages]
            files = [str(path) for r in received for path in r.receipts]
            return Answer(received, "\n".join([in_words(received), *files]))
        if args.action == "receipts":
            written = province.receipts(out, args.station or "")
            return Answer(written, "\n".join(str(path) for path in written))
        path = province.block(args.station, args.count, args.year or settings.today().year, out)
        return Answer({"path": path}, str(path))
    finally:
        province.close()


def _self_test(args: argparse.Namespace) -> Answer:
    from desktop.self_test import run_self_test

    return Answer(*run_self_test())


# --- the parser


class Parser(argparse.ArgumentParser):
    """Says what is wrong with the words of a command in Chinese; exit code 2."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and what is wrong."""
        for pattern, words in WRONG_WORDS:
            message = re.sub(pattern, words, message)
        self.print_usage(sys.stderr)
        self.exit(WRONG_USE, _("用法不对：{what}").format(what=message) + "\n")


WRONG_WORDS: tuple[tuple[str, str], ...] = (
    (r"^the following arguments are required: ", "缺少 "),
    (r"^unrecognized arguments: ", "不认识 "),
    (r"^argument (\S+): ", r"\1 "),
    (r"invalid choice: (.+) \(choose from (.+)\)", r"不能是 \1，可以是 \2"),
    (r"expected one argument|expected at least one argument", "后面要有值"),
    (r"expected (\d+) arguments?", r"后面要有 \1 个值"),
    (r"invalid int value: ", "不是整数："),
    (r"not allowed with argument ", "不能同用："),
    (r"ambiguous option: (\S+) could match ", r"\1 可以是 "),
    (r"ignored explicit argument ", "不带值："),
)
"""What the argument parser says → the same in the clerk's words."""


def _common() -> Parser:
    common = Parser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--data", type=Path, help="数据文件夹（默认：本用户的数据文件夹）")
    common.add_argument(
        "--as", dest="person", metavar="姓名", help="由谁来做；口令取自 CONTRACT_DESK_PASSWORD 或当场输入"
    )
    common.add_argument("--json", action="store_true", help="结果写成 JSON")
    return common


def _add_province_acts(parser: argparse.ArgumentParser, common: Parser) -> None:
    shared = Parser(add_help=False)
    shared.add_argument("--store", type=Path, required=True, metavar="文件夹", help="上级的数据文件夹")
    shared.add_argument(
        "--out", type=Path, metavar="文件夹", help="回执、号段写到哪里（默认：数据文件夹下的 out）"
    )
    shared.add_argument("--pack", metavar="地方包", help="地方包名称或文件：其中补充的区划上级也认")
    acts = parser.add_subparsers(dest="action", metavar="做什么", required=True)

    def act(name: str, words: str) -> argparse.ArgumentParser:
        return acts.add_parser(name, help=words, description=words, parents=[common, shared])

    p = act("admit", "登记一个机构并收下它的公钥；上级的数据文件夹还没有时先建立")
    p.add_argument("station", metavar="机构代码", help="6 位数字，如 990526")
    p.add_argument("station_name", metavar="机构名称", help="写在回执和号段上")
    p.add_argument("key", type=Path, metavar="公钥文件", help="这个机构的 .pub 文件，电话核对过的")
    p.add_argument("--code", default="990000", help="建立上级文件夹时：上级代码")
    p.add_argument("--name", help="建立上级文件夹时：上级名称")
    p = act("receive", "收上报包，写出回执")
    p.add_argument("packages", type=Path, nargs="+", metavar="上报包", help="上报包文件，可以几个")
    p = act("receipts", "把每一包的最新回执再写一遍")
    p.add_argument("--station", metavar="机构代码", help="只写这个机构的")
    p = act("block", "给一个机构下发登记号段")
    p.add_argument("--station", required=True, metavar="机构代码", help="号段给哪个机构")
    p.add_argument("--year", type=int, metavar="年", help="哪一年的编号（默认：今年）")
    p.add_argument("--count", type=int, default=100, metavar="个数", help="多少个编号（默认：100）")


def build_parser() -> argparse.ArgumentParser:
    """All commands with their arguments, help in Chinese."""
    parser = Parser(
        prog="contract-desk", description="技术合同登记工作站；不带命令则打开窗口", parents=[_common()]
    )
    parser.set_defaults(data=None, person=None, json=False)
    common = _common()  # what was said before the command stands unless it is said again after it
    commands = parser.add_subparsers(dest="command", metavar="命令", required=True)

    def add(name: str, run_it: Command, words: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=words, description=words, parents=[common])
        sub.set_defaults(run=run_it)
        return sub

    p = add("demo", _demo, "样例登记处的一天：在真实文件上走一遍全部业务")
    p.add_argument("--out", type=Path, required=True, metavar="文件夹")
    p = add("init", _init, "建立一个登记机构")
    p.add_argument("--code", required=True, help="机构代码，如 990321")
    p.add_argument("--name", required=True, help="机构名称")
    p.add_argument("--pack", default="yunling-2026.11", help="地方包名称或文件")
    p.add_argument("--person", dest="person_spec", action="append", required=True, metavar="姓名:角色,角色")
    p.add_argument("--database-url", help="PostgreSQL 地址；不写则用本机数据库")
    p.add_argument("--plain", action="store_true", help="数据库不加密（只用于演示和测试）")
    p = add("import", _import, "导入申请表（.xlsx 等）")
    p.add_argument("file", type=Path, nargs="?")
    p.add_argument("--template", type=Path, metavar="文件", help="不导入，写出一份空白申请表")
    p.add_argument("--returned", type=Path, help="退回的行写到哪里")
    p.add_argument("--ledger", action="store_true", help="这是以前年度的登记台账")
    p = add("list", _list, "查找合同")
    p.add_argument("text", nargs="?", default="")
    p.add_argument("--state")
    p.add_argument("--kind")
    p.add_argument("--year")
    p.add_argument("--limit", type=int, default=50)
    add("show", _show, "看一份合同").add_argument("id")
    p = add("history", _history, "一份合同的办理经过：谁、何时、改前改后、依据")
    p.add_argument("id")
    p.add_argument("--out", type=Path, metavar="PDF", help="打印成 PDF")
    p = add("parties", _parties, "单位库：按名称、曾用名、代码、拼音首字母查找")
    p.add_argument("text", nargs="?", default="")
    add("check", _check, "检查数据库").add_argument("--deep", action="store_true")
    for name, run_it, words in (
        ("recognise", _recognise, "按要素判断是否技术合同"),
        ("relief", _relief, "按要素判断税收优惠"),
    ):
        p = add(name, run_it, words)
        p.add_argument("facts", type=Path, nargs="?")
        p.add_argument("--on", type=_day, help="要素里没有判断日期时用这一天")
        p.add_argument("--schema", action="store_true", help="打印要素的 JSON Schema")
        if name == "relief":
            p.add_argument("--explain", action="store_true", help="逐条说明")
            p.add_argument("--pack", help="地方补助按这个地方包（名称或文件）判断；不写则不看")
            p.add_argument(
                "--what-if",
                action="append",
                default=[],
                metavar="栏目=值",
                help="试改一项看什么会变，可写多次，如 technology_amount=500000、paid_on=2028-01-01",
            )
    add("read", _read, "读出合同文件的文字").add_argument("file", type=Path)
    p = add("draft", _draft, "新收或保存一份合同")
    p.add_argument("facts", type=Path)
    p.add_argument("--id", help="已有合同的受理号；不写则新收")
    add("delete", _delete, "删除草稿（三十天内可取回）").add_argument("id")
    add("undelete", _undelete, "取回删除的草稿；不写受理号则列出").add_argument("id", nargs="?")
    p = add("accept", _accept, "受理")
    p.add_argument("id")
    p.add_argument("--on", type=_day)
    p.add_argument("--doubts", metavar="理由", default="", help="疑点都按这一理由通过；错误不能通过")
    p = add("duplicate", _duplicate, "判断两份合同是否重复，或是否一份拆开的")
    p.add_argument("id")
    p.add_argument("other")
    p.add_argument("verdict", choices=("same", "different"), help="same 是重复（拆分），different 不是")
    p.add_argument("--reason", required=True)
    p = add("not-accept", _not_accept, "不予受理")
    p.add_argument("id")
    p.add_argument("--ground", required=True, choices=("oral", "not_seller", "other_station"))
    p.add_argument("--where-to", default="")
    p.add_argument("--reason", default="")
    p = add("return", _return, "退回补正")
    p.add_argument("id")
    p.add_argument("--defect", action="append", required=True, metavar="问题=>要求")
    p.add_argument("--deadline", type=_day, required=True)
    p = add("supplement", _supplement, "收到补正材料")
    p.add_argument("id")
    p.add_argument("--facts", type=Path)
    p.add_argument("--on", type=_day)
    p = add("refuse", _refuse, "不予登记")
    p.add_argument("id")
    p.add_argument("--ground", action="append", required=True, metavar="G02")
    p.add_argument("--reason", required=True)
    p = add("decide", _decide, "认定")
    p.add_argument("id")
    p.add_argument("facts", type=Path, help='含 "answers" 的 JSON')
    p.add_argument("--kind")
    p.add_argument("--sub-kind")
    p.add_argument("--reason", default="")
    p = add("review", _review, "复核")
    p.add_argument("id")
    p.add_argument("--agree", action="store_true", help="其余各项都同意")
    p.add_argument("--object", action="append", default=[], metavar="项目=意见")
    p.add_argument("--send-back", metavar="理由", help="有异议时退回初审")
    add("register", _register, "登记并取号").add_argument("id")
    p = add("issue", _issue, "打印登记证明")
    p.add_argument("id")
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--copy", type=int, action="append")
    p.add_argument(
        "--as-copy", dest="kind_of_copy", default="first", choices=("first", "reissue", "duplicate")
    )
    p.add_argument("--reason", default="")
    p.add_argument("--collector", default="")
    p = add("certificate", _certificate, "预览登记证明（不入台账）")
    p.add_argument("id")
    p.add_argument("--out", type=Path, required=True)
    p = add("relief-statement", _relief_statement, "打印税惠说明书")
    p.add_argument("id")
    p.add_argument("--out", type=Path, required=True)
    p = add("relief-packet", _relief_packet, "写出备查资料包，每份合同一个文件夹")
    p.add_argument("id", nargs="+")
    p.add_argument("--out", type=Path, required=True, metavar="文件夹")
    p = add("verify", _verify, "核验登记证明的校验码")
    p.add_argument("text", help="PDF 文件，或二维码里的文字")
    p.add_argument("--keys", type=Path, help="公钥文件夹")
    p = add("change", _change, "变更登记")
    p.add_argument("id")
    p.add_argument("facts", type=Path, help="只写改动的栏目")
    p.add_argument("--agreement", required=True)
    p.add_argument("--reason", required=True)
    p = add("experts", _experts, "专家评审：提请（ask）、记录意见（opinion）")
    p.add_argument("action", choices=("ask", "opinion"))
    p.add_argument("id")
    p.add_argument("--cause", choices=("large", "disputed"), default="large")
    p.add_argument("--reason", default="", help="ask：争议的内容；opinion：评审意见")
    p.add_argument("--on", type=_day, help="评审日期")
    p.add_argument("--organiser", default="", help="组织单位")
    p.add_argument("--names", default="", metavar="甲、乙、丙")
    p.add_argument("--votes", metavar="同意:不同意")
    p.add_argument("--document", default="", help="纪要文号")
    p = add("object", _object, "收到异议")
    p.add_argument("id")
    p.add_argument(
        "--by", dest="raised_by", default="applicant", choices=("applicant", "tax", "finance", "other")
    )
    p.add_argument("--name", default="", help="提出异议的单位或个人")
    p.add_argument("--against", required=True, metavar="文号或编号")
    p.add_argument("--reason", required=True)
    p.add_argument("--on", type=_day, help="收到日期")
    p = add("answer", _answer, "答复异议")
    p.add_argument("id")
    p.add_argument("decision", choices=("upheld", "changed", "withdrawn"), help="维持、变更、撤销原结论")
    p.add_argument("--text", required=True, help="查明的事实和理由")
    p.add_argument("--facts", type=Path, help='变更时："facts" 只写改动的栏目，"answers" 重新回答')
    p.add_argument("--kind")
    p.add_argument("--sub-kind")
    p.add_argument("--reason", default="", help="与程序建议不同的理由")
    p = add("year", _year, "一个单位的年度账：免税限额、境外委托限额")
    p.add_argument("taxpayer", help="统一社会信用代码或全称；写“本站”看登记机构自己的地方奖励")
    p.add_argument("year", type=int)
    p.add_argument("--own-research", type=_yuan, default=Decimal(0), help="自行研发费用（元）")
    p.add_argument(
        "--standing",
        default="general",
        choices=("general", "manufacturer", "sme", "ic_tool"),
        help="加计扣除按哪种企业：一般、制造业、科技型中小、清单内集成电路和工业母机",
    )
    p.add_argument("--by-months", action="store_true", help="2022 年度按月份比例加计，不按付款日")
    p.add_argument("--out", type=Path, help="在这个文件夹里写出备查资料")
    p = add("inform", _inform, "告知财税部门")
    p.add_argument("id")
    p.add_argument("--office", default="", help="送达机关；不写则为地方包里的税务局")
    for name, words in (("cancel", "注销登记"), ("revoke", "撤销登记")):
        p = add(name, _end, words)
        p.add_argument("id")
        p.add_argument("--reason", required=True)
        p.add_argument("--document", default="", help="依据的文书")
        p.add_argument("--on", type=_day, help="生效日")
    p = add("income", _income, "核定技术性收入")
    p.add_argument("id")
    p.add_argument("--received-on", type=_day, required=True)
    p.add_argument("--amount", type=_yuan, required=True)
    p.add_argument("--voucher", default="")
    p = add("notice", _notice, "打印文书（受理单、告知书、通知书）")
    p.add_argument("id")
    p.add_argument("--paper", default="", help="P01 P02 P03 P07 P08 P09；不写则最近一份")
    p.add_argument("--out", type=Path, required=True)
    p = add("batch", _batch, "上报包和回执")
    p.add_argument("action", choices=("create", "send", "receive", "status"))
    p.add_argument("target", type=Path, nargs="?", default=Path())
    p.add_argument("--sequence", type=int, help="再次导出第几包")
    p = add("block", _block, "登记号段")
    p.add_argument("action", choices=("import", "status", "unfreeze"))
    p.add_argument("target", type=Path, nargs="?")
    p = add("stats", _stats, "按日期汇总")
    p.add_argument("--from", dest="first", type=_day, required=True)
    p.add_argument("--to", dest="last", type=_day, required=True)
    p.add_argument("--by", default="kind", choices=("kind", "sub_kind", "month", "state", "field", "flow"))
    p = add("targets", _targets, "年度目标：查看；给出任一项即由负责人重设")
    p.add_argument("year", type=int, metavar="年")
    p.add_argument("--count", type=int, metavar="份数")
    p.add_argument("--contract", type=Decimal, metavar="元", help="合同成交额")
    p.add_argument("--technology", type=Decimal, metavar="元", help="技术交易额")
    p.add_argument("--basis", default="registered", choices=("registered", "outward", "inward"))
    p.add_argument("--clear", action="store_true", help="去掉这一年的目标")
    add("backup", _backup, "备份并打开验一遍").add_argument("file", type=Path)
    add("restore", _restore, "从备份还原（负责人）").add_argument("file", type=Path)
    p = add(
        "people",
        _people,
        "人员：清单、添加、重设口令、PIN、停用、恢复、角色、用恢复单进入、换新恢复单（sheet）",
    )
    p.add_argument(
        "action",
        choices=("list", "add", "reset", "stop", "resume", "roles", "pin", "password", "recover", "sheet"),
    )
    p.add_argument("name", nargs="?", metavar="姓名")
    p.add_argument("--roles", metavar="角色,角色", help="clerk reviewer head admin")
    p = add("policy", _policy, "规则：清单、装入规则包、覆盖、解释、比较、时间线、节假日表")
    p.add_argument(
        "action",
        choices=("list", "import", "coverage", "explain", "diff", "timeline", "calendar", "subsidies"),
    )
    p.add_argument("first", nargs="?")
    p.add_argument("second", nargs="?")
    p.add_argument("--place", help="subsidies：只列这个地方的补助办法")
    p.add_argument("--pack", help="subsidies：列这个地方包（名称或文件）的补助办法")
    p.add_argument("--move", action="store_true", help="calendar：换用并改在办合同的期限，逐份记日志")
    p.add_argument("--keep", action="store_true", help="calendar：换用，在办合同的期限不改")
    p = add("province", _province, "上级一侧的参考程序")
    _add_province_acts(p, common)
    add("self-test", _self_test, "装好之后自己检查一遍")
    return parser
